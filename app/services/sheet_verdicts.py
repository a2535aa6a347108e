"""What the rules say to a row of a sheet on which people stand one below the other: the day sheet and the screening round.

A problem belongs to the cell in which its answer is typed, or to the row when no column of the sheet asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.message import Message
from app.forms.vocabulary import Level, Problem

SERIOUS = (Level.REFUSE, Level.MISSING, Level.ASK)
"""The most serious first."""


class RowState(StrEnum):
    """How far a row is. Only READY rows are saved; EMPTY ones are left out without a word."""

    EMPTY = "empty"
    READY = "ready"
    LACKING = "lacking"
    ASKS = "asks"
    DECIDE = "decide"
    ALONE = "alone"
    REFUSED = "refused"


@dataclass(frozen=True)
class Verdict:
    """What the rules say to a row. `cells` are the problems by column, `others` those that belong to no column.

    `asked` are the keys of the questions that stand; `tone` good, warn, bad or none; `answers` are those to be stored.
    """

    state: RowState
    tone: str
    headline: Message
    reasons: tuple[Message, ...]
    cells: Mapping[str, Problem]
    others: tuple[Problem, ...]
    asked: frozenset[str]
    answers: Mapping[str, Any]


def in_cells(
    standing: Iterable[Problem], column_of: Callable[[str], str | None]
) -> tuple[dict[str, Problem], tuple[Problem, ...]]:
    """The most serious problem of each cell, and all that no column asks for; `column_of` is told a problem's code."""
    cells: dict[str, Problem] = {}
    others: list[Problem] = []
    for problem in sorted(standing, key=lambda each: SERIOUS.index(each.level)):
        column = column_of(problem.code)
        if column is None:
            others.append(problem)
        else:
            cells.setdefault(column, problem)
    return cells, tuple(others)


def questions(standing: Iterable[Problem]) -> frozenset[str]:
    """The keys of what stands only to be asked."""
    return frozenset(problem.code for problem in standing if problem.level is Level.ASK)


def sentences_of(verdict: Verdict) -> tuple[Message, ...]:
    """All that stands against saving a row, each sentence once."""
    found = [problem.message for problem in (*verdict.cells.values(), *verdict.others)]
    return tuple(dict.fromkeys(found)) or (verdict.headline,)
