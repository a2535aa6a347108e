"""`cunyi restore FILE`: a backup in the place of the database, after saying what will be lost."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from app.cli import Subparsers, show
from app.domain.message import Message, msg
from app.errors import UserError
from app.i18n import tr


def register(subparsers: Subparsers) -> None:
    """Add the parser of `restore`."""
    parser = subparsers.add_parser("restore", help=tr("从备份恢复数据库；现在的数据会先另存一份"))
    parser.add_argument("file", type=Path, metavar="FILE", help=tr("备份文件"))
    parser.add_argument("--yes", action="store_true", help=tr("不再询问"))
    parser.add_argument("--recovery-key", metavar="KEY", help=tr("纸上的恢复码：在另一台电脑上，或密钥丢失时"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask, then restore."""
    from app.startup import State, look

    opening = look(args.data, for_window=False)
    if args.recovery_key or opening.state not in (State.READY, State.NEEDS_PASSPHRASE):
        kept = restore_without_desk(args, opening.folder)
    else:
        kept = restore_opened(args)
    if kept is not None:
        show(tr("原来的数据另存为：{file}", file=kept))
    show(tr("已恢复。"))
    return 0


def restore_opened(args: argparse.Namespace) -> Path | None:
    """Restore into a desk that opens, after saying what will be lost."""
    from app.services.backups import Backups, read_backup
    from app.services.restoring import restore
    from app.startup import open_for_command

    with open_for_command(args.data, args.user) as desk:
        losses = Backups(desk).losses(args.file)
        confirm(losses.sentence(read_backup(args.file).made_at), yes=args.yes)
    return restore(desk.folder, desk.sessions.key, args.file, desk.now(), actor=desk.actor)


def restore_without_desk(args: argparse.Namespace, folder: Path) -> Path | None:
    """Restore where nothing can be opened: a new computer, a lost key, a damaged database."""
    from app.security.secret_store import KeyringStore
    from app.services.restoring import restore_on_this_computer
    from app.startup import PASSPHRASE_VARIABLE, utc_now

    confirm(msg("把备份 {file} 恢复到 {folder}？", file=args.file.name, folder=folder), yes=args.yes)
    return restore_on_this_computer(
        folder,
        args.file,
        utc_now(),
        store=KeyringStore(),
        passphrase=os.environ.get(PASSPHRASE_VARIABLE) or None,
        recovery_key=args.recovery_key,
    )


def confirm(question: Message, *, yes: bool) -> None:
    """Ask, unless told yes. Raises UserError when the answer is no, or when nobody can answer."""
    show(tr(question))
    if yes:
        return
    if not sys.stdin.isatty():
        raise UserError(msg("没有恢复，数据没有改动。确定要恢复时，加上 --yes 再运行。"))
    if input(tr("输入“恢复”两个字确认：")).strip() not in ("恢复", "yes"):
        raise UserError(msg("没有恢复，数据没有改动。"))
