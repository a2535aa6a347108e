"""Dates outside life: what a form says of a day that has not come, or that lies before birth or after death.

One rule for every answer and every cell of a table that is a date. Days that are agreed (下次随访日期 …) may lie ahead
and are declared so. An approximate date is compared as far as it is known: 1955 is not before a birth in March of 1955.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.message import Message, msg
from app.forms.kinds import ApproximateDate, Column, Date, Kind, Table, certainly_before


@dataclass(frozen=True)
class Life:
    """Between which days something can have happened; None where it is not known. `born` may be approximate."""

    today: date
    born: str | None = None
    died_on: date | None = None

    def problem(self, name: str | Message, written: str, *, may_come: bool = False) -> Message | None:
        """The sentence that refuses the day `written` of the answer `name`, or None."""
        if not may_come and certainly_before(self.today.isoformat(), written):
            return msg("{field} {value} 还没有到，请核对日期。", field=name, value=written)
        if self.born is not None and certainly_before(written, self.born):
            return msg(
                "{field} {value} 早于出生日期 {born}，请核对。", field=name, value=written, born=self.born
            )
        if not may_come and self.died_on is not None and certainly_before(self.died_on.isoformat(), written):
            return msg(
                "{field} {value} 晚于死亡日期 {died}，请核对。", field=name, value=written, died=self.died_on
            )
        return None

    def problems(self, name: str, kind: Kind, value: Any, *, may_come: bool = False) -> Iterator[Message]:
        """The sentences that refuse the days of one answer: of a date, or of the rows of a table."""
        if isinstance(kind, Table):
            for number, row in enumerate(value, start=1):
                yield from self._row_problems(name, number, kind, row)
        elif isinstance(kind, (Date, ApproximateDate)):
            sentence = self.problem(name, str(value), may_come=may_come)
            if sentence is not None:
                yield sentence

    def _row_problems(self, name: str, number: int, kind: Table, row: Mapping[str, Any]) -> Iterator[Message]:
        for column in kind.columns:
            if isinstance(column.kind, (Date, ApproximateDate)) and column.code in row:
                sentence = self.problem(named_cell(name, number, column), str(row[column.code]))
                if sentence is not None:
                    yield sentence


def named_cell(name: str, number: int, column: Column) -> Message:
    """A cell of a table in a sentence: the field, the row from 1, the column."""
    return msg("{field}第 {row} 行的{column}", field=name, row=number, column=column.label)
