"""The key of a desk: its keepers, the moves between them, and the paper."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime

import pytest

from app.security.keys import (
    DeskKey,
    Keeper,
    KeyLost,
    WrongRecoveryKey,
    new_key,
    read_desk_file,
    read_recovery_text,
    recovery_text,
)
from app.security.passphrase import WrongPassphrase
from app.security.secret_store import MemoryStore, NoKeyring, SilentStore

CREATED = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
PASSPHRASE = "春眠不觉晓处处闻啼鸟"
OTHER = "夜来风雨声花落知多少"
KEY = bytes(range(32))
PAPER = "0001 0203 0405 0607 0809 0A0B 0C0D 0E0F 1011 1213 1415 1617 1819 1A1B 1C1D 1E1F 630D"


def everything_in(folder):
    return b"".join(file.read_bytes() for file in folder.iterdir())


def test_keys_are_random_and_have_256_bits():
    assert len({new_key() for _ in range(10)}) == 10
    assert {len(new_key()) for _ in range(10)} == {32}


def test_the_keyring_keeps_the_key_and_the_folder_holds_no_secret(tmp_path):
    store = MemoryStore()
    DeskKey(tmp_path, store).keep(KEY, created=CREATED)
    assert DeskKey(tmp_path, store).unlock() == KEY
    assert DeskKey(tmp_path, store).keeper() is Keeper.KEYRING
    assert [file.name for file in tmp_path.iterdir()] == ["desk.json"]
    assert KEY.hex().encode() not in everything_in(tmp_path)
    assert stat.S_IMODE((tmp_path / "desk.json").stat().st_mode) == 0o600


def test_without_a_keyring_nothing_is_kept_anywhere(tmp_path):
    with pytest.raises(NoKeyring, match="密钥环"):
        DeskKey(tmp_path, SilentStore()).keep(KEY, created=CREATED)
    assert list(tmp_path.iterdir()) == []


def test_a_passphrase_keeps_the_key_where_there_is_no_keyring(tmp_path):
    keys = DeskKey(tmp_path, SilentStore())
    keys.keep(KEY, created=CREATED, passphrase=PASSPHRASE)
    assert keys.unlock(PASSPHRASE) == KEY
    assert KEY.hex().encode() not in everything_in(tmp_path)
    with pytest.raises(WrongPassphrase):
        keys.unlock(OTHER)
    with pytest.raises(WrongPassphrase):
        keys.unlock()


def test_two_folders_have_two_entries_in_one_keyring(tmp_path):
    store = MemoryStore()
    for name, key in (("a", KEY), ("b", bytes(32))):
        (tmp_path / name).mkdir()
        DeskKey(tmp_path / name, store).keep(key, created=CREATED)
    assert DeskKey(tmp_path / "a", store).unlock() == KEY
    assert DeskKey(tmp_path / "b", store).unlock() == bytes(32)


def test_another_passphrase_for_the_same_key(tmp_path):
    keys = DeskKey(tmp_path, SilentStore())
    keys.keep(KEY, created=CREATED, passphrase=PASSPHRASE)
    with pytest.raises(WrongPassphrase):
        keys.change_passphrase(OTHER, PASSPHRASE)
    keys.change_passphrase(PASSPHRASE, OTHER)
    assert keys.unlock(OTHER) == KEY
    with pytest.raises(WrongPassphrase):
        keys.unlock(PASSPHRASE)


def test_from_the_passphrase_to_the_keyring_and_back(tmp_path):
    store = MemoryStore()
    keys = DeskKey(tmp_path, store)
    keys.keep(KEY, created=CREATED, passphrase=PASSPHRASE)
    keys.move_to_keyring(KEY)
    assert (keys.keeper(), keys.unlock()) == (Keeper.KEYRING, KEY)
    assert not (tmp_path / "key.json").exists()
    keys.move_to_passphrase(KEY, OTHER)
    assert (keys.keeper(), keys.unlock(OTHER)) == (Keeper.PASSPHRASE, KEY)
    assert store.secrets == {}


def test_a_move_to_a_keyring_that_does_not_answer_changes_nothing(tmp_path):
    keys = DeskKey(tmp_path, SilentStore())
    keys.keep(KEY, created=CREATED, passphrase=PASSPHRASE)
    before = everything_in(tmp_path)
    with pytest.raises(NoKeyring):
        keys.move_to_keyring(KEY)
    assert everything_in(tmp_path) == before
    assert keys.unlock(PASSPHRASE) == KEY


@pytest.mark.parametrize("kept", [None, "not hex", "00" * 31, "ff" * 32])
def test_a_missing_or_strange_entry_in_the_keyring_means_that_the_key_is_lost(tmp_path, kept):
    store = MemoryStore()
    keys = DeskKey(tmp_path, store)
    keys.keep(KEY, created=CREATED)
    name = read_desk_file(tmp_path).id
    store.delete(name)
    if kept is not None:
        store.set(name, kept)
    with pytest.raises(KeyLost, match="恢复码"):
        keys.unlock()
    assert keys.unlock_by_recovery(PAPER) == KEY


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"id": "x"}', '{"id":"x","created":"","key":"?","check":""}'])
def test_a_damaged_desk_file_means_that_the_key_is_lost_until_the_paper_is_found(tmp_path, content):
    if content is not None:
        (tmp_path / "desk.json").write_text(content, encoding="utf-8")
    keys = DeskKey(tmp_path, MemoryStore())
    assert keys.keeper() is None
    with pytest.raises(KeyLost):
        keys.unlock()
    assert keys.unlock_by_recovery(PAPER) == KEY


def test_the_recovery_key_is_seventeen_groups_of_four():
    assert recovery_text(KEY) == PAPER


@pytest.mark.parametrize(
    "typed",
    [
        PAPER,
        PAPER.lower(),
        PAPER.replace(" ", ""),
        PAPER.replace(" ", "-"),
        PAPER.replace(" ", "\n"),
        PAPER.replace("0", "O"),
        PAPER.replace("1", "l"),
        "".join(chr(ord(each) + 0xFEE0) if each != " " else "　" for each in PAPER),
    ],
)
def test_the_recovery_key_is_read_however_it_is_typed(typed):
    assert read_recovery_text(typed) == KEY


@pytest.mark.parametrize("typed", ["", PAPER[:-5], PAPER + " 00", PAPER.replace("0405", "0406"), "回家" * 34])
def test_a_slip_of_the_pen_in_the_recovery_key_is_found(typed):
    with pytest.raises(WrongRecoveryKey, match="恢复码不对"):
        read_recovery_text(typed)


def test_the_recovery_key_of_another_desk_is_refused(tmp_path):
    keys = DeskKey(tmp_path, MemoryStore())
    keys.keep(new_key(), created=CREATED)
    with pytest.raises(WrongRecoveryKey):
        keys.unlock_by_recovery(PAPER)


def test_desk_file_says_which_desk_and_when(tmp_path):
    DeskKey(tmp_path, MemoryStore()).keep(KEY, created=CREATED)
    told = json.loads((tmp_path / "desk.json").read_text(encoding="utf-8"))
    assert set(told) == {"format", "id", "created", "key", "check"}
    assert told["created"] == "2026-11-22T01:00:00+00:00"
