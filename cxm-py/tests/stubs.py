"""Writes the type stubs of what follows from the core's lists.

`python tests/stubs.py` prints nothing and rewrites them; `test_stubs.py` compares, and rewrites
them with `CXM_BLESS=1`.
"""

from __future__ import annotations

from pathlib import Path

from conftest import ENTRIES, filled

import cxm
from cxm._calculators import READINGS, TABLE_SHAPES
from cxm._one_shot import FUNCTIONS, NAMES

PACKAGE = Path(__file__).resolve().parents[1] / "python" / "cxm"
HEADER = '''"""Generated from the lists of the core by tests/stubs.py: `CXM_BLESS=1` rewrites it."""

'''
#: Texts that the rows below leave out, so that their type does not show.
TEXT_FIGURES = {"currency", "degenerate"}
ROWS = [(5, 4, 3), (1, 2, 5), (4, 4, 4), (None, 1, 2), (99, 3, 3)]

KINDS = {"integer": "int", "number": "float", "text": "str", "object": "Mapping[str, Any]"}


def docstring(text, indent):
    space = "    " * indent
    lines = text.strip().replace("\\", "\\\\").split("\n")
    body = f"\n{space}".join(lines).replace(f"\n{space}\n", "\n\n")
    end = f"\n{space}" if len(lines) > 1 else ""
    return f'{space}"""{body}{end}"""\n'.replace("    \n", "\n")


def literal(default):
    return repr(tuple(default)) if isinstance(default, list) else repr(default)


#: Fields of definitions that take more than their default shows.
FIELDS = {
    "gap": "timedelta | int",
    "lateness": "timedelta | int",
    **dict.fromkeys(("goal", "start", "end", "separators", "touchpoints", "stages"), "Any"),
}


def definition_type(value):
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, str):
        return "str"
    if isinstance(value, list):
        inner = {definition_type(item) for item in value} or {"int"}
        return f"Sequence[{' | '.join(sorted(inner))}]"
    return "float"


def figure_type(empty, full):
    known = full if full is not None else empty
    if known is None:
        return "float | None"
    if isinstance(known, list):
        inner = {figure_type(item, item) for item in known} or {"int"}
        return f"list[{' | '.join(sorted(inner))}]"
    if isinstance(known, dict):
        return "dict[str, Any]"
    return f"{type(known).__name__} | None" if empty is None else type(known).__name__


def report(entry, cls):
    empty, full = cls().report()._fields, filled(cls, ROWS).report()._fields
    bases = getattr(cxm, f"{entry['type_name']}Report").__bases__
    base = ", ".join(base.__name__ for base in bases)
    lines = [f"class {entry['type_name']}Report({base}):\n"]
    lines.append(docstring(getattr(cxm, f"{entry['type_name']}Report").__doc__, 1))
    for name in empty:
        if name not in dir(cxm.Report):
            text = name in TEXT_FIGURES
            kind = "str | None" if text else figure_type(empty[name], full[name])
            lines.append(f"    {name}: {kind}\n")
    return "".join(lines)


def definition_keywords(entry, default):
    yield "preset", "str | None", "None"
    for name, value in entry["definition"].items():
        kind = FIELDS.get(name) or definition_type(value)
        yield name, f"{kind} | None", default(value)


def calculator(entry, cls):
    keywords = definition_keywords(entry, lambda _value: "...")
    keywords = "".join(f"        {n}: {kind} = {default},\n" for n, kind, default in keywords)
    base = ", ".join(base.__name__ for base in cls.__bases__)
    return (
        f"class {entry['type_name']}({base}):\n"
        f"{docstring(cls.__doc__, 1)}"
        f"    kind: str\n    __signature__: Any\n"
        f"    def __new__(\n        cls,\n        snapshot: Snapshot | None = None,\n        /,\n"
        f"        *,\n{keywords}        **definition: Never,\n    ) -> Self: ...\n"
        f"    def report(\n        self, *, level: float | None = ..., method: str | None = ...,\n"
        f"        **options: Never\n    ) -> {entry['type_name']}Report: ...\n"
        f"{value(entry)}"
    )


#: What the arguments of a table may be.
ARGUMENTS = {
    "date": "Any",
    "unit": "str | int",
    "boolean": "bool",
    "array of numbers": "Any",
    "array of integers": "Sequence[int]",
    "array of texts": "Sequence[str]",
    "number": "float",
    "integer": "int",
    "text": "str",
    "text or array of integers": "str | Sequence[int]",
    "touchpoint": "Any",
    "array of touchpoints": "Any",
    "object of numbers": "Any",
}


def value(entry):
    if entry["shape"] not in TABLE_SHAPES:
        readings = READINGS.get(entry["kind"])
        listed = [t for t in entry["tables"] if not hasattr(readings, t["name"])]
        return (
            f"    def value(\n        self, *, level: float | None = ..., "
            f"method: str | None = ...,\n"
            f"        **options: Never\n    ) -> {entry['type_name']}Report: ...\n"
        ) + "".join(table_method(table["name"], table) for table in listed)
    methods = [("value", entry["tables"][0])]
    methods += [(table["name"], table) for table in entry["tables"]]
    return "".join(table_method(name, table) for name, table in methods)


def argument(parameter):
    kind = ARGUMENTS[parameter["kind"]]
    if parameter["required"]:
        return f"{parameter['name']}: {kind}"
    return f"{parameter['name']}: {kind} | None = {parameter['default']!r}"


def table_method(name, table):
    required = [argument(p) for p in table["parameters"] if p["required"]]
    optional = [argument(p) for p in table["parameters"] if not p["required"]]
    listed = ", ".join(["self", *required, *(["*", *optional] if optional else [])])
    kind = "Record" if table["name"] == "audit" else "ColumnTable"
    document = docstring(cxm._calculators.document_table(table), 2)
    # A reading of the class's own, with arguments of its own.
    ignored = "  # type: ignore[override]" if name in ("value", "audit") else ""
    return f"    def {name}({listed}) -> {kind}:{ignored}\n{document}"


COLUMN_KEYWORDS = (
    "frame",
    "spans",
    "amount",
    "cost",
    "currency",
    "frequency",
    "recency",
    "age",
    "spend",
    "until",
    "weights",
    "counts",
    "customer",
    "time",
    "wave",
    "invited_at",
    "answered_at",
    "ratings",
    "durations",
    "probability",
    "observed",
    "entry",
    "cause",
    "start",
    "end",
    "subscription",
    "cancelled",
    "items",
    "path",
    "conversions",
    "value",
    "nulls",
)
OTHER_KEYWORDS = {
    "rating": "str | None",
    "columns": "str | Sequence[str] | Mapping[str, str] | None",
    "level": "float | None",
    "method": "str | None",
    "min_responses": "int | None",
    "versus_rest": "bool | None",
    "adjustment": "str | None",
    "shrink": "bool | None",
    "max_groups": "int | None",
    "overflow": "str | None",
    "duplicates": "str | None",
    "min_gap_days": "int | None",
    "preset": "str | None",
    "unit": "str | int | None",
    "include_first": "bool | None",
}


def one_shot(entry):
    from inspect import Parameter, signature

    function = NAMES.get(entry["kind"], entry["kind"])

    def parameters(by):
        types = {name: kind for name, kind, _ in definition_keywords(entry, repr)}
        tables = entry["tables"][:1] if entry["shape"] in TABLE_SHAPES else []
        reading = [p["name"] for table in tables for p in table["parameters"]]
        separated = False
        for parameter in signature(getattr(cxm, function)).parameters.values():
            name, kind = parameter.name, parameter.kind
            if kind is Parameter.VAR_POSITIONAL:
                separated = True
                yield f"*{name}: Any"
                continue
            if kind is Parameter.KEYWORD_ONLY and not separated:
                separated = True
                yield "*"
            if name == "by":
                yield by
            elif name in reading:
                yield f"{name}: {OTHER_KEYWORDS.get(name, 'Any')} = {parameter.default!r}"
            elif name in types:
                yield f"{name}: {types[name]} = None"
            elif name in COLUMN_KEYWORDS:
                yield f"{name}: Any" + ("" if parameter.default is Parameter.empty else " = None")
            else:
                yield f"{name}: {OTHER_KEYWORDS[name]} = None"

    def spell(by, answer):
        listed = "".join(f"    {parameter},\n" for parameter in parameters(by))
        return f"def {function}(\n{listed}) -> {answer}:"

    document = docstring(getattr(cxm, function).__doc__, 1)
    if "by" not in signature(getattr(cxm, function)).parameters:
        answer = "Any" if entry["shape"] in TABLE_SHAPES else f"{entry['type_name']}Report"
        return f"{spell('', answer)}\n{document}"
    return (
        f"@overload\n{spell('by: None = None', entry['type_name'] + 'Report')}\n{document}"
        f"@overload\n{spell('by: str | Sequence[str]', 'Any')} ...\n"
    )


def package_stub():
    pairs = [(entry, getattr(cxm, entry["type_name"])) for entry in ENTRIES.values()]
    parts = [
        HEADER,
        "from collections.abc import Mapping, Sequence\n"
        "from datetime import timedelta\n"
        "from typing import Any, Never, Self, overload\n\n"
        "from . import clv as clv\n"
        "from . import errors as errors\n"
        "from . import journeys as journeys\n"
        "from . import plots as plots\n"
        "from . import stats as stats\n"
        "from . import survival as survival\n"
        "from ._attribution import attribution as attribution\n"
        "from ._calculators import Calculator as Calculator\n"
        "from ._calculators import FrameCalculator as FrameCalculator\n"
        "from ._calculators import TableCalculator as TableCalculator\n"
        "from ._calculators import from_bytes as from_bytes\n"
        "from ._churn import ChurnRate as ChurnRate\n"
        "from ._churn import RevenueRetention as RevenueRetention\n"
        "from ._churn import SubscriptionsReadings\n"
        "from ._churn import churn_rate as churn_rate\n"
        "from ._churn import revenue_retention as revenue_retention\n"
        "from ._cohorts import Cohorts as Cohorts\n"
        "from ._cohorts import cohorts as cohorts\n"
        "from ._columns import ColumnTable as ColumnTable\n"
        "from ._curves import LifetimesReadings\n"
        "from ._predictions import PredictionReadings\n"
        "from ._cxm import Snapshot\n"
        "from ._cxm import __version__ as __version__\n"
        "from ._journey_stream import JourneyStreamReadings\n"
        "from ._journeys import JourneysReadings\n"
        "from ._one_shot import compare as compare\n"
        "from ._results import Comparison as Comparison\n"
        "from ._results import Interval as Interval\n"
        "from ._results import Record as Record\n"
        "from ._results import Report as Report\n"
        "from .errors import CxmError as CxmError\n"
        "from .table import Keyed as Keyed\n"
        "from .table import Table as Table\n\n",
        "__all__ = [\n" + "".join(f'    "{name}",\n' for name in cxm.__all__) + "]\n\n",
    ]
    parts += [report(*pair) + "\n" for pair in pairs]
    parts += [calculator(*pair) + "\n" for pair in pairs]
    parts += [one_shot(entry) + "\n" for entry, _ in pairs if entry["kind"] in FUNCTIONS]
    return "".join(parts).rstrip() + "\n"


def stats_stub():
    functions = []
    for name in cxm.stats.__all__:
        entry = cxm.stats._ENTRIES[name]
        required = [p for p in entry["parameters"] if p["required"]]
        optional = [p for p in entry["parameters"] if not p["required"]]
        lines = [f"    {p['name']}: {parameter_type(p)},\n" for p in required]
        if optional:
            lines.append("    *,\n")
        for p in optional:
            none = " | None" if p["default"] is None else ""
            lines.append(f"    {p['name']}: {parameter_type(p)}{none} = {literal(p['default'])},\n")
        document = docstring(getattr(cxm.stats, name).__doc__, 1)
        functions.append(f"def {name}(\n{''.join(lines)}) -> Any:\n{document}\n")
    listed = "".join(f'    "{name}",\n' for name in cxm.stats.__all__)
    imports = "from collections.abc import Mapping\nfrom typing import Any\n\n"
    text = HEADER + imports + f"__all__ = [\n{listed}]\n\n" + "".join(functions)
    return text.rstrip() + "\n"


def parameter_type(parameter):
    # Arrays may be lists, numpy arrays or columns.
    return KINDS.get(parameter["kind"], "Any")


def finite_mean(entry):
    return "        finite_mean: bool | None = None,\n" if entry["offers_finite_mean"] else ""


def model_class(entry):
    name = entry["type_name"]
    parameters = "".join(f"        {p['name']}: float,\n" for p in entry["parameters"])
    lines = [
        f"class {name}(Model):\n{docstring(getattr(cxm.clv, name).__doc__, 1)}"
        f"    kind: str\n    __signature__: Any\n"
        f"    def __init__(\n        self,\n        *,\n{parameters}"
        f"        unit: str | Mapping[str, int] | None = ...,\n{known_effects(entry)}"
        f"        **parameters: Never,\n    ) -> None: ...\n"
    ]
    first, *others = entry["columns"]
    default = "" if first["required"] else " = None"
    columns = f"        {first['name']}: Any{default},\n"
    columns += "".join(f"        {column['name']}: Any = None,\n" for column in others)
    lines.append(
        f"    @classmethod\n    def fit(\n        cls,\n{columns}        *,\n"
        f"        unit: str | Mapping[str, int] | None = None,\n"
        f"        start: Mapping[str, float] | Sequence[float] | None = None,\n"
        f"        priors: Mapping[str, Mapping[str, float]] | None = None,\n"
        f"        max_iterations: int | None = None,\n        tolerance: float | None = None,\n"
        f"{finite_mean(entry)}{effects(entry)}        until: Any = None,\n"
        f"        progress: bool | Callable[[int, int | None], object] | None = None,\n"
        f"    ) -> Self:\n{docstring(getattr(cxm.clv, name).fit.__doc__, 2)}"
    )
    for question in entry["quantities"]:
        given = [p for p in question["parameters"] if p["required"]]
        rest = [p for p in question["parameters"] if not p["required"]]
        listed = "".join(f"        {p['name']}: Any,\n" for p in given)
        listed += "".join(f"        {c['name']}: Any = None,\n" for c in question["columns"])
        listed += "".join(f"        {p['name']}: Any = {p['default']!r},\n" for p in rest)
        listed += "        *,\n        interval: float | None = None,\n"
        listed += COVARIATES if entry["takes_covariates"] else ""
        document = docstring(getattr(getattr(cxm.clv, name), question["name"]).__doc__, 2)
        lines.append(
            f"    def {question['name']}(\n        self,\n{listed}    ) -> Any:\n{document}"
        )
        if question["name"] == "expected_transactions":
            lines.append(predictive_interval(entry, question))
    return "".join(lines)


def predictive_interval(entry, question):
    columns = "".join(f"        {c['name']}: Any = None,\n" for c in question["columns"])
    covariates = COVARIATES if entry["takes_covariates"] else ""
    document = docstring(getattr(cxm.clv, entry["type_name"]).predictive_interval.__doc__, 2)
    return (
        f"    def predictive_interval(\n        self,\n        horizon: Any,\n{columns}"
        f"        *,\n        level: float,\n{covariates}    ) -> Any:\n{document}"
    )


#: The covariates of whom a question is about.
COVARIATES = "        covariates: Any = None,\n"


def known_effects(entry):
    """Coefficients of known parameters."""
    parts = cxm._models.PARTS if entry["takes_covariates"] else ()
    return "".join(f"        {part}: Mapping[str, float] | None = ...,\n" for part in parts)


def effects(entry):
    """The covariates of a fit."""
    if not entry["takes_covariates"]:
        return ""
    parts = "".join(
        f"        {part}: str | Sequence[str] | None = None,\n" for part in cxm._models.PARTS
    )
    return COVARIATES + parts


def clv_stub():
    imports = "".join(f"from .stats import {name} as {name}\n" for name in cxm.clv._STATISTICS)
    parts = [
        HEADER,
        "from collections.abc import Callable, Mapping, Sequence\n"
        "from typing import Any, Never, Self\n\n"
        "from ._models import Model as Model\n"
        "from ._models import ModelSummary as ModelSummary\n"
        "from ._models import Posterior as Posterior\n"
        "from ._models import compare as compare\n"
        "from ._models import from_json as from_json\n" + imports + "\n",
        "__all__ = [\n" + "".join(f'    "{name}",\n' for name in cxm.clv.__all__) + "]\n\n",
        "CLASSES: dict[str, Any]\n\n",
    ]
    parts += [model_class(entry) + "\n" for entry in cxm._models.ENTRIES.values()]
    return "".join(parts).rstrip() + "\n"


def option(name, default):
    if default == "":
        return f"    {name}: str,\n"
    if default is None:
        kind = "Mapping[str, Any]" if name == "observation" else "str"
        return f"    {name}: {kind} | None = None,\n"
    kind = "Sequence[str]" if isinstance(default, list) else type(default).__name__
    return f"    {name}: {kind} = {default!r},\n"


def journeys_stub():
    parts = [
        HEADER,
        "from collections.abc import Mapping, Sequence\n"
        "from typing import Any\n\n"
        "from ._answers import JoinedAnswers as JoinedAnswers\n"
        "from ._answers import join_answers as join_answers\n"
        "from ._columns import ColumnTable\n"
        "from ._customer_view import CustomerFigures as CustomerFigures\n"
        "from ._customer_view import CustomerView as CustomerView\n"
        "from ._cxm import Table\n"
        "from ._results import Record\n"
        "from .stats import journey_deviation as deviation\n\n",
        "__all__ = [\n" + "".join(f'    "{name}",\n' for name in cxm.journeys.__all__) + "]\n\n",
        f"class Interactions(ColumnTable):\n{docstring(cxm.journeys.Interactions.__doc__, 1)}\n"
        "    def __init__(self, table: Table, losses: dict[str, Any]) -> None: ...\n"
        "    @property\n    def losses(self) -> Record:\n"
        f"{docstring(cxm.journeys.Interactions.losses.__doc__, 2)}\n"
        "    @property\n    def customers(self) -> list[dict[str, Any]]:\n"
        f"{docstring(cxm.journeys.Interactions.customers.__doc__, 2)}\n"
        "    def __reduce__(self) -> tuple[Any, ...]: ...\n\n"
        f"def catalogue() -> dict[str, Any]:\n{docstring(cxm.journeys.catalogue.__doc__, 1)}\n"
        "def check_catalogue(catalogue: dict[str, Any]) -> dict[str, Any]:\n"
        f"{docstring(cxm.journeys.check_catalogue.__doc__, 1)}\n",
    ]
    for entry in cxm._cxm.formats():
        name = f"read_{entry['name']}"
        options = "".join(option(*pair) for pair in entry["options"].items())
        document = docstring(getattr(cxm.journeys, name).__doc__, 1)
        parts.append(
            f"def {name}(\n    log: Any,\n    *,\n{options}) -> Interactions:\n{document}\n"
        )
    return "".join(parts).rstrip() + "\n"


def errors_stub():
    parts = [HEADER, "import builtins\n\n"]
    listed = "".join(f'    "{name}",\n' for name in cxm.errors.__all__)
    parts.append(f"__all__ = [\n{listed}]\n\n")
    for name in cxm.errors.__all__:
        cls = getattr(cxm.errors, name)
        bases = [
            base.__name__ if base.__module__ == "cxm.errors" else f"builtins.{base.__name__}"
            for base in cls.__bases__
        ]
        fields = ""
        if name == "CxmError":
            fields = "    kind: str\n    field: str | None\n    row: int | None\n"
        parts.append(f"class {name}({', '.join(bases)}):\n{docstring(cls.__doc__, 1)}{fields}\n")
    return "".join(parts).rstrip() + "\n"


STUBS = {
    "__init__.pyi": package_stub,
    "clv.pyi": clv_stub,
    "stats.pyi": stats_stub,
    "errors.pyi": errors_stub,
    "journeys.pyi": journeys_stub,
}


def write():
    for name, make in STUBS.items():
        (PACKAGE / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    write()
