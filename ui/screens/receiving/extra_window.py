"""多到的货: goods that came without having been sent, written down for the pharmacist."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.i18n import tr
from app.services.problems import refuse
from ui.screens.receiving.arrival import whole_number
from ui.screens.receiving.drug_picker import DrugPicker
from ui.widgets.field_row import LineEdit
from ui.widgets.small_window import SmallWindow, date_control, date_of

if TYPE_CHECKING:
    from app.services.catalogue import Catalogue, DrugView
    from app.services.receiving import ExtraGoods


class ExtraWindow(SmallWindow):
    """`goods()` is what was written, `drug()` which drug it is."""

    def __init__(self, catalogue: Catalogue, today: date, parent: QWidget | None = None) -> None:
        super().__init__(tr("另记多到的货"), tr("记下"), name="extra_window", parent=parent)
        self.add_text(tr("发货单上没有的货在这里记下。它先不入库，随签收单告诉卫生院，由药师处理。"))
        self.picker = DrugPicker(catalogue, name="extra_drug")
        self.batch_no = LineEdit(name="extra_batch", accessible_name=tr("批号"))
        self.expiry = date_control("extra_expiry", tr("有效期至"), today)
        self.quantity = LineEdit(name="extra_quantity", accessible_name=tr("数量"))
        self.add_field("drug", tr("药品"), self.picker)
        self.add_field("batch_no", tr("批号"), self.batch_no, tr("按药盒填写"))
        self.add_field("expiry", tr("有效期至"), self.expiry)
        self.add_field("quantity", tr("数量"), self.quantity, tr("最小发药单位"))
        self.picker.chosen.connect(self.batch_no.setFocus)
        self.picker.setFocus()

    def show_goods(self, drug_code: str, batch_no: str, expiry: date | None, units: int) -> None:
        """Begin with what is known already."""
        self.picker.show_drug(drug_code)
        self.batch_no.setText(batch_no)
        self.expiry.show_raw(expiry)
        self.quantity.setText(str(units) if units else "")
        self.quantity.setFocus()

    def drug(self) -> DrugView:
        """The drug. Raises Refused while none is chosen."""
        drug = self.picker.drug()
        if drug is None:
            raise refuse("drug", msg("请在目录里选择药品。"))
        return drug

    def goods(self) -> ExtraGoods:
        """What was written. Raises Refused beside what can't be."""
        from app.services.receiving import ExtraGoods

        code = self.drug().code
        if not self.batch_no.text().strip():
            raise refuse("batch_no", msg("请按药盒填写批号。"))
        expiry = date_of(self.expiry, "expiry")
        units = whole_number(self.quantity.text())
        if not units:
            written = self.quantity.text()[:20]
            raise refuse("quantity", msg("数量请填正整数（最小发药单位），您填的是“{written}”。", written=written))
        return ExtraGoods(code, units, self.batch_no.text().strip(), expiry)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in the search line chooses the drug and goes on to the batch."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.picker.isAncestorOf(self.focusWidget()):
            return
        super().keyPressEvent(event)
