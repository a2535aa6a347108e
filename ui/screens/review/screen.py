"""申领审核 at the township: the requests of the clinics, decided line by line, answered by a file.

`deciding` saves what is typed, `steps` takes, approves, returns and so on; here is what is shown and what the keys do.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.domain.request_terms import Action, Kind, State
from app.i18n import one_after_the_other, tr
from ui.dialogs import Answer, Question
from ui.screens.exchange.files import EnvelopeDrops, choose_and_open, open_envelope
from ui.screens.requests.notice_strip import StripAction
from ui.screens.requests.words import request_title, short_time, state_chip
from ui.screens.review.beside import Beside
from ui.screens.review.comparison import LEAST_MONTHS, short_name
from ui.screens.review.deciding import Deciding
from ui.screens.review.layout import WAITING, InboxRow, ReviewLayout, round_words
from ui.screens.review.openings import Openings
from ui.screens.review.sheet import ReviewSheet, decided_columns, deciding_columns, row_key, waiting_columns
from ui.screens.review.steps import ReviewSteps
from ui.widgets.chips import ChipText
from ui.widgets.layouts import Vertical

if TYPE_CHECKING:
    from app.services.request_views import ActionResult
    from ui.screens.review.sheet import ReviewRow
    from ui.services import Services

ANSWERED = (State.RETURNED, State.APPROVED, State.REJECTED, State.RELEASED, State.CLOSED)
OWN_KEYS = (
    ("Space", msg("同意这一行")), ("F2", msg("填写选中的一格")), ("↵", msg("下一行")), ("Tab", msg("右一格")),
    ("1 – 6", msg("在原因里选第几条")),
    ("F6", msg("其余全部同意")), ("Shift F6", msg("全部村一并同意")),
    ("F7", msg("选中的药公平分配")), ("Shift F7", msg("药品×村汇总")),
    ("F8", msg("到下一处要看的地方")), ("Alt ↑ ↓", msg("上一张、下一张申领单")),
    ("Ctrl O", msg("打开申领文件")),
    ("Ctrl ↵", msg("领取、通过、转发货、去配货")), ("Ctrl P", msg("打印审核单")),
)


class ReviewScreen(QWidget):
    """The township's review. `open_with(request_id=…)` shows a certain request."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setObjectName("screen_review")
        self.setProperty("kind", "plain")
        self.services = services
        self.sheet: ReviewSheet | None = None
        self.parts = ReviewLayout()
        self.deciding = Deciding(self)
        self.steps = ReviewSteps(self)
        self.beside = Beside(self)
        self.openings = Openings(self)
        Vertical(self).addWidget(self.parts)
        self._drops = EnvelopeDrops(self)
        self._connect()
        self.setFocusProxy(self.parts.panes)
        self.refresh()

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read everything again; the open request stays open, and what is being typed is stored first."""
        self.parts.table.finish_editing()
        self._open(self.sheet.view.id if self.sheet is not None else "")
        self.beside.read_history()

    def open_with(self, request_id: str = "", drug_code: str = "", **_arguments: object) -> None:
        """Show a certain request (and a drug of it), unless something in the open one is not saved and the user stays."""
        is_other = self.sheet is not None and request_id != self.sheet.view.id
        if is_other and not self.can_leave():
            return
        self._open(request_id)
        if request_id and self.sheet is not None:
            self.parts.panes.show_one()
        if drug_code and self.sheet is not None:
            for line in self.sheet.lines():
                if line.drug_code == drug_code:
                    self.go_to_line(line.id, "approved")

    def can_leave(self) -> bool:
        """Store what is being typed; ask when something could not be stored."""
        self.parts.table.finish_editing()
        if self.sheet is None or not self.sheet.has_unsaved():
            return True
        stay = Question(
            msg("有填写的内容没有保存"), msg("有的格子填得不对，所以没有保存，离开后要重新填。"),
            (Answer("leave", msg("不保存，离开")), Answer("stay", msg("留下来改"), "primary")),
            msg("其余各格都已保存。"), harmless="stay",
        )
        return self.services.dialogs.ask(stay) == "leave"

    def primary_action(self) -> None:
        """F2: fill in the chosen cell while decisions are written; otherwise the same as Ctrl+Enter."""
        if self.sheet is not None and self.sheet.is_editable:
            self.parts.table.fill_in()
        else:
            self.save_action()

    def save_action(self) -> None:
        """Ctrl+Enter: the step that comes next."""
        self.parts.table.finish_editing()
        allowed = self.sheet.view.actions if self.sheet is not None else ()
        for action in (Action.TAKE, Action.APPROVE, Action.CONVERT):
            if action in allowed:
                self.steps.do(action)
                return
        self.steps.go_to_shipments()

    def print_action(self) -> None:
        """Ctrl+P: the decision on paper."""
        if self.sheet is not None:
            self.steps.print_decision()

    def back_action(self) -> bool:
        """Escape: on a narrow window back to the list."""
        return self.parts.panes.go_back()

    def shortcuts(self) -> list[tuple[str, str]]:
        """The screen's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    def showEvent(self, event: QShowEvent) -> None:
        """Files may be dropped anywhere on the window."""
        super().showEvent(event)
        self._drops.watch(self.window())

    # --- showing ----------------------------------------------------------------------------------------------

    def open_sheet(self) -> ReviewSheet:
        """The open request; only to be asked where there is one."""
        if self.sheet is None:
            raise RuntimeError("no request is open")
        return self.sheet

    def show_result(self, result: ActionResult) -> None:
        """Show a request as an action left it."""
        self._show_inbox(result.request.id)
        self._show(ReviewSheet(result.request))

    def show_obstacles(self) -> None:
        """Show every line that still wants a decision, and go to the first."""
        sheet = self.open_sheet()
        self._show_rows()
        self._show_strip()
        obstacles = sheet.obstacles()
        if obstacles:
            self.go_to_line(obstacles[0].line_id, obstacles[0].column)

    def go_to_line(self, line_id: str, column: str = "", *, edit: bool = False) -> None:
        """Choose a line's cell."""
        for number, row in enumerate(self.parts.table.rows()):
            if row.line.id == line_id:
                self.parts.panes.show_one()
                self.parts.table.setFocus()
                self.parts.table.choose(number, column, edit=edit)

    def show_one_line(self, line_id: str) -> None:
        """Show one line as it is now, and what depends on it."""
        row = self.open_sheet().row(line_id)
        for number, shown in enumerate(self.parts.table.rows()):
            if shown.line.id == line_id:
                self.parts.table.replace_row(number, row)
        self.show_head()
        self._show_strip()

    def _open(self, request_id: str) -> None:
        chosen = self._show_inbox(request_id)
        if not chosen:
            self.sheet = None
            self.parts.opened.hide()
            self.parts.foot.hide()
            self.parts.empty.show()
            self.parts.panes.show_list()
            return
        self._show(ReviewSheet(self.services.review.get(chosen), former=self.sheet))

    def _show_inbox(self, request_id: str) -> str:
        """Show the list with this request chosen, or the first; gives the id chosen, empty without any."""
        today = self.services.desk.today()
        rows = [InboxRow(item, today) for item in self.services.review_inbox.items()]
        month = self.services.review_inbox.month()
        self.parts.round.set_words(round_words(month))
        self.parts.round.setVisible(bool(month.clinics))
        inbox = self.parts.inbox
        inbox.blockSignals(True)
        inbox.set_rows(rows)
        self.parts.export_inbox.setVisible(bool(rows))
        places = [number for number, row in enumerate(rows) if row.summary.id == request_id]
        inbox.select_row(places[0] if places else 0)
        inbox.blockSignals(False)
        row = inbox.current_row()
        return row.summary.id if row is not None else ""

    def _show(self, sheet: ReviewSheet) -> None:
        self.sheet = sheet
        self.parts.empty.hide()
        self.parts.opened.show()
        self.show_head()
        self._show_strip()
        self._show_rows()
        self._show_actions()
        self.parts.progress.show_request(sheet.view)
        self.beside.read_stock()

    def show_head(self) -> None:
        """Title, chips and what the clinic wrote of itself."""
        sheet = self.open_sheet()
        view = sheet.view
        title = request_title(view.kind, view.period)
        self.parts.header.set_title(tr("{clinic}　{title}", clinic=short_name(view.clinic_name), title=title))
        chips = [state_chip(view.state)]
        if view.kind is Kind.EMERGENCY and view.state in WAITING:
            chips.insert(0, ChipText(tr("紧急"), "red"))
        look, short = (sheet.to_look_at(), sheet.short_lines()) if view.state in WAITING else (0, 0)
        if short:
            chips.append(ChipText(tr("{count} 行需要看，其中 {short} 行本院不够", count=look, short=short), "amber"))
        elif look:
            chips.append(ChipText(tr("{count} 行需要看", count=look), "amber"))
        self.parts.header.set_chips(chips)
        parts = [tr("{count} 种", count=len(view.wanted_lines))]
        if view.population is not None:
            parts.append(tr("服务人口 {count}", count=f"{view.population:,}"))
        if view.chronic is not None:
            parts.append(tr("慢病 {count}", count=f"{view.chronic:,}"))
        self.parts.header.set_note("　·　".join(parts))

    def _show_strip(self) -> None:
        sheet = self.open_sheet()
        view = sheet.view
        strip = self.parts.strip
        if view.state in ANSWERED:
            self._show_answer_strip()
        elif view.state is State.IN_REVIEW and not view.is_held_by_me:
            strip.say(tr("{who}正在审核这张申领单，这里只能看。", who=view.holder_name or tr("另一位药师")), "blue")
        elif sheet.is_strict and sheet.obstacles():
            count = len(sheet.obstacles())
            strip.say(tr("还有 {count} 处要处理才能通过：按 F8 到下一处。", count=count), "red")
        elif view.kind is Kind.EMERGENCY:
            strip.say(tr("紧急理由：{reason}", reason=view.reason), "red")
        else:
            strip.say("")

    def _show_answer_strip(self) -> None:
        view = self.open_sheet().view
        letter = self.services.exchange.latest_about(view.id)
        clinic = short_name(view.clinic_name)
        said = tr("意见：{comment}。", comment=view.comment.rstrip("。.")) if view.comment else ""
        if letter is None:
            self.parts.strip.say(said)
        elif letter.state == "ready":
            words = one_after_the_other((said, tr("答复文件还没有交给{clinic}。", clinic=clinic)))
            save = StripAction("save_answer", tr("存答复文件"), self.steps.save_answer)
            self.parts.strip.say(words, "amber", (save,))
        else:
            saved = tr("答复文件已存好（{when}），请交给{clinic}。", when=short_time(letter.at), clinic=clinic)
            words = one_after_the_other((said, saved))
            again = StripAction("save_answer_again", tr("再存一份"), self.steps.save_answer)
            self.parts.strip.say(words, "green", (again,))

    def _show_rows(self) -> None:
        sheet = self.open_sheet()
        is_waiting = sheet.view.state is State.AUTHORISED
        columns = deciding_columns() if sheet.is_editable else waiting_columns() if is_waiting else decided_columns()
        self.parts.table.show_lines(columns, sheet.rows(), keep=row_key)
        self._show_comparison(self.parts.table.current_row())

    def _show_actions(self) -> None:
        sheet, parts = self.open_sheet(), self.parts
        for button, action in self._action_buttons():
            button.setVisible(action in sheet.view.actions)
        parts.agree.setVisible(sheet.is_editable)
        parts.print_decision.setVisible(sheet.view.state in ANSWERED)
        parts.ship.setVisible(sheet.view.state is State.RELEASED)
        parts.share.setVisible(sheet.is_open)
        note = tr("空格 同意这一行　↵ 下一行　Tab 到原因，按 1 – 6 选一条") if sheet.is_editable else ""
        parts.foot.set_note(note)
        parts.foot.show()

    def show_use(self) -> None:
        """What the clinic uses of the chosen drug, beside its peers."""
        self._show_comparison(self.parts.table.current_row())

    def _show_comparison(self, row: ReviewRow | None) -> None:
        card, history = self.parts.comparison, self.beside.history
        if row is None or self.sheet is None:
            card.show_comparison(None, None)
            return
        view = self.sheet.view
        if history is not None:
            use = history.lines(row.line.drug_code, view.clinic_id)
            if use.known >= LEAST_MONTHS:
                card.show_months(row.line, view.clinic_name, use)
                return
        card.show_comparison(row.line, self.services.review.compare_use(view.id, row.line.drug_code))

    # --- keys and buttons -------------------------------------------------------------------------------------

    def next_to_look_at(self) -> None:
        """F8: the next line, behind the chosen one, that has a mark or is in the way."""
        sheet = self.open_sheet()
        wrong = {each.line_id: each.column for each in sheet.obstacles()} if sheet.is_strict else {}
        rows = self.parts.table.rows()
        here = self.parts.table.current_number()
        # A line that the space key led to was not looked at yet: F8 does not pass it by.
        first = here if 0 <= here < len(rows) and rows[here].line.id == self.deciding.led_to else here + 1
        self.deciding.led_to = ""
        for row in rows[first:] + rows[:first]:
            line = row.line
            if line.id in wrong or (not sheet.is_strict and sheet.wants_look(line.id)):
                self.go_to_line(line.id, wrong.get(line.id, "approved"))
                return
        self.services.say(tr("没有要看的地方了。"))

    def next_request(self, step: int) -> None:
        """Alt+Up and Alt+Down: another request of the list."""
        self.parts.inbox.select_row(self.parts.inbox.current_number() + step)

    def _on_inbox(self, row: InboxRow | None) -> None:
        if row is None or (self.sheet is not None and row.summary.id == self.sheet.view.id):
            return
        if self.can_leave():
            self._show(ReviewSheet(self.services.review.get(row.summary.id)))
        elif self.sheet is not None:
            self._show_inbox(self.sheet.view.id)

    def _action_buttons(self) -> tuple[tuple[QWidget, Action], ...]:
        parts = self.parts
        return (
            (parts.take, Action.TAKE), (parts.approve, Action.APPROVE), (parts.convert, Action.CONVERT),
            (parts.close_remaining, Action.CLOSE_REMAINING), (parts.return_, Action.RETURN),
            (parts.reject, Action.REJECT), (parts.give_back, Action.GIVE_BACK), (parts.reopen, Action.REOPEN),
        )

    def _connect(self) -> None:
        parts = self.parts
        parts.inbox.row_selected.connect(self._on_inbox)
        parts.inbox.row_activated.connect(lambda _row: parts.table.setFocus())
        parts.table.row_selected.connect(self._show_comparison)
        parts.table.cell_edited.connect(lambda row, key, text: self.deciding.save_cell(row.line.id, key, text))
        parts.table.space_pressed.connect(lambda row: self.deciding.agree_to(row.line.id))
        parts.table.typed.connect(lambda row, key, text: self.beside.typed(row.line.id, key, text))
        parts.table.typing_ended.connect(self.beside.typing_ended)
        parts.agree.clicked.connect(self.deciding.agree_to_rest)
        parts.agree_all.clicked.connect(self.openings.bulk)
        parts.pivot.clicked.connect(self.openings.pivot)
        parts.share.clicked.connect(self.openings.share)
        parts.export.clicked.connect(self.openings.export)
        parts.export_inbox.clicked.connect(self.openings.export_inbox)
        parts.round.clicked.connect(self.openings.missing)
        parts.ship.clicked.connect(self.steps.go_to_shipments)
        parts.print_decision.clicked.connect(self.steps.print_decision)
        parts.open_file.clicked.connect(self.open_file)
        for button, action in self._action_buttons():
            button.clicked.connect(partial(self._on_step, action))
        self._drops.dropped.connect(lambda file: open_envelope(self.services, file))
        keys = {"F6": self.deciding.agree_to_rest, "Shift+F6": self.openings.bulk, "F7": self.openings.share,
                "Shift+F7": self.openings.pivot, "F8": self.next_to_look_at, "Ctrl+O": self.open_file,
                "Alt+Up": partial(self.next_request, -1), "Alt+Down": partial(self.next_request, 1)}
        for keys_pressed, does in keys.items():
            shortcut = QShortcut(QKeySequence(keys_pressed), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(does)

    def open_file(self) -> None:
        """Ctrl+O: open a clinic's request."""
        if self.can_leave():
            choose_and_open(self.services)

    def _on_step(self, action: Action, _checked: bool = False) -> None:
        self.parts.table.finish_editing()
        self.steps.do(action)
