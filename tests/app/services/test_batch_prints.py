"""Batches: what is planned is told beforehand and printed, in one file or one for each person, or not at all."""

from __future__ import annotations

import errno
import os
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.errors import Cancelled, EnvironmentFailure, UserError
from app.services.batch_files import safe_name
from app.services.batch_prints import (
    RESIDENT_SHEET,
    Batch,
    BatchPrints,
    Manner,
    OneFile,
    OnePerPerson,
    Who,
)
from app.services.enrolments import Enrolments
from app.services.households import HouseholdChoice
from app.services.resident_views import ListFilter
from app.services.residents import Residents
from app.services.work_list import Until, WorkFilter
from db.models import AuditEntry
from tests.app.services.printed_desk import ENROLLED, TODAY, encounter, keep, managed, pages, self_care
from tests.followup_people import add_resident
from tests.residents import cover, found_household, info, register

SPRING, AUTUMN = date(2026, 4, 3), date(2026, 10, 4)


@pytest.fixture
def people(clinic_desk):
    """Three people: two with encounters, one of them with visits as well, one with nothing."""
    first = managed(clinic_desk, "htn", days=(date(2026, 6, 1), TODAY), name="李桂兰")
    second = add_resident(clinic_desk, name="张守业")
    third = add_resident(clinic_desk, name="王秀英")
    keep(clinic_desk, first, "encounter", SPRING, encounter(SPRING, "腰痛一周"))
    keep(clinic_desk, second, "encounter", TODAY, encounter(TODAY, "头晕两天"))
    return first, second, third


def names(plan):
    """Who is planned."""
    return [person.name for person in plan.people]


def forms(plan):
    """Which forms of each."""
    return [[sheet.form_code for sheet in person.sheets] for person in plan.people]


def printed(desk, plan, tmp_path):
    """The pages of the batch in one file."""
    result = BatchPrints(desk).run(plan, OneFile(tmp_path / "batch.pdf"))
    found = pages((tmp_path / "batch.pdf").read_bytes())
    assert result.pages == len(found)
    return found


def test_a_day_prints_what_was_visited_or_written_on_it(clinic_desk, people, clock, tmp_path):
    clock.forward(days=3)
    late = add_resident(clinic_desk, name="周凤霞")
    keep(clinic_desk, late, "encounter", SPRING, encounter(SPRING, "补录的接诊"))
    plan = BatchPrints(clinic_desk).plan(Batch(Who.DAY, day=TODAY))
    assert names(plan) == ["李桂兰", "张守业"]
    assert forms(plan) == [["htn_followup", "encounter"], ["encounter"]]
    told = "".join(printed(clinic_desk, plan, tmp_path))
    assert "头晕两天" in told
    assert "20261122" in told
    other_day = BatchPrints(clinic_desk).plan(Batch(Who.DAY, day=TODAY + timedelta(days=3)))
    assert names(other_day) == ["周凤霞"]


def test_a_day_prints_the_whole_sheet_on_which_the_visit_stands(clinic_desk, tmp_path):
    days = tuple(date(2026, month, 2) for month in (1, 2, 3, 4, 5))
    managed(clinic_desk, "htn", days=days)
    clinic = BatchPrints(clinic_desk)
    plan = clinic.plan(Batch(Who.DAY, day=days[4]))
    assert plan.people[0].sheets[0].entry_ids
    assert len(plan.people[0].sheets[0].entry_ids) == 1
    earlier = clinic.plan(Batch(Who.DAY, day=days[1]))
    assert len(earlier.people[0].sheets[0].entry_ids) == 4


def test_a_household_prints_its_members(clinic_desk, tmp_path):
    head = register(clinic_desk, "李大山", "1950-01-08", 1, household=found_household())
    choice = HouseholdChoice.join(head.household.household_id, "妻")
    confirmed = frozenset(info()) | {"name", "phone"}
    Residents(clinic_desk).register(cover("王秀英"), info("1952-03-02", 2), choice, confirmed=confirmed)
    batch = Batch(Who.HOUSEHOLD, form_codes=("record_cover", "personal_info"), household_id=head.household.household_id)
    plan = BatchPrints(clinic_desk).plan(batch)
    assert sorted(names(plan)) == ["李大山", "王秀英"]
    told = printed(clinic_desk, plan, tmp_path)
    assert sum("个人基本信息表" in page for page in told) >= 2


def test_a_year_of_a_resident_prints_every_form_of_it(clinic_desk, people, tmp_path):
    first = people[0]
    keep(clinic_desk, first, "elder_adl", AUTUMN, self_care(AUTUMN))
    keep(clinic_desk, first, "encounter", date(2025, 5, 5), encounter(date(2025, 5, 5), "去年的事"))
    plan = BatchPrints(clinic_desk).plan(Batch(Who.YEAR, resident_ids=(first,), year=2026))
    assert forms(plan) == [["htn_followup", "elder_adl", "encounter"]]
    assert "去年的事" not in "".join(printed(clinic_desk, plan, tmp_path))


def test_the_old_people_of_a_group_get_blank_sheets_or_their_filled_ones(clinic_desk, tmp_path):
    for name, birth, group in (("赵大娘", "1950-01-08", "3组"), ("钱大爷", "1951-01-09", "3组"), ("孙大妈", "1952-01-08", "4组"),
                               ("小李", "1990-01-08", "3组")):
        register(clinic_desk, name, birth, household=found_household(group, name))
    old = Batch(Who.OLDER, Manner.BLANK, ("elder_adl", "tcm_elder"), group_name="3组")
    plan = BatchPrints(clinic_desk).plan(old)
    assert sorted(names(plan)) == sorted(["赵大娘", "钱大爷"])
    assert plan.lacking == ()
    assert len(printed(clinic_desk, plan, tmp_path)) == plan.pages
    filled = BatchPrints(clinic_desk).plan(Batch(Who.OLDER, form_codes=("elder_adl",), group_name="3组"))
    assert filled.people == ()
    assert sorted(each.name for each in filled.lacking) == sorted(["赵大娘", "钱大爷"])
    assert {each.forms for each in filled.lacking} == {("elder_adl",)}


def test_chosen_people_are_printed_in_their_order(clinic_desk, people):
    first, second, third = people
    plan = BatchPrints(clinic_desk).plan(Batch(Who.CHOSEN, form_codes=("encounter",), resident_ids=(second, third, first)))
    assert names(plan) == ["张守业", "李桂兰"]
    assert [(each.name, each.forms) for each in plan.lacking] == [("王秀英", ("encounter",))]
    assert names(plan.without([second])) == ["李桂兰"]


def test_a_list_is_printed_as_it_is_filtered(clinic_desk):
    for name, birth, group in (("赵大娘", "1955-03-08", "3组"), ("钱大爷", "1956-03-08", "4组")):
        register(clinic_desk, name, birth, household=found_household(group, name))
    plan = BatchPrints(clinic_desk).plan(
        Batch(Who.LISTED, form_codes=("record_cover",), listed=ListFilter(group_name="4组"))
    )
    assert names(plan) == ["钱大爷"]


def test_the_work_list_gets_blank_follow_up_sheets_with_the_values_of_last_time(clinic_desk, tmp_path):
    person = managed(clinic_desk, "htn", "dm", days=(date(2026, 9, 1),), name="李桂兰")
    other = add_resident(clinic_desk, name="张守业")
    Enrolments(clinic_desk).enrol(other, "dm", ENROLLED, ENROLLED, first_visit_due=TODAY)
    batch = Batch(Who.WORK_LIST, Manner.LAST_VALUES, work=WorkFilter(until=Until.ALL))
    plan = BatchPrints(clinic_desk).plan(batch)
    planned = {each.resident_id: [sheet.form_code for sheet in each.sheets] for each in plan.people}
    assert planned == {person: ["htn_followup", "dm_followup"], other: ["dm_followup"]}
    told = printed(clinic_desk, plan, tmp_path)
    assert len(told) == 3
    assert sum("灰色为上次（2026-09-01）的记录" in page for page in told) == 2


def test_the_sheet_for_the_resident_is_printed_for_a_whole_day(clinic_desk, people, tmp_path):
    plan = BatchPrints(clinic_desk).plan(Batch(Who.DAY, form_codes=(RESIDENT_SHEET,), day=TODAY))
    assert names(plan) == ["李桂兰"]
    told = printed(clinic_desk, plan, tmp_path)
    assert len(told) == 1
    assert "请您记住三件事" in told[0]


def test_somebody_who_was_not_met_has_no_sheet_and_is_listed(clinic_desk, people):
    batch = Batch(Who.CHOSEN, form_codes=(RESIDENT_SHEET,), resident_ids=people)
    plan = BatchPrints(clinic_desk).plan(batch)
    assert names(plan) == ["李桂兰"]
    assert [each.name for each in plan.lacking] == ["张守业", "王秀英"]


def test_characters_without_a_glyph_are_told_with_whose_they_are(clinic_desk):
    rare = add_resident(clinic_desk, name="李\ue000兰")
    wordy = add_resident(clinic_desk, name="张守业")
    keep(clinic_desk, wordy, "encounter", SPRING, encounter(SPRING, "头\ue001晕"))
    keep(clinic_desk, rare, "encounter", SPRING, encounter(SPRING))
    plan = BatchPrints(clinic_desk).plan(Batch(Who.CHOSEN, form_codes=("encounter",), resident_ids=(rare, wordy)))
    assert [(each.name, each.characters) for each in plan.without_glyph] == [("李\ue000兰", "\ue000"), ("张守业", "\ue001")]
    blank = BatchPrints(clinic_desk).plan(Batch(Who.CHOSEN, Manner.BLANK, ("encounter",), resident_ids=(wordy,)))
    assert blank.without_glyph == ()


def test_double_sided_everybody_begins_on_a_new_leaf(clinic_desk, people, tmp_path):
    first, second, _ = people
    batch = Batch(Who.CHOSEN, form_codes=("encounter",), resident_ids=(first, second), double_sided=True)
    told = printed(clinic_desk, BatchPrints(clinic_desk).plan(batch), tmp_path)
    assert ["腰痛一周" in told[0], told[1], "头晕两天" in told[2], len(told)] == [True, "", True, 3]


def test_one_file_for_each_person_has_a_safe_name(clinic_desk, people, tmp_path):
    first, second, _ = people
    batch = Batch(Who.CHOSEN, form_codes=("encounter",), resident_ids=(first, second))
    clinic = BatchPrints(clinic_desk)
    result = clinic.run(clinic.plan(batch), OnePerPerson(tmp_path))
    tails = [person.record_no[-5:] for person in clinic.plan(batch).people]
    assert [file.name for file in result.files] == [f"李桂兰_{tails[0]}.pdf", f"张守业_{tails[1]}.pdf"]
    assert sorted(tmp_path.glob("*")) == sorted([*result.files, tmp_path / "clinic"])
    assert "头晕两天" in "".join(pages(result.files[1].read_bytes()))
    again = clinic.run(clinic.plan(batch), OnePerPerson(tmp_path))
    assert again.files[0].name == f"李桂兰_{tails[0]}_2.pdf"


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("李桂兰", "41162410411500123", "李桂兰_00123"),
        ("李桂兰", "", "李桂兰"),
        ("张/三:四", "", "张 三 四"),
        ("", "41162410411500123", "__00123"),
        ("..", "", "_"),
        ("CON", "", "CON_"),
        ("买买提·吐尔逊", "", "买买提·吐尔逊"),
        ("长" * 100, "", "长" * 60),
    ],
)
def test_file_names_are_accepted_by_every_system(name, number, expected):
    assert safe_name(name, number) == expected


def test_progress_is_told_and_cancelling_leaves_nothing(clinic_desk, people, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    clinic = BatchPrints(clinic_desk)
    plan = clinic.plan(Batch(Who.CHOSEN, form_codes=("encounter",), resident_ids=people))
    told = []

    def cancelled():
        return len(told) >= 2

    for target in (OnePerPerson(folder), OneFile(folder / "batch.pdf")):
        told.clear()
        with pytest.raises(Cancelled):
            clinic.run(plan, target, lambda done, total, _sentence: told.append((done, total)), cancelled)
        assert told[0] == (0, 2)
        assert list(folder.iterdir()) == []
    assert audited(clinic_desk) == []


def audited(desk):
    """What is noted as printed."""
    with desk.sessions.reading() as session:
        return session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("print."))).all()


def test_who_was_printed_is_in_the_audit_trail(clinic_desk, people, tmp_path):
    plan = BatchPrints(clinic_desk).plan(Batch(Who.DAY, day=TODAY))
    printed(clinic_desk, plan, tmp_path)
    assert audited(clinic_desk) == ["print.htn_followup", "print.encounter", "print.encounter"]


@pytest.mark.parametrize("kind", [OneFile, OnePerPerson])
def test_a_full_disk_is_said_and_nothing_half_written_is_left(clinic_desk, people, tmp_path, monkeypatch, kind):
    folder = tmp_path / "out"
    folder.mkdir()
    older = folder / "batch.pdf"
    older.write_bytes(b"an older file")
    clinic = BatchPrints(clinic_desk)
    plan = clinic.plan(Batch(Who.CHOSEN, form_codes=("encounter",), resident_ids=people))

    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentFailure, match="一份也没有留下"):
        clinic.run(plan, OneFile(older) if kind is OneFile else OnePerPerson(folder))
    assert [file.name for file in folder.iterdir()] == ["batch.pdf"]
    assert older.read_bytes() == b"an older file"
    assert audited(clinic_desk) == []


def test_a_folder_that_is_gone_is_said(clinic_desk, people, tmp_path):
    clinic = BatchPrints(clinic_desk)
    plan = clinic.plan(Batch(Who.CHOSEN, form_codes=("encounter",), resident_ids=people))
    for target in (OneFile(tmp_path / "gone" / "batch.pdf"), OnePerPerson(tmp_path / "gone")):
        with pytest.raises(EnvironmentFailure, match="文件夹是否还在"):
            clinic.run(plan, target)


@pytest.mark.parametrize(
    ("batch", "sentence"),
    [
        (Batch(Who.DAY, day=date(2020, 1, 1)), "这里面没有人"),
        (Batch(Who.CHOSEN, Manner.BLANK, resident_ids=("x",)), "先选是哪一种表"),
        (Batch(Who.CHOSEN, Manner.BLANK, (RESIDENT_SHEET,), resident_ids=("x",)), "只能打印填好的"),
        (Batch(Who.CHOSEN, form_codes=("nothing",), resident_ids=("x",)), "没有代码为“nothing”的表"),
    ],
)
def test_a_batch_of_nothing_is_refused_with_the_reason(clinic_desk, batch, sentence):
    with pytest.raises(UserError, match=sentence):
        BatchPrints(clinic_desk).plan(batch)


def test_an_empty_plan_is_refused(clinic_desk, people, tmp_path):
    clinic = BatchPrints(clinic_desk)
    plan = clinic.plan(Batch(Who.CHOSEN, form_codes=("elder_adl",), resident_ids=people))
    with pytest.raises(UserError, match="没有可打印的表"):
        clinic.run(plan, OneFile(tmp_path / "batch.pdf"))


def test_the_preview_shows_what_would_be_printed(clinic_desk, people):
    clinic = BatchPrints(clinic_desk)
    plan = clinic.plan(Batch(Who.DAY, day=TODAY))
    assert len(pages(clinic.preview(plan))) == plan.pages


def test_an_overprint_of_a_batch_has_the_answers_only(clinic_desk, people, tmp_path):
    plan = BatchPrints(clinic_desk).plan(Batch(Who.CHOSEN, Manner.OVERPRINT, ("encounter",), resident_ids=people))
    told = "".join(printed(clinic_desk, plan, tmp_path))
    assert "头晕两天" in told
    assert "接诊记录表" not in told


def test_every_form_of_a_kind_and_one_by_its_entry(clinic_desk, people):
    first = people[0]
    entry = keep(clinic_desk, first, "encounter", date(2025, 5, 5), encounter(date(2025, 5, 5), "去年的事"))
    void = keep(clinic_desk, first, "encounter", AUTUMN, encounter(AUTUMN, "写错了人"), state="void")
    clinic = BatchPrints(clinic_desk)
    every = clinic.plan(Batch(Who.CHOSEN, form_codes=("encounter",), resident_ids=(first,), every=True))
    assert len(pages(clinic.preview(every))) == 2
    for entry_id, words in ((entry, "去年的事"), (void, "作废")):
        plan = clinic.plan(Batch(Who.ENTRY, entry_id=entry_id))
        assert words in "".join(pages(clinic.preview(plan)))
    with pytest.raises(UserError, match="没有找到这张表"):
        clinic.plan(Batch(Who.ENTRY, entry_id="gone"))
