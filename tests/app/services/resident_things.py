"""What the tests of residents share: a number, no household, the problems of a refusal, and how many rows there are."""

from __future__ import annotations

from sqlalchemy import func, select

from app.services.households import HouseholdChoice
from tests.residents import id_number

LI_ID = id_number("19550308", 432)
NOBODY = HouseholdChoice.none()


def problems(refused) -> dict[str, str]:
    """The sentences of a refusal by their keys."""
    return {problem.code: str(problem.message) for problem in refused.value.problems}


def count(desk, entity) -> int:
    """How many rows of a table there are."""
    with desk.sessions.reading() as session:
        return session.scalar(select(func.count()).select_from(entity))
