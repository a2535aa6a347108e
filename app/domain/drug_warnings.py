"""用药提示: interactions, contraindications, allergies and duplicates among the drugs that are to be dispensed.

Specification: mechanisms §5.2, R-B06 to R-B12, and §5.5; the tables of resources/drugs. Level 1 blocks, 2 wants a reason, 3
is a notice, 4 is hidden. What holds only under a condition that is not known is a question and never a block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations, product

from app.domain.drug_rules import (
    ALCOHOL,
    Active,
    ClassRule,
    ConditionKind,
    Contraindication,
    DrugRules,
    Fit,
    Patient,
    Pregnancy,
    age_is_within,
    completed_months,
    fits,
)
from app.domain.message import Message, msg

FORBIDDEN, ADVISED_AGAINST, CAUTION, HIDDEN = 1, 2, 3, 4

OVERLAP_DAYS, LONG_OVERLAP_DAYS = 3, 7
"""So long a new supply may overlap one of the same ingredient (R-B11); 7 days where a chronic supply is refilled."""

ASKED_FROM_YEARS, ASKED_TO_YEARS = 12, 55
"""Women of this age are asked about a pregnancy (R-B08)."""

SAME_SUBGROUP = 5
"""ATC characters that make two drugs of one chemical subgroup (C08CA)."""
COMBINED_ON_PURPOSE = ("B05", "A10A", "A11", "J04")
"""Subgroups of which several are given together: infusions, insulins, vitamins, tuberculosis."""


class Weight(StrEnum):
    """What a warning asks for: `BLOCK` can't be given, `REASON` wants one, `ASK` a confirmation, `NOTICE` is shown."""

    BLOCK = "block"
    REASON = "reason"
    ASK = "ask"
    NOTICE = "notice"


class WarningKind(StrEnum):
    """What a warning is about."""

    INTERACTION = "interaction"
    CONTRAINDICATION = "contraindication"
    ALLERGY = "allergy"
    DUPLICATE_INGREDIENT = "duplicate_ingredient"
    DUPLICATE_CLASS = "duplicate_class"
    DIAGNOSIS = "diagnosis"


@dataclass(frozen=True)
class DrugWarning:
    """One warning. `keys` are the lines that it concerns; `code` names it for reasons and for tests.

    `effect` what may happen, `action` what to do, `source` where the rule comes from.
    """

    code: str
    kind: WarningKind
    level: int
    keys: tuple[str, ...]
    drugs: tuple[str, ...]
    effect: Message
    action: Message
    source: Message
    is_question: bool = False

    @property
    def weight(self) -> Weight:
        """What it asks for."""
        if self.is_question and self.level < CAUTION:
            return Weight.ASK
        return {FORBIDDEN: Weight.BLOCK, ADVISED_AGAINST: Weight.REASON}.get(self.level, Weight.NOTICE)


LEVEL_ACTIONS = {
    FORBIDDEN: msg("请换药；确有需要时转上级医院决定。"),
    ADVISED_AGAINST: msg("请换药，或写明必须合用的原因。"),
    CAUTION: msg("请告诉居民可能的反应，并按需要监测。"),
}
GAP_ACTION = msg("两药间隔 2 小时以上服用。")
THESAURUS = msg("法国药品管理局相互作用目录（2020 年 10 月版）")
CATALOGUE = msg("药品目录")
HEALTH_RECORD = msg("居民健康档案")
HOUSE_RULE = msg("本软件的规则")


def warnings_for(
    lines: Sequence[Active], running: Sequence[Active], patient: Patient, rules: DrugRules, day: date,
    *, is_long: bool = False,
) -> tuple[DrugWarning, ...]:
    """Every warning about giving `lines` to somebody who still takes `running`, the gravest first.

    Of two running drugs nothing is said. `is_long` is a supply for a chronic disease, which may overlap longer.
    """
    found: list[DrugWarning] = []
    for one, other in _pairs(lines, running):
        found += _about_pair(one, other, rules, LONG_OVERLAP_DAYS if is_long else OVERLAP_DAYS)
    for line in lines:
        already = any(other.known_ingredients & line.known_ingredients for other in running)
        found += _about_person(line, patient, rules, day, is_known_to_take_it=already)
    return tuple(sorted(found, key=lambda warning: (warning.level, warning.is_question)))


def _pairs(lines: Sequence[Active], running: Sequence[Active]) -> Iterator[tuple[Active, Active]]:
    yield from combinations(lines, 2)
    # A refill of the same product is judged by how much of the last supply is left, not as a duplicate; and what is
    # refilled stands among the lines, so that the others need not be held against its former supply as well.
    refilled = {(line.known_ingredients, line.is_systemic) for line in lines if line.known_ingredients}
    for line, other in product(lines, running):
        is_refill = bool(line.code) and line.code == other.code
        is_line_too = (other.known_ingredients, other.is_systemic) in refilled
        if not is_refill and (not is_line_too or other.known_ingredients & line.known_ingredients):
            yield line, other


def _about_pair(one: Active, other: Active, rules: DrugRules, overlap: int) -> list[DrugWarning]:
    found = [_duplicate_ingredient(one, other, rules, overlap)]
    is_duplicate = bool(_shared(one, other))
    from_classes = [
        warning
        for rule in rules.classes
        if not (is_duplicate and rule.is_within_one_class)
        and (warning := _class_warning(rule, one, other)) is not None
    ]
    from_pairs = list(_pair_warnings(one, other, rules))
    found += _merged(from_classes, from_pairs)
    if not is_duplicate and not any(warning.kind is WarningKind.DUPLICATE_CLASS for warning in from_classes):
        found.append(_same_subgroup(one, other))
    return [warning for warning in found if warning is not None]


def _shared(one: Active, other: Active) -> frozenset[str]:
    """The ingredients that both bring into the body."""
    if one.is_systemic != other.is_systemic:
        return frozenset()
    return one.known_ingredients & other.known_ingredients


def _duplicate_ingredient(one: Active, other: Active, rules: DrugRules, overlap: int) -> DrugWarning | None:
    shared = _shared(one, other)
    if not shared or (other.is_running and other.overlap_days is not None and other.overlap_days <= overlap):
        return None
    names = "、".join(sorted(rules.ingredient_names.get(each, each) for each in shared))
    keys, drugs = _who(one, other)
    if other.is_running:
        effect = msg("{other}还没有用完，和{one}都含{ingredient}，会重复用药。", one=one.name, other=other.name, ingredient=names)
    else:
        effect = msg("{one}和{other}都含{ingredient}，会重复用药。", one=one.name, other=other.name, ingredient=names)
    return DrugWarning(
        "same:" + "+".join(sorted(shared)), WarningKind.DUPLICATE_INGREDIENT,
        ADVISED_AGAINST if other.is_running else FORBIDDEN, keys, drugs, effect, msg("只留一种。"), HOUSE_RULE,
    )  # fmt: skip


def _class_warning(rule: ClassRule, one: Active, other: Active) -> DrugWarning | None:
    straight = _both(fits(rule.group_a, one), fits(rule.group_b, other))
    crossed = _both(fits(rule.group_a, other), fits(rule.group_b, one))
    best = next((fit for fit in (Fit.YES, Fit.PERHAPS) if fit in (straight, crossed)), Fit.NO)
    if best is Fit.NO:
        return None
    keys, drugs = _who(one, other)
    kind = WarningKind.DUPLICATE_CLASS if rule.is_within_one_class else WarningKind.INTERACTION
    effect = msg("{one}和{other}：{words}。", one=one.name, other=other.name, words=rule.effect)
    return DrugWarning(
        rule.code, kind, rule.level, keys, drugs, effect, msg("{words}。", words=rule.action), _own_table(rule.code),
        is_question=best is Fit.PERHAPS,
    )


def _both(one: Fit, other: Fit) -> Fit:
    if Fit.NO in (one, other):
        return Fit.NO
    return Fit.PERHAPS if Fit.PERHAPS in (one, other) else Fit.YES


def _pair_warnings(one: Active, other: Active, rules: DrugRules) -> Iterator[DrugWarning]:
    if not (one.is_systemic and other.is_systemic):
        return
    keys, drugs = _who(one, other)
    for first, second in product(sorted(one.known_ingredients), sorted(other.known_ingredients)):
        rule = rules.pair(first, second) if first != second else None
        if rule is None or rule.level >= HIDDEN:
            continue
        action = GAP_ACTION if rule.note == "gap" else LEVEL_ACTIONS[rule.level]
        yield DrugWarning(
            "pair:" + "+".join(sorted((first, second))), WarningKind.INTERACTION, rule.level, keys, drugs,
            _graded(rule.level, one, other), action, THESAURUS, is_question=rule.is_conditional,
        )  # fmt: skip


def _graded(level: int, one: Active, other: Active) -> Message:
    """What the thesaurus' grade says of two drugs."""
    if level == FORBIDDEN:
        return msg("{one}和{other}禁止合用。", one=one.name, other=other.name)
    if level == ADVISED_AGAINST:
        return msg("{one}和{other}一般不建议合用。", one=one.name, other=other.name)
    return msg("{one}和{other}合用要小心，注意观察。", one=one.name, other=other.name)


def _merged(own: list[DrugWarning], thesaurus: list[DrugWarning]) -> list[DrugWarning | None]:
    """One warning of certain weight for two drugs, the own table's where both know it; and a graver question, if any."""
    certain = [warning for warning in (*own, *thesaurus) if not warning.is_question]
    questions = [warning for warning in (*own, *thesaurus) if warning.is_question]
    best = min(certain, key=lambda warning: warning.level, default=None)
    question = min(questions, key=lambda warning: warning.level, default=None)
    kept: list[DrugWarning | None] = []
    if best is not None:
        # A class rule says in words what the thesaurus only grades; several class rules are several matters.
        kept = [best, *(warning for warning in own if warning in certain and warning is not best)]
    if question is not None and (best is None or question.level < best.level):
        kept.append(question)
    return kept


def _same_subgroup(one: Active, other: Active) -> DrugWarning | None:
    if not (one.is_systemic and other.is_systemic and one.atc_codes and other.atc_codes):
        return None
    first, second = one.atc_codes[0], other.atc_codes[0]
    if len(first) < SAME_SUBGROUP or first[:SAME_SUBGROUP] != second[:SAME_SUBGROUP]:
        return None
    if first.startswith(COMBINED_ON_PURPOSE):
        return None
    keys, drugs = _who(one, other)
    effect = msg("{one}和{other}是同一类药。", one=one.name, other=other.name)
    return DrugWarning(
        f"class:{first[:SAME_SUBGROUP]}", WarningKind.DUPLICATE_CLASS, CAUTION, keys, drugs, effect,
        msg("请核对是不是换药：一般只留一种。"), HOUSE_RULE,
    )  # fmt: skip


def _who(one: Active, other: Active) -> tuple[tuple[str, ...], tuple[str, ...]]:
    keys = tuple(drug.key for drug in (one, other) if not drug.is_running)
    return keys, (one.name, other.name)


def _own_table(code: str) -> Message:
    return msg("本软件整理的规则 {code}，请以说明书为准", code=code)


def _about_person(
    line: Active, patient: Patient, rules: DrugRules, day: date, *, is_known_to_take_it: bool
) -> list[DrugWarning]:
    found: list[DrugWarning] = []
    for rule in rules.contraindications:
        fit = fits(rule.group, line)
        if fit is Fit.NO or (rule.kind is ConditionKind.GENE and is_known_to_take_it):
            continue
        held = _holds(rule, patient, day)
        if held is not Fit.NO:
            found.append(_contraindication(rule, line, is_question=Fit.PERHAPS in (fit, held)))
    known = {rule.kind for rule in rules.contraindications for warning in found if warning.code == rule.code}
    found += _catalogue_warnings(line, patient, day, known)
    found += _spoken_allergies(line, patient, rules, found)
    found += _alcohol(line, rules)
    return found


def _holds(rule: Contraindication, patient: Patient, day: date) -> Fit:
    """Whether the patient is whom the rule means; a pregnancy that was not asked about is perhaps."""
    if rule.kind is ConditionKind.AGE:
        if patient.birth_date is None:
            return Fit.NO
        return _fit(age_is_within(rule.value, completed_months(patient.birth_date, day)))
    if rule.kind is ConditionKind.PREGNANCY:
        return _pregnancy_fit(rule.value, patient, day)
    if rule.kind is ConditionKind.LACTATION:
        return _fit(bool(patient.is_lactating))
    if rule.kind is ConditionKind.DISEASE:
        return _fit(any(code.startswith(tuple(rule.value.split(";"))) for code in patient.diseases))
    if rule.kind is ConditionKind.ALLERGY:
        return _fit(rule.value in patient.allergens)
    return Fit.PERHAPS


def _fit(holds: bool) -> Fit:
    return Fit.YES if holds else Fit.NO


def _pregnancy_fit(value: str, patient: Patient, day: date) -> Fit:
    state = patient.pregnancy
    if state is Pregnancy.UNKNOWN:
        return Fit.PERHAPS if may_be_pregnant(patient, day) else Fit.NO
    if state is Pregnancy.NO:
        return Fit.NO
    if value == "Y" or state.value == value:
        return Fit.YES
    return Fit.PERHAPS if state is Pregnancy.YES else Fit.NO


def may_be_pregnant(patient: Patient, day: date) -> bool:
    """Whether somebody is asked about a pregnancy: a woman of 12 to 55, or one whose age is unknown (R-B08)."""
    if not patient.is_female:
        return False
    if patient.birth_date is None:
        return True
    years = completed_months(patient.birth_date, day) // 12
    return ASKED_FROM_YEARS <= years <= ASKED_TO_YEARS


def _contraindication(rule: Contraindication, line: Active, *, is_question: bool) -> DrugWarning:
    kind = WarningKind.ALLERGY if rule.kind is ConditionKind.ALLERGY else WarningKind.CONTRAINDICATION
    return DrugWarning(
        rule.code, kind, rule.level, (line.key,), (line.name,), _effect_on(rule, line), msg("{words}。", words=rule.action),
        _own_table(rule.code), is_question=is_question,
    )  # fmt: skip


def _effect_on(rule: Contraindication, line: Active) -> Message:
    drug, reason = line.name, rule.reason
    limit = _age_words(rule.value) if rule.kind is ConditionKind.AGE else ""
    template = {
        ConditionKind.AGE: msg("{drug}对这个年龄不合适（{limit}）：{reason}。", drug=drug, limit=limit, reason=reason),
        ConditionKind.PREGNANCY: msg("{drug}怀孕时不能用：{reason}。", drug=drug, reason=reason),
        ConditionKind.LACTATION: msg("{drug}哺乳时不能用：{reason}。", drug=drug, reason=reason),
        ConditionKind.DISEASE: msg("{drug}和居民的疾病有冲突：{reason}。", drug=drug, reason=reason),
        ConditionKind.ALLERGY: msg("居民有药物过敏史，{drug}：{reason}。", drug=drug, reason=reason),
        ConditionKind.GENE: msg("第一次用{drug}之前：{reason}。", drug=drug, reason=reason),
    }
    return template[rule.kind]


def _age_words(limit: str) -> Message:
    number = limit.lstrip("<>=")[:-1]
    if limit.startswith(">="):
        return msg("{number} 岁及以上", number=number)
    return msg("不满 {number} 岁", number=number) if limit.endswith("y") else msg("不满 {number} 个月", number=number)


def _catalogue_warnings(
    line: Active, patient: Patient, day: date, known: Iterable[ConditionKind]
) -> Iterator[DrugWarning]:
    """What the catalogue itself says of age, pregnancy and diagnosis, where no rule has said it."""
    if ConditionKind.PREGNANCY not in known and line.pregnancy in ("C", "W") and line.is_systemic:
        fit = _pregnancy_fit("Y", patient, day)
        # Asking about every drug that wants caution would drown the question that matters.
        if fit is Fit.YES or (fit is Fit.PERHAPS and line.pregnancy == "C"):
            is_forbidden = line.pregnancy == "C"
            yield DrugWarning(
                "catalogue:pregnancy", WarningKind.CONTRAINDICATION, FORBIDDEN if is_forbidden else ADVISED_AGAINST,
                (line.key,), (line.name,),
                msg("{drug}怀孕时禁用。", drug=line.name) if is_forbidden else msg("{drug}怀孕时慎用。", drug=line.name),
                msg("请换药，或转上级医院决定。"), CATALOGUE, is_question=fit is Fit.PERHAPS,
            )  # fmt: skip
    if ConditionKind.AGE not in known and line.min_age_years and patient.birth_date is not None:
        months = completed_months(patient.birth_date, day)
        if months < line.min_age_years * 12:
            effect = msg("{drug}一般用于 {years} 岁以上，居民不满 {years} 岁。", drug=line.name, years=line.min_age_years)
            yield DrugWarning(
                "catalogue:age", WarningKind.CONTRAINDICATION, ADVISED_AGAINST, (line.key,), (line.name,), effect,
                msg("请核对说明书，换药或写明原因。"), CATALOGUE,
            )  # fmt: skip


def _spoken_allergies(
    line: Active, patient: Patient, rules: DrugRules, found: Sequence[DrugWarning]
) -> Iterator[DrugWarning]:
    """An allergy that the record tells in words: the name of an ingredient or of the drug itself."""
    if not patient.allergy_words or any(warning.kind is WarningKind.ALLERGY for warning in found):
        return
    names = {rules.ingredient_names.get(each, "") for each in line.known_ingredients} | {line.name}
    named = sorted(name for name in names if len(name) >= 2 and name in patient.allergy_words)
    if named:
        words = patient.allergy_words
        effect = msg("居民说对“{words}”过敏，{drug}含{ingredient}。", words=words, drug=line.name, ingredient=named[0])
        yield DrugWarning(
            "record:allergy", WarningKind.ALLERGY, FORBIDDEN, (line.key,), (line.name,), effect, msg("请换药。"), HEALTH_RECORD
        )


def _alcohol(line: Active, rules: DrugRules) -> Iterator[DrugWarning]:
    """Rules about drinking are told with the drug: nobody knows what the resident will drink."""
    for rule in rules.classes:
        if any(item.what == ALCOHOL for item in rule.group_b) and fits(rule.group_a, line) is Fit.YES:
            yield DrugWarning(
                rule.code, WarningKind.INTERACTION, CAUTION, (line.key,), (line.name,),
                msg("{drug}遇到酒：{effect}。", drug=line.name, effect=rule.effect), msg("{words}。", words=rule.action),
                _own_table(rule.code),
            )  # fmt: skip


def diagnosis_warnings(lines: Sequence[Active], diagnoses: Sequence[str]) -> tuple[DrugWarning, ...]:
    """Drugs that fit none of the visit's diagnoses (R-B06). Silent without a diagnosis or where the catalogue is."""
    found = []
    for line in lines:
        if diagnoses and line.diagnoses and not any(code.startswith(line.diagnoses) for code in diagnoses):
            effect = msg("{drug}和这次的诊断对不上。", drug=line.name)
            found.append(
                DrugWarning(
                    "diagnosis", WarningKind.DIAGNOSIS, ADVISED_AGAINST, (line.key,), (line.name,), effect,
                    msg("请补写诊断，或写明用药的原因。"), CATALOGUE,
                )
            )
    return tuple(found)
