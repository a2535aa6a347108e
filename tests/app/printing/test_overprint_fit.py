"""Overprints that would not meet the boxes of the paper are told beforehand."""

from __future__ import annotations

import pytest

from app.forms.registry import form
from app.forms.sheets import SHEET_MODULES
from app.printing.overprint_fit import Misfit, misfits, told_misfits
from app.printing.sheets import PersonHead
from tests.samples.form_answers import FILLED

CODES = [code for code in SHEET_MODULES if code in FILLED]
PERSON = PersonHead("李桂兰", "41162410021500037")


@pytest.mark.parametrize("code", CODES)
def test_usual_answers_meet_the_paper(code: str) -> None:
    assert misfits(code, PERSON, [form(code).read(FILLED[code]).answers]) == ()


def test_a_text_that_is_longer_than_its_place_is_told_with_what_it_pushes_along(visit) -> None:
    found = misfits("htn_followup", PERSON, [visit(aux_exam="血钾" * 30)])

    assert [(each.sheet, each.page) for each in found] == [(1, 1)]
    said = told_misfits("高血压患者随访服务记录表", found)
    assert "第 1 页" in said
    assert "请改为整张打印" in said


def test_only_the_sheet_that_does_not_fit_is_told(visit) -> None:
    visits = [visit()] * 4 + [visit(aux_exam="血钾" * 60)]

    assert [each.sheet for each in misfits("htn_followup", PERSON, visits)] == [2]


def test_a_text_that_needs_a_further_page_does_not_fit() -> None:
    answers = form("encounter").read(FILLED["encounter"]).answers | {"subjective": "头晕" * 500, "objective": "查" * 1000}

    [found] = misfits("encounter", PERSON, [answers])
    assert found.page == 1


def test_a_long_name_does_not_count_against_the_paper(visit) -> None:
    assert misfits("htn_followup", PersonHead("欧阳桂兰", "41162410021500037"), [visit()]) == ()


def test_nothing_to_tell_is_nothing_said() -> None:
    assert told_misfits("表", ()) == ""
    assert "第 2 页从“其他”起" in told_misfits("表", [Misfit(1, 2, "其他")])
