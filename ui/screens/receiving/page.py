"""收货: the shipments on their way to this clinic, taken in line by line, and the receipts written before.

Everything typed is kept as a draft, so that a power cut between two packs loses no scan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QWidget

from app.domain.cold_chain import is_inside
from app.domain.message import msg
from app.domain.shipment_states import ShipmentAction, ShipmentState
from app.errors import CunyiError
from app.i18n import tr
from ui.screens.exchange.files import EnvelopeDrops, choose_and_open, open_envelope
from ui.screens.receiving.arrival import ArrivalSheet
from ui.screens.receiving.booking import DRAFT, Booking
from ui.screens.receiving.extra_window import ExtraWindow
from ui.screens.receiving.layout import ReceivingLayout
from ui.screens.receiving.rows import (
    ArrivalRow,
    arriving_columns,
    reading_columns,
    reason_of,
    row_key,
    state_chip,
)
from ui.screens.receiving.scanning import placed_code
from ui.screens.requests.notice_strip import StripAction
from ui.widgets.chips import ChipText
from ui.widgets.layouts import Vertical
from ui.widgets.small_window import optional_date

if TYPE_CHECKING:
    from datetime import date

    from app.services.receiving import Arrival
    from app.services.shipment_views import ShipmentSummary, ShipmentView
    from ui.services import Services

OWN_KEYS = (
    ("F2", msg("填写选中的一格")), ("↵", msg("下一行")), ("Tab", msg("右一格")), ("F6", msg("扫追溯码")),
    ("F7", msg("另记多到的货")), ("F8", msg("到下一处要改的地方")), ("Ctrl O", msg("打开卫生院的发货单文件")),
    ("Ctrl ↵", msg("收货入库；入库以后存签收单文件")), ("Ctrl P", msg("打印签收单")),
)


class ReceivingPage(QWidget):
    """收货. `open_with(shipment_id=…)` shows a certain shipment. `counted` how many are on the way."""

    counted = Signal(int)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setObjectName("page_receiving")
        self.setProperty("kind", "plain")
        self.services = services
        self.view: ShipmentView | None = None
        self.sheet: ArrivalSheet | None = None
        self._shipments: list[ShipmentSummary] = []
        self.is_strict = False
        self.booking = Booking(self)
        self.parts = ReceivingLayout(services.desk.today())
        Vertical(self).addWidget(self.parts)
        self._drops = EnvelopeDrops(self)
        self._connect()
        self.open_shipment("")

    # --- what the shell calls ---------------------------------------------------------------------------------

    def recount(self) -> None:
        """Say how many shipments are on the way."""
        self.counted.emit(sum(row.state is ShipmentState.SHIPPED for row in self._shipments))

    def refresh(self) -> None:
        """Read everything again; what was filled in stays."""
        self.parts.table.finish_editing()
        self.open_shipment(self.view.id if self.view is not None else "", keep=True)

    def open_with(self, shipment_id: str = "", request_id: str = "", **_arguments: object) -> None:
        """Show a certain shipment; what was filled in of another one stays in its draft."""
        self.parts.table.finish_editing()
        self.open_shipment(shipment_id or request_id)

    def can_leave(self) -> bool:
        """What is being typed is kept; nothing is asked."""
        self.parts.table.finish_editing()
        return True

    def primary_action(self) -> None:
        """F2: fill in the chosen cell, or open the file of a shipment where there is none to take in."""
        if self.sheet is not None:
            self.parts.table.fill_in()
        else:
            self.open_file()

    def save_action(self) -> None:
        """Ctrl+Enter: receive, or write the file with the receipt."""
        self.parts.table.finish_editing()
        if self.sheet is not None:
            self.booking.receive()
        elif self.view is not None and self.view.state is ShipmentState.RECEIVED:
            self.booking.save_file()

    def print_action(self) -> None:
        """Ctrl+P: the receipt on paper."""
        self.booking.print_receipt()

    def back_action(self) -> bool:
        """Escape: from the scanning back to the lines."""
        if self.parts.scan.hasFocus():
            self.parts.table.setFocus()
            return True
        return False

    def shortcuts(self) -> list[tuple[str, str]]:
        """The page's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    def showEvent(self, event: QShowEvent) -> None:
        """Files may be dropped anywhere on the window."""
        super().showEvent(event)
        self._drops.watch(self.window())

    # --- what the buttons do ----------------------------------------------------------------------------------

    def open_file(self) -> None:
        """Ctrl+O: open the file of a shipment."""
        choose_and_open(self.services, on_refused=self.refresh)

    def add_extra(self) -> None:
        """F7: write down goods that were not sent."""
        if self.sheet is not None:
            self._ask_extra("", "", None, 0)

    def refuse_other_batch(self) -> None:
        """Reject the chosen line because its pack says another batch, and write that batch down as a line of its own."""
        row = self.parts.table.current_row()
        if self.sheet is None or not isinstance(row, ArrivalRow) or row.entry is None or not row.entry.is_other_batch:
            return
        code, batch_no, expiry, units = self.sheet.refuse_as_other_batch(row.key)
        self._keep()
        self._after_edit()
        self._ask_extra(code, batch_no, expiry, units)

    def on_scanned(self, code: str = "") -> None:
        """Enter behind a scan: the pack goes to its line, or why not stands beside the scan. `code` fell into a cell."""
        if self.sheet is None or self.view is None:
            return
        text = code or self.parts.scan.text().strip()
        self.parts.scan.clear()
        self.parts.scan.setFocus()
        if not text:
            return
        row = self.parts.table.current_row()
        chosen = row.key if isinstance(row, ArrivalRow) and row.entry is not None else ""
        placed = placed_code(self.services, self.view.id, self.sheet, text, chosen)
        if placed.problem is None:
            self.sheet.add_code(placed.line_id, placed.code)
            self._keep()
        self.show_entries()
        if placed.line_id:
            self._go_to(placed.line_id, "accepted", focus=False)
        self._show_scanned(tr(placed.problem) if placed.problem is not None else "")

    # --- showing ----------------------------------------------------------------------------------------------

    def open_shipment(self, shipment_id: str, *, keep: bool = False) -> None:
        """Show a shipment, or the first one on the way; with `keep` what was filled in stays."""
        receiving = self.services.receiving
        newest = receiving.history()
        self._shipments = sorted(newest, key=lambda row: row.state is not ShipmentState.SHIPPED)
        known = [row.id for row in self._shipments]
        chosen = shipment_id if shipment_id in known else next(iter(known), "")
        self.recount()
        self.parts.stack.setCurrentWidget(self.parts.panes if chosen else self.parts.empty)
        self.setFocusProxy(self.parts.table if chosen else self.parts.open_first)
        if not chosen:
            self.view, self.sheet = None, None
            return
        former = self.sheet
        self.view = receiving.get(chosen)
        if ShipmentAction.RECEIVE not in self.view.actions:
            self.sheet = None
        elif keep and former is not None and former.view.id == chosen and former.view.version == self.view.version:
            self.sheet = former
        else:
            self._begin(self.view)
        self._show()

    def _begin(self, view: ShipmentView) -> None:
        receiving = self.services.receiving
        cold = receiving.cold_lines(view.id)
        self.is_strict = False
        self.sheet = ArrivalSheet(view, receiving.as_sent(view.id), cold)
        self.parts.hand_over.show_shipment(view, self.services.desk.today(), self.services.desk.actor.name, has_cold=bool(cold))
        draft = self.services.drafts.get(DRAFT, view.id)
        if draft is not None:
            self.sheet.take_draft(draft.payload)
            self.parts.hand_over.show_texts(draft.payload)
            self.services.say(tr("接着上次没收完的继续，填写和扫码的内容都在。"))

    def _show(self) -> None:
        view, parts = self.open_view(), self.parts
        parts.header.set_title(tr("收货 {number}", number=view.number))
        chips = [state_chip(view.state)]
        if view.differences:
            chips.append(ChipText(tr("有差异"), "red"))
        parts.header.set_chips(chips)
        drugs = len({line.drug_code for line in view.lines})
        sent_by = view.shipped_by_name or "—"
        parts.header.set_note(tr("{count} 种　{name} {day} 发出", count=drugs, name=sent_by, day=str(view.shipped_on or "—")))
        is_arriving = self.sheet is not None
        parts.receive.setVisible(is_arriving)
        for widget in (parts.scan_row, parts.hand_over, parts.extra):
            widget.setVisible(is_arriving)
        parts.read_card.setVisible(not is_arriving)
        parts.foot.set_note(tr("批号、有效期请按药盒核对；数量按最小发药单位。") if is_arriving else "")
        parts.read_card.show_shipment(view)
        self.judge()
        self.show_rows()
        self._show_strip()
        parts.shipments.show_shipments(self._shipments, view.id)

    def show_rows(self) -> None:
        """Show the lines as they are now."""
        is_arriving = self.sheet is not None
        if any(isinstance(row, ArrivalRow) != is_arriving for row in self.parts.table.rows()):
            self.parts.table.set_rows([])  # the columns of the one kind of row know nothing of the other
        if self.sheet is None:
            self.parts.table.show_lines(reading_columns(), list(self.open_view().lines), keep=lambda line: line.id)
        else:
            self.parts.table.show_lines(arriving_columns(), self.rows(self.sheet), keep=row_key)
        self._show_beside_rows()

    def _show_beside_rows(self) -> None:
        if self.sheet is not None:
            self.parts.receive.set_words(tr("全部如数收到") if self.sheet.is_as_sent else tr("收货入库"))
        self._show_line_actions()
        self._show_scanned("")

    def show_entries(self) -> None:
        """Show what changed in the lines; the cell that is being filled in stays where it is."""
        if self.sheet is None:
            return
        rows, table = self.rows(self.sheet), self.parts.table
        if len(rows) != len(table.rows()):
            self.show_rows()
            return
        for place, (before, now) in enumerate(zip(table.rows(), rows, strict=True)):
            if before != now:
                table.replace_row(place, now)
        self._show_beside_rows()

    def rows(self, sheet: ArrivalSheet) -> list[ArrivalRow]:
        """The lines and the goods that were not sent."""
        rows = [
            ArrivalRow(entry.line.id, entry, sheet.sentence_of(entry), entry.line.id in sheet.cold)
            for entry in sheet.entries()
        ]
        for number, (extra, (name, unit)) in enumerate(zip(sheet.extras, sheet.extra_names, strict=True)):
            key = f"extra_{number}"
            rows.append(ArrivalRow(key, None, sheet.problems.get(key, ""), False, extra, name, unit))
        return rows

    def _show_strip(self) -> None:
        view = self.open_view()
        if self.sheet is not None:
            cold = len(self.sheet.cold)
            words = tr("有 {count} 行冷链药品：先测温，填在“交接温度”里。", count=cold) if cold else ""
            self.parts.strip.say(words, "blue")
            return
        letter = self.services.exchange.latest_about(view.id)
        if letter is not None and letter.state == "ready":
            save = StripAction("save_receipt", tr("存签收单文件"), self.booking.save_file, "Ctrl ↵")
            self.parts.strip.say(tr("已入库。签收单还没有交给卫生院。"), "amber", (save,))
        elif letter is not None and view.state is ShipmentState.RECEIVED:
            save = StripAction("save_receipt_again", tr("再存一份"), self.booking.save_file)
            self.parts.strip.say(tr("签收单已存成文件，请交给卫生院。"), "", (save,))
        else:
            self.parts.strip.say("")

    def _show_scanned(self, problem: str) -> None:
        if self.sheet is None:
            return
        scanned, wanted = self.sheet.counts()
        words = tr("已扫 {scanned} / {wanted}", scanned=scanned, wanted=wanted) if wanted else tr("已扫 {count}", count=scanned)
        self.parts.scanned.setText(problem or words)
        self.parts.scanned.setProperty("role", "problem" if problem else "muted")
        self.parts.scanned.style().polish(self.parts.scanned)
        self.parts.scan.setAccessibleDescription(problem or words)

    def _show_line_actions(self) -> None:
        row = self.parts.table.current_row() if self.sheet is not None else None
        entry = row.entry if isinstance(row, ArrivalRow) else None
        self.parts.other_batch.setVisible(entry is not None and entry.is_other_batch)
        self.parts.drop_codes.setVisible(entry is not None and bool(entry.codes))

    # --- filling in -------------------------------------------------------------------------------------------

    def _on_cell(self, row: object, key: str, text: str) -> None:
        if self.sheet is None or not isinstance(row, ArrivalRow):
            return
        if row.extra is not None:
            self._edit_extra(row, key, text)
        else:
            self.sheet.write(row.key, key, reason_of(text) if key == "reason" else text)
        self._after_edit()

    def _edit_extra(self, row: ArrivalRow, key: str, text: str) -> None:
        """An emptied quantity takes the line of extra goods away; other cells are written anew in the window."""
        if self.sheet is not None and key == "accepted" and text in ("", "0"):
            self.sheet.drop_extra(int(row.key.removeprefix("extra_")))
        elif self.sheet is not None:
            self.services.say(tr("多到的货请先清空数量，再重新另记一行。"))

    def _after_edit(self) -> None:
        self._keep()
        self.judge()
        self.show_entries()

    def judge(self) -> None:
        """Ask the service what stands against it; while filling in only lines that were touched are told."""
        sheet = self.sheet
        if sheet is None or self.view is None:
            return
        sheet.problems = {}
        told: dict[str, str] = {}
        for problem in self.services.receiving.check(self.view.id, self.arrival()):
            told.setdefault(problem.code, tr(problem.message))
        if self.is_strict:
            for entry in sheet.entries():
                lacking = entry.codes_wanted - len(entry.codes)
                if lacking > 0:
                    told.setdefault(entry.line.id, tr("还差 {count} 个追溯码：请逐盒扫码（F6）。", count=lacking))
        lines = {entry.line.id for entry in sheet.entries()}
        sheet.problems = {code: words for code, words in told.items() if code in lines or code.startswith("extra_")}
        fields = self.parts.hand_over.fields
        card = {code: words for code, words in told.items() if code in fields}
        if not self.is_strict and not self.parts.hand_over.celsius.text().strip():
            card.pop("hand_over_celsius", None)
        if self._unreadable_day():
            card["received_on"] = self._unreadable_day()
        self.parts.hand_over.show_problems(card)

    def has_obstacles(self) -> bool:
        """Whether something has to be put right before it can be received."""
        card = any(field.problem() for field in self.parts.hand_over.fields.values())
        return self.sheet is not None and (bool(self.sheet.problems) or self.sheet.has_unreadable or card)

    def _on_celsius(self) -> None:
        """Cold lines are rejected by themselves where the temperature is outside, and taken again where it is not."""
        if self.sheet is None:
            return
        from app.services.receiving import read_celsius

        try:
            degrees = read_celsius(self.parts.hand_over.celsius.text())
        except CunyiError:
            degrees = None
        if degrees is not None and self.sheet.warm(not is_inside(degrees)) and not is_inside(degrees):
            self.services.say(tr("温度不在 2–8℃，冷链药品已改为按“温度异常”拒收。"))
        self._after_edit()

    def arrival(self) -> Arrival:
        """What goes to the service as it stands now."""
        card = self.parts.hand_over
        if self.sheet is None:
            raise RuntimeError("no shipment is being taken in")
        return self.sheet.arrival(
            celsius=card.celsius.text(), received_on=self._received_on(), delivered_by=card.delivered_by.text(),
            remark=card.remark.text(),
        )

    def _received_on(self) -> date | None:
        try:
            return optional_date(self.parts.hand_over.received_on, "received_on")
        except CunyiError:
            return None

    def _unreadable_day(self) -> str:
        try:
            optional_date(self.parts.hand_over.received_on, "received_on")
        except CunyiError as error:
            return tr(error.message)
        return ""

    def _keep(self) -> None:
        """Write everything down as a draft."""
        if self.sheet is None:
            return
        payload = self.sheet.as_draft() | self.parts.hand_over.texts()
        self.services.drafts.save(DRAFT, self.sheet.view.id, payload)

    def _ask_extra(self, drug_code: str, batch_no: str, expiry: date | None, units: int) -> None:
        window = ExtraWindow(self.services.catalogue, self.services.desk.today(), self)
        if drug_code:
            window.show_goods(drug_code, batch_no, expiry, units)

        def add() -> None:
            goods, drug = window.goods(), window.drug()
            if self.sheet is not None:
                self.sheet.extras.append(goods)
                self.sheet.extra_names.append((f"{drug.name} {drug.strength}".strip(), drug.unit))

        def added() -> None:
            self._after_edit()
            if self.sheet is not None:
                self._go_to(f"extra_{len(self.sheet.extras) - 1}", "accepted")

        window.start(add, added)

    # --- moving -----------------------------------------------------------------------------------------------

    def next_problem(self) -> None:
        """F8: the next line, behind the chosen one, or field that has something to put right."""
        if self.sheet is None:
            return
        rows = self.rows(self.sheet)
        wrong = [number for number, row in enumerate(rows) if row.sentence]
        if wrong:
            here = self.parts.table.current_number()
            number = next((each for each in wrong if each > here), wrong[0])
            entry = rows[number].entry
            if entry is not None and entry.codes_wanted > len(entry.codes) and not entry.wrong:
                self._go_to(rows[number].key, "accepted", focus=False)
                self.parts.scan.setFocus()
            else:
                self._go_to(rows[number].key, "accepted")
            return
        field = next((each for each in self.parts.hand_over.fields.values() if each.problem()), None)
        if field is not None:
            field.control.setFocus()
        else:
            self.services.say(tr("没有要改的地方了。"))

    def _go_to(self, key: str, column: str, *, focus: bool = True) -> None:
        for number, row in enumerate(self.parts.table.rows()):
            if isinstance(row, ArrivalRow) and row.key == key:
                if focus:
                    self.parts.table.setFocus()
                self.parts.table.choose(number, column)

    def open_view(self) -> ShipmentView:
        """The shipment shown; only to be asked where there is one."""
        if self.view is None:
            raise RuntimeError("no shipment is open")
        return self.view

    def _on_shipment(self, row: ShipmentSummary | None) -> None:
        if row is not None and (self.view is None or row.id != self.view.id):
            self.parts.table.finish_editing()
            self.open_shipment(row.id)

    def _drop_codes(self) -> None:
        row = self.parts.table.current_row()
        if self.sheet is not None and isinstance(row, ArrivalRow) and row.entry is not None:
            self.sheet.drop_codes(row.key)
            self._after_edit()
            self.parts.scan.setFocus()

    def _connect(self) -> None:
        parts, card = self.parts, self.parts.hand_over
        parts.table.cell_edited.connect(self._on_cell)
        parts.table.row_selected.connect(lambda _row: self._show_line_actions())
        parts.shipments.table.row_selected.connect(self._on_shipment)
        parts.scan.returnPressed.connect(lambda: self.on_scanned())
        parts.table.takes_codes = True
        parts.table.code_scanned.connect(self.on_scanned)
        card.celsius.editingFinished.connect(self._on_celsius)
        card.received_on.left.connect(self._after_edit)
        card.received_on.passed.connect(self._after_edit)
        for line in (card.delivered_by, card.remark):
            line.editingFinished.connect(self._after_edit)
        clicks: tuple[tuple[QWidget, Callable[[], object]], ...] = (
            (parts.receive, self.save_action), (parts.print, self.print_action), (parts.export, self.booking.export),
            (parts.extra, self.add_extra), (parts.other_batch, self.refuse_other_batch),
            (parts.drop_codes, self._drop_codes), (parts.open_file, self.open_file), (parts.open_first, self.open_file),
        )
        for button, does in clicks:
            button.clicked.connect(lambda _checked=False, do=does: do())
        self._drops.dropped.connect(lambda file: open_envelope(self.services, file, on_refused=self.refresh))
        keys = {"F6": parts.scan.setFocus, "F7": self.add_extra, "F8": self.next_problem, "Ctrl+O": self.open_file}
        for pressed, does in keys.items():
            shortcut = QShortcut(QKeySequence(pressed), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(does)
