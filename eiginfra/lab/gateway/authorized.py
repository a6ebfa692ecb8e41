"""Lines of an authorized_keys file, as sshd reads them."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

_TYPE = re.compile(r"(?:ssh|ecdsa|sk)-[a-z0-9@.-]+")
_OPTIONS = re.compile(r'(?:[^\s"]|"(?:\\"|[^"])*")+')
_OPTION = re.compile(r'(?:[^,"]|"(?:\\"|[^"])*")+')


@dataclass(frozen=True, slots=True)
class AuthorizedKey:
    """One key that may enter, with what it may do."""

    key: str
    """`TYPE BASE64`."""
    options: tuple[str, ...] = ()
    comment: str = ""

    def values(self, name: str) -> list[str]:
        """What an option such as `from` or `permitopen` says, as often as it is given."""
        found = [option.partition("=") for option in self.options]
        return [value.strip('"').replace('\\"', '"') for key, equals, value in found if equals and key.lower() == name]

    def has(self, flag: str) -> bool:
        """Whether a flag is on: the last of `restrict`, `FLAG` and `no-FLAG` decides; without any, all is on."""
        on = True
        for option in (option.lower() for option in self.options):
            on = False if option in ("restrict", f"no-{flag}") else True if option == flag else on
        return on

    def comes_from(self, source: str) -> bool:
        """Whether `from=` lets an address in; all where there is no such option."""
        patterns = [pattern for value in self.values("from") for pattern in value.split(",")]
        refused = any(pattern.startswith("!") and fnmatchcase(source, pattern[1:]) for pattern in patterns)
        return not patterns or (not refused and any(fnmatchcase(source, pattern) for pattern in patterns))

    def may_open(self, address: str, port: int) -> bool:
        """Whether it may open a connection onwards."""
        if not self.has("port-forwarding"):
            return False
        permitted = self.values("permitopen")
        return not permitted or f"{address}:{port}" in permitted or f"{address}:*" in permitted


def read_keys(text: str) -> list[AuthorizedKey]:
    """The keys of a file; lines that are none are passed over, as sshd does."""
    return [key for line in text.splitlines() if (key := _read(line.strip()))]


def _read(line: str) -> AuthorizedKey | None:
    options: tuple[str, ...] = ()
    first = _OPTIONS.match(line)
    if first and not line.startswith("#") and not _TYPE.fullmatch(first[0]):
        options, line = tuple(_OPTION.findall(first[0])), line[first.end() :].strip()
    parts = line.split(None, 2)
    if len(parts) < 2 or not _TYPE.fullmatch(parts[0]):
        return None
    return AuthorizedKey(" ".join(parts[:2]), options, parts[2] if len(parts) > 2 else "")
