"""药品追溯码: what is a code, and why one is refused."""

from __future__ import annotations

import pytest

from app.domain.trace_codes import (
    CodeFault,
    CodeState,
    KnownCode,
    clean_code,
    codes_for,
    drug_digits,
    form_fault,
    is_code,
    issue_fault,
    receipt_fault,
    sentence,
    shared_out,
    taken_from,
)

CODE = "84123450000000000017"


def known(state=CodeState.HERE, left=24, drug="VD055", batch="b1"):
    return KnownCode(CODE, drug, batch, left, state)


@pytest.mark.parametrize(
    ("scanned", "cleaned"),
    [
        (CODE, CODE),
        (CODE + "\r\n", CODE),
        ("8412345 0000 0000 0001 7", CODE),
        (CODE.translate({ord("0") + n: ord("０") + n for n in range(10)}), CODE),
        ("]C1" + CODE, CODE),
        ("8412345-0000000000017", CODE),
    ],
)
def test_a_scan_is_cleaned(scanned, cleaned):
    assert clean_code(scanned) == cleaned


@pytest.mark.parametrize(
    ("text", "fits"),
    [(CODE, True), (CODE[:19], False), (CODE + "1", False), ("", False), ("8412345000000000001X", False), ("٨" * 20, False)],
)
def test_a_code_is_twenty_digits(text, fits):
    assert is_code(text) is fits


@pytest.mark.parametrize(
    ("text", "prefix", "fault"),
    [
        (CODE, "8412345", None),
        (CODE, "", None),
        (CODE, "8412346", CodeFault.OTHER_DRUG),
        (CODE[:19], "8412345", CodeFault.NOT_A_CODE),
        ("6901234567892", "", CodeFault.NOT_A_CODE),
    ],
)
def test_the_first_seven_digits_tell_the_drug(text, prefix, fault):
    assert form_fault(text, prefix) is fault
    assert drug_digits(CODE) == "8412345"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (None, None),
        (known(), CodeFault.ALREADY_RECEIVED),
        (known(CodeState.USED, 0), CodeFault.ALREADY_RECEIVED),
        (known(CodeState.RETURNED), CodeFault.ALREADY_RECEIVED),
        (known(CodeState.GONE, 0), None),
        (known(CodeState.LOST, 0), None),
        (known(CodeState.UNCERTAIN, 4), None),
    ],
)
def test_a_pack_comes_in_once_unless_it_went_away(row, fault):
    assert receipt_fault(row) is fault


@pytest.mark.parametrize(
    ("row", "units", "batch", "fault"),
    [
        (known(), 24, "", None),
        (known(), 24, "b1", None),
        (known(), 25, "", CodeFault.TOO_MANY_UNITS),
        (known(), 1, "b2", CodeFault.OTHER_BATCH),
        (known(drug="VD049"), 1, "", CodeFault.OTHER_DRUG),
        (known(CodeState.USED, 0), 1, "", CodeFault.USED_UP),
        (known(CodeState.LOST, 0), 1, "", CodeFault.AWAY),
        (known(CodeState.UNCERTAIN, 4), 4, "", None),
        (known(CodeState.UNCERTAIN, 4), 5, "", CodeFault.TOO_MANY_UNITS),
        (known(CodeState.GONE, 0), 1, "", CodeFault.AWAY),
        (known(CodeState.RETURNED, 4), 1, "", CodeFault.AWAY),
        (None, 1, "", CodeFault.NEVER_RECEIVED),
    ],
)
def test_a_pack_goes_out_only_as_what_it_is_and_as_long_as_it_lasts(row, units, batch, fault):
    assert issue_fault(row, "VD055", units, batch) is fault


@pytest.mark.parametrize(("units", "pack", "codes"), [(0, 24, 0), (1, 24, 1), (24, 24, 1), (25, 24, 2), (48, 24, 2), (3, 1, 3)])
def test_every_pack_has_a_code_and_a_broken_one_too(units, pack, codes):
    assert codes_for(units, pack) == codes


def test_a_pack_without_units_is_no_pack():
    with pytest.raises(ValueError, match="pack"):
        codes_for(3, 0)


@pytest.mark.parametrize(("units", "packs", "filled"), [(48, 2, (24, 24)), (30, 2, (24, 6)), (24, 1, (24,)), (10, 2, (10, 0))])
def test_units_that_come_in_fill_the_packs_in_order(units, packs, filled):
    assert shared_out(units, 24, packs) == filled


@pytest.mark.parametrize(
    ("units", "left", "taken"),
    [(10, (24,), (10,)), (30, (24, 24), (24, 6)), (30, (4, 24), None), (28, (4, 24), (4, 24)), (3, (4, 24), (3, 0)), (0, (), ())],
)
def test_units_are_taken_from_the_packs_in_the_order_of_scanning(units, left, taken):
    assert taken_from(units, left) == taken


@pytest.mark.parametrize("fault", list(CodeFault))
def test_every_refusal_has_its_sentence(fault):
    text = str(sentence(fault, CODE, "阿莫西林胶囊", left=4, units=6, unit="粒"))
    assert text.endswith("。")
    assert "追溯码" in text


def test_a_long_scan_does_not_flood_the_sentence():
    assert len(str(sentence(CodeFault.NOT_A_CODE, "9" * 500, "阿莫西林胶囊"))) < 80
