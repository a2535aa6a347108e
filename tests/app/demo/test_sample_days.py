"""Both samples can be made on every day: the first and last days of a month, the new year, the leap day, at night.

The moments are those of Beijing, where half an hour after midnight the day in UTC is still the one before.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from app.demo.clinic import build_clinic
from app.demo.township import CLINICS, build_township, decide, hand_over, introduce
from app.demo.township_clinics import report_month, send_goods
from app.demo.township_supply import MANAGER, Staff
from app.desk import Actor, Desk
from app.domain.request_terms import Kind
from app.domain.settlement import previous_month
from app.security.secret_store import MemoryStore
from app.services.integrity import Integrity
from app.services.ledger_reports import LedgerReports, newest_stock
from app.services.requests import LineEdit, Requests
from app.services.review import Review
from app.services.stocktakes import Stocktakes
from db.models import DrugRequest, LedgerReport, Shipment, StockMovement, UserAccount

BOTH = (
    "2026-12-31T23:30",  # the last night of a year
    "2027-01-01T00:30",  # its first half hour: the last month ended just now, every request was written in it
    "2027-03-03T10:00",  # the books were closed between some clinics' requests and their goods
    "2027-03-05T23:30",  # the oldest request was written on the last day of the month
    "2028-02-29T00:30",
)
CLINIC_ONLY = (
    "2026-12-01T00:30", "2026-12-06T23:30", "2027-01-04T10:00", "2027-01-31T23:30", "2027-02-28T23:30",
    "2027-03-01T00:30", "2027-03-10T23:30", "2027-03-11T00:30", "2028-02-29T23:30", "2028-03-01T10:00",
)  # fmt: skip


@pytest.fixture(autouse=True)
def in_beijing(monkeypatch):
    """The computer stands in Beijing's time zone until the test is over."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def clock_at(moment: str) -> Callable[[], datetime]:
    stands = datetime.fromisoformat(f"{moment}+08:00").astimezone(UTC)
    return lambda: stands


def township_at(folder: Path, moment: str) -> Desk:
    return build_township(folder, store=MemoryStore(), for_window=False, clock=clock_at(moment))


def clinic_at(folder: Path, moment: str) -> Desk:
    return build_clinic(
        folder, residents=20, years=1, store=MemoryStore(), for_window=False, clock=clock_at(moment)
    )


def damages(desk: Desk) -> list[str]:
    return [str(result.name) for result in Integrity(desk).check() if not result.is_whole]


def last_month(desk: Desk) -> str:
    return previous_month(f"{desk.today():%Y-%m}")


def staff_of(township: Desk) -> Staff:
    with township.sessions.reading() as session:
        manager = session.scalars(select(UserAccount).where(UserAccount.name == MANAGER)).one()
    return Staff(township, township, township.signed_in_as(Actor(manager.id, manager.name, manager.role)))


def filled_draft(clinic: Desk) -> str:
    """The draft of the sample with every suggestion taken and the other lines left out; gives its id."""
    requests = Requests(clinic)
    (draft,) = [row for row in requests.summaries() if row.state == "draft"]
    for line in requests.refresh(draft.id).lines:
        edit = LineEdit(line.on_hand, requested=line.suggested or None, is_skipped=not line.suggested)
        requests.edit_line(draft.id, line.id, edit)
    return draft.id


def go_round(clinic: Desk, township: Desk) -> str:
    """The draft is submitted, approved, sent, received and verified, and the last month reported; the request's id."""
    introduce(clinic, township)
    request_id = filled_draft(clinic)
    view = Requests(clinic).get(request_id)
    lines = frozenset(line.id for line in view.lines)
    done = Requests(clinic).submit(request_id, view.version, confirmed=lines, acknowledged=lines)
    hand_over(clinic, township, done.message_id or "")
    decide(township, clinic, request_id, "released")
    send_goods(staff_of(township), clinic, request_id, "verified", hand_over)
    report_month(clinic, township, LedgerReports(clinic).next_to_close() or "", hand_over)
    return request_id


def expect_the_months_in_order(township: Desk) -> None:
    """Regular requests are for the month of the day, all reports of the last one came, nothing moved after the present."""
    with township.sessions.reading() as session:
        regular = session.scalars(select(DrugRequest).where(DrugRequest.kind == "regular")).all()
        reports = session.scalars(select(LedgerReport).where(LedgerReport.month == last_month(township))).all()
        latest = max(session.scalars(select(StockMovement.occurred_at)))
    asked_now = [row for row in regular if row.period == f"{township.today():%Y-%m}"]
    assert len(asked_now) == sum(each.kind is Kind.REGULAR for each in CLINICS)
    assert len(reports) == sum(each.reports for each in CLINICS)
    assert latest <= township.now()


@pytest.mark.parametrize("moment", BOTH)
def test_both_samples_are_made_whole_and_work_together(tmp_path, moment):
    with township_at(tmp_path / "township", moment) as township, clinic_at(tmp_path / "clinic", moment) as clinic:
        assert (damages(township), damages(clinic)) == ([], [])
        expect_the_months_in_order(township)
        request_id = go_round(clinic, township)
        with township.sessions.reading() as session:
            sent = session.scalars(select(Shipment).where(Shipment.clinic_id == clinic.place.id)).one()
            report = newest_stock(session, clinic.place.id)
        assert sent.state == "verified"
        assert Requests(clinic).get(request_id).state is Review(township).get(request_id).state
        assert report is not None
        assert report.month == last_month(township)
        assert (damages(township), damages(clinic)) == ([], [])


@pytest.mark.parametrize("moment", CLINIC_ONLY)
def test_the_sample_clinic_is_whole_and_what_was_counted_agrees_with_the_book(tmp_path, moment):
    with clinic_at(tmp_path, moment) as clinic:
        assert damages(clinic) == []
        (check,) = [take for take in Stocktakes(clinic).list() if take.kind == "check"]
        with clinic.sessions.reading() as session:
            newest = max(session.scalars(select(StockMovement.occurred_at)))
    assert newest <= check.opened_at <= clinic.now()
