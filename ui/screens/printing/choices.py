"""What is chosen in the print window: whose, which forms, how. From the choices to a Batch, without any drawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.forms.registry import form
from app.forms.summaries import SHORT_NAMES
from app.i18n import tr
from app.services.batch_prints import RESIDENT_SHEET, Batch, Manner, Who
from app.services.sheet_contents import MANNER_LABELS, printable_forms
from app.services.work_list import EVERYONE, Order
from ui.widgets.segmented import Option

if TYPE_CHECKING:
    from app.services.resident_views import ListFilter
    from app.services.work_list import WorkFilter

NEWEST, EVERY = "newest", "every"
YEARS_BACK = 10


@dataclass(frozen=True)
class Known:
    """What the screen knows from which the window was opened; "" and None for nothing."""

    resident_id: str = ""
    form_code: str = ""
    entry_id: str = ""
    listed: ListFilter | None = None
    work: WorkFilter | None = None
    order: Order | None = None


@dataclass(frozen=True)
class Chosen:
    """What stands in the controls. `when` newest, every or a year; `form_codes` () every form that is there."""

    who: Who
    manner: Manner
    form_codes: tuple[str, ...]
    when: str
    day: date | None
    group: str | None
    double_sided: bool


def who_options(known: Known, household_id: str) -> list[Option]:
    """Whose sheets can be chosen here, the nearest first."""
    options = []
    if known.entry_id:
        options.append((Who.ENTRY, tr("这一张表")))
    if known.resident_id:
        options.append((Who.CHOSEN, tr("这位居民")))
    if household_id:
        options.append((Who.HOUSEHOLD, tr("这一户")))
    if known.listed is not None:
        options.append((Who.LISTED, tr("名单上的人")))
    options += [
        (Who.WORK_LIST, tr("随访名单上的人")), (Who.DAY, tr("某一天")), (Who.OLDER, tr("老人（65 岁以上）")),
    ]
    if known.work is not None:
        options.sort(key=lambda option: option[0] is not Who.WORK_LIST)
    return [Option(who.value, words, str(number)) for number, (who, words) in enumerate(options, 1)]


def manner_options() -> list[Option]:
    """How sheets are printed."""
    return [Option(manner.value, tr(words), str(number)) for number, (manner, words) in enumerate(MANNER_LABELS.items(), 1)]


def form_options() -> list[Option]:
    """Every form that has a printed sheet, then the sheet for the resident."""
    codes = printable_forms()
    options = [Option(code, short_name(code), str(number)) for number, code in enumerate(codes, 1)]
    return [*options, Option(RESIDENT_SHEET, short_name(RESIDENT_SHEET), str(len(codes) + 1))]


def short_name(form_code: str) -> str:
    """What doctors call a form."""
    if form_code == RESIDENT_SHEET:
        return tr("给居民的单子")
    return tr(SHORT_NAMES[form_code]) if form_code in SHORT_NAMES else form(form_code).title


def when_options(today: date) -> list[tuple[object, str]]:
    """Which of the forms on file."""
    years = [(str(year), tr("{year} 年的", year=year)) for year in range(today.year, today.year - YEARS_BACK, -1)]
    return [(NEWEST, tr("最近一次（随访表为今年的）")), *years, (EVERY, tr("全部"))]


def batch_of(chosen: Chosen, known: Known, household_id: str) -> Batch:
    """The batch that the choices mean."""
    year = int(chosen.when) if chosen.when.isdigit() else None
    of_time = chosen.who not in (Who.DAY, Who.ENTRY, Who.WORK_LIST) and chosen.manner.shows_answers
    codes = chosen.form_codes
    if chosen.manner is not Manner.FILLED:
        codes = tuple(code for code in codes if code != RESIDENT_SHEET)
    return Batch(
        who=chosen.who,
        manner=chosen.manner,
        form_codes=() if chosen.who is Who.ENTRY else codes,
        day=chosen.day,
        household_id=household_id,
        resident_ids=(known.resident_id,) if known.resident_id else (),
        year=year if of_time else None,
        group_name=chosen.group,
        listed=known.listed,
        work=known.work or EVERYONE,
        order=known.order or Order.DUE,
        double_sided=chosen.double_sided,
        every=of_time and chosen.when == EVERY,
        entry_id=known.entry_id,
    )
