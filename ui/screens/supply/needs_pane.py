"""采购需求: what is short, grouped into one order for each distributor."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.errors import CunyiError
from app.i18n import tr
from ui.dialogs import show_failure
from ui.screens.list_papers import print_list, save_list
from ui.screens.requests.line_table import LineTable
from ui.screens.requests.notice_strip import NoticeStrip
from ui.screens.requests.words import yuan
from ui.screens.supply.add_drug import AddDrugWindow
from ui.screens.supply.need_rows import (
    NeedRow,
    drafts_of,
    need_columns,
    need_of_drug,
    remark_of,
    row_key,
    row_of,
    with_problems,
    with_product,
)
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, PageHeader
from ui.widgets.layouts import Vertical
from ui.widgets.panes import FormPage

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.distributors import DistributorView
    from app.services.purchasing import Need
    from ui.services import Services


class NeedsPane(QWidget):
    """The table of needs. `drafted(ids)` follows the orders that were made."""

    drafted = Signal(list)
    counted = Signal(int)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("purchase_needs")
        self.services = services
        self._rows: list[NeedRow] = []
        self._needs: list[Need] = []
        self._distributors: list[DistributorView] = []
        self._names: list[str] = []
        self._build()
        self.setFocusProxy(self.table)

    # --- what the page calls ----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read what is short again; what was typed in rows that are still short is kept."""
        self.table.finish_editing()
        services = self.services

        def work(_report: object, _cancelled: object) -> tuple[list[Need], list[DistributorView]]:
            return services.purchasing.needed(), services.distributors.list()

        services.runner.run(work, on_done=self._show_found, on_error=self._told)

    def save_action(self) -> None:
        """Ctrl+Enter: make the orders."""
        self.table.finish_editing()
        drafts, problems = drafts_of(self._rows, self._distributors)
        if problems:
            self._show_problems({key: tr(message) for key, message in problems.items()})
            return
        if not drafts:
            self.services.say(tr("没有要买的药品。"))
            return
        services = self.services
        services.runner.run(lambda _report, _cancelled: services.purchasing.draft_all(drafts), on_done=self._on_drafted,
                            on_error=self._on_refused, title=tr("正在建采购单"), can_cancel=False)

    def print_action(self) -> None:
        """Ctrl+P: the needs on paper."""
        print_list(self.services, self._sheet)

    def can_leave(self) -> bool:
        """What is being typed is kept in its row."""
        self.table.finish_editing()
        return True

    # --- what happens -----------------------------------------------------------------------------------------

    def toggle_wanted(self, row: NeedRow | None) -> None:
        """Space: buy it, or not this time."""
        if row is not None:
            self._replace(replace(row, is_wanted=not row.is_wanted, problem=""))

    def toggle_product(self) -> None:
        """F7: the drug itself instead of the procurement winner, and back."""
        self.table.finish_editing()
        row = self.table.current_row()
        if row is None or not row.need.winner_code:
            self.services.say(tr("这种药没有别的集采中选品。"))
            return
        self._replace(with_product(row, keeps_own=not row.keeps_own))
        if not row.keeps_own:
            self.table.choose(self.table.current_number(), "reason", edit=True)

    def add_drug(self) -> None:
        """F6: a drug that is not short."""
        self.table.finish_editing()
        window = AddDrugWindow(self.services, self)
        window.start(window.check, lambda: self._on_added(window))

    def edit_cell(self, row: NeedRow, key: str, text: str) -> None:
        """Keep what was typed."""
        self._replace(replace(row, **{key: text.strip()}, problem=""))

    # --- inside -----------------------------------------------------------------------------------------------

    def _show_found(self, found: tuple[list[Need], list[DistributorView]]) -> None:
        self._needs, self._distributors = found
        before = {row.key: row for row in self._rows}
        rows = []
        for need in self._needs:
            fresh = row_of(need, self._distributors)
            typed = before.pop(need.drug_code, None)
            same = typed is not None and typed.need.missing == need.missing
            rows.append(replace(typed, need=need) if same and typed is not None else fresh)
        rows += [row for row in before.values() if not row.need.missing]
        self._rows = rows
        self._names[:] = [view.edit.name for view in self._distributors if view.may_be_chosen]
        self._show()
        self.counted.emit(len(self._needs))

    def _show(self) -> None:
        self.table.show_lines(need_columns(), self._rows, keep=row_key)
        short = sum(1 for row in self._rows if row.need.missing)
        self.header.set_note(tr("{count} 种不够发", count=short) if short else tr("没有缺口"))
        if not self._names:
            self.strip.say(tr("还没有可以选的配送企业：请先在“配送企业”里登记许可证和有效期。"), "amber")
        elif not any(row.problem for row in self._rows):
            self.strip.say("")
        self._show_note()

    def _show_note(self) -> None:
        wanted = [row for row in self._rows if row.is_wanted]
        self.make.setEnabled(bool(wanted))
        self.own.setEnabled(any(row.need.winner_code for row in self._rows))
        names = list(dict.fromkeys(row.distributor for row in wanted if row.distributor))
        totals = [_value(row) for row in wanted]
        known = sum(value for value in totals if value is not None)
        unknown = sum(1 for value in totals if value is None)
        words = tr("买 {count} 种，分成 {orders} 张采购单", count=len(wanted), orders=len(names))
        parts = [words]
        if unknown < len(totals):
            parts.append(tr("约 {total}", total=yuan(known)))
        if unknown:
            parts.append(tr("{count} 种价格未知", count=unknown))
        self.foot.set_note("　·　".join(parts) if wanted else "")

    def _replace(self, row: NeedRow) -> None:
        for number, other in enumerate(self._rows):
            if other.key == row.key:
                self._rows[number] = row
                self.table.replace_row(number, row)
        self._show_note()

    def _show_problems(self, sentences: dict[str, str]) -> None:
        self._rows = with_problems(self._rows, sentences)
        self._show()
        wrong = [number for number, row in enumerate(self._rows) if row.problem]
        self.strip.say(tr("还没有建采购单：有 {count} 行要改，见红字。", count=len(wrong)), "red")
        if wrong:
            self.table.setFocus()
            self.table.choose(wrong[0])

    def _on_drafted(self, orders: list[Any]) -> None:
        self._rows = [row for row in self._rows if row.need.missing and not row.is_wanted]
        self.services.say(tr("已建立 {count} 张采购单：请另一位同事核对下单。", count=len(orders)))
        self.drafted.emit([order.id for order in orders])

    def _on_refused(self, error: BaseException) -> None:
        problems = {problem.code: tr(problem.message) for problem in getattr(error, "problems", ())}
        if problems:
            self._show_problems(problems)
        else:
            self._told(error)

    def _told(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        show_failure(self.services.dialogs, error)

    def _on_added(self, window: AddDrugWindow) -> None:
        drug = window.drug()
        if drug is None:
            return
        if not any(row.key == drug.code for row in self._rows):
            self._rows.append(row_of(need_of_drug(drug), self._distributors))
        self._show()
        self.table.setFocus()
        self.table.choose([row.key for row in self._rows].index(drug.code), "packs", edit=True)

    def _sheet(self) -> ListSheet:
        from app.services.supply_lists import need_list

        return need_list(self._needs, self.services.desk.today())

    def _build(self) -> None:
        self.header = PageHeader(tr("采购需求"), name="needs_header")
        self.add = SecondaryButton(tr("添加药品"), name="add_needed_drug", hint="F6", icon_name="plus")
        self.own = SecondaryButton(tr("中选品 / 原品"), name="toggle_winner", hint="F7")
        self.make = PrimaryButton(tr("生成采购单"), name="make_orders", hint="Ctrl ↵")
        for button in (self.add, self.own, self.make):
            self.header.add_action(button)
        self.strip = NoticeStrip(name="needs_strip")
        self.table = LineTable(
            need_columns(), name="needs", accessible_name=tr("要采购的药品"), home="packs", remark=remark_of,
            choices={"distributor": self._names}, quiet=("reason", "price"),
            empty_text=tr("已批准的都够发，没有要采购的。要备货请按 F6 添加药品。"),
        )
        self.foot = ActionBar(name="needs_actions")
        self.print_needs = SecondaryButton(tr("打印"), name="print_needs", hint="Ctrl P", small=True, icon_name="print")
        self.save_needs = SecondaryButton(tr("导出表格"), name="save_needs", small=True)
        self.foot.add_right(self.print_needs)
        self.foot.add_right(self.save_needs)
        self.table.keep_columns(1)
        inside = QWidget()
        inside.setProperty("kind", "plain")
        column = Vertical(inside, spacing=10)
        column.addWidget(self.header)
        column.addWidget(self.strip)
        column.addWidget(self.table, 1)
        Vertical(self).addWidget(FormPage(inside, self.foot))
        self.table.cell_edited.connect(self.edit_cell)
        self.table.space_pressed.connect(self.toggle_wanted)
        self.table.skip_asked.connect(self.toggle_wanted)
        for button, act in ((self.add, self.add_drug), (self.own, self.toggle_product), (self.make, self.save_action),
                            (self.print_needs, self.print_action)):
            button.clicked.connect(lambda _checked=False, do=act: do())
        self.save_needs.clicked.connect(lambda _checked=False: save_list(self.services, tr("采购需求表"), self._sheet))
        for keys, act in (("F6", self.add_drug), ("F7", self.toggle_product)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)


def _value(row: NeedRow) -> int | None:
    from app.services.stock_goods import fen_of

    price = fen_of(row.price)
    text = row.packs.strip()
    if price is None or price == -1 or not (text.isascii() and text.isdigit()):
        return None
    return price * int(text)
