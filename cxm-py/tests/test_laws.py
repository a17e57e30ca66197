"""What every calculator of the list promises, on random rows."""

from __future__ import annotations

import copy
import pickle

import pytest
from conftest import ENTRIES, any_order, columns_of, empty, filled, keeps_all
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cxm

value = st.one_of(st.none(), st.integers(-1, 12))
rows = st.lists(st.tuples(value, value, value), max_size=25)
laws = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@laws
@given(a=rows)
def test_an_empty_state_changes_nothing(calculator_class, a):
    calculator = filled(calculator_class, a)
    before = calculator.to_bytes()
    calculator.merge(empty(calculator_class))
    assert calculator.to_bytes() == before


@laws
@given(a=rows, b=rows)
def test_merging_commutes(calculator_class, a, b):
    left, right = filled(calculator_class, a), filled(calculator_class, b)
    left.merge(filled(calculator_class, b))
    right.merge(filled(calculator_class, a))
    assert left.to_bytes() == right.to_bytes()
    assert left == right


@laws
@given(a=rows, b=rows)
def test_a_split_changes_nothing(calculator_class, a, b):
    parts = filled(calculator_class, a)
    positional, named = columns_of(calculator_class, b)
    parts.update(*positional, **named)
    assert parts.to_bytes() == filled(calculator_class, a + b).to_bytes()


@laws
@given(a=rows, b=rows)
def test_retract_undoes_update(calculator_class, a, b):
    calculator = filled(calculator_class, a + b)
    positional, named = columns_of(calculator_class, b)
    if keeps_all(calculator_class):
        with pytest.raises(cxm.errors.NotOfferedError, match="no history"):
            calculator.retract(*positional, **named)
        assert calculator.to_bytes() == filled(calculator_class, a + b).to_bytes()
        return
    calculator.retract(*positional, **named)
    assert calculator.to_bytes() == filled(calculator_class, a).to_bytes()
    calculator.subtract(filled(calculator_class, a))
    assert calculator == empty(calculator_class)


@laws
@given(a=rows)
def test_states_travel(calculator_class, a):
    calculator = filled(calculator_class, a)
    state = calculator.to_bytes()
    again = [
        calculator_class.from_bytes(state),
        cxm.from_bytes(state),
        pickle.loads(pickle.dumps(calculator)),
        copy.copy(calculator),
        copy.deepcopy(calculator),
        calculator.copy(),
        calculator.report().calculator(),
    ]
    for other in again:
        assert type(other) is calculator_class
        assert other == calculator
        assert other.to_bytes() == state
        assert other.report() == calculator.report()
        assert _value(other) == _value(calculator)
    again[0].merge(calculator)
    assert calculator.to_bytes() == state


@laws
@given(a=rows)
def test_a_table_is_its_calculators(calculator_class, a):
    keys = [None if row[2] is None else f"k{row[2] % 3}" for row in a]
    table = calculator_class.by("key", **any_order(calculator_class))
    positional, named = columns_of(calculator_class, a)
    table.update(*positional, keys=keys, **named)
    assert table.total() == filled(calculator_class, a)
    for (key,), group in table.groups():
        mine = [row for row, k in zip(a, keys, strict=True) if k == key]
        assert group == filled(calculator_class, mine)
    assert pickle.loads(pickle.dumps(table)) == table
    doubled = table.copy()
    doubled.merge(table)
    if keeps_all(calculator_class):
        return
    doubled.retract(*positional, keys=keys, **named)
    assert doubled == table
    assert doubled.to_bytes() == table.to_bytes()


def test_empty_has_no_value(calculator_class):
    report = calculator_class().report()
    assert report.score is None
    assert report.responses == 0
    assert report.interval() is None
    assert calculator_class().observations == 0


def test_unlike_definitions_refuse(calculator_class):
    for name in calculator_class.presets():
        other = calculator_class(preset=name)
        if other.definition == calculator_class().definition:
            continue
        calculator = calculator_class()
        with pytest.raises(cxm.errors.IncompatibleMergeError):
            calculator.merge(other)
        with pytest.raises(cxm.CxmError):
            calculator.report().compare(other)
        return
    assert len(calculator_class.presets()) <= 1, "no preset differs from the default"


def test_kinds_refuse_each_other(calculator_class):
    stranger = next(cls for cls in ENTRIES if cls != calculator_class.kind)
    stranger = getattr(cxm, ENTRIES[stranger]["type_name"])
    with pytest.raises(cxm.errors.IncompatibleMergeError):
        calculator_class().merge(stranger())
    with pytest.raises(cxm.CxmError):
        calculator_class.from_bytes(stranger().to_bytes())
    assert calculator_class() != stranger()


def test_a_bad_batch_changes_nothing(calculator_class):
    good = [(3, 3, 3), (5, 2, 1)]
    calculator = filled(calculator_class, good)
    before = calculator.to_bytes()
    positional, named = columns_of(calculator_class, good)
    bad = ([*positional[0], "x"], *positional[1:])
    with pytest.raises(cxm.CxmError) as caught:
        calculator.update(*bad, **named)
    # A text is a path like any other: there, only the number of rows is wrong.
    if ENTRIES[calculator_class.kind]["shape"] != "paths":
        assert caught.value.row == 2
    short = ([*positional[0], positional[0][0]], *positional[1:])
    if len(positional) > 1 or named:
        with pytest.raises(cxm.errors.WrongBatchError):
            calculator.update(*short, **named)
    never_added, beside = columns_of(calculator_class, [(4, 4, 4)] * 9)
    with pytest.raises(cxm.CxmError):
        calculator.retract(*never_added, **beside)
    assert calculator.to_bytes() == before


def _value(calculator):
    """The reading, or the kind of its refusal where there is nothing to read."""
    try:
        return calculator.value()
    except cxm.CxmError as error:
        return error.kind


def test_damaged_bytes_are_refused(calculator_class):
    state = filled(calculator_class, [(3, 3, 3), (5, 2, 1)]).to_bytes()
    for position in range(len(state)):
        for damaged in (
            state[:position],
            state[:position] + bytes([state[position] ^ 0x40]) + state[position + 1 :],
        ):
            with pytest.raises(cxm.CxmError):
                calculator_class.from_bytes(damaged)
    for nonsense in (b"", b"cxm", state + b"\0"):
        with pytest.raises(cxm.errors.CorruptStateError):
            cxm.from_bytes(nonsense)


def test_states_are_compared_but_not_hashed(calculator_class):
    assert calculator_class() == calculator_class()
    assert calculator_class() != "something else"
    with pytest.raises(TypeError):
        hash(calculator_class())
