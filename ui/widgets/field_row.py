"""A control with its caption above, its unit inside, and what is wrong with it beneath."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from app.i18n import tr
from ui.theme import tokens
from ui.theme.icons import paint_icon
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.labels import label, set_look
from ui.widgets.layouts import Horizontal, Vertical


class IconLabel(QWidget):
    """One small icon in the colour of a meaning; decoration beside words that say the same."""

    def __init__(self, icon_name: str, colour: str, size: int = 14, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._colour = colour
        self._size = size
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def set_icon(self, icon_name: str, colour: str) -> None:
        """Show another icon; `colour` as "#rrggbb" or the name of a palette field."""
        self._icon_name, self._colour = icon_name, colour
        self.update()

    def follow_theme(self, theme: Theme) -> None:
        """Take the size of this appearance."""
        self.setFixedSize(theme.px(self._size), theme.px(self._size))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_icon(painter, self._icon_name, QRectF(self.rect()), _colour_of(self._colour))
        painter.end()


def _colour_of(colour: str) -> str:
    colours = current_theme().colours
    return colour if colour.startswith("#") else {
        "red": colours.red.text, "amber": colours.amber.text, "green": colours.green.text,
        "blue": colours.blue.text, "grey": colours.grey.text, "muted": colours.text_muted,
    }.get(colour, colours.text)


class LabelledField(QWidget):
    """`control` under its caption. The caption may end with a hint (“上次 162/94”); a unit stands inside at the right.

    `set_problem` (red, must be put right) and `set_warning` (amber, may stay) show one sentence beneath.
    """

    def __init__(
        self, caption: str, control: QWidget, *, name: str, hint: str = "", unit: str = "", required: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName(f"{name}_field")
        self.control = control
        self._caption_words = caption
        self._unit = unit
        self._problem = ""
        self._warning = ""
        if not control.objectName() or control.objectName().startswith("qt_"):
            control.setObjectName(name)
        if not control.accessibleName():
            control.setAccessibleName(caption)
        self._build(name, hint, required)
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def caption(self) -> str:
        """The words above the control."""
        return self._caption_words

    def set_hint(self, hint: str) -> None:
        """Quiet words behind the caption, such as the value of last time."""
        self._hint.setText(hint)
        self._describe()

    def set_unit(self, unit: str, tone: str = "") -> None:
        """Words inside the control at its right; `tone` "warning" shows them in amber (“超重”)."""
        self._unit = unit
        self._unit_label.setText(unit)
        set_look(self._unit_label, "role", "warning" if tone == "warning" else "caption")
        self._unit_label.setVisible(bool(unit))
        self.follow_theme(current_theme())
        self._describe()

    def set_problem(self, sentence: str) -> None:
        """Show in red what must be put right; empty when nothing."""
        self._problem = sentence
        self._show_sentence()

    def set_warning(self, sentence: str) -> None:
        """Show in amber what should be looked at; empty when nothing. A problem is shown before it."""
        self._warning = sentence
        self._show_sentence()

    def problem(self) -> str:
        """The sentence in red, or empty."""
        return self._problem

    def warning(self) -> str:
        """The sentence in amber, or empty."""
        return self._warning

    def sentence(self) -> str:
        """What stands beneath the control now."""
        return self._sentence.text() if self._problem or self._warning else ""

    def follow_theme(self, theme: Theme) -> None:
        """Make room for the unit at this type size."""
        if isinstance(self.control, QLineEdit):
            width = QFontMetrics(theme.font(tokens.TYPE.caption)).horizontalAdvance(self._unit)
            self.control.setTextMargins(0, 0, width + theme.gap(4) if self._unit else 0, 0)
        self._place_unit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the unit at the right edge of the control."""
        if watched is self.control and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place_unit()
        return False

    def _build(self, name: str, hint: str, required: bool) -> None:
        column = Vertical(self, spacing=3)
        head = Horizontal(spacing=5)
        self._caption = label(self._caption_words, "caption", name=f"{name}_caption")
        self._caption.setBuddy(self.control)
        head.addWidget(self._caption)
        if required:
            star = label("*", "problem", name=f"{name}_required")
            star.setToolTip(tr("必填"))
            head.addWidget(star)
            self.control.setProperty("required", True)
        self._hint = label("", "caption", name=f"{name}_hint")
        head.addWidget(self._hint, 1)
        column.addLayout(head)
        self._unit_label = QLabel(self.control) if isinstance(self.control, QLineEdit) else QLabel(self)
        self._unit_label.setTextFormat(Qt.TextFormat.PlainText)
        self._unit_label.setProperty("role", "caption")
        self._unit_label.setObjectName(f"{name}_unit")
        self._unit_label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        if isinstance(self.control, QLineEdit):
            self.control.installEventFilter(self)
            column.addWidget(self.control)
        else:
            body = QHBoxLayout()
            body.addWidget(self.control, 1)
            body.addWidget(self._unit_label)
            column.addLayout(body)
        self._unit_label.setText(self._unit)
        self._unit_label.setVisible(bool(self._unit))
        column.addWidget(self._build_sentence(name))
        # Beside a field with a sentence a field without one keeps its control at the top: only the filler grows.
        filler = QWidget()
        filler.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        column.addWidget(filler)
        self.set_hint(hint)

    def _build_sentence(self, name: str) -> QWidget:
        self._beneath = QWidget()
        self._beneath.setProperty("kind", "plain")
        row = Horizontal(self._beneath, spacing=4)
        self._mark = IconLabel("error", "red")
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        self._sentence = label("", "problem", name=f"{name}_problem", wrap=True)
        row.addWidget(self._sentence, 1)
        self._beneath.hide()
        return self._beneath

    def _show_sentence(self) -> None:
        shown = self._problem or self._warning
        self._sentence.setText(shown)
        set_look(self._sentence, "role", "problem" if self._problem else "warning")
        self._mark.set_icon("error" if self._problem else "warning", "red" if self._problem else "amber")
        self._beneath.setVisible(bool(shown))
        state = "true" if self._problem else "warning" if self._warning else ""
        set_look(self.control, "problem", state)
        self._describe()

    def _describe(self) -> None:
        """What a screen reader says behind the name: hint, unit, problem."""
        parts = (self._hint.text(), self._unit, self._problem or self._warning)
        self.control.setAccessibleDescription(tr("，").join(part for part in parts if part))

    def _place_unit(self) -> None:
        if not isinstance(self.control, QLineEdit) or not self._unit:
            return
        theme = current_theme()
        size = self._unit_label.sizeHint()
        left = self.control.width() - size.width() - theme.gap(10)
        self._unit_label.setGeometry(left, (self.control.height() - size.height()) // 2, size.width(), size.height())


class LineEdit(QLineEdit):
    """A line to type in, with its names."""

    def __init__(self, *, name: str, accessible_name: str, placeholder: str = "", width: int = 0,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setPlaceholderText(placeholder)
        self._least_width = width

    def minimumSizeHint(self) -> QSize:
        """At least the asked width, growing with the type."""
        hint = super().minimumSizeHint()
        return QSize(max(hint.width(), current_theme().px(self._least_width or 60)), hint.height())


class ComboBox(QComboBox):
    """A list to choose from: (value, words) pairs."""

    def __init__(self, *, name: str, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def set_options(self, options: list[tuple[object, str]]) -> None:
        """Offer these, keeping the present value when it is among them."""
        before = self.currentData()
        was_blocked = self.blockSignals(True)
        self.clear()
        for value, words in options:
            self.addItem(words, value)
        self.blockSignals(was_blocked)
        self.set_value(before)

    def value(self) -> object:
        """The chosen value, or None."""
        return self.currentData()

    def set_value(self, value: object) -> None:
        """Choose a value; one that is not offered leaves the first."""
        index = next((i for i in range(self.count()) if self.itemData(i) == value), 0)
        self.setCurrentIndex(index if self.count() else -1)
