"""What lies on the shelf and what the counter makes of it: the batches it takes, others by choice, too little of a drug."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.services.dispensing import Dispensing
from app.services.requests import Requests
from app.services.shortages import Shortages
from db.models import StockBatch
from tests.app.services.dispensing_things import AMLODIPINE, stock
from tests.ui.screens.dispensing.dispensing_hands import begin, give_somebody_else, only_card, type_over
from tests.ui.screens.drug_desks import press_key
from tests.ui.screens.stock_pages import do, fill, problem, window_of


def test_units_and_batches_follow_what_is_typed(qtbot, screen, desk, resident):
    stock(desk, AMLODIPINE, 10, batch_no="EARLY", days=60)
    stock(desk, AMLODIPINE, 112, batch_no="LATE")
    card = begin(screen, resident)
    type_over(card, "days", "30")
    qtbot.waitUntil(lambda: card.given.text() == "30 片（1 盒 2 片）")
    assert card.fields["quantity"].control.text() == "30"
    assert "批号 EARLY" in card.batches.text()
    assert "批号 LATE" in card.batches.text()
    assert card.stock.text() == "可用 122 片"
    type_over(card, "quantity", "5")
    qtbot.waitUntil(lambda: card.given.text() == "5 片")
    assert card.amount.text() == "¥0.50"


def test_another_batch_is_given_with_a_reason(screen, desk, resident):
    early = stock(desk, AMLODIPINE, 28, batch_no="EARLY", days=60)
    late = stock(desk, AMLODIPINE, 28, batch_no="LATE")
    begin(screen, resident)
    press_key(Qt.Key.Key_F7)
    window = window_of(screen)
    assert list(window.fields) == [early, late, "reason"]
    assert window.fields[early].caption() == "批号 EARLY"
    fill(window, {early: "", late: "6"})
    do(window)
    assert "各批合计 6 片，要发 7 片" in problem(window, early)
    fill(window, {late: "7"})
    do(window)
    assert "请写明原因" in problem(window, "reason")
    fill(window, {"reason": "先用已经拆开的一盒"})
    do(window)
    screen.save_action()
    [view] = Dispensing(desk).of_day()
    assert [batch.batch_no for batch in view.lines[0].batches] == ["LATE"]
    assert [warning["reason"] for warning in view.warnings] == ["先用已经拆开的一盒"]
    with desk.sessions.reading() as session:
        assert [session.get_one(StockBatch, each).on_hand for each in (early, late)] == [28, 21]


def test_what_is_out_of_stock_goes_to_the_months_request(screen, desk, resident, window):
    card = begin(screen, resident)
    request, shortage = card.matters.boxes["1:shortfall"].buttons
    request.click()
    assert window.went == [("requests", {})]
    draft = Requests(desk).start().request
    request.click()
    assert [line.drug_code for line in Requests(desk).get(draft.id).lines].count(AMLODIPINE) == 1
    request.click()
    assert "已有" in window.said[-1]
    assert [line.drug_code for line in Requests(desk).get(draft.id).lines].count(AMLODIPINE) == 1
    shortage.click()
    shortage.click()
    assert [each.drug_code for each in Shortages(desk).list()] == [AMLODIPINE]
    assert "没有重复登记" in window.said[-1]


def test_what_was_given_at_another_window_meanwhile_is_told(screen, desk, resident):
    stock(desk, AMLODIPINE, 28)
    begin(screen, resident)
    give_somebody_else(desk)
    screen.save_action()
    assert "还差 7 片" in only_card(screen).matters.boxes["1:shortfall"].words.text()
    assert len(Dispensing(desk).of_day()) == 1
