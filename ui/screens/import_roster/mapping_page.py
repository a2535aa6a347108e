"""The second step: which column of the file holds what. `changed()` when the user corrected something."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from app.i18n import tr
from app.interchange.mapping import ColumnMapping, Mapping, questions
from app.interchange.roster_fields import label_of, targets
from app.interchange.tables import RawTable
from app.interchange.values import CODING_LABELS, cell_text
from ui.widgets.cards import Card
from ui.widgets.field_row import ComboBox
from ui.widgets.labels import label
from ui.widgets.layouts import Grid, Horizontal, Vertical, clear_layout

SAMPLES = 3
SAMPLE_LETTERS = 14


class TargetBox(ComboBox):
    """What a column holds. The wheel scrolls the page and changes nothing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll."""
        event.ignore()


class MappingPage(QWidget):
    """A line for each column of the file: its header, samples, what it holds."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self._table: RawTable | None = None
        self._mapping: Mapping | None = None
        self._boxes: dict[int, TargetBox] = {}
        column = Vertical(self, spacing=12)
        self._problems = label("", "problem", name="mapping_problems", wrap=True)
        column.addWidget(self._problems)
        self._codings = Card(tr("编号按哪一版？"), name="coding_card", tone="amber")
        column.addWidget(self._codings)
        card = Card(tr("表格的各列放到哪里"), name="mapping_card")
        self._grid = Grid(spacing=14, row_spacing=6)
        card.add(self._grid)
        column.addWidget(card)
        self.unverified = QCheckBox(tr("身份证号没通过校验的也导入，原样保存并标记“待核实”"))
        self.unverified.setObjectName("keep_unverified")
        self.unverified.setAccessibleName(self.unverified.text())
        self.unverified.toggled.connect(self.on_unverified)
        row = Horizontal()
        row.addWidget(self.unverified)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)

    def show_mapping(self, table: RawTable, mapping: Mapping) -> None:
        """Show the columns of a table and what they hold."""
        self._table, self._mapping = table, mapping
        clear_layout(self._grid)
        self._boxes.clear()
        for place, words in enumerate((tr("表格的列"), tr("放到"), "", tr("前几行的内容"))):
            self._grid.addWidget(label(words, "caption"), 0, place)
        offered = [(None, tr("不导入这一列")), *((code, tr(target.label)) for code, target in targets().items())]
        for line, each in enumerate(mapping.columns, 1):
            self._add_line(line, each, samples_of(table, each.index), offered)
        self._grid.setColumnStretch(3, 1)
        self._after_change()

    def mapping(self) -> Mapping | None:
        """The mapping as corrected."""
        return self._mapping

    def on_target(self, index: int) -> None:
        """Another target was chosen for a column; the column that held it before lets go."""
        if self._mapping is None:
            return
        value = self._boxes[index].value()
        self._mapping = self._mapping.with_target(index, value if isinstance(value, str) else None)
        for each in self._mapping.columns:
            box = self._boxes[each.index]
            box.blockSignals(True)
            box.set_value(each.target)
            box.blockSignals(False)
        self._after_change()
        self.changed.emit()

    def on_coding(self, target: str, box: ComboBox) -> None:
        """The numbering of a column was settled."""
        if self._mapping is not None and box.value() is not None:
            self._mapping = self._mapping.with_coding(target, str(box.value()))
            self._after_change()
            self.changed.emit()

    def on_unverified(self, keep: bool) -> None:
        """Whether doubtful ID numbers are kept."""
        from dataclasses import replace

        if self._mapping is not None and self._mapping.keep_unverified_ids != keep:
            self._mapping = replace(self._mapping, keep_unverified_ids=keep)
            self.changed.emit()

    def _add_line(self, line: int, each: ColumnMapping, samples: Sequence[str],
                  offered: Sequence[tuple[object, str]]) -> None:
        header = each.header or tr("第 {number} 列", number=each.index + 1)
        self._grid.addWidget(label(header, "strong", name=f"column_{each.index}"), line, 0)
        self._grid.addWidget(label("　".join(samples), "muted", name=f"samples_{each.index}"), line, 3)
        box = TargetBox(name=f"target_{each.index}", accessible_name=tr("{column}放到", column=header))
        box.set_options(list(offered))
        box.set_value(each.target)
        box.currentIndexChanged.connect(partial(self._on_box, each.index))
        self._boxes[each.index] = box
        self._grid.addWidget(box, line, 1)
        found = {"header": tr("按列名认出"), "content": tr("按内容认出"), "hand": tr("您指定的")}.get(each.found_by, "")
        self._grid.addWidget(label(found, "caption"), line, 2)

    def _on_box(self, index: int, _row: int) -> None:
        self.on_target(index)

    def _after_change(self) -> None:
        if self._mapping is None or self._table is None:
            return
        problems = [tr(each) for each in self._mapping.problems()]
        self._problems.setText("\n".join(problems))
        self._problems.setVisible(bool(problems))
        self.unverified.setChecked(self._mapping.keep_unverified_ids)
        self._codings.clear()
        asked = questions(self._table, self._mapping)
        for target, numberings in asked.items():
            box = TargetBox(name=f"coding_{target}", accessible_name=tr("{field}的编号", field=label_of(target)))
            box.set_options([(None, tr("不清楚，只认文字")), *((name, tr(CODING_LABELS[name])) for name in numberings)])
            box.currentIndexChanged.connect(partial(self._on_coding_box, target, box))
            row = Horizontal(spacing=10)
            row.addWidget(label(tr("{field}", field=label_of(target)), "strong"))
            row.addWidget(box)
            row.addStretch(1)
            self._codings.add(row)
        self._codings.setVisible(bool(asked))

    def _on_coding_box(self, target: str, box: ComboBox, _row: int) -> None:
        self.on_coding(target, box)


def samples_of(table: RawTable, index: int) -> list[str]:
    """The first different texts of a column, cut short."""
    found: list[str] = []
    for row in table.rows[:200]:
        text = cell_text(row.cell(index))
        short = text if len(text) <= SAMPLE_LETTERS else text[:SAMPLE_LETTERS - 1] + "…"
        if short and short not in found:
            found.append(short)
        if len(found) == SAMPLES:
            break
    return found
