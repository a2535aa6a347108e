"""The log of a desk and its fault reports, which cannot hold residents' data, whatever is handed to them.

The log keeps events by name with numbers and ids: `event("backup_made", kind=kind, pages=120)`. Text is replaced
by its length. Of any other logger's record only its level, its logger and its place in the code are
kept, never its words: a library's sentence may quote a name. Of an exception only its types and the places in the code,
never its message and never the value of a variable.
"""

from __future__ import annotations

import linecache
import logging
import platform
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from enum import Enum
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from app.data_folder import FAULTS, LOGS, make_private_folder, touch_private, write_private
from app.version import VERSION

LOG_FILE = "cunyi.log"
LOG_BYTES = 512 * 1024
OLD_LOGS = 3
FAULTS_KEPT = 20
ROOT = Path(__file__).resolve().parent.parent

logger = logging.getLogger("cunyi")

# Names of events and loggers come from the program's text, so they may be words; values may not, for a name in pinyin
# is a word too. Of numbers only those too small to be a telephone or an identity number.
WORD = re.compile(r"[A-Za-z][A-Za-z_.]{0,60}")
ROW_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
LARGEST_NUMBER = 10**9


def event(name: str, *, level: int = logging.INFO, **values: object) -> None:
    """Log that something happened: `name` is a word of the program; values may be numbers, truth, enums and row ids."""
    told = {"event": name, "values": values}
    logger.log(level, "%s", name, extra={"cunyi_event": told})


def fault_event(name: str, fault: BaseException, **values: object) -> None:
    """Log a failure: its types and its place in the code."""
    told = {"event": name, "values": values}
    logger.error("%s", name, exc_info=(type(fault), fault, fault.__traceback__), extra={"cunyi_event": told})


def start_log(folder: Path) -> logging.Handler:
    """Write the log of the data folder from now on; returns the handler, for `stop_log`. Raises OSError."""
    make_private_folder(folder / LOGS)
    file = folder / LOGS / LOG_FILE
    touch_private(file)
    handler = LogFile(file, maxBytes=LOG_BYTES, backupCount=OLD_LOGS, encoding="utf-8", delay=True)
    handler.setFormatter(DiscreetFormatter())
    handler.setLevel(logging.INFO)
    root = logging.getLogger()
    root.addHandler(handler)
    logger.setLevel(logging.INFO)
    return handler


def stop_log(handler: logging.Handler) -> None:
    """Stop writing the log."""
    logging.getLogger().removeHandler(handler)
    with suppress(OSError):  # the last lines, on a disk that is full or gone
        handler.close()


class LogFile(RotatingFileHandler):
    """The log's file; a line that cannot be written, as on a full disk, is left out."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Say nothing: the logging module would print the exception with its message, which may hold a name."""


class DiscreetFormatter(logging.Formatter):
    """One line for a record; nothing of it that could be a resident's."""

    def format(self, record: logging.LogRecord) -> str:
        """The time, the level, and either our event or where in the code somebody else spoke."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = getattr(record, "cunyi_event", None)
        if isinstance(told, dict):
            values = " ".join(f"{word(key)}={discreet(value)}" for key, value in told["values"].items())
            line = f"{moment} {record.levelname} {word(told['event'])} {values}".rstrip()
        else:
            line = f"{moment} {record.levelname} {word(record.name)} {Path(record.pathname).name}:{record.lineno}"
        fault = record.exc_info[1] if record.exc_info else None
        return line if fault is None else "\n".join([line, *(f"    {each}" for each in trace(fault))])


def word(text: object) -> str:
    """A name from the program's text."""
    return str(text) if WORD.fullmatch(str(text)) else "<name>"


def discreet(value: object) -> str:
    """A value as a log may hold it: numbers of ordinary size, truth, enums, ids of rows; else its length."""
    if isinstance(value, Enum):
        return value.name.lower()
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return str(value) if abs(value) < LARGEST_NUMBER else "<number>"
    text = str(value)
    if ROW_ID.fullmatch(text):
        return text
    return f"<{type(value).__name__} {len(text)}>"


def trace(fault: BaseException) -> Iterator[str]:
    """The types and places of an exception and of those behind it, the first cause first; no message, no value."""
    behind = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    if behind is not None:
        yield from trace(behind)
        yield "then"
    yield f"{type(fault).__module__}.{type(fault).__qualname__}"
    yield from places(fault.__traceback__)


def places(traceback: TracebackType | None) -> Iterator[str]:
    """File, line, function and the line of the program's text, for each step of a traceback."""
    while traceback is not None:
        code, line = traceback.tb_frame.f_code, traceback.tb_lineno
        text = linecache.getline(code.co_filename, line).strip()
        yield f"{place_name(code.co_filename)}:{line} {code.co_name}: {text}"
        traceback = traceback.tb_next


def place_name(filename: str) -> str:
    """A file's name below the program, or its last parts; never the path of somebody's home."""
    file = Path(filename)
    return str(file.relative_to(ROOT)) if file.is_relative_to(ROOT) else "/".join(file.parts[-2:])


def save_fault_report(folder: Path, fault: BaseException, now: datetime) -> Path:
    """Save what a developer needs to find a fault of the program; returns the file. Raises OSError.

    The oldest reports go when there are more than twenty.
    """
    make_private_folder(folder / FAULTS)
    file = folder / FAULTS / f"fault-{now.astimezone(UTC):%Y%m%dT%H%M%S%f}.txt"
    head = [
        f"Cunyi {VERSION}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        now.astimezone(UTC).isoformat(timespec="seconds"),
        "",
    ]
    write_private(file, ("\n".join([*head, *trace(fault)]) + "\n").encode())
    for old in sorted((folder / FAULTS).glob("fault-*.txt"))[:-FAULTS_KEPT]:
        old.unlink(missing_ok=True)
    return file


def watch_for_faults(folder: Path, then: Callable[[Path | None], None] | None = None) -> None:
    """Save a report of every exception that nobody caught, on any thread, and show it without its message.

    `then` is called, on the thread of the fault, with the report's file, or None when it could not be saved.
    """

    def report(fault: BaseException | None) -> None:
        if fault is None or isinstance(fault, KeyboardInterrupt):
            return
        fault_event("fault", fault)
        sys.stderr.write("\n".join(trace(fault)) + "\n")
        try:
            saved = save_fault_report(folder, fault, datetime.now(UTC))
        except OSError:
            saved = None
        if then is not None:
            then(saved)

    sys.excepthook = lambda _type, fault, _traceback: report(fault)
    threading.excepthook = lambda args: report(args.exc_value)
