"""How the answers of a form are arranged on the screen: blocks with titles, answers that share a line, what lies between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtWidgets import QWidget

from app.forms.kinds import Number, Whole
from app.forms.vocabulary import Field, Form


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
    hidden: Iterable[str], joining: Mapping[str, Field],
) -> list[Block]:
    """All blocks of a view: those that were arranged, and between them what is left of each form, in printed order.

    Of the fields in `joining`, numbers that the list of forms names once (血压 of an arm) stand in one line.
    """
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
                blocks.append(Block(section.title, tuple(_with_joined(form, codes, joining))))
    return [*blocks, *ending]


def _with_joined(form: Form, codes: Sequence[str], fields: Mapping[str, Field]) -> Iterator[str | Joined]:
    """`codes` with the numbers of one joined item as one."""
    done: set[str] = set()
    for code in codes:
        prefix = next((each for each in form.joined if code.startswith(f"{each}_")), None)
        together = tuple(each for each in codes if prefix is not None and each.startswith(f"{prefix}_"))
        if code in done:
            continue
        if len(together) > 1 and all(_is_single_number(fields.get(each)) for each in together):
            done.update(together)
            label = fields[code].label
            parts = "/".join(fields[each].name.removeprefix(label) for each in together)
            yield Joined(f"{label}（{parts}）", together)
        else:
            yield code


def _is_single_number(item: Field | None) -> bool:
    return item is not None and isinstance(item.kind, (Whole, Number)) and not item.paired
