"""Rosters: what every line would do, and what an import leaves in the database."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.errors import UserError
from app.interchange.mapping import Mapping, guess_mapping
from app.interchange.roster import RosterImport
from app.interchange.roster_plan import Action
from app.interchange.tables import Formula, RawRow, RawTable
from app.interchange.xlsx_files import write_xlsx
from app.services.history import broken_links
from app.services.households import Households
from app.services.progress import Cancelled
from app.services.resident_keys import check_keys
from app.services.resident_views import ID_TO_VERIFY, ID_UPGRADED
from app.services.residents import Residents
from app.services.search import Search
from db.models import AuditEntry, FormEntry, Household, Resident, Revision
from tests.residents import cover, found_household, id_number, info, register

HEADERS = ("姓名", "身份证号", "联系电话", "家庭住址", "户籍地址", "组", "户编号", "与户主关系")
LI = ("李桂兰", id_number("19550308", 432), "13812342716", "柳庄村3组", "柳庄村3组", "3组", "12", "妻")
DA = ("李大山", id_number("19530102", 433), "13912340001", "柳庄村3组", "柳庄村3组", "3组", "12", "户主")


def table(*lines, headers=HEADERS):
    """A table as it would be read; the first line below the header is line 2."""
    rows = tuple(RawRow(place, tuple(line)) for place, line in enumerate(lines, start=2))
    return RawTable("名单.xlsx", tuple(headers), rows, 1)


def changed(line, **columns):
    """A line with some cells changed, by header."""
    cells = list(line)
    for header, value in columns.items():
        cells[HEADERS.index(header)] = value
    return tuple(cells)


@pytest.fixture
def roster(clinic_desk):
    return RosterImport(clinic_desk)


def plan_of(roster, *lines, headers=HEADERS, mapping=None, **options):
    content = table(*lines, headers=headers)
    return roster.dry_run(content, mapping or guess_mapping(content), **options)


def actions(plan):
    return [row.action.value for row in plan.rows]


def reasons(plan, place=0):
    return " ".join(str(reason) for reason in plan.rows[place].reasons)


def count(desk, entity):
    with desk.sessions.reading() as session:
        return session.scalar(select(func.count()).select_from(entity))


def imported(desk, *lines, **options):
    roster = RosterImport(desk)
    return roster.apply(plan_of(roster, *lines, **options))


def of_name(desk, name):
    return Residents(desk).get(Search(desk).find(name)[0].resident_id)


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


# ---- residents on file


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


# ---- the whole


def test_a_database_that_changed_meanwhile_is_looked_at_again(clinic_desk, roster):
    plan = plan_of(roster, LI, DA)
    register(clinic_desk, "王五", "1960-01-01", 1)
    assert roster.apply(plan).added == 2
    plan = plan_of(roster, changed(LI, 联系电话="13700001111"))
    view = of_name(clinic_desk, "李桂兰")
    record = Residents(clinic_desk).record(view.id)
    Residents(clinic_desk).revise(
        view.id, {**record.cover, "phone": "13600001111"}, None, revision=view.revision, reason="换号"
    )
    with pytest.raises(UserError, match="重新核对"):
        roster.apply(plan)
    assert of_name(clinic_desk, "李桂兰").phone == "13600001111"


def test_an_import_that_is_cancelled_leaves_nothing(clinic_desk, roster):
    plan = plan_of(
        roster, *[changed(LI, 姓名=f"李{n}", 身份证号=id_number("19550308", n)) for n in range(1, 60)]
    )
    asked = []

    def after_three_times():
        asked.append(1)
        return len(asked) > 3

    with pytest.raises(Cancelled):
        roster.apply(plan, cancelled=after_three_times)
    assert [
        count(clinic_desk, entity) for entity in (Resident, FormEntry, Household, Revision, AuditEntry)
    ] == [0] * 5
    with pytest.raises(Cancelled):
        plan_of(roster, LI, cancelled=lambda: True)


def test_progress_is_reported_up_to_the_end(roster):
    steps = []
    plan = plan_of(roster, LI, DA, report=lambda done, total, sentence: steps.append((done, total)))
    roster.apply(plan, lambda done, total, sentence: steps.append((done, total)))
    assert steps[-1][0] == steps[-1][1]
    assert all(done <= total for done, total in steps)


def test_a_mapping_without_a_name_imports_nothing(roster):
    with pytest.raises(UserError, match="姓名"):
        plan_of(roster, ("x", LI[1]), headers=("代号", "身份证号"))


BAD_LINES = {
    "no name": lambda line: ("", *line[1:]),
    "wrong check": lambda line: (line[0], line[1][:17] + ("1" if line[1][17] != "1" else "2"), *line[2:]),
    "lost digits": lambda line: (line[0], float(int(line[1][:17] + "0")), *line[2:]),
    "no such day": lambda line: (line[0], line[1][:10] + "0231" + line[1][14:], *line[2:]),
    "twice": None,
}


def villagers(amount, seed):
    """Lines of made-up villagers in households of four, about one in twenty of them bad; and how many are good."""
    dice = random.Random(seed)
    lines, good = [], 0
    for n in range(amount):
        born = date(1935, 1, 1) + timedelta(days=dice.randrange(30000))
        name = (
            dice.choice("王李张刘陈杨赵黄周吴单曾")
            + dice.choice("伟芳娜秀英敏静丽强磊")
            + dice.choice("军洋勇艳杰娟涛明超兰")
        )
        sex = dice.randrange(2)
        line = (
            name,
            id_number(f"{born:%Y%m%d}", (2 * n + sex) % 1000, county=f"4116{24 + n // 500}"),
            f"13{dice.randrange(10**9):09d}",
            "柳庄村",
            "柳庄村",
            f"{n // 4 % 12 + 1}组",
            str(n // 4 + 1),
            ("户主", "配偶", "子", "女")[n % 4],
        )
        kind = dice.choice(list(BAD_LINES)) if dice.random() < 0.05 and lines else None
        if kind == "twice":
            lines.append(("重复的人", lines[0][1], *line[2:]))
        elif kind is not None:
            lines.append(BAD_LINES[kind](line))
        else:
            good += 1
            lines.append(line)
    return lines, good


def test_2500_lines_with_one_bad_in_twenty_are_imported_but_for_the_bad_ones(clinic_desk, roster, tmp_path):
    lines, good = villagers(2500, seed=20261122)
    path = tmp_path / "名单.xlsx"
    write_xlsx(path, "名单", HEADERS, lines)
    content = roster.read(path)
    plan = roster.dry_run(content, roster.guess(content))
    assert (plan.count(Action.ADD), plan.count(Action.REFUSE), plan.count(Action.ASK)) == (
        good,
        2500 - good,
        0,
    )
    assert 80 < 2500 - good < 170
    assert all(row.reasons for row in plan.left_out)
    result = roster.apply(plan)
    assert (result.added, count(clinic_desk, Resident)) == (good, good)
    with clinic_desk.sessions.reading() as session:
        assert (check_keys(session).wrong, broken_links(session)) == ((), [])
        numbers = session.scalars(select(Resident.record_no).order_by(Resident.number)).all()
        assert numbers == [f"411624104115{serial:05d}" for serial in range(1, good + 1)]
        heads = session.scalar(select(func.count()).where(Household.head_id.is_not(None)))
        assert 580 < heads <= 625
    again = roster.dry_run(content, roster.guess(content))
    assert again.count(Action.SAME) == good


def test_the_lines_left_out_are_kept_with_their_reasons_and_can_be_imported_when_put_right(
    clinic_desk, roster, tmp_path
):
    bad = changed(LI, 身份证号=LI[1][:-1])
    plan = plan_of(roster, DA, bad, ("=1+1", "x"))
    assert roster.save_refused(plan, tmp_path / "未导入.xlsx") == 2
    kept = roster.read(tmp_path / "未导入.xlsx")
    assert kept.headers[:4] == ("未导入的原因", "原来的行号", "姓名", "身份证号")
    assert "18 位" in kept.rows[0].cells[0]
    assert kept.rows[0].cells[1:4] == (3, "李桂兰", LI[1][:-1])
    assert kept.rows[1].cells[2] == "=1+1"
    roster.apply(plan)
    rows = tuple(RawRow(row.line, (*row.cells[:3], LI[1], *row.cells[4:])) for row in kept.rows[:1])
    mended = RawTable("改好.xlsx", kept.headers, rows, 1)
    assert roster.apply(roster.dry_run(mended, roster.guess(mended))).added == 1
    assert of_name(clinic_desk, "李桂兰").household.head_name == "李大山"


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
