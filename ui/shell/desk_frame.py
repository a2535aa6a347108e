"""The desk itself: navigation at the left, top bar above, the stack of screens between."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import tr
from ui.shell.focus_keeper import FocusKeeper
from ui.shell.idle import IdleWatch
from ui.shell.navigation import Navigation
from ui.shell.next_forms import NextFormsStrip
from ui.shell.top_bar import TopBar
from ui.theme.tokens import Desk


class DeskFrame(QWidget):
    """Places the parts; the main window connects them."""

    def __init__(self, present: Callable[[], QWidget | None], parent: QWidget | None = None) -> None:
        """`present` gives the screen that is shown."""
        super().__init__(parent)
        self.setObjectName("desk")
        self.navigation = Navigation()
        self.top_bar = TopBar()
        self.idle_watch = IdleWatch(self)
        self.focus_keeper = FocusKeeper(present, self)
        self.stack = QStackedWidget()
        self.stack.setObjectName("page")
        self.next_forms = NextFormsStrip()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.navigation)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.top_bar)
        right.addWidget(self.next_forms)
        right.addWidget(self.stack, 1)
        row.addLayout(right, 1)

    def show_identity(self, brand: str, organisation: str, user: str, desk: Desk) -> None:
        """Say whose desk it is and who is at work."""
        self.navigation.set_brand(brand)
        self.navigation.set_foot(organisation, user)
        clinic = tr("找人：姓名 / 拼音首字母 / 身份证 / 电话")
        self.top_bar.search.set_placeholder(clinic if desk == "clinic" else tr("找村卫生室 / 药品 / 申领单号"))
