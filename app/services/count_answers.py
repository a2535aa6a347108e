"""抽查 at the clinic: a random check that came from the township, counted like a stock-take, and answered by envelope.

The answer tells the count and the book at that moment; it moves no stock. What differs is followed up by the township and
put right by a stock-take of the clinic.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.domain.stocktake_steps import CountAction, CountResult, CountState
from app.errors import UserError
from app.exchange.envelope import Envelope
from app.forms.vocabulary import Level, Problem
from app.services.document_steps import DocumentRefused, add_step
from app.services.history import record_change
from app.services.post import TakenIn, write_envelope
from app.services.problems import refuse_if_any
from app.services.stocktake_views import (
    CHECK,
    ENTITY,
    books_of,
    lines_of_stocktake,
    load_stocktake,
    stocktake_view,
)
from app.services.stocktakes import StocktakeResult, Stocktakes
from db.models import Drug, Organisation, StockBatch, Stocktake, StocktakeLine


def take_in_count(session: Session, desk: Desk, envelope: Envelope) -> TakenIn:
    """A random check of this clinic. Raises UserError for another clinic's, a repeated one, or unknown batches."""
    from app.exchange.bodies import CountBody

    body = CountBody.model_validate(envelope.body)
    own = session.get_one(Organisation, desk.place.id)
    if own.parent_id != envelope.sender_id:
        raise UserError(msg("这张抽查单不是本室所属卫生院发来的，没有读入任何内容。请先完成配对。"))
    if body.clinic_id != desk.place.id:
        raise UserError(msg("这张抽查单是发给别的村卫生室的，没有读入任何内容。请联系卫生院。"))
    if session.get(Stocktake, body.check_id) is not None:
        raise UserError(msg("这张抽查单以前已经读入过，没有重复读入。不需要再做什么。"))
    ids = {item.line_id for item in body.items}
    batches = {batch.id: batch for batch in session.scalars(select(StockBatch).where(StockBatch.organisation_id == own.id))}
    known_line = session.scalar(select(StocktakeLine.id).where(StocktakeLine.id.in_(ids)).limit(1))
    if len(ids) != len(body.items) or known_line is not None or any(item.batch_id not in batches for item in body.items):
        raise UserError(msg("抽查单里有本室没有的批次或重复的行，没有读入任何内容。请让卫生院重新抽取。"))
    row = Stocktake(
        id=body.check_id, organisation_id=own.id, kind=CHECK, state=CountState.OPEN.value, is_blind=True, seed=body.seed,
        opened_at=desk.now(), opened_by_id=envelope.sender_id, opened_by_name=body.opened_by_name, version=1,
    )  # fmt: skip
    session.add(row)
    session.flush()
    asked = {batches[item.batch_id].drug_code for item in body.items}
    drugs = {drug.code: drug for drug in session.scalars(select(Drug).where(Drug.code.in_(asked)))}
    for position, item in enumerate(body.items):
        batch = batches[item.batch_id]
        drug = drugs.get(batch.drug_code)
        # What is counted is named as on every other count, with the strength: two strengths lie side by side.
        name = item.drug_name if drug is None else f"{drug.generic_name} {drug.strength}".strip()[:100]
        session.add(
            StocktakeLine(
                id=item.line_id, stocktake_id=row.id, position=position, batch_id=batch.id, drug_code=batch.drug_code,
                drug_name=name, batch_no=batch.batch_no, expiry=batch.expiry, unit=item.unit,
                snapshot=batch.on_hand,
            )
        )  # fmt: skip
    add_step(
        session, ENTITY, row.id, "", row.state, CountAction.OPEN.value, user_id=envelope.sender_id,
        user_name=body.opened_by_name, at=envelope.written_at,
    )  # fmt: skip
    record_change(session, desk, "stocktake.check", ENTITY, row.id, before=None, after={"state": row.state, "version": 1})
    told = msg("卫生院抽查 {count} 个批次：请逐批清点后答复。", count=len(body.items))
    return TakenIn("count", row.id, told)


class CountAnswers:
    """答复抽查."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def answer(self, check_id: str, version: int, *, witness_name: str = "") -> StocktakeResult:
        """Send what was counted. Every line must be counted; `witness_name` is who came from the township, if anybody.

        Raises Refused beside each line without a count, DocumentRefused for one that was answered, or a stale version.
        """
        from app.exchange.bodies import CountedItem, CountResultBody

        counting = Stocktakes(self.desk)
        with self.desk.sessions.writing() as session:
            row = load_stocktake(session, self.desk, check_id)
            if row.version != version or row.kind != CHECK:
                raise DocumentRefused(msg("这次抽查刚刚改过，没有答复。请刷新后再试。"))
            lines = lines_of_stocktake(session, row.id)
            missing = msg("这一批还没有清点：请先清点。")
            refuse_if_any(Problem(line.id, Level.REFUSE, missing) for line in lines if line.counted is None)
            counting.step(session, row, CountAction.REVIEW)
            counting.step(session, row, CountAction.FINALISE)
            books = books_of(session, row, lines)
            for line in lines:
                line.book = books[line.id].counted(line).book_at_count
            counting.close(session, row, lines, witness_name.strip()[:50] or self.desk.actor.name)
            body = CountResultBody(
                check_id=row.id,
                counter_name=row.counter_name,
                witness_name=witness_name.strip()[:50],
                items=tuple(
                    CountedItem(
                        line_id=line.id, counted=line.counted, book=line.book, counted_at=line.counted_at,
                        reason=line.reason,
                    )
                    for line in lines
                ),
            )  # fmt: skip
            recipient = session.get_one(Organisation, self.desk.place.id).parent_id or ""
            message_id = write_envelope(session, self.desk, recipient, "count_result", body, subject_id=row.id).id
            view = stocktake_view(session, self.desk, row)
            if row.result == CountResult.AGREES.value:
                told = msg("账实相符，答复已写好：请交给卫生院。")
            else:
                told = msg("有 {count} 批与账面不符，答复已写好：请交给卫生院，并盘点更正。", count=len(view.differences))
            return StocktakeResult(view, told, message_id)
