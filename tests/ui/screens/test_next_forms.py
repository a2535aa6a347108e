"""After a visit was saved: the letter, the other programme, the examination, by one key, and back to the next person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.services.follow_ups import FollowUps
from app.services.form_records import FormRecords
from app.services.referral_checks import ReferralChecks
from tests.desks import Clock, make_clinic
from tests.followup_people import REFERRED, add_entry, add_resident, htn_answers
from tests.saved_forms import saved
from tests.ui.hands import control
from tests.ui.screens.follow_up_desk import TODAY, focus, follow_up_window, managed, seen_before, services_of
from tests.ui.screens.form_pages import let_through
from ui.screens import day_sheet, forms, residents
from ui.screens.follow_ups.referral_checks import ReferralChecksDialog
from ui.screens.follow_ups.visit import VisitPage
from ui.screens.forms.page import FormPage
from ui.shell.next_forms import NextFormsStrip

CTRL = Qt.KeyboardModifier.ControlModifier
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
YOUNG = date(1976, 3, 8)


@pytest.fixture
def desk(tmp_path):
    made = make_clinic(tmp_path / "clinic", Clock())
    yield made
    made.sessions.engine.dispose()


@pytest.fixture
def services(desk):
    return services_of(desk)


@pytest.fixture
def window(services, qtbot):
    made = follow_up_window(services)
    for package in (forms, residents, day_sheet):
        made.add_screen(package.entry(services))
    services.offer_forms = made.offer_forms
    qtbot.addWidget(made)
    yield made
    made.hide()


@pytest.fixture
def two(desk):
    """Who is referred when the visit is like the one before, and who comes next."""
    first = managed(desk, name="李桂兰", due_in=-3, born=YOUNG)
    seen_before(desk, first, days_ago=30, sbp=172, dbp=98)
    examined(desk, first)
    second = managed(desk, name="王秀英", due_in=1, born=YOUNG)
    examined(desk, second)
    return first, second


def examined(desk, person):
    add_entry(desk, person, "health_exam", TODAY, {"exam_date": TODAY.isoformat()})


def strip_of(window):
    return control(window, NextFormsStrip, "next_forms")


def press(key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(focus(), key, modifier)


def begin(window, person):
    window.show_screen("follow_ups", resident_id=person)
    return visit_of(window)


def visit_of(window):
    found = window.screen("follow_ups").visit
    assert isinstance(found, VisitPage)
    return found


def form_of(window):
    found = window.screen("forms").page
    assert isinstance(found, FormPage)
    return found


def save_referred(window, person):
    """A second visit with high readings: everything else as last time, referred by one key."""
    begin(window, person)
    read_off("172987663.51")
    press(Qt.Key.Key_L, CTRL_SHIFT)
    press(Qt.Key.Key_F8)
    press(Qt.Key.Key_Return, CTRL)


def save_calm(window, person):
    """Everything as at the calm visit before."""
    begin(window, person)
    read_off("136827663.51")
    press(Qt.Key.Key_L, CTRL_SHIFT)
    press(Qt.Key.Key_Return, CTRL)


def read_off(digits):
    """Pressure, heart rate and weight with no key between them, and no symptom."""
    for digit in digits:
        QTest.keyClick(focus(), digit)


def test_a_calm_visit_offers_nothing_and_the_next_person_follows(window, desk, two):
    first, second = two
    seen_before(desk, second, days_ago=90)
    save_calm(window, second)
    assert not strip_of(window).isVisible()
    assert visit_of(window).resident_id == first


def test_a_referral_offers_its_letter_while_the_next_person_is_already_there(window, two):
    first, second = two
    save_referred(window, first)
    strip = strip_of(window)
    assert strip.isVisible()
    assert strip.words() == "李桂兰：接着可以填"
    assert control(strip, QPushButton, "next_form_1").text() == "开转诊单　F9"
    assert visit_of(window).resident_id == second
    assert visit_of(window).isAncestorOf(focus())


def test_one_key_opens_the_letter_filled_in_and_saving_it_leads_back_to_the_next_person(window, desk, two, qtbot):
    first, second = two
    save_referred(window, first)
    QTest.keyClicks(focus(), "13")
    page_before = visit_of(window)
    press(Qt.Key.Key_F9)
    page = form_of(window)
    given = page.view.answers()
    assert page.resident_id == first
    assert page.opened.form.code == "referral_out"
    assert given["impression"] == "高血压 控制不满意 172/98"
    assert "血压控制不满意 第 2 次" in given["present_illness"]
    assert given["to_org"] == "青石镇卫生院"
    assert given["treatment"].startswith("目前用药：硝苯地平控释片")
    assert "高血压" in str(given["past_history"])
    assert not strip_of(window).isVisible()
    page.view.set_answers({"from_phone": "13800002716", "address": "柳庄村3组", "to_dept": "内科"})
    press(Qt.Key.Key_Return, CTRL)
    let_through(window)
    qtbot.waitUntil(lambda: window.current_key() == "follow_ups")
    [letter] = FormRecords(desk).of_resident(first, "referral_out")
    assert letter.entry_date == TODAY
    assert visit_of(window) is page_before
    assert page_before.resident_id == second
    assert page_before.state.raw["sbp"] == "13"
    assert [each.disease for each in ReferralChecks(desk).open()] == ["htn"]


def test_leaving_the_letter_leads_back_too(window, two, qtbot):
    first, second = two
    save_referred(window, first)
    press(Qt.Key.Key_F9)
    window.screen("forms").page.left.emit()
    qtbot.waitUntil(lambda: window.current_key() == "follow_ups")
    assert visit_of(window).resident_id == second


def test_the_other_programme_and_the_examination_are_offered_one_after_the_other(window, desk, qtbot):
    person = managed(desk, "htn", "copd", born=YOUNG, name="李桂兰")
    seen_before(desk, person, days_ago=90)
    save_calm(window, person)
    strip = strip_of(window)
    assert [offer.form_code for offer in strip.offers()] == ["copd_followup", "health_exam"]
    press(Qt.Key.Key_F9)
    page = form_of(window)
    assert page.opened.form.code == "copd_followup"
    assert page.opened.offers["heart_rate"].value == 76
    assert [offer.form_code for offer in strip.offers()] == ["health_exam"]
    page.left.emit()
    qtbot.waitUntil(lambda: window.current_key() != "forms")
    press(Qt.Key.Key_F9)
    assert form_of(window).opened.form.code == "health_exam"
    assert form_of(window).opened.offers["weight"].value == Decimal("63.5")


def test_a_form_that_is_being_filled_in_is_gone_on_with_after_the_letter(window, desk, two, qtbot):
    first, second = two
    save_referred(window, first)
    window.show_screen("forms", resident_id=second, form_code="encounter")
    form_of(window).view.set_answers({"subjective": "头晕两天"})
    press(Qt.Key.Key_F9)
    assert form_of(window).opened.form.code == "referral_out"
    form_of(window).left.emit()
    qtbot.waitUntil(lambda: form_of(window).opened.form.code == "encounter")
    assert form_of(window).view.answers()["subjective"] == "头晕两天"


def test_what_is_not_wanted_is_put_away_and_the_key_does_nothing(window, two):
    save_referred(window, two[0])
    QTest.mouseClick(control(strip_of(window), QPushButton, "next_forms_away"), Qt.MouseButton.LeftButton)
    assert not strip_of(window).isVisible()
    press(Qt.Key.Key_F9)
    assert window.current_key() == "follow_ups"


def test_a_programmes_form_with_a_referral_offers_its_letter(window, desk, qtbot):
    person = managed(desk, "smi", born=YOUNG, name="李桂兰")
    examined(desk, person)
    made = saved(desk, person, "smi_followup", visit_date="2026-11-20", next_visit_date="2026-11-27",
                 referral=2, referral_reason="病情不稳定", referral_to="县精神卫生中心")
    window.show_screen("forms", entry_id=made.entry_id)
    page = form_of(window)
    page.head.show_reason("核对")
    page.view.set_answers({"referral_reason": "危险性 3 级"})
    press(Qt.Key.Key_Return, CTRL)
    assert [(offer.form_code, offer.on) for offer in strip_of(window).offers()] == [("referral_out", date(2026, 11, 20))]


# --- the day sheet -------------------------------------------------------------------------------------------------


def test_a_day_sheet_lists_who_still_needs_a_letter_and_each_is_one_key_away(window, desk, qtbot):
    people = [managed(desk, name=name, born=YOUNG) for name in ("李桂兰", "王秀英", "赵二")]
    for person in people[:2]:
        seen_before(desk, person, days_ago=90, sbp=172, dbp=98)
    seen_before(desk, people[2], days_ago=90)
    window.show_screen("day_sheet", people=people)
    page = window.screen("day_sheet").page
    for value in ("172/98", "168/96", "128/80", "76", "78", "72", "63.5", "70", "58"):
        for letter in value:
            QTest.keyClick(focus(), letter)
        press(Qt.Key.Key_Return)
    for row in range(2):
        page.grid.setCurrentIndex(page.model.index(row, 0))
        press(Qt.Key.Key_F8)
    press(Qt.Key.Key_Return, CTRL)
    assert window.current_key() == "today"
    strip = strip_of(window)
    assert strip.words() == "还没开转诊单的 2 人"
    assert control(strip, QPushButton, "next_form_1").text() == "开转诊单：李桂兰　F9"
    assert control(strip, QPushButton, "next_form_2").text() == "开转诊单：王秀英"
    press(Qt.Key.Key_F9)
    assert form_of(window).resident_id == people[0]
    form_of(window).left.emit()
    qtbot.waitUntil(lambda: window.current_key() == "today")
    assert [offer.name for offer in strip.offers()] == ["王秀英"]


# --- later ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def unwritten(desk):
    """Somebody whose visit of three days ago referred, without a letter."""
    person = managed(desk, name="李桂兰", born=YOUNG)
    on = date(2026, 11, 19)
    FollowUps(desk).save_visit(person, htn_answers(on, **REFERRED), confirmed=frozenset({"referral_reason", "visit_date"}))
    return person


def test_the_letter_can_be_written_from_the_card_of_open_referrals(window, unwritten, qtbot):
    window.show_screen("today")
    window.screen("today").open_checks()
    dialog = window.findChild(ReferralChecksDialog)
    assert control(dialog, QPushButton, "checks_letter").isVisible()
    QTest.keyClick(dialog.table, Qt.Key.Key_F8)
    page = form_of(window)
    assert page.opened.starting["transfer_date"] == date(2026, 11, 19)
    page.left.emit()
    qtbot.waitUntil(lambda: window.current_key() == "today")


def test_the_letter_can_be_written_from_the_record(window, unwritten, qtbot):
    window.show_screen("residents", resident_id=unwritten)
    screen = window.screen("residents")
    assert ("letter", "开转诊单") in screen.record.actions_offered()
    screen.on_asked("letter")
    assert form_of(window).opened.form.code == "referral_out"
    form_of(window).left.emit()
    qtbot.waitUntil(lambda: window.current_key() == "residents")


def test_the_menu_of_the_record_offers_every_programme(window, unwritten):
    window.show_screen("residents", resident_id=unwritten)
    offered = [action for action, _words in window.screen("residents").record.actions_offered()]
    assert [each for each in offered if each.startswith("enrol_")] == ["enrol_dm", "enrol_smi", "enrol_tb", "enrol_copd"]


def test_who_is_only_to_be_asked_after_opens_the_results(window, desk):
    child = add_resident(desk, name="赵小宝", born=date(2015, 5, 1))
    saved(desk, child, "referral_out", transfer_date="2026-11-10", stub_date="2026-11-10", date="2026-11-10")
    window.show_screen("today")
    press(Qt.Key.Key_Return)
    dialog = window.findChild(ReferralChecksDialog)
    assert dialog.isVisible()
    assert not control(dialog, QPushButton, "checks_letter").isVisible()


def test_the_visit_shows_what_the_hospital_advised(window, desk):
    person = managed(desk, name="李桂兰", born=YOUNG)
    day = "2026-11-20"
    saved(desk, person, "referral_back", back_date=day, stub_date=day, date=day, from_org="县人民医院",
          diagnosis="高血压 2 级", treatment_advice="氨氯地平 5mg 每日1次，2 周后复查")
    page = begin(window, person)
    card = control(page, QWidget, "hospital_advice")
    said = " ".join(each.text() for each in card.findChildren(QLabel))
    assert "县人民医院 11-20 转回" in said
    assert "医院建议：氨氯地平 5mg 每日1次，2 周后复查" in said
