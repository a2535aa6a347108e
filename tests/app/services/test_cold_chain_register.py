"""The register of the refrigerators, and what is decided about the goods: drug_requests §6.5."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.domain.movements import Bearer, MovementKind
from app.services.problems import Refused
from app.services.stock import Stock
from app.services.stock_actions import BatchUnits
from app.services.stock_documents import Approval
from tests.app.services.stock_things import (
    AMLODIPINE,
    BY_LEAD,
    INSULIN,
    TODAY,
    add_drugs,
    days_ago,
    receive,
)


@pytest.fixture
def desk(clinic_desk):
    add_drugs(clinic_desk)
    return clinic_desk


@pytest.fixture
def cold(desk):
    return Stock(desk).cold_chain


@pytest.fixture
def excursion(desk, cold):
    for days, hour, celsius in ((3, 1, "5"), (3, 10, "8.4"), (2, 0, "11"), (2, 9, "6.0"), (2, 23, "4")):
        cold.add_reading("冷藏柜", celsius, at=days_ago(desk, days, hour))
    return cold.register()[0].excursions[0]


def test_the_register_shows_readings_silences_and_events_of_each_device(desk, cold, excursion):
    cold.add_reading("备用柜", Decimal("4.5"), note="新装")
    main, spare = cold.register()
    assert [(row.celsius, row.is_inside, row.user_name, row.note) for row in spare.readings] == [
        (Decimal("4.5"), True, "王明", "新装")
    ]
    assert (main.device, len(main.readings)) == ("冷藏柜", 5)
    assert [(gap.start, gap.end) for gap in main.gaps] == [(days_ago(desk, 2, 23), None)]
    assert (excursion.start, excursion.end) == (days_ago(desk, 3, 10), days_ago(desk, 2, 9))
    assert (excursion.lowest, excursion.highest) == (Decimal("8.4"), Decimal("11"))


def test_the_register_looks_back_a_month_unless_asked(desk, cold):
    cold.add_reading("冷藏柜", "5", at=days_ago(desk, 40))
    assert cold.register() == ()
    assert len(cold.register(days_ago(desk, 50))) == 1


@pytest.mark.parametrize(
    ("device", "celsius", "code"),
    [
        ("", "5", "device"),
        ("柜" * 31, "5", "device"),
        ("冷藏柜", "五", "celsius"),
        ("冷藏柜", "60.1", "celsius"),
        ("冷藏柜", "5.55", "celsius"),
        ("冷藏柜", "NaN", "celsius"),
    ],
)
def test_a_reading_that_cannot_be_is_refused(cold, device, celsius, code):
    with pytest.raises(Refused) as refused:
        cold.add_reading(device, celsius)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert cold.register() == ()


def test_a_reading_of_the_future_is_refused(desk, cold):
    with pytest.raises(Refused, match="还没有到"):
        cold.add_reading("冷藏柜", "5", at=desk.now() + timedelta(minutes=1))


def test_an_event_touches_the_cold_goods_that_were_there(desk, cold, excursion):
    there = receive(desk, 5, date(2026, 11, 1), "there", drug=INSULIN)
    receive(desk, 5, TODAY - timedelta(days=1), "after", drug=INSULIN)
    receive(desk, 5, date(2026, 11, 1), "warm", drug=AMLODIPINE)
    assert [goods.batch.batch_no for goods in cold.goods()] == ["after", "there"]
    assert [goods.batch.batch_id for goods in cold.goods(during=excursion)] == [there]
    assert cold.hold_affected(excursion) == 1
    assert {goods.batch.batch_no: goods.batch.hold for goods in cold.goods()} == {"there": "cold_chain", "after": ""}
    assert cold.hold_affected(excursion) == 0  # held already
    assert Stock(desk).position(INSULIN).usable == 5


def test_only_the_chosen_batches_are_held(desk, cold, excursion):
    first = receive(desk, 5, date(2026, 11, 1), "1", drug=INSULIN)
    receive(desk, 5, date(2026, 11, 1), "2", drug=INSULIN)
    assert cold.hold_affected(excursion, {first}) == 1
    assert Stock(desk).position(INSULIN).usable == 5


def test_sound_goods_are_let_go_by_somebody_else_and_spoilt_ones_are_lost(desk, cold, excursion):
    ids = [receive(desk, 5, date(2026, 11, 1), number, drug=INSULIN) for number in ("1", "2")]
    cold.hold_affected(excursion)
    with pytest.raises(Refused, match="负责人批准"):
        cold.release(ids[:1], reason="厂家确认可用", approval=Approval())
    cold.release(ids[:1], reason="厂家确认可用", approval=BY_LEAD)
    document = cold.discard([BatchUnits(ids[1], 5)], bearer=Bearer.CLINIC, reason="厂家确认失效")
    assert document.movements[0].quantity == -5
    assert (Stock(desk).position(INSULIN).usable, Stock(desk).position(INSULIN).on_hand) == (5, 5)
    assert Stock(desk).card(INSULIN).rows[-1].kind is MovementKind.COLD_CHAIN_FAILURE


def test_an_event_knows_its_batches_and_whether_somebody_has_decided_about_them(desk, cold, excursion):
    first = receive(desk, 3, TODAY - timedelta(days=10), "I1", drug=INSULIN)
    assert [(each.goods.batch.batch_id, each.is_seen_to) for each in cold.affected(excursion)] == [(first, False)]
    cold.hold_affected(excursion)
    assert [each.is_seen_to for each in cold.affected(excursion)] == [True]
    cold.release([first], reason="厂家答复可用", approval=BY_LEAD)
    assert [each.is_seen_to for each in cold.affected(excursion)] == [True]
    receive(desk, 3, TODAY, "I2", drug=INSULIN)  # it came afterwards
    assert [each.goods.batch.batch_no for each in cold.affected(excursion)] == ["I1"]


def test_devices_are_remembered_longer_than_the_register_looks_back(desk, cold):
    cold.add_reading("旧柜", "5", at=days_ago(desk, 90))
    cold.add_reading("冷藏柜", "5")
    assert cold.devices() == ("冷藏柜", "旧柜")
