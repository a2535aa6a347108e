"""目录更新: laying a list of drugs over the catalogue, planned before it is written, by import or by envelope.

A drug is found by its code. What a list does not say of a drug stays as it is. A drug that a whole list no longer has
ends; one that is still in stock or asked for is listed for some weeks more, so that it can be used up, and is told by name
(drug requests §9: one country ran two lists side by side for 30 days). The desk's own drugs are never touched by the
township's list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.prescribing import long_supply_allowed
from app.domain.request_states import State
from app.services.catalogue import ADDED, CHANGED, ENDED, initials, is_stored_cold
from app.services.history import record_change, revision_count
from db.models import Drug, DrugRequest, DrugRequestLine, Revision, StockBatch, new_id

USE_UP_DAYS = 30
"""So long a drug that was taken off the list but is still in use stays listed."""

OWN, TOWNSHIP, STARTER = "own", "township", "starter"

FIELDS = (
    "generic_name", "dosage_form", "strength", "unit", "pack_unit", "units_per_pack", "price_fen", "therapeutic_group",
    "essential", "insurance_class", "volume_procured", "antibiotic_tier", "cold_chain", "programme", "barcode",
    "trace_prefix", "has_trace_code", "is_splittable", "ingredients", "atc_code", "route", "usual_dose", "dose_unit",
    "max_daily_dose", "times_per_day", "diagnoses", "min_age_years", "pregnancy", "special_control", "long_rx_allowed",
    "storage",
)  # fmt: skip
"""What a list may say of a drug besides its code and its dates."""

SAFETY_FIELDS = (
    "ingredients", "atc_code", "route", "diagnoses", "min_age_years", "pregnancy", "special_control", "antibiotic_tier",
    "storage", "usual_dose", "dose_unit", "max_daily_dose", "times_per_day",
)  # fmt: skip
"""What a new drug without them takes over from a known product of the same name and form."""

CLOSED_STATES = (State.CLOSED, State.REJECTED, State.CANCELLED, State.SKIPPED, State.VOIDED)


class DrugAction(StrEnum):
    """What an update does with one drug of the list."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    REFUSE = "refuse"
    LEAVE = "leave"

    @property
    def label(self) -> Message:
        """The word for it."""
        return {
            DrugAction.ADD: msg("新增"),
            DrugAction.CHANGE: msg("更改"),
            DrugAction.SAME: msg("相同"),
            DrugAction.REFUSE: msg("退回"),
            DrugAction.LEAVE: msg("不动"),
        }[self]


@dataclass(frozen=True)
class ListedDrug:
    """One drug of a list: its code and what the list says of it. `line` where it stands, `problems` why it can't be taken."""

    code: str
    values: Mapping[str, Any]
    line: int = 0
    problems: tuple[Message, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class FieldChange:
    """One value before and after."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class PlannedDrug:
    """What becomes of one drug of the list, with what changes or why it is left out."""

    listed: ListedDrug
    action: DrugAction
    name: str
    changes: tuple[FieldChange, ...] = ()
    reasons: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()

    @property
    def price_change(self) -> FieldChange | None:
        """The change of its price, if any."""
        return next((change for change in self.changes if change.field == "price_fen"), None)


@dataclass(frozen=True)
class EndedDrug:
    """A drug that the list no longer has. `valid_to` its last day; `on_hand` units in stock, `open_requests` that ask for it."""

    code: str
    name: str
    unit: str
    valid_to: date
    on_hand: int = 0
    open_requests: int = 0

    @property
    def is_in_use(self) -> bool:
        """Whether it is kept for a while because it is in use."""
        return self.on_hand > 0 or self.open_requests > 0

    @property
    def sentence(self) -> Message:
        """What the user is told."""
        if self.on_hand:
            return msg(
                "{drug}已不在新目录里，但还有库存 {on_hand} {unit}：保留到 {day}，请先用完或退回。",
                drug=self.name, on_hand=self.on_hand, unit=self.unit, day=self.valid_to,
            )  # fmt: skip
        if self.open_requests:
            return msg(
                "{drug}已不在新目录里，但有 {count} 张申领单还没办完：保留到 {day}。",
                drug=self.name, count=self.open_requests, day=self.valid_to,
            )  # fmt: skip
        return msg("{drug}已不在新目录里，从 {day} 之后不再列出。", drug=self.name, day=self.valid_to)


@dataclass(frozen=True)
class UpdatePlan:
    """Everything that an update would do. `day` from which the list is in force, `origin` whose list it is."""

    drugs: tuple[PlannedDrug, ...]
    ended: tuple[EndedDrug, ...]
    day: date
    origin: str

    def of(self, action: DrugAction) -> tuple[PlannedDrug, ...]:
        """The drugs with which this is done."""
        return tuple(drug for drug in self.drugs if drug.action is action)

    @property
    def kept_in_use(self) -> tuple[EndedDrug, ...]:
        """The drugs that end later because they are in use."""
        return tuple(drug for drug in self.ended if drug.is_in_use)

    @property
    def sentence(self) -> Message:
        """The whole in one sentence."""
        return msg(
            "新增 {added} 种，更改 {changed} 种（调价 {priced} 种），相同 {same} 种；"
            "停用 {ended} 种（{used} 种还在用）；没有导入 {left_out} 行。",
            added=len(self.of(DrugAction.ADD)),
            changed=len(self.of(DrugAction.CHANGE)),
            priced=sum(drug.price_change is not None for drug in self.drugs),
            same=len(self.of(DrugAction.SAME)),
            ended=len(self.ended),
            used=len(self.kept_in_use),
            left_out=len(self.of(DrugAction.REFUSE)) + len(self.of(DrugAction.LEAVE)),
        )

    @property
    def outcome(self) -> tuple[object, ...]:
        """What the user agreed to, to be compared before it is written."""
        return (
            tuple((drug.listed.code, drug.action, drug.changes) for drug in self.drugs),
            tuple((drug.code, drug.valid_to) for drug in self.ended),
        )


def plan_update(
    session: Session, desk: Desk, listed: Sequence[ListedDrug], *, origin: str, day: date, is_whole: bool
) -> UpdatePlan:
    """What laying `listed` over the catalogue would do; nothing is written."""
    stored = {drug.code: drug for drug in session.scalars(select(Drug))}
    with_stock = set(session.scalars(select(StockBatch.drug_code).distinct()))
    alike = _known_products(stored.values())
    seen: set[str] = set()
    planned = []
    for item in listed:
        planned.append(_planned(item, stored.get(item.code), seen, with_stock, alike, origin))
        seen.add(item.code)
    ended = _ended(session, desk, stored.values(), seen, origin, day) if is_whole else ()
    return UpdatePlan(tuple(planned), ended, day, origin)


def apply_update(session: Session, desk: Desk, plan: UpdatePlan) -> None:
    """Write a plan: new drugs, changed ones with their revision, and the ends of those that are gone."""
    drugs = {drug.code: drug for drug in session.scalars(select(Drug))}
    alike = _known_products(drugs.values())
    revisions = _Revisions(session, desk)
    for planned in plan.drugs:
        if planned.action is DrugAction.ADD:
            session.add(_new_drug(planned, plan, alike))
        elif planned.action in (DrugAction.CHANGE, DrugAction.SAME):
            _change(revisions, drugs[planned.listed.code], planned, plan)
    for gone in plan.ended:
        drug = drugs[gone.code]
        if drug.valid_to != gone.valid_to:
            revisions.revise(drug, {"valid_to": gone.valid_to}, "drug.end")
    _keep_summary(session, desk, plan)


def _keep_summary(session: Session, desk: Desk, plan: UpdatePlan) -> None:
    """What the update did, drug by drug, as a revision of the list itself: the screens tell it until the next one."""
    summary = {
        "origin": plan.origin,
        ADDED: [each.listed.code for each in plan.of(DrugAction.ADD)],
        CHANGED: {
            each.listed.code: [[change.field, _kept(change.before), _kept(change.after)] for change in each.changes]
            for each in plan.of(DrugAction.CHANGE)
        },
        ENDED: {each.code: each.valid_to.isoformat() for each in plan.ended},
    }
    number = revision_count(session, "catalogue", desk.place.id) + 1
    record_change(
        session, desk, "catalogue.update", "catalogue", desk.place.id, before=None, after=summary, number=number
    )


def _planned(
    item: ListedDrug, drug: Drug | None, seen: set[str], with_stock: set[str], alike: Mapping[tuple[str, str], Drug], origin: str
) -> PlannedDrug:
    name = str(item.values.get("generic_name") or (drug.generic_name if drug else item.code))
    if item.problems:
        return PlannedDrug(item, DrugAction.REFUSE, name, reasons=item.problems)
    if item.code in seen:
        sentence = msg("编码 {code} 在这张表里出现了两次，第二次没有导入。", code=item.code)
        return PlannedDrug(item, DrugAction.REFUSE, name, reasons=(sentence,))
    if drug is None:
        return _planned_new(item, name, alike)
    if origin == TOWNSHIP and drug.origin == OWN:
        sentence = msg("{drug}（编码 {code}）是本室自己的药品，没有改动。", drug=drug.generic_name, code=item.code)
        return PlannedDrug(item, DrugAction.LEAVE, name, reasons=(sentence,))
    if origin == OWN and drug.origin == TOWNSHIP:
        sentence = msg("编码 {code} 是卫生院目录里的{drug}，不能在本室改。", drug=drug.generic_name, code=item.code)
        return PlannedDrug(item, DrugAction.LEAVE, name, reasons=(sentence,))
    changes = tuple(
        FieldChange(field, getattr(drug, field), value)
        for field, value in item.values.items()
        if getattr(drug, field) != value
    )
    if any(change.field == "unit" for change in changes) and drug.code in with_stock:
        sentence = msg(
            "{drug}已有出入库记录，不能改最小单位（{before} 改 {after}）。请用新的编码。",
            drug=drug.generic_name, before=drug.unit, after=item.values["unit"],
        )  # fmt: skip
        return PlannedDrug(item, DrugAction.REFUSE, name, reasons=(sentence,))
    if drug.valid_to != item.valid_to:
        changes = (*changes, FieldChange("valid_to", drug.valid_to, item.valid_to))
    return PlannedDrug(item, DrugAction.CHANGE if changes else DrugAction.SAME, name, changes)


def _planned_new(item: ListedDrug, name: str, alike: Mapping[tuple[str, str], Drug]) -> PlannedDrug:
    missing = [
        words
        for field, words in (
            ("generic_name", msg("没有药品名称，没有导入。")),
            ("unit", msg("没有最小单位，没有导入。")),
            ("units_per_pack", msg("没有每包装数量，没有导入。")),
        )
        if not item.values.get(field)
    ]
    if missing:
        return PlannedDrug(item, DrugAction.REFUSE, name, reasons=tuple(missing))
    knows = bool(item.values.get("ingredients")) or (name, item.values.get("dosage_form", "")) in alike
    notes = () if knows else (msg("{drug}没有成分，发药时不能提示相互作用和重复用药。", drug=name),)
    return PlannedDrug(item, DrugAction.ADD, name, notes=notes)


def _known_products(drugs: Iterable[Drug]) -> dict[tuple[str, str], Drug]:
    """A drug with ingredients for each name, with its form and without."""
    known: dict[tuple[str, str], Drug] = {}
    for drug in drugs:
        if drug.ingredients:
            known.setdefault((drug.generic_name, drug.dosage_form), drug)
            known.setdefault((drug.generic_name, ""), drug)
    return known


def _ended(
    session: Session, desk: Desk, drugs: Iterable[Drug], listed: set[str], origin: str, day: date
) -> tuple[EndedDrug, ...]:
    """The drugs of the same origin that the list no longer has; the starter list makes way for the township's."""
    own = {OWN} if origin == OWN else {TOWNSHIP, STARTER}
    stock = _in_stock(session, desk)
    asked = _asked_for(session)
    ended = []
    for drug in sorted(drugs, key=lambda each: each.code):
        if drug.origin not in own or drug.code in listed or (drug.valid_to is not None and drug.valid_to < day):
            continue
        on_hand, requests = stock.get(drug.code, 0), asked.get(drug.code, 0)
        last = day + timedelta(days=USE_UP_DAYS) if on_hand or requests else day - timedelta(days=1)
        if drug.valid_to is not None:
            last = min(last, drug.valid_to)
        ended.append(EndedDrug(drug.code, drug.generic_name, drug.unit, last, on_hand, requests))
    return tuple(ended)


def _in_stock(session: Session, desk: Desk) -> dict[str, int]:
    batches = StockBatch.__table__
    summed = (
        select(batches.c.drug_code, func.sum(batches.c.on_hand))
        .where(batches.c.organisation_id == desk.place.id, batches.c.on_hand > 0)
        .group_by(batches.c.drug_code)
    )
    return {code: int(units) for code, units in session.execute(summed)}


def _asked_for(session: Session) -> dict[str, int]:
    """How many open requests ask for each drug."""
    counted = (
        select(DrugRequestLine.drug_code, func.count(DrugRequestLine.request_id.distinct()))
        .join(DrugRequest, DrugRequest.id == DrugRequestLine.request_id)
        .where(
            DrugRequest.state.not_in([state.value for state in CLOSED_STATES]),
            DrugRequestLine.is_skipped.is_(False),
            func.coalesce(DrugRequestLine.approved, DrugRequestLine.requested, 1) > 0,
        )
        .group_by(DrugRequestLine.drug_code)
    )
    return {code: int(count) for code, count in session.execute(counted)}


def _new_drug(planned: PlannedDrug, plan: UpdatePlan, alike: Mapping[tuple[str, str], Drug]) -> Drug:
    values = dict(planned.listed.values)
    like = alike.get((values["generic_name"], values.get("dosage_form", "")))
    if like is not None:
        for field in SAFETY_FIELDS:
            if values.get(field) in (None, ""):
                values[field] = getattr(like, field)
    values.setdefault("pack_unit", values["unit"])
    values.setdefault("price_fen", None)
    if "long_rx_allowed" not in values:
        values["long_rx_allowed"] = long_supply_allowed(
            atc_code=values.get("atc_code", ""),
            antibiotic_tier=values.get("antibiotic_tier", ""),
            special_control=values.get("special_control", ""),
            is_stored_cold=is_stored_cold(values.get("storage", ""), bool(values.get("cold_chain"))),
        )
    return Drug(
        id=new_id(),
        code=planned.listed.code,
        pinyin=initials(values["generic_name"]),
        origin=plan.origin,
        valid_from=planned.listed.valid_from or plan.day,
        valid_to=planned.listed.valid_to,
        **values,
    )


def _change(revisions: _Revisions, drug: Drug, planned: PlannedDrug, plan: UpdatePlan) -> None:
    values = {change.field: change.after for change in planned.changes}
    if drug.origin == STARTER and plan.origin == TOWNSHIP:
        drug.origin = TOWNSHIP
    if "generic_name" in values:
        drug.pinyin = initials(values["generic_name"])
    if values:
        revisions.revise(drug, values, "drug.change")


class _Revisions:
    """Changing drugs with their revisions; how many each has is asked once for all of them."""

    def __init__(self, session: Session, desk: Desk) -> None:
        self._session, self._desk = session, desk
        counted = select(Revision.entity_id, func.count()).where(Revision.entity == "drug").group_by(Revision.entity_id)
        self._numbers = {drug_id: int(count) for drug_id, count in session.execute(counted)}

    def revise(self, drug: Drug, values: Mapping[str, Any], action: str) -> None:
        """Set `values` of a drug and keep what they were before."""
        before = {name: _kept(getattr(drug, name)) for name in values}
        for name, value in values.items():
            setattr(drug, name, value)
        after = {name: _kept(value) for name, value in values.items()}
        number = self._numbers[drug.id] = self._numbers.get(drug.id, 0) + 1
        record_change(
            self._session, self._desk, action, "drug", drug.id, before=before, after=after, number=number
        )


def _kept(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
