"""Write it once: every fact that more than one form shows, its home, and how each form writes it.

A field that is not named here is asked by one form only, or means something else on each form that prints its label:
药物不良反应, 并发症 and the class belong to one disease; 病案号 of the stub is not 住院病案号; 脉率 is not 心率; 暴露史 of
the record is not the occupational one; the guardian need not be the person to call. `docs/facts.md` is made from this
table; app/services/facts.py offers the values and carries changes through.
"""

from __future__ import annotations

from app.forms.fact_parts import Fact, FactIndex
from app.forms.facts_of_visits import HABITS, MEASURED, TREATMENT, VISIT
from app.forms.facts_standing import HISTORY, ORGANISATION, PERSON

FACTS: tuple[Fact, ...] = (*PERSON, *ORGANISATION, *HISTORY, *MEASURED, *VISIT, *HABITS, *TREATMENT)
INDEX = FactIndex(FACTS)
