"""发药: giving drugs to a resident, taking back what returns, and what a resident got. Who dispenses is who is signed in.

dispensing = Dispensing(desk)
draft = dispensing.open(resident_id)          # prefilled from the newest visits
judgement = dispensing.judge(draft)           # quantities, batches, warnings, what still stands against it
given = dispensing.give(draft)                # one transaction: document, movements, scans, revision
dispensing.labels(given.id)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.dosing_times import DAY_TIME_LABELS, dosing
from app.domain.message import Message, msg
from app.domain.movements import MovementKind, is_possible_quantity
from app.domain.prescribing import PrescriptionKind
from app.domain.quantities import up_to_two_places
from app.domain.stock_value import total_value_fen
from app.domain.trace_codes import CodeState, clean_code
from app.errors import UserError
from app.i18n import tr
from app.services.dispensing_drafts import Draft, DraftLine, Unmatched, opened_draft
from app.services.dispensing_judgement import JudgedLine, Judgement, Matter, judge, reasons_given
from app.services.history import record_change
from app.services.problems import Refused, refuse
from app.services.stock_dispense import ChosenBatch, Dispensed, dispense, return_from_resident
from app.services.stock_documents import reason_problems
from app.services.trace_codes import CodeLookup, look_up, scan_out, scans_of
from db.models import Dispensing as DispensingDocument
from db.models import (
    DispensingLine,
    FormEntry,
    Resident,
    StockBatch,
    StockMovement,
    TraceCode,
    TraceScan,
    new_id,
)

if TYPE_CHECKING:
    from app.printing.labels import LabelContent

__all__ = [
    "ChosenBatch", "Dispensing", "DispensingView", "Draft", "DraftLine", "GivenBatch", "GivenLine", "JudgedLine",
    "Judgement", "Matter", "Unmatched",
]  # fmt: skip
ENTITY = "dispensing"
GIVEN, RETURNED = "given", "returned"


@dataclass(frozen=True)
class GivenBatch:
    """Units of one batch that were given, with the scanned codes."""

    movement_id: str
    batch_no: str
    expiry: date | None
    units: int
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GivenLine:
    """One drug that was given; `returned` units came back."""

    id: str
    drug_code: str
    drug_name: str
    strength: str
    unit: str
    quantity: int
    returned: int
    dose: str
    times_per_day: Decimal | None
    days: int | None
    usage: str
    amount_fen: int | None
    batches: tuple[GivenBatch, ...] = ()


@dataclass(frozen=True)
class DispensingView:
    """What one resident was given at one time. `warnings` as shown, each with the doctor's reason."""

    id: str
    resident_id: str
    resident_name: str
    given_on: date
    diagnosis: str
    kind: PrescriptionKind
    user_name: str
    state: str
    lines: tuple[GivenLine, ...]
    warnings: tuple[Mapping[str, Any], ...]

    @property
    def amount_fen(self) -> int | None:
        """The value of what was given; None when one price is unknown."""
        amounts = [line.amount_fen for line in self.lines]
        return None if any(amount is None for amount in amounts) else sum(amount or 0 for amount in amounts)


class Dispensing:
    """发药 at the clinic's desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open(self, resident_id: str, form_entry_id: str | None = None) -> Draft:
        """A draft with the medicines of a visit, or of the newest sheet of each disease. Raises UserError."""
        with self._desk.sessions.reading() as session:
            return opened_draft(session, self._desk, resident_id, form_entry_id)

    def judge(self, draft: Draft) -> Judgement:
        """The draft with quantities, batches, warnings and what still stands against giving it; nothing is changed."""
        with self._desk.sessions.reading() as session:
            return judge(session, self._desk, draft)

    def look_up_code(self, scanned: str, drug_code: str = "") -> CodeLookup:
        """What a scanned trace code is, or why it can't be given."""
        with self._desk.sessions.reading() as session:
            return look_up(session, self._desk, scanned, drug_code)

    def give(self, draft: Draft) -> DispensingView:
        """Give what the draft says, whole or not at all.

        Raises Refused with a sentence for everything that stands against it: what blocks, what wants a reason or an answer,
        too little stock, another batch than the first to expire without a reason, a wrong trace code. A draft that was
        given before gives what became of it, and books nothing.
        """
        with self._desk.sessions.writing() as session:
            done = session.get(DispensingDocument, draft.id) if draft.id else None
            if done is not None:
                return _view(session, done)
            judgement = judge(session, self._desk, draft)
            if judgement.problems:
                raise Refused(judgement.problems)
            if draft.form_entry_id is not None:
                _refuse_strange_entry(session, draft)
            document = self._document(draft, judgement)
            session.add(document)
            session.flush()
            for position, line in enumerate(judgement.lines):
                self._give_line(session, document, position, line)
            after = _kept(document, judgement)
            record_change(session, self._desk, "dispensing.give", ENTITY, document.id, before=None, after=after)
            return _view(session, document)

    def give_back(
        self, dispensing_id: str, units: Mapping[str, int], reason: str, *, codes: Sequence[str] = ()
    ) -> DispensingView:
        """Take back `units` by line into quarantine; they are never given again. `codes` of the packs that came back.

        Raises Refused without a reason, for more than was given, or for a pack that was not given here.
        """
        problems = reason_problems(reason)
        if problems:
            raise Refused(problems)
        with self._desk.sessions.writing() as session:
            document = session.get(DispensingDocument, dispensing_id)
            if document is None or document.organisation_id != self._desk.place.id:
                raise UserError(msg("没有找到这张发药单。请刷新后再试。"))
            lines = {line.id: line for line in _lines(session, [document.id])}
            if not any(units.values()) or set(units) - set(lines):
                raise refuse("quantity", msg("请填写退回的药品和数量。"))
            before = {lines[line_id].drug_code: lines[line_id].returned for line_id in units}
            movements: list[str] = []
            for line_id, count in units.items():
                if count:
                    movements += self._take_back(session, document, lines[line_id], count, reason)
            self._mark_returned(session, document, movements, codes)
            if all(line.returned == line.quantity for line in lines.values()):
                document.state = RETURNED
            document.revision += 1
            record_change(
                session, self._desk, "dispensing.give_back", ENTITY, document.id, before={"returned": before},
                after={"returned": {lines[line_id].drug_code: lines[line_id].returned for line_id in units}},
                number=document.revision, reason=reason.strip(),
            )  # fmt: skip
            session.flush()
            return _view(session, document)

    def get(self, dispensing_id: str) -> DispensingView:
        """One dispensing. Raises UserError when there is none."""
        with self._desk.sessions.reading() as session:
            document = session.get(DispensingDocument, dispensing_id)
            if document is None:
                raise UserError(msg("没有找到这张发药单。请刷新后再试。"))
            return _view(session, document)

    def history(self, resident_id: str, limit: int = 50) -> list[DispensingView]:
        """What a resident was given, the newest first."""
        query = select(DispensingDocument).where(DispensingDocument.resident_id == resident_id)
        return self._listed(query, limit)

    def of_day(self, day: date | None = None, limit: int = 500) -> list[DispensingView]:
        """What was given here on a day (None today), the newest first."""
        query = select(DispensingDocument).where(
            DispensingDocument.organisation_id == self._desk.place.id, DispensingDocument.given_on == (day or self._desk.today())
        )
        return self._listed(query, limit)

    def labels(self, dispensing_id: str) -> tuple[LabelContent, ...]:
        """A label for each drug and batch that was given and not returned whole."""
        from app.printing.labels import LabelContent

        view = self.get(dispensing_id)
        return tuple(
            LabelContent(
                clinic=self._desk.place.name,
                phone=self._desk.place.phone,
                resident=view.resident_name,
                drug=line.drug_name,
                strength=line.strength,
                quantity=tr("{units} {unit}", units=batch.units, unit=line.unit),
                usage=usage_words(line.dose, line.times_per_day, line.usage),
                times=_times_of_day(line),
                days="" if line.days is None else tr("{days} 天", days=line.days),
                batch_no=batch.batch_no,
                expiry="" if batch.expiry is None else batch.expiry.isoformat(),
                given_on=view.given_on.isoformat(),
            )
            for line in view.lines
            if line.returned < line.quantity
            for batch in line.batches
        )

    def _document(self, draft: Draft, judgement: Judgement) -> DispensingDocument:
        return DispensingDocument(
            id=draft.id or new_id(),
            organisation_id=self._desk.place.id,
            resident_id=draft.resident_id,
            form_entry_id=draft.form_entry_id,
            given_on=self._desk.today(),
            diagnosis=draft.diagnosis.strip()[:200],
            kind=draft.kind.value,
            user_id=self._desk.actor.user_id,
            user_name=self._desk.actor.name,
            state=GIVEN,
            warnings=reasons_given(draft, judgement.matters),
            created_at=self._desk.now(),
        )

    def _give_line(self, session: Session, document: DispensingDocument, position: int, judged: JudgedLine) -> None:
        line, drug, quantity = judged.line, judged.drug, judged.quantity
        assert drug is not None, "judged, and nothing stood against it"
        assert quantity is not None, "judged, and nothing stood against it"
        given = dispense(
            session, self._desk, drug.code, quantity, resident_id=document.resident_id, document_id=document.id,
            chosen=judged.chosen, override_reason=line.batch_reason, days_of_supply=line.days, code=line.key,
        )  # fmt: skip
        taken = sum(pick.units for pick in given.picks)
        session.add(
            DispensingLine(
                dispensing_id=document.id,
                position=position,
                drug_code=drug.code,
                drug_name=drug.name,
                strength=drug.strength,
                unit=drug.unit,
                quantity=taken,
                dose=line.dose.strip()[:30],
                times_per_day=line.times_per_day,
                days=line.days,
                usage=line.usage.strip()[:100],
                amount_fen=total_value_fen((pick.units, pick.price_fen, pick.units_per_pack) for pick in given.picks),
            )
        )
        session.flush()
        for movement_id, codes in _codes_by_movement(session, self._desk, line.codes, given).items():
            scan_out(session, self._desk, movement_id, codes, code=line.key)

    def _take_back(
        self, session: Session, document: DispensingDocument, line: DispensingLine, count: int, reason: str
    ) -> list[str]:
        """Return units of a line, the batches given last first; gives the movements."""
        left = line.quantity - line.returned
        if not is_possible_quantity(count) or count > left:
            sentence = msg(
                "{drug}最多可退 {left} {unit}，您填的是 {count}。请核对。",
                drug=line.drug_name, left=left, unit=line.unit, count=count,
            )  # fmt: skip
            raise refuse(line.id, sentence)
        movements = []
        for movement_id, still_out in reversed(_still_out(session, document.id, line.drug_code)):
            part = min(count, still_out)
            if part:
                back = return_from_resident(session, self._desk, movement_id, part, reason=reason, code=line.id)
                movements.append(back.id)
                count -= part
        line.returned = line.returned + sum(
            movement.quantity for movement in session.scalars(select(StockMovement).where(StockMovement.id.in_(movements)))
        )
        return movements

    def _mark_returned(
        self, session: Session, document: DispensingDocument, movements: Sequence[str], codes: Sequence[str]
    ) -> None:
        """The packs that came back are no packs to be given again."""
        if not codes:
            return
        given = set(
            session.scalars(
                select(TraceScan.code)
                .join(StockMovement, StockMovement.id == TraceScan.movement_id)
                .where(StockMovement.document_id == document.id, StockMovement.kind == MovementKind.DISPENSE.value)
            )
        )
        for each in dict.fromkeys(clean_code(code) for code in codes):
            row = session.get(TraceCode, (each, self._desk.place.id))
            if row is None or each not in given:
                raise refuse("codes", msg("追溯码 {code} 不是这张发药单发出的。没有记，请核对。", code=each[:24]))
            if row.units_left == 0:
                row.state = CodeState.RETURNED.value
            session.add(TraceScan(code=each, movement_id=movements[0], quantity=0))

    def _listed(self, query: Any, limit: int) -> list[DispensingView]:
        with self._desk.sessions.reading() as session:
            newest = query.order_by(DispensingDocument.created_at.desc(), DispensingDocument.id.desc())
            rows = session.scalars(newest.limit(limit)).all()
            return _views(session, rows)


def usage_words(dose: str, times_per_day: Decimal | None, usage: str) -> str:
    """How it is taken, as the label says it: 每日 3 次，每次 2片，饭后."""
    parts: list[Message] = []
    if times_per_day is not None:
        parts.append(msg("每日 {times} 次", times=up_to_two_places(times_per_day)))
    if dose.strip():
        parts.append(msg("每次 {dose}", dose=dose.strip()))
    words = [tr(part) for part in parts] + ([usage.strip()] if usage.strip() else [])
    return tr("，").join(words)


def _times_of_day(line: GivenLine) -> str:
    times = line.times_per_day
    whole = int(times) if times is not None and times == times.to_integral_value() else None
    found = dosing(whole, line.usage)
    return tr("、").join(tr(DAY_TIME_LABELS[time]) for time in found.times)


def _refuse_strange_entry(session: Session, draft: Draft) -> None:
    entry = session.get(FormEntry, draft.form_entry_id)
    if entry is None or entry.resident_id != draft.resident_id or entry.state == "void":
        raise UserError(msg("这次随访或接诊不是这位居民的，没有发药。请重新打开居民再试。"))


def _codes_by_movement(
    session: Session, desk: Desk, codes: Sequence[str], given: Dispensed
) -> dict[str, list[str]]:
    """The scanned codes of each movement by the batch that they belong to; strangers go to the first, which refuses them."""
    by_batch = {pick.batch_id: movement.id for pick, movement in zip(given.picks, given.movements, strict=True)}
    found: dict[str, list[str]] = {movement.id: [] for movement in given.movements}
    for each in codes:
        row = session.get(TraceCode, (clean_code(each), desk.place.id))
        movement_id = by_batch.get(row.batch_id) if row is not None else None
        found[movement_id or given.movements[0].id].append(each)
    return found


def _still_out(session: Session, document_id: str, drug_code: str) -> list[tuple[str, int]]:
    """The movements that gave a drug, with the units of each that have not come back."""
    batches = {
        batch.id: (batch.batch_no, batch.expiry, batch.manufacturer, batch.price_fen, batch.units_per_pack)
        for batch in session.scalars(select(StockBatch).where(StockBatch.drug_code == drug_code))
    }
    rows = session.scalars(
        select(StockMovement)
        .where(StockMovement.document_id == document_id, StockMovement.drug_code == drug_code)
        .order_by(StockMovement.occurred_at, StockMovement.id)
    ).all()
    back: dict[tuple[object, ...], int] = {}
    for row in rows:
        if row.kind == MovementKind.RETURN_FROM_RESIDENT.value:
            identity = batches[row.batch_id]
            back[identity] = back.get(identity, 0) + row.quantity
    found = []
    for row in rows:
        if row.kind == MovementKind.DISPENSE.value and row.reverses_id is None:
            identity = batches[row.batch_id]
            returned = min(-row.quantity, back.get(identity, 0))
            back[identity] = back.get(identity, 0) - returned
            found.append((row.id, -row.quantity - returned))
    return found


def _kept(document: DispensingDocument, judgement: Judgement) -> dict[str, Any]:
    """The first revision: what was given, without what stands in the movements."""
    return {
        "resident_id": document.resident_id,
        "given_on": document.given_on.isoformat(),
        "kind": document.kind,
        "diagnosis": document.diagnosis,
        "lines": [
            {
                "drug_code": line.line.drug_code,
                "quantity": line.quantity,
                "dose": line.line.dose,
                "times_per_day": None if line.line.times_per_day is None else str(line.line.times_per_day),
                "days": line.line.days,
            }
            for line in judgement.lines
        ],
    }


def _lines(session: Session, ids: Sequence[str]) -> list[DispensingLine]:
    query = select(DispensingLine).where(DispensingLine.dispensing_id.in_(ids))
    return list(session.scalars(query.order_by(DispensingLine.dispensing_id, DispensingLine.position)))


def _view(session: Session, document: DispensingDocument) -> DispensingView:
    return _views(session, [document])[0]


def _views(session: Session, documents: Sequence[DispensingDocument]) -> list[DispensingView]:
    ids = [document.id for document in documents]
    names = dict(
        session.execute(
            select(Resident.id, Resident.name).where(Resident.id.in_({each.resident_id for each in documents}))
        ).all()
    )
    movements = session.execute(
        select(
            StockMovement.id, StockMovement.document_id, StockMovement.drug_code, StockMovement.quantity,
            StockBatch.batch_no, StockBatch.expiry,
        )
        .join(StockBatch, StockBatch.id == StockMovement.batch_id)
        .where(StockMovement.document_id.in_(ids), StockMovement.kind == MovementKind.DISPENSE.value)
        .order_by(StockBatch.expiry, StockBatch.batch_no, StockMovement.id)
    ).all()  # fmt: skip
    scans = scans_of(session, [row.id for row in movements])
    batches: dict[tuple[str, str], list[GivenBatch]] = {}
    for row in movements:
        codes = tuple(code for code, _units in scans.get(row.id, ()))
        given = GivenBatch(row.id, row.batch_no, row.expiry, -row.quantity, codes)
        batches.setdefault((row.document_id, row.drug_code), []).append(given)
    lines: dict[str, list[GivenLine]] = {}
    for line in _lines(session, ids):
        lines.setdefault(line.dispensing_id, []).append(
            GivenLine(
                line.id, line.drug_code, line.drug_name, line.strength, line.unit, line.quantity, line.returned,
                line.dose, line.times_per_day, line.days, line.usage, line.amount_fen,
                tuple(batches.get((line.dispensing_id, line.drug_code), ())),
            )
        )
    return [
        DispensingView(
            each.id, each.resident_id, names.get(each.resident_id, ""), each.given_on, each.diagnosis,
            PrescriptionKind(each.kind), each.user_name, each.state, tuple(lines.get(each.id, ())), tuple(each.warnings),
        )
        for each in documents
    ]
