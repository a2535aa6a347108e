"""The main window: screens made at the first visit, keys, cover and lock, type size, small windows."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QScrollArea, QVBoxLayout, QWidget

from tests.ui.hands import click, control, press
from ui.dialogs import Answer, QtDialogs, Question
from ui.shell.main_window import MainWindow, ScreenEntry
from ui.shell.navigation import NavigationEntry
from ui.shell.shortcuts import KEYS, ShortcutSheet
from ui.theme.theme import Theme, apply_theme, current_theme
from ui.widgets.buttons import Button
from ui.widgets.field_row import LineEdit
from ui.widgets.naming import unnamed_controls
from ui.widgets.small_window import SmallWindow

CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


class Screen(QWidget):
    """A screen that notes what the shell asks of it."""

    def __init__(self, key: str, calls: list[tuple], *, lets_go: bool = True, tall: bool = False) -> None:
        super().__init__()
        self.key, self.calls, self.lets_go, self.deals_with_back = key, calls, lets_go, False
        column = QVBoxLayout(self)
        self.lines = [QLineEdit() for _ in range(40 if tall else 2)]
        for number, line in enumerate(self.lines):
            line.setObjectName(f"{key}_{number}")
            line.setAccessibleName(f"{key} {number}")
            column.addWidget(line)
        self.setFocusProxy(self.lines[0])

    def note(self, what, **arguments):
        self.calls.append((self.key, what, *arguments.values()))

    def refresh(self):
        self.note("refresh")

    def open_with(self, **arguments):
        self.note("open_with", **arguments)

    def can_leave(self):
        self.note("can_leave")
        return self.lets_go

    def primary_action(self):
        self.note("primary")

    def save_action(self):
        self.note("save")

    def print_action(self):
        self.note("print")

    def back_action(self):
        self.note("back")
        return self.deals_with_back

    def shortcuts(self):
        return [("Ctrl D", "复制上次")]


@pytest.fixture
def calls():
    return []


@pytest.fixture
def window(qtbot, calls):
    made = MainWindow()
    qtbot.addWidget(made)
    for key, title in [("today", "今日"), ("residents", "居民"), ("follow_ups", "随访")]:
        made.add_screen(ScreenEntry(key, title, key, lambda key=key: Screen(key, calls)))
    made.add_screen(ScreenEntry("record", "档案", "residents", lambda: Screen("record", calls, tall=True),
                                in_navigation=False, belongs_to="residents"))
    made.show()
    made.show_desk()
    made.show_screen("today")
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    calls.clear()
    return made


def entry(window, key):
    return control(window, NavigationEntry, f"go_{key}")


def test_a_screen_is_made_at_the_first_visit_only(window, calls):
    assert window.screen("residents") is None
    assert window.show_screen("residents")
    first = window.screen("residents")
    window.show_screen("today")
    window.show_screen("residents")
    assert window.screen("residents") is first
    assert (window.current_key(), window.current_screen()) == ("residents", first)


def test_a_screen_shown_again_is_refreshed(window, calls):
    window.show_screen("residents")
    window.show_screen("today")
    assert calls == [("today", "can_leave"), ("residents", "can_leave"), ("today", "refresh")]


def test_arguments_are_handed_to_the_screen(window, calls):
    window.show_screen("record", resident_id="r1")
    window.show_screen("record", resident_id="r2")
    assert [call for call in calls if call[1] == "open_with"] == [("record", "open_with", "r1"), ("record", "open_with", "r2")]


def test_a_screen_that_does_not_let_go_stays(window):
    window.current_screen().lets_go = False
    assert not window.show_screen("residents")
    assert window.current_key() == "today"
    click(entry(window, "residents"))
    assert window.current_key() == "today"
    assert entry(window, "today").isChecked()
    assert not entry(window, "residents").isChecked()


def test_an_unknown_screen_is_a_fault(window):
    with pytest.raises(KeyError):
        window.show_screen("nowhere")


def test_the_entry_of_the_screen_shown_is_marked(window):
    window.show_screen("record")
    assert entry(window, "residents").isChecked()
    assert not entry(window, "today").isChecked()


def test_alt_and_a_number_goes_to_a_screen(window, qtbot):
    press(window, Qt.Key.Key_3, ALT)
    assert window.current_key() == "follow_ups"
    press(window, Qt.Key.Key_1, ALT)
    assert window.current_key() == "today"


def test_a_screen_that_is_shown_gets_the_focus(window, qtbot):
    window.show_screen("residents")
    qtbot.waitUntil(window.screen("residents").lines[0].hasFocus)


@pytest.mark.parametrize("take_away", ["hide", "disable"])
def test_the_focus_stays_in_the_screen_when_its_control_is_taken_away(window, qtbot, take_away):
    first, second = window.screen("today").lines
    second.setFocus()
    second.hide() if take_away == "hide" else second.setEnabled(False)
    qtbot.waitUntil(first.hasFocus)


def test_the_focus_goes_to_what_is_left_of_the_screen(window, qtbot):
    first, second = window.screen("today").lines
    qtbot.waitUntil(first.hasFocus)
    first.hide()
    qtbot.waitUntil(second.hasFocus)


def test_whoever_goes_to_the_search_stays_there_when_the_screen_changes(window, qtbot):
    press(window, Qt.Key.Key_K, CONTROL)
    line = window.top_bar.search.line
    assert line.hasFocus()
    window.screen("today").lines[0].hide()
    passed: list[bool] = []
    QTimer.singleShot(0, lambda: passed.append(True))
    qtbot.waitUntil(lambda: bool(passed))
    assert line.hasFocus()


def test_up_and_down_move_in_the_navigation_and_enter_opens(window, qtbot):
    entry(window, "today").setFocus()
    press(entry(window, "today"), Qt.Key.Key_Down)
    assert entry(window, "residents").hasFocus()
    press(entry(window, "residents"), Qt.Key.Key_Return)
    assert window.current_key() == "residents"


@pytest.mark.parametrize(
    ("key", "modifier", "call"),
    [
        (Qt.Key.Key_F2, Qt.KeyboardModifier.NoModifier, "primary"), (Qt.Key.Key_Return, CONTROL, "save"),
        (Qt.Key.Key_Enter, CONTROL, "save"), (Qt.Key.Key_P, CONTROL, "print"),
        (Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier, "refresh"),
    ],
)
def test_a_key_reaches_the_screen_also_from_within_a_field(window, calls, qtbot, key, modifier, call):
    qtbot.waitUntil(window.current_screen().lines[0].hasFocus)
    press(window.current_screen().lines[0], key, modifier)
    assert calls == [("today", call)]


def test_saving_falls_back_on_the_primary_action(window, qtbot):
    done = []

    class Plain(QWidget):
        def primary_action(self):
            done.append("primary")

    window.add_screen(ScreenEntry("plain", "普通", "today", Plain))
    window.show_screen("plain")
    window.run_save()
    window.run_print()
    window.run_refresh()
    assert done == ["primary"]


def test_escape_goes_back_the_way_one_came(window, qtbot):
    window.show_screen("residents")
    window.show_screen("record")
    press(window.current_screen().lines[0], Qt.Key.Key_Escape)
    assert window.current_key() == "residents"
    press(window.current_screen().lines[0], Qt.Key.Key_Escape)
    assert window.current_key() == "today"
    assert not window.go_back()


def test_a_screen_may_deal_with_escape_itself(window, calls):
    window.show_screen("residents")
    window.current_screen().deals_with_back = True
    assert window.go_back()
    assert window.current_key() == "residents"


def test_escape_does_not_leave_a_screen_that_does_not_let_go(window):
    window.show_screen("residents")
    window.current_screen().lets_go = False
    assert not window.go_back()
    assert window.current_key() == "residents"
    window.current_screen().lets_go = True
    assert window.go_back()


def test_type_grows_and_shrinks_by_keys_and_by_its_button(window, qtbot):
    heard = []
    window.type_scale_changed.connect(heard.append)
    press(window, Qt.Key.Key_Equal, CONTROL)
    press(window, Qt.Key.Key_Equal, CONTROL)
    press(window, Qt.Key.Key_Minus, CONTROL)
    click(control(window, Button, "top_type_size"))
    press(window, Qt.Key.Key_0, CONTROL)
    assert heard == [1.25, 1.5, 1.25, 1.5, 1.0]


def test_high_contrast_can_be_switched_while_the_program_runs(window):
    window.set_high_contrast(True)
    assert current_theme().high_contrast
    window.set_high_contrast(False)
    assert not current_theme().high_contrast


def test_the_desk_kind_decides_title_colour_and_what_is_searched(window):
    assert window.windowTitle() == "村医工作站"
    window.set_identity("township", "刘庄店镇卫生院", "陈静 药师")
    assert window.windowTitle() == "卫生院工作站 · 刘庄店镇卫生院"
    assert current_theme().desk == "township"
    assert control(window, QLabel, "organisation").text() == "刘庄店镇卫生院"
    assert control(window, QLabel, "user").text() == "陈静 药师"
    assert "申领单号" in window.top_bar.search.line.placeholderText()


def test_the_top_bar_shows_date_and_state(window):
    window.top_bar.set_today(date(2026, 11, 22))
    window.top_bar.set_sync("已与卫生院同步 8:42", "green")
    window.top_bar.set_note("31 个村卫生室")
    assert control(window, QLabel, "top_date").text() == "2026年11月22日 星期日"
    assert control(window, Button, "top_sync").accessibleName() == "已与卫生院同步 8:42"
    assert control(window, QLabel, "top_note").isVisible()
    assert window.top_bar.sync_words() == "已与卫生院同步 8:42"


def test_locking_is_asked_for_and_the_cover_hides_everything(window, qtbot, calls):
    with qtbot.waitSignal(window.lock_asked):
        press(window, Qt.Key.Key_L, CONTROL)
    window.show_cover(QLabel("请输入 PIN"))
    assert window.is_covered()
    assert not window.current_screen().isVisible()
    press(window, Qt.Key.Key_2, ALT)
    press(window, Qt.Key.Key_F2)
    assert window.current_key() == "today"
    assert calls == []


def test_a_locked_window_does_not_ask_again(window, qtbot):
    window.show_cover(waiting="正在打开")
    with qtbot.assertNotEmitted(window.lock_asked):
        window.lock()
    assert window.cover.waiting_for() == "正在打开"


def test_what_was_said_does_not_stay_on_the_cover(window):
    window.say("已保存")
    assert window.said() == "已保存"
    window.show_cover()
    assert window.findChild(QWidget, "toast").isHidden()


def test_unlocking_brings_the_desk_back_with_its_keys(window, qtbot, calls):
    window.show_cover()
    with qtbot.waitSignal(window.unlocked):
        window.show_desk()
    press(window, Qt.Key.Key_2, ALT)
    assert window.current_key() == "residents"


def test_an_idle_desk_asks_for_the_lock(window, qtbot):
    with qtbot.waitSignal(window.lock_asked):
        window.lock_after(0.001)


def test_a_locked_desk_hides_an_open_window_and_brings_it_back_with_what_was_typed(window, qtbot):
    over = SmallWindow("改状态", "保存", name="state_window", parent=window.current_screen())
    line = LineEdit(name="reason", accessible_name="原因")
    over.add_field("reason", "原因", line)
    over.start(lambda: None, lambda: None)
    line.setText("搬到县城")
    window.lock_asked.connect(window.show_cover)
    window.lock()
    assert not over.isVisible()
    window.show_desk()
    assert over.isVisible()
    assert over.isModal()
    assert line.text() == "搬到县城"
    over.reject()


def test_a_locked_desk_answers_an_open_question_as_escape_does(window, qtbot):
    QTimer.singleShot(0, window.lock)
    question = Question("确定吗", "要删掉这一行", (Answer("do", "删掉", "danger"), Answer("keep", "留着")), harmless="keep")
    assert QtDialogs(window).ask(question) == "keep"
    assert QApplication.activeModalWidget() is None


def test_an_open_window_does_not_come_back_for_another_person(window, qtbot):
    over = SmallWindow("改状态", "保存", name="state_window", parent=window)
    over.start(lambda: None, lambda: None)
    window.lock()
    window.clear_screens()
    window.show_desk()
    assert not over.isVisible()


def test_a_menu_does_not_stay_over_a_locked_desk(window, qtbot):
    menu = QMenu(window)
    menu.addAction("张桂兰")
    menu.popup(window.mapToGlobal(window.rect().center()))
    assert QApplication.activePopupWidget() is menu
    window.lock()
    assert QApplication.activePopupWidget() is None


def test_the_window_fills_a_screen_that_it_would_not_fit(qtbot):
    made = MainWindow()
    qtbot.addWidget(made)
    assert QApplication.primaryScreen().availableSize().width() < made.width()
    made.show_on_screen()
    assert made.isMaximized()


def test_a_touched_desk_is_not_idle(window, qtbot):
    window.lock_after(0.002)
    touches = []
    timer = QTimer(window)
    timer.timeout.connect(lambda: (touches.append(1), press(window.windowHandle(), Qt.Key.Key_Shift)))
    timer.start(20)
    with qtbot.assertNotEmitted(window.lock_asked):
        qtbot.waitUntil(lambda: len(touches) == 12)
    timer.stop()
    window.lock_after(0)


def test_the_sheet_of_keys_lists_shell_navigation_and_screen(window, qtbot):
    groups = dict(window.key_groups())
    assert groups["今日"] == [("Ctrl D", "复制上次")]
    assert ("Alt 2", "居民") in groups["换页"]
    assert {key.shown for key in KEYS} <= {shown for shown, _ in groups["到处可用"]}


def test_f1_shows_the_sheet_of_keys(window, qtbot):
    seen = []

    def look():
        sheet = QApplication.activeModalWidget()
        if not isinstance(sheet, ShortcutSheet):
            QTimer.singleShot(1, look)
            return
        seen.extend(label.text() for label in sheet.findChildren(QLabel))
        seen.extend(unnamed_controls(sheet))
        sheet.accept()

    QTimer.singleShot(0, look)
    press(window, Qt.Key.Key_F1)
    assert {"Ctrl K", "找人", "Alt 1"} <= set(seen)


def test_everything_can_be_taken_away_for_another_person(window):
    window.clear_screens()
    assert window.screen_keys() == ()
    assert window.navigation.entry_keys() == ()
    assert window.current_screen() is None
    window.add_screen(ScreenEntry("today", "今日", "today", QWidget))
    assert window.show_screen("today")


def test_the_window_closes_unless_somebody_objects(window, qtbot):
    objections = [False, True]
    window.ask_before_closing(lambda: objections.pop(0))
    assert not window.close()
    with qtbot.waitSignal(window.closing):
        assert window.close()


def test_the_window_stays_while_the_screen_does_not_let_go(window):
    window.current_screen().lets_go = False
    assert not window.close()
    window.current_screen().lets_go = True
    assert window.close()


def test_the_control_with_the_focus_is_scrolled_into_sight(window, qtbot):
    window.show_screen("record")
    page = window.current_screen().parent().parent().parent()
    assert isinstance(page, QScrollArea)
    last = window.current_screen().lines[-1]
    last.setFocus()
    qtbot.waitUntil(lambda: not last.visibleRegion().isEmpty())


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 1.75, 2.0])
@pytest.mark.parametrize("size", [(1366, 768), (900, 560)])
def test_nothing_of_the_frame_is_cut_off(window, qtbot, scale, size):
    window.top_bar.set_today(date(2026, 11, 22))
    window.top_bar.set_sync("已与卫生院同步 8:42", "green")
    apply_theme(QApplication.instance(), Theme(scale=scale))
    window.resize(*size)
    lock = control(window, Button, "top_lock")
    qtbot.waitUntil(lambda: lock.mapTo(window, lock.rect().bottomRight()).x() < size[0])
    assert window.width() == size[0]
    for name in ("top_type_size", "top_lock"):
        button = control(window, Button, name)
        assert button.width() >= button.sizeHint().width()
    assert window.navigation.width() < size[0] / 4
    assert window.top_bar.search.line.width() >= 100


def test_a_very_narrow_navigation_shows_icons_and_keeps_the_names(window, qtbot):
    apply_theme(QApplication.instance(), Theme(scale=2.0))
    window.resize(900, 560)
    qtbot.waitUntil(window.navigation.is_icons_only)
    assert entry(window, "today").accessibleName() == "今日"


def test_every_control_of_the_shell_has_its_names(window):
    window.say("已保存")
    assert unnamed_controls(window) == []


@pytest.mark.parametrize("key", ["today", "residents", "follow_ups"])
def test_the_focus_is_seen_in_the_navigation(window, qtbot, key):
    control(window, QLineEdit, "search_line").setFocus()
    before = entry(window, key).grab().toImage()
    entry(window, key).setFocus()
    qtbot.waitUntil(entry(window, key).hasFocus)
    assert entry(window, key).grab().toImage() != before
