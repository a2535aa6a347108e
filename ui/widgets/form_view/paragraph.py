"""Several lines of text: what the person says, what was found, a treatment. Three lines are seen, and it grows with the text.

Enter begins a new line, Tab goes on, Ctrl+Enter belongs to the screen, like every other key with Ctrl that edits no text.
Text that is too long is not cut off: the form says by how much.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from app.forms import kinds
from ui.theme import tokens
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.form_view.lines import is_undo_or_redo, text_of, undoes_by_itself

LINE_LONGEST = 100
"""Texts that may be longer are written in several lines."""

FEWEST_LINES, MOST_LINES = 3, 12
EVERY_COLUMN = 100_000
LEAST_WIDTH = 150
EDITING = (
    QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.Paste, QKeySequence.StandardKey.Cut,
    QKeySequence.StandardKey.SelectAll, QKeySequence.StandardKey.DeleteEndOfWord,
    QKeySequence.StandardKey.DeleteStartOfWord, QKeySequence.StandardKey.MoveToNextWord,
    QKeySequence.StandardKey.MoveToPreviousWord, QKeySequence.StandardKey.SelectNextWord,
    QKeySequence.StandardKey.SelectPreviousWord, QKeySequence.StandardKey.MoveToStartOfDocument,
    QKeySequence.StandardKey.MoveToEndOfDocument, QKeySequence.StandardKey.SelectStartOfDocument,
    QKeySequence.StandardKey.SelectEndOfDocument,
)  # fmt: skip


def takes_lines(kind: kinds.Kind) -> bool:
    """Whether an answer may be so long that it is written in several lines."""
    return isinstance(kind, kinds.Text) and not isinstance(kind, kinds.Sign) and kind.longest > LINE_LONGEST


class ParagraphControl(QPlainTextEdit):
    """A text of several lines; a `FieldControl`."""

    answered = Signal()
    passed = Signal()
    left = Signal()

    def __init__(self, *, name: str, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._shown = ""
        self._height = 0
        self.textChanged.connect(self.on_text_changed)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self.fit())
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def raw(self) -> object:
        """The text."""
        return self.toPlainText().strip()

    def text(self) -> str:
        """What stands there."""
        return self.toPlainText()

    def show_raw(self, value: object) -> None:
        """Show a text."""
        text = text_of(value)
        if text == self.raw():
            return
        self._shown = text
        self.setPlainText(text)
        self.moveCursor(self.textCursor().MoveOperation.End)

    def stops(self) -> list[QWidget]:
        """The text is one stop."""
        return [self]

    def on_text_changed(self) -> None:
        """Something was typed, unless it was only shown."""
        text = self.toPlainText()
        if text != self._shown:
            self._shown = text
            self.answered.emit()

    def sizeHint(self) -> QSize:
        """It wants every column."""
        return QSize(EVERY_COLUMN, self._height or self._height_of(FEWEST_LINES))

    def minimumSizeHint(self) -> QSize:
        """Some words in a line."""
        return QSize(current_theme().px(LEAST_WIDTH), self.sizeHint().height())

    def follow_theme(self, theme: Theme) -> None:
        """Take the height of the lines at this type size."""
        self.ensurePolished()
        self.fit()

    def fit(self) -> None:
        """Be as high as the text, within bounds."""
        wanted = round(self._text_height()) + self._around()
        height = min(self._height_of(MOST_LINES), max(self._height_of(FEWEST_LINES), wanted))
        policies = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policies.ScrollBarAlwaysOff if height >= wanted else policies.ScrollBarAsNeeded)
        if height != self._height:
            self._height = height
            self.setFixedHeight(height)
            self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """At another width the text takes another number of lines."""
        super().resizeEvent(event)
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that edit no text belong to the form and the screen; undoing belongs to a form that can."""
        pressed = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        with_control = bool(pressed & Qt.KeyboardModifier.ControlModifier)
        undoes = is_undo_or_redo(event)
        is_function = Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35
        edits = (undoes and not undoes_by_itself(self)) or any(event.matches(each) for each in EDITING)
        if (is_function or with_control) and not edits:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Come to the end of what stands there, to go on writing."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.moveCursor(self.textCursor().MoveOperation.End)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the field was left, unless only a menu or another window came up."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.left.emit()

    def _text_height(self) -> float:
        block, height = self.document().firstBlock(), -self.document().documentMargin()
        while block.isValid():
            height += self.blockBoundingRect(block).height()
            block = block.next()
        return height

    def _around(self) -> int:
        """Frame and padding above and below the text, with the margin of the document once more to spare."""
        return round(3 * self.document().documentMargin()) + 2 * (current_theme().px(4) + tokens.FOCUS_WIDTH)

    def _height_of(self, lines: int) -> int:
        return lines * line_height(QFontMetrics(current_theme().font())) + self._around()


def line_height(metrics: QFontMetrics) -> int:
    """The height of a line with Chinese in it, which may come from another font than the metrics know."""
    room, wraps = QRect(0, 0, 10_000, 10_000), int(Qt.TextFlag.TextWordWrap)
    one, two = (metrics.boundingRect(room, wraps, words).height() for words in ("国", "国\n国"))
    return max(metrics.lineSpacing(), two - one, one)
