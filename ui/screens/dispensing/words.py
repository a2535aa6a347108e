"""Words of 发药: whose they are, how much, what a warning weighs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from app.domain.drug_warnings import Weight
from app.domain.message import msg
from app.i18n import tr
from app.services.dispensing_views import GIVEN, RETURNED, REVERSED, STATE_LABELS
from ui.screens.stock.words import packs_words
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText

if TYPE_CHECKING:
    from app.services.catalogue import DrugView
    from app.services.dispensing import DispensingView, JudgedLine, Matter
    from app.services.stock_dispense import PickedBatch

DASH = "—"
STATE_TONES: dict[str, Tone] = {GIVEN: "green", RETURNED: "grey", REVERSED: "grey"}
SEXES = {1: msg("男"), 2: msg("女")}


def yuan(fen: int | None) -> str:
    """“¥12.40”; a dash when it is not known."""
    return DASH if fen is None else f"¥{fen // 100:,}.{fen % 100:02d}"


def amount_words(view: DispensingView) -> str:
    """The value of what stayed given, and of what was given where something came back."""
    if view.kept_fen == view.amount_fen:
        return tr("合计 {amount}", amount=yuan(view.kept_fen))
    return tr("合计 {amount}（发出 {given}）", amount=yuan(view.kept_fen), given=yuan(view.amount_fen))


def clock(at: datetime) -> str:
    """“9:05” where the desk stands."""
    local = at.astimezone()
    return f"{local.hour}:{local.minute:02d}"


def state_chips(view: DispensingView) -> tuple[ChipText, ...]:
    """What became of a dispensing."""
    if view.state == GIVEN and any(line.returned for line in view.lines):
        return (ChipText(tr("退过药"), "amber"),)
    return (ChipText(tr(STATE_LABELS[view.state]), STATE_TONES[view.state]),)


def matter_chip(matter: Matter, *, is_open: bool) -> ChipText:
    """How grave a warning is, and whether it waits for an answer."""
    if matter.weight is Weight.BLOCK:
        return ChipText(tr("不能发"), "red")
    if matter.weight is Weight.NOTICE:
        return ChipText(tr("提示"), "blue")
    if not is_open:
        return ChipText(tr("已说明") if matter.weight is Weight.REASON else tr("已核对"), "green")
    return ChipText(tr("要写原因") if matter.weight is Weight.REASON else tr("请核对"), "amber")


def drug_chips(drug: DrugView) -> tuple[ChipText, ...]:
    """What must be seen of a drug while it is given."""
    chips = []
    if not drug.has_trace_code:
        chips.append(ChipText(tr("无码"), "grey"))
    if drug.special_control:
        chips.append(ChipText(drug.special_control, "red"))
    if drug.antibiotic_tier:
        chips.append(ChipText(tr("抗菌"), "amber"))
    if drug.cold_chain:
        chips.append(ChipText(tr("冷链"), "blue"))
    if not drug.is_splittable:
        chips.append(ChipText(tr("整盒发"), "grey"))
    return tuple(chips)


def quantity_words(judged: JudgedLine) -> str:
    """“28 片（2 盒）”, or a dash."""
    drug, units = judged.drug, judged.quantity
    if drug is None or units is None or units < 1:
        return DASH
    told = tr("{units} {unit}", units=units, unit=drug.unit)
    packs = packs_words(units, drug.units_per_pack, drug.pack_unit, drug.unit)
    return tr("{units}（{packs}）", units=told, packs=packs) if packs else told


def batches_words(picks: Sequence[PickedBatch], unit: str) -> str:
    """“批号 A1 至 2027-12-27 14 片；批号 B2 …”."""
    each = [
        tr("批号 {batch}（{expiry} 到期）{units} {unit}", batch=pick.batch_no, expiry=day_words(pick.expiry),
           units=pick.units, unit=unit)
        for pick in picks
    ]
    return tr("；").join(each)


def price_words(judged: JudgedLine) -> str:
    """“¥2.80/盒”; "" when batches of several prices are taken, or the price is not known."""
    prices = {(pick.price_fen, pick.units_per_pack) for pick in judged.picks}
    if judged.drug is None or len(prices) != 1:
        return ""
    fen, per_pack = next(iter(prices))
    unit = judged.drug.pack_unit if per_pack > 1 else judged.drug.unit
    return "" if fen is None else tr("{price}/{unit}", price=yuan(fen), unit=unit)


def day_words(day: date | None) -> str:
    """2027-12-27, or a dash."""
    return DASH if day is None else day.isoformat()
