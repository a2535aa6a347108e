"""Printing the sheets of many people at once: a day, a household, a resident's year, the old people of a group, a list.

`plan` says beforehand what would be printed, for whom nothing is there, and which characters no font has; `run` prints
what was planned, reading the forms as it goes, so that 3,000 people take no more memory than 30. Files appear together
and complete, or not at all. The names of residents stand in the names of files only in the folder that the doctor chose,
with the last five digits of the record number and never with an ID number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.errors import UserError
from app.printing.sheets import Mode, PersonHead
from app.services.batch_files import BatchWriter, OneFile, OnePerPerson, Printed, Target, safe_name
from app.services.batch_plans import (
    RESIDENT_SHEET,
    Batch,
    BatchPlan,
    BatchResult,
    Entries,
    Lacking,
    PlannedPerson,
    PlannedSheet,
    Who,
    Wish,
    WithoutGlyph,
    beginning_of,
    chosen_entries,
    codes_to_read,
    gaps,
    page_count,
    refuse_unknown,
    title_of,
)
from app.services.diseases import FORM_OF
from app.services.history import add_audit
from app.services.households import Households
from app.services.overprint import calibration
from app.services.person_sheets import PersonSheets, headed
from app.services.progress import CancelledCheck, Report, never_cancelled, quiet_report, stop_if
from app.services.resident_sheet import VISIT_FORMS, ResidentSheet, was_seen
from app.services.resident_views import ListFilter
from app.services.residents import Residents
from app.services.sheet_contents import (
    CARD,
    COMPLETE,
    RECORD_FORMS,
    Manner,
    blank_sheet,
    kept,
    printable_forms,
    sheets_of,
)
from app.services.work_list import WorkList
from db.queries import prints as queries

__all__ = [
    "RESIDENT_SHEET",
    "Batch",
    "BatchPlan",
    "BatchPrints",
    "BatchResult",
    "Lacking",
    "Manner",
    "OneFile",
    "OnePerPerson",
    "PlannedPerson",
    "PlannedSheet",
    "Who",
    "WithoutGlyph",
]  # fmt: skip

PIECE = 100
"""How many people are read at a time."""
LIST_PIECE = 500
MOST_LISTED = 10_000


class BatchPrints:
    """Batches of sheets of the residents of this desk. For a worker: each call opens its own sessions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # --- planning ---------------------------------------------------------------------------------------------

    def plan(
        self, batch: Batch, report: Report = quiet_report, cancelled: CancelledCheck = never_cancelled
    ) -> BatchPlan:
        """What would be printed. Raises UserError when the batch names nobody or no form, or an unknown form."""
        refuse_unknown(batch)
        if batch.who is Who.ENTRY:
            return self._plan_entry(batch)
        wanted = self._wanted(batch)
        if not wanted:
            raise UserError(msg("这里面没有人，没有可打印的。请换一天、换一组，或放宽条件。"))
        people: list[PlannedPerson] = []
        lacking: list[Lacking] = []
        missing: list[WithoutGlyph] = []
        for start in range(0, len(wanted), PIECE):
            stop_if(cancelled)
            report(start, len(wanted), msg("正在查找第 {number} 位居民的表", number=start + 1))
            with self._desk.sessions.reading() as session:
                self._plan_piece(session, batch, wanted[start:start + PIECE], people, lacking, missing)
        return BatchPlan(batch, tuple(people), tuple(lacking), tuple(missing))

    def _plan_entry(self, batch: Batch) -> BatchPlan:
        """One form on file, void or not; blank sheets of its kind otherwise."""
        with self._desk.sessions.reading() as session:
            row = queries.entries(session, [batch.entry_id]).get(batch.entry_id)
            if row is None:
                raise UserError(msg("没有找到这张表。请重新打开居民的记录。"))
            head = queries.people(session, [row.resident_id])[row.resident_id]
        ids = () if batch.manner is Manner.BLANK else (row.id,)
        sheet = PlannedSheet(row.form_code, ids, page_count(row.form_code, ids))
        person = PlannedPerson(row.resident_id, head.name, head.record_no or "", (sheet,))
        characters = gaps(head.name, [row.answers] if ids else [])
        missing = (WithoutGlyph(row.resident_id, head.name, characters),) if characters else ()
        return BatchPlan(batch, (person,), (), missing)

    def _plan_piece(
        self,
        session: Session,
        batch: Batch,
        piece: Sequence[Wish],
        people: list[PlannedPerson],
        lacking: list[Lacking],
        missing: list[WithoutGlyph],
    ) -> None:
        ids = [wish.resident_id for wish in piece]
        heads, known = queries.people(session, ids), self._entries(session, batch, ids)
        seen = self._seen(session, batch, known)
        made: list[tuple[PlannedPerson, Entries]] = []
        for wish in piece:
            head = heads.get(wish.resident_id)
            if head is None:
                continue
            entries = known.get(wish.resident_id, {})
            sheets, lacks = self._sheets(batch, wish, entries, seen)
            if sheets:
                person = PlannedPerson(wish.resident_id, head.name, head.record_no or "", tuple(sheets))
                made.append((person, entries))
            if lacks or not sheets:
                lacking.append(Lacking(wish.resident_id, head.name, tuple(lacks)))
        people.extend(person for person, _entries in made)
        missing.extend(_without_glyph(session, made))

    def _seen(self, session: Session, batch: Batch, known: Mapping[str, Entries]) -> frozenset[str]:
        """The entries of visits at which the person was met, where the sheet for the resident is wanted."""
        if RESIDENT_SHEET not in batch.form_codes:
            return frozenset()
        ids = [row.id for entries in known.values() for code in VISIT_FORMS for row in entries.get(code, ())]
        rows = entries_by_id(session, ids)
        return frozenset(entry_id for entry_id, row in rows.items() if was_seen(row.answers))

    def _sheets(
        self, batch: Batch, wish: Wish, entries: Entries, seen: frozenset[str]
    ) -> tuple[list[PlannedSheet], list[str]]:
        """What is printed of one person, and the codes of forms of which nothing is there."""
        sheets: list[PlannedSheet] = []
        lacks: list[str] = []
        for code in wish.form_codes or (code for code in printable_forms() if code in entries):
            ids = self._entry_ids(batch, wish, code, entries, seen)
            if ids is None:
                lacks.append(code)
            else:
                sheets.append(PlannedSheet(code, ids, page_count(code, ids)))
        return sheets, lacks

    def _entry_ids(
        self, batch: Batch, wish: Wish, code: str, entries: Entries, seen: frozenset[str]
    ) -> tuple[str, ...] | None:
        """The entries that stand on the sheets of a form; () a sheet without any, None nothing to print."""
        if code == RESIDENT_SHEET:
            visits = [
                row
                for form_code in VISIT_FORMS
                for row in entries.get(form_code, ())
                if row.state == COMPLETE and row.id in seen and (not wish.entry_ids or row.id in wish.entry_ids)
            ]
            newest = max(visits, key=lambda row: (row.entry_date, row.id), default=None)
            return None if newest is None else (newest.id,)
        rows = entries.get(code, [])
        if batch.manner is Manner.LAST_VALUES:
            return tuple(row.id for row in rows if row.state == COMPLETE)[-1:]
        if batch.manner is Manner.BLANK or code in RECORD_FORMS:
            return ()
        chosen = chosen_entries(batch, wish, code, rows, self._desk.today().year)
        if not chosen and code == CARD and batch.year is None:
            return ()
        return tuple(row.id for row in chosen) or None

    def _entries(self, session: Session, batch: Batch, resident_ids: Sequence[str]) -> dict[str, Entries]:
        """What is on file of these people, by person and form, as far as the batch may print it."""
        first, last = date.min, date.max
        if batch.year is not None and batch.manner.shows_answers:
            first, last = date(batch.year, 1, 1), date(batch.year, 12, 31)
        found: dict[str, Entries] = {}
        for row in queries.entries_of_people(session, resident_ids, codes_to_read(batch), first, last):
            found.setdefault(row.resident_id, {}).setdefault(row.form_code, []).append(row)
        return found

    def _wanted(self, batch: Batch) -> list[Wish]:
        """Whose sheets are wanted, in order, and of each which forms."""
        codes = batch.form_codes
        if batch.who is Who.DAY:
            return self._of_day(batch)
        if batch.who is Who.WORK_LIST:
            return self._of_work_list(batch)
        if batch.who is Who.HOUSEHOLD:
            members = Households(self._desk).get(batch.household_id).members
            return [Wish(member.resident_id, codes) for member in members]
        if batch.who is Who.OLDER:
            older = ListFilter(group_name=batch.group_name, only_65_or_older=True)
            return [Wish(resident_id, codes) for resident_id in self._listed(older)]
        if batch.who is Who.LISTED:
            return [Wish(resident_id, codes) for resident_id in self._listed(batch.listed or ListFilter())]
        return [Wish(resident_id, codes) for resident_id in dict.fromkeys(batch.resident_ids)]

    def _listed(self, wanted: ListFilter) -> Iterator[str]:
        residents, after = Residents(self._desk), None
        while True:
            page = residents.list_page(wanted, after, LIST_PIECE)
            yield from (row.resident_id for row in page.rows)
            after = page.next_after
            if after is None:
                return

    def _of_day(self, batch: Batch) -> list[Wish]:
        """Everybody of whom a form is dated on the day or was written on it, in the order of writing."""
        day = batch.day or self._desk.today()
        codes = batch.form_codes or printable_forms()
        with self._desk.sessions.reading() as session:
            rows = queries.entries_of_day(
                session, self._desk.place.id, codes_to_read(batch), day, beginning_of(day), beginning_of(day + timedelta(days=1))
            )
        found: dict[str, list[Row[Any]]] = {}
        for row in rows:
            found.setdefault(row.resident_id, []).append(row)
        wishes = []
        for resident_id, written in found.items():
            mine = {row.form_code for row in written}
            if mine & set(VISIT_FORMS):
                mine.add(RESIDENT_SHEET)
            asked = tuple(code for code in (*printable_forms(), RESIDENT_SHEET) if code in mine and code in codes)
            if asked:
                wishes.append(Wish(resident_id, asked, frozenset(row.id for row in written)))
        return wishes

    def _of_work_list(self, batch: Batch) -> list[Wish]:
        """Everybody of the list with the follow-up sheets of what is due, or those of the batch among them."""
        page = WorkList(self._desk).page(batch.work, batch.order, limit=MOST_LISTED)
        wishes = []
        for row in page.rows:
            due = tuple(FORM_OF[disease] for disease in row.diseases if disease in FORM_OF)
            chosen = tuple(code for code in due if not batch.form_codes or code in batch.form_codes)
            others = tuple(code for code in batch.form_codes if code not in FORM_OF.values())
            if chosen or others:
                wishes.append(Wish(row.resident_id, (*chosen, *others)))
        return wishes

    # --- printing ---------------------------------------------------------------------------------------------

    def run(
        self,
        plan: BatchPlan,
        target: Target,
        report: Report = quiet_report,
        cancelled: CancelledCheck = never_cancelled,
    ) -> BatchResult:
        """Print what was planned. Whose form was printed is kept in the audit trail.

        Cancelled or failed, nothing is left. Raises Cancelled, EnvironmentFailure when the files cannot be written, and
        UserError when the plan is empty.
        """
        if not plan.people:
            raise UserError(msg("没有可打印的表。请换一种表，或选“空白的”。"))
        with self._writer(target, plan) as writer:
            for number, (person, contents) in enumerate(self._contents(plan)):
                stop_if(cancelled)
                report(number, len(plan.people), msg("正在排版第 {number} 位：{name}", number=number + 1, name=person.name))
                writer.add(safe_name(person.name, person.record_no), person.name, contents)
            stop_if(cancelled)
            report(len(plan.people), len(plan.people), msg("正在写文件"))
            writer.finish()
            with self._desk.sessions.writing() as session:
                self._note(session, plan)
                files = writer.put_in_place()
        return BatchResult(files, len(plan.people), plan.sheets, writer.pages)

    def preview(
        self, plan: BatchPlan, report: Report = quiet_report, cancelled: CancelledCheck = never_cancelled
    ) -> bytes:
        """What was planned as the bytes of one PDF, for the window that shows it before it is printed; noted as `run`."""
        with self._writer(None, plan) as writer:
            for number, (person, contents) in enumerate(self._contents(plan)):
                stop_if(cancelled)
                report(number, len(plan.people), msg("正在排版第 {number} 位：{name}", number=number + 1, name=person.name))
                writer.add(safe_name(person.name, person.record_no), person.name, contents)
            stop_if(cancelled)
            with self._desk.sessions.writing() as session:
                self._note(session, plan)
            return writer.finished_bytes()

    def _writer(self, target: Target | None, plan: BatchPlan) -> BatchWriter:
        moved = calibration(self._desk) if plan.batch.manner is Manner.OVERPRINT else None
        return BatchWriter(target, title_of(plan), double_sided=plan.batch.double_sided, calibration=moved)

    def _note(self, session: Session, plan: BatchPlan) -> None:
        for person in plan.people:
            for planned in person.sheets:
                add_audit(session, self._desk, f"print.{planned.form_code}", "resident", person.resident_id)

    def _contents(self, plan: BatchPlan) -> Iterator[tuple[PlannedPerson, list[Printed]]]:
        """Person by person what is printed: documents, and pages of the sheet for the resident."""
        for start in range(0, len(plan.people), PIECE):
            piece = plan.people[start:start + PIECE]
            ids = [entry_id for person in piece for sheet in person.sheets for entry_id in sheet.entry_ids]
            with self._desk.sessions.reading() as session:
                rows = entries_by_id(session, ids)
                for person in piece:
                    yield person, [self._content(session, plan.batch, person, sheet, rows) for sheet in person.sheets]

    def _content(
        self, session: Session, batch: Batch, person: PlannedPerson, sheet: PlannedSheet, rows: dict[str, Row[Any]]
    ) -> Printed:
        head = PersonHead(person.name, person.record_no, person.resident_id)
        code, mode = sheet.form_code, batch.manner.mode
        entries = [headed(self._desk, kept(rows[entry_id])) for entry_id in sheet.entry_ids if entry_id in rows]
        if code == RESIDENT_SHEET:
            from app.printing.resident_sheet import resident_pages

            return resident_pages(
                ResidentSheet(self._desk).content_in(session, person.resident_id, entry_id=sheet.entry_ids[0])
            )
        if mode is Mode.BLANK:
            return blank_sheet(head, code, entries[-1] if entries else None)
        if entries:
            return sheets_of(head, code, entries, mode)
        sheets = PersonSheets(self._desk)
        if code == CARD:
            return sheets.card_content(session, person.resident_id, head, mode)
        content = sheets.record_content(person.resident_id, head, code, mode)
        return content or blank_sheet(head, code)


def _without_glyph(session: Session, made: Sequence[tuple[PlannedPerson, Entries]]) -> Iterator[WithoutGlyph]:
    """Who has a character that no font has, in the name or in an answer that is printed."""
    printed = {person.resident_id: _printed_entries(person, entries) for person, entries in made}
    rows = entries_by_id(session, [entry_id for ids in printed.values() for entry_id in ids])
    for person, _entries in made:
        answers = [rows[entry_id].answers for entry_id in printed[person.resident_id] if entry_id in rows]
        characters = gaps(person.name, answers)
        if characters:
            yield WithoutGlyph(person.resident_id, person.name, characters)


def _printed_entries(person: PlannedPerson, entries: Entries) -> list[str]:
    """The entries whose words stand on somebody's sheets; of the record's own forms the newest."""
    ids: list[str] = []
    for planned in person.sheets:
        ids += planned.entry_ids
        if not planned.entry_ids and planned.form_code in RECORD_FORMS:
            ids += [row.id for row in entries.get(planned.form_code, ())][-1:]
    return ids


def entries_by_id(session: Session, entry_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Forms with their answers by id, however many are asked for."""
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(entry_ids), queries.MOST_IDS):
        found |= queries.entries(session, entry_ids[start:start + queries.MOST_IDS])
    return found
