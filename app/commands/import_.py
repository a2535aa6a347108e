"""`cunyi import`: residents from a spreadsheet, line by line, with or without writing anything."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import Subparsers, show
from app.domain.message import msg
from app.errors import UserError
from app.i18n import tr

if TYPE_CHECKING:
    from app.desk import Desk
    from app.interchange.mapping import Mapping
    from app.interchange.roster import ImportResult, RosterImport
    from app.interchange.roster_plan import ImportPlan, PlannedRow
    from app.interchange.tables import RawTable


def register(subparsers: Subparsers) -> None:
    """Add the parser of `import`."""
    parser = subparsers.add_parser("import", help=tr("从电子表格导入居民，逐行说明"))
    parser.add_argument("file", type=Path, metavar="ROSTER.xlsx", help=tr(".xlsx 或 .csv 名单"))
    parser.add_argument("--sheet", metavar="NAME", help=tr("哪一张工作表；不写就选最像名单的"))
    parser.add_argument(
        "--mapping", type=Path, metavar="FILE", help=tr("各列的对应关系（JSON）；不写就自动认")
    )
    parser.add_argument("--save-mapping", type=Path, metavar="FILE", help=tr("把用到的对应关系存下来"))
    parser.add_argument(
        "--coding",
        action="append",
        default=[],
        metavar="ITEM=LIST",
        help=tr("编号按哪一版，例如 blood_rh=2011"),
    )
    parser.add_argument(
        "--keep-unverified", action="store_true", help=tr("校验不过的身份证号也收下，标为待核实")
    )
    parser.add_argument("--dry-run", action="store_true", help=tr("只核对，不写入"))
    parser.add_argument("--refused", type=Path, metavar="OUT.xlsx", help=tr("没有导入的行存到这里，带原因"))
    parser.add_argument(
        "--new", default="", metavar="LINES", help=tr("要确认的行里，这些行是新的人，例如 5,8-12")
    )
    parser.add_argument("--same", default="", metavar="LINES", help=tr("要确认的行里，这些行就是档案里的人"))
    parser.add_argument("--json", action="store_true", help=tr("以 JSON 输出"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, look at every line, and write unless told not to."""
    from app.startup import open_for_command

    with open_for_command(args.data, user=args.user) as desk:
        return import_roster(desk, args)


def import_roster(desk: Desk, args: argparse.Namespace) -> int:
    """The same on an opened desk."""
    from app.interchange.roster import RosterImport

    roster = RosterImport(desk)
    table = roster.read(args.file, args.sheet)
    mapping = _mapping(roster, table, args)
    plan = roster.dry_run(table, mapping, decisions=_decisions(args))
    result = None if args.dry_run else roster.apply(plan)
    refused = roster.save_refused(plan, args.refused) if args.refused else None
    if args.json:
        show(json.dumps(_report(plan, result), ensure_ascii=False, indent=1))
    else:
        _show_report(plan, result)
        if refused is not None:
            show(tr("没有导入的 {count} 行存在：{file}", count=refused, file=args.refused))
    return 0


def _mapping(roster: RosterImport, table: RawTable, args: argparse.Namespace) -> Mapping:
    from app.interchange.mapping import save_mapping

    mapping = roster.load_mapping(args.mapping, table) if args.mapping else roster.guess(table)
    for written in args.coding:
        target, _, coding = written.partition("=")
        mapping = mapping.with_coding(target, coding)
    if args.keep_unverified:
        mapping = replace(mapping, keep_unverified_ids=True)
    if args.save_mapping:
        save_mapping(mapping, args.save_mapping)
    return mapping


def _decisions(args: argparse.Namespace) -> dict[int, str]:
    return {**dict.fromkeys(_lines(args.same), "change"), **dict.fromkeys(_lines(args.new), "add")}


def _lines(written: str) -> list[int]:
    """5,8-12 as numbers."""
    lines: list[int] = []
    for part in filter(None, (part.strip() for part in written.split(","))):
        first, _, last = part.partition("-")
        if not first.isdigit() or (last and not last.isdigit()):
            raise UserError(msg("行号请这样写：5,8-12，您写的是“{written}”。", written=written))
        lines += range(int(first), int(last or first) + 1)
    return lines


def _show_report(plan: ImportPlan, result: ImportResult | None) -> None:
    from app.interchange.mapping import questions
    from app.interchange.roster_fields import label_of
    from app.interchange.roster_plan import ACTION_LABELS

    for column in plan.mapping.columns:
        if column.header or column.target:
            meaning = tr(label_of(column.target)) if column.target else tr("不导入")
            show(
                tr(
                    "第 {column} 列“{header}” → {target}",
                    column=column.index + 1,
                    header=column.header,
                    target=meaning,
                )
            )
    for target, codings in questions(plan.table, plan.mapping).items():
        show(
            tr(
                "“{field}”写的是编号，请用 --coding {target}=… 说明按哪一版：{codings}",
                field=tr(label_of(target)),
                target=target,
                codings=tr("、").join(codings),
            )
        )
    for row in plan.rows:
        show(_line(row))
    counts = (
        tr("{action} {count} 行", action=tr(label), count=plan.count(action))
        for action, label in ACTION_LABELS.items()
    )
    show(tr("；").join(counts))
    show(tr("只核对了，什么也没有写入。") if result is None else tr(result.sentence))


def _line(row: PlannedRow) -> str:
    from app.interchange.roster_plan import ACTION_LABELS

    parts = [
        tr("第 {line} 行 {action} {name}", line=row.line, action=tr(ACTION_LABELS[row.action]), name=row.name)
    ]
    parts += [
        tr("{field}：{before} → {after}", field=change.label, before=change.before or "—", after=change.after)
        for change in row.changes
    ]
    return "  ".join([*parts, *(tr(reason) for reason in row.reasons), *(tr(note) for note in row.notes)])


def _report(plan: ImportPlan, result: ImportResult | None) -> dict[str, Any]:
    report: dict[str, Any] = {
        "file": plan.table.file_name,
        "sheet": plan.table.sheet,
        "encoding": plan.table.encoding,
        "columns": [
            {"column": column.index + 1, "header": column.header, "target": column.target}
            for column in plan.mapping.columns
        ],
        "counts": {action.value: count for action, count in sorted(plan.counts.items())},
        "rows": [
            {
                "line": row.line,
                "action": row.action.value,
                "name": row.name,
                "resident_id": row.resident_id
                if result is None
                else result.resident_ids.get(row.line, row.resident_id),
                "changes": [asdict(change) for change in row.changes],
                "reasons": [tr(reason) for reason in row.reasons],
                "notes": [tr(note) for note in row.notes],
            }
            for row in plan.rows
        ],
        "applied": result is not None,
    }
    if result is not None:
        report["result"] = {
            "added": result.added,
            "changed": result.changed,
            "same": result.same,
            "left_out": result.left_out,
            "households": result.households,
            "diseases": [asdict(found) for found in result.diseases],
        }
    return report
