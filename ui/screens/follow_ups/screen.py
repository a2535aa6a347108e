"""随访: the list of those under management, or the visit of one person; going from one to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.errors import CunyiError
from app.i18n import tr
from app.services.work_list import EVERYONE, Order, WorkFilter
from ui.dialogs import show_failure
from ui.screens.follow_ups.enrol import EnrolDialog
from ui.screens.follow_ups.picker import Picker
from ui.screens.follow_ups.referral_checks import ReferralChecksDialog
from ui.screens.follow_ups.visit import NEXT, PRINT, SLIP, VisitPage
from ui.screens.printing import print_resident_sheet
from ui.screens.printing.shown import show_printed

if TYPE_CHECKING:
    from app.services.follow_up_views import VisitSheet
    from app.services.follow_ups import SavedVisit
    from app.services.person_sheets import PrintedSheet
    from app.services.progress import CancelledCheck, Report
    from app.services.work_list import WorkRow
    from ui.services import Services


@dataclass(frozen=True)
class ListPlace:
    """Where in which list the visit was begun, so that the next person is the next of that list."""

    after: tuple[object, ...] | None = None
    wanted: WorkFilter = EVERYONE
    order: Order = Order.DUE
    is_work_list: bool = False
    return_to: str = ""


class FollowUpsScreen(QWidget):
    """`open_with(resident_id=…)` begins a visit, `open_with(entry_id=…)` corrects a recorded one."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("screen_follow_ups")
        self._services = services
        self._place = ListPlace()
        self.visit: VisitPage | None = None
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self.picker = Picker(services)
        self.picker.chosen.connect(self.on_picked)
        self.picker.enrol_asked.connect(self.open_enrol)
        self._stack.addWidget(self.picker)
        self.setFocusProxy(self.picker)
        self.picker.refresh()

    # --- what the shell calls ---------------------------------------------------------------------------------

    def open_with(self, *, resident_id: str = "", entry_id: str = "", enrol: str = "",
                  after: tuple[object, ...] | None = None, wanted: WorkFilter | None = None,
                  order: Order = Order.DUE, take_draft: bool = False, return_to: str = "", **_others: Any) -> None:
        """Begin a visit of `resident_id`, correct the one of `entry_id`, or ask to enrol the resident `enrol`.

        `after`, `wanted` and `order` say at which place of which work list the person stood. With `take_draft` the draft
        is gone on with unasked; `return_to` is the screen to be shown after saving, in place of the next person.
        """
        if self.visit is not None:
            self.visit.keep_draft()
        if enrol:
            self.show_picker()
            self.open_enrol(enrol)
        elif entry_id:
            self._place = ListPlace()
            self._open(lambda: self._services.follow_ups.open_recorded(entry_id))
        elif resident_id:
            self._place = ListPlace(after, wanted or EVERYONE, order, is_work_list=wanted is not None, return_to=return_to)
            self.begin_visit(resident_id, take_draft=take_draft)
        else:
            self.show_picker()

    def refresh(self) -> None:
        """Shown again: an open visit stays as it is."""
        if self.visit is None:
            self.picker.refresh()
        elif self.visit.focusProxy() is None:
            self.visit.setFocusProxy(self.visit.form.first_target())

    def hideEvent(self, event: QHideEvent) -> None:
        """Shown again, the keyboard is in the field of the visit that it was in."""
        super().hideEvent(event)
        field = None if self.visit is None else self.visit.focusWidget()
        if field is not None:
            self.visit.setFocusProxy(field)

    def can_leave(self) -> bool:
        """What was typed is kept as a draft, so leaving needs no question, unless it cannot be kept."""
        return self.visit is None or self.visit.keep_draft() or self.visit.ask_to_lose()

    def primary_action(self) -> None:
        """F2: begin with the chosen person; in a visit, to what is still to be answered."""
        if self.visit is None:
            self.picker.take_current()
        else:
            self.visit.go_to_missing()

    def save_action(self) -> None:
        """Ctrl+Enter: save, and on to the next person."""
        if self.visit is not None:
            self.visit.save(NEXT)
        else:
            self.picker.take_current()

    def print_action(self) -> None:
        """Ctrl+P: save and print."""
        if self.visit is not None:
            self.visit.save(PRINT)

    def back_action(self) -> bool:
        """Escape: out of the visit; True when the doctor stays, or the list of those under management is shown."""
        if self.visit is None:
            return False
        came_from_elsewhere = self._place.is_work_list or bool(self._place.return_to)
        if not self.visit.ask_to_leave():
            return True
        return not came_from_elsewhere

    def shortcuts(self) -> list[tuple[str, str]]:
        """The keys of this screen."""
        return [
            ("F4", tr("沿用上次的这一项")), ("Ctrl Shift L", tr("空着的都沿用上次")), ("F2", tr("跳到还没填的")),
            ("F6", tr("到分类")), ("F8", tr("开转诊单")), ("Ctrl D", tr("加一种药")), ("Ctrl Delete", tr("去掉这种药")),
            ("Ctrl ↵", tr("保存，下一位")), ("Ctrl P", tr("保存并打印")),
            ("Ctrl Shift P", tr("保存，打印给居民的单子")),
        ]

    # --- visits -----------------------------------------------------------------------------------------------

    def on_picked(self, row: WorkRow) -> None:
        """A person was taken from the list of those under management."""
        self._place = ListPlace(row.key, self.picker.wanted(), Order.DUE)
        if row.is_check_only:
            self._open_checks(resident_id=row.resident_id)
        elif row.has_combined_visit:
            self.begin_visit(row.resident_id)
        else:
            self._open_form(row, "follow_ups")

    def begin_visit(self, resident_id: str, *, take_draft: bool = False) -> None:
        """A new visit for all diseases of a person; with `take_draft` its draft is gone on with unasked."""
        self._open(lambda: self._services.follow_ups.open_visit(resident_id), take_draft=take_draft)

    def show_picker(self) -> None:
        """Away with the visit."""
        self._close_visit()
        self.picker.refresh()
        self._stack.setCurrentWidget(self.picker)
        self.setFocusProxy(self.picker)
        self.picker.setFocus()

    def on_saved(self, saved: SavedVisit, after: str) -> None:
        """Say it, print if wanted, and go on."""
        visit = self.visit
        assert visit is not None
        date_words = saved.visit_date.isoformat()
        if visit.is_correction:
            self._services.say(tr("已更正：{name} {date} 的随访", name=saved.name, date=date_words))
        else:
            self._services.say(tr("已保存：{name} {date} 的随访", name=saved.name, date=date_words))
        stays = visit.is_correction or after == PRINT or bool(self._place.return_to)
        self._ask_to_go_through(saved, lambda: self._go_on(saved, visit.sheet, after, stays))

    def _ask_to_go_through(self, saved: SavedVisit, go_on: Callable[[], None]) -> None:
        """Other forms of the day that say something else may be changed with the visit, which stands already."""
        entry_ids = [sheet.entry_id for sheet in saved.sheets]
        changes = self._services.facts.changes(*entry_ids)
        if not changes:
            go_on()
            return
        from ui.screens.forms.windows import ChangesWindow

        window = ChangesWindow(changes, self.window(), is_saved=True)
        window.rejected.connect(go_on)
        window.start(lambda: self._services.facts.carry_through(entry_ids, window.keys()), go_on)

    def _go_on(self, saved: SavedVisit, sheet: VisitSheet, after: str, stays: bool) -> None:
        if after == PRINT:
            self.print_year(sheet, saved)
        elif after == SLIP:
            print_resident_sheet(self._services, saved.resident_id, entry_id=saved.sheets[0].entry_id)
        self._offer_forms(saved, is_correction=sheet.revising is not None)
        if stays:
            self._leave_to_list()
        else:
            self.begin_next(saved.resident_id)

    def _offer_forms(self, saved: SavedVisit, *, is_correction: bool) -> None:
        """What may be filled in after this visit; after a correction only the letter of its referral."""
        found, who, on = self._services.next_forms, saved.resident_id, saved.visit_date
        self._services.offer_forms(found.letters([(who, on)]) if is_correction else found.after_visit(who, on))

    def begin_next(self, resident_id: str) -> None:
        """The next person of the list; the list itself when nobody is left."""
        place = self._place
        row = self._services.work_list.next_after(
            resident_id, after=place.after, wanted=place.wanted, order=place.order
        )
        if row is None:
            if not place.wanted.text:
                self._services.say(tr("名单上的人都随访完了"))
            self._leave_to_list()
            return
        self._place = ListPlace(row.key, place.wanted, place.order, place.is_work_list)
        if row.has_combined_visit:
            self.begin_visit(row.resident_id)
        else:
            self.show_picker()
            self._open_form(row, "today" if place.is_work_list else "follow_ups")

    def print_year(self, sheet: VisitSheet, saved: SavedVisit) -> None:
        """The sheets of the year, in a worker, then the preview."""
        person, year, printer = sheet.person, saved.visit_date.year, self._services.person_sheets

        def work(report: Report, _cancelled: CancelledCheck) -> PrintedSheet:
            return printer.print_year(person.resident_id, sheet.form_codes, year, report)

        title = tr("{name} {year} 年随访表", name=person.name, year=year)
        self._services.runner.run(
            work, on_done=lambda printed: show_printed(self._services, printed, title), on_error=self._on_failure,
            title=tr("正在排版随访表"),
        )

    def open_enrol(self, resident_id: str = "") -> None:
        """The dialog for putting somebody under management."""
        name = ""
        if resident_id:
            try:
                name = self._services.residents.get(resident_id).name
            except CunyiError as error:
                show_failure(self._services.dialogs, error)
                return
        dialog = EnrolDialog(self._services, resident_id=resident_id, name=name, parent=self.window())
        dialog.enrolled.connect(self.on_enrolled)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def on_enrolled(self, enrolment: object) -> None:
        """Somebody is under management now: the list has one more."""
        self._services.say(tr("已纳入管理，第一次随访已列入名单"))
        if self.visit is None:
            self.picker.refresh()

    # --- inside -----------------------------------------------------------------------------------------------

    def _open(self, load: Any, *, take_draft: bool = False) -> None:
        try:
            sheet = load()
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            self.show_picker()
            return
        self._close_visit()
        visit = VisitPage(self._services, sheet)
        visit.saved.connect(self.on_saved)
        visit.left.connect(self.show_picker)
        visit.voided.connect(self._on_voided)
        visit.recorded_asked.connect(lambda entry_id: self.open_with(entry_id=entry_id))
        visit.check_asked.connect(self._open_checks)
        visit.side.dispense_asked.connect(
            lambda entry_id: self._services.navigate(
                "dispensing", resident_id=visit.resident_id, form_entry_id=entry_id
            )
        )
        self.visit = visit
        self._stack.addWidget(visit)
        self._stack.setCurrentWidget(visit)
        self.setFocusProxy(visit)
        visit.begin(take_draft=take_draft)

    def _open_form(self, row: WorkRow, back_to: str) -> None:
        """A programme that is written on a form of its own."""
        self._services.navigate(
            "forms", resident_id=row.resident_id, form_code=row.form_code, return_to=(back_to, {})
        )

    def _close_visit(self) -> None:
        if self.visit is None:
            return
        visit, self.visit = self.visit, None
        self._stack.setCurrentWidget(self.picker)
        self._stack.removeWidget(visit)
        visit.hide()
        visit.deleteLater()

    def _leave_to_list(self) -> None:
        place = self._place
        self.show_picker()
        if place.return_to:
            self._place = ListPlace()
            self._services.navigate(place.return_to)
        elif place.is_work_list:
            self._services.navigate("today")

    def _on_voided(self) -> None:
        self._services.say(tr("这次随访已作废，内容仍可查看"))
        self._services.offer_forms(())
        self._leave_to_list()

    def _open_checks(self, task_id: str = "", resident_id: str = "") -> None:
        dialog = ReferralChecksDialog(
            self._services, task_id=task_id, resident_id=resident_id, parent=self.window()
        )
        dialog.letter_asked.connect(
            lambda letter: self._services.navigate("forms", offer=letter, from_screen="follow_ups")
        )
        dialog.entered.connect(lambda _task: self._services.say(tr("转诊结果已记下")))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_failure(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        show_failure(self._services.dialogs, error)
