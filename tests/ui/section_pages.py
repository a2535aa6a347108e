"""Three small pages for the tests of screens of several sections."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget


class Quiet(QWidget):
    """A page without any of the optional methods."""

    def __init__(self, services):
        super().__init__()
        self.services = services


class Busy(QWidget):
    """A page with all of them; `done` is what it was asked."""

    counted = Signal(int)

    def __init__(self, services):
        super().__init__()
        self.done: list[object] = []
        self.lets_go = True
        self.waiting = 4
        self.line = QLineEdit()
        QVBoxLayout(self).addWidget(self.line)
        self.setFocusProxy(self.line)

    def recount(self):
        self.counted.emit(self.waiting)

    def refresh(self):
        self.done.append("refresh")

    def open_with(self, **arguments):
        self.done.append(arguments)

    def can_leave(self):
        return self.lets_go

    def primary_action(self):
        self.done.append("F2")

    def print_action(self):
        self.done.append("print")

    def back_action(self):
        self.done.append("back")
        return True

    def shortcuts(self):
        return [("F2", "做")]


class Saving(Busy):
    """One that also saves."""

    def save_action(self):
        self.done.append("save")
