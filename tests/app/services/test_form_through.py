"""A form and what goes with it elsewhere stand together or not at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.desk import Desk
from app.services.form_records import FormRecords
from app.services.form_views import FactChange
from app.services.history import broken_links, chain_length
from app.services.problems import Refused
from app.services.residents import Residents
from db.models import DueTask, Enrolment
from tests.residents import register
from tests.samples.form_answers import FILLED

HOME_PHONE = "13900001234"


@pytest.fixture
def records(clinic_desk: Desk) -> FormRecords:
    return FormRecords(clinic_desk)


@pytest.fixture
def person(clinic_desk: Desk) -> str:
    return register(clinic_desk).id


def card(desk: Desk, resident_id: str, **changes: Any) -> dict[str, Any]:
    """A card that says the same as the record, and `changes`."""
    opened = FormRecords(desk).open(resident_id, "record_card")
    return {**opened.starting, "allergy": "青霉素", "doctor_phone": "13800000001", **changes}


def change_of(changes: tuple[FactChange, ...], after: str) -> FactChange:
    return next(each for each in changes if each.after == after)


def phone_on_record(desk: Desk, resident_id: str) -> str:
    return str(Residents(desk).record(resident_id).cover["phone"])


def test_a_change_goes_through_only_when_it_is_agreed_to(clinic_desk, records, person):
    opened = records.open(person, "record_card")
    answers = card(clinic_desk, person, home_phone=HOME_PHONE)
    offered = change_of(records.changes(opened, answers), HOME_PHONE)
    saved = records.save(person, "record_card", answers)
    assert offered in saved.changes
    assert phone_on_record(clinic_desk, person) == "13812342716"
    recorded = records.open_recorded(saved.entry_id)
    assert offered in records.changes(recorded, recorded.starting)
    again = records.revise(
        saved.entry_id, recorded.starting, 1, "电话也改到档案", through=frozenset({offered.key})
    )
    assert (again.revision, again.changes) == (1, ())
    assert phone_on_record(clinic_desk, person) == HOME_PHONE


def test_saving_with_an_agreed_change_leaves_no_change_open(clinic_desk, records, person):
    answers = card(clinic_desk, person, home_phone=HOME_PHONE)
    offered = change_of(records.changes(records.open(person, "record_card"), answers), HOME_PHONE)
    saved = records.save(person, "record_card", answers, through=frozenset({offered.key}))
    assert saved.changes == ()
    assert phone_on_record(clinic_desk, person) == HOME_PHONE
    with clinic_desk.sessions.reading() as session:
        assert broken_links(session) == []


def test_when_the_other_place_refuses_neither_is_written(clinic_desk, records, person):
    taken = register(clinic_desk, "张秀英", "1960-01-02").record_no
    answers = card(clinic_desk, person, record_no=taken)
    offered = change_of(records.changes(records.open(person, "record_card"), answers), taken)
    with clinic_desk.sessions.reading() as session:
        links = chain_length(session)
    with pytest.raises(Refused, match="两处都没有保存"):
        records.save(person, "record_card", answers, through=frozenset({offered.key}))
    assert records.of_resident(person, "record_card") == ()
    assert Residents(clinic_desk).get(person).record_no != taken
    with clinic_desk.sessions.reading() as session:
        assert chain_length(session) == links


def test_a_partial_form_changes_nothing_elsewhere_until_it_is_complete(clinic_desk, records, person):
    lacking = {key: value for key, value in FILLED["tb_followup"].items() if key != "adr"}
    saved = records.save(person, "tb_followup", lacking, partial=True)
    assert (saved.state, saved.changes, saved.notes) == ("partial", (), ())
    with clinic_desk.sessions.reading() as session:
        assert session.scalars(select(Enrolment)).all() == []
        assert session.scalars(select(DueTask)).all() == []
    opened = records.open_recorded(saved.entry_id)
    whole = records.revise(saved.entry_id, opened.starting | {"adr": 1}, 1, "补填")
    assert whole.state == "complete"
    with clinic_desk.sessions.reading() as session:
        assert session.scalars(select(Enrolment.disease)).all() == ["tb"]
        due = session.scalars(select(DueTask.due_on).where(DueTask.done_on.is_(None))).all()
        assert due == [date(2026, 12, 20)]


def test_corrections_are_told_in_the_record_of_the_resident(clinic_desk, records, person, clock):
    saved = records.save(person, "encounter", FILLED["encounter"])
    clock.forward(minutes=5)
    opened = records.open_recorded(saved.entry_id)
    records.revise(saved.entry_id, opened.starting | {"plan": "观察"}, 1, "写错了")
    clock.forward(minutes=5)
    records.void(saved.entry_id, "写错了人")
    void, revised = (row for row in Residents(clinic_desk).history(person) if row.reason)
    assert [(each.label, each.before, each.after) for each in void.changes] == [("状态", "有效", "作废")]
    assert revised.titles == ("接诊记录表 2026-11-20",)
    assert [(each.label, each.after) for each in revised.changes] == [("处置计划", "观察")]
