"""What stands above the form: whose record is open, and while a recorded visit is corrected, why."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.services.follow_up_views import VisitSheet
from ui.theme.tokens import Tone
from ui.widgets.banner import PatientBanner, PersonHeading
from ui.widgets.buttons import DangerButton
from ui.widgets.cards import Card
from ui.widgets.chips import ChipText
from ui.widgets.field_row import LabelledField
from ui.widgets.form_view.fields import WIDE, LineControl
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical

LONGEST_REASON = 100


class VisitHead(QWidget):
    """`void_asked` when the corrected visit shall be made void; `reason_written` at each change of the reason; `passed`
    when Enter leaves it.
    """

    void_asked = Signal()
    reason_written = Signal()
    passed = Signal()

    def __init__(self, sheet: VisitSheet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("visit_head")
        column = Vertical(self, spacing=12)
        self.banner = PatientBanner()
        self.banner.show_person(heading_of(sheet))
        column.addWidget(self.banner)
        self._reason: LabelledField | None = None
        if sheet.revising is not None:
            column.addWidget(self._correction(sheet))

    def reason(self) -> str:
        """Why the visit is corrected."""
        return str(self._line.raw()) if self._reason is not None else ""

    def show_reason_problem(self, sentence: str) -> None:
        """Show beside the reason what is wrong with it."""
        if self._reason is not None:
            self._reason.set_problem(sentence)

    def stops(self) -> list[QWidget]:
        """The widgets that Tab stops at."""
        return [] if self._reason is None else [self._line, self._void]

    def _correction(self, sheet: VisitSheet) -> QWidget:
        assert sheet.revising is not None
        card = Card(name="correction", tone="amber", margins=(16, 10, 16, 10), spacing=4)
        on = sheet.revising.visit_date.isoformat()
        words = tr("正在更正 {date} 的随访。原来的内容会留下，随时可以查看。", date=on)
        card.add(label(words, "strong", name="correction_words", wrap=True))
        row = Horizontal(spacing=12)
        self._line = LineControl(name="correction_reason", accessible_name=tr("更正的原因"), width=WIDE)
        self._line.setMaxLength(LONGEST_REASON)
        self._line.passed.connect(self.passed)
        self._line.answered.connect(self.reason_written)
        self._reason = LabelledField(tr("更正的原因"), self._line, name="correction_reason", required=True)
        self._void = DangerButton(tr("这次随访作废…"), name="void_visit")
        self._void.clicked.connect(self.void_asked)
        row.addWidget(self._reason, 1)
        row.addWidget(self._void)
        card.add(row)
        return card


def heading_of(sheet: VisitSheet) -> PersonHeading:
    """The person as the banner shows them; numbers masked."""
    person = sheet.person
    sex = {1: tr("男"), 2: tr("女")}.get(person.sex, tr("性别未知"))
    age = "" if person.age is None else tr("{age} 岁", age=person.age)
    place = " ".join(part for part in (person.group_name, person.household_note) if part)
    numbers = []
    if person.record_no:
        numbers.append(tr("档案号 {number}", number=spaced_record_no(person.record_no)))
    if person.id_number_masked:
        numbers.append(tr("身份证 {number}", number=person.id_number_masked))
    if person.phone_masked:
        numbers.append(person.phone_masked)
    return PersonHeading(
        name=person.name,
        facts=" · ".join(part for part in (sex, age, place) if part),
        numbers="　".join(numbers),
        chips=_chips(sheet),
        note=tr("本年第 {number} 次", number=sheet.visit_number),
    )


def spaced_record_no(number: str) -> str:
    """411624 104 215 00037."""
    return " ".join(part for part in (number[:6], number[6:9], number[9:12], number[12:]) if part)


def _chips(sheet: VisitSheet) -> tuple[ChipText, ...]:
    blue: Tone = "blue"
    chips = [ChipText(tr(managed.label), blue) for managed in sheet.diseases]
    if sheet.person.is_65_or_older:
        chips.append(ChipText(tr("65岁以上"), "grey"))
    chips += [ChipText(tr("{drug}过敏", drug=drug), "red") for drug in sheet.person.drug_allergy]
    if sheet.person.care_note:
        chips.append(ChipText(sheet.person.care_note[:10], "grey"))
    return tuple(chips)
