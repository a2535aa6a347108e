"""Every form of the list from the first key to the sheet of paper, in the real window over a real encrypted file."""

from __future__ import annotations

import pytest

from app.forms.registry import FORM_MODULES, form
from tests.e2e.form_clinic import Clinic, answers_in_fields, open_clinic
from tests.e2e.form_entering import CORRECTIONS, correct, entered, on_file, reopened
from ui.theme.theme import Theme, apply_theme
from ui.start import QT_ARGUMENTS

CODES = list(FORM_MODULES)


@pytest.fixture(scope="session")
def qapp_args():
    return QT_ARGUMENTS


@pytest.fixture(scope="module")
def clinic(qapp, tmp_path_factory):
    apply_theme(qapp, Theme())
    opened = open_clinic(tmp_path_factory.mktemp("forms") / "clinic")
    yield opened
    opened.window.close()
    opened.window.deleteLater()
    opened.desk.close()


@pytest.mark.parametrize("code", CODES)
def test_a_form_is_entered_by_the_keyboard_and_stored_as_it_was_meant(code, clinic):
    recorded, expected = entered(clinic, code)
    assert {key: recorded.answers.get(key) for key in expected} == expected
    assert (recorded.state, recorded.revision) == ("complete", 1)


@pytest.mark.parametrize("code", CODES)
def test_a_form_is_shown_again_from_the_timeline_with_the_same_answers_in_its_fields(code, clinic):
    entered(clinic, code)
    recorded = on_file(clinic, code)
    shown = reopened(clinic, code)
    assert shown
    assert {key: recorded.answers.get(key) for key in shown} == shown


@pytest.mark.parametrize("code", CODES)
def test_a_correction_with_its_reason_stands_in_the_history_with_before_and_after(code, clinic):
    entered(clinic, code)
    before = on_file(clinic, code)
    correct(clinic, code, "抄错了")
    after = on_file(clinic, code)
    changed = CORRECTIONS[code]
    assert after.revision == before.revision + 1
    assert after.answers[changed.code] == changed.value != before.answers[changed.code]
    newest = clinic.corrections(after.resident_id)[0]
    assert newest.reason == "抄错了"
    kind = form(code).fields[changed.code].kind
    assert (kind.show(before.answers[changed.code]), kind.show(changed.value)) in {
        (each.before, each.after) for each in newest.changes}
