"""How a command ended that somebody ran over SSH."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exit:
    """Exit code, standard output and standard error of a command."""

    code: int = 0
    out: bytes = b""
    err: bytes = b""
