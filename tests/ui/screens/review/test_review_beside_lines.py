"""申领审核: what stands beside the lines, from the township's stock and the other villages' use."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt

from app.services.exchange import Exchange
from db.models import LedgerReport
from tests.ui.hands import click
from tests.ui.screens.drug_desks import cell_texts, focused, press_key, type_keys
from tests.ui.screens.review.review_pages import (
    button,
    change_line,
    go_to,
    lines_of,
    other_request,
    texts_of,
    town_lines,
)


def test_what_remains_after_the_approval_follows_every_letter(town, reviewing):
    screen, _seen = reviewing
    assert cell_texts(lines_of(screen), "available")[1] == "180 余 120"
    go_to(screen, 1, "approved")
    type_keys("20")
    assert cell_texts(lines_of(screen), "available")[1] == "180 余 160"
    type_keys("0")
    assert cell_texts(lines_of(screen), "available")[1] == "180 缺 20"
    assert "缺 20 转采购" in cell_texts(lines_of(screen), "marks")[1]
    assert focused().text() == "200"
    press_key(Qt.Key.Key_Escape)
    assert cell_texts(lines_of(screen), "available")[1] == "180 余 120"
    assert town_lines(town)["B00001"].approved is None


def test_a_stored_quantity_counts_in_what_remains(town, reviewing):
    screen, _seen = reviewing
    go_to(screen, 1, "approved")
    type_keys("60")
    press_key(Qt.Key.Key_Return)
    assert cell_texts(lines_of(screen), "available")[1] == "180 余 120"
    assert town_lines(town)["B00001"].approved == 60


def test_a_drug_that_all_together_ask_too_much_of_shows_its_fair_share(reviewing):
    screen, _seen = reviewing
    assert "公平分配 20" in cell_texts(lines_of(screen), "marks")[0]
    assert "1 行需要看，其中 1 行本院不够" in [chip.text for chip in screen.parts.header.chips()]


def test_a_drug_that_the_township_never_had_is_a_dash_and_bought(town, opened):
    change_line(town, 0, "B00001", drug_code="NEVER")
    screen, _seen = opened(town.desk)
    screen.open_with(request_id=town.requests[0])
    assert cell_texts(lines_of(screen), "available")[1] == "—"
    assert cell_texts(lines_of(screen), "marks")[1] == "本院不备"


def test_f6_leaves_what_is_short_and_says_so(town, reviewing):
    screen, seen = reviewing
    press_key(Qt.Key.Key_F6)
    assert [line.approved for line in town_lines(town).values()] == [None, 60, 60, 60, 60]
    assert seen.sentences[-1] == "同意了 4 种；留下 1 种请逐行看（F8）：本院不足 1。"
    assert "1 行需要看，其中 1 行本院不够" in [chip.text for chip in screen.parts.header.chips()]
    lines_of(screen).choose(3)
    press_key(Qt.Key.Key_F8)
    assert lines_of(screen).current_number() == 0


def test_f8_after_space_does_not_pass_by_the_line_that_space_led_to(town, reviewing):
    for code in ("B00001", "B00002"):
        change_line(town, 0, code, explanation="冬季新增病人")
    screen, _seen = reviewing
    screen.refresh()
    assert "3 行需要看，其中 1 行本院不够" in [chip.text for chip in screen.parts.header.chips()]
    go_to(screen, 0, "approved")
    press_key(Qt.Key.Key_Space)
    press_key(Qt.Key.Key_F8)
    assert lines_of(screen).current_number() == 1
    press_key(Qt.Key.Key_F8)
    assert lines_of(screen).current_number() == 2


def test_the_use_of_the_chosen_drug_stands_beside_the_other_clinics(world, opened, tmp_path):
    for number, use in enumerate(("10", "18")):
        other_request(world, tmp_path, number, use=use)
    world.clock.forward(hours=1)
    taken_in = Exchange(world.township).open_file(world.submitted_file())
    screen, _seen = opened(world.township)
    screen.open_with(request_id=taken_in.subject_id)
    card = screen.parts.comparison
    assert card.title() == "硝苯地平缓释片(Ⅱ)　柳庄村月均用量与其他村"
    assert [(bar.title, bar.value) for bar in card.chart.bars()][:2] == [("柳庄村", 44.0), ("中位数", 14.0)]
    assert "2 倍以上" in card.words()


def test_a_year_of_use_is_drawn_with_the_median_of_the_others(town, opened):
    for month in ("2026-08", "2026-09", "2026-10"):
        for place, clinic in enumerate(town.clinics):
            report(town, clinic, month, dispensed=(90, 10, 20)[place])
    screen, _seen = opened(town.desk)
    screen.open_with(request_id=town.requests[0])
    card = screen.parts.comparison
    own, middle = card.lines.lines()
    assert (len(card.lines.places()), card.lines.places()[-1]) == (12, "10 月")
    assert own.values == (None,) * 9 + (90.0, 90.0, 90.0)
    assert (middle.values[-1], middle.dashed) == (15.0, True)
    assert card.words() == "10 月用了 90 片，是 2 个村中位数 15 片的 2 倍以上。"


def report(town, clinic, month, dispensed):
    """What a clinic reported of a month: the units of the first drug that it dispensed."""
    with town.desk.sessions.writing() as session:
        session.add(
            LedgerReport(
                organisation_id=clinic, month=month, made_at=datetime(2026, 11, 1, tzinfo=UTC), made_by_name="王明",
                lines=[{"drug_code": "B00000", "dispensed": dispensed}], stock=[],
            )
        )  # fmt: skip


def test_the_lines_are_saved_as_a_table_with_what_stands_beside_them(reviewing, dialogs, tmp_path):
    screen, seen = reviewing
    dialogs.will_choose(tmp_path / "lines.xlsx")
    click(button(screen, "export_lines"))
    rows = texts_of(tmp_path / "lines.xlsx")
    assert rows[0][:4] == ["药品", "规格", "单位", "库存"]
    assert len(rows) == 6
    assert "lines.xlsx" in seen.sentences[-1]
