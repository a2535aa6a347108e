"""导入名单: file → columns → every line looked at → imported. Nothing is written before the last question is answered.

Reading, checking and importing run in the worker. A decision about a line is shown at once and the whole roster looked
at again behind it, because one line may depend on another; meanwhile nothing can be imported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.message import msg
from app.errors import Cancelled, CunyiError, UserError
from app.i18n import tr
from app.interchange.mapping import Mapping, guess_mapping, load_mapping, save_mapping
from app.interchange.roster import ImportResult, RosterImport
from app.interchange.roster_plan import SKIP, TAKE_NEW, Action, ImportPlan, PlannedRow
from app.interchange.tables import RawTable
from ui.dialogs import Answer, Question, show_failure
from ui.screens.import_roster.check_page import CheckPage
from ui.screens.import_roster.file_page import FilePage
from ui.screens.import_roster.files import MAPPINGS, ROSTERS, WORKBOOK, dropped_file
from ui.screens.import_roster.mapping_page import MappingPage
from ui.screens.import_roster.remembered import remember_mapping, remembered_mapping
from ui.screens.import_roster.result_page import ResultPage
from ui.screens.import_roster.rows import ALL, accepting
from ui.widgets.cards import PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.layouts import Vertical

if TYPE_CHECKING:
    from ui.background import IsCancelled, Report, Work
    from ui.services import Services

OWN_KEYS = (
    ("F2", msg("选择文件")), ("Ctrl ↵", msg("下一步：核对，然后导入")), ("Esc", msg("上一步")),
    ("↵", msg("接受请确认的一行")), ("Delete", msg("不导入选中的一行，或恢复")), ("← →", msg("换一类行来看")),
)
SKIPPED = msg("您选择了不导入这一行。")


class ImportScreen(QWidget):
    """The wizard. `open_with(file=path)` begins with a file."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("screen_import_roster")
        self.setAccessibleName(tr("导入居民名单"))
        self.setAcceptDrops(True)
        self.services = services
        self._roster = RosterImport(services.desk)
        self._path: Path | None = None
        self._table: RawTable | None = None
        self._plan: ImportPlan | None = None
        self._decisions: dict[int, str] = {}
        self._is_working = self._is_planning = self._wants_plan = False
        self.header = PageHeader(tr("导入居民名单"), name="import_header")
        self.file_page, self.mapping_page = FilePage(), MappingPage()
        self.check_page, self.result_page = CheckPage(), ResultPage()
        self._pages = (self.file_page, self.mapping_page, self.check_page, self.result_page)
        self._stack = QStackedWidget()
        for page in self._pages:
            self._stack.addWidget(page)
        column = Vertical(self, spacing=12)
        column.addWidget(self.header)
        column.addWidget(self._stack, 1)
        self._connect()
        self.show_page(self.file_page)

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Coming back leaves everything as it was; F5 on the list looks at the lines again."""
        if self._stack.currentWidget() is self.check_page:
            self._plan_again()

    def open_with(self, file: Path | None = None, **_arguments: object) -> None:
        """Begin with a file."""
        if file is not None:
            self.open_file(Path(file))

    def primary_action(self) -> None:
        """F2: choose a file; on the last page go to the residents."""
        if self._stack.currentWidget() is self.result_page:
            self.see_residents()
        else:
            self.choose_file()

    def save_action(self) -> None:
        """Ctrl+Enter: the main action of the page."""
        actions = {self.file_page: self.choose_file, self.mapping_page: self.check_lines,
                   self.check_page: self.ask_and_import, self.result_page: self.see_residents}
        actions[self._stack.currentWidget()]()

    def back_action(self) -> bool:
        """Escape: the page before; from the first and the last back to where the user came from."""
        present = self._stack.currentWidget()
        if self._is_working:
            return True
        if present is self.check_page:
            self.show_page(self.mapping_page)
        elif present is self.mapping_page:
            self.show_page(self.file_page)
        else:
            return False
        return True

    def shortcuts(self) -> list[tuple[str, str]]:
        """The screen's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    # --- the file ---------------------------------------------------------------------------------------------

    def choose_file(self) -> None:
        """Let the user choose a file."""
        if self._is_working:
            return
        file = self.services.dialogs.open_file(tr("选择居民名单"), ROSTERS)
        if file is not None:
            self.open_file(file)

    def open_file(self, path: Path, sheet: str | None = None) -> None:
        """Read a file and show its columns; one that cannot be read is told, and another can be chosen."""
        folder = self.services.desk.folder

        def work(report: Report, cancelled: IsCancelled) -> tuple[RawTable, Mapping]:
            report(0, 0, msg("正在读“{name}”。", name=path.name))
            table = self._roster.read(path, sheet)
            if cancelled():
                raise Cancelled
            return table, remembered_mapping(folder, table)

        def read(found: tuple[RawTable, Mapping]) -> None:
            table, mapping = found
            if sheet is not None and self._table is not None:
                table = replace(table, sheets=self._table.sheets)  # reading one sheet does not look at the others
            self._path, self._table = path, table
            self._decisions.clear()
            self.mapping_page.show_table(table, mapping)
            self.show_page(self.mapping_page)

        def failed(error: BaseException) -> None:
            if self._table is not None:
                self.mapping_page.show_table(self._table, self.mapping_page.mapping())
            self._tell(error)

        self._run(work, read, title=tr("读取名单"), on_error=failed)

    def on_sheet(self, sheet: str) -> None:
        """Another sheet of the same file."""
        if self._path is not None and self._table is not None and sheet not in ("", self._table.sheet):
            self.open_file(self._path, sheet)

    # --- the columns ------------------------------------------------------------------------------------------

    def save_mapping(self) -> None:
        """Keep what the columns hold in a file, for colleagues or another source."""
        file = self.services.dialogs.save_file(tr("存下对应关系"), tr("名单对应关系.json"), MAPPINGS)
        if file is None:
            return
        try:
            save_mapping(self.mapping_page.mapping(), file)
        except CunyiError as error:
            show_failure(self.services.dialogs, error)
            return
        self.services.say(tr("已存成“{file}”，下次导入同样的表可以直接用。", file=file.name))

    def load_mapping(self) -> None:
        """Use what was kept."""
        file = self.services.dialogs.open_file(tr("用存下的对应关系"), MAPPINGS)
        if file is None or self._table is None:
            return
        try:
            self.mapping_page.set_mapping(load_mapping(file, self._table))
        except CunyiError as error:
            show_failure(self.services.dialogs, error)

    def guess_again(self) -> None:
        """Take every correction back."""
        if self._table is not None:
            self.mapping_page.set_mapping(guess_mapping(self._table))

    def check_lines(self) -> None:
        """Look at every line, without writing anything."""
        if self._table is None or self._is_working or not self.mapping_page.can_check():
            return
        if self._plan is not None and self._plan.mapping != self.mapping_page.mapping():
            self._decisions.clear()

        def checked(plan: ImportPlan) -> None:
            self._plan = plan
            self.check_page.show_plan(plan, afresh=True)
            self.show_page(self.check_page)

        self._run(self._dry_run(remembering=True), checked, title=tr("核对名单"))

    # --- the lines --------------------------------------------------------------------------------------------

    def decide(self, line: int, decision: str) -> None:
        """Answer a line, or take the answer back with ""; shown at once, then everything is looked at again."""
        if decision:
            self._decisions[line] = decision
        else:
            self._decisions.pop(line, None)
        self._show_decided({line} if decision else set())
        self._plan_again()

    def accept_all(self) -> None:
        """Accept every line that asks."""
        if self._plan is None:
            return
        asking = {row.line: accepting(row) for row in self._plan.rows if row.action is Action.ASK}
        self._decisions.update(asking)
        self._show_decided(set(asking))
        self.check_page.show_filter(ALL)
        self._plan_again()

    def save_refused(self) -> None:
        """Write the lines that are not imported, with their reasons, as a workbook."""
        plan = self._plan
        if plan is None or self._path is None:
            return
        suggested = tr("{name}-退回的行.xlsx", name=self._path.stem)
        file = self.services.dialogs.save_file(tr("把退回的行另存为"), suggested, WORKBOOK)
        if file is None:
            return
        self._run(lambda _report, _cancelled: self._roster.save_refused(plan, file),
                  lambda count: self.services.say(tr("{count} 行已存成“{file}”。", count=count, file=file.name)),
                  title=tr("另存退回的行"), can_cancel=False)

    # --- importing --------------------------------------------------------------------------------------------

    def ask_and_import(self) -> None:
        """Say what would be done, and do it when the user wants it."""
        plan = self._plan
        if plan is None or self._is_planning or self._is_working:
            return
        counts = plan.counts
        count = counts[Action.ADD] + counts[Action.CHANGE]
        if not count:
            return
        happened = tr(
            "将新增 {added} 位居民，更改 {changed} 位居民的档案。"
            "相同的 {same} 行不动；没有确认的 {asking} 行和退回的 {refused} 行不导入。",
            added=counts[Action.ADD], changed=counts[Action.CHANGE], same=counts[Action.SAME],
            asking=counts[Action.ASK], refused=counts[Action.REFUSE])
        question = Question(
            tr("导入 {count} 人？", count=count), happened,
            (Answer("import", tr("导入 {count} 人", count=count), "primary"), Answer("keep", msg("先不导入"))),
            msg("到现在为止什么也没有写入。导入时要么全部写好，要么一行也不写。"), harmless="keep")
        if self.services.dialogs.ask(question) == "import":
            self.import_lines(plan)

    def import_lines(self, plan: ImportPlan) -> None:
        """Write the lines."""
        def done(result: ImportResult) -> None:
            self.result_page.show_result(result)
            self.show_page(self.result_page)

        def stopped() -> None:
            sentence = tr("已停下，名单没有导入，档案没有任何改动。")
            self.check_page.set_note(sentence)
            self.services.say(sentence)

        def failed(error: BaseException) -> None:
            self._tell(error)
            if isinstance(error, UserError):
                self._plan_again()

        self._run(lambda report, cancelled: self._roster.apply(plan, report, cancelled), done,
                  title=tr("导入名单"), on_cancelled=stopped, on_error=failed)

    def see_residents(self) -> None:
        """Go to the list of residents."""
        self.services.navigate("residents")

    def again(self) -> None:
        """Begin with another file."""
        self.show_page(self.file_page)

    # --- dropping ---------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file may be dropped anywhere on the screen."""
        if not self._is_working and dropped_file(event) is not None:
            self.file_page.drop.set_over(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It went away again."""
        self.file_page.drop.set_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the dropped file."""
        self.file_page.drop.set_over(False)
        file = dropped_file(event)
        if file is not None and not self._is_working:
            event.acceptProposedAction()
            self.open_file(file)

    # --- inside -----------------------------------------------------------------------------------------------

    def show_page(self, page: QWidget) -> None:
        """Show a page with the focus on what comes next."""
        self._stack.setCurrentWidget(page)
        self.setFocusProxy(page)
        self._show_header(page)
        page.setFocus()

    def _connect(self) -> None:
        self.file_page.choose_asked.connect(self.choose_file)
        mapping = self.mapping_page
        mapping.sheet_chosen.connect(self.on_sheet)
        mapping.check_asked.connect(self.check_lines)
        mapping.back_asked.connect(self.back_action)
        mapping.save_asked.connect(self.save_mapping)
        mapping.load_asked.connect(self.load_mapping)
        mapping.guess_asked.connect(self.guess_again)
        check = self.check_page
        check.decided.connect(self.decide)
        check.accept_all_asked.connect(self.accept_all)
        check.import_asked.connect(self.ask_and_import)
        check.save_refused_asked.connect(self.save_refused)
        check.back_asked.connect(self.back_action)
        result = self.result_page
        result.residents_asked.connect(self.see_residents)
        result.resident_asked.connect(lambda resident_id: self.services.navigate("residents", resident_id=resident_id))
        result.save_refused_asked.connect(self.save_refused)
        result.again_asked.connect(self.again)

    def _show_header(self, page: QWidget) -> None:
        names = (tr("1 选文件"), tr("2 对应各列"), tr("3 逐行核对"), tr("4 完成"))
        place = self._pages.index(page)
        chips = [ChipText(tr("✓ {step}", step=name), "green") if number < place else
                 ChipText(name, "blue" if number == place else "grey") for number, name in enumerate(names)]
        table = self._table if page is not self.file_page else None
        if table is not None and table.has_formulas:
            chips.append(ChipText(tr("有公式，取算好的值"), "amber"))
        self.header.set_chips(chips)
        if table is None:
            self.header.set_note("")
        elif table.encoding:
            self.header.set_note(tr("{file}　{count} 行　{encoding}", file=table.file_name, count=len(table.rows),
                                    encoding=table.encoding))
        else:
            self.header.set_note(tr("{file}　{count} 行", file=table.file_name, count=len(table.rows)))

    def _run(
        self, work: Work, on_done: Callable[[Any], None], *, title: str, can_cancel: bool = True,
        on_cancelled: Callable[[], None] | None = None, on_error: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Do something in the worker; meanwhile the pages cannot be used."""
        def over() -> None:
            self._is_working = False
            self._stack.setEnabled(True)
            self._stack.currentWidget().setFocus()

        def done(value: object) -> None:
            over()
            on_done(value)

        def failed(error: BaseException) -> None:
            over()
            (on_error or self._tell)(error)

        def stopped() -> None:
            over()
            if on_cancelled is not None:
                on_cancelled()

        self._is_working = True
        self._stack.setEnabled(False)
        self.services.runner.run(work, on_done=done, on_error=failed, on_cancelled=stopped, title=title,
                                 can_cancel=can_cancel)

    def _dry_run(self, *, remembering: bool = False) -> Work:
        """The work of looking at every line as things stand now; the mapping may be kept for the next file."""
        table, mapping, decisions = self._table, self.mapping_page.mapping(), dict(self._decisions)
        folder = self.services.desk.folder

        def work(report: Report, cancelled: IsCancelled) -> ImportPlan:
            if remembering:
                remember_mapping(folder, mapping)
            return self._roster.dry_run(table, mapping, decisions=decisions, report=report, cancelled=cancelled)

        return work

    def _plan_again(self) -> None:
        """Look at all lines once more; decisions made meanwhile are looked at when this is over."""
        self._wants_plan = True
        if self._is_planning or self._table is None:
            return
        self._wants_plan, self._is_planning = False, True
        self.check_page.set_busy(True)
        self.services.runner.run(self._dry_run(), on_done=self._on_planned_again, on_error=self._on_not_planned)

    def _on_planned_again(self, plan: ImportPlan) -> None:
        self._is_planning = False
        if self._wants_plan:
            self._plan_again()
            return
        self.check_page.set_busy(False)
        if plan.table is self._table:
            self._plan = plan
            self.check_page.show_plan(plan)

    def _on_not_planned(self, error: BaseException) -> None:
        self._is_planning = self._wants_plan = False
        self.check_page.set_busy(False)
        self._tell(error)

    def _show_decided(self, lines: set[int]) -> None:
        """Show decisions before the roster was looked at again."""
        if self._plan is None:
            return
        rows = tuple(_decided(row, self._decisions[row.line]) if row.line in lines else row for row in self._plan.rows)
        self._plan = replace(self._plan, rows=rows, decisions=dict(self._decisions))
        self.check_page.show_plan(self._plan)

    def _tell(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        show_failure(self.services.dialogs, error)


def _decided(row: PlannedRow, decision: str) -> PlannedRow:
    """A line as it will probably be after a decision."""
    if decision == SKIP:
        return replace(row, action=Action.REFUSE, reasons=(SKIPPED,), changes=())
    if decision == TAKE_NEW:
        return replace(row, action=Action.ADD, reasons=(), changes=(), person=None)
    return replace(row, action=Action.CHANGE if row.changes else Action.SAME, reasons=())
