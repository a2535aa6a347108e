"""The list from which the user says what a column holds."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.domain.message import Message
from app.i18n import tr
from app.interchange.roster_fields import TARGETS, label_of
from ui.widgets.field_row import ComboBox

REQUIRED = ("name", "id_number")
INSTEAD_OF_ID = ("sex", "birth_date")
"""Both together do where there is no ID number."""


def target_words(code: str) -> str:
    """What a target is called; labels of the national forms are never translated."""
    label = label_of(code)
    return tr(label) if isinstance(label, Message) else label


def target_choices(parent: QObject) -> QStandardItemModel:
    """The targets for every column's list, made once for all of them."""
    model = QStandardItemModel(parent)
    choices = [("", tr("不导入"))]
    choices += [(code, tr("{field} *", field=target_words(code)) if code in REQUIRED else target_words(code))
                for code in TARGETS]
    for code, words in choices:
        item = QStandardItem(words)
        item.setData(code, Qt.ItemDataRole.UserRole)
        item.setEditable(False)
        model.appendRow(item)
    return model


class TargetBox(ComboBox):
    """Opens its list at any key, because stepping through the targets would take them from other columns one by one.

    The wheel scrolls the page and changes nothing.
    """

    def __init__(self, choices: QStandardItemModel, *, name: str, accessible_name: str,
                 parent: QWidget | None = None) -> None:
        super().__init__(name=name, accessible_name=accessible_name, parent=parent)
        self.setModel(choices)
        self.setMaxVisibleItems(14)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def target(self) -> str | None:
        """What was chosen; None for a column that is left out."""
        return str(self.value() or "") or None

    def show_target(self, target: str | None) -> None:
        """Show a target without announcing it."""
        self.blockSignals(True)
        self.set_value(target or "")
        self.blockSignals(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Enter and Space open the list."""
        opening = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_F4)
        is_command = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if not is_command and (event.key() in opening or event.text().isalnum()):
            self.showPopup()
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave it to the page."""
        event.ignore()
