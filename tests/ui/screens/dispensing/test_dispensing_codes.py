"""Packs scanned at the counter: found wherever the cursor is, a wrong one refused beside its drug, each given once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import select

from app.services.catalogue import Catalogue
from app.services.dispensing import Dispensing
from db.models import TraceCode
from tests.app.services.dispensing_things import AMLODIPINE, AMOXICILLIN, PARACETAMOL, PREFIX, code, stock
from tests.supply_desks import change_drug
from tests.ui.hands import click, control, type_chinese
from tests.ui.screens.dispensing.dispensing_hands import begin, give_somebody_else, only_card, scan, type_over
from tests.ui.screens.drug_desks import focused, press_key, type_keys
from ui.widgets.buttons import LinkButton


@pytest.fixture
def scanned(screen, resident, coded):
    """The counter for 李桂兰 after the first pack of amlodipine; its card."""
    screen.open_with(resident_id=resident)
    scan(code(1))
    return only_card(screen)


def units_left(desk, drug=AMLODIPINE):
    """What is left in each coded pack of a drug."""
    with desk.sessions.reading() as session:
        rows = session.scalars(select(TraceCode).where(TraceCode.drug_code == drug))
        return {row.code: row.units_left for row in rows}


def test_packs_are_scanned_wherever_the_cursor_is(screen, desk, scanned):
    assert scanned.name.text() == "苯磺酸氨氯地平片"
    days = scanned.fields["days"].control
    days.setFocus()
    type_keys("3")
    scan(code(2))
    assert days.text() == "37"
    type_over(scanned, "days", "30")
    screen.giving.settle()
    assert screen.giving.draft.lines[0].codes == (code(1), code(2))
    assert scanned.trouble() == ""
    type_chinese(scanned.matters.boxes["1:days_reason"].reason, "路远，多带几天")
    screen.save_action()
    assert units_left(desk) == {code(1): 0, code(2): 26}


@pytest.mark.parametrize(("digits", "sentence"), [
    (code(77), "没有入过库"), (code(1), "扫了两次"), (code(9), "不是苯磺酸氨氯地平片的"),
])  # fmt: skip
def test_a_wrong_pack_is_refused_beside_its_drug(screen, scanned, digits, sentence):
    scanned.fields["codes"].control.setFocus()
    scan(digits)
    assert sentence in scanned.trouble()
    assert only_card(screen).line().codes == (code(1),)


def test_what_is_no_code_is_not_passed_over(screen, desk, scanned):
    codes = type_over(scanned, "codes", code(2)[:19])
    press_key(Qt.Key.Key_Return)
    screen.save_action()
    assert "追溯码是 20 位数字" in scanned.trouble()
    assert units_left(desk) == {code(1): 28, code(2): 28}
    codes.selectAll()
    press_key(Qt.Key.Key_Delete)
    assert scanned.trouble() == ""


def test_a_maker_is_made_known_at_the_counter_and_the_pack_must_still_be_received(desk, scanned, dialogs):
    change_drug(desk, AMLODIPINE, trace_prefix=PREFIX)
    scanned.fields["codes"].control.setFocus()
    other = "84555550000000000001"
    dialogs.will_answer("it_is")
    scan(other)
    assert "没有入过库" in scanned.trouble()
    assert scanned.line().codes == (code(1),)
    assert [drug.code for drug in Catalogue(desk).find(other)] == [AMLODIPINE]
    scanned.fields["codes"].control.setFocus()
    scan(other)
    assert len(dialogs.asked) == 1


def test_a_pack_that_was_given_is_not_given_again(screen, desk, resident, coded):
    give_somebody_else(desk, code(1))
    screen.open_with(resident_id=resident)
    scan(code(1))
    assert "已经发完" in screen.giving.finder_field.problem()
    assert screen.giving.cards == {}


def test_a_missing_scan_is_told_beside_the_drug(screen, desk, resident, coded):
    card = begin(screen, resident)
    screen.save_action()
    assert "还差 1 个追溯码" in card.trouble()
    assert focused() is card.fields["codes"].control
    assert Dispensing(desk).of_day() == []
    scan(code(2))
    screen.save_action()
    assert len(Dispensing(desk).of_day()) == 1


def test_a_scanned_code_is_taken_off_again(screen, scanned):
    assert screen.giving.draft.lines[0].codes == (code(1),)
    click(control(scanned, LinkButton, f"{scanned.objectName()}_code_{code(1)}"))
    assert screen.giving.draft.lines[0].codes == ()


def test_a_bar_code_adds_its_drug_and_the_mark_of_a_scanner_is_no_part_of_a_code(
    screen, desk, resident, coded
):
    change_drug(desk, PARACETAMOL, barcode="6901234567892")
    screen.open_with(resident_id=resident)
    scan("6901234567892")
    screen.giving.finder.setFocus()
    scan(f"]C1{code(9)}")
    assert [card.line().drug_code for card in screen.giving.cards.values()] == [PARACETAMOL, AMOXICILLIN]
    assert screen.giving.draft.lines[1].codes == (code(9),)


def test_a_drug_of_the_list_without_codes_asks_for_none(screen, desk, resident):
    change_drug(desk, AMLODIPINE, has_trace_code=False)
    stock(desk, AMLODIPINE, 28)
    card = begin(screen, resident)
    assert [chip.text for chip in card.chips.chips()] == ["无码"]
    assert not card.fields["codes"].isVisible()
    assert card.price.text() == "¥2.80/盒"
    screen.save_action()
    assert len(Dispensing(desk).of_day()) == 1
