"""原因: the township's preset reasons for approving another quantity than asked.

A reason goes into the township's record and into the answer for the clinic. Preset ones are kept in their Chinese
source, whatever language the pharmacist works in, and told in the language of whoever reads them; reasons in the
pharmacist's own words stay as written.
"""

from __future__ import annotations

from app.domain.message import Message, msg
from app.i18n import tr

REASONS: tuple[Message, ...] = (
    msg("本院库存不足"),
    msg("超出合理用量"),
    msg("近效期，先用现有库存"),
    msg("建议改用同类集采药品"),
    msg("抗菌药物控制用量"),
    msg("暂时断供，到货后补发"),
)


def reasons_offered() -> list[str]:
    """The preset reasons in the user's language."""
    return [tr(reason) for reason in REASONS]


def reason_as_kept(written: str) -> str:
    """What is stored of a reason as the pharmacist chose or wrote it."""
    return next((str(reason) for reason in REASONS if written == tr(reason)), written)


def reason_as_shown(kept: str) -> str:
    """A stored reason in the user's language."""
    return next((tr(reason) for reason in REASONS if kept == str(reason)), kept)
