"""What stands beside the lines: the card of the chosen one, and the chips that the shelf puts into the remarks."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from app.domain.request_terms import Kind
from app.i18n import tr
from ui.screens.exchange.files import fail
from ui.screens.requests.layout import CATALOGUE
from ui.screens.requests.line_table import line_edit_of

if TYPE_CHECKING:
    from app.services.request_views import RequestView
    from app.services.request_workings import LineMarks, LineWorking
    from ui.screens.requests.rows import RequestRow
    from ui.screens.requests.screen import RequestsScreen


class Beside:
    """Reads what a line needs when it is chosen, and remembers it until the request is read again."""

    def __init__(self, screen: RequestsScreen) -> None:
        self._screen = screen
        self._use: dict[str, list[tuple[str, Decimal]]] = {}
        self._workings: dict[str, LineWorking | None] = {}
        self._shown: object = None

    def forget(self) -> None:
        """Everything is read again."""
        self._use.clear()
        self._workings.clear()
        self._shown = None

    def forget_use(self, drug_code: str) -> None:
        """The use written for this drug has changed."""
        self._use.pop(drug_code, None)
        self._shown = None

    def show_line(self, row: RequestRow | None) -> None:
        """The card of a line: the steps of the ledger while it is written, else its sentence."""
        card, sheet = self._screen.parts.arithmetic, self._screen.open_sheet()
        if row is None:
            self._shown = None
            card.show_line(None, remark="", history=(), is_editable=False)
            return
        shown = (row.line, row.remark, row.has_report, sheet.view.id, sheet.is_editable, sheet.has_unusable(row.line.id))
        if shown == self._shown:
            return
        self._shown = shown
        code, requests = row.line.drug_code, self._screen.services.requests
        in_steps = sheet.is_editable and bool(row.line.basis)
        if in_steps and code not in self._workings:
            self._workings[code] = requests.working(code)
        if not in_steps and code not in self._use:
            self._use[code] = requests.use_history(code)
        card.show_line(
            row.line, remark=row.remark.sentence if row.remark is not None else "", history=self._use.get(code, ()),
            is_editable=sheet.is_editable, working=self._workings.get(code) if in_steps else None,
            is_only_told=row.remark is not None and row.remark.tone != "red",
            has_unusable=shown[-1], has_report=row.has_report,
        )

    def show_chosen(self) -> None:
        """The card of the chosen line; in the catalogue of the marked drug, which the request may have no line of."""
        row, parts = self._screen.chosen_line(), self._screen.parts
        self.show_line(row)
        marked = parts.catalogue.marked() if parts.current_tab() == CATALOGUE else None
        if row is None and marked is not None:
            name = tr("{drug} {strength}", drug=marked.drug.name, strength=marked.drug.strength)
            words = tr("还不在这张申领单里。按 ↵ 加进来，就看到建议量怎么算。") if self._screen.open_sheet().is_editable else tr(
                "不在这张申领单里。")
            parts.arithmetic.show_other_drug(name, words)

    def read_figures(self) -> None:
        """The ledger has gone on since the draft was written: its figures are read anew in the background.

        Nothing that is being typed is touched; its cell is stored first, and then finds the newer request by itself.
        """
        sheet, requests = self._screen.open_sheet(), self._screen.services.requests
        request_id, services = sheet.view.id, self._screen.services
        services.runner.run(
            lambda _report, _cancelled: requests.refreshed(request_id), on_done=self._show_figures,
            on_error=lambda error: fail(services, error),
        )

    def _show_figures(self, view: RequestView | None) -> None:
        sheet, table = self._screen.sheet, self._screen.parts.table
        if view is None or sheet is None or sheet.view.id != view.id or sheet.version >= view.version:
            return
        if line_edit_of(table) is not None:
            return
        self._screen.show_anew(view)
        self.read_marks()

    def read_ahead(self) -> None:
        """What a new request would propose is worked out in the background, so that the button need not wait for it."""
        services = self._screen.services
        if self._screen.start_of(Kind.REGULAR) is not None:
            services.runner.run(lambda _report, _cancelled: services.requests.read_ahead(),
                                on_error=lambda error: fail(services, error))

    def read_marks(self) -> None:
        """What the shelf tells of the drugs, in the background: a line is written without it."""
        sheet, requests = self._screen.open_sheet(), self._screen.services.requests
        request_id = sheet.view.id

        def work(_report: object, _cancelled: object) -> tuple[Mapping[str, LineMarks], frozenset[str]]:
            return requests.marks(request_id) if sheet.is_of_ledger else {}, requests.short_drugs(request_id)

        self._screen.services.runner.run(work, on_done=lambda told: self._show_marks(request_id, *told))

    def _show_marks(self, request_id: str, marks: Mapping[str, LineMarks], reported: frozenset[str]) -> None:
        sheet, table = self._screen.sheet, self._screen.parts.table
        if sheet is None or sheet.view.id != request_id or (sheet.marks, sheet.reported) == (marks, reported):
            return
        news = {code for code in (*sheet.marks, *marks) if sheet.marks.get(code) != marks.get(code)}
        news |= sheet.reported ^ reported
        sheet.marks, sheet.reported = marks, reported
        for number, shown in enumerate(table.rows()):
            if shown.line.drug_code not in news:
                continue
            row = sheet.row(shown.line.id)
            # What is being typed must not be overwritten by what stands in the cell.
            if row != shown and not (number == table.current_number() and line_edit_of(table) is not None):
                table.replace_row(number, row)
        self._screen.show_head()

    def after_shortage(self, drug: str) -> None:
        """A report was written down: its line says so."""
        self.read_marks()
        self.show_chosen()
        self._screen.services.say(tr("已登记 {drug} 缺药，在“库存”的“缺药”里上报。", drug=drug))

    def acknowledge(self) -> None:
        """F7: the expired or held goods of the chosen drug are known (they can be written off in 库存 too)."""
        row, sheet = self._screen.chosen_line(), self._screen.sheet
        if row is not None and sheet is not None and sheet.is_editable and sheet.has_unusable(row.line.id):
            sheet.acknowledge(row.line.id)
            self._screen.show_one_line(row.line.id)
