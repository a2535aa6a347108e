"""The second page of the import: which column holds what. The guess is shown with examples and can be corrected.

It holds the mapping as it stands; nothing is read from or written to a file here.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from app.i18n import tr
from app.interchange.mapping import ColumnMapping, Mapping, questions
from app.interchange.tables import RawTable
from app.interchange.values import CODING_LABELS, cell_text
from ui.screens.import_roster.target_box import (
    INSTEAD_OF_ID,
    REQUIRED,
    TargetBox,
    target_choices,
    target_words,
)
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, Card, card_line
from ui.widgets.chips import Chip, ChipText
from ui.widgets.field_row import ComboBox, LabelledField
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Grid, Vertical, clear_layout
from ui.widgets.panes import TwoPane

SAMPLES = 3
SAMPLE_CHARACTERS = 18
LETTERS = 26


def column_letters(index: int) -> str:
    """The letters by which Excel calls a column: 0 is A, 26 is AA."""
    before, own = divmod(index, LETTERS)
    return (column_letters(before - 1) if before else "") + chr(ord("A") + own)


def samples(table: RawTable, index: int) -> str:
    """The first few different values of a column."""
    found: list[str] = []
    for row in table.rows:
        text = cell_text(row.cell(index))
        shown = text if len(text) <= SAMPLE_CHARACTERS else text[:SAMPLE_CHARACTERS - 1] + "…"
        if shown and shown not in found:
            found.append(shown)
        if len(found) == SAMPLES:
            break
    return tr("、").join(found)


class MappingPage(QWidget):
    """The columns of one table.

    `sheet_chosen(name)`, `check_asked()`, `back_asked()`, `save_asked()`, `load_asked()`, `guess_asked()`.
    """

    sheet_chosen = Signal(str)
    check_asked = Signal()
    back_asked = Signal()
    save_asked = Signal()
    load_asked = Signal()
    guess_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("import_mapping_page")
        self._table: RawTable | None = None
        self._mapping = Mapping(())
        self._boxes: list[TargetBox] = []
        self._marks: list[Chip] = []
        self._choices = target_choices(self)
        self._build_main()
        self._build_side()
        self._build_foot()
        panes = TwoPane(self._main, self._side, actions=self.foot, side_width=310, breakpoint=860)
        Vertical(self).addWidget(panes)

    # --- its face ---------------------------------------------------------------------------------------------

    def show_table(self, table: RawTable, mapping: Mapping) -> None:
        """Show a table with what its columns hold."""
        self._table, self._mapping = table, mapping
        self.sheet.set_options([(name, name) for name in table.sheets])
        self.sheet.set_value(table.sheet)
        self._sheet_field.setVisible(len(table.sheets) > 1)
        with QSignalBlocker(self.keep_ids):
            self.keep_ids.setChecked(mapping.keep_unverified_ids)
        self._fill_grid()
        self._show_state()

    def mapping(self) -> Mapping:
        """The mapping as the user has it now."""
        return self._mapping

    def set_mapping(self, mapping: Mapping) -> None:
        """Show another mapping of the same table."""
        if self._table is not None:
            self.show_table(self._table, mapping)

    def can_check(self) -> bool:
        """Whether all that is needed has a column."""
        return not self._mapping.problems()

    # --- what happens -----------------------------------------------------------------------------------------

    def on_target(self) -> None:
        """A column was given another target."""
        box = self.sender()
        if isinstance(box, TargetBox):
            self._mapping = self._mapping.with_target(self._boxes.index(box), box.target())
            self._show_state()

    def on_coding(self) -> None:
        """The numbering of a column was settled."""
        box = self.sender()
        if isinstance(box, ComboBox):
            target, coding = str(box.property("target")), str(box.value() or "")
            codings = {code: kept for code, kept in self._mapping.codings.items() if code != target}
            self._mapping = replace(self._mapping, codings=codings)
            if coding:
                self._mapping = self._mapping.with_coding(target, coding)
            self._show_problems()

    def on_keep_ids(self, keep: bool) -> None:
        """Whether numbers that fail are kept all the same."""
        self._mapping = replace(self._mapping, keep_unverified_ids=keep)

    # --- inside -----------------------------------------------------------------------------------------------

    def _build_main(self) -> None:
        self._main = Card(name="mapping_card", margins=(16, 14, 16, 14))
        self.sheet = ComboBox(name="sheet", accessible_name=tr("工作表"))
        self.sheet.activated.connect(lambda: self.sheet_chosen.emit(str(self.sheet.value() or "")))
        self._sheet_field = LabelledField(tr("工作表"), self.sheet, name="sheet",
                                          hint=tr("文件里有几张表，请选有名单的那一张"))
        self._main.add(self._sheet_field)
        inside = QWidget()
        inside.setProperty("kind", "plain")
        self._grid = Grid(inside, spacing=14, row_spacing=6)
        self._grid.setColumnStretch(1, 2)
        self._grid.setColumnStretch(2, 3)
        self._main.add(inside)

    def _build_side(self) -> None:
        self._side = QWidget()
        self._side.setProperty("kind", "plain")
        column = Vertical(self._side, spacing=12)
        self.needed = Card(tr("必须有的（*）"), name="required_card")
        self.coding_card = Card(tr("这些列写的是编号"), name="coding_card", tone="amber")
        more = Card(tr("选项"), name="mapping_options")
        self.keep_ids = QCheckBox(tr("身份证号有错也导入"))
        self.keep_ids.setObjectName("keep_unverified_ids")
        self.keep_ids.setAccessibleName(tr("身份证号有错也导入"))
        self.keep_ids.toggled.connect(self.on_keep_ids)
        more.add(self.keep_ids)
        more.add_text(tr("没有通过校验的身份证号照原样保存，标为“待核实”；不勾就退回那一行。"), "caption")
        row = FlowBox(spacing=8, row_spacing=8)
        for words, name, signal in (
            (tr("存下对应关系…"), "save_mapping", self.save_asked),
            (tr("用存下的…"), "load_mapping", self.load_asked),
            (tr("重新自动识别"), "guess_again", self.guess_asked),
        ):
            button = SecondaryButton(words, name=name, small=True)
            button.clicked.connect(signal)
            row.add(button)
        more.add(row)
        for card in (self.needed, self.coding_card, more):
            column.addWidget(card)
        column.addStretch(1)

    def _build_foot(self) -> None:
        self.foot = ActionBar(name="mapping_actions")
        back = SecondaryButton(tr("换文件"), name="mapping_back", hint="Esc")
        back.clicked.connect(self.back_asked)
        self.check = PrimaryButton(tr("逐行核对"), name="check_roster", hint="Ctrl ↵")
        self.check.clicked.connect(self.check_asked)
        self.foot.add_left(back)
        self.foot.add_right(self.check)
        self.setFocusProxy(self.check)

    def _fill_grid(self) -> None:
        clear_layout(self._grid)
        self._boxes, self._marks = [], []
        for place, title in enumerate((tr("列"), tr("表头"), tr("前几个值"), tr("导入成"), "")):
            self._grid.addWidget(label(title, "caption"), 0, place)
        for column in self._mapping.columns:
            self._add_column(column)

    def _add_column(self, column: ColumnMapping) -> None:
        header = column.header or tr("（没有表头）")
        box = TargetBox(self._choices, name=f"target_{column.index}",
                        accessible_name=tr("“{header}”这一列导入成", header=header))
        box.currentIndexChanged.connect(self.on_target)
        mark = Chip("", "grey", name=f"found_by_{column.index}")
        self._boxes.append(box)
        self._marks.append(mark)
        row = column.index + 1
        shown = samples(self._table, column.index) if self._table is not None else ""
        self._grid.addWidget(label(column_letters(column.index), "muted"), row, 0)
        self._grid.addWidget(label(header, "strong" if column.header else "muted", wrap=True), row, 1)
        self._grid.addWidget(label(shown or tr("（空）"), "muted", wrap=True, name=f"samples_{column.index}"), row, 2)
        self._grid.addWidget(box, row, 3)
        self._grid.addWidget(mark, row, 4, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _show_state(self) -> None:
        for column, box, mark in zip(self._mapping.columns, self._boxes, self._marks, strict=True):
            box.show_target(column.target)
            chip = _found_by(column)
            mark.set_chip(chip.text, chip.tone)
        self._show_codings()
        self._show_problems()

    def _show_problems(self) -> None:
        problems = self._mapping.problems()
        self.needed.clear()
        self.needed.set_tone("red" if problems else "green")
        codes = REQUIRED if self._mapping.columns_of("id_number") else (*REQUIRED, *INSTEAD_OF_ID)
        for code in codes:
            self.needed.add(self._needed_line(code))
        for problem in problems:
            self.needed.body.addWidget(label(tr(problem), "problem", wrap=True, name="mapping_problem"))
        self.check.setEnabled(not problems)
        left = self._mapping.unmapped
        self.foot.set_note(tr("不导入的列：{columns}", columns=tr("、").join(left)) if left else tr("每一列都会导入。"))

    def _needed_line(self, code: str) -> QWidget:
        places = self._mapping.columns_of(code)
        missing = ChipText(tr("没有"), "red" if self._mapping.problems() else "grey")
        found = ChipText(tr("{column} 列", column=column_letters(places[0])), "green") if places else missing
        return card_line(target_words(code), chip=found, name=f"needed_{code}")

    def _show_codings(self) -> None:
        self.coding_card.clear()
        asked = questions(self._table, self._mapping) if self._table is not None else {}
        asked |= {target: (coding,) for target, coding in self._mapping.codings.items() if target not in asked}
        for target, fitting in asked.items():
            if self._mapping.columns_of(target):
                self.coding_card.add(LabelledField(target_words(target), self._coding_box(target, fitting),
                                                   name=f"coding_{target}"))
        self.coding_card.setVisible(self.coding_card.body.count() > 0)

    def _coding_box(self, target: str, fitting: tuple[str, ...]) -> ComboBox:
        box = ComboBox(name=f"coding_{target}", accessible_name=tr("“{field}”按哪一版编号", field=target_words(target)))
        box.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)
        box.setProperty("target", target)
        box.set_options([("", tr("不知道，编号不导入")), *((name, tr(CODING_LABELS[name])) for name in fitting)])
        box.set_value(self._mapping.codings.get(target, ""))
        box.currentIndexChanged.connect(self.on_coding)
        return box


def _found_by(column: ColumnMapping) -> ChipText:
    if column.target is None:
        return ChipText(tr("不导入"), "grey")
    known = {"header": ChipText(tr("按表头"), "green"), "content": ChipText(tr("按内容"), "blue")}
    return known.get(column.found_by, ChipText(tr("您指定"), "blue"))
