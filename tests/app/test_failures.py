"""What goes wrong around the program, made to go wrong for real, and what the user is told."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.errors import EnvironmentFailure
from app.failures import DISK_FULL, READ_ONLY, translate_database_error, translate_disk_error
from db.engine import Sessions, open_engine
from db.models import Base, Setting
from tests.desks import KEY

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def sessions(tmp_path):
    made = Sessions(open_engine(tmp_path / "cunyi.db", KEY), translate=translate_database_error)
    Base.metadata.create_all(made.engine)
    yield made
    made.close()


LIMIT = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def no_file_beyond(kilobytes):
    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, resource.RLIM_INFINITY))
"""


def run(program, *arguments):
    """Run a program that can let the room on the disk end with `no_file_beyond`."""
    done = subprocess.run(
        [sys.executable, "-c", LIMIT + program, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def count(sessions):
    with sessions.reading() as session:
        return len(session.scalars(select(Setting)).all())


def test_a_full_database_is_told_and_what_was_saved_before_stays(sessions):
    with sessions.writing() as session:
        session.add(Setting(name="before", value="x"))

    def fill():
        with sessions.writing() as session:
            session.execute(text("PRAGMA max_page_count = 1"))
            session.add_all(Setting(name=f"n{number}", value="x" * 500) for number in range(2000))

    with pytest.raises(EnvironmentFailure, match="磁盘已满"):
        fill()
    assert count(sessions) == 1


def test_a_disk_without_room_is_told_and_what_was_saved_before_stays(tmp_path):
    program = """
import sys
from pathlib import Path
from app.errors import EnvironmentFailure
from tests.desks import Clock, make_clinic
from db.models import Setting
desk = make_clinic(Path(sys.argv[1]), Clock())
with desk.sessions.writing() as session:
    session.add(Setting(name="before", value="x"))
no_file_beyond(400)
try:
    with desk.sessions.writing() as session:
        session.add_all(Setting(name=f"n{number}", value="x" * 500) for number in range(4000))
except EnvironmentFailure as failure:
    print(failure)
with desk.sessions.reading() as session:
    print(session.get(Setting, "before").value, session.get(Setting, "n1"))
"""
    said, kept = run(program, tmp_path / "desk").splitlines()
    assert "没有保存" in said
    assert kept == "x None"


def test_a_backup_without_room_is_told_and_leaves_nothing_half_done(tmp_path):
    program = """
import sys
from pathlib import Path
from app.errors import EnvironmentFailure
from app.services.backups import Backups
from tests.desks import Clock, make_clinic
from db.models import Setting
desk = make_clinic(Path(sys.argv[1]), Clock())
with desk.sessions.writing() as session:
    session.add_all(Setting(name=f"n{number}", value="x" * 400) for number in range(200))
desk.sessions.close()
no_file_beyond(64)
try:
    Backups(desk).make()
except EnvironmentFailure as failure:
    print(failure)
print(sorted(file.name for file in (desk.folder / "backups").iterdir()))
"""
    said, left = run(program, tmp_path / "desk").splitlines()
    assert "备份没有做成" in said
    assert left == "[]"


def test_a_folder_that_may_not_be_written_is_told():
    program = """
import os, sys
from pathlib import Path
from app.startup import look
folder = Path(sys.argv[1])
folder.chmod(0o555)
if os.geteuid() == 0:
    os.setuid(65534)  # root may write everywhere
print(look(folder).state.value, look(folder / "below").state.value)
"""
    with tempfile.TemporaryDirectory() as folder:
        assert run(program, folder).split() == ["unusable_folder", "unusable_folder"]


def test_another_writer_is_waited_for_and_then_told(tmp_path, monkeypatch):
    monkeypatch.setattr("db.cipher.BUSY_TIMEOUT_MS", 50)
    first = Sessions(open_engine(tmp_path / "cunyi.db", KEY), translate=translate_database_error)
    Base.metadata.create_all(first.engine)
    second = Sessions(open_engine(tmp_path / "cunyi.db", KEY), translate=translate_database_error)

    def write():
        with second.writing() as session:
            session.add(Setting(name="second", value="x"))

    with first.writing() as session:
        session.add(Setting(name="first", value="x"))
        session.flush()
        with pytest.raises(EnvironmentFailure, match="另一个窗口或程序正在保存"):
            write()
    write()
    assert count(first) == 2
    first.close()
    second.close()


def test_a_writer_that_waits_a_moment_succeeds(sessions):
    holds, done = threading.Event(), threading.Event()

    def hold():
        with sessions.writing() as session:
            session.add(Setting(name="first", value="x"))
            session.flush()
            holds.set()
            done.wait(0.2)

    other = threading.Thread(target=hold)
    other.start()
    assert holds.wait(10)
    with sessions.writing() as session:
        session.add(Setting(name="second", value="x"))
    other.join()
    assert count(sessions) == 2


def test_a_damaged_page_is_told(tmp_path, sessions):
    with sessions.writing() as session:
        session.add_all(Setting(name=f"n{number}", value="x" * 500) for number in range(200))
    sessions.close()
    file = tmp_path / "cunyi.db"
    content = bytearray(file.read_bytes())
    content[-4096 * 20 :] = b"\xff" * 4096 * 20
    file.write_bytes(content)
    with pytest.raises(EnvironmentFailure, match="数据库文件损坏"):
        count(sessions)


def test_a_rule_of_the_database_is_not_a_failure_of_the_surroundings(sessions):
    def twice():
        with sessions.writing() as session:
            for _ in range(2):
                session.execute(text("INSERT INTO setting VALUES ('a', 'b')"))

    with pytest.raises(IntegrityError):
        twice()


def test_the_values_of_a_statement_are_not_in_the_text_of_its_failure(sessions):
    def insert():
        with sessions.writing() as session:
            for _ in range(2):
                session.execute(text("INSERT INTO setting VALUES (:name, '')"), {"name": "张桂兰"})

    with pytest.raises(IntegrityError) as failure:
        insert()
    assert "张桂兰" not in str(failure.value)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, DISK_FULL),
        (errno.EDQUOT, DISK_FULL),
        (errno.EROFS, READ_ONLY),
        (errno.EACCES, READ_ONLY),
    ],
)
def test_what_the_disk_says_becomes_a_sentence(number, sentence):
    failure = translate_disk_error(OSError(number, "x"))
    assert failure.message == sentence
    assert failure.exit_status == 2
    assert failure.details == errno.errorcode[number]


def test_what_is_no_failure_of_the_surroundings_is_left_alone():
    assert translate_database_error(ValueError("x")) is None


@pytest.mark.parametrize("sentence", [DISK_FULL, READ_ONLY], ids=["full", "read-only"])
def test_a_sentence_says_what_happened_what_is_safe_and_what_to_do(sentence):
    assert "没有保存" in str(sentence)
    assert "都完好" in str(sentence)
    assert "请" in str(sentence)
