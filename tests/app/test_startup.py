"""Opening a desk: every state that a data folder can be in, and the first start."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.data_folder import default_folder
from app.domain.message import Message
from app.errors import EnvironmentFailure, UserError
from app.security.keys import Keeper, KeyLost, WrongRecoveryKey, read_desk_file
from app.security.passphrase import WrongPassphrase
from app.security.secret_store import MemoryStore, NoKeyring, SilentStore
from app.services.accounts import WrongPin
from app.services.history import broken_links, chain_length
from app.services.problems import Refused
from app.services.settings import read_early_settings
from app.startup import (
    CannotOpen,
    State,
    create_desk,
    create_for_command,
    look,
    open_database,
    open_for_command,
)
from app.version import VERSION
from db.cipher import connect
from db.migrations import HEAD
from db.models import OwnKeys
from tests.desks import PASSPHRASE, PIN, Clock, answers, found_desk_folder

ROOT = Path(__file__).resolve().parents[2]
PLAIN_SQLITE = b"SQLite format 3\0" + bytes(4080)


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def folder(tmp_path, store, clock):
    found_desk_folder(tmp_path / "desk", store, clock)
    return tmp_path / "desk"


@pytest.fixture
def locked_folder(tmp_path, clock):
    found_desk_folder(tmp_path / "locked", SilentStore(), clock, PASSPHRASE)
    return tmp_path / "locked"


def content_of(folder):
    """Every file but the log of the database, which SQLite makes when it only reads too."""
    files = [file for file in folder.rglob("*") if file.is_file() and not file.name.endswith(("-wal", "-shm"))]
    return {file.name: file.read_bytes() for file in files}


def set_version(folder, store, version):
    database = open_database(look(folder, store))
    key = database.sessions().key
    database.close()
    connection = connect(folder / "cunyi.db", key)
    connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.execute("UPDATE setting SET value = '9.9.9' WHERE name = 'program_version'")
    connection.close()


def has_three_answers(message: Message | None) -> bool:
    """What happened, what is safe, what to do: at least two sentences, and a polite request."""
    text = str(message)
    return text.count("。") + text.count("；") >= 2 and "请" in text


def test_an_empty_place_is_new(tmp_path, store):
    assert look(tmp_path / "not yet" / "there", store).state is State.NEW
    assert look(tmp_path, store).state is State.NEW
    assert list(tmp_path.iterdir()) == []


def test_a_new_desk_is_opened_by_its_first_user(tmp_path, store, clock):
    with create_desk(tmp_path / "desk", answers(), store=store, clock=clock) as desk:
        assert (desk.place.name, desk.place.record_prefix) == ("柳庄村卫生室", "411624104115")
        assert (desk.actor.name, desk.actor.role) == ("王明", "village_doctor")
    opening = look(tmp_path / "desk", store)
    assert (opening.state, opening.is_upgrade) == (State.READY, False)
    database = open_database(opening, clock=clock)
    [user] = database.users()
    assert (user.name, user.role) == ("王明", "village_doctor")
    desk = database.sign_in(user.id, PIN)
    assert desk.actor.user_id == user.id
    with desk.sessions.reading() as session:
        assert broken_links(session) == []
        assert chain_length(session) == 3
        assert len(session.get_one(OwnKeys, desk.place.id).signing_private_key) == 64
    with pytest.raises(WrongPin):
        database.sign_in(user.id, "9999")
    database.close()


def test_the_kind_of_the_desk_is_known_before_it_is_opened(folder, tmp_path, store, clock):
    township = answers(kind="township", role="township_pharmacist", division_code="411624104000", record_prefix="")
    create_desk(tmp_path / "township", township, store=store, clock=clock).close()
    assert read_early_settings(folder)["desk_kind"] == "clinic"
    assert read_early_settings(tmp_path / "township")["desk_kind"] == "township"
    assert read_early_settings(tmp_path)["desk_kind"] == ""


def test_only_the_owner_can_look_into_the_folder(folder):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_wrong_answers_leave_nothing_behind(tmp_path, store):
    with pytest.raises(Refused):
        create_desk(tmp_path / "desk", answers(pin="1234"), store=store)
    assert not (tmp_path / "desk").exists()
    assert store.secrets == {}


def test_a_desk_is_never_made_over_another(folder, store):
    before = content_of(folder)
    with pytest.raises(CannotOpen, match="已经有一个站"):
        create_desk(folder, answers(), store=store)
    assert content_of(folder) == before


def test_what_a_cut_left_of_a_first_start_does_not_hinder_the_next(tmp_path, store, clock):
    (tmp_path / "cunyi.db.founding").write_bytes(b"half")
    (tmp_path / "cunyi.db.founding-wal").write_bytes(b"half")
    (tmp_path / "desk.json").write_text("{", encoding="utf-8")
    create_desk(tmp_path, answers(), store=store, clock=clock).close()
    assert look(tmp_path, store).state is State.READY


def test_without_a_keyring_the_program_says_so_and_takes_a_passphrase(tmp_path, clock):
    with pytest.raises(NoKeyring) as silent:
        create_desk(tmp_path / "desk", answers(), store=SilentStore(), clock=clock)
    assert has_three_answers(silent.value.message)
    assert not (tmp_path / "desk" / "cunyi.db").exists()
    create_desk(tmp_path / "desk", answers(), store=SilentStore(), passphrase=PASSPHRASE, clock=clock).close()
    assert look(tmp_path / "desk", SilentStore()).state is State.NEEDS_PASSPHRASE


def test_a_passphrase_opens_and_a_wrong_one_is_told(locked_folder):
    opening = look(locked_folder, SilentStore())
    with pytest.raises(WrongPassphrase):
        open_database(opening, passphrase="夜来风雨声花落知多少")
    database = open_database(opening, passphrase=PASSPHRASE)
    assert len(database.users()) == 1
    database.close()


def test_a_keyring_that_does_not_answer_is_told_and_the_recovery_key_opens(folder, store):
    database = open_database(look(folder, store))
    paper = database.recovery_key()
    database.close()
    opening = look(folder, SilentStore())
    assert opening.state is State.KEYRING_SILENT
    assert has_three_answers(opening.message)
    with pytest.raises(NoKeyring):
        open_database(opening)
    database = open_database(opening, recovery_key=paper)
    assert len(database.users()) == 1
    database.keep_key(PASSPHRASE)
    database.close()


def test_a_lost_key_is_told_and_the_recovery_key_gives_it_a_keeper_again(folder, store):
    database = open_database(look(folder, store))
    paper = database.recovery_key()
    database.close()
    store.secrets.clear()
    opening = look(folder, store)
    assert opening.state is State.KEY_LOST
    assert has_three_answers(opening.message)
    with pytest.raises(KeyLost):
        open_database(opening)
    with pytest.raises(WrongRecoveryKey):
        open_database(opening, recovery_key=paper.replace(paper[:4], "FFFF", 1))
    database = open_database(opening, recovery_key=paper)
    database.keep_key()
    database.close()
    assert look(folder, store).state is State.READY


def test_a_missing_desk_file_is_a_lost_key(folder, store):
    database = open_database(look(folder, store))
    paper = database.recovery_key()
    database.close()
    (folder / "desk.json").unlink()
    opening = look(folder, store)
    assert opening.state is State.KEY_LOST
    database = open_database(opening, recovery_key=paper)
    database.keep_key(PASSPHRASE)
    assert database.keeper() is Keeper.PASSPHRASE
    database.close()
    assert look(folder, store).state is State.NEEDS_PASSPHRASE


def test_a_keyring_is_exchanged_for_a_passphrase_while_the_desk_is_open(folder, store):
    database = open_database(look(folder, store))
    database.keep_key(PASSPHRASE)
    database.change_passphrase(PASSPHRASE, "夜来风雨声花落知多少")
    database.close()
    opening = look(folder, store)
    assert opening.state is State.NEEDS_PASSPHRASE
    open_database(opening, passphrase="夜来风雨声花落知多少").close()
    assert store.secrets == {}


def test_a_second_window_is_refused_and_told_what_to_do(folder, store):
    database = open_database(look(folder, store))
    opening = look(folder, store)
    assert opening.state is State.IN_USE
    assert has_three_answers(opening.message)
    with pytest.raises(EnvironmentFailure, match="已经打开了"):
        open_database(opening)
    database.close()
    assert look(folder, store).state is State.READY


def test_a_window_that_was_killed_leaves_no_lock(folder):
    program = (
        "import os, signal, sys; from pathlib import Path; from app.instance import lock_window, lock_use;"
        "folder = Path(sys.argv[1]); kept = lock_window(folder), lock_use(folder);"
        "print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout.readline() == b"locked\n"
        assert look(folder, MemoryStore()).state is State.IN_USE
        other.kill()
        other.wait()
    assert look(folder, MemoryStore()).state is State.KEY_LOST


def test_a_command_works_beside_an_open_window(folder, store):
    database = open_database(look(folder, store))
    with open_for_command(folder, store=store) as desk:
        assert desk.actor.name == "王明"
    database.close()


def test_a_newer_database_is_refused_untouched_and_both_versions_are_named(folder, store):
    set_version(folder, store, "9999")
    before = (folder / "cunyi.db").read_bytes()
    opening = look(folder, store)
    assert opening.state is State.NEWER_VERSION
    assert has_three_answers(opening.message)
    assert all(part in str(opening.message) for part in ("9.9.9", "9999", HEAD, VERSION))
    with pytest.raises(CannotOpen):
        open_database(opening)
    assert (folder / "cunyi.db").read_bytes() == before
    assert not (folder / "backups").exists()


@pytest.mark.parametrize("start", [0, 16, 4000])
def test_a_damaged_database_is_told_and_not_touched(folder, store, start):
    content = bytearray((folder / "cunyi.db").read_bytes())
    content[start : start + 64] = b"\xff" * 64
    (folder / "cunyi.db").write_bytes(content)
    opening = look(folder, store)
    assert opening.state is State.DAMAGED
    assert has_three_answers(opening.message)
    with pytest.raises(CannotOpen):
        open_database(opening)
    assert (folder / "cunyi.db").read_bytes() == content


def test_a_database_cut_to_nothing_is_damaged(folder, store):
    (folder / "cunyi.db").write_bytes(b"")
    assert look(folder, store).state is State.DAMAGED


@pytest.mark.parametrize("content", [PLAIN_SQLITE, b"SQLite format 3\0"])
def test_a_plain_database_of_somebody_else_is_foreign(folder, store, content):
    (folder / "cunyi.db").write_bytes(content)
    opening = look(folder, store)
    assert opening.state is State.FOREIGN
    assert has_three_answers(opening.message)
    with pytest.raises(CannotOpen):
        open_database(opening)
    assert (folder / "cunyi.db").read_bytes() == content


def test_an_encrypted_database_without_our_tables_is_foreign(folder, store):
    database = open_database(look(folder, store))
    key = database.sessions().key
    database.close()
    (folder / "cunyi.db").unlink()
    connection = connect(folder / "cunyi.db", key, "rwc")
    connection.execute("CREATE TABLE other (x)")
    connection.close()
    assert look(folder, store).state is State.FOREIGN


def test_a_database_that_is_gone_while_backups_are_there_is_missing_and_not_new(folder, store, clock):
    (folder / "backups").mkdir()
    (folder / "backups" / "cunyi-20261121-090000-daily.db").write_bytes(b"x")
    (folder / "cunyi.db").unlink()
    opening = look(folder, store)
    assert opening.state is State.MISSING
    assert has_three_answers(opening.message)
    with pytest.raises(CannotOpen):
        open_database(opening)


def test_a_file_in_the_place_of_the_folder_is_unusable(tmp_path, store):
    (tmp_path / "desk").write_text("a file", encoding="utf-8")
    opening = look(tmp_path / "desk", store)
    assert opening.state is State.UNUSABLE_FOLDER
    assert has_three_answers(opening.message)
    with pytest.raises(CannotOpen):
        create_desk(tmp_path / "desk", answers(), store=store)


def test_opening_changes_no_byte_and_imports_neither_sqlalchemy_nor_alembic(folder, store):
    before = content_of(folder)
    program = (
        "import json, sys; from pathlib import Path;"
        "from app.security.secret_store import MemoryStore; from app.startup import look, open_database;"
        "store = MemoryStore(); store.secrets = json.loads(sys.argv[2]);"
        "database = open_database(look(Path(sys.argv[1]), store)); print(database.users()[0].name); database.close();"
        "print([name for name in ('sqlalchemy', 'alembic', 'keyring', 'PySide6') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder), str(store.secrets).replace("'", '"')],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.split("\n")[:2] == ["王明", "[]"]
    assert content_of(folder) == before


def test_a_pin_is_set_anew_by_the_recovery_key(folder, store):
    database = open_database(look(folder, store))
    [user] = database.users()
    with pytest.raises(WrongRecoveryKey):
        database.set_pin_by_recovery(user.id, "0000", "7391")
    with pytest.raises(Refused):
        database.set_pin_by_recovery(user.id, database.recovery_key(), "1111")
    database.set_pin_by_recovery(user.id, database.recovery_key(), "7391")
    assert database.sign_in(user.id, "7391").actor.name == "王明"
    database.close()


def test_a_restored_desk_is_opened_again(folder, store, clock):
    from app.services.backups import Backups

    database = open_database(look(folder, store), clock=clock)
    made = Backups(database.sign_in(database.users()[0].id, PIN)).make()
    clock.forward(minutes=1)
    aside = database.restore(made.file)
    assert aside.exists()
    reopened = open_database(look(folder, store), clock=clock)
    assert [user.name for user in reopened.users()] == ["王明"]
    reopened.close()


@pytest.mark.parametrize(
    ("system", "variable", "expected"),
    [("linux", "XDG_DATA_HOME", "cunyi"), ("win32", "LOCALAPPDATA", "Cunyi")],
)
def test_the_default_folder_is_where_the_system_keeps_data(monkeypatch, tmp_path, system, variable, expected):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setenv(variable, str(tmp_path))
    assert default_folder() == tmp_path / expected
    monkeypatch.delenv(variable)
    assert default_folder().is_relative_to(Path.home())


def test_a_command_takes_the_passphrase_from_the_environment(locked_folder, monkeypatch):
    monkeypatch.setenv("CUNYI_PASSPHRASE", PASSPHRASE)
    with open_for_command(locked_folder, "王明", store=SilentStore()) as desk:
        assert desk.actor.name == "王明"
    with pytest.raises(UserError, match="没有叫“赵六”的用户"):
        open_for_command(locked_folder, "赵六", store=SilentStore())


def test_a_command_without_a_passphrase_and_without_a_terminal_says_what_to_do(locked_folder, monkeypatch):
    monkeypatch.delenv("CUNYI_PASSPHRASE", raising=False)
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(EnvironmentFailure, match="CUNYI_PASSPHRASE"):
        open_for_command(locked_folder, store=SilentStore())


def test_a_command_without_data_says_where_to_begin(tmp_path, store):
    with pytest.raises(EnvironmentFailure, match="建站"):
        open_for_command(tmp_path, store=store)


def test_a_desk_made_by_a_command_is_kept_by_the_passphrase_of_the_environment(tmp_path, monkeypatch, clock):
    monkeypatch.setenv("CUNYI_PASSPHRASE", PASSPHRASE)
    create_for_command(tmp_path / "desk", answers(), store=SilentStore(), clock=clock).close()
    assert read_desk_file(tmp_path / "desk").keeper is Keeper.PASSPHRASE
