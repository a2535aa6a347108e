"""发货单 and 签收单 on paper: words only; `app.printing.lists` draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from app.domain.shipment_states import Resolution, ShipmentState
from app.domain.stock_value import value_fen, yuan
from app.i18n import tr
from app.interchange.xlsx_lists import ListColumn, ListSheet
from app.printing.lists import TableContent
from app.services.request_sheets import UNKNOWN, shown, total_fen
from app.services.shipment_views import ShipmentLineView, ShipmentView

if TYPE_CHECKING:
    from app.services.shipment_work import ToShip


def delivery_note(shipment: ShipmentView) -> TableContent:
    """发货单 with the signatures of who sends, brings and takes; every line with batch, expiry, units and packs."""
    columns = (
        ListColumn(tr("序号"), 10, "center"), ListColumn(tr("药品")), ListColumn(tr("规格"), 30),
        ListColumn(tr("生产企业"), 36), ListColumn(tr("批号"), 26), ListColumn(tr("有效期至"), 24, "center"),
        ListColumn(tr("数量"), 18, "right"), ListColumn(tr("单位"), 11, "center"), ListColumn(tr("折合包装"), 22, "right"),
        ListColumn(tr("包装单价（元）"), 20, "right"), ListColumn(tr("金额（元）"), 22, "right", carry="sum"),
        ListColumn(tr("实收"), 18),
    )  # fmt: skip
    rows = tuple(
        (number, line.drug_name, line.strength, line.manufacturer or None, line.batch_no or None, line.expiry,
         line.shipped, line.unit, packs_words(line), yuan(line.price_fen), yuan(value_of(line)), "")
        for number, line in enumerate(shipment.lines, start=1)
    )  # fmt: skip
    sheet = ListSheet(
        title=tr("{township} 药品发货单", township=shipment.township_name), columns=columns, rows=rows,
        head=_head(shipment),
        totals=("", tr("合计"), tr("{count} 行", count=len(rows)), *[""] * 7, yuan(total_of(shipment)), ""),
        remarks=(shipment.remark,) if shipment.remark else (),
        signatures=(tr("发货人"), tr("送货人"), tr("收货人")),
        foot_left=tr("按整包装发货，一种药可能比批准数量多不到一个包装。一式两份：卫生院、村卫生室各存一份。"),
    )  # fmt: skip
    # It is printed when the goods are picked, and goes with them: only before that may it still change.
    return replace(sheet.as_table(), draft=shipment.state in (ShipmentState.DRAFT, ShipmentState.ALLOCATED))


def receipt_sheet(shipment: ShipmentView) -> TableContent:
    """签收单: sent, accepted, rejected and why, line by line, with all that the law wants in a record of purchase.

    药品管理法 Art. 57, 70: name, form and strength, batch, expiry, maker, supplier, quantity, price and day.
    """
    columns = (
        ListColumn(tr("序号"), 10, "center"), ListColumn(tr("药品")), ListColumn(tr("规格"), 28),
        ListColumn(tr("生产企业"), 32), ListColumn(tr("批号"), 24), ListColumn(tr("有效期至"), 22, "center"),
        ListColumn(tr("单位"), 11, "center"), ListColumn(tr("发货"), 14, "right"), ListColumn(tr("接收"), 14, "right"),
        ListColumn(tr("拒收"), 12, "right"), ListColumn(tr("包装单价（元）"), 20, "right"),
        ListColumn(tr("接收金额（元）"), 24, "right", carry="sum"), ListColumn(tr("原因和处理"), 32),
    )  # fmt: skip
    values = [accepted_value(line) for line in shipment.lines]
    rows = tuple(
        (number, line.drug_name, line.strength, line.manufacturer or None, line.batch_no or None, line.expiry,
         line.unit, line.shipped, line.accepted, line.rejected, yuan(line.price_fen), yuan(value), difference_words(line))
        for number, (line, value) in enumerate(zip(shipment.lines, values, strict=True), start=1)
    )  # fmt: skip
    sheet = ListSheet(
        title=tr("{clinic} 药品签收单", clinic=shipment.clinic_name), columns=columns, rows=rows,
        head=((tr("单号"), shipment.number), (tr("供货单位"), shipment.township_name or UNKNOWN), *_head(shipment)[2:]),
        totals=("", tr("合计"), tr("{count} 行", count=len(rows)), *[""] * 8, yuan(total_fen(values)), ""),
        signatures=(tr("收货人"), tr("送货人"), tr("卫生院核对")), foot_left=tr("数量按最小发药单位计。"),
    )  # fmt: skip
    return replace(sheet.as_table(), draft=shipment.received_on is None)


def to_ship_list(waiting: Sequence[ToShip], day: date) -> ListSheet:
    """待发清单: what released requests still wait for, clinic by clinic, beside what the shelf may give."""
    columns = (
        ListColumn(tr("线路"), 24), ListColumn(tr("村卫生室"), 46), ListColumn(tr("申领月份"), 22), ListColumn(tr("药品")),
        ListColumn(tr("规格"), 34), ListColumn(tr("单位"), 14), ListColumn(tr("批准"), 18, "right"),
        ListColumn(tr("待发"), 18, "right"), ListColumn(tr("本院可供"), 22, "right"),
    )  # fmt: skip
    rows = tuple(
        (each.route, each.clinic_name, each.period, line.drug_name, line.strength, line.unit, line.approved,
         line.remaining, line.own_stock)
        for each in waiting
        for line in each.lines
    )  # fmt: skip
    return ListSheet(tr("待发药品清单"), columns, rows, ((tr("日期"), day.isoformat()),))


def difference_words(line: ShipmentLineView) -> str:
    """Why units were rejected and what became of them; empty for a line without a difference."""
    words = [line.reject_reason] if line.reject_reason else []
    if line.shipped == 0:
        words.append(tr("多到的药品"))
    if line.resolution:
        words.append(tr(Resolution(line.resolution).label))
    return "，".join(words)


def value_of(line: ShipmentLineView) -> int | None:
    """The value of what was sent of a line, in fen; None without a price."""
    return value_fen(line.shipped, line.price_fen, line.units_per_pack)


def accepted_value(line: ShipmentLineView) -> int | None:
    """The value of what was accepted of a line, in fen; None before that, or without a price."""
    return None if line.accepted is None else value_fen(line.accepted, line.price_fen, line.units_per_pack)


def total_of(shipment: ShipmentView) -> int | None:
    """The value of a shipment in fen; None when a price is missing."""
    return total_fen([value_of(line) for line in shipment.lines])


def packs_words(line: ShipmentLineView) -> str:
    """Whole packs and the rest, such as 3盒 or 2盒+5片."""
    packs, rest = divmod(line.shipped, line.units_per_pack)
    whole = f"{packs}{line.pack_unit}" if packs else ""
    part = f"{rest}{line.unit}" if rest else ""
    return "+".join(words for words in (whole, part) if words) or UNKNOWN


def _head(shipment: ShipmentView) -> tuple[tuple[str, str], ...]:
    head = [
        (tr("单号"), shipment.number),
        (tr("收货单位"), shipment.clinic_name),
        (tr("线路"), shipment.route or UNKNOWN),
        (tr("发货"), f"{shipment.shipped_by_name} {shown(shipment.shipped_on)}".strip()),
        (tr("送货人"), shipment.delivered_by or UNKNOWN),
        (tr("状态"), tr(shipment.state.label)),
    ]
    if shipment.received_on is not None:
        head.append((tr("收货"), f"{shipment.received_by_name} {shown(shipment.received_on)}"))
    if shipment.dispatch_celsius is not None:
        head.append((tr("发运温度"), celsius_words(shipment.dispatch_celsius)))
    if shipment.hand_over_celsius is not None:
        head.append((tr("交接温度"), celsius_words(shipment.hand_over_celsius)))
    return tuple(head)


def celsius_words(tenths: int) -> str:
    """Tenths of a degree as 4.5℃."""
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}℃"
