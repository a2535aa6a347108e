"""`cunyi sample`: a clinic full of invented people, for trying things and for measuring."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from app.cli import Subparsers, show, warn
from app.domain.message import Message, msg
from app.errors import UserError
from app.i18n import tr

MOST_RESIDENTS = 100_000


def register(subparsers: Subparsers) -> None:
    """Add the parser of `sample`."""
    parser = subparsers.add_parser("sample", help=tr("造一个示例村卫生室，内容全是虚构的"))
    parser.add_argument("--residents", type=int, default=240, metavar="N", help=tr("居民人数"))
    parser.add_argument("--years", type=int, default=10, metavar="N", help=tr("几年的随访记录"))
    parser.add_argument(
        "--seed", type=int, default=None, metavar="N", help=tr("随机种子，同一个种子造出同样的人")
    )
    parser.add_argument("--township", action="store_true", help=tr("造一个示例卫生院，已有几个村交来申领单"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make the sample in the data folder, which must not hold a desk yet."""
    from app.data_folder import default_folder
    from app.demo.clinic import DOCTOR, PIN, SEED, build_clinic

    if not 1 <= args.residents <= MOST_RESIDENTS:
        raise UserError(
            msg(
                "居民人数请填 1 到 {most} 之间的数，您填的是 {given}。",
                most=MOST_RESIDENTS,
                given=args.residents,
            )
        )
    if not 0 <= args.years <= 30:
        raise UserError(msg("年数请填 0 到 30 之间的数，您填的是 {given}。", given=args.years))
    folder = args.data or default_folder()
    if args.township:
        return _township(folder)
    desk = build_clinic(
        folder,
        residents=args.residents,
        years=args.years,
        seed=SEED if args.seed is None else args.seed,
        passphrase=_passphrase(),
        for_window=False,
        report=_Steps().report,
    )
    desk.close()
    show(
        tr(
            "示例村卫生室已造好：{residents} 位居民，都是虚构的。数据在 {folder}，用户 {user}，PIN {pin}。",
            residents=args.residents,
            folder=folder,
            user=DOCTOR,
            pin=PIN,
        )
    )
    return 0


def _township(folder: Path) -> int:
    from app.demo.clinic import PIN
    from app.demo.township import PHARMACIST, build_township

    build_township(folder, passphrase=_passphrase(), for_window=False, report=_Steps().report).close()
    show(
        tr(
            "示例卫生院已造好，内容都是虚构的。数据在 {folder}，用户 {user}，PIN {pin}。",
            folder=folder,
            user=PHARMACIST,
            pin=PIN,
        )
    )
    return 0


def _passphrase() -> str | None:
    from app.startup import PASSPHRASE_VARIABLE

    return os.environ.get(PASSPHRASE_VARIABLE) or None


class _Steps:
    """Says on standard error which step begins, once each."""

    def __init__(self) -> None:
        self._last = ""

    def report(self, done: int, total: int, sentence: Message) -> None:
        """One line for each new step."""
        words = tr(sentence)
        if words != self._last:
            self._last = words
            warn(words)
