"""The visit as it stands on the screen: what was typed, what was confirmed, what last time offers. Knows no widget.

It holds no rule of its own: the proposal of the follow-up service says what is wrong, and what follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.forms.kinds import EMPTY
from app.forms.vocabulary import Context, Level, Problem
from app.services.follow_up_proposals import Proposal
from app.services.follow_up_views import PreviousAnswer, VisitSheet

METHOD = "visit_method"
CLINIC_VISIT = 1
NOT_SEEN = "not_seen"
CHECKLIST = "emergency_signs"
KEPT_ANSWERS, KEPT_CONFIRMED = "answers", "confirmed"

Propose = Callable[[VisitSheet, Mapping[str, object]], Proposal]


class VisitState:
    """The answers of one visit by key, as typed, and what the rules say to them."""

    def __init__(self, sheet: VisitSheet, propose: Propose) -> None:
        self.sheet = sheet
        self._propose = propose
        self.raw: dict[str, object] = dict(sheet.starting)
        if sheet.revising is None:
            method = sheet.previous.get(METHOD)
            self.raw.setdefault(METHOD, method.value if method is not None else CLINIC_VISIT)
        self.confirmed: set[str] = set()
        self.judged: set[str] = set()
        self.is_strict = False
        self.told: dict[str, Problem] = {}
        self.proposal = propose(sheet, self.raw)
        if sheet.revising is not None:
            self._follow_the_rules_again()
        self._beginning = dict(self.raw)

    # --- answering --------------------------------------------------------------------------------------------

    def set(self, key: str, value: object) -> None:
        """Answer; an empty value takes the answer back. An empty checklist stays: it was asked, nothing was found."""
        if self.raw.get(key) != value:
            self.confirmed.discard(key)
        self.told.pop(key, None)
        if value in EMPTY and not (value == [] and key.endswith(CHECKLIST)):
            self.raw.pop(key, None)
        else:
            self.raw[key] = value
        self.judge()

    def take_up(self, kept: Mapping[str, Any]) -> None:
        """Go on with a draft."""
        answers, confirmed = kept.get(KEPT_ANSWERS), kept.get(KEPT_CONFIRMED)
        if isinstance(answers, Mapping):
            self.raw = {key: value for key, value in answers.items() if key in self.sheet.fields}
        self.confirmed = set(confirmed) if isinstance(confirmed, list) else set()
        self.judged.update(self.raw)
        self.judge()

    def kept(self) -> dict[str, object]:
        """The visit as a draft keeps it."""
        return {KEPT_ANSWERS: dict(self.raw), KEPT_CONFIRMED: sorted(self.confirmed)}

    @property
    def is_touched(self) -> bool:
        """Whether anything differs from how the visit began."""
        return self.raw != self._beginning

    def judge(self) -> None:
        """Ask the rules again."""
        self.proposal = self._propose(self.sheet, self.raw)

    # --- what may be answered ---------------------------------------------------------------------------------

    def applies(self, key: str) -> bool:
        """Whether the answer may be given as the others stand."""
        if key not in self.sheet.fields:
            return False
        if self.raw.get(NOT_SEEN) not in EMPTY:
            return key in ("visit_date", NOT_SEEN, NOT_SEEN + "_note", "next_visit_date", "doctor")
        item = self.sheet.fields[key]
        answers = self.proposal.answers[item.form_codes[0]]
        return item.field.applies.holds(answers, self._context())

    # --- last time --------------------------------------------------------------------------------------------

    def known(self, key: str) -> PreviousAnswer | None:
        """What may be taken over: what stands on another form, of the day of the visit, or else last time's answer."""
        offered = self.sheet.offers.get(key)
        if offered is not None and (not offered.of_the_day or str(self.raw.get("visit_date")) == str(offered.on)):
            return offered
        return self.sheet.previous.get(key)

    def previous_words(self, key: str) -> str:
        """What was answered last time or stands on another form, as a person reads it, or empty."""
        before = self.known(key)
        return before.shown if before is not None else ""

    def differs_from_last(self, key: str) -> bool:
        """Whether an answer is given that is not last time's."""
        before = self.known(key)
        if before is None or key not in self.raw:
            return False
        kind = self.sheet.fields[key].field.kind
        return str(self.raw[key]) != str(before.value) and str(self.raw[key]) != kind.show(before.value)

    def is_offered(self, key: str) -> bool:
        """Whether another form's value or last time's answer may be taken over and there is none yet."""
        item = self.sheet.fields.get(key)
        before = self.known(key)
        if item is None or before is None or before.value in EMPTY or key in self.raw:
            return False
        return (item.field.carries or before.origin is not None) and self.applies(key)

    def carry(self, *keys: str) -> list[str]:
        """Take over last time's answers of these keys where they are empty; those taken."""
        taken = [key for key in keys if self.is_offered(key)]
        for key in taken:
            before = self.known(key)
            assert before is not None
            self.raw[key] = before.value
        if taken:
            self.judged.update(taken)
            self.judge()
        return taken

    def carry_all(self, keys: list[str]) -> list[str]:
        """Take over all that is offered among `keys`, also what only then may be answered."""
        taken: list[str] = []
        while more := self.carry(*keys):
            taken += more
        return taken

    # --- what is wrong ----------------------------------------------------------------------------------------

    def confirm(self, key: str) -> None:
        """An unusual value is meant so."""
        self.confirmed.add(key)

    def standing(self) -> list[Problem]:
        """What stands against saving, without what was confirmed; refused and lacking before what only asks."""
        found = [*self.proposal.problems, *self.told.values()]
        left = [each for each in found if each.level is not Level.ASK or each.code not in self.confirmed]
        return sorted(left, key=lambda each: each.level is Level.ASK)

    def lacking(self) -> list[str]:
        """The keys that are still to be answered."""
        return [each.code for each in self.proposal.problems if each.level is Level.MISSING]

    def shown_problems(self) -> dict[str, Problem]:
        """One problem for each key that was left, the most serious; what lacks only after saving was tried."""
        shown: dict[str, Problem] = {}
        for problem in self.standing():
            if self.is_strict or (problem.code in self.judged and problem.level is not Level.MISSING):
                shown.setdefault(problem.code, problem)
        return shown

    def judge_all(self) -> None:
        """From now on every answer is judged (saving was tried)."""
        self.is_strict = True

    def _follow_the_rules_again(self) -> None:
        """A recorded class or date that was the proposed one shall follow when the values are corrected."""
        for said in self.proposal.diseases:
            key = self.sheet.key(said.form_code, "visit_class")
            if said.proposed_class is not None and self.raw.get(key) == said.proposed_class:
                del self.raw[key]
        due = self.proposal.next_visit_due
        if due is not None and self.raw.get("next_visit_date") == due:
            del self.raw["next_visit_date"]
        self.judge()

    def _context(self) -> Context:
        person = self.sheet.person
        return Context(self.sheet.today, person.birth_date, person.sex, person.height_cm)
