"""The frame of the program's answers: sections of a known length, and a last line that shows that none is missing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from eiginfra.core.errors import PermanentError, TransientError

VERSION = 1
"""Of the contract with the program, docs/gateway-program.md."""
_FIRST = re.compile(rb"eiginfra-gateway (\d{1,9})")
_HEAD = re.compile(rb"section ([a-z][a-z-]{0,31})(?: ([\x21-\x7e]{1,255}))? (0|[1-9]\d{0,9})")
_MOST_SECTIONS = 20_000


class CutAnswerError(TransientError):
    """The answer ended before its end."""


class OtherVersionError(PermanentError):
    """The program speaks another version of the contract."""

    def __init__(self, version: int) -> None:
        self.version = version
        older = "older" if version < VERSION else "newer"
        super().__init__(
            f"the gateway's program speaks version {version} of its contract, {older} than the {VERSION} of this eiginfra; install the "
            f"{'program' if version < VERSION else 'eiginfra'} that belongs to it: docs/prepare-gateway.md"
        )


@dataclass(frozen=True)
class Sections:
    """The sections of one answer: text by name, and by name and argument of those that have one."""

    plain: Mapping[str, str]
    about: Mapping[str, Mapping[str, str]]


def sections(answer: bytes) -> Sections:
    """Raises CutAnswerError, OtherVersionError, or PermanentError for what is no answer of the program at all: nothing is half believed."""
    first, at = _line(answer, 0)
    spoken = _FIRST.fullmatch(first)
    if spoken is None:
        raise _odd("its first line is not `eiginfra-gateway` and a number")
    if int(spoken[1]) != VERSION:
        raise OtherVersionError(int(spoken[1]))
    plain: dict[str, str] = {}
    about: dict[str, dict[str, str]] = {}
    for _ in range(_MOST_SECTIONS):
        line, at = _line(answer, at)
        if line == b"end":
            if at != len(answer):
                raise _odd("something follows its end")
            return Sections(plain, about)
        head = _HEAD.fullmatch(line)
        if head is None:
            raise _odd("a line is neither the head of a section nor the end")
        name, argument, length = head[1].decode(), head[2], int(head[3])
        end = at + length
        if end >= len(answer):
            raise CutAnswerError("the gateway's answer was cut before its end; try again")
        if answer[end : end + 1] != b"\n":
            raise _odd(f"its section {name} is longer than it says")
        into, key = (plain, name) if argument is None else (about.setdefault(name, {}), argument.decode())
        if key in into:
            raise _odd(f"its section {name} is there twice")
        into[key] = answer[at:end].decode(errors="replace")
        at = end + 1
    raise _odd("it has too many sections")


def _line(answer: bytes, start: int) -> tuple[bytes, int]:
    """The line that begins there, and where the next one does."""
    end = answer.find(b"\n", start)
    if end < 0:
        raise CutAnswerError("the gateway's answer was cut before its end; try again")
    return answer[start:end], end + 1


def _odd(what: str) -> PermanentError:
    return PermanentError(f"the gateway's answer has not the form that is known: {what}; see docs/gateway-program.md")
