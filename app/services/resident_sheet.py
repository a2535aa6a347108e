"""给居民的单子: from a recorded visit to the words that the resident takes home.

What the rules said stands in the visit already; here it is only put in plain words (app.domain.resident_advice) beside
the readings, the medicines and the next date. ID number and record number are left out: the sheet lies on a table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.blood_pressure import CONTROL_DBP, control_limit_sbp
from app.domain.chronic_followup import Referral, VisitClass
from app.domain.dates import age_on, earliest
from app.domain.dosing_times import DayTime, dosing
from app.domain.glucose import CONTROL_BELOW
from app.domain.message import Message, msg
from app.domain.quantities import plain
from app.domain.resident_advice import PlainValue, TodaysFindings, advice, glucose_in_words, pressure_in_words
from app.errors import UserError
from app.forms.registry import form
from app.i18n import tr
from app.printing.resident_content import TICK, Chart, MedicineLine, ResidentContent, Series, Value, words_of
from app.printing.sheets import NoGlyph
from app.services.history import add_audit
from app.services.medicines import Medicine, medicines_of
from app.services.person_sheets import PrintedSheet
from db.models import FormEntry
from db.queries import follow_ups as queries

AUDITED = "print.resident_sheet"
DISEASE_OF = {"htn_followup": "htn", "dm_followup": "dm", "copd_followup": "copd"}
VISIT_FORMS = (*DISEASE_OF, "smi_followup", "tb_followup", "tb_first_visit")
READINGS, READINGS_OF_TWO = 8, 4
MONTHLY = 2
BEGINS_WITH_AMOUNT = re.compile(r"[\d０-９半一二两三.]")
NOT_SEEN = ("not_seen", "lost_reason")
"""The answers that say that nobody was met."""
SEXES: dict[int, Message] = {1: msg("男"), 2: msg("女")}
WEEKDAYS: tuple[Message, ...] = (
    msg("星期一"), msg("星期二"), msg("星期三"), msg("星期四"), msg("星期五"), msg("星期六"), msg("星期日"),
)  # fmt: skip


class ResidentSheet:
    """The sheet for the resident after a visit."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def print_visit(self, resident_id: str, *, entry_id: str | None = None) -> PrintedSheet:
        """The sheet of the visit with this entry, or of the newest, as PDF; noted in the audit trail.

        Raises UserError when there is no such visit, or when the person was not seen.
        """
        from app.printing.resident_sheet import resident_pdf

        content = self.content(resident_id, entry_id=entry_id)
        pdf = resident_pdf(content)
        with self._desk.sessions.writing() as session:
            add_audit(session, self._desk, AUDITED, "resident", resident_id)
        missing = missing_in(content)
        return PrintedSheet(pdf, 1, missing, tuple(NoGlyph(character, "") for character in missing))

    def content(self, resident_id: str, *, entry_id: str | None = None) -> ResidentContent:
        """Every word of the sheet. Raises as `print_visit`."""
        with self._desk.sessions.reading() as session:
            return self.content_in(session, resident_id, entry_id=entry_id)

    def content_in(self, session: Session, resident_id: str, *, entry_id: str | None = None) -> ResidentContent:
        """The same within the session of a batch."""
        person = queries.person(session, resident_id)
        if person is None:
            raise UserError(msg("没有找到这位居民，可能已被移到别处。请重新查找。"))
        rows = _of_one_visit(session, resident_id, entry_id)
        answers = {row.form_code: form(row.form_code).restore(row.answers) for row in rows}
        if not rows or not any(was_seen(given) for given in answers.values()):
            raise UserError(
                msg("{name}还没有见到本人的随访记录，没有可写的单子。请先做一次随访并保存。", name=person.name)
            )
        on = rows[0].entry_date
        past = [row for row in queries.follow_ups(session, resident_id) if row.visit_date <= on]
        entries = {row.id for row in rows}
        today = [row for row in past if row.entry_id in entries]
        age = age_on(person.birth_date, on) if person.birth_date and person.birth_date <= on else None
        found = findings(answers, today, age)
        return ResidentContent(
            name=person.name,
            person=_person_words(person.sex, age),
            date=tr("{year}年{month}月{day}日", year=on.year, month=on.month, day=on.day),
            values=tuple(_value(each) for each in _values(found)),
            more=_more(answers),
            advice=tuple(tr(line) for line in advice(found)),
            charts=charts(past, found.diseases, age),
            medicines=medicine_lines(answers),
            **_next(answers),
            clinic=self._desk.place.name,
            phone=self._desk.place.phone,
            doctor=_doctor(answers),
        )


def was_seen(answers: Mapping[str, Any]) -> bool:
    """Whether the person was met at the visit with these answers."""
    return not any(code in answers for code in NOT_SEEN)


def missing_in(content: ResidentContent) -> tuple[str, ...]:
    """The characters of the sheet that no font has."""
    from app.printing.sheets import missing_glyphs

    return tuple(missing_glyphs(words_of(content)))


def findings(answers: Mapping[str, Mapping[str, Any]], today: Sequence[Row[Any]], age: int | None) -> TodaysFindings:
    """What the sheets of one visit say together; of two classes the more severe, of two referrals the more urgent."""
    together: dict[str, Any] = {}
    for given in reversed(list(answers.values())):
        together |= given
    classes = [VisitClass(row.visit_class) for row in today if row.visit_class]
    referrals = {row.referral for row in today}
    referral = next((each for each in (Referral.URGENT, Referral.YES) if each.value in referrals), Referral.NO)
    if referral is Referral.NO and together.get("referral_to"):
        referral = Referral.YES
    adherence = [given["drug_adherence"] for given in answers.values() if "drug_adherence" in given]
    return TodaysFindings(
        diseases=tuple(DISEASE_OF[code] for code in answers if code in DISEASE_OF),
        age=age,
        sbp=_decimal(together.get("sbp")),
        dbp=_decimal(together.get("dbp")),
        fpg=_decimal(together.get("fpg")),
        visit_class=max(classes, default=None),
        referral=referral,
        referral_to=str(together.get("referral_to") or ""),
        adherence=max(adherence, default=None),
        drugs=any(medicines_of(given) for given in answers.values()),
        insulin=bool(together.get("insulin_kind")),
        low_glucose_before=(together.get("hypoglycaemia") or 1) > 1,
        salt=together.get("salt"),
        cigarettes=together.get("cigarettes"),
        alcohol=_decimal(together.get("alcohol")),
        exercise_times=together.get("exercise_times"),
        exercise_times_target=together.get("exercise_times_target"),
        exercise_minutes=together.get("exercise_minutes"),
        exercise_minutes_target=together.get("exercise_minutes_target"),
        staple_food=_decimal(together.get("staple_food")),
        staple_food_target=_decimal(together.get("staple_food_target")),
    )


def charts(past: Sequence[Row[Any]], diseases: Sequence[str], age: int | None) -> tuple[Chart, ...]:
    """The last readings of each disease of the visit, oldest first; nothing for a single one."""
    most = READINGS if len({"htn", "dm"} & set(diseases)) < 2 else READINGS_OF_TWO
    made = []
    if "htn" in diseases or any(row.sbp is not None for row in past):
        made.append(_pressure_chart(_by_day(past, "sbp", "dbp")[-most:], age))
    if "dm" in diseases:
        made.append(_glucose_chart(_by_day(past, "fpg")[-most:]))
    return tuple(each for each in made if each is not None)


def _by_day(past: Sequence[Row[Any]], *names: str) -> list[Row[Any]]:
    """One row for each day on which everything named was measured, the last written of a day."""
    found = {row.visit_date: row for row in past if all(getattr(row, name) is not None for name in names)}
    return [found[day] for day in sorted(found)]


def _pressure_chart(rows: Sequence[Row[Any]], age: int | None) -> Chart | None:
    if len(rows) < 2:
        return None
    upper = control_limit_sbp(age if age is not None else 0)
    return Chart(
        tr("您最近的血压"),
        _days(rows),
        (
            Series(tr("高压"), tuple(float(row.sbp) for row in rows), tuple(str(row.sbp) for row in rows), float(upper),
                   tr("低于{limit}", limit=plain(upper))),
            Series(tr("低压"), tuple(float(row.dbp) for row in rows), tuple(str(row.dbp) for row in rows),
                   float(CONTROL_DBP), tr("低于{limit}", limit=plain(CONTROL_DBP))),
        ),
    )  # fmt: skip


def _glucose_chart(rows: Sequence[Row[Any]]) -> Chart | None:
    if len(rows) < 2:
        return None
    series = Series(
        tr("血糖"),
        tuple(float(row.fpg) for row in rows),
        tuple(f"{row.fpg:.1f}" for row in rows),
        float(CONTROL_BELOW),
        tr("低于{limit}", limit=plain(CONTROL_BELOW)),
    )
    return Chart(tr("您最近的空腹血糖"), _days(rows), (series,))


def _days(rows: Sequence[Row[Any]]) -> tuple[str, ...]:
    return tuple(f"{row.visit_date.month}-{row.visit_date.day}" for row in rows)


def medicine_lines(answers: Mapping[str, Mapping[str, Any]]) -> tuple[MedicineLine, ...]:
    """Every medicine of the visit once, with its usage in words and its marks where they are certain."""
    found: dict[str, MedicineLine] = {}
    for code, given in answers.items():
        if code == "smi_followup":
            for row in given.get("drugs") or ():
                line = _mental_line(row)
                found.setdefault(Medicine(line.name).same_as, line)
            continue
        for medicine in medicines_of(given):
            found.setdefault(medicine.same_as, _line(medicine))
    return tuple(found.values())


def _line(medicine: Medicine) -> MedicineLine:
    taken = dosing(medicine.times_per_day, medicine.dose)
    marks = tuple(taken.amounts.get(time, TICK) if time in taken.times else "" for time in DayTime)
    dose = medicine.dose.removeprefix("每次").strip()
    if medicine.times_per_day and dose and not BEGINS_WITH_AMOUNT.match(dose):
        usage = tr("每天 {times} 次，{dose}", times=medicine.times_per_day, dose=dose)
    elif medicine.times_per_day and dose:
        usage = tr("每天 {times} 次，每次 {dose}", times=medicine.times_per_day, dose=dose)
    elif medicine.times_per_day:
        usage = tr("每天 {times} 次", times=medicine.times_per_day)
    else:
        usage = medicine.dose
    return MedicineLine(medicine.name, usage, marks if taken.is_known else None)


def _mental_line(row: Mapping[str, Any]) -> MedicineLine:
    """A medicine of the sheet of 严重精神障碍, which may be taken by the month."""
    dose = f"{plain(row['dose_mg'])}mg" if row.get("dose_mg") is not None else ""
    if row.get("period") == MONTHLY and row.get("times"):
        usage = tr("每月 {times} 次，每次 {dose}", times=row["times"], dose=dose or tr("按医生说的量"))
        return MedicineLine(str(row["name"]), usage, None)
    return _line(Medicine(str(row["name"]), row.get("times"), dose))


def _of_one_visit(session: Session, resident_id: str, entry_id: str | None) -> Sequence[Row[Any]]:
    """The complete sheets of the visit with this entry, or of the newest day on which somebody was seen."""
    if entry_id is not None:
        entry = queries.entry(session, entry_id)
        if entry is None or entry.resident_id != resident_id or entry.form_code not in VISIT_FORMS:
            raise UserError(msg("没有找到这次随访。请重新打开居民的记录。"))
        if entry.state != "complete":
            raise UserError(msg("这次随访还没有填完，或已经作废，不能打印给居民的单子。请先填完并保存。"))
        days = [entry.entry_date]
    else:
        days = [row.entry_date for row in queries.newest_entries(session, resident_id, VISIT_FORMS, 1)]
    if not days:
        return ()
    table = FormEntry.__table__.c
    statement = (
        select(FormEntry.__table__)
        .where(
            table.resident_id == resident_id,
            table.form_code.in_(VISIT_FORMS),
            table.entry_date == days[0],
            table.state == "complete",
        )
        .order_by(table.id)
    )
    rows = {row.form_code: row for row in session.execute(statement)}
    return [rows[code] for code in VISIT_FORMS if code in rows]


def _values(found: TodaysFindings) -> list[PlainValue]:
    values = []
    if found.sbp is not None and found.dbp is not None:
        values.append(pressure_in_words(found.sbp, found.dbp, found.age))
    if found.fpg is not None:
        values.append(glucose_in_words(found.fpg))
    return values


def _value(said: PlainValue) -> Value:
    return Value(tr(said.name), said.value, tr(said.unit), tr(said.verdict), said.tone == "good")


def _more(answers: Mapping[str, Mapping[str, Any]]) -> str:
    """Weight and pulse in one line."""
    together: dict[str, Any] = {}
    for given in answers.values():
        together |= given
    parts = []
    if together.get("weight") is not None:
        parts.append(tr("体重 {weight} 公斤", weight=plain(Decimal(together["weight"]))))
    if together.get("heart_rate") is not None:
        parts.append(tr("心跳每分钟 {rate} 次", rate=together["heart_rate"]))
    return "　".join(parts)


def _next(answers: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The earliest next date of the visit, with its day of the week."""
    day = earliest(given.get("next_visit_date") for given in answers.values())
    if not isinstance(day, date):
        return {"next_date": "", "next_weekday": ""}
    return {
        "next_date": tr("{year}年{month}月{day}日", year=day.year, month=day.month, day=day.day),
        "next_weekday": tr(WEEKDAYS[day.weekday()]),
    }


def _doctor(answers: Mapping[str, Mapping[str, Any]]) -> str:
    names = [str(given["doctor"]) for given in answers.values() if given.get("doctor")]
    return tr("{name} 医生", name=names[0]) if names else ""


def _person_words(sex: int, age: int | None) -> str:
    parts = [tr(SEXES[sex])] if sex in SEXES else []
    if age is not None:
        parts.append(tr("{age} 岁", age=age))
    return "　".join(parts)


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)
