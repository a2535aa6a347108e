"""配对: becoming acquainted with the other desk in three steps; the fingerprints are compared by telephone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from app.domain.message import msg
from app.errors import CunyiError
from app.i18n import tr
from ui.dialogs import FileKind, show_failure
from ui.screens.exchange.letters import partner_sheet
from ui.screens.list_papers import save_list
from ui.theme.theme import current_theme
from ui.widgets.buttons import DangerButton, PrimaryButton, SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Grid, Horizontal, Vertical
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.exchange.cards import Card as DeskCard
    from app.services.pairing import Partner
    from ui.services import Services

CARDS = (FileKind(msg("配对名片"), ("cycard",)),)


class PairingPage(QWidget):
    """The page. `on_paired` is called after a pairing, so that the screen around it can follow."""

    def __init__(self, services: Services, *, on_paired: Callable[[], None] | None = None) -> None:
        super().__init__()
        self.setObjectName("pairing_page")
        self.setProperty("kind", "plain")
        self._services = services
        self._on_paired = on_paired
        self._card: DeskCard | None = None
        self._build()
        self.refresh()

    def refresh(self) -> None:
        """Read the partners again."""
        services = self._services
        own = services.pairing.own_card()
        self._own_name.setText(own.name)
        self._own_fingerprint.setText(own.keys().fingerprint())
        self.partners.set_rows(services.pairing.partners(), keep=lambda partner: partner.id)
        self.partners.fit_height(most_rows=6)

    def save_card(self) -> None:
        """Step 1: write this desk's card."""
        services = self._services
        suggested = tr("配对名片_{name}.cycard", name=services.desk.place.name)
        file = services.dialogs.save_file(msg("导出本单位名片"), suggested, CARDS)
        if file is None:
            return
        try:
            services.pairing.save_card(file)
        except CunyiError as error:
            show_failure(services.dialogs, error)
            return
        services.say(tr("已存成“{file}”，请交给对方。", file=file.name))

    def open_card(self) -> None:
        """Step 2: look at the other desk's card."""
        file = self._services.dialogs.open_file(msg("打开对方发来的名片"), CARDS)
        if file is not None:
            self.look_at(file)

    def look_at(self, file: Path) -> None:
        """Show the fingerprint on a card; nothing is stored yet."""
        try:
            card = self._services.pairing.look_at_card(file)
        except CunyiError as error:
            self.give_up()
            show_failure(self._services.dialogs, error)
            return
        self._card = card
        self._compare.set_title(tr("第三步：打电话给{name}，核对两边的指纹", name=card.name))
        self._their_caption.setText(tr("{name}的指纹", name=card.name))
        self._their_fingerprint.setText(card.keys().fingerprint())
        self._ours.setText(self._own_fingerprint.text())
        self._what_changes.setText(self._consequence(card))
        self._what_changes.setVisible(bool(self._what_changes.text()))
        self._compare.show()
        self.differs.setFocus()

    def pair(self) -> None:
        """Both sides are the same: keep the card."""
        if self._card is None:
            return
        try:
            partner = self._services.pairing.pair(self._card)
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return
        self.give_up()
        self.refresh()
        self._services.say(tr("已和{name}配对。", name=partner.name))
        if self._on_paired is not None:
            self._on_paired()

    def save_partners(self) -> None:
        """All partners as XLSX."""
        desk, partners = self._services.desk, self._services.pairing.partners()
        save_list(self._services, tr("已配对的单位"), lambda: partner_sheet(partners, desk.place.name, desk.today()))

    def give_up(self) -> None:
        """Put the card away; nothing was stored."""
        self._card = None
        self._compare.hide()
        self.open.setFocus()

    def is_comparing(self) -> bool:
        """Whether a card is open to be compared."""
        return self._card is not None

    def _on_differs(self) -> None:
        self.give_up()
        self._services.say(tr("没有配对。请对方重新导出名片，当面交给您。"))

    def _consequence(self, card: DeskCard) -> str:
        """What a pairing would change that should not pass unnoticed."""
        partners = self._services.pairing.partners()
        known = next((partner for partner in partners if partner.id == card.id), None)
        if known is not None and known.fingerprint != card.keys().fingerprint():
            return tr("以前配对过，但指纹变了。只有对方换了电脑或重装过才会这样，请在电话里问清楚。")
        other = next((partner for partner in partners if partner.kind == "township" and partner.id != card.id), None)
        if card.kind == "township" and other is not None and other.name == card.name:
            return tr("{name}以前配对过，这张名片是另一台电脑的：只有对方换了电脑或重装过才会这样，请在电话里问清楚。"
                      "配对后，新的申领单都送这一台。", name=card.name)
        if card.kind == "township" and other is not None:
            return tr("现在的申领单送{present}；配对后改送{new}。", present=other.name, new=card.name)
        if any(partner.name == card.name and partner.kind == card.kind and partner.id != card.id for partner in partners):
            return tr("已经有一个叫“{name}”的单位，这张名片是另一台电脑的。请在电话里问清楚：是换了电脑，还是另一个单位。"
                      "配对后两个都在，请让其中一个改名。", name=card.name)
        return ""

    def _build(self) -> None:
        column = Vertical(self, spacing=12)
        steps = self._build_steps()
        column.addWidget(self._build_compare())
        column.addWidget(steps)
        column.addWidget(self._build_partners())
        column.addStretch(1)

    def _build_steps(self) -> Card:
        card = Card(tr("和对方单位配对"), name="pairing_steps")
        card.add_text(tr("配对以后，两边的文件才能互相打开，别人看不了也改不了。每个单位只要做一次，两边都要做。"), "muted")
        grid = Grid(spacing=14, row_spacing=10)
        self.save = SecondaryButton(tr("导出本单位名片"), name="save_card", icon_name="export")
        self.open = SecondaryButton(tr("打开对方名片"), name="open_card", icon_name="import")
        steps = (
            (tr("第一步"), tr("导出本单位名片，用 U 盘或微信交给对方。名片里没有病人资料。"), self.save),
            (tr("第二步"), tr("打开对方发来的名片。这时还没有配对。"), self.open),
            (tr("第三步"), tr("打电话核对两边的指纹，一致才完成配对。"), None),
        )
        for line, (number, words, button) in enumerate(steps):
            grid.addWidget(label(number, "accent"), line, 0)
            grid.addWidget(label(words, wrap=True), line, 1)
            if button is not None:
                grid.addWidget(button, line, 2)
        grid.setColumnStretch(1, 1)
        card.add(grid)
        own = FlowBox(spacing=12, row_spacing=2)
        self._own_name = label("", "strong", name="own_name")
        self._own_fingerprint = _fingerprint("own_fingerprint", role="accent")
        for part in (self._own_name, label(tr("本单位指纹"), "caption"), self._own_fingerprint):
            own.add(part)
        card.add(own)
        self.save.clicked.connect(self.save_card)
        self.open.clicked.connect(self.open_card)
        return card

    def _build_compare(self) -> Card:
        self._compare = Card(name="compare_card", tone="amber")
        self._their_caption = label("", "caption", wrap=True)
        self._their_fingerprint = _fingerprint("their_fingerprint", role="big_number")
        self._ours = _fingerprint("our_fingerprint", role="big_number")
        sides = SideBySide()
        theirs = tr("请对方念他屏幕上的“本单位指纹”，您看着这里，一个数字都不能差。")
        sides.add(_side(self._their_caption, self._their_fingerprint, theirs))
        ours = tr("您念给对方听，请对方看着他屏幕上您单位的指纹核对。")
        sides.add(_side(label(tr("本单位的指纹"), "caption"), self._ours, ours))
        self._compare.add(sides)
        self._what_changes = label("", "danger_title", name="pairing_warning", wrap=True)
        self._compare.add(self._what_changes)
        self._compare.add_text(tr("电话请打您平时知道的号码，不要打随名片发来的号码。"), "muted")
        row = Horizontal(spacing=12)
        row.addStretch(1)
        self.differs = DangerButton(tr("不一致，放弃"), name="fingerprints_differ")
        self.same = PrimaryButton(tr("两边一致，完成配对"), name="fingerprints_same")
        self.differs.clicked.connect(self._on_differs)
        self.same.clicked.connect(self.pair)
        for button in (self.differs, self.same):
            row.addWidget(button)
        self._compare.add(row)
        self._compare.hide()
        return self._compare

    def _build_partners(self) -> Card:
        card = Card(tr("已配对的单位"), name="partners_card", margins=(16, 14, 8, 10))
        self.partners = DataTable(
            (Column("name", tr("单位"), width=220, stretch=True, bold=True),
             Column("kind", tr("类别"), width=130, value=_kind),
             Column("fingerprint", tr("指纹"), width=240),
             Column("paired_at", tr("配对日期"), width=110, value=_paired)),
            name="partners", accessible_name=tr("已配对的单位"), inside_card=True,
            empty_text=tr("还没有和任何单位配对。"),
        )
        card.add(self.partners)
        self.export = SecondaryButton(tr("导出表格"), name="export_partners", small=True, icon_name="export")
        self.export.clicked.connect(self.save_partners)
        row = Horizontal(spacing=12)
        row.addStretch(1)
        row.addWidget(self.export)
        card.add(row)
        return card


class SideBySide(QWidget):
    """Two blocks side by side, or one above the other where both do not fit."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(current_theme().gap(20))

    def add(self, block: QWidget) -> None:
        """Append a block."""
        self._box.addWidget(block, 1)

    def minimumSizeHint(self) -> QSize:
        """No wider than the wider block: the other may go beneath it."""
        widths = [self._box.itemAt(place).minimumSize().width() for place in range(self._box.count())]
        return QSize(max(widths, default=0), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the arrangement for the new width."""
        super().resizeEvent(event)
        widths = [self._box.itemAt(place).minimumSize().width() for place in range(self._box.count())]
        fits = sum(widths) + self._box.spacing() <= self.width()
        directions = QBoxLayout.Direction
        self._box.setDirection(directions.LeftToRight if fits else directions.TopToBottom)


def _side(caption: QWidget, digits: QWidget, words: str) -> QWidget:
    block = QWidget()
    block.setProperty("kind", "plain")
    column = Vertical(block, spacing=2)
    for part in (caption, digits, label(words, wrap=True)):
        column.addWidget(part)
    column.addStretch(1)
    return block


def _fingerprint(name: str, *, role: str) -> QWidget:
    made = label("", role, name=name)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def _kind(partner: Partner) -> str:
    return tr("乡镇卫生院") if partner.kind == "township" else tr("村卫生室")


def _paired(partner: Partner) -> Cell:
    return Cell("—") if partner.paired_at is None else Cell(f"{partner.paired_at.astimezone():%Y-%m-%d}")
