"""The last page of the import: what was done, what was left out, and whom it would be good to enrol."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.interchange.roster import DiseaseFound, ImportResult
from app.services.diseases import NAMES
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, Card
from ui.widgets.chips import ChipText
from ui.widgets.field_row import IconLabel
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Horizontal, Vertical
from ui.widgets.panes import FormPage
from ui.widgets.table import Column, DataTable


class ResultPage(QWidget):
    """`residents_asked()`, `resident_asked(id)`, `save_refused_asked()`, `again_asked()`."""

    residents_asked = Signal()
    resident_asked = Signal(str)
    save_refused_asked = Signal()
    again_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("import_result_page")
        self.summary = Card(name="result_card", tone="green", margins=(20, 18, 20, 18))
        head = Horizontal(spacing=10)
        head.addWidget(IconLabel("done", "green", 24))
        self._title = label("", "title", name="result_title", wrap=True)
        head.addWidget(self._title, 1)
        self.summary.add(head)
        self._numbers = FlowBox(spacing=44, row_spacing=14)
        self.summary.add(self._numbers)
        self._refused = label("", "muted", name="result_refused", wrap=True)
        self.summary.add(self._refused)
        self.diseases = DataTable(
            (Column("name", tr("姓名"), width=120, bold=True),
             Column("disease", tr("名单里写的病"), width=140, value=_disease_chip),
             Column("since", tr("确诊"), stretch=True, value=lambda found: found.since or None)),
            name="found_diseases", accessible_name=tr("名单里写明有慢病、还没有纳入管理的人"), inside_card=True)
        self.diseases.row_activated.connect(lambda found: self.resident_asked.emit(found.resident_id))
        self.disease_card = Card("", name="disease_card")
        self.disease_card.add_text(tr("按 ↵ 看这个人的档案，在“慢病”里纳入管理；没有纳入的不会排随访。"), "muted")
        self.disease_card.add(self.diseases, 1)
        inside = QWidget()
        inside.setProperty("kind", "plain")
        column = Vertical(inside, spacing=12)
        column.addWidget(self.summary)
        column.addWidget(self.disease_card, 100)
        column.addStretch(1)
        Vertical(self).addWidget(FormPage(inside, self._build_foot()))

    def show_result(self, result: ImportResult) -> None:
        """Show what an import did."""
        count = result.added + result.changed
        self._title.setText(tr("导入完成：{count} 人", count=count))
        self._numbers.clear()
        for name, number, words in (
            ("added", result.added, tr("新增（人）")), ("changed", result.changed, tr("更改（人）")),
            ("same", result.same, tr("相同，没有动（人）")), ("households", result.households, tr("新建家庭（户）")),
            ("left_out", result.left_out, tr("退回和没确认（行）")),
        ):
            self._numbers.add(_number(name, number, words))
        self._refused.setText(
            tr("退回的行可以另存成表格，第一列写着原因；改好以后再导入一次就行，已经导入的人不会重复。")
            if result.left_out else tr("每一行都导入了。"))
        self.save_refused.setVisible(result.left_out > 0)
        self.disease_card.setVisible(bool(result.diseases))
        self.disease_card.set_title(tr("名单里写明有慢病、还没有纳入管理：{count} 人次", count=len(result.diseases)))
        self.diseases.set_rows(list(result.diseases))

    def _build_foot(self) -> ActionBar:
        self.foot = ActionBar(name="result_actions")
        again = SecondaryButton(tr("再导入一个文件"), name="import_again")
        again.clicked.connect(self.again_asked)
        self.save_refused = SecondaryButton(tr("把退回的行另存为 XLSX"), name="save_refused_result")
        self.save_refused.clicked.connect(self.save_refused_asked)
        self.residents = PrimaryButton(tr("去看居民"), name="see_residents", hint="F2")
        self.residents.clicked.connect(self.residents_asked)
        self.foot.add_left(again)
        self.foot.add_right(self.save_refused)
        self.foot.add_right(self.residents)
        self.setFocusProxy(self.residents)
        return self.foot


def _number(name: str, number: int, words: str) -> QWidget:
    block = QWidget()
    block.setProperty("kind", "plain")
    column = Vertical(block, spacing=0)
    column.addWidget(label(f"{number:,}", "big_number", name=f"result_{name}"))
    column.addWidget(label(words, "caption"))
    return block


def _disease_chip(found: DiseaseFound) -> ChipText:
    return ChipText(tr(NAMES[found.disease]), "blue")
