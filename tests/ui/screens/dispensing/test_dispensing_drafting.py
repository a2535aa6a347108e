"""发药 from the visit's drugs or the doctor's own: filled in by a handful of keys, judged while typing, left with a question."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.services.dispensing import Dispensing
from db.models import FormEntry
from tests.app.services.dispensing_things import AMLODIPINE, on_hand, stock, visit
from tests.ui.hands import click, control, write
from tests.ui.screens.dispensing.dispensing_hands import begin, only_card, somebody_else, type_over
from tests.ui.screens.drug_desks import focused, press_key, type_keys
from tests.ui.screens.whole_window import window_with
from ui.screens import dispensing
from ui.widgets.buttons import SecondaryButton

VALSARTAN, METFORMIN = "VD009", "VD031"
CONTROL = Qt.KeyboardModifier.ControlModifier


def medicine(name, times=1, dose="1片"):
    """A drug as it stands on the sheet of a visit."""
    return {"name": name, "times_per_day": times, "dose": dose}


@pytest.fixture
def three(desk, resident):
    """A visit for both diseases with three drugs that lie here; gives its sheet."""
    stock(desk, AMLODIPINE, 100)
    stock(desk, VALSARTAN, 70, pack=7)
    stock(desk, METFORMIN, 480, pack=48)
    diabetes = visit(desk, resident, [medicine("盐酸二甲双胍片 0.25g", 3)], form_code="dm_followup")
    for_pressure = [medicine("苯磺酸氨氯地平片 5mg"), medicine("缬沙坦胶囊 80mg", dose="1粒")]
    pressure = visit(desk, resident, for_pressure)
    with desk.sessions.writing() as session:
        session.get_one(FormEntry, pressure).visit_id = session.get_one(FormEntry, diabetes).visit_id
    return pressure


def test_three_drugs_of_a_follow_up_are_given_by_one_key(qtbot, services, desk, resident, three, window):
    main = window_with(qtbot, dispensing.entry(services))
    main.show_screen("dispensing", resident_id=resident, form_entry_id=three)
    screen = main.current_screen()
    given = [card.name.text() for card in screen.giving.cards.values()]
    assert given == ["盐酸二甲双胍片", "苯磺酸氨氯地平片", "缬沙坦胶囊"]
    assert screen.giving.bar.note().startswith("3 种")
    press_key(Qt.Key.Key_Return, CONTROL)
    assert screen.giving is None
    [view] = Dispensing(desk).history(resident)
    assert sorted(line.quantity for line in view.lines) == [28, 28, 84]
    assert [on_hand(desk, drug) for drug in (AMLODIPINE, VALSARTAN, METFORMIN)] == [72, 42, 396]
    [(labels, title)] = window.previews
    assert (labels[:4], title) == (b"%PDF", "药品标签")
    assert window.said[-1].startswith("已发药：李桂兰")
    assert screen.register.table.current_row().id == view.id


def test_a_resident_is_found_and_a_drug_added_by_its_initials(screen, desk, resident):
    stock(desk, AMLODIPINE, 100)
    type_keys("lgl")
    press_key(Qt.Key.Key_Return)
    assert screen.giving.resident_id == resident
    type_keys("bhsal")
    press_key(Qt.Key.Key_Return)
    card = only_card(screen)
    assert focused() is card.fields["dose"].control
    assert (card.given.text(), card.amount.text()) == ("7 片", "¥0.70")
    for text in ("2片", "1", "14"):
        write(focused(), text)
        press_key(Qt.Key.Key_Return)
    assert focused() is card.fields["quantity"].control
    screen.giving.settle()
    assert card.given.text() == "28 片（1 盒）"


def test_a_long_prescription_takes_its_own_days(screen, desk, resident):
    stock(desk, AMLODIPINE, 100)
    card = begin(screen, resident)
    screen.giving.head.kind.setFocus()
    type_keys("3")
    screen.giving.settle()
    assert (card.fields["days"].control.text(), card.given.text()) == ("28", "28 片（1 盒）")


def test_a_medicine_of_the_sheet_that_is_not_known_is_looked_for(screen, desk, resident):
    sheet = visit(desk, resident, [medicine("硝苯地平控释片 60mg")])
    screen.open_with(resident_id=resident, form_entry_id=sheet)
    page = screen.giving
    assert page.unmatched.isVisible()
    click(control(page.unmatched, SecondaryButton, "unmatched_1_find"))
    assert focused() is page.finder
    assert any("硝苯地平片" in hit.title for hit in page.finder.suggestions())
    assert page.finder.text() == "硝苯地平"


@pytest.mark.parametrize(("field", "text", "sentence"), [
    ("days", "一周", "天数请填整数"), ("times", "NaN", "每日次数请填数字"), ("quantity", "2.5", "数量请填整数"),
])  # fmt: skip
def test_what_is_no_number_is_told_and_nothing_is_given(screen, desk, resident, field, text, sentence):
    stock(desk, AMLODIPINE, 28)
    card = begin(screen, resident)
    typed = type_over(card, field, text)
    screen.giving.finder.setFocus()
    screen.save_action()
    assert sentence in card.trouble()
    assert focused() is typed
    assert Dispensing(desk).of_day() == []


def test_who_has_no_label_printer_says_so_once(screen, desk, resident, window):
    stock(desk, AMLODIPINE, 56)
    screen.open_with(resident_id=resident)
    screen.giving.labels.setChecked(False)
    screen.giving.add_drug(AMLODIPINE)
    screen.save_action()
    screen.open_with(resident_id=somebody_else(desk))
    assert not screen.giving.labels.isChecked()
    assert window.previews == []
    assert len(Dispensing(desk).of_day()) == 1


def test_leaving_asks_once_something_was_typed(screen, desk, resident, dialogs):
    stock(desk, AMLODIPINE, 28)
    begin(screen, resident)
    assert screen.back_action() is True
    assert screen.giving is not None
    screen.open_with(resident_id=somebody_else(desk))
    assert screen.giving.resident_id == resident
    dialogs.will_answer("leave")
    assert screen.back_action() is False
    assert screen.giving is None
    assert [question.harmless for question in dialogs.asked] == ["stay"] * 3


def test_an_untouched_draft_is_left_without_a_question(screen, resident, dialogs):
    type_keys("lgl")
    press_key(Qt.Key.Key_Return)
    assert screen.giving.resident_id == resident
    assert screen.back_action() is True
    assert (screen.giving, dialogs.asked) == (None, [])
    assert screen.back_action() is False


def test_tab_goes_through_everything_in_order(screen, desk, resident):
    stock(desk, AMLODIPINE, 28)
    begin(screen, resident)
    screen.giving.head.kind.setFocus()
    seen = []
    for _ in screen.giving.stops():
        seen.append(focused().objectName())
        press_key(Qt.Key.Key_Tab)
    assert seen[:4] == ["prescription_kind", "diagnosis", "weight", "find_drug"]
    fields = ("dose", "times", "days", "quantity", "usage", "codes")
    assert seen[4:10] == [f"line_1_{name}" for name in fields]
    assert seen[-1] == "give"
