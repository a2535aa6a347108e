"""From a record to its forms: opening a sheet, filling in a new one, going to the field that lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.services.diseases import DISEASE_OF
from app.services.letter_checks import LETTER

if TYPE_CHECKING:
    from app.services.completeness import Missing
    from app.services.record_folder import FolderSheet
    from app.services.resident_views import TimelineRow
    from ui.screens.residents.screen import ResidentsScreen
    from ui.services import Services

RECORD_FORMS = ("record_cover", "personal_info")


class RecordForms:
    """Where a form of the open record is read and written."""

    def __init__(self, services: Services, screen: ResidentsScreen) -> None:
        self._services, self._screen = services, screen

    def open_row(self, row: TimelineRow) -> None:
        """Enter on a line of the timeline: the sheet, the attachment or the drugs it tells of."""
        if row.attachment_id is not None:
            self._screen.record.tabs.show_tab("attachments")
            self._screen.record.attachments.choose(row.attachment_id)
            self._screen.record.attachments.setFocus()
        elif row.form_entry_id is not None:
            self._open(row.kind, row.form_entry_id)
        elif row.dispensing_id is not None:
            self._services.navigate("dispensing", dispensing_id=row.dispensing_id)
        elif row.kind == "enrolment":
            self._screen.record.tabs.show_tab("chronic")

    def open_sheet(self, sheet: FolderSheet) -> None:
        """A sheet of the folder, to be read or corrected."""
        self._open(sheet.form_code, sheet.entry_id)

    def fill(self, form_code: str) -> None:
        """A new sheet; the two of the record itself are corrected instead."""
        shown = self._screen.shown()
        if shown is None or not form_code:
            return
        if form_code in RECORD_FORMS:
            self._screen.start_correction()
        elif form_code in DISEASE_OF:
            self._screen.start_visit()
        elif form_code == LETTER and shown.letters:
            self.write_letter()
        else:
            self._services.navigate("forms", resident_id=shown.person.id, form_code=form_code)

    def write_letter(self) -> None:
        """The letter of a referral that a visit made, begun with what the visit says."""
        shown = self._screen.shown()
        if shown is not None and shown.letters:
            self._services.navigate("forms", offer=shown.letters[0], from_screen="residents")

    def fill_chosen(self) -> None:
        """A new sheet of the form that the doctor chooses there."""
        shown = self._screen.shown()
        if shown is not None:
            self._services.navigate("forms", resident_id=shown.person.id)

    def lead_to(self, missing: Missing) -> None:
        """The field, or the form, that lacks."""
        shown = self._screen.shown()
        if shown is None:
            return
        code = {"code": missing.code} if missing.code else {}
        if missing.form_code in RECORD_FORMS:
            self._screen.start_correction(missing.code)
        elif missing.form_code in DISEASE_OF:
            self._screen.start_visit()
        elif missing.entry_id is not None:
            self._services.navigate("forms", entry_id=missing.entry_id, **code)
        else:
            self._services.navigate("forms", resident_id=shown.person.id, form_code=missing.form_code, **code)

    def _open(self, form_code: str, entry_id: str) -> None:
        if form_code in RECORD_FORMS:
            self._screen.record.tabs.show_tab("facts")
        elif form_code in DISEASE_OF:
            self._services.navigate("follow_ups", entry_id=entry_id)
        else:
            self._services.navigate("forms", entry_id=entry_id)
