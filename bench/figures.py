"""Figures, the targets they are held against, and how many samples become one figure."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """One measured value. With a `median` beside it, `value` is the 95th percentile; `count` samples were taken."""

    value: float
    unit: str
    median: float | None = None
    count: int = 1

    @property
    def middle(self) -> float:
        """The median where there is one, else the value."""
        return self.value if self.median is None else self.median

    def __str__(self) -> str:
        number = shown(self.value) if self.median is None else f"{shown(self.median)} / {shown(self.value)}"
        samples = f" (n={self.count})" if self.count > 1 else ""
        return f"{number} {self.unit}{samples}"


@dataclass(frozen=True)
class Target:
    """What is to be reached: a limit of our own value, or of its ratio to the baseline."""

    limit: float
    of: Literal["ours", "ratio"] = "ours"
    at_least: bool = False

    def is_reached(self, ours: Figure, ratio: float | None) -> bool:
        """Whether a figure keeps the limit."""
        value = ours.value if self.of == "ours" else ratio
        if value is None:
            return False
        return value >= self.limit if self.at_least else value <= self.limit

    def words(self, unit: str) -> str:
        """The target as the table shows it."""
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {self.limit:g} ×" if self.of == "ratio" else f"{sign} {self.limit:g} {unit}"


@dataclass(frozen=True)
class Row:
    """One line of the table: ours beside the plain baseline of the same run; `note` says what exactly is counted."""

    what: str
    ours: Figure
    baseline: Figure | None = None
    target: Target | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the baseline, by medians; None without one."""
        if self.baseline is None or not self.baseline.middle:
            return None
        return self.ours.middle / self.baseline.middle

    @property
    def reached(self) -> bool | None:
        """Whether the target is kept; None where there is none."""
        return None if self.target is None else self.target.is_reached(self.ours, self.ratio)


def shown(number: float) -> str:
    """A number with about three digits that mean something."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}" if abs(number) >= 1 else f"{number:.3f}"


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least `share` (0 to 1) of all samples do not exceed. Raises ValueError for none."""
    if not samples:
        raise ValueError("no samples")
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def median(samples: Sequence[float]) -> float:
    """The middle sample, of an even number the mean of both. Raises ValueError for none."""
    if not samples:
        raise ValueError("no samples")
    ordered = sorted(samples)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def spread(samples: Sequence[float], unit: str = "ms") -> Figure:
    """Median and 95th percentile."""
    return Figure(percentile(samples, 0.95), unit, median(samples), len(samples))


def middle(samples: Sequence[float], unit: str = "ms") -> Figure:
    """The median alone, for what is too slow to be done often."""
    return Figure(median(samples), unit, None, len(samples))


def milliseconds(work: Callable[..., object], *values: object, **named: object) -> float:
    """How long a call with these values takes."""
    began = time.perf_counter()
    work(*values, **named)
    return (time.perf_counter() - began) * 1000


@contextmanager
def undisturbed() -> Iterator[None]:
    """Collect garbage before and freeze what is left, so that the set-up's objects are no part of what is measured."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
