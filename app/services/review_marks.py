"""提示: what a pharmacist should see beside a line of a request, and which of it wants a look before agreeing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import Row

from app.domain.message import Message, msg
from app.domain.request_checks import has_meaning
from app.services.request_views import suggested_of
from db.models import DrugRequestLine

LEAST_RESTRICTED = "非限制"

BEYOND, ANTIBIOTIC, OUT_OF_STOCK, NO_FIGURES, EXPLAINED, SHORT, SHARED, DIFFERS = (
    "beyond", "antibiotic", "out_of_stock", "no_figures", "explained", "short", "shared", "differs"
)  # fmt: skip
WHY_LEFT: dict[str, Message] = {
    BEYOND: msg("超建议量"), ANTIBIOTIC: msg("抗菌药"), OUT_OF_STOCK: msg("断货"), NO_FIGURES: msg("没有库存或用量数据"),
    EXPLAINED: msg("有说明"), SHORT: msg("本院不足"), DIFFERS: msg("与建议量相差一个包装以上"),
}  # fmt: skip
"""Why a line is left to a person, in a word, by the kind of its mark."""


@dataclass(frozen=True)
class Mark:
    """A short word about a line in its colour (red, amber, blue, grey). Grey ones only tell and want no look."""

    text: Message
    colour: str
    kind: str

    @property
    def wants_look(self) -> bool:
        """Whether the line should be looked at by a person."""
        return self.colour != "grey"


class MarkedLine(Protocol):
    """What of a line the marks look at."""

    requested: int | None
    suggested: int | None
    units_per_pack: int
    antibiotic_tier: str
    on_hand: int | None
    monthly_use: object
    stockout_days: int | None
    explanation: str


@dataclass
class JudgedLine:
    """What of a stored line decides whether it wants a look; a whole view of 4,000 lines would take too long."""

    requested: int | None
    suggested: int | None
    units_per_pack: int
    antibiotic_tier: str
    on_hand: int | None
    monthly_use: object
    stockout_days: int | None
    explanation: str


def judged_line(line: DrugRequestLine | Row[Any], antibiotic_tier: str) -> JudgedLine:
    """A stored line, or its columns, as the marks look at it."""
    return JudgedLine(
        line.requested, suggested_of(line), line.units_per_pack, antibiotic_tier, line.on_hand,
        None if line.monthly_use is None else Decimal(line.monthly_use), line.stockout_days, line.explanation,
    )  # type: ignore[arg-type]  # fmt: skip


def marks(line: MarkedLine) -> tuple[Mark, ...]:
    """What the request itself says of a line: more than suggested, an antibiotic, out of stock, no figures, an explanation."""
    found = []
    beyond = is_beyond(line)
    if beyond:
        found.append(Mark(msg("超建议量 {excess}", excess=(line.requested or 0) - (line.suggested or 0)), "red", BEYOND))
    if line.antibiotic_tier:
        is_plain = line.antibiotic_tier == LEAST_RESTRICTED and not beyond
        found.append(Mark(msg("抗菌药"), "grey" if is_plain else "amber", ANTIBIOTIC))
    if line.on_hand == 0 and line.monthly_use:
        out = msg("断货 {days} 天", days=line.stockout_days) if line.stockout_days else msg("已断货")
        found.append(Mark(out, "blue", OUT_OF_STOCK))
    elif line.stockout_days:
        found.append(Mark(msg("曾断货 {days} 天", days=line.stockout_days), "grey", OUT_OF_STOCK))
    if line.on_hand is None or line.monthly_use is None:
        found.append(Mark(msg("没有库存或用量数据"), "amber", NO_FIGURES))
    if has_meaning(line.explanation):
        found.append(Mark(msg("有说明"), "blue", EXPLAINED))
    return tuple(found)


def is_beyond(line: MarkedLine) -> bool:
    """Whether more than one pack beyond the suggestion is asked for."""
    return line.suggested is not None and (line.requested or 0) > line.suggested + line.units_per_pack


def wants_look(line: MarkedLine) -> bool:
    """Whether any mark of the line wants a look."""
    return any(mark.wants_look for mark in marks(line))


def stock_marks(approving: int, available: int, fair_share: int | None, *, is_kept: bool) -> tuple[Mark, ...]:
    """What the township's stock says of a line that gets `approving` units while it may give `available`.

    A fair share is told where others press on the stock too: where it is less than what could be given to this one
    alone. `is_kept` False: the township keeps none of this drug, so that all of it is bought in any case.
    """
    if not is_kept:
        return (Mark(msg("本院不备"), "grey", SHORT),)
    found = []
    given = min(approving, max(0, available))
    if approving > given:
        found.append(Mark(msg("缺 {missing} 转采购", missing=approving - given), "amber", SHORT))
    if fair_share is not None and fair_share < given:
        found.append(Mark(msg("公平分配 {units}", units=fair_share), "blue", SHARED))
    return tuple(found)
