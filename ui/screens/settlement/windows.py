"""Small windows of the settlement: why a difference stands, a missing price, a correction, a step with its reason."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.i18n import tr
from ui.screens.settlement.words import fen_typed, month_words
from ui.widgets.field_row import ComboBox, LineEdit
from ui.widgets.small_window import SmallWindow


def amount_of(line: LineEdit, code: str) -> int:
    """The amount typed in a line, in fen. Raises Refused beside it for what is none."""
    from app.services.problems import refuse

    found = fen_typed(line.text())
    if found is None:
        raise refuse(code, msg("金额请填数字，单位元，最多两位小数，例如 12.50。"))
    return found


class ExplainWindow(SmallWindow):
    """Why a difference stands. `texts` were written before and are offered."""

    def __init__(self, what: str, written: str, parent: QWidget) -> None:
        super().__init__(tr("说明差异"), tr("保存说明"), name="explain_window", parent=parent)
        self.add_text(what)
        self.text = LineEdit(name="explanation", accessible_name=tr("原因"))
        self.text.setText(written)
        self.text.setMaxLength(200)
        self.add_field("explanation", tr("原因"), self.text, tr("写清怎么回事、怎么处理"))
        self.text.setFocus()


class PriceWindow(SmallWindow):
    """The price of a pack that the clinic's book lacks."""

    def __init__(self, drug: str, pack: str, written: str, reason: str, parent: QWidget) -> None:
        super().__init__(tr("补填价格"), tr("保存价格"), name="price_window", parent=parent)
        self.add_text(drug)
        self.price = LineEdit(name="price", accessible_name=tr("包装单价"))
        self.price.setText(written)
        self.reason = LineEdit(name="price_reason", accessible_name=tr("依据"))
        self.reason.setText(reason)
        self.reason.setMaxLength(200)
        self.add_field("price", tr("每包装多少元"), self.price, pack)
        self.add_field("reason", tr("依据"), self.reason, tr("例如：按 9 月挂网价"))
        self.price.setFocus()


class CorrectionWindow(SmallWindow):
    """A line that puts an earlier month, or this one, right."""

    def __init__(self, party: str, into: str, months: Sequence[str], of_month: str, parent: QWidget) -> None:
        super().__init__(tr("记一笔更正"), tr("记入结算单"), name="correction_window", parent=parent)
        self.add_text(tr("{party}：更正记入 {month} 的结算单，原来的单据不动。", party=party, month=month_words(into)))
        self.month = ComboBox(name="correction_month", accessible_name=tr("更正哪个月"))
        self.month.set_options([(month, month_words(month)) for month in months])
        self.month.set_value(of_month)
        self.text = LineEdit(name="correction_text", accessible_name=tr("内容"))
        self.amount = LineEdit(name="correction_amount", accessible_name=tr("金额"))
        self.reason = LineEdit(name="correction_reason", accessible_name=tr("原因"))
        self.text.setMaxLength(100)
        self.reason.setMaxLength(160)
        self.add_field("month", tr("更正哪个月"), self.month)
        self.add_field("text", tr("内容"), self.text, tr("例如：氨氯地平少记发药 14 片"))
        self.add_field("amount", tr("金额（元）"), self.amount, tr("多付写正数，少付写负数，如 -3.50"))
        self.add_field("reason", tr("原因"), self.reason)
        self.text.setFocus()


class StepWindow(SmallWindow):
    """A step that needs words: why, or who signed."""

    def __init__(self, title: str, do: str, explanation: str, caption: str, parent: QWidget) -> None:
        super().__init__(title, do, name="step_window", parent=parent)
        self.add_text(explanation)
        self.comment = LineEdit(name="step_comment", accessible_name=caption)
        self.comment.setMaxLength(200)
        self.add_field("comment", caption, self.comment)
        self.comment.setFocus()
