"""The steps of a review: taking, approving, returning, rejecting, giving back, releasing, closing; and the answer's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.message import Message, msg
from app.domain.request_terms import Action, State
from app.errors import CunyiError
from app.i18n import tr
from app.services.decision_reasons import (
    CLOSE_REASONS,
    REJECT_REASONS,
    RETURN_REASONS,
    reason_as_kept,
    reasons_offered,
)
from ui.screens.exchange.files import fail, hand_over
from ui.screens.review.comparison import short_name
from ui.screens.review.releasing import open_release
from ui.screens.review.windows import ReasonWindow

if TYPE_CHECKING:
    from app.services.request_views import ActionResult
    from ui.screens.review.screen import ReviewScreen

ANSWER_TITLE = msg("交给村卫生室的答复文件")


@dataclass(frozen=True)
class Asked:
    """What is asked before a step: words with {clinic}, the caption of the reason, presets, what the button says."""

    title: Message
    words: Message
    caption: Message
    do: Message
    presets: tuple[Message, ...]


ASKED = {
    Action.RETURN: Asked(
        msg("退回修改"), msg("退回给{clinic}，修改以后重新提交；原来填的都保留。"), msg("请卫生室改什么"),
        msg("退回"), RETURN_REASONS,
    ),
    Action.REJECT: Asked(
        msg("驳回，本单办结"), msg("{clinic}这张申领单就此办结，不能再改，记录仍保留。要对方修改，请用“退回”。"),
        msg("为什么驳回"), msg("驳回"), REJECT_REASONS,
    ),
    Action.CLOSE_REMAINING: Asked(
        msg("关闭余量，办结"), msg("{clinic}没有供足的药品不再发，自动列入缺药上报的草稿。"),
        msg("没有供足的怎么办"), msg("办结"), CLOSE_REASONS,
    ),
}


class ReviewSteps:
    """One step at a time; a second click while it runs does nothing."""

    def __init__(self, screen: ReviewScreen) -> None:
        self._screen = screen
        self._is_running = False

    def do(self, action: Action) -> None:
        """Do a step, after its reason was asked or its consequence confirmed."""
        sheet = self._screen.sheet
        if self._is_running or sheet is None or action not in sheet.view.actions:
            return
        if action is Action.APPROVE:
            sheet.is_strict = True
            if sheet.obstacles():
                self._screen.show_obstacles()
                return
        if action in ASKED:
            self._ask_reason(action)
        elif action is Action.CONVERT:
            open_release(self._screen.services, sheet.view, self._on_released, self._screen.refresh, parent=self._screen)
        else:
            self._run(action)

    def go_to_shipments(self) -> None:
        """To the shipments of the open request."""
        sheet = self._screen.sheet
        if sheet is None or sheet.view.state is not State.RELEASED:
            return
        if not self._screen.services.navigate("supply", section="shipments", request_id=sheet.view.id):
            self._screen.services.say(tr("这台电脑上没有发货单这一页。申领单已经转发货。"))

    def _run(self, action: Action) -> None:
        sheet, review = self._screen.open_sheet(), self._screen.services.review
        request_id, version = sheet.view.id, sheet.version
        key = f"{action.value} {request_id} {version}"

        def step() -> ActionResult:
            if action is Action.TAKE:
                return review.take(request_id, version)
            return review.act(request_id, action, version, key=key)

        self._is_running = True
        self._screen.setEnabled(False)
        self._screen.services.runner.run(
            lambda _report, _cancelled: step(), on_done=lambda result: self._on_done(action, result),
            on_error=self._on_error, title=tr("正在办理"), can_cancel=False,
        )

    def save_answer(self) -> None:
        """Write the answer's file, for the first time or again."""
        services = self._screen.services
        letter = services.exchange.latest_about(self._screen.open_sheet().view.id)
        if letter is not None:
            hand_over(services, letter.id, title=ANSWER_TITLE, on_done=self._screen.refresh)

    def print_decision(self) -> None:
        """Show the decision on paper."""
        services, request_id = self._screen.services, self._screen.open_sheet().view.id

        def made() -> tuple[bytes, str]:
            from app.printing.lists import table_pdf
            from app.services.request_sheets import decision_sheet

            content = decision_sheet(services.review.get(request_id))
            return table_pdf(content), content.title

        self._screen.parts.table.finish_editing()
        services.runner.run(
            lambda _report, _cancelled: made(), on_done=lambda pdf: services.preview(*pdf),
            on_error=lambda error: fail(services, error), title=tr("正在排版"),
        )

    def _ask_reason(self, action: Action) -> None:
        """Return, reject and close ask for a reason: one of the presets, or own words."""
        screen, sheet, asked = self._screen, self._screen.open_sheet(), ASKED[action]
        clinic = short_name(sheet.view.clinic_name)
        window = ReasonWindow(
            tr(asked.title), tr(asked.caption), tr(asked.do), reasons_offered(asked.presets), name=f"{action.value}_window",
            text=tr(Message(asked.words.template, {"clinic": clinic})), parent=screen,
        )
        key = f"{action.value} {sheet.view.id} {sheet.version}"
        results: list[ActionResult] = []

        def act() -> None:
            try:
                done = screen.services.review.act(
                    sheet.view.id, action, sheet.version, comment=reason_as_kept(window.reason()), key=key
                )
            except CunyiError as error:
                window.beside_field(error)
            else:
                results.append(done)

        window.start(act, lambda: self._on_done(action, results[-1]))

    def _on_released(self, result: ActionResult) -> None:
        self._on_done(Action.CONVERT, result)

    def _on_done(self, action: Action, result: ActionResult) -> None:
        self._end()
        self._screen.show_result(result)
        self._screen.services.say(tr(result.message))
        if action is Action.TAKE:
            self._screen.parts.panes.show_one()
            self._screen.parts.table.setFocus()
        if result.message_id is not None:
            hand_over(self._screen.services, result.message_id, title=ANSWER_TITLE, on_done=self._screen.refresh)

    def _on_error(self, error: BaseException) -> None:
        self._end()
        self._screen.refresh()
        fail(self._screen.services, error)

    def _end(self) -> None:
        self._is_running = False
        self._screen.setEnabled(True)
