"""关于: the version, where data and log lie, and under which licences the program and its parts stand."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit

from app.data_folder import LOGS
from app.i18n import tr
from app.version import VERSION
from ui.screens.settings.page import Page
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.buttons import SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.field_row import ComboBox, LabelledField, LineEdit
from ui.widgets.layouts import Horizontal

if TYPE_CHECKING:
    from ui.services import Services

ROOT = Path(__file__).resolve().parents[3]
LICENCE_PATTERNS = ("LICENSE", "resources/fonts/*-OFL.txt", "resources/fonts/*-LICENSE.txt", "resources/codes/*-LICENSE.txt")


def licence_files() -> list[Path]:
    """The licence of the program and of what comes with it, as far as they lie here."""
    return [file for pattern in LICENCE_PATTERNS for file in sorted(ROOT.glob(pattern)) if file.is_file()]


class AboutPage(Page):
    """What this program is."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, tr("关于"), name="settings_about")
        program = Card(tr("村医工作站"), name="about_card")
        program.add_line(tr("版本"), strong=VERSION, name="about_version")
        program.add_line(tr("运行环境"), muted=f"Python {platform.python_version()}　Qt for Python {pyside_version}")
        program.add_line(tr("许可"), muted=tr("Apache 2.0，可以自由使用、修改和分发"))
        folders = Card(tr("文件放在哪里"), name="folders_card", spacing=12)
        folders.add(self._folder(tr("数据"), services.desk.folder, "data_folder"))
        folders.add(self._folder(tr("运行日志"), services.desk.folder / LOGS, "log_folder"))
        folders.add_text(tr("日志里没有居民的姓名、证件号和电话，出了问题可以整个发给维护的人。"), "muted")
        licences = Card(tr("用到的字体、代码表和软件的许可"), name="licences_card")
        self._files = licence_files()
        self.choice = ComboBox(name="licence", accessible_name=tr("许可"))
        self.choice.set_options([(file, tr("本程序") if file.name == "LICENSE" else file.stem) for file in self._files])
        self.choice.currentIndexChanged.connect(self.on_licence)
        licences.add(self.choice)
        self.words = QPlainTextEdit()
        self.words.setObjectName("licence_text")
        self.words.setAccessibleName(tr("许可的全文"))
        self.words.setReadOnly(True)
        self.words.setTabChangesFocus(True)
        licences.add(self.words)
        for card in (program, folders, licences):
            self.column.addWidget(card)
        self.column.addStretch(1)
        self.setFocusProxy(self.choice)
        theme_changes().changed.connect(self.follow_theme)
        self.follow_theme(current_theme())
        self.on_licence()

    def follow_theme(self, theme: Theme) -> None:
        """Room for some lines of a licence."""
        self.words.setFixedHeight(theme.px(190))

    def on_licence(self) -> None:
        """Show the chosen licence."""
        file = self.choice.value()
        self.words.setPlainText(Path(str(file)).read_text(encoding="utf-8", errors="replace") if file else "")

    def _folder(self, words: str, folder: Path, name: str) -> LabelledField:
        line = LineEdit(name=name, accessible_name=words)
        line.setText(str(folder))
        line.setReadOnly(True)
        line.setCursorPosition(0)
        field = LabelledField(words, line, name=name)
        row = Horizontal(spacing=8)
        copy = SecondaryButton(tr("复制位置"), name=f"copy_{name}", small=True, icon_name="copy")
        copy.clicked.connect(lambda: self.copy_path(folder))
        show = SecondaryButton(tr("打开文件夹"), name=f"open_{name}", small=True, icon_name="folder")
        show.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))))
        row.addWidget(copy)
        row.addWidget(show)
        row.addStretch(1)
        field.layout().addLayout(row)
        return field

    def copy_path(self, folder: Path) -> None:
        """Put a folder's place on the clipboard."""
        QGuiApplication.clipboard().setText(str(folder))
        self.services.say(tr("已复制。"))
