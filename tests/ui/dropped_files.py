"""Files that are dragged over a window and dropped upon it, for tests of windows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget


def drag(widget: QWidget, files: Iterable[Path]) -> bool:
    """Drag files over a widget; whether it would take them."""
    dragged = mime_of(files)  # the event does not keep it
    event = QDragEnterEvent(
        QPoint(50, 50),
        Qt.DropAction.CopyAction,
        dragged,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def drop(widget: QWidget, files: Iterable[Path]) -> None:
    """Drag files over a widget and let them go there; fails the test when it does not take them.

    Qt gives the drop to the widget that took the drag.
    """
    files = list(files)
    assert drag(widget, files), f"{widget.objectName()} does not take {files}"
    dropped = mime_of(files)  # the event does not keep it
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        dropped,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)


def mime_of(files: Iterable[Path]) -> QMimeData:
    """Files as a file manager hands them over."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    return mime
