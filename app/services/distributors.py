"""配送企业: who delivers, with licence and terms, and how well they did so far (mechanisms §3.1)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.distributor_score import Delivered, DistributorScore, OrderedLine, months_later, rank, score
from app.domain.message import Message, msg
from app.domain.purchase_states import PurchaseState
from app.errors import UserError
from app.forms.vocabulary import Level, Problem
from app.services.history import record_change, revision_count
from app.services.problems import Refused
from app.services.settlement_sources import PURCHASE_DOCUMENT
from db.models import Distributor, PurchaseOrder, PurchaseOrderLine, StockBatch, StockMovement, new_id

ENTITY = "distributor"
RECORD_MONTHS = 12
LICENCE_WARNING_DAYS = 30


@dataclass(frozen=True)
class DistributorEdit:
    """What is written about a distributor. Days are whole numbers; `payment_day` of the following month."""

    code: str
    name: str
    licence_no: str = ""
    licence_valid_to: date | None = None
    credit_grade: str = ""
    delivers_to_village: bool = False
    lead_days: int = 7
    payment_day: int = 10
    contact: str = ""
    phone: str = ""
    is_active: bool = True


@dataclass(frozen=True)
class DistributorView:
    """A distributor with its record of the last twelve months. `warning` about its licence, None when all is well."""

    id: str
    edit: DistributorEdit
    record: DistributorScore
    warning: Message | None

    @property
    def may_be_chosen(self) -> bool:
        """Whether orders may go to it: active, and its licence has not run out."""
        return self.edit.is_active and not (self.warning and "过期" in self.warning.template)


class Distributors:
    """配送企业 at the township."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def list(self) -> list[DistributorView]:
        """All distributors: those that may be chosen first, the best record first."""
        with self.desk.sessions.reading() as session:
            return distributor_views(session, self.desk)

    def save(self, edit: DistributorEdit, distributor_id: str | None = None) -> DistributorView:
        """Keep a new distributor or the changes to one. Raises Refused beside what is wrong."""
        with self.desk.sessions.writing() as session:
            same = session.scalar(select(Distributor.id).where(Distributor.code == edit.code.strip()))
            _refuse_unsound(edit, taken=same is not None and same != distributor_id)
            row = Distributor(id=new_id()) if distributor_id is None else session.get(Distributor, distributor_id)
            if row is None:
                raise UserError(msg("找不到这家配送企业，没有保存。请刷新后再试。"))
            before = None if distributor_id is None else _values(_edit_of(row))
            for name, value in _values(edit).items():
                setattr(row, name, value.strip() if isinstance(value, str) else value)
            session.add(row)
            session.flush()
            after = {name: str(value) for name, value in _values(_edit_of(row)).items()}
            shown = None if before is None else {name: str(value) for name, value in before.items()}
            record_change(
                session, self.desk, "distributor.save", ENTITY, row.id, before=shown, after=after,
                number=revision_count(session, ENTITY, row.id) + 1,
            )  # fmt: skip
            return next(view for view in distributor_views(session, self.desk) if view.id == row.id)

    def proposed(self) -> DistributorView | None:
        """The distributor with the best record that may be chosen; None when there is none."""
        return next((view for view in self.list() if view.may_be_chosen), None)


def distributor_views(session: Session, desk: Desk) -> list[DistributorView]:
    """All distributors with their records, the best first."""
    today = desk.today()
    lines = _ordered_lines(session, months_later(today, -RECORD_MONTHS))
    views = [
        DistributorView(row.id, _edit_of(row), score(lines.get(row.id, []), today), _licence_warning(row, today))
        for row in session.scalars(select(Distributor))
    ]
    return sorted(views, key=lambda view: (not view.may_be_chosen, rank(view.record), view.edit.code))


def _ordered_lines(session: Session, since: date) -> dict[str, list[OrderedLine]]:
    moves, batches = StockMovement.__table__, StockBatch.__table__
    arrived: dict[str, list[Delivered]] = defaultdict(list)
    statement = (
        select(moves.c.document_id, moves.c.quantity, moves.c.occurred_on, batches.c.expiry)
        .join_from(moves, batches, batches.c.id == moves.c.batch_id)
        .where(moves.c.document == PURCHASE_DOCUMENT, moves.c.quantity > 0)
    )
    for row in session.execute(statement):
        arrived[row.document_id].append(Delivered(row.quantity, row.occurred_on, row.expiry))
    found: dict[str, list[OrderedLine]] = defaultdict(list)
    orders = (
        select(PurchaseOrderLine, PurchaseOrder, Distributor.lead_days)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.order_id)
        .join(Distributor, Distributor.id == PurchaseOrder.distributor_id)
        .where(
            PurchaseOrder.ordered_on.is_not(None),
            PurchaseOrder.ordered_on >= since,
            PurchaseOrder.state != PurchaseState.CANCELLED.value,
        )
    )
    for line, order, lead_days in session.execute(orders):
        due = order.ordered_on + timedelta(days=lead_days)
        found[order.distributor_id].append(OrderedLine(line.quantity, due, tuple(arrived.get(line.id, ()))))
    return found


def _licence_warning(row: Distributor, today: date) -> Message | None:
    if row.licence_valid_to is None:
        return msg("许可证有效期没有登记")
    if row.licence_valid_to < today:
        return msg("许可证 {day} 已过期，不能下单", day=row.licence_valid_to)
    if (row.licence_valid_to - today).days <= LICENCE_WARNING_DAYS:
        return msg("许可证 {day} 到期", day=row.licence_valid_to)
    return None


def _refuse_unsound(edit: DistributorEdit, *, taken: bool) -> None:
    problems = []

    def refuse(code: str, message: Message) -> None:
        problems.append(Problem(code, Level.REFUSE, message))

    if not edit.code.strip() or len(edit.code.strip()) > 30:
        refuse("code", msg("请填写编号，最多 30 个字。"))
    elif taken:
        refuse("code", msg("编号 {code} 已经有了，请换一个。", code=edit.code.strip()))
    if not edit.name.strip() or len(edit.name.strip()) > 100:
        refuse("name", msg("请填写企业名称，最多 100 个字。"))
    if not 0 <= edit.lead_days <= 365:
        refuse("lead_days", msg("约定送货天数请填 0 到 365，您填的是 {days}。", days=edit.lead_days))
    if not 1 <= edit.payment_day <= 31:
        refuse("payment_day", msg("约定付款日请填 1 到 31，您填的是 {day}。", day=edit.payment_day))
    if problems:
        raise Refused(problems)


def _edit_of(row: Distributor) -> DistributorEdit:
    return DistributorEdit(**{name: getattr(row, name) for name in DistributorEdit.__dataclass_fields__})


def _values(edit: DistributorEdit) -> dict[str, object]:
    return {name: getattr(edit, name) for name in DistributorEdit.__dataclass_fields__}
