"""随访: opening a visit, judging it while it is written, saving, correcting and voiding it, and its history.

One visit of a resident with hypertension and diabetes fills both sheets at once. Saving is one unit of work: sheets,
results, tasks, history and the end of the draft stand together or not at all. A recorded visit is never overwritten:
a correction is a new revision with a reason, a visit written for the wrong person becomes void and stays readable.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.errors import UserError
from app.forms.registry import form
from app.services import due_tasks, letter_checks, visit_records
from app.services.answer_changes import FormChange, readable
from app.services.follow_up_proposals import DiseaseProposal, Proposal, propose
from app.services.follow_up_views import PastVisit, VisitSheet
from app.services.history import changes_of
from app.services.problems import refuse, refuse_if_any
from app.services.visit_records import ENTRY, SheetRecord
from app.services.visit_sheets import DRAFT_KIND, load_core, load_recorded, load_sheet
from db.models import new_id
from db.queries import follow_ups as queries


@dataclass(frozen=True)
class SavedSheet:
    """One sheet of a saved visit. `open_check_due` is the day by which a referral's result is asked for."""

    entry_id: str
    form_code: str
    disease: str
    visit_class: int | None
    referral: str
    next_visit_on: date | None
    open_check_due: date | None
    revision: int


@dataclass(frozen=True)
class SavedVisit:
    """What saving a visit left: its sheets and what the rules had said."""

    visit_id: str
    resident_id: str
    name: str
    visit_date: date
    sheets: tuple[SavedSheet, ...]
    proposals: tuple[DiseaseProposal, ...]

    @property
    def is_referred(self) -> bool:
        """Whether a referral was made for one of the diseases."""
        return any(sheet.referral != "no" for sheet in self.sheets)


@dataclass(frozen=True)
class NewVisit:
    """What a visit to be recorded says: answers by key; `diseases` None for all under management."""

    resident_id: str
    answers: Mapping[str, object]
    diseases: Collection[str] | None = None


@dataclass(frozen=True)
class PreparedVisit:
    """A visit read and judged inside the unit of work that may write it."""

    sheet: VisitSheet
    proposal: Proposal


@dataclass(frozen=True)
class RecordedSheet:
    """A recorded sheet with its answers in canonical values, for reading and printing."""

    entry_id: str
    visit_id: str
    form_code: str
    edition: str
    entry_date: date
    answers: Mapping[str, Any]
    state: str
    revision: int


class FollowUps:
    """随访 of the residents under management."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open_visit(self, resident_id: str, *, diseases: Collection[str] | None = None) -> VisitSheet:
        """A new visit for all managed diseases, or for those named. Raises UserError when there is none."""
        with self._desk.sessions.reading() as session:
            return load_sheet(session, self._desk, resident_id, diseases=diseases)

    def open_recorded(self, entry_id: str) -> VisitSheet:
        """A recorded visit with its answers, to be corrected by `revise_visit`.

        A class and a next date that are as the rules propose are left out of `starting`: they follow the correction.
        """
        with self._desk.sessions.reading() as session:
            sheet = load_recorded(session, self._desk, entry_id)
        return replace(sheet, starting=_without_proposed(sheet))

    def propose(self, sheet: VisitSheet, answers: Mapping[str, object]) -> Proposal:
        """What the rules say to the answers as typed (by key); pure and quick."""
        return propose(sheet, answers)

    def save_visit(
        self,
        resident_id: str,
        answers: Mapping[str, object],
        *,
        diseases: Collection[str] | None = None,
        confirmed: frozenset[str] = frozenset(),
    ) -> SavedVisit:
        """Record a visit from its answers by key and remove its draft.

        A class or a next date that is not given becomes the proposed one. Raises Refused with the problems by key;
        those that only ask pass when their key is in `confirmed`.
        """
        with self._desk.sessions.writing() as session:
            prepared = prepare_visit(session, self._desk, NewVisit(resident_id, answers, diseases))
            refuse_if_any(prepared.proposal.problems, confirmed)
            return write_visit(session, self._desk, prepared)

    def revise_visit(
        self,
        entry_id: str,
        answers: Mapping[str, object],
        revision: int,
        reason: str,
        *,
        confirmed: frozenset[str] = frozenset(),
    ) -> SavedVisit:
        """Correct a recorded visit: every answer anew by key, as `open_recorded` gave them and the doctor changed them.

        `revision` is `sheet.revising.revision` as read; `reason` says why. A sheet in which nothing changed gets no
        revision. Later visits keep the class they were given. Raises Refused, also when somebody else was faster.
        """
        _need_reason(reason, msg("请写明更正的原因。"))
        with self._desk.sessions.writing() as session:
            sheet = load_recorded(session, self._desk, entry_id)
            assert sheet.revising is not None
            if sheet.revising.revision != revision:
                raise _changed_meanwhile(session, entry_id)
            return write_revision(session, self._desk, sheet, answers, reason, confirmed)

    def void_visit(self, entry_id: str, reason: str) -> None:
        """Make a visit void, with all its sheets: it was written for the wrong person or never happened.

        It stays readable with the reason. What it had done is due again, and results are as if it had not been.
        """
        _need_reason(reason, msg("请写明作废的原因。"))
        with self._desk.sessions.writing() as session:
            sheet = load_recorded(session, self._desk, entry_id)
            revising = sheet.revising
            assert revising is not None
            person = sheet.person
            for row in _rows(session, sheet):
                visit_records.void_sheet(session, self._desk, row.id, row.revision, reason)
            if sheet.starting.get("not_seen") in visit_records.LEFT_STATES:
                visit_records.come_back(session, self._desk, person.resident_id, revising.visit_id, reason)
            for managed in sheet.diseases:
                due_tasks.take_back_tasks(session, self._desk, managed, revising.entry_ids[managed.form_code])
                due_tasks.follow_newest(session, self._desk, person.resident_id, managed, sheet.history)
            letter_checks.settle(session, self._desk, person.resident_id)
            visit_records.copy_last_results(session, sheet.diseases, sheet.history)
            before = None if person.weight_on == revising.visit_date else person.weight_on
            visit_records.copy_weight(session, person.resident_id, sheet.history, before)

    def history(self, entry_id: str) -> tuple[FormChange, ...]:
        """Every revision of a sheet, the newest first, with the labels of its form."""
        with self._desk.sessions.reading() as session:
            row = queries.entry(session, entry_id)
            if row is None:
                raise UserError(msg("没有找到这次随访。请重新打开居民的记录。"))
            declared = form(row.form_code)
            return tuple(readable(change, declared) for change in changes_of(session, ENTRY, entry_id))

    def recorded_sheets(
        self, resident_id: str, form_code: str, *, year: int | None = None
    ) -> tuple[RecordedSheet, ...]:
        """The complete sheets of one form, oldest first; of one year when it is given."""
        with self._desk.sessions.reading() as session:
            rows = queries.sheets(session, resident_id, form_code, year)
            return tuple(_recorded_sheet(row) for row in rows)

    def recorded_sheet(self, entry_id: str) -> RecordedSheet:
        """One sheet, void or not. Raises UserError when there is none."""
        with self._desk.sessions.reading() as session:
            row = queries.entry(session, entry_id)
            if row is None:
                raise UserError(msg("没有找到这张表。请重新打开居民的记录。"))
            return _recorded_sheet(row)


def prepare_visit(session: Session, desk: Desk, visit: NewVisit) -> PreparedVisit:
    """A visit as it stands in the database now, judged, not written. Raises UserError as `open_visit` does."""
    sheet = load_core(session, desk, visit.resident_id, diseases=visit.diseases)
    return PreparedVisit(sheet, propose(sheet, visit.answers))


def write_visit(session: Session, desk: Desk, prepared: PreparedVisit) -> SavedVisit:
    """Record a visit against which nothing stands, in the unit of work of the caller, who asked its problems."""
    sheet, resident_id = prepared.sheet, prepared.sheet.person.resident_id
    records = _new_records(sheet, prepared.proposal)
    visit_records.insert_sheets(session, desk, resident_id, records)
    due_tasks.move_tasks_on(session, desk, resident_id, sheet.history, records)
    if any(record.check_due is not None for record in records):
        letter_checks.settle(session, desk, resident_id)
    _copy_results(session, desk, sheet, records)
    visit_records.drop_draft(session, DRAFT_KIND, resident_id)
    return _saved(sheet, records, dict.fromkeys((record.entry_id for record in records), 1))


def change_within(
    session: Session, desk: Desk, entry_id: str, changes: Mapping[str, Mapping[str, Any]], reason: str
) -> SavedVisit:
    """Correct some answers of a recorded visit, by entry and code (None takes one away), in the caller's unit of work.

    Class, next date, tasks and results follow. What is only asked about was answered where the change was agreed to.
    Raises Refused when the visit could not be saved like this.
    """
    sheet = load_recorded(session, desk, entry_id)
    assert sheet.revising is not None
    form_codes = {of_sheet: form_code for form_code, of_sheet in sheet.revising.entry_ids.items()}
    answers = _without_proposed(sheet)
    for changed_entry, codes in changes.items():
        answers |= {sheet.key(form_codes[changed_entry], code): value for code, value in codes.items()}
    kept = {key: value for key, value in answers.items() if value is not None}
    return write_revision(session, desk, sheet, kept, reason, frozenset(sheet.fields))


def write_revision(
    session: Session,
    desk: Desk,
    sheet: VisitSheet,
    answers: Mapping[str, object],
    reason: str,
    confirmed: frozenset[str],
) -> SavedVisit:
    """Write a recorded visit anew from its answers by key, in the unit of work of the caller. Raises Refused."""
    revising = sheet.revising
    assert revising is not None
    proposal = propose(replace(sheet, doctor=revising.author), answers)
    refuse_if_any(proposal.problems, confirmed)
    rows = {row.id: row for row in _rows(session, sheet)}
    records = _recorded(sheet, proposal)
    revisions = {
        record.entry_id: rows[record.entry_id].revision
        + _revise_sheet(session, desk, record, rows[record.entry_id], reason)
        for record in records
    }
    _settle_revision(session, desk, sheet, records, reason)
    return _saved(sheet, records, revisions)


def _revise_sheet(session: Session, desk: Desk, record: SheetRecord, row: Row[Any], reason: str) -> int:
    return int(visit_records.update_sheet(session, desk, record, row.answers, row.revision, reason))


def _settle_revision(
    session: Session, desk: Desk, sheet: VisitSheet, records: Sequence[SheetRecord], reason: str
) -> None:
    revising = sheet.revising
    assert revising is not None
    had_left = sheet.starting.get("not_seen") in visit_records.LEFT_STATES
    if had_left:
        visit_records.come_back(session, desk, sheet.person.resident_id, revising.visit_id, reason)
    visits = _by_date([*sheet.history, *(record.as_past() for record in records)])
    for record in records:
        due_tasks.retime_tasks(session, desk, sheet.person.resident_id, record, visits)
    letter_checks.settle(session, desk, sheet.person.resident_id)
    known_on = sheet.person.weight_on
    if known_on == revising.visit_date:
        sheet = replace(sheet, person=replace(sheet.person, weight_on=None))
    _copy_results(session, desk, sheet, records)


def _copy_results(session: Session, desk: Desk, sheet: VisitSheet, records: Sequence[SheetRecord]) -> None:
    """What a new or corrected visit says goes to the enrolments and the resident."""
    resident_id = sheet.person.resident_id
    visits = _by_date([*sheet.history, *(record.as_past() for record in records)])
    visit_records.copy_last_results(session, sheet.diseases, visits)
    answers = [record.answers for record in records]
    visit_records.keep_height(session, desk, resident_id, sheet.person.height_cm, answers)
    visit_records.copy_weight(session, resident_id, visits, sheet.person.weight_on)
    leaving = visit_records.leaving_of(records[0])
    if leaving is not None:
        visit_records.leave(session, desk, resident_id, leaving)


def _without_proposed(sheet: VisitSheet) -> dict[str, Any]:
    """The recorded answers without those that the rules give for the others."""
    proposed = {
        sheet.key(form_code, code)
        for form_code in sheet.form_codes
        for code in ("visit_class", "next_visit_date")
    }
    written = {key: value for key, value in sheet.starting.items() if key not in proposed}
    given = propose(sheet, written).answers
    for form_code in sheet.form_codes:
        for code in ("visit_class", "next_visit_date"):
            key = sheet.key(form_code, code)
            if key in sheet.starting and sheet.starting[key] != given[form_code].get(code):
                written[key] = sheet.starting[key]
    return written


def _new_records(sheet: VisitSheet, proposal: Proposal) -> list[SheetRecord]:
    visit_id = new_id()
    return [
        SheetRecord(
            new_id(), visit_id, managed, visit_records.with_height(sheet, proposal, managed.form_code), said
        )
        for managed, said in zip(sheet.diseases, proposal.diseases, strict=True)
    ]


def _recorded(sheet: VisitSheet, proposal: Proposal) -> list[SheetRecord]:
    revising = sheet.revising
    assert revising is not None
    return [
        SheetRecord(
            revising.entry_ids[managed.form_code],
            revising.visit_id,
            managed,
            visit_records.with_height(sheet, proposal, managed.form_code),
            said,
        )
        for managed, said in zip(sheet.diseases, proposal.diseases, strict=True)
    ]


def _saved(sheet: VisitSheet, records: Sequence[SheetRecord], revisions: Mapping[str, int]) -> SavedVisit:
    sheets = []
    for record in records:
        referral = visit_records.made_referral(record.answers, record.proposal)
        sheets.append(
            SavedSheet(
                entry_id=record.entry_id,
                form_code=record.managed.form_code,
                disease=record.managed.disease,
                visit_class=record.answers.get("visit_class"),
                referral=referral,
                next_visit_on=record.answers.get("next_visit_date"),
                open_check_due=record.proposal.check_due if referral != "no" else None,
                revision=revisions[record.entry_id],
            )
        )
    return SavedVisit(
        visit_id=records[0].visit_id,
        resident_id=sheet.person.resident_id,
        name=sheet.person.name,
        visit_date=records[0].visit_date,
        sheets=tuple(sheets),
        proposals=tuple(record.proposal for record in records),
    )


def _rows(session: Session, sheet: VisitSheet) -> list[Row[Any]]:
    revising = sheet.revising
    assert revising is not None
    rows = queries.entries_of_visit(session, revising.visit_id, sheet.person.resident_id)
    return [row for row in rows if row.state == "complete"]


def _by_date(visits: list[PastVisit]) -> list[PastVisit]:
    return sorted(visits, key=lambda visit: visit.visit_date)


def _need_reason(reason: str, sentence: Message) -> None:
    if not reason.strip():
        raise refuse("reason", sentence)


def _changed_meanwhile(session: Session, entry_id: str) -> UserError:
    newest = changes_of(session, ENTRY, entry_id)[0]
    return refuse(
        "revision",
        msg(
            "这次随访在您打开后又被{user}改过，您的更正还没有保存，填写的内容都还在。请重新打开，核对后再更正。",
            user=newest.user_name,
        ),
    )


def _recorded_sheet(row: Row[Any]) -> RecordedSheet:
    return RecordedSheet(
        entry_id=row.id,
        visit_id=row.visit_id,
        form_code=row.form_code,
        edition=row.edition,
        entry_date=row.entry_date,
        answers=form(row.form_code).restore(row.answers),
        state=row.state,
        revision=row.revision,
    )
