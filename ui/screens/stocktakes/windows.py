"""The small windows of 盘点: how to begin, a batch that no line names, the packs that are missing, why it is given up."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.i18n import tr
from app.services.problems import refuse
from ui.screens.receiving.drug_picker import DrugPicker
from ui.screens.stocktakes.sheet import read_count
from ui.widgets.field_row import LineEdit
from ui.widgets.segmented import Option, Segmented
from ui.widgets.small_window import SmallWindow, date_control, date_of
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.services.catalogue import Catalogue
    from app.services.stock_positions import Position
    from app.services.stocktake_codes import PackOnShelf
    from app.services.stocktake_found import FoundBatch
    from app.services.stocktake_views import StocktakeLineView

ALL_DRUGS, SOME_DRUGS = "all", "some"
BLIND, WITH_BOOK = "blind", "book"


class MarkTable(DataTable):
    """A table in which Space or a double click marks a row; `marked` are the keys of the rows.

    `mark_changed` after each; `done` by Enter, which is the key of the window's button.
    """

    mark_changed = Signal()
    done = Signal()

    def __init__(self, columns: Sequence[Column], *, key: str, name: str, accessible_name: str, empty_text: str) -> None:
        self.marked: list[str] = []
        self._key = key
        mark = Column("mark", "", width=34, align="center", value=self._mark)
        super().__init__((mark, *columns), name=name, accessible_name=accessible_name, inside_card=True, row_height=32,
                         empty_text=empty_text)
        self.row_activated.connect(self.toggle)

    def toggle(self, row: object) -> None:
        """Mark a row, or take the mark away."""
        key = str(getattr(row, self._key))
        if key in self.marked:
            self.marked.remove(key)
        else:
            self.marked.append(key)
        self.viewport().update()
        self.setAccessibleDescription(tr("已选 {count}", count=len(self.marked)))
        self.mark_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space marks, Enter is done."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.done.emit()
            return
        if event.key() == Qt.Key.Key_Space and self.current_row() is not None:
            self.toggle(self.current_row())
            return
        super().keyPressEvent(event)

    def _mark(self, row: object) -> Cell:
        return Cell("✓" if str(getattr(row, self._key)) in self.marked else "", bold=True, tone="green")


class BeginWindow(SmallWindow):
    """开始盘点: everything or some drugs, blind or with the book."""

    def __init__(self, drugs: list[Position], parent: QWidget | None = None) -> None:
        super().__init__(tr("开始盘点"), tr("开始"), name="begin_stocktake", parent=parent)
        self._every = drugs
        self.scope = Segmented(
            (Option(ALL_DRUGS, tr("全部药品"), "1"), Option(SOME_DRUGS, tr("选几种"), "2")),
            name="stocktake_scope", accessible_name=tr("盘哪些"),
        )
        self.manner = Segmented(
            (Option(BLIND, tr("盲盘，不显示账面"), "1"), Option(WITH_BOOK, tr("显示账面"), "2")),
            name="stocktake_manner", accessible_name=tr("账面数"),
        )
        self.search = LineEdit(name="stocktake_search", accessible_name=tr("找药品"), placeholder=tr("药品名或拼音首字母"))
        self.table = MarkTable(
            (Column("name", tr("药品"), width=150, stretch=True, value=lambda row: Cell(row.name, suffix=row.strength)),
             Column("nearest_expiry", tr("最近效期"), width=100)),
            key="drug_code", name="stocktake_drugs", accessible_name=tr("要盘的药品"), empty_text=tr("没有这样的药品。"),
        )
        self.scope.set_value(ALL_DRUGS)
        self.manner.set_value(BLIND)
        self.add_field("scope", tr("盘哪些"), self.scope)
        self.add_field("search", tr("选药品"), self.search, tr("↵ 到名单，空格选中，再按 ↵ 开始"))
        self.chosen = self.add_text("", name="stocktake_chosen")
        self.add_field("drugs", tr("库里的药品"), self.table)
        self.add_field("manner", tr("账面数"), self.manner, tr("盲盘时先数实物，提交核对后才看到账面"))
        self.scope.changed.connect(lambda _value: self._settle())
        self.search.textChanged.connect(lambda _text: self._find())
        self.search.returnPressed.connect(self.table.setFocus)
        self.table.mark_changed.connect(self._show_chosen)
        self.table.done.connect(self.on_do)
        self._find()
        self._settle()
        self.scope.setFocus()

    def drug_codes(self) -> tuple[str, ...] | None:
        """The chosen drugs; None for everything. Raises Refused while none is chosen."""
        if self.scope.value() != SOME_DRUGS:
            return None
        if not self.table.marked:
            raise refuse("drugs", msg("请选出要盘的药品：在名单里按空格选中。"))
        return tuple(self.table.marked)

    def is_blind(self) -> bool:
        """Whether the book is hidden while counting."""
        return self.manner.value() != WITH_BOOK

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in the search line goes to the list."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.focusWidget() is self.search:
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.focusWidget() in (self.scope, self.manner):
            self.on_do()
            return
        super().keyPressEvent(event)

    def _find(self) -> None:
        text = self.search.text().strip().lower()
        rows = [drug for drug in self._every if text in drug.name or text in drug.pinyin.lower()]
        self.table.set_rows(rows, keep=lambda row: row.drug_code)
        self.table.fit_height(most_rows=6)
        if self.table.current_number() < 0:
            self.table.select_row(0)

    def _settle(self) -> None:
        is_some = self.scope.value() == SOME_DRUGS
        for code in ("search", "drugs"):
            self.fields[code].setVisible(is_some)
        self._show_chosen()
        self.show_sentences({})

    def _show_chosen(self) -> None:
        """The drugs that are chosen, also those that the search has hidden."""
        names = {drug.drug_code: tr("{drug} {strength}", drug=drug.name, strength=drug.strength) for drug in self._every}
        chosen = [names[code] for code in self.table.marked]
        words = tr("已选 {count} 种：{drugs}", count=len(chosen), drugs=tr("、").join(chosen)) if chosen else tr("还没有选。")
        self.chosen.setText(words)
        self.chosen.setVisible(self.scope.value() == SOME_DRUGS)
        self._fit()


class FoundWindow(SmallWindow):
    """盘点时发现的新批次: goods that no line names."""

    def __init__(self, catalogue: Catalogue, today: date, parent: QWidget | None = None) -> None:
        super().__init__(tr("发现新批次"), tr("记下"), name="found_window", parent=parent)
        self.add_text(tr("架上有、盘点表上没有的批次在这里记下，作为盘盈，原因先记“找到”。"))
        self.picker = DrugPicker(catalogue, name="found_drug")
        self.batch_no = LineEdit(name="found_batch", accessible_name=tr("批号"))
        self.expiry = date_control("found_expiry", tr("有效期至"), today)
        self.counted = LineEdit(name="found_counted", accessible_name=tr("实盘"))
        self.add_field("drug", tr("药品"), self.picker)
        self.add_field("batch_no", tr("批号"), self.batch_no, tr("按药盒填写"))
        self.add_field("expiry", tr("有效期至"), self.expiry)
        self.add_field("counted", tr("实盘"), self.counted, tr("最小发药单位，也可以填“3盒6片”"))
        self.picker.chosen.connect(self.batch_no.setFocus)
        self.picker.setFocus()

    def found(self) -> FoundBatch:
        """What was written. Raises Refused beside what can't be."""
        from app.services.stocktake_found import FoundBatch

        drug = self.picker.drug()
        if drug is None:
            raise refuse("drug", msg("请在目录里选择药品。"))
        if not self.batch_no.text().strip():
            raise refuse("batch_no", msg("请按药盒填写批号。"))
        expiry = date_of(self.expiry, "expiry")
        units = read_count(self.counted.text(), drug.units_per_pack, drug.pack_unit, drug.unit)
        return FoundBatch(drug.code, self.batch_no.text().strip(), expiry, self.counted.text() if units is None else units)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in the search line chooses the drug and goes on to the batch."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.picker.isAncestorOf(self.focusWidget()):
            return
        super().keyPressEvent(event)


class PacksWindow(SmallWindow):
    """缺的是哪几盒: the packs of a batch that should be here. Scanning what stands there leaves the missing ones."""

    def __init__(self, line: StocktakeLineView, packs: Sequence[PackOnShelf], parent: QWidget | None = None) -> None:
        super().__init__(tr("缺的是哪几盒"), tr("就是这些"), name="packs_window", leave=tr("说不清是哪一盒"), parent=parent)
        self._packs = tuple(packs)
        self._seen: set[str] = set()
        short = -(line.difference or 0)
        names = {"drug": line.drug_name, "batch": line.batch_no, "unit": line.unit}
        self.add_text(tr("{drug} 批号 {batch}：少 {count} {unit}。", count=short, **names))
        self.add_text(tr("把架上的盒逐盒扫一遍，没扫到的就是缺的；也可以在名单里按空格选出缺的盒。"))
        self.scan = LineEdit(name="pack_scan", accessible_name=tr("扫架上的盒"))
        self.table = MarkTable(
            (Column("code", tr("追溯码"), width=180, stretch=True),
             Column("units_left", tr("应剩"), width=70, align="right"),
             Column("state", tr("情况"), width=76, value=self._state)),
            key="code", name="packs", accessible_name=tr("在库的盒"), empty_text=tr("这一批没有追溯码。"),
        )
        self.table.set_rows(self._packs)
        self.table.fit_height(most_rows=8)
        self.add_field("scan", tr("扫架上的盒"), self.scan)
        self.add_field("packs", tr("缺的盒（打 ✓ 的）"), self.table)
        self.add_text(tr("说不清时，这一批的盒都记为“待查”，以后扫到哪一盒，哪一盒就算在库。"))
        self.scan.returnPressed.connect(self._on_scan)
        self.table.done.connect(self.on_do)

    def missing(self) -> tuple[str, ...]:
        """The packs that are marked. Raises Refused for none."""
        if not self.table.marked:
            raise refuse("packs", msg("请选出缺的盒；说不清时按“说不清是哪一盒”。"))
        return tuple(self.table.marked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter behind a scan is no answer yet."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.focusWidget() is self.scan:
            return
        super().keyPressEvent(event)

    def _on_scan(self) -> None:
        """What was scanned is here; all that was not is marked as missing."""
        from app.domain.trace_codes import clean_code

        code = clean_code(self.scan.text())
        self.scan.clear()
        if not code:
            return
        if code not in {pack.code for pack in self._packs}:
            words = tr("追溯码 {code} 不在这一批的在库名单里，没有记。", code=code[:24])
            self.show_sentences({"scan": words})
            return
        self.show_sentences({})
        self._seen.add(code)
        self.table.marked = [pack.code for pack in self._packs if pack.code not in self._seen]
        self.table.viewport().update()
        self.scan.setFocus()

    def _state(self, pack: PackOnShelf) -> Cell:
        if pack.code in self._seen:
            return Cell(tr("在架"), tone="green")
        return Cell(tr("待查"), tone="amber") if pack.is_uncertain else Cell("")


class FoundPacksWindow(SmallWindow):
    """多出来的是哪几盒: the packs of a surplus, scanned onto the shelf."""

    def __init__(self, line: StocktakeLineView, known: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(tr("扫多出来的盒"), tr("就是这些"), name="found_packs_window", parent=parent)
        names = {"drug": line.drug_name, "batch": line.batch_no, "unit": line.unit}
        self.add_text(tr("{drug} 批号 {batch}：多 {count} {unit}。", count=line.difference or 0, **names))
        self.add_text(tr("把多出来的盒逐盒扫码，完成盘点时一起入库；没有码的不用扫。"))
        self._codes = list(known)
        self.scan = LineEdit(name="found_pack_scan", accessible_name=tr("扫多出来的盒"))
        self.table = DataTable(
            (Column("code", tr("追溯码"), width=200, stretch=True, value=str),), name="found_packs",
            accessible_name=tr("扫到的盒"), inside_card=True, row_height=32, empty_text=tr("还没有扫。"),
        )
        self.add_field("scan", tr("扫码"), self.scan)
        self.add_field("packs", tr("扫到的盒"), self.table)
        self.scan.returnPressed.connect(self._on_scan)
        self._show()

    def found(self) -> tuple[str, ...]:
        """The codes scanned."""
        return tuple(self._codes)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter behind a scan is no answer yet."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.focusWidget() is self.scan:
            return
        super().keyPressEvent(event)

    def _on_scan(self) -> None:
        from app.domain.trace_codes import clean_code, is_code

        code = clean_code(self.scan.text())
        self.scan.clear()
        if not code:
            return
        self.show_sentences({})
        if not is_code(code):
            self.show_sentences({"scan": tr("“{code}”不是药品追溯码：追溯码是 20 位数字。没有记，请重新扫码。", code=code[:24])})
        elif code in self._codes:
            self.show_sentences({"scan": tr("追溯码 {code} 扫了两次。这一盒只记了一次，请接着扫下一盒。", code=code)})
        else:
            self._codes.append(code)
        self._show()

    def _show(self) -> None:
        self.table.set_rows(self._codes)
        self.table.fit_height(most_rows=8)


class CancelWindow(SmallWindow):
    """取消盘点, with its reason."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("取消这次盘点？"), tr("取消盘点"), name="cancel_stocktake", leave=tr("不取消"), parent=parent)
        self.add_text(tr("已录入的实盘数保留在记录里，库存不变。取消后不能再继续这一次。"))
        self.reason = LineEdit(name="cancel_reason", accessible_name=tr("原因"))
        self.add_field("reason", tr("原因"), self.reason)
        self.reason.setFocus()
