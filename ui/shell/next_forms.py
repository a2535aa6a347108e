"""A strip above the page: what may be filled in after what was just saved, by one key (F9), in nobody's way.

It never takes the focus and stays while the doctor goes on, until something else is saved, it is used, or put away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from ui.widgets.buttons import Button, LinkButton, SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical

if TYPE_CHECKING:
    from app.services.next_forms import FormOffer

MOST_SHOWN = 4
KEY = "F9"


class NextFormsStrip(QWidget):
    """`taken(FormOffer)` when one is to be filled in; it is then no longer offered."""

    taken = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "page")
        self.setObjectName("next_forms")
        self._offers: list[FormOffer] = []
        column = Vertical(self, spacing=0, margins=(20, 8, 20, 0))
        card = Card(name="next_forms_card", tone="blue", margins=(14, 6, 14, 6))
        self._flow = FlowBox(spacing=10, row_spacing=4)
        card.add(self._flow)
        column.addWidget(card)
        self.hide()

    def show_offers(self, offers: Sequence[FormOffer]) -> None:
        """Offer these in place of the former ones."""
        self._offers = list(offers)
        self._show()

    def offers(self) -> tuple[FormOffer, ...]:
        """What is offered now."""
        return tuple(self._offers)

    def take_first(self) -> None:
        """F9."""
        if self._offers:
            self.take(self._offers[0])

    def take(self, offer: FormOffer) -> None:
        """Fill in this one."""
        self._offers = [each for each in self._offers if each is not offer]
        self._show()
        self.taken.emit(offer)

    def words(self) -> str:
        """What is said before the buttons."""
        return self._heading() if self._offers else ""

    def _show(self) -> None:
        self._flow.clear()
        self.setVisible(bool(self._offers))
        if not self._offers:
            return
        self._flow.add(label(self._heading(), "strong", name="next_forms_words"))
        for number, offer in enumerate(self._offers[:MOST_SHOWN], 1):
            button = SecondaryButton(
                self._button_words(offer), name=f"next_form_{number}", hint=KEY if number == 1 else "", small=True
            )
            button.clicked.connect(lambda _checked=False, chosen=offer: self.take(chosen))
            self._put_button(button)
        more = len(self._offers) - MOST_SHOWN
        if more > 0:
            self._flow.add(label(tr("还有 {count} 张", count=more), "muted", name="next_forms_more"))
        away = LinkButton(tr("先不填"), name="next_forms_away")
        away.clicked.connect(lambda: self.show_offers(()))
        self._put_button(away)

    def _heading(self) -> str:
        first = self._offers[0]
        if self._is_of_one():
            return tr("{name}：接着可以填", name=first.name)
        return tr("还没开转诊单的 {count} 人", count=len(self._offers))

    def _button_words(self, offer: FormOffer) -> str:
        return tr(offer.words) if self._is_of_one() else tr("{form}：{name}", form=offer.words, name=offer.name)

    def _is_of_one(self) -> bool:
        return len({offer.resident_id for offer in self._offers}) == 1

    def _put_button(self, button: Button) -> None:
        # Reached by Tab or the mouse; a click must not take the cursor out of the field beneath.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._flow.add(button)
