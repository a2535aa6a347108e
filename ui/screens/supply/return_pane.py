"""退货给配送企业: which batches of an order go back, why, who takes them; booked and printed as one document."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.errors import CunyiError
from app.i18n import tr
from ui.dialogs import Answer, Question, show_failure
from ui.screens.requests.line_table import LineTable, Remark
from ui.screens.requests.notice_strip import NoticeStrip
from ui.screens.supply.scan_box import ScanBox
from ui.screens.supply.shipment_rows import units_cell
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.field_row import LabelledField, LineEdit
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.panes import FormPage
from ui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from app.services.distributor_returns import Returnable, ReturnView
    from app.services.purchasing import PurchaseView
    from ui.services import Services


@dataclass(frozen=True)
class BackRow:
    """A batch with the units that go back, as typed."""

    batch: Returnable
    quantity: str = ""
    codes: tuple[str, ...] = ()
    problem: str = ""


class ReturnPane(QWidget):
    """The batches of an order. `done(return)` after booking, `left()` when the user goes back."""

    done = Signal(object)
    left = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("give_back")
        self.services = services
        self.order: PurchaseView | None = None
        self._rows: list[BackRow] = []
        self._build()
        self.setFocusProxy(self.reason)

    def begin(self, order: PurchaseView) -> None:
        """Show what of an order may go back."""
        self.order = order
        self._rows = [BackRow(batch) for batch in self.services.purchasing.returnable(order.id)]
        self.header.set_title(tr("退货给{name}", name=order.distributor_name))
        self.header.set_note(order.number)
        for field in (self.reason_field, self.taken_by_field, self.scan.field):
            field.control.clear()
            field.set_problem("")
        self.strip.say("")
        self.table.show_lines(_columns(), self._rows, keep=lambda row: row.batch.key)
        self.reason.setFocus()

    def can_leave(self) -> bool:
        """Ask when something was filled in."""
        self.table.finish_editing()
        if not any(row.quantity or row.codes for row in self._rows):
            return True
        stay = Question(
            msg("退货还没有登记"), msg("填的数量和扫的码还没有出库，离开后要重新填。"),
            (Answer("leave", msg("不要了，离开")), Answer("stay", msg("留下来登记"), "primary")),
            msg("库存没有改动。"), harmless="stay",
        )
        if self.services.dialogs.ask(stay) != "leave":
            return False
        self._rows = []
        return True

    def save_action(self) -> None:
        """Ctrl+Enter: book the return."""
        from app.services.distributor_returns import ReturnItem

        self.table.finish_editing()
        order = self.order
        if order is None:
            return
        self._say_problems({})
        items = []
        for row in self._rows:
            if row.quantity or row.codes:
                text = row.quantity
                units = int(text) if text.isascii() and text.isdigit() else 0
                items.append(ReturnItem(row.batch.line_id, row.batch.batch_id, units, row.codes))
        purchasing, reason, taken_by = self.services.purchasing, self.reason.text(), self.taken_by.text()
        self.services.runner.run(
            lambda _report, _cancelled: purchasing.give_back(order.id, items, reason=reason, taken_by=taken_by),
            on_done=self._on_booked, on_error=self._refused, title=tr("正在登记退货"), can_cancel=False,
        )

    def primary_action(self) -> None:
        """F2: between the table and the line for codes."""
        (self.table if self.scan.line.hasFocus() else self.scan.line).setFocus()

    def take_code(self, text: str) -> None:
        """A code was scanned: to its batch, or refused."""
        if self.order is None:
            return
        self._say_problems({})
        seen = [code for row in self._rows for code in row.codes]
        try:
            key, code = self.services.purchasing.place_return_scan(self.order.id, text, seen)
        except CunyiError as error:
            self._refused(error)
            return
        row = next(each for each in self._rows if each.batch.key == key)
        units = int(row.quantity) if row.quantity.isascii() and row.quantity.isdigit() else 0
        packed = min(row.batch.most, max(units, (len(row.codes) + 1) * row.batch.units_per_pack))
        self._replace(replace(row, codes=(*row.codes, code), quantity=str(packed)))
        self.table.choose([each.batch.key for each in self._rows].index(key))

    def drop_code(self) -> None:
        """Ctrl+Delete: take the last code of the chosen batch away."""
        row = self.table.current_row()
        if row is not None and row.codes:
            self._replace(replace(row, codes=row.codes[:-1]))

    def edit_cell(self, row: BackRow, _key: str, text: str) -> None:
        """Keep the units typed."""
        self._replace(replace(row, quantity=text.strip(), problem=""))

    def _replace(self, row: BackRow) -> None:
        for number, other in enumerate(self._rows):
            if other.batch.key == row.batch.key:
                self._rows[number] = row
                self.table.replace_row(number, row)

    def _say_problems(self, sentences: dict[str, str]) -> None:
        self.reason_field.set_problem(sentences.pop("reason", ""))
        self.taken_by_field.set_problem(sentences.pop("taken_by", ""))
        self.scan.field.set_problem(sentences.pop("codes", ""))
        for row in list(self._rows):
            said = sentences.pop(row.batch.key, "")
            if said != row.problem:
                self._replace(replace(row, problem=said))
        self.strip.say("\n".join(sentences.values()), "red" if sentences else "")

    def _refused(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        problems = {problem.code: tr(problem.message) for problem in getattr(error, "problems", ())}
        if not problems:
            show_failure(self.services.dialogs, error)
            return
        field = self.reason if "reason" in problems else self.taken_by if "taken_by" in problems else None
        self._say_problems(problems)
        if field is not None:
            field.setFocus()

    def _on_booked(self, back: ReturnView) -> None:
        self._rows = []
        self.services.say(tr("已登记退货 {number}，已从本院库存减去。", number=back.number))
        self.done.emit(back)

    def _build(self) -> None:
        self.header = PageHeader(tr("退货给配送企业"), name="return_header")
        self.back = SecondaryButton(tr("返回"), name="return_back", hint="Esc")
        self.book = PrimaryButton(tr("登记退货"), name="book_return", hint="Ctrl ↵")
        self.header.add_action(self.back)
        self.header.add_action(self.book)
        self.strip = NoticeStrip(name="return_strip")
        self.reason = LineEdit(name="return_reason", accessible_name=tr("退货原因"))
        self.taken_by = LineEdit(name="return_taken_by", accessible_name=tr("配送企业接收人"))
        self.reason_field = LabelledField(tr("退货原因"), self.reason, name="return_reason", required=True)
        self.taken_by_field = LabelledField(tr("配送企业接收人"), self.taken_by, name="return_taken_by", required=True)
        fields = Horizontal(spacing=12)
        fields.addWidget(self.reason_field, 2)
        fields.addWidget(self.taken_by_field, 1)
        self.table = LineTable(
            _columns(), name="return_lines", accessible_name=tr("可以退的批次"), home="quantity", remark=_remark,
            empty_text=tr("这张采购单到的货都不在库了，没有可以退的。"),
        )
        self.scan = ScanBox(self.table)
        self.table.keep_columns(1)
        inside = QWidget()
        inside.setProperty("kind", "plain")
        Vertical(self).addWidget(FormPage(inside))
        column = Vertical(inside, spacing=10)
        column.addWidget(self.header)
        column.addWidget(self.strip)
        column.addLayout(fields)
        column.addWidget(self.scan)
        column.addWidget(self.table, 1)
        self.table.cell_edited.connect(self.edit_cell)
        self.scan.scanned.connect(self.take_code)
        self.scan.unscan_asked.connect(self.drop_code)
        self.back.clicked.connect(lambda _checked=False: self.left.emit())
        self.book.clicked.connect(lambda _checked=False: self.save_action())


def _remark(row: BackRow) -> Remark | None:
    return Remark(row.problem) if row.problem else None


def _columns() -> tuple[Column, ...]:
    return (
        Column("drug", tr("药品"), width=180, stretch=True, value=_drug),
        Column("batch", tr("批号 / 有效期至"), width=130,
               value=lambda row: Cell(row.batch.batch_no, second_line=str(row.batch.expiry or "—"))),
        Column("received", tr("到货"), width=96, align="right", value=lambda row: _units(row, row.batch.received)),
        Column("returned", tr("已退"), width=90, align="right", value=lambda row: _units(row, row.batch.returned)),
        Column("here", tr("在库可退"), width=96, align="right", value=lambda row: _units(row, row.batch.most)),
        Column("quantity", tr("退多少"), width=100, editable=True, value=lambda row: Cell(row.quantity)),
        Column("codes", tr("追溯码"), width=84, value=lambda row: Cell(str(len(row.codes))) if row.codes else None),
    )


def _drug(row: BackRow) -> Cell:
    chips = (ChipText(tr("停用"), "red"),) if row.batch.hold else ()
    return Cell(row.batch.drug_name, second_line=row.batch.drug_code, chips=chips, bold=True)


def _units(row: BackRow, units: int) -> Cell:
    return units_cell(units, row.batch.unit, "", row.batch.units_per_pack) if units else Cell("0", muted=True)
