"""Which PINs may be used, and how they are kept."""

from __future__ import annotations

import pytest

from app.security.pins import hash_pin, is_pin, pin_problem


@pytest.mark.parametrize("pin", ["2580", "7391", "1357", "13579", "20261122", "1223", "9102"])
def test_a_pin_that_is_hard_to_guess_may_be_used(pin):
    assert pin_problem(pin) is None


@pytest.mark.parametrize(
    "pin",
    ["", "258", "258013579", "12a4", "１２３４", "1234", "4321", "0000", "99999999", "7890", "0987", "1212", "474747"],
)
def test_a_pin_of_another_length_or_easy_to_guess_is_refused(pin):
    assert pin_problem(pin) is not None


def test_a_pin_is_kept_as_a_hash_that_only_the_pin_fits():
    kept = hash_pin("2580")
    assert "2580" not in kept
    assert kept != hash_pin("2580")
    assert is_pin("2580", kept)
    assert not is_pin("2581", kept)


@pytest.mark.parametrize("kept", ["", "no PIN opens this account", "$argon2id$broken"])
def test_a_text_that_is_no_hash_fits_no_pin(kept):
    assert not is_pin("2580", kept)
