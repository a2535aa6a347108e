"""The search keys of residents: written with every change of what they are made from, rebuilt and checked as a whole.

Called inside the unit of work of the change, after its rows are flushed; the keys of one resident are replaced
together, so that a crash leaves the old ones or the new ones. What the keys are is told in app.domain.search_keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.message import msg
from app.domain.search_keys import Findable, keys_of
from app.pinyin import name_readings
from app.services.progress import CancelledCheck, Report, never_cancelled, quiet_report, stop_if
from db.queries.search import (
    KeySource,
    add_keys,
    key_sources,
    members_ids,
    remove_all_keys,
    replace_keys,
    stored_keys,
)

ACTIVE = "active"
_RESIDENTS_AT_ONCE = 2000


@dataclass(frozen=True)
class KeyCheck:
    """The result of a check: how many residents were looked at, and the numbers whose keys are not what they should be."""

    residents: int
    wrong: tuple[int, ...]


def source_keys(source: KeySource) -> set[str]:
    """The keys of one resident, from the columns."""
    return keys_of(
        Findable(
            name_key=source.name_key,
            readings=name_readings(source.name_key),
            numbers=(source.id_number or "", source.phone, source.contact_phone),
            phones=(source.phone, source.contact_phone),
            record_no=source.record_no or "",
            is_active=source.state == ACTIVE,
            household_id=source.household_id or "",
            group_name=source.group_name or "",
            household_number=source.household_number or "",
            is_head=source.head_id == source.id,
            birth_date=source.birth_date,
        )
    )


def refresh_keys(session: Session, resident_ids: Sequence[str]) -> None:
    """Write the keys of these residents anew."""
    session.flush()
    if resident_ids:
        replace_keys(
            session, {source.number: source_keys(source) for source in key_sources(session, resident_ids)}
        )


def refresh_household_keys(session: Session, household_ids: Sequence[str]) -> None:
    """Write the keys of everybody in these households anew: group, number and head are part of them."""
    session.flush()
    refresh_keys(session, members_ids(session, household_ids))


def rebuild_keys(
    session: Session, report: Report = quiet_report, cancelled: CancelledCheck = never_cancelled
) -> int:
    """Throw all keys away and write them anew; returns the number of residents."""
    session.flush()
    sources = list(key_sources(session))
    remove_all_keys(session)
    for start in range(0, len(sources), _RESIDENTS_AT_ONCE):
        stop_if(cancelled)
        report(start, len(sources), msg("正在重建查找用的索引。"))
        part = sources[start : start + _RESIDENTS_AT_ONCE]
        add_keys(session, {source.number: source_keys(source) for source in part})
    report(len(sources), len(sources), msg("正在重建查找用的索引。"))
    return len(sources)


def check_keys(session: Session) -> KeyCheck:
    """Compare every stored key with what it should be; keys of nobody count as wrong under their number."""
    expected = {source.number: source_keys(source) for source in key_sources(session)}
    residents = len(expected)
    wrong = [number for number, keys in stored_keys(session) if expected.pop(number, None) != keys]
    return KeyCheck(residents, tuple(sorted((*wrong, *expected))))
