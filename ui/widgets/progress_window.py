"""The window that shows a long job: its title, the step in the user's words, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QProgressBar, QWidget

from app.i18n import tr
from ui.background import Job
from ui.theme.theme import current_theme
from ui.widgets.buttons import SecondaryButton
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical


class ProgressWindow(QDialog):
    """Cancel, Escape and the window's cross mean the same: ask the job to stop, and wait until it has."""

    def __init__(self, job: Job, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._job = job
        self.setObjectName("progress_window")
        self.setWindowTitle(job.title)
        self.setAccessibleName(job.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, False)
        self.setMinimumWidth(current_theme().px(420))
        column = Vertical(self, spacing=12, margins=20)
        column.addWidget(label(job.title, "card_title", name="progress_title", wrap=True))
        self._step = label(job.sentence or tr("正在准备…"), name="progress_step", wrap=True)
        column.addWidget(self._step)
        self._bar = QProgressBar()
        self._bar.setObjectName("progress_bar")
        self._bar.setAccessibleName(job.title)
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        column.addWidget(self._bar)
        self._cancel = SecondaryButton(tr("停下"), name="progress_cancel", hint="Esc")
        self._cancel.setVisible(job.can_cancel)
        self._cancel.clicked.connect(self.reject)
        row = Horizontal()
        row.addStretch(1)
        row.addWidget(self._cancel)
        column.addLayout(row)
        job.progressed.connect(self.on_progressed)
        job.finished.connect(self.on_finished)

    def on_progressed(self, done: int, total: int, sentence: str) -> None:
        """Show a step; a total of 0 means that nobody knows how much there is."""
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        if not self._job.is_cancel_asked():
            self._step.setText(sentence)

    def on_finished(self) -> None:
        """The job is over: go away."""
        self.done(QDialog.DialogCode.Accepted)
        self.close()

    def reject(self) -> None:
        """Ask the job to stop; the window stays until it has."""
        if self._job.is_over or not self._job.can_cancel:
            return
        self._job.cancel()
        self._cancel.setEnabled(False)
        self._step.setText(tr("正在停下，请稍等。没有做完的部分不会保存。"))

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window's cross."""
        if self._job.is_over:
            super().closeEvent(event)
        else:
            event.ignore()
            self.reject()
