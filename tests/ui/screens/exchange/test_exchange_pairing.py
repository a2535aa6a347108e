"""配对: two desks become acquainted, by cards and fingerprints."""

from __future__ import annotations

import pytest

from app.services.pairing import Pairing
from db.models import OwnKeys
from tests.desks import make_clinic
from tests.supply_desks import give_keys
from tests.ui.hands import click, control
from tests.ui.saved_tables import sheet_rows
from tests.ui.screens.drug_desks import cell_texts, services_of, shown
from tests.ui.screens.exchange.exchange_pages import button, text
from ui.screens.exchange import entry, settings_pages
from ui.widgets.naming import unnamed_controls
from ui.widgets.table import DataTable


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


def test_another_township_is_told_before_it_takes_the_place_of_the_present_one(
    world, other_township, opened, dialogs, tmp_path
):
    screen, _seen = opened(world.clinic)
    screen.open_with(page="pairing")
    dialogs.will_choose(Pairing(other_township).save_card(tmp_path / "o.cycard"))
    click(button(screen, "open_card"))
    assert "这张名片是另一台电脑的" in text(screen, "pairing_warning")


def test_a_second_clinic_of_the_same_name_is_asked_about_and_the_partners_are_exported(
    world, opened, dialogs, tmp_path
):
    second = make_clinic(tmp_path / "second", world.clock)
    give_keys(second)
    screen, _seen = opened(world.township)
    screen.open_with(page="pairing")
    dialogs.will_choose(Pairing(second).save_card(tmp_path / "s.cycard"))
    click(button(screen, "open_card"))
    assert f"已经有一个叫“{world.clinic.place.name}”的单位" in text(screen, "pairing_warning")
    dialogs.will_choose(tmp_path / "partners.xlsx")
    click(button(screen, "export_partners"))
    rows = sheet_rows(tmp_path / "partners.xlsx")
    assert rows[1][:2] == (world.clinic.place.name, "村卫生室")
    second.close()


def test_new_keys_of_a_known_desk_are_pointed_out(world, opened, dialogs, tmp_path):
    with world.township.sessions.writing() as session:
        session.delete(session.get_one(OwnKeys, world.township.place.id))
    give_keys(world.township)
    screen, _seen = opened(world.clinic)
    screen.open_with(page="pairing")
    dialogs.will_choose(Pairing(world.township).save_card(tmp_path / "new.cycard"))
    click(button(screen, "open_card"))
    assert "指纹变了" in text(screen, "pairing_warning")


def test_the_entry_and_the_settings_page_are_named(world, qtbot):
    services, _seen = services_of(world.clinic)
    assert (entry(services).key, entry(services).title) == ("exchange", "收发")
    page = settings_pages(services)[0]
    made = page.factory()
    qtbot.addWidget(made)
    assert (page.key, page.title) == ("pairing", "配对")
    assert unnamed_controls(made) == []
