"""登记到货: batch, expiry, quantity and codes of what a distributor brought; all of it is booked, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.domain.receiving import RejectReason
from app.errors import CunyiError
from app.i18n import tr
from app.services.problems import Refused
from app.services.purchase_arrivals import TypedArrival, read_arrivals
from ui.dialogs import Answer, Question, show_failure
from ui.screens.new_maker import confirmed_maker
from ui.screens.requests.line_table import LineTable, Remark
from ui.screens.requests.notice_strip import NoticeStrip
from ui.screens.supply.scan_box import ScanBox
from ui.screens.supply.shipment_rows import units_cell
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.layouts import Vertical
from ui.widgets.panes import FormPage
from ui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from app.services.purchase_arrivals import ArrivalScan
    from app.services.purchasing import PurchaseLineView, PurchaseResult, PurchaseView
    from ui.services import Services


@dataclass(frozen=True)
class ArrivalRow:
    """One batch of one line as typed; `problem` the sentence beneath it."""

    line: PurchaseLineView
    typed: TypedArrival
    problem: str = ""

    @property
    def packs(self) -> int | None:
        """Packs that were accepted, the last perhaps broken; None while no number stands there."""
        text = self.typed.accepted.strip()
        return -(-int(text) // self.line.units_per_pack) if text.isascii() and text.isdigit() else None


class DeliveryPane(QWidget):
    """The table of what came. `done(order_id)` after booking, `left()` when the user goes back."""

    done = Signal(str)
    left = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("delivery")
        self.services = services
        self.order: PurchaseView | None = None
        self._rows: list[ArrivalRow] = []
        self._is_touched = False
        self._build()
        self.setFocusProxy(self.table)

    # --- what the page calls ----------------------------------------------------------------------------------

    def begin(self, order: PurchaseView) -> None:
        """A row for every line that is still outstanding."""
        self.order, self._is_touched = order, False
        self._rows = [
            ArrivalRow(line, TypedArrival(line.id, f"{line.id}:1")) for line in order.lines if line.outstanding
        ]
        self.header.set_title(tr("登记到货　{number}", number=order.number))
        self.header.set_note(order.distributor_name)
        self.strip.say(tr("没到的行空着。一种药有几个批号，按 F6 再加一批。"), "")
        self._show()
        self.table.setFocus()
        self.table.choose(0, "batch_no")

    def can_leave(self) -> bool:
        """Ask when something was typed or scanned."""
        self.table.finish_editing()
        if not self._is_touched:
            return True
        stay = Question(
            msg("到货还没有登记"), msg("填的批号、数量和扫的码还没有入库，离开后要重新填。"),
            (Answer("leave", msg("不要了，离开")), Answer("stay", msg("留下来登记"), "primary")),
            msg("采购单和库存都没有改动。"), harmless="stay",
        )
        if self.services.dialogs.ask(stay) != "leave":
            return False
        self._is_touched = False
        return True

    def save_action(self) -> None:
        """Ctrl+Enter: book it."""
        self.table.finish_editing()
        order = self.order
        if order is None:
            return
        self._say_problems({})
        try:
            arrivals = read_arrivals([row.typed for row in self._rows if not row.typed.is_empty])
        except CunyiError as error:
            self._refused(error)
            return
        purchasing = self.services.purchasing
        self.services.runner.run(
            lambda _report, _cancelled: purchasing.deliver(order.id, order.version, arrivals), on_done=self._on_booked,
            on_error=self._refused, title=tr("正在入库"), can_cancel=False,
        )

    def primary_action(self) -> None:
        """F2: between the table and the line for codes."""
        (self.table if self.scan.line.hasFocus() else self.scan.line).setFocus()

    # --- what happens -----------------------------------------------------------------------------------------

    def add_batch(self) -> None:
        """F6: another batch of the chosen line."""
        self.table.finish_editing()
        number = self.table.current_number()
        if number < 0:
            return
        line = self._rows[number].line
        count = sum(1 for row in self._rows if row.line.id == line.id) + 1
        self._rows.insert(number + 1, ArrivalRow(line, TypedArrival(line.id, f"{line.id}:{count}")))
        self._show()
        self.table.choose(number + 1, "batch_no", edit=True)

    def take_code(self, text: str) -> None:
        """A code was scanned: to the row of its drug, or refused beside it."""
        order = self.order
        if order is None:
            return
        self._say_problems({})
        row = self.table.current_row()
        seen = [code for each in self._rows for code in each.typed.codes]
        chosen = row.line.id if row else ""
        try:
            placed = self._placed(order, text, chosen, seen)
        except CunyiError as error:
            self._refused(error)
            return
        target = self._row_for(placed.line_id, row)
        if target is None:
            self.scan.field.set_problem(tr("这一盒是订单里已经到齐的药品，没有登记。"))
            return
        self._is_touched = True
        self._replace(replace(target, typed=replace(target.typed, codes=(*target.typed.codes, placed.code))))
        self.table.choose([each.typed.key for each in self._rows].index(target.typed.key), "batch_no")

    def drop_code(self) -> None:
        """Ctrl+Delete: take the last code of the chosen row away."""
        row = self.table.current_row()
        if row is not None and row.typed.codes:
            self._replace(replace(row, typed=replace(row.typed, codes=row.typed.codes[:-1])))

    def edit_cell(self, row: ArrivalRow, key: str, text: str) -> None:
        """Keep what was typed."""
        self._is_touched = True
        self._replace(replace(row, typed=replace(row.typed, **{key: text.strip()}), problem=""))

    # --- inside -----------------------------------------------------------------------------------------------

    def _placed(self, order: PurchaseView, text: str, chosen: str, seen: Sequence[str]) -> ArrivalScan:
        """Where a scan belongs; a maker that nobody knows yet is asked about. Raises Refused, UserError."""
        place = self.services.purchasing.place_scan
        try:
            return place(order.id, text, chosen, seen)
        except Refused as error:
            line_id = error.problems[0].code
            line = next((each for each in order.lines if each.id == line_id), None)
            is_new = line is not None and self.services.catalogue.is_new_maker(text, line.drug_code)
            if line is None or not is_new or not confirmed_maker(self.services, text, line.drug_code):
                raise
        return place(order.id, text, chosen, seen)

    def _row_for(self, line_id: str, here: ArrivalRow | None) -> ArrivalRow | None:
        """Where the reader stands when it is that drug's, else the first row of it that still has room."""
        rows = [row for row in self._rows if row.line.id == line_id]
        if here is not None and here.line.id == line_id:
            return here
        room = [row for row in rows if row.packs is None or len(row.typed.codes) < row.packs]
        return (room or rows or [None])[0]

    def _show(self) -> None:
        self.table.show_lines(_columns(), self._rows, keep=lambda row: row.typed.key)

    def _replace(self, row: ArrivalRow) -> None:
        for number, other in enumerate(self._rows):
            if other.typed.key == row.typed.key:
                self._rows[number] = row
                self.table.replace_row(number, row)

    def _say_problems(self, sentences: dict[str, str]) -> None:
        for row in list(self._rows):
            said = sentences.get(row.typed.key) or ""
            if said != row.problem:
                self._replace(replace(row, problem=said))
        wrong = [number for number, row in enumerate(self._rows) if row.problem]
        if wrong:
            self.strip.say(tr("还没有入库：有 {count} 行要改，见红字。", count=len(wrong)), "red")
            self.table.choose(wrong[0])

    def _refused(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        keys = [row.typed.key for row in self._rows]
        beside: dict[str, str] = {}
        for problem in getattr(error, "problems", ()):
            known = problem.code if problem.code in keys else self._key_of_line(problem.code)
            if known:
                beside.setdefault(known, tr(problem.message))
        if beside:
            self._say_problems(beside)
        elif self.scan.line.hasFocus():
            self.scan.field.set_problem(tr(error.message))
        else:
            show_failure(self.services.dialogs, error)

    def _key_of_line(self, line_id: str) -> str:
        here = self.table.current_row()
        if here is not None and here.line.id == line_id:
            return str(here.typed.key)
        return next((row.typed.key for row in self._rows if row.line.id == line_id), "")

    def _on_booked(self, result: PurchaseResult) -> None:
        self._is_touched = False
        self.services.say(tr(result.message))
        self.done.emit(result.order.id)

    def _build(self) -> None:
        self.header = PageHeader(tr("登记到货"), name="delivery_header")
        self.back = SecondaryButton(tr("返回"), name="delivery_back", hint="Esc")
        self.more = SecondaryButton(tr("再加一批"), name="add_batch", hint="F6", icon_name="plus")
        self.book = PrimaryButton(tr("入库"), name="book_delivery", hint="Ctrl ↵")
        for button in (self.back, self.more, self.book):
            self.header.add_action(button)
        self.strip = NoticeStrip(name="delivery_strip")
        self.table = LineTable(
            _columns(), name="arrivals", accessible_name=tr("到货的药品"), home="batch_no", remark=_remark,
            choices={"reason": [tr(reason.label) for reason in RejectReason]},
            quiet=("reason", "price", "manufacturer", "no_codes_reason"), empty_text=tr("这张采购单都到齐了。"),
        )
        self.scan = ScanBox(self.table)
        self.table.keep_columns(1)
        inside = QWidget()
        inside.setProperty("kind", "plain")
        Vertical(self).addWidget(FormPage(inside))
        column = Vertical(inside, spacing=10)
        for widget in (self.header, self.strip, self.scan):
            column.addWidget(widget)
        column.addWidget(self.table, 1)
        self.table.cell_edited.connect(self.edit_cell)
        self.scan.scanned.connect(self.take_code)
        self.scan.unscan_asked.connect(self.drop_code)
        self.back.clicked.connect(lambda _checked=False: self.left.emit())
        self.more.clicked.connect(lambda _checked=False: self.add_batch())
        self.book.clicked.connect(lambda _checked=False: self.save_action())
        shortcut = QShortcut(QKeySequence("F6"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.add_batch)


def _remark(row: ArrivalRow) -> Remark | None:
    return Remark(row.problem) if row.problem else None


def _columns() -> tuple[Column, ...]:
    return (
        Column("drug", tr("药品"), width=150, stretch=True, value=_drug),
        Column("batch_no", tr("批号"), width=104, editable=True, value=lambda row: Cell(row.typed.batch_no)),
        Column("expiry", tr("有效期至"), width=108, editable=True, value=lambda row: Cell(row.typed.expiry),
               tip=tr("可以只写年月，如 2028-06，按月底算")),
        Column("accepted", tr("接收数"), width=84, editable=True, value=lambda row: Cell(row.typed.accepted)),
        Column("codes", tr("追溯码"), width=80, value=_codes),
        Column("rejected", tr("拒收数"), width=78, editable=True, value=lambda row: Cell(row.typed.rejected)),
        Column("reason", tr("拒收原因"), width=100, editable=True, value=lambda row: Cell(row.typed.reason)),
        Column("price", tr("单价（元）"), width=92, editable=True, value=_price),
        Column("manufacturer", tr("生产企业"), width=116, editable=True, value=lambda row: Cell(row.typed.manufacturer)),
        Column("no_codes_reason", tr("扫不了码的原因"), width=124, editable=True,
               value=lambda row: Cell(row.typed.no_codes_reason)),
    )


def _drug(row: ArrivalRow) -> Cell:
    line = row.line
    rest = units_cell(line.outstanding, line.unit, line.pack_unit, line.units_per_pack)
    words = tr("未到 {units}", units=rest.text)
    return Cell(line.drug_name, second_line=f"{words}（{rest.second_line}）" if rest.second_line else words, bold=True)


def _price(row: ArrivalRow) -> Cell:
    if row.typed.price:
        return Cell(row.typed.price)
    price = row.line.price_fen
    return Cell("" if price is None else f"{price // 100}.{price % 100:02d}")


def _codes(row: ArrivalRow) -> Cell:
    count = len(row.typed.codes)
    if row.packs is None:
        return Cell(str(count)) if count else Cell("—", muted=True)
    return Cell(chips=(ChipText(f"{count} / {row.packs}", "green" if count >= row.packs else "amber"),))
