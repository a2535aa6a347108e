"""Words that the pages of 库存 share: units with their packs, days of use, states as chips, money, times."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from app.domain.batches import ExpiryLevel
from app.domain.packs import in_packs, quantity_words
from app.domain.quantities import up_to_two_places
from app.domain.stock import ENDLESS, StockStatus
from app.i18n import tr
from app.services import stock_sheets
from app.services.stock_sheets import EXPIRED, FAR, hold_words
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText

if TYPE_CHECKING:
    from app.services.settings import Settings
    from app.services.stock_cards import BatchRow
    from app.services.stock_positions import Position

STATUS_TONES: dict[StockStatus, Tone] = {
    StockStatus.OUT: "red", StockStatus.LOW: "amber", StockStatus.NORMAL: "green", StockStatus.OVERSTOCKED: "blue",
    StockStatus.UNUSED: "grey",
}
LEVEL_TONES: dict[ExpiryLevel, Tone] = {
    ExpiryLevel.EXPIRED: "red", ExpiryLevel.RED: "red", ExpiryLevel.ORANGE: "amber", ExpiryLevel.YELLOW: "grey",
    ExpiryLevel.NONE: "green",
}
DAYS_OF_A_MONTH = 30
DASH = "—"


def packs_words(units: int, per_pack: int, pack_unit: str, unit: str) -> str:
    """“10 盒 6 片” of 286 units; "" where a pack says no more than the units."""
    found = in_packs(units, per_pack, pack_unit, unit)
    return "" if found is None else tr(found)


def units_words(units: int, unit: str) -> str:
    """“286 片”."""
    return tr("{units} {unit}", units=f"{units:,}", unit=unit)


def with_packs(units: int, row: Position) -> str:
    """“286 片（10 盒 6 片）”."""
    return tr(quantity_words(units, row.unit, row.units_per_pack, row.pack_unit))


def days_of_use(mos: Fraction | float | None) -> int | None:
    """Whole days that the stock lasts; None where the use is unknown, and where nobody uses it."""
    if mos is None or mos == ENDLESS:
        return None
    return int(Fraction(mos) * DAYS_OF_A_MONTH)


def rounded(value: Fraction | None) -> str | None:
    """At most two decimals, as the requests keep the figure (drug_requests §4.4); None stays None."""
    return None if value is None else up_to_two_places(value)


def status_chips(row: Position) -> tuple[ChipText, ...]:
    """The state and, beside it, the risk of expiry; empty when neither can be told."""
    chips = [ChipText(tr(row.status.label), STATUS_TONES[row.status])] if row.status is not None else []
    if row.expiry_risk:
        chips.append(ChipText(tr("有效期风险"), "amber"))
    return tuple(chips)


def level_chip(batch: BatchRow) -> ChipText:
    """How near the expiry is: the days that are left, in the colour of the level."""
    if batch.level is ExpiryLevel.EXPIRED or batch.days is None:
        return ChipText(tr(EXPIRED if batch.level is ExpiryLevel.EXPIRED else FAR), LEVEL_TONES[batch.level])
    return ChipText(tr("剩 {days} 天", days=batch.days), LEVEL_TONES[batch.level])


def level_words(level: ExpiryLevel, settings: Settings) -> str:
    """A level as the days that it stands for here."""
    red, orange, yellow = (int(settings.get(f"expiry_{colour}_days")) for colour in ("red", "orange", "yellow"))
    return stock_sheets.level_words(level, (red, orange, yellow))


def batch_chips(batch: BatchRow) -> tuple[ChipText, ...]:
    """Why a batch is held, and how near its expiry is when it is near."""
    chips = [ChipText(hold_words(batch.hold), "red")] if batch.hold else []
    if batch.level is not ExpiryLevel.NONE:
        chips.append(level_chip(batch))
    return tuple(chips)


def days_left(batch: BatchRow) -> str | None:
    """The days that a batch may still be used; words once there are none, a dash without an expiry."""
    if batch.days is None:
        return None
    return str(batch.days) if batch.days > 0 else tr("过期")


def yuan(fen: int | None) -> str | None:
    """“¥2,318.40”; None stays None."""
    return None if fen is None else f"¥{fen // 100:,}.{fen % 100:02d}"


def local_time(at: datetime) -> str:
    """“2026-11-22 08:30” where the desk stands."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def day_words(day: date | None) -> str:
    """“2028-08-31”, a dash without one."""
    return DASH if day is None else day.isoformat()
