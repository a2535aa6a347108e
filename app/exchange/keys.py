"""The keys by which desks know each other: Ed25519 for signing, X25519 for sealing, and a fingerprint to compare.

Keys travel as hex text. The private ones live only inside the encrypted database.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

FINGERPRINT_GROUPS = 5
DIGITS_PER_GROUP = 4


@dataclass(frozen=True)
class PublicKeys:
    """What others know of a desk (hex)."""

    signing: str
    sealing: str

    def fingerprint(self) -> str:
        """Five groups of four digits that two people compare by telephone: 66 bits of SHA-256 over both keys."""
        digest = hashlib.sha256(bytes.fromhex(self.signing) + bytes.fromhex(self.sealing)).digest()
        number = int.from_bytes(digest, "big")
        modulus = 10**DIGITS_PER_GROUP
        groups = []
        for _ in range(FINGERPRINT_GROUPS):
            number, group = divmod(number, modulus)
            groups.append(f"{group:0{DIGITS_PER_GROUP}d}")
        return " ".join(groups)


@dataclass(frozen=True)
class PrivateKeys:
    """What only the desk itself knows (hex)."""

    signing: str
    sealing: str


def make_keys() -> tuple[PrivateKeys, PublicKeys]:
    """A new random pair of pairs."""
    from nacl.public import PrivateKey
    from nacl.signing import SigningKey

    signing, sealing = SigningKey.generate(), PrivateKey.generate()
    private = PrivateKeys(bytes(signing).hex(), bytes(sealing).hex())
    return private, PublicKeys(bytes(signing.verify_key).hex(), bytes(sealing.public_key).hex())
