"""How the tests ask a rule: as `cunyi rule NAME` does, JSON in and JSON out."""

from __future__ import annotations

import json
from datetime import date

from app.rules.registry import evaluate

TODAY = date(2026, 11, 22)


def rule(name, payload):
    """What a rule answers on 22 November 2026, held to be plain JSON and nothing else."""
    result = evaluate(name, payload, TODAY)
    assert json.loads(json.dumps(result)) == result
    return result


def texts(result):
    """The reasons in words."""
    return [reason["text"] for reason in result["reasons"]]
