"""What the two desks' pages of shortages share: filter, list, detail, writing down, printing and exporting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.domain.shortage_states import OPEN, ShortageAction, ShortageKind, ShortageState
from app.errors import CunyiError
from app.i18n import tr
from ui.dialogs import show_failure
from ui.screens.exchange.files import hand_over
from ui.screens.list_papers import print_list, save_list
from ui.screens.shortages.action_window import WITH_WORDS, ActionWindow
from ui.screens.shortages.detail import FIRST, ShortageDetail
from ui.screens.shortages.report_window import ReportWindow
from ui.screens.shortages.varieties import NewVarietyWindow
from ui.screens.shortages.words import day_of, drug_cell, state_chips, units_of
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import PageHeader
from ui.widgets.layouts import Vertical
from ui.widgets.panes import TwoPane
from ui.widgets.segmented import Option, Segmented
from ui.widgets.table import Column, DataTable

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.shortages import Alternative, Redistribution, ShortageResult, ShortageView
    from ui.services import Services

UNFINISHED, ESCALATED, ALL = "open", "escalated", "all"
OWN_KEYS = (
    ("F2", msg("登记缺药")), ("F6", msg("申报新品种")), ("↵", msg("补全草稿，或做下一步")),
    ("Ctrl ↵", msg("做下一步：上报、核实、到货、领取、办结")),
    ("Ctrl P", msg("打印这张表")),
)


class ShortageListPage(QWidget):
    """A list with a detail. The desks differ in columns, in what they offer and in what the program proposes."""

    counted = Signal(int)
    is_township = False

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.services = services
        self._views: list[ShortageView] = []
        self._proposed = False
        self._build()
        self.setFocusProxy(self.table)
        self.refresh()

    # --- what each desk decides -------------------------------------------------------------------------------

    def filters(self) -> tuple[Option, ...]:
        """The ways to narrow the list."""
        return Option(UNFINISHED, tr("没办完")), Option(ALL, tr("全部"))

    def columns(self) -> tuple[Column, ...]:
        """The columns of the list: the drug, what is needed, and how far it is."""
        return (
            Column("drug", tr("药品"), width=200, stretch=True, value=drug_cell),
            Column("kind", tr("类别"), width=90, value=lambda view: tr(view.kind.label), gives_way=1),
            Column("needed_a_month", tr("月需要量"), width=76, align="right",
                   value=lambda view: units_of(view, view.needed_a_month)),
            Column("residents_affected", tr("影响人数"), width=76, align="right", gives_way=3),
            Column("stock_now", tr("现有库存"), width=76, align="right", gives_way=2,
                   value=lambda view: units_of(view, view.stock_now)),
            Column("reported_at", tr("登记"), width=64, value=day_of, gives_way=4),
            Column("state", tr("状态"), width=150, value=state_chips),
        )

    def propose(self) -> list[str]:
        """Let the program draft what it finds; the ids of the drafts."""
        return []

    def offered(self, view: ShortageView) -> tuple[ShortageAction, ...]:
        """What this desk may do with a report."""
        return view.actions

    def waiting(self, view: ShortageView) -> bool:
        """Whether a report waits for this desk: a draft that nobody has sent."""
        return view.state is ShortageState.DRAFT

    def redistributions(self, view: ShortageView) -> list[Redistribution]:
        """Who could spare some of the drug."""
        return []

    # --- what the screen calls --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the list again; at the first time let the program look for what runs short."""
        if not self._proposed:
            self._proposed = True
            made = self.propose()
            if made:
                self.services.say(tr("程序按库存和申领记录拟了 {count} 份缺药报告，请核对后上报。", count=len(made)))
        self._views = self.services.shortages.list()
        self.recount()
        self._show_rows()

    def recount(self) -> None:
        """Tell how many reports wait for this desk."""
        self.counted.emit(sum(self.waiting(view) for view in self._views))

    def open_with(self, report_id: str = "", **_arguments: object) -> None:
        """Show a certain report."""
        self.refresh()
        if any(view.id == report_id for view in self._views):
            self.filter.set_value(ALL)
            self._show_rows(report_id)

    def primary_action(self) -> None:
        """F2: write down a shortage."""
        window = ReportWindow(self.services, parent=self)
        window.open_with(lambda: self._written(tr("已登记，核对后上报。")))

    def save_action(self) -> None:
        """Ctrl+Enter: the usual next step of the chosen report."""
        view = self.current()
        actions = self.offered(view) if view is not None else ()
        first = next((action for action in actions if action in FIRST), None)
        if first is not None:
            self.act(first)

    def print_action(self) -> None:
        """Ctrl+P: the list on paper."""
        print_list(self.services, self._sheet)

    def shortcuts(self) -> list[tuple[str, str]]:
        """The page's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    def ask_variety(self) -> None:
        """F6: ask for a drug that is not on the list."""
        window = NewVarietyWindow(self)
        service = self.services.new_varieties
        window.start(lambda: service.ask(window.drug.text(), window.strength.text(), window.reason.text()),
                     lambda: self._written(tr("已登记，核对后上报。")))

    # --- acting -----------------------------------------------------------------------------------------------

    def current(self) -> ShortageView | None:
        """The chosen report."""
        view: ShortageView | None = self.table.current_row()
        return view

    def act(self, action: ShortageAction) -> None:
        """Do something with the chosen report; words are asked for where they are needed."""
        view = self.current()
        if view is None or action not in self.offered(view):
            return
        if action in WITH_WORDS:
            ActionWindow(self.services, view, action, value=self._words_for(view, action), parent=self).open_with(self._done)
            return
        try:
            result = self.services.shortages.act(view.id, action, view.version)
        except CunyiError as error:
            self.refresh()
            show_failure(self.services.dialogs, error)
            return
        self._done(result)

    def complete(self) -> None:
        """Fill in the chosen draft."""
        view = self.current()
        if view is not None and view.state is ShortageState.DRAFT and view.kind is not ShortageKind.NEW_VARIETY:
            ReportWindow(self.services, report=view, parent=self).open_with(lambda: self._written(tr("已保存，核对后上报。")))

    def _on_row(self, _row: object) -> None:
        view = self.current()
        if view is not None and view.state is ShortageState.DRAFT and view.kind is not ShortageKind.NEW_VARIETY:
            self.complete()
        else:
            self.save_action()

    def _written(self, words: str) -> None:
        self.refresh()
        self.table.setFocus()
        self.services.say(words)

    def _done(self, result: ShortageResult) -> None:
        self.refresh()
        self.table.setFocus()
        self.services.say(tr(result.message))
        if result.message_id is None:
            return
        if self.is_township:
            self.services.say(tr("{message}答复文件写好了，在“数据交换”里交给卫生室。", message=tr(result.message)))
        else:
            hand_over(self.services, result.message_id, title=msg("交给卫生院的文件"), on_done=self.refresh)

    def _words_for(self, view: ShortageView, action: ShortageAction) -> str:
        """What is most likely meant: the first alternative, the clinic with the most to spare."""
        if action is ShortageAction.SUBSTITUTE and self._alternatives:
            return f"{self._alternatives[0].drug_name} {self._alternatives[0].strength}".strip()
        if action is ShortageAction.REDISTRIBUTE and self._spare:
            found = self._spare[0]
            return tr("从{clinic}调 {units}，批号 {batch}", clinic=found.clinic_name, units=found.spare, batch=found.batch_no)
        return ""

    # --- building and showing ---------------------------------------------------------------------------------

    def _build(self) -> None:
        self._alternatives: Sequence[Alternative] = ()
        self._spare: Sequence[Redistribution] = ()
        self.header = PageHeader(tr("缺药上报"), name="shortages_header")
        self.new = PrimaryButton(tr("登记缺药"), name="new_shortage", hint="F2")
        self.print = SecondaryButton(tr("打印"), name="print_shortages", hint="Ctrl P", icon_name="print")
        self.export = SecondaryButton(tr("导出表格"), name="export_shortages", icon_name="export")
        self.variety = SecondaryButton(tr("申报新品种"), name="new_variety", hint="F6")
        for button in (self.export, self.print, self.variety, self.new):
            self.header.add_action(button)
        self.filter = Segmented(self.filters(), name="shortage_filter", accessible_name=tr("看哪些报告"))
        self.filter.set_value(UNFINISHED)
        self.table = DataTable(self.columns(), name="shortages", accessible_name=tr("缺药报告"),
                               empty_text=tr("没有缺药报告。按 F2 登记，缺了三天还在用的药程序会自己拟一份。"))
        main = QWidget()
        main.setProperty("kind", "plain")
        column = Vertical(main, spacing=10)
        column.addWidget(self.header)
        column.addWidget(self.filter)
        column.addWidget(self.table, 1)
        self.main_column = column
        self.detail = ShortageDetail(is_township=self.is_township)
        outer = Vertical(self, spacing=0)
        self.panes = TwoPane(main, self.detail, side_width=310, breakpoint=820)
        outer.addWidget(self.panes)
        self.new.clicked.connect(self.primary_action)
        self.variety.clicked.connect(lambda _checked=False: self.ask_variety())
        shortcut = QShortcut(QKeySequence("F6"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.ask_variety)
        self.print.clicked.connect(self.print_action)
        self.export.clicked.connect(lambda: save_list(self.services, self._title(), self._sheet))
        self.filter.changed.connect(lambda *_value: self._show_rows())
        self.table.row_selected.connect(lambda _row: self._show_detail())
        self.table.row_activated.connect(self._on_row)
        self.detail.action_asked.connect(self.act)
        self.detail.complete_asked.connect(self.complete)

    def _shown(self) -> list[ShortageView]:
        wanted = self.filter.value()
        if wanted == ALL:
            return list(self._views)
        if wanted == ESCALATED:
            return [view for view in self._views if view.level == "county" and view.state in OPEN]
        return [view for view in self._views if view.state in OPEN]

    def _show_rows(self, chosen: str = "") -> None:
        shown = self._shown()
        self.table.set_rows(shown, keep=lambda view: view.id)
        if shown and (chosen or self.table.current_number() < 0):
            numbers = [number for number, view in enumerate(shown) if view.id == chosen]
            self.table.select_row(numbers[0] if numbers else 0)
        self.header.set_note(tr("{open} 份没办完，其中 {risk} 份急", open=sum(view.state in OPEN for view in self._views),
                                risk=sum(view.is_high_risk for view in self._views)))
        self._show_detail()

    def _show_detail(self) -> None:
        view, shortages = self.current(), self.services.shortages
        if view is None:
            self.detail.show_report(None, actions=(), alternatives=(), redistributions=(), history=())
            return
        self._alternatives = shortages.alternatives(view.drug_code)
        self._spare = self.redistributions(view)
        self.detail.show_report(view, actions=self.offered(view), alternatives=self._alternatives,
                                redistributions=self._spare, history=shortages.history(view.id))

    def _title(self) -> str:
        return tr("短缺药品报告表")

    def _sheet(self) -> ListSheet:
        from app.services.shortages import shortage_list

        return shortage_list(self._shown(), self.services.desk.today())
