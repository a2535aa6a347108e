"""Words that the request, its review and the exchange share: states as chips, times, months, money."""

from __future__ import annotations

import math
from datetime import datetime
from decimal import Decimal

from app.domain.message import msg
from app.domain.request_terms import Kind, State
from app.i18n import tr
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText

TONES: dict[State, Tone] = {
    State.DRAFT: "grey", State.SUBMITTED: "amber", State.AUTHORISED: "amber", State.IN_REVIEW: "blue",
    State.RETURNED: "red", State.APPROVED: "green", State.REJECTED: "red", State.RELEASED: "blue",
    State.CLOSED: "grey", State.SKIPPED: "grey", State.CANCELLED: "grey", State.VOIDED: "grey",
}
DECISION_CHIPS: dict[str, tuple[object, Tone]] = {
    "approved": (msg("同意"), "green"), "changed": (msg("调整"), "amber"), "refused": (msg("不批"), "red"),
}


def state_chip(state: State) -> ChipText:
    """A state as a chip."""
    return ChipText(tr(state.label), TONES[state])


def decision_chip(decision: str) -> ChipText | None:
    """What became of a line; None while nothing was decided."""
    if decision not in DECISION_CHIPS:
        return None
    words, tone = DECISION_CHIPS[decision]
    return ChipText(tr(words), tone)


def request_title(kind: Kind, period: str) -> str:
    """“11 月药品申领单”."""
    if kind is Kind.EMERGENCY:
        return tr("{month}紧急申领单", month=month_name(period))
    return tr("{month}药品申领单", month=month_name(period))


def month_name(period: str) -> str:
    """“11 月” of 2026-11; other languages write the period, for “month 11” says nothing without its year."""
    return tr("{month} 月", month=int(period.split("-")[1]), period=period)


def short_time(at: datetime) -> str:
    """“11-22 8:30” where the desk stands."""
    local = at.astimezone()
    return f"{local.month}-{local.day:02d} {local.hour}:{local.minute:02d}"


def yuan(fen: int) -> str:
    """“¥2,318.40”."""
    return f"¥{fen // 100:,}.{fen % 100:02d}"


def whole_units(use: Decimal | None) -> int | None:
    """A monthly use in whole units, upwards; None is unknown."""
    return None if use is None else math.ceil(use)
