"""Public SSH keys: what ssh-keygen, which Proxmox VE asks about each key, does not read is refused."""

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from eiginfra.inventory.ssh_keys import SshKey

KEYS = TypeAdapter(SshKey)
POINT = {256: 65, 384: 97, 521: 133}


def key(kind: str, *parts: bytes) -> str:
    wire = b"".join(len(part).to_bytes(4, "big") + part for part in (kind.encode(), *parts))
    return f"{kind} {base64.b64encode(wire).decode()} somebody"


def rsa(bits: int) -> str:
    return key("ssh-rsa", b"\x01\x00\x01", b"\x00" + b"\xff" * (bits // 8))


def ecdsa(bits: int, named: int | None = None, first: bytes = b"\x04", more: int = 0) -> str:
    return key(f"ecdsa-sha2-nistp{bits}", f"nistp{named or bits}".encode(), first + b"\x01" * (POINT[bits] - 1 + more))


SK = "sk-ecdsa-sha2-nistp256@openssh.com"
SOUND = [
    key("ssh-ed25519", b"x" * 32),
    rsa(3072),
    rsa(4096),
    *(ecdsa(bits) for bits in POINT),
    key("sk-ssh-ed25519@openssh.com", b"x" * 32, b"ssh:"),
    key(SK, b"nistp256", b"\x04" + b"\x01" * 64, b"ssh:"),
]
UNSOUND = [
    key("ssh-ed25519", b"x" * 31),
    key("ssh-rsa", b"\x01\x00\x01"),
    key("ssh-rsa", b"\x01\x00\x01", b"\x00"),
    key("ssh-ed25519", b"x" * 32, b"more"),
    key("ssh-rsa", b"", b"\xff" * 256),
    ecdsa(256, named=384),
    ecdsa(256, more=1),
    ecdsa(384, first=b"\x02"),
    key("ecdsa-sha2-nistp256", b"nistp256"),
    key("sk-ssh-ed25519@openssh.com", b"x" * 30, b"ssh:"),
]


@pytest.mark.parametrize("text", SOUND, ids=lambda text: text.split()[0])
def test_every_sort_of_key_is_taken(text: str) -> None:
    assert KEYS.validate_python(text) == text


@pytest.mark.parametrize("text", UNSOUND, ids=lambda text: text.split()[0])
def test_report_7_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        KEYS.validate_python(text)


@pytest.mark.parametrize("bits", [512, 1024, 2048, 3064])
def test_an_rsa_key_that_is_too_short_is_refused_with_its_length(bits: int) -> None:
    with pytest.raises(ValidationError) as caught:
        KEYS.validate_python(rsa(bits))
    [detail] = caught.value.errors()
    assert detail["ctx"]["code"] == "ssh-key-weak"
    assert detail["ctx"]["params"] == {"bits": bits, "least": 3072}


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="there is no ssh-keygen here")
def test_ssh_keygen_makes_no_key_that_is_refused(tmp_path: Path) -> None:
    for sort in (("rsa", "3072"), ("ecdsa", "256"), ("ecdsa", "384"), ("ecdsa", "521"), ("ed25519", "256")):
        path = tmp_path / "-".join(sort)
        subprocess.run(["ssh-keygen", "-q", "-t", sort[0], "-b", sort[1], "-N", "", "-C", "ada", "-f", str(path)], check=True)
        text = path.with_name(f"{path.name}.pub").read_text().strip()
        assert KEYS.validate_python(text) == text
