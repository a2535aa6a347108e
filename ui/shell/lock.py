"""What hides the desk: before sign-in, and while nobody sits there.

`Cover` fills the window with the brand and one card, whose content changes from “opening” to sign-in to unlocking, in
the same place. `IdleWatch` tells when nothing has been touched for some minutes; it listens only to the windows
themselves, so that it costs nothing while widgets paint.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QWindow
from PySide6.QtWidgets import QWidget

from ui.theme import tokens
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.cards import Card, ScrollPage
from ui.widgets.labels import label
from ui.widgets.layouts import Column, Row

TOUCHES = (
    QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel,
    QEvent.Type.TouchBegin, QEvent.Type.InputMethod,
)


class Cover(QWidget):
    """The brand above one card in the middle of the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cover")
        column = Column(self, spacing=0)
        inside = QWidget()
        inside.setProperty("kind", "plain")
        self._scroll = ScrollPage(inside, name="cover_scroll")
        column.addWidget(self._scroll)
        rows = Column(inside, spacing=14, margins=20)
        rows.addStretch(2)
        self._brand = label("", name="cover_brand")
        self._brand.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._organisation = label("", name="cover_organisation")
        self._organisation.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        rows.addWidget(self._brand)
        rows.addWidget(self._organisation)
        self._card = Card(name="cover_card", margins=24)
        self._waiting = label("", "muted", name="cover_waiting", wrap=True)
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._content: QWidget | None = None
        self._card.add(self._waiting)
        row = Row()
        row.addStretch(1)
        row.addWidget(self._card)
        row.addStretch(1)
        rows.addLayout(row)
        rows.addStretch(3)
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def set_brand(self, brand: str, organisation: str = "") -> None:
        """The names above the card."""
        self._brand.setText(brand)
        self._organisation.setText(organisation)

    def wait(self, sentence: str) -> None:
        """Say what is being waited for."""
        self._waiting.setText(sentence)
        self._waiting.show()
        if self._content is not None:
            self._content.hide()

    def waiting_for(self) -> str:
        """What is being waited for, or empty."""
        return "" if self._waiting.isHidden() else self._waiting.text()

    def show_content(self, content: QWidget) -> None:
        """Show a widget in the card, in place of the former one, which is deleted."""
        if self._content is not None and self._content is not content:
            self._content.hide()
            self._content.deleteLater()
        self._waiting.hide()
        self._content = content
        self._card.add(content)
        content.show()
        content.setFocus()

    def content(self) -> QWidget | None:
        """What the card shows."""
        return self._content

    def follow_theme(self, theme: Theme) -> None:
        """Take the sizes and colours of this appearance."""
        self._card.setFixedWidth(theme.px(340))
        self._card.setMinimumHeight(theme.px(150))
        colours = theme.colours
        self._brand.setStyleSheet(
            f"color: {colours.nav_text}; font-size: {theme.px(28)}px; font-weight: 700;")
        self._organisation.setStyleSheet(f"color: {colours.nav_foot}; font-size: {theme.px(tokens.TYPE.body)}px;")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground is the colour of the navigation."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), current_theme().colours.nav)
        painter.end()


class IdleWatch(QObject):
    """`idle()` after some minutes without a key or the mouse, once until something is touched again."""

    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
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
