"""The notebook runs from top to bottom, and is kept without outputs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


def test_notebooks_run():
    notebooks = sorted(NOTEBOOKS.glob("*.ipynb"))
    assert notebooks
    command = [sys.executable, "-m", "pytest", "--nbmake", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *map(str, notebooks)], cwd=NOTEBOOKS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_notebooks_have_no_outputs():
    for notebook in NOTEBOOKS.glob("*.ipynb"):
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
            assert not cell.get("outputs"), f"{notebook.name}: clear the outputs"
            assert cell.get("execution_count") is None
