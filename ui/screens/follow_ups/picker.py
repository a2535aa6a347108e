"""随访 without anybody chosen: everybody under management, whoever is due first, to be searched and taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.services.diseases import NAMES, PROGRAMMES
from app.services.work_list import Order, Until, WorkFilter, WorkRow
from ui.screens.follow_ups.people import FilterLine, PeopleTable, people_columns
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import PageHeader
from ui.widgets.empty_state import EmptyState
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.segmented import Option, Segmented

if TYPE_CHECKING:
    from ui.services import Services

MOST_SHOWN = 300
EVERY = ""


class Picker(QWidget):
    """`chosen(WorkRow)` when a person is taken, `enrol_asked` for the dialog."""

    chosen = Signal(object)
    enrol_asked = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("follow_up_picker")
        self._services = services
        column = Vertical(self, spacing=12)
        self.header = PageHeader(tr("随访"))
        self._enrol = SecondaryButton(tr("纳入管理"), name="enrol", icon_name="plus")
        self._enrol.clicked.connect(self.enrol_asked)
        self._start = PrimaryButton(tr("开始随访"), name="start_follow_up", hint="F2")
        self._start.clicked.connect(self.take_current)
        self.header.add_action(self._enrol)
        self.header.add_action(self._start)
        column.addWidget(self.header)
        row = Horizontal(spacing=10)
        self.line = FilterLine(name="picker_search", accessible_name=tr("找管理中的人"),
                               placeholder=tr("姓名 / 拼音首字母 / 电话后几位"))
        row.addWidget(self.line, 1)
        options = [Option(EVERY, tr("全部")), *(Option(disease, tr(NAMES[disease])) for disease in PROGRAMMES)]
        self.disease = Segmented(options, name="picker_disease", accessible_name=tr("病种"))
        self.disease.set_value(EVERY)
        row.addWidget(self.disease)
        column.addLayout(row)
        self.table = PeopleTable(people_columns(), name="managed_people", accessible_name=tr("管理中的人"))
        column.addWidget(self.table, 1)
        self.empty = EmptyState(
            tr("还没有人纳入管理"), tr("把高血压、糖尿病等居民纳入管理以后，这里按应访日期列出所有人。"), name="nobody_enrolled",
        )
        column.addWidget(self.empty, 1)
        self.line.follow(self.table)
        self.line.textChanged.connect(self.refresh)
        self.disease.changed.connect(self.refresh)
        self.table.row_activated.connect(self.chosen)
        self.setFocusProxy(self.line)

    def refresh(self) -> None:
        """Read the list anew; whoever was chosen stays chosen."""
        wanted = self.wanted()
        page = self._services.work_list.page(wanted, Order.DUE, limit=MOST_SHOWN)
        nobody = not page.rows and wanted == WorkFilter(until=Until.ALL)
        self.table.set_rows(page.rows, keep=lambda row: row.resident_id)
        self.table.set_empty_text(tr("没有找到。可以换姓名、拼音首字母，或者先纳入管理。"))
        if self.table.current_row() is None:
            self.table.select_row(0)
        self.table.setVisible(not nobody)
        self.empty.setVisible(nobody)
        self._start.setEnabled(bool(page.rows))
        more = page.next_after is not None
        self.header.set_note(tr("只列出前 {count} 人，请输入姓名查找", count=MOST_SHOWN) if more else "")

    def wanted(self) -> WorkFilter:
        """What narrows the list."""
        return WorkFilter(disease=self.disease.value() or None, text=self.line.text(), until=Until.ALL)

    def take_current(self) -> None:
        """Take the person of the chosen row."""
        row = self.table.current_row()
        if isinstance(row, WorkRow):
            self.chosen.emit(row)
