"""Where a new resident belongs: an existing household, a new one as its head, or none yet. Part of the registration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCompleter, QWidget

from app.i18n import tr
from app.services.households import HouseholdChoice, HouseholdData, HouseholdRow, HouseholdView
from ui.screens.residents.words import household_title
from ui.widgets.cards import Card
from ui.widgets.field_row import LabelledField
from ui.widgets.form_view.fields import BarControl, LineControl
from ui.widgets.form_view.grid import Spans
from ui.widgets.segmented import Option

if TYPE_CHECKING:
    from ui.services import Services

JOIN, NEW, NONE = "join", "new", "none"
MOST_HOUSEHOLDS = 2000


class HouseholdPicker(Card):
    """`changed()` when another household or relation was chosen."""

    changed = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(tr("家庭"), name="household_picker", spacing=10, parent=parent)
        self._services = services
        self._by_words: dict[str, HouseholdRow] = {}
        self._preset: HouseholdView | None = None
        options = [Option(JOIN, tr("加入已有家庭"), "1"), Option(NEW, tr("新建家庭，本人是户主"), "2"),
                   Option(NONE, tr("暂不归户"), "3")]
        self.mode = BarControl(options, name="household_mode", accessible_name=tr("家庭"))
        self.household = LineControl(name="household_choice", accessible_name=tr("哪一户"), width=370)
        self.relation = LineControl(name="household_relation", accessible_name=tr("与户主关系"))
        self.relation.complete_from([*services.households.relations, "长子", "次子", "长女", "次女", "儿媳", "女婿",
                                     "孙子", "孙女", "父亲", "母亲", "妻", "夫"])
        captions = {"group_name": tr("组，例如 3组"), "number": tr("户编号"), "address": tr("地址"),
                    "distance_km": tr("离卫生室几公里")}
        self._lines = {code: LineControl(name=f"new_household_{code}", accessible_name=words)
                       for code, words in captions.items()}
        self._fields = {
            "household": LabelledField(tr("哪一户（户主姓名、组或户号）"), self.household, name="household_choice"),
            "relation": LabelledField(tr("与户主关系"), self.relation, name="household_relation"),
            **{code: LabelledField(captions[code], line, name=line.objectName()) for code, line in self._lines.items()},
        }
        self.add(self.mode)
        grid = Spans()
        for field in self._fields.values():
            grid.addWidget(field)
        self.add(grid)
        self._connect()
        self.mode.set_value(NEW)
        self.on_mode()

    def start(self, household: HouseholdView | None = None) -> None:
        """Begin anew; with a household the resident is to join it."""
        self._preset = household
        rows = self._services.households.find(limit=MOST_HOUSEHOLDS)
        self._by_words = {row_words(row): row for row in rows}
        self.household.complete_from(list(self._by_words))
        self._lines["group_name"].complete_from(self._services.households.groups())
        for line in (self.household, self.relation, *self._lines.values()):
            line.show_raw("")
        self.show_problems({})
        if household is not None:
            self.household.show_raw(household_title(household))
        self.mode.set_value(JOIN if household is not None or rows else NEW)
        self.on_mode()

    def choice(self) -> HouseholdChoice | None:
        """What was chosen; None when the household that was written is not known."""
        mode = self.mode.value()
        if mode == NEW:
            return HouseholdChoice.found(HouseholdData(**{code: line.text().strip() for code, line in self._lines.items()}))
        if mode == NONE:
            return HouseholdChoice.none()
        household_id = self.household_id()
        return None if household_id is None else HouseholdChoice.join(household_id, self.relation.text().strip())

    def household_id(self) -> str | None:
        """The household to join, None while none is known."""
        text = self.household.text().strip()
        if self._preset is not None and text == household_title(self._preset):
            return self._preset.id
        row = self._by_words.get(text)
        if row is None:
            found = [each for words, each in self._by_words.items() if text and text in words]
            row = found[0] if len(found) == 1 else None
        return row.id if row is not None else None

    def address(self) -> str:
        """Where the chosen household lives, as far as it is known."""
        if self.mode.value() == NEW:
            return self._lines["address"].text().strip()
        household_id = self.household_id()
        if self._preset is not None and household_id == self._preset.id:
            return self._preset.address
        return next((row.address for row in self._by_words.values() if row.id == household_id), "")

    def payload(self) -> dict[str, str]:
        """What stands here, for the draft."""
        lines = {code: line.text() for code, line in self._lines.items()}
        return {"mode": self.mode.value() or "", "household": self.household.text(), "relation": self.relation.text(), **lines}

    def show_payload(self, payload: dict[str, str]) -> None:
        """Show a draft again."""
        self.mode.set_value(payload.get("mode") or NEW)
        self.household.show_raw(payload.get("household", ""))
        self.relation.show_raw(payload.get("relation", ""))
        for code, line in self._lines.items():
            line.show_raw(payload.get(code, ""))
        self.on_mode()

    def show_problems(self, sentences: dict[str, str]) -> bool:
        """Sentences by code; True when one belongs here."""
        for code, field in self._fields.items():
            field.set_problem(sentences.get(code, ""))
        first = next((code for code in self._fields if code in sentences), None)
        if first is not None:
            self._fields[first].control.setFocus()
        return first is not None

    def stops(self) -> list[QWidget]:
        """What Tab stops at."""
        return [self.mode, *(field.control for field in self._fields.values() if not field.isHidden())]

    def on_mode(self) -> None:
        """Show what this way needs."""
        mode = self.mode.value()
        for code, field in self._fields.items():
            field.setVisible(mode == (JOIN if code in ("household", "relation") else NEW))

    def on_passed(self) -> None:
        """Enter goes on like Tab."""
        self.focusNextChild()

    def _connect(self) -> None:
        self.mode.answered.connect(self.on_mode)
        for control in (self.mode, self.household, self.relation, *self._lines.values()):
            control.answered.connect(self.changed)
            control.passed.connect(self.on_passed)
        self.household.setCursorPosition(0)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        completer = self.household.completer()
        if isinstance(completer, QCompleter):
            completer.setMaxVisibleItems(12)


def row_words(row: HouseholdRow) -> str:
    """3组 12号 李大山家 5 人."""
    number = tr("{number}号", number=row.number.removesuffix("号")) if row.number else ""
    family = tr("{name}家", name=row.head_name) if row.head_name else tr("无户主")
    return " ".join(part for part in (row.group_name, number, family, tr("{count} 人", count=row.members)) if part)
