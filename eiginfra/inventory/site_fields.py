"""The types of values that several sections of the site file have."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from eiginfra.core.numbers import up_to
from eiginfra.core.refusal import refusal
from eiginfra.core.secret import KeySource, SecretSource
from eiginfra.inventory.fields import LAST_PORT, brief
from eiginfra.inventory.file_model import FileModel
from eiginfra.inventory.patterns import SchemaPattern


class Range(FileModel):
    """Whole numbers from first to last, both included; written `100-250`."""

    first: int = Field(le=999_999_999)
    last: int = Field(le=999_999_999)

    def __contains__(self, number: int) -> bool:
        return self.first <= number <= self.last

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


def _parse_range(value: object) -> object:
    match = re.fullmatch(_RANGE, value) if isinstance(value, str) else None
    if match is None or int(match[1]) > int(match[2]):
        raise refusal("range", value=brief(value))
    return {"first": int(match[1]), "last": int(match[2])}


_RANGE = r"(0|[1-9][0-9]{0,8}) *- *(0|[1-9][0-9]{0,8})"
RangeField = Annotated[Range, BeforeValidator(_parse_range, json_schema_input_type=Annotated[str, SchemaPattern(_RANGE)])]


def _real_ports(ports: Range) -> Range:
    if not (ports.first >= 1 and ports.last <= LAST_PORT):
        raise refusal("ports", ports=str(ports))
    return ports


_PORT = up_to(LAST_PORT)
PortRange = Annotated[
    Range,
    BeforeValidator(_parse_range, json_schema_input_type=Annotated[str, SchemaPattern(rf"{_PORT} *- *{_PORT}")]),
    AfterValidator(_real_ports),
]


def _usable(source: SecretSource) -> SecretSource:
    """Refuses what cannot name a secret; the messages do not repeat it, since it may be the secret itself."""
    if source.env is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", source.env):
        raise refusal("secret-env")
    if source.command is not None and not any(source.command[:1]):
        raise refusal("secret-command")
    return source


SecretField = Annotated[SecretSource, AfterValidator(_usable)]


def _agent(value: object) -> object:
    return {"agent": True} if value == "agent" else value


KeyField = Annotated[
    KeySource,
    BeforeValidator(_agent, json_schema_input_type=Annotated[KeySource | Literal["agent"], Field()]),
    AfterValidator(_usable),
]
"""A private SSH key: `agent`, or a secret of several lines."""
