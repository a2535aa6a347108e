"""Stock-take (盘点): the difference of a counted line, without stopping the dispensing.

Specification: drug_requests §7. The book is taken at the counting moment of the line, so movements that happen
later stay on top of the count. Nothing is written here; the caller posts one movement per difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.message import Message, msg


class StocktakeState(StrEnum):
    """State of a stock-take; a finalised one never changes, a correction is a new stock-take."""

    OPEN = "open"
    COUNTING = "counting"
    REVIEW = "review"
    FINALISED = "finalised"
    CANCELLED = "cancelled"


class DifferenceReason(StrEnum):
    """Why the count differs from the book (§7)."""

    WASTE = "损耗"
    EXPIRED = "过期"
    WRONGLY_ISSUED = "错发"
    SHORT_RECEIPT = "少收未报"
    EARLIER_MISCOUNT = "前次盘错"
    FOUND = "找到"
    OTHER = "其他"

    @property
    def label(self) -> Message:
        return _REASON_LABELS[self]


ONLY_WHEN_LESS = frozenset({DifferenceReason.WASTE, DifferenceReason.EXPIRED, DifferenceReason.SHORT_RECEIPT})
ONLY_WHEN_MORE = frozenset({DifferenceReason.FOUND})


def explains(reason: DifferenceReason, difference: int) -> bool:
    """Whether a reason can be that of this difference: waste never leaves more on the shelf, what was found never less."""
    return reason not in (ONLY_WHEN_LESS if difference > 0 else ONLY_WHEN_MORE)


class StocktakeError(StrEnum):
    """What is wrong with a counted line or with a movement beside a count."""

    NEGATIVE_QUANTITY = "negative_quantity"
    NEGATIVE_STOCK = "negative_stock"
    BELOW_RESERVED = "below_reserved"
    REASON_REQUIRED = "reason_required"
    BEFORE_FINALISED_COUNT = "before_finalised_count"


_REASON_LABELS = {
    DifferenceReason.WASTE: msg("损耗"),
    DifferenceReason.EXPIRED: msg("过期"),
    DifferenceReason.WRONGLY_ISSUED: msg("错发"),
    DifferenceReason.SHORT_RECEIPT: msg("少收未报"),
    DifferenceReason.EARLIER_MISCOUNT: msg("前次盘错"),
    DifferenceReason.FOUND: msg("找到"),
    DifferenceReason.OTHER: msg("其他"),
}

_ERROR_WORDS = {
    StocktakeError.NEGATIVE_QUANTITY: msg("盘点数量不能是负数：请重新填写。"),
    StocktakeError.NEGATIVE_STOCK: msg("盘点后又发出的数量超过实盘数：请核对这段时间的出入库记录。"),
    StocktakeError.BELOW_RESERVED: msg("盘亏后少于已预留数量：请先释放预留，再完成盘点。"),
    StocktakeError.REASON_REQUIRED: msg("实盘与账面不同：请选择差异原因。"),
    StocktakeError.BEFORE_FINALISED_COUNT: msg("这笔记录早于已完成的盘点，不能补记：请用新的盘点更正。"),
}

_NEXT_STATES = {
    StocktakeState.OPEN: {StocktakeState.COUNTING, StocktakeState.CANCELLED},
    StocktakeState.COUNTING: {StocktakeState.REVIEW, StocktakeState.CANCELLED},
    StocktakeState.REVIEW: {StocktakeState.FINALISED, StocktakeState.COUNTING, StocktakeState.CANCELLED},
    StocktakeState.FINALISED: set(),
    StocktakeState.CANCELLED: set(),
}


@dataclass(frozen=True)
class CountedLine:
    """One line of a stock-take. `difference` None: not counted, the book stands."""

    book_at_count: int
    difference: int | None
    final_on_hand: int
    error: StocktakeError | None = None

    @property
    def valid(self) -> bool:
        return self.error is None

    @property
    def message(self) -> Message | None:
        return None if self.error is None else error_message(self.error)


def may_follow(state: StocktakeState, following: StocktakeState) -> bool:
    """open, counting, review, finalised in this order, back from review to counting, cancelled before the end."""
    return following in _NEXT_STATES[state]


def count_line(
    snapshot: int,
    movements: Iterable[int],
    counted: int | None,
    *,
    later: Iterable[int] = (),
    reserved: int = 0,
    reason: str | None = None,
    reason_needed: bool = False,
) -> CountedLine:
    """The difference of a count against the book at the counting moment (§7).

    `movements` are signed units between snapshot and count, `later` those after it. final = counted + later. A shortage
    may not push the stock below `reserved`. Not counted: no difference, the book stays.
    """
    book = snapshot + sum(movements)
    after = sum(later)
    if counted is None:
        return CountedLine(book, None, book + after)
    difference, final = counted - book, counted + after
    error = None
    if counted < 0:
        error = StocktakeError.NEGATIVE_QUANTITY
    elif difference < 0 and final < reserved:
        error = StocktakeError.BELOW_RESERVED
    elif final < 0:
        error = StocktakeError.NEGATIVE_STOCK
    elif reason_needed and difference and not (reason or "").strip():
        error = StocktakeError.REASON_REQUIRED
    return CountedLine(book, difference, final, error)


def check_movement_time(moved_at: datetime, last_counted_at: datetime | None) -> StocktakeError | None:
    """A movement dated before a finalised count of its batch is refused, and so is cancelling one (§7)."""
    if last_counted_at is not None and moved_at < last_counted_at:
        return StocktakeError.BEFORE_FINALISED_COUNT
    return None


def error_message(error: StocktakeError) -> Message:
    """The sentence for `error`."""
    return _ERROR_WORDS[error]
