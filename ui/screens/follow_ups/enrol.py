"""纳入管理: choosing a resident and putting them under management for one of the programmes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from app.errors import CunyiError
from app.forms.kinds import Date, Unreadable
from app.forms.vocabulary import Level, Problem
from app.i18n import tr
from app.services.diseases import NAMES, PROGRAMMES
from app.services.enrolments import advice_for
from app.services.problems import Refused
from ui.dialogs import show_failure
from ui.screens.follow_ups.cells import SingleCell
from ui.screens.follow_ups.suggestions import SuggestingLine
from ui.shell.search_box import SearchHit
from ui.theme.theme import current_theme
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.form_view.fields import BarControl, DateControl
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.segmented import Option

if TYPE_CHECKING:
    from datetime import date

    from app.services.enrolments import EnrolmentView
    from ui.services import Services

FIELDS = {"resident": "resident", "disease": "disease", "age": "disease", "residence_type": "resident",
          "diagnosed_on": "diagnosed_on", "enrolled_on": "enrolled_on"}
"""Beside which field a problem of the service stands."""


class EnrolDialog(QDialog):
    """`enrolled(EnrolmentView)` when it is done. With `resident_id` and `name` the resident is chosen already."""

    enrolled = Signal(object)

    def __init__(self, services: Services, *, resident_id: str = "", name: str = "",
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._resident_id = resident_id
        self._hits: dict[str, SearchHit] = {}
        self._confirmed: set[str] = set()
        self._asked: dict[str, set[str]] = {}
        self.setObjectName("enrol_dialog")
        self.setWindowTitle(tr("纳入管理"))
        self.setAccessibleName(tr("纳入管理"))
        self.setMinimumWidth(min(current_theme().px(480), 900))
        self.cells: dict[str, SingleCell] = {}
        self._build(name)
        first = "disease" if resident_id else "resident"
        self.cells[first].control.setFocus()

    def enrol(self) -> EnrolmentView | None:
        """Put the resident under management; None when something stands against it, which is shown."""
        for cell in self.cells.values():
            cell.show_problem(cell.keys[0], None, "")
        try:
            if not self._resident_id:
                self._show("resident", Level.REFUSE, tr("请先选一位居民。"))
                return None
            if not self.cells["disease"].raw("disease"):
                self._show("disease", Level.REFUSE, tr("请选病种。"))
                return None
            made = self._services.enrolments.enrol(
                self._resident_id, str(self.cells["disease"].raw("disease")), self._date("diagnosed_on"),
                self._date("enrolled_on") or self._services.desk.today(), confirmed=frozenset(self._confirmed),
            )
        except Unreadable:
            return None
        except Refused as error:
            self._show_refused(error.problems)
            return None
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return None
        self.enrolled.emit(made)
        self.accept()
        return made

    def _build(self, name: str) -> None:
        column = Vertical(self, spacing=12, margins=20)
        column.addWidget(label(tr("纳入管理"), "card_title"))
        today = self._services.desk.today()
        line = SuggestingLine(self._find, name="enrol_resident", accessible_name=tr("居民"))
        line.setPlaceholderText(tr("姓名 / 拼音首字母 / 身份证 / 电话"))
        line.setText(name)
        line.setReadOnly(bool(self._resident_id))
        line.chosen.connect(self._on_resident)
        line.textEdited.connect(self._on_resident_typed)
        options = [Option(disease, tr(NAMES[disease]), str(number)) for number, disease in enumerate(PROGRAMMES, 1)]
        bar = BarControl(options, name="enrol_disease", accessible_name=tr("病种"))
        bar.answered.connect(self._show_advice)
        diagnosed = DateControl(name="enrol_diagnosed_on", accessible_name=tr("确诊日期"), today=today)
        enrolled = DateControl(name="enrol_enrolled_on", accessible_name=tr("纳入日期"), today=today)
        enrolled.show_raw(today)
        for key, caption, control in (
            ("resident", tr("居民"), line), ("disease", tr("病种"), bar),
            ("diagnosed_on", tr("确诊日期（不知道可以不填）"), diagnosed), ("enrolled_on", tr("纳入日期"), enrolled),
        ):
            cell = SingleCell(caption, key, control)
            cell.confirmed.connect(self._on_confirmed)
            cell.passed.connect(lambda _key: self.focusNextPrevChild(True))
            self.cells[key] = cell
            column.addWidget(cell)
        self._advice = label("", "caption", name="enrol_advice", wrap=True)
        column.addWidget(self._advice)
        column.addStretch(1)
        row = Horizontal(spacing=12)
        row.addStretch(1)
        back = SecondaryButton(tr("返回"), name="enrol_back", hint="Esc")
        back.clicked.connect(self.reject)
        good = PrimaryButton(tr("纳入管理"), name="enrol_good", hint="Ctrl ↵")
        good.setShortcut("Ctrl+Return")
        good.clicked.connect(self.enrol)
        row.addWidget(back)
        row.addWidget(good)
        column.addLayout(row)

    def _find(self, text: str) -> list[SearchHit]:
        found = self._services.search.find(text, limit=8)
        hits = []
        for hit in found:
            age = "" if hit.age is None else tr("{age} 岁", age=hit.age)
            facts = "　".join(part for part in (age, hit.group_name, hit.id_number_masked, hit.phone_masked) if part)
            hits.append(SearchHit(hit.resident_id, hit.name, facts))
        self._hits.update({hit.key: hit for hit in hits})
        return hits

    def _on_resident(self, resident_id: str) -> None:
        self._resident_id = resident_id
        hit = self._hits[resident_id]
        line = self.cells["resident"].control
        line.setText(hit.title)
        self.cells["resident"].caption.show_last(hit.subtitle)
        self._confirmed.clear()
        self.cells["disease"].control.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_resident_typed(self) -> None:
        self._resident_id = ""
        self.cells["resident"].caption.show_last("")

    def _show_advice(self) -> None:
        disease = str(self.cells["disease"].raw("disease"))
        self._advice.setText("\n".join(tr(each) for each in advice_for(disease)) if disease else "")
        self._fit()

    def _date(self, key: str) -> date | None:
        raw = self.cells[key].raw(key)
        if not raw:
            return None
        try:
            return Date().read(raw)
        except Unreadable as error:
            self._show(key, Level.REFUSE, tr(error.message))
            raise

    def _show_refused(self, problems: tuple[Problem, ...]) -> None:
        self._asked.clear()
        for problem in problems:
            key = FIELDS.get(problem.code, "resident")
            if problem.level is Level.ASK:
                self._asked.setdefault(key, set()).add(problem.code)
            self._show(key, problem.level, tr(problem.message))

    def _show(self, key: str, level: Level, sentence: str) -> None:
        cell = self.cells[key]
        cell.show_problem(key, level, sentence)
        target = cell.beneath.button if level is Level.ASK else cell.control
        target.setFocus(Qt.FocusReason.TabFocusReason)
        self._fit()

    def _fit(self) -> None:
        """As high as the words need at this width."""
        width = max(self.width(), self.minimumWidth())
        self.resize(width, max(self.height(), self.layout().totalHeightForWidth(width)))

    def _on_confirmed(self, key: str) -> None:
        self._confirmed.update(self._asked.get(key, ()))
        self.enrol()
