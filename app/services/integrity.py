"""The full check of a desk: the file, the references, the audit chain, the revisions, the search keys.

A list of checks, each of which gives sentences for what it finds broken; a part that owns something that can be checked
adds its own. Nothing is repaired here. It reads everything and may take minutes on a large database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import distinct, func, select
from sqlalchemy.exc import DatabaseError as AlchemyDatabaseError

from app.desk import Desk
from app.domain.message import Message, msg
from app.errors import CunyiError
from app.i18n import tr
from app.services.history import broken_links
from app.services.progress import CancelledCheck, Report, never_cancelled, quiet_report, stop_if
from app.services.resident_keys import check_keys
from app.services.stock_checks import stock_reservations, stock_time_lines, stock_totals, trace_code_units
from db.checks import broken_references, page_damage, structure_damage
from db.cipher import DatabaseError, connect
from db.models import Revision
from db.queries.record_folder import attachment_content, attachment_sums

Findings = list[Message]
MOST = 10
"""How many broken places a sentence names."""


@dataclass(frozen=True)
class Check:
    """One check: its name, and what finds out; an empty list means whole."""

    name: Message
    find: Callable[[Desk], Findings]


@dataclass(frozen=True)
class CheckResult:
    """What one check found."""

    name: Message
    findings: tuple[Message, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is broken."""
        return not self.findings


class Integrity:
    """Whether everything that a desk keeps is whole."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def check(
        self, report: Report = quiet_report, cancelled: CancelledCheck = never_cancelled
    ) -> tuple[CheckResult, ...]:
        """Carry out every check, in order. Raises Cancelled. A check that cannot be finished is a finding."""
        results = []
        for place, check in enumerate(CHECKS):
            stop_if(cancelled)
            report(place, len(CHECKS), check.name)
            results.append(CheckResult(check.name, tuple(self._carried_out(check))))
        report(len(CHECKS), len(CHECKS), msg("检查完了。"))
        return tuple(results)

    def _carried_out(self, check: Check) -> Findings:
        try:
            return check.find(self._desk)
        except CunyiError as failure:
            return [failure.message]
        except (DatabaseError, AlchemyDatabaseError):
            return [msg("这一项读不下去，数据库文件有损坏。")]


def pages(desk: Desk) -> Findings:
    """Every page's signature."""
    count = found_on_file(desk, page_damage)
    return [msg("有 {count} 处被改动或损坏。", count=count)] if count else []


def structures(desk: Desk) -> Findings:
    """SQLite's own structures."""
    count = found_on_file(desk, structure_damage)
    return [msg("有 {count} 处结构不对。", count=count)] if count else []


def references(desk: Desk) -> Findings:
    """Rows that point to nothing."""
    count = found_on_file(desk, broken_references)
    return [msg("有 {count} 张表里的记录指向不存在的记录。", count=count)] if count else []


def found_on_file(desk: Desk, find: Callable[..., list[str]]) -> int:
    """How much a check of db.checks finds in the desk's file."""
    if desk.sessions.file is None:
        raise ValueError("these sessions do not know their file")
    connection = connect(desk.sessions.file, desk.sessions.key, "ro")
    try:
        return len(find(connection))
    finally:
        connection.close()


def audit_chain(desk: Desk) -> Findings:
    """The chain of who did what."""
    with desk.sessions.reading() as session:
        broken = broken_links(session)
    if not broken:
        return []
    named = tr("、").join(str(number) for number in broken[:MOST])
    return [msg("从第 {numbers} 条起对不上：有操作记录被改动或删除。", numbers=named)]


def revisions(desk: Desk) -> Findings:
    """The revisions of every record are numbered from 1 without a gap."""
    gaps = (
        select(Revision.entity, Revision.entity_id)
        .group_by(Revision.entity, Revision.entity_id)
        .having(
            (func.min(Revision.number) != 1)
            | (func.max(Revision.number) != func.count(distinct(Revision.number)))
        )
    )
    with desk.sessions.reading() as session:
        count = session.scalar(select(func.count()).select_from(gaps.subquery())) or 0
    return [msg("有 {count} 条记录的修订不连续，中间缺了。", count=count)] if count else []


def search_keys(desk: Desk) -> Findings:
    """The keys by which residents are found are what their names and numbers give."""
    with desk.sessions.reading() as session:
        wrong = check_keys(session).wrong
    return [msg("有 {count} 位居民的查找索引不对，可能查不到。", count=len(wrong))] if wrong else []


def attachments(desk: Desk) -> Findings:
    """The contents of every attachment are what was put in. They are read one at a time."""
    with desk.sessions.reading() as session:
        sums = attachment_sums(session)
        wrong = 0
        for row in sums:
            content = attachment_content(session, row.id) or b""
            wrong += len(content) != row.size or hashlib.sha256(content).hexdigest() != row.sha256
    return [msg("有 {count} 份附件的内容被改动或损坏。", count=wrong)] if wrong else []


CHECKS: list[Check] = [
    Check(msg("数据库每一页的签名"), pages),
    Check(msg("数据库的结构"), structures),
    Check(msg("记录之间的引用"), references),
    Check(msg("操作记录的链"), audit_chain),
    Check(msg("修订的编号"), revisions),
    Check(msg("居民的查找索引"), search_keys),
    Check(msg("库存结存和流水"), stock_totals),
    Check(msg("库存不小于零"), stock_time_lines),
    Check(msg("库存的预留"), stock_reservations),
    Check(msg("追溯码和库存"), trace_code_units),
    Check(msg("附件的内容"), attachments),
]
