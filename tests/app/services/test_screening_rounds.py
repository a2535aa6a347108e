"""筛查: a round of a group, what follows from each value, and who is to be measured again."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from app.desk import Desk
from app.domain.screening import DayReading
from app.errors import UserError
from app.forms.screening import GLUCOSE, HIGH_RISK, MANAGED, NORMAL, REPEAT, SUSPECTED, URGENT
from app.printing.lists import table_pdf
from app.services.day_sheets import RowInput, RowState
from app.services.drafts import Drafts
from app.services.enrolments import Enrolments
from app.services.form_records import FormRecords
from app.services.residents import Residents
from app.services.screening_judging import ScreenPerson, conclude
from app.services.screening_rounds import DRAFT_KIND, MOST_PEOPLE, ScreeningRounds
from tests.followup_people import add_resident

TODAY = date(2026, 11, 22)
YOUNG, ADULT = date(1996, 5, 1), date(1980, 5, 1)


def screened(desk: Desk, *people: str, **texts: str):
    """A round in which the same is typed for everybody."""
    rounds = ScreeningRounds(desk)
    sheet = rounds.open(people)
    return rounds.save([(row, RowInput(texts)) for row in sheet.rows], sheet.on)


def judged(desk: Desk, person: str, **texts: str):
    sheet = ScreeningRounds(desk).open([person])
    return ScreeningRounds(desk).judge(sheet.rows[0], RowInput(texts), sheet.on)


# --- what follows from a value ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "codes"),
    [
        ({"sbp": 129, "dbp": 84}, (NORMAL,)),
        ({"sbp": 130, "dbp": 84}, (HIGH_RISK,)),
        ({"sbp": 129, "dbp": 85}, (HIGH_RISK,)),
        ({"sbp": 139, "dbp": 89}, (HIGH_RISK,)),
        ({"sbp": 140, "dbp": 80}, (REPEAT,)),
        ({"sbp": 120, "dbp": 90}, (REPEAT,)),
        ({"sbp": 179, "dbp": 109}, (REPEAT,)),
        ({"sbp": 180, "dbp": 100}, (URGENT, REPEAT)),
        ({"sbp": 170, "dbp": 110}, (URGENT, REPEAT)),
        ({"fasting_glucose": Decimal("6.99")}, (NORMAL,)),
        ({"fasting_glucose": Decimal("7.0")}, (GLUCOSE,)),
        ({"random_glucose": Decimal("11.09")}, (NORMAL,)),
        ({"random_glucose": Decimal("11.1")}, (GLUCOSE,)),
        ({"fasting_glucose": Decimal("16.69")}, (GLUCOSE,)),
        ({"fasting_glucose": Decimal("16.7")}, (URGENT, GLUCOSE)),
        ({"fasting_glucose": Decimal("3.91")}, (NORMAL,)),
        ({"fasting_glucose": Decimal("3.9")}, (URGENT,)),
        ({"sbp": 120, "dbp": 80, "bmi": Decimal("24")}, (HIGH_RISK,)),
        ({"sbp": 120, "dbp": 80, "bmi": Decimal("23.99")}, (NORMAL,)),
        ({"sbp": 120, "dbp": 80, "waist": Decimal(85)}, (HIGH_RISK,)),
        ({"sbp": 120, "dbp": 80, "risk_factors": [2]}, (HIGH_RISK,)),
        ({"sbp": 120, "dbp": 80, "risk_factors": [3]}, (HIGH_RISK,)),
        ({"sbp": 120, "dbp": 80, "risk_factors": [4]}, (HIGH_RISK,)),
        ({"sbp": 120, "dbp": 80, "risk_factors": [1]}, (NORMAL,)),
        ({"sbp": 142, "dbp": 80, "random_glucose": Decimal(12)}, (REPEAT, GLUCOSE)),
    ],
)  # fmt: skip
def test_the_conclusion_follows_from_the_values(answers, codes):
    assert conclude(ScreenPerson(ADULT, 2), TODAY, answers, ()).codes == codes


@pytest.mark.parametrize(
    ("days", "codes", "raised"),
    [([], (REPEAT,), 1), ([7], (REPEAT,), 2), ([14, 7], (SUSPECTED,), 3), ([7, 7], (REPEAT,), 2)],
)
def test_three_raised_days_are_suspected_readings_of_one_day_count_once(days, codes, raised):
    earlier = [DayReading(TODAY - timedelta(days=ago), 148, 92) for ago in days]

    said = conclude(ScreenPerson(ADULT, 1), TODAY, {"sbp": 146, "dbp": 88}, earlier)

    assert (said.codes, said.raised_days) == (codes, raised)
    assert (said.repeat_on is None) == (codes == (SUSPECTED,))
    assert said.check_due == (TODAY + timedelta(days=14) if codes == (SUSPECTED,) else None)


def test_a_day_that_was_not_raised_breaks_the_row():
    days = ((21, 150), (14, 132), (7, 150))
    earlier = [DayReading(TODAY - timedelta(days=ago), sbp, 80) for ago, sbp in days]

    assert conclude(ScreenPerson(ADULT, 1), TODAY, {"sbp": 150, "dbp": 80}, earlier).codes == (REPEAT,)


@pytest.mark.parametrize(
    ("managed", "answers", "codes"),
    [
        ({"htn"}, {"sbp": 150, "dbp": 92}, (MANAGED,)),
        ({"htn"}, {"sbp": 134, "dbp": 80}, (NORMAL,)),
        ({"htn"}, {"sbp": 134, "dbp": 80, "fasting_glucose": Decimal(8)}, (GLUCOSE,)),
        ({"dm"}, {"fasting_glucose": Decimal(8)}, (MANAGED,)),
        ({"htn", "dm"}, {"sbp": 150, "dbp": 92, "fasting_glucose": Decimal(8)}, (MANAGED,)),
    ],
)
def test_whoever_is_under_management_is_not_screened_for_that(managed, answers, codes):
    assert conclude(ScreenPerson(ADULT, 1, frozenset(managed)), TODAY, answers, ()).codes == codes


# --- whom a round is for ------------------------------------------------------------------------------------------


def test_a_round_is_for_those_of_35_without_hypertension_or_for_a_whole_group(clinic_desk):
    adult = add_resident(clinic_desk, name="王建国", born=date(1991, 11, 22), group="1组")
    just_young = add_resident(clinic_desk, name="张小明", born=date(1991, 11, 23), group="1组")
    patient = add_resident(clinic_desk, name="李桂兰", group="1组")
    other = add_resident(clinic_desk, name="陈玉珍", group="2组")
    gone = add_resident(clinic_desk, name="赵淑芬", group="1组")
    Enrolments(clinic_desk).enrol(patient, "htn", TODAY, TODAY, first_visit_due=TODAY)
    Residents(clinic_desk).change_state(gone, "moved", TODAY, "随子女进城")
    rounds = ScreeningRounds(clinic_desk)

    assert set(rounds.people()) == {adult, other}
    assert set(rounds.people("1组")) == {adult}
    assert set(rounds.people("1组", whole_group=True)) == {adult, just_young, patient}


def test_too_many_people_at_once_are_refused(clinic_desk):
    with pytest.raises(UserError, match=str(MOST_PEOPLE)):
        ScreeningRounds(clinic_desk).open([str(number) for number in range(MOST_PEOPLE + 1)])


# --- rows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "state", "column"),
    [
        ({}, RowState.EMPTY, None),
        ({"bp": "12880"}, RowState.READY, None),
        ({"fasting": "5.6"}, RowState.READY, None),
        ({"weight": "60"}, RowState.LACKING, "bp"),
        ({"bp": "128"}, RowState.LACKING, "bp"),
        ({"bp": "80/128"}, RowState.REFUSED, "bp"),
        ({"bp": "128/80", "fasting": "61"}, RowState.REFUSED, "fasting"),
        ({"bp": "186/96"}, RowState.ASKS, "bp"),
        ({"bp": "128/80", "risk": "12"}, RowState.REFUSED, "risk"),
        ({"bp": "128/80", "risk": "23"}, RowState.READY, None),
    ],
)
def test_a_row_is_as_far_as_what_stands_in_it(clinic_desk, texts, state, column):
    verdict = judged(clinic_desk, add_resident(clinic_desk, born=ADULT), **texts)

    assert verdict.state is state
    assert column is None or column in verdict.cells


def test_a_second_entry_of_one_day_is_asked_about(clinic_desk):
    person = add_resident(clinic_desk, born=ADULT)
    screened(clinic_desk, person, bp="128/80")

    assert judged(clinic_desk, person, bp="126/80").state is RowState.ASKS


# --- saving -------------------------------------------------------------------------------------------------------


def test_a_round_is_one_transaction_and_leaves_the_forms(clinic_desk):
    people = [add_resident(clinic_desk, name=f"居民{number}", born=ADULT) for number in range(5)]
    Drafts(clinic_desk).save(DRAFT_KIND, "", {"rows": {}})
    commits = []
    event.listen(clinic_desk.sessions.engine, "commit", commits.append)

    saved = screened(clinic_desk, *people, bp="148/92", weight="70", waist="92", fasting="7.2", risk="3")

    assert len(commits) == 1
    assert (len(saved.entries), saved.refused) == (5, ())
    result = saved.entries[0]
    assert (result.reading, result.glucose, result.conclusions) == ("148/92", "空腹 7.2", (REPEAT, GLUCOSE))
    assert (result.repeat_on, result.raised_days) == (TODAY + timedelta(days=7), 1)
    assert Drafts(clinic_desk).get(DRAFT_KIND, "") is None
    recorded = FormRecords(clinic_desk).recorded(result.entry_id)
    assert (recorded.form_code, recorded.state, recorded.entry_date) == ("screening", "complete", TODAY)
    assert (recorded.answers["bmi"], recorded.answers["doctor"]) == (Decimal("28.76"), "王明")
    assert "空腹血糖 7.2" in recorded.answers["advice"]


def test_when_one_row_is_refused_nothing_is_stored_until_the_doctor_agrees(clinic_desk):
    people = [add_resident(clinic_desk, name=name, born=ADULT) for name in ("李桂兰", "王建国")]
    rounds = ScreeningRounds(clinic_desk)
    sheet = rounds.open(people)
    rows = [(sheet.rows[0], RowInput({"bp": "80/120"})), (sheet.rows[1], RowInput({"bp": "120/80"}))]

    nothing = rounds.save(rows, sheet.on)
    assert (nothing.entries, [each.name for each in nothing.refused]) == ((), ["李桂兰"])
    assert rounds.results(TODAY) == ()

    others = rounds.save(rows, sheet.on, only_good=True)
    assert [each.name for each in others.entries] == ["王建国"]
    assert [each.name for each in rounds.results(TODAY)] == ["王建国"]


def test_whose_pressure_was_raised_is_measured_again_until_the_third_day(clinic_desk, clock):
    raised = add_resident(clinic_desk, name="王建国", born=ADULT)
    normal_again = add_resident(clinic_desk, name="张秀英", born=ADULT)
    rounds = ScreeningRounds(clinic_desk)

    screened(clinic_desk, raised, normal_again, bp="148/92")
    assert {each.name for each in rounds.to_recheck()} == {"王建国", "张秀英"}
    assert rounds.to_recheck()[0].repeat_on == TODAY + timedelta(days=7)

    clock.forward(days=7)
    screened(clinic_desk, raised, bp="150/90")
    screened(clinic_desk, normal_again, bp="126/80")
    assert [(each.name, each.raised_days) for each in rounds.to_recheck()] == [("王建国", 2)]
    assert rounds.suspected() == ()

    clock.forward(days=7)
    result = screened(clinic_desk, raised, bp="144/88").entries[0]
    assert (result.conclusions, result.needs_action) == ((SUSPECTED,), True)
    assert rounds.to_recheck() == ()
    assert [each.name for each in rounds.suspected()] == ["王建国"]

    Enrolments(clinic_desk).enrol(raised, "htn", clinic_desk.today(), clinic_desk.today(), first_visit_due=None)
    assert rounds.suspected() == ()


def test_the_list_of_a_round_prints_with_its_results(clinic_desk):
    people = [add_resident(clinic_desk, name=name, born=ADULT) for name in ("李桂兰", "王建国")]
    results = screened(clinic_desk, *people, bp="148/92").entries
    rounds = ScreeningRounds(clinic_desk)

    content = rounds.printed(results, title="筛查结果", on=TODAY, place="村委会")

    assert [row[1] for row in content.rows] == ["李桂兰", "王建国"]
    assert content.rows[0][6:10] == ("148/92", "", "血压偏高，改天复测", "2026-11-29")
    assert table_pdf(content).startswith(b"%PDF")


def test_the_form_filled_in_by_itself_proposes_the_same_conclusion(clinic_desk, clock):
    person = add_resident(clinic_desk, born=ADULT)
    records = FormRecords(clinic_desk)
    for _ in range(2):
        screened(clinic_desk, person, bp="148/92")
        clock.forward(days=7)

    opened = records.open(person, "screening")
    proposal = records.judge(opened, {**opened.starting, "sbp": 146, "dbp": 90}).proposals[0]

    assert (proposal.answers["conclusion"], proposal.referral, proposal.tone) == ([SUSPECTED], "yes", "bad")
    assert proposal.check_due == clinic_desk.today() + timedelta(days=14)
    assert records.judge(opened, opened.starting).proposals == ()
