"""月度出入库报表: a clinic's month from its own ledger, closed, frozen and sent to the township signed.

Closing goes month by month; afterwards the ledger refuses entries dated in it, so that what was sent stays true and a
mistake is put right by a later entry. The township keeps every report it took in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.movements import MovementKind
from app.domain.settlement import MonthOfDrug, first_and_last, following_month, is_over, previous_month
from app.errors import UserError
from app.exchange.envelope import Envelope
from app.pinyin import reading_order
from app.services.history import record_change
from app.services.post import TakenIn, write_envelope
from db.models import ClosedMonth, Drug, LedgerReport, Organisation, StockBatch, StockMovement, new_id

if TYPE_CHECKING:
    from app.exchange.bodies import MovementsBody  # pydantic is no part of the window's start

_K = MovementKind
RECEIVED = (_K.RECEIPT, _K.DONATION_IN, _K.TRANSFER_IN)
RETURNED = (_K.RETURN_TO_TOWNSHIP, _K.TRANSFER_OUT)
USED = (_K.DISPENSE, _K.RETURN_FROM_RESIDENT)
COUNTED = (_K.COUNT_SURPLUS, _K.COUNT_SHORTAGE)
LOST = tuple(kind for kind in _K if kind.is_loss or kind is _K.SAMPLE_FOR_INSPECTION)
SHOWN = ("opening", "received", "returned", "dispensed", "lost", "counted")
"""A drug of which all of these are 0 has no line."""
CLINIC_BEARS = "clinic"
_MOVEMENTS, _BATCHES = StockMovement.__table__, StockBatch.__table__
_KEY = (_BATCHES.c.drug_code, _BATCHES.c.price_fen, _BATCHES.c.units_per_pack)
Key = tuple[str, int | None, int]


@dataclass(frozen=True)
class ReportLine:
    """A month of one drug at one price, with what the drug is called."""

    month: MonthOfDrug
    strength: str
    unit: str


@dataclass(frozen=True)
class MonthClosed:
    """What closing did: the sentence, and the file to hand over (None while no township is paired)."""

    message: Message
    message_id: str | None


class LedgerReports:
    """月度报表 at the clinic."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def preview(self, month: str) -> tuple[ReportLine, ...]:
        """What the report of a month says as the ledger stands now."""
        with self.desk.sessions.reading() as session:
            return month_lines(session, self.desk.place.id, month)

    def closed_months(self) -> list[str]:
        """The months that are closed, oldest first."""
        with self.desk.sessions.reading() as session:
            return closed_months(session, self.desk.place.id)

    def next_to_close(self) -> str | None:
        """The month that may be closed now; None while it is not over, or before the first movement."""
        with self.desk.sessions.reading() as session:
            month = next_month_to_close(session, self.desk.place.id)
        return month if month is not None and is_over(month, self.desk.today()) else None

    def close_month(self, month: str) -> MonthClosed:
        """Close a month and send its report. Raises UserError when it is not over, not the next one, or closed."""
        with self.desk.sessions.writing() as session:
            close(session, self.desk, month)
            lines = month_lines(session, self.desk.place.id, month)
            body = movements_body(session, self.desk, month, lines)
            report = LedgerReport(
                id=new_id(), organisation_id=self.desk.place.id, month=month, number=body.number,
                made_at=body.made_at, made_by_name=body.made_by_name,
                lines=[line.model_dump(mode="json") for line in body.lines],
                stock=[batch.model_dump(mode="json") for batch in body.stock],
            )  # fmt: skip
            session.add(report)
            record_change(
                session, self.desk, "ledger_report.close", "ledger_report", report.id, before=None,
                after={"month": month, "lines": len(body.lines)},
            )  # fmt: skip
            own = session.get_one(Organisation, self.desk.place.id)
            if own.parent_id is None:
                raise UserError(msg("还没有和乡镇卫生院配对，没有结账。请先在“设置 - 配对”里完成配对。"))
            sent = write_envelope(session, self.desk, own.parent_id, "movements", body, subject_id=report.id)
            return MonthClosed(msg("{month} 已结账，报表已写好：请交给卫生院。", month=month), sent.id)


def month_lines(session: Session, organisation_id: str, month: str) -> tuple[ReportLine, ...]:
    """A month of the ledger, summed by drug, price and pack. Reversals count with their sign, where they were written.

    Read backwards from what is on the shelf now, so that the years before the month cost nothing.
    """
    shelf = _shelf_now(session, organisation_id)
    moved = _moved_since(session, organisation_id, month)
    drugs = {drug.code: drug for drug in session.execute(select(Drug.__table__))}
    lines = []
    for key in shelf.keys() | moved.keys():
        drug = drugs.get(key[0])
        made = _month_of(key, drug.generic_name if drug else key[0], shelf.get(key, 0), moved.get(key, ()))
        if any(getattr(made, part) for part in SHOWN):
            lines.append(ReportLine(made, drug.strength if drug else "", drug.unit if drug else ""))
    return tuple(sorted(lines, key=_place_in_report))


def _shelf_now(session: Session, organisation_id: str) -> dict[Key, int]:
    """The units that stand there now, by drug, price and pack."""
    statement = (
        select(*_KEY, func.sum(_BATCHES.c.on_hand).label("units"))
        .where(_BATCHES.c.organisation_id == organisation_id, _BATCHES.c.on_hand != 0)
        .group_by(*_KEY)
    )
    return {(row.drug_code, row.price_fen, row.units_per_pack): row.units for row in session.execute(statement)}


def _moved_since(session: Session, organisation_id: str, month: str) -> dict[Key, list[Row[Any]]]:
    """The sums of the month by kind and bearer, and under the kind "" of what came after it."""
    first, last = first_and_last(month)
    # Not called "kind": SQLite groups by a column of that name sooner than by the expression.
    counted_as = case((_MOVEMENTS.c.occurred_on <= last, _MOVEMENTS.c.kind), else_="").label("counted_as")
    statement = (
        select(*_KEY, counted_as, _MOVEMENTS.c.bearer, func.sum(_MOVEMENTS.c.quantity).label("units"))
        .join_from(_MOVEMENTS, _BATCHES, _BATCHES.c.id == _MOVEMENTS.c.batch_id)
        .where(_MOVEMENTS.c.organisation_id == organisation_id, _MOVEMENTS.c.occurred_on >= first)
        .group_by(*_KEY, counted_as, _MOVEMENTS.c.bearer)
    )
    moved: dict[Key, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(statement):
        moved[(row.drug_code, row.price_fen, row.units_per_pack)].append(row)
    return moved


def _place_in_report(line: ReportLine) -> tuple[object, ...]:
    """By the drug's reading, as everybody looks it up; the same drug in the order of its prices, the unknown one last."""
    month = line.month
    price = (month.price_fen is None, month.price_fen or 0)
    return reading_order(month.drug_name), month.drug_name, line.strength, month.drug_code, price, month.units_per_pack


def _month_of(key: Key, name: str, now: int, rows: Sequence[Row[Any]]) -> MonthOfDrug:
    def units(*kinds: str) -> int:
        return sum(row.units for row in rows if row.counted_as in kinds)

    of_month = [row for row in rows if row.counted_as]
    closing = now - units("")
    charged = sum(
        -row.units
        for row in of_month
        if row.bearer == CLINIC_BEARS
        and (_K(row.counted_as).is_loss or row.counted_as == _K.COUNT_SHORTAGE)
    )
    return MonthOfDrug(
        drug_code=key[0],
        drug_name=name,
        price_fen=key[1],
        units_per_pack=key[2],
        # The books of a clinic begin with what was on its shelf: its first count is what the month opened with.
        opening=closing - sum(row.units for row in of_month) + units(_K.OPENING),
        received=units(*RECEIVED),
        delivered=max(0, units(_K.RECEIPT)),
        returned=-units(*RETURNED),
        dispensed=-units(*USED),
        lost=-units(*LOST),
        counted=units(*COUNTED),
        closing=closing,
        charged=max(0, charged),
    )


def movements_body(session: Session, desk: Desk, month: str, lines: Sequence[ReportLine]) -> MovementsBody:
    """The report as it travels, with the batches on the shelf."""
    from app.exchange.bodies import MonthBatch, MonthLine, MovementsBody

    _first, last = first_and_last(month)
    shelf = _shelf_at(session, desk.place.id, last)
    return MovementsBody(
        clinic_id=desk.place.id,
        month=month,
        made_at=desk.now(),
        made_by_name=desk.actor.name,
        lines=tuple(
            MonthLine(strength=line.strength, unit=line.unit, **asdict(line.month)) for line in lines
        ),
        stock=tuple(
            MonthBatch(
                batch_id=row.id, drug_code=row.drug_code, drug_name=row.generic_name or row.drug_code,
                strength=row.strength or "", unit=row.unit or "", units_per_pack=row.units_per_pack,
                price_fen=row.price_fen, batch_no=row.batch_no, expiry=row.expiry, on_hand=row.units,
                is_held=bool(row.hold),
            )
            for row in shelf
        ),
    )  # fmt: skip


def _shelf_at(session: Session, organisation_id: str, day: object) -> Sequence[Row[Any]]:
    drugs = Drug.__table__
    units = func.sum(_MOVEMENTS.c.quantity).label("units")
    statement = (
        select(_BATCHES, drugs.c.generic_name, drugs.c.strength, drugs.c.unit, units)
        .join_from(_BATCHES, _MOVEMENTS, _MOVEMENTS.c.batch_id == _BATCHES.c.id)
        .join(drugs, drugs.c.code == _BATCHES.c.drug_code, isouter=True)
        .where(_BATCHES.c.organisation_id == organisation_id, _MOVEMENTS.c.occurred_on <= day)
        .group_by(_BATCHES.c.id)
        .having(units > 0)
        .order_by(_BATCHES.c.drug_code, _BATCHES.c.expiry, _BATCHES.c.id)
    )
    return session.execute(statement).all()


# -- closing, at either desk -------------------------------------------------------------------------------------------


def closed_months(session: Session, organisation_id: str) -> list[str]:
    """The closed months of an organisation, oldest first."""
    query = select(ClosedMonth.month).where(ClosedMonth.organisation_id == organisation_id)
    return list(session.scalars(query.order_by(ClosedMonth.month)))


def next_month_to_close(session: Session, organisation_id: str) -> str | None:
    """The month after the last closed one, or that of the first movement; None before there is any."""
    closed = closed_months(session, organisation_id)
    if closed:
        return following_month(closed[-1])
    first = session.scalar(
        select(func.min(StockMovement.occurred_on)).where(StockMovement.organisation_id == organisation_id)
    )
    return None if first is None else f"{first:%Y-%m}"


def close(session: Session, desk: Desk, month: str) -> None:
    """Freeze a month of this desk's ledger. Raises UserError when it is not over, closed already, or not the next one."""
    if not is_over(month, desk.today()):
        raise UserError(
            msg("{month} 还没有过完（本机日期是 {today}），没有结账。请到下月再结；日期不对请先改电脑的日期。", month=month,
                today=desk.today())
        )
    if month in closed_months(session, desk.place.id):
        raise UserError(msg("{month} 已经结账，没有再结一次。更正请记在以后的月份。", month=month))
    wanted = next_month_to_close(session, desk.place.id)
    if wanted is not None and wanted != month:
        raise UserError(msg("月份要按顺序结账：请先结 {month}。", month=wanted))
    session.add(
        ClosedMonth(
            organisation_id=desk.place.id, month=month, closed_at=desk.now(), closed_by_name=desk.actor.name
        )
    )
    session.flush()


# -- taking in, at the township ----------------------------------------------------------------------------------------


def take_in_report(session: Session, desk: Desk, envelope: Envelope) -> TakenIn:
    """A clinic's month, at the township. Raises UserError for another's, a month that is not over, or one known."""
    from app.exchange.bodies import MovementsBody

    body = MovementsBody.model_validate(envelope.body)
    clinic = session.get_one(Organisation, envelope.sender_id)
    if desk.place.kind != "township" or clinic.parent_id != desk.place.id or body.clinic_id != clinic.id:
        raise UserError(msg("这份月报不是本院所属村卫生室的，没有读入任何内容。请先完成配对。"))
    if not is_over(body.month, desk.today()):
        raise UserError(msg("这份月报的月份 {month} 还没有过完，没有读入任何内容。请与对方核对。", month=body.month))
    keys = [(line.drug_code, line.price_fen, line.units_per_pack) for line in body.lines]
    if len(set(keys)) != len(keys) or len({batch.batch_id for batch in body.stock}) != len(body.stock):
        raise UserError(msg("这份月报里有重复的行，没有读入任何内容。请让对方重新发一次。"))
    known = newest_report(session, clinic.id, body.month)
    if known is not None and known.number >= body.number:
        raise UserError(
            msg("{clinic} {month} 的月报本院已有，没有重复读入。不需要再做什么。", clinic=clinic.name, month=body.month)
        )
    report = LedgerReport(
        id=new_id(), organisation_id=clinic.id, month=body.month, number=body.number, made_at=body.made_at,
        made_by_name=body.made_by_name, taken_in_at=desk.now(),
        lines=[line.model_dump(mode="json") for line in body.lines],
        stock=[batch.model_dump(mode="json") for batch in body.stock],
    )  # fmt: skip
    session.add(report)
    record_change(
        session, desk, "ledger_report.receive", "ledger_report", report.id, before=None,
        after={"month": body.month, "lines": len(body.lines)},
    )  # fmt: skip
    told = msg("已收到{clinic} {month} 的月报，共 {count} 种药品。请生成结算单。", clinic=clinic.name, month=body.month,
               count=len(body.lines))  # fmt: skip
    return TakenIn("movements", report.id, told)


def newest_report(session: Session, clinic_id: str, month: str) -> LedgerReport | None:
    """The newest report of a clinic's month."""
    query = select(LedgerReport).where(LedgerReport.organisation_id == clinic_id, LedgerReport.month == month)
    return session.scalar(query.order_by(LedgerReport.number.desc()).limit(1))


def newest_stock(session: Session, clinic_id: str) -> LedgerReport | None:
    """The newest report of a clinic: what stood on its shelf last."""
    query = select(LedgerReport).where(LedgerReport.organisation_id == clinic_id)
    return session.scalar(query.order_by(LedgerReport.month.desc(), LedgerReport.number.desc()).limit(1))


def closing_before(session: Session, clinic_id: str, month: str) -> dict[tuple[str, int | None, int], int] | None:
    """The closing units of the month before by drug, price and pack; None without a report of it."""
    report = newest_report(session, clinic_id, previous_month(month))
    if report is None:
        return None
    return {(row["drug_code"], row["price_fen"], row["units_per_pack"]): row["closing"] for row in report.lines}
