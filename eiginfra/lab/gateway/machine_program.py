"""What the program that eiginfra sends into machines answers there: docs/kinds/machine.access.md says what it reads and writes."""

import re
from collections.abc import Iterator
from typing import Any

from eiginfra.lab.gateway.exits import Exit

VERBS = ("read", "write")
FILES = ("authorized_keys", "authorized_keys2")
_BASE64 = r"AAAA[A-Za-z0-9+/]*={0,2}"
_TYPES = r"ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com"
_FORMS = {
    "login": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}"),
    "own": re.compile(_BASE64),
    "key": re.compile(rf"([A-Za-z0-9_][A-Za-z0-9_.-]{{0,254}}) ({_TYPES}) ({_BASE64})"),
    "remove": re.compile(_BASE64),
}
LISTENING = ("tcp 22", "tcp 80", "tcp 8080")
"""What programs of a machine listen on, unless its `listening` says otherwise."""
_BEGIN, _END = "# eiginfra: begin", "# eiginfra: end"


class RefusedDataError(Exception):
    """Data that the program does not take."""


class MachineProgram:
    """One call. inside: the machine's disk, as JSON, with `refused` by login where files are not as they must be; accounts: the logins."""

    def __init__(self, inside: dict[str, Any], accounts: tuple[str, ...]) -> None:
        self.inside = inside
        self.accounts = accounts

    def run(self, arguments: list[str], stdin: bytes) -> Exit:
        """What the program says to its arguments and its data."""
        if len(arguments) != 1 or arguments[0] not in VERBS:
            return Exit(64, b"", b"no such verb\n")
        try:
            data = _data(stdin, arguments[0])
        except RefusedDataError as problem:
            return Exit(65, b"", f"refused: {problem}\n".encode())
        if arguments[0] == "write":
            if self.inside.get("disk_full"):
                return Exit(73, b"", b"authorized_keys: the disk is full\n")
            self._write(data)
        return Exit(0, self._answer(data["login"], facts=arguments[0] == "read"))

    def _files(self, name: str) -> dict[str, str]:
        found: dict[str, str] = self.inside.setdefault(name, {})
        return found

    def _write(self, data: dict[str, list[str]]) -> None:
        own = data["own"][0]
        texts = [self._files(FILES[0]).get(login, "") for login in data["login"]]
        lines = [line.removesuffix("\r") for text in texts for line in text.split("\n")]
        mine = next((line for line in lines if key_of(line) == own and "command=" not in line), "")
        keys = [_FORMS["key"].fullmatch(value) for value in data["key"]]
        block = "".join(f"{found[2]} {found[3]} {found[1]}\n" for found in keys if found)
        given = {found[3] for found in keys if found} | set(data["remove"])
        for login in data["login"]:
            for name in FILES if login in self.accounts and login not in self.inside.get("refused", {}) else ():
                before = self._files(name).get(login)
                adds = name == FILES[0]
                after = edited(before or "", given, own, block if adds else "", mine if adds else "")
                if after or before is not None:
                    self._files(name)[login] = after

    def _answer(self, logins: list[str], *, facts: bool) -> bytes:
        refused = self.inside.get("refused", {})
        states = "\n".join(f"{login} {refused.get(login, 'present') if login in self.accounts else 'missing'}" for login in logins)
        parts = [_section("logins", states)]
        for section, name in zip(("keys", "more"), FILES, strict=True):
            texts = {login: self._files(name).get(login) for login in logins if login in self.accounts and login not in refused}
            parts += [_section(f"{section} {login}", text) for login, text in texts.items() if text is not None]
        if facts:
            amounts = {
                "uptime": 86_400,
                "memory-total": 524_288,
                "memory-available": 393_216,
                "disk-total": 8_388_608,
                "disk-used": 1_048_576,
                "updates": 0,
                **self.inside.get("facts", {}),
            }
            parts.append(_section("facts", "\n".join(f"{name} {amount}" for name, amount in amounts.items())))
            parts.append(_section("listening", "\n".join(self.inside.get("listening", LISTENING))))
        return b"".join([b"eiginfra-machine 1\n", *parts, b"end\n"])


def _section(name: str, text: str) -> bytes:
    body = text.encode("utf-8", "surrogateescape")
    return f"section {name} {len(body)}\n".encode() + body + b"\n"


def _data(stdin: bytes, verb: str) -> dict[str, list[str]]:
    """The values by key. Raises RefusedDataError."""
    found: dict[str, list[str]] = {key: [] for key in _FORMS}
    lines = stdin.decode("ascii", "replace").split("\n")
    if "end" not in lines[:-1]:
        raise RefusedDataError("cut, no line end")
    for line in lines[: lines.index("end")]:
        key, blank, value = line.partition(" ")
        known = key in ("login", "own") or (key in ("key", "remove") and verb == "write")
        if not blank or not known or not _FORMS[key].fullmatch(value):
            raise RefusedDataError(key if known else "not known")
        found[key].append(value)
    if not found["login"] or len(found["own"]) != 1 or any(found["own"][0] in value.split() for value in (*found["key"], *found["remove"])):
        raise RefusedDataError("login and own are needed, and own is no other's")
    return found


def edited(text: str, given: set[str], own: str, block: str, mine: str) -> str:
    """A file without the lines of keys that are given, and with the block; all else stays."""
    kept, place, seen = list[str](), None, False
    for line in _lines(text):
        plain = line.removesuffix("\n").removesuffix("\r")
        if plain.startswith((_BEGIN, _END)):
            place = len(kept) if place is None and plain.startswith(_BEGIN) else place
            continue
        key = key_of(line.removesuffix("\n"))
        seen = seen or key == own
        if key not in given or key == own:
            kept.append(line)
    added = f"{_BEGIN}; changes in this part are undone\n{block}{_END}\n" if block else ""
    added = (f"{mine}\n" if mine and not seen else "") + added
    at = len(kept) if place is None else place
    if added and at and not kept[at - 1].endswith("\n"):
        kept[at - 1] += "\n"
    return "".join([*kept[:at], added, *kept[at:]])


def _lines(text: str) -> Iterator[str]:
    """With their ends; the last may have none."""
    return (line for line in re.findall(r"[^\n]*\n|[^\n]+\Z", text))


def key_of(line: str) -> str | None:
    """The Base64 of a line's key, as sshd finds it."""
    line = line.lstrip(" \t")
    if line.startswith("#"):
        return None
    first, _, rest = re.match(r"([^ \t]*)([ \t]*)(.*)", line, re.DOTALL).groups()  # type: ignore[union-attr]  # it matches everything
    if '"' not in first and (blob := _blob(rest)):
        return blob
    behind = line[_end_of_options(line) :].lstrip(" \t")
    return _blob(re.sub(r"^[^ \t]*[ \t]*", "", behind))


def _blob(text: str) -> str | None:
    word = re.sub(r"[\r\v\f]", "", re.split(r"[ \t]", text, maxsplit=1)[0])
    return word if word.startswith("AAAA") else None


def _end_of_options(line: str) -> int:
    quoted, at = False, 0
    while at < len(line) and (quoted or line[at] not in " \t"):
        if line[at : at + 2] == '\\"':
            at += 1
        elif line[at] == '"':
            quoted = not quoted
        at += 1
    return at
