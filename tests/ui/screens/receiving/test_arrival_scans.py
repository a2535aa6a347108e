"""Packs that are scanned when they come: each finds its line, and what is refused stands beside the scan."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from app.services.exchange import Exchange
from app.services.trace_codes import codes_here
from tests.supply_desks import change_drug, stock
from tests.ui.hands import control, press, write
from tests.ui.screens.drug_desks import cell_texts, focused, press_key, type_keys
from tests.ui.screens.receiving.arrival_hands import CODES, go_to, lines, scan, sentence
from tests.ui.screens.supply_things import scan_packs


def test_scanned_packs_find_their_line_and_refusals_stand_beside_the_scan(opened, world):
    world.arrived(codes=CODES)
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    page.save_action()
    assert "还差 6 个追溯码" in sentence(page, place)
    assert world.movements() == 0
    assert focused() is control(page, QLineEdit, "scan_code")
    scan("123")
    told = control(page, QLabel, "scanned_count")
    assert "20 位数字" in told.text()
    scan(CODES[0])
    scan(CODES[0])
    assert "扫了两次。这一盒只记了一次，数量没有变，请接着扫下一盒" in told.text()
    assert "扫了两次" not in sentence(page, place)
    scan("9" * 20)
    assert "不在这张发货单里。没有记，数量没有变。" in told.text()
    assert not any("不在这张发货单里" in sentence(page, number) for number in range(len(lines(page).rows())))
    assert cell_texts(lines(page), "codes")[place] == "1/6"
    for code in CODES[1:]:
        scan(code)
    assert cell_texts(lines(page), "codes")[place] == "6/6"
    page.save_action()
    with world.clinic.sessions.reading() as session:
        assert {pack.code for pack in codes_here(session, world.clinic, world.first)} == set(CODES)
    assert world.on_hand(world.first) == 60


@pytest.mark.parametrize("column", ["accepted", "reason"])
def test_a_pack_scanned_while_the_cursor_stands_in_a_cell_finds_its_line(opened, world, column):
    world.arrived(codes=CODES)
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    before = cell_texts(lines(page), column)
    lines(page).choose(place, column, edit=True)
    type_keys(CODES[0])
    press_key(Qt.Key.Key_Return)
    assert cell_texts(lines(page), "codes")[place] == "1/6"
    assert cell_texts(lines(page), column) == before
    assert focused() is control(page, QLineEdit, "scan_code")


def test_the_sentence_about_missing_packs_goes_with_the_scanning(opened, world):
    world.arrived(codes=CODES)
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    page.save_action()
    assert "还差 6 个追溯码" in sentence(page, place)
    scan(CODES[0])
    assert sentence(page, place) == ""


def test_a_temperature_put_right_brings_the_scanned_packs_back(opened, world):
    world.arrived(codes=CODES)
    change_drug(world.clinic, world.first, cold_chain=True)
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    for code in CODES[:3]:
        scan(code)
    celsius = control(page, QLineEdit, "celsius")
    write(celsius, "12")
    press(celsius, Qt.Key.Key_Return)
    assert cell_texts(lines(page), "rejected")[place] == "60"
    write(celsius, "5")
    press(celsius, Qt.Key.Key_Return)
    assert cell_texts(lines(page), "codes")[place] == "3/6"


def test_a_pack_that_came_before_is_refused_while_scanning(opened, world):
    file = world.sent(codes=CODES)
    scan_packs(world.clinic, stock(world.clinic, world.first, 10, batch_no="OLD"), CODES[2:3])
    Exchange(world.clinic).open_file(file)
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    scan(CODES[2])
    assert "已经入过库" in control(page, QLabel, "scanned_count").text()
    assert cell_texts(lines(page), "codes")[place] == "0/6"


def test_a_pack_of_a_maker_that_nobody_knows_is_asked_about_once(opened, world, dialogs):
    world.arrived()
    change_drug(world.clinic, world.first, trace_prefix="8411111")
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    scan(CODES[0])
    assert "没见过的厂家" in str(dialogs.asked[-1].title)
    assert "是这种药" in control(page, QLabel, "scanned_count").text()
    assert lines(page).rows()[place].entry.codes == ()
    dialogs.will_answer("it_is")
    scan(CODES[0])
    scan(CODES[1])
    assert len(dialogs.asked) == 2
    assert lines(page).rows()[place].entry.codes == (CODES[0], CODES[1])
    change_drug(world.clinic, world.second, trace_prefix="8422222")
    go_to(page, "二甲双胍")
    scan(CODES[2])
    assert lines(page).rows()[place].entry.codes == tuple(CODES[:3])
