"""月度结算 at the township: statements of every clinic and every distributor, and the closing of the month.

A clinic's statement is built from the report that it sent; beside it stands what the township itself knows (its shipments,
last month's closing), and every difference must be explained before it can be checked. A distributor's is built from the
deliveries in the township's own ledger. A closed month is never written again: a correction is a line of a later month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.domain.request_checks import has_meaning
from app.domain.settlement import (
    Difference,
    DifferenceKind,
    amount_owed,
    differences_of,
    due_on,
    is_over,
    totals_of,
)
from app.domain.settlement_states import (
    SETTLED,
    SETTLEMENT_STEPS,
    SettlementAction,
    SettlementState,
)
from app.domain.stock_value import value_fen
from app.errors import UserError
from app.services.document_steps import (
    TOWNSHIP_SUPPLY,
    refuse_if_changed,
    refuse_other_roles,
    take_document_step,
    was_done,
)
from app.services.history import record_change
from app.services.ledger_reports import close as close_ledger_month
from app.services.ledger_reports import closed_months, closing_before
from app.services.problems import refuse
from app.services.settlement_lines import (
    columns_of_month,
    kept_difference,
    key_words,
    month_of_line,
    month_of_report,
    prices_put_in,
)
from app.services.settlement_months import (
    MonthOverview,
    OpenDifference,
    draft_of,
    month_differences,
    month_overview,
    months_known,
)
from app.services.settlement_sources import (
    Key,
    clinics_with_goods,
    delivered_to_clinics,
    distributor_deliveries,
    newest_reports,
)
from app.services.settlement_views import (
    CLINIC,
    DISTRIBUTOR,
    ENTITY,
    Prepared,
    SettlementResult,
    SettlementSummary,
    SettlementView,
    is_ready,
    load_settlement,
    settlement_summaries,
    settlement_view,
    statement_lines,
)
from db.models import (
    Distributor,
    LedgerReport,
    Organisation,
    Settlement,
    SettlementLine,
    new_id,
)

LARGEST_AMOUNT = 100_000_000_00
"""Fen beyond which one amount is a slip of the keyboard (one hundred million yuan)."""
_LINES = SettlementLine.__table__


class Settlements:
    """月度结算 at the township."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.last_explanation = ""
        """The words with which a difference was explained last, on whichever page; empty at first."""

    def list(self, month: str | None = None, party: str | None = None) -> list[SettlementSummary]:
        """Statements, the newest month first, then clinics before distributors by name."""
        with self.desk.sessions.reading() as session:
            return settlement_summaries(session, self.desk, month, party)

    def get(self, settlement_id: str) -> SettlementView:
        """One statement with its lines, differences, and what may be done now."""
        with self.desk.sessions.reading() as session:
            return settlement_view(session, self.desk, load_settlement(session, settlement_id))

    # -- months ----------------------------------------------------------------------------------------------------

    def months(self) -> Sequence[str]:
        """The months that may be settled, the newest first."""
        with self.desk.sessions.reading() as session:
            return months_known(session, self.desk)

    def overview(self, month: str) -> MonthOverview:
        """Where a month stands: who reported, its statements, their sums, and what is in the way of closing it."""
        with self.desk.sessions.reading() as session:
            return month_overview(session, self.desk, month)

    def differences(self, month: str) -> Sequence[OpenDifference]:
        """Every difference of a month over all statements, those without explanation first."""
        with self.desk.sessions.reading() as session:
            return month_differences(session, month)

    def draft_for(self, party: str, party_id: str, month: str) -> tuple[str, str] | None:
        """The draft that takes a correction of `month`: (id, its month); None before one is drawn up."""
        with self.desk.sessions.reading() as session:
            return draft_of(session, self.desk, party, party_id, month)

    # -- drawing up ------------------------------------------------------------------------------------------------

    def prepare(self, month: str) -> Prepared:
        """Draw up, or anew where still a draft, every clinic's and distributor's statement of a month that is over.

        Clinics whose report has not come are named in the result; statements that are checked already stay as they are.
        """
        with self.desk.sessions.writing() as session:
            self._refuse_unless_open(session, month)
            known = {
                (row.party, row.party_id): row
                for row in session.scalars(
                    select(Settlement).where(
                        Settlement.organisation_id == self.desk.place.id, Settlement.month == month
                    )
                )
            }
            clinics = list(
                session.scalars(
                    select(Organisation).where(
                        Organisation.parent_id == self.desk.place.id, Organisation.kind == "clinic"
                    )
                )
            )
            reports = newest_reports(session, month)
            delivered = delivered_to_clinics(session, month)
            made, missing = [], []
            for clinic in clinics:
                report = reports.get(clinic.id)
                if report is None:
                    missing.append(clinic.name)
                    continue
                row = self._draft(session, known.get((CLINIC, clinic.id)), month, CLINIC, clinic.id)
                if row is not None:
                    self._fill_clinic(session, row, report, delivered.get(clinic.id, {}))
                    made.append(row.id)
            for distributor_id, lines in distributor_deliveries(session, self.desk, month).items():
                row = self._draft(session, known.get((DISTRIBUTOR, distributor_id)), month, DISTRIBUTOR, distributor_id)
                if row is not None:
                    self._fill_distributor(session, row, lines)
                    made.append(row.id)
            return Prepared(tuple(made), tuple(sorted(missing)))

    def set_price(self, settlement_id: str, line_id: str, price_fen: int, reason: str, *, version: int) -> SettlementView:
        """Put in the price of a pack that the clinic's book lacks; only in a draft, with the reason."""
        if isinstance(price_fen, bool) or not isinstance(price_fen, int) or not 0 <= price_fen <= LARGEST_AMOUNT:
            raise refuse("price", msg("价格请填不小于 0 的金额（元，最多两位小数）。"))
        if not has_meaning(reason):
            raise refuse("reason", msg("补填价格请写明依据（至少 2 个字）。"))
        with self.desk.sessions.writing() as session:
            row = self._editable(session, settlement_id, version)
            line = session.get(SettlementLine, line_id)
            if line is None or line.settlement_id != row.id or not line.drug_code:
                raise UserError(msg("找不到这一行，没有保存。请刷新后再试。"))
            if line.price_fen is not None and not line.note:
                raise UserError(msg("这一行的价格来自账册，不能改，没有保存。有出入请用更正行。"))
            line.price_fen, line.note = price_fen, reason.strip()[:200]
            month = month_of_line(line)
            line.amount_fen = amount_owed(month) if row.party == CLINIC else value_fen(
                line.received - line.returned, price_fen, line.units_per_pack
            )
            settled = (DifferenceKind.NO_PRICE.value, key_words((line.drug_code, None, line.units_per_pack)))
            kept = [each for each in row.totals["differences"] if (each["kind"], each["key"]) != settled]
            self._renew_totals(session, row, kept)
            return settlement_view(session, self.desk, row)

    def add_correction(
        self, settlement_id: str, text: str, amount_fen: int, reason: str, *, of_month: str, version: int
    ) -> SettlementView:
        """A line that puts an earlier month right, or corrects a price: what is owed more (or less, below zero)."""
        if isinstance(amount_fen, bool) or not isinstance(amount_fen, int) or not 0 < abs(amount_fen) <= LARGEST_AMOUNT:
            raise refuse("amount", msg("更正金额请填不等于 0 的金额（元，最多两位小数）。"))
        if not has_meaning(text) or not has_meaning(reason):
            raise refuse("reason", msg("更正请写明内容和原因（各至少 2 个字）。"))
        with self.desk.sessions.writing() as session:
            row = self._editable(session, settlement_id, version)
            if of_month > row.month:
                raise refuse("month", msg("只能更正本月或以前的月份。"))
            last = session.scalar(select(func.max(_LINES.c.position)).where(_LINES.c.settlement_id == row.id))
            note = str(msg("更正 {month}：{reason}", month=of_month, reason=reason.strip()))[:200]
            session.add(
                SettlementLine(
                    settlement_id=row.id, position=(last or 0) + 1, drug_code="", drug_name=text.strip()[:100],
                    unit="", units_per_pack=1, price_fen=None, opening=0, received=0, returned=0, dispensed=0,
                    lost=0, counted=0, closing=0, amount_fen=amount_fen, note=note,
                )
            )  # fmt: skip
            self._renew_totals(session, row, row.totals["differences"])
            return settlement_view(session, self.desk, row)

    def explain(self, settlement_id: str, number: int, text: str, *, version: int) -> SettlementView:
        """Write down why a difference (by its place in the list) stands; a missing price can't be explained away."""
        if not has_meaning(text):
            raise refuse("explanation", msg("请写明差异的原因（至少 2 个字）。"))
        with self.desk.sessions.writing() as session:
            row = self._editable(session, settlement_id, version)
            found = [dict(each) for each in row.totals["differences"]]
            if not 0 <= number < len(found) or found[number]["kind"] == DifferenceKind.NO_PRICE.value:
                raise refuse("explanation", msg("这一项不能用说明代替，请补填价格，或刷新后再试。"))
            found[number]["explanation"] = text.strip()[:200]
            self._renew_totals(session, row, found)
            view = settlement_view(session, self.desk, row)
        self.last_explanation = text.strip()
        return view

    # -- states ----------------------------------------------------------------------------------------------------

    def act(
        self,
        settlement_id: str,
        action: SettlementAction,
        version: int,
        *,
        comment: str = "",
        key: str | None = None,
    ) -> SettlementResult:
        """Check, confirm (`comment` who signed), approve, pay, dispute, send back or rework.

        Raises DocumentRefused by the table, UserError while a difference is unexplained or the month is closed (paying and
        nothing else goes on after closing).
        """
        with self.desk.sessions.writing() as session:
            row = load_settlement(session, settlement_id)
            if was_done(session, key):
                return SettlementResult(settlement_view(session, self.desk, row), msg("已经办理过，没有重复办理。"))
            if action is not SettlementAction.PAY:
                self._refuse_closed(session, row.month)
            if action is SettlementAction.CHECK:
                _refuse_unexplained(row)
            result = take_document_step(
                session, self.desk, SETTLEMENT_STEPS, ENTITY, row, SettlementState(row.state), action,
                comment=comment, version=version, key=key,
            )  # fmt: skip
            if action is SettlementAction.CONFIRM:
                row.confirmed_by_id, row.confirmed_by_name = self.desk.actor.user_id, comment.strip()[:50]
                row.confirmed_at = self.desk.now()
            if action is SettlementAction.PAY:
                row.totals = {**row.totals, "paid_on": self.desk.today().isoformat()}
            return SettlementResult(settlement_view(session, self.desk, row), result.message)

    def act_on_all(self, month: str, action: SettlementAction) -> int:
        """Check or approve every statement of a month that is ready for it and that this user may; gives how many.

        Those with an open difference, and those that he had a hand in, are left as they are.
        """
        with self.desk.sessions.writing() as session:
            self._refuse_closed(session, month)
            ready = [
                row
                for row in session.scalars(
                    select(Settlement).where(
                        Settlement.organisation_id == self.desk.place.id, Settlement.month == month
                    )
                )
                if is_ready(session, self.desk, row, action)
            ]
            for row in ready:
                take_document_step(
                    session, self.desk, SETTLEMENT_STEPS, ENTITY, row, SettlementState(row.state), action
                )
            return len(ready)

    def ready_for(self, month: str, action: SettlementAction) -> int:
        """How many statements `act_on_all` would bring on."""
        with self.desk.sessions.reading() as session:
            rows = session.scalars(select(Settlement).where(Settlement.month == month))
            return sum(1 for row in rows if is_ready(session, self.desk, row, action))

    def send_statement(self, settlement_id: str) -> SettlementResult:
        """Write the envelope with a clinic's statement, once it has been checked."""
        from app.services.statements import write_statement

        refuse_other_roles(self.desk, TOWNSHIP_SUPPLY)
        with self.desk.sessions.writing() as session:
            row = load_settlement(session, settlement_id)
            if row.party != CLINIC or row.state in (SettlementState.DRAFT.value, SettlementState.DISPUTED.value):
                raise UserError(msg("结算单还没有核对，不能发给村卫生室。请先核对。"))
            message_id = write_statement(session, self.desk, row)
            told = msg("结算单已写好：请交给村卫生室签字确认。")
            return SettlementResult(settlement_view(session, self.desk, row), told, message_id)

    def close_month(self, month: str) -> None:
        """Freeze a month of the township: in order, when every statement of it is approved and no clinic is missing."""
        refuse_other_roles(self.desk, TOWNSHIP_SUPPLY)
        with self.desk.sessions.writing() as session:
            rows = list(
                session.scalars(
                    select(Settlement).where(
                        Settlement.organisation_id == self.desk.place.id, Settlement.month == month
                    )
                )
            )
            unfinished = [row for row in rows if SettlementState(row.state) not in SETTLED]
            if unfinished:
                raise UserError(msg("{month} 还有 {count} 张结算单没有审批，没有结账。", month=month, count=len(unfinished)))
            done = {(row.party, row.party_id) for row in rows}
            waiting = [
                *((CLINIC, clinic) for clinic in clinics_with_goods(session, month)),
                *((DISTRIBUTOR, each) for each in distributor_deliveries(session, self.desk, month)),
            ]
            missing = [each for each in waiting if each not in done]
            if missing:
                raise UserError(
                    msg("{month} 还缺 {count} 个单位的结算单，没有结账。请先催交月报。", month=month, count=len(missing))
                )
            close_ledger_month(session, self.desk, month)
            record_change(
                session, self.desk, "month.close", "closed_month", self.desk.place.id, before=None,
                after={"month": month, "statements": len(rows)},
                number=len(closed_months(session, self.desk.place.id)),
            )  # fmt: skip

    # -- inside ----------------------------------------------------------------------------------------------------

    def _refuse_unless_open(self, session: Session, month: str) -> None:
        if not is_over(month, self.desk.today()):
            raise UserError(
                msg("{month} 还没有过完（本机日期是 {today}），没有结算。请到下月再办；日期不对请先改电脑的日期。",
                    month=month, today=self.desk.today())
            )
        self._refuse_closed(session, month)

    def _refuse_closed(self, session: Session, month: str) -> None:
        if month in closed_months(session, self.desk.place.id):
            raise UserError(msg("{month} 已经结账，不能再改。更正请记在以后的月份。", month=month))

    def _editable(self, session: Session, settlement_id: str, version: int) -> Settlement:
        refuse_other_roles(self.desk, TOWNSHIP_SUPPLY)
        row = load_settlement(session, settlement_id)
        refuse_if_changed(row, version)
        self._refuse_closed(session, row.month)
        if row.state != SettlementState.DRAFT.value:
            state = SettlementState(row.state).label
            raise UserError(msg("结算单现在是“{state}”，不能再改，没有保存。请先退回草稿。", state=state))
        return row

    def _draft(
        self, session: Session, known: Settlement | None, month: str, party: str, party_id: str
    ) -> Settlement | None:
        """The draft to fill: a new one, or the known one while it is a draft; None when it is beyond that."""
        if known is not None:
            return known if known.state == SettlementState.DRAFT.value else None
        row = Settlement(
            id=new_id(), organisation_id=self.desk.place.id, party=party, party_id=party_id, month=month, state="",
            totals={}, created_at=self.desk.now(), created_by_id=self.desk.actor.user_id,
            created_by_name=self.desk.actor.name, version=0,
        )  # fmt: skip
        session.add(row)
        session.flush()
        take_document_step(
            session, self.desk, SETTLEMENT_STEPS, ENTITY, row, None, SettlementAction.CREATE
        )
        return row

    def _fill_clinic(
        self, session: Session, row: Settlement, report: LedgerReport, delivered: Mapping[Key, int]
    ) -> None:
        before = closing_before(session, report.organisation_id, row.month)
        put_in = prices_put_in(session, row)
        lines, differences, seen = [], [], set()
        for reported in report.lines:
            month = month_of_report(reported)
            key = (month.drug_code, month.price_fen, month.units_per_pack)
            seen.add(key)
            price, note = put_in.get((key[0], key[2]), (None, "")) if month.price_fen is None else (None, "")
            month = replace(month, price_fen=price) if note else month
            lines.append({**columns_of_month(month), "strength": reported["strength"], "unit": reported["unit"],
                          "amount_fen": amount_owed(month), "note": note})  # fmt: skip
            differences += [
                kept_difference(each, key)
                for each in differences_of(
                    month,
                    previous_closing=None if before is None else before.get(key, 0),
                    delivered_by_us=delivered.get(key, 0),
                )
            ]
        for key, units in delivered.items():
            if key not in seen and units:
                differences.append(kept_difference(Difference(DifferenceKind.DELIVERED, key[0], "", units, 0), key))
        for key, units in (before or {}).items():
            if key not in seen and units:
                differences.append(kept_difference(Difference(DifferenceKind.OPENING, key[0], "", units, 0), key))
        self._write(session, row, lines, differences)

    def _fill_distributor(self, session: Session, row: Settlement, lines: Sequence[Mapping[str, Any]]) -> None:
        filled, differences = [], []
        put_in = prices_put_in(session, row)
        for line in lines:
            price, note = put_in.get((line["drug_code"], line["units_per_pack"]), (None, ""))
            if line["price_fen"] is None and note:
                line = {**line, "price_fen": price, "note": note}
            amount = value_fen(line["received"] - line["returned"], line["price_fen"], line["units_per_pack"])
            filled.append({**line, "amount_fen": amount})
            if amount is None:
                key = (line["drug_code"], None, line["units_per_pack"])
                found = Difference(DifferenceKind.NO_PRICE, line["drug_code"], line["drug_name"], None, line["received"])
                differences.append(kept_difference(found, key))
        self._write(session, row, filled, differences)

    def _write(
        self,
        session: Session,
        row: Settlement,
        lines: Sequence[Mapping[str, Any]],
        differences: list[dict[str, Any]],
    ) -> None:
        corrections = _LINES.c.drug_code == ""
        session.execute(delete(_LINES).where(_LINES.c.settlement_id == row.id, ~corrections))
        values = [
            {"strength": "", "note": "", **line, "id": new_id(), "settlement_id": row.id, "position": place}
            for place, line in enumerate(lines)
        ]
        if values:
            session.execute(insert(_LINES), values)
        old = {
            (each["kind"], each["key"], each["found"], each["expected"]): each.get("explanation", "")
            for each in row.totals.get("differences", [])
        }
        for each in differences:
            each["explanation"] = old.get((each["kind"], each["key"], each["found"], each["expected"]), "")
        self._renew_totals(session, row, differences)

    def _renew_totals(self, session: Session, row: Settlement, differences: Sequence[Mapping[str, Any]]) -> None:
        session.flush()
        lines = statement_lines(session, row.id)
        known = [month_of_line(line) for line in lines if line.drug_code]
        totals = asdict(totals_of(known))
        amounts = [line.amount_fen for line in lines]
        totals["corrections"] = sum(line.amount_fen or 0 for line in lines if not line.drug_code)
        totals["payable"] = None if any(amount is None for amount in amounts) else sum(amount or 0 for amount in amounts)
        row.totals = {**row.totals, **totals, "differences": [dict(each) for each in differences]}
        if row.party == DISTRIBUTOR:
            distributor = session.get_one(Distributor, row.party_id)
            row.totals = {**row.totals, "due_on": due_on(row.month, distributor.payment_day).isoformat()}
        row.version += 1
        session.flush()


def _refuse_unexplained(row: Settlement) -> None:
    open_ones = [each for each in row.totals.get("differences", []) if not each.get("explanation")]
    if open_ones:
        raise UserError(
            msg("还有 {count} 处差异没有说明或没有价格，没有核对通过。请逐项说明后再核对。", count=len(open_ones))
        )
