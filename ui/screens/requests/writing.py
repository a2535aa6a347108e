"""Writing into the lines: every cell is saved when it is left, suggestions are filled in and taken out again.

What cannot be saved stays in its cell with the reason. What somebody else has written in the meantime is read again;
only a line that both have written is left to the user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from app.domain.request_terms import ErrorKind
from app.errors import CunyiError
from app.i18n import tr
from app.services.request_lines import LineEdit
from ui.dialogs import show_failure
from ui.screens.requests.sheet import RequestSheet, changed_lines

if TYPE_CHECKING:
    from ui.screens.requests.screen import RequestsScreen


class Writing:
    """What the keys and buttons do to the lines of the open request."""

    def __init__(self, screen: RequestsScreen) -> None:
        self._screen = screen
        self._filled: dict[str, int | None] = {}

    @property
    def can_undo(self) -> bool:
        """Whether filling with suggestions can still be undone."""
        return bool(self._filled)

    def forget(self) -> None:
        """Another request, or another state of it: there is nothing to undo."""
        self._filled.clear()

    def save_cell(self, line_id: str, key: str, text: str) -> None:
        """Keep one cell: saved at once, or left standing in it with the reason.

        Emptying a cell that holds something unsaved brings back what is stored.
        """
        sheet = self._screen.open_sheet()
        if not text and sheet.drop_unsaved(line_id, key):
            self._screen.show_one_line(line_id)
            return
        if key == "is_skipped":
            edit = edited(sheet.line(line_id), is_skipped=bool(text))
        elif key == "requested" and text:
            edit = edited(sheet.line(line_id), requested=text, is_skipped=False)
        else:
            edit = edited(sheet.line(line_id), **{key: text})
        try:
            saved = self._screen.services.requests.edit_line(sheet.view.id, line_id, edit, version=sheet.version)
        except CunyiError as error:
            self._keep_unsaved(line_id, key, text, error)
        else:
            self._filled.pop(line_id, None)
            self._screen.beside.forget_use(saved.drug_code)
            sheet.keep(saved, key)
        self._screen.show_one_line(line_id)

    def toggle_skip(self) -> None:
        """Mark the chosen line as not wanted this time, or take that back."""
        row = self._screen.chosen_line()
        if row is not None and self._screen.open_sheet().is_editable:
            self.save_cell(row.line.id, "is_skipped", "" if row.line.is_skipped else "1")

    def fill_or_undo(self) -> None:
        """F6: put the suggestions into the empty lines, or take them out again."""
        self._screen.parts.table.finish_editing()
        sheet = self._screen.sheet
        if sheet is None or not sheet.is_editable:
            return
        try:
            if self._filled:
                self._empty_filled(sheet)
            else:
                self._fill(sheet)
        except CunyiError as error:
            self._screen.reread()
            show_failure(self._screen.services.dialogs, error)

    def _fill(self, sheet: RequestSheet) -> None:
        filled = self._screen.services.requests.fill_with_suggestions(sheet.view.id, version=sheet.version)
        self._screen.reread()
        lines = [self._screen.open_sheet().line(line_id) for line_id in filled]
        self._filled = {line.id: line.requested for line in lines}
        self._screen.show_actions()
        skipped = sum(line.is_skipped for line in lines)
        if not lines:
            self._screen.services.say(tr("没有可以填的空行：没有建议量的药，请自己填数量和原因。") if sheet.is_of_ledger
                                      else tr("没有可以填的空行：先填现库存和月均用量。"))
        elif skipped:
            words = tr("填了 {count} 种；{skipped} 种库存够用，标为本期不要。F6 撤销。", count=len(lines) - skipped,
                       skipped=skipped)
            self._screen.services.say(words)
        else:
            self._screen.services.say(tr("填了 {count} 种。F6 撤销。", count=len(lines)))

    def _empty_filled(self, sheet: RequestSheet) -> None:
        as_filled = [line_id for line_id, requested in self._filled.items()
                     if sheet.line(line_id).requested == requested]
        self._screen.services.requests.empty_lines(sheet.view.id, as_filled)
        self._filled.clear()
        self._screen.reread()
        self._screen.services.say(tr("已撤销，{count} 种又空着。", count=len(as_filled)))

    def _keep_unsaved(self, line_id: str, key: str, text: str, error: CunyiError) -> None:
        problems = getattr(error, "problems", ())
        sentence = tr(problems[0].message) if problems else tr(error.message)
        self._screen.open_sheet().keep_unsaved(line_id, key, text, sentence)
        # Outside the commit of the cell: reading again closes editors, and a window would take the focus from it.
        if getattr(error, "error_kind", None) is ErrorKind.STALE_VERSION:
            QTimer.singleShot(0, self._screen, lambda: self._after_stale(line_id, key, text))
        elif not problems:
            QTimer.singleShot(0, self._screen, lambda: show_failure(self._screen.services.dialogs, error))

    def _after_stale(self, line_id: str, key: str, text: str) -> None:
        """Somebody else has written: read again, and keep both unless both wrote the same line."""
        before = self._screen.open_sheet().lines()
        self._screen.reread()
        sheet = self._screen.open_sheet()
        changed = changed_lines(before, sheet.lines())
        if sheet.is_editable and line_id not in [line.id for line in changed]:
            self.save_cell(line_id, key, text)
            self._screen.services.say(tr("别处改了 {count} 行，已经重新读入；您填的也保存了。", count=len(changed)))
            return
        if not sheet.is_editable:
            sentence = tr("申领单已经不能再改，您填的“{written}”没有保存。", written=text)
            self._screen.services.say(sentence)
            return
        line = sheet.line(line_id)
        sentence = tr("别处刚把这一行改成申领 {theirs}。您填的“{written}”还没有保存：按 ↵ 两次用您的，按 Delete 用别处的。",
                      theirs="—" if line.requested is None else line.requested, written=text)
        sheet.keep_unsaved(line_id, key, text, sentence)
        self._screen.show_one_line(line_id)
        self._screen.go_to_line(line_id, key)


def edited(line: object, **changes: object) -> LineEdit:
    """What a line says, with some of it changed."""
    values = {name: getattr(line, name) for name in ("on_hand", "monthly_use", "requested", "explanation", "is_skipped")}
    return LineEdit(**{**values, **changes})
