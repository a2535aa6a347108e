"""One line for each filled-in form: what a doctor wants to know of it without opening it.

    summary("elder_adl", answers)  ->  4 分 轻度依赖
    tone("htn_followup", answers)  ->  good, bad, warn, info or none

Both take canonical answers or answers as JSON keeps them, so that a list of two hundred forms need not be restored
first: only whole numbers and texts are looked at, and decimals and dates read the same either way. Labels of national
forms stand as they are printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.chronic_followup import VISIT_CLASS_LABELS, VisitClass
from app.domain.message import Message, msg
from app.forms.kinds import Choice, Choices
from app.forms.registry import FORM_MODULES, form

Answers = Mapping[str, Any]
LONGEST_QUOTE = 40
NOTHING = msg("—")
NOT_SEEN = {1: msg("失访"), 2: msg("死亡"), 3: msg("迁出")}
BALANCED = "pinghe"
IS, TENDS_OR_MOSTLY = 2, 3
"""Results of a constitution (tcm_elder): 是; 倾向是, for 平和质 基本是. What is 否 has no result."""

SHORT_NAMES: dict[str, Message] = {
    "record_cover": msg("档案封面"),
    "personal_info": msg("基本信息"),
    "health_exam": msg("健康体检"),
    "htn_followup": msg("高血压随访"),
    "dm_followup": msg("糖尿病随访"),
    "smi_info": msg("精神障碍补充表"),
    "smi_followup": msg("精神障碍随访"),
    "tb_first_visit": msg("肺结核首次入户"),
    "tb_followup": msg("肺结核随访"),
    "elder_adl": msg("自理能力"),
    "tcm_elder": msg("中医体质"),
    "copd_followup": msg("慢阻肺随访"),
    "encounter": msg("接诊"),
    "consultation": msg("会诊"),
    "referral_out": msg("转出"),
    "referral_back": msg("转回"),
    "record_card": msg("信息卡"),
    "screening": msg("筛查"),
}
"""What doctors call the forms, for chips and lists."""

_VISIT_TONES = {1: "good", 2: "bad", 3: "warn", 4: "bad"}
_STABILITY_TONES = {1: "bad", 2: "warn", 3: "good"}


def summary(form_code: str, answers: Answers) -> Message:
    """What the form says, in one line; of a form without a line of its own only that it was filled in."""
    told = _SUMMARIES.get(form_code)
    if told is not None:
        return together(told(answers))
    title = form(form_code).title if form_code in FORM_MODULES else form_code
    return msg("填写{form}。", form=title)


def short_name(form_code: str) -> Message:
    """健康体检 for 健康体检表; the title of a form without a shorter name, the code of an unknown one."""
    if form_code in SHORT_NAMES:
        return SHORT_NAMES[form_code]
    return msg("{form}", form=form(form_code).title if form_code in FORM_MODULES else form_code)


def tone(form_code: str, answers: Answers) -> str:
    """Whether the form tells of something good, bad, to be watched (warn), or neither (none)."""
    if form_code in ("htn_followup", "dm_followup", "copd_followup"):
        return "warn" if answers.get("not_seen") else _VISIT_TONES.get(answers.get("visit_class", 0), "none")
    if form_code == "smi_followup":
        gone = answers.get("lost_reason") or answers.get("death_date")
        return "warn" if gone else _STABILITY_TONES.get(answers.get("visit_class", 0), "none")
    if form_code == "tb_followup":
        return "warn" if answers.get("adr") == 2 or answers.get("complication") == 2 else "none"
    if form_code == "health_exam":
        return {1: "good", 2: "warn"}.get(answers.get("evaluation", 0), "none")
    if form_code == "elder_adl":
        return {1: "good", 2: "warn", 3: "bad", 4: "bad"}.get(answers.get("result", 0), "none")
    if form_code == "screening":
        return _screening_tone(answers.get("conclusion", ()))
    return "warn" if form_code == "referral_out" else "none"


def _screening_tone(conclusions: Sequence[int]) -> str:
    """1 未见异常, 2 and 4 to be measured again, the others to be referred."""
    if any(code in (3, 5, 6) for code in conclusions):
        return "bad"
    return "good" if list(conclusions) == [1] else "warn" if conclusions else "none"


def together(parts: Iterable[Message | str]) -> Message:
    """Several parts as one line; nothing to say is a dash."""
    said = [part for part in parts if isinstance(part, Message) or part]
    if not said:
        return NOTHING
    whole = said[-1] if isinstance(said[-1], Message) else msg("{text}", text=said[-1])
    for part in reversed(said[:-1]):
        whole = msg("{first}；{rest}", first=part, rest=whole)
    return whole


def _label(form_code: str, code: str, value: object) -> str:
    """The printed words of an option, without what it explains in brackets; "" for none."""
    kind = form(form_code).fields[code].kind
    if not isinstance(kind, (Choice, Choices)):
        return ""
    found = next((option.label for option in kind.options if option.code == value), "")
    return found if found.startswith("（") else found.split("（")[0]


def _quoted(text: object) -> str:
    """The beginning of a free text, in one line."""
    line = " ".join(str(text or "").split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"


def _pressure(answers: Answers, sbp: str = "sbp", dbp: str = "dbp") -> Message | str:
    if sbp in answers and dbp in answers:
        return msg("{sbp}/{dbp}", sbp=answers[sbp], dbp=answers[dbp])
    return ""


def _next(answers: Answers) -> Message | str:
    day: date | str | None = answers.get("next_visit_date")
    return msg("下次 {date}", date=day) if day else ""


def _glucose(value: object) -> str:
    """8.1, 7.0, 6.99: one decimal at least, and no needless zeros."""
    whole, _, places = f"{Decimal(str(value)):f}".partition(".")
    return f"{whole}.{places.rstrip('0') or '0'}"


def _visit(reading: Message | str, answers: Answers) -> Iterable[Message | str]:
    """The measured value, the class or why there is none, and what comes next."""
    yield reading or NOTHING
    visit_class = answers.get("visit_class")
    if answers.get("not_seen") in NOT_SEEN:
        yield NOT_SEEN[answers["not_seen"]]
    else:
        yield VISIT_CLASS_LABELS[VisitClass(visit_class)] if visit_class else NOTHING
    refers = answers.get("referral_to") or answers.get("referral_reason") or answers.get("no_referral_reason")
    yield msg("已建议转诊") if refers else _next(answers)


def _hypertension(answers: Answers) -> Iterable[Message | str]:
    return _visit(_pressure(answers), answers)


def _diabetes(answers: Answers) -> Iterable[Message | str]:
    fasting = answers.get("fpg")
    return _visit("" if fasting is None else msg("空腹 {value}", value=_glucose(fasting)), answers)


def _copd(answers: Answers) -> Iterable[Message | str]:
    oxygen = answers.get("spo2")
    return _visit("" if oxygen is None else msg("血氧 {value}%", value=oxygen), answers)


def _cover(_answers: Answers) -> Iterable[Message | str]:
    yield msg("建立健康档案。")


def _personal_info(answers: Answers) -> Iterable[Message | str]:
    yield msg("填写{form}。", form=form("personal_info").title)


def _examination(answers: Answers) -> Iterable[Message | str]:
    """The pressure of the higher side, the body mass index, fasting glucose, and how much was not normal."""
    sides = [
        (answers[f"bp_{side}_sbp"], answers[f"bp_{side}_dbp"])
        for side in ("left", "right")
        if f"bp_{side}_sbp" in answers and f"bp_{side}_dbp" in answers
    ]
    if sides:
        sbp, dbp = max(sides)
        yield msg("血压 {sbp}/{dbp}", sbp=sbp, dbp=dbp)
    if "bmi" in answers:
        yield msg("BMI {value}", value=answers["bmi"])
    if "fpg" in answers:
        yield msg("空腹血糖 {value}", value=_glucose(answers["fpg"]))
    if answers.get("evaluation") == 1:
        yield msg("体检无异常")
    elif answers.get("evaluation") == 2:
        count = sum(f"abnormal_{number}" in answers for number in range(1, 5))
        yield msg("异常 {count} 项", count=count) if count else msg("有异常")


def _smi_info(answers: Answers) -> Iterable[Message | str]:
    yield _quoted(answers.get("diagnosis"))
    if "consent" in answers:
        yield _label("smi_info", "consent", answers["consent"])


def _smi_follow_up(answers: Answers) -> Iterable[Message | str]:
    if answers.get("death_date"):
        yield msg("死亡 {date}", date=answers["death_date"])
        return
    if answers.get("lost_reason"):
        yield msg("失访：{reason}", reason=_label("smi_followup", "lost_reason", answers["lost_reason"]))
        return
    if "visit_class" in answers:
        yield _label("smi_followup", "visit_class", answers["visit_class"])
    if "risk_level" in answers:
        yield msg("危险性 {level} 级", level=answers["risk_level"])
    if answers.get("referral") == 2:
        yield msg("已转诊")
    yield _next(answers)


def _tb_first(answers: Answers) -> Iterable[Message | str]:
    yield _label("tb_first_visit", "patient_type", answers.get("patient_type"))
    if "sputum" in answers:
        yield msg("痰菌{result}", result=_label("tb_first_visit", "sputum", answers["sputum"]))
    yield _next(answers)


def _tb_follow_up(answers: Answers) -> Iterable[Message | str]:
    if "treatment_month" in answers:
        yield msg("治疗第 {month} 月", month=answers["treatment_month"])
    if answers.get("missed_doses"):
        yield msg("漏服 {count} 次", count=answers["missed_doses"])
    if answers.get("adr") == 2:
        yield msg("有不良反应")
    if answers.get("complication") == 2:
        yield msg("有并发症或合并症")
    if "stop_reason" in answers:
        yield msg("停止治疗：{reason}", reason=_label("tb_followup", "stop_reason", answers["stop_reason"]))
    else:
        yield _next(answers)


def _self_care(answers: Answers) -> Iterable[Message | str]:
    if "total" in answers and "result" in answers:
        yield msg(
            "{total} 分 {result}",
            total=answers["total"],
            result=_label("elder_adl", "result", answers["result"]),
        )


def _constitution(answers: Answers) -> Iterable[Message | str]:
    """The constitutions that are 是, the highest score first; without any, those to which the person tends."""
    sections = form("tcm_elder").sections
    names = {
        section.code.removeprefix("constitution_"): section.title
        for section in sections
        if section.code.startswith("constitution_")
    }
    order = sorted(names, key=lambda name: -int(answers.get(f"score_{name}") or 0))
    certain = [names[name] for name in order if answers.get(f"result_{name}") == IS]
    partly = [names[name] for name in order if answers.get(f"result_{name}") == TENDS_OR_MOSTLY and name != BALANCED]
    if answers.get(f"result_{BALANCED}") == TENDS_OR_MOSTLY:
        yield msg("基本是{name}", name=names[BALANCED])
    if certain:
        yield "、".join(certain)
    if partly:
        yield msg("倾向 {names}", names="、".join(partly))
    if not any(f"result_{name}" in answers for name in names):
        yield msg("没有判定出体质")


def _encounter(answers: Answers) -> Iterable[Message | str]:
    yield _quoted(answers.get("assessment") or answers.get("subjective"))


def _consultation(answers: Answers) -> Iterable[Message | str]:
    yield _quoted(answers.get("opinion") or answers.get("reason"))


def _referral_out(answers: Answers) -> Iterable[Message | str]:
    where = " ".join(str(answers[code]) for code in ("to_org", "to_dept") if answers.get(code))
    if where:
        yield msg("转往 {place}", place=where)
    yield _quoted(answers.get("impression"))


def _referral_back(answers: Answers) -> Iterable[Message | str]:
    if answers.get("from_org"):
        yield msg("从 {place} 转回", place=answers["from_org"])
    yield _quoted(answers.get("diagnosis"))


def _card(_answers: Answers) -> Iterable[Message | str]:
    yield msg("填写{form}。", form=form("record_card").title)


def _screening(answers: Answers) -> Iterable[Message | str]:
    pressure = _pressure(answers)
    if pressure:
        yield pressure
    if "fasting_glucose" in answers:
        yield msg("空腹 {value}", value=_glucose(answers["fasting_glucose"]))
    if "random_glucose" in answers:
        yield msg("随机 {value}", value=_glucose(answers["random_glucose"]))
    yield "、".join(_label("screening", "conclusion", code) for code in answers.get("conclusion", ()))


_SUMMARIES: dict[str, Callable[[Answers], Iterable[Message | str]]] = {
    "record_cover": _cover,
    "personal_info": _personal_info,
    "health_exam": _examination,
    "htn_followup": _hypertension,
    "dm_followup": _diabetes,
    "smi_info": _smi_info,
    "smi_followup": _smi_follow_up,
    "tb_first_visit": _tb_first,
    "tb_followup": _tb_follow_up,
    "elder_adl": _self_care,
    "tcm_elder": _constitution,
    "copd_followup": _copd,
    "encounter": _encounter,
    "consultation": _consultation,
    "referral_out": _referral_out,
    "referral_back": _referral_back,
    "record_card": _card,
    "screening": _screening,
}
