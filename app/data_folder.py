"""The folder that holds everything of one desk: names of its files, private modes, and writing that is all or nothing.

    cunyi.db      the encrypted database (with -wal and -shm beside it while it is open)
    desk.json     which desk this is and where its key is kept; no secret
    key.json      the key wrapped by the passphrase, where there is one
    settings.json what the window must know before the database is open
    backups/ logs/ faults/
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

DATABASE = "cunyi.db"
BACKUPS = "backups"
LOGS = "logs"
FAULTS = "faults"
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


def default_folder() -> Path:
    """Where the data of this user lies by default: XDG_DATA_HOME/cunyi, or Cunyi in LOCALAPPDATA on Windows."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Cunyi"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "cunyi"


def make_private_folder(folder: Path) -> None:
    """Make `folder` with its parents; only its owner may look into it. Raises OSError."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    if os.name == "posix":
        folder.chmod(PRIVATE_FOLDER)


def touch_private(file: Path) -> None:
    """Make an empty `file` that only its owner may read, unless it is there. SQLite keeps the mode for its log."""
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, PRIVATE_FILE))


def write_private(file: Path, content: bytes) -> None:
    """Replace `file` by `content`, wholly or not at all, also when the power fails; only its owner may read it."""
    partial = file.with_name(file.name + ".partial")
    descriptor = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(partial, file)
    sync_folder(file.parent)


def sync_file(file: Path) -> None:
    """See that the content of `file` is on the disk."""
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """See that the names in `folder` are on the disk, where the system can do that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
