"""转发货 and 关闭余量 by the review: the same way as by app.services.releases, whoever calls it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.request_states import Action, State
from app.services.request_steps import StepRefused
from app.services.review import Review
from db.models import DrugRequestLine, ShortageReport
from tests.supply_desks import approved, released, stock


def test_converting_by_the_review_takes_the_proposed_sources_and_the_same_way(clinic, township, drugs, tmp_path):
    stock(township, drugs["硝苯地平"], 100)
    request_id = approved(clinic, township, tmp_path, {drugs["硝苯地平"]: 60, drugs["二甲双胍"]: 30})
    review = Review(township)
    view = review.get(request_id)
    with pytest.raises(StepRefused, match="别人刚刚改过"):
        review.act(request_id, Action.CONVERT, view.version - 1)
    done = review.act(request_id, Action.CONVERT, view.version, key="twice")
    assert (done.request.state, done.request.actions) == (State.RELEASED, (Action.CLOSE_REMAINING,))
    assert review.act(request_id, Action.CONVERT, view.version, key="twice").message_id is None
    with township.sessions.reading() as session:
        lines = session.scalars(select(DrugRequestLine).where(DrugRequestLine.request_id == request_id))
        sources = {line.drug_code: line.source for line in lines}
    assert sources == {drugs["硝苯地平"]: "own_stock", drugs["二甲双胍"]: "purchase"}


def test_closing_by_the_review_raises_the_same_drafts(clinic, township, drugs, tmp_path):
    request_id = released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    review = Review(township)
    closed = review.act(request_id, Action.CLOSE_REMAINING, review.get(request_id).version, comment="厂家停产，不再补发")
    assert (closed.request.state, closed.request.actions) == (State.CLOSED, ())
    with township.sessions.reading() as session:
        assert [row.drug_code for row in session.scalars(select(ShortageReport))] == [drugs["硝苯地平"]]
