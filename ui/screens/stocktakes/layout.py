"""The widgets of 盘点: the lines with what belongs to the counting above them, progress and the list of counts beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QTabBar, QWidget

from app.i18n import tr
from ui.screens.requests.line_table import LineTable
from ui.screens.requests.notice_strip import NoticeStrip
from ui.screens.stocktakes.rows import counting_columns, reason_words, remark_of, summary_columns
from ui.screens.stocktakes.sheet import ALL, DIFFERENT, UNCOUNTED, read_count
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, Card, PageHeader
from ui.widgets.empty_state import EmptyState
from ui.widgets.field_row import LabelledField, LineEdit
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.panes import PageStack, TwoPane
from ui.widgets.table import DataTable

if TYPE_CHECKING:
    from app.services.stocktake_views import StocktakeLineView, StocktakeSummary

TABS = (DIFFERENT, UNCOUNTED, ALL)


class RecountCard(Card):
    """复盘 by somebody of the township, where one doctor works alone: a name, and the units of each drawn line."""

    finished = Signal()

    def __init__(self) -> None:
        super().__init__(tr("卫生院复盘"), name="recount_card", tone="amber", margins=(16, 14, 14, 12), spacing=8)
        self._lines: dict[str, StocktakeLineView] = {}
        self.fields: dict[str, LabelledField] = {}
        self._drawn: tuple[str, ...] = ()

    def show_lines(self, drawn: tuple[str, ...], lines: dict[str, StocktakeLineView], *, is_clinic: bool) -> None:
        """Ask for these lines; what was typed for the same ones stays."""
        if drawn == self._drawn:
            return
        self._drawn, self._lines = drawn, {line_id: lines[line_id] for line_id in drawn}
        self.clear()
        self.fields = {}
        self.set_title(tr("卫生院复盘") if is_clinic else tr("复盘"))
        who = tr("卫生院的人") if is_clinic else tr("另一个人")
        self.add_text(tr("只有一位用户：请{who}再数这 {count} 行的现有数，不看账面。", who=who, count=len(drawn)), "small")
        self._add("recount", tr("复盘人（卫生院）") if is_clinic else tr("复盘人"), "recount_name")
        for number, line_id in enumerate(drawn, start=1):
            line = lines[line_id]
            words = tr("{drug} 批号 {batch}", drug=line.drug_name, batch=line.batch_no)
            self.add_text(words)  # wraps, as a caption would not: the card is narrow
            self._add(f"recount_{line_id}", tr("现有数"), f"recount_{number}", unit=line.unit, said=words)

    def witness(self) -> str:
        """The name of who counted again."""
        field = self.fields.get("recount")
        return field.control.text().strip() if field is not None else ""

    def counts(self) -> dict[str, object]:
        """What was counted again, by line id; what can't be read stays text, which is refused."""
        found: dict[str, object] = {}
        for line_id, line in self._lines.items():
            text = self.fields[f"recount_{line_id}"].control.text()
            units = read_count(text, line.units_per_pack, line.pack_unit, line.unit)
            if text.strip():
                found[line_id] = text if units is None else units
        return found

    def show_problems(self, problems: dict[str, str]) -> None:
        """Each beside its field."""
        for code, field in self.fields.items():
            field.set_problem(problems.get(code, ""))

    def _add(self, code: str, caption: str, name: str, *, unit: str = "", said: str = "") -> None:
        line = LineEdit(name=name, accessible_name=said or caption)
        line.returnPressed.connect(self.focusNextChild)
        self.fields[code] = LabelledField(caption, line, name=name, unit=unit)
        self.add(self.fields[code])


class CountsCard(Card):
    """The counts of this desk, the newest first."""

    def __init__(self) -> None:
        super().__init__(tr("历次盘点"), name="stocktakes_card", margins=(16, 14, 6, 10), spacing=6)
        self.table = DataTable(
            summary_columns(), name="stocktakes", accessible_name=tr("历次盘点"), inside_card=True, row_height=48,
            empty_text=tr("还没有盘点过。"),
        )
        self.add(self.table, 1)
        self.export = SecondaryButton(tr("导出历次盘点"), name="export_stocktakes", small=True)
        self.add(self.export)

    def show_counts(self, rows: list[StocktakeSummary], current_id: str) -> None:
        """Show these, the open one marked."""
        self.table.blockSignals(True)
        self.table.set_rows(rows)
        self.table.select_row(next((number for number, row in enumerate(rows) if row.id == current_id), 0))
        self.table.blockSignals(False)


class StocktakesLayout(QWidget):
    """The widgets of the page, by their names."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._build_head()
        self._build_lines()
        self._build_foot()
        main = QWidget()
        main.setProperty("kind", "plain")
        column = Vertical(main, spacing=10)
        for part in (self.header, self.strip, self.entry, self.tab_box):
            column.addWidget(part)
        column.addWidget(self.table, 1)
        self.progress = Card(tr("进度"), name="stocktake_progress", margins=(16, 14, 16, 12), spacing=6)
        self.recount = RecountCard()
        self.counts = CountsCard()
        side = QWidget()
        side.setProperty("kind", "plain")
        beside = Vertical(side, spacing=12)
        beside.addWidget(self.progress)
        beside.addWidget(self.recount)
        beside.addWidget(self.counts, 1)
        self.panes = TwoPane(main, side, actions=self.foot, side_width=270, breakpoint=900)
        self.empty = self._build_empty()
        self.stack = PageStack()
        self.stack.addWidget(self.panes)
        self.stack.addWidget(self.empty)
        Vertical(self).addWidget(self.stack)

    def current_tab(self) -> str:
        """Which lines are shown under review."""
        return TABS[self.tabs.currentIndex()]

    def show_tab(self, key: str) -> None:
        """Show these lines."""
        self.tabs.setCurrentIndex(TABS.index(key))

    def _build_head(self) -> None:
        self.header = PageHeader(tr("盘点"), name="stocktake_header")
        self.begin = SecondaryButton(tr("开始盘点"), name="begin_count", hint="F2")
        self.export = SecondaryButton(tr("导出表格"), name="export_stocktake", icon_name="export")
        self.print = SecondaryButton(tr("打印盘点表"), name="print_stocktake", hint="Ctrl P", icon_name="print")
        self.main = PrimaryButton(tr("提交核对"), name="stocktake_main", hint="Ctrl ↵")
        for button in (self.begin, self.export, self.print, self.main):
            self.header.add_action(button)
        self.strip = NoticeStrip(name="stocktake_strip")

    def _build_lines(self) -> None:
        self.entry = QWidget()
        self.entry.setProperty("kind", "plain")
        row = Horizontal(self.entry, spacing=12)
        self.counter = LineEdit(name="counter_name", accessible_name=tr("盘点人"), width=110)
        self.counter.setMaxLength(50)
        self.counted_at = LineEdit(name="counted_at", accessible_name=tr("清点时间"), placeholder=tr("空着就是现在"), width=130)
        self.version = LineEdit(name="sheet_version", accessible_name=tr("纸上的版次"), width=70)
        self.witness = LineEdit(name="witness_name", accessible_name=tr("在场的卫生院人员"), width=130)
        self.witness.setMaxLength(50)
        self.fields = {
            "counter": LabelledField(tr("盘点人"), self.counter, name="counter_name"),
            "counted_at": LabelledField(tr("清点时间"), self.counted_at, name="counted_at", hint=tr("如 9:30")),
            "version": LabelledField(tr("纸上的版次"), self.version, name="sheet_version"),
            "witness": LabelledField(tr("在场的卫生院人员"), self.witness, name="witness_name", hint=tr("没有就空着")),
        }
        for field in self.fields.values():
            row.addWidget(field, 1)
        self.tab_box = QWidget()
        self.tab_box.setProperty("kind", "plain")
        column = Vertical(self.tab_box, spacing=0)
        self.tabs = QTabBar()
        self.tabs.setObjectName("review_tabs")
        self.tabs.setAccessibleName(tr("看哪些行"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for _key in TABS:
            self.tabs.addTab("")
        rule = QFrame()
        rule.setProperty("kind", "rule")
        column.addWidget(self.tabs)
        column.addWidget(rule)
        self.table = LineTable(
            counting_columns(with_book=False, editable=True), name="count_lines", accessible_name=tr("盘点的批次"),
            home="counted", remark=remark_of, choices={"reason": reason_words()}, empty_text=tr("这里没有要看的行。"),
            line_height=46,
        )

    def _build_foot(self) -> None:
        self.foot = ActionBar(name="stocktake_actions")
        self.found = SecondaryButton(tr("发现新批次"), name="found_batch", hint="F7", small=True)
        self.packs = SecondaryButton(tr("指明缺的盒"), name="name_packs", hint="F7", small=True)
        self.as_book = SecondaryButton(tr("未盘的都按账面"), name="all_as_book", small=True)
        self.back = SecondaryButton(tr("退回重盘"), name="back_to_counting", small=True)
        self.cancel = SecondaryButton(tr("取消盘点"), name="cancel_count", small=True)
        for button in (self.found, self.packs, self.as_book, self.back, self.cancel):
            self.foot.add_right(button)

    def _build_empty(self) -> Card:
        card = Card(name="no_stocktake_card")
        self.begin_first = PrimaryButton(tr("开始盘点"), name="begin_first_count", hint="F2")
        self.no_count = EmptyState(
            tr("还没有盘点过"),
            tr("盘点时不用停止发药：程序按清点那一刻的账面算差异。先打印盘点表，逐批清点，再录入实盘数。"),
            name="no_stocktake", icon_name="stock", action=self.begin_first,
        )
        card.add(self.no_count, 1)
        return card
