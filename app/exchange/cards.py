"""The card (名片) by which two desks become acquainted: who the desk is and its public keys, signed with its own key.

A card is public and carries no patient data. That it really comes from the desk it names is settled by people: both
read each other the fingerprint by telephone and compare (`PublicKeys.fingerprint`).
"""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.domain.message import msg
from app.errors import UserError
from app.exchange.keys import PrivateKeys, PublicKeys

FORMAT = "cunyi-card-1"
KEY = r"^[0-9a-f]{64}$"


class Card(BaseModel):
    """What one desk tells another of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=36, max_length=36)
    kind: str = Field(pattern="^(clinic|township)$")
    name: str = Field(min_length=1, max_length=100)
    division_code: str = Field(pattern=r"^\d{12}$")
    township: str = Field(default="", max_length=50)
    village: str = Field(default="", max_length=50)
    phone: str = Field(default="", max_length=20)
    signing_key: str = Field(pattern=KEY)
    sealing_key: str = Field(pattern=KEY)

    def keys(self) -> PublicKeys:
        """The public keys on the card."""
        return PublicKeys(self.signing_key, self.sealing_key)


def write_card(card: Card, own: PrivateKeys) -> bytes:
    """The card as a file."""
    from nacl.signing import SigningKey

    content = card.model_dump_json()
    signature = SigningKey(bytes.fromhex(own.signing)).sign(content.encode()).signature.hex()
    return json.dumps({"format": FORMAT, "card": content, "signature": signature}).encode()


def read_card(data: bytes) -> Card:
    """The card in a file; raises UserError when it is none, is damaged or was altered."""
    from nacl.exceptions import BadSignatureError
    from nacl.signing import VerifyKey

    foreign = UserError(
        msg("这不是村医工作站的配对名片，没有读入任何内容。请让对方在“设置 - 配对”里重新导出名片。")
    )
    try:
        file = json.loads(data)
        if file["format"] != FORMAT:
            raise foreign
        card = Card.model_validate_json(file["card"])
        VerifyKey(bytes.fromhex(card.signing_key)).verify(
            file["card"].encode(), bytes.fromhex(file["signature"])
        )
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError) as error:
        raise foreign from error
    except BadSignatureError as error:
        raise UserError(msg("这张名片被改动过，没有读入任何内容。请让对方重新导出名片。")) from error
    return card
