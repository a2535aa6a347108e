"""收发: what was written is saved to be handed over, once more, all together, or anew for another computer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.domain.request_states import Action
from app.errors import UserError
from app.services.exchange import Exchange
from app.services.requests import Requests
from app.services.review import Review
from tests.supply_desks import introduce
from tests.ui.hands import click, press
from tests.ui.saved_tables import sheet_rows
from tests.ui.screens.drug_desks import cell_texts
from tests.ui.screens.exchange.exchange_pages import button, letters, submitted_emergency
from ui.widgets.naming import unnamed_controls


def test_what_was_not_handed_over_is_told_and_saved(world, opened, dialogs, tmp_path):
    world.submitted()
    screen, _seen = opened(world.clinic)
    assert screen.strip.words() == "有 1 份文件还没有交给对方：11 月申领单。"
    dialogs.will_choose(tmp_path / "r.cyx")
    click(button(screen, "save_waiting"))
    assert screen.strip.words() == ""
    assert cell_texts(letters(screen), "state") == ["已存成文件"]
    dialogs.will_choose(tmp_path / "again.cyx")
    click(button(screen, "save_letter"))
    assert (tmp_path / "again.cyx").read_bytes() == (tmp_path / "r.cyx").read_bytes()


def test_enter_saves_what_waits_and_shows_what_was_sent(world, opened, dialogs, tmp_path):
    request_id = world.submitted().request.id
    screen, seen = opened(world.clinic)
    dialogs.will_choose(tmp_path / "r.cyx")
    press(letters(screen), Qt.Key.Key_Return)
    assert (tmp_path / "r.cyx").exists()
    press(letters(screen), Qt.Key.Key_Return)
    assert seen.places == [("requests", {"request_id": request_id})]


def test_what_else_waits_for_the_same_desk_is_saved_beside_so_that_no_gap_is_told_there(
    world, opened, dialogs, tmp_path
):
    world.submitted()
    submitted_emergency(world)
    screen, seen = opened(world.clinic)
    assert "有 2 份文件还没有交给对方" in screen.strip.words()
    letters(screen).select_row(0)
    stick = tmp_path / "stick"
    stick.mkdir()
    dialogs.will_choose(stick / "last.cyx")
    screen.save_chosen()
    assert "另外 1 份也存在旁边，请一起交给对方" in seen.sentences[-1]
    assert len(list(stick.glob("*.cyx"))) == 2
    assert screen.strip.words() == ""
    assert cell_texts(letters(screen), "state") == ["已存成文件", "已存成文件"]


def test_everything_that_waits_is_saved_into_one_folder(world, opened, dialogs, tmp_path):
    world.submitted()
    screen, seen = opened(world.clinic)
    assert not [each for each in screen.findChildren(QPushButton, "save_all_waiting") if each.isVisible()]
    submitted_emergency(world)
    screen.refresh()
    stick = tmp_path / "stick"
    stick.mkdir()
    dialogs.will_choose(stick)
    click(button(screen, "save_all_waiting"))
    assert seen.sentences[-1] == "2 份文件已存到“stick”，请交给对方。"
    other, _seen = opened(world.township)
    for file in sorted(stick.glob("*.cyx")):
        dialogs.will_choose(file)
        other.open_file()
    assert len(Review(world.township).inbox()) == 2
    assert dialogs.told == []


def test_the_record_is_saved_as_a_table(world, opened, dialogs, tmp_path):
    world.submitted()
    screen, _seen = opened(world.clinic)
    dialogs.will_choose(tmp_path / "letters.xlsx")
    click(button(screen, "export_letters"))
    rows = sheet_rows(tmp_path / "letters.xlsx")
    assert rows[1][1:5] == ("发出", "11 月申领单", world.township.place.name, "还没有交出")


def test_a_request_handed_over_before_is_written_anew_for_the_townships_new_computer(
    world, other_township, opened, dialogs, tmp_path
):
    Exchange(world.township).open_file(world.submitted_file())
    introduce(world.clinic, other_township, tmp_path)
    screen, seen = opened(world.clinic)
    screen.table.select_row(0)
    request_id = screen.table.current_row().subject_id
    dialogs.will_choose(tmp_path / "again.cyx")
    click(button(screen, "save_letter"))
    assert "卫生院换了电脑，已按新的配对重新写了一份。" in seen.sentences
    assert Exchange(other_township).open_file(tmp_path / "again.cyx").subject_id == request_id
    asked = [line.name for line in Requests(world.clinic).get(request_id).lines]
    assert [line.name for line in Review(other_township).get(request_id).lines] == asked
    old = Review(world.township)
    taken = old.take(request_id, old.get(request_id).version)
    answer = old.act(request_id, Action.RETURN, taken.request.version, comment="旧电脑上的答复")
    stale = Exchange(world.township).save_file(answer.message_id, tmp_path / "stale.cyx")
    with pytest.raises(UserError, match="不是针对本室的申领单"):
        Exchange(world.clinic).open_file(stale)
    dialogs.will_choose(tmp_path / "third.cyx")
    screen.refresh()
    sent = [number for number, row in enumerate(screen.table.rows()) if row.direction == "sent"]
    screen.table.select_row(sent[-1])
    click(button(screen, "save_letter"))
    assert (tmp_path / "third.cyx").read_bytes() == (tmp_path / "again.cyx").read_bytes()


def test_every_control_has_its_names(world, opened):
    world.submitted_file()
    screen, _seen = opened(world.clinic)
    assert unnamed_controls(screen) == []
