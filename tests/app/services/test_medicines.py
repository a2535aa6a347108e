"""与上次: what became of each medicine."""

from __future__ import annotations

import pytest

from app.services.medicines import Medicine, medicine_changes, medicines_of

NIFEDIPINE = Medicine("硝苯地平控释片 30mg", 1, "1片")
VALSARTAN = Medicine("缬沙坦胶囊 80mg", 1, "1粒")


@pytest.mark.parametrize(
    ("before", "now", "labels"),
    [
        ([], [], []),
        ([], [NIFEDIPINE], ["新增"]),
        ([NIFEDIPINE], [], ["停用"]),
        ([NIFEDIPINE], [Medicine("硝苯地平控释片30MG", 1, "1 片")], ["未变"]),
        ([NIFEDIPINE], [Medicine("硝苯地平控释片 30mg", 2, "1片")], ["剂量改变"]),
        ([NIFEDIPINE], [Medicine("硝苯地平控释片 30mg", 1, "2片")], ["剂量改变"]),
        ([NIFEDIPINE], [Medicine("硝苯地平控释片 60mg", 1, "1片")], ["新增", "停用"]),
        ([VALSARTAN, NIFEDIPINE], [NIFEDIPINE, VALSARTAN], ["未变", "未变"]),
        ([NIFEDIPINE], [NIFEDIPINE, NIFEDIPINE], ["未变"]),
    ],
)
def test_medicines_are_compared_by_name_and_use(before, now, labels):
    assert [str(change.label) for change in medicine_changes(before, now)] == labels


def test_insulin_is_a_medicine_of_its_own_line():
    answers = {
        "drugs": [{"name": "二甲双胍片", "times_per_day": 2, "dose": "1片"}, {"name": ""}],
        "insulin_kind": "甘精胰岛素",
        "insulin_usage": "睡前 12 单位",
    }
    assert medicines_of(answers) == (
        Medicine("二甲双胍片", 2, "1片"),
        Medicine("甘精胰岛素", None, "睡前 12 单位"),
    )
