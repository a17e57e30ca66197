"""Late answers joined to their contact: golden cases, and the way on into the journeys."""

from __future__ import annotations

import json
import pickle
from datetime import datetime, timedelta

import duckdb
import numpy
import pandas as pd
import polars
import pyarrow
import pytest
from conftest import REPOSITORY

import cxm
from cxm import errors
from cxm.journeys import JoinedAnswers, join_answers

DAY = 86_400_000_000
CASES = json.loads(
    (REPOSITORY / "cxm-core/tests/golden/journey/answers.json").read_text(encoding="utf-8")
)
NAMES = {
    "customers": "customer",
    "touchpoints": "touchpoint",
    "times": "time",
    "scores": "score",
    "objects": "object",
    "event_ids": "event_id",
}


def renamed(columns):
    return {NAMES[name]: column for name, column in columns.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_golden_case(case):
    contacts, answers = renamed(case["contacts"]), renamed(case["answers"])
    if "error" in case:
        with pytest.raises((cxm.CxmError, TypeError)) as caught:
            join_answers(contacts, answers, **case["join"])
        if isinstance(caught.value, cxm.CxmError):
            assert caught.value.kind == case["error"]
        return
    joined = join_answers(contacts, answers, **case["join"])
    expected = case["expected"]
    assert joined.to_dict() == expected["report"]
    assert joined.score == expected["scores"]
    assert joined.outcomes["outcome"].to_list() == expected["outcomes"]
    assert joined.outcomes["contact"].to_list() == expected["contacts"]


CONTACTS = {
    "customer": ["ann", "ann", "bob"],
    "touchpoint": ["order", "call", "order"],
    "time": [datetime(2024, 5, 1), datetime(2024, 5, 3), datetime(2024, 5, 4)],
}
ANSWERS = {
    "customer": ["ann", "ann", "bob"],
    "touchpoint": ["order", "call", "order"],
    "time": [datetime(2024, 5, 2), datetime(2024, 5, 30), datetime(2024, 5, 4)],
    "score": [9, 3, 5],
}
LIBRARIES = {
    "pandas": (pd.DataFrame, pd.Series),
    "polars": (polars.DataFrame, polars.Series),
    "pyarrow": (pyarrow.table, pyarrow.Array),
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_answers_become_the_scores_of_journeys(library):
    make, column = LIBRARIES[library]
    contacts, answers = make(CONTACTS), make(ANSWERS)
    joined = join_answers(contacts, answers, within=timedelta(days=7))
    assert isinstance(joined, JoinedAnswers)
    assert isinstance(joined.score, column)
    assert isinstance(joined.outcomes, type(contacts))
    assert (joined.joined, joined.out_of_window) == (2, 1)
    journeys = cxm.Journeys()
    names = {name: name for name in ("customer", "touchpoint", "time")}
    journeys.update(contacts, **names, score=joined.score)
    found = dict(
        zip(*(journeys.sessions[n].to_list() for n in ("customer", "mean_score")), strict=True)
    )
    assert found == {"ann": 9, "bob": 5}
    assert [score.score for score in journeys.customer("ann").score_history] == [9]


def test_answers_come_out_of_any_library_and_from_several_chunks():
    plain = join_answers(CONTACTS, ANSWERS, within=7 * DAY)
    assert plain.score == [9, None, 5]
    chunked = pyarrow.concat_tables(
        [pyarrow.table(CONTACTS).slice(0, 1), pyarrow.table(CONTACTS).slice(1)]
    )
    frame = pd.DataFrame(ANSWERS)
    relation = duckdb.sql("select * from frame")
    lazy = polars.DataFrame(CONTACTS).lazy()
    for contacts, answers in [(chunked, relation), (lazy, frame), (CONTACTS, relation)]:
        joined = join_answers(contacts, answers, within=timedelta(days=7))
        assert joined.to_dict() == plain.to_dict()
        assert len(joined.score) == 3
        assert len(joined.outcomes) == 3


def test_columns_may_be_called_otherwise_and_answers_in_any_order():
    contacts = pd.DataFrame(CONTACTS).rename(columns={"customer": "account"})
    answers = pd.DataFrame(ANSWERS).rename(columns={"time": "sent"}).iloc[::-1]
    joined = join_answers(
        contacts,
        answers,
        within=None,
        contact_columns={"customer": "account"},
        answer_columns={"time": "sent"},
    )
    assert joined.score.to_list() == [9, 3, 5]
    with pytest.raises(TypeError, match="no column account"):
        join_answers(CONTACTS, ANSWERS, within=None, contact_columns={"account": "customer"})
    with pytest.raises(errors.NotFoundError, match="score"):
        join_answers(CONTACTS, CONTACTS, within=None)
    with pytest.raises(errors.InvalidArgumentError):
        join_answers(CONTACTS, ANSWERS, within=None, keep="mean")
    with pytest.raises(errors.InvalidObservationError) as caught:
        join_answers(CONTACTS, {**ANSWERS, "score": [1, float("inf"), 2]}, within=None)
    assert caught.value.row == 1


def test_what_is_found_is_shown_and_pickled():
    joined = join_answers(CONTACTS, ANSWERS, within=7 * DAY)
    assert repr(joined) == "2 of 3 answers joined to 3 contacts, 1 out of window"
    again = pickle.loads(pickle.dumps(joined))
    assert again == joined
    assert again.rule.within == 7 * DAY
    assert joined != join_answers(CONTACTS, ANSWERS, within=None)


def test_a_large_join_agrees_with_pandas():
    draw = numpy.random.default_rng(3)
    n, m = 20_000, 8_000
    contacts = pd.DataFrame(
        {
            "customer": draw.integers(0, 900, n),
            "touchpoint": draw.choice(["a", "b", "c"], n),
            "time": draw.permutation(n) * 1_000,
        }
    )
    answers = pd.DataFrame(
        {
            "customer": draw.integers(0, 1000, m),
            "touchpoint": draw.choice(["a", "b", "c"], m),
            "time": draw.permutation(m) * 2_500 + 1,
            "score": draw.integers(0, 11, m).astype(float),
        }
    )
    joined = join_answers(contacts, answers, within=4_000_000)
    theirs = pd.merge_asof(
        answers.reset_index().sort_values("time"),
        contacts.reset_index(names="contact").sort_values("time"),
        on="time",
        by=["customer", "touchpoint"],
        tolerance=4_000_000,
    ).set_index("index")
    pd.testing.assert_series_equal(
        joined.outcomes["contact"].astype("float64"),
        theirs["contact"].sort_index(),
        check_index=False,
        check_names=False,
    )
    last = theirs.dropna().sort_values("time").groupby("contact")["score"].last()
    found = joined.score.dropna()
    assert found.to_dict() == {int(row): score for row, score in last.items()}
