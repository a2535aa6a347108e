"""Questions, news, failures and file choosers: what is shown, what is answered, what reaches the log."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QPlainTextEdit, QScrollArea

from app.data_folder import LOGS
from app.domain.message import msg
from app.errors import EnvironmentFailure, UserError
from app.logs import start_log, stop_log
from tests.ui.hands import click, control, press, type_chinese
from ui.dialogs import (
    Answer,
    FileKind,
    Notice,
    QtDialogs,
    Question,
    ScriptedDialogs,
    confirm,
    notice_of,
    show_failure,
    with_ending,
)
from ui.theme.theme import Theme, apply_theme
from ui.widgets.buttons import Button
from ui.widgets.message_window import MessageWindow, TextWindow
from ui.widgets.naming import unnamed_controls

RESTORE = Question(
    "恢复 6月3日 的备份？", "此后写的 3 次门诊会丢失。",
    (Answer("restore", "恢复备份", "danger"), Answer("keep", "保留现在的记录")), harmless="keep",
)
SHEET = FileKind("电子表格", ("xlsx", "csv"))


def when_shown(kind, act):
    """Act on the modal window of a kind as soon as it is shown."""

    def look():
        window = QApplication.activeModalWidget()
        if isinstance(window, kind):
            act(window)
        else:
            QTimer.singleShot(1, look)

    QTimer.singleShot(0, look)


@pytest.mark.parametrize("key", ["restore", "keep"])
def test_the_pressed_answer_is_returned(qtbot, key):
    when_shown(MessageWindow, lambda window: click(control(window, Button, f"answer_{key}")))
    assert QtDialogs().ask(RESTORE) == key


def test_escape_gives_the_harmless_answer(qtbot):
    when_shown(MessageWindow, lambda window: press(window, Qt.Key.Key_Escape))
    assert QtDialogs().ask(RESTORE) == "keep"


def test_the_harmless_answer_is_the_default(qtbot):
    seen = []

    def look(window):
        seen.extend(button.objectName() for button in window.findChildren(Button) if button.isDefault())
        window.reject()

    when_shown(MessageWindow, look)
    QtDialogs().ask(RESTORE)
    assert seen == ["answer_keep"]


def test_news_are_told_in_three_answers_with_details_to_copy(qtbot):
    notice = Notice("还没有保存", "另一个窗口正在保存。", "您填写的都还在。", "请稍等，再保存一次。", "SQLite 5", "amber")
    seen = {}

    def look(window):
        for part in ("happened", "safe", "to_do"):
            seen[part] = control(window, QLabel, f"message_{part}").text()
        details = control(window, QPlainTextEdit, "message_details")
        seen["hidden"] = details.isHidden()
        click(control(window, Button, "message_details_toggle"))
        seen["visible"] = details.isVisible()
        click(control(window, Button, "message_copy"))
        seen["unnamed"] = unnamed_controls(window)
        click(control(window, Button, "answer_ok"))

    when_shown(MessageWindow, look)
    QtDialogs().tell(notice)
    assert seen == {
        "happened": "另一个窗口正在保存。", "safe": "您填写的都还在。", "to_do": "请稍等，再保存一次。",
        "hidden": True, "visible": True, "unnamed": [],
    }
    assert QGuiApplication.clipboard().text() == "SQLite 5"


def test_a_line_is_asked_for_and_chinese_is_typed(qtbot):
    def write(window):
        line = control(window, QLineEdit, "text_window_line")
        type_chinese(line, "病人拒绝")
        press(line, Qt.Key.Key_Return)

    when_shown(TextWindow, write)
    assert QtDialogs().ask_text("不转诊的原因", "原因") == "病人拒绝"


def test_going_back_from_a_line_gives_none(qtbot):
    when_shown(TextWindow, lambda window: window.reject())
    assert QtDialogs().ask_text("不转诊的原因", "原因", value="已写") is None


@pytest.mark.parametrize(
    ("chosen", "kind", "path"),
    [
        ("/x/居民.xlsx", SHEET.as_filter(), Path("/x/居民.xlsx")), ("/x/居民", SHEET.as_filter(), Path("/x/居民.xlsx")),
        ("/x/4.5", SHEET.as_filter(), Path("/x/4.5.xlsx")), ("", "", None),
    ],
)
def test_a_file_to_write_gets_its_ending(monkeypatch, chosen, kind, path):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (chosen, kind))
    assert QtDialogs().save_file("存到哪里", "居民.xlsx", [SHEET]) == path


def test_a_file_that_nobody_was_asked_about_is_not_written_over(tmp_path):
    for name in ("名单.xlsx", "名单 (2).xlsx"):
        (tmp_path / name).write_bytes(b"")
    assert with_ending(tmp_path / "名单", SHEET) == tmp_path / "名单 (3).xlsx"
    assert with_ending(tmp_path / "名单.XLSX", SHEET) == tmp_path / "名单.XLSX"


@pytest.mark.parametrize(("chosen", "path"), [("/x/a.cyx", Path("/x/a.cyx")), ("", None)])
def test_a_file_to_read_is_chosen_or_not(monkeypatch, chosen, path):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *arguments: (chosen, ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *arguments: chosen)
    assert QtDialogs().open_file("选文件", [SHEET]) == path
    assert QtDialogs().choose_folder("选文件夹") == path


def test_a_chooser_begins_where_a_file_was_chosen_last_and_else_in_the_documents(monkeypatch, tmp_path):
    begun = []

    def answer(_window, _title, place, _kinds):
        begun.append(Path(place))
        return str(tmp_path / "a.xlsx"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)
    dialogs = QtDialogs()
    dialogs.save_file("存到哪里", "居民.xlsx", [SHEET])
    dialogs.save_file("存到哪里", "药品.xlsx", [SHEET])
    dialogs.open_file("选文件", [SHEET])
    dialogs.open_file("选文件", [SHEET], folder=tmp_path.parent)
    usual = {Path(place) for kind in (QStandardPaths.StandardLocation.DocumentsLocation,
                                      QStandardPaths.StandardLocation.HomeLocation)
             for place in QStandardPaths.standardLocations(kind)}
    assert begun[0].parent in usual
    assert begun[1:] == [tmp_path / "药品.xlsx", tmp_path, tmp_path.parent]


def test_the_kinds_of_files_are_written_as_qt_wants_them():
    assert SHEET.as_filter() == "电子表格 (*.xlsx *.csv)"


@pytest.mark.parametrize(("error", "tone"), [(UserError, "amber"), (EnvironmentFailure, "red")])
def test_a_failure_is_told_sentence_by_sentence(dialogs, error, tone):
    show_failure(dialogs, error(msg("磁盘已满，没有保存。请删掉一些文件。"), details="ENOSPC"))
    [notice] = dialogs.told
    assert (notice.happened, notice.details, notice.tone) == ("磁盘已满，没有保存。\n请删掉一些文件。", "ENOSPC", tone)


def test_what_is_told_reaches_the_log_without_its_words(dialogs, tmp_path):
    log = start_log(tmp_path)
    show_failure(dialogs, UserError(msg("没有找到 {name}。", name="李桂兰")))
    stop_log(log)
    [file] = (tmp_path / LOGS).iterdir()
    logged = file.read_text(encoding="utf-8")
    assert "failure_told" in logged
    assert "app.errors.UserError" in logged
    assert "李桂兰" not in logged
    assert "李桂兰" in dialogs.last_told()


def test_several_lines_of_a_refusal_stay_apart():
    notice = notice_of(UserError(msg("姓名没有填。\n身份证号要 18 位。")))
    assert notice.happened == "姓名没有填。\n身份证号要 18 位。"


def test_a_script_answers_in_order_and_then_harmlessly(dialogs):
    dialogs.will_answer("restore")
    assert [dialogs.ask(RESTORE), dialogs.ask(RESTORE)] == ["restore", "keep"]
    assert dialogs.asked == [RESTORE, RESTORE]


def test_a_script_may_only_answer_what_is_offered(dialogs):
    dialogs.will_answer("delete")
    with pytest.raises(LookupError, match="delete"):
        dialogs.ask(RESTORE)


def test_a_script_chooses_files_and_writes_lines():
    dialogs = ScriptedDialogs().will_choose(Path("/a"), None).will_write("原因")
    assert dialogs.open_file("开", [SHEET]) == Path("/a")
    assert dialogs.save_file("存", "x", [SHEET]) is None
    assert dialogs.choose_folder("选") is None
    assert dialogs.ask_text("问", "原因") == "原因"
    assert dialogs.choosers == ["开", "存", "选", "问"]


def test_confirming_names_both_answers(dialogs):
    dialogs.will_answer("do", "keep")
    answers = [confirm(dialogs, "删掉草稿？", "草稿会删掉。", do="删掉", keep="留着", dangerous=True) for _ in range(3)]
    assert answers == [True, False, False]
    assert [answer.text for answer in dialogs.asked[0].answers] == ["删掉", "留着"]


@pytest.fixture
def largest_type(qapp):
    apply_theme(qapp, Theme(scale=2.0))
    yield
    apply_theme(qapp, Theme())


@pytest.mark.usefixtures("largest_type")
@pytest.mark.parametrize("details", ["", "Traceback\n" * 40])
def test_a_long_message_at_the_largest_type_stays_on_the_screen_and_scrolls(qtbot, details):
    sentences = "；".join(f"第 {number} 行申领的数量超过建议量的两倍" for number in range(30))
    window = MessageWindow(None, "请核对", sentences, "填写的都留着。", "改好后再提交。", answers=RESTORE.answers,
                           harmless="keep", details=details)
    qtbot.addWidget(window)
    window.show()
    if details:
        click(control(window, Button, "message_details_toggle"))
    assert window.height() <= window.screen().availableGeometry().height()
    assert control(window, Button, "answer_keep").visibleRegion().boundingRect().height() > 50
    bar = control(window, QScrollArea, "message_scroll").verticalScrollBar()
    press(window, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    press(window, Qt.Key.Key_PageUp)
    assert bar.value() == 0
