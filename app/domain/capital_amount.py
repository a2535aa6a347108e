"""大写金额: an amount of money in the characters that nobody alters afterwards, as it stands on what is settled and signed.

Rule: 正确填写票据和结算凭证的基本规定 (the central bank's rules for filling in settlement vouchers): 元 and 角 end with 整, 分
does not; zeros between figures are read as one 零.
"""

from __future__ import annotations

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
LARGEST_FEN = 10**18 - 1


def capital_amount(fen: int) -> str:
    """`fen` such as 伍拾元零叁分; a negative amount begins with 负. Raises ValueError beyond any purse."""
    if abs(fen) > LARGEST_FEN:
        raise ValueError("an amount of less than ten million billion yuan")
    sign, fen = ("负" if fen < 0 else ""), abs(fen)
    whole, rest = divmod(fen, 100)
    tenths, hundredths = divmod(rest, 10)
    words = f"{_whole(whole)}元" if whole or not rest else ""
    if tenths:
        words += f"{_DIGITS[tenths]}角"
    elif hundredths and whole:
        words += "零"
    return sign + words + (f"{_DIGITS[hundredths]}分" if hundredths else "整")


def _whole(number: int) -> str:
    """A whole number; groups of four figures, with one 零 where figures are left out between others."""
    if number == 0:
        return _DIGITS[0]
    words, is_gap = "", False
    groups = [number // 10000**place % 10000 for place in range(len(_GROUPS))]
    for place in reversed(range(len(_GROUPS))):
        group = groups[place]
        if group == 0:
            is_gap = bool(words)
            continue
        if words and (is_gap or group < 1000):
            words += _DIGITS[0]
        words += _group(group) + _GROUPS[place]
        is_gap = False
    return words


def _group(number: int) -> str:
    """A number from 1 to 9999."""
    words, is_gap = "", False
    for place in reversed(range(len(_PLACES))):
        digit = number // 10**place % 10
        if digit == 0:
            is_gap = bool(words)
            continue
        words += (_DIGITS[0] if is_gap else "") + _DIGITS[digit] + _PLACES[place]
        is_gap = False
    return words
