"""`cunyi rule NAME < in.json`: one rule with one's own numbers."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from decimal import Decimal

from app.cli import Subparsers, show
from app.domain.message import msg
from app.errors import UserError
from app.i18n import tr


def register(subparsers: Subparsers) -> None:
    """Add the parser of `rule`."""
    parser = subparsers.add_parser("rule", help=tr("用自己的数字核对一条规则：标准输入给 JSON，标准输出得 JSON"))
    parser.add_argument("name", metavar="NAME", help=tr("规则的名字，例如 bmi"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the rule's result; a list gives a list in the same order."""
    from app.rules.registry import evaluate

    result = evaluate(args.name, read_json(sys.stdin.read()), date.today())
    show(json.dumps(result, ensure_ascii=False, indent=2))
    return 0


def read_json(text: str) -> object:
    """The JSON in `text`, a byte order mark before it or not; raises UserError naming the line when it is none."""
    try:
        return json.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except RecursionError as error:
        raise UserError(msg("内容不是合用的 JSON：嵌套太深。")) from error
    except json.JSONDecodeError as error:
        raise UserError(
            msg("内容不是 JSON：第 {line} 行第 {column} 个字符处写得不对。", line=error.lineno, column=error.colno)
        ) from error
    except ValueError as error:
        raise UserError(msg("内容不是合用的 JSON：有一个数太长。")) from error
