"""What a person does at the keyboard, for tests of windows: typing Chinese, pressing keys, finding a control, filling in a
whole form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from ui.widgets.form_view import FormView
from ui.widgets.form_view.table_field import TableControl

Kind = TypeVar("Kind", bound=QWidget)


def type_chinese(widget: QWidget, text: str) -> None:
    """Commit `text` in `widget` as an input method does; key clicks with Chinese letters abort the test run."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QCoreApplication.sendEvent(widget, event)


def compose_chinese(widget: QWidget, letters: str) -> None:
    """Show `letters` in `widget` as still being composed, not yet committed."""
    QCoreApplication.sendEvent(widget, QInputMethodEvent(letters, []))


def press(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press and release a key in `widget`."""
    QTest.keyClick(widget, key, modifier)


def click(widget: QWidget) -> None:
    """Click `widget` with the left button, in its middle."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def control(parent: QWidget, kind: type[Kind], name: str) -> Kind:
    """The control called `name` inside `parent`; fails the test with the names there are when it is missing."""
    found = parent.findChild(kind, name)
    there = sorted(child.objectName() for child in parent.findChildren(kind) if child.objectName())
    assert found is not None, f"no {kind.__name__} called {name!r}; there are {there}"
    return found


# --- a whole form ---------------------------------------------------------------------------------------------

MOST_KEYS = 600
CTRL = Qt.KeyboardModifier.ControlModifier


def focused(window: QWidget) -> QWidget:
    """The control with the focus; fails the test when there is none."""
    found = window.window().focusWidget()
    assert found is not None, "no control has the focus"
    return found


def write(widget: QWidget, text: str) -> None:
    """Type a text over what stands in a line or several: letters and digits key by key, Chinese as an input method commits it."""
    press(widget, Qt.Key.Key_A, CTRL)
    press(widget, Qt.Key.Key_Delete)
    if text.isascii():
        QTest.keyClicks(widget, text)
    else:
        type_chinese(widget, text)


def to_first_field(view: FormView) -> None:
    """Ctrl+PgUp until the first section."""
    for _ in range(2 * len(view.section_titles())):
        press(focused(view), Qt.Key.Key_PageUp, CTRL)


def type_form(view: FormView, answers: Mapping[str, Any]) -> int:
    """Enter canonical answers by keys alone, from the first field to behind the last; how many controls were passed.

    Answers that are not given stay as they are. Questions whether an unusual value is meant are confirmed. Fails the test
    when an answer found no control.
    """
    to_first_field(view)
    typed: set[str] = set()
    for count in range(MOST_KEYS):
        at = focused(view)
        if not view.isAncestorOf(at):
            lacking = {code for code in answers if code not in typed and code not in view.values()}
            assert not lacking, f"no control was reached for {sorted(lacking)}"
            return count
        _answer(view, at, answers, typed)
    raise AssertionError(f"the cursor does not leave the form; it stands in {focused(view).objectName()}")


def _answer(view: FormView, at: QWidget, answers: Mapping[str, Any], typed: set[str]) -> None:
    """Do what one control asks for, and go on to the next."""
    name = at.objectName()
    code, row, column = _place_of(name, answers)
    if name.endswith("_confirm"):
        press(at, Qt.Key.Key_Return)
    elif name.endswith("_more"):
        rows = answers.get(name.removesuffix("_more"), [])
        press(at, Qt.Key.Key_Return if view.findChild(TableControl, name.removesuffix("_more")).row_count() < len(rows)
              else Qt.Key.Key_Tab)
    else:
        value = answers.get(code) if row < 0 else _cell(answers[code], row, column)
        if value is not None:
            typed.add(code)
            _type_value(at, value)
        if focused(view) is at:
            press(at, Qt.Key.Key_Tab if isinstance(at, QPlainTextEdit) else Qt.Key.Key_Return)


def _place_of(name: str, answers: Mapping[str, Any]) -> tuple[str, int, str]:
    """The answer of a control: its code, and in a table row and column."""
    for code, value in answers.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping) and name.startswith(f"{code}_"):
            number, _, column = name.removeprefix(f"{code}_").partition("_")
            if number.isdigit():
                return code, int(number) - 1, column
    return name, -1, ""


def _cell(rows: Sequence[Mapping[str, Any]], row: int, column: str) -> Any:
    return rows[row].get(column) if row < len(rows) else None


def _type_value(at: QWidget, value: Any) -> None:
    if isinstance(at, (QLineEdit, QPlainTextEdit)):
        write(at, value.isoformat() if isinstance(value, date) else str(value))
        return
    press(at, Qt.Key.Key_Delete)
    numbers = value if isinstance(value, (list, tuple)) else [value]
    for place, number in enumerate(numbers):
        if place:
            QTest.keyClicks(at, ",")
        QTest.keyClicks(at, str(number))
