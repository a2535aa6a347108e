from __future__ import annotations

from datetime import date

import pytest

from app.domain.id_number import (
    FEMALE,
    MALE,
    IdKind,
    check_character,
    clean_id_text,
    mask_id_number,
    parse_id_number,
)

TODAY = date(2026, 11, 22)
WOMAN = "11010519491231002X"


def parse(text, **more):
    return parse_id_number(text, TODAY, **more)


@pytest.mark.parametrize(
    ("first17", "check"),
    [
        ("11010519491231002", "X"),
        ("44052418800101001", "4"),
        ("11010520000229000", "5"),
        ("91112419810803002", "4"),
    ],
)
def test_check_character_of_the_worked_examples(first17, check):
    assert check_character(first17) == check


@pytest.mark.parametrize(
    "text", ["", "1101051949123100", "1101051949123100X", "１１０１０５１９４９１２３１００２"]
)
def test_check_character_needs_17_digits(text):
    with pytest.raises(ValueError, match="17 digits"):
        check_character(text)


@pytest.mark.parametrize(
    ("number", "kind", "birth", "sex"),
    [
        (WOMAN, IdKind.RESIDENT, date(1949, 12, 31), FEMALE),
        ("440524188001010014", IdKind.RESIDENT, date(1880, 1, 1), MALE),
        ("110105200002290005", IdKind.RESIDENT, date(2000, 2, 29), FEMALE),
        ("810000199003070015", IdKind.HONG_KONG, date(1990, 3, 7), MALE),
        ("820000197501010034", IdKind.MACAU, date(1975, 1, 1), MALE),
        ("830000198511200022", IdKind.TAIWAN, date(1985, 11, 20), FEMALE),
        ("911124198108030024", IdKind.FOREIGN_PERMANENT, date(1981, 8, 3), FEMALE),
    ],
)
def test_18_characters_tell_document_birth_and_sex(number, kind, birth, sex):
    found = parse(number)
    assert (found.valid, found.kind, found.birth_date, found.sex) == (True, kind, birth, sex)
    assert found.normalized == number
    assert found.reason is None


@pytest.mark.parametrize("last", ["x", "Х", "х", "Χ", "χ", "Ｘ", "ｘ", "×", "Ⅹ"])
def test_look_alikes_of_x_are_understood(last):
    found = parse(WOMAN[:17] + last)
    assert (found.valid, found.normalized) == (True, WOMAN)


@pytest.mark.parametrize(
    "text",
    [
        "１１０１０５１９４９１２３１００２Ｘ",
        " 110105 19491231 002x ",
        "110105\u300019491231\t002X\n",
        "\ufeff" + WOMAN,
    ],
)
def test_full_width_and_spaces_are_put_right(text):
    assert clean_id_text(text) == WOMAN
    assert parse(text).valid


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "没有填写"),
        ("   ", "没有填写"),
        ("011105194912310025", "第 1 位不能是 0"),
        ("110105190002290005", "不存在"),  # 1900 is no leap year
        ("110105202613010005", "不存在"),
        ("110105199904310005", "不存在"),
        ("110105202611230005", "在今天之后"),
        ("1101051949123100X2", "X 只能在"),
        ("X1010519491231002X", "X 只能在"),
        ("11010519491231002Y", "前 17 位都应是数字"),
        ("1101O519491231002X", "前 17 位都应是数字"),
        ("1101051949123100", "应是 18 位，您填的是 16 位"),
        ("11010519491231002X1", "X 只能在"),
        ("1101051949123100212", "应是 18 位，您填的是 19 位"),
        ("身份证", "应是 18 位"),
    ],
)
def test_an_impossible_number_is_refused_with_the_reason(number, words):
    found = parse(number)
    assert not found.valid
    assert words in str(found.reason)
    assert (found.birth_date, found.sex, found.expected_check) == (None, None, None)


@pytest.mark.parametrize("last", "0123456789")
def test_a_wrong_check_character_tells_the_expected_one_and_repairs_nothing(last):
    found = parse(WOMAN[:17] + last)
    assert (found.valid, found.expected_check) == (False, "X")
    assert found.normalized == WOMAN[:17] + last
    assert last in str(found.reason)


def test_a_person_born_today_is_accepted_and_one_born_tomorrow_is_not():
    for day, valid in (("20261122", True), ("20261123", False)):
        first17 = f"110105{day}001"
        assert parse(first17 + check_character(first17)).valid is valid


def test_15_digits_are_upgraded_with_a_warning():
    found = parse("110105491231002")
    assert found.valid
    assert found.kind is IdKind.RESIDENT_15
    assert found.upgraded == found.normalized == WOMAN
    assert (found.birth_date, found.sex) == (date(1949, 12, 31), FEMALE)
    assert "15 位旧号" in str(found.warning)


@pytest.mark.parametrize(
    ("number", "words"), [("110105491331002", "不存在"), ("010105491231002", "第 1 位不能是 0")]
)
def test_an_impossible_15_digit_number_is_refused(number, words):
    found = parse(number)
    assert not found.valid
    assert words in str(found.reason)


def test_a_15_digit_birth_after_today_is_refused():
    assert not parse_id_number("110105491231002", date(1949, 12, 30)).valid


@pytest.mark.parametrize(("sequence", "is_asked"), [("995", False), ("996", True), ("999", True)])
def test_the_birth_date_of_a_centenarian_with_15_digits_is_asked(sequence, is_asked):
    found = parse(f"110105491231{sequence}")
    assert found.valid
    assert (found.upgraded is None) is is_asked
    assert (found.birth_date is None) is is_asked
    assert ("请问清出生日期" in str(found.warning)) is is_asked


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("USA310065010112", IdKind.FOREIGN_PERMANENT_OLD),
        ("H12345678", IdKind.HK_MACAU_TRAVEL_PERMIT),
        ("M1234567890", IdKind.HK_MACAU_TRAVEL_PERMIT),
        ("12345678", IdKind.TAIWAN_TRAVEL_PERMIT),
        ("1234567890", IdKind.TAIWAN_TRAVEL_PERMIT),
        ("T320101234", IdKind.BIRTH_CERTIFICATE),
        ("e12345678", IdKind.PASSPORT),
        ("EA1234567", IdKind.PASSPORT),
    ],
)
def test_other_documents_are_known_by_their_pattern_with_a_warning(number, kind):
    found = parse(number)
    assert (found.valid, found.kind) == (True, kind)
    assert "只核对了格式" in str(found.warning)
    assert (found.birth_date, found.sex) == (None, None)


@pytest.mark.parametrize("number", ["1234567", "123456789", "1234", "A1", "H1234567890123"])
def test_what_fits_no_document_is_refused(number):
    assert not parse(number).valid


@pytest.mark.parametrize(
    ("form_sex", "warns"), [(1, True), (2, False), (0, False), (9, False), (None, False)]
)
def test_another_sex_on_the_form_is_a_warning(form_sex, warns):
    found = parse(WOMAN, form_sex=form_sex)
    assert found.valid
    assert (found.warning is not None) is warns


def test_two_warnings_are_both_told():
    warning = str(parse("110105491231002", form_sex=1).warning)
    assert "表上填的是男" in warning
    assert "15 位旧号" in warning


@pytest.mark.parametrize(("as_of", "warns"), [(date(2059, 12, 31), False), (date(2060, 12, 31), True)])
def test_more_than_110_years_is_a_warning(as_of, warns):
    found = parse_id_number(WOMAN, as_of)
    assert found.valid
    assert (found.warning is not None) is warns


def test_an_unknown_area_is_a_warning_because_codes_change():
    first17 = "99010519491231002"
    assert parse(first17 + check_character(first17)).warning is not None
    first17 = "17010519491231002"
    found = parse(first17 + check_character(first17))
    assert found.valid
    assert "170105" in str(found.warning)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("370685194912310013", "370685********0013"),
        ("110105491231002", "110105*****1002"),
        ("E12345678", "E1*****78"),
        ("A123", "****"),
        ("", ""),
    ],
)
def test_a_number_is_masked_for_screens_that_others_can_see(number, masked):
    assert mask_id_number(number) == masked
