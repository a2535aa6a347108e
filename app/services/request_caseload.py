"""在管用药: reading what the patients under management take, from their newest follow-ups, and long prescriptions due.

The medicines of a sheet are words; app.domain.caseload decides which product they mean and how much of it a day. The sheets
of tuberculosis name a regimen and no medicines, and so give none. Reads only.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
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
from app.domain.prescribing import LONG_DAYS_SIGNED
from db.kept import kept as unless_written
from db.models import Drug
from db.queries.caseload import newest_sheets, newest_supplies

NEWEST_WITHIN_DAYS = 366
"""An older visit says nothing of what a patient takes today."""
RUNNING_WITHIN_DAYS = 2 * LONG_DAYS_SIGNED
"""A long prescription, and the time in which its refill may be overdue, are over after that."""
MONTHLY = 2
"""每月, in the medicines of the sheets of severe mental disorder."""


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
    of = (organisation_id, today, days, spare_days, frozenset(kept))
    return unless_written(session, "caseload", of, lambda: _demand(session, *of))


def _demand(
    session: Session, organisation_id: str, today: date, days: int, spare_days: int, kept: Collection[str]
) -> Demand:
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
    until = today + timedelta(days=days + spare_days)
    committed = refills_due(_long_supplies(session, organisation_id, today), today, until)
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
    by_person: dict[str, list[WrittenMedicine]] = defaultdict(list)
    read: set[str] = set()
    for sheet in newest_sheets(session, organisation_id, today - timedelta(days=NEWEST_WITHIN_DAYS), today):
        if sheet.entry_id in read:
            continue  # one sheet of two diseases
        read.add(sheet.entry_id)
        answers = {
            "drugs": json.loads(sheet.drugs) if sheet.drugs else None,
            "insulin_kind": sheet.insulin_kind,
            "insulin_usage": sheet.insulin_usage,
        }
        by_person[sheet.resident_id] += written_medicines(answers)
    yield from (tuple(medicines) for medicines in by_person.values())


def _long_supplies(session: Session, organisation_id: str, today: date) -> Iterator[LongSupply]:
    """The newest long prescription of each resident and drug, as far as he kept it."""
    for row in newest_supplies(session, organisation_id, today - timedelta(days=RUNNING_WITHIN_DAYS)):
        ends_on = date.fromisoformat(row.given_on) + timedelta(days=row.days - 1)
        yield LongSupply(row.drug_code, row.units, row.days, ends_on)
