"""库存表: what it shows of every drug, how a drug is found in it and the list narrowed, and how it leaves as a file."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from PySide6.QtWidgets import QCheckBox

from app.domain.movements import MovementKind
from db.models import Drug
from tests.app.services.stock_things import IBUPROFEN, TODAY, batch, days_ago, move
from tests.ui.hands import click, control, type_chinese
from tests.ui.screens.drug_desks import cell_texts, type_keys
from tests.ui.screens.stock_pages import button, line, page_of, said, stock_screen, table
from ui.screens.stock.words import rounded
from ui.theme.theme import Theme, apply_theme
from ui.widgets.field_row import ComboBox


def test_the_list_shows_every_drug_that_was_on_the_shelf_and_a_dash_for_what_is_unknown(screen):
    balances = table(screen, "balances")
    names = cell_texts(balances, "name")
    assert names == ["氨氯地平片 5mg", "甘精胰岛素注射液 300单位"]
    assert cell_texts(balances, "on_hand") == ["322 片 11 盒 14 片", "6 支"]
    assert cell_texts(balances, "amc")[1] == "—"
    assert cell_texts(balances, "days")[1] == "—"  # nobody uses it: neither 0 nor without end
    assert cell_texts(balances, "status")[1] == "呆滞"
    assert cell_texts(balances, "expiry")[0] == (TODAY + timedelta(days=20)).isoformat()


@pytest.mark.parametrize(("use", "words"), [
    (Fraction(850, 3), "283.33"), (Fraction(85, 10), "8.5"), (Fraction(30), "30"), (None, None),
])  # fmt: skip
def test_the_use_of_a_month_is_told_as_the_request_tells_it(use, words):
    assert rounded(use) == words


def test_a_price_that_is_not_known_makes_the_value_unknown(screen, desk):
    unpriced = batch(desk, "X", drug=IBUPROFEN, price=None, pack=100)
    move(desk, unpriced, MovementKind.RECEIPT, 10, days_ago(desk, 1))
    screen.refresh()
    balances = table(screen, "balances")
    assert cell_texts(balances, "value")[cell_texts(balances, "name").index("布洛芬片 0.2g")] == "—"
    assert "金额 —" in said(page_of(screen).list, "page_note")


@pytest.mark.parametrize(
    ("typed", "found"),
    [("gjyd", ["甘精胰岛素注射液 300单位"]), ("6901234567892", ["氨氯地平片 5mg"]), ("zzz", [])],
)
def test_a_drug_is_found_by_initials_and_bar_code(screen, typed, found):
    type_keys(typed)
    assert cell_texts(table(screen, "balances"), "name") == found


def test_a_drug_is_found_by_its_characters(screen):
    type_chinese(line(screen, "balance_search"), "胰岛素")
    assert cell_texts(table(screen, "balances"), "name") == ["甘精胰岛素注射液 300单位"]


def test_the_states_say_how_many_they_have_and_narrow_the_list(screen):
    states = control(screen, ComboBox, "balance_state")
    words = [states.itemText(number) for number in range(states.count())]
    assert words[0] == "全部状态 2"
    assert "呆滞 1" in words
    assert "断货 0" in words
    screen.open_with(state="unused")
    assert cell_texts(table(screen, "balances"), "name") == ["甘精胰岛素注射液 300单位"]
    control(screen, QCheckBox, "balance_never_kept").click()
    states.set_value("all")
    assert len(cell_texts(table(screen, "balances"), "name")) == 3
    control(screen, QCheckBox, "balance_cold").click()
    assert cell_texts(table(screen, "balances"), "name") == ["甘精胰岛素注射液 300单位"]


def test_escape_empties_the_search_first(screen):
    type_keys("gj")
    assert screen.back_action()
    assert line(screen, "balance_search").text() == ""
    assert not screen.back_action()


def test_a_list_that_was_not_saved_says_nothing(screen, seen, dialogs):
    click(button(screen, "export_balances"))
    assert len(dialogs.choosers) == 1
    assert seen.sentences == []


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_list_of_four_hundred_drugs_is_narrowed_without_delay(qtbot, qapp, services, desk, scale):
    with desk.sessions.writing() as session:
        for number in range(400):
            session.add(Drug(code=f"N{number:03}", generic_name=f"药品{number}", strength="1g", unit="片", units_per_pack=10,
                             pinyin=f"yp{number}", dosage_form="片剂", pack_unit="盒", price_fen=100,
                             valid_from=date(2018, 11, 1)))  # fmt: skip
    apply_theme(qapp, Theme("clinic", scale))
    screen = stock_screen(qtbot, services)
    control(screen, QCheckBox, "balance_never_kept").click()
    assert len(table(screen, "balances").rows()) == 403
    type_keys("yp399")
    assert cell_texts(table(screen, "balances"), "name") == ["药品399 1g"]
