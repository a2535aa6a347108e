"""Cells as answers: Excel's numbers, dates, labels, and codes that mean different things in different lists."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from app.forms.kinds import Unreadable
from app.interchange.tables import Formula
from app.interchange.values import (
    CODINGS,
    birth_text,
    cell_text,
    id_text,
    read_choice,
    read_diseases,
    read_distance,
    read_flag,
)

LI_ID = "411624195503084327"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (" 李 ", "李"),
        (13812342716, "13812342716"),
        (13812342716.0, "13812342716"),
        (1.5, "1.5"),
        (True, "是"),
        (datetime(1955, 3, 8), "1955-03-08"),
        (date(1955, 3, 8), "1955-03-08"),
        ("-", ""),
        ("—", ""),
        ("#N/A", ""),
        ("/", ""),
        ("'=1", "=1"),
        ("'李", "'李"),
        ("\ufeff姓名", "姓名"),
        (Formula("=A1"), ""),
        (0, "0"),
    ],
)
def test_a_cell_is_read_as_a_person_sees_it(cell, text):
    assert cell_text(cell) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (LI_ID, LI_ID),
        (int(LI_ID), LI_ID),
        (" 41162419550308432x ", "41162419550308432X"),
        (None, ""),
        ("无数据", ""),
    ],
)
def test_an_id_number_is_read_as_text(cell, text):
    assert id_text(cell) == text


@pytest.mark.parametrize(
    "cell", [4.11624195503084e17, float(int(LI_ID)), "4.11624E+17", "4.11624195503084e17"]
)
def test_an_id_number_that_excel_has_rounded_is_refused(cell):
    with pytest.raises(Unreadable, match="丢失"):
        id_text(cell)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (datetime(1955, 3, 8), "1955-03-08"),
        (19550308, "1955-03-08"),
        ("19550308", "1955-03-08"),
        ("1955.3.8", "1955-03-08"),
        ("1955/3/8", "1955-03-08"),
        ("1955年3月8日", "1955-03-08"),
        ("1955-03", "1955-03"),
        ("1955年3月", "1955-03"),
        ("195503", "1955-03"),
        (1955, "1955"),
        ("1955", "1955"),
        (20156, "1955-03-08"),
        (20156.0, "1955-03-08"),
        ("20156", "1955-03-08"),
        (None, ""),
        ("", ""),
    ],
)
def test_a_birth_is_read_from_every_usual_writing(cell, text):
    assert birth_text(cell) == text


@pytest.mark.parametrize("cell", ["55.3.8", "1955-02-30", "昨天", "1955-13", 99999999])
def test_what_is_no_date_is_refused(cell):
    with pytest.raises(Unreadable):
        birth_text(cell)


@pytest.mark.parametrize(
    ("target", "written", "code"),
    [
        ("sex", "男", 1),
        ("sex", "女性", 2),
        ("sex", "1", 1),
        ("sex", "2 女", 2),
        ("sex", "F", 2),
        ("residence_type", "户籍", 1),
        ("residence_type", "流动人口", 2),
        ("residence_type", "1", 1),
        ("ethnic_group", "汉族", 1),
        ("ethnic_group", "汉", 1),
        ("ethnic_group", "01", 1),
        ("ethnic_group", "1", 1),
        ("blood_abo", "A", 1),
        ("blood_abo", "ab型", 4),
        ("blood_abo", "不详", 5),
        ("blood_rh", "阴性", 1),
        ("blood_rh", "RH+", 2),
        ("blood_rh", "Rh(-)", 1),
        ("blood_rh", "否", 2),
        ("blood_rh", "是", 1),
        ("education", "初中", 7),
        ("education", "3.初中", 7),
        ("education", "大专", 3),
        ("education", "本科", 2),
        ("education", "文盲", 9),
        ("occupation", "农民", 4),
        ("occupation", "无业", 8),
        ("occupation", "干部", 0),
        ("marital_status", "已婚", 2),
        ("marital_status", "离异", 4),
        ("marital_status", "丧偶", 3),
    ],
)
def test_labels_and_what_lists_call_them_are_taken_as_the_forms_code(target, written, code):
    assert read_choice(target, written, None) == (code, "")


@pytest.mark.parametrize(
    ("target", "written", "codes", "note"),
    [
        ("ethnic_group", "回族", 99, "回族"),
        ("ethnic_group", "彝", 99, "彝族"),
        ("ethnic_group", "03", 99, "回族"),
        ("ethnic_group", "MG", 99, "蒙古族"),
        ("payment_means", "新农合、商业保险", [3, 5], ""),
        ("payment_means", "城乡居民医保", [3], ""),
        ("payment_means", "铁路医保", [8], "铁路医保"),
        ("drug_allergy", "青霉素", [2], ""),
        ("drug_allergy", "头孢", [5], "头孢"),
        ("drug_allergy", "青霉素，头孢", [2, 5], "头孢"),
        ("drug_allergy", "否认", [1], ""),
        ("disability", "肢体", [5], ""),
        ("disability", "无", [1], ""),
    ],
)
def test_an_answer_that_opens_a_line_keeps_what_was_written(target, written, codes, note):
    assert read_choice(target, written, None) == (codes, note)


@pytest.mark.parametrize(
    ("target", "written", "coding", "code"),
    [
        ("blood_rh", "1", "form", 1),
        ("blood_rh", "1", "2011", 2),
        ("blood_rh", "2", "2011", 1),
        ("blood_rh", "1", "vendor", 2),
        ("education", "1", "form", 1),
        ("education", "1", "vendor", 9),
        ("education", "30", "gb", 3),
        ("education", "99", "gb", 10),
        ("education", "5", "2011", 3),
        ("occupation", "1", "form", 1),
        ("occupation", "1", "2011", 0),
        ("occupation", "8", "2011", 7),
        ("marital_status", "10", "gb", 1),
        ("marital_status", "22", "gb", 2),
        ("marital_status", "60", "vendor", 5),
        ("livestock_pen", "1", "form", 1),
        ("livestock_pen", "1", "2011", 2),
    ],
)
def test_a_code_is_taken_by_the_numbering_that_is_named(target, written, coding, code):
    assert read_choice(target, written, coding) == (code, "")


@pytest.mark.parametrize(
    ("target", "written", "codes"), [("payment_means", "01、05", [1, 5]), ("payment_means", "99", [8])]
)
def test_codes_of_the_data_set_are_taken_too(target, written, codes):
    assert read_choice(target, written, "dataset") == (codes, "")


@pytest.mark.parametrize("target", sorted(CODINGS))
def test_a_bare_code_of_a_list_with_several_numberings_is_not_guessed(target):
    with pytest.raises(Unreadable, match="不知道按哪一版"):
        read_choice(target, "1", None)


@pytest.mark.parametrize(
    ("target", "written", "coding"),
    [
        ("education", "15", "gb"),
        ("sex", "3", None),
        ("marital_status", "订婚", None),
        ("blood_abo", "C", None),
    ],
)
def test_what_is_in_no_list_is_refused(target, written, coding):
    with pytest.raises(Unreadable):
        read_choice(target, written, coding)


def test_every_numbering_gives_codes_that_the_form_has():
    from app.forms.personal_info import FORM

    for target, numberings in CODINGS.items():
        known = {option.code for option in FORM.fields[target].kind.options}
        for coding in numberings.values():
            assert set(coding.values()) <= known


@pytest.mark.parametrize(
    ("cell", "flag"),
    [
        ("是", (True, "")),
        ("√", (True, "")),
        (1, (True, "")),
        ("否", (False, "")),
        (None, (False, "")),
        (0, (False, "")),
        ("×", (False, "")),
        ("2019-05-01", (True, "2019-05")),
        ("2019", (True, "2019")),
        (datetime(2019, 5, 1), (True, "2019-05")),
    ],
)
def test_a_disease_column_tells_whether_and_since_when(cell, flag):
    assert read_flag(cell) == flag


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("高血压、糖尿病", {"htn": "", "dm": ""}),
        ("高血压病3级", {"htn": ""}),
        ("2型糖尿病", {"dm": ""}),
        ("冠心病", {}),
        ("无高血压", {}),
        ("", {}),
    ],
)
def test_diseases_are_found_in_a_text(text, found):
    assert read_diseases(text) == found


@pytest.mark.parametrize(
    ("text", "km"),
    [("1.5", Decimal("1.5")), ("2公里", Decimal(2)), ("3 km", Decimal(3)), ("很远", None), ("", None)],
)
def test_a_distance_is_read_in_kilometres(text, km):
    assert read_distance(text) == km
