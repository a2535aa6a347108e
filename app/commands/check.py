"""`cunyi check`: whether everything that a desk keeps is whole. Exit status 1 when something is broken."""

from __future__ import annotations

import argparse

from app.cli import Subparsers, show
from app.i18n import tr


def register(subparsers: Subparsers) -> None:
    """Add the parser of `check`."""
    parser = subparsers.add_parser(
        "check", help=tr("检查数据是否完好：数据库文件、引用、操作记录的链、修订、查找索引；有损坏时以 1 结束")
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print a line for each check."""
    from app.services.integrity import Integrity
    from app.startup import CannotOpen, State, open_for_command

    try:
        with open_for_command(args.data, args.user) as desk:
            results = Integrity(desk).check()
    except CannotOpen as failure:
        if failure.state is not State.DAMAGED:
            raise
        show(tr(failure.message))
        return 1
    for result in results:
        show(tr("{name}：完好", name=result.name) if result.is_whole else tr("{name}：有问题", name=result.name))
        for finding in result.findings:
            show("  " + tr(finding))
    broken = sum(not result.is_whole for result in results)
    if broken:
        show(tr("{count} 项有问题。数据没有改动；请先另存一份备份，再从最近一份完好的备份恢复。", count=broken))
        return 1
    show(tr("全部 {count} 项完好。", count=len(results)))
    return 0
