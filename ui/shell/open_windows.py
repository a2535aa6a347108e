"""What becomes of windows that are open over the desk when it is locked: a preview or a question may show a resident.

A window somebody waits for (`exec`) is ended as by Escape, which never does anything. One that is merely open (`open`)
is hidden with what was typed in it, and comes back when the desk does. Progress windows name no resident and stay.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from shiboken6 import isValid

from ui.widgets.progress_window import ProgressWindow


class OpenWindows:
    """The windows over `desk`, put away while it is covered."""

    def __init__(self, desk: QWidget) -> None:
        self._desk = desk
        self._hidden: list[QDialog] = []

    def put_away(self) -> None:
        """Let nothing be seen over the desk; menus close, too."""
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        for window in QApplication.topLevelWidgets():
            if not isinstance(window, QDialog) or isinstance(window, ProgressWindow) or not self._is_over(window):
                continue
            if window.windowModality() is Qt.WindowModality.ApplicationModal:
                window.reject()
            else:
                window.hide()
                self._hidden.append(window)

    def bring_back(self) -> None:
        """Show again what was hidden, as far as it is still there."""
        hidden, self._hidden = self._hidden, []
        for window in hidden:
            if isValid(window):
                window.open()

    def forget(self) -> None:
        """Somebody else comes to the desk: what was hidden is not for him."""
        hidden, self._hidden = self._hidden, []
        for window in hidden:
            if isValid(window):
                window.deleteLater()

    def _is_over(self, window: QWidget) -> bool:
        above = window.parentWidget() if window.isVisible() else None
        while above is not None and above is not self._desk:
            above = above.parentWidget()
        return above is self._desk
