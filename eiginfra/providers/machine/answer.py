"""What the program in a machine answers, in sections of so many bytes each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from eiginfra.core.errors import TransientError
from eiginfra.providers.machine.authorized_keys import KeyLine, key_lines

HEAD = b"eiginfra-machine 1\n"
_AMOUNTS = ("uptime", "memory-total", "memory-available", "disk-total", "disk-used", "updates")


@dataclass(frozen=True)
class MachineAnswer:
    """states: of each login, whether its files can be worked with: present, absent, missing, `refused WHY`.

    lines: the keys of the logins whose files can be. facts: amounts by name, seconds and KiB. listening: `PROTOCOL PORT`. keys_file: where
    sshd reads keys, if it says so.
    """

    states: Mapping[str, str]
    lines: Mapping[str, Sequence[KeyLine]]
    facts: Mapping[str, int] = field(default_factory=dict)
    listening: Sequence[str] = ()
    keys_file: str | None = None


def parse(answer: bytes) -> MachineAnswer:
    """Read an answer. Raises TransientError for one that was cut, or is none."""
    sections = dict(_sections(answer))
    rows = [row.split(" ", 1) for row in sections.get("logins", b"").decode("ascii", "replace").splitlines()]
    states = {row[0]: row[1] for row in rows if len(row) == 2}
    lines = {
        login: [line for name in (f"keys {login}", f"more {login}") for line in key_lines(sections.get(name, b""))]
        for login, state in states.items()
        if state in ("present", "absent")
    }
    told = dict(row.split(" ", 1) for row in sections.get("facts", b"").decode("ascii", "replace").splitlines() if " " in row)
    facts = {name: int(told[name]) for name in _AMOUNTS if told.get(name, "").isdigit()}
    listening = sections.get("listening", b"").decode("ascii", "replace").splitlines()
    return MachineAnswer(states, lines, facts, listening, told.get("keys-file"))


def _sections(answer: bytes) -> Iterator[tuple[str, bytes]]:
    at = answer.find(HEAD)  # what a login prints before, such as a greeting, is no part of it
    if at < 0:
        raise TransientError("the machine answered with something else than the program")
    at += len(HEAD)
    while not answer[at:].startswith(b"end\n"):
        end = answer.find(b"\n", at)
        words = answer[at:end].decode("ascii", "replace").split(" ") if end >= 0 else []
        if len(words) < 3 or words[0] != "section" or not words[-1].isdigit():
            raise TransientError("the machine's answer was cut")
        size = int(words[-1])
        yield " ".join(words[1:-1]), answer[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
