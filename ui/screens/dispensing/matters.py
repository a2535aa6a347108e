"""One warning on the screen: how grave, what it says, where it comes from, and the place for the doctor's answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from app.domain.drug_warnings import Weight
from app.i18n import tr
from ui.screens.dispensing.words import matter_chip
from ui.widgets.buttons import SecondaryButton
from ui.widgets.chips import Chip
from ui.widgets.form_view.fields import LineControl
from ui.widgets.labels import label, set_role
from ui.widgets.layouts import FlowBox, Horizontal, Vertical

if TYPE_CHECKING:
    from app.services.dispensing import Draft, Matter

LONGEST_REASON = 200


class MatterBox(QWidget):
    """`answered` when a reason was typed or the box ticked; `passed` when Enter goes on; `acted(name)` for its buttons."""

    answered = Signal()
    passed = Signal()
    acted = Signal(str)

    def __init__(self, matter: Matter, name: str, *, actions: Sequence[tuple[str, str]] = (),
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName(name)
        self.matter = matter
        column = Vertical(self, spacing=3)
        row = Horizontal(spacing=8)
        self.chip = Chip("", "grey", name=f"{name}_level")
        row.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignTop)
        self.words = label("", name=f"{name}_words", wrap=True)
        row.addWidget(self.words, 1)
        column.addLayout(row)
        self._source = label("", "caption", name=f"{name}_source", wrap=True)
        column.addWidget(self._source)
        self.reason: LineControl | None = None
        self.confirm: QCheckBox | None = None
        self.buttons: list[SecondaryButton] = []
        if matter.weight is Weight.REASON:
            self._add_reason(column, name)
        elif matter.weight is Weight.ASK:
            self._add_confirm(column, name)
        if actions:
            self._add_actions(column, name, actions)

    def stops(self) -> list[QWidget]:
        """The widgets that Tab stops at."""
        return [each for each in (self.reason, self.confirm, *self.buttons) if each is not None]

    def show_matter(self, matter: Matter, draft: Draft, *, is_strict: bool) -> None:
        """Say it as it is now; once giving was tried, what still lacks is red."""
        self.matter = matter
        is_open = matter.is_open(draft)
        chip = matter_chip(matter, is_open=is_open)
        self.chip.set_chip(chip.text, chip.tone)
        self.words.setText(tr(matter.sentence))
        wants = is_strict and is_open and matter.weight is not Weight.NOTICE
        set_role(self.words, "problem" if matter.weight is Weight.BLOCK or wants else "body")
        self._source.setText("" if matter.source is None else tr("依据：{source}", source=matter.source))
        self._source.setVisible(matter.source is not None)
        if self.reason is not None:
            self.reason.setProperty("problem", "true" if wants else "")
            self.reason.style().unpolish(self.reason)
            self.reason.style().polish(self.reason)
            if not self.reason.hasFocus():
                self.reason.show_raw(matter.reason(draft))
        if self.confirm is not None:
            self.confirm.blockSignals(True)
            self.confirm.setChecked(matter.key in draft.confirmed)
            self.confirm.blockSignals(False)
        self.setAccessibleName(chip.text)
        self.setAccessibleDescription(self.words.text())

    def _add_reason(self, column: Vertical, name: str) -> None:
        self.reason = LineControl(name=f"{name}_reason", accessible_name=tr("原因"))
        self.reason.setPlaceholderText(tr("写明原因"))
        self.reason.setMaxLength(LONGEST_REASON)
        self.reason.answered.connect(self.answered)
        self.reason.passed.connect(self.passed)
        column.addWidget(self.reason)

    def _add_confirm(self, column: Vertical, name: str) -> None:
        self.confirm = QCheckBox(tr("已问清、已核对（空格键打勾）"))
        self.confirm.setObjectName(f"{name}_confirm")
        self.confirm.setAccessibleName(tr("已问清、已核对"))
        self.confirm.toggled.connect(lambda _on: self.answered.emit())
        column.addWidget(self.confirm)

    def _add_actions(self, column: Vertical, name: str, actions: Sequence[tuple[str, str]]) -> None:
        row = FlowBox(spacing=8, row_spacing=4)
        for key, words in actions:
            button = SecondaryButton(words, name=f"{name}_{key}", small=True)
            button.clicked.connect(lambda _checked=False, key=key: self.acted.emit(key))
            row.add(button)
            self.buttons.append(button)
        column.addWidget(row)


class MatterList(QWidget):
    """The warnings of one place, each kept while it is still said, so that nothing typed is lost.

    `answered(key)`, `acted(key, action)`, `passed` as of the boxes.
    """

    answered = Signal(str)
    acted = Signal(str, str)
    passed = Signal(object)
    line_made = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName(name)
        self._column = Vertical(self, spacing=6)
        self.boxes: dict[str, MatterBox] = {}
        """By key, in the order on the screen."""
        self._made = 0
        self.hide()

    def show_matters(self, matters: Iterable[Matter], draft: Draft, *, is_strict: bool,
                     actions: Sequence[tuple[str, str]] = ()) -> None:
        """Show these; `actions` are offered with those that say that there is too little."""
        wanted = list(matters)
        order = {matter.key: matter for matter in wanted}
        for key in [key for key, box in self.boxes.items()
                    if key not in order or order[key].weight is not box.matter.weight]:
            self._drop(self.boxes.pop(key))
        for place, matter in enumerate(wanted):
            box = self.boxes.get(matter.key)
            if box is None:
                box = self._make(matter, actions if matter.key.endswith(":shortfall") else ())
            if self._column.indexOf(box) != place:
                self._column.insertWidget(place, box)
            box.show_matter(matter, draft, is_strict=is_strict)
        self.boxes = {key: self.boxes[key] for key in order}
        self.setVisible(bool(wanted))

    def stops(self) -> list[QWidget]:
        """The widgets that Tab stops at."""
        boxes = sorted(self.boxes.values(), key=self._column.indexOf)
        return [stop for box in boxes for stop in box.stops()]

    def _make(self, matter: Matter, actions: Sequence[tuple[str, str]]) -> MatterBox:
        self._made += 1
        box = MatterBox(matter, f"{self.objectName()}_{self._made}", actions=actions)
        key = matter.key
        box.answered.connect(lambda: self.answered.emit(key))
        box.acted.connect(lambda action: self.acted.emit(key, action))
        self.boxes[key] = box
        if isinstance(box.reason, QLineEdit):
            box.passed.connect(lambda: self.passed.emit(box.reason))
            self.line_made.emit(box.reason)
        return box

    def _drop(self, box: MatterBox) -> None:
        self._column.removeWidget(box)
        box.hide()
        box.setParent(None)
        box.deleteLater()
