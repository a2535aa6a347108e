"""The log and the fault reports hold events, numbers, ids and places in the code, and nothing of a resident."""

from __future__ import annotations

import errno
import io
import logging
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.logs import event, fault_event, save_fault_report, start_log, stop_log
from app.services.backups import BackupKind
from app.version import VERSION
from db.models import new_id

ROOT = Path(__file__).resolve().parents[2]
NAME, ID_NUMBER, PINYIN, PHONE = "张桂兰", "411624195203124526", "zhangguilan", "13839401234"
SECRETS = (NAME, ID_NUMBER, PINYIN, PHONE, "4526", "1952-03-12")
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture
def log(tmp_path):
    handler = start_log(tmp_path)
    yield tmp_path / "logs" / "cunyi.log"
    stop_log(handler)


def failing():
    resident = {"name": NAME, "id_number": ID_NUMBER}
    try:
        int(resident["name"])
    except ValueError as error:
        raise LookupError(f"no such resident: {resident}") from error


def caught():
    try:
        failing()
    except LookupError as fault:
        return fault


def assert_discreet(text):
    assert [secret for secret in SECRETS if secret in text] == []


def test_an_event_is_logged_with_its_numbers_and_ids(log):
    id = new_id()
    event("backup_made", kind=BackupKind.DAILY, pages=120, is_first=True, resident=id, nothing=None)
    [line] = log.read_text(encoding="utf-8").splitlines()
    assert line.endswith(f"INFO backup_made kind=daily pages=120 is_first=True resident={id} nothing=None")


@pytest.mark.parametrize(
    "value", [NAME, ID_NUMBER, int(ID_NUMBER), PINYIN, PHONE, int(PHONE), [NAME], {"name": NAME}, NAME.encode()]
)
def test_a_value_that_could_be_a_residents_is_not_logged(log, value):
    event("resident_saved", value=value)
    assert_discreet(log.read_text(encoding="utf-8"))
    assert "resident_saved value=<" in log.read_text(encoding="utf-8")


def test_an_event_called_by_a_residents_name_is_not_logged_by_it(log):
    event(f"saved {NAME}")
    assert_discreet(log.read_text(encoding="utf-8"))


def test_what_a_library_says_is_logged_only_by_its_place(log):
    logging.getLogger("sqlalchemy.engine.Engine").warning("INSERT INTO resident VALUES (%r)", NAME)
    logging.getLogger("keyring").error(f"{NAME} {ID_NUMBER}")
    text = log.read_text(encoding="utf-8")
    assert_discreet(text)
    assert "WARNING sqlalchemy.engine.Engine test_logs.py:" in text


def test_a_failure_is_logged_without_its_message(log):
    fault_event("import_failed", caught(), row=7)
    text = log.read_text(encoding="utf-8")
    assert_discreet(text)
    assert "ERROR import_failed row=7" in text
    assert text.index("builtins.ValueError") < text.index("builtins.LookupError")
    assert 'failing: int(resident["name"])' in text


def test_a_fault_report_has_the_places_and_not_the_values(tmp_path):
    file = save_fault_report(tmp_path, caught(), NOW)
    text = file.read_text(encoding="utf-8")
    assert_discreet(text)
    assert f"Cunyi {VERSION}" in text
    assert "tests/app/test_logs.py" in text.replace("\\", "/")
    assert str(Path.home()) not in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_only_the_latest_twenty_reports_are_kept(tmp_path):
    files = [save_fault_report(tmp_path, caught(), NOW + timedelta(seconds=number)) for number in range(25)]
    assert sorted((tmp_path / "faults").iterdir()) == files[5:]


def test_the_log_is_private_and_does_not_grow_for_ever(log):
    for _ in range(40000):
        event("something_long_enough_to_fill_the_log_sooner_or_later", number=123456789)
    files = sorted(log.parent.iterdir())
    assert len(files) == 4
    assert sum(file.stat().st_size for file in files) < 4 * 600 * 1024
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


class FullDisk(io.StringIO):
    """A file on a disk without room: what was written stays unwritten, also when it is closed."""

    def flush(self):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_on_a_full_disk_the_log_leaves_lines_out_without_a_word(tmp_path, capsys):
    handler = start_log(tmp_path)
    event("first")
    handler.stream.close()
    handler.stream = FullDisk()
    fault_event("failure_told", caught())
    stop_log(handler)
    written = capsys.readouterr()
    assert written.err == written.out == ""
    assert "first" in (tmp_path / "logs" / "cunyi.log").read_text(encoding="utf-8")


@pytest.mark.parametrize("where", ["main", "thread"])
def test_a_fault_that_nobody_caught_is_reported_without_a_residents_data(tmp_path, where):
    program = f"""
import sys, threading
from pathlib import Path
from app.logs import start_log, watch_for_faults
start_log(Path(sys.argv[1]))
watch_for_faults(Path(sys.argv[1]), then=lambda file: print(file.name))
def fail():
    name = "{NAME}"
    raise ValueError("{NAME} {ID_NUMBER}")
if "{where}" == "thread":
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
else:
    fail()
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    [report] = (tmp_path / "faults").iterdir()
    assert done.stdout.strip() == report.name
    for text in (report.read_text(encoding="utf-8"), (tmp_path / "logs" / "cunyi.log").read_text(encoding="utf-8"), done.stderr):
        assert "builtins.ValueError" in text
        assert_discreet(text)
