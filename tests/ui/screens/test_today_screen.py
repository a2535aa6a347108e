"""今日: the list of the day and the cards beside it, on a real encrypted desk, in the real window."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pypdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from app.services.drafts import Drafts
from app.services.follow_ups import FollowUps
from app.services.referral_checks import ReferralChecks
from app.services.work_list import Until, WorkFilter
from tests.desks import Clock, make_clinic
from tests.followup_people import REFERRED, htn_answers
from tests.ui.hands import compose_chinese, control, type_chinese
from tests.ui.screens.follow_up_desk import TODAY, focus, follow_up_window, managed, seen_before, services_of
from ui.screens.follow_ups.referral_checks import ReferralChecksDialog
from ui.screens.today.screen import AT_ONCE, TodayScreen
from ui.theme.theme import Theme, apply_theme
from ui.widgets.field_row import ComboBox
from ui.widgets.naming import unnamed_controls
from ui.widgets.segmented import Segmented


@pytest.fixture
def desk(tmp_path):
    made = make_clinic(tmp_path / "clinic", Clock())
    yield made
    made.sessions.engine.dispose()


@pytest.fixture
def services(desk):
    return services_of(desk)


@pytest.fixture
def open_today(qtbot, services):
    """The list of the day in the real window, with its cards."""

    def made() -> TodayScreen:
        window = follow_up_window(services)
        qtbot.addWidget(window)
        screen = window.screen("today")
        screen.show_cards()
        return screen

    return made


def press(key, modifier=Qt.KeyboardModifier.NoModifier):
    """Press a key where the cursor is."""
    QTest.keyClick(focus(), key, modifier)


def type_letters(letters):
    """Type Latin letters where the cursor is."""
    for letter in letters:
        QTest.keyClick(focus(), letter)


def names(screen):
    """Who is listed."""
    return [row.name for row in screen.table.rows()]


def choose(screen, name, value):
    """Choose in one of the filters."""
    control(screen, ComboBox, name).set_value(value)


def test_the_list_says_who_is_due_and_how_many(desk, open_today):
    late = managed(desk, due_in=-9, household_note="李")
    managed(desk, "dm", name="陈玉珍", due_in=0)
    managed(desk, name="周凤霞", due_in=3)
    managed(desk, name="马国强", due_in=30)
    FollowUps(desk).save_visit(late, htn_answers(TODAY - timedelta(days=23), sbp=162, dbp=94))
    screen = open_today()
    assert names(screen) == ["李桂兰", "陈玉珍", "周凤霞"]
    assert [chip.text for chip in screen.header.chips()] == ["逾期 1", "今天到期 1", "本周 2"]
    words = [screen.table.model().index(0, column).data() for column in range(8)]
    assert words == ["李桂兰", "71", "高血压", "逾期 9 天", "162/94　不满意(第1次)", "138****2716", "3组 李", "再不满意则转诊"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_F2])
def test_enter_and_f2_begin_the_follow_up_of_the_chosen_person(desk, open_today, key):
    managed(desk, due_in=-9)
    managed(desk, name="王秀英", due_in=-3)
    screen = open_today()
    assert focus() is screen.table
    press(Qt.Key.Key_Down)
    press(key)
    window = screen.window()
    assert window.current_key() == "follow_ups"
    assert window.screen("follow_ups").visit.sheet.person.name == "王秀英"


def test_typed_letters_look_for_a_name_and_enter_takes_it(desk, open_today):
    for name in ("李桂兰", "王秀英", "欧阳淑芬"):
        managed(desk, name=name)
    screen = open_today()
    type_letters("oysf")
    assert names(screen) == ["欧阳淑芬"]
    press(Qt.Key.Key_Return)
    assert screen.window().screen("follow_ups").visit.sheet.person.name == "欧阳淑芬"


def test_after_a_person_who_was_looked_for_by_name_the_whole_list_is_shown_again(desk, open_today):
    for name in ("李桂兰", "王秀英", "欧阳淑芬"):
        person = managed(desk, name=name)
        seen_before(desk, person, next_visit_date=TODAY.isoformat())
    screen = open_today()
    type_letters("oysf")
    press(Qt.Key.Key_Return)
    type_letters("136827663.51")
    press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert screen.window().current_key() == "today"
    assert screen.filters.line.text() == ""
    assert sorted(names(screen)) == ["李桂兰", "王秀英"]
    assert "都随访完了" not in screen.window().said()


def test_arrow_keys_move_in_the_list_while_the_name_is_typed(desk, open_today):
    for name in ("李桂兰", "李大山"):
        managed(desk, name=name)
    screen = open_today()
    type_letters("l")
    first = screen.table.current_number()
    press(Qt.Key.Key_Down)
    assert screen.table.current_number() == first + 1
    press(Qt.Key.Key_Escape)
    assert screen.filters.line.text() == ""


def test_a_chinese_name_is_written_by_the_input_method_without_a_click(desk, open_today):
    managed(desk, name="李桂兰")
    managed(desk, name="王秀英")
    screen = open_today()
    compose_chinese(screen.table, "wang")
    type_chinese(focus(), "王秀")
    assert names(screen) == ["王秀英"]


def test_filters_narrow_and_order_the_list(desk, open_today):
    managed(desk, name="李桂兰", due_in=-2, group="3组", distance=Decimal("4"))
    managed(desk, "dm", name="王秀英", due_in=0, group="1组", distance=Decimal("0.5"))
    managed(desk, name="周凤霞", due_in=40, group="1组", distance=Decimal("2"))
    screen = open_today()
    when = control(screen, Segmented, "today_when")
    for value, expected in (("overdue", ["李桂兰"]), ("today", ["李桂兰", "王秀英"]), ("all", ["李桂兰", "王秀英", "周凤霞"])):
        when.set_value(value)
        assert names(screen) == expected
    choose(screen, "today_order", "distance")
    assert names(screen) == ["王秀英", "周凤霞", "李桂兰"]
    choose(screen, "today_distance", "3")
    assert names(screen) == ["王秀英", "周凤霞"]
    choose(screen, "today_group", "1组")
    choose(screen, "today_disease", "htn")
    assert names(screen) == ["周凤霞"]
    assert screen.filters.wanted() == WorkFilter("1组", "htn", None, Decimal("3"), "", Until.ALL)


def test_the_next_person_is_the_next_of_the_list_as_it_was_narrowed(desk, open_today):
    for name, group in (("李桂兰", "1组"), ("王秀英", "2组"), ("周凤霞", "1组")):
        person = managed(desk, name=name, group=group)
        seen_before(desk, person, next_visit_date=TODAY.isoformat())
    screen = open_today()
    choose(screen, "today_group", "1组")
    expected = names(screen)
    screen.table.setFocus()
    press(Qt.Key.Key_Return)
    type_letters("136827663.51")
    press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert screen.window().screen("follow_ups").visit.sheet.person.name == expected[1]


def test_the_list_is_shown_as_a_sheet_before_it_is_printed(desk, services, open_today):
    managed(desk, due_in=-9)
    screen = open_today()
    press(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    ((pdf, title),) = services.preview.shown
    words = pypdf.PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert title == "随访名单"
    assert "李桂兰" in words
    assert "138****2716" in words
    assert screen.isVisible()


def test_before_anybody_is_managed_the_way_leads_to_the_residents(desk, services, open_today):
    screen = open_today()
    went = []
    services.navigate = lambda key, **arguments: went.append(key) or True
    assert screen.nobody.isVisible()
    QTest.mouseClick(control(screen, QPushButton, "to_residents"), Qt.MouseButton.LeftButton)
    assert went == ["residents"]


def test_a_day_without_anybody_due_says_so(desk, open_today):
    managed(desk, due_in=60)
    screen = open_today()
    assert not screen.nobody.isVisible()
    assert "这段时间没有要随访的人" in screen.table.empty_text()
    assert not control(screen, QPushButton, "start_follow_up").isEnabled()


def test_the_quarter_shows_who_was_seen_as_often_as_it_asks_for(desk, open_today):
    person = managed(desk)
    for days in (300, 200, 100, 5):
        seen_before(desk, person, days_ago=days)
    managed(desk, name="王秀英")
    screen = open_today()
    pressure, glucose = screen.cards.shares.shares()
    assert (pressure.title, pressure.done, pressure.of, pressure.tone) == ("高血压规范管理", 1, 2, "amber")
    assert (glucose.of, glucose.percent()) == (0, "—")


def test_the_result_of_a_referral_is_entered_from_the_card(desk, open_today):
    person = managed(desk)
    for days in (40, 10):
        changes = REFERRED if days == 10 else {}
        seen_before(desk, person, days_ago=days, sbp=162, dbp=94, **changes)
    screen = open_today()
    QTest.mouseClick(control(screen, QPushButton, "open_checks"), Qt.MouseButton.LeftButton)
    dialog = screen.window().findChild(ReferralChecksDialog)
    assert [check.name for check in dialog.table.rows()] == ["李桂兰"]
    assert not dialog.save()
    assert dialog.cells["arrived"].problem() == "请选到位或未到位。"
    QTest.keyClick(dialog.cells["arrived"].control, "1")
    type_chinese(dialog.cells["note"].control, "已调整用药")
    QTest.mouseClick(control(dialog, QPushButton, "checks_save"), Qt.MouseButton.LeftButton)
    assert ReferralChecks(desk).open() == ()
    assert not dialog.isVisible()
    screen.show_cards()
    assert screen.cards.findChild(QPushButton, "open_checks") is None


def test_the_day_of_asking_cannot_lie_ahead(desk, services, qtbot):
    person = managed(desk)
    for days in (40, 10):
        seen_before(desk, person, days_ago=days, sbp=162, dbp=94, **(REFERRED if days == 10 else {}))
    dialog = ReferralChecksDialog(services)
    qtbot.addWidget(dialog)
    QTest.keyClick(dialog.cells["arrived"].control, "2")
    dialog.cells["asked_on"].show_raw("asked_on", "2026-12-01")
    assert not dialog.save()
    assert "还没有到" in dialog.cells["asked_on"].problem()
    assert unnamed_controls(dialog) == []


def test_an_unfinished_visit_is_offered_among_what_is_to_be_done(desk, open_today):
    person = managed(desk, name="王秀英", due_in=40)
    Drafts(desk).save("follow_up", person, {"answers": {"sbp": "158"}})
    screen = open_today()
    assert any(label.text() == "王秀英" for label in screen.cards.to_do.findChildren(QLabel))
    QTest.mouseClick(control(screen, QPushButton, "open_draft"), Qt.MouseButton.LeftButton)
    assert screen.window().screen("follow_ups").visit.sheet.person.name == "王秀英"


def test_the_newest_drug_request_is_shown_with_its_state(desk, services, open_today):
    services.requests.start()
    screen = open_today()
    words = [label.text() for label in screen.cards.request.findChildren(QLabel)]
    assert "11 月申领单" in words


def test_five_hundred_people_are_all_listed(desk, open_today):
    for number in range(500):
        managed(desk, name=f"李{number}", due_in=-number % 7)
    screen = open_today()
    screen.table.setFocus()
    for _ in range(500 // AT_ONCE + 1):
        press(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert len(screen.table.rows()) == 500


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_every_control_has_its_names_and_fits(desk, qapp, open_today, scale):
    apply_theme(qapp, Theme(scale=scale))
    managed(desk, care_note="行动不便")
    screen = open_today()
    screen.window().resize(1366, 768)
    assert unnamed_controls(screen) == []
    for name in ("print_list", "start_follow_up"):
        button = control(screen, QPushButton, name)
        assert button.width() >= button.sizeHint().width()


def test_a_long_list_is_read_on_when_one_scrolls_there(desk, open_today):
    for number in range(AT_ONCE + 5):
        managed(desk, name=f"居民{number}", due_in=0)
    screen = open_today()
    assert len(screen.table.rows()) == AT_ONCE

    screen.table.setFocus()
    press(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)

    assert len(screen.table.rows()) == AT_ONCE + 5
    assert len({row.resident_id for row in screen.table.rows()}) == AT_ONCE + 5
    screen.refresh()
    assert len(screen.table.rows()) == AT_ONCE + 5
