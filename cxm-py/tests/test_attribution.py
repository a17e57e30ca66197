"""Attribution: one call for columns of paths, a table by one method or by several, its picture."""

from __future__ import annotations

import pytest

import cxm

PATHS = ["google", "mail", "google > mail"]
CONVERSIONS, NULLS, VALUES = [2, 1, 1], [1, 0, 0], [400, 100, 300]


def test_removal_effects_of_two_channels():
    read = cxm.attribution(PATHS, CONVERSIONS, nulls=NULLS)
    assert list(read.touchpoint) == ["google", "mail"]
    assert list(read.removal_effect) == pytest.approx([0.75, 0.5], abs=1e-12)
    assert list(read.conversions) == pytest.approx([2.4, 1.6], abs=1e-12)
    assert list(read.value) == [None, None]
    for row in read.rows:
        assert 0 < row["share_lower"] < row["share"] < row["share_upper"] < 1


def test_lists_of_touchpoints_are_paths_whatever_their_names():
    lists = [["google"], ["mail"], ["google", "mail"]]
    given = {"values": VALUES, "nulls": NULLS}
    assert cxm.attribution(lists, CONVERSIONS, **given) == cxm.attribution(
        PATHS, CONVERSIONS, **given
    )
    arrows = cxm.attribution([["a > b", "c"]], [1], method="linear")
    assert list(arrows.touchpoint) == ["a > b", "c"]
    with pytest.raises(ValueError, match="must not contain"):
        cxm.attribution([["a\x1fb"]], [1])
    with pytest.raises(TypeError, match="not both"):
        cxm.attribution([["a"], "b"], [1, 1])
    with pytest.raises(TypeError, match="separator"):
        cxm.attribution([["a"]], [1], separator=",")


def test_several_methods_are_columns():
    table = cxm.attribution(PATHS, CONVERSIONS, nulls=NULLS, method=["first", "last", "markov"])
    assert table.columns == ["touchpoint", "first", "last", "markov"]
    assert (list(table["first"]), list(table["last"])) == ([3, 1], [2, 2])
    with pytest.raises(TypeError, match="level"):
        cxm.attribution(PATHS, CONVERSIONS, method=["first"], level=0.9)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_the_table_is_of_the_library_of_the_paths(library):
    frames = pytest.importorskip(library)
    read = cxm.attribution(frames.Series(PATHS), CONVERSIONS, VALUES, method="linear")
    assert type(read).__module__.startswith(library)
    assert list(read["value"]) == [550.0, 250.0]
    frame = frames.DataFrame({"way": PATHS, "sold": CONVERSIONS, "lost": NULLS})
    same = cxm.attribution_paths(
        frame, path="way", conversions="sold", nulls="lost", method="linear"
    )
    assert list(same["conversions"]) == [2.5, 1.5]


def test_shards_merge_to_the_whole():
    whole = cxm.AttributionPaths()
    whole.update(PATHS, CONVERSIONS, nulls=NULLS)
    merged = cxm.AttributionPaths()
    for row in (2, 0, 1):
        shard = cxm.AttributionPaths()
        shard.update([PATHS[row]], [CONVERSIONS[row]], nulls=[NULLS[row]])
        merged.merge(shard)
    assert merged.to_bytes() == whole.to_bytes()
    assert merged.value() == whole.attribution(method="markov")
    assert whole.report().ask("attribution", method="last").touchpoints[1]["conversions"] == 2


def test_what_cannot_be_attributed_is_refused():
    for arguments, field in [
        ({"order": 0}, "order"),
        ({"method": "last_non_direct"}, "direct"),
        ({"method": "last_non_direct", "direct": ["nobody"]}, "direct"),
        ({"method": "time_decay"}, "method"),
        ({"method": "best"}, "method"),
    ]:
        with pytest.raises(cxm.CxmError) as caught:
            cxm.attribution(PATHS, CONVERSIONS, **arguments)
        assert caught.value.field == field
    with pytest.raises(cxm.CxmError) as caught:
        cxm.attribution(PATHS, [0, 0, 0], nulls=[1, 1, 1])
    assert caught.value.kind == "insufficient_data"
    with pytest.raises(cxm.CxmError) as caught:
        cxm.attribution(["a", "a > > b"], [1, 1])
    assert (caught.value.row, caught.value.field) == (1, "paths")


def test_the_picture_names_touchpoints_and_methods():
    pytest.importorskip("matplotlib")
    calculator = cxm.AttributionPaths()
    calculator.update(PATHS, CONVERSIONS, nulls=NULLS)
    axes = cxm.plots.attribution_comparison(calculator, methods=["first", "markov"])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["google", "mail"]
    texts = [text.get_text() for text in axes.texts]
    assert texts == ["first  3.0", "1.0", "markov  2.4", "1.6"]
    again = cxm.plots.attribution_comparison(calculator.comparison(methods=["first", "markov"]))
    assert [text.get_text() for text in again.texts] == texts
    with pytest.raises(TypeError, match="comparison"):
        cxm.plots.attribution_comparison({"x": [1]})
