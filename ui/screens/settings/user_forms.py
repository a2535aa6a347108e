"""What is filled in about a user: a new one, another name or role, a new PIN for somebody, one's own PIN."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.services.roles import ROLES_AT, role_label
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.field_row import ComboBox, LabelledField, LineEdit
from ui.widgets.layouts import Horizontal
from ui.widgets.secret_line import ChosenSecret, SecretLine


class UserForm(Card):
    """A card with fields and two buttons. `submitted()`, `closed()`; `values()` is None while something is amiss."""

    submitted = Signal()
    closed = Signal()

    def __init__(self, title: str, submit: str, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(title, name=name, spacing=10, parent=parent)
        self._submit_words = submit
        self._name = name
        self._fields: dict[str, LabelledField] = {}

    def fields(self) -> Mapping[str, LabelledField]:
        """Where problems are shown."""
        return self._fields

    def values(self) -> dict[str, str] | None:
        """What was filled in."""
        return {}

    def add_field(self, code: str, caption: str, control: QWidget) -> None:
        """Append a field."""
        field = LabelledField(caption, control, name=control.objectName())
        self._fields[code] = field
        self.add(field)

    def finish(self, first: QWidget) -> None:
        """Append the buttons; `first` has the focus when the form is shown."""
        row = Horizontal(spacing=10)
        close = SecondaryButton(tr("不改了"), name=f"{self._name}_close", hint="Esc")
        close.clicked.connect(self.closed)
        submit = PrimaryButton(self._submit_words, name=f"{self._name}_submit", hint="Ctrl ↵")
        submit.clicked.connect(self.submitted)
        row.addWidget(close)
        row.addStretch(1)
        row.addWidget(submit)
        self.body.addLayout(row)
        self.setFocusProxy(first)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in a line goes to the next control."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.focusNextChild()
        else:
            super().keyPressEvent(event)


def _name_line(value: str = "") -> LineEdit:
    line = LineEdit(name="user_name", accessible_name=tr("姓名"))
    line.setText(value)
    return line


def _role_box(desk_kind: str, value: str = "") -> ComboBox:
    box = ComboBox(name="user_role", accessible_name=tr("岗位"))
    box.set_options([(role, tr(role_label(role))) for role in ROLES_AT[desk_kind]])
    if value:
        box.set_value(value)
    return box


class AddUser(UserForm):
    """A new user with a first PIN."""

    def __init__(self, desk_kind: str) -> None:
        super().__init__(tr("添加用户"), tr("添加"), name="add_user_form")
        self.line, self.role = _name_line(), _role_box(desk_kind)
        self.pin = ChosenSecret(name="user_pin", caption=tr("PIN（4 到 8 位数字）"), again=tr("再输一次"), digits_only=True)
        self.add_field("name", tr("姓名"), self.line)
        self.add_field("role", tr("岗位"), self.role)
        self._fields["pin"] = self.pin.first_field
        self.pin.entered.connect(self.submitted)
        self.add(self.pin)
        self.add_text(tr("请他自己来输 PIN；不要和别人用同一个。"), "muted")
        self.finish(self.line)

    def values(self) -> dict[str, str] | None:
        """Name, role and PIN; None while the two PINs differ."""
        pin = self.pin.value()
        return None if pin is None else {"name": self.line.text(), "role": str(self.role.value()), "pin": pin}


class ChangeUser(UserForm):
    """Another name or role."""

    def __init__(self, desk_kind: str, name: str, role: str) -> None:
        super().__init__(tr("改{name}的姓名和岗位", name=name), tr("保存"), name="change_user_form")
        self.line, self.role = _name_line(name), _role_box(desk_kind, role)
        self.add_field("name", tr("姓名"), self.line)
        self.add_field("role", tr("岗位"), self.role)
        self.add_text(tr("以前的记录上仍是当时的姓名。"), "muted")
        self.finish(self.line)

    def values(self) -> dict[str, str] | None:
        """Name and role."""
        return {"name": self.line.text(), "role": str(self.role.value())}


class ResetPin(UserForm):
    """A new PIN for somebody who forgot his."""

    def __init__(self, name: str) -> None:
        super().__init__(tr("给{name}换一个 PIN", name=name), tr("换 PIN"), name="reset_pin_form")
        self.pin = ChosenSecret(name="new_pin", caption=tr("新 PIN（4 到 8 位数字）"), again=tr("再输一次"), digits_only=True)
        self._fields["new_pin"] = self.pin.first_field
        self.pin.entered.connect(self.submitted)
        self.add(self.pin)
        self.add_text(tr("换了以后马上可以用，锁住的账号也解开。"), "muted")
        self.finish(self.pin)

    def values(self) -> dict[str, str] | None:
        """The PIN; None while both differ."""
        pin = self.pin.value()
        return None if pin is None else {"new_pin": pin}


class OwnPin(UserForm):
    """Another PIN for oneself; the old one is asked."""

    def __init__(self) -> None:
        super().__init__(tr("改我的 PIN"), tr("换 PIN"), name="own_pin_form")
        self.old = SecretLine(name="old_pin", accessible_name=tr("现在的 PIN"), digits_only=True)
        self.pin = ChosenSecret(name="new_pin", caption=tr("新 PIN（4 到 8 位数字）"), again=tr("再输一次"), digits_only=True)
        self.add_field("old_pin", tr("现在的 PIN"), self.old)
        self._fields["new_pin"] = self.pin.first_field
        self.old.entered.connect(self.pin.setFocus)
        self.pin.entered.connect(self.submitted)
        self.add(self.pin)
        self.finish(self.old)

    def values(self) -> dict[str, str] | None:
        """Old and new PIN; None while the new ones differ."""
        pin = self.pin.value()
        return None if pin is None else {"old": self.old.text(), "new": pin}
