"""配送企业: who delivers, licence and terms, how well they delivered in the last twelve months; edited beside the list."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.message import Message, msg
from app.domain.quantities import half_up
from app.errors import CunyiError
from app.forms.vocabulary import Level, Problem
from app.i18n import tr
from ui.dialogs import Answer, Question, show_failure
from ui.screens.list_papers import print_list, save_list
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import Card, PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.field_row import LabelledField, LineEdit
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.panes import TwoPane
from ui.widgets.segmented import Option, Segmented
from ui.widgets.small_window import date_control, optional_date
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.distributors import DistributorEdit, DistributorView
    from ui.services import Services

LINES = (
    ("code", msg("编号")), ("name", msg("企业名称")), ("licence_no", msg("许可证号")), ("credit_grade", msg("信用等级")),
    ("lead_days", msg("约定几天送到")), ("payment_day", msg("次月几号付款")), ("contact", msg("联系人")), ("phone", msg("电话")),
)
NUMBERS = ("lead_days", "payment_day")


class DistributorForm(Card):
    """What is written about a distributor."""

    def __init__(self, services: Services) -> None:
        super().__init__(tr("配送企业"), name="distributor_form", spacing=8)
        self.fields: dict[str, LabelledField] = {}
        self._lines: dict[str, LineEdit] = {}
        captions = dict(LINES)
        self._add_pair(("code", "credit_grade"), captions)
        for code in ("name", "licence_no"):
            self._add(code, tr(captions[code]), self._line(code, captions[code]))
        self.licence = date_control("distributor_licence_valid_to", tr("许可证有效期到"), services.desk.today())
        self._add("licence_valid_to", tr("许可证有效期到"), self.licence)
        self._add_pair(("lead_days", "payment_day"), captions)
        self._add_pair(("contact", "phone"), captions)
        options = [Option("yes", tr("是")), Option("no", tr("否"))]
        self.to_village = Segmented(options, name="distributor_to_village", accessible_name=tr("直接送到村"))
        self.active = Segmented(options, name="distributor_active", accessible_name=tr("还在用"))
        row = Horizontal(spacing=10)
        row.addWidget(self._field("delivers_to_village", tr("直接送到村"), self.to_village))
        row.addWidget(self._field("is_active", tr("还在用"), self.active))
        self.add(row)
        self.save = PrimaryButton(tr("保存"), name="save_distributor", hint="Ctrl ↵")
        self.add(self.save)
        self.setFocusProxy(self._lines["code"])

    def show_edit(self, edit: DistributorEdit) -> None:
        """Show these values."""
        for code, line in self._lines.items():
            line.setText(str(getattr(edit, code)))
        self.licence.show_raw(edit.licence_valid_to)
        self.to_village.set_value("yes" if edit.delivers_to_village else "no")
        self.active.set_value("yes" if edit.is_active else "no")
        self.show_problems({})

    def edit(self) -> DistributorEdit:
        """What stands there. Raises Refused beside what is no number or no date."""
        from app.services.distributors import DistributorEdit
        from app.services.problems import Refused

        problems: list[Problem] = []
        values: dict[str, object] = {}
        for code, line in self._lines.items():
            text = line.text().strip()
            values[code] = text
            if code in NUMBERS:
                if text.isascii() and text.isdigit():
                    values[code] = int(text)
                else:
                    problems.append(Problem(code, Level.REFUSE, msg("请填整数，您填的是“{text}”。", text=text)))
        try:
            values["licence_valid_to"] = optional_date(self.licence, "licence_valid_to")
        except Refused as error:
            problems += error.problems
        if problems:
            raise Refused(problems)
        return DistributorEdit(
            **values, delivers_to_village=self.to_village.value() == "yes", is_active=self.active.value() == "yes"
        )  # type: ignore[arg-type]

    def typed(self) -> tuple[str, ...]:
        """All that stands there, to see whether it was changed."""
        return (*(line.text() for line in self._lines.values()), str(self.licence.raw() or ""),
                str(self.to_village.value()), str(self.active.value()))

    def show_problems(self, sentences: dict[str, str]) -> None:
        """Each beside its field; the first of them has the focus."""
        for code, field in self.fields.items():
            field.set_problem(sentences.get(code, ""))
        first = next((field for code, field in self.fields.items() if code in sentences), None)
        if first is not None:
            first.control.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the next field."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.focusNextChild()
        else:
            super().keyPressEvent(event)

    def _line(self, code: str, caption: Message) -> LineEdit:
        self._lines[code] = LineEdit(name=f"distributor_{code}", accessible_name=tr(caption))
        return self._lines[code]

    def _add_pair(self, codes: tuple[str, str], captions: Mapping[str, Message]) -> None:
        row = Horizontal(spacing=10)
        for code in codes:
            row.addWidget(self._field(code, tr(captions[code]), self._line(code, captions[code])), 1)
        self.add(row)

    def _add(self, code: str, caption: str, control: QWidget) -> None:
        self.add(self._field(code, caption, control))

    def _field(self, code: str, caption: str, control: QWidget) -> LabelledField:
        self.fields[code] = LabelledField(caption, control, name=control.objectName(), required=code in ("code", "name"))
        return self.fields[code]


class DistributorsPage(QWidget):
    """List and form. F2 a new one, Ctrl+Enter saves."""

    counted = Signal(int)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setObjectName("distributors_page")
        self.setProperty("kind", "plain")
        self.setAccessibleName(tr("配送企业"))
        self.services = services
        self._open_id: str | None = None
        self._before: tuple[str, ...] = ()
        self._views: list[DistributorView] = []
        self._build()
        self._before = self.form.typed()
        self.setFocusProxy(self.table)
        self.refresh()

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the list again; a form that was changed stays as it is."""
        distributors = self.services.distributors
        self.services.runner.run(lambda _report, _cancelled: distributors.list(), on_done=self._show, on_error=self._told)

    def recount(self) -> None:
        """How many have a licence that wants looking at."""
        self.counted.emit(sum(1 for view in self._views if view.edit.is_active and view.warning is not None))

    def can_leave(self) -> bool:
        """Ask when the form was changed."""
        if self.form.typed() == self._before:
            return True
        stay = Question(
            msg("改动还没有保存"), msg("配送企业的资料改了，还没有保存。"),
            (Answer("leave", msg("不保存，离开")), Answer("stay", msg("留下来保存"), "primary")),
            msg("原来的资料没有改动。"), harmless="stay",
        )
        if self.services.dialogs.ask(stay) != "leave":
            return False
        self._show_row(self.table.current_row())
        return True

    def primary_action(self) -> None:
        """F2: a new one."""
        if self.can_leave():
            self.begin()

    def save_action(self) -> None:
        """Ctrl+Enter: save what stands in the form."""
        if not self.form.isVisible():
            return
        self.form.show_problems({})
        distributors, open_id = self.services.distributors, self._open_id
        try:
            edit = self.form.edit()
        except CunyiError as error:
            self._told(error)
            return
        self.services.runner.run(lambda _report, _cancelled: distributors.save(edit, open_id), on_done=self._on_saved,
                                 on_error=self._told, title=tr("正在保存"), can_cancel=False)

    def print_action(self) -> None:
        """Ctrl+P: the record of all on paper."""
        print_list(self.services, self._sheet)

    def back_action(self) -> bool:
        """Escape: from the form to the list."""
        if self.table.hasFocus() or not self.can_leave():
            return False
        self._show_row(self.table.current_row())
        self.table.setFocus()
        return True

    def shortcuts(self) -> list[tuple[str, str]]:
        """The page's own keys."""
        return [("F2", tr("新增配送企业")), ("↵", tr("改选中的一家")), ("Ctrl ↵", tr("保存"))]

    # --- inside -----------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """An empty form."""
        from app.services.distributors import DistributorEdit

        self._open_id = None
        self._show_edit(tr("新的配送企业"), DistributorEdit("", ""))
        self.form.setFocus()

    def _show(self, views: list[DistributorView]) -> None:
        self._views = views
        is_changed = self.form.typed() != self._before
        self.table.blockSignals(True)
        self.table.set_rows(views, keep=lambda view: view.id)
        if self.table.current_row() is None:
            self.table.select_row(0)
        self.table.blockSignals(False)
        if not is_changed:
            self._show_row(self.table.current_row())
        self.recount()

    def _show_row(self, view: DistributorView | None) -> None:
        if view is None:
            self.begin_quietly()
            return
        self._open_id = view.id
        self._show_edit(view.edit.name, view.edit)

    def begin_quietly(self) -> None:
        """An empty form without taking the focus: nothing is on the list yet."""
        from app.services.distributors import DistributorEdit

        self._open_id = None
        self._show_edit(tr("新的配送企业"), DistributorEdit("", ""))

    def _show_edit(self, title: str, edit: DistributorEdit) -> None:
        self.form.set_title(title)
        self.form.show_edit(edit)
        self._before = self.form.typed()

    def _on_row(self, view: DistributorView | None) -> None:
        if view is None or view.id == self._open_id:
            return
        if self.can_leave():
            self._show_row(view)
            return
        self.table.blockSignals(True)
        self.table.select_row(next((n for n, each in enumerate(self._views) if each.id == self._open_id), 0))
        self.table.blockSignals(False)

    def _on_saved(self, view: DistributorView) -> None:
        self.services.say(tr("已保存。"))
        self._open_id = view.id
        self._before = self.form.typed()
        self._views = self.services.distributors.list()
        self._show(self._views)
        self.table.select_row(next(n for n, each in enumerate(self._views) if each.id == view.id))
        self._show_row(view)
        self.table.setFocus()

    def _told(self, error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        problems = {problem.code: tr(problem.message) for problem in getattr(error, "problems", ())}
        if problems:
            self.form.show_problems(problems)
        else:
            show_failure(self.services.dialogs, error)

    def _sheet(self) -> ListSheet:
        from app.services.supply_lists import distributor_list

        return distributor_list(self.services.distributors.list(), self.services.desk.today())

    def _build(self) -> None:
        header = PageHeader(tr("配送企业"), name="distributors_header")
        header.set_note(tr("考核取最近 12 个月的到货"))
        self.print_list = SecondaryButton(tr("打印考核表"), name="print_distributors", hint="Ctrl P", icon_name="print")
        self.save_list = SecondaryButton(tr("导出表格"), name="save_distributors")
        self.add = SecondaryButton(tr("新增"), name="add_distributor", hint="F2", icon_name="plus")
        for button in (self.print_list, self.save_list, self.add):
            header.add_action(button)
        self.table = DataTable(
            _columns(), name="distributors", accessible_name=tr("配送企业"), row_height=55,
            empty_text=tr("还没有配送企业。填好右边的资料保存，采购时就能选。"),
        )
        self.table.keep_columns(1)
        self.form = DistributorForm(self.services)
        main = QWidget()
        main.setProperty("kind", "plain")
        column = Vertical(main, spacing=10)
        column.addWidget(header)
        column.addWidget(self.table, 1)
        panes = TwoPane(main, self.form, side_width=330, breakpoint=940)
        Vertical(self).addWidget(panes)
        self.table.row_selected.connect(self._on_row)
        self.table.row_activated.connect(lambda _view: self.form.setFocus())
        self.form.save.clicked.connect(lambda _checked=False: self.save_action())
        self.add.clicked.connect(lambda _checked=False: self.primary_action())
        self.print_list.clicked.connect(lambda _checked=False: self.print_action())
        self.save_list.clicked.connect(lambda _checked=False: save_list(self.services, tr("配送企业考核表"), self._sheet))


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", tr("配送企业"), width=170, stretch=True,
               value=lambda view: Cell(view.edit.name, second_line=view.edit.code, bold=view.may_be_chosen,
                                       muted=not view.may_be_chosen)),
        Column("state", tr("能不能选"), width=244, value=_state),
        Column("fill", tr("满足率"), width=76, align="right", value=lambda view: percent(view.record.fill_rate)),
        Column("on_time", tr("准时率"), width=76, align="right", value=lambda view: percent(view.record.on_time_rate)),
        Column("short", tr("短效期率"), width=84, align="right",
               value=lambda view: percent(view.record.short_dated_rate)),
        Column("lines", tr("考核行数"), width=76, align="right",
               value=lambda view: str(view.record.lines)),
    )


def percent(share: Fraction | None) -> str | None:
    """A share as “97.5 %”; None while there is nothing to count."""
    return None if share is None else f"{half_up(share * 100, 1)}%"


def _state(view: DistributorView) -> Cell:
    if not view.edit.is_active:
        return Cell(chips=(ChipText(tr("已停用"), "grey"),))
    if not view.may_be_chosen:
        words = tr(view.warning) if view.warning is not None else ""
        return Cell(second_line=words, chips=(ChipText(tr("不能下单"), "red"),))
    if view.warning is not None:
        return Cell(second_line=tr(view.warning), chips=(ChipText(tr("可以选"), "amber"),))
    return Cell(second_line=tr("许可证到 {day}", day=view.edit.licence_valid_to or "—"),
                chips=(ChipText(tr("可以选"), "green"),))
