"""The lists of the township's supply, on paper and as XLSX: one declaration for both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from app.domain.capital_amount import capital_amount
from app.domain.quantities import half_up
from app.domain.stock_value import yuan
from app.i18n import tr
from app.interchange.xlsx_lists import ListColumn, ListSheet, Value
from app.services.distributors import DistributorView
from app.services.purchasing import Need, PurchaseView
from app.services.random_checks import CheckView
from app.services.request_sheets import total_fen
from app.services.request_views import RequestView
from app.services.review_stock import LineStock, Pivot
from app.services.settlement_views import SettlementSummary
from app.services.shipment_sheets import difference_words, value_of
from app.services.shipment_views import ShipmentSummary, ShipmentView


def review_list(request: RequestView, beside: Mapping[str, LineStock]) -> ListSheet:
    """A request under review with all that stands beside its lines."""
    columns = _columns(
        (tr("药品"), 0), (tr("规格"), 28), (tr("单位"), 12, "center"), (tr("库存"), 15, "right"), (tr("月均"), 17, "right"),
        (tr("全镇中位"), 20, "right"), (tr("建议"), 15, "right"), (tr("申领"), 15, "right"), (tr("批准"), 15, "right"),
        (tr("本院可供"), 20, "right"), (tr("批后余"), 17, "right"), (tr("公平分配"), 20, "right"), (tr("原因"), 36),
    )  # fmt: skip
    rows = []
    for line in request.lines:
        if line.is_skipped:
            continue
        found = beside.get(line.id)
        rows.append(
            (line.name, line.strength, line.unit, line.on_hand, line.monthly_use, found.peer_median if found else None,
             line.suggested, line.requested, line.approved, found.available if found else None,
             found.after if found else None, _or_nothing(found.fair_share if found else None), line.decision_reason)
        )  # fmt: skip
    head = ((tr("村卫生室"), request.clinic_name), (tr("月份"), request.period), (tr("状态"), tr(request.state.label)))
    return ListSheet(
        tr("{clinic} 申领审核表", clinic=request.clinic_name), columns, tuple(rows), head, is_of_party=True,
        foot_left=tr("数量按最小发药单位计；“—”表示没有数据。"),
    )


def pivot_list(pivot: Pivot, day: date) -> ListSheet:
    """药品 × 村: what every clinic asks for; a dash where one asks for none."""
    columns = _columns(
        (tr("药品"), 0), (tr("规格"), 26), (tr("本院可供"), 18, "right"), (tr("合计申领"), 18, "right"),
        (tr("缺口"), 16, "right"),
    )
    columns += tuple(ListColumn(name, align="right", only_file=True) for _id, name in pivot.clinics)
    rows = tuple(
        (row.drug_name, row.strength, row.own_stock, row.asked, row.short,
         *(row.cells[clinic].asked if clinic in row.cells else "" for clinic, _name in pivot.clinics))
        for row in pivot.rows
    )  # fmt: skip
    return ListSheet(tr("申领汇总（药品×村）"), columns, rows, ((tr("日期"), day.isoformat()),))


def shipment_list(shipments: Sequence[ShipmentSummary], day: date) -> ListSheet:
    """All shipments."""
    columns = _columns(
        (tr("单号"), 36), (tr("村卫生室"), 0), (tr("线路"), 26), (tr("品种"), 16, "right"), (tr("状态"), 22),
        (tr("发货日期"), 26),
        (tr("收货日期"), 26), (tr("有差异"), 18, "center"), (tr("核对期限"), 26),
    )  # fmt: skip
    rows = tuple(
        (row.number, row.clinic_name, row.route, row.kinds_of_drugs, tr(row.state.label), _or_nothing(row.shipped_on),
         _or_nothing(row.received_on), tr("有") if row.has_differences else "", _or_nothing(row.verify_by))
        for row in shipments
    )  # fmt: skip
    return ListSheet(tr("发货单列表"), columns, rows, ((tr("日期"), day.isoformat()),))


def shipment_lines(shipment: ShipmentView) -> ListSheet:
    """The lines of one shipment with their codes, as a file."""
    columns = (
        *_columns(
            (tr("药品编码"), 22), (tr("药品"), 0), (tr("规格"), 28), (tr("批号"), 26), (tr("有效期至"), 24),
            (tr("单位"), 12, "center"),
            (tr("发货"), 16, "right"), (tr("接收"), 16, "right"), (tr("拒收"), 16, "right"), (tr("原因和处理"), 40),
            (tr("金额（元）"), 22, "right"),
        ),
        ListColumn(tr("追溯码"), only_file=True),
    )  # fmt: skip
    rows = tuple(
        (line.drug_code, line.drug_name, line.strength, line.batch_no, _or_nothing(line.expiry), line.unit,
         line.shipped, line.accepted, line.rejected, difference_words(line), yuan(value_of(line)), " ".join(line.codes))
        for line in shipment.lines
    )  # fmt: skip
    title = tr("{number} 发货明细", number=shipment.number)
    return ListSheet(title, columns, rows, ((tr("收货单位"), shipment.clinic_name),))


def need_list(needs: Sequence[Need], day: date) -> ListSheet:
    """What is short and to be bought."""
    columns = _columns(
        (tr("药品"), 0), (tr("规格"), 32), (tr("单位"), 14, "center"), (tr("已批待发"), 22, "right"),
        (tr("未满足申领"), 22, "right"), (tr("本院可供"), 20, "right"), (tr("在途采购"), 20, "right"), (tr("缺口"), 18, "right"),
        (tr("需购包装数"), 22, "right"), (tr("包装"), 14, "center"), (tr("集采中选品"), 42),
    )  # fmt: skip
    rows = tuple(
        (need.drug_name, need.strength, need.unit, need.promised, need.cut, need.own_stock, need.on_order,
         need.missing, need.packs,
         need.pack_unit or tr("包装"),
         tr("本品中选") if need.is_volume_procured else need.winner_name)
        for need in needs
    )  # fmt: skip
    return ListSheet(tr("采购需求表"), columns, rows, ((tr("日期"), day.isoformat()),))


def purchase_order_sheet(order: PurchaseView) -> ListSheet:
    """One order as it goes to the distributor."""
    columns = (
        ListColumn(tr("序号"), 10, "center"), ListColumn(tr("药品编码"), 22), ListColumn(tr("药品")),
        ListColumn(tr("规格"), 28), ListColumn(tr("单位"), 11, "center"), ListColumn(tr("每包装"), 14, "right"),
        ListColumn(tr("数量"), 17, "right"), ListColumn(tr("折合包装"), 19, "right"),
        ListColumn(tr("包装单价（元）"), 20, "right"), ListColumn(tr("金额（元）"), 22, "right", carry="sum"),
        ListColumn(tr("已到"), 14, "right"), ListColumn(tr("未到"), 14, "right"), ListColumn(tr("说明"), 32),
    )  # fmt: skip
    rows = tuple(
        (number, line.drug_code, line.drug_name, line.strength, line.unit, line.units_per_pack, line.quantity,
         tr("{count} {unit}", count=line.packs, unit=line.pack_unit or tr("包装")), yuan(line.price_fen), yuan(line.value_fen),
         line.received, line.outstanding, line.reason)
        for number, line in enumerate(order.lines, start=1)
    )  # fmt: skip
    head = (
        (tr("单号"), order.number), (tr("配送企业"), order.distributor_name), (tr("状态"), tr(order.state.label)),
        (tr("下单日期"), str(order.ordered_on or "—")), (tr("约定到货"), str(order.expected_on or "—")),
        (tr("制单"), order.created_by_name),
    )  # fmt: skip
    value = order.value_fen
    said = [tr("金额大写：{words}", words=capital_amount(value))] if value is not None else []
    remarks = (*said, *([order.remark] if order.remark else []))
    totals = ("", "", tr("合计"), tr("{count} 种", count=len(order.lines)), *[""] * 5, yuan(value), "", "", "")
    return ListSheet(
        tr("药品采购单"), columns, rows, head, totals=totals, remarks=remarks,
        signatures=(tr("制单"), tr("下单"), tr("配送企业")), foot_left=tr("数量按最小发药单位计。"),
    )


def distributor_list(distributors: Sequence[DistributorView], day: date) -> ListSheet:
    """Distributors with their terms and the record of the last twelve months."""
    columns = _columns(
        (tr("编号"), 20), (tr("配送企业"), 0), (tr("许可证号"), 36), (tr("许可证有效期"), 28), (tr("约定天数"), 20, "right"),
        (tr("付款日"), 16, "right"), (tr("满足率（%）"), 22, "right"), (tr("准时率（%）"), 22, "right"),
        (tr("短效期率（%）"), 26, "right"), (tr("提示"), 44),
    )  # fmt: skip
    rows = tuple(
        (view.edit.code, view.edit.name, view.edit.licence_no, view.edit.licence_valid_to, view.edit.lead_days,
         view.edit.payment_day, _percent(view.record.fill_rate), _percent(view.record.on_time_rate),
         _percent(view.record.short_dated_rate), tr(view.warning) if view.warning else "")
        for view in distributors
    )  # fmt: skip
    return ListSheet(tr("配送企业考核表"), columns, rows, ((tr("日期"), day.isoformat()),))


def settlement_list(settlements: Sequence[SettlementSummary], month: str) -> ListSheet:
    """The statements of a month with what each owes, and the sums."""
    columns = _columns(
        (tr("序号"), 12, "center"), (tr("类别"), 26), (tr("单位"), 0), (tr("状态"), 30), (tr("金额（元）"), 34, "right"),
        (tr("未说明差异"), 30, "right"), (tr("约定付款日"), 32, "center"),
    )  # fmt: skip
    words = {"clinic": tr("村卫生室"), "distributor": tr("配送企业")}
    rows = tuple(
        (number, words[row.party], row.party_name, tr(row.state.label), yuan(row.payable_fen), row.open_differences,
         _or_nothing(row.due_on))
        for number, row in enumerate(settlements, start=1)
    )  # fmt: skip
    sums = []
    for party, title in (("clinic", tr("村卫生室应交合计（元）")), ("distributor", tr("应付配送企业合计（元）"))):
        owed = [row.payable_fen for row in settlements if row.party == party]
        if owed:
            sums.append((title, total_fen(owed)))
    head = ((tr("月份"), month), *((title, "—" if fen is None else f"{yuan(fen):,}") for title, fen in sums))
    remarks = tuple(
        tr("{title}：{words}", title=title, words=capital_amount(fen)) for title, fen in sums if fen is not None
    )
    return ListSheet(tr("{month} 月度结算汇总", month=month), columns, rows, head, remarks=remarks,
                     signatures=(tr("制表"), tr("审核"), tr("负责人")))  # fmt: skip


def check_list(checks: Sequence[CheckView], day: date) -> ListSheet:
    """All random checks with their seeds and results."""
    columns = _columns(
        (tr("日期"), 30), (tr("村卫生室"), 0), (tr("随机种子"), 30), (tr("批次数"), 20, "right"), (tr("抽取人"), 24),
        (tr("盘点人"), 24),
        (tr("结果"), 24), (tr("相符率（%）"), 26, "right"), (tr("差异行"), 20, "right"),
    )  # fmt: skip
    rows = tuple(
        (check.opened_at, check.clinic_name, check.seed, len(check.lines), check.opened_by_name, check.counter_name,
         check.result or None, _percent(check.accuracy), len(check.differences))
        for check in checks
    )  # fmt: skip
    return ListSheet(tr("抽查记录"), columns, rows, ((tr("日期"), day.isoformat()),))


def _columns(*columns: tuple[str, float] | tuple[str, float, str]) -> tuple[ListColumn, ...]:
    return tuple(ListColumn(*column) for column in columns)


def _or_nothing(value: Value) -> Value:
    return "" if value is None else value


def _percent(share: object) -> Value:
    return None if share is None else half_up(share * 100, 1)  # type: ignore[operator]
