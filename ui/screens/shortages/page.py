"""缺药 of the clinic: what has run out or comes too little, reported to the township, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.shortage_states import ShortageAction, ShortageState
from ui.screens.shortages.list_page import ShortageListPage

if TYPE_CHECKING:
    from app.services.shortages import ShortageView


class ShortagesPage(ShortageListPage):
    """The clinic's own reports."""

    def propose(self) -> list[str]:
        """Drugs in use that have been out for three days."""
        return self.services.shortages.propose_from_stock()

    def offered(self, view: ShortageView) -> tuple[ShortageAction, ...]:
        """What was reported is taken back by word to the township, not here."""
        wanted = view.actions
        if view.state is not ShortageState.DRAFT:
            wanted = tuple(action for action in wanted if action is not ShortageAction.CANCEL)
        return wanted

    def waiting(self, view: ShortageView) -> bool:
        """Drafts that nobody has sent yet, and goods that came."""
        return view.state in (ShortageState.DRAFT, ShortageState.DELIVERED)
