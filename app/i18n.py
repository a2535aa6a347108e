"""The one translation mechanism: gettext catalogues, source Simplified Chinese.

`tr` is used wherever a sentence is shown; `use_language` is called once at start. Catalogues lie in
resources/translations/<language>/LC_MESSAGES/cunyi.mo. A sentence without a translation is shown in Chinese.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.domain.message import Message

SOURCE_LANGUAGE = "zh_CN"
CATALOGUES = Path(__file__).resolve().parent.parent / "resources" / "translations"

SENTENCE_END = re.compile(r"(?<=[。！？])(?![”’』）])|(?<=[.!?])\s+")
"""Where a sentence ends in Chinese, which has no space there, and in languages that have one."""

_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_language = SOURCE_LANGUAGE


def use_language(language: str) -> None:
    """Show every later sentence in `language` (such as "en"); unknown languages fall back to the source."""
    global _catalogue, _language
    _language = language
    _catalogue = gettext.translation("cunyi", CATALOGUES, [language], fallback=True)


def known_languages() -> tuple[str, ...]:
    """The languages that can be asked for: the source, and those with a catalogue."""
    return (SOURCE_LANGUAGE, *sorted(folder.name for folder in CATALOGUES.iterdir() if folder.is_dir()))


def wanted_language(arguments: Sequence[str]) -> str:
    """The language asked for with --lang on a command line, else the source; read before anything is parsed."""
    for place, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
        if argument == "--lang" and place + 1 < len(arguments):
            return arguments[place + 1]
    return SOURCE_LANGUAGE


def current_language() -> str:
    """The language that `tr` renders in."""
    return _language


def tr(text: str | Message, **values: object) -> str:
    """`text` in the user's language, with `values` put into its placeholders."""
    if isinstance(text, Message):
        text, values = text.template, text.values
    if not text:
        return ""
    translated = _catalogue.gettext(text)
    if not values:
        return translated
    rendered = {key: tr(value) if isinstance(value, Message) else value for key, value in values.items()}
    return translated.format(**rendered)


def one_after_the_other(sentences: Iterable[str]) -> str:
    """Whole sentences in a row, with a space between them where the language has one; empty ones are left out."""
    whole = ""
    for sentence in filter(None, sentences):
        whole = tr("{first}{second}", first=whole, second=sentence) if whole else sentence
    return whole


def sentences_of(text: str) -> list[str]:
    """The whole sentences of a translated text, one by one; its lines stay apart."""
    parts = (part.strip() for line in text.splitlines() for part in SENTENCE_END.split(line))
    return [part for part in parts if part]
