"""The steps of a review: taking, approving, returning, rejecting, giving back, releasing, closing; and the answer's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.message import Message, msg
from app.domain.request_terms import Action
from app.i18n import tr
from ui.dialogs import confirm
from ui.screens.exchange.files import fail, hand_over
from ui.screens.review.comparison import short_name

if TYPE_CHECKING:
    from app.services.request_views import ActionResult
    from ui.screens.review.screen import ReviewScreen

ANSWER_TITLE = msg("交给村卫生室的答复文件")


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
        comment = self._comment(action)
        if comment is None:
            return
        review, request_id, version = self._screen.services.review, sheet.view.id, sheet.version
        key = f"{action.value} {request_id} {version}"

        def step() -> ActionResult:
            if action is Action.TAKE:
                return review.take(request_id, version)
            return review.act(request_id, action, version, comment=comment, key=key)

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

    def _comment(self, action: Action) -> str | None:
        """What has to be written with a step, empty where nothing has; None when the user went back."""
        dialogs, clinic = self._screen.services.dialogs, short_name(self._screen.open_sheet().view.clinic_name)
        asked: dict[Action, tuple[Message, Message]] = {
            Action.RETURN: (msg("退回修改"), msg("请卫生室改什么")),
            Action.REJECT: (msg("驳回，本单办结"), msg("为什么驳回")),
            Action.CLOSE_REMAINING: (msg("关闭余量，办结"), msg("没有供足的怎么办，或“已全部发出”")),
        }
        if action in asked:
            comment = dialogs.ask_text(*asked[action])
            if comment is None or action is not Action.REJECT:
                return comment
            sure = confirm(
                dialogs, msg("驳回这张申领单？"), tr("{clinic}这张申领单就此办结，不能再改。", clinic=clinic),
                do=msg("驳回"), keep=msg("不驳回"), safe=msg("记录仍保留。要对方修改，请用“退回”。"), dangerous=True,
            )
            return comment if sure else None
        if action is Action.CONVERT:
            sure = confirm(
                dialogs, msg("转发货？"), tr("按批准数量给{clinic}配货，之后不能再改批准数量。", clinic=clinic),
                do=msg("转发货"), keep=msg("先不转"), safe=msg("批准的数量和原因都已保存。"),
            )
            return "" if sure else None
        return ""

    def _on_done(self, action: Action, result: ActionResult) -> None:
        self._end()
        self._screen.show_result(result)
        self._screen.services.say(tr(result.message))
        if action is Action.TAKE:
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
