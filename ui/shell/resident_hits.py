"""What the search box shows for residents, and where each hit leads: to the person, or to the form of a scanned sheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.i18n import tr
from ui.shell.search_box import MOST_HITS, SearchHit
from ui.widgets.chips import ChipText

if TYPE_CHECKING:
    from ui.services import Services

VISIT_FORMS = frozenset({"htn_followup", "dm_followup"})
"""Sheets that the visit screen fills in, both at once."""

RECORD_FORMS = frozenset({"record_cover", "personal_info", "screening"})
"""Sheets that are entered at the resident or in a round, not each by itself."""


def resident_hits(services: Services, text: str) -> list[SearchHit]:
    """Residents for the search box, each in two lines."""
    return _hits(services, text, place_of)


def resident_choices(services: Services, text: str) -> list[SearchHit]:
    """Residents for a line that chooses one: the key is the resident's id."""
    return [hit for hit in _hits(services, text, lambda resident_id, _form_code: resident_id) if hit.key]


def _hits(services: Services, text: str, key_of: Callable[[str, str], str]) -> list[SearchHit]:
    from app.domain.kinship import shown_relation
    from app.services.resident_views import ACTIVE, STATE_LABELS

    sexes = {1: tr("男"), 2: tr("女")}
    hits = []
    found = services.search.find(text, limit=MOST_HITS)
    problem = None if found else services.search.line_code_problem(text)
    if problem is not None:
        return [SearchHit("", tr("行码找不到"), tr(problem))]
    for hit in found:
        age = "" if hit.age is None else tr("{age} 岁", age=hit.age)
        title = "  ".join(part for part in (hit.name, sexes.get(hit.sex, ""), age) if part)
        family = tr("{head}家", head=hit.head_name) if hit.head_name else ""
        relation = shown_relation(hit.relation, hit.sex)
        sheet = tr("录入“{form}”", form=form_title(hit.form_code)) if hit.form_code else ""
        place = (sheet, hit.group_name, family, relation, hit.id_number_masked, hit.phone_masked)
        chips = () if hit.state == ACTIVE else (ChipText(tr(STATE_LABELS[hit.state]), "grey"),)
        hits.append(SearchHit(key_of(hit.resident_id, hit.form_code), title, "  ".join(filter(None, place)), chips))
    return hits


def form_title(form_code: str) -> str:
    """The title of a form, as the sheet has it that was scanned."""
    from app.forms.registry import form

    return form(form_code).title


def place_of(resident_id: str, form_code: str) -> str:
    """Where a hit leads: to the resident, or with a scanned sheet to where that form is entered, as a hit's key."""
    if form_code in VISIT_FORMS:
        return f"follow_ups:resident_id={resident_id}"
    if form_code in RECORD_FORMS or not form_code:
        return f"residents:resident_id={resident_id}"
    return f"forms:resident_id={resident_id}&form_code={form_code}"
