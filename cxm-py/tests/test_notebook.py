"""The notebooks run from top to bottom.

Those whose data are in the repository are kept without outputs: whoever wants them runs them. The
data of the others are not ours to give away, so the outputs stay.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
#: What notebooks read of the folder that `CXM_DATA` names.
OUTSIDE_DATA = {
    "churn_telco.ipynb": "telco/telco-customer-churn.csv",
    "journeys_helpdesk.ipynb": "journeys/helpdesk.csv",
}


def run(notebooks):
    assert notebooks
    command = [sys.executable, "-m", "pytest", "--nbmake", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *map(str, notebooks)], cwd=NOTEBOOKS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def code_cells(notebook):
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def test_notebooks_run():
    run(sorted(path for path in NOTEBOOKS.glob("*.ipynb") if path.name not in OUTSIDE_DATA))


@pytest.mark.parametrize("name", OUTSIDE_DATA)
def test_notebooks_run_whose_data_are_elsewhere(name):
    folder = Path(os.environ.get("CXM_DATA", NOTEBOOKS / "../../../shared/data"))
    if not (folder / OUTSIDE_DATA[name]).exists():
        pytest.skip(f"there is no {OUTSIDE_DATA[name]}; CXM_DATA names its folder")
    run([NOTEBOOKS / name])


def test_notebooks_have_no_outputs():
    for notebook in NOTEBOOKS.glob("*.ipynb"):
        if notebook.name in OUTSIDE_DATA:
            continue
        for cell in code_cells(notebook):
            assert not cell.get("outputs"), f"{notebook.name}: clear the outputs"
            assert cell.get("execution_count") is None


@pytest.mark.parametrize("name", OUTSIDE_DATA)
def test_outputs_are_those_of_one_run(name):
    cells = code_cells(NOTEBOOKS / name)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    kinds = {output["output_type"] for cell in cells for output in cell["outputs"]}
    assert kinds <= {"display_data", "execute_result", "stream"}
    pictures = [o for cell in cells for o in cell["outputs"] if "image/png" in o.get("data", {})]
    assert pictures
