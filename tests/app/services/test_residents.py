"""Health records of residents: made, corrected, left, listed; read back from a real encrypted database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.forms.vocabulary import Level
from app.services.enrolments import Enrolments
from app.services.history import broken_links
from app.services.households import HouseholdChoice, Households
from app.services.problems import Refused
from app.services.resident_keys import check_keys
from app.services.resident_views import ID_TO_VERIFY, ID_UPGRADED, ID_VALID, ListFilter
from app.services.residents import Residents
from app.services.search import Search
from db.models import DueTask, FormEntry, Resident, Revision
from tests.residents import cover, found_household, id_number, info, register

LI_ID = id_number("19550308", 432)
FAILING_ID = LI_ID[:17] + ("1" if LI_ID[17] != "1" else "2")
NOBODY = HouseholdChoice.none()


@pytest.fixture
def residents(clinic_desk):
    return Residents(clinic_desk)


def problems(refused) -> dict[str, str]:
    return {problem.code: str(problem.message) for problem in refused.value.problems}


def count(desk, entity) -> int:
    with desk.sessions.reading() as session:
        return session.scalar(select(func.count()).select_from(entity))


# ---- registering


def test_one_registration_writes_the_person_both_forms_their_history_and_the_keys(residents, clinic_desk):
    view = residents.register(cover(), info(), found_household(address="柳庄村3组", distance_km="1.5"))
    assert (view.name, view.sex, view.birth_date, view.age) == ("李桂兰", 2, date(1955, 3, 8), 71)
    assert (view.id_number, view.id_number_state, view.phone) == (LI_ID, ID_VALID, "13812342716")
    assert (view.household.group_name, view.household.number, view.household.distance_km) == (
        "3组",
        "12",
        Decimal("1.5"),
    )
    assert (view.relation, view.household.head_id, view.state, view.revision) == (
        "户主",
        view.id,
        "active",
        1,
    )
    assert (view.drug_allergy, view.allergies, view.ethnic_code) == ((2,), ("青霉素",), "01")
    with clinic_desk.sessions.reading() as session:
        entries = {entry.form_code: entry for entry in session.scalars(select(FormEntry))}
        assert {entry.state for entry in entries.values()} == {"complete"}
        assert entries["record_cover"].answers["created_org"] == "柳庄村卫生室"
        assert entries["record_cover"].answers["responsible_doctor"] == "王明"
        assert entries["personal_info"].answers["disease_history"] == [{"code": 2, "confirmed_ym": "2019-05"}]
        revised = {revision.entity for revision in session.scalars(select(Revision))}
        assert revised == {"resident", "household", "form_entry"}
        assert (broken_links(session), check_keys(session).wrong) == ([], ())


def test_what_the_place_and_the_id_number_tell_need_not_be_written(residents):
    view = residents.register(
        cover(), info(sex=2, birth="1955-03-08") | {"sex": "", "birth_date": ""}, NOBODY
    )
    assert (view.sex, view.birth_text) == (2, "1955-03-08")
    record = residents.record(view.id)
    assert (record.cover["township_name"], record.cover["village_name"]) == ("青石镇", "柳庄村")
    assert record.cover["created_date"] == date(2026, 11, 22)
    assert not record.info_is_partial


def test_every_problem_is_told_at_once_and_nothing_is_written(residents, clinic_desk):
    with pytest.raises(Refused) as refused:
        residents.register(cover(current_address=None), info(education=None, blood_abo="7"), NOBODY)
    assert set(problems(refused)) == {"current_address", "education", "blood_abo"}
    assert (count(clinic_desk, Resident), count(clinic_desk, FormEntry)) == (0, 0)


def test_names_and_numbers_are_stored_as_they_should_be_written(residents):
    view = residents.register(
        cover(" 买买提•阿不都 ", phone="138 1234-2716"), info(id_number=" " + LI_ID.lower() + " "), NOBODY
    )
    assert (view.name, view.phone, view.id_number) == ("买买提·阿不都", "13812342716", LI_ID)


def test_rare_characters_are_kept_and_those_of_private_use_wait_to_be_verified(clinic_desk):
    rare = register(clinic_desk, "𠮷𬱖", phone="13600000001")
    assert (rare.name, rare.to_verify) == ("𠮷𬱖", ())
    private = register(clinic_desk, "王\ue123", "1960-01-01", phone="13600000002")
    assert private.name == "王\ue123"
    assert len(private.to_verify) == 1


def test_a_birth_of_which_only_the_year_is_known_stays_a_year(clinic_desk, residents):
    view = register(clinic_desk, "王老太", "1938", 2, no_id_reason="户口未落实")
    assert (view.birth_date, view.birth_precision, view.birth_text, view.age) == (
        date(1938, 1, 1),
        "year",
        "1938",
        88,
    )
    assert residents.record(view.id).info["birth_date"] == "1938"


@pytest.mark.parametrize(("written", "expected"), [("藏族", "04"), ("回", "03"), ("穿青人", "97")])
def test_a_minority_is_kept_by_its_national_code_and_by_its_name(clinic_desk, residents, written, expected):
    view = register(clinic_desk, ethnic_group=99, ethnic_group_note=written)
    assert view.ethnic_code == expected
    assert residents.record(view.id).info["ethnic_group_note"] == written


# ---- ID numbers


def test_the_second_person_with_an_id_number_is_refused_and_the_first_is_named(clinic_desk):
    register(clinic_desk, "李桂兰")
    with pytest.raises(Refused) as refused:
        register(clinic_desk, "王秀英")
    assert "李桂兰" in problems(refused)["id_number"]
    assert "41162410411500001" in problems(refused)["id_number"]


def test_no_id_number_needs_a_reason(residents):
    with pytest.raises(Refused) as refused:
        residents.register(cover(), info(id_number=None), NOBODY)
    assert set(problems(refused)) == {"id_number"}
    view = residents.register(cover(), info(id_number=None, no_id_reason="证件遗失"), NOBODY)
    assert (view.id_number, view.no_id_reason, view.id_number_state) == (None, "证件遗失", "")


def test_a_failing_number_is_refused_and_never_repaired(residents):
    with pytest.raises(Refused) as refused:
        residents.register(cover(), info(id_number=FAILING_ID), NOBODY)
    assert set(problems(refused)) == {"id_number"}


def test_a_failing_number_on_file_may_be_kept_as_text_and_is_marked(residents):
    view = residents.register(cover(), info(id_number=FAILING_ID), NOBODY, keep_unverified_id=True)
    assert (view.id_number, view.id_number_state) == (FAILING_ID, ID_TO_VERIFY)
    assert len(view.to_verify) == 1
    assert [row.name for row in residents.list_page(ListFilter(only_to_verify=True)).rows] == ["李桂兰"]


def test_an_old_number_of_15_digits_is_kept_with_18_after_a_question(residents):
    old = LI_ID[:6] + LI_ID[8:17]
    with pytest.raises(Refused) as refused:
        residents.register(cover(), info(id_number=old), NOBODY)
    assert [(problem.code, problem.level) for problem in refused.value.problems] == [("id_number", Level.ASK)]
    view = residents.register(cover(), info(id_number=old), NOBODY, confirmed=frozenset({"id_number"}))
    assert (view.id_number, view.id_number_state) == (LI_ID, ID_UPGRADED)


def test_a_newborn_is_linked_to_its_mother_and_needs_a_guardian_only(clinic_desk, residents):
    head = register(clinic_desk, "李大山", "1953-01-02", 1, found_household(), phone="13912340001")
    baby = {"sex": 1, "birth_date": "2026-11-20", "no_id_reason": "新生儿未上户"}
    written = cover("李新生", phone="无")
    view = residents.register(
        written,
        baby,
        HouseholdChoice.join(head.household.household_id, "孙子"),
        confirmed=frozenset({"phone"}),
        mother_id_number=LI_ID,
    )
    assert (view.contact_name, view.contact_phone, view.mother_id_number) == ("李大山", "13912340001", LI_ID)
    assert residents.record(view.id).info_is_partial
    assert count(clinic_desk, FormEntry) == 3  # two of the head, the cover of the child
    with pytest.raises(Refused) as refused:
        residents.register(written | {"name": "王新生"}, baby, NOBODY)
    assert "监护人" in problems(refused)["contact_name"]


@pytest.mark.parametrize(("birth", "is_filled"), [("2019-11-23", False), ("2019-11-22", True)])
def test_the_second_form_begins_with_the_seventh_birthday(clinic_desk, birth, is_filled):
    healthy = [{"code": 1}]
    register(clinic_desk, "李小雨", birth, 2, phone="13600000001", marital_status=1, disease_history=healthy)
    with clinic_desk.sessions.reading() as session:
        states = {entry.form_code: entry.state for entry in session.scalars(select(FormEntry))}
    assert (states["personal_info"] == "complete") is is_filled


# ---- record numbers


def test_record_numbers_are_given_in_order_and_never_twice(clinic_desk, residents):
    first = register(clinic_desk, "甲一", "1950-01-01", 1)
    second = register(clinic_desk, "乙二", "1950-01-02", 1)
    assert (first.record_no, second.record_no) == ("41162410411500001", "41162410411500002")
    record = residents.record(second.id)
    residents.revise(
        second.id,
        {**record.cover, "record_no": "41162410411600001"},
        None,
        revision=1,
        reason="县里改号",
    )
    residents.change_state(first.id, "dead", date(2026, 11, 1), "脑卒中")
    assert register(clinic_desk, "丙三", "1950-01-03", 1).record_no == "41162410411500003"


def test_a_number_of_the_county_is_taken_as_it_is_after_a_question_about_a_statistical_village(residents):
    written = cover(record_no="411624 104 215 00007")
    with pytest.raises(Refused) as refused:
        residents.register(written, info(), NOBODY)
    assert [(problem.code, problem.level) for problem in refused.value.problems] == [("record_no", Level.ASK)]
    view = residents.register(written, info(), NOBODY, confirmed=frozenset({"record_no"}))
    assert (view.record_no, view.record_no_short) == ("41162410421500007", "215-00007")
    assert view.record_no_spaced == "411624 104 215 00007"


def test_a_typed_number_in_our_own_range_moves_the_next_one_on(clinic_desk):
    register(clinic_desk, "甲一", "1950-01-01", 1, record_no="41162410411500100")
    assert register(clinic_desk, "乙二", "1950-01-02", 1).record_no == "41162410411500101"


def test_two_people_do_not_share_a_record_number(clinic_desk):
    register(clinic_desk, "甲一", "1950-01-01", 1)
    with pytest.raises(Refused) as refused:
        register(clinic_desk, "乙二", "1950-01-02", 1, record_no="41162410411500001")
    assert "甲一" in problems(refused)["record_no"]


def test_after_the_last_serial_there_is_no_number(clinic_desk):
    register(clinic_desk, "甲一", "1950-01-01", 1, record_no="41162410411599999")
    with pytest.raises(Refused) as refused:
        register(clinic_desk, "乙二", "1950-01-02", 1)
    assert "没有编号可用了" in problems(refused)["record_no"]


# ---- duplicates


@pytest.mark.parametrize(
    ("name", "birth", "number", "same"),
    [
        ("李桂兰", "1955-03-08", "", "name_and_birth"),
        ("李桂兰", "1955", "", "name_and_birth"),
        ("李桂兰", "1955-03", "", "name_and_birth"),
        ("李·桂兰", "19550308", "", "name_and_birth"),
        ("别的名", "1999-01-01", LI_ID, "id_number"),
        ("李桂兰", "", LI_ID.lower(), "id_number"),
    ],
)
def test_who_may_be_the_same_person_is_shown(clinic_desk, residents, name, birth, number, same):
    register(clinic_desk)
    assert [(hint.name, hint.same) for hint in residents.likely_duplicates(name, birth, number)] == [
        ("李桂兰", same)
    ]


@pytest.mark.parametrize(
    ("name", "birth", "number"),
    [
        ("李桂兰", "1955-03-09", ""),
        ("李桂兰", "1956", ""),
        ("李桂兰", "1955-04", ""),
        ("李桂", "1955", ""),
        ("", "", "4116"),
        ("李桂兰", "昨天", ""),
    ],
)
def test_who_is_not_the_same_person_is_not_shown(clinic_desk, residents, name, birth, number):
    register(clinic_desk)
    assert residents.likely_duplicates(name, birth, number) == []


def test_a_namesake_of_the_same_birth_is_made_only_after_a_question(clinic_desk, residents):
    register(clinic_desk)
    twin = info(id_number=id_number("19550308", 434))
    with pytest.raises(Refused) as refused:
        residents.register(cover(), twin, NOBODY)
    assert [(problem.code, problem.level) for problem in refused.value.problems] == [("name", Level.ASK)]
    assert residents.register(cover(), twin, NOBODY, confirmed=frozenset({"name"})).id_number == id_number(
        "19550308", 434
    )


# ---- correcting


def test_a_correction_is_a_new_revision_with_before_and_after(clinic_desk, residents, clock):
    view = register(clinic_desk)
    clock.forward(days=1)
    record = residents.record(view.id)
    changed = residents.revise(
        view.id, {**record.cover, "phone": "13700001111"}, None, revision=1, reason="换了手机"
    )
    assert (changed.phone, changed.revision) == ("13700001111", 2)
    assert residents.record(view.id).info["own_phone"] == "13700001111"
    latest, first = residents.history(view.id)
    assert (latest.user_name, latest.reason, latest.is_first) == ("王明", "换了手机", False)
    assert [(c.label, c.before, c.after) for c in latest.changes] == [
        ("联系电话", "13812342716", "13700001111")
    ]
    assert first.is_first
    assert ("文化程度", "", "小学") in [(c.label, c.before, c.after) for c in first.changes]


def test_what_one_action_changed_is_one_row_although_time_goes_on_within_it(clinic_desk, clock):
    def going_on():
        clock.forward(milliseconds=3)
        return clock.moment

    desk = replace(clinic_desk, clock=going_on)
    residents, view = Residents(desk), register(desk)
    clock.forward(days=1)
    residents.revise(
        view.id, {**residents.record(view.id).cover, "phone": "13700001111"}, None, revision=1, reason="换了手机"
    )
    latest, first = residents.history(view.id)
    assert (latest.reason, first.is_first) == ("换了手机", True)


def test_a_correction_needs_a_reason(clinic_desk, residents):
    view = register(clinic_desk)
    with pytest.raises(Refused) as refused:
        residents.revise(view.id, None, residents.record(view.id).info, revision=1, reason="  ")
    assert set(problems(refused)) == {"reason"}


def test_a_correction_that_comes_too_late_is_refused_by_name(clinic_desk, residents):
    view = register(clinic_desk)
    record = residents.record(view.id)
    residents.revise(view.id, {**record.cover, "phone": "13700001111"}, None, revision=1, reason="换号")
    with pytest.raises(Refused) as refused:
        residents.revise(view.id, {**record.cover, "phone": "13700002222"}, None, revision=1, reason="换号")
    assert "王明" in problems(refused)["revision"]
    assert residents.get(view.id).phone == "13700001111"


def test_questions_are_asked_only_about_what_changes(clinic_desk, residents):
    view = register(
        clinic_desk,
        "李桂兰",
        "2010-03-08",
        2,
        marital_status=2,
        phone="123456",
        id_number=id_number("20100308", 432),
    )
    record = residents.record(view.id)
    again = residents.revise(view.id, None, {**record.info, "education": 7}, revision=1, reason="升学")
    assert again.revision == 2
    with pytest.raises(Refused) as refused:
        residents.revise(view.id, None, {**record.info, "marital_status": 3}, revision=2, reason="改")
    assert set(problems(refused)) == {"marital_status"}


def test_a_partial_record_is_completed_later(residents):
    known = {"sex": 2, "birth_date": "1955-03-08", "id_number": LI_ID, "education": 8}
    view = residents.register({"name": "李桂兰"}, known, NOBODY, as_partial=True)
    assert residents.record(view.id).info_is_partial
    done = residents.revise(view.id, cover(), info(), revision=1, reason="补全")
    assert not residents.record(done.id).info_is_partial
    with pytest.raises(Refused) as refused:
        residents.register({"name": "王五"}, {"sex": 1}, NOBODY, as_partial=True)
    assert set(problems(refused)) == {"birth_date"}


def test_correcting_the_cover_of_a_partial_record_does_not_ask_for_the_other_form(residents):
    known = {"sex": 2, "birth_date": "1955-03-08", "id_number": LI_ID}
    view = residents.register({"name": "李桂兰"}, known, NOBODY, as_partial=True)
    changed = residents.revise(view.id, cover(), None, revision=1, reason="补地址")
    assert changed.current_address == "青石镇柳庄村3组12号"
    assert residents.record(view.id).info_is_partial


def test_the_note_beside_the_name_is_kept_with_its_history(clinic_desk, residents, clock):
    view = register(clinic_desk)
    clock.forward(minutes=1)
    assert residents.note_care(view.id, "外出务工", revision=1).care_note == "外出务工"
    assert [c.after for c in residents.history(view.id)[0].changes] == ["外出务工"]


# ---- leaving


def test_a_death_closes_what_is_due_and_leaves_the_past_as_it_was(clinic_desk, residents):
    head = register(clinic_desk, "李大山", "1953-01-02", 1, found_household())
    wife = register(clinic_desk, household=HouseholdChoice.join(head.household.household_id, "妻"))
    Enrolments(clinic_desk).enrol(head.id, "htn", date(2019, 5, 1), date(2026, 11, 1))
    assert residents.get(head.id).enrolments[0].disease == "htn"
    done = residents.change_state(head.id, "dead", date(2026, 11, 20), "脑卒中")
    assert (done.closed_tasks, done.ended_enrolments) == (1, 1)
    assert (done.resident.state, done.resident.state_on, done.resident.state_reason) == (
        "dead",
        date(2026, 11, 20),
        "脑卒中",
    )
    assert done.resident.enrolments == ()
    assert [candidate.name for candidate in done.needs_head.candidates] == ["李桂兰"]
    with clinic_desk.sessions.reading() as session:
        assert [task.done_on for task in session.scalars(select(DueTask))] == [date(2026, 11, 20)]
        assert check_keys(session).wrong == ()
    assert residents.record(head.id).info["education"] == 8
    home = Households(clinic_desk).set_head(head.household.household_id, wife.id)
    assert [(m.name, m.relation_shown, m.is_head) for m in home.members] == [
        ("李桂兰", "户主", True),
        ("李大山", "夫", False),
    ]
    assert home.needs_head is None


@pytest.mark.parametrize(
    ("state", "on", "reason", "code"),
    [
        ("dead", date(2026, 11, 20), "", "state_reason"),
        ("dead", date(2026, 11, 23), "脑卒中", "state_on"),
        ("dead", date(1955, 3, 7), "脑卒中", "state_on"),
        ("moved", date(2026, 11, 20), " ", "state_reason"),
        ("active", date(2026, 11, 20), "回来了", "state"),
    ],
)
def test_a_change_of_state_needs_its_date_and_reason(clinic_desk, residents, state, on, reason, code):
    view = register(clinic_desk)
    with pytest.raises(Refused) as refused:
        residents.change_state(view.id, state, on, reason)
    assert set(problems(refused)) == {code}
    assert residents.get(view.id).state == "active"


def test_who_comes_back_is_found_among_the_active_again(clinic_desk, residents):
    view = register(clinic_desk)
    residents.change_state(view.id, "moved", date(2026, 11, 20), "随子女进城")
    assert residents.list_page(ListFilter()).rows == ()
    back = residents.change_state(view.id, "active", date(2026, 11, 22), "回村")
    assert (back.resident.state, back.resident.state_on) == ("active", None)
    assert [row.name for row in residents.list_page(ListFilter()).rows] == ["李桂兰"]
    assert Search(clinic_desk).find("李桂兰")[0].state == "active"
    kinds = [
        (row.date, row.kind, str(row.text)) for row in residents.timeline(view.id) if row.kind == "state"
    ]
    assert kinds == [
        (date(2026, 11, 22), "state", "在管：回村"),
        (date(2026, 11, 20), "state", "迁出：随子女进城"),
    ]


def test_the_timeline_tells_of_the_record_and_of_enrolments(clinic_desk, residents):
    view = register(clinic_desk)
    Enrolments(clinic_desk).enrol(view.id, "htn", date(2019, 5, 1), date(2026, 11, 21))
    rows = [(row.kind, str(row.text)) for row in residents.timeline(view.id)]
    assert ("enrolment", "纳入高血压管理。") in rows
    assert ("record_cover", "建立健康档案。") in rows
    assert rows.index(("enrolment", "纳入高血压管理。")) == len(rows) - 1  # the oldest comes last


# ---- lists


@pytest.fixture
def listed(clinic_desk):
    """Three households in two groups, one person without."""
    for place, (name, group, number) in enumerate(
        (("周一", "10组", "1"), ("赵二", "2组", "10"), ("陈三", "2组", "9"))
    ):
        head = register(
            clinic_desk,
            name,
            f"195{place}-01-01",
            1,
            found_household(group, number),
            phone=f"1360000000{place}",
        )
        home = HouseholdChoice.join(head.household.household_id, "子")
        register(clinic_desk, name[0] + "子", f"198{place}-01-01", 1, home, phone=f"1370000000{place}")
    register(clinic_desk, "安无户", "1990-01-01", 2, phone="13800000009")
    return clinic_desk


def listing(desk, limit=50, **wanted):
    """All pages, joined."""
    residents, after, found = Residents(desk), None, []
    while True:
        page = residents.list_page(ListFilter(**wanted), after, limit)
        found += [row.name for row in page.rows]
        after = page.next_after
        if after is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_pages_follow_group_household_and_head_whatever_their_size(listed, limit):
    assert listing(listed, limit) == ["陈三", "陈子", "赵二", "赵子", "周一", "周子", "安无户"]


@pytest.mark.parametrize("limit", [1, 3, 50])
def test_pages_follow_the_pinyin(listed, limit):
    assert listing(listed, limit, order="pinyin") == [
        "安无户",
        "陈三",
        "陈子",
        "赵二",
        "赵子",
        "周一",
        "周子",
    ]


def test_filters_restrict_the_list_and_its_count(listed):
    residents = Residents(listed)
    assert listing(listed, group_name="2组") == ["陈三", "陈子", "赵二", "赵子"]
    assert listing(listed, group_name="2组", order="pinyin", limit=1) == ["陈三", "陈子", "赵二", "赵子"]
    assert listing(listed, group_name="") == ["安无户"]
    assert listing(listed, only_65_or_older=True) == ["陈三", "赵二", "周一"]
    someone = Search(listed).find("赵子")[0]
    Enrolments(listed).enrol(someone.resident_id, "htn", None, date(2026, 11, 1))
    assert listing(listed, disease="htn") == ["赵子"]
    assert residents.list_page(ListFilter(disease="htn")).rows[0].diseases == ("htn",)
    counts = [
        residents.count(ListFilter(**wanted))
        for wanted in ({}, {"group_name": "2组"}, {"disease": "htn"}, {"only_65_or_older": True})
    ]
    assert counts == [7, 4, 1, 3]


@pytest.mark.parametrize(
    ("birth", "today", "is_old"),
    [
        ("1961-11-22", date(2026, 11, 22), True),
        ("1961-11-23", date(2026, 11, 22), False),
        ("1960-02-29", date(2025, 2, 28), True),
        ("1960-02-29", date(2025, 2, 27), False),
        ("1959-03-01", date(2024, 2, 29), False),
        ("1959-02-28", date(2024, 2, 29), True),
    ],
)
def test_sixty_five_is_reached_on_the_birthday(clinic_desk, clock, birth, today, is_old):
    view = register(clinic_desk, "李桂兰", birth, 2)
    clock.forward(days=(today - date(2026, 11, 22)).days)
    residents = Residents(clinic_desk)
    assert residents.get(view.id).is_65_or_older is is_old
    assert len(residents.list_page(ListFilter(only_65_or_older=True)).rows) == int(is_old)


def test_a_form_of_an_earlier_edition_is_read_in_the_words_of_today_and_kept_in_its_own(clinic_desk):
    person = register(clinic_desk, "柳春", education=8, livestock_pen=2)
    with clinic_desk.sessions.writing() as session:
        entry = session.scalars(select(FormEntry).where(FormEntry.form_code == "personal_info")).one()
        entry.edition, entry.answers = "2011", {**entry.answers, "education": 2, "livestock_pen": 1}
    record = Residents(clinic_desk).record(person.id)
    assert (record.info["education"], record.info["livestock_pen"]) == (8, 2)
    with clinic_desk.sessions.reading() as session:
        kept = session.scalars(select(FormEntry).where(FormEntry.form_code == "personal_info")).one()
    assert (kept.edition, kept.answers["education"]) == ("2011", 2)
