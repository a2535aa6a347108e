"""Until when the result of a referral letter (双向转诊单) is asked for.

国家基本公共卫生服务规范（第三版）: 2 周内主动随访转诊情况 in every disease specification. Somebody who is sent on with
suspected tuberculosis is telephoned within a week (肺结核患者健康管理服务规范 二（一）筛查及推介转诊).
"""

from __future__ import annotations

import re
from datetime import date

from app.domain.dates import two_weeks_after
from app.domain.tuberculosis import SUSPECT_CHECK_WITHIN

_SUSPECTED = re.compile(r"(疑|可能)[^。；，,;]{0,6}结核|结核[^。；，,;]{0,6}(待排|待查|疑|可能|[?？])")


def is_tuberculosis_suspect(*words: str) -> bool:
    """Whether what a letter says names tuberculosis as suspected: 疑似肺结核, 肺结核待排, 肺结核？."""
    return any(_SUSPECTED.search(each) for each in words)


def letter_check_due(transfer_date: date, *words: str) -> date:
    """The last day on which to ask what became of a referral of `transfer_date`; `words` are what the letter says."""
    if is_tuberculosis_suspect(*words):
        return transfer_date + SUSPECT_CHECK_WITHIN
    return two_weeks_after(transfer_date)
