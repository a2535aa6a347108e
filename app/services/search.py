"""Finding a resident by what the doctor types: name, pinyin, initials, last digits of a number, record number.

Statements are built once and run on a connection of the pool, without a session. Every search is a transaction of its
own, so that it sees what was saved a moment ago. Shown first: the exact name, names that begin so, names that
contain it; who moved away or died comes last. A hit on the head of a household brings its members after the direct
hits. A line code from a printed sheet, scanned or typed, finds whose sheet it is. What is typed is never logged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from app.desk import Desk
from app.domain.dates import age_on
from app.domain.line_codes import looks_like_line_code, parse_line_code
from app.domain.message import Message, msg
from app.domain.search_keys import AFTER_ALL, Query, plain_number, query_text, read_query
from app.pinyin import name_readings
from app.services.masks import masked_id_number, masked_phone
from db.queries.search import Hit, hits_in, members_of, with_id_suffix

SPARE = 6
"""So many rows more than asked for are read: one resident may stand under two keys of a range."""
MIXED_CANDIDATES = 200
LONGEST_QUERY = 50


@dataclass(frozen=True)
class SearchHit:
    """One resident in the list under the search box.

    `age` in completed years, None when unknown. `matched` says by what: name, pinyin, id_number, phone,
    contact_phone, record_no, household (a member of the household whose head was found) or line_code, which also
    names the form of the sheet.
    """

    resident_id: str
    name: str
    sex: int
    age: int | None
    group_name: str
    id_number_masked: str
    phone_masked: str
    record_no: str
    head_name: str
    relation: str
    state: str
    matched: str
    form_code: str = ""


class Search:
    """居民查找 on one desk. May be called from any thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def find(self, text: str, limit: int = 20) -> list[SearchHit]:
        """At most `limit` residents for what was typed, the best first; nothing typed finds nobody."""
        typed = text.strip()[:LONGEST_QUERY]
        if looks_like_line_code(typed):
            return self.find_line_code(typed, limit)
        query = read_query(typed, name_readings(query_text(typed)))
        if not query.ranges:
            return []
        with self._desk.sessions.engine.connect() as connection:
            direct = _direct_hits(connection, query, limit)
            with_members = _members(connection, direct, limit)
        today = self._desk.today()
        plain = query_text(typed)
        return [_shown(hit, plain, today) for hit in (*direct, *with_members)]

    def find_line_code(self, text: str, limit: int = 20) -> list[SearchHit]:
        """Whose sheet carries this line code; nobody for one that is not right. Two people may share a code by chance."""
        code = parse_line_code(text)
        if not code.valid:
            return []
        with self._desk.sessions.engine.connect() as connection:
            hits = with_id_suffix(connection, code.id_suffix, limit)
        today = self._desk.today()
        return [replace(_shown(hit, "", today), matched="line_code", form_code=code.form_code) for hit in hits]

    def line_code_problem(self, text: str) -> Message | None:
        """Why the line code in `text` finds nobody; None when it does, or when it is not meant as a line code."""
        if not looks_like_line_code(text):
            return None
        code = parse_line_code(text)
        if not code.valid:
            return code.reason
        if self.find_line_code(text, 1):
            return None
        return msg("本机没有这张表的居民，可能是别的卫生室打印的。请看表上的姓名和编号，按姓名找。")


def _direct_hits(connection: Connection, query: Query, limit: int) -> list[Hit]:
    ranges = [(key, key + "\x00") for key in query.exact] + [(q, q + AFTER_ALL) for q in query.ranges]
    candidates = MIXED_CANDIDATES if query.name_part else limit + SPARE
    hits = hits_in(connection, ranges, candidates=candidates, most=limit + SPARE, name_part=query.name_part)
    found: dict[int, Hit] = {}
    for hit in hits:
        found.setdefault(hit.number, hit)
    return list(found.values())[:limit]


def _members(connection: Connection, direct: list[Hit], limit: int) -> list[Hit]:
    """The members of the households whose heads were found, as far as there is room."""
    room = limit - len(direct)
    households = [hit.household_id for hit in direct if hit.household_id and hit.head_id == hit.id][:room]
    if not households:
        return []
    seen = {hit.number for hit in direct}
    members = [member for member in members_of(connection, households) if member.number not in seen]
    members.sort(key=lambda member: households.index(member.household_id))
    return members[:room]


def _shown(hit: Hit, plain: str, today: date) -> SearchHit:
    born = hit.birth_date
    return SearchHit(
        resident_id=hit.id,
        name=hit.name,
        sex=hit.sex,
        age=age_on(born, today) if born is not None and born <= today else None,
        group_name=hit.group_name or "",
        id_number_masked=masked_id_number(hit.id_number),
        phone_masked=masked_phone(hit.phone),
        record_no=hit.record_no or "",
        head_name=hit.head_name or "",
        relation=hit.relation,
        state=hit.state,
        matched=_matched(hit, plain),
    )


def _matched(hit: Hit, plain: str) -> str:
    if not hit.k:
        return "household"
    if plain in hit.name_key:
        return "name"
    numbers = {
        "record_no": hit.record_no or "",
        "id_number": hit.id_number or "",
        "phone": hit.phone,
        "contact_phone": hit.contact_phone,
    }
    if any(character.isdigit() for character in plain):
        ends = (kind for kind, number in numbers.items() if plain_number(number).endswith(plain))
        begins = (kind for kind, number in numbers.items() if plain_number(number).startswith(plain))
        return next(ends, next(begins, "record_no"))
    return "pinyin"
