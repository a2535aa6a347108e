"""附件: photographed slips and scanned pages, kept inside the encrypted database beside the record or one of its sheets.

Nothing is written to the disk in the clear except where the user saves an attachment out, which the audit trail notes.
An attachment is never deleted; one that is wrong becomes void with a reason.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.errors import UserError
from app.services.attachment_files import Prepared, prepared, read_file
from app.services.attachment_views import ATTACHMENT, KEPT, VOID, AttachmentView, attachment_view
from app.services.exchange_files import write_whole
from app.services.history import add_audit, record_change
from app.services.problems import refuse
from app.services.resident_rows import get_resident
from db.models import Attachment, FormEntry, new_id
from db.queries import record_folder as queries

LONGEST_TITLE = 100


class Attachments:
    """附件 of the residents of this clinic."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(
        self, resident_id: str, source: Path | bytes, title: str = "", *, form_entry_id: str | None = None
    ) -> AttachmentView:
        """Keep a picture or a PDF (see attachment_files for what is done with it).

        Without a title a file keeps its name. Raises UserError with what is wrong with the file, and for a sheet that
        is not this resident's; then nothing is kept.
        """
        name = title.strip() or (source.stem.strip() if isinstance(source, Path) else "")
        made = prepared(read_file(source) if isinstance(source, Path) else source)
        now = self._desk.now()
        desk = replace(self._desk, clock=lambda: now)
        row = Attachment(
            id=new_id(),
            resident_id=resident_id,
            form_entry_id=form_entry_id,
            title=(name or str(msg("附件")))[:LONGEST_TITLE],
            media_type=made.media_type,
            sha256=made.sha256,
            size=len(made.data),
            content=made.data,
            author_id=desk.actor.user_id,
            added_at=now,
            state=KEPT,
            revision=1,
        )
        with desk.sessions.writing() as session:
            get_resident(session, resident_id)
            self._check_sheet(session, resident_id, form_entry_id)
            session.add(row)
            session.flush()
            record_change(
                session, desk, "attachment.add", ATTACHMENT, row.id, before=None, after=_kept_of(row, made)
            )
            return self._view(session, row.id)

    def of_resident(self, resident_id: str, *, with_void: bool = False) -> tuple[AttachmentView, ...]:
        """What is attached to the record and to its sheets, the newest first."""
        with self._desk.sessions.reading() as session:
            views = [attachment_view(row) for row in queries.attachments(session, resident_id)]
        return tuple(each for each in views if with_void or each.state == KEPT)

    def of_form(
        self, resident_id: str, form_entry_id: str, *, with_void: bool = False
    ) -> tuple[AttachmentView, ...]:
        """What is attached to one sheet, the newest first."""
        found = self.of_resident(resident_id, with_void=with_void)
        return tuple(each for each in found if each.form_entry_id == form_entry_id)

    def get(self, attachment_id: str) -> AttachmentView:
        """One attachment. Raises UserError when there is none."""
        with self._desk.sessions.reading() as session:
            return self._view(session, attachment_id)

    def content(self, attachment_id: str) -> bytes:
        """The picture (JPEG) or the PDF. Raises UserError when there is none."""
        with self._desk.sessions.reading() as session:
            found = queries.attachment_content(session, attachment_id)
        if found is None:
            raise _not_there()
        return found

    def save_out(self, attachment_id: str, file: Path) -> None:
        """Write an attachment to a file in the clear, where the user wants it; the audit trail notes it.

        Raises EnvironmentFailure when it cannot be written.
        """
        data = self.content(attachment_id)
        write_whole(file, data)
        with self._desk.sessions.writing() as session:
            add_audit(session, self._desk, "attachment.save_out", ATTACHMENT, attachment_id)

    def void(self, attachment_id: str, reason: str) -> AttachmentView:
        """作废: it is kept, and shown only when void things are asked for. Raises Refused without a reason."""
        if not reason.strip():
            raise refuse("reason", msg("请写明作废的原因。"))
        with self._desk.sessions.writing() as session:
            row = session.get(Attachment, attachment_id)
            if row is None:
                raise _not_there()
            if row.state == VOID:
                raise UserError(msg("这份附件已经作废，请刷新后查看。"))
            row.state = VOID
            row.revision += 1
            record_change(
                session,
                self._desk,
                "attachment.void",
                ATTACHMENT,
                row.id,
                before={"state": KEPT},
                after={"state": VOID},
                number=row.revision,
                reason=reason.strip()[:200],
            )
            return self._view(session, attachment_id)

    def _view(self, session: Session, attachment_id: str) -> AttachmentView:
        row = queries.attachment(session, attachment_id)
        if row is None:
            raise _not_there()
        return attachment_view(row)

    def _check_sheet(self, session: Session, resident_id: str, form_entry_id: str | None) -> None:
        if form_entry_id is None:
            return
        entry = session.get(FormEntry, form_entry_id)
        if entry is None or entry.resident_id != resident_id:
            raise UserError(msg("没有找到要附上的那张表，附件没有存入。请重新打开那张表再添加。"))


def _kept_of(row: Attachment, made: Prepared) -> dict[str, object]:
    """What the first revision keeps of an attachment: everything but its contents."""
    return {
        "resident_id": row.resident_id,
        "form_entry_id": row.form_entry_id,
        "title": row.title,
        "media_type": made.media_type,
        "sha256": row.sha256,
        "size": row.size,
        "state": row.state,
    }


def _not_there() -> UserError:
    return UserError(msg("没有找到这份附件，可能已被移到别处。请刷新后再试。"))
