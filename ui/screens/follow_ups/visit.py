"""随访: one visit on the screen, from the first reading to the saved record.

The page keeps the state, asks the rules at each key, keeps a draft after each pause in typing, and saves. What happens
after saving is the screen's matter: `saved(SavedVisit, after)`. A recorded visit is corrected in the same form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.domain.message import msg
from app.errors import CunyiError
from app.forms.vocabulary import Level, Problem
from app.i18n import tr
from app.services.problems import Refused
from ui.dialogs import Answer, Question, confirm, show_failure
from ui.screens.follow_ups.form import VisitForm
from ui.screens.follow_ups.head import VisitHead
from ui.screens.follow_ups.layout import VisitLayout
from ui.screens.follow_ups.medicines import DrugFinder
from ui.screens.follow_ups.proposal_card import ProposalCard, Strip
from ui.screens.follow_ups.referral_words import referral_place, referral_reason
from ui.screens.follow_ups.side import SideColumn
from ui.screens.follow_ups.state import VisitState
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar
from ui.widgets.layouts import Vertical

if TYPE_CHECKING:
    from app.services.follow_up_views import VisitSheet
    from app.services.follow_ups import SavedVisit
    from ui.services import Services

DRAFT, CORRECTION_DRAFT = "follow_up", "follow_up_correction"
DRAFT_AFTER_MS = 800
NEXT, PRINT, SLIP, STAY = "next", "print", "slip", "stay"


class VisitPage(QWidget):
    """One visit.

    Signals: `saved(saved, after)` with `after` next, print or slip; `left` when it was left without saving; `voided`;
    `recorded_asked(entry_id)`; `check_asked(task_id)`; `draft_kept` after each draft.
    """

    saved = Signal(object, str)
    left = Signal()
    voided = Signal()
    recorded_asked = Signal(str)
    check_asked = Signal(str)
    draft_kept = Signal()

    def __init__(self, services: Services, sheet: VisitSheet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("visit_page")
        self._services = services
        self.sheet = sheet
        self.state = VisitState(sheet, services.follow_ups.propose)
        self.head = VisitHead(sheet)
        self.form = VisitForm(sheet, DrugFinder(services.catalogue))
        self.side = SideColumn(sheet)
        self.strip = Strip()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_AFTER_MS)
        self._build()
        self._connect()
        self.form.show_answers(self.state)
        self._show()
        self.setFocusProxy(self.form.first_target())

    # --- whose, and whether anything is written ---------------------------------------------------------------

    @property
    def resident_id(self) -> str:
        """Whose visit it is."""
        return self.sheet.person.resident_id

    @property
    def is_correction(self) -> bool:
        """Whether a recorded visit is being corrected."""
        return self.sheet.revising is not None

    def begin(self, *, take_draft: bool = False) -> None:
        """Offer the draft if there is one (or take it unasked), and put the cursor into the first reading."""
        draft = self.sheet.draft
        if self.sheet.revising is not None:
            draft = self._services.drafts.get(CORRECTION_DRAFT, self._draft_subject())
        if draft is not None:
            if take_draft or self._wants_draft(draft.updated_at.astimezone().strftime("%m-%d %H:%M")):
                self.state.take_up(draft.payload)
                self._show_everything()
                self._show_note(tr("接着 {time} 写的草稿", time=draft.updated_at.astimezone().strftime("%H:%M:%S")))
            else:
                self._services.drafts.discard(draft.kind, draft.subject_id)
        self.focus_first()

    def focus_first(self) -> None:
        """Put the cursor where the visit begins."""
        target = self.form.first_target()
        if target is not None:
            self.go_to(target)

    def keep_draft(self) -> bool:
        """Write the draft now, if something was typed; False when it could not be written (it is then told)."""
        self._timer.stop()
        if not self.state.is_touched:
            return True
        kind = CORRECTION_DRAFT if self.is_correction else DRAFT
        try:
            self._services.drafts.save(kind, self._draft_subject(), self.state.kept())
        except CunyiError as error:
            self._show_note(tr(error.message))
            return False
        now = self._services.desk.now().astimezone()
        self._show_note(tr("✓ 已自动保存草稿 {time}", time=f"{now.hour}:{now:%M:%S}"))
        self.draft_kept.emit()
        return True

    def ask_to_leave(self) -> bool:
        """Escape: leave, asking when something was typed; False when the doctor stays."""
        if self.state.is_touched:
            question = Question(
                msg("这次随访还没有保存"), msg("{name}的这次随访还没有保存。", name=self.sheet.person.name),
                (Answer("stay", msg("继续填写"), "primary"), Answer("leave", msg("先离开，留着草稿")),
                 Answer("discard", msg("不要了，删掉草稿"), "danger")),
                msg("写下的内容已自动存为草稿，下次打开可以接着写。"), harmless="stay",
            )
            answer = self._services.dialogs.ask(question)
            if answer == "stay":
                return False
            if answer == "discard":
                self._timer.stop()
                self._services.drafts.discard(CORRECTION_DRAFT if self.is_correction else DRAFT, self._draft_subject())
            else:
                self.keep_draft()
        self.left.emit()
        return True

    def ask_to_lose(self) -> bool:
        """The draft could not be kept: whether to leave all the same."""
        return confirm(
            self._services.dialogs, msg("草稿没有存下来"),
            msg("{name}的这次随访没能存成草稿，现在离开，写下的内容会丢失。", name=self.sheet.person.name),
            do=msg("不要了，离开"), keep=msg("留在这里"), safe=msg("以前保存的记录都还在。"), dangerous=True,
        )

    # --- saving -----------------------------------------------------------------------------------------------

    def save(self, after: str = NEXT) -> SavedVisit | None:
        """Save; None when something stands against it, which is then shown and the cursor put there."""
        self.state.judge_all()
        if self.state.standing():
            self._show()
            self._show_what_lacks()
            self._go_to_first_problem()
            return None
        self._timer.stop()
        try:
            saved = self._write()
        except Refused as error:
            self._show_refused(error.problems)
            return None
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return None
        self.saved.emit(saved, after)
        return saved

    def void(self) -> None:
        """Make the recorded visit void, with a reason."""
        revising = self.sheet.revising
        if revising is None:
            return
        reason = self._services.dialogs.ask_text(
            msg("这次随访作废"), msg("作废的原因"), hint=msg("例如：写错了人。作废后内容仍可查看。")
        )
        if reason is None:
            return
        try:
            self._services.follow_ups.void_visit(next(iter(revising.entry_ids.values())), reason)
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return
        self._services.drafts.discard(CORRECTION_DRAFT, self._draft_subject())
        self.voided.emit()

    def go_to_missing(self) -> None:
        """F2: to the next field that is still to be answered."""
        order = self.form.keys_in_order()
        lacking = [key for key in order if key in set(self.state.lacking())]
        target = next((found for key in lacking if (found := self.form.target_of(key)) is not None), None)
        if target is None:
            self._show_note(tr("该填的都填了，可以保存"))
        else:
            self.go_to(target)

    # --- last time --------------------------------------------------------------------------------------------

    def carry_field(self) -> bool:
        """F4: take over last time's answers of the field with the cursor and go on; False when there are none."""
        cell = self.form.cell_with_focus()
        if cell is None or not self.state.carry(*cell.keys):
            return False
        self._after_answers()
        last = cell.inner_stops()[-1]
        last.setFocus(Qt.FocusReason.OtherFocusReason)
        self.step(forward=True)
        return True

    def carry_all(self) -> int:
        """Ctrl+Shift+L: take over last time's answers of all empty fields; how many."""
        taken = self.state.carry_all(self.form.keys_in_order())
        if taken:
            self._after_answers()
        self._show_note(tr("沿用了上次的 {count} 项", count=len(taken)) if taken else tr("没有可以沿用的空项"))
        return len(taken)

    # --- the cursor -------------------------------------------------------------------------------------------

    def go_to(self, widget: QWidget) -> None:
        """Put the cursor into a field."""
        widget.setFocus(Qt.FocusReason.TabFocusReason)

    def on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        """Bring the field with the cursor into sight, now and once more when new fields have their places."""
        if now is not None and self.isAncestorOf(now):
            self.layout_of.reveal(now)
            QTimer.singleShot(0, now, lambda: self.layout_of.reveal(now))

    def stops(self) -> list[QWidget]:
        """The widgets that Tab stops at: form, proposals, actions."""
        bar = [self._cancel, self._slip, self._print, self._save]
        return [*self.head.stops(), *self.form.stops(), *self.side.stops(), self.side.visits, *bar]

    def step(self, *, forward: bool) -> bool:
        """To the next or the former stop; False at the ends."""
        stops = self.stops()
        focus = QApplication.focusWidget()
        at = next((number for number, stop in enumerate(stops) if stop is focus), None)
        following = -1 if at is None else at + (1 if forward else -1)
        if not 0 <= following < len(stops):
            return False
        target = stops[following]
        target.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        return True

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab follows the order on the screen, also over fields that appeared later."""
        return self.step(forward=forward) or super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F4, Ctrl+Shift+L, Ctrl+D, F6, F8."""
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        plain = modifiers == Qt.KeyboardModifier.NoModifier
        if event.key() == Qt.Key.Key_F4 and plain:
            self.carry_field()
        elif event.key() == Qt.Key.Key_L and modifiers == both:
            self.carry_all()
        elif event.key() == Qt.Key.Key_P and modifiers == both:
            self.save(SLIP)
        elif event.key() == Qt.Key.Key_D and modifiers == Qt.KeyboardModifier.ControlModifier:
            self._editor_with_focus().add_medicine()
        elif event.key() == Qt.Key.Key_F6 and plain:
            self.go_to(next(iter(self.side.cards.values())).class_cell.control)
        elif event.key() == Qt.Key.Key_F8 and plain:
            self._refer_by_key()
        else:
            super().keyPressEvent(event)

    # --- building ---------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.bar = ActionBar(name="visit_actions")
        self._cancel = SecondaryButton(tr("取消"), name="cancel_visit", hint="Esc")
        self.bar.add_left(self._cancel)
        self._print = SecondaryButton(tr("保存并打印"), name="save_and_print", hint="Ctrl P")
        words = tr("保存更正") if self.is_correction else tr("保存，下一位")
        self._save = PrimaryButton(words, name="save_next", hint="Ctrl ↵")
        self._slip = SecondaryButton(tr("打单子"), name="save_and_slip")
        self._slip.setToolTip(tr("保存，打印给居民的单子（Ctrl Shift P）"))
        self.bar.add_right(self._slip)
        self.bar.add_right(self._print)
        self.bar.add_right(self._save)
        self.layout_of = VisitLayout(head=self.head, form=self.form, side=self.side, strip=self.strip, actions=self.bar)
        Vertical(self).addWidget(self.layout_of)
        if not self.is_correction and (self.sheet.previous or self.sheet.offers):
            self._show_note(tr("灰色是上次的：F4 沿用，Ctrl Shift L 全部沿用"))

    def _connect(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self.on_focus_changed)
        self._timer.timeout.connect(self.keep_draft)
        self._cancel.clicked.connect(self.ask_to_leave)
        self._print.clicked.connect(lambda: self.save(PRINT))
        self._slip.clicked.connect(lambda: self.save(SLIP))
        self._save.clicked.connect(lambda: self.save(NEXT))
        self.form.answered.connect(self.on_answered)
        self.form.left.connect(self.on_left)
        self.form.confirmed.connect(self.on_confirmed)
        self.form.finished.connect(lambda: self.go_to(next(iter(self.side.cards.values())).class_cell.control))
        self.head.void_asked.connect(self.void)
        self.head.passed.connect(self.focus_first)
        self.head.reason_written.connect(self.on_reason_written)
        self.side.recorded_asked.connect(self.recorded_asked)
        self.side.check_asked.connect(self.check_asked)
        for disease, card in self.side.cards.items():
            self._connect_card(disease, card)

    def _connect_card(self, disease: str, card: ProposalCard) -> None:
        card.class_chosen.connect(lambda value: self._choose_class(disease, value))
        card.reason_written.connect(lambda text: self._answer(card.reason_key, text))
        card.no_referral_written.connect(lambda text: self._answer(card.no_referral_key, text))
        card.referral_asked.connect(lambda: self.refer(disease))
        card.referral_withdrawn.connect(lambda: self.withdraw_referral(disease))
        card.passed.connect(lambda: self.step(forward=True))

    # --- answering --------------------------------------------------------------------------------------------

    def on_answered(self, key: str) -> None:
        """Something was typed or chosen in the form."""
        editor = next((each for each in self.form.editors.values() if each.key == key), None)
        self.state.judged.discard(key)
        self._answer(key, editor.raw() if editor is not None else self.form.cells[key].raw(key))

    def on_left(self, key: str) -> None:
        """A field was left: from now on it is judged."""
        if key not in self.state.judged:
            self.state.judged.add(key)
            self._show_problems()

    def on_confirmed(self, key: str) -> None:
        """An unusual value is meant so."""
        cell = self.form.cells[key]
        self.state.confirm(key)
        self._after_answers()
        target = self.form.target_of_input(key) or next(iter(cell.inner_stops()), None)
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)
            self.form.go_on(key, by_itself=False)

    def on_reason_written(self) -> None:
        """The reason of a correction was typed: what was said against it counts no more."""
        if self.state.told.pop("reason", None) is not None:
            self._show_problems()

    def refer(self, disease: str) -> None:
        """开转诊单: fill in why and where to, for the doctor to complete."""
        said = self.state.proposal.of(disease)
        reason_key = self.sheet.key(said.form_code, "referral_reason")
        to_key = self.sheet.key(said.form_code, "referral_to")
        self.form.open_cells(reason_key, to_key)
        if reason_key not in self.state.raw:
            self.state.set(reason_key, referral_reason(said))
        if to_key not in self.state.raw:
            self.state.set(to_key, self._referral_place(to_key))
        self.state.set(self.sheet.key(said.form_code, "no_referral_reason"), "")
        self._after_answers()
        target = self.form.target_of_input(reason_key)
        if isinstance(target, QLineEdit):
            self.go_to(target)
            target.home(False)

    def withdraw_referral(self, disease: str) -> None:
        """No referral after all."""
        form_code = self.state.proposal.of(disease).form_code
        keys = [self.sheet.key(form_code, code) for code in ("referral_reason", "referral_to")]
        self.form.close_cells(*keys)
        for key in keys:
            self.state.set(key, "")
        self._after_answers()

    def _answer(self, key: str, value: object) -> None:
        self.state.set(key, value)
        self._timer.start()
        self._show()

    def _after_answers(self) -> None:
        self._timer.start()
        self._show_everything()

    def _choose_class(self, disease: str, value: str) -> None:
        said = self.state.proposal.of(disease)
        key = self.sheet.key(said.form_code, "visit_class")
        is_proposed = said.proposed_class is not None and value == str(said.proposed_class)
        if is_proposed:
            self.state.set(self.sheet.key(said.form_code, "class_reason"), "")
        self._answer(key, "" if is_proposed else value)

    def _referral_place(self, to_key: str) -> str:
        before = self.sheet.previous.get(to_key)
        if before is not None:
            return str(before.value)
        return referral_place(self._services.desk.place.township)

    def _refer_by_key(self) -> None:
        cards = list(self.side.cards.items())
        advised = [disease for disease, _ in cards if self.state.proposal.of(disease).referral != "no"]
        open_ones = [disease for disease in advised if not self._is_referred(disease)]
        self.refer(next(iter(open_ones or advised), cards[0][0]))

    def _is_referred(self, disease: str) -> bool:
        form_code = self.state.proposal.of(disease).form_code
        keys = [self.sheet.key(form_code, code) for code in ("referral_reason", "referral_to")]
        return any(key in self.state.raw or self.form.is_opened(key) for key in keys)

    def _editor_with_focus(self) -> object:
        focus = QApplication.focusWidget()
        editors = list(self.form.editors.values())
        return next((each for each in editors if focus is not None and each.isAncestorOf(focus)), editors[0])

    # --- showing ----------------------------------------------------------------------------------------------

    def _show_everything(self) -> None:
        self.form.show_answers(self.state)
        self._show()

    def _show(self) -> None:
        self.form.show_state(self.state)
        self.side.show_state(self.state, self._is_referred)
        self.strip.show_proposals(self.sheet.person.name, self.state.proposal.diseases)
        self._show_problems()

    def _show_problems(self) -> None:
        shown = self.state.shown_problems()
        cards = list(self.side.cards.values())
        self.form.show_problems(shown, [key for card in cards for key in (*card.answer_keys(), "reason")])
        for card in cards:
            for key in card.answer_keys():
                problem = shown.get(key)
                card.show_problem(key, problem.level if problem else None, tr(problem.message) if problem else "")
        reason = shown.get("reason")
        self.head.show_reason_problem(tr(reason.message) if reason is not None else "")

    def _show_what_lacks(self) -> None:
        lacking = self.state.lacking()
        if any(self.state.is_offered(key) for key in lacking):
            words = tr("还缺 {count} 项。灰色的按 Ctrl Shift L 全部沿用上次", count=len(lacking))
        else:
            words = tr("还缺 {count} 项，F2 跳到下一项", count=len(lacking)) if lacking else ""
        self._show_note(words)

    def _show_refused(self, problems: tuple[Problem, ...]) -> None:
        self.state.told = {each.code: each for each in problems}
        self._show()
        self._go_to_first_problem()

    def _go_to_first_problem(self) -> None:
        places: list[tuple[bool, int, QWidget]] = []
        for problem in self.state.standing():
            target = self._target_of(problem.code)
            if target is not None:
                places.append((problem.level is Level.ASK, self.form.position(target), target))
        if places:
            self.go_to(min(places, key=lambda place: place[:2])[2])

    def _target_of(self, key: str) -> QWidget | None:
        for card in self.side.cards.values():
            if key in card.answer_keys():
                return card.target_of(key)
        if key == "reason":
            return next(iter(self.head.stops()), None)
        return self.form.target_of(key)

    def _show_note(self, words: str) -> None:
        self.bar.set_note(words)

    # --- inside -----------------------------------------------------------------------------------------------

    def _write(self) -> SavedVisit:
        confirmed = frozenset(self.state.confirmed)
        revising = self.sheet.revising
        follow_ups = self._services.follow_ups
        if revising is None:
            return follow_ups.save_visit(self.resident_id, dict(self.state.raw), confirmed=confirmed)
        entry_id = next(iter(revising.entry_ids.values()))
        saved = follow_ups.revise_visit(entry_id, dict(self.state.raw), revising.revision, self.head.reason(),
                                        confirmed=confirmed)
        self._services.drafts.discard(CORRECTION_DRAFT, self._draft_subject())
        return saved

    def _draft_subject(self) -> str:
        revising = self.sheet.revising
        return self.resident_id if revising is None else revising.visit_id

    def _wants_draft(self, time: str) -> bool:
        question = Question(
            msg("上次没写完的随访"), msg("{name}在 {time} 有一次没写完的随访。", name=self.sheet.person.name, time=time),
            (Answer("go_on", msg("继续上次没写完的"), "primary"), Answer("anew", msg("不要了，重新写"), "danger")),
            msg("写下的内容都还在。"), harmless="go_on",
        )
        return self._services.dialogs.ask(question) == "go_on"
