"""目录导入: the columns of the file, then every line with what it would do; nothing is written before the last question.

`left(bool)` when the page is done with: whether the list was changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QWidget

from app.domain.message import msg
from app.i18n import tr
from app.interchange.catalogue_fields import TARGETS
from app.services.catalogue_update import DrugAction, UpdatePlan
from ui.dialogs import Answer, FileKind, Question
from ui.screens.catalogue.plan_rows import ALL, code_of, filter_words, in_a_row, planned_columns, shown_rows
from ui.screens.exchange.files import fail
from ui.screens.import_roster.check_page import CountFilter
from ui.screens.import_roster.mapping_page import column_letters, samples
from ui.screens.import_roster.target_box import TargetBox
from ui.screens.list_papers import WORKBOOK
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, Card, PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.field_row import ComboBox, LabelledField
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Grid, Vertical, clear_layout
from ui.widgets.panes import FormPage, PageStack
from ui.widgets.segmented import Option
from ui.widgets.table import DataTable

if TYPE_CHECKING:
    from app.interchange.tables import RawTable
    from app.services.catalogue_import import CataloguePlan
    from ui.services import Services

LISTS = (FileKind(msg("表格"), ("xlsx", "csv")), FileKind(msg("所有文件"), ("*",)))
REQUIRED = "code"


class ImportPage(QWidget):
    """Two steps: which column holds what, and what every line would do."""

    left = Signal(bool)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("catalogue_import")
        self.services = services
        self._path: Path | None = None
        self._table: RawTable | None = None
        self._plan: CataloguePlan | None = None
        self._boxes: list[TargetBox] = []
        self._is_working = False
        self._choices = _target_choices(self)
        self.header = PageHeader(tr("导入药品目录"), name="catalogue_import_header")
        self._stack = PageStack()
        self._mapping, self._check = self._build_mapping(), self._build_check()
        for page in (self._mapping, self._check):
            self._stack.addWidget(page)
        column = Vertical(self, spacing=10)
        column.addWidget(self.header)
        column.addWidget(self._stack, 1)

    # --- what the page calls ----------------------------------------------------------------------------------

    def choose_file(self) -> bool:
        """Let the user choose a list; False when he went back."""
        file = self.services.dialogs.open_file(msg("选择药品目录"), LISTS)
        if file is None or self._is_working:
            return False
        self.open_file(file)
        return self._table is not None

    def open_file(self, path: Path, sheet: str | None = None) -> None:
        """Read a file and show its columns."""
        service = self.services.catalogue_import
        former = self._table if sheet is not None else None
        self._table = None

        def read(table: RawTable) -> None:
            if former is not None:
                table = replace(table, sheets=former.sheets)
            self._path, self._table = path, table
            self._show_table(table)

        self._run(lambda: service.read(path, sheet), read, tr("正在读目录"))

    def save_action(self) -> None:
        """Ctrl+Enter: look at the lines, then import."""
        if self._stack.currentWidget() is self._mapping:
            self.check_lines()
        else:
            self.ask_and_import()

    def back(self) -> bool:
        """Escape: the step before; False on the first."""
        if self._stack.currentWidget() is self._mapping:
            return False
        self._show_step(self._mapping)
        return True

    # --- columns ----------------------------------------------------------------------------------------------

    def columns(self) -> dict[str, int]:
        """The column of each field as the user has it."""
        return {target: number for number, box in enumerate(self._boxes) if (target := box.target()) is not None}

    def check_lines(self) -> None:
        """Look at every line without writing anything."""
        table = self._table
        if table is None or self._is_working or not self.check.isEnabled():
            return
        service, columns, is_whole = self.services.catalogue_import, self.columns(), self.whole.isChecked()

        def checked(plan: CataloguePlan) -> None:
            self._plan = plan
            self.filter.set_words(filter_words(plan))
            self.filter.set_value(DrugAction.REFUSE.value if plan.update.of(DrugAction.REFUSE) else ALL)
            self._show_rows()
            self._show_check_foot(plan)
            self._show_step(self._check)

        self._run(lambda: service.dry_run(table, columns, is_whole=is_whole), checked, tr("正在核对目录"))

    def on_target(self) -> None:
        """A column was given another field; the column that had it gives it up."""
        box = self.sender()
        if not isinstance(box, TargetBox):
            return
        for other in self._boxes:
            if other is not box and other.target() == box.target() and box.target() is not None:
                other.show_target(None)
        self._show_mapping_state()

    # --- importing --------------------------------------------------------------------------------------------

    def ask_and_import(self) -> None:
        """Say what would be done, and do it when the user wants it."""
        plan = self._plan
        if plan is None or self._is_working or not self.do_import.isEnabled():
            return
        kept = in_a_row([each.sentence for each in plan.update.kept_in_use[:5]])
        question = Question(
            msg("照这张表更新目录？"), tr(plan.sentence), (Answer("import", msg("更新目录"), "primary"),
                                                 Answer("keep", msg("先不更新"))),
            kept or tr("到现在为止什么也没有写入。停用的药只是不再列出，用过的记录都在。"), harmless="keep")
        if self.services.dialogs.ask(question) != "import":
            return
        service = self.services.catalogue_import

        def done(update: UpdatePlan) -> None:
            self.services.say(tr(update.sentence))
            self._plan = None
            self.left.emit(True)

        def failed(error: BaseException) -> None:
            self._is_working = False
            fail(self.services, error)
            self.check_again()

        self._run(lambda: service.apply(plan), done, tr("正在更新目录"), failed=failed)

    def check_again(self) -> None:
        """After the list has changed behind the plan: look at the lines again."""
        self._show_step(self._mapping)
        self.check_lines()

    def save_report(self) -> None:
        """Every line with what becomes of it and why, as XLSX."""
        plan, path = self._plan, self._path
        if plan is None or path is None:
            return
        file = self.services.dialogs.save_file(msg("存核对报告"), tr("{name}-核对报告.xlsx", name=path.stem), WORKBOOK)
        if file is not None:
            service = self.services.catalogue_import
            self._run(lambda: service.save_report(plan, file),
                      lambda count: self.services.say(tr("{count} 行已存成“{file}”。", count=count, file=file.name)),
                      tr("正在存报告"))

    # --- inside -----------------------------------------------------------------------------------------------

    def _build_mapping(self) -> QWidget:
        card = Card(name="catalogue_mapping", margins=(16, 14, 16, 14))
        self.sheet = ComboBox(name="catalogue_sheet", accessible_name=tr("工作表"))
        self.sheet.activated.connect(self._on_sheet)
        self._sheet_field = LabelledField(tr("工作表"), self.sheet, name="catalogue_sheet")
        card.add(self._sheet_field)
        inside = QWidget()
        inside.setProperty("kind", "plain")
        self._grid = Grid(inside, spacing=14, row_spacing=6)
        self._grid.setColumnStretch(1, 2)
        self._grid.setColumnStretch(2, 3)
        card.add(inside)
        self.whole = QCheckBox(tr("这是整份目录：表里没有的药停用（还有库存或正在申领的，再保留 30 天）"))
        self.whole.setObjectName("is_whole_list")
        self.whole.setAccessibleName(tr("这是整份目录"))
        card.add(self.whole)
        self._mapping_problem = label("", "problem", name="catalogue_mapping_problem", wrap=True)
        card.add(self._mapping_problem)
        foot = self._mapping_foot = ActionBar(name="catalogue_mapping_actions")
        back = SecondaryButton(tr("不导入了"), name="leave_import", hint="Esc")
        back.clicked.connect(lambda: self.left.emit(False))
        other = SecondaryButton(tr("换文件"), name="other_catalogue_file", hint="F2")
        other.clicked.connect(self.choose_file)
        self.check = PrimaryButton(tr("逐行核对"), name="check_catalogue", hint="Ctrl ↵")
        self.check.clicked.connect(self.check_lines)
        foot.add_left(back)
        foot.add_left(other)
        foot.add_right(self.check)
        return FormPage(card, foot)

    def _build_check(self) -> QWidget:
        options = [Option(value, value) for value in (ALL, *(action.value for action in DrugAction), "ended")]
        self.filter = CountFilter(options, name="catalogue_filter", accessible_name=tr("看哪些行"))
        self.filter.changed.connect(lambda _value: self._show_rows())
        self.report = SecondaryButton(tr("存核对报告…"), name="save_catalogue_report", small=True)
        self.report.clicked.connect(self.save_report)
        self.rows = DataTable(planned_columns(), name="catalogue_rows", accessible_name=tr("目录的每一行"),
                              empty_text=tr("这一类一行也没有。"))
        self.rows.row_selected.connect(self._show_line)
        self.rows.row_activated.connect(self._show_line)
        self._line = label("", name="catalogue_line", wrap=True)
        inside = QWidget()
        inside.setProperty("kind", "plain")
        column = Vertical(inside, spacing=10)
        above = FlowBox(spacing=10, row_spacing=8)
        for widget in (self.filter, self.report):
            above.add(widget)
        column.addWidget(above)
        column.addWidget(self.rows, 1)
        column.addWidget(self._line)
        foot = self._check_foot = ActionBar(name="catalogue_check_actions")
        back = SecondaryButton(tr("改对应关系"), name="catalogue_back", hint="Esc")
        back.clicked.connect(self.back)
        self.do_import = PrimaryButton(tr("更新目录"), name="do_import_catalogue", hint="Ctrl ↵")
        self.do_import.clicked.connect(self.ask_and_import)
        foot.add_left(back)
        foot.add_right(self.do_import)
        return FormPage(inside, foot)

    def _on_sheet(self) -> None:
        chosen = str(self.sheet.value() or "")
        if self._path is not None and self._table is not None and chosen not in ("", self._table.sheet):
            self.open_file(self._path, chosen)

    def _show_table(self, table: RawTable) -> None:
        self.sheet.set_options([(name, name) for name in table.sheets])
        self.sheet.set_value(table.sheet)
        self._sheet_field.setVisible(len(table.sheets) > 1)
        self.header.set_title(tr("导入“{file}”", file=table.file_name))
        guessed = {index: target for target, index in self.services.catalogue_import.guess(table).items()}
        clear_layout(self._grid)
        self._boxes = []
        for place, title in enumerate((tr("列"), tr("表头"), tr("前几个值"), tr("导入成"))):
            self._grid.addWidget(label(title, "caption"), 0, place)
        for index, header in enumerate(table.headers):
            self._add_column(table, index, header, guessed.get(index))
        # A few drugs are no whole list: taken as one, they would end all the others.
        is_like_a_list = 2 * len(table.rows) >= self.services.catalogue.count()
        self.whole.setChecked(self.services.kind == "township" and is_like_a_list)
        self._show_mapping_state()
        self._show_step(self._mapping)

    def _add_column(self, table: RawTable, index: int, header: str, target: str | None) -> None:
        shown = header or tr("（没有表头）")
        box = TargetBox(self._choices, name=f"catalogue_target_{index}",
                        accessible_name=tr("“{header}”这一列导入成", header=shown))
        box.show_target(target)
        box.currentIndexChanged.connect(self.on_target)
        self._boxes.append(box)
        row = index + 1
        self._grid.addWidget(label(column_letters(index), "muted"), row, 0)
        self._grid.addWidget(label(shown, "strong" if header else "muted", wrap=True), row, 1)
        self._grid.addWidget(label(samples(table, index) or tr("（空）"), "muted", wrap=True), row, 2)
        self._grid.addWidget(box, row, 3)

    def _show_mapping_state(self) -> None:
        has_code = REQUIRED in self.columns()
        self.check.setEnabled(has_code)
        self._mapping_problem.setText("" if has_code else tr("请指定哪一列是药品编码：药品按编码认，不按名称认。"))
        headers = self._table.headers if self._table is not None else ()
        left = [header for header, box in zip(headers, self._boxes, strict=True) if header and box.target() is None]
        self._mapping_foot.set_note(
            tr("不导入的列：{columns}", columns=tr("、").join(left)) if left else tr("还什么也没有写入。"))

    def _show_rows(self) -> None:
        if self._plan is None:
            return
        rows = shown_rows(self._plan, str(self.filter.value() or ALL))
        self.rows.set_rows(rows, keep=code_of)
        if self.rows.current_number() < 0:
            self.rows.select_row(0)
        self._show_line(self.rows.current_row())

    def _show_line(self, row: object) -> None:
        from ui.screens.catalogue.plan_rows import what_happens, why

        if row is None:
            self._line.setText("")
            return
        parts = (getattr(row, "name", ""), what_happens(row).text, why(row).text)
        self._line.setText(tr("　").join(part for part in parts if part))

    def _show_check_foot(self, plan: CataloguePlan) -> None:
        writes = len(plan.update.of(DrugAction.ADD)) + len(plan.update.of(DrugAction.CHANGE)) + len(plan.ended)
        self.do_import.setEnabled(writes > 0)
        self._check_foot.set_note(tr("还什么也没有写入。") if writes else tr("和现在的目录一样，没有要更新的。"))

    def _show_step(self, page: QWidget) -> None:
        self._stack.setCurrentWidget(page)
        steps = (tr("1 对应各列"), tr("2 逐行核对"))
        here = self._stack.currentIndex()
        self.header.set_chips([ChipText(words, "blue" if number == here else "grey")
                               for number, words in enumerate(steps)])
        wanted = self.rows if page is self._check else self.check
        self.setFocusProxy(wanted)
        wanted.setFocus()

    def _run(self, work: Callable[[], Any], done: Callable[[Any], None], title: str, *,
             failed: Callable[[BaseException], None] | None = None) -> None:
        if self._is_working:
            return
        self._is_working = True

        def finished(result: object) -> None:
            self._is_working = False
            done(result)

        def told(error: BaseException) -> None:
            self._is_working = False
            fail(self.services, error)

        self.services.runner.run(lambda _report, _cancelled: work(), on_done=finished, on_error=failed or told,
                                 title=title, can_cancel=False)


def _target_choices(parent: QWidget) -> QStandardItemModel:
    model = QStandardItemModel(parent)
    choices = [("", tr("不导入"))]
    choices += [(each.field, tr("{field} *", field=tr(each.label)) if each.field == REQUIRED else tr(each.label))
                for each in TARGETS]
    for field, words in choices:
        item = QStandardItem(words)
        item.setData(field, Qt.ItemDataRole.UserRole)
        item.setEditable(False)
        model.appendRow(item)
    return model
