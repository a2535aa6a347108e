"""Printing a resident's national forms from the database: which sheets, whose, and the note in the audit trail.

The cover and the 个人基本信息表 show the facts as they are now, unless one entry is asked for; the card can be printed
from the record before anybody filled it in. A void form is printed only when it is named by its entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.id_number import clean_id_text
from app.domain.line_codes import looks_like_line_code
from app.domain.message import msg
from app.errors import UserError
from app.forms.registry import form
from app.printing.content import DocumentContent
from app.printing.sheets import Mode, NoGlyph, PersonHead, places_without_glyph, print_content, sheet_content
from app.services.history import add_audit
from app.services.overprint import calibration
from app.services.progress import Report, quiet_report
from app.services.residents import Residents
from app.services.search import Search
from app.services.sheet_contents import (
    CARD,
    COMPLETE,
    RECORD_FORMS,
    Kept,
    blank_sheet,
    card_answers,
    kept,
    sheets_of,
    together,
    visits_on_a_sheet,
    with_head,
)
from db.models import Resident
from db.queries import prints as queries


@dataclass(frozen=True)
class PrintedSheet:
    """A printed form: the PDF, how many visits stand on it, and characters that no font has (left blank).

    `no_glyphs` says of these also in which answers they stand. `misfit` is a sentence about an overprint that would not
    meet the boxes of the printed paper, or "".
    """

    pdf: bytes
    visits: int
    without_glyph: tuple[str, ...]
    no_glyphs: tuple[NoGlyph, ...] = ()
    misfit: str = ""


class PersonSheets:
    """国家规范的表 of the residents of this desk, to be printed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def find_resident(self, number: str) -> str:
        """The resident with this record number, ID number, internal id or line code of a sheet.

        Raises UserError when there is none, or several share the line code.
        """
        if looks_like_line_code(number):
            return self._find_by_line_code(number)
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

    def _find_by_line_code(self, code: str) -> str:
        search = Search(self._desk)
        problem = search.line_code_problem(code)
        if problem is not None:
            raise UserError(problem)
        hits = search.find_line_code(code)
        if len(hits) > 1:
            raise UserError(msg("有 {count} 位居民的行码碰巧相同。请改用 17 位档案编号或身份证号。", count=len(hits)))
        return hits[0].resident_id

    def content(
        self,
        resident_id: str,
        form_code: str,
        *,
        year: int | None = None,
        mode: Mode = Mode.FILLED,
        entry_id: str | None = None,
        every: bool = False,
        last_values: bool = False,
    ) -> tuple[DocumentContent, int]:
        """What is printed, and how many forms stand on it.

        One entry by `entry_id`, else all of `year`, else `every` one; without any of these the newest, and of forms
        with several visits on a sheet this year's. Mode.BLANK with `last_values` shows those of the newest in grey.
        Raises UserError for an unknown form, and where there is nothing to print.
        """
        declared = form(form_code)
        view = Residents(self._desk).get(resident_id)
        person = PersonHead(view.name, view.record_no or "", resident_id)
        if mode is Mode.BLANK:
            last = self._newest(resident_id, form_code) if last_values else None
            return blank_sheet(person, form_code, last), 0 if last is None else 1
        if entry_id is not None:
            return sheets_of(person, form_code, [self._entry(resident_id, form_code, entry_id)], mode), 1
        if form_code in RECORD_FORMS:
            return self._of_record(resident_id, person, form_code, mode)
        entries = self._entries(resident_id, form_code, year, every=every)
        if entries:
            return sheets_of(person, form_code, entries, mode), len(entries)
        if form_code == CARD and year is None:
            return self._card(resident_id, person, mode), 1
        if year is None and visits_on_a_sheet(form_code) == 1:
            raise UserError(msg("{name}还没有填过“{form}”，没有可打印的。", name=view.name, form=declared.title))
        raise UserError(
            msg(
                "{name} {year} 年还没有填过“{form}”，没有可打印的。",
                name=view.name,
                year=year or self._desk.today().year,
                form=declared.title,
            )
        )

    def print_form(
        self,
        resident_id: str,
        form_code: str,
        *,
        year: int | None = None,
        mode: Mode = Mode.FILLED,
        entry_id: str | None = None,
        every: bool = False,
        last_values: bool = False,
    ) -> PrintedSheet:
        """The form as PDF; who printed whose form is kept in the audit trail. Raises as `content`."""
        content, visits = self.content(
            resident_id, form_code, year=year, mode=mode, entry_id=entry_id, every=every, last_values=last_values
        )
        printed = self._print(resident_id, (form_code,), content, visits, is_overprint=mode is Mode.OVERPRINT)
        return printed if mode is not Mode.OVERPRINT else replace(printed, misfit=_misfit(form_code, content))

    def print_year(
        self, resident_id: str, form_codes: Sequence[str], year: int, report: Report = quiet_report
    ) -> PrintedSheet:
        """The sheets of several forms of `year` in one PDF, one form after the other. Raises as `content`."""
        parts, most = [], 0
        for number, form_code in enumerate(form_codes):
            report(number, len(form_codes), msg("正在排版随访表"))
            content, visits = self.content(resident_id, form_code, year=year)
            parts.append(content)
            most = max(most, visits)
        title = parts[0].title if parts else ""
        return self._print(resident_id, form_codes, together(title, parts), most)

    def record_content(self, resident_id: str, person: PersonHead, form_code: str, mode: Mode) -> DocumentContent | None:
        """The cover or the 个人基本信息表 with the facts as they are now; None when nothing of it is known."""
        record = Residents(self._desk).record(resident_id)
        answers = record.cover if form_code == "record_cover" else record.info
        if not answers:
            return None
        draft = mode is Mode.FILLED and form_code == "personal_info" and record.info_is_partial
        return sheet_content(form_code, person, [answers], mode=mode, draft=draft)

    def card_content(self, session: Session, resident_id: str, person: PersonHead, mode: Mode) -> DocumentContent:
        """The card from the record."""
        return sheet_content(CARD, person, [card_answers(session, self._desk, resident_id)], mode=mode)

    def _of_record(
        self, resident_id: str, person: PersonHead, form_code: str, mode: Mode
    ) -> tuple[DocumentContent, int]:
        content = self.record_content(resident_id, person, form_code, mode)
        if content is None:
            title = form(form_code).title
            raise UserError(msg("{name}还没有填过“{form}”，没有可打印的。", name=person.name, form=title))
        return content, 1

    def _card(self, resident_id: str, person: PersonHead, mode: Mode) -> DocumentContent:
        with self._desk.sessions.reading() as session:
            return self.card_content(session, resident_id, person, mode)

    def _print(
        self,
        resident_id: str,
        form_codes: Sequence[str],
        content: DocumentContent,
        visits: int,
        *,
        is_overprint: bool = False,
    ) -> PrintedSheet:
        pdf = print_content(content, calibration=calibration(self._desk) if is_overprint else None)
        with self._desk.sessions.writing() as session:
            for form_code in form_codes:
                add_audit(session, self._desk, f"print.{form_code}", "resident", resident_id)
        places = tuple(places_without_glyph(content))
        return PrintedSheet(pdf, visits, tuple(dict.fromkeys(place.character for place in places)), places)

    def _entry(self, resident_id: str, form_code: str, entry_id: str) -> Kept:
        with self._desk.sessions.reading() as session:
            row = queries.entries(session, [entry_id]).get(entry_id)
        if row is None or row.resident_id != resident_id or row.form_code != form_code:
            raise UserError(msg("没有找到这张表。请重新打开居民的记录。"))
        return headed(self._desk, kept(row))

    def _entries(self, resident_id: str, form_code: str, year: int | None, *, every: bool) -> list[Kept]:
        """The forms to be printed, oldest first."""
        if year is None and not every and visits_on_a_sheet(form_code) > 1:
            year = self._desk.today().year
        first, last = (date.min, date.max) if year is None else (date(year, 1, 1), date(year, 12, 31))
        with self._desk.sessions.reading() as session:
            rows = queries.entries_of_people(session, [resident_id], [form_code], first, last)
            wanted = rows if every or year is not None else rows[-1:]
            found = queries.entries(session, [row.id for row in wanted])
        return [headed(self._desk, kept(found[row.id])) for row in wanted]

    def _newest(self, resident_id: str, form_code: str) -> Kept | None:
        with self._desk.sessions.reading() as session:
            rows = queries.entries_of_people(session, [resident_id], [form_code])
            complete = [row.id for row in rows if row.state == COMPLETE][-1:]
            found = queries.entries(session, complete)
        return kept(found[complete[0]]) if complete else None


def headed(desk: Desk, entry: Kept) -> Kept:
    """A form with the clinic's name where the sheet wants it and the doctor left it out."""
    return replace(entry, answers=with_head(desk, entry.form_code, entry.answers))


def _misfit(form_code: str, content: DocumentContent) -> str:
    """What is to be said of an overprint that would not meet the paper, or nothing."""
    from app.printing.overprint_fit import misfits_of, told_misfits

    blank = sheet_content(form_code, PersonHead(), [], mode=Mode.BLANK)
    return told_misfits(content.title, misfits_of(content, blank.sheets[0]))
