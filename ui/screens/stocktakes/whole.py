"""What is done with a whole count: beginning, submitting, finishing, answering a check, giving up, paper and files."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from app.domain.message import Message, msg
from app.domain.stocktake_steps import CountAction
from app.errors import CunyiError
from app.i18n import tr
from app.services.problems import Refused
from ui.dialogs import FileKind, confirm, show_failure
from ui.screens.exchange.files import fail, hand_over
from ui.screens.stocktakes.rows import kind_name
from ui.screens.stocktakes.sheet import CountRow
from ui.screens.stocktakes.windows import (
    BeginWindow,
    CancelWindow,
    FoundPacksWindow,
    FoundWindow,
    PacksWindow,
)

if TYPE_CHECKING:
    from pathlib import Path

    from app.interchange.xlsx_lists import ListSheet
    from app.services.stocktakes import StocktakeResult
    from ui.screens.stocktakes.page import StocktakesPage

HAND_OVER_TITLE = msg("交给卫生院的抽查答复")
WORKBOOK = (FileKind(msg("电子表格"), ("xlsx",)),)


class WholeCount:
    """One at a time; a second press while it runs does nothing."""

    def __init__(self, page: StocktakesPage) -> None:
        self._page = page
        self._is_running = False

    # --- beginning and counting -------------------------------------------------------------------------------

    def begin(self) -> None:
        """F2: ask what is counted and how, and begin."""
        from app.services.stock import BalanceFilter

        page = self._page
        in_stock = page.services.stock.balances(BalanceFilter(in_stock_only=True)).rows
        window = BeginWindow(list(in_stock), page)
        opened: list[StocktakeResult] = []

        def do() -> None:
            codes = window.drug_codes()
            opened.append(page.services.stocktakes.open(is_blind=window.is_blind(), drug_codes=codes))

        window.start(do, lambda: self._opened(opened[0]))

    def count_differences(self) -> None:
        """A count of the drugs in which a check found differences."""
        page, view = self._page, self._page.open_sheet().view
        codes = {line.drug_code for line in view.differences}
        self._do(lambda: page.services.stocktakes.open(drug_codes=codes), self._opened, msg("正在建立盘点"))

    def add_found(self) -> None:
        """F7 while counting: a batch that no line names."""
        page, sheet = self._page, self._page.open_sheet()
        if not page.entry.check_version() or not page.entry.check_moment():
            page.services.say(tr("请先改好上面标红的地方。"))
            return
        window = FoundWindow(page.services.catalogue, page.services.desk.today(), page)
        done: list[StocktakeResult] = []

        def do() -> None:
            done.append(
                page.services.stocktakes.add_found(
                    sheet.view.id, window.found(), sheet.view.version, counted_at=page.entry.moment(),
                    counter_name=page.parts.counter.text(),
                )
            )

        def then() -> None:
            page.show_view(done[0].stocktake)
            page.go_to(done[0].stocktake.lines[-1].id)
            page.show_counts_again()

        window.start(do, then)

    def submit(self) -> None:
        """Ctrl+Enter while counting: end it, so that another person looks at the differences."""
        page, sheet = self._page, self._page.open_sheet()
        if CountAction.REVIEW not in sheet.view.actions:
            page.services.say(tr("还没有录入实盘数。"))
            return
        if sheet.typed:
            page.next_open()
            return
        left = len(sheet.view.uncounted)
        words = tr("还有 {count} 批没有盘。提交后仍可退回清点，或把它们按账面处理。", count=left)
        if left and not confirm(
            page.services.dialogs, msg("还没有盘完，提交核对？"), words, do=msg("提交核对"), keep=msg("继续清点"),
            safe=msg("录入的实盘数都已保存。"),
        ):
            page.next_open()
            return
        view = sheet.view
        self._do(lambda: page.services.stocktakes.to_review(view.id, view.version), self._stepped, msg("正在算差异"))

    def answer(self) -> None:
        """Ctrl+Enter in a check: send what was counted."""
        page, sheet = self._page, self._page.open_sheet()
        if not sheet.is_counting:
            self.save_answer()
            return
        if sheet.typed:
            page.next_open()
            return
        view, witness = sheet.view, page.parts.witness.text()
        self._do(
            lambda: page.services.count_answers.answer(view.id, view.version, witness_name=witness), self._answered,
            msg("正在写答复"),
        )

    def save_answer(self) -> None:
        """Write the file with the answer, for the first time or again."""
        page = self._page
        letter = page.services.exchange.latest_about(page.open_sheet().view.id)
        if letter is not None:
            hand_over(page.services, letter.id, title=HAND_OVER_TITLE, on_done=page.refresh)

    # --- under review -----------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Ctrl+Enter under review: book the differences, once every line is decided."""
        from app.services.stocktakes import Recount

        page, sheet = self._page, self._page.open_sheet()
        view, card = sheet.view, page.parts.recount
        if CountAction.FINALISE not in view.actions:
            page.services.say(tr("盘点人不能核对自己盘的：请另一位用户登录后完成。"))
            return
        again = Recount(card.witness(), card.counts()) if view.is_alone else None
        packs = dict(sheet.packs)
        self._do(
            lambda: page.services.stocktakes.finalise(view.id, view.version, recount=again, packs=packs), self._stepped,
            msg("正在入账"),
        )

    def back(self) -> None:
        """Let lines be counted again."""
        page, view = self._page, self._page.open_sheet().view
        if confirm(
            page.services.dialogs, msg("退回重盘？"), tr("回到清点，可以改实盘数。已经打印的盘点表作废，要按新版次重新打印。"),
            do=msg("退回重盘"), keep=msg("不退回"), safe=msg("录入的实盘数都还在。"),
        ):
            self._do(lambda: page.services.stocktakes.back_to_counting(view.id, view.version), self._stepped, msg("正在退回"))

    def cancel(self) -> None:
        """Give the count up, with a reason."""
        page, view = self._page, self._page.open_sheet().view
        window = CancelWindow(page)
        done: list[StocktakeResult] = []
        window.start(
            lambda: done.append(page.services.stocktakes.cancel(view.id, view.version, window.reason.text())),
            lambda: self._stepped(done[0]),
        )

    def name_packs(self) -> None:
        """F7 under review: which packs of a batch are missing, or were found."""
        page, sheet, row = self._page, self._page.open_sheet(), self._page.parts.table.current_row()
        if not isinstance(row, CountRow) or not (row.line.asks_for_packs or (row.line.difference or 0) > 0):
            page.services.say(tr("这一行不用指明是哪一盒。"))
            return
        line = row.line
        kept: list[tuple[str, ...]] = []

        def then() -> None:
            sheet.packs[line.id] = kept[0]
            sheet.problems.pop(line.id, None)
            page.show_one(line.id)

        if (line.difference or 0) > 0:
            found = FoundPacksWindow(line, sheet.packs.get(line.id, ()), page)
            found.start(lambda: kept.append(found.found()), then)
            return
        window = PacksWindow(line, page.services.stocktakes.packs(sheet.view.id, line.id), page)
        window.rejected.connect(lambda: self._forget_packs(line.id))
        window.start(lambda: kept.append(window.missing()), then)

    def _forget_packs(self, line_id: str) -> None:
        self._page.open_sheet().packs.pop(line_id, None)
        self._page.show_one(line_id)

    # --- paper and files --------------------------------------------------------------------------------------

    def print_sheet(self) -> None:
        """The count sheet while counting, else the result for the signatures."""
        page, sheet = self._page, self._page.sheet
        if sheet is None:
            return
        view, stocktakes = sheet.view, page.services.stocktakes
        title = tr("盘点表") if sheet.is_counting else tr("盘点结果")

        def made() -> bytes:
            if sheet.is_counting:
                return stocktakes.sheet_pdf(view.id, with_book=not view.is_blind)
            return stocktakes.result_pdf(view.id)

        page.services.runner.run(
            lambda _report, _cancelled: made(), on_done=lambda pdf: page.services.preview(pdf, title),
            on_error=lambda error: fail(page.services, error), title=tr("正在排版"),
        )

    def export(self) -> None:
        """The lines as a table."""
        from app.services.stocktake_lists import result_list

        sheet = self._page.sheet
        if sheet is not None:
            day = sheet.view.opened_at.astimezone().date().isoformat()
            self._export(result_list(sheet.view), f"{kind_name(sheet.view.kind)}_{day}.xlsx")

    def export_list(self) -> None:
        """All counts as a table."""
        from app.services.stocktake_lists import stocktake_list

        services = self._page.services
        today = services.desk.today()
        self._export(stocktake_list(services.stocktakes.list(), today), tr("历次盘点_{day}.xlsx", day=today.isoformat()))

    def _export(self, sheet: ListSheet, suggested: str) -> None:
        services = self._page.services
        file = services.dialogs.save_file(msg("导出表格"), suggested, WORKBOOK)
        if file is None:
            return

        def write() -> Path:
            from app.interchange.xlsx_lists import write_list

            write_list(file, sheet)
            return file

        services.runner.run(
            lambda _report, _cancelled: write(),
            on_done=lambda path: services.say(tr("已存成“{file}”。", file=path.name)),
            on_error=lambda error: fail(services, error), title=tr("正在导出"), can_cancel=False,
        )

    # --- what came of it --------------------------------------------------------------------------------------

    def _do(self, step: Callable[[], StocktakeResult], then: Callable[[StocktakeResult], None], title: Message) -> None:
        if self._is_running:
            return
        self._is_running = True
        self._page.setEnabled(False)

        def done(result: StocktakeResult) -> None:
            self._end()
            then(result)

        self._page.services.runner.run(
            lambda _report, _cancelled: step(), on_done=done, on_error=self._on_error, title=tr(title), can_cancel=False
        )

    def _opened(self, result: StocktakeResult) -> None:
        self._page.open_count(result.stocktake.id)
        self._page.services.say(tr(result.message))
        self._page.parts.table.setFocus()
        self._page.parts.table.choose(0, "counted")

    def _stepped(self, result: StocktakeResult) -> None:
        page = self._page
        page.open_count(result.stocktake.id)
        page.services.say(tr(result.message))
        page.parts.table.setFocus()

    def _answered(self, result: StocktakeResult) -> None:
        self._stepped(result)
        if result.message_id is not None:
            hand_over(self._page.services, result.message_id, title=HAND_OVER_TITLE, on_done=self._page.refresh)

    def _on_error(self, error: BaseException) -> None:
        page, sheet = self._page, self._page.sheet
        self._end()
        if isinstance(error, Refused) and sheet is not None:
            told = {problem.code: tr(problem.message) for problem in error.problems}
            if self._show_beside(told):
                return
        page.refresh()
        if not isinstance(error, CunyiError):
            raise error
        show_failure(page.services.dialogs, error)

    def _show_beside(self, told: dict[str, str]) -> bool:
        """Show what belongs to lines and to the re-count beside them; False when something belongs to neither."""
        page, sheet = self._page, self._page.open_sheet()
        lines = {line.id for line in sheet.view.lines}
        card = page.parts.recount
        known: Collection[str] = lines | set(card.fields)
        if any(code not in known for code in told):
            return False
        card.show_problems(told)
        sheet.problems = {code: words for code, words in told.items() if code in lines}
        page.show_head()
        page.show_rows()
        first = next((line.id for line in sheet.view.lines if line.id in sheet.problems), None)
        again = next((code for code in card.fields if code in told), None)
        if first is not None:
            page.go_to(first, "counted" if sheet.is_counting else "reason")
        elif again is not None:
            card.fields[again].control.setFocus()
        return True

    def _end(self) -> None:
        self._is_running = False
        self._page.setEnabled(True)
