"""Small charts: a trend over months with a target band, bars of a few months, lines over named places.

Series differ by colour, by the shape of their marks and by their line, so that they can be told apart without colour.
Each chart describes itself in words for screen readers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import tr
from ui.theme import tokens
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.theme.tokens import Tone

Mark = Literal["circle", "square", "triangle", "none"]


@dataclass(frozen=True)
class Series:
    """Measured values by date, oldest first; a None value breaks the line."""

    title: str
    points: tuple[tuple[date, float | None], ...]
    tone: Tone = "red"
    mark: Mark = "circle"
    dashed: bool = False

    def known(self) -> list[tuple[date, float]]:
        """The points that have a value."""
        return [(day, value) for day, value in self.points if value is not None]


class Chart(QWidget):
    """What both charts share: size, theme, name."""

    def __init__(self, *, name: str, accessible_name: str, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self._height = height
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_changes().changed.connect(self.follow_theme)

    def follow_theme(self, theme: Theme) -> None:
        """Take the size of this appearance."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Wide as may be, high as asked."""
        theme = current_theme()
        return QSize(theme.px(240), theme.px(self._height))

    def minimumSizeHint(self) -> QSize:
        """Still readable at this size."""
        theme = current_theme()
        return QSize(theme.px(160), theme.px(self._height))


class TrendChart(Chart):
    """Lines over time with a target band, such as blood pressure over 12 months."""

    def __init__(self, *, name: str, accessible_name: str, height: int = 180, parent: QWidget | None = None) -> None:
        super().__init__(name=name, accessible_name=accessible_name, height=height, parent=parent)
        self._series: tuple[Series, ...] = ()
        self._band: tuple[float, float] | None = None
        self._months = 12
        self._until = date(2000, 1, 1)
        self._unit = ""

    def show_series(
        self, series: Sequence[Series], *, until: date, months: int = 12, band: tuple[float, float] | None = None,
        unit: str = "",
    ) -> None:
        """Show these lines for the `months` up to `until`; `band` is the target range, shaded."""
        self._series, self._until, self._months = tuple(series), until, months
        self._band, self._unit = band, unit
        self.setAccessibleDescription(self._in_words())
        self.update()

    def series(self) -> tuple[Series, ...]:
        """What is shown."""
        return self._series

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw band, grid, labels and lines."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if any(each.known() for each in self._series):
            self._paint_chart(painter, theme)
        else:
            painter.setFont(theme.font())
            painter.setPen(QColor(theme.colours.text_muted))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), tr("还没有可以画的记录。"))
        painter.end()

    def _paint_chart(self, painter: QPainter, theme: Theme) -> None:
        axis = theme.font(tokens.TYPE.axis)
        metrics = QFontMetrics(axis)
        low, high, step = self._scale()
        ticks = _ticks(low, high, step)
        left = max(metrics.horizontalAdvance(_number(tick)) for tick in ticks) + theme.px(10)
        legend = theme.px(18) if len(self._series) > 1 else 0
        area = QRectF(left, theme.px(8) + legend, self.width() - left - theme.px(8),
                      self.height() - theme.px(30) - legend)

        def across(day: date) -> float:
            begin = self._begin()
            part = (day - begin).days / max(1, (self._until - begin).days)
            return area.left() + theme.px(10) + part * (area.width() - theme.px(20))

        def up(value: float) -> float:
            return area.bottom() - (value - low) / (high - low) * area.height()

        self._paint_ground(painter, theme, area, ticks, up)
        self._paint_days(painter, theme, area, across)
        if legend:
            self._paint_legend(painter, theme, area)
        for each in self._series:
            self._paint_series(painter, theme, each, across, up)

    def _paint_ground(self, painter: QPainter, theme: Theme, area: QRectF, ticks: list[float],
                      up: Callable[[float], float]) -> None:
        colours = theme.colours
        if self._band is not None:
            lower = min(max(up(self._band[0]), area.top()), area.bottom())
            upper = min(max(up(self._band[1]), area.top()), area.bottom())
            painter.fillRect(QRectF(area.left(), upper, area.width(), lower - upper), QColor(colours.band))
        painter.setFont(theme.font(tokens.TYPE.axis))
        for tick in ticks:
            height = up(tick)
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.drawLine(QPointF(area.left(), height), QPointF(area.right(), height))
            painter.setPen(QColor(colours.text_muted))
            place = QRectF(0, height - theme.px(8), area.left() - theme.px(6), theme.px(16))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), _number(tick))

    def _paint_days(self, painter: QPainter, theme: Theme, area: QRectF, across: Callable[[date], float]) -> None:
        painter.setFont(theme.font(tokens.TYPE.axis))
        painter.setPen(QColor(theme.colours.text_muted))
        metrics = painter.fontMetrics()
        free_until = self.width() + theme.px(1)
        days = sorted({day for each in self._series for day, _ in each.known() if day >= self._begin()}, reverse=True)
        for day in days:
            words = tr("今天") if day == self._until else tr("{month}-{day}", month=day.month, day=f"{day.day:02d}")
            width = metrics.horizontalAdvance(words)
            left = min(max(across(day) - width / 2, 0), self.width() - width)
            if left + width + theme.px(6) > free_until:
                continue
            free_until = left
            painter.drawText(QPointF(left, area.bottom() + theme.px(18)), words)

    def _paint_legend(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        painter.setFont(theme.font(tokens.TYPE.axis))
        left = area.left()
        middle = theme.px(9)
        for each in self._series:
            colour = QColor(theme.colours.tone(each.tone).strong)
            painter.setPen(QPen(colour, 2, Qt.PenStyle.DashLine if each.dashed else Qt.PenStyle.SolidLine))
            painter.drawLine(QPointF(left, middle), QPointF(left + theme.px(16), middle))
            _paint_mark(painter, each.mark, QPointF(left + theme.px(8), middle), theme.px(3), colour)
            painter.setPen(QColor(theme.colours.text_muted))
            left += theme.px(20)
            painter.drawText(QPointF(left, middle + theme.px(4)), each.title)
            left += painter.fontMetrics().horizontalAdvance(each.title) + theme.px(12)

    def _paint_series(self, painter: QPainter, theme: Theme, series: Series, across: Callable[[date], float],
                      up: Callable[[float], float]) -> None:
        colour = QColor(theme.colours.tone(series.tone).strong)
        style = Qt.PenStyle.DashLine if series.dashed else Qt.PenStyle.SolidLine
        before: QPointF | None = None
        spots: list[QPointF] = []
        for day, value in series.points:
            if value is None or day < self._begin():
                before = None
                continue
            spot = QPointF(across(day), up(value))
            if before is not None:
                painter.setPen(QPen(colour, theme.px(2), style))
                painter.drawLine(before, spot)
            spots.append(spot)
            before = spot
        for number, spot in enumerate(spots):
            size = theme.px(4) if number == len(spots) - 1 else theme.px(3)
            _paint_mark(painter, series.mark, spot, size, colour)

    def _begin(self) -> date:
        return self._until - timedelta(days=round(self._months * 30.44))

    def _scale(self) -> tuple[float, float, float]:
        values = [value for each in self._series for day, value in each.known() if day >= self._begin()]
        values += list(self._band or ())
        if not values:
            return 0.0, 1.0, 1.0
        low, high = min(values), max(values)
        step = _nice_step((high - low) / 3 or 1.0)
        bottom = step * (low // step)
        top = step * -(-high // step)
        return bottom, top if top > bottom else bottom + step, step

    def _in_words(self) -> str:
        sentences = []
        for each in self._series:
            values = tr("，").join(f"{day.isoformat()} {_number(value)}" for day, value in each.known())
            sentences.append(tr("{title}：{values}", title=each.title, values=values or tr("没有记录")))
        if self._band:
            sentences.append(tr("目标范围 {low} 到 {high} {unit}", low=_number(self._band[0]),
                                high=_number(self._band[1]), unit=self._unit))
        return tr("；").join(sentences)


@dataclass(frozen=True)
class Bar:
    """One bar: what it is of (“6月”), how much (None is unknown, a dash without a bar), and whether it is the one meant."""

    title: str
    value: float | None
    highlighted: bool = False


class BarChart(Chart):
    """A few bars side by side, such as six months of use."""

    def __init__(self, *, name: str, accessible_name: str, height: int = 80, parent: QWidget | None = None) -> None:
        super().__init__(name=name, accessible_name=accessible_name, height=height, parent=parent)
        self._bars: tuple[Bar, ...] = ()

    def show_bars(self, bars: Iterable[Bar]) -> None:
        """Show these."""
        self._bars = tuple(bars)
        self.setAccessibleDescription(tr("，").join(f"{bar.title} {_told(bar.value)}" for bar in self._bars))
        self.update()

    def bars(self) -> tuple[Bar, ...]:
        """What is shown."""
        return self._bars

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw bars, their values above and their titles beneath."""
        theme = current_theme()
        colours = theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(tokens.TYPE.axis))
        highest = max((bar.value or 0 for bar in self._bars), default=0) or 1
        slot = min(theme.px(56), self.width() / max(1, len(self._bars)))
        words = theme.px(16)
        room = self.height() - 2 * words
        for number, bar in enumerate(self._bars):
            height = 0.0 if bar.value is None else max(1.0, room * max(0.0, bar.value) / highest)
            box = QRectF(number * slot + slot * 0.15, words + room - height, slot * 0.7, height)
            painter.fillRect(box, QColor(colours.primary if bar.highlighted else colours.accent_pale))
            painter.setPen(QColor(colours.text_muted))
            over = QRectF(number * slot, box.top() - words, slot, words)
            painter.drawText(over, int(Qt.AlignmentFlag.AlignCenter), _told(bar.value))
            under = QRectF(number * slot, self.height() - words, slot, words)
            title = painter.fontMetrics().elidedText(bar.title, Qt.TextElideMode.ElideRight, int(slot))
            painter.drawText(under, int(Qt.AlignmentFlag.AlignCenter), title)
        painter.end()


@dataclass(frozen=True)
class Line:
    """One line over named places, such as twelve months; a None value is unknown and breaks the line."""

    title: str
    values: tuple[float | None, ...]
    tone: Tone = "blue"
    dashed: bool = False


class LineChart(Chart):
    """Lines over named places from zero upwards, such as a clinic's use in twelve months and the median of its peers.

    A value between two unknown ones is drawn as a dot, so that it is not lost.
    """

    def __init__(self, *, name: str, accessible_name: str, height: int = 110, parent: QWidget | None = None) -> None:
        super().__init__(name=name, accessible_name=accessible_name, height=height, parent=parent)
        self._places: tuple[str, ...] = ()
        self._lines: tuple[Line, ...] = ()

    def show_lines(self, places: Sequence[str], lines: Sequence[Line]) -> None:
        """Show these lines over these places."""
        self._places, self._lines = tuple(places), tuple(lines)
        self.setAccessibleDescription(tr("；").join(self._words_of(line) for line in self._lines))
        self.update()

    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    def places(self) -> tuple[str, ...]:
        """The places under the lines."""
        return self._places

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, places, legend and lines."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(tokens.TYPE.axis))
        highest = max((value for line in self._lines for value in line.values if value is not None), default=0.0)
        step = _nice_step(highest / 2 or 1.0)
        ticks = _ticks(0.0, step * max(1, -(-highest // step)), step)
        metrics = painter.fontMetrics()
        left = max(metrics.horizontalAdvance(_number(tick)) for tick in ticks) + theme.px(10)
        words = theme.px(18)
        area = QRectF(left, words, self.width() - left - theme.px(8), self.height() - 2 * words)
        self._paint_ground(painter, theme, area, ticks)
        self._paint_legend(painter, theme, area)
        for line in self._lines:
            self._paint_line(painter, theme, line, area, ticks[-1])
        painter.end()

    def _across(self, area: QRectF, number: int) -> float:
        return area.left() + area.width() * (number + 0.5) / max(1, len(self._places))

    def _paint_ground(self, painter: QPainter, theme: Theme, area: QRectF, ticks: list[float]) -> None:
        metrics = painter.fontMetrics()
        for tick in ticks:
            height = area.bottom() - tick / ticks[-1] * area.height()
            painter.setPen(QPen(QColor(theme.colours.border), 1))
            painter.drawLine(QPointF(area.left(), height), QPointF(area.right(), height))
            painter.setPen(QColor(theme.colours.text_muted))
            place = QRectF(0, height - theme.px(8), area.left() - theme.px(6), theme.px(16))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), _number(tick))
        widest = max((metrics.horizontalAdvance(place) for place in self._places), default=0) + theme.px(6)
        every = max(1, -(-widest * len(self._places) // max(1, int(area.width()))))
        for number, place in enumerate(self._places):
            if (len(self._places) - 1 - number) % every == 0:
                under = QRectF(self._across(area, number) - widest, area.bottom() + theme.px(2), 2 * widest, theme.px(16))
                painter.drawText(under, int(Qt.AlignmentFlag.AlignCenter), place)

    def _paint_legend(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        left = area.left() + theme.px(4)
        for line in self._lines:
            painter.setPen(self._pen(theme, line))
            painter.drawLine(QPointF(left, theme.px(8)), QPointF(left + theme.px(22), theme.px(8)))
            painter.setPen(QColor(theme.colours.text_muted))
            left += theme.px(27)
            painter.drawText(QPointF(left, theme.px(12)), line.title)
            left += painter.fontMetrics().horizontalAdvance(line.title) + theme.px(18)

    def _paint_line(self, painter: QPainter, theme: Theme, line: Line, area: QRectF, top: float) -> None:
        pen = self._pen(theme, line)
        spots = [None if value is None else QPointF(self._across(area, number), area.bottom() - value / top * area.height())
                 for number, value in enumerate(line.values)]
        painter.setPen(pen)
        for before, after in pairwise(spots):
            if before is not None and after is not None:
                painter.drawLine(before, after)
        for number, spot in enumerate(spots):
            beside = spots[max(0, number - 1):number] + spots[number + 1:number + 2]
            if spot is not None and all(each is None for each in beside):
                _paint_mark(painter, "circle", spot, theme.px(3), pen.color())

    @staticmethod
    def _pen(theme: Theme, line: Line) -> QPen:
        style = Qt.PenStyle.DashLine if line.dashed else Qt.PenStyle.SolidLine
        return QPen(QColor(theme.colours.tone(line.tone).strong), theme.px(2), style)

    def _words_of(self, line: Line) -> str:
        known = [tr("{place} {value}", place=place, value=_number(value))
                 for place, value in zip(self._places, line.values, strict=True) if value is not None]
        return tr("{title}：{values}", title=line.title, values=tr("，").join(known) or tr("没有记录"))


def _paint_mark(painter: QPainter, mark: Mark, spot: QPointF, size: float, colour: QColor) -> None:
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if mark == "circle":
        painter.drawEllipse(spot, size, size)
    elif mark == "square":
        painter.drawRect(QRectF(spot.x() - size, spot.y() - size, 2 * size, 2 * size))
    elif mark == "triangle":
        painter.drawPolygon(QPolygonF([
            spot + QPointF(0, -size * 1.2), spot + QPointF(size * 1.2, size), spot + QPointF(-size * 1.2, size),
        ]))
    painter.restore()


def _nice_step(rough: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** len(str(int(rough))) / 10 if rough >= 1 else 0.1
    return next((power * factor for factor in (1, 2, 5, 10) if power * factor >= rough), power * 10)


def _ticks(low: float, high: float, step: float) -> list[float]:
    count = round((high - low) / step)
    return [low + number * step for number in range(count + 1)]


def _told(value: float | None) -> str:
    return "—" if value is None else _number(value)


def _number(value: float) -> str:
    """Without a needless decimal place."""
    return f"{value:.0f}" if abs(value - round(value)) < 0.05 else f"{value:.1f}"
