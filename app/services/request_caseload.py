"""在管用药: reading what the patients under management take, from their newest follow-ups, and long prescriptions due.

The medicines of a sheet are words; app.domain.caseload decides which product they mean and how much of it a day. The sheets
of tuberculosis name a regimen and no medicines, and so give none. Reads only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.caseload import (
    DAYS_OF_A_MONTH,
    Caseload,
    DailyUse,
    LongSupply,
    Matcher,
    Product,
    Unread,
    WrittenMedicine,
    caseloads,
    daily_use,
    refills_due,
)
from db.models import Dispensing, DispensingLine, Drug, Enrolment, FollowUp, FormEntry, Resident

NEWEST_WITHIN_DAYS = 366
"""An older visit says nothing of what a patient takes today."""
MONTHLY = 2
"""每月, in the medicines of the sheets of severe mental disorder."""
_CHUNK = 500


@dataclass(frozen=True)
class Demand:
    """What is known beside consumption, by drug. `unread` counts the medicines that could not be counted, by reason."""

    caseloads: Mapping[str, Caseload]
    committed: Mapping[str, int]
    unread: Mapping[Unread, int]


def demand(
    session: Session, organisation_id: str, today: date, *, days: int, spare_days: int, kept: Collection[str] = ()
) -> Demand:
    """The caseload of every drug and the refills due until `days` + `spare_days` from today.

    `kept` are the codes of the drugs that the clinic keeps: of several products of one name, those are meant.
    """
    matcher = _matcher(session, today, kept)
    unread: dict[Unread, int] = defaultdict(int)
    cache: dict[WrittenMedicine, DailyUse | Unread] = {}
    people = []
    for medicines in _medicines(session, organisation_id, today):
        uses = []
        for medicine in medicines:
            use = cache.get(medicine)
            if use is None:
                use = cache[medicine] = _use(matcher, medicine)
            if isinstance(use, DailyUse):
                uses.append(use)
            else:
                unread[use] += 1
        people.append(uses)
    committed = refills_due(
        _long_supplies(session, organisation_id, today), today + timedelta(days=days + spare_days)
    )
    return Demand(caseloads(people, days=days, safety_days=spare_days), committed, dict(unread))


def written_medicines(answers: Mapping[str, Any]) -> tuple[WrittenMedicine, ...]:
    """The medicines of one sheet, insulin last; those without a name are left out."""
    found = [
        WrittenMedicine(str(row["name"]), _dose(row), _times(row))
        for row in answers.get("drugs") or ()
        if row.get("name")
    ]
    if answers.get("insulin_kind"):
        usage = str(answers.get("insulin_usage") or "")
        found.append(WrittenMedicine(str(answers["insulin_kind"]), usage, None, is_insulin=True))
    return tuple(found)


def _dose(row: Mapping[str, Any]) -> str:
    if row.get("dose_mg") is not None:
        return f"{row['dose_mg']}mg"
    return str(row.get("dose") or "")


def _times(row: Mapping[str, Any]) -> Fraction | None:
    if row.get("times_per_day") is not None:
        return Fraction(int(row["times_per_day"]))
    if row.get("times") is None:
        return None
    times = Fraction(int(row["times"]))
    return times / DAYS_OF_A_MONTH if row.get("period") == MONTHLY else times


def _use(matcher: Matcher, medicine: WrittenMedicine) -> DailyUse | Unread:
    product = matcher.find(medicine.name)
    return daily_use(medicine, product) if isinstance(product, Product) else product


def _matcher(session: Session, today: date, kept: Collection[str]) -> Matcher:
    drugs = Drug.__table__
    rows = session.execute(
        select(drugs.c.code, drugs.c.generic_name, drugs.c.strength, drugs.c.unit, drugs.c.dose_unit).where(
            drugs.c.valid_from <= today, drugs.c.valid_to.is_(None) | (drugs.c.valid_to >= today)
        )
    )
    return Matcher((Product(*row) for row in rows), kept)


def _medicines(session: Session, organisation_id: str, today: date) -> Iterator[tuple[WrittenMedicine, ...]]:
    """Each patient's medicines: those of the newest visit of each disease at which he was seen."""
    visits, entries = FollowUp.__table__, FormEntry.__table__
    enrolments, residents = Enrolment.__table__, Resident.__table__
    newest = (
        select(visits.c.enrolment_id, visits.c.resident_id, visits.c.form_entry_id)
        .join_from(visits, enrolments, enrolments.c.id == visits.c.enrolment_id)
        .join(residents, residents.c.id == visits.c.resident_id)
        .where(
            visits.c.organisation_id == organisation_id,
            visits.c.visit_date > today - timedelta(days=NEWEST_WITHIN_DAYS),
            visits.c.visit_date <= today,
            visits.c.not_seen.is_(None),
            enrolments.c.ended_on.is_(None),
            residents.c.state == "active",
        )
        .order_by(visits.c.visit_date, visits.c.id)
    )
    last: dict[str, tuple[str, str]] = {}
    for enrolment_id, resident_id, entry_id in session.execute(newest):
        last[enrolment_id] = (entry_id, resident_id)
    owners = dict(last.values())
    by_person: dict[str, list[WrittenMedicine]] = defaultdict(list)
    for part in _parts(owners):
        found = select(entries.c.id, entries.c.answers).where(
            entries.c.id.in_(part), entries.c.state == "complete"
        )
        for entry_id, answers in session.execute(found):
            by_person[owners[entry_id]] += written_medicines(answers)
    yield from (tuple(medicines) for medicines in by_person.values())


def _long_supplies(session: Session, organisation_id: str, today: date) -> Iterable[LongSupply]:
    """The newest long prescription of each resident and drug, as far as he kept it."""
    given, lines = Dispensing.__table__, DispensingLine.__table__
    residents = Resident.__table__
    rows = session.execute(
        select(given.c.resident_id, given.c.given_on, lines.c.drug_code, lines.c.quantity, lines.c.returned, lines.c.days)
        .join_from(lines, given, given.c.id == lines.c.dispensing_id)
        .join(residents, residents.c.id == given.c.resident_id)
        .where(
            given.c.organisation_id == organisation_id,
            given.c.kind == "long",
            given.c.state == "given",
            given.c.given_on > today - timedelta(days=NEWEST_WITHIN_DAYS),
            lines.c.days.is_not(None),
            residents.c.state == "active",
        )
        .order_by(given.c.given_on, given.c.id)
    )
    last = {
        (row.resident_id, row.drug_code): LongSupply(
            row.drug_code, row.quantity - row.returned, row.days, row.given_on + timedelta(days=row.days - 1)
        )
        for row in rows
    }
    return last.values()


def _parts(values: Iterable[str]) -> list[list[str]]:
    ordered = sorted(set(values))
    return [ordered[begin : begin + _CHUNK] for begin in range(0, len(ordered), _CHUNK)]
