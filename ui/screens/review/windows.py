"""The windows of the review: a table with words above and actions beneath; a reason out of presets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QWidget

from app.domain.request_terms import ErrorKind
from app.errors import CunyiError
from app.i18n import tr
from ui.screens.list_papers import print_list, save_list
from ui.theme.theme import current_theme
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.field_row import ComboBox
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.small_window import SmallWindow

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from ui.services import Services

ROOM_AROUND = 48


class TableWindow(QDialog):
    """Title, words, a table, actions. Escape leaves; Ctrl+Enter does what the main button does, Ctrl+P prints."""

    def __init__(self, services: Services, title: str, *, name: str, width: int = 900, height: int = 560,
                 parent: QWidget) -> None:
        super().__init__(parent)
        self.services = services
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = Vertical(self, spacing=10, margins=18)
        column.addWidget(label(title, "card_title", wrap=True))
        self.words = label("", name=f"{name}_words", wrap=True)
        column.addWidget(self.words)
        self._body = Vertical(spacing=8)
        column.addLayout(self._body, 1)
        self.problem = label("", "problem", name=f"{name}_problem", wrap=True)
        self.problem.hide()
        column.addWidget(self.problem)
        self.leave = SecondaryButton(tr("关闭"), name=f"{name}_leave", hint="Esc")
        self.leave.clicked.connect(self.reject)
        self._foot = Horizontal(spacing=10)
        self._foot.addWidget(self.leave)
        self._foot.addStretch(1)
        column.addLayout(self._foot)
        self.do_button: PrimaryButton | None = None
        self._print: Callable[[], object] | None = None
        room = parent.window().size()
        theme = current_theme()
        self.resize(min(theme.px(width), room.width() - ROOM_AROUND), min(theme.px(height), room.height() - ROOM_AROUND))

    def add_body(self, widget: QWidget, stretch: int = 0) -> None:
        """Put something between the words and the actions."""
        self._body.addWidget(widget, stretch)

    def set_words(self, words: str) -> None:
        """The words above the table."""
        self.words.setText(words)
        self.words.setVisible(bool(words))

    def tell_problem(self, sentence: str) -> None:
        """A sentence in red beneath the table; empty takes it away."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def add_button(self, words: str, name: str, does: Callable[[], object], hint: str = "") -> SecondaryButton:
        """Another action at the foot."""
        button = SecondaryButton(words, name=name, hint=hint)
        button.clicked.connect(lambda: does())
        place = self._foot.count() if self.do_button is None else self._foot.indexOf(self.do_button)
        self._foot.insertWidget(place, button)
        return button

    def add_papers(self, name: str, make: Callable[[], ListSheet], print_: Callable[[], None] | None = None) -> None:
        """打印 and 导出表格 of the list that the window shows."""
        on_paper = print_ or (lambda: print_list(self.services, make))
        self.add_button(tr("打印"), f"{self.objectName()}_print", on_paper, "Ctrl P")
        self.add_button(tr("导出表格"), f"{self.objectName()}_export", lambda: save_list(self.services, name, make))
        self._print = on_paper

    def add_do(self, words: str, does: Callable[[], object]) -> PrimaryButton:
        """The main action, at the far right."""
        self.do_button = PrimaryButton(words, name=f"{self.objectName()}_do", hint="Ctrl ↵")
        self.do_button.clicked.connect(lambda: does())
        self._foot.addWidget(self.do_button)
        return self.do_button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter and Ctrl+P; the shell's keys do not reach a window."""
        with_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if with_control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.do_button is not None:
            self.do_button.click()
        elif with_control and event.key() == Qt.Key.Key_P and self._print is not None:
            self._print()
        else:
            super().keyPressEvent(event)


class ReasonWindow(SmallWindow):
    """Asks for a reason: one of the presets by its number, or own words."""

    def __init__(self, title: str, caption: str, do: str, presets: list[str], *, name: str, text: str = "",
                 parent: QWidget) -> None:
        super().__init__(title, do, name=name, parent=parent)
        self._presets = presets
        if text:
            self.add_text(text)
        self.box = ComboBox(name=f"{name}_reason", accessible_name=caption)
        self.box.setEditable(True)
        self.box.setInsertPolicy(ComboBox.InsertPolicy.NoInsert)
        self.box.setCompleter(None)
        self.box.addItems([f"{number} {preset}" for number, preset in enumerate(presets, start=1)])
        self.box.setCurrentIndex(-1)
        self.box.setEditText("")
        self.add_field("reason", caption, self.box, hint=tr("打 1–{count} 选一条，或直接写。", count=len(presets)))
        self.box.setFocus()

    def reason(self) -> str:
        """What was chosen or written; the number of a preset stands for the preset."""
        written = self.box.currentText().strip()
        for number, preset in enumerate(self._presets, start=1):
            if written in (str(number), f"{number} {preset}"):
                return preset
        return written

    def beside_field(self, error: CunyiError) -> None:
        """Raise a failure anew, that of a missing reason beside its field."""
        from app.services.problems import refuse

        if getattr(error, "error_kind", None) in (ErrorKind.COMMENT_REQUIRED, ErrorKind.REASON_REQUIRED):
            raise refuse("reason", error.message) from error
        raise error
