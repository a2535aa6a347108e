"""入库的行: lines of goods as they are typed or read from a file, judged one by one before anything is booked.

One way for the grid of the screen and for an XLSX file: words in, `NewGoods` or sentences out. What only the books can say
(a drug that has moved, a batch twice) is asked with `StockActions.opening_problems`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.batches import last_day_of_expiry
from app.domain.message import Message, msg
from app.domain.movements import LARGEST_QUANTITY
from app.errors import UserError
from app.i18n import tr
from app.interchange.opening_stock import IDENTIFYING, NEEDED, TARGETS, columns_of, target_of_header, texts_of
from app.interchange.tables import read_table
from app.services.catalogue import DrugView, drug_view, listed_on
from app.services.stock_actions import NewGoods
from db.models import Drug

HIGHEST_PRICE_YUAN = Decimal(1_000_000)


@dataclass(frozen=True)
class GoodsLine:
    """One line as typed. `drug` None: none is chosen or none was found; `source_line` of a file, else 0.

    `texts` are batch_no, expiry, quantity, units_per_pack, price (yuan of a pack), manufacturer, and of a file also what
    it calls the drug.
    """

    drug: DrugView | None
    texts: Mapping[str, str] = field(default_factory=dict)
    source_line: int = 0


@dataclass(frozen=True)
class ReadLine:
    """A line as understood: `goods` None when `problems` (by answer) speak against it."""

    goods: NewGoods | None
    problems: Mapping[str, Message]


def read_line(line: GoodsLine) -> ReadLine:
    """Understand one line; every answer that can't be taken has its sentence."""
    problems: dict[str, Message] = {}
    if line.drug is None:
        problems["drug"] = _no_drug(line)
    quantity = _whole(line.texts.get("quantity", ""), LARGEST_QUANTITY)
    if quantity is None:
        unit = line.drug.unit if line.drug is not None else msg("最小单位")
        problems["quantity"] = msg("数量请填 1 以上的整数，按最小发药单位（{unit}）计。", unit=unit)
    expiry = _expiry(line.texts.get("expiry", ""), problems)
    pack: int | None = None
    if line.texts.get("units_per_pack", "").strip():
        pack = _whole(line.texts["units_per_pack"], 10_000)
        if pack is None:
            problems["units_per_pack"] = msg("每包装的数量请填 1 到 10000 之间的整数。")
    price = fen_of(line.texts.get("price", ""))
    if price == -1:
        problems["price"] = msg("价格请填每包装多少元，最多两位小数；不知道就空着。")
    if not line.texts.get("batch_no", "").strip():
        problems["batch_no"] = msg("请填写批号。没有批号的药品不能入库。")
    if problems or line.drug is None or quantity is None:
        return ReadLine(None, problems)
    goods = NewGoods(
        line.drug.code, line.texts["batch_no"].strip(), expiry, quantity, line.texts.get("manufacturer", "").strip(),
        price, pack,
    )  # fmt: skip
    return ReadLine(goods, {})


def fen_of(text: str) -> int | None:
    """Yuan as typed, in fen; None for an empty line, -1 for what is no price."""
    cleaned = re.sub(r"[¥￥元,\s]", "", text)
    if not cleaned:
        return None
    try:
        yuan = Decimal(cleaned)
    except InvalidOperation:
        return -1
    if not yuan.is_finite() or not 0 <= yuan <= HIGHEST_PRICE_YUAN or yuan != round(yuan, 2):
        return -1
    return int(yuan * 100)


class GoodsFile:
    """期初库存 from a spreadsheet, and the empty sheet to fill in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def read(self, path: Path) -> tuple[GoodsLine, ...]:
        """Every line of a file with the drug that it means. Raises UserError, EnvironmentFailure."""
        table = read_table(path, None, target_of_header)
        columns = columns_of(table)
        missing = [tr(each.label) for each in TARGETS if each.field in NEEDED and each.field not in columns]
        if not any(name in columns for name in IDENTIFYING):
            missing.insert(0, tr("药品名称"))
        if missing:
            sentence = msg(
                "表格里缺少这些列：{columns}。什么也没有读入。请用“存一份空表”的表头，或把列名改成这样。",
                columns=tr("、").join(missing),
            )
            raise UserError(sentence)
        texts = [(row.line, texts_of(row, columns)) for row in table.rows]
        with self._desk.sessions.reading() as session:
            find = _Finder(session, self._desk)
            return tuple(GoodsLine(find.drug(words), words, line) for line, words in texts)

    def save_empty(self, path: Path) -> None:
        """The headers and nothing else, to be filled in. Raises EnvironmentFailure."""
        from app.interchange.xlsx_files import write_xlsx

        # The words of the source language, whatever the window speaks: they are what the import knows.
        write_xlsx(path, "期初库存", [str(each.label) for each in TARGETS], [])

    def save_refused(self, path: Path, lines: Iterable[tuple[GoodsLine, str]]) -> int:
        """The lines that were not taken, each with why, in columns that can be read again; returns how many."""
        from app.interchange.xlsx_files import write_xlsx

        rows = [[*(_told(line, each.field) for each in TARGETS), why] for line, why in lines]
        write_xlsx(path, "期初库存", [*(str(each.label) for each in TARGETS), tr("没有记的原因")], rows)
        return len(rows)


class _Finder:
    """Finds the drug that a line means: by code, by bar code, else by its name and strength."""

    def __init__(self, session: Session, desk: Desk) -> None:
        drugs = [drug_view(row) for row in session.scalars(select(Drug).where(listed_on(desk.today())))]
        self._by_code = {drug.code.casefold(): drug for drug in drugs}
        self._by_barcode = {drug.barcode: drug for drug in drugs if drug.barcode}
        self._by_name: dict[str, list[DrugView]] = {}
        for drug in drugs:
            self._by_name.setdefault(_folded(drug.name), []).append(drug)

    def drug(self, texts: Mapping[str, str]) -> DrugView | None:
        """The one drug that is meant; None when none or several could be."""
        code, barcode = texts["code"].casefold(), texts["barcode"]
        if code:
            return self._by_code.get(code)
        if barcode:
            return self._by_barcode.get(barcode)
        named: Sequence[DrugView] = self._by_name.get(_folded(texts["name"]), ())
        strength = _folded(texts["strength"])
        fitting = [drug for drug in named if not strength or strength in (_folded(drug.strength), "")]
        return fitting[0] if len(fitting) == 1 else None


def _folded(text: str) -> str:
    return "".join(text.split()).casefold().replace("（", "(").replace("）", ")")


def _no_drug(line: GoodsLine) -> Message:
    name = line.texts.get("name") or line.texts.get("code") or line.texts.get("barcode") or ""
    if not name:
        return msg("没有写是什么药品。请在目录里选择。")
    return msg("目录里没有“{name}”，或有几种规格分不清。请写药品编码，或写和目录一样的名称和规格。", name=name[:40])


def _whole(text: str, most: int) -> int | None:
    cleaned = text.strip().replace(",", "")
    if not (cleaned.isascii() and cleaned.isdigit() and len(cleaned) < 9):
        return None
    return int(cleaned) if 1 <= int(cleaned) <= most else None


def _expiry(text: str, problems: dict[str, Message]) -> date | None:
    if not text.strip():
        problems["expiry"] = msg("请填写有效期。没有有效期的批次不能入库。")
        return None
    try:
        return last_day_of_expiry(text.strip().replace("年", "-").replace("月", "-").replace("日", "").rstrip("-"))
    except ValueError:
        problems["expiry"] = msg("有效期“{text}”看不懂，请写成 2028-08-31；只有年月时写 2028-08。", text=text.strip()[:20])
        return None


def _told(line: GoodsLine, name: str) -> str:
    kept = line.texts.get(name, "")
    if kept or line.drug is None:
        return kept
    return {"code": line.drug.code, "name": line.drug.name, "strength": line.drug.strength}.get(name, "")
