"""Lines of goods as typed or read from a spreadsheet, judged before anything is booked; approvals by PIN."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from app.domain.movements import Bearer, MovementKind
from app.errors import UserError
from app.interchange.xlsx_files import write_xlsx
from app.services.accounts import Accounts, set_pin_as_owner
from app.services.catalogue import Catalogue
from app.services.problems import Refused
from app.services.stock import Stock
from app.services.stock_actions import NewGoods
from app.services.stock_approvals import approval_by_pin
from app.services.stock_goods import GoodsLine, fen_of, read_line
from tests.app.services.stock_things import (
    AMLODIPINE,
    IBUPROFEN,
    INSULIN,
    LATER,
    LEAD,
    TODAY,
    add_drugs,
    receive,
)

GOOD = {"batch_no": "007", "expiry": "2028-08-31", "quantity": "56", "price": "5.6", "units_per_pack": "28",
        "manufacturer": "某厂"}  # fmt: skip


@pytest.fixture
def desk(clinic_desk):
    add_drugs(clinic_desk)
    return clinic_desk


@pytest.fixture
def drug(desk):
    found = Catalogue(desk).get(AMLODIPINE)
    assert found is not None
    return found


def test_a_whole_line_becomes_goods(drug):
    read = read_line(GoodsLine(drug, GOOD))
    assert read.goods == NewGoods(AMLODIPINE, "007", date(2028, 8, 31), 56, "某厂", 560, 28)
    assert read.problems == {}


def test_what_may_be_unknown_stays_unknown(drug):
    goods = read_line(GoodsLine(drug, {**GOOD, "price": "", "units_per_pack": "", "manufacturer": ""})).goods
    assert goods is not None
    assert (goods.price_fen, goods.units_per_pack, goods.manufacturer) == (None, None, "")


@pytest.mark.parametrize(
    ("text", "day"),
    [("2028-08", date(2028, 8, 31)), ("2028年2月", date(2028, 2, 29)), ("2028年2月3日", date(2028, 2, 3)),
     ("20280831", date(2028, 8, 31)), ("2028.8.31", date(2028, 8, 31)), ("2028/08/31", date(2028, 8, 31))],
)  # fmt: skip
def test_an_expiry_is_read_as_it_is_printed(drug, text, day):
    goods = read_line(GoodsLine(drug, {**GOOD, "expiry": text})).goods
    assert goods is not None
    assert goods.expiry == day


@pytest.mark.parametrize(
    ("key", "text"),
    [("quantity", ""), ("quantity", "0"), ("quantity", "-5"), ("quantity", "2.5"), ("quantity", "十"),
     ("quantity", "1000001"), ("expiry", ""), ("expiry", "2028-13"), ("expiry", "明年"), ("batch_no", " "),
     ("units_per_pack", "0"), ("units_per_pack", "10001"), ("price", "贵"), ("price", "-1"), ("price", "1.234")],
)  # fmt: skip
def test_an_answer_that_can_not_be_is_refused_by_itself(drug, key, text):
    read = read_line(GoodsLine(drug, {**GOOD, key: text}))
    assert read.goods is None
    assert list(read.problems) == [key]


def test_every_answer_that_is_wrong_is_told_at_once():
    read = read_line(GoodsLine(None, {"name": "天山雪莲"}))
    assert set(read.problems) == {"drug", "quantity", "expiry", "batch_no"}
    assert "天山雪莲" in str(read.problems["drug"])


@pytest.mark.parametrize(("text", "fen"), [("5.6", 560), ("¥1,234.50", 123450), ("12元", 1200), ("", None), ("x", -1),
                                           ("NaN", -1), ("1000001", -1)])
def test_yuan_are_read_exactly(text, fen):
    assert fen_of(text) == fen


def test_a_spreadsheet_gives_every_line_with_its_drug(desk, tmp_path):
    file = tmp_path / "开账.xlsx"
    write_xlsx(file, "表", ["编码", "条码", "品名", "规格", "生产批号", "有效期至", "库存数量", "装量", "单价", "生产厂家"], [
        [AMLODIPINE, "", "随便写", "", "0021", date(2028, 8, 31), 56, 28, 5.6, "某厂"],
        ["", "6901234567892", "", "", 22, datetime(2028, 9, 30), 28, None, None, None],
        ["", "", "甘精胰岛素注射液", "300单位", "7", "2027-09", 3, None, None, None],
        ["NONE", "", "布洛芬片", "", "8", "2027-09", 3, None, None, None],
        ["", "", "布洛芬片", "0.4g", "9", "2027-09", 3, None, None, None],
    ])  # fmt: skip
    lines = Stock(desk).goods_file.read(file)
    codes = [line.drug.code if line.drug is not None else None for line in lines]
    assert codes == [AMLODIPINE, AMLODIPINE, INSULIN, None, None]  # a code, and a strength, must be the right ones
    assert [line.source_line for line in lines] == [2, 3, 4, 5, 6]
    assert lines[0].texts["expiry"] == "2028-08-31"
    assert (lines[1].texts["batch_no"], lines[1].texts["expiry"]) == ("22", "2028-09-30")


def test_a_spreadsheet_without_a_needed_column_is_refused_as_a_whole(desk, tmp_path):
    file = tmp_path / "x.xlsx"
    write_xlsx(file, "表", ["批号", "数量"], [["1", 5]])
    with pytest.raises(UserError) as refused:
        Stock(desk).goods_file.read(file)
    assert "药品名称、有效期" in str(refused.value)


def test_refused_lines_are_written_with_why_and_can_be_read_again(desk, tmp_path):
    file, stock = tmp_path / "refused.xlsx", Stock(desk)
    line = GoodsLine(None, {"name": "天山雪莲", "batch_no": "9", "expiry": "2027-09", "quantity": "3"}, 7)
    assert stock.goods_file.save_refused(file, [(line, "目录里没有")]) == 1
    assert [cell.value for cell in load_workbook(file).active[2]][-1] == "目录里没有"
    again = stock.goods_file.read(file)[0]
    assert {key: again.texts[key] for key in line.texts} == dict(line.texts)


def test_the_books_are_asked_without_booking_anything(desk):
    stock = Stock(desk)
    receive(desk, 5, TODAY, "0023")
    goods = [NewGoods(AMLODIPINE, "1", LATER, 5), NewGoods(IBUPROFEN, "2", TODAY.replace(year=2020), 5),
             NewGoods(IBUPROFEN, "3", LATER, 20_000), NewGoods(IBUPROFEN, "3", LATER, 6)]  # fmt: skip
    codes = [problem.code for problem in stock.actions.opening_problems(goods)]
    assert sorted(codes) == sorted(["lines.0.drug", "lines.1.expiry", "lines.2.much", "lines.2.batch_no", "lines.3.batch_no"])
    assert stock.position(IBUPROFEN).on_hand == 0


# --- approvals ------------------------------------------------------------------------------------------------


def test_who_leads_may_approve_and_nobody_himself(desk):
    ways = Stock(desk).approval_ways()
    assert ([each.name for each in ways.approvers], ways.is_alone) == (["刘芳"], False)
    assert Stock(desk.signed_in_as(LEAD)).approval_ways().approvers == ()


def test_a_clinic_with_one_user_is_alone(clinic_desk):
    ways = Stock(clinic_desk).approval_ways()
    assert (ways.approvers, ways.is_alone) == ((), True)


def test_an_approval_takes_the_pin_of_the_approver(desk):
    set_pin_as_owner(desk, LEAD.user_id, "314159")
    approval = approval_by_pin(desk, LEAD.user_id, "314159")
    assert approval.approver == LEAD
    for pin in ("", "000000"):
        with pytest.raises(Refused) as refused:
            approval_by_pin(desk, LEAD.user_id, pin)
        assert [problem.code for problem in refused.value.problems] == ["pin"]
    assert next(user for user in Accounts(desk).users() if user.id == LEAD.user_id).is_active


# --- opened pens ----------------------------------------------------------------------------------------------


def pen(desk, units=2, number="I7", expiry=LATER):
    return receive(desk, units, TODAY, number, expiry, INSULIN)


def test_an_opened_pen_is_thrown_away_after_28_days_or_at_its_expiry(desk):
    opened = Stock(desk).opened
    first = opened.open(pen(desk))
    assert (first.discard_on, first.days, first.is_over) == (date(2026, 12, 20), 28, False)
    short = opened.open(pen(desk, number="I8", expiry=date(2026, 12, 1)), days=42, note="试用")
    assert short.discard_on == date(2026, 12, 1)
    assert [row.batch_no for row in opened.in_use()] == ["I8", "I7"]


def test_only_units_that_are_there_and_may_be_used_are_opened(desk, clock):
    opened = Stock(desk).opened
    batch_id = pen(desk, units=1)
    opened.open(batch_id)
    refused = {}
    for name, call in {
        "none left": lambda: opened.open(batch_id),
        "expired": lambda: opened.open(pen(desk, number="I9", expiry=TODAY.replace(year=2025))),
        "future": lambda: opened.open(pen(desk, number="IA"), opened_on=TODAY.replace(year=2027)),
        "days": lambda: opened.open(pen(desk, number="IB"), days=0),
        "note": lambda: opened.open(pen(desk, number="IC"), note="长" * 201),
        "batch": lambda: opened.open("no such batch"),
    }.items():
        with pytest.raises(Refused) as told:
            call()
        refused[name] = told.value.problems[0].code
    assert refused == {"none left": "batch", "expired": "batch", "future": "opened_on", "days": "days", "note": "note",
                       "batch": "batch"}  # fmt: skip
    assert len(opened.in_use()) == 1


def test_a_pen_that_is_used_up_leaves_the_books_alone_and_one_thrown_away_is_a_loss(desk):
    stock = Stock(desk)
    batch_id = pen(desk)
    used, thrown = stock.opened.open(batch_id), stock.opened.open(batch_id)
    stock.opened.use_up(used.id)
    assert stock.position(INSULIN).on_hand == 2
    with pytest.raises(Refused):
        stock.opened.discard(thrown.id, bearer=None, reason="开封满期限")
    assert len(stock.opened.in_use()) == 1
    stock.opened.discard(thrown.id, bearer=Bearer.CLINIC, reason="开封满期限")
    assert stock.card(INSULIN).rows[-1].kind is MovementKind.OPENED_PAST_USE
    assert stock.opened.in_use() == []
    with pytest.raises(Refused):
        stock.opened.use_up(thrown.id)
