"""盘点: a count from its beginning to the signed result, and the answers to random checks. For both desks.

`entry` writes what is typed, `whole` does what concerns a whole count.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.domain.stocktake_steps import CountAction, CountState
from app.i18n import tr
from ui.screens.requests.notice_strip import StripAction
from ui.screens.requests.words import short_time
from ui.screens.stocktakes.entry import Entry
from ui.screens.stocktakes.layout import TABS, StocktakesLayout
from ui.screens.stocktakes.rows import (
    counting_columns,
    kind_name,
    result_words,
    review_columns,
    row_key,
    state_chip,
)
from ui.screens.stocktakes.sheet import ALL, COUNTING, DIFFERENT, UNCOUNTED, CountRow, CountSheet
from ui.screens.stocktakes.whole import WholeCount
from ui.widgets.chips import ChipText
from ui.widgets.layouts import Vertical

if TYPE_CHECKING:
    from app.services.stocktake_views import StocktakeSummary, StocktakeView
    from ui.services import Services

CHECK = "check"
RUNNING = (*COUNTING, CountState.REVIEW)
OWN_KEYS = (
    ("F2", msg("开始盘点；盘点中填写选中的一格")), ("↵", msg("记下，到下一行")), ("F7", msg("发现新批次；核对时指明缺的盒")),
    ("F8", msg("到下一处没有盘或要说明的行")), ("Space", msg("未盘的行按账面，或撤销")),
    ("Ctrl ↵", msg("提交核对；核对后完成盘点")),
    ("Ctrl P", msg("打印盘点表或盘点结果")),
)


class StocktakesPage(QWidget):
    """盘点. `open_with(stocktake_id=…)` shows a certain count. `counted` how many are not finished."""

    counted = Signal(int)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setObjectName("page_stocktakes")
        self.setProperty("kind", "plain")
        self.services = services
        self.sheet: CountSheet | None = None
        self.parts = StocktakesLayout()
        self.entry = Entry(self)
        self.whole = WholeCount(self)
        self._summaries: list[StocktakeSummary] = []
        Vertical(self).addWidget(self.parts)
        self._connect()
        self.open_count("")

    # --- what the shell calls ---------------------------------------------------------------------------------

    def recount(self) -> None:
        """Say how many counts are not finished."""
        self.counted.emit(sum(row.state in RUNNING for row in self._summaries))

    def refresh(self) -> None:
        """Read everything again; what is being typed is stored first."""
        self.parts.table.finish_editing()
        self.open_count(self.sheet.view.id if self.sheet is not None else "")

    def open_with(self, stocktake_id: str = "", **_arguments: object) -> None:
        """Show a certain count."""
        self.parts.table.finish_editing()
        self.open_count(stocktake_id)

    def can_leave(self) -> bool:
        """What is being typed is stored; all else was."""
        self.parts.table.finish_editing()
        return True

    def primary_action(self) -> None:
        """F2: fill in the chosen cell of an open count, else begin one."""
        if self.sheet is not None and self.sheet.view.state in RUNNING:
            self.parts.table.fill_in()
        else:
            self.whole.begin()

    def save_action(self) -> None:
        """Ctrl+Enter: submit for review, finish, or answer a check."""
        self.parts.table.finish_editing()
        sheet = self.sheet
        if sheet is None:
            return
        if sheet.view.kind == CHECK:
            self.whole.answer()
        elif sheet.is_counting:
            self.whole.submit()
        elif sheet.is_reviewed:
            self.whole.finish()

    def print_action(self) -> None:
        """Ctrl+P: the count sheet while counting, else the result."""
        self.parts.table.finish_editing()
        self.whole.print_sheet()

    def back_action(self) -> bool:
        """Escape: back to the lines."""
        if self.sheet is not None and not self.parts.table.hasFocus() and self.parts.table.isVisible():
            self.parts.table.setFocus()
            return True
        return False

    def shortcuts(self) -> list[tuple[str, str]]:
        """The page's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    # --- showing ----------------------------------------------------------------------------------------------

    def open_count(self, stocktake_id: str) -> None:
        """Show a count, or the one to go on with."""
        self._summaries = self.services.stocktakes.list()
        self.recount()
        running = [row.id for row in self._summaries if row.state in RUNNING]
        known = [row.id for row in self._summaries]
        chosen = next((each for each in (stocktake_id, *running, *known) if each in known), "")
        if not chosen:
            self.sheet = None
            self._show_empty()
            return
        self.show_view(self.services.stocktakes.get(chosen))

    def show_view(self, view: StocktakeView) -> None:
        """Show a count as it is now; what could not be kept of the same one stays."""
        former, is_same = self.sheet, self.sheet is not None and self.sheet.view.id == view.id
        self.sheet = CountSheet(view)
        if former is not None and is_same and former.view.version == view.version:
            self.sheet.problems, self.sheet.typed, self.sheet.packs = former.problems, former.typed, former.packs
        if former is None or not is_same or former.view.state is not view.state:
            self._arrive(view)
        self.parts.stack.setCurrentWidget(self.parts.panes)
        self.setFocusProxy(self.parts.table)
        self.show_head()
        self.show_rows()
        self._show_actions()
        self.parts.counts.show_counts(self._summaries, view.id)

    def show_counts_again(self) -> None:
        """Read the list of counts again."""
        self._summaries = self.services.stocktakes.list()
        self.recount()
        self.parts.counts.show_counts(self._summaries, self.sheet.view.id if self.sheet is not None else "")

    def show_head(self) -> None:
        """Title, chips, progress and the sentence that says what comes next."""
        sheet = self.open_sheet()
        view = sheet.view
        self.parts.header.set_title(kind_name(view.kind))
        chips = [state_chip(view.state)]
        if view.is_blind and sheet.is_counting:
            chips.append(ChipText(tr("盲盘"), "blue"))
        if view.result:
            chips.append(ChipText(result_words(view.result), "red" if view.differences else "green"))
        self.parts.header.set_chips(chips)
        self.parts.header.set_note(
            tr("{name} {time} 开始　第 {version} 版", name=view.opened_by_name, time=short_time(view.opened_at),
               version=view.version)
        )
        self._show_progress(sheet)
        self._show_strip(sheet)
        for number, key in enumerate(TABS):
            title = {
                DIFFERENT: tr("差异 {count}", count=sheet.count(DIFFERENT)),
                UNCOUNTED: tr("未盘 {count}", count=sheet.count(UNCOUNTED)), ALL: tr("全部 {count}", count=len(view.lines)),
            }[key]
            self.parts.tabs.setTabText(number, title)

    def show_rows(self) -> None:
        """Show the lines as they are now."""
        sheet = self.open_sheet()
        if sheet.is_counting:
            columns, rows = counting_columns(with_book=not sheet.view.is_blind, editable=True), sheet.rows()
        else:
            columns, rows = review_columns(editable=sheet.is_reviewed), sheet.rows(self.parts.current_tab())
        self.parts.table.show_lines(columns, rows, keep=row_key)
        self.show_line_actions()

    def show_one(self, line_id: str) -> None:
        """Show one line as it is now."""
        sheet = self.open_sheet()
        for place, row in enumerate(self.parts.table.rows()):
            if row.line.id == line_id:
                line = next(each for each in sheet.view.lines if each.id == line_id)
                self.parts.table.replace_row(place, sheet.row(row.number, line))

    def show_line_actions(self) -> None:
        """What may be done with the chosen line."""
        sheet, row = self.sheet, self.parts.table.current_row()
        is_row = isinstance(row, CountRow) and sheet is not None and sheet.is_reviewed
        is_surplus = is_row and (row.line.difference or 0) > 0
        self.parts.packs.setVisible(is_row and (row.line.asks_for_packs or is_surplus))
        self.parts.packs.set_words(tr("扫多出来的盒") if is_surplus else tr("指明缺的盒"))

    def go_to(self, line_id: str, column: str = "", *, edit: bool = False) -> None:
        """Choose a line, among all lines where the present tab has it not."""
        if line_id not in [row.line.id for row in self.parts.table.rows()]:
            self.parts.show_tab(ALL)
        for place, row in enumerate(self.parts.table.rows()):
            if row.line.id == line_id:
                self.parts.table.setFocus()
                self.parts.table.choose(place, column, edit=edit)

    def open_sheet(self) -> CountSheet:
        """The open count; only to be asked where there is one."""
        if self.sheet is None:
            raise RuntimeError("no count is open")
        return self.sheet

    def _show_empty(self) -> None:
        self.parts.stack.setCurrentWidget(self.parts.empty)
        self.setFocusProxy(self.parts.begin_first)

    def _arrive(self, view: StocktakeView) -> None:
        """A count in another state is shown: which lines, and the fields empty."""
        with QSignalBlocker(self.parts.tabs):
            uncounted = any(not line.is_as_book for line in view.uncounted)
            is_reviewed = view.state is CountState.REVIEW
            self.parts.show_tab(
                DIFFERENT if is_reviewed and view.differences else UNCOUNTED if is_reviewed and uncounted else ALL
            )
        self.parts.counter.setText(view.counter_name or self.services.desk.actor.name)
        for line in (self.parts.counted_at, self.parts.version, self.parts.witness):
            line.clear()
        for field in self.parts.fields.values():
            field.set_problem("")
        self.parts.recount.show_problems({})

    def _show_progress(self, sheet: CountSheet) -> None:
        view, card = sheet.view, self.parts.progress
        card.clear()
        card.add_line(tr("已盘"), strong=tr("{done} / {all}", done=sheet.counted, all=len(view.lines)))
        if sheet.is_reviewed or view.state is CountState.FINALISED:
            card.add_line(tr("有差异"), strong=tr("{count} 批", count=len(view.differences)))
        if sheet.is_reviewed and sheet.undecided:
            card.add_line(tr("没有盘、没有决定"), strong=tr("{count} 批", count=sheet.undecided))
        card.add_line(tr("盘点人"), strong=view.counter_name or "—")
        if view.finalised_at is not None:
            is_check = view.kind == CHECK
            nobody = is_check and view.finalised_by_name == view.counter_name
            name = "—" if nobody else view.finalised_by_name or "—"
            card.add_line(tr("卫生院在场的人") if is_check else tr("核对人"), strong=name)
            card.add_line(tr("完成"), strong=short_time(view.finalised_at))
        note = self.services.stocktakes.age_note()
        if note is not None:
            card.add_text(tr(note), "small", name="age_note")

    def _show_strip(self, sheet: CountSheet) -> None:
        view, strip = sheet.view, self.parts.strip
        if sheet.is_counting and view.kind == CHECK:
            strip.say(tr("卫生院抽查：逐批清点后答复。抽查只报告，不改库存。"), "blue")
        elif sheet.is_counting:
            strip.say(tr("发药可以照常：程序按清点那一刻的账面算差异。不是刚刚清点的，请填清点时间。"), "blue")
        elif sheet.is_reviewed and CountAction.FINALISE not in view.actions:
            words = tr("差异已算出。盘点人不能核对自己盘的：请另一位用户登录（Ctrl L 换人），写明原因后完成。")
            strip.say(words, "amber")
        elif sheet.is_reviewed:
            strip.say(tr("请核对差异，逐行选原因；没有盘的行请退回清点，或选“按账面（未盘）”。"), "blue")
        elif view.state is CountState.FINALISED:
            self._show_finished(view)
        else:
            strip.say("")

    def _show_finished(self, view: StocktakeView) -> None:
        strip = self.parts.strip
        if view.kind != CHECK:
            strip.say(tr("盘点已完成，差异已入账。请打印结果，盘点人和核对人签字存档。"), "green")
            return
        letter = self.services.exchange.latest_about(view.id)
        save = StripAction("save_answer", tr("存答复文件"), self.whole.save_answer)
        follow = StripAction("count_differences", tr("盘点更正"), self.whole.count_differences)
        actions = [*([save] if letter is not None else []), *([follow] if view.differences else [])]
        if letter is not None and letter.state == "ready":
            strip.say(tr("抽查已清点，答复还没有交给卫生院。"), "amber", actions)
        elif view.differences:
            strip.say(tr("抽查发现差异，库存没有改。请盘点更正。"), "amber", actions)
        else:
            strip.say(tr("抽查账实相符，已答复卫生院。"), "green", actions)

    def _show_actions(self) -> None:
        sheet, parts = self.open_sheet(), self.parts
        view, actions = sheet.view, sheet.view.actions
        is_check = view.kind == CHECK
        parts.begin.setVisible(not any(row.state in RUNNING and row.kind != CHECK for row in self._summaries))
        # While a check is open F2 goes to its lines.
        parts.begin.set_words(tr("开始盘点"), "" if view.state in RUNNING else "F2")
        parts.entry.setVisible(sheet.is_counting)
        parts.fields["witness"].setVisible(is_check)
        parts.tab_box.setVisible(not sheet.is_counting)
        parts.found.setVisible(sheet.is_counting and not is_check)
        parts.as_book.setVisible(sheet.is_reviewed and bool(sheet.undecided))
        parts.back.setVisible(sheet.is_reviewed and CountAction.RECOUNT in actions)
        parts.cancel.setVisible(CountAction.CANCEL in actions and not is_check)
        parts.print.set_words(tr("打印盘点表") if sheet.is_counting else tr("打印结果"))
        self._show_main(sheet)
        is_alone = sheet.is_reviewed and view.is_alone
        drawn = self.services.stocktakes.recount_lines(view.id) if is_alone else ()
        parts.recount.setVisible(bool(drawn))
        lines = {line.id: line for line in view.lines}
        parts.recount.show_lines(drawn, lines, is_clinic=self.services.kind == "clinic")
        note = tr("↵ 记下，到下一行　可以填“3盒6片”　填好的随时保存") if sheet.is_counting else ""
        parts.foot.set_note(note)

    def _show_main(self, sheet: CountSheet) -> None:
        button, actions = self.parts.main, sheet.view.actions
        words = tr("答复抽查") if sheet.view.kind == CHECK else tr("提交核对") if sheet.is_counting else tr("完成盘点")
        button.set_words(words)
        may_finish = sheet.is_reviewed and CountAction.FINALISE in actions
        button.setVisible(sheet.is_counting or may_finish)
        button.setEnabled(may_finish or bool(sheet.counted))

    # --- moving -----------------------------------------------------------------------------------------------

    def next_open(self) -> None:
        """F8: the next line that is not counted, has something wrong, or lacks its reason."""
        sheet = self.sheet
        if sheet is None:
            return
        rows = sheet.rows()
        column = "counted" if sheet.is_counting else "reason"
        waiting = [place for place, row in enumerate(rows) if self._waits(sheet, row)]
        if not waiting:
            self.services.say(tr("没有要填的行了。"))
            return
        current = self.parts.table.current_row()
        here = current.number - 1 if isinstance(current, CountRow) else -1
        place = next((each for each in waiting if each > here), waiting[0])
        self.go_to(rows[place].line.id, column, edit=sheet.is_counting)

    def _waits(self, sheet: CountSheet, row: CountRow) -> bool:
        line = row.line
        if row.is_wrong:
            return True
        if line.counted is None:
            return sheet.is_counting or not line.is_as_book
        return sheet.is_reviewed and bool(line.difference) and not line.reason

    def _on_count(self, row: StocktakeSummary | None) -> None:
        if row is not None and (self.sheet is None or row.id != self.sheet.view.id):
            self.parts.table.finish_editing()
            self.open_count(row.id)

    def _connect(self) -> None:
        parts, whole = self.parts, self.whole
        parts.table.cell_edited.connect(self.entry.write)
        parts.table.space_pressed.connect(self.entry.toggle_as_book)
        parts.table.row_selected.connect(lambda _row: self.show_line_actions())
        parts.tabs.currentChanged.connect(lambda _index: self.sheet is not None and self.show_rows())
        parts.counts.table.row_selected.connect(self._on_count)
        parts.counted_at.editingFinished.connect(self.entry.check_moment)
        parts.version.editingFinished.connect(self.entry.check_version)
        clicks: tuple[tuple[QWidget, Callable[[], object]], ...] = (
            (parts.begin, whole.begin), (parts.begin_first, whole.begin), (parts.export, whole.export),
            (parts.print, self.print_action), (parts.main, self.save_action), (parts.found, whole.add_found),
            (parts.packs, whole.name_packs), (parts.as_book, self.entry.all_as_book), (parts.back, whole.back),
            (parts.cancel, whole.cancel), (parts.counts.export, whole.export_list),
        )
        for button, does in clicks:
            button.clicked.connect(lambda _checked=False, do=does: do())
        for pressed, does in (("F7", self._on_f7), ("F8", self.next_open)):
            shortcut = QShortcut(QKeySequence(pressed), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(does)

    def _on_f7(self) -> None:
        self.parts.table.finish_editing()
        if self.sheet is not None and self.sheet.is_counting:
            self.whole.add_found()
        elif self.sheet is not None and self.sheet.is_reviewed:
            self.whole.name_packs()
