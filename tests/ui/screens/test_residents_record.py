"""The record as a whole on the screen: the timeline of all forms, 档案袋, what lacks, and attachments."""

from __future__ import annotations

import io
from datetime import date

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QPushButton

from app.forms.registry import form
from app.forms.vocabulary import Context
from db.models import FormEntry, new_id
from tests.followup_people import htn_answers
from tests.residents import register
from tests.samples.form_answers import FILLED
from tests.ui.hands import click, control, press, type_chinese
from ui.screens import forms
from ui.screens.residents import entry
from ui.screens.residents.completeness_meter import MissingWindow
from ui.screens.residents.folder_tab import KindLine, SheetLine
from ui.widgets.attachments_strip import AttachmentsStrip
from ui.widgets.attachments_window import AttachmentsWindow
from ui.widgets.naming import unnamed_controls
from ui.widgets.picture_window import PictureWindow
from ui.widgets.table import cell_of

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def person(services):
    """李桂兰, 71, whose record is complete."""
    return register(services.desk)


@pytest.fixture
def put(services, person):
    """put("elder_adl", date(2026, 10, 1)): a sheet on file."""

    def write(code, on, state="complete", answers=None, revision=1):
        declared = form(code)
        context = Context(today=services.desk.today(), birth_date=date(1955, 3, 8), sex=2)
        kept = declared.keep(declared.complete(declared.read(FILLED[code]).answers, context))
        sheet = FormEntry(
            id=new_id(), form_code=code, edition=declared.edition, resident_id=person.id, entry_date=on,
            author_id=services.desk.actor.user_id, answers=kept if answers is None else answers, state=state,
            created_at=services.desk.now(), updated_at=services.desk.now(), revision=revision,
        )  # fmt: skip
        with services.desk.sessions.writing() as session:
            session.add(sheet)
        return sheet.id

    return write


@pytest.fixture
def screen(services, qtbot):
    made = entry(services).factory()
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


@pytest.fixture
def opened(screen, person):
    """opened("folder"): the record at a tab."""

    def show(tab="timeline"):
        screen.open_record(person.id)
        screen.record.tabs.show_tab(tab)
        return screen.record

    return show


def picture(size=(300, 200)):
    written = io.BytesIO()
    Image.new("RGB", size, "white").save(written, "PNG")
    return written.getvalue()


def words(table, number):
    """What a row says, column by column."""
    return [cell_of(column, table.rows()[number]).text for column in table.rows_model.columns]


# --- timeline -------------------------------------------------------------------------------------------------


def test_every_control_of_the_record_has_its_names(screen, opened, put):
    put("encounter", date(2026, 10, 1), "void")
    for tab in ("timeline", "folder", "attachments"):
        opened(tab)
    assert unnamed_controls(screen) == []


def test_the_timeline_shows_each_form_with_its_line_and_hides_what_is_void(opened, put):
    put("elder_adl", date(2026, 10, 1))
    put("encounter", date(2026, 10, 2), "void")
    timeline = opened().timeline
    shown = {row.kind: cell_of(timeline.table.rows_model.columns[2], row) for row in timeline.table.rows()}
    assert shown["elder_adl"].text.endswith("可自理") or "分" in shown["elder_adl"].text
    assert "encounter" not in shown
    timeline.with_void.setChecked(True)
    (void,) = [row for row in timeline.table.rows() if row.kind == "encounter"]
    cell = cell_of(timeline.table.rows_model.columns[2], void)
    assert (cell.struck, cell.muted) == (True, True)


def test_without_anything_void_there_is_nothing_to_ask_for(opened):
    assert opened().timeline.with_void.isHidden()


def test_one_kind_alone_can_be_looked_at(opened, put, screen, services):
    for month in (1, 2, 3):
        put("encounter", date(2026, month, 1))
    put("consultation", date(2026, 4, 1))
    timeline = opened().timeline
    offered = [timeline.kind.itemText(n) for n in range(timeline.kind.count())]
    assert offered == ["全部 6", "档案封面 1", "基本信息 1", "接诊 3", "会诊 1"]
    timeline.kind.set_value("encounter")
    assert [row.kind for row in timeline.table.rows()] == ["encounter"] * 3
    other = register(services.desk, "赵小军", "1990-05-01", 1, phone="13912340005")
    screen.open_record(other.id)
    assert timeline.kind.value() is None


def test_enter_opens_each_line_where_it_is_read(opened, put, screen, services, person, window):
    adl = put("elder_adl", date(2026, 10, 1))
    services.enrolments.enrol(person.id, "htn", date(2019, 5, 1), date(2026, 1, 1))
    visit = services.follow_ups.save_visit(person.id, htn_answers(date(2026, 11, 20))).sheets[0].entry_id
    attached = services.attachments.add(person.id, picture(), "化验单")
    table = opened().timeline.table
    rows = {row.kind: number for number, row in enumerate(table.rows())}
    for kind in ("elder_adl", "htn_followup"):
        table.select_row(rows[kind])
        press(table, Qt.Key.Key_Return)
    assert window.went == [("forms", {"entry_id": adl}), ("follow_ups", {"entry_id": visit})]
    table.select_row(rows["personal_info"])
    press(table, Qt.Key.Key_Return)
    assert screen.record.tabs.current() == "facts"
    table.select_row(rows["enrolment"])
    press(table, Qt.Key.Key_Return)
    assert screen.record.tabs.current() == "chronic"
    table.select_row(rows["attachment"])
    press(table, Qt.Key.Key_Return)
    assert screen.record.tabs.current() == "attachments"
    assert screen.record.attachments.table.current_row().id == attached.id


def test_the_corrections_are_read_when_they_are_looked_at(opened, services, person):
    services.residents.note_care(person.id, "外出务工", revision=person.revision)
    record = opened()
    assert record.history.table.rows() == []
    record.tabs.show_tab("history")
    assert record.history.table.rows()


# --- 档案袋 -----------------------------------------------------------------------------------------------------


def lines(folder):
    """(form, day or None) of each line of the folder."""
    return [(line.kind.form_code, None) if isinstance(line, KindLine) else (line.sheet.form_code, line.sheet.entry_date)
            for line in folder.table.rows()]  # fmt: skip


def choose(folder, code, on=None):
    folder.table.select_row(lines(folder).index((code, on)))


def test_the_folder_holds_each_kind_with_its_sheets_and_the_greyed_ones_that_lack(opened, put):
    put("encounter", date(2025, 3, 1))
    put("encounter", date(2026, 3, 1), revision=3)
    folder = opened("folder").folder
    shown = lines(folder)
    place = shown.index(("encounter", None))
    assert shown[place : place + 3] == [("encounter", None), ("encounter", date(2026, 3, 1)), ("encounter", date(2025, 3, 1))]
    columns = folder.table.rows_model.columns
    title = cell_of(columns[0], folder.table.rows()[place + 1])
    assert [chip.text for chip in title.chips] == ["改过 2 次"]
    assert words(folder.table, place + 1)[-1] == "2017"
    examination = folder.table.rows()[shown.index(("health_exam", None))]
    assert [chip.text for chip in cell_of(columns[0], examination).chips] == ["要填"]
    assert cell_of(columns[0], examination).muted
    assert "按回车填写健康体检" in cell_of(columns[1], examination).text


def test_enter_opens_a_sheet_folds_a_kind_and_fills_in_what_lacks(opened, put, window, person):
    adl = put("elder_adl", date(2026, 10, 1))
    folder = opened("folder").folder
    choose(folder, "elder_adl", date(2026, 10, 1))
    press(folder.table, Qt.Key.Key_Return)
    choose(folder, "health_exam")
    press(folder.table, Qt.Key.Key_Return)
    assert window.went == [
        ("forms", {"entry_id": adl}), ("forms", {"resident_id": person.id, "form_code": "health_exam"}),
    ]  # fmt: skip
    choose(folder, "elder_adl")
    press(folder.table, Qt.Key.Key_Return)
    assert ("elder_adl", date(2026, 10, 1)) not in lines(folder)
    press(folder.table, Qt.Key.Key_Right)
    assert ("elder_adl", date(2026, 10, 1)) in lines(folder)
    choose(folder, "elder_adl", date(2026, 10, 1))
    press(folder.table, Qt.Key.Key_Left)
    assert folder.table.current_row().kind.form_code == "elder_adl"
    assert ("elder_adl", date(2026, 10, 1)) not in lines(folder)


def test_a_kind_with_many_sheets_begins_folded(opened, put):
    for month in range(1, 10):
        put("encounter", date(2026, month, 1))
    folder = opened("folder").folder
    assert [code for code, day in lines(folder) if day and code == "encounter"] == []
    choose(folder, "encounter")
    assert control(folder, QPushButton, "folder_open").text().startswith("展开")
    click(control(folder, QPushButton, "folder_open"))
    assert len([code for code, day in lines(folder) if day and code == "encounter"]) == 9


def test_void_sheets_are_in_the_folder_when_they_are_asked_for(opened, put):
    put("encounter", date(2026, 3, 1), "void")
    folder = opened("folder").folder
    assert ("encounter", date(2026, 3, 1)) not in lines(folder)
    control(folder, QCheckBox, "folder_with_void").setChecked(True)
    choose(folder, "encounter", date(2026, 3, 1))
    line = folder.table.current_row()
    assert isinstance(line, SheetLine)
    assert [chip.text for chip in cell_of(folder.table.rows_model.columns[0], line).chips] == ["作废"]


def test_another_sheet_of_the_same_kind_is_begun_from_its_line(opened, put, window, person, services, screen):
    put("encounter", date(2026, 3, 1))
    folder = opened("folder").folder
    choose(folder, "encounter", date(2026, 3, 1))
    click(control(folder, QPushButton, "folder_fill"))
    click(control(folder, QPushButton, "folder_new"))
    assert window.went == [
        ("forms", {"resident_id": person.id, "form_code": "encounter"}), ("forms", {"resident_id": person.id}),
    ]  # fmt: skip
    choose(folder, "personal_info")
    assert not control(folder, QPushButton, "folder_fill").isEnabled()
    services.enrolments.enrol(person.id, "htn", None, date(2026, 1, 1))
    screen.open_record(person.id)
    choose(folder, "htn_followup")
    press(folder.table, Qt.Key.Key_Return)
    assert window.went[-1] == ("follow_ups", {"resident_id": person.id})


def test_a_sheet_is_printed_with_its_year(opened, services, person, window):
    services.enrolments.enrol(person.id, "htn", date(2019, 5, 1), date(2026, 1, 1))
    services.follow_ups.save_visit(person.id, htn_answers(date(2026, 11, 20)))
    folder = opened("folder").folder
    asked = []
    folder.print_asked.connect(lambda code, year: asked.append((code, year)))
    choose(folder, "htn_followup")
    click(control(folder, QPushButton, "folder_print"))
    choose(folder, "record_cover")
    click(control(folder, QPushButton, "folder_print"))
    assert asked == [("htn_followup", 2026), ("record_cover", 0)]
    assert [title for _pdf, title in window.previews] == ["李桂兰 高血压患者随访服务记录表", "李桂兰 居民健康档案"]


# --- what lacks -----------------------------------------------------------------------------------------------


def missing_window(record):
    click(control(record, QPushButton, "completeness_missing"))
    shown = record.completeness.list_window()
    assert isinstance(shown, MissingWindow)
    return shown


def test_the_meter_says_how_complete_the_record_is(opened):
    record = opened()
    assert control(record, QLabel, "completeness_words").text() == "档案完整度 40%"
    assert control(record, QPushButton, "completeness_missing").text() == "还缺 3 项"


def test_a_complete_record_lacks_nothing(screen, services):
    young = register(services.desk, "赵小军", "1990-05-01", 1, phone="13912340005")
    screen.open_record(young.id)
    assert control(screen, QLabel, "completeness_words").text() == "档案完整度 100%"
    assert control(screen, QPushButton, "completeness_missing").isHidden()


def test_each_line_of_what_lacks_leads_to_where_it_is_filled_in(opened, put, window, person):
    half = put("elder_adl", date(2026, 10, 1), "partial", {"eating": 0, "assessment_date": "2026-10-01"})
    shown = missing_window(opened())
    rows = shown.table.rows()
    assert [(row.form_code, row.code) for row in rows][:2] == [("health_exam", ""), ("elder_adl", "grooming")]
    press(shown.table, Qt.Key.Key_Return)
    shown = missing_window(opened())
    shown.table.select_row(1)
    press(shown.table, Qt.Key.Key_Return)
    assert window.went == [
        ("forms", {"resident_id": person.id, "form_code": "health_exam"}),
        ("forms", {"entry_id": half, "code": "grooming"}),
    ]  # fmt: skip


def test_a_visit_that_lacks_leads_to_the_visit(opened, services, person, window):
    services.enrolments.enrol(person.id, "htn", None, date(2026, 1, 1))
    shown = missing_window(opened())
    shown.table.select_row(next(n for n, row in enumerate(shown.table.rows()) if row.form_code == "htn_followup"))
    click(control(shown, QPushButton, "missing_go"))
    assert window.went == [("follow_ups", {"resident_id": person.id})]


def test_an_answer_of_the_record_that_lacks_leads_to_its_field(screen, services, person):
    record = services.residents.record(person.id)
    less = {code: value for code, value in record.info.items() if code != "contact_name"}
    services.residents.revise(person.id, None, less, revision=record.revision, reason="没有问到", as_partial=True)
    screen.open_record(person.id)
    shown = missing_window(screen.record)
    assert shown.table.rows()[0].code == "contact_name"
    press(shown.table, Qt.Key.Key_Return)
    assert screen.is_editing()
    assert screen.focusWidget() is control(screen.edit_page(), QLineEdit, "contact_name")


# --- attachments ----------------------------------------------------------------------------------------------


@pytest.fixture
def strip(opened):
    return opened("attachments").attachments


def test_a_file_is_added_with_a_name_and_counted_in_the_tab(strip, dialogs, tmp_path, screen, window):
    file = tmp_path / "IMG_2041.png"
    file.write_bytes(picture())
    dialogs.will_choose(file).will_write("血常规化验单")
    click(control(strip, QPushButton, "record_attachments_add"))
    assert [row.title for row in strip.table.rows()] == ["血常规化验单"]
    assert window.said == ["已添加附件：血常规化验单"]
    assert screen.record.tabs.title("attachments") == "附件 1"
    assert screen.record.tabs.current() == "attachments"
    screen.record.tabs.show_tab("timeline")
    assert [row.kind for row in screen.record.timeline.table.rows()].count("attachment") == 1


def test_going_back_from_the_name_adds_nothing(strip, dialogs, tmp_path):
    file = tmp_path / "slip.png"
    file.write_bytes(picture())
    dialogs.will_choose(file).will_write(None)
    click(control(strip, QPushButton, "record_attachments_add"))
    assert strip.table.rows() == []


def test_a_file_that_is_no_picture_is_refused_in_words(strip, dialogs, tmp_path):
    file = tmp_path / "slip.jpg"
    file.write_bytes(b"no picture")
    dialogs.will_choose(file).will_write("化验单")
    click(control(strip, QPushButton, "record_attachments_add"))
    assert "不是认得的图片" in dialogs.last_told()
    assert strip.table.rows() == []


def test_ctrl_v_adds_a_picture_from_the_clipboard(strip, dialogs):
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    QGuiApplication.clipboard().setImage(image)
    dialogs.will_write("心电图")
    strip.table.setFocus()
    QTest.keyClick(strip.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert [row.title for row in strip.table.rows()] == ["心电图"]


def test_a_clipboard_without_a_picture_says_so(strip, window):
    QGuiApplication.clipboard().setText("只是文字")
    click(control(strip, QPushButton, "record_attachments_paste"))
    assert window.said == ["剪贴板里没有图片或文件。"]
    assert strip.table.rows() == []


def test_several_files_are_dropped_at_once(strip, tmp_path):
    for number in (1, 2):
        (tmp_path / f"第{number}页.png").write_bytes(picture())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / f"第{number}页.png")) for number in (1, 2)])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    coming = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(strip, coming)
    assert coming.isAccepted()
    QApplication.sendEvent(strip, QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, keys))
    assert {row.title for row in strip.table.rows()} == {"第1页", "第2页"}


def test_dropped_text_is_not_taken(strip):
    data = QMimeData()
    data.setText("https://example.org/a.png")
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    coming = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(strip, coming)
    assert not coming.isAccepted()


def test_a_picture_is_looked_at_from_memory_and_can_be_zoomed(strip, services, person, qtbot):
    services.attachments.add(person.id, picture((1600, 1200)), "化验单")
    strip.reload()
    strip.table.select_row(0)
    press(strip.table, Qt.Key.Key_Return)
    shown = strip.findChild(PictureWindow)
    shown.activateWindow()
    qtbot.waitUntil(shown.isActiveWindow)
    whole = shown.zoom()
    assert 0 < whole < 1
    press(shown, Qt.Key.Key_Plus)
    assert shown.zoom() == pytest.approx(whole * 1.25)
    press(shown, Qt.Key.Key_1)
    assert shown.zoom() == 1
    press(shown, Qt.Key.Key_0)
    assert shown.zoom() == pytest.approx(whole)
    assert unnamed_controls(shown) == []
    shown.close()


def test_a_pdf_is_shown_in_the_preview(strip, services, person, window):
    services.attachments.add(person.id, PDF, "出院小结")
    strip.reload()
    strip.table.select_row(0)
    click(control(strip, QPushButton, "record_attachments_look"))
    assert window.previews == [(PDF, "出院小结")]


def test_an_attachment_is_saved_only_where_the_user_says(strip, services, person, dialogs, tmp_path, window):
    services.attachments.add(person.id, PDF, "出院小结")
    strip.reload()
    click(control(strip, QPushButton, "record_attachments_save"))
    assert list(tmp_path.glob("*.pdf")) == []
    dialogs.will_choose(tmp_path / "out.pdf")
    click(control(strip, QPushButton, "record_attachments_save"))
    assert (tmp_path / "out.pdf").read_bytes() == PDF
    assert "没有加密" in window.said[-1]


def test_a_wrong_attachment_is_made_void_and_shown_when_asked_for(strip, services, person, dialogs):
    services.attachments.add(person.id, picture(), "别人的化验单")
    strip.reload()
    dialogs.will_write("传错了人")
    click(control(strip, QPushButton, "record_attachments_void"))
    assert strip.table.rows() == []
    control(strip, QCheckBox, "record_attachments_with_void").setChecked(True)
    assert [row.state for row in strip.table.rows()] == ["void"]
    assert not control(strip, QPushButton, "record_attachments_void").isEnabled()


def test_the_strip_of_one_sheet_shows_and_takes_only_what_is_its_own(services, person, put, qtbot, dialogs, tmp_path):
    sheet = put("encounter", date(2026, 10, 1))
    services.attachments.add(person.id, picture(), "别处的")
    strip = AttachmentsStrip(services, name="sheet_attachments", compact=True)
    qtbot.addWidget(strip)
    strip.show_for(person.id, unsaved=True)
    assert not control(strip, QPushButton, "sheet_attachments_add").isEnabled()
    assert "先保存这张表" in control(strip, QLabel, "sheet_attachments_note").text()
    strip.show_for(person.id, sheet)
    assert strip.table.rows() == []
    (tmp_path / "slip.png").write_bytes(picture())
    dialogs.will_choose(tmp_path / "slip.png").will_write("处方")
    click(control(strip, QPushButton, "sheet_attachments_add"))
    assert [(row.title, row.form_entry_id) for row in strip.table.rows()] == [("处方", sheet)]


@pytest.fixture
def form_screen(services, qtbot):
    made = forms.entry(services).factory()
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    return made


def attachments_window(form_screen, entry_id):
    form_screen.open_with(entry_id=entry_id)
    click(control(form_screen, QPushButton, "form_attachments"))
    return form_screen.window().findChild(AttachmentsWindow)


def test_the_form_on_the_screen_has_its_attachments(form_screen, services, person, put, dialogs, tmp_path):
    sheet = put("encounter", date(2026, 10, 1))
    shown = attachments_window(form_screen, sheet)
    (tmp_path / "slip.png").write_bytes(picture())
    dialogs.will_choose(tmp_path / "slip.png").will_write("处方")
    click(control(shown, QPushButton, "sheet_attachments_add"))
    assert [each.title for each in services.attachments.of_form(person.id, sheet)] == ["处方"]
    assert unnamed_controls(shown) == []
    click(control(shown, QPushButton, "attachments_close"))


def test_the_attachments_of_a_void_form_are_only_looked_at(form_screen, services, person, put):
    sheet = put("encounter", date(2026, 10, 1), "void")
    services.attachments.add(person.id, picture(), "处方", form_entry_id=sheet)
    shown = attachments_window(form_screen, sheet)
    assert [row.title for row in shown.strip.table.rows()] == ["处方"]
    names = ("add", "paste", "look", "void")
    enabled = [control(shown, QPushButton, f"sheet_attachments_{name}").isEnabled() for name in names]
    assert enabled == [False, False, True, False]


def test_a_form_that_is_not_saved_yet_offers_no_attachments(form_screen, person):
    form_screen.open_with(resident_id=person.id, form_code="encounter")
    assert control(form_screen, QPushButton, "form_attachments").isHidden()


def test_the_cursor_stands_in_the_answer_that_lacked(form_screen, person, put, qtbot):
    half = put("encounter", date(2026, 10, 1), "partial", {"subjective": "头晕", "encounter_date": "2026-10-01"})
    form_screen.activateWindow()
    qtbot.waitUntil(form_screen.isActiveWindow)
    form_screen.open_with(entry_id=half, code="plan")
    assert form_screen.focusWidget().objectName() == "plan"


# --- small things ---------------------------------------------------------------------------------------------


def test_an_empty_clinic_invites_to_begin_and_a_filter_without_anybody_does_not(screen, services):
    assert "按 Ctrl N 新建" in screen.list.table.empty_text()
    register(services.desk)
    screen.list.disease.set_value("dm")
    assert screen.list.table.empty_text() == "没有符合的居民。"


def test_after_a_full_id_number_tab_goes_to_the_name(screen):
    screen.start_new()
    line = control(screen.edit_page(), QLineEdit, "id_number")
    line.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClicks(line, "411624195503084327")
    QTest.keyClick(line, Qt.Key.Key_Tab)
    assert screen.focusWidget() is control(screen.edit_page(), QLineEdit, "name")
    type_chinese(screen.focusWidget(), "李桂兰")
    assert screen.edit_page().form.values()["name"] == "李桂兰"
