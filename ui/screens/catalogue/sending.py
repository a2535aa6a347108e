"""下发目录: one clinic's file through the file chooser, all clinics' files into one folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.i18n import tr
from ui.dialogs import Notice
from ui.screens.catalogue.windows import EVERYBODY, SendWindow
from ui.screens.exchange.files import fail, hand_over
from ui.screens.list_papers import file_name

if TYPE_CHECKING:
    from ui.services import Services

FILE_TITLE = msg("交给村卫生室的目录文件")
SUFFIX = ".cyx"


def send_catalogue(services: Services, parent: QWidget) -> None:
    """Ask to whom, write the envelopes, and hand them over."""
    clinics = services.catalogue_exchange.clinics()
    if not clinics:
        services.dialogs.tell(Notice(
            msg("还没有配对的村卫生室"), msg("目录文件要加密，只能发给配对过的村卫生室。"), msg("目录没有改动。"),
            msg("请先在“收发”的“配对”里和村卫生室配对。"), tone="amber"))
        return
    window = SendWindow(clinics, parent)
    written: list[dict[str, str]] = []

    def act() -> None:
        chosen = str(window.clinic.value() or EVERYBODY)
        service = services.catalogue_exchange
        written.append({chosen: service.issue(chosen)} if chosen != EVERYBODY else service.issue_to_all())

    names = {each.clinic_id: each.name for each in clinics}
    window.start(act, lambda: _hand_over(services, written[0], names))


def _hand_over(services: Services, letters: Mapping[str, str], names: Mapping[str, str]) -> None:
    if len(letters) == 1:
        hand_over(services, next(iter(letters.values())), title=FILE_TITLE, on_done=lambda: None)
        return
    folder = services.dialogs.choose_folder(msg("目录文件存到哪个文件夹"))
    if folder is None:
        services.say(tr("文件还没有交出去，随时可以再存。"))
        return

    day = services.desk.today().isoformat()

    def save_all() -> int:
        for clinic_id, message_id in letters.items():
            name = tr("药品目录_{clinic}_{day}", clinic=names[clinic_id], day=day)
            services.exchange.save_file(message_id, _free_path(folder, file_name(name)))
        return len(letters)

    services.runner.run(
        lambda _report, _cancelled: save_all(),
        on_done=lambda count: services.say(tr("{count} 个目录文件已存到“{folder}”。", count=count, folder=folder.name)),
        on_error=lambda error: fail(services, error), title=tr("正在存文件"), can_cancel=False)


def _free_path(folder: Path, name: str) -> Path:
    """A path that is not taken, so that an earlier file is never written over."""
    path, number = folder / f"{name}{SUFFIX}", 2
    while path.exists():
        path, number = folder / f"{name}-{number}{SUFFIX}", number + 1
    return path
