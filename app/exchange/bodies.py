"""What the messages between the desks hold, as checked models. A body is plain JSON inside an envelope.

`drug_request` goes from the clinic to its township: the whole request as submitted, with its version.
`drug_decision` goes back: what became of the request, line by line, and every change of its state at the township.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA = 1
Quantity = Annotated[int, Field(ge=0, le=10_000_000)]
ShortText = Annotated[str, Field(max_length=200)]


class Body(BaseModel):
    """Bodies are immutable, and refuse what they do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StateChange(Body):
    """One change of a request's state, as the history shows it."""

    from_state: str = Field(max_length=12)
    to_state: str = Field(max_length=12)
    action: str = Field(max_length=20)
    user_name: str = Field(max_length=50)
    at: datetime
    comment: ShortText = ""


class RequestedLine(Body):
    """One line of a request; quantities in the drug's smallest dispensing unit, None unknown."""

    id: str = Field(min_length=36, max_length=36)
    position: int = Field(ge=0, le=10_000)
    drug_code: str = Field(max_length=30)
    drug_name: str = Field(min_length=1, max_length=100)
    strength: str = Field(default="", max_length=50)
    unit: str = Field(max_length=10)
    pack_unit: str = Field(max_length=10)
    units_per_pack: int = Field(ge=1, le=1_000_000)
    price_fen: Quantity | None = None
    on_hand: Quantity | None = None
    monthly_use: str | None = Field(default=None, max_length=20, pattern=r"^\d{1,9}(\.\d{1,2})?$")
    suggested: Quantity | None = None
    requested: Quantity | None = None
    explanation: ShortText = ""
    is_skipped: bool = False


class DrugRequestBody(Body):
    """A request as submitted."""

    request_id: str = Field(min_length=36, max_length=36)
    version: int = Field(ge=1)
    kind: Literal["regular", "emergency"]
    programme: str = Field(max_length=20)
    period: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    reason: ShortText = ""
    created_by_id: str = Field(max_length=36)
    created_by_name: str = Field(max_length=50)
    created_at: datetime
    submitted_by_id: str = Field(max_length=36)
    submitted_by_name: str = Field(max_length=50)
    submitted_at: datetime
    population: int | None = Field(default=None, ge=0)
    chronic: int | None = Field(default=None, ge=0)
    lines: tuple[RequestedLine, ...] = Field(max_length=5_000)
    history: tuple[StateChange, ...] = Field(default=(), max_length=500)


class DecidedLine(Body):
    """What became of one line."""

    id: str = Field(min_length=36, max_length=36)
    approved: Quantity | None = None
    decision: Literal["", "approved", "changed", "refused"] = ""
    reason: ShortText = ""


class DrugDecisionBody(Body):
    """What became of a request: its new state and its lines; `request_version` is the version that was reviewed."""

    request_id: str = Field(min_length=36, max_length=36)
    request_version: int = Field(ge=1)
    state: str = Field(max_length=12)
    decided_by_name: str = Field(max_length=50)
    decided_at: datetime
    comment: ShortText = ""
    lines: tuple[DecidedLine, ...] = Field(default=(), max_length=5_000)
    history: tuple[StateChange, ...] = Field(default=(), max_length=500)
