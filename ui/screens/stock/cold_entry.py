"""记温度: one reading typed in a row of a few fields, stored by Enter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent

from app.domain.cold_chain import is_inside, is_possible
from app.domain.message import msg
from app.domain.quantities import exact
from app.i18n import tr
from app.services.problems import Refused, refuse
from ui.widgets.buttons import PrimaryButton
from ui.widgets.cards import Card
from ui.widgets.field_row import ComboBox, LabelledField, LineEdit
from ui.widgets.layouts import FlowBox
from ui.widgets.small_window import date_control, date_of

if TYPE_CHECKING:
    from app.desk import Desk

CLOCK = re.compile(r"(\d{1,2})[:：.点时]?(\d{2})?")


class ReadingEntry(Card):
    """`asked()` follows Enter or the button; `reading()` gives what was typed."""

    asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(name="reading_entry", margins=(14, 8, 14, 10), spacing=4)
        self._desk = desk
        self._is_time_typed = False
        self.device = ComboBox(name="reading_device", accessible_name=tr("设备"))
        self.device.setEditable(True)
        self.device.setMinimumContentsLength(9)
        self._device_line = LineEdit(name="reading_device_line", accessible_name=tr("设备"), placeholder=tr("例如：冷藏柜"))
        self._device_line.setProperty("kind", "slot")  # the frame is the list's
        self.device.setLineEdit(self._device_line)
        self.celsius = LineEdit(name="reading_celsius", accessible_name=tr("温度"), width=150)
        self.day = date_control("reading_day", tr("日期"), desk.today(), value=desk.today())
        self.clock = LineEdit(name="reading_clock", accessible_name=tr("时间"), width=60)
        self.note = LineEdit(name="reading_note", accessible_name=tr("备注"), width=180)
        self.fields: dict[str, LabelledField] = {}
        row = FlowBox(spacing=12, row_spacing=6)
        for code, control in (("device", self.device), ("celsius", self.celsius), ("at", self.day), ("clock", self.clock),
                              ("note", self.note)):
            field = LabelledField(control.accessibleName(), control, name=control.objectName())
            self.fields[code] = field
            row.add(field)
        self.fields["celsius"].set_unit("℃")
        self.do = PrimaryButton(tr("记下"), name="reading_do", hint="↵")
        self.do.clicked.connect(self.asked)
        row.add(LabelledField("\u3000", self.do, name="reading_do"))
        self.add(row)
        self.celsius.textChanged.connect(self._judge)
        self.clock.textEdited.connect(self._on_clock)
        self.setFocusProxy(self.celsius)
        self._show_now()

    def begin(self) -> None:
        """F2: to the temperature, or to the device while there is none."""
        self._show_now()
        line = self.celsius if self.device.currentText().strip() else self._device_line
        line.setFocus()
        line.selectAll()

    def go_to(self, device: str) -> None:
        """A reading of this device comes next."""
        if device:
            self.device.setEditText(device)
        self.begin()

    def set_devices(self, devices: Sequence[str]) -> None:
        """Offer these; what is typed stays."""
        typed = self.device.currentText()
        with QSignalBlocker(self.device):
            self.device.set_options([(device, device) for device in devices])
        self.device.setEditText(typed or (devices[0] if devices else ""))

    def reading(self) -> tuple[str, Decimal | str, datetime | None, str]:
        """Device, degrees, moment (None is now) and note. Raises Refused for a day or a time that is none."""
        for field in self.fields.values():
            field.set_problem("")
        return self.device.currentText(), self.celsius.text().strip(), self._at(), self.note.text()

    def tell(self, error: Refused) -> None:
        """Each sentence beside its field, the cursor in the first."""
        for problem in error.problems:
            if problem.code in self.fields:
                self.fields[problem.code].set_problem(tr(problem.message))
        first = next((field for field in self.fields.values() if field.problem()), None)
        if first is not None:
            first.control.setFocus()

    def done(self) -> None:
        """Get ready for the next reading."""
        self.celsius.clear()
        self.note.clear()
        self._is_time_typed = False
        self.day.show_raw(self._desk.today())
        self._show_now()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in a field stores it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.asked.emit()
        else:
            super().keyPressEvent(event)

    def _at(self) -> datetime | None:
        day = date_of(self.day, "at")
        if not self._is_time_typed and day == self._desk.today():
            return None
        match = CLOCK.fullmatch(self.clock.text().strip())
        hour, minute = (int(match[1]), int(match[2] or 0)) if match is not None else (99, 0)
        if hour > 23 or minute > 59:
            raise refuse("clock", msg("时间请写成 8:05 这样。"))
        return datetime.combine(day, time(hour, minute)).astimezone()

    def _show_now(self) -> None:
        if not self._is_time_typed:
            self.clock.setText(f"{self._desk.now().astimezone():%H:%M}")

    def _on_clock(self) -> None:
        self._is_time_typed = True

    def _judge(self, text: str) -> None:
        """A reading outside 2–8 ℃ is told while one types; it is stored all the same."""
        self.fields["celsius"].set_problem("")
        try:
            degrees = exact(text.strip()) if text.strip() else None
        except ValueError:
            degrees = None
        known = degrees is not None and degrees.is_finite() and is_possible(degrees)
        outside = known and degrees is not None and not is_inside(degrees)
        if outside:
            self.fields["celsius"].set_unit(tr("超出 2–8 ℃"), "warning")
        else:
            self.fields["celsius"].set_unit("℃")


