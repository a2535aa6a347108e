"""发药草稿: what is to be given to a resident, prefilled from the medicines of the newest visits.

A written medicine is matched to the catalogue only where name and strength leave one product; the others are told with
their words, for the doctor to choose. Nothing is substituted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.caseload import Matcher, Product, Unread, WrittenMedicine
from app.domain.dates import age_on
from app.domain.doses import read_dose, units_a_time
from app.domain.drug_rules import Pregnancy
from app.domain.message import Message, msg
from app.domain.prescribing import (
    EMERGENCY_DAYS,
    LONG_DAYS,
    ORDINARY_DAYS,
    WEIGHED_UNDER_YEARS,
    PrescriptionKind,
)
from app.domain.quantities import half_up, up_to_two_places
from app.errors import UserError
from app.forms.registry import form
from app.services.catalogue import listed_on
from app.services.request_caseload import written_medicines
from app.services.stock_dispense import ChosenBatch
from db.models import Dispensing, DispensingLine, Drug, FormEntry, Resident, StockBatch, new_id

CHRONIC_FORMS = ("htn_followup", "dm_followup", "copd_followup", "smi_followup")
"""The follow-up sheets that name medicines; a regimen against tuberculosis names none."""
NEWEST_WITHIN_DAYS = 366
CHILD_WEIGHT_FRESH = timedelta(days=90)
"""A child's weight of longer ago says nothing of today's dose [K]."""


@dataclass(frozen=True)
class DraftLine:
    """One drug to be given. `quantity` None is worked out from dose, times and days; `dose` as written ("1片", "0.5g").

    `codes` as scanned; `batches` when others than the first to expire are chosen, with the `batch_reason`.
    """

    key: str
    drug_code: str
    quantity: int | None = None
    dose: str = ""
    times_per_day: Decimal | None = None
    days: int | None = None
    usage: str = ""
    codes: tuple[str, ...] = ()
    batches: tuple[ChosenBatch, ...] = ()
    batch_reason: str = ""


@dataclass(frozen=True)
class Unmatched:
    """A medicine of the sheet that is no single product of the catalogue."""

    written: WrittenMedicine
    why: Unread

    @property
    def sentence(self) -> Message:
        """What the doctor is told."""
        if self.why is Unread.SEVERAL_PRODUCTS:
            return msg("“{name}”在目录里有几种，请选择是哪一种。", name=self.written.name)
        return msg("目录里没有“{name}”，请在目录里选择，或写缺药报告。", name=self.written.name)


@dataclass(frozen=True)
class Draft:
    """Everything that the screen holds before it is given.

    `diagnosis` in words; `reasons` by the key of what wants one, `confirmed` the keys of the questions that were answered.
    `has_signed`: the resident signed for a long supply beyond four weeks. `id` becomes the document's: giving the same
    draft twice, as a double click does, gives once.
    """

    resident_id: str
    lines: tuple[DraftLine, ...] = ()
    kind: PrescriptionKind = PrescriptionKind.ORDINARY
    diagnosis: str = ""
    form_entry_id: str | None = None
    pregnancy: Pregnancy = Pregnancy.UNKNOWN
    is_lactating: bool | None = None
    has_signed: bool = False
    reasons: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    confirmed: frozenset[str] = frozenset()
    unmatched: tuple[Unmatched, ...] = ()
    id: str = ""
    weight_kg: Decimal | None = None
    """Measured, in kg; under 14 years nothing is given without it."""


def opened_draft(session: Session, desk: Desk, resident_id: str, form_entry_id: str | None) -> Draft:
    """A draft with the medicines of the sheet, or of the newest sheet of each disease. Raises UserError."""
    resident = session.get(Resident, resident_id)
    if resident is None:
        raise UserError(msg("没有找到这位居民，可能已被移到别处。请重新查找。"))
    entries = _entries(session, desk, resident_id, form_entry_id)
    matcher = _matcher(session, desk)
    lines: list[DraftLine] = []
    unmatched: list[Unmatched] = []
    for entry in entries:
        for medicine in written_medicines(form(entry.form_code).restore(entry.answers)):
            product = matcher.find(medicine.name)
            if isinstance(product, Unread):
                unmatched.append(Unmatched(medicine, product))
            elif product.code not in {line.drug_code for line in lines}:
                lines.append(_line(session, str(len(lines) + 1), product, medicine))
    newest = max(entries, key=lambda entry: (entry.entry_date, entry.created_at), default=None)
    return Draft(
        resident_id=resident_id,
        lines=tuple(lines),
        kind=PrescriptionKind.LONG if lines else PrescriptionKind.ORDINARY,
        form_entry_id=form_entry_id or (newest.id if newest else None),
        diagnosis="；".join(dict.fromkeys(DIAGNOSES[e.form_code] for e in entries if e.form_code in DIAGNOSES)),
        unmatched=tuple(unmatched),
        id=new_id(),
        weight_kg=known_weight(resident, desk.today()),
    )


def repeated_draft(document: Dispensing, lines: Sequence[DispensingLine], known_kg: Decimal | None) -> Draft:
    """A new draft of what was given once: the same person, drugs, quantities and days; batches and packs are chosen anew.

    What was answered to the warnings is asked again: the answers belong to what is given now. `known_kg`: the weight on
    file, where none was written with the first.
    """
    return Draft(
        resident_id=document.resident_id,
        lines=tuple(
            DraftLine(str(number), line.drug_code, line.quantity, line.dose, line.times_per_day, line.days, line.usage)
            for number, line in enumerate(lines, 1)
        ),
        kind=PrescriptionKind(document.kind),
        diagnosis=document.diagnosis,
        form_entry_id=document.form_entry_id,
        id=new_id(),
        weight_kg=document.weight_kg or known_kg,
    )


DAYS_OF = {
    PrescriptionKind.ORDINARY: ORDINARY_DAYS, PrescriptionKind.EMERGENCY: EMERGENCY_DAYS, PrescriptionKind.LONG: LONG_DAYS,
}  # fmt: skip


def fresh_line(session: Session, key: str, drug_code: str, kind: PrescriptionKind) -> DraftLine:
    """A line for a drug that was chosen, with the usual dose of the catalogue and the days of this kind.

    Raises UserError for a drug that is not in the catalogue.
    """
    drug = session.scalar(select(Drug).where(Drug.code == drug_code))
    if drug is None:
        raise UserError(msg("目录里没有这个药品。请先在目录里选择药品。"))
    times = _number(drug.times_per_day)
    dose = _usual_dose(drug)
    days = DAYS_OF[kind]
    if kind is PrescriptionKind.LONG and not drug.long_rx_allowed:
        days = ORDINARY_DAYS
    return DraftLine(key, drug.code, dose=dose[:30], times_per_day=times, days=days)


def _usual_dose(drug: Drug) -> str:
    """The usual dose in dispensing units where that is a whole or a half one (2片), else as the catalogue has it (500mg).

    Without one it is one unit, but nothing where the drug is measured out of its unit: a pen of insulin holds many doses.
    """
    if not drug.usual_dose.strip():
        return "" if drug.dose_unit and drug.dose_unit != drug.unit else f"1{drug.unit}"
    written = f"{drug.usual_dose.strip()}{drug.dose_unit or drug.unit}"
    read = read_dose(written)
    units = None
    if read is not None:
        units = units_a_time(read, dispensing_unit=drug.unit, strength=drug.strength, dose_unit=drug.dose_unit)
    if units is None or units <= 0 or (units * 2).denominator != 1:
        return written
    return f"{up_to_two_places(units)}{drug.unit}"


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip()) if text.strip() else None
    except InvalidOperation:
        return None


def known_weight(resident: Resident, day: date) -> Decimal | None:
    """The weight on file; a child's only while it is fresh."""
    if resident.weight_kg is None or not is_weighed(resident, day):
        return resident.weight_kg
    is_fresh = resident.weight_on is not None and day - resident.weight_on <= CHILD_WEIGHT_FRESH
    return resident.weight_kg if is_fresh else None


def is_weighed(resident: Resident, day: date) -> bool:
    """Whether somebody's dose follows the weight: children under 14 years (drug requests §10.8)."""
    born = resident.birth_date
    return born is not None and born <= day and age_on(born, day) < WEIGHED_UNDER_YEARS


DIAGNOSES = {
    "htn_followup": "高血压", "dm_followup": "2型糖尿病", "copd_followup": "慢性阻塞性肺疾病", "smi_followup": "严重精神障碍",
}  # fmt: skip
"""What the prescription names as diagnosis, in the record's own words."""


def medicines_now(session: Session, desk: Desk, resident_id: str, products: Mapping[str, Drug]) -> list[Drug]:
    """The drugs that the newest sheets say the resident takes, wherever he got them."""
    matcher = _matcher(session, desk)
    found = {}
    for entry in _entries(session, desk, resident_id, None):
        for medicine in written_medicines(form(entry.form_code).restore(entry.answers)):
            product = matcher.find(medicine.name)
            if isinstance(product, Product) and product.code in products:
                found[product.code] = products[product.code]
    return list(found.values())


def _entries(session: Session, desk: Desk, resident_id: str, form_entry_id: str | None) -> list[FormEntry]:
    query = select(FormEntry).where(FormEntry.resident_id == resident_id, FormEntry.state == "complete")
    if form_entry_id is not None:
        entry = session.scalar(query.where(FormEntry.id == form_entry_id))
        if entry is None:
            raise UserError(msg("没有找到这次随访或接诊的记录。请刷新后再试。"))
        if entry.visit_id is None:
            return [entry]
        return list(session.scalars(query.where(FormEntry.visit_id == entry.visit_id).order_by(FormEntry.form_code)))
    since: date = desk.today() - timedelta(days=NEWEST_WITHIN_DAYS)
    rows = session.scalars(
        query.where(FormEntry.form_code.in_(CHRONIC_FORMS), FormEntry.entry_date >= since).order_by(
            FormEntry.entry_date, FormEntry.created_at
        )
    )
    newest = {entry.form_code: entry for entry in rows if not _is_lost(entry.answers)}
    return [newest[code] for code in CHRONIC_FORMS if code in newest]


def is_waiting_to_be_given(session: Session, desk: Desk, resident_id: str, entry_ids: Sequence[str]) -> bool:
    """Whether medicines of these sheets of one visit lie here and nothing was given for any of the sheets."""
    given = select(Dispensing.id).where(Dispensing.form_entry_id.in_(entry_ids), Dispensing.state != "reversed").limit(1)
    if session.scalar(given) is not None:
        return False
    codes = [line.drug_code for line in opened_draft(session, desk, resident_id, entry_ids[0]).lines]
    here = select(StockBatch.id).where(
        StockBatch.organisation_id == desk.place.id, StockBatch.drug_code.in_(codes), StockBatch.on_hand > 0,
        StockBatch.hold == "",
    )  # fmt: skip
    return bool(codes) and session.scalar(here.limit(1)) is not None


def _is_lost(answers: Mapping[str, Any]) -> bool:
    """A visit at which nobody was seen says nothing of the medicines."""
    return any(answers.get(code) is not None for code in ("not_seen", "lost_reason", "death_date"))


def _matcher(session: Session, desk: Desk) -> Matcher:
    rows = session.execute(
        select(Drug.code, Drug.generic_name, Drug.strength, Drug.unit, Drug.dose_unit).where(listed_on(desk.today()))
    )
    kept = set(
        session.scalars(
            select(StockBatch.drug_code).where(StockBatch.organisation_id == desk.place.id, StockBatch.on_hand > 0)
        )
    )
    return Matcher([Product(*row) for row in rows], kept)


def _line(session: Session, key: str, product: Product, medicine: WrittenMedicine) -> DraftLine:
    drug = session.scalars(select(Drug).where(Drug.code == product.code)).one()
    times = medicine.times_per_day
    return DraftLine(
        key=key,
        drug_code=product.code,
        dose="" if medicine.is_insulin else medicine.dose[:30],
        times_per_day=None if times is None else half_up(Fraction(times), 2),
        days=LONG_DAYS if drug.long_rx_allowed else ORDINARY_DAYS,
        usage=medicine.dose[:100] if medicine.is_insulin else "",
    )
