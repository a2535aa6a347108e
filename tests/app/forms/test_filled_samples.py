"""The samples that other tests fill forms with are complete and give no cause for a question."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.forms.registry import FORM_MODULES, form
from app.forms.vocabulary import Context
from tests.samples.form_answers import FILLED

CONTEXT = Context(
    today=date(2026, 11, 22),
    birth_date=date(1955, 3, 8),
    sex=2,
    height_cm=Decimal("156.5"),
    diseases=frozenset({"htn", "dm"}),
)
NATIONAL = [code for code in FORM_MODULES if code in FILLED]


def test_there_is_a_sample_of_all_17_national_forms():
    assert len(FILLED) == 17
    assert sorted(NATIONAL) == sorted(FILLED)


@pytest.mark.parametrize("code", FILLED)
def test_a_sample_is_complete_without_a_question(code):
    reading = form(code).read(FILLED[code])
    answers = form(code).complete(reading.answers, CONTEXT)
    said = [*reading.problems, *form(code).contradictions(reading.answers, CONTEXT)]
    assert [*said, *form(code).problems(answers, CONTEXT)] == []


@pytest.mark.parametrize("code", FILLED)
def test_a_sample_is_the_same_after_it_was_kept_and_restored(code):
    answers = form(code).complete(form(code).read(FILLED[code]).answers, CONTEXT)
    assert form(code).restore(form(code).keep(answers)) == answers
