"""Where the keyboard is must be seen on every kind of control, in ordinary colours and in high contrast."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDoubleSpinBox,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QToolButton,
    QTreeWidget,
    QVBoxLayout,
    QWidget,
)

from ui.shell.sign_in import PinDots, UserButton, UserChoice
from ui.theme.theme import Theme, apply_theme
from ui.widgets.buttons import Button
from ui.widgets.segmented import PillChoices, Segmented, numbered
from ui.widgets.table import Column, DataTable
from ui.widgets.tabs import Tabs


def tabs():
    made = Tabs(name="tabs", accessible_name="页")
    made.add("a", "一", QWidget())
    made.add("b", "二", QWidget())
    return made


def table():
    made = DataTable([Column("a", "甲", value=str)], name="t", accessible_name="表")
    made.set_rows([1, 2])
    made.select_row(0)
    return made


KINDS = {
    "line": QLineEdit, "text": QPlainTextEdit, "combo": QComboBox, "spin": QSpinBox, "decimal": QDoubleSpinBox,
    "date": QDateEdit, "check": lambda: QCheckBox("是"), "radio": lambda: QRadioButton("否"), "list": QListWidget,
    "tree": QTreeWidget, "tool": QToolButton, "push": lambda: QPushButton("做"),
    "primary": lambda: Button("保存", name="b", kind="primary"), "danger": lambda: Button("退回", name="b", kind="danger"),
    "link": lambda: Button("看", name="b", kind="link"), "top": lambda: Button("锁定", name="b", kind="top"),
    "segmented": lambda: Segmented(numbered(["有", "无"]), name="s", accessible_name="有无"),
    "pills": lambda: PillChoices(numbered(["有", "无"]), name="s", accessible_name="有无"),
    "table": table, "tabs": tabs, "pin": PinDots, "user": lambda: UserButton(UserChoice("u", "王明")),
}


@pytest.mark.parametrize("high_contrast", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_the_focus_is_seen(qtbot, kind, high_contrast):
    apply_theme(QApplication.instance(), Theme(high_contrast=high_contrast))
    window = QWidget()
    column = QVBoxLayout(window)
    other, made = QPushButton("其他"), KINDS[kind]()
    column.addWidget(other)
    column.addWidget(made)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    takes_focus = made.bar if isinstance(made, Tabs) else made
    other.setFocus()
    qtbot.waitUntil(other.hasFocus)
    without = made.grab().toImage()
    takes_focus.setFocus()
    qtbot.waitUntil(takes_focus.hasFocus)
    within = made.grab().toImage()
    differing = sum(without.pixel(x, y) != within.pixel(x, y) for x in range(without.width()) for y in range(without.height()))
    assert differing > 40
