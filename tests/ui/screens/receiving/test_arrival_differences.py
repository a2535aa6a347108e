"""Goods that came otherwise than sent: broken, too many, of another batch, too warm, or not on the shipment at all."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from app.services.receiving import Receiving
from tests.supply_desks import change_drug
from tests.ui.hands import click, control, press, type_chinese, write
from tests.ui.screens.drug_desks import cell_texts, focused, press_key, type_keys
from tests.ui.screens.receiving.arrival_hands import go_to, lines, sentence
from ui.theme.theme import Theme, apply_theme
from ui.widgets.small_window import SmallWindow


def test_broken_goods_are_rejected_by_keyboard_alone(opened, world, dialogs):
    shipment_id = world.arrived()
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    lines(page).choose(place, "accepted")
    page.primary_action()
    type_keys("50")
    press_key(Qt.Key.Key_Tab)
    assert cell_texts(lines(page), "rejected")[place] == "10"
    assert "请选择拒收原因" in sentence(page, place)
    press_key(Qt.Key.Key_Tab)
    type_keys("1")
    press_key(Qt.Key.Key_Return)
    assert sentence(page, place) == ""
    page.save_action()
    assert "有差异" in str(dialogs.asked[-1].title)
    assert world.on_hand(world.first) == 0
    dialogs.will_answer("do")
    page.save_action()
    assert world.on_hand(world.first) == 50
    line = Receiving(world.clinic).get(shipment_id).lines[0]
    assert (line.rejected, line.reject_reason) == (10, "破损")
    assert "破损" in cell_texts(lines(page), "difference")[place]


@pytest.mark.parametrize("written", ["-5", "2.5", "六十", "1e3"])
def test_a_quantity_that_can_not_be_read_stays_in_its_cell_and_nothing_is_booked(opened, world, written):
    world.arrived()
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    lines(page).choose(place, "accepted")
    page.primary_action()
    if written.isascii():
        type_keys(written)
    else:
        type_chinese(focused(), written)
    press_key(Qt.Key.Key_Return)
    assert written in cell_texts(lines(page), "accepted")[place]
    assert "正整数" in sentence(page, place)
    page.save_action()
    assert world.movements() == 0


def test_more_than_was_sent_is_refused_beside_the_line(opened, world):
    world.arrived()
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    lines(page).choose(place, "accepted", edit=True)
    type_keys("70")
    press_key(Qt.Key.Key_Return)
    assert "不等于发货 60" in sentence(page, place)
    page.save_action()
    assert world.movements() == 0


def test_another_batch_on_the_pack_is_rejected_and_written_down_as_a_line_of_its_own(opened, world, dialogs):
    shipment_id = world.arrived()
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    lines(page).choose(place, "batch_no", edit=True)
    type_keys("0B7")
    press_key(Qt.Key.Key_Return)
    assert "药盒上是批号 0B7" in sentence(page, place)
    go_to(page, "硝苯地平")
    click(control(page, QPushButton, "other_batch"))
    window = control(page, SmallWindow, "extra_window")
    assert control(window, QLineEdit, "extra_batch").text() == "0B7"
    assert control(window, QLineEdit, "extra_quantity").text() == "60"
    window.on_do()
    assert "多到" in cell_texts(lines(page), "drug")[-1]
    dialogs.will_answer("do")
    page.save_action()
    received = Receiving(world.clinic).get(shipment_id)
    assert [
        (line.batch_no, line.shipped, line.accepted, line.reject_reason, line.is_pending)
        for line in received.lines
    ] == [
        ("A1", 60, 0, "批号不符", False),
        ("A1", 40, 40, "", False),
        ("0B7", 0, 60, "", True),
    ]
    assert (world.on_hand(world.first), world.on_hand(world.second)) == (0, 40)


@pytest.fixture
def largest_type(qapp):
    apply_theme(qapp, Theme("clinic", 2.0))
    yield
    apply_theme(qapp, Theme())


@pytest.mark.usefixtures("largest_type")
def test_the_reason_gives_way_at_large_type_until_something_is_rejected(qtbot, opened, world):
    world.arrived()
    page, _seen = opened()
    page.window().resize(1366, 768)
    table = lines(page)
    reason = [column.key for column in table.rows_model.columns].index("reason")
    qtbot.waitUntil(lambda: table.isColumnHidden(reason))
    table.setFocus()
    table.choose(0, "rejected")
    type_keys("5")
    press_key(Qt.Key.Key_Tab)
    assert (table.isColumnHidden(reason), table.current_key()) == (False, "reason")
    type_keys("1")
    press_key(Qt.Key.Key_Return)
    assert cell_texts(table, "reason")[0] == "破损"


def test_goods_that_were_not_sent_are_written_down_by_keyboard(opened, world, dialogs):
    shipment_id = world.arrived()
    page, _seen = opened()
    lines(page).setFocus()
    press_key(Qt.Key.Key_F7)
    window = control(page, SmallWindow, "extra_window")
    window.on_do()
    assert window.fields["drug"].problem() == "请在目录里选择药品。"  # and not the first of the catalogue
    write(control(window, QLineEdit, "extra_drug_search"), "阿莫西林")
    press(control(window, QLineEdit, "extra_drug_search"), Qt.Key.Key_Return)
    window.on_do()
    assert "批号" in control(window, QLabel, "extra_batch_problem").text()
    write(control(window, QLineEdit, "extra_batch"), "007")
    write(control(window, QLineEdit, "extra_expiry"), "2028-01-31")
    write(control(window, QLineEdit, "extra_quantity"), "0")
    window.on_do()
    assert "正整数" in control(window, QLabel, "extra_quantity_problem").text()
    write(control(window, QLineEdit, "extra_quantity"), "12")
    press(control(window, QLineEdit, "extra_quantity"), Qt.Key.Key_Return)
    dialogs.will_answer("do")
    page.save_action()
    extra = Receiving(world.clinic).get(shipment_id).lines[-1]
    assert (extra.batch_no, extra.expiry, extra.accepted, extra.is_pending) == (
        "007",
        date(2028, 1, 31),
        12,
        True,
    )


def test_goods_written_down_by_mistake_are_taken_away_again(opened, world, dialogs):
    world.arrived()
    page, _seen = opened()
    lines(page).setFocus()
    press_key(Qt.Key.Key_F7)
    window = control(page, SmallWindow, "extra_window")
    write(control(window, QLineEdit, "extra_drug_search"), "阿莫西林")
    write(control(window, QLineEdit, "extra_batch"), "007")
    write(control(window, QLineEdit, "extra_expiry"), "2028-01-31")
    write(control(window, QLineEdit, "extra_quantity"), "12")
    window.on_do()
    assert len(lines(page).rows()) == 3
    assert lines(page).current_number() == 2
    press_key(Qt.Key.Key_Delete)
    assert len(lines(page).rows()) == 2
    assert "全部如数收到" in control(page, QPushButton, "receive").text()


def test_cold_goods_ask_for_the_temperature_and_are_rejected_when_it_is_wrong(opened, world, dialogs):
    shipment_id = world.arrived()
    change_drug(world.clinic, world.second, cold_chain=True)
    page, seen = opened()
    celsius = control(page, QLineEdit, "celsius")
    page.save_action()
    assert "温度" in control(page, QLabel, "celsius_problem").text()
    assert focused() is celsius
    write(celsius, "warm")
    press(celsius, Qt.Key.Key_Return)
    page.save_action()
    assert "数字" in control(page, QLabel, "celsius_problem").text()
    assert world.movements() == 0
    write(celsius, "9.5")
    press(celsius, Qt.Key.Key_Return)
    place = go_to(page, "二甲双胍")
    assert cell_texts(lines(page), "rejected")[place] == "40"
    assert any("温度异常" in words for words in seen.sentences)
    write(celsius, "5.5")
    press(celsius, Qt.Key.Key_Return)
    assert cell_texts(lines(page), "rejected")[place] == "0"
    write(celsius, "9.5")
    press(celsius, Qt.Key.Key_Return)
    dialogs.will_answer("do")
    page.save_action()
    received = Receiving(world.clinic).get(shipment_id)
    assert (received.hand_over_celsius, received.lines[1].reject_reason) == (95, "温度异常")
    assert world.on_hand(world.second) == 0
