"""发药审核: a draft with its quantities, batches and everything that the rules say of it; nothing is changed.

Every warning and finding is a `Matter` with a key. A matter that blocks stays; one that wants a reason or an answer is open
until the draft gives it. In an emergency a forbidden combination may be given with a reason, an allergy never.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.doses import strength_in
from app.domain.dosing_times import Dosing, dosing
from app.domain.drug_warnings import DrugWarning, WarningKind, Weight, diagnosis_warnings, warnings_for
from app.domain.message import Message, msg
from app.domain.movements import LARGEST_QUANTITY, is_possible_quantity
from app.domain.packs import packs_for
from app.domain.prescribing import (
    LEAST_WEIGHT,
    MOST_DAYS,
    MOST_WEIGHT,
    WEIGHED_UNDER_YEARS,
    Finding,
    PrescribedLine,
    Prescription,
    PrescriptionKind,
    check_prescription,
    units_needed,
)
from app.domain.quantities import exact
from app.domain.request_checks import has_meaning
from app.domain.stock_value import total_value_fen
from app.domain.trace_codes import ON_SHELF, clean_code, codes_for
from app.drug_rules import drug_rules
from app.forms.vocabulary import Level, Problem
from app.services.catalogue import DrugView, drug_view
from app.services.dispensing_drafts import Draft, DraftLine, is_weighed
from app.services.dispensing_people import (
    active,
    diagnosis_codes,
    patient_of,
    running_drugs,
    supplies_of,
    units_of_dose,
)
from app.services.settings import stored_values
from app.services.stock_dispense import ChosenBatch, PickedBatch, Proposal, propose_picks
from app.services.trace_codes import uncoded_units
from db.models import Drug, Resident, StockBatch, TraceCode

INFUSION_SETTING = "antibiotic_injection_approved"
MOST_DOSE, MOST_USAGE, MOST_DIAGNOSIS = 30, 100, 200
WEIGHT, BATCH_REASON = "weight", "batch_reason"
"""Keys of matters: of the weight, and behind the key of a line of its batches."""
LEVEL_OF = {Weight.BLOCK: 1, Weight.REASON: 2, Weight.ASK: 2, Weight.NOTICE: 3}


@dataclass(frozen=True)
class Matter:
    """Something to look at. `key` names it in `Draft.reasons` and `Draft.confirmed`; `lines` the lines that it concerns.

    `given` a reason that the line itself brought.
    """

    key: str
    weight: Weight
    lines: tuple[str, ...]
    effect: Message
    action: Message | None = None
    source: Message | None = None
    level: int = 3
    kind: str = ""
    given: str = ""

    def reason(self, draft: Draft) -> str:
        """What the doctor said to it, or empty."""
        return (draft.reasons.get(self.key, "").strip() or self.given.strip())[:200]

    def is_open(self, draft: Draft) -> bool:
        """Whether it still stands against giving."""
        if self.weight is Weight.BLOCK:
            return True
        if self.weight is Weight.REASON:
            return not has_meaning(self.reason(draft))
        return self.weight is Weight.ASK and self.key not in draft.confirmed

    @property
    def sentence(self) -> Message:
        """What it says, with what to do."""
        return self.effect if self.action is None else msg("{effect}{action}", effect=self.effect, action=self.action)


@dataclass(frozen=True)
class JudgedLine:
    """One line worked out: `needed` for its usage, `quantity` that would be given, from which batches, for how many days.

    `chosen` are the batches when others than the first to expire are taken, by hand or by the scanned codes. `codes_wanted`
    are the packs of these batches that have a code to be scanned, all counted as full.
    """

    line: DraftLine
    drug: DrugView | None
    quantity: int | None = None
    needed: int | None = None
    days_covered: int | None = None
    picks: tuple[PickedBatch, ...] = ()
    chosen: tuple[ChosenBatch, ...] = ()
    available: int = 0
    shortfall: int = 0
    amount_fen: int | None = None
    times: Dosing | None = None
    codes_wanted: int = 0


@dataclass(frozen=True)
class Judgement:
    """The draft with everything worked out. `problems` are what stands against giving it now."""

    draft: Draft
    lines: tuple[JudgedLine, ...]
    matters: tuple[Matter, ...]
    problems: tuple[Problem, ...]

    @property
    def amount_fen(self) -> int | None:
        """The value of everything, None when one price is unknown."""
        amounts = [line.amount_fen for line in self.lines]
        return None if any(amount is None for amount in amounts) else sum(amount or 0 for amount in amounts)


def judge(session: Session, desk: Desk, draft: Draft) -> Judgement:
    """Everything about a draft. Raises nothing for wrong values: they are among the problems."""
    resident = session.get(Resident, draft.resident_id)
    if resident is None:
        problem = Problem("resident", Level.REFUSE, msg("没有找到这位居民，可能已被移到别处。请重新查找。"))
        return Judgement(draft, (), (), (problem,))
    drugs = {drug.code: drug for drug in session.scalars(select(Drug))}
    supplies = supplies_of(session, resident.id, desk.today(), drugs)
    lines = tuple(_judged(session, desk, line, drugs.get(line.drug_code)) for line in draft.lines)
    matters = [*_matters_of_person(resident, draft, desk.today()), *_matters_of_lines(lines, desk)]
    if len(draft.diagnosis.strip()) > MOST_DIAGNOSIS:
        sentence = msg("诊断最多 {most} 个字，请写短一些。", most=MOST_DIAGNOSIS)
        matters.append(Matter("diagnosis", Weight.BLOCK, (), sentence, level=1))
    known = [line for line in lines if line.drug is not None]
    prescribed = tuple(
        replace(_prescribed(line, drugs[line.line.drug_code]), last=supplies.get(line.line.drug_code)) for line in known
    )
    prescription = Prescription(
        prescribed, draft.kind, desk.today(), draft.has_signed, stored_values(session)[INFUSION_SETTING] is True
    )
    matters += [_matter_of_finding(finding) for finding in check_prescription(prescription)]
    patient = patient_of(session, draft, resident)
    actives = [
        active(drugs[line.line.drug_code], line.line.key, daily_units=each.units_a_day)
        for line, each in zip(known, prescribed, strict=True)
    ]
    running = running_drugs(session, desk, resident.id, supplies, drugs)
    is_long = draft.kind is PrescriptionKind.LONG
    warnings = warnings_for(actives, running, patient, drug_rules(), desk.today(), is_long=is_long)
    diagnoses = diagnosis_codes(draft.diagnosis)
    matters += [_matter_of_warning(each, draft.kind) for each in (*warnings, *diagnosis_warnings(actives, diagnoses))]
    if not patient.is_allergy_known and lines:
        asked = msg("档案里没有药物过敏史。"), msg("请问清楚后再发，并补记到档案。")
        matters.append(Matter("allergy_unknown", Weight.ASK, (), *asked, level=2))
    return Judgement(draft, lines, tuple(matters), tuple(_problems(draft, matters)))


def _judged(session: Session, desk: Desk, line: DraftLine, drug: Drug | None) -> JudgedLine:
    if drug is None:
        return JudgedLine(line, None)
    a_time = units_of_dose(line.dose, drug)
    times = _times(line)
    needed = None
    if a_time and times and a_time > 0 and times > 0 and line.days is not None and 0 < line.days <= MOST_DAYS:
        needed = units_needed(a_time, times, line.days)
    quantity = line.quantity
    if quantity is None and needed is not None:
        quantity = needed if drug.is_splittable else (packs_for(needed, drug.units_per_pack) or 0) * drug.units_per_pack
    whole = times is not None and times.denominator == 1
    result = JudgedLine(
        line, drug_view(drug), quantity, needed,
        times=dosing(int(times) if times is not None and whole else None, f"{line.usage}"),
    )  # fmt: skip
    if quantity is None or not is_possible_quantity(quantity):
        return result
    proposal = propose_picks(session, desk, drug.code, quantity, days_of_supply=line.days)
    chosen = line.batches or _chosen_by_codes(session, desk, line, quantity, proposal)
    picks = _picked_by_hand(session, chosen) if chosen else proposal.picks
    covered = None
    if a_time and times and a_time > 0 and times > 0:
        covered = int(Fraction(quantity) / (a_time * times))
    return replace(
        result,
        days_covered=covered,
        picks=picks,
        chosen=chosen,
        available=_usable(session, desk, drug.code),
        shortfall=0 if chosen else proposal.shortfall,
        amount_fen=_value(picks, quantity),
        codes_wanted=_codes_wanted(session, desk, drug, picks),
    )


def _value(picks: tuple[PickedBatch, ...], quantity: int) -> int | None:
    """What the units cost; None while some of them are missing."""
    if sum(pick.units for pick in picks) < quantity:
        return None
    return total_value_fen((pick.units, pick.price_fen, pick.units_per_pack) for pick in picks)


def _codes_wanted(session: Session, desk: Desk, drug: Drug, picks: tuple[PickedBatch, ...]) -> int:
    if not drug.has_trace_code:
        return 0
    return sum(
        codes_for(pick.units - uncoded_units(session, desk, pick.batch_id), pick.units_per_pack) for pick in picks
    )


def _chosen_by_codes(
    session: Session, desk: Desk, line: DraftLine, quantity: int, proposal: Proposal
) -> tuple[ChosenBatch, ...]:
    """The batches that the scanned packs belong to; () when they are among those that expire first anyway."""
    codes = dict.fromkeys(clean_code(each) for each in line.codes)
    found = [row for code in codes if (row := session.get(TraceCode, (code, desk.place.id))) is not None]
    packs = [row for row in found if row.drug_code == line.drug_code and row.state in ON_SHELF]
    if {row.batch_id for row in packs} <= {pick.batch_id for pick in proposal.picks}:
        return ()
    wanted: dict[str, int] = {}
    left = quantity
    for row in packs:
        units = min(left, row.units_left)
        if units:
            wanted[row.batch_id] = wanted.get(row.batch_id, 0) + units
            left -= units
    for pick in proposal.picks:
        units = min(left, pick.units - wanted.get(pick.batch_id, 0))
        if units > 0:
            wanted[pick.batch_id] = wanted.get(pick.batch_id, 0) + units
            left -= units
    if wanted == {pick.batch_id: pick.units for pick in proposal.picks}:
        return ()
    return tuple(ChosenBatch(batch_id, units) for batch_id, units in wanted.items())


def _picked_by_hand(session: Session, chosen: tuple[ChosenBatch, ...]) -> tuple[PickedBatch, ...]:
    picks = []
    for choice in chosen:
        batch = session.get(StockBatch, choice.batch_id)
        if batch is not None:
            picks.append(
                PickedBatch(batch.id, batch.batch_no, batch.expiry, choice.units, batch.price_fen, batch.units_per_pack)
            )
    return tuple(picks)


def _usable(session: Session, desk: Desk, drug_code: str) -> int:
    rows = session.execute(
        select(StockBatch.on_hand, StockBatch.reserved, StockBatch.expiry, StockBatch.hold).where(
            StockBatch.organisation_id == desk.place.id, StockBatch.drug_code == drug_code, StockBatch.on_hand > 0
        )
    )
    today = desk.today()
    return sum(
        max(0, row.on_hand - row.reserved)
        for row in rows
        if not row.hold and (row.expiry is None or row.expiry >= today)
    )


def _times(line: DraftLine) -> Fraction | None:
    return None if line.times_per_day is None else Fraction(exact(line.times_per_day))


def _prescribed(line: JudgedLine, drug: Drug) -> PrescribedLine:
    most = exact(drug.max_daily_dose) if drug.max_daily_dose else None
    expiries = [pick.expiry for pick in line.picks if pick.expiry is not None]
    return PrescribedLine(
        key=line.line.key,
        drug=drug.generic_name,
        unit=drug.unit,
        quantity=line.quantity,
        units_a_time=units_of_dose(line.line.dose, drug),
        times=_times(line.line),
        days=line.line.days,
        ingredients=tuple(part for part in drug.ingredients.split(";") if part),
        max_daily=None if most is None else Fraction(most),
        per_unit=strength_in(drug.dose_unit, drug.strength, drug.unit),
        is_splittable=drug.is_splittable,
        units_per_pack=drug.units_per_pack,
        is_long_allowed=drug.long_rx_allowed,
        special_control=drug.special_control,
        antibiotic_tier=drug.antibiotic_tier,
        route=drug.route,
        shortest_expiry=min(expiries, default=None),
    )


def _matters_of_person(resident: Resident, draft: Draft, day: date) -> list[Matter]:
    found = []
    if resident.state != "active":
        sentence = msg("{name}已不在本村管理（迁出、死亡或注销），不能发药。请核对是不是这位居民。", name=resident.name)
        found.append(Matter("resident_state", Weight.BLOCK, (), sentence, level=1))
    if draft.weight_kg is None and is_weighed(resident, day):
        sentence = msg("未满 {years} 岁，用量要按体重：请填写今天的体重（千克）。", years=WEIGHED_UNDER_YEARS)
        found.append(Matter(WEIGHT, Weight.BLOCK, (), sentence, level=1))
    elif draft.weight_kg is not None and not LEAST_WEIGHT <= draft.weight_kg <= MOST_WEIGHT:
        sentence = msg(
            "体重请填 {low} 到 {high} 千克之间的数，您填的是 {written}。",
            low=LEAST_WEIGHT, high=MOST_WEIGHT, written=draft.weight_kg,
        )  # fmt: skip
        found.append(Matter(WEIGHT, Weight.BLOCK, (), sentence, level=1))
    return found


def _matters_of_lines(lines: tuple[JudgedLine, ...], desk: Desk) -> list[Matter]:
    found = []
    seen: set[str] = set()
    today = desk.today()
    for each in lines:
        key = each.line.key
        if each.drug is None:
            sentence = msg("目录里没有这个药品，不能发。请在目录里选择。")
            found.append(Matter(f"{key}:no_drug", Weight.BLOCK, (key,), sentence, level=1))
            continue
        if each.line.drug_code in seen:
            sentence = msg("{drug}写了两行，请合成一行。", drug=each.drug.name)
            found.append(Matter(f"{key}:twice", Weight.BLOCK, (key,), sentence, level=1))
        seen.add(each.line.drug_code)
        if each.drug.valid_to is not None and each.drug.valid_to < today:
            sentence = msg(
                "{drug}已经不在目录里（{day} 止），不能再发。剩下的请退回卫生院。", drug=each.drug.name, day=each.drug.valid_to
            )
            found.append(Matter(f"{key}:not_listed", Weight.BLOCK, (key,), sentence, level=1))
        if each.quantity is not None and each.quantity >= 1 and not is_possible_quantity(each.quantity):
            sentence = msg(
                "{drug}的数量请填 1 到 {most} 之间的整数（{unit}），您填的是 {written}。",
                drug=each.drug.name, most=LARGEST_QUANTITY, unit=each.drug.unit, written=each.quantity,
            )  # fmt: skip
            found.append(Matter(f"{key}:not_whole", Weight.BLOCK, (key,), sentence, level=1))
        for text, most, label in ((each.line.dose, MOST_DOSE, msg("每次用量")), (each.line.usage, MOST_USAGE, msg("用法"))):
            if len(text.strip()) > most:
                sentence = msg("{drug}的{field}最多 {most} 个字，请写短一些。", drug=each.drug.name, field=label, most=most)
                found.append(Matter(f"{key}:too_long:{most}", Weight.BLOCK, (key,), sentence, level=1))
        if each.shortfall:
            sentence = msg(
                "{drug}可用的只有 {available} {unit}，要发 {quantity} {unit}，还差 {missing} {unit}。请减少数量或先申领。",
                drug=each.drug.name, available=each.available, unit=each.drug.unit, quantity=each.quantity,
                missing=each.shortfall,
            )  # fmt: skip
            found.append(Matter(f"{key}:shortfall", Weight.BLOCK, (key,), sentence, level=1))
        if each.chosen:
            sentence = msg("{drug}没有按“先到期先用”选批次，请写明原因。", drug=each.drug.name)
            wanted = Matter(f"{key}:{BATCH_REASON}", Weight.REASON, (key,), sentence, level=2, given=each.line.batch_reason)
            found.append(wanted)
    return found


def _matter_of_finding(finding: Finding) -> Matter:
    lines = () if finding.key is None else (finding.key,)
    key = finding.code if finding.key is None else f"{finding.key}:{finding.code}"
    level = LEVEL_OF[finding.weight]
    return Matter(key, finding.weight, lines, finding.message, source=msg("处方管理办法和长期处方规定"), level=level)


def _matter_of_warning(warning: DrugWarning, kind: PrescriptionKind) -> Matter:
    weight = warning.weight
    if weight is Weight.BLOCK and kind is PrescriptionKind.EMERGENCY and warning.kind is not WarningKind.ALLERGY:
        weight = Weight.REASON
    return Matter(
        f"{'+'.join(warning.keys)}:{warning.code}", weight, warning.keys, warning.effect, warning.action, warning.source,
        warning.level, warning.kind.value,
    )  # fmt: skip


def _problems(draft: Draft, matters: list[Matter]) -> list[Problem]:
    problems = []
    for matter in matters:
        if matter.is_open(draft):
            level = Level.ASK if matter.weight is Weight.ASK else Level.REFUSE
            problems.append(Problem(matter.key, level, matter.sentence))
    return problems


def reasons_given(draft: Draft, matters: tuple[Matter, ...]) -> list[Mapping[str, object]]:
    """What was shown and what the doctor said to it, as the dispensing keeps it."""
    return [
        {
            "key": matter.key,
            "level": matter.level,
            "weight": matter.weight.value,
            "kind": matter.kind,
            "effect": str(matter.effect),
            "action": "" if matter.action is None else str(matter.action),
            "source": "" if matter.source is None else str(matter.source),
            "reason": matter.reason(draft),
        }
        for matter in matters
    ]
