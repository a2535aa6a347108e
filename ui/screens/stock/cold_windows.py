"""What is decided about cold-chain goods: which batches an event touches and are stopped, and whether they may go again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QWidget

from app.domain.message import msg
from app.domain.movements import Bearer
from app.i18n import tr
from app.services.problems import refuse
from app.services.stock_actions import BatchUnits
from ui.screens.stock.approval_field import ApprovalControls
from ui.screens.stock.words import day_words, local_time, units_words
from ui.widgets.field_row import ComboBox, LineEdit
from ui.widgets.labels import label
from ui.widgets.layouts import Vertical
from ui.widgets.small_window import SmallWindow

if TYPE_CHECKING:
    from app.domain.cold_chain import Excursion
    from app.services.cold_chain import AffectedGoods, ColdGoods
    from ui.services import Services


class BatchChoice(QWidget):
    """Batches to tick, one beneath the other."""

    def __init__(self, goods: Sequence[ColdGoods], *, name: str, chosen: Sequence[str] | None = None) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName(name)
        self.setAccessibleName(tr("批次"))
        self._goods = tuple(goods)
        column = Vertical(self, spacing=4)
        self.boxes: list[QCheckBox] = []
        before = ""
        for number, each in enumerate(goods):
            batch = each.batch
            named = tr("{drug} {strength}", drug=each.name, strength=each.strength)
            if named != before:
                column.addWidget(label(named, "strong", wrap=True))
                before = named
            words = tr("批号 {batch}　有效期至 {expiry}　{units}", batch=batch.batch_no, expiry=day_words(batch.expiry),
                       units=units_words(batch.on_hand, each.unit))
            box = QCheckBox(words.replace("&", "&&"))
            box.setObjectName(f"{name}_{number}")
            box.setAccessibleName(tr("{drug}　{batch}", drug=named, batch=words))
            box.setChecked(chosen is None or batch.batch_id in chosen)
            self.boxes.append(box)
            column.addWidget(box)
        if self.boxes:
            self.setFocusProxy(self.boxes[0])

    def goods(self) -> list[ColdGoods]:
        """The ticked ones. Raises Refused when none is."""
        found = [each for each, box in zip(self._goods, self.boxes, strict=True) if box.isChecked()]
        if not found:
            raise refuse("batches", msg("还没有选批次。请至少选一批。"))
        return found


class StopWindow(SmallWindow):
    """Stop the batches that stood there during an event."""

    def __init__(self, services: Services, device: str, event: Excursion, affected: Sequence[AffectedGoods], *,
                 parent: QWidget | None = None) -> None:
        super().__init__(tr("停用受影响的药品"), tr("停用"), name="cold_stop", parent=parent)
        self.services, self.event_ = services, event
        until = tr("现在") if event.end is None else local_time(event.end)
        self.add_text(tr("{device}：{start} 至 {end} 超出 2–8 ℃，最低 {low} ℃，最高 {high} ℃。", device=device,
                         start=local_time(event.start), end=until, low=event.lowest, high=event.highest))
        self.add_text(tr("下面的批次当时在库。放在别的冰箱里、没有受影响的，请去掉勾。停用后由药师决定能不能用。"))
        open_ones = [each.goods for each in affected if not each.goods.batch.hold]
        self.batches = BatchChoice(open_ones, name="cold_stop_batches")
        self.add_field("batches", tr("批次"), self.batches)

    def book(self) -> None:
        """Stop them. Raises Refused."""
        ids = [each.batch.batch_id for each in self.batches.goods()]
        self.services.stock.cold_chain.hold_affected(self.event_, ids)


class KeepWindow(SmallWindow):
    """The decision that stopped goods are sound."""

    def __init__(self, services: Services, held: Sequence[ColdGoods], *, chosen: Sequence[str] | None = None,
                 parent: QWidget | None = None) -> None:
        super().__init__(tr("决定：可以使用"), tr("恢复使用"), name="cold_keep", parent=parent)
        self.services = services
        self.batches = BatchChoice(held, name="cold_keep_batches", chosen=chosen)
        self.add_field("batches", tr("批次"), self.batches)
        self.reason = LineEdit(name="cold_keep_reason", accessible_name=tr("依据"))
        self.add_field("reason", tr("依据"), self.reason, tr("例如：超温 40 分钟，最高 9.1 ℃，厂家答复可用"))
        self.approval = ApprovalControls(services.desk, services.stock.approval_ways(), "cold_keep")
        self.approval.put_into(self.add_field, self.add_text)

    def book(self) -> None:
        """Let them go. Raises Refused."""
        ids = [each.batch.batch_id for each in self.batches.goods()]
        self.services.stock.cold_chain.release(ids, reason=self.reason.text(), approval=self.approval.approval())


class DiscardWindow(SmallWindow):
    """The decision that they are not: a loss by the cold chain, all that stands there."""

    def __init__(self, services: Services, held: Sequence[ColdGoods], *, chosen: Sequence[str] | None = None,
                 parent: QWidget | None = None) -> None:
        super().__init__(tr("决定：报废"), tr("报损"), name="cold_discard", parent=parent)
        self.services = services
        self.batches = BatchChoice(held, name="cold_discard_batches", chosen=chosen)
        self.add_field("batches", tr("批次"), self.batches)
        self.bearer = ComboBox(name="cold_discard_bearer", accessible_name=tr("由谁承担"))
        self.bearer.set_options([("", tr("请选择")), *((each.value, tr(each.label)) for each in Bearer)])
        self.add_field("bearer", tr("由谁承担"), self.bearer)
        self.reason = LineEdit(name="cold_discard_reason", accessible_name=tr("原因"))
        self.add_field("reason", tr("原因"), self.reason)

    def book(self) -> None:
        """Book the loss. Raises Refused."""
        chosen = str(self.bearer.value() or "")
        units = [BatchUnits(each.batch.batch_id, each.batch.on_hand) for each in self.batches.goods()]
        self.services.stock.cold_chain.discard(units, bearer=Bearer(chosen) if chosen else None, reason=self.reason.text())
