"""The one helper that speaks to the user in windows of their own: questions, news, failures, file choosers.

Screens get a `Dialogs` and never build a message box. `QtDialogs` is the real one; `ScriptedDialogs` answers from a
script, for tests and the tour. A failure that is told is also logged, by its type and its place in the code.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from app.domain.message import Message, msg
from app.errors import CunyiError, EnvironmentFailure
from app.i18n import sentences_of, tr

Words = Message | str


@dataclass(frozen=True)
class Answer:
    """One button of a question: the key that is returned, and what it does in words."""

    key: str
    text: Words
    kind: Literal["primary", "secondary", "danger"] = "secondary"


@dataclass(frozen=True)
class Question:
    """A question before something is done. `happened`: what is going to happen or has; `safe`: what stays as it is.

    `harmless` is the key of the answer that changes nothing: it is the default, and Escape gives it. Without it the
    last answer is.
    """

    title: Words
    happened: Words
    answers: tuple[Answer, ...]
    safe: Words = ""
    harmless: str = ""

    def harmless_key(self) -> str:
        """The answer that Escape gives."""
        return self.harmless or self.answers[-1].key


@dataclass(frozen=True)
class Notice:
    """News for the user in three answers; `details` are shown on request and can be copied."""

    title: Words
    happened: Words
    safe: Words = ""
    to_do: Words = ""
    details: str = ""
    tone: Literal["blue", "green", "amber", "red"] = "blue"


@dataclass(frozen=True)
class FileKind:
    """A kind of file in a file chooser: FileKind("电子表格", ("xlsx", "csv"))."""

    title: Words
    endings: tuple[str, ...]

    def as_filter(self) -> str:
        """Qt's way to write it."""
        return f"{tr(self.title)} ({' '.join(f'*.{ending}' for ending in self.endings)})"


class Dialogs(Protocol):
    """What screens call."""

    def ask(self, question: Question) -> str:
        """Ask, and return the key of the answer."""
        ...

    def tell(self, notice: Notice) -> None:
        """Tell something that the user must have seen."""
        ...

    def ask_text(self, title: Words, caption: Words, *, value: str = "", hint: Words = "") -> str | None:
        """Ask for a line of text; None when the user went back."""
        ...

    def open_file(self, title: Words, kinds: Sequence[FileKind], *, folder: Path | None = None) -> Path | None:
        """Let the user choose a file that exists; None when the user went back."""
        ...

    def save_file(self, title: Words, suggested: str, kinds: Sequence[FileKind]) -> Path | None:
        """Let the user choose where to write, `suggested` being a file name or path; None when the user went back."""
        ...

    def choose_folder(self, title: Words, *, folder: Path | None = None) -> Path | None:
        """Let the user choose a folder; None when the user went back."""
        ...


def notice_of(error: CunyiError) -> Notice:
    """What a failure says, one sentence to a line."""
    sentences = "\n".join(sentences_of(tr(error.message)))
    from_outside = isinstance(error, EnvironmentFailure)
    title = tr("电脑或网络出了问题") if from_outside else tr("还不能这样做")
    return Notice(title, sentences, details=error.details, tone="red" if from_outside else "amber")


def show_failure(dialogs: Dialogs, error: CunyiError) -> None:
    """Tell a failure in its own words, and log its type and place, which hold nothing of a resident."""
    from app.logs import fault_event

    fault_event("failure_told", error)
    dialogs.tell(notice_of(error))


def confirm(dialogs: Dialogs, title: Words, happened: Words, *, do: Words, keep: Words, safe: Words = "",
            dangerous: bool = False) -> bool:
    """A question with two named answers; True when the user wants it done. Escape keeps everything."""
    answers = (Answer("do", do, "danger" if dangerous else "primary"), Answer("keep", keep))
    return dialogs.ask(Question(title, happened, answers, safe, harmless="keep")) == "do"


class QtDialogs:
    """The real windows, belonging to `window`."""

    def __init__(self, window: object | None = None) -> None:
        self._window = window
        self._folder: Path | None = None

    def ask(self, question: Question) -> str:
        """Show the question and wait for the answer."""
        from ui.widgets.message_window import MessageWindow

        shown = MessageWindow(self._window, question.title, question.happened, question.safe,
                              answers=question.answers, harmless=question.harmless_key())
        shown.exec()
        shown.deleteLater()
        return shown.answer()

    def tell(self, notice: Notice) -> None:
        """Show the news and wait until it is put away."""
        from ui.widgets.message_window import MessageWindow

        understood = (Answer("ok", msg("知道了"), "primary"),)
        shown = MessageWindow(self._window, notice.title, notice.happened, notice.safe, notice.to_do,
                              answers=understood, harmless="ok", details=notice.details, tone=notice.tone)
        shown.exec()
        shown.deleteLater()

    def ask_text(self, title: Words, caption: Words, *, value: str = "", hint: Words = "") -> str | None:
        """Show a line to type in and wait."""
        from ui.widgets.message_window import TextWindow

        shown = TextWindow(self._window, tr(title), tr(caption), value, tr(hint))
        accepted = shown.exec()
        shown.deleteLater()
        return shown.text() if accepted else None

    def open_file(self, title: Words, kinds: Sequence[FileKind], *, folder: Path | None = None) -> Path | None:
        """The system's file chooser."""
        from PySide6.QtWidgets import QFileDialog

        name, _ = QFileDialog.getOpenFileName(self._window, tr(title), str(self._start(folder)), _filters(kinds))
        return self._chosen(Path(name)) if name else None

    def save_file(self, title: Words, suggested: str, kinds: Sequence[FileKind]) -> Path | None:
        """The system's file chooser; the ending is added when the user left it out."""
        from PySide6.QtWidgets import QFileDialog

        place = str(self._start() / suggested)
        name, chosen = QFileDialog.getSaveFileName(self._window, tr(title), place, _filters(kinds))
        if not name:
            return None
        path = self._chosen(Path(name))
        kind = next((kind for kind in kinds if kind.as_filter() == chosen), kinds[0] if kinds else None)
        return path if kind is None else with_ending(path, kind)

    def choose_folder(self, title: Words, *, folder: Path | None = None) -> Path | None:
        """The system's folder chooser."""
        from PySide6.QtWidgets import QFileDialog

        name = QFileDialog.getExistingDirectory(self._window, tr(title), str(self._start(folder)))
        if not name:
            return None
        self._folder = Path(name)
        return self._folder

    def _start(self, folder: Path | None = None) -> Path:
        """Where a chooser begins: where it was asked to, else where a file was chosen last, else the user's documents."""
        from PySide6.QtCore import QStandardPaths

        places = [folder, self._folder]
        for kind in (QStandardPaths.StandardLocation.DocumentsLocation, QStandardPaths.StandardLocation.HomeLocation):
            places += [Path(place) for place in QStandardPaths.standardLocations(kind)]
        return next((place for place in places if place is not None and place.is_dir()), Path.home())

    def _chosen(self, path: Path) -> Path:
        self._folder = path.parent
        return path


def with_ending(path: Path, kind: FileKind) -> Path:
    """`path` as it is where it ends as its kind does, else with the ending added: "4.5" is the name "4.5.cyx".

    The chooser has asked about the name that was written only, so a file of the longer name gets a number beside it.
    """
    if path.suffix.lower().removeprefix(".") in kind.endings:
        return path
    names = (f"{path.name}.{kind.endings[0]}", *(f"{path.name} ({number}).{kind.endings[0]}" for number in range(2, 1000)))
    return next((found for found in map(path.with_name, names) if not found.exists()), path.with_name(names[0]))


def _filters(kinds: Iterable[FileKind]) -> str:
    return ";;".join(kind.as_filter() for kind in kinds)


@dataclass
class ScriptedDialogs:
    """Answers from a script, for tests and the tour; remembers what was asked and told.

    `answers` are used up in order; a question beyond them gets its harmless answer. `files` are used up by the file
    choosers; beyond them the user went back.
    """

    answers: deque[str] = field(default_factory=deque)
    files: deque[Path | None] = field(default_factory=deque)
    texts: deque[str | None] = field(default_factory=deque)
    asked: list[Question] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)
    choosers: list[str] = field(default_factory=list)

    def will_answer(self, *keys: str) -> ScriptedDialogs:
        """Answer the next questions with these keys."""
        self.answers.extend(keys)
        return self

    def will_choose(self, *paths: Path | None) -> ScriptedDialogs:
        """Give these paths to the next file choosers."""
        self.files.extend(paths)
        return self

    def will_write(self, *texts: str | None) -> ScriptedDialogs:
        """Give these lines to the next questions for text."""
        self.texts.extend(texts)
        return self

    def ask(self, question: Question) -> str:
        """The next scripted answer, or the harmless one."""
        self.asked.append(question)
        key = self.answers.popleft() if self.answers else question.harmless_key()
        known = [answer.key for answer in question.answers]
        if key not in known:
            raise LookupError(f"the script answers {key!r}, the question offers {known}")
        return key

    def tell(self, notice: Notice) -> None:
        """Remember it."""
        self.told.append(notice)

    def ask_text(self, title: Words, caption: Words, *, value: str = "", hint: Words = "") -> str | None:
        """The next scripted line, or None."""
        self.choosers.append(tr(title))
        return self.texts.popleft() if self.texts else None

    def open_file(self, title: Words, kinds: Sequence[FileKind], *, folder: Path | None = None) -> Path | None:
        """The next scripted path, or None."""
        return self._next_file(title)

    def save_file(self, title: Words, suggested: str, kinds: Sequence[FileKind]) -> Path | None:
        """The next scripted path, or None."""
        return self._next_file(title)

    def choose_folder(self, title: Words, *, folder: Path | None = None) -> Path | None:
        """The next scripted path, or None."""
        return self._next_file(title)

    def last_told(self) -> str:
        """All words of the last news, or empty."""
        if not self.told:
            return ""
        last = self.told[-1]
        return "\n".join(tr(part) for part in (last.title, last.happened, last.safe, last.to_do) if part)

    def _next_file(self, title: Words) -> Path | None:
        self.choosers.append(tr(title))
        return self.files.popleft() if self.files else None
