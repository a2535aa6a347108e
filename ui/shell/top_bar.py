"""The bar above the screens: search at the left; date, state of the exchange, type size and lock at the right.

On a narrow window the words give way one after the other: first the note, then the date, then the words of the state
(the dot stays, its words in the tip).
"""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from ui.shell.search_box import SearchBox
from ui.theme import tokens
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.theme.tokens import Tone
from ui.widgets.buttons import Button
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal


class Dot(QWidget):
    """A small dot in the colour of a state, beside words that say it."""

    def __init__(self, tone: Tone = "grey", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone: Tone = tone
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def set_tone(self, tone: Tone) -> None:
        """Change the state."""
        self._tone = tone
        self.update()

    def follow_theme(self, theme: Theme) -> None:
        """Take the size of this appearance."""
        self.setFixedSize(QSize(theme.px(9), theme.px(9)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(current_theme().colours.tone(self._tone).strong))
        painter.drawEllipse(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()


class TopBar(QWidget):
    """Search, date, state, type size, lock."""

    type_size_asked = Signal()
    lock_asked = Signal()
    sync_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("top_bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = Horizontal(self, spacing=8, margins=(20, 0, 14, 0))
        self.search = SearchBox()
        row.addWidget(self.search, 3)
        row.addStretch(1)
        self._note = label("", name="top_note")
        self._date = label("", name="top_date")
        self._dot = Dot()
        self._sync = Button("", name="top_sync", kind="top")
        self._sync.clicked.connect(self.sync_asked)
        self._type_size = Button(tr("大字 A⁺"), name="top_type_size", kind="top")
        self._type_size.setToolTip(tr("改变字的大小  Ctrl ="))
        self._type_size.clicked.connect(self.type_size_asked)
        self._lock = Button(tr("锁定"), name="top_lock", kind="top")
        self._lock.setToolTip(tr("离开时锁定屏幕  Ctrl L"))
        self._lock.clicked.connect(self.lock_asked)
        state = Horizontal(spacing=0)
        state.addWidget(self._dot)
        state.addWidget(self._sync)
        row.addWidget(self._note)
        row.addWidget(self._date)
        row.addSpacing(4)
        row.addLayout(state)
        row.addWidget(self._type_size)
        row.addWidget(self._lock)
        self._sync_words = ""
        self._date_words = ("", "")
        self.set_sync("", "grey")
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def set_today(self, today: date) -> None:
        """Show the date with its weekday."""
        weekdays = (tr("星期一"), tr("星期二"), tr("星期三"), tr("星期四"), tr("星期五"), tr("星期六"), tr("星期日"))
        weekday = weekdays[today.weekday()]
        whole = tr("{year}年{month}月{day}日 {weekday}", year=today.year, month=today.month, day=today.day, weekday=weekday)
        short = tr("{month}月{day}日", month=today.month, day=today.day)
        self._date_words = (whole, short)
        self._settle()

    def set_sync(self, words: str, tone: Tone) -> None:
        """Say how the exchange stands, such as “已与卫生院同步 8:42”; empty hides it."""
        self._sync_words = words
        self._dot.set_tone(tone)
        self._sync.setToolTip(words)
        self._settle()

    def set_note(self, words: str) -> None:
        """Words before the date, such as “31 个村卫生室  27 已交  4 未交”."""
        self._note.setText(words)
        self._settle()

    def sync_words(self) -> str:
        """How the exchange stands."""
        return self._sync_words

    def follow_theme(self, theme: Theme) -> None:
        """Take the sizes of this appearance."""
        self.setFixedHeight(max(theme.gap(tokens.TOP_BAR_HEIGHT), theme.px(tokens.CONTROL_HEIGHT) + 12))
        self._settle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let words give way or come back."""
        super().resizeEvent(event)
        self._settle()

    def minimumSizeHint(self) -> QSize:
        """The window may be narrower than all words together."""
        theme = current_theme()
        return QSize(theme.px(320), self.height())

    def _settle(self) -> None:
        theme = current_theme()
        room = self.width() / theme.scale
        self._note.setVisible(bool(self._note.text()) and room >= 900)
        self._date.setText(self._date_words[0] if room >= 860 else self._date_words[1])
        self._date.setVisible(bool(self._date_words[0]) and room >= 500)
        self._sync.setVisible(bool(self._sync_words) and room >= 600)
        self._sync.set_words(self._sync_words)
        self._sync.setAccessibleName(self._sync_words or tr("同步"))
        self._dot.setVisible(bool(self._sync_words))
        self._dot.setToolTip(self._sync_words)
