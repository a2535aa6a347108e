"""Lines of rosters for the tests of imports, what is planned for them, and what is on file then."""

from __future__ import annotations

from sqlalchemy import func, select

from app.interchange.mapping import guess_mapping
from app.interchange.roster import RosterImport
from app.interchange.tables import RawRow, RawTable
from app.services.residents import Residents
from app.services.search import Search
from tests.residents import id_number

HEADERS = ("姓名", "身份证号", "联系电话", "家庭住址", "户籍地址", "组", "户编号", "与户主关系")
LI = ("李桂兰", id_number("19550308", 432), "13812342716", "柳庄村3组", "柳庄村3组", "3组", "12", "妻")
DA = ("李大山", id_number("19530102", 433), "13912340001", "柳庄村3组", "柳庄村3组", "3组", "12", "户主")


def table(*lines, headers=HEADERS):
    """A table as it would be read; the first line below the header is line 2."""
    rows = tuple(RawRow(place, tuple(line)) for place, line in enumerate(lines, start=2))
    return RawTable("名单.xlsx", tuple(headers), rows, 1)


def changed(line, **columns):
    """A line with some cells changed, by header."""
    cells = list(line)
    for header, value in columns.items():
        cells[HEADERS.index(header)] = value
    return tuple(cells)


def plan_of(roster, *lines, headers=HEADERS, mapping=None, **options):
    """What an import of these lines would do."""
    content = table(*lines, headers=headers)
    return roster.dry_run(content, mapping or guess_mapping(content), **options)


def actions(plan):
    """What becomes of each line."""
    return [row.action.value for row in plan.rows]


def reasons(plan, place=0):
    """Why, in one text."""
    return " ".join(str(reason) for reason in plan.rows[place].reasons)


def count(desk, entity):
    """How many rows of a table there are."""
    with desk.sessions.reading() as session:
        return session.scalar(select(func.count()).select_from(entity))


def imported(desk, *lines, **options):
    """An import of these lines, done."""
    roster = RosterImport(desk)
    return roster.apply(plan_of(roster, *lines, **options))


def of_name(desk, name):
    """Somebody on file."""
    return Residents(desk).get(Search(desk).find(name)[0].resident_id)
