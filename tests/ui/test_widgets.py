"""The small widgets: chips, cards, buttons, fields, banner, shares, steps, charts, panes, toast, and names for all."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from tests.ui.hands import control, press
from ui.theme.theme import Theme, apply_theme
from ui.widgets.banner import PatientBanner, PersonHeading
from ui.widgets.buttons import Button, DangerButton, LinkButton, PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, Card, PageHeader
from ui.widgets.charts import Bar, BarChart, Line, LineChart, Series, TrendChart
from ui.widgets.chips import Chip, ChipRow, ChipText
from ui.widgets.empty_state import EmptyState
from ui.widgets.field_row import ComboBox, LabelledField, LineEdit
from ui.widgets.labels import FlowLabel, label
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.naming import unnamed_controls
from ui.widgets.panes import FormPage, PageStack, ScrollPage, TwoPane, reveal
from ui.widgets.progress import ProgressList, Share, Step, StepList
from ui.widgets.segmented import Segmented, numbered
from ui.widgets.small_window import SmallWindow
from ui.widgets.table import Column, DataTable
from ui.widgets.tabs import Tabs
from ui.widgets.toast import Toast


def shown(qtbot, widget, width=600, height=200):
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    return widget


def texts(widget):
    return [found.text() for found in widget.findChildren(QLabel) if found.text() and not found.isHidden()]


def test_a_chip_says_its_words_to_everybody(qtbot):
    chip = shown(qtbot, Chip("逾期 5", "red"))
    assert (chip.text(), chip.tone(), chip.accessibleName()) == ("逾期 5", "red", "逾期 5")
    chip.set_chip("", "grey")
    assert chip.isHidden()


def test_tones_look_different(qtbot):
    pictures = []
    for tone in ("red", "amber", "green", "blue", "grey"):
        chip = shown(qtbot, Chip("高血压", tone), 60, 22)
        pictures.append(chip.grab().toImage())
    assert all(first != second for number, first in enumerate(pictures) for second in pictures[:number])


def test_chips_wrap_in_a_narrow_row(qtbot):
    row = shown(qtbot, ChipRow([ChipText("高血压"), ChipText("65岁以上"), ChipText("青霉素过敏", "red")]))
    assert row.heightForWidth(500) < row.heightForWidth(90)
    assert row.accessibleName() == "高血压，65岁以上，青霉素过敏"
    row.set_chips([])
    assert row.isHidden()


def test_a_button_writes_its_key_but_is_called_by_its_words(qtbot):
    button = shown(qtbot, PrimaryButton("保存，下一位", name="save", hint="Ctrl ↵"))
    assert button.text() == "保存，下一位\u3000Ctrl ↵"
    assert (button.accessibleName(), button.words()) == ("保存，下一位", "保存，下一位")
    button.set_words("保存", hint="")
    assert button.text() == "保存"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_the_focused_button_is_pressed_by_enter_and_space(qtbot, key):
    button = shown(qtbot, SecondaryButton("打印", name="print"))
    with qtbot.waitSignal(button.clicked):
        press(button, key)


@pytest.mark.parametrize("make", [PrimaryButton, SecondaryButton, DangerButton, LinkButton])
def test_the_focus_is_seen_on_every_button(qtbot, make):
    window = QWidget()
    column = QVBoxLayout(window)
    button, other = make("退回", name="one"), SecondaryButton("其他", name="two")
    column.addWidget(button)
    column.addWidget(other)
    shown(qtbot, window)
    window.activateWindow()
    other.setFocus()
    qtbot.waitUntil(other.hasFocus)
    without = button.grab().toImage()
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    assert button.grab().toImage() != without


def test_a_button_with_an_icon_redraws_it_for_another_type_size(qtbot):
    button = shown(qtbot, Button("打印", name="print", icon_name="print"))
    before = button.iconSize().width()
    apply_theme(QApplication.instance(), Theme(scale=2.0))
    assert button.iconSize().width() == 2 * before


def test_a_card_keeps_its_lines_at_the_top(qtbot):
    card = Card("库存提醒")
    line = card.add_line("二甲双胍片 0.5g", chip=ChipText("剩 12 天", "amber"))
    shown(qtbot, card, 300, 400)
    assert line.geometry().bottom() < 120
    card.set_title("库存")
    assert card.title() == "库存"
    card.clear()
    assert texts(card) == ["库存"]


def test_a_toned_card_has_its_bar(qtbot):
    card = shown(qtbot, Card("血压控制不满意", tone="red"), 200, 100)
    assert card.grab().toImage().pixelColor(2, 50).name() == "#b3261e"
    card.set_tone("")
    assert card.grab().toImage().pixelColor(2, 50).name() == "#ffffff"


def test_a_page_header_puts_its_actions_beneath_when_narrow(qtbot):
    header = PageHeader("今天要做的事")
    header.set_chips([ChipText("逾期 5", "red")])
    header.set_note("送 刘庄店镇卫生院")
    button = PrimaryButton("开始随访", name="start", hint="F2")
    header.add_action(button)
    shown(qtbot, header, 900, 60)
    assert button.mapTo(header, button.rect().topLeft()).x() > 700
    header.resize(240, 200)
    qtbot.waitUntil(lambda: button.mapTo(header, button.rect().topLeft()).x() < 50)
    assert header.chips() == (ChipText("逾期 5", "red"),)


def test_the_actions_stand_in_one_line_wherever_they_stand(qtbot):
    header = PageHeader("冷链")
    header.set_chips([ChipText("超温待核实 1", "red"), ChipText("该记温度了 1", "amber")])
    header.set_note("1 台设备　·　每天上午、下午各记一次")
    buttons = [SecondaryButton(words, name=f"action_{words}") for words in ("导出表格", "打印", "记温度")]
    for button in buttons:
        header.add_action(button)
    shown(qtbot, header, 560, 60)
    for width in (560, 640, 720, 900):
        header.resize(width, 200)
        QApplication.sendPostedEvents()
        assert len({button.mapTo(header, QPoint(0, 0)).y() for button in buttons}) == 1
        note = control(header, QLabel, "page_note")
        assert note.mapTo(header, QPoint(0, 0)).x() + note.width() <= width


def test_words_of_a_row_go_on_in_a_second_line_when_they_have_no_room(qtbot):
    words = FlowLabel("批号 26100279（2028-03-24 到期）12 粒；批号 26110306（2028-05-20 到期）24 粒", name="batches")
    box = FlowBox()
    box.add(words)
    shown(qtbot, box, 900, 100)
    one_line = words.height()
    box.resize(300, 100)
    assert words.width() <= 300
    assert words.height() >= 2 * one_line - 4


def test_of_a_stack_only_the_page_shown_asks_for_room(qtbot):
    stack, low, high = PageStack(), QWidget(), QWidget()
    low.setMinimumHeight(50)
    high.setMinimumHeight(500)
    stack.addWidget(low)
    stack.addWidget(high)
    shown(qtbot, stack)
    assert (stack.currentWidget(), stack.count(), stack.minimumSizeHint().height()) == (low, 2, 50)
    line = LineEdit(name="line", accessible_name="药品", parent=low)
    line.setFocus()
    stack.setCurrentWidget(high)
    assert (stack.currentIndex(), high.isVisible(), low.isVisible()) == (1, True, False)
    assert stack.minimumSizeHint().height() == 500


def test_of_a_high_table_the_chosen_line_is_revealed_with_the_titles_if_both_have_room(qtbot):
    table = DataTable((Column("name", "药品"),), name="drugs", accessible_name="药品", least_rows=20)
    table.set_rows([{"name": f"药品 {number}"} for number in range(20)])
    inside = QWidget()
    column = QVBoxLayout(inside)
    above = label("抬头")
    above.setFixedHeight(150)
    column.addWidget(above)
    column.addWidget(table)
    page = shown(qtbot, ScrollPage(inside), 400, 300)
    bar = page.verticalScrollBar()
    table.select_row(0)
    reveal(table)
    assert bar.value() == 0
    for number, has_titles in ((2, True), (10, False)):
        table.select_row(number)
        reveal(table)
        line = table.visualRect(table.currentIndex()).translated(table.viewport().mapTo(inside, QPoint(0, 0)))
        assert bar.value() <= line.top()
        assert line.bottom() <= bar.value() + page.viewport().height()
        assert (bar.value() <= table.y()) is has_titles


def test_a_small_window_is_as_wide_as_its_longest_list_also_beside_the_scroll_bar(qtbot):
    window = SmallWindow("登记开封", "登记", name="open_window")
    batch = ComboBox(name="batch", accessible_name="药品和批号")
    batch.set_options([("1", "精蛋白人胰岛素混合注射液(30R) 3ml:300IU　批号 26110303")])
    window.add_field("batch", "药品和批号", batch)
    for number in range(20):
        window.add_field(f"line_{number}", "备注", LineEdit(name=f"line_{number}", accessible_name="备注"))
    qtbot.addWidget(window)
    window.start(lambda: None, lambda: None)
    qtbot.waitUntil(lambda: control(window, QScrollArea, "open_window_scroll").verticalScrollBar().isVisible())
    area = control(window, QScrollArea, "open_window_scroll")
    assert batch.mapTo(area.viewport(), QPoint(0, 0)).x() + batch.width() <= area.viewport().width()
    assert batch.width() >= batch.minimumSizeHint().width()


def test_the_action_bar_has_the_main_action_at_the_far_right(qtbot):
    bar = ActionBar()
    cancel, save = SecondaryButton("取消", name="cancel"), PrimaryButton("保存", name="save")
    bar.add_left(cancel)
    bar.add_right(save)
    bar.set_note("✓ 已自动保存草稿")
    shown(qtbot, bar)
    assert cancel.x() == 0
    assert save.geometry().right() == bar.width() - 1
    assert bar.note() == "✓ 已自动保存草稿"


def test_a_field_names_its_control_and_describes_it(qtbot):
    line = LineEdit(name="systolic", accessible_name="收缩压")
    field = shown(qtbot, LabelledField("血压 mmHg", line, name="systolic", hint="上次 162/94", unit="两次平均"))
    assert field.caption() == "血压 mmHg"
    assert line.accessibleDescription() == "上次 162/94，两次平均"
    field.set_problem("收缩压请填 60 到 300 之间的数，您填的是 1300。")
    assert "1300" in line.accessibleDescription()


def test_a_plain_control_gets_its_names_from_the_field(qtbot):
    field = shown(qtbot, LabelledField("心率", QLineEdit(), name="heart_rate"))
    assert (field.control.objectName(), field.control.accessibleName()) == ("heart_rate", "心率")


def test_a_problem_goes_before_a_warning(qtbot):
    field = shown(qtbot, LabelledField("BMI", QLineEdit(), name="bmi"))
    sentence = control(field, QLabel, "bmi_problem")
    assert sentence.isHidden() or not sentence.isVisible()
    field.set_warning("超重")
    assert (field.sentence(), field.control.property("problem")) == ("超重", "warning")
    field.set_problem("请填体重。")
    assert (field.sentence(), field.control.property("problem")) == ("请填体重。", "true")
    field.set_problem("")
    assert (field.problem(), field.warning(), field.sentence()) == ("", "超重", "超重")
    field.set_warning("")
    assert field.sentence() == ""
    assert not field.control.property("problem")


def test_controls_side_by_side_stay_in_line_when_one_has_a_problem(qtbot):
    from ui.widgets.layouts import Grid

    box = QWidget()
    grid = Grid(box)
    fields = [LabelledField(name, QLineEdit(), name=name) for name in ("a", "b")]
    for column, field in enumerate(fields):
        grid.addWidget(field, 0, column)
    fields[0].set_problem("这一项请重新填写，要填 20 到 300 之间的数，您填的是 635。")
    shown(qtbot, box, 300, 200)
    tops = {field.control.mapTo(box, field.control.rect().topLeft()).y() for field in fields}
    assert len(tops) == 1


def test_the_unit_stands_inside_at_the_right(qtbot):
    field = shown(qtbot, LabelledField("体重", QLineEdit(), name="weight", unit="kg"))
    unit = control(field, QLabel, "weight_unit")
    assert unit.parent() is field.control
    assert unit.geometry().right() > field.control.width() - 20
    field.set_unit("")
    assert unit.isHidden()


def test_a_combo_box_holds_values_behind_words(qtbot):
    box = shown(qtbot, ComboBox(name="ethnic_group", accessible_name="民族"))
    box.set_options([("01", "汉族"), ("02", "蒙古族")])
    assert box.value() == "01"
    box.set_value("02")
    box.set_options([("01", "汉族"), ("02", "蒙古族"), ("03", "回族")])
    assert (box.value(), box.currentText()) == ("02", "蒙古族")
    box.set_value("99")
    assert box.value() == "01"


def test_the_banner_says_whose_record_is_open(qtbot):
    banner = PatientBanner()
    allergy = ChipText("青霉素过敏", "red")
    banner.show_person(PersonHeading("欧阳淑芬", "女 · 69 岁", "身份证 ****4327", (allergy,), "本年第 4 次"))
    banner.add_action(SecondaryButton("打印档案", name="print"))
    shown(qtbot, banner, 900, 90)
    assert {"欧阳淑芬", "女 · 69 岁", "身份证 ****4327", "本年第 4 次"} <= set(texts(banner))
    assert banner.accessibleName() == "欧阳淑芬"
    assert "青霉素过敏" in banner.accessibleDescription()


@pytest.mark.parametrize(("done", "of", "percent"), [(312, 356, "87.6%"), (0, 10, "0.0%"), (0, 0, "—"), (5, 5, "100.0%")])
def test_a_share_shows_a_dash_when_there_is_nothing_to_do(done, of, percent):
    assert Share("高血压规范管理", done, of).percent() == percent


def test_shares_are_listed(qtbot):
    shares = shown(qtbot, ProgressList(name="shares"))
    shares.set_shares([Share("高血压规范管理", 312, 356), Share("65岁以上体检", 203, 341, "amber")])
    wanted = ["高血压规范管理", "312 / 356", "87.6%", "65岁以上体检", "203 / 341", "59.5%"]
    qtbot.waitUntil(lambda: texts(shares) == wanted)
    shares.set_shares([])
    assert texts(shares) == []


def test_steps_say_which_are_done(qtbot):
    steps = shown(qtbot, StepList(name="steps"))
    steps.set_steps([Step("草稿", "王明 11-22 8:30", done=True), Step("已提交")])
    assert steps.accessibleDescription() == "草稿：已完成，已提交：未完成"


def test_a_trend_describes_itself_in_words(qtbot):
    chart = shown(qtbot, TrendChart(name="trend", accessible_name="血压趋势"), 340, 190)
    empty = chart.grab().toImage()
    series = Series("收缩压", ((date(2026, 1, 8), 146), (date(2026, 4, 3), None), (date(2026, 11, 22), 158.5)))
    chart.show_series([series], until=date(2026, 11, 22), band=(90, 150), unit="mmHg")
    assert chart.accessibleDescription() == "收缩压：2026-01-08 146，2026-11-22 158.5；目标范围 90 到 150 mmHg"
    assert chart.grab().toImage() != empty


@pytest.mark.parametrize("values", [[7.0], [7.0, 7.0], [0.0, 1000.0], [-3.0, 4.0]])
def test_any_values_can_be_drawn(qtbot, values):
    chart = shown(qtbot, TrendChart(name="trend", accessible_name="血糖"), 300, 180)
    points = tuple((date(2026, 1 + number, 1), value) for number, value in enumerate(values))
    chart.show_series([Series("空腹血糖", points, "blue", "square"), Series("中位数", points, "grey", "none", dashed=True)],
                      until=date(2026, 6, 1))
    assert not chart.grab().isNull()


def test_a_line_chart_says_its_lines_in_words_and_leaves_gaps_where_nothing_is_known(qtbot):
    chart = shown(qtbot, LineChart(name="year", accessible_name="十二个月用量"), 300, 110)
    median = Line("中位数", (3.0, 3.0, 3.0), "grey", dashed=True)
    chart.show_lines(("8 月", "9 月", "10 月"), (Line("柳庄村", (4.0, None, 9.5)), median))
    assert chart.accessibleDescription() == "柳庄村：8 月 4，10 月 9.5；中位数：8 月 3，9 月 3，10 月 3"
    assert (chart.places(), len(chart.lines())) == (("8 月", "9 月", "10 月"), 2)
    blank = chart.grab().toImage()
    chart.show_lines(("8 月",), (Line("柳庄村", (None,)),))
    assert chart.accessibleDescription() == "柳庄村：没有记录"
    assert chart.grab().toImage() != blank


def test_bars_show_the_one_that_is_meant(qtbot):
    chart = shown(qtbot, BarChart(name="use", accessible_name="用量"), 300, 90)
    chart.show_bars([Bar("10月", 51), Bar("11月", 49, highlighted=True)])
    assert chart.accessibleDescription() == "10月 51，11月 49"
    colours = {chart.grab().toImage().pixelColor(x, 60).name() for x in range(96)}
    assert {"#0f766e", "#9cc7c2"} <= colours


def pane(qtbot, actions=None):
    main, side = label("main"), label("side")
    return shown(qtbot, TwoPane(main, side, actions=actions), 1200, 400), main, side


def test_the_side_column_goes_beneath_on_a_narrow_window(qtbot):
    save = PrimaryButton("保存", name="save")
    panes, main, side = pane(qtbot, save)
    assert not panes.is_stacked()
    qtbot.waitUntil(lambda: side.mapTo(panes, side.rect().topLeft()).x() > 800)
    panes.resize(600, 400)
    assert panes.is_stacked()
    assert side.mapTo(panes, side.rect().topLeft()).x() == main.mapTo(panes, main.rect().topLeft()).x()
    assert save.isVisible()
    panes.resize(1200, 400)
    assert not panes.is_stacked()
    assert main.isVisible()


def test_larger_type_stacks_the_columns(qtbot):
    panes, _, _ = pane(qtbot)
    apply_theme(QApplication.instance(), Theme(scale=2.0))
    assert panes.is_stacked()


def test_the_actions_of_a_form_stay_in_sight(qtbot):
    content = QWidget()
    column = Vertical(content)
    for number in range(60):
        column.addWidget(label(f"行 {number}"))
    bar = ActionBar()
    bar.add_right(PrimaryButton("保存", name="save"))
    page = shown(qtbot, FormPage(content, bar), 500, 300)
    assert bar.geometry().bottom() < page.height()
    assert page.scroll.verticalScrollBar().maximum() > 0


def test_widgets_in_a_flow_wrap(qtbot):
    box = FlowBox(spacing=8)
    for number in range(5):
        box.add(SecondaryButton(f"按钮 {number}", name=f"b{number}"))
    shown(qtbot, box, 800, 50)
    assert box.heightForWidth(200) > 2 * box.heightForWidth(2000)
    box.clear()
    assert box.heightForWidth(200) == 0


def test_tabs_have_keys_and_counts_in_their_titles(qtbot):
    tabs = Tabs(name="request_tabs", accessible_name="申领单")
    tabs.add("needed", "需要申领 41", label("一"))
    tabs.add("all", "全部目录 380", label("二"))
    shown(qtbot, tabs)
    changes = []
    tabs.changed.connect(changes.append)
    assert tabs.current() == "needed"
    tabs.show_tab("all")
    tabs.set_title("needed", "需要申领 40")
    assert (tabs.current(), tabs.title("needed"), changes) == ("all", "需要申领 40", ["all"])


def test_a_toast_is_said_at_the_foot_and_never_takes_the_focus(qtbot):
    window = shown(qtbot, QWidget(), 800, 500)
    toast = Toast(window)
    assert toast.isHidden()
    toast.say("已保存")
    assert (toast.text(), toast.isVisible()) == ("已保存", True)
    assert toast.geometry().bottom() < 500 - 56, "the row of buttons at the foot stays free"
    assert toast.geometry().top() > 380
    window.resize(400, 300)
    assert toast.geometry().bottom() < 300


def test_an_empty_place_says_what_it_is_for(qtbot):
    action = PrimaryButton("导入", name="import")
    state = shown(qtbot, EmptyState("还没有居民", "可以从电子表格导入。", name="none", action=action))
    assert texts(state) == ["还没有居民", "可以从电子表格导入。"]
    state.set_words("没有找到")
    assert (texts(state), state.accessibleName()) == (["没有找到"], "没有找到")


def test_markup_in_data_is_shown_as_it_is_written(qtbot):
    made = shown(qtbot, label("<b>李</b>"))
    assert made.textFormat() == Qt.TextFormat.PlainText


def test_controls_without_names_are_found(qtbot):
    window = QWidget()
    column = QVBoxLayout(window)
    bare, half, whole = QPushButton("甲"), QLineEdit(), QComboBox()
    half.setObjectName("half")
    whole.setObjectName("whole")
    whole.setAccessibleName("整")
    whole.setEditable(True)
    spin = QSpinBox()
    spin.setObjectName("spin")
    spin.setAccessibleName("数")
    for widget in (bare, half, whole, spin, Segmented(numbered(["有", "无"]), name="seg", accessible_name="有无")):
        column.addWidget(widget)
    shown(qtbot, window)
    found = unnamed_controls(window)
    assert [line.split()[0] for line in found] == ["QPushButton", "QLineEdit"]
