"""Rosters: what each line of people who are new would do, and which lines are refused or asked about."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.interchange.mapping import Mapping, guess_mapping
from app.interchange.tables import Formula
from app.services.history import broken_links
from app.services.households import Households
from app.services.resident_keys import check_keys
from app.services.resident_views import ID_TO_VERIFY, ID_UPGRADED
from app.services.residents import Residents
from db.models import AuditEntry, FormEntry, Household, Resident, Revision
from tests.app.interchange.roster_lines import (
    DA,
    HEADERS,
    LI,
    actions,
    changed,
    count,
    imported,
    of_name,
    plan_of,
    reasons,
    table,
)
from tests.residents import cover, found_household, id_number, info, register

# ---- new residents


def test_a_dry_run_writes_nothing(roster, clinic_desk):
    plan = plan_of(roster, DA, LI)
    assert actions(plan) == ["add", "add"]
    assert [
        count(clinic_desk, entity) for entity in (Resident, FormEntry, Household, Revision, AuditEntry)
    ] == [0] * 5


def test_an_import_makes_whole_records_households_and_history(clinic_desk):
    result = imported(clinic_desk, LI, DA)
    assert (result.added, result.households, sorted(result.resident_ids)) == (2, 1, [2, 3])
    view = of_name(clinic_desk, "李桂兰")
    assert (view.sex, view.birth_text, view.phone, view.record_no) == (
        2,
        "1955-03-08",
        "13812342716",
        "41162410411500001",
    )
    home = Households(clinic_desk).get(view.household.household_id)
    assert (home.group_name, home.number, home.head_name, home.address) == (
        "3组",
        "12",
        "李大山",
        "柳庄村3组",
    )
    assert [(m.name, m.relation_shown) for m in home.members] == [("李大山", "户主"), ("李桂兰", "妻")]
    record = Residents(clinic_desk).record(view.id)
    assert (record.cover["created_org"], record.cover["created_date"]) == ("柳庄村卫生室", date(2026, 11, 22))
    assert record.info_is_partial
    first = Residents(clinic_desk).history(view.id)[-1]
    assert (first.is_first, first.reason, first.user_name) == (True, "名单导入", "王明")
    with clinic_desk.sessions.reading() as session:
        assert (broken_links(session), check_keys(session).wrong) == ([], ())
        assert session.scalars(select(AuditEntry.action)).all() == ["residents.import"]
        covers = session.scalars(select(FormEntry.state).where(FormEntry.form_code == "record_cover")).all()
        assert covers == ["complete", "complete"]


def test_the_next_registration_goes_on_after_an_import(clinic_desk):
    imported(clinic_desk, LI, DA)
    assert register(clinic_desk, "王五", "1970-01-01", 1).record_no == "41162410411500003"


def test_more_answers_make_a_partial_or_a_whole_second_form(clinic_desk):
    headers = (*HEADERS, "文化程度", "民族", "备注")
    imported(clinic_desk, (*LI, "小学", "回族", "外出务工"), headers=headers)
    view = of_name(clinic_desk, "李桂兰")
    record = Residents(clinic_desk).record(view.id)
    assert (record.info["education"], record.info["ethnic_group_note"], record.info_is_partial) == (
        8,
        "回族",
        True,
    )
    assert (view.ethnic_code, view.care_note) == ("03", "外出务工")


def test_people_without_a_number_get_a_reason(clinic_desk):
    headers = ("姓名", "性别", "出生日期")
    imported(clinic_desk, ("李新生", "男", date(2026, 11, 1)), ("王老太", "女", "1938"), headers=headers)
    assert of_name(clinic_desk, "李新生").no_id_reason == "新生儿未上户"
    old = of_name(clinic_desk, "王老太")
    assert (old.no_id_reason, old.birth_text) == ("其他", "1938")


@pytest.mark.parametrize(
    ("headers", "lines", "homes"),
    [
        (
            ("姓名", "身份证号", "户主姓名", "家庭住址"),
            [("甲一", "", "甲一", "东"), ("甲二", "", "甲一", "东"), ("乙一", "", "乙一", "东")],
            [["甲一", "甲二"], ["乙一"]],
        ),
        (
            ("姓名", "身份证号", "与户主关系"),
            [("甲一", "", "户主"), ("甲二", "", "妻"), ("乙一", "", "户主"), ("乙二", "", "子")],
            [["甲一", "甲二"], ["乙一", "乙二"]],
        ),
        (
            ("姓名", "身份证号", "户号", "组"),
            [("甲一", "", "1", "1"), ("甲二", "", "1", "第1组"), ("乙一", "", "1", "2组")],
            [["甲一", "甲二"], ["乙一"]],
        ),
        (("姓名", "身份证号"), [("甲一", "")], []),
    ],
)
def test_households_are_made_from_what_the_roster_tells(clinic_desk, headers, lines, homes):
    numbered = [(line[0], id_number("19600101", 100 + place), *line[2:]) for place, line in enumerate(lines)]
    imported(clinic_desk, *numbered, headers=headers)
    households = Households(clinic_desk)
    found = [[member.name for member in households.get(row.id).members] for row in households.find()]
    assert sorted(map(sorted, found)) == sorted(map(sorted, homes))


def test_a_newcomer_joins_the_household_on_file(clinic_desk):
    head = register(clinic_desk, "李大山", "1953-01-02", 1, found_household("3组", "12"))
    result = imported(clinic_desk, LI)
    assert result.households == 0
    assert of_name(clinic_desk, "李桂兰").household.household_id == head.household.household_id


def test_diseases_are_handed_back_for_enrolment(clinic_desk):
    headers = (*HEADERS, "是否高血压", "糖尿病确诊时间", "慢病")
    result = imported(clinic_desk, (*LI, "是", "2019-05", ""), (*DA, "否", "", "高血压"), headers=headers)
    assert [(found.name, found.disease, found.since) for found in result.diseases] == [
        ("李桂兰", "htn", ""), ("李桂兰", "dm", "2019-05"), ("李大山", "htn", "")
    ]  # fmt: skip
    info = Residents(clinic_desk).record(of_name(clinic_desk, "李桂兰").id).info
    assert info["disease_history"] == [{"code": 2}, {"code": 3, "confirmed_ym": "2019-05"}]


# ---- lines that are refused or asked about


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"姓名": ""}, "请填写姓名"),
        ({"姓名": "李" * 51}, "最多 50 个字"),
        ({"身份证号": LI[1][:17] + ("1" if LI[1][17] != "1" else "2")}, "最后一位"),
        ({"身份证号": LI[1][:-1]}, "18 位"),
        ({"身份证号": float(int(LI[1]))}, "丢失"),
        ({"身份证号": "4.11624E+17"}, "丢失"),
        ({"身份证号": int(LI[1][:15] + "000")}, "丢失"),
        ({"身份证号": ""}, "没有出生日期"),
        ({"身份证号": Formula("=A1")}, "公式"),
    ],
)
def test_a_useless_line_is_refused_with_the_reason(roster, change, sentence):
    plan = plan_of(roster, changed(LI, **change))
    assert actions(plan) == ["refuse"]
    assert sentence in reasons(plan)


def test_the_same_person_twice_in_one_file_is_imported_once(roster):
    plan = plan_of(roster, LI, DA, changed(LI, 姓名="李桂蓝"))
    assert actions(plan) == ["add", "add", "refuse"]
    assert "第 2 行" in reasons(plan, 2)
    plan = plan_of(
        roster, ("王五", "男", "1960"), ("王五", "男", "1960"), headers=("姓名", "性别", "出生日期")
    )
    assert actions(plan) == ["add", "refuse"]


def test_a_sex_that_differs_from_the_number_is_asked_about(roster, clinic_desk):
    headers = (*HEADERS, "性别")
    plan = plan_of(roster, (*LI, "男"), headers=headers)
    assert actions(plan) == ["ask"]
    assert "性别" in reasons(plan)
    assert roster.apply(plan).left_out == 1
    assert count(clinic_desk, Resident) == 0
    assert actions(plan_of(roster, (*LI, "男"), headers=headers, decisions={2: "add"})) == ["add"]
    assert actions(plan_of(roster, (*LI, "男"), headers=headers, decisions={2: "skip"})) == ["refuse"]


def test_a_failing_number_may_be_kept_to_be_verified(clinic_desk, roster):
    failing = LI[1][:17] + ("1" if LI[1][17] != "1" else "2")
    content = table(
        (*changed(LI, 身份证号=failing), "女", "1955-03-08"), headers=(*HEADERS, "性别", "出生日期")
    )
    mapping = guess_mapping(content)
    assert actions(roster.dry_run(content, mapping)) == ["refuse"]
    kept = Mapping(mapping.columns, mapping.codings, keep_unverified_ids=True)
    roster.apply(roster.dry_run(content, kept))
    view = of_name(clinic_desk, "李桂兰")
    assert (view.id_number, view.id_number_state) == (failing, ID_TO_VERIFY)


def test_an_old_number_is_stored_with_18_digits(clinic_desk):
    imported(clinic_desk, changed(LI, 身份证号=LI[1][:6] + LI[1][8:17]))
    view = of_name(clinic_desk, "李桂兰")
    assert (view.id_number, view.id_number_state) == (LI[1], ID_UPGRADED)


def test_a_value_that_is_not_understood_is_left_out_and_said(roster, clinic_desk):
    plan = plan_of(roster, (*LI, "订婚", "1"), headers=(*HEADERS, "婚姻状况", "RH"))
    assert actions(plan) == ["add"]
    notes = " ".join(str(note) for note in plan.rows[0].notes)
    assert "订婚" in notes
    assert "不知道按哪一版" in notes
    roster.apply(plan)
    assert of_name(clinic_desk, "李桂兰").blood_rh is None


def test_a_numbering_that_is_named_is_used(clinic_desk, roster):
    content = table((*LI, "1"), headers=(*HEADERS, "RH阴性"))
    mapping = guess_mapping(content).with_coding("blood_rh", "2011")
    roster.apply(roster.dry_run(content, mapping))
    assert of_name(clinic_desk, "李桂兰").blood_rh == 2


def test_a_record_number_of_somebody_else_is_refused(clinic_desk, roster):
    register(clinic_desk, "王五", "1960-01-01", 1)
    plan = plan_of(roster, (*LI, "41162410411500001"), headers=(*HEADERS, "档案编号"))
    assert actions(plan) == ["refuse"]
    assert "王五" in reasons(plan)


def test_record_numbers_of_the_county_are_taken_as_they_are(clinic_desk, roster):
    plan = plan_of(roster, (*LI, "411624104215 00037"), headers=(*HEADERS, "健康档案编码"))
    assert actions(plan) == ["add"]
    assert "统计用" in str(plan.rows[0].notes[0])
    roster.apply(plan)
    assert of_name(clinic_desk, "李桂兰").record_no == "41162410421500037"


def test_a_whole_second_form_is_complete(clinic_desk):
    answers = info()
    headers = (
        "姓名",
        "身份证号",
        "电话",
        "现住址",
        "户籍地址",
        "联系人姓名",
        "联系人电话",
        "常住类型",
        "民族",
        "血型",
        "RH",
        "文化程度",
        "职业",
        "婚姻状况",
        "医疗费用支付方式",
        "药物过敏史",
        "暴露史",
        "残疾情况",
        "高血压确诊时间",
    )
    line = (
        "李桂兰",
        answers["id_number"],
        cover()["phone"],
        "柳庄",
        "柳庄",
        "李大山",
        "13912340001",
        "户籍",
        "汉族",
        "A型",
        "阳性",
        "小学",
        "农民",
        "已婚",
        "新农合",
        "青霉素",
        "无",
        "无残疾",
        "2019-05",
    )
    imported(clinic_desk, line, headers=headers)
    record = Residents(clinic_desk).record(of_name(clinic_desk, "李桂兰").id)
    same = {code for code in answers if record.info.get(code) == answers[code]}
    assert same >= {"sex", "residence_type", "blood_abo", "blood_rh", "education", "occupation", "marital_status",
                    "payment_means", "drug_allergy", "exposure", "disability", "disease_history"}  # fmt: skip
