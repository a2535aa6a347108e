"""Who of a roster is on file, and what of it differs. Everything is read once, in parts, before the lines are planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.desk import Desk
from app.forms.editions import in_force
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.forms.vocabulary import Form
from app.i18n import tr
from app.interchange.roster_fields import label_of
from app.interchange.roster_households import RosterHousehold
from app.interchange.roster_rows import RosterRow
from app.services.duplicates import may_be_one_day
from app.services.resident_facts import laid_over, written_birth
from app.services.resident_rows import KEPT_COLUMNS
from app.services.resident_views import FieldChange
from db.models import Resident
from db.queries import roster as queries

_SHOWN_ONCE = frozenset({"own_phone"})
"""Answers that repeat another one of the same resident."""


@dataclass
class Person:
    """A resident on file with the answers of both forms as they are now."""

    id: str
    number: int
    revision: int
    columns: dict[str, Any]
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    entries: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The stored name."""
        return str(self.columns["name"])

    @property
    def birth(self) -> str:
        """The birth as it was given."""
        return written_birth(self.columns["birth_date"], self.columns["birth_precision"])


class Known:
    """The residents, sheets and households that the lines of a roster may mean."""

    def __init__(self, session: Session, desk: Desk, rows: Sequence[RosterRow]) -> None:
        self._people: dict[str, Person] = {}
        self.by_id: dict[str, Person] = {}
        self.by_record: dict[str, Person] = {}
        self._by_name: dict[str, list[Person]] = {}
        self._load_people(session, rows)
        self._load_sheets(session)
        self._households: dict[tuple[str, str, str], list[str]] = {}
        for household in queries.households(session, desk.place.id):
            for kind, name in (("number", household.number), ("head", household.name_key)):
                if name:
                    self._households.setdefault((kind, household.group_name, name), []).append(household.id)
        self.managed = {
            (row.resident_id, row.disease) for row in queries.enrolments_of(session, self._people)
        }

    def _load_people(self, session: Session, rows: Sequence[RosterRow]) -> None:
        usable = [row for row in rows if not row.refusals]
        ids = {number for row in usable if (number := row.info.get("id_number"))}
        numbers = {number for row in usable if (number := row.cover.get("record_no"))}
        names = {row.name_key for row in usable}
        for column, values in (
            (Resident.id_number, ids),
            (Resident.record_no, numbers),
            (Resident.name_key, names),
        ):
            for found in queries.residents_by(session, column, values):
                self._keep(found)

    def _keep(self, row: Any) -> None:
        if row.id in self._people:
            return
        columns = {name: getattr(row, name) for name in KEPT_COLUMNS}
        person = Person(row.id, row.number, row.revision, columns)
        self._people[row.id] = person
        if row.id_number:
            self.by_id[row.id_number] = person
        if row.record_no:
            self.by_record[row.record_no] = person
        self._by_name.setdefault(row.name_key, []).append(person)

    def _load_sheets(self, session: Session) -> None:
        for entry in queries.entries_of(session, self._people, (COVER.code, INFO.code)):
            self._people[entry.resident_id].entries[entry.form_code] = entry
        for person in self._people.values():
            for form in (COVER, INFO):
                entry = person.entries.get(form.code)
                stored = {} if entry is None else in_force(form.code, entry.edition, entry.answers).answers
                person.answers[form.code] = laid_over(form, stored, person.columns)

    def differ_in_id(self, person: Person, row: RosterRow) -> bool:
        """Whether both have an ID number, and not the same."""
        given, stored = row.info.get("id_number"), person.columns["id_number"]
        return bool(given and stored and given != stored)

    def alike(self, row: RosterRow) -> Person | None:
        """Somebody of the same name and a birth that may be the same, unless both have different ID numbers."""
        for person in self._by_name.get(row.name_key, ()):
            if may_be_one_day(person.birth, row.birth) and not self.differ_in_id(person, row):
                return person
        return None

    def changes(self, person: Person, row: RosterRow, household: RosterHousehold | None) -> list[FieldChange]:
        """What of a resident on file a line would change; an empty cell changes nothing."""
        found = []
        for form in (COVER, INFO):
            given = self.new_answers(person, row, form)
            for code, value in given.items():
                old = person.answers[form.code].get(code)
                if code not in _SHOWN_ONCE:
                    found.append(
                        FieldChange(
                            form.fields[code].name, _shown(form, code, old), _shown(form, code, value)
                        )
                    )
        if row.care_note and row.care_note != person.columns["care_note"]:
            found.append(FieldChange(_label("care_note"), person.columns["care_note"], row.care_note))
        if household is not None and person.columns["household_id"] is None:
            place = f"{household.group_name} {household.number}".strip()
            found.append(FieldChange(_label("household_number"), "", place or row.head_name or row.name))
        elif row.relation and not person.columns["relation"] and person.columns["household_id"]:
            found.append(FieldChange(_label("relation"), "", row.relation))
        return found

    def household_on_file(
        self, household: RosterHousehold, people: Mapping[int, Person | None]
    ) -> str | None:
        """The household on file that a household of the roster is, or None.

        The one that a member on file belongs to; else the only one with the same group and number; else, for a roster
        without numbers, the only one in the group whose head has the same name.
        """
        for line in household.lines:
            person = people.get(line)
            if person is not None and person.columns["household_id"]:
                return str(person.columns["household_id"])
        kind, name = ("number", household.number) if household.number else ("head", household.head_key)
        same = self._households.get((kind, household.group_name, name), ())
        return same[0] if len(same) == 1 else None

    def new_answers(self, person: Person, row: RosterRow, form: Form) -> dict[str, Any]:
        """The answers of a line that differ from those on file."""
        given = row.cover if form is COVER else row.info
        current = person.answers[form.code]
        changed = {code: value for code, value in given.items() if current.get(code) != value}
        if "disease_history" in current:
            changed.pop("disease_history", None)  # the doctor's own list says more than a flag
        if current.get("id_number"):
            changed.pop("no_id_reason", None)
        if "birth_date" in changed and str(current.get("birth_date", "")).startswith(changed["birth_date"]):
            changed.pop("birth_date")  # a year does not replace a day
        return changed


def _shown(form: Form, code: str, value: Any) -> str:
    return "" if value in (None, "", [], {}) else form.fields[code].kind.show(value)


def _label(target: str) -> str:
    label = label_of(target)
    return label if isinstance(label, str) else tr(label)
