"""居民的附件: pictures and letters are added, looked at, saved elsewhere and made void, for a person and for a sheet."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton

from tests.ui.hands import click, control, press
from tests.ui.screens.residents.resident_hands import picture
from ui.widgets.attachments_strip import AttachmentsStrip
from ui.widgets.attachments_window import AttachmentsWindow
from ui.widgets.naming import unnamed_controls
from ui.widgets.picture_window import PictureWindow

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


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
