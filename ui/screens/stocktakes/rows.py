"""The lines of a count as rows of the table: while counting, under review, and afterwards; and the list of counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.stocktake import DifferenceReason
from app.domain.stocktake_steps import CountResult, CountState
from app.i18n import tr
from ui.screens.receiving.rows import packs_of
from ui.screens.requests.line_table import Remark
from ui.screens.requests.words import short_time
from ui.screens.stocktakes.sheet import AS_BOOK, CountRow, signed
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from app.services.stocktake_views import StocktakeSummary

STATE_TONES: dict[CountState, Tone] = {
    CountState.OPEN: "amber", CountState.COUNTING: "amber", CountState.REVIEW: "blue", CountState.FINALISED: "green",
}


def row_key(row: CountRow) -> str:
    """What a row is known by."""
    return row.line.id


def remark_of(row: object) -> Remark | None:
    """The sentence beneath a row: red what is wrong, blue how the book came about."""
    if not isinstance(row, CountRow) or not row.sentence:
        return None
    return Remark(row.sentence, "red" if row.is_wrong else "blue")


def reason_words() -> tuple[str, ...]:
    """The reasons of a difference as they are shown, and what an uncounted line may be."""
    return (*(tr(reason.label) for reason in DifferenceReason), as_book_words())


def as_book_words() -> str:
    """An uncounted line that stands as booked."""
    return tr("按账面（未盘）")


def reason_of(words: str) -> str:
    """The stored reason of what was chosen, AS_BOOK, or the words themselves, which are refused."""
    if words == as_book_words():
        return AS_BOOK
    return next((reason.value for reason in DifferenceReason if words in (reason.value, tr(reason.label))), words)


def counting_columns(*, with_book: bool, editable: bool) -> tuple[Column, ...]:
    """The columns while counting."""
    book = (Column("book", tr("账面"), width=76, align="right", value=_book),) if with_book else ()
    return (
        Column("number", tr("序号"), width=48, align="right", muted=True, gives_way=1),
        Column("drug", tr("药品"), width=180, stretch=True, bold=True, value=lambda row: row.line.drug_name),
        *_batch_columns(),
        *book,
        Column("counted", tr("实盘"), width=110, editable=editable, value=_counted_box),
        Column("unit", tr("单位"), width=50, value=lambda row: row.line.unit),
        Column("packs", tr("折合"), width=100, value=_packs, gives_way=2),
        Column("counted_at", tr("清点时间"), width=96, value=_counted_at, gives_way=3),
    )


def review_columns(*, editable: bool) -> tuple[Column, ...]:
    """The columns while differences are judged, and of the result."""
    return (
        Column("number", tr("序号"), width=48, align="right", muted=True, gives_way=2),
        Column("drug", tr("药品"), width=140, stretch=True, bold=True, value=lambda row: row.line.drug_name),
        *_batch_columns(expiry_gives_way=3),
        Column("book", tr("账面"), width=60, align="right", value=_book),
        Column("counted", tr("实盘"), width=64, align="right", value=_counted),
        Column("difference", tr("差异"), width=66, align="right", value=_difference),
        Column("reason", tr("原因"), width=128, editable=editable, value=_reason),
        Column("codes", tr("追溯码"), width=92, value=_codes, gives_way=1),
    )


def summary_columns() -> tuple[Column, ...]:
    """The columns of the list of counts."""
    return (
        Column("kind", tr("盘点"), width=110, stretch=True, value=_summary),
        Column("state", tr("状态"), value=lambda row: state_chip(row.state)),
    )


def state_chip(state: CountState) -> ChipText:
    """A state as a chip."""
    return ChipText(tr(state.label), STATE_TONES.get(state, "grey"))


def kind_name(kind: str) -> str:
    """全面盘点, 部分盘点 or 抽查."""
    from app.services.stocktake_lists import kind_words

    return kind_words(kind)


def result_words(result: str) -> str:
    """账实相符 or 有差异; empty while there is none."""
    return tr(CountResult(result).label) if result else ""


def _batch_columns(*, expiry_gives_way: int = 0) -> tuple[Column, ...]:
    return (
        Column("batch_no", tr("批号"), width=84, value=lambda row: row.line.batch_no),
        Column("expiry", tr("有效期至"), width=96, value=lambda row: row.line.expiry, gives_way=expiry_gives_way),
    )


def _book(row: CountRow) -> Cell:
    return Cell("—", muted=True) if row.line.book is None else Cell(str(row.line.book))


def _counted_box(row: CountRow) -> Cell:
    if row.typed is not None:
        return Cell(row.typed, tone="red")
    return Cell("" if row.line.counted is None else str(row.line.counted))


def _counted(row: CountRow) -> Cell:
    if row.line.counted is None:
        return Cell(tr("未盘"), tone="amber") if not row.line.is_as_book else Cell("—", muted=True)
    return Cell(str(row.line.counted), bold=True)


def _packs(row: CountRow) -> Cell:
    line = row.line
    if line.counted is None:
        return Cell("—", muted=True)
    return Cell(packs_of(line.counted, line.units_per_pack, line.pack_unit, line.unit), muted=True)


def _counted_at(row: CountRow) -> Cell:
    at = row.line.counted_at
    return Cell("—", muted=True) if at is None else Cell(short_time(at), muted=True)


def _difference(row: CountRow) -> Cell:
    difference = row.line.difference
    if difference is None:
        return Cell("—", muted=True)
    if not difference:
        return Cell("0", muted=True)
    tone: Tone = "red" if difference < 0 else "blue"
    return Cell(signed(difference), tone=tone, bold=True)


def _reason(row: CountRow) -> Cell:
    if row.line.is_as_book:
        return Cell(as_book_words())
    if row.typed is not None:
        return Cell(row.typed, tone="red")
    is_open = row.line.counted is None or (bool(row.line.difference) and not row.line.reason)
    known = {reason.value: tr(reason.label) for reason in DifferenceReason}
    return Cell(known.get(row.line.reason, row.line.reason), tone="red" if is_open and row.is_wrong else None)


def _codes(row: CountRow) -> Cell:
    if row.packs is not None:
        return Cell(chips=(ChipText(tr("已指 {count} 盒", count=len(row.packs)), "green"),))
    if row.line.asks_for_packs:
        return Cell(chips=(ChipText(tr("哪盒少？"), "amber"),))
    return Cell("—", muted=True)


def _summary(row: StocktakeSummary) -> Cell:
    words = (short_time(row.opened_at), result_words(row.result))
    return Cell(kind_name(row.kind), second_line="　".join(each for each in words if each))
