"""The drug rules of the command line: JSON values in, JSON values out, every sum done in app.domain.

Specification: drug_requests §2-7; names and keys: the table of the command-line page. Quantities are integers of
the dispensing unit, decimals are text, null is unknown. Wrong input raises UserError with one sentence.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from app.domain.batches import (
    ORANGE_DAYS,
    RED_DAYS,
    YELLOW_DAYS,
    days_left,
    expiry_level,
    has_expiry_risk,
    pick_fefo,
)
from app.domain.consumption import (
    DAYS_PER_MONTH,
    Consumption,
    average_monthly_consumption,
    look_back_days,
)
from app.domain.fulfilment import FilledLine, Shipped, remaining_units
from app.domain.fulfilment import fill_rate as fill_rate_of
from app.domain.message import msg
from app.domain.packs import packs_for
from app.domain.quantities import half_up, two_places
from app.domain.receiving import check_receipt_line
from app.domain.stock import DEFAULT_MAX_MONTHS, DEFAULT_MIN_MONTHS
from app.domain.stock import available_stock as available_stock_of
from app.domain.stock import stock_status as stock_status_of
from app.domain.suggested_quantity import (
    OrderMode,
    OrderPolicy,
    PackRule,
    StockPosition,
    suggest,
    suggested_units,
)
from app.i18n import tr
from app.rules.drug_inputs import (
    Payload,
    batches,
    day,
    exact_expiry,
    exact_units,
    explained,
    flag,
    items,
    needed_day,
    needed_whole,
    number,
    refuse,
    shown,
    text,
    whole,
)
from app.rules.drug_ledger import stockout_days, stocktake
from app.rules.drug_requests import request_transition

__all__ = [
    "amc",
    "available_stock",
    "expiry",
    "fefo",
    "fill_rate",
    "packs",
    "receipt",
    "remaining",
    "request_transition",
    "stock_status",
    "stockout_days",
    "stocktake",
    "suggested_quantity",
]


@explained("§4.4", msg("月均用量 = 消耗 ÷ (统计天数 − 缺货天数) × 每月天数；有货不足 15 天的结果仅供参考。"))
def amc(payload: Payload) -> Payload:
    """Average monthly consumption (§4.4): C / (D - S) x M.

    `days`, or `lookback_start` and `lookback_end`, both counted; `first_receipt` takes the days before it out of D.
    An absent `stockout_days` is 0; null is unknown and makes the result unknown.
    """
    result = _consumption(payload)
    return {
        "amc": two_places(result.amc),
        "days": shown(result.days),
        "low_confidence": result.low_confidence,
    }


@explained("§4.5", msg("按有效期先后逐批计算：到期前用不完的不计入可用库存。"))
def available_stock(payload: Payload) -> Payload:
    """Stock that can be used before it expires, batch by batch, and the suggestion from it (§4.5).

    `batches` [{batch, qty, expiry, held}]; `reserved` and `in_transit` are 0 when absent.
    """
    listed = batches(payload)
    average = number(payload, "amc")
    reserved, in_transit = whole(payload, "reserved") or 0, whole(payload, "in_transit") or 0
    today = needed_day(payload, "today")
    stock = available_stock_of(listed, average, today, reserved=reserved, in_transit=in_transit)
    counted: dict[str, int] = {}
    for batch in dict.fromkeys(listed):
        counted[batch.batch_no] = counted.get(batch.batch_no, 0) + stock.counted[batch]
    suggested = suggested_units(
        average,
        stock.available,
        max_mos=number(payload, "max_mos", DEFAULT_MAX_MONTHS) or 0,
        min_mos=number(payload, "min_mos", DEFAULT_MIN_MONTHS) or 0,
        mode=_mode(payload),
    )
    return {"counted": counted, "available": stock.available, "suggested": suggested}


@explained("§4.5", msg("建议数量 = 目标库存 − 可用库存，不足一个单位向上取整。"))
def suggested_quantity(payload: Payload) -> Payload:
    """The suggested quantity with target, packs and the sentence that explains it (§4.5-4.7, §4.10).

    `pack_rule`: "up" (default), "threshold" with key `threshold`, or {threshold, round_to_zero}. With `consumed`,
    `days` and `stockout_days` instead of (or beside) `amc` the sentence tells them. `unit` and `pack_unit` name the
    units (片, 盒). Further keys: season_factor, committed, splittable, months, days_per_month.
    A target that is not whole is text with two decimals. Without `pack` the pack keys are left out.
    """
    stock = StockPosition(
        on_hand_usable=whole(payload, "on_hand_usable", "on_hand"),
        reserved=whole(payload, "reserved", absent=0),
        in_transit=whole(payload, "in_transit", absent=0),
    )
    policy = OrderPolicy(
        min_mos=number(payload, "min_mos", DEFAULT_MIN_MONTHS) or 0,
        max_mos=number(payload, "max_mos", DEFAULT_MAX_MONTHS) or 0,
        mode=_mode(payload),
        season_factor=number(payload, "season_factor", 1) or 0,
        isolation_months=number(payload, "isolation_months", 0) or 0,
    )
    result = suggest(
        _known_consumption(payload),
        stock,
        policy=policy,
        pack=_pack_rule(payload),
        committed=whole(payload, "committed"),
        look_back_months=whole(payload, "months", "lookback_months"),
    )
    answer: Payload = {
        "target": shown(result.target),
        "available": result.available,
        "suggested": result.suggested,
    }
    if payload.get("pack") is not None:
        answer |= {"packs": result.packs, "units_after_packs": result.units_after_packs}
    return answer | {"sentence": tr(result.sentence)}


@explained("§4.7", msg("整盒数量，余数超过界限时加一盒。"))
def packs(payload: Payload) -> Payload:
    """Packs for a quantity (§4.7): one more when the remainder is larger than `threshold` (default 0: round up)."""
    count = packs_for(
        whole(payload, "quantity", negative=True),
        whole(payload, "net_content", "pack"),
        threshold=whole(payload, "threshold") or 0,
        round_to_zero=bool(flag(payload, "round_to_zero")),
    )
    return {"packs": count}


@explained("§4.9", msg("先看是否断货，再用库存除以月均用量与最低、最高月数比较。"))
def stock_status(payload: Payload) -> Payload:
    """The state of each stock line in `cases` (§4.9); null when it can't be told. Without `cases`: of one line."""
    if "cases" in payload:
        return {"status": [_status(case) for case in items(payload, "cases")]}
    answer: Payload = {"status": _status(payload)}
    if payload.get("batches") is not None:
        answer["expiry_risk"] = has_expiry_risk(
            batches(payload), number(payload, "amc"), needed_day(payload, "today")
        )
    return answer


@explained("§6.4", msg("先到期的先发；停用、过期和剩余天数不够的不发；不拆零的按整盒。"))
def fefo(payload: Payload) -> Payload:
    """Which batches to take, first expired first out (§6.4).

    `splittable` absent or false: whole packs of `pack` units (absent: 1). `held` or `hold`, `reserved` and
    `received_on` of a batch are respected. `notices` warn of picked batches with at most 30 days left.
    """
    picking = pick_fefo(
        needed_whole(payload, "need"),
        batches(payload),
        needed_day(payload, "today"),
        splittable=bool(flag(payload, "splittable")),
        pack=whole(payload, "pack") or 1,
        min_remaining_days=whole(payload, "min_remaining_days") or 0,
    )
    answer: Payload = {
        "picks": [[pick.batch.batch_no, pick.units] for pick in picking.picks],
        "shortfall": picking.shortfall,
        "over": picking.over,
    }
    notices = [tr(pick.notice) for pick in picking.picks if pick.notice is not None]
    return answer | ({"notices": notices} if notices else {})


@explained("§6.3", msg("到期当天还可以用；只写年月的以该月最后一天为准。"))
def expiry(payload: Payload) -> Payload:
    """Warning levels of expiries (§6.3): `levels` and `days_left` in the order of `expiries`.

    A batch that expires today has 1 day left. `2025-08` is the last day of that month, told for the first expiry as
    `last_day_of_first`. The key `levels` of the input may set the limits: [30, 90, 180] or {red, orange, yellow}.
    """
    today = needed_day(payload, "today")
    given = payload.get("expiries", payload.get("expiry"))
    listed = given if isinstance(given, list) else [given]
    dates = [
        exact_expiry(item.get("expiry") if isinstance(item, dict) else item, "expiries") for item in listed
    ]
    limits = _level_limits(payload)
    answer: Payload = {
        "levels": [expiry_level(value, today, **limits).value for value in dates],
        "days_left": [None if value is None else days_left(value, today) for value in dates],
    }
    if dates:
        answer["last_day_of_first"] = None if dates[0] is None else dates[0].isoformat()
    return answer


@explained("§4.8", msg("余量 = 批准数量(没有审批环节时为申请数量) − 已发货且未退回的数量。"))
def remaining(payload: Payload) -> Payload:
    """Units that may still be shipped (§4.8): of approved where `approval_step` is on, else of requested.

    `shipped` [{packs, pack}] or [{units}]; `returned` units (or true for all) are those that the pharmacist put back.
    """
    result = remaining_units(
        whole(payload, "requested"),
        whole(payload, "approved"),
        [_shipped(item) for item in items(payload, "shipped")],
        approval_step=bool(flag(payload, "approval_step")),
        wanted=whole(payload, "wanted"),
    )
    answer: Payload = {"remaining": result.units, "error_kind": _value(result.error)}
    return answer if result.message is None else answer | {"message": tr(result.message)}


@explained("§6.2", msg("接收数量加拒收数量等于发货数量；有拒收要写原因。"))
def receipt(payload: Payload) -> Payload:
    """Whether a receipt line adds up (§6.2): accepted + rejected = shipped, rejected > 0 with a reason."""
    check = check_receipt_line(
        whole(payload, "shipped", negative=True),
        whole(payload, "accepted", negative=True),
        whole(payload, "rejected", negative=True),
        text(payload, "reason"),
    )
    answer: Payload = {"valid": check.valid, "error_kind": _value(check.error)}
    return answer if check.message is None else answer | {"message": tr(check.message)}


@explained("§4.8", msg("满足率 = 各行接收 ÷ 批准的平均数；批准为 0 的行计入未批准比例。"))
def fill_rate(payload: Payload) -> Payload:
    """Mean of accepted / approved over lines with approved > 0, and the share approved as 0 (§4.8).

    Shares between 0 and 1 as text with two to four decimals ("0.75", "0.6667"); null when unknown.
    """
    lines = [FilledLine(whole(line, "approved"), whole(line, "accepted")) for line in items(payload, "lines")]
    result = fill_rate_of(lines)
    return {"fill_rate": share_text(result.fill_rate), "refused_share": share_text(result.refused_share)}


def _consumption(payload: Payload) -> Consumption:
    return _average(
        whole(payload, "consumed"),
        _days(payload),
        whole(payload, "stockout_days", absent=0),
        number(payload, "days_per_month", DAYS_PER_MONTH) or Fraction(0),
    )


def _average(
    consumed: int | None, days: Fraction | int | None, out: int | None, days_per_month: Fraction
) -> Consumption:
    """AMC for values from outside; says in one sentence what can't be."""
    if days_per_month <= 0:
        raise refuse(msg("“{key}”应当大于 0。", key="days_per_month"))
    if days is not None and out is not None and out > days:
        raise refuse(msg("缺货 {out} 天超过统计的 {days} 天：请核对。", out=out, days=shown(days)))
    return average_monthly_consumption(consumed, days, out, days_per_month=days_per_month)


def _days(payload: Payload) -> Fraction | int | None:
    days = number(payload, "days")
    start, end = day(payload, "lookback_start"), day(payload, "lookback_end")
    if start is None or end is None:
        return days
    if end < start:
        raise refuse(msg("统计期的结束日期早于开始日期：请更正。"))
    return look_back_days(start, end, day(payload, "first_receipt"))


def _known_consumption(payload: Payload) -> Consumption:
    """The AMC given, told with its origin where that is given too and agrees with it."""
    given = number(payload, "amc")
    if payload.get("consumed") is None or ("amc" in payload and given is None):
        return Consumption(given, None, None, None, low_confidence=False)
    known = _consumption(payload)
    if given is None or (known.amc is not None and half_up(known.amc) == half_up(given)):
        return known
    return Consumption(given, None, None, None, low_confidence=False)


def _mode(payload: Payload) -> OrderMode:
    word = re.sub(r"[\s_-]+", "", text(payload, "mode") or "periodic").lower()
    for mode in OrderMode:
        if word == mode.value.replace("_", ""):
            return mode
    raise refuse(msg("“mode”应当是 periodic 或 min_max，给的是 {value}。", value=payload["mode"]))


def _pack_rule(payload: Payload) -> PackRule:
    rule = payload.get("pack_rule")
    source: dict[str, Any] = {**payload, **rule} if isinstance(rule, dict) else dict(payload)
    threshold = whole(source, "threshold") or 0
    if isinstance(rule, int) and not isinstance(rule, bool):
        threshold = exact_units(rule, "pack_rule")
    elif isinstance(rule, str) and rule.strip().lower() in ("up", "ceil", "ceiling", "向上"):
        threshold = 0
    elif isinstance(rule, str) and rule.strip().lower() != "threshold":
        raise refuse(msg("“pack_rule”应当是 up 或 threshold，给的是 {value}。", value=rule))
    return PackRule(
        size=whole(payload, "pack"),
        threshold=threshold,
        round_to_zero=bool(flag(source, "round_to_zero")),
        unit=text(payload, "unit") or msg("片"),
        pack_unit=text(payload, "pack_unit") or msg("盒"),
        splittable=bool(flag(payload, "splittable")),
    )


def _status(case: Payload) -> str | None:
    status = stock_status_of(
        whole(case, "usable", "on_hand_usable"),
        number(case, "amc"),
        min_mos=number(case, "min_mos", DEFAULT_MIN_MONTHS) or 0,
        max_mos=number(case, "max_mos", DEFAULT_MAX_MONTHS) or 0,
    )
    return _value(status)


def _level_limits(payload: Payload) -> dict[str, int]:
    names = ("red", "orange", "yellow")
    limits = dict(zip(names, (RED_DAYS, ORANGE_DAYS, YELLOW_DAYS), strict=True))
    given = payload.get("levels")
    if isinstance(given, list):
        given = dict(zip(names, given, strict=False))
    if isinstance(given, dict):
        limits |= {name: needed_whole(given, name) for name in names if name in given}
    return limits


def _shipped(item: Payload) -> Shipped:
    units = whole(item, "units", "qty", "quantity")
    if units is None:
        units = needed_whole(item, "packs") * needed_whole(item, "pack", "pack_size", "net_content")
    returned = item.get("returned")
    if returned is True:
        return Shipped(units, returned=units)
    return Shipped(units, returned=0 if returned is False else whole(item, "returned") or 0)


def _value(error: Any) -> str | None:
    return None if error is None else error.value


def share_text(value: Fraction | None) -> str | None:
    """A share between 0 and 1 as text with two to four decimals; None unknown."""
    if value is None:
        return None
    shown_text = f"{half_up(value, 4):f}"
    while shown_text.endswith("0") and len(shown_text.split(".")[1]) > 2:
        shown_text = shown_text[:-1]
    return shown_text
