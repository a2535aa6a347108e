"""`cunyi tour --out DIR`: plays the day and says where its pictures and sheets are. Exit status 0, or 1 when it got lost."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from app.i18n import tr, use_language

TIME_ZONE = "Asia/Shanghai"
"""The day is played in China wherever the machine stands; Windows keeps its own."""


def main(arguments: Sequence[str]) -> int:
    """Play the tour that the arguments ask for."""
    options = _parser().parse_args(list(arguments))
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.lang:
        use_language(options.lang)
    acts = tuple(options.act) if options.act else None
    return play_to(options.out, acts, scale=options.scale, high_contrast=options.high_contrast)


def play_to(out: Path, acts: tuple[str, ...] | None = None, *, scale: float = 1.0, high_contrast: bool = False) -> int:
    """Play the acts (all of them by default) into the folder `out`, which is emptied first."""
    from app.security.secret_store import MemoryStore
    from ui.start import load_qt_words
    from ui.theme.fonts import load_rare_characters
    from ui.theme.theme import Theme, apply_theme
    from ui.tour.day import ACTS, Day, TourClock, play
    from ui.tour.hands import TourLost
    from ui.tour.log import Log
    from ui.tour.stage import application

    if hasattr(time, "tzset"):
        os.environ["TZ"] = TIME_ZONE
        time.tzset()
    for part in ("screens", "sheets", "exchange"):
        shutil.rmtree(out / part, ignore_errors=True)
    app = application()
    load_rare_characters()
    load_qt_words(app)
    apply_theme(app, Theme("clinic", scale, high_contrast))
    log = Log(out)
    with tempfile.TemporaryDirectory(prefix="cunyi-tour-", ignore_cleanup_errors=True) as desks:
        try:
            play(Day(log, Path(desks), MemoryStore(), TourClock()), acts or ACTS)
        except TourLost as lost:
            sys.stderr.write(tr("巡览中断：{where}", where=lost) + "\n")
            return 1
    sys.stdout.write(tr("巡览完成：图片在 {screens}，表单在 {sheets}。", screens=log.screens, sheets=log.sheets) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cunyi tour", description=tr("在真实的窗口里演示一整天的工作。"))
    parser.add_argument("--out", type=Path, default=Path("out/tour"), metavar="DIR", help=tr("写到哪个文件夹"))
    parser.add_argument("--lang", default="", help=tr("用哪种语言说话"))
    parser.add_argument("--scale", type=float, default=1.0, help=tr("字号，1 到 2"))
    parser.add_argument("--high-contrast", action="store_true", help=tr("用高对比度的颜色"))
    parser.add_argument("--act", action="append", metavar="NAME", help=tr("只演这一幕，可重复"))
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    return parser
