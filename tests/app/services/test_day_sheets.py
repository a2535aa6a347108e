"""日间表格: what is typed in a cell, how a row is judged, and that its visits are those of the visit screen."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, select, text

from app.desk import Desk
from app.errors import UserError
from app.services.day_sheet_columns import BY_KEY, COLUMNS, chosen_columns, split_pair
from app.services.day_sheets import (
    DRAFT_KIND,
    MOST_PEOPLE,
    DaySheets,
    RowInput,
    RowState,
    answers_of,
    sentences_of,
)
from app.services.drafts import Drafts
from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from app.services.visit_sheets import DRAFT_KIND as VISIT_DRAFT
from db.models import DueTask, FollowUp, FormEntry
from tests.desks import Clock, make_clinic
from tests.followup_people import add_resident, both_answers, dm_answers, htn_answers

TODAY = date(2026, 11, 22)
ENROLLED = date(2019, 6, 1)
ANSWERS = {("htn",): htn_answers, ("dm",): dm_answers, ("htn", "dm"): both_answers}
CALM = {"bp": "13682", "heart_rate": "76", "weight": "63.5"}
TABLES = ("form_entry", "follow_up", "enrolment", "due_task", "revision", "audit_entry", "resident")
OWN = {"hash", "previous_hash", "number", "record_no"}
"""Hold the ids, or are counted on from test to test."""


def managed(desk: Desk, *diseases: str, name: str = "李桂兰", visits: int = 1, **changes: object) -> str:
    """Somebody under management with earlier calm visits, the last of them changed by `changes`."""
    person = add_resident(desk, name=name)
    for disease in diseases or ("htn",):
        Enrolments(desk).enrol(person, disease, ENROLLED, ENROLLED, first_visit_due=TODAY)
    for number in range(visits, 0, -1):
        changed = changes if number == 1 else {}
        answers = ANSWERS[diseases or ("htn",)](TODAY - timedelta(days=90 * number), **changed)
        FollowUps(desk).save_visit(person, answers, confirmed=frozenset(answers))
    return person


def opened(desk: Desk, *people: str):
    return DaySheets(desk).open(people)


def judged(desk: Desk, person: str, **texts: str):
    sheet = opened(desk, person)
    return DaySheets(desk).judge(sheet.rows[0], RowInput(texts), sheet.on)


def count(desk: Desk, model) -> int:
    with desk.sessions.reading() as session:
        return len(session.execute(select(model.__table__)).all())


def rows_of(desk: Desk) -> dict[str, list[dict[str, object]]]:
    """Every row of the tables that a visit writes; ids in the order in which they first occur."""
    numbers: dict[str, str] = {}
    shape = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

    def plain(value: object) -> object:
        if not isinstance(value, str):
            return value
        if value.startswith("{"):
            return json.loads(value)
        return shape.sub(lambda found: numbers.setdefault(found[0], f"id{len(numbers)}"), value)

    found = {}
    with desk.sessions.reading() as session:
        for table in TABLES:
            order = "sequence" if table == "audit_entry" else "rowid"
            rows = session.execute(text(f"SELECT * FROM {table} ORDER BY {order}")).mappings()
            found[table] = [{key: plain(value) for key, value in row.items() if key not in OWN} for row in rows]
    return found


# --- cells ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "pair"),
    [
        ("142/86", ["142", "86"]), ("142 86", ["142", "86"]), ("142，86", ["142", "86"]), ("14286", ["142", "86"]),
        ("9860", ["98", "60"]), ("198110", ["198", "110"]), ("142", ["142"]), ("142/", ["142"]), ("", []),
    ],
)  # fmt: skip
def test_a_blood_pressure_is_typed_in_the_quickest_way(typed, pair):
    assert split_pair(typed) == pair


@pytest.mark.parametrize(
    ("key", "typed", "answers"),
    [
        ("bp", "142/86", {"sbp": "142", "dbp": "86"}),
        ("bp", "142/86/3", {"sbp": "142", "dbp": "86/3"}),
        ("bp", "142", {"sbp": "142"}),
        ("symptoms_htn", "25", {"symptoms": ["2", "5"]}),
        ("symptoms_htn", "2 5", {"symptoms": ["2", "5"]}),
        ("symptoms_htn", "210 手抖", {"symptoms": ["2", "10"], "symptoms_note": "手抖"}),
        ("symptoms_htn", "", {"symptoms": [1]}),
        ("adr", "2 干咳", {"adr": "2", "adr_note": "干咳"}),
        ("adr", "", {"adr": 1}),
        ("exercise", "5/30", {"exercise_times": "5", "exercise_minutes": "30"}),
        ("weight", "", {}),
    ],
)
def test_a_cell_means_the_answers_of_the_form(clinic_desk, key, typed, answers):
    sheet = opened(clinic_desk, managed(clinic_desk)).rows[0].sheet

    assert BY_KEY[key].answers(sheet, typed) == answers


@pytest.mark.parametrize(
    ("key", "typed", "shown"),
    [("bp", "14286", "142/86"), ("symptoms_htn", "25", "头痛头晕、呼吸困难"), ("adr", "2 干咳", "有（干咳）"),
     ("symptoms_htn", "1 5", "1 5"), ("adherence", "", "规律"), ("heart_rate", "76", "76"), ("adherence", "2", "间断")],
)  # fmt: skip
def test_a_cell_reads_as_words_once_it_is_left(clinic_desk, key, typed, shown):
    sheet = opened(clinic_desk, managed(clinic_desk)).rows[0].sheet

    assert BY_KEY[key].shown(sheet, typed) == shown


def test_columns_that_every_row_needs_cannot_be_put_away():
    assert [column.key for column in chosen_columns(("salt",))] == ["bp", "fpg", "heart_rate", "weight", "salt"]
    assert {column.key for column in chosen_columns(())} == {column.key for column in COLUMNS if column.is_shown}


# --- rows ----------------------------------------------------------------------------------------------------------


def test_a_row_says_who_what_was_last_and_what_is_carried(clinic_desk):
    row = opened(clinic_desk, managed(clinic_desk)).rows[0]

    assert (row.person.name, row.diseases) == ("李桂兰", ("htn",))
    assert (row.last["bp"], row.last["weight"], row.usual["symptoms_htn"]) == ("136/82", "63.5", "无症状")
    assert {"fpg", "symptoms_dm", "staple_food"} <= row.barred
    assert {"cigarettes", "salt", "salt_target", "psych", "drug_adherence"} <= set(row.carried)
    assert not {"sbp", "weight", "symptoms", "adr", "visit_class", "next_visit_date"} & set(row.carried)
    assert ("用药情况", "硝苯地平控释片 30mg 每日1次 每次1片") in row.carried_shown


def test_a_column_that_nobody_needs_is_not_there(clinic_desk):
    keys = [column.key for column in opened(clinic_desk, managed(clinic_desk)).columns]

    assert "fpg" not in keys
    assert keys[:3] == ["bp", "heart_rate", "weight"]


def test_whoever_has_no_such_visit_is_named_and_each_comes_once(clinic_desk):
    patient, other = managed(clinic_desk), add_resident(clinic_desk, name="王建国")
    sheet = opened(clinic_desk, patient, other, patient, "nobody")

    assert [row.resident_id for row in sheet.rows] == [patient]
    assert [(each.resident_id, each.name) for each in sheet.left_out] == [(other, "王建国"), ("nobody", "")]


def test_a_sheet_has_no_more_than_so_many_people(clinic_desk):
    with pytest.raises(UserError, match=str(MOST_PEOPLE)):
        DaySheets(clinic_desk).open([str(number) for number in range(MOST_PEOPLE + 1)])


@pytest.mark.parametrize(
    ("texts", "state", "column"),
    [
        ({}, RowState.EMPTY, None),
        (CALM, RowState.READY, None),
        ({**CALM, "weight": ""}, RowState.LACKING, "weight"),
        ({**CALM, "bp": "142"}, RowState.LACKING, "bp"),
        ({**CALM, "bp": "1364"}, RowState.REFUSED, "bp"),
        ({**CALM, "bp": "86/136"}, RowState.REFUSED, "bp"),
        ({**CALM, "heart_rate": "许"}, RowState.REFUSED, "heart_rate"),
        ({**CALM, "heart_rate": "130"}, RowState.ASKS, "heart_rate"),
        ({**CALM, "symptoms_htn": "1 5"}, RowState.REFUSED, "symptoms_htn"),
        ({**CALM, "symptoms_htn": "10"}, RowState.LACKING, "symptoms_htn"),
        ({**CALM, "symptoms_htn": "2"}, RowState.ASKS, None),
        ({**CALM, "bp": "180/100"}, RowState.ALONE, None),
        ({**CALM, "bp": "170/100"}, RowState.READY, None),
    ],
)  # fmt: skip
def test_a_row_is_as_far_as_what_stands_in_it(clinic_desk, texts, state, column):
    verdict = judged(clinic_desk, managed(clinic_desk), **texts)

    assert verdict.state is state
    assert column is None or column in verdict.cells
    assert state in (RowState.EMPTY, RowState.READY, RowState.ALONE) or sentences_of(verdict)


def test_a_second_visit_not_controlled_is_referred_or_the_row_is_left(clinic_desk):
    person = managed(clinic_desk, sbp=162, dbp=96)
    sheet = opened(clinic_desk, person)
    service, row = DaySheets(clinic_desk), sheet.rows[0]
    texts = {**CALM, "bp": "164/98"}
    referred = {"referral_reason": "连续两次控制不满意", "referral_to": "青石镇卫生院"}

    assert service.judge(row, RowInput(texts), sheet.on).state is RowState.DECIDE
    assert service.judge(row, RowInput(texts, referred), sheet.on).state is RowState.READY
    assert not service.save([(row, RowInput(texts))], sheet.on).saved
    assert service.save([(row, RowInput(texts, referred))], sheet.on).saved[0].is_referred


def test_a_first_visit_lacks_what_cannot_be_carried_and_is_opened_alone(clinic_desk):
    person = managed(clinic_desk, visits=0)

    verdict = judged(clinic_desk, person, **CALM)

    assert verdict.state is RowState.ALONE
    assert "请填写日吸烟量。" in [str(problem.message) for problem in verdict.others]


def test_a_reaction_with_two_diseases_is_told_apart_in_the_whole_form(clinic_desk):
    person = managed(clinic_desk, "htn", "dm")

    assert judged(clinic_desk, person, **CALM, fpg="6.4").state is RowState.READY
    assert judged(clinic_desk, person, **CALM, fpg="6.4", adr="2 干咳").state is RowState.ALONE


def test_what_was_asked_and_answered_is_not_asked_again(clinic_desk):
    sheet = opened(clinic_desk, managed(clinic_desk))
    given = RowInput({**CALM, "heart_rate": "130"}, confirmed=frozenset({"heart_rate"}))

    assert DaySheets(clinic_desk).judge(sheet.rows[0], given, sheet.on).state is RowState.READY


# --- saving --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("diseases", [("htn",), ("dm",), ("htn", "dm")])
def test_a_row_leaves_the_same_records_as_a_visit_written_alone(tmp_path, diseases):
    texts = {"bp": "148/88", "heart_rate": "80", "weight": "64.0", "symptoms_htn": "2", "fpg": "7.4"}
    alone = {"sbp": 148, "dbp": 88, "heart_rate": 80, "weight": "64.0", "fpg": "7.4"}
    left = []
    for way in ("sheet", "alone"):
        desk = make_clinic(tmp_path / way, Clock())
        person = managed(desk, *diseases, visits=3)
        if way == "sheet":
            sheet = opened(desk, person)
            decided = {"emergency_signs": []} if len(diseases) == 1 else {"htn_followup.emergency_signs": []}
            given = RowInput(texts, decided if "htn" in diseases else {})
            assert not DaySheets(desk).save([(sheet.rows[0], given)], sheet.on).refused
        else:
            answers = ANSWERS[diseases](TODAY, **{code: alone[code] for code in alone if code != "fpg" or "dm" in diseases})
            answers["height"] = "156.0"
            if "htn" in diseases:
                key = "symptoms" if len(diseases) == 1 else "htn_followup.symptoms"
                answers[key] = [2]
                answers[key.replace("symptoms", "emergency_signs")] = []
            FollowUps(desk).save_visit(person, answers)
        left.append(rows_of(desk))
        desk.close()

    for table in TABLES:
        assert left[0][table] == left[1][table], table
    assert any(row["entry_date"] == TODAY.isoformat() for row in left[0]["form_entry"])


def forty(desk: Desk) -> list[str]:
    kinds = (("htn",), ("dm",), ("htn", "dm"))
    return [managed(desk, *kinds[number % 3], name=f"居民{number}") for number in range(40)]


def typed(sheet, **changes: str):
    return [
        (row, RowInput({**CALM, **({} if "fpg" in row.barred else {"fpg": "6.4"}), **changes})) for row in sheet.rows
    ]


def test_forty_rows_are_one_transaction(clinic_desk):
    sheet = opened(clinic_desk, *forty(clinic_desk))
    entries = count(clinic_desk, FormEntry)
    commits = []
    event.listen(clinic_desk.sessions.engine, "commit", commits.append)

    saved = DaySheets(clinic_desk).save(typed(sheet), sheet.on)

    assert len(commits) == 1
    assert (len(saved.saved), saved.refused) == (40, ())
    assert count(clinic_desk, FormEntry) == entries + 40 + 13
    assert [visit.name for visit in saved.saved] == [row.person.name for row in sheet.rows]


def test_when_one_row_is_refused_nothing_is_saved_until_the_doctor_agrees(clinic_desk):
    people = [managed(clinic_desk, name=name) for name in ("李桂兰", "王建国", "张秀英")]
    sheet = opened(clinic_desk, *people)
    rows = typed(sheet)
    rows[1] = (rows[1][0], RowInput({**CALM, "bp": "86/136"}))
    entries, service = count(clinic_desk, FormEntry), DaySheets(clinic_desk)

    nothing = service.save(rows, sheet.on)
    assert (nothing.saved, [each.name for each in nothing.refused]) == ((), ["王建国"])
    assert "收缩压" in str(nothing.refused[0].sentences[0])
    assert count(clinic_desk, FormEntry) == entries

    others = service.save(rows, sheet.on, only_good=True)
    assert [visit.name for visit in others.saved] == ["李桂兰", "张秀英"]
    assert [each.name for each in others.refused] == ["王建国"]
    assert count(clinic_desk, FormEntry) == entries + 2


def test_a_failure_in_the_midst_leaves_nothing_half_done(clinic_desk):
    sheet = opened(clinic_desk, *[managed(clinic_desk, name=name) for name in ("李桂兰", "王建国", "张秀英")])
    before = rows_of(clinic_desk)
    inserted = []

    def fail(_connection, _cursor, statement, *_rest):
        if statement.startswith("INSERT INTO follow_up"):
            inserted.append(statement)
            if len(inserted) == 2:
                raise OSError("the disk is full")

    event.listen(clinic_desk.sessions.engine, "before_cursor_execute", fail)
    with pytest.raises(Exception, match=r"disk|磁盘|空间"):
        DaySheets(clinic_desk).save(typed(sheet), sheet.on)
    event.remove(clinic_desk.sessions.engine, "before_cursor_execute", fail)

    assert len(inserted) == 2
    assert rows_of(clinic_desk) == before


def test_a_row_is_judged_by_what_the_database_holds_when_it_is_saved(clinic_desk):
    person = managed(clinic_desk)
    sheet = opened(clinic_desk, person)
    FollowUps(clinic_desk).save_visit(person, htn_answers(TODAY))

    saved = DaySheets(clinic_desk).save(typed(sheet), sheet.on)

    assert saved.saved == ()
    assert "已经有一次随访" in str(saved.refused[0].sentences[0])


def test_saving_drops_the_drafts_of_the_sheet_and_of_each_visit(clinic_desk):
    person, drafts = managed(clinic_desk), Drafts(clinic_desk)
    sheet = opened(clinic_desk, person)
    drafts.save(DRAFT_KIND, "", {"rows": {}})
    drafts.save(VISIT_DRAFT, person, {"answers": {}})

    DaySheets(clinic_desk).save(typed(sheet), sheet.on)

    assert drafts.get(DRAFT_KIND, "") is None
    assert drafts.get(VISIT_DRAFT, person) is None


def test_rows_that_are_left_stay_in_the_draft_of_the_same_unit_of_work(clinic_desk):
    sheet = opened(clinic_desk, managed(clinic_desk))

    DaySheets(clinic_desk).save(typed(sheet), sheet.on, draft_left={"rows": {"other": {}}})

    kept = Drafts(clinic_desk).get(DRAFT_KIND, "")
    assert kept is not None
    assert kept.payload == {"rows": {"other": {}}}


def test_a_row_goes_on_in_the_visit_screen_with_what_was_typed(clinic_desk):
    person = managed(clinic_desk)
    sheet = opened(clinic_desk, person)
    given = RowInput({"bp": "182/100"})

    DaySheets(clinic_desk).keep_alone(sheet.rows[0], given, sheet.on)

    kept = FollowUps(clinic_desk).open_visit(person).draft
    assert kept is not None
    assert (kept.payload["answers"]["sbp"], kept.payload["answers"]["cigarettes"]) == ("182", 0)
    assert kept.payload["answers"]["visit_date"] == TODAY.isoformat()


def test_a_sheet_of_yesterday_is_dated_so_and_its_next_visits_follow(clinic_desk):
    person = managed(clinic_desk)
    yesterday = TODAY - timedelta(days=1)
    sheet = DaySheets(clinic_desk).open([person], on=yesterday)

    DaySheets(clinic_desk).save(typed(sheet), sheet.on)

    with clinic_desk.sessions.reading() as session:
        newest = session.execute(select(FollowUp.__table__).order_by(FollowUp.__table__.c.visit_date.desc())).first()
        due = session.execute(select(DueTask.__table__.c.due_on).where(DueTask.__table__.c.done_on.is_(None))).scalar_one()
    assert (newest.visit_date, newest.weight_kg, newest.next_visit_on) == (yesterday, Decimal("63.5"), due)
    assert due == date(2027, 2, 21)


def test_the_typed_value_stands_above_the_carried_one(clinic_desk):
    sheet = opened(clinic_desk, managed(clinic_desk))

    answers = answers_of(sheet.rows[0], RowInput({"adherence": "2", "smoking": "5"}), sheet.on)

    assert (answers["drug_adherence"], answers["cigarettes"], answers["psych"]) == ("2", "5", 1)
