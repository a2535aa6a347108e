"""How single answers are asked, beyond what their declaration says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.forms.vocabulary import Field
from ui.widgets.form_view.fields import FieldControl, LineControl, ListControl, make_control
from ui.widgets.segmented import Option


@dataclass(frozen=True)
class Manner:
    """Words proposed for a line, words to choose in its place, what an empty line says.

    `spread` lays all options open, and lets a number that is typed whole go on to the next field by itself.
    """

    completions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    placeholders: Mapping[str, str] = field(default_factory=dict)
    spread: bool = False

    def control(self, item: Field, today: date) -> FieldControl:
        """The control of a field."""
        if item.code in self.choices:
            options = [Option(words, words, str(number)) for number, words in enumerate(self.choices[item.code], 1)]
            return ListControl(options, name=item.code, accessible_name=item.name)
        control = make_control(item, today=today, spread=self.spread)
        if self.spread and hasattr(control, "advances"):
            control.advances = True
        if isinstance(control, LineControl):
            if item.code in self.placeholders:
                control.setPlaceholderText(self.placeholders[item.code])
            if item.code in self.completions:
                control.complete_from(self.completions[item.code])
        return control
