"""`cunyi backup [--to DIR]` and `cunyi backup --list`: checked copies of the database."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli import Subparsers, show
from app.i18n import tr


def register(subparsers: Subparsers) -> None:
    """Add the parser of `backup`."""
    parser = subparsers.add_parser("backup", help=tr("备份数据库，写好后打开核对"))
    parser.add_argument("--to", type=Path, metavar="DIR", help=tr("存到哪个文件夹，例如 U 盘；不写就存在数据文件夹里"))
    parser.add_argument("--list", action="store_true", dest="only_list", help=tr("只列出已有的备份"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make a backup, or list those that are there."""
    from app.services.backups import Backups
    from app.startup import open_for_command

    with open_for_command(args.data, args.user) as desk:
        backups = Backups(desk)
        if args.only_list:
            for backup in backups.list(args.to):
                show(f"{backup.made_at.astimezone():%Y-%m-%d %H:%M}  {backup.kind.value}  {backup.file}")
            return 0
        made = backups.make(folder=args.to)
        show(tr("已备份并核对：{file}（{size} KB）", file=made.file, size=made.size_bytes // 1024))
    return 0
