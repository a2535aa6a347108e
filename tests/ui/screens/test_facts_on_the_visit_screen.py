"""Write it once, at the keyboard of a visit: today's examination is taken over, and a change offers to go through."""

from __future__ import annotations

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit

from app.forms.registry import form
from app.services.follow_ups import FollowUps
from app.services.form_records import FormRecords
from tests.desks import Clock, make_clinic
from tests.samples.form_answers import FILLED
from tests.ui.hands import control
from tests.ui.screens.follow_up_desk import TODAY, focus, follow_up_window, managed, seen_before, services_of
from ui.screens.forms.windows import ChangesWindow

CTRL = Qt.KeyboardModifier.ControlModifier
TAKE_OVER_ALL = (Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
EXAM = {**FILLED["health_exam"], "exam_date": TODAY.isoformat()}


@pytest.fixture
def desk(tmp_path):
    made = make_clinic(tmp_path / "clinic", Clock())
    yield made
    made.sessions.engine.dispose()


@pytest.fixture
def person(desk):
    made = managed(desk, height_cm=Decimal("156.5"))
    seen_before(desk, made)
    every = frozenset(form("health_exam").fields)
    FormRecords(desk).save(made, "health_exam", EXAM, confirmed=every)
    return made


@pytest.fixture
def visit(qtbot, desk, person):
    window = follow_up_window(services_of(desk))
    qtbot.addWidget(window)
    press(Qt.Key.Key_Return)
    opened = window.screen("follow_ups").visit
    assert opened is not None
    return opened


def press(key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(focus(), key, modifier)


def exam_of(desk, person):
    return FormRecords(desk).of_resident(person, "health_exam")[0]


def open_window():
    return next(each for each in QApplication.topLevelWidgets() if isinstance(each, ChangesWindow) and each.isVisible())


def test_todays_reading_is_shown_grey_with_its_origin_and_taken_over_by_f4(visit):
    assert control(visit, QLineEdit, "sbp").placeholderText() == "152"
    assert visit.form.cells["sbp"].caption.toolTip() == "健康体检 11-22"
    press(Qt.Key.Key_F4)
    assert (visit.state.raw["sbp"], visit.state.raw["dbp"]) == (152, 90)
    assert visit.form.cells["sbp"].caption.toolTip() == "健康体检 11-22 152/90"
    assert visit.form.cells["salt"].caption.toolTip() == ""


def test_what_was_measured_today_goes_before_last_time(visit):
    assert visit.state.previous_words("weight") == "63.0"
    assert visit.form.cells["weight"].caption.toolTip() == "健康体检 11-22"


def test_a_visit_of_another_day_does_not_take_todays_reading(visit):
    visit.state.set("visit_date", "2026-11-21")
    assert not visit.state.is_offered("sbp")
    assert visit.state.previous_words("weight") == "63.5"


def save_with(visit, pressure, weight):
    for digit in pressure:
        QTest.keyClick(focus(), digit)
    visit.state.set("weight", weight)
    visit.state.set("symptoms", [1])
    press(*TAKE_OVER_ALL)
    press(Qt.Key.Key_Return, CTRL)


def test_another_reading_offers_to_go_through_to_the_examination(desk, person, visit):
    save_with(visit, "13682", "64.0")
    window = open_window()
    boxes = window.findChildren(QCheckBox)
    assert {box.text().split("\n")[-1] for box in boxes} == {"健康体检 2026-11-22"}
    words = {box.text().split("\n")[0]: box for box in boxes}
    assert "血压：152/90 → 136/82" in words
    assert "体重：63.0 → 64.0" in words
    words["体重：63.0 → 64.0"].setChecked(False)
    window.do_button.click()
    after = exam_of(desk, person).answers
    assert (after["bp_right_sbp"], after["bp_right_dbp"], after["weight"]) == (136, 82, Decimal("63.0"))
    assert len(FollowUps(desk).recorded_sheets(person, "htn_followup")) == 2
    assert not window.isVisible()


def test_saying_no_leaves_the_examination_and_keeps_the_visit(desk, person, visit):
    save_with(visit, "13682", "63.0")
    window = open_window()
    before = exam_of(desk, person)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert exam_of(desk, person) == before
    assert len(FollowUps(desk).recorded_sheets(person, "htn_followup")) == 2
    assert visit.window().current_key() == "today"
