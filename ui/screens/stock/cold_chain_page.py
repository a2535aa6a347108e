"""冷链: two readings a day of every refrigerator by the keyboard, what went wrong, and what is decided about the goods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from app.domain.message import msg
from app.errors import CunyiError
from app.i18n import tr
from app.services.problems import Refused
from app.services.stock_holds import Hold
from ui.dialogs import show_failure
from ui.screens.stock.cold_entry import ReadingEntry
from ui.screens.stock.cold_rows import (
    NOON,
    DayRow,
    DeviceRow,
    EventRow,
    EventState,
    day_rows,
    device_rows,
    event_chip,
    event_state,
    event_time,
    event_words,
    last_cell,
    readings_cell,
)
from ui.screens.stock.cold_windows import DiscardWindow, KeepWindow, StopWindow
from ui.screens.stock.menus import Deed, open_menu
from ui.screens.stock.opened_card import OpenedCard
from ui.screens.stock.output import export_list, print_list, told
from ui.screens.stock.words import batch_chips, day_words, units_words
from ui.theme.theme import current_theme
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import Card, PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.panes import ScrollPage
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.cold_chain import ColdGoods, DeviceRegister
    from ui.services import Services

OWN_KEYS = (("F2", msg("记一次温度")), ("Ctrl ↵", msg("记下温度")), ("↵", msg("在事件上：停用受影响的药品；在药品上：办理")))
SIDE_BY_SIDE = 900
"""The least width at 100 % at which two cards stand beside each other."""


@dataclass(frozen=True)
class ColdContents:
    """What was read."""

    devices: tuple[str, ...]
    registers: tuple[DeviceRegister, ...]
    events: tuple[EventRow, ...]
    goods: tuple[ColdGoods, ...]


class ColdChainPage(QWidget):
    """`counted(int)` says how many events wait for somebody."""

    counted = Signal(int)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setObjectName("cold_chain_page")
        self.setProperty("kind", "plain")
        self.services = services
        self._contents = ColdContents((), (), (), ())
        self._is_read = False
        self._pairs: list[QBoxLayout] = []
        column = Vertical(self, spacing=10)
        column.addWidget(self._build_header())
        self.entry = ReadingEntry(services.desk)
        self.entry.asked.connect(self.record)
        column.addWidget(self.entry)
        inside = QWidget()
        inside.setProperty("kind", "plain")
        body = Vertical(inside, spacing=10)
        body.addWidget(self._pair(self._build_devices(), self._build_events()))
        body.addWidget(self._pair(self._build_days(), self._build_goods()))
        self.opened = OpenedCard(services)
        self.opened.changed.connect(self.refresh)
        self.opened.was_read.connect(self.recount)
        body.addWidget(self.opened)
        body.addStretch(1)
        scroll = ScrollPage(inside, name="cold_scroll", modest=True, least_height=300)
        column.addWidget(scroll, 1)
        self.setFocusProxy(self.entry)
        self.refresh()

    # --- what the section screen calls ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read everything again; what is being typed stays."""
        cold = self.services.stock.cold_chain

        def work(_report: object, _cancelled: object) -> ColdContents:
            registers = cold.register()
            events = [EventRow(each.device, gap.start, gap.end, EventState.GAP, gap=gap)
                      for each in registers for gap in each.gaps]  # fmt: skip
            for each in registers:
                for excursion in each.excursions:
                    affected = cold.affected(excursion)
                    events.append(EventRow(each.device, excursion.start, excursion.end, event_state(affected),
                                           excursion=excursion, affected=affected))
            ordered = sorted(sorted(events, key=lambda row: row.start, reverse=True), key=lambda row: not row.waits)
            return ColdContents(cold.devices(), registers, tuple(ordered), tuple(cold.goods()))

        self.services.runner.run(work, on_done=self._show, on_error=told(self.services))
        self.opened.refresh()

    def recount(self) -> None:
        """Say again how many events wait."""
        if not self._is_read:
            return
        waiting = sum(row.waits for row in self._contents.events)
        self.counted.emit(waiting + self.opened.overdue())

    def primary_action(self) -> None:
        """F2: write down a temperature."""
        self.entry.begin()

    def save_action(self) -> None:
        """Ctrl+Enter."""
        self.record()

    def print_action(self) -> None:
        """Ctrl+P."""
        print_list(self.services, self.services.stock.cold_chain_sheet)

    def export(self) -> None:
        """The register as a file."""
        export_list(self.services, self.services.stock.cold_chain_sheet, tr("冷链温度记录"))

    def shortcuts(self) -> list[tuple[str, str]]:
        """The page's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    # --- what happens -----------------------------------------------------------------------------------------

    def record(self) -> None:
        """Store the reading that was typed."""
        try:
            device, celsius, at, note = self.entry.reading()
            self.services.stock.cold_chain.add_reading(device, celsius, at=at, note=note)
        except Refused as error:
            self.entry.tell(error)
            return
        except CunyiError as error:
            show_failure(self.services.dialogs, error)
            return
        self.services.say(tr("已记 {device} {celsius} ℃。", device=device, celsius=celsius))
        self.entry.done()
        self.refresh()
        self.entry.go_to(self._next_due())

    def stop(self, row: EventRow) -> None:
        """Enter on an event: stop what stood there."""
        if row.excursion is None:
            self.services.say(tr("没有读数的时间不能补记成合格。请查明原因，写在下一次读数的备注里。"))
        elif all(each.goods.batch.hold for each in row.affected):
            self.services.say(tr("当时在库的冷藏药都已停用，或已经不在库。"))
        else:
            window = StopWindow(self.services, row.device, row.excursion, row.affected, parent=self)
            window.start(window.book, self._decided)

    def keep(self) -> None:
        """The decision that stopped goods may be used."""
        held, chosen = self._held()
        if held:
            window = KeepWindow(self.services, held, chosen=chosen, parent=self)
            window.start(window.book, self._decided)

    def discard(self) -> None:
        """The decision that they may not."""
        held, chosen = self._held()
        if held:
            window = DiscardWindow(self.services, held, chosen=chosen, parent=self)
            window.start(window.book, self._decided)

    def open_goods_deeds(self) -> None:
        """Enter on a batch."""
        row = self.goods.current_row()
        if row is None:
            return
        is_held = row.batch.hold == Hold.COLD_CHAIN.value
        open_menu(self.goods_card_button, "cold_deeds_menu", [
            Deed("keep", tr("决定：可以使用…"), self.keep, is_held),
            Deed("discard", tr("决定：报废…"), self.discard, is_held),
            None,
            Deed("card", tr("打开台账卡"), self._open_card),
        ])  # fmt: skip

    def _open_card(self) -> None:
        row = self.goods.current_row()
        if row is not None:
            self.services.navigate("stock", section="balance", drug_code=row.drug_code)

    def _decided(self) -> None:
        self.services.say(tr("已记账。"))
        self.refresh()

    def _held(self) -> tuple[list[ColdGoods], list[str] | None]:
        """What is held for the cold chain; only the chosen batch is ticked when it is one of them."""
        held = [each for each in self._contents.goods if each.batch.hold == Hold.COLD_CHAIN.value]
        row = self.goods.current_row()
        chosen = [row.batch.batch_id] if row is not None and row in held else None
        return held, chosen

    def _next_due(self) -> str:
        """The next device that has no reading in this half of the day; "" when all have."""
        afternoon = self.services.desk.now().astimezone().hour >= NOON
        due = [row.device for row in self.devices.rows() if not (row.afternoon if afternoon else row.morning)]
        return due[0] if due else ""

    # --- showing ----------------------------------------------------------------------------------------------

    def _show(self, contents: ColdContents) -> None:
        self._contents, self._is_read = contents, True
        today = self.services.desk.today()
        rows = device_rows(contents.devices, contents.registers, today)
        self.entry.set_devices([row.device for row in rows])
        self.devices.set_rows(rows, keep=lambda row: row.device)
        if rows and self.devices.current_number() < 0:
            self.devices.select_row(0)
        self.events.set_rows(contents.events, keep=lambda row: (row.device, row.start, row.gap is None))
        if contents.events and self.events.current_number() < 0:
            self.events.select_row(0)
        self.goods.set_rows(contents.goods, keep=lambda row: row.batch.batch_id)
        self._show_days(self.devices.current_row())
        self._show_header(rows)
        self._show_buttons()
        self.recount()

    def _show_header(self, rows: Sequence[DeviceRow]) -> None:
        waiting = sum(row.state is EventState.WAITING for row in self._contents.events)
        stopped = sum(row.state is EventState.STOPPED for row in self._contents.events)
        silent = sum(row.state is EventState.GAP and row.end is None for row in self._contents.events)
        chips = []
        if waiting:
            chips.append(ChipText(tr("超温待核实 {count}", count=waiting), "red"))
        if stopped:
            chips.append(ChipText(tr("待决定 {count}", count=stopped), "amber"))
        if silent:
            chips.append(ChipText(tr("该记温度了 {count}", count=silent), "amber"))
        self.header.set_chips(chips)
        self.header.set_note(tr("{count} 台设备　·　每天上午、下午各记一次", count=len(rows)))

    def _show_days(self, row: DeviceRow | None) -> None:
        self.days_card.set_title(tr("{device} 每天的读数", device=row.device) if row is not None else tr("每天的读数"))
        self.days.set_rows(day_rows(row.register if row is not None else None, self.services.desk.today()))

    def _show_buttons(self) -> None:
        held, _ = self._held()
        self.keep_button.setEnabled(bool(held))
        self.discard_button.setEnabled(bool(held))
        self.goods_card_button.setEnabled(self.goods.current_row() is not None)
        self.stop_button.setEnabled(self.events.current_row() is not None)

    # --- putting together -------------------------------------------------------------------------------------

    def _build_header(self) -> QWidget:
        self.header = PageHeader(tr("冷链"), name="cold_header")
        self.export_button = SecondaryButton(tr("导出表格"), name="export_cold", icon_name="export")
        self.print = SecondaryButton(tr("打印"), name="print_cold", hint="Ctrl P", icon_name="print")
        self.begin = PrimaryButton(tr("记温度"), name="begin_reading", hint="F2")
        for button, does in ((self.export_button, self.export), (self.print, self.print_action),
                             (self.begin, self.primary_action)):
            button.clicked.connect(lambda _checked=False, do=does: do())
            self.header.add_action(button)
        return self.header

    def _build_devices(self) -> QWidget:
        card = Card(tr("今天"), name="cold_devices_card", margins=(14, 10, 14, 10), spacing=6)
        self.devices = DataTable(
            (Column("device", tr("设备"), width=90, stretch=True, bold=True),
             Column("morning", tr("上午"), width=120, value=self._morning),
             Column("afternoon", tr("下午"), width=120, value=self._afternoon),
             Column("last", tr("最近一次"), width=126, value=last_cell)),
            name="cold_devices", accessible_name=tr("设备"), inside_card=True, row_height=46,
            empty_text=tr("还没有记过温度。在上面写设备的名称和温度，回车记下。"))
        self.devices.row_selected.connect(self._show_days)
        self.devices.row_activated.connect(lambda row: self.entry.go_to(row.device))
        self.devices.fit_height(most_rows=4)
        card.add(self.devices)
        return card

    def _build_events(self) -> QWidget:
        card = Card(tr("事件：31 天内"), name="cold_events_card", margins=(14, 10, 14, 10), spacing=6)
        self.events = DataTable(
            (Column("device", tr("设备"), width=84),
             Column("what", tr("情况"), width=150, stretch=True, value=_event_cell),
             Column("state", tr("处理"), value=event_chip)),
            name="cold_events", accessible_name=tr("事件"), inside_card=True, row_height=46,
            empty_text=tr("31 天内没有超温，也没有漏记。"))
        self.events.row_activated.connect(self.stop)
        self.events.row_selected.connect(lambda _row: self._show_buttons())
        self.events.fit_height(most_rows=3)
        card.add(self.events)
        self.stop_button = SecondaryButton(tr("停用受影响的药品…"), name="cold_stop_goods", hint="↵", small=True)
        self.stop_button.clicked.connect(self._stop_chosen)
        card.add(_row_of(self.stop_button))
        return card

    def _stop_chosen(self) -> None:
        row = self.events.current_row()
        if row is not None:
            self.stop(row)

    def _build_days(self) -> QWidget:
        self.days_card = Card(tr("每天的读数"), name="cold_days_card", margins=(14, 10, 14, 10), spacing=6)
        self.days = DataTable(
            (Column("day", tr("日期"), width=100, value=lambda row: day_words(row.day)),
             Column("morning", tr("上午"), width=110, stretch=True, value=lambda row: readings_cell(row.morning)),
             Column("afternoon", tr("下午"), width=110, stretch=True, value=lambda row: readings_cell(row.afternoon)),
             Column("user", tr("记录人"), width=80, value=_who)),
            name="cold_days", accessible_name=tr("每天的读数"), inside_card=True, least_rows=4,
            empty_text=tr("这台设备还没有读数。"))
        self.days_card.add(self.days, 1)
        return self.days_card

    def _build_goods(self) -> QWidget:
        card = Card(tr("在库的冷藏药"), name="cold_goods_card", margins=(14, 10, 14, 10), spacing=6)
        self.goods = DataTable(
            (Column("name", tr("药品"), width=110, stretch=True,
                    value=lambda row: Cell(row.name, second_line=row.strength, bold=True)),
             Column("expiry", tr("有效期和批号"), width=112, gives_way=1,
                    value=lambda row: Cell(day_words(row.batch.expiry), second_line=row.batch.batch_no)),
             Column("on_hand", tr("数量"), width=64, align="right", value=lambda row: units_words(row.batch.on_hand, row.unit)),
             Column("state", tr("停用和效期"), value=lambda row: batch_chips(row.batch)[:1])),
            name="cold_goods", accessible_name=tr("在库的冷藏药"), inside_card=True, row_height=46,
            empty_text=tr("柜上没有冷藏药。"))
        self.goods.row_activated.connect(lambda _row: self.open_goods_deeds())
        self.goods.row_selected.connect(lambda _row: self._show_buttons())
        card.add(self.goods, 1)
        self.keep_button = SecondaryButton(tr("决定：可以使用…"), name="cold_keep_goods", small=True)
        self.discard_button = SecondaryButton(tr("决定：报废…"), name="cold_discard_goods", small=True)
        self.goods_card_button = SecondaryButton(tr("台账卡"), name="cold_open_card", small=True)
        for button, does in ((self.keep_button, self.keep), (self.discard_button, self.discard),
                             (self.goods_card_button, self._open_card)):
            button.clicked.connect(lambda _checked=False, do=does: do())
        card.add(_row_of(self.keep_button, self.discard_button, self.goods_card_button))
        return card

    def _morning(self, row: DeviceRow) -> Cell:
        return readings_cell(row.morning, is_due=True)

    def _afternoon(self, row: DeviceRow) -> Cell:
        return readings_cell(row.afternoon, is_due=self.services.desk.now().astimezone().hour >= NOON)

    def _pair(self, left: QWidget, right: QWidget) -> QWidget:
        whole = QWidget()
        whole.setProperty("kind", "plain")
        box = QBoxLayout(QBoxLayout.Direction.LeftToRight, whole)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(current_theme().gap(12))
        box.addWidget(left, 1)
        box.addWidget(right, 1)
        self._pairs.append(box)
        return whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a narrow window the cards stand beneath each other."""
        super().resizeEvent(event)
        narrow = self.width() < current_theme().px(SIDE_BY_SIDE)
        directions = QBoxLayout.Direction
        for box in self._pairs:
            box.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)


def _row_of(*buttons: QWidget) -> QWidget:
    row = FlowBox(spacing=8, row_spacing=6)
    for button in buttons:
        row.add(button)
    return row


def _event_cell(row: EventRow) -> Cell:
    what = event_words(row)
    return Cell(what.text, second_line=event_time(row), tone=what.tone)


def _who(row: DayRow) -> str:
    names = dict.fromkeys(each.user_name for each in (*row.morning, *row.afternoon))
    return tr("、").join(names)
