"""What a form view stands on: sections whose rows are made bit by bit, and the way of the cursor through them.

A long form opens at once: the rows that are seen first are made before it is shown, the others while the program idles,
a few milliseconds at a time, so that no key waits for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.forms.vocabulary import Context, Form
from app.i18n import tr
from ui.widgets.buttons import SecondaryButton
from ui.widgets.form_view.arrangement import Block, StopsWidget, arranged
from ui.widgets.form_view.fields import FieldControl
from ui.widgets.form_view.index import FormIndex
from ui.widgets.form_view.manner import Manner
from ui.widgets.form_view.moving import next_outside, reveal
from ui.widgets.form_view.row import FieldRow
from ui.widgets.form_view.section import FormSection
from ui.widgets.form_view.state import FormState
from ui.widgets.labels import label
from ui.widgets.layouts import Vertical
from ui.widgets.panes import FormPage, TwoPane

BUILT_AT_ONCE = 14
LONG_FORM = 4
BUILT_FOR_MS = 10


class FormGround(QWidget):
    """The sections of one or several forms, built when needed; subclasses fill the rows and answer the signals.

    `leads_to` is where the last field leads; None to whatever follows in the window.
    """

    changed = Signal()
    saved = Signal()
    cancelled = Signal()

    def __init__(
        self, forms: Form | Sequence[Form], *, context: Context, name: str = "form", arrangement: Sequence[Block] = (),
        ending: Sequence[Block] = (), hidden: Iterable[str] = (), manner: Manner | None = None,
        with_index: bool | None = None, index: FormIndex | None = None, actions: QWidget | None = None,
        scrolls: bool = True, parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("kind", "plain")
        self.forms = (forms,) if isinstance(forms, Form) else tuple(forms)
        self.setAccessibleName(self.forms[0].title)
        self._state = FormState(self.forms, context)
        self._hidden = {self._state.stands_for.get(code, code) for code in hidden}
        self._manner = manner or Manner()
        self.leads_to: QWidget | None = None
        self._extras: dict[int, StopsWidget] = {}
        self._rows: dict[str, FieldRow] = {}
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
            self.forms, self._state.stands_for, arrangement, ending, self._hidden,
            self._state.fields if self._manner.spread else {})]
        self._column.addStretch(1)
        self._index = index
        self._place(name, with_index, actions, scrolls)
        self._builder = QTimer(self)
        self._builder.setInterval(0)
        self._builder.timeout.connect(self._build_next)

    # --- what subclasses say ----------------------------------------------------------------------------------

    def applying(self) -> AbstractSet[str]:
        """The answers that may be given now."""
        return frozenset()

    def carry_all(self) -> int:
        """Take over everything that may be taken over."""
        return 0

    def fill_normal(self, section: int | None = None) -> int:
        """Answer what lacks in a section with its normal findings."""
        return 0

    def on_row_made(self, row: FieldRow) -> None:
        """A row is there: fill it."""

    def on_rows_made(self) -> None:
        """Some rows are there: say what is wrong with them."""

    def on_answered(self, code: str) -> None:
        """Something was typed or chosen."""

    def on_left(self, code: str) -> None:
        """A field was left."""

    def on_refused(self, code: str, number: str) -> None:
        """A number was typed that no option has."""

    # --- the cursor -------------------------------------------------------------------------------------------

    def go_to(self, code: str) -> bool:
        """Put the cursor into a field; False when it is not on the screen."""
        code = self._state.stands_for.get(code, code)
        self._build_for(code)
        row = self._rows.get(code)
        stops = row.controls[code].stops() if row is not None and not row.isHidden() else []
        if not stops:
            return False
        stops[0].setFocus(Qt.FocusReason.TabFocusReason)
        self._reveal_soon(stops[0])
        return True

    def go_to_section(self, number: int) -> None:
        """Put the cursor into the first field of a section, or show it when there is nothing to fill in."""
        first = self._first_stop(number)
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)
        self._reveal_soon(first or self._sections[number])

    def go_by_sections(self, step: int) -> None:
        """Ctrl+PgDn and Ctrl+PgUp: to the next section that has something to fill in; to the beginning of this one, or
        from there to the one before."""
        at = self.current_section()
        if step < 0 and at >= 0 and self.window().focusWidget() is not self._first_stop(at):
            self.go_to_section(at)
            return
        numbers = range(at + 1, len(self._sections)) if step > 0 else range(at - 1, -1, -1)
        for number in numbers:
            if self._first_stop(number) is not None:
                self.go_to_section(number)
                return

    def _first_stop(self, number: int) -> QWidget | None:
        """Where a section begins; None when there is nothing to fill in."""
        self._build(self._sections[number])
        return next((stop for row in self._sections[number].shown_rows() for stop in row.stops()), None)

    def current_section(self) -> int:
        """The number of the section with the cursor; -1 without."""
        focus = self.window().focusWidget()
        return next((number for number, section in enumerate(self._sections)
                     if focus is not None and section.isAncestorOf(focus)), -1)

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

    # --- building ---------------------------------------------------------------------------------------------

    def build_all(self) -> None:
        """Build what was left for later."""
        self._builder.stop()
        for section in self._sections:
            self._build(section)

    def is_built(self) -> bool:
        """Whether all sections are there."""
        return all(section.is_built for section in self._sections)

    def _place(self, name: str, with_index: bool | None, actions: QWidget | None, scrolls: bool) -> None:
        outer = Vertical(self)
        if self._index is None and (len(self._sections) >= LONG_FORM if with_index is None else with_index):
            self._index = FormIndex(name=f"{name}_index")
            outer.addWidget(TwoPane(self._main, self._index, actions=actions, side_width=220, breakpoint=760))
        elif scrolls:
            outer.addWidget(FormPage(self._main, actions))
        else:
            outer.addWidget(self._main)
        if self._index is not None:
            self._index.section_chosen.connect(self.go_to_section)
            self._index.code_chosen.connect(self.go_to)

    def _section_of(self, block: Block) -> FormSection:
        name = f"{self.objectName()}_section_{self._column.count()}"
        section = FormSection(block, self._state.fields, self._manner, lambda: self._state.context.today, name=name)
        section.row_made.connect(self._on_row_made)
        section.answered.connect(self.on_answered)
        section.left.connect(self.on_left)
        section.passed.connect(self._on_passed)
        section.refused.connect(self.on_refused)
        section.normal_asked.connect(lambda: self.fill_normal(self._sections.index(section)))
        self._column.addWidget(section)
        return section

    def _on_row_made(self, row: FieldRow) -> None:
        self._rows.update(dict.fromkeys(row.controls, row))
        self.on_row_made(row)

    def _build_first(self) -> None:
        left = BUILT_AT_ONCE
        for section in self._sections:
            left -= section.build(self.applying(), left)
            if left <= 0:
                break
        stops = self.stops()
        if stops:
            self.setFocusProxy(stops[0])
        self.on_rows_made()
        if not self.is_built():
            self._builder.start()

    def _build_next(self) -> None:
        """Build for some milliseconds."""
        section = next((each for each in self._sections if not each.is_built), None)
        if section is None:
            self._builder.stop()
        else:
            section.build(self.applying(), for_ms=BUILT_FOR_MS)
            self.on_rows_made()

    def _build_for(self, code: str) -> None:
        if code in self._rows:
            return
        for section in self._sections:
            if code in section.codes:
                self._build(section)

    def _build(self, section: FormSection) -> None:
        if not section.is_built:
            section.build(self.applying())
            self.on_rows_made()

    # --- inside -----------------------------------------------------------------------------------------------

    def _control(self, code: str) -> FieldControl | None:
        row = self._rows.get(code)
        return row.controls.get(code) if row is not None else None

    def _controls(self) -> list[tuple[str, FieldControl]]:
        return [(code, row.controls[code]) for code, row in self._rows.items()]

    def _on_passed(self, code: str) -> None:
        self.on_left(code)
        self._step(forward=True)

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
        elif forward and self.leads_to is not None and self.leads_to.isVisible():
            target = self.leads_to
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


def order_of(sections: Sequence[FormSection]) -> Mapping[str, int]:
    """The place of each answer on the screen."""
    return {code: number for number, code in enumerate(each for section in sections for each in section.codes)}
