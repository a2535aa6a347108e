"""The small windows for one batch: 报损, 退回卫生院, 调出, 抽检取样, 停用, 恢复使用, and 冲正 of one movement.

Each asks for what the books need, shows what they refuse beside its field, and stays until it is booked.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.domain.message import msg
from app.domain.movements import LOSSES, Bearer, MovementKind
from app.domain.stock_value import value_fen
from app.i18n import tr
from app.services.problems import refuse
from app.services.stock_actions import BatchUnits, StockDocument
from app.services.stock_holds import Hold
from ui.screens.stock.approval_field import ApprovalControls
from ui.screens.stock.words import DASH, day_words, packs_words, units_words, yuan
from ui.theme.theme import current_theme
from ui.widgets.field_row import ComboBox, LineEdit
from ui.widgets.small_window import SmallWindow, date_control, date_of

if TYPE_CHECKING:
    from app.services.stock_cards import BatchRow, CardRow
    from app.services.stock_positions import Position
    from ui.services import Services

LOSS_ORDER = (
    MovementKind.DAMAGE, MovementKind.EXPIRED, MovementKind.LOST, MovementKind.STOLEN,
    MovementKind.COLD_CHAIN_FAILURE, MovementKind.OPENED_PAST_USE,
)
assert set(LOSS_ORDER) == LOSSES
HOLDS = (Hold.QUALITY, Hold.COLD_CHAIN, Hold.EXPIRED)


class BatchWindow(SmallWindow):
    """What the windows share: which batch, how many units, when, scans where packs have codes."""

    def __init__(self, services: Services, drug: Position, batch: BatchRow, title: str, do: str, name: str, *,
                 suggested: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(title, do, name=name, parent=parent)
        self.services, self.drug, self.batch = services, drug, batch
        self._name = name
        packs = packs_words(batch.on_hand, batch.units_per_pack, drug.pack_unit, drug.unit)
        self.add_text(tr("{drug} {strength}　批号 {batch}　有效期 {expiry}　现有 {units}{packs}", drug=drug.name,
                         strength=drug.strength, batch=batch.batch_no, expiry=day_words(batch.expiry),
                         units=units_words(batch.on_hand, drug.unit), packs=tr("（{packs}）", packs=packs) if packs else ""))
        self._suggested = suggested

    def book(self) -> object:
        """Do what the window asks for; each kind in its own way. Raises Refused."""

    def ask_units(self) -> None:
        """The quantity, with its packs and value beside it while one types."""
        self.quantity = LineEdit(name=f"{self._name}_quantity", accessible_name=tr("数量"))
        self.add_field("lines.0.quantity", tr("数量"), self.quantity)
        self.fields["lines.0.quantity"].set_unit(self.drug.unit)
        self.quantity.textChanged.connect(self._tell_units)
        if self._suggested is not None:
            self.quantity.setText(str(self._suggested))
            self.quantity.selectAll()

    def ask_day(self) -> None:
        """The day on which it happened."""
        today = self.services.desk.today()
        self.day = date_control(f"{self._name}_day", tr("发生日期"), today, value=today)
        self.add_field("at", tr("发生日期"), self.day)

    def ask_line(self, code: str, caption: str, hint: str = "") -> LineEdit:
        """One line of words."""
        line = LineEdit(name=f"{self._name}_{code}", accessible_name=caption)
        self.add_field(code, caption, line, hint)
        return line

    def ask_codes(self) -> None:
        """The scans, where packs of the batch have codes."""
        self.codes: QPlainTextEdit | None = None
        if not self.services.stock.codes_here(self.drug.drug_code).get(self.batch.batch_id):
            return
        self.codes = QPlainTextEdit()
        self.codes.setObjectName(f"{self._name}_codes")
        self.codes.setAccessibleName(tr("追溯码"))
        self.codes.setTabChangesFocus(True)
        self.codes.setFixedHeight(current_theme().px(84))
        self.add_field("lines.0.codes", tr("追溯码"), self.codes, tr("逐盒扫码，一行一个"))

    def units(self) -> BatchUnits:
        """What is to go. Raises Refused beside the quantity."""
        codes = self.codes.toPlainText().split() if self.codes is not None else []
        return BatchUnits(self.batch.batch_id, whole_units(self.quantity.text(), self.drug.unit), tuple(codes))

    def at(self) -> datetime | None:
        """The moment of the day that was typed; None is now. Raises Refused beside the day."""
        return moment_of(date_of(self.day, "at"), self.services.desk.today())

    def _tell_units(self) -> None:
        text = self.quantity.text().strip()
        told = ""
        if text.isascii() and text.isdigit() and len(text) < 8:
            packs = packs_words(int(text), self.batch.units_per_pack, self.drug.pack_unit, self.drug.unit)
            value = yuan(value_fen(int(text), self.batch.price_fen, self.batch.units_per_pack)) or DASH
            told = tr("{packs}　价值 {value}", packs=packs, value=value).strip()
        self.fields["lines.0.quantity"].set_hint(told)


class LossWindow(BatchWindow):
    """报损."""

    def __init__(self, services: Services, drug: Position, batch: BatchRow, *, kind: MovementKind = MovementKind.DAMAGE,
                 suggested: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(services, drug, batch, tr("报损"), tr("报损"), "loss", suggested=suggested, parent=parent)
        self.kind = ComboBox(name="loss_kind", accessible_name=tr("损失种类"))
        self.kind.set_options([(each.value, tr(each.label)) for each in LOSS_ORDER])
        self.add_field("kind", tr("损失种类"), self.kind)
        self.ask_units()
        self.bearer = ComboBox(name="loss_bearer", accessible_name=tr("由谁承担"))
        self.bearer.set_options([("", tr("请选择")), *((each.value, tr(each.label)) for each in Bearer)])
        self.add_field("bearer", tr("由谁承担"), self.bearer)
        self.reason = self.ask_line("reason", tr("原因"))
        self.report = self.ask_line("report_number", tr("报警回执编号"))
        self.ask_day()
        self.ask_codes()
        self.kind.currentIndexChanged.connect(self.on_kind)
        self.kind.set_value(kind.value)
        self.on_kind()

    def on_kind(self) -> None:
        """Only what was stolen has a report to the police."""
        self.fields["report_number"].setVisible(self.kind.value() == MovementKind.STOLEN.value)
        if self.isVisible():
            self.show_sentences({})

    def book(self) -> StockDocument:
        """Book it. Raises Refused."""
        chosen = str(self.bearer.value() or "")
        return self.services.stock.actions.lose(
            MovementKind(str(self.kind.value())), [self.units()], bearer=Bearer(chosen) if chosen else None,
            reason=self.reason.text(), report_number=self.report.text(), at=self.at(),
        )


class ReturnWindow(BatchWindow):
    """退回卫生院."""

    def __init__(self, services: Services, drug: Position, batch: BatchRow, *, suggested: int | None = None,
                 parent: QWidget | None = None) -> None:
        super().__init__(services, drug, batch, tr("退回卫生院"), tr("退回"), "return", suggested=suggested, parent=parent)
        self.ask_units()
        self.reason = self.ask_line("reason", tr("原因"))
        self.number = self.ask_line("number", tr("退货单编号"), tr("没有可以空着"))
        self.ask_day()
        self.ask_codes()

    def book(self) -> StockDocument:
        """Book it. Raises Refused."""
        return self.services.stock.actions.return_to_township(
            [self.units()], reason=self.reason.text(), number=self.number.text(), at=self.at())


class TransferWindow(BatchWindow):
    """调出 to another clinic."""

    def __init__(self, services: Services, drug: Position, batch: BatchRow, *, suggested: int | None = None,
                 parent: QWidget | None = None) -> None:
        super().__init__(services, drug, batch, tr("调剂：调出"), tr("调出"), "transfer", suggested=suggested, parent=parent)
        self.ask_units()
        self.party = self.ask_line("party", tr("调给哪个单位"))
        self.number = self.ask_line("number", tr("调拨单编号"))
        self.reason = self.ask_line("reason", tr("原因"), tr("没有可以空着"))
        self.ask_day()
        self.ask_codes()

    def book(self) -> StockDocument:
        """Book it. Raises Refused."""
        return self.services.stock.actions.transfer_out(
            [self.units()], number=self.number.text(), party=self.party.text(), reason=self.reason.text(), at=self.at())


class SampleWindow(BatchWindow):
    """抽检取样 by an authority."""

    def __init__(self, services: Services, drug: Position, batch: BatchRow, *, parent: QWidget | None = None) -> None:
        super().__init__(services, drug, batch, tr("抽检取样"), tr("记取样"), "sample", parent=parent)
        self.ask_units()
        self.party = self.ask_line("party", tr("抽检单位"))
        self.number = self.ask_line("number", tr("抽检凭证编号"))
        self.ask_day()
        self.ask_codes()

    def book(self) -> StockDocument:
        """Book it. Raises Refused."""
        return self.services.stock.actions.sample_out(
            [self.units()], number=self.number.text(), party=self.party.text(), at=self.at())


class HoldWindow(BatchWindow):
    """停用."""

    def __init__(self, services: Services, drug: Position, batch: BatchRow, *, parent: QWidget | None = None) -> None:
        super().__init__(services, drug, batch, tr("停用这一批"), tr("停用"), "hold", parent=parent)
        self.add_text(tr("停用的药品仍在账上，但不再发给居民，也不再发往别处，直到恢复使用。"))
        self.kind = ComboBox(name="hold_kind", accessible_name=tr("为什么停用"))
        self.kind.set_options([(each.value, tr(each.label)) for each in HOLDS])
        self.add_field("hold", tr("为什么停用"), self.kind)
        self.reason = self.ask_line("reason", tr("情况说明"))

    def book(self) -> None:
        """Hold it. Raises Refused."""
        self.services.stock.hold(self.batch.batch_id, reason=self.reason.text(), hold=Hold(str(self.kind.value())))


class ReleaseWindow(BatchWindow):
    """恢复使用, with somebody's approval."""

    def __init__(self, services: Services, drug: Position, batch: BatchRow, *, parent: QWidget | None = None) -> None:
        super().__init__(services, drug, batch, tr("恢复使用这一批"), tr("恢复使用"), "release", parent=parent)
        self.reason = self.ask_line("reason", tr("原因"), tr("例如：复核外观和温度记录，可以使用"))
        self.approval = ApprovalControls(services.desk, services.stock.approval_ways(), "release")
        self.approval.put_into(self.add_field, self.add_text)

    def book(self) -> None:
        """Let it go. Raises Refused."""
        self.services.stock.release(self.batch.batch_id, reason=self.reason.text(), approval=self.approval.approval())


class ReverseWindow(SmallWindow):
    """冲正 one movement: the opposite is written, the mistake stays to be seen."""

    def __init__(self, services: Services, drug: Position, row: CardRow, *, parent: QWidget | None = None) -> None:
        super().__init__(tr("冲正"), tr("冲正"), name="reverse", parent=parent)
        self.services, self.row = services, row
        self.add_text(tr(
            "{day} {kind} {change} {unit}，批号 {batch}。冲正会再记一笔 {opposite} {unit}，原来的一笔留着。",
            day=f"{row.at.astimezone():%Y-%m-%d}", kind=row.kind.label, change=f"{row.change:+,}", unit=drug.unit,
            batch=row.batch_no, opposite=f"{-row.change:+,}"))
        line = LineEdit(name="reverse_reason", accessible_name=tr("冲正的原因"))
        self.reason = line
        self.add_field("reason", tr("冲正的原因"), line)

    def book(self) -> None:
        """Write the opposite. Raises Refused."""
        self.services.stock.actions.reverse(self.row.movement_id, reason=self.reason.text())


def whole_units(text: str, unit: str, code: str = "lines.0.quantity") -> int:
    """A quantity as typed. Raises Refused for anything but a whole number of smallest units."""
    cleaned = text.strip().replace(",", "")
    if cleaned.isascii() and cleaned.isdigit() and 0 < len(cleaned) < 9 and int(cleaned) > 0:
        return int(cleaned)
    raise refuse(code, msg("数量请填 1 以上的整数，按最小发药单位（{unit}）计。", unit=unit))


def moment_of(day: date, today: date, code: str = "at", *, comes: bool = False) -> datetime | None:
    """The evening of a past day, or its morning for what `comes`; None for today (now). Raises Refused for the future."""
    if day > today:
        raise refuse(code, msg("日期还没有到，请核对。"))
    if day == today:
        return None
    return datetime.combine(day, time(0, 1) if comes else time(23, 59)).astimezone()
