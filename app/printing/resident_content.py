"""What 给居民的单子 says, decided before anything is drawn: plain values. Loads neither ReportLab nor a font."""

from __future__ import annotations

from dataclasses import dataclass

TICK = "√"
"""What stands under the time of a day at which a medicine is taken."""


@dataclass(frozen=True)
class Series:
    """One line of the chart: its `label`, a value for each day (None not measured), and the limit in words."""

    label: str
    values: tuple[float | None, ...]
    shown: tuple[str, ...]
    limit: float
    limit_words: str


@dataclass(frozen=True)
class Chart:
    """`days` as they are written below, one or two series above them."""

    title: str
    days: tuple[str, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True)
class Value:
    """血压 142/86 偏高; `unit` in small type, `is_good` prints the verdict plainly, otherwise white on black."""

    name: str
    value: str
    unit: str
    verdict: str
    is_good: bool


@dataclass(frozen=True)
class MedicineLine:
    """A medicine, how it is taken in words, and what stands under 早, 中, 晚, 睡前; None leaves the boxes for the pen."""

    name: str
    usage: str
    marks: tuple[str, str, str, str] | None


@dataclass(frozen=True)
class ResidentContent:
    """Everything that the sheet says. `person` such as 女 71 岁; `more` values in one line; `next_date` "" unknown."""

    name: str
    person: str
    date: str
    values: tuple[Value, ...]
    more: str
    advice: tuple[str, ...]
    charts: tuple[Chart, ...]
    medicines: tuple[MedicineLine, ...]
    next_date: str
    next_weekday: str
    clinic: str
    phone: str
    doctor: str


def words_of(content: ResidentContent) -> str:
    """Everything that was filled in, to be looked through for characters without a glyph."""
    medicines = "".join(line.name + line.usage for line in content.medicines)
    return "".join((content.name, *content.advice, medicines, content.clinic, content.doctor))
