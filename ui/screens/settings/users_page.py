"""Users and PINs. Whoever keeps the accounts adds and changes; everybody changes his own PIN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.i18n import tr
from app.services.accounts import UserView
from app.services.problems import refuse
from app.services.roles import ROLES_AT, role_label
from ui.dialogs import confirm
from ui.screens.settings.page import Page, buttons
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.chips import ChipText
from ui.widgets.field_row import ComboBox, LineEdit
from ui.widgets.secret_line import SecretLine
from ui.widgets.small_window import SmallWindow
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from ui.services import Services


class UsersPage(Page):
    """The list of users and what can be done with the chosen one."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, name="users", parent=parent)
        card = Card(tr("用户"), name="users_card")
        self.table = DataTable(
            [Column("name", tr("姓名"), value=lambda row: Cell(row.name, bold=True, muted=not row.is_active), stretch=True),
             Column("role", tr("岗位"), value=lambda row: tr(role_label(row.role))),
             Column("state", tr("状态"), value=_state)],
            name="users", accessible_name=tr("用户"), inside_card=True,
        )
        self.table.row_selected.connect(lambda _row: self._show_buttons())
        card.add(self.table)
        self.add = PrimaryButton(tr("添加用户"), name="user_add", small=True)
        self.change = SecondaryButton(tr("改姓名和岗位"), name="user_change", small=True)
        self.reset = SecondaryButton(tr("换 PIN"), name="user_reset", small=True)
        self.active = SecondaryButton(tr("停用"), name="user_active", small=True)
        card.add(buttons(self.add, self.change, self.reset, self.active))
        self.column.addWidget(card)
        own = Card(tr("我的 PIN"), name="own_pin_card")
        self.own = SecondaryButton(tr("改我的 PIN"), name="own_pin")
        own.add(buttons(self.own))
        self.column.addWidget(own)
        self.column.addStretch(1)
        for button, act in ((self.add, self.on_add), (self.change, self.on_change), (self.reset, self.on_reset),
                            (self.active, self.on_active), (self.own, self.on_own_pin)):
            button.clicked.connect(act)

    def refresh(self) -> None:
        """Read the users."""
        self.table.set_rows(self.services.accounts.users(), keep=lambda row: row.id)
        if self.table.current_number() < 0:
            self.table.select_row(0)
        self.table.fit_height(most_rows=8)
        self._show_buttons()

    def on_add(self) -> None:
        """Another user, with a first PIN."""
        window = UserWindow(tr("添加用户"), tr("添加"), self._roles(), with_pin=True, parent=self)
        window.start(lambda: self.services.accounts.add(window.name(), window.role(), window.pin()),
                     lambda: self._done(tr("已添加用户")))

    def on_change(self) -> None:
        """Another name or role."""
        user = self._chosen()
        if user is None:
            return
        window = UserWindow(tr("改姓名和岗位"), tr("保存"), self._roles(), user=user, parent=self)
        window.start(lambda: self.services.accounts.change(user.id, name=window.name(), role=window.role()),
                     lambda: self._done(tr("已保存")))

    def on_reset(self) -> None:
        """A new PIN for somebody who forgot his."""
        user = self._chosen()
        if user is None:
            return
        window = PinWindow(tr("给{name}换 PIN", name=user.name), asks_old=False, parent=self)
        window.start(lambda: self.services.accounts.reset_pin(user.id, window.new()), lambda: self._done(tr("PIN 已换")))

    def on_own_pin(self) -> None:
        """One's own PIN."""
        window = PinWindow(tr("改我的 PIN"), asks_old=True, parent=self)
        window.start(lambda: self.services.accounts.change_pin(window.old(), window.new()), lambda: self._done(tr("PIN 已改")))

    def on_active(self) -> None:
        """Deactivate, or let sign in again."""
        user = self._chosen()
        if user is None:
            return
        accounts = self.services.accounts
        if not user.is_active:
            self._finish(self.attempt(lambda: accounts.activate(user.id), tr("已启用{name}", name=user.name)))
        elif confirm(self.services.dialogs, msg("停用用户"), msg("停用后，{name}不能再登录。", name=user.name), do=msg("停用"),
                     keep=msg("不停用"), safe=msg("他写过的记录都还是他的，以后可以重新启用。"), dangerous=True):
            self._finish(self.attempt(lambda: accounts.deactivate(user.id), tr("已停用{name}", name=user.name)))

    def _done(self, said: str) -> None:
        self.services.say(said)
        self.refresh()

    def _finish(self, was_done: bool) -> None:
        if was_done:
            self.refresh()

    def _chosen(self) -> UserView | None:
        return self.table.current_row()

    def _roles(self) -> list[tuple[str, str]]:
        return [(role, tr(role_label(role))) for role in ROLES_AT[self.services.kind]]

    def _show_buttons(self) -> None:
        may = self.services.accounts.may_keep_accounts()
        user = self._chosen()
        for button in (self.add, self.change, self.reset, self.active):
            button.setEnabled(may and (user is not None or button is self.add))
        if user is not None:
            self.active.set_words(tr("停用") if user.is_active else tr("启用"))


class UserWindow(SmallWindow):
    """Name, role, and for a new user the first PIN."""

    def __init__(self, title: str, do: str, roles: Sequence[tuple[str, str]], *, user: UserView | None = None,
                 with_pin: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(title, do, name="user_window", parent=parent)
        self._name = LineEdit(name="new_user_name", accessible_name=tr("姓名"))
        self._role = ComboBox(name="new_user_role", accessible_name=tr("岗位"))
        self._role.set_options(list(roles))
        self.add_field("name", tr("姓名"), self._name)
        self.add_field("role", tr("岗位"), self._role)
        self._pins: tuple[SecretLine, SecretLine] | None = None
        if user is not None:
            self._name.setText(user.name)
            self._role.set_value(user.role)
        if with_pin:
            self._pins = pin_pair(self, "pin", tr("PIN（4 到 8 位数字）"))
        self._name.setFocus()

    def name(self) -> str:
        """What was written."""
        return self._name.text()

    def role(self) -> str:
        """What was chosen."""
        return str(self._role.value() or "")

    def pin(self) -> str:
        """The PIN. Raises Refused while both differ."""
        return agreed(self._pins, "pin_again")


class PinWindow(SmallWindow):
    """A new PIN twice, and the old one before it when it is one's own."""

    def __init__(self, title: str, *, asks_old: bool, parent: QWidget | None = None) -> None:
        super().__init__(title, tr("换 PIN"), name="pin_window", parent=parent)
        self._old: SecretLine | None = None
        if asks_old:
            self._old = SecretLine(name="old_pin", accessible_name=tr("现在的 PIN"), digits_only=True)
            self._old.entered.connect(self.focusNextChild)
            self.add_field("old_pin", tr("现在的 PIN"), self._old)
        self._pins = pin_pair(self, "new_pin", tr("新的 PIN（4 到 8 位数字）"))
        (self._old or self._pins[0]).setFocus()

    def old(self) -> str:
        """The PIN in force."""
        return self._old.text() if self._old is not None else ""

    def new(self) -> str:
        """The new PIN. Raises Refused while both differ."""
        return agreed(self._pins, "new_pin_again")


def pin_pair(window: SmallWindow, code: str, caption: str) -> tuple[SecretLine, SecretLine]:
    """Two lines for a PIN in a small window."""
    first = SecretLine(name=code, accessible_name=caption, digits_only=True)
    second = SecretLine(name=f"{code}_again", accessible_name=tr("再输一次"), digits_only=True)
    first.entered.connect(second.setFocus)
    second.entered.connect(window.on_do)
    window.add_field(code, caption, first)
    window.add_field(f"{code}_again", tr("再输一次"), second)
    return first, second


def agreed(lines: tuple[SecretLine, SecretLine] | None, code: str) -> str:
    """What was typed twice alike. Raises Refused."""
    if lines is None:
        return ""
    if lines[0].text() != lines[1].text():
        raise refuse(code, msg("两次输入的不一样，请再输一次。"))
    return lines[0].text()


def _state(user: UserView) -> ChipText:
    if not user.is_active:
        return ChipText(tr("已停用"), "grey")
    return ChipText(tr("暂时锁住"), "amber") if user.locked_until is not None else ChipText(tr("可登录"), "green")
