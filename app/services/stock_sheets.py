"""库存表、台账卡、近效期药品表、冷链记录: the words of the stock's lists on paper and in a file."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from app.desk import Desk
from app.domain.batches import ExpiryLevel
from app.domain.expiry_actions import ExpiryAction
from app.domain.message import msg
from app.domain.movements import MovementKind
from app.domain.stock import ENDLESS
from app.domain.stock_value import yuan
from app.i18n import tr
from app.interchange.xlsx_lists import ListColumn, ListSheet, Value
from app.services.cold_chain import DeviceRegister
from app.services.request_sheets import total_fen
from app.services.stock_cards import CardRow, LedgerCard
from app.services.stock_expiry import NearExpiry
from app.services.stock_holds import Hold
from app.services.stock_positions import Position

if TYPE_CHECKING:
    from app.services.stock_opened import OpenedView

DOCUMENTS = {
    "dispensing": msg("发药单"),
    "shipment": msg("发货单"),
    "stocktake": msg("盘点"),
    "purchase": msg("采购单"),
    "opening": msg("期初"),
    "outside_receipt": msg("外部渠道入库"),
    "donation": msg("捐赠"),
    "transfer": msg("调拨"),
    "loss": msg("报损"),
    "return": msg("退回乡镇"),
    "sample": msg("抽检"),
}
EXPIRED, FAR = msg("已过期"), msg("正常")


def balance_sheet(desk: Desk, rows: Sequence[Position], value_fen: int | None) -> ListSheet:
    """库存表: one row for each drug, and the value of all."""
    columns = (
        ListColumn(tr("编码"), only_file=True),
        ListColumn(tr("药品")),
        ListColumn(tr("规格"), 34),
        ListColumn(tr("单位"), 12, "center"),
        ListColumn(tr("结存"), 17, "right"),
        ListColumn(tr("可用"), 17, "right"),
        ListColumn(tr("预留"), 14, "right"),
        ListColumn(tr("在途"), 14, "right"),
        ListColumn(tr("月均用量"), 19, "right"),
        ListColumn(tr("缺货天数"), 17, "right"),
        ListColumn(tr("可用月数"), 17, "right"),
        ListColumn(tr("状态"), 22, "center"),
        ListColumn(tr("最近有效期"), 23, "center"),
        ListColumn(tr("金额（元）"), 22, "right", carry="sum"),
    )
    lines = tuple(
        (
            row.drug_code, row.name, row.strength, row.unit, row.on_hand, row.usable, row.reserved, row.in_transit,
            row.amc, out_days(row), months_shown(row.mos), state_words(row), row.nearest_expiry,
            yuan(row.value_fen),
        )
        for row in rows
    )  # fmt: skip
    totals = ("", tr("合计"), tr("{count} 种", count=len(rows)), *[""] * 10, yuan(value_fen))
    return _sheet(desk, tr("{place} 库存表", place=desk.place.name), columns, lines, totals)


def card_sheet(desk: Desk, card: LedgerCard) -> ListSheet:
    """台账卡: what stood there before, each movement with the balance after it. Residents are not named."""
    columns = (
        ListColumn(tr("时间"), 32, "center"),
        ListColumn(tr("摘要"), 26),
        ListColumn(tr("单据"), 40),
        ListColumn(tr("批号"), 28),
        ListColumn(tr("有效期"), 23, "center"),
        ListColumn(tr("入"), 16, "right", carry="sum"),
        ListColumn(tr("出"), 16, "right", carry="sum"),
        ListColumn(tr("结存"), 18, "right", carry="last"),
        ListColumn(tr("经手人"), 20),
        ListColumn(tr("原因")),
    )
    first: tuple[Value, ...] = ("", tr("承前"), "", "", "", "", "", card.opening, "", "")
    lines = (first, *(_card_line(row) for row in card.rows))
    totals: tuple[Value, ...] = ("", tr("合计"), "", "", "", card.came, card.went, card.closing, "", "")
    since = card.since.isoformat() if card.since is not None else tr("开账")
    head = (
        (tr("药品"), card.name),
        (tr("规格"), card.strength),
        (tr("单位"), card.unit),
        (tr("起止"), tr("{since} 至 {until}", since=since, until=card.until.isoformat())),
    )
    return _sheet(desk, tr("{place} 药品台账卡", place=desk.place.name), columns, lines, totals, head)


def level_words(level: ExpiryLevel, levels: tuple[int, int, int]) -> str:
    """A level as the days that it stands for here: 已过期, 30 天内, 31–90 天. `levels`: the days of red, orange, yellow."""
    if level is ExpiryLevel.EXPIRED:
        return tr(EXPIRED)
    if level is ExpiryLevel.NONE:
        return tr(FAR)
    red, orange, yellow = levels
    if level is ExpiryLevel.RED:
        return tr("{last} 天内", last=red)
    first, last = (red + 1, orange) if level is ExpiryLevel.ORANGE else (orange + 1, yellow)
    return tr("{first}–{last} 天", first=first, last=last)


def near_expiry_sheet(desk: Desk, rows: Sequence[NearExpiry], levels: tuple[int, int, int]) -> ListSheet:
    """近效期药品表: what is expired or near it, and what to do. `levels`: the days of red, orange and yellow."""
    columns = (
        ListColumn(tr("编码"), only_file=True),
        ListColumn(tr("药品")),
        ListColumn(tr("规格"), 34),
        ListColumn(tr("批号"), 28),
        ListColumn(tr("有效期"), 23, "center"),
        ListColumn(tr("剩余天数"), 18, "right"),
        ListColumn(tr("离到期"), 26, "center"),
        ListColumn(tr("数量"), 17, "right"),
        ListColumn(tr("单位"), 12, "center"),
        ListColumn(tr("用不完"), 17, "right"),
        ListColumn(tr("金额（元）"), 22, "right", carry="sum"),
        ListColumn(tr("停用"), 28),
        ListColumn(tr("建议"), 22, "center"),
    )
    lines = tuple(
        (
            row.drug_code, row.name, row.strength, row.batch.batch_no, row.batch.expiry, row.batch.days,
            level_words(row.batch.level, levels), row.batch.on_hand, row.unit, row.unused, yuan(row.batch.value_fen),
            hold_words(row.batch.hold), action_words(row.action, desk.place.kind),
        )
        for row in rows
    )  # fmt: skip
    total = yuan(total_fen([row.batch.value_fen for row in rows]))
    totals = ("", tr("合计"), tr("{count} 批", count=len(rows)), *[""] * 7, total, "", "")
    return _sheet(desk, tr("{place} 近效期药品表", place=desk.place.name), columns, lines, totals)


def cold_chain_sheet(desk: Desk, registers: Sequence[DeviceRegister]) -> ListSheet:
    """冷链温度记录: every reading of every device, and below it the events."""
    columns = (
        ListColumn(tr("设备"), 40),
        ListColumn(tr("时间"), 40, "center"),
        ListColumn(tr("温度（℃）"), 25, "right"),
        ListColumn(tr("2–8 ℃"), 20, "center"),
        ListColumn(tr("记录人"), 25),
        ListColumn(tr("备注")),
    )
    lines = tuple(
        (
            register.device, reading.at, reading.celsius, tr("合格") if reading.is_inside else tr("超出"),
            reading.user_name, reading.note,
        )
        for register in registers
        for reading in register.readings
    )  # fmt: skip
    remarks = tuple(words for register in registers for words in _events(register))
    title = tr("{place} 冷链温度记录", place=desk.place.name)
    days = sorted(reading.at.astimezone().date() for register in registers for reading in register.readings)
    head = (
        (tr("设备"), tr("{count} 台", count=len(registers))),
        (tr("起止"), tr("{since} 至 {until}", since=days[0], until=days[-1]) if days else "—"),
    )
    foot = tr("冷藏药品存放在 2–8 ℃，每天上午、下午各记一次。")
    return _sheet(desk, title, columns, lines, head=head, remarks=remarks, paper="A4", foot=foot)


def months_shown(mos: Fraction | float | None) -> Value:
    """Months of stock: a dash where the use is unknown, and where nobody uses it: no use is neither 0 nor without end."""
    if mos is None or mos == ENDLESS:
        return None
    return mos if isinstance(mos, Fraction) else Fraction(mos)


def out_days(row: Position) -> int | None:
    """Days without stock; unknown where the look-back has no day that counts."""
    return row.stockout_days if row.consumption.days else None


def state_words(row: Position) -> str:
    """The state, and the risk of expiry beside it; a dash when it can't be told."""
    if row.status is None:
        return tr("有效期风险") if row.expiry_risk else "—"
    if row.expiry_risk:
        return tr("{state}，有效期风险", state=row.status.label)
    return tr(row.status.label)


def action_words(action: ExpiryAction | None, kind: str) -> str:
    """What is proposed for a batch near its expiry; a township gives back to the distributor. "" when nothing is due."""
    if action is None:
        return ""
    if action is ExpiryAction.RETURN and kind == "township":
        return tr(MovementKind.RETURN_TO_DISTRIBUTOR.label)
    return tr(action.label)


def hold_words(hold: str) -> str:
    """Why a batch is held; "" when it is not."""
    if not hold:
        return ""
    return tr(Hold(hold).label) if hold in {known.value for known in Hold} else hold


def _card_line(row: CardRow) -> tuple[Value, ...]:
    said = tr("冲销：{kind}", kind=row.kind.label) if row.is_reversal else tr(row.kind.label)
    known = DOCUMENTS.get(row.document)
    document = " ".join(part for part in (tr(known) if known else row.document, row.number) if part)
    reason = row.reason
    if row.bearer is not None:
        reason = tr("{reason}（{bearer}）", reason=reason, bearer=row.bearer.label)
    came: Value = row.change if row.change > 0 else ""
    went: Value = -row.change if row.change < 0 else ""
    return (
        row.at, said, document, row.batch_no, row.expiry, came, went, row.balance, row.user_name, reason
    )  # fmt: skip


def _events(register: DeviceRegister) -> list[str]:
    told = []
    for gap in register.gaps:
        start = f"{gap.start.astimezone():%Y-%m-%d %H:%M}"
        end = tr("现在") if gap.end is None else f"{gap.end.astimezone():%Y-%m-%d %H:%M}"
        told.append(tr("{device}：{start} 至 {end} 没有读数。", device=register.device, start=start, end=end))
    for event in register.excursions:
        start = f"{event.start.astimezone():%Y-%m-%d %H:%M}"
        end = tr("现在") if event.end is None else f"{event.end.astimezone():%Y-%m-%d %H:%M}"
        told.append(
            tr(
                "{device}：{start} 至 {end} 超出 2–8 ℃，最低 {low}，最高 {high}。",
                device=register.device,
                start=start,
                end=end,
                low=event.lowest,
                high=event.highest,
            )
        )
    return told


def opened_sheet(desk: Desk, rows: Sequence[OpenedView]) -> ListSheet:
    """开封登记表: every opened unit that is listed, and what became of it."""
    columns = (
        ListColumn(tr("药品")),
        ListColumn(tr("规格"), 36),
        ListColumn(tr("批号"), 30),
        ListColumn(tr("开封日期"), 25, "center"),
        ListColumn(tr("用到哪天"), 25, "center"),
        ListColumn(tr("登记人"), 22),
        ListColumn(tr("结果"), 26, "center"),
        ListColumn(tr("结束日期"), 25, "center"),
        ListColumn(tr("备注"), 50),
    )
    lines = tuple(
        (
            row.name, row.strength, row.batch_no, row.opened_on, row.discard_on, row.user_name, opened_words(row),
            row.closed_on, row.note,
        )
        for row in rows
    )  # fmt: skip
    return _sheet(desk, tr("{place} 开封登记表", place=desk.place.name), columns, lines)


def opened_words(row: OpenedView) -> str:
    """使用中, 到期未丢, 用完 or 丢弃."""
    if row.closed_on is None:
        return tr("到期未丢") if row.is_over else tr("使用中")
    return tr("用完") if row.closed_as == "used" else tr("丢弃报损")


def _sheet(
    desk: Desk,
    title: str,
    columns: tuple[ListColumn, ...],
    rows: tuple[tuple[Value, ...], ...],
    totals: tuple[Value, ...] = (),
    head: tuple[tuple[str, str], ...] = (),
    remarks: tuple[str, ...] = (),
    paper: str = "A4-landscape",
    foot: str = "",
) -> ListSheet:
    printed = (tr("打印日期"), desk.today().isoformat())
    return ListSheet(
        title=title,
        columns=columns,
        rows=rows,
        head=(*head, printed),
        totals=totals,
        remarks=remarks,
        signatures=(tr("制表"), tr("复核")),
        foot_left=foot or tr("数量按最小发药单位计；“—”表示没有数据。"),
        paper=paper,
    )
