"""One form on the screen, from the first key to the saved record.

The page judges at each key by the service, keeps a draft after each pause in typing, offers what stands elsewhere, and
saves. What happens after saving is the screen's matter: `saved(SavedForm, after)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.dates import short_date
from app.domain.message import msg
from app.errors import CunyiError, UserError
from app.forms.kinds import EMPTY
from app.forms.vocabulary import Form, Problem
from app.i18n import tr
from app.services.form_views import VOID, Judged, Offer, OpenForm, Proposal, SavedForm
from app.services.problems import Refused
from ui.dialogs import Answer, Question, confirm, show_failure
from ui.screens.follow_ups.layout import VisitLayout
from ui.screens.follow_ups.proposal_card import Strip
from ui.screens.forms.head import FormHead
from ui.screens.forms.side import Difference, FormSide
from ui.screens.forms.windows import ChangesWindow, HistoryWindow
from ui.widgets.attachments_window import AttachmentsWindow
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar
from ui.widgets.form_view import FormView, Offered
from ui.widgets.form_view.fields import ParagraphControl
from ui.widgets.form_view.moving import reveal
from ui.widgets.layouts import Vertical

if TYPE_CHECKING:
    from ui.services import Services

NEW_DRAFT, CORRECTION_DRAFT = "form:", "form_correction"
DRAFT_AFTER_MS = 1000
BACK, PRINT = "back", "print"
REASON = "reason"


class FormPage(QWidget):
    """One form of one resident.

    Signals: `saved(saved, after)` with `after` back or print; `left` when it was left without saving; `voided`;
    `referral_asked(proposal)`; `draft_kept` after each draft.
    """

    saved = Signal(object, str)
    left = Signal()
    voided = Signal()
    referral_asked = Signal(object)
    draft_kept = Signal()

    def __init__(self, services: Services, opened: OpenForm, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("form_page")
        self._services = services
        self.opened = opened
        self.is_touched = False
        self._judged = Judged({}, (), ())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_AFTER_MS)
        self._compares = False
        self._build()
        self._connect()
        self._show_starting()

    # --- whose, and whether anything is written ---------------------------------------------------------------

    @property
    def resident_id(self) -> str:
        """Whose form it is."""
        return self.opened.person.resident_id

    @property
    def is_correction(self) -> bool:
        """Whether a form on file is being corrected."""
        return self.opened.recorded is not None

    @property
    def is_read_only(self) -> bool:
        """Whether the form can only be read."""
        return self.opened.recorded is not None and self.opened.recorded.state == VOID

    def begin(self, *, resume: bool = False) -> None:
        """Offer the draft if there is one (with `resume` take it up at once), and put the cursor into the first field."""
        draft = self.opened.draft
        if draft is not None and not self.is_read_only:
            time = draft.updated_at.astimezone()
            if resume or self._wants_draft(time.strftime("%m-%d %H:%M")):
                self._take_up(draft.payload)
                self._show_note(tr("接着 {time} 写的草稿", time=time.strftime("%m-%d %H:%M:%S")))
            else:
                self._services.drafts.discard(draft.kind, draft.subject_id)
        self.focus_first()

    def focus_first(self) -> None:
        """Put the cursor where the form begins: into the first field that lacks an answer."""
        if self.is_read_only:
            return
        if not self.view.go_to_missing():
            self.view.go_to_section(0)
        self.view.setFocusProxy(self.window().focusWidget())

    def suggest(self, suggested: Mapping[str, Offered]) -> None:
        """Fill in what another form suggests for this one (the reasons of a referral), where nothing stands yet."""
        given = self.view.answers()
        taken = {code: each.value for code, each in suggested.items()
                 if code in self.opened.form.fields and given.get(code) in EMPTY}
        if taken:
            self.view.set_answers(taken)
            origin = next(iter(suggested.values())).origin
            self._show_note(tr("按{origin}填了 {count} 项，请核对；Ctrl Z 撤回", origin=origin, count=len(taken)))

    def keep_draft(self) -> bool:
        """Write the draft now, if something was typed; False when it could not be written (it is then told)."""
        self._timer.stop()
        if not self.is_touched or self.is_read_only:
            return True
        try:
            self._services.drafts.save(*self._draft_place(), {**self.view.kept(), REASON: self.head.reason()})
        except CunyiError as error:
            self._show_note(tr(error.message))
            return False
        now = self._services.desk.now().astimezone()
        self._show_note(tr("✓ 已自动保存草稿 {time}", time=f"{now.hour}:{now:%M:%S}"))
        self.draft_kept.emit()
        return True

    def ask_to_leave(self) -> bool:
        """Escape: leave, asking when something was typed; False when the doctor stays."""
        if self.is_touched:
            question = Question(
                msg("这张表还没有保存"),
                msg("{name}的“{form}”还没有保存。", name=self.opened.person.name, form=self.opened.form.title),
                (Answer("stay", msg("继续填写"), "primary"), Answer("leave", msg("先离开，留着草稿")),
                 Answer("discard", msg("不要了，删掉草稿"), "danger")),
                msg("写下的内容已自动存为草稿，下次打开可以接着写。"), harmless="stay",
            )
            answer = self._services.dialogs.ask(question)
            if answer == "stay":
                return False
            if answer == "discard":
                self._timer.stop()
                self._services.drafts.discard(*self._draft_place())
            else:
                self.keep_draft()
        self.left.emit()
        return True

    def ask_to_lose(self) -> bool:
        """The draft could not be kept: whether to leave all the same."""
        return confirm(
            self._services.dialogs, msg("草稿没有存下来"),
            msg("“{form}”没能存成草稿，现在离开，写下的内容会丢失。", form=self.opened.form.title),
            do=msg("不要了，离开"), keep=msg("留在这里"), safe=msg("以前保存的记录都还在。"), dangerous=True,
        )

    # --- saving -----------------------------------------------------------------------------------------------

    def save(self, after: str = BACK, *, partial: bool = False) -> None:
        """Save, unless something stands against it, which is then shown and the cursor put there. What would change
        elsewhere is asked about first. `partial` lets answers lack."""
        if self.is_read_only:
            return
        if not self.view.ask_to_save(complete=not partial):
            self._show_what_lacks()
            return
        if self.is_correction and not self.head.reason().strip():
            self.head.show_reason_problem(tr("请写明更正的原因。"))
            return
        self._timer.stop()
        changes = () if partial else self._services.form_records.changes(self.opened, self.view.answers())
        if not changes:
            self._write(after, partial, frozenset())
            return
        window = ChangesWindow(changes, self.window())
        window.start(lambda: None, lambda: self._write(after, partial, window.keys()))

    def void(self) -> None:
        """Make the form void, with a reason."""
        recorded = self.opened.recorded
        if recorded is None:
            return
        reason = self._services.dialogs.ask_text(
            msg("这张表作废"), msg("作废的原因"), hint=msg("例如：写错了人。作废后内容仍可查看。"))
        if reason is None:
            return
        try:
            self._services.form_records.void(recorded.entry_id, reason)
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return
        self._timer.stop()
        self._services.drafts.discard(*self._draft_place())
        self.is_touched = False
        self.voided.emit()

    def show_history(self) -> None:
        """修改记录: what was changed of this form, by whom and why."""
        recorded = self.opened.recorded
        if recorded is None:
            return
        revisions = self._services.form_records.history(recorded.entry_id)
        window = HistoryWindow(self.opened.form.title, revisions, self.window())
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.open()

    def show_attachments(self) -> None:
        """附件 of this form, to be looked at and added."""
        recorded = self.opened.recorded
        if recorded is None:
            return
        title = tr("{form} {date}", form=self.opened.form.title, date=recorded.entry_date)
        AttachmentsWindow(self._services, recorded.resident_id, recorded.entry_id, title, read_only=self.is_read_only,
                          parent=self.window()).open()

    # --- helps ------------------------------------------------------------------------------------------------

    def go_to_missing(self) -> None:
        """F2: to the next field that is still to be answered."""
        if not self.view.go_to_missing():
            self._show_note(tr("该填的都填了，可以保存"))

    def compare(self) -> None:
        """Ctrl+B: last time's answers beside every field, and a table of what is different."""
        if self.opened.previous is None:
            self._show_note(tr("这是第一张，没有上次可以对比"))
            return
        self._compares = not self._compares
        self.view.compare(self._compares)
        self.head.show_comparing(self._compares)
        self.side.differences.setVisible(self._compares)
        self._show_differences()

    def differences(self) -> list[Difference]:
        """Which of the answers given so far are others than last time."""
        previous = self.opened.previous
        if previous is None:
            return []
        given, found = self._judged.answers, []
        for code, item in self.opened.form.fields.items():
            before, after = previous.answers.get(code), given.get(code)
            if after not in EMPTY and before != after and code != self.opened.form.date_code:
                shown = [("" if value in EMPTY else item.kind.show(value)) for value in (before, after)]
                found.append(Difference(code, item.name, *shown))
        return found

    def take(self, proposal: Proposal) -> None:
        """按建议填写: the answers that follow from a proposal."""
        self.view.set_answers({code: value for code, value in proposal.answers.items() if code in self.opened.form.fields})
        self._show_note(tr("按建议填了 {count} 项，请核对；Ctrl Z 撤回", count=len(proposal.answers)))

    def take_first(self) -> None:
        """F6: the answers of the first proposal that has any."""
        proposal = next((each for each in self._judged.proposals if each.answers), None)
        if proposal is not None:
            self.take(proposal)

    def refer(self) -> None:
        """F8: a referral for what is proposed, or one of the doctor's own."""
        proposal = next((each for each in self._judged.proposals if each.referral != "no"), None)
        self.referral_asked.emit(proposal)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+B, F6, F8."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        plain = modifiers == Qt.KeyboardModifier.NoModifier
        if event.key() == Qt.Key.Key_B and modifiers == Qt.KeyboardModifier.ControlModifier:
            self.compare()
        elif event.key() == Qt.Key.Key_F6 and plain:
            self.take_first()
        elif event.key() == Qt.Key.Key_F8 and plain:
            self.refer()
        else:
            super().keyPressEvent(event)

    # --- building ---------------------------------------------------------------------------------------------

    def _build(self) -> None:
        opened = self.opened
        self.head = FormHead(opened)
        previous = opened.previous
        self.side = FormSide(previous_on="" if previous is None else previous.entry_date.isoformat())
        self.strip = Strip()
        self.view = FormView(opened.form, context=opened.context, name="national_form", spread=True, examine=self._examine,
                             with_index=False, index=self.side.index, scrolls=False)
        self.bar = ActionBar(name="form_actions")
        self.cancel = SecondaryButton(tr("取消"), name="cancel_form", hint="Esc")
        self.bar.add_left(self.cancel)
        self.partial = SecondaryButton(tr("缺项先存"), name="save_partial")
        self.print = SecondaryButton(tr("保存并打印"), name="save_and_print", hint="Ctrl P")
        words = tr("保存更正") if self.is_correction else tr("保存")
        self.save_button = PrimaryButton(words, name="save_form", hint="Ctrl ↵")
        for button in (self.partial, self.print, self.save_button):
            self.bar.add_right(button)
            button.setVisible(not self.is_read_only)
        self.partial.setVisible(not self.is_read_only and not self._is_complete_on_file())
        self.view.leads_to = self.save_button
        self.layout_of = VisitLayout(head=self.head, form=self.view, side=self.side, strip=self.strip, actions=self.bar)
        Vertical(self).addWidget(self.layout_of)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self.on_focus_changed)
        self._timer.timeout.connect(self.keep_draft)
        self.cancel.clicked.connect(self.ask_to_leave)
        self.partial.clicked.connect(lambda: self.save(partial=True))
        self.print.clicked.connect(lambda: self.save(PRINT))
        self.save_button.clicked.connect(lambda: self.save())
        self.view.changed.connect(self.on_changed)
        self.view.normal_filled.connect(
            lambda count: self._show_note(tr("填了 {count} 项正常，请核对；Ctrl Z 撤回", count=count)))
        self.head.compare_asked.connect(self.compare)
        self.head.attachments_asked.connect(self.show_attachments)
        self.head.history_asked.connect(self.show_history)
        self.head.void_asked.connect(self.void)
        self.head.passed.connect(self.focus_first)
        self.head.reason_written.connect(self.on_changed)
        self.side.proposals.taken.connect(self.take)
        self.side.proposals.referral_asked.connect(self.referral_asked)
        self.side.offers.offer_taken.connect(self._take_offer)
        self.side.offers.all_taken.connect(self.view.carry_all)
        self.side.differences.code_chosen.connect(self.view.go_to)

    def _show_starting(self) -> None:
        opened = self.opened
        offered = {code: Offered(offer.value, origin_words(offer, opened.context.today)) for code, offer in opened.offers.items()}
        previous = {} if opened.previous is None else opened.previous.answers
        self.view.show_answers(opened.starting, previous, opened.context, offered)
        if self.is_read_only:
            self.view.set_read_only()
            self._show_note(tr("这张表已经作废，只能查看"))
        self._show()

    # --- answering --------------------------------------------------------------------------------------------

    def on_changed(self) -> None:
        """Something was typed, chosen or taken back."""
        self.is_touched = True
        self._timer.start()
        self._show()
        at = self.window().focusWidget()
        if isinstance(at, ParagraphControl) and self.view.isAncestorOf(at):
            QTimer.singleShot(0, at, lambda: reveal(at))  # it may have grown out of sight

    def on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        """Bring the field with the cursor into sight, also when new fields push it away."""
        if now is not None and self.view.isAncestorOf(now):
            reveal(now)

    def _examine(self, _form: Form, raw: Mapping[str, object]) -> tuple[Mapping[str, Any], Sequence[Problem]]:
        self._judged = self._services.form_records.judge(self.opened, raw)
        return self._judged.answers, self._judged.problems

    def _take_offer(self, code: str) -> None:
        self.view.carry(code)
        self.view.go_to(code)

    def _take_up(self, payload: Mapping[str, Any]) -> None:
        self.view.take_up(payload)
        self.head.show_reason(str(payload.get(REASON) or ""))
        self.is_touched = True
        self._show()

    # --- showing ----------------------------------------------------------------------------------------------

    def _show(self) -> None:
        given = self._judged.answers
        self.side.proposals.show_proposals([
            (proposal, any(given.get(code) != value for code, value in proposal.answers.items()))
            for proposal in self._judged.proposals])
        answered, asked = self.side.index.meter()
        meter = tr("已填 {answered} / {asked}", answered=answered, asked=asked)
        self.strip.show_words(self.opened.person.name, [meter, *self.side.proposals.headlines()])
        self.side.offers.show_offers([
            (code, self._offer_words(code, offer)) for code, offer in self.opened.offers.items()
            if code in self.view.applying() and given.get(code) != offer.value])
        self._show_differences()

    def _offer_words(self, code: str, offer: Offer) -> str:
        return tr("{field} {value}（{origin}）", field=self.opened.form.fields[code].name, value=offer.shown,
                  origin=origin_words(offer, self.opened.context.today))

    def _show_differences(self) -> None:
        if self._compares:
            self.side.differences.show_differences(self.differences())

    def _show_what_lacks(self) -> None:
        count = len(self.view.missing())
        self._show_note(tr("还缺 {count} 项，F2 跳到下一项；填不全可以“缺项先存”", count=count) if count else
                        tr("有的地方要改，看红字"))

    def _show_note(self, words: str) -> None:
        self.bar.set_note(words)

    # --- inside -----------------------------------------------------------------------------------------------

    def _write(self, after: str, partial: bool, through: frozenset[str]) -> None:
        try:
            saved = self._keep(partial, through)
        except Refused as error:
            self._show_refused(error.problems)
            return
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return
        self.is_touched = False
        self.saved.emit(saved, after)

    def _keep(self, partial: bool, through: frozenset[str]) -> SavedForm:
        records, recorded = self._services.form_records, self.opened.recorded
        answers, confirmed = self.view.answers(), self.view.confirmed()
        if recorded is None:
            return records.save(self.resident_id, self.opened.form.code, answers, confirmed=confirmed, partial=partial,
                                through=through)
        return records.revise(recorded.entry_id, answers, recorded.revision, self.head.reason(), confirmed=confirmed,
                              partial=partial, through=through)

    def _show_refused(self, problems: Sequence[Problem]) -> None:
        reason = next((each for each in problems if each.code == REASON), None)
        others = [each for each in problems if each is not reason]
        if others:
            self.view.show_problems(others)
        elsewhere = next((each for each in others if each.code not in self.opened.form.fields), None)
        if elsewhere is not None:
            # It stands above the form, too, which need not be in sight.
            show_failure(self._services.dialogs, UserError(elsewhere.message))
        if reason is not None:
            self.head.show_reason_problem(tr(reason.message))

    def _draft_place(self) -> tuple[str, str]:
        recorded = self.opened.recorded
        if recorded is not None:
            return CORRECTION_DRAFT, recorded.entry_id
        return NEW_DRAFT + self.opened.form.code, self.resident_id

    def _is_complete_on_file(self) -> bool:
        recorded = self.opened.recorded
        return recorded is not None and recorded.state == "complete"

    def _wants_draft(self, time: str) -> bool:
        question = Question(
            msg("上次没写完的表"),
            msg("{name}的“{form}”在 {time} 没有写完。", name=self.opened.person.name, form=self.opened.form.title, time=time),
            (Answer("go_on", msg("继续上次没写完的"), "primary"), Answer("anew", msg("不要了，重新写"), "danger")),
            msg("写下的内容都还在。"), harmless="go_on",
        )
        return self._services.dialogs.ask(question) == "go_on"


def origin_words(offer: Offer, today: date) -> str:
    """Where an offered value stands, with the day as short as it can be: 健康体检 11-20."""
    words = tr(offer.origin)
    return words if offer.on is None else words.replace(offer.on.isoformat(), short_date(offer.on, seen_from=today))
