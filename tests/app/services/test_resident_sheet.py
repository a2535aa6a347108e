"""The sheet for the resident: every part is there, large enough, on one page, and nothing that others should not read."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pypdf
import pytest
from pypdf.generic import ContentStream
from sqlalchemy import select

from app.errors import UserError
from app.printing.resident_sheet import resident_pages
from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from app.services.resident_sheet import ResidentSheet
from db.models import AuditEntry
from tests.followup_people import add_resident, both_answers, dm_answers, htn_answers

ENROLLED = date(2019, 6, 1)
TODAY = date(2026, 11, 22)
DAYS = (date(2026, 3, 2), date(2026, 6, 1), date(2026, 9, 1), TODAY)


def enrolled(desk, *diseases, **facts):
    person = add_resident(desk, **facts)
    for disease in diseases:
        Enrolments(desk).enrol(person, disease, ENROLLED, ENROLLED)
    return person


def visited(desk, person, answers):
    return FollowUps(desk).save_visit(person, answers, confirmed=frozenset(answers))


def words(pdf):
    return "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(pdf)).pages)


def sizes(pdf):
    """The sizes of all type on the paper."""
    reader = pypdf.PdfReader(BytesIO(pdf))
    found = set()
    for page in reader.pages:
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator == b"Tf":
                found.add(float(operands[1]))
    return found


@pytest.fixture
def seen(clinic_desk):
    """A woman of 71 with hypertension, four visits this year."""
    person = enrolled(clinic_desk, "htn")
    for day, sbp in zip(DAYS, (148, 162, 149, 142), strict=True):
        visited(clinic_desk, person, htn_answers(day, sbp=sbp, next_visit_date="2027-02-20" if day == TODAY else None))
    return person


def test_every_part_is_on_the_paper(clinic_desk, seen):
    told = words(ResidentSheet(clinic_desk).print_visit(seen).pdf)
    for part in ("李桂兰", "女71岁", "2026年11月22日", "142/82", "达标", "请您记住三件事", "控制得很好", "吃淡一点",
                 "每周走动5次", "马上来，或打120", "您最近的血压", "162", "低于150", "硝苯地平控释片30mg", "每天1次，每次1片",
                 "早", "中", "晚", "睡前", "2027年2月20日", "星期六", "柳庄村卫生室", "电话0394-5550101", "王明医生"):
        assert part in told, part


def test_no_type_is_smaller_than_14_points(clinic_desk, seen):
    found = sizes(ResidentSheet(clinic_desk).print_visit(seen).pdf)
    assert found
    assert min(found) >= 14


def test_numbers_that_others_should_not_read_are_left_out(clinic_desk, seen):
    told = words(ResidentSheet(clinic_desk).print_visit(seen).pdf)
    assert "411624" not in told
    assert "138000" not in told


def test_both_diseases_stand_on_one_page(clinic_desk):
    person = enrolled(clinic_desk, "htn", "dm")
    for day in DAYS:
        visited(clinic_desk, person, both_answers(day, fpg="8.1" if day == TODAY else "6.5"))
    printed = ResidentSheet(clinic_desk).print_visit(person)
    told = words(printed.pdf)
    assert len(pypdf.PdfReader(BytesIO(printed.pdf)).pages) == 1
    assert min(sizes(printed.pdf)) >= 14
    for part in ("今天的血压", "今天的空腹血糖", "8.1", "偏高", "您最近的血压", "您最近的空腹血糖", "低于7", "二甲双胍片0.5g"):
        assert part in told, part


def test_a_medicine_twice_a_day_is_marked_and_one_without_a_time_is_left_to_the_doctor(clinic_desk):
    person = enrolled(clinic_desk, "dm")
    drugs = [
        {"name": "二甲双胍片", "times_per_day": 2, "dose": "1片"},
        {"name": "格列齐特缓释片", "times_per_day": 1, "dose": "1片"},
    ]
    visited(clinic_desk, person, dm_answers(TODAY, drugs=drugs, insulin_kind="门冬胰岛素30", insulin_usage="早12u 晚8u"))
    content = ResidentSheet(clinic_desk).content(person)
    assert [line.marks for line in content.medicines] == [("√", "", "√", ""), None, ("12u", "", "8u", "")]
    assert "没有打勾的药，请医生在格子里写上" in words(ResidentSheet(clinic_desk).print_visit(person).pdf)


def test_words_about_the_time_are_not_taken_for_an_amount(clinic_desk):
    person = enrolled(clinic_desk, "htn")
    drugs = [
        {"name": "阿司匹林肠溶片", "times_per_day": 1, "dose": "睡前1片"},
        {"name": "缬沙坦", "times_per_day": 2, "dose": "半片"},
    ]
    visited(clinic_desk, person, htn_answers(TODAY, drugs=drugs))
    lines = ResidentSheet(clinic_desk).content(person).medicines
    assert [line.usage for line in lines] == ["每天 1 次，睡前1片", "每天 2 次，每次 半片"]


def test_the_chart_shows_the_last_eight_readings(clinic_desk):
    person = enrolled(clinic_desk, "htn")
    for month in range(1, 11):
        visited(clinic_desk, person, htn_answers(date(2026, month, 5), sbp=130 + month))
    (chart,) = ResidentSheet(clinic_desk).content(person).charts
    assert chart.days == tuple(f"{month}-5" for month in range(3, 11))
    assert chart.series[0].shown == tuple(str(130 + month) for month in range(3, 11))


def test_a_single_reading_makes_no_chart(clinic_desk):
    person = enrolled(clinic_desk, "htn")
    visited(clinic_desk, person, htn_answers(TODAY))
    assert ResidentSheet(clinic_desk).content(person).charts == ()


def test_an_emergency_sends_to_the_hospital_today(clinic_desk):
    person = enrolled(clinic_desk, "htn")
    visited(clinic_desk, person, htn_answers(TODAY, sbp=186, dbp=112, visit_class=2, referral_reason="血压过高",
                                             referral_to="青石镇卫生院"))
    told = words(ResidentSheet(clinic_desk).print_visit(person).pdf)
    assert "今天马上去青石镇卫生院，不要等" in told
    assert "太高了，很危险" in told


def test_an_earlier_visit_can_be_printed_by_its_entry(clinic_desk, seen):
    sheets = FollowUps(clinic_desk).recorded_sheets(seen, "htn_followup")
    content = ResidentSheet(clinic_desk).content(seen, entry_id=sheets[0].entry_id)
    assert content.date == "2026年3月2日"
    assert content.values[0].value == "148/82"


def test_a_person_who_was_never_seen_has_no_sheet(clinic_desk):
    person = enrolled(clinic_desk, "htn")
    with pytest.raises(UserError, match="请先做一次随访"):
        ResidentSheet(clinic_desk).print_visit(person)


def test_a_void_visit_has_no_sheet(clinic_desk, seen):
    entry = FollowUps(clinic_desk).recorded_sheets(seen, "htn_followup")[-1].entry_id
    FollowUps(clinic_desk).void_visit(entry, "写错了人")
    with pytest.raises(UserError, match="已经作废"):
        ResidentSheet(clinic_desk).print_visit(seen, entry_id=entry)
    assert ResidentSheet(clinic_desk).content(seen).date == "2026年9月1日"


def test_a_visit_of_somebody_else_is_refused(clinic_desk, seen):
    other = enrolled(clinic_desk, "htn", name="王秀英")
    entry = FollowUps(clinic_desk).recorded_sheets(seen, "htn_followup")[0].entry_id
    with pytest.raises(UserError, match="没有找到这次随访"):
        ResidentSheet(clinic_desk).print_visit(other, entry_id=entry)


@pytest.mark.parametrize("count", [1, 4, 7])
def test_one_page_holds_it_all(clinic_desk, count):
    person = enrolled(clinic_desk, "htn", "dm")
    drugs = [{"name": f"很长名字的药物制剂缓释片{number} 100mg", "times_per_day": 3, "dose": "1片"} for number in range(count)]
    for day in DAYS:
        visited(clinic_desk, person, both_answers(day, htn_followup__drugs=drugs[:4], dm_followup__drugs=drugs[4:] or None))
    content = ResidentSheet(clinic_desk).content(person)
    assert len(content.medicines) == count
    assert len(resident_pages(content)) == 1
    assert min(sizes(ResidentSheet(clinic_desk).print_visit(person).pdf)) >= 14


def test_a_character_that_no_font_has_is_told(clinic_desk):
    person = enrolled(clinic_desk, "htn", name="李\ue000兰")
    visited(clinic_desk, person, htn_answers(TODAY))
    assert ResidentSheet(clinic_desk).print_visit(person).without_glyph == ("\ue000",)


def test_the_print_is_in_the_audit_trail(clinic_desk, seen):
    ResidentSheet(clinic_desk).print_visit(seen)
    with clinic_desk.sessions.reading() as session:
        done = session.scalars(select(AuditEntry.entity_id).where(AuditEntry.action == "print.resident_sheet")).all()
    assert done == [seen]
