"""The page about journeys: what it says, that nothing in it is foreign, and how a browser shows it."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser

import browser
import pandas as pd
import pytest
from conftest import COMPANY

import cxm

FUNNEL = ["shop", "cart", "checkout", "order"]
NASTY = "<script>document.title='taken'</script>"
NASTIER = """" onload="alert(1)' & $x^2$ </svg><img src=x onerror=alert(1)>"""


def company(**definition):
    frame = pd.read_csv(COMPANY / "interactions.csv", parse_dates=["time"])
    truth = pd.read_csv(COMPANY / "truth_interactions.csv")
    stages = [
        {"stage": stage, "touchpoints": list(group.touchpoint)}
        for stage, group in truth.groupby("stage", sort=False)
    ]
    journeys = cxm.Journeys(
        gap=timedelta(days=7), goal="order", stages=definition.pop("stages", stages), **definition
    )
    named = {"customer": "customer", "touchpoint": "touchpoint", "time": "time"}
    journeys.update(frame, **named, channel="channel", score="score")
    return journeys


def nasty():
    journeys = cxm.Journeys(
        goal="buy", stages=[{"stage": NASTIER, "touchpoints": [NASTY, NASTIER, "buy"]}]
    )
    touchpoints = [NASTY, NASTIER, "buy"] * 4 + [NASTIER, NASTY]
    customers = [row // 3 for row in range(12)] + [9, 9]
    journeys.update(
        customers,
        touchpoints,
        [3_600_000_000 * row for row in range(14)],
        channel=[NASTY, NASTIER] * 7,
        score=[2, 9] * 7,
    )
    return journeys


class Elements(HTMLParser):
    """Names and attributes of a page's elements, and whether they are closed in order."""

    VOID = ("meta", "br", "img", "input", "link")

    def __init__(self, html):
        super().__init__()
        self.found, self.open, self.text = [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def page():
    return company().to_html(title="The gift box", funnel=FUNNEL, target=7, steps=6)


def test_the_page_has_the_figures_with_their_intervals(page):
    text = re.sub(r"\s+", " ", " ".join(Elements(page).text))
    report = company().report()
    assert f"{report.events:,} contacts of {report.customers:,} customers" in text
    assert "23.8 %" in text
    assert "95 % Wilson interval 20.1 to 28.0" in text
    assert "106 converted, 339 dropped, 37 open" in text
    row = next(it for it in company().pain_points(target=7).rows if it["touchpoint"] == "checkout")
    limits = f"{100 * row['reach_lower']:.1f} to {100 * row['reach_upper']:.1f} %"
    assert f"checkout {row['index']:.3f} {100 * row['reach']:.1f} % {limits}" in text
    assert f"checkout {row['index']:.2f}" in text
    assert "a pause of more than 7 d begins a new journey" in text
    assert f"rows taken in {report.observations:,} rows left out none" in text


def test_each_part_is_there_where_its_data_are(page):
    heads = re.findall(r"<h2>(.*?)</h2>", page)
    assert heads == [
        "Journey map",
        "Where it hurts",
        "Funnel",
        "Step by step",
        "What follows what",
        "Most frequent paths",
        "What conversions are owed to",
        "What this rests on",
    ]
    plain = cxm.Journeys()
    plain.update(["ann", "ann"], ["ad", "shop"], [1, 2])
    heads = re.findall(r"<h2>(.*?)</h2>", plain.to_html())
    assert heads == [
        "Step by step",
        "What follows what",
        "Most frequent paths",
        "What this rests on",
    ]
    empty = cxm.Journeys().to_html(funnel=["ad"], target=5)
    assert "No contacts yet." in empty
    assert "<svg" in empty


def test_the_page_needs_nothing_else(page):
    elements = Elements(page)
    assert {"script", "link", "img", "iframe", "object"}.isdisjoint(
        {tag for tag, _ in elements.found}
    )
    assert [a["content"] for tag, a in elements.found if a.get("http-equiv")] == [
        "default-src 'none'; style-src 'unsafe-inline'"
    ]
    for _, attributes in elements.found:
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("href", "src", "xlink:href"):
                assert value.startswith("#")
    addresses = set(re.findall(r"https?://[^\s\"'<]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg"}


def test_every_picture_is_told_in_words(page):
    pictures = [a for tag, a in Elements(page).found if tag == "svg"]
    assert len(pictures) == 5
    ids = {a["id"] for _, a in Elements(page).found if "id" in a}
    for picture in pictures:
        assert picture["role"] == "img"
        assert set(picture["aria-labelledby"].split()) <= ids
    assert "The widest bands: 90 from ad at step 1 to shop;" in page
    assert 'lang="en"' in page


def test_the_same_journeys_give_the_same_page(page):
    assert company().to_html(title="The gift box", funnel=FUNNEL, target=7, steps=6) == page


def test_names_of_others_stay_names():
    html = nasty().to_html(title=NASTIER, funnel=[NASTY, "buy"], target=7)
    elements = Elements(html)
    assert {"script", "img"}.isdisjoint({tag for tag, _ in elements.found})
    assert not any(name.startswith("on") for _, a in elements.found for name in a)
    assert NASTY in "".join(elements.text)
    assert "$x^2$" in "".join(elements.text)


def test_the_page_is_written_where_it_is_wanted(tmp_path, page):
    path = tmp_path / "page.html"
    assert company().to_html(path, title="The gift box", funnel=FUNNEL, target=7, steps=6) is None
    assert path.read_text(encoding="utf-8") == page
    assert len(company()._repr_html_()) < 5_000


def test_no_figure_stays_open():
    from matplotlib import pyplot

    pyplot.close("all")
    company().to_html(funnel=FUNNEL, target=7)
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("width", [1280, 500])
def test_a_browser_shows_the_page(tmp_path, page, width):
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    found, console = browser.measured(path, tmp_path, width)
    assert console == []
    assert found["requests"] == []
    assert found["twice"] == []
    assert found["scroll"] <= found["width"] <= width
    assert len(found["svgs"]) == 5
    for picture in found["svgs"]:
        assert picture["width"] > 300, picture
        assert picture["height"] > 100, picture
        assert picture["shapes"] > 5, picture
        assert (picture["outside"], picture["touching"]) == ([], [])
        assert picture["title"]
    letters = [letter for picture in found["svgs"] for letter in picture["letters"]]
    assert "pain points" in letters
    assert "shop 195" in letters


def test_a_browser_runs_nothing_that_hides_in_names(tmp_path):
    path = tmp_path / "page.html"
    nasty().to_html(path, title=NASTIER, funnel=[NASTY, "buy"], target=7)
    dom, console = browser.dom_of(path, tmp_path / "profile")
    assert console == []
    assert "<title>taken</title>" not in dom
    found, console = browser.measured(path, tmp_path)
    assert console == []
    assert (found["scripts"], found["title"], found["requests"]) == (
        1,
        " ".join(NASTIER.split()),
        [],
    )
    assert all(picture["outside"] == [] for picture in found["svgs"])


def test_a_browser_in_the_dark_gets_a_dark_page(tmp_path, page):
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    dark = "--blink-settings=preferredColorScheme=0"
    found, _ = browser.measured(path, tmp_path, 1280, dark)
    assert found["background"] == "rgb(13, 17, 23)"
