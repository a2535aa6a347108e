"""原因: the township's preset reasons for approving another quantity than asked, for sending back and for rejecting.

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
NOT_THERE = frozenset((str(REASONS[0]), str(REASONS[5])))
"""Reasons that say nothing against what was asked for: it was not there. It stays something to be bought."""

RETURN_REASONS: tuple[Message, ...] = (
    msg("请先盘点，再按实际库存填写"),
    msg("申领量超出用量，请核减或写明理由"),
    msg("请补填月均用量"),
    msg("同一种药品报了两行，请合并"),
    msg("紧急理由不清楚，请写明病人和用量"),
)
REJECT_REASONS: tuple[Message, ...] = (
    msg("与本期常规申领重复"),
    msg("所报药品都不在目录内"),
    msg("不属于紧急情况，请并入下期常规申领"),
)
CLOSE_REASONS: tuple[Message, ...] = (
    msg("已全部发出"),
    msg("配送企业断供，余量不再供应"),
    msg("村卫生室不再需要余量"),
)
NOT_SUPPLIED_REASONS: tuple[Message, ...] = (
    msg("断供，暂时买不到"),
    msg("已改用同类药品"),
    msg("由县级医院另行供应"),
)
"""Preset words for sending back, rejecting, closing the rest of a request, and for a line that is not supplied."""

_ALL = (*REASONS, *RETURN_REASONS, *REJECT_REASONS, *CLOSE_REASONS, *NOT_SUPPLIED_REASONS)


def reasons_offered(reasons: tuple[Message, ...] = REASONS) -> list[str]:
    """Preset reasons in the user's language."""
    return [tr(reason) for reason in reasons]


def reason_as_kept(written: str) -> str:
    """What is stored of a reason as the pharmacist chose or wrote it."""
    return next((str(reason) for reason in _ALL if written == tr(reason)), written)


def reason_as_shown(kept: str) -> str:
    """A stored reason in the user's language."""
    return next((tr(reason) for reason in _ALL if kept == str(reason)), kept)
