"""To which drug a scanned code belongs, or why it is taken for none."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.message import Message
from app.i18n import tr

if TYPE_CHECKING:
    from app.services.dispensing import Dispensing
    from ui.screens.dispensing.line_card import LineCard


@dataclass(frozen=True)
class Belongs:
    """The drug of a scanned pack; or why the pack is not taken."""

    drug_code: str = ""
    problem: Message | None = None


class CodeBook:
    """Asks the service what a scan means."""

    def __init__(self, dispensing: Dispensing) -> None:
        self._dispensing = dispensing

    def where(self, code: str, drugs: Container[str], here: str, *, must_be_here: bool) -> Belongs:
        """The drug of `code` among `drugs` or a new one.

        Scanned into the line of a drug (`here`, `must_be_here`), a pack of a drug that is not among `drugs` is refused.
        """
        found = self._dispensing.look_up_code(code)
        if found.problem is not None or found.known is None:
            return Belongs(problem=found.problem)
        drug_code = found.known.drug_code
        if must_be_here and drug_code not in drugs:
            return Belongs(problem=self._dispensing.look_up_code(code, here).problem)
        return Belongs(drug_code)


def has_code_problems(cards: Iterable[LineCard]) -> bool:
    """Whether a code of these lines was not taken, or something that is no code was left in their fields; each is told."""
    wrong = []
    for card in cards:
        left = str(card.fields["codes"].control.raw())
        if left:
            card.show_code_problem(tr("“{code}”不是药品追溯码：追溯码是 20 位数字。没有记，请重新扫码。", code=left[:24]))
        wrong.append(bool(card.code_problem()))
    return any(wrong)
