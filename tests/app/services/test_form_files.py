"""Answers files: what of a JSON file reaches the paper."""

from __future__ import annotations

from datetime import date

import pytest

from app.errors import UserError
from app.services.form_files import read_answers
from app.services.problems import Refused

TODAY = date(2026, 11, 22)
WHOLE = "37068510110100002"
VISIT = {"visit_date": "2026-11-22", "symptoms": [2], "sbp": 136, "dbp": 84}


@pytest.mark.parametrize(
    "content",
    [
        {"name": "张三", "record_no": WHOLE, **VISIT},
        {"name": "张三", "record_no": WHOLE, "answers": VISIT},
        {"person": {"name": "张三", "record_no": WHOLE}, **VISIT},
        {"person": {"name": "张三", "record_no": WHOLE}, "visits": [VISIT]},
    ],
)
def test_person_and_answers_may_stand_together_or_apart(content):
    file = read_answers("htn_followup", content, TODAY)
    assert (file.name, file.record_no, len(file.visits)) == ("张三", WHOLE, 1)
    assert file.visits[0]["sbp"] == 136


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        (WHOLE, WHOLE),
        (int(WHOLE), WHOLE),
        ("370685-101-101-00002", WHOLE),
        ("101-00002", "101-00002"),
        ("10100002", "10100002"),
        (None, ""),
        ("", ""),
    ],
)
def test_a_record_number_is_whole_or_its_last_8_digits(written, printed):
    assert read_answers("htn_followup", {**VISIT, "record_no": written}, TODAY).record_no == printed


@pytest.mark.parametrize(
    "written", ["123", "3706851011010000", "37068510110100000", "37068510100000001", "二"]
)
def test_a_wrong_record_number_is_refused(written):
    with pytest.raises(UserError):
        read_answers("htn_followup", {**VISIT, "record_no": written}, TODAY)
    with pytest.raises(Refused):
        read_answers("record_cover", {"name": "张三", "record_no": written}, TODAY)


def test_the_cover_takes_the_number_as_it_is_usually_written():
    file = read_answers("record_cover", {"name": "张三", "record_no": "370685101101-00002"}, TODAY)
    assert file.visits[0]["record_no"] == file.record_no == WHOLE


def test_a_line_written_for_the_option_without_a_number_is_kept():
    file = read_answers("htn_followup", {**VISIT, "symptoms_other": "牙痛"}, TODAY)
    assert (file.visits[0]["symptoms"], file.visits[0]["symptoms_note"]) == ([2, 10], "牙痛")


@pytest.mark.parametrize("diseases", [["htn", "dm"], "htn,dm", "dm、htn", "dm"])
def test_what_the_person_has_decides_what_is_needed(diseases):
    examined = {"exam_date": "2026-10-12", "diseases": diseases}
    codes = {problem.code for problem in read_answers("health_exam", examined, TODAY).missing}
    assert "dorsalis_pedis" in codes
    assert "dorsalis_pedis" not in {
        problem.code for problem in read_answers("health_exam", {**examined, "diseases": "htn"}, TODAY).missing
    }


@pytest.mark.parametrize("total", [5, "5"])
def test_self_care_follows_from_the_total_beside_the_answers(total):
    file = read_answers("health_exam", {"exam_date": "2026-10-12", "adl_total": total}, TODAY)
    assert file.visits[0]["elder_self_care"] == 2
    with pytest.raises(Refused):
        read_answers("health_exam", {"adl_total": total, "elder_self_care": 1}, TODAY)


@pytest.mark.parametrize("total", [-1, "五"])
def test_a_total_that_is_none_is_refused(total):
    with pytest.raises(UserError):
        read_answers("health_exam", {"exam_date": "2026-10-12", "adl_total": total}, TODAY)
