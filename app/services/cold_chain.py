"""冷链: readings of the refrigerators, silences, times outside 2–8 ℃, and what is decided about the goods.

The register does not know which batch stands in which refrigerator: an event touches every batch of a cold-chain drug
that was there at that time, and the doctor leaves out those that stood elsewhere. drug_requests §6.5.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.cold_chain import (
    HIGHEST,
    LOWEST,
    POSSIBLE,
    Excursion,
    Gap,
    Reading,
    excursions,
    gaps,
    is_inside,
    is_possible,
)
from app.domain.message import msg
from app.domain.movements import Bearer, MovementKind
from app.domain.quantities import exact
from app.forms.vocabulary import Problem
from app.services.history import add_audit
from app.services.problems import refuse_if_any
from app.services.stock_actions import BatchUnits, StockActions, StockDocument
from app.services.stock_cards import BatchRow, batch_row
from app.services.stock_documents import Approval, problem
from app.services.stock_holds import Hold, held_spans, hold_batch, release_batch
from db.models import ColdReading, Drug, StockBatch, StockMovement, new_id

_READINGS, _BATCHES, _MOVEMENTS = ColdReading.__table__, StockBatch.__table__, StockMovement.__table__
LONGEST_DEVICE = 30
SHOWN = timedelta(days=31)
"""How far back the register looks, unless asked for more."""


@dataclass(frozen=True)
class ReadingView:
    """One reading as the register shows it."""

    id: str
    device: str
    at: datetime
    celsius: Decimal
    is_inside: bool
    user_name: str
    note: str


@dataclass(frozen=True)
class DeviceRegister:
    """One refrigerator: its readings, oldest first, its silences, and the times it was outside 2–8 ℃."""

    device: str
    readings: tuple[ReadingView, ...]
    gaps: tuple[Gap, ...]
    excursions: tuple[Excursion, ...]


@dataclass(frozen=True)
class ColdGoods:
    """A batch of a cold-chain drug on the shelf."""

    drug_code: str
    name: str
    strength: str
    unit: str
    batch: BatchRow


@dataclass(frozen=True)
class AffectedGoods:
    """A batch that stood there during an event. `is_seen_to`: it has been held since, so somebody decided about it."""

    goods: ColdGoods
    is_seen_to: bool


def is_waiting(affected: Sequence[AffectedGoods]) -> bool:
    """Whether somebody still has to decide about a batch of an event."""
    return any(not each.is_seen_to or bool(each.goods.batch.hold) for each in affected)


class ColdChain:
    """冷链 at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def add_reading(self, device: str, celsius: Decimal | str, *, at: datetime | None = None, note: str = "") -> str:
        """Write a reading of a device; gives its id. `at` None is now. Raises Refused for an impossible one."""
        now = self.desk.now()
        degrees, problems = _read(device, celsius, at or now, now)
        refuse_if_any(problems)
        with self.desk.sessions.writing() as session:
            reading = ColdReading(
                id=new_id(),
                organisation_id=self.desk.place.id,
                device=device.strip(),
                read_at=at or now,
                celsius=degrees,
                user_id=self.desk.actor.user_id,
                user_name=self.desk.actor.name,
                note=note.strip(),
            )
            session.add(reading)
            add_audit(session, self.desk, "cold_reading_added", "cold_reading", reading.id)
            return reading.id

    def register(self, since: datetime | None = None) -> tuple[DeviceRegister, ...]:
        """Every device with its readings since then (None: the last 31 days), by name."""
        begin = since or self.desk.now() - SHOWN
        with self.desk.sessions.reading() as session:
            statement = (
                select(_READINGS)
                .where(_READINGS.c.organisation_id == self.desk.place.id, _READINGS.c.read_at >= begin)
                .order_by(_READINGS.c.read_at, _READINGS.c.id)
            )
            rows = session.execute(statement).all()
        by_device: dict[str, list[ReadingView]] = {}
        for row in rows:
            view = ReadingView(
                row.id, row.device, row.read_at, row.celsius, is_inside(row.celsius), row.user_name, row.note
            )
            by_device.setdefault(row.device, []).append(view)
        return tuple(self._device(device, by_device[device]) for device in sorted(by_device))

    def goods(self, *, during: Excursion | None = None) -> list[ColdGoods]:
        """The batches of cold-chain drugs on the shelf; with `during` those that were already there in that time."""
        with self.desk.sessions.reading() as session:
            return _goods(session, self.desk, during)

    def affected(self, excursion: Excursion) -> tuple[AffectedGoods, ...]:
        """The batches that stood there during the event, and whether it has been decided about each."""
        with self.desk.sessions.reading() as session:
            goods = _goods(session, self.desk, excursion)
            spans = held_spans(session, [each.batch.batch_id for each in goods])
        begin = excursion.start.astimezone().date()
        return tuple(
            AffectedGoods(each, bool(each.batch.hold) or any(span.since >= begin for span in spans.get(each.batch.batch_id, ())))
            for each in goods
        )

    def open_events(self) -> int:
        """How many events of the register still wait: goods not looked after, or held without a decision."""
        events = [event for register in self.register() for event in register.excursions]
        return sum(is_waiting(self.affected(event)) for event in events)

    def devices(self) -> tuple[str, ...]:
        """Every device that ever had a reading, the one read last first."""
        last = func.max(_READINGS.c.read_at)
        statement = (
            select(_READINGS.c.device)
            .where(_READINGS.c.organisation_id == self.desk.place.id)
            .group_by(_READINGS.c.device)
            .order_by(last.desc(), _READINGS.c.device)
        )
        with self.desk.sessions.reading() as session:
            return tuple(session.scalars(statement))

    def hold_affected(self, excursion: Excursion, batch_ids: Collection[str] | None = None) -> int:
        """Hold the batches that stood there during the event, or those of them in `batch_ids`; gives how many.

        Batches that are held already stay as they are.
        """
        # Kept in the Chinese source, whatever language the user works in.
        reason = msg(
            "冷链异常：{start} 起，最低 {low}，最高 {high} ℃",
            start=f"{excursion.start.astimezone():%Y-%m-%d %H:%M}",
            low=excursion.lowest,
            high=excursion.highest,
        )
        with self.desk.sessions.writing() as session:
            affected = [
                goods.batch
                for goods in _goods(session, self.desk, excursion)
                if not goods.batch.hold and (batch_ids is None or goods.batch.batch_id in batch_ids)
            ]
            for batch in affected:
                hold_batch(session, self.desk, batch.batch_id, Hold.COLD_CHAIN, str(reason))
            return len(affected)

    def release(self, batch_ids: Sequence[str], *, reason: str, approval: Approval) -> None:
        """The decision that the goods are sound: all are let go, or none."""
        with self.desk.sessions.writing() as session:
            for batch_id in batch_ids:
                release_batch(session, self.desk, batch_id, reason, approval)

    def discard(self, units: Sequence[BatchUnits], *, bearer: Bearer | None, reason: str) -> StockDocument:
        """The decision that they are not: a loss by the cold chain."""
        return StockActions(self.desk).lose(MovementKind.COLD_CHAIN_FAILURE, units, bearer=bearer, reason=reason)

    def _device(self, device: str, views: Sequence[ReadingView]) -> DeviceRegister:
        readings = [Reading(view.at, view.celsius) for view in views]
        return DeviceRegister(device, tuple(views), gaps(readings, self.desk.now()), excursions(readings))


def _read(device: str, celsius: Decimal | str, at: datetime, now: datetime) -> tuple[Decimal, list[Problem]]:
    problems = []
    if not device.strip() or len(device.strip()) > LONGEST_DEVICE:
        problems.append(problem("device", msg("请填写冰箱的名称，最多 {most} 个字。", most=LONGEST_DEVICE)))
    if at > now:
        problems.append(problem("at", msg("读数时间还没有到，请核对。")))
    try:
        degrees = exact(celsius)
    except ValueError:
        degrees = Decimal("NaN")
    if degrees.is_nan() or not is_possible(degrees) or degrees != round(degrees, 1):
        sentence = msg(
            "温度请填 {low} 到 {high} 之间的数，最多一位小数；冷藏药品应在 {lowest} 到 {highest} ℃。",
            low=POSSIBLE[0],
            high=POSSIBLE[1],
            lowest=LOWEST,
            highest=HIGHEST,
        )
        problems.append(problem("celsius", sentence))
    return degrees, problems


def _goods(session: Session, desk: Desk, during: Excursion | None) -> list[ColdGoods]:
    drugs = Drug.__table__
    statement = (
        select(_BATCHES, drugs.c.generic_name, drugs.c.strength, drugs.c.unit)
        .join_from(_BATCHES, drugs, drugs.c.code == _BATCHES.c.drug_code)
        .where(
            _BATCHES.c.organisation_id == desk.place.id, _BATCHES.c.on_hand > 0, drugs.c.cold_chain.is_(True)
        )
        .order_by(drugs.c.pinyin, drugs.c.code, _BATCHES.c.expiry, _BATCHES.c.batch_no)
    )
    if during is not None and during.end is not None:
        there = select(_MOVEMENTS.c.id).where(
            _MOVEMENTS.c.batch_id == _BATCHES.c.id, _MOVEMENTS.c.occurred_at < during.end
        )
        statement = statement.where(there.exists())
    return [
        ColdGoods(row.drug_code, row.generic_name, row.strength, row.unit, batch_row(row, desk.today()))
        for row in session.execute(statement)
    ]
