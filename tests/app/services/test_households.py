"""Households: made, joined, left, and given another head."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.errors import UserError
from app.services.history import changes_of
from app.services.households import HouseholdChoice, HouseholdData, Households
from app.services.problems import Refused
from app.services.resident_keys import check_keys
from app.services.residents import Residents
from app.services.search import Search
from tests.residents import found_household, register


@pytest.fixture
def home(clinic_desk):
    """李大山 with wife, son, daughter-in-law and granddaughter."""
    head = register(clinic_desk, "李大山", "1953-01-02", 1, found_household(), phone="13600000001")
    home = head.household.household_id
    for place, (name, born, sex, relation) in enumerate(
        (
            ("李小雨", "2018-05-01", 2, "孙辈"),
            ("周敏", "1980-04-04", 2, "儿媳"),
            ("李军", "1978-03-03", 1, "长子"),
            ("李桂兰", "1955-03-08", 2, "配偶"),
        )
    ):
        register(
            clinic_desk,
            name,
            born,
            sex,
            HouseholdChoice.join(home, relation),
            phone=f"1370000000{place}",
            disease_history=[{"code": 1}],
        )
    return home


def tree(view):
    return [(member.name, member.relation_shown, member.age) for member in view.members]


def ids(desk, home):
    return {member.name: member.resident_id for member in Households(desk).get(home).members}


def test_members_stand_as_a_tree_head_first(clinic_desk, home):
    assert tree(Households(clinic_desk).get(home)) == [
        ("李大山", "户主", 73), ("李桂兰", "妻", 71), ("李军", "长子", 48), ("周敏", "儿媳", 46), ("李小雨", "孙女", 8)
    ]  # fmt: skip


def test_a_word_that_is_no_relation_is_refused(clinic_desk, home):
    with pytest.raises(Refused, match="不是与户主的关系"):
        register(clinic_desk, "赵四", "1980-01-01", 1, HouseholdChoice.join(home, "老板"))


def test_a_household_has_one_head(clinic_desk, home):
    with pytest.raises(Refused, match="已经有户主"):
        register(clinic_desk, "赵四", "1980-01-01", 1, HouseholdChoice.join(home, "户主"))


def test_a_son_as_head_makes_the_others_parents_and_leaves_the_rest_to_be_asked(clinic_desk, home):
    members = ids(clinic_desk, home)
    households = Households(clinic_desk)
    proposed = households.proposed_relations(home, members["李军"])
    assert proposed == {
        members["李军"]: "户主", members["李大山"]: "父母", members["李桂兰"]: "父母",
        members["周敏"]: "兄弟姐妹", members["李小雨"]: "",
    }  # fmt: skip
    view = households.set_head(
        home, members["李军"], {members["周敏"]: "妻", members["李小雨"]: "女"}, reason="分户"
    )
    assert [(m.name, m.relation_shown) for m in view.members] == [
        ("李军", "户主"), ("周敏", "妻"), ("李小雨", "女"), ("李大山", "父亲"), ("李桂兰", "母亲")
    ]  # fmt: skip
    assert view.head_name == "李军"


def test_a_stranger_cannot_be_head(clinic_desk, home):
    stranger = register(clinic_desk, "赵四", "1980-01-01", 1, phone="13800000001")
    with pytest.raises(Refused):
        Households(clinic_desk).set_head(home, stranger.id)


def test_who_moves_to_a_house_of_his_own_takes_the_keys_along_and_leaves_a_gap(clinic_desk, home):
    members = ids(clinic_desk, home)
    households = Households(clinic_desk)
    own = households.join(members["李大山"], found_household("5组", "3"), reason="搬家")
    assert (own.group_name, own.head_name, tree(own)) == ("5组", "李大山", [("李大山", "户主", 73)])
    left = households.get(home)
    assert left.head_id is None
    assert [member.name for member in left.needs_head.candidates][:2] == ["李桂兰", "李军"]
    assert Search(clinic_desk).find("李大山")[0].group_name == "5组"
    with clinic_desk.sessions.reading() as session:
        assert check_keys(session).wrong == ()
        assert changes_of(session, "resident", members["李大山"])[0].reason == "搬家"


def test_leaving_without_a_new_home_leaves_a_person_without_one(clinic_desk, home):
    members = ids(clinic_desk, home)
    assert Households(clinic_desk).join(members["周敏"], HouseholdChoice.none()) is None
    view = Residents(clinic_desk).get(members["周敏"])
    assert (view.household, view.relation) == (None, "")
    with pytest.raises(UserError):
        Households(clinic_desk).set_relation(members["周敏"], "儿媳")


def test_the_dead_stay_in_the_household_at_its_end(clinic_desk, home):
    members = ids(clinic_desk, home)
    changed = Residents(clinic_desk).change_state(members["李军"], "dead", date(2026, 1, 1), "车祸")
    assert changed.needs_head is None
    view = Households(clinic_desk).get(home)
    assert view.members[-1].name == "李军"
    assert "李军" not in [member.name for member in view.living]


def test_a_household_is_corrected_with_its_history(clinic_desk, home):
    households = Households(clinic_desk)
    before = households.get(home)
    view = households.revise(
        home, HouseholdData("7", "10组", "新房", "2.5", "外出务工"), revision=before.revision
    )
    assert (view.number, view.group_name, view.distance_km, view.note) == (
        "7",
        "10组",
        Decimal("2.5"),
        "外出务工",
    )
    assert view.revision == before.revision + 1
    with pytest.raises(Refused, match="王明"):
        households.revise(home, HouseholdData("8"), revision=before.revision)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (HouseholdData(distance_km="很远"), "distance_km"),
        (HouseholdData(distance_km="1.25"), "distance_km"),
        (HouseholdData(number="1" * 21), "number"),
        (HouseholdData(address="村" * 101), "address"),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field(clinic_desk, data, code):
    with pytest.raises(Refused) as refused:
        Households(clinic_desk).create(data)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_groups_and_households_are_listed_in_their_order(clinic_desk):
    households = Households(clinic_desk)
    for group, number in (("10组", "1"), ("2组", "10"), ("2组", "9"), ("三组", "1"), ("", "5")):
        households.create(HouseholdData(number, group))
    assert households.groups() == ["2组", "三组", "10组"]
    assert [row.number for row in households.find(group_name="2组")] == ["9", "10"]
    assert [row.group_name for row in households.find(number="1")] == ["三组", "10组"]
    assert households.find(number="1")[0].members == 0


def test_an_unknown_household_is_said_to_be_unknown(clinic_desk):
    with pytest.raises(UserError, match="没有找到"):
        Households(clinic_desk).get("nowhere")
