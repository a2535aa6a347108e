"""Putting together what the screen of one form needs (OpenForm) from one session, and reading forms that are on file.

Reads only; judges and saves nothing. `restore` and `form_in` are the one place where stored answers meet the edition in
which they were given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.errors import UserError
from app.forms import editions
from app.forms.kinds import Sign
from app.forms.registry import FORM_MODULES, form
from app.forms.vocabulary import ALWAYS, Context, Form
from app.services import facts
from app.services.diseases import PROGRAMME_OF
from app.services.form_views import VOID, OpenForm, RecordedForm
from app.services.settings import rule_settings
from app.services.visit_sheets import draft_view, visit_person
from db.queries import follow_ups, forms

NEW_DRAFT, CORRECTION_DRAFT = "form:", "form_correction"
"""Kinds of draft: the first with the code of the form behind it, of a resident; the second of a form on file."""

MOST_HISTORY = 40
"""How many earlier forms of the same kind the rules look back at: three years of monthly visits and more."""

KEPT_ELSEWHERE: Mapping[str, Message] = {
    "record_cover": msg("档案封面在居民档案里填写和更正，不在这里保存。请打开居民的“档案”。"),
    "personal_info": msg("个人基本信息表在居民档案里填写和更正，不在这里保存。请打开居民的“档案”。"),
    "htn_followup": msg("高血压随访表在“随访”里填写和更正，不在这里保存。请打开居民的随访。"),
    "dm_followup": msg("2型糖尿病随访表在“随访”里填写和更正，不在这里保存。请打开居民的随访。"),
}
"""Forms that have services and screens of their own; here they are only read."""

OWN_SIGNATURES = ("doctor", "responsible_doctor", "assessor", "from_doctor")
SIGNED_ELSEWHERE = frozenset({"referral_back"})
"""Letters that another institution signs."""

ADL = "elder_adl"


def restore(form_code: str, edition: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Stored answers in canonical values of the edition in which they were given; nothing of an unknown form."""
    return form_in(form_code, edition).restore(kept) if form_code in FORM_MODULES else {}


def form_in(form_code: str, edition: str) -> Form:
    """A form in an edition, in force when this program does not know that one. Raises UserError for an unknown code."""
    return (
        editions.of_edition(form_code, edition)
        if edition in editions.editions(form_code)
        else form(form_code)
    )


def recorded_form(row: Row[Any]) -> RecordedForm:
    """A row of db.queries.forms as a view."""
    return RecordedForm(
        entry_id=row.id,
        form_code=row.form_code,
        title=form(row.form_code).title if row.form_code in FORM_MODULES else row.form_code,
        edition=row.edition,
        resident_id=row.resident_id,
        visit_id=row.visit_id,
        entry_date=row.entry_date,
        author=row.author or "",
        answers=restore(row.form_code, row.edition, row.answers),
        state=row.state,
        revision=row.revision,
        updated_at=row.updated_at,
    )


def load_recorded(session: Session, entry_id: str) -> RecordedForm:
    """One form on file, void or not. Raises UserError when there is none."""
    row = forms.entry(session, entry_id)
    if row is None:
        raise UserError(msg("没有找到这张表，可能已被移到别处。请重新打开居民的档案。"))
    return recorded_form(row)


def load_to_correct(session: Session, entry_id: str) -> RecordedForm:
    """One form on file that may be corrected. Raises UserError when it is void, kept elsewhere or not there."""
    recorded = load_recorded(session, entry_id)
    refuse_kept_elsewhere(recorded.form_code)
    if recorded.state == VOID:
        raise UserError(msg("这张表已经作废，不能再更正；原来的内容仍可查看。"))
    return recorded


def refuse_kept_elsewhere(form_code: str) -> None:
    """Raise UserError for a form that has its own screen, or that does not exist."""
    form(form_code)
    if form_code in KEPT_ELSEWHERE:
        raise UserError(KEPT_ELSEWHERE[form_code])


def load_open(session: Session, desk: Desk, resident_id: str, form_code: str, on: date | None) -> OpenForm:
    """A new form dated `on`, or today, with what it begins with, offers and its draft.

    Raises UserError when the resident or the form is not known, or the form has its own screen.
    """
    refuse_kept_elsewhere(form_code)
    core = load_core(session, desk, resident_id, form_code, on or desk.today())
    draft = forms.draft(session, NEW_DRAFT + form_code, resident_id)
    return replace(
        core,
        starting={
            **facts.starting_facts(session, desk, resident_id, form_code),
            **_signed(core.form, desk),
            **({core.form.date_code: on or desk.today()} if core.form.date_code else {}),
        },
        offers=facts.offers(session, desk, resident_id, form_code, on or desk.today()),
        draft=None if draft is None else draft_view(draft),
    )


def load_open_recorded(session: Session, desk: Desk, entry_id: str) -> OpenForm:
    """A form on file to be corrected, with its answers, offers and the draft of the correction.

    What follows from other answers and is as it follows is left out of `starting`, so that it goes with the correction.
    """
    recorded = load_to_correct(session, entry_id)
    core = core_of(session, desk, recorded)
    draft = forms.draft(session, CORRECTION_DRAFT, entry_id)
    return replace(
        core,
        starting=_without_computed(core.form, recorded.answers, core.context),
        offers=facts.offers(
            session,
            desk,
            recorded.resident_id,
            recorded.form_code,
            recorded.entry_date,
            without_entry=entry_id,
        ),
        draft=None if draft is None else draft_view(draft),
    )


def core_of(session: Session, desk: Desk, recorded: RecordedForm) -> OpenForm:
    """`load_core` of a form on file."""
    return load_core(
        session, desk, recorded.resident_id, recorded.form_code, recorded.entry_date, recorded=recorded
    )


def load_core(
    session: Session,
    desk: Desk,
    resident_id: str,
    form_code: str,
    on: date,
    *,
    recorded: RecordedForm | None = None,
    with_history: bool = True,
) -> OpenForm:
    """The part that judging and saving need: without starting answers, offers and draft.

    Earlier forms in its history are said in the words of the edition in force. Raises UserError when the resident is
    not known.
    """
    row = follow_ups.person(session, resident_id)
    if row is None:
        raise UserError(msg("没有找到这位居民，可能已被移到别处。请重新查找。"))
    own_id = recorded.entry_id if recorded is not None else ""
    declared = form(form_code) if recorded is None else form_in(form_code, recorded.edition)
    history = _history(session, resident_id, declared, own_id) if with_history else ()
    taken = forms.days(session, resident_id, form_code)
    person = visit_person(row, desk.today())
    return OpenForm(
        person=person,
        form=declared,
        context=_context(session, desk, row, form_code, on),
        doctor=desk.actor.name,
        starting={},
        offers={},
        previous=next((past for past in history if past.entry_date <= on), None),
        draft=None,
        recorded=recorded,
        history=history,
        days=frozenset(each.entry_date for each in taken if each.id != own_id),
    )


def _history(session: Session, resident_id: str, declared: Form, own_id: str) -> tuple[RecordedForm, ...]:
    rows = forms.newest_complete(session, resident_id, declared.code, MOST_HISTORY)
    return tuple(_in_words_of(declared, recorded_form(row)) for row in rows if row.id != own_id)


def _in_words_of(declared: Form, past: RecordedForm) -> RecordedForm:
    """An earlier form as the form in force says it, to be compared and carried over; in its own edition beside another."""
    if past.edition == declared.edition or declared is not form(declared.code):
        return past
    said = editions.forwarded(past.form_code, past.edition, past.answers)
    return replace(past, answers=said.answers, edition=declared.edition)


def _context(session: Session, desk: Desk, person: Row[Any], form_code: str, on: date) -> Context:
    managed = {row.disease: row for row in follow_ups.enrolments(session, person.id)}
    programme = managed.get(PROGRAMME_OF.get(form_code, ""))
    return Context(
        today=desk.today(),
        birth_date=person.birth_date,
        sex=person.sex,
        height_cm=person.height_cm,
        diagnosed_on=None if programme is None else programme.diagnosed_on,
        diseases=frozenset(managed),
        adl_total=_adl_total(session, person.id, on),
        settings=rule_settings(session) if form_code in PROGRAMME_OF else {},
        died_on=person.state_on if person.state == "dead" else None,
    )


def _adl_total(session: Session, resident_id: str, on: date) -> int | None:
    """The total of the newest self-care assessment of the year up to `on`."""
    rows = forms.newest_complete(session, resident_id, ADL, 1, first=_year_before(on), last=on)
    return restore(ADL, rows[0].edition, rows[0].answers).get("total") if rows else None


def _year_before(day: date) -> date:
    last_year = max(day.year - 1, 1)
    is_leap_day = (day.month, day.day) == (2, 29)
    return date(last_year, 2, 28) if is_leap_day else day.replace(year=last_year)


def _signed(declared: Form, desk: Desk) -> dict[str, str]:
    """Who fills the form in signs it, where every complete form needs that."""
    if declared.code in SIGNED_ELSEWHERE:
        return {}
    return {
        code: desk.actor.name
        for code in OWN_SIGNATURES
        if code in declared.fields
        and isinstance(declared.fields[code].kind, Sign)
        and declared.fields[code].required is ALWAYS
    }


def _without_computed(declared: Form, answers: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The recorded answers without those that follow from the others as they stand."""
    computed = {code: item.computed for code, item in declared.fields.items() if item.computed is not None}
    written = {code: value for code, value in answers.items() if code not in computed}
    followed = declared.complete(written, context)
    return {
        code: value for code, value in answers.items() if code not in computed or followed.get(code) != value
    }
