"""Every statistic of the library by its name: intervals, tests, sample sizes, weights.

The functions follow from the core's list. Arguments are plain values, lists and dicts; numpy
arrays and columns of data frames are taken too. Answers are intervals, comparisons, records of
named figures, or plain values.
"""

from __future__ import annotations

from . import _cxm
from ._results import wrap
from ._signatures import Required, make_function

_ENTRIES = {entry["name"]: entry for entry in _cxm.functions()}

__all__ = list(_ENTRIES)


def _document(entry):
    summary = entry["summary"]
    lines = [summary[:1].upper() + summary[1:].rstrip(".") + ".", ""]
    for parameter in entry["parameters"]:
        default = "" if parameter["required"] else f", default {parameter['default']!r}"
        doc = parameter["doc"].rstrip(".")
        lines.append(f"    {parameter['name']}: {parameter['kind']}{default}. {doc}.")
    return "\n".join(lines) + "\n"


def _make(entry):
    name = entry["name"]

    def default_of(parameter):
        return Required if parameter["required"] else parameter["default"]

    parameters = {p["name"]: default_of(p) for p in entry["parameters"]}
    required = {p: default for p, default in parameters.items() if default is Required}
    optional = {p: default for p, default in parameters.items() if default is not Required}

    def run(arguments):
        return wrap(_cxm.call(name, **arguments))

    return make_function(name, __name__, required, optional, _document(entry), run)


def __getattr__(name):
    # Made when first asked for: the list is long, and a program needs few of them.
    entry = _ENTRIES.get(name)
    if entry is None:
        raise AttributeError(f"module 'cxm.stats' has no function '{name}'", name=name)
    function = globals()[name] = _make(entry)
    return function


def __dir__():
    return sorted(__all__)
