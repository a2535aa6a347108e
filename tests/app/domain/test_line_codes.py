"""Line codes of printed sheets."""

from __future__ import annotations

import pytest

from app.domain.line_codes import (
    ALPHABET,
    FORM_NUMBERS,
    LENGTH,
    check_character,
    grouped,
    line_code,
    looks_like_line_code,
    parse_line_code,
)
from app.forms.registry import FORM_MODULES

RESIDENT = "019aaf3e-77c1-7d20-8b1f-5c9e03f47a6b"
CODE = line_code(RESIDENT, "health_exam")


@pytest.mark.parametrize("form_code", FORM_NUMBERS)
@pytest.mark.parametrize("resident_id", [
    RESIDENT, "019aaf3e-77c1-7d20-8b1f-000000000000", "ffffffff-ffff-7fff-ffff-ffffffffffff",
])
def test_a_line_code_names_the_end_of_the_id_and_the_form(resident_id: str, form_code: str) -> None:
    parsed = parse_line_code(line_code(resident_id, form_code))

    assert parsed.valid
    assert (parsed.id_suffix, parsed.form_code) == (resident_id[-10:], form_code)


def test_every_form_has_a_number_of_two_digits_of_its_own() -> None:
    assert len(set(FORM_NUMBERS.values())) == len(FORM_NUMBERS)
    assert all(0 < number < 100 for number in FORM_NUMBERS.values())
    assert set(FORM_MODULES) <= set(FORM_NUMBERS)


def test_a_line_code_fits_the_smallest_qr_code_and_is_printed_in_groups() -> None:
    assert len(CODE) == LENGTH == 13
    assert set(CODE) <= set(ALPHABET)
    assert grouped(CODE) == f"CY-{CODE[2:6]}-{CODE[6:10]}-03{CODE[-1]}"
    assert grouped("") == ""


def test_a_form_without_a_number_has_no_line_code() -> None:
    assert line_code(RESIDENT, "no_such_form") == ""


@pytest.mark.parametrize("written", [
    CODE.lower(), grouped(CODE), f"  {CODE[:5]} {CODE[5:]}\t", CODE.translate(str.maketrans("01", "OI")),
    CODE.translate(str.maketrans("01", "ol")), "".join(chr(ord(c) + 0xFEE0) for c in CODE), grouped(CODE).replace("-", "－"),
])
def test_a_line_code_is_understood_however_it_is_typed(written: str) -> None:
    assert looks_like_line_code(written)
    assert parse_line_code(written).normalized == CODE
    assert parse_line_code(written).id_suffix == RESIDENT[-10:]


def test_every_wrong_character_is_found() -> None:
    for place in range(2, LENGTH):
        for other in ALPHABET:
            if other != CODE[place]:
                parsed = parse_line_code(CODE[:place] + other + CODE[place + 1:])
                assert not parsed.valid
                assert "最后一位对不上" in str(parsed.reason)


def test_two_characters_that_changed_places_are_found() -> None:
    for first in range(2, LENGTH):
        for second in range(first + 1, LENGTH):
            if CODE[first] != CODE[second]:
                characters = list(CODE)
                characters[first], characters[second] = characters[second], characters[first]
                assert not parse_line_code("".join(characters)).valid


@pytest.mark.parametrize(("written", "says"), [
    ("", "以 CY 开头"), ("CY", "13 个字母和数字"), (CODE + "0", "13 个字母和数字"), ("XY" + CODE[2:], "以 CY 开头"),
    (CODE[:4] + "U" + CODE[5:], "行码里没有“U”"), (CODE[:4] + "*" + CODE[5:], "行码里没有“*”"),
])
def test_what_is_no_line_code_is_refused_with_the_reason(written: str, says: str) -> None:
    parsed = parse_line_code(written)

    assert not parsed.valid
    assert (parsed.id_suffix, parsed.form_code) == ("", "")
    assert says in str(parsed.reason)


@pytest.mark.parametrize("number", ["99", "00", "AB"])
def test_a_form_number_of_a_newer_program_is_told(number: str) -> None:
    body = CODE[2:10] + number

    assert f"表号“{number}”" in str(parse_line_code("CY" + body + check_character(body)).reason)


@pytest.mark.parametrize("written", ["cy", "CYH", "陈勇", "13800002716", "41162410021500037", CODE[:-1]])
def test_a_name_or_a_number_is_not_taken_for_a_line_code(written: str) -> None:
    assert not looks_like_line_code(written)
