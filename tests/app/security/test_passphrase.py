"""A key wrapped by a passphrase."""

from __future__ import annotations

import json
import stat

import pytest

from app.errors import UserError
from app.security.passphrase import (
    WrappedKeyUnreadable,
    WrongPassphrase,
    read_wrapped,
    unwrap,
    wrap,
    write_wrapped,
)

KEY = bytes(range(32))
PASSPHRASE = "春眠不觉晓处处闻啼鸟"
LIGHT = {"operations": 1, "memory": 8 * 1024 * 1024}


@pytest.fixture(scope="module")
def wrapped():
    return wrap(KEY, PASSPHRASE, **LIGHT)


def test_the_right_passphrase_gives_the_key_back(wrapped):
    assert unwrap(wrapped, PASSPHRASE) == KEY


def test_a_wrong_passphrase_is_told_in_a_sentence(wrapped):
    with pytest.raises(WrongPassphrase, match="密码不对"):
        unwrap(wrapped, PASSPHRASE + "啊")


def test_the_same_words_in_another_width_open_too():
    assert unwrap(wrap(KEY, "ａｂｃｄ１２３４", **LIGHT), "abcd1234") == KEY


def test_neither_key_nor_passphrase_stands_in_the_file(wrapped, tmp_path):
    write_wrapped(tmp_path / "key.json", wrapped)
    content = (tmp_path / "key.json").read_bytes()
    assert KEY not in content
    assert KEY.hex().encode() not in content
    assert PASSPHRASE.encode() not in content
    assert read_wrapped(tmp_path / "key.json") == wrapped


def test_only_the_owner_may_read_the_file(wrapped, tmp_path):
    write_wrapped(tmp_path / "key.json", wrapped)
    assert stat.S_IMODE((tmp_path / "key.json").stat().st_mode) == 0o600


def test_the_parameters_are_kept_so_that_later_programs_can_use_stronger_ones(wrapped):
    assert (wrapped["kdf"], wrapped["operations"], wrapped["memory_bytes"]) == ("argon2id", 1, 8 * 1024 * 1024)
    by_default = wrap(KEY, PASSPHRASE)
    assert by_default["memory_bytes"] >= 64 * 1024 * 1024
    assert unwrap(by_default, PASSPHRASE) == KEY


@pytest.mark.parametrize("short", ["", "1234567", "春眠不觉晓"])
def test_a_short_passphrase_is_refused(short):
    with pytest.raises(UserError, match="至少要 8 个字"):
        wrap(KEY, short)


@pytest.mark.parametrize(
    "change",
    [
        {"salt": "zz"},
        {"salt": ""},
        {"box": "zz"},
        {"operations": "many"},
        {"operations": 0},
        {"memory_bytes": 2**40},
        {"kdf": "plain"},
        {"box": None},
    ],
)
def test_an_altered_file_is_told_from_a_wrong_passphrase(wrapped, change):
    with pytest.raises(WrappedKeyUnreadable, match="恢复码"):
        unwrap({**wrapped, **change}, PASSPHRASE)


def test_an_altered_box_does_not_open(wrapped):
    box = wrapped["box"]
    with pytest.raises(WrongPassphrase):
        unwrap({**wrapped, "box": box[:-2] + ("00" if box[-2:] != "00" else "11")}, PASSPHRASE)


@pytest.mark.parametrize("content", [None, "", "{", "[]", "7"])
def test_a_missing_or_damaged_file_asks_for_the_recovery_key(tmp_path, content):
    if content is not None:
        (tmp_path / "key.json").write_text(content, encoding="utf-8")
    with pytest.raises(WrappedKeyUnreadable):
        read_wrapped(tmp_path / "key.json")


def test_a_wrapped_key_is_plain_json(wrapped, tmp_path):
    write_wrapped(tmp_path / "key.json", wrapped)
    assert json.loads((tmp_path / "key.json").read_text(encoding="utf-8"))["format"] == 1
