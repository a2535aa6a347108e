"""What screens are given of an attachment: plain frozen values, without the contents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Row

ATTACHMENT = "attachment"
KEPT, VOID = "kept", "void"
JPEG, PDF = "image/jpeg", "application/pdf"
ENDINGS = {JPEG: "jpg", PDF: "pdf"}


@dataclass(frozen=True)
class AttachmentView:
    """附件: a picture or a PDF of the record, or of one of its sheets. `size` in bytes, `state` kept or void."""

    id: str
    resident_id: str
    form_entry_id: str | None
    title: str
    media_type: str
    size: int
    author: str
    added_at: datetime
    state: str
    revision: int

    @property
    def is_pdf(self) -> bool:
        """Whether it is a PDF; else it is a picture."""
        return self.media_type == PDF

    @property
    def file_name(self) -> str:
        """How it is called as a file."""
        plain = "".join(" " if each in '\\/:*?"<>|' or not each.isprintable() else each for each in self.title)
        return f"{plain.strip(' .') or ATTACHMENT}.{ENDINGS.get(self.media_type, 'bin')}"

    @property
    def size_text(self) -> str:
        """312 KB or 1.4 MB."""
        if self.size < 1024 * 1024:
            return f"{max(1, round(self.size / 1024))} KB"
        return f"{self.size / 1024 / 1024:.1f} MB"


def attachment_view(row: Row[Any]) -> AttachmentView:
    """A row of db.queries.record_folder as a value."""
    return AttachmentView(
        id=row.id,
        resident_id=row.resident_id,
        form_entry_id=row.form_entry_id,
        title=row.title,
        media_type=row.media_type,
        size=row.size,
        author=row.author or "",
        added_at=row.added_at,
        state=row.state,
        revision=row.revision,
    )
