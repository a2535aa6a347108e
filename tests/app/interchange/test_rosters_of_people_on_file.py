"""Rosters: what a line does to somebody who is on file already."""

from __future__ import annotations

from datetime import date

import pytest

from app.services.resident_keys import check_keys
from app.services.residents import Residents
from app.services.search import Search
from db.models import Resident, Revision
from tests.app.interchange.roster_lines import (
    DA,
    HEADERS,
    LI,
    actions,
    changed,
    count,
    imported,
    plan_of,
    reasons,
)
from tests.residents import id_number, register


def test_a_second_import_of_the_same_file_changes_nothing(clinic_desk, roster):
    imported(clinic_desk, LI, DA)
    before = count(clinic_desk, Revision)
    plan = plan_of(roster, LI, DA)
    assert actions(plan) == ["same", "same"]
    roster.apply(plan)
    assert count(clinic_desk, Revision) == before


def test_a_change_is_shown_from_and_to_and_written_as_a_revision(clinic_desk, roster, clock):
    view = register(clinic_desk, "李桂兰", "1955-03-08", 2)
    clock.forward(days=1)
    plan = plan_of(roster, changed(LI, 联系电话="13700001111", 家庭住址="", 户籍地址="新址"))
    assert actions(plan) == ["change"]
    assert {(c.label, c.before, c.after) for c in plan.rows[0].changes} == {
        ("联系电话", "13812342716", "13700001111"),
        ("户籍地址", "青石镇柳庄村3组12号", "新址"),
        ("户编号", "", "3组 12"),
    }
    roster.apply(plan)
    residents = Residents(clinic_desk)
    now = residents.get(view.id)
    assert (now.phone, now.registered_address, now.current_address, now.revision) == (
        "13700001111",
        "新址",
        "青石镇柳庄村3组12号",
        2,
    )
    assert (now.household.group_name, now.relation, now.drug_allergy) == ("3组", "妻", (2,))
    assert residents.record(view.id).info["own_phone"] == "13700001111"
    assert ("联系电话", "13812342716", "13700001111") in [
        (c.label, c.before, c.after) for c in residents.history(view.id)[0].changes
    ]
    assert Search(clinic_desk).find("1111")[0].resident_id == view.id
    with clinic_desk.sessions.reading() as session:
        assert check_keys(session).wrong == ()


def test_the_doctors_own_list_of_diseases_and_a_precise_birth_are_not_replaced(clinic_desk, roster):
    register(clinic_desk, "李桂兰", "1955-03-08", 2)
    headers = ("姓名", "身份证号", "出生日期", "是否高血压", "糖尿病")
    plan = plan_of(roster, ("李桂兰", LI[1], "1955", "是", "是"), headers=headers)
    assert actions(plan) == ["same"]
    assert [found.disease for found in roster.apply(plan).diseases] == ["htn", "dm"]


def test_another_name_with_the_same_number_is_asked_about(clinic_desk, roster):
    view = register(clinic_desk, "李桂兰", "1955-03-08", 2)
    line = changed(LI, 姓名="李桂蓝")
    plan = plan_of(roster, line)
    assert actions(plan) == ["ask"]
    assert "李桂兰" in reasons(plan)
    roster.apply(plan_of(roster, line, decisions={2: "change"}))
    assert Residents(clinic_desk).get(view.id).name == "李桂蓝"


@pytest.mark.parametrize(
    ("decision", "action", "people"),
    [(None, "ask", 1), ("change", "change", 1), ("add", "add", 2), ("skip", "refuse", 1)],
)
def test_a_namesake_of_the_same_birth_without_a_number_is_asked_about(
    clinic_desk, roster, decision, action, people
):
    register(clinic_desk, "李桂兰", "1955-03-08", 2)
    headers = ("姓名", "性别", "出生日期", "电话")
    decisions = {2: decision} if decision else {}
    plan = plan_of(roster, ("李桂兰", "女", "1955-03", "13700001111"), headers=headers, decisions=decisions)
    assert actions(plan) == [action]
    roster.apply(plan)
    assert count(clinic_desk, Resident) == people


def test_a_namesake_with_another_number_is_another_person(clinic_desk, roster):
    register(clinic_desk, "李桂兰", "1955-03-08", 2)
    assert actions(plan_of(roster, changed(LI, 身份证号=id_number("19550308", 434)))) == ["add"]


def test_who_has_died_is_not_changed_without_a_question(clinic_desk, roster):
    view = register(clinic_desk, "李桂兰", "1955-03-08", 2)
    Residents(clinic_desk).change_state(view.id, "dead", date(2026, 11, 1), "脑卒中")
    plan = plan_of(roster, changed(LI, 联系电话="13700001111"))
    assert actions(plan) == ["ask"]
    assert "死亡" in reasons(plan)
    plan = plan_of(roster, ("李桂兰", LI[1]), headers=HEADERS[:2])
    assert actions(plan) == ["same"]
    assert "死亡" in str(plan.rows[0].notes[0])
