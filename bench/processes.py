"""Starting the programs of bench/children, and hearing from them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LONGEST_SECONDS = 600
LOOK_EVERY = 0.02


class ChildFailed(Exception):
    """A started program ended badly or did not answer in time."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a child: this checkout on its path, windows offscreen unless the caller chose a display."""
    base = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    # On a user's machine Python keeps the compiled modules; without them every start would compile the program anew.
    base.pop("PYTHONDONTWRITEBYTECODE", None)
    base.setdefault("QT_QPA_PLATFORM", "offscreen")
    return {**base, **(extra or {})}


def command(module: str, *arguments: str) -> list[str]:
    """How a module of this checkout is started."""
    return [sys.executable, "-P", "-m", module, *arguments]


def told_by(module: str, *arguments: str) -> dict[str, Any]:
    """What a child writes as JSON on its last line. Raises ChildFailed."""
    done = subprocess.run(
        command(module, *arguments), env=environment(), capture_output=True, text=True, encoding="utf-8",
        timeout=LONGEST_SECONDS, check=False,
    )
    if done.returncode != 0 or not done.stdout.strip():
        raise ChildFailed(f"{module}: status {done.returncode}: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


@contextmanager
def running(module: str, *arguments: str, extra: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A child that runs until the block ends."""
    process = subprocess.Popen(
        command(module, *arguments), env=environment(extra), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def marks_in(file: Path, process: subprocess.Popen[str], names: tuple[str, ...], seconds: float = 60) -> dict[str, float]:
    """The marks that a child writes to `file`, once all of `names` are there. Raises ChildFailed."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise ChildFailed(f"status {process.returncode}: {process.communicate()[1].strip()[-2000:]}")
        marks = read_marks(file)
        if all(name in marks for name in names):
            return marks
        time.sleep(LOOK_EVERY)
    raise ChildFailed(f"only {sorted(read_marks(file))} of {sorted(names)} after {seconds:g} s")


def read_marks(file: Path) -> dict[str, float]:
    """What stands in a file of marks now; nothing while it is missing or half written."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
