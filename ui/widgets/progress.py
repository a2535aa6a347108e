"""Shares of work done (“312 / 356  87.6%” with a bar), and the steps that a paper goes through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import tr
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.theme.tokens import Tone
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical, clear_layout


@dataclass(frozen=True)
class Share:
    """How much of something is done; `of` 0 means that there is nothing to do and shows a dash."""

    title: str
    done: int
    of: int
    tone: Tone | None = None

    def percent(self) -> str:
        """The share with one decimal place, or a dash."""
        return f"{100 * self.done / self.of:.1f}%" if self.of else "—"


class ShareBar(QWidget):
    """A bar filled to a share; green unless a tone is given."""

    def __init__(self, share: Share, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_share(share)
        theme_changes().changed.connect(self.follow_theme)

    def set_share(self, share: Share) -> None:
        """Show another share."""
        self._share = share
        self.setAccessibleName(tr("{title}，完成 {done}，共 {of}", title=share.title, done=share.done, of=share.of))
        self.update()

    def follow_theme(self, theme: Theme) -> None:
        """Take the size of this appearance."""
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As high as half a line."""
        return QSize(40, current_theme().px(8))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw track and bar."""
        colours = current_theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = self.height() / 2
        painter.setBrush(QColor(colours.track))
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        part = min(1.0, self._share.done / self._share.of) if self._share.of else 0.0
        if part > 0:
            painter.setBrush(QColor(colours.tone(self._share.tone).strong if self._share.tone else colours.primary))
            width = max(self.height(), self.width() * part)
            painter.drawRoundedRect(QRectF(0, 0, width, self.height()), radius, radius)
        painter.end()


class ProgressList(QWidget):
    """Several shares, one under the other."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName(name)
        self._column = Vertical(self, spacing=14)
        self._shares: tuple[Share, ...] = ()

    def shares(self) -> tuple[Share, ...]:
        """What is shown."""
        return self._shares

    def set_shares(self, shares: Iterable[Share]) -> None:
        """Show these."""
        self._shares = tuple(shares)
        clear_layout(self._column)
        for share in self._shares:
            block = Vertical(spacing=3)
            line = Horizontal(spacing=12)
            line.addWidget(label(share.title, "small", wrap=True), 0)
            line.addWidget(label(f"{share.done} / {share.of}", "small_strong"))
            line.addStretch(1)
            line.addWidget(label(share.percent(), "small"))
            block.addLayout(line)
            block.addWidget(ShareBar(share))
            self._column.addLayout(block)


@dataclass(frozen=True)
class Step:
    """One step: its words, who did it when, and whether it is done."""

    title: str
    note: str = ""
    done: bool = False


class StepDot(QWidget):
    """A filled or empty circle."""

    def __init__(self, *, done: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._done = done
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def follow_theme(self, theme: Theme) -> None:
        """Take the size of this appearance."""
        self.setFixedSize(theme.px(14), theme.px(14))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the circle."""
        colours = current_theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.text if self._done else colours.grey.strong), 1.4))
        painter.setBrush(QColor(colours.text) if self._done else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5))
        painter.end()


class StepList(QWidget):
    """The way of a paper: ● 草稿 王明 11-22 8:30, ○ 已提交, ○ 药师审核 …"""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName(name)
        self._column = Vertical(self, spacing=9)
        self._steps: tuple[Step, ...] = ()

    def steps(self) -> tuple[Step, ...]:
        """What is shown."""
        return self._steps

    def set_steps(self, steps: Iterable[Step]) -> None:
        """Show these."""
        self._steps = tuple(steps)
        clear_layout(self._column)
        for step in self._steps:
            line = Horizontal(spacing=8)
            line.addWidget(StepDot(done=step.done))
            line.addWidget(label(step.title, "body" if step.done else "muted"))
            line.addWidget(label(step.note, "body" if step.done else "muted", wrap=True), 1)
            self._column.addLayout(line)
        said = (tr("{step}：已完成", step=s.title) if s.done else tr("{step}：未完成", step=s.title) for s in self._steps)
        self.setAccessibleDescription(tr("，").join(said))
