"""规格 and 每次用量 as numbers: what one dispensing unit holds, and how many units a written dose is.

Specification: drug_requests §10.11. Words that no number can be read from give None, never a guess.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

_MICRO = Fraction(1, 1000)
_FACTORS = {"kg": Fraction(10**6), "g": Fraction(1000), "mg": Fraction(1), "μg": _MICRO, "ug": _MICRO, "mcg": _MICRO}
_MASS = r"(\d+(?:\.\d+)?)\s*(mg|μg|ug|mcg|kg|g)(?![a-z/])"
_COUNTED = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_NUMERALS = {"半": Fraction(1, 2), **{word: Fraction(number) for word, number in _COUNTED.items()}}


def milligrams(text: str) -> Fraction | None:
    """The first mass in `text` in mg (0.25g is 250); None without one."""
    match = re.search(_MASS, _plain(text))
    return Fraction(match[1]) * _FACTORS[match[2]] if match else None


def strength_in(dose_unit: str, strength: str, dispensing_unit: str) -> Fraction | None:
    """How much of `dose_unit` one dispensing unit holds: 5mg tablets in mg 5; a 100ml:2g bottle in mg 2000, in ml 100.

    A dose counted in the dispensing unit itself gives 1. None when the strength does not tell it.
    """
    unit = _plain(dose_unit)
    if not unit:
        return None
    if unit == _plain(dispensing_unit):
        return Fraction(1)
    written = _plain(strength)
    if unit in _FACTORS:
        per = written.split(":")[-1] if ":" in written else re.sub(r"\(.*?\)", "", written) or written
        mass = milligrams(per)
        if mass is None:
            return None
        count = re.search(r"×(\d+)", written)
        return mass / _FACTORS[unit] * (int(count[1]) if count else 1)
    if unit == "揿":
        count = re.search(r"×(\d+)揿", written)
        return Fraction(int(count[1])) if count else None
    amount = re.search(rf"(\d+(?:\.\d+)?)\s*{re.escape(unit)}", written)
    return Fraction(amount[1]) if amount else None


@dataclass(frozen=True)
class Dose:
    """An amount as written: `unit` "" when none is written. Of "1-2片" it is the larger."""

    amount: Fraction
    unit: str


def read_dose(text: str) -> Dose | None:
    """The dose in "1片", "0.5g", "半片", "1-2片", "每次2片"; None when no number is in it."""
    written = re.sub(r"^(?:每次|各)", "", _plain(text))
    words = re.match(r"([半一二两三四五])([^\d]*)", written)
    if words:
        return Dose(_NUMERALS[words[1]], _unit_of(words[2]))
    number = re.match(r"(\d+/\d+|\d+(?:\.\d+)?)(?:[-~至到](\d+(?:\.\d+)?))?([^\d]*)", written)
    if number is None or re.match(r"\d+/0+$", number[1]):
        return None
    amounts = [Fraction(part) for part in (number[1], number[2]) if part]
    return Dose(max(amounts), _unit_of(number[3]))


def _unit_of(text: str) -> str:
    return re.split(r"[(,，;；、。每口/]", text.strip())[0]


def units_a_time(dose: Dose, *, dispensing_unit: str, strength: str, dose_unit: str = "") -> Fraction | None:
    """How many dispensing units one dose is; None when its unit can't be turned into them. Without a unit: as it stands."""
    if dose.unit in ("", _plain(dispensing_unit)):
        return dose.amount
    per_unit = strength_in(dose.unit, strength, dispensing_unit)
    if per_unit is None and dose_unit and _plain(dose_unit) == dose.unit:
        per_unit = strength_in(dose_unit, strength, dispensing_unit)
    return dose.amount / per_unit if per_unit else None


def _plain(text: str) -> str:
    """Half-width, small letters, no spaces; both micro signs as μ."""
    return unicodedata.normalize("NFKC", text).replace("µ", "μ").lower().replace(" ", "")
