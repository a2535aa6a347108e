"""用药情况 of a follow-up sheet: the medicines of a visit, and what changed against the time before.

A medicine is the same when its name is the same after spaces, case and full-width forms are folded away; another
strength in the name is another medicine. It knows no catalogue, no stock and no interactions.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.message import Message, msg


@dataclass(frozen=True)
class Medicine:
    """One line: `times_per_day` None and `dose` "" when not written."""

    name: str
    times_per_day: int | None = None
    dose: str = ""

    @property
    def same_as(self) -> str:
        """What two lines of the same medicine have in common."""
        return unicodedata.normalize("NFKC", self.name).casefold().replace(" ", "")

    @property
    def usage(self) -> tuple[int | None, str]:
        """How it is taken, for comparing."""
        return self.times_per_day, unicodedata.normalize("NFKC", self.dose).replace(" ", "")


class ChangeKind(StrEnum):
    """与上次: what became of a medicine since the visit before."""

    UNCHANGED = "unchanged"
    ADDED = "added"
    STOPPED = "stopped"
    DOSE_CHANGED = "dose_changed"


CHANGE_LABELS: dict[ChangeKind, Message] = {
    ChangeKind.UNCHANGED: msg("未变"),
    ChangeKind.ADDED: msg("新增"),
    ChangeKind.STOPPED: msg("停用"),
    ChangeKind.DOSE_CHANGED: msg("剂量改变"),
}


@dataclass(frozen=True)
class MedicineChange:
    """One medicine against the visit before; `before` None when added, `now` None when stopped."""

    name: str
    kind: ChangeKind
    before: Medicine | None
    now: Medicine | None

    @property
    def label(self) -> Message:
        """The word for the change."""
        return CHANGE_LABELS[self.kind]


def medicines_of(answers: Mapping[str, Any]) -> tuple[Medicine, ...]:
    """The medicines in the canonical answers of one sheet, insulin last. Lines without a name are left out."""
    rows = answers.get("drugs") or ()
    found = [
        Medicine(str(row["name"]), row.get("times_per_day"), str(row.get("dose") or ""))
        for row in rows
        if row.get("name")
    ]
    if answers.get("insulin_kind"):
        found.append(Medicine(str(answers["insulin_kind"]), None, str(answers.get("insulin_usage") or "")))
    return tuple(found)


def medicine_changes(before: Iterable[Medicine], now: Iterable[Medicine]) -> tuple[MedicineChange, ...]:
    """Each medicine of now in its order, then those that were stopped. A line written twice is compared once."""
    old = {medicine.same_as: medicine for medicine in before}
    new = {medicine.same_as: medicine for medicine in now}
    changes = [_change(old.get(key), medicine) for key, medicine in new.items()]
    stopped = [
        MedicineChange(medicine.name, ChangeKind.STOPPED, medicine, None)
        for key, medicine in old.items()
        if key not in new
    ]
    return (*changes, *stopped)


def _change(before: Medicine | None, now: Medicine) -> MedicineChange:
    if before is None:
        return MedicineChange(now.name, ChangeKind.ADDED, None, now)
    kind = ChangeKind.UNCHANGED if before.usage == now.usage else ChangeKind.DOSE_CHANGED
    return MedicineChange(now.name, kind, before, now)
