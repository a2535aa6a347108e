"""The key of the data: who keeps it, the recovery key on paper, a passphrase or the keyring. Shown only after the PIN."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.i18n import tr
from app.security.keys import Keeper
from app.services.accounts import attempt
from app.services.problems import refuse
from ui.screens.settings.page import Page, buttons
from ui.widgets.buttons import SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.labels import label
from ui.widgets.secret_line import SecretLine
from ui.widgets.small_window import SmallWindow

if TYPE_CHECKING:
    from app.startup import Database
    from ui.services import Services

GROUPS_IN_A_LINE = 6


class SecurityPage(Page):
    """Keeper and recovery key."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, name="security", parent=parent)
        card = Card(tr("数据的密钥"), name="keeper_card")
        self.keeper = card.add_text("", "strong", name="keeper_words")
        card.add_text(tr("全部数据都加密存放。密钥不写在文件里：由这台电脑的系统密钥环保管，或由一个密码保护。"), "muted")
        self.passphrase = SecondaryButton(tr("改由密码保护"), name="keeper_passphrase")
        self.passphrase.clicked.connect(self.on_passphrase)
        self.keyring = SecondaryButton(tr("改由系统密钥环保管"), name="keeper_keyring")
        self.keyring.clicked.connect(self.on_keyring)
        card.add(buttons(self.passphrase, self.keyring))
        self.column.addWidget(card)
        paper = Card(tr("恢复码"), name="recovery_card")
        paper.add_text(tr("电脑坏了、系统重装、密码忘了时，只有恢复码能打开数据和备份。请抄在纸上，和重要证件放在一起。"))
        self.recovery = SecondaryButton(tr("看恢复码"), name="recovery_show")
        self.recovery.clicked.connect(self.on_recovery)
        paper.add(buttons(self.recovery))
        self.column.addWidget(paper)
        self.column.addStretch(1)

    def refresh(self) -> None:
        """Who keeps the key."""
        database = self.services.database
        for button in (self.passphrase, self.keyring, self.recovery):
            button.setEnabled(database is not None)
        keeper = database.keeper() if database is not None else None
        by_passphrase = keeper is Keeper.PASSPHRASE
        self.keeper.setText(tr("现在由密码保护，每次打开要输密码") if by_passphrase else tr("现在由系统密钥环保管"))
        self.passphrase.set_words(tr("改密码") if by_passphrase else tr("改由密码保护"))
        self.keyring.setVisible(by_passphrase)

    def on_recovery(self) -> None:
        """The recovery key, after the PIN."""
        database = self.services.database
        if database is not None:
            window = PinFirstWindow(tr("看恢复码"), tr("显示"), parent=self)
            window.start(lambda: self._must_be(window.pin()), lambda: RecoveryWindow(database, parent=self).open())

    def on_keyring(self) -> None:
        """Give the key to the keyring."""
        database = self.services.database
        if database is not None:
            window = PinFirstWindow(tr("改由系统密钥环保管"), tr("改"), parent=self)
            window.start(self._both(window, lambda: database.keep_key(None)), self._kept)

    def on_passphrase(self) -> None:
        """Set or change the passphrase."""
        database = self.services.database
        if database is None:
            return
        if database.keeper() is Keeper.PASSPHRASE:
            window = PassphraseWindow(asks_old=True, parent=self)
            window.start(lambda: database.change_passphrase(window.old(), window.new()), self._kept)
        else:
            fresh = PassphraseWindow(asks_old=False, parent=self)
            fresh.start(lambda: database.keep_key(fresh.new()), self._kept)

    def _kept(self) -> None:
        self.services.say(tr("已保存"))
        self.refresh()

    def _must_be(self, pin: str) -> None:
        desk = self.services.desk
        attempt(desk, desk.actor.user_id, pin, "pin_confirmed")

    def _both(self, window: PinFirstWindow, act: Callable[[], None]) -> Callable[[], None]:
        def both() -> None:
            self._must_be(window.pin())
            act()

        return both


class PinFirstWindow(SmallWindow):
    """The PIN before something that must not be seen by others."""

    def __init__(self, title: str, do: str, parent: QWidget | None = None) -> None:
        super().__init__(title, do, name="pin_first_window", parent=parent)
        self._pin = SecretLine(name="pin_first", accessible_name=tr("您的 PIN"), digits_only=True)
        self._pin.entered.connect(self.on_do)
        self.add_field("pin", tr("您的 PIN"), self._pin)
        self._pin.setFocus()

    def pin(self) -> str:
        """What was typed."""
        return self._pin.text()


class PassphraseWindow(SmallWindow):
    """A new passphrase twice, the old one first where there is one."""

    def __init__(self, *, asks_old: bool, parent: QWidget | None = None) -> None:
        super().__init__(tr("数据密码"), tr("保存"), name="passphrase_window", parent=parent)
        self.add_text(tr("至少 8 个字；一句自己记得住、别人猜不到的话最好。忘了它，只有恢复码能打开数据。"))
        self._lines: dict[str, SecretLine] = {}
        captions = {"old": tr("现在的密码"), "new": tr("新的密码"), "again": tr("再输一次")}
        for code in ("old", "new", "again") if asks_old else ("new", "again"):
            line = SecretLine(name=f"passphrase_{code}", accessible_name=captions[code])
            line.entered.connect(self.on_do if code == "again" else self.focusNextChild)
            self._lines[code] = line
            self.add_field(code, captions[code], line)
        next(iter(self._lines.values())).setFocus()

    def old(self) -> str:
        """The passphrase in force."""
        return self._lines["old"].text()

    def new(self) -> str:
        """The new one. Raises Refused while both differ."""
        if self._lines["new"].text() != self._lines["again"].text():
            raise refuse("again", msg("两次输入的不一样，请再输一次。"))
        return self._lines["new"].text()


class RecoveryWindow(SmallWindow):
    """The recovery key, to be written on paper."""

    def __init__(self, database: Database, parent: QWidget | None = None) -> None:
        super().__init__(tr("恢复码"), tr("抄好了"), name="recovery_window", parent=parent)
        groups = database.recovery_key().split()
        lines = ["  ".join(groups[start:start + GROUPS_IN_A_LINE]) for start in range(0, len(groups), GROUPS_IN_A_LINE)]
        self.layout().insertWidget(1, label("\n".join(lines), "name", name="recovery_text"))
        self.add_text(tr("请抄在纸上；不要拍照，不要存在这台电脑里。"))
        self.do_button.setFocus()
