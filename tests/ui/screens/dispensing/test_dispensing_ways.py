"""The ways to the counter and back: from the visit that was saved, from one on file, from the record and its timeline."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.services.dispensing import Dispensing
from tests.app.services.dispensing_things import AMLODIPINE, stock
from tests.ui.hands import click, control, press
from tests.ui.screens.drug_desks import press_key
from tests.ui.screens.follow_up_desk import follow_up_window, managed, seen_before
from ui.screens import dispensing, residents
from ui.widgets.buttons import SecondaryButton

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def shell(qtbot, services, desk):
    """The real window with the screens that lead to the counter."""
    made = follow_up_window(services)
    services.offer_forms = made.offer_forms
    for package in (residents, dispensing):
        made.add_screen(package.entry(services))
    qtbot.addWidget(made)
    yield made
    made.hide()


@pytest.fixture
def seen(desk):
    """Somebody who was seen today and takes amlodipine, which lies here."""
    stock(desk, AMLODIPINE, 100)
    person = managed(desk, drug_allergy=[1])
    drugs = [{"name": "苯磺酸氨氯地平片 5mg", "times_per_day": 1, "dose": "1片"}]
    return person, seen_before(desk, person, days_ago=0, drugs=drugs)


def screens_after_visit(services, person):
    """Where the program offers to go on after the visit of today."""
    return {each.screen for each in services.next_forms.after_visit(person, services.desk.today())}


def test_the_visit_offers_its_drugs_by_one_key(shell, services, desk, seen):
    person, entry = seen
    assert "dispensing" in screens_after_visit(services, person)
    shell.offer_forms(services.next_forms.after_visit(person, desk.today()))
    press(shell, Qt.Key.Key_F9)
    assert shell.current_key() == "dispensing"
    assert shell.current_screen().giving.draft.form_entry_id == entry
    press_key(Qt.Key.Key_Return, CONTROL)
    assert [view.form_entry_id for view in Dispensing(desk).of_day()] == [entry]
    assert screens_after_visit(services, person) <= {"forms"}


def test_nothing_is_offered_that_does_not_lie_here(services, desk):
    person = managed(desk)
    seen_before(desk, person, days_ago=0)
    assert screens_after_visit(services, person) <= {"forms"}


def test_a_recorded_visit_leads_to_its_drugs(shell, seen):
    person, entry = seen
    shell.show_screen("follow_ups", entry_id=entry)
    click(control(shell.current_screen(), SecondaryButton, "dispense_visit"))
    assert shell.current_key() == "dispensing"
    page = shell.current_screen().giving
    assert (page.resident_id, page.draft.form_entry_id) == (person, entry)
    assert [card.name.text() for card in page.cards.values()] == ["苯磺酸氨氯地平片"]
    assert shell.go_back() is True
    assert shell.current_key() == "follow_ups"


def test_the_record_leads_to_the_counter_and_the_timeline_to_what_was_given(shell, desk, seen):
    person, _entry = seen
    shell.show_screen("residents", resident_id=person)
    shell.current_screen().on_asked("dispense")
    assert shell.current_screen().giving.resident_id == person
    press_key(Qt.Key.Key_Return, CONTROL)
    [view] = Dispensing(desk).of_day()
    shell.show_screen("residents", resident_id=person)
    timeline = shell.current_screen().record.timeline.table
    timeline.setFocus()
    timeline.select_row([row.kind for row in timeline.rows()].index("dispensing"))
    press(timeline, Qt.Key.Key_Return)
    assert shell.current_screen().given.view.id == view.id
