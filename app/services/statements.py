"""结算单 on its way to the clinic, and on paper: what each drug was used for, at what price, and what is owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.capital_amount import capital_amount
from app.domain.message import msg
from app.domain.settlement import MonthOfDrug, amount_owed, is_over
from app.domain.settlement_states import SettlementState
from app.domain.stock_value import yuan
from app.errors import UserError
from app.exchange.envelope import Envelope
from app.i18n import tr
from app.interchange.xlsx_lists import ListColumn, ListSheet
from app.services.history import record_change, revision_count
from app.services.ledger_reports import month_lines, next_month_to_close
from app.services.post import TakenIn, refuse_older_than_known, write_envelope
from app.services.request_steps import replace_unsent_about
from app.services.settlement_views import (
    CLINIC,
    ENTITY,
    SettlementLineView,
    SettlementView,
    load_settlement,
    settlement_view,
    statement_lines,
)
from db.models import ClosedMonth, LedgerReport, Organisation, Settlement, SettlementLine, new_id

FIGURES = ("opening", "received", "returned", "dispensed", "lost", "counted", "closing")

COMPARED = (*FIGURES, "charged")
TOTALS = (*COMPARED, "corrections", "payable")
"""The sums that travel with a statement."""
Key = tuple[str, int | None, int]


@dataclass(frozen=True)
class ClinicMonth:
    """A month at the clinic. `is_next` it may be closed now; `report_id` of its report, `statement_id` of what came back."""

    month: str
    is_over: bool
    is_next: bool
    closed_at: datetime | None
    closed_by_name: str
    report_id: str | None
    statement_id: str | None
    state: SettlementState | None
    payable_fen: int | None


@dataclass(frozen=True)
class ComparedLine:
    """A line of the township's statement beside the clinic's own ledger; either is None where the other side has none.

    `own_amount_fen` what the own ledger makes of it, None without a price.
    """

    line: SettlementLineView | None
    own: MonthOfDrug | None
    own_amount_fen: int | None
    differing: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether both sides say the same. A correction, a line without a drug, is not compared."""
        return not self.differing


class Statements:
    """结算单 at the clinic: its months, what the township settled, and both side by side."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def months(self) -> list[ClinicMonth]:
        """The months of this clinic's ledger, the newest first; the present one is the first."""
        here = self.desk.place.id
        with self.desk.sessions.reading() as session:
            closed = {row.month: row for row in session.scalars(select(ClosedMonth).where(ClosedMonth.organisation_id == here))}
            query = select(LedgerReport).where(LedgerReport.organisation_id == here)
            reports = {row.month: row.id for row in session.scalars(query)}
            came = {row.month: row for row in known_statements(session, here)}
            following = next_month_to_close(session, here)
        months = {*closed, *came, *([following] if following else []), f"{self.desk.today():%Y-%m}"}
        return [
            _clinic_month(self.desk, month, following, closed.get(month), reports.get(month), came.get(month))
            for month in sorted(months, reverse=True)
        ]

    def get(self, statement_id: str) -> SettlementView:
        """A statement that came, with its lines."""
        with self.desk.sessions.reading() as session:
            return settlement_view(session, self.desk, load_settlement(session, statement_id))

    def compare(self, statement_id: str) -> list[ComparedLine]:
        """Every line of a statement beside the own ledger of the month, then what the statement lacks."""
        with self.desk.sessions.reading() as session:
            view = settlement_view(session, self.desk, load_settlement(session, statement_id))
            own = {_key(each.month): each.month for each in month_lines(session, self.desk.place.id, view.month)}
        found = []
        for line in view.lines:
            key = (line.drug_code, line.price_fen, line.units_per_pack)
            # A price that the township put in is unknown in the own book.
            match = own.pop(key, None) or own.pop((line.drug_code, None, line.units_per_pack), None)
            found.append(_compared(line, match))
        return found + [_compared(None, month) for month in own.values()]


def _clinic_month(
    desk: Desk, month: str, following: str | None, closed: ClosedMonth | None, report: str | None, came: Settlement | None
) -> ClinicMonth:
    over = is_over(month, desk.today())
    return ClinicMonth(
        month=month,
        is_over=over,
        is_next=over and month == following,
        closed_at=closed.closed_at if closed else None,
        closed_by_name=closed.closed_by_name if closed else "",
        report_id=report,
        statement_id=came.id if came else None,
        state=SettlementState(came.state) if came else None,
        payable_fen=came.totals.get("payable") if came else None,
    )


def _key(month: MonthOfDrug) -> Key:
    return month.drug_code, month.price_fen, month.units_per_pack


def _compared(line: SettlementLineView | None, own: MonthOfDrug | None) -> ComparedLine:
    amount = None if own is None else amount_owed(own)
    if line is None:
        differing = COMPARED if own is not None else ()
        return ComparedLine(None, own, amount, tuple(name for name in differing if getattr(own, name)))
    if not line.drug_code:
        return ComparedLine(line, None, None, ())
    return ComparedLine(
        line, own, amount, tuple(name for name in COMPARED if getattr(line, name) != getattr(own, name, 0))
    )


def write_statement(session: Session, desk: Desk, row: Settlement) -> str:
    """Write the envelope with a clinic's statement; the id of the message."""
    from app.exchange.bodies import StatementBody, StatementLine

    body = StatementBody(
        settlement_id=row.id,
        clinic_id=row.party_id,
        month=row.month,
        state=row.state,
        created_by_name=row.created_by_name,
        totals={name: value for name, value in row.totals.items() if name in TOTALS},
        lines=tuple(
            StatementLine(
                drug_code=line.drug_code or "-", drug_name=line.drug_name, strength=line.strength, unit=line.unit,
                units_per_pack=line.units_per_pack, price_fen=line.price_fen, charged=line.charged,
                amount_fen=line.amount_fen, note=line.note,
                **{name: getattr(line, name) for name in FIGURES},
            )
            for line in statement_lines(session, row.id)
        ),
    )  # fmt: skip
    replace_unsent_about(session, row.id)
    return write_envelope(session, desk, row.party_id, "statement", body, subject_id=row.id).id


def take_in_statement(session: Session, desk: Desk, envelope: Envelope) -> TakenIn:
    """The township's statement of this clinic: stored beside the month, the newest one counts."""
    from app.exchange.bodies import StatementBody

    body = StatementBody.model_validate(envelope.body)
    own = session.get_one(Organisation, desk.place.id)
    if own.parent_id != envelope.sender_id or body.clinic_id != desk.place.id:
        raise UserError(msg("这张结算单不是发给本室的，没有读入任何内容。请与卫生院核对。"))
    if body.state not in {state.value for state in SettlementState}:
        raise UserError(msg("这张结算单的状态不认识，没有读入任何内容。请先升级本机的程序。"))
    row = session.get(Settlement, body.settlement_id)
    if row is not None and (row.party_id != desk.place.id or row.month != body.month):
        raise UserError(msg("这张结算单的编号属于另一张结算单，没有读入任何内容。请与卫生院核对。"))
    row = row or _statement_of_month(session, envelope.sender_id, desk.place.id, body.month)
    refuse_older_than_known(session, desk, envelope, body.settlement_id if row is None else row.id)
    if len({line.model_dump_json() for line in body.lines if line.drug_code != "-"}) < sum(
        1 for line in body.lines if line.drug_code != "-"
    ):
        raise UserError(msg("这张结算单里有重复的行，没有读入任何内容。请让卫生院重新发一次。"))
    if row is None:
        row = Settlement(
            id=body.settlement_id, organisation_id=envelope.sender_id, party=CLINIC, party_id=desk.place.id,
            month=body.month, state=body.state, totals={}, created_at=envelope.written_at,
            created_by_id=envelope.sender_id, created_by_name=body.created_by_name, version=0,
        )  # fmt: skip
        session.add(row)
        session.flush()
    for line in statement_lines(session, row.id):
        session.delete(line)
    session.flush()
    totals = {name: value for name, value in body.totals.items() if name in TOTALS}
    row.state, row.totals, row.version = body.state, totals, row.version + 1
    values = [
        {**line.model_dump(), "id": new_id(), "settlement_id": row.id, "position": place,
         "drug_code": "" if line.drug_code == "-" else line.drug_code}
        for place, line in enumerate(body.lines)
    ]  # fmt: skip
    if values:
        session.execute(insert(SettlementLine.__table__), values)
    record_change(
        session, desk, "settlement.arrive", ENTITY, row.id, before=None,
        after={"month": body.month, "state": body.state, "payable": body.totals.get("payable")},
        number=revision_count(session, ENTITY, row.id) + 1,
    )  # fmt: skip
    return TakenIn("statement", row.id, msg("{month} 的结算单已读入。请核对后签字确认。", month=body.month))


def _statement_of_month(session: Session, township_id: str, clinic_id: str, month: str) -> Settlement | None:
    """The statement of a month that came before, which one drawn up anew after a restored backup takes the place of."""
    query = select(Settlement).where(
        Settlement.organisation_id == township_id, Settlement.party == CLINIC, Settlement.party_id == clinic_id,
        Settlement.month == month,
    )  # fmt: skip
    return session.scalar(query)


def statement_sheet(view: SettlementView) -> ListSheet:
    """A statement on paper and as a file, with the signatures of both sides."""
    is_clinic = view.party == CLINIC
    columns = [
        ListColumn(tr("药品编码"), only_file=True), ListColumn(tr("药品")), ListColumn(tr("规格"), 28),
        ListColumn(tr("单位"), 11, "center"), ListColumn(tr("每包装"), 14, "right"),
        ListColumn(tr("包装单价（元）"), 20, "right"),
    ]  # fmt: skip
    words = {
        "opening": tr("期初"), "received": tr("入库"), "returned": tr("退回"), "dispensed": tr("发药"),
        "lost": tr("损失"), "counted": tr("盘盈亏"), "closing": tr("结存"),
    }  # fmt: skip
    shown = FIGURES if is_clinic else ("received", "returned")
    columns += [ListColumn(words[name], 15, "right") for name in shown]
    if is_clinic:
        columns.append(ListColumn(tr("本室承担"), 16, "right"))
    columns += [ListColumn(tr("金额（元）"), 22, "right", carry="sum"), ListColumn(tr("说明"), 30)]
    rows = []
    for line in view.lines:
        figures = [getattr(line, name) if line.drug_code else "" for name in shown]
        if is_clinic:
            figures.append(line.charged if line.drug_code else "")
        price = yuan(line.price_fen) if line.drug_code else ""
        pack = line.units_per_pack if line.drug_code else ""
        rows.append(
            (line.drug_code, line.drug_name, line.strength, line.unit, pack, price, *figures,
             yuan(line.amount_fen), line.note)
        )  # fmt: skip
    blank = ("",) * (len(columns) - 4)
    owed = tr("村卫生室应交（元）") if is_clinic else tr("应付配送企业（元）")
    differences = [
        tr("差异 {number}：{what} 说明：{why}", number=number, what=tr(each.difference.message), why=each.explanation or "—")
        for number, each in enumerate(view.differences, start=1)
    ]
    remarks = [tr("金额大写：{words}", words=capital_amount(view.payable_fen))] if view.payable_fen is not None else []
    head = [
        (tr("单位"), view.party_name), (tr("乡镇卫生院"), view.township_name or "—"), (tr("月份"), view.month),
        (owed, f"{yuan(view.payable_fen):,}" if view.payable_fen is not None else "—"), (tr("制单"), view.created_by_name),
        (tr("状态"), tr(view.state.label)),
    ]  # fmt: skip
    if view.due_on:
        head.append((tr("约定付款日"), view.due_on.isoformat()))
    return ListSheet(
        title=tr("{name} {month} 药品月度结算单", name=view.party_name, month=view.month),
        columns=tuple(columns),
        rows=tuple(rows),
        head=tuple(head),
        totals=("", tr("合计"), *blank, yuan(view.payable_fen), ""),
        remarks=(*remarks, *differences),
        signatures=(tr("制单"), tr("核对"), tr("对方确认"), tr("审批")),
        foot_left=tr("药品先用后结，不预付；金额按实际发出和本室承担的损失计算。") if is_clinic else "",
        is_of_party=True,
    )


def known_statements(session: Session, clinic_id: str) -> list[Settlement]:
    """The statements that came to a clinic, newest month first."""
    query = select(Settlement).where(Settlement.party == CLINIC, Settlement.party_id == clinic_id)
    return list(session.scalars(query.order_by(Settlement.month.desc())))
