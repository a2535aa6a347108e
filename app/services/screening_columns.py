"""The columns of a screening round; cells are typed as in the day sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.message import Message, msg
from app.forms.registry import form
from app.forms.vocabulary import NOTE
from app.services.day_sheet_columns import PRESSURE, cell_shown, cell_values


@dataclass(frozen=True)
class ScreenColumn:
    """One column; see SheetColumn."""

    key: str
    title: Message
    codes: tuple[str, ...]
    is_locked: bool = False
    is_shown: bool = True
    hint: Message | None = None

    @property
    def all_codes(self) -> tuple[str, ...]:
        """The answers of its cells, with what is computed from them."""
        return (*self.codes, *(code + NOTE for code in self.codes), *(("bmi",) if self.key == "weight" else ()))

    def answers(self, text: str) -> dict[str, object]:
        """The answers, as typed, that a cell means."""
        if not text.strip():
            return {}
        found = zip(self.codes, cell_values(self.codes, self._kind(), text), strict=False)
        return {code: value for code, (value, _) in found if value != ""}

    def shown(self, text: str) -> str:
        """A cell as it reads once it was left."""
        return cell_shown(self.codes, self._kind(), text) if text.strip() else ""

    def shown_value(self, answers: Mapping[str, Any]) -> str:
        """Recorded answers as they read."""
        kind = self._kind()
        return "/".join(kind.show(answers[code]) for code in self.codes)

    def typed_value(self, answers: Mapping[str, Any]) -> str:
        """Recorded answers as one would type them."""
        values = [answers[code] for code in self.codes]
        return "/".join(" ".join(map(str, value)) if isinstance(value, list) else str(value) for value in values)

    def _kind(self) -> Any:
        return form("screening").fields[self.codes[0]].kind


COLUMNS = (
    ScreenColumn("bp", msg("血压"), PRESSURE, is_locked=True, hint=msg("142/86、142 86 或 14286")),
    ScreenColumn("fasting", msg("空腹血糖"), ("fasting_glucose",), hint=msg("mmol/L，例如 6.4")),
    ScreenColumn("random", msg("随机血糖"), ("random_glucose",), hint=msg("mmol/L，例如 8.2")),
    ScreenColumn("heart_rate", msg("心率"), ("heart_rate",), is_shown=False, hint=msg("每分钟几次")),
    ScreenColumn("weight", msg("体重"), ("weight",), hint=msg("公斤")),
    ScreenColumn("height", msg("身高"), ("height",), hint=msg("厘米，空着就用档案里的")),
    ScreenColumn("waist", msg("腰围"), ("waist",), hint=msg("厘米")),
    ScreenColumn(
        "risk", msg("高危因素"), ("risk_factors",), hint=msg("1 无　2 亲属有高血压　3 吃得咸　4 饮酒过量，例如 23")
    ),
)
BY_KEY: Mapping[str, ScreenColumn] = {column.key: column for column in COLUMNS}


def chosen_columns(keys: tuple[str, ...]) -> tuple[ScreenColumn, ...]:
    """The columns named, with those that cannot be put away, in their order; those of the beginning for none."""
    return tuple(
        column for column in COLUMNS if column.is_locked or (column.key in keys if keys else column.is_shown)
    )
