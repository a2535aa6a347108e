"""What the database and the disk say, turned into what a doctor is told: what happened, what is safe, what to do.

Only what is named here is translated. Anything else is a fault of the program and goes up as it is.
"""

from __future__ import annotations

import errno

from app.domain.message import Message, msg
from app.errors import CunyiError, EnvironmentFailure

# SQLite's primary result codes: the low byte of sqlite_errorcode.
BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB = 5, 6, 8, 10, 11, 13, 14, 26

DISK_FULL = msg(
    "磁盘已满，刚才的内容还没有保存；以前保存的记录都完好。请删掉一些不用的文件或清空回收站，再保存一次。"
)
BUSY_ELSEWHERE = msg(
    "刚才的内容还没有保存，您填写的都还在。另一个窗口或程序正在保存，请稍等几秒，再保存一次。"
)
READ_ONLY = msg(
    "数据文件夹不让写入，刚才的内容没有保存；以前保存的记录都完好。请检查磁盘是否写保护、文件夹是否只读，再试一次。"
)
DISK_FAILED = msg(
    "读写磁盘时出错，刚才的内容没有保存。请先检查磁盘或 U 盘是否插好、是否已满，再试一次；如果反复出现，请从备份恢复。"
)
DATABASE_DAMAGED = msg(
    "数据库文件损坏，有些记录读不出来；程序没有改动它，已有的备份不受影响。请停止录入，关闭程序后从最近的备份恢复。"
)
CANNOT_OPEN = msg(
    "打不开数据库文件，其中的记录没有被改动。请检查数据文件夹还在不在、有没有权限读写，再打开程序。"
)

DATABASE_SENTENCES: dict[int, Message] = {
    BUSY: BUSY_ELSEWHERE,
    LOCKED: BUSY_ELSEWHERE,
    READONLY: READ_ONLY,
    IOERR: DISK_FAILED,
    CORRUPT: DATABASE_DAMAGED,
    FULL: DISK_FULL,
    CANTOPEN: CANNOT_OPEN,
    NOTADB: DATABASE_DAMAGED,
}
DISK_SENTENCES: dict[int, Message] = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EFBIG: DISK_FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
    errno.EIO: DISK_FAILED,
}


def database_code(exception: BaseException) -> int | None:
    """SQLite's primary result code in a driver's exception, or in one of SQLAlchemy's around it; None without one."""
    driver = getattr(exception, "orig", None) or exception
    code = getattr(driver, "sqlite_errorcode", None)
    if code is not None:
        return int(code) & 0xFF
    # A wrong key and a damaged first page come without a code.
    return NOTADB if "file is not a database" in str(driver) else None


def translate_database_error(exception: BaseException) -> CunyiError | None:
    """The failure to tell the user about, or None when this is none of the surroundings'."""
    code = database_code(exception)
    if code in DATABASE_SENTENCES:
        return EnvironmentFailure(DATABASE_SENTENCES[code], details=f"SQLite {code}")
    return translate_disk_error(exception) if isinstance(exception, OSError) else None


def translate_disk_error(error: OSError) -> EnvironmentFailure:
    """The failure to tell the user about when a file could not be read or written."""
    sentence = DISK_SENTENCES.get(error.errno or 0, DISK_FAILED)
    return EnvironmentFailure(sentence, details=errno.errorcode.get(error.errno or 0, type(error).__name__))
