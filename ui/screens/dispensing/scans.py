"""A scanner is a keyboard: 20 digits and Enter, wherever the cursor stands.

Whatever line the digits fell into gets back what stood there before; the code goes to whoever listens.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.trace_codes import LENGTH, SCANNER_MARKS, clean_code, is_code

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
MARKS = frozenset("".join(SCANNER_MARKS))


class ScanWatcher(QObject):
    """Watches the lines of a page. `scanned(code, line)` with the widget that the digits were typed into."""

    scanned = Signal(str, object)

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._line: QLineEdit | None = None
        self._before: list[str] = []

    def watch(self, line: QLineEdit) -> None:
        """Look at what is typed into this line."""
        line.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Remember what stood in the line before each digit; take the code when Enter comes."""
        kind = event.type()
        if kind == QEvent.Type.FocusIn:
            self._begin(watched)
        if kind not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) or not isinstance(event, QKeyEvent):
            return False
        if kind == QEvent.Type.ShortcutOverride or not isinstance(watched, QLineEdit):
            return False
        return self._on_key(watched, event)

    def _on_key(self, line: QLineEdit, event: QKeyEvent) -> bool:
        if line is not self._line:
            self._begin(line)
        if event.key() in ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return self._take(line)
        typed = event.text()
        if typed.isascii() and (typed.isdigit() or (typed and typed in MARKS)):
            self._before.append(line.text())
        elif typed:
            self._before.clear()
        return False

    def _take(self, line: QLineEdit) -> bool:
        """The code in the line: the last 20 digits typed, or the whole of what stands there when it was pasted."""
        before, self._before = self._before, []
        whole = clean_code(line.text())
        if is_code(whole) and len(before) <= LENGTH + len(max(SCANNER_MARKS, key=len)):
            code, rest = whole, before[0] if before else ""
        elif len(before) >= LENGTH:
            at = line.cursorPosition()
            code, rest = clean_code(line.text()[at - LENGTH:at]), before[-LENGTH]
        else:
            return False
        if not is_code(code):
            return False
        line.setText("" if is_code(clean_code(rest)) else rest)
        self.scanned.emit(code, line)
        return True

    def _begin(self, line: QObject) -> None:
        self._line = line if isinstance(line, QLineEdit) else None
        self._before = []
