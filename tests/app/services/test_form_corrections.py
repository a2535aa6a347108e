"""Correcting, completing and voiding forms: nothing is overwritten, and an action stands whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Actor, Desk
from app.errors import UserError
from app.forms.registry import form
from app.forms.vocabulary import Level
from app.services import form_writing
from app.services.drafts import Drafts
from app.services.form_records import FormRecords
from app.services.form_views import SavedForm
from app.services.history import broken_links
from app.services.problems import Refused
from db.models import AuditEntry, FormEntry, Revision, UserAccount, new_id
from tests.followup_people import add_resident
from tests.samples.form_answers import FILLED

ELSEWHERE = ("record_cover", "personal_info", "htn_followup", "dm_followup")
KINDS = tuple(code for code in FILLED if code not in ELSEWHERE)
CHANGED: dict[str, tuple[str, Any]] = {
    "health_exam": ("pulse", 82),
    "smi_info": ("guardian_relation", "侄子"),
    "smi_followup": ("sleep", 1),
    "tb_first_visit": ("ventilation", 3),
    "tb_followup": ("handling", "加强督导"),
    "elder_adl": ("dressing", 3),
    "tcm_elder": ("q10", 2),
    "copd_followup": ("heart_rate", 82),
    "encounter": ("plan", "加用卡托普利"),
    "consultation": ("opinion", "加用格列美脲"),
    "referral_out": ("to_dept", "急诊科"),
    "referral_back": ("diagnosis", "高血压2级"),
    "record_card": ("allergy", "头孢"),
}


@pytest.fixture
def records(clinic_desk: Desk) -> FormRecords:
    return FormRecords(clinic_desk)


@pytest.fixture
def person(clinic_desk: Desk) -> str:
    return add_resident(clinic_desk, height_cm=Decimal("156.5"))


def corrected(records: FormRecords, saved: SavedForm, reason: str = "抄错", **changes: Any) -> SavedForm:
    opened = records.open_recorded(saved.entry_id)
    answers = {key: value for key, value in (opened.starting | changes).items() if value is not None}
    return records.revise(saved.entry_id, answers, opened.recorded.revision, reason)


def rows(desk: Desk) -> tuple[int, int, int]:
    with desk.sessions.reading() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (FormEntry, Revision, AuditEntry)
        )


def failing_afterwards(desk: Desk, do: Callable[[Session], object]) -> None:
    """Do something in a unit of work in which something else fails after it."""
    with desk.sessions.writing() as session:
        do(session)
        session.execute(select(1 // 0))


def save_together(desk: Desk, days: dict[str, str]) -> None:
    """Save an encounter of each person in one unit of work."""
    with desk.sessions.writing() as session:
        for person, day in days.items():
            form_writing.save(
                session, desk, person, "encounter", FILLED["encounter"] | {"encounter_date": day}
            )


def test_every_form_has_a_change_to_try():
    assert tuple(CHANGED) == KINDS


@pytest.mark.parametrize("code", KINDS)
def test_a_correction_is_the_next_revision_and_both_stay_readable(records, person, clock, code):
    answer, new = CHANGED[code]
    saved = records.save(person, code, FILLED[code])
    old = records.recorded(saved.entry_id)
    clock.forward(minutes=5)
    revised = corrected(records, saved, reason="看错了", **{answer: new})
    assert (revised.entry_id, revised.revision, revised.state) == (saved.entry_id, 2, "complete")
    now = records.recorded(saved.entry_id)
    assert now.answers[answer] == new
    assert (now.revision, now.updated_at > old.updated_at) == (2, True)
    newest, first = records.history(saved.entry_id)
    assert (newest.number, newest.user_name, newest.reason) == (2, "王明", "看错了")
    item = form(code).fields[answer]
    shown = (item.name, item.kind.show(old.answers[answer]), item.kind.show(new))
    assert shown in [(each.label, each.before, each.after) for each in newest.answers]
    assert (first.number, first.reason) == (1, "")
    assert (item.name, "", shown[1]) in [(each.label, each.before, each.after) for each in first.answers]


@pytest.mark.parametrize("code", KINDS)
def test_a_correction_that_changes_nothing_gets_no_revision(clinic_desk, records, person, code):
    saved = records.save(person, code, FILLED[code])
    before = rows(clinic_desk)
    assert corrected(records, saved).revision == 1
    assert rows(clinic_desk) == before


def test_what_follows_from_other_answers_goes_with_the_correction(records, person):
    saved = records.save(person, "elder_adl", FILLED["elder_adl"])
    opened = records.open_recorded(saved.entry_id)
    assert not {"total", "result"} & set(opened.starting)
    corrected(records, saved, mobility=10)
    answers = records.recorded(saved.entry_id).answers
    assert (answers["total"], answers["result"]) == (12, 3)


def test_what_the_doctor_wrote_himself_stays_in_a_correction(records, person):
    saved = records.save(person, "referral_out", FILLED["referral_out"] | {"age": 72})
    assert records.open_recorded(saved.entry_id).starting["age"] == 72
    corrected(records, saved, to_dept="急诊科")
    assert records.recorded(saved.entry_id).answers["age"] == 72


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_correction_and_a_voiding_need_a_reason(records, person, reason):
    saved = records.save(person, "encounter", FILLED["encounter"])
    with pytest.raises(Refused, match="更正的原因"):
        corrected(records, saved, reason=reason, plan="观察")
    with pytest.raises(Refused, match="作废的原因"):
        records.void(saved.entry_id, reason)
    assert records.recorded(saved.entry_id).revision == 1


def test_a_correction_from_an_older_state_is_refused_and_names_who_was_faster(clinic_desk, records, person):
    saved = records.save(person, "encounter", FILLED["encounter"])
    stale = records.open_recorded(saved.entry_id)
    with clinic_desk.sessions.writing() as session:
        colleague = UserAccount(
            id=new_id(),
            organisation_id=clinic_desk.place.id,
            name="周丽",
            role="village_doctor",
            pin_hash="no PIN opens this account",
            created_at=clinic_desk.now(),
        )
        session.add(colleague)
    other = FormRecords(clinic_desk.signed_in_as(Actor(colleague.id, "周丽", "village_doctor")))
    corrected(other, saved, plan="观察")
    with pytest.raises(Refused, match="周丽") as refusal:
        records.revise(saved.entry_id, stale.starting, stale.recorded.revision, "抄错")
    assert refusal.value.problems[0].code == "revision"
    assert records.recorded(saved.entry_id).answers["plan"] == "观察"
    assert records.recorded(saved.entry_id).author == "王明"


def test_a_correction_is_held_to_the_same_rules(records, person):
    saved = records.save(person, "health_exam", FILLED["health_exam"])
    for wrong in ({"pulse": 400}, {"symptoms": [1, 2]}, {"exam_date": "2026-11-23"}):
        with pytest.raises(Refused):
            corrected(records, saved, **wrong)
    with pytest.raises(Refused) as refusal:
        corrected(records, saved, pulse=None)
    assert [(each.code, each.level) for each in refusal.value.problems] == [("pulse", Level.MISSING)]
    assert records.recorded(saved.entry_id).revision == 1


def test_a_question_that_was_confirmed_is_not_asked_again_but_a_new_one_is(records, person):
    saved = records.save(
        person, "health_exam", FILLED["health_exam"] | {"pulse": 180}, confirmed=frozenset({"pulse"})
    )
    assert corrected(records, saved, waist="91").revision == 2
    with pytest.raises(Refused) as refusal:
        corrected(records, saved, pulse=190)
    assert [(each.code, each.level) for each in refusal.value.problems] == [("pulse", Level.ASK)]


def test_a_moved_date_moves_the_form_and_a_taken_day_is_asked_about(records, person):
    saved = records.save(person, "encounter", FILLED["encounter"])
    records.save(person, "encounter", FILLED["encounter"] | {"encounter_date": "2026-11-18"})
    corrected(records, saved, encounter_date="2026-11-19")
    assert records.recorded(saved.entry_id).entry_date == date(2026, 11, 19)
    with pytest.raises(Refused, match="不是重复填写"):
        corrected(records, saved, encounter_date="2026-11-18")


def test_a_partial_form_may_stay_partial_and_becomes_complete_when_nothing_lacks(records, person):
    saved = records.save(
        person, "encounter", {"subjective": "头晕", "encounter_date": "2026-11-20"}, partial=True
    )
    opened = records.open_recorded(saved.entry_id)
    answers = opened.starting | {"objective": "血压 162/96"}
    with pytest.raises(Refused):
        records.revise(saved.entry_id, answers, 1, "补填")
    assert records.revise(saved.entry_id, answers, 1, "补填", partial=True).state == "partial"
    whole = FILLED["encounter"] | {"subjective": "头晕"}
    assert records.revise(saved.entry_id, whole, 2, "补填", partial=True).state == "complete"
    newest = records.history(saved.entry_id)[0]
    assert ("状态", "草稿", "有效") in [(each.label, each.before, each.after) for each in newest.answers]


def test_a_complete_form_does_not_become_partial_again(records, person):
    saved = records.save(person, "encounter", FILLED["encounter"])
    answers = {key: value for key, value in FILLED["encounter"].items() if key != "plan"}
    with pytest.raises(Refused) as refusal:
        records.revise(saved.entry_id, answers, 1, "抄错", partial=True)
    assert [(each.code, each.level) for each in refusal.value.problems] == [("plan", Level.MISSING)]


def test_a_correction_drops_its_own_draft_and_no_other(clinic_desk, records, person):
    saved = records.save(person, "encounter", FILLED["encounter"])
    other = records.save(person, "consultation", FILLED["consultation"])
    drafts = Drafts(clinic_desk)
    for entry_id in (saved.entry_id, other.entry_id):
        drafts.save("form_correction", entry_id, {"plan": "观察"})
    assert records.open_recorded(saved.entry_id).draft.payload == {"plan": "观察"}
    corrected(records, saved, plan="观察")
    assert drafts.get("form_correction", saved.entry_id) is None
    records.void(other.entry_id, "写错了人")
    assert drafts.get("form_correction", other.entry_id) is None


@pytest.mark.parametrize("code", KINDS)
def test_a_void_form_stays_readable_and_counts_nowhere(records, person, code):
    saved = records.save(person, code, FILLED[code])
    records.void(saved.entry_id, " 写到了别人的表上 ")
    kept = records.recorded(saved.entry_id)
    assert (kept.state, kept.revision) == ("void", 2)
    assert set(kept.answers) >= {CHANGED[code][0]}
    assert records.of_resident(person, code) == ()
    assert records.of_resident(person, code, with_void=True) == (kept,)
    assert records.open(person, code).previous is None
    change = records.history(saved.entry_id)[0]
    assert (change.reason, [(each.label, each.before, each.after) for each in change.answers]) == (
        "写到了别人的表上",
        [("状态", "有效", "作废")],
    )
    for again in (records.open_recorded, lambda entry_id: records.void(entry_id, "再次")):
        with pytest.raises(UserError, match="已经作废"):
            again(saved.entry_id)
    assert records.save(person, code, FILLED[code]).revision == 1


def test_the_audit_chain_holds_after_saving_correcting_and_voiding(clinic_desk, records, person):
    saved = records.save(person, "encounter", FILLED["encounter"])
    corrected(records, saved, plan="观察")
    records.void(saved.entry_id, "试写")
    with clinic_desk.sessions.reading() as session:
        assert broken_links(session) == []
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.entity_id == saved.entry_id))
        assert actions.all() == ["form.save", "form.revise", "form.void"]


@pytest.mark.parametrize("action", ["save", "revise", "void"])
def test_when_something_fails_afterwards_nothing_of_it_is_kept(clinic_desk, records, person, action):
    saved = records.save(person, "encounter", FILLED["encounter"])
    drafts = Drafts(clinic_desk)
    drafts.save("form:consultation", person, {"reason": "血糖"})
    drafts.save("form_correction", saved.entry_id, {"plan": "观察"})
    before = rows(clinic_desk)
    do = {
        "save": lambda session: form_writing.save(
            session, clinic_desk, person, "consultation", FILLED["consultation"]
        ),
        "revise": lambda session: form_writing.revise(
            session, clinic_desk, saved.entry_id, FILLED["encounter"] | {"plan": "观察"}, 1, "抄错"
        ),
        "void": lambda session: form_writing.void(session, clinic_desk, saved.entry_id, "试写"),
    }[action]
    with pytest.raises(ZeroDivisionError):
        failing_afterwards(clinic_desk, do)
    assert rows(clinic_desk) == before
    assert records.recorded(saved.entry_id).state == "complete"
    assert records.recorded(saved.entry_id).answers["plan"] == FILLED["encounter"]["plan"]
    assert drafts.get("form:consultation", person) is not None
    assert drafts.get("form_correction", saved.entry_id) is not None


def test_a_whole_list_of_forms_stands_in_one_unit_of_work(clinic_desk, records):
    people = [add_resident(clinic_desk, name=f"居民{number}") for number in range(3)]
    days = dict(zip(people, ("2026-11-20", "2026-11-21", "2026-11-23"), strict=True))
    with pytest.raises(Refused):
        save_together(clinic_desk, days)
    assert [records.of_resident(each) for each in people] == [(), (), ()]
