"""The suggested quantity (建议数量) of a request line, and the one sentence that explains it.

Specification: drug_requests §4.5 (suggestion), §4.6 (season, isolation), §4.7 (packs), §4.10 (explanation).
Exact arithmetic throughout; an unknown AMC or stock gives no suggestion at all, never 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, lru_cache

from app.domain.caseload import Caseload
from app.domain.consumption import Consumption
from app.domain.message import Message, msg
from app.domain.packs import packs_for
from app.domain.quantities import Exact, to_fraction, up_to_two_places
from app.domain.stock import DEFAULT_MAX_MONTHS, DEFAULT_MIN_MONTHS, available_units


class OrderMode(StrEnum):
    """`PERIODIC` fills up to the target each period; `MIN_MAX` only when stock is not above the minimum."""

    PERIODIC = "periodic"
    MIN_MAX = "min_max"


class Basis(StrEnum):
    """Where the target comes from: average consumption, refills of long prescriptions already due, or the patients under
    management who take the drug."""

    CONSUMPTION = "consumption"
    COMMITTED = "committed"
    CASELOAD = "caseload"


@dataclass(frozen=True)
class OrderPolicy:
    """How much a clinic keeps: months of stock, mode, season, and months that the village will be cut off."""

    min_mos: Exact = DEFAULT_MIN_MONTHS
    max_mos: Exact = DEFAULT_MAX_MONTHS
    mode: OrderMode = OrderMode.PERIODIC
    season_factor: Exact = 1
    isolation_months: Exact = 0

    @cached_property
    def months(self) -> Fraction:
        """The months that a request covers: the usual ones and those in which the village will be cut off (§4.6)."""
        return to_fraction(self.max_mos) + to_fraction(self.isolation_months)

    @cached_property
    def months_of_season(self) -> Fraction:
        """The same, weighted with the season."""
        return self.months * to_fraction(self.season_factor)


@dataclass(frozen=True)
class StockPosition:
    """The clinic's stock of one drug in dispensing units. None is unknown.

    `left_out` is what will expire before it can be used; it is not part of `on_hand_usable`, only told.
    """

    on_hand_usable: int | None
    reserved: int | None = 0
    in_transit: int | None = 0
    left_out: int = 0

    @property
    def available(self) -> int | None:
        return available_units(self.on_hand_usable, self.reserved, self.in_transit)


@dataclass(frozen=True)
class PackRule:
    """The drug's pack of `size` units (None: not packed) and how a remainder is rounded (§4.7)."""

    size: int | None = None
    threshold: int = 0
    round_to_zero: bool = False
    unit: str | Message = field(default_factory=lambda: msg("片"))
    pack_unit: str | Message = field(default_factory=lambda: msg("盒"))
    splittable: bool = False


@dataclass(frozen=True)
class Suggestion:
    """What the line shows. `suggested` None: no suggestion, the field stays empty and is highlighted.

    `units_after_packs` is what arrives when whole packs are shipped; None without a pack size.
    """

    target: Fraction | None
    available: int | None
    suggested: int | None
    packs: int | None
    units_after_packs: int | None
    basis: Basis
    sentence: Message


def suggest(
    consumption: Consumption,
    stock: StockPosition,
    *,
    policy: OrderPolicy | None = None,
    pack: PackRule | None = None,
    committed: int | None = None,
    caseload: Caseload | None = None,
    look_back_months: int | None = None,
) -> Suggestion:
    """The suggestion for one line (§4.5-4.7) with its explanation (§4.10).

    `committed` is the sum of long-prescription refills due in the cover period; when it is more than the
    target it becomes the target, and the minimum of the min-max mode no longer holds the request back:
    those patients are known. `caseload`: what the patients under management will take until the next delivery; it
    becomes the target where more is to be ordered for it than for consumption, and where consumption is unknown.
    `look_back_months` only names the period in the sentence.
    """
    policy, pack = policy or OrderPolicy(), pack or PackRule()
    target = target_units(consumption.amc, policy)
    basis = Basis.CONSUMPTION
    if target is not None and committed is not None and committed > target:
        target, basis = Fraction(committed), Basis.COMMITTED
    available = stock.available
    suggested = _suggested(consumption.amc, target, available, policy, basis)
    if caseload is not None and available is not None:
        for_patients = max(0, math.ceil(caseload.units - available))
        if suggested is None or for_patients > suggested:
            suggested, target, basis = for_patients, caseload.units, Basis.CASELOAD
    packs = packs_for(suggested, pack.size, threshold=pack.threshold, round_to_zero=pack.round_to_zero)
    units_after = packs * pack.size if packs is not None and pack.size is not None else None
    if pack.splittable and units_after is not None:
        units_after = suggested
    sentence = _explain(
        _consumption_clause(consumption, pack, look_back_months),
        _target_clause(target, policy, basis, caseload, pack),
        _stock_clause(stock, pack),
        _advice_clause(suggested, packs, units_after, pack),
    )
    return Suggestion(target, available, suggested, packs, units_after, basis, sentence)


def suggested_units(
    amc: Exact | None,
    available: int | None,
    *,
    max_mos: Exact = DEFAULT_MAX_MONTHS,
    min_mos: Exact = DEFAULT_MIN_MONTHS,
    mode: OrderMode = OrderMode.PERIODIC,
) -> int | None:
    """max(0, ceil(AMC x max_mos - available)); 0 in min-max mode above the minimum (§4.5). None: unknown."""
    policy = OrderPolicy(min_mos=min_mos, max_mos=max_mos, mode=mode)
    return _suggested(amc, target_units(amc, policy), available, policy, Basis.CONSUMPTION)


def target_units(amc: Exact | None, policy: OrderPolicy) -> Fraction | None:
    """target = AMC x season_factor x (max_mos + isolation_months) (§4.6); None when AMC is unknown."""
    if amc is None:
        return None
    return to_fraction(amc) * policy.months_of_season


def _suggested(
    amc: Exact | None, target: Fraction | None, available: int | None, policy: OrderPolicy, basis: Basis
) -> int | None:
    if amc is None or target is None or available is None:
        return None
    if basis is Basis.CONSUMPTION:
        if amc == 0:
            return 0
        if policy.mode is OrderMode.MIN_MAX and available > to_fraction(amc) * to_fraction(policy.min_mos):
            return 0
    return max(0, math.ceil(target - available))


def _explain(consumption: Message, target: Message, stock: Message, advice: Message) -> Message:
    return msg(
        "{consumption}；{target}；{stock} → {advice}",
        consumption=consumption,
        target=target,
        stock=stock,
        advice=advice,
    )


def _consumption_clause(consumption: Consumption, pack: PackRule, months: int | None) -> Message:
    average = msg("月均未知") if consumption.amc is None else msg("月均 {amc}", amc=up_to_two_places(consumption.amc))
    if consumption.consumed is None or consumption.days is None:
        return average
    out = consumption.stockout_days or 0
    whole = {"consumed": consumption.consumed, "unit": pack.unit, "days": up_to_two_places(consumption.days), "out": out}
    months = months or _whole_months(consumption.days)
    if months is None:
        return msg("近{days}天发出 {consumed} {unit}，缺货 {out} 天，{average}", average=average, **whole)
    return msg(
        "近{months}个月({days}天)发出 {consumed} {unit}，缺货 {out} 天，{average}",
        months=months,
        average=average,
        **whole,
    )


@lru_cache(maxsize=128)
def _whole_months(days: Exact) -> int | None:
    """3 for 89 to 92 days: the number of calendar months that so many days can be, or None."""
    months = round(to_fraction(days) / Fraction(487, 16))
    if months >= 1 and abs(to_fraction(days) - months * Fraction(487, 16)) <= 3:
        return months
    return None


def _target_clause(
    target: Fraction | None, policy: OrderPolicy, basis: Basis, caseload: Caseload | None, pack: PackRule
) -> Message:
    if target is None:
        return msg("目标无法计算")
    if basis is Basis.CASELOAD and caseload is not None:
        return _caseload_clause(caseload, pack)
    if basis is Basis.COMMITTED:
        return msg("长处方到期续方需 {target}，按续方计", target=up_to_two_places(target))
    values = {"months": up_to_two_places(policy.months), "target": up_to_two_places(target)}
    if policy.season_factor == 1 and not policy.isolation_months:
        return msg("目标 {months} 月 = {target}", **values)
    season, isolation = up_to_two_places(policy.season_factor), up_to_two_places(policy.isolation_months)
    if policy.isolation_months and policy.season_factor != 1:
        return msg(
            "目标 {months} 月(含封路 {isolation} 月，季节系数 {season}) = {target}",
            isolation=isolation,
            season=season,
            **values,
        )
    if policy.isolation_months:
        return msg("目标 {months} 月(含封路 {isolation} 月) = {target}", isolation=isolation, **values)
    return msg("目标 {months} 月(季节系数 {season}) = {target}", season=season, **values)


def _caseload_clause(caseload: Caseload, pack: PackRule) -> Message:
    values = {
        "patients": caseload.patients,
        "daily": up_to_two_places(caseload.units_a_day),
        "unit": pack.unit,
        "days": caseload.days,
        "target": up_to_two_places(caseload.units),
    }
    if caseload.safety_days:
        return msg(
            "在管 {patients} 人每天共用 {daily} {unit}，到下次送货 {days} 天加备用 {spare} 天 = {target}，按在管用量计",
            spare=caseload.safety_days,
            **values,
        )
    return msg(
        "在管 {patients} 人每天共用 {daily} {unit}，到下次送货 {days} 天 = {target}，按在管用量计", **values
    )


def _stock_clause(stock: StockPosition, pack: PackRule) -> Message:
    if stock.available is None:
        return msg("现有库存未知")
    on_hand, in_transit = stock.on_hand_usable, stock.in_transit
    clause = msg("现有 {on_hand}，在途 {in_transit}", on_hand=on_hand, in_transit=in_transit)
    if stock.reserved:
        clause = msg(
            "现有 {on_hand}，已预留 {reserved}，在途 {in_transit}",
            on_hand=on_hand,
            reserved=stock.reserved,
            in_transit=in_transit,
        )
    if stock.left_out:
        return msg(
            "{stock}(另有 {left_out} {unit}到期前用不完，未计)",
            stock=clause,
            left_out=stock.left_out,
            unit=pack.unit,
        )
    return clause


def _advice_clause(
    suggested: int | None, packs: int | None, units_after: int | None, pack: PackRule
) -> Message:
    if suggested is None:
        return msg("暂无建议，请手工填写数量并说明原因")
    if not packs or units_after is None:
        return msg("建议 {suggested} {unit}", suggested=suggested, unit=pack.unit)
    return msg(
        "建议 {suggested} {unit}({packs} {pack_unit} {units} {unit})",
        suggested=suggested,
        unit=pack.unit,
        packs=packs,
        pack_unit=pack.pack_unit,
        units=units_after,
    )
