"""A refusal carries every problem, and a confirmed question is none."""

from __future__ import annotations

import pytest

from app.domain.message import msg
from app.forms.vocabulary import Level, Problem
from app.services.problems import Refused, refuse_if_any

WRONG = Problem("name", Level.REFUSE, msg("请填写姓名。"))
ODD = Problem("sbp", Level.ASK, msg("收缩压 {value} 不常见，请再核对。", value=230))


def test_a_refusal_holds_every_problem_and_says_them_line_by_line():
    with pytest.raises(Refused) as refusal:
        refuse_if_any([WRONG, ODD])
    assert refusal.value.problems == (WRONG, ODD)
    assert str(refusal.value) == "请填写姓名。\n收缩压 230 不常见，请再核对。"
    assert refusal.value.exit_status == 1


def test_a_confirmed_question_does_not_refuse():
    refuse_if_any([ODD], confirmed=frozenset({"sbp"}))
    with pytest.raises(Refused):
        refuse_if_any([ODD], confirmed=frozenset({"dbp"}))


def test_a_wrong_answer_cannot_be_confirmed_away():
    with pytest.raises(Refused):
        refuse_if_any([WRONG], confirmed=frozenset({"name"}))
