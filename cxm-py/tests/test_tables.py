"""Tables of plain columns, and the calculators that are read as such."""

from __future__ import annotations

import datetime
import pickle

import numpy
import pandas
import polars
import pyarrow
import pytest

import cxm

LOG = {
    "id": ["ann", "bob", "ann", "ann", "bob"],
    "date": ["1997-01-01", "1997-01-03", "1997-01-08", "1997-01-08", "1997-02-01"],
    "amount": [10.0, 5.0, 7.0, 3.0, -2.0],
}
NAMES = {"customer": "id", "time": "date", "amount": "amount"}


@pytest.fixture
def summaries():
    calculator = cxm.CustomerSummaries(amounts="major")
    calculator.update(LOG, **NAMES)
    return calculator


def test_columns_are_read_without_a_copy(summaries):
    table = summaries.value(unit="day")
    recency = numpy.asarray(table.recency)
    assert recency.tolist() == [7.0, 0.0]
    assert not recency.flags.owndata
    assert not recency.flags.writeable
    assert numpy.isnan(numpy.asarray(table["monetary_value"])[1])
    assert table.monetary_value.to_list() == [10.0, None]
    assert table.first_purchase[0] == datetime.date(1997, 1, 1)
    with pytest.raises(BufferError):
        memoryview(table.customer)


def test_a_table_is_a_frame_everywhere(summaries):
    table = summaries.value()
    assert table.to_pandas()["frequency"].tolist() == [1, 0]
    assert table.to_polars()["customer"].to_list() == ["ann", "bob"]
    assert pyarrow.table(table).column_names == table.columns
    assert pickle.loads(pickle.dumps(table)) == table
    assert table.rows[0]["customer"] == "ann"
    assert "2 rows" in repr(table)
    assert "<table>" in table._repr_html_()
    with pytest.raises(cxm.errors.NotFoundError):
        table["other"]
    with pytest.raises(AttributeError):
        _ = table.other


@pytest.mark.parametrize("frame", [pandas.DataFrame, polars.DataFrame, pyarrow.table])
def test_frames_come_in_and_go_out(summaries, frame):
    given = frame(LOG)
    calculator = cxm.CustomerSummaries(amounts="major")
    calculator.update(given, **NAMES)
    assert calculator == summaries
    out = cxm.customer_summaries(given, **NAMES, unit="day", preset="major_units")
    assert type(out) is type(given)


def test_times_of_any_library_are_the_same(summaries):
    columns = [
        LOG["date"],
        [datetime.date.fromisoformat(day) for day in LOG["date"]],
        [datetime.datetime.fromisoformat(day) for day in LOG["date"]],
        numpy.array(LOG["date"], dtype="datetime64[D]"),
        pandas.to_datetime(pandas.Series(LOG["date"])),
        polars.Series(LOG["date"]).str.to_date(),
    ]
    for times in columns:
        calculator = cxm.CustomerSummaries(amounts="major")
        calculator.update(LOG["id"], times, LOG["amount"])
        assert calculator == summaries


def test_cut_offs_may_be_dates_of_any_kind(summaries):
    expected = summaries.value(until="1997-01-05")
    assert expected.age.to_list() == [4 / 7, 2 / 7]
    for until in (datetime.date(1997, 1, 5), pandas.Timestamp("1997-01-05")):
        assert summaries.value(until=until) == expected
    for wrong in ("soon", 1.5, "1997-02-30"):
        with pytest.raises(cxm.errors.InvalidArgumentError) as caught:
            summaries.value(until=wrong)
        assert caught.value.field == "until"
    with pytest.raises(cxm.errors.InvalidArgumentError):
        summaries.value(unit="fortnight")


def test_who_is_not_in_the_table_is_counted(summaries):
    audit = summaries.audit(until="1997-01-02")
    assert (audit.customers, audit.customers_after) == (1, 1)
    assert summaries.report().refunds == 1


def test_patterns_are_made_from_summaries(summaries):
    patterns = summaries.derive("purchase_patterns", until="1997-01-15", unit="week")
    assert patterns.value().frequency.to_list() == [0, 1]
    assert patterns.spends().monetary_value.to_list() == [10.0]
    with pytest.raises(cxm.errors.NotOfferedError):
        summaries.derive("nps")


def test_money_that_is_none_is_refused():
    with pytest.raises(cxm.errors.InvalidObservationError) as caught:
        cxm.CustomerSummaries().update([1, 2], [0, 0], [100, 29.33])
    assert (caught.value.row, caught.value.field) == (1, "amounts")
    calculator = cxm.CustomerSummaries()
    calculator.update([1], [0], [100], currency=["EUR"])
    with pytest.raises(cxm.errors.InvalidObservationError) as caught:
        calculator.update([2, 3], [0, 0], [1, 1], currency=[None, "USD"])
    assert caught.value.row == 1
