"""The parts of the catalogue's page: the drug in full, the shares with their arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.services.catalogue_sheets import share_rows
from ui.screens.catalogue.words import DrugRow, details
from ui.screens.requests.rows import drug_chips
from ui.widgets.buttons import SecondaryButton
from ui.widgets.cards import Card, card_line
from ui.widgets.chips import ChipRow, ChipText
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical, clear_layout
from ui.widgets.panes import ScrollPage
from ui.widgets.progress import Share as ShownShare
from ui.widgets.progress import ShareBar

if TYPE_CHECKING:
    from app.domain.catalogue_shares import CatalogueShares, Share
    from app.services.catalogue import TraceCodeReason
    from app.services.trace_makers import ConfirmedMaker

LONGEST_LINE = 15


class DrugCard(Card):
    """The chosen drug with everything that the list says of it."""

    def __init__(self) -> None:
        super().__init__(tr("选中的药品"), name="drug_card")
        self._chips = ChipRow(spacing=8)
        self.add(self._chips)
        self._words = Vertical(spacing=5)
        self.add(self._words)
        self.trace_code = SecondaryButton(tr("列入无码目录"), name="set_trace_code", hint="F7", small=True)
        self.add(self.trace_code)
        self.maker = SecondaryButton(tr("认一盒的追溯码"), name="confirm_maker", hint="F8", small=True)
        self.add(self.maker)
        self.show_drug(None, None)

    def show_drug(self, row: DrugRow | None, why: TraceCodeReason | None, makers: Sequence[ConfirmedMaker] = (),
                  *, may_change: bool = True) -> None:
        """Show a drug with its further makers, or none."""
        clear_layout(self._words)
        self.trace_code.setVisible(row is not None and may_change)
        self.maker.setVisible(row is not None and may_change and row.drug.has_trace_code)
        self._chips.set_chips(drug_chips(row.drug) if row is not None else ())
        if row is None:
            self.set_title(tr("选中的药品"))
            self._words.addWidget(label(tr("在表里选一种药，这里显示它的全部内容。"), "muted", wrap=True))
            return
        self.set_title(row.drug.name)
        self.trace_code.set_words(tr("列入无码目录") if row.drug.has_trace_code else tr("移出无码目录"))
        for caption, value in details(row.drug, why, makers):
            self._words.addLayout(_detail(caption, value))


def _detail(caption: str, value: str) -> Horizontal:
    """One line: short words never wrap, so that a card of twenty lines is never squeezed."""
    line = Horizontal(spacing=14)
    line.addWidget(label(caption), 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(label(value, "muted", wrap=len(value) > LONGEST_LINE), 1)
    return line


class SharesTab(QWidget):
    """The shares of the whole list and of what is in use, each with the two numbers that it is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("catalogue_shares")
        inside = QWidget()
        inside.setProperty("kind", "plain")
        column = Vertical(inside, spacing=12)
        self.listed = Card(tr("目录全部品规"), name="shares_listed")
        self.in_use = Card(tr("在用品规（有库存，或 30 天内有出入库）"), name="shares_in_use")
        self.about = Card(tr("怎么算"), name="shares_about")
        for sentence in (
            tr("按品规（药品、剂型、规格）数，不按通用名数。医保类别不详的算作目录外，并单独写出有几种。"),
            tr("目标：医保目录内品规占比大于 70%。报道的 75% 是 380 ÷ 507；38% 是 144 ÷ 380，分母是目录内品规；"
               "同样 144 种换成全部 507 种作分母是 28%。所以两个分母都列出来，不能混着比。"),
        ):
            self.about.add_text(sentence)
        for card in (self.listed, self.in_use, self.about):
            column.addWidget(card)
        column.addStretch(1)
        scroll = ScrollPage(inside, name="shares_scroll", modest=True)
        scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # nothing inside takes the keyboard: the arrows scroll
        scroll.setAccessibleName(tr("目录与集采占比"))
        Vertical(self).addWidget(scroll)
        self.setFocusProxy(scroll)

    def show_shares(self, listed: CatalogueShares, in_use: CatalogueShares) -> None:
        """Show both."""
        _fill(self.listed, listed)
        _fill(self.in_use, in_use)


def _fill(card: Card, shares: CatalogueShares) -> None:
    card.clear()
    if not shares.catalogue.whole:
        card.add_text(tr("还没有品规，算不出占比。"), "muted")
        return
    for number, (words, share, goal) in enumerate(share_rows(shares)):
        chip = None
        if number == 0:
            chip = ChipText(tr("达标"), "green") if shares.reaches_goal else ChipText(tr("没有达标"), "red")
        card.add(card_line(words, strong=_sum_words(share), muted=goal, chip=chip))
        card.add(ShareBar(ShownShare(words, share.part, share.whole, "green" if number == 0 else "blue")))
    if shares.unknown_class:
        card.add_text(tr("其中 {count} 种医保类别不详，按目录外算。", count=shares.unknown_class), "muted")


def _sum_words(share: Share) -> str:
    """“368 ÷ 380 = 97%”."""
    if share.percent is None:
        return "—"
    return tr("{part} ÷ {whole} = {percent}%", part=share.part, whole=share.whole, percent=share.percent)
