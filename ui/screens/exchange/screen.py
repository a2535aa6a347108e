"""收发 at both desks: files handed over and opened, and pairing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.i18n import tr
from ui.dialogs import Notice
from ui.screens.exchange.files import (
    EnvelopeDrops,
    choose_and_open,
    go_to_subject,
    hand_over,
    hand_over_all,
    open_envelope,
)
from ui.screens.exchange.letters import can_be_saved, can_be_shown, columns, content, in_order, letter_sheet
from ui.screens.exchange.pairing_page import PairingPage
from ui.screens.list_papers import save_list
from ui.screens.requests.notice_strip import NoticeStrip, StripAction
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, PageHeader
from ui.widgets.layouts import Vertical
from ui.widgets.panes import FormPage
from ui.widgets.table import DataTable
from ui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from app.services.exchange import Letter
    from ui.services import Services

LETTERS, PAIRING = "letters", "pairing"
OWN_KEYS = (("Ctrl O", msg("打开对方发来的文件")), ("↵", msg("存成文件，或看这张单据")))


class ExchangeScreen(QWidget):
    """The files and the partners. `open_with(page="pairing")` shows the partners."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setObjectName("screen_exchange")
        self.setProperty("kind", "plain")
        self.services = services
        self._drops = EnvelopeDrops(self)
        self._build()
        self._connect()
        self.setFocusProxy(self.table)
        self.refresh()

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read files and partners again."""
        letters = in_order(self.services.exchange.letters())
        self.table.set_rows(letters, keep=lambda letter: letter.id)
        if letters and self.table.current_number() < 0:
            self.table.select_row(0)
        waiting = [letter for letter in letters if letter.state == "ready"]
        self.export.setVisible(bool(letters))
        self._show_strip(waiting)
        self.pairing.refresh()
        count = len(self.services.pairing.partners())
        self.tabs.set_title(PAIRING, tr("配对 {count}", count=count) if count else tr("配对"))
        self._show_actions(self.table.current_row())

    def open_with(self, page: str = "", **_arguments: object) -> None:
        """Show the files or the partners."""
        self.refresh()
        self.tabs.show_tab(PAIRING if page == PAIRING else LETTERS)

    def primary_action(self) -> None:
        """F2: open a file."""
        self.open_file()

    def back_action(self) -> bool:
        """Escape: from a card that is being compared back to nothing; from the partners back to the files."""
        if self.pairing.is_comparing():
            self.pairing.give_up()
            return True
        if self.tabs.current() == PAIRING:
            self.tabs.show_tab(LETTERS)
            return True
        return False

    def shortcuts(self) -> list[tuple[str, str]]:
        """The screen's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    def showEvent(self, event: QShowEvent) -> None:
        """Files may be dropped anywhere on the window."""
        super().showEvent(event)
        self._drops.watch(self.window())

    # --- what the buttons do ----------------------------------------------------------------------------------

    def open_file(self) -> None:
        """Ctrl+O: open a file that came."""
        choose_and_open(self.services, on_refused=self.refresh)

    def save_chosen(self) -> None:
        """Write the chosen file, for the first time or again."""
        letter = self.table.current_row()
        if letter is not None and can_be_saved(letter):
            hand_over(self.services, letter.id, title=msg("存成文件"), on_done=self.refresh)

    def show_chosen(self) -> None:
        """Look at what the chosen file is about."""
        letter = self.table.current_row()
        if letter is not None and can_be_shown(letter):
            go_to_subject(self.services, letter.kind, letter.subject_id or "")

    def _on_taken(self, letter: Letter) -> None:
        """Enter on a file: what is most likely wanted of it."""
        if letter.state == "ready":
            self.save_chosen()
        elif letter.state == "refused":
            self.services.dialogs.tell(Notice(msg("这个文件没有读入"), letter.reason, tone="amber"))
        else:
            self.show_chosen()

    def _show_strip(self, waiting: list[Letter]) -> None:
        if not waiting:
            self.strip.say("")
            return
        names = tr("、").join(dict.fromkeys(content(letter) for letter in waiting))
        words = tr("有 {count} 份文件还没有交给对方：{names}。", count=len(waiting), names=names)
        actions = [StripAction("save_waiting", tr("存成文件"), self._save_first)]
        if len(waiting) > 1:
            ids = [letter.id for letter in waiting]
            actions.append(StripAction("save_all_waiting", tr("全部存到一个文件夹"), lambda: self._save_all(ids)))
        self.strip.say(words, "amber", actions)

    def _save_first(self) -> None:
        self.tabs.show_tab(LETTERS)
        self.table.select_row(0)
        self.save_chosen()

    def _save_all(self, letter_ids: list[str]) -> None:
        hand_over_all(self.services, letter_ids, title=msg("存成文件"), on_done=self.refresh)

    def save_table(self) -> None:
        """The list as XLSX."""
        place, day, letters = self.services.desk.place.name, self.services.desk.today(), self.table.rows()
        save_list(self.services, tr("收发记录_{day}", day=day.isoformat()), lambda: letter_sheet(letters, place, day))

    def _show_actions(self, letter: Letter | None) -> None:
        self.save.setVisible(letter is not None and can_be_saved(letter))
        if letter is not None:
            self.save.set_words(tr("存成文件") if letter.state == "ready" else tr("再存一份"))
        self.show_request.setVisible(letter is not None and can_be_shown(letter))

    def _build(self) -> None:
        self.header = PageHeader(tr("收发"), name="exchange_header")
        self.open = PrimaryButton(tr("打开文件"), name="open_file", hint="Ctrl O")
        self.header.add_action(self.open)
        self.strip = NoticeStrip(name="exchange_strip")
        self.tabs = Tabs(name="exchange_tabs", accessible_name=tr("收发和配对"))
        letters = QWidget()
        letters.setProperty("kind", "plain")
        inside = Vertical(letters, spacing=12)
        self.table = DataTable(
            columns(), name="letters", accessible_name=tr("收发的文件"), row_height=44,
            empty_text=tr("还没有收发过文件。打开对方发来的 .cyx 文件，或把文件拖到窗口里。"),
        )
        inside.addWidget(self.table, 1)
        self.foot = ActionBar(name="exchange_actions")
        self.foot.set_note(tr("也可以把 .cyx 文件拖到窗口里打开。"))
        self.show_request = SecondaryButton(tr("看这张单据"), name="show_request", small=True)
        self.save = SecondaryButton(tr("再存一份"), name="save_letter", small=True)
        self.export = SecondaryButton(tr("导出表格"), name="export_letters", small=True)
        for button in (self.export, self.show_request, self.save):
            self.foot.add_right(button)
        inside.addWidget(self.foot)
        self.pairing = PairingPage(self.services, on_paired=self.refresh)
        self.tabs.add(LETTERS, tr("收发记录"), letters)
        self.tabs.add(PAIRING, tr("配对"), FormPage(self.pairing))
        column = Vertical(self, spacing=12)
        column.addWidget(self.header)
        column.addWidget(self.strip)
        column.addWidget(self.tabs, 1)

    def _connect(self) -> None:
        self.open.clicked.connect(self.open_file)
        self.save.clicked.connect(self.save_chosen)
        self.export.clicked.connect(self.save_table)
        self.show_request.clicked.connect(self.show_chosen)
        self.table.row_selected.connect(self._show_actions)
        self.table.row_activated.connect(self._on_taken)
        self._drops.dropped.connect(lambda file: open_envelope(self.services, file, on_refused=self.refresh))
        shortcut = QShortcut(QKeySequence("Ctrl+O"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.open_file)
