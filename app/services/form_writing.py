"""Writing forms: a new one, its correction, its voiding, inside the unit of work of the caller.

The rows, the revision and its link in the audit chain, the facts that go through, what follows elsewhere and the end of
the draft stand together or not at all; nothing is committed here. A form is never overwritten: a correction is the next
revision with a reason, a form written for the wrong person becomes void and stays readable.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.forms.kinds import Sign, Unreadable
from app.forms.registry import form
from app.forms.vocabulary import Form, Level, Problem
from app.services import facts, form_effects
from app.services.answer_changes import STATE
from app.services.form_judging import day_of, examine, place_of_date
from app.services.form_loading import (
    CORRECTION_DRAFT,
    NEW_DRAFT,
    core_of,
    load_core,
    load_to_correct,
    refuse_kept_elsewhere,
)
from app.services.form_views import COMPLETE, PARTIAL, VOID, OpenForm, RecordedForm, SavedForm
from app.services.history import changes_of, record_change
from app.services.problems import Refused, refuse, refuse_if_any
from app.services.programme_rules import JUDGES
from db.models import FormDraft, FormEntry, new_id

ENTRY = "form_entry"
NOTHING: frozenset[str] = frozenset()

_ENTRIES, _DRAFTS = FormEntry.__table__, FormDraft.__table__
_INSERT = insert(_ENTRIES)
_UPDATE = (
    update(_ENTRIES)
    .where(_ENTRIES.c.id == bindparam("of_entry"))
    .values(
        {
            name: bindparam("new_" + name)
            for name in ("answers", "entry_date", "state", "updated_at", "revision")
        }
    )
)
_VOID = (
    update(_ENTRIES)
    .where(_ENTRIES.c.id == bindparam("of_entry"))
    .values(state=VOID, updated_at=bindparam("new_updated_at"), revision=bindparam("new_revision"))
)
_DROP = delete(_DRAFTS).where(
    _DRAFTS.c.kind == bindparam("of_kind"), _DRAFTS.c.subject_id == bindparam("of_subject")
)


@dataclass(frozen=True)
class Accepted:
    """Answers that may be kept: canonical, of which day, and complete or partial."""

    answers: dict[str, Any]
    day: date
    state: str


def save(
    session: Session,
    desk: Desk,
    resident_id: str,
    form_code: str,
    raw: Mapping[str, object],
    *,
    confirmed: frozenset[str] = NOTHING,
    partial: bool = False,
    through: Collection[str] = NOTHING,
) -> SavedForm:
    """Keep a new form from its answers as typed, and drop its draft. Raises Refused with every problem.

    With `partial` missing answers are allowed: the form is then kept as partial, unless nothing is missing after all.
    `through` names the changes (FactChange.key) that shall go to their other places with it.
    """
    refuse_kept_elsewhere(form_code)
    desk = _at_one_moment(desk)
    on = _written_day(form(form_code), raw, desk.today())
    core = load_core(session, desk, resident_id, form_code, on, with_history=form_code in JUDGES)
    accepted = _accept(core, raw, confirmed, may_lack=partial)
    entry = _insert(session, desk, core, accepted)
    _drop_draft(session, NEW_DRAFT + form_code, resident_id)
    _carry(session, desk, entry, through)
    notes = form_effects.after_saving(session, desk, resident_id, entry)
    return _saved(session, desk, entry, notes)


def revise(
    session: Session,
    desk: Desk,
    entry_id: str,
    raw: Mapping[str, object],
    revision: int,
    reason: str,
    *,
    confirmed: frozenset[str] = NOTHING,
    partial: bool = False,
    through: Collection[str] = NOTHING,
) -> SavedForm:
    """Correct a form on file: every answer anew, as it was read and the doctor changed it.

    `revision` as read; an older one is refused by the name of who changed it since. What was asked about answers that
    stand already is not asked again. A partial form may stay partial or become complete; a complete one stays complete.
    A correction that changes nothing gets no revision. Raises Refused.
    """
    _need_reason(reason, msg("请写明更正的原因。"))
    desk = _at_one_moment(desk)
    before = load_to_correct(session, entry_id)
    if before.revision != revision:
        raise _changed_meanwhile(session, entry_id)
    core = core_of(session, desk, before)
    settled = _asked_before(core, before)
    accepted = _accept(core, raw, confirmed, may_lack=partial and before.state == PARTIAL, settled=settled)
    after = _update(session, desk, core.form, before, accepted, reason.strip())
    _drop_draft(session, CORRECTION_DRAFT, entry_id)
    _carry(session, desk, after, through)
    is_changed = after.revision != before.revision
    notes = form_effects.after_revising(session, desk, before, after) if is_changed else ()
    return _saved(session, desk, after, notes)


def void(session: Session, desk: Desk, entry_id: str, reason: str) -> None:
    """Make a form void: it stays readable with the reason and counts nowhere, what followed from it is taken back.

    Raises Refused without a reason, UserError when the form is void already or kept elsewhere.
    """
    _need_reason(reason, msg("请写明作废的原因。"))
    desk = _at_one_moment(desk)
    entry = load_to_correct(session, entry_id)
    number = entry.revision + 1
    session.execute(_VOID, {"of_entry": entry_id, "new_updated_at": desk.now(), "new_revision": number})
    record_change(
        session,
        desk,
        "form.void",
        ENTRY,
        entry_id,
        before={STATE: entry.state},
        after={STATE: VOID},
        number=number,
        reason=reason.strip(),
    )
    _drop_draft(session, CORRECTION_DRAFT, entry_id)
    form_effects.after_voiding(session, desk, replace(entry, state=VOID, revision=number))


def _at_one_moment(desk: Desk) -> Desk:
    """The desk at one moment, so that everything that one action writes bears the same time."""
    now = desk.now()
    return replace(desk, clock=lambda: now)


def _written_day(declared: Form, raw: Mapping[str, object], otherwise: date) -> date:
    """The day that stands in answers not yet judged."""
    item = declared.fields.get(declared.date_code)
    written = raw.get(declared.date_code)
    if item is None or written in (None, ""):
        return otherwise
    try:
        return item.kind.read(written)
    except Unreadable:
        return otherwise


def _accept(
    core: OpenForm,
    raw: Mapping[str, object],
    confirmed: frozenset[str],
    *,
    may_lack: bool,
    settled: Collection[Problem] = (),
) -> Accepted:
    answers, problems = examine(core, raw)
    is_partial = any(problem.level is Level.MISSING for problem in problems)
    standing = [
        problem
        for problem in problems
        if problem not in settled and not (may_lack and problem.level is Level.MISSING)
    ]
    refuse_if_any(standing, confirmed)
    if is_partial and not _holds_something(core.form, answers):
        raise refuse(
            place_of_date(core.form), msg("这张表还没有填写内容，没有保存。请先填写，或关闭这张表。")
        )
    unwritten = core.context.today if core.recorded is None else core.recorded.entry_date
    return Accepted(answers, day_of(core.form, answers, unwritten), PARTIAL if is_partial else COMPLETE)


def _holds_something(declared: Form, answers: Iterable[str]) -> bool:
    """Whether anything is answered besides the day, the signature and what follows from them or stands elsewhere."""
    items = (declared.fields[code] for code in answers if code != declared.date_code)
    return any(not isinstance(item.kind, Sign) and item.computed is None and not item.home for item in items)


def _asked_before(core: OpenForm, before: RecordedForm) -> tuple[Problem, ...]:
    """What would be asked of the form as it stands: it was confirmed when it was saved."""
    problems = examine(core, before.answers)[1]
    return tuple(problem for problem in problems if problem.level is Level.ASK)


def _insert(session: Session, desk: Desk, core: OpenForm, accepted: Accepted) -> RecordedForm:
    declared, now, entry_id = core.form, desk.now(), new_id()
    kept = declared.keep(accepted.answers)
    session.execute(
        _INSERT,
        {
            "id": entry_id,
            "form_code": declared.code,
            "edition": declared.edition,
            "resident_id": core.person.resident_id,
            "visit_id": None,
            "entry_date": accepted.day,
            "author_id": desk.actor.user_id,
            "answers": kept,
            "state": accepted.state,
            "created_at": now,
            "updated_at": now,
            "revision": 1,
        },
    )
    after = {**kept, STATE: accepted.state}
    record_change(session, desk, "form.save", ENTRY, entry_id, before=None, after=after)
    return RecordedForm(
        entry_id=entry_id,
        form_code=declared.code,
        title=declared.title,
        edition=declared.edition,
        resident_id=core.person.resident_id,
        visit_id=None,
        entry_date=accepted.day,
        author=desk.actor.name,
        answers=accepted.answers,
        state=accepted.state,
        revision=1,
        updated_at=now,
    )


def _update(
    session: Session, desk: Desk, declared: Form, before: RecordedForm, accepted: Accepted, reason: str
) -> RecordedForm:
    """The form as corrected; the same revision when nothing in it changed."""
    old = {**declared.keep(before.answers), STATE: before.state}
    kept = declared.keep(accepted.answers)
    new = {**kept, STATE: accepted.state}
    if new == old and accepted.day == before.entry_date:
        return before
    number, now = before.revision + 1, desk.now()
    session.execute(
        _UPDATE,
        {
            "of_entry": before.entry_id,
            "new_answers": kept,
            "new_entry_date": accepted.day,
            "new_state": accepted.state,
            "new_updated_at": now,
            "new_revision": number,
        },
    )
    record_change(
        session,
        desk,
        "form.revise",
        ENTRY,
        before.entry_id,
        before=old,
        after=new,
        number=number,
        reason=reason,
    )
    return replace(
        before,
        answers=accepted.answers,
        entry_date=accepted.day,
        state=accepted.state,
        revision=number,
        updated_at=now,
    )


def _drop_draft(session: Session, kind: str, subject_id: str) -> None:
    """The draft is now a record."""
    session.execute(_DROP, {"of_kind": kind, "of_subject": subject_id})


def _carry(session: Session, desk: Desk, entry: RecordedForm, through: Collection[str]) -> None:
    """Write the agreed changes to their other places."""
    if through:
        facts.carry_through(
            session,
            desk,
            entry.resident_id,
            entry.form_code,
            entry.answers,
            through,
            entry_id=entry.entry_id,
        )


def _saved(session: Session, desk: Desk, entry: RecordedForm, notes: tuple[Message, ...]) -> SavedForm:
    resident_id, code, answers = entry.resident_id, entry.form_code, entry.answers
    is_complete = entry.state == COMPLETE
    left = (
        facts.changes(session, desk, resident_id, code, answers, entry_id=entry.entry_id)
        if is_complete
        else ()
    )
    return SavedForm(
        entry_id=entry.entry_id,
        form_code=entry.form_code,
        resident_id=entry.resident_id,
        state=entry.state,
        revision=entry.revision,
        entry_date=entry.entry_date,
        changes=left,
        notes=notes,
    )


def _need_reason(reason: str, sentence: Message) -> None:
    if not reason.strip():
        raise refuse("reason", sentence)


def _changed_meanwhile(session: Session, entry_id: str) -> Refused:
    newest = changes_of(session, ENTRY, entry_id)[0]
    return refuse(
        "revision",
        msg(
            "这张表在您打开后又被{user}改过，您的更正还没有保存，填写的内容都还在。请重新打开，核对后再更正。",
            user=newest.user_name,
        ),
    )
