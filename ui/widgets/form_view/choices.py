"""Choosing among a form's options: side by side, as pills, or from a list; always also by typing the option's number."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from app.forms import kinds
from ui.theme.theme import current_theme
from ui.widgets.form_view.lines import ENTER, MIDDLE, is_plain_enter
from ui.widgets.segmented import SECOND_DIGIT_WITHIN_MS, Option, PillChoices, Segmented

NUMBER_ROLE = Qt.ItemDataRole.UserRole + 1


def grow_with_lines(group: QWidget) -> None:
    """Let a group of options be as high as its lines in a layout that allots height by width."""
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    group.setSizePolicy(policy)


class BarControl(Segmented):
    """One of a few options side by side. With `advances` a number that is typed whole goes on to the next field."""

    answered = Signal()
    passed = Signal()
    left = Signal()
    advances = False

    def __init__(self, options: Sequence[Option], *, name: str, accessible_name: str,
                 parent: QWidget | None = None) -> None:
        super().__init__(options, name=name, accessible_name=accessible_name, parent=parent)
        grow_with_lines(self)
        self._telling = True
        self.changed.connect(self.on_changed)

    def raw(self) -> object:
        """The number of the option, or empty."""
        return self.value() or ""

    def show_raw(self, value: object) -> None:
        """Show an option by its number."""
        self._telling = False
        self.set_value(None if value is None else str(value))
        self._telling = True

    def stops(self) -> list[QWidget]:
        """The bar is one stop."""
        return [self]

    def on_changed(self) -> None:
        """Another option."""
        if self._telling:
            self.answered.emit()

    def type_digit(self, digit: str) -> None:
        """Answer by number, and go on where that is wanted and no second digit can follow."""
        super().type_digit(digit)
        if self.advances and self.typed_button() is not None:
            self.passed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on."""
        if is_plain_enter(event):
            self.passed.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the field was left."""
        super().focusOutEvent(event)
        self.left.emit()


class PillsControl(PillChoices):
    """Several options, as pills. With `advances` the number of one that excludes the others goes on to the next field."""

    answered = Signal()
    passed = Signal()
    left = Signal()
    advances = False

    def __init__(self, options: Sequence[Option], *, name: str, accessible_name: str,
                 parent: QWidget | None = None) -> None:
        super().__init__(options, name=name, accessible_name=accessible_name, parent=parent)
        grow_with_lines(self)
        self._telling = True
        self.changed.connect(self.on_changed)

    def raw(self) -> object:
        """The numbers of the options, in printed order."""
        return list(self.value())

    def show_raw(self, value: object) -> None:
        """Show options by their numbers."""
        values = value if isinstance(value, (list, tuple, set)) else [] if value in kinds.EMPTY else [value]
        self._telling = False
        self.set_value(str(each) for each in values)
        self._telling = True

    def stops(self) -> list[QWidget]:
        """The pills are one stop."""
        return [self]

    def on_changed(self) -> None:
        """Other options."""
        if self._telling:
            self.answered.emit()

    def type_digit(self, digit: str) -> None:
        """Answer by number, and go on behind “无”."""
        super().type_digit(digit)
        typed = self.typed_button() if self.advances else None
        if typed is not None and typed.option.excludes_others and typed.isChecked():
            self.passed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on."""
        if is_plain_enter(event):
            self.passed.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the field was left."""
        super().focusOutEvent(event)
        self.left.emit()


class ListControl(QComboBox):
    """One of many options: a list that opens with Space or Alt+Down, answered by typing the option's number.

    The wheel only scrolls the page: an answer never changes by scrolling past it.
    """

    answered = Signal()
    passed = Signal()
    left = Signal()
    refused = Signal(str)
    advances = False

    def __init__(self, options: Sequence[Option], *, name: str, accessible_name: str,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaxVisibleItems(15)
        self._typed = ""
        self._since_digit = QElapsedTimer()
        for place, option in enumerate(options):
            self.addItem(option.words(), option.value)
            self.setItemData(place, option.number, NUMBER_ROLE)
        self.setCurrentIndex(-1)
        self.view().setObjectName(f"{name}_options")
        self.view().setAccessibleName(accessible_name)
        self.activated.connect(lambda _index: self.answered.emit())

    def raw(self) -> object:
        """The number of the option, or empty."""
        return self.currentData() or ""

    def show_raw(self, value: object) -> None:
        """Show an option by its number."""
        self.setCurrentIndex(-1 if value in kinds.EMPTY else self.findData(str(value)))

    def stops(self) -> list[QWidget]:
        """The list is one stop."""
        return [self]

    def words(self) -> str:
        """What is chosen, in words."""
        return self.currentText()

    def sizeHint(self) -> QSize:
        """As wide as an ordinary field, whatever the longest option."""
        return QSize(current_theme().px(MIDDLE), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Narrower than its options if need be."""
        return QSize(current_theme().px(90), super().minimumSizeHint().height())

    def showPopup(self) -> None:
        """Open as wide as the longest option."""
        metrics = QFontMetrics(current_theme().font())
        widest = max((metrics.horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=0)
        self.view().setMinimumWidth(max(self.width(), widest + current_theme().px(48)))
        super().showPopup()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits choose, Delete takes back, Enter goes on."""
        if is_plain_enter(event):
            self.passed.emit()
        elif event.key() in (*ENTER, Qt.Key.Key_F4) or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._choose(-1)
        elif event.text() and event.text() in "0123456789":
            self._type_digit(event.text())
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll."""
        event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the field was left, unless only its own list came up."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()

    def _type_digit(self, digit: str) -> None:
        recent = self._since_digit.isValid() and self._since_digit.elapsed() <= SECOND_DIGIT_WITHIN_MS
        self._since_digit.start()
        both = self.findData(self._typed + digit, NUMBER_ROLE) if recent and self._typed else -1
        number = self._typed + digit if both >= 0 else digit
        self._typed = "" if both >= 0 else digit
        index = both if both >= 0 else self.findData(digit, NUMBER_ROLE)
        longer = [each for each in self._numbers() if len(each) > len(number) and each.startswith(number)]
        if index >= 0:
            self._choose(index)
            if self.advances and not longer:
                self.passed.emit()
        elif not longer:
            self.refused.emit(digit)

    def _numbers(self) -> list[str]:
        return [str(self.itemData(place, NUMBER_ROLE)) for place in range(self.count())]

    def _choose(self, index: int) -> None:
        if index != self.currentIndex():
            self.setCurrentIndex(index)
            self.answered.emit()
