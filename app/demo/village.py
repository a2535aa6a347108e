"""An invented village: households of one to six people with addresses, numbers, telephones and diseases.

Pure: random numbers in, plain values out. ID numbers are formally valid (GB 11643 check character) and belong to
nobody. A few people come from a fixed list so that the first screen is never empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from app.demo.cast import CAST, CastHousehold, Part, Role
from app.demo.names import FEMALE, HAN, HUI, MALE, UYGHUR, given_name, hui_surname, surname, uyghur_name
from app.domain.dates import age_on, birthday_in
from app.domain.id_number import CHECK_CHARACTERS, WEIGHTS

COUNTY, COUNTY_BEFORE_2000 = "411624", "412728"
GROUPS = 8
HOUSEHOLDS_A_GROUP = 40
HTN_SHARE = ((75, 0.39), (65, 0.35), (55, 0.27), (45, 0.15), (35, 0.06))
DM_SHARE = ((75, 0.10), (65, 0.11), (55, 0.10), (45, 0.05), (35, 0.025))
"""Diagnosed among those at least so old; together near 23 % and 8 % of adults of 35 and more."""
BOTH_LIKELIER = 1.6
CARE_NOTES = ("行动不便，需上门", "听力差，说话要大声", "卧床，需上门", "子女在外，无人照顾")
MOBILE_PREFIXES = (
    "130",
    "131",
    "132",
    "133",
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "152",
    "158",
    "159",
    "182",
    "187",
)


@dataclass
class Person:
    """One invented resident. `relation` to the head; `diagnosed` the day of the diagnosis by disease."""

    name: str
    sex: int
    born: date
    relation: str
    ethnic: str = HAN
    birth_precision: str = "day"
    id_number: str | None = None
    phone: str = ""
    care_note: str = ""
    disability: tuple[int, ...] = (1,)
    allergy: tuple[int, ...] = (1,)
    height_cm: Decimal = Decimal(160)
    weight_kg: Decimal = Decimal(60)
    diagnosed: dict[str, date] = field(default_factory=dict)
    role: Role | None = None


@dataclass
class Family:
    """One invented household."""

    group: int
    number: int
    distance_km: Decimal
    note: str
    members: list[Person]


def village(random: Random, residents: int, today: date) -> list[Family]:
    """Households with `residents` people in all; those of the fixed list come first as far as there is room."""
    used_numbers: set[str] = set()
    maker = _Maker(random, today, used_numbers)
    families: list[Family] = []
    left = residents
    for household in CAST:
        if left >= len(household.members):
            families.append(maker.cast_family(household, len(families)))
            left -= len(household.members)
    while left > 0:
        family = maker.family(len(families), left)
        families.append(family)
        left -= len(family.members)
    return families


class _Maker:
    """Makes families one after the other from one source of random numbers."""

    def __init__(self, random: Random, today: date, used_numbers: set[str]) -> None:
        self.random = random
        self.today = today
        self.used = used_numbers
        self.next_in_group = dict.fromkeys(range(1, 100), 1)

    def cast_family(self, household: CastHousehold, position: int) -> Family:
        """A household of the fixed list."""
        members = [self.cast_person(part) for part in household.members]
        return self._household(members, household.group, household.note)

    def cast_person(self, part: Part) -> Person:
        """One person of the fixed list."""
        phone = "" if part.phone_tail is None else self._phone(part.phone_tail)
        person = self._person(part.name, part.sex, part.age, part.relation, part.ethnic, phone)
        person.care_note, person.disability, person.allergy = part.care_note, part.disability, part.allergy
        person.role = part.role
        for disease, years in part.diagnosed:
            person.diagnosed[disease] = self._day_in(self.today.year - years)
        if part.is_without_number:
            person.id_number, person.birth_precision = None, "year"
            person.born = person.born.replace(month=1, day=1)
        return person

    def family(self, position: int, most: int) -> Family:
        """A household of at most `most` people in one of the usual shapes."""
        members = list(self._members())[:most]
        for member in members:
            self._diseases(member)
        group = position % GROUPS + 1
        note = "独居" if len(members) == 1 and age_on(members[0].born, self.today) >= 70 else ""
        return self._household(members, group, note)

    def _household(self, members: list[Person], group: int, note: str) -> Family:
        number = self.next_in_group[group]
        self.next_in_group[group] += 1
        distance = Decimal(group * 3 + self.random.randint(-2, 4)).scaleb(-1)
        return Family(group, number, max(distance, Decimal("0.1")), note, members)

    def _members(self) -> Iterator[Person]:
        shape = self.random.random()
        ethnic, name = self._people_and_surname()
        if shape < 0.09:
            yield self._new(
                self.random.choice((MALE, FEMALE, FEMALE)), self._age(66, 88), "户主", ethnic, name
            )
        elif shape < 0.27:
            yield from self._couple(self._age(60, 82), "户主", "配偶", ethnic, name)
        elif shape < 0.52:
            age = self._age(30, 55)
            yield from self._couple(age, "户主", "配偶", ethnic, name)
            yield from self._children(age, "子女", ethnic, name)
        else:
            yield from self._three_generations(ethnic, name)

    def _three_generations(self, ethnic: str, name: str) -> Iterator[Person]:
        age = self._age(56, 78)
        couple = list(self._couple(age, "户主", "配偶", ethnic, name))
        yield from couple[: 1 if self.random.random() < 0.3 else 2]
        child = age - self.random.randint(21, 28)
        yield from self._couple(child, "长子", "儿媳", ethnic, name)
        yield from self._children(child, "孙辈", ethnic, name)

    def _couple(self, age: int, his: str, hers: str, ethnic: str, name: str) -> Iterator[Person]:
        yield self._new(MALE, age, his, ethnic, name)
        other = (
            "" if ethnic == UYGHUR else (hui_surname(self.random) if ethnic == HUI else surname(self.random))
        )
        yield self._new(FEMALE, max(20, age - self.random.randint(-1, 4)), hers, ethnic, other)

    def _children(self, parents_age: int, kind: str, ethnic: str, name: str) -> Iterator[Person]:
        for number in range(self.random.choice((0, 1, 1, 2, 2))):
            age = max(0, parents_age - self.random.randint(22, 30) - 3 * number)
            sex = self.random.choice((MALE, FEMALE))
            words = {"孙辈": ("孙子", "孙女"), "子女": ("长子", "长女") if number == 0 else ("次子", "次女")}[
                kind
            ]
            yield self._new(sex, age, words[sex - 1], ethnic, name)

    def _people_and_surname(self) -> tuple[str, str]:
        draw = self.random.random()
        if draw < 0.004:
            return UYGHUR, ""
        return (HUI, hui_surname(self.random)) if draw < 0.03 else (HAN, surname(self.random))

    def _new(self, sex: int, age: int, relation: str, ethnic: str, family_name: str) -> Person:
        year = self.today.year - age
        name = (
            uyghur_name(self.random, sex)
            if ethnic == UYGHUR
            else family_name + given_name(self.random, sex, year)
        )
        phone = ""
        if age >= 14 and self.random.random() > (0.3 if age >= 75 else 0.03):
            phone = self._phone(f"{self.random.randrange(10**4):04d}")
        person = self._person(name, sex, age, relation, ethnic, phone)
        if 20 <= age <= 55 and relation not in ("户主", "配偶") and self.random.random() < 0.5:
            person.care_note = "外出务工"
        elif age >= 72 and self.random.random() < 0.12:
            person.care_note = self.random.choice(CARE_NOTES)
        if "上门" in person.care_note:
            person.disability = (5,)
        if self.random.random() < 0.05:
            person.allergy = (self.random.choice((2, 2, 2, 3, 4)),)
        return person

    def _person(self, name: str, sex: int, age: int, relation: str, ethnic: str, phone: str) -> Person:
        born = self._birthday(age)
        height = (169 if sex == MALE else 157) - max(0, age - 60) // 6 + self.random.gauss(0, 5)
        if age < 18:
            height = min(height, 52 + 6.4 * age + self.random.gauss(0, 3))
        bmi = self.random.gauss(24.2, 2.9) if age >= 18 else 15.5 + 0.25 * age
        weight = max(3.0, bmi * (height / 100) ** 2)
        return Person(
            name=name,
            sex=sex,
            born=born,
            relation=relation,
            ethnic=ethnic,
            id_number=self._id_number(born, sex, age),
            phone=phone,
            height_cm=Decimal(f"{height:.0f}"),
            weight_kg=Decimal(f"{weight:.1f}"),
        )

    def _phone(self, tail: str) -> str:
        """A number that looks right; its middle digits are 0000 so that nobody is called by mistake."""
        return f"{self.random.choice(MOBILE_PREFIXES)}0000{tail}"

    def _age(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def _birthday(self, age: int) -> date:
        """A day on which somebody who is `age` years old today was born; within this year for a newborn."""
        last = (
            birthday_in(self.today, self.today.year - age)
            if (self.today.month, self.today.day) != (2, 29)
            else date(self.today.year - age, 2, 28)
        )
        return last - timedelta(days=self.random.randint(0 if age else 20, 364 if age else 300))

    def _day_in(self, year: int) -> date:
        return min(date(year, self.random.randint(1, 12), self.random.randint(1, 28)), self.today)

    def _id_number(self, born: date, sex: int, age: int) -> str:
        """A number with a right check character that nobody else in the sample has."""
        while True:
            is_old = born.year < 2000 and self.random.random() < 0.2
            sequence = 2 * self.random.randint(0, 499) + (1 if sex == MALE else 0)
            digits = f"{COUNTY_BEFORE_2000 if is_old else COUNTY}{born:%Y%m%d}{sequence:03d}"
            total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True))
            number = digits + CHECK_CHARACTERS[total % 11]
            if number not in self.used:
                self.used.add(number)
                return number

    def _diseases(self, person: Person) -> None:
        age = age_on(person.born, self.today)
        if age < 35:
            return
        share = {"htn": _share(HTN_SHARE, age), "dm": _share(DM_SHARE, age)}
        for disease in ("htn", "dm"):
            likelier = BOTH_LIKELIER if disease == "dm" and "htn" in person.diagnosed else 1.0
            if self.random.random() < share[disease] * likelier:
                years = min(self.random.randint(0, 14), age - 34)
                person.diagnosed[disease] = self._day_in(self.today.year - years)


def _share(table: tuple[tuple[int, float], ...], age: int) -> float:
    return next((share for from_age, share in table if age >= from_age), 0.0)
