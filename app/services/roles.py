"""The roles of users, by the kind of the desk, in words and in what they may do with accounts."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.message import Message, msg

ROLES: Mapping[str, Message] = {
    "village_doctor": msg("村医"),
    "clinic_lead": msg("村卫生室负责人"),
    "township_pharmacist": msg("卫生院药师"),
    "township_manager": msg("卫生院院长"),
    "insurance_clerk": msg("医保经办"),
    "home_team": msg("家庭医生团队成员"),
    "auditor": msg("督查"),
}
ROLES_AT: Mapping[str, tuple[str, ...]] = {
    "clinic": ("village_doctor", "clinic_lead", "home_team", "auditor"),
    "township": ("township_pharmacist", "township_manager", "insurance_clerk", "home_team", "auditor"),
}
LEADING = frozenset({"clinic_lead", "township_manager"})
"""Those who keep the accounts. Where nobody active has such a role, everybody may except an auditor."""


def role_label(role: str) -> Message:
    """What a role is called; an unknown one (of a newer program) by its code."""
    return ROLES.get(role) or msg("{role}", role=role)
