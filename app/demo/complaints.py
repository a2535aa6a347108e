"""What the sample's clinic gives for: the medicines of its patients month by month, and the ailments of the seasons.

Pure: residents, their visits and random numbers in; wishes out, one for each time that somebody comes for drugs. Whether
there is enough on the shelf is seen later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from random import Random
from typing import Any

from app.demo.drugs import SampleDrug, sample_drugs
from app.demo.records import Registered
from app.domain.caseload import DailyUse, Matcher, Product, daily_use
from app.domain.dates import age_on
from app.services.dispensing_drafts import DIAGNOSES
from app.services.request_caseload import written_medicines

REFILL_DAYS = 28
ORDINARY_DAYS = 7
COMES = 0.94
"""Share of the refills for which a patient really comes."""
ACUTE_A_YEAR = 1.8
"""Times a year that a resident comes for drugs without a chronic disease's refill."""
ADULT = 18
PENICILLIN_ALLERGY = 2
PENICILLINS = frozenset({"VD055"})


@dataclass(frozen=True)
class WishedLine:
    """One drug of a wish, in units; `times` a day and `days` as the label says, None where it does not."""

    drug: SampleDrug
    units: int
    dose: str
    times: Decimal | None
    days: int | None
    usage: str = ""


@dataclass(frozen=True)
class Wish:
    """Somebody comes for drugs on a day."""

    day: date
    resident_id: str
    diagnosis: str
    is_long: bool
    form_entry_id: str | None
    lines: tuple[WishedLine, ...]


@dataclass(frozen=True)
class Complaint:
    """An ailment: its share in each month from January on, and what is given (code, dose in units, times, days, usage)."""

    diagnosis: str
    months: tuple[int, ...]
    given: tuple[tuple[str, int, int, int, str], ...]


_WINTER = (9, 9, 6, 4, 3, 2, 2, 2, 3, 5, 7, 9)
_SUMMER = (1, 1, 2, 2, 4, 7, 9, 9, 6, 3, 1, 1)
_EVEN = (3,) * 12
COMPLAINTS = (
    Complaint("上呼吸道感染", _WINTER, (("VD079", 1, 3, 3, "开水冲服"), ("VD049", 1, 2, 2, "发热时服"))),
    Complaint("急性扁桃体炎", _WINTER, (("VD055", 2, 3, 5, ""), ("VD155", 1, 2, 3, "开水冲服"))),
    Complaint("急性支气管炎", _WINTER, (("VD059", 2, 3, 4, ""), ("VD085", 1, 3, 5, ""), ("VD088", 3, 3, 4, "含服"))),
    Complaint("急性肠炎", _SUMMER, (("VD105", 1, 3, 3, "空腹冲服"), ("VD106", 1, 3, 2, "冲服"), ("VD107", 2, 3, 3, ""))),
    Complaint("暑湿感冒", _SUMMER, (("VD161", 1, 2, 3, ""),)),
    Complaint("慢性胃炎", _EVEN, (("VD095", 1, 1, 14, "早餐前"), ("VD100", 1, 3, 7, "饭前"))),
    Complaint("腰肌劳损", _EVEN, (("VD050", 1, 2, 5, "饭后"), ("VD173", 1, 1, 5, "外用"))),
    Complaint("膝关节骨性关节炎", _EVEN, (("VD050", 1, 2, 7, "饭后"), ("VD173", 2, 1, 5, "外用"))),
    Complaint("过敏性鼻炎", (1, 1, 4, 6, 5, 2, 1, 2, 6, 6, 3, 1), (("VD081", 1, 1, 6, "睡前"),)),
    Complaint("冠心病", _EVEN, (("VD152", 3, 3, 20, ""), ("VD025", 1, 1, 30, "睡前"))),
    Complaint("眩晕", _EVEN, (("VD131", 1, 3, 5, "饭后"),)),
    Complaint("睡眠差", _EVEN, (("VD119", 2, 3, 10, ""),)),
    Complaint("结膜炎", _SUMMER, (("VD139", 1, 1, 1, "滴眼，每次1滴"),)),
    Complaint("便秘", _EVEN, (("VD110", 1, 1, 4, "外用"),)),
)  # fmt: skip
OF_ENCOUNTERS = {"头晕待查": "眩晕"}
"""An assessment of the sample's encounters that is another complaint's here."""


def wishes(
    random: Random, registered: Iterable[Registered], entries: Iterable[Mapping[str, Any]], since: date, until: date
) -> list[Wish]:
    """Everything that is wished from `since` to the day before `until`, in the order of the days."""
    residents = list(registered)
    of_visits: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    encounters = []
    for entry in entries:
        if entry["form_code"] in DIAGNOSES and entry["answers"].get("not_seen") is None:
            of_visits[entry["resident_id"]].append(entry)
        elif entry["form_code"] == "encounter" and since <= entry["entry_date"] < until:
            encounters.append(entry)
    matcher = _matcher()
    found: list[Wish] = []
    for one in residents:
        if of_visits[one.resident_id]:
            found += _refills(random, matcher, one.resident_id, of_visits[one.resident_id], since, until)
    by_id = {one.resident_id: one for one in residents}
    found += [wish for entry in encounters if (wish := _of_encounter(by_id[entry["resident_id"]], entry)) is not None]
    found += _acute(random, residents, since, until)
    return sorted(found, key=lambda wish: (wish.day, wish.resident_id))


def _matcher() -> Matcher:
    return Matcher(
        Product(drug.code, drug.name, drug.strength, drug.unit, drug.dose_unit) for drug in sample_drugs().values()
    )


def _refills(
    random: Random, matcher: Matcher, resident_id: str, entries: list[Mapping[str, Any]], since: date, until: date
) -> Iterator[Wish]:
    ordered = sorted(entries, key=lambda entry: (entry["entry_date"], entry["id"]))
    day = max(since, ordered[0]["entry_date"]) + timedelta(days=random.randrange(REFILL_DAYS))
    while day < until:
        newest = {entry["form_code"]: entry for entry in ordered if entry["entry_date"] <= day}
        if newest and random.random() < COMES:
            yield from _of_sheets(matcher, resident_id, list(newest.values()), day)
        day += timedelta(days=REFILL_DAYS + random.randint(-1, 2))


def _of_sheets(
    matcher: Matcher, resident_id: str, sheets: list[Mapping[str, Any]], day: date
) -> Iterator[Wish]:
    """One dispensing of what may be given for four weeks, and one of what may not."""
    lines: dict[bool, list[WishedLine]] = {True: [], False: []}
    known = sample_drugs()
    for sheet in sheets:
        for medicine in written_medicines(sheet["answers"]):
            product = matcher.find(medicine.name)
            use = daily_use(medicine, product) if isinstance(product, Product) else None
            if not isinstance(use, DailyUse) or any(use.code == line.drug.code for each in lines.values() for line in each):
                continue
            drug = known[use.code]
            days = REFILL_DAYS if drug.long_rx_allowed else ORDINARY_DAYS
            usage = medicine.dose if medicine.is_insulin else ""
            times = None if medicine.times_per_day is None else Decimal(int(medicine.times_per_day))
            units = ceil(use.units_a_day * Fraction(days))
            dose = "" if medicine.is_insulin else medicine.dose
            lines[drug.long_rx_allowed].append(WishedLine(drug, units, dose, times, days, usage))
    entry_id = max(sheets, key=lambda sheet: (sheet["entry_date"], sheet["id"]))["id"]
    diagnosis = "；".join(DIAGNOSES[sheet["form_code"]] for sheet in sorted(sheets, key=lambda each: each["form_code"]))
    for is_long, wished in lines.items():
        if wished:
            yield Wish(day, resident_id, diagnosis, is_long, entry_id, tuple(wished))


def _of_encounter(one: Registered, entry: Mapping[str, Any]) -> Wish | None:
    name = OF_ENCOUNTERS.get(entry["answers"]["assessment"], entry["answers"]["assessment"])
    complaint = next((each for each in COMPLAINTS if each.diagnosis == name), None)
    return None if complaint is None else _wish(one, complaint, entry["entry_date"], entry["id"])


def _acute(random: Random, residents: list[Registered], since: date, until: date) -> Iterator[Wish]:
    days = (until - since).days
    born = [one for one in residents if one.person.born <= since]
    adults = [one for one in born if age_on(one.person.born, since) >= ADULT]
    if not adults or days < 1:
        return
    for _ in range(round(len(residents) * ACUTE_A_YEAR * days / 365)):
        day = since + timedelta(days=random.randrange(days))
        one = random.choice(adults)
        (complaint,) = random.choices(COMPLAINTS, [each.months[day.month - 1] for each in COMPLAINTS])
        if one.registered_on <= day:
            yield _wish(one, complaint, day, None)


def _wish(one: Registered, complaint: Complaint, day: date, entry_id: str | None) -> Wish:
    known = sample_drugs()
    lines = tuple(
        WishedLine(
            known[code], dose * times * days, f"{dose}{known[code].unit}", Decimal(times), days, usage
        )
        for code, dose, times, days, usage in complaint.given
        if not (code in PENICILLINS and PENICILLIN_ALLERGY in one.person.allergy)
    )  # fmt: skip
    return Wish(day, one.resident_id, complaint.diagnosis, False, entry_id, lines)
