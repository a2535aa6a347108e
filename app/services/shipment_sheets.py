"""发货单 and 签收单 on paper: words only; `app.printing.lists` draws them."""

from __future__ import annotations

from app.domain.shipment_states import Resolution
from app.domain.stock_value import value_fen, yuan
from app.i18n import tr
from app.printing.lists import TableColumn, TableContent
from app.services.request_sheets import UNKNOWN, shown
from app.services.shipment_views import ShipmentLineView, ShipmentView


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
        foot_left=tr("一式两份：卫生院、村卫生室各存一份。"),
        paper="A4-landscape",
        draft=shipment.shipped_on is None,
    )


def receipt_sheet(shipment: ShipmentView) -> TableContent:
    """签收单: sent, accepted, rejected and why, line by line."""
    columns = (
        TableColumn(tr("序号"), 10, "center"),
        TableColumn(tr("药品")),
        TableColumn(tr("规格"), 36),
        TableColumn(tr("批号"), 30),
        TableColumn(tr("有效期至"), 26, "center"),
        TableColumn(tr("发货"), 20, "right"),
        TableColumn(tr("接收"), 20, "right"),
        TableColumn(tr("拒收"), 20, "right"),
        TableColumn(tr("原因和处理"), 56),
    )
    rows = tuple(
        (
            str(number), line.drug_name, line.strength, line.batch_no or UNKNOWN, shown(line.expiry),
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
