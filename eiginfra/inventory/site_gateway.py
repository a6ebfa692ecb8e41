"""The sections of the site file for the gateway, and for what is done inside machines."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from eiginfra.core.refusal import refusal
from eiginfra.inventory.fields import LAST_PORT, HostName, Matching, Port, Username, brief
from eiginfra.inventory.file_model import MOST, FileModel
from eiginfra.inventory.site_fields import KeyField, PortRange
from eiginfra.inventory.ssh_keys import SshKey

FINGERPRINT = r"SHA256:[A-Za-z0-9+/]{43}"
LABEL = Matching(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?", "subdomain")
_FOLDER = r"/[A-Za-z0-9._/-]+(?:\{name\}[A-Za-z0-9._/-]*)?"


class PinnedKey(FileModel):
    """A server's host key, as it is known beforehand: by its fingerprint, or by a known_hosts file."""

    fingerprint: Annotated[str, Matching(FINGERPRINT, "fingerprint")] | None = None
    file: Path | None = None


def _host_key(value: object) -> object:
    """A fingerprint, or the path of a file; what looks like another way to write a key is refused."""
    if not isinstance(value, str) or not value or re.match(r"(?:SHA256|MD5|SHA1):|ssh-|ecdsa-|[0-9a-f]{2}:[0-9a-f]{2}:", value):
        if isinstance(value, str) and re.fullmatch(FINGERPRINT, value):
            return {"fingerprint": value}
        raise refusal("host-key", value=brief(value))
    return {"file": value}


def _reserved(value: object) -> object:
    """A port, or the first part of a sub-domain."""
    port = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LAST_PORT
    if not port and not (isinstance(value, str) and LABEL.fits(value)):
        raise refusal("reserved", value=brief(value))
    return value


Reserved = Annotated[
    Annotated[int, Field(le=LAST_PORT)] | Annotated[str, Field(max_length=32)],
    BeforeValidator(_reserved, json_schema_input_type=Annotated[Port | Annotated[str, Field(pattern=f"^{LABEL.pattern}$")], Field()]),
]


class GatewaySite(FileModel):
    """The server that people jump through, and that publishes sub-domains and forwards ports; reached over SSH."""

    host: HostName = Field(description="Its name for SSH")
    port: Port = Field(default=22, description="Its port for SSH")
    user: Username = Field(description="eiginfra's account there")
    key: KeyField = Field(description="Where the private SSH key is kept: a secret of several lines, or agent")
    host_key: Annotated[PinnedKey, BeforeValidator(_host_key, json_schema_input_type=Annotated[str, Field(min_length=1)])] = Field(
        description="Its host key: a fingerprint, SHA256:…, or a known_hosts file"
    )
    domain: HostName = Field(description="The domain that sub-domains are made under")
    ports: PortRange = Field(description="Public ports to give out, e.g. 10000-19999")
    certificate: Annotated[str, Matching(_FOLDER, "certificate-folder")] | None = Field(
        default=None, description="The folder there with fullchain.pem and privkey.pem; {name} stands for the sub-domain in full"
    )
    reserved: tuple[Reserved, ...] = Field(default=(), max_length=MOST, description="Names and ports that are never given away")
    via: HostName | None = Field(default=None, description="The name of the Proxmox node that the gateway is, if it is one")


class MachinesSite(FileModel):
    """How eiginfra enters machines: by a key of its own, which each machine gets when it is made."""

    key: KeyField = Field(description="Where the private SSH key is kept: a secret of several lines, or agent")
    public: SshKey = Field(description="The public half of that key")
    host_keys: Literal["pinned", "first-use"] = Field(
        default="pinned", description="first-use: the first host key seen of a machine that eiginfra made is believed, too"
    )
