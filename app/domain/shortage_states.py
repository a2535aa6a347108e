"""短缺药品报告: its states, kinds and triggers. Specification: mechanisms §10.

draft → reported → verified → {substituted, redistributed, purchasing, escalated, not_a_shortage} → delivered → collected |
no_show → closed; cancelled at any time before delivered. Fulfilment = collected ÷ (collected + no_show).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from fractions import Fraction

from app.domain.document_states import Step
from app.domain.message import Message, msg
from app.domain.quantities import Exact, to_fraction
from app.domain.request_terms import Role

DAYS_WITHOUT_STOCK = 3
"""Trigger (b): so many days without stock although the drug is used."""

SHORT_TWICE = 2
"""Trigger (a): so many times running approved 0 or shipped short."""

HIGH_RISK_MONTHS = Fraction(1, 2)


class ShortageKind(StrEnum):
    """Kind (类别) of a shortage."""

    CUT_OFF = "断供"
    TOO_LITTLE = "供应不足"
    NOT_LISTED = "目录外需求"
    RARE = "罕见病用药"
    PRICE = "涨价"
    NEW_VARIETY = "新品种"

    @property
    def label(self) -> Message:
        return _KIND_LABELS[self]


class ShortageState(StrEnum):
    """State (状态) of a shortage report."""

    DRAFT = "draft"
    REPORTED = "reported"
    VERIFIED = "verified"
    SUBSTITUTED = "substituted"
    REDISTRIBUTED = "redistributed"
    PURCHASING = "purchasing"
    ESCALATED = "escalated"
    NOT_A_SHORTAGE = "not_a_shortage"
    DELIVERED = "delivered"
    COLLECTED = "collected"
    NO_SHOW = "no_show"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Message:
        return _STATE_LABELS[self]


class ShortageAction(StrEnum):
    """What someone does with a shortage report (操作)."""

    DRAFT = "draft"
    REPORT = "report"
    VERIFY = "verify"
    SUBSTITUTE = "substitute"
    REDISTRIBUTE = "redistribute"
    PURCHASE = "purchase"
    ESCALATE = "escalate"
    DISMISS = "dismiss"
    DELIVER = "deliver"
    COLLECT = "collect"
    NOT_COME = "not_come"
    CLOSE = "close"
    CANCEL = "cancel"

    @property
    def label(self) -> Message:
        return _ACTION_LABELS[self]


class Trigger(StrEnum):
    """What made the program propose a report (§10, a to d)."""

    SHORT_RUNNING = "short_running"
    OUT_OF_STOCK = "out_of_stock"
    NOT_FOUND = "not_found"
    NOT_DISPENSED = "not_dispensed"


_KIND_LABELS = {
    ShortageKind.CUT_OFF: msg("断供"),
    ShortageKind.TOO_LITTLE: msg("供应不足"),
    ShortageKind.NOT_LISTED: msg("目录外需求"),
    ShortageKind.RARE: msg("罕见病用药"),
    ShortageKind.PRICE: msg("涨价"),
    ShortageKind.NEW_VARIETY: msg("新品种"),
}
_S, _A = ShortageState, ShortageAction
_STATE_LABELS = {
    _S.DRAFT: msg("待上报"),
    _S.REPORTED: msg("已上报"),
    _S.VERIFIED: msg("已核实"),
    _S.SUBSTITUTED: msg("已换用同类药品"),
    _S.REDISTRIBUTED: msg("已调剂"),
    _S.PURCHASING: msg("采购中"),
    _S.ESCALATED: msg("已报上级"),
    _S.NOT_A_SHORTAGE: msg("不属短缺"),
    _S.DELIVERED: msg("已到货"),
    _S.COLLECTED: msg("已领取"),
    _S.NO_SHOW: msg("未来领取"),
    _S.CLOSED: msg("已办结"),
    _S.CANCELLED: msg("已取消"),
}
_ACTION_LABELS = {
    _A.DRAFT: msg("登记短缺"),
    _A.REPORT: msg("上报"),
    _A.VERIFY: msg("核实"),
    _A.SUBSTITUTE: msg("换用同类药品"),
    _A.REDISTRIBUTE: msg("调剂"),
    _A.PURCHASE: msg("采购"),
    _A.ESCALATE: msg("报上级"),
    _A.DISMISS: msg("判为不属短缺"),
    _A.DELIVER: msg("登记到货"),
    _A.COLLECT: msg("登记领取"),
    _A.NOT_COME: msg("登记未来领取"),
    _A.CLOSE: msg("办结"),
    _A.CANCEL: msg("取消"),
}

_ANYBODY = (Role.VILLAGE_DOCTOR, Role.CLINIC_LEAD, Role.TOWNSHIP_PHARMACIST, Role.TOWNSHIP_MANAGER)
_TOWNSHIP = (Role.TOWNSHIP_PHARMACIST, Role.TOWNSHIP_MANAGER)
_HANDLED = (_S.SUBSTITUTED, _S.REDISTRIBUTED, _S.PURCHASING, _S.ESCALATED)

SHORTAGE_STEPS: tuple[Step, ...] = (
    Step((), _A.DRAFT, _S.DRAFT, _ANYBODY, msg("已登记短缺：核对后上报。")),
    Step((_S.DRAFT,), _A.REPORT, _S.REPORTED, _ANYBODY, msg("已上报：等待核实。")),
    Step((_S.REPORTED,), _A.VERIFY, _S.VERIFIED, _TOWNSHIP, msg("已核实：请选择处理办法。"), not_by=(_A.REPORT,)),
    Step((_S.VERIFIED,), _A.SUBSTITUTE, _S.SUBSTITUTED, _TOWNSHIP, msg("已换用同类药品：到货后请登记。"), True),
    Step((_S.VERIFIED,), _A.REDISTRIBUTE, _S.REDISTRIBUTED, _TOWNSHIP, msg("已安排调剂：到货后请登记。"), True),
    Step((_S.VERIFIED,), _A.PURCHASE, _S.PURCHASING, _TOWNSHIP, msg("已安排采购：到货后请登记。")),
    Step((_S.VERIFIED,), _A.ESCALATE, _S.ESCALATED, _TOWNSHIP, msg("已报上级：有答复或到货后请登记。"), True),
    Step((_S.VERIFIED,), _A.DISMISS, _S.NOT_A_SHORTAGE, _TOWNSHIP, msg("已判为不属短缺：请办结。"), True),
    Step(_HANDLED, _A.DELIVER, _S.DELIVERED, _ANYBODY, msg("已到货：请通知居民领取。")),
    Step((_S.DELIVERED,), _A.COLLECT, _S.COLLECTED, _ANYBODY, msg("已领取：请办结。")),
    Step((_S.DELIVERED,), _A.NOT_COME, _S.NO_SHOW, _ANYBODY, msg("已登记未来领取：请办结。")),
    Step((_S.COLLECTED, _S.NO_SHOW, _S.NOT_A_SHORTAGE), _A.CLOSE, _S.CLOSED, _TOWNSHIP, msg("已办结。")),
    Step(
        (_S.DRAFT, _S.REPORTED, _S.VERIFIED, *_HANDLED), _A.CANCEL, _S.CANCELLED, _ANYBODY, msg("已取消。"), True
    ),
)  # fmt: skip
"""The whole state machine (§10); `reported` is verified by another person."""

OPEN = frozenset(ShortageState) - {_S.CLOSED, _S.CANCELLED, _S.NOT_A_SHORTAGE, _S.COLLECTED, _S.NO_SHOW}


def short_running(fills: Sequence[tuple[int, int]]) -> bool:
    """Trigger (a): the last two (asked, given) of a drug, newest last, both gave less than was asked for.

    A line approved as 0 has given 0. Requests for nothing don't count.
    """
    counted = [(asked, given) for asked, given in fills if asked > 0]
    last = counted[-SHORT_TWICE:]
    return len(last) == SHORT_TWICE and all(given < asked for asked, given in last)


def out_of_stock_too_long(days_without: int | None, monthly_use: Exact | None) -> bool:
    """Trigger (b): no stock for 3 days of a drug that is used; False while unknown."""
    return bool(monthly_use) and days_without is not None and days_without >= DAYS_WITHOUT_STOCK


def is_high_risk(usable: int | None, monthly_use: Exact | None, *, has_open_report: bool) -> bool:
    """High risk: an open report, and out of stock or less than half a month left."""
    if not has_open_report or usable is None:
        return False
    if usable <= 0:
        return True
    return bool(monthly_use) and usable < HIGH_RISK_MONTHS * to_fraction(monthly_use or 0)


def fulfilment(states: Iterable[ShortageState]) -> Fraction | None:
    """collected ÷ (collected + no_show); None while there is none of either."""
    counted = [state for state in states if state in (ShortageState.COLLECTED, ShortageState.NO_SHOW)]
    if not counted:
        return None
    return Fraction(sum(state is ShortageState.COLLECTED for state in counted), len(counted))
