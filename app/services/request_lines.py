"""What is typed into a line of a drug request: reading it, and refusing it beside its cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from app.domain.message import Message, msg
from app.services.catalogue import DrugView
from app.services.problems import refuse
from db.models import DrugRequestLine

LARGEST_QUANTITY = 10_000_000


@dataclass(frozen=True)
class LineEdit:
    """What was typed into one line, as text or numbers; an empty text means unknown."""

    on_hand: object = None
    monthly_use: object = None
    requested: object = None
    explanation: str = ""
    is_skipped: bool = False


def read_line(edit: LineEdit) -> dict[str, object]:
    """The values to keep of what was typed; raises Refused naming the cell."""
    use = str(edit.monthly_use if edit.monthly_use is not None else "").strip()
    if use and not re.fullmatch(r"\d{1,7}(\.\d{1,2})?", use):
        raise refuse(
            "monthly_use",
            msg("月均用量请填不小于 0 的数，最多两位小数，您填的是“{written}”。", written=use[:20]),
        )
    try:
        monthly = str(Decimal(use)) if use else None
    except InvalidOperation as error:
        raise refuse(
            "monthly_use", msg("月均用量请填数字，您填的是“{written}”。", written=use[:20])
        ) from error
    return {
        "on_hand": read_quantity("on_hand", msg("现库存"), edit.on_hand),
        "monthly_use": monthly,
        "requested": read_quantity("requested", msg("申领量"), edit.requested),
        "explanation": edit.explanation.strip()[:200],
        "is_skipped": edit.is_skipped,
    }


def read_quantity(code: str, name: Message, written: object) -> int | None:
    """The units written in a cell called `name`, None when it is empty; raises Refused naming the cell."""
    text = str(written if written is not None else "").strip()
    if not text:
        return None
    if not re.fullmatch(r"\d{1,8}", text) or int(text) > LARGEST_QUANTITY:
        raise refuse(
            code,
            msg("{name}请填 0 或正整数（最小发药单位），您填的是“{written}”。", name=name, written=text[:20]),
        )
    return int(text)


def new_line(request_id: str, position: int, drug: DrugView) -> DrugRequestLine:
    """A line of a drug, with what the drug is called today."""
    return DrugRequestLine(
        request_id=request_id, position=position, drug_code=drug.code, drug_name=drug.name, strength=drug.strength,
        unit=drug.unit, pack_unit=drug.pack_unit, units_per_pack=drug.units_per_pack, price_fen=drug.price_fen,
    )  # fmt: skip
