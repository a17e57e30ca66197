"""What the races and the sizes look like in the README."""

from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from measure import Race, digits

ROOT = Path(__file__).resolve().parent.parent.parent
WORK = ROOT / "target" / "peers"
LIBRARIES = ["numpy", "pandas", "polars", "pyarrow", "duckdb", "river", "statsmodels", "lifetimes"]
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def machine() -> str:
    """Where, when and with what."""
    cpu = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    return (
        f"{datetime.date.today()}, {cpu[1] if cpu else platform.processor()}, "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; "
        f"{output('rustc', '--version').strip()}; {output('cc', '--version').splitlines()[0]}; "
        f"Python {platform.python_version()}; {versions}."
    )


def import_time(module: str, runs: int = 20) -> float:
    """CPU milliseconds of an import in a fresh interpreter, the best of several."""
    code = (
        "import time; start = time.process_time(); "
        f"import {module}; print(1000 * (time.process_time() - start))"
    )
    return min(float(output(sys.executable, "-c", code)) for _ in range(runs))


def crates(*arguments: str) -> int:
    """Distinct crates of a build, itself included."""
    tree = output("cargo", "tree", "--edges", "normal,build", "--prefix", "none", *arguments)
    return len({line.split()[0] for line in tree.splitlines() if line})


def sizes() -> str:
    """Imports, files and crates."""
    installed = Path(metadata.distribution("cxm").locate_file("cxm"))
    library = ROOT / "target" / "release" / "libcxm.so"
    module = next(installed.glob("_cxm*.so"))
    wheel = next((WORK / "wheel").glob("cxm-*.whl"))
    lines = ["| what | figure |", "| --- | ---: |"]
    for name in ["cxm", *LIBRARIES]:
        lines.append(f"| `import {name}`, CPU | {digits(import_time(name))} ms |")
    for name, path in [("libcxm.so", library), ("the Python module", module), ("the wheel", wheel)]:
        lines.append(f"| {name} | {digits(path.stat().st_size / 1e6)} MB |")
    core = ("--package", "cxm-core")
    lines.append(f"| crates of cxm-core, default | {crates(*core)} |")
    lines.append(f"| without default features | {crates(*core, '--no-default-features')} |")
    lines.append(f"| with `registry` | {crates(*core, '--features', 'registry')} |")
    return "\n".join(lines)


def tables(races: Iterable[Race], rounds: int) -> str:
    """Runs the races and writes them down."""
    parts = [machine()]
    for race in races:
        print(race.question, file=sys.stderr)
        parts.append(race.start(rounds).table())
    parts.append(sizes())
    return "\n\n".join(parts)


def write(readme: Path, tables: str) -> None:
    """Puts the tables between the marks."""
    text = readme.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    readme.write_text(f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}")
