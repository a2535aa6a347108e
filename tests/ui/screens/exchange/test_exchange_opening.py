"""收发: files that came are opened, dropped, refused; what was missed is told."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt

from app.services.exchange import Exchange
from app.services.pairing import Pairing
from app.services.review import Review
from tests.ui.dropped_files import drag, drop
from tests.ui.hands import click, press
from tests.ui.screens.drug_desks import cell_texts, services_of, shown
from tests.ui.screens.exchange.exchange_pages import button, letters, pair_with_card, submitted_emergency
from ui.screens.exchange import entry
from ui.shell.main_window import MainWindow


def test_an_opened_request_is_shown_where_it_is_reviewed(world, opened, dialogs):
    file = world.submitted_file()
    screen, seen = opened(world.township)
    dialogs.will_choose(file)
    click(button(screen, "open_file"))
    request_id = Review(world.township).inbox()[0].id
    assert seen.places == [("review", {"request_id": request_id})]
    assert "等待审核" in seen.sentences[-1]
    screen.refresh()
    assert cell_texts(letters(screen), "content") == ["11 月申领单"]
    assert cell_texts(letters(screen), "state") == ["已读入"]
    assert cell_texts(letters(screen), "other") == ["柳庄村卫生室"]


def truncated(file):
    """The stick was pulled out while it was copied."""
    file.write_bytes(file.read_bytes()[:-30])


def altered(file):
    """One bit of it is another."""
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.write_bytes(bytes(data))


def foreign(file):
    """Something else under its name."""
    file.write_bytes(b"PK\x03\x04 something else")


def from_the_future(file):
    """Written by a later edition of the program."""
    line, _newline, rest = file.read_bytes().partition(b"\n")
    cover = json.loads(line) | {"format": "cunyi-envelope-2"}
    file.write_bytes(json.dumps(cover).encode() + b"\n" + rest)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (truncated, "不完整"),
        (altered, "被改动过"),
        (foreign, "不是村医工作站的文件"),
        (from_the_future, "更新版本"),
    ],
)
def test_a_spoilt_file_is_refused_in_words_and_changes_nothing(world, opened, dialogs, spoil, says):
    file = world.submitted_file()
    spoil(file)
    screen, seen = opened(world.township)
    dialogs.will_choose(file)
    screen.open_file()
    told = dialogs.last_told()
    assert says in told
    assert "没有读入任何内容" in told
    assert Review(world.township).inbox() == []
    assert seen.places == []


def test_a_refused_file_stands_in_the_list_with_its_reason(world, opened, dialogs):
    file = world.submitted_file()
    truncated(file)
    screen, _seen = opened(world.township)
    dialogs.will_choose(file)
    screen.open_file()
    assert cell_texts(letters(screen), "state") == ["没有读入"]
    assert "不完整" in cell_texts(letters(screen), "reason")[0]
    press(letters(screen), Qt.Key.Key_Return)
    assert "不完整" in dialogs.last_told()
    assert not shown(button(screen, "save_letter"))


def test_a_file_opened_twice_is_said_to_be_known(world, opened, dialogs):
    file = world.submitted_file()
    screen, _seen = opened(world.township)
    dialogs.will_choose(file, file)
    screen.open_file()
    screen.open_file()
    assert "以前已经读入过" in dialogs.last_told()
    assert len(Review(world.township).inbox()) == 1


def test_a_file_for_another_township_is_refused(world, other_township, opened, dialogs):
    screen, _seen = opened(other_township)
    dialogs.will_choose(world.submitted_file())
    screen.open_file()
    assert "发给别的单位" in dialogs.last_told()


def test_a_strangers_file_leads_to_pairing_and_is_taken_in_afterwards(
    world, other_township, opened, dialogs, tmp_path
):
    card = Pairing(other_township).save_card(tmp_path / "stranger.cycard")
    Pairing(world.clinic).pair(Pairing(world.clinic).look_at_card(card))
    file = world.submitted_file()
    screen, seen = opened(other_township)
    dialogs.will_choose(file)
    screen.open_file()
    assert "还没有和本单位配对" in dialogs.last_told()
    assert seen.places == [("exchange", {"page": "pairing"})]
    dialogs.will_choose(Pairing(world.clinic).save_card(tmp_path / "clinic.cycard"), file)
    pair_with_card(screen)
    screen.open_file()
    assert len(Review(other_township).inbox()) == 1


def test_a_missing_file_before_this_one_is_told(world, opened, dialogs, tmp_path):
    first = world.submitted_file("first.cyx")
    file = Exchange(world.clinic).save_file(submitted_emergency(world), tmp_path / "second.cyx")
    screen, _seen = opened(world.township)
    dialogs.will_choose(file, first)
    screen.open_file()
    assert "还发过 1 份文件，这里没有收到" in dialogs.last_told()
    screen.open_file()
    assert len(Review(world.township).inbox()) == 2


def test_a_file_dropped_on_the_window_is_opened(world, opened, qtbot):
    file = world.submitted_file()
    screen, seen = opened(world.township)
    drop(screen, [file])
    qtbot.waitUntil(lambda: seen.places != [])
    assert len(Review(world.township).inbox()) == 1


def test_other_things_dropped_on_the_window_are_left_alone(world, opened, tmp_path):
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"no envelope")
    screen, _seen = opened(world.township)
    assert not drag(screen, [picture])
    assert not drag(screen, [world.submitted_file("a.cyx"), picture])
    assert drag(screen, [tmp_path / "a.cyx"])


def test_a_locked_window_takes_no_file(world, qtbot, dialogs):
    services, _seen = services_of(world.township, dialogs)
    window = MainWindow(desk="township")
    qtbot.addWidget(window)
    window.add_screen(entry(services))
    window.show_desk()
    window.show()
    window.show_screen("exchange")
    file = world.submitted_file()
    assert drag(window, [file])
    window.show_cover()
    assert not drag(window, [file])
