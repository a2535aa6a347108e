"""处方用量: how much a resident is given, for how many days, and what the prescription rules say of it.

Specification: drug_requests §10 (1 days and five drugs, 2 psychotropics, 3 long prescriptions, 4 refills, 5 antibiotics, 11
quantity), §6.3 (expiry against days of supply); mechanisms R-B13 to R-B19. All in exact arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.domain.drug_warnings import Weight
from app.domain.message import Message, msg

ORDINARY_DAYS, EMERGENCY_DAYS = 7, 3
ORDINARY_DAYS_WITH_REASON = 30
"""For chronic, elderly or special cases the doctor writes why it is more than 7 days; 30 is a local custom [K]."""
LONG_DAYS, LONG_DAYS_SIGNED = 28, 84
"""长期处方: generally 4 weeks; up to 12 when the doctor assessed strictly and the resident signed."""
PSYCHOTROPIC_DAYS = 7
MOST_DRUGS = 5
REFILL_FROM = Fraction(3, 4)
"""A refill is not due before so much of the last supply is used [K]."""
MOST_DAYS, MOST_TIMES = 366, 24
WEIGHED_UNDER_YEARS = 14
"""Under this age the weight stands on every prescription (drug requests §10.8)."""
LEAST_WEIGHT, MOST_WEIGHT = Decimal("0.5"), Decimal(300)
"""kg; beyond is a slip of the keyboard."""
ANTIMICROBIAL_CODES = ("J01", "J02")
TUBERCULOSIS_CODES = ("J04",)
FREE_TIER = "非限制"
INJECTED = ("注射", "静脉滴注")


class PrescriptionKind(StrEnum):
    """What kind of prescription it is."""

    ORDINARY = "ordinary"
    EMERGENCY = "emergency"
    LONG = "long"

    @property
    def label(self) -> Message:
        """Its name."""
        return {
            PrescriptionKind.ORDINARY: msg("普通"),
            PrescriptionKind.EMERGENCY: msg("急诊"),
            PrescriptionKind.LONG: msg("长期处方"),
        }[self]


@dataclass(frozen=True)
class Finding:
    """What a rule says of one line (`key`), or of the whole prescription (`key` None). `code` names it."""

    key: str | None
    code: str
    weight: Weight
    message: Message


# Quantity and days.


def units_needed(dose: Fraction, times: Fraction, days: int, strength: Fraction = Fraction(1)) -> int:
    """⌈dose × times × days ÷ strength⌉ dispensing units (§10.11), exactly. Raises ValueError for what is not above 0."""
    if min(dose, times, strength) <= 0 or days < 1:
        raise ValueError("dose, times, days and strength are above 0")
    return math.ceil(dose * times * days / strength)


def days_covered(units: int, units_a_day: Fraction) -> int:
    """Whole days for which `units` suffice; recomputed from what is really handed out (§10.11)."""
    if units_a_day <= 0:
        raise ValueError("something is taken every day")
    return math.floor(units / units_a_day)


def lasts_until(start: date, units: int, units_a_day: Fraction) -> date:
    """The last day of a running supply: start + ⌈units ÷ daily use⌉ − 1 (mechanisms §5.5)."""
    if units_a_day <= 0:
        raise ValueError("something is taken every day")
    return start + timedelta(days=math.ceil(units / units_a_day) - 1)


def refill_from(start: date, days: int) -> date:
    """The first day on which three quarters of a supply of `days` are used (§10.4): 28 days from the 1st, the 22nd."""
    return start + timedelta(days=math.ceil(days * REFILL_FROM))


@dataclass(frozen=True)
class Supply:
    """What a resident got of one product: `days` that it covers from `start`."""

    code: str
    start: date
    days: int

    @property
    def ends_on(self) -> date:
        """The last day."""
        return self.start + timedelta(days=self.days - 1)


def running_supplies(given: Sequence[Supply], day: date) -> dict[str, Supply]:
    """The supply of each product that still runs on `day`; a later one starts when the one before it ends (§5.5)."""
    running: dict[str, Supply] = {}
    for supply in sorted(given, key=lambda each: each.start):
        if supply.days < 1 or supply.start > day:
            continue
        before = running.get(supply.code)
        if before is not None and before.ends_on >= supply.start:
            start, days = before.start, (before.ends_on - before.start).days + 1 + supply.days
            running[supply.code] = Supply(supply.code, start, days)
        else:
            running[supply.code] = supply
    return {code: supply for code, supply in running.items() if supply.ends_on >= day}


# The rules.


def long_supply_allowed(
    *, atc_code: str = "", antibiotic_tier: str = "", special_control: str = "", is_stored_cold: bool = False
) -> bool:
    """Whether the rules of long prescriptions admit a drug (§10.3): no special control, antimicrobial or cold storage.

    Antimicrobials against tuberculosis are admitted.
    """
    if special_control or is_stored_cold:
        return False
    if atc_code.startswith(TUBERCULOSIS_CODES):
        return True
    return not antibiotic_tier and not atc_code.startswith(ANTIMICROBIAL_CODES)


@dataclass(frozen=True)
class PrescribedLine:
    """One line as the rules see it. `units_a_time` and `times` None when how it is taken is not known in numbers.

    `per_unit` what one dispensing unit holds of the unit in which `max_daily` is counted. `last` the supply that still runs.
    """

    key: str
    drug: str
    unit: str
    quantity: int | None
    units_a_time: Fraction | None = None
    times: Fraction | None = None
    days: int | None = None
    ingredients: tuple[str, ...] = ()
    max_daily: Fraction | None = None
    per_unit: Fraction | None = None
    is_splittable: bool = True
    units_per_pack: int = 1
    is_long_allowed: bool = True
    special_control: str = ""
    antibiotic_tier: str = ""
    route: str = ""
    last: Supply | None = None
    shortest_expiry: date | None = None

    @property
    def units_a_day(self) -> Fraction | None:
        """Dispensing units a day; None when unknown."""
        if self.units_a_time is None or self.times is None or self.units_a_time <= 0 or self.times <= 0:
            return None
        return self.units_a_time * self.times

    @property
    def needed(self) -> int | None:
        """The units for the days that are written."""
        if self.units_a_time is None or self.times is None or self.units_a_day is None or not self.days:
            return None
        return units_needed(self.units_a_time, self.times, self.days)

    @property
    def covered(self) -> int | None:
        """The days for which the quantity suffices."""
        if self.units_a_day is None or not self.quantity:
            return None
        return days_covered(self.quantity, self.units_a_day)


@dataclass(frozen=True)
class Prescription:
    """The lines that are dispensed together. `has_signed`: the resident signed for a long supply beyond 28 days."""

    lines: tuple[PrescribedLine, ...]
    kind: PrescriptionKind
    day: date
    has_signed: bool = False
    may_infuse_antibiotics: bool = False


def check_prescription(prescription: Prescription) -> tuple[Finding, ...]:
    """Everything that the prescription rules say, the whole prescription first."""
    found: list[Finding] = []
    if not prescription.lines:
        found.append(Finding(None, "no_lines", Weight.BLOCK, msg("还没有药品，请先添加要发的药。")))
    if len(prescription.lines) > MOST_DRUGS:
        sentence = msg(
            "一张处方最多 {most} 种药，现在有 {count} 种。请分成两张，并核对是不是都需要。",
            most=MOST_DRUGS, count=len(prescription.lines),
        )  # fmt: skip
        found.append(Finding(None, "too_many_drugs", Weight.BLOCK, sentence))
    for line in prescription.lines:
        found += _line_findings(line, prescription)
    return (*found, *_daily_doses(prescription.lines))


def _line_findings(line: PrescribedLine, prescription: Prescription) -> list[Finding]:
    impossible = _impossible(line)
    if impossible is not None:
        return [impossible]
    found = (
        _days_beyond(line, prescription),
        _quantity(line),
        _refill(line, prescription.day),
        _expiry(line, prescription.day),
        _antibiotic(line, prescription.may_infuse_antibiotics),
    )
    return [finding for finding in found if finding is not None]


def _impossible(line: PrescribedLine) -> Finding | None:
    if line.quantity is None:
        return Finding(line.key, "quantity", Weight.BLOCK, msg("请填写{drug}的数量（{unit}）。", drug=line.drug, unit=line.unit))
    if line.quantity < 1:
        sentence = msg("{drug}的数量请填大于 0 的整数（{unit}）。", drug=line.drug, unit=line.unit)
        return Finding(line.key, "quantity", Weight.BLOCK, sentence)
    if line.days is not None and not 1 <= line.days <= MOST_DAYS:
        sentence = msg("{drug}的天数请填 1 到 {most} 之间的整数。", drug=line.drug, most=MOST_DAYS)
        return Finding(line.key, "days", Weight.BLOCK, sentence)
    if line.times is not None and not 0 < line.times <= MOST_TIMES:
        sentence = msg("{drug}的每日次数请填 1 到 {most} 之间的数。", drug=line.drug, most=MOST_TIMES)
        return Finding(line.key, "times", Weight.BLOCK, sentence)
    if line.units_a_time is not None and line.units_a_time <= 0:
        return Finding(line.key, "dose", Weight.BLOCK, msg("{drug}的每次用量应大于 0。", drug=line.drug))
    return None


def _days_of(line: PrescribedLine) -> int | None:
    """The days that count: those covered by what is handed out, or those written when that is not known."""
    return line.covered if line.covered is not None else line.days


def _days_beyond(line: PrescribedLine, prescription: Prescription) -> Finding | None:
    """R-B14, R-B19, R-D16. A pack that can't be broken may last longer than was prescribed."""
    days = line.days if line.days is not None else _days_of(line)
    if days is None:
        return None
    if line.special_control and days > PSYCHOTROPIC_DAYS:
        sentence = msg(
            "{drug}是{control}，一次最多 {most} 天，现在是 {days} 天。请减少天数。",
            drug=line.drug, control=line.special_control, most=PSYCHOTROPIC_DAYS, days=days,
        )  # fmt: skip
        return Finding(line.key, "control_days", Weight.BLOCK, sentence)
    if prescription.kind is PrescriptionKind.LONG and not line.is_long_allowed and days > ORDINARY_DAYS:
        sentence = msg(
            "{drug}不能开长期处方（抗菌药、特殊管理或特殊储存的药），最多 {most} 天，现在是 {days} 天。",
            drug=line.drug, most=ORDINARY_DAYS, days=days,
        )  # fmt: skip
        return Finding(line.key, "long_excluded", Weight.BLOCK, sentence)
    plain, most = _limits(prescription)
    if days <= plain:
        return None
    values = {"drug": line.drug, "kind": prescription.kind.label, "plain": plain, "most": most, "days": days}
    if days > most:
        if prescription.kind is PrescriptionKind.LONG and days <= LONG_DAYS_SIGNED:
            sentence = msg("{drug}超过 {plain} 天要由居民签名，现在是 {days} 天。请签名后勾选，或减少天数。", **values)
            return Finding(line.key, "long_unsigned", Weight.BLOCK, sentence)
        sentence = msg("{drug}按{kind}最多 {most} 天，现在是 {days} 天。请减少天数。", **values)
        return Finding(line.key, "days_limit", Weight.BLOCK, sentence)
    sentence = msg("{drug}按{kind}一般不超过 {plain} 天，现在是 {days} 天，请写明原因。", **values)
    return Finding(line.key, "days_reason", Weight.REASON, sentence)


def _limits(prescription: Prescription) -> tuple[int, int]:
    """The days that need no word, and the days that are possible at all; those between want a reason."""
    if prescription.kind is PrescriptionKind.EMERGENCY:
        return EMERGENCY_DAYS, ORDINARY_DAYS
    if prescription.kind is PrescriptionKind.LONG:
        return LONG_DAYS, LONG_DAYS_SIGNED if prescription.has_signed else LONG_DAYS
    return ORDINARY_DAYS, ORDINARY_DAYS_WITH_REASON


def _quantity(line: PrescribedLine) -> Finding | None:
    """R-B15: the quantity fits dose, times and days, within one pack that can't be broken."""
    needed = line.needed
    if needed is None or line.quantity is None:
        return None
    tolerance = 0 if line.is_splittable else line.units_per_pack - 1
    if needed <= line.quantity <= needed + tolerance:
        return None
    sentence = msg(
        "{drug}按用法 {days} 天需要 {needed} {unit}，现在是 {quantity} {unit}。请核对，或写明原因。",
        drug=line.drug, days=line.days, needed=needed, unit=line.unit, quantity=line.quantity,
    )  # fmt: skip
    return Finding(line.key, "quantity_mismatch", Weight.REASON, sentence)


def _refill(line: PrescribedLine, day: date) -> Finding | None:
    """§10.4: not before three quarters of the last supply are used."""
    if line.last is None or line.last.ends_on < day:
        return None
    due = refill_from(line.last.start, line.last.days)
    if day >= due:
        return None
    sentence = msg(
        "{drug}上次发的还能用到 {ends}，{due} 起可以再领。现在发请写明原因。",
        drug=line.drug, ends=line.last.ends_on, due=due,
    )  # fmt: skip
    return Finding(line.key, "early_refill", Weight.REASON, sentence)


def _expiry(line: PrescribedLine, day: date) -> Finding | None:
    """§6.3: the batch lasts for the whole supply."""
    days = _days_of(line)
    if line.shortest_expiry is None or days is None or line.shortest_expiry >= day + timedelta(days=days - 1):
        return None
    sentence = msg(
        "{drug}的有效期到 {expiry}，吃不完 {days} 天就过期。请换有效期长的批号，或减少天数。",
        drug=line.drug, expiry=line.shortest_expiry, days=days,
    )  # fmt: skip
    return Finding(line.key, "expires_before_end", Weight.REASON, sentence)


def _antibiotic(line: PrescribedLine, may_infuse: bool) -> Finding | None:
    """R-B17: the non-restricted tier only; by injection only where the county has approved it."""
    if not line.antibiotic_tier:
        return None
    if line.antibiotic_tier != FREE_TIER:
        sentence = msg(
            "{drug}是{tier}使用级抗菌药物，村卫生室不能开。请换非限制级，或转上级医院。",
            drug=line.drug, tier=line.antibiotic_tier,
        )  # fmt: skip
        return Finding(line.key, "antibiotic_tier", Weight.BLOCK, sentence)
    if line.route in INJECTED and not may_infuse:
        sentence = msg("{drug}是注射用抗菌药物，本室没有登记县里的批准，不能发。批准后请在设置里登记。", drug=line.drug)
        return Finding(line.key, "antibiotic_injection", Weight.BLOCK, sentence)
    return None


def _daily_doses(lines: Sequence[PrescribedLine]) -> list[Finding]:
    """R-B13: what a line gives a day against its maximum, and per ingredient over all lines of the same strength unit."""
    found = []
    for line in lines:
        a_day = line.units_a_day
        if a_day is None or line.max_daily is None or line.per_unit is None:
            continue
        dose = a_day * line.per_unit
        others = [
            other.units_a_day * other.per_unit
            for other in lines
            if other is not line and other.units_a_day is not None and other.per_unit is not None
            and len(line.ingredients) == 1 and other.ingredients == line.ingredients
        ]  # fmt: skip
        total = sum(others, dose)
        if total > line.max_daily:
            sentence = msg(
                "{drug}每天的量是最大量的 {share} 倍。请减量，或写明原因。",
                drug=line.drug, share=f"{float(total / line.max_daily):.1f}",
            )  # fmt: skip
            weight = Weight.BLOCK if total > 2 * line.max_daily else Weight.REASON
            found.append(Finding(line.key, "daily_dose", weight, sentence))
    return found
