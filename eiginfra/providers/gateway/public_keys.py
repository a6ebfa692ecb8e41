"""Public keys as the program takes them: type and Base64, without options and without a comment."""

import base64
import re
from typing import Annotated, Final

from pydantic import AfterValidator, JsonValue

from eiginfra.core.refusal import refusal
from eiginfra.core.server_rule import KEY_TYPES

_KEY: Final = re.compile(rf"({KEY_TYPES}) +([A-Za-z0-9+/]{{8,16000}}={{0,3}})(?: [^\r\n]*)?")


def _bare(text: str) -> str:
    """What is refused is not repeated: it may be a private key."""
    match = _KEY.fullmatch(text.strip())
    try:
        wire = b"" if match is None else base64.b64decode(match[2], validate=True)
    except ValueError:
        wire = b""
    kind = "" if match is None else match[1]
    if match is None or not wire.startswith(len(kind).to_bytes(4) + kind.encode()):
        raise refusal("gateway-key")
    return f"{kind} {match[2]}"


PublicKey = Annotated[str, AfterValidator(_bare)]


def once(value: JsonValue) -> JsonValue:
    """A list without repetitions."""
    return [*dict.fromkeys(map(str, value))] if isinstance(value, list) else value
