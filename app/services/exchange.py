"""收发文件: handing over and opening envelopes as files, and what was sent, received and refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import defer

from app.desk import Desk
from app.domain.message import msg
from app.domain.request_terms import State
from app.errors import EnvironmentFailure, UserError
from app.exchange.envelope import LARGEST_FILE, EnvelopeRefused, Fault
from app.services.exchange_files import write_whole
from app.services.post import TakenIn, receive, write_envelope
from app.services.request_body import request_body
from db.models import DrugRequest, ExchangeMessage, Organisation

SUFFIX = ".cyx"
WITH_THE_TOWNSHIP = (State.SUBMITTED.value, State.AUTHORISED.value)
"""States of a request at a clinic that was handed over and not answered."""
FORBIDDEN_IN_NAMES = '\\/:*?"<>|'
FILE_WORDS = {
    "drug_request": "申领单", "drug_decision": "申领答复", "catalogue": "药品目录", "shipment": "发货单", "receipt": "签收单",
    "movements": "月报", "statement": "结算单", "count": "抽查通知", "count_result": "抽查结果", "shortage": "短缺报告",
}  # fmt: skip
"""How the file of each kind of envelope begins its name."""


@dataclass(frozen=True)
class Letter:
    """One envelope in the list.

    `state` ready (not yet handed over), replaced (by a newer one before it was), sent, accepted or refused.
    `period` is the month of the request that it is about, empty where that is not known.
    """

    id: str
    direction: str
    kind: str
    other_name: str
    state: str
    reason: str
    at: datetime
    subject_id: str | None
    period: str = ""


class Exchange:
    """收发 at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def suggested_name(self, message_id: str) -> str:
        """A file name that tells the receiver what it is, without a resident's name."""
        with self.desk.sessions.reading() as session:
            row = session.get_one(ExchangeMessage, message_id)
            day = row.at.astimezone().date().isoformat()
            kind = FILE_WORDS.get(row.kind, row.kind)
            # A township writes to many: two clinics' files of one day would have the same name, for each counts by itself.
            other = session.get(Organisation, row.recipient_id) if self.desk.place.kind == "township" else None
            to = f"_{other.name}" if other is not None else ""
            name = f"{kind}_{self.desk.place.name}{to}_{day}_{row.sequence:04d}{SUFFIX}"
            return "".join("-" if each in FORBIDDEN_IN_NAMES else each for each in name)

    def readdressed(self, message_id: str) -> str:
        """The envelope itself, or of a request whose township has another computer by now a fresh one to that; its id.

        The request keeps its id and version, and from now on only the new computer's answer counts: it can't be decided
        twice. What was answered already is left as it is.
        """
        with self.desk.sessions.writing() as session:
            row = session.get_one(ExchangeMessage, message_id)
            township = session.get_one(Organisation, self.desk.place.id).parent_id
            request = session.get(DrugRequest, row.subject_id) if row.kind == "drug_request" else None
            is_ours = row.direction == "sent" and row.sender_id == self.desk.place.id
            if not is_ours or request is None or township in (None, row.recipient_id):
                return message_id
            if request.state not in WITH_THE_TOWNSHIP:
                return message_id
            known = session.scalar(
                select(ExchangeMessage.id)
                .where(
                    ExchangeMessage.direction == "sent", ExchangeMessage.subject_id == request.id,
                    ExchangeMessage.recipient_id == township, ExchangeMessage.state != "replaced",
                )
                .order_by(ExchangeMessage.sequence.desc())
            )  # fmt: skip
            if known is not None:
                return known
            request.township_id = township
            if row.state == "ready":
                row.state = "replaced"
            body = request_body(session, request)
            return write_envelope(session, self.desk, township, row.kind, body, subject_id=request.id).id

    def belonging_to(self, message_id: str) -> list[str]:
        """What goes along with a file to the same desk, oldest first, so that nothing is missing there.

        That is what was not handed over yet, and the earlier answers to the same request: opening only the last one of
        them tells the other desk of a gap.
        """
        with self.desk.sessions.reading() as session:
            row = session.get_one(ExchangeMessage, message_id)
            before = (
                (ExchangeMessage.kind == "drug_decision") & (ExchangeMessage.subject_id == row.subject_id)
                & (ExchangeMessage.sequence < row.sequence)
            )  # fmt: skip
            query = select(ExchangeMessage.id).where(
                ExchangeMessage.direction == "sent", ExchangeMessage.recipient_id == row.recipient_id,
                ExchangeMessage.id != row.id,
                (ExchangeMessage.state == "ready") | ((ExchangeMessage.state == "sent") & before),
            )  # fmt: skip
            return list(session.scalars(query.order_by(ExchangeMessage.sequence)))

    def save_file(self, message_id: str, file: Path) -> Path:
        """Write the envelope to `file` (whole or not at all) and mark it as handed over.

        Raises EnvironmentFailure when the place cannot be written; the envelope stays ready and can be saved again.
        """
        with self.desk.sessions.reading() as session:
            sealed = session.get_one(ExchangeMessage, message_id).sealed
        write_whole(file, sealed)
        with self.desk.sessions.writing() as session:
            row = session.get_one(ExchangeMessage, message_id)
            if row.state == "ready":
                row.state = "sent"
        return file

    def open_file(self, file: Path) -> TakenIn:
        """Take in the envelope in `file`; raises UserError or EnvironmentFailure with a clear sentence."""
        try:
            with file.open("rb") as stream:
                data = stream.read(LARGEST_FILE + 1)
        except FileNotFoundError as error:
            raise UserError(
                msg("找不到文件“{file}”，没有读入任何内容。请核对位置。", file=file.name)
            ) from error
        except OSError as error:
            raise EnvironmentFailure(
                msg("读不了文件“{file}”，没有读入任何内容。请检查U盘后再试。", file=file.name),
                details=str(error),
            ) from error
        if len(data) > LARGEST_FILE:
            raise EnvelopeRefused(Fault.FOREIGN)
        return receive(self.desk, data)

    def letters(self, limit: int = 200) -> list[Letter]:
        """The newest envelopes, sent and received."""
        with self.desk.sessions.reading() as session:
            names = {org.id: org.name for org in session.scalars(select(Organisation))}
            rows = session.scalars(
                select(ExchangeMessage)
                .options(defer(ExchangeMessage.sealed))
                .order_by(ExchangeMessage.at.desc(), ExchangeMessage.id.desc())
                .limit(limit)
            )
            letters = [_letter(row, names) for row in rows]
            about = {letter.subject_id for letter in letters if letter.subject_id}
            found = session.execute(select(DrugRequest.id, DrugRequest.period).where(DrugRequest.id.in_(about)))
            periods = {row[0]: row[1] for row in found}
            return [replace(letter, period=periods.get(letter.subject_id, "")) for letter in letters]

    def latest_about(self, subject_id: str) -> Letter | None:
        """The newest envelope written here about this request; None when none was written, or it was replaced."""
        with self.desk.sessions.reading() as session:
            names = {org.id: org.name for org in session.scalars(select(Organisation))}
            row = session.scalar(
                select(ExchangeMessage)
                .options(defer(ExchangeMessage.sealed))
                .where(ExchangeMessage.direction == "sent", ExchangeMessage.subject_id == subject_id)
                .order_by(ExchangeMessage.at.desc(), ExchangeMessage.id.desc())
                .limit(1)
            )
            return None if row is None or row.state == "replaced" else _letter(row, names)


def _letter(row: ExchangeMessage, names: Mapping[str, str]) -> Letter:
    return Letter(
        id=row.id,
        direction=row.direction,
        kind=row.kind,
        other_name=names.get(row.recipient_id if row.direction == "sent" else row.sender_id, ""),
        state=row.state,
        reason=row.reason,
        at=row.at,
        subject_id=row.subject_id,
    )
