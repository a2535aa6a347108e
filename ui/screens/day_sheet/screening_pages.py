"""Before and after a screening round: whom it is for, who is to be measured again, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.services.screening_rounds import Screened
from ui.screens.day_sheet.cells import TONE_OF
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, Card, PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.field_row import ComboBox, LabelledField
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.segmented import Option, Segmented
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from ui.services import Services

ADULTS, EVERYBODY = "adults", "everybody"


def result_columns() -> tuple[Column, ...]:
    """The columns of a list of results."""
    return (
        Column("name", tr("姓名"), bold=True),
        Column("age", tr("年龄"), align="right"),
        Column("group", tr("组"), value=lambda row: row.group or None),
        Column("reading", tr("血压"), value=lambda row: row.reading or None),
        Column("glucose", tr("血糖"), value=lambda row: row.glucose or None),
        Column("conclusion", tr("结论"), value=lambda row: ChipText(tr(row.headline), TONE_OF[row.tone])),
        Column("days", tr("偏高天数"), align="right", value=lambda row: str(row.raised_days) if row.raised_days else None),
        Column("repeat_on", tr("复测日期"), value=_repeat),
        Column("phone", tr("电话"), value=lambda row: row.phone_masked or None, stretch=True),
    )


def _repeat(row: Screened) -> Cell:
    return Cell("" if row.repeat_on is None else row.repeat_on.isoformat())


class RoundStart(QWidget):
    """Whom a round is for. `chosen(resident ids)`; `referral_asked` and `enrol_asked` with a `Screened`."""

    chosen = Signal(object)
    left = Signal()
    person_asked = Signal(object)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("screening_start")
        self._services = services
        column = Vertical(self, spacing=12)
        column.addWidget(PageHeader(tr("血压血糖筛查")))
        card = Card(tr("给哪些人做"), name="screening_whom")
        self.group = ComboBox(name="screening_group", accessible_name=tr("组"))
        self.whom = Segmented(
            [Option(ADULTS, tr("35 岁以上、未纳入高血压管理")), Option(EVERYBODY, tr("全组的人"))],
            name="screening_people", accessible_name=tr("给哪些人做"),
        )
        self.whom.set_value(ADULTS)
        line = FlowBox(spacing=14, row_spacing=8)
        line.add(LabelledField(tr("组"), self.group, name="screening_group"))
        line.add(LabelledField(tr("哪些人"), self.whom, name="screening_people"))
        card.add(line)
        self._count = label("", "muted", name="screening_count", wrap=True)
        card.add(self._count)
        column.addWidget(card)
        self.again = Card(tr("要改天复测的人"), name="screening_again")
        self.table = DataTable(result_columns(), name="recheck_table", accessible_name=tr("要改天复测的人"), inside_card=True,
                               empty_text=tr("没有要复测的人。"))
        self.table.row_activated.connect(self.person_asked)
        self.again.add(self.table, 1)
        column.addWidget(self.again, 1)
        bar = ActionBar(name="screening_start_actions")
        leave = SecondaryButton(tr("离开"), name="leave_screening", hint="Esc")
        self._again = SecondaryButton(tr("给要复测的人做一次"), name="start_recheck")
        self._start = PrimaryButton(tr("开始"), name="start_screening", hint="Ctrl ↵")
        bar.add_left(leave)
        bar.add_right(self._again)
        bar.add_right(self._start)
        column.addWidget(bar)
        leave.clicked.connect(self.left)
        self._start.clicked.connect(self.start)
        self._again.clicked.connect(lambda: self.chosen.emit([row.resident_id for row in self.table.rows()]))
        self.group.currentIndexChanged.connect(self.show_count)
        self.whom.changed.connect(self.show_count)
        self.setFocusProxy(self.group)
        self.refresh()

    def refresh(self, group: str | None = None) -> None:
        """Read groups and the list of those to be measured again."""
        groups = self._services.households.groups()
        self.group.set_options([(None, tr("全村")), *((name, name) for name in groups)])
        if group is not None:
            self.group.set_value(group)
        self.table.set_rows(self._services.screening_rounds.to_recheck())
        self._again.setEnabled(bool(self.table.rows()))
        self.show_count()

    def people(self) -> tuple[str, ...]:
        """Whom the round is for, by id."""
        group = self.group.value()
        return self._services.screening_rounds.people(
            None if group is None else str(group), whole_group=self.whom.value() == EVERYBODY
        )

    def show_count(self) -> None:
        """How many they are."""
        count = len(self.people())
        self._count.setText(tr("{count} 人。一次最多 300 人，人多请分组做；没来的人空着就行。", count=count))
        self._start.setEnabled(count > 0)

    def start(self) -> None:
        """Begin."""
        people = self.people()
        if people:
            self.chosen.emit(people)


class RoundResults(QWidget):
    """What came of a round. `back_asked` to the rows that are left; `referral_asked`, `enrol_asked` with a `Screened`."""

    back_asked = Signal()
    left = Signal()
    print_asked = Signal()
    referral_asked = Signal(object)
    enrol_asked = Signal(object)
    person_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("screening_results")
        column = Vertical(self, spacing=12)
        self.header = PageHeader(tr("筛查结果"))
        self._print = SecondaryButton(tr("打印结果名单"), name="print_results", hint="Ctrl P")
        self.header.add_action(self._print)
        column.addWidget(self.header)
        self.table = DataTable(result_columns(), name="results_table", accessible_name=tr("筛查结果"))
        column.addWidget(self.table, 1)
        self._advice = label("", "muted", name="results_advice", wrap=True)
        column.addWidget(self._advice)
        bar = ActionBar(name="results_actions")
        leave = SecondaryButton(tr("离开"), name="leave_results", hint="Esc")
        self._back = SecondaryButton(tr("回到没填的人"), name="back_to_round")
        self._enrol = SecondaryButton(tr("确诊后纳入管理"), name="enrol_screened")
        self._refer = PrimaryButton(tr("开转诊单"), name="refer_screened", hint="F8")
        bar.add_left(leave)
        bar.add_left(self._back)
        bar.add_right(self._enrol)
        bar.add_right(self._refer)
        column.addWidget(bar)
        leave.clicked.connect(self.left)
        self._back.clicked.connect(self.back_asked)
        self._print.clicked.connect(self.print_asked)
        self._refer.clicked.connect(lambda: self._emit(self.referral_asked))
        self._enrol.clicked.connect(lambda: self._emit(self.enrol_asked))
        self.table.row_activated.connect(self.person_asked)
        self.table.row_selected.connect(lambda _row: self.show_row())
        self.setFocusProxy(self.table)

    def show_results(self, entries: Sequence[Screened], left: int) -> None:
        """The results, and how many rows of the round are not filled in yet."""
        self.table.set_rows(entries, keep=lambda row: row.resident_id)
        if entries and self.table.current_row() is None:
            self.table.select_row(0)
        refer = sum(each.tone == "bad" for each in entries)
        again = sum(each.tone == "warn" for each in entries)
        self.header.set_chips([
            ChipText(tr("转诊 {count}", count=refer), "red" if refer else "grey"),
            ChipText(tr("改天复测 {count}", count=again), "amber" if again else "grey"),
            ChipText(tr("共 {count} 人", count=len(entries)), "grey"),
        ])  # fmt: skip
        self._back.setVisible(left > 0)
        self._back.set_words(tr("回到没填的 {count} 人", count=left))
        self.show_row()

    def show_row(self) -> None:
        """What can be done about the chosen person."""
        row = self.table.current_row()
        self._refer.setEnabled(row is not None and row.tone == "bad")
        self._enrol.setEnabled(row is not None and row.tone == "bad")
        self._advice.setText(
            tr("一次读数不能确诊：偏高的改天再测，三次不同日都偏高或血糖达到标准的转卫生院确诊，确诊后再纳入管理。")
        )

    def refer(self) -> None:
        """F8: a referral for the chosen person."""
        if self._refer.isEnabled():
            self._emit(self.referral_asked)

    def _emit(self, signal: Signal) -> None:
        row = self.table.current_row()
        if row is not None:
            signal.emit(row)  # type: ignore[attr-defined]
