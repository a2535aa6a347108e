"""药品目录 on both desks: found by name, initials and code; imported after a look at every line; sent to the clinics."""

from __future__ import annotations

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from app.desk import Actor
from app.services.catalogue import Catalogue
from app.services.catalogue_import import CatalogueImport
from app.services.exchange import Exchange
from db.models import Organisation
from tests.supply_desks import change_drug, stock
from tests.ui.hands import click, control, press, type_chinese
from tests.ui.screens.drug_desks import cell_texts, on_screen, press_key, type_keys
from tests.ui.screens.settlement_world import SettlementWorld
from ui.screens.catalogue.page import CataloguePage
from ui.screens.import_roster.target_box import TargetBox
from ui.widgets.naming import unnamed_controls


@pytest.fixture
def world(tmp_path):
    made = SettlementWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def township(qtbot, world, dialogs):
    services, seen = world.at_township(None, dialogs)
    return on_screen(qtbot, CataloguePage(services)), seen


@pytest.fixture
def clinic(qtbot, world, dialogs):
    services, seen = world.at_clinic(dialogs)
    return on_screen(qtbot, CataloguePage(services)), seen


def window(name):
    """The small window that is open."""
    found = [each for each in QApplication.topLevelWidgets() if each.isVisible() and each.objectName() == name]
    assert found, f"{name} is not open"
    return found[-1]


def list_file(desk, path, change=lambda sheet: None):
    """The desk's list as XLSX, changed."""
    CatalogueImport(desk).save_list(path)
    book = openpyxl.load_workbook(path)
    change(book.active)
    book.save(path)
    return path


def row_of(sheet, code):
    return next(row[0].row for row in sheet.iter_rows() if row[0].value == code)


def labels(page):
    """All words of the drug that is shown in full."""


    return [each.text() for each in page.card.findChildren(QLabel)]


# --- finding ------------------------------------------------------------------------------------------------------


def test_a_drug_is_found_by_name_initials_barcode_and_trace_code(world, township):
    page, _seen = township
    code = world.codes["硝苯地平"]
    change_drug(world.township, code, barcode="6901234567892", trace_prefix="8123456", price_fen=560, units_per_pack=28)
    page.primary_action()
    type_keys("xbdp")
    assert all("硝苯地平" in name for name in cell_texts(page.table, "name"))
    for text in ("6901234567892", "81234560000000000001"):
        page.search.setText(text)
        assert [row.drug.code for row in page.table.rows()] == [code]
    assert "有，前 7 位 8123456" in labels(page)
    assert "¥5.60/盒，¥0.20/片" in labels(page)
    page.search.clear()
    type_chinese(page.search, "没有这种药")
    assert page.table.rows() == []


def test_a_pack_of_a_further_maker_is_made_known_by_keyboard(world, township):
    page, seen = township
    code, other = world.codes["硝苯地平"], world.codes["二甲双胍"]
    change_drug(world.township, code, trace_prefix="8123456")
    change_drug(world.township, other, trace_prefix="8999999")
    page.primary_action()
    type_keys("84555550000000000001")
    assert page.table.rows() == []
    assert "还没有人认过" in page.findChild(QLabel, "catalogue_found").text()
    page.search.setText(next(row.name for row in Catalogue(world.township).find("xbdp") if row.code == code))
    page.table.select_row([row.drug.code for row in page.table.rows()].index(code))
    press_key(Qt.Key.Key_F8)
    asked = window("maker_window")
    line = control(asked, QLineEdit, "maker_code")
    assert line.text() == "84555550000000000001"
    line.setText("89999990000000000001")
    press(line, Qt.Key.Key_Return)
    assert asked.isVisible()
    line.setText("84555550000000000001")
    press(line, Qt.Key.Key_Return)
    assert "已记下" in seen.sentences[-1]
    assert any("8123456、8455555（" in words for words in labels(page))
    page.search.setText("84555550000000000002")
    assert [row.drug.code for row in page.table.rows()] == [code]


def test_a_clerk_looks_at_the_list_and_changes_nothing(qtbot, world, dialogs):
    services, seen = world.at_township(Actor("clerk", "钱办", "insurance_clerk"), dialogs)
    page = on_screen(qtbot, CataloguePage(services))
    for name in ("import_catalogue", "send_catalogue", "set_trace_code", "confirm_maker"):
        assert page.findChild(QPushButton, name).isHidden()
    press_key(Qt.Key.Key_F6)
    assert "由卫生院药师和院长" in seen.sentences[-1]
    assert dialogs.choosers == []


@pytest.mark.parametrize("name", ["硝苯地平缓释片(Ⅱ)", "硝苯地平缓释片（Ⅱ）", "硝苯地平缓释片(II)", " 硝苯地平 缓释片（ii）"])
def test_a_name_with_brackets_is_found_however_they_are_written(world, township, name):
    page, _seen = township
    change_drug(world.township, world.codes["硝苯地平"], generic_name="硝苯地平缓释片（Ⅱ）")
    page.search.setText(name)
    assert [row.drug.code for row in page.table.rows()] == [world.codes["硝苯地平"]]


def test_drugs_that_ended_are_shown_when_asked(world, township):
    page, _seen = township
    code = world.codes["阿莫西林"]
    change_drug(world.township, code, valid_to=world.township.today().replace(day=1))
    page.refresh()
    codes = [row.drug.code for row in page.table.rows()]
    assert code not in codes
    page.with_ended.setChecked(True)
    assert [row.drug.code for row in page.table.rows()].count(code) == 1


def test_the_shares_show_both_numbers_and_both_denominators(world, township, tmp_path, dialogs):
    page, seen = township
    page.tabs.show_tab("shares")


    words = [each.text() for each in page.shares.listed.findChildren(QLabel)]
    shares = Catalogue(world.township).shares()
    expected = shares.procured_of_catalogue, shares.procured_of_all
    for share in expected:
        assert f"{share.part} ÷ {share.whole} = {share.percent}%" in words
    assert "报道：38%（144/380）" in words
    assert "同一报道换分母：28%（144/507）" in words
    page.print_action()
    assert seen.sheets[-1][1] == "目录与集采占比"
    dialogs.will_choose(tmp_path / "shares.xlsx")
    click(page.save)
    sheet = openpyxl.load_workbook(tmp_path / "shares.xlsx").active
    assert (sheet["C3"].value, sheet["D3"].value) == (expected[0].part, expected[0].whole)


def test_a_drug_goes_on_the_list_of_those_without_codes_with_its_reason(world, township):
    page, _seen = township
    page.search.setText("xbdp")
    press_key(Qt.Key.Key_F7)
    asked = window("trace_code_window")
    line = control(asked, QLineEdit, "trace_code_reason")
    press(line, Qt.Key.Key_Return)
    assert "请写明原因" in asked.fields["reason"].problem()
    type_chinese(line, "国家无码目录第二批")
    press(line, Qt.Key.Key_Return)
    assert page.tabs.title("codeless") == "无码 1"
    assert cell_texts(page.codeless, "why") == ["国家无码目录第二批"]
    page.tabs.show_tab("codeless")
    page.codeless.select_row(0)
    page.set_trace_code()
    again = control(window("trace_code_window"), QLineEdit, "trace_code_reason")
    type_chinese(again, "厂家已赋码")
    press(again, Qt.Key.Key_Return)
    assert page.codeless.rows() == []


# --- importing ----------------------------------------------------------------------------------------------------


def test_a_list_is_looked_at_line_by_line_and_then_imported_by_the_keyboard(world, township, dialogs, tmp_path):
    page, seen = township
    used, gone = world.codes["二甲双胍"], world.codes["阿莫西林"]
    stock(world.township, used, 60)

    def change(sheet):
        sheet.cell(row_of(sheet, world.codes["硝苯地平"]), 8).value = 12.34
        sheet.cell(row_of(sheet, world.codes["氨氯地平"]), 8).value = "便宜"
        for code in (used, gone):
            sheet.delete_rows(row_of(sheet, code))
        sheet.append(["NEW1", "新药片", "片剂", "10mg", "片", "盒", 20, 3.5])
        sheet.append(["NEW2", "别的药片", "片剂", "10mg", "片", "盒", "许多", "便宜"])

    dialogs.will_choose(list_file(world.township, tmp_path / "list.xlsx", change))
    press_key(Qt.Key.Key_F6)
    assert unnamed_controls(page) == []
    page.save_action()
    one, several = cell_texts(page.importing.rows, "reason")
    assert one == "价格“便宜”：价格应是数字，单位元。"
    assert several.count("。") == 2
    assert "。 " in several
    page.importing.filter.set_value("ended")
    page.importing.filter.changed.emit("ended")
    assert cell_texts(page.importing.rows, "action") == ["停用，还在用", "停用"]
    dialogs.will_choose(tmp_path / "report.xlsx")
    click(control(page, QPushButton, "save_catalogue_report"))
    assert openpyxl.load_workbook(tmp_path / "report.xlsx").active.max_row > 100
    dialogs.will_answer("keep", "import")
    page.save_action()
    assert Catalogue(world.township).get("NEW1") is None
    page.save_action()
    assert Catalogue(world.township).get("NEW1") is not None
    assert Catalogue(world.township).get(world.codes["硝苯地平"]).price_fen == 1234
    assert Catalogue(world.township).get(used).valid_to > world.township.today()
    assert page.tabs.current() == "update"
    assert "新增 1 种，更改 1 种，停用 2 种" in page.update_note.text()
    assert "价格 — → ¥12.34" in cell_texts(page.updated, "change")
    page.print_action()
    assert seen.sheets[-1][1] == "最近一次目录更新"


def test_a_list_without_a_column_of_codes_asks_for_it(world, township, dialogs, tmp_path):
    page, _seen = township
    book = openpyxl.Workbook()
    book.active.append(["药品名称", "我们的号", "最小单位", "每包装数量"])
    book.active.append(["新药片", "N1", "片", 10])
    book.save(tmp_path / "odd.xlsx")
    dialogs.will_choose(tmp_path / "odd.xlsx")
    page.start_import()
    page.save_action()
    assert page.importing.rows.rows() == []
    assert not page.importing.check.isEnabled()
    assert not page.importing.whole.isChecked()
    box = control(page, TargetBox, "catalogue_target_1")
    box.set_value("code")
    page.save_action()
    assert cell_texts(page.importing.rows, "action") == ["新增"]
    assert page.back_action()
    assert page.back_action()
    assert not page.back_action()
    assert Catalogue(world.township).get("N1") is None


def test_a_file_that_is_no_table_is_told_and_the_list_stays(world, township, dialogs, tmp_path):
    page, _seen = township
    (tmp_path / "odd.xlsx").write_bytes(b"\x00\x01 no table")
    dialogs.will_choose(tmp_path / "odd.xlsx")
    page.start_import()
    assert dialogs.told
    assert not page.back_action()


def test_a_list_that_changed_behind_the_plan_is_looked_at_again(world, township, dialogs, tmp_path):
    page, _seen = township
    code = world.codes["硝苯地平"]

    def change(sheet):
        sheet.cell(row_of(sheet, code), 8).value = 12.34

    dialogs.will_choose(list_file(world.township, tmp_path / "list.xlsx", change))
    page.start_import()
    page.save_action()
    change_drug(world.township, code, price_fen=1234)
    dialogs.will_answer("import")
    page.save_action()
    assert "重新核对" in dialogs.last_told()
    assert not page.importing.do_import.isEnabled()
    assert Catalogue(world.township).last_update() is None


def test_the_list_is_saved_so_that_it_can_be_imported_again(world, township, dialogs, tmp_path):
    page, seen = township
    dialogs.will_choose(tmp_path / "list.xlsx", tmp_path / "list.xlsx")
    click(page.save)
    page.start_import()
    page.save_action()
    assert "没有要更新的" in " ".join(label.text() for label in page.importing.findChildren(type(page.update_note)))
    page.back_action()
    page.back_action()
    page.print_action()
    assert seen.sheets[-1][1] == "药品目录"


# --- sending and receiving ----------------------------------------------------------------------------------------


def test_the_list_goes_to_the_clinic_which_sees_what_changed(world, township, clinic, dialogs, tmp_path):
    page, _seen = township
    change_drug(world.township, world.codes["硝苯地平"], price_fen=990)
    click(page.send_button)
    asked = window("send_catalogue_window")
    dialogs.will_choose(tmp_path / "list.cyx")
    click(asked.do_button)
    Exchange(world.clinic).open_file(tmp_path / "list.cyx")
    there, seen = clinic
    there.open_with(tab="update")
    assert cell_texts(there.updated, "change") == ["价格 — → ¥9.90"]
    assert not there.send_button.isVisible()
    assert there.import_button.words() == "导入本室自己的药品"
    there.print_action()
    assert seen.sheets[-1][1] == "最近一次目录更新"


def test_without_a_paired_clinic_nothing_is_written(world, qtbot, dialogs, tmp_path):


    with world.township.sessions.writing() as session:
        session.get_one(Organisation, world.clinic.place.id).paired_at = None
    services, _seen = world.at_township(None, dialogs)
    page = on_screen(qtbot, CataloguePage(services))
    click(page.send_button)
    assert "配对" in dialogs.last_told()
    assert [letter for letter in Exchange(world.township).letters() if letter.kind == "catalogue"] == []
