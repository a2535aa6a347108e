"""The envelope: one message between two desks, signed by its sender and sealed to its recipient.

The file (`*.cyx`) is a line of plain JSON (format, id, sender, recipient, length, checksum of what follows) and the
sealed rest. The plain line serves only to say clearly what is wrong with a file: everything that counts stands again
inside, under the signature, and is compared. A carrier can neither read nor alter a message unnoticed.

Reading raises EnvelopeRefused with one of the reasons of `Fault`; nothing is written here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.message import Message, msg
from app.errors import UserError
from app.exchange.keys import PrivateKeys, PublicKeys

FORMAT = "cunyi-envelope-1"
LARGEST_FILE = 32 * 1024 * 1024
SIGNATURE_BYTES = 64
LARGEST_COUNT = 1_000_000_000
FIRST_YEAR, LAST_YEAR = 1900, 2199


class Fault(StrEnum):
    """Why an envelope is refused."""

    FOREIGN = "foreign"
    TRUNCATED = "truncated"
    ALTERED = "altered"
    NEWER = "newer"
    NOT_FOR_US = "not_for_us"
    STRANGER = "stranger"
    REPEATED = "repeated"


SENTENCES: Mapping[Fault, Message] = {
    Fault.FOREIGN: msg("这不是村医工作站的文件，没有读入任何内容。请选择对方发来的 .cyx 文件。"),
    Fault.TRUNCATED: msg("这个文件不完整，可能没有复制完，没有读入任何内容。请从对方那里重新复制一次。"),
    Fault.ALTERED: msg("这个文件被改动过，或者在传送中损坏，没有读入任何内容。请让对方重新发一次。"),
    Fault.NEWER: msg("这个文件来自更新版本的程序，这里还读不了，没有读入任何内容。请先升级本机的程序。"),
    Fault.NOT_FOR_US: msg(
        "这个文件是发给别的单位的，不是发给本单位的，没有读入任何内容。请核对文件，或让对方重发。"
    ),
    Fault.STRANGER: msg(
        "发文件的单位还没有和本单位配对，没有读入任何内容。请先在“设置 - 配对”里完成配对，再打开这个文件。"
    ),
    Fault.REPEATED: msg("这个文件以前已经读入过，没有重复读入。不需要再做什么。"),
}


class EnvelopeRefused(UserError):
    """An envelope that is not taken in; `fault` says why, `envelope_id` and `sender_id` where they could be read."""

    def __init__(self, fault: Fault, *, envelope_id: str = "", sender_id: str = "") -> None:
        super().__init__(SENTENCES[fault])
        self.fault = fault
        self.envelope_id = envelope_id
        self.sender_id = sender_id


@dataclass(frozen=True)
class Envelope:
    """One message. `sequence` counts the sender's envelopes to this recipient from 1; `body` is plain JSON."""

    id: str
    sender_id: str
    recipient_id: str
    kind: str
    schema: int
    sequence: int
    written_at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Cover:
    """What can be read without a key: who to whom, and the sealed rest."""

    id: str
    sender_id: str
    recipient_id: str
    sealed: bytes


def seal(envelope: Envelope, own: PrivateKeys, recipient: PublicKeys) -> bytes:
    """The bytes of the file: signed by `own`, readable only by `recipient`."""
    from nacl.public import PublicKey, SealedBox
    from nacl.signing import SigningKey

    inner = _inner_bytes(envelope)
    signature = SigningKey(bytes.fromhex(own.signing)).sign(inner).signature
    sealed = SealedBox(PublicKey(bytes.fromhex(recipient.sealing))).encrypt(signature + inner)
    cover = {
        "format": FORMAT,
        "id": envelope.id,
        "from": envelope.sender_id,
        "to": envelope.recipient_id,
        "length": len(sealed),
        "sha256": hashlib.sha256(sealed).hexdigest(),
    }
    return json.dumps(cover, ensure_ascii=True).encode() + b"\n" + sealed


def read_cover(data: bytes) -> Cover:
    """The plain part of a file; raises EnvelopeRefused (foreign, newer, truncated, altered)."""
    if len(data) > LARGEST_FILE:
        raise EnvelopeRefused(Fault.FOREIGN)
    line, _newline, sealed = data.partition(b"\n")
    try:
        cover = json.loads(line)
    except (ValueError, RecursionError) as error:
        started = line.startswith(b'{"format": "cunyi-envelope')
        raise EnvelopeRefused(Fault.TRUNCATED if started else Fault.FOREIGN) from error
    if not isinstance(cover, dict) or not str(cover.get("format", "")).startswith("cunyi-envelope-"):
        raise EnvelopeRefused(Fault.FOREIGN)
    if cover["format"] != FORMAT:
        raise EnvelopeRefused(Fault.NEWER)
    named = [str(cover.get(part, ""))[:36] for part in ("id", "from", "to")]
    if not all(part.isascii() and part.isprintable() for part in named):
        raise EnvelopeRefused(Fault.ALTERED)
    known = {"envelope_id": named[0], "sender_id": named[1]}
    length = cover.get("length")
    if isinstance(length, int) and len(sealed) < length:
        raise EnvelopeRefused(Fault.TRUNCATED, **known)
    if len(sealed) != length or hashlib.sha256(sealed).hexdigest() != cover.get("sha256"):
        raise EnvelopeRefused(Fault.ALTERED, **known)
    return Cover(*named, sealed)


def unseal(cover: Cover, own_id: str, own: PrivateKeys, sender: PublicKeys | None) -> Envelope:
    """The envelope in `cover`; `sender` are the keys of the desk that it claims to come from, None when not paired."""
    from nacl.exceptions import BadSignatureError, CryptoError
    from nacl.public import PrivateKey, SealedBox
    from nacl.signing import VerifyKey

    known = {"envelope_id": cover.id, "sender_id": cover.sender_id}
    if cover.recipient_id != own_id:
        raise EnvelopeRefused(Fault.NOT_FOR_US, **known)
    if sender is None:
        raise EnvelopeRefused(Fault.STRANGER, **known)
    try:
        opened = SealedBox(PrivateKey(bytes.fromhex(own.sealing))).decrypt(cover.sealed)
        inner = opened[SIGNATURE_BYTES:]
        VerifyKey(bytes.fromhex(sender.signing)).verify(inner, opened[:SIGNATURE_BYTES])
        envelope = _from_inner(inner)
    except (BadSignatureError, CryptoError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise EnvelopeRefused(Fault.ALTERED, **known) from error
    stated = (envelope.id, envelope.sender_id, envelope.recipient_id)
    if stated != (cover.id, cover.sender_id, cover.recipient_id):
        raise EnvelopeRefused(Fault.ALTERED, **known)
    return envelope


def _inner_bytes(envelope: Envelope) -> bytes:
    inner = {
        "id": envelope.id,
        "from": envelope.sender_id,
        "to": envelope.recipient_id,
        "kind": envelope.kind,
        "schema": envelope.schema,
        "sequence": envelope.sequence,
        "written_at": envelope.written_at.isoformat(),
        "body": envelope.body,
    }
    return json.dumps(inner, ensure_ascii=False, sort_keys=True).encode()


def _from_inner(inner: bytes) -> Envelope:
    """What was signed. Raises ValueError, KeyError or TypeError for what the program never writes."""
    content = json.loads(inner)
    envelope = Envelope(
        id=content["id"],
        sender_id=content["from"],
        recipient_id=content["to"],
        kind=content["kind"],
        schema=content["schema"],
        sequence=content["sequence"],
        written_at=datetime.fromisoformat(content["written_at"]),
        body=content["body"],
    )
    counted = (envelope.schema, envelope.sequence)
    if any(type(number) is not int or not 1 <= number <= LARGEST_COUNT for number in counted):
        raise ValueError("the schema and the sequence count from 1")
    if not isinstance(envelope.kind, str) or not isinstance(envelope.body, dict):
        raise TypeError("a kind is a word and a body an object")
    if envelope.written_at.tzinfo is None or not FIRST_YEAR <= envelope.written_at.year <= LAST_YEAR:
        raise ValueError("a moment has its zone, and lies where the calendar can be reckoned with")
    return envelope
