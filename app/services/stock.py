"""库存: what a desk has, how fast it goes, what is near its expiry, and everything that changes it by hand.

The screens' way in. The reading parts lie in stock_positions, stock_cards and stock_expiry, the writing ones in
stock_actions, stock_holds and stock_dispense, all of them on the ledger of stock_ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.stock import StockStatus
from app.domain.stock_value import total_value_fen
from app.interchange.xlsx_lists import ListSheet, write_list
from app.printing.lists import table_pdf
from app.services import stock_sheets
from app.services.cold_chain import ColdChain
from app.services.history import add_audit
from app.services.look_back import LookBack, look_back_of
from app.services.problems import refuse
from app.services.settings import stored_values
from app.services.stock_actions import StockActions
from app.services.stock_approvals import ApprovalWays, approval_ways
from app.services.stock_cards import BatchRow, LedgerCard, batch_rows, ledger_card
from app.services.stock_documents import Approval
from app.services.stock_expiry import NearExpiry, near_expiry
from app.services.stock_goods import GoodsFile
from app.services.stock_holds import Hold, hold_batch, release_batch
from app.services.stock_opened import OpenedItems
from app.services.stock_positions import Position, monthly_use, positions
from app.services.trace_codes import codes_here


class StateFilter(StrEnum):
    """What the balance list may be narrowed to: the states of §4.9, and the risk of expiry."""

    OUT = "out"
    LOW = "low"
    NORMAL = "normal"
    OVERSTOCKED = "overstocked"
    UNUSED = "unused"
    EXPIRY_RISK = "expiry_risk"
    UNKNOWN = "unknown"

    @property
    def label(self) -> Message:
        """What the filter is called."""
        status = _STATUSES.get(self)
        return status.label if status is not None else _OTHER_LABELS[self]


_STATUSES = {
    StateFilter.OUT: StockStatus.OUT,
    StateFilter.LOW: StockStatus.LOW,
    StateFilter.NORMAL: StockStatus.NORMAL,
    StateFilter.OVERSTOCKED: StockStatus.OVERSTOCKED,
    StateFilter.UNUSED: StockStatus.UNUSED,
}
_STATES = {status: state for state, status in _STATUSES.items()} | {None: StateFilter.UNKNOWN}
_OTHER_LABELS = {StateFilter.EXPIRY_RISK: msg("有效期风险"), StateFilter.UNKNOWN: msg("用量未知")}


@dataclass(frozen=True)
class BalanceFilter:
    """What to show: `text` part of a name, pinyin initials, or a bar code; every other part only narrows."""

    text: str = ""
    state: StateFilter | None = None
    in_stock_only: bool = False
    cold_chain_only: bool = False
    also_never_kept: bool = False
    """Also drugs of the catalogue that never were on this shelf."""


@dataclass(frozen=True)
class Balances:
    """The balance list; `value_fen` of all rows, None when one of them is unknown. `counts` by state, before `state` narrows."""

    rows: tuple[Position, ...]
    value_fen: int | None
    counts: dict[StateFilter, int]


class Stock:
    """库存 of one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._look_back = look_back_of(desk)

    @cached_property
    def actions(self) -> StockActions:
        """Opening balances, losses, returns, transfers and the like."""
        return StockActions(self.desk)

    @cached_property
    def goods_file(self) -> GoodsFile:
        """Lists of goods in spreadsheets."""
        return GoodsFile(self.desk)

    @cached_property
    def cold_chain(self) -> ColdChain:
        """Refrigerators, and what is decided about their goods."""
        return ColdChain(self.desk)

    @cached_property
    def opened(self) -> OpenedItems:
        """Pens and vials in use, with the day on which they are thrown away."""
        return OpenedItems(self.desk)

    def balances(self, wanted: BalanceFilter | None = None) -> Balances:
        """The balance list, by pinyin. Every drug that ever was on the shelf keeps its row."""
        with self.desk.sessions.reading() as session:
            found = self._positions(session, look_back=self._look_back).values()
        return narrowed(found, wanted or BalanceFilter())

    def position(self, drug_code: str) -> Position:
        """One drug. Raises Refused for one that is in no catalogue."""
        with self.desk.sessions.reading() as session:
            found = self._positions(session, [drug_code])
        if drug_code not in found:
            raise _unknown_drug()
        return found[drug_code]

    def batches(self, drug_code: str, *, also_empty: bool = False) -> list[BatchRow]:
        """The batches of a drug, the first to expire first."""
        with self.desk.sessions.reading() as session:
            return batch_rows(session, self.desk.place.id, drug_code, self.desk.today(), also_empty=also_empty)

    def codes_here(self, drug_code: str) -> dict[str, int]:
        """Units that lie in packs with a known 追溯码, by batch: those go with a scan only."""
        with self.desk.sessions.reading() as session:
            found: dict[str, int] = {}
            for known in codes_here(session, self.desk, drug_code):
                found[known.batch_id] = found.get(known.batch_id, 0) + known.units_left
            return found

    def card(self, drug_code: str, since: date | None = None, until: date | None = None) -> LedgerCard:
        """The ledger card, both days included; without them from the first movement to today. Raises Refused."""
        last = until or self.desk.today()
        if since is not None and since > last:
            raise refuse("since", msg("开始日期在结束日期之后，请核对。"))
        with self.desk.sessions.reading() as session:
            card = ledger_card(session, self.desk.place.id, drug_code, since, last)
        if card is None:
            raise _unknown_drug()
        return card

    def monthly_use(self, drug_code: str, months: int = 12) -> list[tuple[str, int | None]]:
        """(YYYY-MM, units) of the last calendar months and this one, oldest first; None before the drug first came."""
        with self.desk.sessions.reading() as session:
            return monthly_use(session, self.desk.place.id, drug_code, self.desk.today(), months)

    def near_expiry(self) -> list[NearExpiry]:
        """What is expired or near it, the most urgent first, with what is proposed."""
        with self.desk.sessions.reading() as session:
            return near_expiry(session, self.desk.place.id, self.desk.today(), expiry_levels(session))

    def approval_ways(self) -> ApprovalWays:
        """Who may approve what the signed-in user does."""
        with self.desk.sessions.reading() as session:
            return approval_ways(session, self.desk)

    def hold(self, batch_id: str, *, reason: str, hold: Hold = Hold.QUALITY) -> None:
        """Stop a batch from being used. Raises Refused."""
        with self.desk.sessions.writing() as session:
            hold_batch(session, self.desk, batch_id, hold, reason)

    def release(self, batch_id: str, *, reason: str, approval: Approval) -> None:
        """Let a held batch go again. Raises Refused."""
        with self.desk.sessions.writing() as session:
            release_batch(session, self.desk, batch_id, reason, approval)

    # -- on paper and in a file ------------------------------------------------------------------------------------

    def card_sheet(self, drug_code: str, since: date | None = None, until: date | None = None) -> ListSheet:
        """台账卡 as a list. Residents are not named on it."""
        return stock_sheets.card_sheet(self.desk, self.card(drug_code, since, until))

    def near_expiry_sheet(self) -> ListSheet:
        """近效期药品表 as a list."""
        with self.desk.sessions.reading() as session:
            levels = expiry_levels(session)
        return stock_sheets.near_expiry_sheet(self.desk, self.near_expiry(), levels)

    def balance_sheet(self, wanted: BalanceFilter | None = None) -> ListSheet:
        """库存表 as a list."""
        found = self.balances(wanted)
        return stock_sheets.balance_sheet(self.desk, found.rows, found.value_fen)

    def cold_chain_sheet(self) -> ListSheet:
        """冷链温度记录 as a list."""
        return stock_sheets.cold_chain_sheet(self.desk, self.cold_chain.register())

    def opened_sheet(self) -> ListSheet:
        """开封登记表 as a list: what is open, then what was used up or thrown away."""
        return stock_sheets.opened_sheet(self.desk, [*self.opened.in_use(), *self.opened.closed()])

    def pdf(self, sheet: ListSheet) -> bytes:
        """A list on paper; noted in the history of who printed what."""
        self._note("stock_list_printed")
        return table_pdf(sheet.as_table())

    def save_xlsx(self, sheet: ListSheet, path: Path) -> None:
        """A list as a file of Excel. Raises EnvironmentFailure when the disk refuses."""
        write_list(path, sheet)
        self._note("stock_list_exported")

    def _note(self, action: str) -> None:
        with self.desk.sessions.writing() as session:
            add_audit(session, self.desk, action, "organisation", self.desk.place.id)

    def _positions(
        self, session: Session, codes: Collection[str] | None = None, look_back: LookBack | None = None
    ) -> dict[str, Position]:
        values = stored_values(session)
        return positions(
            session,
            self.desk.place.id,
            self.desk.today(),
            codes,
            min_mos=int(values["stock_min_months"]),
            max_mos=int(values["stock_max_months"]),
            look_back=look_back,
        )


def expiry_levels(session: Session) -> tuple[int, int, int]:
    """The days of red, orange and yellow, from the settings."""
    values = stored_values(session)
    return int(values["expiry_red_days"]), int(values["expiry_orange_days"]), int(values["expiry_yellow_days"])


def narrowed(found: Iterable[Position], wanted: BalanceFilter) -> Balances:
    """Those of the positions that are wanted; a screen narrows what it has read without reading again."""
    rows = [row for row in found if _is_wanted(row, wanted)]
    counts = dict.fromkeys(StateFilter, 0)
    for row in rows:
        counts[_STATES[row.status]] += 1
        counts[StateFilter.EXPIRY_RISK] += row.expiry_risk
    shown = tuple(row for row in rows if wanted.state is None or is_in_state(row, wanted.state))
    return Balances(shown, _value(shown), counts)


def is_in_state(row: Position, state: StateFilter) -> bool:
    """Whether a position belongs under a filter; one with a risk of expiry also belongs under its own state."""
    if state is StateFilter.EXPIRY_RISK:
        return row.expiry_risk
    return _STATES[row.status] is state


def _is_wanted(row: Position, wanted: BalanceFilter) -> bool:
    if row.first_on is None and not wanted.also_never_kept:
        return False
    if (wanted.in_stock_only and not row.on_hand) or (wanted.cold_chain_only and not row.cold_chain):
        return False
    text = wanted.text.strip().casefold()
    return not text or text in row.name.casefold() or text in row.pinyin or (row.barcode != "" and text == row.barcode)


def _value(rows: Collection[Position]) -> int | None:
    return total_value_fen((1, row.value_fen, 1) for row in rows)


def _unknown_drug() -> Exception:
    return refuse("drug", msg("目录里没有这个药品。请在目录里选择药品。"))


