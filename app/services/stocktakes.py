"""盘点 at one desk: opening, counting while goods go on moving, review by another person, and the result in the ledger.

A difference is the count against the book at the moment of counting (drug_requests §7), so that nobody has to stop
dispensing. A finalised count never changes; a correction is a new one.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.document_states import StepResult, judge
from app.domain.message import Message, msg
from app.domain.movements import MovementKind
from app.domain.request_terms import Role
from app.domain.stocktake import DifferenceReason
from app.domain.stocktake_steps import (
    CountAction,
    CountResult,
    CountState,
    count_age_note,
)
from app.forms.vocabulary import Problem
from app.services.document_steps import DocumentRefused, add_step, own_actions
from app.services.history import record_change, revision_count
from app.services.problems import Refused, refuse, refuse_if_any
from app.services.stock_ledger import NewMovement, book
from app.services.stocktake_codes import PackOnShelf, packs_of_batch, settle_codes
from app.services.stocktake_found import FoundBatch, add_found_line
from app.services.stocktake_judging import (
    Recount,
    count_problems,
    drawn_lines,
    final_problem,
    problem_of,
    recount_problems,
)
from app.services.stocktake_views import (
    CHECK,
    ENTITY,
    FULL,
    PART,
    BookOfLine,
    StocktakeSummary,
    StocktakeView,
    books_of,
    count_sheet,
    last_full_count,
    lines_of_stocktake,
    load_stocktake,
    result_sheet,
    stocktake_summaries,
    stocktake_view,
    table_for,
    works_alone,
)
from db.models import Drug, StockBatch, StockMovement, Stocktake, StocktakeLine

_BATCHES, _MOVEMENTS = StockBatch.__table__, StockMovement.__table__
RUNNING = (CountState.OPEN.value, CountState.COUNTING.value, CountState.REVIEW.value)


@dataclass(frozen=True)
class StocktakeResult:
    """The count as it is now and the sentence for the user; `message_id` of an envelope to hand over, if any."""

    stocktake: StocktakeView
    message: Message
    message_id: str | None = None


class Stocktakes:
    """盘点."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def list(self, limit: int = 100) -> list[StocktakeSummary]:
        """The counts of this desk, the newest first."""
        with self.desk.sessions.reading() as session:
            return stocktake_summaries(session, self.desk.place.id, limit)

    def get(self, stocktake_id: str) -> StocktakeView:
        """One count."""
        with self.desk.sessions.reading() as session:
            return stocktake_view(session, self.desk, load_stocktake(session, self.desk, stocktake_id))

    def age_note(self) -> Message | None:
        """The warning about a full count that is older than 35 days or was never done; None when there is none."""
        with self.desk.sessions.reading() as session:
            return count_age_note(last_full_count_on(session, self.desk.place.id), self.desk.today())

    def open(self, *, is_blind: bool = True, drug_codes: Collection[str] | None = None) -> StocktakeResult:
        """Open a full count, or one of some drugs. Raises Refused while another is running, or with nothing to count."""
        with self.desk.sessions.writing() as session:
            running = select(Stocktake.id).where(
                Stocktake.organisation_id == self.desk.place.id, Stocktake.state.in_(RUNNING), Stocktake.kind != CHECK
            )
            if session.scalar(running.limit(1)) is not None:
                raise refuse("stocktake", msg("还有一次盘点没有完成。请先完成或取消那一次。"))
            batches = self._batches_to_count(session, drug_codes)
            if not batches:
                raise refuse("stocktake", msg("没有可盘的批次：账面上没有库存。请先登记入库或期初。"))
            row = Stocktake(
                organisation_id=self.desk.place.id, kind=FULL if drug_codes is None else PART, state="",
                is_blind=is_blind, seed=secrets.randbelow(2**31), opened_at=self.desk.now(),
                opened_by_id=self.desk.actor.user_id, opened_by_name=self.desk.actor.name, version=0,
            )  # fmt: skip
            session.add(row)
            result = self._step(session, row, CountAction.OPEN)
            self._add_lines(session, row, batches, 0)
            return self._result(session, row, result.message)

    def count(
        self,
        stocktake_id: str,
        counts: Mapping[str, object],
        version: int,
        *,
        counted_at: datetime | None = None,
        counter_name: str = "",
    ) -> StocktakeResult:
        """Write what was counted, by line id, in dispensing units; None takes a count away again.

        `counted_at` is when it was counted, None now. Raises Refused beside each line that can't be, DocumentRefused for a
        sheet of an older state.
        """
        with self.desk.sessions.writing() as session:
            row = load_stocktake(session, self.desk, stocktake_id)
            _refuse_old_sheet(row, version)
            at = counted_at or self.desk.now()
            lines = {line.id: line for line in lines_of_stocktake(session, row.id)}
            refuse_if_any(count_problems(lines, counts, row, at, self.desk.now()))
            result = self._step(session, row, CountAction.COUNT)
            before = {line_id: lines[line_id].counted for line_id in counts}
            for line_id, units in counts.items():
                line = lines[line_id]
                line.counted = units  # type: ignore[assignment]
                line.counted_at = None if units is None else at
            row.counter_name = counter_name.strip()[:50] or self.desk.actor.name
            self._record(session, row, CountAction.COUNT, before, dict(counts))
            return self._result(session, row, result.message)

    def add_found(
        self,
        stocktake_id: str,
        found: FoundBatch,
        version: int,
        *,
        counted_at: datetime | None = None,
        counter_name: str = "",
    ) -> StocktakeResult:
        """Write down a batch that stands there and has no line. Raises Refused beside each answer that can't be, and in a
        random check, whose batches the township drew."""
        with self.desk.sessions.writing() as session:
            row = load_stocktake(session, self.desk, stocktake_id)
            _refuse_old_sheet(row, version)
            if row.kind == CHECK:
                raise refuse("stocktake", msg("抽查只盘卫生院抽出的批次。多出来的批次请另做一次盘点。"))
            at = counted_at or self.desk.now()
            refuse_if_any(count_problems({}, {}, row, at, self.desk.now()))
            result = self._step(session, row, CountAction.COUNT)
            line = add_found_line(session, self.desk, row, found, at)
            row.counter_name = counter_name.strip()[:50] or self.desk.actor.name
            self._record(session, row, CountAction.COUNT, {line.id: None}, {line.id: line.counted})
            return self._result(session, row, result.message)

    def explain(
        self,
        stocktake_id: str,
        version: int,
        *,
        reasons: Mapping[str, str] | None = None,
        as_book: Mapping[str, bool] | None = None,
    ) -> StocktakeResult:
        """Keep why lines differ, and which uncounted lines stand as booked, while the count is reviewed; nothing is booked.

        Raises Refused for a reason that is none of the list, DocumentRefused outside the review or for a stale version.
        """
        with self.desk.sessions.writing() as session:
            row = load_stocktake(session, self.desk, stocktake_id)
            _refuse_old_sheet(row, version)
            if row.state != CountState.REVIEW.value:
                raise DocumentRefused(msg("这次盘点不在核对中，没有记。请刷新后再试。"))
            lines = {line.id: line for line in lines_of_stocktake(session, row.id)}
            known = {"", *(reason.value for reason in DifferenceReason)}
            told = {line_id: reason.strip() for line_id, reason in (reasons or {}).items() if line_id in lines}
            sentence = msg("差异原因请从列表里选择。")
            refuse_if_any(problem_of(line_id, sentence) for line_id, reason in told.items() if reason not in known)
            for line_id, reason in told.items():
                lines[line_id].reason = reason
            for line_id, stands in (as_book or {}).items():
                if line_id in lines:
                    lines[line_id].is_as_book = stands and lines[line_id].counted is None
            return self._result(session, row, msg("已记下。"))

    def packs(self, stocktake_id: str, line_id: str) -> tuple[PackOnShelf, ...]:
        """The packs with a trace code that should be on the shelf of a line's batch."""
        with self.desk.sessions.reading() as session:
            row = load_stocktake(session, self.desk, stocktake_id)
            line = next((each for each in lines_of_stocktake(session, row.id) if each.id == line_id), None)
            return () if line is None else packs_of_batch(session, self.desk, line.batch_id)

    def to_review(self, stocktake_id: str, version: int) -> StocktakeResult:
        """End the counting. Batches that came meanwhile are added to a full count, to be counted or left as booked."""
        with self.desk.sessions.writing() as session:
            row = load_stocktake(session, self.desk, stocktake_id)
            _refuse_old_sheet(row, version)
            result = self._step(session, row, CountAction.REVIEW)
            if row.kind == FULL:
                known = {line.batch_id for line in lines_of_stocktake(session, row.id)}
                new = [batch for batch in self._batches_to_count(session, None) if batch.id not in known]
                self._add_lines(session, row, new, len(known))
            return self._result(session, row, result.message)

    def back_to_counting(self, stocktake_id: str, version: int) -> StocktakeResult:
        """Let lines be counted again; sheets printed before are of an older state from now on."""
        with self.desk.sessions.writing() as session:
            row = load_stocktake(session, self.desk, stocktake_id)
            _refuse_old_sheet(row, version)
            return self._result(session, row, self._step(session, row, CountAction.RECOUNT).message)

    def cancel(self, stocktake_id: str, version: int, reason: str) -> StocktakeResult:
        """Give a count up; nothing is booked."""
        with self.desk.sessions.writing() as session:
            row = load_stocktake(session, self.desk, stocktake_id)
            _refuse_old_sheet(row, version)
            return self._result(session, row, self._step(session, row, CountAction.CANCEL, reason).message)

    def recount_lines(self, stocktake_id: str) -> tuple[str, ...]:
        """The lines that the township counts again at a clinic of one doctor; () where a second user verifies."""
        with self.desk.sessions.reading() as session:
            row = load_stocktake(session, self.desk, stocktake_id)
            return drawn_lines(row, lines_of_stocktake(session, row.id)) if works_alone(session) else ()

    def finalise(
        self,
        stocktake_id: str,
        version: int,
        *,
        reasons: Mapping[str, str] | None = None,
        as_book: Collection[str] = (),
        recount: Recount | None = None,
        packs: Mapping[str, Sequence[str]] | None = None,
    ) -> StocktakeResult:
        """Book the differences, each dated when it was counted, with its reason of DifferenceReason by line id.

        `as_book` are uncounted lines that stand as booked, beside those already explained. `packs` are the trace codes
        that are missing, or were found, by line id; where they would be needed and are not told, all packs of the batch
        are uncertain from now on. Raises Refused beside each line that can't be; DocumentRefused
        for who counted himself, or a stale version. Then nothing is booked.
        """
        with self.desk.sessions.writing() as session:
            row = load_stocktake(session, self.desk, stocktake_id)
            _refuse_old_sheet(row, version)
            if row.kind == CHECK:
                raise refuse("stocktake", msg("抽查由卫生院核对：请用“答复抽查”交回结果。"))
            result = self._step(session, row, CountAction.FINALISE)
            lines = lines_of_stocktake(session, row.id)
            for line in lines:
                line.reason = (reasons or {}).get(line.id, line.reason).strip()
                line.is_as_book = line.counted is None and (line.is_as_book or line.id in as_book)
            books = books_of(session, row, lines)
            problems = [problem for line in lines if (problem := final_problem(line, books[line.id])) is not None]
            if works_alone(session):
                problems += recount_problems(row, lines, books, recount)
            refuse_if_any(problems)
            self._book(session, row, lines, books, packs or {})
            witness = recount.witness_name.strip()[:50] if recount is not None and works_alone(session) else ""
            self.close(session, row, lines, witness or self.desk.actor.name)
            return self._result(session, row, result.message)

    def sheet_pdf(self, stocktake_id: str, *, with_book: bool = False) -> bytes:
        """The sheet for counting by hand; a blind count's has no book values. Raises Refused where they are asked for."""
        from app.printing.lists import table_pdf

        view = self.get(stocktake_id)
        if with_book and view.is_blind:
            raise refuse("with_book", msg("这是盲盘，盘点表上不印账面数量。"))
        return table_pdf(count_sheet(view, with_book=with_book))

    def result_pdf(self, stocktake_id: str) -> bytes:
        """The result, to be signed."""
        from app.printing.lists import table_pdf

        return table_pdf(result_sheet(self.get(stocktake_id)))

    # -- for the answers to random checks -------------------------------------------------------------------------

    def close(self, session: Session, row: Stocktake, lines: Sequence[StocktakeLine], verified_by: str) -> None:
        """Write who verified, when, and the result."""
        differs = any(line.counted is not None and line.counted != line.book for line in lines)
        row.finalised_at, row.finalised_by_id = self.desk.now(), self.desk.actor.user_id
        row.finalised_by_name = verified_by
        row.result = (CountResult.DIFFERS if differs else CountResult.AGREES).value

    def step(self, session: Session, row: Stocktake, action: CountAction, comment: str = "") -> StepResult:
        """Do one action of the table inside another's transaction."""
        return self._step(session, row, action, comment)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _step(self, session: Session, row: Stocktake, action: CountAction, comment: str = "") -> StepResult:
        """Judge an action and write it. Counting leaves the version, so that the printed sheet stays good."""
        session.flush()
        state = CountState(row.state) if row.state else None
        own = own_actions(session, self.desk, ENTITY, row.id)
        result = judge(
            table_for(session, row), state, action, Role(self.desk.actor.role), own=own, reason=comment
        )
        if result.to is None:
            raise DocumentRefused(result.message, result.error)
        is_first = action is not CountAction.COUNT or action.value not in own or row.state != result.to.value
        if is_first:
            add_step(
                session, ENTITY, row.id, row.state, result.to.value, action.value, user_id=self.desk.actor.user_id,
                user_name=self.desk.actor.name, at=self.desk.now(), comment=comment,
            )  # fmt: skip
        before = {"state": row.state, "version": row.version} if row.state else None
        row.state = result.to.value
        if action is not CountAction.COUNT:
            row.version += 1
            self._record(session, row, action, before, {"state": row.state, "version": row.version}, comment)
        return result

    def _record(
        self,
        session: Session,
        row: Stocktake,
        action: CountAction,
        before: Mapping[str, object] | None,
        after: Mapping[str, object],
        reason: str = "",
    ) -> None:
        number = revision_count(session, ENTITY, row.id) + 1
        record_change(
            session, self.desk, f"stocktake.{action.value}", ENTITY, row.id, before=before, after=after,
            number=number, reason=reason,
        )  # fmt: skip

    def _result(self, session: Session, row: Stocktake, message: Message) -> StocktakeResult:
        return StocktakeResult(stocktake_view(session, self.desk, row), message)

    def _batches_to_count(self, session: Session, drug_codes: Collection[str] | None) -> Sequence[StockBatch]:
        """All batches with stock, or with movements since the last full count (§7)."""
        last = last_full_count(session, self.desk.place.id)
        wanted = _BATCHES.c.on_hand > 0
        if last is not None:
            moved = select(_MOVEMENTS.c.batch_id).where(
                _MOVEMENTS.c.organisation_id == self.desk.place.id, _MOVEMENTS.c.occurred_at > last
            )
            wanted = wanted | _BATCHES.c.id.in_(moved)
        query = (
            select(StockBatch)
            .outerjoin(Drug, Drug.code == StockBatch.drug_code)
            .where(StockBatch.organisation_id == self.desk.place.id, wanted)
            .order_by(Drug.pinyin, StockBatch.drug_code, StockBatch.expiry, StockBatch.batch_no, StockBatch.id)
            .execution_options(populate_existing=True)
        )
        found = session.scalars(query).all()
        return found if drug_codes is None else [batch for batch in found if batch.drug_code in drug_codes]

    def _add_lines(self, session: Session, row: Stocktake, batches: Sequence[StockBatch], first: int) -> None:
        drugs = {drug.code: drug for drug in session.scalars(select(Drug))} if batches else {}
        for position, batch in enumerate(batches, start=first):
            drug = drugs.get(batch.drug_code)
            session.add(
                StocktakeLine(
                    stocktake_id=row.id, position=position, batch_id=batch.id, drug_code=batch.drug_code,
                    drug_name=f"{drug.generic_name} {drug.strength}".strip()[:100] if drug else batch.drug_code,
                    batch_no=batch.batch_no, expiry=batch.expiry, unit=drug.unit if drug else "", snapshot=batch.on_hand,
                )
            )  # fmt: skip
        session.flush()

    def _book(
        self,
        session: Session,
        row: Stocktake,
        lines: Sequence[StocktakeLine],
        books: Mapping[str, BookOfLine],
        packs: Mapping[str, Sequence[str]],
    ) -> None:
        entries, differing = [], []
        for line in lines:
            counted = books[line.id].counted(line)
            line.book = counted.book_at_count
            if counted.difference:
                differing.append(line)
                kind = MovementKind.COUNT_SURPLUS if counted.difference > 0 else MovementKind.COUNT_SHORTAGE
                entries.append(
                    NewMovement(
                        line.batch_id, kind, abs(counted.difference), line.counted_at, document=ENTITY,
                        document_id=row.id, reason=line.reason, code=line.id,
                    )
                )  # fmt: skip
        problems: list[Problem] = []
        for line, booked in zip(differing, book(session, self.desk, entries), strict=True):
            try:
                settle_codes(session, self.desk, line, booked.id, packs.get(line.id))
            except Refused as error:
                problems += error.problems
        refuse_if_any(problems)


def last_full_count_on(session: Session, organisation_id: str) -> date | None:
    """The day of the last finalised full count of an organisation; None without one."""
    at = last_full_count(session, organisation_id)
    return None if at is None else at.astimezone().date()


def _refuse_old_sheet(row: Stocktake, version: int) -> None:
    if row.version != version:
        raise DocumentRefused(
            msg(
                "这是第 {old} 版的盘点表，现在是第 {now} 版，没有记。请刷新或重新打印后再录入。",
                old=version,
                now=row.version,
            )
        )
