"""结算单 at the clinic: closing its month and reporting it, and the township's statement beside its own ledger.

Nothing is prepaid: what is settled is what was dispensed and what the clinic bears of losses. `open_with(month=…)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.domain.settlement_states import SettlementState
from app.i18n import one_after_the_other, tr
from ui.dialogs import Notice, confirm
from ui.screens.exchange.files import OPEN_KEY, FilesOpened, fail, hand_over
from ui.screens.list_papers import print_list, save_list
from ui.screens.requests.notice_strip import StripAction
from ui.screens.settlement.clinic_layout import OWN, STATEMENT, ClinicLayout
from ui.screens.settlement.words import (
    clock_words,
    money_or_dash,
    month_words,
    not_over_words,
    over_words,
    state_chip,
)
from ui.widgets.chips import ChipText
from ui.widgets.layouts import Vertical

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.ledger_reports import MonthClosed, ReportLine
    from app.services.statements import ClinicMonth, ComparedLine
    from ui.services import Services

REPORT_TITLE = msg("交给卫生院的月报文件")
OWN_KEYS = (
    ("F2", msg("结账并上报")), ("Alt ↑ ↓", msg("上一个、下一个月")), ("Ctrl P", msg("打印月报或结算单，签字用")),
    OPEN_KEY,
)


class ClinicStatementsPage(QWidget):
    """`counted(int)`: months that may be closed, and statements that wait for a signature."""

    counted = Signal(int)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("clinic_statements_page")
        self.services = services
        self.chosen: ClinicMonth | None = None
        self._lines: tuple[ReportLine, ...] = ()
        self._compared: list[ComparedLine] = []
        self._months: list[ClinicMonth] = []
        self._is_running = False
        self.parts = ClinicLayout()
        Vertical(self).addWidget(self.parts)
        self._connect()
        FilesOpened(self, services, self.parts.open_file)
        self.setFocusProxy(self.parts.panes)
        self.refresh()

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read everything again."""
        self._open(self.chosen.month if self.chosen is not None else "")

    def open_with(self, month: str = "", settlement_id: str = "", **_arguments: object) -> None:
        """Show a month, or the one whose statement came."""
        months = {each.statement_id: each.month for each in self.services.statements.months() if each.statement_id}
        self._open(month or months.get(settlement_id, ""))
        if month or settlement_id:
            self.parts.panes.show_one()

    def primary_action(self) -> None:
        """F2: close the month that is next."""
        self.close_month()

    def print_action(self) -> None:
        """Ctrl+P: what is shown."""
        if self.chosen is not None:
            print_list(self.services, self._paper())

    def back_action(self) -> bool:
        """Escape: on a narrow window back to the list."""
        return self.parts.panes.go_back()

    def shortcuts(self) -> list[tuple[str, str]]:
        """The page's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    def recount(self) -> None:
        """Tell the number again."""
        waiting = [each for each in self._months if each.is_next or each.state is SettlementState.CHECKED]
        self.counted.emit(len(waiting))

    # --- what happens -----------------------------------------------------------------------------------------

    def close_month(self) -> None:
        """Close the next month after its consequence was confirmed, and hand its report over."""
        following = next((each for each in self._months if each.is_next), None)
        if self._is_running:
            return
        if following is None:
            self._tell_nothing_to_close()
            return
        if self.chosen is None or following.month != self.chosen.month:
            self._open(following.month)
        self.parts.panes.show_one()
        sure = confirm(
            self.services.dialogs, tr("{month}结账并上报？", month=month_words(following.month)),
            one_after_the_other([over_words(following.month, self.services.desk.today()),
                                 tr("结账以后，这个月的出入库不能再改，漏记的、错记的只能记在以后的日期。")]),
            do=msg("结账并上报"), keep=msg("先不结"), safe=msg("账册里的记录都不变。请先打印月报核对一遍。"),
        )
        if not sure:
            return
        self._is_running = True
        reports, month = self.services.ledger_reports, following.month
        self.services.runner.run(lambda _report, _cancelled: reports.close_month(month), on_done=self._closed,
                                 on_error=self._failed, title=tr("正在结账"), can_cancel=False)

    def _tell_nothing_to_close(self) -> None:
        """Why no month may be closed: the oldest open one is not over by the clock of this computer."""
        still_open = [each.month for each in self._months if each.closed_at is None]
        today = self.services.desk.today()
        happened = not_over_words(min(still_open), today) if still_open else tr("现在没有可以结账的月份。")
        self.services.dialogs.tell(Notice(msg("还不能结账"), happened, msg("账册没有改动。"), tone="amber"))

    def save_report_again(self) -> None:
        """Write the file of a report once more."""
        row = self.chosen
        letter = self.services.exchange.latest_about(row.report_id) if row is not None and row.report_id else None
        if letter is not None:
            hand_over(self.services, letter.id, title=REPORT_TITLE, on_done=self.refresh)

    def save_paper(self) -> None:
        """What is shown, as XLSX."""
        if self.chosen is None:
            return
        month = self.chosen.month
        name = tr("结算单_{month}", month=month) if self._shows_statement() else tr("月报_{month}", month=month)
        save_list(self.services, name, self._paper())

    def save_compared(self) -> None:
        """What differs, as XLSX for the township."""
        from app.services.settlement_sheets import compared_list

        if self.chosen is not None:
            place, day = self.services.desk.place.name, self.services.desk.today()
            month, lines = self.chosen.month, self._compared
            save_list(self.services, tr("结算单核对_{month}", month=month),
                      lambda: compared_list(place, month, lines, day))

    def save_months(self) -> None:
        """All months and how far each is, as XLSX."""
        from app.services.settlement_sheets import month_list

        place, months = self.services.desk.place.name, list(self._months)
        save_list(self.services, tr("月份列表"), lambda: month_list(place, months))

    def next_month(self, step: int) -> None:
        """Alt+Up and Alt+Down."""
        self.parts.months.select_row(self.parts.months.current_number() + step)

    # --- inside -----------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        parts = self.parts
        parts.months.row_selected.connect(self._on_row)
        parts.months.row_activated.connect(lambda _row: self._current_table().setFocus())
        parts.tabs.changed.connect(lambda _key: self._show_buttons())
        for button, does in ((parts.print, self.print_action), (parts.save, self.save_paper),
                             (parts.save_differences, self.save_compared), (parts.report_again, self.save_report_again),
                             (parts.save_months, self.save_months),
                             (parts.close_month, self.close_month)):
            button.clicked.connect(does)
        for pressed, step in (("Alt+Up", -1), ("Alt+Down", 1)):
            shortcut = QShortcut(QKeySequence(pressed), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self.next_month(step))

    def _current_table(self) -> QWidget:
        return self.parts.statement if self._shows_statement() else self.parts.own

    def _shows_statement(self) -> bool:
        return self.parts.tabs.current() == STATEMENT

    def _open(self, month: str) -> None:
        self._months = self.services.statements.months()
        table = self.parts.months
        table.blockSignals(True)
        table.set_rows(self._months)
        wanted = month or next((each.month for each in self._months if each.is_next or each.statement_id), "")
        places = [number for number, each in enumerate(self._months) if each.month == wanted]
        table.select_row(places[0] if places else 0)
        table.blockSignals(False)
        self._show(table.current_row())
        self.recount()

    def _on_row(self, row: ClinicMonth | None) -> None:
        if row is not None and (self.chosen is None or row.month != self.chosen.month):
            self._show(row)

    def _show(self, row: ClinicMonth | None) -> None:
        is_other = row is not None and (self.chosen is None or self.chosen.month != row.month)
        self.chosen = row
        if row is None:
            return
        parts = self.parts
        self._lines = self.services.ledger_reports.preview(row.month)
        self._compared = self.services.statements.compare(row.statement_id) if row.statement_id else []
        parts.own.set_rows(self._lines)
        parts.statement.set_rows(self._compared)
        parts.header.set_title(month_words(row.month))
        parts.header.set_chips(self._chips(row))
        if row.statement_id is not None:
            parts.header.set_note(tr("结算单应交 {amount}", amount=money_or_dash(row.payable_fen)))
        else:
            parts.header.set_note(tr("应结 {amount}", amount=money_or_dash(self._owed())) if self._lines else "")
        if is_other:
            parts.tabs.show_tab(STATEMENT if row.statement_id else OWN)
        differing = sum(1 for each in self._compared if not each.agrees)
        parts.tabs.set_title(STATEMENT, tr("卫生院结算单　{count} 行不符", count=differing) if differing
                             else tr("卫生院结算单"))
        self._show_strip(row, differing)
        self._show_buttons()

    def _owed(self) -> int | None:
        from app.domain.settlement import amount_owed

        amounts = [amount_owed(line.month) for line in self._lines]
        return None if any(each is None for each in amounts) else sum(each or 0 for each in amounts)

    def _chips(self, row: ClinicMonth) -> list[ChipText]:
        if row.closed_at is None:
            return [ChipText(tr("没有结账"), "amber" if row.is_over else "grey")]
        chips = [ChipText(tr("已结账"), "green")]
        return [*chips, state_chip(row.state)] if row.state is not None else chips

    def _show_strip(self, row: ClinicMonth, differing: int) -> None:
        strip = self.parts.strip
        if row.is_next:
            strip.say(tr("这个月可以结账了：先打印月报，和药架、单据核对一遍，再按 F2 结账上报。"), "amber")
        elif row.closed_at is None and row.is_over:
            strip.say(tr("月份要按顺序结账：前面的月份结了才能结这个月。"))
        elif row.closed_at is None:
            strip.say(tr("这个月还没有过完，下面是到现在为止的数，下月 1 日起可以结账。"))
        elif row.statement_id is None:
            self._show_report_strip(row)
        elif differing:
            strip.say(tr("卫生院的结算单有 {count} 行和本室账册不一样：红色的是结算单的数，下面是本室的数。"
                         "请先和卫生院说清楚，不要签字。", count=differing), "red")
        elif row.state is SettlementState.CHECKED:
            strip.say(tr("结算单和本室账册相符，应交 {amount}。请打印签字，交给卫生院。",
                         amount=money_or_dash(row.payable_fen)), "green")
        else:
            strip.say(tr("结算单和本室账册相符，应交 {amount}。", amount=money_or_dash(row.payable_fen)), "green")

    def _show_report_strip(self, row: ClinicMonth) -> None:
        done = tr("{who} {when} 结账。", who=row.closed_by_name, when=clock_words(row.closed_at)) if row.closed_at else ""
        letter = self.services.exchange.latest_about(row.report_id) if row.report_id else None
        if letter is not None and letter.state == "ready":
            words = one_after_the_other([done, tr("月报文件还没有交给卫生院。")])
            save = StripAction("save_report", tr("存月报文件"), self.save_report_again)
            self.parts.strip.say(words, "amber", (save,))
        else:
            self.parts.strip.say(one_after_the_other([done, tr("月报已交，等卫生院的结算单。")]), "blue")

    def _show_buttons(self) -> None:
        row, parts = self.chosen, self.parts
        if row is None:
            return
        statement = self._shows_statement()
        parts.print.set_words(tr("打印结算单") if statement else tr("打印月报"))
        for button in (parts.print, parts.save):
            button.setEnabled(row.statement_id is not None if statement else bool(self._lines))
        parts.save_differences.setVisible(statement and any(not each.agrees for each in self._compared))
        parts.report_again.setVisible(row.report_id is not None and not statement)
        parts.close_month.setVisible(row.is_next)

    def _paper(self) -> Callable[[], ListSheet]:
        from app.services.settlement_sheets import report_sheet
        from app.services.statements import statement_sheet

        row, place, lines = self.chosen, self.services.desk.place.name, self._lines
        if row is not None and self._shows_statement() and row.statement_id:
            service, statement_id = self.services.statements, row.statement_id
            return lambda: statement_sheet(service.get(statement_id))
        return lambda: report_sheet(place, row.month if row is not None else "", lines)

    def _closed(self, done: MonthClosed) -> None:
        self._is_running = False
        self.refresh()
        self.services.say(tr(done.message))
        if done.message_id is not None:
            hand_over(self.services, done.message_id, title=REPORT_TITLE, on_done=self.refresh)

    def _failed(self, error: BaseException) -> None:
        self._is_running = False
        self.refresh()
        fail(self.services, error)
