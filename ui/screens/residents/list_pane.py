"""The list of residents at the left: filters above, more rows as one scrolls down. `chosen(resident_id)` with Enter.

`print_asked(ListFilter)` for the sheets of everybody who is listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.services.diseases import NAMES
from app.services.resident_views import ACTIVE, STATE_LABELS, ListFilter, ListRow
from ui.screens.residents.words import list_chips, list_second_line
from ui.widgets.buttons import LinkButton
from ui.widgets.cards import Card
from ui.widgets.field_row import ComboBox
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal
from ui.widgets.segmented import Option, PillChoices
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from ui.services import Services

PAGE = 60
ROW_HEIGHT = 46
OLD, VERIFY = "old", "verify"


class ListPane(Card):
    """Filters and list."""

    chosen = Signal(str)
    print_asked = Signal(object)
    screening_asked = Signal(object)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(tr("名单"), name="residents_list_card", margins=12, parent=parent)
        self._services = services
        self._next: str | None = None
        self._rows: list[ListRow] = []
        self._counts: dict[ListFilter, int] = {}
        self.group = ComboBox(name="list_group", accessible_name=tr("组"))
        self.disease = ComboBox(name="list_disease", accessible_name=tr("病种"))
        self.disease.set_options([(None, tr("全部病种")), *((code, tr(name)) for code, name in NAMES.items())])
        self.state = ComboBox(name="list_state", accessible_name=tr("状态"))
        self.state.set_options([*((code, tr(words)) for code, words in STATE_LABELS.items()), (None, tr("全部状态"))])
        self.order = ComboBox(name="list_order", accessible_name=tr("排列"))
        self.order.set_options([("household", tr("按家庭")), ("pinyin", tr("按拼音"))])
        self.only = PillChoices([Option(OLD, tr("65岁+")), Option(VERIFY, tr("待核实"))], name="list_only",
                                accessible_name=tr("只看"))
        self.state.set_value(ACTIVE)
        self._more = LinkButton(tr("更多筛选"), name="list_more")
        self._more.clicked.connect(self.on_more)
        self._place_filters()
        self.table = DataTable(
            [Column("name", tr("姓名"), value=_name_cell, width=60, stretch=True)],
            name="residents_list", accessible_name=tr("居民名单"), inside_card=True, row_height=ROW_HEIGHT,
        )
        self.table.horizontalHeader().hide()
        self.table.row_activated.connect(self.on_row)
        self.table.clicked.connect(lambda _index: self.on_row(self.table.current_row()))
        self.table.verticalScrollBar().valueChanged.connect(self.on_scrolled)
        self.add(self.table, 1)
        self._count = label("", "caption", name="residents_count")
        self._printing = LinkButton(tr("打印这些人的表"), name="list_print")
        self._printing.clicked.connect(lambda: self.print_asked.emit(self.wanted()))
        self._screening = LinkButton(tr("做筛查"), name="list_screening")
        self._screening.clicked.connect(lambda: self.screening_asked.emit(self.wanted().group_name))
        foot = Horizontal(spacing=4)
        foot.addWidget(self._count, 1)
        foot.addWidget(self._screening)
        foot.addWidget(self._printing)
        self.add(foot)
        self.setFocusProxy(self.table)

    def wanted(self) -> ListFilter:
        """What the filters ask for."""
        only = self.only.value()
        return ListFilter(
            group_name=_text(self.group.value()), state=_text(self.state.value()), disease=_text(self.disease.value()),
            only_65_or_older=OLD in only, only_to_verify=VERIFY in only, order=str(self.order.value() or "household"),
        )

    def refresh(self) -> None:
        """Read groups and list anew; the chosen resident stays chosen."""
        self._counts.clear()
        groups = [(None, tr("全部组")), *((name, name) for name in self._services.households.groups())]
        self.group.set_options(groups)
        self.reload()

    def reload(self) -> None:
        """Read the list from its beginning."""
        page = self._services.residents.list_page(self.wanted(), limit=PAGE)
        self._rows, self._next = list(page.rows), page.next_after
        self.table.set_rows(self._rows, keep=lambda row: row.resident_id)
        wanted = self.wanted()
        if wanted not in self._counts:
            self._counts[wanted] = self._services.residents.count(wanted)
        self._count.setText(tr("共 {count} 人", count=self._counts[wanted]))
        if not self._rows:
            self.table.set_empty_text(self._why_empty())

    def _why_empty(self) -> str:
        """An empty clinic invites to begin; a filter that leaves nobody says so."""
        if self._services.residents.count(ListFilter(state=None)):
            return tr("没有符合的居民。")
        return tr("还没有居民。按 Ctrl N 新建，或按 Ctrl I 从表格导入名册。")

    def on_scrolled(self, value: int) -> None:
        """Near the end: read on."""
        bar = self.table.verticalScrollBar()
        if self._next is not None and value >= bar.maximum() - bar.pageStep():
            page = self._services.residents.list_page(self.wanted(), self._next, PAGE)
            self._rows += page.rows
            self._next = page.next_after
            self.table.set_rows(self._rows, keep=lambda row: row.resident_id)

    def on_row(self, row: ListRow | None) -> None:
        """A resident was taken."""
        if row is not None:
            self.chosen.emit(row.resident_id)

    def mark(self, resident_id: str) -> None:
        """Show which resident is open; nobody is marked when the list does not hold that one."""
        number = next((n for n, row in enumerate(self._rows) if row.resident_id == resident_id), None)
        if number is None:
            self.table.clearSelection()
        elif number != self.table.current_number() or not self.table.selectionModel().hasSelection():
            self.table.select_row(number)

    def on_more(self) -> None:
        """Show or hide the filters that are wanted seldom."""
        self._seldom.setVisible(self._seldom.isHidden())

    def _place_filters(self) -> None:
        self._seldom = QWidget()
        self._seldom.setProperty("kind", "plain")
        self._seldom.hide()
        often, seldom = Horizontal(spacing=6), Horizontal(self._seldom, spacing=6)
        for row, combos in ((often, (self.group, self.disease)), (seldom, (self.state, self.order))):
            for combo in combos:
                combo.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
                combo.setMinimumContentsLength(3)
                combo.currentIndexChanged.connect(self.reload)
                row.addWidget(combo, 1)
        pills = Horizontal(spacing=4)
        pills.addWidget(self.only, 1)
        pills.addWidget(self._more)
        self.only.changed.connect(self.reload)
        self.add(often)
        self.add(pills)
        self.add(self._seldom)


def _name_cell(row: ListRow) -> Cell:
    age = "" if row.age is None else str(row.age)
    return Cell(row.name, suffix=age, second_line=list_second_line(row), chips=list_chips(row), bold=True,
                muted=row.state != ACTIVE)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
