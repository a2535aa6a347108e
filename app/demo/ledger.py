"""Rows of the sample, gathered in memory and written in bulk, with the history that the program itself would have left.

Ids are UUIDv7 of the moment at which the row would have been made, drawn from the sample's own random numbers, so that
the same seed gives the same sample. Audit entries are chained in order of time after those that are already there.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.services.history import FIRST_HASH, canonical, link_hash
from app.services.progress import CancelledCheck, Report, stop_if
from db.models import AuditEntry, Base, Revision

ROWS_AT_ONCE = 2000
OPENS_UTC = time(0, 10)
"""The clinic's working day in UTC: from 8:10 in Beijing, some nine hours."""
WORKING_MINUTES = 9 * 60


class Ledger:
    """Collects rows by table; `write` puts them into the database."""

    def __init__(self, desk: Desk, random: Random) -> None:
        self.desk = desk
        self.random = random
        self.rows: dict[Table, list[dict[str, Any]]] = defaultdict(list)
        self._audit: list[dict[str, Any]] = []

    def moment(self, day: date) -> datetime:
        """Some moment of the working day, in UTC; not after the present."""
        start = datetime.combine(day, OPENS_UTC, UTC)
        moment = start + timedelta(seconds=self.random.randrange(WORKING_MINUTES * 60))
        return min(moment, self.desk.now())

    def id_at(self, moment: datetime) -> str:
        """A UUIDv7 of that moment."""
        number = (int(moment.timestamp() * 1000) << 80) | self.random.getrandbits(80)
        number = (number & ~(0xF << 76)) | (0x7 << 76)
        number = (number & ~(0x3 << 62)) | (0x2 << 62)
        return str(uuid.UUID(int=number))

    def add(self, table: Table, row: dict[str, Any]) -> None:
        """One more row; every row of a table has the same columns."""
        self.rows[table].append(row)

    def record(
        self, moment: datetime, action: str, entity: str, entity_id: str, after: Mapping[str, Any]
    ) -> None:
        """The first revision of a record with its audit entry, as `history.record_change` writes them."""
        kept = dict(after)
        self.add(
            Revision.__table__,
            {
                "id": self.id_at(moment),
                "entity": entity,
                "entity_id": entity_id,
                "number": 1,
                "at": moment,
                "user_id": self.desk.actor.user_id,
                "user_name": self.desk.actor.name,
                "reason": "",
                "before": None,
                "after": kept,
            },
        )
        content = hashlib.sha256(canonical([None, kept, ""]).encode()).hexdigest()
        self._audit.append(
            {
                "at": moment,
                "user_id": self.desk.actor.user_id,
                "action": action,
                "entity": entity,
                "entity_id": entity_id,
                "content_hash": content,
            }
        )

    def write(self, session: Session, report: Report, cancelled: CancelledCheck) -> None:
        """Insert everything, a table after those that it refers to. Raises Cancelled."""
        self._chain(session)
        total = sum(len(rows) for rows in self.rows.values())
        done = 0
        for table in Base.metadata.sorted_tables:
            rows = self.rows.get(table, [])
            for start in range(0, len(rows), ROWS_AT_ONCE):
                stop_if(cancelled)
                report(done, total, msg("正在写入示例数据。"))
                part = rows[start : start + ROWS_AT_ONCE]
                session.execute(insert(table), part)
                done += len(part)
        report(total, total, msg("正在写入示例数据。"))

    def _chain(self, session: Session) -> None:
        last = session.execute(
            select(AuditEntry.sequence, AuditEntry.hash).order_by(AuditEntry.sequence.desc()).limit(1)
        ).first()
        sequence, previous = (last.sequence, last.hash) if last else (0, FIRST_HASH)
        for values in sorted(self._audit, key=lambda entry: entry["at"]):
            sequence += 1
            entry = {"sequence": sequence, **values, "previous_hash": previous}
            entry["hash"] = previous = link_hash(AuditEntry(**entry))
            self.add(AuditEntry.__table__, entry)
        self._audit.clear()
