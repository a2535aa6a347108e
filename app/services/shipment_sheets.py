"""发货单 and 签收单 on paper: words only; `app.printing.lists` draws them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from app.domain.shipment_states import Resolution
from app.domain.stock_value import value_fen, yuan
from app.i18n import tr
from app.interchange.xlsx_lists import ListColumn, ListSheet
from app.printing.lists import TableColumn, TableContent
from app.services.request_sheets import UNKNOWN, shown
from app.services.shipment_views import ShipmentLineView, ShipmentView

if TYPE_CHECKING:
    from app.services.shipment_work import ToShip


def delivery_note(shipment: ShipmentView) -> TableContent:
    """发货单 with the two signatures, of who hands over and of who takes; every line with batch, expiry and packs."""
    columns = (
        TableColumn(tr("序号"), 10, "center"),
        TableColumn(tr("药品")),
        TableColumn(tr("规格"), 32),
        TableColumn(tr("生产企业"), 38),
        TableColumn(tr("批号"), 26),
        TableColumn(tr("有效期至"), 24, "center"),
        TableColumn(tr("数量"), 20, "right"),
        TableColumn(tr("折合包装"), 22, "right"),
        TableColumn(tr("单价（元）"), 20, "right"),
        TableColumn(tr("金额（元）"), 22, "right"),
        TableColumn(tr("实收"), 18, "right"),
    )
    rows = tuple(
        (
            str(number), line.drug_name, line.strength, line.manufacturer or UNKNOWN, line.batch_no or UNKNOWN,
            shown(line.expiry), f"{line.shipped}{line.unit}", packs_words(line), yuan_words(line.price_fen),
            yuan_words(value_of(line)), "",
        )
        for number, line in enumerate(shipment.lines, start=1)
    )  # fmt: skip
    return TableContent(
        title=tr("{township} 药品发货单", township=shipment.township_name),
        columns=columns,
        rows=rows,
        head=_head(shipment),
        head_columns=3,
        totals=("", tr("合计"), "", "", "", "", "", "", "", yuan_words(total_of(shipment)), ""),
        remarks=(shipment.remark,) if shipment.remark else (),
        signatures=(tr("发货人"), tr("送货人"), tr("收货人")),
        foot_left=tr("按整包装发货，一种药可能比批准数量多不到一个包装。一式两份：卫生院、村卫生室各存一份。"),
        paper="A4-landscape",
        draft=shipment.shipped_on is None,
    )


def receipt_sheet(shipment: ShipmentView) -> TableContent:
    """签收单: sent, accepted, rejected and why, line by line."""
    columns = (
        TableColumn(tr("序号"), 10, "center"),
        TableColumn(tr("药品")),
        TableColumn(tr("规格"), 32),
        TableColumn(tr("单位"), 12, "center"),
        TableColumn(tr("批号"), 30),
        TableColumn(tr("有效期至"), 26, "center"),
        TableColumn(tr("发货"), 20, "right"),
        TableColumn(tr("接收"), 20, "right"),
        TableColumn(tr("拒收"), 20, "right"),
        TableColumn(tr("原因和处理"), 56),
    )
    rows = tuple(
        (
            str(number), line.drug_name, line.strength, line.unit, line.batch_no or UNKNOWN, shown(line.expiry),
            str(line.shipped), shown(line.accepted), shown(line.rejected), difference_words(line),
        )
        for number, line in enumerate(shipment.lines, start=1)
    )  # fmt: skip
    return TableContent(
        title=tr("{clinic} 药品签收单", clinic=shipment.clinic_name),
        columns=columns,
        rows=rows,
        head=_head(shipment),
        head_columns=3,
        signatures=(tr("收货人"), tr("送货人"), tr("卫生院核对")),
        foot_left=tr("数量按最小发药单位计。"),
        paper="A4-landscape",
        draft=shipment.received_on is None,
    )


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


def total_of(shipment: ShipmentView) -> int | None:
    """The value of a shipment in fen; None when a price is missing."""
    values = [value_of(line) for line in shipment.lines]
    return None if any(value is None for value in values) else sum(value or 0 for value in values)


def packs_words(line: ShipmentLineView) -> str:
    """Whole packs and the rest, such as 3盒 or 2盒+5片."""
    packs, rest = divmod(line.shipped, line.units_per_pack)
    whole = f"{packs}{line.pack_unit}" if packs else ""
    part = f"{rest}{line.unit}" if rest else ""
    return "+".join(words for words in (whole, part) if words) or UNKNOWN


def yuan_words(fen: int | None) -> str:
    """Fen as yuan with two decimals; a dash for the unknown."""
    return shown(yuan(fen))


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
