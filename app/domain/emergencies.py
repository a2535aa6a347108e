"""Emergency checklists (危急情况清单) of the hypertension and the type 2 diabetes follow-up.

国家基本公共卫生服务规范（第三版）, 高血压患者健康管理服务规范 二（二）1 and 2型糖尿病患者健康管理服务规范 二（二）1.
A tick under 症状 on the follow-up sheet only opens the checklist; the checklist alone decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.domain.message import Message, msg

HYPERTENSION_EMERGENCIES: Mapping[str, Message] = {
    "consciousness_change": msg("意识改变"),
    "severe_headache_or_dizziness": msg("剧烈头痛或头晕"),
    "nausea_vomiting": msg("恶心呕吐"),
    "blurred_vision": msg("视力模糊"),
    "eye_pain": msg("眼痛"),
    "palpitation": msg("心悸"),
    "chest_tightness": msg("胸闷"),
    "cannot_lie_flat": msg("喘憋不能平卧"),
}

DIABETES_EMERGENCIES: Mapping[str, Message] = {
    "consciousness_change": msg("意识或行为改变"),
    "acetone_breath": msg("呼气有烂苹果样丙酮味"),
    "palpitation": msg("心悸"),
    "sweating": msg("出汗"),
    "appetite_loss": msg("食欲减退"),
    "nausea": msg("恶心"),
    "vomiting": msg("呕吐"),
    "polydipsia": msg("多饮"),
    "polyuria": msg("多尿"),
    "abdominal_pain": msg("腹痛"),
    "deep_breathing": msg("深大呼吸"),
    "flushed_skin": msg("皮肤潮红"),
    "sudden_vision_loss": msg("视力突然骤降"),
    "other_sudden_event": msg("其他突发异常情况"),
}

DIABETES_ONLY = frozenset(DIABETES_EMERGENCIES) - frozenset(HYPERTENSION_EMERGENCIES) - {"nausea", "vomiting"}

HYPERTENSION_SYMPTOMS_THAT_ASK = frozenset({2, 3, 5, 6})
"""症状 codes of htn_followup that open the checklist: 头痛头晕, 恶心呕吐, 呼吸困难, 心悸胸闷."""

DIABETES_SYMPTOMS_THAT_ASK = frozenset({2, 4})
"""症状 codes of dm_followup that open the checklist: 多饮, 多尿."""

NO_EMERGENCY = frozenset({"", "无", "没有", "none", "no"})


def ticked(names: Iterable[str]) -> tuple[str, ...]:
    """The names that say something is wrong; an explicit "无" is dropped. Unknown names stay: safety first."""
    return tuple(name.strip() for name in names if name.strip().lower() not in NO_EMERGENCY)


def emergency_label(name: str, known: Mapping[str, Message]) -> Message | str:
    """The Chinese name of a checklist entry, or the entry itself when it is in words of the caller."""
    return known.get(name, name)


def key_of(name: str, known: Mapping[str, Message]) -> str:
    """The key of a checklist entry given by key or by its Chinese name; other words come back unchanged."""
    for key, label in known.items():
        if name in (key, str(label)):
            return key
    return name


def concerns_hypertension(name: str) -> bool:
    """False only for the entries that stand on the diabetes checklist alone, such as 呼气有烂苹果样丙酮味."""
    return key_of(name, DIABETES_EMERGENCIES) not in DIABETES_ONLY
