"""Carrying out a plan: one transaction, everything or nothing.

Rows are written in bulk: households, residents, sheets, a revision for each, the search keys, and one audit entry for the
whole import whose hash covers the plan. Cancelling or a failure in the middle leaves the database as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.kinship import HEAD
from app.domain.message import msg
from app.forms.kinds import first_day
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.forms.vocabulary import Context, Form, Level
from app.interchange.roster_households import RosterHousehold
from app.interchange.roster_known import Known, Person
from app.interchange.roster_plan import Action, ImportPlan, PlannedRow
from app.interchange.roster_rows import RosterRow
from app.services.history import add_audit, canonical
from app.services.households import kept_household
from app.services.progress import CancelledCheck, Report, stop_if
from app.services.record_numbers import highest_given, note_given
from app.services.resident_facts import columns_from, homes, laid_over, offered_cover
from app.services.resident_keys import source_keys
from app.services.resident_rows import COMPLETE, ENTITY, ENTRY, KEPT_COLUMNS, PARTIAL
from db.models import FormEntry, Household, Resident, Revision, new_id
from db.queries.roster import highest_number
from db.queries.search import add_keys, key_sources, replace_keys

ROWS_AT_ONCE = 1000
IMPORT_REASON = "名单导入"
"""Written into the record as the clinic's own words, therefore not translated."""
_FACT_CODES = frozenset({*homes(INFO.code), "drug_allergy_note", "ethnic_group_note"})


@dataclass
class Writing:
    """What is gathered before it is written in bulk."""

    now: Any
    households: list[dict[str, Any]] = field(default_factory=list)
    residents: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    revisions: list[dict[str, Any]] = field(default_factory=list)
    changed_residents: list[dict[str, Any]] = field(default_factory=list)
    changed_entries: list[dict[str, Any]] = field(default_factory=list)
    ids: dict[int, str] = field(default_factory=dict)
    household_of: dict[int, str] = field(default_factory=dict)


class RosterWriter:
    """Writes one plan inside the caller's unit of work."""

    def __init__(self, session: Session, desk: Desk, known: Known) -> None:
        self._session = session
        self._desk = desk
        self._known = known
        self._today = desk.today()
        self._writing = Writing(desk.now())
        self._next_number = highest_number(session) + 1
        self._prefix = desk.place.record_prefix or ""
        self._serial = highest_given(session, self._prefix) if self._prefix else 0
        self._offered = offered_cover(desk, self._today)

    def write(self, plan: ImportPlan, report: Report, cancelled: CancelledCheck) -> Writing:
        """Write everything; returns what was written, with the id of every line's resident."""
        rows = [row for row in plan.rows if row.action in (Action.ADD, Action.CHANGE)]
        self._settle_households(plan)
        steps = len(rows) + 1
        for place, row in enumerate(rows):
            if place % ROWS_AT_ONCE == 0:
                stop_if(cancelled)
                report(place, steps, msg("正在整理第 {line} 行。", line=row.line))
            if row.person is None:
                self._add(row)
            else:
                self._change(row, row.person)
        self._insert(report, cancelled, len(rows), steps)
        content = hashlib.sha256(canonical([plan.outcome]).encode()).hexdigest()
        add_audit(self._session, self._desk, "residents.import", "import", new_id(), content_hash=content)
        report(steps, steps, msg("导入完了。"))
        return self._writing

    def _settle_households(self, plan: ImportPlan) -> None:
        """A household for every line that is written and has one: on file, or new."""
        people = {row.line: row.person for row in plan.rows}
        written = {row.line: row for row in plan.rows if row.action in (Action.ADD, Action.CHANGE)}
        for row in written.values():
            self._writing.ids[row.line] = row.person.id if row.person else new_id()
        seen: dict[tuple[str, ...], str] = {}
        for row in written.values():
            household = row.household
            if household is None or (row.person is not None and row.person.columns["household_id"]):
                continue
            if household.key not in seen:
                on_file = self._known.household_on_file(household, people)
                seen[household.key] = on_file or self._new_household(household, written)
            self._writing.household_of[row.line] = seen[household.key]

    def _new_household(self, household: RosterHousehold, written: Mapping[int, PlannedRow]) -> str:
        head = household.head_line if household.head_line in written else None
        distance = next(
            (
                row.row.distance_km
                for line in household.lines
                if (row := written.get(line)) and row.row.distance_km
            ),
            None,
        )
        made = Household(
            id=new_id(),
            organisation_id=self._desk.place.id,
            number=household.number,
            group_name=household.group_name,
            address=household.address[:100],
            head_id=self._writing.ids[head] if head is not None else None,
            distance_km=distance,
            note="",
            created_at=self._writing.now,
        )
        self._writing.households.append(_values(Household.__table__, made))
        self._revise("household", made.id, 1, None, kept_household(made))
        return made.id

    def _add(self, planned: PlannedRow) -> None:
        row = planned.row
        resident_id = self._writing.ids[row.line]
        cover = self._offered | row.cover
        if "record_no" not in cover:
            self._serial += 1
            cover["record_no"] = f"{self._prefix}{self._serial:05d}"
        info = dict(row.info)
        columns = columns_from(cover, info)
        columns |= {
            "id_number_state": row.id_state,
            "care_note": row.care_note,
            "mother_id_number": None,
            "household_id": self._writing.household_of.get(row.line),
            "relation": self._relation(planned),
            "state": "active",
            "state_on": None,
            "state_reason": "",
        }
        self._writing.residents.append(
            {
                **columns,
                "id": resident_id,
                "number": self._next_number,
                "organisation_id": self._desk.place.id,
                "created_at": self._writing.now,
                "updated_at": self._writing.now,
                "revision": 1,
            }
        )
        self._next_number += 1
        self._revise(ENTITY, resident_id, 1, None, {name: _kept(columns[name]) for name in KEPT_COLUMNS})
        lacking = row.missing - cover.keys()
        self._add_sheet(resident_id, COVER, cover, not lacking.isdisjoint(COVER.fields))
        is_partial = row.is_child(self._today) or not lacking.isdisjoint(INFO.fields)
        if not is_partial or set(info) - _FACT_CODES:
            self._add_sheet(resident_id, INFO, info, is_partial)

    def _relation(self, planned: PlannedRow) -> str:
        """A second head of a household is kept without a relation, to be asked."""
        household, relation = planned.household, planned.row.relation
        is_head = household is not None and household.head_line == planned.line
        return HEAD if is_head else ("" if relation == HEAD and household is not None else relation)

    def _is_partial(self, form: Form, answers: Mapping[str, Any], info: Mapping[str, Any]) -> bool:
        born = first_day(info["birth_date"]) if "birth_date" in info else None
        context = Context(today=self._today, birth_date=born, sex=info.get("sex"))
        return any(problem.level is Level.MISSING for problem in form.problems(answers, context))

    def _add_sheet(self, resident_id: str, form: Form, answers: Mapping[str, Any], is_partial: bool) -> None:
        kept = form.keep(answers)
        entry_id, state = new_id(), PARTIAL if is_partial else COMPLETE
        written_on = answers.get(form.date_code) if form.date_code else None
        self._writing.entries.append(
            {
                "id": entry_id,
                "form_code": form.code,
                "edition": form.edition,
                "resident_id": resident_id,
                "visit_id": None,
                "entry_date": written_on or self._today,
                "author_id": self._desk.actor.user_id,
                "answers": kept,
                "state": state,
                "created_at": self._writing.now,
                "updated_at": self._writing.now,
                "revision": 1,
            }
        )
        after = kept if state == COMPLETE else {**kept, "_state": state}
        self._revise(ENTRY, entry_id, 1, None, after)

    def _change(self, planned: PlannedRow, person: Person) -> None:
        row = planned.row
        answers = {
            form.code: person.answers[form.code] | self._known.new_answers(person, row, form)
            for form in (COVER, INFO)
        }
        cover, info = answers[COVER.code], answers[INFO.code]
        if info.get("id_number"):
            info.pop("no_id_reason", None)
        columns = columns_from(cover, info)
        columns["id_number_state"] = row.id_state or person.columns["id_number_state"]
        columns["care_note"] = row.care_note or person.columns["care_note"]
        columns["household_id"] = person.columns["household_id"] or self._writing.household_of.get(row.line)
        columns["relation"] = person.columns["relation"] or self._relation(planned)
        before = {name: _kept(person.columns[name]) for name in KEPT_COLUMNS}
        after = before | {name: _kept(columns[name]) for name in KEPT_COLUMNS if name in columns}
        revision = person.revision + 1
        self._writing.changed_residents.append(
            {**columns, "of_id": person.id, "revision": revision, "updated_at": self._writing.now}
        )
        self._revise(ENTITY, person.id, revision, before, after)
        for form in (COVER, INFO):
            self._change_sheet(
                person, form, laid_over(form, answers[form.code], columns | _state_columns(person)), row
            )

    def _change_sheet(self, person: Person, form: Form, answers: Mapping[str, Any], row: RosterRow) -> None:
        entry = person.entries.get(form.code)
        info = person.answers[INFO.code] | dict(row.info)
        is_partial = self._is_partial(form, answers, info) or (form is INFO and row.is_child(self._today))
        if entry is None:
            if not is_partial or set(answers) - _FACT_CODES - set(homes(COVER.code)):
                self._add_sheet(person.id, form, answers, is_partial)
            return
        kept = form.keep(answers)
        state = COMPLETE if entry.state == COMPLETE or not is_partial else PARTIAL
        if kept == entry.answers and state == entry.state:
            return
        self._writing.changed_entries.append(
            {
                "of_id": entry.id,
                "answers": kept,
                "state": state,
                "revision": entry.revision + 1,
                "updated_at": self._writing.now,
            }
        )
        before = {**entry.answers, **({} if entry.state == COMPLETE else {"_state": entry.state})}
        after = {**kept, **({} if state == COMPLETE else {"_state": state})}
        self._revise(ENTRY, entry.id, entry.revision + 1, before, after)

    def _revise(
        self, entity: str, entity_id: str, number: int, before: dict[str, Any] | None, after: dict[str, Any]
    ) -> None:
        if before is not None:
            changed = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
            before = {key: before.get(key) for key in changed}
            after = {key: after.get(key) for key in changed}
        self._writing.revisions.append(
            {
                "id": new_id(),
                "entity": entity,
                "entity_id": entity_id,
                "number": number,
                "at": self._writing.now,
                "user_id": self._desk.actor.user_id,
                "user_name": self._desk.actor.name,
                "reason": IMPORT_REASON,
                "before": before,
                "after": after,
            }
        )

    def _insert(self, report: Report, cancelled: CancelledCheck, done: int, steps: int) -> None:
        gathered = self._writing
        sentence = msg(
            "正在写入 {count} 位居民。", count=len(gathered.residents) + len(gathered.changed_residents)
        )
        report(done, steps, sentence)
        for table, rows in (
            (Household.__table__, gathered.households),
            (Resident.__table__, gathered.residents),
            (FormEntry.__table__, gathered.entries),
            (Revision.__table__, gathered.revisions),
        ):
            for start in range(0, len(rows), ROWS_AT_ONCE):
                stop_if(cancelled)
                self._session.execute(insert(table), rows[start : start + ROWS_AT_ONCE])
        _update_all(self._session, Resident.__table__, gathered.changed_residents)
        _update_all(self._session, FormEntry.__table__, gathered.changed_entries)
        note_given(self._session, [row["record_no"] for row in gathered.residents])
        self._session.flush()
        self._write_keys(report, cancelled, done, steps)

    def _write_keys(self, report: Report, cancelled: CancelledCheck, done: int, steps: int) -> None:
        report(done, steps, msg("正在写入查找用的索引。"))
        new_ids = [row["id"] for row in self._writing.residents]
        for start in range(0, len(new_ids), ROWS_AT_ONCE):
            stop_if(cancelled)
            part = key_sources(self._session, new_ids[start : start + ROWS_AT_ONCE])
            add_keys(self._session, {source.number: source_keys(source) for source in part})
        changed = [row["of_id"] for row in self._writing.changed_residents]
        for start in range(0, len(changed), ROWS_AT_ONCE):
            part = key_sources(self._session, changed[start : start + ROWS_AT_ONCE])
            replace_keys(self._session, {source.number: source_keys(source) for source in part})
        stop_if(cancelled)


def _update_all(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        names = [name for name in rows[0] if name != "of_id"]
        statement = (
            update(table)
            .where(table.c.id == bindparam("of_id"))
            .values({name: bindparam(name) for name in names})
        )
        session.execute(statement, rows, execution_options={"synchronize_session": False})


def _values(table: Table, row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in table.columns}


def _state_columns(person: Person) -> dict[str, Any]:
    return {name: person.columns[name] for name in ("state", "state_on", "state_reason")}


def _kept(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
