"""Writing into the lines of a count: each cell is stored as soon as it is left; what can't be stays in it with its sentence."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from app.errors import CunyiError
from app.i18n import tr
from app.services.problems import Refused
from ui.dialogs import show_failure
from ui.screens.stocktakes.rows import as_book_words, reason_of
from ui.screens.stocktakes.sheet import AS_BOOK, CountRow, read_count, read_moment

if TYPE_CHECKING:
    from app.services.stocktake_views import StocktakeView
    from ui.screens.stocktakes.page import StocktakesPage


class Entry:
    """What is typed into the open count."""

    def __init__(self, page: StocktakesPage) -> None:
        self._page = page

    def write(self, row: CountRow, key: str, text: str) -> None:
        """Store a cell."""
        if key == "counted":
            self._count(row, text)
        elif key == "reason":
            self._explain(row, text)

    def toggle_as_book(self, row: CountRow) -> None:
        """Space: an uncounted line stands as booked, or no longer."""
        if self._page.open_sheet().is_reviewed and row.line.counted is None:
            self._keep_as_book({row.line.id: not row.line.is_as_book})

    def all_as_book(self) -> None:
        """Every line that nobody counted stands as booked."""
        self._keep_as_book({line.id: True for line in self._page.open_sheet().view.uncounted})

    def moment(self) -> datetime | None:
        """When it was counted; None now. Raises ValueError for what is no time."""
        return read_moment(self._page.parts.counted_at.text(), self._page.services.desk.today())

    def check_moment(self) -> bool:
        """Say at once when the time can't be read."""
        field = self._page.parts.fields["counted_at"]
        try:
            self.moment()
        except ValueError:
            field.set_problem(tr("请填时间，例如 9:30，或 11-21 16:00。"))
            return False
        field.set_problem("")
        return True

    def check_version(self) -> bool:
        """Say at once when the paper is of an older state."""
        page = self._page
        text, field = page.parts.version.text().strip(), page.parts.fields["version"]
        now = page.open_sheet().view.version
        if not text or text == str(now):
            field.set_problem("")
            return True
        field.set_problem(tr("现在是第 {now} 版，这张是旧表，不能录入：请重新打印再盘。", now=now))
        return False

    def _count(self, row: CountRow, text: str) -> None:
        from app.services.document_steps import DocumentRefused

        page, sheet, line = self._page, self._page.open_sheet(), row.line
        units = None if not text else read_count(text, line.units_per_pack, line.pack_unit, line.unit)
        if text and units is None:
            self._refuse(line.id, text, tr("实盘请填 0 或正整数（最小发药单位），您填的是“{written}”。", written=text[:20]))
            return
        if not self.check_version():
            self._refuse(line.id, text, tr("纸上的版次不是现在的版次，没有记：请重新打印盘点表再盘。"))
            return
        if not self.check_moment():
            self._refuse(line.id, text, tr("清点时间没有填对，没有记：请先改上面的清点时间。"))
            return
        try:
            result = page.services.stocktakes.count(
                sheet.view.id, {line.id: units}, sheet.view.version, counted_at=self.moment(),
                counter_name=page.parts.counter.text(),
            )
        except Refused as error:
            told = {problem.code: tr(problem.message) for problem in error.problems}
            page.parts.fields["counted_at"].set_problem(told.get("counted_at", ""))
            self._refuse(line.id, text, told.get(line.id) or next(iter(told.values())))
            return
        except DocumentRefused as error:
            self._refuse(line.id, text, tr(error.message))
            show_failure(page.services.dialogs, error)
            page.refresh()
            return
        sheet.problems.pop(line.id, None)
        sheet.typed.pop(line.id, None)
        self._took(result.stocktake, line.id)

    def _took(self, view: StocktakeView, line_id: str) -> None:
        """A cell was stored: show its line and what depends on it."""
        page, sheet = self._page, self._page.open_sheet()
        was = sheet.view.state
        sheet.view = view
        if was is not view.state:
            page.show_counts_again()
        page.show_one(line_id)
        page.show_head()
        page.parts.main.setEnabled(bool(sheet.counted))

    def _refuse(self, line_id: str, text: str, sentence: str) -> None:
        sheet = self._page.open_sheet()
        sheet.problems[line_id], sheet.typed[line_id] = sentence, text
        self._page.show_one(line_id)

    def _explain(self, row: CountRow, text: str) -> None:
        line, reason = row.line, reason_of(text)
        if line.counted is None:
            if reason in (AS_BOOK, ""):
                self._keep_as_book({line.id: reason == AS_BOOK})
            else:
                words = tr("这一批没有盘：请退回清点，或选“{as_book}”。", as_book=as_book_words())
                self._refuse(line.id, text, words)
            return
        if not line.difference:
            self._refuse_quietly(line.id, tr("这一批没有差异，不用写原因。"))
            return
        if reason == AS_BOOK:
            self._refuse(line.id, text, tr("这一批已经盘过，不能按账面：请选差异原因。"))
            return
        self._store(reasons={line.id: reason}, line_id=line.id, text=text)

    def _refuse_quietly(self, line_id: str, sentence: str) -> None:
        self._page.services.say(sentence)
        self._page.show_one(line_id)

    def _keep_as_book(self, as_book: dict[str, bool]) -> None:
        self._store(as_book=as_book)

    def _store(
        self, *, reasons: dict[str, str] | None = None, as_book: dict[str, bool] | None = None, line_id: str = "", text: str = ""
    ) -> None:
        page, sheet = self._page, self._page.open_sheet()
        try:
            result = page.services.stocktakes.explain(sheet.view.id, sheet.view.version, reasons=reasons, as_book=as_book)
        except Refused as error:
            self._refuse(line_id, text, tr(error.problems[0].message))
            return
        except CunyiError as error:
            show_failure(page.services.dialogs, error)
            page.refresh()
            return
        sheet.view = result.stocktake
        for code in (*(reasons or {}), *(as_book or {})):
            sheet.problems.pop(code, None)
            sheet.typed.pop(code, None)
            page.show_one(code)
        page.show_head()
        page.parts.as_book.setVisible(bool(sheet.undecided))
