"""What must be known of a resident before anything is given: who it is, allergies, weight, and what is being taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.dates import age_on
from app.domain.drug_warnings import ASKED_FROM_YEARS, ASKED_TO_YEARS
from app.domain.message import msg
from app.errors import UserError
from app.services.dispensing_drafts import is_weighed, medicines_now
from app.services.dispensing_people import FEMALE, supplies_of
from app.services.dispensing_views import usage_words
from db.models import Dispensing, DispensingLine, Drug, Resident


@dataclass(frozen=True)
class TakenDrug:
    """A drug that is being taken. `until` how long the supply from here lasts, None for one from elsewhere."""

    code: str
    name: str
    strength: str
    usage: str
    until: date | None


@dataclass(frozen=True)
class Beside:
    """The facts beside a draft. `needs_weight`: under 14 years. `weight_on` the day of the weight on file."""

    resident_id: str
    needs_weight: bool
    weight_kg: Decimal | None
    weight_on: date | None
    is_asked_pregnancy: bool
    taken: tuple[TakenDrug, ...]



def beside(session: Session, desk: Desk, resident_id: str) -> Beside:
    """The facts of a resident today. Raises UserError when there is no such resident."""
    resident = session.get(Resident, resident_id)
    if resident is None:
        raise UserError(msg("没有找到这位居民，可能已被移到别处。请重新查找。"))
    today = desk.today()
    drugs = {drug.code: drug for drug in session.scalars(select(Drug))}
    supplies = supplies_of(session, resident_id, today, drugs)
    usages = _usages(session, resident_id)
    taken = [
        TakenDrug(code, drugs[code].generic_name, drugs[code].strength, usages.get(code, ""), supply.ends_on)
        for code, supply in supplies.items()
        if code in drugs
    ]
    taken += [
        TakenDrug(drug.code, drug.generic_name, drug.strength, "", None)
        for drug in medicines_now(session, desk, resident_id, drugs)
        if drug.code not in supplies
    ]
    return Beside(
        resident_id, is_weighed(resident, today), resident.weight_kg, resident.weight_on,
        _may_be_pregnant(resident, today), tuple(taken),
    )  # fmt: skip


def _may_be_pregnant(resident: Resident, today: date) -> bool:
    """Whether a pregnancy is asked about: women of 12 to 55 years (R-B08)."""
    born = resident.birth_date
    if resident.sex != FEMALE or born is None or born > today:
        return False
    return ASKED_FROM_YEARS <= age_on(born, today) <= ASKED_TO_YEARS


def _usages(session: Session, resident_id: str) -> dict[str, str]:
    """How each drug was to be taken when it was given last."""
    rows = session.scalars(
        select(DispensingLine)
        .join(Dispensing, Dispensing.id == DispensingLine.dispensing_id)
        .where(Dispensing.resident_id == resident_id)
        .order_by(Dispensing.given_on, Dispensing.created_at)
    )
    return {line.drug_code: usage_words(line.dose, line.times_per_day, line.usage) for line in rows}
