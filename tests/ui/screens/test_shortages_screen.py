"""缺药 at the clinic and at the township, as their users meet it: keyboard and mouse on real encrypted desks."""

from __future__ import annotations

from datetime import date

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QWidget

from app.domain.movements import MovementKind
from app.domain.shortage_states import ShortageAction, ShortageKind, ShortageState
from app.services.catalogue import Catalogue
from app.services.exchange import Exchange
from app.services.shortages import ShortageEdit, Shortages
from app.services.stock_ledger import NewMovement, book
from tests.supply_desks import change_drug, drug_code, stock
from tests.ui.hands import click, control, type_chinese
from tests.ui.screens.drug_desks import DrugWorld, cell_texts, on_screen, press_key, services_of
from ui.screens.shortages.page import ShortagesPage
from ui.screens.shortages.report_window import ReportWindow
from ui.screens.shortages.township_page import TownshipShortagesPage
from ui.theme.theme import Theme, apply_theme
from ui.widgets.labels import label
from ui.widgets.naming import unnamed_controls
from ui.widgets.small_window import SmallWindow
from ui.widgets.table import DataTable

CONTROL = Qt.KeyboardModifier.ControlModifier
A = ShortageAction


@pytest.fixture
def world(tmp_path):
    made = DrugWorld(tmp_path)
    Catalogue(made.clinic).ensure_starter()
    yield made
    made.close()


@pytest.fixture
def clinic(qtbot, world, dialogs):
    """The clinic's page, shown, and what it asked of the window."""
    services, seen = services_of(world.clinic, dialogs)
    return on_screen(qtbot, ShortagesPage(services)), seen


def town_page(qtbot, world, dialogs):
    services, seen = services_of(world.township, dialogs)
    return on_screen(qtbot, TownshipShortagesPage(services)), seen


def window_of(page, name="shortage_window") -> SmallWindow:
    return control(page, SmallWindow, name)


def write(page, field, text, *, enter=False):
    """Type over what stands in a line; with `enter` finish the window by its key."""
    line = control(page, QLineEdit, field)
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    if enter:
        QTest.keyClick(line, Qt.Key.Key_Return)


def table_of(page) -> DataTable:
    return control(page, DataTable, "shortages")


def words_in(widget: QWidget) -> str:
    kind = type(label(""))
    return "\n".join(each.text() for each in widget.findChildren(kind))


def reported(world, edit=None):
    """A report that went from the clinic to the township by its file; gives its id."""
    draft = Shortages(world.clinic).register(edit or ShortageEdit("氯巴占片", ShortageKind.RARE, needed_a_month=30, stock_now=0))
    sent = Shortages(world.clinic).act(draft.id, A.REPORT, draft.version)
    Exchange(world.township).open_file(Exchange(world.clinic).save_file(sent.message_id, world.folder / "short.cyx"))
    return draft.id


def test_a_shortage_is_written_down_and_reported_by_keyboard_alone(world, clinic, dialogs, tmp_path):
    page, seen = clinic
    page.primary_action()
    name = Catalogue(world.clinic).find("硝苯地平")[0]
    line = control(page, QLineEdit, "shortage_drug")
    line.setText(f"{name.name} {name.strength}".strip())
    write(page, "shortage_needed", "60")
    write(page, "shortage_residents", "4", enter=True)
    [view] = Shortages(world.clinic).list()
    assert (view.drug_code, view.needed_a_month, view.residents_affected) == (name.code, 60, 4)
    assert view.state is ShortageState.DRAFT
    dialogs.will_choose(tmp_path / "short.cyx")
    page.save_action()
    assert Shortages(world.clinic).list()[0].state is ShortageState.REPORTED
    assert (tmp_path / "short.cyx").exists()
    assert cell_texts(table_of(page), "state") == ["已上报"]
    assert any("已上报" in sentence for sentence in seen.sentences)


@pytest.mark.parametrize(
    ("field", "written"), [("shortage_needed", "-3"), ("shortage_residents", "两人"), ("shortage_stock", "1.5")]
)
def test_an_impossible_figure_is_refused_beside_its_field_and_nothing_is_written(world, clinic, field, written):
    page, _seen = clinic
    page.primary_action()
    control(page, QLineEdit, "shortage_drug").setText("氯巴占片")
    control(page, QLineEdit, field).setText(written)
    window = window_of(page)
    click(control(window, QPushButton, "shortage_window_do"))
    assert window.isVisible()
    assert any("0 或正整数" in each.problem() for each in window.fields.values())
    assert Shortages(world.clinic).list() == []


def test_initials_alone_are_no_name_of_a_drug(world, clinic):
    page, _seen = clinic
    page.primary_action()
    control(page, QLineEdit, "shortage_drug").setText("xbdp")
    window = window_of(page)
    click(control(window, QPushButton, "shortage_window_do"))
    assert "选一种" in window.fields["drug"].problem()
    assert Shortages(world.clinic).list() == []


def test_a_drug_outside_the_catalogue_is_reported_by_its_words(world, clinic):
    page, _seen = clinic
    page.primary_action()
    control(page, QLineEdit, "shortage_drug").setText("氯巴占片 10mg")
    control(page, QComboBox, "shortage_kind").set_value(ShortageKind.NOT_LISTED.value)
    click(control(window_of(page), QPushButton, "shortage_window_do"))
    [view] = Shortages(world.clinic).list()
    assert (view.drug_code, view.drug_text, view.kind) == ("", "氯巴占片 10mg", ShortageKind.NOT_LISTED)
    assert "目录外的药" in words_in(page)


def run_out(world, *, days):
    """A drug used in the last months that has been out for so many days; gives its code."""
    code = drug_code(world.clinic, "硝苯地平")
    today = world.clinic.today()
    world.clock.forward(days=-100)
    batch = stock(world.clinic, code, 300, expiry=date(2028, 6, 30))
    world.clock.forward(days=50)
    with world.clinic.sessions.writing() as session:
        book(session, world.clinic, [NewMovement(batch, MovementKind.DISPENSE, 100)])
    world.clock.forward(days=50 - days + 1)
    with world.clinic.sessions.writing() as session:
        book(session, world.clinic, [NewMovement(batch, MovementKind.DISPENSE, 200)])
    world.clock.forward(days=days - 1)
    assert world.clinic.today() == today
    return code


@pytest.mark.parametrize(("days", "drafts"), [(2, 0), (3, 1), (9, 1)])
def test_a_drug_in_use_that_is_out_for_three_days_is_drafted_by_the_program(qtbot, world, dialogs, days, drafts):
    code = run_out(world, days=days)
    services, seen = services_of(world.clinic, dialogs)
    page = on_screen(qtbot, ShortagesPage(services))
    views = Shortages(world.clinic).list()
    assert [(view.drug_code, view.stock_now) for view in views] == [(code, 0)] * drafts
    if drafts:
        assert f"断货 {days} 天" in words_in(page.detail)
        assert any("拟了 1 份" in sentence for sentence in seen.sentences)


def test_a_proposed_draft_that_was_taken_back_is_not_proposed_again(qtbot, world, dialogs):
    run_out(world, days=5)
    services, _seen = services_of(world.clinic, dialogs)
    page = on_screen(qtbot, ShortagesPage(services))
    page.act(A.CANCEL)
    write(page, "shortage_comment", "tingyong", enter=True)
    assert [view.state for view in Shortages(world.clinic).list()] == [ShortageState.CANCELLED]
    assert Shortages(world.clinic).propose_from_stock() == []


def test_a_draft_is_completed_before_it_is_reported(qtbot, world, dialogs):
    run_out(world, days=5)
    services, _seen = services_of(world.clinic, dialogs)
    page = on_screen(qtbot, ShortagesPage(services))
    page.table.setFocus()
    press_key(Qt.Key.Key_Return)
    write(page, "shortage_residents", "7", enter=True)
    assert Shortages(world.clinic).list()[0].residents_affected == 7


def test_the_township_sees_alternatives_and_works_the_report_to_its_end(qtbot, world, dialogs, tmp_path):
    code = drug_code(world.clinic, "硝苯地平")
    for desk in (world.clinic, world.township):
        Catalogue(desk).ensure_starter()
    other = Catalogue(world.township).find("氨氯地平")[0]
    change_drug(world.township, code, therapeutic_group="降压药")
    change_drug(world.township, other.code, therapeutic_group="降压药")
    stock(world.township, other.code, 140)
    report = reported(world, ShortageEdit("硝苯地平", ShortageKind.CUT_OFF, drug_code=code, needed_a_month=60, stock_now=0))
    page, seen = town_page(qtbot, world, dialogs)
    assert cell_texts(table_of(page), "organisation_name") == ["柳庄村"]
    assert "卫生院有 140" in words_in(page.detail.help)
    page.table.setFocus()
    press_key(Qt.Key.Key_Return)
    assert Shortages(world.township).list()[0].state is ShortageState.VERIFIED
    click(control(page, QPushButton, "shortage_substitute"))
    words = control(page, QLineEdit, "shortage_comment")
    assert words.text().startswith(other.name)
    QTest.keyClick(words, Qt.Key.Key_Return)
    view = Shortages(world.township).list()[0]
    assert (view.state, view.outcome.startswith(other.name)) == (ShortageState.SUBSTITUTED, True)
    letter = Exchange(world.township).latest_about(report)
    assert letter is not None
    Exchange(world.clinic).open_file(Exchange(world.township).save_file(letter.id, tmp_path / "answer.cyx"))
    [told] = Shortages(world.clinic).list()
    assert (told.state, told.outcome) == (ShortageState.SUBSTITUTED, view.outcome)
    assert any("数据交换" in sentence for sentence in seen.sentences)


def test_words_that_are_needed_are_asked_for_and_a_step_without_them_is_not_done(qtbot, world, dialogs):
    reported(world)
    page, _seen = town_page(qtbot, world, dialogs)
    page.save_action()
    click(control(page, QPushButton, "shortage_escalate"))
    window = window_of(page, "shortage_action")
    click(control(window, QPushButton, "shortage_action_do"))
    assert window.isVisible()
    write(page, "shortage_comment", "xianzhongxin")
    write(page, "shortage_answer", "12-05", enter=True)
    view = Shortages(world.township).list()[0]
    assert (view.state, view.level, view.distributor_answer) == (ShortageState.ESCALATED, "county", "12-05")


def test_what_another_window_did_meanwhile_is_read_and_nothing_is_done_twice(qtbot, world, dialogs):
    report = reported(world)
    page, _seen = town_page(qtbot, world, dialogs)
    view = Shortages(world.township).list()[0]
    Shortages(world.township).act(report, A.VERIFY, view.version)
    page.save_action()
    assert Shortages(world.township).list()[0].state is ShortageState.VERIFIED
    assert "别人刚刚改过" in dialogs.last_told()
    assert cell_texts(table_of(page), "state") == ["急 已核实"]


def test_the_list_that_goes_up_is_printed_and_saved_as_a_workbook(qtbot, world, dialogs, tmp_path):
    reported(world)
    page, seen = town_page(qtbot, world, dialogs)
    page.print_action()
    pdf, title = seen.sheets[0]
    assert pdf.startswith(b"%PDF")
    assert title == "短缺药品报告表"
    dialogs.will_choose(tmp_path / "up.xlsx")
    click(control(page, QPushButton, "export_shortages"))
    rows = list(load_workbook(tmp_path / "up.xlsx").active.iter_rows(values_only=True))
    assert rows[1][1:3] == ("柳庄村卫生室", "氯巴占片")


def test_a_neighbour_with_too_much_is_offered(qtbot, world, dialogs):
    reported(world)
    page, _seen = town_page(qtbot, world, dialogs)
    assert page.detail.spare.isVisible()
    assert "没有卫生室有余" in words_in(page.detail.spare)


def test_the_tab_counts_what_waits(qtbot, world, dialogs):
    reported(world)
    services, _seen = services_of(world.township, dialogs)
    page = TownshipShortagesPage(services)
    qtbot.addWidget(page)
    counts = []
    page.counted.connect(counts.append)
    page.recount()
    assert counts == [1]


def test_every_control_has_its_names_also_in_the_windows(qtbot, world, dialogs, clinic):
    page, _seen = clinic
    assert unnamed_controls(page) == []
    window = ReportWindow(page.services, parent=page)
    window.open_with(lambda: None)
    assert unnamed_controls(window) == []


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_page_fits_the_smallest_window_at_every_size_of_type(qtbot, world, dialogs, scale):
    reported(world)
    application = QApplication.instance()
    apply_theme(application, Theme("township", scale, False))
    try:
        page, _seen = town_page(qtbot, world, dialogs)
        assert page.minimumSizeHint().width() <= 1194
    finally:
        apply_theme(application, Theme("clinic", 1.0, False))


def say(page, field, text, *, enter=False):
    """Put Chinese words into a line; with `enter` finish the window by its key."""
    line = control(page, QLineEdit, field)
    line.clear()
    type_chinese(line, text)
    if enter:
        QTest.keyClick(line, Qt.Key.Key_Return)


def test_a_new_variety_is_asked_for_by_keyboard_and_answered_to_all_who_want_it(clinic, world, dialogs, qtbot, tmp_path):
    page, _seen = clinic
    press_key(Qt.Key.Key_F6)
    asked = window_of(page, "variety_window")
    say(page, "variety_drug", "氯巴占片")
    say(page, "variety_strength", "片 10mg", enter=True)
    assert "为什么" in asked.fields["reason"].problem()
    say(page, "variety_reason", "省医院开的", enter=True)
    [view] = Shortages(world.clinic).list()
    assert (view.kind, view.drug_text, view.reason) == (ShortageKind.NEW_VARIETY, "氯巴占片 片 10mg", "省医院开的")
    assert "理由：省医院开的" in words_in(page.detail)
    assert page.findChild(QPushButton, "shortage_complete") is None
    sent = Shortages(world.clinic).act(view.id, A.REPORT, view.version)
    Exchange(world.township).open_file(Exchange(world.clinic).save_file(sent.message_id, tmp_path / "wish.cyx"))

    there, seen = town_page(qtbot, world, dialogs)
    there.filter.set_value("varieties")
    there.refresh()
    table = control(there, DataTable, "varieties")
    assert table.isVisible()
    assert not table_of(there).isVisible()
    assert cell_texts(table, "name") == ["氯巴占片 片 10mg"]
    there.print_action()
    assert seen.sheets[-1][1] == "新品种申报汇总表"
    dialogs.will_choose(tmp_path / "wanted.xlsx")
    click(control(there, QPushButton, "export_shortages"))
    assert "氯巴占片 片 10mg" in [cell.value for row in load_workbook(tmp_path / "wanted.xlsx").active for cell in row]
    table.setFocus()
    there.save_action()
    asked = window_of(there, "variety_answer")
    control(there, QComboBox, "variety_action").set_value(A.DISMISS.value)
    say(there, "variety_words", "无", enter=True)
    assert "请写明答复" in asked.fields["words"].problem()
    say(there, "variety_words", "县里统一采购", enter=True)
    assert cell_texts(table, "answer") == ["已办结：县里统一采购"]
    assert not control(there, QPushButton, "answer_variety").isEnabled()
    assert unnamed_controls(there) == []
