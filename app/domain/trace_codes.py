"""药品追溯码: 20 digits, of which the first seven tell the drug. What a scan may mean, and why it is refused.

Specification: issue of the supply chain (required at settlement since 2025-07-01, for all drugs since 2026-01-01). One code
stands on one pack; a pack may be handed out in parts, so that its units are counted down. Nothing is looked up here.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from app.domain.message import Message, msg

LENGTH = 20
PREFIX_LENGTH = 7
SCANNER_MARKS = ("]C1", "]d2", "]Q3", "]C0", "]Q1", "]d1")
"""What some scanners write before the code to tell what kind of symbol they read."""


class CodeState(StrEnum):
    """Where a pack is. `GONE` was handed to another organisation.

    `UNCERTAIN`: a count found less than the codes say, and nobody knew which pack is missing; its next scan tells.
    """

    HERE = "here"
    UNCERTAIN = "uncertain"
    USED = "used"
    RETURNED = "returned"
    LOST = "lost"
    GONE = "gone"


ON_SHELF = frozenset({CodeState.HERE, CodeState.UNCERTAIN})
"""The states in which a pack may go out: a scan proves that it is here."""


class CodeFault(StrEnum):
    """Why a scanned code is not taken."""

    NOT_A_CODE = "not_a_code"
    OTHER_DRUG = "other_drug"
    UNKNOWN_MAKER = "unknown_maker"
    ALREADY_RECEIVED = "already_received"
    NEVER_RECEIVED = "never_received"
    USED_UP = "used_up"
    AWAY = "away"
    TOO_MANY_UNITS = "too_many_units"
    OTHER_BATCH = "other_batch"
    TWICE_HERE = "twice_here"
    MISSING = "missing"
    TOO_MANY_CODES = "too_many_codes"


@dataclass(frozen=True)
class KnownCode:
    """A pack as the books have it."""

    code: str
    drug_code: str
    batch_id: str
    units_left: int
    state: CodeState


def clean_code(scanned: str) -> str:
    """What a scanner or a hand wrote, as digits only: full-width digits, spaces, dashes and the scanner's mark put right."""
    text = unicodedata.normalize("NFKC", scanned).strip()
    for mark in SCANNER_MARKS:
        text = text.removeprefix(mark)
    return "".join(character for character in text if not character.isspace() and character not in "-‐–—")


def is_code(text: str) -> bool:
    """Whether it is 20 digits."""
    return len(text) == LENGTH and text.isascii() and text.isdigit()


def drug_digits(code: str) -> str:
    """The seven digits that tell the drug."""
    return code[:PREFIX_LENGTH]


def form_fault(text: str, trace_prefix: str) -> CodeFault | None:
    """What is wrong with a cleaned code by itself; `trace_prefix` "" is unknown, then any drug's is taken."""
    if not is_code(text):
        return CodeFault.NOT_A_CODE
    if trace_prefix and drug_digits(text) != trace_prefix:
        return CodeFault.OTHER_DRUG
    return None


def receipt_fault(known: KnownCode | None) -> CodeFault | None:
    """Why a pack can't come in: it is here, or it was used here. One that went away, was lost or is uncertain may come."""
    if known is None or known.state in (CodeState.GONE, CodeState.LOST, CodeState.UNCERTAIN):
        return None
    return CodeFault.ALREADY_RECEIVED


def issue_fault(known: KnownCode | None, drug_code: str, units: int, batch_id: str = "") -> CodeFault | None:
    """Why `units` of a pack can't go out as `drug_code`; `batch_id` "" leaves the batch to the code."""
    if known is None:
        return CodeFault.NEVER_RECEIVED
    if known.drug_code != drug_code:
        return CodeFault.OTHER_DRUG
    if known.state is CodeState.USED:
        return CodeFault.USED_UP
    if known.state not in ON_SHELF:
        return CodeFault.AWAY
    if batch_id and known.batch_id != batch_id:
        return CodeFault.OTHER_BATCH
    if units > known.units_left:
        return CodeFault.TOO_MANY_UNITS
    return None


def codes_for(units: int, units_per_pack: int) -> int:
    """How many packs, and codes, `units` are: a broken pack has its code too. Raises ValueError for a pack below 1."""
    if units_per_pack < 1:
        raise ValueError("a pack holds at least one unit")
    return -(-max(0, units) // units_per_pack)


def shared_out(units: int, units_per_pack: int, packs: int) -> tuple[int, ...]:
    """The units in each of `packs` packs that come in: full ones first, the last holds what is left."""
    filled = [min(units_per_pack, max(0, units - place * units_per_pack)) for place in range(packs)]
    return tuple(filled)


def taken_from(units: int, left: tuple[int, ...]) -> tuple[int, ...] | None:
    """How many of `units` come from each pack with so many `left`, in the order of scanning; None when they don't suffice.

    A pack of which nothing would be taken was scanned in vain: its place holds 0.
    """
    taken = []
    for here in left:
        part = min(units, here)
        taken.append(part)
        units -= part
    return None if units else tuple(taken)


def sentence(fault: CodeFault, code: str, drug: str, *, left: int = 0, units: int = 0, unit: str = "") -> Message:
    """What the user is told; `code` as scanned, `drug` the drug that it was scanned for."""
    shown = code if len(code) <= LENGTH + 4 else code[: LENGTH + 4] + "…"
    if fault is CodeFault.NOT_A_CODE:
        return msg("“{code}”不是药品追溯码：追溯码是 20 位数字。没有记，请重新扫码。", code=shown)
    if fault is CodeFault.OTHER_DRUG:
        return msg("追溯码 {code} 不是{drug}的。没有记，请核对拿的是不是这种药。", code=shown, drug=drug)
    if fault is CodeFault.UNKNOWN_MAKER:
        return msg(
            "追溯码 {code} 不是{drug}已知厂家的。没有记。看清药盒：确实是这种药，请先确认“是这种药”，再扫一次。",
            code=shown, drug=drug,
        )  # fmt: skip
    if fault is CodeFault.ALREADY_RECEIVED:
        return msg("追溯码 {code} 已经入过库，不能再入一次。请核对是不是扫了同一盒。", code=shown)
    if fault is CodeFault.NEVER_RECEIVED:
        return msg("追溯码 {code} 没有入过库，不能发出。请先把这一盒验收入库。", code=shown)
    if fault is CodeFault.USED_UP:
        return msg("追溯码 {code} 这一盒已经发完，不能再发一次。请换一盒扫码。", code=shown)
    if fault is CodeFault.AWAY:
        return msg("追溯码 {code} 这一盒已经不在库里（退回、调出或报损）。请换一盒扫码。", code=shown)
    if fault is CodeFault.OTHER_BATCH:
        return msg("追溯码 {code} 属于另一个批号，和选的批次不一致。请换一盒，或按这一盒的批号发。", code=shown)
    if fault is CodeFault.TWICE_HERE:
        return msg("追溯码 {code} 扫了两次。没有重复计算，请去掉一次。", code=shown)
    if fault is CodeFault.TOO_MANY_UNITS:
        return msg(
            "追溯码 {code} 这一盒只剩 {left} {unit}，不够 {units} {unit}。请再扫一盒。",
            code=shown, left=left, units=units, unit=unit,
        )  # fmt: skip
    if fault is CodeFault.TOO_MANY_CODES:
        return msg("{drug}扫的追溯码比盒数多（应为 {units} 个）。没有记，请核对。", drug=drug, units=units)
    return msg("{drug}还差 {units} 个追溯码。请扫码后再记；没有码的药请先列入无码目录。", drug=drug, units=units)
