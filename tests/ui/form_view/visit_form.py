"""Two small forms with a field of every kind, and the view of a form in front, for the tests of the form view."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.forms import kinds
from app.forms.kinds import Choice, Choices, Column, Date, Number, Table, Text, Whole, options
from app.forms.vocabulary import NEVER, Check, Computed, Context, Field, Form, Section, equals, limits
from tests.ui.hands import control
from ui.widgets.form_view import FormView

TODAY = date(2026, 11, 22)
ENTER = Qt.Key.Key_Return
VISIT = Form(
    code="visit",
    title="随访",
    edition="1",
    date_code="day",
    sections=(
        Section(
            "head",
            "头",
            (
                Field(code="day", label="日期", kind=Date(), carries=False),
                Field(code="name", label="姓名", kind=Text(50), home="resident.name"),
                Field(code="method", label="方式", kind=Choice(options("门诊", "家庭", "电话"))),
            ),
        ),
        Section(
            "body",
            "体征",
            (
                Field(
                    code="sbp",
                    label="血压",
                    prompt="收缩压",
                    kind=Whole(),
                    unit="mmHg",
                    hard=limits(30, 300),
                    soft=limits(90, 179),
                    carries=False,
                ),
                Field(code="dbp", label="血压", prompt="舒张压", kind=Whole(), unit="mmHg", carries=False),
                Field(
                    code="weight",
                    label="体重",
                    kind=Number(1),
                    unit="kg",
                    paired=True,
                    target_required=False,
                    starred=True,
                    hint="脱鞋",
                ),
                Field(
                    code="twice",
                    label="两倍",
                    kind=Number(1),
                    required=NEVER,
                    computed=Computed(("weight",), lambda a, _c: a["weight"] * 2 if "weight" in a else None),
                ),
                Field(
                    code="symptoms",
                    label="症状",
                    kind=Choices(options("无症状", "头痛", "其他", note=(3,), sole=(1,)), boxes=3),
                ),
                Field(
                    code="schooling",
                    label="文化程度",
                    kind=Choice(options(*(f"第{n}种" for n in range(1, 11)))),
                    required=NEVER,
                ),
                Field(code="ill", label="得过病", kind=Choice(options("否", "是"))),
                Field(
                    code="illness",
                    label="哪些病",
                    required=equals("ill", 2),
                    applies=equals("ill", 2),
                    kind=Table(
                        (
                            Column("what", "病名", Text(50), required=True),
                            Column("when", "时间", kinds.ApproximateDate()),
                        ),
                        rows=3,
                    ),
                ),
            ),
        ),
    ),
    checks=(
        Check(("sbp", "dbp"), lambda a, _c: msg("舒张压应低于收缩压。") if a["dbp"] >= a["sbp"] else None),
    ),
)
SECOND = Form(
    code="second",
    title="第二张",
    edition="1",
    sections=(
        Section(
            "only",
            "另一张",
            (
                Field(code="patient", label="患者姓名", kind=Text(50), home="resident.name"),
                Field(code="remark", label="备注", kind=Text(100), required=NEVER),
            ),
        ),
    ),
)


def shown_view(qtbot, forms, answers=None, previous=None, *, offered=None, **arguments) -> FormView:
    """The view of forms with answers, in front, all of it built."""
    view = FormView(forms, context=Context(today=TODAY), **arguments)
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show_answers(answers or {}, previous, offered=offered)
    view.show()
    view.activateWindow()
    qtbot.waitUntil(lambda: view.is_built() and view.isActiveWindow())
    return view


def focus(view: FormView, name: str) -> QWidget:
    """Put the cursor into a control, as Tab does."""
    found = control(view, QWidget, name)
    found.setFocus(Qt.FocusReason.TabFocusReason)
    return found
