"""The sample's 药品目录: the starter list with invented prices, and a few products that follow-ups name.

Prices, bar codes and the digits of trace codes are invented (bar codes from the range kept for use inside a shop), so that
nobody takes them for the real ones of a product.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.services.catalogue import add_starter, initials
from db.models import Drug, new_id

CATALOGUE_FROM = date(2018, 11, 1)
PRICES_FEN = {
    "VD001": 426, "VD002": 812, "VD003": 380, "VD004": 690, "VD007": 305, "VD008": 560, "VD009": 498, "VD010": 735,
    "VD011": 462, "VD012": 614, "VD013": 260, "VD014": 1180, "VD017": 540, "VD022": 1960, "VD023": 620, "VD025": 385,
    "VD027": 560, "VD028": 430, "VD031": 345, "VD032": 980, "VD033": 470, "VD035": 320, "VD038": 536, "VD041": 1880,
    "VD042": 3120, "VD043": 4850, "VD049": 260, "VD050": 690, "VD055": 480, "VD059": 620, "VD060": 845, "VD064": 515,
    "VD068": 298, "VD079": 1260, "VD081": 392, "VD083": 310, "VD085": 288, "VD088": 760, "VD090": 1480, "VD095": 366,
    "VD100": 740, "VD105": 452, "VD106": 980, "VD107": 405, "VD110": 650, "VD119": 275, "VD131": 690, "VD137": 180,
    "VD139": 320, "VD148": 2450, "VD149": 1260, "VD152": 620, "VD153": 2980, "VD155": 1350, "VD157": 1420, "VD161": 880,
    "VD166": 1050, "VD173": 560,
}  # fmt: skip
"""Of one pack. A drug that is not here gets an invented price by its number."""
UNPRICED = frozenset({"VD045", "VD123", "VD126"})
"""Left without a price, so that every list shows how an unknown one looks."""
WITHOUT_CODE = frozenset({"VD110", "VD173", "VD145"})
"""The sample's 无码目录."""


@dataclass(frozen=True)
class Added:
    """A product that the starter list lacks: the new row takes the rest from the starter's drug `like`."""

    code: str
    like: str
    name: str
    form: str
    strength: str
    pack_unit: str
    units_per_pack: int
    price_fen: int
    dose: str
    volume_procured: bool


ADDED = (
    Added("LZ001", "VD004", "硝苯地平控释片", "控释片", "30mg", "盒", 7, 1190, "30", True),
    Added("LZ002", "VD017", "美托洛尔缓释片", "缓释片", "47.5mg", "盒", 7, 836, "47.5", True),
    Added("LZ003", "VD031", "盐酸二甲双胍片", "片剂", "0.5g", "盒", 20, 428, "0.5", True),
)


@dataclass(frozen=True)
class SampleDrug:
    """What the sample needs to know of a drug to give it."""

    code: str
    name: str
    strength: str
    unit: str
    pack_unit: str
    units_per_pack: int
    price_fen: int | None
    dose_unit: str
    cold_chain: bool
    trace_prefix: str
    long_rx_allowed: bool


@cache
def sample_drugs() -> dict[str, SampleDrug]:
    """Every product of the sample's catalogue by its code."""
    from app.domain.prescribing import long_supply_allowed
    from app.reference import starter_drugs
    from app.services.catalogue import is_stored_cold

    found = {}
    for place, drug in enumerate(starter_drugs()):
        is_long = long_supply_allowed(
            atc_code=drug.atc_code, antibiotic_tier=drug.antibiotic_tier, special_control=drug.special_control,
            is_stored_cold=is_stored_cold(drug.storage, drug.cold_chain),
        )  # fmt: skip
        found[drug.drug_code] = SampleDrug(
            drug.drug_code, drug.generic_name, drug.strength, drug.dispensing_unit, drug.pack_unit,
            drug.units_per_pack, _price(drug.drug_code, place), drug.dose_unit, drug.cold_chain, _prefix(place), is_long,
        )  # fmt: skip
    for place, added in enumerate(ADDED, start=len(found)):
        found[added.code] = replace(
            found[added.like], code=added.code, name=added.name, strength=added.strength, pack_unit=added.pack_unit,
            units_per_pack=added.units_per_pack, price_fen=added.price_fen, trace_prefix=_prefix(place),
        )  # fmt: skip
    return found


def fill_catalogue(session: Session) -> None:
    """Write the sample's catalogue, as if the township had handed it out; does nothing to one with its own prices."""
    add_starter(session)
    session.flush()
    rows = {row.code: row for row in session.execute(select(Drug.__table__))}
    if any(row.price_fen is not None for row in rows.values()):
        return
    known = sample_drugs()
    session.execute(
        update(Drug),
        [
            {
                "id": row.id, "price_fen": known[code].price_fen, "trace_prefix": known[code].trace_prefix,
                "barcode": _barcode(place), "has_trace_code": code not in WITHOUT_CODE, "origin": "township",
                "insurance_class": _class_of(row), "volume_procured": row.volume_procured,
            }
            for place, (code, row) in enumerate(rows.items())
        ],
    )  # fmt: skip
    session.execute(
        insert(Drug.__table__),
        [_added_row(added, rows[added.like], place) for place, added in enumerate(ADDED, start=len(rows))],
    )


def trace_code(prefix: str, number: int) -> str:
    """An invented 药品追溯码: the drug's seven digits and a running number."""
    return f"{prefix}{number:013d}"


def _added_row(added: Added, like: Any, place: int) -> dict[str, Any]:
    return {
        **like._mapping, "id": new_id(), "code": added.code, "generic_name": added.name, "dosage_form": added.form,
        "strength": added.strength, "pack_unit": added.pack_unit, "units_per_pack": added.units_per_pack,
        "price_fen": added.price_fen, "usual_dose": added.dose, "volume_procured": added.volume_procured,
        "pinyin": initials(added.name), "barcode": _barcode(place), "trace_prefix": _prefix(place),
        "insurance_class": "甲", "origin": "township",
    }  # fmt: skip


def _price(code: str, place: int) -> int | None:
    if code in UNPRICED:
        return None
    return PRICES_FEN.get(code, 240 + (place * 137) % 2600)


def _class_of(row: Any) -> str:
    """A catalogue in use knows every class; where the starter list does not, an invented one."""
    if row.insurance_class in ("甲", "乙", "非"):
        return str(row.insurance_class)
    return "甲" if row.essential == "Y" else "乙"


def _prefix(place: int) -> str:
    return f"8990{place:03d}"


def _barcode(place: int) -> str:
    """Thirteen digits of the range for use inside a shop, with their check digit."""
    digits = f"20{4116241:07d}{place:03d}"
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return f"{digits}{-total % 10}"
