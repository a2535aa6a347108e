"""What the rules say to a draft at the counter: told beside its drug with its source, answered by keys, never passed over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.services.dispensing import Dispensing
from app.services.stock_dispense import ChosenBatch
from tests.app.services.dispensing_things import (
    AMLODIPINE,
    AMOXICILLIN,
    COLD_REMEDY,
    PARACETAMOL,
    on_hand,
    stock,
)
from tests.followup_people import add_resident
from tests.ui.hands import control, type_chinese, write
from tests.ui.screens.dispensing.dispensing_hands import begin, type_over
from tests.ui.screens.drug_desks import focused, press_key, type_keys


def test_days_beyond_the_limit_want_a_reason_and_keep_it(qtbot, screen, desk, resident):
    stock(desk, AMLODIPINE, 100)
    card = begin(screen, resident)
    type_over(card, "days", "14")
    qtbot.waitUntil(lambda: list(card.matters.boxes) == ["1:days_reason"])
    screen.save_action()
    box = card.matters.boxes["1:days_reason"]
    assert focused() is box.reason
    assert box.chip.text() == "要写原因"
    assert on_hand(desk) == 100
    type_chinese(box.reason, "外出打工，多带几天")
    qtbot.waitUntil(lambda: box.chip.text() == "已说明")
    screen.save_action()
    [view] = Dispensing(desk).of_day()
    assert [warning["reason"] for warning in view.warnings] == ["外出打工，多带几天"]


def test_f2_follows_the_order_on_the_screen(screen, desk, resident):
    stock(desk, AMOXICILLIN, 48, batch_no="A1", days=100, pack=24)
    late = stock(desk, AMOXICILLIN, 48, batch_no="B1", days=400, pack=24)
    card = begin(screen, resident, AMOXICILLIN)
    page = screen.giving
    write(page.head.diagnosis, "高血压")
    page.go_to_next_open()
    [judged] = page.judgement.lines
    card.show_line(replace(card.line(), batches=(ChosenBatch(late, judged.quantity),)))
    page.settle()
    open_ones = card.matters.stops()
    assert len(open_ones) > 1
    tops = [stop.mapTo(page, stop.rect().topLeft()).y() for stop in open_ones]
    assert tops == sorted(tops)
    page.go_to_next_open()
    assert focused() is open_ones[0]


def test_an_allergy_blocks_and_is_told_with_its_source(screen, desk):
    stock(desk, AMOXICILLIN, 48, pack=24)
    card = begin(screen, add_resident(desk, "孙秀英", drug_allergy=[2]), AMOXICILLIN)
    screen.save_action()
    box = card.matters.boxes["1:CX055"]
    assert (box.chip.text(), box.stops()) == ("不能发", [])
    assert "CX055" in control(box, QLabel, f"{box.objectName()}_source").text()
    assert "青霉素" in control(screen.giving.side.facts, QLabel, "allergies").text()
    assert Dispensing(desk).of_day() == []


def test_two_drugs_with_one_ingredient_are_told_at_the_first_of_them(screen, desk, resident):
    stock(desk, PARACETAMOL, 24, pack=12)
    stock(desk, COLD_REMEDY, 18, pack=9)
    begin(screen, resident, PARACETAMOL)
    screen.giving.add_drug(COLD_REMEDY)
    first, second = screen.giving.cards.values()
    assert "都含对乙酰氨基酚" in first.matters.boxes["1+2:same:paracetamol"].words.text()
    assert "1+2:same:paracetamol" not in second.matters.boxes


def test_an_unknown_allergy_is_asked_and_answered_by_space(screen, desk, qtbot):
    stock(desk, AMLODIPINE, 28)
    begin(screen, add_resident(desk, "吴老三"))
    screen.save_action()
    assert focused() is screen.giving.general.boxes["allergy_unknown"].confirm
    assert Dispensing(desk).of_day() == []
    press_key(Qt.Key.Key_Space)
    screen.save_action()
    assert len(Dispensing(desk).of_day()) == 1


def test_a_child_is_weighed(screen, desk):
    stock(desk, PARACETAMOL, 20, pack=10)
    begin(screen, add_resident(desk, "王小宝", born=date(2019, 5, 1), drug_allergy=[1]), PARACETAMOL)
    screen.save_action()
    assert focused() is screen.giving.head.weight
    assert "请填写今天的体重" in screen.giving.head.trouble()
    type_keys("x")
    screen.save_action()
    assert "体重请填数字" in screen.giving.head.trouble()
    focused().clear()
    type_keys("21.5")
    screen.giving.settle()
    assert screen.giving.head.trouble() == ""
    assert screen.giving.draft.weight_kg == Decimal("21.5")
