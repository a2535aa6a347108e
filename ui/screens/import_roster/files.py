"""Which files the import opens and writes, and files dropped on its window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDropEvent

from app.domain.message import msg
from ui.dialogs import FileKind

ROSTERS = (FileKind(msg("表格"), ("xlsx", "csv", "xls")), FileKind(msg("所有文件"), ("*",)))
WORKBOOK = (FileKind(msg("Excel 或 WPS 表格"), ("xlsx",)),)
MAPPINGS = (FileKind(msg("对应关系"), ("json",)),)


def dropped_file(event: QDropEvent) -> Path | None:
    """The one file that is being dragged; None for anything else."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
