"""Long work off the UI thread: started here, reported by signals, cancelled politely.

The work is a plain function `work(report, cancelled)` of `app`: it calls `report(done, total, sentence)` at steps,
asks `cancelled()` at safe points, and returns a value or raises. It stops by raising `app.errors.Cancelled` after
rolling back. It imports no Qt and touches no widget.

The database has one worker thread, so that two jobs never write at once; everything else (network, printing) shares
a small pool. Outcome and progress come back on the UI thread, each exactly once; an error that nobody handles is
raised there, so that it reaches the program's fault report. Closing asks running work to stop and waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any, Literal, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.domain.message import Message
from app.errors import Cancelled
from app.i18n import tr

Report = Callable[[int, int, "Message | str"], None]
IsCancelled = Callable[[], bool]
Work = Callable[[Report, IsCancelled], Any]
Pool = Literal["database", "network"]

PROGRESS_AFTER_MS = 500
NETWORK_THREADS = 4


class _FromWorker(QObject):
    """Carries what happens in the worker thread over to the UI thread, apart from the work itself."""

    progressed = Signal(int, int, object)
    ended = Signal(object)


class Job(QObject):
    """One piece of work under way. All signals come on the UI thread.

    Exactly one of `succeeded(value)`, `failed(exception)`, `cancelled()` is emitted, then `finished()`.
    """

    progressed = Signal(int, int, str)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    finished = Signal()

    def __init__(self, title: str = "", *, can_cancel: bool = True, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.can_cancel = can_cancel
        self.is_over = False
        self.sentence = ""
        self._stop = Event()
        self._handles_errors = False

    def cancel(self) -> None:
        """Ask the work to stop at its next safe point; may be called more than once."""
        if self.can_cancel:
            self._stop.set()

    def is_cancel_asked(self) -> bool:
        """Whether `cancel` was called; this is what the work asks, from its own thread."""
        return self._stop.is_set()

    def follow(
        self, *, on_done: Callable[[Any], None] | None = None,
        on_error: Callable[[BaseException], None] | None = None, on_cancelled: Callable[[], None] | None = None,
    ) -> Job:
        """Connect what shall happen with the outcome. Without `on_error` an exception is raised on the UI thread."""
        if on_done is not None:
            self.succeeded.connect(on_done)
        if on_error is not None:
            self._handles_errors = True
            self.failed.connect(on_error)
        if on_cancelled is not None:
            self.cancelled.connect(on_cancelled)
        return self

    def on_progressed(self, done: int, total: int, sentence: Message | str) -> None:
        """A step was reported; the sentence is put into the user's language here."""
        if self.is_over:
            return
        self.sentence = tr(sentence)
        self.progressed.emit(done, total, self.sentence)

    def on_ended(self, future: Future[Any]) -> None:
        """The work is over: tell the outcome once."""
        if self.is_over:
            return
        self.is_over = True
        error = future.exception()
        if error is None:
            self.succeeded.emit(future.result())
        elif isinstance(error, Cancelled):
            self.cancelled.emit()
        else:
            self.failed.emit(error)
        self.finished.emit()
        if error is not None and not isinstance(error, Cancelled) and not self._handles_errors:
            raise error


class Runner(Protocol):
    """Runs work; screens get one and do not ask which."""

    def run(
        self, work: Work, *, on_done: Callable[[Any], None] | None = None,
        on_error: Callable[[BaseException], None] | None = None, on_cancelled: Callable[[], None] | None = None,
        title: str = "", pool: Pool = "database", can_cancel: bool = True,
    ) -> Job:
        """Start `work`. With a `title` a progress window appears after half a second."""
        ...


class BackgroundRunner(QObject):
    """The real runner. Make one per program, on the UI thread; call `close` before leaving.

    `window` is what progress windows belong to. `stopped(title)` tells that a job was cancelled and changed nothing.
    """

    stopped = Signal(str)

    def __init__(self, window: QWidget | None = None) -> None:
        super().__init__(window)
        self._window = window
        self._jobs: set[Job] = set()
        self._pools = {
            "database": ThreadPoolExecutor(max_workers=1, thread_name_prefix="database"),
            "network": ThreadPoolExecutor(max_workers=NETWORK_THREADS, thread_name_prefix="network"),
        }

    def run(
        self, work: Work, *, on_done: Callable[[Any], None] | None = None,
        on_error: Callable[[BaseException], None] | None = None, on_cancelled: Callable[[], None] | None = None,
        title: str = "", pool: Pool = "database", can_cancel: bool = True,
    ) -> Job:
        """Start `work` in its thread. With a `title` a progress window appears after half a second."""
        job = Job(title, can_cancel=can_cancel, parent=self)
        job.follow(on_done=on_done, on_error=on_error, on_cancelled=on_cancelled)
        carrier = _FromWorker(job)
        carrier.progressed.connect(job.on_progressed, Qt.ConnectionType.QueuedConnection)
        carrier.ended.connect(job.on_ended, Qt.ConnectionType.QueuedConnection)
        job.finished.connect(self._on_finished)
        job.cancelled.connect(self._on_cancelled)
        self._jobs.add(job)
        if title and self._window is not None:
            QTimer.singleShot(PROGRESS_AFTER_MS, job, lambda: self._show_progress(job))
        future = self._pools[pool].submit(work, carrier.progressed.emit, job.is_cancel_asked)
        future.add_done_callback(carrier.ended.emit)
        return job

    def is_busy(self) -> bool:
        """Whether any work is under way."""
        return bool(self._jobs)

    def close(self) -> None:
        """Ask all work to stop and wait until it has. Outcomes that come after this are not told."""
        for job in self._jobs:
            job.is_over = True
            job.cancel()
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)
        self._jobs.clear()

    def _on_finished(self) -> None:
        job = self.sender()
        self._jobs.discard(job)
        job.deleteLater()

    def _on_cancelled(self) -> None:
        self.stopped.emit(self.sender().title)

    def _show_progress(self, job: Job) -> None:
        from ui.widgets.progress_window import ProgressWindow

        if not job.is_over:
            ProgressWindow(job, self._window).open()


class ImmediateRunner:
    """Does the work before `run` returns: for tests and the tour. Progress is told before the outcome."""

    def run(
        self, work: Work, *, on_done: Callable[[Any], None] | None = None,
        on_error: Callable[[BaseException], None] | None = None, on_cancelled: Callable[[], None] | None = None,
        title: str = "", pool: Pool = "database", can_cancel: bool = True,
    ) -> Job:
        """Do `work` now."""
        job = Job(title, can_cancel=can_cancel)
        job.follow(on_done=on_done, on_error=on_error, on_cancelled=on_cancelled)
        steps: list[tuple[int, int, Message | str]] = []
        with ThreadPoolExecutor(max_workers=1) as worker:
            future = worker.submit(work, lambda *step: steps.append(step), job.is_cancel_asked)
        for step in steps:
            job.on_progressed(*step)
        job.on_ended(future)
        return job
