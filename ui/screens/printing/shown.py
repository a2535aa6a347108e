"""A printed sheet on its way to the preview: what would not print as it stands is told first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.message import msg
from app.i18n import tr
from ui.dialogs import Notice

if TYPE_CHECKING:
    from app.services.person_sheets import PrintedSheet
    from ui.services import Services


def show_printed(services: Services, printed: PrintedSheet, title: str) -> None:
    """Tell of characters without a font and of an overprint that would not meet its paper, then show the preview."""
    told = []
    if printed.without_glyph:
        from app.printing.sheets import told_without_glyph

        characters = told_without_glyph(printed.no_glyphs) or "".join(printed.without_glyph)
        told.append(tr("这些字没有字体，纸上留空请手写：{characters}", characters=characters))
    if printed.misfit:
        told.append(printed.misfit)
    if told:
        services.dialogs.tell(Notice(msg("打印前请看一下"), "\n".join(told), tone="amber"))
    services.preview(printed.pdf, title)
