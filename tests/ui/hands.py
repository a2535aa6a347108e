"""What a person does at the keyboard, for tests of windows: typing Chinese, pressing keys, finding a control."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

Kind = TypeVar("Kind", bound=QWidget)


def type_chinese(widget: QWidget, text: str) -> None:
    """Commit `text` in `widget` as an input method does; key clicks with Chinese letters abort the test run."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QCoreApplication.sendEvent(widget, event)


def compose_chinese(widget: QWidget, letters: str) -> None:
    """Show `letters` in `widget` as still being composed, not yet committed."""
    QCoreApplication.sendEvent(widget, QInputMethodEvent(letters, []))


def press(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press and release a key in `widget`."""
    QTest.keyClick(widget, key, modifier)


def click(widget: QWidget) -> None:
    """Click `widget` with the left button, in its middle."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def control(parent: QWidget, kind: type[Kind], name: str) -> Kind:
    """The control called `name` inside `parent`; fails the test with the names there are when it is missing."""
    found = parent.findChild(kind, name)
    there = sorted(child.objectName() for child in parent.findChildren(kind) if child.objectName())
    assert found is not None, f"no {kind.__name__} called {name!r}; there are {there}"
    return found
