"""采购需求: what the township's shelf lacks of what was promised or had to be cut for want of stock, and which product and
distributor it should be bought from.

A drug that is not a procurement winner is bought as the winner of the same ingredient, form and strength (mechanisms
§3.1); the distributor proposed is the one that delivered the drug last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.packs import packs_for
from app.domain.purchase_states import PurchaseState
from app.domain.request_terms import State
from app.services.catalogue import listed_on
from app.services.decision_reasons import NOT_THERE
from app.services.supply_balance import owed_lines, own_usable, promised_units
from db.models import Drug, DrugRequest, DrugRequestLine, PurchaseOrder, PurchaseOrderLine

ProductKey = tuple[str, str, str]
_DECIDED = (State.APPROVED, State.RELEASED, State.CLOSED)


@dataclass(frozen=True)
class Need:
    """A drug of which the township's shelf has less than the villages are to get. Units; `packs` to be bought.

    `promised` in whole packs for every village, as they are sent (drug_requests §4.7). `cut` is what was asked for beside
    that and not approved because it was not there; it is bought too, so that the next request finds it.

    `winner_code` and `winner_name` the procurement winner that should be bought instead, empty when it is one itself;
    the other `winner_` values are its own. `usual_distributor_id` of whom the product proposed was ordered last, or empty.
    """

    drug_code: str
    drug_name: str
    strength: str
    unit: str
    units_per_pack: int
    price_fen: int | None
    own_stock: int
    promised: int
    on_order: int
    missing: int
    packs: int
    is_volume_procured: bool
    winner_code: str
    winner_name: str
    pack_unit: str = ""
    winner_unit: str = ""
    winner_pack_unit: str = ""
    winner_units_per_pack: int = 1
    winner_price_fen: int | None = None
    usual_distributor_id: str = ""
    cut: int = 0


def needs(session: Session, desk: Desk) -> list[Need]:
    """What is short: promised or cut for want of stock, beyond own stock and what is on order; the largest gap first."""
    stock = own_usable(session, desk)
    coming = on_order(session)
    there = {code: stock.get(code, 0) + coming.get(code, 0) for code in stock.keys() | coming.keys()}
    promised = promised_units(session, owed_lines(session), there)
    cut = cut_units(session, desk.today())
    drugs = {drug.code: drug for drug in session.scalars(select(Drug))}
    won = winners(session, desk.today())
    usual = usual_distributors(session)
    found = []
    for code in promised.keys() | cut.keys():
        drug, units, unmet = drugs.get(code), promised.get(code, 0), cut.get(code, 0)
        missing = units + unmet - stock.get(code, 0) - coming.get(code, 0)
        if drug is None or missing <= 0:
            continue
        winner = None if drug.volume_procured else won.get(same_product(drug))
        found.append(
            Need(
                code, drug.generic_name, drug.strength, drug.unit, drug.units_per_pack, drug.price_fen,
                stock.get(code, 0), units, coming.get(code, 0), missing,
                packs_for(missing, drug.units_per_pack) or 0, drug.volume_procured,
                winner.code if winner else "", winner.generic_name if winner else "", drug.pack_unit,
                winner.unit if winner else "", winner.pack_unit if winner else "",
                winner.units_per_pack if winner else 1, winner.price_fen if winner else None,
                usual.get(winner.code if winner else code, "") or usual.get(code, ""), unmet,
            )
        )  # fmt: skip
    return sorted(found, key=lambda need: (-need.packs, need.drug_code))


def cut_units(session: Session, today: date) -> dict[str, int]:
    """Units of each drug that this month's newest request of a clinic asked for and did not get because they were not there.

    Without this the rest of a fair share would be forgotten (drug_requests §9): it is owed to nobody, and yet short.
    """
    lines, requests = DrugRequestLine.__table__, DrugRequest.__table__
    statement = (
        select(requests.c.clinic_id, lines.c.drug_code, lines.c.requested, lines.c.approved, lines.c.decision_reason)
        .join_from(lines, requests, requests.c.id == lines.c.request_id)
        .where(
            requests.c.state.in_([state.value for state in _DECIDED]),
            requests.c.period >= f"{today:%Y-%m}",
            lines.c.is_skipped.is_(False),
            lines.c.approved.is_not(None),
        )
        .order_by(requests.c.created_at, requests.c.id)
    )
    newest = {(row.clinic_id, row.drug_code): row for row in session.execute(statement)}
    found: dict[str, int] = {}
    for (_clinic, code), row in newest.items():
        if row.decision_reason in NOT_THERE and row.approved < (row.requested or 0):
            found[code] = found.get(code, 0) + row.requested - row.approved
    return found


def on_order(session: Session) -> dict[str, int]:
    """Units of each drug that are ordered, or drafted to be, and have not come."""
    waiting = (PurchaseState.DRAFT.value, PurchaseState.ORDERED.value, PurchaseState.PARTIAL.value)
    query = (
        select(PurchaseOrderLine.drug_code, PurchaseOrderLine.quantity, PurchaseOrderLine.received)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.order_id)
        .where(PurchaseOrder.state.in_(waiting))
    )
    found: dict[str, int] = {}
    for code, quantity, received in session.execute(query):
        found[code] = found.get(code, 0) + max(0, quantity - received)
    return found


def usual_distributors(session: Session) -> dict[str, str]:
    """Of whom each drug was ordered last."""
    rows = session.execute(
        select(PurchaseOrderLine.drug_code, PurchaseOrder.distributor_id)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.order_id)
        .where(PurchaseOrder.state != PurchaseState.CANCELLED.value)
        .order_by(PurchaseOrder.created_at, PurchaseOrder.id)
    )
    return {row.drug_code: row.distributor_id for row in rows}


def winners(session: Session, today: date) -> dict[ProductKey, Drug]:
    """The procurement winner of each product."""
    query = select(Drug).where(Drug.volume_procured.is_(True), listed_on(today)).order_by(Drug.code.desc())
    return {same_product(drug): drug for drug in session.scalars(query)}


def same_product(drug: Drug) -> ProductKey:
    """Ingredient, form and strength: what makes a procurement winner the equivalent (mechanisms §3.1)."""
    return (drug.ingredients or drug.generic_name, drug.dosage_form, drug.strength)
