"""What the messages between the desks hold, as checked models. A body is plain JSON inside an envelope.

`drug_request` goes from the clinic to its township: the whole request as submitted, with its version.
`drug_decision` goes back: what became of the request, line by line, and every change of its state at the township.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

SCHEMA = 2
"""Goes up whenever a body gets a field: a desk refuses unknown fields, and an older one is to be told to upgrade instead.

2: lines of a request with goods on the way, stock-out days and the arithmetic; sources of a decision; the supply's bodies.
"""
Quantity = Annotated[int, Field(ge=0, le=10_000_000, strict=True)]
People = Annotated[int, Field(ge=0, le=10_000_000, strict=True)]
Version = Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
Month = Annotated[str, Field(pattern=r"^(19|20|21)\d{2}-(0[1-9]|1[0-2])$")]


def _written_out(value: object) -> object:
    """A day or moment as YYYY-MM-DD…; a bare number, which could be read as seconds since 1970, is none."""
    if isinstance(value, int | float) or (isinstance(value, str) and value[4:5] != "-"):
        raise ValueError("a day is written as YYYY-MM-DD")
    return value


Day = Annotated[date, BeforeValidator(_written_out), Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_written_out),
    Field(ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(2199, 12, 31, tzinfo=UTC)),
]
"""Days and moments far from any that can be meant would break the arithmetic of the calendar; none is without its zone."""
ShortText = Annotated[str, Field(max_length=200)]


class Body(BaseModel):
    """Bodies are immutable, and refuse what they do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StateChange(Body):
    """One change of a request's state, as the history shows it."""

    from_state: str = Field(max_length=20)
    to_state: str = Field(max_length=20)
    action: str = Field(max_length=20)
    user_name: str = Field(max_length=50)
    at: Moment
    comment: ShortText = ""


class RequestedLine(Body):
    """One line of a request; quantities in the drug's smallest dispensing unit, None unknown."""

    id: str = Field(min_length=36, max_length=36)
    position: int = Field(ge=0, le=10_000, strict=True)
    drug_code: str = Field(max_length=30)
    drug_name: str = Field(min_length=1, max_length=100)
    strength: str = Field(default="", max_length=50)
    unit: str = Field(max_length=10)
    pack_unit: str = Field(max_length=10)
    units_per_pack: int = Field(ge=1, le=1_000_000, strict=True)
    price_fen: Quantity | None = None
    on_hand: Quantity | None = None
    monthly_use: str | None = Field(default=None, max_length=20, pattern=r"^\d{1,9}(\.\d{1,2})?$")
    suggested: Quantity | None = None
    in_transit: Quantity | None = None
    stockout_days: int | None = Field(default=None, ge=0, le=10_000, strict=True)
    basis: Literal["", "consumption", "committed", "caseload"] = ""
    arithmetic: str = Field(default="", max_length=500)
    requested: Quantity | None = None
    explanation: ShortText = ""
    is_skipped: bool = False


class DrugRequestBody(Body):
    """A request as submitted."""

    request_id: str = Field(min_length=36, max_length=36)
    version: Version
    kind: Literal["regular", "emergency"]
    programme: str = Field(max_length=20)
    period: Month
    reason: ShortText = ""
    created_by_id: str = Field(max_length=36)
    created_by_name: str = Field(max_length=50)
    created_at: Moment
    submitted_by_id: str = Field(max_length=36)
    submitted_by_name: str = Field(max_length=50)
    submitted_at: Moment
    population: People | None = None
    chronic: People | None = None
    lines: tuple[RequestedLine, ...] = Field(max_length=5_000)
    history: tuple[StateChange, ...] = Field(default=(), max_length=500)


class DecidedLine(Body):
    """What became of one line."""

    id: str = Field(min_length=36, max_length=36)
    approved: Quantity | None = None
    decision: Literal["", "approved", "changed", "refused"] = ""
    reason: ShortText = ""
    source: Literal["", "own_stock", "purchase", "central_pharmacy", "not_supplied"] = ""


class DrugDecisionBody(Body):
    """What became of a request: its new state and its lines; `request_version` is the version that was reviewed."""

    request_id: str = Field(min_length=36, max_length=36)
    request_version: Version
    state: str = Field(max_length=12)
    decided_by_name: str = Field(max_length=50)
    decided_at: Moment
    comment: ShortText = ""
    lines: tuple[DecidedLine, ...] = Field(default=(), max_length=5_000)
    history: tuple[StateChange, ...] = Field(default=(), max_length=500)


# -- supply: township → clinic "shipment", "count", "statement"; clinic → township "receipt", "movements", "count_result",
# -- "shortage". Quantities in dispensing units, money in fen, a month as YYYY-MM.

Id = Annotated[str, Field(min_length=36, max_length=36)]
Name = Annotated[str, Field(max_length=50)]
TraceCodeText = Annotated[str, Field(pattern=r"^\d{20}$")]
SignedQuantity = Annotated[int, Field(ge=-10_000_000, le=10_000_000, strict=True)]
Amount = Annotated[int, Field(ge=-(10**15), le=10**15, strict=True)]
"""Fen; the most that `SignedQuantity` units at the highest price come to."""


class DrugOfLine(Body):
    """What a line says of its drug, as it was called when it was written."""

    drug_code: str = Field(min_length=1, max_length=30)
    drug_name: str = Field(min_length=1, max_length=100)
    strength: str = Field(default="", max_length=50)
    unit: str = Field(max_length=10)
    units_per_pack: int = Field(ge=1, le=1_000_000, strict=True)
    price_fen: Quantity | None = None


class ShippedLine(DrugOfLine):
    """One batch of a shipment; `codes` the 追溯码 of its packs. Without an expiry nothing is sent."""

    id: Id
    request_line_id: Id | None = None
    position: int = Field(ge=0, le=10_000, strict=True)
    pack_unit: str = Field(max_length=10)
    manufacturer: str = Field(default="", max_length=100)
    batch_no: str = Field(min_length=1, max_length=40)
    expiry: Day
    shipped: int = Field(ge=1, le=1_000_000, strict=True)
    codes: tuple[TraceCodeText, ...] = Field(default=(), max_length=10_000)


class ShipmentBody(Body):
    """A shipment as it left the township, or the word that it came back in full before it was received.

    `dispatch_celsius` in tenths of a degree, None without cold lines.
    """

    shipment_id: Id
    number: str = Field(min_length=1, max_length=30)
    clinic_id: Id
    request_id: Id | None = None
    state: Literal["shipped", "returned_in_full"]
    route: Name = ""
    created_by_name: Name
    shipped_by_name: Name
    shipped_on: Day
    delivered_by: Name = ""
    dispatch_celsius: int | None = Field(default=None, ge=-500, le=800, strict=True)
    remark: ShortText = ""
    lines: tuple[ShippedLine, ...] = Field(min_length=1, max_length=5_000)


class ReceivedLine(Body):
    """What the clinic took of a line. One that was not sent (`is_extra`) says itself what it is; `shipped` is 0 then."""

    id: Id
    shipped: Quantity
    accepted: Quantity
    rejected: Quantity
    reason: Name = ""
    is_extra: bool = False
    drug: DrugOfLine | None = None
    batch_no: str = Field(default="", max_length=40)
    expiry: Day | None = None


class ReceiptBody(Body):
    """The receipt of a shipment. `hand_over_celsius` in tenths of a degree, None without cold lines."""

    shipment_id: Id
    received_by_name: Name
    received_on: Day
    delivered_by: Name = ""
    hand_over_celsius: int | None = Field(default=None, ge=-500, le=800, strict=True)
    remark: ShortText = ""
    lines: tuple[ReceivedLine, ...] = Field(min_length=1, max_length=5_000)


class MonthLine(DrugOfLine):
    """A month of one drug at one price: opening + received - returned - dispensed - lost + counted = closing.

    `delivered` is the part of `received` that came with shipments; `charged` the units lost or missing that the clinic
    itself bears. `dispensed` is less what residents brought back.
    """

    opening: Quantity
    received: Quantity
    delivered: Quantity = 0
    returned: Quantity
    dispensed: SignedQuantity
    lost: SignedQuantity
    counted: SignedQuantity
    charged: Quantity = 0
    closing: Quantity


class MonthBatch(DrugOfLine):
    """One batch that stood on the shelf when the month was closed."""

    batch_id: Id
    batch_no: str = Field(max_length=40)
    expiry: Day | None = None
    on_hand: Quantity
    is_held: bool = False


class MovementsBody(Body):
    """A clinic's month as its ledger tells it, and the batches on its shelf at the end."""

    clinic_id: Id
    month: Month
    number: int = Field(default=1, ge=1, le=1_000, strict=True)
    made_at: Moment
    made_by_name: Name
    lines: tuple[MonthLine, ...] = Field(default=(), max_length=20_000)
    stock: tuple[MonthBatch, ...] = Field(default=(), max_length=20_000)


class CountItem(Body):
    """What is to be counted, without its book quantity."""

    line_id: Id
    batch_id: Id
    drug_code: str = Field(max_length=30)
    drug_name: str = Field(max_length=100)
    batch_no: str = Field(max_length=40)
    expiry: Day | None = None
    unit: str = Field(max_length=10)


class CountBody(Body):
    """A random check (抽查) that a clinic is to answer; `seed` is the number it was drawn with."""

    check_id: Id
    clinic_id: Id
    seed: int = Field(ge=0, le=2**62, strict=True)
    opened_at: Moment
    opened_by_name: Name
    items: tuple[CountItem, ...] = Field(min_length=1, max_length=1_000)


class CountedItem(Body):
    """What was counted, beside the clinic's book at that moment."""

    line_id: Id
    counted: Quantity
    book: Quantity
    counted_at: Moment
    reason: Name = ""


class CountResultBody(Body):
    """The clinic's answer to a random check."""

    check_id: Id
    counter_name: Name
    witness_name: Name = ""
    items: tuple[CountedItem, ...] = Field(min_length=1, max_length=1_000)


class StatementLine(DrugOfLine):
    """One line of a monthly statement."""

    opening: Quantity
    received: Quantity
    returned: Quantity
    dispensed: SignedQuantity
    lost: SignedQuantity
    counted: SignedQuantity
    charged: Quantity = 0
    closing: Quantity
    amount_fen: Amount | None = None
    note: ShortText = ""


class StatementBody(Body):
    """The monthly statement of a clinic, as the township settled it."""

    settlement_id: Id
    clinic_id: Id
    month: Month
    state: str = Field(max_length=12)
    created_by_name: Name
    totals: dict[str, Amount | None] = Field(max_length=50)
    lines: tuple[StatementLine, ...] = Field(default=(), max_length=20_000)


class ShortageBody(Body):
    """A shortage that a clinic reports to its township."""

    report_id: Id
    drug_code: str = Field(default="", max_length=30)
    drug_text: str = Field(min_length=1, max_length=100)
    kind: str = Field(max_length=20)
    needed_a_month: Quantity | None = None
    residents_affected: People | None = None
    stock_now: Quantity | None = None
    last_received_on: Day | None = None
    alternatives_tried: ShortText = ""
    strength: str = Field(default="", max_length=50)
    reason: ShortText = ""
    request_id: Id | None = None
    reported_at: Moment
    reported_by_name: Name


class CatalogueDrug(Body):
    """One drug of the township's list. Prices in fen for a pack of `units_per_pack` units, None unknown."""

    code: str = Field(min_length=1, max_length=30)
    generic_name: str = Field(min_length=1, max_length=100)
    dosage_form: str = Field(default="", max_length=30)
    strength: str = Field(default="", max_length=50)
    unit: str = Field(min_length=1, max_length=10)
    pack_unit: str = Field(max_length=10)
    units_per_pack: int = Field(ge=1, le=10_000, strict=True)
    price_fen: Quantity | None = None
    therapeutic_group: str = Field(default="", max_length=50)
    essential: Literal["Y", "N", "?"] = "?"
    insurance_class: str = Field(default="?", max_length=2)
    volume_procured: bool = False
    antibiotic_tier: str = Field(default="", max_length=10)
    cold_chain: bool = False
    programme: str = Field(default="", max_length=20)
    barcode: str = Field(default="", max_length=14)
    trace_prefix: str = Field(default="", pattern=r"^(\d{7})?$")
    has_trace_code: bool = True
    is_splittable: bool = True
    ingredients: str = Field(default="", max_length=300)
    atc_code: str = Field(default="", max_length=10)
    route: str = Field(default="", max_length=20)
    usual_dose: str = Field(default="", max_length=20)
    dose_unit: str = Field(default="", max_length=10)
    max_daily_dose: str = Field(default="", max_length=20)
    times_per_day: str = Field(default="", max_length=10)
    diagnoses: str = Field(default="", max_length=300)
    min_age_years: int | None = Field(default=None, ge=0, le=150, strict=True)
    pregnancy: str = Field(default="", max_length=1)
    special_control: str = Field(default="", max_length=30)
    long_rx_allowed: bool = True
    storage: str = Field(default="", max_length=30)
    valid_from: Day
    valid_to: Day | None = None


class CatalogueBody(Body):
    """The whole list of the township as it stood when it was issued; a later one replaces it."""

    issued_at: Moment
    issued_by_name: str = Field(max_length=50)
    day: Day
    drugs: tuple[CatalogueDrug, ...] = Field(min_length=1, max_length=20_000)


class ShortageAnswerBody(Body):
    """What the township does about a clinic's shortage report."""

    report_id: Id
    state: str = Field(max_length=20)
    level: Literal["", "clinic", "village", "township", "county"]
    outcome: ShortText = ""
    distributor_answer: ShortText = ""
    answered_at: Moment
    answered_by_name: Name
    history: tuple[StateChange, ...] = Field(default=(), max_length=100)
