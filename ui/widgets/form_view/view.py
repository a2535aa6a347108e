"""The generic form view: a declared form, or two filled in together, as sections of controls.

    view = FormView([cover, personal_info], context=Context(today=…), hidden={"record_no"})
    view.show_answers(answers, previous=answers_of_last_time)
    view.changed.connect(…); view.saved.connect(…)          view.answers() gives what was typed, for the service

Keys: Enter and Tab go on, F4 takes over last time's answer of the field, Ctrl+Shift+L those of all empty fields.
Sections that are not seen at first are built while the program idles, so that a long form opens at once; everything that
is asked of the view (`answers`, `problems`, `go_to`) works before that. Nothing is saved by the view itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.message import Message
from app.forms.kinds import EMPTY
from app.forms.vocabulary import Context, Form, Level, Problem
from app.i18n import tr
from ui.widgets.buttons import SecondaryButton
from ui.widgets.form_view.arrangement import Block, StopsWidget, arranged
from ui.widgets.form_view.fields import FieldControl, LineControl
from ui.widgets.form_view.index import FormIndex, SectionState
from ui.widgets.form_view.moving import next_outside, reveal
from ui.widgets.form_view.row import FieldRow
from ui.widgets.form_view.section import FormSection, Manner
from ui.widgets.form_view.state import FormState, Judgement
from ui.widgets.labels import label
from ui.widgets.layouts import Vertical
from ui.widgets.panes import FormPage, TwoPane

BUILT_AT_ONCE = 14
LONG_FORM = 4


class FormView(QWidget):
    """One or several forms on the screen. `changed` after each change, `saved` when `ask_to_save` found nothing against it,
    `cancelled` by `cancel`.

    `arrangement` names what shall stand first and how, `ending` what stands last; the rest follows in printed order.
    `hidden` answers are not asked, `optional` ones never lack. By code: `completions` proposes words for a line of text,
    `choices` lets one of some words be chosen in place of a line, `placeholders` says what an empty line means. `actions`
    stand beneath and stay in sight. Without `scrolls` (and without an index) the view is as high as its fields and lies
    in something that scrolls.
    """

    changed = Signal()
    saved = Signal()
    cancelled = Signal()

    def __init__(
        self, forms: Form | Sequence[Form], *, context: Context, name: str = "form", arrangement: Sequence[Block] = (),
        ending: Sequence[Block] = (), hidden: Iterable[str] = (),
        optional: Iterable[str] = (), completions: Mapping[str, Sequence[str]] | None = None,
        choices: Mapping[str, Sequence[str]] | None = None, placeholders: Mapping[str, str] | None = None,
        with_index: bool | None = None, actions: QWidget | None = None, scrolls: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("kind", "plain")
        self.forms = (forms,) if isinstance(forms, Form) else tuple(forms)
        self.setAccessibleName(self.forms[0].title)
        self._state = FormState(self.forms, context)
        self._hidden = {self._state.stands_for.get(code, code) for code in hidden}
        self._manner = Manner(completions or {}, choices or {}, placeholders or {})
        self._optional = {self._state.stands_for.get(code, code) for code in optional}
        self._needed: frozenset[str] | None = None
        self._overruled: set[str] = set()
        self._extras: dict[int, StopsWidget] = {}
        self._rows: dict[str, FieldRow] = {}
        self._judged: set[str] = set()
        self._told: dict[str, Problem] = {}
        self._judgement = Judgement({}, (), frozenset())
        self._main = QWidget()
        self._main.setProperty("kind", "plain")
        self._column = Vertical(self._main, spacing=12)
        self._carry_all = SecondaryButton(tr("空着的都沿用上次"), name=f"{name}_carry_all", hint="Ctrl Shift L", small=True)
        self._carry_all.clicked.connect(self.carry_all)
        self._carry_all.hide()
        self._column.addWidget(self._carry_all, 0, Qt.AlignmentFlag.AlignLeft)
        self._general = label("", "problem", name=f"{name}_problem", wrap=True)
        self._general.hide()
        self._column.addWidget(self._general)
        self._sections = [self._section_of(block) for block in arranged(
            self.forms, self._state.stands_for, arrangement, ending, self._hidden)]
        self._column.addStretch(1)
        self._index: FormIndex | None = None
        outer = Vertical(self)
        if len(self._sections) >= LONG_FORM if with_index is None else with_index:
            self._index = FormIndex(name=f"{name}_index")
            self._index.section_chosen.connect(self.go_to_section)
            self._index.code_chosen.connect(self.go_to)
            outer.addWidget(TwoPane(self._main, self._index, actions=actions, side_width=220, breakpoint=760))
        elif scrolls:
            outer.addWidget(FormPage(self._main, actions))
        else:
            outer.addWidget(self._main)
        self._builder = QTimer(self)
        self._builder.setInterval(0)
        self._builder.timeout.connect(self._build_next)
        self._judge()
        self._build_first()

    # --- the face ---------------------------------------------------------------------------------------------

    def show_answers(
        self, answers: Mapping[str, object], previous: Mapping[str, object] | None = None,
        context: Context | None = None,
    ) -> None:
        """Show canonical or typed answers, those of last time beside them; nothing counts as touched yet."""
        self._state.start(answers, previous, context or self._state.context)
        self._judged = set(self._state.raw)
        self._told.clear()
        self._overruled.clear()
        self._show_general(())
        if self._index is not None:
            self._index.show_missing_from(False)
        self._judge()
        for code, control in self._controls():
            self._fill(code, control)
        self._carry_all.setVisible(any(self._state.can_carry(code) for code in self._state.fields
                                       if code not in self._hidden))

    def answers(self) -> dict[str, object]:
        """What was typed, under the codes of all forms; a shared answer under each of its codes."""
        return self._state.answers(self._judgement.applying)

    def values(self) -> dict[str, object]:
        """The canonical answers as far as they can be read, with those that follow from others."""
        return dict(self._judgement.answers)

    def set_answer(self, code: str, value: object) -> None:
        """Answer from outside, such as the birth date that follows from an ID number; counts as a change."""
        code = self._state.stands_for.get(code, code)
        self._state.set(code, value)
        self._overruled.discard(code)
        self._judged.add(code)
        control = self._control(code)
        if control is not None:
            control.show_raw(self._state.raw.get(code))
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
        return [each for each in self.problems() if each.level is Level.MISSING and self._is_asked(each.code)
                and each.code not in self._optional and (self._needed is None or each.code in self._needed)]

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

    # --- moving about -----------------------------------------------------------------------------------------

    def go_to(self, code: str) -> bool:
        """Put the cursor into a field; False when it is not on the screen."""
        code = self._state.stands_for.get(code, code)
        self._build_for(code)
        row = self._rows.get(code)
        stops = self._control(code).stops() if row is not None and not row.isHidden() else []
        if not stops:
            return False
        stops[0].setFocus(Qt.FocusReason.TabFocusReason)
        self._reveal_soon(stops[0])
        return True

    def go_to_section(self, number: int) -> None:
        """Put the cursor into the first field of a section."""
        section = self._sections[number]
        self._build(section)
        for row in section.shown_rows():
            if row.stops():
                row.stops()[0].setFocus(Qt.FocusReason.TabFocusReason)
                self._reveal_soon(row)
                return

    def section_titles(self) -> tuple[str, ...]:
        """The titles of the sections, in order."""
        return tuple(section.title() for section in self._sections)

    def row_of(self, code: str) -> FieldRow | None:
        """The row in which an answer is given; None while it does not apply or is not asked."""
        code = self._state.stands_for.get(code, code)
        self._build_for(code)
        row = self._rows.get(code)
        return row if row is not None and not row.isHidden() else None

    def current_code(self) -> str:
        """The answer whose control has the focus, or empty."""
        focus = self.window().focusWidget()
        for code, control in self._controls():
            if focus is not None and isinstance(control, QWidget) and (control is focus or control.isAncestorOf(focus)):
                return code
        return ""

    def carry(self, code: str = "") -> bool:
        """F4: take over last time's answer of a field (of the one with the focus); False when there is none."""
        code = self._state.stands_for.get(code, code) or self.current_code()
        if not self._state.can_carry(code):
            return False
        self.set_answer(code, self._state.previous[code])
        return True

    def carry_all(self) -> int:
        """Ctrl+Shift+L: take over last time's answers of all empty fields that apply; how many."""
        taken = 0
        while True:
            codes = [code for code in self._state.fields if self._is_asked(code) and self._state.can_carry(code)
                     and code in self._judgement.applying and code not in self._state.raw]
            if not codes:
                break
            for code in codes:
                self._state.set(code, self._state.previous[code])
                self._judged.add(code)
            taken += len(codes)
            self._judge()
        if taken:
            for code, control in self._controls():
                self._fill(code, control)
            self.changed.emit()
        return taken

    # --- Qt ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F4 and Ctrl+Shift+L."""
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if event.key() == Qt.Key.Key_F4 and not event.modifiers():
            self.carry()
        elif event.key() == Qt.Key.Key_L and event.modifiers() == both:
            self.carry_all()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab follows the order on the screen, also over fields that appeared later."""
        return self._step(forward) or super().focusNextPrevChild(forward)

    def stops(self) -> list[QWidget]:
        """The widgets that Tab and Enter stop at, in the order on the screen."""
        found: list[QWidget] = []
        for number, section in enumerate(self._sections):
            found.extend(stop for row in section.shown_rows() for stop in row.stops())
            if number in self._extras:
                found.extend(self._extras[number].stops())
        return [stop for stop in found if stop.isEnabled()]

    def insert_after(self, section: int, widget: StopsWidget) -> None:
        """Put something that is no form between the sections, such as the household; its `stops()` lie in the order."""
        self._extras[section] = widget
        if isinstance(widget, QWidget):
            self._column.insertWidget(self._column.indexOf(self._sections[section]) + 1, widget)

    def build_all(self) -> None:
        """Build what was left for later."""
        self._builder.stop()
        for section in self._sections:
            self._build(section)

    def is_built(self) -> bool:
        """Whether all sections are there."""
        return all(section.is_built for section in self._sections)

    def _section_of(self, block: Block) -> FormSection:
        name = f"{self.objectName()}_section_{self._column.count()}"
        section = FormSection(block, self._state.fields, self._manner, lambda: self._state.context.today, name=name)
        section.row_made.connect(self._on_row_made)
        section.answered.connect(self._on_answered)
        section.left.connect(self._on_left)
        section.passed.connect(self._on_passed)
        self._column.addWidget(section)
        return section

    def _on_row_made(self, row: FieldRow) -> None:
        row.carry_asked.connect(self.carry)
        row.confirmed.connect(self._on_confirmed)
        for code, control in row.controls.items():
            self._rows[code] = row
            self._fill(code, control)

    def _build_first(self) -> None:
        for section in self._sections:
            if len(self._rows) >= BUILT_AT_ONCE:
                break
            self._build(section)
        stops = self.stops()
        if stops:
            self.setFocusProxy(stops[0])
        if not self.is_built():
            self._builder.start()

    def _build_next(self) -> None:
        section = next((each for each in self._sections if not each.is_built), None)
        if section is None:
            self._builder.stop()
        else:
            self._build(section)

    def _build_for(self, code: str) -> None:
        for section in self._sections:
            if code in section.codes:
                self._build(section)

    def _build(self, section: FormSection) -> None:
        if not section.is_built:
            section.build(self._judgement.applying)
            self._show_states()

    # --- answering --------------------------------------------------------------------------------------------

    def _on_answered(self, code: str) -> None:
        control = self._control(code)
        if control is None:
            return
        self._state.set(code, control.raw())
        self._told.pop(code, None)
        self._overruled.discard(code)
        if isinstance(control, LineControl) and self.window().focusWidget() is control:
            self._judged.discard(code)
        self._after_change()

    def _on_left(self, code: str) -> None:
        if code not in self._judged:
            self._judged.add(code)
            self._show_states()

    def _on_passed(self, code: str) -> None:
        self._on_left(code)
        self._step(forward=True)

    def _on_confirmed(self) -> None:
        row = self.sender()
        if isinstance(row, FieldRow):
            asked = {each.code for each in self.problems() if each.level is Level.ASK and each.code in row.codes}
            self._state.confirmed.update(asked)
            self._step(forward=True)
            self._show_states()
            self.changed.emit()

    def _after_change(self) -> None:
        self._judge()
        self.changed.emit()

    def _judge(self) -> None:
        before = self._judgement.applying
        self._judgement = self._state.judge()
        for code, item in self._state.fields.items():
            if item.computed is None or code not in self._rows:
                continue
            if not item.computed.proposed or code not in self._state.raw:
                self._rows[code].controls[code].show_raw(self._judgement.answers.get(code))
        if before != self._judgement.applying:
            for section in self._sections:
                section.show_applying(self._judgement.applying)
        self._show_states()

    def _show_states(self) -> None:
        """Place the sentences, and count what lacks."""
        shown: dict[str, Problem] = {}
        for problem in self.problems():
            if problem.level is not Level.MISSING and problem.code in self._judged:
                known = shown.get(problem.code)
                if known is None or (known.level is Level.ASK and problem.level is Level.REFUSE):
                    shown[problem.code] = problem
        for row in dict.fromkeys(self._rows.values()):
            mine = [shown[code] for code in row.codes if code in shown]
            worst = next((each for each in mine if each.level is Level.REFUSE), mine[0] if mine else None)
            row.show_problem(worst.level if worst else None, tr(worst.message) if worst else "")
        if self._index is not None:
            missing = {each.code: tr(each.message) for each in self.missing()}
            wrong = {code for code, each in shown.items() if each.level is Level.REFUSE}
            self._index.show_sections([
                SectionState(section.title(), {code: missing[code] for code in section.codes if code in missing},
                             any(code in wrong for code in section.codes))
                for section in self._sections
            ])

    def _show_general(self, messages: Sequence[Message]) -> None:
        self._general.setText("\n".join(tr(message) for message in messages))
        self._general.setVisible(bool(messages))

    def _go_to_first_problem(self, problems: Sequence[Problem]) -> None:
        order = {code: number for number, code in enumerate(each for section in self._sections for each in section.codes)}
        serious = [each for each in problems if each.level is not Level.MISSING] or list(problems)
        for problem in sorted(serious, key=lambda each: order.get(each.code, len(order))):
            if self.go_to(problem.code):
                return

    # --- inside -----------------------------------------------------------------------------------------------

    def _is_asked(self, code: str) -> bool:
        return code in self._state.fields and code not in self._hidden

    def _control(self, code: str) -> FieldControl | None:
        row = self._rows.get(code)
        return row.controls.get(code) if row is not None else None

    def _controls(self) -> list[tuple[str, FieldControl]]:
        return [(code, row.controls[code]) for code, row in self._rows.items()]

    def _fill(self, code: str, control: FieldControl) -> None:
        value = self._state.raw.get(code, self._judgement.answers.get(code))
        control.show_raw(value)
        previous = self._state.previous.get(code)
        can_carry = self._state.can_carry(code) or (previous not in EMPTY and code in self._state.fields)
        words = self._state.words(code, previous) if can_carry else ""
        row = self._rows.get(code)
        if row is not None:
            row.set_previous(code, words)

    def _step(self, forward: bool) -> bool:
        """Go to the next stop; from the last one to what follows the form in the window."""
        stops = self.stops()
        focus = self.window().focusWidget()
        at = next((n for n, stop in enumerate(stops) if focus is stop), None)
        if at is None:
            return False
        following = at + (1 if forward else -1)
        if not 0 <= following < len(stops) and not self.is_built() and forward:
            self.build_all()
            stops = self.stops()
        if 0 <= following < len(stops):
            target = stops[following]
        else:
            target = next_outside(self._main, stops[at], forward=forward)
            if target is None:
                return False
        target.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        self._reveal_soon(target)
        return True

    def _reveal_soon(self, widget: QWidget) -> None:
        """Now, and once more when rows that have just appeared have their places."""
        reveal(widget)
        QTimer.singleShot(0, widget, lambda: reveal(widget))
