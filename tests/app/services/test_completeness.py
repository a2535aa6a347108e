"""What a record needs, at each boundary of age, year, programme and quarter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.forms.registry import form
from app.services.completeness import Completeness, Programme, Situation, completeness_of
from app.services.record_folder import RecordFolder
from app.services.residents import Residents
from tests.residents import register
from tests.samples.form_answers import FILLED

TODAY = date(2026, 11, 22)
OLD_ENOUGH, TOO_YOUNG = date(1961, 11, 22), date(1961, 11, 23)
FULL_COVER = COVER.read(FILLED["record_cover"]).answers
FULL_INFO = INFO.read(FILLED["personal_info"]).answers
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2025, 12, 31)


@dataclass
class Paper:
    """A sheet as the record gives it."""

    form_code: str
    entry_date: date = TODAY
    state: str = "complete"
    answers: dict[str, Any] = field(default_factory=dict)
    id: str = "sheet"


def visit(form_code="htn_followup", on=TODAY, method=1, state="complete", **answers):
    return Paper(form_code, on, state, {"visit_method": method, **answers})


def judged(born=TOO_YOUNG, *sheets, programmes=(), **changes) -> Completeness:
    given = {
        "today": TODAY, "birth_date": born, "sex": 2, "state": "active", "cover": FULL_COVER, "info": FULL_INFO,
        "programmes": tuple(Programme(disease, since) for disease, since in programmes), "sheets": sheets, **changes,
    }  # fmt: skip
    return completeness_of(Situation(**given))


def lacking(found: Completeness) -> list[str]:
    return [each.form_code for each in found.missing]


LONG_AGO = date(2019, 6, 1)


@pytest.mark.parametrize(
    ("born", "sheets", "forms"),
    [
        (TOO_YOUNG, (), []),
        (OLD_ENOUGH, (), ["health_exam", "elder_adl", "tcm_elder"]),
        (None, (), []),
        (OLD_ENOUGH, (Paper("health_exam", FIRST_DAY),), ["elder_adl", "tcm_elder"]),
        (OLD_ENOUGH, (Paper("health_exam", LAST_DAY),), ["health_exam", "elder_adl", "tcm_elder"]),
        (OLD_ENOUGH, (Paper("health_exam"), Paper("elder_adl"), Paper("tcm_elder")), []),
        (OLD_ENOUGH, (Paper("health_exam"), Paper("elder_adl"), Paper("tcm_elder", LAST_DAY)), ["tcm_elder"]),
    ],
)
def test_at_65_three_forms_are_due_every_year(born, sheets, forms):
    assert lacking(judged(born, *sheets)) == forms


@pytest.mark.parametrize("state", ["moved", "dead", "lost", "cancelled"])
def test_of_who_has_left_only_the_record_itself_counts(state):
    found = judged(OLD_ENOUGH, state=state, programmes=[("htn", LONG_AGO)])
    assert [part.form_code for part in found.parts] == ["record_cover", "personal_info"]
    assert (found.percent, found.missing) == (100, ())


@pytest.mark.parametrize(
    ("programme", "forms"),
    [
        ("htn", ["health_exam", "htn_followup"]),
        ("dm", ["health_exam", "dm_followup"]),
        ("smi", ["health_exam", "smi_info", "smi_followup"]),
        ("tb", ["tb_first_visit"]),
        ("copd", ["health_exam"]),
    ],
)
def test_each_programme_asks_for_its_forms(programme, forms):
    assert lacking(judged(programmes=[(programme, LONG_AGO)])) == forms


def test_one_examination_serves_the_age_and_every_programme():
    found = judged(OLD_ENOUGH, programmes=[("htn", LONG_AGO), ("dm", LONG_AGO)])
    assert lacking(found).count("health_exam") == 1
    assert lacking(judged(TOO_YOUNG, Paper("health_exam"), programmes=[("copd", LONG_AGO)])) == []


@pytest.mark.parametrize(
    ("today", "since", "made", "due"),
    [
        (date(2026, 1, 1), LONG_AGO, 0, 1), (date(2026, 3, 31), LONG_AGO, 1, 1), (date(2026, 4, 1), LONG_AGO, 1, 2),
        (date(2026, 9, 30), LONG_AGO, 3, 3), (date(2026, 10, 1), LONG_AGO, 3, 4), (TODAY, LONG_AGO, 4, 4),
        (TODAY, LONG_AGO, 5, 4), (TODAY, date(2026, 1, 1), 3, 4), (TODAY, date(2026, 7, 1), 1, 2),
        (TODAY, date(2026, 11, 20), 0, 1), (TODAY, date(2026, 11, 20), 1, 1), (TODAY, date(2025, 12, 31), 3, 4),
    ],
)  # fmt: skip
def test_the_visits_of_the_quarters_begun_are_due(today, since, made, due):
    sheets = [visit(on=date(2026, 1, 1)) for _ in range(made)]
    found = judged(TOO_YOUNG, *sheets, Paper("health_exam", date(2026, 1, 1)), programmes=[("htn", since)], today=today)
    (part,) = [part for part in found.parts if part.form_code == "htn_followup"]
    assert (part.done, part.of) == (min(made, due), due)
    assert bool(part.missing) is (made < due)
    if part.missing:
        assert str(part.missing[0].message) == f"高血压随访：今年到现在应有 {due} 次，已有 {made} 次。"


@pytest.mark.parametrize(
    ("sheet", "counts"),
    [
        (visit(method=1), True), (visit(method=2), True), (visit(method=3), False), (visit(not_seen=1), False),
        (visit(state="partial"), False), (visit(state="void"), False), (visit(on=LAST_DAY), False),
        (visit("dm_followup"), False),
    ],
)  # fmt: skip
def test_only_complete_visits_face_to_face_of_this_year_count(sheet, counts):
    found = judged(TOO_YOUNG, sheet, programmes=[("htn", date(2026, 11, 1))])
    assert ("htn_followup" not in lacking(found)) is counts


def test_a_visit_by_telephone_counts_for_a_mental_disorder_but_a_lost_one_does_not():
    programmes = [("smi", date(2026, 11, 1))]
    assert "smi_followup" not in lacking(judged(TOO_YOUNG, visit("smi_followup", method=3), programmes=programmes))
    lost = visit("smi_followup", method=3, lost_reason=1)
    assert "smi_followup" in lacking(judged(TOO_YOUNG, lost, programmes=programmes))


def test_the_supplement_is_filled_once_whatever_the_year():
    found = judged(TOO_YOUNG, Paper("smi_info", date(2015, 1, 1)), programmes=[("smi", LONG_AGO)])
    assert "smi_info" not in lacking(found)


@pytest.mark.parametrize(
    ("on", "is_enough"),
    [(date(2026, 9, 1), True), (date(2026, 8, 1), True), (date(2026, 7, 31), False), (date(2020, 1, 1), False)],
)
def test_the_first_home_visit_belongs_to_this_tuberculosis(on, is_enough):
    found = judged(TOO_YOUNG, Paper("tb_first_visit", on), programmes=[("tb", date(2026, 9, 1))])
    assert ("tb_first_visit" not in lacking(found)) is is_enough


def test_each_missing_answer_of_the_record_leads_to_its_field():
    without = {code: value for code, value in FULL_INFO.items() if code not in ("blood_abo", "education")}
    found = judged(info=without)
    assert [(each.form_code, each.code, str(each.message)) for each in found.missing] == [
        ("personal_info", "blood_abo", "请填写血型。"), ("personal_info", "education", "请填写文化程度。"),
    ]  # fmt: skip


def test_what_the_place_of_work_gives_is_not_asked_for():
    without = {code: value for code, value in FULL_COVER.items() if not code.endswith(("_name", "_org"))}
    assert lacking(judged(cover={**without, "name": "李桂兰"})) == []


@pytest.mark.parametrize(
    ("born", "lacks_blood"), [(date(2019, 11, 23), False), (date(2019, 11, 22), True), (date(2026, 11, 1), False)]
)
def test_a_child_of_up_to_six_years_needs_no_personal_information(born, lacks_blood):
    named = {"sex": 2, "birth_date": born.isoformat(), "id_number": "x", "contact_name": "李军"}
    found = judged(born, info=named)
    assert ("blood_abo" in [each.code for each in found.missing]) is lacks_blood
    assert bool(found.missing) is lacks_blood


def test_a_sheet_kept_half_filled_lists_its_own_fields():
    started = Paper("elder_adl", state="partial", answers={"eating": 0, "grooming": 1}, id="half")
    found = judged(OLD_ENOUGH, Paper("health_exam"), Paper("tcm_elder"), started)
    codes = [each.code for each in found.missing]
    assert codes[:3] == ["dressing", "toileting", "mobility"]
    assert {each.entry_id for each in found.missing} == {"half"}
    assert "total" not in codes
    (part,) = [part for part in found.parts if part.form_code == "elder_adl"]
    assert 0 < part.done < part.of


def test_a_half_filled_sheet_beside_a_complete_one_lacks_nothing():
    started = Paper("elder_adl", state="partial", answers={"eating": 0})
    assert lacking(judged(OLD_ENOUGH, started, Paper("elder_adl"), Paper("health_exam"), Paper("tcm_elder"))) == []


def test_a_sheet_with_every_answer_that_is_still_a_draft_leads_to_itself():
    declared = form("elder_adl")
    answers = declared.keep(declared.read(FILLED["elder_adl"]).answers)
    started = Paper("elder_adl", state="partial", answers=answers, id="draft")
    (missing,) = judged(OLD_ENOUGH, started, Paper("health_exam"), Paper("tcm_elder")).missing
    assert (missing.form_code, missing.code, missing.entry_id) == ("elder_adl", "", "draft")


def test_the_percentage_is_the_mean_of_the_parts_and_100_only_when_nothing_lacks():
    assert judged().percent == 100
    assert judged(OLD_ENOUGH).percent == 40
    assert judged(OLD_ENOUGH, Paper("health_exam")).percent == 60
    one_answer_less = {code: value for code, value in FULL_INFO.items() if code != "education"}
    assert 90 < judged(info=one_answer_less).percent < 100
    assert Completeness().percent == 100


def test_a_record_as_registered_and_completed_is_judged_from_the_database(clinic_desk):
    folder = RecordFolder(clinic_desk)
    person = register(clinic_desk, "赵小军", "1990-05-01", 1)
    assert folder.completeness(person.id).missing == ()
    record = Residents(clinic_desk).record(person.id)
    less = {code: value for code, value in record.info.items() if code != "education"}
    Residents(clinic_desk).revise(person.id, None, less, revision=record.revision, reason="没有问到", as_partial=True)
    assert [each.code for each in folder.completeness(person.id).missing] == ["education"]
    old = register(clinic_desk, "李桂兰", "1955-03-08", 2, phone="13912340003")
    assert lacking(folder.completeness(old.id)) == ["health_exam", "elder_adl", "tcm_elder"]


