"""The key of a desk's database: 256 random bits, and where they are kept.

The key itself never changes and is never written down here; what changes is its keeper. Either the keyring of the
operating system holds it, or key.json holds it wrapped by a passphrase. desk.json says which, and holds no secret: an
id, and a check value by which a wrong key is told from a damaged database. The recovery key is the key itself, in
groups to be written on paper; it opens the database and every backup, on any computer.

Moving from one keeper to the other writes the new place first, then desk.json, then clears the old place, so that a cut
in between never loses the key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from app.data_folder import write_private
from app.domain.message import msg
from app.errors import EnvironmentFailure, UserError
from app.security.passphrase import WrongPassphrase, read_wrapped, unwrap, wrap, write_wrapped
from app.security.secret_store import NoKeyring, SecretStore
from db.cipher import KEY_BYTES

DESK_FILE = "desk.json"
KEY_FILE = "key.json"
GROUP = 4


class Keeper(StrEnum):
    """Who keeps the key."""

    KEYRING = "keyring"
    PASSPHRASE = "passphrase"


class KeyLost(EnvironmentFailure):
    """The key is not where desk.json says; only the recovery key helps."""

    def __init__(self) -> None:
        super().__init__(
            msg("找不到打开数据的密钥，数据没有打开，也没有任何改动。请用抄写下来的恢复码打开；恢复码在建站时给过您。")
        )


class WrongRecoveryKey(UserError):
    """What was typed is not the recovery key of this desk."""

    def __init__(self) -> None:
        super().__init__(
            msg("恢复码不对，数据没有打开，也没有任何改动。请对照纸上的恢复码，一组一组再核对一遍。")
        )


@dataclass(frozen=True)
class DeskFile:
    """What desk.json says. `check` tells a wrong key; it does not tell the key."""

    id: str
    created: str
    keeper: Keeper
    check: str


def new_key() -> bytes:
    """A random database key."""
    return secrets.token_bytes(KEY_BYTES)


def check_value(key: bytes) -> str:
    """Eight hex digits by which a wrong key is told; they tell nothing of a random key."""
    return hmac.new(key, b"cunyi key check", hashlib.sha256).hexdigest()[:8]


def recovery_text(key: bytes) -> str:
    """The key as 17 groups of four hex digits to be written on paper; the last group finds slips of the pen."""
    digits = key.hex() + paper_check(key)
    return " ".join(digits[start : start + GROUP] for start in range(0, len(digits), GROUP)).upper()


def read_recovery_text(text: str) -> bytes:
    """The key that `recovery_text` was made of, whatever spaces, width or case it is typed in.

    Raises WrongRecoveryKey when the check group does not fit the others.
    """
    plain = unicodedata.normalize("NFKC", text).lower().replace("o", "0").replace("l", "1").replace("i", "1")
    digits = re.sub(r"[\s\-_.,:;·]+", "", plain)
    if not re.fullmatch(rf"[0-9a-f]{{{2 * KEY_BYTES + GROUP}}}", digits):
        raise WrongRecoveryKey
    key = bytes.fromhex(digits[: 2 * KEY_BYTES])
    if digits[2 * KEY_BYTES :] != paper_check(key):
        raise WrongRecoveryKey
    return key


def paper_check(key: bytes) -> str:
    """The check group of the recovery key."""
    return hashlib.sha256(key).hexdigest()[:GROUP]


def read_desk_file(folder: Path) -> DeskFile | None:
    """What desk.json in `folder` says; None when it is missing or cannot be read."""
    try:
        told = json.loads((folder / DESK_FILE).read_text(encoding="utf-8"))
        return DeskFile(str(told["id"]), str(told["created"]), Keeper(told["key"]), str(told["check"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_desk_file(folder: Path, desk_file: DeskFile) -> None:
    """Write desk.json, wholly or not at all."""
    told = {
        "format": 1,
        "id": desk_file.id,
        "created": desk_file.created,
        "key": desk_file.keeper.value,
        "check": desk_file.check,
    }
    write_private(folder / DESK_FILE, json.dumps(told, indent=1).encode())


class DeskKey:
    """The key of the desk in `folder`, and its keeper. It holds the key only as long as the caller does."""

    def __init__(self, folder: Path, store: SecretStore) -> None:
        self._folder = folder
        self._store = store

    def keeper(self) -> Keeper | None:
        """Who keeps the key; None when desk.json is missing or unreadable."""
        desk_file = read_desk_file(self._folder)
        return None if desk_file is None else desk_file.keeper

    def keep(self, key: bytes, *, created: datetime, passphrase: str | None = None, id: str | None = None) -> None:
        """Make a keeper for a key that has none here: the passphrase when there is one, else the keyring.

        Raises NoKeyring, UserError for too short a passphrase, OSError.
        """
        keeper = Keeper.KEYRING if passphrase is None else Keeper.PASSPHRASE
        made = DeskFile(id or secrets.token_hex(8), created.isoformat(), keeper, check_value(key))
        if passphrase is None:
            self._store.set(made.id, key.hex())
        else:
            write_wrapped(self._folder / KEY_FILE, wrap(key, passphrase))
        write_desk_file(self._folder, made)

    def unlock(self, passphrase: str | None = None) -> bytes:
        """The key from its keeper. Raises KeyLost, NoKeyring, WrongPassphrase, WrappedKeyUnreadable."""
        desk_file = read_desk_file(self._folder)
        if desk_file is None:
            raise KeyLost
        if desk_file.keeper is Keeper.PASSPHRASE:
            if passphrase is None:
                raise WrongPassphrase
            key = unwrap(read_wrapped(self._folder / KEY_FILE), passphrase)
        else:
            key = self._from_store(desk_file.id)
        if not hmac.compare_digest(check_value(key), desk_file.check):
            raise KeyLost
        return key

    def unlock_by_recovery(self, text: str) -> bytes:
        """The key from paper. Raises WrongRecoveryKey, also for the recovery key of another desk."""
        key = read_recovery_text(text)
        desk_file = read_desk_file(self._folder)
        if desk_file is not None and not hmac.compare_digest(check_value(key), desk_file.check):
            raise WrongRecoveryKey
        return key

    def change_passphrase(self, old: str, new: str) -> None:
        """Another passphrase for the same key. Raises WrongPassphrase; UserError when the new one is too short."""
        file = self._folder / KEY_FILE
        write_wrapped(file, wrap(unwrap(read_wrapped(file), old), new))

    def move_to_passphrase(self, key: bytes, passphrase: str) -> None:
        """Let a passphrase keep the key, and forget it in the keyring, unless that does not answer just now."""
        desk_file = self._told()
        write_wrapped(self._folder / KEY_FILE, wrap(key, passphrase))
        self._rewrite(desk_file, Keeper.PASSPHRASE)
        if desk_file.keeper is Keeper.KEYRING:
            with suppress(NoKeyring):
                self._store.delete(desk_file.id)

    def move_to_keyring(self, key: bytes) -> None:
        """Let the keyring keep the key, and remove the wrapped one. Raises NoKeyring, and then nothing has changed."""
        desk_file = self._told()
        self._store.set(desk_file.id, key.hex())
        self._rewrite(desk_file, Keeper.KEYRING)
        (self._folder / KEY_FILE).unlink(missing_ok=True)

    def _told(self) -> DeskFile:
        desk_file = read_desk_file(self._folder)
        if desk_file is None:
            raise KeyLost
        return desk_file

    def _rewrite(self, desk_file: DeskFile, keeper: Keeper) -> None:
        write_desk_file(self._folder, DeskFile(desk_file.id, desk_file.created, keeper, desk_file.check))

    def _from_store(self, id: str) -> bytes:
        kept = self._store.get(id)
        if kept is None or not re.fullmatch(rf"[0-9a-f]{{{2 * KEY_BYTES}}}", kept):
            raise KeyLost
        return bytes.fromhex(kept)
