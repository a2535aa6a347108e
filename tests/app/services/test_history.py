"""Revisions and the audit chain, through a change of a record."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from app.services.history import add_audit, broken_links, chain_length, changes_of, record_change
from db.models import AuditEntry


def write_three(desk):
    with desk.sessions.writing() as session:
        record_change(session, desk, "resident_added", "resident", "r1", before=None, after={"phone": "1", "sex": 1})
        record_change(
            session, desk, "resident_changed", "resident", "r1", number=2, reason="换号",
            before={"phone": "1", "sex": 1}, after={"phone": "2", "sex": 1},
        )  # fmt: skip
        add_audit(session, desk, "printed", "resident", "r1")


def test_a_change_keeps_only_what_changed_with_who_and_why(clinic_desk):
    write_three(clinic_desk)
    with clinic_desk.sessions.reading() as session:
        latest, first = changes_of(session, "resident", "r1")
    assert (latest.number, latest.before, latest.after) == (2, {"phone": "1"}, {"phone": "2"})
    assert (latest.user_name, latest.reason, latest.at) == ("王明", "换号", clinic_desk.now())
    assert (first.number, first.before, first.after) == (1, None, {"phone": "1", "sex": 1})


def test_a_whole_chain_has_no_broken_link(clinic_desk):
    write_three(clinic_desk)
    with clinic_desk.sessions.reading() as session:
        assert broken_links(session) == []
        assert chain_length(session) == 3


def test_an_altered_entry_breaks_the_chain_where_it_stands(clinic_desk):
    write_three(clinic_desk)
    with clinic_desk.sessions.writing() as session:
        session.execute(update(AuditEntry).where(AuditEntry.sequence == 2).values(action="printed"))
        assert broken_links(session) == [2]


def test_a_removed_entry_breaks_the_chain_after_it(clinic_desk):
    write_three(clinic_desk)
    with clinic_desk.sessions.writing() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.sequence == 2))
        assert broken_links(session) == [3]


def test_the_chain_goes_on_in_order(clinic_desk):
    write_three(clinic_desk)
    with clinic_desk.sessions.reading() as session:
        assert session.scalars(select(AuditEntry.sequence).order_by(AuditEntry.sequence)).all() == [1, 2, 3]
