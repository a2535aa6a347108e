"""What a doctor types and attaches on the screen of residents, and who is on file then."""

from __future__ import annotations

import io

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from app.services.resident_views import ListFilter
from tests.ui.hands import control, type_chinese

GUI_LAN = "411624195503084327"
EVERYTHING_ODD = frozenset({"name", "id_number", "birth_date", "phone", "marital_status", "age", "residence_type"})


def write(page: QWidget, name: str, text: str) -> None:
    """Type into a field, Chinese as an input method does."""
    line = control(page, QLineEdit, name)
    line.setFocus(Qt.FocusReason.TabFocusReason)
    if text.isascii():
        QTest.keyClicks(line, text)
    else:
        type_chinese(line, text)


def choose(page: QWidget, name: str, number: str) -> None:
    """Answer by the number of an option."""
    found = control(page, QWidget, name)
    found.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClicks(found, number)


def picture(size=(300, 200)):
    """A white picture as a file holds it."""
    written = io.BytesIO()
    Image.new("RGB", size, "white").save(written, "PNG")
    return written.getvalue()


def everybody(services):
    """Who is on file, by name."""
    return {row.name: row for row in services.residents.list_page(ListFilter(state=None), limit=100).rows}
