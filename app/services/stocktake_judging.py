"""盘点: what stands against counts, differences and the township's re-count, each sentence beside its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.message import Message, msg
from app.domain.movements import LARGEST_QUANTITY
from app.domain.stocktake import DifferenceReason, explains
from app.domain.stocktake_steps import lines_to_recount, recount_size
from app.forms.vocabulary import Level, Problem
from app.services.stocktake_views import BookOfLine
from db.models import Stocktake, StocktakeLine

RECOUNT = "recount"


@dataclass(frozen=True)
class Recount:
    """What somebody of the township counted again at a clinic of one doctor: units by line id."""

    witness_name: str
    counts: Mapping[str, object]


def count_problems(
    lines: Mapping[str, StocktakeLine], counts: Mapping[str, object], row: Stocktake, at: datetime, now: datetime
) -> list[Problem]:
    """What stands against counts, by line id, written down as of `at`."""
    found = []
    if at > now or at < row.opened_at:
        found.append(problem_of("counted_at", msg("清点时间要在盘点开始以后、现在以前，请核对。")))
    for line_id, units in counts.items():
        if line_id not in lines:
            found.append(problem_of(line_id, msg("盘点表里没有这一行，没有记。请刷新后再录入。")))
        elif units is not None and not is_count(units):
            sentence = msg("实盘请填 0 或正整数（最小发药单位），您填的是“{written}”。", written=str(units)[:20])
            found.append(problem_of(line_id, sentence))
    return found


def is_count(units: object) -> bool:
    """Whether it is a whole number of units, 0 or more; a bool or a float is none."""
    return isinstance(units, int) and not isinstance(units, bool) and 0 <= units <= LARGEST_QUANTITY


def final_problem(line: StocktakeLine, line_book: BookOfLine) -> Problem | None:
    """What stands against booking a line; None when nothing does."""
    if line.counted is None:
        if line.is_as_book:
            return None
        sentence = msg("{drug} 批号 {batch} 没有盘：请清点，或选“按账面”。", drug=line.drug_name, batch=line.batch_no)
        return problem_of(line.id, sentence)
    counted = line_book.counted(line)
    if counted.message is not None:
        return problem_of(line.id, counted.message)
    if counted.difference and line.reason not in {reason.value for reason in DifferenceReason}:
        return problem_of(line.id, msg("差异原因请从列表里选择。"))
    if counted.difference and not explains(DifferenceReason(line.reason), counted.difference):
        reason = DifferenceReason(line.reason).label
        words = (
            msg("实盘比账面多，原因不会是“{reason}”：请重新选择。", reason=reason)
            if counted.difference > 0
            else msg("实盘比账面少，原因不会是“{reason}”：请重新选择。", reason=reason)
        )
        return problem_of(line.id, words)
    return None


def drawn_lines(row: Stocktake, lines: Sequence[StocktakeLine]) -> tuple[str, ...]:
    """The counted lines that are counted again."""
    return lines_to_recount([line.id for line in lines if line.counted is not None], row.seed or 0)


def recount_problems(
    row: Stocktake, lines: Sequence[StocktakeLine], books: Mapping[str, BookOfLine], recount: Recount | None
) -> list[Problem]:
    """What stands against the township's re-count: every drawn line counted again, and as the doctor counted (§7).

    The codes are RECOUNT for the whole and RECOUNT_<line id> for a line.
    """
    drawn = drawn_lines(row, lines)
    if recount is None or not recount.witness_name.strip():
        sentence = msg(
            "只有一位用户，不能自己核对：请另一个人（村卫生室请卫生院的人）抽 {count} 行复盘，填写姓名和复盘数量。",
            count=recount_size(len(drawn))
        )
        return [problem_of(RECOUNT, sentence)]
    by_id = {line.id: line for line in lines}
    found = []
    for line_id in drawn:
        line, units = by_id[line_id], recount.counts.get(line_id)
        if not is_count(units):
            sentence = msg("{drug} 批号 {batch} 要复盘：请填写数量。", drug=line.drug_name, batch=line.batch_no)
            found.append(problem_of(f"{RECOUNT}_{line_id}", sentence))
        elif units != books[line_id].counted(line).final_on_hand:
            found.append(
                problem_of(
                    f"{RECOUNT}_{line_id}",
                    msg(
                        "{drug} 批号 {batch} 复盘 {units}，按实盘和之后的出入库应为 {expected}：请退回重盘。",
                        drug=line.drug_name,
                        batch=line.batch_no,
                        units=units,
                        expected=books[line_id].counted(line).final_on_hand,
                    ),
                )
            )
    return found


def problem_of(code: str, sentence: Message) -> Problem:
    """A refusal beside a line or an answer."""
    return Problem(code, Level.REFUSE, sentence)


