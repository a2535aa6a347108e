"""The log of the window, and what the user is told when the program itself has made a mistake.

A fault is saved as a report without residents' data (see `app.logs`) and told once; while it is being told, further
ones are saved silently. The log begins when the data folder is there.
"""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from app.domain.message import msg
from app.logs import start_log, stop_log, watch_for_faults
from ui.dialogs import Dialogs, Notice, QtDialogs
from ui.shell.main_window import MainWindow


class FaultWatch(QObject):
    """Watches one window from its first frame to its end. Faults of other threads are told on the UI thread."""

    happened = Signal(object)

    def __init__(self, window: MainWindow, folder: Path, dialogs: Dialogs | None = None) -> None:
        super().__init__(window)
        self._folder = folder
        self._dialogs: Dialogs = dialogs or QtDialogs(window)
        self._log: logging.Handler | None = None
        self._is_telling = False
        self.happened.connect(self.tell, Qt.ConnectionType.QueuedConnection)
        watch_for_faults(folder, self.happened.emit)
        window.data_ready.connect(self.begin_log)
        window.closing.connect(self.end_log)
        self.begin_log()

    def begin_log(self) -> None:
        """Write the log from now on, if the folder is there and can be written; without one the desk works as well."""
        if self._log is not None or not self._folder.is_dir():
            return
        try:
            self._log = start_log(self._folder)
        except OSError:
            self._log = None

    def end_log(self) -> None:
        """Close the log's file."""
        if self._log is not None:
            stop_log(self._log)
            self._log = None

    def tell(self, report: Path | None) -> None:
        """Tell that the program has made a mistake, and where its report lies; None when it could not be saved."""
        if self._is_telling:
            return
        self._is_telling = True
        try:
            self._dialogs.tell(fault_notice(report))
        finally:
            self._is_telling = False


def fault_notice(report: Path | None) -> Notice:
    """What a fault of the program looks like to its user."""
    details = ""
    if report is not None:
        try:
            details = f"{report}\n\n{report.read_text(encoding='utf-8')}"
        except OSError:
            details = str(report)
    return Notice(
        title=msg("程序出了意外"),
        happened=msg("程序自己出了错，刚才的操作可能没有完成。"),
        safe=msg("已经保存的记录都完好，没有受影响。"),
        to_do=msg("请再做一次。如果反复出现，请把下面的详情发给维护人员；其中没有居民的信息。"),
        details=details,
        tone="red",
    )
