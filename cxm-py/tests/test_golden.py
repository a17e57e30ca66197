"""The golden files that the Rust and the C tests read as well."""

from __future__ import annotations

import math

import pytest
from conftest import golden_cases

import cxm
from cxm._results import Record

CASES = list(golden_cases())


def case_id(pair):
    file, case = pair
    return f"{file}:{case.get('id', '')}"


def close(found, expected, tolerance, where):
    """Compares what the case names; more may be there."""
    found = found.to_dict() if isinstance(found, Record) else found
    if isinstance(expected, dict):
        assert isinstance(found, dict), f"{where}: expected named figures, got {found!r}"
        for name, value in expected.items():
            assert name in found, f"{where}: no {name} in {found!r}"
            close(found[name], value, tolerance, f"{where}.{name}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for position, value in enumerate(expected):
            close(found[position], value, tolerance, f"{where}[{position}]")
    elif isinstance(expected, (int, float)) and not isinstance(expected, bool):
        assert found is not None, f"{where}: expected {expected!r}, got None"
        allowed = tolerance if isinstance(tolerance, (int, float)) else 0
        close_enough = math.isclose(found, expected, rel_tol=0, abs_tol=allowed)
        assert close_enough or found == expected, f"{where}: expected {expected!r}, got {found!r}"
    else:
        assert found == expected, where


#: The cases below `numeric` pin special functions that are the core's own and no statistics.
FUNCTION_CASES = [
    pair for pair in CASES if "function" in pair[1] and not pair[0].startswith("numeric/")
]
CALCULATOR_CASES = [pair for pair in CASES if "calculator" in pair[1]]


@pytest.mark.parametrize("pair", FUNCTION_CASES, ids=case_id)
def test_a_function(pair):
    _, case = pair
    function = getattr(cxm.stats, case["function"])
    if "error" in case:
        with pytest.raises((cxm.CxmError, TypeError)) as caught:
            function(**case["input"])
        if isinstance(caught.value, cxm.CxmError):
            assert caught.value.kind == case["error"]
        return
    found = function(**case["input"])
    close(found, case["expected"], case.get("tolerance", 0), case["function"])


@pytest.mark.parametrize("pair", CALCULATOR_CASES, ids=case_id)
def test_a_calculator(pair):
    _, case = pair
    cls = cxm._calculators.CLASSES[case["calculator"]]
    if "error" in case:
        with pytest.raises(cxm.CxmError) as caught:
            _fed(cls, case)
        _same_place(caught.value, case)
        return
    calculator = _fed(cls, case)
    _retracted(calculator, cls, case)
    report = calculator.report()
    tolerance = case.get("tolerance", 0)
    close(report.to_dict(), case["expected"], tolerance, case["calculator"])
    for table in case.get("tables", []):
        close_table(calculator.tabulate(table["table"], **table["arguments"]), table, tolerance)
    for question in case.get("questions", []):
        if "error" in question:
            with pytest.raises(cxm.CxmError) as caught:
                report.ask(question["question"], **question.get("arguments", {}))
            _same_place(caught.value, question)
            continue
        answer = report.ask(question["question"], **question.get("arguments", {}))
        close(
            answer, question["expected"], question.get("tolerance", tolerance), question["question"]
        )


def _same_place(error, case):
    """The kind of an error, and its row and field where the case names them."""
    assert error.kind == case["error"]
    for place in ("row", "field"):
        if place in case:
            assert getattr(error, place) == case[place], place


def _retracted(calculator, cls, case):
    """Rows that go leave the bytes of never having been there, and cannot go twice."""
    if "retract" not in case:
        return
    positional, named = _columns(case["retract"])
    calculator.retract(*positional, **named)
    never = _fed(cls, {**case, "batch": case["remaining"]}).to_bytes()
    assert calculator.to_bytes() == never
    with pytest.raises(cxm.CxmError) as caught:
        calculator.retract(*positional, **named)
    assert caught.value.kind == "never_added"
    assert calculator.to_bytes() == never


def _fed(cls, case):
    calculator = cls(**(case.get("definition") or {}))
    positional, named = _columns(case["batch"])
    calculator.update(*positional, **named)
    return calculator


def _columns(batch):
    """The columns of a batch as Python takes them: some by position, the others by name."""
    batch = dict(batch)
    shapes = ("invitations", "answers", "transactions", "histories", "lifetimes", "paths")
    shapes = (*shapes, "spans", "events", "predictions")
    batch = next((batch[shape] for shape in shapes if shape in batch), batch)
    if "days" in batch:
        batch = {**batch, "times": [day * 86_400_000_000 for day in batch["days"]]}
        del batch["days"]
    for name in ("start", "end", "cancelled"):
        if f"{name}_days" in batch:
            days = batch.pop(f"{name}_days")
            batch[name] = [None if day is None else day * 86_400_000_000 for day in days]
    columns = {_KEYWORDS.get(name, name): column for name, column in batch.items()}
    first = [columns.pop("ratings")] if "ratings" in columns else columns.pop("items", [])
    return first, columns


#: Columns of an answer are named as those of a data frame: one customer a row.
_KEYWORDS = {
    "customers": "customer",
    "touchpoints": "touchpoint",
    "event_ids": "event_id",
    "channels": "channel",
    "scores": "score",
    "values": "value",
    "objects": "object",
    "outcomes": "outcome",
    "waves": "wave",
    "times": "time",
    "amounts": "amount",
    "costs": "cost",
    "currencies": "currency",
    "frequencies": "frequency",
    "recencies": "recency",
    "ages": "age",
    "spends": "spend",
    "entries": "entry",
    "causes": "cause",
    "paths": "path",
    "probabilities": "probability",
    "subscriptions": "subscription",
}


def close_table(table, expected, tolerance):
    """Compares the number of rows, sums of columns and single cells."""
    assert len(table) == expected["rows"]
    for name, total in expected["sums"].items():
        found = sum(value for value in table[name] if value is not None)
        close(found, total, tolerance, f"sum of {name}")
    for cells in expected["at"]:
        for name, value in cells.items():
            if name != "row":
                close(table[name][cells["row"]], value, tolerance, f"{name} at {cells['row']}")


def test_the_golden_files_are_read():
    functions = {case["function"] for _, case in FUNCTION_CASES}
    assert functions
    assert functions <= set(dir(cxm.stats))
