"""A key wrapped by a passphrase: Argon2id, then a secret box (XSalsa20-Poly1305). The parameters are kept with it.

Used where no keyring answers. The same words typed in another width or composition open it too (NFKC).
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import nacl.exceptions
import nacl.pwhash.argon2id as argon2id
import nacl.secret
import nacl.utils

from app.data_folder import write_private
from app.domain.message import msg
from app.errors import UserError

OPERATIONS = 4
MEMORY_BYTES = 64 * 1024 * 1024
SHORTEST = 8
MOST_MEMORY = 1024 * 1024 * 1024


class WrongPassphrase(UserError):
    """The passphrase does not open the key."""

    def __init__(self) -> None:
        super().__init__(
            msg("密码不对，数据没有打开，也没有任何改动。请检查大小写和输入法，再输一次；忘记时，用恢复码打开。")
        )


class WrappedKeyUnreadable(UserError):
    """The file with the wrapped key is missing or altered; only the recovery key helps."""

    def __init__(self) -> None:
        super().__init__(
            msg("保存密码信息的文件（key.json）丢失或损坏，数据库本身没有改动。请用恢复码打开，再重新设一个密码。")
        )


def check_passphrase(passphrase: str) -> None:
    """Raise UserError for a passphrase that is too short to protect anything."""
    if len(unicodedata.normalize("NFKC", passphrase)) < SHORTEST:
        raise UserError(
            msg("密码至少要 {count} 个字，还没有保存。请用一句您记得住、别人猜不到的话。", count=SHORTEST)
        )


def wrap(key: bytes, passphrase: str, operations: int = OPERATIONS, memory: int = MEMORY_BYTES) -> dict[str, Any]:
    """The key under the passphrase, as it is written to key.json. Raises UserError for one that is too short."""
    check_passphrase(passphrase)
    salt = nacl.utils.random(argon2id.SALTBYTES)
    box = nacl.secret.SecretBox(derived(passphrase, salt, operations, memory))
    return {
        "format": 1,
        "kdf": "argon2id",
        "operations": operations,
        "memory_bytes": memory,
        "salt": salt.hex(),
        "box": bytes(box.encrypt(key)).hex(),
    }


def unwrap(wrapped: dict[str, Any], passphrase: str) -> bytes:
    """The key. Raises WrongPassphrase, or WrappedKeyUnreadable when `wrapped` is not what `wrap` made."""
    try:
        operations, memory = int(wrapped["operations"]), int(wrapped["memory_bytes"])
        salt, sealed = bytes.fromhex(wrapped["salt"]), bytes.fromhex(wrapped["box"])
        if wrapped["kdf"] != "argon2id" or memory > MOST_MEMORY:
            raise WrappedKeyUnreadable
        box = nacl.secret.SecretBox(derived(passphrase, salt, operations, memory))
    except (KeyError, TypeError, ValueError, nacl.exceptions.ValueError) as error:
        raise WrappedKeyUnreadable from error
    try:
        return box.decrypt(sealed)
    except nacl.exceptions.CryptoError as error:
        raise WrongPassphrase from error


def derived(passphrase: str, salt: bytes, operations: int, memory: int) -> bytes:
    """The 32 bytes that Argon2id makes of the passphrase."""
    words = unicodedata.normalize("NFKC", passphrase).encode()
    return argon2id.kdf(nacl.secret.SecretBox.KEY_SIZE, words, salt, opslimit=operations, memlimit=memory)


def write_wrapped(file: Path, wrapped: dict[str, Any]) -> None:
    """Write key.json, wholly or not at all."""
    write_private(file, json.dumps(wrapped, indent=1).encode())


def read_wrapped(file: Path) -> dict[str, Any]:
    """What key.json holds. Raises WrappedKeyUnreadable."""
    try:
        wrapped = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WrappedKeyUnreadable from error
    if not isinstance(wrapped, dict):
        raise WrappedKeyUnreadable
    return wrapped
