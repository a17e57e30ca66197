"""The compiled half of the package: what the classes of `cxm` are built on."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, final

__all__ = [
    "Calculator",
    "Cox",
    "Snapshot",
    "call",
    "catalogue",
    "formats",
    "functions",
    "join_answers",
    "preset",
    "read_interactions",
    "Keyed",
    "Column",
    "frame_columns",
    "Table",
    "TableColumn",
    "__version__",
    "error_classes",
    "Model",
    "Posterior",
    "models",
    "select_model",
]

__version__: str
error_classes: tuple[type[Exception], ...]

def call(name: str, /, **arguments: Any) -> Any:
    """Calls a statistic by its name."""

def catalogue() -> list[dict[str, Any]]:
    """Every calculator: kind, class name, shape, summary, default definition, presets."""

def frame_columns(frame: Any, names: list[str]) -> list[Column]:
    """The named columns of any object that exports an Arrow stream of records."""

def formats() -> list[dict[str, Any]]:
    """Every format of logs: name, summary, options with their defaults."""

def functions() -> list[dict[str, Any]]:
    """Every statistic: name, summary, parameters."""

def join_answers(
    contacts: dict[str, Any], answers: dict[str, Any], rule: dict[str, Any]
) -> tuple[TableColumn, Table, dict[str, Any]]:
    """Joins answers to contacts: the score of each contact, what became of each answer, the counts."""

def models() -> list[dict[str, Any]]:
    """Every model: name, class name, summary, parameters, columns of a fit, questions."""

def select_model(columns: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """Fits the models of purchases in continuous time, ranks them, and holds them against what came."""

def preset(kind: str, name: str) -> dict[str, Any]:
    """The definition of a preset."""

def read_interactions(
    format: str, data: bytes, options: dict[str, Any]
) -> tuple[Table, dict[str, Any]]:
    """Reads a log: its interactions, and what found no place."""

@final
class Model:
    """A model with its parameters and what its fit knows; it never changes."""

    __hash__ = None  # type: ignore[assignment]

    @staticmethod
    def fit(
        kind: str,
        columns: dict[str, Any],
        options: dict[str, Any],
        progress: Callable[[int, int | None], object] | None = None,
    ) -> Model: ...
    @staticmethod
    def given(kind: str, parameters: dict[str, Any], options: dict[str, Any]) -> Model: ...
    @staticmethod
    def from_json(text: str, kind: str | None = None) -> Model: ...
    @property
    def kind(self) -> str: ...
    def to_json(self) -> str: ...
    def summary(self, **options: Any) -> dict[str, Any]: ...
    def log_likelihood(self, columns: dict[str, Any]) -> float: ...
    def predict(self, quantity: dict[str, Any], columns: dict[str, Any]) -> TableColumn: ...
    def intervals(
        self, quantity: dict[str, Any], columns: dict[str, Any], options: dict[str, Any]
    ) -> tuple[TableColumn, TableColumn, TableColumn]: ...
    def predictive_intervals(
        self, columns: dict[str, Any], options: dict[str, Any]
    ) -> tuple[TableColumn, TableColumn, TableColumn, TableColumn]: ...
    def posterior(
        self,
        columns: dict[str, Any],
        options: dict[str, Any],
        progress: Callable[[int, int | None], object] | None = None,
    ) -> Posterior: ...
    def back_test(self, columns: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]: ...
    def simulate(self, options: dict[str, Any]) -> Table: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __lt__(self, other: object, /) -> bool: ...
    def __le__(self, other: object, /) -> bool: ...
    def __gt__(self, other: object, /) -> bool: ...
    def __ge__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class Posterior:
    """Draws of a model's parameters; they never change."""

    def summary(self, **options: Any) -> dict[str, Any]: ...
    def intervals(
        self, quantity: dict[str, Any], columns: dict[str, Any], options: dict[str, Any]
    ) -> tuple[TableColumn, TableColumn, TableColumn]: ...
    def predictive_intervals(
        self, columns: dict[str, Any], options: dict[str, Any]
    ) -> tuple[TableColumn, TableColumn, TableColumn, TableColumn]: ...
    def lifetime_value(
        self, spend: Posterior, columns: dict[str, Any], options: dict[str, Any]
    ) -> tuple[TableColumn, TableColumn, TableColumn]: ...
    def draws(self) -> Table: ...

@final
class Cox:
    """A fitted Cox regression; it never changes."""

    @staticmethod
    def fit(
        columns: dict[str, Any], covariates: dict[str, Any], options: dict[str, Any]
    ) -> Cox: ...
    def summary(self, **options: Any) -> dict[str, Any]: ...
    def proportionality(self, **options: Any) -> list[dict[str, Any]]: ...
    def tabulate(self, name: str, /, **arguments: Any) -> Table: ...
    def predict(self, quantity: dict[str, Any], columns: dict[str, Any]) -> TableColumn: ...

@final
class Column:
    """One column of a frame, taken out of an Arrow stream."""

@final
class Table:
    """Columns of equal length under names."""

    @staticmethod
    def of_lists(columns: Sequence[tuple[str, str, Sequence[Any]]]) -> Table: ...
    @property
    def names(self) -> list[str]:
        """The names of the columns, in their order."""

    def column(self, name: str) -> TableColumn: ...
    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: Any | None = None) -> Any: ...

@final
class TableColumn:
    """One column: a sequence, an Arrow array, and, where it holds numbers, memory for numpy."""

    @property
    def missing(self) -> int:
        """Rows without a value."""

    @property
    def type_name(self) -> str:
        """The type: `int64`, `uint64`, `float64`, `bool`, `date` or `text`."""

    def to_list(self) -> list[Any]:
        """The values as a list; None where there is none."""

    def __len__(self) -> int: ...
    def __getitem__(self, row: int, /) -> Any: ...
    def __arrow_c_array__(self, requested_schema: Any | None = None) -> tuple[Any, Any]: ...

@final
class Snapshot:
    """A state as it was when it was read; it never changes."""

    __hash__ = None  # type: ignore[assignment]

    @staticmethod
    def from_bytes(state: bytes) -> Snapshot: ...
    @property
    def kind(self) -> str: ...
    @property
    def responses(self) -> int: ...
    @property
    def unit(self) -> str: ...
    def definition(self) -> dict[str, Any]: ...
    def report(self) -> dict[str, Any]: ...
    def ask(self, question: str, /, **arguments: Any) -> Any: ...
    def compare(self, other: Snapshot, /, **arguments: Any) -> dict[str, Any]: ...
    def derive(self, kind: str, /, **definition: Any) -> Snapshot: ...
    def tabulate(self, name: str, /, **arguments: Any) -> Table: ...
    def to_bytes(self) -> bytes: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __lt__(self, other: object, /) -> bool: ...
    def __le__(self, other: object, /) -> bool: ...
    def __gt__(self, other: object, /) -> bool: ...
    def __ge__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

class Calculator:
    """The verbs of every calculator; the classes of the list derive from it."""

    __hash__ = None  # type: ignore[assignment]

    def __new__(cls, snapshot: Snapshot | None = None, /, **definition: Any) -> Self: ...
    @property
    def observations(self) -> int:
        """Rows taken in, whether counted or excluded."""

    @property
    def definition(self) -> dict[str, Any]:
        """The definition as named fields: a dict of its own each time."""

    def update(self, *columns: Any, **named: Any) -> None:
        """Takes a batch, all of it or none of it."""

    def retract(self, *columns: Any, **named: Any) -> None:
        """Leaves the state as if these rows had never been, or fails and changes nothing."""

    def flush(self) -> None:
        """Lets everything through that waits for earlier rows, as at the end of a stream."""

    def merge(self, other: Self, /) -> None:
        """Merges another state of the same kind and definition, or fails and changes nothing."""

    def subtract(self, other: Self, /) -> None:
        """Takes another state away again, or fails and changes nothing."""

    def snapshot_(self) -> Snapshot: ...
    def tabulate_(self, name: str, /, **arguments: Any) -> Table: ...
    def ask_(self, question: str, /, **arguments: Any) -> Any: ...
    def to_bytes(self) -> bytes:
        """The canonical bytes: equal states are equal bytes."""

    @classmethod
    def from_bytes(cls, state: bytes, /) -> Self:
        """Reads canonical bytes of this class; everything else is a typed error."""

    def copy(self) -> Self:
        """The same state once more, independent of this one."""

    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __lt__(self, other: object, /) -> bool: ...
    def __le__(self, other: object, /) -> bool: ...
    def __gt__(self, other: object, /) -> bool: ...
    def __ge__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

class Keyed:
    """The verbs of a table; the class that users meet derives from it."""

    __hash__ = None  # type: ignore[assignment]

    def __new__(
        cls,
        kind: str | bytes,
        options: Mapping[str, Any] | None,
        definition: Mapping[str, Any] | None,
        /,
    ) -> Self: ...
    @property
    def kind(self) -> str:
        """The name of the groups' calculator."""

    @property
    def definition(self) -> dict[str, Any]:
        """Key columns, limits and the calculators' definition."""

    @property
    def observations(self) -> int:
        """Rows taken in, whether counted or excluded."""

    def __len__(self) -> int: ...
    def update_(self, keys: Mapping[str, Any], /, *columns: Any, **named: Any) -> None: ...
    def retract_(self, keys: Mapping[str, Any], /, *columns: Any, **named: Any) -> None: ...
    def merge(self, other: Self, /) -> None:
        """Merges another table of the same kind and definition, or fails and changes nothing."""

    def keys(self) -> list[tuple[str | int | bool | None, ...]]:
        """The keys in their order, a tuple each."""

    def get_(self, parts: tuple[Any, ...], /) -> Snapshot | None: ...
    def other_(self) -> Snapshot | None: ...
    def total_(self) -> Snapshot: ...
    def table_(self, **options: Any) -> dict[str, Any]: ...
    def to_bytes(self) -> bytes:
        """The canonical bytes: equal tables are equal bytes."""

    @classmethod
    def from_bytes(cls, state: bytes, /) -> Self:
        """Reads canonical bytes of a table; everything else is a typed error."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __lt__(self, other: object, /) -> bool: ...
    def __le__(self, other: object, /) -> bool: ...
    def __gt__(self, other: object, /) -> bool: ...
    def __ge__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
