"""信封的收发 within a transaction: writing an envelope with the change it tells of, and taking one in once.

What is sent is stored in the same transaction as the change itself; handing the file over comes after and can be
repeated. What comes in is taken in once; a gap in the sender's count is told; what is refused is kept aside.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.errors import CunyiError, UserError
from app.exchange.envelope import Envelope, EnvelopeRefused, Fault, read_cover, seal, unseal
from app.exchange.keys import PrivateKeys, PublicKeys
from app.services.history import add_audit
from db.models import ExchangeMessage, Organisation, OwnKeys, new_id

if TYPE_CHECKING:
    from app.exchange.bodies import Body  # pydantic is no part of the window's start

HANDLERS = {
    "drug_request": "app.services.review_intake:take_in_request",
    "drug_decision": "app.services.requests:take_in_decision",
    "catalogue": "app.services.catalogue_exchange:take_in_catalogue",
    "shipment": "app.services.shipment_post:take_in_shipment",
    "receipt": "app.services.shipment_post:take_in_receipt",
    "movements": "app.services.ledger_reports:take_in_report",
    "statement": "app.services.statements:take_in_statement",
    "count": "app.services.count_answers:take_in_count",
    "count_result": "app.services.random_checks:take_in_result",
    "shortage": "app.services.shortages:take_in_shortage",
    "shortage_answer": "app.services.shortage_answers:take_in_answer",
}
"""Who takes in what: (session, desk, envelope) -> TakenIn, raising UserError when it cannot be."""


@dataclass(frozen=True)
class TakenIn:
    """What came of an envelope: what it concerns, and what to tell the user. `gap`: envelopes still missing."""

    kind: str
    subject_id: str
    message: Message
    gap: Message | None = None


def refuse_older_than_known(session: Session, desk: Desk, envelope: Envelope, subject_id: str) -> None:
    """Raise UserError when a later envelope of this sender about the same document was taken in: the newest one counts."""
    later = select(ExchangeMessage.sealed).where(
        ExchangeMessage.direction == "received",
        ExchangeMessage.state == "accepted",
        ExchangeMessage.sender_id == envelope.sender_id,
        ExchangeMessage.kind == envelope.kind,
        ExchangeMessage.subject_id == subject_id,
        ExchangeMessage.sequence > envelope.sequence,
    )
    keys, sender = own_keys(session, desk), public_keys(session.get(Organisation, envelope.sender_id))
    for sealed in session.scalars(later):
        # After a sender went back to a backup its count begins again below; then the moment of writing tells.
        try:
            known = unseal(read_cover(sealed), desk.place.id, keys, sender)
        except EnvelopeRefused:
            continue  # written before the desks were paired anew
        if known.written_at >= envelope.written_at:
            raise UserError(msg("这是较早的一份文件，更新的一份已经读入，没有改动任何内容。不需要再做什么。"))


def own_keys(session: Session, desk: Desk) -> PrivateKeys:
    """This desk's private keys."""
    keys = session.get_one(OwnKeys, desk.place.id)
    return PrivateKeys(keys.signing_private_key, keys.sealing_private_key)


def public_keys(organisation: Organisation | None) -> PublicKeys | None:
    """The keys of a paired desk, None when it is not paired."""
    if organisation is None or organisation.paired_at is None:
        return None
    return PublicKeys(organisation.signing_public_key or "", organisation.sealing_public_key or "")


def write_envelope(
    session: Session, desk: Desk, recipient_id: str, kind: str, body: Body, *, subject_id: str
) -> ExchangeMessage:
    """Sign, seal and store a message to a paired desk; the caller commits it with the change it tells of."""
    from app.exchange.bodies import SCHEMA

    recipient = session.get(Organisation, recipient_id)
    keys = public_keys(recipient)
    if recipient is None or keys is None:
        raise UserError(msg("还没有和对方单位配对，内容都还在。请先在“设置 - 配对”里完成配对，再提交。"))
    last = session.scalar(
        select(func.max(ExchangeMessage.sequence)).where(
            ExchangeMessage.direction == "sent", ExchangeMessage.recipient_id == recipient_id
        )
    )
    envelope = Envelope(
        id=new_id(),
        sender_id=desk.place.id,
        recipient_id=recipient_id,
        kind=kind,
        schema=SCHEMA,
        sequence=(last or 0) + 1,
        written_at=desk.now(),
        body=body.model_dump(mode="json"),
    )
    row = ExchangeMessage(
        id=envelope.id,
        direction="sent",
        sender_id=desk.place.id,
        recipient_id=recipient_id,
        kind=kind,
        sequence=envelope.sequence,
        state="ready",
        subject_id=subject_id,
        at=desk.now(),
        sealed=seal(envelope, own_keys(session, desk), keys),
    )
    session.add(row)
    add_audit(session, desk, f"exchange.write.{kind}", "exchange_message", envelope.id)
    return row


def receive(desk: Desk, data: bytes) -> TakenIn:
    """Take in one file. Raises EnvelopeRefused or another UserError; a refused envelope is kept aside and shown."""
    from pydantic import ValidationError

    try:
        with desk.sessions.writing() as session:
            return _take_in(session, desk, data)
    except EnvelopeRefused as error:
        _keep_aside(desk, data, error.envelope_id, error.sender_id, error)
        raise
    except (UserError, ValidationError) as error:
        cover = read_cover(data)
        refusal = error if isinstance(error, CunyiError) else EnvelopeRefused(Fault.ALTERED)
        _keep_aside(desk, data, cover.id, cover.sender_id, refusal)
        raise refusal from error


def _take_in(session: Session, desk: Desk, data: bytes) -> TakenIn:
    from app.exchange.bodies import SCHEMA

    cover = read_cover(data)
    sender = session.get(Organisation, cover.sender_id)
    envelope = unseal(cover, desk.place.id, own_keys(session, desk), public_keys(sender))
    known = session.get(ExchangeMessage, envelope.id)
    if known is not None and known.state == "accepted":
        raise EnvelopeRefused(Fault.REPEATED, envelope_id=envelope.id, sender_id=envelope.sender_id)
    if envelope.schema > SCHEMA or envelope.kind not in HANDLERS:
        raise EnvelopeRefused(Fault.NEWER, envelope_id=envelope.id, sender_id=envelope.sender_id)
    gap = _gap_before(session, envelope)
    taken = _handler(envelope.kind)(session, desk, envelope)
    row = known or ExchangeMessage(id=envelope.id)
    row.direction, row.state, row.reason = "received", "accepted", ""
    row.sender_id, row.recipient_id = envelope.sender_id, envelope.recipient_id
    row.kind, row.sequence, row.subject_id = envelope.kind, envelope.sequence, taken.subject_id
    row.at, row.sealed = desk.now(), data
    session.add(row)
    add_audit(session, desk, f"exchange.receive.{envelope.kind}", "exchange_message", envelope.id)
    return TakenIn(taken.kind, taken.subject_id, taken.message, gap)


def _handler(kind: str) -> Callable[[Session, Desk, Envelope], TakenIn]:
    module, _colon, function = HANDLERS[kind].partition(":")
    return getattr(import_module(module), function)


def _gap_before(session: Session, envelope: Envelope) -> Message | None:
    """The sentence about envelopes of this sender that have not come, when this one runs ahead of them."""
    last = session.scalar(
        select(func.max(ExchangeMessage.sequence)).where(
            ExchangeMessage.direction == "received",
            ExchangeMessage.state == "accepted",
            ExchangeMessage.sender_id == envelope.sender_id,
        )
    )
    missing = envelope.sequence - (last or 0) - 1
    if missing <= 0:
        return None
    return msg(
        "对方在这之前还发过 {count} 份文件，这里没有收到。这一份已经读入；请向对方要来缺的文件。",
        count=missing,
    )


def _keep_aside(desk: Desk, data: bytes, envelope_id: str, sender_id: str, error: CunyiError) -> None:
    """Store a refused envelope with its reason, once; nothing for files that are none, or that were taken in before."""
    if not is_id(envelope_id):
        return
    with desk.sessions.writing() as session:
        if session.get(ExchangeMessage, envelope_id) is not None:
            return
        session.add(
            ExchangeMessage(
                id=envelope_id,
                direction="received",
                sender_id=sender_id,
                recipient_id=desk.place.id,
                kind="",
                sequence=0,
                state="refused",
                reason=str(error.message)[:300],
                at=desk.now(),
                sealed=data,
            )
        )
        add_audit(session, desk, "exchange.refuse", "exchange_message", envelope_id)


def is_id(text: str) -> bool:
    """Whether `text` is an id as the program gives them."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
