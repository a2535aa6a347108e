"""安全: when the screen locks, who keeps the key of the data, and the recovery key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.i18n import tr
from app.security.keys import Keeper
from app.security.passphrase import WrongPassphrase
from app.services.accounts import Locked, WrongPin, attempt
from ui.dialogs import confirm
from ui.screens.settings.declared import SettingsCard, settings_of
from ui.screens.settings.page import Page, keep_narrow
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.field_row import LabelledField
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.secret_line import ChosenSecret, SecretLine

if TYPE_CHECKING:
    from ui.background import IsCancelled, Report
    from ui.services import Services

GROUPS_IN_LINE = 6
FORM_WIDTH = 420


class SecurityPage(Page):
    """The declared settings of security, the keeper and the recovery key; without an opened folder only the first."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, tr("安全"), name="settings_security")
        self.card = SettingsCard(services, settings_of("security", services.kind), tr("锁屏"), name="security_card")
        self.column.addWidget(self.card)
        self._fields: dict[str, LabelledField] = {}
        self._build_keeper()
        self._build_recovery()
        self.column.addStretch(1)
        self.setFocusProxy(self.card)
        self.refresh()

    # --- what the screen calls --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what is kept, and who keeps the key."""
        self.run(lambda _report, _cancelled: self.services.settings.all(), self.card.show_values)
        has_folder = self.services.database is not None
        self.keeper_card.setVisible(has_folder)
        self.recovery_card.setVisible(has_folder)
        if has_folder:
            self._show_keeper()

    def fields(self) -> Mapping[str, LabelledField]:
        """PINs and passphrases."""
        return self._fields

    def back_action(self) -> bool:
        """Escape puts away what was opened."""
        if self._passphrase_box.isHidden() and self._recovery_box.isHidden():
            return False
        self.close_forms()
        return True

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing secret stays on a page that is left."""
        super().hideEvent(event)
        self.close_forms()

    # --- what happens -----------------------------------------------------------------------------------------

    def open_passphrase(self) -> None:
        """Ask for a new passphrase."""
        self.close_forms()
        is_passphrase = self.services.database.keeper() is Keeper.PASSPHRASE
        self._old_field.setVisible(is_passphrase)
        self._passphrase_box.show()
        (self.old if is_passphrase else self.secret).setFocus()

    def set_passphrase(self) -> None:
        """Let the passphrase that was typed twice keep the key."""
        new, old, database = self.secret.value(), self.old.text(), self.services.database
        if new is None:
            return
        is_passphrase = database.keeper() is Keeper.PASSPHRASE
        self.show_problems({})

        def work(_report: Report, _cancelled: IsCancelled) -> None:
            if is_passphrase:
                database.change_passphrase(old, new)
            else:
                database.keep_key(new)

        self.run(work, lambda _nothing: self._on_kept(tr("密码已换，下次打开时用新密码。") if is_passphrase else
                                                      tr("现在由密码保护，下次打开时要输密码。")))

    def to_keyring(self) -> None:
        """Let the keyring keep the key."""
        database = self.services.database
        if confirm(self.services.dialogs, msg("改由系统密钥环保管？"),
                   msg("以后打开程序不再输密码；谁能用您的账号登录这台电脑，谁就能打开程序，但还是要输 PIN。"),
                   do=msg("改由密钥环保管"), keep=msg("仍用密码")):
            self.run(lambda _report, _cancelled: database.keep_key(None),
                     lambda _nothing: self._on_kept(tr("现在由系统密钥环保管。")))

    def open_recovery(self) -> None:
        """Ask for the PIN before the recovery key is shown."""
        self.close_forms()
        self._recovery_box.show()
        self.pin.setFocus()

    def show_recovery(self) -> None:
        """Show the recovery key when the PIN is right; that it was shown is in the audit chain."""
        desk, pin, database = self.services.desk, self.pin.text(), self.services.database
        if not pin:
            self.show_problems({"pin": tr("请输入您的 PIN。")})
            return
        self.show_problems({})

        def work(_report: Report, _cancelled: IsCancelled) -> str:
            attempt(desk, desk.actor.user_id, pin, "recovery_key_shown")
            return database.recovery_key()

        self.run(work, self._on_recovery)

    def close_forms(self) -> None:
        """Put everything away that was opened, and forget what was typed."""
        for line in (self.old, self.pin):
            line.clear()
        self.secret.clear()
        self.recovery_text.clear()
        self.show_problems({})
        for box in (self._passphrase_box, self._recovery_box, self._shown):
            box.hide()
        self._pin_box.show()

    def on_failed(self, error: BaseException) -> None:
        """Beside the PIN or the passphrase it belongs to."""
        if isinstance(error, (WrongPin, Locked)):
            self.show_problems({"pin": tr(error.message)})
        elif isinstance(error, WrongPassphrase):
            self.show_problems({"old": tr(msg("现在的密码不对，没有改动。请检查大小写和输入法，再输一次。"))})
        else:
            super().on_failed(error)

    # --- inside -----------------------------------------------------------------------------------------------

    def _build_keeper(self) -> None:
        self.keeper_card = Card(tr("谁保管打开数据的密钥"), name="keeper_card", spacing=10)
        self._keeper_words = label("", "strong", name="keeper_words", wrap=True)
        self._keeper_why = label("", "muted", wrap=True)
        self.change_passphrase = SecondaryButton("", name="change_passphrase")
        self.change_passphrase.clicked.connect(self.open_passphrase)
        self.use_keyring = SecondaryButton(tr("改由系统密钥环保管"), name="use_keyring")
        self.use_keyring.clicked.connect(self.to_keyring)
        row = FlowBox(spacing=10)
        row.add(self.change_passphrase)
        row.add(self.use_keyring)
        self.old = SecretLine(name="old_passphrase", accessible_name=tr("现在的密码"))
        self._old_field = LabelledField(tr("现在的密码"), self.old, name="old_passphrase")
        self.secret = ChosenSecret(name="new_passphrase", caption=tr("新密码"), again=tr("再输一次"),
                                   hint=tr("至少 8 个字"), can_show=True)
        self.old.entered.connect(self.secret.setFocus)
        self.secret.entered.connect(self.set_passphrase)
        self._fields |= {"old": self._old_field, "new": self.secret.first_field}
        keep = PrimaryButton(tr("用这个密码"), name="set_passphrase", hint="↵")
        keep.clicked.connect(self.set_passphrase)
        self._passphrase_box = _box(self._old_field, self.secret, _left(keep))
        for widget in (self._keeper_words, self._keeper_why, row, self._passphrase_box):
            self.keeper_card.add(widget)
        self.column.addWidget(self.keeper_card)

    def _build_recovery(self) -> None:
        self.recovery_card = Card(tr("恢复码"), name="recovery_card", spacing=10)
        self.recovery_card.add_text(
            tr("电脑坏了、系统重装、密码忘了时，只有恢复码能打开数据和备份。请抄在纸上，和重要证件放在一起；"
               "不要拍照，不要存在这台电脑或 U 盘里，也不要打印后留在打印机旁。"), "muted")
        self.show_key = SecondaryButton(tr("看恢复码"), name="show_recovery", icon_name="eye")
        self.show_key.clicked.connect(self.open_recovery)
        self.recovery_card.add(_left(self.show_key))
        self.pin = SecretLine(name="recovery_pin", accessible_name=tr("您的 PIN"), digits_only=True)
        self.pin.entered.connect(self.show_recovery)
        pin_field = LabelledField(tr("先输一次您的 PIN"), self.pin, name="recovery_pin")
        self._fields["pin"] = pin_field
        good = PrimaryButton(tr("显示"), name="recovery_enter", hint="↵")
        good.clicked.connect(self.show_recovery)
        self._pin_box = _box(pin_field, _left(good))
        self.recovery_text = label("", "name", name="recovery_text")
        self._written = written = PrimaryButton(tr("抄好了，收起来"), name="recovery_close", hint="Esc")
        written.clicked.connect(self.close_forms)
        advice = label(tr("抄完请对照一遍：一共 17 组，最后一组用来查抄错。离开这一页就自动收起。"), "muted", wrap=True)
        self._shown = _box(self.recovery_text, advice, _left(written))
        self._recovery_box = _box(self._pin_box, self._shown)
        self.recovery_card.add(self._recovery_box)
        self.column.addWidget(self.recovery_card)
        for box in (self._passphrase_box, self._pin_box):
            keep_narrow(box, FORM_WIDTH)
        self.close_forms()

    def _show_keeper(self) -> None:
        is_passphrase = self.services.database.keeper() is Keeper.PASSPHRASE
        self._keeper_words.setText(tr("由密码保护，每次打开都要输") if is_passphrase else tr("由这台电脑的系统密钥环保管"))
        self._keeper_why.setText(
            tr("忘了密码，只有恢复码能打开。") if is_passphrase else
            tr("登录电脑以后不用再输密码，只输 PIN。几个人共用一个电脑账号时，改用密码更稳妥。"))
        self.change_passphrase.set_words(tr("改密码…") if is_passphrase else tr("改用密码保护…"))
        self.use_keyring.setVisible(is_passphrase)

    def _on_kept(self, sentence: str) -> None:
        self.services.say(sentence)
        self.close_forms()
        self._show_keeper()

    def _on_recovery(self, key: str) -> None:
        groups = key.split()
        lines = [groups[start:start + GROUPS_IN_LINE] for start in range(0, len(groups), GROUPS_IN_LINE)]
        self.recovery_text.setText("\n".join("  ".join(line) for line in lines))
        self.pin.clear()
        self._shown.show()
        self._written.setFocus()
        self._pin_box.hide()


def _box(*widgets: QWidget) -> QWidget:
    box = QWidget()
    box.setProperty("kind", "plain")
    column = Vertical(box, spacing=10)
    for widget in widgets:
        column.addWidget(widget)
    return box


def _left(button: QWidget) -> QWidget:
    row = FlowBox()
    row.add(button)
    return row
