"""打印 and 导出表格 of the lists of 库存."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.message import msg
from app.errors import CunyiError
from app.i18n import tr
from ui.dialogs import FileKind, show_failure
from ui.screens.list_papers import file_name

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from ui.services import Services

WORKBOOK = (FileKind(msg("Excel 或 WPS 表格"), ("xlsx",)),)


def told(services: Services) -> Callable[[BaseException], None]:
    """Shows a failure that the user is to know; anything else is a fault of the program."""

    def on_error(error: BaseException) -> None:
        if not isinstance(error, CunyiError):
            raise error
        show_failure(services.dialogs, error)

    return on_error


def print_list(services: Services, make: Callable[[], ListSheet]) -> None:
    """Make a list and show it before it is printed."""

    def work(_report: object, _cancelled: object) -> tuple[bytes, str]:
        sheet = make()
        return services.stock.pdf(sheet), sheet.title

    services.runner.run(work, on_done=lambda made: services.preview(*made), on_error=told(services), title=tr("准备打印"))


def export_list(services: Services, make: Callable[[], ListSheet], title: str) -> None:
    """Let the user choose a file and write the list into it."""
    suggested = file_name(tr("{title} {day}.xlsx", title=title, day=services.desk.today().isoformat()))
    file = services.dialogs.save_file(tr("导出表格"), suggested, WORKBOOK)
    if file is None:
        return

    def work(_report: object, _cancelled: object) -> Path:
        services.stock.save_xlsx(make(), file)
        return file

    services.runner.run(work, on_done=lambda path: services.say(tr("已存成“{file}”。", file=path.name)),
                        on_error=told(services), title=tr("导出表格"))
