"""The shipment that is being taken in, as the screen keeps it: what was found of each line, what was scanned, what is wrong.

Knows no widget. What cannot be read stays as it was typed, with its sentence; the service judges all the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from app.domain.receiving import RejectReason
from app.domain.trace_codes import codes_for
from app.forms.kinds import Date, Unreadable
from app.i18n import tr

if TYPE_CHECKING:
    from app.services.receiving import Arrival, ExtraGoods, LineReceipt
    from app.services.shipment_views import ShipmentLineView, ShipmentView

NUMBERS = ("accepted", "rejected")
REASONS = tuple(reason.value for reason in RejectReason)


@dataclass(frozen=True)
class LineEntry:
    """What stands in one line: numbers, what was read from the pack, codes; `typed` by column what could not be read."""

    line: ShipmentLineView
    accepted: int
    rejected: int
    reason: str = ""
    batch_no: str = ""
    expiry: date | None = None
    codes: tuple[str, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_as_sent(self) -> bool:
        """Whether all of it was accepted, of the batch that was sent."""
        return not self.typed and not self.rejected and self.accepted == self.line.shipped and not self.is_other_batch

    @property
    def is_other_batch(self) -> bool:
        """Whether the pack says another batch or expiry than the shipment."""
        return bool(self.accepted) and (self.batch_no != self.line.batch_no or self.expiry != self.line.expiry)

    @property
    def codes_wanted(self) -> int:
        """How many packs are to be scanned; 0 where the shipment names no codes."""
        return codes_for(self.accepted, self.line.units_per_pack) if self.line.codes else 0


class ArrivalSheet:
    """One shipment on its way in. `problems` are sentences by line id (or the code of another answer)."""

    def __init__(self, view: ShipmentView, lines: Sequence[LineReceipt], cold: frozenset[str]) -> None:
        self.view = view
        self.cold = cold
        by_id = {line.id: line for line in view.lines}
        self._entries = {each.line_id: _entry(by_id[each.line_id], each) for each in lines}
        self.extras: list[ExtraGoods] = []
        self.extra_names: list[tuple[str, str]] = []
        self.problems: dict[str, str] = {}
        self._scanned_before_warm: dict[str, tuple[str, ...]] = {}

    def entries(self) -> list[LineEntry]:
        """The lines in their order."""
        return list(self._entries.values())

    def entry(self, line_id: str) -> LineEntry:
        """One line."""
        return self._entries[line_id]

    @property
    def is_as_sent(self) -> bool:
        """Whether everything came as it was sent."""
        return not self.extras and all(entry.is_as_sent for entry in self._entries.values())

    @property
    def has_unreadable(self) -> bool:
        """Whether something typed could not be read."""
        return any(entry.typed for entry in self._entries.values())

    def write(self, line_id: str, key: str, text: str) -> None:
        """Take over what was typed into a cell; accepted and rejected units add up to what was sent by themselves."""
        entry = self._entries[line_id]
        typed = {name: words for name, words in entry.typed.items() if name != key}
        wrong = {name: words for name, words in entry.wrong.items() if name != key}
        entry = replace(entry, typed=typed, wrong=wrong)
        self.problems.pop(line_id, None)
        if key in NUMBERS:
            entry = self._with_number(entry, key, text)
        elif key == "expiry":
            entry = _with_expiry(entry, text)
        elif key == "reason":
            entry = replace(entry, reason=text)
        elif key == "batch_no":
            entry = replace(entry, batch_no=text)
        self._entries[line_id] = entry

    def refuse_as_other_batch(self, line_id: str) -> tuple[str, str, date | None, int]:
        """Reject a line whose pack says another batch; gives (drug, batch, expiry, units) for the line of its own."""
        entry = self._entries[line_id]
        self._entries[line_id] = replace(
            entry, accepted=0, rejected=entry.line.shipped, reason=RejectReason.WRONG_BATCH.value,
            batch_no=entry.line.batch_no, expiry=entry.line.expiry, codes=(), typed={}, wrong={},
        )
        self.problems.pop(line_id, None)
        return entry.line.drug_code, entry.batch_no, entry.expiry, entry.accepted

    def warm(self, is_warm: bool) -> bool:
        """Reject the cold lines because of the temperature, or take that back; whether anything changed."""
        changed = False
        for line_id in self.cold:
            entry = self._entries[line_id]
            is_out = entry.reason == RejectReason.TEMPERATURE.value and entry.rejected == entry.line.shipped
            if is_warm and not is_out:
                self._scanned_before_warm[line_id] = entry.codes
                self._entries[line_id] = replace(
                    entry, accepted=0, rejected=entry.line.shipped, reason=RejectReason.TEMPERATURE.value, codes=()
                )
                changed = True
            elif not is_warm and is_out:
                codes = self._scanned_before_warm.pop(line_id, ())
                self._entries[line_id] = replace(entry, accepted=entry.line.shipped, rejected=0, reason="", codes=codes)
                changed = True
        return changed

    def drop_extra(self, number: int) -> None:
        """Take a line of goods that were not sent away again."""
        del self.extras[number]
        del self.extra_names[number]

    def add_code(self, line_id: str, code: str) -> None:
        """A pack of a line was scanned."""
        entry = self._entries[line_id]
        self._entries[line_id] = replace(entry, codes=(*entry.codes, code))
        self.problems.pop(line_id, None)

    def drop_codes(self, line_id: str) -> None:
        """Forget what was scanned of a line."""
        self._entries[line_id] = replace(self._entries[line_id], codes=())

    def taken_codes(self) -> dict[str, tuple[str, ...]]:
        """The codes scanned so far, by line."""
        return {line_id: entry.codes for line_id, entry in self._entries.items()}

    def counts(self) -> tuple[int, int]:
        """(scanned, wanted) packs."""
        entries = self._entries.values()
        return sum(len(entry.codes) for entry in entries), sum(entry.codes_wanted for entry in entries)

    def sentence_of(self, entry: LineEntry) -> str:
        """What stands beneath a line."""
        return next(iter(entry.wrong.values()), "") or self.problems.get(entry.line.id, "")

    def arrival(self, *, celsius: str, received_on: date | None, delivered_by: str, remark: str) -> Arrival:
        """What goes to the service."""
        from app.services.receiving import Arrival, LineReceipt

        lines = tuple(
            LineReceipt(
                entry.line.id, entry.accepted, entry.rejected, entry.reason if entry.rejected else "", entry.batch_no,
                entry.expiry, entry.codes,
            )
            for entry in self._entries.values()
        )
        return Arrival(lines, tuple(self.extras), celsius, received_on, delivered_by, remark)

    # --- what is kept for a power cut --------------------------------------------------------------------------

    def as_draft(self) -> dict[str, Any]:
        """The lines as plain values."""
        return {
            "lines": {
                entry.line.id: {
                    "accepted": entry.accepted, "rejected": entry.rejected, "reason": entry.reason,
                    "batch_no": entry.batch_no, "expiry": entry.expiry.isoformat() if entry.expiry else None,
                    "codes": list(entry.codes),
                }
                for entry in self._entries.values()
            },
            "extras": [
                [extra.drug_code, *names, extra.quantity, extra.batch_no, extra.expiry.isoformat() if extra.expiry else None]
                for extra, names in zip(self.extras, self.extra_names, strict=True)
            ],
        }

    def take_draft(self, payload: Mapping[str, Any]) -> None:
        """Go on with what was kept."""
        from app.services.receiving import ExtraGoods

        for line_id, kept in payload.get("lines", {}).items():
            entry = self._entries.get(line_id)
            if entry is not None:
                self._entries[line_id] = replace(
                    entry, accepted=kept["accepted"], rejected=kept["rejected"], reason=kept["reason"],
                    batch_no=kept["batch_no"], expiry=_day(kept["expiry"]), codes=tuple(kept["codes"]),
                )
        for code, name, unit, quantity, batch_no, expiry in payload.get("extras", ()):
            self.extras.append(ExtraGoods(code, quantity, batch_no, _day(expiry)))
            self.extra_names.append((name, unit))

    def _with_number(self, entry: LineEntry, key: str, text: str) -> LineEntry:
        units = whole_number(text)
        if units is None:
            sentence = tr("数量请填 0 或正整数（最小发药单位），您填的是“{written}”。", written=text[:20])
            return replace(entry, typed={**entry.typed, key: text}, wrong={**entry.wrong, key: sentence})
        rest = max(0, entry.line.shipped - units)
        accepted, rejected = (units, rest) if key == "accepted" else (rest, units)
        typed = {name: words for name, words in entry.typed.items() if name not in NUMBERS}
        wrong = {name: words for name, words in entry.wrong.items() if name not in NUMBERS}
        reason = entry.reason if rejected else ""
        return replace(entry, accepted=accepted, rejected=rejected, reason=reason, typed=typed, wrong=wrong)


def whole_number(text: str) -> int | None:
    """0 or more as typed, also in full-width digits; None for anything else."""
    from unicodedata import normalize

    plain = normalize("NFKC", text).strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 9 else None


def _with_expiry(entry: LineEntry, text: str) -> LineEntry:
    if not text:
        return replace(entry, expiry=None)
    try:
        return replace(entry, expiry=read_day(text))
    except Unreadable:
        sentence = tr("有效期请填日期，例如 2028-06-30，您填的是“{written}”。", written=text[:20])
        return replace(entry, typed={**entry.typed, "expiry": text}, wrong={**entry.wrong, "expiry": sentence})


def read_day(text: str) -> date:
    """2028-06-30, 20280630, 2028.6.30 or 280630. Raises Unreadable."""
    plain = text.strip().replace(".", "-").replace("/", "-")
    if plain.isdigit() and len(plain) == 6:
        plain = f"20{plain}"
    if plain.isdigit() and len(plain) == 8:
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    day: date = Date().read(plain)
    return day


def _entry(line: ShipmentLineView, receipt: LineReceipt) -> LineEntry:
    return LineEntry(
        line, receipt.accepted, receipt.rejected, receipt.reason, receipt.batch_no or line.batch_no,
        receipt.expiry or line.expiry,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
