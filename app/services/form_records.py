"""填表: every form that is kept for itself: opening, judging, saving, correcting, voiding, and what is on file.

One user action is one transaction. The two sheets of a chronic visit and the two of the record are read here and
written by their own services (follow_ups.py, residents.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from app.desk import Desk
from app.forms.registry import form
from app.services import facts, form_judging, form_loading, form_writing
from app.services.answer_changes import FormChange, readable
from app.services.form_views import FactChange, Judged, OpenForm, RecordedForm, SavedForm
from app.services.history import changes_of
from db.queries import forms as queries


class FormRecords:
    """国家规范的表 of the residents, as they are filled in and kept."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open(self, resident_id: str, form_code: str, *, on: date | None = None) -> OpenForm:
        """A new form, dated `on` or today. Raises UserError for a form that has its own screen."""
        with self._desk.sessions.reading() as session:
            return form_loading.load_open(session, self._desk, resident_id, form_code, on)

    def open_recorded(self, entry_id: str) -> OpenForm:
        """A form on file to be corrected by `revise`. Raises UserError when it is void."""
        with self._desk.sessions.reading() as session:
            return form_loading.load_open_recorded(session, self._desk, entry_id)

    def judge(self, open_form: OpenForm, answers: Mapping[str, object]) -> Judged:
        """What the form and the rules say to the answers as typed; pure and quick."""
        return form_judging.judge(open_form, answers)

    def changes(self, open_form: OpenForm, answers: Mapping[str, object]) -> tuple[FactChange, ...]:
        """What the answers as typed say otherwise than other forms and the record do."""
        given, _problems = form_judging.examine(open_form, answers)
        recorded = open_form.recorded
        with self._desk.sessions.reading() as session:
            return facts.changes(
                session,
                self._desk,
                open_form.person.resident_id,
                open_form.form.code,
                given,
                entry_id=None if recorded is None else recorded.entry_id,
            )

    def save(
        self,
        resident_id: str,
        form_code: str,
        answers: Mapping[str, object],
        *,
        confirmed: frozenset[str] = frozenset(),
        partial: bool = False,
        through: frozenset[str] = frozenset(),
    ) -> SavedForm:
        """Keep a new form from its answers as typed, and remove its draft.

        Raises Refused with the problems by code; those that only ask pass when their code is in `confirmed`, missing
        answers when it is kept as `partial`. `through` are the keys of the changes that go to their other places.
        """
        with self._desk.sessions.writing() as session:
            return form_writing.save(
                session,
                self._desk,
                resident_id,
                form_code,
                answers,
                confirmed=confirmed,
                partial=partial,
                through=through,
            )

    def revise(
        self,
        entry_id: str,
        answers: Mapping[str, object],
        revision: int,
        reason: str,
        *,
        confirmed: frozenset[str] = frozenset(),
        partial: bool = False,
        through: frozenset[str] = frozenset(),
    ) -> SavedForm:
        """Correct a form on file: every answer anew, `revision` as read, `reason` why.

        Nothing changed, no revision. Raises Refused, also when somebody else was faster.
        """
        with self._desk.sessions.writing() as session:
            return form_writing.revise(
                session,
                self._desk,
                entry_id,
                answers,
                revision,
                reason,
                confirmed=confirmed,
                partial=partial,
                through=through,
            )

    def void(self, entry_id: str, reason: str) -> None:
        """Make a form void: it stays readable with the reason and counts nowhere."""
        with self._desk.sessions.writing() as session:
            form_writing.void(session, self._desk, entry_id, reason)

    def history(self, entry_id: str) -> tuple[FormChange, ...]:
        """Every revision of a form, the newest first, with the labels of its edition."""
        with self._desk.sessions.reading() as session:
            recorded = form_loading.load_recorded(session, entry_id)
            declared = form_loading.form_in(recorded.form_code, recorded.edition)
            revisions = changes_of(session, form_writing.ENTRY, entry_id)
            return tuple(readable(change, declared) for change in revisions)

    def recorded(self, entry_id: str) -> RecordedForm:
        """One form on file, void or not. Raises UserError when there is none."""
        with self._desk.sessions.reading() as session:
            return form_loading.load_recorded(session, entry_id)

    def of_resident(
        self,
        resident_id: str,
        form_code: str | None = None,
        *,
        year: int | None = None,
        with_void: bool = False,
    ) -> tuple[RecordedForm, ...]:
        """The forms of a resident, newest first: of one kind or all, of one year or all; partial ones too."""
        if form_code is not None:
            form(form_code)
        first, last = (
            (queries.EARLIEST, queries.LATEST) if year is None else (date(year, 1, 1), date(year, 12, 31))
        )
        with self._desk.sessions.reading() as session:
            rows = queries.of_resident(
                session, resident_id, form_code, first=first, last=last, with_void=with_void
            )
            return tuple(form_loading.recorded_form(row) for row in rows)
