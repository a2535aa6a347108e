"""Small windows of 发药: giving from another batch, taking drugs back, and undoing what was entered by mistake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.forms.kinds import plain
from app.i18n import tr
from app.services.problems import refuse
from app.services.stock_dispense import ChosenBatch
from ui.screens.dispensing.words import day_words
from ui.widgets.form_view.fields import WIDE, LineControl, NumberControl
from ui.widgets.small_window import SmallWindow

if TYPE_CHECKING:
    from app.services.dispensing import DispensingView, JudgedLine
    from app.services.stock_cards import BatchRow

REASON = "reason"
LONGEST_REASON = 200


class BatchWindow(SmallWindow):
    """换批号: units of each batch, and why not the first to expire."""

    def __init__(self, judged: JudgedLine, batches: Sequence[BatchRow], said: str,
                 parent: QWidget | None = None) -> None:
        drug = judged.drug
        assert drug is not None, "only a line with a drug has batches"
        super().__init__(tr("{drug}：从哪些批号发", drug=drug.name), tr("就这样发"), name="batch_window", parent=parent)
        self._wanted = judged.quantity or 0
        self._unit = drug.unit
        self.add_text(tr("一共要发 {units} {unit}。程序按先到期先用选好了，换批要写原因。", units=self._wanted, unit=drug.unit))
        taken = {pick.batch_id: pick.units for pick in judged.picks}
        self._lines: dict[str, NumberControl] = {}
        for number, batch in enumerate((each for each in batches if each.is_usable), 1):
            control = NumberControl(name=f"batch_{number}", accessible_name=batch.batch_no, unit=drug.unit)
            control.show_raw(taken.get(batch.batch_id))
            control.passed.connect(self.on_do)
            self._lines[batch.batch_id] = control
            free = batch.on_hand - batch.reserved
            hint = tr("{expiry} 到期，可用 {units}", expiry=day_words(batch.expiry), units=free)
            self.add_field(batch.batch_id, tr("批号 {batch}", batch=batch.batch_no), control, hint)
        self.why = LineControl(name="batch_reason", accessible_name=tr("原因"), width=WIDE)
        self.why.setMaxLength(LONGEST_REASON)
        self.why.passed.connect(self.on_do)
        self.why.show_raw(said or judged.line.batch_reason)
        self.add_field(REASON, tr("原因"), self.why, tr("例如：这一盒已经拆开"))
        next(iter(self.fields.values())).control.setFocus()

    def chosen(self) -> tuple[ChosenBatch, ...]:
        """The units of each batch. Raises Refused for what is no number, or does not add up."""
        found = []
        for batch_id, control in self._lines.items():
            text = plain(str(control.raw()))
            if not text:
                continue
            if not (text.isascii() and text.isdigit()):
                raise refuse(batch_id, msg("数量请填整数，您填的是“{written}”。", written=text[:20]))
            if int(text):
                found.append(ChosenBatch(batch_id, int(text)))
        total = sum(each.units for each in found)
        if total != self._wanted:
            sentence = msg(
                "各批合计 {total} {unit}，要发 {wanted} {unit}。请核对。", total=total, unit=self._unit, wanted=self._wanted
            )
            raise refuse(next(iter(self._lines)), sentence)
        return tuple(found)

    def reason(self) -> str:
        """Why. Raises Refused without one."""
        if not self.why.raw():
            raise refuse(REASON, msg("没有按“先到期先用”选批次，请写明原因。"))
        return str(self.why.raw())


class ReturnWindow(SmallWindow):
    """退药: units of each drug, the codes of the packs, and why."""

    def __init__(self, view: DispensingView, parent: QWidget | None = None) -> None:
        super().__init__(tr("{name}退药", name=view.resident_name), tr("退回"), name="return_window", parent=parent)
        self.add_text(tr("退回的药单独存放，不再发给别人。填退回的数量，没有退的空着。"))
        self._lines: dict[str, NumberControl] = {}
        has_codes = False
        for number, line in enumerate((each for each in view.lines if each.returned < each.quantity), 1):
            control = NumberControl(name=f"return_{number}", accessible_name=line.drug_name, unit=line.unit)
            control.passed.connect(self.on_do)
            self._lines[line.id] = control
            hint = tr("最多 {units} {unit}", units=line.quantity - line.returned, unit=line.unit)
            self.add_field(line.id, tr("{drug} {strength}", drug=line.drug_name, strength=line.strength), control, hint)
            has_codes = has_codes or any(batch.codes for batch in line.batches)
        self.codes = LineControl(name="return_codes", accessible_name=tr("追溯码"), width=WIDE)
        self.codes.passed.connect(lambda: self.codes.setText(f"{self.codes.raw()} "))
        if has_codes:
            self.add_field("codes", tr("追溯码"), self.codes, tr("扫退回的药盒，几个码用空格隔开"))
        self.why = LineControl(name="return_reason", accessible_name=tr("原因"), width=WIDE)
        self.why.setMaxLength(LONGEST_REASON)
        self.why.passed.connect(self.on_do)
        self.add_field(REASON, tr("原因"), self.why, tr("例如：不舒服停药"))
        next(iter(self.fields.values())).control.setFocus()

    def units(self) -> dict[str, int]:
        """The units of each line. Raises Refused for what is no number, or nothing at all."""
        found = {}
        for line_id, control in self._lines.items():
            text = plain(str(control.raw()))
            if not text:
                continue
            if not (text.isascii() and text.isdigit()):
                raise refuse(line_id, msg("数量请填整数，您填的是“{written}”。", written=text[:20]))
            found[line_id] = int(text)
        if not any(found.values()):
            raise refuse(next(iter(self._lines)), msg("请填写退回的数量。"))
        return found

    def scanned(self) -> tuple[str, ...]:
        """The codes of the packs that came back."""
        return tuple(str(self.codes.raw()).replace("，", " ").replace(",", " ").split())


class ReverseWindow(SmallWindow):
    """冲销: why what was entered is undone."""

    def __init__(self, view: DispensingView, parent: QWidget | None = None) -> None:
        title = tr("冲销给{name}的这张发药单", name=view.resident_name)
        super().__init__(title, tr("冲销"), name="reverse_window", parent=parent)
        self.add_text(tr("只有发错了、药还没有拿走时才冲销：药回到货架，追溯码可以再发。药已拿走的请用“退药”。"))
        self.why = LineControl(name="reverse_reason", accessible_name=tr("原因"), width=WIDE)
        self.why.setMaxLength(LONGEST_REASON)
        self.why.passed.connect(self.on_do)
        self.add_field(REASON, tr("原因"), self.why, tr("例如：选错了人"))
        self.why.setFocus()
