"""药品目录: finding a drug and all that the list says of it, the shares, the 无码 list, the last update, importing, sending.

`open_with(text=…)` searches; the township imports the list of its area, a clinic the drugs of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QWidget

from app.domain.message import msg
from app.i18n import tr
from ui.screens.catalogue.import_page import ImportPage
from ui.screens.catalogue.parts import DrugCard, SharesTab
from ui.screens.catalogue.sending import send_catalogue
from ui.screens.catalogue.windows import MakerWindow, TraceCodeWindow
from ui.screens.catalogue.words import CodelessRow, DrugRow, codeless_columns, drug_columns, update_columns
from ui.screens.exchange.files import fail
from ui.screens.list_papers import WORKBOOK, print_list, save_list
from ui.screens.requests.catalogue_page import SearchLine
from ui.screens.settlement.words import clock_words
from ui.widgets.buttons import SecondaryButton
from ui.widgets.cards import PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.panes import PageStack, TwoPane
from ui.widgets.table import DataTable
from ui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.catalogue import TraceCodeReason
    from ui.services import Services

LIST, CODELESS, SHARES, UPDATE = "list", "codeless", "shares", "update"
MOST_SHOWN = 2000
OWN_KEYS = (
    ("F2", msg("找药品")), ("↑ ↓", msg("在找药品的格子里选上一种、下一种")), ("F6", msg("导入或更新目录")),
    ("F7", msg("列入或移出无码目录")), ("F8", msg("认一盒的追溯码，记下它的厂家")),
    ("Ctrl ↵", msg("导入时的下一步")), ("Ctrl P", msg("打印看着的这张表")),
)


class CataloguePage(QWidget):
    """The list behind tabs, and the import over it."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("catalogue_page")
        self.services = services
        self._reasons: dict[str, TraceCodeReason] = {}
        self._unknown = ""
        self._is_township = services.kind == "township"
        self._build()
        self._connect()
        self.setFocusProxy(self.search)
        self.refresh()

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read everything again."""
        self._reasons = self.services.catalogue.reasons_without_code()
        self.find()
        self._show_codeless()
        self._show_shares()
        self._show_update()
        self._show_header()

    def open_with(self, text: str = "", tab: str = "", **_arguments: object) -> None:
        """Search for something, or show a tab: list, codeless, shares, update."""
        self.leave_import()
        if text:
            self.search.setText(text)
        self.refresh()
        self.tabs.show_tab(tab or LIST)

    def primary_action(self) -> None:
        """F2: to the search line; on the import another file."""
        if self._is_importing():
            self.start_import()
            return
        self.tabs.show_tab(LIST)
        self.search.setFocus()
        self.search.selectAll()

    def save_action(self) -> None:
        """Ctrl+Enter: the import's next step."""
        if self._is_importing():
            self.importing.save_action()

    def back_action(self) -> bool:
        """Escape: the import's step before."""
        if not self._is_importing():
            return False
        if not self.importing.back():
            self.leave_import()
        return True

    def print_action(self) -> None:
        """Ctrl+P: the table of the tab."""
        if not self._is_importing():
            print_list(self.services, self._paper())

    def shortcuts(self) -> list[tuple[str, str]]:
        """The page's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    # --- what happens -----------------------------------------------------------------------------------------

    def find(self) -> None:
        """Show what fits the words in the line."""
        day = self.services.desk.today()
        drugs = self.services.catalogue.find(self.search.text(), MOST_SHOWN, with_ended=self.with_ended.isChecked())
        self.table.set_empty_text(self._empty_words(self.search.text()))
        self.table.set_rows([DrugRow(drug, day) for drug in drugs], keep=lambda row: row.drug.code)
        if self.table.current_number() < 0:
            self.table.select_row(0)
        self._show_drug(self.table.current_row())
        self._found.setText(tr("找到 {count} 种", count=len(drugs)))
        if not drugs and self.services.catalogue.is_nobodys(self.search.text()):
            self._unknown = self.search.text().strip()
            self._found.setText(tr("还没有人认过这个厂家的追溯码。按药名找到这种药，再按 F8 认一次。"))

    def _empty_words(self, wanted: str = "") -> str:
        """What stands in the list while no drug does: that none fits, or how an empty list is filled."""
        if wanted.strip():
            return tr("目录里没有这样的药品。可以换几个字，或只打拼音首字母。")
        if self._is_township:
            return tr("药品目录是空的。请按 F6 导入目录表格，再下发给村卫生室。")
        return tr("药品目录是空的。请打开卫生院发来的目录文件。")

    def start_import(self) -> None:
        """F6: choose a list and look at its columns."""
        if self.import_button.isHidden():
            self.services.say(tr("药品目录由卫生院药师和院长导入，没有改动。") if self._is_township
                              else tr("本室的药品由村医和负责人导入，没有改动。"))
        elif self.importing.choose_file():
            self._stack.setCurrentWidget(self.importing)

    def open_file(self, path: Path) -> None:
        """Begin the import with a file."""
        self.importing.open_file(path)
        self._stack.setCurrentWidget(self.importing)

    def leave_import(self) -> None:
        """Back to the list."""
        self._stack.setCurrentWidget(self._desk)

    def set_trace_code(self) -> None:
        """F7: the chosen drug on the list of 无码 items, or off it."""
        on_codeless = self.tabs.current() == CODELESS
        row = self.codeless.current_row() if on_codeless else self.table.current_row()
        if row is None or not self.services.catalogue.may_change:
            return
        drug, service = row.drug, self.services.catalogue
        window = TraceCodeWindow(tr("{name} {strength}", name=drug.name, strength=drug.strength), drug.has_trace_code, self)

        def act() -> None:
            from app.services.problems import refuse

            if not window.reason.text().strip():
                raise refuse("reason", msg("请写明原因。"))
            service.set_has_trace_code(drug.code, not drug.has_trace_code, window.reason.text())

        window.start(act, self._trace_code_set)

    def confirm_maker(self) -> None:
        """F8: a pack of the chosen drug is scanned, and its maker is the drug's from then on."""
        row = self.table.current_row()
        if row is None or self.card.maker.isHidden():
            return
        drug, service = row.drug, self.services.catalogue
        window = MakerWindow(tr("{name} {strength}", name=drug.name, strength=drug.strength), self._unknown, self)

        def done() -> None:
            self._unknown = ""
            self._show_drug(self.table.current_row())
            self.services.say(tr("已记下：这个厂家的盒认作{drug}。", drug=drug.name))

        window.start(lambda: service.confirm_maker(window.code.text(), drug.code), done)

    def send(self) -> None:
        """Write the list for the clinics."""
        send_catalogue(self.services, self)

    def save_list_file(self) -> None:
        """The whole list as XLSX, in columns that can be imported again."""
        file = self.services.dialogs.save_file(
            msg("导出目录"), tr("药品目录_{day}.xlsx", day=self.services.desk.today().isoformat()), WORKBOOK)
        if file is None:
            return
        service = self.services.catalogue_import
        self.services.runner.run(
            lambda _report, _cancelled: service.save_list(file),
            on_done=lambda count: self.services.say(tr("{count} 种药品已存成“{file}”。", count=count, file=file.name)),
            on_error=lambda error: fail(self.services, error), title=tr("正在导出"), can_cancel=False)

    def save_shown(self) -> None:
        """The table of the tab as XLSX."""
        if self.tabs.current() == LIST:
            self.save_list_file()
            return
        names = {CODELESS: tr("无追溯码药品目录"), SHARES: tr("目录与集采占比"), UPDATE: tr("最近一次目录更新")}
        save_list(self.services, names[self.tabs.current()], self._paper())

    # --- inside -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.header = PageHeader(tr("药品目录"), name="catalogue_header")
        self.print = SecondaryButton(tr("打印"), name="print_catalogue", hint="Ctrl P", icon_name="print")
        self.save = SecondaryButton(tr("导出表格"), name="save_catalogue", icon_name="export")
        words = tr("导入、更新目录") if self._is_township else tr("导入本室自己的药品")
        self.import_button = SecondaryButton(words, name="import_catalogue", hint="F6", icon_name="import")
        self.send_button = SecondaryButton(tr("下发到村卫生室"), name="send_catalogue")
        for button in (self.save, self.print, self.import_button, self.send_button):
            self.header.add_action(button)
        may_change = self.services.catalogue.may_change
        self.import_button.setVisible(may_change)
        self.send_button.setVisible(self._is_township and may_change)
        self._build_list()
        self.codeless = DataTable(codeless_columns(), name="codeless_drugs", accessible_name=tr("无码目录"),
                                  empty_text=tr("没有列入无码目录的药品：每种药收货、发药都要扫追溯码。"))
        self.shares = SharesTab()
        self.update_note = label("", "muted", name="update_note", wrap=True)
        self.updated = DataTable(update_columns(), name="updated_drugs", accessible_name=tr("最近一次更新"),
                                 empty_text=tr("还没有更新过目录。"))
        update = QWidget()
        update.setProperty("kind", "plain")
        column = Vertical(update, spacing=8)
        column.addWidget(self.update_note)
        column.addWidget(self.updated, 1)
        self.tabs = Tabs(name="catalogue_tabs", accessible_name=tr("药品目录"), spacing=8)
        for key, title, page in ((LIST, tr("目录"), self._list), (CODELESS, tr("无码"), self.codeless),
                                 (SHARES, tr("占比"), self.shares), (UPDATE, tr("最近更新"), update)):
            self.tabs.add(key, title, page)
        self._desk = QWidget()
        self._desk.setProperty("kind", "plain")
        inside = Vertical(self._desk, spacing=8)
        inside.addWidget(self.header)
        inside.addWidget(self.tabs, 1)
        self.importing = ImportPage(self.services)
        self._stack = PageStack()
        self._stack.addWidget(self._desk)
        self._stack.addWidget(self.importing)
        Vertical(self).addWidget(self._stack)

    def _build_list(self) -> None:
        main = QWidget()
        main.setProperty("kind", "plain")
        column = Vertical(main, spacing=10)
        self.search = SearchLine(name="catalogue_search", accessible_name=tr("找药品"), width=400,
                                 placeholder=tr("药品名、拼音首字母（如 xbdp），或扫条形码、追溯码"))
        self.with_ended = QCheckBox(tr("也看停用的"))
        self.with_ended.setObjectName("with_ended")
        self.with_ended.setAccessibleName(tr("也看停用的"))
        self._found = label("", "caption", name="catalogue_found")
        row = FlowBox(spacing=12, row_spacing=6)
        for widget in (self.search, self.with_ended, self._found):
            row.add(widget)
        column.addWidget(row)
        self.table = DataTable(drug_columns(), name="catalogue_drugs", accessible_name=tr("药品目录"), row_height=46,
                               empty_text=self._empty_words())
        column.addWidget(self.table, 1)
        self.card = DrugCard()
        self._list = TwoPane(main, self.card, side_width=330, breakpoint=900)

    def _connect(self) -> None:
        self.search.textChanged.connect(self.find)
        self.search.moved.connect(self._move)
        self.search.returnPressed.connect(self._go_to_table)
        self.with_ended.toggled.connect(lambda _on: self.find())
        self.table.row_selected.connect(self._show_drug)
        self.table.row_activated.connect(lambda _row: self.card.trace_code.setFocus())
        self.codeless.row_activated.connect(lambda _row: self.set_trace_code())
        self.card.trace_code.clicked.connect(self.set_trace_code)
        self.card.maker.clicked.connect(self.confirm_maker)
        self.importing.left.connect(self._import_left)
        for button, does in ((self.print, self.print_action), (self.save, self.save_shown),
                             (self.import_button, self.start_import), (self.send_button, self.send)):
            button.clicked.connect(does)
        for pressed, does in (("F6", self.start_import), ("F7", self.set_trace_code), ("F8", self.confirm_maker)):
            shortcut = QShortcut(QKeySequence(pressed), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(does)

    def _is_importing(self) -> bool:
        return self._stack.currentWidget() is self.importing

    def _import_left(self, has_written: bool) -> None:
        self.leave_import()
        self.refresh()
        self.tabs.show_tab(UPDATE if has_written else LIST)

    def _move(self, step: int) -> None:
        last = self.table.rows_model.rowCount() - 1
        self.table.select_row(max(0, min(last, self.table.current_number() + step)))

    def _go_to_table(self) -> None:
        self.table.setFocus()

    def _trace_code_set(self) -> None:
        self.refresh()
        self.services.say(tr("已保存。"))

    def _show_drug(self, row: DrugRow | None) -> None:
        catalogue = self.services.catalogue
        self.card.show_drug(
            row, self._reasons.get(row.drug.code) if row is not None else None,
            catalogue.makers(row.drug.code) if row is not None else (), may_change=catalogue.may_change)

    def _show_header(self) -> None:
        shares = self.services.catalogue.shares()
        self.header.set_chips([ChipText(tr("{count} 种", count=shares.catalogue.whole), "grey")])

    def _show_codeless(self) -> None:
        drugs = self.services.catalogue.without_codes()
        self.codeless.set_rows([CodelessRow(drug, self._reasons.get(drug.code)) for drug in drugs],
                               keep=lambda row: row.drug.code)
        self.tabs.set_title(CODELESS, tr("无码 {count}", count=len(drugs)) if drugs else tr("无码"))

    def _show_shares(self) -> None:
        service = self.services.catalogue
        self.shares.show_shares(service.shares(), service.shares(in_use=True))

    def _show_update(self) -> None:
        from app.services.catalogue import ADDED, CHANGED, ENDED

        update = self.services.catalogue.last_update()
        self.updated.set_rows(update.drugs if update is not None else ())
        self.update_note.setVisible(update is not None)
        if update is None:
            return
        self.update_note.setText(tr(
            "{when}，{who}：新增 {added} 种，更改 {changed} 种，停用 {ended} 种。",
            when=clock_words(update.at), who=update.user_name, added=update.count(ADDED), changed=update.count(CHANGED),
            ended=update.count(ENDED)))

    def _paper(self) -> Callable[[], ListSheet]:
        from app.services import catalogue_sheets as sheets

        service, day, key = self.services.catalogue, self.services.desk.today(), self.tabs.current()
        if key == CODELESS:
            return lambda: sheets.without_code_list(service.without_codes(), service.reasons_without_code(), day)
        if key == SHARES:
            return lambda: sheets.share_list(service.shares(), service.shares(in_use=True), day)
        update = service.last_update()
        if key == UPDATE and update is not None:
            return lambda: sheets.update_list(update)
        text, ended = self.search.text(), self.with_ended.isChecked()
        return lambda: sheets.drug_list(service.find(text, MOST_SHOWN, with_ended=ended), day)
