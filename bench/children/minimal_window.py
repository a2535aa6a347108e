"""The floor: an empty PySide6 window. Writes the mark `painted` to the file given, and stays open.

    python -m bench.children.minimal_window MARKS.json
"""

from __future__ import annotations

import sys
import time

BEGAN = time.perf_counter()

from PySide6.QtCore import QTimer, Signal  # noqa: E402 (the clock starts first)
from PySide6.QtGui import QPaintEvent  # noqa: E402
from PySide6.QtWidgets import QApplication, QMainWindow  # noqa: E402


class Window(QMainWindow):
    """Tells of its first frame in the same way as the window of the program."""

    painted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._was_painted = False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)


def write_mark(file: str) -> None:
    """Write when the first frame was out; what it takes to find that out is not counted."""
    painted = time.perf_counter()
    import json
    from pathlib import Path

    from ui.start import milliseconds_since_start

    if sys.platform.startswith("linux"):
        since_start = milliseconds_since_start() - (time.perf_counter() - painted) * 1000
    else:
        since_start = (painted - BEGAN) * 1000
    Path(file).write_text(json.dumps({"painted": round(since_start, 1)}), encoding="utf-8")


def main() -> int:
    """Show the window."""
    app = QApplication(["minimal", "-style", "fusion"])
    window = Window()
    window.resize(1366, 768)
    window.painted.connect(lambda: write_mark(sys.argv[1]))
    window.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
