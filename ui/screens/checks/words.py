"""Words and tables of the random checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.domain.quantities import half_up
from app.domain.stocktake import StocktakeState
from app.i18n import tr
from app.services.random_check_sheets import why_drawn
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from app.services.random_checks import CheckLineView, CheckView

STATE_TONES: dict[StocktakeState, Tone] = {
    StocktakeState.OPEN: "amber", StocktakeState.COUNTING: "amber", StocktakeState.REVIEW: "blue",
    StocktakeState.FINALISED: "green", StocktakeState.CANCELLED: "grey",
}
UNDER_WAY = (StocktakeState.OPEN, StocktakeState.COUNTING)
COUNTED, BOOK, REASON = "counted", "book", "reason"


@dataclass(frozen=True)
class LineRow:
    """A line with what was typed into it and not stored yet, and what is wrong with it."""

    line: CheckLineView
    typed: Mapping[str, str]
    problem: str = ""


def state_words(state: StocktakeState) -> str:
    """What a state is called."""
    return {
        StocktakeState.OPEN: tr("待盘点"), StocktakeState.COUNTING: tr("等卫生室回报"), StocktakeState.REVIEW: tr("待办结"),
        StocktakeState.FINALISED: tr("已办结"), StocktakeState.CANCELLED: tr("已取消"),
    }[state]


def state_chip(state: StocktakeState) -> ChipText:
    """A state as a chip."""
    return ChipText(state_words(state), STATE_TONES[state])


def result_chips(check: CheckView) -> list[ChipText]:
    """账实相符 or how many lines differ; nothing before the count."""
    if not check.result:
        return []
    if not check.differences:
        return [ChipText(tr("账实相符"), "green")]
    return [ChipText(tr("{count} 行有差异", count=len(check.differences)), "red")]


def accuracy_words(check: CheckView) -> str:
    """“相符率 90%（9/10）”, empty before the count."""
    share = check.accuracy
    if share is None:
        return ""
    counted = [line for line in check.lines if line.difference is not None]
    agreeing = sum(1 for line in counted if line.difference == 0)
    return tr("相符率 {percent}%（{part}/{whole}）", percent=half_up(share * 100, 0), part=agreeing, whole=len(counted))


def check_columns() -> tuple[Column, ...]:
    """The list of checks."""
    return (
        Column("clinic", tr("村卫生室"), width=110, stretch=True, value=_clinic),
        Column("state", tr("状态"), value=_list_chips),
    )


def counting_columns() -> tuple[Column, ...]:
    """While counts are written down."""
    return (
        *_goods_columns(),
        Column(COUNTED, tr("实盘数"), width=98, editable=True, value=_typed(COUNTED)),
        Column(BOOK, tr("当时账面"), width=98, editable=True, value=_typed(BOOK)),
        Column(REASON, tr("差异原因"), width=150, stretch=True, editable=True, value=_typed(REASON)),
    )


def waiting_columns() -> tuple[Column, ...]:
    """While another person counts: no figures are shown."""
    return (*_goods_columns(), Column("blind", tr("实盘数"), width=120, value=lambda _row: Cell(tr("等盘点"), muted=True)))


def result_columns() -> tuple[Column, ...]:
    """After the count."""
    return (
        *_goods_columns(),
        Column(BOOK, tr("账面"), align="right", value=lambda row: row.line.book),
        Column(COUNTED, tr("实盘"), align="right", bold=True, value=lambda row: row.line.counted),
        Column("difference", tr("差异"), align="right", value=_difference),
        Column(REASON, tr("原因和处理"), width=190, stretch=True, value=_reason),
    )


def _goods_columns() -> tuple[Column, ...]:
    return (
        Column("drug", tr("药品"), width=150, stretch=True, bold=True,
               value=lambda row: Cell(row.line.drug_name, second_line=row.problem or row.line.strength)),
        Column("batch", tr("批号"), value=lambda row: row.line.batch_no),
        Column("expiry", tr("有效期至"), value=lambda row: _day(row.line.expiry)),
        Column("why", tr("缘由"), value=lambda row: Cell(why_drawn(row.line), muted=True)),
        Column("unit", tr("单位"), value=lambda row: row.line.unit),
    )


def _clinic(check: CheckView) -> Cell:
    local = check.opened_at.astimezone()
    beneath = tr("{day}　{count} 个批次", day=f"{local:%Y-%m-%d}", count=len(check.lines))
    return Cell(check.clinic_name, second_line=beneath, bold=True)


def _list_chips(check: CheckView) -> object:
    if check.state is StocktakeState.REVIEW and check.differences:
        return result_chips(check)
    return state_chip(check.state)


def _typed(key: str) -> Callable[[LineRow], Cell]:
    def value(row: LineRow) -> Cell:
        return Cell(row.typed.get(key, ""), tone="red" if row.problem and key != REASON else None)

    return value


def _difference(row: LineRow) -> Cell:
    difference = row.line.difference
    if difference is None:
        return Cell("—")
    return Cell(f"{difference:+d}", tone="red", bold=True) if difference else Cell("0", muted=True)


def _reason(row: LineRow) -> Cell:
    if row.line.difference and not row.line.reason:
        return Cell(tr("请查明原因"), tone="red", icon="warning")
    return Cell(row.line.reason)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
