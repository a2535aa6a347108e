"""The screen of residents: list and household at the left, the record of one resident, or the form to write one.

`open_with(resident_id=…, tab=…)` opens a record, `open_with(new=True)` an empty registration. Reading one record takes a
few milliseconds and is done at once; printing runs in the worker.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.message import msg
from app.errors import CunyiError
from app.forms.registry import form
from app.i18n import tr
from app.services.diseases import DISEASES, FORM_OF, NAMES, PROGRAMMES, visit_form
from app.services.enrolments import ADVICE
from app.services.households import HouseholdData
from app.services.resident_views import STATE_LABELS, HouseholdView, StateChanged
from ui.dialogs import Answer, Notice, Question, show_failure
from ui.screens.printing import open_print_window, print_resident_sheet
from ui.screens.printing.shown import show_printed
from ui.screens.residents.edit_page import CORRECTION_DRAFT, NEW_DRAFT, EditPage
from ui.screens.residents.household_card import HouseholdCard
from ui.screens.residents.list_pane import ListPane
from ui.screens.residents.record_forms import RecordForms
from ui.screens.residents.record_view import RecordView, Shown
from ui.screens.residents.small_windows import (
    EndWindow,
    EnrolWindow,
    HeadWindow,
    HouseholdWindow,
    StateWindow,
)
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.empty_state import EmptyState
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.panes import TwoPane
from ui.widgets.small_window import date_of, optional_date

if TYPE_CHECKING:
    from app.services.follow_up_views import DraftView
    from app.services.person_sheets import PrintedSheet
    from ui.services import Services

SIDE_WIDTH = 262


class ResidentsScreen(QWidget):
    """What the shell shows under 居民."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self._services = services
        self._shown: Shown | None = None
        self._household: HouseholdView | None = None
        self._edit: EditPage | None = None
        self._pages = QStackedWidget()
        Vertical(self).addWidget(self._pages)
        self._build_reading()
        self._bind_keys()
        self.refresh()

    # --- what the shell calls ---------------------------------------------------------------------------------

    def open_with(self, resident_id: str = "", *, tab: str = "", new: bool = False) -> None:
        """Open a record, at one of its tabs; or an empty registration."""
        self.list.refresh()
        if new:
            self.start_new()
        elif resident_id:
            self.open_record(resident_id)
            if tab:
                self.record.tabs.show_tab(tab)

    def refresh(self) -> None:
        """Read everything anew."""
        self.list.refresh()
        if self._shown is not None:
            self.open_record(self._shown.person.id)

    def can_leave(self) -> bool:
        """Leaving while a form is open keeps it as a draft; the form stays where it is."""
        if self.is_editing() and self._edit is not None:
            self._edit.keep_draft()
        return True

    def primary_action(self) -> None:
        """F2: save the open form, else what can be done with the resident, else a new one."""
        if self.is_editing() and self._edit is not None:
            self._edit.save()
        elif self._shown is not None:
            self.record.open_menu()
        else:
            self.start_new()

    def save_action(self) -> None:
        """Ctrl+Enter."""
        if self.is_editing() and self._edit is not None:
            self._edit.save()

    def print_action(self) -> None:
        """Ctrl+P: which sheet of the open record."""
        if self._shown is not None and not self.is_editing():
            self.record.open_print_menu()

    def back_action(self) -> bool:
        """Escape leaves the form."""
        if self.is_editing() and self._edit is not None:
            self._edit.cancel()
            return True
        return False

    def shortcuts(self) -> list[tuple[str, str]]:
        """The keys of this screen."""
        return [
            ("Ctrl N", tr("新建居民")), ("Ctrl E", tr("更正档案")), ("F6", tr("显示或遮住号码")), ("Ctrl I", tr("导入名册")),
            ("F4", tr("表里：沿用上次的值")), ("Ctrl Shift L", tr("表里：空着的都沿用上次")),
        ]

    def import_roster(self) -> None:
        """Ctrl+I: residents from a spreadsheet."""
        self._services.navigate("import_roster")

    # --- reading ----------------------------------------------------------------------------------------------

    def open_record(self, resident_id: str) -> None:
        """Show a resident's record."""
        try:
            shown = self._read(resident_id)
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return
        self._shown = shown
        person = shown.person
        self._household = self._services.households.get(person.household.household_id) if person.household else None
        self.household.show()
        self.household.show_household(self._household, person.id)
        self.record.show_resident(shown)
        self._main.setCurrentWidget(self.record)
        self._panes.put_side_above(False)
        self._pages.setCurrentIndex(0)
        self.list.mark(person.id)

    def reread(self) -> None:
        """Read the open record anew, without leaving its tab."""
        if self._shown is not None:
            self._shown = self._read(self._shown.person.id)
            self.record.show_resident(self._shown)

    def show_history(self) -> None:
        """Read the corrections, which are looked at seldom."""
        if self._shown is not None:
            self.record.show_history(self._services.residents.history(self._shown.person.id))

    def shown(self) -> Shown | None:
        """What is shown of the open record."""
        return self._shown

    def is_editing(self) -> bool:
        """Whether the form is open."""
        return self._edit is not None and self._pages.currentWidget() is self._edit

    def edit_page(self) -> EditPage:
        """The form, made at its first use."""
        if self._edit is None:
            self._edit = EditPage(self._services)
            self._edit.finished.connect(self.on_finished)
            self._edit.left.connect(self.on_left)
            self._edit.existing_asked.connect(self.open_record)
            self._pages.addWidget(self._edit)
        return self._edit

    # --- writing ----------------------------------------------------------------------------------------------

    def start_new(self, household: HouseholdView | None = None) -> None:
        """Ctrl+N: an empty registration, or the draft that was left."""
        if self.is_editing():
            return
        page = self.edit_page()
        draft = self._draft_wanted(NEW_DRAFT, "", tr("上次没有写完的新建档案"))
        self._pages.setCurrentWidget(page)
        page.start_new(household, draft.payload if draft is not None else None)

    def start_correction(self, code: str = "") -> None:
        """Ctrl+E: correct the open record, beginning at a field."""
        if self._shown is None or self.is_editing():
            return
        person, record = self._shown.person, self._shown.record
        page = self.edit_page()
        draft = self._draft_wanted(CORRECTION_DRAFT, person.id, tr("上次没有写完的更正"))
        if draft is not None and draft.payload.get("revision") != record.revision:
            draft = None
        self._pages.setCurrentWidget(page)
        page.start_correction(person, record, draft.payload if draft is not None else None)
        if code:
            page.form.go_to(code)

    def on_finished(self, resident_id: str) -> None:
        """Saved: show the record."""
        self._pages.setCurrentIndex(0)
        self.list.refresh()
        self.open_record(resident_id)
        self.record.setFocus()

    def on_left(self) -> None:
        """Given up or put aside: back to reading."""
        self._pages.setCurrentIndex(0)
        (self.record if self._shown is not None else self.list).setFocus()

    # --- what is asked of the open record ---------------------------------------------------------------------

    def on_asked(self, action: str) -> None:
        """Something was chosen from the menus or the tabs."""
        if self._shown is None:
            return
        actions: dict[str, Callable[[], object]] = {
            "form": self.forms.fill_chosen, "letter": self.forms.write_letter, "visit": self.start_visit,
            "dispense": lambda: self.give_drugs(),
            "family": self.add_member,
            "correct": self.start_correction, "state": self.change_state, "household": self.edit_household,
            "note": self.write_note, "reveal": self.record.toggle_reveal,
            "print_cover": lambda: self.print_sheet("record_cover"),
            "print_info": lambda: self.print_sheet("personal_info"),
            "print_slip": self.print_slip, "print_more": self.open_printing,
            **{f"enrol_{disease}": lambda disease=disease: self.enrol(disease) for disease in PROGRAMMES},
            **{f"visit_{disease}": lambda disease=disease: self.start_visit(disease) for disease in PROGRAMMES},
            **{f"print_{disease}": lambda code=code: self.print_sheet(code) for disease, code in FORM_OF.items()},
        }
        actions[action]()

    def start_visit(self, disease: str = DISEASES[0]) -> None:
        """Go to the follow-up of this resident: 高血压 and 糖尿病 on their screen, the others on their form."""
        if self._shown is None:
            return
        person = self._shown.person
        if disease in DISEASES:
            self._services.navigate("follow_ups", resident_id=person.id)
            return
        last = next((each.last_visit_on for each in self._shown.enrolments
                     if each.disease == disease and each.ended_on is None), None)
        self._services.navigate("forms", resident_id=person.id, form_code=visit_form(disease, last))

    def give_drugs(self) -> None:
        """Go to the counter with this resident: the medicines of the newest follow-ups stand there."""
        if self._shown is not None:
            self._services.navigate("dispensing", resident_id=self._shown.person.id)

    def add_member(self) -> None:
        """Register somebody into the household shown."""
        self.start_new(self._household)

    def print_sheet(self, form_code: str, year: int = 0) -> None:
        """Make a sheet in the worker and show it."""
        if self._shown is None:
            return
        services, person = self._services, self._shown.person

        def work(report: object, cancelled: object) -> PrintedSheet:
            return services.person_sheets.print_form(person.id, form_code, year=year or None)

        services.runner.run(work, on_done=lambda sheet: show_printed(services, sheet, f"{person.name} {form(form_code).title}"),
                            on_error=self._on_failure, title=tr("打印"))

    def print_slip(self) -> None:
        """给居民的单子 of the newest visit."""
        if self._shown is not None:
            print_resident_sheet(self._services, self._shown.person.id)

    def open_printing(self, form_code: str = "", entry_id: str = "") -> None:
        """Everything that can be printed of this resident, and of others."""
        if self._shown is not None:
            open_print_window(self.window(), self._services, resident_id=self._shown.person.id, form_code=form_code,
                              entry_id=entry_id)

    def enrol(self, disease: str) -> None:
        """纳入管理, with the diagnosis that is known."""
        if self._shown is None:
            return
        person, services = self._shown.person, self._services
        today = services.desk.today()
        confirmed_text = next((offer.confirmed for offer in self._shown.offers if offer.disease == disease), "")
        title = tr("{name}：纳入{disease}管理", name=person.name, disease=NAMES[disease])
        window = EnrolWindow(title, today, [tr(ADVICE[disease])], confirmed_text, parent=self)
        if len(confirmed_text) == 10:
            window.diagnosed_on.show_raw(confirmed_text)

        def act() -> None:
            diagnosed = optional_date(window.diagnosed_on, "diagnosed_on")
            enrolled = date_of(window.enrolled_on, "enrolled_on")
            asked = [each for each in services.enrolments.problems(person.id, disease, diagnosed, enrolled)
                     if each.level == "ask"]
            confirmed = self._confirm_all([tr(each.message) for each in asked], [each.code for each in asked])
            services.enrolments.enrol(person.id, disease, diagnosed, enrolled, confirmed=confirmed)

        window.start(act, lambda: self._done(tr("{name}已纳入{disease}管理", name=person.name, disease=NAMES[disease])))

    def end_enrolment(self, enrolment_id: str) -> None:
        """结束管理."""
        if self._shown is None:
            return
        services = self._services
        window = EndWindow(tr("{name}：结束管理", name=self._shown.person.name), services.desk.today(), parent=self)

        def act() -> None:
            services.enrolments.end(enrolment_id, date_of(window.ended_on, "ended_on"), window.reason.text())

        window.start(act, lambda: self._done(tr("已结束管理")))

    def change_state(self) -> None:
        """迁出, 死亡, 失访, 注销, or back under care."""
        if self._shown is None:
            return
        person, services = self._shown.person, self._services
        states = [(code, tr(words)) for code, words in STATE_LABELS.items() if code != person.state]
        window = StateWindow(person.name, states, services.desk.today(), parent=self)
        results: list[StateChanged] = []

        def act() -> None:
            results.append(services.residents.change_state(
                person.id, str(window.state.value()), date_of(window.on, "state_on"), window.reason.text(),
                revision=person.revision))

        def then() -> None:
            changed = results[-1]
            self._done(tr("{name}：{state}", name=person.name, state=STATE_LABELS[changed.resident.state]))
            if changed.needs_head is not None:
                services.dialogs.tell(Notice(msg("这一户要换户主"), changed.needs_head.message,
                                             to_do=msg("请按左边的“换户主”。"), tone="amber"))

        window.start(act, then)

    def write_note(self) -> None:
        """The short note beside the name."""
        if self._shown is None:
            return
        person, services = self._shown.person, self._services
        text = services.dialogs.ask_text(tr("备注"), tr("{name}的备注，例如：外出务工、行动不便", name=person.name),
                                         value=person.care_note)
        if text is None:
            return
        self._try(lambda: services.residents.note_care(person.id, text, revision=person.revision), tr("备注已保存"))

    # --- the household ----------------------------------------------------------------------------------------

    def edit_household(self) -> None:
        """Correct the household, or found one for a resident who has none."""
        if self._shown is None:
            return
        from app.services.households import HouseholdChoice

        person, household, services = self._shown.person, self._household, self._services
        data = HouseholdData(address=person.current_address)
        if household is not None:
            data = HouseholdData(household.number, household.group_name, household.address, household.distance_km,
                                 household.note)
        window = HouseholdWindow(tr("家庭信息") if household else tr("新建家庭，本人是户主"), data, parent=self)

        def act() -> None:
            if household is not None:
                services.households.revise(household.id, window.data(), revision=household.revision)
            else:
                services.households.join(person.id, HouseholdChoice.found(window.data()))

        window.start(act, lambda: self._done(tr("家庭信息已保存")))

    def change_head(self) -> None:
        """Another head of the household."""
        household, services = self._household, self._services
        if household is None:
            return
        members = [(each.resident_id, each.name) for each in household.living if not each.is_head]
        if not members:
            services.dialogs.tell(Notice(msg("不能换户主"), msg("这一户没有别的在管成员。"), tone="amber"))
            return
        window = HeadWindow(members, services.households.relations,
                            lambda head: services.households.proposed_relations(household.id, head), parent=self)

        def act() -> None:
            services.households.set_head(household.id, str(window.head.value()), window.relations())

        window.start(act, lambda: self._done(tr("户主已更换")))

    # --- inside -----------------------------------------------------------------------------------------------

    def _build_reading(self) -> None:
        side = QWidget()
        side.setProperty("kind", "plain")
        column = Vertical(side, spacing=10)
        actions = FlowBox(spacing=8, row_spacing=6)
        new = PrimaryButton(tr("新建居民"), name="resident_new", hint="Ctrl N", small=True)
        new.clicked.connect(lambda: self.start_new())
        roster = SecondaryButton(tr("导入名册"), name="roster_import", hint="Ctrl I", small=True)
        roster.clicked.connect(self.import_roster)
        actions.add(new)
        actions.add(roster)
        column.addWidget(actions)
        self.household = HouseholdCard()
        self.household.chosen.connect(self.open_record)
        self.household.add_asked.connect(self.add_member)
        self.household.edit_asked.connect(self.edit_household)
        self.household.head_asked.connect(self.change_head)
        self.household.hide()
        column.addWidget(self.household)
        self.list = ListPane(self._services)
        self.list.chosen.connect(self.open_record)
        self.list.screening_asked.connect(
            lambda group: self._services.navigate("day_sheet", kind="screening", group=group)
        )
        column.addWidget(self.list, 1)
        self.record = RecordView(self._services)
        self.record.asked.connect(self.on_asked)
        self.record.revealed.connect(self._services.residents.note_revealed)
        self.forms = RecordForms(self._services, self)
        self.record.timeline.opened.connect(self.forms.open_row)
        self.record.completeness.lead_asked.connect(self.forms.lead_to)
        self.record.folder.open_asked.connect(self.forms.open_sheet)
        self.record.folder.fill_asked.connect(self.forms.fill)
        self.record.folder.print_asked.connect(self.print_sheet)
        self.record.folder.more_printing_asked.connect(self.open_printing)
        self.list.print_asked.connect(lambda listed: open_print_window(self.window(), self._services, listed=listed))
        self.record.attachments.changed.connect(self.reread)
        self.record.history_wanted.connect(self.show_history)
        self.record.chronic.end_asked.connect(self.end_enrolment)
        self._main = QStackedWidget()
        empty = EmptyState(tr("从名单里选一位居民"), tr("按 Ctrl K 找人，按 Ctrl N 新建居民档案。"), name="residents_empty",
                           icon_name="residents")
        self._main.addWidget(empty)
        self._main.addWidget(self.record)
        self._panes = TwoPane(self._main, side, side_width=SIDE_WIDTH, side_first=True)
        self._panes.put_side_above(True)
        self._pages.addWidget(self._panes)
        self.setFocusProxy(self.list)

    def _bind_keys(self) -> None:
        for keys, act in (("Ctrl+N", self.start_new), ("Ctrl+E", self.start_correction), ("F6", self._reveal),
                          ("Ctrl+I", self.import_roster)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(act)

    def _reveal(self) -> None:
        if self._shown is not None and not self.is_editing():
            self.record.toggle_reveal()

    def _read(self, resident_id: str) -> Shown:
        services = self._services
        return Shown(
            person=services.residents.get(resident_id), record=services.residents.record(resident_id),
            contents=services.record_folder.contents(resident_id),
            enrolments=services.enrolments.of_resident(resident_id), offers=services.enrolments.offers(resident_id),
            letters=services.next_forms.of_open_referrals(resident_id),
        )

    def _draft_wanted(self, kind: str, subject_id: str, what: str) -> DraftView | None:
        """The draft that was left, if there is one and the user wants to go on with it."""
        draft = self._services.drafts.get(kind, subject_id)
        if draft is None:
            return None
        when = draft.updated_at.astimezone().strftime("%m-%d %H:%M")
        question = Question(
            msg("有一份草稿"), msg("{what}（{when} 自动保存）还在。", what=what, when=when),
            (Answer("go_on", msg("接着写"), "primary"), Answer("anew", msg("不要了，重新开始"))), harmless="go_on")
        if self._services.dialogs.ask(question) == "go_on":
            return draft
        self._services.drafts.discard(kind, subject_id)
        return None

    def _confirm_all(self, sentences: list[str], codes: list[str]) -> frozenset[str]:
        """Ask about all unusual things at once; the codes when they are meant so."""
        if not sentences:
            return frozenset()
        question = Question(msg("请确认"), "\n".join(sentences),
                            (Answer("yes", msg("确认无误"), "primary"), Answer("no", msg("再核对"))), harmless="no")
        return frozenset(codes) if self._services.dialogs.ask(question) == "yes" else frozenset()

    def _try(self, act: Callable[[], object], said: str) -> None:
        try:
            act()
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return
        self._done(said)

    def _done(self, said: str) -> None:
        self._services.say(said)
        self.list.refresh()
        if self._shown is not None:
            self.open_record(self._shown.person.id)

    def _on_failure(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        show_failure(self._services.dialogs, error)


