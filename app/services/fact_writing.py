"""Agreed changes written to their places, each as a revision that names the form from which it came.

The record is corrected as the doctor would correct it, a chronic visit is judged anew with class, tasks and results, any
other form goes through its own writing. All of it is one unit of work, that of the caller: one refusal, and nothing stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.errors import UserError
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.forms.registry import form
from app.forms.vocabulary import Level, Problem
from app.services.diseases import DISEASE_OF
from app.services.fact_changes import AT_HOME, Planned, planned_changes
from app.services.fact_sources import Homes, Sheet, origin_of
from app.services.follow_ups import change_within
from app.services.form_views import FactChange
from app.services.problems import Refused
from app.services.record_corrections import write_correction
from app.services.resident_checks import Circumstances, Examined, examine
from app.services.resident_rows import COMPLETE, form_entry, get_resident
from app.services.resident_views import ID_TO_VERIFY

PHONES = {"phone": "own_phone"}
"""What the cover and the 个人基本信息表 both ask, by its code on the cover: changed in one, changed in the other."""


def changes(
    session: Session,
    desk: Desk,
    resident_id: str,
    form_code: str,
    answers: Mapping[str, Any],
    *,
    entry_id: str | None = None,
) -> tuple[FactChange, ...]:
    """What the canonical `answers` say otherwise than other places do; nothing changes there by itself."""
    planned = planned_changes(session, desk, resident_id, form_code, answers, entry_id=entry_id)
    return tuple(each.change for each in planned)


def carry_through(
    session: Session,
    desk: Desk,
    resident_id: str,
    form_code: str,
    answers: Mapping[str, Any],
    keys: Collection[str],
    *,
    entry_id: str,
) -> None:
    """Write the changes named by `keys` as revisions of their places. Raises Refused naming the place that refuses.

    A key of what meanwhile stands there already is passed over.
    """
    planned = planned_changes(session, desk, resident_id, form_code, answers, entry_id=entry_id)
    day = answers.get(form(form_code).date_code) or desk.today()
    reason = str(msg("随“{source}”一起更改", source=origin_of((form_code,), day)))
    by_target: dict[str, list[Planned]] = {}
    for each in planned:
        if each.change.key in keys:
            by_target.setdefault(each.target.key, []).append(each)
    for agreed in by_target.values():
        _write(session, desk, resident_id, agreed, reason)


def _write(session: Session, desk: Desk, resident_id: str, agreed: list[Planned], reason: str) -> None:
    """All agreed changes of one target in one revision."""
    target, place = agreed[0].target, agreed[0].change.place
    answers = _together(each.answers for each in agreed)
    try:
        if target.key == AT_HOME:
            _write_record(session, desk, resident_id, answers, reason)
        elif target.sheets[0].form_code in DISEASE_OF:
            change_within(session, desk, target.key, answers, reason)
        else:
            _write_form(session, desk, target.sheets[0], answers[target.key], reason)
    except Refused as refused:
        raise Refused(_named(problem, place) for problem in refused.problems) from refused
    except UserError as error:
        raise Refused([_named(Problem("through", Level.REFUSE, error.message), place)]) from error


def _together(answers: Iterable[Mapping[str, Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    joined: dict[str, dict[str, Any]] = {}
    for of_change in answers:
        for where, changed in of_change.items():
            joined.setdefault(where, {}).update(changed)
    return joined


def _named(problem: Problem, place: Message) -> Problem:
    sentence = msg(
        "{place}不能一起改：{problem}两处都没有保存，填写的内容还在。请不要选这一项，或先更正那一张表。",
        place=place,
        problem=problem.message,
    )
    return Problem("through", Level.REFUSE, sentence)


def _write_record(
    session: Session, desk: Desk, resident_id: str, answers: Mapping[str, Mapping[str, Any]], reason: str
) -> None:
    """Correct the cover and the 个人基本信息表; a complete sheet must stay complete."""
    resident = get_resident(session, resident_id)
    homes = Homes(session, desk, resident)
    cover = _changed(homes.cover, answers.get(COVER.code, {}))
    info = _changed(homes.info, answers.get(INFO.code, {}))
    for on_cover, on_info in PHONES.items():
        if on_cover in answers.get(COVER.code, {}):
            info[on_info] = cover[on_cover]
        elif on_info in answers.get(INFO.code, {}):
            cover[on_cover] = info[on_info]
    keep = resident.id_number_state == ID_TO_VERIFY
    found = examine(session, desk, cover, info, Circumstances(resident_id, None, keep))
    was_complete = {
        declared.code
        for declared in (COVER, INFO)
        if (entry := form_entry(session, resident_id, declared.code)) is not None and entry.state == COMPLETE
    }
    standing = [problem for problem in found.problems if _stands(problem, found, was_complete)]
    if standing:
        raise Refused(standing)
    write_correction(session, desk, resident, found, reason)


def _stands(problem: Problem, found: Examined, was_complete: Collection[str]) -> bool:
    """What was asked is answered by agreeing to the change; a missing answer counts on a sheet that was complete."""
    if problem.level is Level.REFUSE:
        return True
    declared = COVER if problem.code in COVER.fields else INFO
    is_child_sheet = declared is INFO and found.is_child
    return problem.level is Level.MISSING and declared.code in was_complete and not is_child_sheet


def _write_form(session: Session, desk: Desk, sheet: Sheet, changed: Mapping[str, Any], reason: str) -> None:
    # Imported late: writing a form asks this module to carry changes through.
    from app.services import form_loading, form_writing

    opened = form_loading.load_open_recorded(session, desk, sheet.entry_id)
    assert opened.recorded is not None
    form_writing.revise(
        session,
        desk,
        sheet.entry_id,
        _changed(opened.starting, changed),
        opened.recorded.revision,
        reason,
        confirmed=frozenset(opened.form.fields),
    )


def _changed(answers: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """`answers` with the changed ones, without those that are None."""
    return {code: value for code, value in {**answers, **changed}.items() if value is not None}
