"""开封登记: what is open on the cold-chain page, until when it may be used, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from app.domain.cold_chain import OPENED_DAYS
from app.domain.message import msg
from app.domain.movements import Bearer
from app.errors import CunyiError
from app.i18n import tr
from app.services.problems import refuse
from app.services.stock_sheets import opened_words
from ui.dialogs import confirm, show_failure
from ui.screens.stock.output import export_list, print_list, told
from ui.screens.stock.words import day_words
from ui.widgets.buttons import SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.chips import ChipText
from ui.widgets.field_row import ComboBox, LineEdit
from ui.widgets.layouts import FlowBox
from ui.widgets.small_window import SmallWindow, date_control, date_of
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.cold_chain import ColdGoods
    from app.services.stock_opened import OpenedView
    from ui.services import Services

SOON = 3
"""Days before the end at which a pen is shown in amber."""


class OpenedCard(Card):
    """The list with its buttons. `changed()` after something was written, `was_read()` after the list was read again."""

    changed = Signal()
    was_read = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__(tr("开封登记（胰岛素等冷藏药）"), name="opened_card", margins=(14, 10, 14, 10), spacing=6)
        self.services = services
        self.table = DataTable(
            (Column("name", tr("药品"), width=150, stretch=True, value=_name),
             Column("batch_no", tr("批号"), width=96),
             Column("opened_on", tr("开封日期"), width=104, value=lambda row: day_words(row.opened_on)),
             Column("discard_on", tr("用到哪天"), width=104, value=lambda row: day_words(row.discard_on)),
             Column("days", tr("还能用"), width=120, value=_left),
             Column("note", tr("备注"), width=140, gives_way=1), Column("user_name", tr("登记人"), width=76, gives_way=2)),
            name="opened_items", accessible_name=tr("开封使用中的冷藏药"), inside_card=True, row_height=46,
            empty_text=tr("没有开封使用中的。开封一支胰岛素时在这里登记，28 天后提醒丢弃。"))
        self.table.row_selected.connect(lambda _row: self._show_buttons())
        self.table.row_activated.connect(lambda _row: self.discard())
        self.add(self.table, 1)
        row = FlowBox(spacing=8, row_spacing=6)
        self.open_button = SecondaryButton(tr("登记开封…"), name="open_item", small=True)
        self.used_button = SecondaryButton(tr("用完了"), name="item_used", small=True)
        self.discard_button = SecondaryButton(tr("丢弃并报损…"), name="item_discard", small=True)
        for button, does in ((self.open_button, self.open_item), (self.used_button, self.use_up),
                             (self.discard_button, self.discard)):
            button.clicked.connect(lambda _checked=False, do=does: do())
            row.add(button)
        self.with_closed = QCheckBox(tr("也看用完和丢弃的"))
        self.with_closed.setObjectName("opened_with_closed")
        self.with_closed.setAccessibleName(tr("也看用完和丢弃的"))
        self.with_closed.toggled.connect(lambda _on: self.refresh())
        row.add(self.with_closed)
        papers = ((tr("打印"), "print_opened", self.print), (tr("导出表格"), "export_opened", self.export))
        for words, name, does in papers:
            paper = SecondaryButton(words, name=name, small=True)
            paper.clicked.connect(lambda _checked=False, do=does: do())
            row.add(paper)
        self.add(row)

    def refresh(self) -> None:
        """Read the list again."""
        opened, also_closed = self.services.stock.opened, self.with_closed.isChecked()
        self.services.runner.run(
            lambda _report, _cancelled: [*opened.in_use(), *(opened.closed() if also_closed else ())], on_done=self._show,
            on_error=told(self.services))

    def print(self) -> None:
        """The register on paper, with what was closed."""
        print_list(self.services, self.services.stock.opened_sheet)

    def export(self) -> None:
        """The register as XLSX."""
        export_list(self.services, self.services.stock.opened_sheet, tr("开封登记表"))

    def overdue(self) -> int:
        """How many must no longer be used."""
        return sum(row.is_over for row in self.table.rows())

    def open_item(self) -> None:
        """Write down that a unit was opened."""
        try:
            goods = [each for each in self.services.stock.cold_chain.goods() if each.batch.is_usable]
        except CunyiError as error:
            show_failure(self.services.dialogs, error)
            return
        window = OpenWindow(self.services, goods, parent=self)
        window.start(window.book, self._done)

    def use_up(self) -> None:
        """It is used up."""
        row = self._open_row()
        if row is None or not confirm(
            self.services.dialogs, msg("这一支用完了？"),
            msg("登记用完不会动库存：里面的药应该已经按发药记账。"), do=msg("用完了"), keep=msg("还没有"),
        ):
            return
        try:
            self.services.stock.opened.use_up(row.id)
        except CunyiError as error:
            show_failure(self.services.dialogs, error)
            self.refresh()
            return
        self._done()

    def discard(self) -> None:
        """It is thrown away, and lost in the books."""
        row = self._open_row()
        if row is not None:
            window = ThrowWindow(self.services, row, parent=self)
            window.start(window.book, self._done)

    def _done(self) -> None:
        self.services.say(tr("已登记。"))
        self.changed.emit()

    def _show(self, rows: list[OpenedView]) -> None:
        self.table.set_rows(rows, keep=lambda row: row.id)
        self._show_buttons()
        self.was_read.emit()

    def _open_row(self) -> OpenedView | None:
        """The chosen one, if it is still in use."""
        row: OpenedView | None = self.table.current_row()
        return row if row is not None and row.closed_on is None else None

    def _show_buttons(self) -> None:
        chosen = self._open_row() is not None
        self.used_button.setEnabled(chosen)
        self.discard_button.setEnabled(chosen)


class OpenWindow(SmallWindow):
    """登记开封."""

    def __init__(self, services: Services, goods: list[ColdGoods], *, parent: QWidget | None = None) -> None:
        super().__init__(tr("登记开封"), tr("登记"), name="open_item_window", parent=parent)
        self.services = services
        self.batch = ComboBox(name="open_item_batch", accessible_name=tr("药品和批号"))
        self.batch.set_options([
            (each.batch.batch_id, tr("{drug} {strength}　批号 {batch}", drug=each.name, strength=each.strength,
                                     batch=each.batch.batch_no)) for each in goods])  # fmt: skip
        self.add_field("batch", tr("药品和批号"), self.batch)
        if not goods:
            self.add_text(tr("柜上没有可以开封的冷藏药。"))
        today = services.desk.today()
        self.day = date_control("open_item_day", tr("开封日期"), today, value=today)
        self.add_field("opened_on", tr("开封日期"), self.day)
        self.days = LineEdit(name="open_item_days", accessible_name=tr("开封后可用天数"))
        self.days.setText(str(OPENED_DAYS))
        self.add_field("days", tr("开封后可用天数"), self.days, tr("照说明书，一般 28 天"))
        self.note = LineEdit(name="open_item_note", accessible_name=tr("备注"))
        self.add_field("note", tr("备注"), self.note, tr("例如写给谁用，没有可以空着"))

    def book(self) -> None:
        """Write it down. Raises Refused."""
        if self.batch.value() is None:
            raise refuse("batch", msg("请选择开封的是哪一批。"))
        text = self.days.text().strip()
        days = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
        self.services.stock.opened.open(str(self.batch.value()), opened_on=date_of(self.day, "opened_on"), days=days,
                                        note=self.note.text())


class ThrowWindow(SmallWindow):
    """丢弃并报损."""

    def __init__(self, services: Services, row: OpenedView, *, parent: QWidget | None = None) -> None:
        super().__init__(tr("丢弃并报损"), tr("丢弃"), name="item_throw", parent=parent)
        self.services, self.row = services, row
        self.add_text(tr("{drug} {strength}　批号 {batch}　{opened} 开封。按“开封后超过使用期限”报损 1 {unit}。", drug=row.name,
                         strength=row.strength, batch=row.batch_no, opened=day_words(row.opened_on), unit=row.unit))
        self.bearer = ComboBox(name="item_throw_bearer", accessible_name=tr("由谁承担"))
        self.bearer.set_options([("", tr("请选择")), *((each.value, tr(each.label)) for each in Bearer)])
        self.add_field("bearer", tr("由谁承担"), self.bearer)
        self.reason = LineEdit(name="item_throw_reason", accessible_name=tr("原因"))
        self.reason.setText(tr("开封满期限") if row.is_over else "")
        self.add_field("reason", tr("原因"), self.reason)

    def book(self) -> None:
        """Book it. Raises Refused."""
        chosen = str(self.bearer.value() or "")
        self.services.stock.opened.discard(self.row.id, bearer=Bearer(chosen) if chosen else None, reason=self.reason.text())


def _name(row: OpenedView) -> Cell:
    return Cell(row.name, second_line=row.strength, bold=True)


def _left(row: OpenedView) -> ChipText:
    if row.closed_on is not None:
        return ChipText(tr("{day} {result}", day=day_words(row.closed_on), result=opened_words(row)), "grey")
    if row.is_over:
        return ChipText(tr("到期，请丢弃"), "red")
    return ChipText(tr("还有 {days} 天", days=row.days), "amber" if row.days <= SOON else "green")
