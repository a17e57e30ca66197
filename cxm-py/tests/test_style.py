"""The Python sources keep the house style."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_is_content(command):
    sources = sorted([*ROOT.glob("python/cxm/*.py"), *ROOT.glob("tests/*.py")])
    ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", *map(str, sources)]
    done = subprocess.run(ruff, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
