"""抽查 at the township: drawn at random, counted blind by another person, every difference followed to its end.

What is typed during counting stays on the page until it is stored as a whole: a count that is half written is not one.
`open_with(check_id=…)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.message import msg
from app.domain.stocktake import StocktakeState
from app.i18n import tr
from ui.dialogs import Answer, Question
from ui.screens.checks.layout import COUNTING, RESULT, WAITING, ChecksLayout
from ui.screens.checks.papers import paper_of, record_of
from ui.screens.checks.windows import AT_RANDOM, DrawWindow, WordsWindow
from ui.screens.checks.words import (
    BOOK,
    COUNTED,
    REASON,
    UNDER_WAY,
    LineRow,
    accuracy_words,
    result_chips,
    state_chip,
)
from ui.screens.exchange.files import OPEN_KEY, FilesOpened, fail, hand_over
from ui.screens.list_papers import print_list, save_list
from ui.screens.settlement.words import clock_words
from ui.widgets.layouts import Vertical

if TYPE_CHECKING:
    from app.services.random_checks import CheckResult, CheckView, Counted, Drawing
    from ui.services import Services

NOTICE_TITLE = msg("交给村卫生室的抽查通知")
OWN_KEYS = (
    ("F2", msg("抽取村卫生室和品种")), ("数字", msg("在选中的格子里直接填")), ("↵", msg("下一行同一格；结果里记查明的原因")),
    ("Ctrl ↵", msg("保存盘点结果，或核对办结")), ("F8", msg("下一行没有查明的差异")), OPEN_KEY,
    ("Ctrl P", msg("打印盘点表或结果")),
)
OVER = (StocktakeState.FINALISED, StocktakeState.CANCELLED)


class RandomChecksPage(QWidget):
    """`counted(int)`: checks that are not finished."""

    counted = Signal(int)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("random_checks_page")
        self.services = services
        self.check: CheckView | None = None
        self._typed: dict[str, dict[str, str]] = {}
        self._problems: dict[str, str] = {}
        self._checks: list[CheckView] = []
        self._is_running = False
        self.parts = ChecksLayout()
        Vertical(self).addWidget(self.parts)
        self._connect()
        FilesOpened(self, services, self.parts.open_file)
        self.setFocusProxy(self.parts.panes)
        self.refresh()

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read everything again; what is typed stays with the check that it belongs to."""
        self._finish_editing()
        self._open(self.check.id if self.check is not None else "")

    def open_with(self, check_id: str = "", **_arguments: object) -> None:
        """Show a check."""
        if self.can_leave():
            self._open(check_id)
            if check_id:
                self.parts.panes.show_one()

    def can_leave(self) -> bool:
        """Ask before counts that are typed and not stored are lost."""
        self._finish_editing()
        if not self._typed:
            return True
        stay = Question(
            msg("盘点数还没有保存"), msg("已经填的盘点数离开后要重新填。"),
            (Answer("leave", msg("不保存，离开")), Answer("stay", msg("留下来"), "primary")),
            msg("这次抽查本身不受影响。"), harmless="stay",
        )
        if self.services.dialogs.ask(stay) != "leave":
            return False
        self._forget_typed()
        self._show_rows()
        self._show_foot()
        return True

    def primary_action(self) -> None:
        """F2: draw."""
        self.draw()

    def save_action(self) -> None:
        """Ctrl+Enter: store the counts, or close the check."""
        if self.check is not None and self.check.may_enter:
            self.enter_counts()
        elif self.check is not None and self.check.may_close:
            self.close_check()

    def print_action(self) -> None:
        """Ctrl+P: the count sheet, or the result."""
        if self.check is not None:
            print_list(self.services, paper_of(self.services, self.check))

    def back_action(self) -> bool:
        """Escape: on a narrow window back to the list."""
        return self.parts.panes.go_back()

    def shortcuts(self) -> list[tuple[str, str]]:
        """The page's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    def recount(self) -> None:
        """Tell the number again."""
        self.counted.emit(sum(1 for each in self._checks if each.state not in OVER))

    # --- drawing ----------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Ask how many, and draw."""
        if not self.can_leave():
            return
        service = self.services.random_checks
        window = DrawWindow(service.clinics(), self)
        done: list[Drawing] = []

        def act() -> None:
            items = window.whole(window.items, "items")
            seed = window.whole(window.seed, "seed") if window.seed.text().strip() else None
            chosen = str(window.clinic.value() or AT_RANDOM)
            if chosen == AT_RANDOM:
                done.append(service.draw(window.whole(window.clinics, "clinics"), items=items, seed=seed))
            else:
                done.append(_one(service.open(chosen, seed=seed, count=items).check))

        window.start(act, lambda: self._drawn(done[0]))

    def _drawn(self, drawing: Drawing) -> None:
        self._open(drawing.checks[0].id)
        names = tr("、").join(check.clinic_name for check in drawing.checks)
        self.services.say(tr("抽到{names}，种子 {seed}。请打印盘点表，由另一个人去盘。", names=names, seed=drawing.seed))
        self.parts.panes.show_one()
        self.setFocus()

    # --- counting ---------------------------------------------------------------------------------------------

    def enter_counts(self) -> None:
        """Store everything that was counted, or show what is missing."""
        self._finish_editing()
        check = self.check
        if check is None or not check.may_enter or self._is_running:
            return
        counts, problems = self._read_counts(check)
        if problems:
            self._show_problems(problems)
            return
        service = self.services.random_checks
        window = WordsWindow(
            tr("保存盘点结果"), tr("保存"), tr("保存以后盘点数不能再改，账面和差异会显示出来。"),
            tr("村卫生室在场人（可以不填）"), "witness", self)
        done: list[CheckResult] = []

        def act() -> None:
            done.append(service.enter(check.id, check.version, counts, witness=window.words.text()))

        window.start(act, lambda: self._entered(done[0]))

    def _read_counts(self, check: CheckView) -> tuple[dict[str, Counted], dict[str, str]]:
        from app.services.random_checks import Counted

        counts: dict[str, Counted] = {}
        problems: dict[str, str] = {}
        for line in check.lines:
            typed = self._typed.get(line.id, {})
            units = [_units(typed.get(key, "")) for key in (COUNTED, BOOK)]
            if None in units:
                wrong = typed.get(COUNTED, "") if units[0] is None else typed.get(BOOK, "")
                problems[line.id] = (tr("请填 0 或正整数，您填的是 {written}。", written=wrong) if wrong
                                     else tr("请填实盘数。") if units[0] is None else tr("请填盘点当时的账面数。"))
            else:
                counts[line.id] = Counted(units[0], units[1], typed.get(REASON, ""))  # type: ignore[arg-type]
        return counts, problems

    def _show_problems(self, problems: Mapping[str, str]) -> None:
        self.parts.panes.show_one()
        self._problems = dict(problems)
        self._show_rows()
        table = self.parts.table()
        for number, row in enumerate(table.rows()):
            if row.line.id in problems:
                table.setFocus()
                table.setCurrentIndex(table.model().index(number, self._column(COUNTED)))
                break
        self.parts.strip.say(tr("还有 {count} 行没有填好，什么也没有保存。请填好标红的格子，再按 Ctrl+↵。",
                                count=len(problems)), "red")

    def _on_cell(self, row: LineRow, key: str, text: str) -> None:
        typed = self._typed.setdefault(row.line.id, {})
        typed[key] = text.strip()
        self._problems.pop(row.line.id, None)
        table = self.parts.tables[COUNTING]
        for number, shown in enumerate(table.rows()):
            if shown.line.id == row.line.id:
                table.replace_row(number, LineRow(row.line, dict(typed)))
        self._show_foot()

    def _entered(self, result: CheckResult) -> None:
        self._forget_typed()
        self._show_result(result)

    def _finish_editing(self) -> None:
        editor = QApplication.focusWidget()
        table = self.parts.tables[COUNTING]
        if editor is not None and editor is not table and table.isAncestorOf(editor):
            table.setFocus()

    # --- afterwards -------------------------------------------------------------------------------------------

    def follow_up(self) -> None:
        """Write down what was found out about the chosen difference, or the first without a cause."""
        check, table = self.check, self.parts.table()
        if check is None or check.state is not StocktakeState.REVIEW:
            return
        row = table.current_row()
        if row is None or not row.line.difference:
            row = next((each for each in table.rows() if each.line.difference and not each.line.reason), None)
        if row is None:
            self.services.say(tr("没有要查明的差异。"))
            return
        line = row.line
        told = tr("{drug} {strength} {batch}：账面 {book}，实盘 {counted}，差 {difference}。", drug=line.drug_name,
                  strength=line.strength, batch=line.batch_no,
                  book=line.book, counted=line.counted, difference=f"{line.difference:+d}")
        window = WordsWindow(tr("查明的原因和处理"), tr("保存"), told, tr("原因和处理"), "follow_up", self,
                             written=line.reason, longest=50)
        service = self.services.random_checks
        window.start(lambda: service.follow_up(check.id, line.id, window.words.text()), self._followed)

    def next_difference(self) -> None:
        """F8: the next difference without a cause."""
        self.parts.panes.show_one()
        table = self.parts.table()
        rows = table.rows()
        here = table.current_number()
        for number in [*range(here + 1, len(rows)), *range(here + 1)]:
            if rows[number].line.difference and not rows[number].line.reason:
                table.select_row(number)
                table.setFocus()
                break
        self.follow_up()

    def close_check(self) -> None:
        """End the check; differences without a cause are shown instead."""
        check = self.check
        if check is None or not check.may_close:
            return
        if check.unexplained:
            self.services.say(tr("还有 {count} 行差异没有查明原因，没有办结。", count=check.unexplained))
            self.next_difference()
            return
        service = self.services.random_checks
        window = WordsWindow(tr("核对办结"), tr("办结"), tr("办结以后这次抽查不能再改。结果：{result}。", result=check.result),
                             tr("意见（可以不填）"), "comment", self)
        done: list[CheckResult] = []
        window.start(lambda: done.append(service.close(check.id, check.version, window.words.text())),
                     lambda: self._show_result(done[0]))

    def cancel_check(self) -> None:
        """Give the check up, with the reason."""
        check = self.check
        if check is None or check.state in OVER:
            return
        service = self.services.random_checks
        window = WordsWindow(tr("取消这次抽查"), tr("取消抽查"), tr("取消的抽查留在记录里，种子和原因都在。"),
                             tr("为什么取消"), "reason", self)
        done: list[CheckResult] = []
        window.start(lambda: done.append(service.cancel(check.id, check.version, window.words.text())),
                     lambda: self._entered(done[0]))

    def send(self) -> None:
        """Write the notice for the clinic."""
        check, service = self.check, self.services.random_checks
        if check is None or not self.can_leave():
            return
        letter = self.services.exchange.latest_about(check.id)
        if letter is not None:
            # The same notice again: the clinic takes a check in only once.
            hand_over(self.services, letter.id, title=NOTICE_TITLE, on_done=self.refresh)
        else:
            self._run(lambda: service.send(check.id), self._sent, tr("正在写抽查通知"))

    def _sent(self, result: CheckResult) -> None:
        self._open(result.check.id)
        if result.message_id is not None:
            hand_over(self.services, result.message_id, title=NOTICE_TITLE, on_done=self.refresh)

    def _followed(self) -> None:
        self.refresh()
        self.parts.table().setFocus()
        self.services.say(tr("已记下。"))

    def _show_result(self, result: CheckResult) -> None:
        self.parts.panes.show_one()
        self._open(result.check.id)
        self.services.say(tr(result.message))
        self.parts.table().setFocus()

    # --- showing ----------------------------------------------------------------------------------------------

    def _open(self, check_id: str) -> None:
        self._checks = list(self.services.random_checks.list())
        table = self.parts.list
        table.blockSignals(True)
        table.set_rows(self._checks)
        places = [number for number, each in enumerate(self._checks) if each.id == check_id]
        table.select_row(places[0] if places else 0)
        table.blockSignals(False)
        self._show(table.current_row())
        self.recount()

    def _show(self, check: CheckView | None) -> None:
        is_other = self.check is not None and (check is None or check.id != self.check.id)
        if is_other:
            self._forget_typed()
        self.check = check
        parts = self.parts
        for widget in (parts.opened, parts.foot):
            widget.setVisible(check is not None)
        parts.empty.setVisible(check is None)
        if check is None:
            parts.panes.show_list()
        for button in (parts.print_list, parts.save_list):
            button.setEnabled(bool(self._checks))
        if check is None:
            return
        parts.header.set_title(check.clinic_name)
        parts.header.set_chips([state_chip(check.state), *result_chips(check)])
        parts.header.set_note(tr("　").join(filter(None, (tr("种子 {seed}", seed=check.seed), accuracy_words(check)))))
        kind = COUNTING if check.may_enter else WAITING if check.state in UNDER_WAY else RESULT
        if check.state is StocktakeState.CANCELLED:
            kind = WAITING
        parts.show_table(kind)
        self._show_rows()
        parts.followed.setText("\n".join(
            tr("{who} {when}　{found}", who=who, when=clock_words(at), found=text) for who, at, text in check.follow_ups))
        parts.followed.setVisible(bool(check.follow_ups))
        self._show_strip(check)
        self._show_buttons(check)
        self._show_foot()

    def _show_rows(self) -> None:
        if self.check is None:
            return
        rows = [LineRow(line, dict(self._typed.get(line.id, {})), self._problems.get(line.id, ""))
                for line in self.check.lines]
        self.parts.table().set_rows(rows, keep=lambda row: row.line.id)

    def _show_strip(self, check: CheckView) -> None:
        strip = self.parts.strip
        if check.may_enter and check.state is StocktakeState.COUNTING:
            strip.say(tr("通知已写好交给村卫生室，等回报的文件；派人去盘的，也可以先数实物、再抄账面，在这里录入。"), "blue")
        elif check.may_enter:
            strip.say(tr("盲盘：先数实物填实盘数，数完再看当时的账面填进来；全部填好一起保存。"), "blue")
        elif check.state is StocktakeState.COUNTING:
            strip.say(tr("抽查通知已写好交给村卫生室；回报的文件收到后结果会出现在这里。"), "blue")
        elif check.state is StocktakeState.OPEN:
            strip.say(tr("是您抽取的，请打印盘点表由另一位同事去盘并登录录入，或发给村卫生室盘点回报。"), "blue")
        elif check.state is StocktakeState.REVIEW and check.unexplained:
            strip.say(tr("有 {count} 行差异没有查明原因：按 F8 逐行记下查到的情况和处理办法。", count=check.unexplained), "amber")
        elif check.state is StocktakeState.REVIEW and not check.may_close:
            strip.say(tr("是您盘的，请另一位同事核对办结。"), "blue")
        else:
            strip.say("")

    def _show_buttons(self, check: CheckView) -> None:
        parts = self.parts
        is_under_way = check.state in UNDER_WAY
        parts.print.set_words(tr("打印盘点表") if is_under_way else tr("打印结果"))
        parts.print.setVisible(check.state is not StocktakeState.CANCELLED)
        parts.save.setVisible(check.state is not StocktakeState.CANCELLED)
        parts.send.setVisible(is_under_way)
        parts.send.set_words(tr("再存通知文件") if check.state is StocktakeState.COUNTING else tr("发给村卫生室"))
        parts.enter.setVisible(check.may_enter)
        parts.close_check.setVisible(check.may_close)
        parts.follow.setVisible(check.state is StocktakeState.REVIEW and bool(check.differences))
        parts.cancel.setVisible(check.state not in OVER)

    def _show_foot(self) -> None:
        check = self.check
        if check is None:
            return
        words = [tr("抽取 {who}", who=check.opened_by_name)]
        if check.counter_name:
            words.append(tr("盘点 {who}", who=check.counter_name))
        if check.finalised_by_name:
            words.append(tr("办结 {who}", who=check.finalised_by_name))
        if self._typed:
            filled = sum(1 for typed in self._typed.values() if typed.get(COUNTED))
            words.append(tr("已填 {count} / {all}，还没有保存", count=filled, all=len(check.lines)))
        self.parts.foot.set_note(tr("　").join(words))

    # --- inside -----------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        parts = self.parts
        parts.list.row_selected.connect(self._on_row)
        parts.list.row_activated.connect(lambda _row: self._go_to_table())
        parts.tables[COUNTING].cell_edited.connect(self._on_cell)
        parts.tables[RESULT].row_activated.connect(lambda _row: self.follow_up())
        clicks: tuple[tuple[QWidget, Callable[[], None]], ...] = (
            (parts.draw, self.draw), (parts.print, self.print_action), (parts.save, self._save_paper),
            (parts.send, self.send), (parts.enter, self.enter_counts), (parts.close_check, self.close_check),
            (parts.follow, self.next_difference), (parts.cancel, self.cancel_check),
            (parts.print_list, self._print_all), (parts.save_list, self._save_all),
        )
        for button, does in clicks:
            button.clicked.connect(lambda _checked=False, does=does: does())
        shortcut = QShortcut(QKeySequence("F8"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.next_difference)

    def _on_row(self, row: CheckView | None) -> None:
        if row is None or (self.check is not None and row.id == self.check.id):
            return
        if self.can_leave():
            self._show(self.services.random_checks.get(row.id))
        else:
            self._open(self.check.id if self.check is not None else "")

    def _go_to_table(self) -> None:
        table = self.parts.table()
        table.setFocus()
        if table is self.parts.tables[COUNTING]:
            table.setCurrentIndex(table.model().index(max(0, table.current_number()), self._column(COUNTED)))

    def _column(self, key: str) -> int:
        columns = self.parts.tables[COUNTING].rows_model.columns
        return next(number for number, column in enumerate(columns) if column.key == key)

    def _forget_typed(self) -> None:
        self._typed, self._problems = {}, {}

    def _save_paper(self) -> None:
        if self.check is not None:
            local = self.check.opened_at.astimezone()
            name = tr("抽查_{clinic}_{day}", clinic=self.check.clinic_name, day=f"{local:%Y-%m-%d}")
            save_list(self.services, name, paper_of(self.services, self.check))

    def _print_all(self) -> None:
        print_list(self.services, record_of(self.services))

    def _save_all(self) -> None:
        save_list(self.services, tr("抽查记录_{day}", day=self.services.desk.today().isoformat()), record_of(self.services))

    def _run(self, work: Callable[[], object], done: Callable[..., None], title: str) -> None:
        if self._is_running:
            return
        self._is_running = True

        def finished(result: object) -> None:
            self._is_running = False
            done(result)

        def failed(error: BaseException) -> None:
            self._is_running = False
            self.refresh()
            fail(self.services, error)

        self.services.runner.run(lambda _report, _cancelled: work(), on_done=finished, on_error=failed, title=title,
                                 can_cancel=False)


def _one(check: CheckView) -> Drawing:
    from app.services.random_checks import Drawing

    return Drawing(check.seed, (check,))


def _units(text: str) -> int | None:
    cleaned = text.strip()
    return int(cleaned) if cleaned.isascii() and cleaned.isdigit() and len(cleaned) <= 9 else None
