"""The way in: which arguments open the window, what is known before the data, and when the first frame is out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from ui.start import (
    StartOptions,
    Timing,
    early_appearance,
    first_word,
    load_qt_words,
    main,
    milliseconds_since_start,
    parse_scale,
    show_frame,
    window_options,
)
from ui.theme.theme import current_theme

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ([], ""), (["tour", "--out", "x"], "tour"), (["--data", "x", "tour"], "tour"), (["--data", "tour"], ""),
        (["--data=x", "check"], "check"), (["--help"], ""), (["--lang", "en", "--scale", "1.5"], ""),
        (["rule", "bmi"], "rule"), (["--high-contrast", "backup"], "backup"),
    ],
)
def test_the_first_word_is_the_command(arguments, command):
    assert first_word(arguments) == command


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], StartOptions()),
        (["--data", "/x", "--lang", "en", "--scale", "150", "--high-contrast"], StartOptions(Path("/x"), "en", 1.5, True)),
        (["--data=/x", "--scale=1.25"], StartOptions(Path("/x"), scale=1.25)),
    ],
)
def test_options_of_the_window_are_understood(arguments, options):
    assert window_options(arguments) == options


@pytest.mark.parametrize(
    "arguments", [["--lang", "xx"], ["tour", "--lang=xx"], ["--lang", "xx", "tour"], ["check", "--lang", "xx"]]
)
def test_an_unknown_language_is_told_before_any_window_opens(arguments, capsys):
    assert main(arguments) == 1
    assert capsys.readouterr().err == "没有“xx”这种语言，有的是：zh_CN、en。\n"


def test_help_of_the_program_names_the_tour(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "演示一整天的工作" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["--data"], ["--scale", "3"], ["--scale", "big"], ["-x"]])
def test_anything_else_is_for_the_command_line(arguments):
    assert window_options(arguments) is None


@pytest.mark.parametrize(
    ("text", "scale"),
    [("100", 1.0), ("1", 1.0), ("1.5", 1.5), ("200", 2.0), ("2.0", 2.0), ("99", None), ("201", None), ("0.9", None),
     ("", None), ("1.2.3", None), ("-1", None), ("１５０", None), ("None", None)],
)
def test_the_type_scale_is_a_factor_or_a_percentage(text, scale):
    assert parse_scale(text) == scale


@pytest.mark.parametrize(
    ("stored", "scale", "contrast", "language"),
    [
        ('{"type_scale_percent": 150, "high_contrast": true, "language": "en"}', 1.5, True, "en"),
        ('{"type_scale_percent": 999, "high_contrast": "yes", "language": 7}', 1.0, False, ""),
        ("not json", 1.0, False, ""), ("[]", 1.0, False, ""), (None, 1.0, False, ""),
    ],
)
def test_the_window_opens_as_it_was_left(tmp_path, stored, scale, contrast, language):
    if stored is not None:
        (tmp_path / "settings.json").write_text(stored, encoding="utf-8")
    early = early_appearance(StartOptions(data_folder=tmp_path))
    assert (early.scale, early.high_contrast, early.language, early.desk) == (scale, contrast, language, "clinic")


def test_options_go_before_what_is_stored(tmp_path):
    (tmp_path / "settings.json").write_text('{"type_scale_percent": 150, "language": "en"}', encoding="utf-8")
    early = early_appearance(StartOptions(tmp_path, "zh_CN", 2.0, True))
    assert (early.scale, early.high_contrast, early.language) == (2.0, True, "zh_CN")


def test_the_frame_is_shown_covered_and_says_that_it_is_opening(qtbot, qapp, tmp_path):
    window = show_frame(qapp, StartOptions(data_folder=tmp_path, scale=1.5))
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.painted):
        window.show()
    assert window.is_covered()
    assert "正在打开" in window.cover.waiting_for()
    assert current_theme().scale == 1.5


def test_the_marks_of_time_are_written_once_each(tmp_path):
    file = tmp_path / "timing.json"
    timing = Timing(str(file))
    timing.mark("painted")
    first = json.loads(file.read_text(encoding="utf-8"))
    timing.mark("painted")
    timing.mark("data_ready")
    marks = json.loads(file.read_text(encoding="utf-8"))
    assert marks["painted"] == first["painted"]
    assert 0 < marks["painted"] <= marks["data_ready"] <= milliseconds_since_start() + 1


def test_without_a_file_nothing_is_timed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Timing("").mark("painted")
    assert list(tmp_path.iterdir()) == []


def test_qt_speaks_chinese_too(qapp):
    load_qt_words(qapp)
    assert QApplication.translate("QPlatformTheme", "Cancel") == "取消"


START = """
import sys
from ui.start import StartOptions, open_window
def opened(window, options):
    heavy = sorted(set(sys.modules) & {"sqlalchemy", "qtawesome", "keyring", "reportlab", "pypinyin", "pydantic"})
    assert heavy == [], heavy
    window.data_ready.emit()
    window.close()
sys.exit(open_window(StartOptions(), opened))
"""


def test_the_first_frame_is_out_before_anything_heavy_is_imported(tmp_path):
    file = tmp_path / "timing.json"
    environment = {**os.environ, "CUNYI_TIMING": str(file), "QT_QPA_PLATFORM": "offscreen",
                   "XDG_DATA_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", START], cwd=ROOT, env=environment, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    marks = json.loads(file.read_text(encoding="utf-8"))
    assert set(marks) == {"painted", "data_ready"}
