"""What happened to a resident and what was corrected, in the words of the forms."""

from __future__ import annotations

from collections.abc import Mapping
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
}
_HIDDEN = frozenset({"birth_precision", "ethnic_code", "drug_allergy_note", "_state"})
_ID_STATES = {"valid": msg("通过"), "upgraded_15": msg("由 15 位换算"), "to_verify": msg("待核实")}
_STATE_TONES = {"dead": "bad", "moved": "warn", "lost": "warn", "cancelled": "none", "active": "info"}


def history_of(session: Session, resident_id: str) -> tuple[HistoryRow, ...]:
    """Every correction of the resident and both forms, the newest first; what one action changed is one row."""
    entries = session.execute(
        select(FormEntry.id, FormEntry.form_code).where(
            FormEntry.resident_id == resident_id, FormEntry.form_code.in_((COVER.code, INFO.code))
        )
    ).all()
    sources: list[tuple[str, Change]] = [("", change) for change in changes_of(session, ENTITY, resident_id)]
    for entry_id, form_code in entries:
        sources += [(form_code, change) for change in changes_of(session, ENTRY, entry_id)]
    together: dict[tuple[Any, str, str], list[tuple[str, Change]]] = {}
    for form_code, change in sources:
        together.setdefault((change.at, change.user_name, change.reason), []).append((form_code, change))
    rows = [_history_row(session, key, changes) for key, changes in together.items()]
    return tuple(sorted((row for row in rows if row.changes), key=lambda row: row.at, reverse=True))


def _history_row(
    session: Session, key: tuple[Any, str, str], sources: list[tuple[str, Change]]
) -> HistoryRow:
    at, user_name, reason = key
    changes: dict[FieldChange, None] = {}
    # The forms first: their words are the official ones; a fact that both forms and the columns hold is told once.
    for form_code, change in sorted(sources, key=lambda source: (source[0] == "", source[0] != COVER.code)):
        before = change.before or {}
        for code in [code for code in {**before, **change.after} if code not in _HIDDEN]:
            label = _label(form_code, code)
            old, new = (
                _shown(session, form_code, code, values.get(code)) for values in (before, change.after)
            )
            if old != new:
                changes.setdefault(FieldChange(label, old, new))
    titles = dict.fromkeys(form(code).title for code, _change in sources if code)
    is_first = any(change.number == 1 and not code for code, change in sources)
    return HistoryRow(at, user_name, reason, tuple(titles), _without_repeats(list(changes)), is_first)


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
    if form_code:
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
