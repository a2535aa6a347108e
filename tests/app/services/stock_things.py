"""What the tests of the stock share: drugs, goods, moments, and a plain count that knows nothing of the services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from app.desk import Actor
from app.domain.movements import MovementKind
from app.services.stock_documents import Approval
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from db.models import Drug, Stocktake, StocktakeLine, UserAccount, new_id

TODAY = date(2026, 11, 22)
LATER = date(2028, 8, 31)
AMLODIPINE, INSULIN, IBUPROFEN = "D001", "D002", "D003"
LEAD = Actor("lead", "刘芳", "clinic_lead")
BY_LEAD = Approval(LEAD)


def at(day, hour=1):
    """A moment of a day, in UTC; 1:00 is 9 o'clock in the clinic."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def add_drugs(desk):
    """Three drugs, one of them kept cold, and a lead beside the doctor."""
    common = {"dosage_form": "片剂", "pack_unit": "盒", "price_fen": 560, "valid_from": date(2018, 11, 1)}
    with desk.sessions.writing() as session:
        session.add(Drug(code=AMLODIPINE, generic_name="氨氯地平片", strength="5mg", unit="片", units_per_pack=28,
                         pinyin="aldpp", barcode="6901234567892", **common))  # fmt: skip
        session.add(Drug(code=INSULIN, generic_name="甘精胰岛素注射液", strength="300单位", unit="支", units_per_pack=1,
                         pinyin="gjydszsy", cold_chain=True, **common))  # fmt: skip
        session.add(Drug(code=IBUPROFEN, generic_name="布洛芬片", strength="0.2g", unit="片", units_per_pack=100,
                         pinyin="blfp", **common))  # fmt: skip
        session.add(UserAccount(id=LEAD.user_id, organisation_id=desk.place.id, name=LEAD.name, role=LEAD.role,
                                pin_hash="", created_at=desk.now()))  # fmt: skip


def batch(desk, number="0021", expiry=LATER, drug=AMLODIPINE, *, price=560, pack=28, received=date(2026, 1, 1), hold=""):
    """The id of a batch, made when new."""
    with desk.sessions.writing() as session:
        key = BatchKey(drug, number, expiry, "某厂", price, pack)
        return find_or_make_batch(session, desk, key, received, hold=hold)


def move(desk, batch_id, kind, quantity, moment=None, **more):
    """One movement booked."""
    with desk.sessions.writing() as session:
        return book(session, desk, [NewMovement(batch_id, kind, quantity, moment, **more)])[0]


def receive(desk, quantity, day, number="0021", expiry=LATER, drug=AMLODIPINE):
    """A receipt on a day; gives the batch's id."""
    batch_id = batch(desk, number, expiry, drug, received=day)
    move(desk, batch_id, MovementKind.RECEIPT, quantity, at(day))
    return batch_id


def counted(desk, batch_id, moment, units=0):
    """A finalised stock-take with one line."""
    with desk.sessions.writing() as session:
        take = Stocktake(id=new_id(), organisation_id=desk.place.id, kind="full", state="finalised", opened_at=moment,
                         opened_by_id="", opened_by_name="")  # fmt: skip
        session.add(take)
        session.flush()
        session.add(StocktakeLine(stocktake_id=take.id, position=0, batch_id=batch_id, drug_code=AMLODIPINE,
                                  drug_name="", batch_no="", unit="片", snapshot=0, counted=units,
                                  counted_at=moment))  # fmt: skip


@dataclass
class PlainCount:
    """The same law, counted the slow way: every movement in a list, every moment looked at."""

    rows: list[tuple[str, datetime, int]] = field(default_factory=list)
    counts: dict[str, datetime] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)

    def takes(self, batch_id, moment, units, now):
        """Whether the movement stands, and keep it when it does."""
        if moment > now or moment.astimezone().strftime("%Y-%m") in self.closed:
            return False
        if batch_id in self.counts and moment < self.counts[batch_id]:
            return False
        if units < 0 and batch_id in self.held:
            return False
        tried = [*self.rows, (batch_id, moment, units)]
        moments = {when for own, when, _ in tried if own == batch_id}
        if units < 0 and any(
            sum(change for own, when, change in tried if own == batch_id and when <= each) < 0 for each in moments
        ):
            return False
        self.rows = tried
        return True

    def on_hand(self, batch_id):
        """What stands there."""
        return sum(units for own, _, units in self.rows if own == batch_id)


def days_ago(desk, days, hour=1):
    """A moment some days before the desk's today."""
    return at(desk.today() - timedelta(days=days), hour)
