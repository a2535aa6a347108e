"""发药: the packs that were scanned, what comes back of them, and the register that lists them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.domain.prescribing import PrescriptionKind
from app.errors import UserError
from app.services.dispensing import Dispensing
from app.services.dispensing_register import register
from app.services.history import changes_of
from app.services.problems import Refused
from app.services.stock_ledger import wrong_totals
from db.models import Drug, StockBatch, TraceCode
from tests.app.services.dispensing_things import (
    AMLODIPINE,
    PARACETAMOL,
    PREFIX,
    code,
    draft,
    line,
    matters,
    on_hand,
    refused,
    stock,
)
from tests.followup_people import add_resident

# Trace codes


@pytest.fixture
def coded(desk):
    with desk.sessions.writing() as session:
        session.scalars(select(Drug).where(Drug.code == AMLODIPINE)).one().trace_prefix = PREFIX
    return stock(desk, AMLODIPINE, 56, codes=[code(1), code(2)])


def test_packs_are_scanned_and_split(desk, resident, coded):
    given = Dispensing(desk).give(draft(resident, line(codes=(code(1),))))
    assert given.lines[0].batches[0].codes == (code(1),)
    with desk.sessions.reading() as session:
        assert session.get_one(TraceCode, (code(1), desk.place.id)).units_left == 21


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        ((), "还差 1 个追溯码"),
        ((code(9),), "没有入过库"),
        (("123",), "20 位数字"),
        ((code(1), code(1)), "扫了两次"),
    ],
)
def test_wrong_codes_stop_the_whole_dispensing(desk, resident, coded, codes, sentence):
    told = refused(desk, draft(resident, line(codes=codes)))
    assert sentence in told["1"]
    assert on_hand(desk) == 56


def test_a_pack_is_not_given_twice(desk, resident, coded):
    other = add_resident(desk, "王大山", drug_allergy=[1])
    Dispensing(desk).give(draft(resident, line(days=28, codes=(code(1),)), kind=PrescriptionKind.LONG))
    told = refused(desk, draft(other, line(days=28, codes=(code(1),)), kind=PrescriptionKind.LONG))
    assert "已经发完" in told["1"]
    assert "已经发完" in str(Dispensing(desk).look_up_code(code(1)).problem)


def test_a_code_of_another_drug_stops(desk, resident, coded):
    stock(desk, PARACETAMOL, 12, pack=12)
    told = refused(desk, draft(resident, line(PARACETAMOL, 6, times=3, days=2, codes=(code(1),))))
    assert "不是对乙酰氨基酚片的" in told["1"]


def test_the_scanned_pack_decides_the_batch(desk, resident, coded):
    stock(desk, AMLODIPINE, 28, batch_no="EARLY", days=60, codes=[code(3)])
    scanned = line(codes=(code(1),))
    assert "先到期先用" in refused(desk, draft(resident, scanned))["1:batch_reason"]
    given = Dispensing(desk).give(draft(resident, replace(scanned, batch_reason="先用已经拆开的一盒")))
    assert [batch.batch_no for batch in given.lines[0].batches] == ["A1"]
    assert Dispensing(desk).give(
        draft(add_resident(desk, "赵四", drug_allergy=[1]), line(codes=(code(3),)))
    ).lines[0].batches[0].batch_no == "EARLY"


# Taking back


def test_what_comes_back_lies_apart_and_is_never_given_again(desk, resident, coded):
    dispensing = Dispensing(desk)
    given = dispensing.give(draft(resident, line(days=28, codes=(code(1),)), kind=PrescriptionKind.LONG))
    [only] = given.lines
    back = dispensing.give_back(given.id, {only.id: 10}, "换药", codes=[code(1)])
    assert (back.lines[0].returned, back.state) == (10, "given")
    assert on_hand(desk) == 28
    with desk.sessions.reading() as session:
        [quarantine] = session.scalars(select(StockBatch).where(StockBatch.hold == "returned"))
        assert quarantine.on_hand == 10
        assert session.get_one(TraceCode, (code(1), desk.place.id)).state == "returned"
        assert len(changes_of(session, "dispensing", given.id)) == 2
        assert wrong_totals(session) == []
    assert dispensing.give_back(given.id, {only.id: 18}, "换药").state == "returned"
    assert dispensing.labels(given.id) == ()


def test_a_return_of_two_batches_goes_back_to_each(desk, resident):
    stock(desk, AMLODIPINE, 10, batch_no="EARLY", days=60)
    stock(desk, AMLODIPINE, 28, batch_no="LATE")
    dispensing = Dispensing(desk)
    given = dispensing.give(draft(resident, line(days=14), kind=PrescriptionKind.LONG))
    dispensing.give_back(given.id, {given.lines[0].id: 3}, "血压低停药")
    dispensing.give_back(given.id, {given.lines[0].id: 11}, "血压低停药")
    with desk.sessions.reading() as session:
        back = {b.batch_no: b.on_hand for b in session.scalars(select(StockBatch).where(StockBatch.hold == "returned"))}
    assert back == {"EARLY": 10, "LATE": 4}


@pytest.mark.parametrize(
    ("count", "reason", "codes", "sentence"),
    [
        (8, "换药了", (), "最多可退 7 片"),
        (-1, "换药了", (), "最多可退 7 片"),
        (1.5, "换药了", (), "最多可退 7 片"),
        (0, "换药了", (), "退回的药品和数量"),
        (3, " ", (), "请写明原因"),
        (3, "换药了", (code(77),), "不是这张发药单发出的"),
    ],
)
def test_an_impossible_return_is_refused_whole(desk, resident, count, reason, codes, sentence):
    stock(desk, AMLODIPINE, 28)
    given = Dispensing(desk).give(draft(resident, line()))
    with pytest.raises(Refused) as refusal:
        Dispensing(desk).give_back(given.id, {given.lines[0].id: count}, reason, codes=codes)
    assert sentence in str(refusal.value.message)
    assert Dispensing(desk).get(given.id).lines[0].returned == 0


def test_an_unknown_dispensing_or_line_is_refused(desk, resident):
    stock(desk, AMLODIPINE, 28)
    given = Dispensing(desk).give(draft(resident, line()))
    with pytest.raises(UserError, match="没有找到这张发药单"):
        Dispensing(desk).give_back("nothing", {"a": 1}, "换药了")
    with pytest.raises(UserError, match="没有找到这张发药单"):
        Dispensing(desk).get("nothing")
    with pytest.raises(Refused, match="退回的药品和数量"):
        Dispensing(desk).give_back(given.id, {"strange": 1}, "换药了")


def test_what_came_back_does_not_count_as_running(desk, resident):
    stock(desk, AMLODIPINE, 56)
    wanted = draft(resident, line(days=28), kind=PrescriptionKind.LONG)
    given = Dispensing(desk).give(wanted)
    assert "1:early_refill" in matters(desk, wanted)
    Dispensing(desk).give_back(given.id, {given.lines[0].id: 28}, "发错药")
    assert "1:early_refill" not in matters(desk, wanted)


# The register


def test_the_register_lists_every_batch_with_its_codes(desk, resident, coded, clock, tmp_path):
    stock(desk, AMLODIPINE, 10, batch_no="EARLY", days=60)
    first = Dispensing(desk).give(draft(resident, line(days=14, codes=(code(1),)), kind=PrescriptionKind.LONG))
    clock.forward(days=1)
    Dispensing(desk).give(draft(add_resident(desk, "王大山", drug_allergy=[1]), line(codes=(code(2),))))
    sheet = register(desk, desk.today() - timedelta(days=1), desk.today())
    assert [(row[1], row[5], row[7]) for row in sheet.rows] == [
        ("李桂兰", "EARLY", 10), ("李桂兰", "A1", 4), ("王大山", "A1", 7),
    ]  # fmt: skip
    assert [row[12] for row in sheet.rows] == ["", code(1), code(2)]
    assert [row[13] for row in sheet.rows] == [Decimal("1.40"), "", Decimal("0.70")]
    assert register(desk, first.given_on, first.given_on).rows == sheet.rows[:2]


@pytest.mark.parametrize(("before", "after"), [(0, -1), (366, 0)])
def test_a_register_is_of_a_possible_span(desk, before, after):
    with pytest.raises(UserError, match="起止日期"):
        register(desk, desk.today() - timedelta(days=before), desk.today() + timedelta(days=after))
