"""Health records of residents: made, with their numbers, and told from one another; on a real encrypted database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.forms.vocabulary import Level
from app.services.history import broken_links
from app.services.households import HouseholdChoice
from app.services.problems import Refused
from app.services.resident_keys import check_keys
from app.services.resident_views import ID_TO_VERIFY, ID_UPGRADED, ID_VALID, ListFilter
from app.services.residents import Residents
from db.models import FormEntry, Resident, Revision
from tests.app.services.resident_things import LI_ID, NOBODY, count, problems
from tests.residents import cover, found_household, id_number, info, register

FAILING_ID = LI_ID[:17] + ("1" if LI_ID[17] != "1" else "2")


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
