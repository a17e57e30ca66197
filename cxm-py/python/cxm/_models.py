"""The classes of the models, one for each row of the core's list."""

from __future__ import annotations

from . import _cxm, _frames
from ._results import Interval, Record, wrap
from ._signatures import Lazy, Required, make_function

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self

    from ._columns import ColumnTable

#: Kind to class, in the order of the list.
CLASSES: dict[str, Any] = {}
#: Kind to the row of the list.
ENTRIES = {entry["name"]: entry for entry in _cxm.models()}
#: What a fit can be told, besides its columns.
FIT_OPTIONS = ("unit", "start", "priors", "max_iterations", "tolerance")
#: How cxm's own tables call the customers that a row stands for.
_CUSTOMERS = "customers"


def _given(arguments):
    return {name: value for name, value in arguments.items() if value is not None}


class Model:
    """A model with its parameters, fitted or given; it never changes.

    Use the classes that derive from it, such as ``cxm.clv.BgNbd``.
    """

    __slots__ = ("_inner", "_summary")

    kind = ""
    _inner: _cxm.Model
    _summary: dict[str, Any] | None

    def __init__(self, **parameters: Any) -> None:
        options = _given({"unit": parameters.pop("unit", None)})
        self._hold(_cxm.Model.given(self.kind, parameters, options))

    def _hold(self, inner):
        object.__setattr__(self, "_inner", inner)
        object.__setattr__(self, "_summary", None)

    @classmethod
    def _of(cls, inner):
        model = cls.__new__(cls)
        model._hold(inner)
        return model

    def _figures(self):
        if self._summary is None:
            object.__setattr__(self, "_summary", self._inner.summary())
        return self._summary

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a model never changes", name=name, obj=self)

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters in the paper's names."""
        return dict(self._figures()["parameters"])

    @property
    def standard_errors(self) -> dict[str, float] | None:
        """The standard errors of the parameters, where the data determine them."""
        errors = self._figures()["standard_errors"]
        return None if errors is None else dict(errors)

    @property
    def log_likelihood(self) -> float | None:
        """The log-likelihood of all customers; None where the parameters were given."""
        return self._figures()["log_likelihood"]

    @property
    def aic(self) -> float | None:
        """Akaike's criterion; the lower, the better."""
        return self._figures()["aic"]

    @property
    def bic(self) -> float | None:
        """Schwarz's criterion; the lower, the better."""
        return self._figures()["bic"]

    @property
    def customers(self) -> float | None:
        """The customers that the model was fitted to."""
        return self._figures()["customers"]

    @property
    def diagnosis(self) -> Record:
        """How far the fit can be trusted: ``status``, ``message``, ``condition`` and more."""
        return wrap(self._figures()["diagnosis"])

    @property
    def unit(self) -> Any:
        """The unit of all times: ``"day"``, ``"week"``, ``"month"``, ``"year"`` or in days."""
        return self._figures()["unit"]

    def summary(self, level: float | None = None) -> ModelSummary:
        """Parameters with errors and intervals, likelihood and diagnosis, to be read or printed."""
        return ModelSummary(self._inner.summary(**_given({"level": level})))

    def log_likelihood_of(self, *columns: Any, **named: Any) -> float:
        """The log-likelihood of other customers, in the columns of ``fit``."""
        return self._inner.log_likelihood(self._fit_columns(columns, named))

    def to_json(self) -> str:
        """The model file: a small text that every language reads, the same for the same model."""
        return self._inner.to_json()

    @classmethod
    def from_json(cls, text: str, /) -> Self:
        """Reads a model file of this class; everything else is a typed error."""
        return cls._of(_cxm.Model.from_json(text, cls.kind))

    def _ask(self, quantity, whom, level):
        """One answer a row, in the shape in which the rows came; with a level, between limits."""
        arguments, columns, like = _asked(quantity, whom)
        if level is None:
            found = self._inner.predict(arguments, columns)
            return found[0] if like is None else _like(found, like, quantity["quantity"])
        found = self._inner.intervals(arguments, columns, {"level": level})
        return _limits(found, like, level, "delta")

    def posterior(
        self, *columns: Any, draws: int | None = None, seed: int | None = None, **named: Any
    ) -> Posterior:
        """Draws of the parameters, from the columns of the fit: a Laplace posterior.

        It needs the customers that the model was fitted to once more, since a model does not keep
        them. The same ``seed`` gives the same draws.
        """
        options = _given({"draws": draws, "seed": seed})
        return Posterior(self._inner.posterior(self._fit_columns(columns, named), options))

    def back_test(self, customers: Any, *, actual: Any, horizon: float, **options: Any) -> Record:
        """What was expected within the ``horizon``, and what came.

        ``customers`` is a data frame or a table with the columns of a history, ``actual`` what
        each of them bought. ``level`` is that of the predictive intervals, ``last_class`` the
        frequency from which on customers are one class.
        """
        names = [c["name"] for c in ENTRIES[self.kind]["columns"] if c["required"]]
        columns = {**_frames.columns(customers, names), "actual": actual}
        return wrap(self._inner.back_test(columns, _given({**options, "horizon": horizon})))

    def simulate(
        self, ages: Any, *, horizon: float | None = None, seed: int | None = None
    ) -> ColumnTable:
        """Customers as the model would have them, one a row, with what they do after the cut-off.

        ``ages``: how long ago each bought first, or ``{"same": {"customers": 1000, "age": 39}}``,
        or ``{"uniform": {"customers": 1000, "youngest": 26, "oldest": 39}}``.
        """
        from ._columns import ColumnTable

        ages = ages if isinstance(ages, dict) else {"given": list(ages)}
        options = _given({"ages": ages, "horizon": horizon, "seed": seed})
        return ColumnTable(self._inner.simulate(options))

    def _fit_columns(self, columns, named):
        names = [column["name"] for column in ENTRIES[self.kind]["columns"]]
        given = {**dict(zip(names, columns, strict=False)), **named}
        if _is_frame(given.get(names[0])):
            return _fit_columns(given[names[0]], ENTRIES[self.kind], given)
        return _given(given)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._inner == other._inner

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_json, (self.to_json(),)

    def __repr__(self) -> str:
        parameters = ", ".join(f"{name}={value:.6g}" for name, value in self.parameters.items())
        return f"{type(self).__name__}({parameters}, unit={self.unit!r})"

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()


class Posterior:
    """Draws of a model's parameters, which say how sure its answers are."""

    __slots__ = ("_inner",)

    _inner: _cxm.Posterior

    def __init__(self, inner: _cxm.Posterior) -> None:
        object.__setattr__(self, "_inner", inner)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a posterior never changes", name=name, obj=self)

    def summary(self, level: float | None = None) -> Record:
        """The parameters with their limits, and how far to trust the draws."""
        found = self._inner.summary(**_given({"level": level}))
        parameters = {row.pop("name"): row for row in found["parameters"]}
        return wrap({**found, "parameters": parameters})

    def credible_interval(
        self, quantity: str, customers: Any = None, *, level: float, **arguments: Any
    ) -> Any:
        """Posterior mean and credible limits of a question to the model, by its name.

        ``posterior.credible_interval("expected_transactions", frame, horizon=39, level=0.9)``;
        without a data frame or a table, columns or single numbers go by their names.
        """
        entry = ENTRIES[self._inner.summary()["model"]]
        question = next((q for q in entry["quantities"] if q["name"] == quantity), None)
        row = [column["name"] for column in question["columns"]] if question else []
        whom = {name: arguments.pop(name, None) for name in row}
        if customers is not None and row:
            whom[row[0]] = customers
        asked, columns, like = _asked({"quantity": quantity, **arguments}, whom)
        found = self._inner.intervals(asked, columns, {"level": level})
        return _limits(found, like, level, "credible")

    def __repr__(self) -> str:
        diagnosis = self._inner.summary()["diagnosis"]
        draws, effective = diagnosis["draws"], diagnosis["effective_draws"]
        return f"<Posterior: {draws:,} draws worth {effective:,.0f}; {diagnosis['message']}>"


class ModelSummary(Record):
    """What the fit of a model knows, as named figures and as a table to be read."""

    __slots__ = ()

    model: str
    unit: Any
    log_likelihood: float | None
    aic: float | None
    bic: float | None
    customers: float | None
    repeaters: float | None
    patterns: int | None
    parameters: dict[str, float]
    standard_errors: dict[str, float] | None
    diagnosis: dict[str, Any]

    def interval(self, parameter: str) -> Interval | None:
        """The interval of one parameter."""
        intervals = self._fields["intervals"]
        return None if intervals is None else Interval(intervals[parameter])

    def __repr__(self) -> str:
        from ._summary_text import plain

        return plain(self._fields)

    def _repr_html_(self) -> str:
        from ._summary_text import html

        return html(self._fields)


def from_json(text: str) -> Any:
    """Reads the model file of whichever model it is."""
    inner = _cxm.Model.from_json(text)
    return CLASSES[inner.kind]._of(inner)


def compare(
    frequency: Any,
    recency: Any = None,
    age: Any = None,
    *,
    actual: Any = None,
    **options: Any,
) -> Record:
    """Fits every model of purchases in continuous time, ranks them, tests them on what came.

    Columns as for ``BgNbd.fit``, or a data frame or a table with them. With ``actual``, what each
    customer bought within the ``horizon`` that followed, each model is tested on it.
    ``candidates`` chooses models by name, ``unit`` is that of the times; ``level`` and
    ``last_class`` are those of ``Model.back_test``.
    """
    columns = {"frequency": frequency, "recency": recency, "age": age}
    if _is_frame(frequency):
        columns = _frames.columns(frequency, list(columns))
    columns = _given({**columns, "actual": actual})
    return wrap(_cxm.select_model(columns, _given(options)))


def _asked(quantity, whom):
    """Arguments, columns, and the object whose library the answer takes; None for one row."""
    row = list(whom)
    arguments, columns = {}, {}
    for name, value in quantity.items():
        is_column = name != "quantity" and _is_column(value)
        (columns if is_column else arguments)[name] = value
    first = whom[row[0]] if row else None
    if _is_frame(first):
        given = _given({**whom, row[0]: None})
        missing = [name for name in row if name not in given]
        columns |= {**_frames.columns(first, missing), **given}
        return arguments, columns, first
    columns |= _given(whom)
    shaped = [column for column in columns.values() if _is_column(column)]
    pandas = (column for column in shaped if _frames.library(column) == "pandas")
    return arguments, columns, next(pandas, shaped[0] if shaped else None)


def _limits(found, like, level, method):
    """Values between limits: one interval, or three columns in the library of the question."""
    if like is None:
        value, lower, upper = (column[0] for column in found)
        if value is None:
            return None
        fields = {"value": value, "lower": lower, "upper": upper, "level": level, "method": method}
        return Interval(fields)
    names = ("value", "lower", "upper")
    columns = {name: _like(part, like, name) for name, part in zip(names, found, strict=True)}
    kind = _frames.library(like)
    if kind == "pandas":
        import pandas  # type: ignore[import-untyped]

        return pandas.DataFrame(columns)
    if kind == "polars":
        import polars

        return polars.DataFrame(columns)
    return columns


def _is_column(value):
    return hasattr(value, "__len__") and not isinstance(value, (str, bytes, dict))


def _is_frame(value):
    """Whether it has named columns: a data frame, a table, a dict of columns."""
    if value is None or isinstance(value, str):
        return False
    if hasattr(value, "column_names") or isinstance(value, dict):
        return True
    return hasattr(value, "columns")


def _names(frame):
    names = getattr(frame, "column_names", None)
    names = getattr(frame, "columns", None) if names is None else names
    return [str(name) for name in (frame.keys() if names is None else names)]


def _like(found, like, name):
    """Answers in the library of what was asked with."""
    kind = _frames.library(like)
    if kind == "pandas":
        import numpy
        import pandas  # type: ignore[import-untyped]

        return pandas.Series(numpy.asarray(found), index=like.index, name=name)
    if kind == "polars":
        import polars

        return polars.Series(name, found.to_list() if found.missing else memoryview(found))
    if kind == "pyarrow":
        import pyarrow  # type: ignore[import-untyped]

        return pyarrow.array(found)
    if kind == "numpy":
        import numpy

        return numpy.asarray(found)
    return found if kind == "cxm" else found.to_list()


def _fit(cls, arguments):
    entry = ENTRIES[cls.kind]
    names = [column["name"] for column in entry["columns"]]
    options = _given({name: arguments[name] for name in FIT_OPTIONS})
    given = _given({name: arguments[name] for name in names})
    first = given.get(names[0])
    if hasattr(first, "tabulate"):
        # A calculator counts time in the unit that its table is asked for.
        first = first.value(**_given({"unit": arguments["unit"]}))
    if _is_frame(first):
        given = _fit_columns(first, entry, given)
    return cls._of(_cxm.Model.fit(cls.kind, given, options))


def _fit_columns(frame, entry, given):
    """The columns of a frame that the fit reads; a text names a column, others are columns."""
    _, *others = (column["name"] for column in entry["columns"])
    known = _names(frame)
    taken = {}
    for column in entry["columns"]:
        name = column["name"]
        if column["required"] or name in known:
            taken[name] = name
    if _CUSTOMERS in known and "weights" in others:
        taken.setdefault("weights", _CUSTOMERS)
    columns = {}
    for name in others:
        if name in given:
            taken.pop(name, None)
            if isinstance(given[name], str):
                taken[name] = given[name]
            else:
                columns[name] = given[name]
    found = _frames.columns(frame, list(taken.values()))
    return columns | {name: found[column] for name, column in taken.items()}


_FIT_DOC = """The {title} that fits the columns best.

Columns of numbers, one customer a row, or instead of the first a data frame, a table with columns
of these names or a calculator; a text then names a column that is called something else.

{columns}

``unit`` is that of the times, which the model keeps: ``"day"``, ``"week"``, ``"month"``,
``"year"`` or ``{{"days": 30}}``. ``start``, by the names of the parameters, is where to begin;
``priors``, by the same names, are ``{{"mean": …, "standard_deviation": …}}`` of the logarithm of a
parameter, of which a time is measured in mean ages. A history that cannot be is an error that
names its row; ``diagnosis`` says how far the parameters can be trusted.
"""

_CLASS_DOC = """{summary}.

    {name}.fit({columns})
    {name}({parameters}, unit="week")

The first fits it, the second makes it of known parameters.
"""


def _described(columns):
    return "\n".join(f"    {column['name']}: {column['summary']}" for column in columns)


def _make_fit(entry):
    columns = {c["name"]: Required if c["required"] else None for c in entry["columns"]}
    first, *rest = columns
    # A frame takes the place of the first column, and then brings the others.
    positional = {"cls": Required, first: columns[first], **dict.fromkeys(rest)}
    document = _FIT_DOC.format(title=entry["type_name"], columns=_described(entry["columns"]))
    function = make_function(
        "fit",
        "cxm.clv",
        positional,
        dict.fromkeys(FIT_OPTIONS),
        document,
        lambda arguments: _fit(arguments.pop("cls"), arguments),
    )
    return classmethod(function)


def _make_question(quantity):
    name, columns = quantity["name"], [column["name"] for column in quantity["columns"]]
    required = [p["name"] for p in quantity["parameters"] if p["required"]]
    optional = {p["name"]: p["default"] for p in quantity["parameters"] if not p["required"]}
    positional = {"self": Required, **dict.fromkeys(required, Required), **dict.fromkeys(columns)}
    summary = quantity["summary"]
    lines = [f"{summary[:1].upper()}{summary[1:]}.", ""]
    for parameter in quantity["parameters"]:
        words = parameter["summary"].rstrip(".")
        lines.append(f"    {parameter['name']}: {words[:1].lower()}{words[1:]}")
    lines += [f"    {column['name']}: {column['summary']}" for column in quantity["columns"]]
    if columns:
        lines += [
            "",
            f"A data frame or a table with these columns may stand for ``{columns[0]}``. Without",
            f"them it is about {quantity['without_columns']}. One number in, one number out;",
            "columns come back in the library that they came in; None where there is no answer.",
        ]
    lines += ["", "``interval``, a level, adds limits by the delta method."]

    def body(arguments):
        asked = {"quantity": name} | {p: arguments[p] for p in (*required, *optional)}
        whom = {column: arguments[column] for column in columns}
        return arguments["self"]._ask(asked, whom, arguments["interval"])

    document = "\n".join(lines) + "\n"
    named = {"interval": None}
    return make_function(name, "cxm.clv", {**positional, **optional}, named, document, body)


def _signature(entry):
    from inspect import Parameter, Signature

    names = [parameter["name"] for parameter in entry["parameters"]]
    parameters = [Parameter(name, Parameter.KEYWORD_ONLY) for name in names]
    return Signature([*parameters, Parameter("unit", Parameter.KEYWORD_ONLY, default=None)])


def _make(entry):
    name = entry["type_name"]
    summary = entry["summary"]
    parameters = ", ".join(f"{parameter['name']}=…" for parameter in entry["parameters"])
    columns = ", ".join(c["name"] for c in entry["columns"] if c["required"]) or "…"
    attributes = {
        "__slots__": (),
        "__module__": "cxm.clv",
        "__qualname__": name,
        "__doc__": _CLASS_DOC.format(
            summary=summary[:1].upper() + summary[1:],
            name=name,
            columns=columns,
            parameters=parameters,
        ),
        "__signature__": Lazy(lambda _class: _signature(entry)),
        "kind": entry["name"],
        "fit": _make_fit(entry),
    }
    attributes |= {q["name"]: _make_question(q) for q in entry["quantities"]}
    return type(name, (Model,), attributes)


for _entry in ENTRIES.values():
    CLASSES[_entry["name"]] = _make(_entry)
