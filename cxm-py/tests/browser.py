"""A real browser for tests: Chromium without a window, which says what it made of a page."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from html import unescape as html_text
from pathlib import Path

import pytest
from conftest import REPOSITORY

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

#: Without a window, an account, or any word with the network.
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--enable-logging=stderr",
)

#: Measures the page and writes what it found where the test can read it.
_PROBE = REPOSITORY / "cxm-core" / "tests" / "browser" / "probe.html"


def find():
    """The browser's program; skips the test where there is none."""
    named = os.environ.get("CXM_BROWSER")
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("there is no Chromium; install one or name it in CXM_BROWSER")
    return found


def dom_of(page: Path, folder: Path, width: int = 1280, *more: str):
    """The DOM after loading, and what the page wrote to the console."""
    command = [find(), *_FLAGS, f"--user-data-dir={folder}", f"--window-size={width},900", *more]
    done = subprocess.run(
        [*command, "--dump-dom", page.as_uri()], capture_output=True, timeout=120, check=True
    )
    log = done.stderr.decode("utf-8", "replace")
    console = [line for line in log.splitlines() if ":CONSOLE" in line]
    return done.stdout.decode("utf-8"), console


def measured(page: Path, folder: Path, width: int = 1280, *more: str):
    """What a script of the test finds in the page: its pictures, its width, what it asked for."""
    html = page.read_text(encoding="utf-8")
    assert html.count('<meta http-equiv="Content-Security-Policy"') == 1
    policy = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
    html = policy.sub(lambda _: _PROBE.read_text(encoding="utf-8"), html)
    probed = folder / "probed.html"
    probed.write_text(html, encoding="utf-8")
    dom, console = dom_of(probed, folder / f"profile-{width}", width, *more)
    found = re.search(r'<pre id="probe">(.*?)</pre>', dom, re.DOTALL)
    assert found, dom[-2000:]
    return json.loads(html_text(found[1])), console
