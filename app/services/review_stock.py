"""审核时的库存与公平分配: what the pharmacist sees beside each line, and agreeing to many requests in one action.

Beside a line stand the clinic's use, the median of its peers, what the township may still give, what other clinics were
promised, and what remains; where a drug is short, each clinic's fair share over all open requests (app.domain.fair_share).
Deciding a single line stays with app.services.review, sharing out one drug with app.services.fair_shares.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from sqlalchemy import Row, select

from app.desk import Desk
from app.domain.packs import off_shelf
from app.services.request_steps import load
from app.services.review_bulk import BulkResult, agree_to_all, approve_all, held_requests
from app.services.review_marks import Mark, stock_marks
from app.services.review_peers import is_peer, latest_use, peers_of
from app.services.review_picture import Picture, read_picture
from app.services.review_pivot import Pivot, read_pivot
from db.models import DrugRequest, DrugRequestLine


@dataclass(frozen=True)
class LineStock:
    """What stands beside one line under review. Units; None is unknown or, for `fair_share`, not needed.

    `available` is what the township may still give after what other clinics were promised; `after` what remains when
    this line is given as decided (or as asked while open), below zero when it has not so much. Both count whole packs,
    as they are sent (§4.7), but what is missing counts units. `is_kept` False: the
    township has never had this drug, its stock says nothing and all of it is bought.
    """

    line_id: str
    own_use: Decimal | None
    peer_median: Decimal | None
    own_stock: int
    promised_to_others: int
    asked_by_others: int
    available: int
    after: int
    fair_share: int | None
    is_kept: bool = True
    pack: int = 1

    def after_with(self, approved: int) -> int:
        """What remains when so many are approved and sent in whole packs."""
        return after_giving(approved, self.pack, self.available)

    @property
    def missing(self) -> int:
        """Units that the township lacks for this line: to be bought."""
        return self.missing_with(self.available - self.after)

    def missing_with(self, approved: int) -> int:
        """Units that it lacks when so many are approved."""
        return max(0, approved - max(0, self.available))

    def marks(self, approved: int) -> tuple[Mark, ...]:
        """What the township's stock says when so many are approved."""
        return stock_marks(approved, self.available, self.fair_share, is_kept=self.is_kept)


class ReviewStock:
    """审核时的库存 at the township."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def lines(self, request_id: str) -> dict[str, LineStock]:
        """What stands beside each line of a request, by line id."""
        with self.desk.sessions.reading() as session:
            request = load(session, request_id)
            statement = select(DrugRequestLine.__table__).where(DrugRequestLine.request_id == request.id)
            rows = session.execute(statement.order_by(DrugRequestLine.position)).all()
            codes = {row.drug_code for row in rows}
            picture = read_picture(session, self.desk, codes)
            used = latest_use(session, codes, request.period)
            peers = peers_of(session, request.clinic_id)
            return {row.id: _line_stock(request, row, picture, used.get(row.drug_code, {}), peers) for row in rows}

    def agree(
        self, request_ids: Collection[str] | None = None, *, share_short: bool = False, approve: bool = False
    ) -> BulkResult:
        """Agree to every unremarkable undecided line of several requests in one action.

        Unremarkable: within one pack of the suggestion, enough stock after all others, and without a mark that wants a
        look. With `share_short` lines that are unremarkable but for the stock get their fair share with its reason; with
        `approve` every request that is decided then is approved and its clinic told. Requests that nobody has taken are
        taken; those of a colleague are left alone. None means all that are under review.
        """
        with self.desk.sessions.writing() as session:
            return agree_to_all(session, self.desk, request_ids, share_short=share_short, approve=approve)

    def approve_decided(self, request_ids: Collection[str] | None = None) -> BulkResult:
        """Approve every request held by this pharmacist whose lines are all decided, and tell its clinic."""
        with self.desk.sessions.writing() as session:
            return approve_all(session, self.desk, held_requests(session, self.desk, request_ids, take=False))

    def pivot(self, period: str | None = None) -> Pivot:
        """The open requests of a period (None: all), drug by drug and clinic by clinic."""
        with self.desk.sessions.reading() as session:
            return read_pivot(session, self.desk, period)


def after_giving(units: int, pack: int, available: int) -> int:
    """What remains of `available` units when `units` are given in whole packs; below zero by the units that are missing."""
    return available - (off_shelf([units], pack, available) if units <= available else units)


def _line_stock(
    request: DrugRequest, line: Row[Any], picture: Picture, used: Mapping[str, Decimal], peers: Collection[str] | None
) -> LineStock:
    code = line.drug_code
    stock = picture.stock.get(code, 0)
    others = [row for row in picture.asked.get(code, []) if row.request_id != request.id]
    decided = [row.approved or 0 for row in others if row.decision]
    to_others = picture.promised_units(code, besides=request.id, further=decided)
    here = (line.approved if line.decision else line.requested) or 0
    here = 0 if line.is_skipped else here
    uses = [use for clinic, use in used.items() if is_peer(clinic, request.clinic_id, peers)]
    shares = picture.shares_of(code)
    return LineStock(
        line_id=line.id,
        own_use=None if line.monthly_use is None else Decimal(line.monthly_use),
        peer_median=median(uses) if uses else None,
        own_stock=stock,
        promised_to_others=to_others,
        asked_by_others=sum(row.requested for row in others if not row.decision),
        available=stock - to_others,
        after=after_giving(here, picture.packs.get(code, 1), stock - to_others),
        fair_share=None if shares is None else shares.get(line.id),
        is_kept=code in picture.kept,
        pack=picture.packs.get(code, 1),
    )
