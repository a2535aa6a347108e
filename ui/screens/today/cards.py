"""The cards beside the list of the day: the drug request, the progress of the quarter, what else is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.request_terms import State
from app.i18n import tr
from ui.screens.requests.words import month_name
from ui.theme.tokens import Tone
from ui.widgets.buttons import LinkButton
from ui.widgets.cards import Card, card_line
from ui.widgets.chips import ChipText
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.progress import ProgressList, Share

if TYPE_CHECKING:
    from app.services.request_list import RequestSummary
    from app.services.work_list import SideCards

STATE_TONES: dict[State, Tone] = {
    State.DRAFT: "grey", State.SUBMITTED: "blue", State.AUTHORISED: "blue", State.IN_REVIEW: "blue",
    State.APPROVED: "blue", State.RELEASED: "green", State.RETURNED: "amber", State.REJECTED: "red",
}
DECIDED = (State.APPROVED, State.RELEASED, State.CLOSED)
ENOUGH = 0.8
"""Below this share the bar of the quarter is amber."""


class TodayCards(QWidget):
    """`request_asked` to open the drug requests, `checks_asked` the referral checks, `examinations_asked` those to be
    examined, `rates_asked` the indicators of the year, `draft_asked(resident_id)`, `sheet_asked(draft kind)` a grid that
    was left unsaved."""

    request_asked = Signal()
    checks_asked = Signal()
    examinations_asked = Signal()
    rates_asked = Signal()
    draft_asked = Signal(str)
    sheet_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("today_cards")
        column = Vertical(self, spacing=14)
        self.request = Card(tr("药品申领"), name="request_card")
        self.progress = Card(tr("本季度进度"), name="progress_card")
        self.shares = ProgressList(name="quarter_progress")
        self.progress.add(self.shares)
        self._add_link(self.progress, tr("全年指标"), "open_rates", self.rates_asked)
        self.to_do = Card(tr("待办"), name="to_do_card")
        for card in (self.request, self.progress, self.to_do):
            column.addWidget(card)
        column.addStretch(1)

    def show_request(self, summary: RequestSummary | None) -> None:
        """The newest request: of which month, how far it is; once decided, how much was approved."""
        self.request.clear()
        if summary is None:
            self.request.add_text(tr("还没有申领单。"), "muted")
        else:
            chip = ChipText(_state_words(summary), STATE_TONES.get(summary.state, "grey"))
            self.request.add(card_line(tr("{month}申领单", month=month_name(summary.period)), chip=chip, name="request_line"))
            words = tr("{count} 种药", count=summary.kinds_of_drugs)
            if summary.adjusted and summary.state in DECIDED:
                words = tr("{count} 种调减：看原因", count=summary.adjusted)
            self.request.add_text(words, "caption")
        self._add_link(self.request, tr("打开申领"), "open_requests", self.request_asked)

    def show_side(self, side: SideCards) -> None:
        """The bars of the quarter."""
        shares = []
        for each in side.progress:
            rate = each.on_track
            low = bool(rate.denominator) and rate.numerator / rate.denominator < ENOUGH
            shares.append(Share(tr(each.label), rate.numerator, rate.denominator, "amber" if low else None))
        self.shares.set_shares(shares)

    def show_to_do(
        self,
        referral_checks: int,
        draft: tuple[str, str] | None,
        sheets: Sequence[tuple[str, int]] = (),
        examinations: int = 0,
    ) -> None:
        """How many referrals are to be asked after, whose visit was left unfinished: (resident id, name), which grids were
        left unsaved: (draft kind, people filled in), and how many people are to be examined this year."""
        self.to_do.clear()
        if referral_checks:
            line = tr("转诊后 2 周复核")
            self.to_do.add(card_line(line, strong=tr("{count} 人", count=referral_checks), name="checks_line"))
            self._add_link(self.to_do, tr("填转诊结果"), "open_checks", self.checks_asked)
        if examinations:
            line = tr("今年待体检")
            self.to_do.add(card_line(line, strong=tr("{count} 人", count=examinations), name="examinations_line"))
            self._add_link(self.to_do, tr("打开名单"), "open_examinations", self.examinations_asked)
        if draft is not None:
            resident_id, name = draft
            self.to_do.add(card_line(tr("没写完的随访"), strong=name, name="draft_line"))
            link = LinkButton(tr("继续写"), name="open_draft")
            link.clicked.connect(lambda: self.draft_asked.emit(resident_id))
            self._place_link(self.to_do, link)
        for kind, count in sheets:
            line = tr("没保存的日间表格") if kind == "day_sheet" else tr("没保存的筛查")
            self.to_do.add(card_line(line, strong=tr("{count} 人", count=count), name=f"{kind}_line"))
            link = LinkButton(tr("继续写"), name=f"open_{kind}_draft")
            link.clicked.connect(lambda _checked=False, which=kind: self.sheet_asked.emit(which))
            self._place_link(self.to_do, link)
        if not referral_checks and draft is None and not sheets and not examinations:
            self.to_do.add_text(tr("没有别的待办。"), "muted")

    def _add_link(self, card: Card, words: str, name: str, signal: Signal) -> None:
        link = LinkButton(words, name=name)
        link.clicked.connect(signal)
        self._place_link(card, link)

    def _place_link(self, card: Card, link: LinkButton) -> None:
        row = Horizontal()
        row.addWidget(link)
        row.addStretch(1)
        card.add(row)


def _state_words(summary: RequestSummary) -> str:
    if summary.state in DECIDED:
        return tr("卫生院已批 {given}/{wanted}", given=summary.given, wanted=summary.kinds_of_drugs)
    return tr(summary.state.label)
