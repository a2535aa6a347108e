"""药品 × 村 in a window: what every village asks for of every drug; Enter in a cell opens that request at that drug."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QTableView, QWidget

from app.i18n import tr
from ui.screens.exchange.files import fail
from ui.screens.review.comparison import short_name
from ui.screens.review.windows import TableWindow
from ui.theme import tokens
from ui.theme.theme import current_theme
from ui.widgets.labels import label
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.review_pivot import Pivot, PivotRow
    from ui.services import Services

FIRST = ("drug", "asked", "own_stock", "approved", "short")
KEPT = 2
"""Drug and sum stay in sight while the villages scroll sideways."""


class PivotTable(DataTable):
    """The table with its chosen cell framed: here a cell is chosen, not a line."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells, then the frame."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        self.paint_over(painter, self)
        painter.end()

    def paint_over(self, painter: QPainter, view: QTableView) -> None:
        """The frame of the chosen cell."""
        index = self.currentIndex()
        if not index.isValid() or view.isColumnHidden(index.column()):
            return
        theme = current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.colours.focus), tokens.FOCUS_WIDTH))
        painter.drawRoundedRect(QRectF(view.visualRect(index)).adjusted(1.5, 1.5, -1.5, -2.5), theme.px(4), theme.px(4))

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """The frame follows, also within a line."""
        super().currentChanged(current, previous)
        self.viewport().update()
        if current.isValid():
            self.row_selected.emit(self.rows()[current.row()])


class PivotWindow(TableWindow):
    """`on_open(request_id, drug_code)` is called for a cell."""

    def __init__(self, services: Services, pivot: Pivot, on_open: Callable[[str, str], None], *, parent: QWidget) -> None:
        super().__init__(services, tr("药品×村　待审申领汇总"), name="pivot_window", width=1240, height=700, parent=parent)
        self._pivot, self._on_open = pivot, on_open
        short = sum(1 for row in pivot.rows if row.short)
        self.set_words(tr("{clinics} 个村，{drugs} 种药品，{short} 种不够各村申领（排在前面）。方向键选格，↵ 打开那张申领单。",
                          clinics=len(pivot.clinics), drugs=len(pivot.rows), short=short))
        self.table = PivotTable(pivot_columns(pivot), name="pivot", accessible_name=tr("药品×村"), row_height=46, least_rows=2,
                                empty_text=tr("现在没有待审的申领单。"))
        self.table.keep_columns(KEPT)
        self.table.set_rows(list(pivot.rows))
        self.told = label("", "strong", name="pivot_cell", wrap=True)
        self.add_body(self.table, 1)
        self.add_body(self.told)
        self.table.row_selected.connect(lambda _row: self._tell())
        self.table.row_activated.connect(lambda _row: self.open_chosen())
        self.add_papers(tr("申领汇总"), self._file, self._print_parts)
        self.add_do(tr("打开申领单"), self.open_chosen)
        if pivot.rows:
            first = next(iter(pivot.rows[0].cells))
            column = len(FIRST) + [clinic for clinic, _name in pivot.clinics].index(first)
            self.table.setCurrentIndex(self.table.rows_model.index(0, column))
        self.table.setFocus()
        self._tell()

    def open_chosen(self) -> None:
        """Open the request behind the chosen cell."""
        row, clinic = self._chosen()
        cell = row.cells.get(clinic) if row is not None else None
        if row is None or cell is None or not cell.request_ids:
            self.tell_problem(tr("这一格没有申领。请选有数量的一格。"))
            return
        self.accept()
        self._on_open(cell.request_ids[0], row.drug_code)

    def _chosen(self) -> tuple[PivotRow | None, str]:
        index = self.table.currentIndex()
        if not index.isValid():
            return None, ""
        key = self.table.rows_model.columns[index.column()].key
        return self.table.rows()[index.row()], key

    def _tell(self) -> None:
        """The chosen cell in words, for the drug's name may be out of sight."""
        self.tell_problem("")
        row, clinic = self._chosen()
        if row is None:
            self.told.setText("")
            return
        drug = tr("{drug} {strength}", drug=row.drug_name, strength=row.strength)
        cell = row.cells.get(clinic)
        names = dict(self._pivot.clinics)
        values = {"drug": drug.strip(), "unit": row.unit, "stock": max(0, row.own_stock), "asked": row.asked, "short": row.short}
        if cell is None:
            self.told.setText(tr("{drug}：本院可供 {stock} {unit}，各村共申领 {asked}，缺 {short}。", **values))
            return
        values |= {"clinic": short_name(names.get(clinic, "")), "here": cell.asked, "given": cell.approved}
        if cell.approved is None:
            words = tr("{drug}：{clinic}申领 {here} {unit}，还没有批；本院可供 {stock}，各村共申领 {asked}。", **values)
        else:
            words = tr("{drug}：{clinic}申领 {here} {unit}，已批 {given}；本院可供 {stock}，各村共申领 {asked}。", **values)
        self.told.setText(words)

    def _file(self) -> ListSheet:
        from app.services.review_sheets import pivot_file

        return pivot_file(self._pivot, self.services.desk.today())

    def _print_parts(self) -> None:
        services, pivot = self.services, self._pivot
        names = {clinic: short_name(name) for clinic, name in pivot.clinics}

        def made() -> tuple[bytes, str]:
            from app.printing.lists import table_pdf
            from app.services.review_sheets import pivot_tables

            tables = pivot_tables(pivot, services.desk.today(), names, services.desk.place.name)
            return table_pdf(*tables), tables[0].title

        if pivot.rows:
            services.runner.run(
                lambda _report, _cancelled: made(), on_done=lambda pdf: services.preview(*pdf),
                on_error=lambda error: fail(services, error), title=tr("正在排版"),
            )


def pivot_columns(pivot: Pivot) -> tuple[Column, ...]:
    """The drug with its sums, then one column for each village."""
    clinics = tuple(
        Column(clinic, short_name(name), width=70, align="right", tip=name, value=_cell_of(clinic))
        for clinic, name in pivot.clinics
    )
    return (
        Column("drug", tr("药品"), width=210, stretch=True,
               value=lambda row: Cell(row.drug_name, second_line=row.strength, bold=True)),
        Column("asked", tr("合计"), width=62, align="right", bold=True),
        Column("own_stock", tr("可供"), width=62, align="right", value=lambda row: max(0, row.own_stock)),
        Column("approved", tr("已批"), width=62, align="right"),
        Column("short", tr("缺口"), width=62, align="right",
               value=lambda row: Cell(str(row.short), tone="red") if row.short else Cell("0", muted=True)),
        *clinics,
    )


def _cell_of(clinic: str) -> Callable[[PivotRow], Cell]:
    def cell(row: PivotRow) -> Cell:
        found = row.cells.get(clinic)
        if found is None:
            return Cell()
        beneath = "" if found.approved is None else tr("批 {units}", units=found.approved)
        return Cell(str(found.asked), second_line=beneath)

    return cell


def open_pivot(services: Services, on_open: Callable[[str, str], None], *, parent: QWidget) -> None:
    """Read what is open and show it."""
    services.runner.run(
        lambda _report, _cancelled: services.review_stock.pivot(),
        on_done=lambda pivot: PivotWindow(services, pivot, on_open, parent=parent).open(),
        on_error=lambda error: fail(services, error), title=tr("正在汇总"),
    )


