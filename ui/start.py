"""The way in: `cunyi` opens the window, `cunyi tour …` plays a working day, anything else is the command line.

The window is painted before anything heavy is imported: only Qt, the theme and the shell. What there is to see and
which services it gets is decided by `ui.compose`, imported after the first frame.

CUNYI_TIMING=FILE writes how long after the start of the process the first frame was out (`painted`) and the data was
there (`data_ready`), in milliseconds, for the benchmark.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QCoreApplication

    from ui.shell.main_window import MainWindow

BEGAN = time.perf_counter()
QT_ARGUMENTS = ["cunyi", "-style", "fusion"]
"""Fusion looks the same everywhere and follows the style sheet; asked for here, it costs nothing."""
QT_WORDS = "qt_words"
TAKES_VALUE = ("--data", "--lang", "--scale")
WINDOW_OPTIONS = (*TAKES_VALUE, "--high-contrast")


@dataclass(frozen=True)
class StartOptions:
    """What the window was started with; None where nothing was said and the desk's settings hold."""

    data_folder: Path | None = None
    language: str | None = None
    scale: float | None = None
    high_contrast: bool | None = None


OpenInBackground = Callable[["MainWindow", StartOptions], object]


def main(argv: Sequence[str] | None = None) -> int:
    """Start what the arguments ask for; returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    command = first_word(arguments)
    is_understood = is_known_language(arguments)
    if command == "tour" and is_understood:
        from ui.tour.run import main as play

        arguments.remove("tour")
        return play(arguments)
    options = window_options(arguments) if is_understood and not command else None
    if options is None:
        from app.cli import main as carry_out

        return carry_out(arguments)
    return open_window(options)


def is_known_language(arguments: Sequence[str]) -> bool:
    """Whether --lang, when it is there, names a language that there is; the command line tells when it does not."""
    from app.i18n import known_languages, wanted_language

    return wanted_language(arguments) in known_languages()


def first_word(arguments: Sequence[str]) -> str:
    """The command among the arguments: the first that is neither an option nor an option's value; else empty."""
    skip = False
    for argument in arguments:
        if skip:
            skip = False
        elif argument in TAKES_VALUE:
            skip = True
        elif not argument.startswith("-"):
            return argument
    return ""


def window_options(arguments: Sequence[str]) -> StartOptions | None:
    """What the window shall open with; None when there is an argument that the window does not know."""
    told: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name not in WINDOW_OPTIONS:
            return None
        if name in TAKES_VALUE and not equals:
            if not rest:
                return None
            value = rest.pop(0)
        told[name] = value
    scale = parse_scale(told["--scale"]) if "--scale" in told else None
    if "--scale" in told and scale is None:
        return None
    return StartOptions(
        data_folder=Path(told["--data"]) if "--data" in told else None,
        language=told.get("--lang"),
        scale=scale,
        high_contrast=True if "--high-contrast" in told else None,
    )


def parse_scale(text: str) -> float | None:
    """A type scale written as 150 or 1.5, between 100 % and 200 %; None when it is none."""
    if not text.replace(".", "", 1).isdigit() or not text.isascii():
        return None
    number = float(text)
    scale = number / 100 if number > 10 else number
    return scale if 1.0 <= scale <= 2.0 else None


def open_window(options: StartOptions, open_in_background: OpenInBackground | None = None) -> int:
    """Show the frame, then have the desk opened behind it; returns when the window was closed.

    `open_in_background` is `ui.compose.open_in_background` unless given.
    """
    from PySide6.QtWidgets import QApplication

    import_plainly()
    from ui.theme.fonts import load_rare_characters

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(QT_ARGUMENTS)
    app.setApplicationName("cunyi")
    window = show_frame(app, options)
    timing = Timing(os.environ.get("CUNYI_TIMING", ""))
    window.data_ready.connect(lambda: timing.mark("data_ready"))

    def go_on() -> None:
        timing.mark("painted")
        from app.data_folder import default_folder
        from ui.faults import FaultWatch

        load_rare_characters()
        load_qt_words(app)
        FaultWatch(window, options.data_folder or default_folder())
        if open_in_background is not None:
            open_in_background(window, options)
            return
        from ui import compose

        compose.open_in_background(window, options)

    window.painted.connect(go_on)
    window.show_on_screen()
    return app.exec()


def import_plainly() -> None:
    """Give back the import statement that PySide6 has replaced.

    Its own reads the source of every module that is imported later, and keeps it, to find out whether the module asks
    for methods spelled in snake case: a tenth of a second and 25 MB of the start, for nothing that is used here.
    """
    import builtins

    plain = getattr(builtins, "__orig_import__", None)
    if plain is not None:
        builtins.__import__ = plain


def show_frame(app: object, options: StartOptions) -> MainWindow:
    """The empty window in the user's language, type size and colours, as far as they are known this early."""
    from app.i18n import use_language
    from ui.shell.main_window import MainWindow
    from ui.theme.theme import Theme, apply_theme

    early = early_appearance(options)
    if early.language:
        use_language(early.language)
    apply_theme(app, Theme(early.desk, early.scale, early.high_contrast))
    return MainWindow(desk=early.desk)


@dataclass(frozen=True)
class EarlyAppearance:
    """What is known of the appearance before the database is open."""

    desk: str
    language: str
    scale: float
    high_contrast: bool


def early_appearance(options: StartOptions) -> EarlyAppearance:
    """The options, then settings.json of the data folder, then the defaults."""
    from app.data_folder import default_folder

    stored = stored_appearance(options.data_folder or default_folder())
    scale = options.scale or parse_scale(str(stored.get("type_scale_percent"))) or 1.0
    contrast = stored.get("high_contrast") is True if options.high_contrast is None else options.high_contrast
    desk = "township" if stored.get("desk_kind") == "township" else "clinic"
    language = options.language or stored.get("language")
    return EarlyAppearance(desk, language if isinstance(language, str) else "", scale, contrast)


def stored_appearance(folder: Path) -> dict[str, object]:
    """What settings.json says; empty when there is none or it cannot be read.

    `app.services.settings.read_early_settings` reads the same file, but its imports take 25 ms before the first frame.
    """
    import json

    try:
        told = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def load_qt_words(app: QCoreApplication) -> None:
    """Qt's own words (file choosers, the menu of a text field) in the user's language, in place of those of another;
    not for the first frame.
    """
    from PySide6.QtCore import QLibraryInfo, QTranslator

    from app.i18n import current_language

    for former in app.findChildren(QTranslator, QT_WORDS):
        app.removeTranslator(former)
        former.deleteLater()
    translator = QTranslator(app, objectName=QT_WORDS)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{current_language()}", folder):
        app.installTranslator(translator)


class Timing:
    """Writes the milliseconds since the process started to a JSON file, at each mark; nothing without a file."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._marks: dict[str, float] = {}

    def mark(self, name: str) -> None:
        """Note that this has happened now; only the first time counts."""
        if not self._file or name in self._marks:
            return
        import json

        self._marks[name] = round(milliseconds_since_start(), 1)
        Path(self._file).write_text(json.dumps(self._marks), encoding="utf-8")


def milliseconds_since_start() -> float:
    """Milliseconds since the process was started; where the system does not tell, since this module was imported."""
    since_import = (time.perf_counter() - BEGAN) * 1000
    if not sys.platform.startswith("linux"):
        return since_import
    # Field 22 of proc(5)'s stat, behind the command name in parentheses: start time in clock ticks since boot.
    fields = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return (time.clock_gettime(time.CLOCK_BOOTTIME) - started) * 1000


if __name__ == "__main__":
    sys.exit(main())
