"""What the rules propose for the form as it stands: a card for each, with what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.services.form_views import Proposal
from ui.widgets.buttons import Button, SecondaryButton
from ui.widgets.cards import Card, CardTone
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical

TONES: dict[str, CardTone] = {"good": "green", "warn": "amber", "bad": "red", "none": ""}


class ProposalCard(Card):
    """One proposal. `taken` when its answers shall be filled in, `referral_asked` for a referral."""

    taken = Signal()
    referral_asked = Signal()

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(name=f"proposal_{number}", margins=14, spacing=5, parent=parent)
        first = number == 1
        self.reasons = label("", name=f"proposal_{number}_reasons", wrap=True)
        self.add(self.reasons)
        self.buttons = FlowBox(spacing=8)
        self.take = SecondaryButton(tr("按建议填写"), name=f"take_proposal_{number}", hint="F6" if first else "", small=True)
        self.take.clicked.connect(self.taken)
        self.refer = Button(tr("开转诊单"), name=f"refer_{number}", hint="F8" if first else "", small=True)
        self.refer.clicked.connect(self.referral_asked)
        for button in (self.take, self.refer):
            self.buttons.add(button)
        self.add(self.buttons)

    def show_proposal(self, proposal: Proposal, *, differs: bool) -> None:
        """Show a proposal; `differs` says that its answers are not those given."""
        self.set_title(tr(proposal.headline))
        self.set_tone(TONES.get(proposal.tone, ""))
        reasons = [tr(reason) for reason in proposal.reasons]
        self.reasons.setText("\n".join(reasons))
        self.reasons.setVisible(bool(reasons))
        can_take, refers = bool(proposal.answers) and differs, proposal.referral != "no"
        self.take.setVisible(can_take)
        self.refer.setVisible(refers)
        self.refer.setProperty("kind", "primary" if proposal.referral == "urgent" else "secondary")
        self.refer.style().polish(self.refer)
        self.buttons.setVisible(can_take or refers)
        self.setAccessibleDescription(tr("，").join(reasons))


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
        self._cards: list[ProposalCard] = []
        self.hide()

    def show_proposals(self, said: Sequence[tuple[Proposal, bool]]) -> None:
        """Show proposals, each with whether its answers still differ from those given."""
        before, self._shown = self._shown, tuple(said)
        if self._shown == before:
            return
        while len(self._cards) < len(said):
            self._add_card()
        for number, card in enumerate(self._cards):
            if number >= len(said):
                card.hide()
            elif number >= len(before) or before[number] != said[number]:
                card.show_proposal(said[number][0], differs=said[number][1])
                card.show()
        self.setVisible(bool(said))

    def shown(self) -> tuple[Proposal, ...]:
        """What is proposed."""
        return tuple(proposal for proposal, _differs in self._shown)

    def headlines(self) -> tuple[str, ...]:
        """What is proposed, in a line each."""
        return tuple(tr(proposal.headline) for proposal, _differs in self._shown)

    def _add_card(self) -> None:
        place = len(self._cards)
        card = ProposalCard(place + 1)
        card.taken.connect(lambda: self.taken.emit(self._shown[place][0]))
        card.referral_asked.connect(lambda: self.referral_asked.emit(self._shown[place][0]))
        self._cards.append(card)
        self._column.addWidget(card)
