"""Finding residents by what a doctor types, on a real encrypted database."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete, insert, select

from app.domain.line_codes import grouped, line_code
from app.services.households import HouseholdChoice, HouseholdData, Households
from app.services.resident_keys import KeyCheck, check_keys, rebuild_keys
from app.services.residents import Residents
from app.services.search import Search
from db.models import Resident, SearchKey
from tests.desks import Clock, make_clinic
from tests.residents import found_household, id_number, register

LI_ID = id_number("19550308", 432)


def settle(desk):
    """Names that are hard to find: surnames with a reading of their own, a long name with dots, a rare character."""
    head = register(desk, "李大山", "1953-01-02", 1, found_household(), phone="13912340001")
    home = head.household.household_id
    wife, grandchild = HouseholdChoice.join(home, "妻"), HouseholdChoice.join(home, "孙女")
    register(desk, "李桂兰", "1955-03-08", 2, wife, phone="13812342716", contact_phone="15011112222")
    register(desk, "李小雨", "2018-06-01", 2, grandchild, phone="无", contact_phone="13700003333")
    register(desk, "单雄信", "1960-01-01", 1, phone="13600000004")
    register(desk, "曾乐", "1961-01-01", 1, phone="13600000005")
    register(desk, "阿卜杜热合曼·买买提", "1962-01-01", 1, phone="13600000006")
    register(desk, "𠮷田一", "1963-01-01", 1, phone="13600000007")
    register(desk, "吕布", "1964-01-01", 1, phone="0394-5550123")
    register(desk, "欧阳桂", "1965-01-01", 2, phone="13600000008")
    return desk


@pytest.fixture
def village(clinic_desk):
    """A village of a test's own."""
    return settle(clinic_desk)


@pytest.fixture(scope="module")
def quiet_village(tmp_path_factory):
    """A village in which nobody changes anything."""
    desk = settle(make_clinic(tmp_path_factory.mktemp("village"), Clock()))
    yield desk
    desk.sessions.engine.dispose()


def names(desk, text, limit=20):
    return [hit.name for hit in Search(desk).find(text, limit)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("李桂兰", "李桂兰"),
        ("桂兰", "李桂兰"),
        ("兰", "李桂兰"),
        ("lgl", "李桂兰"),
        ("LGL", "李桂兰"),
        ("ｌｇｌ", "李桂兰"),
        ("l g l", "李桂兰"),
        ("gl", "李桂兰"),
        ("liguilan", "李桂兰"),
        ("ligui", "李桂兰"),
        ("guilan", "李桂兰"),
        ("li gui lan", "李桂兰"),
        ("李gl", "李桂兰"),
        ("李guilan", "李桂兰"),
        ("li桂兰", "李桂兰"),
        ("sxx", "单雄信"),
        ("shan", "单雄信"),
        ("dxx", "单雄信"),
        ("zl", "曾乐"),
        ("zengle", "曾乐"),
        ("cy", "曾乐"),
        ("买买提", "阿卜杜热合曼·买买提"),
        ("热合曼·买", "阿卜杜热合曼·买买提"),
        ("热合曼•买", "阿卜杜热合曼·买买提"),
        ("abdrhm", "阿卜杜热合曼·买买提"),
        ("maimaiti", "阿卜杜热合曼·买买提"),
        ("𠮷田", "𠮷田一"),
        ("田一", "𠮷田一"),
        ("lvbu", "吕布"),
        ("lubu", "吕布"),
        ("oyg", "欧阳桂"),
        ("2716", "李桂兰"),
        ("１３８１２３４", "李桂兰"),
        ("13812342716", "李桂兰"),
        ("138-1234-2716", "李桂兰"),
        ("2222", "李桂兰"),
        ("5550123", "吕布"),
        (LI_ID, "李桂兰"),
        (LI_ID[-4:], "李桂兰"),
        (LI_ID[-6:], "李桂兰"),
        ("2", "李桂兰"),
        ("00002", "李桂兰"),
        ("11500002", "李桂兰"),
        ("41162410411500002", "李桂兰"),
    ],
)
def test_what_is_typed_finds_the_person_first(quiet_village, typed, first):
    assert names(quiet_village, typed)[:1] == [first]


@pytest.mark.parametrize(
    "typed", ["", "   ", "·", "^", "王", "zzz", "999999999", "李桂花", "%", "_", "'; drop table resident"]
)
def test_what_is_nobody_finds_nobody(quiet_village, typed):
    assert names(quiet_village, typed) == []


def test_an_x_at_the_end_of_an_id_number_may_be_small(clinic_desk):
    number = next(n for n in (id_number("19700101", s) for s in range(1, 400, 2)) if n.endswith("X"))
    register(clinic_desk, "王五", "1970-01-01", 1, id_number=number)
    assert names(clinic_desk, number[-4:].lower()) == ["王五"]
    assert names(clinic_desk, number[-4:-1] + "Ｘ") == ["王五"]


def test_a_whole_name_comes_before_longer_ones_and_beginnings_before_the_rest(clinic_desk):
    for place, name in enumerate(["王兰英", "李兰", "兰天", "兰"]):
        register(clinic_desk, name, f"1960-01-0{place + 1}", 2, phone=f"1360000000{place}")
    assert names(clinic_desk, "兰") == ["兰", "兰天", "李兰", "王兰英"]


def test_the_head_brings_the_household_after_the_direct_hits(village):
    hits = Search(village).find("李大山")
    assert [(hit.name, hit.matched) for hit in hits] == [
        ("李大山", "name"), ("李桂兰", "household"), ("李小雨", "household")
    ]  # fmt: skip
    assert [hit.head_name for hit in hits] == ["李大山"] * 3
    assert [hit.name for hit in Search(village).find("李大山", limit=2)] == ["李大山", "李桂兰"]


def test_who_has_died_comes_last_and_brings_nobody(village):
    dead = next(hit for hit in Search(village).find("李大山") if hit.name == "李大山")
    Residents(village).change_state(dead.resident_id, "dead", date(2026, 11, 20), "脑卒中")
    hits = Search(village).find("李")
    assert [(hit.name, hit.state) for hit in hits] == [
        ("李小雨", "active"), ("李桂兰", "active"), ("李大山", "dead")
    ]  # fmt: skip


def test_a_hit_hides_the_numbers_and_tells_age_group_and_head(village):
    hit = Search(village).find("李桂兰")[0]
    assert (hit.age, hit.sex, hit.group_name, hit.head_name, hit.relation) == (71, 2, "3组", "李大山", "妻")
    assert (hit.id_number_masked, hit.phone_masked) == ("****" + LI_ID[-4:], "138****2716")
    assert hit.record_no == "41162410411500002"


def test_at_most_as_many_as_asked_for_come_back(village):
    assert len(Search(village).find("l", limit=3)) == 3


def test_a_changed_name_is_found_and_the_old_one_no_more(village):
    residents = Residents(village)
    view = residents.get(Search(village).find("李桂兰")[0].resident_id)
    record = residents.record(view.id)
    residents.revise(
        view.id, {**record.cover, "name": "李桂蓝"}, None, revision=view.revision, reason="写错了"
    )
    assert names(village, "李桂蓝") == ["李桂蓝"]
    assert names(village, "桂兰") == []


def test_moving_to_another_group_keeps_the_keys_whole(village):
    households = Households(village)
    home = households.get(
        Residents(village).get(Search(village).find("李桂兰")[0].resident_id).household.household_id
    )
    households.revise(home.id, HouseholdData(number="7", group_name="10组"), revision=home.revision)
    assert Search(village).find("李桂兰")[0].group_name == "10组"
    with village.sessions.reading() as session:
        assert check_keys(session).wrong == ()


def test_damaged_keys_are_noticed_and_rebuilt(village):
    with village.sessions.writing() as session:
        session.execute(delete(SearchKey).where(SearchKey.k == "^李桂兰"))
        session.execute(insert(SearchKey).values(k="^王二", resident_number=1))
        session.execute(insert(SearchKey).values(k="^鬼", resident_number=999))
    with village.sessions.reading() as session:
        assert check_keys(session).wrong == (1, 2, 999)
    with village.sessions.writing() as session:
        assert rebuild_keys(session) == 9
    with village.sessions.reading() as session:
        assert check_keys(session) == KeyCheck(9, ())
    assert names(village, "王二") == []


def id_of(desk, name):
    return Search(desk).find(name)[0].resident_id


@pytest.mark.parametrize("form_code", ["health_exam", "htn_followup", "personal_info"])
def test_the_line_code_of_a_sheet_finds_whose_it_is_and_which_form(quiet_village, form_code):
    code = line_code(id_of(quiet_village, "李桂兰"), form_code)

    for typed in (code, grouped(code), code.lower()):
        [hit] = Search(quiet_village).find(typed)
        assert (hit.name, hit.matched, hit.form_code) == ("李桂兰", "line_code", form_code)
        assert Search(quiet_village).line_code_problem(typed) is None


def test_a_line_code_with_a_wrong_character_finds_nobody_and_says_why(quiet_village):
    code = line_code(id_of(quiet_village, "李桂兰"), "health_exam")
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")

    assert Search(quiet_village).find(wrong) == []
    assert "最后一位对不上" in str(Search(quiet_village).line_code_problem(wrong))


def test_a_line_code_of_another_clinic_finds_nobody_and_says_so(quiet_village):
    code = line_code("019aaf3e-77c1-7d20-8b1f-5c9e03f47a6b", "health_exam")

    assert Search(quiet_village).find(code) == []
    assert "别的卫生室" in str(Search(quiet_village).line_code_problem(code))


def test_two_people_whose_ids_end_alike_are_both_found(village):
    first, second = id_of(village, "李桂兰"), id_of(village, "吕布")
    with village.sessions.writing() as session:
        row = dict(session.execute(select(Resident.__table__).where(Resident.id == second)).mappings().one())
        alike = {**row, "id": second[:-10] + first[-10:], "number": 999, "record_no": None, "id_number": None}
        session.execute(insert(Resident.__table__).values(alike))

    found = Search(village).find(line_code(first, "encounter"))

    assert {hit.name for hit in found} == {"李桂兰", "吕布"}


@pytest.mark.parametrize("typed", ["李桂兰", "cy", "13812342716"])
def test_what_is_no_line_code_has_no_problem_with_one(quiet_village, typed):
    assert Search(quiet_village).line_code_problem(typed) is None
