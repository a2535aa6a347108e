"""Starting: the painted window, the data, and idle memory, beside an empty PySide6 window.

The program opens its own sample clinic, offscreen unless a display was chosen; a clinic of 3,000 residents is opened too
for its memory. The only user types his PIN, which is part of every start: once the moment it is asked for, so that the
time is the program's alone, and once two seconds later, as a hand does, while the program prepares what comes next. Each
start is a process of its own, files in the cache, and the windows take turns. Times run from the start of the process
(on Windows from the first line of the program).
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.demo.clinic import PIN, RESIDENTS, build_clinic
from app.security.secret_store import MemoryStore
from bench.figures import Row, Target, median, middle
from bench.machine import Memory, memory_of
from bench.people import QUICK_RESIDENTS
from bench.processes import marks_in, running

TURNS, QUICK_TURNS = 7, 1
SETTLE_SECONDS, QUICK_SETTLE_SECONDS = 2.0, 0.2
HAND_MS = 2000
MARKS = ("sign_in", "entered", "ready", "rows")
LARGE = 3_000


def measure(quick: bool) -> list[Row]:
    """Both windows in turn, after one round that fills the file cache and makes the backup of the day."""
    settle = QUICK_SETTLE_SECONDS if quick else SETTLE_SECONDS
    with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as name:
        rounds = Rounds(Clinic(Path(name), "sample", QUICK_RESIDENTS if quick else RESIDENTS))
        rounds.all(settle)
        if not quick:
            rounds.forget()
            for _ in range(TURNS):
                rounds.all(settle)
        rows = rounds.rows()
        if not quick:
            large = Rounds(Clinic(Path(name), "large", LARGE))
            large.program(settle)
            large.forget()
            for _ in range(3):
                large.program(settle)
            rows += large.memory_rows(f"a clinic of {LARGE:,} residents")
    return rows


class Clinic:
    """A sample clinic to be opened by windows, and the secrets by which they open it."""

    def __init__(self, work: Path, name: str, residents: int) -> None:
        self.folder = work / name
        self.secrets = work / f"{name}.json"
        store = MemoryStore()
        build_clinic(self.folder, residents=residents, store=store).close()
        self.secrets.write_text(json.dumps(store.secrets), encoding="utf-8")

    def marks(self, name: str) -> Path:
        """A fresh file for marks."""
        file = self.folder.with_name(name)
        file.unlink(missing_ok=True)
        return file


class Rounds:
    """Starts the windows again and again, and keeps what they told."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._floor: list[float] = []
        self._floor_memory: list[Memory] = []
        self._marks: dict[str, list[float]] = {name: [] for name in ("painted", *MARKS)}
        self._memory: list[Memory] = []
        self._after_pin: list[float] = []

    def all(self, settle: float) -> None:
        """One start of the floor and two of the program."""
        self.floor(settle)
        self.program(settle)
        self.program_by_hand()

    def floor(self, settle: float) -> None:
        """The empty window; memory is read after `settle` seconds of idleness."""
        marks = self._clinic.marks("floor.marks")
        with running("bench.children.minimal_window", str(marks)) as process:
            self._floor.append(marks_in(marks, process, ("painted",))["painted"])
            time.sleep(settle)
            self._floor_memory += filter(None, [memory_of(process.pid)])

    def program(self, settle: float) -> None:
        """The program with the PIN typed at once; memory is read after `settle` seconds of idleness."""
        with self._started(0) as (told, pid):
            time.sleep(settle)
            self._memory += filter(None, [memory_of(pid)])
        for name, found in self._marks.items():
            found.append(told[name])

    def program_by_hand(self) -> None:
        """The program with the PIN typed after a while."""
        with self._started(HAND_MS) as (told, _pid):
            self._after_pin.append(told["rows"] - told["entered"])

    @contextmanager
    def _started(self, pause: int) -> Iterator[tuple[dict[str, float], int]]:
        marks, first = self._clinic.marks("marks"), self._clinic.marks("first")
        arguments = (str(self._clinic.folder), str(self._clinic.secrets), PIN, str(pause), str(marks))
        with running("bench.children.real_window", *arguments, extra={"CUNYI_TIMING": str(first)}) as process:
            told = {**marks_in(first, process, ("painted",)), **marks_in(marks, process, MARKS)}
            yield told, process.pid

    def rows(self) -> list[Row]:
        """The table."""
        floor = middle(self._floor)
        return [
            Row("window painted", middle(self._marks["painted"]), floor, Target(1.5, "ratio"),
                "first frame of the program's window"),
            Row("data ready: database open, users shown", middle(self._marks["sign_in"]), floor, Target(4, "ratio"),
                "the PIN can be typed; key asked of the keyring's package"),
            Row("first screen with rows, PIN typed at once", middle(self._marks["rows"]), floor,
                note="adds SQLAlchemy, the services, the slow hash of the PIN and the screen"),
            Row("from Enter to rows, PIN typed two seconds later", middle(self._after_pin), floor,
                note="what the user waits for"),
            *self.memory_rows("the sample clinic", Target(150)),
        ]  # fmt: skip

    def memory_rows(self, what: str, target: Target | None = None) -> list[Row]:
        """Idle memory; none where the system does not tell."""
        if not self._memory:
            return []
        floor = middle([memory.now for memory in self._floor_memory], "MB") if self._floor_memory else None
        idle = middle([memory.now for memory in self._memory], "MB")
        peak = median([memory.peak for memory in self._memory])
        note = f"resident set, shared libraries and fonts included; peak {peak:.0f} MB"
        return [Row(f"idle memory with {what} open", idle, floor, target, note)]
