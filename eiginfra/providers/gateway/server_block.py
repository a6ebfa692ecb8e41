"""The file of a sub-domain: what its directives say, and what somebody added to it or took out of it by hand.

The gateway program writes it (docs/gateway-program.md, "A server block"); here it is only read.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final

from eiginfra.core.values import ByteSize
from eiginfra.providers.gateway.nginx import Statement

_SIZES: Final = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}
_TIMES: Final = {"": 1, "s": 1, "m": 60, "h": 3600}
_OWNER = re.compile(r"# eiginfra (\S+)\n")
_TARGET = re.compile(r"http://([0-9.]+):([0-9]+)")
_MOST: Final = 20
_READ: Final = 500
_LONGEST: Final = 160
_HEADERS: Final = (
    "Host $host",
    "X-Real-IP $remote_addr",
    "X-Forwarded-For $remote_addr",
    "X-Forwarded-Host $host",
    "X-Forwarded-Port $server_port",
    "X-Forwarded-Proto $scheme",
    'Forwarded ""',
)
Lines = list[str]


@dataclass(frozen=True)
class BlockSettings:
    """What the gateway's own configuration says of every server block. certificate: its folder, with `{name}` for the sub-domain."""

    certificate: str = ""
    challenge: str = ""
    ipv6: bool = True


@dataclass(frozen=True)
class ServerBlock:
    """What a sub-domain's file says. None: nothing that can be understood, and then `further` has the statement.

    max_body: in bytes; timeout: in seconds. further: what differs from what the gateway program writes, `+ ` what was added, `- ` what is
    missing, each with the blocks that it is in.
    """

    owner: str | None
    address: str | None = None
    port: int | None = None
    websocket: bool | None = None
    max_body: ByteSize | None = None
    timeout: int | None = None
    sources: tuple[str, ...] | None = None
    https: bool | None = None
    further: tuple[str, ...] = ()


def server_block(host: str, text: str, found: Sequence[Statement] | str, settings: BlockSettings) -> ServerBlock:
    """What the file of a sub-domain says. found: its statements, or why they cannot be read."""
    written = _OWNER.match(text)
    owner = written[1] if written else None
    if isinstance(found, str):
        return ServerBlock(owner, further=(f"? {found}",))
    serving = next((server for server in found if server.name == "server" and _proxied(server) is not None), Statement("server"))
    location = _proxied(serving) or Statement("location")
    target = _TARGET.fullmatch(_one(location, "proxy_pass"))
    body, wait = _one(serving, "client_max_body_size"), _one(location, "proxy_read_timeout")
    size = _amount(body, _SIZES)
    block = ServerBlock(
        owner,
        address=target[1] if target else None,
        port=int(target[2]) if target else None,
        websocket=any(header.args[:1] == ("Upgrade",) for header in location.inside("proxy_set_header")) if location.block else None,
        max_body=None if size is None else ByteSize(size),
        timeout=_amount(wait, _TIMES),
        sources=tuple(allowed.args[0] for allowed in location.inside("allow") if allowed.args) if location.block else None,
        https=any("ssl" in listen.args for listen in serving.inside("listen")) if serving.block else None,
    )
    wanted = list(_written(host, block, settings, body if block.max_body is not None else "", wait if block.timeout is not None else ""))
    return replace(block, further=_differences(wanted, [line for statement in found for line in _flat(statement, ())]))


def _amount(text: str, units: Mapping[str, int]) -> int | None:
    """A size or a time of one unit, as nginx reads it."""
    match = re.fullmatch(r"(\d{1,12})([a-zA-Z]?)", text)
    return int(match[1]) * units[match[2].lower()] if match and match[2].lower() in units else None


def _proxied(server: Statement) -> Statement | None:
    """The location that is sent to the machine."""
    return next((inner for inner in server.inside("location") if inner.args == ("/",) and any(inner.inside("proxy_pass"))), None)


def _one(block: Statement, name: str) -> str:
    """The argument of a directive that is there once; else nothing."""
    found = [inner.args for inner in block.inside(name)]
    return found[0][0] if len(found) == 1 and len(found[0]) == 1 else ""


# Both texts as lines of the same form: the blocks around a statement, then the statement.


def _flat(statement: Statement, around: Sequence[str]) -> Iterator[str]:
    own = " ".join((statement.name, *(_quoted(arg) for arg in statement.args)))
    yield " > ".join((*around, own))
    for inner in statement.block or ():
        yield from _flat(inner, (*around, own))


def _quoted(arg: str) -> str:
    return arg if arg and not re.search(r"[\s\"';{}]", arg) else '"' + arg.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _written(host: str, block: ServerBlock, settings: BlockSettings, body: str, wait: str) -> Iterator[str]:
    """What the gateway program writes for these values. body, wait: how the size and the time are written; empty: nobody knows."""
    folder = settings.certificate.replace("{name}", host)
    named = [f"server_name {host}", "server_tokens off"]
    challenge = _block("location ^~ /.well-known/acme-challenge/", [f"root {settings.challenge}", "default_type text/plain"])
    if block.https:
        redirect = _block("location /", [f"return 301 https://{host}$request_uri"])
        yield from _block("server", [*_listens("80", settings), *named, *challenge, *redirect])
    secure = [
        f"ssl_certificate {folder}/fullchain.pem",
        f"ssl_certificate_key {folder}/privkey.pem",
        "ssl_protocols TLSv1.2 TLSv1.3",
        "add_header Strict-Transport-Security $eiginfra_transport always",
    ]
    yield from _block(
        "server",
        [
            *_listens("443 ssl" if block.https else "80", settings),
            *named,
            *(secure if block.https else challenge),
            "add_header X-Content-Type-Options $eiginfra_content_type always",
            "add_header X-Frame-Options $eiginfra_frame always",
            "add_header Referrer-Policy $eiginfra_referrer always",
            *([f"client_max_body_size {body}"] if body else []),
            *_block("location /", _location(block, wait, silent=bool(settings.certificate) and not block.https)),
        ],
    )


def _listens(what: str, settings: BlockSettings) -> Lines:
    return [f"listen {what}", *([f"listen [::]:{what}"] if settings.ipv6 else [])]


def _location(block: ServerBlock, wait: str, *, silent: bool) -> Lines:
    """silent: nothing of the machine is served until there is a certificate."""
    connection = ["Upgrade $eiginfra_upgrade", "Connection $eiginfra_connection"] if block.websocket else ['Connection ""']
    return [
        *(["return 503"] if silent else []),
        *(f"allow {source}" for source in block.sources or ()),
        *(["deny all"] if block.sources else []),
        *([f"proxy_pass http://{block.address}:{block.port}"] if block.address else []),
        "proxy_http_version 1.1",
        "proxy_connect_timeout 10s",
        *([f"proxy_read_timeout {wait}", f"proxy_send_timeout {wait}"] if wait else []),
        *(f"proxy_set_header {header}" for header in (*_HEADERS, *connection)),
    ]


def _block(head: str, lines: Iterable[str]) -> Lines:
    return [head, *(f"{head} > {line}" for line in lines)]


def _differences(wanted: Lines, there: Lines) -> tuple[str, ...]:
    found: Lines = []
    there = there[:_READ]
    for what, first, last, begin, end in SequenceMatcher(None, wanted, there, autojunk=False).get_opcodes():
        if what != "equal":
            found += [f"- {line}" for line in wanted[first:last]] + [f"+ {line}" for line in there[begin:end]]
    short = [line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…" for line in found[:_MOST]]
    return (*short, *(["…"] if len(found) > _MOST else []))
