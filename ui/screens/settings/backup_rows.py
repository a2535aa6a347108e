"""Backups and checks in words, for the tables of the page."""

from __future__ import annotations

from datetime import datetime

from app.domain.message import Message, msg
from app.i18n import tr
from app.services.backups import Backup, BackupKind
from app.services.integrity import CheckResult
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column

KIND_WORDS: dict[BackupKind, Message] = {
    BackupKind.DAILY: msg("每天自动"),
    BackupKind.MANUAL: msg("手工"),
    BackupKind.BEFORE_UPGRADE: msg("升级前"),
    BackupKind.BEFORE_RESTORE: msg("恢复前"),
}
KIND_TONES: dict[BackupKind, Tone] = {
    BackupKind.DAILY: "green",
    BackupKind.MANUAL: "blue",
    BackupKind.BEFORE_UPGRADE: "amber",
    BackupKind.BEFORE_RESTORE: "amber",
}
MEGABYTE = 1024 * 1024


def moment_words(moment: datetime) -> str:
    """A moment as the clinic's wall clock shows it."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def size_words(size_bytes: int) -> str:
    """A size that a person can compare."""
    if size_bytes < MEGABYTE:
        return tr("{size} KB", size=max(1, round(size_bytes / 1024)))
    return tr("{size} MB", size=f"{size_bytes / MEGABYTE:.1f}")


def backup_columns() -> tuple[Column, ...]:
    """When, of what kind, how large, and how much is in it."""
    return (
        Column("made_at", tr("什么时候"), bold=True, value=lambda backup: moment_words(backup.made_at)),
        Column("kind", tr("种类"), value=_kind_chip),
        Column("size", tr("大小"), align="right", value=lambda backup: size_words(backup.size_bytes)),
        Column("residents", tr("居民"), align="right"),
        Column("forms", tr("表"), align="right"),
        Column("program", tr("程序版本"), stretch=True, muted=True, value=lambda backup: backup.program or None),
    )


def check_columns() -> tuple[Column, ...]:
    """What was looked at, and what was found."""
    return (
        Column("name", tr("检查了什么"), width=200, bold=True, value=lambda result: tr(result.name)),
        Column("state", tr("结果"), width=90, value=_check_chip),
        Column("findings", "", stretch=True, width=160, value=_findings),
    )


def _kind_chip(backup: Backup) -> ChipText:
    return ChipText(tr(KIND_WORDS[backup.kind]), KIND_TONES[backup.kind])


def _check_chip(result: CheckResult) -> ChipText:
    return ChipText(tr("完好"), "green") if result.is_whole else ChipText(tr("有问题"), "red")


def _findings(result: CheckResult) -> Cell:
    if result.is_whole:
        return Cell("")
    return Cell("".join(tr(finding) for finding in result.findings), tone="red")
