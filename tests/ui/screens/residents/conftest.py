"""The screen of residents, with an empty registration or with somebody whose record is complete."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt

from app.forms.registry import form
from app.forms.vocabulary import Context
from app.services.households import HouseholdChoice, HouseholdData
from db.models import FormEntry, new_id
from tests.residents import register as register_resident
from tests.samples.form_answers import FILLED
from tests.ui.hands import press
from tests.ui.screens.residents.resident_hands import EVERYTHING_ODD
from ui.screens import forms
from ui.screens.residents import entry


@pytest.fixture
def residents(services):
    """The service of the screen."""
    return services.residents


@pytest.fixture
def register(services):
    """register("李大山", …) puts somebody on file."""

    def put(name, sex=1, born="1953-05-01", *, id_number="", choice=None, **info):
        cover = {"name": name, "current_address": "柳庄村3组"}
        answers = {"sex": sex, "birth_date": born, "own_phone": "13800002716", **info}
        answers |= {"id_number": id_number} if id_number else {"no_id_reason": "不愿提供"}
        where = choice or HouseholdChoice.found(HouseholdData(number="12", group_name="3组", address="柳庄村3组12号"))
        return services.residents.register(cover, answers, where, confirmed=EVERYTHING_ODD, as_partial=True)

    return put


@pytest.fixture
def screen(services, qtbot):
    """The screen, in front."""
    made = entry(services).factory()
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


@pytest.fixture
def writing(screen):
    """The empty registration, open."""
    press(screen, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert screen.is_editing()
    return screen.edit_page()


@pytest.fixture
def form_screen(services, qtbot):
    """The screen of the forms, beside it."""
    made = forms.entry(services).factory()
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    return made


@pytest.fixture
def person(services):
    """李桂兰, 71, whose record is complete."""
    return register_resident(services.desk)


@pytest.fixture
def put(services, person):
    """put("elder_adl", date(2026, 10, 1)): a sheet on file."""

    def write(code, on, state="complete", answers=None, revision=1):
        declared = form(code)
        context = Context(today=services.desk.today(), birth_date=date(1955, 3, 8), sex=2)
        kept = declared.keep(declared.complete(declared.read(FILLED[code]).answers, context))
        sheet = FormEntry(
            id=new_id(), form_code=code, edition=declared.edition, resident_id=person.id, entry_date=on,
            author_id=services.desk.actor.user_id, answers=kept if answers is None else answers, state=state,
            created_at=services.desk.now(), updated_at=services.desk.now(), revision=revision,
        )  # fmt: skip
        with services.desk.sessions.writing() as session:
            session.add(sheet)
        return sheet.id

    return write


@pytest.fixture
def opened(screen, person):
    """opened("folder"): the record at a tab."""

    def show(tab="timeline"):
        screen.open_record(person.id)
        screen.record.tabs.show_tab(tab)
        return screen.record

    return show
