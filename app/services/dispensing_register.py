"""发药登记: what was given in a span of days as one list, printed or saved as XLSX."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from app.desk import Desk
from app.domain.message import msg
from app.domain.stock_value import yuan
from app.errors import UserError
from app.i18n import tr
from app.services.dispensing import Dispensing
from app.services.dispensing_views import REVERSED, DispensingView, usage_words

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet, Value

MOST_DAYS = 366
MOST_LISTED = 100_000


def register(desk: Desk, since: date, until: date) -> ListSheet:
    """The dispensings of the days from `since` to `until`, oldest first, a row for each batch. Raises UserError."""
    from app.interchange.xlsx_lists import ListColumn, ListSheet

    if until < since or (until - since).days >= MOST_DAYS:
        raise UserError(msg("起止日期不对：结束不能早于开始，一次最多一年。请重新选择。"))
    views = [view for view in reversed(Dispensing(desk).of_days(since, until, limit=MOST_LISTED)) if view.state != REVERSED]
    columns = (
        ListColumn(tr("日期"), 22), ListColumn(tr("姓名"), 22), ListColumn(tr("诊断"), 30), ListColumn(tr("药品"), 44),
        ListColumn(tr("规格"), 24), ListColumn(tr("批号"), 26), ListColumn(tr("有效期"), 22),
        ListColumn(tr("数量"), 16, "right"), ListColumn(tr("单位"), 12), ListColumn(tr("退回"), 14, "right"),
        ListColumn(tr("用法")), ListColumn(tr("发药人"), 18), ListColumn(tr("追溯码"), only_file=True),
        ListColumn(tr("金额（元）"), only_file=True),
    )  # fmt: skip
    rows = tuple(row for view in views for row in _rows(view))
    return ListSheet(
        tr("{place} 发药登记", place=desk.place.name),
        columns,
        rows,
        head=(
            (tr("机构"), desk.place.name),
            (tr("期间"), f"{since.isoformat()} – {until.isoformat()}"),
            (tr("人次"), str(len(views))),
        ),
        signatures=(tr("发药人"), tr("核对人")),
    )


def _rows(view: DispensingView) -> list[tuple[Value, ...]]:
    """A row for each batch; what came back and the amount of what did not stand once, with the first batch of the drug."""
    found: list[tuple[Value, ...]] = []
    for line in view.lines:
        for place, batch in enumerate(line.batches):
            first = place == 0
            found.append((
                view.given_on, view.resident_name, view.diagnosis, line.drug_name, line.strength, batch.batch_no,
                batch.expiry, batch.units, line.unit, line.returned if first else "",
                usage_words(line.dose, line.times_per_day, line.usage), view.user_name, " ".join(batch.codes),
                yuan(line.kept_fen) if first else "",
            ))  # fmt: skip
    return found
