"""What the screens of residents and households are given: plain frozen values, no rows and no sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.domain.dates import age_on
from app.domain.kinship import shown_relation
from app.domain.message import Message, msg
from app.domain.names import name_warning, needs_verification
from app.forms.personal_info import ALLERGY, SEX
from app.services.masks import masked_id_number, masked_phone
from app.services.resident_facts import written_birth

ID_VALID, ID_UPGRADED, ID_TO_VERIFY = "valid", "upgraded_15", "to_verify"
"""States of an ID number: passes the check, was a 15-digit one, is kept as text and waits to be verified (待核实)."""

ACTIVE, MOVED, DEAD, LOST, CANCELLED = "active", "moved", "dead", "lost", "cancelled"
STATE_LABELS: dict[str, Message] = {
    ACTIVE: msg("在管"),
    MOVED: msg("迁出"),
    DEAD: msg("死亡"),
    LOST: msg("失访"),
    CANCELLED: msg("注销"),
}
OLD_FROM_YEARS = 65
CHILD_UP_TO_YEARS = 6
"""个人基本信息表 is not filled for children of 0–6 years (form list §2)."""
NO_ALLERGY, OTHER_ALLERGY = 1, 5


@dataclass(frozen=True)
class EnrolmentBrief:
    """One disease under management, as a chip needs it."""

    enrolment_id: str
    disease: str
    diagnosed_on: date | None
    enrolled_on: date
    last_visit_on: date | None
    last_class: int | None


@dataclass(frozen=True)
class HouseholdBrief:
    """The household of a resident in one line."""

    household_id: str
    number: str
    group_name: str
    address: str
    head_id: str | None
    head_name: str
    distance_km: Decimal | None
    note: str = ""


@dataclass(frozen=True)
class ResidentView:
    """居民 as the banner and the forms need it. Unknown is None or ""; `age` in completed years on the day of reading.

    `revision` is given back to `revise` and `change_state` as read. `to_verify` are the reasons for 待核实.
    """

    id: str
    name: str
    sex: int
    birth_date: date | None
    birth_precision: str
    age: int | None
    id_number: str | None
    id_number_state: str
    no_id_reason: str
    mother_id_number: str | None
    record_no: str | None
    phone: str
    contact_name: str
    contact_phone: str
    current_address: str
    registered_address: str
    residence_type: int | None
    ethnic_code: str
    blood_abo: int | None
    blood_rh: int | None
    height_cm: Decimal | None
    weight_kg: Decimal | None
    weight_on: date | None
    drug_allergy: tuple[int, ...]
    drug_allergy_note: str
    disability: tuple[int, ...]
    care_note: str
    relation: str
    household: HouseholdBrief | None
    enrolments: tuple[EnrolmentBrief, ...]
    state: str
    state_on: date | None
    state_reason: str
    created_at: datetime
    updated_at: datetime
    revision: int

    @property
    def birth_text(self) -> str:
        """The birth date as it was given: 1955, 1955-03 or 1955-03-08."""
        return written_birth(self.birth_date, self.birth_precision)

    @property
    def sex_label(self) -> str:
        """男, 女 …, as the form prints it."""
        return next((option.label for option in SEX if option.code == self.sex), "")

    @property
    def relation_shown(self) -> str:
        """妻, 孙女 …, or as it was written."""
        return shown_relation(self.relation, self.sex)

    @property
    def id_number_masked(self) -> str:
        """****4327."""
        return masked_id_number(self.id_number)

    @property
    def phone_masked(self) -> str:
        """138****2716."""
        return masked_phone(self.phone)

    @property
    def record_no_spaced(self) -> str:
        """411624 104 215 00037; "" without a number."""
        number = self.record_no or ""
        return " ".join(part for part in (number[:6], number[6:9], number[9:12], number[12:]) if part)

    @property
    def record_no_short(self) -> str:
        """215-00037, as printed on every form; "" without a number."""
        return f"{self.record_no[9:12]}-{self.record_no[12:]}" if self.record_no else ""

    @property
    def is_65_or_older(self) -> bool:
        """Whether the services for older people apply."""
        return self.age is not None and self.age >= OLD_FROM_YEARS

    @property
    def allergies(self) -> tuple[str, ...]:
        """What the resident is allergic to, in words; empty for none and for unknown."""
        return allergy_words(self.drug_allergy, self.drug_allergy_note)

    @property
    def is_allergy_known(self) -> bool:
        """Whether the question was ever answered: unknown is not "none"."""
        return bool(self.drug_allergy)

    @property
    def to_verify(self) -> tuple[Message, ...]:
        """Why parts of this record are 待核实; empty when nothing is."""
        reasons = []
        warning = name_warning(self.name)
        if needs_verification(self.name) and warning is not None:
            reasons.append(warning)
        if self.id_number_state == ID_TO_VERIFY:
            reasons.append(msg("身份证号没有通过校验，原样保存，请对照证件核实。"))
        if self.id_number_state == ID_UPGRADED:
            reasons.append(msg("身份证号由 15 位旧号换算而来，请查看新身份证。"))
        return tuple(reasons)


def allergy_words(codes: tuple[int, ...] | list[int], note: str) -> tuple[str, ...]:
    """药物过敏史 in words, "其他" replaced by what was written; empty for 无."""
    labels = {option.code: option.label for option in ALLERGY if option.code != NO_ALLERGY}
    if note:
        labels[OTHER_ALLERGY] = note
    return tuple(labels[code] for code in codes if code in labels)


def age_of(born: date | None, today: date) -> int | None:
    """Completed years today, None when the birth is unknown or lies in the future."""
    return None if born is None or born > today else age_on(born, today)


@dataclass(frozen=True)
class Record:
    """健康档案 as answers: the cover, and the 个人基本信息表 which a small child does not have.

    Both hold the facts as they are now. `info_is_partial` when the sheet was never completed (children, imported
    residents): what is known of it stands in `info` all the same.
    """

    resident_id: str
    revision: int
    cover: Mapping[str, Any]
    info: Mapping[str, Any]
    info_is_partial: bool


@dataclass(frozen=True)
class DuplicateHint:
    """Somebody on file who may be the same person. `same` says what agrees: id_number or name_and_birth."""

    resident_id: str
    name: str
    sex: int
    birth_text: str
    age: int | None
    group_name: str
    head_name: str
    record_no: str
    id_number_masked: str
    state: str
    same: str

    @property
    def message(self) -> Message:
        """One sentence that names the person on file."""
        values = {"name": self.name, "born": self.birth_text or "—", "record_no": self.record_no or "—"}
        if self.same == "id_number":
            return msg("这个身份证号已登记在{name}名下（{born} 出生，档案号 {record_no}）。", **values)
        return msg("已有同名同出生日期的居民：{name}（{born} 出生，档案号 {record_no}）。", **values)


@dataclass(frozen=True)
class FieldChange:
    """One value that changed, in words; "" for none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryRow:
    """One correction: when, who, why, of what, and every value before and after, the first entry without a before."""

    at: datetime
    user_name: str
    reason: str
    titles: tuple[str, ...]
    changes: tuple[FieldChange, ...]
    is_first: bool


@dataclass(frozen=True)
class Chip:
    """A word in colour; `tone` good, bad, warn, info or none."""

    text: Message | str
    tone: str = "none"


@dataclass(frozen=True)
class TimelineRow:
    """One thing that happened to a resident. `kind` is the code of the form, or state, enrolment, attachment or dispensing.

    `state` of a form or an attachment: complete, partial or void.
    """

    date: date
    kind: str
    chips: tuple[Chip, ...]
    text: Message
    author: str
    form_entry_id: str | None = None
    visit_id: str | None = None
    attachment_id: str | None = None
    state: str = "complete"
    dispensing_id: str | None = None


@dataclass(frozen=True)
class ListFilter:
    """Which residents the list shows. None and False mean no restriction; `disease` htn or dm, under management."""

    group_name: str | None = None
    state: str | None = ACTIVE
    only_65_or_older: bool = False
    disease: str | None = None
    only_to_verify: bool = False
    order: str = "household"
    """household (group, household, head first) or pinyin."""


@dataclass(frozen=True)
class ListRow:
    """One line of the list of residents."""

    resident_id: str
    name: str
    sex: int
    age: int | None
    birth_text: str
    group_name: str
    household_number: str
    head_name: str
    relation: str
    phone_masked: str
    record_no: str
    state: str
    diseases: tuple[str, ...]


@dataclass(frozen=True)
class ListPage:
    """One page of the list. `next_after` is given to `list_page` for the next one; None at the end."""

    rows: tuple[ListRow, ...]
    next_after: str | None


@dataclass(frozen=True)
class HeadHint:
    """A household without a head: who could be, the likeliest first."""

    household_id: str
    candidates: tuple[MemberView, ...]
    message: Message = field(default_factory=lambda: msg("这一户没有户主了，请另选一位户主。"))


@dataclass(frozen=True)
class StateChanged:
    """What a change of state did. `needs_head` when the household has lost its head."""

    resident: ResidentView
    closed_tasks: int
    ended_enrolments: int
    needs_head: HeadHint | None


@dataclass(frozen=True)
class MemberView:
    """One member in the tree of a household. `relation_shown` such as 妻; `age` None when unknown."""

    resident_id: str
    name: str
    sex: int
    age: int | None
    relation: str
    relation_shown: str
    is_head: bool
    state: str
    care_note: str = ""


@dataclass(frozen=True)
class HouseholdView:
    """家庭 with its members: head first, then by relation and age; who left or died comes last."""

    id: str
    number: str
    group_name: str
    address: str
    distance_km: Decimal | None
    note: str
    head_id: str | None
    head_name: str
    members: tuple[MemberView, ...]
    revision: int
    needs_head: HeadHint | None = None

    @property
    def living(self) -> tuple[MemberView, ...]:
        """The members under care."""
        return tuple(member for member in self.members if member.state == ACTIVE)
