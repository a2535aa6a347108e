"""打印 and 导出表格 of any list: one declaration (`ListSheet`) made in the worker, shown before it is printed or saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.message import msg
from app.i18n import tr
from ui.dialogs import FileKind
from ui.screens.exchange.files import fail

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from ui.services import Services

WORKBOOK = (FileKind(msg("Excel 或 WPS 表格"), ("xlsx",)),)
FORBIDDEN_IN_NAMES = '\\/:*?"<>|'


def print_list(services: Services, make: Callable[[], ListSheet]) -> None:
    """Show a list on paper; `make` runs in the worker."""

    def made() -> tuple[bytes, str]:
        from app.printing.lists import table_pdf

        sheet = make()
        return table_pdf(sheet.issued_by(services.desk.place.name).as_table()), sheet.title

    services.runner.run(
        lambda _report, _cancelled: made(), on_done=lambda pdf: services.preview(*pdf),
        on_error=lambda error: fail(services, error), title=tr("正在排版"),
    )


def save_list(services: Services, name: str, make: Callable[[], ListSheet]) -> None:
    """Let the user choose where, and save a list as XLSX. `name` is what the file is called at first."""
    file = services.dialogs.save_file(msg("导出表格"), f"{file_name(name)}.xlsx", WORKBOOK)
    if file is None:
        return

    def written() -> Path:
        from app.interchange.xlsx_lists import write_list

        write_list(file, make().issued_by(services.desk.place.name))
        return file

    services.runner.run(
        lambda _report, _cancelled: written(),
        on_done=lambda path: services.say(tr("已存成“{file}”。", file=path.name)),
        on_error=lambda error: fail(services, error), title=tr("正在导出"), can_cancel=False,
    )


def file_name(words: str) -> str:
    """Words as they may stand in the name of a file."""
    return "".join("-" if each in FORBIDDEN_IN_NAMES else each for each in words).strip()
