"""Where things stand on the page of the random checks; `random_page` says what they do."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from app.i18n import tr
from ui.screens.checks.words import check_columns, counting_columns, result_columns, waiting_columns
from ui.screens.requests.notice_strip import NoticeStrip
from ui.widgets.buttons import DangerButton, PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, PageHeader
from ui.widgets.empty_state import EmptyState
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.list_and_one import ListAndOne
from ui.widgets.table import DataTable

COUNTING, WAITING, RESULT = "counting", "waiting", "result"


class ChecksLayout(QWidget):
    """The widgets of the page, by their names."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("checks_desk")
        self._build_side()
        self._build_main()
        self.foot = ActionBar(name="check_actions")
        self.cancel = DangerButton(tr("取消这次抽查"), name="cancel_check", small=True)
        self.follow = SecondaryButton(tr("记查明的原因"), name="follow_up", hint="F8", small=True)
        for button in (self.follow, self.cancel):
            self.foot.add_right(button)
        self.panes = ListAndOne(self._main, self._side, self.list, back=tr("抽查记录"), actions=self.foot,
                                side_width=330, breakpoint=920)
        Vertical(self).addWidget(self.panes)

    def show_table(self, kind: str) -> DataTable:
        """Show one of the three tables."""
        table = self.tables[kind]
        self._stack.setCurrentWidget(table)
        return table

    def table(self) -> DataTable:
        """The table shown."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, DataTable) else self.tables[RESULT]

    def _build_side(self) -> None:
        self._side = QWidget()
        self._side.setProperty("kind", "plain")
        column = Vertical(self._side, spacing=10)
        self.draw = SecondaryButton(tr("抽取"), name="draw_check", hint="F2", icon_name="plus")
        self.open_file = SecondaryButton(tr("打开文件"), name="open_file", hint="Ctrl O", small=True, icon_name="folder")
        self.print_list = SecondaryButton(tr("打印记录"), name="print_checks", small=True, icon_name="print")
        self.save_list = SecondaryButton(tr("导出记录"), name="save_checks", small=True, icon_name="export")
        column.addWidget(self.draw)
        self.list = DataTable(
            check_columns(), name="check_list", accessible_name=tr("抽查记录"), row_height=52,
            empty_text=tr("还没有抽查过。按 F2 随机抽取村卫生室和品种。"))
        column.addWidget(self.list, 1)
        lower = FlowBox(spacing=8, row_spacing=6)
        for button in (self.open_file, self.print_list, self.save_list):
            lower.add(button)
        column.addWidget(lower)

    def _build_main(self) -> None:
        self.header = PageHeader(tr("抽查"), name="check_header")
        self.print = SecondaryButton(tr("打印盘点表"), name="print_check", hint="Ctrl P")
        self.save = SecondaryButton(tr("导出"), name="save_check")
        self.send = SecondaryButton(tr("发给村卫生室"), name="send_check")
        self.enter = PrimaryButton(tr("保存盘点结果"), name="enter_counts", hint="Ctrl ↵")
        self.close_check = PrimaryButton(tr("核对办结"), name="close_check", hint="Ctrl ↵")
        for button in (self.print, self.save, self.send, self.enter, self.close_check):
            self.header.add_action(button)
        self.strip = NoticeStrip(name="check_strip")
        self.tables = {
            COUNTING: DataTable(counting_columns(), name="check_counts", accessible_name=tr("录入盘点数"), row_height=48),
            WAITING: DataTable(waiting_columns(), name="check_items", accessible_name=tr("抽到的批次"), row_height=48),
            RESULT: DataTable(result_columns(), name="check_result", accessible_name=tr("抽查结果"), row_height=48),
        }
        self._stack = QStackedWidget()
        for table in self.tables.values():
            table.keep_columns(1)
            self._stack.addWidget(table)
        self.empty = EmptyState(
            tr("随机抽查"), tr("电脑抽村卫生室和品种，种子记下来，谁都能重抽一遍核对；抽的人、盘的人、办结的人不能是同一个。"),
            name="no_check", icon_name="supervision")
        self.opened = QWidget()
        self.opened.setProperty("kind", "plain")
        inside = Vertical(self.opened, spacing=10)
        inside.addWidget(self.header)
        inside.addWidget(self.strip)
        inside.addWidget(self._stack, 1)
        self.followed = label("", "muted", name="follow_ups", wrap=True)
        inside.addWidget(self.followed)
        self._main = QWidget()
        self._main.setProperty("kind", "plain")
        column = Vertical(self._main)
        column.addWidget(self.opened, 1)
        column.addWidget(self.empty, 1)
