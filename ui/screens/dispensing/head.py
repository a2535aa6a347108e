"""Above the drugs: whose they are, what kind of prescription, the diagnosis, and what the doses depend on."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from app.domain.drug_rules import Pregnancy
from app.domain.message import msg
from app.domain.prescribing import PrescriptionKind
from app.forms.kinds import plain
from app.i18n import tr
from ui.screens.residents.words import heading_of
from ui.widgets.banner import PatientBanner
from ui.widgets.cards import Card
from ui.widgets.field_row import ComboBox, LabelledField
from ui.widgets.form_view.fields import LineControl, NumberControl
from ui.widgets.labels import label, set_look
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.segmented import Option, Segmented

if TYPE_CHECKING:
    from app.services.dispensing import Beside, Draft
    from app.services.resident_views import ResidentView

LACTATING = "lactating"
STATES = {
    Pregnancy.UNKNOWN.value: msg("没有问"), Pregnancy.NO.value: msg("都没有"), LACTATING: msg("哺乳期"),
    Pregnancy.FIRST.value: msg("孕 1–12 周"), Pregnancy.SECOND.value: msg("孕 13–27 周"),
    Pregnancy.THIRD.value: msg("孕 28 周起"), Pregnancy.YES.value: msg("怀孕，孕周不清"),
}
"""怀孕、哺乳 in one choice; who nurses is not pregnant."""
LONGEST_DIAGNOSIS = 200


class DispensingHead(QWidget):
    """`changed` after every change; `kind_changed` when another kind of prescription was chosen; `passed` at the end."""

    changed = Signal()
    kind_changed = Signal()
    passed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("dispensing_head")
        self._bad_weight = ""
        column = Vertical(self, spacing=10)
        self.banner = PatientBanner()
        column.addWidget(self.banner)
        card = Card(name="prescription_card", margins=(14, 8, 14, 10))
        row = FlowBox(spacing=14, row_spacing=6)
        options = [Option(kind.value, tr(kind.label), str(number)) for number, kind in enumerate(PrescriptionKind, 1)]
        self.kind = Segmented(options, name="prescription_kind", accessible_name=tr("处方类型"))
        row.add(LabelledField(tr("处方类型"), self.kind, name="prescription_kind"))
        self.diagnosis = LineControl(name="diagnosis", accessible_name=tr("诊断"), width=230)
        self.diagnosis.setMaxLength(LONGEST_DIAGNOSIS)
        row.add(LabelledField(tr("诊断"), self.diagnosis, name="diagnosis"))
        self.weight = NumberControl(name="weight", accessible_name=tr("体重"), width=104)
        self.weight_field = LabelledField(tr("体重"), self.weight, name="weight", unit=tr("千克"))
        row.add(self.weight_field)
        self.pregnancy = ComboBox(name="pregnancy", accessible_name=tr("怀孕、哺乳"))
        self.pregnancy.set_options([(value, tr(words)) for value, words in STATES.items()])
        self.pregnancy_field = LabelledField(tr("怀孕、哺乳"), self.pregnancy, name="pregnancy")
        row.add(self.pregnancy_field)
        self.signed = QCheckBox(tr("居民已签名（最多 12 周）"))
        self.signed.setObjectName("has_signed")
        self.signed.setAccessibleName(tr("居民已签名（最多 12 周）"))
        self.signed_field = LabelledField(tr("超过 4 周"), self.signed, name="has_signed")
        row.add(self.signed_field)
        card.add(row)
        self._trouble = label("", "problem", name="weight_trouble", wrap=True)
        self._trouble.hide()
        card.add(self._trouble)
        self.card = card
        column.addWidget(card)
        self.kind.changed.connect(self._on_kind)
        self.diagnosis.answered.connect(self.changed)
        self.diagnosis.passed.connect(self.passed)
        self.weight.answered.connect(self.changed)
        self.weight.passed.connect(self.passed)
        self.pregnancy.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.signed.toggled.connect(lambda _on: self.changed.emit())

    def show_person(self, person: ResidentView, beside: Beside) -> None:
        """Whose drugs they are; a pregnancy is asked only where one may be."""
        self.banner.show_person(heading_of(person))
        self.pregnancy_field.setVisible(beside.is_asked_pregnancy)
        self.weight.setProperty("required", beside.needs_weight)
        self.weight_field.set_hint(tr("必填") if beside.needs_weight else "")

    def show_draft(self, draft: Draft) -> None:
        """Show what the draft says."""
        every = (self.kind, self.pregnancy, self.signed)
        for each in every:
            each.blockSignals(True)
        self.kind.set_value(draft.kind.value)
        self.diagnosis.show_raw(draft.diagnosis)
        self.weight.show_raw(draft.weight_kg)
        self.pregnancy.set_value(LACTATING if draft.is_lactating else draft.pregnancy.value)
        self.signed.setChecked(draft.has_signed)
        self.signed_field.setVisible(draft.kind is PrescriptionKind.LONG)
        for each in every:
            each.blockSignals(False)

    def values(self) -> dict[str, object]:
        """What stands here, as the draft names it."""
        kind, state = self.kind.value(), str(self.pregnancy.value() or "")
        is_nursing = state == LACTATING
        return {
            "kind": PrescriptionKind(kind) if kind else PrescriptionKind.ORDINARY,
            "diagnosis": str(self.diagnosis.raw()),
            "weight_kg": self._weight(),
            "pregnancy": Pregnancy.NO if is_nursing else Pregnancy(state),
            "is_lactating": None if not state else is_nursing,
            "has_signed": self.signed.isChecked() and self.signed.isVisibleTo(self),
        }

    def show_weight_problem(self, sentence: str) -> None:
        """What is wrong with the weight."""
        words = self._bad_weight or sentence
        set_look(self.weight, "problem", bool(words))
        self._trouble.setText(words)
        self._trouble.setVisible(bool(words))

    def trouble(self) -> str:
        """What is wrong with the weight, or empty."""
        return self._trouble.text()

    def unread(self) -> str:
        """Why the weight is no number, or empty."""
        return self._bad_weight

    def stops(self) -> list[QWidget]:
        """The widgets that Tab stops at."""
        every = [self.kind, self.diagnosis, self.weight, self.pregnancy, self.signed]
        return [each for each in every if each.isVisibleTo(self)]

    def lines(self) -> list[QLineEdit]:
        """The lines that a scanner may type into."""
        return [self.diagnosis, self.weight]

    def _on_kind(self, _value: object) -> None:
        self.signed_field.setVisible(self.kind.value() == PrescriptionKind.LONG.value)
        self.kind_changed.emit()

    def _weight(self) -> Decimal | None:
        self._bad_weight = ""
        text = plain(str(self.weight.raw()))
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) > MOST_WEIGHT or number != round(number, 1):
            self._bad_weight = tr("体重请填数字，最多一位小数，例如 18.5。")
            return None
        return number


MOST_WEIGHT = Decimal(9999)
