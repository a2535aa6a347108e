"""When a medicine is taken: only what is certain is marked."""

from __future__ import annotations

import pytest

from app.domain.dosing_times import DAY_TIME_LABELS, DayTime, dosing


def shown(found):
    """The marks as one word."""
    return "".join(str(DAY_TIME_LABELS[time]) for time in found.times)


@pytest.mark.parametrize(
    ("times", "words", "expected"),
    [
        (2, "1片", "早晚"),
        (3, "0.5g", "早中晚"),
        (4, "", "早中晚睡前"),
        (None, "每日2次，每次1片", "早晚"),
        (None, "一日三次 每次1片", "早中晚"),
        (None, "每天两次", "早晚"),
        (None, "0.25g tid", "早中晚"),
        (None, "BID", "早晚"),
        (None, "每日 2 次", "早晚"),
        (1, "早上 1片", "早"),
        (1, "晨起1片", "早"),
        (1, "每晚1片", "晚"),
        (1, "睡前 8u", "睡前"),
        (1, "每晚睡前1片", "睡前"),
        (1, "qn", "晚"),
        (2, "早晚各1片", "早晚"),
        (None, "早1片晚2片", "早晚"),
        (None, "早中晚各1片", "早中晚"),
        (None, "早餐、晚餐前各10u", "早晚"),
        (None, "早10u，中午6u，晚8u，睡前12u", "早中晚睡前"),
        (2, "早１片　晚１片", "早晚"),
        (2, "中药一副", "早晚"),
    ],
)
def test_what_is_certain_is_marked(times, words, expected):
    assert shown(dosing(times, words)) == expected


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (None, ""),
        (None, "1片"),
        (1, "1片"),
        (1, "饭后1片"),
        (5, "1片"),
        (24, ""),
        (None, "每日0次"),
        (None, "隔日1次"),
        (1, "隔天 早上1片"),
        (None, "每周1次"),
        (2, "必要时"),
        (None, "1片 prn"),
        (None, "每8小时1次"),
        (None, "q8h"),
        (1, "下午1片"),
    ],
)
def test_what_is_not_certain_keeps_its_words(times, words):
    assert dosing(times, words).times == ()


@pytest.mark.parametrize(("times", "words"), [(3, "早晚各1片"), (1, "bid"), (2, "每日3次"), (2, "睡前1片")])
def test_words_and_number_that_contradict_each_other_give_no_mark(times, words):
    assert not dosing(times, words).is_known


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("早1片晚2片", {DayTime.MORNING: "1片", DayTime.EVENING: "2片"}),
        ("早晚各1片", {DayTime.MORNING: "1片", DayTime.EVENING: "1片"}),
        ("早10u，晚8u", {DayTime.MORNING: "10u", DayTime.EVENING: "8u"}),
        ("早晚", {}),
        ("早1片晚", {}),
    ],
)
def test_each_time_has_its_own_amount_where_it_is_written(words, expected):
    assert dosing(None, words).amounts == expected


def test_two_times_a_day_have_no_amount_of_their_own():
    assert dosing(2, "1片").amounts == {}


def test_every_time_of_the_day_has_a_label():
    assert [str(DAY_TIME_LABELS[time]) for time in DayTime] == ["早", "中", "晚", "睡前"]
