"""Keys that the lab makes, in OpenSSH's formats."""

from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)


def make_key() -> str:
    """A new private Ed25519 key."""
    return _printed(Ed25519PrivateKey.generate())


def host_key(inside: dict[str, Any]) -> str:
    """The private host key that is kept among what is inside a guest; made when it is first asked for."""
    if "host_key" not in inside:
        inside["host_key"] = make_key()
    return str(inside["host_key"])


def public_key(private: str) -> str:
    """The public half of a private key: `TYPE BASE64`."""
    loaded = load_ssh_private_key(private.encode("ascii"), password=None)
    return loaded.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")


def _printed(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode("ascii")


# The same in every lab, because site files that are written by hand name its public half; it opens nothing but machines of a lab.
MACHINES_KEY = _printed(Ed25519PrivateKey.from_private_bytes(sha256(b"eiginfra lab: machines").digest()))
