"""The window of the program on a clinic, driven to its first screen: whoever is the only user signs in at once.

    python -m bench.children.real_window FOLDER SECRETS.json PIN PAUSE MARKS.json

The PIN is typed PAUSE milliseconds after it is asked for. Marks: `sign_in` (the database is open, its users are shown),
`entered` (the PIN is complete), `ready` (the first screen is there), `rows` (its table has rows). `painted` comes from
CUNYI_TIMING. The keyring's package is imported and asked as ever, but the key itself comes
from SECRETS.json, because the machine that measures may have no keyring.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ui.start import StartOptions, Timing, open_window

if TYPE_CHECKING:
    from ui.shell.main_window import MainWindow

LOOK_EVERY_MS = 2


def main() -> int:
    """Open the window; returns when it was closed."""
    folder, secrets, pin, pause, marks = sys.argv[1:6]
    timing = Timing(marks)
    kept: list[object] = []  # a signal does not keep whom it calls

    def open_in_background(window: MainWindow, options: StartOptions) -> object:
        from ui.compose import Composer

        composer = Composer(window, folder=options.data_folder, store=asked_store(Path(secrets)))
        driver = Driver(window, pin, int(pause), timing)
        kept.extend((composer, driver))
        window.data_ready.connect(driver.on_data_ready)
        composer.open()
        return composer

    return open_window(StartOptions(data_folder=Path(folder)), open_in_background)


def asked_store(secrets: Path) -> object:
    """The keyring, asked in vain, and then what the file says."""
    from app.security.secret_store import MemoryStore, NoKeyring, real_keyring

    class Store(MemoryStore):
        """A keyring whose secrets lie in memory."""

        def get(self, name: str) -> str | None:
            """The secret, after as much work as a real keyring makes before it is asked."""
            with suppress(NoKeyring):
                real_keyring()
            return super().get(name)

    store = Store()
    store.secrets.update(json.loads(secrets.read_text(encoding="utf-8")))
    return store


class Driver:
    """Types the PIN as soon as it is asked for, and notes what is there when."""

    def __init__(self, window: MainWindow, pin: str, pause: int, timing: Timing) -> None:
        self._window = window
        self._pin = pin
        self._pause = pause
        self._timing = timing

    def on_data_ready(self) -> None:
        """First the users are there, then the first screen."""
        from PySide6.QtCore import QTimer

        if self._window.is_covered():
            self._timing.mark("sign_in")
            QTimer.singleShot(self._pause, self.type_pin)
        else:
            self._timing.mark("ready")
            self.look_for_rows()

    def type_pin(self) -> None:
        """The PIN, key by key, and Enter."""
        from PySide6.QtCore import QEvent, Qt
        from PySide6.QtGui import QKeyEvent
        from PySide6.QtWidgets import QApplication

        from ui.shell.sign_in import PinDots

        dots = self._window.findChild(PinDots)
        keys = [(Qt.Key(Qt.Key.Key_0 + int(digit)), digit) for digit in self._pin] + [(Qt.Key.Key_Return, "\r")]
        self._timing.mark("entered")
        for key, text in keys:
            pressed = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text)
            QApplication.sendEvent(dots, pressed)

    def look_for_rows(self) -> None:
        """Note when a table of the first screen has rows."""
        from PySide6.QtCore import QTimer

        from ui.widgets.table import DataTable

        screen = self._window.current_screen()
        tables = screen.findChildren(DataTable) if screen is not None else []
        if any(table.rows() for table in tables):
            self._timing.mark("rows")
        else:
            QTimer.singleShot(LOOK_EVERY_MS, self.look_for_rows)


if __name__ == "__main__":
    sys.exit(main())
