"""The windows behind `ui.dialogs`: what happened, what is safe, what to do; and a line to type in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QDialog, QPlainTextEdit, QWidget

from app.domain.message import Message
from app.i18n import tr
from ui.theme.theme import current_theme
from ui.widgets.buttons import Button, PrimaryButton, SecondaryButton
from ui.widgets.field_row import IconLabel, LabelledField, LineEdit
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.panes import ScrollPage

if TYPE_CHECKING:
    from ui.dialogs import Answer

ICON_SIZE = 26
ROOM_AROUND = 60
"""What the system draws around a window."""
ICON_OF = {"blue": "info", "green": "done", "amber": "warning", "red": "error"}


class MessageWindow(QDialog):
    """A question or news. The harmless answer has the focus; Escape gives it."""

    def __init__(
        self, parent: QWidget | None, title: Message | str, happened: Message | str, safe: Message | str = "",
        to_do: Message | str = "", *, answers: Sequence[Answer], harmless: str, details: str = "",
        tone: str = "blue",
    ) -> None:
        super().__init__(parent)
        self._answer = harmless
        self._harmless: Button
        self.setObjectName("message_window")
        self.setWindowTitle(tr(title))
        self.setAccessibleName(tr(title))
        self.setMinimumWidth(min(current_theme().px(460), 900))
        column = Vertical(self, spacing=14, margins=20)
        head = Horizontal(spacing=14)
        head.addWidget(IconLabel(ICON_OF.get(tone, "info"), tone, ICON_SIZE), 0, Qt.AlignmentFlag.AlignTop)
        head_words = Vertical(spacing=10)
        head_words.addWidget(label(tr(title), "card_title", name="message_title", wrap=True))
        inside = QWidget()
        inside.setProperty("kind", "plain")
        words = self._words = Vertical(inside, spacing=10)
        for key, caption, text in (
            ("happened", tr("怎么了"), tr(happened)), ("safe", tr("数据在不在"), tr(safe)), ("to_do", tr("怎么办"), tr(to_do)),
        ):
            if text:
                words.addLayout(_part(key, caption if safe or to_do else "", text))
        words.addStretch(1)
        self._scroll = ScrollPage(inside, name="message_scroll")
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head_words.addWidget(self._scroll, 1)
        head.addLayout(head_words, 1)
        column.addLayout(head, 1)
        if details:
            self._add_details(column, details)
        column.addLayout(self._buttons(answers, harmless))
        self._harmless.setFocus()
        self._fit()

    def answer(self) -> str:
        """The key of the chosen answer; the harmless one when the window was just closed."""
        return self._answer

    def on_answer(self) -> None:
        """An answer was pressed."""
        self._answer = self.sender().property("answer")
        self.accept()

    def on_details(self) -> None:
        """Show or hide the details."""
        shown = not self._details.isVisible()
        self._details.setVisible(shown)
        self._copy.setVisible(shown)
        self._toggle.set_words(tr("收起详情") if shown else tr("显示详情"))
        self._fit()

    def on_copy(self) -> None:
        """Put the details on the clipboard."""
        QGuiApplication.clipboard().setText(self._details.toPlainText())
        self._copy.set_words(tr("已复制"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page Up and Page Down read on in words that have no room."""
        steps = {Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
                 Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._scroll.verticalScrollBar().triggerAction(step)

    def _fit(self) -> None:
        """As high as the words need at this width, as far as the screen allows; the rest scrolls."""
        self._scroll.setFixedHeight(0)
        self.layout().activate()  # else layouts inside still want what they wanted before
        width = max(self.minimumWidth(), self.layout().minimumSize().width())
        margins, gap = self.layout().contentsMargins(), current_theme().gap(14)
        wanted = self._words.heightForWidth(width - margins.left() - margins.right() - current_theme().px(ICON_SIZE) - gap)
        around = self.layout().totalHeightForWidth(width)
        room = self.screen().availableGeometry().height() - ROOM_AROUND - around
        self._scroll.setFixedHeight(max(0, min(wanted, room)))
        self.layout().activate()  # else what it needed before keeps it high
        self.resize(width, around + self._scroll.height())

    def _add_details(self, column: Vertical, details: str) -> None:
        row = Horizontal(spacing=8)
        self._toggle = Button(tr("显示详情"), name="message_details_toggle", kind="link")
        self._toggle.clicked.connect(self.on_details)
        self._copy = Button(tr("复制"), name="message_copy", small=True, icon_name="copy")
        self._copy.clicked.connect(self.on_copy)
        self._copy.hide()
        row.addWidget(self._toggle)
        row.addStretch(1)
        row.addWidget(self._copy)
        column.addLayout(row)
        self._details = QPlainTextEdit(details)
        self._details.setObjectName("message_details")
        self._details.setAccessibleName(tr("详情"))
        self._details.setReadOnly(True)
        self._details.setMinimumHeight(current_theme().px(120))
        self._details.hide()
        column.addWidget(self._details)

    def _buttons(self, answers: Sequence[Answer], harmless: str) -> Horizontal:
        row = Horizontal(spacing=12)
        row.addStretch(1)
        for answer in answers:
            button = Button(tr(answer.text), name=f"answer_{answer.key}", kind=answer.kind,
                            hint="Esc" if answer.key == harmless and len(answers) > 1 else "")
            button.setProperty("answer", answer.key)
            button.clicked.connect(self.on_answer)
            row.addWidget(button)
            if answer.key == harmless:
                button.setDefault(True)
                self._harmless = button
        return row


def _part(key: str, caption: str, text: str) -> Vertical:
    part = Vertical(spacing=2)
    if caption:
        part.addWidget(label(caption, "caption"))
    words = label(text, name=f"message_{key}", wrap=True)
    words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    part.addWidget(words)
    return part


class TextWindow(QDialog):
    """A line to type in."""

    def __init__(self, parent: QWidget | None, title: str, caption: str, value: str, hint: str) -> None:
        super().__init__(parent)
        self.setObjectName("text_window")
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setMinimumWidth(min(current_theme().px(420), 900))
        column = Vertical(self, spacing=14, margins=20)
        column.addWidget(label(title, "card_title", wrap=True))
        self._line = LineEdit(name="text_window_line", accessible_name=caption)
        self._line.setText(value)
        self._line.selectAll()
        self._line.returnPressed.connect(self.accept)
        column.addWidget(LabelledField(caption, self._line, name="text_window_line", hint=hint))
        row = Horizontal(spacing=12)
        row.addStretch(1)
        back = SecondaryButton(tr("返回"), name="text_window_back", hint="Esc")
        back.clicked.connect(self.reject)
        good = PrimaryButton(tr("确定"), name="text_window_good", hint="↵")
        good.clicked.connect(self.accept)
        row.addWidget(back)
        row.addWidget(good)
        column.addLayout(row)

    def text(self) -> str:
        """What was typed, without blanks at its ends."""
        return self._line.text().strip()


