"""结算月份: where a month stands as a whole: who reported, what is still open, whether it can be closed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.settlement import is_over, previous_month
from app.domain.settlement_states import SETTLED, SettlementState
from app.pinyin import reading_order
from app.services.ledger_reports import closed_months, next_month_to_close
from app.services.settlement_sources import delivered_to_clinics, distributor_deliveries
from app.services.settlement_views import (
    CLINIC,
    DISTRIBUTOR,
    ExplainedDifference,
    SettlementSummary,
    kept_differences,
    settlement_names,
    settlement_summaries,
)
from db.models import ClosedMonth, LedgerReport, Organisation, Settlement, StockMovement

MOST_NAMED = 12
MOST_MONTHS = 120


@dataclass(frozen=True)
class ClinicReport:
    """A clinic in a month. `reported_at` None: nothing came. `took_goods`: the township delivered to it in this month."""

    clinic_id: str
    name: str
    reported_at: datetime | None
    reported_by_name: str
    took_goods: bool


@dataclass(frozen=True)
class OpenDifference:
    """A difference of one statement of the month; `number` its place there, `version` of that statement."""

    settlement_id: str
    version: int
    party_name: str
    state: SettlementState
    number: int
    found: ExplainedDifference


@dataclass(frozen=True)
class MonthOverview:
    """One month. Sums in fen, None while a price is missing. `obstacles` stand in the way of closing it."""

    month: str
    is_over: bool
    closed_at: datetime | None
    closed_by_name: str
    clinics: tuple[ClinicReport, ...]
    statements: tuple[SettlementSummary, ...]
    owed_by_clinics: int | None
    owed_to_distributors: int | None
    obstacles: tuple[Message, ...]

    @property
    def is_closed(self) -> bool:
        """Whether it is frozen."""
        return self.closed_at is not None

    @property
    def missing(self) -> tuple[ClinicReport, ...]:
        """The clinics whose report has not come."""
        return tuple(clinic for clinic in self.clinics if clinic.reported_at is None)

    @property
    def open_differences(self) -> int:
        """How many differences are not explained."""
        return sum(each.open_differences for each in self.statements)

    @property
    def can_close(self) -> bool:
        """Whether it may be closed now."""
        return not self.is_closed and not self.obstacles


def months_known(session: Session, desk: Desk) -> list[str]:
    """The months that may be settled, the newest first: from the first that anything is known of to the last one over."""
    first = min(
        filter(
            None,
            (
                session.scalar(select(func.min(LedgerReport.month))),
                session.scalar(select(func.min(Settlement.month))),
                next(iter(closed_months(session, desk.place.id)), None),
                _first_movement(session, desk),
            ),
        ),
        default=None,
    )
    last = previous_month(f"{desk.today():%Y-%m}")
    months = [last]
    while first is not None and months[-1] > first and len(months) < MOST_MONTHS:
        months.append(previous_month(months[-1]))
    return months


def month_overview(session: Session, desk: Desk, month: str) -> MonthOverview:
    """The whole month as the township sees it."""
    reports, goods = _reports(session, month), _took_goods(session, month)
    known = select(Organisation).where(Organisation.parent_id == desk.place.id, Organisation.kind == "clinic")
    clinics = sorted(session.scalars(known), key=lambda clinic: (reading_order(clinic.name), clinic.name))
    closed = session.get(ClosedMonth, (desk.place.id, month))
    statements = tuple(settlement_summaries(session, desk, month, None))
    return MonthOverview(
        month=month,
        is_over=is_over(month, desk.today()),
        closed_at=closed.closed_at if closed else None,
        closed_by_name=closed.closed_by_name if closed else "",
        clinics=tuple(
            ClinicReport(
                clinic.id, clinic.name, report.taken_in_at if report else None, report.made_by_name if report else "",
                clinic.id in goods,
            )
            for clinic in clinics
            for report in (reports.get(clinic.id),)
        ),
        statements=statements,
        owed_by_clinics=_sum(statements, CLINIC),
        owed_to_distributors=_sum(statements, DISTRIBUTOR),
        obstacles=() if closed else _obstacles(session, desk, month, statements, {*reports, *goods}),
    )  # fmt: skip


def month_differences(session: Session, month: str) -> list[OpenDifference]:
    """Every difference of a month's statements, those without explanation first, then by name."""
    names = settlement_names(session)
    found = [
        OpenDifference(row.id, row.version, names.get(row.party_id, ""), SettlementState(row.state), number, each)
        for row in session.scalars(select(Settlement).where(Settlement.month == month))
        for number, each in enumerate(kept_differences(row))
    ]
    return sorted(
        found, key=lambda each: (bool(each.found.explanation), reading_order(each.party_name), each.party_name, each.number))


def draft_of(session: Session, desk: Desk, party: str, party_id: str, after: str) -> tuple[str, str] | None:
    """The newest draft of a party behind a month, which takes its corrections: (id, month); None when there is none."""
    closed = closed_months(session, desk.place.id)
    row = session.scalar(
        select(Settlement)
        .where(
            Settlement.party == party, Settlement.party_id == party_id, Settlement.month >= after,
            Settlement.state == SettlementState.DRAFT.value, Settlement.month.not_in(closed),
        )
        .order_by(Settlement.month)
        .limit(1)
    )  # fmt: skip
    return None if row is None else (row.id, row.month)


def _first_movement(session: Session, desk: Desk) -> str | None:
    first = session.scalar(
        select(func.min(StockMovement.occurred_on)).where(StockMovement.organisation_id == desk.place.id)
    )
    return None if first is None else f"{first:%Y-%m}"


def _reports(session: Session, month: str) -> dict[str, Row[Any]]:
    """When and by whom each clinic's newest report came; not what is in it."""
    query = (
        select(LedgerReport.organisation_id, LedgerReport.taken_in_at, LedgerReport.made_by_name)
        .where(LedgerReport.month == month, LedgerReport.taken_in_at.is_not(None))
        .order_by(LedgerReport.number)
    )
    return {row.organisation_id: row for row in session.execute(query)}


def _took_goods(session: Session, month: str) -> set[str]:
    return {clinic for clinic, lines in delivered_to_clinics(session, month).items() if any(lines.values())}


def _obstacles(
    session: Session, desk: Desk, month: str, statements: tuple[SettlementSummary, ...], clinics: Collection[str]
) -> tuple[Message, ...]:
    if not is_over(month, desk.today()):
        return (msg("{month} 还没有过完。", month=month),)
    found = []
    wanted = next_month_to_close(session, desk.place.id)
    if wanted is not None and wanted != month:
        found.append(msg("月份要按顺序结账：先结 {month}。", month=wanted))
    done = {(each.party, each.party_id) for each in statements}
    waiting = {(CLINIC, clinic) for clinic in clinics}
    waiting |= {(DISTRIBUTOR, each) for each in distributor_deliveries(session, desk, month)}
    if waiting - done:
        names = settlement_names(session)
        missing = [names.get(party_id, "") for _party, party_id in waiting - done]
        found.append(msg("还缺 {count} 个单位的结算单：{names}。", count=len(missing), names=_named(missing)))
    unfinished = [each.party_name for each in statements if each.state not in SETTLED]
    if unfinished:
        found.append(msg("还有 {count} 张结算单没有审批：{names}。", count=len(unfinished), names=_named(unfinished)))
    return tuple(found)


def _named(names: Sequence[str]) -> str | Message:
    """The first of them by name; what is left out is told by a number."""
    ordered = sorted(names, key=lambda name: (reading_order(name), name))
    if len(ordered) <= MOST_NAMED:
        return "、".join(ordered)
    return msg("{names} 等", names="、".join(ordered[:MOST_NAMED]))


def _sum(statements: tuple[SettlementSummary, ...], party: str) -> int | None:
    amounts = [each.payable_fen for each in statements if each.party == party]
    return None if any(amount is None for amount in amounts) else sum(amount or 0 for amount in amounts)
