"""The column beside the form: proposals, open referrals, the trend of twelve months, the visits before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.dates import short_date
from app.i18n import tr
from app.services.diseases import DIABETES, HYPERTENSION
from app.services.follow_up_views import ChartReading, HospitalAdvice, OpenCheck, PastVisit, VisitSheet
from ui.screens.follow_ups.proposal_card import ProposalCard
from ui.screens.follow_ups.state import VisitState
from ui.theme import tokens
from ui.theme.tokens import Tone
from ui.widgets.buttons import SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.charts import Series, TrendChart
from ui.widgets.chips import ChipText
from ui.widgets.labels import label
from ui.widgets.layouts import Vertical
from ui.widgets.table import Cell, Column, DataTable

TONES: dict[str, Tone] = {"good": "green", "bad": "red", "warn": "amber", "none": "grey"}
SHOWN_VISITS = 12
TWO_LINES = 52
LOWEST_GLUCOSE = 3.9
"""The band of glucose begins above the value that is an emergency (4.1, ≤ 3.9 mmol/L)."""


@dataclass(frozen=True)
class EarlierVisit:
    """One visit before, with what each disease's sheet says of it."""

    results: tuple[PastVisit, ...]

    @property
    def entry_id(self) -> str:
        """The sheet by which the visit is opened."""
        return self.results[0].entry_id

    @property
    def on(self) -> date:
        """Its day."""
        return self.results[0].visit_date

    def reading(self, disease: str) -> str:
        """What was measured for a disease."""
        return next((tr(each.reading) for each in self.results if each.disease == disease), "—")

    def pressure(self) -> str:
        """The blood pressure, whichever sheet has it."""
        for each in self.results:
            if each.sbp is not None and each.dbp is not None:
                return tr("{sbp}/{dbp}", sbp=each.sbp, dbp=each.dbp)
        return "—"

    def chips(self) -> tuple[ChipText, ...]:
        """The classes; one chip where both sheets say the same."""
        return tuple(dict.fromkeys(ChipText(tr(each.result), TONES[each.tone]) for each in self.results))


def earlier_visits(sheet: VisitSheet) -> list[EarlierVisit]:
    """The visits before, newest first, each once."""
    by_visit: dict[str, list[PastVisit]] = {}
    for visit in sheet.visits:
        by_visit.setdefault(visit.visit_id, []).append(visit)
    return [EarlierVisit(tuple(results)) for results in by_visit.values()][:SHOWN_VISITS]


class SideColumn(QWidget):
    """`recorded_asked(entry_id)` when an earlier visit is to be opened; `check_asked(task_id)` to enter a result;
    `dispense_asked(entry_id)` when the medicines of the recorded visit are to be given.
    """

    recorded_asked = Signal(str)
    dispense_asked = Signal(str)
    check_asked = Signal(str)

    def __init__(self, sheet: VisitSheet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("visit_side")
        self._sheet = sheet
        column = Vertical(self, spacing=12)
        self.cards: dict[str, ProposalCard] = {}
        for managed in sheet.diseases:
            keys = [sheet.key(managed.form_code, code) for code in ("visit_class", "class_reason", "no_referral_reason")]
            self.cards[managed.disease] = ProposalCard(managed.form_code, keys)
            column.addWidget(self.cards[managed.disease])
        self.dispense: SecondaryButton | None = None
        if sheet.revising is not None:
            column.addWidget(self._drugs_card(next(iter(sheet.revising.entry_ids.values()))))
        if sheet.hospital_advice is not None:
            column.addWidget(self._advice_card(sheet.hospital_advice))
        if sheet.open_checks:
            column.addWidget(self._checks_card(sheet.open_checks))
        self.charts: dict[str, TrendChart] = {}
        for managed in sheet.diseases:
            column.addWidget(self._chart_card(managed.disease))
        column.addWidget(self._visits_card(sheet))
        column.addStretch(1)

    def show_state(self, state: VisitState, opened: Callable[[str], bool]) -> None:
        """Show what the rules say now. `opened` tells whether a referral is open for a disease."""
        for said in state.proposal.diseases:
            card = self.cards[said.disease]
            card.show_proposal(
                said, chosen=str(state.raw.get(card.class_key, "")), reason=str(state.raw.get(card.reason_key, "")),
                no_referral=str(state.raw.get(card.no_referral_key, "")), is_referred=opened(said.disease),
            )
        self._show_charts(state)

    def stops(self) -> list[QWidget]:
        """The widgets that Tab stops at."""
        own = [] if self.dispense is None else [self.dispense]
        return [*(stop for card in self.cards.values() for stop in card.stops()), *own]

    def _drugs_card(self, entry_id: str) -> QWidget:
        """The medicines of a recorded visit can be given at once."""
        card = Card(tr("这次随访的药"), name="visit_drugs")
        self.dispense = SecondaryButton(tr("发药"), name="dispense_visit", icon_name="prescriptions", small=True)
        self.dispense.clicked.connect(lambda: self.dispense_asked.emit(entry_id))
        card.add(self.dispense)
        return card

    def _advice_card(self, advice: HospitalAdvice) -> QWidget:
        """What the hospital wrote, to be followed at this visit."""
        on = short_date(advice.on, seen_from=self._sheet.today)
        title = tr("{hospital} {date} 转回", hospital=advice.hospital, date=on) if advice.hospital else tr("{date} 转回", date=on)
        card = Card(title, name="hospital_advice", tone="blue")
        if advice.diagnosis:
            card.add_text(tr("诊断：{diagnosis}", diagnosis=advice.diagnosis), "strong")
        if advice.advice:
            card.add_text(tr("医院建议：{advice}", advice=advice.advice))
        return card

    def _checks_card(self, checks: tuple[OpenCheck, ...]) -> QWidget:
        card = Card(tr("转诊结果待随访"), name="open_checks", tone="amber")
        for number, check in enumerate(checks, 1):
            due = short_date(check.due_on, seen_from=self._sheet.today)
            if check.referred_on is None:
                words = tr("{due} 前问到结果", due=due)
            else:
                referred = short_date(check.referred_on, seen_from=self._sheet.today)
                words = tr("{referred} 转诊，{due} 前问到结果", referred=referred, due=due)
            card.add_text(words)
            button = SecondaryButton(tr("填转诊结果"), name=f"check_result_{number}", small=True)
            button.setProperty("task", check.task_id)
            button.clicked.connect(self._on_check)
            card.add(button)
        return card

    def _on_check(self) -> None:
        self.check_asked.emit(self.sender().property("task"))

    def _chart_card(self, disease: str) -> QWidget:
        title = tr("血压趋势（12 个月）") if disease == HYPERTENSION else tr("空腹血糖趋势（12 个月）")
        card = Card(title, name=f"{disease}_trend_card")
        chart = TrendChart(name=f"{disease}_trend", accessible_name=title, height=170)
        self.charts[disease] = chart
        card.add(chart)
        return card

    def _visits_card(self, sheet: VisitSheet) -> QWidget:
        card = Card(tr("前几次"), name="earlier_visits_card")
        columns = [Column("on", tr("日期"), value=lambda row: short_date(row.on, seen_from=sheet.today))]
        managed = {each.disease for each in sheet.diseases}
        if managed == {DIABETES}:
            columns.append(Column("glucose", tr("血糖"), value=lambda row: row.reading(DIABETES)))
        elif DIABETES in managed:
            columns.append(Column("measured", tr("血压"), value=lambda row: Cell(
                row.pressure(), second_line=row.reading(DIABETES))))
        else:
            columns.append(Column("pressure", tr("血压"), value=EarlierVisit.pressure))
        columns.append(Column("result", tr("结果"), value=EarlierVisit.chips, stretch=True))
        rows = earlier_visits(sheet)
        self.visits = DataTable(columns, name="earlier_visits", accessible_name=tr("前几次随访，回车更正"),
                                empty_text=tr("这是第一次随访。"), inside_card=True,
                                row_height=TWO_LINES if len(managed) > 1 else tokens.ROW_HEIGHT)
        self.visits.set_rows(rows)
        self.visits.fit_height(most_rows=SHOWN_VISITS)
        self.visits.row_activated.connect(lambda row: self.recorded_asked.emit(row.entry_id))
        card.add(self.visits)
        if rows:
            card.add(label(tr("选中一次按回车，可以查看和更正。"), "caption", wrap=True))
        return card

    def _show_charts(self, state: VisitState) -> None:
        today = self._sheet.today
        now = _reading_now(state, today)
        revised = self._sheet.revising.visit_date if self._sheet.revising is not None else None
        before = [each for each in self._sheet.readings if each.on != revised or now is None]
        points = sorted([*before, *([now] if now is not None else [])], key=lambda each: each.on)
        targets = self._sheet.targets
        for disease, chart in self.charts.items():
            if disease == HYPERTENSION:
                series = [_series(tr("收缩压"), points, "sbp", "red"), _series(tr("舒张压"), points, "dbp", "blue")]
                band = (float(targets.dbp_below), float(targets.sbp_below))
                unit = "mmHg"
            else:
                series = [_series(tr("空腹血糖"), points, "fpg", "red")]
                band = (LOWEST_GLUCOSE, float(targets.fpg_below))
                unit = "mmol/L"
            if tuple(series) != chart.series():
                chart.show_series(series, until=today, band=band, unit=unit)


def _series(title: str, points: list[ChartReading], name: str, tone: Tone) -> Series:
    values = tuple((each.on, None if getattr(each, name) is None else float(getattr(each, name))) for each in points)
    return Series(title, tuple((on, value) for on, value in values if value is not None), tone=tone,
                  mark="circle" if tone == "red" else "square")


def _reading_now(state: VisitState, today: date) -> ChartReading | None:
    """What stands in the form, once it is whole: half a number would make the line jump while it is typed."""
    answers: dict[str, object] = {}
    for of_sheet in state.proposal.answers.values():
        answers.update(of_sheet)
    refused = {problem.code for problem in state.proposal.problems if problem.level == "refuse"}
    sbp, dbp, fpg = (_number(answers.get(key)) for key in ("sbp", "dbp", "fpg"))
    if refused & {"sbp", "dbp"} or sbp is None or dbp is None:
        sbp = dbp = None
    if "fpg" in refused:
        fpg = None
    if sbp is None and fpg is None:
        return None
    on = answers.get("visit_date")
    return ChartReading(
        on=on if isinstance(on, date) and on <= today else today,
        sbp=None if sbp is None else int(sbp), dbp=None if dbp is None else int(dbp), fpg=fpg,
    )


def _number(value: object) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None
