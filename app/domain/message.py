"""Words for users that come out of pure code.

A rule cannot know the language of the screen, so it returns a `Message`: a sentence template in Simplified
Chinese with its values. `app.i18n.tr` renders it in the language of the user; `str()` renders the source.
It does not translate, and it does not format numbers: values arrive as they should be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Message:
    """One whole sentence for a user: `template` in Simplified Chinese, `values` for its placeholders.

    A value may itself be a Message; it is rendered in the same language as the sentence around it.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        return self.template.format(**self.values) if self.values else self.template

    def __hash__(self) -> int:
        return hash((self.template, tuple(sorted((key, str(value)) for key, value in self.values.items()))))


def msg(template: str, **values: object) -> Message:
    """A Message; the name by which sentences are found for translation."""
    return Message(template, MappingProxyType(values))
