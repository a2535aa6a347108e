"""采购 on paper and as XLSX, besides what app.services.supply_lists has: all orders, and the note of a return."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.domain.capital_amount import capital_amount
from app.domain.stock_value import yuan
from app.i18n import tr
from app.interchange.xlsx_lists import ListColumn, ListSheet
from app.services.distributor_returns import ReturnView
from app.services.purchasing import PurchaseView
from app.services.request_sheets import total_fen


def purchase_list(orders: Sequence[PurchaseView], day: date) -> ListSheet:
    """All orders, one line each."""
    columns = (
        ListColumn(tr("单号"), 34), ListColumn(tr("配送企业")), ListColumn(tr("状态"), 20),
        ListColumn(tr("品种"), 12, "right"),
        ListColumn(tr("下单日期"), 23), ListColumn(tr("约定到货"), 23), ListColumn(tr("逾期"), 13, "center"),
        ListColumn(tr("办结日期"), 23),
        ListColumn(tr("未到品种"), 18, "right"), ListColumn(tr("制单"), 18), ListColumn(tr("备注"), 34),
    )  # fmt: skip
    rows = tuple(
        (order.number, order.distributor_name, tr(order.state.label), len(order.lines), order.ordered_on or "",
         order.expected_on or "", tr("逾期") if order.is_late(day) else "", order.closed_on or "",
         sum(1 for line in order.lines if line.outstanding), order.created_by_name, order.remark)
        for order in orders
    )  # fmt: skip
    return ListSheet(tr("采购单列表"), columns, rows, ((tr("日期"), day.isoformat()),))


def return_note(back: ReturnView) -> ListSheet:
    """退货单: what goes back to the distributor, with the signatures of both sides."""
    columns = (
        ListColumn(tr("序号"), 12, "center"), ListColumn(tr("药品")), ListColumn(tr("规格"), 34), ListColumn(tr("批号"), 32),
        ListColumn(tr("有效期至"), 26, "center"), ListColumn(tr("单位"), 14, "center"),
        ListColumn(tr("退回数量"), 22, "right"), ListColumn(tr("包装单价（元）"), 26, "right"),
        ListColumn(tr("金额（元）"), 26, "right", carry="sum"), ListColumn(tr("追溯码"), only_file=True),
    )  # fmt: skip
    rows = tuple(
        (number, line.drug_name, line.strength, line.batch_no, line.expiry or None, line.unit, line.quantity,
         yuan(line.price_fen), yuan(line.value_fen), " ".join(line.codes))
        for number, line in enumerate(back.lines, start=1)
    )  # fmt: skip
    total = total_fen([line.value_fen for line in back.lines])
    said = [tr("金额大写：{words}", words=capital_amount(total))] if total is not None else []
    head = (
        (tr("单号"), back.number), (tr("配送企业"), back.distributor_name), (tr("采购单"), back.order_number),
        (tr("日期"), back.on.isoformat()), (tr("经办"), back.by_name), (tr("接收人"), back.taken_by or "—"),
    )  # fmt: skip
    return ListSheet(
        tr("药品退货单"), columns, rows, head, totals=("", tr("合计"), *[""] * 6, yuan(total), ""),
        remarks=(*said, tr("退货原因：{reason}", reason=back.reason)), signatures=(tr("经办"), tr("配送企业接收"), tr("复核")),
        foot_left=tr("一式两份：卫生院、配送企业各存一份。"),
    )  # fmt: skip
