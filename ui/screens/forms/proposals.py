"""What the rules propose for the form as it stands: a card for each, with what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.services.form_views import Proposal
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import Card, CardTone
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical, clear_layout

TONES: dict[str, CardTone] = {"good": "green", "warn": "amber", "bad": "red", "none": ""}


class ProposalCards(QWidget):
    """The cards. `taken(proposal)` when its answers shall be filled in, `referral_asked(proposal)` for a referral."""

    taken = Signal(object)
    referral_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("proposals")
        self._column = Vertical(self, spacing=12)
        self._shown: tuple[tuple[Proposal, bool], ...] = ()
        self.hide()

    def show_proposals(self, said: Sequence[tuple[Proposal, bool]]) -> None:
        """Show proposals, each with whether its answers still differ from those given."""
        if tuple(said) == self._shown:
            return
        self._shown = tuple(said)
        clear_layout(self._column)
        for number, (proposal, differs) in enumerate(said, 1):
            self._column.addWidget(self._card(number, proposal, differs))
        self.setVisible(bool(said))

    def headlines(self) -> tuple[str, ...]:
        """What is proposed, in a line each."""
        return tuple(tr(proposal.headline) for proposal, _differs in self._shown)

    def _card(self, number: int, proposal: Proposal, differs: bool) -> Card:
        card = Card(tr(proposal.headline), name=f"proposal_{number}", tone=TONES.get(proposal.tone, ""), margins=14,
                    spacing=5)
        for reason in proposal.reasons:
            card.add(label(tr(reason), wrap=True, name="reason"))
        buttons = FlowBox(spacing=8)
        if proposal.answers and differs:
            take = SecondaryButton(tr("按建议填写"), name=f"take_proposal_{number}", hint="F6" if number == 1 else "", small=True)
            take.clicked.connect(lambda: self.taken.emit(proposal))
            buttons.add(take)
        if proposal.referral != "no":
            kind = PrimaryButton if proposal.referral == "urgent" else SecondaryButton
            refer = kind(tr("开转诊单"), name=f"refer_{number}", hint="F8", small=True)
            refer.clicked.connect(lambda: self.referral_asked.emit(proposal))
            buttons.add(refer)
        if (proposal.answers and differs) or proposal.referral != "no":
            card.add(buttons)
        spoken = tr("，").join(tr(reason) for reason in proposal.reasons)
        card.setAccessibleDescription(spoken)
        return card
