"""发药 without anybody chosen: the line to find a resident, and what was given on the days that are looked at."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.errors import CunyiError
from app.i18n import tr
from app.services.dispensing_views import REVERSED
from app.services.problems import Refused
from ui.dialogs import FileKind, show_failure
from ui.screens.dispensing.words import clock, state_chips, yuan
from ui.screens.follow_ups.suggestions import SuggestingLine
from ui.shell.resident_hits import resident_choices
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import PageHeader
from ui.widgets.field_row import LabelledField
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.small_window import date_control, date_of
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.dispensing import DispensingView
    from ui.services import Services

WORKBOOK = (FileKind(msg("电子表格"), ("xlsx",)),)
MOST_SHOWN = 500
FINDER = 280
"""At 200 % the line to find somebody and both dates still stand in one row."""
TWO_LINES = 46


class RegisterPage(QWidget):
    """`chosen(resident_id)` when somebody was found, `opened(dispensing_id)` when a line was taken."""

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("dispensing_register")
        self._services = services
        column = Vertical(self, spacing=12)
        self.header = PageHeader(tr("发药"))
        self.print = SecondaryButton(tr("打印登记"), name="print_register", hint="Ctrl P", icon_name="print")
        self.export = SecondaryButton(tr("导出表格"), name="export_register", icon_name="export")
        self.begin = PrimaryButton(tr("给居民发药"), name="begin_dispensing", hint="F2")
        for button in (self.export, self.print, self.begin):
            self.header.add_action(button)
        column.addWidget(self.header)
        row = FlowBox(spacing=16, row_spacing=6)
        self.finder = SuggestingLine(self._find, name="find_resident", accessible_name=tr("给谁发药"), width=FINDER)
        self.finder.setPlaceholderText(tr("姓名 / 拼音首字母 / 身份证 / 电话"))
        self.finder_field = LabelledField(tr("给谁发药"), self.finder, name="find_resident")
        row.add(self.finder_field)
        today = services.desk.today()
        self._today = today
        self.since = date_control("register_since", tr("登记从"), today, value=today)
        self.until = date_control("register_until", tr("登记到"), today, value=today)
        self.since_field = LabelledField(tr("登记从"), self.since, name="register_since")
        self.until_field = LabelledField(tr("到"), self.until, name="register_until")
        row.add(self.since_field)
        row.add(self.until_field)
        column.addWidget(row)
        self.table = DataTable(_columns(), name="dispensings", accessible_name=tr("发药登记，回车查看"), row_height=TWO_LINES,
                               empty_text=tr("这几天还没有发过药。在上面找到居民，按回车开始。"))
        column.addWidget(self.table, 1)
        self._connect()
        self.setFocusProxy(self.finder)

    def refresh(self) -> None:
        """Read the days anew; on a new day the register goes on with it."""
        today = self._services.desk.today()
        if today != self._today:
            if self.until.raw() == self._today.isoformat() == self.since.raw():
                self.since.show_raw(today)
                self.until.show_raw(today)
            self._today = today
            for control in (self.since, self.until):
                control.set_today(today)
        self.show_days()

    def start(self) -> None:
        """F2: to the line that finds somebody."""
        self.finder.setFocus()
        self.finder.selectAll()

    def show_days(self) -> None:
        """Show what was given on the days that stand there, or why there are none."""
        span = self._span()
        if span is None:
            return
        views = self._services.dispensing.of_days(*span, limit=MOST_SHOWN)
        self.table.set_rows(views, keep=lambda view: view.id)
        standing = [view for view in views if view.state != REVERSED]
        amounts = [view.kept_fen for view in standing]
        known = None if any(amount is None for amount in amounts) else sum(amount or 0 for amount in amounts)
        told = tr("{count} 人次　合计 {amount}", count=len(standing), amount=yuan(known)) if views else ""
        more = tr("（只列出最近的 {most} 张，导出的表格是全的）", most=MOST_SHOWN) if len(views) == MOST_SHOWN else ""
        self.header.set_note(told + more)

    def choose(self, dispensing_id: str) -> None:
        """Mark one of those shown."""
        for number, view in enumerate(self.table.rows()):
            if view.id == dispensing_id:
                self.table.select_row(number)

    def print_register(self) -> None:
        """Ctrl+P."""
        services = self._services
        self._with_sheet(lambda sheet: services.stock.pdf(sheet), lambda pdf: services.preview(pdf, tr("发药登记")))

    def export_register(self) -> None:
        """All of these days as a workbook."""
        span = self._span()
        if span is None:
            return
        suggested = tr("发药登记 {since} 至 {until}.xlsx", since=span[0], until=span[1])
        path = self._services.dialogs.save_file(tr("导出发药登记"), suggested, WORKBOOK)
        if path is None:
            return
        services = self._services
        self._with_sheet(lambda sheet: services.stock.save_xlsx(sheet, path),
                         lambda _done: services.say(tr("已导出：{file}", file=path.name)))

    def _with_sheet(self, make: object, then: object) -> None:
        span = self._span()
        if span is None:
            return
        services = self._services

        def work(_report: object, _cancelled: object) -> object:
            from app.services.dispensing_register import register

            sheet: ListSheet = register(services.desk, *span)
            return make(sheet)

        services.runner.run(work, on_done=then, on_error=self._on_failure, title=tr("发药登记"))

    def _connect(self) -> None:
        self.begin.clicked.connect(self.start)
        self.print.clicked.connect(self.print_register)
        self.export.clicked.connect(self.export_register)
        self.finder.chosen.connect(self._on_chosen)
        self.finder.passed.connect(self._on_enter)
        self.finder.answered.connect(lambda: self.finder_field.set_problem(""))
        self.table.row_activated.connect(lambda view: self.opened.emit(view.id))
        for control in (self.since, self.until):
            control.passed.connect(self.show_days)
            control.left.connect(self.show_days)

    def _find(self, text: str) -> object:
        return resident_choices(self._services, text)

    def _on_chosen(self, resident_id: str) -> None:
        self.finder.clear()
        self.chosen.emit(resident_id)

    def _on_enter(self) -> None:
        if self.finder.raw():
            self.finder_field.set_problem(tr("没有找到这位居民。可以换姓名、拼音首字母、身份证号或电话再试。"))

    def _span(self) -> tuple[date, date] | None:
        found = []
        for control, field in ((self.since, self.since_field), (self.until, self.until_field)):
            field.set_problem("")
            try:
                found.append(date_of(control, "day"))
            except Refused as error:
                field.set_problem(tr(error.problems[0].message))
        if len(found) < 2:
            return None
        if found[1] < found[0]:
            self.until_field.set_problem(tr("结束不能早于开始。"))
            return None
        return found[0], found[1]

    def _on_failure(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        show_failure(self._services.dialogs, error)


def _columns() -> tuple[Column, ...]:
    return (
        Column("on", tr("时间"), value=lambda view: Cell(clock(view.at), second_line=view.given_on.isoformat())),
        Column("name", tr("姓名"), bold=True, value=lambda view: view.resident_name),
        Column("diagnosis", tr("诊断"), width=150, gives_way=2, value=lambda view: view.diagnosis or None),
        Column("drugs", tr("药品"), width=260, stretch=True, value=_drugs),
        Column("amount", tr("金额"), align="right", value=_amount),
        Column("doctor", tr("发药人"), gives_way=1, value=lambda view: view.user_name),
        Column("state", tr("状态"), value=state_chips),
    )


def _amount(view: DispensingView) -> Cell:
    given = "" if view.kept_fen == view.amount_fen else tr("发出 {amount}", amount=yuan(view.amount_fen))
    return Cell(yuan(view.kept_fen), second_line=given)


def _drugs(view: DispensingView) -> Cell:
    return Cell(tr(view.drugs), struck=view.state == "reversed", muted=view.state == "reversed")
