"""The print preview: pages in the window, printing to a real PDF printer, saving whole or not at all."""

from __future__ import annotations

from io import BytesIO

import pypdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QPushButton

from app.printing.lists import TableColumn, TableContent, table_pdf
from ui.dialogs import ScriptedDialogs
from ui.widgets.pdf_preview import PdfPreview


@pytest.fixture(scope="module")
def three_pages():
    columns = (TableColumn("药品"), TableColumn("数量", 20, "right"))
    rows = tuple((f"药品{number}", str(number)) for number in range(90))
    return table_pdf(TableContent("申领单", columns, rows))


@pytest.fixture
def dialogs():
    return ScriptedDialogs()


@pytest.fixture
def preview(qtbot, three_pages, dialogs):
    window = PdfPreview(None, three_pages, "申领单", dialogs)
    qtbot.addWidget(window)
    window.show()
    return window


def test_the_pages_of_the_file_can_be_leafed_through(preview, qtbot, three_pages):
    pages = len(pypdf.PdfReader(BytesIO(three_pages)).pages)
    assert preview.page_count() == pages > 1
    qtbot.keyClick(preview, Qt.Key.Key_PageDown)
    assert preview.page() == 2
    qtbot.keyClick(preview, Qt.Key.Key_PageUp)
    assert preview.page() == 1
    preview.turn_to(99)
    assert preview.page() == pages


def test_the_pdf_is_saved_as_it_is_shown(preview, qtbot, dialogs, tmp_path, three_pages):
    dialogs.will_choose(tmp_path / "申领单.pdf")
    qtbot.mouseClick(preview.findChild(QPushButton, "save_pdf"), Qt.MouseButton.LeftButton)
    assert (tmp_path / "申领单.pdf").read_bytes() == three_pages


def test_a_place_that_cannot_be_written_is_told(preview, qtbot, dialogs, tmp_path):
    dialogs.will_choose(tmp_path / "missing" / "申领单.pdf")
    qtbot.mouseClick(preview.findChild(QPushButton, "save_pdf"), Qt.MouseButton.LeftButton)
    assert "没有写成" in dialogs.last_told()


def test_going_back_in_the_file_chooser_writes_nothing(preview, dialogs, tmp_path):
    dialogs.will_choose(None)
    assert preview.save_pdf() is None
    assert list(tmp_path.iterdir()) == []


def pdf_printer(file):
    def choose(_parent, _pages):
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setFullPage(True)
        printer.setOutputFileName(str(file))
        return printer

    return choose


def test_every_page_goes_to_the_printer(qtbot, three_pages, dialogs, tmp_path):
    window = PdfPreview(None, three_pages, "申领单", dialogs, printer_chooser=pdf_printer(tmp_path / "out.pdf"))
    qtbot.addWidget(window)
    assert window.print_pages()
    assert len(pypdf.PdfReader(tmp_path / "out.pdf").pages) == window.page_count()


@pytest.mark.qt_log_ignore("QPainter::begin")
def test_a_printer_that_refuses_is_told(qtbot, three_pages, dialogs, tmp_path):
    window = PdfPreview(
        None, three_pages, "申领单", dialogs, printer_chooser=pdf_printer(tmp_path / "missing" / "out.pdf")
    )
    qtbot.addWidget(window)
    assert not window.print_pages()
    assert "没有打印出来" in dialogs.last_told()


def test_zooming_keeps_within_bounds(preview, qtbot):
    for _ in range(30):
        qtbot.keyClick(preview, Qt.Key.Key_Plus)
    assert preview.shown_zoom() == pytest.approx(4.0)
    for _ in range(60):
        qtbot.keyClick(preview, Qt.Key.Key_Minus)
    assert preview.shown_zoom() == pytest.approx(0.3)
