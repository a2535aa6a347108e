"""The print window: whose sheets, which forms, how; what would be printed is told before anything is.

Each change of a choice makes a new plan in a worker; an older one that comes back late is dropped. Del leaves the marked
person out. Ctrl+P shows the sheets before they are printed, Ctrl+S writes them as PDF.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QSizePolicy, QWidget

from app.domain.message import msg
from app.errors import CunyiError
from app.i18n import tr
from app.services.batch_prints import BatchPlan, Manner, OneFile, OnePerPerson, Who
from ui.dialogs import FileKind, show_failure
from ui.screens.printing.choices import (
    NEWEST,
    Chosen,
    Known,
    batch_of,
    form_options,
    manner_options,
    short_name,
    when_options,
    who_options,
)
from ui.theme.theme import current_theme
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.chips import ChipText
from ui.widgets.field_row import ComboBox, LabelledField
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.panes import TwoPane
from ui.widgets.segmented import Option, PillChoices, Segmented
from ui.widgets.small_window import date_control, optional_date
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.batch_files import Target
    from app.services.batch_prints import BatchResult
    from app.services.progress import CancelledCheck, Report
    from ui.background import Job
    from ui.services import Services

PDF = FileKind(msg("PDF 文件"), ("pdf",))
ONE, EACH = "one", "each"
DOUBLE = "double"
PLAN_AFTER_MS = 120
SIZE = (1120, 660)
PRINTED_WIDTH = 220
"""At least; a longer list of forms ends in dots, so that the pages stay in sight."""


@dataclass(frozen=True)
class PlanRow:
    """A person in the table: what is printed, what is not there, and characters without a glyph."""

    resident_id: str
    name: str
    printed: str
    lacking: str
    pages: int
    characters: str


class FormsField(QWidget):
    """The pills of the forms beneath their caption, in as many lines as they need."""

    def __init__(self, pills: PillChoices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        column = Vertical(self, spacing=4)
        self._caption = label("", "caption", name="print_forms_caption", wrap=True)
        column.addWidget(self._caption)
        policy = pills.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)
        pills.setSizePolicy(policy)
        column.addWidget(pills)

    def set_hint(self, hint: str) -> None:
        """What it means to choose none."""
        self._caption.setText(tr("哪几种表（{hint}）", hint=hint))


class PrintWindow(QDialog):
    """Choices at the left, what would be printed at the right. `planned` is the plan in sight, None while it is made."""

    def __init__(self, services: Services, known: Known, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("print_window")
        self.setWindowTitle(tr("打印"))
        self.setAccessibleName(tr("打印"))
        self._services, self._known = services, known
        self._household = _household_of(services, known)
        self._left_out: set[str] = set()
        self._asked = 0
        self._job: Job | None = None
        self._is_open = True
        self.planned: BatchPlan | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(PLAN_AFTER_MS)
        self._later.timeout.connect(self.make_plan)
        self._build()
        self._connect()
        self._fit()
        self._show_choices()
        self.make_plan()

    # --- what is chosen ---------------------------------------------------------------------------------------

    def chosen(self) -> Chosen:
        """What stands in the controls. Raises CunyiError for a day that cannot be read."""
        who = Who(self.who.value() or Who.DAY)
        every_form = not self.forms.value() or not self.forms_matter()
        return Chosen(
            who=who,
            manner=Manner(self.manner.value() or Manner.FILLED),
            form_codes=() if every_form else self.forms.value(),
            when=str(self.when.value() or NEWEST),
            day=optional_date(self.day, "day") if who is Who.DAY else None,
            group=_text(self.group.value()),
            double_sided=DOUBLE in self.double.value(),
        )

    def forms_matter(self) -> bool:
        """Whether a form is to be chosen: not where one form on file is meant."""
        return self.who.value() != Who.ENTRY

    def left_out(self) -> frozenset[str]:
        """Who was taken out of the batch."""
        return frozenset(self._left_out)

    # --- the plan ---------------------------------------------------------------------------------------------

    def make_plan(self) -> None:
        """Find out what would be printed; shown when it is there."""
        self._later.stop()
        self._asked += 1
        asked = self._asked
        self.planned = None
        self._allow(False)
        try:
            batch = batch_of(self.chosen(), self._known, self._household)
        except CunyiError as error:
            self._say(tr(error.message))
            return
        self.summary.setText(tr("正在查找…"))
        prints = self._services.batch_prints

        def work(report: Report, cancelled: CancelledCheck) -> BatchPlan:
            return prints.plan(batch, report, cancelled)

        if self._job is not None and not self._job.is_over:
            self._job.cancel()
        self._job = self._services.runner.run(
            work, on_done=lambda plan: self.show_plan(plan, asked), on_error=lambda error: self._refused(error, asked),
            pool="network",
        )

    def show_plan(self, plan: BatchPlan, asked: int) -> None:
        """Show a plan, unless something else was chosen since."""
        if asked != self._asked:
            return
        self.planned = plan
        self._show_planned()

    def leave_out(self) -> None:
        """Take the marked person out of the batch."""
        row = self.table.current_row()
        if isinstance(row, PlanRow) and len(self.table.rows()) > 1:
            self._left_out.add(row.resident_id)
            self._show_planned()

    def take_back(self) -> None:
        """Everybody again."""
        self._left_out.clear()
        self._show_planned()

    def final_plan(self) -> BatchPlan | None:
        """What is printed: the plan without those who were left out."""
        return None if self.planned is None else self.planned.without(self._left_out)

    # --- printing ---------------------------------------------------------------------------------------------

    def preview(self) -> None:
        """Lay the sheets out in a worker and show them before they are printed."""
        plan, prints = self.final_plan(), self._services.batch_prints
        if plan is None or not plan.people:
            return

        def work(report: Report, cancelled: CancelledCheck) -> bytes:
            return prints.preview(plan, report, cancelled)

        title = plan.people[0].name if len(plan.people) == 1 else tr("{count} 位居民的表", count=len(plan.people))
        self._services.runner.run(
            work, on_done=lambda pdf: self._services.preview(pdf, title), on_error=self._failed, title=tr("正在排版"),
            pool="network",
        )

    def save(self) -> None:
        """Write the sheets as one PDF or one for each person, where the doctor chooses."""
        plan, target = self.final_plan(), None
        if plan is None or not plan.people:
            return
        target = self._target(plan)
        if target is None:
            return
        prints, where = self._services.batch_prints, target

        def work(report: Report, cancelled: CancelledCheck) -> BatchResult:
            return prints.run(plan, where, report, cancelled)

        self._services.runner.run(
            work, on_done=self._written, on_error=self._failed, title=tr("正在写打印的文件"), pool="network",
            on_cancelled=lambda: self._services.say(tr("已停下，没有留下任何文件")),
        )

    def _target(self, plan: BatchPlan) -> Target | None:
        if self.output.value() == EACH:
            folder = self._services.dialogs.choose_folder(tr("每人一个 PDF：放在哪个文件夹"))
            return None if folder is None else OnePerPerson(Path(folder))
        name = tr("{count} 位居民的表", count=len(plan.people))
        file = self._services.dialogs.save_file(tr("存为 PDF"), f"{name}.pdf", [PDF])
        return None if file is None else OneFile(file if file.suffix else file.with_suffix(".pdf"))

    def _written(self, result: BatchResult) -> None:
        said = tr("已写好 {files} 个文件，共 {pages} 页", files=len(result.files), pages=result.pages)
        self._services.say(said)
        if self._is_open:
            self.result.setText(said)
            self.result.show()

    # --- building ---------------------------------------------------------------------------------------------

    def _build(self) -> None:
        column = Vertical(self, spacing=12, margins=16)
        column.addWidget(label(tr("打印"), "card_title"))
        choices = QWidget()
        choices.setProperty("kind", "plain")
        self._place_choices(Vertical(choices, spacing=12))
        side = self._build_side()
        column.addWidget(TwoPane(choices, side, side_width=470, breakpoint=900), 1)
        self.result = label("", "good", name="print_result", wrap=True)
        self.result.hide()
        column.addWidget(self.result)
        column.addWidget(self.summary)
        column.addWidget(self.glyphs)
        row = Horizontal(spacing=10)
        self.close_button = SecondaryButton(tr("关闭"), name="print_close", hint="Esc")
        self.save_button = SecondaryButton(tr("存为 PDF"), name="print_save", hint="Ctrl S", icon_name="save")
        self.preview_button = PrimaryButton(tr("预览并打印"), name="print_preview", hint="Ctrl P", icon_name="print")
        row.addWidget(self.close_button)
        row.addStretch(1)
        row.addWidget(self.save_button)
        row.addWidget(self.preview_button)
        column.addLayout(row)

    def _place_choices(self, column: Vertical) -> None:
        today = self._services.desk.today()
        self.who = Segmented(who_options(self._known, self._household), name="print_who", accessible_name=tr("打印谁的"))
        self.day = date_control("print_day", tr("哪一天"), today, value=today)
        self.group = ComboBox(name="print_group", accessible_name=tr("哪一组"))
        groups = self._services.households.groups()
        self.group.set_options([(None, tr("全村")), *((name, name) for name in groups)])
        self.manner = Segmented(manner_options(), name="print_manner", accessible_name=tr("怎么打印"))
        self.when = ComboBox(name="print_when", accessible_name=tr("哪一次的"))
        self.when.set_options(when_options(today))
        self.forms = PillChoices(form_options(), name="print_forms", accessible_name=tr("哪几种表"))
        outputs = [Option(ONE, tr("合成一个 PDF"), "1"), Option(EACH, tr("每人一个 PDF"), "2")]
        self.output = Segmented(outputs, name="print_output", accessible_name=tr("存成"))
        self.double = PillChoices([Option(DOUBLE, tr("双面打印：每人从新的一张纸开始"), "1")], name="print_double",
                                  accessible_name=tr("双面"))  # fmt: skip
        self.forms_field = FormsField(self.forms)
        self.fields: dict[str, QWidget] = {
            "who": LabelledField(tr("打印谁的"), self.who, name="print_who"),
            "day": LabelledField(tr("哪一天"), self.day, name="print_day"),
            "group": LabelledField(tr("哪一组"), self.group, name="print_group"),
            "manner": LabelledField(tr("怎么打印"), self.manner, name="print_manner"),
            "when": LabelledField(tr("哪一次的"), self.when, name="print_when"),
            "forms": self.forms_field,
            "output": LabelledField(tr("存成"), self.output, name="print_output"),
            "double": LabelledField(tr("双面"), self.double, name="print_double"),
        }
        for field in self.fields.values():
            column.addWidget(field)
        column.addStretch(1)

    def _build_side(self) -> Card:
        side = Card(tr("将要打印"), name="print_plan")
        self.summary = label("", "strong", name="print_summary", wrap=True)
        self.glyphs = label("", "warning", name="print_glyphs", wrap=True)
        self.lacking = label("", "muted", name="print_lacking", wrap=True)
        self.table = DataTable(
            [Column("name", tr("姓名"), value=_name_cell),
             Column("printed", tr("表"), value=_printed_cell, stretch=True, width=PRINTED_WIDTH),
             Column("pages", tr("约几页"), value=lambda row: str(row.pages) if row.pages else "", align="right")],
            name="print_people", accessible_name=tr("将要打印的人"), inside_card=True, row_height=44,
            empty_text=tr("没有可打印的。"),
        )  # fmt: skip
        self.out_button = SecondaryButton(tr("不打印这位"), name="print_leave_out", hint="Del", small=True)
        self.back_button = SecondaryButton(tr("全部恢复"), name="print_take_back", small=True)
        row = Horizontal(spacing=8)
        row.addWidget(self.out_button)
        row.addWidget(self.back_button)
        row.addStretch(1)
        side.add(self.lacking)
        side.add(self.table, 1)
        side.add(row)
        return side

    def _connect(self) -> None:
        self.who.changed.connect(self._on_choice)
        self.manner.changed.connect(self._on_choice)
        self.forms.changed.connect(self._on_choice)
        self.double.changed.connect(self._on_choice)
        self.when.currentIndexChanged.connect(self._on_choice)
        self.group.currentIndexChanged.connect(self._on_choice)
        self.day.textEdited.connect(lambda _text: self._on_choice())
        self.output.changed.connect(lambda _value: self._show_choices())
        self.close_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self.save)
        self.preview_button.clicked.connect(self.preview)
        self.out_button.clicked.connect(self.leave_out)
        self.back_button.clicked.connect(self.take_back)
        for keys, act in (("Ctrl+P", self.preview), ("Ctrl+S", self.save), ("Ctrl+Return", self.preview)):
            QShortcut(QKeySequence(keys), self, activated=act)
        QShortcut(QKeySequence("Del"), self.table, activated=self.leave_out)

    def _show_choices(self) -> None:
        """Show the fields that matter to what is chosen."""
        if self.who.value() is None:
            self.who.blockSignals(True)
            self.who.set_value(self.who.options()[0].value)
            self.manner.set_value(Manner.FILLED)
            self.output.set_value(ONE)
            if self._known.form_code and self._known.form_code in [each.value for each in self.forms.options()]:
                self.forms.set_value([self._known.form_code])
            if self._known.work is not None:
                self.manner.set_value(Manner.LAST_VALUES)
            self.who.blockSignals(False)
        who = self.who.value()
        filled = self.manner.value() in (Manner.FILLED, Manner.OVERPRINT)
        self.fields["day"].setVisible(who == Who.DAY)
        self.fields["group"].setVisible(who == Who.OLDER)
        self.fields["when"].setVisible(filled and who in (Who.CHOSEN, Who.HOUSEHOLD, Who.OLDER, Who.LISTED))
        self.fields["forms"].setVisible(self.forms_matter())
        hint = tr("不选就是全部有的") if filled or who == Who.WORK_LIST else tr("至少选一种")
        self.forms_field.set_hint(hint)
        many = who not in (Who.ENTRY, Who.CHOSEN)
        self.fields["output"].setVisible(many)
        self.fields["double"].setVisible(many and self.output.value() != EACH)

    def _on_choice(self, _value: object = None) -> None:
        self._left_out.clear()
        self.result.hide()
        self._show_choices()
        self._later.start()

    def _show_planned(self) -> None:
        plan = self.final_plan()
        if plan is None:
            return
        self.summary.setText(
            tr("共 {people} 人、{sheets} 份表，约 {pages} 页", people=len(plan.people), sheets=plan.sheets, pages=plan.pages)
        )
        self.glyphs.setText(_glyph_words(plan))
        self.glyphs.setVisible(bool(plan.without_glyph))
        nothing = sum(1 for each in plan.lacking)
        self.lacking.setText(tr("{count} 人没有选的表，在下面注明“没有”", count=nothing))
        self.lacking.setVisible(bool(nothing))
        self.table.set_rows(plan_rows(plan), keep=lambda row: row.resident_id)
        self.back_button.setVisible(bool(self._left_out))
        self.out_button.setEnabled(len(self.table.rows()) > 1)
        self._allow(bool(plan.people))

    def _say(self, sentence: str) -> None:
        """Nothing can be printed, and why."""
        self.summary.setText(sentence)
        for each in (self.glyphs, self.lacking, self.back_button):
            each.hide()
        self.table.set_rows([])
        self._allow(False)

    def _refused(self, error: BaseException, asked: int) -> None:
        if not isinstance(error, CunyiError):
            raise error
        if asked == self._asked:
            self._say(tr(error.message))

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        show_failure(self._services.dialogs, error)

    def _allow(self, anything: bool) -> None:
        self.save_button.setEnabled(anything)
        self.preview_button.setEnabled(anything)

    def done(self, result: int) -> None:
        """Close; a plan that is still being made is not waited for."""
        self._is_open = False
        self._asked += 1
        self._later.stop()
        if self._job is not None:
            self._job.cancel()
        super().done(result)

    def showEvent(self, event: QShowEvent) -> None:
        """The cursor in the first choice."""
        super().showEvent(event)
        self.who.setFocus()

    def _fit(self) -> None:
        theme = current_theme()
        room = self.parentWidget().window().size() if self.parentWidget() else self.screen().availableSize()
        self.resize(min(theme.px(SIZE[0]), room.width() - 40), min(theme.px(SIZE[1]), room.height() - 40))


def plan_rows(plan: BatchPlan) -> list[PlanRow]:
    """Everybody of a plan once, in its order; those without anything to print last."""
    lacking = {each.resident_id: each for each in plan.lacking}
    characters = {each.resident_id: each.characters for each in plan.without_glyph}
    rows = []
    for person in plan.people:
        lacks = lacking.pop(person.resident_id, None)
        printed = tr("、").join(short_name(sheet.form_code) for sheet in person.sheets)
        rows.append(PlanRow(person.resident_id, person.name, printed, _lack_words(lacks.forms if lacks else ()),
                            person.pages, characters.get(person.resident_id, "")))  # fmt: skip
    rows += [PlanRow(each.resident_id, each.name, "", _lack_words(each.forms) or tr("还没有任何表"), 0, "")
             for each in lacking.values()]  # fmt: skip
    return rows


def _lack_words(form_codes: tuple[str, ...]) -> str:
    if not form_codes:
        return ""
    return tr("没有：{forms}", forms=tr("、").join(short_name(code) for code in form_codes))


def _glyph_words(plan: BatchPlan) -> str:
    who = tr("、").join(
        tr("{name}（{characters}）", name=each.name, characters=" ".join(_shown(letter) for letter in each.characters))
        for each in plan.without_glyph[:MOST_TOLD]
    )
    if len(plan.without_glyph) > MOST_TOLD:
        who = tr("{names} 等 {count} 人", names=who, count=len(plan.without_glyph))
    return tr("这些字没有字体，纸上留空请手写：{who}", who=who)


def _shown(letter: str) -> str:
    """A character, with its number where the screen may not have it either."""
    return f"{letter} U+{ord(letter):04X}"


MOST_TOLD = 6


def _name_cell(row: PlanRow) -> Cell:
    chips = (ChipText(tr("缺字"), "amber"),) if row.characters else ()
    return Cell(row.name, bold=True, muted=not row.printed, chips=chips)


def _printed_cell(row: PlanRow) -> Cell:
    if not row.printed:
        return Cell(row.lacking, muted=True)
    return Cell(row.printed, second_line=row.lacking)


def _household_of(services: Services, known: Known) -> str:
    if not known.resident_id:
        return ""
    try:
        household = services.residents.get(known.resident_id).household
    except CunyiError:
        return ""
    return "" if household is None else household.household_id


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
