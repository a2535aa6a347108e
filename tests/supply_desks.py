"""A clinic and its township that know each other, and what goes between them, for the tests of the supply chain.

    world = PairedDesks(folder); batch_id = stock(world.township, code, 100); world.close()
    request_id = released(world.clinic, world.township, folder, {code: 60})
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from app.desk import Actor, Desk
from app.domain.movements import MovementKind
from app.domain.request_states import Action
from app.exchange.keys import make_keys
from app.services.catalogue import Catalogue
from app.services.exchange import Exchange
from app.services.pairing import Pairing
from app.services.releases import LineSource, Releases
from app.services.requests import LineEdit, Requests
from app.services.review import Review
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from db.models import Drug, Organisation, OwnKeys
from tests.desks import Clock, laid_out, make_clinic, make_township

FAR = date(2028, 6, 30)
PHARMACIST = Actor("00000000-0000-7000-8000-000000000001", "陈静", "township_pharmacist")
MANAGER = Actor("00000000-0000-7000-8000-000000000002", "孙院长", "township_manager")


def give_keys(desk: Desk) -> None:
    """Keys of its own for a desk, as the first start makes them."""
    private, public = make_keys()
    with desk.sessions.writing() as session:
        own = session.get_one(Organisation, desk.place.id)
        own.signing_public_key, own.sealing_public_key = public.signing, public.sealing
        session.add(
            OwnKeys(
                organisation_id=own.id, signing_private_key=private.signing, sealing_private_key=private.sealing
            )
        )


def introduce(clinic: Desk, township: Desk, folder: Path) -> None:
    """Pair two desks that have keys."""
    for here, there in ((clinic, township), (township, clinic)):
        card = Pairing(there).save_card(folder / "card.json")
        Pairing(here).pair(Pairing(here).look_at_card(card))


def pair(clinic: Desk, township: Desk, folder: Path) -> None:
    """Pair two new desks: each gets keys of its own and the card of the other."""
    for desk in (clinic, township):
        give_keys(desk)
    introduce(clinic, township, folder)


class PairedDesks:
    """柳庄村卫生室 and 青石镇卫生院 on new files in a folder, paired unless told otherwise, under one clock."""

    def __init__(self, folder: Path, clock: Clock | None = None, *, paired: bool = True) -> None:
        self.folder, self.clock = folder, clock or Clock()
        clinic, township = closed_desks(self.clock.moment, paired)
        self.clinic = laid_out(*clinic, folder / "clinic", self.clock)
        self.township = laid_out(*township, folder / "township", self.clock)

    def close(self) -> None:
        """Close both files."""
        for desk in (self.clinic, self.township):
            desk.sessions.engine.dispose()


@cache
def closed_desks(moment: datetime, paired: bool) -> tuple[tuple[Desk, bytes], ...]:
    """A clinic and a township with keys, each with its file: made once by each process of the tests."""
    with TemporaryDirectory() as name:
        folder, clock = Path(name), Clock(moment)
        desks = make_clinic(folder / "clinic", clock), make_township(folder / "township", clock)
        for desk in desks:
            give_keys(desk)
        if paired:
            introduce(*desks, folder)
        for desk in desks:
            desk.close()
        return tuple((desk, (desk.folder / "cunyi.db").read_bytes()) for desk in desks)


def as_person(desk: Desk, actor: Actor) -> Desk:
    """The same desk with another person signed in."""
    return replace(desk, actor=actor)


def drug_code(desk: Desk, name: str) -> str:
    """The code of the first drug whose name contains `name`."""
    Catalogue(desk).ensure_starter()
    return Catalogue(desk).find(name)[0].code


def change_drug(desk: Desk, code: str, **values) -> None:
    """Set columns of a drug."""
    with desk.sessions.writing() as session:
        drug = session.scalars(select(Drug).where(Drug.code == code)).one()
        for name, value in values.items():
            setattr(drug, name, value)


def stock(
    desk: Desk, code: str, units: int, *, batch_no: str = "A1", expiry: date = FAR, price: int | None = 1000, pack: int = 10
) -> str:
    """Put units of a batch on a desk's shelf; gives the batch's id."""
    with desk.sessions.writing() as session:
        key = BatchKey(code, batch_no, expiry, "某厂", price, pack)
        batch_id = find_or_make_batch(session, desk, key, desk.today())
        book(session, desk, [NewMovement(batch_id, MovementKind.RECEIPT, units)])
    return batch_id


def requested(clinic: Desk, township: Desk, folder, wanted: dict[str, int], *, use: str = "30") -> str:
    """A clinic's regular request for units of drugs by code, taken for review at the township; gives its id."""
    requests = Requests(clinic)
    draft = requests.start().request
    for code, units in wanted.items():
        line = requests.add_line(draft.id, code)
        requests.edit_line(draft.id, line.id, LineEdit(0, use, units, "村里体检后新增病人"))
    ids = frozenset(line.id for line in requests.get(draft.id).lines)
    done = requests.submit(draft.id, requests.get(draft.id).version, confirmed=ids)
    hand_over(clinic, township, done.message_id, folder)
    review = Review(township)
    review.take(draft.id, review.get(draft.id).version)
    return draft.id


def approved(clinic: Desk, township: Desk, folder, wanted: dict[str, int]) -> str:
    """The same, approved as asked."""
    request_id = requested(clinic, township, folder, wanted)
    review = Review(township)
    for line in review.get(request_id).lines:
        if line.requested:
            review.decide_line(request_id, line.id, line.requested)
    decided = review.act(request_id, Action.APPROVE, review.get(request_id).version)
    hand_over(township, clinic, decided.message_id, folder)
    return request_id


def released(clinic: Desk, township: Desk, folder, wanted: dict[str, int], source: str = "own_stock") -> str:
    """The same, released with one source for every line."""
    request_id = approved(clinic, township, folder, wanted)
    view = Review(township).get(request_id)
    sources = {line.id: LineSource(source) for line in view.lines if line.approved}
    done = Releases(township).convert(request_id, view.version, sources)
    hand_over(township, clinic, done.message_id, folder)
    return request_id


def hand_over(sender: Desk, receiver: Desk, message_id: str, folder):
    """Carry one envelope from desk to desk; gives what was taken in."""
    return Exchange(receiver).open_file(Exchange(sender).save_file(message_id, folder / f"{message_id}.cyx"))
