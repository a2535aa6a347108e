"""`cunyi print`: a resident's sheet from the database, or the list of those to be seen."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import Subparsers, show, warn
from app.i18n import tr

if TYPE_CHECKING:
    from app.desk import Desk
    from app.printing.sheets import Mode, NoGlyph

WORK_LIST = "work_list"
UNTIL = ("overdue", "today", "week", "all")
MOST_LISTED = 1000


def register(subparsers: Subparsers) -> None:
    """Add the parser of `print`."""
    parser = subparsers.add_parser("print", help=tr("打印数据库里某位居民的表"))
    parser.add_argument("--resident", metavar="ID", help=tr("档案编号、身份证号、行码或内部编号"))
    parser.add_argument("--form", required=True, metavar=f"CODE|{WORK_LIST}", help=tr("表的代码"))
    parser.add_argument(
        "--year", type=int, default=None, metavar="2026", help=tr("哪一年的随访，不写就是今年")
    )
    parser.add_argument("--blank", action="store_true", help=tr("空表，留给手写"))
    parser.add_argument("--last-values", action="store_true", help=tr("空表上用灰色印出上次的值"))
    parser.add_argument("--overprint", action="store_true", help=tr("套打：只印填写的内容，按设置里的校准移动"))
    parser.add_argument("--until", choices=UNTIL, default="week", help=tr("应访日期"))
    parser.add_argument("--out", type=Path, required=True, metavar="F.pdf", help=tr("写到哪个文件"))
    parser.set_defaults(run=run, complain=parser.error)


def run(args: argparse.Namespace) -> int:
    """Write the sheet as PDF."""
    from app.printing.sheets import told_without_glyph
    from app.services.exchange_files import write_whole
    from app.services.person_sheets import PersonSheets
    from app.startup import open_for_command

    if args.resident is None and args.form != WORK_LIST:
        args.complain("the following arguments are required: --resident")
    if args.overprint and (args.blank or args.last_values):
        args.complain("argument --overprint: not allowed with argument --blank or --last-values")
    without_glyph: tuple[NoGlyph, ...] = ()
    misfit = ""
    with open_for_command(args.data, args.user) as desk:
        if args.form == WORK_LIST:
            pdf = work_list(desk, args.until)
        else:
            sheets = PersonSheets(desk)
            printed = sheets.print_form(
                sheets.find_resident(args.resident), args.form, year=args.year, mode=mode_of(args),
                last_values=args.last_values,
            )
            pdf, without_glyph, misfit = printed.pdf, printed.no_glyphs, printed.misfit
    write_whole(args.out, pdf)
    if misfit:
        warn(misfit)
    if without_glyph:
        warn(tr("这些字没有字体，纸上留了空请手写：{characters}", characters=told_without_glyph(without_glyph)))
    show(tr("已写好：{file}", file=args.out))
    return 0


def mode_of(args: argparse.Namespace) -> Mode:
    """How the sheet is printed."""
    from app.printing.sheets import Mode

    if args.overprint:
        return Mode.OVERPRINT
    return Mode.BLANK if args.blank or args.last_values else Mode.FILLED


def work_list(desk: Desk, until: str) -> bytes:
    """The list of those to be seen, the longest overdue first, as the window prints it."""
    from app.printing.lists import work_list_pdf
    from app.services.work_list import Until, WorkFilter, WorkList, printed_list

    page = WorkList(desk).page(WorkFilter(until=Until(until)), limit=MOST_LISTED)
    return work_list_pdf(
        printed_list(
            page,
            title=tr("随访名单"),
            on=desk.today(),
            organisation=desk.place.name,
            doctor=desk.actor.name,
        )
    )
