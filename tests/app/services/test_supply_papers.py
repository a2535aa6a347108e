"""What the papers of a request and a delivery must carry."""

from __future__ import annotations

from dataclasses import replace

from app.domain.request_states import State
from app.services.request_sheets import decision_sheet, request_sheet
from app.services.requests import Requests
from app.services.shipment_sheets import receipt_sheet
from tests.app.services.shipping_things import shipped
from tests.supply_desks import change_drug, released, stock


def test_a_receipt_carries_what_the_law_wants_in_a_record_of_purchase(clinic, township, drugs, tmp_path):
    stock(township, drugs["硝苯地平"], 100, price=1234, pack=28)
    sent = shipped(township, released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})).shipment
    arrived = replace(sent, lines=tuple(replace(line, accepted=56, rejected=16, reject_reason="破损") for line in sent.lines))
    sheet = receipt_sheet(arrived)
    line = arrived.lines[0]

    row = dict(zip((column.title for column in sheet.columns), sheet.rows[0], strict=True))
    assert (row["药品"], row["规格"], row["生产企业"]) == (line.drug_name, line.strength, line.manufacturer or "—")
    assert (row["批号"], row["有效期至"], row["单位"]) == ("A1", "2028-06-30", "片")
    assert (row["发货"], row["接收"], row["拒收"], row["原因和处理"]) == ("72", "56", "16", "破损")
    assert (row["包装单价（元）"], row["接收金额（元）"]) == ("12.34", "24.68")
    assert ("供货单位", township.place.name) in sheet.head
    assert sheet.totals[11] == "24.68"


def test_a_receipt_without_a_price_has_no_sum(clinic, township, drugs, tmp_path):
    stock(township, drugs["硝苯地平"], 100, price=1234, pack=28)
    sent = shipped(township, released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})).shipment
    lines = tuple(replace(line, accepted=72, rejected=0, price_fen=None) for line in sent.lines)

    assert receipt_sheet(replace(sent, lines=lines)).totals[11] == "—"


def test_a_request_tells_packs_and_value_of_what_is_asked_and_the_decision_of_what_is_given(clinic, township, drugs, tmp_path):
    change_drug(clinic, drugs["硝苯地平"], units_per_pack=28, price_fen=1234)
    stock(township, drugs["硝苯地平"], 100, price=1234, pack=28)
    request = Requests(clinic).get(released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60}))
    asked = next(line for line in request.lines if line.drug_code == drugs["硝苯地平"])
    given = replace(asked, approved=28, packs=1, cost_fen=1234, units_per_pack=28, pack_unit="盒", price_fen=1234)
    skipped = replace(given, is_skipped=True)
    both = replace(request, lines=(given, skipped), state=State.RELEASED)

    sheet = request_sheet(both)
    assert sheet.rows[0][9:12] == ("60", "3盒", "37.02")
    assert sheet.rows[1][9:12] == ("本期不要", "", "")
    assert (sheet.totals[2], sheet.totals[11]) == ("1 种", "37.02")
    answer = decision_sheet(both)
    assert len(answer.rows) == 1
    assert answer.rows[0][5:9] == ("60", "28", "1盒", "12.34")
    assert answer.totals[8] == "12.34"
