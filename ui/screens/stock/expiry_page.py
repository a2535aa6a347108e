"""近效期: what is expired or near it, by levels, with what is proposed, which can be done from its line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from app.domain.batches import ExpiryLevel
from app.domain.expiry_actions import ExpiryAction
from app.domain.message import msg
from app.domain.movements import MovementKind
from app.errors import CunyiError
from app.i18n import tr
from app.services.stock_sheets import action_words, hold_words
from ui.dialogs import show_failure
from ui.screens.stock import batch_windows
from ui.screens.stock.menus import Deed, open_menu
from ui.screens.stock.output import export_list, print_list, told
from ui.screens.stock.words import DASH, LEVEL_TONES, day_words, level_chip, level_words, units_words, yuan
from ui.theme.tokens import Tone
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.field_row import ComboBox
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.stock_expiry import NearExpiry
    from app.services.stock_positions import Position
    from ui.screens.stock.batch_windows import BatchWindow
    from ui.services import Services

SHOWN = (ExpiryLevel.EXPIRED, ExpiryLevel.RED, ExpiryLevel.ORANGE, ExpiryLevel.YELLOW)
ACTION_TONES: dict[ExpiryAction, Tone] = {
    ExpiryAction.USE_FIRST: "green", ExpiryAction.TRANSFER: "blue", ExpiryAction.RETURN: "amber",
    ExpiryAction.WRITE_OFF: "red",
}
EVERYTHING = "all"
ROW = 46
OWN_KEYS = (("↵", msg("照建议办理选中的一批")), ("F2", msg("选中的一批可以办什么")))


class ExpiryPage(QWidget):
    """`counted(int)` says how many batches are expired, red or orange."""

    counted = Signal(int)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setObjectName("expiry_page")
        self.setProperty("kind", "plain")
        self.services = services
        self._found: tuple[NearExpiry, ...] = ()
        self._is_read = False
        column = Vertical(self, spacing=10)
        column.addWidget(self._build_header())
        column.addWidget(self._build_filters())
        self.table = DataTable(self._columns(), name="near_expiry", accessible_name=tr("近效期药品"), row_height=ROW,
                               empty_text=tr("没有近效期的药品。"))
        self.table.row_activated.connect(self.carry_out)
        self.table.row_selected.connect(lambda _row: self._show_deed())
        column.addWidget(self.table, 1)
        self.setFocusProxy(self.table)
        self.refresh()

    # --- what the section screen calls ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the list again; the chosen batch stays chosen."""
        self.services.runner.run(lambda _report, _cancelled: tuple(self.services.stock.near_expiry()),
                                 on_done=self._show, on_error=told(self.services))

    def recount(self) -> None:
        """Say again how many are pressing."""
        from app.services.stock_expiry import pressing

        if self._is_read:
            self.counted.emit(pressing(self._found))

    def primary_action(self) -> None:
        """F2: everything that can be done with the chosen batch."""
        row = self.table.current_row()
        if row is not None:
            open_menu(self.do, "expiry_deeds_menu", self._deeds(row))

    def print_action(self) -> None:
        """Ctrl+P."""
        print_list(self.services, self.services.stock.near_expiry_sheet)

    def export(self) -> None:
        """The list as a file."""
        export_list(self.services, self.services.stock.near_expiry_sheet, tr("近效期药品表"))

    def shortcuts(self) -> list[tuple[str, str]]:
        """The page's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    # --- what can be done -------------------------------------------------------------------------------------

    def carry_out(self, row: NearExpiry) -> None:
        """Enter: what is proposed for the batch."""
        if row.action is ExpiryAction.WRITE_OFF:
            self.lose(row)
        elif row.action is ExpiryAction.TRANSFER:
            self.transfer(row)
        elif row.action is ExpiryAction.RETURN:
            self.give_back(row)
        else:
            self.open_card(row)
            if row.action is ExpiryAction.USE_FIRST:
                self.services.say(tr("先用：发药时会先发这一批，不用另外办理。"))

    def lose(self, row: NearExpiry) -> None:
        """报损; what has expired as expired."""
        kind = MovementKind.EXPIRED if row.batch.level is ExpiryLevel.EXPIRED else MovementKind.DAMAGE
        self._start(row, lambda drug: batch_windows.LossWindow(
            self.services, drug, row.batch, kind=kind, suggested=row.batch.on_hand, parent=self))

    def transfer(self, row: NearExpiry) -> None:
        """调出 what can't be used in time."""
        self._start(row, lambda drug: batch_windows.TransferWindow(
            self.services, drug, row.batch, suggested=_left_over(row), parent=self))

    def give_back(self, row: NearExpiry) -> None:
        """退回卫生院; a township gives back to the distributor, on the page of its orders."""
        if self.services.kind == "township":
            if not self.services.navigate("supply", section="purchasing"):
                self.services.say(tr("退回配送企业请在“供应”的采购单里办理。"))
            return
        self._start(row, lambda drug: batch_windows.ReturnWindow(
            self.services, drug, row.batch, suggested=_left_over(row), parent=self))

    def hold_or_release(self, row: NearExpiry) -> None:
        """停用, or 恢复使用."""
        window = batch_windows.ReleaseWindow if row.batch.hold else batch_windows.HoldWindow
        self._start(row, lambda drug: window(self.services, drug, row.batch, parent=self))

    def open_card(self, row: NearExpiry) -> None:
        """The ledger card of the drug."""
        self.services.navigate("stock", section="balance", drug_code=row.drug_code)

    def _deeds(self, row: NearExpiry) -> list[Deed | None]:
        returned = action_words(ExpiryAction.RETURN, self.services.kind)
        return [
            Deed("carry_out", self._proposal(row), lambda: self.carry_out(row), row.action is not None),
            None,
            Deed("card", tr("打开台账卡"), lambda: self.open_card(row)),
            Deed("transfer", tr("调出…"), lambda: self.transfer(row), row.batch.is_usable),
            Deed("return", tr("{action}…", action=returned), lambda: self.give_back(row)),
            Deed("lose", tr("报损…"), lambda: self.lose(row)),
            Deed("hold", tr("恢复使用…") if row.batch.hold else tr("停用…"), lambda: self.hold_or_release(row)),
        ]

    def _proposal(self, row: NearExpiry) -> str:
        words = action_words(row.action, self.services.kind)
        return tr("照建议办理：{action}", action=words) if words else tr("照建议办理")

    def _start(self, row: NearExpiry, make: Callable[[Position], BatchWindow]) -> None:
        try:
            window = make(self.services.stock.position(row.drug_code))
        except CunyiError as error:
            show_failure(self.services.dialogs, error)
            return

        def done() -> None:
            self.services.say(tr("已记账。"))
            self.refresh()

        window.start(window.book, done)

    # --- showing ----------------------------------------------------------------------------------------------

    def _show(self, found: tuple[NearExpiry, ...]) -> None:
        self._found, self._is_read = found, True
        counts = {level: sum(row.batch.level is level for row in found) for level in SHOWN}
        words = {level: level_words(level, self.services.settings) for level in SHOWN}
        options: list[tuple[object, str]] = [(EVERYTHING, tr("全部：{count}", count=len(found)))]
        options += [(level.value, tr("{level}：{count}", level=words[level], count=counts[level])) for level in SHOWN]
        with QSignalBlocker(self.level):
            self.level.set_options(options)
        self.header.set_chips(
            ChipText(tr("{level}：{count}", level=words[level], count=counts[level]), LEVEL_TONES[level])
            for level in SHOWN if counts[level])  # fmt: skip
        self.narrow()
        self.recount()

    def narrow(self) -> None:
        """Show the chosen level."""
        wanted = self.level.value()
        rows = [row for row in self._found if wanted in (None, EVERYTHING) or row.batch.level.value == wanted]
        self.table.set_rows(rows, keep=lambda row: row.batch.batch_id)
        if rows and self.table.current_number() < 0:
            self.table.select_row(0)
        values = [row.batch.value_fen for row in rows]
        known = None if None in values else sum(value for value in values if value is not None)
        self.header.set_note(tr("{count} 批　·　金额 {value}", count=len(rows), value=yuan(known) or DASH))
        self._show_deed()

    def _show_deed(self) -> None:
        row = self.table.current_row()
        self.do.setEnabled(row is not None)
        self.note.setText("" if row is None else _reason(row))

    def _build_header(self) -> QWidget:
        self.header = PageHeader(tr("近效期"), name="expiry_header")
        self.export_button = SecondaryButton(tr("导出表格"), name="export_near_expiry", icon_name="export")
        self.print = SecondaryButton(tr("打印"), name="print_near_expiry", hint="Ctrl P", icon_name="print")
        self.do = PrimaryButton(tr("办理"), name="expiry_deeds", hint="F2")
        for button, does in ((self.export_button, self.export), (self.print, self.print_action), (self.do, self.primary_action)):
            button.clicked.connect(lambda _checked=False, do=does: do())
            self.header.add_action(button)
        return self.header

    def _build_filters(self) -> QWidget:
        row = FlowBox(spacing=12, row_spacing=6)
        self.level = ComboBox(name="expiry_level", accessible_name=tr("还剩几天"))
        self.level.currentIndexChanged.connect(self.narrow)
        self.note = label("", "muted", name="expiry_note")
        row.add(self.level)
        row.add(self.note)
        return row

    def _columns(self) -> tuple[Column, ...]:
        kind = self.services.kind

        def action(row: NearExpiry) -> Cell:
            if row.action is None:
                return Cell()
            return Cell(chips=(ChipText(action_words(row.action, kind), ACTION_TONES[row.action]),))

        return (
            Column("level", tr("还剩"), width=88, value=lambda row: level_chip(row.batch)),
            Column("name", tr("药品"), width=180, stretch=True, value=_name),
            Column("expiry", tr("有效期和批号"), width=118, value=_batch),
            Column("on_hand", tr("数量"), width=94, align="right", bold=True,
                   value=lambda row: units_words(row.batch.on_hand, row.unit)),
            Column("unused", tr("用不完"), width=84, align="right", gives_way=1,
                   value=lambda row: None if row.unused is None else f"{row.unused:,}",
                   tip=tr("照现在的用量，到有效期还剩多少；用量未知时是 —")),
            Column("value", tr("金额"), width=94, align="right", gives_way=4, value=lambda row: yuan(row.batch.value_fen)),
            Column("hold", tr("停用"), width=120, gives_way=2, value=lambda row: hold_words(row.batch.hold)),
            Column("action", tr("建议"), width=120, value=action),
        )


def _name(row: NearExpiry) -> Cell:
    return Cell(row.name, second_line=row.strength, bold=True)


def _batch(row: NearExpiry) -> Cell:
    return Cell(day_words(row.batch.expiry), second_line=row.batch.batch_no)


def _left_over(row: NearExpiry) -> int:
    """The units to send away: what can't be used in time, all of it where the use is unknown; never what is reserved."""
    free = row.batch.on_hand - row.batch.reserved
    return min(free, row.unused) if row.unused else free


def _reason(row: NearExpiry) -> str:
    """Why this is proposed, in a sentence."""
    if row.batch.level is ExpiryLevel.EXPIRED:
        return tr("已过有效期，不能再用：报损。")
    if row.action is None:
        return ""
    if row.unused is None:
        return tr("用量未知，可能用不完。↵ 照建议办理。")
    if row.unused == 0:
        return tr("照现在的用量，有效期前用得完：先发这一批。")
    return tr("照现在的用量，到有效期还剩 {units}，值 {value}。↵ 照建议办理。", units=units_words(row.unused, row.unit),
              value=yuan(row.unused_value_fen) or DASH)
