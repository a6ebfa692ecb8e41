"""Secrets: where one is kept (written in files), and its value once read (shown nowhere)."""

import hmac
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from eiginfra.core.redaction import keep_unseen
from eiginfra.core.refusal import refusal


class SecretSource(BaseModel):
    """Where a secret is kept: exactly one of an environment variable, a file, a command that prints it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    env: str | None = Field(default=None, description="The name of an environment variable")
    file: Path | None = Field(default=None, description="A file whose first line is the secret")
    command: tuple[str, ...] | None = Field(default=None, description="A command that prints it, e.g. [pass, show, token]")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise refusal("one-secret-source")
        return self


class KeySource(SecretSource):
    """Where a private SSH key is kept: the whole text of what a secret's source names, or with the agent."""

    agent: Literal[True] | None = Field(default=None, description="With ssh-agent")


class Secret:
    """A secret's value. Shows as `***` wherever it is printed, formatted or logged; cannot be pickled."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        keep_unseen(value)
        self._value = value

    def reveal(self) -> str:
        """The value, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __reduce__(self) -> str:
        msg = "a secret is never written down"
        raise TypeError(msg)


DIGEST = "hmac-sha256:"
"""What a keyed digest begins with; plans show one as `***`."""


def keyed_digest(key: bytes, *parts: str) -> str:
    """What tells whether two secrets are the same without telling what they are; worthless without the key."""
    return DIGEST + hmac.new(key, "\0".join(parts).encode(), "sha256").hexdigest()[:32]
