"""发货单 and 签收单 between the desks: what travels, and how each side takes it in.

A shipment is stored at the clinic as a copy on the road; nothing is booked before the clinic receives it. A receipt is
taken in at the township once, and only when it answers every line as it was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.receiving import RejectReason, check_receipt_dates, check_receipt_line
from app.domain.request_terms import Role
from app.domain.shipment_states import SHIPMENT_STEPS, ShipmentAction, ShipmentState
from app.domain.trace_codes import codes_for
from app.errors import UserError
from app.exchange.envelope import Envelope
from app.services.document_steps import add_step, take_document_step
from app.services.history import record_change
from app.services.post import TakenIn, refuse_older_than_known, write_envelope
from app.services.shipment_views import ENTITY, lines_of_shipment
from db.models import DrugRequest, Organisation, Shipment, ShipmentLine

if TYPE_CHECKING:
    from app.exchange.bodies import (  # pydantic is no part of the window's start
        ReceiptBody,
        ReceivedLine,
        ShipmentBody,
        ShippedLine,
    )


def shipment_body(row: Shipment, lines: Sequence[ShipmentLine]) -> ShipmentBody:
    """A shipment as it travels to its clinic."""
    from app.exchange.bodies import ShipmentBody, ShippedLine

    return ShipmentBody(
        shipment_id=row.id,
        number=row.number,
        clinic_id=row.clinic_id,
        request_id=row.request_id,
        state=row.state,  # type: ignore[arg-type]
        route=row.route,
        created_by_name=row.created_by_name,
        shipped_by_name=row.shipped_by_name,
        shipped_on=row.shipped_on,  # type: ignore[arg-type]
        delivered_by=row.delivered_by,
        dispatch_celsius=row.dispatch_celsius,
        remark=row.remark,
        lines=tuple(
            ShippedLine(
                id=line.id, request_line_id=line.request_line_id, position=line.position, drug_code=line.drug_code,
                drug_name=line.drug_name, strength=line.strength, unit=line.unit, pack_unit=line.pack_unit,
                units_per_pack=line.units_per_pack, price_fen=line.price_fen, manufacturer=line.manufacturer,
                batch_no=line.batch_no, expiry=line.expiry, shipped=line.shipped, codes=tuple(line.codes),
            )
            for line in lines
        ),
    )  # fmt: skip


def take_in_shipment(session: Session, desk: Desk, envelope: Envelope) -> TakenIn:
    """A shipment on its way to this clinic, or the word that it went back. Raises UserError for any other."""
    from app.exchange.bodies import ShipmentBody

    body = ShipmentBody.model_validate(envelope.body)
    own = session.get_one(Organisation, desk.place.id)
    if own.parent_id != envelope.sender_id:
        raise UserError(msg("这张发货单不是本室所属卫生院发来的，没有读入任何内容。请先完成配对。"))
    if body.clinic_id != desk.place.id:
        raise UserError(msg("这张发货单是发给别的村卫生室的，没有读入任何内容。请联系卫生院换货。"))
    known = session.get(Shipment, body.shipment_id)
    if body.state == ShipmentState.RETURNED_IN_FULL.value:
        return _take_in_return(session, desk, envelope, body, known)
    if known is not None:
        raise UserError(
            msg(
                "发货单 {number} 以前已经读入过，现在是“{state}”，没有重复读入。不需要再做什么。",
                number=known.number,
                state=ShipmentState(known.state).label,
            )
        )
    refuse_older_than_known(session, desk, envelope, body.shipment_id)
    _refuse_unsound(body)
    if session.scalar(select(Shipment.id).where(Shipment.number == body.number)) is not None:
        raise UserError(
            msg("发货单号 {number} 已经用在另一张发货单上，没有读入任何内容。请与卫生院核对。", number=body.number)
        )
    row = _store(session, desk, envelope, body)
    _first_step(session, desk, envelope, body, row)
    kinds = len({line.drug_code for line in body.lines})
    told = msg("发货单 {number} 已读入，共 {kinds} 种药品在途。货到后请点收。", number=row.number, kinds=kinds)
    return TakenIn("shipment", row.id, told)


def receipt_body(row: Shipment, lines: Sequence[ShipmentLine]) -> ReceiptBody:
    """A receipt as it travels back to the township: what the clinic wrote on its copy of the shipment.

    A line with `shipped` 0 was not sent and says itself what it is.
    """
    from app.exchange.bodies import DrugOfLine, ReceiptBody, ReceivedLine

    def received(line: ShipmentLine) -> ReceivedLine:
        extra = line.shipped == 0
        drug = DrugOfLine(
            drug_code=line.drug_code, drug_name=line.drug_name, strength=line.strength, unit=line.unit,
            units_per_pack=line.units_per_pack, price_fen=line.price_fen,
        )  # fmt: skip
        return ReceivedLine(
            id=line.id, shipped=line.shipped, accepted=line.accepted or 0, rejected=line.rejected or 0,
            reason=line.reject_reason, is_extra=extra, drug=drug if extra else None, batch_no=line.batch_no,
            expiry=line.expiry,
        )  # fmt: skip

    return ReceiptBody(
        shipment_id=row.id,
        received_by_name=row.received_by_name,
        received_on=row.received_on,  # type: ignore[arg-type]
        delivered_by=row.delivered_by,
        hand_over_celsius=row.hand_over_celsius,
        remark=row.remark,
        lines=tuple(received(line) for line in lines),
    )


def tell_receipt(session: Session, desk: Desk, row: Shipment) -> str:
    """Write the envelope with the clinic's receipt to its township; the id of the message."""
    session.flush()
    body = receipt_body(row, lines_of_shipment(session, row.id))
    return write_envelope(session, desk, row.township_id, "receipt", body, subject_id=row.id).id


def take_in_receipt(session: Session, desk: Desk, envelope: Envelope) -> TakenIn:
    """A clinic's receipt of a shipment, at the township. Raises UserError when it answers no shipment of this clinic."""
    from app.exchange.bodies import ReceiptBody

    body = ReceiptBody.model_validate(envelope.body)
    row = session.get(Shipment, body.shipment_id)
    if row is None or row.township_id != desk.place.id or row.clinic_id != envelope.sender_id:
        raise UserError(msg("这张签收单不是针对发给这个卫生室的发货单，没有读入任何内容。请与对方核对。"))
    state = ShipmentState(row.state)
    if state is not ShipmentState.SHIPPED:
        raise UserError(
            msg("发货单 {number} 现在是“{state}”，没有再读入签收。请与对方核对。", number=row.number, state=state.label)
        )
    dates = check_receipt_dates(body.received_on, row.shipped_on, desk.today())
    if dates.message is not None:
        raise UserError(msg("签收单没有读入任何内容：{why}", why=dates.message))
    lines = {line.id: line for line in lines_of_shipment(session, row.id)}
    _refuse_other_lines(lines, body)
    for received in body.lines:
        if received.id in lines:
            line = lines[received.id]
            line.accepted, line.rejected, line.reject_reason = received.accepted, received.rejected, received.reason
        else:
            session.add(_extra_line(session, row, len(lines), received))
    take_document_step(
        session, desk, SHIPMENT_STEPS, ENTITY, row, state, ShipmentAction.RECEIVE, role=Role.VILLAGE_DOCTOR,
        by=(envelope.sender_id, body.received_by_name),
    )  # fmt: skip
    row.received_on, row.received_by_name = body.received_on, body.received_by_name
    row.hand_over_celsius = body.hand_over_celsius
    return TakenIn("receipt", row.id, _receipt_sentence(row, body))


def _receipt_sentence(row: Shipment, body: ReceiptBody) -> Message:
    differ = sum(1 for line in body.lines if line.rejected or line.is_extra)
    if differ:
        return msg(
            "发货单 {number} 已签收，有 {count} 行与发货不符。请在 3 天内核对处理。", number=row.number, count=differ
        )
    return msg("发货单 {number} 已签收，数量全部相符。请核对后办结。", number=row.number)


def _refuse_unsound(body: ShipmentBody) -> None:
    for line in body.lines:
        if len(set(line.codes)) != len(line.codes) or len(line.codes) > codes_for(line.shipped, line.units_per_pack):
            raise UserError(
                msg(
                    "发货单 {number} 里 {drug} 的追溯码有重复或多于盒数，没有读入任何内容。请让卫生院重新发一次。",
                    number=body.number,
                    drug=line.drug_name,
                )
            )
    ids = {line.id for line in body.lines}
    codes = [code for line in body.lines for code in line.codes]
    if len(ids) != len(body.lines) or len(set(codes)) != len(codes):
        raise UserError(
            msg("发货单 {number} 里有重复的行，没有读入任何内容。请让卫生院重新发一次。", number=body.number)
        )


def _store(session: Session, desk: Desk, envelope: Envelope, body: ShipmentBody) -> Shipment:
    request_known = body.request_id is not None and session.get(DrugRequest, body.request_id) is not None
    row = Shipment(
        id=body.shipment_id, number=body.number, township_id=envelope.sender_id, clinic_id=desk.place.id,
        request_id=body.request_id if request_known else None, state=ShipmentState.SHIPPED.value, route=body.route,
        created_at=envelope.written_at, created_by_id=envelope.sender_id, created_by_name=body.created_by_name,
        shipped_on=body.shipped_on, shipped_by_id=envelope.sender_id, shipped_by_name=body.shipped_by_name,
        delivered_by=body.delivered_by, dispatch_celsius=body.dispatch_celsius, remark=body.remark, version=1,
    )  # fmt: skip
    session.add(row)
    session.flush()
    for line in body.lines:
        if session.get(ShipmentLine, line.id) is not None:
            raise UserError(msg("这张发货单里有一行属于别的发货单，没有读入任何内容。请让卫生院重新发一次。"))
        session.add(_copied_line(row.id, line))
    return row


def _copied_line(shipment_id: str, line: ShippedLine) -> ShipmentLine:
    return ShipmentLine(
        id=line.id, shipment_id=shipment_id, request_line_id=line.request_line_id, position=line.position,
        batch_id=None, drug_code=line.drug_code, drug_name=line.drug_name, strength=line.strength, unit=line.unit,
        pack_unit=line.pack_unit, units_per_pack=line.units_per_pack, price_fen=line.price_fen,
        manufacturer=line.manufacturer, batch_no=line.batch_no, expiry=line.expiry, shipped=line.shipped,
        codes=list(line.codes),
    )  # fmt: skip


def _first_step(session: Session, desk: Desk, envelope: Envelope, body: ShipmentBody, row: Shipment) -> None:
    shipped = ShipmentState.SHIPPED.value
    add_step(
        session, ENTITY, row.id, "", shipped, ShipmentAction.SHIP.value, user_id=envelope.sender_id,
        user_name=body.shipped_by_name, at=envelope.written_at,
    )  # fmt: skip
    record_change(
        session, desk, "shipment.arrive", ENTITY, row.id, before=None, after={"state": shipped, "version": 1}
    )


def _take_in_return(
    session: Session, desk: Desk, envelope: Envelope, body: ShipmentBody, known: Shipment | None
) -> TakenIn:
    """The township took everything back: the copy is no longer on the road. One that never came is not stored."""
    if known is None:
        told = msg("发货单 {number} 已全部退回卫生院，本室没有收到过。不需要再做什么。", number=body.number)
        return TakenIn("shipment", body.shipment_id, told)
    state = ShipmentState(known.state)
    if state is not ShipmentState.SHIPPED:
        raise UserError(
            msg(
                "卫生院说发货单 {number} 已全部退回，但本室现在是“{state}”，没有读入。请与卫生院核对。",
                number=known.number,
                state=state.label,
            )
        )
    take_document_step(
        session, desk, SHIPMENT_STEPS, ENTITY, known, state, ShipmentAction.RETURN_IN_FULL,
        comment=str(msg("卫生院通知已全部退回")), role=Role.TOWNSHIP_PHARMACIST,
        by=(envelope.sender_id, body.shipped_by_name),
    )  # fmt: skip
    return TakenIn(
        "shipment", known.id, msg("发货单 {number} 已全部退回卫生院，请不要再点收。", number=known.number)
    )


def _refuse_other_lines(lines: dict[str, ShipmentLine], body: ReceiptBody) -> None:
    answered = [line.id for line in body.lines if not line.is_extra]
    if sorted(answered) != sorted(lines) or len({line.id for line in body.lines}) != len(body.lines):
        raise UserError(msg("签收单的行和发货单对不上，没有读入任何内容。请让对方按最新的发货单重新签收。"))
    for received in body.lines:
        known = lines.get(received.id)
        shipped = 0 if received.is_extra else (known.shipped if known else 0)
        if received.is_extra:
            if received.drug is None or not received.accepted or received.shipped:
                raise UserError(msg("签收单里多到的药品没有写明品名或数量，没有读入任何内容。请让对方补填。"))
            continue
        if received.shipped != shipped:
            raise UserError(msg("签收单的行和发货单对不上，没有读入任何内容。请让对方按最新的发货单重新签收。"))
        check = check_receipt_line(shipped, received.accepted, received.rejected, received.reason)
        reason = received.reason.strip()
        if check.message is None and reason and reason not in {known.value for known in RejectReason}:
            raise UserError(msg("签收单里的拒收原因“{reason}”不认识，没有读入任何内容。请先升级本机的程序。", reason=reason))
        if check.message is not None:
            raise UserError(msg("签收单没有读入任何内容：{why}", why=check.message))


def _extra_line(session: Session, row: Shipment, position: int, received: ReceivedLine) -> ShipmentLine:
    if session.get(ShipmentLine, received.id) is not None or received.drug is None:
        raise UserError(msg("签收单的行和发货单对不上，没有读入任何内容。请让对方按最新的发货单重新签收。"))
    drug = received.drug
    return ShipmentLine(
        id=received.id, shipment_id=row.id, position=position, drug_code=drug.drug_code, drug_name=drug.drug_name,
        strength=drug.strength, unit=drug.unit, pack_unit="", units_per_pack=drug.units_per_pack,
        price_fen=drug.price_fen, batch_no=received.batch_no, expiry=received.expiry, shipped=0,
        accepted=received.accepted, rejected=received.rejected, reject_reason=received.reason, is_pending=True,
        codes=[],
    )  # fmt: skip
