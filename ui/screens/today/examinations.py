"""今年待体检: who has no 健康体检表 this year, to be searched by name; Enter opens the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QWidget

from app.domain.names import fold_name
from app.domain.search_keys import WHOLE, Findable, keys_of, query_text
from app.i18n import tr
from app.pinyin import name_readings
from app.services.examinations_due import FORM_CODE, MOST_SHOWN, ExaminationDue, ExaminationsDue
from ui.screens.follow_ups.people import FilterLine, PeopleTable
from ui.theme.theme import current_theme
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.table import Column

if TYPE_CHECKING:
    from ui.services import Services


class ExaminationsDialog(QDialog):
    """The list; choosing somebody closes it and opens the examination."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._people: tuple[ExaminationDue, ...] = ()
        self._beginnings: dict[str, frozenset[str]] = {}
        self.setObjectName("examinations_due")
        self.setWindowTitle(tr("今年待体检"))
        self.setAccessibleName(tr("今年待体检"))
        theme = current_theme()
        self.resize(min(theme.px(720), 1100), min(theme.px(560), 700))
        self._build()
        self.table.setFocus()
        due = ExaminationsDue(services.desk)
        services.runner.run(lambda _report, _cancelled: due.people(), on_done=self.show_found)

    def show_found(self, people: tuple[ExaminationDue, ...]) -> None:
        """Who was found by the worker."""
        self._people = people
        count = len(people)
        words = tr("{count} 人", count=count) if count < MOST_SHOWN else tr("只列出前 {count} 人", count=MOST_SHOWN)
        self._count.setText(words)
        self.table.set_empty_text(tr("没有找到。可以换姓名或拼音首字母。") if people else tr("今年该体检的都体检了。"))
        self.show_people()

    def show_people(self) -> None:
        """Those whose name or first letters of the pinyin are written in the line."""
        wanted = query_text(self.line.text())
        found = [person for person in self._people if not wanted or self._is_found(person, wanted)]
        self.table.set_rows(found, keep=lambda row: row.resident_id)
        if self.table.current_row() is None:
            self.table.select_row(0)
        self._start.setEnabled(bool(self.table.rows()))

    def _is_found(self, person: ExaminationDue, wanted: str) -> bool:
        if person.name not in self._beginnings:
            self._beginnings[person.name] = beginnings_of(person.name)
        return any(key.startswith(wanted) for key in self._beginnings[person.name])

    def start(self, row: object = None) -> None:
        """Open the examination of a person."""
        person = row if isinstance(row, ExaminationDue) else self.table.current_row()
        if isinstance(person, ExaminationDue):
            self.accept()
            self._services.navigate(
                "forms", resident_id=person.resident_id, form_code=FORM_CODE, return_to=("today", {})
            )

    def _build(self) -> None:
        column = Vertical(self, spacing=12, margins=20)
        head = Horizontal(spacing=12)
        head.addWidget(label(tr("今年待体检"), "card_title"))
        self._count = label("", "muted", name="examinations_count")
        head.addWidget(self._count)
        head.addStretch(1)
        self.line = FilterLine(name="examinations_search", accessible_name=tr("按姓名或拼音筛选"),
                               placeholder=tr("姓名 / 拼音"))
        head.addWidget(self.line)
        column.addLayout(head)
        column.addWidget(label(tr("65 岁以上的老年人和在管的慢病患者，每年体检一次。"), "caption", wrap=True))
        self.table = PeopleTable(
            [
                Column("name", tr("姓名"), bold=True),
                Column("age", tr("年龄"), align="right", value=lambda row: "—" if row.age is None else str(row.age)),
                Column("reason", tr("为什么"), value=lambda row: tr(row.reason), stretch=True),
                Column("last", tr("上次体检"), value=lambda row: "—" if row.last_on is None else row.last_on.isoformat()),
                Column("phone", tr("电话"), value=lambda row: row.phone_masked or "—"),
                Column("group", tr("组"), value=lambda row: row.group or "—"),
            ],
            name="examinations_people", accessible_name=tr("今年待体检的人"),
        )
        self.table.set_empty_text(tr("正在查找…"))
        self.line.follow(self.table)
        self.line.textChanged.connect(self.show_people)
        self.table.row_activated.connect(self.start)
        column.addWidget(self.table, 1)
        foot = Horizontal(spacing=12)
        foot.addStretch(1)
        back = SecondaryButton(tr("返回"), name="examinations_back", hint="Esc")
        back.clicked.connect(self.reject)
        self._start = PrimaryButton(tr("填健康体检表"), name="examinations_start", hint="↵")
        self._start.setAutoDefault(False)
        self._start.clicked.connect(lambda: self.start())
        foot.addWidget(back)
        foot.addWidget(self._start)
        column.addLayout(foot)


def beginnings_of(name: str) -> frozenset[str]:
    """By what a name is found: its characters, its initials and its pinyin, from any character on."""
    folded = fold_name(name)
    return frozenset(key.removeprefix(WHOLE) for key in keys_of(Findable(folded, name_readings(folded))))
