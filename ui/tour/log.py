"""What the tour leaves behind: pictures, sheets, exchanged files, and a summary of every step."""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtWidgets import QWidget

from ui.tour.hands import Effort, Hands, settle

KEY_SECONDS = 0.28
"""K of the keystroke-level model for an average typist (Card, Moran and Newell 1980)."""
POINT_SECONDS, CLICK_SECONDS, THINK_SECONDS = 1.1, 0.2, 1.35
"""P, B and M of the same model: pointing, pressing the button, thinking before a unit of work."""


@dataclass
class Step:
    """One step of the day. `model_seconds` is what the keystroke-level model gives for an average user; where `people`
    are seen one after the other, each costs a thought of its own."""

    name: str
    seconds: float = 0.0
    keystrokes: int = 0
    digits: int = 0
    clicks: int = 0
    people: int = 1
    model_seconds: float = 0.0
    model_seconds_per_person: float = 0.0
    outcome: str = ""
    pictures: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)


class Log:
    """The folder of one tour: `screens`, `sheets`, `exchange` and summary.json."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.screens, self.sheets, self.exchange = (folder / name for name in ("screens", "sheets", "exchange"))
        for part in (self.screens, self.sheets, self.exchange):
            part.mkdir(parents=True, exist_ok=True)
        self.steps: list[Step] = []

    @contextmanager
    def step(self, name: str, hands: Hands) -> Iterator[Step]:
        """Time a step and count what the hands do in it; it is written down also when the tour gets lost in it."""
        step = Step(name)
        self.steps.append(step)
        hands.start_counting()
        began = time.perf_counter()
        try:
            yield step
            step.outcome = step.outcome or "done"
        except Exception as error:
            step.outcome = f"failed: {type(error).__name__}: {error}"
            self.picture(hands.window, f"lost in {name}", step)
            raise
        finally:
            step.seconds = round(time.perf_counter() - began, 3)
            self._count(step, hands.effort)
            self.write()

    @staticmethod
    def _count(step: Step, effort: Effort) -> None:
        step.keystrokes, step.digits, step.clicks = effort.keys, effort.digits, effort.clicks
        model = effort.keys * KEY_SECONDS + effort.clicks * (POINT_SECONDS + CLICK_SECONDS)
        model += step.people * THINK_SECONDS
        step.model_seconds = round(model, 1)
        step.model_seconds_per_person = round(model / step.people, 1)

    def picture(self, window: QWidget, name: str, step: Step | None = None) -> Path:
        """Save what the window shows as screens/<number>_<name>.png."""
        settle()
        settle()
        number = len(list(self.screens.glob("*.png"))) + 1
        file = self.screens / f"{number:02d}_{name.replace(' ', '_')}.png"
        window.grab().save(str(file))
        if step is not None:
            step.pictures.append(file.name)
        return file

    def sheet(self, pdf: bytes, name: str, step: Step | None = None) -> Path:
        """Save a printed sheet as sheets/<name>.pdf; a second one of the name gets a number."""
        file, number = self.sheets / f"{name}.pdf", 2
        while file.exists():
            file, number = self.sheets / f"{name} {number}.pdf", number + 1
        file.write_bytes(pdf)
        if step is not None:
            step.sheets.append(file.name)
        return file

    def write(self) -> None:
        """Write summary.json."""
        summary = {
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": f"{platform.system()} {platform.machine()}, Python {sys.version.split()[0]}",
            "outcome": "done" if all(step.outcome == "done" for step in self.steps) else "failed",
            "seconds": round(sum(step.seconds for step in self.steps), 3),
            "model": {"key": KEY_SECONDS, "point": POINT_SECONDS, "click": CLICK_SECONDS, "think": THINK_SECONDS},
            "steps": [asdict(step) for step in self.steps],
        }
        text = json.dumps(summary, ensure_ascii=False, indent=2)
        (self.folder / "summary.json").write_text(text + "\n", encoding="utf-8")
