"""Papers and files of the supply: delivery notes and receipts in the preview, envelopes written for the clinics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.domain.message import msg
from app.i18n import tr
from ui.screens.exchange.files import fail

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
