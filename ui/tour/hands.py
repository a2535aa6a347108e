"""What a person does at keyboard and mouse, and how much of it: used by the tour and by no screen.

Keys go to the control that has the focus, as they would. Chinese is committed as an input method does it; its cost is
counted as the letters of its pinyin and one key to choose. Waiting is for a state of the window, never for a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QMenu, QScrollArea, QWidget

from app.pinyin import usual_pinyin

Kind = TypeVar("Kind", bound=QWidget)
PATIENCE_MS = 60_000
LOOK_AGAIN_MS = 5


class TourLost(Exception):
    """The window did not show what the tour expected; nothing is wrong with any data."""


@dataclass
class Effort:
    """How much a step cost: keys pressed, of them digits of readings, and clicks."""

    keys: int = 0
    digits: int = 0
    clicks: int = 0


class Hands:
    """Types and clicks in one window and counts it."""

    def __init__(self, window: QWidget) -> None:
        self.window = window
        self.effort = Effort()

    def start_counting(self) -> None:
        """Begin a new count."""
        self.effort = Effort()

    # --- finding ---------------------------------------------------------------------------------------------

    def find(self, name: str, kind: type[Kind] = QWidget, within: QWidget | None = None) -> Kind:  # type: ignore[assignment]
        """The visible control called `name`; raises TourLost with what is there instead."""
        roots = [within] if within is not None else [self._modal() or self.window]
        for root in roots:
            shown = [child for child in root.findChildren(kind, name) if child.isVisible()]
            if shown:
                return shown[0]
        there = sorted({c.objectName() for c in roots[0].findChildren(QWidget) if c.isVisible() and c.objectName()})
        raise TourLost(f"no visible control called {name!r}; there are {there}")

    def is_there(self, name: str) -> bool:
        """Whether a visible control is called `name`."""
        root = self._modal() or self.window
        return any(child.isVisible() for child in root.findChildren(QWidget, name))

    def wait_for(self, name: str, kind: type[Kind] = QWidget) -> Kind:  # type: ignore[assignment]
        """The control called `name`, as soon as it is visible."""
        wait_until(lambda: self.is_there(name), f"{name} to be shown")
        return self.find(name, kind)

    def _modal(self) -> QWidget | None:
        return QApplication.activeModalWidget()

    # --- doing -----------------------------------------------------------------------------------------------

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press one key where the focus is."""
        QTest.keyClick(self._focused(), key, modifier)
        self.effort.keys += 1
        settle()

    def type(self, text: str, *, reading: bool = False) -> None:
        """Type letters and digits where the focus is; `reading` counts them as digits of a measured value."""
        for letter in text:
            QTest.keyClick(self._focused(), letter)
            self.effort.keys += 1
            self.effort.digits += reading
        settle()

    def enter(self, text: str) -> None:
        """Type a text where the focus is: Chinese by input method, the rest by keys."""
        if text.isascii():
            self.type(text)
        else:
            self.write(text)

    def write(self, text: str) -> None:
        """Write Chinese where the focus is, as an input method commits it."""
        event = QInputMethodEvent()
        event.setCommitString(text)
        QCoreApplication.sendEvent(self._focused(), event)
        self.effort.keys += len(usual_pinyin(text).replace(" ", "")) + 1
        settle()

    def click(self, target: str | QWidget) -> None:
        """Click a control, scrolling to it first."""
        widget = self.find(target) if isinstance(target, str) else target
        bring_into_view(widget)
        inner = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
        QTest.mouseClick(inner, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, inner.rect().center())
        self.effort.clicks += 1
        settle()

    def click_at(self, widget: QWidget, place: QPoint, *, twice: bool = False) -> None:
        """Click a place of a control, such as the cell of a table."""
        act = QTest.mouseDClick if twice else QTest.mouseClick
        act(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        self.effort.clicks += 2 if twice else 1
        settle()

    def go_to(self, target: str | QWidget) -> QWidget:
        """Click into a control and empty it, ready for typing."""
        widget = self.find(target) if isinstance(target, str) else target
        bring_into_view(widget)
        widget.setFocus(Qt.FocusReason.MouseFocusReason)
        self.effort.clicks += 1
        settle()
        return widget

    def fill(self, target: str | QWidget, text: str) -> None:
        """Put `text` into a control in place of what it holds: Chinese by input method, the rest by keys."""
        self.go_to(target)
        self.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.enter(text)

    def _focused(self) -> QWidget:
        menu = QApplication.activePopupWidget()
        if isinstance(menu, QMenu):
            return menu
        modal = self._modal()
        if QApplication.activeWindow() is None:
            # Without a window manager nobody hands the activity back when a window in front has closed.
            (modal or self.window).activateWindow()
            wait_until(lambda: QApplication.activeWindow() is not None, "a window to be active")
        focused = QApplication.focusWidget()
        if focused is not None and (modal is None or modal.isAncestorOf(focused) or modal is focused):
            return focused
        if modal is not None:
            return modal.focusWidget() or modal
        return self.window


def bring_into_view(widget: QWidget) -> None:
    """Scroll every page around `widget` until it can be seen."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
        parent = parent.parentWidget()
    settle()


def settle() -> None:
    """Let everything that is due happen: paint, deliver, lay out."""
    loop = QEventLoop()
    QTimer.singleShot(0, loop.quit)
    loop.exec()


def wait_until(holds: Callable[[], bool], what: str, patience_ms: int = PATIENCE_MS) -> None:
    """Let the window work until `holds()`; raises TourLost naming `what` when patience ends."""
    if holds():
        return
    loop = QEventLoop()
    watch, end = QTimer(), QTimer()
    watch.setInterval(LOOK_AGAIN_MS)
    watch.timeout.connect(lambda: loop.quit() if holds() else None)
    end.setSingleShot(True)
    end.setInterval(patience_ms)
    end.timeout.connect(loop.quit)
    watch.start()
    end.start()
    loop.exec()
    watch.stop()
    if not holds():
        raise TourLost(f"waited in vain for {what}")


def when_modal(act: Callable[[QWidget], None]) -> None:
    """Have `act` done with the next window that waits for an answer, once it is open."""
    watch = QTimer()
    watch.setInterval(LOOK_AGAIN_MS)

    def look() -> None:
        modal = QApplication.activeModalWidget()
        if modal is not None and modal.isVisible():
            watch.stop()
            act(modal)

    watch.timeout.connect(look)
    watch.start()
    PENDING.append(watch)


PENDING: list[QTimer] = []
"""Keeps the watches of `when_modal` alive until they have acted."""
