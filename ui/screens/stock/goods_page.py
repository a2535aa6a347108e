"""期初建账, 调入, 捐赠, 外部渠道: goods that no shipment brought, a drug and batch to a line, booked all together or not at all.

A drug is found in the line above and its answers typed one after the other with Enter; or the lines come from a
spreadsheet. What is typed is kept as a draft at once. A line that can't be booked says why beneath it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.domain.message import msg
from app.domain.trace_codes import clean_code, drug_digits
from app.errors import CunyiError
from app.forms.vocabulary import Level
from app.i18n import tr
from app.services.catalogue_sheets import pack_words
from app.services.problems import Refused
from app.services.stock_documents import Approval
from app.services.stock_goods import GoodsLine
from ui.dialogs import Answer, Question, show_failure
from ui.screens.new_maker import confirmed_maker
from ui.screens.requests.catalogue_page import SearchLine
from ui.screens.requests.line_table import LineTable
from ui.screens.requests.notice_strip import NoticeStrip
from ui.screens.stock.approval_field import ApprovalControls
from ui.screens.stock.batch_windows import moment_of
from ui.screens.stock.goods_rows import GoodsRow, GoodsRows, Incoming, columns, line_of, remark_of
from ui.screens.stock.output import WORKBOOK, told
from ui.screens.stock.words import DASH, yuan
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import PageHeader
from ui.widgets.field_row import LabelledField, LineEdit
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.panes import ScrollPage
from ui.widgets.small_window import SmallWindow, date_control, date_of
from ui.widgets.table import Column, DataTable

if TYPE_CHECKING:
    from app.services.catalogue import DrugView
    from app.services.stock_actions import NewGoods, StockDocument
    from ui.services import Services

OFFERED = 30
OWN_KEYS = (
    ("F2", msg("找药品，加一行")), ("↵", msg("下一格；一行填完回到找药品")), ("Ctrl Delete", msg("去掉这一行")),
    ("Ctrl ↵", msg("记账")), ("Esc", msg("回库存表，填的内容留着")),
)


class GoodsTable(LineTable):
    """The grid. Enter goes to the next cell of the line; `line_ended()` behind its last."""

    line_ended = Signal()

    def go_on(self, index: QModelIndex, lines: int, cells: int) -> None:
        """Enter and Tab go to the right, Up to the line above."""
        if lines > 0:
            lines, cells = 0, 1
        last = max(n for n, column in enumerate(self.rows_model.columns) if column.editable)
        if cells > 0 and index.column() == last:
            self.line_ended.emit()
        else:
            super().go_on(index, lines, cells)


class GoodsPage(QWidget):
    """`begin(kind)` shows what was left of that kind. `booked()` after booking, `left()` when the user goes back."""

    booked = Signal()
    left = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("goods_page")
        self.services = services
        self.kind = Incoming.OPENING
        self.rows = GoodsRows()
        self.fields: dict[str, LabelledField] = {}
        self._approval: ApprovalControls | None = None
        column = Vertical(self, spacing=10)
        column.addWidget(self._build_header())
        inside = QWidget()
        inside.setProperty("kind", "plain")
        body = Vertical(inside, spacing=10)
        self._explanation = label("", "muted", name="goods_explanation", wrap=True)
        body.addWidget(self._explanation)
        self._head = FlowBox(spacing=12, row_spacing=6)
        body.addWidget(self._head)
        self.strip = NoticeStrip(name="goods_strip")
        body.addWidget(self.strip)
        self._build_search(body)
        self.table = GoodsTable(columns(), name="goods", accessible_name=tr("入库的药品"), home="batch_no", remark=remark_of,
                                empty_text=tr("还没有药品。在上面打药品名或拼音首字母，回车加一行。"))
        self.table.keep_columns(1)
        self.table.cell_edited.connect(self.write)
        self.table.line_ended.connect(self.begin_search)
        self.table.skip_asked.connect(lambda row: self.remove([row.id]))
        body.addWidget(self.table, 1)
        scroll = ScrollPage(inside, name="goods_scroll", modest=True, least_height=300)
        column.addWidget(scroll, 1)
        column.addWidget(self._build_foot())
        self.setFocusProxy(self.search)

    # --- what the page around calls ---------------------------------------------------------------------------

    def begin(self, kind: Incoming) -> None:
        """Show the page for a kind, with what was typed before."""
        self.kind = kind
        self.header.set_title(tr(kind.label))
        self._explanation.setText(tr(kind.explanation(self.services.kind)))
        for button in (self.read_file, self.empty_file):
            button.setVisible(kind is Incoming.OPENING)
        self._build_head()
        self._restore()
        self.strip.say("")
        self._show_rows()

    def begin_search(self) -> None:
        """F2: find the next drug."""
        self.table.finish_editing()
        self.search.setFocus()
        self.search.selectAll()

    def can_leave(self) -> bool:
        """What is typed is kept as a draft: nothing is lost."""
        self.table.finish_editing()
        return True

    def shortcuts(self) -> list[tuple[str, str]]:
        """The page's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    # --- rows -------------------------------------------------------------------------------------------------

    def add_chosen(self) -> None:
        """Enter in the search: a line of the marked drug, ready for its batch."""
        drug = self.offers.current_row()
        if drug is None:
            return
        row = self.rows.add(line_of(drug))
        self.search.clear()
        self._changed()
        self.table.setFocus()
        self.table.choose(self.rows.number(row.id), "batch_no", edit=True)

    def write(self, row: GoodsRow, key: str, text: str) -> None:
        """A cell was filled in."""
        changed = self.rows.write(row.id, key, text)
        self.table.replace_row(self.rows.number(row.id), changed)
        self._show_sums()
        self._keep()

    def remove(self, row_ids: Sequence[int]) -> None:
        """Take lines out."""
        self.rows.remove(row_ids)
        self._changed()

    def scan(self) -> None:
        """The codes of the packs of the chosen line."""
        row = self.table.current_row()
        if row is None:
            return
        window = SmallWindow(tr("追溯码"), tr("好了"), name="goods_scan", parent=self)
        window.add_text(tr("逐盒扫码，一行一个。没有扫的不影响入库；扫过的，发出时也要扫。"))
        box = QPlainTextEdit(row.text("codes"))
        box.setObjectName("goods_scan_codes")
        box.setAccessibleName(tr("追溯码"))
        box.setTabChangesFocus(True)
        window.add_field("codes", tr("追溯码"), box)
        window.start(lambda: self._take_codes(row, box.toPlainText().split()), lambda: None)

    def _take_codes(self, row: GoodsRow, codes: Sequence[str]) -> None:
        """Keep what was scanned; each maker that nobody knows yet is asked about once."""
        drug, asked = row.line.drug, set[str]()
        for code in codes if drug is not None else ():
            digits = drug_digits(clean_code(code))
            if digits not in asked and self.services.catalogue.is_new_maker(code, drug.code):
                asked.add(digits)
                confirmed_maker(self.services, code, drug.code)
        self.write(row, "codes", " ".join(codes))

    # --- files ------------------------------------------------------------------------------------------------

    def open_file(self) -> None:
        """Lines from a spreadsheet, added to those that are there."""
        file = self.services.dialogs.open_file(tr("从表格读入期初库存"), WORKBOOK)
        if file is None:
            return
        self.services.runner.run(lambda _report, _cancelled: self.services.stock.goods_file.read(file),
                                 on_done=lambda lines: self._take_lines(lines, file), on_error=told(self.services),
                                 title=tr("读取表格"))

    def save_empty(self) -> None:
        """An empty sheet to fill in."""
        file = self.services.dialogs.save_file(tr("存一份空表"), tr("期初库存.xlsx"), WORKBOOK)
        if file is not None:
            self._to_file(lambda: self.services.stock.goods_file.save_empty(file), file)

    def save_refused(self) -> None:
        """Write the lines that can't be booked into a file, each with why, and take them out."""
        wrong = self.rows.wrong()
        file = self.services.dialogs.save_file(tr("把有问题的行另存为"), tr("期初库存-没有记的行.xlsx"), WORKBOOK)
        if file is None or not wrong:
            return
        told_lines = [(row.line, "　".join(row.problems.values())) for row in wrong]
        if self._to_file(lambda: self.services.stock.goods_file.save_refused(file, told_lines), file):
            self.remove([row.id for row in wrong])

    def _to_file(self, write: Callable[[], object], file: Path) -> bool:
        try:
            write()
        except CunyiError as error:
            show_failure(self.services.dialogs, error)
            return False
        self.services.say(tr("已存成“{file}”。", file=file.name))
        return True

    def _take_lines(self, lines: Sequence[GoodsLine], file: Path) -> None:
        for line in lines:
            self.rows.add(line, is_strict=True)
        self._ask_books()
        self._changed()
        wrong = len(self.rows.wrong())
        read = tr("从“{file}”读入 {count} 行。", file=file.name, count=len(lines))
        if wrong:
            read += tr("有 {wrong} 行还不能记，原因写在行下：改好，或去掉并另存。其余的没有问题。", wrong=wrong)
        self.strip.say(read, "amber" if wrong else "green")

    # --- booking ----------------------------------------------------------------------------------------------

    def book(self) -> None:
        """Ctrl+Enter: book every line, or none."""
        self.table.finish_editing()
        for field in self.fields.values():
            field.set_problem("")
        self.rows.be_strict()
        self._ask_books()
        self._changed()
        if not self.rows.all():
            self.strip.say(tr("还没有填写药品。请至少填写一行。"), "amber")
            self.begin_search()
        elif self.rows.wrong():
            self._go_to_first_problem()
        else:
            self._book(frozenset())

    def _book(self, confirmed: frozenset[str]) -> None:
        goods = list(self.rows.goods().values())
        try:
            act = self._act(goods, confirmed)
        except Refused as error:
            self._show_refused(error)
            return
        self.services.runner.run(lambda _report, _cancelled: act(), on_done=self._on_booked,
                                 on_error=lambda error: self._on_refused(error, confirmed), title=tr("记账"))

    def _act(self, goods: Sequence[NewGoods], confirmed: frozenset[str]) -> Callable[[], StockDocument]:
        """What books the lines; what the window must be asked for is read here. Raises Refused."""
        actions = self.services.stock.actions
        day = date_of(self._day, "at")
        at: datetime | None = moment_of(day, self.services.desk.today(), comes=True)
        if self.kind is Incoming.OPENING:
            return lambda: actions.opening(goods, at=at, confirmed=confirmed)
        number, party, reason = (self._words(code) for code in ("number", "party", "reason"))
        if self.kind is Incoming.TRANSFER:
            return lambda: actions.transfer_in(goods, number=number, party=party, at=at, confirmed=confirmed)
        approval = self._approved(confirmed)
        if self.kind is Incoming.DONATION:
            return lambda: actions.donate_in(goods, party=party, approval=approval, number=number, reason=reason, at=at,
                                             confirmed=confirmed)
        return lambda: actions.receive_outside(goods, number=number, party=party, reason=reason, approval=approval, at=at,
                                               confirmed=confirmed)

    def _approved(self, confirmed: frozenset[str]) -> Approval:
        """The approval, asked for once: after a confirmed question it holds on."""
        if not confirmed and self._approval is not None:
            self._given = self._approval.approval()
        return self._given

    def _on_booked(self, document: StockDocument) -> None:
        count = len(document.movements)
        self.services.drafts.discard(self._draft_kind(), "")
        self.rows.clear()
        self._show_rows()
        self.services.say(tr("已记账 {count} 行，金额 {value}。", count=count, value=yuan(document.value_fen) or DASH))
        self.booked.emit()
        self.left.emit()

    def _on_refused(self, error: BaseException, confirmed: frozenset[str]) -> None:
        if not isinstance(error, Refused):
            told(self.services)(error)
            return
        asking = [each for each in error.problems if each.level is Level.ASK]
        if len(asking) < len(error.problems):
            self._show_refused(error)
            return
        sentences = "\n".join(dict.fromkeys(tr(each.message) for each in asking))
        question = Question(msg("请再核对一遍"), sentences, (Answer("book", msg("没有错，记账"), "primary"),
                            Answer("keep", msg("回去改"))), msg("还没有记账。"), harmless="keep")
        if self.services.dialogs.ask(question) == "book":
            self._book(confirmed | {each.code for each in asking})

    def _show_refused(self, error: Refused) -> None:
        """Each sentence beneath its line or beside its field, the others in the strip."""
        lines, others = _by_line(error), []
        for each in error.problems:
            if each.code in self.fields:
                self.fields[each.code].set_problem(tr(each.message))
            elif not each.code.startswith("lines."):
                others.append(tr(each.message))
        self.rows.tell(lines)
        self._show_rows()
        self.strip.say("　".join(others), "red")
        first = next((field for field in self.fields.values() if field.problem()), None)
        if first is not None:
            first.control.setFocus()
        else:
            self._go_to_first_problem()

    def _ask_books(self) -> None:
        """What the books say of an opening balance, line by line; what is only asked waits for the booking."""
        understood = self.rows.goods()
        if self.kind is not Incoming.OPENING or not understood:
            return
        problems = self.services.stock.actions.opening_problems(list(understood.values()))
        places = list(understood)
        refused = [each for each in problems if each.level is not Level.ASK]
        if refused:
            found = _by_line(Refused(refused))
            self.rows.tell({places[number]: said for number, said in found.items()})

    def _go_to_first_problem(self) -> None:
        wrong = self.rows.wrong()
        if not wrong:
            return
        key = next((key for key in wrong[0].problems if key != "drug"), "batch_no")
        self.strip.say(tr("有 {count} 行还不能记，什么也没有记账。原因写在行下。", count=len(wrong)), "amber")
        self.table.setFocus()
        self.table.choose(self.rows.number(wrong[0].id), key)

    def _words(self, code: str) -> str:
        control = self.fields[code].control if code in self.fields else None
        return control.text() if isinstance(control, LineEdit) else ""

    # --- the draft --------------------------------------------------------------------------------------------

    def _draft_kind(self) -> str:
        return f"stock_{self.kind.value}"

    def _keep(self) -> None:
        self.services.drafts.save(self._draft_kind(), "", {"rows": self.rows.payload()})

    def _restore(self) -> None:
        self.rows.clear()
        draft = self.services.drafts.get(self._draft_kind(), "")
        for kept in draft.payload.get("rows", ()) if draft is not None else ():
            drug = self.services.catalogue.get(str(kept["drug"])) if kept["drug"] else None
            line = GoodsLine(drug, {str(key): str(text) for key, text in kept["texts"].items()}, int(kept["source_line"]))
            self.rows.add(line)

    # --- showing ----------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        self._show_rows()
        self._keep()

    def _show_rows(self) -> None:
        self.table.show_lines(columns(), self.rows.all(), keep=lambda row: row.id)
        self._show_sums()

    def _show_sums(self) -> None:
        rows, wrong = self.rows.all(), self.rows.wrong()
        value = yuan(self.rows.value_fen()) or DASH
        self.note.setText(tr("{count} 行　金额 {value}　填好的随时保存", count=len(rows), value=value) if rows else "")
        self.note.setVisible(bool(rows))
        self.refused.setVisible(bool(wrong))
        self.refused.set_words(tr("去掉有问题的 {count} 行并另存", count=len(wrong)))
        self.drop.setEnabled(bool(rows))
        self.scan_button.setEnabled(bool(rows))

    def _find(self) -> None:
        text = self.search.text().strip()
        drugs: Sequence[DrugView] = self.services.catalogue.find(text, limit=OFFERED) if text else ()
        self.offers.setVisible(bool(text))
        self.offers.set_rows(drugs, keep=lambda drug: drug.code)
        self.offers.fit_height(most_rows=5)
        if drugs:
            self.offers.select_row(0)

    # --- putting together -------------------------------------------------------------------------------------

    def _build_header(self) -> QWidget:
        self.header = PageHeader("", name="goods_header")
        self.back = SecondaryButton(tr("返回库存表"), name="leave_goods", hint="Esc", icon_name="back")
        self.empty_file = SecondaryButton(tr("存一份空表"), name="goods_empty_file")
        self.read_file = SecondaryButton(tr("从表格读入…"), name="goods_read_file", icon_name="import")
        self.do_book = PrimaryButton(tr("记账"), name="goods_book", hint="Ctrl ↵")
        for button, does in ((self.back, self._leave), (self.empty_file, self.save_empty), (self.read_file, self.open_file),
                             (self.do_book, self.book)):
            button.clicked.connect(lambda _checked=False, do=does: do())
            self.header.add_action(button)
        return self.header

    def _build_search(self, body: Vertical) -> None:
        self.search = SearchLine(name="goods_search", accessible_name=tr("找药品"), width=320,
                                 placeholder=tr("药品名、拼音首字母或条码；↵ 加一行"))
        self.offers = DataTable(
            (Column("name", tr("药品"), width=180, stretch=True, bold=True), Column("strength", tr("规格"), width=170),
             Column("pack", tr("包装"), width=120, value=pack_words)),
            name="goods_offers", accessible_name=tr("药品目录"), inside_card=True,
            empty_text=tr("目录里没有这样的药品。可以换几个字，或只打拼音首字母。"))
        self.offers.hide()
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(self.add_chosen)
        self.search.moved.connect(lambda step: self.offers.select_row(
            max(0, min(self.offers.rows_model.rowCount() - 1, self.offers.current_number() + step))))
        self.offers.row_activated.connect(lambda _drug: self.add_chosen())
        body.addWidget(self.search)
        body.addWidget(self.offers)

    def _build_head(self) -> None:
        """The answers that stand for all lines."""
        self._head.clear()
        self.fields.clear()
        self._approval = None
        self._given = Approval()
        today = self.services.desk.today()
        opening = self.kind is Incoming.OPENING
        self._day = date_control("goods_day", tr("建账日期") if opening else tr("入库日期"), today, value=today)
        self._place("at", self._day.accessibleName(), self._day)
        if opening:
            return
        self._place("party", tr("从哪个单位来"), LineEdit(name="goods_party", accessible_name=tr("从哪个单位来"), width=170))
        number = tr("调拨单编号") if self.kind is Incoming.TRANSFER else tr("单据号")
        self._place("number", number, LineEdit(name="goods_number", accessible_name=number, width=130))
        if self.kind.needs_approval:
            self._place("reason", tr("原因"), LineEdit(name="goods_reason", accessible_name=tr("原因"), width=170))
            self._approval = ApprovalControls(self.services.desk, self.services.stock.approval_ways(), "goods")
            self._approval.put_into(self._place, lambda words: self._head.add(label(words, "warning", wrap=True)))

    def _place(self, code: str, caption: str, control: QWidget, hint: str = "") -> None:
        field = LabelledField(caption, control, name=control.objectName(), hint=hint)
        self.fields[code] = field
        self._head.add(field)

    def _build_foot(self) -> QWidget:
        foot = FlowBox(spacing=10, row_spacing=6)
        self.note = label("", "muted", name="goods_note")
        self.note.hide()
        foot.add(self.note)
        self.drop = SecondaryButton(tr("去掉这一行"), name="goods_drop", hint="Ctrl Delete", small=True)
        self.scan_button = SecondaryButton(tr("给这一行扫码…"), name="goods_scan_line", small=True)
        self.refused = SecondaryButton(tr("去掉有问题的行并另存"), name="goods_refused", small=True)
        self.drop.clicked.connect(self._drop_current)
        self.scan_button.clicked.connect(self.scan)
        self.refused.clicked.connect(self.save_refused)
        for button in (self.drop, self.scan_button, self.refused):
            foot.add(button)
        return foot

    def _drop_current(self) -> None:
        row = self.table.current_row()
        if row is not None:
            self.remove([row.id])

    def _leave(self) -> None:
        if self.can_leave():
            self.left.emit()


def _by_line(error: Refused) -> Mapping[int, dict[str, str]]:
    """The sentences of `lines.<number>.<answer>`, by number and answer."""
    found: dict[int, dict[str, str]] = {}
    for each in error.problems:
        parts = each.code.split(".")
        if parts[0] == "lines" and len(parts) == 3 and parts[1].isdigit():
            found.setdefault(int(parts[1]), {})[parts[2]] = tr(each.message)
    return found

