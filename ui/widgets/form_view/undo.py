"""What was answered in which order, so that it can be taken back and done again. Knows no widget.

A step is one or several answers that changed together. Letters typed into one line are one step until the line is left;
what follows from an answer at once (the birth date from an ID number) belongs to its step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """One answer that became another; None for no answer."""

    code: str
    before: object
    after: object


Step = tuple[Change, ...]


class Steps:
    """The steps done, and those taken back."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._is_typing = False

    def add(self, changes: Sequence[Change], *, typing: bool = False) -> None:
        """A new step; while typing in one line, the last one goes on."""
        real = tuple(each for each in changes if each.before != each.after)
        if not real:
            return
        self._undone.clear()
        goes_on = typing and self._is_typing and self._done and self._done[-1][0].code == real[0].code
        if goes_on:
            self.join(real)
        else:
            self._done.append(real)
        self._is_typing = typing

    def join(self, changes: Sequence[Change]) -> None:
        """Changes that belong to the last step."""
        if not self._done:
            self.add(changes)
            return
        merged = {each.code: each for each in self._done[-1]}
        for each in changes:
            known = merged.get(each.code)
            merged[each.code] = each if known is None else Change(each.code, known.before, each.after)
        self._done[-1] = tuple(merged.values())

    def close(self) -> None:
        """What is typed from now on is another step."""
        self._is_typing = False

    def undo(self) -> Step:
        """Take the last step back; empty when there is none."""
        return self._move(self._done, self._undone)

    def redo(self) -> Step:
        """Do again what was taken back last; empty when there is nothing."""
        return self._move(self._undone, self._done)

    def can_undo(self) -> bool:
        """Whether anything can be taken back."""
        return bool(self._done)

    def clear(self) -> None:
        """Forget everything: other answers are shown."""
        self._done.clear()
        self._undone.clear()
        self._is_typing = False

    def _move(self, source: list[Step], target: list[Step]) -> Step:
        self._is_typing = False
        if not source:
            return ()
        step = source.pop()
        target.append(step)
        return step
