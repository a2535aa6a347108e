"""`cunyi print`: a resident's sheet from the database, or the list of those to be seen."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import Subparsers, show, warn
from app.i18n import tr

if TYPE_CHECKING:
    from app.desk import Desk
    from app.printing.sheets import Mode, NoGlyph

WORK_LIST = "work_list"
RESIDENT_SHEET = "resident_sheet"
UNTIL = ("overdue", "today", "week", "all")
MOST_LISTED = 1000


def register(subparsers: Subparsers) -> None:
    """Add the parser of `print`."""
    parser = subparsers.add_parser("print", help=tr("打印数据库里某位居民的表"))
    parser.add_argument("--resident", metavar="ID", help=tr("档案编号、身份证号、行码或内部编号"))
    parser.add_argument("--form", metavar=f"CODE|{RESIDENT_SHEET}|{WORK_LIST}", help=tr("表的代码"))
    parser.add_argument(
        "--day", type=date.fromisoformat, default=None, metavar="2026-11-22", help=tr("这一天的全部表，不用写居民")
    )
    parser.add_argument(
        "--year", type=int, default=None, metavar="2026", help=tr("哪一年的随访，不写就是今年")
    )
    parser.add_argument("--every", action="store_true", help=tr("这种表的每一次，不只是最近的"))
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
    from app.services.resident_sheet import ResidentSheet
    from app.startup import open_for_command

    _complain_of_what_lacks(args)
    if args.overprint and (args.blank or args.last_values):
        args.complain("argument --overprint: not allowed with argument --blank or --last-values")
    without_glyph: tuple[NoGlyph, ...] = ()
    misfit = ""
    with open_for_command(args.data, args.user) as desk:
        if args.day is not None:
            print_day(desk, args)
            return 0
        if args.form == WORK_LIST:
            pdf = work_list(desk, args.until)
        else:
            sheets = PersonSheets(desk)
            resident_id = sheets.find_resident(args.resident)
            if args.form == RESIDENT_SHEET:
                printed = ResidentSheet(desk).print_visit(resident_id)
            else:
                printed = sheets.print_form(
                    resident_id, args.form, year=args.year, mode=mode_of(args), every=args.every,
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


def print_day(desk: Desk, args: argparse.Namespace) -> None:
    """Every form that is dated or was written on a day, or those of one kind, in one file."""
    from app.services.batch_prints import Batch, BatchPrints, Manner, OneFile, Who

    manner = Manner.OVERPRINT if args.overprint else Manner.FILLED
    prints = BatchPrints(desk)
    plan = prints.plan(Batch(Who.DAY, manner, (args.form,) if args.form else (), day=args.day))
    written = prints.run(plan, OneFile(args.out))
    for each in plan.without_glyph:
        warn(tr("这些字没有字体，纸上留了空请手写：{characters}", characters=each.characters))
    show(tr("{people} 人、{sheets} 份表，共 {pages} 页", people=written.people, sheets=written.sheets, pages=written.pages))
    show(tr("已写好：{file}", file=args.out))


def _complain_of_what_lacks(args: argparse.Namespace) -> None:
    """Leave with the usage where the options do not say what to print."""
    if args.day is not None:
        if args.resident is not None or args.blank or args.last_values:
            args.complain("argument --day: not allowed with argument --resident, --blank or --last-values")
        return
    if args.form is None:
        args.complain("the following arguments are required: --form")
    if args.resident is None and args.form != WORK_LIST:
        args.complain("the following arguments are required: --resident")


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
