"""The list of residents, page by page: by group and household, or by pinyin."""

from __future__ import annotations

from calendar import isleap
from datetime import date

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.domain.search_keys import AFTER_ALL, BY_HOUSEHOLD, BY_PINYIN, group_order
from app.services.masks import masked_phone
from app.services.resident_facts import written_birth
from app.services.resident_views import (
    ID_TO_VERIFY,
    ID_UPGRADED,
    OLD_FROM_YEARS,
    ListFilter,
    ListPage,
    ListRow,
    age_of,
)
from db.queries import residents as queries

_BETWEEN = "\x00"


def list_page(session: Session, wanted: ListFilter, after: str | None, limit: int, today: date) -> ListPage:
    """One page; `after` is the `next_after` of the page before."""
    start = BY_PINYIN if wanted.order == "pinyin" else BY_HOUSEHOLD
    if wanted.order != "pinyin" and wanted.group_name is not None:
        start = group_order(wanted.group_name)
    place = _read_after(after)
    rows = queries.page(session, start, start + AFTER_ALL, place, _conditions(wanted, today), limit + 1)
    diseases = queries.diseases_of(session, [row.id for row in rows])
    shown = tuple(
        ListRow(
            resident_id=row.id,
            name=row.name,
            sex=row.sex,
            age=age_of(row.birth_date, today),
            birth_text=written_birth(row.birth_date, row.birth_precision),
            group_name=row.group_name or "",
            household_number=row.household_number or "",
            head_name=row.head_name or "",
            relation=row.relation,
            phone_masked=masked_phone(row.phone),
            record_no=row.record_no or "",
            state=row.state,
            diseases=tuple(diseases.get(row.id, ())),
        )
        for row in rows[:limit]
    )
    more = rows[limit - 1] if len(rows) > limit else None
    return ListPage(shown, f"{more.k}{_BETWEEN}{more.number}" if more is not None else None)


def count(session: Session, wanted: ListFilter, today: date) -> int:
    """How many residents the list shows."""
    return queries.count(session, _conditions(wanted, today))


def _read_after(after: str | None) -> tuple[str, int] | None:
    if after is None:
        return None
    key, _, number = after.rpartition(_BETWEEN)
    return key, int(number)


def _conditions(wanted: ListFilter, today: date) -> list[ColumnElement[bool]]:
    return queries.conditions(
        group_name=wanted.group_name,
        state=wanted.state,
        born_by=latest_birth_of(OLD_FROM_YEARS, today) if wanted.only_65_or_older else None,
        disease=wanted.disease,
        id_states=(ID_TO_VERIFY, ID_UPGRADED) if wanted.only_to_verify else (),
    )


def latest_birth_of(years: int, today: date) -> date:
    """The latest birth of somebody who has completed `years` today; born on 29 February counts from 28 February."""
    year = today.year - years
    if (today.month, today.day) in ((2, 28), (2, 29)) and not (isleap(today.year) and today.day == 28):
        return date(year, 2, 29 if isleap(year) else 28)
    return today.replace(year=year)
