"""Churn rates and revenue retention of frames, columns and ledgers."""

from __future__ import annotations

import datetime
import pickle

import numpy
import pandas
import polars
import pyarrow
import pytest

import cxm

#: Customer, from, to, recurring amount: ten customers, of which one month gives seven rates.
ROWS = [
    ("a", "2023-06-10", None, 100),
    ("b", "2023-09-01", "2024-03-12", 50),
    ("c", "2023-10-15", None, 80),
    ("c", "2024-03-15", None, 40),
    ("d", "2023-11-20", "2024-03-05", 60),
    ("d", "2024-03-20", None, 60),
    ("e", "2024-01-05", "2024-03-08", 120),
    ("e", "2024-03-08", None, 90),
    ("f", "2024-03-04", "2024-03-25", 30),
    ("g", "2024-03-10", None, 70),
    ("h", "2023-05-01", "2023-12-01", 45),
    ("h", "2024-03-18", None, 45),
    ("i", "2024-02-11", "2024-03-20", 30),
    ("i", "2024-03-20", None, 55),
    ("j", "2023-12-12", None, 200),
]
NAMES = ("customer", "start", "end", "amount")
SPANS = dict(zip(NAMES, map(list, zip(*ROWS, strict=True)), strict=True))
MARCH = ("2024-03-01", "2024-04-01")
RATES = {
    "start_cohort": (1, 7),
    "events_over_start": (3, 7),
    "events_over_exposed": (3, 9),
    "events_over_average": (6, 15),
    "events_over_mean_daily": (93, 239),
    "daily_sum": (13, 36),
    "person_time": (90, 239),
}


def timed(frame):
    """The frame with its times as pandas has them."""
    return frame.assign(start=pandas.to_datetime(frame.start), end=pandas.to_datetime(frame.end))


FRAMES = {
    "dict": SPANS,
    "pandas": timed(pandas.DataFrame(SPANS)),
    "texts": pandas.DataFrame(SPANS),
    "polars": polars.DataFrame(SPANS).with_columns(
        polars.col("start").str.to_date(), polars.col("end").str.to_date()
    ),
    "pyarrow": pyarrow.table(SPANS),
}


@pytest.fixture
def ledger():
    calculator = cxm.Subscriptions()
    calculator.update(**SPANS)
    return calculator


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_any_frame_gives_the_seven_rates(frame):
    for definition, (numerator, denominator) in RATES.items():
        rate = cxm.churn_rate(frame, *MARCH, definition=definition)
        assert (rate.numerator, rate.denominator) == (numerator, denominator), definition
        assert rate.rate == pytest.approx(numerator / denominator, abs=1e-15)
        assert rate.rate in rate.interval()


@pytest.mark.parametrize(
    "window",
    [
        (datetime.date(2024, 3, 1), datetime.date(2024, 4, 1)),
        (datetime.datetime(2024, 3, 1), datetime.datetime(2024, 4, 1)),
        (pandas.Timestamp("2024-03-01"), pandas.Timestamp("2024-04-01")),
        (1_709_251_200_000_000, 1_711_929_600_000_000),
        ("2024-03-01T01:00+01:00", datetime.datetime(2024, 4, 1, tzinfo=datetime.UTC)),
    ],
)
def test_a_window_is_named_in_any_way(window):
    rate = cxm.churn_rate(SPANS, *window)
    assert rate == cxm.churn_rate(SPANS, *MARCH)
    assert cxm.churn_rate(SPANS, window[0], months=1) == rate
    assert repr(rate) == (
        "churn rate 14.3 % (95 % Wilson interval 2.6 to 51.3), 1 / 7; "
        "start cohort, 2024-03-01 to 2024-04-01"
    )


def test_revenue_moves_and_adds_up():
    retention = cxm.revenue_retention(SPANS, *MARCH)
    assert (retention.gross, retention.net) == (7 / 8, 125 / 128)
    moved = retention.movements
    assert (moved.start, moved.end) == (640, 740)
    assert (moved.new, moved.expansion, moved.reactivation) == (100, 65, 105)
    assert (moved.contraction, moved.churn) == (30, 140)
    assert retention.quick_ratio.value == 33 / 34
    assert "gross 87.5 %, net 97.7 %; 640 to 740" in repr(retention)
    assert pickle.loads(pickle.dumps(retention)) == retention


def test_a_ledger_is_fed_merged_and_asked(ledger):
    halves = [cxm.Subscriptions(), cxm.Subscriptions()]
    frame = timed(pandas.DataFrame(SPANS)).rename(columns={"customer": "id", "start": "from"})
    named = {"customer": "id", "start": "from", "end": "end", "amount": "amount"}
    for half, rows in zip(halves, (slice(None, None, 2), slice(1, None, 2)), strict=True):
        half.update(frame.iloc[rows], **named)
    halves[0].merge(halves[1])
    assert halves[0] == ledger
    assert halves[0].to_bytes() == ledger.to_bytes()
    rate = ledger.value().churn_rate(*MARCH)
    assert rate == cxm.churn_rate(ledger, *MARCH) == cxm.churn_rate(ledger.value(), *MARCH)
    columns = {"customer": "id", "start": "from"}
    assert cxm.churn_rate(frame, *MARCH, columns=columns) == rate
    assert cxm.subscriptions(frame, columns=columns) == ledger.value()
    assert pickle.loads(pickle.dumps(rate)) == rate
    halves[1].retract(frame.iloc[1::2], **named)
    assert halves[1].observations == 0


def test_causes_are_told_apart():
    causes = [{"b": "involuntary", "d": "voluntary"}.get(row[0]) for row in ROWS]
    spans = {**SPANS, "cause": [why and end for why, end in zip(causes, SPANS["end"], strict=True)]}
    spans["cause"] = [why if end else None for why, end in zip(causes, SPANS["end"], strict=True)]
    rate = cxm.churn_rate(spans, *MARCH, "events_over_start")
    assert (rate.by_cause.voluntary.events, rate.by_cause.involuntary.events) == (1, 1)
    assert rate.by_cause.unstated.rate == 1 / 7
    only = cxm.churn_rate(spans, *MARCH, {"preset": "events_over_start", "cause": "involuntary"})
    assert only.rate == rate.by_cause.involuntary.rate
    assert only.interval() == rate.by_cause.involuntary.interval


def test_two_windows_and_two_groups_are_compared():
    march, february = cxm.churn_rate(SPANS, *MARCH), cxm.churn_rate(SPANS, "2024-02-01", months=1)
    difference = cxm.compare(march, february)
    assert difference.method == "agresti_caffo"
    assert difference.difference == pytest.approx(2 / 9 - 1 / 8)
    assert difference.interval(level=0.8).level == 0.8
    other = cxm.churn_rate(FRAMES["pandas"].query("customer > 'b'"), *MARCH)
    assert other.compare(march).difference == -march.compare(other).difference
    with pytest.raises(cxm.errors.IncompatibleMergeError):
        march.compare(cxm.churn_rate(SPANS, *MARCH, "events_over_start"))
    rates = [cxm.churn_rate(SPANS, *MARCH, "person_time", level=level) for level in (0.9, 0.95)]
    assert rates[0].compare(rates[1]).difference == 0


def test_intervals_are_asked_for_and_a_live_rate_has_a_sequence():
    rate = cxm.churn_rate(SPANS, *MARCH, level=0.9)
    assert rate.interval().level == 0.9
    assert rate.interval(level=0.5, method="clopper_pearson").method == "clopper_pearson"
    sequence = rate.confidence_sequence(level=0.95)
    assert sequence.lower < rate.interval(0.95).lower
    assert sequence.upper > rate.interval(0.95).upper
    with pytest.raises(cxm.errors.NotOfferedError):
        cxm.churn_rate(SPANS, *MARCH, "person_time").confidence_sequence()


def test_nobody_is_no_rate():
    rate = cxm.churn_rate(SPANS, "2020-01-01", "2020-02-01")
    assert rate.rate is rate.denominator is rate.interval() is None
    assert repr(rate).startswith("churn rate –; start cohort")
    empty = {name: [] for name in NAMES}
    retention = cxm.revenue_retention(empty, *MARCH)
    assert retention.gross is retention.net is None
    assert "gross –" in repr(retention)


def test_the_definition_says_who_churns_and_when():
    spans = {
        "customer": ["a", "a", "b"],
        "start": ["2024-01-01"] * 3,
        "end": ["2024-03-10", None, None],
        "subscription": ["s", "t", "s"],
        "cancelled": [None, "2024-03-05", None],
    }
    assert cxm.churn_rate(spans, *MARCH).rate == 0
    assert cxm.churn_rate(spans, *MARCH, unit="subscription").rate == 1 / 3
    assert cxm.churn_rate(spans, *MARCH, preset="cancellations").rate == 1 / 2
    assert cxm.churn_rate(spans, MARCH[0], definition="stripe_30d").definition.window_days == 30
    names = cxm.Subscriptions().value().churn_definitions()
    assert set(RATES) < set(names)
    assert all(name in cxm.churn_rate.__doc__ for name in names)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"end": ["2023-01-01"]}, "ends"),
        ({"amount": [-5]}, "amounts"),
        ({"amount": [0.5]}, "amounts"),
        ({"cause": ["moon"]}, "causes"),
        ({"customer": [None]}, "customers"),
        ({"start": [None]}, "start"),
        ({"start": ["yesterday"]}, "start"),
        ({"cancelled": ["2023-12-31"]}, "cancelled"),
    ],
)
def test_bad_rows_are_named(change, field):
    good = {"customer": ["x"], "start": ["2024-01-01"], "end": [None], "amount": [7]}
    good |= {"cause": [None], "cancelled": [None]}
    rows = {name: [*column, *change.get(name, column)] for name, column in good.items()}
    ledger = cxm.Subscriptions()
    with pytest.raises(cxm.errors.InvalidObservationError) as caught:
        ledger.update(**rows)
    assert (caught.value.field, caught.value.row) == (field, 1)
    assert ledger.observations == 0


def test_what_does_not_fit_is_refused(ledger):
    before = ledger.to_bytes()
    mixed = {"customer": ["x", "y"], "start": ["2024-01-01"] * 2, "end": [None] * 2}
    with pytest.raises(cxm.errors.InvalidObservationError, match="currency EUR, got USD"):
        ledger.update(**mixed, currency=["EUR", "USD"])
    ledger.update(**mixed, currency=["EUR", None], subscription=["s", "s"])
    assert ledger.value().currency == "EUR"
    later = {"customer": ["x"], "start": ["2024-02-01"], "end": ["2024-03-01"]}
    with pytest.raises(cxm.errors.InvalidObservationError, match="EUR, got USD") as caught:
        ledger.update(**later, currency=["USD"])
    assert (caught.value.field, caught.value.row) == ("currencies", 0)
    with pytest.raises(cxm.errors.InvalidObservationError, match="overlap"):
        ledger.update(**later, subscription=["s"])
    ledger.retract(**mixed, currency=["EUR", None], subscription=["s", "s"])
    assert ledger.to_bytes() == before
    with pytest.raises(TypeError, match="no column id"):
        cxm.churn_rate(SPANS, *MARCH, columns={"id": "customer"})
    with pytest.raises(cxm.errors.NotFoundError, match='no column "end"'):
        cxm.churn_rate({"customer": [], "start": []}, *MARCH)
    for wrong in ({"end": "2024-02-01"}, {"end": "soon"}, {}):
        with pytest.raises(cxm.errors.InvalidArgumentError) as caught:
            cxm.churn_rate(SPANS, "2024-03-01", **wrong)
        assert caught.value.field == "end"
    with pytest.raises(cxm.errors.NotFoundError, match="the presets are start_cohort"):
        cxm.churn_rate(SPANS, *MARCH, "monthly")
    with pytest.raises(cxm.CxmError, match="no such field"):
        cxm.churn_rate(SPANS, *MARCH, {"formulas": "person_time"})


def test_numpy_columns():
    starts = numpy.array(SPANS["start"], dtype="datetime64[D]")
    ends = numpy.array([end or "NaT" for end in SPANS["end"]], dtype="datetime64[D]")
    columns = {**SPANS, "start": starts, "end": ends, "amount": numpy.array(SPANS["amount"])}
    assert cxm.churn_rate(columns, *MARCH) == cxm.churn_rate(SPANS, *MARCH)


def test_the_waterfall_shows_every_movement(tmp_path):
    import matplotlib as mpl

    mpl.use("Agg")
    retention = cxm.revenue_retention(SPANS, *MARCH)
    ax = retention.plot(unit=10, label="tens of cents")
    heights = [round(patch.get_height(), 9) for patch in ax.patches]
    assert heights == [64, 10, 6.5, 10.5, -3, -14, 74]
    ends = [round(patch.get_y() + patch.get_height(), 9) for patch in ax.patches]
    assert ends == [64, 74, 80.5, 91, 88, 74, 74]
    shown = [text.get_text() for text in ax.texts]
    assert {"64", "+10", "+6.50", "−14", "retention: gross 87.5 %, net 97.7 %"} <= set(shown)
    ax.figure.savefig(tmp_path / "picture.png")
    mpl.pyplot.close("all")
    nothing = cxm.revenue_retention(SPANS, "2020-01-01", "2020-02-01").plot()
    assert [patch.get_height() for patch in nothing.patches] == [0] * 7
    mpl.pyplot.close("all")
