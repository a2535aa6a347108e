"""盘点 as screens and sheets see it: plain values, and the words of the count sheet and the signed result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.document_states import Step
from app.domain.message import msg
from app.domain.stocktake import CountedLine, count_line
from app.domain.stocktake_steps import ALONE_STEPS, COUNT_STEPS, CountAction, CountState
from app.errors import UserError
from app.i18n import tr
from app.interchange.xlsx_lists import ListColumn, ListSheet, Value
from app.printing.lists import TableContent
from app.services.catalogue_sheets import pack_words
from app.services.document_steps import steps_offered
from app.services.request_sheets import UNKNOWN
from app.services.stocktake_codes import coded_units
from db.models import Drug, Organisation, StockBatch, StockMovement, Stocktake, StocktakeLine, UserAccount

ENTITY = "stocktake"
FULL, PART, CHECK = "full", "part", "check"
_MOVEMENTS = StockMovement.__table__


@dataclass(frozen=True)
class StocktakeLineView:
    """One batch. `book` and `difference` None while they are hidden or nobody counted; units of the drug.

    `snapshot`, `until` and `later` are the book when the count was opened, what moved until it was counted and what moved
    since; None while hidden and when it is over. `coded` units stand in packs with a trace code.
    """

    id: str
    batch_id: str
    drug_code: str
    drug_name: str
    batch_no: str
    expiry: date | None
    unit: str
    counted: int | None
    counted_at: datetime | None
    book: int | None
    difference: int | None
    reason: str
    is_as_book: bool
    units_per_pack: int = 1
    pack_unit: str = ""
    snapshot: int | None = None
    until: int | None = None
    later: int | None = None
    coded: int = 0
    strength: str = ""

    @property
    def has_moved(self) -> bool:
        """Whether goods came or went while the count was going on."""
        return bool(self.until or self.later)

    @property
    def asks_for_packs(self) -> bool:
        """Whether a difference leaves it open which packs are missing: the codes hold more units than the shelf will."""
        if not self.coded or self.difference is None or self.difference >= 0 or self.book is None:
            return False
        return self.coded > self.book + self.difference + (self.later or 0) > 0


@dataclass(frozen=True)
class StocktakeView:
    """A whole count. `kind` full, part or check (抽查)."""

    id: str
    organisation_name: str
    kind: str
    state: CountState
    is_blind: bool
    version: int
    opened_at: datetime
    opened_by_name: str
    counter_name: str
    finalised_at: datetime | None
    finalised_by_name: str
    result: str
    lines: tuple[StocktakeLineView, ...]
    actions: tuple[CountAction, ...]
    is_alone: bool = False
    """Whether the township counts some lines again in place of a second user (§7)."""

    @property
    def differences(self) -> tuple[StocktakeLineView, ...]:
        """The counted lines that differ from the book."""
        return tuple(line for line in self.lines if line.difference)

    @property
    def uncounted(self) -> tuple[StocktakeLineView, ...]:
        """The lines that nobody counted."""
        return tuple(line for line in self.lines if line.counted is None)


@dataclass(frozen=True)
class StocktakeSummary:
    """A count in a list."""

    id: str
    kind: str
    state: CountState
    opened_at: datetime
    opened_by_name: str
    finalised_at: datetime | None
    result: str


@dataclass(frozen=True)
class BookOfLine:
    """The book of one batch around its count: units before the count was opened, until counted, and after it."""

    snapshot: int
    until: int
    later: int
    reserved: int

    def counted(self, line: StocktakeLine) -> CountedLine:
        """The difference of the line by the rule of §7."""
        return count_line(
            self.snapshot, [self.until], line.counted, later=[self.later], reserved=self.reserved,
            reason=line.reason, reason_needed=True,
        )  # fmt: skip


def load_stocktake(session: Session, desk: Desk, stocktake_id: str) -> Stocktake:
    """The stored count of this desk; raises UserError when there is none."""
    row = session.get(Stocktake, stocktake_id)
    if row is None or row.organisation_id != desk.place.id:
        raise UserError(msg("找不到这次盘点，没有改动任何内容。请刷新后再试。"))
    return row


def lines_of_stocktake(session: Session, stocktake_id: str) -> list[StocktakeLine]:
    """The stored lines in their order."""
    query = select(StocktakeLine).where(StocktakeLine.stocktake_id == stocktake_id)
    return list(session.scalars(query.order_by(StocktakeLine.position, StocktakeLine.id)))


def works_alone(session: Session) -> bool:
    """Whether the clinic has one user only: then the township's re-count takes the place of a second person (§7)."""
    users = select(func.count()).select_from(UserAccount).where(UserAccount.is_active.is_(True))
    return (session.scalar(users) or 0) <= 1


def table_for(session: Session, row: Stocktake) -> tuple[Step, ...]:
    """The table that judges this count; at a random check somebody of the township is the second person."""
    return ALONE_STEPS if row.kind == CHECK or works_alone(session) else COUNT_STEPS


def books_of(session: Session, row: Stocktake, lines: Sequence[StocktakeLine]) -> dict[str, BookOfLine]:
    """The book of each line, by line id. A back-dated movement that was entered later counts where it is dated."""
    batch_ids = {line.batch_id for line in lines}
    moved: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    shelf: dict[str, tuple[int, int]] = {}
    for part in _parts(batch_ids):
        rows = select(_MOVEMENTS.c.batch_id, _MOVEMENTS.c.occurred_at, _MOVEMENTS.c.quantity).where(
            _MOVEMENTS.c.batch_id.in_(part), _MOVEMENTS.c.occurred_at > row.opened_at
        )
        for batch_id, at, units in session.execute(rows):
            moved[batch_id].append((at, units))
        batches = StockBatch.__table__
        held = select(batches.c.id, batches.c.on_hand, batches.c.reserved).where(batches.c.id.in_(part))
        shelf.update({batch_id: (on_hand, reserved) for batch_id, on_hand, reserved in session.execute(held)})
    found = {}
    for line in lines:
        on_hand, reserved = shelf.get(line.batch_id, (0, 0))
        since = moved[line.batch_id]
        later = sum(units for at, units in since if line.counted_at is not None and at > line.counted_at)
        all_since = sum(units for _at, units in since)
        found[line.id] = BookOfLine(on_hand - all_since, all_since - later, later, reserved)
    return found


def stocktake_view(session: Session, desk: Desk, row: Stocktake) -> StocktakeView:
    """The whole count as the signed-in user sees it; a blind one hides its book until it is reviewed."""
    session.flush()
    state = CountState(row.state)
    lines = lines_of_stocktake(session, row.id)
    is_hidden = row.is_blind and state in (CountState.OPEN, CountState.COUNTING)
    books = {} if state is CountState.FINALISED else books_of(session, row, lines)
    packs = _packs_of(session, lines)
    coded = coded_units(session, desk, {line.batch_id for line in lines}) if state is CountState.REVIEW else {}
    return StocktakeView(
        id=row.id,
        organisation_name=session.scalar(select(Organisation.name).where(Organisation.id == row.organisation_id)) or "",
        kind=row.kind,
        state=state,
        is_blind=row.is_blind,
        version=row.version,
        opened_at=row.opened_at,
        opened_by_name=row.opened_by_name,
        counter_name=row.counter_name,
        finalised_at=row.finalised_at,
        finalised_by_name=row.finalised_by_name,
        result=row.result,
        lines=tuple(_line_view(line, books.get(line.id), is_hidden, packs, coded) for line in lines),
        actions=tuple(
            CountAction(action.value) for action in steps_offered(session, desk, table_for(session, row), ENTITY, row, state)
        ),
        is_alone=row.kind != CHECK and works_alone(session),
    )


def stocktake_summaries(session: Session, organisation_id: str, limit: int) -> list[StocktakeSummary]:
    """The counts of one organisation, the newest first."""
    rows = session.scalars(
        select(Stocktake)
        .where(Stocktake.organisation_id == organisation_id)
        .order_by(Stocktake.opened_at.desc(), Stocktake.id.desc())
        .limit(limit)
    )
    return [
        StocktakeSummary(
            row.id, row.kind, CountState(row.state), row.opened_at, row.opened_by_name, row.finalised_at, row.result
        )
        for row in rows
    ]


def last_full_count(session: Session, organisation_id: str) -> datetime | None:
    """When the last finalised full count of an organisation was opened; None without one."""
    newest = select(func.max(Stocktake.opened_at)).where(
        Stocktake.organisation_id == organisation_id,
        Stocktake.kind == FULL,
        Stocktake.state == CountState.FINALISED.value,
    )
    return session.scalar(newest)


def count_sheet(view: StocktakeView, *, with_book: bool) -> TableContent:
    """盘点表 to be filled in by hand; without book values where it is blind. It names its version."""
    book = (ListColumn(tr("账面"), 20, "right"),) if with_book else ()
    columns = (*_columns(), *book, ListColumn(tr("实盘"), 26), ListColumn(tr("备注"), 40))
    rows = tuple(
        (*_cells(number, line), *((line.book,) if with_book else ()), "", "")
        for number, line in enumerate(view.lines, start=1)
    )
    sheet = ListSheet(
        title=tr("{place} 药品盘点表", place=view.organisation_name), columns=columns, rows=rows,
        head=(*_head(view), (tr("版次"), str(view.version))),
        signatures=(tr("盘点人"), tr("监盘人"), tr("清点时间")),
        foot_left=tr("按最小发药单位清点；版次与电脑里不同时请重新打印。"), row_mm=8.0,
    )  # fmt: skip
    return sheet.as_table()


def result_sheet(view: StocktakeView) -> TableContent:
    """盘点结果 with book, count, difference and reason, for the signatures."""
    columns = (
        *_columns(), ListColumn(tr("账面"), 18, "right"), ListColumn(tr("实盘"), 18, "right"),
        ListColumn(tr("差异"), 16, "right"), ListColumn(tr("原因"), 40),
    )  # fmt: skip
    rows = tuple(
        (
            *_cells(number, line), line.book, tr("按账面（未盘）") if line.is_as_book else line.counted,
            signed(line.difference), line.reason,
        )
        for number, line in enumerate(view.lines, start=1)
    )  # fmt: skip
    done = UNKNOWN if view.finalised_at is None else _moment(view.finalised_at)
    sheet = ListSheet(
        title=tr("{place} 药品盘点结果", place=view.organisation_name), columns=columns, rows=rows,
        head=(
            *_head(view),
            (tr("盘点人"), view.counter_name or UNKNOWN),
            (tr("核对人"), view.finalised_by_name or UNKNOWN),
            (tr("完成"), done),
            (tr("结果"), view.result or UNKNOWN),
            (tr("差异批次"), str(len(view.differences))),
        ),
        signatures=(tr("盘点人"), tr("核对人"), tr("负责人")),
        foot_left=tr("差异 = 实盘 − 清点时的账面；“按账面”的行没有清点。"),
    )  # fmt: skip
    return replace(sheet.as_table(), draft=view.state is not CountState.FINALISED)


def signed(difference: int | None) -> str:
    """A difference with its sign, 0 without one, a dash for the unknown."""
    if difference is None:
        return UNKNOWN
    return f"{difference:+,d}" if difference else "0"


def _columns() -> tuple[ListColumn, ...]:
    return (
        ListColumn(tr("序号"), 10, "center"), ListColumn(tr("药品")), ListColumn(tr("规格"), 32), ListColumn(tr("批号"), 30),
        ListColumn(tr("有效期至"), 24, "center"), ListColumn(tr("单位"), 12, "center"), ListColumn(tr("包装"), 20, "center"),
    )  # fmt: skip


def _cells(number: int, line: StocktakeLineView) -> tuple[Value, ...]:
    return (
        number, line.drug_name, line.strength, line.batch_no, line.expiry, line.unit,
        pack_words(line) if line.pack_unit else "",
    )  # fmt: skip


def _head(view: StocktakeView) -> tuple[tuple[str, str], ...]:
    kinds = {FULL: tr("全面盘点"), PART: tr("部分盘点"), CHECK: tr("抽查")}
    return (
        (tr("类别"), kinds.get(view.kind, view.kind)),
        (tr("开始"), f"{view.opened_by_name} {_moment(view.opened_at)}"),
        (tr("批次"), str(len(view.lines))),
    )


def _moment(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def _packs_of(session: Session, lines: Sequence[StocktakeLine]) -> dict[str, tuple[int, str, str]]:
    """(units in a pack, its word, the drug's strength) by batch id."""
    batches, drugs = StockBatch.__table__, Drug.__table__
    found: dict[str, tuple[int, str, str]] = {}
    for part in _parts({line.batch_id for line in lines}):
        query = (
            select(batches.c.id, batches.c.units_per_pack, drugs.c.pack_unit, drugs.c.strength)
            .join_from(batches, drugs, drugs.c.code == batches.c.drug_code, isouter=True)
            .where(batches.c.id.in_(part))
        )
        found.update(
            {batch_id: (units, word or "", strength or "") for batch_id, units, word, strength in session.execute(query)}
        )
    return found


def _line_view(
    line: StocktakeLine,
    book: BookOfLine | None,
    is_hidden: bool,
    packs: Mapping[str, tuple[int, str, str]],
    coded: Mapping[str, int],
) -> StocktakeLineView:
    units_per_pack, pack_unit, strength = packs.get(line.batch_id, (1, "", ""))
    told = None if is_hidden else book
    on_book = line.book
    if book is not None:
        on_book = book.snapshot + book.until
    if is_hidden:
        on_book = None
    difference = None if on_book is None or line.counted is None else line.counted - on_book
    return StocktakeLineView(
        id=line.id, batch_id=line.batch_id, drug_code=line.drug_code, drug_name=line.drug_name,
        batch_no=line.batch_no, expiry=line.expiry, unit=line.unit, counted=line.counted, counted_at=line.counted_at,
        book=on_book, difference=difference, reason=line.reason, is_as_book=line.is_as_book,
        units_per_pack=units_per_pack, pack_unit=pack_unit, snapshot=told.snapshot if told else None,
        until=told.until if told else None, later=told.later if told else None, coded=coded.get(line.batch_id, 0),
        strength=strength,
    )  # fmt: skip


def _parts(values: Collection[str]) -> list[list[str]]:
    ordered = sorted(values)
    return [ordered[begin : begin + 500] for begin in range(0, len(ordered), 500)]
