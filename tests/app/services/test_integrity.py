"""The full check finds what is broken, and only that."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text, update

from app.services.history import record_change
from app.services.integrity import CHECKS, Integrity
from app.services.progress import Cancelled
from db.models import AuditEntry, Resident, SearchKey

NAMES = {
    "pages": "数据库每一页的签名",
    "structure": "数据库的结构",
    "references": "记录之间的引用",
    "chain": "操作记录的链",
    "revisions": "修订的编号",
    "keys": "居民的查找索引",
    "totals": "库存结存和流水",
    "time lines": "库存不小于零",
    "reservations": "库存的预留",
    "codes": "追溯码和库存",
    "attachments": "附件的内容",
}


@pytest.fixture
def desk(clinic_desk):
    with clinic_desk.sessions.writing() as session:
        for number in range(1, 4):
            before, after = ({"phone": str(number - 1)} if number > 1 else None), {"phone": str(number)}
            record_change(
                session, clinic_desk, "changed", "resident", "r", before=before, after=after, number=number
            )
    return clinic_desk


def broken(desk):
    return {str(result.name) for result in Integrity(desk).check() if not result.is_whole}


def test_a_whole_desk_has_nothing_broken_and_says_each_step(desk):
    said = []
    results = Integrity(desk).check(report=lambda done, total, sentence: said.append((done, total, str(sentence))))
    assert [result.findings for result in results] == [()] * len(CHECKS)
    assert said == [
        *((place, len(CHECKS), name) for place, name in enumerate(NAMES.values())),
        (len(CHECKS), len(CHECKS), "检查完了。"),
    ]


def test_an_altered_audit_entry_is_found(desk):
    with desk.sessions.writing() as session:
        session.execute(update(AuditEntry).where(AuditEntry.sequence == 2).values(user_id="somebody else"))
    assert broken(desk) == {NAMES["chain"]}


def test_a_missing_revision_is_found(desk):
    with desk.sessions.writing() as session:
        session.execute(text("DELETE FROM revision WHERE number = 2"))
    assert broken(desk) == {NAMES["revisions"]}


def test_a_first_revision_that_is_gone_is_found(desk):
    with desk.sessions.writing() as session:
        session.execute(text("DELETE FROM revision WHERE number = 1"))
    assert broken(desk) == {NAMES["revisions"]}


def test_a_reference_to_nothing_is_found(desk):
    raw = desk.sessions.engine.raw_connection()
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.execute("INSERT INTO own_keys VALUES ('nobody', '', '')")
    raw.execute("PRAGMA foreign_keys = ON")
    raw.close()
    assert broken(desk) == {NAMES["references"]}


def test_a_search_key_of_nobody_is_found(desk):
    with desk.sessions.writing() as session:
        session.add(SearchKey(k="张", resident_number=7))
    assert broken(desk) == {NAMES["keys"]}


def test_a_resident_without_keys_is_found(desk):
    now = datetime(2026, 11, 22, tzinfo=UTC)
    with desk.sessions.writing() as session:
        session.add(
            Resident(
                number=1,
                organisation_id=desk.place.id,
                name="张三",
                name_key="张三",
                sex=1,
                created_at=now,
                updated_at=now,
            )
        )
    assert broken(desk) == {NAMES["keys"]}


def test_overwritten_pages_are_found_and_do_not_stop_the_check(desk):
    file = desk.sessions.file
    desk.sessions.close()
    content = bytearray(file.read_bytes())
    content[4096 * 10 : 4096 * 60] = b"\xff" * 4096 * 50
    file.write_bytes(content)
    assert NAMES["pages"] in broken(desk)


def test_a_check_can_be_stopped(desk):
    with pytest.raises(Cancelled):
        Integrity(desk).check(cancelled=lambda: True)
