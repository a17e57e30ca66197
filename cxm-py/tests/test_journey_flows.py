"""Pictures of where journeys go: the right numbers, and nothing on top of anything else."""

from __future__ import annotations

import random
from itertools import pairwise

import matplotlib as mpl
import pytest
from matplotlib import pyplot
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle

import cxm
from cxm import _text, plots
from cxm._graph_layout import Layout
from cxm._letters import plain_letters

#: The five paths of the user guide of retentioneering.
FIVE = [
    "home catalog cart purchase",
    "home catalog cart purchase",
    "home catalog catalog cart",
    "home search cart",
    "home search search",
]


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def of_paths(paths, **definition):
    journeys = cxm.Journeys(**definition)
    rows = [
        (customer, touchpoint, step)
        for customer, path in enumerate(paths)
        for step, touchpoint in enumerate(path.split())
    ]
    if rows:
        journeys.update(*map(list, zip(*rows, strict=True)))
    return journeys


def texts(ax):
    return [text.get_text() for text in ax.texts]


def patches(ax, kind):
    return [patch for patch in ax.patches if type(patch) is kind]


def test_step_flows_are_a_table():
    flows = of_paths(FIVE).step_flows(steps=3)
    assert flows.rows[0] == {
        "step": 1,
        "source": "home",
        "target": "catalog",
        "journeys": 3,
        "probability": 0.6,
        "share": 0.6,
    }
    assert sum(flows.journeys) == 10
    around = of_paths(FIVE).step_flows(steps=1, anchor="cart")
    assert [row["target"] for row in around.rows] == ["cart", "cart", "purchase", "END"]


def test_the_sankey_has_bands_and_nodes_as_high_as_journeys_are_many():
    journeys = of_paths(FIVE)
    ax = plots.journey_sankey(journeys, steps=4)
    assert texts(ax)[:3] == ["home 5", "catalog 3", "search 2"]
    matrix = {
        (row["step"], row["touchpoint"]): row["journeys"] for row in journeys.step_matrix(4).rows
    }
    nodes = patches(ax, Rectangle)
    assert sorted(node.get_height() for node in nodes) == sorted(matrix.values())
    bands = patches(ax, PathPatch)
    flows = journeys.step_flows(steps=4)
    assert len(bands) == len(flows)
    heights = sorted(band.get_path().get_extents().height for band in bands)
    assert sum(flows.journeys) == 15
    assert all(height >= 1 for height in heights)
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        f"step {n}" for n in range(1, 5)
    ]


def test_nodes_of_the_sankey_stand_apart_and_hold_their_bands():
    ax = plots.journey_sankey(of_paths(FIVE), steps=4)
    columns = {}
    for node in patches(ax, Rectangle):
        columns.setdefault(node.get_x(), []).append(
            (node.get_y(), node.get_y() + node.get_height())
        )
    for spans in columns.values():
        assert all(above[1] < below[0] for above, below in pairwise(sorted(spans)))
    for band in patches(ax, PathPatch):
        corners = band.get_path().vertices
        spans = columns[corners[3][0]]
        ends = sorted((corners[3][1], corners[4][1]))
        assert any(top - 1e-9 <= ends[0] and ends[1] <= low + 1e-9 for top, low in spans)


def test_rare_touchpoints_share_a_node_of_the_sankey_and_none_is_lost():
    journeys = of_paths(["a b"] * 98 + ["a c", "a d"])
    ax = plots.journey_sankey(journeys, steps=2)
    assert texts(ax) == ["a 100", "b 98", "2 others 2"]
    alone = plots.journey_sankey(journeys, steps=2, min_share=0)
    assert texts(alone) == ["a 100", "b 98", "c 1", "d 1"]


def test_the_sankey_goes_to_both_sides_of_an_anchor():
    ax = plots.journey_sankey(of_paths(FIVE), steps=1, anchor="cart")
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert labels == ["−1", "step 0", "+1"]
    assert ax.get_title(loc="left") == "4 journeys with cart, step by step"
    assert texts(ax) == ["catalog 3", "search 1", "cart 4", "purchase 2", "end 2"]


def test_the_graph_tells_shares_of_those_who_were_there():
    ax = plots.transition_graph(of_paths(FIVE), min_share=0)
    assert len(patches(ax, FancyBboxPatch)) == 5
    shown = texts(ax)
    assert "met 5 times\n5 start" in shown
    assert "met 4 times\n2 end" in shown
    # Of 4 at the catalog 3 go to the cart and 1 stays; of 4 in the cart 2 purchase.
    shares = sorted(text for text in shown if text.endswith("%"))
    assert shares == sorted(["60 %", "40 %", "75 %", "25 %", "33 %", "33 %", "50 %"])
    assert "left out" not in ax.get_xlabel()


def test_the_graph_tells_what_it_leaves_out():
    journeys = of_paths(["a b"] * 997 + ["a c", "b a", "b a"])
    ax = plots.transition_graph(journeys)
    assert ax.get_xlabel().endswith(
        "left out: 2 rarer ways with 3 moves in all, 1 rarer touchpoint"
    )
    assert len(patches(ax, PathPatch)) == 1


def test_lines_that_lead_back_have_another_colour():
    ax = plots.transition_graph(of_paths(["a b a b"] * 3 + ["a b"] * 2))
    ahead, back = sorted(patches(ax, PathPatch), key=lambda it: -it.get_linewidth())
    assert ahead.get_edgecolor() != back.get_edgecolor()
    assert ahead.get_linewidth() / back.get_linewidth() == pytest.approx(8 / 3)
    assert ahead.get_path().vertices[0][0] < ahead.get_path().vertices[-1][0]
    assert back.get_path().vertices[0][0] > back.get_path().vertices[-1][0]


def test_touchpoints_may_be_called_start_and_end():
    ax = plots.transition_graph(of_paths(["START END", "START END"]))
    assert len(patches(ax, FancyBboxPatch)) == 2
    assert "100 %" in texts(ax)


@pytest.mark.parametrize("draw", [plots.transition_graph, plots.journey_sankey])
def test_no_journeys_and_single_contacts_are_drawn_too(draw):
    assert not patches(draw(of_paths([])), PathPatch)
    one = draw(of_paths(["a", "a"]), min_share=0)
    assert any("a" in text for text in texts(one))


def test_whole_numbers_are_touchpoints_too():
    journeys = cxm.Journeys()
    journeys.update([1, 1, 2], [7, 8, 7], [1, 2, 3])
    assert "7 2" in texts(plots.journey_sankey(journeys, steps=2))
    assert "7" in texts(plots.transition_graph(journeys))


def test_layouts_of_random_graphs_keep_their_distances():
    dice = random.Random(7)
    for _ in range(200):
        nodes = [f"n{n}" for n in range(dice.randint(1, 9))]
        edges = {
            (dice.choice(nodes), dice.choice(nodes)): dice.randint(1, 50)
            for _ in range(dice.randint(0, 20))
        }
        layout = Layout(nodes, edges)
        for a, b in edges:
            if a == b:
                continue
            points = layout.points(a, b)
            step = -1 if (a, b) in layout.back else 1
            assert [y - x for (x, _), (y, _) in pairwise(points)] == [step] * (len(points) - 1)
            assert points[0] == (layout.layer[a], layout.y[a])
            assert points[-1] == (layout.layer[b], layout.y[b])
        for layer in range(layout.layers):
            heights = sorted(
                (layout.y[it], 0.5 if isinstance(it, tuple) else 1.0)
                for it, at in layout.layer.items()
                if at == layer
            )
            for (above, room), (below, other) in pairwise(heights):
                assert below - above >= (room + other) / 2 - 1e-9


def test_the_map_has_the_interval_of_each_stage():
    journeys = of_paths(["a b"] * 5, stages=[{"stage": "s", "touchpoints": ["a", "b"]}])
    journeys.update([0, 1, 2], ["a", "b", "a"], [9, 9, 9], score=[4, 6, 8])
    for level in (0.95, 0.8):
        above, below = journeys.plot_map(level=level)
        row = journeys.emotion_curve(level=level).rows[0]
        caps = [line.get_ydata()[0] for line in above.lines if line.get_marker() == "_"]
        assert caps == pytest.approx([0.4 * row[name] - 2 for name in ("lower", "upper")])
        assert f"{100 * level:g} % Student intervals" in below.get_xlabel()


def test_names_with_dollar_signs_are_letters():
    name = r"from $5 to $\frac$"
    journeys = cxm.Journeys(goal="buy", stages=[{"stage": name, "touchpoints": [name, "buy"]}])
    journeys.update([1, 1, 2], [name, "buy", name], [1, 2, 3], channel=[name] * 3, score=[1, 2, 3])
    drawn = [
        plots.transition_graph(journeys),
        plots.journey_sankey(journeys, steps=2),
        plots.step_heat_map(journeys.step_matrix(steps=2)),
        journeys.funnel([name, "buy"]).plot(),
        plots.attribution_comparison(journeys.attribution(["first", "last"])),
        journeys.plot_map(target=5)[1],
    ]
    for ax in drawn:
        ax.figure.canvas.draw()
        shown = [text.get_text() for text in (*ax.texts, *ax.get_yticklabels())]
        assert any("$" in text for text in shown)


def test_settings_of_matplotlib_stay_those_of_the_caller():
    with mpl.rc_context({"text.parse_math": True, "svg.fonttype": "path"}):
        mpl.interactive(False)

        @plain_letters
        def draw():
            # As the first picture of a notebook does.
            mpl.interactive(True)
            return mpl.rcParams["text.parse_math"]

        assert draw() is False
        assert mpl.is_interactive()
        assert mpl.rcParams["text.parse_math"] is True
        of_paths(FIVE).to_html()
        assert mpl.rcParams["svg.fonttype"] == "path"


def test_what_rounds_to_zero_has_no_sign():
    assert [_text.signed(value, 1) for value in (-0.04, 0.04, -0.06, 2)] == [
        "0.0",
        "0.0",
        "−0.1",
        "+2.0",
    ]
