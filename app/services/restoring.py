"""Putting a backup in the place of the database, on this computer or on another one.

The backup is read page by page first. Then it is copied beside the database, the present database is kept aside, and
the copy takes its name in one step of the file system: a cut at any moment leaves either the old database or the new one.
A database whose log could not be brought back (it is damaged) is moved aside together with its log, because a log left
beside another database would be replayed into it. Nobody may have the database open meanwhile.
"""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from app.data_folder import (
    BACKUPS,
    DATABASE,
    make_private_folder,
    sync_file,
    sync_folder,
    touch_private,
)
from app.desk import NOBODY, Actor, Desk
from app.domain.message import msg
from app.errors import EnvironmentFailure, UserError
from app.failures import BUSY_ELSEWHERE, CORRUPT, NOTADB, database_code, translate_disk_error
from app.instance import lock_alone
from app.security.keys import DeskKey, Keeper, KeyLost, read_recovery_text
from app.security.passphrase import unwrap
from app.security.secret_store import SecretStore
from app.services.backups import BackupKind, check_backup, make_backup, read_sidecar
from app.services.history import add_audit
from app.services.progress import Report, quiet_report
from app.services.setup import place_of
from db.cipher import DatabaseError, connect
from db.copies import UnsoundCopy
from db.engine import Sessions, open_engine
from db.migrations import HEAD
from db.models import Organisation

INCOMING = "cunyi.db.incoming"
SET_ASIDE = "set-aside"
LOGS = ("-wal", "-shm")


def restore(
    folder: Path, key: bytes, file: Path, now: datetime, report: Report = quiet_report, actor: Actor = NOBODY
) -> Path | None:
    """Put the backup `file` in the place of the database of `folder`; every connection must be closed.

    That it was restored, and by whom, stands in the audit chain of the restored database. Returns what the present
    database was kept as (a backup, or a set-aside file when it is damaged), None without one.
    Raises EnvironmentFailure: somebody has it open, the backup is damaged or newer than the program, the disk is full.
    """
    report(0, 0, msg("正在核对备份。"))
    refuse_newer(check_backup(file, key))
    report(0, 0, msg("正在恢复备份。"))
    lock = lock_alone(folder)
    try:
        incoming = copy_in(folder, file)
        note_restoring(folder, incoming, key, now, actor)
        aside = keep_present(folder, key, now, report)
        take_place(folder, incoming)
        return aside
    except OSError as error:
        raise translate_disk_error(error) from error
    finally:
        lock.release()


def restore_on_this_computer(
    folder: Path,
    file: Path,
    now: datetime,
    *,
    store: SecretStore,
    passphrase: str | None = None,
    recovery_key: str | None = None,
    report: Report = quiet_report,
) -> Path | None:
    """Restore where no desk can be opened: a new computer, a lost key, a damaged database.

    The key comes from the recovery key, else from the folder's own keeper, else from the key that the passphrase wraps
    beside the backup. On a computer without a keyring a passphrase must be given, and keeps the key from then on.
    Raises what the keepers raise, and what `restore` raises.
    """
    make_private_folder(folder)
    keys = DeskKey(folder, store)
    key, is_kept = key_for(keys, file, passphrase, recovery_key)
    if not is_kept:
        refuse_newer(check_backup(file, key))
        keys.keep(key, created=now, passphrase=passphrase)
    return restore(folder, key, file, now, report)


def key_for(
    keys: DeskKey, file: Path, passphrase: str | None, recovery_key: str | None
) -> tuple[bytes, bool]:
    """The key for a backup, and whether this folder's keeper already has it."""
    if recovery_key is not None:
        return read_recovery_text(recovery_key), False
    wrapped = read_sidecar(file).get("wrapped_key")
    if keys.keeper() is None and passphrase is not None and isinstance(wrapped, dict):
        return unwrap(wrapped, passphrase), False
    if keys.keeper() is None:
        raise KeyLost
    if keys.keeper() is Keeper.PASSPHRASE and passphrase is None:
        raise UserError(msg("恢复这份备份要用密码，什么也没有改动。请输入密码。"))
    return keys.unlock(passphrase), True


def refuse_newer(schema: str) -> None:
    """Raise EnvironmentFailure for a backup of a newer program."""
    if schema > HEAD:
        raise EnvironmentFailure(
            msg(
                "这份备份是较新的程序做的（数据版本 {theirs}，本程序 {ours}），现在的数据没有改动。请先升级程序，再恢复。",
                theirs=schema,
                ours=HEAD,
            )
        )


def copy_in(folder: Path, file: Path) -> Path:
    """A private copy of the backup beside the database, wholly on the disk. Raises OSError."""
    incoming = folder / INCOMING
    for end in ("", *LOGS):
        incoming.with_name(incoming.name + end).unlink(missing_ok=True)
    touch_private(incoming)
    with file.open("rb") as source, incoming.open("r+b") as target:
        shutil.copyfileobj(source, target, 1024 * 1024)
    sync_file(incoming)
    return incoming


def note_restoring(folder: Path, incoming: Path, key: bytes, now: datetime, actor: Actor) -> None:
    """Add the restoring to the audit chain of the copy, before it takes its place."""
    sessions = Sessions(open_engine(incoming, key, "rw"))
    try:
        with sessions.writing() as session:
            own = session.scalars(select(Organisation).where(Organisation.is_self)).one()
            desk = Desk(folder, sessions, place_of(own), actor, lambda: now)
            add_audit(session, desk, "backup_restored", "organisation", own.id)
    finally:
        sessions.close()
    sync_file(incoming)


def keep_present(folder: Path, key: bytes, now: datetime, report: Report) -> Path | None:
    """Keep the present database as a backup, or as it lies when it cannot be read. Its log is gone afterwards."""
    database = folder / DATABASE
    if not database.exists():
        return None
    try:
        kept = make_backup(folder, database, key, BackupKind.BEFORE_RESTORE, now, report=report).file
        clear_log(database, key)
        return kept
    except (DatabaseError, EnvironmentFailure) as error:
        if not is_damage(error):
            raise
        return set_aside(folder, database, now)


def clear_log(database: Path, key: bytes) -> None:
    """Bring the log of a program that died back into the file, and remove it. Nobody else may be using the database."""
    connection = connect(database, key, "rw")
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    connection.close()
    if busy:
        raise EnvironmentFailure(BUSY_ELSEWHERE)
    for end in LOGS:
        database.with_name(database.name + end).unlink(missing_ok=True)


def is_damage(error: Exception) -> bool:
    """Whether the present database cannot be copied because it is damaged or strange, and not for want of room."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, UnsoundCopy) or database_code(seen) in (CORRUPT, NOTADB):
            return True
        seen = seen.__cause__
    return False


def set_aside(folder: Path, database: Path, now: datetime) -> Path:
    """Copy a database that cannot be read, and move its log beside the copy. Raises OSError."""
    kept = folder / BACKUPS / f"{SET_ASIDE}-{now.astimezone():%Y%m%d-%H%M%S}.db"
    make_private_folder(kept.parent)
    touch_private(kept)
    shutil.copyfile(database, kept)
    sync_file(kept)
    for end in LOGS:
        log = database.with_name(database.name + end)
        if log.exists():
            os.replace(log, kept.with_name(kept.name + end))
    return kept


def take_place(folder: Path, incoming: Path) -> None:
    """Let the copy take the name of the database."""
    os.replace(incoming, folder / DATABASE)
    sync_folder(folder)
