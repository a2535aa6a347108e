"""盘点状态: the table of transitions of a stock-take and of a random check at the clinic. Specification: drug_requests §7.

open → counting → review → finalised; open, counting, review → cancelled; final ones never change. Who counted does not
verify; how a clinic of a single doctor does it is judged by `recount_size` and `recount_agrees`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from app.domain.document_states import Step
from app.domain.message import Message, msg
from app.domain.request_checks import FULL_COUNT_AT_MOST_DAYS_OLD
from app.domain.request_terms import Role
from app.domain.stocktake import StocktakeState

RECOUNTED_LINES = 3
"""Lines that somebody of the township counts again where one doctor works alone."""


class CountState(StrEnum):
    """`StocktakeState` with its words; the values are the same."""

    OPEN = StocktakeState.OPEN.value
    COUNTING = StocktakeState.COUNTING.value
    REVIEW = StocktakeState.REVIEW.value
    FINALISED = StocktakeState.FINALISED.value
    CANCELLED = StocktakeState.CANCELLED.value

    @property
    def label(self) -> Message:
        return _STATES[self]


class CountAction(StrEnum):
    """What someone does with a count (操作)."""

    OPEN = "open"
    COUNT = "count"
    REVIEW = "review"
    RECOUNT = "recount"
    FINALISE = "finalise"
    CANCEL = "cancel"

    @property
    def label(self) -> Message:
        return _ACTIONS[self]


class CountResult(StrEnum):
    """结果."""

    AGREES = "账实相符"
    DIFFERS = "有差异"

    @property
    def label(self) -> Message:
        return msg("账实相符") if self is CountResult.AGREES else msg("有差异")


_STATES = {
    CountState.OPEN: msg("待盘"),
    CountState.COUNTING: msg("盘点中"),
    CountState.REVIEW: msg("核对中"),
    CountState.FINALISED: msg("已完成"),
    CountState.CANCELLED: msg("已取消"),
}
_ACTIONS = {
    CountAction.OPEN: msg("开始盘点"),
    CountAction.COUNT: msg("录入实盘"),
    CountAction.REVIEW: msg("提交核对"),
    CountAction.RECOUNT: msg("退回重盘"),
    CountAction.FINALISE: msg("完成盘点"),
    CountAction.CANCEL: msg("取消盘点"),
}

_ANYBODY = (Role.VILLAGE_DOCTOR, Role.CLINIC_LEAD, Role.TOWNSHIP_PHARMACIST, Role.TOWNSHIP_MANAGER)
_S, _A = CountState, CountAction
_FINALISED = msg("盘点已完成，差异已入账：请打印结果并签字。")

COUNT_STEPS: tuple[Step, ...] = (
    Step((), _A.OPEN, _S.OPEN, _ANYBODY, msg("已建立盘点：请打印盘点表，逐批清点。")),
    Step((_S.OPEN, _S.COUNTING), _A.COUNT, _S.COUNTING, _ANYBODY, msg("已记下：请继续清点，盘完后提交核对。")),
    Step((_S.COUNTING,), _A.REVIEW, _S.REVIEW, _ANYBODY, msg("已提交核对：请由另一个人核对差异，写明原因后完成。")),
    Step((_S.REVIEW,), _A.RECOUNT, _S.COUNTING, _ANYBODY, msg("已退回重盘：请再清点一次。")),
    Step((_S.REVIEW,), _A.FINALISE, _S.FINALISED, _ANYBODY, _FINALISED, not_by=(_A.COUNT,)),
    Step((_S.OPEN, _S.COUNTING, _S.REVIEW), _A.CANCEL, _S.CANCELLED, _ANYBODY, msg("已取消，没有改动库存。"), True),
)  # fmt: skip
"""The whole state machine (§7)."""

ALONE_STEPS: tuple[Step, ...] = tuple(
    Step(step.sources, step.action, step.to, step.roles, step.done, step.reason_needed) for step in COUNT_STEPS
)
"""The same where one doctor works alone: the township's re-count takes the place of the second person."""


def recount_size(counted_lines: int) -> int:
    """How many lines are counted again: 3, or all where there are fewer."""
    return min(RECOUNTED_LINES, counted_lines)


def lines_to_recount(line_ids: Sequence[str], seed: int) -> tuple[str, ...]:
    """The lines drawn for the re-count; the same for the same lines and seed."""
    ordered = sorted(line_ids)
    return tuple(random.Random(seed).sample(ordered, recount_size(len(ordered))))


def count_age_note(last_full_count_on: date | None, today: date) -> Message | None:
    """The warning about a full count that is older than 35 days, or was never done (§3 no. 9)."""
    if last_full_count_on is None:
        return msg("还没有做过全面盘点：请先盘点一次。")
    age = (today - last_full_count_on).days
    if age <= FULL_COUNT_AT_MOST_DAYS_OLD:
        return None
    return msg("上次全面盘点是 {days} 天前，超过 {most} 天：请盘点。", days=age, most=FULL_COUNT_AT_MOST_DAYS_OLD)
