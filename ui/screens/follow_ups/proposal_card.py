"""What the rules propose for one disease: headline, reasons with their numbers, the clause, class and referral.

The doctor decides: he takes another class (then he writes why), opens a referral, or writes why he does not refer. The
card shows; what is chosen goes to whoever keeps the visit.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.domain.chronic_followup import VISIT_CLASS_LABELS, Referral, VisitClass
from app.domain.message import msg
from app.domain.reasons import Reason
from app.forms.vocabulary import Level
from app.i18n import tr
from app.services.diseases import DIABETES, HYPERTENSION
from app.services.follow_up_proposals import DiseaseProposal
from ui.screens.follow_ups.bars import OfferingBar, QuietOption
from ui.screens.follow_ups.cells import Beneath, SingleCell
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import Card, CardTone
from ui.widgets.form_view.fields import LineControl
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Horizontal, Vertical, clear_layout

TONES: dict[str, CardTone] = {"good": "green", "warn": "amber", "bad": "red", "none": ""}
TO_DO = frozenset({"refer", "refer_at_once", "check_referral", "visit_again", "keep_plan", "first_unsatisfactory",
                   "first_adverse_reaction", "doctors_class"})
STRONG = frozenset({"refer", "refer_at_once"})
SAID_BY_THE_BAR = frozenset({"proposed_class"})
WAITING = {
    HYPERTENSION: msg("填好血压，这里就给出分类、依据和下次随访日期。"),
    DIABETES: msg("填好空腹血糖，这里就给出分类、依据和下次随访日期。"),
}
LONGEST_REASON = 100


class ClassBar(OfferingBar):
    """The four classes in one line of the narrow column; their numbers are typed, as on paper."""

    padding = 8


class ProposalCard(Card):
    """The card of one disease.

    Signals: `class_chosen(str)` a class by its number; `reason_written(str)` why another class; `referral_asked`,
    `referral_withdrawn`; `no_referral_written(str)` why not referred; `passed` when Enter asks for the next field.
    """

    class_chosen = Signal(str)
    reason_written = Signal(str)
    referral_asked = Signal()
    referral_withdrawn = Signal()
    no_referral_written = Signal(str)
    passed = Signal()

    def __init__(self, form_code: str, keys: Sequence[str], parent: QWidget | None = None) -> None:
        """`keys` name the answers visit_class, class_reason and no_referral_reason of the disease."""
        super().__init__("", name=f"{form_code}_proposal", spacing=7, parent=parent)
        self.class_key, self.reason_key, self.no_referral_key = keys
        self._shown: tuple[object, ...] = ()
        self._words = Vertical(spacing=5)
        self.add(self._words)
        options = [QuietOption(str(int(each)), tr(words), str(int(each))) for each, words in VISIT_CLASS_LABELS.items()]
        bar = ClassBar(options, name=self.class_key, accessible_name=tr("此次随访分类"))
        self.class_cell = SingleCell(tr("此次随访分类"), self.class_key, bar)
        self.class_cell.answered.connect(self._on_class)
        self.class_cell.passed.connect(lambda _key: self.passed.emit())
        self.add(self.class_cell)
        self.reason_cell = self._line_cell(self.reason_key, tr("不按建议分类的原因"), self.reason_written)
        self.add(self.reason_cell)
        self._buttons = FlowBox(spacing=8)
        self.refer = PrimaryButton(tr("开转诊单"), name=f"{form_code}_refer", hint="F8")
        self.refer.clicked.connect(self.referral_asked)
        self.no_referral = SecondaryButton(tr("不转诊，写原因"), name=f"{form_code}_no_referral")
        self.no_referral.clicked.connect(self.open_no_referral)
        self.withdraw = SecondaryButton(tr("撤回转诊"), name=f"{form_code}_withdraw_referral", small=True)
        self.withdraw.clicked.connect(self.referral_withdrawn)
        for button in (self.refer, self.no_referral, self.withdraw):
            self._buttons.add(button)
        self.add(self._buttons)
        self.no_referral_cell = self._line_cell(self.no_referral_key, tr("建议转诊而未转诊的原因"), self.no_referral_written)
        self.add(self.no_referral_cell)
        self.owed = Beneath(f"{form_code}_owed")
        self.add(self.owed)
        self._clause = label("", "caption", name=f"{form_code}_clause", wrap=True)
        self.add(self._clause)
        self._no_referral_open = False

    def show_proposal(self, said: DiseaseProposal, *, chosen: str, reason: str, no_referral: str, is_referred: bool) -> None:
        """Show what the rules say now, and what the doctor has decided so far."""
        now = (said, chosen, reason, no_referral, is_referred, self._no_referral_open)
        if now == self._shown:
            return
        if not self._shown or self._shown[0] != said:
            self._show_words(said)
        self._shown = now
        self._show_class(said, chosen)
        self.reason_cell.show_raw(self.reason_key, reason)
        self.no_referral_cell.show_raw(self.no_referral_key, no_referral)
        advised = said.referral != Referral.NO
        writes_why_not = advised and not is_referred and (self._no_referral_open or bool(no_referral))
        self.refer.setVisible(not is_referred and (advised or said.controlled is not None))
        self.refer.set_words(tr("开转诊单") if advised else tr("仍要转诊"), "F8" if advised else "")
        self.refer.setProperty("kind", "primary" if advised else "secondary")
        self.refer.style().polish(self.refer)
        self.no_referral.setVisible(advised and not is_referred and not writes_why_not)
        self.no_referral_cell.setVisible(writes_why_not)
        self.withdraw.setVisible(is_referred)

    def open_no_referral(self) -> None:
        """Write why there is no referral."""
        self._no_referral_open = True
        self._shown = ()
        self.no_referral_cell.show()
        self.no_referral.hide()
        self.no_referral_cell.control.setFocus(Qt.FocusReason.TabFocusReason)

    def show_problem(self, key: str, level: Level | None, sentence: str) -> None:
        """Show what is owed, beside what it is about."""
        if key == self.reason_key:
            self.reason_cell.show_problem(key, level, sentence)
        elif key == self.class_key:
            self.class_cell.show_problem(key, level, sentence)
        elif not self.no_referral_cell.isHidden():
            self.owed.show_problem(None, "")
            self.no_referral_cell.show_problem(key, level, sentence)
        else:
            self.owed.show_problem(level, sentence)

    def answer_keys(self) -> tuple[str, ...]:
        """The answers given here."""
        return (self.class_key, self.reason_key, self.no_referral_key)

    def stops(self) -> list[QWidget]:
        """The widgets that Tab stops at."""
        stops = self.class_cell.stops()
        if not self.reason_cell.isHidden():
            stops += self.reason_cell.stops()
        stops += [each for each in (self.refer, self.no_referral, self.withdraw) if not each.isHidden()]
        if not self.no_referral_cell.isHidden():
            stops += self.no_referral_cell.stops()
        return stops

    def target_of(self, key: str) -> QWidget:
        """Where to put the cursor for an answer."""
        if key == self.reason_key:
            return self.reason_cell.control
        if key == self.class_key:
            return self.class_cell.control
        return self.refer if self.no_referral_cell.isHidden() else self.no_referral_cell.control

    def words(self) -> list[str]:
        """The sentences shown."""
        return [line.text() for line in self.findChildren(type(self._clause), "reason")]

    def _line_cell(self, key: str, caption: str, signal: Signal) -> SingleCell:
        line = LineControl(name=key, accessible_name=caption)
        line.setMaxLength(LONGEST_REASON)
        cell = SingleCell(caption, key, line)
        cell.answered.connect(lambda _key: signal.emit(str(line.raw())))
        cell.passed.connect(lambda _key: self.passed.emit())
        cell.hide()
        return cell

    def _on_class(self, _key: str) -> None:
        self.class_chosen.emit(str(self.class_cell.raw(self.class_key)))

    def _show_class(self, said: DiseaseProposal, chosen: str) -> None:
        proposed = "" if said.proposed_class is None else str(said.proposed_class)
        self.class_cell.show_raw(self.class_key, chosen or proposed or None)
        overruled = bool(chosen) and chosen != proposed
        despite_emergency = said.urgent and chosen == str(int(VisitClass.CONTROLLED))
        self.reason_cell.setVisible((overruled and bool(proposed)) or despite_emergency)
        last = tr("建议 {number}", number=proposed) if overruled and proposed else ""
        self.class_cell.caption.show_last(last)

    def _show_words(self, said: DiseaseProposal) -> None:
        self.set_title(tr(said.headline))
        self.set_tone(TONES[said.tone])
        clear_layout(self._words)
        reasons = [reason for reason in said.reasons if reason.code not in SAID_BY_THE_BAR]
        for reason in reasons:
            self._words.addWidget(_reason_line(reason))
        if not reasons:
            self._words.addWidget(label(tr(WAITING[said.disease]), "muted", wrap=True))
        for hint in said.hints:
            self._words.addWidget(label(tr(hint), "caption", wrap=True))
        clauses = clauses_of(reasons)
        self._clause.setText(tr("依据：{clauses}", clauses=clauses) if clauses else "")
        self._clause.setVisible(bool(clauses))
        spoken = tr("，").join(tr(reason.message) for reason in reasons)
        self.setAccessibleDescription(tr("{reasons}。{clauses}", reasons=spoken, clauses=self._clause.text()))


def clauses_of(reasons: Sequence[Reason]) -> str:
    """The clauses of several reasons, each document named once: “… 二（二）1、二（三）3”."""
    places: dict[str, list[str]] = {}
    for reason in reasons:
        document, _, place = reason.clause.partition(" ")
        known = places.setdefault(document, [])
        if place and place not in known:
            known.append(place)
    return tr("；").join(f"{document} {tr('、').join(found)}".strip() for document, found in places.items())


def _reason_line(reason: Reason) -> QWidget:
    words = tr(reason.message)
    shown = f"→ {words}" if reason.code in TO_DO else words
    line = label(shown, "strong" if reason.code in STRONG else "body", name="reason", wrap=True)
    line.setToolTip(reason.clause)
    return line


class Strip(QWidget):
    """The proposals in one line each, for windows too narrow to show the cards beside the form."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("proposal_strip")
        self._row = Horizontal(self, spacing=10)
        self._words = label("", "strong", name="proposal_strip_words", wrap=True)
        self._row.addWidget(self._words, 1)

    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def show_words(self, name: str, headlines: Sequence[str]) -> None:
        """Show whose form it is, and the headlines."""
        self._words.setText("　".join([name, *headlines]))

    def show_proposals(self, name: str, said: Sequence[DiseaseProposal]) -> None:
        """Show whose visit it is, the headlines, and what is to be done."""
        parts = [name]
        for each in said:
            to_do = [tr(reason.message) for reason in each.reasons if reason.code in STRONG]
            parts.append(" → ".join([tr(each.headline), *to_do]))
        self._words.setText("　".join(parts))
