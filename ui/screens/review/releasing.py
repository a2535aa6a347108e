"""转发货 in a window: every approved line gets its source, proposed from the stock, changed by a number; then released."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.message import Message, msg
from app.domain.request_guards import NO_SOURCE
from app.errors import CunyiError
from app.i18n import one_after_the_other, tr
from app.services.decision_reasons import (
    NOT_SUPPLIED_REASONS,
    reason_as_kept,
    reason_as_shown,
    reasons_offered,
)
from ui.screens.exchange.files import fail
from ui.screens.requests.line_table import LineTable, Remark
from ui.screens.requests.rows import drug_words
from ui.screens.review.comparison import short_name
from ui.screens.review.windows import TableWindow
from ui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.releases import LineSource
    from app.services.request_views import ActionResult, LineView, RequestView
    from app.services.review_stock import LineStock
    from ui.services import Services

SOURCE_WORDS: dict[str, Message] = {
    "own_stock": msg("本院库存"), "purchase": msg("采购"), "central_pharmacy": msg("中心药房"), NO_SOURCE: msg("不供应"),
}  # fmt: skip
"""The sources in the order of their numbers."""


@dataclass(frozen=True)
class Proposed:
    """What the window begins with: the request, a source for each approved line, the stock beside its lines."""

    request: RequestView
    sources: Mapping[str, LineSource]
    beside: Mapping[str, LineStock]


@dataclass(frozen=True)
class SourceRow:
    """An approved line and where it comes from; `written` what was typed that is no source."""

    line: LineView
    source: str
    reason: str = ""
    available: int | None = None
    written: str = ""
    remark: Remark | None = None


class ReleaseWindow(TableWindow):
    """`on_done(result)` is called when it was released, `on_stale()` when it could not be as things stand by now."""

    def __init__(self, services: Services, proposed: Proposed, on_done: Callable[[ActionResult], None],
                 on_stale: Callable[[], None], *, parent: QWidget) -> None:
        clinic = short_name(proposed.request.clinic_name)
        super().__init__(services, tr("转发货　{clinic}", clinic=clinic), name="release_window", width=980, parent=parent)
        self._request, self._on_done, self._on_stale = proposed.request, on_done, on_stale
        self.table = LineTable(
            source_columns(), name="release_lines", accessible_name=tr("批准的药品和货源"), home="source", least_rows=2,
            remark=lambda row: row.remark, quiet=("reason",),
            choices={"source": [tr(words) for words in SOURCE_WORDS.values()],
                     "reason": reasons_offered(NOT_SUPPLIED_REASONS)},
        )
        self.table.cell_edited.connect(self._on_edited)
        self.table.show_lines(source_columns(), rows_of(proposed), keep=lambda row: row.line.id)
        self.table.keep_columns(1)
        self.add_body(self.table, 1)
        self.add_papers(tr("药品货源_{clinic}", clinic=clinic), self._paper)
        self.add_do(tr("转发货"), self.release)
        self._show_words()
        self.table.setFocus()

    def sources(self) -> dict[str, LineSource]:
        """What is chosen, by line id."""
        from app.services.releases import LineSource

        return {
            row.line.id: LineSource(row.source, row.reason if row.source == NO_SOURCE else "")
            for row in self.table.rows()
        }

    def release(self) -> None:
        """Release with these sources; what is refused stands beneath its line."""
        self.table.finish_editing()
        if any(row.written for row in self.table.rows()):
            self.tell_problem(tr("有的货源填得不对，还没有转发货。请按 1–4 选一种。"))
            return
        services, request, sources = self.services, self._request, self.sources()
        key = f"convert {request.id} {request.version}"
        self.setEnabled(False)
        services.runner.run(
            lambda _report, _cancelled: services.releases.convert(request.id, request.version, sources, key=key),
            on_done=self._done, on_error=self._failed, title=tr("正在转发货"), can_cancel=False,
        )

    def _paper(self) -> ListSheet:
        from app.services.review_sheets import source_list

        rows = [
            (row.line.name, row.line.strength, row.line.unit, row.line.approved, row.available,
             tr(SOURCE_WORDS[row.source]) if row.source else row.written, reason_as_shown(row.reason))
            for row in self.table.rows()
        ]
        return source_list(self._request.clinic_name, rows, self.services.desk.today())

    def _done(self, result: ActionResult) -> None:
        self.accept()
        self._on_done(result)

    def _failed(self, error: BaseException) -> None:
        self.setEnabled(True)
        if not isinstance(error, CunyiError):
            raise error
        problems = {problem.code: tr(problem.message) for problem in getattr(error, "problems", ())}
        if not problems:
            self.reject()
            self._on_stale()
            fail(self.services, error)
            return
        for number, row in enumerate(self.table.rows()):
            sentence = problems.get(row.line.id)
            self.table.replace_row(number, replace(row, remark=Remark(sentence) if sentence else None))
        first = next(number for number, row in enumerate(self.table.rows()) if row.line.id in problems)
        self.table.setFocus()
        self.table.choose(first, "reason" if self.table.rows()[first].source == NO_SOURCE else "source")
        self.tell_problem(tr("还没有转发货：请把标出的 {count} 行填好。", count=len(problems)))

    def _on_edited(self, row: SourceRow, key: str, text: str) -> None:
        number = next(place for place, shown in enumerate(self.table.rows()) if shown.line.id == row.line.id)
        if key == "reason":
            changed = replace(row, reason=reason_as_kept(text.strip()), remark=None)
        else:
            changed = _with_source(row, text.strip())
        self.table.replace_row(number, changed)
        self.tell_problem("")
        self._show_words()

    def _show_words(self) -> None:
        rows = self.table.rows()
        counts = [tr("{source} {count} 种", source=tr(words), count=sum(1 for row in rows if row.source == source))
                  for source, words in SOURCE_WORDS.items() if any(row.source == source for row in rows)]
        told = tr("，").join(counts)
        keys = tr("货源已按库存配好，要改就打 1 本院库存、2 采购、3 中心药房、4 不供应。转发货后不能再改批准数量。")
        self.set_words(one_after_the_other((tr("{sources}。", sources=told), keys)))


def _with_source(row: SourceRow, text: str) -> SourceRow:
    source = next((key for key, words in SOURCE_WORDS.items() if text == tr(words)), "")
    if not source:
        wrong = Remark(tr("没有“{written}”这种货源：请按 1–4 选一种。", written=text))
        return replace(row, written=text, remark=wrong)
    remark = None
    if source == NO_SOURCE and not row.reason:
        remark = Remark(tr("不供应要写原因：按 Tab，打 1–3 选一条。"), "amber")
    elif source == "own_stock" and row.available is not None and row.available < (row.line.approved or 0):
        missing = (row.line.approved or 0) - max(0, row.available)
        remark = Remark(tr("本院还缺 {missing} {unit}：会先发有的，缺的等到货。", missing=missing, unit=row.line.unit), "amber")
    return replace(row, source=source, written="", remark=remark)


def rows_of(proposed: Proposed) -> Sequence[SourceRow]:
    """The approved lines with what is proposed for them."""
    rows = []
    for line in proposed.request.lines:
        chosen = proposed.sources.get(line.id)
        if chosen is None:
            continue
        beside = proposed.beside.get(line.id)
        available = beside.available if beside is not None and beside.is_kept else None
        reason = line.decision_reason if chosen.source == NO_SOURCE else ""
        rows.append(SourceRow(line, chosen.source, reason or chosen.reason, available))
    return rows


def source_columns() -> tuple[Column, ...]:
    """Drug, what is approved, what there is, the source, and why it is not supplied."""
    return (
        Column("drug", tr("药品"), width=230, stretch=True, value=lambda row: drug_words(row.line)),
        Column("approved", tr("批准"), width=76, align="right", bold=True, value=lambda row: row.line.approved),
        Column("available", tr("本院可供"), width=84, align="right", value=_available),
        Column("source", tr("货源"), width=150, editable=True, value=_source),
        Column("reason", tr("不供应的原因"), width=240, editable=True, value=_reason),
    )


def _available(row: SourceRow) -> Cell:
    if row.available is None:
        return Cell("—", muted=True)
    missing = (row.line.approved or 0) - max(0, row.available)
    beneath = tr("缺 {units}", units=missing) if missing > 0 else ""
    return Cell(str(max(0, row.available)), second_line=beneath, tone="red" if missing > 0 else None)


def _source(row: SourceRow) -> Cell:
    if row.written:
        return Cell(row.written, tone="red")
    return Cell(tr(SOURCE_WORDS[row.source]))


def _reason(row: SourceRow) -> Cell:
    is_missing = row.remark is not None and row.remark.tone == "red" and row.source == NO_SOURCE
    return Cell(reason_as_shown(row.reason), tone="red" if is_missing else None)


def open_release(services: Services, request: RequestView, on_done: Callable[[ActionResult], None],
                 on_stale: Callable[[], None], *, parent: QWidget) -> None:
    """Work the proposal out and show it."""

    def read() -> Proposed:
        return Proposed(
            request, services.releases.propose_sources(request.id), services.review_stock.lines(request.id)
        )

    services.runner.run(
        lambda _report, _cancelled: read(),
        on_done=lambda proposed: ReleaseWindow(services, proposed, on_done, on_stale, parent=parent).open(),
        on_error=lambda error: fail(services, error), title=tr("正在配货源"),
    )
