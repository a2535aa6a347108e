"""The controls in which the answers of a national form are given, one small class for each way of answering.

All have the same face, `FieldControl`: `raw()` is what stands there as the form's kinds read it, `show_raw(value)`
shows a canonical value or what was typed before; `answered` after every change by the user, `passed` when Enter asks for
the next field, `left` when the focus goes. They know nothing of conditions or limits: the form says what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtWidgets import QWidget

from app.forms import kinds
from app.forms.kinds import Kind
from app.forms.vocabulary import Field
from ui.widgets.form_view.choices import NUMBER_ROLE, BarControl, ListControl, PillsControl
from ui.widgets.form_view.lines import (
    ENTER,
    MIDDLE,
    NARROW,
    WIDE,
    DateControl,
    FieldControl,
    LineControl,
    NumberControl,
    ShownControl,
    is_plain_enter,
    text_of,
)
from ui.widgets.form_view.paragraph import ParagraphControl, takes_lines
from ui.widgets.form_view.spread import ScaleBar, StackControl, scale_of
from ui.widgets.segmented import Option

__all__ = [
    "ENTER", "MIDDLE", "NARROW", "NUMBER_ROLE", "WIDE", "BarControl", "DateControl", "FieldControl", "LineControl",
    "ListControl", "NumberControl", "ParagraphControl", "PillsControl", "ShownControl", "control_of_kind", "fits_a_bar",
    "is_plain_enter", "make_control", "options_of", "text_of",
]

MOST_IN_A_BAR = 5
WIDEST_BAR_LETTERS = 34
MOST_OPEN, MOST_OPEN_LETTERS = 14, 120


def options_of(options: Iterable[kinds.Option]) -> list[Option]:
    """A form's options for the controls."""
    return [
        Option(str(option.code), option.label, str(option.code), excludes_others=option.excludes_others)
        for option in options
    ]


def fits_a_bar(options: Sequence[kinds.Option]) -> bool:
    """Whether options stand side by side: at most five, with short words."""
    return len(options) <= MOST_IN_A_BAR and sum(len(each.label) + 2 for each in options) <= WIDEST_BAR_LETTERS


def bare(option: Option) -> Option:
    """An option whose words are its number once more, said once: 0 （0级） as 0 级."""
    text = option.text.removeprefix("（").removesuffix("）") if option.text.startswith("（") else option.text
    return replace(option, text=text.removeprefix(option.number) or option.text)


def fits_open(options: Sequence[kinds.Option]) -> bool:
    """Whether options may all lie open, in several lines where need be."""
    return len(options) <= MOST_OPEN and sum(len(each.label) + 2 for each in options) <= MOST_OPEN_LETTERS


def control_of_kind(
    kind: Kind, *, name: str, accessible_name: str, unit: str = "", today: date | None = None,
    spread: bool = False, parent: QWidget | None = None,
) -> Any:
    """The control for one kind of answer; `spread` lays all options open where there is room for them."""
    names: dict[str, Any] = {"name": name, "accessible_name": accessible_name, "parent": parent}
    if isinstance(kind, kinds.Table):
        from ui.widgets.form_view.table_field import TableControl

        return TableControl(kind, today=today, **names)
    if isinstance(kind, kinds.Choices):
        return PillsControl(options_of(kind.options), **names)
    if isinstance(kind, kinds.Choice):
        if spread and any(option.help for option in kind.options):
            return StackControl(options_of(kind.options), [option.help for option in kind.options], **names)
        fits = fits_open(kind.options) if spread else fits_a_bar(kind.options)
        options = options_of(kind.options)
        return (BarControl if fits else ListControl)([bare(each) for each in options] if spread else options, **names)
    if isinstance(kind, (kinds.Date, kinds.ApproximateDate)):
        return DateControl(approximate=isinstance(kind, kinds.ApproximateDate), today=today, **names)
    if isinstance(kind, (kinds.Whole, kinds.Number)):
        return NumberControl(unit=unit, **names)
    longest = kind.longest if isinstance(kind, kinds.Text) else 0
    width = WIDE if longest > 50 else MIDDLE
    line = LineControl(width=width, unit=unit, **names)
    if longest:
        line.setMaxLength(longest)
    return line


def make_control(
    item: Field, *, today: date | None = None, prefix: str = "", spread: bool = False, parent: QWidget | None = None,
) -> Any:
    """The control for a declared field, named by its code; a `FieldControl`."""
    name = prefix + item.code
    if item.computed is not None and not item.computed.proposed:
        return ShownControl(name=name, accessible_name=item.name, unit=item.unit, kind=item.kind, parent=parent)
    if spread and item.is_question and isinstance(item.kind, kinds.Choice):
        return ScaleBar(scale_of(item.kind), name=name, accessible_name=item.label, parent=parent)
    if takes_lines(item.kind):
        return ParagraphControl(name=name, accessible_name=item.name, parent=parent)
    return control_of_kind(
        item.kind, name=name, accessible_name=item.name, unit=item.unit, today=today, spread=spread, parent=parent
    )
