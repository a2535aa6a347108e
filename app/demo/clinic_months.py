"""What the sample clinic's months left behind: closed books with their reports, the township's statements, a check to answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.demo.papers import MANAGER, PHARMACIST
from app.desk import Desk
from app.domain.settlement import amount_owed, first_and_last, totals_of
from app.domain.settlement_states import SettlementState
from app.domain.stocktake_steps import CountAction, CountState
from app.services.document_steps import add_step
from app.services.history import record_change
from app.services.ledger_reports import ReportLine, month_lines, movements_body
from db.models import (
    ClosedMonth,
    Drug,
    LedgerReport,
    Settlement,
    SettlementLine,
    StockBatch,
    StockMovement,
    Stocktake,
    StocktakeLine,
    new_id,
)

STATEMENTS = 3
"""Of so many closed months the township's statement came; the newest waits for the clinic's signature."""
CHECKED_BATCHES = 5
CHECK_SEED = 20261119


def close_months(session: Session, desk: Desk, months: Sequence[str], township_id: str) -> None:
    """Close the months that are over but the last, which is left to be closed; the newest have statements."""
    closed = months[:-1]
    for month in closed:
        _first, last = first_and_last(month)
        made_at = datetime.combine(last + timedelta(days=2), time(8, 0), UTC)
        lines = month_lines(session, desk.place.id, month)
        body = movements_body(session, desk, month, lines)
        session.add(
            ClosedMonth(
                organisation_id=desk.place.id, month=month, closed_at=made_at, closed_by_name=desk.actor.name
            )
        )
        report = LedgerReport(
            id=new_id(), organisation_id=desk.place.id, month=month, number=1, made_at=made_at,
            made_by_name=desk.actor.name, lines=[line.model_dump(mode="json") for line in body.lines],
            stock=[batch.model_dump(mode="json") for batch in body.stock],
        )  # fmt: skip
        session.add(report)
        record_change(
            session, desk, "ledger_report.close", "ledger_report", report.id, before=None,
            after={"month": month, "lines": len(body.lines)},
        )  # fmt: skip
        if month in closed[-STATEMENTS:]:
            _statement(session, desk, month, township_id, lines, is_signed=month != closed[-1])


def _statement(
    session: Session, desk: Desk, month: str, township_id: str, lines: Sequence[ReportLine], *, is_signed: bool
) -> None:
    """The township's statement of a month, as it came by envelope."""
    _first, last = first_and_last(month)
    state = SettlementState.APPROVED if is_signed else SettlementState.CHECKED
    totals = asdict(totals_of(line.month for line in lines)) | {"corrections": 0}
    row = Settlement(
        id=new_id(), organisation_id=township_id, party="clinic", party_id=desk.place.id, month=month,
        state=state.value, totals=totals, created_at=datetime.combine(last + timedelta(days=4), time(3, 0), UTC),
        created_by_id=township_id, created_by_name=PHARMACIST, version=1,
    )  # fmt: skip
    session.add(row)
    session.flush()
    for position, line in enumerate(lines):
        values = asdict(line.month)
        del values["delivered"]
        session.add(
            SettlementLine(
                settlement_id=row.id, position=position, strength=line.strength, unit=line.unit,
                amount_fen=amount_owed(line.month), **values,
            )
        )  # fmt: skip
    record_change(
        session, desk, "settlement.arrive", "settlement", row.id, before=None,
        after={"month": month, "state": row.state, "payable": totals["payable"]},
    )  # fmt: skip


def pending_check(session: Session, desk: Desk, township_id: str) -> None:
    """A random check that came yesterday and waits to be counted."""
    batches = session.execute(
        select(StockBatch, Drug.generic_name + " " + Drug.strength, Drug.unit)
        .join(Drug, Drug.code == StockBatch.drug_code)
        .where(StockBatch.organisation_id == desk.place.id, StockBatch.on_hand > 0, StockBatch.hold == "")
        .order_by(StockBatch.batch_no)
    ).all()
    drawn = batches[:: max(1, len(batches) // CHECKED_BATCHES)][:CHECKED_BATCHES]
    if not drawn:
        return
    # Not before the last thing that moved: what the books said when it came is what they say now.
    moved = session.scalar(
        select(func.max(StockMovement.occurred_at)).where(StockMovement.organisation_id == desk.place.id)
    )
    came_at = max(desk.now() - timedelta(hours=20), moved or datetime.min.replace(tzinfo=UTC))
    row = Stocktake(
        id=new_id(), organisation_id=desk.place.id, kind="check", state=CountState.OPEN.value, is_blind=True,
        seed=CHECK_SEED, opened_at=came_at, opened_by_id=township_id, opened_by_name=MANAGER, version=1,
    )  # fmt: skip
    session.add(row)
    session.flush()
    for position, (batch, name, unit) in enumerate(drawn):
        session.add(
            StocktakeLine(
                stocktake_id=row.id, position=position, batch_id=batch.id, drug_code=batch.drug_code, drug_name=name,
                batch_no=batch.batch_no, expiry=batch.expiry, unit=unit, snapshot=batch.on_hand,
            )
        )  # fmt: skip
    add_step(
        session, "stocktake", row.id, "", row.state, CountAction.OPEN.value, user_id=township_id, user_name=MANAGER,
        at=came_at,
    )  # fmt: skip
    record_change(session, desk, "stocktake.check", "stocktake", row.id, before=None, after={"state": row.state, "version": 1})
