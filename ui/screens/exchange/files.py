"""Handing a file over and opening one that came: what the request, its review and the exchange screen share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain.message import Message, msg
from app.errors import CunyiError
from app.exchange.envelope import Fault
from app.i18n import tr
from ui.dialogs import FileKind, Notice, show_failure

if TYPE_CHECKING:
    from app.services.post import TakenIn
    from ui.services import Services
    from ui.widgets.buttons import Button

ENVELOPES = (FileKind(msg("收发文件"), ("cyx",)),)
PLACES = {
    "clinic": {
        "request": ("requests", "", "request_id"), "shipment": ("stock", "receiving", "shipment_id"),
        "count": ("stock", "stocktake", "stocktake_id"), "statement": ("stock", "statements", "settlement_id"),
        "movements": ("stock", "statements", ""), "shortage": ("stock", "shortages", "report_id"),
        "catalogue": ("stock", "catalogue", ""),
    },
    "township": {
        "request": ("review", "", "request_id"), "shipment": ("supply", "shipments", "shipment_id"),
        "count": ("checks", "random_checks", "check_id"), "statement": ("settlement", "months", "settlement_id"),
        "movements": ("settlement", "months", ""), "shortage": ("supply", "shortages", "report_id"),
        "catalogue": ("stock", "catalogue", ""),
    },
}
"""Where each desk looks at what an envelope is about: the screen, its section, and what the subject is called there."""
ABOUT = {"drug_request": "request", "drug_decision": "request", "receipt": "shipment", "count_result": "count"}
"""The subject of the kinds of envelope that are not called after it."""
OPEN_KEY = ("Ctrl O", msg("打开对方发来的文件"))


def fail(services: Services, error: BaseException) -> None:
    """Tell a failure that has words for the user; anything else is a fault of the program and goes on."""
    if not isinstance(error, CunyiError):
        raise error
    show_failure(services.dialogs, error)


def hand_over(services: Services, message_id: str, *, title: Message | str, on_done: Callable[[], None]) -> None:
    """Let the user choose where the file goes, and write it. Not done now, it can be done later.

    Beside it goes what else the same desk has not got, so that it can open one after the other without a gap.
    `on_done` is called in every case, so that the screen says how things stand.
    """
    chosen = message_id
    try:
        message_id = services.exchange.readdressed(chosen)
    except CunyiError as error:
        on_done()
        fail(services, error)
        return
    if message_id != chosen:
        services.say(tr("卫生院换了电脑，已按新的配对重新写了一份。"))
    suggested = services.exchange.suggested_name(message_id)
    file = services.dialogs.save_file(title, suggested, ENVELOPES)
    if file is None:
        services.say(tr("文件还没有交出去，随时可以再存。"))
        on_done()
        return

    def write(_report: object, _cancelled: object) -> int:
        services.exchange.save_file(message_id, file)
        return save_beside(services, (message_id,), file.parent)

    def written(count: int) -> None:
        if count:
            services.say(tr("已存成“{file}”，给同一单位的另外 {count} 份也存在旁边，请一起交给对方。", file=file.name,
                            count=count))
        else:
            services.say(tr("已存成“{file}”，请交给对方。", file=file.name))
        on_done()

    def failed(error: BaseException) -> None:
        on_done()
        fail(services, error)

    services.runner.run(write, on_done=written, on_error=failed, title=tr("正在存文件"), can_cancel=False)


def save_beside(services: Services, message_ids: Sequence[str], folder: Path) -> int:
    """Write what belongs to these files beside them, if it is not there already; how many. To be run in the worker."""
    exchange, count = services.exchange, 0
    others = dict.fromkeys(other for message_id in message_ids for other in exchange.belonging_to(message_id))
    for other in others:
        path = folder / exchange.suggested_name(other)
        if other not in message_ids and not path.exists():
            exchange.save_file(other, path)
            count += 1
    return count


def hand_over_all(
    services: Services, message_ids: Sequence[str], *, title: Message, on_done: Callable[[], None]
) -> None:
    """Write the envelopes where the user wants them: one as a file of any name, several into a folder.

    Not done now, it can be done later; `on_done` is called in every case.
    """
    if not message_ids:
        on_done()
        return
    if len(message_ids) == 1:
        hand_over(services, message_ids[0], title=title, on_done=on_done)
        return
    folder = services.dialogs.choose_folder(msg("{count} 份文件存到哪里（U盘）", count=len(message_ids)))
    if folder is None:
        services.say(tr("文件还没有交出去，随时可以再存。"))
        on_done()
        return

    def write(_report: object, _cancelled: object) -> int:
        for message_id in message_ids:
            services.exchange.save_file(message_id, folder / services.exchange.suggested_name(message_id))
        return len(message_ids) + save_beside(services, message_ids, folder)

    def done(count: int) -> None:
        services.say(tr("{count} 份文件已存到“{folder}”，请交给对方。", count=count, folder=folder.name))
        on_done()

    def failed(error: BaseException) -> None:
        on_done()
        fail(services, error)

    services.runner.run(write, on_done=done, on_error=failed, title=tr("正在存文件"), can_cancel=False)


def go_to_subject(services: Services, kind: str, subject_id: str) -> None:
    """Show what an envelope is about."""
    screen, section, name = PLACES[services.kind].get(ABOUT.get(kind, kind), ("exchange", "", ""))
    arguments: dict[str, object] = {"section": section} if section else {}
    if name:
        arguments[name] = subject_id
    services.navigate(screen, **arguments)


def choose_and_open(
    services: Services, *, on_refused: Callable[[], None] | None = None, on_taken: Callable[[], None] | None = None
) -> None:
    """Let the user choose a file that came, and take it in."""
    file = services.dialogs.open_file(msg("打开对方发来的文件"), ENVELOPES)
    if file is not None:
        open_envelope(services, file, on_refused=on_refused, on_taken=on_taken)


def open_envelope(
    services: Services, file: Path, *, on_refused: Callable[[], None] | None = None,
    on_taken: Callable[[], None] | None = None,
) -> None:
    """Take a file in, tell what came of it, and show it where it belongs; `on_taken` may read something again before.

    A refusal is told and changes nothing; it stands in the list of the exchange, which `on_refused` may read again.
    """

    def taken(result: TakenIn) -> None:
        if result.gap is not None:
            services.dialogs.tell(Notice(msg("还缺文件"), result.message, to_do=result.gap, tone="amber"))
        else:
            services.say(tr(result.message))
        if on_taken is not None:
            on_taken()
        go_to_subject(services, result.kind, result.subject_id)

    def refused(error: BaseException) -> None:
        if on_refused is not None:
            on_refused()
        fail(services, error)
        if getattr(error, "fault", None) is Fault.STRANGER:
            services.navigate("exchange", page="pairing")

    services.runner.run(
        lambda _report, _cancelled: services.exchange.open_file(file),
        on_done=taken, on_error=refused, title=tr("正在打开文件"), can_cancel=False,
    )


class EnvelopeDrops(QObject):
    """Watches a window for a .cyx file dropped upon it. `dropped(Path)` comes after the drop itself is over."""

    dropped = Signal(object)

    def watch(self, widget: QWidget) -> None:
        """Accept files on this widget and whatever lies in it."""
        widget.setAcceptDrops(True)
        widget.removeEventFilter(self)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take one envelope; everything else is left to others."""
        drags = (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop)
        if event.type() not in drags or not isinstance(event, QDropEvent) or _is_locked(watched):
            return False
        file = envelope_in(event)
        if file is None:
            return False
        event.acceptProposedAction()
        if event.type() == QEvent.Type.Drop:
            QTimer.singleShot(0, self, lambda: self.dropped.emit(file))
        return True


class FilesOpened(QObject):
    """A page on which a file that came may be opened: by its button, by Ctrl+O, or dropped anywhere on the window."""

    def __init__(self, page: QWidget, services: Services, button: Button) -> None:
        super().__init__(page)
        self._page, self._services = page, services
        self._drops = EnvelopeDrops(self)
        self._drops.dropped.connect(self._open)
        button.clicked.connect(self.choose)
        shortcut = QShortcut(QKeySequence("Ctrl+O"), page)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.choose)
        page.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The page that was shown last takes what is dropped."""
        if watched is self._page and event.type() == QEvent.Type.Show:
            self._drops.watch(self._page.window())
        return False

    def choose(self) -> None:
        """Let the user choose the file, unless something on the page is not done and the user stays."""
        if self._may_leave():
            refresh = getattr(self._page, "refresh", None)
            choose_and_open(self._services, on_refused=refresh, on_taken=refresh)

    def _open(self, file: Path) -> None:
        if self._may_leave():
            refresh = getattr(self._page, "refresh", None)
            open_envelope(self._services, file, on_refused=refresh, on_taken=refresh)

    def _may_leave(self) -> bool:
        asked = getattr(self._page, "can_leave", None)
        return asked is None or bool(asked())


def _is_locked(window: QObject) -> bool:
    """Whether the window hides its desk: then nobody is signed in who could open a file."""
    is_covered = getattr(window, "is_covered", None)
    return is_covered is not None and is_covered()


def envelope_in(event: QDropEvent) -> Path | None:
    """The one .cyx file that is being dragged, or None."""
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    file = Path(urls[0].toLocalFile())
    return file if file.suffix.lower() == ".cyx" else None
