"""Small windows over a form: what else would change, and what was changed of it before."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QDialog, QWidget

from app.i18n import tr
from app.services.answer_changes import FormChange
from app.services.form_views import FactChange
from ui.theme.theme import current_theme
from ui.widgets.buttons import PrimaryButton
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.small_window import SmallWindow
from ui.widgets.table import Cell, Column, DataTable

TWO_LINES = 50


class ChangesWindow(SmallWindow):
    """“这些地方的值也不同，要一起改吗？”: each place with a box, all ticked; `keys()` are those that shall go through.

    `is_saved` when the form itself stands already and only the other places are asked about.
    """

    def __init__(
        self, changes: Sequence[FactChange], parent: QWidget | None = None, *, is_saved: bool = False
    ) -> None:
        do, leave = (tr("一起改"), tr("都不改")) if is_saved else (tr("保存"), tr("取消"))
        title = tr("这些地方的值也不同，要一起改吗？")
        super().__init__(title, do, name="changes", leave=leave, parent=parent)
        if is_saved:
            self.add_text(tr("这次填写的已经保存。"))
        self.add_text(tr("打勾的会一起改，并在那里留下修改记录；不打勾的保持原样。"))
        self.boxes: dict[str, QCheckBox] = {}
        for number, change in enumerate(changes, 1):
            words = tr("{label}：{before} → {after}", label=change.label, before=change.before or tr("没有填"),
                       after=change.after or tr("不填"))
            box = QCheckBox(f"{words}\n{tr(change.place)}")
            box.setObjectName(f"change_{number}")
            box.setAccessibleDescription(tr(change.place))
            box.setChecked(True)
            self.boxes[change.key] = box
            self._body.addWidget(box)
        self.do_button.setFocus()

    def keys(self) -> frozenset[str]:
        """The changes that the doctor lets through."""
        return frozenset(key for key, box in self.boxes.items() if box.isChecked())


class HistoryWindow(QDialog):
    """修改记录 of one form: every revision with who, when and why; below it every answer before and after."""

    def __init__(self, title: str, revisions: Sequence[FormChange], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("form_history_window")
        self.setWindowTitle(tr("修改记录"))
        self.setAccessibleName(tr("修改记录"))
        column = Vertical(self, spacing=12, margins=20)
        column.addWidget(label(tr("修改记录：{title}", title=title), "card_title", wrap=True))
        self.table = DataTable(
            [Column("at", tr("时间"), value=lambda row: row.at.astimezone().strftime("%Y-%m-%d %H:%M")),
             Column("user", tr("谁"), value=lambda row: row.user_name),
             Column("reason", tr("为什么"), value=lambda row: row.reason or (tr("首次填写") if row.number == 1 else "—"),
                    stretch=True),
             Column("count", tr("改了"), value=lambda row: tr("{count} 项", count=len(row.answers)), align="right")],
            name="revisions", accessible_name=tr("修改记录"), inside_card=True,
        )
        self.answers = DataTable(
            [Column("label", tr("项目"), value=lambda row: row.label, stretch=True),
             Column("before", tr("原来"), value=lambda row: Cell(row.before or "—", muted=True), stretch=True),
             Column("after", tr("改成"), value=lambda row: Cell(row.after or "—", bold=bool(row.after)), stretch=True)],
            name="revision_answers", accessible_name=tr("改了什么"), inside_card=True,
        )
        self.table.row_selected.connect(self._on_row)
        column.addWidget(self.table, 2)
        column.addWidget(self.answers, 3)
        row = Horizontal()
        row.addStretch(1)
        close = PrimaryButton(tr("关闭"), name="revisions_close", hint="Esc")
        close.clicked.connect(self.accept)
        row.addWidget(close)
        column.addLayout(row)
        theme = current_theme()
        self.resize(min(theme.px(760), 1100), min(theme.px(560), 700))
        self.table.set_rows(list(revisions))
        self.table.select_row(0)
        self.table.setFocus()

    def _on_row(self, row: FormChange | None) -> None:
        self.answers.set_rows(list(row.answers) if row is not None else [])
