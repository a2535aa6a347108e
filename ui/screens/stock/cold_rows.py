"""The rows of the cold-chain page: the state of each device today, its days with two readings, and what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.cold_chain import is_inside
from app.domain.message import Message, msg
from app.i18n import tr
from ui.screens.stock.words import local_time
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell

if TYPE_CHECKING:
    from app.domain.cold_chain import Excursion, Gap
    from app.services.cold_chain import AffectedGoods, DeviceRegister, ReadingView

NOON = 12


class EventState(StrEnum):
    """How far an event has been dealt with."""

    GAP = "gap"
    WAITING = "waiting"
    STOPPED = "stopped"
    DONE = "done"
    NO_GOODS = "no_goods"

    @property
    def label(self) -> Message:
        """What the list shows."""
        return _EVENT_LABELS[self]


_EVENT_LABELS = {
    EventState.GAP: msg("没有读数"),
    EventState.WAITING: msg("待停用核实"),
    EventState.STOPPED: msg("已停用，待决定"),
    EventState.DONE: msg("已处理"),
    EventState.NO_GOODS: msg("当时没有冷藏药"),
}
EVENT_TONES: dict[EventState, Tone] = {
    EventState.GAP: "amber", EventState.WAITING: "red", EventState.STOPPED: "amber", EventState.DONE: "green",
    EventState.NO_GOODS: "grey",
}


@dataclass(frozen=True)
class DeviceRow:
    """One device today. `register` None: no reading in the last 31 days."""

    device: str
    morning: tuple[ReadingView, ...]
    afternoon: tuple[ReadingView, ...]
    last: ReadingView | None
    register: DeviceRegister | None

    @property
    def is_outside(self) -> bool:
        """Whether its last reading was outside 2–8 ℃."""
        return self.last is not None and not is_inside(self.last.celsius)


@dataclass(frozen=True)
class DayRow:
    """One day of a device."""

    day: date
    morning: tuple[ReadingView, ...]
    afternoon: tuple[ReadingView, ...]


@dataclass(frozen=True)
class EventRow:
    """A silence, or a time outside 2–8 ℃ with the batches that stood there."""

    device: str
    start: datetime
    end: datetime | None
    state: EventState
    gap: Gap | None = None
    excursion: Excursion | None = None
    affected: tuple[AffectedGoods, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether somebody has to stop what stood there, or to decide about it: those stand first in the list."""
        return self.state in (EventState.WAITING, EventState.STOPPED)


def device_rows(devices: Sequence[str], registers: Iterable[DeviceRegister], today: date) -> list[DeviceRow]:
    """Every device with its readings of today."""
    by_device = {register.device: register for register in registers}
    rows = []
    for device in sorted({*devices, *by_device}):
        register = by_device.get(device)
        readings = register.readings if register is not None else ()
        morning, afternoon = halves(each for each in readings if each.at.astimezone().date() == today)
        rows.append(DeviceRow(device, morning, afternoon, readings[-1] if readings else None, register))
    return rows


def day_rows(register: DeviceRegister | None, today: date) -> list[DayRow]:
    """The days of a device from its first reading to today, the last first; a day without a reading has its empty row."""
    if register is None or not register.readings:
        return []
    by_day: dict[date, list[ReadingView]] = {}
    for reading in register.readings:
        by_day.setdefault(reading.at.astimezone().date(), []).append(reading)
    first = min(by_day)
    days = [today - timedelta(days=back) for back in range((today - first).days + 1)]
    return [DayRow(day, *halves(by_day.get(day, ()))) for day in days]


def halves(readings: Iterable[ReadingView]) -> tuple[tuple[ReadingView, ...], tuple[ReadingView, ...]]:
    """Before noon and from noon on."""
    found: tuple[list[ReadingView], list[ReadingView]] = ([], [])
    for reading in readings:
        found[reading.at.astimezone().hour >= NOON].append(reading)
    return tuple(found[0]), tuple(found[1])


def event_state(affected: Sequence[AffectedGoods]) -> EventState:
    """How far an excursion has been dealt with."""
    if not affected:
        return EventState.NO_GOODS
    if any(not each.is_seen_to for each in affected):
        return EventState.WAITING
    return EventState.STOPPED if any(each.goods.batch.hold for each in affected) else EventState.DONE


def readings_cell(readings: Sequence[ReadingView], *, is_due: bool = False) -> Cell:
    """“8:02　4.5 ℃”, red outside 2–8; a dash, amber where one is due."""
    if not readings:
        return Cell(tr("还没有记") if is_due else "—", tone="amber" if is_due else None, muted=not is_due)
    told = tr("；").join(tr("{time}　{celsius} ℃", time=f"{each.at.astimezone():%H:%M}", celsius=each.celsius)
                        for each in readings)  # fmt: skip
    outside = any(not each.is_inside for each in readings)
    return Cell(told, tone="red" if outside else None, icon="warning" if outside else "")


def last_cell(row: DeviceRow) -> Cell:
    """The last reading with its time."""
    if row.last is None:
        return Cell("—", muted=True)
    words = tr("{celsius} ℃", celsius=row.last.celsius)
    return Cell(words, second_line=local_time(row.last.at), tone="red" if row.is_outside else None, bold=True)


def event_words(row: EventRow) -> Cell:
    """What happened."""
    if row.excursion is not None:
        return Cell(tr("超出 2–8 ℃：最低 {low}，最高 {high}", low=row.excursion.lowest, high=row.excursion.highest), tone="red")
    hours = row.gap.length.total_seconds() / 3600 if row.gap is not None else 0
    return Cell(tr("{hours} 小时没有读数", hours=int(hours)))


def event_time(row: EventRow) -> str:
    """From when until when."""
    end = tr("现在") if row.end is None else local_time(row.end)
    return tr("{start} 至 {end}", start=local_time(row.start), end=end)


def event_chip(row: EventRow) -> ChipText:
    """How far it has been dealt with."""
    return ChipText(tr(row.state.label), EVENT_TONES[row.state])
