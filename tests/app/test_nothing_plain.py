"""Nothing of a resident lies readable in the data folder: neither in the database and its log, nor in backups, settings,
logs and reports, also while the desk is open and after it was killed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.security.secret_store import MemoryStore, SilentStore
from app.startup import open_for_command
from db.models import Resident
from tests.desks import PASSPHRASE, Clock, found_desk_folder

ROOT = Path(__file__).resolve().parents[2]
NAME, ID_NUMBER, PHONE, PINYIN = "欧阳桂兰", "411624195203124526", "13839401234", "ouyangguilan"
PROGRAM = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from app.logs import event, save_fault_report, start_log
from app.services.backups import Backups
from app.services.history import record_change
from app.services.settings import Settings
from app.startup import open_for_command
from db.models import FormDraft, Resident, SearchKey
name, id_number, phone, pinyin = sys.argv[2:6]
start_log(Path(sys.argv[1]))
desk = open_for_command(Path(sys.argv[1]))
now = datetime.now(UTC)
def add(number):
    with desk.sessions.writing() as session:
        row = Resident(number=number, organisation_id=desk.place.id, name=name, name_key=name, sex=2, phone=phone,
                       id_number=f"{id_number}{number or ''}", created_at=now, updated_at=now)
        session.add(row)
        session.flush()
        session.add(SearchKey(k=pinyin, resident_number=number))
        session.add(FormDraft(kind=f"k{number}", subject_id="s", user_id=desk.actor.user_id, payload={"name": name},
                              updated_at=now))
        record_change(session, desk, "added", "resident", row.id, before=None, after={"name": name, "phone": phone})
add(0)
Settings(desk).set("type_scale_percent", 150)
Backups(desk).make()
event("resident_added", resident=name)
try:
    raise ValueError(name)
except ValueError as fault:
    save_fault_report(desk.folder, fault, now)
add(1)
os.kill(os.getpid(), signal.SIGKILL)
"""


def all_files(folder):
    return [file for file in folder.rglob("*") if file.is_file()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("plain")
    found_desk_folder(tmp_path / "desk", SilentStore(), Clock(), PASSPHRASE)
    killed = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "desk"), NAME, ID_NUMBER, PHONE, PINYIN],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "CUNYI_PASSPHRASE": PASSPHRASE},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    return tmp_path / "desk"


def test_every_kind_of_file_was_written(folder):
    names = {str(file.relative_to(folder)) for file in all_files(folder)}
    assert {"cunyi.db", "cunyi.db-wal", "cunyi.db-shm", "key.json", "desk.json", "settings.json"} <= names
    assert {name.split(os.sep)[0] for name in names} >= {"backups", "logs", "faults"}
    assert (folder / "cunyi.db-wal").stat().st_size > 0


def test_no_file_holds_anything_of_the_resident_or_the_passphrase(folder):
    secrets = [NAME, ID_NUMBER, ID_NUMBER[-4:], PHONE, PINYIN, PASSPHRASE, "柳庄村卫生室"]
    encoded = [(secret, secret.encode(coding)) for secret in secrets for coding in ("utf-8", "utf-16-le", "gb18030")]
    found = {
        (file.name, secret)
        for file in all_files(folder)
        for secret, needle in encoded
        if needle in file.read_bytes() and len(needle) > 4
    }
    assert found == set()


def test_no_database_begins_as_a_plain_one_does(folder):
    databases = [file for file in all_files(folder) if file.suffix == ".db"]
    assert len(databases) == 2
    for file in databases:
        head = file.read_bytes()[:100]
        assert not head.startswith(b"SQLite")
        assert len(set(head)) > 50


def test_every_file_and_folder_is_its_owners_alone(folder):
    assert {file.stat().st_mode & 0o077 for file in (folder, *folder.rglob("*"))} == {0}


def test_a_key_in_the_keyring_is_nowhere_in_the_folder(tmp_path):
    store = MemoryStore()
    found_desk_folder(tmp_path / "desk", store, Clock(datetime(2026, 11, 22, tzinfo=UTC)))
    [secret] = store.secrets.values()
    for file in all_files(tmp_path / "desk"):
        assert secret.encode() not in file.read_bytes()
        assert bytes.fromhex(secret) not in file.read_bytes()


def test_what_was_confirmed_before_the_kill_is_there(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("CUNYI_PASSPHRASE", PASSPHRASE)
    # A copy: the other tests look at the folder as the kill left it, and opening it takes the log in.
    with open_for_command(shutil.copytree(folder, tmp_path / "desk")) as desk, desk.sessions.reading() as session:
        assert session.query(Resident).count() == 2
