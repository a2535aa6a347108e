"""Giving out record numbers (健康档案编码): the next serial of this desk, never one that was ever given before.

The highest serial ever given under a prefix stands in the table of settings, raised in the transaction of each
registration and never lowered: a number that was replaced, or belongs to somebody who died, is not given again. Where it
does not stand yet it is found once from the residents and their revisions.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.message import Message, msg
from app.domain.record_number import LAST_SERIAL, next_record_number, parse_record_number
from db.models import Resident, Revision, Setting

PREFIX_DIGITS = 12
_NAME = "record_serial:{prefix}"


def highest_given(session: Session, prefix12: str) -> int:
    """The highest serial ever given under `prefix12`; 0 for none."""
    noted = session.get(Setting, _NAME.format(prefix=prefix12))
    before = int(noted.value) if noted is not None else _highest_replaced(session, prefix12)
    return max(before, _highest_on_file(session, prefix12))


def note_given(session: Session, record_numbers: list[str]) -> None:
    """Remember that these numbers are given out."""
    highest: dict[str, int] = {}
    for number in record_numbers:
        prefix, serial = number[:PREFIX_DIGITS], int(number[PREFIX_DIGITS:])
        highest[prefix] = max(highest.get(prefix, 0), serial)
    for prefix, serial in highest.items():
        value = str(max(serial, highest_given(session, prefix)))
        session.merge(Setting(name=_NAME.format(prefix=prefix), value=value))


def next_number(session: Session, prefix12: str | None) -> str | Message:
    """The next number, or the sentence that says why there is none."""
    if not prefix12:
        return msg("还没有设置本村健康档案编号的前 12 位，请在设置里填写，或照县里给的编号填写。")
    highest = highest_given(session, prefix12)
    if highest >= LAST_SERIAL:
        return msg(
            "{prefix} 下的顺序号已用到 {last}，没有编号可用了，请向卫生院申请。",
            prefix=prefix12,
            last=highest,
        )
    if not parse_record_number(prefix12 + "00001").valid:
        return msg("设置里的档案编号前 12 位 {prefix} 不对，请改正。", prefix=prefix12)
    return next_record_number(prefix12, highest)


def _highest_on_file(session: Session, prefix12: str) -> int:
    highest = session.scalar(
        select(func.max(Resident.record_no)).where(
            Resident.record_no >= prefix12 + "00000", Resident.record_no <= prefix12 + "99999"
        )
    )
    return int(highest[PREFIX_DIGITS:]) if highest else 0


def _highest_replaced(session: Session, prefix12: str) -> int:
    """The highest serial among the numbers that corrections have replaced."""
    rows = session.scalars(
        select(Revision.before).where(Revision.entity == "resident", Revision.before.is_not(None))
    )
    numbers = (str((before or {}).get("record_no") or "") for before in rows)
    return max(
        (int(n[PREFIX_DIGITS:]) for n in numbers if n.startswith(prefix12) and len(n) == 17), default=0
    )
