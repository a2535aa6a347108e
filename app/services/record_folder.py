"""A resident's record as a whole: one timeline, the 档案袋 of all forms by kind, and how complete it is.

Everything is read once for all three: one query for the sheets of every form, one each for the attachments, the
enrolments and the changes of state. Summaries are made of the answers as they are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.forms.registry import FORM_MODULES, form
from app.forms.summaries import short_name, summary, tone
from app.services.attachment_views import ATTACHMENT, KEPT, AttachmentView, attachment_view
from app.services.completeness import (
    YEARLY_FROM_65,
    Completeness,
    Programme,
    Situation,
    completeness_of,
)
from app.services.diseases import DISEASE_OF, NAMES, PROGRAMME_OF
from app.services.form_views import COMPLETE, PARTIAL, VOID
from app.services.resident_facts import laid_over
from app.services.resident_rows import ENTITY, columns_of, get_resident
from app.services.resident_views import OLD_FROM_YEARS, STATE_LABELS, Chip, TimelineRow, age_of
from db.models import Enrolment, Resident, Revision
from db.queries import record_folder as queries

ENROLMENT, STATE, DISPENSING = "enrolment", "state", "dispensing"
"""Kinds of the timeline that are no form; the fourth is ATTACHMENT."""

ROUND_FORM = "screening"
"""Filled in for a whole group at once; it stands in the folder of those who were measured."""

_STATE_TONES = {"dead": "bad", "moved": "warn", "lost": "warn", "cancelled": "none", "active": "info"}


@dataclass(frozen=True)
class FolderSheet:
    """One filled-in form in the 档案袋. `state` complete, partial or void; `attachments` how many are kept with it."""

    entry_id: str
    form_code: str
    entry_date: date
    visit_id: str | None
    author: str
    edition: str
    state: str
    revision: int
    text: Message
    tone: str
    attachments: int = 0


@dataclass(frozen=True)
class FolderKind:
    """One form in the 档案袋 with its sheets, the newest first. `is_due`: one is to be filled in now, or finished.

    A form that was never filled in and does not concern the resident is not there.
    """

    form_code: str
    title: str
    sheets: tuple[FolderSheet, ...]
    is_due: bool = False

    @property
    def count(self) -> int:
        """How many sheets count: partial and void ones do not."""
        return sum(sheet.state == COMPLETE for sheet in self.sheets)

    @property
    def newest(self) -> date | None:
        """The day of the newest sheet that is not void."""
        return next((sheet.entry_date for sheet in self.sheets if sheet.state != VOID), None)


@dataclass(frozen=True)
class RecordContents:
    """A record as a whole. Void sheets and attachments are in it; a screen leaves them out unless they are asked for."""

    timeline: tuple[TimelineRow, ...]
    kinds: tuple[FolderKind, ...]
    completeness: Completeness
    attachments: tuple[AttachmentView, ...]


class RecordFolder:
    """The records of this clinic, each as a whole."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def contents(self, resident_id: str) -> RecordContents:
        """Timeline, folder, completeness and attachments of a resident, read together. Raises UserError for nobody."""
        with self._desk.sessions.reading() as session:
            return contents_of(session, get_resident(session, resident_id), self._desk.today())

    def timeline(self, resident_id: str, *, with_void: bool = False) -> tuple[TimelineRow, ...]:
        """What happened to the resident, the newest first."""
        rows = self.contents(resident_id).timeline
        return tuple(row for row in rows if with_void or row.state != VOID)

    def completeness(self, resident_id: str) -> Completeness:
        """How complete the record is, and what lacks."""
        with self._desk.sessions.reading() as session:
            return completeness_of_resident(session, resident_id, self._desk.today())


def contents_of(session: Session, resident: Resident, today: date) -> RecordContents:
    """The record of a resident as a whole."""
    entries = queries.entries(session, resident.id)
    attached = [attachment_view(row) for row in queries.attachments(session, resident.id)]
    enrolments = _enrolments(session, resident.id)
    completeness = completeness_of(_situation(resident, entries, enrolments, today))
    with_entry = Counter(each.form_entry_id for each in attached if each.state == KEPT)
    sheets = [_sheet(entry, with_entry[entry.id]) for entry in entries]
    return RecordContents(
        _timeline(session, resident, sheets, attached, enrolments),
        _kinds(sheets, resident, enrolments, completeness, today),
        completeness,
        tuple(attached),
    )


def completeness_of_resident(session: Session, resident_id: str, today: date) -> Completeness:
    """How complete the record of a resident is. Raises UserError for nobody."""
    resident = get_resident(session, resident_id)
    entries = queries.entries(session, resident_id)
    return completeness_of(_situation(resident, entries, _enrolments(session, resident_id), today))


def _enrolments(session: Session, resident_id: str) -> Sequence[Enrolment]:
    statement = select(Enrolment).where(Enrolment.resident_id == resident_id).order_by(Enrolment.enrolled_on)
    return session.scalars(statement).all()


def _situation(
    resident: Resident, entries: Sequence[Row[Any]], enrolments: Sequence[Enrolment], today: date
) -> Situation:
    columns = columns_of(resident)
    answers: dict[str, Mapping[str, Any]] = {}
    for declared in (COVER, INFO):
        entry = next((row for row in entries if row.form_code == declared.code and row.state != VOID), None)
        answers[declared.code] = laid_over(
            declared, declared.restore(entry.answers) if entry else {}, columns
        )
    return Situation(
        today=today,
        birth_date=resident.birth_date,
        sex=resident.sex,
        state=resident.state,
        cover=answers[COVER.code],
        info=answers[INFO.code],
        programmes=tuple(Programme(e.disease, e.enrolled_on) for e in enrolments if e.ended_on is None),
        sheets=[row for row in entries if row.state != VOID],
        height_cm=resident.height_cm,
    )


def _sheet(entry: Row[Any], attachments: int) -> FolderSheet:
    return FolderSheet(
        entry_id=entry.id,
        form_code=entry.form_code,
        entry_date=entry.entry_date,
        visit_id=entry.visit_id,
        author=entry.author or "",
        edition=entry.edition,
        state=entry.state,
        revision=entry.revision,
        text=summary(entry.form_code, entry.answers),
        tone=tone(entry.form_code, entry.answers),
        attachments=attachments,
    )


# ---- 档案袋


def _kinds(
    sheets: Sequence[FolderSheet],
    resident: Resident,
    enrolments: Sequence[Enrolment],
    completeness: Completeness,
    today: date,
) -> tuple[FolderKind, ...]:
    """The forms in the order of the list: those with sheets, those that are due, those that may be filled in."""
    by_code: dict[str, list[FolderSheet]] = {}
    for sheet in sheets:
        by_code.setdefault(sheet.form_code, []).append(sheet)
    managed = {each.disease for each in enrolments if each.ended_on is None}
    age = age_of(resident.birth_date, today)
    due = completeness.due_forms
    kinds = []
    for code in [*FORM_MODULES, *(code for code in by_code if code not in FORM_MODULES)]:
        if code in by_code or code in due or _concerns(code, managed, age):
            title = form(code).title if code in FORM_MODULES else code
            kinds.append(FolderKind(code, title, tuple(by_code.get(code, ())), code in due))
    return tuple(kinds)


def _concerns(form_code: str, managed: set[str], age: int | None) -> bool:
    """Whether an empty form belongs into the folder of this resident: those of a disease or an age only for them."""
    if form_code in DISEASE_OF or form_code in PROGRAMME_OF:
        return (DISEASE_OF.get(form_code) or PROGRAMME_OF.get(form_code)) in managed
    if form_code in YEARLY_FROM_65 and form_code != "health_exam":
        return age is not None and age >= OLD_FROM_YEARS
    return form_code != ROUND_FORM


# ---- timeline


def _timeline(
    session: Session,
    resident: Resident,
    sheets: Sequence[FolderSheet],
    attached: Sequence[AttachmentView],
    enrolments: Sequence[Enrolment],
) -> tuple[TimelineRow, ...]:
    """The newest first; of one day the sheets stand as they were written, the newest first."""
    rows = [_sheet_row(sheet) for sheet in sheets]
    rows += [_attachment_row(each) for each in attached]
    rows += _enrolment_rows(enrolments)
    rows += _state_rows(session, resident.id)
    # At its first use: it brings the tables of the ledger, which the first screen does not need.
    from app.services.dispensed_in_folder import dispensing_rows

    rows += dispensing_rows(session, resident.id)
    return tuple(sorted(rows, key=lambda row: row.date, reverse=True))


def _sheet_row(sheet: FolderSheet) -> TimelineRow:
    chips = [Chip(short_name(sheet.form_code), sheet.tone if sheet.state == COMPLETE else "none")]
    if sheet.state == PARTIAL:
        chips.append(Chip(msg("草稿"), "warn"))
    elif sheet.state == VOID:
        chips.append(Chip(msg("作废")))
    return TimelineRow(
        sheet.entry_date,
        sheet.form_code,
        tuple(chips),
        sheet.text,
        sheet.author,
        sheet.entry_id,
        sheet.visit_id,
        state=sheet.state,
    )


def _attachment_row(attached: AttachmentView) -> TimelineRow:
    is_void = attached.state != KEPT
    chips = (Chip(msg("附件"), "info"), *((Chip(msg("作废")),) if is_void else ()))
    return TimelineRow(
        attached.added_at.astimezone().date(),
        ATTACHMENT,
        chips,
        msg("{title}", title=attached.title),
        attached.author,
        attachment_id=attached.id,
        state=VOID if is_void else COMPLETE,
    )


def _enrolment_rows(enrolments: Sequence[Enrolment]) -> list[TimelineRow]:
    rows = []
    for enrolment in enrolments:
        disease = NAMES[enrolment.disease]
        text = msg("纳入{disease}管理。", disease=disease)
        rows.append(TimelineRow(enrolment.enrolled_on, ENROLMENT, (Chip(disease, "info"),), text, ""))
        if enrolment.ended_on is not None:
            text = msg("结束{disease}管理：{reason}。", disease=disease, reason=enrolment.end_reason or "—")
            rows.append(TimelineRow(enrolment.ended_on, ENROLMENT, (Chip(disease),), text, ""))
    return rows


def _state_rows(session: Session, resident_id: str) -> list[TimelineRow]:
    """Changes of state as their revisions tell them."""
    statement = (
        select(Revision)
        .where(Revision.entity == ENTITY, Revision.entity_id == resident_id, Revision.before.is_not(None))
        .order_by(Revision.number)
    )
    return [_state_row(revision) for revision in session.scalars(statement) if "state" in revision.after]


def _state_row(revision: Revision) -> TimelineRow:
    after: Mapping[str, Any] = revision.after
    state, on = after["state"], after.get("state_on")
    day = date.fromisoformat(on) if on else revision.at.astimezone().date()
    chip = Chip(STATE_LABELS[state], _STATE_TONES.get(state, "none"))
    reason = after.get("state_reason") or revision.reason
    text = (
        msg("{state}：{reason}", state=STATE_LABELS[state], reason=reason) if reason else STATE_LABELS[state]
    )
    return TimelineRow(day, STATE, (chip,), text, revision.user_name)
