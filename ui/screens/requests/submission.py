"""Submitting: what stands in the way, the questions, the request itself, and the file for the township."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.domain.message import msg
from app.domain.request_terms import Action
from app.i18n import tr
from ui.dialogs import confirm
from ui.screens.exchange.files import fail, hand_over

if TYPE_CHECKING:
    from app.services.request_views import ActionResult
    from ui.screens.requests.screen import RequestsScreen
    from ui.screens.requests.sheet import RequestSheet

HAND_OVER_TITLE = msg("交给卫生院的文件")
MOST_QUESTIONS_SHOWN = 8


class Submission:
    """The way from a draft to the file, one at a time; a second click while it runs does nothing."""

    def __init__(self, screen: RequestsScreen) -> None:
        self._screen = screen
        self._is_running = False

    def submit(self) -> None:
        """Ctrl+Enter: check, ask once, submit, hand over."""
        screen, sheet = self._screen, self._screen.sheet
        if self._is_running or sheet is None or Action.SUBMIT not in sheet.view.actions:
            return
        if screen.services.pairing.township_id() is None:
            self._offer_pairing()
            return
        sheet.is_strict = True
        self._ask_unusable(sheet)
        if sheet.obstacles():
            screen.show_obstacles()
            return
        confirmed = self._confirmed_lines()
        if confirmed is None:
            return
        request_id, version, known = sheet.view.id, sheet.version, sheet.acknowledged
        requests = screen.services.requests
        self._run(
            lambda: requests.submit(
                request_id, version, confirmed=confirmed, acknowledged=known, key=f"submit {request_id} {version}"
            ),
            title=tr("正在提交"),
        )

    def authorise(self) -> None:
        """The lead's signature, then the file."""
        sheet, requests = self._screen.sheet, self._screen.services.requests
        if self._is_running or sheet is None or Action.AUTHORISE not in sheet.view.actions:
            return
        request_id, version = sheet.view.id, sheet.version
        self._run(lambda: requests.authorise(request_id, version), title=tr("正在签发"))

    def save_file(self) -> None:
        """Write the file for the township, for the first time or again."""
        sheet, services = self._screen.sheet, self._screen.services
        letter = None if sheet is None else services.exchange.latest_about(sheet.view.id)
        if letter is not None:
            hand_over(services, letter.id, title=HAND_OVER_TITLE, on_done=self._screen.refresh)

    def _ask_unusable(self, sheet: RequestSheet) -> None:
        """Where nothing but expired or held goods stands in the way, they are told in one question (V10)."""
        lines = sheet.unusable_only()
        if not lines:
            return
        shown = [tr("{drug}：{sentence}", drug=line.name, sentence=sentence) for line, sentence in lines[:MOST_QUESTIONS_SHOWN]]
        if len(lines) > MOST_QUESTIONS_SHOWN:
            shown.append(tr("还有 {count} 种也是这样。", count=len(lines) - MOST_QUESTIONS_SHOWN))
        agreed = confirm(
            self._screen.services.dialogs, msg("架上有过期或停用的药，都知道吗？"), "\n".join(shown),
            do=msg("都知道，继续提交"), keep=msg("先去处理"), safe=msg("申领量没有把它们算进去；报损在“库存”里做。"),
        )
        if agreed:
            for line, _sentence in lines:
                sheet.acknowledge(line.id)
                self._screen.show_one_line(line.id)

    def _confirmed_lines(self) -> frozenset[str] | None:
        questions = self._screen.sheet.questions() if self._screen.sheet is not None else []
        if not questions:
            return frozenset()
        shown = [
            tr("{drug}：{question}", drug=line.name, question=question)
            for line, question in questions[:MOST_QUESTIONS_SHOWN]
        ]
        if len(questions) > MOST_QUESTIONS_SHOWN:
            shown.append(tr("还有 {count} 种也是这样。", count=len(questions) - MOST_QUESTIONS_SHOWN))
        agreed = confirm(
            self._screen.services.dialogs, msg("数量对吗？"), "\n".join(shown),
            do=msg("都对，提交"), keep=msg("回去修改"), safe=msg("填写的内容都已保存。"),
        )
        if not agreed:
            self._screen.go_to_line(questions[0][0].id, "requested")
            return None
        return frozenset(line.id for line, _question in questions)

    def _offer_pairing(self) -> None:
        wants = confirm(
            self._screen.services.dialogs, msg("还不能提交"),
            msg("还没有和卫生院配对，程序不知道申领单该加密给谁。"), do=msg("去配对"), keep=msg("先不提交"),
            safe=msg("申领单在草稿里，填写的内容都已保存。"),
        )
        if wants:
            self._screen.go_to_pairing()

    def _run(self, step: Callable[[], ActionResult], *, title: str) -> None:
        self._is_running = True
        self._screen.setEnabled(False)
        self._screen.services.runner.run(
            lambda _report, _cancelled: step(), on_done=self._on_done, on_error=self._on_error, title=title,
            can_cancel=False,
        )

    def _on_done(self, result: ActionResult) -> None:
        self._end()
        self._screen.show_result(result)
        self._screen.services.say(tr(result.message))
        if result.message_id is not None:
            hand_over(self._screen.services, result.message_id, title=HAND_OVER_TITLE,
                      on_done=self._screen.refresh)

    def _on_error(self, error: BaseException) -> None:
        self._end()
        self._screen.refresh()
        if self._screen.sheet is not None and self._screen.sheet.obstacles():
            self._screen.show_obstacles()
        fail(self._screen.services, error)

    def _end(self) -> None:
        self._is_running = False
        self._screen.setEnabled(True)
