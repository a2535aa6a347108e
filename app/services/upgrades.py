"""Bringing the database of an older program up to date: a checked backup first, then all steps in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from app.data_folder import DATABASE
from app.domain.message import msg
from app.errors import EnvironmentFailure
from app.services.backups import BackupKind, make_backup
from app.services.progress import Report, quiet_report
from app.version import VERSION
from db.migrations import VERSIONS
from db.migrations.run import BrokenReferences, upgrade


class UpgradeFailed(EnvironmentFailure):
    """A step failed; the database is as it was, and there is a backup of it."""


def upgrade_database(
    folder: Path, key: bytes, now: datetime, *, report: Report = quiet_report, versions: Sequence[Path] = (VERSIONS,)
) -> Path:
    """Bring the database in `folder` to the newest version; returns the backup made before.

    Raises EnvironmentFailure when the backup cannot be made, and then no step is taken; UpgradeFailed after a rollback.
    """
    backup = make_backup(folder, folder / DATABASE, key, BackupKind.BEFORE_UPGRADE, now, report=report)
    report(0, 0, msg("正在把数据更新到新版本。"))
    try:
        upgrade(folder / DATABASE, key, versions=versions, program=VERSION)
    except (SQLAlchemyError, CommandError, BrokenReferences) as error:
        raise UpgradeFailed(
            msg(
                "数据没能更新到新版本，已经退回，记录都完好；更新前还做了备份 {backup}。"
                "请继续用原来的版本，并把这个情况告诉维护人员。",
                backup=backup.file.name,
            ),
            details=type(error).__name__,
        ) from error
    return backup.file
