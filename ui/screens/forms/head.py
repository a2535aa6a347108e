"""What stands above a form: whose record is open, which form in which edition, and while one is corrected, why."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.services.follow_up_views import VisitPerson
from app.services.form_views import PARTIAL, VOID, OpenForm
from ui.screens.follow_ups.head import LONGEST_REASON, spaced_record_no
from ui.widgets.banner import PatientBanner, PersonHeading
from ui.widgets.buttons import DangerButton, SecondaryButton
from ui.widgets.cards import Card, PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.field_row import LabelledField
from ui.widgets.form_view.fields import WIDE, LineControl
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical

TRIAL = "试行"


class FormHead(QWidget):
    """Signals: `compare_asked`, `attachments_asked`, `history_asked`, `void_asked`; `reason_written` at each change of the
    reason; `passed` when Enter leaves it."""

    compare_asked = Signal()
    attachments_asked = Signal()
    history_asked = Signal()
    void_asked = Signal()
    reason_written = Signal()
    passed = Signal()

    def __init__(self, opened: OpenForm, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("form_head")
        self._previous_on = "" if opened.previous is None else opened.previous.entry_date.isoformat()
        column = Vertical(self, spacing=10)
        self.banner = PatientBanner()
        self.banner.show_person(heading_of(opened.person))
        column.addWidget(self.banner)
        self.header = PageHeader(opened.form.title, name="form_title")
        self.header.set_chips(_chips(opened))
        column.addWidget(self.header)
        self.compare = SecondaryButton(tr("对比上次"), name="compare_form", hint="Ctrl B", small=True)
        self.compare.clicked.connect(self.compare_asked)
        self.compare.setVisible(opened.previous is not None)
        self.header.add_action(self.compare)
        self.attachments = SecondaryButton(tr("附件"), name="form_attachments", small=True)
        self.attachments.clicked.connect(self.attachments_asked)
        self.attachments.setVisible(opened.recorded is not None)
        self.header.add_action(self.attachments)
        self.history = SecondaryButton(tr("修改记录"), name="form_history", small=True)
        self.history.clicked.connect(self.history_asked)
        self.history.setVisible(opened.recorded is not None)
        self.header.add_action(self.history)
        self._field: LabelledField | None = None
        if opened.recorded is not None and opened.recorded.state != VOID:
            column.addWidget(self._correction(opened))

    def reason(self) -> str:
        """Why the form is corrected."""
        return str(self._line.raw()) if self._field is not None else ""

    def show_reason(self, reason: str) -> None:
        """Show a reason (of a draft)."""
        if self._field is not None:
            self._line.show_raw(reason)

    def show_reason_problem(self, sentence: str) -> None:
        """Show beside the reason what is wrong with it, and put the cursor there."""
        if self._field is not None:
            self._field.set_problem(sentence)
            if sentence:
                self._line.setFocus()

    def show_comparing(self, on: bool) -> None:
        """Say what the button does now, and of which day the answers beside the fields are."""
        self.compare.set_words(tr("不再对比") if on else tr("对比上次"))
        self.header.set_note(tr("旁边是 {date} 的", date=self._previous_on) if on else "")

    def _correction(self, opened: OpenForm) -> QWidget:
        assert opened.recorded is not None
        is_partial = opened.recorded.state == PARTIAL
        card = Card(name="correction", tone="amber", margins=(16, 10, 16, 10), spacing=4)
        on = opened.recorded.entry_date.isoformat()
        words = (tr("正在补全 {date} 的草稿。原来写的会留下，随时可以查看。", date=on) if is_partial else
                 tr("正在更正 {date} 的这张表。原来的内容会留下，随时可以查看。", date=on))
        card.add(label(words, "strong", name="correction_words", wrap=True))
        row = Horizontal(spacing=12)
        self._line = LineControl(name="correction_reason", accessible_name=tr("更正的原因"), width=WIDE)
        self._line.setMaxLength(LONGEST_REASON)
        self._line.show_raw(tr("补全草稿") if is_partial else "")
        self._line.passed.connect(self.passed)
        self._line.answered.connect(self._on_reason)
        self._field = LabelledField(tr("更正的原因"), self._line, name="correction_reason", required=True)
        self._void = DangerButton(tr("这张表作废…"), name="void_form")
        self._void.clicked.connect(self.void_asked)
        row.addWidget(self._field, 1)
        row.addWidget(self._void)
        card.add(row)
        return card

    def _on_reason(self) -> None:
        self.show_reason_problem("")
        self.reason_written.emit()


def heading_of(person: VisitPerson) -> PersonHeading:
    """The person as the banner shows them; numbers masked."""
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
    chips = [ChipText(tr("{drug}过敏", drug=drug), "red") for drug in person.drug_allergy]
    if person.is_65_or_older:
        chips.append(ChipText(tr("65岁以上"), "grey"))
    if person.care_note:
        chips.append(ChipText(person.care_note[:10], "grey"))
    return PersonHeading(
        name=person.name, facts=" · ".join(part for part in (sex, age, place) if part), numbers="　".join(numbers),
        chips=tuple(chips),
    )


def _chips(opened: OpenForm) -> tuple[ChipText, ...]:
    edition = opened.form.edition
    is_trial = TRIAL in edition
    chips = [ChipText(tr("{edition}版", edition=edition.removesuffix(TRIAL)), "grey")]
    if is_trial:
        chips.append(ChipText(tr("试行"), "amber"))
    recorded = opened.recorded
    if recorded is None:
        chips.append(ChipText(tr("新填 {date}", date=opened.context.today.isoformat()), "blue"))
    elif recorded.state == VOID:
        chips.append(ChipText(tr("已作废"), "red"))
    else:
        state = tr("草稿") if recorded.state == PARTIAL else tr("更正")
        chips.append(ChipText(tr("{state} {date}", state=state, date=recorded.entry_date.isoformat()), "amber"))
    return tuple(chips)
