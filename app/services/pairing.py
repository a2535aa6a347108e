"""配对: two desks become acquainted by exchanging cards and comparing a fingerprint by telephone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.errors import UserError
from app.exchange.cards import Card, read_card, write_card
from app.exchange.keys import PublicKeys
from app.services.exchange_files import write_whole
from app.services.history import changes_of, record_change
from app.services.post import own_keys
from db.models import Organisation

LARGEST_CARD = 64 * 1024
"""More than this no card is; a film chosen by mistake is not read to its end."""


@dataclass(frozen=True)
class Partner:
    """A desk that this one knows. `fingerprint` is what both compare."""

    id: str
    kind: str
    name: str
    fingerprint: str
    paired_at: datetime | None


class Pairing:
    """配对 at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def own_card(self) -> Card:
        """What this desk tells of itself."""
        with self.desk.sessions.reading() as session:
            own = session.get_one(Organisation, self.desk.place.id)
            return Card(
                id=own.id,
                kind=own.kind,
                name=own.name,
                division_code=own.division_code,
                township=own.township,
                village=own.village,
                phone=own.phone,
                signing_key=own.signing_public_key or "",
                sealing_key=own.sealing_public_key or "",
            )

    def save_card(self, file: Path) -> Path:
        """Write this desk's card to `file`."""
        with self.desk.sessions.reading() as session:
            keys = own_keys(session, self.desk)
        write_whole(file, write_card(self.own_card(), keys))
        return file

    def look_at_card(self, file: Path) -> Card:
        """The card in `file`, before anything is stored. Raises UserError when it is none or cannot be used here."""
        try:
            with file.open("rb") as opened:
                card = read_card(opened.read(LARGEST_CARD))
        except OSError as error:
            raise UserError(
                msg("读不了文件“{file}”，没有配对。请核对位置后再试。", file=file.name)
            ) from error
        if card.id == self.desk.place.id:
            raise UserError(msg("这是本单位自己的名片。请打开对方单位发来的名片。"))
        if card.kind == self.desk.place.kind:
            raise UserError(msg("村卫生室要和乡镇卫生院配对，这张名片和本单位是同一类单位，没有配对。"))
        return card

    def pair(self, card: Card) -> Partner:
        """Keep `card` after both sides compared the fingerprint. A clinic's township becomes its parent.

        A desk that is known already gets the new keys; the change stays readable in its history.
        """
        with self.desk.sessions.writing() as session:
            known = session.get(Organisation, card.id)
            before = (
                None
                if known is None
                else {"signing": known.signing_public_key, "sealing": known.sealing_public_key}
            )
            row = known or Organisation(id=card.id, is_self=False)
            row.kind, row.name, row.division_code = card.kind, card.name, card.division_code
            row.township, row.village, row.phone = card.township, card.village, card.phone
            row.signing_public_key, row.sealing_public_key = card.signing_key, card.sealing_key
            row.paired_at = self.desk.now()
            if card.kind == "clinic":
                row.parent_id = self.desk.place.id
            session.add(row)
            session.flush()
            if card.kind == "township":
                session.get_one(Organisation, self.desk.place.id).parent_id = card.id
            record_change(
                session, self.desk, "organisation.pair", "organisation", card.id, before=before,
                after={"signing": card.signing_key, "sealing": card.sealing_key}, number=_next_number(session, card.id),
            )  # fmt: skip
            return _partner(row)

    def partners(self) -> list[Partner]:
        """Every desk that this one is paired with, by name."""
        with self.desk.sessions.reading() as session:
            query = select(Organisation).where(
                Organisation.is_self.is_(False), Organisation.paired_at.is_not(None)
            )
            return [_partner(row) for row in session.scalars(query.order_by(Organisation.name))]

    def township_id(self) -> str | None:
        """The township that this clinic's requests go to, None before pairing."""
        with self.desk.sessions.reading() as session:
            return session.get_one(Organisation, self.desk.place.id).parent_id


def _partner(row: Organisation) -> Partner:
    keys = PublicKeys(row.signing_public_key or "", row.sealing_public_key or "")
    return Partner(row.id, row.kind, row.name, keys.fingerprint(), row.paired_at)


def _next_number(session: Session, organisation_id: str) -> int:
    changes = changes_of(session, "organisation", organisation_id)
    return changes[0].number + 1 if changes else 1
