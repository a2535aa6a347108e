"""The 17-digit record number (健康档案编码): county 6, township 3, village 3, serial 5.

国家基本公共卫生服务规范（第三版）居民健康档案管理服务规范 附件 健康档案编码. The village part has its own ranges, which are
not those of the statistical code of the same village (村委会 200–399): such numbers are common and are accepted
with a warning. A serial is never given out twice, also not after death or removal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from app.domain.id_number import PROVINCE_CODES, clean_id_text
from app.domain.message import Message, msg

LAST_SERIAL = 99_999


class VillageKind(StrEnum):
    """What the village part stands for."""

    NEIGHBOURHOOD = "居委会"
    VILLAGE = "村委会"
    OTHER = "其他组织"


_VILLAGE_RANGES = (
    (range(1, 100), VillageKind.NEIGHBOURHOOD),
    (range(101, 200), VillageKind.VILLAGE),
    (range(901, 1000), VillageKind.OTHER),
)
_STATISTICAL_VILLAGES = range(200, 400)


@dataclass(frozen=True)
class RecordNumber:
    """A record number as understood; the parts are None when it is not valid.

    `village_kind` is None for a village part outside the ranges of the record number. `short` is the last eight
    digits as printed on every other form, "101-00002".
    """

    normalized: str
    valid: bool
    county: str | None = None
    township: str | None = None
    village: str | None = None
    village_kind: VillageKind | None = None
    serial: int | None = None
    short: str | None = None
    reason: Message | None = None
    warning: Message | None = None


def parse_record_number(text: str) -> RecordNumber:
    """The record number in `text`; spaces and dashes between the parts are allowed."""
    number = re.sub("[-－—–]", "", clean_id_text(text))
    reason = _why_not(number)
    if reason is not None:
        return RecordNumber(number, valid=False, reason=reason)
    county, township, village, serial = number[:6], number[6:9], number[9:12], number[12:]
    kind = next((kind for codes, kind in _VILLAGE_RANGES if int(village) in codes), None)
    return RecordNumber(
        number,
        True,
        county,
        township,
        village,
        kind,
        int(serial),
        f"{village}-{serial}",
        warning=_warning(county, village, kind),
    )


def next_record_number(prefix12: str, used_serial_max: int) -> str:
    """The number after the highest serial ever given out under `prefix12` (county, township, village).

    `used_serial_max` is 0 when none was given, and includes the dead and the removed. Raises ValueError when the
    prefix is not usable or the 99 999 serials are used up.
    """
    if used_serial_max < 0 or used_serial_max >= LAST_SERIAL:
        raise ValueError("no serial is left")
    parsed = parse_record_number(f"{prefix12}{used_serial_max + 1:05d}")
    if not parsed.valid:
        raise ValueError("the prefix is no county, township and village code")
    return parsed.normalized


def _why_not(number: str) -> Message | None:
    if not re.fullmatch("[0-9]{17}", number):
        if re.fullmatch("[0-9]*", number):
            return msg("健康档案编码应是 17 位数字，您填的是 {count} 位。", count=len(number))
        return msg("健康档案编码只能是 17 位数字，请核对。")
    if number[0] == "0":
        return msg("健康档案编码第 1 位不能是 0，请核对县级代码。")
    if number[6:9] == "000":
        return msg("健康档案编码第 7 到 9 位（乡镇）不能是 000。")
    if number[9:12] == "000":
        return msg("健康档案编码第 10 到 12 位（村）不能是 000。")
    if number[12:] == "00000":
        return msg("健康档案编码最后 5 位（顺序号）不能是 00000。")
    return None


def _warning(county: str, village: str, kind: VillageKind | None) -> Message | None:
    if county[:2] not in PROVINCE_CODES:
        return msg("县级代码 {county} 不认识，先照原样收下，请核对。", county=county)
    if kind is not None:
        return None
    if int(village) in _STATISTICAL_VILLAGES:
        return msg(
            "村代码 {village} 是统计用的村委会代码，档案编码的村委会应是 101 到 199，先照原样收下。",
            village=village,
        )
    return msg("村代码 {village} 不在规定的范围内，先照原样收下，请核对。", village=village)
