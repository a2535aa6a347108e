"""Who on file may be the same person, shown while a record is written and before it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.services.resident_views import DuplicateHint
from ui.widgets.buttons import SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal

MOST_SHOWN = 3


class DuplicatesCard(Card):
    """`existing_asked(resident_id)` opens the record on file, `accepted()` when it is another person all the same."""

    existing_asked = Signal(str)
    accepted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("可能已经建过档"), name="duplicates", tone="amber", margins=12, parent=parent)
        self._hints: tuple[DuplicateHint, ...] = ()
        self.hide()

    def hints(self) -> tuple[DuplicateHint, ...]:
        """Who is shown."""
        return self._hints

    def show_hints(self, hints: Sequence[DuplicateHint], *, is_new: bool = True) -> None:
        """Show these people; none hides the card."""
        if tuple(hints) == self._hints and not self.isHidden():
            return
        self._hints = tuple(hints)
        self.clear()
        for number, hint in enumerate(self._hints[:MOST_SHOWN], 1):
            row = Horizontal(spacing=12)
            place = " ".join(part for part in (hint.group_name, hint.head_name and tr("{name}家", name=hint.head_name)) if part)
            row.addWidget(label("　".join(filter(None, (tr(hint.message), place))), wrap=True, name=f"duplicate_{number}"), 1)
            button = SecondaryButton(tr("打开已有档案"), name=f"duplicate_open_{number}", small=True)
            button.clicked.connect(partial(self.existing_asked.emit, hint.resident_id))
            row.addWidget(button)
            self.add(row)
        if is_new and self._hints and all(hint.same != "id_number" for hint in self._hints):
            row = Horizontal()
            accept = SecondaryButton(tr("不是同一个人，仍然新建"), name="duplicate_accept", small=True)
            accept.clicked.connect(self.on_accepted)
            row.addWidget(accept)
            row.addStretch(1)
            self.add(row)
        self.setVisible(bool(self._hints))

    def on_accepted(self) -> None:
        """It is another person: the card goes, and the name is confirmed."""
        self.accepted.emit()
        self.hide()
