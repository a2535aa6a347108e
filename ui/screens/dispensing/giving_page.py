"""发药 to one resident: the draft on the screen, from the prefilled drugs to what is given.

The page keeps the draft; the service judges it after every change. Nothing is booked before `give`, and then whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.message import msg
from app.domain.shortage_states import Trigger
from app.domain.trace_codes import clean_code, is_code
from app.errors import CunyiError
from app.i18n import tr
from app.services.dispensing_judgement import BATCH_REASON, WEIGHT
from app.services.problems import Refused
from ui.dialogs import Answer, Notice, Question, show_failure
from ui.screens.dispensing.codes import CodeBook, has_code_problems
from ui.screens.dispensing.giving_layout import GivingLayout
from ui.screens.dispensing.line_card import CODES, LineCard
from ui.screens.dispensing.matters import MatterList
from ui.screens.dispensing.scans import ScanWatcher
from ui.screens.dispensing.shortfall import REQUEST, SHORTAGE, add_to_request, note_shortage
from ui.screens.dispensing.windows import BatchWindow
from ui.screens.dispensing.words import yuan
from ui.screens.new_maker import confirmed_maker
from ui.widgets.buttons import SecondaryButton
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox

if TYPE_CHECKING:
    from app.services.dispensing import DispensingView, Draft, Judgement
    from ui.services import Services

JUDGE_AFTER_MS = 30


class GivingPage(GivingLayout):
    """`given(DispensingView, with_labels)`, `left` without giving, `given_asked(dispensing_id)` of one before."""

    given = Signal(object, bool)
    left = Signal()
    given_asked = Signal(str)

    def __init__(self, services: Services, draft: Draft, parent: QWidget | None = None, *, is_copy: bool = False) -> None:
        super().__init__(services, parent)
        self._services = services
        self.draft = draft
        self.judgement: Judgement | None = None
        self.cards: dict[str, LineCard] = {}
        self._next_card = 1
        self._is_strict = False
        self._is_touched = is_copy
        self._codes = CodeBook(services.dispensing)
        self.person = services.residents.get(draft.resident_id)
        self.beside = services.dispensing.beside(draft.resident_id)
        self._scans = ScanWatcher(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(JUDGE_AFTER_MS)
        self._connect()
        self._show_draft()
        self.setFocusProxy(self.finder)

    # --- whose, and whether anything would be lost ------------------------------------------------------------

    @property
    def resident_id(self) -> str:
        """Whose drugs they are."""
        return self.draft.resident_id

    def is_touched(self) -> bool:
        """Whether something was typed or scanned that is not given."""
        return self._is_touched

    def show_history(self) -> None:
        """What was given before."""
        self.side.show_before(self._services.dispensing.history(self.resident_id))

    def refresh(self) -> None:
        """What lies on the shelf may have changed: judge again."""
        self.settle()

    def ask_to_leave(self) -> bool:
        """Leave without giving, asking when something was typed; False when the doctor stays."""
        if not self._is_touched:
            return True
        question = Question(
            msg("还没有发药"), msg("给{name}的药还没有发。", name=self.person.name),
            (Answer("stay", msg("继续发药"), "primary"), Answer("leave", msg("不发了，离开"), "danger")),
            msg("还没有从库存里减。"), harmless="stay",
        )
        return self._services.dialogs.ask(question) == "leave"

    # --- giving -----------------------------------------------------------------------------------------------

    def give(self, *, with_labels: bool | None = None) -> DispensingView | None:
        """Give everything; None when something stands against it, which is then shown and the cursor put there."""
        self._is_strict = True
        self.settle()
        judgement = self.judgement
        unread = self._show_unread()
        if judgement is None or unread or judgement.problems or self._show_code_problems():
            self.bar.set_note(tr("还不能发：请看标红的地方。"))
            self._go_to_first_problem()
            return None
        try:
            view = self._services.dispensing.give(self.draft)
        except Refused as error:
            self.settle()
            self._show_refused(error)
            return None
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return None
        self._is_touched = False
        self.given.emit(view, self.labels.isChecked() if with_labels is None else with_labels)
        return view

    def go_to_next_open(self) -> None:
        """F2: to what still wants an answer, else to the line for further drugs."""
        self._is_strict = True
        self.settle()
        self._show_unread()
        if not self._go_to_first_problem():
            self._to(self.finder)

    def on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Bring what has the cursor into sight; `GivingLayout` does so again when lines have found their places."""
        if now is not None and self.isAncestorOf(now):
            self.also_seen = None
            self.reveal(now)

    # --- drugs ------------------------------------------------------------------------------------------------

    def add_drug(self, drug_code: str, *, code: str = "") -> None:
        """Another drug with its usual dose, with the pack that was scanned; one that is there is gone to."""
        there = next((card for card in self.cards.values() if card.line().drug_code == drug_code), None)
        if there is not None:
            if code:
                self._take_code(there, code)
            else:
                self._to(there.stops()[0])
            return
        try:
            line = self._services.dispensing.new_line(self._new_key(), drug_code, self.draft.kind)
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return
        card = self._add_card(line)
        if code:
            self._take_code(card, code)
        self._touch()
        self.settle()
        self._to(self.finder if code else card.stops()[0])
        if code:
            self.also_seen = card
            self._services.say(tr("扫码加上了{drug}，请核对用法和数量。", drug=card.name.text()))

    def remove(self, card: LineCard) -> None:
        """Take a drug away."""
        self.cards.pop(card.key, None)
        self._lines.removeWidget(card)
        card.hide()
        card.setParent(None)
        card.deleteLater()
        self._touch()
        self.settle()
        self._to(self.finder)

    def scan(self, code: str, line: QWidget) -> None:
        """A code was scanned, wherever the cursor was: to its drug, or beside the line why not."""
        here = next((card for card in self.cards.values() if card.isAncestorOf(line)), None)
        is_of_line = here is not None and line is here.fields[CODES].control
        self._touch()
        drugs = {card.line().drug_code: card for card in self.cards.values()}
        answer = self._codes.where(code, drugs, here.line().drug_code if here is not None else "", must_be_here=is_of_line)
        if answer.problem is not None:
            if here is not None and self._services.catalogue.is_new_maker(code, here.line().drug_code):
                confirmed_maker(self._services, code, here.line().drug_code)
            self._tell_code(here, tr(answer.problem))
        elif answer.drug_code in drugs:
            self._take_code(drugs[answer.drug_code], code)
        else:
            self.add_drug(answer.drug_code, code=code)

    def change_batch(self, card: LineCard) -> None:
        """F7: other batches than the first to expire, with the reason."""
        self.settle()
        judged = next((each for each in self._judged() if each.line.key == card.key), None)
        if judged is None or judged.drug is None or not judged.picks:
            return
        key = f"{card.key}:{BATCH_REASON}"
        said = self.draft.reasons.get(key, "")
        window = BatchWindow(judged, self._services.stock.batches(judged.drug.code), said, self.window())

        def act() -> None:
            chosen, reason = window.chosen(), window.reason()
            self.draft = replace(self.draft, reasons={**self.draft.reasons, key: reason})
            card.show_line(replace(card.line(), batches=chosen))
            self._touch()
            self.settle()

        window.start(act, lambda: self._to(card.stops()[0]))

    def settle(self) -> None:
        """Judge what stands there now, and show it."""
        self._timer.stop()
        self.also_seen = None
        lines = tuple(card.line() for card in self.cards.values())
        self.draft = replace(self.draft, lines=lines, **self.head.values())
        self.judgement = self._services.dispensing.judge(self.draft)
        self._show_judgement(self.judgement)

    # --- keys -------------------------------------------------------------------------------------------------

    def stops(self) -> list[QWidget]:
        """The widgets that Tab stops at, in the order on the screen."""
        of_cards = [stop for card in self.cards.values() for stop in card.stops()]
        unmatched = [button for button in self._unmatched_buttons if not button.isHidden()]
        before = [] if self.side.before.isHidden() else [self.side.before]
        bar = [self.cancel, self.labels, self.save]
        return [*self.head.stops(), self.finder, *self.general.stops(), *unmatched, *of_cards, *before, *bar]

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab follows the order on the screen, also over drugs that were added later."""
        stops = self.stops()
        at = next((number for number, stop in enumerate(stops) if stop is QApplication.focusWidget()), None)
        following = -1 if at is None else at + (1 if forward else -1)
        if not 0 <= following < len(stops):
            return super().focusNextPrevChild(forward)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[following].setFocus(reason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+D another drug, Ctrl+Delete takes this one away, F7 its batches."""
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        card = self._card_with_focus()
        if event.key() == Qt.Key.Key_D and control:
            self._to(self.finder)
        elif event.key() == Qt.Key.Key_F7 and card is not None:
            self.change_batch(card)
        elif event.key() == Qt.Key.Key_Delete and control and card is not None:
            self.remove(card)
        else:
            super().keyPressEvent(event)

    # --- building ---------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self.on_focus_changed)
        self._timer.timeout.connect(self.settle)
        self._scans.scanned.connect(self.scan)
        self.finder.chosen.connect(self._on_found)
        self.finder.passed.connect(self._on_finder_enter)
        self.finder.answered.connect(lambda: self.finder_field.set_problem(""))
        self.head.changed.connect(self._on_changed)
        self.head.kind_changed.connect(self._on_kind)
        self.head.passed.connect(lambda: self._to(self.finder))
        self.general.answered.connect(lambda key: self._on_matter(self.general, key))
        self.general.passed.connect(lambda _line: self.focusNextPrevChild(True))
        self.general.line_made.connect(self._scans.watch)
        self.side.given_asked.connect(self.given_asked)
        self.cancel.clicked.connect(self.left)
        self.save.clicked.connect(lambda: self.give())
        for line in (self.finder, *self.head.lines()):
            self._scans.watch(line)

    def _show_draft(self) -> None:
        self.head.show_person(self.person, self.beside)
        self.head.show_draft(self.draft)
        allergies = [each.removesuffix("过敏") for each in self.person.allergies]
        self.side.show_person(allergies, is_known=self.person.is_allergy_known, beside=self.beside)
        self.show_history()
        for line in self.draft.lines:
            self._add_card(line)
        self._show_unmatched()
        self.settle()

    def _add_card(self, line: object) -> LineCard:
        card = LineCard(line, self._next_card)
        self._next_card += 1
        self.cards[card.key] = card
        self._lines.addWidget(card)
        card.changed.connect(self._on_changed)
        card.passed.connect(lambda: self._after(card))
        card.removed.connect(lambda: self.remove(card))
        card.batch_asked.connect(lambda: self.change_batch(card))
        card.code_dropped.connect(lambda code: self._drop_code(card, code))
        card.matters.answered.connect(lambda key: self._on_matter(card.matters, key))
        card.matters.acted.connect(lambda _key, action: self._on_action(card, action))
        card.matters.passed.connect(lambda _line: self.focusNextPrevChild(True))
        card.matters.line_made.connect(self._scans.watch)
        for each in card.lines():
            self._scans.watch(each)
        return card

    def _show_unmatched(self) -> None:
        self.unmatched.clear()
        self._unmatched_buttons = []
        for number, each in enumerate(self.draft.unmatched, 1):
            row = FlowBox(spacing=10, row_spacing=4)
            row.add(label(tr(each.sentence), name=f"unmatched_{number}"))
            find = SecondaryButton(tr("在目录里找"), name=f"unmatched_{number}_find", small=True)
            find.clicked.connect(lambda _checked=False, name=each.written.name: self._look_for(name))
            short = SecondaryButton(tr("登记缺药"), name=f"unmatched_{number}_shortage", small=True)
            short.clicked.connect(
                lambda _checked=False, name=each.written.name: note_shortage(self._services, name, "", Trigger.NOT_FOUND)
            )
            for button in (find, short):
                row.add(button)
                self._unmatched_buttons.append(button)
            self.unmatched.add(row)
        self.unmatched.setVisible(bool(self.draft.unmatched))

    # --- showing ----------------------------------------------------------------------------------------------

    def _show_judgement(self, judgement: Judgement) -> None:
        for judged in judgement.lines:
            self.cards[judged.line.key].show_judged(judged)
        actions = ((REQUEST, tr("加到本月申领单")), (SHORTAGE, tr("登记缺药")))
        placed = set()
        for key, card in self.cards.items():
            own = [matter for matter in judgement.matters if key in matter.lines and matter.key not in placed]
            placed.update(matter.key for matter in own)
            card.matters.show_matters(own, self.draft, is_strict=self._is_strict, actions=actions)
        weight = next((matter for matter in judgement.matters if matter.key == WEIGHT), None)
        self.head.show_weight_problem("" if weight is None else tr(weight.sentence))
        others = [each for each in judgement.matters if each.key not in placed and each is not weight]
        # That nothing is there yet is no warning before somebody wanted to give it.
        if not self.cards and not self._is_strict:
            others = [each for each in others if each.key != NO_LINES]
        self.general.show_matters(others, self.draft, is_strict=self._is_strict)
        self.general_card.setVisible(bool(others))
        count = len(self.cards)
        self.bar.set_note(tr("{count} 种　合计 {amount}", count=count, amount=yuan(judgement.amount_fen)) if count else "")

    def _show_unread(self) -> bool:
        """Whether something is no number; it is then told beside its field."""
        found = [card.unread() for card in self.cards.values()]
        return any(found) or bool(self.head.unread())

    def _show_code_problems(self) -> bool:
        return has_code_problems(self.cards.values())

    def _show_refused(self, error: Refused) -> None:
        """What stood against it only when it was booked: beside its drug, or in words of its own."""
        others = []
        shown = {matter.key for matter in self.judgement.matters} if self.judgement is not None else set()
        for problem in error.problems:
            card = self.cards.get(problem.code)
            if card is not None:
                card.show_code_problem(tr(problem.message))
            elif problem.code not in shown:
                others.append(tr(problem.message))
        if others:
            self._services.dialogs.tell(Notice(msg("没有发药"), "\n".join(others), msg("库存没有变。"), tone="amber"))
        self.bar.set_note(tr("没有发药：请看标红的地方。"))
        self._go_to_first_problem()

    def _go_to_first_problem(self) -> bool:
        """Put the cursor where something stands against giving; False when nothing does."""
        judgement = self.judgement
        if judgement is None:
            return False
        if self.head.unread() or any(matter.key == WEIGHT for matter in judgement.matters):
            self._to(self.head.weight)
            return True
        for matters, fallback in ((self.general, self.finder), *((c.matters, c) for c in self.cards.values())):
            card = fallback if isinstance(fallback, LineCard) else None
            wrong = card.first_wrong() if card is not None else None
            if wrong is not None:
                self._to(wrong)
                return True
            for box in matters.boxes.values():
                if box.matter.is_open(self.draft):
                    stops = [*box.stops(), *(card.stops() if card is not None else [fallback])]
                    self._to(stops[0])
                    self.also_seen = box
                    self.reveal(box)
                    return True
        return False

    def _tell_code(self, card: LineCard | None, sentence: str) -> None:
        if card is not None:
            card.show_code_problem(sentence)
        else:
            self.finder_field.set_problem(sentence)

    # --- typing -----------------------------------------------------------------------------------------------

    def _on_changed(self) -> None:
        self._touch()
        self._timer.start()

    def _on_kind(self) -> None:
        """Another kind: the days that stood there for the former one become its own."""
        before, kind = self.draft.kind, self.head.values()["kind"]
        service = self._services.dispensing
        for card in self.cards.values():
            line = card.line()
            if line.days == service.new_line(line.key, line.drug_code, before).days:
                card.show_line(replace(line, days=service.new_line(line.key, line.drug_code, kind).days))
        self._on_changed()

    def _on_matter(self, matters: MatterList, key: str) -> None:
        box = matters.boxes.get(key)
        if box is None:
            return
        reasons, confirmed = dict(self.draft.reasons), set(self.draft.confirmed)
        if box.reason is not None:
            reasons[key] = str(box.reason.raw())
        if box.confirm is not None:
            (confirmed.add if box.confirm.isChecked() else confirmed.discard)(key)
        self.draft = replace(self.draft, reasons=reasons, confirmed=frozenset(confirmed))
        self._on_changed()

    def _on_found(self, drug_code: str) -> None:
        self.finder.clear()
        self.add_drug(drug_code)

    def _on_finder_enter(self) -> None:
        text = str(self.finder.raw())
        if not text:
            self.focusNextPrevChild(True)
        elif is_code(clean_code(text)):
            self.scan(clean_code(text), self.finder)
        else:
            self.finder_field.set_problem(
                tr("没有找到“{written}”。可以换药名、拼音首字母或条形码再试。", written=text[:30])
            )

    def _look_for(self, name: str) -> None:
        """The words of the sheet in the line for further drugs, with what the catalogue has of them."""
        words = name.split(" ")[0]
        known = (words[:length] for length in range(len(words), 1, -1))
        self.finder.setText(next((part for part in known if self._services.catalogue.find(part, limit=1)), words))
        self._to(self.finder)
        self.finder.on_typed(self.finder.text())

    def _on_action(self, card: LineCard, action: str) -> None:
        line = card.line()
        does: dict[str, Callable[[], object]] = {
            REQUEST: lambda: add_to_request(self._services, line.drug_code, card.name.text()),
            SHORTAGE: lambda: note_shortage(self._services, card.name.text(), line.drug_code, Trigger.NOT_DISPENSED),
        }
        does[action]()

    def _take_code(self, card: LineCard, code: str) -> None:
        self.finder.put_away()
        codes = card.line().codes
        if code in codes:
            card.show_code_problem(tr("追溯码 {code} 扫了两次。这一盒只记了一次，请接着扫下一盒。", code=code))
            return
        card.put_codes((*codes, code))
        self.settle()

    def _drop_code(self, card: LineCard, code: str) -> None:
        card.put_codes(tuple(each for each in card.line().codes if each != code))
        self._touch()
        self.settle()
        self._to(card.fields[CODES].control)

    # --- inside -----------------------------------------------------------------------------------------------

    def _judged(self) -> tuple:
        return self.judgement.lines if self.judgement is not None else ()

    def _new_key(self) -> str:
        taken = {line.key for line in self.draft.lines} | set(self.cards)
        return next(str(number) for number in range(1, 1000) if str(number) not in taken)

    def _card_with_focus(self) -> LineCard | None:
        focus = QApplication.focusWidget()
        return next((card for card in self.cards.values() if focus is not None and card.isAncestorOf(focus)), None)

    def _after(self, card: LineCard) -> None:
        cards = list(self.cards.values())
        at = cards.index(card)
        stops = card.matters.stops()
        self._to(stops[0] if stops else cards[at + 1].stops()[0] if at + 1 < len(cards) else self.finder)

    def _to(self, widget: QWidget) -> None:
        widget.setFocus(Qt.FocusReason.TabFocusReason)

    def _touch(self) -> None:
        self._is_touched = True


NO_LINES = "no_lines"
