"""The same use cases without a window: `cunyi COMMAND …`.

A command family is a module of app/commands with `register(subparsers)`; it is imported only when its command is
called, so that a small command starts fast. Exit status: 0 done, 1 the input is wrong, 2 the surroundings failed; in
both failures one clear sentence on standard error.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from app.domain.message import Message, msg
from app.errors import CunyiError, EnvironmentFailure, UserError
from app.failures import translate_disk_error
from app.i18n import known_languages, tr, use_language, wanted_language


@dataclass(frozen=True)
class Command:
    """A command family: the module that registers it, and one sentence for the list of commands."""

    module: str
    summary: Message


COMMANDS = {
    "rule": Command("app.commands.rule", msg("用自己的数字核对一条规则：标准输入给 JSON，标准输出得 JSON")),
    "form": Command("app.commands.form", msg("国家规范的表：列出、空表、按答案打印")),
    "print": Command("app.commands.print", msg("打印数据库里某位居民的表")),
    "import": Command("app.commands.import_", msg("从电子表格导入居民")),
    "sample": Command("app.commands.sample", msg("造一个示例村卫生室，内容全是虚构的")),
    "request": Command("app.commands.request", msg("药品申领：填写、提交、审核")),
    "exchange": Command("app.commands.exchange", msg("用文件与卫生院交换数据")),
    "backup": Command("app.commands.backup", msg("备份数据库")),
    "restore": Command("app.commands.restore", msg("从备份恢复数据库")),
    "check": Command("app.commands.check", msg("检查数据是否完好")),
}
TOUR = "tour"
TOUR_SUMMARY = msg("在真实的窗口里演示一整天的工作（要打开窗口，只有 cunyi 能做）")
"""The one command that needs a window: carried out by `ui.start`, which this module must not import, and only named here."""
TAKES_VALUE = ("--data", "--lang", "--user")


def offered() -> dict[str, Command]:
    """The commands whose module is there: a smaller installation has fewer."""
    return {name: command for name, command in COMMANDS.items() if importlib.util.find_spec(command.module)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; returns its exit status. Words go out in Chinese unless `--lang` says otherwise."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    speak_utf8()
    sys.excepthook = tell_fault
    try:
        speak(wanted_language(arguments))
        parsed = build_parser(arguments).parse_args(arguments)
        return int(parsed.run(parsed))
    except CunyiError as error:
        warn(tr(error.message))
        return error.exit_status
    except BrokenPipeError:  # whoever read our answer has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        warn(tr(translate_disk_error(error).message))
        return EnvironmentFailure.exit_status
    except KeyboardInterrupt:
        return 130


def show(text: str) -> None:
    """One line of a command's answer, on standard output."""
    print(text)


def warn(text: str) -> None:
    """One line beside a command's answer, on standard error."""
    print(text, file=sys.stderr)


def tell_fault(kind: type[BaseException], fault: BaseException, _traceback: TracebackType | None) -> None:
    """A mistake of the program: where it happened, without its message, which may hold residents' data."""
    from app.logs import trace

    warn(tr("程序出错了，没有做完；数据都完好。请把下面几行告诉维护人员。"))
    warn("\n".join(trace(fault)))


def speak_utf8() -> None:
    """Standard input and output are UTF-8, whatever the system's code page is.

    What comes in otherwise is met by whoever reads it, as characters that are wrong there. The name of a file that
    Python could not decode goes out as the bytes that it came in as.
    """
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "surrogateescape"), (sys.stderr, "surrogateescape")):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors=errors)


def speak(language: str) -> None:
    """Use `language` from now on, help included; raises UserError when there is no such language."""
    known = known_languages()
    if language not in known:
        raise UserError(msg("没有“{language}”这种语言，有的是：{languages}。", language=language, languages=tr("、").join(known)))
    use_language(language)


def common_options() -> argparse.ArgumentParser:
    """The options that every command takes; `parents=[...]` of the parsers made by `register`'s subparsers."""
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--data", type=Path, default=argparse.SUPPRESS, metavar="DIR", help=tr("数据所在的文件夹"))
    options.add_argument("--lang", default=argparse.SUPPRESS, metavar="|".join(known_languages()), help=tr("用哪种语言说话"))
    options.add_argument("--user", default=argparse.SUPPRESS, metavar="NAME", help=tr("以哪位用户的名义"))
    return options


class Subparsers:
    """What `register` is given: `add_parser` makes a parser in our words, with the common options."""

    def __init__(self, inner: argparse._SubParsersAction) -> None:
        self._inner = inner

    def add_parser(self, name: str, **options: object) -> Parser:
        """A parser for the command `name`; `help` is also its description."""
        options.setdefault("description", options.get("help"))
        return self._inner.add_parser(name, parents=[common_options()], add_help=False, **options)

    def add_group(self, name: str, **options: object) -> Subparsers:
        """A command that has commands of its own, such as `form list`; the answer takes their parsers."""
        options.setdefault("description", options.get("help"))
        parser = self._inner.add_parser(name, add_help=False, **options)
        return Subparsers(parser.add_subparsers(dest="subcommand", metavar="COMMAND", required=True))


def build_parser(arguments: Sequence[str]) -> Parser:
    """A parser that knows all commands by name, and in full only the one that is called."""
    parser = Parser(
        prog="cunyi",
        description=tr("村医工作站：不打开窗口也能做同样的事。"),
        parents=[common_options()],
        add_help=False,
    )
    parser.set_defaults(data=None, lang="zh_CN", user=None)
    called = called_command(arguments)
    if called == TOUR:
        raise UserError(msg("tour 要打开窗口，这里打不开。请用 cunyi tour。"))
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    for name, command in offered().items():
        if name == called:
            importlib.import_module(command.module).register(Subparsers(subparsers))
        else:
            subparsers.add_parser(name, help=tr(command.summary), add_help=False)
    subparsers.add_parser(TOUR, help=tr(TOUR_SUMMARY), add_help=False)
    return parser


def called_command(arguments: Sequence[str]) -> str | None:
    """The command among the arguments, not looking at the values of common options; None when there is none."""
    before = ("", *arguments)
    words = (argument for place, argument in enumerate(arguments) if before[place] not in TAKES_VALUE)
    return next((word for word in words if word in COMMANDS or word == TOUR), None)


class Words(argparse.HelpFormatter):
    """Help with headings in the user's language."""

    def add_usage(self, usage: str | None, actions: object, groups: object, prefix: str | None = None) -> None:
        """The usage line."""
        super().add_usage(usage, actions, groups, tr("用法：") if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        """A group of arguments under its heading."""
        headings = {"options": tr("选项"), "positional arguments": tr("参数")}
        super().start_section(headings.get(heading or "", heading))


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are sentences, and whose exit status for a wrong line is 1."""

    def __init__(self, **options: object) -> None:
        options.setdefault("formatter_class", Words)
        super().__init__(**options)
        self.add_argument("-h", "--help", action="help", help=tr("显示这份说明"))

    def error(self, message: str) -> None:
        """Raise a UserError that says in one sentence what is wrong with the command line."""
        raise UserError(complaint(message, self.prog))


def complaint(message: str, program: str) -> Message:
    """argparse's complaint in our words; an unknown one is quoted."""
    for pattern, template in COMPLAINTS:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return msg("{what}用 {program} --help 看用法。", what=template(*found.groups()), program=program)
    return msg("这一行命令写得不对（{details}）。用 {program} --help 看用法。", details=message, program=program)


def named(choices: str) -> tuple[str, ...]:
    """The commands in argparse's complaint; among those of the first level, the tour, which it does not know."""
    names = tuple(choice.strip("'") for choice in choices.split(", "))
    return (*names, TOUR) if set(offered()) <= set(names) and TOUR not in names else names


COMPLAINTS = (
    (
        r"argument COMMAND: invalid choice: '(.*?)' \(choose from (.*)\)",
        lambda name, choices: msg("没有 {name} 这个命令，有的是：{names}。", name=name, names=tr("、").join(named(choices))),
    ),
    (r"the following arguments are required: (.*)", lambda names: msg("还缺少 {names}。", names=names)),
    (r"unrecognized arguments: (.*)", lambda names: msg("不认识 {names}。", names=names)),
    (r"argument (\S+): expected (?:one|at least one) argument", lambda name: msg("{name} 后面要写一个值。", name=name)),
    (
        r"argument (\S+): invalid choice: (\S+) \(choose from (.*)\)",
        lambda name, value, choices: msg(
            "{name} 不能是 {value}，可以是 {choices}。", name=name, value=value, choices=choices
        ),
    ),
    (
        r"argument (\S+): invalid \S+ value: (.*)",
        lambda name, value: msg("{name} 的值 {value} 写得不对。", name=name, value=value),
    ),
)


if __name__ == "__main__":
    sys.exit(main())
