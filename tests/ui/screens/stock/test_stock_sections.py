"""The sections of 库存 together: what their tabs say, those of a township, and the names of their controls."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar

from app.services.stocktakes import Stocktakes
from tests.app.services.stock_things import TODAY, add_drugs, receive
from tests.ui.hands import click, control, press
from tests.ui.screens.drug_desks import cell_texts, press_key, services_of
from tests.ui.screens.stock.shelf_hands import goods_page, open_card
from tests.ui.screens.stock_pages import button, entries, menu, page_of, stock_screen, table, window_of
from ui.screens.stock.goods_rows import Incoming
from ui.widgets.naming import unnamed_controls


def test_the_tab_says_how_many_batches_are_pressing_before_it_is_opened(screen, desk):
    bar = control(screen, QTabBar, "stock_sections")
    assert bar.tabText(1) == "近效期 1"
    receive(desk, 5, TODAY - timedelta(days=3), "0018", TODAY + timedelta(days=60))
    screen.refresh()
    assert bar.tabText(1) == "近效期 2"


def test_the_tab_of_counting_says_that_a_count_is_running_before_it_is_opened(screen, desk):
    bar = control(screen, QTabBar, "stock_sections")
    number = screen.section_keys().index("stocktake")
    assert bar.tabText(number) == "盘点"
    Stocktakes(desk).open()
    screen.refresh()
    assert bar.tabText(number) == "盘点 1"


def test_a_township_sees_its_own_shelf_and_gives_nothing_back_to_itself(qtbot, township_desk):
    add_drugs(township_desk)
    receive(township_desk, 280, TODAY - timedelta(days=120), "0021", TODAY + timedelta(days=20))
    services, seen = services_of(township_desk)
    screen = stock_screen(qtbot, services)
    assert "receiving" not in screen.section_keys()
    open_card(screen)
    screen.primary_action()
    assert not any("退回卫生院" in words for words, _ in entries())
    press(menu(), Qt.Key.Key_Escape)
    screen.show_section("expiry")
    assert cell_texts(table(page_of(screen), "near_expiry"), "action") == ["退回配送企业"]
    table(page_of(screen), "near_expiry").setFocus()
    press_key(Qt.Key.Key_Return)
    assert seen.places[-1] == ("supply", {"section": "purchasing"})


def test_every_control_has_a_name(qtbot, services, desk, excursion):
    screen = stock_screen(qtbot, services)
    page = open_card(screen)
    assert unnamed_controls(screen) == []
    click(button(page, "card_lose"))
    assert unnamed_controls(window_of(page)) == []
    press(window_of(page), Qt.Key.Key_Escape)
    goods_page(screen, Incoming.OUTSIDE)
    assert unnamed_controls(screen) == []
    for key in ("expiry", "cold_chain"):
        screen.show_section(key)
        assert unnamed_controls(screen) == [], key
