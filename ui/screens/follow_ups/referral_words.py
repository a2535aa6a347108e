"""What a referral says on the form before the doctor completes it: 转诊原因 and 机构及科别.

Words of a national form are kept and printed as they are, so these are the Chinese source in every language.
"""

from __future__ import annotations

from app.domain.message import msg
from app.services.follow_up_proposals import DiseaseProposal

LONGEST = 100
"""Characters of 转诊原因, `app.forms.followup_parts`."""
WHY_REFERRED = frozenset({
    "urgent_sbp", "urgent_dbp", "emergency_sign", "complication", "sbp_not_controlled", "dbp_not_controlled",
    "glucose_not_controlled", "unsatisfactory_again",
})
"""The reasons of a proposal that a hospital wants to read."""


def referral_reason(said: DiseaseProposal) -> str:
    """The headline of the proposal and the findings behind it, in at most `LONGEST` characters."""
    found = [str(reason.message) for reason in said.reasons if reason.code in WHY_REFERRED]
    return "；".join([str(said.headline).replace("　", " "), *found])[:LONGEST]


def referral_place(township: str) -> str:
    """青石镇卫生院 of 青石镇; empty without a township."""
    return str(msg("{township}卫生院", township=township)) if township else ""
