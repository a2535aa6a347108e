"""Invented names that sound like a village in Henan: surnames by about their real frequency, given names by generation.

Among them some of national minorities (with the separator dot), compound surnames, and characters beyond the Basic
Multilingual Plane, because such names break programs.
"""

from __future__ import annotations

from random import Random

MALE, FEMALE = 1, 2
HAN, HUI, UYGHUR = "01", "03", "05"

_SURNAMES = (
    ("王", 105), ("李", 100), ("张", 98), ("刘", 75), ("陈", 46), ("杨", 34), ("赵", 33), ("周", 24), ("吴", 19),
    ("徐", 18), ("孙", 20), ("马", 18), ("朱", 14), ("胡", 14), ("郭", 20), ("何", 12), ("高", 14), ("林", 7),
    ("罗", 7), ("郑", 12), ("梁", 10), ("谢", 8), ("宋", 12), ("唐", 5), ("许", 10), ("韩", 11), ("冯", 9),
    ("邓", 5), ("曹", 9), ("彭", 5), ("曾", 3), ("肖", 4), ("田", 7), ("董", 8), ("袁", 6), ("潘", 4), ("于", 4),
    ("蒋", 3), ("蔡", 4), ("余", 3), ("杜", 7), ("叶", 3), ("程", 6), ("苏", 5), ("魏", 8), ("吕", 6), ("丁", 5),
    ("任", 6), ("沈", 3), ("姚", 5), ("卢", 5), ("姜", 3), ("崔", 6), ("钟", 2), ("谭", 2), ("陆", 2), ("汪", 2),
    ("范", 4), ("金", 2), ("石", 4), ("廖", 2), ("贾", 4), ("夏", 3), ("韦", 1), ("付", 4), ("方", 3), ("白", 3),
    ("单", 1), ("仇", 1), ("解", 1), ("查", 1), ("欧阳", 3), ("上官", 1), ("司马", 1), ("诸葛", 1),
)  # fmt: skip
_GIVEN = {
    (MALE, 1955): (
        "守业 铁柱 长根 德海 国强 大山 建国 保国 建军 志刚 文明 福来 有才 金贵 满仓 树林 新民 永福 德福 天顺 "
        "学义 广田 石头 发科 明德 本善 世昌 国栋 忠厚 占山 玉田 连升 春生 水生 来顺 喜才 根旺 治国 全胜 化民"
    ),
    (FEMALE, 1955): (
        "桂兰 秀英 淑芬 玉珍 凤霞 桂英 秀兰 玉兰 兰英 桂芝 秀芝 翠花 凤英 素珍 玉梅 秀荣 爱莲 金凤 春梅 桂荣 "
        "巧云 素兰 银环 改名 大妮 二妮 小妮 秀云 爱英 玉枝 菊英 喜梅 翠英 凤兰 秋菊 冬梅 莲花 素云 麦叶 香"
    ),
    (MALE, 1985): (
        "军 伟 勇 磊 涛 强 超 波 建华 海涛 国庆 红军 卫东 永强 志强 俊杰 海军 小伟 庆华 东升 新建 长青 中华 "
        "少华 世杰 胜利 文涛 军伟 亚军 春雷 向阳 利民 振华 全喜 自力 学军"
    ),
    (FEMALE, 1985): (
        "敏 静 丽 艳 娟 霞 芳 燕 红 玲 丽娟 海燕 红梅 艳丽 秋霞 小红 春燕 玉玲 晓燕 俊霞 爱华 会芳 素芳 雪梅 "
        "彩霞 秀丽 凤玲 小丽 利平 改玲 建英 冬霞 巧玲 文静"
    ),
    (MALE, 2030): "浩然 子轩 宇航 浩宇 俊熙 子豪 一诺 明轩 博文 嘉豪 天佑 家乐 文博 奕辰 梓睿 鑫 鹏飞 旭 龙 帅",
    (FEMALE, 2030): "小雨 梓涵 欣怡 诗涵 可馨 雨桐 思琪 佳怡 梦瑶 子涵 语嫣 一诺 若曦 雅静 婷婷 梦婷 佳慧 雪 萌萌 甜甜",
}  # fmt: skip
_RARE_GIVEN = ("𠮷祥", "䶮", "㛃", "𬭎", "喆", "𣗋")
"""Beyond the everyday, two of them beyond U+FFFF: each occurs in a large enough sample."""
_HUI_SURNAMES = ("马", "丁", "白", "海", "沙", "金")
_UYGHUR = {
    MALE: ("买合木提·艾山", "阿卜杜拉·买买提", "艾尔肯·吐尔逊", "库尔班·阿不都热合曼"),
    FEMALE: ("阿依古丽·买买提", "古丽娜尔·阿不都", "热依汗·艾合买提", "帕提古丽·吐尔逊"),
}


def surname(random: Random) -> str:
    """A surname by about its frequency in the province."""
    names, weights = zip(*_SURNAMES, strict=True)
    return random.choices(names, weights)[0]


def hui_surname(random: Random) -> str:
    """A surname common among 回族."""
    return random.choice(_HUI_SURNAMES)


def given_name(random: Random, sex: int, birth_year: int) -> str:
    """A given name in the fashion of the birth year; one in three hundred has a rare character."""
    if random.random() < 0.0035:
        return random.choice(_RARE_GIVEN)
    until = next(
        year for (known, year) in _GIVEN if known == sex and (birth_year <= year + 15 or year == 2030)
    )
    names = _GIVEN[sex, until].split()
    if until != 2030 and random.random() < 0.35:
        first, last = random.choice(names), random.choice(names)
        return first[0] + last[-1] if first[0] != last[-1] else first
    return random.choice(names)


def uyghur_name(random: Random, sex: int) -> str:
    """A Uyghur name as identity cards write it."""
    return random.choice(_UYGHUR[sex])
