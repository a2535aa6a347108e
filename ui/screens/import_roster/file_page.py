"""The first page of the import: choosing the file, and what a roster must hold."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from app.i18n import tr
from ui.theme import tokens
from ui.theme.theme import current_theme
from ui.widgets.buttons import PrimaryButton
from ui.widgets.cards import ActionBar, Card
from ui.widgets.field_row import IconLabel
from ui.widgets.labels import label
from ui.widgets.layouts import Vertical
from ui.widgets.panes import TwoPane


class DropField(QFrame):
    """Where a file may be dropped; the screen takes the drop, this only shows that it may be done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("drop_field")
        self.setAccessibleName(tr("把名单文件拖到这里"))
        self._is_over = False
        self.column = Vertical(self, spacing=14, margins=24)

    def set_over(self, is_over: bool) -> None:
        """Whether a file is held above the window."""
        self._is_over = is_over
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A dashed frame; filled while a file is held above."""
        theme = current_theme()
        colours = theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = colours.primary if self._is_over else colours.border_control
        painter.setPen(QPen(QColor(edge), 2 if self._is_over else 1.5, Qt.PenStyle.DashLine))
        painter.setBrush(QColor(colours.accent_ground if self._is_over else colours.surface))
        radius = theme.px(tokens.RADIUS_CARD)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), radius, radius)
        painter.end()


class FilePage(QWidget):
    """`choose_asked()` when the user wants the file chooser."""

    choose_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("import_file_page")
        self.drop = DropField()
        self.choose = PrimaryButton(tr("选择文件…"), name="choose_file", hint="F2", icon_name="folder")
        self.choose.clicked.connect(self.choose_asked)
        middle = Qt.AlignmentFlag.AlignHCenter
        self.drop.column.addStretch(1)
        self.drop.column.addWidget(IconLabel("import", "muted", 44), 0, middle)
        for text, role in ((tr("把名单文件拖到这里，或选择文件"), "card_title"),
                           (tr("Excel 或 WPS 表格（.xlsx），也可以是 CSV"), "muted")):
            made = label(text, role, wrap=True)
            made.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self.drop.column.addWidget(made)
        self.drop.column.addWidget(self.choose, 0, middle)
        self.drop.column.addStretch(1)
        self.foot = ActionBar(name="file_actions")
        self.foot.set_note(tr("选了文件以后先逐行核对给您看，您点“导入”之前什么也不会写入。"))
        Vertical(self).addWidget(TwoPane(self.drop, _advice(), actions=self.foot, side_width=320, breakpoint=760))
        self.setFocusProxy(self.choose)


def _advice() -> QWidget:
    side = QWidget()
    side.setProperty("kind", "plain")
    column = Vertical(side, spacing=12)
    needed = Card(tr("名单里要有什么"), name="needed_card")
    needed.add_line(tr("一行一个人，上面一行是表头"))
    needed.add_line(tr("必须有"), strong=tr("姓名"))
    needed.add_line(tr("必须有"), strong=tr("身份证号"), muted=tr("或者性别和出生日期"))
    needed.add_text(tr("电话、住址、户编号、组、与户主关系、文化程度等，有就一起导入；列的先后和名称不限。"), "muted")
    safe = Card(tr("放心试"), name="safe_card")
    for sentence in (
        tr("空着的格子不会抹掉档案里已有的内容。"),
        tr("同一个人按身份证号认出，不会重复建档。"),
        tr("有问题的行会退回并写明原因，可以另存出来改好再导入。"),
        tr("从电子病历、公卫系统导出的表也可以用。"),
    ):
        safe.add_text(sentence)
    column.addWidget(needed)
    column.addWidget(safe)
    column.addStretch(1)
    return side
