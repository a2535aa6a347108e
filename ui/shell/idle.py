"""Noticing that nobody sits at the desk any more.

It listens only to the windows themselves, not to every widget, so that it costs nothing while the program paints.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWindow

TOUCHES = (
    QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel,
    QEvent.Type.TouchBegin, QEvent.Type.InputMethod,
)


class IdleWatch(QObject):
    """`idle()` after some minutes without a key or the mouse, once until something is touched again."""

    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.idle)
        self._watched: set[int] = set()
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.focusWindowChanged.connect(self.on_window)

    def set_minutes(self, minutes: float) -> None:
        """Tell after so many minutes; 0 never."""
        if minutes > 0:
            self._timer.start(round(minutes * 60_000))
        else:
            self._timer.stop()
            self._timer.setInterval(0)

    def watch(self, window: QWindow | None) -> None:
        """Listen to a window."""
        if window is not None and id(window) not in self._watched:
            self._watched.add(id(window))
            window.installEventFilter(self)

    def on_window(self, window: QWindow | None) -> None:
        """Another window of ours has the focus: listen to it too, and count it as a touch."""
        self.watch(window)
        self.touched()

    def touched(self) -> None:
        """Somebody is there."""
        if self._timer.interval() > 0:
            self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice keys and mouse."""
        if event.type() in TOUCHES:
            self.touched()
        return False
