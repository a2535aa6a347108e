"""The township's answer to a request: read line by line, written again when it was returned, refused when the file is broken."""

from __future__ import annotations

from app.domain.request_terms import Action, State
from app.services.exchange import Exchange
from app.services.review import Review
from tests.ui.hands import click
from tests.ui.screens.drug_desks import cell_texts
from tests.ui.screens.requests.request_hands import button, lines_of, offered, stored, strip, type_into

DECISIONS = ((79, ""), (24, "本院库存不足"), (0, "抗菌药物控制用量"))
"""One line agreed, one changed, one refused."""


def answered(world, *, action=Action.APPROVE, comment=""):
    """The township's answer to a submitted request, as a file."""
    taken = Exchange(world.township).open_file(world.submitted_file())
    review = Review(world.township)
    request = review.take(taken.subject_id, review.get(taken.subject_id).version).request
    for line, (units, reason) in zip(request.lines, DECISIONS, strict=True):
        review.decide_line(request.id, line.id, units, reason)
    done = review.act(request.id, action, review.get(request.id).version, comment=comment)
    return Exchange(world.township).save_file(done.message_id, world.folder / "answer.cyx")


def test_the_answer_says_line_by_line_what_became_of_it(world, opened, dialogs):
    answer = answered(world)
    screen, seen = opened(world)
    dialogs.will_choose(answer)
    click(button(screen, "open_answer"))
    assert seen.places[-1] == ("requests", {"request_id": screen.sheet.view.id})
    screen.open_with(**seen.places[-1][1])
    table = lines_of(screen)
    assert cell_texts(table, "decision") == ["同意", "调整", "不批"]
    assert cell_texts(table, "approved") == ["79", "24", "0"]
    assert cell_texts(table, "reason") == ["", "本院库存不足", "抗菌药物控制用量"]
    assert "同意 1 种，调整 1 种，不批 1 种" in strip(screen)
    assert offered(screen) == {"print_decision"}
    click(button(screen, "print_decision"))
    [(pdf, title)] = seen.sheets
    assert pdf.startswith(b"%PDF")
    assert "审核单" in title


def test_a_returned_request_shows_why_and_is_written_again(world, opened):
    answer = answered(world, action=Action.RETURN, comment="请核对阿莫西林的库存")
    Exchange(world.clinic).open_file(answer)
    screen, _seen = opened(world)
    assert "请核对阿莫西林的库存" in strip(screen)
    type_into(screen, 2, "on_hand", "40")
    assert stored(world).lines[2].on_hand == 40
    assert "submit_request" in offered(screen)


def test_progress_names_who_and_when_and_what_comes(world, opened):
    Exchange(world.clinic).open_file(answered(world))
    screen, _seen = opened(world)
    steps = screen.parts.progress.steps()
    assert [step.words for step in steps] == [
        "草稿", "已提交", "药师领取审核", "已批准", "配送中", "已签收入库", "月底结算",
    ]  # fmt: skip
    assert [step.is_done for step in steps] == [True, True, True, True, False, False, False]
    assert steps[3].who_when.startswith("赵敏 11-22")


def test_a_refused_answer_is_told_and_changes_nothing(world, opened, dialogs):
    answer = answered(world)
    answer.write_bytes(answer.read_bytes()[:-20])
    screen, _seen = opened(world)
    dialogs.will_choose(answer)
    screen.open_answer()
    assert "不完整" in dialogs.last_told()
    assert stored(world).state is State.AUTHORISED
