"""How the tests ask a drug rule: as the command line does, JSON in and JSON out."""

from __future__ import annotations

import json

from app.rules import drugs

DOCTOR, PHARMACIST = {"role": "village_doctor"}, {"role": "township_pharmacist"}


def answer(rule, payload):
    """What the command line prints: only what JSON can hold, read back."""
    result = json.loads(json.dumps(getattr(drugs, rule)(payload)))
    return {key: value for key, value in result.items() if key not in ("reasons", "edition")}
