"""The pages on the cover between finding the data and the desk: passphrase, trouble, a new keeper, sign-in, a lost PIN.

Each is a small widget that says by signals what the user wants; `ui.compose` does it and calls `show_problem`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QStackedWidget, QWidget

from app.domain.message import Message, msg
from app.errors import CunyiError
from app.i18n import sentences_of, tr
from ui.background import Runner
from ui.dialogs import Dialogs, FileKind, Notice
from ui.shell.sign_in import SignIn, UserChoice
from ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from ui.widgets.field_row import ComboBox, LabelledField
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.secret_line import ChosenSecret, SecretLine

if TYPE_CHECKING:
    from app.security.secret_store import SecretStore
    from app.services.backups import Backup
    from app.startup import Database, Opening

WIDE = 520
BACKUP_FILES = FileKind(msg("村医工作站的备份"), ("db",))


class CoverPage(QWidget):
    """A title, sentences, what is filled in, a problem, buttons."""

    def __init__(self, title: str, *, name: str, wide: int = WIDE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setProperty("wide", wide)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.column = Vertical(self, spacing=12)
        self.column.addWidget(label(title, "card_title", wrap=True, name=f"{name}_title"))
        self._problem = label("", "problem", name=f"{name}_problem", wrap=True)
        self._problem.hide()

    def add_text(self, text: str, *, name: str = "") -> None:
        """A paragraph."""
        self.column.addWidget(label(text, wrap=True, name=name))

    def finish(self, *buttons: QWidget) -> None:
        """The problem and the row of buttons at the foot; the main one comes last."""
        self.column.addWidget(self._problem)
        row = Horizontal(spacing=10)
        for button in buttons[:-1]:
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(buttons[-1])
        self.column.addLayout(row)

    def show_problem(self, error: CunyiError) -> None:
        """Say why it was refused."""
        self.show_sentence(tr(error.message))

    def show_sentence(self, sentence: str) -> None:
        """Say a sentence in red; empty takes it away."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    def problem(self) -> str:
        """The sentence in red, or empty."""
        return self._problem.text() if not self._problem.isHidden() else ""


class PassphrasePage(CoverPage):
    """The passphrase that keeps the key. `entered(passphrase)`, `recovery_asked()` when it is forgotten."""

    entered = Signal(str)
    recovery_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("请输入数据密码"), name="passphrase_page", wide=420, parent=parent)
        self.add_text(tr("这台电脑没有系统密钥环，数据由建站时设的密码保护。"))
        self.line = SecretLine(name="passphrase", accessible_name=tr("数据密码"))
        self.line.entered.connect(self.on_entered)
        self.line.textEdited.connect(lambda: self.show_sentence(""))
        self.column.addWidget(LabelledField(tr("数据密码"), self.line, name="passphrase"))
        forgotten = LinkButton(tr("忘记了，用恢复码打开"), name="passphrase_recovery")
        forgotten.clicked.connect(self.recovery_asked)
        enter = PrimaryButton(tr("打开"), name="passphrase_enter", hint="↵")
        enter.clicked.connect(self.on_entered)
        self.finish(forgotten, enter)
        self.setFocusProxy(self.line)

    def on_entered(self) -> None:
        """Try it; it takes a moment on purpose."""
        if self.line.text():
            self.show_sentence("")
            self.entered.emit(self.line.text())

    def show_problem(self, error: CunyiError) -> None:
        """It was wrong: type it again."""
        super().show_problem(error)
        self.line.selectAll()
        self.line.setFocus()


class RecoveryBox(QPlainTextEdit):
    """The recovery key as it is typed from paper. Enter is `entered`, Tab goes on."""

    entered = Signal()

    def __init__(self, *, name: str = "recovery_key", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(tr("恢复码"))
        self.setPlaceholderText("9F3A 01BC …")
        self.setTabChangesFocus(True)
        self.setMaximumHeight(self.fontMetrics().lineSpacing() * 5)

    def text(self) -> str:
        """What was typed."""
        return self.toPlainText()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A recovery key has no lines."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class TroublePage(CoverPage):
    """Nothing was opened: why, and what helps. `again()`, `leave()`, `recovery_entered(text)`.

    Where the database is missing, damaged or no database of ours, or the key is lost, a backup can be restored from here.
    """

    again = Signal()
    leave = Signal()
    recovery_entered = Signal(str)

    def __init__(
        self, opening: Opening | None, message: Message | None, details: str, *, runner: Runner, dialogs: Dialogs,
        store: SecretStore | None, parent: QWidget | None = None,
    ) -> None:
        from app.startup import State

        super().__init__(tr("数据没有打开"), name="trouble_page", parent=parent)
        self._opening, self._runner, self._dialogs, self._store = opening, runner, dialogs, store
        state = opening.state if opening is not None else None
        if message is not None:
            self.add_text("\n".join(sentences_of(tr(message))), name="trouble_sentence")
        if details:
            self.column.addWidget(label(details, "caption", wrap=True, name="trouble_details"))
        self.recovery: RecoveryBox | None = None
        self._backups: ComboBox | None = None
        without_database = (State.MISSING, State.DAMAGED, State.FOREIGN)
        if state in (State.KEY_LOST, State.KEYRING_SILENT, State.NEEDS_PASSPHRASE, *without_database):
            self._add_recovery(opens=state not in without_database)
        if state in (State.KEY_LOST, *without_database):
            self._add_backups()
        leave = SecondaryButton(tr("退出"), name="trouble_leave")
        leave.clicked.connect(self.leave)
        again = PrimaryButton(tr("再试一次"), name="trouble_again")
        again.clicked.connect(self.again)
        self.finish(leave, again)
        self.setFocusProxy(self.recovery or again)

    def on_recovery(self) -> None:
        """Try the recovery key."""
        if self.recovery is not None and self.recovery.text().strip():
            self.show_sentence("")
            self.recovery_entered.emit(self.recovery.text())

    def on_other_file(self) -> None:
        """A backup that lies elsewhere, such as on a USB stick."""
        file = self._dialogs.open_file(tr("选择备份文件"), [BACKUP_FILES])
        if file is not None and self._backups is not None:
            self._backups.addItem(str(file), file)
            self._backups.setCurrentIndex(self._backups.count() - 1)

    def on_restore(self) -> None:
        """Restore the chosen backup, then open it."""
        file = self._backups.value() if self._backups is not None else None
        if not isinstance(file, Path) or self._opening is None:
            self.show_sentence(tr("请先选择一份备份。"))
            return
        folder, store = self._opening.folder, self._store or self._opening.store
        written = self.recovery.text().strip() if self.recovery is not None else ""

        def work(report: Callable[[int, int, Message], None], cancelled: object) -> object:
            from app.services.restoring import restore_on_this_computer

            return restore_on_this_computer(folder, file, datetime.now(UTC), store=store,
                                            recovery_key=written or None, report=report)

        self.show_sentence("")
        self._runner.run(work, on_done=self.on_restored, on_error=self.on_failed, title=tr("恢复备份"), can_cancel=False)

    def on_restored(self, kept: object) -> None:
        """Say what became of the present file, and open."""
        safe = tr("原来的文件另存为 {file}。", file=kept) if kept else ""
        self._dialogs.tell(Notice(msg("备份已恢复"), msg("数据已经恢复到那份备份的样子。"), safe, tone="green"))
        self.again.emit()

    def on_failed(self, error: BaseException) -> None:
        """Say why not."""
        if not isinstance(error, CunyiError):
            raise error
        self.show_problem(error)

    def _add_recovery(self, *, opens: bool) -> None:
        self.recovery = RecoveryBox()
        words = tr("恢复码（抄在纸上的 17 组）") if opens else tr("恢复码（换了电脑或密钥丢失时才要填）")
        self.column.addWidget(LabelledField(words, self.recovery, name="recovery_key"))
        if opens:
            self.recovery.entered.connect(self.on_recovery)
            button = SecondaryButton(tr("用恢复码打开"), name="trouble_open_by_recovery")
            button.clicked.connect(self.on_recovery)
            row = Horizontal()
            row.addWidget(button)
            row.addStretch(1)
            self.column.addLayout(row)

    def _add_backups(self) -> None:
        self._backups = ComboBox(name="trouble_backups", accessible_name=tr("备份"))
        self._backups.set_options([(backup.file, backup_words(backup)) for backup in self._found_backups()])
        self.column.addWidget(LabelledField(tr("从备份恢复"), self._backups, name="trouble_backups"))
        other = SecondaryButton(tr("选别处的备份…"), name="trouble_other_file")
        other.clicked.connect(self.on_other_file)
        restore = SecondaryButton(tr("恢复这份备份"), name="trouble_restore")
        restore.clicked.connect(self.on_restore)
        row = Horizontal(spacing=10)
        row.addWidget(restore)
        row.addWidget(other)
        row.addStretch(1)
        self.column.addLayout(row)

    def _found_backups(self) -> Sequence[Backup]:
        from app.data_folder import BACKUPS
        from app.services.backups import list_backups

        return list_backups(self._opening.folder / BACKUPS) if self._opening is not None else ()


def backup_words(backup: Backup) -> str:
    """A backup in one line: when, of what kind, how much is in it."""
    from app.services.backups import BackupKind

    kinds = {
        BackupKind.DAILY: tr("每日备份"), BackupKind.MANUAL: tr("手工备份"),
        BackupKind.BEFORE_UPGRADE: tr("升级前"), BackupKind.BEFORE_RESTORE: tr("恢复前"),
    }
    when = backup.made_at.astimezone().strftime("%Y-%m-%d %H:%M")
    kind = kinds.get(backup.kind, str(backup.kind))
    if backup.residents is None:
        return tr("{when}　{kind}", when=when, kind=kind)
    return tr("{when}　{kind}　{residents} 位居民，{forms} 张表", when=when, kind=kind, residents=backup.residents,
              forms=backup.forms or 0)


class KeeperPage(CoverPage):
    """The data was opened by the recovery key: who shall keep the key from now on. `kept()` when it is settled."""

    kept = Signal()

    def __init__(self, database: Database, *, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(tr("数据已用恢复码打开"), name="keeper_page", parent=parent)
        self._database, self._runner = database, runner
        self.add_text(tr("以后每次打开不必再输恢复码：可以让这台电脑的系统密钥环保管，也可以设一个密码。"))
        self.secret = passphrase_twice()
        self.secret.entered.connect(self.on_passphrase)
        self.column.addWidget(self.secret)
        by_passphrase = SecondaryButton(tr("用这个密码保护"), name="keeper_passphrase")
        by_passphrase.clicked.connect(self.on_passphrase)
        by_keyring = PrimaryButton(tr("让系统密钥环保管"), name="keeper_keyring")
        by_keyring.clicked.connect(self.on_keyring)
        self.finish(by_passphrase, by_keyring)
        self.setFocusProxy(by_keyring)

    def on_keyring(self) -> None:
        """Give it to the keyring."""
        self._keep(None)

    def on_passphrase(self) -> None:
        """Wrap it by a passphrase."""
        passphrase = self.secret.value()
        if passphrase:
            self._keep(passphrase)

    def _keep(self, passphrase: str | None) -> None:
        def failed(error: BaseException) -> None:
            if not isinstance(error, CunyiError):
                raise error
            self.show_problem(error)

        self._runner.run(lambda report, cancelled: self._database.keep_key(passphrase),
                         on_done=lambda _nothing: self.kept.emit(), on_error=failed)


def passphrase_twice() -> ChosenSecret:
    """A new passphrase with advice."""
    return ChosenSecret(
        name="new_passphrase", caption=tr("数据密码"), again=tr("再输一次"), can_show=True,
        hint=tr("至少 8 个字；一句自己记得住、别人猜不到的话最好"),
    )


class SignInPage(QWidget):
    """The list of persons and their PINs, with the way out for a forgotten one. `signed_in(user_id)`."""

    signed_in = Signal(str)

    def __init__(
        self, users: Sequence[UserChoice], check: Callable[[str, str], bool | str], *, database: Database | None,
        runner: Runner, dialogs: Dialogs, parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("sign_in_page")
        self._users, self._database, self._runner, self._dialogs = tuple(users), database, runner, dialogs
        self._pages = QStackedWidget()
        first = QWidget()
        first.setProperty("kind", "plain")
        column = Vertical(first, spacing=8)
        self.sign_in = SignIn(users, check, runner=runner)
        self.sign_in.signed_in.connect(self.signed_in)
        column.addWidget(self.sign_in, 1)
        self._forgotten = LinkButton(tr("忘记 PIN？"), name="pin_forgotten")
        self._forgotten.clicked.connect(self.on_forgotten)
        self._forgotten.setVisible(database is not None)
        column.addWidget(self._forgotten, 0, Qt.AlignmentFlag.AlignHCenter)
        self._pages.addWidget(first)
        outer = Vertical(self)
        outer.addWidget(self._pages)
        self.setFocusProxy(self.sign_in)

    def on_forgotten(self) -> None:
        """Offer the recovery key."""
        page = LostPinPage(self._users, self._database, runner=self._runner)
        page.changed.connect(self.on_changed)
        page.gone_back.connect(self.on_back)
        self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        page.setFocus()

    def on_changed(self) -> None:
        """Another PIN is in force; what was said about the old one no longer holds."""
        page = self._pages.currentWidget()
        self._dialogs.tell(Notice(msg("PIN 已经换了"), msg("请用新的 PIN 登录。"), tone="green"))
        self.on_back()
        if isinstance(page, LostPinPage):
            self.sign_in.choose(str(page.user.value()))

    def on_back(self) -> None:
        """Back to signing in."""
        page = self._pages.currentWidget()
        self._pages.setCurrentIndex(0)
        if isinstance(page, LostPinPage):
            self._pages.removeWidget(page)
            page.deleteLater()
        self.sign_in.setFocus()


class LostPinPage(CoverPage):
    """A new PIN by the recovery key. `changed()`, `gone_back()`."""

    changed = Signal()
    gone_back = Signal()

    def __init__(self, users: Sequence[UserChoice], database: Database | None, *, runner: Runner,
                 parent: QWidget | None = None) -> None:
        super().__init__(tr("忘记 PIN"), name="lost_pin_page", parent=parent)
        self._database, self._runner = database, runner
        self.add_text(tr("站里有负责人时，请他登录后在“设置”里给您换一个 PIN。没有别人时，用建站时抄下的恢复码换。"))
        self.user = ComboBox(name="lost_pin_user", accessible_name=tr("谁的 PIN"))
        self.user.set_options([(user.user_id, user.name) for user in users])
        self.column.addWidget(LabelledField(tr("谁的 PIN"), self.user, name="lost_pin_user"))
        self.recovery = RecoveryBox(name="lost_pin_recovery")
        self.column.addWidget(LabelledField(tr("恢复码"), self.recovery, name="lost_pin_recovery"))
        self.pin = ChosenSecret(name="lost_pin_new", caption=tr("新的 PIN（4 到 8 位数字）"), again=tr("再输一次"),
                                digits_only=True)
        self.pin.entered.connect(self.on_change)
        self.recovery.entered.connect(self.pin.setFocus)
        self.column.addWidget(self.pin)
        back = SecondaryButton(tr("返回"), name="lost_pin_back", hint="Esc")
        back.clicked.connect(self.gone_back)
        change = PrimaryButton(tr("换 PIN"), name="lost_pin_change", hint="↵")
        change.clicked.connect(self.on_change)
        self.finish(back, change)
        self.setFocusProxy(self.recovery)

    def on_change(self) -> None:
        """Change it."""
        pin = self.pin.value()
        if pin is None or self._database is None:
            return
        database, user_id, recovery = self._database, str(self.user.value()), self.recovery.text()
        self.show_sentence("")
        self._runner.run(lambda report, cancelled: database.set_pin_by_recovery(user_id, recovery, pin),
                         on_done=lambda _nothing: self.changed.emit(), on_error=self.on_failed)

    def on_failed(self, error: BaseException) -> None:
        """Say why not."""
        if not isinstance(error, CunyiError):
            raise error
        self.show_problem(error)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.gone_back.emit()
        else:
            super().keyPressEvent(event)


