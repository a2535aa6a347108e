"""One resident's record: the banner, what can be done, and the tabs. Shows values; what is asked for goes out as signals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from app.forms.summaries import short_name
from app.i18n import tr
from app.services.attachment_views import KEPT
from app.services.diseases import DISEASES, NAMES, PROGRAMMES
from app.services.enrolments import EnrolmentView, Offer
from app.services.next_forms import FormOffer
from app.services.resident_views import ACTIVE, HistoryRow, Record, ResidentView
from ui.screens.residents.completeness_meter import CompletenessMeter
from ui.screens.residents.folder_tab import FolderTab
from ui.screens.residents.record_tabs import ChronicTab, FactsTab, HistoryTab
from ui.screens.residents.timeline_tab import TimelineTab
from ui.screens.residents.words import heading_of
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.attachments_strip import AttachmentsStrip
from ui.widgets.banner import PatientBanner
from ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.layouts import Vertical
from ui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from app.services.record_folder import RecordContents
    from ui.services import Services

NARROW = 820


@dataclass(frozen=True)
class Shown:
    """Everything about one resident that the record shows."""

    person: ResidentView
    record: Record
    contents: RecordContents
    enrolments: Sequence[EnrolmentView]
    offers: Sequence[Offer]
    letters: Sequence[FormOffer] = ()


class RecordView(QWidget):
    """Banner and tabs. `asked(action)`: form, visit, dispense, letter, enrol_htn, enrol_dm, family, correct, state, household,
    note, reveal, print_cover, print_info. `history_wanted()` when the corrections are looked at, for `show_history`."""

    asked = Signal(str)
    revealed = Signal(str)
    history_wanted = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("record_view")
        self._person: ResidentView | None = None
        self._shown: Shown | None = None
        self._waiting: set[str] = set()
        self._revealed = False
        column = Vertical(self, spacing=12)
        self.banner = PatientBanner()
        self.reveal = LinkButton(tr("显示号码 F6"), name="reveal")
        self.reveal.clicked.connect(self.toggle_reveal)
        self.banner.add_action(self.reveal)
        self.print = SecondaryButton(tr("打印档案"), name="print_record", hint="Ctrl P")
        self.print.clicked.connect(self.open_print_menu)
        self.banner.add_action(self.print)
        self.more = PrimaryButton(tr("+ 新增 ▾"), name="record_actions", hint="F2")
        self.more.clicked.connect(self.open_menu)
        self.banner.add_action(self.more)
        self.completeness = CompletenessMeter()
        self.banner.add_foot(self.completeness)
        column.addWidget(self.banner)
        card = Card(name="record_card", margins=(16, 8, 16, 12))
        self.tabs = Tabs(name="record_tabs", accessible_name=tr("档案内容"))
        self.timeline, self.facts = TimelineTab(), FactsTab()
        self.chronic, self.folder, self.history = ChronicTab(), FolderTab(), HistoryTab()
        self.attachments = AttachmentsStrip(services, name="record_attachments")
        for key, title, page in (
            ("timeline", tr("时间线"), self.timeline), ("facts", tr("基本信息"), self.facts),
            ("chronic", tr("慢病"), self.chronic), ("folder", tr("档案袋"), self.folder),
            ("attachments", tr("附件"), self.attachments), ("history", tr("修改记录"), self.history),
        ):
            self.tabs.add(key, title, page)
        card.add(self.tabs, 1)
        column.addWidget(card, 1)
        self.facts.correct_asked.connect(lambda: self.asked.emit("correct"))
        self.chronic.visit_asked.connect(lambda disease: self.asked.emit(f"visit_{disease}"))
        self.chronic.enrol_asked.connect(lambda disease: self.asked.emit(f"enrol_{disease}"))
        self.folder.new_asked.connect(lambda: self.asked.emit("form"))
        self.tabs.changed.connect(self._on_tab)
        self._menu: QMenu | None = None
        self.setFocusProxy(self.timeline)
        theme_changes().changed.connect(self.follow_theme)

    def show_resident(self, shown: Shown) -> None:
        """Show a resident; another one than before begins masked, with the timeline."""
        if self._person is None or self._person.id != shown.person.id:
            self._revealed = False
            self.tabs.show_tab("timeline")
            self.timeline.show_all_kinds()
            self.folder.start_anew()
        self._person = shown.person
        contents = shown.contents
        self._show_banner()
        self.completeness.show_completeness(contents.completeness)
        kept = sum(each.state == KEPT for each in contents.attachments)
        self.tabs.set_title("attachments", tr("附件 {count}", count=kept) if kept else tr("附件"))
        self._shown = shown
        self._waiting = set(self.tabs.keys())
        self._on_tab(self.tabs.current())

    def show_history(self, rows: Sequence[HistoryRow]) -> None:
        """Show the corrections."""
        self.history.show_rows(rows)

    def follow_theme(self, theme: Theme) -> None:
        """Where there is little room beside the banner, the menu alone offers to show the numbers, and keys go unsaid."""
        is_narrow = self.width() < theme.px(NARROW)
        self.reveal.setVisible(not is_narrow)
        self.print.set_words(tr("打印档案"), hint="" if is_narrow else "Ctrl P")
        self.more.set_words(tr("+ 新增 ▾"), hint="" if is_narrow else "F2")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less room."""
        super().resizeEvent(event)
        self.follow_theme(current_theme())

    def toggle_reveal(self) -> None:
        """F6: show the whole numbers, or mask them again."""
        self._revealed = not self._revealed
        self._show_banner()
        if self._revealed and self._person is not None:
            self.revealed.emit(self._person.id)

    def is_revealed(self) -> bool:
        """Whether the whole numbers are shown."""
        return self._revealed

    def actions_offered(self) -> list[tuple[str, str]]:
        """What can be done with this resident: (action, words)."""
        if self._person is None:
            return []
        person = self._person
        managed = {each.disease for each in person.enrolments}
        offered: list[tuple[str, str]] = []
        if person.state == ACTIVE:
            if managed.intersection(DISEASES):
                offered.append(("visit", tr("慢病随访")))
            offered += [(f"visit_{disease}", tr("{disease}随访", disease=NAMES[disease]))
                        for disease in PROGRAMMES if disease in managed and disease not in DISEASES]
            if self._shown is not None and self._shown.letters:
                offered.append(("letter", tr("开转诊单")))
            offered += [("form", tr("填写新表")), ("dispense", tr("发药"))]
            offered += [(f"enrol_{disease}", tr("纳入{disease}管理", disease=NAMES[disease]))
                        for disease in PROGRAMMES if disease not in managed]
            if person.household is not None:
                offered.append(("family", tr("加家庭成员")))
        offered += [("correct", tr("更正档案")), ("household", tr("家庭信息")), ("note", tr("写备注")),
                    ("state", tr("迁出、死亡、失访…")),
                    ("reveal", tr("遮住号码") if self._revealed else tr("显示号码"))]
        return offered

    def open_menu(self) -> None:
        """F2: what can be done."""
        self._show_menu(self.more, self.actions_offered())

    def open_print_menu(self) -> None:
        """Ctrl+P: which sheet."""
        sheets = [("print_info", tr("个人基本信息表")), ("print_cover", tr("档案封面"))]
        managed = self._person.enrolments if self._person is not None else ()
        sheets += [(f"print_{each.disease}", tr("今年的{disease}随访表", disease=NAMES[each.disease])) for each in managed]
        sheets += [("print_slip", tr("给居民的单子")), ("print_more", tr("更多：全部表、空白表、套打、一户…"))]
        self._show_menu(self.print, sheets)

    def menu(self) -> QMenu | None:
        """The menu that was opened last."""
        return self._menu

    def _on_tab(self, key: str) -> None:
        """A tab is filled when it is first looked at: a record of ten years opens as quickly as a new one."""
        shown = self._shown
        if shown is None or key not in self._waiting:
            return
        self._waiting.discard(key)
        if key == "timeline":
            self.timeline.show_rows(shown.contents.timeline)
        elif key == "facts":
            self.facts.show_record(shown.person, shown.record)
        elif key == "chronic":
            self.chronic.show_enrolments(shown.person, shown.enrolments, shown.offers)
        elif key == "folder":
            self.folder.show_kinds(shown.contents.kinds)
        elif key == "attachments":
            self.attachments.show_for(shown.person.id, where=sheet_names(shown.contents))
        else:
            self.history_wanted.emit()

    def _show_banner(self) -> None:
        if self._person is not None:
            self.banner.show_person(heading_of(self._person, revealed=self._revealed))
            self.reveal.set_words(tr("遮住号码 F6") if self._revealed else tr("显示号码 F6"))

    def _show_menu(self, button: QWidget, entries: Sequence[tuple[str, str]]) -> None:
        menu = QMenu(self)
        menu.setObjectName(f"{button.objectName()}_menu")
        menu.setAccessibleName(button.accessibleName())
        for number, (action, words) in enumerate(entries, 1):
            each = QAction(f"&{number} {words}" if number <= 9 else words, menu)
            each.setObjectName(f"action_{action}")
            each.triggered.connect(lambda _checked=False, action=action: self.asked.emit(action))
            menu.addAction(each)
        self._menu = menu
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))
        if menu.actions():
            menu.setActiveAction(menu.actions()[0])


def sheet_names(contents: RecordContents) -> dict[str, str]:
    """自理能力 2026-10-01 for the id of each sheet."""
    return {
        sheet.entry_id: tr("{form} {date}", form=short_name(sheet.form_code), date=sheet.entry_date)
        for kind in contents.kinds
        for sheet in kind.sheets
    }
