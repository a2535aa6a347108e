"""What the tests of dispensing share: goods with codes, visits with medicines, drafts, and how a refusal is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.domain.movements import MovementKind
from app.services.dispensing import Dispensing, Draft, DraftLine
from app.services.problems import Refused
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from app.services.trace_codes import scan_in
from db.models import Dispensing as Document
from db.models import DispensingLine, FormEntry, StockBatch, StockMovement, TraceScan, new_id

AMLODIPINE, AMOXICILLIN, PARACETAMOL, COLD_REMEDY = "VD001", "VD055", "VD049", "VD079"
PREFIX = "8412345"


def code(number: int) -> str:
    """A trace code of 氨氯地平, by its number."""
    return f"{PREFIX}{number:013d}"


def stock(desk, drug, units, *, batch_no="A1", days=400, pack=28, price=280, codes=(), kind=MovementKind.RECEIPT):
    """A receipt of units that last so many days, with the codes of its packs; gives the batch's id."""
    with desk.sessions.writing() as session:
        key = BatchKey(drug, batch_no, desk.today() + timedelta(days=days), price_fen=price, units_per_pack=pack)
        batch = find_or_make_batch(session, desk, key, desk.today())
        [booked] = book(session, desk, [NewMovement(batch, kind, units)])
        if codes:
            scan_in(session, desk, booked.id, codes)
        return batch


def visit(desk, resident, drugs, form_code="htn_followup", day=None, **answers):
    """A visit on file that names these medicines; its id."""
    entry_id = new_id()
    with desk.sessions.writing() as session:
        session.add(
            FormEntry(
                id=entry_id, form_code=form_code, edition="2017", resident_id=resident, visit_id=new_id(),
                entry_date=day or desk.today(), author_id=desk.actor.user_id, answers={"drugs": drugs, **answers},
                created_at=desk.now(), updated_at=desk.now(),
            )
        )
    return entry_id


def line(drug=AMLODIPINE, quantity=None, *, dose="1片", times=1, days=7, key="1", **changes):
    """A line of a draft: one tablet a day for a week unless told otherwise."""
    return DraftLine(key, drug, quantity, dose, None if times is None else Decimal(times), days, **changes)


def draft(resident, *lines, **changes):
    """What is to be given to a resident."""
    return Draft(resident, lines, **changes)


def on_hand(desk, drug=AMLODIPINE):
    """Units of a drug that may be given."""
    with desk.sessions.reading() as session:
        return session.scalar(
            select(func.coalesce(func.sum(StockBatch.on_hand), 0)).where(StockBatch.drug_code == drug, StockBatch.hold == "")
        )


def matters(desk, wanted):
    """What the rules say to a draft, weights by key."""
    return {matter.key: matter.weight for matter in Dispensing(desk).judge(wanted).matters}


def refused(desk, wanted):
    """The sentences of the refusal; nothing of it was booked."""

    def counts():
        with desk.sessions.reading() as session:
            models = (Document, DispensingLine, StockMovement, TraceScan)
            return [session.scalar(select(func.count()).select_from(model)) for model in models]

    before = counts()
    with pytest.raises(Refused) as refusal:
        Dispensing(desk).give(wanted)
    assert counts() == before
    return {problem.code: str(problem.message) for problem in refusal.value.problems}


def answered(desk, wanted, reason="上级医院方案，已告知"):
    """The draft with a reason and an answer for everything that wants one."""
    keys = matters(desk, wanted)
    return replace(wanted, reasons=dict.fromkeys(keys, reason), confirmed=frozenset(keys))
