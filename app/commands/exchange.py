"""`cunyi exchange …`: pairing two desks and carrying files between them, without a window."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli import Subparsers, show, warn
from app.commands.request import desk_of
from app.domain.message import msg
from app.errors import UserError
from app.i18n import tr


def register(subparsers: Subparsers) -> None:
    """Add the parsers of `exchange`."""
    group = subparsers.add_group("exchange", help=tr("用文件与卫生院交换数据"))
    card = group.add_parser("card", help=tr("把本单位的名片写成文件，交给对方配对"))
    card.add_argument("--out", type=Path, required=True, metavar="F.json", help=tr("写到哪个文件"))
    card.set_defaults(run=run_card)
    pair = group.add_parser("pair", help=tr("按对方的名片配对；指纹要先和对方在电话里核对"))
    pair.add_argument("file", type=Path, metavar="FILE")
    pair.add_argument("--fingerprint", metavar="DIGITS", help=tr("对方念出的指纹；不给就只显示，不配对"))
    pair.set_defaults(run=run_pair)
    send = group.add_parser("send", help=tr("把还没交出的文件写到文件夹"))
    send.add_argument("--out", type=Path, required=True, metavar="DIR", help=tr("写到哪个文件夹"))
    send.set_defaults(run=run_send)
    receive = group.add_parser("receive", help=tr("读入对方的文件"))
    receive.add_argument("file", type=Path, metavar="FILE")
    receive.set_defaults(run=run_receive)
    listing = group.add_parser("list", help=tr("列出发出、收到和被拒绝的文件"))
    listing.set_defaults(run=run_list)


def run_card(args: argparse.Namespace) -> int:
    """Write the card and show the fingerprint to read out."""
    from app.services.pairing import Pairing

    pairing = Pairing(desk_of(args))
    pairing.save_card(args.out)
    show(tr("已写好：{file}", file=args.out))
    show(tr("本单位的指纹：{fingerprint}", fingerprint=pairing.own_card().keys().fingerprint()))
    return 0


def run_pair(args: argparse.Namespace) -> int:
    """Pair when the fingerprint that was read out is the card's."""
    from app.services.pairing import Pairing

    pairing = Pairing(desk_of(args))
    card = pairing.look_at_card(args.file)
    expected = card.keys().fingerprint()
    if args.fingerprint is None:
        show(
            tr(
                "{name} 的指纹：{fingerprint}。请在电话里核对，再用 --fingerprint 配对。",
                name=card.name,
                fingerprint=expected,
            )
        )
        return 0
    if "".join(args.fingerprint.split()) != expected.replace(" ", ""):
        raise UserError(msg("指纹不一致，没有配对。请重新核对，或让对方重新导出名片。"))
    pairing.pair(card)
    show(tr("已和{name}配对。", name=card.name))
    return 0


def run_send(args: argparse.Namespace) -> int:
    """Write every envelope that was not handed over yet."""
    from app.services.exchange import Exchange

    exchange = Exchange(desk_of(args))
    args.out.mkdir(parents=True, exist_ok=True)
    for letter in exchange.letters():
        if letter.state == "ready":
            show(str(exchange.save_file(letter.id, args.out / exchange.suggested_name(letter.id))))
    return 0


def run_receive(args: argparse.Namespace) -> int:
    """Take in one file."""
    from app.services.exchange import Exchange

    taken = Exchange(desk_of(args)).open_file(args.file)
    show(tr(taken.message))
    show(taken.subject_id)
    if taken.gap is not None:
        warn(tr(taken.gap))
    return 0


def run_list(args: argparse.Namespace) -> int:
    """One line for each envelope."""
    from app.services.exchange import Exchange

    for letter in Exchange(desk_of(args)).letters():
        show(
            f"{letter.id}\t{letter.direction}\t{letter.kind}\t{letter.other_name}\t{letter.state}\t{letter.reason}"
        )
    return 0
