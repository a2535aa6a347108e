"""A random check of the township, read in at the clinic, counted blind and answered."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from app.domain.stocktake_steps import CountState
from app.services.catalogue import Catalogue
from app.services.exchange import Exchange
from app.services.stocktakes import Stocktakes
from tests.ui.hands import click, control, write
from tests.ui.screens.drug_desks import cell_texts, services_of
from tests.ui.screens.stocktakes.count_hands import lines, sentences, type_counts
from ui.screens.exchange.files import open_envelope


def test_a_random_check_is_counted_blind_and_answered_with_the_witness(opened, world, dialogs, tmp_path):
    check_id = world.check()
    world.clock.forward(minutes=1)
    page, _seen = opened()
    page.open_with(stocktake_id=check_id)
    assert "抽查" in control(page, QLabel, "stocktake_strip_words").text()
    catalogue = Catalogue(world.clinic)
    assert cell_texts(lines(page), "drug") == [
        f"{drug.name} {drug.strength}" for drug in map(catalogue.get, world.codes[:2])
    ]
    assert control(page, QPushButton, "begin_count").text() == "开始盘点"  # F2 goes to the lines
    assert not control(page, QPushButton, "cancel_count").isVisible()
    assert not control(page, QPushButton, "found_batch").isVisible()
    lines(page).setFocus()
    lines(page).choose(0, "counted")
    type_counts("30")
    page.save_action()
    assert "还没有清点" in sentences(page)[1]
    lines(page).choose(1, "counted", edit=True)
    type_counts("27")
    write(control(page, QLineEdit, "witness_name"), "Zhao")
    file = tmp_path / "answer.cyx"
    dialogs.will_choose(file)
    page.save_action()
    view = Stocktakes(world.clinic).get(check_id)
    assert (view.state, view.result, view.finalised_by_name) == (CountState.FINALISED, "有差异", "Zhao")
    assert world.on_hand(world.batches[1]) == 30
    answer = Exchange(world.clinic).latest_about(check_id)
    assert (answer.kind, answer.state) == ("count_result", "sent")
    assert file.exists()
    assert "没有改" in control(page, QLabel, "stocktake_strip_words").text()
    click(control(page, QPushButton, "count_differences"))
    part = world.newest()
    assert (part.kind, [line.drug_code for line in part.lines]) == ("part", [world.codes[1]])


def test_a_check_read_in_twice_gets_its_sentence(world, dialogs):
    file = world.check_file()
    check_id = Exchange(world.clinic).open_file(file).subject_id
    services, seen = services_of(world.clinic, dialogs)
    open_envelope(services, file)
    assert "以前已经读入过" in dialogs.last_told()
    assert seen.places == []
    letters = [letter for letter in Exchange(world.clinic).letters() if letter.kind == "count"]
    assert [letter.subject_id for letter in letters] == [check_id]
