"""`cunyi form list | blank | print`: the national forms without a database."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path

from app.cli import Subparsers, show, warn
from app.commands.rule import read_json
from app.domain.message import msg
from app.errors import UserError
from app.i18n import tr


def register(subparsers: Subparsers) -> None:
    """Add the parsers of `form`."""
    group = subparsers.add_group("form", help=tr("国家规范的表：列出、空表、按答案打印"))
    listing = group.add_parser("list", help=tr("列出各表的代码"))
    listing.add_argument("--json", action="store_true", help=tr("连同每一项的代码、选项和范围，以 JSON 给出"))
    listing.set_defaults(run=run_list)
    blank = group.add_parser("blank", help=tr("打印一张空表"))
    blank.add_argument("code", metavar="CODE", help=tr("表的代码"))
    blank.add_argument("--out", type=Path, required=True, metavar="F.pdf", help=tr("写到哪个文件"))
    blank.set_defaults(run=run_blank)
    filled = group.add_parser("print", help=tr("按 JSON 里的答案打印一张表"))
    filled.add_argument("code", metavar="CODE", help=tr("表的代码"))
    filled.add_argument("--answers", type=Path, required=True, metavar="A.json", help=tr("答案文件"))
    filled.add_argument("--out", type=Path, required=True, metavar="F.pdf", help=tr("写到哪个文件"))
    filled.set_defaults(run=run_print)


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
    """Write an empty sheet."""
    from app.printing.sheets import blank_form
    from app.services.exchange_files import write_whole

    write_whole(args.out, blank_form(args.code))
    show(tr("已写好：{file}", file=args.out))
    return 0


def run_print(args: argparse.Namespace) -> int:
    """Write the sheet of an answers file; an unfinished one is marked as a draft."""
    from app.printing.sheets import PersonHead, print_content, sheet_content, unprintable
    from app.services.exchange_files import write_whole
    from app.services.form_files import missing_sentence, read_answers

    try:
        text = args.answers.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(msg("读不了答案文件“{file}”。请核对位置。", file=args.answers)) from error
    except UnicodeDecodeError as error:
        raise UserError(
            msg("答案文件“{file}”不是 UTF-8 编码的。请另存为 UTF-8 后再试。", file=args.answers)
        ) from error
    file = read_answers(args.code, read_json(text), date.today())
    person = PersonHead(file.name, file.record_no)
    content = sheet_content(args.code, person, file.visits, draft=bool(file.missing))
    write_whole(args.out, print_content(content))
    if file.missing:
        warn(tr(missing_sentence(file.missing)))
    gaps = unprintable(content)
    if gaps:
        warn(tr("这些字没有字体，纸上留了空请手写：{characters}", characters="".join(gaps)))
    show(tr("已写好：{file}", file=args.out))
    return 0
