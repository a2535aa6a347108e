"""新品种: asking for a drug that is not on the list, and at the township the list of what the clinics want, with the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.domain.shortage_states import ShortageAction
from app.i18n import tr
from app.services.new_varieties import ANSWERS, WantedVariety
from ui.screens.requests.words import short_time
from ui.widgets.buttons import PrimaryButton
from ui.widgets.chips import ChipText
from ui.widgets.field_row import ComboBox, LineEdit
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.small_window import SmallWindow
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from ui.services import Services


class NewVarietyWindow(SmallWindow):
    """申报新品种: name, strength, reason; no quantity."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("申报新品种"), tr("登记"), name="variety_window", parent=parent)
        self.add_text(tr("目录里没有、希望卫生院配备的药。只报品种和理由，不报数量；目录里有的药缺货，请登记缺药。"))
        self.drug = self._line("drug", tr("药品"), tr("通用名，写全名"))
        self.strength = self._line("strength", tr("剂型和规格"), tr("例如：片 10mg"))
        self.reason = self._line("reason", tr("理由"), tr("例如：村里 3 人在县医院开这种药，要到县里取"))
        self.drug.setFocus()

    def _line(self, code: str, caption: str, hint: str) -> LineEdit:
        line = LineEdit(name=f"variety_{code}", accessible_name=caption)
        self.add_field(code, caption, line, hint)
        return line


class AnswerWindow(SmallWindow):
    """The answer to everybody who wants a drug."""

    def __init__(self, wanted: WantedVariety, parent: QWidget | None = None) -> None:
        super().__init__(tr("答复新品种"), tr("答复"), name="variety_answer", parent=parent)
        self.add_text(tr("{drug}：{count} 份申报等答复，一起答复。", drug=wanted.name, count=len(wanted.unanswered)))
        self.add_text(wanted.reasons)
        self.action = ComboBox(name="variety_action", accessible_name=tr("怎么办"))
        self.action.set_options([(each.value, answer_words(each)) for each in ANSWERS])
        self.add_field("action", tr("怎么办"), self.action)
        self.words = LineEdit(name="variety_words", accessible_name=tr("答复"))
        self.words.setMaxLength(200)
        self.add_field("words", tr("答复"), self.words, tr("村卫生室会看到，例如：下季度进入目录"))
        self.action.setFocus()

    def chosen(self) -> ShortageAction:
        """What is done."""
        return ShortageAction(str(self.action.value()))


class VarietyList(QWidget):
    """By drug: which clinics want it, why, and what was answered."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._services = services
        self.table = DataTable(_columns(), name="varieties", accessible_name=tr("新品种申报汇总"),
                               row_height=46, least_rows=3, empty_text=tr("没有村卫生室申报新品种。"))
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.answer_button = PrimaryButton(tr("一起答复"), name="answer_variety", hint="Ctrl ↵", small=True)
        column = Vertical(self, spacing=8)
        column.addWidget(self.table, 1)
        row = Horizontal(spacing=8)
        row.addWidget(self.answer_button)
        row.addStretch(1)
        column.addLayout(row)
        self.setFocusProxy(self.table)
        self.answer_button.clicked.connect(lambda _checked=False: self.answer())
        self.table.row_activated.connect(lambda _row: self.answer())
        self.table.row_selected.connect(lambda _row: self._show_button())

    def refresh(self) -> None:
        """Read the list again."""
        self.table.set_rows(self._services.new_varieties.list(), keep=lambda each: each.name)
        if self.table.current_number() < 0:
            self.table.select_row(0)
        self._show_button()

    def answer(self) -> None:
        """Ctrl+Enter: one answer to all clinics that want the chosen drug."""
        wanted: WantedVariety | None = self.table.current_row()
        if wanted is None or not wanted.unanswered:
            return
        window = AnswerWindow(wanted, self)
        service = self._services.new_varieties
        window.start(lambda: service.answer(wanted.wishes, window.chosen(), window.words.text()), self._answered)

    def _answered(self) -> None:
        self.refresh()
        self.table.setFocus()
        self._services.say(tr("已答复。答复文件写好了，在“数据交换”里交给卫生室。"))

    def _show_button(self) -> None:
        wanted = self.table.current_row()
        self.answer_button.setEnabled(wanted is not None and bool(wanted.unanswered))


def answer_words(action: ShortageAction) -> str:
    """An answer in words."""
    return {
        ShortageAction.PURCHASE: tr("同意，安排采购"), ShortageAction.ESCALATE: tr("报上级申请纳入"),
        ShortageAction.SUBSTITUTE: tr("用目录里的同类药"), ShortageAction.DISMISS: tr("不纳入"),
    }[action]


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", tr("药品和规格"), width=200, stretch=True, bold=True),
        Column("clinics", tr("申报单位"), width=170, value=_clinics),
        Column("reasons", tr("理由"), width=260, gives_way=2),
        Column("since", tr("最早申报"), value=lambda each: short_time(each.wishes[0].reported_at), gives_way=1),
        Column("answer", tr("答复"), width=150, value=_answer),
    )


def _clinics(each: WantedVariety) -> Cell:
    return Cell(tr("{count} 个单位", count=len(each.clinics)), second_line=tr("、").join(each.clinics))


def _answer(each: WantedVariety) -> ChipText | Cell:
    return ChipText(each.answer, "amber") if each.unanswered else Cell(each.answer)
