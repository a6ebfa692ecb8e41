"""SSH public keys, checked as `ssh-keygen -l` does line by line."""

import base64
import binascii
import re

from eiginfra.lab.proxmox.errors import ServerError

_TYPE = re.compile(r"(?:^|\s)((?:ssh|ecdsa|sk)-[a-z0-9@.\-]+)\s+([A-Za-z0-9+/]+={0,2})(?:\s|$)")
_LENGTHS = {"ssh-ed25519": 51}


def check_ssh_keys(text: str) -> None:
    """Raise the 500 of a text in which a line is no key; blank lines are skipped."""
    for line in text.split("\n"):
        if line.strip() and not _is_key(line.strip()):
            raise ServerError("SSH public key validation error")


def _is_key(line: str) -> bool:
    match = None if line.startswith("#") else _TYPE.search(line)
    if match is None:
        return False
    try:
        blob = base64.b64decode(match[2], validate=True)
    except binascii.Error:
        return False
    name = match[1].encode()
    length = _LENGTHS.get(match[1])
    return blob.startswith(len(name).to_bytes(4, "big") + name) and (length is None or len(blob) == length)
