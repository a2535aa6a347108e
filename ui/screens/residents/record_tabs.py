"""Tabs of a resident's record: basic facts, chronic diseases, corrections. Each shows values only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.forms.registry import form
from app.forms.vocabulary import NOTE, TARGET, Form
from app.i18n import tr
from app.services.diseases import NAMES, PROGRAMMES
from app.services.enrolments import EnrolmentView, Offer
from app.services.resident_views import ACTIVE, FieldChange, HistoryRow, Record, ResidentView
from ui.screens.residents.words import DASH, day_words
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.chips import ChipText
from ui.widgets.form_view.grid import Spans
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Horizontal, Vertical, clear_layout
from ui.widgets.panes import ScrollPage
from ui.widgets.table import Cell, Column, DataTable

SHOWN_TWICE = frozenset({"own_phone"})
TWO_LINES = 52


class FactsTab(ScrollPage):
    """The answers of the cover and of the 个人基本信息表 as they are now, by their sections. `correct_asked()`."""

    correct_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        inside = QWidget()
        inside.setProperty("kind", "plain")
        super().__init__(inside, name="facts_scroll", modest=True, parent=parent)
        self._column = Vertical(inside, spacing=12)
        row = Horizontal(spacing=10)
        self._note = label("", "muted", name="facts_note", wrap=True)
        row.addWidget(self._note, 1)
        self.correct = SecondaryButton(tr("更正"), name="facts_correct", hint="Ctrl E")
        self.correct.clicked.connect(self.correct_asked)
        row.addWidget(self.correct)
        self._column.addLayout(row)
        self._body = Vertical(spacing=12)
        self._column.addLayout(self._body)
        self._column.addStretch(1)
        self.setFocusProxy(self.correct)

    def show_record(self, person: ResidentView, record: Record) -> None:
        """Show what is on file."""
        notes = [tr(reason) for reason in person.to_verify]
        if record.info_is_partial:
            notes.insert(0, tr("个人基本信息表还没有填全。"))
        self._note.setText("\n".join(notes))
        clear_layout(self._body)
        for each, answers in ((form("record_cover"), record.cover), (form("personal_info"), record.info)):
            for title, lines in told_sections(each, answers):
                self._body.addWidget(label(title, "card_title"))
                box = QWidget()
                box.setProperty("kind", "plain")
                grid = Spans(box, row_spacing=6, column_width=200)
                for caption, value in lines:
                    grid.addWidget(_fact(caption, value))
                self._body.addWidget(box)


def told_sections(declared: Form, answers: object) -> list[tuple[str, list[tuple[str, str]]]]:
    """(title, [(caption, words)]) of the sections of a form that hold any answer."""
    given = dict(answers) if isinstance(answers, dict) or hasattr(answers, "keys") else {}
    sections = []
    for section in declared.sections:
        lines = []
        for item in section.fields:
            if item.code not in given or item.code in SHOWN_TWICE:
                continue
            words = item.kind.show(given[item.code])
            for end, between in ((NOTE, tr("：")), (TARGET, " → ")):
                if item.code + end in given:
                    words += between + declared.fields[item.code + end].kind.show(given[item.code + end])
            lines.append((item.name, f"{words} {item.unit}".strip()))
        if lines:
            sections.append((section.title, lines))
    return sections


def _fact(caption: str, value: str) -> QWidget:
    box = QWidget()
    box.setProperty("kind", "plain")
    column = Vertical(box, spacing=1)
    column.addWidget(label(caption, "caption"))
    words = label(value, wrap=True)
    words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    column.addWidget(words)
    return box


class ChronicTab(ScrollPage):
    """Programmes under management. `visit_asked(disease)`, `enrol_asked(disease)`, `end_asked(enrolment_id)`."""

    visit_asked = Signal(str)
    enrol_asked = Signal(str)
    end_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        inside = QWidget()
        inside.setProperty("kind", "plain")
        super().__init__(inside, name="chronic_scroll", modest=True, parent=parent)
        self._column = Vertical(inside, spacing=12)

    def show_enrolments(self, person: ResidentView, enrolments: Sequence[EnrolmentView], offers: Sequence[Offer]) -> None:
        """Show what is managed, what was, and what could be."""
        clear_layout(self._column)
        managed = {each.disease for each in enrolments if each.ended_on is None}
        for each in enrolments:
            self._column.addWidget(self._card(each))
        offered = {offer.disease: offer.confirmed for offer in offers}
        open_to = [disease for disease in PROGRAMMES if disease not in managed and person.state == ACTIVE]
        if open_to:
            row = FlowBox(spacing=10)
            for disease in open_to:
                button = SecondaryButton(tr("纳入{disease}管理", disease=NAMES[disease]), name=f"enrol_{disease}")
                button.clicked.connect(partial(self.enrol_asked.emit, disease))
                row.add(button)
                if disease in offered:
                    row.add(label(tr("既往史里有{disease}（{date}）", disease=NAMES[disease],
                                     date=offered[disease] or tr("时间不详")), "warning"))
            self._column.addWidget(row)
        self._column.addStretch(1)

    def _card(self, enrolment: EnrolmentView) -> Card:
        is_open = enrolment.ended_on is None
        card = Card(tr(NAMES[enrolment.disease]), name=f"enrolment_{enrolment.disease}", tone="blue" if is_open else "")
        facts = tr("确诊 {diagnosed}　纳入 {enrolled}　上次随访 {last}", diagnosed=day_words(enrolment.diagnosed_on),
                   enrolled=enrolment.enrolled_on, last=day_words(enrolment.last_visit_on))
        card.add_text(facts)
        if not is_open:
            card.add_text(tr("已于 {date} 结束：{reason}", date=enrolment.ended_on, reason=enrolment.end_reason), "muted")
            return card
        card.add_text(tr("下次随访不晚于 {date}", date=day_words(enrolment.next_due_on)), "strong")
        row = Horizontal(spacing=10)
        visit = PrimaryButton(tr("开始随访"), name=f"visit_{enrolment.disease}")
        visit.clicked.connect(partial(self.visit_asked.emit, enrolment.disease))
        end = SecondaryButton(tr("结束管理"), name=f"end_{enrolment.disease}")
        end.clicked.connect(partial(self.end_asked.emit, enrolment.id))
        row.addWidget(visit)
        row.addWidget(end)
        row.addStretch(1)
        card.add(row)
        return card


class HistoryTab(QWidget):
    """修改记录: every correction with who, when and why; below it every value before and after."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        column = Vertical(self, spacing=10)
        self.table = DataTable(
            [Column("at", tr("时间"), value=lambda row: row.at.astimezone().strftime("%Y-%m-%d %H:%M")),
             Column("user", tr("谁"), value=lambda row: row.user_name),
             Column("reason", tr("为什么"), value=_reason, stretch=True),
             Column("count", tr("改了"), value=lambda row: tr("{count} 项", count=len(row.changes)), align="right")],
            name="history", accessible_name=tr("修改记录"), inside_card=True, empty_text=tr("还没有修改过。"),
            row_height=TWO_LINES,
        )
        self.changes = DataTable(
            [Column("label", tr("项目"), value=lambda row: row.label),
             Column("before", tr("原来"), value=lambda row: Cell(row.before or DASH, muted=True), stretch=True),
             Column("after", tr("改成"), value=_after, stretch=True)],
            name="history_changes", accessible_name=tr("改了什么"), inside_card=True,
        )
        self.table.row_selected.connect(self.on_row)
        column.addWidget(self.table, 2)
        column.addWidget(self.changes, 3)
        self.setFocusProxy(self.table)

    def show_rows(self, rows: Sequence[HistoryRow]) -> None:
        """Show the corrections, the newest chosen."""
        self.table.set_rows(rows)
        self.changes.set_rows([])
        self.table.select_row(0)

    def on_row(self, row: HistoryRow | None) -> None:
        """Show what this correction changed."""
        self.changes.set_rows(list(row.changes) if row is not None else [])


def _reason(row: HistoryRow) -> Cell:
    if row.is_first:
        return Cell(tr("建档"), chips=(ChipText(tr("首次"), "grey"),))
    return Cell(row.reason or DASH, second_line=tr("、").join(row.titles))


def _after(row: FieldChange) -> Cell:
    return Cell(row.after or DASH, bold=bool(row.after))
