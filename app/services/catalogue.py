"""药品目录: the drugs that a desk may ask for and give. Starts with the starter list; the local list replaces it row by row.

A drug is never deleted: `valid_to` ends it, and what was written with it stays as it was written.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, case, func, insert, or_, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.catalogue_shares import CatalogueShares, ListedItem, catalogue_shares
from app.domain.message import msg
from app.domain.prescribing import long_supply_allowed
from app.domain.request_terms import Role
from app.domain.trace_codes import LENGTH, PREFIX_LENGTH, clean_code, is_code
from app.errors import UserError
from app.pinyin import syllables
from app.services.document_steps import SUPPLY, TOWNSHIP_SUPPLY, refuse_other_roles
from app.services.history import record_change, revision_count
from app.services.trace_makers import ConfirmedMaker, confirm_digits, is_unknown_maker, makers_of, owners_of
from db.models import Drug, Revision, StockBatch, StockMovement, TracePrefix

STARTER_VALID_FROM = date(2018, 11, 1)
"""The starter list follows the essential-medicine list of 2018, in force from that day."""
SHORTEST_BARCODE = 8
ADDED, CHANGED, ENDED = "added", "changed", "ended"
IN_USE_DAYS = 30
"""A drug is in use that is in stock or moved in so many days."""


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
    essential: str = "?"
    barcode: str = ""
    trace_prefix: str = ""
    has_trace_code: bool = True
    is_splittable: bool = True
    special_control: str = ""
    long_rx_allowed: bool = True
    storage: str = ""
    origin: str = ""
    valid_from: date = STARTER_VALID_FROM
    valid_to: date | None = None


@dataclass(frozen=True)
class TraceCodeReason:
    """Why a drug needs no trace code, who wrote it and when."""

    reason: str
    user_name: str
    at: datetime


@dataclass(frozen=True)
class UpdatedDrug:
    """A drug that an update added, changed or ended. `changes` (field, before, after) as JSON keeps them."""

    code: str
    name: str
    what: str
    changes: tuple[tuple[str, Any, Any], ...] = ()
    valid_to: str = ""


@dataclass(frozen=True)
class LastUpdate:
    """The last update of the list: when, by whom, whose list (`origin` own or township), and drug by drug."""

    at: datetime
    user_name: str
    origin: str
    drugs: tuple[UpdatedDrug, ...]

    def count(self, what: str) -> int:
        """How many drugs were added, changed or ended."""
        return sum(1 for drug in self.drugs if drug.what == what)


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

    def find(self, text: str, limit: int = 30, *, with_ended: bool = False) -> list[DrugView]:
        """Listed drugs by name, pinyin initials, barcode or a scanned trace code, in the order of preference, then of pinyin.

        Preference (drug requests §11): volume-procured, essential, 甲, 乙, outside; the rest is never hidden.
        Of what fits a search the plain name stands before its longer relatives (二甲双胍片 before 二甲双胍缓释片).
        `with_ended` also those that are not on today's list.
        """
        with self.desk.sessions.reading() as session:
            query = select(Drug) if with_ended else select(Drug).where(listed_on(self.desk.today()))
            if text.strip():
                query = query.where(_matches(session, text))
            shortest = (func.length(Drug.generic_name),) if text.strip() else ()
            query = query.order_by(*preference(), *shortest, Drug.pinyin, Drug.generic_name, Drug.code)
            return [drug_view(drug) for drug in session.scalars(query.limit(limit))]

    def get(self, code: str) -> DrugView | None:
        """One drug, listed today or not; None for a code that was never in the catalogue."""
        with self.desk.sessions.reading() as session:
            drug = session.scalar(select(Drug).where(Drug.code == code))
            return None if drug is None else drug_view(drug)

    @property
    def may_change(self) -> bool:
        """Whether the signed-in user keeps the list of this desk (`keepers_of_catalogue`)."""
        return self.desk.actor.role in keepers_of_catalogue(self.desk)

    def is_new_maker(self, scanned: str, drug_code: str) -> bool:
        """Whether a scan is refused for a drug only because nobody has said yet whose its first seven digits are."""
        with self.desk.sessions.reading() as session:
            return is_unknown_maker(session, scanned, drug_code)

    def is_nobodys(self, scanned: str) -> bool:
        """Whether a scan is a trace code of whose drug nobody knows."""
        code = clean_code(scanned)
        with self.desk.sessions.reading() as session:
            return is_code(code) and not owners_of(session, code)

    def confirm_maker(self, scanned: str, drug_code: str) -> None:
        """是这种药: keep the first seven digits of a pack as a further maker's of a drug.

        Raises Refused for what is no code, UserError for another drug's digits and for who keeps no stock.
        """
        confirm_digits(self.desk, scanned, drug_code)

    def makers(self, drug_code: str) -> list[ConfirmedMaker]:
        """The further makers of a drug that were confirmed at this desk."""
        with self.desk.sessions.reading() as session:
            return makers_of(session, drug_code)

    def shares(self, day: date | None = None, *, in_use: bool = False) -> CatalogueShares:
        """The shares of the list of `day` (None today) against the goals; `in_use` counts only drugs in stock or used."""
        day = day or self.desk.today()
        with self.desk.sessions.reading() as session:
            query = select(Drug).where(listed_on(day))
            if in_use:
                query = query.where(Drug.code.in_(_codes_in_use(self.desk, day)))
            return catalogue_shares(
                ListedItem(drug.insurance_class, drug.volume_procured, drug.essential == "Y")
                for drug in session.scalars(query)
            )

    def without_codes(self) -> list[DrugView]:
        """The list of 无码 items: listed drugs that need no trace code."""
        with self.desk.sessions.reading() as session:
            query = select(Drug).where(listed_on(self.desk.today()), Drug.has_trace_code.is_(False))
            return [drug_view(drug) for drug in session.scalars(query.order_by(Drug.generic_name))]

    def reasons_without_code(self) -> dict[str, TraceCodeReason]:
        """Why a drug stands on the list of 无码 items, by its code; one that came so with the list has no entry."""
        query = (
            select(Drug.code, Revision.reason, Revision.user_name, Revision.at)
            .join(Revision, (Revision.entity == "drug") & (Revision.entity_id == Drug.id))
            .where(Drug.has_trace_code.is_(False), Revision.reason != "")
            .order_by(Revision.number)
        )
        with self.desk.sessions.reading() as session:
            return {row.code: TraceCodeReason(row.reason, row.user_name, row.at) for row in session.execute(query)}

    def last_update(self) -> LastUpdate | None:
        """What the last update of the list changed; None before the first."""
        with self.desk.sessions.reading() as session:
            row = session.scalar(
                select(Revision)
                .where(Revision.entity == "catalogue", Revision.entity_id == self.desk.place.id)
                .order_by(Revision.number.desc())
                .limit(1)
            )
            return None if row is None else _last_update(session, row)

    def set_has_trace_code(self, code: str, has_code: bool, reason: str) -> DrugView:
        """Put a drug on the list of 无码 items or take it off. Raises UserError without a reason or for an unknown drug,
        and for anybody but the township's pharmacist and manager, at a clinic its doctors."""
        refuse_other_roles(self.desk, keepers_of_catalogue(self.desk))
        if not reason.strip():
            raise UserError(msg("请写明原因，没有更改无码目录。"))
        with self.desk.sessions.writing() as session:
            drug = session.scalar(select(Drug).where(Drug.code == code))
            if drug is None:
                raise UserError(msg("目录里没有这个药品，没有更改。请在目录里选择。"))
            if drug.has_trace_code != has_code:
                before = {"has_trace_code": drug.has_trace_code}
                drug.has_trace_code = has_code
                record_change(
                    session, self.desk, "drug.trace_code", "drug", drug.id, before=before,
                    after={"has_trace_code": has_code}, number=revision_count(session, "drug", drug.id) + 1,
                    reason=reason.strip()[:200],
                )  # fmt: skip
            return drug_view(drug)


def keepers_of_catalogue(desk: Desk) -> tuple[Role, ...]:
    """Who may change the list of this desk: at the township pharmacist and manager, at a clinic its doctors their own."""
    return TOWNSHIP_SUPPLY if desk.place.kind == "township" else SUPPLY


def _last_update(session: Session, row: Revision) -> LastUpdate:
    names = {row.code: row.generic_name for row in session.execute(select(Drug.code, Drug.generic_name))}
    drugs = [UpdatedDrug(code, names.get(code, code), ADDED) for code in row.after.get(ADDED, ())]
    drugs += [
        UpdatedDrug(code, names.get(code, code), CHANGED, tuple((name, before, after) for name, before, after in changes))
        for code, changes in row.after.get(CHANGED, {}).items()
    ]
    drugs += [
        UpdatedDrug(code, names.get(code, code), ENDED, valid_to=day) for code, day in row.after.get(ENDED, {}).items()
    ]
    return LastUpdate(row.at, row.user_name, str(row.after.get("origin", "")), tuple(drugs))


def folded(text: str) -> str:
    """A name as it is compared: full-width and half-width brackets, Ⅱ and II, capitals and spaces are the same."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


_folded_name = lru_cache(maxsize=8192)(folded)


def _matches(session: Session, text: str) -> ColumnElement[bool]:
    wanted = folded(text)
    code = clean_code(wanted)
    if is_code(code):
        digits = code[:PREFIX_LENGTH]
        confirmed = select(TracePrefix.drug_code).where(TracePrefix.prefix == digits)
        return or_(Drug.trace_prefix == digits, Drug.code.in_(confirmed))
    if code.isascii() and code.isdigit() and SHORTEST_BARCODE <= len(code) < LENGTH:
        return Drug.barcode == code
    names = session.scalars(select(Drug.generic_name).distinct())
    return or_(
        Drug.generic_name.in_([name for name in names if wanted in _folded_name(name)]),
        Drug.pinyin.contains(wanted, autoescape=True),
    )


def preference() -> tuple[ColumnElement[int], ...]:
    """The order in which drugs are offered (drug requests §11): procured, essential, 甲, 乙, the rest."""
    return (
        case((Drug.volume_procured.is_(True), 0), else_=1),
        case((Drug.essential == "Y", 0), else_=1),
        case((Drug.insurance_class == "甲", 0), (Drug.insurance_class == "乙", 1), else_=2),
    )


def _codes_in_use(desk: Desk, day: date) -> CompoundSelect[Any]:
    batches, movements = StockBatch.__table__, StockMovement.__table__
    in_stock = select(batches.c.drug_code).where(batches.c.organisation_id == desk.place.id, batches.c.on_hand > 0)
    moved = select(movements.c.drug_code).where(
        movements.c.organisation_id == desk.place.id,
        movements.c.occurred_on > day - timedelta(days=IN_USE_DAYS),
        movements.c.occurred_on <= day,
    )
    return in_stock.union(moved)


def listed_on(day: date) -> ColumnElement[bool]:
    """The condition that a drug is on the list on `day`."""
    return (Drug.valid_from <= day) & or_(Drug.valid_to.is_(None), Drug.valid_to >= day)


def drug_view(drug: Drug) -> DrugView:
    """One stored drug."""
    return DrugView(
        code=drug.code,
        name=drug.generic_name,
        **{name: getattr(drug, name) for name in _COPIED},
    )


_COPIED: Sequence[str] = tuple(name for name in DrugView.__dataclass_fields__ if name not in ("code", "name"))


def initials(name: str) -> str:
    """The pinyin initials of a drug's name, by its usual reading: 硝苯地平控释片 is xbdpksp."""
    return "".join(syllables(character)[0][:1] for character in name)[:120]


def is_stored_cold(storage: str, cold_chain: bool) -> bool:
    """Whether a drug is kept at 2–8 °C."""
    return cold_chain or "冷" in storage or "2-8" in storage


def add_starter(session: Session) -> None:
    """Write the starter list into an empty catalogue; does nothing otherwise."""
    from app.reference import starter_drugs

    if session.scalar(select(Drug.id).limit(1)) is not None:
        return
    rows = [
        {
            "code": drug.drug_code,
            "generic_name": drug.generic_name,
            "dosage_form": drug.dosage_form,
            "strength": drug.strength,
            "unit": drug.dispensing_unit,
            "pack_unit": drug.pack_unit,
            "units_per_pack": drug.units_per_pack,
            "price_fen": None,
            "therapeutic_group": drug.therapeutic_group,
            "essential": drug.essential_2018,
            "insurance_class": drug.insurance_class,
            "volume_procured": bool(drug.vbp_batch_claimed),
            "antibiotic_tier": drug.antibiotic_tier,
            "cold_chain": drug.cold_chain,
            "programme": drug.two_disease_program,
            "pinyin": initials(drug.generic_name),
            "ingredients": ";".join(drug.ingredients_en),
            "atc_code": drug.atc_code,
            "route": drug.route,
            "usual_dose": drug.usual_single_dose,
            "dose_unit": drug.dose_unit,
            "max_daily_dose": drug.max_daily_dose,
            "times_per_day": "" if drug.usual_times_per_day is None else str(drug.usual_times_per_day),
            "diagnoses": ";".join(drug.icd10_prefixes),
            "min_age_years": int(drug.min_age_years) or None,
            "pregnancy": drug.pregnancy_flag,
            "special_control": drug.special_control,
            "long_rx_allowed": long_supply_allowed(
                atc_code=drug.atc_code,
                antibiotic_tier=drug.antibiotic_tier,
                special_control=drug.special_control,
                is_stored_cold=is_stored_cold(drug.storage, drug.cold_chain),
            ),
            "storage": drug.storage,
            "origin": "starter",
            "valid_from": STARTER_VALID_FROM,
        }
        for drug in starter_drugs()
    ]
    session.execute(insert(Drug.__table__), rows)
