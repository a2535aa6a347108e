"""转诊复核: what became of the referrals, entered after asking (国家基本公共卫生服务规范（第三版）: within two weeks)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QWidget

from app.domain.dates import short_date
from app.errors import CunyiError
from app.forms.kinds import Date, Unreadable
from app.forms.vocabulary import Level
from app.i18n import tr
from app.services.diseases import NAMES
from app.services.follow_up_views import OpenCheck
from app.services.problems import Refused
from app.services.referral_checks import ReferralChecks
from ui.dialogs import show_failure
from ui.screens.follow_ups.cells import SingleCell
from ui.theme.theme import current_theme
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.form_view.fields import WIDE, BarControl, DateControl, LineControl
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.segmented import Option
from ui.widgets.table import Column, DataTable

if TYPE_CHECKING:
    from datetime import date

    from app.services.next_forms import FormOffer
    from ui.services import Services

ARRIVED, NOT_ARRIVED = "1", "2"


class ReferralChecksDialog(QDialog):
    """All open checks and the result of the chosen one. `entered(task_id)` after each result; `letter_asked(FormOffer)` when
    the letter of the chosen referral is still to be written, after which it is closed.

    It begins with the check `task_id`, or the first one of `resident_id`."""

    entered = Signal(str)
    letter_asked = Signal(object)

    def __init__(self, services: Services, *, task_id: str = "", resident_id: str = "",
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._checks = ReferralChecks(services.desk)
        self.setObjectName("referral_checks")
        self.setWindowTitle(tr("转诊结果"))
        self.setAccessibleName(tr("转诊结果"))
        theme = current_theme()
        self.resize(min(theme.px(640), 1000), min(theme.px(520), 700))
        self.cells: dict[str, SingleCell] = {}
        self._build()
        self.refresh()
        wanted = (number for number, row in enumerate(self.table.rows()) if row.task_id == task_id
                  or row.resident_id == resident_id)
        at = next(wanted, 0)
        self.table.select_row(at)
        self.show_letter()
        self.cells["arrived"].control.setFocus()

    def refresh(self) -> None:
        """Read the open checks anew."""
        self.table.set_rows(self._checks.open(), keep=lambda check: check.task_id)
        self._save.setEnabled(bool(self.table.rows()))

    def save(self) -> bool:
        """Enter the result of the chosen check; False when something stands against it, which is shown."""
        check = self.table.current_row()
        for cell in self.cells.values():
            cell.show_problem(cell.keys[0], None, "")
        if not isinstance(check, OpenCheck):
            return False
        arrived = str(self.cells["arrived"].raw("arrived"))
        if arrived not in (ARRIVED, NOT_ARRIVED):
            self._show("arrived", tr("请选到位或未到位。"))
            return False
        try:
            self._checks.enter_result(check.task_id, arrived=arrived == ARRIVED,
                                      note=str(self.cells["note"].raw("note")), asked_on=self._asked_on())
        except Unreadable as error:
            self._show("asked_on", tr(error.message))
            return False
        except Refused as error:
            for problem in error.problems:
                self._show(problem.code, tr(problem.message))
            return False
        except CunyiError as error:
            show_failure(self._services.dialogs, error)
            return False
        self._after(check.task_id)
        return True

    def letter(self) -> FormOffer | None:
        """The letter that the chosen referral lacks."""
        check = self.table.current_row()
        if not isinstance(check, OpenCheck) or check.referred_on is None:
            return None
        return next(iter(self._services.next_forms.letters([(check.resident_id, check.referred_on)])), None)

    def show_letter(self) -> None:
        """Whether there is a letter to be written for the chosen check."""
        self._letter.setVisible(self.letter() is not None)

    def write_letter(self) -> None:
        """F8: close this and write the letter."""
        letter = self.letter()
        if letter is not None:
            self.accept()
            self.letter_asked.emit(letter)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F8."""
        if event.key() == Qt.Key.Key_F8:
            self.write_letter()
        else:
            super().keyPressEvent(event)

    def _after(self, task_id: str) -> None:
        self.entered.emit(task_id)
        self.refresh()
        if not self.table.rows():
            self.accept()
            return
        self.table.select_row(0)
        self.cells["arrived"].show_raw("arrived", None)
        self.cells["note"].show_raw("note", None)
        self.cells["arrived"].control.setFocus()

    def _build(self) -> None:
        column = Vertical(self, spacing=12, margins=20)
        column.addWidget(label(tr("转诊结果"), "card_title"))
        today = self._services.desk.today()
        self.table = DataTable(
            [
                Column("name", tr("姓名"), bold=True),
                Column("disease", tr("病种"), value=lambda check: tr(NAMES[check.disease]) if check.disease else "—"),
                Column("referred_on", tr("转诊日期"), value=lambda check: _day(check.referred_on, today)),
                Column("due_on", tr("最迟"), value=lambda check: _day(check.due_on, today)),
                Column("phone", tr("电话"), value=lambda check: check.phone_masked or "—", stretch=True),
            ],
            name="open_referral_checks", accessible_name=tr("结果未知的转诊"), least_rows=3,
            empty_text=tr("转诊的结果都问到了。"),
        )
        self.table.row_selected.connect(lambda _row: self.show_letter())
        column.addWidget(self.table, 1)
        options = [Option(ARRIVED, tr("到位"), "1"), Option(NOT_ARRIVED, tr("未到位"), "2")]
        bar = BarControl(options, name="check_arrived", accessible_name=tr("转诊结果"))
        note = LineControl(name="check_note", accessible_name=tr("说明"), width=WIDE)
        asked = DateControl(name="check_asked_on", accessible_name=tr("询问日期"), today=today)
        asked.show_raw(today)
        row = Horizontal(spacing=14)
        for key, caption, control, stretch in (
            ("arrived", tr("转诊结果"), bar, 0), ("asked_on", tr("询问日期"), asked, 1), ("note", tr("说明"), note, 2),
        ):
            cell = SingleCell(caption, key, control)
            cell.passed.connect(lambda _key: self.focusNextPrevChild(True))
            self.cells[key] = cell
            row.addWidget(cell, stretch, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        foot = Horizontal(spacing=12)
        self._letter = SecondaryButton(tr("开转诊单"), name="checks_letter", hint="F8")
        self._letter.clicked.connect(self.write_letter)
        foot.addWidget(self._letter)
        foot.addStretch(1)
        back = SecondaryButton(tr("返回"), name="checks_back", hint="Esc")
        back.clicked.connect(self.reject)
        self._save = PrimaryButton(tr("记下结果"), name="checks_save", hint="Ctrl ↵")
        self._save.setShortcut("Ctrl+Return")
        self._save.clicked.connect(self.save)
        foot.addWidget(back)
        foot.addWidget(self._save)
        column.addLayout(foot)

    def _asked_on(self) -> date | None:
        raw = self.cells["asked_on"].raw("asked_on")
        return Date().read(raw) if raw else None

    def _show(self, key: str, sentence: str) -> None:
        cell = self.cells.get(key, self.cells["note"])
        cell.show_problem(cell.keys[0], Level.REFUSE, sentence)
        cell.control.setFocus(Qt.FocusReason.TabFocusReason)


def _day(day: date | None, today: date) -> str:
    return "—" if day is None else short_date(day, seen_from=today)
