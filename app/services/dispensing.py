"""发药: giving drugs to a resident, taking back what returns, and what a resident got. Who dispenses is who is signed in.

dispensing = Dispensing(desk)
draft = dispensing.open(resident_id)          # prefilled from the newest visits
judgement = dispensing.judge(draft)           # quantities, batches, warnings, what still stands against it
given = dispensing.give(draft)                # one transaction: document, movements, scans, revision
dispensing.labels(given.id)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.prescribing import PrescriptionKind
from app.domain.request_terms import Role
from app.domain.stock_value import total_value_fen
from app.domain.trace_codes import clean_code
from app.errors import UserError
from app.i18n import tr
from app.services.dispensing_beside import Beside, beside
from app.services.dispensing_drafts import (
    Draft,
    DraftLine,
    Unmatched,
    fresh_line,
    known_weight,
    opened_draft,
    repeated_draft,
)
from app.services.dispensing_judgement import (
    BATCH_REASON,
    JudgedLine,
    Judgement,
    Matter,
    judge,
    reasons_given,
)
from app.services.dispensing_returns import reverse_document, take_back, why_not_reversible
from app.services.dispensing_views import (
    GIVEN,
    CameBack,
    DispensingView,
    GivenBatch,
    GivenLine,
    lines_of,
    times_of_day,
    usage_words,
    view_of,
    views_of,
)
from app.services.document_steps import SUPPLY, refuse_other_roles
from app.services.history import record_change
from app.services.problems import Refused
from app.services.stock_dispense import ChosenBatch, Dispensed, dispense
from app.services.stock_documents import reason_problems
from app.services.trace_codes import CodeLookup, look_up, scan_out
from db.models import Dispensing as DispensingDocument
from db.models import DispensingLine, FormEntry, Resident, TraceCode, new_id

if TYPE_CHECKING:
    from app.printing.labels import LabelContent

__all__ = [
    "Beside", "CameBack", "ChosenBatch", "Dispensing", "DispensingView", "Draft", "DraftLine", "GivenBatch", "GivenLine",
    "JudgedLine", "Judgement", "Matter", "Unmatched", "usage_words",
]  # fmt: skip
ENTITY = "dispensing"
GIVING = (*SUPPLY, Role.HOME_TEAM)
"""Those who give drugs to residents: who keeps the shelf, and the family doctor's team."""


class Dispensing:
    """发药 at the clinic's desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open(self, resident_id: str, form_entry_id: str | None = None) -> Draft:
        """A draft with the medicines of a visit, or of the newest sheet of each disease. Raises UserError."""
        with self._desk.sessions.reading() as session:
            return opened_draft(session, self._desk, resident_id, form_entry_id)

    def again(self, dispensing_id: str) -> Draft:
        """按原样重新发: a new draft with what a dispensing gave. Raises UserError when there is none."""
        with self._desk.sessions.reading() as session:
            document = self._own(session, dispensing_id)
            known = known_weight(session.get_one(Resident, document.resident_id), self._desk.today())
            return repeated_draft(document, lines_of(session, [document.id]), known)

    def new_line(self, key: str, drug_code: str, kind: PrescriptionKind = PrescriptionKind.ORDINARY) -> DraftLine:
        """A line for a chosen drug, with its usual dose. Raises UserError for an unknown drug."""
        with self._desk.sessions.reading() as session:
            return fresh_line(session, key, drug_code, kind)

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
        given before gives what became of it, and books nothing. Raises DocumentRefused for who gives no drugs.
        """
        refuse_other_roles(self._desk, GIVING)
        with self._desk.sessions.writing() as session:
            done = session.get(DispensingDocument, draft.id) if draft.id else None
            if done is not None:
                return view_of(session, done)
            judgement = judge(session, self._desk, draft)
            if judgement.problems:
                raise Refused(judgement.problems)
            if draft.form_entry_id is not None:
                _refuse_strange_entry(session, draft)
            document = self._document(draft, judgement)
            session.add(document)
            session.flush()
            for position, line in enumerate(judgement.lines):
                key = f"{line.line.key}:{BATCH_REASON}"
                self._give_line(session, document, position, line, line.line.batch_reason or draft.reasons.get(key, ""))
            after = _kept(document, judgement)
            record_change(session, self._desk, "dispensing.give", ENTITY, document.id, before=None, after=after)
            return view_of(session, document)

    def give_back(
        self, dispensing_id: str, units: Mapping[str, int], reason: str, *, codes: Sequence[str] = ()
    ) -> DispensingView:
        """Take back `units` by line into quarantine; they are never given again. `codes` of the packs that came back.

        Raises Refused without a reason, for more than was given, or for a pack that was not given here.
        """
        refuse_other_roles(self._desk, GIVING)
        problems = reason_problems(reason)
        if problems:
            raise Refused(problems)
        with self._desk.sessions.writing() as session:
            document = self._own(session, dispensing_id)
            came = take_back(session, self._desk, document, units, reason, codes)
            document.revision += 1
            record_change(
                session, self._desk, "dispensing.give_back", ENTITY, document.id, before={"returned": came["before"]},
                after={"returned": came["after"]}, number=document.revision, reason=reason.strip(),
            )  # fmt: skip
            session.flush()
            return view_of(session, document)

    def reverse(self, dispensing_id: str, reason: str) -> DispensingView:
        """冲销 a dispensing of today that was entered by mistake: the drugs never left, and are on the shelf again.

        Their packs may be given again. Raises Refused without a reason, on a later day, or when something came back.
        """
        refuse_other_roles(self._desk, GIVING)
        problems = reason_problems(reason)
        if problems:
            raise Refused(problems)
        with self._desk.sessions.writing() as session:
            document = self._own(session, dispensing_id)
            reverse_document(session, self._desk, document, reason.strip()[:200])
            document.revision += 1
            record_change(
                session, self._desk, "dispensing.reverse", ENTITY, document.id, before={"state": GIVEN},
                after={"state": document.state}, number=document.revision, reason=reason.strip()[:200],
            )  # fmt: skip
            session.flush()
            return view_of(session, document)

    def why_not_reversible(self, dispensing_id: str) -> Message | None:
        """Why a dispensing can't be reversed; None when it can."""
        with self._desk.sessions.reading() as session:
            return why_not_reversible(session, self._desk, self._own(session, dispensing_id))

    def beside(self, resident_id: str) -> Beside:
        """What must be known of a resident before anything is given: allergies, weight, what he takes."""
        with self._desk.sessions.reading() as session:
            return beside(session, self._desk, resident_id)

    def get(self, dispensing_id: str) -> DispensingView:
        """One dispensing. Raises UserError when there is none."""
        with self._desk.sessions.reading() as session:
            document = session.get(DispensingDocument, dispensing_id)
            if document is None:
                raise UserError(msg("没有找到这张发药单。请刷新后再试。"))
            return view_of(session, document)

    def history(self, resident_id: str, limit: int = 50) -> list[DispensingView]:
        """What a resident was given, the newest first."""
        query = select(DispensingDocument).where(DispensingDocument.resident_id == resident_id)
        return self._listed(query, limit)

    def of_day(self, day: date | None = None, limit: int = 500) -> list[DispensingView]:
        """What was given here on a day (None today), the newest first."""
        day = day or self._desk.today()
        return self.of_days(day, day, limit)

    def of_days(self, since: date, until: date, limit: int = 500) -> list[DispensingView]:
        """What was given here from `since` to `until`, both included, the newest first."""
        query = select(DispensingDocument).where(
            DispensingDocument.organisation_id == self._desk.place.id,
            DispensingDocument.given_on >= since,
            DispensingDocument.given_on <= until,
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
                times=times_of_day(line),
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
            weight_kg=draft.weight_kg,
            warnings=reasons_given(draft, judgement.matters),
            created_at=self._desk.now(),
        )

    def _give_line(
        self, session: Session, document: DispensingDocument, position: int, judged: JudgedLine, batch_reason: str
    ) -> None:
        line, drug, quantity = judged.line, judged.drug, judged.quantity
        assert drug is not None, "judged, and nothing stood against it"
        assert quantity is not None, "judged, and nothing stood against it"
        given = dispense(
            session, self._desk, drug.code, quantity, resident_id=document.resident_id, document_id=document.id,
            chosen=judged.chosen, override_reason=batch_reason, days_of_supply=line.days, code=line.key,
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

    def _own(self, session: Session, dispensing_id: str) -> DispensingDocument:
        document = session.get(DispensingDocument, dispensing_id)
        if document is None or document.organisation_id != self._desk.place.id:
            raise UserError(msg("没有找到这张发药单。请刷新后再试。"))
        return document

    def _listed(self, query: Any, limit: int) -> list[DispensingView]:
        with self._desk.sessions.reading() as session:
            newest = query.order_by(DispensingDocument.created_at.desc(), DispensingDocument.id.desc())
            rows = session.scalars(newest.limit(limit)).all()
            return views_of(session, rows)


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
