"""The working day of the tour: who is on stage, what time it is, and the order of the acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import Cancelled
from ui.tour.log import Log, Step
from ui.tour.stage import Stage

if TYPE_CHECKING:
    from app.security.secret_store import SecretStore

ACTS = (
    "first_start", "residents", "roster", "follow_ups", "day_sheet", "forms", "paper", "dispensing", "stock", "requests",
    "supply", "settlement",
)  # fmt: skip
"""In the order of the day; each leaves its windows as the next one needs them."""


@dataclass
class TourClock:
    """The day of the tour: 09:00 of 22 November 2026 in Beijing, moved on by the acts."""

    moment: datetime = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **spans: float) -> None:
        """Move by a timedelta's arguments, such as minutes=5."""
        self.moment += timedelta(**spans)


class Day:
    """What the acts share: the log, the clock, the folders, and the window of each desk while it is open."""

    def __init__(self, log: Log, folder: Path, store: SecretStore, clock: Callable[[], datetime]) -> None:
        self.log = log
        self.folder = folder
        self.store = store
        self.clock = clock
        self._stages: dict[str, Stage] = {}

    def stage(self, kind: str = "clinic") -> Stage:
        """The window of a desk, opened on its folder when it is not there yet."""
        if kind not in self._stages:
            stage = Stage(self.folder / kind, self.log, self.store, self.clock, kind=kind)
            self._stages[kind] = stage
            stage.show()
        return self._stages[kind]

    def leave(self, kind: str) -> None:
        """Close the window of a desk that is not needed any more."""
        self._stages.pop(kind).close()

    @property
    def clinic(self) -> Stage:
        """The clinic's window."""
        return self.stage("clinic")

    @property
    def township(self) -> Stage:
        """The township's window."""
        return self.stage("township")

    @contextmanager
    def step(self, name: str, stage: Stage | None = None) -> Iterator[Step]:
        """One step of the day at a desk's window."""
        at = stage or self.clinic
        at.come_forward()
        at.hush()
        with self.log.step(name, at.hands) as step:
            at.step = step
            yield step
            at.wait_idle()

    def close(self) -> None:
        """Close the windows that are open."""
        for stage in self._stages.values():
            stage.close()
        self._stages.clear()


def play(day: Day, acts: tuple[str, ...] = ACTS) -> None:
    """Play the acts; the windows are closed also when one of them gets lost."""
    try:
        for act in acts:
            import_module(f"ui.tour.acts.{act}").play(day)
    except Cancelled:
        return
    finally:
        day.close()
