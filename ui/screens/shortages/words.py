"""Words that the two desks' lists of shortages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.shortage_states import OPEN, ShortageState
from app.i18n import tr
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell

if TYPE_CHECKING:
    from app.services.shortages import Alternative, Redistribution, ShortageView

TONES: dict[ShortageState, Tone] = {
    ShortageState.DRAFT: "grey", ShortageState.REPORTED: "amber", ShortageState.VERIFIED: "amber",
    ShortageState.SUBSTITUTED: "blue", ShortageState.REDISTRIBUTED: "blue", ShortageState.PURCHASING: "blue",
    ShortageState.ESCALATED: "blue", ShortageState.DELIVERED: "green", ShortageState.COLLECTED: "green",
}
DASH = "—"


def state_chip(state: ShortageState) -> ChipText:
    """A state as a chip."""
    return ChipText(tr(state.label), TONES.get(state, "grey"))


def drug_cell(view: ShortageView) -> Cell:
    """The drug; grey once the report is done with."""
    return Cell(view.drug_text, bold=view.state in OPEN, muted=view.state not in OPEN)


def state_chips(view: ShortageView) -> tuple[ChipText, ...]:
    """How far it is, marked when the drug is out or lasts less than half a month."""
    risk = (ChipText(tr("急"), "red"),) if view.is_high_risk else ()
    return (*risk, state_chip(view.state))


def known(value: object) -> str:
    """A figure, or a dash for the unknown."""
    return DASH if value is None else str(value)


def units_of(view: ShortageView, units: int | None) -> str | None:
    """“120 袋”; None for the unknown. Without a unit where the drug is not in the catalogue."""
    return None if units is None else tr("{units} {unit}", units=units, unit=view.unit).strip()


def day_of(view: ShortageView) -> str:
    """“11-22”, the day on which it was written down."""
    local = view.reported_at.astimezone()
    return f"{local.month}-{local.day:02d}"


def alternative_words(found: Alternative, *, is_township: bool) -> str:
    """“非洛地平缓释片 5mg：卫生院有 140”."""
    name = f"{found.drug_name} {found.strength}".strip()
    if found.same_ingredient:
        name = tr("{drug}（成分相同）", drug=name)
    if not found.own_stock:
        return tr("{drug}：卫生院没有库存", drug=name) if is_township else tr("{drug}：本室没有库存", drug=name)
    words = tr("{drug}：卫生院有 {units}", drug=name, units=found.own_stock)
    return words if is_township else tr("{drug}：本室有 {units}", drug=name, units=found.own_stock)


def redistribution_words(found: Redistribution) -> str:
    """“李楼村卫生室可调出 60（批号 A1，有效期 2027-06-30）”."""
    expiry = found.expiry.isoformat() if found.expiry else DASH
    return tr("{clinic}可调出 {units}（批号 {batch}，有效期 {expiry}）", clinic=found.clinic_name, units=found.spare,
              batch=found.batch_no, expiry=expiry)
