"""收货 at the clinic: what came of a shipment, line by line, into the ledger, and the receipt back to the township.

One receipt is one transaction: units, 追溯码, the shipment's state and the envelope stand together or not at all. What came
without having been sent is told to the pharmacist and booked only with the shipment that he makes out for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.cold_chain import is_inside, is_possible
from app.domain.message import Message, msg
from app.domain.movements import MovementKind, is_possible_quantity
from app.domain.quantities import exact
from app.domain.receiving import RejectReason, check_receipt_dates, check_receipt_line
from app.domain.shipment_states import SHIPMENT_STEPS, ShipmentAction, ShipmentState
from app.domain.trace_codes import clean_code
from app.errors import UserError
from app.forms.vocabulary import Level, Problem
from app.services.catalogue import listed_on
from app.services.document_steps import take_document_step, was_done
from app.services.problems import Refused, refuse, refuse_if_any
from app.services.receiving_codes import PlacedCode, place_code
from app.services.shipment_post import tell_receipt
from app.services.shipment_sheets import receipt_sheet
from app.services.shipment_views import (
    ENTITY,
    ShipmentSummary,
    ShipmentView,
    lines_of_shipment,
    load_shipment,
    shipment_summaries,
    shipment_view,
)
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from app.services.trace_codes import scan_in
from db.models import Drug, Shipment, ShipmentLine

CELSIUS = "hand_over_celsius"


@dataclass(frozen=True)
class LineReceipt:
    """What was found of one line. `batch_no` and `expiry` as read again from the pack, `codes` as scanned.

    `reason` is one of RejectReason, needed with `rejected`.
    """

    line_id: str
    accepted: int
    rejected: int = 0
    reason: str = ""
    batch_no: str = ""
    expiry: date | None = None
    codes: Sequence[str] = ()


@dataclass(frozen=True)
class ExtraGoods:
    """Goods that came without having been sent; they wait for the pharmacist."""

    drug_code: str
    quantity: int
    batch_no: str
    expiry: date | None


@dataclass(frozen=True)
class Arrival:
    """Everything about one hand-over. `celsius` the temperature of cold lines, as text or number; None not measured.

    `received_on` None is today.
    """

    lines: Sequence[LineReceipt]
    extras: Sequence[ExtraGoods] = ()
    celsius: object = None
    received_on: date | None = None
    delivered_by: str = ""
    remark: str = ""


@dataclass(frozen=True)
class ReceiptResult:
    """The shipment as it is now, the sentence for the user, and the envelope to hand over."""

    shipment: ShipmentView
    message: Message
    message_id: str | None = None


class Receiving:
    """收货 at one clinic."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def open(self) -> list[ShipmentSummary]:
        """The shipments on the way to this clinic."""
        with self.desk.sessions.reading() as session:
            on_the_way = (Shipment.clinic_id == self.desk.place.id) & (
                Shipment.state == ShipmentState.SHIPPED.value
            )
            return shipment_summaries(session, on_the_way, limit=200)

    def history(self, limit: int = 200) -> list[ShipmentSummary]:
        """All shipments to this clinic, the newest first."""
        with self.desk.sessions.reading() as session:
            return shipment_summaries(session, Shipment.clinic_id == self.desk.place.id, limit=limit)

    def get(self, shipment_id: str) -> ShipmentView:
        """One shipment. Raises UserError for one that is not this clinic's."""
        with self.desk.sessions.reading() as session:
            return shipment_view(session, self.desk, self._own(session, shipment_id))

    def cold_lines(self, shipment_id: str) -> frozenset[str]:
        """The ids of the lines whose drugs are kept cold: with one of them the temperature is written down."""
        with self.desk.sessions.reading() as session:
            row = self._own(session, shipment_id)
            return _cold_lines(session, lines_of_shipment(session, row.id))

    def as_sent(self, shipment_id: str, celsius: object = None) -> tuple[LineReceipt, ...]:
        """What the screen begins with: everything accepted as it was sent, batch and expiry to be read again from the
        pack; cold lines rejected where the temperature is outside 2–8 ℃ (§6.5)."""
        with self.desk.sessions.reading() as session:
            lines = lines_of_shipment(session, self._own(session, shipment_id).id)
            degrees = read_celsius(celsius)
            warm = _cold_lines(session, lines) if degrees is not None and not is_inside(degrees) else frozenset()
            return tuple(
                LineReceipt(line.id, 0, line.shipped, RejectReason.TEMPERATURE.value)
                if line.id in warm
                else LineReceipt(line.id, line.shipped, batch_no=line.batch_no, expiry=line.expiry)
                for line in lines
            )

    def check(self, shipment_id: str, arrival: Arrival) -> tuple[Problem, ...]:
        """What would stand against receiving this now, beside its lines and answers; nothing is booked.

        Codes that are still to be scanned are not among it.
        """
        with self.desk.sessions.reading() as session:
            row = self._own(session, shipment_id)
            lines = lines_of_shipment(session, row.id)
            answers = _answers(lines, arrival)
            day = arrival.received_on or self.desk.today()
            found: list[Problem] = []
            degrees = None
            try:
                degrees = read_celsius(arrival.celsius)
            except Refused as error:
                found += error.problems
            codes = {problem.code for problem in found}
            judged = self._problems(session, row, lines, answers, arrival, day, degrees)
            return (*found, *(problem for problem in judged if problem.code not in codes))

    def place_code(
        self, shipment_id: str, scanned: str, taken: Mapping[str, Sequence[str]], *, chosen: str = ""
    ) -> PlacedCode:
        """The line that a scanned trace code belongs to, or why it is refused. `taken` are the codes scanned so far by
        line id, `chosen` the line on which the user stands."""
        with self.desk.sessions.reading() as session:
            lines = lines_of_shipment(session, self._own(session, shipment_id).id)
            return place_code(session, self.desk, lines, scanned, taken, chosen)

    def receive(self, shipment_id: str, arrival: Arrival, version: int, *, key: str | None = None) -> ReceiptResult:
        """Book what was accepted and write the receipt for the township.

        Raises Refused with a sentence beside each line that can't be, DocumentRefused for a shipment that was received
        before or changed meanwhile, UserError for another clinic's. Then nothing is booked.
        """
        with self.desk.sessions.writing() as session:
            row = self._own(session, shipment_id)
            if was_done(session, key):
                return ReceiptResult(shipment_view(session, self.desk, row), msg("已经收过货，没有重复入库。"))
            step = take_document_step(
                session, self.desk, SHIPMENT_STEPS, ENTITY, row, ShipmentState(row.state), ShipmentAction.RECEIVE,
                version=version, key=key,
            )  # fmt: skip
            lines = lines_of_shipment(session, row.id)
            answers = _answers(lines, arrival)
            day = arrival.received_on or self.desk.today()
            degrees = read_celsius(arrival.celsius)
            refuse_if_any(self._problems(session, row, lines, answers, arrival, day, degrees))
            self._write(session, row, lines, answers, arrival, day)
            row.hand_over_celsius = None if degrees is None else int(degrees * 10)
            self._book(session, row, lines, answers, day)
            message_id = tell_receipt(session, self.desk, row)
            return ReceiptResult(shipment_view(session, self.desk, row), step.message, message_id)

    def receipt_pdf(self, shipment_id: str) -> bytes:
        """The receipt on paper, with the differences."""
        from app.printing.lists import table_pdf

        return table_pdf(receipt_sheet(self.get(shipment_id)))

    # -- inside ---------------------------------------------------------------------------------------------------

    def _own(self, session: Session, shipment_id: str) -> Shipment:
        row = load_shipment(session, shipment_id)
        if row.clinic_id != self.desk.place.id:
            raise UserError(msg("这张发货单是发给别的村卫生室的，没有入库。请联系卫生院换货。"))
        return row

    def _problems(
        self,
        session: Session,
        row: Shipment,
        lines: Sequence[ShipmentLine],
        answers: Mapping[str, LineReceipt],
        arrival: Arrival,
        day: date,
        degrees: Decimal | None,
    ) -> list[Problem]:
        dates = check_receipt_dates(day, row.shipped_on, self.desk.today())
        found = [] if dates.message is None else [_problem("received_on", dates.message)]
        cold = _cold_lines(session, lines)
        if cold and degrees is None:
            found.append(_problem(CELSIUS, msg("有冷链药品：请测量并填写交接时的温度。")))
        for line in lines:
            problem = _line_problem(line, answers[line.id], day)
            if problem is None and line.id in cold and degrees is not None and not is_inside(degrees):
                problem = _warm_problem(line, answers[line.id], degrees)
            if problem is not None:
                found.append(_problem(line.id, problem))
        for number, extra in enumerate(arrival.extras):
            problem = _extra_problem(session, self.desk, extra)
            if problem is not None:
                found.append(_problem(f"extra_{number}", problem))
        return found

    def _write(
        self,
        session: Session,
        row: Shipment,
        lines: Sequence[ShipmentLine],
        answers: Mapping[str, LineReceipt],
        arrival: Arrival,
        day: date,
    ) -> None:
        for line in lines:
            answer = answers[line.id]
            line.accepted, line.rejected = answer.accepted, answer.rejected
            line.reject_reason = answer.reason.strip() if answer.rejected else ""
        for number, extra in enumerate(arrival.extras):
            session.add(self._extra_line(session, row, len(lines) + number, extra))
        row.received_on, row.received_by_id = day, self.desk.actor.user_id
        row.received_by_name = self.desk.actor.name
        row.delivered_by = arrival.delivered_by.strip()[:50] or row.delivered_by
        row.remark = arrival.remark.strip()[:200] or row.remark

    def _extra_line(self, session: Session, row: Shipment, position: int, extra: ExtraGoods) -> ShipmentLine:
        drug = session.scalars(select(Drug).where(Drug.code == extra.drug_code)).one()
        return ShipmentLine(
            shipment_id=row.id, position=position, drug_code=drug.code, drug_name=drug.generic_name,
            strength=drug.strength, unit=drug.unit, pack_unit=drug.pack_unit, units_per_pack=drug.units_per_pack,
            price_fen=drug.price_fen, batch_no=extra.batch_no.strip(), expiry=extra.expiry, shipped=0,
            accepted=extra.quantity, rejected=0, is_pending=True, codes=[],
        )  # fmt: skip

    def _book(
        self,
        session: Session,
        row: Shipment,
        lines: Sequence[ShipmentLine],
        answers: Mapping[str, LineReceipt],
        day: date,
    ) -> None:
        at = self._moment(day)
        taken = [line for line in lines if line.accepted]
        for line in taken:
            key = BatchKey(
                line.drug_code, line.batch_no, line.expiry, line.manufacturer, line.price_fen, line.units_per_pack
            )
            line.batch_id = find_or_make_batch(session, self.desk, key, day)
        entries = [
            NewMovement(
                str(line.batch_id), MovementKind.RECEIPT, line.accepted or 0, at, document=ENTITY,
                document_id=row.id, reason=row.number, code=line.id,
            )
            for line in taken
        ]  # fmt: skip
        problems: list[Problem] = []
        for line, booked in zip(taken, book(session, self.desk, entries), strict=True):
            scanned = answers[line.id].codes
            try:
                scan_in(session, self.desk, booked.id, scanned, complete=bool(line.codes), code=line.id, listed=line.codes)
            except Refused as error:
                problems += error.problems
        if problems:
            raise Refused(problems)

    def _moment(self, day: date) -> datetime:
        if day == self.desk.today():
            return self.desk.now()
        return datetime.combine(day, time(12)).astimezone().astimezone(UTC)


def read_celsius(written: object) -> Decimal | None:
    """A temperature as it was written, at one decimal; None when nothing was. Raises Refused for what none can be."""
    text = str(written if written is not None else "").strip().removesuffix("℃").strip()
    if not text:
        return None
    try:
        degrees = exact(text)
    except ValueError as error:
        raise refuse(CELSIUS, msg("温度请填数字，例如 5.2，您填的是“{written}”。", written=text[:20])) from error
    if not is_possible(degrees) or degrees * 10 != int(degrees * 10):
        raise refuse(
            CELSIUS, msg("温度请填 -40 到 60 之间的数，最多一位小数，您填的是“{written}”。", written=text[:20])
        )
    return degrees


def _answers(lines: Sequence[ShipmentLine], arrival: Arrival) -> dict[str, LineReceipt]:
    """Each line's answer. Raises UserError unless every line is answered once and nothing else is."""
    answers = {answer.line_id: answer for answer in arrival.lines}
    if len(answers) != len(arrival.lines) or answers.keys() != {line.id for line in lines}:
        raise UserError(msg("点收的行和发货单对不上，没有入库。请关闭后重新打开这张发货单。"))
    return answers


def _line_problem(line: ShipmentLine, answer: LineReceipt, day: date) -> Message | None:
    for units in (answer.accepted, answer.rejected):
        if units is not None and (isinstance(units, bool) or not isinstance(units, int)):
            return msg("数量请填 0 或正整数（最小发药单位），您填的是“{written}”。", written=str(units)[:20])
    check = check_receipt_line(line.shipped, answer.accepted, answer.rejected, answer.reason)
    if check.message is not None:
        return check.message
    if answer.rejected and answer.reason.strip() not in {reason.value for reason in RejectReason}:
        return msg("拒收原因请从列表里选择。")
    if not answer.accepted:
        return None
    if not answer.batch_no.strip() or answer.expiry is None:
        return msg("请按药盒填写批号和有效期，并与发货单核对。")
    if answer.batch_no.strip() != line.batch_no or answer.expiry != line.expiry:
        return msg(
            "药盒上是批号 {read}、有效期 {read_expiry}，发货单是 {batch}、{expiry}：请按“批号不符”拒收，多到的货另记一行。",
            read=answer.batch_no.strip()[:40],
            read_expiry=answer.expiry,
            batch=line.batch_no,
            expiry=line.expiry or "—",
        )
    if answer.expiry < day:
        return msg("批号 {batch} 有效期到 {expiry}，已经过期：请拒收。", batch=line.batch_no, expiry=answer.expiry)
    foreign = [code for code in answer.codes if line.codes and clean_code(code) not in line.codes]
    if foreign:
        return msg(
            "追溯码 {code} 不在发货单的这一行里，没有入库。请核对是不是别的货。", code=str(foreign[0])[:24]
        )
    return None


def _warm_problem(line: ShipmentLine, answer: LineReceipt, degrees: Decimal) -> Message | None:
    if not answer.accepted:
        return None
    return msg("{drug}交接时是 {degrees}℃，不在 2–8℃：请按“温度异常”拒收。", drug=line.drug_name, degrees=degrees)


def _extra_problem(session: Session, desk: Desk, extra: ExtraGoods) -> Message | None:
    if not is_possible_quantity(extra.quantity):
        return msg("多到的数量请填正整数（最小发药单位）。")
    if not extra.batch_no.strip() or extra.expiry is None:
        return msg("多到的药品请填写批号和有效期。")
    known = select(Drug.id).where(Drug.code == extra.drug_code, listed_on(desk.today()))
    if session.scalar(known) is None:
        return msg("目录里没有这个药品。请先在目录里选择药品。")
    return None


def _cold_lines(session: Session, lines: Sequence[ShipmentLine]) -> frozenset[str]:
    codes = {line.drug_code for line in lines}
    cold = set(session.scalars(select(Drug.code).where(Drug.code.in_(codes), Drug.cold_chain.is_(True))))
    return frozenset(line.id for line in lines if line.drug_code in cold)


def _problem(code: str, sentence: Message) -> Problem:
    return Problem(code, Level.REFUSE, sentence)
