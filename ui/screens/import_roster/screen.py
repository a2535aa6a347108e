"""The wizard: a file, what its columns hold, what every line would do, the import, what became of it.

Nothing is written before the last button; reading, looking and importing run in the worker with a progress window, and
can be cancelled. The mapping of a file is remembered beside the database, so that the next file of the same source needs
no corrections.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.message import msg
from app.errors import CunyiError
from app.i18n import tr
from app.interchange.mapping import Mapping, save_mapping
from app.interchange.roster import ImportResult, RosterImport
from app.interchange.roster_plan import Action, ImportPlan
from app.interchange.tables import RawTable
from app.services.diseases import NAMES
from ui.dialogs import FileKind, confirm, show_failure
from ui.screens.import_roster.mapping_page import MappingPage
from ui.screens.import_roster.plan_page import PlanPage
from ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, Card, PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.empty_state import EmptyState
from ui.widgets.field_row import ComboBox
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.panes import ScrollPage

if TYPE_CHECKING:
    from ui.services import Services

TABLES = FileKind(msg("电子表格"), ("xlsx", "csv"))
MAPPINGS = FileKind(msg("对应关系"), ("json",))
REMEMBERED = "import-mapping.json"
MOST_OFFERED = 30


class ImportScreen(QWidget):
    """What the shell shows under 导入名册."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self._services = services
        self._roster = RosterImport(services.desk)
        self._path: Path | None = None
        self._table: RawTable | None = None
        self._plan: ImportPlan | None = None
        self._result: ImportResult | None = None
        self._decisions: dict[int, str] = {}
        self._build()
        self.begin()

    # --- what the shell calls ---------------------------------------------------------------------------------

    def open_with(self, path: str = "") -> None:
        """Begin anew, with a file if one is given."""
        self.begin()
        if path:
            self.read(Path(path))

    def primary_action(self) -> None:
        """F2 and Ctrl+Enter: the next step."""
        if self._next.isEnabled() and not self._next.isHidden():
            self._next.click()

    def back_action(self) -> bool:
        """Escape: the step before."""
        return self.go_back()

    def step(self) -> str:
        """Where the wizard is: file, mapping, plan or result."""
        return ("file", "mapping", "plan", "result")[self._pages.currentIndex()]

    # --- the steps --------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The first step."""
        self._path, self._table, self._plan, self._result = None, None, None, None
        self._decisions = {}
        self._show(0)

    def choose_file(self) -> None:
        """Let the user choose a spreadsheet."""
        path = self._services.dialogs.open_file(tr("选择居民名册"), [TABLES])
        if path is not None:
            self.read(path)

    def read(self, path: Path, sheet: str | None = None) -> None:
        """Read a file and guess what its columns hold, or take what was said of the last one."""
        roster, remembered = self._roster, self._services.desk.folder / REMEMBERED

        def work(report: Callable[..., None], cancelled: object) -> tuple[RawTable, Mapping]:
            report(0, 0, msg("正在读表格。"))
            table = roster.read(path, sheet)
            return table, remembered_mapping(roster, table, remembered)

        def done(read: tuple[RawTable, Mapping]) -> None:
            self._path = path
            self.show_table(*read)

        self._run(work, done, tr("读表格"))

    def show_table(self, table: RawTable, mapping: Mapping) -> None:
        """The second step."""
        self._table, self._decisions = table, {}
        self._sheet.blockSignals(True)
        self._sheet.set_options([(name, name) for name in table.sheets])
        self._sheet.set_value(table.sheet)
        self._sheet.blockSignals(False)
        self._sheet.setVisible(len(table.sheets) > 1)
        self._mapping.show_mapping(table, mapping)
        self._show(1)

    def on_sheet(self) -> None:
        """Another sheet of the file."""
        if self._path is not None and self._sheet.value() is not None:
            self.read(self._path, str(self._sheet.value()))

    def look(self) -> None:
        """Work out what every line would do, and show it."""
        mapping, table, roster, decisions = self._mapping.mapping(), self._table, self._roster, dict(self._decisions)
        if mapping is None or table is None or mapping.problems():
            return
        self._remember(mapping)

        def work(report: Callable[..., None], cancelled: Callable[[], bool]) -> ImportPlan:
            return roster.dry_run(table, mapping, decisions=decisions, report=report, cancelled=cancelled)

        self._run(work, self.show_plan, tr("逐行核对"))

    def show_plan(self, plan: ImportPlan) -> None:
        """The third step."""
        self._plan = plan
        self._plan_page.show_plan(plan)
        self._show(2)

    def on_decided(self, lines: tuple[int, ...], decision: str) -> None:
        """Lines that asked were settled: look again."""
        self._decisions.update(dict.fromkeys(lines, decision))
        self.look()

    def apply(self) -> None:
        """Write, after one question that says how much."""
        plan, roster = self._plan, self._roster
        if plan is None:
            return
        happened = msg(
            "将新增 {added} 人，更新 {changed} 人；{left} 行不导入。", added=plan.count(Action.ADD),
            changed=plan.count(Action.CHANGE), left=len(plan.left_out))
        if not confirm(self._services.dialogs, msg("导入名册"), happened, do=msg("导入"), keep=msg("再看看"),
                       safe=msg("已有的档案不会被删掉，空格子不会抹掉已有的内容；每一处更新都能在“修改记录”里看到。")):
            return

        def work(report: Callable[..., None], cancelled: Callable[[], bool]) -> ImportResult:
            return roster.apply(plan, report, cancelled)

        self._run(work, self.show_result, tr("导入名册"))

    def show_result(self, result: ImportResult) -> None:
        """The last step."""
        self._result = result
        self._outcome.clear()
        self._outcome.add_text(tr(result.sentence), "strong", name="import_sentence")
        if result.left_out:
            save = SecondaryButton(tr("把退回的行另存为 XLSX"), name="save_refused")
            save.clicked.connect(self.save_refused)
            box = FlowBox()
            box.add(save)
            self._outcome.add(box)
        if result.diseases:
            self._outcome.add_text(tr("名册里写有慢病、还没有纳入管理的："))
            for found in result.diseases[:MOST_OFFERED]:
                words = tr("{name}　{disease}　{since}", name=found.name, disease=NAMES[found.disease], since=found.since)
                button = LinkButton(words.strip(), name=f"found_{found.resident_id}_{found.disease}")
                button.clicked.connect(lambda _checked=False, person=found.resident_id: self._services.navigate(
                    "residents", resident_id=person, tab="chronic"))
                self._outcome.add(button)
        self._show(3)

    def save_refused(self) -> None:
        """Write the lines that were left out, each with its reason."""
        plan = self._plan
        if plan is None:
            return
        suggested = tr("{name}-退回.xlsx", name=Path(plan.table.file_name).stem)
        path = self._services.dialogs.save_file(tr("退回的行另存为"), suggested, [TABLES])
        if path is None:
            return
        roster = self._roster
        self._run(lambda report, cancelled: roster.save_refused(plan, path),
                  lambda count: self._services.say(tr("已另存 {count} 行", count=count)), tr("另存"))

    def go_back(self) -> bool:
        """The step before; False at the first and after the import."""
        if self.step() in ("mapping", "plan"):
            self._show(self._pages.currentIndex() - 1)
            return True
        return False

    # --- the mapping on disk ----------------------------------------------------------------------------------

    def load_mapping(self) -> None:
        """Take a mapping that was saved."""
        path = self._services.dialogs.open_file(tr("打开对应关系"), [MAPPINGS])
        if path is None or self._table is None:
            return
        try:
            self._mapping.show_mapping(self._table, self._roster.load_mapping(path, self._table))
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
        self._show_next()

    def save_mapping(self) -> None:
        """Save the mapping for colleagues or for later."""
        mapping = self._mapping.mapping()
        path = self._services.dialogs.save_file(tr("保存对应关系"), tr("对应关系.json"), [MAPPINGS])
        if mapping is None or path is None:
            return
        try:
            save_mapping(mapping, path)
            self._services.say(tr("对应关系已保存"))
        except CunyiError as error:
            show_failure(self._services.dialogs, error)

    # --- inside -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        column = Vertical(self, spacing=12)
        self._header = PageHeader(tr("导入名册"), name="import_header")
        column.addWidget(self._header)
        self._pages = QStackedWidget()
        column.addWidget(self._pages, 1)
        choose = PrimaryButton(tr("选择文件…"), name="import_choose", hint="F2")
        choose.clicked.connect(self.choose_file)
        self._pages.addWidget(EmptyState(
            tr("从电子表格导入居民"),
            tr("XLSX 或 CSV。先看每一行会怎样，确认以后才写入；同一份名册可以反复导入，不会重复建档。"),
            name="import_empty", icon_name="import", action=choose))
        self._pages.addWidget(self._mapping_step())
        self._plan_page = PlanPage()
        self._plan_page.decided.connect(self.on_decided)
        self._pages.addWidget(self._plan_page)
        self._outcome = Card(tr("导入完成"), name="import_outcome", tone="green")
        inside = QWidget()
        inside.setProperty("kind", "plain")
        rows = Vertical(inside)
        rows.addWidget(self._outcome)
        rows.addStretch(1)
        self._pages.addWidget(ScrollPage(inside, name="import_outcome_scroll", modest=True))
        self._bar = ActionBar()
        self._back = SecondaryButton(tr("上一步"), name="import_back", hint="Esc")
        self._back.clicked.connect(self.go_back)
        self._bar.add_left(self._back)
        self._next = PrimaryButton("", name="import_next", hint="Ctrl ↵")
        self._next.clicked.connect(self._on_next)
        self._bar.add_right(self._next)
        column.addWidget(self._bar)

    def _mapping_step(self) -> QWidget:
        step = QWidget()
        step.setProperty("kind", "plain")
        column = Vertical(step, spacing=10)
        tools = FlowBox(spacing=10)
        self._sheet = ComboBox(name="import_sheet", accessible_name=tr("工作表"))
        self._sheet.currentIndexChanged.connect(self.on_sheet)
        tools.add(self._sheet)
        for name, words, act in (("mapping_load", tr("打开保存的对应关系"), self.load_mapping),
                                 ("mapping_save", tr("保存对应关系"), self.save_mapping)):
            button = SecondaryButton(words, name=name, small=True)
            button.clicked.connect(act)
            tools.add(button)
        column.addWidget(tools)
        self._mapping = MappingPage()
        self._mapping.changed.connect(self._show_next)
        column.addWidget(ScrollPage(self._mapping, name="mapping_scroll", modest=True), 1)
        return step

    def _on_next(self) -> None:
        acts = {"file": self.choose_file, "mapping": self.look, "plan": self.apply, "result": self._leave}
        acts[self.step()]()

    def _leave(self) -> None:
        self.begin()
        self._services.navigate("residents")

    def _show(self, page: int) -> None:
        self._pages.setCurrentIndex(page)
        step = self.step()
        self._back.setVisible(step in ("mapping", "plan"))
        self._bar.setVisible(step != "file")
        words = {"file": tr("选择文件…"), "mapping": tr("逐行核对"), "plan": tr("导入"), "result": tr("看居民名单")}
        self._next.set_words(words[step])
        name = self._table.file_name if self._table is not None else ""
        titles = {"file": tr("导入名册"), "mapping": tr("{name}：各列的对应", name=name),
                  "plan": tr("{name}：逐行核对", name=name), "result": tr("{name}：导入完成", name=name)}
        self._header.set_title(titles[step])
        chips = ()
        if step in ("mapping", "plan") and self._table is not None:
            chips = (ChipText(tr("{count} 行", count=len(self._table.rows)), "grey"),)
            if self._table.has_formulas:
                chips += (ChipText(tr("含公式，取算好的值"), "amber"),)
        self._header.set_chips(chips)
        self._show_next()
        self._pages.currentWidget().setFocus()

    def _show_next(self) -> None:
        step, mapping = self.step(), self._mapping.mapping()
        can = True
        note = ""
        if step == "mapping":
            can = mapping is not None and not mapping.problems()
            left_out = "、".join(mapping.unmapped) if mapping is not None else ""
            note = tr("不导入的列：{columns}", columns=left_out) if left_out else ""
        elif step == "plan" and self._plan is not None:
            can = self._plan.count(Action.ADD) + self._plan.count(Action.CHANGE) > 0
            note = tr("要确认的行没有决定时不导入。") if self._plan.count(Action.ASK) else ""
        self._next.setEnabled(can)
        self._bar.set_note(note)

    def _remember(self, mapping: Mapping) -> None:
        try:
            save_mapping(mapping, self._services.desk.folder / REMEMBERED)
        except CunyiError as error:
            show_failure(self._services.dialogs, error)

    def _run(self, work: Callable[..., Any], done: Callable[[Any], None], title: str) -> None:
        def failed(error: BaseException) -> None:
            if not isinstance(error, CunyiError):
                raise error
            show_failure(self._services.dialogs, error)

        self._services.runner.run(work, on_done=done, on_error=failed, title=title)


def remembered_mapping(roster: RosterImport, table: RawTable, remembered: Path) -> Mapping:
    """The mapping of the last file where it fits this one, column by column; what is guessed otherwise."""
    guessed = roster.guess(table)
    if not remembered.exists():
        return guessed
    try:
        kept = roster.load_mapping(remembered, table)
    except CunyiError:
        return guessed
    return kept if [each.header for each in kept.columns] == [each.header for each in guessed.columns] else guessed


