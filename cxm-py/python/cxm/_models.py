"""The classes of the models, one for each row of the core's list."""

from __future__ import annotations

from . import _cxm, _frames
from ._asking import asked, count_limits, covariate_columns, given, is_frame, like, limits, names_of
from ._posterior import Posterior
from ._progress import told
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
#: What besides them the fit of some models can be told.
FINITE_MEAN = "finite_mean"
#: The names of the covariates that act on each part of a model.
PARTS = ("purchase_covariates", "dropout_covariates")
#: How cxm's own tables call the customers that a row stands for.
_CUSTOMERS = "customers"


class Model:
    """A model with its parameters, fitted or given; it never changes.

    Use the classes that derive from it, such as ``cxm.clv.BgNbd``.
    """

    __slots__ = ("_inner", "_summary")

    kind = ""
    _inner: _cxm.Model
    _summary: dict[str, Any] | None

    def __init__(self, **parameters: Any) -> None:
        options = given({name: parameters.pop(name, None) for name in ("unit", *PARTS)})
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
    def coefficients(self) -> list[Record]:
        """The effects of the covariates: ``part``, ``name``, ``value``, ``standard_error`` each."""
        return [wrap(row) for row in self._figures()["coefficients"]]

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
        return ModelSummary(self._inner.summary(**given({"level": level})))

    def log_likelihood_of(self, *columns: Any, covariates: Any = None, **named: Any) -> float:
        """The log-likelihood of other customers, in the columns of ``fit``."""
        return self._inner.log_likelihood(self._fit_columns(columns, named, covariates))

    def to_json(self) -> str:
        """The model file: a small text that every language reads, the same for the same model."""
        return self._inner.to_json()

    @classmethod
    def from_json(cls, text: str, /) -> Self:
        """Reads a model file of this class; everything else is a typed error."""
        return cls._of(_cxm.Model.from_json(text, cls.kind))

    def _covariates(self):
        """The names of the covariates, each once."""
        return list(dict.fromkeys(row["name"] for row in self._figures()["coefficients"]))

    def _ask(self, quantity, whom, level, covariates=None):
        """One answer a row, in the shape in which the rows came; with a level, between limits."""
        names = self._covariates()
        arguments, columns, library = asked(quantity, whom, covariates, names)
        if level is None:
            found = self._inner.predict(arguments, columns)
            return found[0] if library is None else like(found, library, quantity["quantity"])
        found = self._inner.intervals(arguments, columns, {"level": level})
        return limits(found, library, level, "delta")

    def _count(self, horizon, whom, level, covariates=None):
        """Whole limits for each row."""
        names = self._covariates()
        arguments, columns, library = asked({"horizon": horizon}, whom, covariates, names)
        found = self._inner.predictive_intervals(columns, {**arguments, "level": level})
        return count_limits(found, library, level)

    def posterior(
        self,
        *columns: Any,
        method: str | None = None,
        draws: int | None = None,
        chains: int | None = None,
        warm_up: int | None = None,
        seed: int | None = None,
        progress: Any = None,
        **named: Any,
    ) -> Posterior:
        """Draws of the parameters, from the columns of the fit.

        It needs the customers that the model was fitted to once more, since a model does not keep
        them. ``method`` is ``"laplace"``, which draws about the optimum and weighs the draws, or
        ``"nuts"``, which runs ``chains`` of the No-U-turn sampler with ``draws`` each after a
        ``warm_up``; the latter has to be built in (Cargo feature ``nuts``). The same ``seed`` gives
        the same draws. ``progress`` is as for ``fit``; Ctrl-C stops the drawing.
        """
        numbers = {"draws": draws, "chains": chains, "warm_up": warm_up, "seed": seed}
        options = given({"method": method, **numbers})
        given_columns = self._fit_columns(columns, named)
        with told(progress, f"posterior of {self.kind}") as tell:
            return Posterior(self._inner.posterior(given_columns, options, tell))

    def back_test(
        self,
        customers: Any,
        *,
        actual: Any,
        horizon: float,
        covariates: Any = None,
        **options: Any,
    ) -> Record:
        """What was expected within the ``horizon``, and what came.

        ``customers`` is a data frame or a table with the columns of a history, ``actual`` what
        each of them bought. ``level`` is that of the predictive intervals, ``last_class`` the
        frequency from which on customers are one class. ``covariates`` are as for ``fit``.
        """
        names = [c["name"] for c in ENTRIES[self.kind]["columns"] if c["required"]]
        whom = {**dict.fromkeys(names), names[0]: customers}
        _, columns, _ = asked({}, whom, covariates, self._covariates())
        columns["actual"] = actual
        return wrap(self._inner.back_test(columns, given({**options, "horizon": horizon})))

    def simulate(
        self, ages: Any, *, horizon: float | None = None, seed: int | None = None
    ) -> ColumnTable:
        """Customers as the model would have them, one a row, with what they do after the cut-off.

        ``ages``: how long ago each bought first, or ``{"same": {"customers": 1000, "age": 39}}``,
        or ``{"uniform": {"customers": 1000, "youngest": 26, "oldest": 39}}``.
        """
        from ._columns import ColumnTable

        ages = ages if isinstance(ages, dict) else {"given": list(ages)}
        options = given({"ages": ages, "horizon": horizon, "seed": seed})
        return ColumnTable(self._inner.simulate(options))

    def _fit_columns(self, columns, named, covariates=None):
        names = [column["name"] for column in ENTRIES[self.kind]["columns"]]
        whom = {**dict(zip(names, columns, strict=False)), **named}
        needed = self._covariates()
        known = covariate_columns(covariates, needed)
        frame = whom.get(names[0])
        if is_frame(frame):
            missing = [name for name in needed if name not in known]
            known = {**_frames.columns(frame, missing), **known}
            whom = _fit_columns(frame, ENTRIES[self.kind], whom)
        return {**given(whom), **known}

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._inner == other._inner

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_json, (self.to_json(),)

    def __repr__(self) -> str:
        parameters = ", ".join(f"{name}={value:.6g}" for name, value in self.parameters.items())
        effects = ""
        for part, name in zip(("purchase", "dropout"), PARTS, strict=True):
            rows = [row for row in self._figures()["coefficients"] if row["part"] == part]
            listed = ", ".join(f"{row['name']!r}: {row['value']:.6g}" for row in rows)
            effects += f", {name}={{{listed}}}" if rows else ""
        return f"{type(self).__name__}({parameters}, unit={self.unit!r}{effects})"

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()


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
    coefficients: list[dict[str, Any]]
    likelihood_ratio: dict[str, Any] | None

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
    if is_frame(frequency):
        columns = _frames.columns(frequency, list(columns))
    columns = given({**columns, "actual": actual})
    return wrap(_cxm.select_model(columns, given(options)))


def _fit(cls, arguments):
    entry = ENTRIES[cls.kind]
    names = [column["name"] for column in entry["columns"]]
    options = given({name: arguments.get(name) for name in (*FIT_OPTIONS, FINITE_MEAN)})
    columns = given({name: arguments[name] for name in names})
    first = columns.get(names[0])
    if hasattr(first, "tabulate"):
        # A calculator counts time in the unit that its table is asked for, up to its cut-off.
        first = first.value(**given({name: arguments[name] for name in ("unit", "until")}))
    elif arguments["until"] is not None:
        raise TypeError("until cuts off the log of a calculator; columns are already cut off")
    frame = first if is_frame(first) else None
    if frame is not None:
        columns = _fit_columns(frame, entry, columns)
    parts, effects = _effects(frame, arguments)
    with told(arguments["progress"], f"fit of {cls.kind}") as tell:
        return cls._of(_cxm.Model.fit(cls.kind, {**columns, **effects}, options | parts, tell))


def _effects(frame, arguments):
    """The names of the covariates of each part, and their columns."""
    covariates = arguments.get("covariates")
    parts = given({part: arguments.get(part) for part in PARTS})
    parts = {
        part: [names] if isinstance(names, str) else list(names) for part, names in parts.items()
    }
    if covariates is not None and not parts:
        parts = dict.fromkeys(PARTS, names_of(covariates))
    needed = list(dict.fromkeys(name for names in parts.values() for name in names))
    known = names_of(covariates) if covariates is not None else []
    columns = _frames.columns(covariates, [n for n in needed if n in known]) if known else {}
    missing = [name for name in needed if name not in known]
    if frame is not None:
        columns |= _frames.columns(frame, missing)
    return parts, columns


def _fit_columns(frame, entry, whom):
    """The columns of a frame that the fit reads; a text names a column, others are columns."""
    _, *others = (column["name"] for column in entry["columns"])
    known = names_of(frame)
    taken = {}
    for column in entry["columns"]:
        name = column["name"]
        if column["required"] or name in known:
            taken[name] = name
    if _CUSTOMERS in known and "weights" in others:
        taken.setdefault("weights", _CUSTOMERS)
    columns = {}
    for name in others:
        if name in whom:
            taken.pop(name, None)
            if isinstance(whom[name], str):
                taken[name] = whom[name]
            else:
                columns[name] = whom[name]
    found = _frames.columns(frame, list(taken.values()))
    return columns | {name: found[column] for name, column in taken.items()}


_FIT_DOC = """The {title} that fits the columns best.

Columns of numbers, one customer a row, or instead of the first a data frame, a table with columns
of these names or a calculator; a text then names a column that is called something else.

{columns}

``unit`` is that of the times, which the model keeps: ``"day"``, ``"week"``, ``"month"``,
``"year"`` or ``{{"days": 30}}``. ``start``, by the names of the parameters, is where to begin;
``priors``, by the same names, are ``{{"mean": …, "standard_deviation": …}}`` of the logarithm of a
parameter, of which a time is measured in mean ages. ``until`` is the cut-off of a calculator's log.
``progress`` is called with the steps done and, where it is known, their number; False or an
exception stops it, and True shows a line on the standard error, or a bar of tqdm where there is
one. A history that cannot be is an error that names its row; ``diagnosis`` says how far the
parameters can be trusted.
"""

_COVARIATES_DOC = """
``purchase_covariates`` and ``dropout_covariates`` are the names of columns of the frame, or of
``covariates``, a frame or a dict of columns, that move the rate of purchase and dropout; without
names, ``covariates`` move both. Kinds come as columns of 0 and 1 for each kind but one. With them
the parameters are those of customers whose covariates are all 0, and priors those of a customer
with average ones.
"""

_FINITE_MEAN_DOC = """
``finite_mean=True`` keeps the parameters where the mean of all customers is finite. Where the
likelihood would have them beyond, the fit ends at the edge, and ``diagnosis`` says so.
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
    options = [*FIT_OPTIONS, "until", "progress"]
    if entry["takes_covariates"]:
        document += _COVARIATES_DOC
        options[len(FIT_OPTIONS) :] = ["covariates", *PARTS, "until", "progress"]
    if entry["offers_finite_mean"]:
        document += _FINITE_MEAN_DOC
        options.insert(len(FIT_OPTIONS), FINITE_MEAN)
    function = make_function(
        "fit",
        "cxm.clv",
        positional,
        dict.fromkeys(options),
        document,
        lambda arguments: _fit(arguments.pop("cls"), arguments),
    )
    return classmethod(function)


_COVARIATES = "``covariates``, of a model with any, are a dict of columns or numbers, or a frame."


def _make_question(quantity, takes_covariates):
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
    lines += [_COVARIATES] if takes_covariates else []

    def body(arguments):
        asked = {"quantity": name} | {p: arguments[p] for p in (*required, *optional)}
        whom = {column: arguments[column] for column in columns}
        level, covariates = arguments["interval"], arguments.get("covariates")
        return arguments["self"]._ask(asked, whom, level, covariates)

    document = "\n".join(lines) + "\n"
    named = {"interval": None} | ({"covariates": None} if takes_covariates else {})
    return make_function(name, "cxm.clv", {**positional, **optional}, named, document, body)


def _make_predictive_interval(quantity, takes_covariates):
    columns = [column["name"] for column in quantity["columns"]]
    lines = [
        "Whole numbers between which the purchases of each customer will lie.",
        "",
        "    horizon: how far it looks ahead, in the unit of the model",
        *[f"    {column['name']}: {column['summary']}" for column in quantity["columns"]],
        "    level: the probability that they hold at least",
        "",
        "It is the chance of the purchases, the parameters taken as known; that of a posterior",
        f"adds theirs. A data frame or a table may stand for ``{columns[0]}``; without columns it",
        f"is about {quantity['without_columns']}. ``value`` is the expected number, and",
        "``probability`` what the whole numbers hold.",
        *([_COVARIATES] if takes_covariates else []),
    ]

    def body(arguments):
        whom = {column: arguments[column] for column in columns}
        horizon, level = arguments["horizon"], arguments["level"]
        return arguments["self"]._count(horizon, whom, level, arguments.get("covariates"))

    positional = {"self": Required, "horizon": Required, **dict.fromkeys(columns)}
    named = {"level": Required} | ({"covariates": None} if takes_covariates else {})
    document = "\n".join(lines) + "\n"
    return make_function("predictive_interval", "cxm.clv", positional, named, document, body)


def _signature(entry):
    from inspect import Parameter, Signature

    names = [parameter["name"] for parameter in entry["parameters"]]
    parameters = [Parameter(name, Parameter.KEYWORD_ONLY) for name in names]
    options = ("unit", *(PARTS if entry["takes_covariates"] else ()))
    optional = [Parameter(name, Parameter.KEYWORD_ONLY, default=None) for name in options]
    return Signature([*parameters, *optional])


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
    takes = entry["takes_covariates"]
    attributes |= {q["name"]: _make_question(q, takes) for q in entry["quantities"]}
    for quantity in entry["quantities"]:
        if quantity["name"] == "expected_transactions":
            attributes["predictive_interval"] = _make_predictive_interval(quantity, takes)
    return type(name, (Model,), attributes)


for _entry in ENTRIES.values():
    CLASSES[_entry["name"]] = _make(_entry)
