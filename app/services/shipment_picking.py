"""配货: which batches a shipment takes from the township's shelf, first expired first out (drug_requests §6.4).

A village gets whole packs (§4.7): what a line asks for is rounded up to packs of the batch, an opened rest of a batch goes
as it is. So more than was approved may be sent, always by less than a pack; "可拆零" of the catalogue says whether a clinic
may open a pack for a resident, and plays no part here. Always plain up: a remainder that the threshold of the clinic's
order (零头) let go was not asked for in the first place, and one dropped here could never be sent.

The picking itself is app.domain.batches.pick_fefo; here stand the township's batches in memory while one shipment is
allocated, so that two lines of one drug do not take the same units. Nothing is reserved here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.batches import Batch, days_left, pick_fefo
from app.domain.message import msg
from app.domain.packs import goes_whole
from app.services.problems import refuse
from app.services.supply_balance import min_days
from db.models import Drug, ShipmentLine, StockBatch


@dataclass(frozen=True)
class HandPick:
    """Units of one batch, chosen by a person."""

    batch_id: str
    units: int


@dataclass
class FreeShelf:
    """The township's batches of some drugs with what is free of each; `taken` grows while lines are allocated."""

    desk: Desk
    batches: dict[str, list[StockBatch]]
    drugs: dict[str, Drug]
    taken: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, desk: Desk, codes: set[str]) -> FreeShelf:
        """The shelf for these drugs."""
        rows = session.scalars(
            select(StockBatch).where(
                StockBatch.organisation_id == desk.place.id,
                StockBatch.drug_code.in_(codes),
                StockBatch.on_hand > 0,
            )
        )
        batches: dict[str, list[StockBatch]] = {}
        for row in rows:
            batches.setdefault(row.drug_code, []).append(row)
        drugs = {drug.code: drug for drug in session.scalars(select(Drug).where(Drug.code.in_(codes)))}
        return cls(desk, batches, drugs)

    @staticmethod
    def cold_codes(session: Session, codes: set[str]) -> set[str]:
        """Which of these drugs are kept cold."""
        return set(session.scalars(select(Drug.code).where(Drug.code.in_(codes), Drug.cold_chain.is_(True))))

    def free(self, batch: StockBatch) -> int:
        """Units of a batch that nobody has."""
        return batch.on_hand - batch.reserved - self.taken.get(batch.id, 0)

    def min_days(self, drug_code: str) -> int:
        """Days that a batch of this drug must still have."""
        drug = self.drugs.get(drug_code)
        return min_days(bool(drug and drug.cold_chain))


def allocate_lines(
    shelf: FreeShelf, line: ShipmentLine, by_hand: Sequence[HandPick] | None = None, *, room: int | None = None
) -> list[ShipmentLine]:
    """New lines, one for each batch, for a drafted line; fewer units than drafted when the shelf has not enough.

    `room`: so many units at most are proposed, the rest is promised to others; None is no limit, by hand there is none.

    Raises Refused when a batch chosen by hand is not there, not usable, too short-dated, has not so many units, or is to
    be broken into.
    """
    picks = _hand_picks(shelf, line, by_hand) if by_hand else _fefo_picks(shelf, line, room)
    parts = []
    for batch, units in picks:
        shelf.taken[batch.id] = shelf.taken.get(batch.id, 0) + units
        parts.append(_part(line, batch, units))
    return parts


def merge_lines(session: Session, lines: Sequence[ShipmentLine]) -> None:
    """Put the batches of one request line together again into one drafted line."""
    kept: dict[str, ShipmentLine] = {}
    for line in lines:
        key = line.request_line_id or line.drug_code
        line.batch_id, line.batch_no, line.expiry, line.manufacturer, line.codes = None, "", None, "", []
        if key in kept:
            kept[key].shipped += line.shipped
            session.delete(line)
        else:
            kept[key] = line
    session.flush()


def _fefo_picks(shelf: FreeShelf, line: ShipmentLine, room: int | None) -> list[tuple[StockBatch, int]]:
    if room is not None and room < 1:
        return []
    rows = shelf.batches.get(line.drug_code, [])
    choice = [
        Batch(
            batch_no=row.batch_no, units=row.on_hand, expiry=row.expiry, held=bool(row.hold),
            reserved=row.reserved + shelf.taken.get(row.id, 0), received_on=row.received_on,
            pack=row.units_per_pack,
        )
        for row in rows
    ]  # fmt: skip
    # Two batches may be equal in all that picking looks at; identity tells them apart.
    by_identity = {id(batch): row for batch, row in zip(choice, rows, strict=True)}
    picking = pick_fefo(
        line.shipped if room is None else min(room, line.shipped),
        choice,
        shelf.desk.today(),
        splittable=False,
        pack=line.units_per_pack,
        min_remaining_days=shelf.min_days(line.drug_code),
    )
    return [(by_identity[id(pick.batch)], pick.units) for pick in picking.picks if pick.units]


def _hand_picks(
    shelf: FreeShelf, line: ShipmentLine, by_hand: Sequence[HandPick]
) -> list[tuple[StockBatch, int]]:
    rows = {row.id: row for row in shelf.batches.get(line.drug_code, [])}
    today = shelf.desk.today()
    picks = []
    for chosen in by_hand:
        row = rows.get(chosen.batch_id)
        if row is None:
            raise refuse(line.id, msg("{drug} 没有这个批次的库存，没有配货。请刷新后再选。", drug=line.drug_name))
        least = shelf.min_days(line.drug_code)
        if row.hold or (row.expiry is not None and days_left(row.expiry, today) < least):
            sentence = msg(
                "{drug} 批号 {batch} 有效期到 {expiry}，不能发往村卫生室（至少还要有 {days} 天，且未停用）。请换一批。",
                drug=line.drug_name,
                batch=row.batch_no,
                expiry=row.expiry,
                days=least,
            )
            raise refuse(line.id, sentence)
        if not 1 <= chosen.units <= shelf.free(row):
            sentence = msg(
                "{drug} 批号 {batch} 可以配 1 到 {free} {unit}，您填的是 {units}。",
                drug=line.drug_name,
                batch=row.batch_no,
                free=shelf.free(row),
                unit=line.unit,
                units=chosen.units,
            )
            raise refuse(line.id, sentence)
        _refuse_broken_pack(line, row, chosen.units, shelf.free(row))
        picks.append((row, chosen.units))
    over = sum(units for _row, units in picks) - line.shipped
    if over > 0 and over >= min(row.units_per_pack for row, _units in picks):
        raise refuse(line.id, msg("发货数量超过余量：请减少，或先修改批准数量。"))
    return picks


def _refuse_broken_pack(line: ShipmentLine, batch: StockBatch, units: int, free: int) -> None:
    """A pack is not opened to be sent; one that is open already may go with the others or alone."""
    pack = batch.units_per_pack
    if goes_whole(units, pack, free):
        return
    sentence = msg(
        "{drug} 批号 {batch} 按整包装发，每{pack_unit} {pack} {unit}，您填的是 {units} {unit}。请改成 {less} 或 {more} {unit}。",
        drug=line.drug_name,
        batch=batch.batch_no,
        pack_unit=line.pack_unit,
        pack=pack,
        unit=line.unit,
        units=units,
        less=units // pack * pack,
        more=min(free, (units // pack + 1) * pack),
    )
    raise refuse(line.id, sentence)


def _part(line: ShipmentLine, batch: StockBatch, units: int) -> ShipmentLine:
    return ShipmentLine(
        shipment_id=line.shipment_id, request_line_id=line.request_line_id, position=0, batch_id=batch.id,
        drug_code=line.drug_code, drug_name=line.drug_name, strength=line.strength, unit=line.unit,
        pack_unit=line.pack_unit, units_per_pack=batch.units_per_pack, price_fen=batch.price_fen,
        manufacturer=batch.manufacturer, batch_no=batch.batch_no, expiry=batch.expiry, shipped=units, codes=[],
    )  # fmt: skip
