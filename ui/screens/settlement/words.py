"""Words that the pages of 结算 share: states as chips, months, money as typed and as shown."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from app.domain.settlement_states import SettlementState
from app.i18n import tr
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText

STATE_TONES: dict[SettlementState, Tone] = {
    SettlementState.DRAFT: "amber", SettlementState.CHECKED: "blue", SettlementState.CONFIRMED: "blue",
    SettlementState.APPROVED: "green", SettlementState.PAID: "green", SettlementState.DISPUTED: "red",
}


def state_chip(state: SettlementState) -> ChipText:
    """A state as a chip."""
    return ChipText(tr(state.label), STATE_TONES[state])


def month_words(month: str) -> str:
    """“2026 年 10 月”."""
    return tr("{year} 年 {number} 月", year=int(month[:4]), number=int(month[5:7]))


def over_words(month: str, today: date) -> str:
    """What day the computer takes today for, and that the month is over by it: closing cannot be taken back."""
    return tr("今天（本机日期）是 {today}，{month}已经过完；日期不对请先改电脑的日期，不要结账。", today=today,
              month=month_words(month))


def not_over_words(month: str, today: date) -> str:
    """The same for a month that is not over."""
    return tr("今天（本机日期）是 {today}，{month}还没有过完，下月 1 日起可以结账。日期不对请先改电脑的日期。", today=today,
              month=month_words(month))


def money(fen: int | None) -> str | None:
    """“¥2,318.40”, with its sign; None stays None and is shown as a dash."""
    if fen is None:
        return None
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def money_or_dash(fen: int | None) -> str:
    """The same for running text."""
    return money(fen) or "—"


def fen_typed(text: str) -> int | None:
    """Yuan as typed, in fen; None for what is no amount of money with at most two decimals."""
    cleaned = re.sub(r"[¥￥元,，\s]", "", text)
    try:
        amount = Decimal(cleaned)
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount != round(amount, 2):
        return None
    return int(amount * 100)


def clock_words(at: datetime) -> str:
    """“2026-11-22 8:30” where the desk stands."""
    local = at.astimezone()
    return f"{local:%Y-%m-%d} {local.hour}:{local.minute:02d}"
