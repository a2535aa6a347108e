"""抽查 at the township: drawn, counted, followed up and closed by three people, through the page."""

from __future__ import annotations

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.domain.stocktake import StocktakeState
from app.services.count_answers import CountAnswers
from app.services.exchange import Exchange
from app.services.random_checks import Counted, RandomChecks
from app.services.stocktakes import Stocktakes
from db.models import StockBatch
from tests.supply_desks import MANAGER, PHARMACIST, as_person, hand_over
from tests.ui.hands import click, control, press, type_chinese
from tests.ui.screens.drug_desks import cell_texts, on_screen, press_key, type_keys
from tests.ui.screens.settlement_world import OTHER_CLINIC, SettlementWorld
from ui.screens.checks.random_page import RandomChecksPage
from ui.widgets.field_row import ComboBox
from ui.widgets.naming import unnamed_controls

SEED = 4711


@pytest.fixture
def world(tmp_path):
    made = SettlementWorld(tmp_path)
    made.other_reports()
    yield made
    made.close()


@pytest.fixture
def township(qtbot, world, dialogs):
    """township(PHARMACIST): the page as somebody of the township sees it."""

    def make(actor=None):
        services, seen = world.at_township(actor, dialogs)
        return on_screen(qtbot, RandomChecksPage(services)), seen

    return make


def window(name):
    """The small window that is open."""
    found = [each for each in QApplication.topLevelWidgets() if each.isVisible() and each.objectName() == name]
    assert found, f"{name} is not open"
    return found[-1]


def write(asked, name, text):
    """Type over a line of a small window."""
    line = control(asked, QLineEdit, name)
    line.selectAll()
    press(line, Qt.Key.Key_Delete)
    type_chinese(line, text)
    return line


def drawn(world, items=3):
    return RandomChecks(world.township).draw(1, items=items, seed=SEED).checks[0]


def fill(page, column, *numbers):
    """Type numbers down a column, each ended by Enter."""
    table = page.parts.table()
    keys = [each.key for each in table.rows_model.columns]
    table.setFocus()
    table.setCurrentIndex(table.model().index(0, keys.index(column)))
    for number in numbers:
        type_keys(number)
        press_key(Qt.Key.Key_Return)


def test_a_clinic_and_its_items_are_drawn_with_a_recorded_seed(world, township):
    page, seen = township()
    assert page.check is None
    page.primary_action()
    asked = window("draw_window")
    write(asked, "draw_items", "4")
    press(write(asked, "draw_seed", str(SEED)), Qt.Key.Key_Return)
    assert page.check.clinic_name == OTHER_CLINIC
    assert (page.check.seed, len(page.check.lines)) == (SEED, 4)
    assert f"种子 {SEED}" in seen.sentences[-1]
    assert cell_texts(page.parts.table(), "why") == [str(line.drawn_for.label) for line in page.check.lines]
    again = RandomChecks(world.township).open(world.other, seed=SEED, count=4).check
    assert [line.batch_id for line in again.lines] == [line.batch_id for line in page.check.lines]
    assert "另一位同事去盘" in page.parts.strip.words()
    page.print_action()
    assert seen.sheets[-1][1] == f"{OTHER_CLINIC} 药品抽查盘点表"


def test_impossible_draws_are_told_beside_the_field_and_nothing_is_opened(world, township):
    page, _seen = township()
    page.draw()
    asked = window("draw_window")
    for name, code, text, good, words in (
        ("draw_items", "items", "0", "10", "请填 1 到"), ("draw_items", "items", "1.5", "10", "整数"),
        ("draw_clinics", "clinics", "0", "1", "请填 1 到"), ("draw_seed", "seed", "99999999999", "", "随机种子"),
    ):
        press(write(asked, name, text), Qt.Key.Key_Return)
        assert words in asked.fields[code].problem()
        write(asked, name, good)
    assert RandomChecks(world.township).list() == []


def test_one_clinic_may_be_chosen_by_name(world, township):
    page, _seen = township()
    page.draw()
    asked = window("draw_window")
    clinic = control(asked, ComboBox, "draw_clinic")
    assert [clinic.itemText(number) for number in range(clinic.count())] == ["随机抽", OTHER_CLINIC]
    clinic.set_value(world.other)
    assert not asked.fields["clinics"].isVisible()
    click(asked.do_button)
    assert page.check.clinic_id == world.other


def test_three_people_draw_count_and_close_by_the_keyboard(world, township, dialogs):
    drawn(world)
    page, seen = township(PHARMACIST)
    assert "盲盘" in page.parts.strip.words()
    fill(page, "counted", "28", "30")
    page.save_action()
    assert "还有 3 行没有填好" in page.parts.strip.words()
    assert RandomChecks(world.township).list()[0].state is StocktakeState.OPEN
    fill(page, "counted", "28", "30", "30")
    fill(page, "book", "30", "30", "30")
    assert "已填 3 / 3" in page.parts.foot.note()
    page.save_action()
    press(write(window("check_words_window"), "check_words", "李梅"), Qt.Key.Key_Return)
    assert page.check.result == "有差异"
    assert cell_texts(page.parts.table(), "difference") == ["-2", "0", "0"]
    assert "相符率 67%（2/3）" in page.parts.header.findChild(QWidget, "page_note").text()

    manager, seen = township(MANAGER)
    manager.save_action()
    assert "还有 1 行差异没有查明原因" in seen.sentences[-1]
    press(write(window("check_words_window"), "check_words", "发药漏记两片，已补记"), Qt.Key.Key_Return)
    assert manager.check.unexplained == 0
    assert "孙院长" in manager.parts.followed.text()
    assert "发药漏记两片，已补记" in manager.parts.followed.text()
    manager.save_action()
    press(control(window("check_words_window"), QLineEdit, "check_words"), Qt.Key.Key_Return)
    assert manager.check.state is StocktakeState.FINALISED
    manager.print_action()
    assert seen.sheets[-1][1] == f"{OTHER_CLINIC} 药品抽查结果"


def test_who_drew_does_not_count_and_who_counted_does_not_close(world, township):
    check = drawn(world)
    page, _seen = township()
    assert not page.parts.enter.isVisible()
    counts = {line.id: Counted(30, 30) for line in check.lines}
    RandomChecks(as_person(world.township, PHARMACIST)).enter(check.id, check.version, counts)
    counter, _seen = township(PHARMACIST)
    assert not counter.parts.close_check.isVisible()
    assert "另一位同事核对办结" in counter.parts.strip.words()


def test_counts_that_are_not_stored_are_not_lost_unasked(world, township, dialogs):
    drawn(world)
    page, _seen = township(PHARMACIST)
    fill(page, "counted", "28")
    dialogs.will_answer("stay")
    assert page.can_leave() is False
    dialogs.will_answer("leave")
    assert page.can_leave() is True
    assert cell_texts(page.parts.table(), "counted") == ["", "", ""]


def test_a_check_that_was_counted_elsewhere_meanwhile_keeps_that_count(world, township):
    check = drawn(world)
    page, _seen = township(PHARMACIST)
    fill(page, "counted", "1", "1", "1")
    fill(page, "book", "1", "1", "1")
    counts = {line.id: Counted(30, 30) for line in check.lines}
    RandomChecks(as_person(world.township, MANAGER)).enter(check.id, check.version, counts)
    page.save_action()
    asked = window("check_words_window")
    press(control(asked, QLineEdit, "check_words"), Qt.Key.Key_Return)
    assert "别人刚刚改过" in control(asked, QWidget, "check_words_window_problem").text()
    asked.reject()
    assert {line.counted for line in RandomChecks(world.township).get(check.id).lines} == {30}


def test_the_notice_goes_to_the_clinic_and_its_answer_comes_back(world, township, dialogs, tmp_path):
    world.reported()
    check = RandomChecks(world.township).open(world.clinic.place.id, seed=SEED).check
    page, _seen = township()
    page.open_with(check_id=check.id)
    dialogs.will_choose(tmp_path / "notice.cyx")
    click(page.parts.send)
    assert page.check.state is StocktakeState.COUNTING
    assert "等卫生室回报" in page.parts.header.chips()[0].text
    dialogs.will_choose(tmp_path / "again.cyx")
    click(page.parts.send)
    assert (tmp_path / "again.cyx").read_bytes() == (tmp_path / "notice.cyx").read_bytes()
    Exchange(world.clinic).open_file(tmp_path / "notice.cyx")
    world.clock.forward(minutes=5)
    counting = Stocktakes(world.clinic)
    view = counting.get(check.id)
    with world.clinic.sessions.reading() as session:
        books = {line.id: session.get_one(StockBatch, line.batch_id).on_hand for line in view.lines}
    books[view.lines[0].id] -= 2
    view = counting.count(check.id, books, view.version).stocktake
    answer = CountAnswers(world.clinic).answer(check.id, view.version)
    hand_over(world.clinic, world.township, answer.message_id, tmp_path)
    page.open_with(check_id=check.id)
    assert [difference for difference in cell_texts(page.parts.table(), "difference") if difference != "0"] == ["-2"]
    assert page.parts.close_check.isVisible()


def test_a_check_is_given_up_with_its_reason_and_the_record_is_kept(world, township, dialogs, tmp_path):
    drawn(world)
    page, seen = township()
    click(page.parts.cancel)
    asked = window("check_words_window")
    press(control(asked, QLineEdit, "check_words"), Qt.Key.Key_Return)
    assert "原因" in control(asked, QWidget, "check_words_window_problem").text() + asked.fields["reason"].problem()
    press(write(asked, "check_words", "当天停电，改日再抽"), Qt.Key.Key_Return)
    assert page.check.state is StocktakeState.CANCELLED
    click(page.parts.print_list)
    assert seen.sheets[-1][1] == "抽查记录"
    dialogs.will_choose(tmp_path / "checks.xlsx")
    click(page.parts.save_list)
    assert openpyxl.load_workbook(tmp_path / "checks.xlsx").active["C2"].value == SEED
    assert unnamed_controls(page) == []
