"""`cunyi print`: a resident's sheet from the database."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli import Subparsers, show, warn
from app.i18n import tr


def register(subparsers: Subparsers) -> None:
    """Add the parser of `print`."""
    parser = subparsers.add_parser("print", help=tr("打印数据库里某位居民的表"))
    parser.add_argument("--resident", required=True, metavar="ID", help=tr("档案编号、身份证号或内部编号"))
    parser.add_argument("--form", required=True, metavar="CODE", help=tr("表的代码"))
    parser.add_argument(
        "--year", type=int, default=None, metavar="2026", help=tr("哪一年的随访，不写就是今年")
    )
    parser.add_argument("--out", type=Path, required=True, metavar="F.pdf", help=tr("写到哪个文件"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the sheet as PDF."""
    from app.services.exchange_files import write_whole
    from app.services.person_sheets import PersonSheets
    from app.startup import open_for_command

    with open_for_command(args.data, args.user) as desk:
        sheets = PersonSheets(desk)
        printed = sheets.print_form(sheets.find_resident(args.resident), args.form, year=args.year)
    write_whole(args.out, printed.pdf)
    if printed.without_glyph:
        characters = "".join(printed.without_glyph)
        warn(tr("这些字没有字体，纸上留了空请手写：{characters}", characters=characters))
    show(tr("已写好：{file}", file=args.out))
    return 0
