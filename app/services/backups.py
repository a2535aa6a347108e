"""Backups of a desk: made, listed, thinned, and what restoring one would lose. Restoring is app.services.restoring.

A backup is a whole encrypted database under the same key, so a lost stick tells nobody anything. It is written beside
its name, opened and read page by page, and only then takes its place: a bad file never replaces a good one. Beside it
lies a small file without residents' data that says when it was made, and, where a passphrase keeps the key, the wrapped
key; without a passphrase another computer opens it by the recovery key.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from app.data_folder import BACKUPS, make_private_folder, sync_file, sync_folder, touch_private, write_private
from app.desk import Desk
from app.domain.message import Message, msg
from app.errors import EnvironmentFailure
from app.failures import CORRUPT, DATABASE_DAMAGED, NOTADB, database_code, translate_disk_error
from app.security.keys import KEY_FILE, Keeper, check_value, read_desk_file
from app.security.passphrase import WrappedKeyUnreadable, read_wrapped
from app.services.history import add_audit
from app.services.progress import CancelledCheck, Report, never_cancelled, quiet_report, stop_if
from app.services.settings import Settings
from app.version import VERSION
from db.cipher import DatabaseError
from db.copies import UnsoundCopy, copy_database, inspect, rows_missing_in

DAILY, WEEKLY, MONTHLY = 7, 5, 12
PREFIX, SUFFIX, PARTIAL = "cunyi-", ".db", ".partial"
ROOM_TO_SPARE = 1.1


class BackupKind(StrEnum):
    """Why a backup was made."""

    DAILY = "daily"
    MANUAL = "manual"
    BEFORE_UPGRADE = "before-upgrade"
    BEFORE_RESTORE = "before-restore"


@dataclass(frozen=True)
class Backup:
    """One backup. `made_at` in UTC; `residents` and `forms` how many it holds, None when that is not told."""

    file: Path
    made_at: datetime
    kind: BackupKind
    size_bytes: int
    schema: str
    program: str
    residents: int | None
    forms: int | None
    key_check: str


@dataclass(frozen=True)
class Losses:
    """How many things written since a backup would be gone after restoring it; `entries` counts every change."""

    residents: int
    forms: int
    requests: int
    entries: int

    def sentence(self, made_at: datetime) -> Message:
        """The question to ask before restoring."""
        day = msg(
            "{month}月{day}日 {time}",
            month=made_at.astimezone().month,
            day=made_at.astimezone().day,
            time=made_at.astimezone().strftime("%H:%M"),
        )
        if not self.entries:
            return msg("恢复 {day} 的备份？此后没有新的记录，什么也不会丢失。", day=day)
        return msg(
            "恢复 {day} 的备份？此后新建的 {residents} 位居民、{forms} 张表和 {requests} 张申领单会丢失"
            "（一共 {entries} 处改动）。现在的数据会先另存一份。",
            day=day,
            residents=self.residents,
            forms=self.forms,
            requests=self.requests,
            entries=self.entries,
        )


class BackupFailed(EnvironmentFailure):
    """The copy could not be written, or did not pass its check; nothing of it is left, older backups are as they were."""

    def __init__(self, details: str) -> None:
        super().__init__(
            msg(
                "备份没有做成，写了一半的文件已经删掉；数据和原来的备份都完好。"
                "请检查磁盘或 U 盘是否插好、已满或写保护，再备份一次，或另选一个文件夹。"
            ),
            details=details,
        )


class Backups:
    """The backups of an opened desk."""

    def __init__(self, desk: Desk) -> None:
        if desk.sessions.file is None:
            raise ValueError("these sessions do not know their file")
        self._desk = desk
        self._file = desk.sessions.file
        self._key = desk.sessions.key

    @property
    def folder(self) -> Path:
        """Where backups are kept unless another folder is named."""
        return self._desk.folder / BACKUPS

    def make(
        self,
        kind: BackupKind = BackupKind.MANUAL,
        folder: Path | None = None,
        *,
        report: Report = quiet_report,
        cancelled: CancelledCheck = never_cancelled,
    ) -> Backup:
        """Make a backup in `folder` (None: the desk's own), check it, and thin the older ones of the desk's own folder.

        Raises EnvironmentFailure when the disk is full, read-only or gone, BackupFailed, Cancelled.
        """
        backup = make_backup(
            self._desk.folder,
            self._file,
            self._key,
            kind,
            self._desk.now(),
            folder=folder,
            report=report,
            cancelled=cancelled,
        )
        with self._desk.sessions.writing() as session:
            add_audit(session, self._desk, "backup_made", "backup", kind.value)
        if folder is None:
            self.thin()
        return backup

    def make_if_due(
        self, report: Report = quiet_report, cancelled: CancelledCheck = never_cancelled
    ) -> Backup | None:
        """The backup of the day, unless there is one or the setting is off; None then. Raises what `make` raises."""
        if not self.is_due() or not Settings(self._desk).get("daily_backup"):
            return None
        return self.make(BackupKind.DAILY, report=report, cancelled=cancelled)

    def list(self, folder: Path | None = None) -> tuple[Backup, ...]:
        """The backups in `folder` (None: the desk's own), the newest first."""
        return list_backups(folder or self.folder)

    def is_due(self) -> bool:
        """Whether today has no backup yet."""
        # Not "the newest is older": one made while the clock ran ahead would keep the later days without any.
        today = self._desk.today()
        return all(backup.made_at.astimezone().date() != today for backup in self.list())

    def thin(self) -> tuple[Path, ...]:
        """Remove what the rule does not keep in the desk's own folder; returns what was removed."""
        backups = self.list()
        keep = kept([backup.made_at.astimezone() for backup in backups])
        gone = [backup.file for backup in backups if backup.made_at.astimezone() not in keep]
        for file in gone:
            file.unlink(missing_ok=True)
            sidecar(file).unlink(missing_ok=True)
        return tuple(gone)

    def losses(self, file: Path) -> Losses:
        """What restoring `file` would lose. Raises the same as `check_backup`."""
        check_backup(file, self._key)
        missing = rows_missing_in(file, self._file, self._key)
        return Losses(
            residents=missing["resident"],
            forms=missing["form_entry"],
            requests=missing["drug_request"],
            entries=missing["audit_entry"],
        )


def make_backup(
    desk_folder: Path,
    database: Path,
    key: bytes,
    kind: BackupKind,
    now: datetime,
    *,
    folder: Path | None = None,
    report: Report = quiet_report,
    cancelled: CancelledCheck = never_cancelled,
) -> Backup:
    """Copy `database` into a folder, check the copy, and give it its name. Nothing is left of a copy that failed.

    Raises EnvironmentFailure, BackupFailed, Cancelled.
    """
    folder = folder or desk_folder / BACKUPS
    name = f"{PREFIX}{now.astimezone():%Y%m%d-%H%M%S}-{kind.value}{SUFFIX}"
    partial = folder / (name + PARTIAL)

    def step(done: int, total: int) -> None:
        stop_if(cancelled)
        report(done, total, msg("正在备份。"))

    try:
        make_folder(folder, own=folder == desk_folder / BACKUPS)
        remove_partials(folder)
        need_room(folder, database)
        touch_private(partial)
        counts = copy_database(database, partial, key, step)
        sync_file(partial)
        report(0, 0, msg("正在核对备份。"))
        schema = inspect(partial, key, counts)
        stop_if(cancelled)
        write_private(sidecar(folder / name), sidecar_text(desk_folder, key, kind, now, schema, counts))
        partial.replace(folder / name)
        sync_folder(folder)
    except UnsoundCopy as error:
        if is_damaged(database, key):
            raise EnvironmentFailure(DATABASE_DAMAGED, details="UnsoundCopy") from error
        raise BackupFailed(str(error)) from error
    except OSError as error:
        raise BackupFailed(translate_disk_error(error).details) from error
    except DatabaseError as error:
        if database_code(error) in (CORRUPT, NOTADB):
            raise EnvironmentFailure(DATABASE_DAMAGED, details=type(error).__name__) from error
        raise BackupFailed(f"SQLite {database_code(error)}") from error
    finally:
        remove_leftovers(partial)
    return read_backup(folder / name)


def is_damaged(database: Path, key: bytes) -> bool:
    """Whether the original itself cannot be read whole; a copy may come out unsound without any error on the way."""
    try:
        inspect(database, key)
    except (UnsoundCopy, DatabaseError):
        return True
    return False


def make_folder(folder: Path, *, own: bool) -> None:
    """The desk's own folder is made when it is missing; one that was chosen must be there. Raises OSError."""
    if own:
        make_private_folder(folder)
    elif not folder.is_dir():
        raise EnvironmentFailure(
            msg("找不到存备份的文件夹 {folder}，没有备份；数据都完好。请插好 U 盘，或另选一个文件夹。", folder=folder)
        )


def need_room(folder: Path, database: Path) -> None:
    """Raise EnvironmentFailure when the copy would surely not fit."""
    if shutil.disk_usage(folder).free < database.stat().st_size * ROOM_TO_SPARE:
        raise EnvironmentFailure(
            msg("{folder} 的空间不够，没有备份；数据和原来的备份都完好。请删掉不用的文件，或另选一个文件夹。", folder=folder)
        )


def remove_partials(folder: Path) -> None:
    """What an earlier backup left when the power failed."""
    for partial in folder.glob(f"{PREFIX}*{PARTIAL}*"):
        partial.unlink(missing_ok=True)


def remove_leftovers(partial: Path) -> None:
    """The unfinished copy and what SQLite may have put beside it, where the folder can be reached at all."""
    for file in (partial, *(partial.with_name(partial.name + end) for end in ("-journal", "-wal", "-shm"))):
        with suppress(OSError):
            file.unlink(missing_ok=True)


def sidecar(file: Path) -> Path:
    """The small file beside a backup."""
    return file.with_suffix(".json")


def sidecar_text(
    desk_folder: Path, key: bytes, kind: BackupKind, now: datetime, schema: str, counts: Mapping[str, int]
) -> bytes:
    """What the small file says. Counts and times, no names; the key only as the passphrase wraps it."""
    desk_file = read_desk_file(desk_folder)
    told: dict[str, Any] = {
        "format": 1,
        "desk": "" if desk_file is None else desk_file.id,
        "made_at": now.astimezone(UTC).isoformat(),
        "kind": kind.value,
        "schema": schema,
        "program": VERSION,
        "counts": dict(counts),
        "key_check": check_value(key),
    }
    if desk_file is not None and desk_file.keeper is Keeper.PASSPHRASE:
        try:
            told["wrapped_key"] = read_wrapped(desk_folder / KEY_FILE)
        except WrappedKeyUnreadable:
            pass
    return json.dumps(told, indent=1).encode()


def read_sidecar(file: Path) -> dict[str, Any]:
    """What the small file beside the backup `file` says; empty when it is missing or damaged."""
    try:
        told = json.loads(sidecar(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def read_backup(file: Path) -> Backup:
    """A backup as its name, its size and its small file tell it; a file without one is dated by the disk."""
    told = read_sidecar(file)
    counts = told.get("counts") if isinstance(told.get("counts"), dict) else {}
    status = file.stat()
    try:
        made_at = datetime.fromisoformat(str(told.get("made_at"))).astimezone(UTC)
    except ValueError:
        made_at = datetime.fromtimestamp(status.st_mtime, UTC)
    kinds = {kind.value: kind for kind in BackupKind}
    return Backup(
        file=file,
        made_at=made_at,
        kind=kinds.get(str(told.get("kind")), BackupKind.MANUAL),
        size_bytes=status.st_size,
        schema=str(told.get("schema", "")),
        program=str(told.get("program", "")),
        residents=counts.get("resident"),
        forms=counts.get("form_entry"),
        key_check=str(told.get("key_check", "")),
    )


def list_backups(folder: Path) -> tuple[Backup, ...]:
    """The backups in a folder, the newest first; none when the folder is not there."""
    files = folder.glob(f"{PREFIX}*{SUFFIX}") if folder.is_dir() else ()
    return tuple(sorted((read_backup(file) for file in files), key=lambda each: each.made_at, reverse=True))


def check_backup(file: Path, key: bytes) -> str:
    """Open a backup and read every page; returns its schema version. Raises EnvironmentFailure, changes nothing."""
    if not file.is_file():
        raise EnvironmentFailure(
            msg("找不到备份文件 {file}，什么也没有改动。请插好 U 盘，或另选一份备份。", file=file.name)
        )
    told = read_sidecar(file).get("key_check")
    if told and told != check_value(key):
        raise EnvironmentFailure(
            msg("备份 {file} 是另一个站或另一台电脑做的，这里的密钥打不开，什么也没有改动。请另选一份备份。", file=file.name)
        )
    try:
        return inspect(file, key)
    except UnsoundCopy as error:
        raise EnvironmentFailure(
            msg("备份 {file} 已损坏，不能用来恢复；现在的数据没有改动。请另选一份备份。", file=file.name),
            details=str(error),
        ) from error


def kept(moments: Sequence[datetime]) -> set[datetime]:
    """Which backups stay: the newest of each of the last 7 days, 5 weeks and 12 months that have one, and the newest.

    `moments` are local times. Days without a backup use up no place.
    """
    newest_first = sorted(moments, reverse=True)
    return {
        *newest_first[:1],
        *newest_of_each(((moment.date(), moment) for moment in newest_first), DAILY),
        *newest_of_each(((moment.isocalendar()[:2], moment) for moment in newest_first), WEEKLY),
        *newest_of_each((((moment.year, moment.month), moment) for moment in newest_first), MONTHLY),
    }


def newest_of_each(moments: Iterable[tuple[date | tuple[int, int], datetime]], most: int) -> list[datetime]:
    """The first of each span in the order given, of at most `most` spans."""
    first: dict[object, datetime] = {}
    for span, moment in moments:
        first.setdefault(span, moment)
    return list(first.values())[:most]
