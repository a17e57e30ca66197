"""`import cxm` needs nothing, and pulls in nothing that it does not need."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ["numpy", "pandas", "polars", "pyarrow", "duckdb", "matplotlib"]
#: Modules of the standard library that cost more than all of cxm.
SLOW = ["inspect", "dataclasses", "typing", "asyncio", "re", "json", "decimal", "logging"]


def run(code):
    # -S and -I: nothing that `site` or the environment imports hides what cxm imports.
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_pulls_in_nothing():
    code = (
        "import sys; before = set(sys.modules); import cxm; "
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    new = set(run(code).split())
    assert "cxm" in new
    assert not new & set(HEAVY)
    assert not new & set(SLOW), f"import cxm also imports {sorted(new & set(SLOW))}"


def test_a_score_of_a_list_pulls_in_nothing():
    code = (
        "import sys; import cxm; r = cxm.nps([10, None, 3]); repr(r); r._repr_html_(); "
        "cxm.nps({'s': [1, 2], 'k': ['a', 'b']}, rating='s', by='k'); cxm.stats.net_interval; "
        "print(*sys.modules)"
    )
    loaded = {name.partition(".")[0] for name in run(code).split()}
    assert not loaded & set(HEAVY)


def test_plots_are_loaded_when_asked_for():
    assert run("import cxm, sys; cxm.stats; print('matplotlib' in sys.modules)").strip() == "False"
    assert run("import cxm, sys; cxm.plots; print('cxm.plots' in sys.modules)").strip() == "True"
