"""Rules of servers that are known without asking one: what a field of a spec refuses, with where that is known from."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from eiginfra.core.finding import Finding, error
from eiginfra.core.refusal import refusal

_SHOWN: Final = 60


@dataclass(frozen=True)
class ServerRule:
    """What a server takes as the value of a text field: metadata of the field, so that `check` refuses anything else at its place.

    name: its name in the catalogue of messages. source: where the rule is written. pattern: of the whole text. least, most: its length in
    characters. refuses: whether a text that fits so far is refused all the same.
    """

    name: str
    source: str
    pattern: str = r"(?s:.*)"
    least: int = 0
    most: int = 65_536
    refuses: Callable[[str], bool] | None = None

    def fits(self, text: str) -> bool:
        """Whether the server takes the text, as far as that can be known."""
        return (
            self.least <= len(text) <= self.most
            and re.fullmatch(self.pattern, text) is not None
            and not (self.refuses is not None and self.refuses(text))
        )

    def check(self, text: str) -> str:
        """The text; a refusal, a ValueError, if the server does not take it."""
        if not self.fits(text):
            raise refusal("server-rule", value=_shown(text), rule=self.name, least=self.least, most=self.most)
        return text

    def objections(self, at: str, text: str, field: str) -> Iterator[Finding]:
        """The same as a kind's finding about a field: for what is to keep back one resource and not the whole plan."""
        if not self.fits(text):
            yield error("server-rule", at=at, value=_shown(text), rule=self.name, least=self.least, most=self.most, field=field)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """After the check that it is text at all."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """With its lengths, and the pattern where JSON Schema can say it. To Python `$` alone would let a line feed follow."""
        said = handler(schema) | ({"minLength": self.least} if self.least else {}) | {"maxLength": self.most}
        return said if self.pattern.startswith("(?s") else {**said, "pattern": f"^(?:{self.pattern})$(?!\\n)"}


def _shown(text: str) -> str:
    return repr(text) if len(text) < _SHOWN else f"{text[:_SHOWN]!r}…"


_LOCAL: Final = r"[A-Za-z0-9_+~-]+(?:\.[A-Za-z0-9_+~-]+)*"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP: Final = r"(?!\d+$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
EMAIL: Final = ServerRule(
    "email",
    "pve-common, PVE::ParseUtils EMAIL_RE; Devise.email_regexp; RFC 5321, 4.5.3.1 (64 characters before the @)",
    rf"(?=[^@]{{1,64}}@){_LOCAL}@(?:{_LABEL}\.)+{_TOP}",
    most=254,
)
"""Addresses that all servers take: of what one of them refuses, the other makes an account that gets no mail."""
DNS_NAME: Final = ServerRule(
    "dns-name", "pve-common, format dns-name; RFC 1035, section 2.3.4", rf"{_LABEL}(?:\.{_LABEL})*", least=1, most=253
)
UNIX_ACCOUNT: Final = ServerRule("unix-account", "useradd(8)", r"[a-z_](?:[a-z0-9_.-]*[a-z0-9_-])?", least=1, most=32)
KEY_TYPES: Final = r"ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com"
"""A pattern of the types of public keys that OpenSSH takes, DSA left out."""
STORAGE: Final = ServerRule("storage", "pve-common, format pve-storage-id", r"[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]", most=100)
BRIDGE: Final = ServerRule("bridge", "pve-common, format pve-bridge-id; Linux, IFNAMSIZ", r"[A-Za-z0-9._-]+", most=15)
REALM: Final = ServerRule("realm", "pve-access-control, format pve-realm", r"[A-Za-z][A-Za-z0-9._-]+", most=32)
