"""药品目录: the drugs that a desk may ask for. Starts with the starter list; the local list replaces it row by row.

A drug is never deleted: `valid_to` ends it, and what was written with it stays as it was written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.pinyin import syllables
from db.models import Drug

STARTER_VALID_FROM = date(2018, 11, 1)
"""The starter list follows the essential-medicine list of 2018, in force from that day."""


@dataclass(frozen=True)
class DrugView:
    """A product of the catalogue."""

    code: str
    name: str
    dosage_form: str
    strength: str
    unit: str
    pack_unit: str
    units_per_pack: int
    price_fen: int | None
    insurance_class: str
    volume_procured: bool
    antibiotic_tier: str
    cold_chain: bool
    therapeutic_group: str


class Catalogue:
    """药品目录 at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def ensure_starter(self) -> int:
        """Fill an empty catalogue with the starter list; gives the number of drugs now listed."""
        with self.desk.sessions.writing() as session:
            add_starter(session)
            return session.scalar(select(func.count()).select_from(Drug)) or 0

    def count(self) -> int:
        """How many drugs are listed today."""
        with self.desk.sessions.reading() as session:
            query = select(func.count()).select_from(Drug).where(listed_on(self.desk.today()))
            return session.scalar(query) or 0

    def find(self, text: str, limit: int = 30) -> list[DrugView]:
        """Listed drugs whose name contains `text` or whose pinyin initials start with it; volume-procured ones first."""
        wanted = text.strip().casefold()
        with self.desk.sessions.reading() as session:
            query = select(Drug).where(listed_on(self.desk.today()))
            if wanted:
                query = query.where(
                    or_(
                        Drug.generic_name.contains(wanted, autoescape=True),
                        Drug.pinyin.contains(wanted, autoescape=True),
                    )
                )
            query = query.order_by(Drug.volume_procured.desc(), Drug.essential.desc(), Drug.generic_name)
            return [drug_view(drug) for drug in session.scalars(query.limit(limit))]


def listed_on(day: date) -> ColumnElement[bool]:
    """The condition that a drug is on the list on `day`."""
    return (Drug.valid_from <= day) & or_(Drug.valid_to.is_(None), Drug.valid_to >= day)


def drug_view(drug: Drug) -> DrugView:
    """One stored drug."""
    return DrugView(
        code=drug.code,
        name=drug.generic_name,
        dosage_form=drug.dosage_form,
        strength=drug.strength,
        unit=drug.unit,
        pack_unit=drug.pack_unit,
        units_per_pack=drug.units_per_pack,
        price_fen=drug.price_fen,
        insurance_class=drug.insurance_class,
        volume_procured=drug.volume_procured,
        antibiotic_tier=drug.antibiotic_tier,
        cold_chain=drug.cold_chain,
        therapeutic_group=drug.therapeutic_group,
    )


def initials(name: str) -> str:
    """The pinyin initials of a drug's name, by its usual reading: 硝苯地平控释片 is xbdpksp."""
    return "".join(syllables(character)[0][:1] for character in name)[:120]


def add_starter(session: Session) -> None:
    """Write the starter list into an empty catalogue; does nothing otherwise."""
    from app.reference import starter_drugs

    if session.scalar(select(Drug.id).limit(1)) is not None:
        return
    session.add_all(
        Drug(
            code=drug.drug_code,
            generic_name=drug.generic_name,
            dosage_form=drug.dosage_form,
            strength=drug.strength,
            unit=drug.dispensing_unit,
            pack_unit=drug.pack_unit,
            units_per_pack=drug.units_per_pack,
            price_fen=None,
            therapeutic_group=drug.therapeutic_group,
            essential=drug.essential_2018,
            insurance_class=drug.insurance_class,
            volume_procured=bool(drug.vbp_batch_claimed),
            antibiotic_tier=drug.antibiotic_tier,
            cold_chain=drug.cold_chain,
            programme=drug.two_disease_program,
            pinyin=initials(drug.generic_name),
            valid_from=STARTER_VALID_FROM,
        )
        for drug in starter_drugs()
    )
