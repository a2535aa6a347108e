"""A resident's sheets of a year: one file, one form after the other, and the note of who printed them."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pypdf
import pytest
from sqlalchemy import select

from app.errors import UserError
from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from app.services.households import HouseholdChoice
from app.services.person_sheets import PersonSheets
from app.services.residents import Residents
from db.models import AuditEntry
from tests.followup_people import add_resident, both_answers
from tests.residents import cover, info, register

FORMS = ("htn_followup", "dm_followup")
ENROLLED = date(2019, 6, 1)


@pytest.fixture
def seen(clinic_desk):
    """Somebody with both diseases and two visits in 2026, one in 2025."""
    person = add_resident(clinic_desk, name="张守业")
    for disease in ("htn", "dm"):
        Enrolments(clinic_desk).enrol(person, disease, ENROLLED, ENROLLED)
    for on in (date(2025, 12, 1), date(2026, 3, 2), date(2026, 6, 1)):
        FollowUps(clinic_desk).save_visit(person, answers := both_answers(on), confirmed=frozenset(answers))
    return person


def pages(pdf):
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages]


def test_the_forms_of_a_year_follow_each_other_in_one_file(clinic_desk, seen):
    printed = PersonSheets(clinic_desk).print_year(seen, FORMS, 2026)
    told = pages(printed.pdf)
    assert printed.visits == 2
    assert "高血压患者随访服务记录表" in told[0]
    assert "糖尿病患者随访服务记录表" in told[-1]
    assert all("张守业" in page for page in told)


def test_each_form_printed_is_in_the_audit_trail(clinic_desk, seen):
    PersonSheets(clinic_desk).print_year(seen, FORMS, 2026)
    with clinic_desk.sessions.reading() as session:
        done = session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("print."))).all()
    assert done == ["print.htn_followup", "print.dm_followup"]


def test_progress_is_told_form_by_form(clinic_desk, seen):
    told = []
    PersonSheets(clinic_desk).print_year(seen, FORMS, 2026, lambda done, total, sentence: told.append((done, total)))
    assert told == [(0, 2), (1, 2)]


def test_a_year_without_a_visit_has_nothing_to_print(clinic_desk, seen):
    with pytest.raises(UserError, match="2024 年还没有填过"):
        PersonSheets(clinic_desk).print_year(seen, FORMS, 2024)


def test_a_form_that_still_lacks_answers_says_so_on_paper(clinic_desk):
    finished = register(clinic_desk)
    lacking = {code: value for code, value in info("1968-05-12").items() if code != "education"}
    unfinished = Residents(clinic_desk).register(
        cover("赵春兰"), lacking, HouseholdChoice.none(), confirmed=frozenset(lacking), as_partial=True
    )
    drafts = [
        "草稿" in "".join(pages(PersonSheets(clinic_desk).print_form(person.id, "personal_info").pdf))
        for person in (finished, unfinished)
    ]
    assert drafts == [False, True]
