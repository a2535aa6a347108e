"""A draft of the month's request: begun, its drugs found, filled with suggestions, its lines skipped and counted in tabs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QTabBar, QWidget

from app.domain.request_terms import Action
from app.services.catalogue import Catalogue
from app.services.requests import Requests, new_line
from tests.ui.hands import click, control, press, type_chinese
from tests.ui.screens.drug_desks import FIGURES, cell_texts, focused, press_key, shown, type_keys
from tests.ui.screens.requests.request_hands import button, go_to, lines_of, requested, stored, type_into

CONTROL = Qt.KeyboardModifier.ControlModifier
EMPTY_TAB = 4


def test_the_first_request_is_begun_and_its_drugs_are_found_by_pinyin(world, opened):
    screen, _seen = opened(world)
    assert shown(button(screen, "begin_regular"))
    screen.primary_action()
    for initials in ("xbdp", "ejsg"):
        type_keys(initials)
        press_key(Qt.Key.Key_Return)
    assert [line.name[:4] for line in stored(world).lines] == ["硝苯地平", "盐酸二甲"]
    assert isinstance(focused(), QLineEdit)


def test_a_drug_is_found_by_its_characters_and_a_second_time_leads_to_its_line(world, opened):
    world.draft()
    screen, _seen = opened(world)
    press(screen, Qt.Key.Key_F, CONTROL)
    screen.show_catalogue()
    search = control(screen, QLineEdit, "catalogue_search")
    type_chinese(search, "二甲双胍")
    press_key(Qt.Key.Key_Return)
    assert len(stored(world).lines) == 3
    assert lines_of(screen).current_row().line.name == "盐酸二甲双胍片"


def test_in_the_catalogue_the_card_and_the_keys_are_those_of_the_marked_drug(world, opened):
    world.draft()
    screen, _seen = opened(world)
    go_to(screen, 0, "requested")
    card, foot = screen.parts.arithmetic, screen.parts.foot
    assert "Ctrl Delete" in foot.note()
    screen.show_catalogue()
    search = control(screen, QLineEdit, "catalogue_search")
    type_chinese(search, "二甲双胍")
    assert card.title() == "盐酸二甲双胍片"
    assert "Ctrl Delete" not in foot.note()
    search.clear()
    type_chinese(search, "布洛芬")
    assert "布洛芬" in card.title()
    assert "还不在这张申领单里" in control(screen, QLabel, "no_line_yet").text()
    assert not card.skip.isVisible()
    assert not card.shortage.isVisible()
    screen.parts.show_tab("needed")
    assert card.title().startswith("硝苯地平")
    assert "Ctrl Delete" in foot.note()


def test_suggestions_fill_the_empty_lines_and_undoing_keeps_what_was_changed(world, opened):
    world.draft(requested={"二甲双胍": 50})
    screen, _seen = opened(world)
    click(button(screen, "fill_suggestions"))
    assert cell_texts(lines_of(screen), "requested") == ["79", "50", "21"]
    type_into(screen, 0, "requested", "80")
    click(button(screen, "fill_suggestions"))
    assert requested(world) == [80, 50, None]


def test_a_line_is_skipped_and_wanted_again(world, opened):
    world.draft()
    screen, _seen = opened(world)
    table = go_to(screen, 1, "requested")
    press(table, Qt.Key.Key_Delete, CONTROL)
    assert stored(world).lines[1].is_skipped
    assert "本期不要" in cell_texts(table, "packs")[1]
    click(button(screen, "skip_line"))
    assert not stored(world).lines[1].is_skipped


def test_the_tabs_count_and_show_what_is_out_of_stock_and_empty(world, opened):
    world.draft((*FIGURES, ("缬沙坦", 0, "8")), {"硝苯地平": 79})
    screen, _seen = opened(world)
    tabs = control(screen, QTabBar, "request_tabs")
    assert [tabs.tabText(number) for number in range(5) if tabs.isTabVisible(number)] == [
        "需要申领 4", "全部目录 173", "缺药 1", "未填 3",
    ]  # fmt: skip
    tabs.setCurrentIndex(3)
    assert [row.line.name for row in lines_of(screen).rows()] == ["缬沙坦胶囊"]
    tabs.setCurrentIndex(EMPTY_TAB)
    assert len(lines_of(screen).rows()) == 3


def test_a_line_filled_in_stays_in_its_tab_until_another_is_shown(world, opened):
    world.draft()
    screen, _seen = opened(world)
    tabs = control(screen, QTabBar, "request_tabs")
    tabs.setCurrentIndex(EMPTY_TAB)
    type_into(screen, 0, "requested", "79")
    assert len(lines_of(screen).rows()) == 3
    assert tabs.tabText(EMPTY_TAB) == "未填 2"
    tabs.setCurrentIndex(0)
    tabs.setCurrentIndex(EMPTY_TAB)
    assert len(lines_of(screen).rows()) == 2


def test_four_hundred_lines_need_no_widget_of_their_own(world, opened):
    request_id = world.draft()
    drugs = Catalogue(world.clinic).find("", limit=500)
    with world.clinic.sessions.writing() as session:
        for number in range(400):
            session.add(new_line(request_id, number + 3, drugs[number % len(drugs)]))
    screen, _seen = opened(world)
    table = lines_of(screen)
    assert table.model().rowCount() == 403
    assert table.viewport().findChildren(QWidget) == []


def test_the_heading_names_township_count_and_price(world, opened):
    world.draft(requested={"硝苯地平": 79})
    screen, _seen = opened(world)
    assert control(screen, QLabel, "page_note").text() == "送 青石镇卫生院　·　1 种　·　价格未知"


def test_the_use_of_former_months_stands_beside_the_line(world, opened):
    first = world.draft()
    Requests(world.clinic).act(first, Action.SKIP, stored(world).version)
    world.clock.forward(days=20)
    Requests(world.clinic).start()
    screen, _seen = opened(world)
    go_to(screen, 1, "on_hand")
    bars = control(screen.parts.arithmetic, QWidget, "use_history").bars()
    assert [(bar.title, bar.value) for bar in bars] == [("11 月", 30.0), ("12 月", 30.0)]
