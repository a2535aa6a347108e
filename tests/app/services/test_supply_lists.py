"""Every list of the township's supply is printed and saved as a table; what is unknown is a dash."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from openpyxl import load_workbook

from app.interchange.xlsx_lists import write_list
from app.printing.lists import table_pdf
from app.services import supply_lists as lists
from app.services.distributors import DistributorEdit, Distributors
from app.services.purchasing import OrderItem, Purchasing
from app.services.review import Review
from app.services.review_stock import ReviewStock
from app.services.settlements import Settlements
from app.services.shipments import Shipments
from bench.supply import add_request, stock_up, township
from db.models import Drug, DrugRequest, DrugRequestLine, StatusChange

TODAY = date(2026, 11, 22)


@pytest.fixture
def town(tmp_path):
    made = township(tmp_path / "town", drugs=3)
    add_request(made, 0, 3)
    stock_up(made, 1)
    yield made
    made.desk.close()


def all_lists(town):
    desk = town.desk
    request = Review(desk).get(town.requests[0])
    beside = ReviewStock(desk).lines(request.id)
    yield lists.review_list(request, beside)
    yield lists.pivot_list(ReviewStock(desk).pivot(), TODAY)
    with desk.sessions.writing() as session:
        session.get_one(DrugRequest, request.id).state = "released"
        for line in session.query(DrugRequestLine):
            line.approved, line.source = 60, "own_stock"
        session.query(StatusChange).delete()
    draft = Shipments(desk).draft(request.id)
    Shipments(desk).allocate(draft.id, draft.version)
    yield lists.shipment_list(Shipments(desk).list(), TODAY)
    yield lists.shipment_lines(Shipments(desk).get(draft.id))
    yield lists.need_list(Purchasing(desk).needed(), TODAY)
    view = Distributors(desk).save(DistributorEdit("D1", "周口医药", licence_valid_to=date(2027, 12, 31)))
    yield lists.purchase_order_sheet(Purchasing(desk).draft(view.id, [OrderItem("B00000", 40)], remark="急"))
    yield lists.distributor_list(Distributors(desk).list(), TODAY)
    yield lists.settlement_list(Settlements(desk).list(), "2026-10")
    yield lists.check_list([], TODAY)


def test_every_list_is_printed_and_saved(town, tmp_path):
    for number, sheet in enumerate(all_lists(town)):
        assert table_pdf(sheet.as_table()).startswith(b"%PDF")
        file = tmp_path / f"{number}.xlsx"
        write_list(file, sheet)
        page = load_workbook(file).active
        assert [cell.value for cell in page[1]] == [column.title for column in sheet.columns]
        assert page.max_row == 1 + len(sheet.rows) + bool(sheet.totals)


def test_an_order_tells_strength_packs_and_what_it_costs(town):
    desk = town.desk
    with desk.sessions.writing() as session:
        session.query(Drug).filter_by(code="B00000").one().strength = "5mg"
    view = Distributors(desk).save(DistributorEdit("D1", "周口医药", licence_valid_to=date(2027, 12, 31)))
    order = Purchasing(desk).draft(view.id, [OrderItem("B00000", 45), OrderItem("B00001", 10)])
    sheet = lists.purchase_order_sheet(order).as_table()
    assert sheet.rows[0][2:10] == ("药品B00000", "5mg", "片", "10", "45", "5 盒", "10.00", "50.00")
    assert sheet.totals[9] == "60.00"
    assert replace(order, lines=(replace(order.lines[0], price_fen=None), order.lines[1])).value_fen is None


def test_unknown_is_a_dash_and_never_zero(town):
    desk = town.desk
    request = Review(desk).get(town.requests[0])
    sheet = lists.review_list(request, ReviewStock(desk).lines(request.id))
    assert sheet.as_table().rows[0][5] == "—"
    Distributors(desk).save(DistributorEdit("D1", "周口医药"))
    shown = lists.distributor_list(Distributors(desk).list(), TODAY).as_table().rows[0]
    assert shown[3:10] == ("—", "7", "10", "—", "—", "—", "许可证有效期没有登记")


def test_what_is_short_is_listed_with_its_packs(town):
    with town.desk.sessions.writing() as session:
        session.get_one(DrugRequest, town.requests[0]).state = "released"
        for line in session.query(DrugRequestLine):
            line.approved, line.source = 60, "own_stock"
    [row] = lists.need_list(Purchasing(town.desk).needed(), TODAY).rows
    assert row[:1] + row[2:9] == ("药品B00000", "片", 60, 0, 20, 0, 40, 4)
