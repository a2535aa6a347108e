"""Bars and pills of the visit: answered by number, which goes on to the next field; last time's answer shown as offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.forms import kinds
from ui.theme import tokens
from ui.theme.theme import current_theme
from ui.widgets.form_view.fields import BarControl
from ui.widgets.segmented import ChoiceButton, Option


@dataclass(frozen=True)
class QuietOption(Option):
    """An option whose number is typed but not shown."""

    def words(self) -> str:
        """The words alone."""
        return self.text


def quiet_options(options: Sequence[kinds.Option]) -> list[Option]:
    """A form's options with their numbers unseen."""
    return [QuietOption(str(option.code), option.label, str(option.code)) for option in options]


class OfferingBar(BarControl):
    """One of a few options; typing a number answers and goes on; an offered option has a dashed frame."""

    def __init__(self, options: Sequence[Option], *, name: str, accessible_name: str,
                 parent: QWidget | None = None) -> None:
        super().__init__(options, name=name, accessible_name=accessible_name, parent=parent)
        self._offered = ""
        for button in self.buttons:
            button.setAccessibleName(f"{accessible_name} {button.option.number} {button.option.text}")

    def show_offered(self, value: str) -> None:
        """Show an option as last time's answer; empty shows none."""
        if value != self._offered:
            self._offered = value
            self.update()

    def offered(self) -> str:
        """The option that is offered now, or empty."""
        return self._offered if self.value() is None else ""

    def type_digit(self, digit: str) -> None:
        """Answer by number and go on."""
        super().type_digit(digit)
        if self.value() == digit:
            self.passed.emit()

    def paint_choice(self, painter: QPainter, button: ChoiceButton) -> None:
        """Words; an offered option in grey within dashes."""
        if self.offered() == button.option.value:
            theme = current_theme()
            painter.setPen(QPen(QColor(theme.colours.text_muted), 1, Qt.PenStyle.DashLine))
            painter.setBrush(QColor(theme.colours.surface_hover))
            radius = theme.px(tokens.RADIUS_CONTROL) - 2
            painter.drawRoundedRect(QRectF(button.rect()).adjusted(3.5, 3.5, -4.5, -3.5), radius, radius)
        super().paint_choice(painter, button)
