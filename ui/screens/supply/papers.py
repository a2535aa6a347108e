"""Papers and files of the supply: delivery notes and receipts in the preview, envelopes written for the clinics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.message import Message, msg
from app.i18n import tr
from ui.screens.exchange.files import fail, hand_over

if TYPE_CHECKING:
    from app.printing.lists import TableContent
    from ui.services import Services

SHIPMENT_FILE = msg("交给村卫生室的发货文件")
ANSWER_FILE = msg("交给村卫生室的答复文件")


def print_tables(services: Services, make: Callable[[], Sequence[TableContent]]) -> None:
    """Show sheets on paper, one after the other; `make` runs in the worker."""

    def made() -> tuple[bytes, str]:
        from app.printing.lists import table_pdf

        contents = make()
        return table_pdf(*contents), contents[0].title

    services.runner.run(
        lambda _report, _cancelled: made(), on_done=lambda pdf: services.preview(*pdf),
        on_error=lambda error: fail(services, error), title=tr("正在排版"),
    )


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

    def written(_report: object, _cancelled: object) -> Path:
        for message_id in message_ids:
            services.exchange.save_file(message_id, folder / services.exchange.suggested_name(message_id))
        return folder

    def done(place: Path) -> None:
        services.say(tr("{count} 份文件已存到“{folder}”，请交给各村卫生室。", count=len(message_ids), folder=place.name))
        on_done()

    def failed(error: BaseException) -> None:
        on_done()
        fail(services, error)

    services.runner.run(written, on_done=done, on_error=failed, title=tr("正在存文件"), can_cancel=False)
