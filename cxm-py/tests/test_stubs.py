"""The type stubs follow the lists, and agree with what is there at run time."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import stubs


@pytest.mark.parametrize("name", stubs.STUBS)
def test_a_stub_is_fresh(name):
    path, fresh = stubs.PACKAGE / name, stubs.STUBS[name]()
    if os.environ.get("CXM_BLESS") == "1":
        path.write_text(fresh, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == fresh, f"{name} is stale: CXM_BLESS=1 rewrites it"


def test_the_stubs_agree_with_the_package(tmp_path):
    command = [sys.executable, "-m", "mypy.stubtest", "cxm", "--ignore-disjoint-bases"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_typed_program_checks(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import cxm\n"
        "report = cxm.nps([10, 9], scale=(0, 10))\n"
        "score: float | None = report.score\n"
        "promoters: int = report.promoters\n"
        "interval = report.interval(level=0.9)\n"
        "if interval is not None:\n"
        "    width: float = interval.upper - interval.lower\n"
        "nps = cxm.Nps(preset='coded_1_to_11')\n"
        "nps.update([1, 2], weights=[1.0, 2.0])\n"
        "nps.merge(cxm.Nps.from_bytes(nps.to_bytes()))\n"
        "share: float | None = cxm.Csat().value().share\n"
        "cxm.stats.net_interval(negative=1, neutral=2, positive=3, level=0.9)\n"
        "cxm.nps([1], scales=(1, 5))  # error: no such keyword\n"
        "cxm.Nps(detractors=6)  # error: no such field\n"
        "report.promotors  # error: no such figure\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", str(program)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert sorted({int(line.split(":")[1]) for line in lines}) == [13, 14, 15], done.stdout
