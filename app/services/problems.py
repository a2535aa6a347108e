"""How a service refuses values: every problem at once, each beside the answer that it belongs to.

A screen places the sentences beside its fields; the command line prints them one below the other.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.message import Message, msg
from app.errors import UserError
from app.forms.vocabulary import Level, Problem


class Refused(UserError):
    """Nothing was saved; `problems` says why, one sentence for each answer. There is always at least one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        if not self.problems:
            raise ValueError("a refusal names its problems")
        super().__init__(joined([problem.message for problem in self.problems]))


def joined(messages: list[Message]) -> Message:
    """Several sentences as one Message, a line for each."""
    whole = messages[0]
    for message in messages[1:]:
        whole = msg("{first}\n{rest}", first=whole, rest=message)
    return whole


def refuse(code: str, message: Message) -> Refused:
    """The refusal of one answer, to be raised."""
    return Refused([Problem(code, Level.REFUSE, message)])


def refuse_if_any(problems: Iterable[Problem], confirmed: frozenset[str] = frozenset()) -> None:
    """Raise Refused unless every problem is one that asks, and is confirmed."""
    standing = [
        problem for problem in problems if problem.level is not Level.ASK or problem.code not in confirmed
    ]
    if standing:
        raise Refused(standing)
