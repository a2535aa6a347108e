"""White cards with a title, lines and room for more; the head of a page; the row of actions at its foot.

How they are put together to a page: `ui.widgets.panes`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QLayout, QSizePolicy, QWidget

from ui.theme import tokens
from ui.theme.theme import current_theme
from ui.widgets.chips import Chip, ChipRow, ChipText
from ui.widgets.labels import FlowLabel, label, set_look
from ui.widgets.layouts import FlowBox, Horizontal, Margins, Vertical, clear_layout

CardTone = Literal["", "red", "amber", "green", "blue"]


class Card(QFrame):
    """A rounded white surface. `body` is its layout; `tone` puts a coloured bar at its left edge.

    What is in it keeps to the top, unless it is added with a stretch or wants to grow by itself (a table).
    """

    def __init__(self, title: str = "", *, name: str = "", tone: CardTone = "", margins: Margins = 16,
                 spacing: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.setProperty("tone", tone)
        if name:
            self.setObjectName(name)
        self.setAccessibleName(title)
        outer = Vertical(self, spacing=spacing, margins=margins)
        self._title = label(title, "danger_title" if tone == "red" else "card_title", wrap=True)
        outer.addWidget(self._title)
        self._title.setVisible(bool(title))  # only now: a label without a parent would be shown as a window
        self.body = Vertical(spacing=spacing)
        outer.addLayout(self.body, 0)
        outer.addStretch(1)
        self._outer = outer

    def title(self) -> str:
        """The words at the top."""
        return self._title.text()

    def set_title(self, title: str) -> None:
        """Change the words at the top; empty hides them."""
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self.setAccessibleName(title)

    def set_tone(self, tone: CardTone) -> None:
        """Change the bar at the left edge, and the colour of the title with red."""
        self.setProperty("tone", tone)
        self.update()
        set_look(self._title, "role", "danger_title" if tone == "red" else "card_title")

    def add(self, content: QWidget | QLayout, stretch: int = 0) -> None:
        """Append a widget or a layout to the body."""
        if isinstance(content, QLayout):
            self.body.addLayout(content, stretch)
        else:
            vertical = content.sizePolicy().verticalPolicy()
            fixed = content.minimumHeight() == content.maximumHeight()
            if stretch == 0 and not fixed and vertical == QSizePolicy.Policy.Expanding:
                stretch = 1
            self.body.addWidget(content, stretch)
        if stretch:
            self._outer.setStretchFactor(self.body, 1000)

    def add_line(self, text: str, *, strong: str = "", muted: str = "", chip: ChipText | None = None,
                 name: str = "") -> QWidget:
        """Append one line: words, a bold value, quiet words, a chip at the right."""
        line = card_line(text, strong=strong, muted=muted, chip=chip, name=name)
        self.body.addWidget(line)
        return line

    def add_text(self, text: str, role: Literal["body", "muted", "caption", "strong", "small"] = "body",
                 *, name: str = "") -> QLabel:
        """Append wrapping text."""
        made = label(text, role, name=name, wrap=True)
        self.body.addWidget(made)
        return made

    def clear(self) -> None:
        """Empty the body."""
        clear_layout(self.body)
        self._outer.setStretchFactor(self.body, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the surface, its edge and the bar of its tone."""
        theme = current_theme()
        colours = theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = theme.px(tokens.RADIUS_CARD)
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.fillPath(path, QColor(colours.surface))
        tone = str(self.property("tone") or "")
        if tone:
            painter.save()
            painter.setClipRect(QRectF(0, 0, theme.px(5), self.height()))
            painter.fillPath(path, QColor(colours.tone(tone).strong))
            painter.restore()
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawPath(path)
        painter.end()


def card_line(text: str, *, strong: str = "", muted: str = "", chip: ChipText | None = None,
              name: str = "") -> QWidget:
    """One line of a card: words, a bold value, quiet words, a chip at the right."""
    line = QWidget()
    line.setProperty("kind", "plain")
    if name:
        line.setObjectName(name)
    row = Horizontal(line, spacing=14)
    words = label(text, wrap=True)
    row.addWidget(words, 1 if not strong and not muted else 0)
    if strong:
        row.addWidget(label(strong, "strong"))
    if muted:
        row.addWidget(label(muted, "muted", wrap=True), 1)
    if strong and not muted:
        row.addStretch(1)
    if chip is not None:
        row.addWidget(Chip(chip.text, chip.tone), 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return line


class PageHeader(QWidget):
    """The head of a page: title, chips and quiet words at the left, actions at the right; wraps when narrow."""

    def __init__(self, title: str, *, name: str = "page_header", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName(name)
        self._title = label(title, "title", name="page_title")
        self._words = FlowBox(spacing=14, row_spacing=6)
        self._words.add(self._title)
        self._chips = ChipRow(spacing=16)
        self._words.add(self._chips)
        self._note = FlowLabel("", "muted", name="page_note")
        self._note.hide()
        self._words.add(self._note)
        self._actions = FlowBox(spacing=12)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.addWidget(self._words, 1)
        self._box.addWidget(self._actions)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the actions beside the words or beneath them, whichever takes less height."""
        super().resizeEvent(event)
        self._settle()

    def event(self, event: QEvent) -> bool:
        """Other words, chips or actions may want another place for the actions."""
        dealt_with = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._settle()
        return dealt_with

    def _settle(self) -> None:
        gap = current_theme().gap(8)
        width, actions = self.width(), self._actions.sizeHint().width()
        beside = width - actions - 3 * gap
        is_beneath = beside < self._title.sizeHint().width()
        if not is_beneath:
            together = max(self._words.heightForWidth(beside), self._actions.sizeHint().height())
            one_below = self._words.heightForWidth(width) + gap + self._actions.heightForWidth(width)
            is_beneath = together > one_below
        directions = QBoxLayout.Direction
        self._box.setSpacing(gap)
        self._box.setDirection(directions.TopToBottom if is_beneath else directions.LeftToRight)
        # Beside the words the actions stand in one line: the words wrap first.
        self._actions.setMinimumWidth(0 if is_beneath else actions)

    def minimumSizeHint(self) -> QSize:
        """The title must fit, the actions wrap."""
        return QSize(self._title.sizeHint().width(), super().minimumSizeHint().height())

    def title(self) -> str:
        """The words of the title."""
        return self._title.text()

    def set_title(self, title: str) -> None:
        """Change the title."""
        self._title.setText(title)

    def set_chips(self, chips: Iterable[ChipText]) -> None:
        """The chips behind the title."""
        self._chips.set_chips(chips)

    def chips(self) -> tuple[ChipText, ...]:
        """The chips behind the title."""
        return self._chips.chips()

    def set_note(self, text: str) -> None:
        """Quiet words behind the chips."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def add_action(self, button: QWidget) -> None:
        """Append an action at the right; the primary action comes last."""
        self._actions.add(button)


class ActionBar(QWidget):
    """The row at the foot of a page: leaving at the left, a note, the main action at the far right."""

    def __init__(self, *, name: str = "action_bar", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName(name)
        self._row = Horizontal(self, spacing=10)
        self._note = label("", "muted", name="action_note", wrap=True)
        self._row.addWidget(self._note, 1)

    def add_left(self, widget: QWidget) -> None:
        """Put a widget before the note."""
        self._row.insertWidget(self._row.indexOf(self._note), widget)

    def add_right(self, widget: QWidget) -> None:
        """Append a widget at the right; the primary action comes last."""
        self._row.addWidget(widget)

    def set_note(self, text: str) -> None:
        """Quiet words such as “✓ 已自动保存草稿 8:47”."""
        self._note.setText(text)

    def note(self) -> str:
        """The quiet words."""
        return self._note.text()
