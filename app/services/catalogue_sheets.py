"""The catalogue's lists on paper and as XLSX: the drugs, those without a trace code, the shares, the last update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from app.domain.catalogue_shares import CatalogueShares, Share
from app.domain.stock_value import yuan
from app.i18n import tr
from app.interchange.catalogue_fields import BY_FIELD
from app.interchange.xlsx_lists import ListColumn, ListSheet, Value
from app.services.catalogue import ADDED, CHANGED, DrugView, LastUpdate, TraceCodeReason, UpdatedDrug


class Packed(Protocol):
    """What comes in packs: a drug of the catalogue, a line of a request."""

    @property
    def unit(self) -> str:
        """The smallest dispensing unit."""

    @property
    def pack_unit(self) -> str:
        """What a pack is called."""

    @property
    def units_per_pack(self) -> int:
        """How many units a pack holds."""


SEED_CATALOGUE, SEED_ALL, SEED_PROCURED = 380, 507, 144
"""The seed: 380 catalogue items are 75 % of all, 144 procured ones 38 % of the catalogue items (mechanisms §3.4)."""


def drug_list(drugs: Sequence[DrugView], day: date) -> ListSheet:
    """The catalogue as it is listed on a day."""
    columns = (
        ListColumn(tr("药品编码"), 26), ListColumn(tr("药品")), ListColumn(tr("规格"), 34),
        ListColumn(tr("包装"), 26), ListColumn(tr("包装单价（元）"), 24, "right"), ListColumn(tr("医保"), 14, "center"),
        ListColumn(tr("集采"), 12, "center"), ListColumn(tr("基药"), 12, "center"), ListColumn(tr("抗菌药"), 16, "center"),
        ListColumn(tr("冷链"), 12, "center"), ListColumn(tr("治疗类别"), 36), ListColumn(tr("条形码"), only_file=True),
        ListColumn(tr("生效日期"), only_file=True), ListColumn(tr("失效日期"), 22, "center"),
    )  # fmt: skip
    rows = tuple(
        (drug.code, drug.name, drug.strength, pack_words(drug), yuan(drug.price_fen), _known(drug.insurance_class),
         _yes(drug.volume_procured), _essential(drug.essential), drug.antibiotic_tier, _yes(drug.cold_chain),
         drug.therapeutic_group, drug.barcode, drug.valid_from, drug.valid_to or "")
        for drug in drugs
    )  # fmt: skip
    return ListSheet(tr("药品目录"), columns, rows, ((tr("日期"), day.isoformat()), (tr("品规数"), str(len(drugs)))))


def without_code_list(drugs: Sequence[DrugView], reasons: Mapping[str, TraceCodeReason], day: date) -> ListSheet:
    """The list of 无码 items with why each is on it."""
    columns = (
        ListColumn(tr("药品编码"), 36), ListColumn(tr("药品")), ListColumn(tr("规格"), 40), ListColumn(tr("原因"), 80),
        ListColumn(tr("登记人"), 30), ListColumn(tr("登记时间"), 40),
    )  # fmt: skip
    rows = []
    for drug in drugs:
        why = reasons.get(drug.code)
        end: tuple[Value, ...] = (why.reason, why.user_name, why.at) if why else (tr("目录注明无码"), "", "")
        rows.append((drug.code, drug.name, drug.strength, *end))
    return ListSheet(tr("无追溯码药品目录"), columns, tuple(rows), ((tr("日期"), day.isoformat()),))


def share_list(listed: CatalogueShares, in_use: CatalogueShares, day: date) -> ListSheet:
    """The shares with their two numbers, each against the goal or the seed's figure."""
    columns = (
        ListColumn(tr("范围"), 50), ListColumn(tr("占比")), ListColumn(tr("分子"), 28, "right"),
        ListColumn(tr("分母"), 28, "right"), ListColumn(tr("占比（%）"), 30, "right"), ListColumn(tr("目标或参照"), 60),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    for name, shares in ((tr("目录全部品规"), listed), (tr("在用品规"), in_use)):
        rows += [
            (name, words, share.part, share.whole, share.percent, goal) for words, share, goal in share_rows(shares)
        ]
    return ListSheet(tr("目录与集采占比"), columns, tuple(rows), ((tr("日期"), day.isoformat()),))


def share_rows(shares: CatalogueShares) -> tuple[tuple[str, Share, str], ...]:
    """Each share with what it is compared with."""
    return (
        (tr("医保目录内品规占全部品规"), shares.catalogue, tr("目标：大于 70%；报道：75%（380/507）")),
        (tr("集采品规占目录内品规"), shares.procured_of_catalogue, tr("报道：38%（144/380）")),
        (tr("集采品规占全部品规"), shares.procured_of_all, tr("同一报道换分母：28%（144/507）")),
        (tr("基本药物占全部品规"), shares.essential, tr("没有给出目标")),
    )


def update_list(update: LastUpdate) -> ListSheet:
    """What the last update changed, drug by drug."""
    columns = (
        ListColumn(tr("药品编码"), 36), ListColumn(tr("药品"), 70), ListColumn(tr("改动"), 24, "center"), ListColumn(tr("内容")),
    )  # fmt: skip
    rows = tuple((drug.code, drug.name, what_words(drug), change_words(drug)) for drug in update.drugs)
    return ListSheet(tr("最近一次目录更新"), columns, rows, ((tr("更新人"), update.user_name),))


def what_words(drug: UpdatedDrug) -> str:
    """新增, 更改 or 停用."""
    return {ADDED: tr("新增"), CHANGED: tr("更改")}.get(drug.what, tr("停用"))


def change_words(drug: UpdatedDrug) -> str:
    """Each value that changed, old → new, or the last day."""
    if drug.valid_to:
        return tr("{day} 之后不再列出", day=drug.valid_to)
    return tr("；").join(
        tr("{field} {before} → {after}", field=field_words(name), before=value_words(name, before),
           after=value_words(name, after))
        for name, before, after in drug.changes
    )  # fmt: skip


def field_words(name: str) -> str:
    """What a field of the catalogue is called."""
    return tr(BY_FIELD[name].label) if name in BY_FIELD else name


def value_words(name: str, value: object) -> str:
    """A value of the catalogue in words; what is not known is a dash."""
    if value in (None, "", "?"):
        return "—"
    if isinstance(value, bool):
        return tr("是") if value else tr("否")
    if name == "price_fen" and isinstance(value, int):
        return f"¥{yuan(value)}"
    if name == "essential":
        return _essential(str(value))
    return str(value)


def pack_words(drug: Packed) -> str:
    """“28 片/盒”; where a pack is one unit, “单支”: “1 支/支” says nothing."""
    if drug.units_per_pack == 1 and drug.pack_unit == drug.unit:
        return tr("单{unit}", unit=drug.unit)
    return tr("{count} {unit}/{pack_unit}", count=drug.units_per_pack, unit=drug.unit, pack_unit=drug.pack_unit)


def _yes(value: bool) -> str:
    return tr("是") if value else ""


def _essential(value: str) -> str:
    return {"Y": tr("是"), "N": tr("否")}.get(value, "—")


def _known(value: str) -> str | None:
    return value if value not in ("", "?") else None
