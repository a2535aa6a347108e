"""The sheets of a year as PDF, as work for a worker: every sheet of the person that the saved visit belongs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.domain.message import Message, msg

if TYPE_CHECKING:
    from app.services.follow_ups import FollowUps


def year_sheets(
    follow_ups: FollowUps, resident_id: str, *, name: str, record_no: str, form_codes: Sequence[str], year: int,
) -> Callable[[Callable[[int, int, Message], None], Callable[[], bool]], bytes]:
    """`work(report, cancelled)` that gives the PDF of all sheets of `year`, one form after the other."""

    def work(report: Callable[[int, int, Message], None], cancelled: Callable[[], bool]) -> bytes:
        from app.printing.content import DocumentContent
        from app.printing.sheets import PersonHead, print_content, sheet_content

        person = PersonHead(name, record_no)
        sheets = []
        title = ""
        for number, form_code in enumerate(form_codes):
            report(number, len(form_codes), msg("正在排版随访表"))
            visits = [sheet.answers for sheet in follow_ups.recorded_sheets(resident_id, form_code, year=year)]
            content = sheet_content(form_code, person, visits)
            title = title or content.title
            sheets.extend(content.sheets)
        return print_content(DocumentContent(title, tuple(sheets)))

    return work
