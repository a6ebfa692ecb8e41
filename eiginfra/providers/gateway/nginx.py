"""What nginx is told: the statements of its files, and the names that server blocks have, from texts that the gateway printed.

The only importer of `crossplane`. It takes files only: the texts are written into a private temporary folder. Nothing is executed, and no
path that a text names is opened.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

MOST: Final = 8 * 2**20
"""The most characters that are read at once: far above any real configuration, and read in seconds."""
_FILE = re.compile(r"^# configuration file (\S.*):$", re.MULTILINE)
_ERROR = re.compile(r" in (/\S+?):(\d+)$", re.MULTILINE)
_OTHERS = frozenset({"mail", "stream", "map", "geo", "types", "split_clients", "charset_map"})
"""Blocks in which `server_name` is no directive of HTTP."""


@dataclass(frozen=True)
class Statement:
    """A directive with its arguments, unquoted. block: the statements in its braces; None where it has none."""

    name: str
    args: tuple[str, ...] = ()
    line: int = 0
    block: tuple["Statement", ...] | None = None

    def inside(self, name: str) -> Iterator["Statement"]:
        """The statements of that name directly in its braces."""
        return (inner for inner in self.block or () if inner.name == name)


@dataclass(frozen=True)
class NginxPlace:
    """Where on the gateway something is written."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class ServerNames:
    """The names of server blocks. exact: in lower case, `example.org` also for `.example.org`. patterns: with `*`, or regular expressions.

    unread: files in which no names could be found, each with why.
    """

    exact: Mapping[str, NginxPlace]
    patterns: Mapping[str, NginxPlace]
    unread: Mapping[str, str]


def statements(texts: Sequence[str]) -> list[tuple[Statement, ...] | str]:
    """The statements of each text; or why it cannot be read, in one line."""
    if not texts:
        return []
    import crossplane  # type: ignore[import-untyped]  # it has no types  # noqa: PLC0415 - most commands read no nginx configuration

    if sum(map(len, texts)) > MOST:
        return [f"more than {MOST // 2**20} MiB"] * len(texts)
    with TemporaryDirectory(prefix="eiginfra-") as folder:

        def read(number: int, text: str) -> tuple[Statement, ...] | str:
            path = Path(folder, str(number))  # each its own: some file systems write a file that is truncated to the disk at once
            path.write_bytes(f"{text}\n".encode(errors="replace"))  # the lexer drops a last line that is not ended
            payload = crossplane.parse(str(path), single=True, check_ctx=False, check_args=False)
            if payload["errors"]:
                said = str(payload["errors"][0]["error"]).replace(f" in {path}:", ", line ")
                return said.splitlines()[0] if said else "it ends within a statement"
            return _statements(payload["config"][0]["parsed"])

        return [read(number, text) for number, text in enumerate(texts)]


def _statements(parsed: Iterable[Mapping[str, Any]]) -> tuple[Statement, ...]:
    return tuple(
        Statement(found["directive"], tuple(found["args"]), found["line"], _statements(found["block"]) if "block" in found else None)
        for found in parsed
    )


def files(printed: str) -> dict[str, str]:
    """The files of which nginx consists, by path, from what `nginx -T` printed."""
    _, *parts = _FILE.split(printed)  # paths and texts in turn
    return {path: text.removeprefix("\n") for path, text in zip(parts[::2], parts[1::2], strict=True)}


def server_names(texts: Mapping[str, str], without: Collection[str] = ()) -> ServerNames:
    """The names of all server blocks of HTTP in files, by path, but for the files `without`."""
    paths = [path for path in texts if path not in without]
    exact: dict[str, NginxPlace] = {}
    patterns: dict[str, NginxPlace] = {}
    unread: dict[str, str] = {}
    for path, found in zip(paths, statements([texts[path] for path in paths]), strict=True):
        if isinstance(found, str):
            unread[path] = found
            continue
        for named in _named(found):
            for name in named.args:
                _sort(name, NginxPlace(path, named.line), exact, patterns)
    return ServerNames(exact, patterns, unread)


def _named(found: Iterable[Statement]) -> Iterator[Statement]:
    """What gives names, at any depth: a file may be one that `http` or `server` includes, or have it itself."""
    for statement in found:
        if statement.name == "server_name":
            yield statement
        elif statement.block is not None and statement.name not in _OTHERS:
            yield from _named(statement.block)


def _sort(name: str, place: NginxPlace, exact: dict[str, NginxPlace], patterns: dict[str, NginxPlace]) -> None:
    """`.example.org` is `example.org` and `*.example.org`; names with a variable are not those of a sub-domain."""
    if name.startswith("~"):
        patterns.setdefault(name, place)
        return
    name = name.lower()
    if name.startswith("."):
        exact.setdefault(name[1:], place)
        patterns.setdefault(f"*{name}", place)
    elif "*" in name:
        patterns.setdefault(name, place)
    elif name and "$" not in name:
        exact.setdefault(name, place)


def covers(pattern: str, host: str) -> bool | None:
    """Whether a pattern of `server_name` takes in a host; None for regular expressions, which only nginx itself can compare."""
    if pattern.startswith("~"):
        return None
    head, _, tail = pattern.partition("*")
    return len(host) > len(head) + len(tail) and host.startswith(head) and host.endswith(tail)


@dataclass(frozen=True)
class NginxError:
    """Why nginx refuses its configuration: its own words, and the place where it says one."""

    said: str
    place: NginxPlace | None


def refusal_of(error: str) -> NginxError:
    """What is wrong, from what `nginx -T` said on standard error."""
    lines = [line.strip() for line in error.splitlines() if line.strip()]
    said = next((line for line in lines if "[emerg]" in line or "[crit]" in line), lines[0] if lines else "")
    place = _ERROR.search(said)
    return NginxError(
        re.sub(r"^\d+#\d+: ", "", said.partition("] ")[2]) or said, None if place is None else NginxPlace(place[1], int(place[2]))
    )
