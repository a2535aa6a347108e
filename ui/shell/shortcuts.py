"""All keys of the shell in one table, and the sheet that shows them (F1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from app.domain.message import Message, msg
from app.i18n import tr
from ui.theme.theme import current_theme
from ui.widgets.buttons import PrimaryButton
from ui.widgets.labels import label
from ui.widgets.layouts import Grid, Horizontal, Vertical
from ui.widgets.panes import ScrollPage


@dataclass(frozen=True)
class Key:
    """One key of the shell: the action's name, Qt's sequences, how it is written, what it does."""

    action: str
    sequences: tuple[str, ...]
    shown: str
    does: Message


KEYS = (
    Key("search", ("Ctrl+K",), "Ctrl K", msg("找人")),
    Key("help", ("F1",), "F1", msg("看快捷键和帮助")),
    Key("primary", ("F2",), "F2", msg("这一页的主要操作")),
    Key("save", ("Ctrl+Return", "Ctrl+Enter"), "Ctrl ↵", msg("保存")),
    Key("print", ("Ctrl+P",), "Ctrl P", msg("打印")),
    Key("refresh", ("F5",), "F5", msg("重新读取这一页")),
    Key("next_form", ("F9",), "F9", msg("填保存后提示的那张表")),
    Key("lock", ("Ctrl+L",), "Ctrl L", msg("锁定屏幕")),
    Key("larger", ("Ctrl+=", "Ctrl++"), "Ctrl =", msg("字大一号")),
    Key("smaller", ("Ctrl+-",), "Ctrl -", msg("字小一号")),
    Key("normal", ("Ctrl+0",), "Ctrl 0", msg("字恢复原来大小")),
)
BACK_SHOWN = ("Esc", msg("返回上一页"))


class ShortcutSheet(QDialog):
    """The keys of the program, of the navigation and of the screen shown."""

    def __init__(self, groups: Sequence[tuple[str, Sequence[tuple[str, str]]]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcut_sheet")
        self.setWindowTitle(tr("快捷键"))
        self.setAccessibleName(tr("快捷键"))
        theme = current_theme()
        column = Vertical(self, spacing=12, margins=20)
        inside = QWidget()
        inside.setProperty("kind", "plain")
        grid = Grid(inside, spacing=24, row_spacing=7)
        line = 0
        for title, keys in groups:
            grid.addWidget(label(title, "card_title"), line, 0, 1, 2)
            line += 1
            for shown, does in keys:
                grid.addWidget(label(shown, "accent"), line, 0, Qt.AlignmentFlag.AlignTop)
                grid.addWidget(label(does, wrap=True), line, 1)
                line += 1
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(line, 1)
        column.addWidget(ScrollPage(inside, name="shortcut_scroll"), 1)
        row = Horizontal(spacing=12)
        row.addStretch(1)
        close = PrimaryButton(tr("关闭"), name="shortcut_close", hint="Esc")
        close.clicked.connect(self.accept)
        row.addWidget(close)
        column.addLayout(row)
        self.resize(min(theme.px(440), 1000), min(theme.px(560), 700))
        close.setFocus()
