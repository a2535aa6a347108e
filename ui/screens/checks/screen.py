"""监管: random checks of what the books say against what stands on the shelf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.message import msg
from app.i18n import tr
from ui.widgets.section_screen import Section, SectionScreen

if TYPE_CHECKING:
    from ui.services import Services

SECTIONS = (
    Section("random_checks", msg("抽查"), "ui.screens.checks.random_page:RandomChecksPage", desks=("township",)),
)


class ChecksScreen(SectionScreen):
    """The sections of 监管 that this desk has."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, SECTIONS, name="checks", accessible_name=tr("监管"))
