"""What can't be, typed at every place of the supply where something is booked: its sentence beside it, and nothing booked."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from sqlalchemy import delete, func, select

from app.services.catalogue import Catalogue
from db.models import Base, Drug, StockMovement, TraceCode
from tests.followup_people import add_resident
from tests.supply_desks import stock
from tests.ui.screens.drug_desks import cell_texts, focused, on_screen, press_key, services_of, type_keys
from tests.ui.screens.receiving.arrival_hands import CODES, ArrivalWorld, go_to, lines, scan, sentence
from tests.ui.screens.stock_pages import page_of, said, stock_screen, take_number
from tests.ui.screens.test_catalogue_screen import list_file, row_of
from ui.screens.catalogue.page import CataloguePage
from ui.screens.dispensing.screen import DispensingScreen
from ui.screens.receiving.page import ReceivingPage
from ui.screens.requests.line_table import LineTable
from ui.screens.stocktakes.page import StocktakesPage

CONTROL = Qt.KeyboardModifier.ControlModifier
IMPOSSIBLE = ("-3", "2.5", "0.5", "99999999", "1e3", "abc")
"""Negative, a part of the smallest unit, more than any shelf holds, and no number at all."""


@pytest.fixture
def world(tmp_path):
    made = ArrivalWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def clinic(world, dialogs):
    """The services of the clinic, and what its window was asked."""
    return services_of(world.clinic, dialogs)


def movements(desk) -> int:
    with desk.sessions.reading() as session:
        return session.scalar(select(func.count()).select_from(StockMovement))


def rows_of(desk) -> dict[str, int]:
    """How many rows every table has."""
    with desk.sessions.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
            if table.name not in ("draft", "setting")
        }


# --- the first balance: quantity, pack, price, batch, expiry --------------------------------------------------------

GOOD = {"batch_no": "B001", "expiry": "2028-08", "quantity": "250", "price": "12.5"}


def typed_goods(screen, **answers):
    """A line of the first balance by keys alone, Ctrl+Enter at its end; gives the problems beside its fields."""
    screen.primary_action()
    take_number(1)
    type_keys("xbdp")
    press_key(Qt.Key.Key_Return)
    for key, good in GOOD.items():
        press_key(Qt.Key.Key_A, CONTROL)
        press_key(Qt.Key.Key_Delete)
        type_keys(answers.get(key, good))
        press_key(Qt.Key.Key_Return)
    page_of(screen).goods.table.finish_editing()
    screen.save_action()
    return page_of(screen).goods.rows.all()[0].problems


@pytest.mark.parametrize("quantity", [*IMPOSSIBLE, "0", ""])
def test_no_first_balance_has_a_quantity_that_can_not_be(qtbot, clinic, world, quantity):
    screen = stock_screen(qtbot, clinic[0])
    problems = typed_goods(screen, quantity=quantity)
    assert problems["quantity"]
    assert "1 行还不能记" in said(page_of(screen).goods, "goods_strip_words")
    assert movements(world.clinic) == 0


@pytest.mark.parametrize(("expiry", "why"), [("", "有效期"), ("2025-01", "已过"), ("2026-13", "有效期"), ("明年", "有效期")])
def test_no_batch_comes_without_an_expiry_or_with_one_that_is_over(qtbot, clinic, world, expiry, why):
    screen = stock_screen(qtbot, clinic[0])
    assert why in typed_goods(screen, expiry=expiry)["expiry"]
    assert movements(world.clinic) == 0


@pytest.mark.parametrize("price", ["-1", "1.234", "abc", "1e99"])
def test_no_price_is_below_nought_or_finer_than_a_fen(qtbot, clinic, world, price):
    screen = stock_screen(qtbot, clinic[0])
    assert typed_goods(screen, price=price)["price"]
    assert movements(world.clinic) == 0


# --- goods that came ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", IMPOSSIBLE)
def test_no_goods_are_received_in_a_quantity_that_can_not_be(qtbot, clinic, world, written):
    world.arrived()
    page = on_screen(qtbot, ReceivingPage(clinic[0]))
    place = go_to(page, "硝苯地平")
    lines(page).choose(place, "accepted", edit=True)
    type_keys(written)
    press_key(Qt.Key.Key_Return)
    assert sentence(page, place)
    page.save_action()
    assert sentence(page, place)
    assert movements(world.clinic) == 0


@pytest.mark.parametrize(("digits", "why"), [
    ("9999999" + "1" * 13, "追溯码"), ("84123450000000000077", "追溯码"), ("8412345", "追溯码"), (CODES[0], "扫了两次"),
])  # fmt: skip
def test_no_pack_is_received_with_a_code_that_is_not_its_own(qtbot, clinic, world, digits, why):
    world.arrived(codes=CODES)
    page = on_screen(qtbot, ReceivingPage(clinic[0]))
    place = go_to(page, "硝苯地平")
    scan(CODES[0])
    scan(digits)
    assert any(why in words for words in (sentence(page, place), *clinic[1].sentences, *all_words(page)))
    page.save_action()
    assert movements(world.clinic) == 0
    with world.clinic.sessions.reading() as session:
        assert session.scalar(select(func.count()).select_from(TraceCode)) == 0


def all_words(page) -> list[str]:
    return [each.text() for each in page.findChildren(QLabel) if each.isVisible()]


# --- giving ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "why"), [
    ("-3", "大于 0 的整数"), ("0", "大于 0 的整数"), ("2.5", "数量请填整数"), ("99999999", "1 到 1000000 之间"),
    ("1e3", "数量请填整数"),
    ("301", "还差 1 片"),
])  # fmt: skip
def test_no_resident_is_given_a_quantity_that_can_not_be(qtbot, clinic, world, written, why):
    resident = add_resident(world.clinic, born=date(1955, 3, 8), drug_allergy=[1])
    stock(world.clinic, world.first, 300)
    screen = on_screen(qtbot, DispensingScreen(clinic[0]))
    screen.open_with(resident_id=resident)
    screen.giving.add_drug(world.first)
    [card] = screen.giving.cards.values()
    for key, good in (("dose", "1片"), ("times", "1"), ("days", "7")):
        card.fields[key].control.setText(good)
        card.fields[key].control.textEdited.emit(good)
    field = card.fields["quantity"].control
    field.setFocus()
    field.selectAll()
    type_keys(written)
    before = rows_of(world.clinic)
    screen.save_action()
    told = " ".join((card.trouble(), *(box.words.text() for box in card.matters.boxes.values())))
    assert why in told
    assert rows_of(world.clinic) == before


# --- counting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", IMPOSSIBLE)
def test_nothing_is_counted_that_can_not_stand_on_a_shelf(qtbot, clinic, world, written):
    stock(world.clinic, world.first, 30)
    services, _seen = clinic
    services.stocktakes.open(is_blind=False)
    page = on_screen(qtbot, StocktakesPage(services))
    table = page.findChild(LineTable)
    before = movements(world.clinic)
    table.choose(0, "counted", edit=True)
    type_keys(written)
    press_key(Qt.Key.Key_Return)
    assert table.rows()[0].sentence
    view = services.stocktakes.get(services.stocktakes.list()[0].id)
    assert view.lines[0].counted is None
    assert movements(world.clinic) == before


# --- the list -------------------------------------------------------------------------------------------------------


def test_a_list_without_a_drug_that_is_in_use_keeps_it_for_a_time_and_says_so(qtbot, world, dialogs, tmp_path):
    services, _seen = services_of(world.township, dialogs)
    stock(world.township, world.first, 60)
    file = list_file(
        world.township, tmp_path / "list.xlsx", lambda sheet: sheet.delete_rows(row_of(sheet, world.first))
    )
    page = on_screen(qtbot, CataloguePage(services))
    dialogs.will_choose(file)
    press_key(Qt.Key.Key_F6)
    page.save_action()
    page.importing.filter.set_value("ended")
    page.importing.filter.changed.emit("ended")
    assert cell_texts(page.importing.rows, "action") == ["停用，还在用"]
    [reason] = cell_texts(page.importing.rows, "reason")
    assert "60" in reason
    dialogs.will_answer("import")
    page.save_action()
    drug = Catalogue(world.township).get(world.first)
    assert drug is not None
    assert drug.valid_to > world.township.today()
    assert focused() is not None


def test_an_empty_list_says_how_it_is_filled(qtbot, world, dialogs):
    for desk, words in ((world.clinic, "卫生院发来的目录文件"), (world.township, "F6")):
        with desk.sessions.writing() as session:
            session.execute(delete(Drug))
        page = on_screen(qtbot, CataloguePage(services_of(desk, dialogs)[0]))
        page.refresh()
        assert words in page.table.empty_text()
        page.search.setText("没有的药")
        assert "没有这样的药品" in page.table.empty_text()
