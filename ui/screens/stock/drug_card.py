"""台账卡 of one drug: what stands there by batches, a year of use, every movement with the balance after it.

What can be done with the chosen batch or movement stands beneath the batches, and under F2 as a menu.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QWidget

from app.errors import CunyiError
from app.i18n import tr
from app.services.stock_sheets import DOCUMENTS
from ui.screens.stock import batch_windows
from ui.screens.stock.menus import Deed, open_menu
from ui.screens.stock.output import export_list, print_list, told
from ui.screens.stock.words import (
    DASH,
    batch_chips,
    day_words,
    days_left,
    days_of_use,
    local_time,
    packs_words,
    rounded,
    status_chips,
    with_packs,
    yuan,
)
from ui.theme.theme import current_theme
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import Card, PageHeader
from ui.widgets.charts import Bar, BarChart
from ui.widgets.chips import ChipText
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.panes import ScrollPage
from ui.widgets.sight import bring_into_sight
from ui.widgets.small_window import date_control, optional_date
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.stock_cards import BatchRow, CardRow, LedgerCard
    from app.services.stock_positions import Position
    from ui.services import Services

YEAR = timedelta(days=365)
SIDE_BY_SIDE = 760
"""The least width at 100 % at which the figures and the bars stand beside each other."""


@dataclass(frozen=True)
class CardContents:
    """What was read of one drug."""

    drug: Position
    batches: tuple[BatchRow, ...]
    card: LedgerCard
    use: tuple[tuple[str, int | None], ...]


class DrugCard(QWidget):
    """One drug. `booked()` after something was changed, `left()` when the user goes back."""

    booked = Signal()
    left = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("drug_card")
        self.services = services
        self.contents: CardContents | None = None
        self._code = ""
        self._known: set[str] | None = None
        column = Vertical(self, spacing=10)
        column.addWidget(self._build_header())
        inside = QWidget()
        inside.setProperty("kind", "plain")
        body = Vertical(inside, spacing=10)
        body.addWidget(self._build_figures())
        body.addWidget(self._build_batches())
        body.addWidget(self._build_movements(), 1)
        scroll = ScrollPage(inside, name="drug_card_scroll", modest=True, least_height=300)
        column.addWidget(scroll, 1)
        self.setFocusProxy(self.batches)

    # --- showing ----------------------------------------------------------------------------------------------

    def show_drug(self, drug_code: str) -> None:
        """Show a drug, its last year first."""
        if drug_code != self._code:
            self._code = drug_code
            today = self.services.desk.today()
            self.since.show_raw(today - YEAR)
            self.until.show_raw(today)
        self.refresh()

    def refresh(self) -> None:
        """Read the drug again; the chosen batch and movement stay chosen."""
        dates = self._dates()
        if not self._code or dates is None:
            return
        stock, code, also_empty = self.services.stock, self._code, self.also_empty.isChecked()

        def work(_report: object, _cancelled: object) -> CardContents:
            return CardContents(stock.position(code), tuple(stock.batches(code, also_empty=also_empty)),
                                stock.card(code, *dates), tuple(stock.monthly_use(code)))

        self.services.runner.run(work, on_done=self._show, on_error=told(self.services))

    def print_card(self) -> None:
        """Ctrl+P: the ledger card of the dates shown."""
        dates = self._dates()
        if dates is not None:
            print_list(self.services, lambda: self.services.stock.card_sheet(self._code, *dates))

    def export_card(self) -> None:
        """The same as a file."""
        dates = self._dates()
        if dates is not None and self.contents is not None:
            title = tr("台账卡 {drug}", drug=self.contents.drug.name)
            export_list(self.services, lambda: self.services.stock.card_sheet(self._code, *dates), title)

    def open_deeds(self) -> None:
        """F2: everything that can be done here, as a menu."""
        if self.contents is None:
            return
        deeds, reversals = self._deeds(), self._movement_deeds()
        if any(deed.is_possible for deed in (*deeds, *reversals)):
            open_menu(self.deeds_button, "card_deeds_menu", [*deeds, None, *reversals])
        else:
            self.services.say(tr("现在没有可办的：没有有货的批次，选中的一笔也不能冲正。先收货或登记入库，再来办理。"))

    # --- what can be done -------------------------------------------------------------------------------------

    def lose(self) -> None:
        """报损 of the chosen batch."""
        self._ask(batch_windows.LossWindow)

    def give_back(self) -> None:
        """退回卫生院."""
        self._ask(batch_windows.ReturnWindow)

    def transfer(self) -> None:
        """调出."""
        self._ask(batch_windows.TransferWindow)

    def sample(self) -> None:
        """抽检取样."""
        self._ask(batch_windows.SampleWindow)

    def hold_or_release(self) -> None:
        """停用, or 恢复使用 of a batch that is held."""
        batch = self.batches.current_row()
        if batch is not None:
            self._ask(batch_windows.ReleaseWindow if batch.hold else batch_windows.HoldWindow)

    def reverse(self) -> None:
        """冲正 of the chosen movement."""
        row = self.movements.current_row()
        if row is not None and self.contents is not None:
            self._start(batch_windows.ReverseWindow(self.services, self.contents.drug, row, parent=self))

    def _deeds(self) -> list[Deed]:
        batch = self.batches.current_row()
        some = batch is not None and batch.on_hand > 0
        deeds = [Deed("lose", tr("报损…"), self.lose, some)]
        if self.services.kind == "clinic":
            deeds.append(Deed("return", tr("退回卫生院…"), self.give_back, some))
        held = batch is not None and bool(batch.hold)
        deeds += [
            Deed("transfer", tr("调出…"), self.transfer, batch is not None and some and batch.is_usable),
            Deed("sample", tr("抽检取样…"), self.sample, some),
            Deed("hold", tr("恢复使用…") if held else tr("停用…"), self.hold_or_release, some),
        ]
        return deeds

    def _movement_deeds(self) -> list[Deed]:
        row = self.movements.current_row()
        possible = row is not None and not row.is_reversal and not row.is_reversed
        return [Deed("reverse", tr("冲正选中的一笔…"), self.reverse, possible)]

    def _ask(self, kind: Callable[..., batch_windows.BatchWindow]) -> None:
        batch = self.batches.current_row()
        if batch is not None and self.contents is not None:
            self._start(kind(self.services, self.contents.drug, batch, parent=self))

    def _start(self, window: batch_windows.BatchWindow | batch_windows.ReverseWindow) -> None:
        def done() -> None:
            self.services.say(tr("已记账。"))
            self._known = {row.movement_id for row in self.movements.rows()}
            self.refresh()
            self.booked.emit()

        window.start(window.book, done)

    # --- putting together -------------------------------------------------------------------------------------

    def _build_header(self) -> QWidget:
        self.header = PageHeader("", name="drug_card_header")
        self.back = SecondaryButton(tr("返回库存表"), name="leave_drug_card", hint="Esc", icon_name="back")
        self.export = SecondaryButton(tr("导出台账"), name="export_card", icon_name="export")
        self.print = SecondaryButton(tr("打印台账卡"), name="print_card", hint="Ctrl P", icon_name="print")
        self.deeds_button = PrimaryButton(tr("办理"), name="card_deeds", hint="F2")
        for button, does in ((self.back, self.left.emit), (self.export, self.export_card),
                             (self.print, self.print_card), (self.deeds_button, self.open_deeds)):
            button.clicked.connect(lambda _checked=False, do=does: do())
            self.header.add_action(button)
        return self.header

    def _build_figures(self) -> QWidget:
        whole = QWidget()
        whole.setProperty("kind", "plain")
        self._figures_box = QBoxLayout(QBoxLayout.Direction.LeftToRight, whole)
        self._figures_box.setContentsMargins(0, 0, 0, 0)
        self._figures_box.setSpacing(current_theme().gap(12))
        self.figures = Card(name="card_figures", margins=(14, 10, 14, 10), spacing=4)
        use = Card(name="card_use", margins=(14, 8, 14, 8), spacing=0)
        self.bars_title = label(tr("近 12 个月和本月的用量"), "caption", name="card_bars_title")
        use.add(self.bars_title)
        self.bars = BarChart(name="card_bars", accessible_name=tr("近 12 个月和本月的用量"), height=84)
        use.add(self.bars)
        self._figures_box.addWidget(self.figures, 5)
        self._figures_box.addWidget(use, 6)
        return whole

    def _build_batches(self) -> QWidget:
        card = Card(name="card_batches", margins=(14, 10, 14, 10), spacing=6)
        self.batches = DataTable(_batch_columns(), name="batches", accessible_name=tr("批次"), inside_card=True,
                                 empty_text=tr("柜上没有这个药品的批次。"))
        self.batches.fit_height(most_rows=3)
        self.batches.row_activated.connect(lambda _row: self.open_deeds())
        self.batches.row_selected.connect(lambda _row: self._show_deeds())
        row = FlowBox(spacing=8, row_spacing=6)
        row.add(label(tr("批次"), "card_title"))
        self.buttons: dict[str, SecondaryButton] = {}
        for deed in self._deeds():
            button = SecondaryButton(deed.words, name=f"card_{deed.key}", small=True)
            button.clicked.connect(lambda _checked=False, do=deed.do: do())
            self.buttons[deed.key] = button
            row.add(button)
        self.also_empty = QCheckBox(tr("也看用完的批次"))
        self.also_empty.setObjectName("card_also_empty")
        self.also_empty.setAccessibleName(self.also_empty.text())
        self.also_empty.toggled.connect(self.refresh)
        row.add(self.also_empty)
        card.add(row)
        card.add(self.batches)
        return card

    def _build_movements(self) -> QWidget:
        card = Card(name="card_movements", margins=(14, 10, 14, 10), spacing=6)
        head = FlowBox(spacing=8, row_spacing=6)
        head.add(label(tr("出入库流水"), "card_title"))
        today = self.services.desk.today()
        self.since = date_control("card_since", tr("从哪一天"), today)
        self.until = date_control("card_until", tr("到哪一天"), today)
        for words, line in ((tr("从"), self.since), (tr("到"), self.until)):
            head.add(label(words))
            head.add(line)
            line.passed.connect(self.refresh)
            line.editingFinished.connect(self.refresh_if_changed)
        self.reverse_button = SecondaryButton(tr("冲正选中的一笔…"), name="card_reverse", small=True)
        self.reverse_button.clicked.connect(self.reverse)
        head.add(self.reverse_button)
        self._sums = label("", "muted", name="card_sums")
        head.add(self._sums)
        self._problem = label("", "problem", name="card_dates_problem", wrap=True)
        self._problem.hide()
        self.reason = label("", "muted", name="card_reason", wrap=True)
        self.reason.hide()
        card.add(head)
        card.add(self._problem)
        card.add(self.reason)
        self.movements = DataTable(_movement_columns(), name="movements", accessible_name=tr("出入库流水"),
                                   inside_card=True, least_rows=4, empty_text=tr("这段时间没有出入库。"))
        self.movements.row_selected.connect(lambda _row: self._show_deeds())
        # Its room changes while the page settles: the chosen movement, at first the newest, stays in sight.
        self.movements.verticalScrollBar().rangeChanged.connect(lambda _low, _high: self._keep_in_sight())
        card.add(self.movements, 1)
        return card

    def _keep_in_sight(self) -> None:
        self.movements.scrollTo(self.movements.currentIndex())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a narrow window the bars stand beneath the figures."""
        super().resizeEvent(event)
        narrow = self.width() < current_theme().px(SIDE_BY_SIDE)
        directions = QBoxLayout.Direction
        self._figures_box.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)

    # --- filling in -------------------------------------------------------------------------------------------

    def refresh_if_changed(self) -> None:
        """A date was left: read again when it is another one."""
        dates = self._dates()
        if self.contents is not None and dates is not None and dates != (self.contents.card.since, self.contents.card.until):
            self.refresh()

    def _dates(self) -> tuple[date | None, date] | None:
        """From and to; None while they are none, which is told."""
        try:
            since = optional_date(self.since, "since")
            until = optional_date(self.until, "until") or self.services.desk.today()
        except CunyiError as error:
            self._tell_dates(tr(error.message))
            return None
        if since is not None and since > until:
            self._tell_dates(tr("开始日期在结束日期之后，请核对。"))
            return None
        self._tell_dates("")
        return since, until

    def _tell_dates(self, sentence: str) -> None:
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    def _show(self, contents: CardContents) -> None:
        if contents.drug.drug_code != self._code:
            return
        self.contents = contents
        drug, card = contents.drug, contents.card
        self.header.set_title(tr("{drug} {strength}", drug=drug.name, strength=drug.strength))
        chips = list(status_chips(drug))
        if drug.cold_chain:
            chips.append(ChipText(tr("冷藏"), "blue"))
        if not drug.is_listed:
            chips.append(ChipText(tr("目录已停用"), "grey"))
        self.header.set_chips(chips)
        self._show_figures(drug)
        self.bars_title.setText(tr("近 12 个月和本月的用量（{unit}）", unit=drug.unit))
        self.bars.show_bars(
            Bar(f"{int(month[5:])}", None if units is None else float(units), month == contents.use[-1][0])
            for month, units in contents.use
        )
        self.batches.set_rows(contents.batches, keep=lambda row: row.batch_id)
        if contents.batches and self.batches.current_number() < 0:
            self.batches.select_row(0)
        had = self.movements.current_row() is not None
        self.movements.set_rows(card.rows, keep=lambda row: row.movement_id)
        if card.rows and not had:
            self.movements.select_row(len(card.rows) - 1)
        self._show_what_was_booked(card)
        self.movements.scrollTo(self.movements.currentIndex())
        self._sums.setText(tr("承前 {opening}　入 {came}　出 {went}　结存 {closing} {unit}", opening=f"{card.opening:,}",
                              came=f"{card.came:,}", went=f"{card.went:,}", closing=f"{card.closing:,}", unit=drug.unit))
        self._show_deeds()

    def _show_what_was_booked(self, card: LedgerCard) -> None:
        """Choose the line that was just booked, and bring it into sight when the page has settled."""
        known, self._known = self._known, None
        fresh = [] if known is None else [place for place, row in enumerate(card.rows) if row.movement_id not in known]
        if fresh:
            self.movements.select_row(fresh[-1])
            QTimer.singleShot(0, self, lambda: bring_into_sight(self.movements, self.movements.currentIndex()))

    def _show_figures(self, drug: Position) -> None:
        self.figures.clear()
        self.figures.add_line(tr("库存"), strong=with_packs(drug.on_hand, drug), muted=yuan(drug.value_fen) or tr("金额 —"))
        self.figures.add_line(tr("可用"), strong=with_packs(drug.usable, drug), muted=tr(
            "预留 {reserved}　在途 {transit}", reserved=f"{drug.reserved:,}", transit=f"{drug.in_transit:,}"))
        out = drug.stockout_days if drug.consumption.days else None
        self.figures.add_line(tr("月均"), strong=rounded(drug.amc or None) or DASH, muted=tr(
            "近三个整月，缺货 {days} 天", days=DASH if out is None else out))
        days = days_of_use(drug.mos)
        self.figures.add_line(tr("可用天数"), strong=DASH if days is None else tr("{days} 天", days=days), muted=tr(
            "最近效期 {day}", day=day_words(drug.nearest_expiry)))

    def _show_deeds(self) -> None:
        for deed in self._deeds():
            self.buttons[deed.key].setEnabled(deed.is_possible)
            self.buttons[deed.key].set_words(deed.words)
        self.reverse_button.setEnabled(self._movement_deeds()[0].is_possible)
        row = self.movements.current_row()
        reason = _reason(row) if row is not None else ""
        self.reason.setText(tr("选中的一笔，原因：{reason}", reason=reason) if reason else "")
        self.reason.setVisible(bool(reason))
        self.movements.setAccessibleDescription(self.reason.text())
        drug = self.contents.drug if self.contents is not None else None
        batch = self.batches.current_row()
        if drug is not None and batch is not None:
            packs = packs_words(batch.on_hand, batch.units_per_pack, drug.pack_unit, drug.unit)
            self.batches.setAccessibleDescription(tr("批号 {batch}，{units} {unit} {packs}", batch=batch.batch_no,
                                                     units=batch.on_hand, unit=drug.unit, packs=packs))


def _batch_columns() -> tuple[Column, ...]:
    return (
        Column("batch_no", tr("批号"), width=120, bold=True),
        Column("expiry", tr("有效期"), width=104, align="center", value=lambda row: day_words(row.expiry)),
        Column("days", tr("剩余天数"), width=78, align="right", gives_way=2, value=days_left),
        Column("manufacturer", tr("厂家"), width=120, stretch=True, value=lambda row: row.manufacturer or None),
        Column("on_hand", tr("数量"), width=82, align="right", bold=True, value=lambda row: f"{row.on_hand:,}"),
        Column("reserved", tr("预留"), width=66, align="right", gives_way=3, value=lambda row: f"{row.reserved:,}"),
        Column("price", tr("每包装价格"), width=94, align="right", gives_way=4, value=lambda row: yuan(row.price_fen)),
        Column("value", tr("金额"), width=94, align="right", gives_way=1, value=lambda row: yuan(row.value_fen)),
        Column("state", tr("停用和效期"), width=190, value=batch_chips),
    )


def _movement_columns() -> tuple[Column, ...]:
    return (
        Column("at", tr("时间"), width=136, value=lambda row: local_time(row.at)),
        Column("kind", tr("摘要"), width=124, value=_kind),
        Column("document", tr("单据和对方"), width=140, stretch=True, value=_document),
        Column("batch_no", tr("批号"), width=104, gives_way=3),
        Column("came", tr("入"), width=66, align="right", value=lambda row: f"{row.change:,}" if row.change > 0 else ""),
        Column("went", tr("出"), width=66, align="right", value=lambda row: f"{-row.change:,}" if row.change < 0 else ""),
        Column("balance", tr("结存"), width=76, align="right", bold=True, value=lambda row: f"{row.balance:,}"),
        Column("user_name", tr("经手人"), width=76, gives_way=2),
        Column("reason", tr("原因"), width=130, gives_way=1, value=_reason),
    )


def _kind(row: CardRow) -> Cell:
    if row.is_reversal:
        return Cell(tr("冲正：{kind}", kind=row.kind.label), tone="blue")
    return Cell(tr(row.kind.label), struck=row.is_reversed)


def _document(row: CardRow) -> str:
    known = DOCUMENTS.get(row.document)
    return " ".join(part for part in (tr(known) if known else row.document, row.number, row.party) if part)


def _reason(row: CardRow) -> str:
    if row.bearer is None:
        return row.reason
    return tr("{reason}（{bearer}）", reason=row.reason, bearer=row.bearer.label)


