"""Settings: declared once, kept in the database, the early ones also beside it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.services.history import changes_of
from app.services.problems import Refused
from app.services.settings import SETTINGS, Settings, read_early_settings
from db.models import Setting


@pytest.mark.parametrize("kind", SETTINGS, ids=[kind.name for kind in SETTINGS])
def test_each_setting_is_declared_with_a_good_default_a_label_and_one_sentence(kind):
    assert kind.problem(kind.default) is None
    assert str(kind.label)
    assert str(kind.help).endswith("。")
    assert str(kind.help).count("。") == 1


def test_what_was_never_set_is_the_default(clinic_desk):
    assert Settings(clinic_desk).all() == {kind.name: kind.default for kind in SETTINGS}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "en"),
        ("type_scale_percent", 150),
        ("high_contrast", True),
        ("lock_after_minutes", 1),
        ("lock_after_minutes", 120),
        ("backup_folder", "/media/U盘"),
        ("prorate_new", False),
        ("overprint_dx_mm", "-1.5"),
        ("overprint_dy_mm", "30"),
        ("overprint_width_percent", "100.6"),
    ],
)
def test_what_is_set_is_read_again(clinic_desk, name, value):
    assert Settings(clinic_desk).set(name, value) == value
    assert Settings(clinic_desk).get(name) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "fr"),
        ("type_scale_percent", 110),
        ("type_scale_percent", "150"),
        ("high_contrast", 1),
        ("lock_after_minutes", 0),
        ("lock_after_minutes", 121),
        ("lock_after_minutes", True),
        ("overprint_dx_mm", "30.1"),
        ("overprint_dx_mm", "1.25"),
        ("overprint_dx_mm", "1,5"),
        ("overprint_dx_mm", ""),
        ("overprint_dx_mm", 1),
        ("overprint_height_percent", "89.9"),
    ],
)
def test_a_value_that_may_not_be_set_is_refused(clinic_desk, name, value):
    with pytest.raises(Refused) as refusal:
        Settings(clinic_desk).set(name, value)
    assert [problem.code for problem in refusal.value.problems] == [name]


def test_an_undeclared_name_is_a_mistake_of_ours(clinic_desk):
    with pytest.raises(KeyError):
        Settings(clinic_desk).get("colour")


def test_a_change_is_in_the_history(clinic_desk):
    Settings(clinic_desk).set("lock_after_minutes", 10)
    Settings(clinic_desk).set("lock_after_minutes", 15)
    with clinic_desk.sessions.reading() as session:
        latest, first = changes_of(session, "setting", "lock_after_minutes")
    assert (first.before, first.after) == ({"value": 5}, {"value": 10})
    assert (latest.before, latest.after) == ({"value": 10}, {"value": 15})


def test_early_settings_are_there_before_the_database_is_open(clinic_desk):
    assert read_early_settings(clinic_desk.folder) == {
        "desk_kind": "",
        "language": "zh_CN",
        "type_scale_percent": 100,
        "high_contrast": False,
    }
    Settings(clinic_desk).set("type_scale_percent", 200)
    Settings(clinic_desk).set("backup_folder", "/media/U盘")
    early = read_early_settings(clinic_desk.folder)
    assert (early["type_scale_percent"], early["desk_kind"]) == (200, "clinic")
    assert "U盘" not in (clinic_desk.folder / "settings.json").read_text(encoding="utf-8")


def test_signing_in_mends_early_settings_that_another_computer_has_not(clinic_desk):
    Settings(clinic_desk).set("language", "en")
    (clinic_desk.folder / "settings.json").unlink()
    Settings(clinic_desk).refresh_early()
    assert read_early_settings(clinic_desk.folder)["language"] == "en"
    written = (clinic_desk.folder / "settings.json").stat()
    Settings(clinic_desk).refresh_early()
    assert (clinic_desk.folder / "settings.json").stat().st_mtime_ns == written.st_mtime_ns


STRANGE = '{"type_scale_percent": "x", "language": [], "high_contrast": 1, "desk_kind": "x"}'


@pytest.mark.parametrize("content", ["", "{", "[]", STRANGE])
def test_a_damaged_file_means_the_defaults(tmp_path, content):
    (tmp_path / "settings.json").write_text(content, encoding="utf-8")
    assert read_early_settings(tmp_path) == read_early_settings(tmp_path / "nowhere")


@pytest.mark.parametrize("stored", ["maybe", "", "12x", "９"])
def test_a_stored_value_that_this_program_does_not_know_means_the_default(clinic_desk, stored):
    Settings(clinic_desk).set("lock_after_minutes", 10)
    with clinic_desk.sessions.writing() as session:
        session.execute(update(Setting).values(value=stored))
    assert Settings(clinic_desk).get("lock_after_minutes") == 5
