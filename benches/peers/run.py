"""The same work done by cxm and by what people use today, side by side in one process.

    python3 benches/peers/run.py                 measures and prints
    python3 benches/peers/run.py --write         and puts the tables into benches/README.md
    python3 benches/peers/run.py --rows 1000000  a quick look

Makes a virtual environment, the libraries and the helper programs below ``target/peers``.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WORK = ROOT / "target" / "peers"
PYTHON = WORK / "venv" / "bin" / "python"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000_000, help="rows of the long columns")
    parser.add_argument("--rounds", type=int, default=7, help="turns of every contestant")
    parser.add_argument("--write", action="store_true", help="put the tables into the README")
    parser.add_argument("--built", action="store_true", help="do not build anything")
    return parser.parse_args()


def call(*command: str | Path, **environment: str) -> None:
    print("+", *command, file=sys.stderr)
    subprocess.run(list(map(str, command)), check=True, cwd=ROOT, env=os.environ | environment)


def build() -> None:
    """Everything that the races need."""
    WORK.mkdir(parents=True, exist_ok=True)
    if not PYTHON.exists():
        call(sys.executable, "-m", "venv", WORK / "venv")
        call(PYTHON, "-m", "pip", "install", "-q", "-r", HERE / "requirements.txt")
    cargo = ["cargo", "build", "--release", "--locked", "--target-dir", ROOT / "target"]
    call(*cargo, "-p", "cxm-ffi")
    call(*cargo, "-p", "cxm-benches", "--example", "peers")
    # A directory of its own: the module is built with other features.
    call(PYTHON, "-m", "pip", "wheel", "-q", "--no-deps", "-w", WORK / "wheel", "./cxm-py",
         CARGO_TARGET_DIR=str(WORK / "python"))
    wheel = next((WORK / "wheel").glob("cxm-*.whl"))
    call(PYTHON, "-m", "pip", "install", "-q", "--force-reinstall", "--no-deps", wheel)
    release = ROOT / "target" / "release"
    compiler = os.environ.get("CC", "cc")
    shared = ["-shared", "-fPIC", "-Wall", "-Wextra"]
    call(compiler, "-O3", "-march=native", *shared, HERE / "loops.c", "-o", WORK / "libloops.so")
    call(compiler, "-O2", *shared, HERE / "door.c", "-I", ROOT / "cxm-ffi" / "include",
         "-o", WORK / "libdoor.so", "-L", release, "-lcxm", f"-Wl,-rpath,{release}")


def main() -> None:
    options = arguments()
    if Path(sys.prefix) != WORK / "venv":
        if not options.built:
            build()
        environment = os.environ | {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
        os.execve(PYTHON, [str(PYTHON), *sys.argv], environment)
    import attribution
    import cohorts
    import journeys
    import lifetime_value
    import races
    import report
    import survival

    contests = [
        races.all_races(options.rows),
        lifetime_value.all_races(options.rows // 100),
        attribution.all_races(),
        cohorts.all_races(options.rows // 100),
        journeys.all_races(options.rows // 100),
        survival.all_races(options.rows // 100),
    ]
    tables = report.tables(itertools.chain.from_iterable(contests), options.rounds)
    print(tables)
    if options.write:
        report.write(HERE.parent / "README.md", tables)


if __name__ == "__main__":
    main()
