"""发货单: from the released request to the receipt that came back.

`shipment_steps` does what changes something; here is what is shown and what the keys do. A scanner is a keyboard: what it
types lands in the line for codes also while the table has the focus.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.domain.shipment_states import ShipmentAction, ShipmentState
from app.errors import CunyiError
from app.i18n import one_after_the_other, tr
from ui.dialogs import Answer, Question, show_failure
from ui.screens.exchange.files import OPEN_KEY, FilesOpened
from ui.screens.requests.notice_strip import StripAction
from ui.screens.requests.words import month_name
from ui.screens.review.comparison import short_name
from ui.screens.supply.shipment_rows import (
    EVERYTHING,
    SENT,
    TODO,
    Decided,
    LineRow,
    WorkRow,
    allocation_words,
    history_words,
    line_columns,
    line_rows,
    row_key,
    state_chip,
    waiting_columns,
    waiting_rows,
    work_rows,
)
from ui.screens.supply.shipment_steps import ShipmentSteps
from ui.screens.supply.shipments_layout import ShipmentsLayout
from ui.widgets.chips import ChipText
from ui.widgets.layouts import Vertical

if TYPE_CHECKING:
    from app.services.shipment_allocation import Short, Touched
    from app.services.shipment_views import ShipmentSummary, ShipmentView
    from app.services.shipment_work import ShipmentWork, ToShip
    from ui.services import Services

OWN_KEYS = (
    ("F4", msg("指定批次")), ("F8", msg("到下一处差异，处理它")), ("Ctrl Del", msg("退掉这一行最后一个追溯码")),
    ("Alt ↑ ↓", msg("上一张、下一张")), OPEN_KEY, ("Ctrl ↵", msg("建单、配货、拣货完成、发出、核对办结")),
)
TO_THE_CLINIC = (ShipmentState.SHIPPED, ShipmentState.RETURNED_IN_FULL)


@dataclass(frozen=True)
class Found:
    """What was read for the list."""

    waiting: list[ToShip]
    shipments: list[ShipmentSummary]
    count: int


class ShipmentsPage(QWidget):
    """The page. `open_with(request_id=…)` begins the shipment of a request, `open_with(shipment_id=…)` shows one."""

    counted = Signal(int)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setObjectName("shipments_page")
        self.setProperty("kind", "plain")
        self.setAccessibleName(tr("发货单"))
        self.services = services
        self.found = Found([], [], 0)
        self.waiting: ToShip | None = None
        self.work: ShipmentWork | None = None
        self.decided = Decided()
        self.short: tuple[Short, ...] = ()
        self.touched: tuple[Touched, ...] = ()
        self.parts = ShipmentsLayout(services.desk.today())
        self.steps = ShipmentSteps(self)
        Vertical(self).addWidget(self.parts)
        self._connect()
        FilesOpened(self, services, self.parts.open_file)
        self.setFocusProxy(self.parts.panes)
        self.refresh()

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read everything again; what is open stays open, what was decided but not done is kept."""
        self.read(self.open_key())

    def recount(self) -> None:
        """Say how much waits here."""
        self.counted.emit(self.found.count + len(self.found.waiting))

    def open_with(self, request_id: str = "", shipment_id: str = "", **_arguments: object) -> None:
        """Begin the shipment of a request, or show one."""
        if not self.can_leave():
            return
        if request_id:
            shipment_id = self.services.shipments.open_of_request(request_id) or ""
            if not shipment_id:
                self.steps.begin(request_id)
                return
        if shipment_id:
            self.read(f"shipment:{shipment_id}")
            self.parts.panes.show_one()

    def can_leave(self) -> bool:
        """Ask when something was decided that is not done yet."""
        if not self.decided.is_unsaved:
            return True
        stay = Question(
            msg("还没有办完"), msg("这张发货单上选的批次或差异的处理还没有生效，离开后要重新选。"),
            (Answer("leave", msg("不要了，离开")), Answer("stay", msg("留下来办完"), "primary")),
            msg("发货单本身没有改动。"), harmless="stay",
        )
        if self.services.dialogs.ask(stay) != "leave":
            return False
        self.decided = Decided()
        return True

    def primary_action(self) -> None:
        """F2: to the line for codes while picking, otherwise as Ctrl+Enter."""
        self.parts.panes.show_one()
        if self.parts.scanning.isVisible() and not self.parts.scanning.line.hasFocus():
            self.parts.scanning.line.setFocus()
        else:
            self.save_action()

    def save_action(self) -> None:
        """Ctrl+Enter: the step that comes next."""
        if self.waiting is not None:
            self.steps.begin(self.waiting.request_id)
        elif self.work is not None:
            self.steps.next_step()

    def print_action(self) -> None:
        """Ctrl+P: the paper of this state."""
        if self.work is not None:
            self.steps.print_papers()
        else:
            self.steps.print_list()

    def back_action(self) -> bool:
        """Escape: from the lines to the list."""
        if self.parts.list.hasFocus():
            return False
        self.parts.panes.show_list()
        self.parts.list.setFocus()
        return True

    def shortcuts(self) -> list[tuple[str, str]]:
        """The page's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    # --- showing ----------------------------------------------------------------------------------------------

    def open_key(self) -> str:
        """What is open, as a row is known."""
        if self.work is not None:
            return f"shipment:{self.work.view.id}"
        return f"request:{self.waiting.request_id}" if self.waiting is not None else ""

    def read(self, key: str) -> None:
        """Read the list in the worker, then show the row of `key`, or the first."""
        shipments = self.services.shipments

        def work(_report: object, _cancelled: object) -> Found:
            return Found(shipments.to_ship(), shipments.list(limit=500), shipments.waiting_count())

        self.services.runner.run(work, on_done=lambda found: self._show_found(found, key), on_error=self.told)

    def show_work(self, shipment_id: str) -> None:
        """Read the open shipment again, and keep its place in the lines."""
        self.work, self.waiting = self.services.shipments.work(shipment_id), None
        self._show_open()

    def told(self, error: BaseException) -> None:
        """Tell a failure that has words for the user."""
        if not isinstance(error, CunyiError):
            raise error
        show_failure(self.services.dialogs, error)

    def go_to_line(self, line_id: str) -> None:
        """Choose a line."""
        for number, row in enumerate(self.parts.table.rows()):
            if row_key(row) == line_id:
                self.parts.table.choose(number)

    def current_line(self) -> LineRow | None:
        """The chosen line of the open shipment."""
        row = self.parts.table.current_row()
        return row if self.work is not None and isinstance(row, LineRow) else None

    def _show_found(self, found: Found, key: str) -> None:
        self.found = found
        self.recount()
        shown = str(self.parts.filter.value() or TODO)
        fitting = next((show for show in (shown, TODO, SENT, EVERYTHING) if self._has(show, key)), shown)
        if key and fitting != shown:
            self.parts.filter.blockSignals(True)
            self.parts.filter.set_value(fitting)
            self.parts.filter.blockSignals(False)
        self._show_list(key)

    def _rows(self, show: str | None) -> list[WorkRow]:
        return work_rows(self.found.waiting, self.found.shipments, show or TODO, self.services.desk.today())

    def _has(self, show: str, key: str) -> bool:
        return any(row.key == key for row in self._rows(show))

    def _show_list(self, key: str) -> None:
        rows = self._rows(self.parts.filter.value())
        table = self.parts.list
        table.blockSignals(True)
        table.set_rows(rows, keep=lambda row: row.key)
        places = [number for number, row in enumerate(rows) if row.key == key]
        table.select_row(places[0] if places else 0)
        table.blockSignals(False)
        self.parts.allocate_all.setVisible(len(self.found.waiting) > 1)
        clean = [row for row in self.found.shipments if row.state is ShipmentState.RECEIVED and not row.has_differences]
        self.parts.verify_all.setVisible(len(clean) > 1)
        self._open_row(table.current_row())

    def _open_row(self, row: WorkRow | None) -> None:
        if row is None:
            self.waiting = self.work = None
            self.parts.opened.hide()
            self.parts.foot.hide()
            self.parts.empty.show()
            self.parts.panes.show_list()
            return
        before = self.work.view.id if self.work is not None else ""
        if row.shipment_id != before:
            self.decided, self.short, self.touched = Decided(), (), ()
        if row.waiting is not None:
            self.waiting, self.work = row.waiting, None
        else:
            self.waiting, self.work = None, self.services.shipments.work(row.shipment_id)
        self._show_open()

    def _show_open(self) -> None:
        parts = self.parts
        parts.empty.hide()
        parts.opened.show()
        parts.foot.show()
        if self.work is not None:
            self._show_shipment(self.work)
        elif self.waiting is not None:
            self._show_waiting(self.waiting)
        self._show_actions()

    def _show_waiting(self, waiting: ToShip) -> None:
        parts = self.parts
        parts.header.set_title(tr("{clinic}　{month}申领，待发", clinic=short_name(waiting.clinic_name),
                                  month=month_name(waiting.period)))
        parts.header.set_chips([ChipText(tr("紧急"), "red")] if waiting.is_emergency else [])
        parts.header.set_note(_note(waiting.route, len(waiting.lines)))
        if waiting.short_lines:
            parts.strip.say(tr("有 {count} 种本院库存不够：先发有的，其余到货后再发。", count=waiting.short_lines), "amber")
        else:
            parts.strip.say("")
        parts.table.show_lines(waiting_columns(), waiting_rows(waiting), keep=row_key)
        parts.history.setText("")
        parts.scanning.hide()

    def _show_shipment(self, work: ShipmentWork) -> None:
        parts, view = self.parts, work.view
        parts.header.set_title(tr("{clinic}　{number}", clinic=short_name(view.clinic_name), number=view.number))
        chips = [state_chip(view.state)]
        if work.cold:
            chips.append(ChipText(tr("冷藏 {count} 行", count=len(work.cold)), "blue"))
        parts.header.set_chips(chips)
        parts.header.set_note(_note(view.route, len({line.drug_code for line in view.lines})))
        self.show_lines()
        self._show_strip(view)
        parts.history.setText(history_words(view))
        needs_codes = any(work.codes_wanted.values()) or any(line.codes for line in view.lines)
        parts.scanning.setVisible(view.state is ShipmentState.ALLOCATED and needs_codes)

    def show_lines(self) -> None:
        """Show the lines of the open shipment as decided so far."""
        if self.work is not None:
            columns = line_columns(self.work.view.state)
            self.parts.table.show_lines(columns, line_rows(self.work, self.decided), keep=row_key)

    def _show_strip(self, view: ShipmentView) -> None:
        strip = self.parts.strip
        if self.decided.refusals:
            strip.say(tr("没有办成：有 {count} 行要看，见下面红字。", count=len(self.decided.refusals)), "red")
        elif self.short or self.touched:
            strip.say(one_after_the_other(allocation_words(self.short, self.touched)), "amber")
        elif view.state in TO_THE_CLINIC:
            self._show_letter_strip(view)
        elif view.state is ShipmentState.RECEIVED:
            self._show_receipt_strip(view)
        elif view.state is ShipmentState.PICKED:
            strip.say(tr("货已拣好：打印发货单（一式两份），装车后按“发出”。"), "blue")
        else:
            strip.say(view.remark)

    def _show_letter_strip(self, view: ShipmentView) -> None:
        letter = self.services.exchange.latest_about(view.id)
        clinic = short_name(view.clinic_name)
        said = tr("{carrier} 于 {day} 送出，等待签收。", carrier=view.delivered_by, day=view.shipped_on or "—")
        if view.state is ShipmentState.RETURNED_IN_FULL:
            said = tr("已全部退回本院。")
        if letter is None:
            self.parts.strip.say(said)
        elif letter.state == "ready":
            words = one_after_the_other((said, tr("文件还没有交给{clinic}。", clinic=clinic)))
            save = StripAction("hand_over_shipment", tr("存发货文件"), self.steps.save_file)
            self.parts.strip.say(words, "amber", (save,))
        else:
            self.parts.strip.say(one_after_the_other((said, tr("发货文件已存好。"))), "green")

    def _show_receipt_strip(self, view: ShipmentView) -> None:
        who = tr("{who} 于 {day} 签收。", who=view.received_by_name, day=view.received_on or "—")
        open_lines = [line for line in view.differences if line.id not in self.decided.differences]
        if self.work is not None and self.work.shipped_by_me:
            own = tr("这一车是您发出的，要由另一位同事核对。")
            self.parts.strip.say(one_after_the_other((who, own)), "blue")
        elif open_lines:
            wait = tr("有 {count} 行和发货不符：按 F8 逐行处理。", count=len(open_lines))
            self.parts.strip.say(one_after_the_other((who, wait)), "red")
        else:
            self.parts.strip.say(one_after_the_other((who, tr("可以核对办结。"))), "green")

    def _show_actions(self) -> None:
        parts, view = self.parts, self.work.view if self.work is not None else None
        actions = view.actions if view is not None else ()
        state = view.state if view is not None else None
        parts.draft.setVisible(self.waiting is not None)
        for button, action in ((parts.allocate, ShipmentAction.ALLOCATE), (parts.pick, ShipmentAction.PICK),
                               (parts.ship, ShipmentAction.SHIP), (parts.verify, ShipmentAction.VERIFY),
                               (parts.release, ShipmentAction.RELEASE), (parts.give_up, ShipmentAction.CANCEL),
                               (parts.come_back, ShipmentAction.RETURN_IN_FULL)):
            button.setVisible(action in actions)
        parts.by_hand.setVisible(ShipmentAction.ALLOCATE in actions)
        parts.decide.setVisible(ShipmentAction.VERIFY in actions and bool(view is not None and view.differences))
        received = state in (ShipmentState.RECEIVED, ShipmentState.VERIFIED)
        parts.print_receipt.setVisible(received)
        drafted = state in (None, ShipmentState.DRAFT, ShipmentState.CANCELLED)
        parts.print_note.setVisible(not drafted and not received)
        parts.save_lines.setVisible(view is not None)
        parts.save_file.setVisible(state in TO_THE_CLINIC)
        parts.foot.set_note(tr("F2 去扫码") if parts.scanning.isVisible() else "")

    # --- keys and buttons -------------------------------------------------------------------------------------

    def next_row(self, step: int) -> None:
        """Alt+Up and Alt+Down: another row of the list."""
        self.parts.list.select_row(self.parts.list.current_number() + step)

    def next_difference(self) -> None:
        """F8: the next line that waits for a decision, and ask for it."""
        if self.work is None or ShipmentAction.VERIFY not in self.work.view.actions:
            return
        rows = self.parts.table.rows()
        here = self.parts.table.current_number()
        for row in rows[here:] + rows[:here]:
            if row.line.is_difference and row.line.id not in self.decided.differences:
                self.go_to_line(row.line.id)
                self.steps.decide(row)
                return
        self.services.say(tr("差异都有了处理，可以核对办结。"))

    def _on_row(self, row: WorkRow | None) -> None:
        if row is None or row.key == self.open_key():
            return
        if self.can_leave():
            self._open_row(row)
        else:
            self._show_list(self.open_key())

    def _on_filter(self, _value: object) -> None:
        if self.can_leave():
            self._show_list(self.open_key())

    def _on_line(self, row: object) -> None:
        if isinstance(row, LineRow) and self.work is not None:
            if ShipmentAction.VERIFY in self.work.view.actions and row.line.is_difference:
                self.steps.decide(row)
            elif ShipmentAction.ALLOCATE in self.work.view.actions:
                self.steps.pick_by_hand()

    def _connect(self) -> None:
        parts, steps = self.parts, self.steps
        parts.list.row_selected.connect(self._on_row)
        parts.list.row_activated.connect(lambda _row: parts.table.setFocus())
        parts.filter.changed.connect(self._on_filter)
        parts.table.row_activated.connect(self._on_line)
        parts.scanning.scanned.connect(steps.scan)
        parts.scanning.unscan_asked.connect(steps.unscan)
        for button, act in (
            (parts.draft, self.save_action), (parts.allocate, steps.next_step), (parts.pick, steps.next_step),
            (parts.ship, steps.next_step), (parts.verify, steps.next_step), (parts.by_hand, steps.pick_by_hand),
            (parts.print_note, steps.print_papers), (parts.print_receipt, steps.print_papers),
            (parts.decide, self.next_difference), (parts.release, steps.release),
            (parts.give_up, steps.cancel), (parts.come_back, steps.come_back), (parts.save_file, steps.save_file),
            (parts.save_lines, steps.save_lines), (parts.allocate_all, steps.allocate_all),
            (parts.verify_all, steps.verify_all), (parts.print_list, steps.print_list),
            (parts.save_list, steps.save_list),
        ):
            button.clicked.connect(lambda _checked=False, do=act: do())
        keys = {"F4": steps.pick_by_hand, "F8": self.next_difference,
                "Alt+Up": partial(self.next_row, -1), "Alt+Down": partial(self.next_row, 1)}
        for keys_pressed, does in keys.items():
            shortcut = QShortcut(QKeySequence(keys_pressed), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(does)

    def keep(self, **changes: object) -> None:
        """Change what was decided on the open shipment."""
        self.decided = replace(self.decided, **changes)


def _note(route: str, kinds: int) -> str:
    parts = [tr("线路 {route}", route=route) if route else tr("还没有线路"), tr("{count} 种药品", count=kinds)]
    return "　·　".join(parts)
