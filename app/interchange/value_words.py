"""What rosters write for the options of the 个人基本信息表: the form's code, and a note where the option opens a line."""

from __future__ import annotations

from app.reference import ethnic_groups

Word = tuple[int, str]


def _words(**lists: dict[int, str]) -> dict[str, dict[str, Word]]:
    return {
        target: {word.casefold(): (code, "") for code, words in by_code.items() for word in words.split()}
        for target, by_code in lists.items()
    }


WORDS: dict[str, dict[str, Word]] = _words(
    sex={1: "男性 M male", 2: "女性 F female", 9: "未说明", 0: "未知 不详"},
    residence_type={
        1: "常住户籍 本地 本村 户籍人口 常住人口 是 农业 农业户口",
        2: "流动 流动人口 外来 外地 暂住 非户籍人口 否",
    },
    blood_abo={1: "A", 2: "B", 3: "O", 4: "AB", 5: "未知 未查 不明"},
    blood_rh={1: "阴 RH阴性 RH- - Rh(-) 是", 2: "阳 RH阳性 RH+ + Rh(+) 否", 3: "未知 未查 不明"},
    education={
        1: "硕士 博士 研究生及以上 硕士研究生 博士研究生",
        2: "本科 大学 大学本科及以上",
        3: "大专 专科 大学专科 高职",
        4: "中专 中技",
        5: "技校",
        6: "普通高中 高中及中专 高中/中专",
        7: "初级中学 普通初中",
        9: "文盲 半文盲 文盲及半文盲 未上学 不识字",
        10: "未知 不明 学龄前",
        8: "小学毕业 初小",
    },
    occupation={
        0: "干部 公务员 国家公务员 企业负责人",
        1: "教师 医生 医务人员 专业技术人员 技术员 村医 工程师",
        2: "职员 文员",
        3: "个体 个体户 经商 商业 服务业 自由职业",
        4: "农民 务农 农业 种植 农牧渔民 渔民 牧民",
        5: "工人 司机 打工 务工 外出务工 建筑工",
        6: "士兵 军官",
        7: "学生 退休 其他 离退休",
        8: "无业 无 待业 家务 儿童 学龄前 学龄前儿童 散居儿童",
    },
    marital_status={
        1: "单身 否",
        2: "初婚 再婚 复婚 有配偶 是 结婚",
        3: "丧偶未再婚",
        4: "离异 离婚未再婚",
        5: "未说明 不详 未知",
    },
    payment_means={
        1: "城镇职工 职工医保 城镇职工医保 职工医疗保险 职工",
        2: "城镇居民 城镇居民医保",
        3: "新农合 农合 合作医疗 城乡居民 城乡居民医保 城乡居民基本医疗保险 居民医保 新型农村合作医疗保险",
        4: "贫困救助金 医疗救助 低保",
        5: "商业保险 商业医保",
        6: "公费",
        7: "自费 全额自费",
    },
    drug_allergy={
        1: "否认 没有 无过敏史 未发现 否",
        2: "青霉素类 青霉素过敏",
        3: "磺胺类 磺胺过敏",
        4: "链霉素过敏",
    },
    exposure={1: "否认 没有 否"},
    disability={1: "无 没有 否 健全", 2: "视力", 3: "听力", 4: "言语 语言", 5: "肢体", 6: "智力", 7: "精神"},
)
WORDS["ethnic_group"] = {
    word.casefold(): (1, "") if group.code == "01" else (99, group.name)
    for group in ethnic_groups()
    for word in (group.name, group.name.removesuffix("族"), group.code, group.letters or group.code)
}
WORDS["ethnic_group"]["1"] = (1, "")
