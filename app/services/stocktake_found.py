"""盘点 finds goods that no line of the sheet names: a batch that the books don't have, or have as used up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.domain.movements import RETURNED_HOLD, is_possible_quantity
from app.domain.stocktake import DifferenceReason
from app.forms.vocabulary import Level, Problem
from app.services.catalogue import listed_on
from app.services.problems import Refused, refuse
from app.services.stock_ledger import BatchKey, batch_problems, find_or_make_batch
from app.services.stocktake_views import lines_of_stocktake
from db.models import Drug, StockBatch, Stocktake, StocktakeLine


@dataclass(frozen=True)
class FoundBatch:
    """A batch as read from its pack, and how many dispensing units of it stand there."""

    drug_code: str
    batch_no: str
    expiry: date | None
    counted: object
    manufacturer: str = ""


def add_found_line(session: Session, desk: Desk, row: Stocktake, found: FoundBatch, at: datetime) -> StocktakeLine:
    """A new line at the end of the sheet, already counted, with “找到” as its reason. Raises Refused beside each answer
    that can't be, and for a batch that the sheet has."""
    drug = session.scalar(select(Drug).where(Drug.code == found.drug_code, listed_on(desk.today())))
    if drug is None:
        raise refuse("drug", msg("目录里没有这个药品。请先在目录里选择药品。"))
    key = BatchKey(
        drug.code, found.batch_no.strip(), found.expiry, found.manufacturer.strip(), drug.price_fen, drug.units_per_pack
    )
    problems = batch_problems(session, key)
    if not is_possible_quantity(found.counted):
        sentence = msg("找到的数量请填正整数（最小发药单位），您填的是“{written}”。", written=str(found.counted)[:20])
        problems.append(Problem("counted", Level.REFUSE, sentence))
    if problems:
        raise Refused(problems)
    batch_id = _known_batch(session, desk, key) or find_or_make_batch(session, desk, key, at.astimezone().date())
    lines = lines_of_stocktake(session, row.id)
    same = next((number for number, line in enumerate(lines, start=1) if line.batch_id == batch_id), None)
    if same is not None:
        raise refuse("batch_no", msg("这一批已经在盘点表里（第 {number} 行）：请在那一行填实盘数。", number=same))
    line = StocktakeLine(
        stocktake_id=row.id, position=len(lines), batch_id=batch_id, drug_code=drug.code,
        drug_name=f"{drug.generic_name} {drug.strength}".strip()[:100], batch_no=key.batch_no, expiry=found.expiry,
        unit=drug.unit, snapshot=session.get_one(StockBatch, batch_id).on_hand, counted=found.counted, counted_at=at,
        reason=DifferenceReason.FOUND.value,
    )  # fmt: skip
    session.add(line)
    session.flush()
    return line


def _known_batch(session: Session, desk: Desk, key: BatchKey) -> str | None:
    """A batch of this number and expiry that was here before, whatever it cost and whoever made it."""
    return session.scalar(
        select(StockBatch.id)
        .where(
            StockBatch.organisation_id == desk.place.id, StockBatch.drug_code == key.drug_code,
            func.upper(StockBatch.batch_no) == key.batch_no.upper(), StockBatch.expiry == key.expiry,
            StockBatch.hold != RETURNED_HOLD,
        )
        .order_by(StockBatch.on_hand.desc(), StockBatch.received_on.desc())
        .limit(1)
    )
