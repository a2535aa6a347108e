"""Every form of the list from the first key to the sheet of paper, in the real window over a real encrypted file."""

from __future__ import annotations

import pytest

from app.forms.registry import FORM_MODULES, form
from tests.e2e.form_clinic import open_clinic
from tests.e2e.form_entering import CORRECTIONS, REGISTERED, correct, entered, on_file, reopened
from tests.e2e.form_paper import (
    BLANK_SHEET,
    FILLED_SHEET,
    OVERPRINT,
    answers_missing,
    labels_in_overprint,
    labels_missing,
    written,
)
from ui.start import QT_ARGUMENTS
from ui.theme.theme import Theme, apply_theme

CODES = list(FORM_MODULES)


@pytest.fixture(scope="session")
def qapp_args():
    return QT_ARGUMENTS


@pytest.fixture(scope="module")
def clinic(qapp, tmp_path_factory):
    apply_theme(qapp, Theme())
    opened = open_clinic(tmp_path_factory.mktemp("forms") / "clinic")
    # Registered before anybody else is there who looks like the same person: the tests may run in any order.
    for code in REGISTERED:
        entered(opened, code)
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


@pytest.mark.parametrize("code", CODES)
def test_a_filled_sheet_holds_the_labels_and_the_answers(code, clinic):
    entered(clinic, code)
    recorded = on_file(clinic, code)
    words = clinic.print_sheet(recorded.resident_id, code, FILLED_SHEET)
    assert labels_missing(code, words) == []
    assert answers_missing(recorded, words) == []


@pytest.mark.parametrize("code", CODES)
def test_a_blank_sheet_holds_the_labels_and_none_of_the_answers(code, clinic):
    entered(clinic, code)
    recorded = on_file(clinic, code)
    words = clinic.print_sheet(recorded.resident_id, code, BLANK_SHEET)
    assert labels_missing(code, words) == []
    assert [answer for answer in written(recorded, long_only=True) if answer in words] == []


@pytest.mark.parametrize("code", CODES)
def test_an_overprint_holds_the_answers_and_no_label(code, clinic):
    entered(clinic, code)
    recorded = on_file(clinic, code)
    words = clinic.print_sheet(recorded.resident_id, code, OVERPRINT)
    assert answers_missing(recorded, words) == []
    assert labels_in_overprint(recorded, words) == []
