"""Who works in a data folder: one window at most, and commands beside it, but nobody else while a backup is restored.

The locks belong to the operating system, so they are gone with the process however it ends (also by kill -9); nothing
has to be cleaned up. Windows of another computer are not seen: a data folder does not belong on a network drive.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from app.data_folder import PRIVATE_FILE
from app.domain.message import msg
from app.errors import EnvironmentFailure

WINDOW_LOCK = "window.lock"
USE_LOCK = "use.lock"
SEATS = 64
"""How many processes can share a lock on Windows, where a lock is a byte that one of them holds."""

ALREADY_OPEN = msg(
    "村医工作站已经打开了，记录都完好。请在任务栏找到它的窗口继续使用；找不到时，注销电脑或重新启动后再打开。"
)


class InUse(EnvironmentFailure):
    """Another window or command has the folder."""


class Lock:
    """A held lock; `release` gives it back, and so does the end of the process."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def release(self) -> None:
        """Give the lock back; a second time does nothing."""
        self._stream.close()

    def __del__(self) -> None:
        self._stream.close()


def lock_window(folder: Path) -> Lock:
    """The right to show this folder in a window. Raises InUse when another window shows it."""
    return taken(folder / WINDOW_LOCK, shared=False) or refuse_window()


def lock_use(folder: Path) -> Lock:
    """The right to have the database open, shared with others. Raises InUse while a backup is being restored."""
    lock = taken(folder / USE_LOCK, shared=True)
    if lock is None:
        raise InUse(msg("正在从备份恢复数据，现在打不开。原来的记录和备份都在。请等恢复完成，再打开程序。"))
    return lock


def lock_alone(folder: Path) -> Lock:
    """The right to replace the database. Raises InUse while anybody else has it open."""
    lock = taken(folder / USE_LOCK, shared=False)
    if lock is None:
        raise InUse(
            msg("另一个村医工作站窗口或命令正在使用这些数据，所以没有恢复，什么也没有改动。请先关掉它，再恢复。")
        )
    return lock


def is_window_open(folder: Path) -> bool:
    """Whether a window shows this folder now. Changes nothing in a folder without a lock file."""
    if not (folder / WINDOW_LOCK).exists():
        return False
    lock = taken(folder / WINDOW_LOCK, shared=False)
    if lock is None:
        return True
    lock.release()
    return False


def refuse_window() -> Lock:
    """Raise the refusal of a second window."""
    raise InUse(ALREADY_OPEN)


def taken(file: Path, *, shared: bool) -> Lock | None:
    """The lock of `file`, or None when it is held by somebody else. Raises OSError when there is no writing here."""
    stream = os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, PRIVATE_FILE), "r+b", buffering=0)
    try:
        if hold(stream, shared):
            return Lock(stream)
    except OSError:
        stream.close()
        raise
    stream.close()
    return None


if os.name == "nt":
    import msvcrt

    def hold(stream: BinaryIO, shared: bool) -> bool:
        """Hold all the bytes of the lock, or one of them when it is shared."""
        wanted = [(seat, 1) for seat in range(SEATS)] if shared else [(0, SEATS)]
        for start, length in wanted:
            stream.seek(start)
            try:
                msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, length)
            except OSError:
                continue
            return True
        return False

else:
    import fcntl

    def hold(stream: BinaryIO, shared: bool) -> bool:
        """Hold the lock, at once or not at all."""
        try:
            fcntl.flock(stream, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
