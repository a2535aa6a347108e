"""登记缺药: which drug, how much is needed, who waits for it. Also completes a draft that the program proposed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QWidget

from app.domain.message import msg
from app.domain.shortage_states import ShortageKind
from app.i18n import tr
from app.services.problems import refuse
from app.services.shortages import ShortageEdit
from ui.widgets.field_row import ComboBox, LineEdit
from ui.widgets.small_window import SmallWindow, date_control, optional_date

if TYPE_CHECKING:
    from app.services.catalogue import DrugView
    from app.services.shortages import ShortageView
    from ui.services import Services

MOST_OFFERED = 12
LARGEST = 10_000_000


@dataclass(frozen=True)
class ShortDrug:
    """A drug of the catalogue that is short, with what the ledger or the request knows of it; None unknown."""

    code: str
    text: str
    stock_now: int | None = None
    needed_a_month: int | None = None


class ReportWindow(SmallWindow):
    """The window. `drug` is given where it is known; otherwise it is found by its name or pinyin, or written freely."""

    def __init__(
        self, services: Services, drug: ShortDrug | None = None, *, report: ShortageView | None = None,
        request_id: str | None = None, sought: str = "", parent: QWidget | None = None,
    ) -> None:
        """`sought`: words by which nothing was found in the catalogue."""
        title = tr("登记缺药") if report is None else tr("补全缺药报告")
        super().__init__(title, tr("登记") if report is None else tr("保存"), name="shortage_window", parent=parent)
        self._services, self._drug, self._report, self._request_id = services, drug, report, request_id
        self._seen: dict[str, DrugView] = {}
        self._ask_drug()
        self.kind = ComboBox(name="shortage_kind", accessible_name=tr("类别"))
        self.kind.set_options([(kind.value, tr(kind.label)) for kind in ShortageKind if kind is not ShortageKind.NEW_VARIETY])
        self.add_field("kind", tr("类别"), self.kind)
        self.needed = self._line("needed", tr("每月需要多少"), tr("按最小发药单位（片、粒、支）；不知道就空着"))
        self.residents = self._line("residents", tr("影响多少居民"), tr("在用这种药、现在拿不到的人数"))
        self.stock = self._line("stock", tr("现有库存"), "")
        self.last = date_control("shortage_last", tr("上次到货日期"), services.desk.today())
        self.add_field("last", tr("上次到货日期"), self.last)
        self.tried = self._line("tried", tr("试过什么替代"), tr("例如：换用氨氯地平，3 人不能耐受"))
        self._show_start()
        if sought and self.drug_line is not None:
            self.drug_line.setText(sought)
            self.kind.set_value(ShortageKind.NOT_LISTED.value)

    def open_with(self, then: Callable[[], None]) -> None:
        """Show the window; `then` follows when the report is written."""
        self.start(self._write, then)
        first = self.drug_line if self.drug_line is not None else self.needed
        first.setFocus(Qt.FocusReason.TabFocusReason)

    def _ask_drug(self) -> None:
        self.drug_line: LineEdit | None = None
        if self._report is not None or self._drug is not None:
            self.add_text(self._drug.text if self._drug is not None else self._report.drug_text)  # type: ignore[union-attr]
            return
        self.drug_line = LineEdit(name="shortage_drug", accessible_name=tr("药品"), placeholder=tr("药品名或拼音首字母"))
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.drug_line.setCompleter(completer)
        self.drug_line.textEdited.connect(self._find)
        self.add_field("drug", tr("药品"), self.drug_line, tr("目录里没有的药，写全名和规格"))

    def _line(self, code: str, caption: str, hint: str) -> LineEdit:
        line = LineEdit(name=f"shortage_{code}", accessible_name=caption)
        self.add_field(code, caption, line, hint)
        return line

    def _show_start(self) -> None:
        report, drug = self._report, self._drug
        if report is not None:
            self.kind.set_value(report.kind.value)
            values = (report.needed_a_month, report.residents_affected, report.stock_now, report.alternatives_tried)
            self.last.show_raw(report.last_received_on)
        else:
            known = drug or ShortDrug("", "")
            out = ShortageKind.CUT_OFF if not known.stock_now else ShortageKind.TOO_LITTLE
            self.kind.set_value((out if known.code else ShortageKind.CUT_OFF).value)
            values = (known.needed_a_month, None, known.stock_now, "")
        for line, value in zip((self.needed, self.residents, self.stock, self.tried), values, strict=True):
            line.setText("" if value is None else str(value))

    def _find(self, text: str) -> None:
        found = self._services.catalogue.find(text, limit=MOST_OFFERED) if text.strip() else []
        offered = {f"{drug.name} {drug.strength}".strip(): drug for drug in found}
        self._names.setStringList(list(offered))
        self._seen |= offered

    def _write(self) -> None:
        edit = self._edit()
        shortages = self._services.shortages
        if self._report is not None:
            shortages.complete(self._report.id, edit, self._report.version)
        else:
            shortages.register(edit)

    def _edit(self) -> ShortageEdit:
        """What was written. Raises Refused beside the field."""
        text, code = self._drug_written()
        return ShortageEdit(
            drug_text=text, kind=ShortageKind(str(self.kind.value())), drug_code=code,
            needed_a_month=whole(self.needed.text(), "needed"), residents_affected=whole(self.residents.text(), "residents"),
            stock_now=whole(self.stock.text(), "stock"), last_received_on=optional_date(self.last, "last"),
            alternatives_tried=self.tried.text(), request_id=self._request_id,
        )

    def _drug_written(self) -> tuple[str, str]:
        if self._report is not None:
            return self._report.drug_text, self._report.drug_code
        if self._drug is not None or self.drug_line is None:
            return (self._drug.text, self._drug.code) if self._drug is not None else ("", "")
        text = self.drug_line.text().strip()
        if text and text not in self._seen:
            self._find(re.split(r"[\s(（]", text)[0])
        chosen = self._seen.get(text)
        named = [drug for drug in self._seen.values() if drug.name == text]
        if chosen is None and len(named) == 1:
            chosen = named[0]
        if chosen is None and text and text.isascii() and self._seen:
            raise refuse("drug", msg("请从列出的药品里选一种，或写出药品的全名。"))
        return text, chosen.code if chosen is not None else ""


def whole(text: str, code: str) -> int | None:
    """The number that was written, None when nothing was. Raises Refused naming the field."""
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) > LARGEST:
        raise refuse(code, msg("请填 0 或正整数，不知道就空着；您填的是“{written}”。", written=text[:20]))
    return int(text)
