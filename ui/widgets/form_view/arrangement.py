"""How the answers of a form are arranged on the screen: blocks with titles, answers that share a line, what lies between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtWidgets import QWidget

from app.forms.vocabulary import Form


@dataclass(frozen=True)
class Joined:
    """Answers that stand in one line under one caption, such as 血压 158 / 92."""

    caption: str
    codes: tuple[str, ...]
    separator: str = "/"


@dataclass(frozen=True)
class Block:
    """A headed part of the screen: codes of answers, or several joined in one line."""

    title: str
    items: tuple[str | Joined, ...]


class StopsWidget(Protocol):
    """Something that lies between the sections and takes part in going on by Tab and Enter."""

    def stops(self) -> list[QWidget]:
        """The widgets to stop at, in order."""
        ...


def codes_of(item: str | Joined) -> tuple[str, ...]:
    """The answers that one item of a block asks for."""
    return item.codes if isinstance(item, Joined) else (item,)


def arranged(
    forms: Iterable[Form], stands_for: Mapping[str, str], beginning: Sequence[Block], ending: Sequence[Block],
    hidden: Iterable[str],
) -> list[Block]:
    """All blocks of a view: those that were arranged, and between them what is left of each form, in printed order."""
    taken = set(hidden)
    for block in (*beginning, *ending):
        taken.update(stands_for.get(code, code) for item in block.items for code in codes_of(item))
    blocks = list(beginning)
    for form in forms:
        for section in form.sections:
            codes = tuple(item.code for item in section.fields
                          if stands_for[item.code] == item.code and item.code not in taken)
            taken.update(codes)
            if codes:
                blocks.append(Block(section.title, codes))
    return [*blocks, *ending]
