"""From forms on file to what is printed of them, the same for one person and for a batch.

A form is printed in the edition in which it was filled in. Visits of one year stand side by side on a sheet; a form that
still lacks answers says 草稿, a void one 作废, and neither shares a sheet with finished ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.forms.editions import forwarded, of_edition
from app.forms.registry import FORM_MODULES, form
from app.forms.sheets import SHEET_MODULES, sheet
from app.printing.content import DocumentContent
from app.printing.sheets import Mode, PersonHead, sheet_content
from app.services import facts

COMPLETE, PARTIAL, VOID = "complete", "partial", "void"
RECORD_FORMS = ("record_cover", "personal_info")
"""They show the facts as they are now, and can be printed before anything was filled in."""
CARD = "record_card"
SLIP = "referral_out"


class Manner(StrEnum):
    """How a batch or a sheet is printed."""

    FILLED = "filled"
    BLANK = "blank"
    LAST_VALUES = "last_values"
    OVERPRINT = "overprint"

    @property
    def mode(self) -> Mode:
        """What the printing is told."""
        modes = {Manner.FILLED: Mode.FILLED, Manner.OVERPRINT: Mode.OVERPRINT}
        return modes.get(self, Mode.BLANK)

    @property
    def shows_answers(self) -> bool:
        """Whether only people with such a form have something to print."""
        return self in (Manner.FILLED, Manner.OVERPRINT)


MANNER_LABELS: dict[Manner, Message] = {
    Manner.FILLED: msg("填好的"),
    Manner.BLANK: msg("空白的"),
    Manner.LAST_VALUES: msg("空白，带上次的值"),
    Manner.OVERPRINT: msg("套打"),
}


@dataclass(frozen=True)
class Kept:
    """A form on file as it is printed: `answers` in canonical values of `edition`."""

    entry_id: str
    form_code: str
    edition: str
    entry_date: date
    state: str
    answers: Mapping[str, Any]


def printable_forms() -> tuple[str, ...]:
    """The codes of the forms that have a printed sheet, in the order of the list."""
    return tuple(code for code in FORM_MODULES if code in SHEET_MODULES)


def visits_on_a_sheet(form_code: str) -> int:
    """How many visits stand side by side on one sheet of a form; 1 for most."""
    return sheet(form_code).visits


def kept(row: Row[Any]) -> Kept:
    """A row of db.queries.prints with its answers."""
    declared = of_edition(row.form_code, row.edition)
    return Kept(
        row.id, row.form_code, row.edition, row.entry_date, row.state, declared.restore(row.answers)
    )


def sheets_of(person: PersonHead, form_code: str, entries: Sequence[Kept], mode: Mode) -> DocumentContent:
    """The filled sheets of these forms of one kind, oldest first."""
    parts = []
    for (_year, edition, state), group in groupby(sorted(entries, key=_order), key=company_of):
        answers = [each.answers for each in group]
        draft = state == PARTIAL and mode is Mode.FILLED
        part = sheet_content(form_code, person, answers, mode=mode, draft=draft, edition=edition)
        parts.extend(replace(each, void=True) if state == VOID else each for each in part.sheets)
    return DocumentContent(form(form_code).title, tuple(parts))


def blank_sheet(person: PersonHead, form_code: str, last: Kept | None = None) -> DocumentContent:
    """A sheet for hand-writing; `last` gives the values of last time in grey, as far as the edition in force has them."""
    answers = [] if last is None else [forwarded(form_code, last.edition, last.answers).answers]
    return sheet_content(form_code, person, answers, mode=Mode.BLANK)


def together(title: str, parts: Iterable[DocumentContent]) -> DocumentContent:
    """Several documents as one."""
    return DocumentContent(title, tuple(each for part in parts for each in part.sheets))


def with_head(desk: Desk, form_code: str, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """The referral slip with this clinic's name and telephone where the doctor left them out."""
    if form_code != SLIP:
        return answers
    head = {"from_org": desk.place.name, "from_phone": desk.place.phone}
    return {**{code: value for code, value in head.items() if value}, **answers}


def card_answers(session: Session, desk: Desk, resident_id: str) -> dict[str, Any]:
    """居民健康档案信息卡 from the record, for somebody whose card was never filled in by itself."""
    offered = facts.offers(session, desk, resident_id, CARD, desk.today())
    known = facts.starting_facts(session, desk, resident_id, CARD)
    head = {"org_name": desk.place.name, "org_phone": desk.place.phone, "doctor_or_nurse": desk.actor.name}
    given = {code: value for code, value in head.items() if value}
    return {**given, **{code: offer.value for code, offer in offered.items()}, **known}


def company_of(entry: Kept | Row[Any]) -> tuple[int, str, str]:
    """What visits that stand on one sheet have in common: year, edition and state."""
    return entry.entry_date.year, entry.edition, entry.state


def _order(entry: Kept) -> tuple[int, str, str, date, str]:
    return (*company_of(entry), entry.entry_date, entry.entry_id)
