"""One dispensing as it was given: batches, codes, what was said to the warnings; labels again, drugs back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.errors import CunyiError
from app.i18n import tr
from app.services.dispensing import usage_words
from app.services.dispensing_views import GIVEN, REVERSED, drugs_in_words
from ui.dialogs import show_failure
from ui.screens.dispensing.windows import ReturnWindow, ReverseWindow
from ui.screens.dispensing.words import amount_words, clock, day_words, state_chips, yuan
from ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from ui.widgets.cards import Card, PageHeader
from ui.widgets.layouts import Vertical
from ui.widgets.panes import ScrollPage
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.dispensing import DispensingView, GivenLine
    from ui.services import Services

TWO_LINES = 52


class GivenPage(QWidget):
    """`changed` after drugs came back or it was reversed; `person_asked(resident_id)`; `labels_asked(dispensing_id)`.

    `again_asked(dispensing_id)`: a reversed one is to be given anew.
    """

    changed = Signal()
    person_asked = Signal(str)
    labels_asked = Signal(str)
    again_asked = Signal(str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("given_page")
        self._services = services
        self.view: DispensingView | None = None
        column = Vertical(self, spacing=12)
        self.header = PageHeader("", name="given_header")
        self.person = LinkButton(tr("看居民档案"), name="given_person")
        self.labels = SecondaryButton(tr("打标签"), name="given_labels", hint="Ctrl P", icon_name="print")
        self.reverse = SecondaryButton(tr("冲销"), name="given_reverse")
        self.back = PrimaryButton(tr("退药"), name="given_return", hint="F2")
        self.again = PrimaryButton(tr("按原样重新发"), name="given_again", hint="F2")
        for button in (self.person, self.reverse, self.labels, self.back, self.again):
            self.header.add_action(button)
        column.addWidget(self.header)
        inside = QWidget()
        inside.setProperty("kind", "plain")
        body = Vertical(inside, spacing=12)
        drugs = Card(tr("发的药"), name="given_lines_card")
        self.table = DataTable(_columns(), name="given_lines", accessible_name=tr("发的药"), inside_card=True,
                               row_height=TWO_LINES)
        drugs.add(self.table)
        body.addWidget(drugs)
        self.came_back = Card(name="given_back_card")
        body.addWidget(self.came_back)
        self.codes = Card(tr("扫过的追溯码"), name="given_codes_card")
        body.addWidget(self.codes)
        self.said = Card(tr("发药时的提示和医生的回答"), name="given_warnings_card")
        body.addWidget(self.said)
        body.addStretch(1)
        column.addWidget(ScrollPage(inside, name="given_scroll", modest=True), 1)
        self.person.clicked.connect(lambda: self.view is not None and self.person_asked.emit(self.view.resident_id))
        self.labels.clicked.connect(self.print_labels)
        self.reverse.clicked.connect(self.undo)
        self.back.clicked.connect(self.take_back)
        self.again.clicked.connect(self.give_again)
        self.setFocusProxy(self.table)

    def show_given(self, view: DispensingView) -> None:
        """Show one."""
        self.view = view
        self.header.set_title(view.resident_name)
        self.header.set_chips(state_chips(view))
        facts = (
            tr("{day} {time}", day=view.given_on, time=clock(view.at)), tr(view.kind.label), view.diagnosis,
            tr("体重 {weight} 千克", weight=view.weight_kg) if view.weight_kg is not None else "",
            tr("发药人 {name}", name=view.user_name), amount_words(view),
        )
        self.header.set_note("　".join(part for part in facts if part))
        self.table.set_rows(view.lines)
        self.table.fit_height()
        self.table.select_row(0)
        self._show_came_back(view)
        self._show_codes(view)
        self._show_said(view)
        is_out = view.state == GIVEN
        self.back.setVisible(is_out)
        self.again.setVisible(view.state == REVERSED)
        self.labels.setVisible(is_out)
        self.reverse.setVisible(is_out and self._services.dispensing.why_not_reversible(view.id) is None)

    def refresh(self) -> None:
        """Read it anew."""
        if self.view is None:
            return
        try:
            self.show_given(self._services.dispensing.get(self.view.id))
        except CunyiError as error:
            show_failure(self._services.dialogs, error)

    def print_labels(self) -> None:
        """Ctrl+P: the labels once more."""
        if self.view is not None and not self.labels.isHidden():
            self.labels_asked.emit(self.view.id)

    def take_back(self) -> None:
        """F2: 退药, or where it was reversed 按原样重新发."""
        view = self.view
        if view is not None and view.state == REVERSED:
            self.give_again()
        if view is None or view.state != GIVEN:
            return
        window = ReturnWindow(view, self.window())
        service = self._services.dispensing

        def act() -> None:
            service.give_back(view.id, window.units(), str(window.why.raw()), codes=window.scanned())

        window.start(act, lambda: self._done(tr("已退回：{name}。退回的药单独存放，不再发。", name=view.resident_name)))

    def give_again(self) -> None:
        """A reversed dispensing once more, as a draft that can be put right."""
        if self.view is not None and self.view.state == REVERSED:
            self.again_asked.emit(self.view.id)

    def undo(self) -> None:
        """冲销: entered by mistake, nothing had left."""
        view = self.view
        if view is None or self.reverse.isHidden():
            return
        window = ReverseWindow(view, self.window())
        service = self._services.dispensing
        window.start(lambda: service.reverse(view.id, str(window.why.raw())),
                     lambda: self._done(tr("已冲销：{name}。药回到货架。", name=view.resident_name)))

    def _done(self, said: str) -> None:
        self._services.say(said)
        self.refresh()
        self.changed.emit()

    def _show_came_back(self, view: DispensingView) -> None:
        self.came_back.clear()
        self.came_back.set_title(tr("冲销记录") if view.state == REVERSED else tr("退药记录"))
        told: dict[tuple[str, str, str], list[tuple[str, int, str]]] = {}
        for each in view.came_back:
            local = each.at.astimezone()
            when = tr("{day} {time}", day=local.date(), time=clock(each.at))
            told.setdefault((when, each.user_name, each.reason), []).append((each.drug_name, each.units, each.unit))
        for (when, who, why), drugs in told.items():
            self.came_back.add_text(tr("{when}　{who}　原因：{reason}", when=when, who=who, reason=why), "strong")
            self.came_back.add_text(tr(drugs_in_words(drugs)))
        self.came_back.setVisible(bool(told))

    def _show_codes(self, view: DispensingView) -> None:
        self.codes.clear()
        for line in view.lines:
            codes = [code for batch in line.batches for code in batch.codes]
            if codes:
                self.codes.add_text(line.drug_name, "strong")
                self.codes.add_text("　".join(codes))
        self.codes.setVisible(any(batch.codes for line in view.lines for batch in line.batches))

    def _show_said(self, view: DispensingView) -> None:
        self.said.clear()
        for warning in view.warnings:
            self.said.add_text(_warning_words(warning))
            if warning.get("reason"):
                self.said.add_text(tr("医生：{reason}", reason=warning["reason"]), "strong")
            if warning.get("source"):
                self.said.add_text(tr("依据：{source}", source=warning["source"]), "caption")
        self.said.setVisible(bool(view.warnings))


def _warning_words(warning: Mapping[str, Any]) -> str:
    return f"{warning.get('effect', '')}{warning.get('action', '')}"


def _columns() -> tuple[Column, ...]:
    return (
        Column("drug", tr("药品"), width=210, stretch=True, bold=True,
               value=lambda line: Cell(line.drug_name, second_line=line.strength)),
        Column("usage", tr("用法"), width=150, value=lambda line: usage_words(line.dose, line.times_per_day, line.usage) or None),
        Column("days", tr("天数"), align="right", value=lambda line: line.days, gives_way=2),
        Column("quantity", tr("数量"), align="right", value=_quantity),
        Column("batches", tr("批号"), width=170, value=_batches, gives_way=1),
        Column("amount", tr("金额"), align="right", value=lambda line: yuan(line.amount_fen)),
    )


def _quantity(line: GivenLine) -> Cell:
    back = tr("退回 {units}", units=line.returned) if line.returned else ""
    return Cell(tr("{units} {unit}", units=line.quantity, unit=line.unit), second_line=back)


def _batches(line: GivenLine) -> Cell:
    numbers = tr("；").join(batch.batch_no for batch in line.batches)
    return Cell(numbers, second_line=tr("；").join(day_words(batch.expiry) for batch in line.batches))
