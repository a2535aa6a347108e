"""What the follow-up screen is given: plain frozen values, no rows and no sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.domain.chronic_followup import VISIT_CLASS_LABELS, VisitClass
from app.domain.mental_disorder import STABILITY_LABELS, StabilityClass
from app.domain.message import Message, msg
from app.services.diseases import DIABETES, DISEASES, HYPERTENSION, MENTAL_DISORDER, NAMES
from app.services.medicines import Medicine
from app.services.visit_answers import VisitField, answer_key, visit_fields

LOST, DEAD, MOVED = 1, 2, 3
NOTHING_MEASURED = msg("—")
NOT_SEEN_LABELS: dict[int, Message] = {LOST: msg("失访"), DEAD: msg("死亡"), MOVED: msg("迁出")}


@dataclass(frozen=True)
class VisitPerson:
    """居民 as the head of the screen shows them; numbers masked. `age` in completed years today, None unknown.

    `state_on` is the day of the death or of the leaving, None of who is under care.
    """

    resident_id: str
    name: str
    sex: int
    birth_date: date | None
    birth_precision: str
    age: int | None
    record_no: str | None
    id_number_masked: str
    phone_masked: str
    group_name: str
    household_note: str
    care_note: str
    drug_allergy: tuple[str, ...]
    height_cm: Decimal | None
    weight_kg: Decimal | None
    weight_on: date | None
    state: str
    state_on: date | None = None

    @property
    def is_65_or_older(self) -> bool:
        """Whether the limits and services for older people apply."""
        return self.age is not None and self.age >= 65


@dataclass(frozen=True)
class ManagedDisease:
    """A disease for which the visit fills a sheet. `due_on` is the latest day of the visit now due."""

    disease: str
    form_code: str
    enrolment_id: str
    diagnosed_on: date | None
    enrolled_on: date
    due_on: date | None
    unsatisfactory_in_a_row: int

    @property
    def label(self) -> Message:
        """高血压 2019年, the year of the diagnosis or else of the enrolment."""
        year = (self.diagnosed_on or self.enrolled_on).year
        return msg("{disease} {year}年", disease=NAMES[self.disease], year=year)


@dataclass(frozen=True)
class PastVisit:
    """One disease's result of a recorded visit. Values mmHg and mmol/L, None when not measured."""

    visit_id: str
    entry_id: str
    enrolment_id: str
    disease: str
    visit_date: date
    method: int | None
    not_seen: int | None
    sbp: int | None
    dbp: int | None
    fpg: Decimal | None
    weight_kg: Decimal | None
    adr: bool
    is_controlled: bool | None
    visit_class: int | None
    referral: str
    next_visit_on: date | None

    @property
    def reading(self) -> Message:
        """162/94 or 空腹 8.1; — when nothing was measured."""
        return reading_text(self.disease, self.sbp, self.dbp, self.fpg)

    @property
    def result(self) -> Message:
        """The word of the class, or why there is none."""
        return result_text(self.visit_class, self.not_seen, self.disease)

    @property
    def tone(self) -> str:
        """The colour of the chip: good, bad, warn or none."""
        return result_tone(self.visit_class, self.not_seen, self.disease)


@dataclass(frozen=True)
class ChartReading:
    """One point in time of the chart."""

    on: date
    sbp: int | None
    dbp: int | None
    fpg: Decimal | None


@dataclass(frozen=True)
class Targets:
    """控制满意 is below these (form rules, not guideline aims): mmHg by age on the day, mmol/L."""

    sbp_below: int
    dbp_below: int
    fpg_below: Decimal


@dataclass(frozen=True)
class PreviousAnswer:
    """What was answered last time, for the small print beside a field (上次 162/94), or stands on another form.

    `origin` None for last time's answer of this form, or the other form with its day (健康体检 11-22). What is
    `of_the_day` holds for a visit of that day only.
    """

    value: Any
    shown: str
    on: date
    origin: Message | None = None
    of_the_day: bool = False


@dataclass(frozen=True)
class OpenCheck:
    """转诊结果待随访: a referral whose result is not yet known."""

    task_id: str
    resident_id: str
    disease: str
    due_on: date
    referred_on: date | None
    name: str = ""
    phone_masked: str = ""


@dataclass(frozen=True)
class HospitalAdvice:
    """What the hospital wrote on the newest 回转单: from where, what it found and what to do next."""

    entry_id: str
    on: date
    hospital: str
    diagnosis: str
    advice: str


@dataclass(frozen=True)
class DraftView:
    """草稿: what stood in a screen, as typed."""

    kind: str
    subject_id: str
    payload: Mapping[str, Any]
    updated_at: datetime


@dataclass(frozen=True)
class Revising:
    """The recorded visit that is being corrected. `revision` is given back to `revise_visit` as read."""

    visit_id: str
    entry_ids: Mapping[str, str]
    revision: int
    author: str
    visit_date: date


@dataclass(frozen=True)
class VisitSheet:
    """Everything that the screen of one visit needs.

    `form_codes` are the sheets to fill and `fields` their answers by key (see visit_answers). `starting` is what the
    screen begins with: carried-over answers, or the recorded ones when a visit is corrected. `history` holds every
    earlier visit, oldest first, without the one being corrected. `visits` is the list shown, newest first. `offers` by key
    stand on other forms: measured today, or told since the last visit; they go before `previous`.
    `hospital_advice` stands on a 回转单 that no visit has followed yet.
    """

    person: VisitPerson
    diseases: tuple[ManagedDisease, ...]
    other_diseases: tuple[str, ...]
    today: date
    doctor: str
    starting: Mapping[str, Any]
    previous: Mapping[str, PreviousAnswer]
    medicines: Mapping[str, tuple[Medicine, ...]]
    draft: DraftView | None
    history: tuple[PastVisit, ...]
    readings: tuple[ChartReading, ...]
    targets: Targets
    visit_number: int
    open_checks: tuple[OpenCheck, ...]
    revising: Revising | None = None
    form_codes: tuple[str, ...] = field(default=())
    offers: Mapping[str, PreviousAnswer] = field(default_factory=dict)
    hospital_advice: HospitalAdvice | None = None

    @property
    def fields(self) -> Mapping[str, VisitField]:
        """Every answer of the visit by its key."""
        return visit_fields(self.form_codes)

    @property
    def visits(self) -> tuple[PastVisit, ...]:
        """前几次: earlier visits, the newest first."""
        return tuple(reversed(self.history))

    def key(self, form_code: str, code: str) -> str:
        """The key of the answer `code` of one sheet in this visit."""
        return answer_key(self.form_codes, form_code, code)


def reading_text(disease: str, sbp: int | None, dbp: int | None, fpg: Decimal | None) -> Message:
    """What was measured for a disease, as the doctor reads it."""
    if disease == HYPERTENSION and sbp is not None and dbp is not None:
        return msg("{sbp}/{dbp}", sbp=sbp, dbp=dbp)
    if disease == DIABETES and fpg is not None:
        return msg("空腹 {value}", value=glucose_shown(fpg))
    return NOTHING_MEASURED


def glucose_shown(value: Decimal) -> str:
    """A glucose value with one decimal at least and without needless zeros: 8.1, 7.0, 6.99."""
    text = f"{value:f}".rstrip("0") if "." in f"{value:f}" else f"{value:f}"
    return text + "0" if text.endswith(".") else (text if "." in text else text + ".0")


def is_measured(disease: str) -> bool:
    """Whether lists show a measured value of this programme; of the others they show the class alone."""
    return disease in DISEASES


def class_label(disease: str, visit_class: int) -> Message:
    """The word of a class: each programme's form has its own."""
    if disease == MENTAL_DISORDER:
        return STABILITY_LABELS[StabilityClass(visit_class)]
    return VISIT_CLASS_LABELS[VisitClass(visit_class)]


def result_text(visit_class: int | None, not_seen: int | None, disease: str = HYPERTENSION) -> Message:
    """控制满意 …, or 失访; — when the visit has no class (by phone, without values, tuberculosis)."""
    if not_seen in NOT_SEEN_LABELS:
        return NOT_SEEN_LABELS[not_seen]
    return class_label(disease, visit_class) if visit_class else NOTHING_MEASURED


def result_tone(visit_class: int | None, not_seen: int | None, disease: str = HYPERTENSION) -> str:
    """good for 控制满意 and 稳定, bad for 不满意, 并发症 and 不稳定, warn for 不良反应, 基本稳定 and 失访, else none."""
    if not_seen:
        return "warn"
    return TONES_OF_CLASS.get(disease, USUAL_TONES).get(visit_class or 0, "none")


USUAL_TONES = {1: "good", 2: "bad", 3: "warn", 4: "bad"}
TONES_OF_CLASS = {MENTAL_DISORDER: {1: "bad", 2: "warn", 3: "good"}}
