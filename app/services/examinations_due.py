"""待体检: who is to have the yearly 健康体检表 and has none this year.

国家基本公共卫生服务规范（第三版）: once a year for people of 65 and more (老年人健康管理), and for those under management for
hypertension, type 2 diabetes and severe mental disorder; COPD after the trial of 2024. Tuberculosis patients do not get
it. It is a list and no task of its own: whoever is examined is gone from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.dates import add_months, age_on
from app.domain.indicators import ELDERLY_FROM_YEARS
from app.domain.message import Message, msg
from app.services.diseases import EXAMINED_YEARLY, NAMES, programmes_in_order
from app.services.masks import masked_phone
from db.queries import programmes as queries

FORM_CODE = queries.EXAMINATION
MOST_SHOWN = 1000


@dataclass(frozen=True)
class ExaminationDue:
    """One person to be examined. `last_on` is the last examination of an earlier year, None when there was none."""

    resident_id: str
    name: str
    sex: int
    age: int | None
    diseases: tuple[str, ...]
    last_on: date | None
    phone_masked: str
    group: str

    @property
    def reason(self) -> Message:
        """Why: 65 岁以上, 高血压 …"""
        is_old = self.age is not None and self.age >= ELDERLY_FROM_YEARS
        reasons = [msg("65岁以上")] if is_old else []
        reasons += [NAMES[disease] for disease in self.diseases]
        text = reasons[0] if reasons else msg("—")
        for reason in reasons[1:]:
            text = msg("{one} · {other}", one=text, other=reason)
        return text


class ExaminationsDue:
    """The yearly examinations of this clinic."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def count(self) -> int:
        """How many people have no examination this year."""
        with self._desk.sessions.reading() as session:
            return queries.examinations_due_count(session, *self._asked())

    def is_due(self, resident_id: str) -> bool:
        """Whether this person is one of them."""
        with self._desk.sessions.reading() as session:
            return queries.examination_is_due(session, resident_id, *self._asked())

    def people(self, limit: int = MOST_SHOWN) -> tuple[ExaminationDue, ...]:
        """Those people by group and household, at most `limit`."""
        today = self._desk.today()
        with self._desk.sessions.reading() as session:
            rows = queries.examinations_due_people(session, *self._asked(), limit)
            diseases = _diseases(session, [row.id for row in rows])
        return tuple(
            ExaminationDue(
                resident_id=row.id,
                name=row.name,
                sex=row.sex,
                age=age_on(row.birth_date, today) if row.birth_date and row.birth_date <= today else None,
                diseases=programmes_in_order(diseases.get(row.id, ())),
                last_on=row.last_on,
                phone_masked=masked_phone(row.phone),
                group=row.group_name or "",
            )
            for row in rows
        )

    def _asked(self) -> tuple[str, int, date, tuple[str, ...]]:
        today = self._desk.today()
        born_by = add_months(today, -12 * ELDERLY_FROM_YEARS)
        return self._desk.place.id, today.year, born_by, EXAMINED_YEARLY


def _diseases(session: Session, resident_ids: list[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in queries.open_diseases(session, resident_ids):
        found.setdefault(row.resident_id, set()).add(row.disease)
    return found
