"""The supply rules of the command line: sharing, settling, judging deliveries, expiries, trace codes, doses, documents.

Specification: mechanisms §3, drug_requests §6, §7, §8 and §10; every sum is done in app.domain. Quantities are integers of
the dispensing unit, money is integer fen, null is unknown. Wrong input raises UserError with one sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from importlib import import_module
from typing import Any

from app.domain.batches import days_left, expiry_level
from app.domain.distributor_score import Delivered, OrderedLine, score
from app.domain.document_states import Step, judge
from app.domain.doses import Dose, read_dose, units_a_time
from app.domain.expiry_actions import proposed_action
from app.domain.fair_share import Claim, level_reached
from app.domain.fair_share import fair_share as shares_of
from app.domain.message import msg
from app.domain.prescribing import days_covered, lasts_until, refill_from, units_needed
from app.domain.quantities import two_places
from app.domain.request_terms import Role
from app.domain.settlement import MonthOfDrug, amount_owed, differences_of, totals_of
from app.domain.trace_codes import (
    CodeState,
    KnownCode,
    clean_code,
    drug_digits,
    form_fault,
    issue_fault,
    receipt_fault,
    sentence,
)
from app.i18n import tr
from app.rules.drug_inputs import (
    Payload,
    day,
    exact_expiry,
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
from app.rules.drugs import share_text

DOCUMENTS = {
    "shipment": ("shipment_states", "SHIPMENT_STEPS", "ShipmentState", "ShipmentAction"),
    "purchase_order": ("purchase_states", "PURCHASE_STEPS", "PurchaseState", "PurchaseAction"),
    "settlement": ("settlement_states", "SETTLEMENT_STEPS", "SettlementState", "SettlementAction"),
    "stocktake": ("stocktake_steps", "COUNT_STEPS", "CountState", "CountAction"),
    "shortage": ("shortage_states", "SHORTAGE_STEPS", "ShortageState", "ShortageAction"),
}
"""The documents with a table: module of app.domain, table, states, actions."""
_MONTH = ("opening", "received", "returned", "dispensed", "lost", "counted", "closing", "charged", "delivered")
_NOT_NEGATIVE = frozenset(_MONTH) - {"counted", "dispensed", "lost"}


@explained("mechanisms §3.2", msg("各村卫生室补到同样的库存月数；不超过申请，合计不超过库存，与先后无关。"))
def fair_share(payload: Payload) -> Payload:
    """What each clinic gets of a drug of which there is too little: `claims` [{clinic, asked, available, monthly_use}]."""
    stock, pack = needed_whole(payload, "stock"), whole(payload, "pack") or 1
    claims = [_claim(item) for item in items(payload, "claims")]
    if len({claim.key for claim in claims}) != len(claims):
        raise refuse(msg("“claims”里同一个卫生室出现了两次。"))
    given = shares_of(stock, claims, pack=pack)
    return {
        "given": given,
        "left": stock - sum(given.values()),
        "level_months": two_places(level_reached(stock, claims)),
    }


@explained("mechanisms §3.3", msg("应交 = (发药 + 本室承担的损失) × 单价 ÷ 每包装，每行四舍五入到分；期初加减后应等于结存。"))
def settlement(payload: Payload) -> Payload:
    """A clinic's month: what each line owes, the sums in fen, and what does not agree.

    `lines` [{drug, price_fen, pack, opening, received, returned, dispensed, lost, counted, closing, charged, delivered,
    previous_closing, delivered_by_us}]; absent quantities are 0, the last two are not judged when absent or null.
    """
    given = items(payload, "lines")
    months = [_month(item) for item in given]
    differences = []
    for item, month in zip(given, months, strict=True):
        for each in differences_of(
            month,
            previous_closing=whole(item, "previous_closing"),
            delivered_by_us=whole(item, "delivered_by_us"),
        ):
            differences.append(
                {"drug": each.drug_code, "kind": each.kind.value, "expected": each.expected, "found": each.found,
                 "message": tr(each.message)}
            )  # fmt: skip
    totals = totals_of(months)
    return {
        "amounts_fen": [amount_owed(month) for month in months],
        "payable_fen": totals.payable,
        "closing_fen": totals.closing,
        "differences": differences,
    }


@explained("mechanisms §3.1", msg("到货率 = 各行到货 ÷ 订货的平均；按时 = 约定日内到齐；近效期 = 到货时不足 6 个月。"))
def distributor_score(payload: Payload) -> Payload:
    """How well a distributor delivered: `lines` [{ordered, due_on, deliveries [{units, on, expiry}]}]."""
    lines = [
        OrderedLine(
            needed_whole(item, "ordered"),
            needed_day(item, "due_on"),
            tuple(
                Delivered(needed_whole(each, "units"), needed_day(each, "on"), exact_expiry(each.get("expiry"), "expiry"))
                for each in items(item, "deliveries")
            ),
        )
        for item in items(payload, "lines")
    ]
    result = score(lines, needed_day(payload, "today"))
    return {
        "fill_rate": share_text(result.fill_rate),
        "on_time_rate": share_text(result.on_time_rate),
        "short_dated_rate": share_text(result.short_dated_rate),
        "lines": result.lines,
        "deliveries": result.deliveries,
    }


@explained("§6.3", msg("过期的报损；用得完的先用；用不完的，超过 90 天的调剂，不足的退回乡镇。"))
def expiry_action(payload: Payload) -> Payload:
    """What to do with a batch near its expiry; `unused` units that can't be used in time, null unknown."""
    today, expiry = needed_day(payload, "today"), exact_expiry(payload.get("expiry"), "expiry")
    level = expiry_level(expiry, today)
    left = None if expiry is None else days_left(expiry, today)
    action = proposed_action(level, left, whole(payload, "unused"), held=bool(flag(payload, "held")))
    return {
        "level": level.value,
        "days_left": left,
        "action": None if action is None else action.value,
        "label": None if action is None else tr(action.label),
    }


@explained("§6.2", msg("追溯码 20 位，前 7 位是药品；一盒只能入库一次、发完一次。"))
def trace_code(payload: Payload) -> Payload:
    """What a scan means: `direction` "in" or "out" of `units` as `drug`, and what the books know of the pack (`known`)."""
    code = clean_code(text(payload, "scanned") or "")
    drug = text(payload, "drug") or ""
    direction = text(payload, "direction") or "out"
    if direction not in ("in", "out"):
        raise refuse(msg("“direction”应当是 in 或 out，给的是 {value}。", value=direction))
    known = _known(payload, code)
    units = whole(payload, "units") or 1
    fault = form_fault(code, text(payload, "trace_prefix") or "")
    if fault is None:
        fault = receipt_fault(known) if direction == "in" else issue_fault(known, drug, units, text(payload, "batch") or "")
    answer: Payload = {
        "code": code,
        "drug_digits": drug_digits(code) if len(code) == 20 else None,
        "valid": fault is None,
        "error_kind": None if fault is None else fault.value,
    }
    if fault is None:
        return answer
    left = 0 if known is None else known.units_left
    told = sentence(fault, code, drug or tr(msg("这种药")), left=left, units=units, unit=text(payload, "unit") or "")
    return answer | {"message": tr(told)}


@explained("§10.11", msg("数量 = 每次量 × 每日次数 × 天数 ÷ 规格，向上取整；可用天数按实际发出的数量计算。"))
def dose(payload: Payload) -> Payload:
    """How many units a written dose needs: `dose` ("1片", "0.5g"), `times` a day, `days`; `handed_out` from `start`."""
    written = text(payload, "dose")
    read = None if written is None else read_dose(written)
    units = None if read is None else _units_a_time(payload, read)
    times, days = number(payload, "times"), whole(payload, "days")
    answer: Payload = {"units_a_time": shown(units)}
    if units is None or not units or not times:
        return answer | {"units_needed": None}
    answer["units_a_day"] = shown(units * times)
    answer["units_needed"] = units_needed(units, times, days) if days else None
    handed_out, start = whole(payload, "handed_out"), day(payload, "start")
    if handed_out is not None:
        answer["days_covered"] = days_covered(handed_out, units * times)
        if start is not None and handed_out:
            answer["lasts_until"] = lasts_until(start, handed_out, units * times).isoformat()
            answer["refill_from"] = refill_from(start, answer["days_covered"]).isoformat()
    return answer


@explained("§2、§6.1、§7", msg("每一步只能从规定的状态、由规定的人办理；自己建的不能自己审。"))
def document_transition(payload: Payload) -> Payload:
    """Whether an action is legal on a shipment, purchase order, settlement, stocktake or shortage, and where it leads.

    `own` lists the actions that the actor himself did on this document before; `reason` where one is needed.
    """
    name = text(payload, "document") or ""
    if name not in DOCUMENTS:
        raise refuse(
            msg("“document”应当是 {names} 之一，给的是 {value}。", names=tr("、").join(sorted(DOCUMENTS)), value=name)
        )
    module_name, table_name, states_name, actions_name = DOCUMENTS[name]
    module = import_module(f"app.domain.{module_name}")
    table: Sequence[Step] = getattr(module, table_name)
    states, actions = getattr(module, states_name), getattr(module, actions_name)
    state = text(payload, "state")
    own = payload.get("own") or []
    if not isinstance(own, list):
        raise refuse(msg("“own”应当是操作的列表。"))
    result = judge(
        table,
        None if state is None else _word(states, state, "state"),
        _word(actions, text(payload, "action") or "", "action"),
        _word(Role, text(payload, "role") or "", "role"),
        own=frozenset(str(each) for each in own),
        reason=text(payload, "reason", "comment") or "",
    )
    return {
        "legal": result.to is not None,
        "to": None if result.to is None else result.to.value,
        "error_kind": None if result.error is None else result.error.value,
        "message": tr(result.message),
    }


def _claim(item: Payload) -> Claim:
    return Claim(
        text(item, "clinic", "key") or "", needed_whole(item, "asked"), whole(item, "available"), number(item, "monthly_use")
    )


def _month(item: Payload) -> MonthOfDrug:
    figures = {name: whole(item, name, negative=name not in _NOT_NEGATIVE) or 0 for name in _MONTH}
    pack = whole(item, "pack", "units_per_pack") or 1
    name = text(item, "drug") or ""
    return MonthOfDrug(name, whole(item, "price_fen"), pack, drug_name=name, **figures)


def _known(payload: Payload, code: str) -> KnownCode | None:
    known = payload.get("known")
    if known is None:
        return None
    if not isinstance(known, dict):
        raise refuse(msg("“known”应当是一个对象，或 null。"))
    state = _word(CodeState, text(known, "state") or "here", "state")
    units = needed_whole(known, "units_left")
    return KnownCode(code, text(known, "drug") or "", text(known, "batch") or "", units, state)


def _units_a_time(payload: Payload, read: Dose) -> Fraction | None:
    return units_a_time(
        read,
        dispensing_unit=text(payload, "unit") or "",
        strength=text(payload, "strength") or "",
        dose_unit=text(payload, "dose_unit") or "",
    )


def _word(words: type[StrEnum], value: str, key: str) -> Any:
    """The member of an enumeration that a word names."""
    try:
        return words(value.strip().lower())
    except ValueError:
        names = tr("、").join(each.value for each in words)
        raise refuse(msg("“{key}”应当是 {names} 之一，给的是 {value}。", key=key, names=names, value=value)) from None
