"""药品 at the clinic: the month's drug request, what it looks like in each state, and what the keys do.

`writing` saves what is typed, `submission` submits, `whole_request` does everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.domain.request_terms import Action, Kind, State
from app.errors import CunyiError
from app.i18n import tr
from ui.dialogs import Answer, Question, show_failure
from ui.screens.exchange.files import EnvelopeDrops, choose_and_open, open_envelope
from ui.screens.requests import notices
from ui.screens.requests.beside import Beside
from ui.screens.requests.layout import CATALOGUE, TABS, BeginCard, RequestsLayout
from ui.screens.requests.notice_strip import StripAction
from ui.screens.requests.rows import (
    decision_columns,
    ledger_columns,
    reading_columns,
    row_key,
    writing_columns,
)
from ui.screens.requests.sheet import EMPTY, EXPIRING, NEEDED, OUT_OF_STOCK, RequestSheet
from ui.screens.requests.submission import Submission
from ui.screens.requests.whole_request import WholeRequest
from ui.screens.requests.words import month_name, request_title, state_chip
from ui.screens.requests.writing import Writing
from ui.theme.theme import current_theme, theme_changes
from ui.widgets.chips import ChipText
from ui.widgets.layouts import Vertical
from ui.widgets.panes import PageStack

if TYPE_CHECKING:
    from app.services.request_list import RequestSummary
    from app.services.request_views import ActionResult, RequestView
    from app.services.requests import StartOption
    from ui.screens.requests.catalogue_page import DrugRow
    from ui.screens.requests.rows import RequestRow
    from ui.screens.requests.sheet import Obstacle
    from ui.services import Services
    from ui.theme.theme import Theme
    from ui.widgets.table import Column

COMPACT_BELOW = 900
OWN_KEYS = (
    ("F2", msg("填写选中的一格")), ("↵", msg("下一行")), ("Tab", msg("右一格")), ("Delete", msg("清空这一格")),
    ("Ctrl Delete", msg("本期不要这种药，或恢复")), ("Ctrl F", msg("到全部目录里找药品")),
    ("F6", msg("按建议量填满，或撤销")), ("F7", msg("过期停用的药我知道")), ("F8", msg("到下一处要改的地方")),
    ("Ctrl B", msg("登记选中的药缺货")), ("Ctrl O", msg("打开卫生院的答复文件")),
    ("Ctrl ↵", msg("提交；提交以后存文件")),
)


class RequestsScreen(QWidget):
    """The clinic's requests. `open_with(request_id=…)` shows a certain one."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setObjectName("screen_requests")
        self.setProperty("kind", "plain")
        self.services = services
        self.sheet: RequestSheet | None = None
        self.parts = RequestsLayout(services.catalogue)
        self.begin = BeginCard()
        self.submission = Submission(self)
        self.writing = Writing(self)
        self.whole = WholeRequest(self)
        self.beside = Beside(self)
        self._summaries: list[RequestSummary] = []
        self._starts: tuple[StartOption, ...] = ()
        self._unfinished: list[RequestSummary] = []
        self._shown_compact: bool | None = None
        self._stack = PageStack()
        self._stack.addWidget(self.parts)
        self._stack.addWidget(self.begin)
        Vertical(self).addWidget(self._stack)
        self._drops = EnvelopeDrops(self)
        self._connect()
        self.setFocusProxy(self.parts.table)
        self.refresh()

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read everything again, a draft's figures from the ledger; the open request stays open, and what is being typed
        is stored first."""
        self.parts.table.finish_editing()
        self._open(self.sheet.view.id if self.sheet is not None else "", anew=True)

    def reread(self) -> None:
        """Show the open request as it is stored now."""
        self.parts.table.finish_editing()
        self._open(self.sheet.view.id if self.sheet is not None else "")

    def open_with(self, request_id: str = "", **_arguments: object) -> None:
        """Show a certain request, unless something in the open one is not saved and the user stays with it."""
        is_other = self.sheet is not None and request_id != self.sheet.view.id
        if not is_other or self.can_leave():
            self._open(request_id, anew=True)

    def can_leave(self) -> bool:
        """Store what is being typed; ask when something could not be stored."""
        self.parts.table.finish_editing()
        if self.sheet is None or not self.sheet.has_unsaved():
            return True
        stay = Question(
            msg("有填写的内容没有保存"), msg("有的格子填得不对，所以没有保存，离开后要重新填。"),
            (Answer("leave", msg("不保存，离开")), Answer("stay", msg("留下来改"), "primary")),
            msg("其余各格都已保存。"), harmless="stay",
        )
        return self.services.dialogs.ask(stay) == "leave"

    def primary_action(self) -> None:
        """F2: begin a request where there is none; fill in the chosen cell of a draft; otherwise what comes next."""
        if self.sheet is None:
            self.whole.start_regular()
        elif self.sheet.is_editable:
            self.parts.table.fill_in()
        else:
            self.save_action()

    def save_action(self) -> None:
        """Ctrl+Enter: submit, sign, or write the file."""
        self.parts.table.finish_editing()
        actions = self.sheet.view.actions if self.sheet is not None else ()
        if Action.SUBMIT in actions:
            self.submission.submit()
        elif Action.AUTHORISE in actions:
            self.submission.authorise()
        elif self.sheet is not None and self.sheet.view.state is State.AUTHORISED:
            self.submission.save_file()

    def print_action(self) -> None:
        """Ctrl+P: the decision where there is one, else the request."""
        if self.sheet is not None:
            self.whole.print_sheet(decision=self.sheet.is_decided)

    def back_action(self) -> bool:
        """Escape: from the catalogue back to the lines."""
        if self.sheet is None or self.parts.current_tab() == NEEDED:
            return False
        self.parts.show_tab(NEEDED)
        self.parts.table.setFocus()
        return True

    def shortcuts(self) -> list[tuple[str, str]]:
        """The screen's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    def showEvent(self, event: QShowEvent) -> None:
        """Files may be dropped anywhere on the window."""
        super().showEvent(event)
        self._drops.watch(self.window())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The table has fewer columns where there is little room."""
        super().resizeEvent(event)
        self.settle_columns()

    def follow_theme(self, _theme: Theme) -> None:
        """Larger type leaves room for fewer columns."""
        self.settle_columns()

    def settle_columns(self) -> None:
        """Show the columns for the room there is, when that is another than before."""
        if self.sheet is not None and self._shown_compact != self._is_compact():
            self.parts.table.finish_editing()
            self._show_rows()

    def _is_compact(self) -> bool:
        return self.width() < current_theme().px(COMPACT_BELOW)

    # --- showing ----------------------------------------------------------------------------------------------

    def show_result(self, result: ActionResult) -> None:
        """Show a request as an action left it."""
        self.writing.forget()
        self._show(RequestSheet(result.request))

    def show_obstacles(self) -> None:
        """Show everything that stands in the way, and go to the first."""
        if self.sheet is None:
            return
        self.parts.show_tab(NEEDED)
        self._show_rows()
        self._show_problems()
        obstacles = self.sheet.obstacles()
        if obstacles:
            self.go_to_line(obstacles[0].line_id, obstacles[0].column)

    def go_to_line(self, line_id: str, column: str = "", *, edit: bool = False) -> None:
        """Choose a line's cell."""
        if line_id not in [row.line.id for row in self.parts.table.rows()]:
            self.parts.show_tab(NEEDED)
        for number, row in enumerate(self.parts.table.rows()):
            if row.line.id == line_id:
                self.parts.table.setFocus()
                self.parts.table.choose(number, column, edit=edit)

    def go_to_pairing(self) -> None:
        """Show where desks become acquainted."""
        self.services.navigate("exchange", page="pairing")

    def _open(self, request_id: str, *, anew: bool = False, view: RequestView | None = None) -> None:
        """`view` is the request where it was read just now."""
        requests = self.services.requests
        self._summaries = requests.summaries()
        self._starts = requests.starts()
        self._unfinished = requests.unfinished()
        self.beside.forget()
        known = [each.id for each in self._summaries]
        open_first = [each.id for each in self._summaries if each.state in (State.DRAFT, State.RETURNED)]
        chosen = next((each for each in (request_id, *open_first, *known) if each in known), "")
        if not chosen:
            self.sheet = None
            self._show_begin()
            self.beside.read_ahead()
            return
        if self.sheet is None or self.sheet.view.id != chosen:
            self.writing.forget()
        just_read = view is not None and view.id == chosen
        self._show(RequestSheet(view if just_read else requests.get(chosen), former=self.sheet))
        self.beside.read_marks()
        if anew:
            (self.beside.read_figures if self.open_sheet().is_editable else self.beside.read_ahead)()

    def show_anew(self, view: RequestView) -> None:
        """Show the open request as it was just read."""
        self._show(RequestSheet(view, former=self.sheet))
        self.beside.forget()
        self.beside.show_chosen()

    def open_anew(self, request_id: str, view: RequestView | None = None) -> None:
        """Show a request, or the one to go on with, forgetting the one that is open. `view` where it was read just now."""
        self.sheet = None
        self._open(request_id, view=view)

    def chosen_line(self) -> RequestRow | None:
        """The line that is chosen; in the catalogue that of the marked drug, None where the request has none of it."""
        if self.sheet is None or self.parts.current_tab() != CATALOGUE:
            return None if self.sheet is None else self.parts.table.current_row()
        marked = self.parts.catalogue.marked()
        line = None if marked is None else self.sheet.line_of_drug(marked.drug.code)
        return None if line is None else self.sheet.row(line.id)

    def _show_begin(self) -> None:
        regular = self.start_of(Kind.REGULAR)
        self.begin.start.setVisible(regular is not None)
        self.begin.emergency.setVisible(self.start_of(Kind.EMERGENCY) is not None)
        if regular is not None:
            self.begin.start.set_words(tr("新建{title}", title=request_title(Kind.REGULAR, regular.period)))
        self._stack.setCurrentWidget(self.begin)
        self.setFocusProxy(self.begin.start)

    def _show(self, sheet: RequestSheet) -> None:
        self.sheet = sheet
        self._stack.setCurrentWidget(self.parts)
        self.setFocusProxy(self.parts.table)
        self.show_head()
        self._show_strip()
        self._show_rows()
        self._show_problems()
        self.show_actions()
        known = sheet.view.state in (State.RELEASED, State.CLOSED)
        self.parts.progress.show_request(sheet.view, self.services.requests.delivery(sheet.view.id) if known else None)
        self.parts.former.show_requests(self._summaries, sheet.view.id)

    def show_head(self) -> None:
        """Title, state, price and the numbers in the tabs."""
        sheet = self.open_sheet()
        view = sheet.view
        chips = [state_chip(view.state)]
        if view.kind is Kind.EMERGENCY:
            chips.insert(0, ChipText(tr("紧急"), "red"))
        self.parts.header.set_title(request_title(view.kind, view.period))
        self.parts.header.set_chips(chips)
        parts = [
            tr("送 {township}", township=view.township_name) if view.township_name else "",
            tr("{count} 种", count=sheet.wanted_count()), sheet.cost_note(),
        ]
        self.parts.header.set_note("　·　".join(part for part in parts if part))
        titles = (
            tr("需要申领 {count}", count=sheet.count(NEEDED)), tr("全部目录 {count}", count=self._listed()),
            tr("近效期 {count}", count=sheet.count(EXPIRING)), tr("缺药 {count}", count=sheet.count(OUT_OF_STOCK)),
            tr("未填 {count}", count=sheet.count(EMPTY)),
        )
        self.parts.tabs.setTabVisible(TABS.index(EXPIRING), sheet.is_of_ledger)
        for number, title in enumerate(titles):
            if self.parts.tabs.tabText(number) != title:
                self.parts.tabs.setTabText(number, title)

    def _show_strip(self) -> None:
        sheet = self.open_sheet()
        letter = self.services.exchange.latest_about(sheet.view.id)
        paired = self.services.pairing.township_id() is not None
        older = [each for each in self._unfinished if each.id != sheet.view.id and each.created_at < sheet.view.created_at]
        told = notices.strip_for(sheet, letter, is_paired=paired, unfinished=older)
        offers: dict[str, tuple[str, Callable[[], object]]] = {
            notices.PAIR: (tr("去配对"), self.go_to_pairing),
            notices.SAVE: (tr("存交给卫生院的文件"), self.submission.save_file),
            notices.SAVE_AGAIN: (tr("再存一份"), self.submission.save_file),
            notices.OPEN_ANSWER: (tr("打开答复文件"), self.open_answer),
        }
        actions = [StripAction(name, *offers[name]) for name in told.offers]
        self.parts.strip.say(told.words, told.tone, actions)

    def _show_rows(self) -> None:
        sheet = self.open_sheet()
        tab = self.parts.current_tab()
        if tab == CATALOGUE:
            codes = [line.drug_code for line in sheet.lines()]
            self.parts.catalogue.show_request(codes, is_editable=sheet.is_editable)
            self.beside.show_chosen()
            return
        self._shown_compact = self._is_compact()
        self.parts.table.show_lines(_columns_of(sheet, is_compact=self._is_compact()), sheet.rows(tab), keep=row_key)
        self.beside.show_chosen()

    def _show_problems(self) -> None:
        sheet = self.open_sheet()
        self.parts.problems.show_problems(sheet.obstacles() if sheet.is_strict and sheet.is_editable else [])

    def show_actions(self) -> None:
        """Show the buttons of what may be done now, and no others."""
        sheet, parts = self.open_sheet(), self.parts
        allowed = sheet.view.actions
        for button, action in self._action_buttons():
            button.setVisible(action in allowed)
        parts.fill.setVisible(sheet.is_editable)
        parts.fill.set_words(tr("撤销填满") if self.writing.can_undo else tr("按建议量填满"))
        parts.print_decision.setVisible(sheet.is_decided)
        parts.print.set_words(tr("打印"), "" if sheet.is_decided else "Ctrl P")
        regular, emergency = self.start_of(Kind.REGULAR), self.start_of(Kind.EMERGENCY)
        parts.new_regular.setVisible(regular is not None)
        if regular is not None:
            parts.new_regular.set_words(tr("新建 {month}申领单", month=month_name(regular.period)))
        parts.new_emergency.setVisible(emergency is not None)
        self._show_keys()

    def _show_keys(self) -> None:
        """The keys of the tab that is shown."""
        note = tr("↵ 下一行　Tab 右一格　Ctrl Delete 本期不要　填好的随时保存")
        if self.parts.current_tab() == CATALOGUE:
            note = tr("↑ ↓ 选药品　↵ 加到申领单，已在单中的到那一行")
        self.parts.foot.set_note(note if self.open_sheet().is_editable else "")

    def show_one_line(self, line_id: str) -> None:
        """Show one line as it is now, and what depends on it."""
        row = self.open_sheet().row(line_id)
        for number, shown in enumerate(self.parts.table.rows()):
            if shown.line.id == line_id:
                self.parts.table.replace_row(number, row)
        current = self.chosen_line()
        if current is not None and current.line.id == line_id:
            self.beside.show_line(row)
        self.show_head()
        if self.open_sheet().is_strict:
            self._show_problems()

    # --- the catalogue ----------------------------------------------------------------------------------------

    def show_catalogue(self) -> None:
        """Ctrl+F: find a drug in the whole catalogue."""
        if self.sheet is not None:
            self.parts.show_tab(CATALOGUE)
            self.parts.catalogue.begin()

    def add_drug(self, chosen: DrugRow) -> None:
        """Add a drug, or go to the line that it has."""
        sheet = self.open_sheet()
        line = sheet.line_of_drug(chosen.drug.code)
        if line is not None:
            self.parts.show_tab(NEEDED)
            self.go_to_line(line.id)
            return
        if not sheet.is_editable:
            return
        try:
            added = self.services.requests.add_line(sheet.view.id, chosen.drug.code, version=sheet.version)
        except CunyiError as error:
            self.refresh()
            show_failure(self.services.dialogs, error)
            return
        self.reread()
        self.services.say(tr("已添加 {drug}", drug=added.name))
        self.parts.catalogue.begin()

    # --- other actions ----------------------------------------------------------------------------------------

    def open_answer(self) -> None:
        """Ctrl+O: open the township's answer."""
        choose_and_open(self.services)

    def start_of(self, kind: Kind) -> StartOption | None:
        """The request of a kind that may be started, None when none may."""
        return next((each for each in self._starts if each.kind is kind and each.why_not is None), None)

    def _listed(self) -> int:
        if not hasattr(self, "_listed_count"):
            self._listed_count = self.services.catalogue.count()
        return self._listed_count

    def open_sheet(self) -> RequestSheet:
        """The open request; only to be asked where there is one."""
        if self.sheet is None:
            raise RuntimeError("no request is open")
        return self.sheet

    def _action_buttons(self) -> tuple[tuple[QWidget, Action], ...]:
        parts = self.parts
        return (
            (parts.submit, Action.SUBMIT), (parts.authorise, Action.AUTHORISE), (parts.withdraw, Action.WITHDRAW),
            (parts.skip, Action.SKIP), (parts.undo_skip, Action.UNDO_SKIP), (parts.cancel, Action.CANCEL),
            (parts.void, Action.DELETE),
        )

    def _connect(self) -> None:
        parts = self.parts
        parts.table.cell_edited.connect(lambda row, key, text: self.writing.save_cell(row.line.id, key, text))
        parts.table.row_selected.connect(self.beside.show_line)
        parts.table.skip_asked.connect(lambda _row: self.writing.toggle_skip())
        parts.arithmetic.skip_asked.connect(self.writing.toggle_skip)
        parts.arithmetic.shortage_asked.connect(self.whole.report_shortage)
        parts.arithmetic.acknowledge_asked.connect(self.beside.acknowledge)
        parts.export.clicked.connect(self.whole.export)
        parts.tabs.currentChanged.connect(lambda _index: self.sheet is not None and self._on_tab())
        parts.problems.table.row_activated.connect(self._on_problem)
        parts.catalogue.drug_chosen.connect(self.add_drug)
        parts.catalogue.drug_marked.connect(lambda _drug: self.sheet is not None and self.beside.show_chosen())
        parts.catalogue.missing_asked.connect(self.whole.report_missing)
        parts.former.table.row_selected.connect(lambda row: row is not None and self._on_former(row))
        parts.fill.clicked.connect(self.writing.fill_or_undo)
        parts.print.clicked.connect(lambda: self.whole.print_sheet(decision=False))
        parts.print_decision.clicked.connect(lambda: self.whole.print_sheet(decision=True))
        parts.submit.clicked.connect(self.save_action)
        parts.authorise.clicked.connect(self.save_action)
        for button, action in self._action_buttons()[2:]:
            button.clicked.connect(lambda _checked=False, do=action: self.whole.act(do))
        for button in (parts.new_regular, self.begin.start):
            button.clicked.connect(self.whole.start_regular)
        for button in (parts.new_emergency, self.begin.emergency):
            button.clicked.connect(self.whole.start_emergency)
        theme_changes().changed.connect(self.follow_theme)
        self._drops.dropped.connect(lambda file: open_envelope(self.services, file))
        keys = {"Ctrl+F": self.show_catalogue, "F6": self.writing.fill_or_undo, "F7": self.beside.acknowledge,
                "F8": self._next_problem, "Ctrl+B": self.whole.report_shortage, "Ctrl+O": self.open_answer}
        for keys_pressed, does in keys.items():
            shortcut = QShortcut(QKeySequence(keys_pressed), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(does)

    def _on_tab(self) -> None:
        is_catalogue = self.parts.current_tab() == CATALOGUE
        self.parts.pages.setCurrentIndex(1 if is_catalogue else 0)
        self._show_rows()
        self._show_keys()
        if is_catalogue:
            self.parts.catalogue.begin()

    def _on_problem(self, obstacle: Obstacle) -> None:
        self.go_to_line(obstacle.line_id, obstacle.column, edit=True)

    def _next_problem(self) -> None:
        """F8: the next line, behind the chosen one, that has something to put right."""
        sheet = self.open_sheet()
        obstacles = sheet.obstacles()
        if not obstacles:
            self.services.say(tr("没有要改的地方了。"))
            return
        order = {line.id: number for number, line in enumerate(sheet.lines())}
        row = self.parts.table.current_row()
        here = order[row.line.id] if row is not None else -1
        behind = [each for each in obstacles if order.get(each.line_id, -1) > here]
        self._on_problem((behind or obstacles)[0])

    def _on_former(self, summary: RequestSummary) -> None:
        if self.sheet is None or summary.id == self.sheet.view.id:
            return
        if self.can_leave():
            self._open(summary.id, anew=True)
        else:
            self.parts.former.show_requests(self._summaries, self.sheet.view.id)


def _columns_of(sheet: RequestSheet, *, is_compact: bool) -> tuple[Column, ...]:
    """The columns in the state of this request."""
    if sheet.is_decided:
        return decision_columns()
    if sheet.is_of_ledger:
        return ledger_columns(is_editable=sheet.is_editable, is_compact=is_compact)
    return writing_columns() if sheet.is_editable else reading_columns()
