"""Every example of the documentation is run."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import cxm
from cxm import clv, journeys, survival, table

ROOT = Path(__file__).resolve().parents[1]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def test_the_readme():
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False, optionflags=FLAGS)
    assert result.attempted > 10
    assert result.failed == 0


@pytest.mark.parametrize(
    "module", [cxm, clv, cxm._answers, cxm._cohorts, cxm._customer_view, journeys, survival, table]
)
def test_the_docstrings(module):
    assert doctest.testmod(module, optionflags=FLAGS).failed == 0


def test_the_readme_names_what_there_is():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names = set(re.findall(r"\bcxm\.([a-zA-Z_]+)", text))
    assert names
    assert names <= set(dir(cxm)), names - set(dir(cxm))


def test_the_bindings_hold_no_number():
    """No formula, default or threshold: no float literal in the Rust code of the door."""
    literal = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.])")
    for file in sorted((ROOT / "src").glob("*.rs")):
        code = re.sub(r"//.*", "", file.read_text(encoding="utf-8"))
        assert not literal.search(code), f"{file.name}: {literal.search(code)}"
    names = ("_calculators", "_cox", "_curves", "_models", "_one_shot", "_results", "_frames")
    for name in (*names, "_cohorts", "survival", "table", "stats"):
        code = (ROOT / "python" / "cxm" / f"{name}.py").read_text(encoding="utf-8")
        code = re.sub(r'""".*?"""', "", code, flags=re.DOTALL)
        assert not literal.search(code), f"{name}.py: {literal.search(code)}"
