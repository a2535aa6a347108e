"""Ledger cards, batches, the near-expiry list, and all lists on paper and in a file."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from app.domain.batches import ExpiryLevel
from app.domain.expiry_actions import ExpiryAction
from app.domain.movements import Bearer, MovementKind
from app.interchange.xlsx_lists import ListColumn, ListSheet, as_words, write_list
from app.services.problems import Refused
from app.services.settings import Settings
from app.services.stock import Stock
from app.services.stock_actions import BatchUnits
from app.services.stock_holds import Hold
from db.models import AuditEntry, Resident
from tests.app.services.stock_things import (
    AMLODIPINE,
    INSULIN,
    LATER,
    TODAY,
    add_drugs,
    at,
    batch,
    move,
    receive,
)

K = MovementKind


@pytest.fixture
def desk(clinic_desk):
    add_drugs(clinic_desk)
    return clinic_desk


@pytest.fixture
def stock(desk):
    return Stock(desk)


@pytest.fixture
def resident(desk):
    with desk.sessions.writing() as session:
        row = Resident(number=1, organisation_id=desk.place.id, name="李桂兰", name_key="李桂兰", sex=2, relation="户主",
                       created_at=desk.now(), updated_at=desk.now(), state="active")  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


@pytest.fixture
def shelf(desk, resident):
    first = receive(desk, 50, date(2026, 9, 1), "A")
    second = receive(desk, 30, date(2026, 10, 1), "B", date(2028, 9, 30))
    move(desk, first, K.DISPENSE, 14, at(date(2026, 10, 5)), resident_id=resident, document="dispensing", document_id="d")
    move(desk, second, K.DAMAGE, 2, at(date(2026, 10, 6)), reason="打碎", bearer="clinic")
    move(desk, first, K.DISPENSE, 6, at(date(2026, 11, 2)))
    return {"A": first, "B": second}


def told(card):
    return [(row.kind, row.change, row.balance, row.batch_no, row.batch_balance) for row in card.rows]


def test_the_card_has_every_movement_with_the_balance_of_the_drug_and_of_the_batch(stock, shelf):
    card = stock.card(AMLODIPINE)
    assert told(card) == [
        (K.RECEIPT, 50, 50, "A", 50),
        (K.RECEIPT, 30, 80, "B", 30),
        (K.DISPENSE, -14, 66, "A", 36),
        (K.DAMAGE, -2, 64, "B", 28),
        (K.DISPENSE, -6, 58, "A", 30),
    ]
    assert (card.opening, card.came, card.went, card.closing) == (0, 80, 22, 58)
    assert (card.rows[2].party, card.rows[2].user_name) == ("李桂兰", "王明")
    assert (card.rows[3].reason, card.rows[3].bearer) == ("打碎", Bearer.CLINIC)


@pytest.mark.parametrize(
    ("since", "until", "opening", "changes", "closing"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), 50, [30, -14, -2], 64),
        (date(2026, 10, 5), date(2026, 10, 5), 80, [-14], 66),  # both days included
        (date(2026, 10, 7), date(2026, 11, 1), 64, [], 64),
        (date(2020, 1, 1), date(2026, 8, 31), 0, [], 0),
        (None, date(2026, 9, 30), 0, [50], 50),
        (date(2026, 11, 1), None, 64, [-6], 58),
    ],
)
def test_a_part_of_the_card_carries_forward_what_stood_there_before(stock, shelf, since, until, opening, changes, closing):
    card = stock.card(AMLODIPINE, since, until)
    assert (card.opening, [row.change for row in card.rows], card.closing) == (opening, changes, closing)


def test_the_batch_balance_of_a_part_begins_with_what_the_batch_had(stock, shelf):
    assert [row.batch_balance for row in stock.card(AMLODIPINE, date(2026, 10, 5)).rows] == [36, 28, 30]


def test_what_is_booked_later_for_an_earlier_day_stands_in_its_place(desk, stock, shelf):
    move(desk, shelf["A"], K.DISPENSE, 1, at(date(2026, 9, 15)))
    assert [row.balance for row in stock.card(AMLODIPINE).rows] == [50, 49, 79, 65, 63, 57]


def test_at_one_moment_what_comes_stands_before_what_goes(desk, stock):
    batch_id = batch(desk)
    move(desk, batch_id, K.RECEIPT, 5)
    move(desk, batch_id, K.DISPENSE, 5)
    move(desk, batch_id, K.RECEIPT, 3)
    assert [row.balance for row in stock.card(AMLODIPINE).rows] == [5, 8, 3]


def test_a_card_that_ends_before_it_begins_is_refused(stock):
    with pytest.raises(Refused, match="开始日期"):
        stock.card(AMLODIPINE, date(2026, 10, 2), date(2026, 10, 1))


def test_the_card_of_a_drug_that_never_came_is_empty(stock):
    card = stock.card(AMLODIPINE)
    assert (card.opening, card.rows, card.closing) == (0, (), 0)


def test_batches_stand_in_the_order_of_their_expiry_and_empty_ones_on_request(desk, stock, shelf):
    move(desk, shelf["B"], K.DISPENSE, 28)
    assert [row.batch_no for row in stock.batches(AMLODIPINE)] == ["A"]
    rows = stock.batches(AMLODIPINE, also_empty=True)
    assert [(row.batch_no, row.on_hand, row.value_fen) for row in rows] == [("A", 30, 600), ("B", 0, 0)]


# -- near expiry ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def short_dated(desk):
    """An AMC of 90, and one batch for each level."""
    big = receive(desk, 276 + 20, date(2026, 8, 1), "used")
    move(desk, big, K.DISPENSE, 276, at(date(2026, 10, 31)))
    receive(desk, 8, date(2026, 8, 2), "expired", TODAY - timedelta(days=1))
    receive(desk, 30, date(2026, 8, 2), "red", TODAY + timedelta(days=29))
    receive(desk, 400, date(2026, 8, 2), "orange", TODAY + timedelta(days=89))
    receive(desk, 400, date(2026, 8, 2), "yellow", TODAY + timedelta(days=179))
    receive(desk, 1, date(2026, 8, 2), "none", TODAY + timedelta(days=180))
    receive(desk, 2, date(2026, 8, 2), "cold", TODAY + timedelta(days=120), INSULIN)
    return desk


def test_each_batch_near_its_expiry_has_a_level_what_stays_and_a_proposal(short_dated):
    rows = Stock(short_dated).near_expiry()
    assert [(row.batch.batch_no, row.batch.level, row.batch.days, row.unused, row.action) for row in rows] == [
        ("expired", ExpiryLevel.EXPIRED, 0, 8, ExpiryAction.WRITE_OFF),
        ("red", ExpiryLevel.RED, 30, 0, ExpiryAction.USE_FIRST),  # 30 days × 3
        ("orange", ExpiryLevel.ORANGE, 90, 160, ExpiryAction.RETURN),  # 90 × 3 − 30 = 240 of 400
        ("cold", ExpiryLevel.YELLOW, 121, 2, ExpiryAction.TRANSFER),  # not used at all
        ("yellow", ExpiryLevel.YELLOW, 180, 130, ExpiryAction.TRANSFER),  # 180 × 3 − 30 − 240 = 270 of 400
    ]
    assert rows[2].unused_value_fen == 160 * 560 // 28


def test_the_days_of_the_levels_are_settings(short_dated):
    for name, days in (("expiry_red_days", 10), ("expiry_orange_days", 20), ("expiry_yellow_days", 30)):
        Settings(short_dated).set(name, days)
    rows = Stock(short_dated).near_expiry()
    assert [(row.batch.batch_no, row.batch.level) for row in rows] == [
        ("expired", ExpiryLevel.EXPIRED),
        ("red", ExpiryLevel.YELLOW),
    ]


def test_without_known_use_nobody_knows_what_stays(desk):
    receive(desk, 8, date(2026, 11, 2), "new", TODAY + timedelta(days=100))
    row = Stock(desk).near_expiry()[0]
    assert (row.unused, row.unused_value_fen, row.action) == (None, None, ExpiryAction.TRANSFER)


def test_held_goods_near_their_expiry_go_back(desk):
    batch_id = receive(desk, 8, date(2026, 8, 2), "held", TODAY + timedelta(days=100))
    Stock(desk).hold(batch_id, reason="外观异常", hold=Hold.QUALITY)
    row = Stock(desk).near_expiry()[0]
    assert (row.batch.hold, row.unused, row.action) == ("quality", 8, ExpiryAction.RETURN)


def test_nothing_near_its_expiry_is_an_empty_list(desk, stock):
    receive(desk, 8, date(2026, 8, 2))
    assert stock.near_expiry() == []


# -- on paper and in a file ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "—"), ("", ""), (0, "0"), (date(2026, 1, 2), "2026-01-02"), ("片", "片")],
)
def test_the_unknown_is_a_dash_on_paper_and_nothing_else_is(value, words):
    assert as_words(value) == words


@pytest.fixture
def sheets(desk, stock, shelf):
    receive(desk, 3, date(2026, 11, 3), "Z", TODAY + timedelta(days=20), INSULIN)
    stock.cold_chain.add_reading("冷藏柜", "9.5", at=at(TODAY, 0))
    stock.actions.lose(K.DAMAGE, [BatchUnits(shelf["A"], 1)], bearer=Bearer.CLINIC, reason="打碎一瓶")
    return {
        "balance": stock.balance_sheet(),
        "card": stock.card_sheet(AMLODIPINE),
        "near": stock.near_expiry_sheet(),
        "cold": stock.cold_chain_sheet(),
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("balance", ["库存表", "氨氯地平片", "57", "—", "合计", "2种"]),
        ("card", ["药品台账卡", "氨氯地平片", "承前", "破损", "打碎一瓶（村卫生室承担）", "合计", "王明"]),
        ("near", ["近效期药品表", "甘精胰岛素注射液", "30天内", "退回乡镇"]),
        ("cold", ["冷链温度记录", "冷藏柜", "9.5", "超出2–8℃"]),
    ],
)
def test_each_list_is_printed_with_its_words(stock, sheets, name, words):
    pages = PdfReader(BytesIO(stock.pdf(sheets[name]))).pages
    said = "".join("".join(page.extract_text().split()) for page in pages)
    assert [word for word in words if word not in said] == []


def test_residents_are_not_named_on_the_printed_card(sheets):
    assert "李桂兰" not in str(sheets["card"].rows)


def test_printing_and_saving_a_list_is_noted(desk, stock, sheets, tmp_path):
    stock.pdf(sheets["near"])
    stock.save_xlsx(sheets["near"], tmp_path / "near.xlsx")
    with desk.sessions.reading() as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.sequence.desc()).limit(2)).all()
    assert actions == ["stock_list_exported", "stock_list_printed"]


def test_in_a_file_numbers_are_numbers_and_the_unknown_is_a_dash(stock, sheets, tmp_path):
    stock.save_xlsx(sheets["balance"], tmp_path / "balance.xlsx")
    book = load_workbook(tmp_path / "balance.xlsx")
    lines = list(book.active.iter_rows(values_only=True))
    header, first = lines[0], dict(zip(lines[0], lines[1], strict=True))
    assert header[:3] == ("编码", "药品", "规格")
    assert (first["药品"], first["结存"], first["金额（元）"], first["月均用量"]) == ("氨氯地平片", 57, 11.4, 6.89)
    second = dict(zip(header, lines[2], strict=True))
    assert (second["月均用量"], second["状态"], second["缺货天数"]) == ("—", "—", "—")  # it came this month
    assert lines[-1][1] == "合计"
    book.close()


def test_text_that_looks_like_a_formula_stays_text(tmp_path):
    sheet = ListSheet("a/b", (ListColumn("x"),), (("=1+1",), (None,)))
    write_list(tmp_path / "x.xlsx", sheet)
    book = load_workbook(tmp_path / "x.xlsx")
    assert [(cell.value, cell.data_type) for (cell,) in book.active.iter_rows(min_row=2)] == [("=1+1", "s"), ("—", "s")]
    assert book.active.title == "ab"
    book.close()


def test_a_batch_that_lasts_is_in_no_warning_level(desk, stock):
    receive(desk, 8, date(2026, 8, 2), expiry=LATER)
    assert stock.batches(AMLODIPINE)[0].level is ExpiryLevel.NONE
