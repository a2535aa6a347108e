"""An envelope is read only whole, unaltered, from a known sender, by the one it is meant for."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from app.exchange.envelope import Envelope, EnvelopeRefused, Fault, read_cover, seal, unseal
from app.exchange.keys import make_keys

CLINIC, TOWNSHIP, OTHER = "c" * 36, "t" * 36, "o" * 36
CLINIC_PRIVATE, CLINIC_PUBLIC = make_keys()
TOWNSHIP_PRIVATE, TOWNSHIP_PUBLIC = make_keys()
STRANGER_PRIVATE, STRANGER_PUBLIC = make_keys()

LETTER = Envelope(
    id="e" * 36, sender_id=CLINIC, recipient_id=TOWNSHIP, kind="drug_request", schema=1, sequence=1,
    written_at=datetime(2026, 11, 22, 1, tzinfo=UTC), body={"药品": "硝苯地平控释片", "数量": 79},
)  # fmt: skip


def opened(data, own_id=TOWNSHIP, own=TOWNSHIP_PRIVATE, sender=CLINIC_PUBLIC):
    return unseal(read_cover(data), own_id, own, sender)


def fault_of(data, **how):
    with pytest.raises(EnvelopeRefused) as refusal:
        opened(data, **how)
    assert str(refusal.value).endswith("。")
    return refusal.value.fault


def test_what_was_sealed_is_what_the_recipient_reads():
    assert opened(seal(LETTER, CLINIC_PRIVATE, TOWNSHIP_PUBLIC)) == LETTER


def test_a_carrier_cannot_read_the_body():
    data = seal(LETTER, CLINIC_PRIVATE, TOWNSHIP_PUBLIC)
    assert "硝苯地平".encode() not in data
    assert b"drug_request" not in data


def test_every_cut_file_is_refused():
    data = seal(LETTER, CLINIC_PRIVATE, TOWNSHIP_PUBLIC)
    faults = {fault_of(data[:length]) for length in range(len(data))}
    assert faults == {Fault.FOREIGN, Fault.TRUNCATED}
    assert fault_of(data[:-1]) is Fault.TRUNCATED


def test_every_altered_byte_is_noticed():
    data = seal(LETTER, CLINIC_PRIVATE, TOWNSHIP_PUBLIC)
    for position in range(len(data)):
        changed = bytearray(data)
        changed[position] ^= 0x01
        with pytest.raises(EnvelopeRefused):
            opened(bytes(changed))


def test_a_cover_rewritten_with_a_right_checksum_is_still_refused():
    line, _newline, sealed = seal(LETTER, CLINIC_PRIVATE, TOWNSHIP_PUBLIC).partition(b"\n")
    cover = json.loads(line)
    cover["id"] = "f" * 36
    assert fault_of(json.dumps(cover).encode() + b"\n" + sealed) is Fault.ALTERED


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ({"own_id": OTHER}, Fault.NOT_FOR_US),
        ({"sender": None}, Fault.STRANGER),
        ({"sender": STRANGER_PUBLIC}, Fault.ALTERED),
        ({"own": STRANGER_PRIVATE}, Fault.ALTERED),
    ],
)
def test_the_wrong_reader_or_sender_is_told_so(how, fault):
    assert fault_of(seal(LETTER, CLINIC_PRIVATE, TOWNSHIP_PUBLIC), **how) is fault


def test_a_forged_sender_is_refused():
    assert fault_of(seal(LETTER, STRANGER_PRIVATE, TOWNSHIP_PUBLIC)) is Fault.ALTERED


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.FOREIGN),
        (b"PK\x03\x04 a zip", Fault.FOREIGN),
        (b"[" * 100_000, Fault.FOREIGN),
        (b'{"format": "cunyi-envelope-9"}\n', Fault.NEWER),
        (b'{"format": 3}\n', Fault.FOREIGN),
        (b'{"format": "cunyi-envelope-1", "length": "many"}\n', Fault.ALTERED),
    ],
)
def test_a_foreign_file_is_named_as_such(data, fault):
    assert fault_of(data) is fault


def test_the_fingerprint_can_be_read_aloud_and_differs():
    assert len(CLINIC_PUBLIC.fingerprint().split(" ")) == 5
    assert CLINIC_PUBLIC.fingerprint() != TOWNSHIP_PUBLIC.fingerprint()
