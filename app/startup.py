"""Opening a desk without a window: which folder, which key, which version, and who signs in.

    opening = look(folder, store)            what is there; changes no data, never raises for what it finds
    database = open_database(opening, …)     takes the folder, the key and, when needed, the step to the new version
    database.users() → database.sign_in(user_id, pin) → Desk

SQLAlchemy is imported only by `sign_in` (or by `warm_up` in a thread), Alembic only when a step is missing, so the list
of users is there at once. Concurrency: one window for a folder, commands beside it, nobody while a backup is restored.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from app.data_folder import BACKUPS, DATABASE, default_folder, make_private_folder
from app.desk import NOBODY, Actor, Desk, Place, utc_now
from app.domain.message import Message, msg
from app.errors import EnvironmentFailure, UserError
from app.failures import DATABASE_DAMAGED, translate_database_error, translate_disk_error
from app.instance import ALREADY_OPEN, Lock, is_window_open, lock_use, lock_window
from app.security.keys import DeskKey, Keeper, KeyLost, new_key, recovery_text
from app.security.secret_store import KeyringStore, NoKeyring, SecretStore
from app.services.progress import Report, quiet_report
from app.version import VERSION
from db.cipher import DatabaseError, active_users, connect, program_version, schema_version
from db.migrations import HEAD

if TYPE_CHECKING:
    from app.services.setup import SetupAnswers
    from db.engine import Sessions

PASSPHRASE_VARIABLE = "CUNYI_PASSPHRASE"
PLAIN_HEADER = b"SQLite format 3\0"


class State(StrEnum):
    """What is found in a data folder."""

    NEW = "new"
    READY = "ready"
    NEEDS_PASSPHRASE = "needs_passphrase"
    KEYRING_SILENT = "keyring_silent"
    KEY_LOST = "key_lost"
    MISSING = "missing"
    NEWER_VERSION = "newer_version"
    DAMAGED = "damaged"
    FOREIGN = "foreign"
    IN_USE = "in_use"
    UNUSABLE_FOLDER = "unusable_folder"


@dataclass(frozen=True)
class Opening:
    """What `look` found. `message` says it to the user, None for NEW, READY and NEEDS_PASSPHRASE.

    `is_upgrade` when opening will take steps to a newer version (a second or more). KEYRING_SILENT and KEY_LOST can be
    opened by the recovery key; MISSING and DAMAGED are for restoring a backup.
    """

    folder: Path
    state: State
    message: Message | None = None
    details: str = ""
    is_upgrade: bool = False
    store: SecretStore = field(default_factory=KeyringStore, repr=False, compare=False)
    key: bytes = field(default=b"", repr=False, compare=False)


class CannotOpen(EnvironmentFailure):
    """The database was not opened, nor changed; `state` says why."""

    def __init__(self, state: State, message: Message, *, details: str = "") -> None:
        super().__init__(message, details=details)
        self.state = state


@dataclass(frozen=True)
class UserChoice:
    """A user on the sign-in page."""

    id: str
    name: str
    role: str


def look(folder: Path | None = None, store: SecretStore | None = None, *, for_window: bool = True) -> Opening:
    """What lies in `folder` (None: the default one), seen without changing any of its data.

    A command (`for_window` False) works beside an open window, so it is never told IN_USE.
    """
    folder, store = folder or default_folder(), store or KeyringStore()
    try:
        if for_window and folder.exists() and is_window_open(folder):
            return Opening(folder, State.IN_USE, message=ALREADY_OPEN, store=store)
        found = look_at_files(folder)
        return look_for_key(folder, store) if found is None else Opening(folder, *found, store=store)
    except OSError as error:
        failure = unusable(folder, error)
        return Opening(folder, State.UNUSABLE_FOLDER, failure.message, failure.details, store=store)


def look_at_files(folder: Path) -> tuple[State, Message | None] | None:
    """What can be told without a key; None when there is a database to open. Raises OSError."""
    if not folder.exists():
        nearest = next(parent for parent in folder.absolute().parents if parent.exists())
        return (State.NEW, None) if may_write(nearest) else (State.UNUSABLE_FOLDER, no_writing(folder))
    if not folder.is_dir() or not may_write(folder):
        return State.UNUSABLE_FOLDER, no_writing(folder)
    database = folder / DATABASE
    if database.exists():
        with database.open("rb") as stream:
            is_plain = stream.read(len(PLAIN_HEADER)) == PLAIN_HEADER
        return (State.FOREIGN, FOREIGN_FILE) if is_plain else None
    if (folder / BACKUPS).is_dir() and any((folder / BACKUPS).iterdir()):
        return State.MISSING, DATABASE_MISSING
    return State.NEW, None


def look_for_key(folder: Path, store: SecretStore) -> Opening:
    """Whether the key answers, and what it opens."""
    keys = DeskKey(folder, store)
    if keys.keeper() is Keeper.PASSPHRASE:
        return Opening(folder, State.NEEDS_PASSPHRASE, store=store)
    try:
        key = keys.unlock()
    except NoKeyring as silent:
        return Opening(folder, State.KEYRING_SILENT, silent.message, silent.details, store=store)
    except KeyLost as lost:
        return Opening(folder, State.KEY_LOST, lost.message, store=store)
    try:
        is_upgrade = version_of(folder / DATABASE, key) != HEAD
    except CannotOpen as failure:
        return Opening(folder, failure.state, failure.message, failure.details, store=store, key=key)
    return Opening(folder, State.READY, is_upgrade=is_upgrade, store=store, key=key)


def version_of(database: Path, key: bytes) -> str:
    """The revision of a database that this program can open. Raises CannotOpen; changes no byte of the file."""
    try:
        connection = connect(database, key, "ro")
    except DatabaseError as error:
        raise damaged(error) from error
    try:
        version, program = schema_version(connection), program_version(connection)
    except DatabaseError as error:
        raise damaged(error) from error
    finally:
        connection.close()
    if version is None and not database.stat().st_size:
        raise CannotOpen(State.DAMAGED, DATABASE_DAMAGED, details="empty")
    if version is None:
        raise CannotOpen(State.FOREIGN, FOREIGN_FILE)
    if version > HEAD:
        raise CannotOpen(
            State.NEWER_VERSION,
            msg(
                "这些数据是较新的村医工作站（{theirs}，数据版本 {their_schema}）写的，本程序（{ours}，数据版本 {our_schema}）"
                "不能打开；数据没有任何改动。请先升级本程序。",
                theirs=program or "?",
                their_schema=version,
                ours=VERSION,
                our_schema=HEAD,
            ),
        )
    return version


def open_database(
    opening: Opening,
    *,
    passphrase: str | None = None,
    recovery_key: str | None = None,
    for_window: bool = True,
    clock: Callable[[], datetime] = utc_now,
    report: Report = quiet_report,
) -> Database:
    """Open what `look` found; an older version is backed up, checked and brought up to date.

    Raises CannotOpen, InUse, and what the key's keepers raise: WrongPassphrase, WrongRecoveryKey, KeyLost, NoKeyring.
    After opening by the recovery key, `Database.keep_key` gives the key a keeper again.
    """
    folder = opening.folder
    if opening.state in (State.NEW, State.MISSING, State.FOREIGN, State.UNUSABLE_FOLDER):
        raise CannotOpen(opening.state, opening.message or NOTHING_HERE, details=opening.details)
    locks = take_locks(folder, for_window=for_window)
    try:
        key = key_of(opening, passphrase, recovery_key)
        if version_of(folder / DATABASE, key) != HEAD:
            from app.services.upgrades import upgrade_database

            upgrade_database(folder, key, clock(), report=report)
        return Database(folder, key, opening.store, locks, clock)
    except BaseException:
        release(locks)
        raise


def key_of(opening: Opening, passphrase: str | None, recovery_key: str | None) -> bytes:
    """The key by whatever means is at hand."""
    keys = DeskKey(opening.folder, opening.store)
    if recovery_key is not None:
        return keys.unlock_by_recovery(recovery_key)
    if passphrase is not None:
        return keys.unlock(passphrase)
    return opening.key or keys.unlock()


def take_locks(folder: Path, *, for_window: bool) -> list[Lock]:
    """The rights of a window or of a command. Raises InUse or EnvironmentFailure."""
    try:
        locks = [lock_window(folder)] if for_window else []
        try:
            return [*locks, lock_use(folder)]
        except BaseException:
            release(locks)
            raise
    except OSError as error:
        raise unusable(folder, error) from error


def release(locks: list[Lock]) -> None:
    """Give the locks back."""
    for lock in locks:
        lock.release()


class Database:
    """The opened database of a folder, before and after somebody signs in. `close` gives the folder back."""

    def __init__(
        self, folder: Path, key: bytes, store: SecretStore, locks: list[Lock], clock: Callable[[], datetime]
    ) -> None:
        self.folder = folder
        self.clock = clock
        self._key = key
        self._keys = DeskKey(folder, store)
        self._locks = locks
        self._sessions: Sessions | None = None

    @property
    def file(self) -> Path:
        """The database file."""
        return self.folder / DATABASE

    def users(self) -> tuple[UserChoice, ...]:
        """Those who may sign in, the oldest account first. Does not import SQLAlchemy."""
        try:
            connection = connect(self.file, self._key, "ro")
            try:
                return tuple(UserChoice(*row) for row in active_users(connection))
            finally:
                connection.close()
        except DatabaseError as error:
            raise translate_database_error(error) or damaged(error) from error

    def warm_up(self) -> None:
        """Import what signing in needs (a third of a second), to be called in a thread while the PIN is typed."""
        from sqlalchemy.orm import configure_mappers

        self.place()
        configure_mappers()

    def sessions(self) -> Sessions:
        """Sessions on the database, for every desk of it."""
        from db.engine import Sessions, open_engine

        if self._sessions is None:
            engine = open_engine(self.file, self._key, "rw")
            self._sessions = Sessions(engine, file=self.file, key=self._key, translate=translate_database_error)
        return self._sessions

    def place(self) -> Place:
        """The organisation that this desk is."""
        from sqlalchemy import select

        from app.services.setup import place_of
        from db.models import Organisation

        with self.sessions().reading() as session:
            return place_of(session.scalars(select(Organisation).where(Organisation.is_self)).one())

    def sign_in(self, user_id: str, pin: str) -> Desk:
        """The desk with this user. Raises WrongPin, Locked, or UserError for an account that is not active."""
        from app.services.accounts import attempt
        from app.services.settings import Settings
        from app.services.starter_list import fill_empty_catalogue

        desk = self.desk_of(NOBODY)
        actor = attempt(desk, user_id, pin)
        fill_empty_catalogue(desk.sessions)
        with suppress(OSError):  # only the look of the next first frame depends on it
            Settings(desk).refresh_early()
        return desk.signed_in_as(actor)

    def desk_of(self, actor: Actor) -> Desk:
        """The desk in the name of `actor`, without a PIN: for commands, and for work in the background."""
        return Desk(self.folder, self.sessions(), self.place(), actor, self.clock, locks=tuple(self._locks))

    def recovery_key(self) -> str:
        """The recovery key, to be written on paper and kept away from the computer."""
        return recovery_text(self._key)

    def keeper(self) -> Keeper | None:
        """Who keeps the key: the keyring or a passphrase; None when it was opened by the recovery key alone."""
        return self._keys.keeper()

    def keep_key(self, passphrase: str | None = None) -> None:
        """Let a passphrase keep the key from now on, or the keyring when there is none. Raises NoKeyring, UserError."""
        if self._keys.keeper() is None:
            self._keys.keep(self._key, created=self.clock(), passphrase=passphrase)
        elif passphrase is None:
            self._keys.move_to_keyring(self._key)
        else:
            self._keys.move_to_passphrase(self._key, passphrase)

    def change_passphrase(self, old: str, new: str) -> None:
        """Another passphrase. Raises WrongPassphrase, UserError."""
        self._keys.change_passphrase(old, new)

    def set_pin_by_recovery(self, user_id: str, recovery_key: str, pin: str) -> None:
        """A new PIN for somebody who forgot his where nobody else can reset it. Raises WrongRecoveryKey, Refused."""
        from app.services.accounts import set_pin_as_owner

        self._keys.unlock_by_recovery(recovery_key)
        set_pin_as_owner(self.desk_of(NOBODY), user_id, pin)

    def restore(self, file: Path, report: Report = quiet_report, actor: Actor = NOBODY) -> Path | None:
        """Put a backup in the database's place; this Database is closed by it, open the folder again afterwards.

        Returns what the present database was kept as. Raises what `app.services.restoring.restore` raises.
        """
        from app.services.restoring import restore

        now = self.clock()
        if self._sessions is not None:
            self._sessions.close()
        release(self._locks)
        return restore(self.folder, self._key, file, now, report, actor)

    def close(self) -> None:
        """Close every connection and give the folder back."""
        if self._sessions is not None:
            self._sessions.close()
        release(self._locks)


def create_desk(
    folder: Path,
    answers: SetupAnswers,
    *,
    store: SecretStore | None = None,
    passphrase: str | None = None,
    clock: Callable[[], datetime] = utc_now,
    for_window: bool = True,
    confirmed: frozenset[str] = frozenset(),
) -> Desk:
    """A new desk in `folder`, with its first user signed in. Its key is kept by the keyring, or by the passphrase.

    The database is made under another name and takes its own at the end, so that a cut leaves an empty folder's state.
    Raises Refused for wrong answers, NoKeyring, UserError for too short a passphrase, CannotOpen when a desk is there.
    """
    from app.services.founding import found_desk
    from app.services.setup import check_setup

    store = store or KeyringStore()
    check_setup(answers, confirmed)
    opening = look(folder, store, for_window=for_window)
    if opening.state is not State.NEW:
        raise CannotOpen(opening.state, opening.message or DESK_IS_THERE)
    try:
        make_private_folder(folder)
        locks = take_locks(folder, for_window=for_window)
        try:
            key = new_key()
            DeskKey(folder, store).keep(key, created=clock(), passphrase=passphrase)
            actor = found_desk(folder, key, answers, clock)
            return Database(folder, key, store, locks, clock).desk_of(actor)
        except BaseException:
            release(locks)
            raise
    except OSError as error:
        raise unusable(folder, error) from error


def open_for_command(
    folder: Path | None, user: str | None = None, *, store: SecretStore | None = None
) -> Desk:
    """The desk in `folder` (None: the default one), opened without a window; use it as a context, or close it.

    The key comes from the keyring, or by the passphrase in CUNYI_PASSPHRASE or asked for at the prompt. The actor is
    the active user called `user`, else the first one. Raises EnvironmentFailure or UserError.
    """
    opening = look(folder, store, for_window=False)
    passphrase = command_passphrase() if opening.state is State.NEEDS_PASSPHRASE else None
    database = open_database(opening, passphrase=passphrase, for_window=False)
    try:
        return database.desk_of(command_actor(database.users(), user))
    except BaseException:
        database.close()
        raise


def create_for_command(folder: Path | None, answers: SetupAnswers, **options: object) -> Desk:
    """A new desk made without a window: with the passphrase in CUNYI_PASSPHRASE when it is set, else with the keyring."""
    passphrase = os.environ.get(PASSPHRASE_VARIABLE) or None
    return create_desk(folder or default_folder(), answers, passphrase=passphrase, for_window=False, **options)


def command_passphrase() -> str:
    """The passphrase from the environment or from the prompt. Raises EnvironmentFailure where nobody can be asked."""
    told = os.environ.get(PASSPHRASE_VARIABLE)
    if told:
        return told
    if sys.stdin is None or not sys.stdin.isatty():
        raise EnvironmentFailure(
            msg("这些数据由密码保护，没有打开。请把密码放进环境变量 {name}，或在终端里运行。", name=PASSPHRASE_VARIABLE)
        )
    from app.i18n import tr

    return getpass.getpass(tr("密码："))


def command_actor(users: tuple[UserChoice, ...], name: str | None) -> Actor:
    """In whose name a command works. Raises UserError for an unknown name."""
    chosen = [user for user in users if name is None or user.name == name]
    if not chosen:
        raise UserError(msg("没有叫“{name}”的用户，什么也没有做。请核对 --user。", name=name or ""))
    return Actor(chosen[0].id, chosen[0].name, chosen[0].role)


def may_write(folder: Path) -> bool:
    """Whether this user may make files in `folder`."""
    return folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def no_writing(folder: Path) -> Message:
    """What is told about a folder that cannot be used."""
    return msg(
        "数据文件夹 {folder} 不能读写，程序没有打开，也没有改动任何数据。请检查它的权限和磁盘是否写保护，或换一个文件夹。",
        folder=folder,
    )


def unusable(folder: Path, error: OSError) -> CannotOpen:
    """A folder that refuses reading or writing."""
    told = translate_disk_error(error)
    return CannotOpen(State.UNUSABLE_FOLDER, no_writing(folder), details=told.details)


def damaged(error: BaseException) -> CannotOpen:
    """A database that the right key does not open."""
    return CannotOpen(State.DAMAGED, DATABASE_DAMAGED, details=type(error).__name__)


FOREIGN_FILE = msg(
    "数据文件夹里的 cunyi.db 不是村医工作站的数据库，程序没有改动它。请把它移到别处，或从备份恢复。"
)
DATABASE_MISSING = msg(
    "数据库文件不见了，但备份还在。请从最近的备份恢复；如果文件是被移到别处的，把它放回来再打开程序。"
)
NOTHING_HERE = msg("这个文件夹里还没有数据，什么也没有改动。请先打开村医工作站建站，或用 --data 指明文件夹。")
DESK_IS_THERE = msg("这个文件夹里已经有一个站的数据，没有改动它。请直接打开，或另选一个文件夹建站。")
