"""`cunyi form list | blank | print | calibration`: the national forms without a database."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import Subparsers, show, warn
from app.commands.rule import read_json
from app.domain.message import msg
from app.errors import UserError
from app.i18n import tr

if TYPE_CHECKING:
    from app.printing.content import DocumentContent
    from app.services.form_files import AnswersFile


def register(subparsers: Subparsers) -> None:
    """Add the parsers of `form`."""
    group = subparsers.add_group("form", help=tr("国家规范的表：列出、空表、按答案打印"))
    listing = group.add_parser("list", help=tr("列出各表的代码"))
    listing.add_argument("--json", action="store_true", help=tr("连同每一项的代码、选项和范围，以 JSON 给出"))
    listing.set_defaults(run=run_list)
    blank = group.add_parser("blank", help=tr("打印一张空表"))
    blank.add_argument("code", metavar="CODE", help=tr("表的代码"))
    blank.add_argument("--previous", type=Path, metavar="A.json", help=tr("上次的答案，用灰色印在空表上"))
    add_edition(blank)
    blank.add_argument("--out", type=Path, required=True, metavar="F.pdf", help=tr("写到哪个文件"))
    blank.set_defaults(run=run_blank)
    filled = group.add_parser("print", help=tr("按 JSON 里的答案打印一张表"))
    filled.add_argument("code", metavar="CODE", help=tr("表的代码"))
    filled.add_argument("--answers", type=Path, required=True, metavar="A.json", help=tr("答案文件"))
    add_edition(filled)
    filled.add_argument("--overprint", action="store_true", help=tr("套打：只印填写的内容，印到印好的空表上"))
    add_calibration(filled)
    filled.add_argument("--out", type=Path, required=True, metavar="F.pdf", help=tr("写到哪个文件"))
    filled.set_defaults(run=run_print)
    calibrate = group.add_parser("calibration", help=tr("打印套打用的校准页"))
    add_calibration(calibrate)
    calibrate.add_argument("--out", type=Path, required=True, metavar="F.pdf", help=tr("写到哪个文件"))
    calibrate.set_defaults(run=run_calibration)


def add_edition(parser: argparse.ArgumentParser) -> None:
    """The option for the edition of the form."""
    parser.add_argument(
        "--edition", default="", metavar="EDITION", help=tr("哪一版的表，例如 2011；不写就是现行版")
    )


def add_calibration(parser: argparse.ArgumentParser) -> None:
    """The options that correct a printer."""
    parser.add_argument("--dx", type=float, default=0.0, metavar="MM", help=tr("套打的字往右移几毫米，往左写负数"))
    parser.add_argument("--dy", type=float, default=0.0, metavar="MM", help=tr("套打的字往下移几毫米，往上写负数"))


def run_list(args: argparse.Namespace) -> int:
    """Print the codes and titles, or the whole declarations as JSON."""
    from app.forms.registry import forms
    from app.services.form_files import describe

    if args.json:
        show(json.dumps([describe(declared) for declared in forms()], ensure_ascii=False, indent=2))
        return 0
    for declared in forms():
        show(f"{declared.code}\t{declared.title}\t{declared.edition}")
    return 0


def run_blank(args: argparse.Namespace) -> int:
    """Write an empty sheet, with the values of last time in grey where they are given."""
    from app.printing.sheets import Mode, PersonHead, print_content, sheet_content
    from app.services.exchange_files import write_whole

    person, visits = PersonHead(), ()
    if args.previous is not None:
        file = answers_in(args.previous, args.code, args.edition)
        person, visits = PersonHead(file.name, file.record_no), file.visits[-1:]
    content = sheet_content(args.code, person, visits, mode=Mode.BLANK, edition=args.edition)
    write_whole(args.out, print_content(content))
    tell_gaps(content)
    show(tr("已写好：{file}", file=args.out))
    return 0


def run_print(args: argparse.Namespace) -> int:
    """Write the sheet of an answers file, whole or for overprinting; an unfinished one is marked as a draft."""
    from app.printing.sheets import Calibration, Mode, PersonHead, print_content, sheet_content
    from app.services.exchange_files import write_whole
    from app.services.form_files import missing_sentence

    file = answers_in(args.answers, args.code, args.edition)
    person = PersonHead(file.name, file.record_no)
    mode = Mode.OVERPRINT if args.overprint else Mode.FILLED
    content = sheet_content(
        args.code, person, file.visits, mode=mode, draft=bool(file.missing), edition=args.edition
    )
    write_whole(args.out, print_content(content, calibration=Calibration(args.dx, args.dy)))
    for problem in file.doubted:
        warn(tr(problem.message))
    if file.missing:
        warn(tr(missing_sentence(file.missing)))
    tell_gaps(content)
    if args.overprint:
        tell_misfits(args.code, content)
    show(tr("已写好：{file}", file=args.out))
    return 0


def run_calibration(args: argparse.Namespace) -> int:
    """Write the page on which a printer is measured for overprinting."""
    from app.printing.sheets import Calibration, calibration_pdf
    from app.services.exchange_files import write_whole

    write_whole(args.out, calibration_pdf(Calibration(args.dx, args.dy)))
    show(tr("已写好：{file}", file=args.out))
    return 0


def answers_in(path: Path, code: str, edition: str) -> AnswersFile:
    """The answers of a file, checked as in the window, by an edition of the form. Raises UserError."""
    from app.services.form_files import read_answers

    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(msg("读不了答案文件“{file}”。请核对位置。", file=path)) from error
    except UnicodeDecodeError as error:
        raise UserError(msg("答案文件“{file}”不是 UTF-8 编码的。请另存为 UTF-8 后再试。", file=path)) from error
    return read_answers(code, read_json(text), date.today(), edition=edition)


def tell_misfits(code: str, content: DocumentContent) -> None:
    """Say where an overprint would not meet the boxes of the printed paper."""
    from app.printing.overprint_fit import misfits_of, told_misfits
    from app.printing.sheets import Mode, PersonHead, sheet_content

    blank = sheet_content(code, PersonHead(), [], mode=Mode.BLANK)
    said = told_misfits(content.title, misfits_of(content, blank.sheets[0]))
    if said:
        warn(said)


def tell_gaps(content: DocumentContent) -> None:
    """Say which characters are left for the pen, and in which answers."""
    from app.printing.sheets import places_without_glyph, told_without_glyph

    places = places_without_glyph(content)
    if places:
        warn(tr("这些字没有字体，纸上留了空请手写：{characters}", characters=told_without_glyph(places)))
