"""目录下发: the township's whole list as an envelope to a clinic, and taking it in there. A repeat changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.errors import UserError
from app.exchange.envelope import Envelope
from app.services.catalogue import listed_on
from app.services.catalogue_update import (
    FIELDS,
    TOWNSHIP,
    DrugAction,
    ListedDrug,
    UpdatePlan,
    apply_update,
    plan_update,
)
from app.services.document_steps import TOWNSHIP_SUPPLY, refuse_other_roles
from app.services.history import add_audit
from app.services.post import TakenIn, write_envelope
from app.services.problems import joined
from app.services.request_steps import replace_unsent_about
from db.models import Drug, ExchangeMessage, Organisation, Setting

if TYPE_CHECKING:
    from app.exchange.bodies import CatalogueDrug

ISSUED_AT = "catalogue_issued_at"
"""When the township issued the list that this clinic took in last."""
NAMED_AT_MOST = 5
FAST_CLOCK = timedelta(days=1)
"""How far a township's clock may run ahead."""


@dataclass(frozen=True)
class ClinicOfList:
    """A clinic that gets the list. `sent_at` when the last one was written for it, `state` what became of it."""

    clinic_id: str
    name: str
    sent_at: datetime | None
    state: str


class CatalogueExchange:
    """目录下发 from the township."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def clinics(self) -> list[ClinicOfList]:
        """The paired clinics of this centre by name, with the list that was written for each last."""
        with self._desk.sessions.reading() as session:
            clinics = session.execute(
                select(Organisation.id, Organisation.name)
                .where(Organisation.parent_id == self._desk.place.id, Organisation.paired_at.is_not(None))
                .order_by(Organisation.name)
            ).all()
            sent = {
                row.recipient_id: row
                for row in session.execute(
                    select(ExchangeMessage.recipient_id, ExchangeMessage.at, ExchangeMessage.state)
                    .where(ExchangeMessage.kind == "catalogue", ExchangeMessage.direction == "sent")
                    .order_by(ExchangeMessage.at)
                )
            }
        found = [(clinic, sent.get(clinic.id)) for clinic in clinics]
        return [
            ClinicOfList(clinic.id, clinic.name, row.at if row else None, row.state if row else "")
            for clinic, row in found
        ]

    def issue(self, clinic_id: str) -> str:
        """Write the list as it stands today for one clinic; gives the id of the envelope, to be saved as a file.

        An earlier one that was not handed over is replaced. Raises UserError at a clinic, for a clinic of another
        centre, and for who is not the township's pharmacist or manager.
        """
        self._refuse_others()
        with self._desk.sessions.writing() as session:
            return self._issue(session, clinic_id).id

    def issue_to_all(self) -> dict[str, str]:
        """The same for every paired clinic of this centre: envelope ids by clinic."""
        self._refuse_others()
        with self._desk.sessions.writing() as session:
            clinics = session.scalars(
                select(Organisation.id).where(
                    Organisation.parent_id == self._desk.place.id, Organisation.paired_at.is_not(None)
                )
            )
            return {clinic_id: self._issue(session, clinic_id).id for clinic_id in list(clinics)}

    def _refuse_others(self) -> None:
        if self._desk.place.kind == "township":
            refuse_other_roles(self._desk, TOWNSHIP_SUPPLY)

    def _issue(self, session: Session, clinic_id: str) -> ExchangeMessage:
        from app.exchange.bodies import CatalogueBody, CatalogueDrug

        clinic = session.get(Organisation, clinic_id)
        if self._desk.place.kind != "township" or clinic is None or clinic.parent_id != self._desk.place.id:
            raise UserError(msg("目录只能由卫生院发给所属的村卫生室，没有生成文件。"))
        today = self._desk.today()
        drugs = session.scalars(select(Drug).where(listed_on(today)).order_by(Drug.code))
        listed = tuple(
            CatalogueDrug(
                code=drug.code, valid_from=drug.valid_from, valid_to=drug.valid_to,
                **{field: getattr(drug, field) for field in FIELDS},
            )
            for drug in drugs
        )  # fmt: skip
        if not listed:
            raise UserError(msg("目录是空的，没有生成文件。请先导入目录。"))
        body = CatalogueBody(
            issued_at=self._desk.now(), issued_by_name=self._desk.actor.name, day=today, drugs=listed
        )
        replace_unsent_about(session, clinic_id)
        return write_envelope(session, self._desk, clinic_id, "catalogue", body, subject_id=clinic_id)


def take_in_catalogue(session: Session, desk: Desk, envelope: Envelope) -> TakenIn:
    """The township's list onto this clinic's catalogue. An older list than the one here is told and changes nothing."""
    from app.exchange.bodies import CatalogueBody

    body = CatalogueBody.model_validate(envelope.body)
    own = session.get_one(Organisation, desk.place.id)
    if desk.place.kind != "clinic" or own.parent_id != envelope.sender_id:
        raise UserError(msg("这份目录不是本室所属卫生院发的，没有读入任何内容。请核对文件。"))
    if body.issued_at > desk.now() + FAST_CLOCK:
        # Kept, it would make every list to come an earlier one.
        day = body.issued_at.astimezone().date()
        raise UserError(msg("这份目录写的下发日期 {day} 还没有到，没有读入任何内容。请核对两边电脑的日期。", day=day))
    known = session.get(Setting, ISSUED_AT)
    if known is not None and datetime.fromisoformat(known.value) >= body.issued_at:
        sentence = msg("这是较早的一份目录，更新的目录已经读入，没有改动任何内容。不需要再做什么。")
        return TakenIn("catalogue", desk.place.id, sentence)
    listed = [_listed(drug) for drug in body.drugs]
    plan = plan_update(session, desk, listed, origin=TOWNSHIP, day=min(body.day, desk.today()), is_whole=True)
    apply_update(session, desk, plan)
    session.merge(Setting(name=ISSUED_AT, value=body.issued_at.isoformat()))
    add_audit(session, desk, "catalogue.receive", "catalogue", desk.place.id)
    return TakenIn("catalogue", desk.place.id, _told(plan))


def _listed(drug: CatalogueDrug) -> ListedDrug:
    values = {field: getattr(drug, field) for field in FIELDS}
    return ListedDrug(drug.code, values, valid_from=drug.valid_from, valid_to=drug.valid_to)


def _told(plan: UpdatePlan) -> Message:
    """The result, then by name what is kept because it is in use, and what was left alone."""
    lines = [msg("已读入卫生院的药品目录。{result}", result=plan.sentence)]
    lines += [gone.sentence for gone in plan.kept_in_use[:NAMED_AT_MOST]]
    left = [drug for drug in plan.drugs if drug.action in (DrugAction.LEAVE, DrugAction.REFUSE)]
    lines += [reason for drug in left[:NAMED_AT_MOST] for reason in drug.reasons]
    return joined(lines)
