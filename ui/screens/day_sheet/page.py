"""One sheet at work: head, grid, what is told of the row, the actions; keeping its draft and saving it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.message import Message, msg
from app.errors import CunyiError
from app.forms.kinds import Date, Unreadable
from app.i18n import tr
from app.services.day_sheets import DaySaved, RefusedRow, RowState, sentences_of
from ui.dialogs import Answer, Question, show_failure
from ui.screens.day_sheet.grid import SheetGrid
from ui.screens.day_sheet.model import GridModel
from ui.screens.day_sheet.modes import SCREENING, VISITS, GridRow, Mode, VerdictLike
from ui.screens.day_sheet.panel import RowPanel
from ui.screens.follow_ups.referral_words import referral_place, referral_reason
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.field_row import LineEdit
from ui.widgets.form_view.fields import DateControl
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical

if TYPE_CHECKING:
    from ui.services import Services

DRAFT_AFTER_MS = 800
MOST_NAMED = 6
STANDING = (RowState.LACKING, RowState.ASKS, RowState.DECIDE, RowState.ALONE, RowState.REFUSED)


class SheetPage(QWidget):
    """Signals: `saved(DaySaved)` after rows were stored; `alone_asked(GridRow)`; `columns_asked`; `left`."""

    saved = Signal(object)
    alone_asked = Signal(object)
    columns_asked = Signal()
    left = Signal()

    def __init__(self, services: Services, mode: Mode, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("day_sheet_page")
        self._services = services
        self.mode = mode
        self.model = GridModel(mode)
        self.grid = SheetGrid(self.model)
        self.panel = RowPanel(mode.kind)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_AFTER_MS)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._has_draft = False
        self._build()
        self._connect()
        self.show_counts()
        self.grid.begin()
        self.show_row()
        self.setFocusProxy(self.grid)

    # --- what is shown ----------------------------------------------------------------------------------------

    def show_counts(self) -> None:
        """How many rows are ready, want something, are empty."""
        ready, standing = self.model.count(RowState.READY), self.model.count(*STANDING)
        empty = self.model.count(RowState.EMPTY)
        chips = (
            ChipText(tr("可以保存 {count}", count=ready), "green" if ready else "grey"),
            *([ChipText(tr("还不能保存 {count}", count=standing), "amber")] if standing else []),
            ChipText(tr("还没填 {count}", count=empty), "grey"),
        )  # fmt: skip
        if chips != self.header.chips():
            self.header.set_chips(chips)
            self._save.set_words(tr("保存 {count} 人", count=ready) if ready else tr("保存"))

    def show_row(self, verdict: VerdictLike | None = None) -> None:
        """Tell of the row with the cursor; `verdict` is what the rules say while a cell is being typed."""
        self._soon.stop()
        row = self.grid.current_row()
        if row is None:
            self.panel.show_nobody()
            return
        at = self.grid.currentIndex().column()
        column = self.model.columns[at] if at < len(self.model.columns) else None
        referred = is_referred(self.model.given(row).decided)
        self.panel.show_row(row, verdict or self.model.verdict(row), column, referred=referred)

    # --- deciding ---------------------------------------------------------------------------------------------

    def refer(self) -> None:
        """F8: make the referral that the rules propose for the row, or take it back."""
        row = self.grid.current_row()
        if row is None or self.mode.kind != VISITS:
            return
        decided = dict(self.model.given(row).decided)
        if is_referred(decided):
            self.model.decide(row, {key: value for key, value in decided.items() if not is_referral(key)})
            return
        sheet, before = row.source.sheet, dict(decided)
        for said in self.model.verdict(row).proposal.diseases:  # type: ignore[attr-defined]
            if said.referral != "no":
                decided[sheet.key(said.form_code, "referral_reason")] = referral_reason(said)
                decided[sheet.key(said.form_code, "referral_to")] = referral_place(self._services.desk.place.township)
        if decided != before:
            self.model.decide(row, decided)

    def confirm(self) -> None:
        """F6: what is asked about the row is meant so."""
        row = self.grid.current_row()
        if row is not None and self.model.verdict(row).asked:
            self.model.confirm(row)

    def ask_alone(self) -> None:
        """F2: the row in a window of its own."""
        row = self.grid.current_row()
        if row is not None:
            self.alone_asked.emit(row)

    # --- saving -----------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Ctrl+Enter: store what is ready; ask first when other rows want something."""
        self.close_editor()
        ready, standing = self.model.in_state(RowState.READY), self.model.in_state(*STANDING)
        if standing:
            refused = [
                RefusedRow(row.resident_id, row.name, sentences_of(self.model.verdict(row))) for row in standing
            ]
            if not self._agrees(refused, len(ready)):
                self.grid.go_to_row(standing[0].resident_id)
                self.grid.setFocus()
                return
        if not ready:
            self.bar.set_note(tr("还没有可以保存的行"))
            return
        saved = self._store(ready, only_good=False)
        if saved is not None and saved.refused:
            # Something changed since it was judged (another visit of the same day): say so, row by row.
            others = len(ready) - len(saved.refused)
            if not self._agrees(saved.refused, others) or not others:
                self.model.judge_again()
                return
            saved = self._store(ready, only_good=True)
        if saved is not None:
            self._after(ready, saved)

    def _store(self, rows: list[GridRow], *, only_good: bool) -> DaySaved | None:
        self._timer.stop()
        left = self.model.payload(without=[row.resident_id for row in rows])
        try:
            return self.mode.save(
                [(row, self.model.given(row)) for row in rows], only_good=only_good,
                draft_left=left if left["rows"] else None,
            )
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return None

    def _after(self, rows: list[GridRow], saved: DaySaved) -> None:
        refused = {each.resident_id for each in saved.refused}
        stored = [row.resident_id for row in rows if row.resident_id not in refused]
        self.model.remove(stored)
        self._timer.stop()
        if refused:
            self.keep_draft()
        self._services.say(tr("已保存 {count} 人", count=len(stored)))
        if self.model.rows:
            self.grid.begin()
            self.show_row()
        self.show_counts()
        self.saved.emit(saved)

    def _agrees(self, refused: list[RefusedRow] | tuple[RefusedRow, ...], others: int) -> bool:
        """Tell row by row what is wrong; whether the others shall be saved."""
        lines = [
            tr("{name}：{sentence}", name=each.name, sentence=each.sentences[0]) for each in refused[:MOST_NAMED]
        ]
        if len(refused) > MOST_NAMED:
            lines.append(tr("……还有 {count} 人", count=len(refused) - MOST_NAMED))
        back = Answer("back", msg("回去看看"), "primary")
        answers = (back, Answer("others", msg("先保存其余 {count} 人", count=others))) if others else (back,)
        question = Question(
            msg("有 {count} 人还不能保存", count=len(refused)), "\n".join(lines), answers,
            msg("什么都没有丢：这几行留在表里，也存了草稿。"), harmless="back",
        )  # fmt: skip
        return self._services.dialogs.ask(question) == "others"

    # --- the draft --------------------------------------------------------------------------------------------

    def keep_draft(self) -> bool:
        """Write the draft now; False when it could not be written (it is then told)."""
        self._timer.stop()
        drafts = self._services.drafts
        try:
            if self.model.is_touched:
                drafts.save(self.mode.draft_kind, "", self.model.payload())
                self._has_draft = True
                now = self._services.desk.now().astimezone()
                self.bar.set_note(tr("✓ 已自动保存草稿 {time}", time=f"{now.hour}:{now:%M:%S}"))
            elif self._has_draft:
                drafts.discard(self.mode.draft_kind, "")
                self._has_draft = False
        except CunyiError as error:
            self.bar.set_note(tr(error.message))
            return False
        return True

    def take_up(self, payload: dict[str, object]) -> None:
        """Go on with a draft."""
        rows = payload.get("rows")
        self._has_draft = True
        self.model.take_up(rows if isinstance(rows, dict) else {})
        self._timer.stop()
        self.grid.begin()
        self.show_row()

    def close_editor(self) -> None:
        """Keep what stands in an open cell."""
        self.grid.close_editor()

    # --- the day ----------------------------------------------------------------------------------------------

    def day(self) -> date | None:
        """The day that stands at the head; None while it is none."""
        try:
            found = Date().read(str(self._day.raw()))
        except Unreadable:
            return None
        return found if found <= self._services.desk.today() else None

    def on_day(self) -> None:
        """Another day: everything is judged anew."""
        self._day.complete_short()
        found = self.day()
        self._day_problem.setVisible(found is None)
        if found is None:
            self._day_problem.setText(tr("请填今天或以前的日期"))
        elif found != self.mode.on:
            self.mode.on = found
            self.model.judge_again()

    def on_place(self) -> None:
        """Another place of the round."""
        self.mode.place = self._place.text().strip()
        self._timer.start()

    # --- building ---------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F6 and F8; the function keys of the shell come by the screen."""
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() == Qt.Key.Key_F6 and plain:
            self.close_editor()
            self.confirm()
        elif event.key() == Qt.Key.Key_F8 and plain:
            self.close_editor()
            self.refer()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        column = Vertical(self, spacing=10)
        title = tr("日间表格") if self.mode.kind == VISITS else tr("血压血糖筛查")
        self.header = PageHeader(title)
        head = FlowBox(spacing=8, row_spacing=6)
        head.add(label(tr("日期"), "caption"))
        self._day = DateControl(name="day_sheet_date", accessible_name=tr("日期"), today=self._services.desk.today())
        self._day.show_raw(self.mode.on)
        head.add(self._day)
        self._day_problem = label("", "problem", name="day_sheet_date_problem")
        self._day_problem.hide()
        head.add(self._day_problem)
        self._place = LineEdit(name="screening_place", accessible_name=tr("地点"), placeholder=tr("地点，例如 村委会"), width=150)
        self._place.setMaxLength(50)
        self._place.setText(self.mode.place)
        if self.mode.kind == SCREENING:
            head.add(self._place)
        else:
            self._place.hide()
        self._columns = SecondaryButton(tr("选列"), name="choose_columns", small=True)
        head.add(self._columns)
        self.header.add_action(head)
        column.addWidget(self.header)
        column.addWidget(self.grid, 1)
        column.addWidget(self.panel)
        self.bar = ActionBar(name="day_sheet_actions")
        self._cancel = SecondaryButton(tr("离开"), name="leave_day_sheet", hint="Esc")
        self._save = PrimaryButton(tr("保存"), name="save_day_sheet", hint="Ctrl ↵")
        self.bar.add_left(self._cancel)
        self.bar.add_right(self._save)
        column.addWidget(self.bar)
        if self.mode.left_out:
            self.bar.set_note(_left_out_words([(each.name, each.reason) for each in self.mode.left_out]))
        else:
            self.bar.set_note(tr("灰色小字是上次的：F4 取上次，↵ 到下一人，Tab 到右边"))

    def _connect(self) -> None:
        self._timer.timeout.connect(self.keep_draft)
        # Enter changes the row, goes to the next and so on: what is told of the row is written once, after all of it.
        self._soon.timeout.connect(lambda: self.show_row())
        self.model.changed.connect(self._on_changed)
        self.grid.row_shown.connect(lambda _row: self._soon.start())
        self.grid.selectionModel().currentColumnChanged.connect(lambda *_: self._soon.start())
        self.grid.typing.connect(lambda row, key, text: self.show_row(self.model.verdict_of(row, key, text)))
        self.grid.alone_asked.connect(self.alone_asked)
        self.panel.alone_asked.connect(self.ask_alone)
        self.panel.referral_asked.connect(self.refer)
        self.panel.confirm_asked.connect(self.confirm)
        self._columns.clicked.connect(self.columns_asked)
        self._cancel.clicked.connect(self.left)
        self._save.clicked.connect(self.save)
        self._day.editingFinished.connect(self.on_day)
        self._place.editingFinished.connect(self.on_place)

    def _on_changed(self) -> None:
        self.show_counts()
        self._soon.start()
        self._timer.start()


def is_referral(key: str) -> bool:
    """Whether an answer belongs to a referral."""
    return key.rpartition(".")[2] in ("referral_reason", "referral_to")


def is_referred(decided: Mapping[str, object]) -> bool:
    """Whether a referral was made for a row."""
    return any(is_referral(key) for key in decided)


def _left_out_words(left_out: list[tuple[str, Message]]) -> str:
    first = tr(left_out[0][1])
    if len(left_out) == 1:
        return first
    names = tr("、").join(name for name, _ in left_out)
    return tr("{count} 人不在表里：{names}。{reason}", count=len(left_out), names=names, reason=first)
