"""追溯码前 7 位 of several makers: confirmed once with who and when, learnt from a delivery note, never another drug's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.desk import Actor
from app.domain.movements import MovementKind
from app.errors import UserError
from app.services.catalogue import Catalogue
from app.services.history import broken_links
from app.services.problems import Refused
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from app.services.trace_codes import scan_in
from app.services.trace_makers import confirm_digits, is_unknown_maker
from db.models import Drug, TracePrefix

AMOXICILLIN, PARACETAMOL = "VD055", "VD049"
FIRST, SECOND, OTHER = "8412345", "8455555", "8499999"


def code(number: int, prefix: str = FIRST) -> str:
    return f"{prefix}{number:013d}"


@pytest.fixture
def desk(desk):
    with desk.sessions.writing() as session:
        session.scalars(select(Drug).where(Drug.code == AMOXICILLIN)).one().trace_prefix = FIRST
        session.scalars(select(Drug).where(Drug.code == PARACETAMOL)).one().trace_prefix = OTHER
    return desk


def receive(desk, *codes, listed=()):
    with desk.sessions.writing() as session:
        key = BatchKey(AMOXICILLIN, "A1", desk.today() + timedelta(days=400), units_per_pack=24)
        batch = find_or_make_batch(session, desk, key, desk.today())
        [booked] = book(session, desk, [NewMovement(batch, MovementKind.RECEIPT, 24 * len(codes))])
        return scan_in(session, desk, booked.id, codes, listed=listed)


def learnt(desk):
    with desk.sessions.reading() as session:
        return [(row.prefix, row.drug_code, row.confirmed_by_name) for row in session.scalars(select(TracePrefix))]


def test_a_further_maker_is_confirmed_once_for_all_its_packs(desk):
    with pytest.raises(Refused, match="是这种药"):
        receive(desk, code(1, SECOND))
    with desk.sessions.reading() as session:
        assert is_unknown_maker(session, code(1, SECOND), AMOXICILLIN) is True
        assert is_unknown_maker(session, code(1), AMOXICILLIN) is False
    confirm_digits(desk, code(1, SECOND), AMOXICILLIN)
    confirm_digits(desk, code(2, SECOND), AMOXICILLIN)
    assert learnt(desk) == [(SECOND, AMOXICILLIN, "王明")]
    assert len(receive(desk, code(1, SECOND), code(2, SECOND), code(3))) == 3
    assert [drug.code for drug in Catalogue(desk).find(code(9, SECOND))] == [AMOXICILLIN]
    with desk.sessions.reading() as session:
        assert broken_links(session) == []


def test_the_delivery_note_tells_a_further_maker(desk):
    receive(desk, code(1, SECOND), listed=[code(1, SECOND)])
    assert learnt(desk) == [(SECOND, AMOXICILLIN, "王明")]
    assert len(receive(desk, code(2, SECOND))) == 1


def test_digits_of_another_drug_are_never_taken(desk):
    for listed in ((), (code(1, OTHER),)):
        with pytest.raises(Refused, match="不是阿莫西林胶囊的"):
            receive(desk, code(1, OTHER), listed=listed)
    with pytest.raises(UserError, match="是对乙酰氨基酚片的"):
        confirm_digits(desk, code(1, OTHER), AMOXICILLIN)
    with pytest.raises(Refused, match="20 位"):
        confirm_digits(desk, "123", AMOXICILLIN)
    with pytest.raises(UserError, match="目录里没有"):
        confirm_digits(desk, code(1, SECOND), "nothing")
    assert learnt(desk) == []


def test_a_drug_whose_digits_nobody_knows_takes_any_that_are_no_other_drugs(desk):
    with desk.sessions.writing() as session:
        session.scalars(select(Drug).where(Drug.code == AMOXICILLIN)).one().trace_prefix = ""
    assert len(receive(desk, code(1, SECOND))) == 1
    assert learnt(desk) == []
    confirm_digits(desk, code(1, SECOND), PARACETAMOL)
    with pytest.raises(Refused, match="不是阿莫西林胶囊的"):
        receive(desk, code(2, SECOND))


def test_who_looks_on_confirms_no_maker(desk):
    with pytest.raises(UserError, match="没有改动"):
        confirm_digits(replace(desk, actor=Actor("x", "张查", "auditor")), code(1, SECOND), AMOXICILLIN)
    assert learnt(desk) == []


def test_the_makers_of_a_drug_are_listed_with_who_confirmed_them(desk):
    confirm_digits(desk, code(1, SECOND), AMOXICILLIN)
    [maker] = Catalogue(desk).makers(AMOXICILLIN)
    assert (maker.digits, maker.user_name) == (SECOND, "王明")
    assert Catalogue(desk).is_nobodys(code(1, "8111111")) is True
    assert Catalogue(desk).is_nobodys(code(1, SECOND)) is False
    assert Catalogue(desk).is_new_maker(code(1, "8111111"), AMOXICILLIN) is True
