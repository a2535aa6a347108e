"""差异说明: what does not agree in a month over all its statements, explained one after the other without opening each.

The page of the months shows one statement; here the same cause, such as a shipment that came on the last evening, is seen
in all clinics at once and explained with the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.domain.settlement import DifferenceKind
from app.domain.settlement_states import SettlementState
from app.i18n import tr
from ui.screens.list_papers import print_list, save_list
from ui.screens.settlement.lines import explanation_cell, kind_chip
from ui.screens.settlement.windows import ExplainWindow, PriceWindow, amount_of
from ui.screens.settlement.words import month_words, state_chip
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.field_row import ComboBox
from ui.widgets.layouts import Vertical
from ui.widgets.panes import FormPage
from ui.widgets.segmented import Option, Segmented
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.settlement_months import OpenDifference
    from ui.services import Services

OPEN, ALL = "open", "all"
OWN_KEYS = (
    ("↵", msg("说明这一处，或补填价格")), ("F4", msg("看这张结算单")), ("F7", msg("用上一次的说明")),
    ("Ctrl P", msg("打印差异说明")),
)


@dataclass(frozen=True)
class Shown:
    """A row, and whether it can still be explained here."""

    open: OpenDifference
    is_draft: bool


class DifferencesPage(QWidget):
    """`counted(int)`: how many differences of the month have no explanation."""

    counted = Signal(int)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("settlement_differences_page")
        self.services = services
        self._found: list[OpenDifference] = []
        self._build()
        self._connect()
        self.setFocusProxy(self.table)
        self._show_months("")
        self.refresh()

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the month again."""
        self._show_months(self.month())
        self._found = list(self.services.settlements.differences(self.month()))
        self._show_rows()
        self.recount()

    def open_with(self, month: str = "", **_arguments: object) -> None:
        """Show a month."""
        self._show_months(month)
        self.refresh()

    def primary_action(self) -> None:
        """F2: the chosen difference."""
        self.explain_chosen()

    def print_action(self) -> None:
        """Ctrl+P."""
        from app.services.settlement_sheets import difference_list

        month, found = self.month(), self._found
        print_list(self.services, lambda: difference_list(month, found))

    def shortcuts(self) -> list[tuple[str, str]]:
        """The page's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    def recount(self) -> None:
        """Tell the number again."""
        self.counted.emit(sum(1 for each in self._found if not each.found.explanation))

    # --- what happens -----------------------------------------------------------------------------------------

    def month(self) -> str:
        """The month shown."""
        return str(self._month.value() or "")

    def explain_chosen(self) -> None:
        """Ask why the chosen difference stands, or for the missing price."""
        row = self._chosen()
        if row is None:
            return
        difference = row.found.difference
        if difference.kind is DifferenceKind.NO_PRICE:
            self._ask_price(row)
            return
        service = self.services.settlements
        window = ExplainWindow(tr(difference.message), row.found.explanation or service.last_explanation, self)

        def act() -> None:
            service.explain(row.settlement_id, row.number, window.text.text(), version=row.version)

        window.start(act, self._saved)

    def explain_as_before(self) -> None:
        """F7: the words of the last explanation for this difference too."""
        row = self._chosen()
        if row is None:
            return
        service = self.services.settlements
        if not service.last_explanation or row.found.difference.kind is DifferenceKind.NO_PRICE:
            self.explain_chosen()
            return
        from app.errors import CunyiError
        from ui.dialogs import show_failure

        try:
            service.explain(row.settlement_id, row.number, service.last_explanation, version=row.version)
        except CunyiError as error:
            self.refresh()
            show_failure(self.services.dialogs, error)
        else:
            self._saved()

    def show_statement(self) -> None:
        """F4: the statement that the chosen difference belongs to."""
        row = self.table.current_row()
        if row is not None:
            self.services.navigate("settlement", section="months", settlement_id=row.open.settlement_id)

    def save(self) -> None:
        """All of them as XLSX."""
        from app.services.settlement_sheets import difference_list

        month, found = self.month(), self._found
        save_list(self.services, tr("差异说明_{month}", month=month), lambda: difference_list(month, found))

    # --- inside -----------------------------------------------------------------------------------------------

    def _chosen(self) -> OpenDifference | None:
        row = self.table.current_row()
        if row is None:
            return None
        if not row.is_draft:
            self.services.say(tr("这张结算单已经核对，说明不能再改。要改请先退回草稿。"))
            return None
        found: OpenDifference = row.open
        return found

    def _ask_price(self, row: OpenDifference) -> None:
        service = self.services.settlements
        view = service.get(row.settlement_id)
        code = row.found.difference.drug_code
        line = next((each for each in view.lines if each.drug_code == code and each.price_fen is None), None)
        if line is None:
            self.refresh()
            return
        pack = tr("一包装是 {count} {unit}", count=line.units_per_pack, unit=line.unit)
        window = PriceWindow(tr("{party}　{drug}", party=row.party_name, drug=line.drug_name), pack, "", "", self)
        window.start(
            lambda: service.set_price(row.settlement_id, line.id, amount_of(window.price, "price"), window.reason.text(),
                                      version=row.version), self._saved)

    def _saved(self) -> None:
        number = self.table.current_number()
        self.refresh()
        rows = len(self.table.rows())
        if rows:
            self.table.select_row(min(max(0, number), rows - 1))
        self.table.setFocus()
        self.services.say(tr("已保存。"))

    def _build(self) -> None:
        self.header = PageHeader(tr("结算差异"), name="differences_header")
        self._month = ComboBox(name="differences_month", accessible_name=tr("结算月份"))
        self.filter = Segmented((Option(OPEN, tr("没有说明的")), Option(ALL, tr("全部"))), name="differences_filter",
                                accessible_name=tr("看哪些差异"))
        self.filter.set_value(OPEN)
        self.print = SecondaryButton(tr("打印"), name="print_differences", hint="Ctrl P")
        self.save_button = SecondaryButton(tr("导出表格"), name="save_differences")
        for widget in (self._month, self.filter, self.print, self.save_button):
            self.header.add_action(widget)
        self.table = DataTable(
            (Column("party", tr("单位"), bold=True, value=lambda row: row.open.party_name),
             Column("state", tr("结算单"), value=lambda row: state_chip(row.open.state)),
             Column("kind", tr("差异"), value=lambda row: kind_chip(row.open.found)),
             Column("what", tr("查到的情况"), width=330, value=lambda row: tr(row.open.found.difference.message)),
             Column("why", tr("说明"), width=170, stretch=True, value=_why)),
            name="month_differences", accessible_name=tr("这个月的差异"), row_height=48,
        )
        self.table.keep_columns(1)
        foot = ActionBar(name="differences_actions")
        foot.set_note(tr("几个村同一个原因的，说明一次以后按 F7 照用。"))
        self.see = SecondaryButton(tr("看这张结算单"), name="see_statement", hint="F4")
        self.again = SecondaryButton(tr("用上一次的说明"), name="explain_again", hint="F7")
        self.do = PrimaryButton(tr("说明这一处"), name="explain_chosen", hint="↵")
        for button in (self.see, self.again, self.do):
            foot.add_right(button)
        inside = QWidget()
        inside.setProperty("kind", "plain")
        column = Vertical(inside, spacing=12)
        column.addWidget(self.header)
        column.addWidget(self.table, 1)
        Vertical(self).addWidget(FormPage(inside, foot))

    def _connect(self) -> None:
        self._month.currentIndexChanged.connect(lambda _index: self.refresh())
        self.filter.changed.connect(lambda _value: self._show_rows())
        self.table.row_activated.connect(lambda _row: self.explain_chosen())
        for button, does in ((self.see, self.show_statement), (self.again, self.explain_as_before),
                             (self.do, self.explain_chosen), (self.print, self.print_action),
                             (self.save_button, self.save)):
            button.clicked.connect(does)
        for pressed, does in (("F4", self.show_statement), ("F7", self.explain_as_before)):
            shortcut = QShortcut(QKeySequence(pressed), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(does)

    def _show_months(self, wanted: str) -> None:
        months = list(self.services.settlements.months())
        self._month.blockSignals(True)
        self._month.set_options([(month, month_words(month)) for month in months])
        if wanted:
            self._month.set_value(wanted)
        self._month.blockSignals(False)

    def _show_rows(self) -> None:
        open_only = self.filter.value() != ALL
        shown = [each for each in self._found if not (open_only and each.found.explanation)]
        rows = [Shown(each, each.state is SettlementState.DRAFT) for each in shown]
        self.table.set_empty_text(
            tr("这个月没有要说明的差异。") if open_only else tr("这个月账目相符，没有差异。"))
        self.table.set_rows(rows, keep=lambda row: (row.open.settlement_id, row.open.number))
        if self.table.current_number() < 0:
            self.table.select_row(0)
        left = sum(1 for each in self._found if not each.found.explanation)
        self.header.set_chips([ChipText(tr("{count} 处没有说明", count=left), "amber")] if left else
                              [ChipText(tr("都已说明"), "green")] if self._found else [])
        for button in (self.see, self.again, self.do):
            button.setEnabled(bool(rows))


def _why(row: Shown) -> Cell:
    return explanation_cell(row.open.found)
