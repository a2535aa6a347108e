"""Backups: now, where to, which there are, and putting one in the place of the data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QWidget

from app.domain.message import Message, msg
from app.errors import CunyiError
from app.i18n import tr
from app.services.backups import Backup, Losses
from ui.dialogs import Answer, Notice, Question, show_failure
from ui.screens.first_start.opening_pages import BACKUP_FILES, backup_words
from ui.screens.settings.page import Page, buttons
from ui.widgets.buttons import DangerButton, PrimaryButton, SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.labels import label
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from ui.services import Services

BYTES_PER_MB = 1_000_000


class BackupsPage(Page):
    """What was backed up and what can be done."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, name="backups", parent=parent)
        card = Card(tr("备份"), name="backups_card")
        self.newest = card.add_text("", "strong", name="backup_newest")
        self.now = PrimaryButton(tr("立即备份"), name="backup_now")
        self.now.clicked.connect(lambda: self.make(None))
        self.elsewhere = SecondaryButton(tr("备份到 U 盘或别的文件夹…"), name="backup_elsewhere")
        self.elsewhere.clicked.connect(self.on_elsewhere)
        card.add(buttons(self.now, self.elsewhere))
        self.daily = QCheckBox(tr("每天第一次打开时自动备份"))
        self.daily.setObjectName("setting_daily_backup")
        self.daily.setAccessibleName(self.daily.text())
        self.daily.toggled.connect(self.on_daily)
        card.add(self.daily)
        card.add(label(tr("备份是加密的，只有这个站的密钥或恢复码能打开。请至少每周往 U 盘备份一次，U 盘和电脑分开放。"),
                       "muted", wrap=True))
        self.column.addWidget(card)
        there = Card(tr("本机的备份"), name="backup_list_card")
        self.table = DataTable(
            [Column("when", tr("备份"), value=lambda row: Cell(backup_words(row)), stretch=True),
             Column("size", tr("大小"), value=lambda row: tr("{size} MB", size=round(row.size_bytes / BYTES_PER_MB, 1)),
                    align="right")],
            name="backups", accessible_name=tr("本机的备份"), inside_card=True, empty_text=tr("还没有备份。"),
        )
        there.add(self.table)
        self.restore = DangerButton(tr("恢复选中的备份…"), name="backup_restore", small=True)
        self.restore.clicked.connect(lambda: self.on_restore(self.table.current_row()))
        self.other = SecondaryButton(tr("恢复别处的备份…"), name="backup_restore_other", small=True)
        self.other.clicked.connect(self.on_other)
        there.add(buttons(self.restore, self.other))
        self.column.addWidget(there)
        self.column.addStretch(1)

    def refresh(self) -> None:
        """Read which backups there are."""
        backups = self.services.backups.list()
        self.table.set_rows(backups, keep=lambda row: row.file)
        if self.table.current_number() < 0:
            self.table.select_row(0)
        self.table.fit_height(most_rows=8)
        self.newest.setText(tr("最近一次：{backup}", backup=backup_words(backups[0])) if backups else tr("还没有备份过。"))
        self.restore.setEnabled(bool(backups) and self.services.database is not None)
        self.other.setEnabled(self.services.database is not None)
        self.daily.blockSignals(True)
        self.daily.setChecked(bool(self.services.settings.get("daily_backup")))
        self.daily.blockSignals(False)

    def on_daily(self, daily: bool) -> None:
        """Whether a backup is made every day."""
        self.attempt(lambda: self.services.settings.set("daily_backup", daily), tr("已保存"))

    def on_elsewhere(self) -> None:
        """A backup in another folder, which is offered again the next time."""
        last = str(self.services.settings.get("backup_folder"))
        folder = self.services.dialogs.choose_folder(tr("备份到哪个文件夹"), folder=Path(last) if last else None)
        if folder is not None:
            self.make(folder)

    def make(self, folder: Path | None) -> None:
        """Make a backup in the worker."""
        services = self.services

        def work(report: Callable[[int, int, Message], None], cancelled: Callable[[], bool]) -> Backup:
            backup = services.backups.make(folder=folder, report=report, cancelled=cancelled)
            if folder is not None:
                services.settings.set("backup_folder", str(folder))
            return backup

        def done(backup: Backup) -> None:
            self.refresh()
            services.dialogs.tell(Notice(msg("备份做好了"), msg("已备份到 {file}。", file=backup.file), tone="green"))

        self.run(work, done, title=tr("备份"))

    def on_other(self) -> None:
        """A backup that lies elsewhere."""
        file = self.services.dialogs.open_file(tr("选择备份文件"), [BACKUP_FILES])
        if file is not None:
            self.ask_and_restore(file, None)

    def on_restore(self, backup: Backup | None) -> None:
        """The chosen backup."""
        if backup is not None:
            self.ask_and_restore(backup.file, backup)

    def ask_and_restore(self, file: Path, backup: Backup | None) -> None:
        """Say what would be lost; restore when it is wanted all the same."""
        services = self.services

        def ask(losses: Losses) -> None:
            happened = losses.sentence(backup.made_at) if backup is not None else msg(
                "恢复 {file}？此后的 {entries} 次操作会丢失。现在的数据会先另存一份。", file=file.name, entries=losses.entries)
            question = Question(
                msg("恢复备份"), happened,
                (Answer("restore", msg("恢复备份"), "danger"), Answer("keep", msg("保留现在的记录"))), harmless="keep")
            if services.dialogs.ask(question) == "restore":
                self._restore(file)

        self.run(lambda report, cancelled: services.backups.losses(file), ask, title=tr("核对备份"))

    def _restore(self, file: Path) -> None:
        services = self.services
        database = services.database
        if database is None:
            return

        def done(kept: Path | None) -> None:
            safe = tr("原来的数据另存为 {file}。", file=kept.name) if kept is not None else ""
            services.dialogs.tell(Notice(msg("备份已恢复"), msg("请重新登录。"), safe, tone="green"))
            services.reopen()

        def failed(error: BaseException) -> None:
            if not isinstance(error, CunyiError):
                raise error
            show_failure(services.dialogs, error)
            services.reopen()

        services.runner.run(lambda report, cancelled: database.restore(file, report), on_done=done, on_error=failed,
                            title=tr("恢复备份"), can_cancel=False)
