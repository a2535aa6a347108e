"""A resident in words: the heading of the banner, chips, lines of the list. Plain functions over the services' values."""

from __future__ import annotations

from datetime import date

from app.domain.kinship import shown_relation
from app.domain.message import msg
from app.i18n import tr
from app.services.diseases import NAMES
from app.services.resident_views import (
    ACTIVE,
    STATE_LABELS,
    HouseholdView,
    ListRow,
    MemberView,
    ResidentView,
    TimelineRow,
)
from ui.theme.tokens import Tone
from ui.widgets.banner import PersonHeading
from ui.widgets.chips import ChipText

SEXES = {1: msg("男"), 2: msg("女")}
STATE_TONES: dict[str, Tone] = {"moved": "amber", "dead": "grey", "lost": "amber", "cancelled": "grey"}
TONES: dict[str, Tone] = {"good": "green", "bad": "red", "warn": "amber", "info": "blue", "none": "grey"}
DASH = "—"


def heading_of(person: ResidentView, *, revealed: bool = False) -> PersonHeading:
    """The banner: numbers masked unless they were asked for."""
    sex = tr(SEXES[person.sex]) if person.sex in SEXES else person.sex_label
    facts = [sex, "" if person.age is None else tr("{age} 岁", age=person.age), person.birth_text]
    return PersonHeading(
        name=person.name, facts=" · ".join(part for part in facts if part), numbers=numbers_of(person, revealed=revealed),
        chips=chips_of(person), note=person.care_note,
    )


def numbers_of(person: ResidentView, *, revealed: bool) -> str:
    """Record number, ID number and telephone in one line."""
    id_number = (person.id_number or "") if revealed else person.id_number_masked
    phone = person.phone if revealed else person.phone_masked
    parts = [tr("档案号 {number}", number=person.record_no_spaced or DASH)]
    if person.id_number:
        parts.append(tr("身份证 {number}", number=id_number))
    else:
        parts.append(tr("无身份证号：{reason}", reason=person.no_id_reason or DASH))
    parts.append(tr("电话 {number}", number=phone or DASH))
    if revealed and person.contact_phone:
        parts.append(tr("联系人 {name} {number}", name=person.contact_name, number=person.contact_phone))
    return "　".join(parts)


def chips_of(person: ResidentView) -> tuple[ChipText, ...]:
    """What must not be overlooked: state, diseases, age, allergies, what waits to be verified."""
    chips = []
    if person.state != ACTIVE:
        chips.append(ChipText(tr(STATE_LABELS[person.state]), STATE_TONES.get(person.state, "grey")))
    chips += [ChipText(tr(NAMES[each.disease]), "blue") for each in person.enrolments]
    if person.is_65_or_older:
        chips.append(ChipText(tr("65岁以上"), "grey"))
    chips += [ChipText(tr("{drug}过敏", drug=drug.removesuffix("过敏")), "red") for drug in person.allergies]
    if not person.is_allergy_known:
        chips.append(ChipText(tr("过敏史未问"), "amber"))
    if person.to_verify:
        chips.append(ChipText(tr("待核实"), "amber"))
    return tuple(chips)


def household_title(household: HouseholdView) -> str:
    """李大山家　3组 12号. The whole name: a surname may have two characters, and not every name has one."""
    family = tr("{name}家", name=household.head_name) if household.head_name else tr("无户主")
    number = tr("{number}号", number=household.number.removesuffix("号")) if household.number else ""
    return "　".join(part for part in (family, " ".join(filter(None, (household.group_name, number)))) if part)


def member_words(member: MemberView) -> str:
    """李桂兰 妻 71."""
    state = "" if member.state == ACTIVE else tr(STATE_LABELS[member.state])
    age = "" if member.age is None else str(member.age)
    relation = tr("户主") if member.is_head else member.relation_shown
    return " ".join(part for part in (member.name, relation, age, state) if part)


def list_second_line(row: ListRow) -> str:
    """3组 · 李大山家 · 妻."""
    family = tr("{name}家", name=row.head_name) if row.head_name and row.head_name != row.name else ""
    parts = (row.group_name, family, shown_relation(row.relation, row.sex))
    return " · ".join(part for part in parts if part)


def list_chips(row: ListRow) -> tuple[ChipText, ...]:
    """The diseases under management, or the state of who is not under care."""
    if row.state != ACTIVE:
        return (ChipText(tr(STATE_LABELS[row.state]), STATE_TONES.get(row.state, "grey")),)
    return tuple(ChipText(tr(NAMES[disease]), "blue") for disease in row.diseases)


def timeline_chips(row: TimelineRow) -> tuple[ChipText, ...]:
    """What happened, in colour."""
    return tuple(ChipText(tr(chip.text), TONES.get(chip.tone, "grey")) for chip in row.chips)


def day_words(day: date | None) -> str:
    """A date, or a dash."""
    return day.isoformat() if day is not None else DASH
