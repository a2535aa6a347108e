"""Work in the background: outcomes on the UI thread, each once; progress, cancelling, closing."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QLabel, QProgressBar, QWidget

from app.domain.message import msg
from app.errors import Cancelled, UserError
from tests.ui.hands import click, control
from ui.background import BackgroundRunner, ImmediateRunner
from ui.widgets.buttons import Button
from ui.widgets.progress_window import ProgressWindow


@pytest.fixture
def runner(qtbot):
    made = BackgroundRunner()
    yield made
    made.close()


@pytest.fixture
def outcomes():
    return []


def follow(outcomes):
    return {
        "on_done": lambda value: outcomes.append(("done", value, on_ui_thread())),
        "on_error": lambda error: outcomes.append(("error", error, on_ui_thread())),
        "on_cancelled": lambda: outcomes.append(("cancelled", None, on_ui_thread())),
    }


def on_ui_thread():
    return threading.current_thread() is threading.main_thread() and QThread.isMainThread()


def refuse(report, cancelled):
    raise UserError(msg("文件是空的。"))


def until_cancelled(started):
    def work(report, cancelled):
        started.set()
        while not cancelled():
            threading.Event().wait(0.001)
        raise Cancelled

    return work


def test_the_work_runs_elsewhere_and_its_value_comes_back_here(qtbot, runner, outcomes):
    job = runner.run(lambda report, cancelled: threading.current_thread().name, **follow(outcomes))
    with qtbot.waitSignal(job.finished):
        pass
    [(kind, name, here)] = outcomes
    assert (kind, here) == ("done", True)
    assert name.startswith("database")


def test_an_error_comes_back_once(qtbot, runner, outcomes):
    with qtbot.waitSignal(runner.run(refuse, **follow(outcomes)).finished):
        pass
    [(kind, error, here)] = outcomes
    assert (kind, str(error), here) == ("error", "文件是空的。", True)


def test_an_error_that_nobody_handles_is_raised_on_the_ui_thread(qtbot, runner):
    with qtbot.captureExceptions() as raised:
        job = runner.run(refuse)
        qtbot.waitUntil(lambda: bool(raised))
    assert job.is_over
    assert [kind for kind, _, _ in raised] == [UserError]


def test_cancelled_work_is_told_as_such_and_is_no_error(qtbot, runner, outcomes):
    started = threading.Event()
    job = runner.run(until_cancelled(started), title="导入", **follow(outcomes))
    with qtbot.waitSignals([runner.stopped, job.finished]):
        job.cancel()
        job.cancel()
    assert outcomes == [("cancelled", None, True)]


def test_work_that_finishes_although_cancelling_was_asked_is_done(qtbot, runner, outcomes):
    go = threading.Event()
    job = runner.run(lambda report, cancelled: go.wait(5), **follow(outcomes))
    job.cancel()
    with qtbot.waitSignal(job.finished):
        go.set()
    assert outcomes == [("done", True, True)]


def test_work_that_cannot_be_cancelled_goes_on(qtbot, runner, outcomes):
    go = threading.Event()

    def work(report, cancelled):
        go.wait(5)
        return cancelled()

    job = runner.run(work, can_cancel=False, **follow(outcomes))
    job.cancel()
    with qtbot.waitSignal(job.finished):
        go.set()
    assert outcomes == [("done", False, True)]


def test_steps_are_reported_in_order_before_the_outcome(qtbot, runner, outcomes):
    def work(report, cancelled):
        for number in (1, 2, 3):
            report(number, 3, msg("第 {number} 行", number=number))

    job = runner.run(work, **follow(outcomes))
    job.progressed.connect(lambda *step: outcomes.append(step))
    with qtbot.waitSignal(job.finished):
        pass
    assert outcomes == [(1, 3, "第 1 行"), (2, 3, "第 2 行"), (3, 3, "第 3 行"), ("done", None, True)]


def test_two_jobs_for_the_database_never_run_at_once(qtbot, runner):
    at_work, most = [], []

    def work(report, cancelled):
        at_work.append(1)
        most.append(len(at_work))
        threading.Event().wait(0.01)
        at_work.pop()

    jobs = [runner.run(work) for _ in range(4)]
    assert runner.is_busy()
    with qtbot.waitSignals([job.finished for job in jobs]):
        pass
    assert most == [1, 1, 1, 1]
    assert not runner.is_busy()


def test_the_network_does_not_wait_for_the_database(qtbot, runner, outcomes):
    started = threading.Event()
    slow = runner.run(until_cancelled(started))
    with qtbot.waitSignal(runner.run(lambda report, cancelled: "sent", pool="network", **follow(outcomes)).finished):
        pass
    assert outcomes == [("done", "sent", True)]
    with qtbot.waitSignal(slow.finished):
        slow.cancel()


def test_closing_asks_the_work_to_stop_and_waits(qtbot, outcomes):
    runner = BackgroundRunner()
    started = threading.Event()
    runner.run(until_cancelled(started), **follow(outcomes))
    assert started.wait(5)
    runner.close()
    assert not any(thread.name.startswith("database") for thread in threading.enumerate())
    qtbot.wait(10)
    assert outcomes == []


def test_a_progress_window_appears_for_long_work_only(qtbot, outcomes):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    runner = BackgroundRunner(window)
    started = threading.Event()
    job = runner.run(until_cancelled(started), title="正在导入", **follow(outcomes))
    assert window.findChild(ProgressWindow) is None
    qtbot.waitUntil(lambda: window.findChild(ProgressWindow) is not None)
    shown = window.findChild(ProgressWindow)
    assert control(shown, QLabel, "progress_title").text() == "正在导入"
    click(control(shown, Button, "progress_cancel"))
    qtbot.waitUntil(lambda: outcomes == [("cancelled", None, True)])
    qtbot.waitUntil(lambda: window.findChild(ProgressWindow) is None)
    assert job.is_over
    runner.close()


def test_the_progress_window_names_the_step_and_waits_for_the_work_to_stop(qtbot, runner):
    started = threading.Event()
    job = runner.run(until_cancelled(started), title="正在导入")
    window = ProgressWindow(job, None)
    window.show()
    job.on_progressed(30, 100, "第 30 行，共 100 行")
    assert control(window, QLabel, "progress_step").text() == "第 30 行，共 100 行"
    assert control(window, QProgressBar, "progress_bar").value() == 30
    window.reject()
    assert window.isVisible()
    assert job.is_cancel_asked()
    job.on_progressed(31, 100, "第 31 行，共 100 行")
    assert "正在停下" in control(window, QLabel, "progress_step").text()
    with qtbot.waitSignal(window.destroyed):
        pass


def test_the_immediate_runner_is_done_when_it_returns(qtbot, outcomes):
    runner = ImmediateRunner()
    runner.run(lambda report, cancelled: 7, **follow(outcomes))
    runner.run(refuse, **follow(outcomes))

    def stopped(report, cancelled):
        raise Cancelled

    runner.run(stopped, **follow(outcomes))
    assert [kind for kind, _, _ in outcomes] == ["done", "error", "cancelled"]


def test_the_immediate_runner_raises_an_error_that_nobody_handles(qtbot):
    with pytest.raises(UserError):
        ImmediateRunner().run(refuse)
