"""货源: where each approved line comes from, proposed by the shelf and decided by the pharmacist."""

from __future__ import annotations

import pytest

from app.domain.request_states import State
from app.services.problems import Refused
from app.services.releases import LineSource, Releases
from app.services.review import Review
from app.services.shipments import Shipments
from tests.supply_desks import approved, stock


def test_every_approved_line_needs_a_source_and_not_supplied_a_reason(clinic, township, drugs, tmp_path):
    request_id = approved(clinic, township, tmp_path, {drugs["硝苯地平"]: 60, drugs["二甲双胍"]: 30})
    view = Review(township).get(request_id)
    first, second = (line.id for line in view.lines)
    releases = Releases(township)
    for sources, why in (
        ({first: LineSource("own_stock")}, "还没有选货源"),
        ({first: LineSource("own_stock"), second: LineSource("somewhere")}, "还没有选货源"),
        ({first: LineSource("own_stock"), second: LineSource("not_supplied", "无")}, "请写明原因"),
    ):
        with pytest.raises(Refused, match=why):
            releases.convert(request_id, view.version, sources)
    assert Review(township).get(request_id).state is State.APPROVED
    sources = {first: LineSource("own_stock"), second: LineSource("not_supplied", "厂家停产")}
    done = releases.convert(request_id, view.version, sources, key="once")
    assert done.request.state is State.RELEASED
    assert releases.convert(request_id, view.version, sources, key="once").message_id is None
    stock(township, drugs["硝苯地平"], 100)
    assert [line.drug_code for line in Shipments(township).draft(request_id).lines] == [drugs["硝苯地平"]]


def test_sources_are_proposed_from_the_shelf_after_all_open_approvals(clinic, township, drugs, tmp_path):
    stock(township, drugs["硝苯地平"], 59)
    stock(township, drugs["二甲双胍"], 30)
    request_id = approved(clinic, township, tmp_path, {drugs["硝苯地平"]: 60, drugs["二甲双胍"]: 30})
    proposed = Releases(township).propose_sources(request_id)
    by_drug = {line.drug_code: proposed[line.id].source for line in Review(township).get(request_id).lines}
    assert by_drug == {drugs["硝苯地平"]: "purchase", drugs["二甲双胍"]: "own_stock"}
