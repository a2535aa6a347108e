"""What was corrected of a resident and of everything on file about him, in the words of the forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.message import msg
from app.forms.kinds import Choice, Choices
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.forms.registry import form
from app.i18n import tr
from app.services.attachment_views import ATTACHMENT
from app.services.diseases import NAMES
from app.services.enrolments import ENTITY as ENROLMENT
from app.services.history import Change, changes_of
from app.services.resident_facts import homes
from app.services.resident_rows import ENTITY, ENTRY
from app.services.resident_views import (
    STATE_LABELS,
    FieldChange,
    HistoryRow,
)
from app.services.visit_records import STATE
from db.models import Enrolment, FormEntry, Household, Revision
from db.queries import record_folder as queries

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
_SHEET_STATES = {"complete": msg("有效"), "kept": msg("有效"), "partial": msg("草稿"), "void": msg("作废")}
RESIDENT_FORMS = (COVER.code, INFO.code)
ONE_ACTION = timedelta(seconds=1)
_ID_STATES = {"valid": msg("通过"), "upgraded_15": msg("由 15 位换算"), "to_verify": msg("待核实")}


def history_of(session: Session, resident_id: str) -> tuple[HistoryRow, ...]:
    """Every correction of the resident, the forms, the visits and the enrolments, the newest first.

    What one action changed is one row. A recorded visit and a new enrolment are not corrections and stand in the timeline.
    """
    sources = [Source("", "", change) for change in changes_of(session, ENTITY, resident_id)]
    entries = session.execute(
        select(FormEntry.id, FormEntry.form_code, FormEntry.entry_date).where(FormEntry.resident_id == resident_id)
    ).all()
    of_entry = _by_entity(queries.entry_changes(session, resident_id, ENTRY))
    for entry_id, code, on in entries:
        changes = of_entry.get(entry_id, [])
        if code in RESIDENT_FORMS:
            sources += [Source(code, form(code).title, change) for change in changes]
        else:
            title = f"{form(code).title} {on.isoformat()}"
            sources += [Source(code, title, change) for change in changes if change.number > 1]
    of_enrolment = _by_entity(queries.enrolment_changes(session, resident_id, ENROLMENT))
    for enrolment in session.scalars(select(Enrolment).where(Enrolment.resident_id == resident_id)):
        changes = of_enrolment.get(enrolment.id, [])
        title = tr(NAMES[enrolment.disease])
        sources += [Source("", title, change) for change in changes if change.number > 1]
    for revision, title in queries.attachment_changes(session, resident_id, ATTACHMENT):
        sources.append(Source("", tr("附件：{title}", title=title), _attachment_change(revision)))
    actions = sorted(_actions(sources), key=lambda action: (action[0].change.at, action[0].change.number), reverse=True)
    rows = (_history_row(session, action) for action in actions)
    return tuple(row for row in rows if row.changes)


def _attachment_change(revision: Revision) -> Change:
    """A change of an attachment: that it became void, told as of a sheet."""
    before, after = ({STATE: values.get("state")} for values in (revision.before or {}, revision.after))
    return Change(revision.number, revision.at, revision.user_name, revision.reason, before, after)


def _by_entity(revisions: Sequence[Revision]) -> dict[str, list[Change]]:
    """The changes of each record, the newest first."""
    changes: dict[str, list[Change]] = {}
    for row in revisions:
        change = Change(row.number, row.at, row.user_name, row.reason, row.before, row.after)
        changes.setdefault(row.entity_id, []).append(change)
    return changes


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
