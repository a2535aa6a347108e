"""用户与 PIN: who may sign in, their roles, and PINs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QHideEvent

from app.domain.message import msg
from app.errors import CunyiError
from app.i18n import tr
from app.services.accounts import Locked, UserView, WrongPin
from app.services.roles import role_label
from ui.dialogs import confirm
from ui.screens.settings.page import Page, keep_narrow
from ui.screens.settings.user_forms import AddUser, ChangeUser, OwnPin, ResetPin, UserForm
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.field_row import LabelledField
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from ui.background import IsCancelled, Report
    from ui.services import Services


FORM_WIDTH = 520


@dataclass(frozen=True)
class Listed:
    """Everybody, and whether the signed-in user keeps the accounts."""

    users: tuple[UserView, ...]
    may_keep: bool


class UsersPage(Page):
    """The list, what can be done with the chosen one, and one form at a time."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, tr("用户与 PIN"), name="settings_users")
        self._own_id = services.desk.actor.user_id
        self._may_keep = False
        self._form: UserForm | None = None
        self._submit: Any = None
        self._build()
        self.refresh()

    # --- what the screen calls --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the users again."""
        accounts = self.services.accounts

        def work(_report: Report, _cancelled: IsCancelled) -> Listed:
            return Listed(accounts.users(), accounts.may_keep_accounts())

        self.run(work, self.show_users)

    def primary_action(self) -> None:
        """F2: add a user."""
        if self._may_keep:
            self.add_user()

    def save_action(self) -> None:
        """Ctrl+Enter: what the form does."""
        self.submit()

    def back_action(self) -> bool:
        """Escape closes the form."""
        if self._form is None:
            return False
        self.close_form()
        return True

    def hideEvent(self, event: QHideEvent) -> None:
        """No PIN stays on a page that is left."""
        super().hideEvent(event)
        self.close_form()

    def fields(self) -> Mapping[str, LabelledField]:
        """Those of the open form."""
        return self._form.fields() if self._form is not None else {}

    # --- what happens -----------------------------------------------------------------------------------------

    def show_users(self, listed: Listed) -> None:
        """Show everybody, the same one chosen."""
        self._may_keep = listed.may_keep
        self.table.set_rows(list(listed.users), keep=lambda user: user.id)
        if self.table.current_row() is None:
            self.table.select_row(0)
        self.table.fit_height(most_rows=8)
        self._note.setVisible(not listed.may_keep)
        self.on_row(self.table.current_row())

    def on_row(self, user: UserView | None) -> None:
        """What can be done with the chosen user."""
        for button in (self.add, self.change, self.reset, self.toggle):
            button.setEnabled(self._may_keep and (user is not None or button is self.add))
        if user is None:
            return
        self.toggle.set_words(tr("停用") if user.is_active else tr("重新启用"))
        self.toggle.setEnabled(self._may_keep and user.id != self._own_id)
        self.reset.setEnabled(self._may_keep and user.id != self._own_id)

    def add_user(self) -> None:
        """A form for a new user."""
        form = AddUser(self.services.kind)
        self.open_form(form, lambda values: self.services.accounts.add(**values), tr("已添加，现在就可以登录。"))

    def change_user(self) -> None:
        """A form for the chosen user's name and role."""
        user = self.table.current_row()
        if user is not None and self._may_keep:
            form = ChangeUser(self.services.kind, user.name, user.role)
            self.open_form(form, lambda values: self.services.accounts.change(user.id, **values), tr("已保存。"))

    def reset_pin(self) -> None:
        """A form for the chosen user's new PIN."""
        user = self.table.current_row()
        if user is not None:
            self.open_form(ResetPin(user.name), lambda values: self.services.accounts.reset_pin(user.id, values["new_pin"]),
                           tr("{name}的 PIN 已换。", name=user.name))

    def own_pin(self) -> None:
        """A form for one's own PIN."""
        self.open_form(OwnPin(), lambda values: self.services.accounts.change_pin(values["old"], values["new"]),
                       tr("您的 PIN 已换，下次登录用新的。"))

    def toggle_user(self) -> None:
        """Let somebody in no longer, or again."""
        user = self.table.current_row()
        if user is None:
            return
        accounts = self.services.accounts
        if not user.is_active:
            self.run(lambda _report, _cancelled: accounts.activate(user.id), self._on_changed)
        elif confirm(self.services.dialogs, msg("停用{name}？", name=user.name), msg("停用以后，他不能再登录。"),
                     do=msg("停用"), keep=msg("不停用"), safe=msg("他写的记录都还在，以后可以重新启用。"), dangerous=True):
            self.run(lambda _report, _cancelled: accounts.deactivate(user.id), self._on_changed)

    def open_form(self, form: UserForm, submit: Any, done: str) -> None:
        """Show a form in place of any other; `submit(values)` runs in the worker."""
        self.close_form()
        self._form, self._submit, self._done = form, submit, done
        form.submitted.connect(self.submit)
        form.closed.connect(self.close_form)
        keep_narrow(form, FORM_WIDTH)
        self._place.addWidget(form)
        form.setFocus()

    def close_form(self) -> None:
        """Put the form away; nothing of it is kept."""
        if self._form is not None:
            form, self._form = self._form, None
            self._place.removeWidget(form)
            form.hide()
            form.deleteLater()
            if self.isVisible():
                self.table.setFocus()

    def submit(self) -> None:
        """Do what the form is for."""
        form, submit = self._form, self._submit
        values = form.values() if form is not None else None
        if values is None:
            return
        self.show_problems({})

        def work(_report: Report, _cancelled: IsCancelled) -> None:
            submit(values)

        def done(_nothing: None) -> None:
            self.services.say(self._done)
            self.close_form()
            self.refresh()

        self.run(work, done)

    def on_failed(self, error: BaseException) -> None:
        """A wrong old PIN belongs beside its field."""
        if isinstance(error, (WrongPin, Locked)) and isinstance(error, CunyiError):
            self.show_problems({"old_pin": tr(error.message)})
        else:
            super().on_failed(error)

    # --- inside -----------------------------------------------------------------------------------------------

    def _on_changed(self, _user: UserView) -> None:
        self.services.say(tr("已保存。"))
        self.refresh()

    def _build(self) -> None:
        header = PageHeader(tr("用户与 PIN"), name="users_header")
        self.own = SecondaryButton(tr("改我的 PIN"), name="own_pin")
        self.own.clicked.connect(self.own_pin)
        self.add = PrimaryButton(tr("添加用户"), name="add_user", hint="F2")
        self.add.clicked.connect(self.add_user)
        header.add_action(self.own)
        header.add_action(self.add)
        self.table = DataTable(
            (Column("name", tr("姓名"), bold=True, value=self._name_cell),
             Column("role", tr("岗位"), stretch=True, value=lambda user: tr(role_label(user.role))),
             Column("state", tr("状态"), value=self._state_chips)),
            name="users", accessible_name=tr("用户"), inside_card=False)
        self.table.row_selected.connect(self.on_row)
        self.table.row_activated.connect(lambda _user: self.change_user())
        row = FlowBox(spacing=10, row_spacing=8)
        self.change = SecondaryButton(tr("改姓名和岗位"), name="change_user", small=True)
        self.reset = SecondaryButton(tr("忘了 PIN，换一个"), name="reset_pin", small=True)
        self.toggle = SecondaryButton(tr("停用"), name="toggle_user", small=True)
        for button, act in ((self.change, self.change_user), (self.reset, self.reset_pin), (self.toggle, self.toggle_user)):
            button.clicked.connect(act)
            row.add(button)
        self._note = label(tr("只有负责人可以添加和改动用户；您可以改自己的 PIN。"), "muted", name="users_note", wrap=True)
        self._note.hide()
        self._place = Vertical()
        for widget in (header, self.table, row, self._note):
            self.column.addWidget(widget)
        self.column.addLayout(self._place)
        self.column.addStretch(1)
        self.setFocusProxy(self.table)

    def _name_cell(self, user: UserView) -> Cell:
        return Cell(user.name, suffix=tr("（您）") if user.id == self._own_id else "")

    def _state_chips(self, user: UserView) -> list[ChipText]:
        if not user.is_active:
            return [ChipText(tr("已停用"), "grey")]
        if user.locked_until is not None:
            until = user.locked_until.astimezone().strftime("%H:%M")
            return [ChipText(tr("输错 PIN，锁到 {time}", time=until), "amber")]
        return [ChipText(tr("可以登录"), "green")]
