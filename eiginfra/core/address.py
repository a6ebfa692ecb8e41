"""Addresses: `gitlab.group[eig/eig3/adler]`, the one name of a resource in plans, journals and on the command line."""

import re
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

_FORM = re.compile(r"(?P<kind>[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)\[(?P<key>.+)\]", re.DOTALL)


class Address(NamedTuple):
    """Kind and natural key of a resource; written `kind[key]`, sorted by kind, then key.

    A tuple, since a plan looks addresses up dozens of times for each resource.
    """

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind}[{self.key}]"

    @property
    def provider(self) -> str:
        """The part of the kind before the dot: `gitlab`."""
        return self.kind.partition(".")[0]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `kind[key]`; raises ValueError on anything else."""
        match = _FORM.fullmatch(text)
        if match is None:
            msg = f"{text!r} is not an address; write it as plans do: kind[key]"
            raise ValueError(msg)
        return cls(match["kind"], match["key"])

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        """In JSON an address is its text."""
        from pydantic_core import core_schema  # noqa: PLC0415 - options are declared with addresses, and need no pydantic

        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls.parse(value),
            serialization=core_schema.to_string_ser_schema(),
        )
