"""The PIN with which a user signs in: what may be one, and how it is kept (Argon2id, light: it lies in the encrypted
database, and wrong tries lock the account)."""

from __future__ import annotations

import re
from itertools import pairwise

import nacl.exceptions
import nacl.pwhash.argon2id as argon2id

from app.domain.message import Message, msg

OPERATIONS = 2
MEMORY_BYTES = 8 * 1024 * 1024
SHORTEST, LONGEST = 4, 8


def pin_problem(pin: str) -> Message | None:
    """What is wrong with a new PIN; None when it may be used."""
    if not re.fullmatch(rf"[0-9]{{{SHORTEST},{LONGEST}}}", pin):
        return msg("PIN 请填 {low} 到 {high} 位数字。", low=SHORTEST, high=LONGEST)
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        return msg("这个 PIN 太好猜（连号或重复），请换一个。")
    if is_repeated(pin):
        return msg("这个 PIN 太好猜（同样的数字重复），请换一个。")
    return None


def is_repeated(pin: str) -> bool:
    """Whether the PIN is one or two digits said again and again, such as 1212 or 474747."""
    return len(pin) % 2 == 0 and pin == pin[:2] * (len(pin) // 2)


def hash_pin(pin: str) -> str:
    """The text to keep for a PIN."""
    return argon2id.str(pin.encode(), opslimit=OPERATIONS, memlimit=MEMORY_BYTES).decode()


def is_pin(pin: str, kept: str) -> bool:
    """Whether `pin` is the one of which `kept` was made; False too for a text that no PIN makes."""
    try:
        return bool(argon2id.verify(kept.encode(), pin.encode()))
    except nacl.exceptions.CryptoError:
        return False
