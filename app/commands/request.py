"""`cunyi request …`: the drug request without a window, at the clinic's and at the township's desk."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import Subparsers, show
from app.commands.rule import read_json
from app.domain.message import msg
from app.errors import UserError
from app.i18n import tr

if TYPE_CHECKING:
    from app.desk import Desk
    from app.services.request_views import ActionResult, RequestView


def register(subparsers: Subparsers) -> None:
    """Add the parsers of `request`."""
    group = subparsers.add_group("request", help=tr("药品申领：填写、提交、审核"))
    listing = group.add_parser("list", help=tr("列出申领单"))
    listing.set_defaults(run=run_list)
    shown = group.add_parser("show", help=tr("以 JSON 显示一张申领单"))
    shown.add_argument("id", metavar="ID")
    shown.set_defaults(run=run_show)
    new = group.add_parser("new", help=tr("新建申领单，各行从 JSON 读入"))
    new.add_argument(
        "--lines",
        type=Path,
        required=True,
        metavar="LINES.json",
        help=tr("各行：药品代码、库存、月均、申领量、说明"),
    )
    new.add_argument("--emergency", metavar="REASON", help=tr("紧急申领及其理由"))
    new.set_defaults(run=run_new)
    submit = group.add_parser("submit", help=tr("提交，并写成交给卫生院的文件"))
    submit.add_argument("id", metavar="ID")
    submit.add_argument("--out", type=Path, required=True, metavar="F.cyx", help=tr("写到哪个文件"))
    submit.add_argument("--fill", action="store_true", help=tr("空着的行按建议量填满"))
    submit.add_argument("--yes", action="store_true", help=tr("对“请确认”的提问都答是"))
    submit.set_defaults(run=run_submit)
    review = group.add_parser("review", help=tr("卫生院审核：逐行决定后批准、退回或驳回"))
    review.add_argument("id", metavar="ID")
    review.add_argument("action", choices=("approve", "return", "reject"), metavar="approve|return|reject")
    review.add_argument(
        "--lines",
        type=Path,
        metavar="LINES.json",
        help=tr("各行：药品代码、批准量、原因；没写的按申领量同意"),
    )
    review.add_argument("--comment", default="", help=tr("意见；退回和驳回必填"))
    review.add_argument("--out", type=Path, required=True, metavar="F.cyx", help=tr("答复写到哪个文件"))
    review.set_defaults(run=run_review)
    printed = group.add_parser("print", help=tr("打印申领单或审核单"))
    printed.add_argument("id", metavar="ID")
    printed.add_argument("--decision", action="store_true", help=tr("打印审核单"))
    printed.add_argument("--out", type=Path, required=True, metavar="F.pdf", help=tr("写到哪个文件"))
    printed.set_defaults(run=run_print)


def desk_of(args: argparse.Namespace) -> Desk:
    """The desk of the command."""
    from app.startup import open_for_command

    return open_for_command(args.data, user=args.user)


def run_list(args: argparse.Namespace) -> int:
    """One line for each request."""
    from app.services.requests import Requests
    from app.services.review import Review

    desk = desk_of(args)
    rows = Review(desk).inbox() if desk.place.kind == "township" else Requests(desk).summaries()
    for row in rows:
        show(
            f"{row.id}\t{row.clinic_name}\t{row.period}\t{tr(row.kind.label)}\t{tr(row.state.label)}\t{row.kinds_of_drugs}"
        )
    return 0


def run_show(args: argparse.Namespace) -> int:
    """The request as JSON."""
    from app.services.review import Review

    show(json.dumps(as_json(Review(desk_of(args)).get(args.id)), ensure_ascii=False, indent=2))
    return 0


def run_new(args: argparse.Namespace) -> int:
    """A new draft with its lines; nothing is kept of it when a line is wrong."""
    from app.domain.request_terms import Kind
    from app.services.requests import LineEdit, Requests

    requests = Requests(desk_of(args))
    entries = line_entries(args.lines)
    kind = Kind.EMERGENCY if args.emergency else Kind.REGULAR
    draft = requests.start(kind, reason=args.emergency or "").request
    for entry in entries:
        line = requests.add_line(draft.id, str(entry.pop("drug_code", "")))
        requests.edit_line(draft.id, line.id, LineEdit(**entry))
    show(draft.id)
    return 0


def run_submit(args: argparse.Namespace) -> int:
    """Submit and write the file for the township."""
    from app.services.requests import Requests

    desk = desk_of(args)
    requests = Requests(desk)
    if args.fill:
        requests.fill_with_suggestions(args.id)
    request = requests.get(args.id)
    confirmed = frozenset(line.id for line in request.lines) if args.yes else frozenset()
    return hand_over(desk, requests.submit(args.id, request.version, confirmed=confirmed), args.out)


def run_review(args: argparse.Namespace) -> int:
    """Take, decide and answer."""
    from app.domain.request_states import Action, State
    from app.services.review import Review

    desk = desk_of(args)
    review = Review(desk)
    request = review.get(args.id)
    if request.state is State.AUTHORISED:
        request = review.take(args.id, request.version).request
    decisions = (
        {str(entry.get("drug_code")): entry for entry in line_entries(args.lines)} if args.lines else {}
    )
    for line in request.lines:
        entry = decisions.get(line.drug_code, {})
        if not line.is_skipped and args.action == "approve":
            review.decide_line(
                args.id, line.id, entry.get("approved", line.requested), str(entry.get("reason", ""))
            )
    done = review.act(args.id, Action(args.action), review.get(args.id).version, comment=args.comment)
    return hand_over(desk, done, args.out)


def run_print(args: argparse.Namespace) -> int:
    """Write the request or the decision as PDF."""
    from app.printing.lists import table_pdf
    from app.services.exchange_files import write_whole
    from app.services.request_sheets import decision_sheet, request_sheet
    from app.services.review import Review

    request = Review(desk_of(args)).get(args.id)
    write_whole(args.out, table_pdf(decision_sheet(request) if args.decision else request_sheet(request)))
    show(tr("已写好：{file}", file=args.out))
    return 0


def hand_over(desk: Desk, done: ActionResult, out: Path) -> int:
    """Say what was done, and write its file where there is one."""
    from app.services.exchange import Exchange

    show(tr(done.message))
    if done.message_id is not None:
        Exchange(desk).save_file(done.message_id, out)
        show(tr("已写好：{file}", file=out))
    return 0


def line_entries(file: Path) -> list[dict]:
    """The lines of a JSON file: a list of objects, each with a drug_code."""
    try:
        entries = read_json(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(msg("读不了文件“{file}”。请核对位置和编码（UTF-8）。", file=file)) from error
    known = {
        "drug_code",
        "on_hand",
        "monthly_use",
        "requested",
        "explanation",
        "is_skipped",
        "approved",
        "reason",
    }
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and set(entry) <= known for entry in entries
    ):
        raise UserError(msg("各行应是一个列表，每行写 {keys}。", keys=tr("、").join(sorted(known))))
    return entries


def as_json(request: RequestView) -> dict:
    """The request with its enumerations, dates and fractions as text."""
    from app.services.request_views import LineView

    lines = []
    for line in request.lines:
        values = {name: getattr(line, name) for name in LineView.__dataclass_fields__ if name != "problems"}
        values["sentence"] = tr(line.suggestion.sentence)
        lines.append(
            {name: str(value) if name == "monthly_use" and value else value for name, value in values.items()}
        )
    whole = {
        name: value
        for name, value in vars(request).items()
        if name not in ("lines", "history", "problems", "actions")
    }
    whole["lines"] = lines
    whole["history"] = [asdict(step) for step in request.history]
    whole["actions"] = [action.value for action in request.actions]
    whole["problems"] = [{"line": each.line_key, "text": tr(each.message)} for each in request.problems]
    return json.loads(json.dumps(whole, ensure_ascii=False, default=str))
