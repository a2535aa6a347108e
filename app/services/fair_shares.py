"""公平分配 of one drug: the proposal over all waiting requests with its arithmetic, and deciding by it in one action.

The rule is app.domain.fair_share: everybody is filled up to the same months of stock, never more than asked, never more
than there is, in whatever order the requests came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.fair_share import Claim, level_reached
from app.domain.message import Message, msg
from app.domain.request_states import Action, State
from app.domain.request_terms import ErrorKind, Kind
from app.errors import UserError
from app.services.request_steps import StepRefused, actor_for, take_step
from app.services.review_bulk import NOT_ENOUGH, bare_facts
from app.services.review_lines import write_decision
from app.services.review_picture import Picture, clinic_names, read_picture
from db.models import DrugRequest, DrugRequestLine, StatusChange


@dataclass(frozen=True)
class ShareLine:
    """One clinic's line in the proposal. Units; `available` and `monthly_use` None unknown; months of stock exact.

    `share` is what the rule gives, `approved` what is decided so far. `held_by` names who else has the request; only a
    line with `may_write` is decided by `FairShares.apply`.
    """

    line_id: str
    request_id: str
    clinic_name: str
    kind: Kind
    available: int | None
    monthly_use: Decimal | None
    asked: int
    share: int
    approved: int | None
    months_before: Fraction | None
    months_after: Fraction | None
    held_by: str
    may_write: bool


@dataclass(frozen=True)
class ShareProposal:
    """A drug over all waiting requests. `free` units may be shared out: `stock` less what was `promised` before.

    `level` the months of stock up to which everybody is filled, None when there is enough for all or nothing is kept.
    """

    drug_code: str
    drug_name: str
    strength: str
    unit: str
    pack: int
    stock: int
    promised: int
    free: int
    asked: int
    level: Fraction | None
    is_kept: bool
    lines: tuple[ShareLine, ...]

    @property
    def missing(self) -> int:
        """Units asked for beyond what may be shared out."""
        return max(0, self.asked - self.free)

    @property
    def shown(self) -> dict[str, int]:
        """The shares by line id, as they were seen."""
        return {line.line_id: line.share for line in self.lines}


@dataclass(frozen=True)
class SharesWritten:
    """What `apply` did: lines decided, lines in other hands left alone."""

    written: int
    left: int
    message: Message


class FairShares:
    """公平分配 at the township."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def propose(self, drug_code: str) -> ShareProposal:
        """The proposal as things stand. Raises UserError when nobody under review asks for the drug."""
        with self.desk.sessions.reading() as session:
            picture = read_picture(session, self.desk, {drug_code})
            return self._proposal(session, picture, drug_code)

    def apply(self, drug_code: str, shown: Mapping[str, int]) -> SharesWritten:
        """Decide every line of the drug by its fair share, a smaller one with its reason; `shown` are the shares seen.

        Requests that nobody has are taken. Raises StepRefused when the shares are others by now, UserError when none of
        the requests is in this pharmacist's hands; nothing is changed then.
        """
        with self.desk.sessions.writing() as session:
            proposal = self._proposal(session, read_picture(session, self.desk, {drug_code}), drug_code)
            if proposal.shown != dict(shown):
                raise StepRefused(
                    ErrorKind.STALE_VERSION,
                    msg("库存或申领刚刚有变化，没有分配。请看重新算出的数量，再按一次。"),
                )
            mine = [line for line in proposal.lines if line.may_write]
            if not mine:
                raise UserError(msg("这些申领单都不在您手里，没有改动。请先领取审核。"))
            for line in mine:
                request = session.get_one(DrugRequest, line.request_id)
                if request.state == State.AUTHORISED.value:
                    take_step(session, self.desk, request, Action.TAKE, bare_facts(request))
                    request.taken_by_id = self.desk.actor.user_id
                stored = session.get_one(DrugRequestLine, line.line_id)
                write_decision(stored, line.share, "" if line.share == line.asked else str(NOT_ENOUGH))
                request.version += 1
            left = len(proposal.lines) - len(mine)
            told = msg("{drug} 已按公平分配批准 {count} 个村。", drug=proposal.drug_name, count=len(mine))
            if left:
                told = msg("{told}还有 {left} 个村的申领单在别的药师手里，没有改动。", told=told, left=left)
            return SharesWritten(len(mine), left, told)

    def _proposal(self, session: Session, picture: Picture, code: str) -> ShareProposal:
        rows = picture.asked.get(code, [])
        if not rows:
            raise UserError(msg("现在没有待审的申领单要这种药品，不需要分配。"))
        claims, by_clinic = picture.claims_of(code)
        shares = picture.shares_of(code)
        free = max(0, picture.free_before_review(code))
        requests = {
            request.id: request
            for request in session.scalars(select(DrugRequest).where(DrugRequest.id.in_({row.request_id for row in rows})))
        }
        names, holders = clinic_names(session), _holders(session, list(requests))
        lines = []
        for claim in sorted(claims, key=lambda claim: claim.key):
            given = sum(_share(shares, row) for row in by_clinic[claim.key])
            for row in by_clinic[claim.key]:
                request = requests[row.request_id]
                held_by, may_write = self._holding(request, holders)
                lines.append(
                    ShareLine(
                        row.id, row.request_id, names.get(row.clinic_id, ""), Kind(row.kind), claim.available,
                        None if row.monthly_use is None else Decimal(row.monthly_use), row.requested,
                        _share(shares, row), row.approved if row.decision else None, _months(claim, 0),
                        _months(claim, given), held_by, may_write,
                    )
                )  # fmt: skip
        first = rows[0]
        return ShareProposal(
            code, first.drug_name, first.strength, first.unit, picture.packs.get(code, 1), picture.stock.get(code, 0),
            picture.promised_units(code), free, sum(row.requested for row in rows),
            None if shares is None else level_reached(free, claims), code in picture.kept, tuple(lines),
        )  # fmt: skip

    def _holding(self, request: DrugRequest, holders: Mapping[str, str]) -> tuple[str, bool]:
        if request.state == State.AUTHORISED.value:
            return "", not actor_for(self.desk, request).is_creator
        is_mine = request.taken_by_id == self.desk.actor.user_id
        return ("" if is_mine else holders.get(request.id, ""), is_mine)


def _share(shares: Mapping[str, int] | None, row: Row[Any]) -> int:
    units: int = row.requested if shares is None else shares.get(row.id, 0)
    return units


def _months(claim: Claim, units: int) -> Fraction | None:
    """Months of stock, None while the use is unknown."""
    return claim.level_with(units) if claim.monthly_use and claim.available is not None else None


def _holders(session: Session, request_ids: list[str]) -> dict[str, str]:
    """Who took these requests last, by name."""
    query = (
        select(StatusChange.entity_id, StatusChange.user_name)
        .where(
            StatusChange.entity == "drug_request",
            StatusChange.entity_id.in_(request_ids),
            StatusChange.action == Action.TAKE.value,
        )
        .order_by(StatusChange.position)
    )
    return {row.entity_id: row.user_name for row in session.execute(query)}
