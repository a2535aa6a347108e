"""Writing a file for somebody else: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from app.domain.message import msg
from app.errors import EnvironmentFailure


def write_whole(file: Path, data: bytes) -> None:
    """Write `data` to `file` through a neighbour, so that a cut leaves the old file or none."""
    partial = file.parent / f"{file.name}.part"
    try:
        with partial.open("wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
        partial.replace(file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise EnvironmentFailure(
            msg(
                "文件没有写成“{file}”，内容都还安全地保存在本机。请换一个位置，或检查U盘是否插好、是否已满。",
                file=file.name or file,
            ),
            details=str(error),
        ) from error
