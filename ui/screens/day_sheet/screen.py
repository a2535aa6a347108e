"""The day sheet and the screening round as a screen: which page is shown, and where one goes from there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.domain.message import msg
from app.errors import CunyiError
from app.i18n import tr
from app.services.day_sheets import DRAFT_KIND as VISIT_DRAFT
from app.services.day_sheets import DaySaved
from app.services.screening_rounds import DRAFT_KIND as SCREEN_DRAFT
from app.services.screening_rounds import RoundSaved, Screened
from ui.dialogs import Answer, Question, confirm, show_failure
from ui.screens.day_sheet.columns_window import ColumnsWindow
from ui.screens.day_sheet.modes import SCREENING, VISITS, GridRow, Mode, ScreenMode, VisitMode
from ui.screens.day_sheet.page import SheetPage
from ui.screens.day_sheet.screening_pages import RoundResults, RoundStart
from ui.widgets.empty_state import EmptyState

if TYPE_CHECKING:
    from app.services.follow_up_views import DraftView
    from app.services.progress import CancelledCheck, Report
    from ui.services import Services

DRAFTS = {VISITS: VISIT_DRAFT, SCREENING: SCREEN_DRAFT}
KINDS = {draft: kind for kind, draft in DRAFTS.items()}


class DaySheetScreen(QWidget):
    """`open_with(people=[…])` opens a day sheet, `open_with(kind="screening")` asks whom a round is for,
    `open_with(kind="screening", people=[…])` opens the round, `open_with(draft="day_sheet")` what was left unsaved."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("screen_day_sheet")
        self._services = services
        self.page: SheetPage | None = None
        self.start: RoundStart | None = None
        self.results: RoundResults | None = None
        self._entries: list[Screened] = []
        self._results_on: date = services.desk.today()
        self._alone: set[str] = set()
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self.nothing = EmptyState(tr("还没有选人"), tr("在“今日”里选好人，再打开日间表格。"), name="day_sheet_nothing")
        self._stack.addWidget(self.nothing)

    # --- what the shell calls ---------------------------------------------------------------------------------

    def open_with(self, *, kind: str = VISITS, people: Sequence[str] = (), draft: str = "", group: str | None = None,
                  **_others: Any) -> None:
        """See the class."""
        if self.page is not None and not self.page.keep_draft():
            return
        if draft in KINDS:
            self._open_draft(draft)
        elif people:
            self._open_people(kind, people)
        elif kind == SCREENING:
            self.show_start(group)

    def refresh(self) -> None:
        """Shown again: whoever was visited meanwhile, alone, goes off the sheet; what was typed stays."""
        if self.page is not None and self._stack.currentWidget() is self.page:
            self._read_again(self.page)
        elif self.start is not None and self._stack.currentWidget() is self.start:
            self.start.refresh()

    def can_leave(self) -> bool:
        """What was typed is kept as a draft; only when that fails a question is needed."""
        if self.page is None:
            return True
        self.page.close_editor()
        return self.page.keep_draft() or confirm(
            self._services.dialogs, msg("草稿没有存下来"),
            msg("这张表没能存成草稿，现在离开，写下的内容会丢失。"),
            do=msg("不要了，离开"), keep=msg("留在这里"), safe=msg("以前保存的记录都还在。"), dangerous=True,
        )

    def primary_action(self) -> None:
        """F2: the row with the cursor in a window of its own."""
        if self._stack.currentWidget() is self.page and self.page is not None:
            self.page.close_editor()
            self.page.ask_alone()
        elif self._stack.currentWidget() is self.start and self.start is not None:
            self.start.start()

    def save_action(self) -> None:
        """Ctrl+Enter: save the rows that are ready; begin the round."""
        if self._stack.currentWidget() is self.page and self.page is not None:
            self.page.save()
        elif self._stack.currentWidget() is self.start and self.start is not None:
            self.start.start()

    def print_action(self) -> None:
        """Ctrl+P: the list of results."""
        if self._stack.currentWidget() is self.results:
            self.print_results()

    def back_action(self) -> bool:
        """Escape: from the results to the rows that are left, else out."""
        shown = self._stack.currentWidget()
        if shown is self.results and self.page is not None and self.page.model.rows:
            self._show(self.page)
            return True
        return False

    def shortcuts(self) -> list[tuple[str, str]]:
        """The keys of this screen."""
        return [
            ("↵", tr("到下一人")), ("Tab", tr("到右边一格")), ("F4", tr("取上次的值")), ("F2", tr("单独打开这一行")),
            ("F6", tr("不常见的值确认无误")), ("F8", tr("开转诊单")),
            ("Ctrl V", tr("从电子表格粘贴一列")), ("Ctrl Z", tr("撤销")),
            ("Ctrl ↵", tr("保存可以保存的行")), ("Ctrl P", tr("打印筛查结果")),
        ]  # fmt: skip

    # --- pages ------------------------------------------------------------------------------------------------

    def show_start(self, group: str | None = None) -> None:
        """Ask whom a round is for; a round that was left is offered first."""
        kept = self._services.drafts.get(SCREEN_DRAFT, "")
        if kept is not None and self._wants(kept):
            self._open_kept(SCREENING, kept)
            return
        if self.start is None:
            self.start = RoundStart(self._services)
            self.start.chosen.connect(lambda people: self._open(SCREENING, people))
            self.start.left.connect(self.leave)
            self.start.person_asked.connect(self._show_person)
            self._stack.addWidget(self.start)
        self.start.refresh(group)
        self._show(self.start)

    def leave(self) -> None:
        """Back to the work of the day."""
        self._services.navigate("today")

    def _open_people(self, kind: str, people: Iterable[str]) -> None:
        kept = self._services.drafts.get(DRAFTS[kind], "")
        if kept is not None and self._wants(kept):
            self._open_kept(kind, kept)
        else:
            self._open(kind, people)

    def _open_draft(self, draft: str) -> None:
        kept = self._services.drafts.get(draft, "")
        if kept is not None:
            self._open_kept(KINDS[draft], kept)

    def _open_kept(self, kind: str, kept: DraftView) -> None:
        payload = dict(kept.payload)
        self._open(kind, payload["people"], on=date.fromisoformat(payload["on"]), place=str(payload["place"]))
        if self.page is not None:
            self.page.take_up(payload)

    def _open(self, kind: str, people: Iterable[str], *, on: date | None = None, place: str = "") -> None:
        try:
            mode = self._mode(kind, people, on, place)
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return
        self._put(SheetPage(self._services, mode))
        self._entries = []

    def _mode(self, kind: str, people: Iterable[str], on: date | None, place: str) -> Mode:
        if kind == SCREENING:
            columns = self._columns(ScreenMode.setting)
            return ScreenMode(self._services, self._services.screening_rounds.open(people, columns, on=on), place)
        columns = self._columns(VisitMode.setting)
        return VisitMode(self._services, self._services.day_sheets.open(people, columns, on=on))

    def _columns(self, setting: str) -> tuple[str, ...]:
        return tuple(filter(None, str(self._services.settings.get(setting)).split(",")))

    def _put(self, page: SheetPage) -> None:
        if self.page is not None:
            before, self.page = self.page, None
            self._stack.removeWidget(before)
            before.hide()
            before.deleteLater()
        self.page = page
        page.saved.connect(self.on_saved)
        page.alone_asked.connect(self.open_alone)
        page.columns_asked.connect(self.choose_columns)
        page.left.connect(self.leave)
        self._stack.addWidget(page)
        self._show(page)

    def _show(self, page: QWidget) -> None:
        self._stack.setCurrentWidget(page)
        self.setFocusProxy(page)
        page.setFocus()

    def _read_again(self, page: SheetPage) -> None:
        """The rows as the database has them now; a person visited alone since has his visit and goes."""
        payload = page.model.payload()
        mode = page.mode
        done = set()
        if mode.kind == VISITS and self._alone:
            for row in self._services.day_sheets.open(self._alone, on=mode.on).rows:
                if any(visit.visit_date == mode.on for visit in row.sheet.history):
                    done.add(row.resident_id)
        self._alone.clear()
        people = [who for who in payload["people"] if who not in done]
        if not people:
            page.model.remove(done)
            page.keep_draft()
            self.leave()
            return
        self._open(mode.kind, people, on=mode.on, place=mode.place)
        if self.page is not None:
            kept = {who: row for who, row in payload["rows"].items() if who not in done}
            self.page.take_up({"rows": kept})
            self.page.keep_draft()

    def _wants(self, kept: DraftView) -> bool:
        """Whether to go on with what was left; otherwise it is thrown away."""
        count = len(kept.payload.get("rows", {}))
        when = kept.updated_at.astimezone().strftime("%m-%d %H:%M")
        question = Question(
            msg("上次的表格还没有保存"),
            msg("{time} 写的表格里有 {count} 人填过，还没有保存。", time=when, count=count),
            (Answer("resume", msg("接着写"), "primary"), Answer("discard", msg("不要了，另开一张"), "danger")),
            msg("已经保存的随访都在。"), harmless="resume",
        )  # fmt: skip
        if self._services.dialogs.ask(question) == "resume":
            return True
        self._services.drafts.discard(kept.kind, kept.subject_id)
        return False

    # --- what the pages ask for -------------------------------------------------------------------------------

    def open_alone(self, row: GridRow) -> None:
        """The whole form of one person, with what was typed so far; afterwards one comes back here."""
        page = self.page
        if page is None:
            return
        if page.mode.kind == SCREENING:
            self._services.navigate("residents", resident_id=row.resident_id)
            return
        try:
            self._services.day_sheets.keep_alone(row.source, page.model.given(row), page.mode.on)
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return
        self._alone.add(row.resident_id)
        self._services.navigate("follow_ups", resident_id=row.resident_id, take_draft=True, return_to="day_sheet")

    def choose_columns(self) -> None:
        """Which columns there are."""
        page = self.page
        if page is None:
            return
        page.close_editor()
        window = ColumnsWindow(page.mode.every_column, page.model.columns, parent=self.window())

        def keep() -> None:
            self._services.settings.set(page.mode.setting, ",".join(window.keys()))

        window.start(keep, lambda: self._with_columns(page))

    def on_saved(self, saved: DaySaved) -> None:
        """Rows were stored: on with the rest, to the results of a round, or back to the day.

        For those who were referred their letters are offered.
        """
        page = self.page
        if page is None:
            return
        if isinstance(saved, RoundSaved):
            self._entries += saved.entries
            self._results_on = page.mode.on
            self.show_results()
            return
        visits = [(visit.resident_id, visit.visit_date) for visit in saved.saved if visit.is_referred]
        self._services.offer_forms(self._services.next_forms.letters(visits) if visits else ())
        if not page.model.rows:
            self.leave()

    def show_results(self) -> None:
        """What came of the round so far."""
        if self.results is None:
            self.results = RoundResults()
            self.results.left.connect(self.leave)
            self.results.back_asked.connect(lambda: self._show(self.page) if self.page is not None else None)
            self.results.print_asked.connect(self.print_results)
            self.results.person_asked.connect(self._show_person)
            self.results.referral_asked.connect(self.open_referral)
            self.results.enrol_asked.connect(lambda row: self._services.navigate("follow_ups", enrol=row.resident_id))
            self._stack.addWidget(self.results)
        self.results.show_results(self._entries, len(self.page.model.rows) if self.page is not None else 0)
        self._show(self.results)

    def open_referral(self, row: Screened) -> None:
        """A referral for somebody screened; afterwards one comes back to the results."""
        self._services.navigate(
            "forms", resident_id=row.resident_id, form_code="referral_out", return_to=("day_sheet", {})
        )

    def print_results(self) -> None:
        """The list of the round on paper, made in a worker."""
        rounds, entries, on = self._services.screening_rounds, tuple(self._entries), self._results_on
        place = self.page.mode.place if self.page is not None else ""
        title = tr("血压血糖筛查结果名单")

        def work(report: Report, _cancelled: CancelledCheck) -> bytes:
            from app.printing.lists import table_pdf

            return table_pdf(rounds.printed(entries, title=title, on=on, place=place))

        self._services.runner.run(
            work, on_done=lambda pdf: self._services.preview(pdf, title), on_error=self._on_failure,
            title=tr("正在排版名单"),
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F8 in the results."""
        if event.key() == Qt.Key.Key_F8 and self._stack.currentWidget() is self.results and self.results is not None:
            self.results.refer()
        else:
            super().keyPressEvent(event)

    def _with_columns(self, page: SheetPage) -> None:
        payload = page.model.payload()
        self._open(page.mode.kind, payload["people"], on=page.mode.on, place=page.mode.place)
        if self.page is not None:
            self.page.take_up(payload)

    def _show_person(self, row: Screened) -> None:
        self._services.navigate("residents", resident_id=row.resident_id)

    def _on_failure(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        show_failure(self._services.dialogs, error)
