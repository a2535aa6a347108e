"""收发 and 配对 at both desks: files opened, refused, saved again; two desks becoming acquainted."""

from __future__ import annotations

import json

import openpyxl
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.domain.request_states import Action
from app.domain.request_terms import Kind
from app.errors import CunyiError
from app.services.catalogue import Catalogue
from app.services.exchange import Exchange
from app.services.pairing import Pairing
from app.services.request_lines import LineEdit
from app.services.requests import Requests
from app.services.review import Review
from db.models import OwnKeys
from tests.desks import make_clinic, make_township
from tests.supply_desks import give_keys, introduce
from tests.ui.hands import click, control, press
from tests.ui.screens.drug_desks import (
    DrugWorld,
    cell_texts,
    on_screen,
    services_of,
    shown,
)
from ui.screens.exchange import entry, settings_pages
from ui.screens.exchange.screen import ExchangeScreen
from ui.shell.main_window import MainWindow
from ui.widgets.naming import unnamed_controls
from ui.widgets.table import DataTable


@pytest.fixture
def world(tmp_path):
    made = DrugWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def strangers(tmp_path):
    """A clinic and a township that do not know each other."""
    made = DrugWorld(tmp_path, paired=False)
    yield made
    made.close()


@pytest.fixture
def opened(qtbot, dialogs):
    """opened(desk): the exchange screen of a desk, shown."""

    def make(desk):
        services, seen = services_of(desk, dialogs)
        return on_screen(qtbot, ExchangeScreen(services)), seen

    return make


def button(screen, name) -> QPushButton:
    return control(screen, QPushButton, name)


def letters(screen) -> DataTable:
    return control(screen, DataTable, "letters")


# --- opening ------------------------------------------------------------------------------------------------------


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
    file.write_bytes(file.read_bytes()[:-30])


def altered(file):
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.write_bytes(bytes(data))


def foreign(file):
    file.write_bytes(b"PK\x03\x04 something else")


def from_the_future(file):
    line, _newline, rest = file.read_bytes().partition(b"\n")
    cover = json.loads(line) | {"format": "cunyi-envelope-2"}
    file.write_bytes(json.dumps(cover).encode() + b"\n" + rest)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (truncated, "不完整"), (altered, "被改动过"), (foreign, "不是村医工作站的文件"),
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


def test_a_file_for_another_township_is_refused(world, opened, dialogs, tmp_path):
    other = make_township(tmp_path / "other", world.clock)
    give_keys(other)
    screen, _seen = opened(other)
    dialogs.will_choose(world.submitted_file())
    screen.open_file()
    assert "发给别的单位" in dialogs.last_told()
    other.sessions.engine.dispose()


def test_a_strangers_file_leads_to_pairing_and_is_taken_in_afterwards(world, opened, dialogs, tmp_path):
    stranger = make_township(tmp_path / "stranger", world.clock)
    give_keys(stranger)
    card = Pairing(stranger).save_card(tmp_path / "stranger.cycard")
    Pairing(world.clinic).pair(Pairing(world.clinic).look_at_card(card))
    file = world.submitted_file()
    screen, seen = opened(stranger)
    dialogs.will_choose(file)
    screen.open_file()
    assert "还没有和本单位配对" in dialogs.last_told()
    assert seen.places == [("exchange", {"page": "pairing"})]
    dialogs.will_choose(Pairing(world.clinic).save_card(tmp_path / "clinic.cycard"), file)
    click_pairing(screen)
    screen.open_file()
    assert len(Review(stranger).inbox()) == 1
    stranger.sessions.engine.dispose()


def test_a_missing_file_before_this_one_is_told(world, opened, dialogs, tmp_path):
    first = world.submitted_file("first.cyx")
    requests = Requests(world.clinic)
    second = requests.start(Kind.EMERGENCY, reason="流感病人突然增多").request
    line = requests.add_line(second.id, Catalogue(world.clinic).find("布洛芬")[0].code)
    requests.edit_line(second.id, line.id, LineEdit(0, "20", 40))
    done = requests.submit(second.id, requests.get(second.id).version)
    file = Exchange(world.clinic).save_file(done.message_id, tmp_path / "second.cyx")
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


def mime_of(files) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    return mime


def drag(screen, files) -> bool:
    dragged = mime_of(files)  # the event does not keep it
    event = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, dragged, Qt.MouseButton.LeftButton,
                            Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(screen, event)
    return event.isAccepted()


def drop(screen, files) -> None:
    """Drag over the window first: Qt gives the drop to the widget that took the drag."""
    assert drag(screen, files)
    dropped = mime_of(files)  # the event does not keep it
    event = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, dropped, Qt.MouseButton.LeftButton,
                       Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(screen, event)


# --- handing over -------------------------------------------------------------------------------------------------


def test_what_was_not_handed_over_is_told_and_saved(world, opened, dialogs, tmp_path):
    requests = Requests(world.clinic)
    request_id = world.draft()
    requests.fill_with_suggestions(request_id)
    requests.submit(request_id, requests.get(request_id).version)
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
    requests = Requests(world.clinic)
    request_id = world.draft()
    requests.fill_with_suggestions(request_id)
    requests.submit(request_id, requests.get(request_id).version)
    screen, seen = opened(world.clinic)
    dialogs.will_choose(tmp_path / "r.cyx")
    press(letters(screen), Qt.Key.Key_Return)
    assert (tmp_path / "r.cyx").exists()
    press(letters(screen), Qt.Key.Key_Return)
    assert seen.places == [("requests", {"request_id": request_id})]


def submitted(world):
    """A request of the clinic that was written, and not handed over; gives the id of its envelope."""
    requests = Requests(world.clinic)
    request_id = world.draft()
    requests.fill_with_suggestions(request_id)
    return requests.submit(request_id, requests.get(request_id).version).message_id


def submitted_emergency(world):
    """Another one, of an emergency."""
    requests = Requests(world.clinic)
    second = requests.start(Kind.EMERGENCY, reason="流感病人突然增多").request
    line = requests.add_line(second.id, Catalogue(world.clinic).find("布洛芬")[0].code)
    requests.edit_line(second.id, line.id, LineEdit(0, "20", 40))
    return requests.submit(second.id, requests.get(second.id).version).message_id


def test_what_else_waits_for_the_same_desk_is_saved_beside_so_that_no_gap_is_told_there(world, opened, dialogs, tmp_path):
    submitted(world)
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
    submitted(world)
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
    assert "还发过" not in dialogs.last_told()


def test_the_record_is_saved_as_a_table(world, opened, dialogs, tmp_path):
    submitted(world)
    screen, _seen = opened(world.clinic)
    dialogs.will_choose(tmp_path / "letters.xlsx")
    click(button(screen, "export_letters"))
    rows = list(openpyxl.load_workbook(tmp_path / "letters.xlsx").active.iter_rows(values_only=True))
    assert rows[1][1:5] == ("发出", "11 月申领单", world.township.place.name, "还没有交出")


# --- pairing ------------------------------------------------------------------------------------------------------


def click_pairing(screen) -> None:
    """Open the next scripted card and agree that both fingerprints are the same."""
    screen.open_with(page="pairing")
    click(button(screen, "open_card"))
    click(button(screen, "fingerprints_same"))


def text(screen, name) -> str:
    return control(screen, QLabel, name).text()


def test_two_desks_become_acquainted_through_both_screens(strangers, opened, dialogs, tmp_path):
    clinic, _seen = opened(strangers.clinic)
    township, _seen = opened(strangers.township)
    for screen in (clinic, township):
        screen.open_with(page="pairing")
    dialogs.will_choose(tmp_path / "clinic.cycard", tmp_path / "township.cycard")
    click(button(clinic, "save_card"))
    click(button(township, "save_card"))
    dialogs.will_choose(tmp_path / "township.cycard", tmp_path / "clinic.cycard")
    click(button(clinic, "open_card"))
    click(button(township, "open_card"))
    assert text(clinic, "their_fingerprint") == text(township, "own_fingerprint")
    assert text(township, "their_fingerprint") == text(clinic, "own_fingerprint")
    assert Pairing(strangers.clinic).partners() == []
    click(button(clinic, "fingerprints_same"))
    click(button(township, "fingerprints_same"))
    assert Pairing(strangers.clinic).township_id() == strangers.township.place.id
    assert cell_texts(control(township, DataTable, "partners"), "name") == ["柳庄村卫生室"]
    assert clinic.tabs.title("pairing") == "配对 1"


def test_fingerprints_that_differ_leave_both_as_strangers(strangers, opened, dialogs, tmp_path):
    card = Pairing(strangers.township).save_card(tmp_path / "t.cycard")
    screen, seen = opened(strangers.clinic)
    screen.open_with(page="pairing")
    dialogs.will_choose(card)
    click(button(screen, "open_card"))
    click(button(screen, "fingerprints_differ"))
    assert Pairing(strangers.clinic).partners() == []
    assert not shown(button(screen, "fingerprints_same"))
    assert "没有配对" in seen.sentences[-1]


def test_escape_puts_the_card_away(strangers, opened, dialogs, tmp_path):
    screen, _seen = opened(strangers.clinic)
    screen.open_with(page="pairing")
    dialogs.will_choose(Pairing(strangers.township).save_card(tmp_path / "t.cycard"))
    click(button(screen, "open_card"))
    assert screen.back_action()
    assert not shown(button(screen, "fingerprints_same"))
    assert screen.back_action()
    assert not screen.back_action()


@pytest.mark.parametrize("content", [b"", b"{}", b"\x00" * 99_999])
def test_a_file_that_is_no_card_is_refused(strangers, opened, dialogs, tmp_path, content):
    file = tmp_path / "film.cycard"
    file.write_bytes(content)
    screen, _seen = opened(strangers.clinic)
    screen.open_with(page="pairing")
    dialogs.will_choose(file)
    click(button(screen, "open_card"))
    assert "不是村医工作站的配对名片" in dialogs.last_told()
    assert not shown(button(screen, "fingerprints_same"))


def test_ones_own_card_is_refused(strangers, opened, dialogs, tmp_path):
    screen, _seen = opened(strangers.clinic)
    dialogs.will_choose(Pairing(strangers.clinic).save_card(tmp_path / "own.cycard"))
    screen.open_with(page="pairing")
    click(button(screen, "open_card"))
    assert "本单位自己的名片" in dialogs.last_told()


def test_another_township_is_told_before_it_takes_the_place_of_the_present_one(world, opened, dialogs, tmp_path):
    other = make_township(tmp_path / "other", world.clock)
    give_keys(other)
    screen, _seen = opened(world.clinic)
    screen.open_with(page="pairing")
    dialogs.will_choose(Pairing(other).save_card(tmp_path / "o.cycard"))
    click(button(screen, "open_card"))
    assert "这张名片是另一台电脑的" in text(screen, "pairing_warning")
    other.sessions.engine.dispose()


def test_a_request_handed_over_before_is_written_anew_for_the_townships_new_computer(world, opened, dialogs, tmp_path):
    Exchange(world.township).open_file(world.submitted_file())
    other = make_township(tmp_path / "other", world.clock)
    give_keys(other)
    introduce(world.clinic, other, tmp_path)
    screen, seen = opened(world.clinic)
    screen.table.select_row(0)
    request_id = screen.table.current_row().subject_id
    dialogs.will_choose(tmp_path / "again.cyx")
    click(button(screen, "save_letter"))
    assert "卫生院换了电脑，已按新的配对重新写了一份。" in seen.sentences
    assert Exchange(other).open_file(tmp_path / "again.cyx").subject_id == request_id
    assert [line.name for line in Review(other).get(request_id).lines]
    old = Review(world.township)
    taken = old.take(request_id, old.get(request_id).version)
    answer = old.act(request_id, Action.RETURN, taken.request.version, comment="旧电脑上的答复")
    stale = Exchange(world.township).save_file(answer.message_id, tmp_path / "stale.cyx")
    with pytest.raises(CunyiError):
        Exchange(world.clinic).open_file(stale)
    dialogs.will_choose(tmp_path / "third.cyx")
    screen.refresh()
    sent = [number for number, row in enumerate(screen.table.rows()) if row.direction == "sent"]
    screen.table.select_row(sent[-1])
    click(button(screen, "save_letter"))
    assert (tmp_path / "third.cyx").read_bytes() == (tmp_path / "again.cyx").read_bytes()
    other.sessions.engine.dispose()


def test_a_second_clinic_of_the_same_name_is_asked_about_and_the_partners_are_exported(world, opened, dialogs, tmp_path):
    second = make_clinic(tmp_path / "second", world.clock)
    give_keys(second)
    screen, _seen = opened(world.township)
    screen.open_with(page="pairing")
    dialogs.will_choose(Pairing(second).save_card(tmp_path / "s.cycard"))
    click(button(screen, "open_card"))
    assert f"已经有一个叫“{world.clinic.place.name}”的单位" in text(screen, "pairing_warning")
    dialogs.will_choose(tmp_path / "partners.xlsx")
    click(button(screen, "export_partners"))
    rows = list(openpyxl.load_workbook(tmp_path / "partners.xlsx").active.iter_rows(values_only=True))
    assert rows[1][:2] == (world.clinic.place.name, "村卫生室")
    second.sessions.engine.dispose()


def test_new_keys_of_a_known_desk_are_pointed_out(world, opened, dialogs, tmp_path):
    with world.township.sessions.writing() as session:
        session.delete(session.get_one(OwnKeys, world.township.place.id))
    give_keys(world.township)
    screen, _seen = opened(world.clinic)
    screen.open_with(page="pairing")
    dialogs.will_choose(Pairing(world.township).save_card(tmp_path / "new.cycard"))
    click(button(screen, "open_card"))
    assert "指纹变了" in text(screen, "pairing_warning")


# --- the rest -----------------------------------------------------------------------------------------------------


def test_every_control_has_its_names(world, opened):
    world.submitted_file()
    screen, _seen = opened(world.clinic)
    assert unnamed_controls(screen) == []


def test_the_entry_and_the_settings_page_are_named(world, qtbot):
    services, _seen = services_of(world.clinic)
    assert (entry(services).key, entry(services).title) == ("exchange", "收发")
    page = settings_pages(services)[0]
    made = page.factory()
    qtbot.addWidget(made)
    assert (page.key, page.title) == ("pairing", "配对")
    assert unnamed_controls(made) == []
