"""What leaves a batch from its ledger card: 报损, 退回, 调出, 抽检取样; and a batch that is stopped and goes again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea

from app.domain.movements import Bearer, MovementKind
from app.services.stock import Stock
from app.services.stock_actions import BatchUnits
from app.services.stock_holds import Hold
from tests.app.services.stock_things import AMLODIPINE, TODAY
from tests.ui.hands import click, control, press, type_chinese
from tests.ui.screens.drug_desks import cell_texts, focused, press_key, type_keys
from tests.ui.screens.stock.shelf_hands import LEAD_PIN, choose_batch, give_the_lead_a_pin, on_hand, open_card
from tests.ui.screens.stock_pages import (
    button,
    do,
    entries,
    fill,
    no_window,
    page_of,
    problem,
    said,
    table,
    take_number,
    window_of,
)


def test_a_loss_is_booked_by_keys_alone(qtbot, screen, desk, seen):
    type_keys("aldp")
    press_key(Qt.Key.Key_Return)
    page = page_of(screen)
    assert focused().objectName() == "batches"
    assert cell_texts(table(page, "batches"), "batch_no") == ["0019", "0021"]
    screen.primary_action()
    assert entries()[0] == ("&1  报损…", True)
    take_number(1)
    window = window_of(page)
    qtbot.waitUntil(lambda: focused().objectName() == "loss_kind")
    press_key(Qt.Key.Key_Tab)
    type_keys("28")
    assert window.fields["lines.0.quantity"].control.accessibleDescription().startswith("1 盒　价值 ¥5.60")
    press_key(Qt.Key.Key_Tab)
    press_key(Qt.Key.Key_Down)
    press_key(Qt.Key.Key_Down)
    press_key(Qt.Key.Key_Tab)
    type_chinese(focused(), "受潮")
    press_key(Qt.Key.Key_Return)
    assert no_window(page)
    assert on_hand(desk) == 294
    last = Stock(desk).card(AMLODIPINE).rows[-1]
    assert (last.kind, last.change, last.bearer, last.reason) == (
        MovementKind.DAMAGE,
        -28,
        Bearer.CLINIC,
        "受潮",
    )
    assert cell_texts(table(page, "movements"), "balance")[-1] == "294"
    assert seen.sentences[-1] == "已记账。"
    moves = table(page, "movements")
    assert moves.current_row().movement_id == last.movement_id
    assert said(page, "card_reason") == "选中的一笔，原因：受潮（村卫生室承担）"
    around = control(page, QScrollArea, "drug_card_scroll").viewport()
    line_of_it = moves.visualRect(moves.currentIndex()).bottomLeft()
    qtbot.waitUntil(lambda: moves.viewport().mapTo(around, line_of_it).y() <= around.height())
    with qtbot.waitActive(screen):
        screen.activateWindow()
    assert screen.back_action()
    assert cell_texts(table(screen, "balances"), "on_hand") == ["294 片 10 盒 14 片"]
    assert focused().objectName() == "balances"


@pytest.mark.parametrize(("quantity", "told"), [
    ("", "1 以上的整数"), ("0", "1 以上的整数"), ("-3", "1 以上的整数"), ("2.5", "1 以上的整数"), ("99999", "0019"),
])  # fmt: skip
def test_a_loss_of_what_can_not_be_is_refused_beside_its_field(screen, desk, quantity, told):
    page = open_card(screen)
    click(button(page, "card_lose"))
    window = window_of(page)
    fill(window, {"lines.0.quantity": quantity, "bearer": "clinic", "reason": "受潮"})
    do(window)
    assert told in problem(window, "lines.0.quantity")
    assert on_hand(desk) == 322
    press(window, Qt.Key.Key_Escape)
    assert no_window(page)


def test_a_loss_needs_its_bearer_its_reason_and_a_theft_its_report(screen, desk):
    page = open_card(screen)
    click(button(page, "card_lose"))
    window = window_of(page)
    assert not window.fields["report_number"].isVisible()
    fill(window, {"kind": "stolen", "lines.0.quantity": "5"})
    assert window.fields["report_number"].isVisible()
    do(window)
    assert "由谁承担" in problem(window, "bearer")
    assert "至少两个字" in problem(window, "reason")
    assert "报警" in problem(window, "report_number")
    assert on_hand(desk) == 322


def test_a_day_that_has_not_come_is_refused_and_a_past_one_is_booked_there(screen, desk):
    page = open_card(screen)
    click(button(page, "card_lose"))
    window = window_of(page)
    fill(window, {"lines.0.quantity": "2", "bearer": "clinic", "reason": "受潮", "at": "2027-01-01"})
    do(window)
    assert problem(window, "at") == "日期还没有到，请核对。"
    fill(window, {"at": (TODAY - timedelta(days=5)).isoformat()})
    do(window)
    assert Stock(desk).card(AMLODIPINE).rows[-1].at.astimezone().date() == TODAY - timedelta(days=5)


def test_a_batch_that_another_window_used_up_is_refused_and_nothing_is_booked(screen, desk):
    page = open_card(screen)
    choose_batch(page, "0019")
    click(button(page, "card_lose"))
    window = window_of(page)
    gone = table(page, "batches").current_row().batch_id
    Stock(desk).actions.lose(
        MovementKind.DAMAGE, [BatchUnits(gone, 40)], bearer=Bearer.CLINIC, reason="打湿了"
    )
    fill(window, {"lines.0.quantity": "42", "bearer": "clinic", "reason": "受潮"})
    do(window)
    assert "0019" in problem(window, "lines.0.quantity")
    assert on_hand(desk) == 282


def test_goods_go_back_to_the_township_to_another_clinic_and_to_an_inspection(screen, desk):
    page = open_card(screen)
    for name, values in (
        ("card_return", {"lines.0.quantity": "7", "reason": "近效期"}),
        ("card_transfer", {"lines.0.quantity": "7", "party": "王庄村卫生室", "number": "T-1"}),
        ("card_sample", {"lines.0.quantity": "7", "party": "县市场监管局", "number": "S-9"}),
    ):
        choose_batch(page, "0021")
        click(button(page, name))
        fill(window_of(page), values)
        do(window_of(page))
        assert no_window(page), name
    kinds = [row.kind for row in Stock(desk).card(AMLODIPINE).rows[-3:]]
    assert sorted(kinds) == sorted([MovementKind.RETURN_TO_TOWNSHIP, MovementKind.TRANSFER_OUT,
                                    MovementKind.SAMPLE_FOR_INSPECTION])  # fmt: skip
    assert on_hand(desk) == 301
    assert "王庄村卫生室" in " ".join(cell_texts(table(page, "movements"), "document"))


def test_a_batch_is_stopped_and_goes_again_with_the_leads_pin(screen, desk):
    lead = give_the_lead_a_pin(desk)
    page = open_card(screen)
    choose_batch(page, "0021")
    click(button(page, "card_hold"))
    fill(window_of(page), {"reason": "外观异常"})
    do(window_of(page))
    assert "质量待查" in cell_texts(table(page, "batches"), "state")[1]
    choose_batch(page, "0021")
    assert button(page, "card_hold").text() == "恢复使用…"
    click(button(page, "card_hold"))
    window = window_of(page)
    fill(window, {"reason": "复核无异常", "approval": lead, "pin": "000000"})
    do(window)
    assert "PIN 不对" in problem(window, "pin")
    assert Stock(desk).batches(AMLODIPINE)[1].hold == Hold.QUALITY.value
    fill(window, {"pin": LEAD_PIN})
    do(window)
    assert no_window(page)
    assert Stock(desk).batches(AMLODIPINE)[1].hold == ""
