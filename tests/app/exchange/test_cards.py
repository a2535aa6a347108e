"""The card by which two desks become acquainted."""

from __future__ import annotations

import json

import pytest

from app.errors import UserError
from app.exchange.cards import Card, read_card, write_card
from app.exchange.keys import make_keys

PRIVATE, PUBLIC = make_keys()
CARD = Card(
    id="c" * 36, kind="clinic", name="柳庄村卫生室", division_code="411624104215",
    signing_key=PUBLIC.signing, sealing_key=PUBLIC.sealing,
)  # fmt: skip


def test_a_card_is_read_as_it_was_written():
    assert read_card(write_card(CARD, PRIVATE)) == CARD
    assert read_card(write_card(CARD, PRIVATE)).keys() == PUBLIC


def test_an_altered_card_is_refused():
    file = json.loads(write_card(CARD, PRIVATE))
    file["card"] = file["card"].replace("柳庄", "李庄")
    with pytest.raises(UserError, match="改动"):
        read_card(json.dumps(file).encode())


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff\xfe", b'{"format": "cunyi-card-1", "card": "{}"}'])
def test_a_file_that_is_no_card_is_refused(data):
    with pytest.raises(UserError, match="名片"):
        read_card(data)
