"""月结算 at the township: a month, its statements, and the one that is open with its lines, differences and steps.

`MonthSteps` does what changes something; here is what is shown and what the keys do. `open_with(month=…,
settlement_id=…)`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.domain.settlement import DifferenceKind
from app.domain.settlement_states import SettlementAction, SettlementState
from app.i18n import one_after_the_other, tr
from ui.screens.exchange.files import OPEN_KEY, FilesOpened
from ui.screens.list_papers import print_list, save_list
from ui.screens.requests.notice_strip import StripAction
from ui.screens.review.comparison import short_name
from ui.screens.settlement.layout import DIFFERENCES, FORWARD, LINES, MonthsLayout
from ui.screens.settlement.steps import MonthSteps
from ui.screens.settlement.words import clock_words, money_or_dash, month_words, state_chip
from ui.widgets.chips import ChipText
from ui.widgets.layouts import Vertical

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.settlement_months import MonthOverview
    from app.services.settlement_views import SettlementSummary, SettlementView
    from ui.services import Services

OWN_KEYS = (
    ("F2", msg("生成这个月的结算单")), ("Ctrl ↵", msg("办下一步：核对、登记确认、审批、登记付款")),
    ("↵", msg("在差异上写说明，在没有价格的行上补填")), ("F6", msg("记一笔更正")), ("F7", msg("补填价格")),
    ("F8", msg("说明下一处差异")), ("Alt ↑ ↓", msg("上一张、下一张结算单")), ("Ctrl P", msg("打印结算单")), OPEN_KEY,
)
NAMED_AT_MOST = 6
FOR_ALL = (SettlementAction.CHECK, SettlementAction.APPROVE)
BEHIND_CHECK = (SettlementState.CHECKED, SettlementState.CONFIRMED, SettlementState.APPROVED, SettlementState.PAID)


class MonthsPage(QWidget):
    """One month after the other. `counted(int)` is the number of differences of the month without explanation."""

    counted = Signal(int)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("settlement_months_page")
        self.services = services
        self.overview: MonthOverview | None = None
        self.view: SettlementView | None = None
        self.all_action: SettlementAction | None = None
        self.parts = MonthsLayout()
        self.work = MonthSteps(self)
        Vertical(self).addWidget(self.parts)
        self._connect()
        FilesOpened(self, services, self.parts.open_file)
        self.setFocusProxy(self.parts.panes)
        self._show_months("")
        self.refresh()

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the month and the open statement again."""
        self._show_months(self.month())
        self._show_month(self.view.id if self.view is not None else "")

    def open_with(self, month: str = "", settlement_id: str = "", **_arguments: object) -> None:
        """Show a month, and a statement of it."""
        if settlement_id:
            month = self.services.settlements.get(settlement_id).month
        self._show_months(month)
        self._show_month(settlement_id)
        if settlement_id:
            self.parts.panes.show_one()

    def primary_action(self) -> None:
        """F2: draw up the month's statements."""
        self.work.prepare()

    def save_action(self) -> None:
        """Ctrl+Enter: the step that comes next."""
        for action in FORWARD:
            if self.view is not None and action in self.view.actions:
                self.work.step(action)
                return

    def print_action(self) -> None:
        """Ctrl+P: the open statement, or the month."""
        if self.view is not None:
            self.print_statement()
        else:
            self.print_month()

    def back_action(self) -> bool:
        """Escape: on a narrow window back to the list."""
        return self.parts.panes.go_back()

    def shortcuts(self) -> list[tuple[str, str]]:
        """The page's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    def recount(self) -> None:
        """Tell the number again."""
        self.counted.emit(self.overview.open_differences if self.overview is not None else 0)

    # --- showing ----------------------------------------------------------------------------------------------

    def month(self) -> str:
        """The month shown."""
        return str(self.parts.month.value() or "")

    def show_view(self, view: SettlementView) -> None:
        """Show a statement as an action left it, and the month around it."""
        self._show_month(view.id)

    def _show_months(self, wanted: str) -> None:
        months = list(self.services.settlements.months())
        if wanted and wanted not in months:
            months.append(wanted)
        self.parts.month.blockSignals(True)
        self.parts.month.set_options([(month, month_words(month)) for month in months])
        if wanted:
            self.parts.month.set_value(wanted)
        self.parts.month.blockSignals(False)

    def _show_month(self, settlement_id: str) -> None:
        overview = self.overview = self.services.settlements.overview(self.month())
        self._show_month_words(overview)
        self._show_reports(overview)
        self._show_all_button(overview)
        table = self.parts.list
        table.blockSignals(True)
        table.set_rows(overview.statements, keep=lambda row: row.id)
        places = [number for number, row in enumerate(overview.statements) if row.id == settlement_id]
        table.select_row(places[0] if places else 0)
        table.blockSignals(False)
        row = table.current_row()
        self._show(self.services.settlements.get(row.id) if row is not None else None)
        self.recount()

    def _show_month_words(self, overview: MonthOverview) -> None:
        parts = self.parts
        words = [tr("月报已交 {count} / {all}。", count=len(overview.clinics) - len(overview.missing),
                    all=len(overview.clinics))] if overview.clinics else []
        parties = {each.party for each in overview.statements}
        if "clinic" in parties:
            words.append(tr("村卫生室应交 {amount}。", amount=money_or_dash(overview.owed_by_clinics)))
        if "distributor" in parties:
            words.append(tr("应付配送企业 {amount}。", amount=money_or_dash(overview.owed_to_distributors)))
        if overview.closed_at is not None:
            words.append(tr("已结账：{who} {when}。这个月不能再改，更正记在以后的月份。", who=overview.closed_by_name,
                            when=clock_words(overview.closed_at)))
        parts.month_words.setText(one_after_the_other(words))
        parts.prepare.setVisible(not overview.is_closed)
        parts.close_month.setVisible(not overview.is_closed)
        parts.close_month.setEnabled(bool(overview.statements) or overview.can_close)
        parts.print_month.setEnabled(bool(overview.statements))
        parts.save_month.setEnabled(bool(overview.statements))

    def _show_all_button(self, overview: MonthOverview) -> None:
        """One press for all statements that are unremarkable, where there are several."""
        service, button = self.services.settlements, self.parts.all
        self.all_action = None
        for action in () if overview.is_closed else FOR_ALL:
            count = service.ready_for(overview.month, action)
            if count > 1:
                self.all_action = action
                button.set_words(tr("没有差异的 {count} 张都核对", count=count) if action is SettlementAction.CHECK
                                 else tr("已确认的 {count} 张都审批", count=count))
                break
        button.setVisible(self.all_action is not None)

    def _show_reports(self, overview: MonthOverview) -> None:
        missing = overview.missing
        if not overview.clinics:
            pair = StripAction("go_to_pairing", tr("去配对"), lambda: self.services.navigate("exchange", page="pairing"))
            self.parts.reports.say(tr("还没有和村卫生室配对，所以没有月报。先配对，再收月报、生成结算单。"), "amber", (pair,))
            return
        if not missing or overview.is_closed:
            self.parts.reports.say("")
            return
        shown = tr("、").join(short_name(clinic.name) for clinic in missing[:NAMED_AT_MOST])
        more = tr("等 {count} 个", count=len(missing)) if len(missing) > NAMED_AT_MOST else ""
        has_goods = any(clinic.took_goods for clinic in missing)
        words = [tr("还没交月报：{clinics}{more}。", clinics=shown, more=more)]
        if has_goods:
            words.append(tr("其中有这个月收过货的，交来以后才能结账。"))
        self.parts.reports.say(one_after_the_other(words), "amber" if has_goods else "")

    def _show(self, view: SettlementView | None) -> None:
        self.view = view
        parts = self.parts
        parts.opened.setVisible(view is not None)
        parts.foot.setVisible(view is not None)
        parts.empty.setVisible(view is None)
        if view is None:
            parts.panes.show_list()
            return
        parts.header.set_title(view.party_name)
        parts.header.set_chips([state_chip(view.state), *self._late_chip(view)])
        is_clinic = view.party == "clinic"
        parts.header.set_note(_owed_words(view))
        table = parts.lines if is_clinic else parts.distributor_lines
        table.set_rows(view.lines, keep=lambda line: (line.drug_code, line.price_fen, line.units_per_pack, line.drug_name))
        parts.both_lines.setCurrentWidget(table)
        parts.differences.set_rows(view.differences)
        parts.history.set_rows(view.history)
        parts.tabs.set_title(LINES, tr("明细 {count}", count=len(view.lines)))
        open_ones = view.open_differences
        parts.tabs.set_title(DIFFERENCES, tr("差异 {count}", count=open_ones) if open_ones else tr("差异"))
        self._show_strip(view)
        self._show_buttons(view)

    def _late_chip(self, view: SettlementView) -> list[ChipText]:
        if view.late_days and view.state is not SettlementState.PAID:
            return [ChipText(tr("逾期 {days} 天", days=view.late_days), "red")]
        return []

    def _show_strip(self, view: SettlementView) -> None:
        strip = self.parts.strip
        overview = self.overview
        is_closed = overview is not None and overview.is_closed
        is_draft = view.state is SettlementState.DRAFT
        forward = [step for step in view.steps if step.action in FORWARD]
        if is_draft and view.open_differences:
            words = tr("还有 {count} 处差异没有说明或没有价格，说清楚了才能核对。", count=view.open_differences)
            strip.say(words, "amber", (StripAction("go_to_difference", tr("看差异"), self.next_difference, "F8"),))
        elif is_closed and view.state is not SettlementState.APPROVED:
            strip.say(tr("这个月已经结账，单据不能再改。更正会记在以后月份的结算单里。"))
        elif forward and forward[0].obstacle is not None:
            strip.say(tr(forward[0].obstacle), "blue")
        elif view.state is SettlementState.CHECKED:
            self._show_sent(view)
        elif view.state is SettlementState.DISPUTED:
            strip.say(tr("对方有异议：查清以后按“重新核算”，回到草稿再改。"), "red")
        else:
            strip.say("")

    def _show_sent(self, view: SettlementView) -> None:
        """A checked statement waits for the other side: whether its file was handed over."""
        sign = tr("打印出来请对方签字，签好以后登记是谁签的。")
        letter = self.services.exchange.latest_about(view.id)
        if letter is None:
            self.parts.strip.say(sign, "blue")
        elif letter.state == "ready":
            words = one_after_the_other([tr("结算单文件写好了，还没有交出去。"), sign])
            save = StripAction("save_statement_file", tr("存结算单文件"), self.work.send)
            self.parts.strip.say(words, "amber", (save,))
        else:
            words = tr("结算单文件已交（{when}）。", when=clock_words(letter.at))
            self.parts.strip.say(one_after_the_other([words, sign]), "blue")

    def _show_buttons(self, view: SettlementView) -> None:
        parts = self.parts
        is_closed = self.overview is not None and self.overview.is_closed
        is_draft = view.state is SettlementState.DRAFT and not is_closed
        for action, button in parts.steps.items():
            can = action in view.actions and (not is_closed or action is SettlementAction.PAY)
            button.setVisible(can)
            button.setEnabled(action is not SettlementAction.CHECK or not view.open_differences)
        parts.send.setVisible(view.party == "clinic" and view.state in BEHIND_CHECK)
        parts.explain.setVisible(is_draft and bool(view.differences))
        parts.price.setVisible(is_draft and any(line.price_fen is None or line.note for line in view.lines if line.drug_code))
        parts.correct.setVisible(is_draft or is_closed)
        parts.foot.set_note(self._foot_words(view))

    def _foot_words(self, view: SettlementView) -> str:
        made = tr("制单 {who}　{when}", who=view.created_by_name, when=clock_words(view.created_at))
        if view.confirmed_by_name:
            return tr("{made}　对方签字 {who}", made=made, who=view.confirmed_by_name)
        return made

    # --- keys and buttons -------------------------------------------------------------------------------------

    def next_difference(self) -> None:
        """F8: to the next difference without explanation, and explain it."""
        view = self.view
        if view is None:
            return
        self.parts.panes.show_one()
        self.parts.tabs.show_tab(DIFFERENCES)
        table = self.parts.differences
        open_ones = [number for number, each in enumerate(view.differences) if not each.explanation]
        if not open_ones:
            table.setFocus()
            self.services.say(tr("没有要说明的差异了。"))
            return
        here = table.current_number()
        table.select_row(next((number for number in open_ones if number >= here), open_ones[0]))
        table.setFocus()
        self.explain_chosen()

    def explain_chosen(self) -> None:
        """Explain the chosen difference; for a missing price ask for the price."""
        view, number = self.view, self.parts.differences.current_number()
        if view is None or number < 0:
            return
        difference = view.differences[number].difference
        if difference.kind is not DifferenceKind.NO_PRICE:
            self.work.explain(number)
            return
        line = next((line for line in view.lines if line.drug_code == difference.drug_code and line.price_fen is None), None)
        if line is not None:
            self.work.set_price(line)

    def price_chosen(self) -> None:
        """F7 and Enter on a line: put in its price."""
        view = self.view
        if view is None:
            return
        self.parts.panes.show_one()
        self.parts.tabs.show_tab(LINES)
        line = self.parts.both_lines.currentWidget().current_row()
        if line is None or not line.drug_code or (line.price_fen is not None and not line.note):
            line = next((each for each in view.lines if each.drug_code and each.price_fen is None), None)
        if line is None:
            self.services.say(tr("每一行都有价格；价格来自账册，不能改，有出入请用“更正”。"))
        else:
            self.work.set_price(line)

    def next_statement(self, step: int) -> None:
        """Alt+Up and Alt+Down: another statement of the month."""
        self.parts.list.select_row(self.parts.list.current_number() + step)

    def print_statement(self) -> None:
        """The open statement on paper."""
        from app.services.statements import statement_sheet

        if self.view is not None:
            service, settlement_id = self.services.settlements, self.view.id
            print_list(self.services, lambda: statement_sheet(service.get(settlement_id)))

    def save_statement(self) -> None:
        """The open statement as XLSX."""
        from app.services.statements import statement_sheet

        if self.view is not None:
            view = self.view
            name = tr("结算单_{name}_{month}", name=view.party_name, month=view.month)
            save_list(self.services, name, lambda: statement_sheet(view))

    def print_month(self) -> None:
        """All statements of the month on one list."""
        print_list(self.services, self._month_list())

    def save_month(self) -> None:
        """The same as XLSX."""
        save_list(self.services, tr("结算汇总_{month}", month=self.month()), self._month_list())

    def save_reports(self) -> None:
        """Who reported, as XLSX."""
        from app.services.settlement_sheets import report_list

        overview = self.overview
        if overview is not None:
            save_list(self.services, tr("月报上交_{month}", month=overview.month), lambda: report_list(overview))

    def _month_list(self) -> Callable[[], ListSheet]:
        service, month = self.services.settlements, self.month()

        def make() -> ListSheet:
            from app.services.supply_lists import settlement_list

            return settlement_list(service.list(month), month)

        return make

    def _on_row(self, row: SettlementSummary | None) -> None:
        if row is not None and (self.view is None or row.id != self.view.id):
            self._show(self.services.settlements.get(row.id))

    def _connect(self) -> None:
        parts, work = self.parts, self.work
        parts.month.currentIndexChanged.connect(lambda _index: self._show_month(""))
        parts.list.row_selected.connect(self._on_row)
        parts.list.row_activated.connect(lambda _row: parts.both_lines.currentWidget().setFocus())
        parts.lines.row_activated.connect(lambda _row: self.price_chosen())
        parts.distributor_lines.row_activated.connect(lambda _row: self.price_chosen())
        parts.differences.row_activated.connect(lambda _row: self.explain_chosen())
        clicks = {
            parts.prepare: work.prepare, parts.all: work.step_for_all, parts.close_month: work.close_month, parts.send: work.send,
            parts.print_statement: self.print_statement, parts.save_statement: self.save_statement,
            parts.print_month: self.print_month, parts.save_month: self.save_month, parts.save_reports: self.save_reports,
            parts.explain: self.next_difference, parts.price: self.price_chosen, parts.correct: work.correct,
        }
        for button, does in clicks.items():
            button.clicked.connect(does)
        for action, button in parts.steps.items():
            button.clicked.connect(partial(work.step, action))
        keys = {"F6": work.correct, "F7": self.price_chosen, "F8": self.next_difference,
                "Alt+Up": partial(self.next_statement, -1), "Alt+Down": partial(self.next_statement, 1)}
        for pressed, does in keys.items():
            shortcut = QShortcut(QKeySequence(pressed), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(does)


def _owed_words(view: SettlementView) -> str:
    amount = money_or_dash(view.payable_fen)
    if view.party == "clinic":
        return tr("应交 {amount}", amount=amount)
    if view.due_on is None:
        return tr("应付 {amount}", amount=amount)
    return tr("应付 {amount}，约定 {day} 付款", amount=amount, day=view.due_on.isoformat())
