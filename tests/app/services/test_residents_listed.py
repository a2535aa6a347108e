"""The list of residents: its order, its pages, its filters and its count."""

from __future__ import annotations

from datetime import date

import pytest

from app.services.enrolments import Enrolments
from app.services.households import HouseholdChoice
from app.services.resident_views import ListFilter
from app.services.residents import Residents
from app.services.search import Search
from tests.residents import found_household, register


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
