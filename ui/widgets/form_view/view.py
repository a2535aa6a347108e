"""The generic form view: a declared form, or two filled in together, as sections of controls.

    view = FormView([cover, personal_info], context=Context(today=…), hidden={"record_no"})
    view.show_answers(answers, previous=answers_of_last_time)
    view.changed.connect(…); view.saved.connect(…)          view.answers() gives what was typed, for the service

Keys: Enter and Tab go on, F4 takes over last time's answer of the field, Ctrl+Shift+L those of all empty fields, Ctrl+Z
and Ctrl+Y take back and do again over all answers, Ctrl+PgDn and Ctrl+PgUp go from section to section, Ctrl+G answers a
section with its normal findings. Everything that is asked of the view (`answers`, `problems`, `go_to`) works before all
of it is built. Nothing is saved by the view itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.message import Message, msg
from app.forms.kinds import Table, Unreadable
from app.forms.vocabulary import Context, Form, Level, Problem
from app.i18n import tr
from ui.widgets.form_view.arrangement import Block
from ui.widgets.form_view.beside import Beside
from ui.widgets.form_view.fields import FieldControl, LineControl, ParagraphControl
from ui.widgets.form_view.ground import FormGround, order_of
from ui.widgets.form_view.index import FormIndex, SectionState
from ui.widgets.form_view.lines import is_redo, is_undo_or_redo
from ui.widgets.form_view.manner import Manner
from ui.widgets.form_view.row import FieldRow
from ui.widgets.form_view.state import Examine, Judgement, Offered
from ui.widgets.form_view.undo import Change, Step, Steps

LEAST_NORMAL = 3
"""Normal findings are offered for a section when so many fields lack one."""


class FormView(FormGround):
    """One or several forms on the screen. `changed` after each change, `saved` when `ask_to_save` found nothing against it,
    `cancelled` by `cancel`, `normal_filled(count)` when normal findings were filled in.

    `arrangement` names what shall stand first and how, `ending` what stands last; the rest follows in printed order.
    `hidden` answers are not asked, `optional` ones never lack. By code: `completions` proposes words for a line of text,
    `choices` lets one of some words be chosen in place of a line, `placeholders` says what an empty line means. `spread`
    lays all options open and goes on by itself behind a number. `examine` judges by more than the forms say. `actions`
    stand beneath and stay in sight. Without `scrolls` (and without an index of its own) the view is as high as its fields
    and lies in something that scrolls; `index` is one that stands elsewhere.
    """

    normal_filled = Signal(int)

    def __init__(
        self, forms: Form | Sequence[Form], *, context: Context, name: str = "form", arrangement: Sequence[Block] = (),
        ending: Sequence[Block] = (), hidden: Iterable[str] = (),
        optional: Iterable[str] = (), completions: Mapping[str, Sequence[str]] | None = None,
        choices: Mapping[str, Sequence[str]] | None = None, placeholders: Mapping[str, str] | None = None,
        spread: bool = False, examine: Examine | None = None, with_index: bool | None = None, index: FormIndex | None = None,
        actions: QWidget | None = None, scrolls: bool = True, parent: QWidget | None = None,
    ) -> None:
        self._judged: set[str] = set()
        self._told: dict[str, Problem] = {}
        self._typed_wrong: dict[str, Problem] = {}
        self._needed: frozenset[str] | None = None
        self._overruled: set[str] = set()
        self._judgement = Judgement({}, (), frozenset())
        self._steps = Steps()
        self._is_telling = self._is_undoing = False
        super().__init__(
            forms, context=context, name=name, arrangement=arrangement, ending=ending, hidden=hidden,
            manner=Manner(completions or {}, choices or {}, placeholders or {}, spread), with_index=with_index,
            index=index, actions=actions, scrolls=scrolls, parent=parent,
        )
        self._optional = {self._state.stands_for.get(code, code) for code in optional}
        self._beside = Beside(self._state, is_brief=spread)
        self._state.examine = examine
        self._judge()
        self._build_first()

    # --- the face ---------------------------------------------------------------------------------------------

    def show_answers(
        self, answers: Mapping[str, object], previous: Mapping[str, object] | None = None,
        context: Context | None = None, offered: Mapping[str, Offered] | None = None,
    ) -> None:
        """Show canonical or typed answers, beside them those of last time and what stands elsewhere; nothing counts as
        touched yet, and there is nothing to take back."""
        self._state.start(answers, previous, context or self._state.context, offered)
        self._steps.clear()
        self._judged = set(self._state.raw)
        self._told.clear()
        self._typed_wrong.clear()
        self._overruled.clear()
        self._show_general(())
        if self._index is not None:
            self._index.show_missing_from(False)
        self._judge()
        self._fill_all()
        self._carry_all.setVisible(any(self._state.can_carry(code) for code in self._state.fields
                                       if code not in self._hidden))

    def answers(self) -> dict[str, object]:
        """What was typed, under the codes of all forms; a shared answer under each of its codes."""
        return self._state.answers(self._judgement.applying)

    def values(self) -> dict[str, object]:
        """The canonical answers as far as they can be read, with those that follow from others."""
        return dict(self._judgement.answers)

    def kept(self) -> dict[str, object]:
        """Everything as it stands, for a draft: also answers that do not apply at the moment, and what was confirmed."""
        return {"answers": dict(self._state.raw), "confirmed": sorted(self._state.confirmed)}

    def take_up(self, kept: Mapping[str, object]) -> None:
        """Go on with what `kept` gave; last time's answers and offers stay."""
        answers, confirmed = kept.get("answers"), kept.get("confirmed")
        self._state.raw = {code: value for code, value in answers.items() if code in self._state.fields} \
            if isinstance(answers, Mapping) else {}
        self._state.confirmed = set(confirmed) if isinstance(confirmed, (list, tuple)) else set()
        self._steps.clear()
        self._judged = set(self._state.raw)
        self._judge()
        self._fill_all()

    def set_answer(self, code: str, value: object) -> None:
        """Answer from outside, such as the birth date that follows from an ID number; counts as a change."""
        self.set_answers({code: value})

    def set_answers(self, answers: Mapping[str, object]) -> None:
        """Answer several at once, which are taken back at once."""
        standing = {self._state.stands_for.get(code, code): value for code, value in answers.items()}
        self._write(standing)
        for code in standing:
            self._overruled.discard(code)
            self._judged.add(code)
        self._refill(standing)
        self._after_change()

    def set_context(self, context: Context) -> None:
        """Hold the answers against something else (another day, a birth date that became known)."""
        self._state.context = context
        self._judge()

    def problems(self) -> list[Problem]:
        """What stands against saving: all that the forms say, without what was confirmed."""
        return [problem for problem in (*self._judgement.problems, *self._told.values())
                if problem.code not in self._overruled
                and not (problem.level is Level.ASK and problem.code in self._state.confirmed)]

    def missing(self) -> list[Problem]:
        """Only what lacks for a complete form."""
        lacking = [each for each in self.problems() if each.level is Level.MISSING and self._is_asked(each.code)
                   and each.code not in self._optional and (self._needed is None or each.code in self._needed)]
        codes = {each.code for each in lacking}
        return [each for each in lacking if not self._state.follows_from(each.code, codes)]

    def asked_count(self, lacking: Iterable[Problem] | None = None) -> int:
        """How many answers a complete form needs of the doctor, as things stand; what follows from those is not asked.
        `lacking` is `missing()`, where it is known already."""
        needed = self._judgement.needed
        codes = {each.code for each in (self.missing() if lacking is None else lacking)}
        asked = {code for code in self._state.fields if self._is_asked(code) and code not in self._optional
                 and code in needed and (code in codes or not self._state.follows_from(code, needed))}
        return len(asked if self._needed is None else asked & self._needed)

    def need_only(self, codes: Iterable[str] | None) -> None:
        """Count only these as lacking (a small child needs less); None all that the forms say."""
        self._needed = None if codes is None else frozenset(self._state.stands_for.get(code, code) for code in codes)
        self._show_states()

    def confirm(self, code: str) -> None:
        """An unusual value is meant so; the same as its button."""
        self._state.confirmed.add(self._state.stands_for.get(code, code))
        self._show_states()

    def overrule(self, code: str) -> None:
        """Let an answer stand although it is refused, because the user said so and the service takes it."""
        self._state.confirmed.add(self._state.stands_for.get(code, code))
        self._overruled.add(self._state.stands_for.get(code, code))
        self._show_states()

    def confirmed(self) -> frozenset[str]:
        """The codes whose unusual values were confirmed, for the service."""
        return frozenset(code for code, standing in self._state.stands_for.items()
                         if standing in self._state.confirmed) | frozenset(self._state.confirmed)

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Show what a service refused, each sentence beside its field; those of no field stand above the form."""
        told = [Problem(self._state.stands_for.get(each.code, each.code),
                        Level.REFUSE if each.level is Level.MISSING else each.level, each.message) for each in problems]
        self._told = {each.code: each for each in told if self._is_asked(each.code)}
        self._judged.update(self._told)
        self._show_general([each.message for each in told if not self._is_asked(each.code)])
        self._show_states()
        self._go_to_first_problem(told)

    def ask_to_save(self, *, complete: bool = True) -> bool:
        """Emit `saved` unless something stands against it; then show all of it and go to the first. `complete` False
        lets answers lack."""
        self._judged = set(self._state.fields)
        if self._index is not None:
            self._index.show_missing_from(True)
        self._show_states()
        lacking = {each.code for each in self.missing()} if complete else set()
        standing = [each for each in self.problems() if each.level is not Level.MISSING or each.code in lacking]
        if standing:
            outside = [each.message for each in standing if not self._is_asked(each.code)]
            self._show_general(outside)
            self._go_to_first_problem(standing)
            return False
        self.saved.emit()
        return True

    def cancel(self) -> None:
        """Leave without saving."""
        self.cancelled.emit()

    def go_to(self, code: str) -> bool:
        """Put the cursor into a field; for one that only follows from others, into the first of those that lacks."""
        standing = self._state.stands_for.get(code, code)
        return super().go_to(code) or (standing in self._state.fields and any(
            super(FormView, self).go_to(need) for need in self._state.needs(standing) if need not in self._state.raw))

    def go_to_missing(self) -> bool:
        """To the next field behind the cursor that is still to be answered, else to the first one."""
        order = order_of(self._sections)
        lacking = sorted((each.code for each in self.missing()), key=lambda code: order.get(code, len(order)))
        at = order.get(self.current_code(), -1)
        behind = [code for code in lacking if order.get(code, len(order)) > at]
        return any(self.go_to(code) for code in (*behind, *lacking))

    # --- last time, and elsewhere -----------------------------------------------------------------------------

    def carry(self, code: str = "") -> bool:
        """F4: take over what is offered to a field, or last time's answer (of the field with the focus); False when there
        is neither."""
        code = self._state.stands_for.get(code, code) or self.current_code()
        if not self._state.can_carry(code):
            return False
        self.set_answer(code, self._state.to_carry(code))
        return True

    def carry_all(self) -> int:
        """Ctrl+Shift+L: take over what is offered, or last time's answers, for all empty fields that apply; how many."""
        taken: dict[str, object] = {}
        before = dict(self._state.raw)
        while True:
            codes = [code for code in self._state.fields if self._is_asked(code) and self._state.can_carry(code)
                     and code in self._judgement.applying and code not in self._state.raw]
            if not codes:
                break
            for code in codes:
                taken[code] = self._state.to_carry(code)
                self._state.set(code, taken[code])
                self._judged.add(code)
            self._judge()
        if taken:
            self._steps.add([Change(code, before.get(code), self._state.raw.get(code)) for code in taken])
            self._fill_all()
            self._tell()
        return len(taken)

    def compare(self, on: bool) -> None:
        """Show beside every field what it was last time, marked where it is another now."""
        self._beside.compares = on
        self._fill_all()

    # --- normal findings --------------------------------------------------------------------------------------

    def normal_codes(self, section: int) -> list[str]:
        """The fields of a section that lack an answer and have one for a normal finding."""
        inside = set(self._sections[section].codes) if 0 <= section < len(self._sections) else set()
        return [each.code for each in self.missing()
                if each.code in inside and self._state.fields[each.code].normal is not None]

    def set_read_only(self) -> None:
        """Nothing can be changed any more."""
        self._main.setEnabled(False)

    def fill_normal(self, section: int | None = None) -> int:
        """Ctrl+G: answer what lacks in a section (the one with the cursor) with its normal findings; how many. They are
        seen like any other answers, and taken back at once."""
        number = self.current_section() if section is None else section
        codes = self.normal_codes(number)
        if codes:
            self._build(self._sections[number])
            self.set_answers({code: self._state.fields[code].normal for code in codes})
            self.normal_filled.emit(len(codes))
        return len(codes)

    # --- taking back ------------------------------------------------------------------------------------------

    def undo_answer(self) -> bool:
        """Ctrl+Z: take the last step back, with the cursor in its field; False when there is none."""
        return self._move(self._steps.undo(), back=True)

    def redo_answer(self) -> bool:
        """Ctrl+Y: do again what was taken back last; False when there is nothing."""
        return self._move(self._steps.redo(), back=False)

    def can_undo(self) -> bool:
        """Whether anything can be taken back."""
        return self._steps.can_undo()

    def _move(self, step: Step, *, back: bool) -> bool:
        if not step:
            return False
        self._is_undoing = True
        for each in step:
            self._state.set(each.code, each.before if back else each.after)
            self._judged.add(each.code)
            self._typed_wrong.pop(each.code, None)
            self._told.pop(each.code, None)
        self._refill([each.code for each in step])
        self._after_change()
        self._is_undoing = False
        self.go_to(step[0].code)
        return True

    def _write(self, answers: Mapping[str, object], *, typing: bool = False) -> None:
        """Keep answers, and how to take them back."""
        before = {code: self._state.raw.get(code) for code in answers}
        for code, value in answers.items():
            self._state.set(code, value)
        if self._is_undoing:
            return
        changes = [Change(code, before[code], self._state.raw.get(code)) for code in answers]
        if self._is_telling:
            self._steps.join([each for each in changes if each.before != each.after])
        else:
            self._steps.add(changes, typing=typing)

    # --- Qt ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F4, Ctrl+Shift+L, Ctrl+G, taking back, and going from section to section."""
        control = Qt.KeyboardModifier.ControlModifier
        pressed = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = event.key()
        if key == Qt.Key.Key_F4 and not pressed:
            if self.carry() and self._manner.spread:
                self._step(forward=True)
        elif key == Qt.Key.Key_L and pressed == control | Qt.KeyboardModifier.ShiftModifier:
            self.carry_all()
        elif key == Qt.Key.Key_G and pressed == control:
            self.fill_normal()
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) and pressed == control:
            self.go_by_sections(1 if key == Qt.Key.Key_PageDown else -1)
        elif is_undo_or_redo(event):
            self.redo_answer() if is_redo(event) else self.undo_answer()
        else:
            super().keyPressEvent(event)

    # --- answering --------------------------------------------------------------------------------------------

    def applying(self) -> AbstractSet[str]:
        """The answers that may be given now."""
        return self._judgement.applying

    def on_row_made(self, row: FieldRow) -> None:
        """Fill a new row."""
        row.carry_asked.connect(self.carry)
        row.confirmed.connect(self._on_confirmed)
        for code, control in row.controls.items():
            self._fill(code, control)

    def on_rows_made(self) -> None:
        """Say what is wrong with new rows."""
        self._show_states()

    def on_answered(self, code: str) -> None:
        """Keep what was typed, and judge."""
        control = self._control(code)
        if control is None:
            return
        is_line = isinstance(control, (LineControl, ParagraphControl))
        self._write({code: control.raw()}, typing=is_line or isinstance(self._state.fields[code].kind, Table))
        self._told.pop(code, None)
        self._typed_wrong.pop(code, None)
        self._overruled.discard(code)
        if is_line and self.window().focusWidget() is control:
            self._judged.discard(code)
        self._beside.show(self._rows[code], code)
        self._after_change()

    def on_left(self, code: str) -> None:
        """From now on the field is judged."""
        self._steps.close()
        was_wrong = self._typed_wrong.pop(code, None) is not None
        if code not in self._judged or was_wrong:
            self._judged.add(code)
            self._show_states()

    def on_refused(self, code: str, number: str) -> None:
        """Say which numbers there are."""
        kind = self._state.fields[code].kind
        try:
            kind.read(number)
            sentence = msg("这一栏没有选项“{written}”。", written=number)
        except Unreadable as error:
            sentence = error.message
        self._typed_wrong[code] = Problem(code, Level.REFUSE, sentence)
        self._show_states()

    def _on_confirmed(self) -> None:
        row = self.sender()
        if isinstance(row, FieldRow):
            asked = {each.code for each in self.problems() if each.level is Level.ASK and each.code in row.codes}
            self._state.confirmed.update(asked)
            self._step(forward=True)
            self._show_states()
            self._tell()

    def _after_change(self) -> None:
        self._judge()
        self._tell()

    def _tell(self) -> None:
        """`changed`: what is answered because of it belongs to the same step."""
        was_telling, self._is_telling = self._is_telling, True
        self.changed.emit()
        self._is_telling = was_telling

    def _judge(self) -> None:
        before = self._judgement.applying
        self._judgement = self._state.judge()
        for code in self._state.computed:
            if code in self._rows and (not self._state.is_proposed(code) or code not in self._state.raw):
                self._rows[code].controls[code].show_raw(self._judgement.answers.get(code))
        if before != self._judgement.applying:
            for section in self._sections:
                section.show_applying(self._judgement.applying)
        self._show_states()

    # --- showing ----------------------------------------------------------------------------------------------

    def _show_states(self) -> None:
        """Place the sentences, and count what lacks."""
        shown: dict[str, Problem] = {}
        for problem in self.problems():
            if problem.level is not Level.MISSING and problem.code in self._judged:
                known = shown.get(problem.code)
                if known is None or (known.level is Level.ASK and problem.level is Level.REFUSE):
                    shown[problem.code] = problem
        shown.update(self._typed_wrong)
        for row in dict.fromkeys(self._rows.values()):
            mine = [shown[code] for code in row.codes if code in shown]
            worst = next((each for each in mine if each.level is Level.REFUSE), mine[0] if mine else None)
            row.show_problem(worst.level if worst else None, tr(worst.message) if worst else "")
        missing = self.missing() if self._manner.spread or self._index is not None else []
        if self._manner.spread:
            normal = {each.code for each in missing if self._state.fields[each.code].normal is not None}
            for section in self._sections:
                section.offer_normal(section.is_built and len(normal & section.own) >= LEAST_NORMAL)
        if self._index is not None:
            self._show_index(self._index, missing, {code for code, each in shown.items() if each.level is Level.REFUSE})

    def _show_index(self, index: FormIndex, lacking: Sequence[Problem], wrong: AbstractSet[str]) -> None:
        missing = {each.code: tr(each.message) for each in lacking}
        index.show_sections([
            SectionState(section.title(), {code: missing[code] for code in section.codes if code in missing},
                         any(code in wrong for code in section.codes))
            for section in self._sections
        ])
        asked = self.asked_count(lacking)
        index.show_meter(asked - len(missing), asked)

    def _show_general(self, messages: Sequence[Message]) -> None:
        self._general.setText("\n".join(tr(message) for message in messages))
        self._general.setVisible(bool(messages))

    def _go_to_first_problem(self, problems: Sequence[Problem]) -> None:
        order = order_of(self._sections)
        serious = [each for each in problems if each.level is not Level.MISSING] or list(problems)
        for problem in sorted(serious, key=lambda each: order.get(each.code, len(order))):
            if self.go_to(problem.code):
                return

    def _is_asked(self, code: str) -> bool:
        return code in self._state.fields and code not in self._hidden

    def _fill_all(self) -> None:
        for code, control in self._controls():
            self._fill(code, control)

    def _refill(self, codes: Iterable[str]) -> None:
        for code in codes:
            control = self._control(code)
            if control is not None:
                control.show_raw(self._state.raw.get(code))
                self._beside.show(self._rows[code], code)

    def _fill(self, code: str, control: FieldControl) -> None:
        control.show_raw(self._state.raw.get(code, self._judgement.answers.get(code)))
        row = self._rows.get(code)
        if row is not None:
            self._beside.show(row, code)
