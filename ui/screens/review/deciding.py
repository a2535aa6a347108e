"""Writing decisions into the lines: saved when a cell is left; a line as asked by the space key; the rest by F6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from app.domain.request_terms import ErrorKind
from app.errors import CunyiError
from app.i18n import tr
from app.services.decision_reasons import reason_as_kept
from ui.screens.exchange.files import fail
from ui.screens.requests.sheet import changed_lines

if TYPE_CHECKING:
    from app.services.request_views import LineView
    from app.services.review_bulk import BulkResult
    from ui.screens.review.screen import ReviewScreen


class Deciding:
    """What the keys and buttons do to the lines of the request under review."""

    def __init__(self, screen: ReviewScreen) -> None:
        self._screen = screen
        self.led_to = ""
        """The line that the space key went on to, until F8 is pressed."""

    def save_cell(self, line_id: str, key: str, text: str) -> None:
        """Keep one cell: saved at once, or left standing in it with the reason.

        Emptying a cell that holds something unsaved brings back what is stored.
        """
        sheet = self._screen.open_sheet()
        if not text and sheet.drop_unsaved(line_id, key):
            self._screen.show_one_line(line_id)
            return
        line = sheet.line(line_id)
        approved = text if key == "approved" else line.approved
        reason = reason_as_kept(text) if key == "reason" else line.decision_reason
        if key == "approved" and text == str(line.requested):
            reason = ""
        try:
            saved = self._screen.services.review.decide_line(
                sheet.view.id, line_id, approved, reason, version=sheet.version
            )
        except CunyiError as error:
            self._keep_unsaved(line_id, key, text, error)
        else:
            sheet.keep(saved, key)
        self._screen.show_one_line(line_id)

    def agree_to(self, line_id: str) -> None:
        """Space: approve the line as asked, and go on to the next."""
        sheet = self._screen.open_sheet()
        line = sheet.line(line_id)
        if not sheet.is_editable or line.is_skipped or line.requested is None:
            return
        self.save_cell(line_id, "approved", str(line.requested))
        table = self._screen.parts.table
        table.choose(min(table.current_number() + 1, table.rows_model.rowCount() - 1), "approved")
        row = table.current_row()
        self.led_to = row.line.id if row is not None else ""

    def agree_to_rest(self) -> None:
        """F6: approve as asked every undecided line without a mark, of which the township has enough."""
        screen, sheet = self._screen, self._screen.sheet
        if sheet is None or not sheet.is_editable:
            return
        screen.parts.table.finish_editing()
        services, request_id = screen.services, sheet.view.id
        services.runner.run(
            lambda _report, _cancelled: services.review_stock.agree([request_id]), on_done=self._on_agreed,
            on_error=self._after_failure, title=tr("正在同意"), can_cancel=False,
        )

    def _on_agreed(self, done: BulkResult) -> None:
        from app.services.review_sheets import reasons_words

        self._screen.refresh()
        if not done.left_open:
            self._screen.services.say(tr("同意了 {count} 种，全部有了决定。", count=done.agreed))
            return
        why = reasons_words(reason for row in done.requests for reason in row.reasons)
        self._screen.services.say(tr("同意了 {count} 种；留下 {left} 种请逐行看（F8）：{why}。", count=done.agreed,
                                     left=done.left_open, why=why))

    def _keep_unsaved(self, line_id: str, key: str, text: str, error: CunyiError) -> None:
        problems = getattr(error, "problems", ())
        sentence = tr(problems[0].message) if problems else tr(error.message)
        self._screen.open_sheet().keep_unsaved(line_id, key, text, sentence)
        # Outside the commit of the cell: reading again closes editors, and a window would take the focus from it.
        if getattr(error, "error_kind", None) is ErrorKind.STALE_VERSION:
            QTimer.singleShot(0, self._screen, lambda: self._after_stale(line_id, key, text))
        elif not problems:
            QTimer.singleShot(0, self._screen, lambda: self._after_failure(error))

    def _after_failure(self, error: BaseException) -> None:
        self._screen.refresh()
        fail(self._screen.services, error)

    def _after_stale(self, line_id: str, key: str, text: str) -> None:
        """A colleague has written: read again, and keep both unless both decided the same line."""
        before = self._screen.open_sheet().lines()
        self._screen.refresh()
        sheet = self._screen.open_sheet()
        changed = changed_lines(before, sheet.lines())
        if not sheet.is_editable:
            self._screen.services.say(tr("申领单已经由别人办理，您填的“{written}”没有保存。", written=text))
        elif line_id not in [line.id for line in changed]:
            self.save_cell(line_id, key, text)
            self._screen.services.say(tr("别处改了 {count} 行，已经重新读入；您填的也保存了。", count=len(changed)))
        else:
            sheet.keep_unsaved(line_id, key, text, _both_wrote(sheet.line(line_id), text))
            self._screen.show_one_line(line_id)
            self._screen.go_to_line(line_id, key)


def _both_wrote(line: LineView, text: str) -> str:
    theirs = "—" if line.approved is None else line.approved
    return tr("别处刚把这一行批成 {theirs}。您填的“{written}”还没有保存：按 ↵ 两次用您的，按 Delete 用别处的。",
              theirs=theirs, written=text)
