"""Printing any form from the database: one entry, the newest, a year, all; drafts, void forms, blanks, editions."""

from __future__ import annotations

from datetime import date

import pytest

from app.errors import UserError
from app.forms.registry import forms
from app.forms.sheets import SHEET_MODULES
from app.printing.content import words_of
from app.printing.sheets import Mode
from app.services.follow_ups import FollowUps
from app.services.person_sheets import PersonSheets
from tests.app.services.printed_desk import encounter, keep, managed, pages, self_care
from tests.followup_people import add_resident
from tests.residents import register

YEAR_AGO, SPRING, AUTUMN = date(2025, 4, 2), date(2026, 4, 3), date(2026, 10, 4)


@pytest.fixture
def person(clinic_desk):
    """Somebody with three encounters."""
    made = add_resident(clinic_desk, name="张守业")
    for day, words in ((YEAR_AGO, "腰痛一周"), (SPRING, "咳嗽三天"), (AUTUMN, "头晕两天")):
        keep(clinic_desk, made, "encounter", day, encounter(day, words))
    return made


def text(clinic_desk, person, form_code, **wanted):
    """What the paper says."""
    return "".join(pages(PersonSheets(clinic_desk).print_form(person, form_code, **wanted).pdf))


def test_without_more_the_newest_is_printed(clinic_desk, person):
    told = text(clinic_desk, person, "encounter")
    assert "头晕两天" in told
    assert "咳嗽三天" not in told


def test_a_year_and_all_of_a_form(clinic_desk, person):
    year = text(clinic_desk, person, "encounter", year=2026)
    assert "咳嗽三天" in year
    assert "头晕两天" in year
    assert "腰痛一周" not in year
    everything = PersonSheets(clinic_desk).print_form(person, "encounter", every=True)
    assert everything.visits == 3
    assert "腰痛一周" in "".join(pages(everything.pdf))


def test_one_entry_is_printed_by_its_id(clinic_desk, person):
    entry = keep(clinic_desk, person, "encounter", SPRING, encounter(SPRING, "皮疹"))
    told = text(clinic_desk, person, "encounter", entry_id=entry)
    assert "皮疹" in told
    assert "头晕两天" not in told


def test_an_entry_of_somebody_else_or_of_another_form_is_refused(clinic_desk, person):
    entry = keep(clinic_desk, person, "encounter", SPRING, encounter(SPRING))
    other = add_resident(clinic_desk, name="王秀英")
    for resident, form_code in ((other, "encounter"), (person, "elder_adl")):
        with pytest.raises(UserError, match="没有找到这张表"):
            PersonSheets(clinic_desk).print_form(resident, form_code, entry_id=entry)


def test_a_form_that_lacks_answers_says_draft_across_the_page(clinic_desk, person):
    entry = keep(clinic_desk, person, "encounter", AUTUMN, encounter(AUTUMN), state="partial")
    assert "草稿" in text(clinic_desk, person, "encounter", entry_id=entry)
    everything = pages(PersonSheets(clinic_desk).print_form(person, "encounter", every=True).pdf)
    assert ["草稿" in page for page in everything] == [False, False, False, True]


def test_a_void_form_is_printed_only_by_its_entry_and_says_so(clinic_desk, person):
    entry = keep(clinic_desk, person, "encounter", AUTUMN, encounter(AUTUMN, "写错了人"), state="void")
    told = text(clinic_desk, person, "encounter", entry_id=entry)
    assert "作废" in told
    assert "写错了人" in told
    everything = text(clinic_desk, person, "encounter", every=True)
    assert "写错了人" not in everything
    assert "作废" not in everything


def test_four_visits_of_a_year_stand_on_a_sheet_and_each_year_begins_a_new_one(clinic_desk):
    days = (date(2025, 3, 1), date(2025, 6, 1), *(date(2026, month, 1) for month in (1, 3, 5, 7, 9)))
    person = managed(clinic_desk, "htn", days=days)
    sheets = PersonSheets(clinic_desk)
    assert len(pages(sheets.print_form(person, "htn_followup").pdf)) == 2
    assert len(pages(sheets.print_form(person, "htn_followup", every=True).pdf)) == 3
    entry = FollowUps(clinic_desk).recorded_sheets(person, "htn_followup")[0].entry_id
    single = sheets.print_form(person, "htn_followup", entry_id=entry)
    assert (len(pages(single.pdf)), single.visits) == (1, 1)


def test_a_blank_sheet_has_the_name_and_no_answers(clinic_desk, person):
    told = text(clinic_desk, person, "encounter", mode=Mode.BLANK)
    assert "张守业" in told
    assert "头晕两天" not in told


def test_the_last_values_stand_in_grey_on_a_blank_sheet(clinic_desk):
    person = managed(clinic_desk, "htn", days=(date(2026, 6, 1), date(2026, 9, 1)))
    told = text(clinic_desk, person, "htn_followup", mode=Mode.BLANK, last_values=True)
    assert "灰色为上次（2026-09-01）的记录" in told
    plain = text(clinic_desk, person, "htn_followup", mode=Mode.BLANK)
    assert "灰色" not in plain


def test_an_overprint_has_the_answers_without_the_form(clinic_desk, person):
    told = text(clinic_desk, person, "encounter", mode=Mode.OVERPRINT)
    assert "头晕两天" in told
    assert "接诊记录表" not in told


def test_nothing_on_file_is_said_by_name(clinic_desk, person):
    with pytest.raises(UserError, match="张守业还没有填过“老年人生活自理能力评估表”"):
        PersonSheets(clinic_desk).print_form(person, "elder_adl")
    with pytest.raises(UserError, match="张守业 2020 年还没有填过"):
        PersonSheets(clinic_desk).print_form(person, "encounter", year=2020)


def test_the_card_can_be_printed_before_anybody_filled_it_in(clinic_desk):
    person = register(clinic_desk)
    told = text(clinic_desk, person.id, "record_card")
    for part in ("李桂兰", "柳庄村卫生室", "0394-5550101"):
        assert part in told, part


def test_a_card_that_was_filled_in_is_printed_as_it_was(clinic_desk):
    person = register(clinic_desk)
    answers = {"name": "李桂兰", "sex": 2, "birth_date": "1955-03-08", "blood_abo": 1, "blood_rh": 2, "chronic": [2],
               "allergy": "青霉素", "org_name": "青石镇卫生院"}  # fmt: skip
    keep(clinic_desk, person.id, "record_card", SPRING, answers)
    told = text(clinic_desk, person.id, "record_card")
    assert "青石镇卫生院" in told
    assert "青霉素" in told


def test_a_referral_slip_carries_the_clinics_name_where_the_doctor_left_it_out(clinic_desk, person):
    answers = {"patient_name": "张守业", "sex": 1, "transfer_date": "2026-10-04", "to_org": "青石镇卫生院", "to_dept": "内科"}
    keep(clinic_desk, person, "referral_out", AUTUMN, answers)
    told = text(clinic_desk, person, "referral_out")
    assert "柳庄村卫生室" in told
    assert "0394-5550101" in told


@pytest.mark.parametrize("form_code", [form.code for form in forms() if form.code in SHEET_MODULES])
def test_every_form_prints_blank_for_somebody_of_the_database(clinic_desk, form_code):
    person = register(clinic_desk)
    content, filled = PersonSheets(clinic_desk).content(person.id, form_code, mode=Mode.BLANK)
    assert filled == 0
    assert content.sheets
    if form_code not in ("record_cover", "record_card", "referral_out", "referral_back"):
        assert "李桂兰" in words_of(content)


def test_a_form_of_an_earlier_edition_is_printed_in_it(clinic_desk, person):
    entry = keep(clinic_desk, person, "smi_info", SPRING, {"guardian_name": "张大山", "form_date": "2026-04-03"}, edition="2011")
    told = text(clinic_desk, person, "smi_info", entry_id=entry)
    assert "张大山" in told


def test_an_assessment_is_printed_with_its_score(clinic_desk, person):
    keep(clinic_desk, person, "elder_adl", SPRING, self_care(SPRING))
    printed = PersonSheets(clinic_desk).print_form(person, "elder_adl")
    assert printed.visits == 1
    assert printed.without_glyph == ()
