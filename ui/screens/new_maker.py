"""是这种药: the question about a pack whose first seven digits nobody has said whose they are yet.

Whoever holds the pack reads its name and answers once for all packs of this maker. A scanner ends every code with Enter;
the answer that changes nothing is the one that Enter gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.message import msg
from app.domain.trace_codes import clean_code, drug_digits
from app.errors import CunyiError
from ui.dialogs import Answer, Question, show_failure

if TYPE_CHECKING:
    from ui.services import Services

IT_IS, IT_IS_NOT = "it_is", "it_is_not"


def confirmed_maker(services: Services, scanned: str, drug_code: str) -> bool:
    """Ask whether a pack is this drug and keep the answer; True when its digits are the drug's now."""
    drug = services.catalogue.get(drug_code)
    if drug is None:
        return False
    code = clean_code(scanned)
    question = Question(
        msg("没见过的厂家"),
        msg("追溯码 {code} 的前 7 位 {digits} 还没有人认过。请看清药盒：这一盒是 {drug} {strength} 吗？",
            code=code, digits=drug_digits(code), drug=drug.name, strength=drug.strength),
        (Answer(IT_IS_NOT, msg("不是，或看不准")), Answer(IT_IS, msg("是这种药"), "primary")),
        msg("这一盒还没有记。答“是这种药”以后，这个厂家的盒都认作它；谁认的会记下来。"),
        harmless=IT_IS_NOT,
    )  # fmt: skip
    if services.dialogs.ask(question) != IT_IS:
        return False
    try:
        services.catalogue.confirm_maker(code, drug_code)
    except CunyiError as error:
        show_failure(services.dialogs, error)
        return False
    return True
