"""The table of people to be seen and the line that narrows it; the list of the day and the one of 随访 share them.

Letters typed in the table go to the line, and the arrow keys of the line move in the table, so that neither has to be
left for the other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.services.work_list import Chip, WorkRow
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText
from ui.widgets.field_row import LineEdit
from ui.widgets.form_view.fields import is_plain_enter
from ui.widgets.table import Cell, Column, DataTable

TONES: dict[str, Tone] = {"bad": "red", "warn": "amber", "info": "blue", "good": "green", "none": "grey"}
REMINDERS_WIDTH = 132
"""At 100 %: one reminder fits; the words of all stand in the tip."""
MOVING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def chip_text(chip: Chip) -> ChipText:
    """A chip of the work list as the table shows it."""
    return ChipText(tr(chip.text), TONES[chip.tone])


def people_columns(marked: Collection[str] = ()) -> tuple[Column, ...]:
    """The columns of the list; whoever is `marked` (by id, looked at each time) bears a check mark."""
    return (
        Column("name", tr("姓名"), bold=True, value=lambda row: name_cell(row, marked=row.resident_id in marked)),
        Column("age", tr("年龄"), align="right"),
        Column("diseases", tr("病种"), value=lambda row: tr(row.diseases_text)),
        Column("due", tr("应访日期"), value=lambda row: chip_text(row.due_chip)),
        Column("last", tr("上次结果"), value=lambda row: tr(row.last_text)),
        Column("phone", tr("电话"), value=lambda row: row.phone_masked or "—", gives_way=2),
        Column("group", tr("组"), value=group_and_note, gives_way=1),
        Column("reminders", tr("提醒"), value=reminders, width=REMINDERS_WIDTH, stretch=True),
    )


def name_cell(row: WorkRow, *, marked: bool) -> Cell:
    """The name, with a check mark when the person is chosen for the day sheet."""
    return Cell(row.name, icon="check" if marked else "", tone="green" if marked else None, bold=True)


def group_and_note(row: WorkRow) -> Cell:
    """3组 李, 2组 · 独居."""
    return Cell(" ".join(part for part in (row.group, row.note) if part) or "—")


def reminders(row: WorkRow) -> tuple[ChipText, ...]:
    """What to think of before going."""
    return tuple(chip_text(chip) for chip in row.reminders)


class PeopleTable(DataTable):
    """A table to which a `FilterLine` belongs: what is typed goes there.

    Where `marks_rows` is set, Space asks to mark the chosen row: `mark_asked(row)`.
    """

    mark_asked = Signal(object)
    marks_rows = False

    def __init__(self, columns: Sequence[Column], *, name: str, accessible_name: str,
                 parent: QWidget | None = None) -> None:
        super().__init__(columns, name=name, accessible_name=accessible_name, fit_rows=40, parent=parent)
        self._line: FilterLine | None = None

    def type_into(self, line: FilterLine) -> None:
        """Send what is typed to this line."""
        self._line = line

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Letters and digits go to the line."""
        modifiers = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if self.marks_rows and event.key() == Qt.Key.Key_Space and not modifiers and self.current_row() is not None:
            self.mark_asked.emit(self.current_row())
            return
        is_text = bool(event.text()) and event.text().isprintable() and not event.text().isspace() and not modifiers
        erases = event.key() == Qt.Key.Key_Backspace and self._line is not None and bool(self._line.text())
        if self._line is not None and (is_text or erases):
            self._line.setFocus(Qt.FocusReason.OtherFocusReason)
            self._line.end(False)
            QCoreApplication.sendEvent(self._line, event)
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The input method writes into the line."""
        super().focusInEvent(event)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, self._line is not None)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Chinese letters go to the line."""
        if self._line is None:
            super().inputMethodEvent(event)
            return
        self._line.setFocus(Qt.FocusReason.OtherFocusReason)
        self._line.end(False)
        QCoreApplication.sendEvent(self._line, event)


class FilterLine(LineEdit):
    """A line that narrows a table; Up, Down and Enter act in the table."""

    def __init__(self, *, name: str, accessible_name: str, placeholder: str = "",
                 parent: QWidget | None = None) -> None:
        super().__init__(name=name, accessible_name=accessible_name, placeholder=placeholder, width=150, parent=parent)
        self._table: PeopleTable | None = None
        self.setClearButtonEnabled(False)

    def follow(self, table: PeopleTable) -> None:
        """Belong to this table."""
        self._table = table
        table.type_into(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the table; Escape empties the line first."""
        moves = event.key() in MOVING or (event.key() == Qt.Key.Key_Space and self._table and self._table.marks_rows)
        if self._table is not None and moves:
            QCoreApplication.sendEvent(self._table, event)
        elif self._table is not None and is_plain_enter(event):
            row = self._table.current_row()
            if row is not None:
                self._table.row_activated.emit(row)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
