"""档案袋: the forms of a record by kind, in the order of the list, each with its single sheets beneath.

`open_asked(FolderSheet)`, `fill_asked(form_code)`, `new_asked()`, `print_asked(form_code, year)`; year 0 for a form that
is printed as it is now; `more_printing_asked(form_code, entry_id)` for the print window. Enter on a kind folds or unfolds
it, or fills in one that has no sheet yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from app.forms.summaries import short_name
from app.i18n import tr
from app.services.form_views import PARTIAL, VOID
from ui.widgets.buttons import SecondaryButton
from ui.widgets.chips import ChipText
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.record_folder import FolderKind, FolderSheet

FOLDED_FROM = 9
"""A kind with so many sheets begins folded, so that the whole folder can be seen."""
RECORD_FORMS = frozenset({"record_cover", "personal_info"})
"""They exist once and are corrected, never filled in anew; their sheets are printed as they are now."""
INDENT = "　　"


@dataclass(frozen=True)
class KindLine:
    """A kind in the table."""

    kind: FolderKind
    is_open: bool


@dataclass(frozen=True)
class SheetLine:
    """A sheet beneath its kind."""

    sheet: FolderSheet


Line = KindLine | SheetLine


class FolderTable(DataTable):
    """Left and Right fold and unfold, as in a tree. `folding(bool)`: True unfolds."""

    folding = Signal(bool)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left folds, Right unfolds."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.folding.emit(event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)


class FolderTab(QWidget):
    """The folder; see the module."""

    open_asked = Signal(object)
    fill_asked = Signal(str)
    new_asked = Signal()
    print_asked = Signal(str, int)
    more_printing_asked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self._kinds: tuple[FolderKind, ...] = ()
        self._turned: set[str] = set()
        column = Vertical(self, spacing=10)
        self.table = FolderTable(
            [Column("title", tr("表、日期"), value=_title_cell),
             Column("text", tr("内容"), value=_text_cell, stretch=True),
             Column("author", tr("医生"), value=lambda line: line.sheet.author if isinstance(line, SheetLine) else ""),
             Column("edition", tr("版本"), value=lambda line: line.sheet.edition if isinstance(line, SheetLine) else "")],
            name="folder", accessible_name=tr("档案袋"), inside_card=True, empty_text=tr("还没有填过的表。"),
        )  # fmt: skip
        self.table.row_activated.connect(self.on_row)
        self.table.row_selected.connect(self._settle)
        self.table.folding.connect(self.fold)
        column.addWidget(self.table, 1)
        row = FlowBox(spacing=8, row_spacing=6)
        self.new = SecondaryButton(tr("填写新表"), name="folder_new", icon_name="plus")
        self.new.clicked.connect(self.new_asked)
        self.fill = SecondaryButton(tr("填写这种表"), name="folder_fill")
        self.fill.clicked.connect(self._fill)
        self.open = SecondaryButton(tr("打开"), name="folder_open", hint="↵")
        self.open.clicked.connect(lambda: self.on_row(self.table.current_row()))
        self.print = SecondaryButton(tr("打印"), name="folder_print", icon_name="print")
        self.print.clicked.connect(self._print)
        self.print_more = SecondaryButton(tr("更多打印…"), name="folder_print_more")
        self.print_more.clicked.connect(self._print_more)
        self.with_void = QCheckBox(tr("显示作废"))
        self.with_void.setObjectName("folder_with_void")
        self.with_void.setAccessibleName(tr("显示作废"))
        self.with_void.toggled.connect(self._show)
        for each in (self.new, self.fill, self.open, self.print, self.print_more, self.with_void):
            row.add(each)
        column.addWidget(row)
        self.setFocusProxy(self.table)
        self._settle()

    def show_kinds(self, kinds: Sequence[FolderKind]) -> None:
        """Show the kinds with all their sheets, void ones too."""
        self._kinds = tuple(kinds)
        self.with_void.setVisible(any(sheet.state == VOID for kind in kinds for sheet in kind.sheets))
        self._show()
        if self.table.current_row() is None:
            self.table.select_row(0)

    def start_anew(self) -> None:
        """Fold and mark as for a resident who was not shown before."""
        self._turned.clear()
        self.with_void.setChecked(False)

    def current_form(self) -> str:
        """The form of the line that is marked; "" without one."""
        line = self.table.current_row()
        if line is None:
            return ""
        return line.kind.form_code if isinstance(line, KindLine) else line.sheet.form_code

    def on_row(self, line: Line | None) -> None:
        """Enter: open a sheet; fold or unfold a kind, or fill in one that has no sheet."""
        if isinstance(line, SheetLine):
            self.open_asked.emit(line.sheet)
        elif isinstance(line, KindLine) and self._sheets_of(line.kind):
            self.fold(not line.is_open)
        elif isinstance(line, KindLine):
            self.fill_asked.emit(line.kind.form_code)

    def fold(self, open_it: bool) -> None:
        """Unfold or fold the kind that is marked; folding a sheet folds its kind."""
        code = self.current_form()
        kind = next((kind for kind in self._kinds if kind.form_code == code), None)
        if kind is None or self._is_open(kind) is open_it:
            return
        self._turned ^= {code}
        self._show()
        lines = self.table.rows()
        number = next(n for n, line in enumerate(lines) if isinstance(line, KindLine) and line.kind.form_code == code)
        self.table.select_row(number)

    def _sheets_of(self, kind: FolderKind) -> list[FolderSheet]:
        return [sheet for sheet in kind.sheets if self.with_void.isChecked() or sheet.state != VOID]

    def _is_open(self, kind: FolderKind) -> bool:
        begins_open = len(kind.sheets) < FOLDED_FROM
        return begins_open is not (kind.form_code in self._turned)

    def _show(self) -> None:
        lines: list[Line] = []
        for kind in self._kinds:
            lines.append(KindLine(kind, self._is_open(kind)))
            if self._is_open(kind):
                lines += [SheetLine(sheet) for sheet in self._sheets_of(kind)]
        self.table.set_rows(lines, keep=_key)
        self._settle()

    def _settle(self, _line: object = None) -> None:
        line = self.table.current_row()
        self.open.setEnabled(isinstance(line, SheetLine) or (isinstance(line, KindLine) and bool(line.kind.sheets)))
        self.open.set_words(_opening_words(line))
        self.fill.setEnabled(line is not None and self.current_form() not in RECORD_FORMS)
        has_sheet = isinstance(line, SheetLine) or (isinstance(line, KindLine) and line.kind.newest is not None)
        self.print.setEnabled(has_sheet or self.current_form() in RECORD_FORMS)

    def _fill(self) -> None:
        if self.current_form():
            self.fill_asked.emit(self.current_form())

    def _print(self) -> None:
        line, code = self.table.current_row(), self.current_form()
        day = line.sheet.entry_date if isinstance(line, SheetLine) else line.kind.newest if line is not None else None
        if code in RECORD_FORMS:
            self.print_asked.emit(code, 0)
        elif day is not None:
            self.print_asked.emit(code, day.year)

    def _print_more(self) -> None:
        """One sheet on file, or a kind: blank, overprinted, all of them."""
        line = self.table.current_row()
        entry_id = line.sheet.entry_id if isinstance(line, SheetLine) else ""
        self.more_printing_asked.emit(self.current_form() or "", entry_id)


def _opening_words(line: Line | None) -> str:
    if isinstance(line, KindLine) and line.kind.sheets:
        return tr("收起") if line.is_open else tr("展开")
    return tr("打开")


def _key(line: Line) -> tuple[str, str]:
    return ("kind", line.kind.form_code) if isinstance(line, KindLine) else ("sheet", line.sheet.entry_id)


def _title_cell(line: Line) -> Cell:
    if isinstance(line, SheetLine):
        is_void = line.sheet.state == VOID
        date = INDENT + line.sheet.entry_date.isoformat()
        return Cell(date, chips=_chips(line), muted=is_void, struck=is_void)
    kind = line.kind
    mark = ("▾ " if line.is_open else "▸ ") if kind.sheets else "　"
    return Cell(mark + kind.title, chips=_chips(line), bold=bool(kind.sheets), muted=not kind.sheets)


def _text_cell(line: Line) -> Cell:
    if isinstance(line, SheetLine):
        is_void = line.sheet.state == VOID
        return Cell(tr(line.sheet.text), muted=is_void, struck=is_void)
    if line.kind.newest is not None:
        return Cell(tr("{count} 张，最近 {date}", count=line.kind.count, date=line.kind.newest), muted=True)
    return Cell(tr("还没有填过，按回车填写{form}", form=short_name(line.kind.form_code)), muted=True)


def _chips(line: Line) -> tuple[ChipText, ...]:
    """What must not be overlooked of a kind or a sheet."""
    if isinstance(line, KindLine):
        return (ChipText(tr("要填"), "amber"),) if line.kind.is_due else ()
    sheet, chips = line.sheet, []
    if sheet.state == PARTIAL:
        chips.append(ChipText(tr("草稿"), "amber"))
    if sheet.state == VOID:
        chips.append(ChipText(tr("作废"), "grey"))
    elif sheet.revision > 1:
        chips.append(ChipText(tr("改过 {count} 次", count=sheet.revision - 1), "blue"))
    if sheet.attachments:
        chips.append(ChipText(tr("附件 {count}", count=sheet.attachments), "blue"))
    return tuple(chips)
