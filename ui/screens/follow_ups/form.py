"""The form of a visit on the screen: its cells, how the cursor goes through them, and showing a `VisitState` in them.

It keeps no answer: what is typed is announced by `answered(key)`, and whoever keeps the visit shows the new state.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.body import BmiCategory, bmi_category
from app.domain.message import Message
from app.forms.kinds import Choices, Table
from app.forms.vocabulary import NOTE, Level, Problem
from app.i18n import tr
from app.services.diseases import NAMES
from app.services.follow_up_views import DEAD, MOVED, VisitSheet
from app.services.medicines import ChangeKind, MedicineChange
from ui.screens.follow_ups.cells import Cell, SingleCell
from ui.screens.follow_ups.checklist import ChecklistCell
from ui.screens.follow_ups.medicines import DrugFinder, MedicinesEditor
from ui.screens.follow_ups.plan import READINGS, Planner
from ui.screens.follow_ups.slots import Slot
from ui.screens.follow_ups.state import CHECKLIST, NOT_SEEN, VisitState
from ui.widgets.cards import Card
from ui.widgets.form_view.fields import ShownControl
from ui.widgets.form_view.grid import Spans
from ui.widgets.labels import label
from ui.widgets.layouts import Vertical

QUICK_RATE = 100
"""Above this many beats a minute the diabetes sheet asks whether it lasts (rules §4.1, U5)."""


class VisitForm(Card):
    """Signals: `answered(key)`, `left(key)`, `confirmed(key)`; `finished` when Enter leaves the last field."""

    answered = Signal(str)
    left = Signal(str)
    confirmed = Signal(str)
    finished = Signal()

    def __init__(self, sheet: VisitSheet, finder: DrugFinder, parent: QWidget | None = None) -> None:
        super().__init__("", name="visit_form", spacing=14, parent=parent)
        self.sheet = sheet
        self.cells: dict[str, Cell] = {}
        self.editors: dict[str, MedicinesEditor] = {}
        self._order: list[Cell | MedicinesEditor] = []
        self._opened: set[str] = set()
        self._blocks: list[tuple[QWidget, list[Cell]]] = []
        self._general = label("", "problem", name="visit_problem", wrap=True)
        self._general.hide()
        self.add(self._general)
        self._build(Planner(sheet), finder)
        self._readings = [key for code in READINGS for key, item in sheet.fields.items()
                          if item.code == code and key in self.cells]

    # --- showing ----------------------------------------------------------------------------------------------

    def show_state(self, state: VisitState) -> None:
        """Show the answers, what is offered, what applies."""
        for cell in self._cells():
            self._show_cell(cell, state)
        for form_code, editor in self.editors.items():
            editor.show_changes(self._without_insulin(state, state.proposal.changes[form_code]))
            editor.setVisible(state.applies(editor.key))
        self._show_bmi(state)
        self._show_next_date(state)
        for block, cells in self._blocks:
            block.setVisible(any(not cell.isHidden() for cell in cells))

    def show_answers(self, state: VisitState) -> None:
        """Show all answers anew, also the medicines (after a draft, after carrying over)."""
        for editor in self.editors.values():
            editor.show_raw(state.raw.get(editor.key))
        self.show_state(state)

    def show_problems(self, problems: dict[str, Problem], elsewhere: Iterable[str] = ()) -> None:
        """Place each sentence beside its field; those of no field here, and not of `elsewhere`, stand above the form."""
        for cell in self._cells():
            mine = [problems[key] for key in cell.keys if key in problems]
            worst = next((each for each in mine if each.level is Level.REFUSE), mine[0] if mine else None)
            if worst is None:
                cell.show_problem(cell.keys[0], None, "")
            else:
                cell.show_problem(worst.code, worst.level, tr(worst.message))
        for editor in self.editors.values():
            problem = problems.get(editor.key)
            editor.show_problem(problem.level if problem else None, tr(problem.message) if problem else "")
        away = {*self.cells, *(editor.key for editor in self.editors.values()), *elsewhere}
        general = [tr(problem.message) for key, problem in problems.items() if key not in away]
        self._general.setText("\n".join(general))
        self._general.setVisible(bool(general))

    def open_cells(self, *keys: str) -> None:
        """Show cells that are shown only when wanted (未访到, 危急情况, 转诊)."""
        self._opened.update(keys)

    def close_cells(self, *keys: str) -> None:
        """Hide them again."""
        self._opened.difference_update(keys)

    def is_opened(self, key: str) -> bool:
        """Whether the doctor has opened a cell."""
        return key in self._opened

    # --- the cursor -------------------------------------------------------------------------------------------

    def stops(self) -> list[QWidget]:
        """The widgets that Tab stops at, in the order on the screen."""
        return [stop for each in self._order if not each.isHidden() for stop in each.stops() if stop.isEnabled()]

    def target_of(self, key: str) -> QWidget | None:
        """Where the cursor goes for an answer; for one that only asks, to the button that confirms."""
        editor = next((each for each in self.editors.values() if each.key == key), None)
        if editor is not None:
            return editor.stops()[0] if not editor.isHidden() else None
        cell = self.cells.get(key)
        if cell is None or cell.isHidden():
            return None
        if cell.beneath.level is Level.ASK:
            return cell.beneath.button
        named = next((stop for stop in cell.inner_stops() if stop.objectName() == key), None)
        return named or next(iter(cell.inner_stops()), None)

    def cell_with_focus(self) -> Cell | None:
        """The cell in which the cursor stands."""
        focus = QApplication.focusWidget()
        return next((cell for cell in self._cells() if focus is not None and cell.isAncestorOf(focus)), None)

    def position(self, widget: QWidget) -> int:
        """The place of a field among all, for finding the first of several problems."""
        return next((place for place, each in enumerate(self._order) if each.isAncestorOf(widget)), len(self._order))

    def keys_in_order(self) -> list[str]:
        """All keys asked here, in the order on the screen."""
        return [key for each in self._order for key in (each.keys if isinstance(each, Cell) else (each.key,))]

    def first_target(self) -> QWidget | None:
        """Where the cursor stands when a visit is opened: at the first reading."""
        return next((target for key in self._readings if (target := self.target_of(key)) is not None), None)

    def go_on(self, key: str, *, by_itself: bool) -> None:
        """Enter, or a complete reading: on to the next reading, or else to the next field."""
        target = self._next_reading(key) or self._next_stop()
        if target is None:
            self.finished.emit()
            return
        target.setFocus(Qt.FocusReason.TabFocusReason)
        if isinstance(target, Slot):
            target.came_by_itself = by_itself

    def go_back(self, key: str) -> None:
        """Backspace in an empty slot: back to the one before, and take back the digit that had led here."""
        target = self._previous_reading(key) or self._next_stop(step=-1)
        focus = QApplication.focusWidget()
        came_by_itself = isinstance(focus, Slot) and focus.came_by_itself
        if target is None:
            return
        target.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(target, Slot):
            target.end(False)
            if came_by_itself and target.text():
                target.backspace()

    # --- building ---------------------------------------------------------------------------------------------

    def _build(self, planner: Planner, finder: DrugFinder) -> None:
        first = planner.head() + planner.signs()
        for managed in self.sheet.diseases:
            first += planner.symptoms(managed)
            key = planner.key(managed, CHECKLIST)
            caption = tr("危急情况（{disease}）：逐条问，有的都选上", disease=NAMES[managed.disease])
            first.append(ChecklistCell(caption, key, self.sheet.fields[key].field.kind.options))
        first += planner.lifestyle() + planner.assessment()
        self._add_block("", first)
        for managed in self.sheet.diseases:
            self._add_editor(planner.key(managed, "drugs"), managed.form_code, finder)
        self._add_block("", planner.insulin())
        self._add_block(tr("检查和其他情况"), planner.more())
        self._add_block(tr("转诊和下次随访"), planner.foot())
        planner.not_seen_link.clicked.connect(self._open_not_seen)

    def _add_block(self, title: str, cells: list[Cell]) -> None:
        if not cells:
            return
        block = QWidget()
        block.setProperty("kind", "plain")
        column = Vertical(block, spacing=8)
        if title:
            column.addWidget(label(title, "card_title"))
        grid = Spans(spacing=14, row_spacing=12)
        column.addLayout(grid)
        for cell in cells:
            grid.addWidget(cell)
            self._take_in(cell)
        self._blocks.append((block, cells))
        self.add(block)

    def _take_in(self, cell: Cell) -> None:
        self._order.append(cell)
        for key in cell.keys:
            self.cells[key] = cell
        cell.answered.connect(self.answered)
        cell.left.connect(self.left)
        cell.confirmed.connect(self._on_confirmed)
        cell.passed.connect(lambda key: self.go_on(key, by_itself=False))
        cell.completed.connect(lambda key: self.go_on(key, by_itself=True))
        cell.went_back.connect(self.go_back)

    def _add_editor(self, key: str, form_code: str, finder: DrugFinder) -> None:
        title = tr("用药情况")
        if len(self.sheet.diseases) > 1:
            managed = next(each for each in self.sheet.diseases if each.form_code == form_code)
            title = tr("用药情况·{disease}", disease=NAMES[managed.disease])
        kind = self.sheet.fields[key].field.kind
        assert isinstance(kind, Table)
        editor = MedicinesEditor(key, title, most=kind.rows, finder=finder)
        editor.answered.connect(self.answered)
        editor.passed.connect(lambda: self.go_on(key, by_itself=False))
        self.editors[form_code] = editor
        self._order.append(editor)
        self.add(editor)

    # --- inside -----------------------------------------------------------------------------------------------

    def _cells(self) -> list[Cell]:
        return [each for each in self._order if isinstance(each, Cell)]

    def _show_cell(self, cell: Cell, state: VisitState) -> None:
        last, origin = [], None
        for key in cell.keys:
            computed = isinstance(cell, SingleCell) and isinstance(cell.control, ShownControl)
            if not computed:
                cell.show_raw(key, state.raw.get(key))
            is_offered = state.is_offered(key)
            before = state.known(key)
            cell.show_offered(key, before.value if before else None, state.previous_words(key) if is_offered else "")
            if before is not None and not is_offered and self._tells_last(key, state):
                last.append(state.previous_words(key))
            if before is not None and before.origin is not None and (is_offered or last):
                origin = before.origin
                if is_offered and isinstance(self.sheet.fields[key].field.kind, Choices):
                    last.append(state.previous_words(key))  # pills do not show it in grey
        if cell.keys[0] != "insulin_kind":
            cell.caption.show_last(self._last_words(cell, last, origin))
        cell.setVisible(self._is_wanted(cell, state))

    def _tells_last(self, key: str, state: VisitState) -> bool:
        """Last time's answer stands above when it cannot be taken over, or when another was given."""
        item = self.sheet.fields[key]
        if item.code in ("visit_date", "doctor", "next_visit_date", "not_seen", "drugs", "bmi"):
            return False
        return not item.field.carries or state.differs_from_last(key)

    def _last_words(self, cell: Cell, last: list[str], origin: Message | None) -> str:
        """Last time's answer, or where another value stands with its day."""
        separator = "/" if cell.keys[0] == "sbp" else " → "
        if origin is not None:
            return tr("{origin} {value}", origin=origin, value=separator.join(last)).rstrip()
        if not last:
            return ""
        return tr("上次 {value}", value=separator.join(last))

    def _is_wanted(self, cell: Cell, state: VisitState) -> bool:
        key = cell.keys[0]
        code = self.sheet.fields[key].code
        if not any(state.applies(each) for each in cell.keys):
            return False
        has_answer = any(each in state.raw for each in cell.keys)
        if code in (NOT_SEEN, "referral_reason", "referral_to"):
            return has_answer or key in self._opened
        if code == CHECKLIST:
            said = next(each for each in state.proposal.diseases if self.sheet.key(each.form_code, code) == key)
            return has_answer or said.is_checklist_needed or key in self._opened
        if code == "heart_rate_sustained":
            rates = [answers.get("heart_rate") for answers in state.proposal.answers.values()]
            return has_answer or any(rate is not None and rate > QUICK_RATE for rate in rates)
        if code == "next_visit_date":
            return str(state.raw.get(NOT_SEEN)) not in (str(DEAD), str(MOVED))
        if code == "next_visit_reason":
            late = any(each.code == "next_visit_date" and each.level is Level.ASK for each in state.proposal.problems)
            return has_answer or late
        return True

    def _show_bmi(self, state: VisitState) -> None:
        cell = self.cells.get("bmi")
        if not isinstance(cell, SingleCell):
            return
        bmi, words = state.proposal.bmi, state.proposal.bmi_label
        cell.show_raw("bmi", bmi)
        label_words = "" if words is None else tr(words)
        is_normal = bmi is not None and bmi_category(bmi) is BmiCategory.NORMAL
        cell.control.set_unit(label_words, "" if is_normal else "warning")
        lacks_height = self.sheet.person.height_cm is None and "height" not in state.raw
        cell.caption.show_last(tr("先填身高") if lacks_height else "")

    def _show_next_date(self, state: VisitState) -> None:
        cell = self.cells["next_visit_date"]
        due = state.proposal.next_visit_due
        shown = "" if due is None or "next_visit_date" in state.raw else due.isoformat()
        cell.show_offered("next_visit_date", None, shown)
        cell.caption.show_last("" if due is None else tr("最迟 {due}", due=due.isoformat()))

    def _without_insulin(self, state: VisitState, changes: Iterable[MedicineChange]) -> list[MedicineChange]:
        """The changes of the table's medicines; insulin has lines of its own and is marked there."""
        before = self.sheet.previous.get("insulin_kind")
        names = {str(state.raw.get("insulin_kind", "")), "" if before is None else str(before.value)} - {""}
        kept = []
        for change in changes:
            if change.name not in names:
                kept.append(change)
            elif "insulin_kind" in self.cells:
                unchanged = change.kind is ChangeKind.UNCHANGED
                self.cells["insulin_kind"].caption.show_last("" if unchanged else tr(change.label))
        return kept

    def _next_reading(self, key: str) -> QWidget | None:
        if key not in self._readings or self.sheet.fields[key].code == READINGS[-1]:
            return None
        after = self._readings[self._readings.index(key) + 1:]
        return next((target for each in after if (target := self.target_of_input(each)) is not None), None)

    def _previous_reading(self, key: str) -> QWidget | None:
        if key not in self._readings:
            return None
        before = reversed(self._readings[:self._readings.index(key)])
        return next((target for each in before if (target := self.target_of_input(each)) is not None), None)

    def target_of_input(self, key: str) -> QWidget | None:
        """The control of an answer itself, whatever stands beneath it."""
        cell = self.cells[key]
        if cell.isHidden():
            return None
        return next((stop for stop in cell.inner_stops() if stop.objectName() == key), None)

    def _next_stop(self, step: int = 1) -> QWidget | None:
        stops = self.stops()
        focus = QApplication.focusWidget()
        at = next((number for number, stop in enumerate(stops) if stop is focus), None)
        if at is None or not 0 <= at + step < len(stops):
            return None
        return stops[at + step]

    def _on_confirmed(self, key: str) -> None:
        self.confirmed.emit(key)

    def _open_not_seen(self) -> None:
        self.open_cells(NOT_SEEN, NOT_SEEN + NOTE)
        cell = self.cells[NOT_SEEN]
        cell.show()
        cell.inner_stops()[0].setFocus(Qt.FocusReason.TabFocusReason)
