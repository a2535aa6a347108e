"""填表: choosing a form by its number, or by the first letters of its name in pinyin."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QWidget

from app.forms.registry import FORM_MODULES, form
from app.forms.vocabulary import Form
from app.i18n import tr
from app.pinyin import syllables
from ui.theme.theme import current_theme
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical

CODE = Qt.ItemDataRole.UserRole
FIGURE_SPACE = "\u2007"
NOT_CHOSEN = frozenset({"screening"})


class FormChooser(QDialog):
    """All forms with their numbers. Typing a number chooses, letters narrow the list, Enter takes the row."""

    def __init__(self, forms: Sequence[Form], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("form_chooser")
        self.setWindowTitle(tr("填表"))
        self.setAccessibleName(tr("填表"))
        self._forms = tuple(forms)
        column = Vertical(self, spacing=10, margins=20)
        column.addWidget(label(tr("填哪张表？"), "card_title"))
        self.search = QLineEdit()
        self.search.setObjectName("form_search")
        self.search.setAccessibleName(tr("表的编号或拼音首字母"))
        self.search.setPlaceholderText(tr("编号，或拼音首字母，如 jktj"))
        self.search.textChanged.connect(self._on_typed)
        column.addWidget(self.search)
        self.list = QListWidget()
        self.list.setObjectName("form_list")
        self.list.setAccessibleName(tr("全部的表"))
        self.list.itemClicked.connect(lambda _item: self.accept())
        column.addWidget(self.list, 1)
        row = Horizontal(spacing=10)
        cancel = SecondaryButton(tr("取消"), name="chooser_cancel", hint="Esc")
        cancel.clicked.connect(self.reject)
        row.addWidget(cancel)
        row.addStretch(1)
        take = PrimaryButton(tr("填这张"), name="chooser_take", hint="↵")
        take.clicked.connect(self.accept)
        row.addWidget(take)
        column.addLayout(row)
        theme = current_theme()
        self.resize(min(theme.px(440), 1000), min(theme.px(640), 700))
        self._show(self._forms)
        self.search.setFocus()

    def chosen(self) -> str:
        """The code of the chosen form, or empty."""
        item = self.list.currentItem()
        return str(item.data(CODE)) if item is not None else ""

    def accept(self) -> None:
        """Take the row; without one the window stays."""
        if self.chosen():
            super().accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down move in the list while the cursor stays in the line."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.list.count():
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self.list.setCurrentRow(max(0, min(self.list.count() - 1, self.list.currentRow() + step)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
        else:
            super().keyPressEvent(event)

    def _on_typed(self, text: str) -> None:
        typed = text.strip().casefold()
        if not typed.isdigit():
            self._show([each for each in self._forms if reads_as(each.title, typed)])
            return
        numbers = {str(number): each for number, each in enumerate(self._forms, 1)}
        self._show([each for number, each in numbers.items() if number.startswith(typed)])
        if typed in numbers and not any(number != typed and number.startswith(typed) for number in numbers):
            self.accept()

    def _show(self, forms: Sequence[Form]) -> None:
        self.list.clear()
        for each in forms:
            number = self._forms.index(each) + 1
            item = QListWidgetItem(tr("{number}　{title}", number=f"{number}".rjust(2, FIGURE_SPACE), title=each.title))
            item.setData(CODE, each.code)
            self.list.addItem(item)
        self.list.setCurrentRow(0)


def reads_as(title: str, typed: str) -> bool:
    """Whether a title holds what was typed: in characters, or as the first letters of their pinyin."""
    if typed in title.casefold():
        return True
    read = [character for character in title if character.isalnum()]
    initials = [{reading[:1] for reading in syllables(character) if reading} for character in read]
    return any(
        all(letter in initials[start + place] for place, letter in enumerate(typed))
        for start in range(len(initials) - len(typed) + 1)
    )


def choose_form(parent: QWidget | None, forms: Sequence[Form] | None = None) -> str | None:
    """Let the doctor choose one of `forms`, or of all that are filled in for a resident; None when he went back."""
    offered = forms if forms is not None else [form(code) for code in FORM_MODULES if code not in NOT_CHOSEN]
    shown = FormChooser(offered, parent)
    accepted = shown.exec()
    shown.deleteLater()
    return shown.chosen() if accepted else None
