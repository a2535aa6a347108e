"""Beside the drugs that are given: what the resident takes already, and what he was given before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.dates import short_date
from app.i18n import tr
from ui.screens.dispensing.words import day_words
from ui.widgets.cards import Card
from ui.widgets.labels import label
from ui.widgets.layouts import Vertical
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.dispensing import Beside, DispensingView

SHOWN_BEFORE = 6
THREE_LINES = 62
"""The drugs in two lines, and who gave them."""


class SideColumn(QWidget):
    """`given_asked(dispensing_id)` when one of those before is to be looked at."""

    given_asked = Signal(str)

    def __init__(self, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("dispensing_side")
        self._today = today
        column = Vertical(self, spacing=12)
        self.facts = Card(tr("过敏和体重"), name="facts_card")
        column.addWidget(self.facts)
        self.taken = Card(tr("正在用的药"), name="taken_card")
        column.addWidget(self.taken)
        before = Card(tr("发过的药"), name="given_before_card")
        columns = [
            Column("on", tr("日期"), value=lambda row: short_date(row.given_on, seen_from=self._today)),
            Column("drugs", tr("药品"), stretch=True, width=150,
                   value=lambda row: Cell(tr(row.drugs), second_line=row.user_name, chips=())),
        ]
        self.before = DataTable(columns, name="given_before", accessible_name=tr("发过的药，回车查看"), inside_card=True,
                                empty_text=tr("这里还没有给他发过药。"), row_height=THREE_LINES)
        self.before.row_activated.connect(lambda row: self.given_asked.emit(row.id))
        before.add(self.before)
        self._hint = label("", "caption", name="given_before_hint", wrap=True)
        before.add(self._hint)
        column.addWidget(before)
        column.addStretch(1)

    def show_person(self, allergies: Sequence[str], *, is_known: bool, beside: Beside) -> None:
        """What is known of the resident."""
        self.facts.clear()
        if allergies:
            self.facts.add_text(tr("过敏：{drugs}", drugs=tr("、").join(allergies)), "strong", name="allergies")
        else:
            words = tr("没有药物过敏史。") if is_known else tr("药物过敏史没有问过，请先问清。")
            self.facts.add_text(words, "body" if is_known else "strong", name="allergies")
        self.facts.set_tone("red" if allergies else "" if is_known else "amber")
        if beside.weight_kg is None:
            self.facts.add_text(tr("体重：档案里没有"), "muted", name="known_weight")
        else:
            self.facts.add_text(tr("体重 {weight} 千克（{day}）", weight=beside.weight_kg, day=day_words(beside.weight_on)),
                                name="known_weight")
        self._show_taken(beside)

    def show_before(self, views: Sequence[DispensingView]) -> None:
        """What was given before, the newest first."""
        self.before.set_rows(list(views)[:SHOWN_BEFORE], keep=lambda row: row.id)
        self.before.fit_height(most_rows=SHOWN_BEFORE)
        self.before.setVisible(bool(views))
        self._hint.setText(
            tr("选中一次按回车，可以再打标签、退药。") if views else tr("本室还没有给他发过药。")
        )

    def _show_taken(self, beside: Beside) -> None:
        self.taken.clear()
        for drug in beside.taken:
            self.taken.add_text(tr("{drug} {strength}", drug=drug.name, strength=drug.strength))
            until = tr("还能用到 {day}", day=day_words(drug.until)) if drug.until else tr("随访表上写的")
            self.taken.add_text("　".join(part for part in (drug.usage, until) if part), "caption")
        if not beside.taken:
            self.taken.add_text(tr("没有正在用的药的记录。"), "muted")


