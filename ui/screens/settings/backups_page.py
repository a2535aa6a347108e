"""备份: making them here or on a stick, restoring one, and checking that the data is whole.

Restoring closes the database, so the window opens the folder anew afterwards, whether it worked or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.message import Message, msg
from app.errors import CunyiError
from app.i18n import tr
from app.services.backups import Backup, BackupKind, Losses
from app.services.integrity import CheckResult, Integrity
from app.services.settings import Value
from ui.dialogs import Answer, Notice, Question, show_failure
from ui.screens.settings.backup_rows import backup_columns, check_columns, moment_words
from ui.screens.settings.declared import SettingsCard, settings_of
from ui.screens.settings.page import Page
from ui.widgets.buttons import DangerButton, PrimaryButton, SecondaryButton
from ui.widgets.cards import Card, PageHeader
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox
from ui.widgets.table import DataTable

if TYPE_CHECKING:
    from ui.background import IsCancelled, Report
    from ui.services import Services

MOST_SHOWN = 7


@dataclass(frozen=True)
class Listed:
    """The settings of backups and the backups in the folder that is shown."""

    settings: dict[str, Value]
    backups: tuple[Backup, ...]


class BackupsPage(Page):
    """The backups of the desk's own folder, or of another one such as a stick."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, tr("备份"), name="settings_backups")
        self._folder: Path | None = None
        self._build()
        self.refresh()

    # --- what the screen calls --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the folder again."""
        folder, services = self._folder, self.services

        def work(_report: Report, _cancelled: IsCancelled) -> Listed:
            return Listed(services.settings.all(), services.backups.list(folder))

        self.run(work, self.show_listed)

    def primary_action(self) -> None:
        """F2: back up now."""
        self.back_up_here()

    # --- backing up -------------------------------------------------------------------------------------------

    def show_listed(self, listed: Listed) -> None:
        """Show what is there."""
        self.settings_card.show_values(listed.settings)
        self.table.set_rows(list(listed.backups), keep=lambda backup: backup.file)
        if self.table.current_row() is None:
            self.table.select_row(0)
        self.table.fit_height(most_rows=MOST_SHOWN)
        self._where.setText(tr("这里看到的是：{folder}", folder=self._folder or tr("本机的备份")))
        self.own_folder.setVisible(self._folder is not None)
        self.restore.setEnabled(bool(listed.backups) and self.services.database is not None)

    def back_up(self, folder: Path | None) -> None:
        """Make a backup in a folder; None is the desk's own."""
        backups = self.services.backups

        def work(report: Report, cancelled: IsCancelled) -> Backup:
            return backups.make(BackupKind.MANUAL, folder, report=report, cancelled=cancelled)

        def done(backup: Backup) -> None:
            self.services.say(tr("已备份，并核对过：{file}", file=backup.file.name))
            self.refresh()

        self.run(work, done, title=tr("备份"), can_cancel=True,
                 on_cancelled=lambda: self.services.say(tr("已停下，没有备份；数据和原来的备份都完好。")))

    def back_up_elsewhere(self) -> None:
        """Make a backup on a stick or in another folder."""
        kept = str(self.settings_card.value("backup_folder"))
        folder = self.services.dialogs.choose_folder(tr("备份到哪个文件夹"), folder=Path(kept) if kept else None)
        if folder is not None:
            self._folder = folder
            self.back_up(folder)

    def back_up_here(self) -> None:
        """Where the setting says: a folder of its own, or the desk's own."""
        kept = str(self.settings_card.value("backup_folder"))
        self._folder = Path(kept) if kept else None
        self.back_up(self._folder)

    def look_elsewhere(self) -> None:
        """Show the backups of another folder."""
        folder = self.services.dialogs.choose_folder(tr("看哪个文件夹里的备份"))
        if folder is not None:
            self._folder = folder
            self.refresh()

    def look_here(self) -> None:
        """Show the desk's own backups again."""
        self._folder = None
        self.refresh()

    # --- restoring --------------------------------------------------------------------------------------------

    def ask_to_restore(self) -> None:
        """Find out what restoring the chosen backup would lose, and ask."""
        backup = self.table.current_row()
        if backup is None or self.services.database is None:
            return
        self.run(lambda _report, _cancelled: self.services.backups.losses(backup.file),
                 lambda losses: self.on_losses(backup, losses), title=tr("核对备份"))

    def on_losses(self, backup: Backup, losses: Losses) -> None:
        """The question with everything that would be gone."""
        question = Question(
            tr("恢复 {moment} 的备份？", moment=moment_words(backup.made_at)), losses.sentence(backup.made_at),
            (Answer("restore", msg("恢复备份"), "danger"), Answer("keep", msg("保留现在的记录"))),
            msg("现在的数据会先另存一份，恢复错了还能再换回来。恢复以后要重新登录。"), harmless="keep")
        if self.services.dialogs.ask(question) == "restore":
            self.restore_backup(backup)

    def restore_backup(self, backup: Backup) -> None:
        """Put the backup in the place of the data, then open anew."""
        database, actor = self.services.database, self.services.desk.actor

        def work(report: Report, _cancelled: IsCancelled) -> Path | None:
            return database.restore(backup.file, report, actor)

        def done(kept: Path | None) -> None:
            safe: Message | str = msg("恢复前的数据另存为 {file}。", file=kept.name) if kept is not None else ""
            happened = msg("数据已经恢复到 {moment} 的样子。", moment=moment_words(backup.made_at))
            self.services.dialogs.tell(Notice(msg("备份已恢复"), happened, safe, msg("请重新登录。"), tone="green"))
            self.services.reopen()

        def failed(error: BaseException) -> None:
            if not isinstance(error, CunyiError):
                raise error
            show_failure(self.services.dialogs, error)
            self.services.reopen()

        self.run(work, done, title=tr("恢复备份"), on_error=failed)

    # --- checking ---------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Read everything and look whether it is whole."""
        integrity = Integrity(self.services.desk)
        self.run(lambda report, cancelled: integrity.check(report, cancelled), self.on_checked, title=tr("检查数据"),
                 can_cancel=True, on_cancelled=lambda: self.services.say(tr("已停下，检查没有做完；检查不会改动数据。")))

    def on_checked(self, results: tuple[CheckResult, ...]) -> None:
        """Show what was found."""
        broken = [result for result in results if not result.is_whole]
        moment = moment_words(self.services.desk.now())
        self.check_words.setText(
            tr("{moment} 检查过，发现 {count} 项有问题。数据没有改动；请先备份一次，再恢复最近完好的备份或找维护的人。",
               moment=moment, count=len(broken)) if broken else
            tr("{moment} 检查过，{count} 项全部完好。", moment=moment, count=len(results)))
        self.check_card.set_tone("red" if broken else "green")
        self.checks.show()
        self.checks.set_rows(list(results))
        self.checks.fit_height()

    # --- inside -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        header = PageHeader(tr("备份"), name="backups_header")
        elsewhere = SecondaryButton(tr("备份到 U 盘…"), name="back_up_elsewhere")
        elsewhere.clicked.connect(self.back_up_elsewhere)
        now = PrimaryButton(tr("立即备份"), name="back_up_now", hint="F2")
        now.clicked.connect(self.back_up_here)
        header.add_action(elsewhere)
        header.add_action(now)
        self.table = DataTable(backup_columns(), name="backups", accessible_name=tr("备份"),
                               empty_text=tr("这里还没有备份。"))
        self.table.row_activated.connect(lambda _backup: self.ask_to_restore())
        self._where = label("", "muted", name="backups_where", wrap=True)
        row = FlowBox(spacing=10, row_spacing=8)
        self.restore = DangerButton(tr("恢复选中的备份…"), name="restore_backup", small=True)
        other = SecondaryButton(tr("看别处的备份…"), name="look_elsewhere", small=True)
        self.own_folder = SecondaryButton(tr("看本机的备份"), name="look_here", small=True)
        for button, act in ((self.restore, self.ask_to_restore), (other, self.look_elsewhere),
                            (self.own_folder, self.look_here)):
            button.clicked.connect(act)
            row.add(button)
        kinds = settings_of("backups", self.services.kind)
        self.settings_card = SettingsCard(self.services, kinds, tr("自动备份"), name="backup_settings")
        for widget in (header, self.table, self._where, row, self._check_card(), self.settings_card):
            self.column.addWidget(widget)
        self.column.addStretch(1)
        self.setFocusProxy(self.table)

    def _check_card(self) -> Card:
        self.check_card = Card(tr("数据完好吗"), name="check_card", spacing=10)
        self.check_words = self.check_card.add_text(
            tr("把数据从头到尾读一遍，看有没有损坏或被改动；只看不改，数据多时要几分钟。"), "muted", name="check_words")
        button = SecondaryButton(tr("现在检查"), name="check_now")
        button.clicked.connect(self.check)
        row = FlowBox()
        row.add(button)
        self.check_card.add(row)
        self.checks = DataTable(check_columns(), name="checks", accessible_name=tr("检查的结果"), inside_card=True)
        self.checks.hide()
        self.check_card.add(self.checks)
        return self.check_card
