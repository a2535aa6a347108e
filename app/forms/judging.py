"""Judging the answers of a form: the one rule for the window, for `cunyi form` and for an import.

Answers come in as they were typed or written, and go out canonical and completed, with everything that stands against
them. Nothing is stored here, and the only thing asked of outside is the Context.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.record_number import parse_record_number
from app.forms.shapes import tick_written_lines
from app.forms.vocabulary import Context, Form, Level, Problem, Reading


def judged(declared: Form, raw: Mapping[str, object], context: Context) -> Reading:
    """`raw` read, completed and examined: unknown options and codes, 无 with another, a date outside life, a score that
    does not match its parts are refused; what is unusual is asked about; what lacks is missing. In printed order.
    """
    reading = declared.read(_with_whole_record_number(raw))
    tick_written_lines(declared, reading.answers)
    filled = declared.complete(reading.answers, context)
    contradictions = declared.contradictions(reading.answers, context)
    found = [*reading.problems, *contradictions, *declared.problems(filled, context)]
    return Reading(filled, in_printed_order(declared, to_the_point(found)))


def to_the_point(problems: Iterable[Problem]) -> list[Problem]:
    """Each thing once, and of an answer that is refused neither a question nor that it lacks."""
    unique = dict.fromkeys(problems)
    refused = {problem.code for problem in unique if problem.level is Level.REFUSE}
    return [problem for problem in unique if problem.level is Level.REFUSE or problem.code not in refused]


def in_printed_order(declared: Form, problems: Iterable[Problem]) -> list[Problem]:
    """`problems` in the order of the paper, what belongs to no answer last."""
    places = {code: place for place, code in enumerate(declared.fields)}
    return sorted(problems, key=lambda problem: places.get(problem.code, len(places)))


def _with_whole_record_number(raw: Mapping[str, object]) -> Mapping[str, Any]:
    """`raw` with its record number as 17 digits, when it is one; else as it is, for the form to refuse."""
    written = raw.get("record_no")
    parsed = parse_record_number(str(written)) if written else None
    return {**raw, "record_no": parsed.normalized} if parsed is not None and parsed.valid else raw
