"""What happens when the program itself makes a mistake while its window is open."""

from __future__ import annotations

import sys
import threading

import pytest

from app.data_folder import FAULTS, LOGS
from app.logs import event
from ui.faults import FaultWatch, fault_notice
from ui.shell.main_window import MainWindow

SECRET = "李桂兰"


@pytest.fixture
def hooks(monkeypatch):
    """The hooks are put back after the test."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)


@pytest.fixture
def watch(qtbot, dialogs, tmp_path, hooks):
    window = MainWindow()
    qtbot.addWidget(window)
    made = FaultWatch(window, tmp_path, dialogs)
    yield made
    made.end_log()
    window.close()


def raised():
    try:
        raise LookupError(SECRET)
    except LookupError as fault:
        return fault


def happen(fault):
    sys.excepthook(type(fault), fault, fault.__traceback__)


def test_a_fault_is_told_in_three_answers_with_its_report(watch, dialogs, qtbot, tmp_path):
    happen(raised())
    qtbot.waitUntil(lambda: len(dialogs.told) == 1)
    [notice] = dialogs.told
    assert all((notice.happened, notice.safe, notice.to_do))
    [report] = (tmp_path / FAULTS).iterdir()
    assert str(report) in notice.details
    assert "LookupError" in notice.details
    assert SECRET not in dialogs.last_told() + notice.details


def test_a_fault_of_another_thread_is_told_on_the_ui_thread(watch, dialogs, qtbot):
    told_on, tell = [], dialogs.tell

    def telling(notice):
        told_on.append(threading.current_thread())
        tell(notice)

    def work():
        raise LookupError(SECRET)

    dialogs.tell = telling

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(dialogs.told) == 1)
    assert told_on == [threading.main_thread()]


def test_faults_while_one_is_told_are_saved_but_not_told(watch, dialogs, qtbot, tmp_path):
    tell = dialogs.tell

    def telling(notice):
        watch.tell(None)
        tell(notice)

    dialogs.tell = telling
    watch.tell(None)
    assert len(dialogs.told) == 1
    watch.tell(None)
    assert len(dialogs.told) == 2


def test_the_log_begins_when_the_folder_is_there(qtbot, dialogs, tmp_path, hooks):
    folder = tmp_path / "later"
    window = MainWindow()
    qtbot.addWidget(window)
    watch = FaultWatch(window, folder, dialogs)
    assert not folder.exists()
    folder.mkdir()
    window.data_ready.emit()
    event("opened", screens=3)
    watch.end_log()
    [log] = (folder / LOGS).iterdir()
    assert "opened screens=3" in log.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_does_not_stop_the_window(qtbot, dialogs, tmp_path, hooks):
    (tmp_path / LOGS).write_text("in the way", encoding="utf-8")
    window = MainWindow()
    qtbot.addWidget(window)
    FaultWatch(window, tmp_path, dialogs)
    window.data_ready.emit()
    assert (tmp_path / LOGS).is_file()


def test_a_report_that_could_not_be_saved_is_told_without_details(tmp_path):
    assert fault_notice(None).details == ""
    assert fault_notice(tmp_path / "gone.txt").details == str(tmp_path / "gone.txt")
