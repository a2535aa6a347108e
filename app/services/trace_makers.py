"""追溯码前 7 位: whose they are. A drug has the digits of the catalogue, and those of further makers that were confirmed once.

A pack whose digits belong to no drug is not refused for ever: whoever holds it says once that it is this drug
(`confirm_digits`), or the delivery note lists its code on the line of this drug. Who said so when is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.domain.trace_codes import CodeFault, clean_code, drug_digits, is_code
from app.errors import UserError
from app.services.document_steps import SUPPLY, refuse_other_roles
from app.services.history import add_audit
from app.services.problems import refuse
from db.models import Drug, TracePrefix


@dataclass(frozen=True)
class ConfirmedMaker:
    """The first seven digits of a further maker of a drug, who confirmed them and when."""

    digits: str
    user_name: str
    at: datetime


def owners_of(session: Session, code: str) -> frozenset[str]:
    """The drugs whose digits these are; none when nobody has said yet."""
    digits = drug_digits(code)
    listed = session.scalars(select(Drug.code).where(Drug.trace_prefix == digits))
    confirmed = session.scalars(select(TracePrefix.drug_code).where(TracePrefix.prefix == digits))
    return frozenset([*listed, *confirmed])


def maker_fault(session: Session, code: str, drug: Drug | None, drug_code: str) -> CodeFault | None:
    """What the first seven digits say against a pack of `drug_code`; nothing while no digits of the drug are known."""
    owners = owners_of(session, code)
    if owners:
        return None if drug_code in owners else CodeFault.OTHER_DRUG
    known = bool(drug and drug.trace_prefix) or session.scalar(
        select(TracePrefix.prefix).where(TracePrefix.drug_code == drug_code).limit(1)
    )
    return CodeFault.UNKNOWN_MAKER if known else None


def is_unknown_maker(session: Session, scanned: str, drug_code: str) -> bool:
    """Whether a scan would be taken if somebody confirmed that it is this drug."""
    code = clean_code(scanned)
    drug = session.scalar(select(Drug).where(Drug.code == drug_code))
    return is_code(code) and maker_fault(session, code, drug, drug_code) is CodeFault.UNKNOWN_MAKER


def makers_of(session: Session, drug_code: str) -> list[ConfirmedMaker]:
    """The further makers of a drug that were confirmed, the first confirmed first."""
    rows = session.scalars(
        select(TracePrefix).where(TracePrefix.drug_code == drug_code).order_by(TracePrefix.confirmed_at, TracePrefix.prefix)
    )
    return [ConfirmedMaker(row.prefix, row.confirmed_by_name, row.confirmed_at) for row in rows]


def learn(session: Session, desk: Desk, scanned: str, drug_code: str) -> None:
    """Keep the digits of a pack as those of a drug, in the caller's unit of work.

    Does nothing when they are known to be its digits. Raises Refused for what is no code, UserError for an unknown drug
    and for digits that are another drug's.
    """
    code = clean_code(scanned)
    if not is_code(code):
        raise refuse("code", msg("“{code}”不是药品追溯码：追溯码是 20 位数字。请重新扫码。", code=code[:24]))
    drug = session.scalar(select(Drug).where(Drug.code == drug_code))
    if drug is None:
        raise UserError(msg("目录里没有这个药品，没有记。请在目录里选择。"))
    owners = owners_of(session, code)
    if drug_code in owners:
        return
    if owners:
        other = session.scalar(select(Drug.generic_name).where(Drug.code.in_(owners)).limit(1))
        raise UserError(msg("追溯码前 7 位 {digits} 是{other}的，没有记成{drug}的。请核对药盒。",
                            digits=drug_digits(code), other=other or "—", drug=drug.generic_name))  # fmt: skip
    session.add(
        TracePrefix(
            prefix=drug_digits(code), drug_code=drug_code, confirmed_by_id=desk.actor.user_id,
            confirmed_by_name=desk.actor.name, confirmed_at=desk.now(),
        )
    )  # fmt: skip
    add_audit(session, desk, "drug.trace_digits", "drug", drug.id)


def confirm_digits(desk: Desk, scanned: str, drug_code: str) -> None:
    """是这种药: somebody holds the pack and says so, once for all packs of this maker. Raises as `learn` does, and
    DocumentRefused for who keeps no stock."""
    refuse_other_roles(desk, SUPPLY)
    with desk.sessions.writing() as session:
        learn(session, desk, scanned, drug_code)
