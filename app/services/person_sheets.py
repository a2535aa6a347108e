"""Printing a resident's national forms from the database: which sheets, whose, and the note in the audit trail.

A follow-up form has one column for each recorded visit of a year, the cover and the 个人基本信息表 show the facts as they
are now. Void visits are not printed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from app.desk import Desk
from app.domain.id_number import clean_id_text
from app.domain.message import msg
from app.errors import UserError
from app.forms.registry import form
from app.printing.content import DocumentContent
from app.printing.sheets import Mode, PersonHead, print_content, sheet_content, unprintable
from app.services.follow_ups import FollowUps
from app.services.history import add_audit
from app.services.progress import Report, quiet_report
from app.services.residents import Residents
from db.models import Resident

RESIDENT_FORMS = ("record_cover", "personal_info")


@dataclass(frozen=True)
class PrintedSheet:
    """A printed form: the PDF, how many visits stand on it, and characters that no font has (left blank)."""

    pdf: bytes
    visits: int
    without_glyph: tuple[str, ...]


class PersonSheets:
    """国家规范的表 of the residents of this desk, to be printed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def find_resident(self, number: str) -> str:
        """The resident with this record number, ID number or internal id. Raises UserError when there is none."""
        written = clean_id_text(number)
        plain = written.replace("-", "")
        with self._desk.sessions.reading() as session:
            found = session.scalars(
                select(Resident.id).where(
                    or_(
                        Resident.record_no == plain,
                        Resident.id_number == plain,
                        Resident.id == number.strip().lower(),
                    )
                )
            ).first()
        if found is None:
            raise UserError(msg("没有找到这位居民。请用 17 位档案编号或身份证号，核对后再试。"))
        return found

    def content(
        self, resident_id: str, form_code: str, *, year: int | None = None, mode: Mode = Mode.FILLED
    ) -> tuple[DocumentContent, int]:
        """What is printed, and how many visits stand on it; `year` of a follow-up form, None for this year.

        Raises UserError for an unknown form and for a year without a visit.
        """
        declared = form(form_code)
        view = Residents(self._desk).get(resident_id)
        person = PersonHead(view.name, view.record_no or "")
        visits = self._answers(resident_id, form_code, year or self._desk.today().year)
        if not visits and mode is Mode.FILLED:
            raise UserError(
                msg(
                    "{name} {year} 年还没有填过“{form}”，没有可打印的。",
                    name=view.name,
                    year=year or self._desk.today().year,
                    form=declared.title,
                )
            )
        draft = mode is Mode.FILLED and form_code == "personal_info" and self._is_unfinished(resident_id)
        return sheet_content(form_code, person, visits, mode=mode, draft=draft), len(visits)

    def print_form(
        self, resident_id: str, form_code: str, *, year: int | None = None, mode: Mode = Mode.FILLED
    ) -> PrintedSheet:
        """The form as PDF; who printed whose form is kept in the audit trail. Raises as `content`."""
        content, visits = self.content(resident_id, form_code, year=year, mode=mode)
        return self._print(resident_id, (form_code,), content, visits)

    def print_year(
        self, resident_id: str, form_codes: Sequence[str], year: int, report: Report = quiet_report
    ) -> PrintedSheet:
        """The sheets of several follow-up forms of `year` in one PDF, one form after the other. Raises as `content`."""
        title, sheets, most = "", [], 0
        for number, form_code in enumerate(form_codes):
            report(number, len(form_codes), msg("正在排版随访表"))
            content, visits = self.content(resident_id, form_code, year=year)
            title, most = title or content.title, max(most, visits)
            sheets.extend(content.sheets)
        return self._print(resident_id, form_codes, DocumentContent(title, tuple(sheets)), most)

    def _print(
        self, resident_id: str, form_codes: Sequence[str], content: DocumentContent, visits: int
    ) -> PrintedSheet:
        pdf = print_content(content)
        with self._desk.sessions.writing() as session:
            for form_code in form_codes:
                add_audit(session, self._desk, f"print.{form_code}", "resident", resident_id)
        return PrintedSheet(pdf, visits, tuple(unprintable(content)))

    def _is_unfinished(self, resident_id: str) -> bool:
        """Whether the personal information form was kept although answers lack; such a sheet says 草稿."""
        return Residents(self._desk).record(resident_id).info_is_partial

    def _answers(self, resident_id: str, form_code: str, year: int) -> list[Mapping[str, Any]]:
        if form_code in RESIDENT_FORMS:
            record = Residents(self._desk).record(resident_id)
            answers = record.cover if form_code == "record_cover" else record.info
            return [answers] if answers else []
        sheets = FollowUps(self._desk).recorded_sheets(resident_id, form_code, year=year)
        return [sheet.answers for sheet in sheets]
