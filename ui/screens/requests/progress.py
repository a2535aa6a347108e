"""进度: which states a request has gone through, by whom and when, and which are still to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.domain.request_terms import Action, State
from app.i18n import tr
from ui.screens.requests.words import short_time
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.cards import Card
from ui.widgets.labels import label
from ui.widgets.layouts import Grid

if TYPE_CHECKING:
    from datetime import date

    from app.services.request_views import RequestView, StateView
    from app.services.request_workings import Delivery

USUAL_WAY = (State.DRAFT, State.AUTHORISED, State.IN_REVIEW, State.APPROVED, State.RELEASED, State.CLOSED)
ENDED = (State.REJECTED, State.CLOSED, State.SKIPPED, State.CANCELLED, State.VOIDED)


@dataclass(frozen=True)
class Step:
    """One line: what happened or will, who and when, the comment that was written."""

    words: str
    who_when: str = ""
    comment: str = ""
    is_done: bool = True


def steps_of(history: Sequence[StateView], state: State, delivery: Delivery | None = None) -> list[Step]:
    """What has happened, oldest first, then the usual way on. `delivery` is known at the clinic."""
    done = [
        Step(_words(change), tr("{who} {when}", who=change.user_name, when=short_time(change.at)), change.comment)
        for change in history
        if not (change.action is Action.SUBMIT and change.to_state is State.AUTHORISED)
    ]
    told, to_come = _goods(delivery, state)
    ways = [words for words in _way_on(state) if words not in to_come]
    return done + told + [Step(words, is_done=False) for words in (*ways, *to_come)]


def _goods(delivery: Delivery | None, state: State) -> tuple[list[Step], list[str]]:
    """How far the goods are: what was sent, put on the shelf and settled, and what of it is still to come."""
    if delivery is None or not delivery.shipments or state not in (State.RELEASED, State.CLOSED):
        return [], [tr("已签收入库"), tr("月底结算")] if state is State.RELEASED else []
    told = []
    if delivery.shipped_on is not None:
        told.append(Step(tr("配送中"), _who_day(delivery.shipped_by_name, delivery.shipped_on)))
    if delivery.is_received and delivery.received_on is not None:
        told.append(Step(tr("已签收入库"), _who_day(delivery.received_by_name, delivery.received_on)))
    elif delivery.received:
        told.append(Step(tr("已签收 {count} 批，共 {all} 批", count=delivery.received, all=delivery.shipments)))
    if delivery.settled_at is not None:
        told.append(Step(tr("月底结算"), short_time(delivery.settled_at)))
    to_come = []
    if not delivery.is_received:
        to_come.append(tr("已签收入库"))
    if delivery.settled_at is None:
        to_come.append(tr("月底结算"))
    return told, to_come


def _who_day(name: str, day: date) -> str:
    return tr("{who} {when}", who=name, when=f"{day.month}-{day.day:02d}").strip()


def _words(change: StateView) -> str:
    return {
        Action.TAKE: tr("药师领取审核"), Action.WITHDRAW: tr("撤回到草稿"), Action.UNDO_SKIP: tr("撤销跳过"),
        Action.GIVE_BACK: tr("放回待审核"), Action.REOPEN: tr("重新审核"),
    }.get(change.action) or tr(change.to_state.label)


def _way_on(state: State) -> list[str]:
    if state in ENDED:
        return []
    if state is State.RETURNED:
        return [tr("修改后重新提交"), tr("药师审核")]
    if state is State.SUBMITTED:
        return [tr("负责人签发"), tr("药师审核"), tr("配送中"), tr("已签收入库"), tr("月底结算")]
    if state is State.RELEASED:
        return []
    review, approval = tr("药师审核"), tr("批准")
    words = (tr("已提交"), review, approval, tr("配送中"), tr("已签收入库"), tr("月底结算"))
    way = words[USUAL_WAY.index(state):]
    return [each for each in way if each != approval or review not in way]


class Mark(QWidget):
    """A filled dot for what is done, a ring for what is to come."""

    def __init__(self, is_done: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_done = is_done
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def follow_theme(self, theme: Theme) -> None:
        """Take the size of this appearance."""
        self.setFixedSize(QSize(theme.px(14), theme.px(18)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(theme.colours.primary if self._is_done else theme.colours.border_control)
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(colour if self._is_done else Qt.BrushStyle.NoBrush)
        middle = QPointF(self.width() / 2, self.height() / 2)
        painter.drawEllipse(middle, theme.px(5), theme.px(5))
        painter.end()


class ProgressCard(Card):
    """The steps of a request in a card."""

    def __init__(self, *, name: str, most_to_come: int = 9, parent: QWidget | None = None) -> None:
        """`most_to_come`: how many of the steps that are still to come are shown."""
        super().__init__(tr("进度"), name=name, parent=parent)
        self._most_to_come = most_to_come
        self._steps: tuple[Step, ...] = ()

    def show_request(self, request: RequestView | None, delivery: Delivery | None = None) -> None:
        """Show the steps of this request."""
        steps = [] if request is None else steps_of(request.history, request.state, delivery)
        to_come = [step for step in steps if not step.is_done]
        self.show_steps([step for step in steps if step.is_done] + to_come[:self._most_to_come])

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Show these steps in place of the former ones."""
        if tuple(steps) == self._steps:
            return
        self._steps = tuple(steps)
        self.clear()
        grid = Grid(spacing=8, row_spacing=3)
        line = 0
        for step in steps:
            grid.addWidget(Mark(step.is_done), line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(step.words, "body" if step.is_done else "muted"), line, 1, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(step.who_when, "caption", wrap=True), line, 2)
            line += 1
            if step.comment:
                grid.addWidget(label(tr("“{comment}”", comment=step.comment), "caption", wrap=True), line, 1, 1, 2)
                line += 1
        grid.setColumnStretch(2, 1)
        self.add(grid)
        self.setAccessibleDescription(tr("；").join(f"{step.words} {step.who_when}".strip() for step in self._steps))

    def steps(self) -> tuple[Step, ...]:
        """What is shown."""
        return self._steps
