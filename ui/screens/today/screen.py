"""今日: who is to be seen, with everything that has to be known before going, and what else is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.errors import CunyiError
from app.i18n import tr
from app.services.work_list import SideCards, Until, WorkFilter, WorkPage, WorkRow
from ui.dialogs import show_failure
from ui.screens.follow_ups.people import PeopleTable, people_columns
from ui.screens.follow_ups.referral_checks import ReferralChecksDialog
from ui.screens.today.cards import TodayCards
from ui.screens.today.examinations import ExaminationsDialog
from ui.screens.today.filters import FilterRow
from ui.screens.today.rates import RatesDialog
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.empty_state import EmptyState
from ui.widgets.layouts import Vertical
from ui.widgets.panes import TwoPane

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.services import Services

MOST_SHOWN, AT_ONCE = 1000, 150
"""Printed at most; read and shown at once."""
DRAFT = "follow_up"
SHEET_DRAFTS = ("day_sheet", "screening_round")
SHEET_ROWS = 40
VISIT_DISEASES = frozenset({"htn", "dm"})


class TodayScreen(QWidget):
    """The first screen of the day."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("screen_today")
        self._services = services
        self._marked: set[str] = set()
        self._next: tuple[object, ...] | None = None
        self._build()
        self._connect()
        self.refresh()
        self.setFocusProxy(self.table)

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read everything anew; whoever was chosen stays chosen."""
        self.filters.blockSignals(True)
        self.filters.show_groups(self._services.work_list.groups())
        self.filters.blockSignals(False)
        self.show_list(least=min(MOST_SHOWN, len(self.table.rows())))
        QTimer.singleShot(0, self, self.show_cards)

    def primary_action(self) -> None:
        """F2: begin the follow-up of the chosen person."""
        row = self.table.current_row()
        if isinstance(row, WorkRow):
            self.start(row)

    def print_action(self) -> None:
        """Ctrl+P: the list as it is filtered now, as a sheet."""
        self.print_list()

    def shortcuts(self) -> list[tuple[str, str]]:
        """The keys of this screen."""
        return [
            ("↵", tr("开始随访")), ("F2", tr("开始随访")), (tr("字母"), tr("按姓名或拼音筛选")),
            (tr("空格"), tr("选中，给日间表格")), ("Ctrl D", tr("打开日间表格")), ("Ctrl P", tr("打印名单")),
        ]

    # --- the list ---------------------------------------------------------------------------------------------

    def show_list(self, *, least: int = 0) -> None:
        """The people, as the filters say: the first of them, at least so many; more when one scrolls there."""
        wanted, order = self.filters.wanted(), self.filters.chosen_order()
        page = self._services.work_list.page(wanted, order, limit=max(AT_ONCE, least))
        self._next = page.next_after
        self._show_counts(page)
        self.table.set_rows(page.rows, keep=lambda row: row.resident_id)
        if self.table.current_row() is None:
            self.table.select_row(0)
        self._start.setEnabled(bool(page.rows))
        self._sheet.setEnabled(bool(page.rows))
        self._print.setEnabled(bool(page.rows))
        self._show_emptiness(page)

    def on_scrolled(self, value: int) -> None:
        """Near the end: read on."""
        bar = self.table.verticalScrollBar()
        if self._next is not None and value >= bar.maximum() - bar.pageStep():
            after, self._next = self._next, None
            page = self._services.work_list.page(
                self.filters.wanted(), self.filters.chosen_order(), after=after, limit=AT_ONCE
            )
            self._next = page.next_after
            self.table.append_rows(page.rows)

    def start(self, row: WorkRow) -> None:
        """Begin the follow-up of a person; afterwards the next of this list follows, or the list itself.

        高血压 and 糖尿病 come first, on their screen; the other programmes are written on their forms. Letters that found
        this one person have done their work: whoever comes back sees all the others again.
        """
        if row.is_check_only:
            self.open_checks(row.resident_id)
            return
        wanted = self.filters.wanted()
        if len(self.table.rows()) == 1:
            self.filters.line.clear()
        if not row.has_combined_visit:
            self._services.navigate("forms", resident_id=row.resident_id, form_code=row.form_code, return_to=("today", {}))
            return
        self._services.navigate(
            "follow_ups", resident_id=row.resident_id, after=row.key, wanted=wanted, order=self.filters.chosen_order(),
        )

    def mark(self, row: WorkRow) -> None:
        """Space: choose a person for the day sheet, or no longer; and on to the next."""
        self._marked ^= {row.resident_id}
        self.table.rows_model.replace_row(self.table.current_number(), row)
        self.table.select_row(self.table.current_number() + 1)
        self._show_marks()

    def open_day_sheet(self) -> None:
        """Ctrl+D: those who are chosen in one grid, else those of the list, as many as go on one sheet."""
        rows = [row for row in self.table.rows() if VISIT_DISEASES.intersection(row.diseases)]
        people = [row.resident_id for row in rows if not self._marked or row.resident_id in self._marked]
        people += [who for who in self._marked if who not in people]
        if not people:
            self._services.say(tr("名单里没有高血压或糖尿病的人"))
            return
        if self._services.navigate("day_sheet", people=people[:SHEET_ROWS]):
            self._marked.clear()
            self._show_marks()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+D."""
        if event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.open_day_sheet()
        else:
            super().keyPressEvent(event)

    def print_list(self) -> None:
        """The list on paper, made in a worker, shown before it is printed."""
        page = self._page()
        if not page.rows:
            return
        desk = self._services.desk
        title = tr("随访名单")

        def work(report: Callable[..., None], cancelled: Callable[[], bool]) -> bytes:
            from app.printing.lists import work_list_pdf
            from app.services.work_list import printed_list

            return work_list_pdf(printed_list(page, title=title, on=desk.today(), organisation=desk.place.name,
                                              doctor=desk.actor.name))

        self._services.runner.run(work, on_done=lambda pdf: self._services.preview(pdf, title),
                                  on_error=self._on_failure, title=tr("正在排版名单"), pool="network")

    def print_batch(self) -> None:
        """The sheets of those who are listed, or of a whole day."""
        from ui.screens.printing import open_print_window

        open_print_window(self.window(), self._services, work=self.filters.wanted(), order=self.filters.chosen_order())

    # --- the cards --------------------------------------------------------------------------------------------

    def show_cards(self) -> None:
        """The cards beside the list; what counts everybody is counted in the worker."""
        work_list = self._services.work_list
        self._services.runner.run(lambda _report, _cancelled: work_list.side_cards(), on_done=self.show_side)
        self.cards.show_request(self._services.request_list.newest())

    def show_side(self, side: SideCards) -> None:
        """What was counted."""
        self.cards.show_side(side)
        self.cards.show_to_do(side.referral_checks, self._unfinished(), self._unsaved_sheets(), side.examinations)

    def open_examinations(self) -> None:
        """Who is to be examined this year; the chosen one's 健康体检表 is opened."""
        dialog = ExaminationsDialog(self._services, parent=self.window())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open_rates(self) -> None:
        """工作指标 of the year."""
        dialog = RatesDialog(self._services, parent=self.window())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open_checks(self, resident_id: str = "") -> None:
        """Enter what became of the referrals, beginning with that of a resident."""
        dialog = ReferralChecksDialog(self._services, resident_id=resident_id, parent=self.window())
        dialog.letter_asked.connect(lambda letter: self._services.navigate("forms", offer=letter, from_screen="today"))
        dialog.entered.connect(lambda _task: self.refresh())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # --- building ---------------------------------------------------------------------------------------------

    def _build(self) -> None:
        main = QWidget()
        main.setProperty("kind", "plain")
        column = Vertical(main, spacing=12)
        self.header = PageHeader(tr("今天要做的事"))
        self._print = SecondaryButton(tr("打印名单"), name="print_list")
        self._batch = SecondaryButton(tr("批量打印"), name="print_batch")
        self._screening = SecondaryButton(tr("筛查"), name="open_screening")
        self._sheet = SecondaryButton(tr("日间表格"), name="open_day_sheet", hint="Ctrl D")
        self._start = PrimaryButton(tr("开始随访"), name="start_follow_up", hint="F2")
        self.header.add_action(self._print)
        self.header.add_action(self._batch)
        self.header.add_action(self._screening)
        self.header.add_action(self._sheet)
        self.header.add_action(self._start)
        column.addWidget(self.header)
        self.filters = FilterRow()
        column.addWidget(self.filters)
        self.table = PeopleTable(people_columns(self._marked), name="work_list", accessible_name=tr("要随访的人"))
        self.table.marks_rows = True
        self.filters.line.follow(self.table)
        column.addWidget(self.table, 1)
        self._to_residents = PrimaryButton(tr("去居民列表"), name="to_residents")
        self.nobody = EmptyState(
            tr("还没有人纳入慢病管理"), tr("先登记居民，把高血压、糖尿病等居民纳入管理；该随访的人会自己排到这里。"),
            name="nobody_managed", icon_name="residents", action=self._to_residents,
        )
        column.addWidget(self.nobody, 1)
        self.cards = TodayCards()
        Vertical(self).addWidget(TwoPane(main, self.cards, side_width=300, breakpoint=860))

    def _connect(self) -> None:
        self.filters.changed.connect(self.show_list)
        self.table.row_activated.connect(self.start)
        self.table.mark_asked.connect(self.mark)
        self.table.verticalScrollBar().valueChanged.connect(self.on_scrolled)
        self._sheet.clicked.connect(self.open_day_sheet)
        self._screening.clicked.connect(lambda: self._services.navigate("day_sheet", kind="screening"))
        self._start.clicked.connect(self.primary_action)
        self._print.clicked.connect(self.print_list)
        self._batch.clicked.connect(self.print_batch)
        self._to_residents.clicked.connect(lambda: self._services.navigate("residents"))
        self.cards.checks_asked.connect(lambda: self.open_checks())
        self.cards.examinations_asked.connect(self.open_examinations)
        self.cards.rates_asked.connect(self.open_rates)
        self.cards.request_asked.connect(lambda: self._services.navigate("requests"))
        self.cards.sheet_asked.connect(lambda kind: self._services.navigate("day_sheet", draft=kind))
        self.cards.draft_asked.connect(lambda who: self._services.navigate("follow_ups", resident_id=who))

    # --- inside -----------------------------------------------------------------------------------------------

    def _page(self) -> WorkPage:
        return self._services.work_list.page(self.filters.wanted(), self.filters.chosen_order(), limit=MOST_SHOWN)

    def _show_counts(self, page: WorkPage) -> None:
        counts = page.counts
        self.header.set_chips([
            ChipText(tr("逾期 {count}", count=counts.overdue), "red" if counts.overdue else "grey"),
            ChipText(tr("今天到期 {count}", count=counts.today), "amber" if counts.today else "grey"),
            ChipText(tr("本周 {count}", count=counts.this_week), "grey"),
        ])

    def _show_emptiness(self, page: WorkPage) -> None:
        nobody = not page.rows and not self.filters.is_narrowed() and not self._has_anybody()
        self.table.setVisible(not nobody)
        self.filters.setVisible(not nobody)
        self.nobody.setVisible(nobody)
        if self.filters.is_narrowed():
            self.table.set_empty_text(tr("没有符合条件的人。按 Esc 清空姓名，或放宽上面的条件。"))
        else:
            self.table.set_empty_text(tr("这段时间没有要随访的人。点“全部”可以看以后的。"))

    def _has_anybody(self) -> bool:
        return bool(self._services.work_list.page(WorkFilter(until=Until.ALL), limit=1).rows)

    def _unfinished(self) -> tuple[str, str] | None:
        draft = self._services.drafts.latest(DRAFT)
        if draft is None:
            return None
        try:
            return draft.subject_id, self._services.residents.get(draft.subject_id).name
        except CunyiError:
            return None

    def _unsaved_sheets(self) -> list[tuple[str, int]]:
        """The grids that were left unsaved: which, and how many people were filled in."""
        found = []
        for kind in SHEET_DRAFTS:
            draft = self._services.drafts.get(kind, "")
            if draft is not None:
                found.append((kind, len(draft.payload.get("rows", {}))))
        return found

    def _show_marks(self) -> None:
        count = len(self._marked)
        self._sheet.set_words(tr("日间表格（{count} 人）", count=count) if count else tr("日间表格"))

    def _on_failure(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        show_failure(self._services.dialogs, error)
