"""The first start, and the pages on the cover that open what is there: passphrase, recovery key, backups, sign-in."""

from __future__ import annotations
