"""How numbers of a resident are shown where others can see the screen."""

from __future__ import annotations

from app.domain.phones import NO_PHONE


def masked_phone(phone: str) -> str:
    """138****2716: the first three and the last four digits; a short number keeps its last two; "" for none (无)."""
    number = phone.strip()
    if number == NO_PHONE:
        return ""
    if len(number) >= 11:
        return number[:3] + "*" * (len(number) - 7) + number[-4:]
    if len(number) > 4:
        return "*" * (len(number) - 2) + number[-2:]
    return number


def masked_id_number(id_number: str | None) -> str:
    """****4327: the last four characters only; "" without a number."""
    return "" if not id_number else "****" + id_number[-4:]
