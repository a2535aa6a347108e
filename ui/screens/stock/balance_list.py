"""库存表: every drug of the shelf with what stands there, what may be given, how long it lasts, and its state.

What was read once is narrowed while one types; nothing is read again for that.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from app.i18n import tr
from ui.screens.requests.catalogue_page import SearchLine
from ui.screens.stock.words import (
    DASH,
    day_words,
    days_of_use,
    packs_words,
    rounded,
    status_chips,
    yuan,
)
from ui.theme.tokens import Tone
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.field_row import ComboBox
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.stock import BalanceFilter, Balances
    from app.services.stock_positions import Position

ROW = 46
EVERYTHING = "all"


class BalanceList(QWidget):
    """Search, filters and list. `opened(drug_code)` follows Enter in the list or in the search."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("balance_list")
        self._found: tuple[Position, ...] = ()
        self._shown: Balances | None = None
        column = Vertical(self, spacing=10)
        self.header = PageHeader(tr("库存"), name="balance_header")
        self.export = SecondaryButton(tr("导出表格"), name="export_balances", icon_name="export")
        self.print = SecondaryButton(tr("打印"), name="print_balances", hint="Ctrl P", icon_name="print")
        self.more = PrimaryButton(tr("办理入库"), name="balance_deeds", hint="F2")
        for button in (self.export, self.print, self.more):
            self.header.add_action(button)
        column.addWidget(self.header)
        column.addWidget(self._build_filters())
        self.table = DataTable(_columns(), name="balances", accessible_name=tr("库存表"), row_height=ROW,
                               empty_text=tr("还没有库存。先做“期初建账”（F2），或按发货单收货。"))
        column.addWidget(self.table, 1)
        self.search.textChanged.connect(self.narrow)
        self.search.returnPressed.connect(self.open_chosen)
        self.search.moved.connect(self._move)
        self.state.currentIndexChanged.connect(self.narrow)
        for box in (self.in_stock, self.cold, self.never_kept):
            box.toggled.connect(self.narrow)
        self.table.row_activated.connect(lambda row: self.opened.emit(row.drug_code))
        self.setFocusProxy(self.search)

    def show_positions(self, found: Iterable[Position]) -> None:
        """Show these, narrowed as before; the chosen drug stays chosen."""
        self._found = tuple(found)
        self.narrow()

    def wanted(self) -> BalanceFilter:
        """What is asked for now; the printed list and the file hold the same."""
        from app.services.stock import BalanceFilter, StateFilter

        value = self.state.value()
        return BalanceFilter(
            text=self.search.text(), state=None if value in (None, EVERYTHING) else StateFilter(str(value)),
            in_stock_only=self.in_stock.isChecked(), cold_chain_only=self.cold.isChecked(),
            also_never_kept=self.never_kept.isChecked(),
        )

    def narrow(self) -> None:
        """Show what fits the search and the filters."""
        from app.services.stock import narrowed

        self._shown = narrowed(self._found, self.wanted())
        self._show_states(self._shown)
        rows = self._shown.rows
        kept = any(row.first_on is not None for row in self._found)
        self.table.set_empty_text(tr("没有这样的药品。可以换几个字，或把筛选放宽。") if kept else "")
        if not kept:
            self.table.set_empty_text(tr("还没有库存。先做“期初建账”（F2），或按发货单收货。"))
        self.table.set_rows(rows, keep=lambda row: row.drug_code)
        if rows and self.table.current_number() < 0:
            self.table.select_row(0)
        self._show_head(self._shown)

    def open_chosen(self) -> None:
        """Open the drug that is marked in the list."""
        row = self.table.current_row()
        if row is not None:
            self.opened.emit(row.drug_code)

    def begin_search(self) -> None:
        """Ctrl+F."""
        self.search.setFocus()
        self.search.selectAll()

    def show_state(self, state: str) -> None:
        """Show the drugs of a state."""
        self.state.set_value(state or EVERYTHING)

    def _build_filters(self) -> QWidget:
        row = FlowBox(spacing=12, row_spacing=6)
        self.search = SearchLine(name="balance_search", accessible_name=tr("找药品"),
                                 placeholder=tr("药品名、拼音首字母或条码；↵ 打开台账"), width=290)
        self.state = ComboBox(name="balance_state", accessible_name=tr("状态"))
        self.in_stock = QCheckBox(tr("只看有库存的"))
        self.in_stock.setObjectName("balance_in_stock")
        self.cold = QCheckBox(tr("只看冷藏药品"))
        self.cold.setObjectName("balance_cold")
        self.never_kept = QCheckBox(tr("也看没进过的"))
        self.never_kept.setObjectName("balance_never_kept")
        for box in (self.in_stock, self.cold, self.never_kept):
            box.setAccessibleName(box.text())
        for widget in (self.search, self.state, self.in_stock, self.cold, self.never_kept):
            row.add(widget)
        return row

    def _show_states(self, shown: Balances) -> None:
        """The states with how many drugs each has."""
        counts = shown.counts
        every = sum(count for state, count in counts.items() if state.value != "expiry_risk")
        options: list[tuple[object, str]] = [(EVERYTHING, tr("全部状态 {count}", count=every))]
        options += [(state.value, tr("{state} {count}", state=state.label, count=count)) for state, count in counts.items()]
        with QSignalBlocker(self.state):
            self.state.set_options(options)

    def _show_head(self, shown: Balances) -> None:
        by_key = {state.value: count for state, count in shown.counts.items()}
        told: tuple[tuple[str, str, Tone], ...] = (
            ("out", tr("断货 {count}", count=by_key["out"]), "red"),
            ("low", tr("偏低 {count}", count=by_key["low"]), "amber"),
            ("expiry_risk", tr("有效期风险 {count}", count=by_key["expiry_risk"]), "amber"),
        )
        self.header.set_chips(ChipText(words, tone) for key, words, tone in told if by_key[key])
        value = yuan(shown.value_fen)
        parts = [tr("{count} 种", count=len(shown.rows)), tr("金额 {value}", value=value or DASH)]
        self.header.set_note("　·　".join(parts))

    def _move(self, step: int) -> None:
        last = self.table.rows_model.rowCount() - 1
        self.table.select_row(max(0, min(last, self.table.current_number() + step)))


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", tr("药品"), width=210, stretch=True, value=_name),
        Column("on_hand", tr("库存"), width=112, align="right", bold=True, value=_on_hand,
               tip=tr("柜上的全部数量，按最小发药单位")),
        Column("usable", tr("可用"), width=74, align="right", value=lambda row: f"{row.usable:,}", gives_way=3,
               tip=tr("不算停用的和过期的")),
        Column("reserved", tr("预留"), width=62, align="right", value=_reserved, gives_way=6),
        Column("in_transit", tr("在途"), width=70, align="right", value=_in_transit, gives_way=4),
        Column("amc", tr("月均"), width=90, align="right", value=lambda row: rounded(row.amc or None), gives_way=2,
               tip=tr("最近三个整月的用量，缺货的日子不算")),
        Column("days", tr("可用天数"), width=80, align="right", value=lambda row: days_of_use(row.mos)),
        Column("expiry", tr("最近效期"), width=104, align="center", value=_expiry, gives_way=1),
        Column("status", tr("状态"), width=150, value=status_chips),
        Column("value", tr("金额"), width=104, align="right", value=lambda row: yuan(row.value_fen), gives_way=5),
    )


def _name(row: Position) -> Cell:
    return Cell(row.name, second_line=row.strength, bold=True)


def _on_hand(row: Position) -> Cell:
    packs = packs_words(row.on_hand, row.units_per_pack, row.pack_unit, row.unit)
    words = tr("{units} {unit}", units=f"{row.on_hand:,}", unit=row.unit)
    return Cell(words, second_line=packs, tone="red" if not row.usable else None)


def _reserved(row: Position) -> Cell:
    return Cell(f"{row.reserved:,}", muted=not row.reserved)


def _in_transit(row: Position) -> Cell:
    return Cell(f"{row.in_transit:,}", muted=not row.in_transit)


def _expiry(row: Position) -> Cell:
    return Cell(day_words(row.nearest_expiry), tone="amber" if row.expiry_risk else None)
