"""What happened to a resident and what was corrected, in the words of the forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.message import Message, msg
from app.forms.kinds import Choice, Choices
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.forms.registry import FORM_MODULES, form
from app.i18n import tr
from app.services.diseases import NAMES
from app.services.enrolments import ENTITY as ENROLMENT
from app.services.follow_up_views import reading_text, result_text, result_tone
from app.services.history import Change, changes_of
from app.services.resident_facts import homes
from app.services.resident_rows import ENTITY, ENTRY
from app.services.resident_views import (
    STATE_LABELS,
    Chip,
    FieldChange,
    HistoryRow,
    TimelineRow,
)
from app.services.visit_records import STATE
from db.models import Enrolment, FollowUp, FormEntry, Household, Resident, Revision
from db.queries.residents import entries_of

_OTHER_LABELS = {
    "care_note": msg("备注"),
    "household_id": msg("家庭"),
    "relation": msg("与户主关系"),
    "state": msg("状态"),
    "state_on": msg("状态变化日期"),
    "state_reason": msg("状态变化原因"),
    "id_number_state": msg("身份证号核验"),
    "height_cm": msg("身高"),
    "mother_id_number": msg("母亲身份证号"),
    "ended_on": msg("结束日期"),
    STATE: msg("状态"),
}
_HIDDEN = frozenset({"birth_precision", "ethnic_code", "drug_allergy_note"})
_SHEET_STATES = {"complete": msg("有效"), "void": msg("作废")}
RESIDENT_FORMS = (COVER.code, INFO.code)
ONE_ACTION = timedelta(seconds=1)
_ID_STATES = {"valid": msg("通过"), "upgraded_15": msg("由 15 位换算"), "to_verify": msg("待核实")}
_STATE_TONES = {"dead": "bad", "moved": "warn", "lost": "warn", "cancelled": "none", "active": "info"}


def history_of(session: Session, resident_id: str) -> tuple[HistoryRow, ...]:
    """Every correction of the resident, the forms, the visits and the enrolments, the newest first.

    What one action changed is one row. A recorded visit and a new enrolment are not corrections and stand in the timeline.
    """
    sources = [Source("", "", change) for change in changes_of(session, ENTITY, resident_id)]
    entries = session.execute(
        select(FormEntry.id, FormEntry.form_code, FormEntry.entry_date).where(FormEntry.resident_id == resident_id)
    ).all()
    for entry_id, code, on in entries:
        changes = changes_of(session, ENTRY, entry_id)
        if code in RESIDENT_FORMS:
            sources += [Source(code, form(code).title, change) for change in changes]
        else:
            title = f"{form(code).title} {on.isoformat()}"
            sources += [Source(code, title, change) for change in changes if change.number > 1]
    for enrolment in session.scalars(select(Enrolment).where(Enrolment.resident_id == resident_id)):
        changes = changes_of(session, ENROLMENT, enrolment.id)
        title = tr(NAMES[enrolment.disease])
        sources += [Source("", title, change) for change in changes if change.number > 1]
    actions = sorted(_actions(sources), key=lambda action: (action[0].change.at, action[0].change.number), reverse=True)
    rows = (_history_row(session, action) for action in actions)
    return tuple(row for row in rows if row.changes)


@dataclass(frozen=True)
class Source:
    """A revision, of which form ("" for what is no form), and how that is called in the list."""

    form_code: str
    title: str
    change: Change


def _actions(sources: Sequence[Source]) -> list[list[Source]]:
    """Revisions that one person wrote with one reason within a moment: one action writes several, one after another."""
    actions: list[list[Source]] = []
    for source in sorted(sources, key=lambda each: (each.change.user_name, each.change.reason, each.change.at)):
        newest = actions[-1][-1].change if actions else None
        change = source.change
        if (
            newest is not None
            and (newest.user_name, newest.reason) == (change.user_name, change.reason)
            and change.at - newest.at < ONE_ACTION
        ):
            actions[-1].append(source)
        else:
            actions.append([source])
    return actions


def _history_row(session: Session, sources: Sequence[Source]) -> HistoryRow:
    changes: dict[FieldChange, None] = {}
    # The forms first: their words are the official ones; a fact that both forms and the columns hold is told once.
    for source in sorted(sources, key=lambda each: (each.form_code == "", each.form_code != COVER.code)):
        before, after = source.change.before or {}, source.change.after
        for code in {**before, **after}:
            if code in _HIDDEN or (code == STATE and source.form_code in RESIDENT_FORMS):
                continue
            label = _label(source.form_code, code)
            old, new = (_shown(session, source.form_code, code, values.get(code)) for values in (before, after))
            if old != new:
                changes.setdefault(FieldChange(label, old, new))
    titles = dict.fromkeys(source.title for source in sources if source.title)
    first = sources[0].change
    is_first = any(source.change.number == 1 and not source.form_code for source in sources)
    return HistoryRow(first.at, first.user_name, first.reason, tuple(titles), _without_repeats(list(changes)), is_first)


def _without_repeats(changes: list[FieldChange]) -> tuple[FieldChange, ...]:
    """本人电话 and 联系电话 are one fact with two labels: the same old and new value of a phone is told once."""
    phones = {"本人电话", "联系电话"}
    told: set[tuple[str, str]] = set()
    kept = []
    for change in changes:
        if change.label in phones:
            if (change.before, change.after) in told:
                continue
            told.add((change.before, change.after))
        kept.append(change)
    return tuple(kept)


def _label(form_code: str, code: str) -> str:
    if form_code and code != STATE:
        item = form(form_code).fields.get(code)
        return item.name if item else code
    if code in _OTHER_LABELS:
        return tr(_OTHER_LABELS[code])
    for each in (COVER, INFO):
        for answer, column in homes(each.code).items():
            if column == code:
                return each.fields[answer].name
    return code


def _shown(session: Session, form_code: str, code: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if code == STATE:
        return tr(_SHEET_STATES[value]) if value in _SHEET_STATES else str(value)
    if form_code:
        item = form(form_code).fields.get(code)
        return item.kind.show(item.kind.restore(value)) if item else str(value)
    if code == "state":
        return tr(STATE_LABELS[value])
    if code == "id_number_state":
        return tr(_ID_STATES.get(value, msg("待核实")))
    if code == "household_id":
        household = session.get(Household, value)
        return f"{household.group_name} {household.number}".strip() if household else ""
    for answer, column in homes(INFO.code).items():
        kind = INFO.fields[answer].kind
        if column == code and isinstance(kind, (Choice, Choices)):
            return kind.show(value)
    return str(value)


def timeline_of(session: Session, resident: Resident) -> tuple[TimelineRow, ...]:
    """Sheets, enrolments and changes of state, the newest first."""
    follow_ups = {
        row.form_entry_id: row
        for row in session.scalars(select(FollowUp).where(FollowUp.resident_id == resident.id))
    }
    rows = [_sheet_row(entry, follow_ups.get(entry.id)) for entry in entries_of(session, resident.id)]
    rows += _enrolment_rows(session, resident.id)
    rows += _state_rows(session, resident.id)
    return tuple(sorted(rows, key=lambda row: row.date, reverse=True))


def _sheet_row(entry: Any, follow_up: FollowUp | None) -> TimelineRow:
    title = form(entry.form_code).title if entry.form_code in FORM_MODULES else entry.form_code
    author = entry.author or ""
    if follow_up is None:
        text = msg("建立健康档案。") if entry.form_code == COVER.code else msg("填写{form}。", form=title)
        return TimelineRow(entry.entry_date, entry.form_code, (Chip(title),), text, author, entry.id)
    chip = Chip(
        msg("{disease}随访", disease=NAMES[follow_up.disease]),
        result_tone(follow_up.visit_class, follow_up.not_seen),
    )
    return TimelineRow(
        entry.entry_date,
        entry.form_code,
        (chip,),
        _visit_text(follow_up),
        author,
        entry.id,
        follow_up.visit_id,
    )


def _visit_text(visit: FollowUp) -> Message:
    reading = reading_text(visit.disease, visit.sbp, visit.dbp, visit.fpg)
    result = result_text(visit.visit_class, visit.not_seen)
    if visit.referral not in ("", "no"):
        return msg("{reading}；{result}；已建议转诊", reading=reading, result=result)
    if visit.next_visit_on is not None:
        return msg(
            "{reading}；{result}；下次 {date}", reading=reading, result=result, date=visit.next_visit_on
        )
    return msg("{reading}；{result}", reading=reading, result=result)


def _enrolment_rows(session: Session, resident_id: str) -> list[TimelineRow]:
    rows = []
    for enrolment in session.scalars(select(Enrolment).where(Enrolment.resident_id == resident_id)):
        disease = NAMES[enrolment.disease]
        text = msg("纳入{disease}管理。", disease=disease)
        rows.append(TimelineRow(enrolment.enrolled_on, "enrolment", (Chip(disease, "info"),), text, ""))
        if enrolment.ended_on is not None:
            text = msg("结束{disease}管理：{reason}。", disease=disease, reason=enrolment.end_reason or "—")
            rows.append(TimelineRow(enrolment.ended_on, "enrolment", (Chip(disease),), text, ""))
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
    state = after["state"]
    on = after.get("state_on")
    day = type(revision.at.date()).fromisoformat(on) if on else revision.at.astimezone().date()
    chip = Chip(STATE_LABELS[state], _STATE_TONES.get(state, "none"))
    reason = after.get("state_reason") or revision.reason
    text = (
        msg("{state}：{reason}", state=STATE_LABELS[state], reason=reason) if reason else STATE_LABELS[state]
    )
    return TimelineRow(day, "state", (chip,), text, revision.user_name)
