"""A founded desk that is open, with its settings in a window, and what is pressed and typed there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from app.security.secret_store import MemoryStore
from app.startup import look, open_database
from tests.desks import PIN, Clock, found_desk_folder
from tests.ui.hands import click, control
from ui.background import ImmediateRunner
from ui.screens.settings import entry
from ui.services import Services
from ui.shell.main_window import MainWindow
from ui.widgets.buttons import Button
from ui.widgets.segmented import ChoiceButton
from ui.widgets.table import cell_words

CONTROL = Qt.KeyboardModifier.ControlModifier
OTHER_PIN = "7391"
PASSPHRASE = "plenty of rain in spring"


class OpenedDesk:
    """A founded desk whose folder is open, with its settings in a window."""

    def __init__(self, folder, dialogs):
        self.folder, self.clock, self.store, self.dialogs = folder, Clock(), MemoryStore(), dialogs
        found_desk_folder(folder, self.store, self.clock)
        self.database = open_database(look(folder, self.store), clock=self.clock)
        self.desk = self.database.sign_in(self.database.users()[0].id, PIN)
        self.opened_again = 0

    def reopen(self):
        """What the composer does: close, and look at the folder anew."""
        self.opened_again += 1
        self.database.close()

    def open_screen(self, qtbot, *pages):
        """The window and its settings, with `pages` of other screens."""
        window = MainWindow()
        qtbot.addWidget(window)
        apply = {"type_scale_percent": lambda value: window.set_type_scale(value / 100),
                 "high_contrast": window.set_high_contrast}
        services = Services(
            self.desk, ImmediateRunner(), self.dialogs, say=window.say, reopen=self.reopen, database=self.database,
            apply_setting=lambda name, value: apply.get(name, lambda _value: None)(value), settings_pages=list(pages))
        window.add_screen(entry(services))
        window.show()
        window.show_desk()
        window.show_screen("settings")
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window, window.current_screen()

    def sign_in_again(self, pin):
        """The same person, by a PIN."""
        return self.database.sign_in(self.desk.actor.user_id, pin)


def button(screen, name):
    """A button of a page."""
    return control(screen, Button, name)


def line(screen, name):
    """A line of a page."""
    return control(screen, QLineEdit, name)


def words(table):
    """What a table says, row by row."""
    model = table.rows_model
    return [tuple(cell_words(model.cell(model.index(row, column))) for column in range(model.columnCount()))
            for row in range(model.rowCount())]


def write(qtbot, widget, text):
    """Type over what stands there."""
    widget.setFocus()
    widget.selectAll()
    qtbot.keyClicks(widget, text)


def choose(screen, name):
    """Choose one of several."""
    click(control(screen, ChoiceButton, name))
