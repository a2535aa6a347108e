"""The pages of 库存 on a real desk, for tests: opened, and used by keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from tests.ui.hands import control, press, write
from tests.ui.screens.drug_desks import on_screen
from ui.screens.stock.screen import StockScreen
from ui.widgets.small_window import SmallWindow
from ui.widgets.table import DataTable


def stock_screen(qtbot, services, section=""):
    """The screen of 库存, shown, with a section in front."""
    screen = on_screen(qtbot, StockScreen(services))
    if section:
        screen.show_section(section)
    screen.setFocus()
    return screen


def page_of(screen):
    """The page in front."""
    return screen.current_page()


def line(parent: QWidget, name: str) -> QLineEdit:
    """A line to type in."""
    return control(parent, QLineEdit, name)


def button(parent: QWidget, name: str) -> QPushButton:
    """A button."""
    return control(parent, QPushButton, name)


def table(parent: QWidget, name: str) -> DataTable:
    """A table."""
    return control(parent, DataTable, name)


def said(parent: QWidget, name: str) -> str:
    """What a label says."""
    return control(parent, QLabel, name).text()


def menu() -> QMenu:
    """The menu that is open."""
    found = QApplication.activePopupWidget()
    assert isinstance(found, QMenu), "no menu is open"
    return found


def take_number(number: int) -> None:
    """Press the number of an entry of the open menu."""
    QTest.keyClick(menu(), str(number))


def entries() -> list[tuple[str, bool]]:
    """The entries of the open menu, and whether each can be taken."""
    return [(each.text(), each.isEnabled()) for each in menu().actions() if not each.isSeparator()]


def take_entry(ending: str) -> None:
    """Take an entry of the open menu by the end of its name."""
    found: QAction = next(each for each in menu().actions() if each.objectName().endswith(ending))
    open_menu = menu()
    open_menu.setActiveAction(found)
    QTest.keyClick(open_menu, Qt.Key.Key_Return)


def window_of(page: QWidget) -> SmallWindow:
    """The small window that is open."""
    found = [each for each in page.findChildren(SmallWindow) if each.isVisible()]
    assert len(found) == 1, f"{len(found)} small windows are open"
    return found[0]


def no_window(page: QWidget) -> bool:
    """Whether every small window has gone."""
    return not [each for each in page.findChildren(SmallWindow) if each.isVisible()]


def fill(window: SmallWindow, values: dict[str, str]) -> None:
    """Type or choose the values by the codes of their fields."""
    for code, value in values.items():
        field = window.fields[code].control
        if isinstance(field, QComboBox):
            field.setFocus()
            places = [number for number in range(field.count()) if field.itemData(number) == value]
            assert places, f"{code} does not offer {value}"
            while field.currentIndex() != places[0]:
                press(field, Qt.Key.Key_Down if field.currentIndex() < places[0] else Qt.Key.Key_Up)
        elif isinstance(field, QPlainTextEdit):
            field.setPlainText(value)
        else:
            write(field, value)


def do(window: SmallWindow) -> None:
    """Press its main button."""
    window.do_button.click()


def problem(window: SmallWindow, code: str) -> str:
    """What stands in red beneath a field."""
    return window.fields[code].problem()
