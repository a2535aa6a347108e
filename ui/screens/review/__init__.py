"""申领审核: the township's review of the clinics' drug requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.screens.review.screen import ReviewScreen
    from ui.services import Services
    from ui.shell.main_window import ScreenEntry
    from ui.shell.search_box import SearchHit


def entry(services: Services) -> ScreenEntry:
    """The township's entry 申领审核."""
    from ui.shell.main_window import ScreenEntry

    def make() -> ReviewScreen:
        from ui.screens.review.screen import ReviewScreen

        return ReviewScreen(services)

    return ScreenEntry("review", tr("申领审核"), "review", make)


def search_hits(services: Services, text: str) -> Sequence[SearchHit]:
    """Requests for the search box: by the clinic, or by a drug that waits to be decided."""
    from ui.screens.requests.words import request_title, state_chip
    from ui.screens.review.comparison import short_name
    from ui.shell.search_box import MOST_HITS, SearchHit

    hits = []
    for found in services.review_inbox.find(text, limit=MOST_HITS):
        clinic = short_name(found.clinic_name)
        title = tr("{drug}　{clinic}", drug=found.drug_name, clinic=clinic) if found.drug_name else clinic
        key = f"review:request_id={found.request_id}&drug_code={found.drug_code}"
        hits.append(SearchHit(key, title, request_title(found.kind, found.period), (state_chip(found.state),)))
    return hits
