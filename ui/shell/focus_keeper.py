"""Keeps the focus in the screen when the control that had it is hidden or switched off.

Qt gives the focus to some other control then, mostly the line of the search in the top bar: the keys of the screen would be
dead, and what is typed would look for residents.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget


class FocusKeeper(QObject):
    """Gives the focus back to the screen that `present` names, unless the user went elsewhere himself."""

    def __init__(self, present: Callable[[], QWidget | None], parent: QObject) -> None:
        super().__init__(parent)
        self._present = present
        self._was_left = False
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    def _on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        screen = self._present()
        if now is None or screen is None or not screen.isVisible() or now.window() is not screen.window():
            return
        if _is_within(screen, now):
            self._was_left = False
        elif _can_have_focus(before):
            self._was_left = True
        elif not self._was_left:
            # The screen is still changing: what is to have the focus may not be there yet.
            QTimer.singleShot(0, self, self._give_back)

    def _give_back(self) -> None:
        screen = self._present()
        if screen is None or not screen.isVisible() or _holds_focus(screen):
            return
        screen.setFocus()
        first = None if _holds_focus(screen) else next((each for each in screen.findChildren(QWidget) if _is_stop(each)), None)
        if first is not None:
            first.setFocus()


def _holds_focus(screen: QWidget) -> bool:
    """Whether what has the focus of the window, or will have it again when the window is active, is of the screen."""
    control = screen.window().focusWidget()
    return control is not None and _is_within(screen, control) and _can_have_focus(control)


def _is_within(screen: QWidget, control: QWidget) -> bool:
    return control is screen or screen.isAncestorOf(control)


def _can_have_focus(control: QWidget | None) -> bool:
    return control is not None and control.isVisible() and control.isEnabled()


def _is_stop(control: QWidget) -> bool:
    return bool(control.focusPolicy() & Qt.FocusPolicy.TabFocus) and _can_have_focus(control)
