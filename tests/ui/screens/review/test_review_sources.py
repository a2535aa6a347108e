"""申领审核: from where each approved line is supplied, in the window that releases a request."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from app.domain.request_terms import State
from app.services.review import Review
from db.models import DrugRequestLine
from tests.ui.hands import CTRL, click, control, press, type_chinese
from tests.ui.saved_tables import sheet_rows
from tests.ui.screens.drug_desks import cell_texts, focused, press_key, type_keys
from tests.ui.screens.review.review_pages import button, is_open, open_share
from tests.ui.screens.supply_things import small_window
from ui.widgets.naming import unnamed_controls
from ui.widgets.table import DataTable


@pytest.fixture
def approved(town, reviewing):
    """The first request approved: 20 of the short drug, 60 of the others; its window of sources open."""
    screen, seen = reviewing
    click(button(open_share(screen), "share_window_do"))
    press_key(Qt.Key.Key_F6)
    screen.save_action()
    screen.save_action()
    return screen, seen, small_window("release_window")


def sources(town):
    """The stored sources, by the code of the drug."""
    return {code: line.source for code, line in stored_lines(town).items()}


def stored_lines(town):
    """The stored lines of the first request, by the code of the drug."""
    with town.desk.sessions.reading() as session:
        rows = session.query(DrugRequestLine).where(DrugRequestLine.request_id == town.requests[0]).all()
        session.expunge_all()
    return {row.drug_code: row for row in rows}


def test_sources_are_proposed_changed_by_a_number_and_written(town, approved):
    screen, _seen, shown = approved
    rows = control(shown, DataTable, "release_lines")
    assert cell_texts(rows, "source") == ["本院库存"] * 5
    rows.setFocus()
    rows.choose(1, "source")
    type_keys("2")
    press_key(Qt.Key.Key_Return)
    assert cell_texts(rows, "source")[1] == "采购"
    QTest.keyPress(shown, Qt.Key.Key_Return, CTRL)
    assert Review(town.desk).get(town.requests[0]).state is State.RELEASED
    assert list(sources(town).values()) == ["own_stock", "purchase", "own_stock", "own_stock", "own_stock"]
    assert button(screen, "go_to_shipments").isVisible()


def test_the_sources_are_saved_as_a_table(approved, dialogs, tmp_path):
    _screen, _seen, shown = approved
    dialogs.will_choose(tmp_path / "sources.xlsx")
    click(button(shown, "release_window_export"))
    rows = sheet_rows(tmp_path / "sources.xlsx")
    assert rows[0] == ("药品", "规格", "单位", "批准", "本院可供", "货源", "不供应的原因")
    assert [row[5] for row in rows[1:]] == ["本院库存"] * 5


def test_a_line_that_is_not_supplied_wants_its_reason_and_nothing_is_released_before(town, approved):
    _screen, _seen, shown = approved
    rows = control(shown, DataTable, "release_lines")
    rows.setFocus()
    rows.choose(2, "source")
    type_keys("4")
    press_key(Qt.Key.Key_Return)
    click(button(shown, "release_window_do"))
    assert "选了不供应，请写明原因" in rows.rows()[2].remark.sentence
    assert Review(town.desk).get(town.requests[0]).state is State.APPROVED
    rows.setFocus()
    rows.choose(2, "reason")
    type_keys("1")
    press_key(Qt.Key.Key_Return)
    click(button(shown, "release_window_do"))
    line = stored_lines(town)["B00002"]
    assert (line.source, line.decision_reason) == ("not_supplied", "断供，暂时买不到")


def test_what_is_no_source_is_refused_in_its_line(town, approved):
    _screen, _seen, shown = approved
    rows = control(shown, DataTable, "release_lines")
    rows.setFocus()
    rows.choose(0, "source")
    press_key(Qt.Key.Key_Return)
    box = focused()
    assert isinstance(box, QComboBox)
    type_chinese(box.lineEdit(), "别处")
    press_key(Qt.Key.Key_Return)
    assert rows.rows()[0].remark.sentence == "没有“别处”这种货源：请按 1–4 选一种。"
    click(button(shown, "release_window_do"))
    assert "还没有转发货" in shown.problem.text()
    assert Review(town.desk).get(town.requests[0]).state is State.APPROVED


def test_a_request_that_a_colleague_released_meanwhile_is_told_and_read_again(town, approved, dialogs):
    screen, _seen, shown = approved
    view = Review(town.desk).get(town.requests[0])
    services = screen.services
    services.releases.convert(view.id, view.version, services.releases.propose_sources(view.id))
    click(button(shown, "release_window_do"))
    assert not is_open(screen, "release_window")
    assert "别人刚刚改过" in dialogs.last_told()
    assert screen.sheet.view.state is State.RELEASED


def test_every_control_of_the_windows_has_its_names(approved):
    screen, _seen, shown = approved
    assert unnamed_controls(shown) == []
    press(shown, Qt.Key.Key_Escape)
    for opening in (screen.openings.pivot, screen.openings.bulk, screen.openings.missing):
        opening()
    assert [
        unnamed_controls(small_window(name)) for name in ("pivot_window", "bulk_window", "round_window")
    ] == [[], [], []]
