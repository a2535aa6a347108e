"""What a sheet read back must hold: the labels of the form, and the answers as they are written on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.forms.kinds import Kind, Number, Sign, Table, Text, Whole
from app.forms.registry import form
from app.services.form_views import RecordedForm
from tests.app.printing.test_official_look import plain, printed

FILLED_SHEET, BLANK_SHEET, OVERPRINT = 1, 2, 4
"""The manners by their numbers in the print window."""

ONLY_FOR_THE_INDEX = {"htn_followup": ("height",), "dm_followup": ("height",), "copd_followup": ("height",)}
"""Answers from which 体质指数 follows, that have no place of their own on paper."""

LAST_OF_THE_NUMBER = 5
"""Of the record number the last digits stand in boxes, with a stroke before the last five."""

SHORTEST = 3
"""Shorter words stand in many places."""


def labels_missing(code: str, words: str) -> list[str]:
    """The labels of a form that are not printed."""
    return [item.label for item in printed(code) if plain(item.label) not in plain(words)]


def answers_missing(recorded: RecordedForm, words: str) -> list[str]:
    """The texts and numbers among the answers that are not printed."""
    return [each for each in written(recorded) if each not in plain(words)]


def labels_in_overprint(recorded: RecordedForm, words: str) -> list[str]:
    """The labels of a form that are printed though the paper has them already."""
    answers = plain("".join(str(value) for value in recorded.answers.values()))
    labels = {plain(item.label) for item in printed(recorded.form_code) if len(plain(item.label)) > SHORTEST}
    return [label for label in labels if label in plain(words) and label not in answers]


def written(recorded: RecordedForm, *, long_only: bool = False) -> list[str]:
    """The texts and numbers of a form as they stand on paper; `long_only` those that nothing else on it says."""
    fields = form(recorded.form_code).fields
    unprinted = ONLY_FOR_THE_INDEX.get(recorded.form_code, ())
    found = [plain(each)[-LAST_OF_THE_NUMBER:] if code == "record_no" else plain(each)
             for code, value in recorded.answers.items() if code not in unprinted
             for each in _written(fields[code].kind, value)]
    return [each for each in found if not long_only or (len(each) > SHORTEST and not each.isascii())]


def _written(kind: Kind, value: Any) -> Iterator[str]:
    if isinstance(kind, Table):
        for row in value:
            for column in kind.columns:
                if column.code in row:
                    yield from _written(column.kind, row[column.code])
    elif isinstance(kind, (Text, Whole, Number)) and not isinstance(kind, Sign):
        yield kind.show(value)
