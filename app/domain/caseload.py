"""在管用药: what the patients under management will take of a drug until the next delivery.

Specification: drug_requests §4.5 (committed need) and the issue of the supply chain: patients on the drug × dose × times a
day × days until the next delivery. A medicine written by hand is matched to the catalogue only where name and strength
leave one product; whatever can't be read is told and counts nowhere, never as 0 and never as a guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from app.domain.doses import milligrams, read_dose, strength_in, units_a_time
from app.domain.dosing_times import NOT_DAILY

ONE_DAY = timedelta(days=1)
DAYS_OF_A_MONTH = 30
"""Days over which a medicine taken so many times a month is spread."""

SALTS = (
    "盐酸", "苯磺酸", "富马酸", "马来酸", "酒石酸", "重酒石酸", "氢溴酸", "硫酸氢", "硫酸", "磷酸", "枸橼酸", "醋酸", "琥珀酸",
    "甲磺酸",
)  # fmt: skip
"""Salts that doctors leave out before a name. 单硝酸 is none of them: 硝酸异山梨酯 is another drug."""
SALT_ENDS = ("钾片", "钠片", "钙片")
_STRENGTH = re.compile(r"\d+(?:\.\d+)?\s*(?:mg|μg|ug|mcg|kg|g|ml|iu|u|万?单位)[^\u4e00-\u9fff]*", re.IGNORECASE)
_INSULIN_UNITS = re.compile(r"(\d+(?:\.\d+)?)\s*(?:iu|u|单位)", re.IGNORECASE)


@dataclass(frozen=True)
class Product:
    """A product of the catalogue: `unit` its smallest dispensing unit, `dose_unit` that in which doses are usually said."""

    code: str
    name: str
    strength: str
    unit: str
    dose_unit: str = ""


@dataclass(frozen=True)
class WrittenMedicine:
    """One line of a sheet's medicines. `times_per_day` None when not written; a fraction for so many times a month."""

    name: str
    dose: str = ""
    times_per_day: Fraction | None = None
    is_insulin: bool = False


class Unread(StrEnum):
    """Why a written medicine counts nowhere."""

    NOT_IN_CATALOGUE = "not_in_catalogue"
    SEVERAL_PRODUCTS = "several_products"
    DOSE_NOT_READ = "dose_not_read"
    NOT_DAILY = "not_daily"


@dataclass(frozen=True)
class DailyUse:
    """What one patient takes of one product: dispensing units a day, exactly."""

    code: str
    units_a_day: Fraction


@dataclass(frozen=True)
class Caseload:
    """The patients on one product and what they take a day together; `days` until the next delivery, and some to spare."""

    patients: int
    units_a_day: Fraction
    days: int
    safety_days: int = 0

    @property
    def units(self) -> Fraction:
        """Patients × units a dose × times a day × days, unrounded."""
        return self.units_a_day * (self.days + self.safety_days)


@dataclass(frozen=True)
class LongSupply:
    """The last long prescription of one resident: `units` that cover `days` up to `ends_on`."""

    code: str
    units: int
    days: int
    ends_on: date


class Matcher:
    """Finds the product that a written name means. Among several of the same name, those that the clinic keeps come first."""

    def __init__(self, products: Iterable[Product], kept: Collection[str] = ()) -> None:
        self._by_name: dict[str, list[Product]] = {}
        self._kept = kept
        for product in products:
            for key in {_folded(product.name), _bare(product.name)}:
                self._by_name.setdefault(key, []).append(product)

    def find(self, written: str) -> Product | Unread:
        """The product, or why there is none."""
        text = _folded(written)
        named = _STRENGTH.sub("", text).strip("()") or text
        found = self._by_name.get(text) or self._by_name.get(named) or self._by_name.get(_bare(named)) or []
        mass = milligrams(text)
        if mass is not None:
            found = [product for product in found if milligrams(product.strength) == mass]
        if not found:
            return Unread.NOT_IN_CATALOGUE
        if len(found) > 1:
            kept = [product for product in found if product.code in self._kept]
            found = kept or found
        return found[0] if len(found) == 1 else Unread.SEVERAL_PRODUCTS


def daily_use(medicine: WrittenMedicine, product: Product) -> DailyUse | Unread:
    """Units a day of a medicine whose product is known, or why they can't be told."""
    if medicine.is_insulin:
        return _insulin_use(medicine, product)
    if NOT_DAILY.search(unicodedata.normalize("NFKC", medicine.dose).lower()):
        return Unread.NOT_DAILY
    dose = read_dose(medicine.dose)
    if dose is None or medicine.times_per_day is None or medicine.times_per_day <= 0 or dose.amount <= 0:
        return Unread.DOSE_NOT_READ
    units = units_a_time(dose, dispensing_unit=product.unit, strength=product.strength, dose_unit=product.dose_unit)
    if units is None or units <= 0:
        return Unread.DOSE_NOT_READ
    return DailyUse(product.code, units * medicine.times_per_day)


def _insulin_use(medicine: WrittenMedicine, product: Product) -> DailyUse | Unread:
    """早12U 晚10U of a pen of 300 IU are 22/300 pens a day. Air shots and what spoils after opening are not in it."""
    amounts = [Fraction(amount) for amount in _INSULIN_UNITS.findall(unicodedata.normalize("NFKC", medicine.dose))]
    per_unit = strength_in("iu", product.strength, product.unit) or strength_in("u", product.strength, product.unit)
    if not amounts or not per_unit:
        return Unread.DOSE_NOT_READ
    return DailyUse(product.code, sum(amounts, Fraction(0)) / per_unit)


def caseloads(
    patients: Iterable[Sequence[DailyUse]], *, days: int, safety_days: int = 0
) -> Mapping[str, Caseload]:
    """The caseload of each product; `patients` are each person's products. One product is counted once a person, the
    larger use where two sheets name it. Raises ValueError for negative days.
    """
    if min(days, safety_days) < 0:
        raise ValueError("days are not negative")
    heads: dict[str, int] = {}
    daily: dict[str, Fraction] = {}
    for person in patients:
        own: dict[str, Fraction] = {}
        for use in person:
            own[use.code] = max(own.get(use.code, Fraction(0)), use.units_a_day)
        for code, units in own.items():
            heads[code] = heads.get(code, 0) + 1
            daily[code] = daily.get(code, Fraction(0)) + units
    return {code: Caseload(heads[code], daily[code], days, safety_days) for code in daily}


def refills_due(supplies: Iterable[LongSupply], today: date, until: date) -> Mapping[str, int]:
    """Σ of the long-prescription refills that fall due from `today` to `until` (§4.5): each as large as the last supply.

    A supply of 28 days that ends on the 1st is due again on the 2nd, and once more 28 days later. One that is overdue is
    expected today; who has missed a whole supply is no longer counted on, so that a bygone prescription orders nothing.
    """
    due: dict[str, int] = {}
    for supply in supplies:
        first = supply.ends_on + ONE_DAY
        if supply.days < 1 or supply.units < 1 or first + timedelta(days=supply.days) <= today:
            continue
        left = (until - max(first, today)).days
        if left >= 0:
            due[supply.code] = due.get(supply.code, 0) + (left // supply.days + 1) * supply.units
    return due


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).replace("µ", "μ").casefold().replace(" ", "")


def _bare(name: str) -> str:
    """Without the salt before the name or within its last letters: 盐酸二甲双胍片 and 二甲双胍片 are one."""
    text = _folded(name)
    for salt in SALTS:
        if text.startswith(salt) and len(text) > len(salt) + 1:
            text = text.removeprefix(salt)
            break
    for end in SALT_ENDS:
        if text.endswith(end) and len(text) > len(end) + 1:
            return text.removesuffix(end) + end[-1]
    return text
