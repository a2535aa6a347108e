"""Starting: the painted window, the data, and idle memory, beside an empty PySide6 window.

The program opens the sample clinic (3,000 residents, three years of work), offscreen unless a display was chosen. Its
only user types his PIN the moment it is asked for, so that the times are the program's and not a hand's; the slow hash
of the PIN is counted. Each start is a process of its own, files in the cache, and the two windows take turns. Times
run from the start of the process (on Windows from the first line of the program).
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from app.demo.clinic import PIN
from app.security.secret_store import MemoryStore
from bench.figures import Figure, Row, Target, middle
from bench.machine import Memory, memory_of
from bench.people import sample_clinic
from bench.processes import marks_in, running

TURNS, QUICK_TURNS = 9, 1
SETTLE_SECONDS, QUICK_SETTLE_SECONDS = 3.0, 0.2
MARKS = ("sign_in", "ready", "rows")


def measure(quick: bool) -> list[Row]:
    """Both windows in turn, after one round that fills the file cache."""
    settle = QUICK_SETTLE_SECONDS if quick else SETTLE_SECONDS
    with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as name:
        work = Path(name)
        store = MemoryStore()
        sample_clinic(work / "clinic", quick=quick, store=store).close()
        secrets = work / "secrets.json"
        secrets.write_text(json.dumps(store.secrets), encoding="utf-8")
        rounds = Rounds(work, secrets)
        if not quick:
            rounds.both(0)
            rounds.forget()
        for _ in range(QUICK_TURNS if quick else TURNS):
            rounds.both(settle)
    return rounds.rows()


class Rounds:
    """Starts both windows again and again, and keeps what they told."""

    def __init__(self, work: Path, secrets: Path) -> None:
        self._work = work
        self._secrets = secrets
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._floor: list[float] = []
        self._floor_memory: list[Memory] = []
        self._marks: dict[str, list[float]] = {name: [] for name in ("painted", *MARKS)}
        self._memory: list[Memory] = []

    def both(self, settle: float) -> None:
        """One start of the floor and one of the program; memory is read after `settle` seconds of idleness."""
        marks = self._fresh("floor.json")
        with running("bench.children.minimal_window", str(marks)) as process:
            self._floor.append(marks_in(marks, process, ("painted",))["painted"])
            time.sleep(settle)
            self._floor_memory += filter(None, [memory_of(process.pid)])
        marks, first = self._fresh("marks.json"), self._fresh("first.json")
        arguments = (str(self._work / "clinic"), str(self._secrets), PIN, str(marks))
        with running("bench.children.real_window", *arguments, extra={"CUNYI_TIMING": str(first)}) as process:
            told = {**marks_in(first, process, ("painted",)), **marks_in(marks, process, MARKS)}
            time.sleep(settle)
            self._memory += filter(None, [memory_of(process.pid)])
        for name, found in self._marks.items():
            found.append(told[name])

    def rows(self) -> list[Row]:
        """The table."""
        floor = middle(self._floor)
        rows = [
            Row("window painted", middle(self._marks["painted"]), floor, Target(1.5, "ratio"), "first frame of the program's window"),
            Row("users shown, database open", middle(self._marks["sign_in"]), floor, note="the PIN can be typed"),
            Row("data ready", middle(self._marks["ready"]), floor, Target(4, "ratio"),
                "PIN typed at once; its hash, SQLAlchemy, services and the first screen are counted"),
            Row("rows in the first screen", middle(self._marks["rows"]), floor),
        ]  # fmt: skip
        if self._memory:
            rows += [
                Row("idle memory, sample clinic open", self._middle_memory("now"), self._middle_floor("now"), Target(150)),
                Row("peak memory until then", self._middle_memory("peak"), self._middle_floor("peak")),
            ]  # fmt: skip
        return rows

    def _middle_memory(self, name: str) -> Figure:
        return middle([getattr(memory, name) for memory in self._memory], "MB")

    def _middle_floor(self, name: str) -> Figure:
        return middle([getattr(memory, name) for memory in self._floor_memory], "MB")

    def _fresh(self, name: str) -> Path:
        file = self._work / name
        file.unlink(missing_ok=True)
        return file
