"""发药 on the screen: three drugs by a handful of keys, packs scanned, warnings answered, wrong input beside its line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from sqlalchemy import func, select

from app.domain.movements import MovementKind
from app.domain.prescribing import PrescriptionKind
from app.services.catalogue import Catalogue
from app.services.dispensing import Dispensing, Draft, DraftLine
from app.services.dispensing_register import register
from app.services.requests import Requests
from app.services.shortages import Shortages
from app.services.stock_dispense import ChosenBatch
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from app.services.trace_codes import scan_in
from db.models import Drug, FormEntry, Resident, StockBatch, TraceCode, new_id
from tests.followup_people import add_entry, add_resident
from tests.ui.screens.drug_desks import focused, on_screen, press_key, type_keys
from tests.ui.screens.follow_up_desk import follow_up_window, make_findable, managed, seen_before
from ui.screens import dispensing, residents
from ui.screens.dispensing.screen import DispensingScreen
from ui.screens.dispensing.windows import BatchWindow, ReturnWindow, ReverseWindow
from ui.shell.main_window import MainWindow
from ui.widgets.buttons import LinkButton, SecondaryButton

AMLODIPINE, VALSARTAN, METFORMIN, AMOXICILLIN, PARACETAMOL, COLD_REMEDY = (
    "VD001", "VD009", "VD031", "VD055", "VD049", "VD079"
)
CONTROL = Qt.KeyboardModifier.ControlModifier


def code(number: int) -> str:
    return f"8412345{number:013d}"


@pytest.fixture
def desk(clinic_desk):
    Catalogue(clinic_desk).ensure_starter()
    return clinic_desk


@pytest.fixture
def resident(desk):
    person = add_resident(desk, born=date(1955, 3, 8), drug_allergy=[1])
    make_findable(desk, person, "李桂兰")
    return person


def stock(desk, drug, units, *codes, batch_no="A1", days=400, pack=28, price=280):
    with desk.sessions.writing() as session:
        key = BatchKey(drug, batch_no, desk.today() + timedelta(days=days), price_fen=price, units_per_pack=pack)
        batch = find_or_make_batch(session, desk, key, desk.today())
        [booked] = book(session, desk, [NewMovement(batch, MovementKind.RECEIPT, units)])
        scan_in(session, desk, booked.id, codes, complete=False)
        return batch


def on_hand(desk, drug):
    with desk.sessions.reading() as session:
        return session.scalar(
            select(func.coalesce(func.sum(StockBatch.on_hand), 0)).where(StockBatch.drug_code == drug, StockBatch.hold == "")
        )


def visit(desk, resident, *drugs, form_code="htn_followup", visit_id=""):
    answers = {"drugs": [{"name": name, "times_per_day": times, "dose": dose} for name, times, dose in drugs]}
    entry = add_entry(desk, resident, form_code, desk.today(), answers)
    with desk.sessions.writing() as session:
        session.get_one(FormEntry, entry).visit_id = visit_id or new_id()
    return entry


@pytest.fixture
def screen(qtbot, services, desk):
    return on_screen(qtbot, DispensingScreen(services))


def scan(code_digits):
    """What a scanner does: the digits one by one, then Enter."""
    type_keys(code_digits)
    press_key(Qt.Key.Key_Return)


def windows_of(kind):
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()]


# The main job


@pytest.fixture
def three(desk, resident):
    """A visit for both diseases with three drugs that lie here; gives its sheet."""
    stock(desk, AMLODIPINE, 100)
    stock(desk, VALSARTAN, 70, pack=7)
    stock(desk, METFORMIN, 480, pack=48)
    together = new_id()
    visit(desk, resident, ("盐酸二甲双胍片 0.25g", 3, "1片"), form_code="dm_followup", visit_id=together)
    return visit(
        desk, resident, ("苯磺酸氨氯地平片 5mg", 1, "1片"), ("缬沙坦胶囊 80mg", 1, "1粒"), visit_id=together
    )


def test_three_drugs_of_a_follow_up_are_given_by_one_key(qtbot, services, desk, resident, three, window):
    main = MainWindow()
    qtbot.addWidget(main)
    main.add_screen(dispensing.entry(services))
    main.show_desk()
    with qtbot.waitActive(main):
        main.show()
        main.activateWindow()
    main.show_screen("dispensing", resident_id=resident, form_entry_id=three)
    screen = main.current_screen()
    given = [card.name.text() for card in screen.giving.cards.values()]
    assert given == ["盐酸二甲双胍片", "苯磺酸氨氯地平片", "缬沙坦胶囊"]
    assert screen.giving.bar.note().startswith("3 种")
    keys = 0
    while screen.giving is not None and keys < 5:
        press_key(Qt.Key.Key_Return, CONTROL)
        keys += 1
    assert keys == 1
    [view] = Dispensing(desk).history(resident)
    assert sorted(line.quantity for line in view.lines) == [28, 28, 84]
    assert (on_hand(desk, AMLODIPINE), on_hand(desk, VALSARTAN), on_hand(desk, METFORMIN)) == (72, 42, 396)
    assert window.previews[0][1] == "药品标签"
    assert window.previews[0][0].startswith(b"%PDF")
    assert window.said[-1].startswith("已发药：李桂兰")
    assert screen.register.table.current_row().id == view.id


def test_a_resident_is_found_and_a_drug_added_by_its_initials(screen, desk, resident):
    stock(desk, AMLODIPINE, 100)
    type_keys("lgl")
    press_key(Qt.Key.Key_Return)
    assert screen.giving.resident_id == resident
    type_keys("bhsal")
    press_key(Qt.Key.Key_Return)
    [card] = screen.giving.cards.values()
    assert focused() is card.fields["dose"].control
    assert (card.given.text(), card.amount.text()) == ("7 片", "¥0.70")
    for keys in ("2片", "1", "14"):
        focused().selectAll()
        type_keys(keys) if keys.isascii() else focused().insert(keys)
        press_key(Qt.Key.Key_Return)
    assert focused() is card.fields["quantity"].control
    screen.giving.settle()
    assert card.given.text() == "28 片（1 盒）"


def test_units_and_batches_follow_what_is_typed(qtbot, screen, desk, resident):
    stock(desk, AMLODIPINE, 10, batch_no="EARLY", days=60)
    stock(desk, AMLODIPINE, 112, batch_no="LATE")
    screen.open_with(resident_id=resident)
    screen.giving.add_drug(AMLODIPINE)
    [card] = screen.giving.cards.values()
    days = card.fields["days"].control
    days.setFocus()
    days.selectAll()
    type_keys("30")
    qtbot.waitUntil(lambda: card.given.text() == "30 片（1 盒 2 片）")
    assert card.fields["quantity"].control.text() == "30"
    assert "批号 EARLY" in card.batches.text()
    assert "批号 LATE" in card.batches.text()
    assert card.stock.text() == "可用 122 片"
    quantity = card.fields["quantity"].control
    quantity.setFocus()
    quantity.selectAll()
    type_keys("5")
    qtbot.waitUntil(lambda: card.given.text() == "5 片")
    assert card.amount.text() == "¥0.50"


def test_days_beyond_the_limit_want_a_reason_and_keep_it(qtbot, screen, desk, resident):
    stock(desk, AMLODIPINE, 100)
    screen.open_with(resident_id=resident)
    screen.giving.add_drug(AMLODIPINE)
    [card] = screen.giving.cards.values()
    card.fields["days"].control.setFocus()
    card.fields["days"].control.selectAll()
    type_keys("14")
    qtbot.waitUntil(lambda: list(card.matters.boxes) == ["1:days_reason"])
    press_key(Qt.Key.Key_Return, CONTROL)
    screen.save_action()
    box = card.matters.boxes["1:days_reason"]
    assert focused() is box.reason
    assert box.chip.text() == "要写原因"
    assert on_hand(desk, AMLODIPINE) == 100
    box.reason.insert("外出打工，多带几天")
    box.reason.answered.emit()
    qtbot.waitUntil(lambda: box.chip.text() == "已说明")
    screen.save_action()
    [view] = Dispensing(desk).of_day()
    assert [warning["reason"] for warning in view.warnings] == ["外出打工，多带几天"]


def test_f2_follows_the_order_on_the_screen(screen, desk, resident):
    stock(desk, AMOXICILLIN, 48, batch_no="A1", days=100, pack=24)
    late = stock(desk, AMOXICILLIN, 48, batch_no="B1", days=400, pack=24)
    screen.open_with(resident_id=resident)
    page = screen.giving
    page.add_drug(AMOXICILLIN)
    page.head.diagnosis.setText("高血压")
    [card] = page.cards.values()
    page.go_to_next_open()
    card.show_line(replace(card.line(), batches=(ChosenBatch(late, card.line().quantity or page.judgement.lines[0].quantity),)))
    page.settle()
    open_ones = card.matters.stops()
    assert len(open_ones) > 1
    tops = [stop.mapTo(page, stop.rect().topLeft()).y() for stop in open_ones]
    assert tops == sorted(tops)
    page.go_to_next_open()
    assert QApplication.focusWidget() is open_ones[0]


def test_a_long_prescription_takes_its_own_days(screen, desk, resident):
    stock(desk, AMLODIPINE, 100)
    screen.open_with(resident_id=resident)
    screen.giving.add_drug(AMLODIPINE)
    [card] = screen.giving.cards.values()
    screen.giving.head.kind.setFocus()
    type_keys("3")
    screen.giving.settle()
    assert (card.fields["days"].control.text(), card.given.text()) == ("28", "28 片（1 盒）")


# Warnings


def test_an_allergy_blocks_and_is_told_with_its_source(screen, desk):
    allergic = add_resident(desk, "孙秀英", drug_allergy=[2])
    stock(desk, AMOXICILLIN, 48, pack=24)
    screen.open_with(resident_id=allergic)
    screen.giving.add_drug(AMOXICILLIN)
    screen.save_action()
    [card] = screen.giving.cards.values()
    box = card.matters.boxes["1:CX055"]
    assert (box.chip.text(), box.stops()) == ("不能发", [])
    assert "CX055" in box.findChild(type(box.words), f"{box.objectName()}_source").text()
    assert "青霉素" in screen.giving.side.facts.findChild(type(box.words), "allergies").text()
    assert Dispensing(desk).of_day() == []


def test_two_drugs_with_one_ingredient_are_told_at_the_first_of_them(screen, desk, resident):
    stock(desk, PARACETAMOL, 24, pack=12)
    stock(desk, COLD_REMEDY, 18, pack=9)
    screen.open_with(resident_id=resident)
    for drug in (PARACETAMOL, COLD_REMEDY):
        screen.giving.add_drug(drug)
    first, second = screen.giving.cards.values()
    assert "都含对乙酰氨基酚" in first.matters.boxes["1+2:same:paracetamol"].words.text()
    assert "1+2:same:paracetamol" not in second.matters.boxes


def test_an_unknown_allergy_is_asked_and_answered_by_space(screen, desk, qtbot):
    unknown = add_resident(desk, "吴老三")
    stock(desk, AMLODIPINE, 28)
    screen.open_with(resident_id=unknown)
    screen.giving.add_drug(AMLODIPINE)
    screen.save_action()
    assert focused() is screen.giving.general.boxes["allergy_unknown"].confirm
    press_key(Qt.Key.Key_Space)
    screen.save_action()
    assert len(Dispensing(desk).of_day()) == 1


def test_a_child_is_weighed(screen, desk):
    child = add_resident(desk, "王小宝", born=date(2019, 5, 1), drug_allergy=[1])
    stock(desk, PARACETAMOL, 20, pack=10)
    screen.open_with(resident_id=child)
    screen.giving.add_drug(PARACETAMOL)
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


# Packs


@pytest.fixture
def coded(desk):
    """Two coded packs of amlodipine, one of amoxicillin."""
    stock(desk, AMLODIPINE, 56, code(1), code(2))
    stock(desk, AMOXICILLIN, 24, code(9), pack=24)


def test_packs_are_scanned_wherever_the_cursor_is(screen, desk, resident, coded):
    screen.open_with(resident_id=resident)
    scan(code(1))
    [card] = screen.giving.cards.values()
    assert card.name.text() == "苯磺酸氨氯地平片"
    days = card.fields["days"].control
    days.setFocus()
    type_keys("3")
    scan(code(2))
    assert days.text() == "37"
    days.selectAll()
    type_keys("30")
    screen.giving.settle()
    assert screen.giving.draft.lines[0].codes == (code(1), code(2))
    assert card.trouble() == ""
    box = card.matters.boxes["1:days_reason"]
    box.reason.setText("路远，多带几天")
    box.reason.answered.emit()
    screen.save_action()
    with desk.sessions.reading() as session:
        left = {row.code: row.units_left for row in session.scalars(select(TraceCode)) if row.drug_code == AMLODIPINE}
    assert left == {code(1): 0, code(2): 26}


@pytest.mark.parametrize(("digits", "sentence"), [
    (code(77), "没有入过库"), (code(1), "扫了两次"), (code(9), "不是苯磺酸氨氯地平片的"),
])  # fmt: skip
def test_a_wrong_pack_is_refused_beside_its_drug(screen, desk, resident, coded, digits, sentence):
    screen.open_with(resident_id=resident)
    scan(code(1))
    [card] = screen.giving.cards.values()
    card.fields["codes"].control.setFocus()
    scan(digits)
    assert sentence in card.trouble()
    assert card.line().codes == (code(1),)
    assert len(screen.giving.cards) == 1


def test_what_is_no_code_is_not_passed_over(screen, desk, resident, coded):
    screen.open_with(resident_id=resident)
    scan(code(1))
    [card] = screen.giving.cards.values()
    codes = card.fields["codes"].control
    codes.setFocus()
    type_keys(code(2)[:19])
    press_key(Qt.Key.Key_Return)
    screen.save_action()
    assert "追溯码是 20 位数字" in card.trouble()
    with desk.sessions.reading() as session:
        assert {row.units_left for row in session.scalars(select(TraceCode)) if row.drug_code == AMLODIPINE} == {28}
    codes.selectAll()
    press_key(Qt.Key.Key_Delete)
    assert card.trouble() == ""


def test_a_maker_is_made_known_at_the_counter_and_the_pack_must_still_be_received(screen, desk, resident, coded, dialogs):
    with desk.sessions.writing() as session:
        session.scalars(select(Drug).where(Drug.code == AMLODIPINE)).one().trace_prefix = "8412345"
    screen.open_with(resident_id=resident)
    scan(code(1))
    [card] = screen.giving.cards.values()
    card.fields["codes"].control.setFocus()
    other = "84555550000000000001"
    dialogs.will_answer("it_is")
    scan(other)
    assert "没有入过库" in card.trouble()
    assert card.line().codes == (code(1),)
    assert [drug.code for drug in Catalogue(desk).find(other)] == [AMLODIPINE]
    card.fields["codes"].control.setFocus()
    scan(other)
    assert len(dialogs.asked) == 1


def test_a_pack_that_was_given_is_not_given_again(screen, desk, resident, coded):
    day = replace(DraftLine("1", AMLODIPINE, 28, "1片", Decimal(1), 28), codes=(code(1),))
    Dispensing(desk).give(Draft(add_resident(desk, "赵四", drug_allergy=[1]), (day,), kind=PrescriptionKind.LONG))
    screen.open_with(resident_id=resident)
    scan(code(1))
    assert "已经发完" in screen.giving.finder_field.problem()
    assert screen.giving.cards == {}


def test_a_missing_scan_is_told_beside_the_drug(screen, desk, resident, coded):
    screen.open_with(resident_id=resident)
    screen.giving.add_drug(AMLODIPINE)
    [card] = screen.giving.cards.values()
    screen.save_action()
    assert "还差 1 个追溯码" in card.trouble()
    assert focused() is card.fields["codes"].control
    scan(code(2))
    screen.save_action()
    assert len(Dispensing(desk).of_day()) == 1


def test_a_scanned_code_is_taken_off_again(screen, desk, resident, coded):
    screen.open_with(resident_id=resident)
    scan(code(1))
    [card] = screen.giving.cards.values()
    QTest.mouseClick(card.findChild(LinkButton, f"{card.objectName()}_code_{code(1)}"), Qt.MouseButton.LeftButton)
    assert screen.giving.draft.lines[0].codes == ()


def test_a_bar_code_adds_its_drug_and_the_mark_of_a_scanner_is_no_part_of_a_code(screen, desk, resident, coded):
    with desk.sessions.writing() as session:
        session.scalars(select(Drug).where(Drug.code == PARACETAMOL)).one().barcode = "6901234567892"
    screen.open_with(resident_id=resident)
    scan("6901234567892")
    screen.giving.finder.setFocus()
    scan(f"]C1{code(9)}")
    assert [card.line().drug_code for card in screen.giving.cards.values()] == [PARACETAMOL, AMOXICILLIN]
    assert screen.giving.draft.lines[1].codes == (code(9),)


def test_a_drug_of_the_list_without_codes_asks_for_none(screen, desk, resident):
    with desk.sessions.writing() as session:
        session.scalars(select(Drug).where(Drug.code == AMLODIPINE)).one().has_trace_code = False
    stock(desk, AMLODIPINE, 28)
    screen.open_with(resident_id=resident)
    screen.giving.add_drug(AMLODIPINE)
    [card] = screen.giving.cards.values()
    assert [chip.text for chip in card.chips.chips()] == ["无码"]
    assert not card.fields["codes"].isVisible()
    assert card.price.text() == "¥2.80/盒"
    screen.save_action()
    assert len(Dispensing(desk).of_day()) == 1


# Batches, shortage


def test_another_batch_is_given_with_a_reason(screen, desk, resident):
    stock(desk, AMLODIPINE, 28, batch_no="EARLY", days=60)
    late = stock(desk, AMLODIPINE, 28, batch_no="LATE")
    screen.open_with(resident_id=resident)
    screen.giving.add_drug(AMLODIPINE)
    press_key(Qt.Key.Key_F7)
    [window] = windows_of(BatchWindow)
    first, second = list(window.fields.values())[:2]
    assert first.caption() == "批号 EARLY"
    first.control.clear()
    second.control.show_raw(6)
    window.on_do()
    assert "各批合计 6 片，要发 7 片" in first.problem()
    second.control.show_raw(7)
    window.on_do()
    assert "请写明原因" in window.fields["reason"].problem()
    window.why.setText("先用已经拆开的一盒")
    window.on_do()
    screen.save_action()
    [view] = Dispensing(desk).of_day()
    assert [batch.batch_no for batch in view.lines[0].batches] == ["LATE"]
    assert [warning["reason"] for warning in view.warnings] == ["先用已经拆开的一盒"]
    with desk.sessions.reading() as session:
        assert session.get_one(StockBatch, late).on_hand == 21


def test_what_is_out_of_stock_goes_to_the_months_request(screen, desk, resident, window):
    screen.open_with(resident_id=resident)
    screen.giving.add_drug(AMLODIPINE)
    [card] = screen.giving.cards.values()
    box = card.matters.boxes["1:shortfall"]
    request, shortage = box.buttons
    request.click()
    assert window.went == [("requests", {})]
    draft = Requests(desk).start().request
    request.click()
    assert [line.drug_code for line in Requests(desk).get(draft.id).lines if line.drug_code == AMLODIPINE] == [AMLODIPINE]
    request.click()
    assert "已有" in window.said[-1]
    shortage.click()
    shortage.click()
    assert [each.drug_code for each in Shortages(desk).list()] == [AMLODIPINE]
    assert "没有重复登记" in window.said[-1]


def test_a_medicine_of_the_sheet_that_is_not_known_is_looked_for(screen, desk, resident):
    screen.open_with(resident_id=resident, form_entry_id=visit(desk, resident, ("硝苯地平控释片 60mg", 1, "1片")))
    page = screen.giving
    assert page.unmatched.isVisible()
    page.unmatched.findChild(SecondaryButton, "unmatched_1_find").click()
    assert focused() is page.finder
    assert any("硝苯地平片" in hit.title for hit in page.finder.suggestions())
    assert page.finder.text() == "硝苯地平"


# Wrong input, another window, leaving


@pytest.mark.parametrize(("field", "text", "sentence"), [
    ("days", "一周", "天数请填整数"), ("times", "NaN", "每日次数请填数字"), ("quantity", "2.5", "数量请填整数"),
])  # fmt: skip
def test_what_is_no_number_is_told_and_nothing_is_given(screen, desk, resident, field, text, sentence):
    stock(desk, AMLODIPINE, 28)
    screen.open_with(resident_id=resident)
    screen.giving.add_drug(AMLODIPINE)
    [card] = screen.giving.cards.values()
    control = card.fields[field].control
    control.setText(text)
    control.textEdited.emit(text)
    screen.save_action()
    assert sentence in card.trouble()
    assert focused() is control
    assert Dispensing(desk).of_day() == []


def test_what_was_given_at_another_window_meanwhile_is_told(screen, desk, resident):
    stock(desk, AMLODIPINE, 28)
    screen.open_with(resident_id=resident)
    screen.giving.add_drug(AMLODIPINE)
    other = Draft(
        add_resident(desk, "赵四", drug_allergy=[1]), (DraftLine("1", AMLODIPINE, 28, "1片", Decimal(1), 28),),
        kind=PrescriptionKind.LONG,
    )  # fmt: skip
    Dispensing(desk).give(other)
    screen.save_action()
    [card] = screen.giving.cards.values()
    assert "还差 7 片" in card.matters.boxes["1:shortfall"].words.text()
    assert len(Dispensing(desk).of_day()) == 1


def test_who_has_no_label_printer_says_so_once(screen, desk, resident, window):
    stock(desk, AMLODIPINE, 56)
    screen.open_with(resident_id=resident)
    screen.giving.labels.setChecked(False)
    screen.giving.add_drug(AMLODIPINE)
    screen.save_action()
    screen.open_with(resident_id=add_resident(desk, "赵四", drug_allergy=[1]))
    assert not screen.giving.labels.isChecked()
    assert window.previews == []
    assert len(Dispensing(desk).of_day()) == 1


def test_leaving_asks_once_something_was_typed(screen, desk, resident, dialogs):
    stock(desk, AMLODIPINE, 28)
    screen.open_with(resident_id=resident)
    screen.giving.add_drug(AMLODIPINE)
    assert screen.back_action() is True
    assert screen.giving is not None
    screen.open_with(resident_id=add_resident(desk, "赵四"))
    assert screen.giving.resident_id == resident
    dialogs.will_answer("leave")
    assert screen.back_action() is False
    assert screen.giving is None
    assert [question.harmless for question in dialogs.asked] == ["stay"] * 3


def test_an_untouched_draft_is_left_without_a_question(screen, resident, dialogs):
    type_keys("lgl")
    press_key(Qt.Key.Key_Return)
    assert screen.back_action() is True
    assert (screen.giving, dialogs.asked) == (None, [])
    assert screen.back_action() is False


def test_tab_goes_through_everything_in_order(screen, desk, resident):
    stock(desk, AMLODIPINE, 28)
    screen.open_with(resident_id=resident)
    screen.giving.add_drug(AMLODIPINE)
    screen.giving.head.kind.setFocus()
    seen = []
    for _ in screen.giving.stops():
        seen.append(focused().objectName())
        press_key(Qt.Key.Key_Tab)
    assert seen[:4] == ["prescription_kind", "diagnosis", "weight", "find_drug"]
    assert seen[4:10] == [f"line_1_{name}" for name in ("dose", "times", "days", "quantity", "usage", "codes")]
    assert seen[-1] == "give"


# What was given


@pytest.fixture
def given(desk, resident, coded):
    line = replace(DraftLine("1", AMLODIPINE, 7, "1片", Decimal(1), 7, "饭后"), codes=(code(1),))
    return Dispensing(desk).give(Draft(resident, (line,), diagnosis="高血压"))


def test_the_register_opens_a_dispensing_and_drugs_come_back(screen, desk, given, window):
    screen.refresh()
    screen.register.table.setFocus()
    press_key(Qt.Key.Key_Return)
    assert screen.given.view == given
    screen.print_action()
    assert window.previews[-1][1] == "药品标签"
    screen.primary_action()
    [small] = windows_of(ReturnWindow)
    quantity = next(iter(small.fields.values()))
    small.on_do()
    assert "请填写退回的数量" in quantity.problem()
    quantity.control.show_raw(9)
    small.why.setText("血压低停药")
    small.on_do()
    assert "最多可退 7 片" in quantity.problem()
    quantity.control.show_raw(3)
    small.codes.setText(code(1))
    small.on_do()
    assert Dispensing(desk).get(given.id).lines[0].returned == 3
    assert [chip.text for chip in screen.given.header.chips()] == ["退过药"]
    assert not screen.given.reverse.isVisible()
    told = [each.text() for each in screen.given.came_back.findChildren(QLabel)]
    assert told[0] == "退药记录"
    assert told[1].endswith("　王明　原因：血压低停药")
    assert told[2] == "苯磺酸氨氯地平片 3 片"
    assert "合计 ¥0.40（发出 ¥0.70）" in screen.given.findChild(QLabel, "page_note").text()
    assert screen.back_action() is True
    assert screen.register.isVisible()
    assert screen.register.findChild(QLabel, "page_note").text() == "1 人次　合计 ¥0.40"
    sheet = register(desk, desk.today(), desk.today())
    assert [(row[9], row[13]) for row in sheet.rows] == [(3, Decimal("0.40"))]


def test_a_mistake_is_reversed(screen, desk, given):
    screen.open_with(dispensing_id=given.id)
    screen.given.reverse.click()
    [small] = windows_of(ReverseWindow)
    small.on_do()
    assert "请写明原因" in small.fields["reason"].problem()
    small.why.setText("选错了人")
    small.on_do()
    assert on_hand(desk, AMLODIPINE) == 56
    assert [chip.text for chip in screen.given.header.chips()] == ["已冲销"]
    assert not screen.given.back.isVisible()
    told = [each.text() for each in screen.given.came_back.findChildren(QLabel)]
    assert told[0] == "冲销记录"
    assert told[1].endswith("　王明　原因：选错了人")
    screen.back_action()
    assert screen.register.findChild(QLabel, "page_note").text() == "0 人次　合计 ¥0.00"


def test_what_was_reversed_is_given_again_without_writing_it_twice(screen, desk, resident, given, dialogs):
    Dispensing(desk).reverse(given.id, "天数写错")
    with desk.sessions.writing() as session:
        session.get_one(Resident, resident).weight_kg = Decimal("62.5")
    screen.open_with(dispensing_id=given.id)
    screen.primary_action()
    page = screen.giving
    assert page.isVisible()
    assert (page.resident_id, page.draft.diagnosis, page.draft.id == given.id) == (resident, "高血压", False)
    [card] = page.cards.values()
    line = card.line()
    assert (line.drug_code, line.quantity, line.dose, line.days, line.usage) == (AMLODIPINE, 7, "1片", 7, "饭后")
    assert page.draft.weight_kg == Decimal("62.5")
    assert page.is_touched()
    page.scan(code(1), page.finder)
    screen.save_action()
    newest, former = Dispensing(desk).of_day()
    assert (newest.state, former.state) == ("given", "reversed")
    assert [batch.codes for batch in newest.lines[0].batches] == [(code(1),)]


def test_the_history_of_the_resident_stands_beside(screen, desk, resident, given):
    screen.open_with(resident_id=resident)
    page = screen.giving
    assert [row.id for row in page.side.before.rows()] == [given.id]
    assert "每日 1 次，每次 1片，饭后" in " ".join(
        each.text() for each in page.side.taken.findChildren(QLabel)
    )
    page.side.before.setFocus()
    press_key(Qt.Key.Key_Return)
    assert screen.given.view.id == given.id
    screen.back_action()
    assert page.isVisible()


def test_the_register_is_printed_and_saved(screen, desk, given, window, dialogs, tmp_path):
    screen.refresh()
    assert screen.register.findChild(QLabel, "page_note").text().startswith("1 人次")
    screen.print_action()
    assert (window.previews[-1][0][:4], window.previews[-1][1]) == (b"%PDF", "发药登记")
    dialogs.will_choose(tmp_path / "register.xlsx")
    screen.register.export.click()
    rows = list(load_workbook(tmp_path / "register.xlsx").active.values)
    assert rows[1][1:4] == ("李桂兰", "高血压", "苯磺酸氨氯地平片")
    assert code(1) in rows[1]


def test_the_register_wants_a_possible_span(screen, given):
    screen.register.until.show_raw("2026-11-01")
    screen.register.show_days()
    assert screen.register.until_field.problem() == "结束不能早于开始。"
    screen.register.since.show_raw("gestern")
    screen.register.show_days()
    assert screen.register.since_field.problem()


# From elsewhere


@pytest.fixture
def shell(qtbot, services, desk):
    """The real window with the screens that lead to the counter."""
    made = follow_up_window(services)
    services.offer_forms = made.offer_forms
    for package in (residents, dispensing):
        made.add_screen(package.entry(services))
    qtbot.addWidget(made)
    yield made
    made.hide()


@pytest.fixture
def seen(desk):
    """Somebody who was seen today and takes amlodipine, which lies here."""
    stock(desk, AMLODIPINE, 100)
    person = managed(desk, name="李桂兰", drug_allergy=[1])
    drugs = [{"name": "苯磺酸氨氯地平片 5mg", "times_per_day": 1, "dose": "1片"}]
    return person, seen_before(desk, person, days_ago=0, drugs=drugs)


def test_the_visit_offers_its_drugs_by_one_key(shell, services, desk, seen):
    person, entry = seen
    shell.offer_forms(services.next_forms.after_visit(person, desk.today()))
    QTest.keyClick(shell, Qt.Key.Key_F9)
    screen = shell.current_screen()
    assert shell.current_key() == "dispensing"
    assert screen.giving.draft.form_entry_id == entry
    QTest.keyClick(focused(), Qt.Key.Key_Return, CONTROL)
    assert [view.form_entry_id for view in Dispensing(desk).of_day()] == [entry]
    assert all(each.screen == "forms" for each in services.next_forms.after_visit(person, desk.today()))


def test_nothing_is_offered_that_does_not_lie_here(services, desk):
    person = managed(desk, name="李桂兰")
    seen_before(desk, person, days_ago=0)
    assert all(each.screen == "forms" for each in services.next_forms.after_visit(person, desk.today()))


def test_a_recorded_visit_leads_to_its_drugs(shell, desk, seen):
    person, entry = seen
    shell.show_screen("follow_ups", entry_id=entry)
    shell.current_screen().findChild(SecondaryButton, "dispense_visit").click()
    assert shell.current_key() == "dispensing"
    page = shell.current_screen().giving
    assert (page.resident_id, page.draft.form_entry_id) == (person, entry)
    assert [card.name.text() for card in page.cards.values()] == ["苯磺酸氨氯地平片"]
    assert shell.go_back() is True
    assert shell.current_key() == "follow_ups"


def test_the_record_leads_to_the_counter_and_the_timeline_to_what_was_given(shell, services, desk, seen):
    person, _entry = seen
    shell.show_screen("residents", resident_id=person)
    shell.current_screen().on_asked("dispense")
    assert shell.current_screen().giving.resident_id == person
    QTest.keyClick(focused(), Qt.Key.Key_Return, CONTROL)
    [view] = Dispensing(desk).of_day()
    shell.show_screen("residents", resident_id=person)
    timeline = shell.current_screen().record.timeline.table
    number = next(place for place, row in enumerate(timeline.rows()) if row.kind == "dispensing")
    timeline.setFocus()
    timeline.select_row(number)
    QTest.keyClick(timeline, Qt.Key.Key_Return)
    assert shell.current_screen().given.view.id == view.id


def test_given_drugs_stand_in_the_timeline(services, desk, resident, given):
    [row] = [each for each in services.record_folder.timeline(resident) if each.kind == "dispensing"]
    assert (row.dispensing_id, str(row.text), row.author) == (given.id, "苯磺酸氨氯地平片 7 片", "王明")
    Dispensing(desk).reverse(given.id, "选错了人")
    assert [each for each in services.record_folder.timeline(resident) if each.kind == "dispensing"] == []
