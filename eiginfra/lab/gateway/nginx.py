"""nginx's configuration: read as `nginx -t` reads it, printed as `nginx -T` prints it, and the server that a name leads to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

MAIN = "/etc/nginx/nginx.conf"
_TOKEN = re.compile(r"""\s+|\#[^\n]*|[{};]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?:\\.|\$\{[^}]*\}|[^\s;{}])+""", re.DOTALL)
_BLOCKS = frozenset(["events", "http", "server", "location", "if", "map", "upstream", "types", "geo", "limit_except", "stream", "mail"])
_FREE = frozenset(["map", "types", "geo"])
_STATEMENTS = """
access_log add_header alias allow auth_basic auth_basic_user_file client_max_body_size default_type deny error_log error_page expires
gzip gzip_types include index keepalive_timeout listen log_format multi_accept pid proxy_buffering proxy_http_version proxy_pass
proxy_connect_timeout proxy_read_timeout proxy_redirect proxy_request_buffering proxy_send_timeout proxy_set_header resolver return
rewrite root sendfile server_name server_names_hash_bucket_size server_tokens set ssl_certificate ssl_certificate_key ssl_ciphers
ssl_dhparam ssl_prefer_server_ciphers ssl_protocols ssl_reject_handshake ssl_session_cache ssl_session_timeout ssl_stapling tcp_nopush
tcp_nodelay try_files types_hash_max_size user variables_hash_max_size worker_connections worker_processes
"""
_KNOWN = frozenset(_STATEMENTS.split())


class RefusedByNginxError(Exception):
    """nginx refuses its configuration; the message is nginx's own, with file and line."""


@dataclass(frozen=True, slots=True)
class Directive:
    """A directive with its arguments, and what is in its block."""

    name: str
    arguments: tuple[str, ...]
    file: str
    line: int
    block: tuple["Directive", ...] | None = None

    def all(self, name: str) -> Iterator["Directive"]:
        """Those of that name directly in its block."""
        return (each for each in self.block or () if each.name == name)

    def argument(self, name: str, default: str = "") -> str:
        """The first argument of the first such statement in its block."""
        return next((each.arguments[0] for each in self.all(name) if each.arguments), default)


@dataclass
class Configuration:
    """All of it: the statements, and the files in the order in which they were read."""

    statements: tuple[Directive, ...] = ()
    read: list[str] = field(default_factory=list)

    def servers(self) -> list[Directive]:
        """Every `server` of every `http`."""
        return [server for http in self.statements if http.name == "http" for server in http.all("server")]


def load(files: Mapping[str, str]) -> Configuration:
    """The configuration that begins with nginx.conf; raises RefusedByNginxError with nginx's words."""
    if MAIN not in files:
        raise RefusedByNginxError(f'open() "{MAIN}" failed (2: No such file or directory)')
    configuration = Configuration()
    configuration.statements = tuple(_NginxFile(files, MAIN, configuration).block(top=True))
    return configuration


def printed(files: Mapping[str, str], configuration: Configuration) -> str:
    """What `nginx -T` prints on standard output."""
    return "".join(f"# configuration file {path}:\n{files[path]}\n" for path in configuration.read)


class _NginxFile:
    """One file, from its beginning."""

    def __init__(self, files: Mapping[str, str], path: str, configuration: Configuration) -> None:
        self.files, self.path, self.configuration = files, path, configuration
        self.line, self.position = 1, 0
        self.text = files[path]
        if path not in configuration.read:
            configuration.read.append(path)

    def _tokens(self) -> Iterator[str]:
        while self.position < len(self.text):
            found = _TOKEN.match(self.text, self.position)
            if found is None:
                raise self._error('unexpected end of file, expecting ";" or "}"', self.text.count("\n") + 1)
            self.position = found.end()
            if not found[0].isspace() and not found[0].startswith("#"):
                yield found[0]
            self.line += found[0].count("\n")

    def block(self, *, top: bool = False, free: bool = False) -> list[Directive]:
        """The statements up to the closing brace, or to the end of the file."""
        statements: list[Directive] = []
        parts: list[str] = []
        for part in self._tokens():
            if part == ";":
                if not parts:
                    raise self._error('unexpected ";"')
                statements += self._simple(parts, free=free)
                parts = []
            elif part == "{":
                statements.append(self._nested(parts))
                parts = []
            elif part == "}":
                if parts or top:
                    raise self._error('unexpected "}"')
                return statements
            else:
                parts.append(_unquoted(part))
        if parts:
            raise self._error('unexpected end of file, expecting ";" or "}"')
        if not top:
            raise self._error('unexpected end of file, expecting "}"')
        return statements

    def _simple(self, parts: list[str], *, free: bool) -> list[Directive]:
        name, *arguments = parts
        if not free and name in _BLOCKS:
            raise self._error(f'directive "{name}" has no opening "{{"')
        if not free and name not in _KNOWN:
            raise self._error(f'unknown directive "{name}"')
        if name == "include":
            return self._included(arguments[0] if arguments else "")
        return [Directive(name, tuple(arguments), self.path, self.line)]

    def _included(self, pattern: str) -> list[Directive]:
        if not re.search(r"[*?\[]", pattern):
            if pattern not in self.files:
                raise self._error(f'open() "{pattern}" failed (2: No such file or directory)')
            return _NginxFile(self.files, pattern, self.configuration).block(top=True)
        folder, _, last = pattern.rpartition("/")
        found = [path for path in sorted(self.files) if path.rpartition("/")[0] == folder]
        matching = [path for path in found if not path[len(folder) + 1 :].startswith(".") and fnmatchcase(path[len(folder) + 1 :], last)]
        return [each for path in matching for each in _NginxFile(self.files, path, self.configuration).block(top=True)]

    def _nested(self, parts: list[str]) -> Directive:
        line = self.line
        name, *arguments = parts or [""]
        if not name:
            raise self._error('unexpected "{"')
        if name not in _BLOCKS:
            reason = f'directive "{name}" is not terminated by ";"' if name in _KNOWN else f'unknown directive "{name}"'
            raise self._error(reason)
        return Directive(name, tuple(arguments), self.path, line, tuple(self.block(free=name in _FREE)))

    def _error(self, reason: str, line: int = 0) -> RefusedByNginxError:
        return RefusedByNginxError(f"{reason} in {self.path}:{line or self.line}")


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[:1] in "\"'" and len(text) > 1 else text


def find(configuration: Configuration, host: str, port: int) -> Directive | None:
    """The server of a name on a port, as nginx chooses: by exact name, by `*.` in front, else the default of the port."""
    there = [server for server in configuration.servers() if port in _ports(server)]
    names = {name: server for server in reversed(there) for each in server.all("server_name") for name in each.arguments}
    parts = host.split(".")
    wild = ["*." + ".".join(parts[number:]) for number in range(1, len(parts))]
    chosen = next((names[name] for name in (host, *wild) if name in names), None)
    return chosen or next((server for server in there if _is_default(server, port)), there[0] if there else None)


def _ports(server: Directive) -> set[int]:
    return {_port(listen) for listen in server.all("listen")} or {80}


def _port(listen: Directive) -> int:
    last = listen.arguments[0].rpartition(":")[2] if listen.arguments else "80"
    return int(last) if last.isdigit() else 80


def _is_default(server: Directive, port: int) -> bool:
    return any("default_server" in listen.arguments for listen in server.all("listen") if _port(listen) == port)
