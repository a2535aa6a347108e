"""The record as one timeline and as 档案袋: every form, every state, in order, and quick with ten years of forms."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.errors import UserError
from app.forms.registry import FORM_MODULES, form
from app.forms.vocabulary import Context
from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from app.services.history import record_change
from app.services.record_folder import RecordFolder
from app.services.residents import Residents
from db.models import FormEntry, new_id
from tests.followup_people import htn_answers
from tests.residents import register
from tests.samples.form_answers import FILLED

BORN = date(1955, 3, 8)
ANSWERS: dict[str, dict[str, object]] = {}
OWN_SHEETS = {"record_cover", "personal_info"}


def kept_answers(code):
    """The sample answers of a form as JSON keeps them, with what follows from them."""
    if code not in ANSWERS:
        declared = form(code)
        read = declared.read(FILLED[code]).answers
        ANSWERS[code] = declared.keep(declared.complete(read, Context(today=date(2026, 11, 22), birth_date=BORN, sex=2)))
    return ANSWERS[code]


def put(desk, resident_id, code, on, state="complete", **changes):
    """A sheet on file, as the service of its form writes it."""
    entry = FormEntry(
        id=new_id(), form_code=code, edition=form(code).edition if code in FORM_MODULES else "1", resident_id=resident_id,
        entry_date=on, author_id=desk.actor.user_id, answers={**(kept_answers(code) if code in FILLED else {}), **changes},
        state=state, created_at=desk.now(), updated_at=desk.now(),
    )  # fmt: skip
    with desk.sessions.writing() as session:
        session.add(entry)
    return entry.id


@pytest.fixture
def folder(clinic_desk):
    return RecordFolder(clinic_desk)


@pytest.fixture
def person(clinic_desk):
    return register(clinic_desk).id


def kind_of(contents, code):
    return next(kind for kind in contents.kinds if kind.form_code == code)


# ---- timeline


@pytest.mark.parametrize("code", sorted(set(FORM_MODULES) & set(FILLED) - OWN_SHEETS))
def test_a_sheet_of_every_form_stands_in_the_timeline_with_its_line(clinic_desk, folder, person, code):
    entry_id = put(clinic_desk, person, code, date(2026, 10, 1))
    (row,) = [row for row in folder.timeline(person) if row.form_entry_id == entry_id]
    assert (row.date, row.kind, row.author, row.state) == (date(2026, 10, 1), code, "王明", "complete")
    assert str(row.text) not in ("", "—")
    assert str(row.chips[0].text)


def test_a_draft_is_marked_and_a_void_sheet_shown_only_when_asked_for(clinic_desk, folder, person):
    half = put(clinic_desk, person, "elder_adl", date(2026, 10, 1), "partial")
    void = put(clinic_desk, person, "encounter", date(2026, 10, 2), "void")
    rows = {row.form_entry_id: row for row in folder.timeline(person)}
    assert [str(chip.text) for chip in rows[half].chips] == ["自理能力", "草稿"]
    assert void not in rows
    rows = {row.form_entry_id: row for row in folder.timeline(person, with_void=True)}
    assert (rows[void].state, [str(chip.text) for chip in rows[void].chips]) == ("void", ["接诊", "作废"])


def test_the_newest_stands_first_and_of_one_day_what_was_written_last(clinic_desk, folder, person):
    first = put(clinic_desk, person, "encounter", date(2026, 10, 1))
    second = put(clinic_desk, person, "consultation", date(2026, 10, 1))
    old = put(clinic_desk, person, "encounter", date(2016, 10, 1))
    ids = [row.form_entry_id for row in folder.timeline(person) if row.form_entry_id in (first, second, old)]
    assert ids == [second, first, old]


def test_programmes_and_their_end_and_changes_of_state_stand_in_it(clinic_desk, folder, person):
    enrolments = Enrolments(clinic_desk)
    enrolled = enrolments.enrol(person, "htn", date(2019, 5, 1), date(2026, 11, 1))
    enrolments.end(enrolled.id, date(2026, 11, 20), "转上级医院")
    Residents(clinic_desk).change_state(person, "moved", date(2026, 11, 21), "随子女进城")
    rows = [(row.kind, str(row.text)) for row in folder.timeline(person) if row.kind in ("enrolment", "state")]
    assert rows == [
        ("state", "迁出：随子女进城"), ("enrolment", "结束高血压管理：转上级医院。"), ("enrolment", "纳入高血压管理。"),
    ]  # fmt: skip


def test_a_visit_of_the_combined_screen_reads_as_before(clinic_desk, folder, person):
    Enrolments(clinic_desk).enrol(person, "htn", date(2019, 5, 1), date(2019, 6, 1))
    answers = htn_answers(date(2026, 11, 20))
    FollowUps(clinic_desk).save_visit(person, answers, confirmed=frozenset(answers))
    (row,) = [row for row in folder.timeline(person) if row.kind == "htn_followup"]
    assert (str(row.text), row.chips[0].tone, str(row.chips[0].text)) == (
        "136/82；控制满意；下次 2027-02-20", "good", "高血压随访",
    )  # fmt: skip


def test_a_form_of_a_later_version_is_still_listed(clinic_desk, folder, person):
    put(clinic_desk, person, "village_card", date(2026, 10, 1))
    contents = folder.contents(person)
    assert ("village_card", "填写village_card。") in [(row.kind, str(row.text)) for row in contents.timeline]
    assert contents.kinds[-1].form_code == "village_card"


def test_there_is_no_record_of_nobody(folder):
    with pytest.raises(UserError, match="没有找到这位居民"):
        folder.contents("nobody")
    with pytest.raises(UserError, match="没有找到这位居民"):
        folder.completeness("nobody")


# ---- 档案袋


def test_the_kinds_stand_in_the_order_of_the_list_with_their_sheets(clinic_desk, folder, person):
    put(clinic_desk, person, "encounter", date(2025, 1, 5))
    newest = put(clinic_desk, person, "encounter", date(2026, 2, 5))
    put(clinic_desk, person, "encounter", date(2026, 3, 5), "void")
    put(clinic_desk, person, "health_exam", date(2024, 5, 1))
    contents = folder.contents(person)
    order = list(FORM_MODULES)
    codes = [kind.form_code for kind in contents.kinds]
    assert codes == sorted(codes, key=order.index)
    encounters = kind_of(contents, "encounter")
    assert (encounters.count, encounters.newest, len(encounters.sheets)) == (2, date(2026, 2, 5), 3)
    assert encounters.sheets[1].entry_id == newest
    assert (encounters.title, encounters.sheets[1].edition, encounters.sheets[1].revision) == ("接诊记录表", "2017", 1)


def test_what_is_due_is_marked_and_what_does_not_concern_the_resident_is_not_there(clinic_desk, folder, person):
    contents = folder.contents(person)
    due = {kind.form_code for kind in contents.kinds if kind.is_due}
    assert due == {"health_exam", "elder_adl", "tcm_elder"}
    assert not {"smi_info", "tb_followup", "copd_followup", "htn_followup"} & {kind.form_code for kind in contents.kinds}
    assert {"encounter", "consultation", "referral_out"} <= {kind.form_code for kind in contents.kinds}
    put(clinic_desk, person, "elder_adl", date(2026, 1, 1))
    assert not kind_of(folder.contents(person), "elder_adl").is_due


def test_young_people_have_no_forms_of_the_old_but_those_that_were_filled(clinic_desk, folder):
    young = register(clinic_desk, "赵小军", "1990-05-01", 1, phone="13912340005").id
    codes = {kind.form_code for kind in folder.contents(young).kinds}
    assert "elder_adl" not in codes
    put(clinic_desk, young, "elder_adl", date(2020, 1, 1), "void")
    kind = kind_of(folder.contents(young), "elder_adl")
    assert (kind.count, kind.newest, kind.is_due) == (0, None, False)


def test_a_programme_brings_its_forms_into_the_folder(clinic_desk, folder, person):
    Enrolments(clinic_desk).enrol(person, "htn", None, date(2019, 6, 1))
    assert kind_of(folder.contents(person), "htn_followup").is_due


def test_ten_years_of_forms_stand_on_one_time_line(clinic_desk, folder, person):
    codes = sorted(set(FILLED) - OWN_SHEETS)
    day = date(2016, 1, 4)
    with clinic_desk.sessions.writing() as session:
        for number in range(200):
            code = codes[number % len(codes)]
            entry_id = new_id()
            session.add(FormEntry(
                id=entry_id, form_code=code, edition="2017", resident_id=person, entry_date=day + timedelta(days=19 * number),
                author_id=clinic_desk.actor.user_id, answers=kept_answers(code), state="complete",
                created_at=clinic_desk.now(), updated_at=clinic_desk.now(),
            ))  # fmt: skip
            session.flush()
            record_change(session, clinic_desk, "form.save", "form_entry", entry_id, before=None, after={})
    contents = folder.contents(person)
    assert len(contents.timeline) == 202
    assert [row.date for row in contents.timeline] == sorted((row.date for row in contents.timeline), reverse=True)
