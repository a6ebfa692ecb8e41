"""CPU models and machine versions that QEMU 10 knows (GET /nodes/{node}/capabilities/qemu/…)."""

import re

from eiginfra.lab.proxmox.formats import FORMATS
from eiginfra.lab.proxmox.state import Json

_AMD = (
    "EPYC EPYC-Genoa EPYC-IBPB EPYC-Milan EPYC-Milan-v2 EPYC-Rome EPYC-Rome-v2 EPYC-Rome-v3 EPYC-Rome-v4 EPYC-v3 EPYC-v4 "
    "Opteron_G1 Opteron_G2 Opteron_G3 Opteron_G4 Opteron_G5 athlon phenom"
)
_INTEL = (
    "486 Broadwell Broadwell-IBRS Broadwell-noTSX Broadwell-noTSX-IBRS Cascadelake-Server Cascadelake-Server-noTSX "
    "Cascadelake-Server-v2 Cascadelake-Server-v4 Cascadelake-Server-v5 Conroe Cooperlake Cooperlake-v2 GraniteRapids Haswell "
    "Haswell-IBRS Haswell-noTSX Haswell-noTSX-IBRS Icelake-Client Icelake-Client-noTSX Icelake-Server Icelake-Server-noTSX "
    "Icelake-Server-v3 Icelake-Server-v4 Icelake-Server-v5 Icelake-Server-v6 IvyBridge IvyBridge-IBRS KnightsMill Nehalem "
    "Nehalem-IBRS Penryn SandyBridge SandyBridge-IBRS SapphireRapids SapphireRapids-v2 Skylake-Client Skylake-Client-IBRS "
    "Skylake-Client-noTSX-IBRS Skylake-Client-v4 Skylake-Server Skylake-Server-IBRS Skylake-Server-noTSX-IBRS Skylake-Server-v4 "
    "Skylake-Server-v5 Westmere Westmere-IBRS core2duo coreduo pentium pentium2 pentium3"
)
_DEFAULT = "host kvm32 kvm64 max qemu32 qemu64 x86-64-v2 x86-64-v2-AES x86-64-v3 x86-64-v4"
CPUS: dict[str, str] = {
    name: vendor for vendor, names in (("AuthenticAMD", _AMD), ("GenuineIntel", _INTEL), ("default", _DEFAULT)) for name in names.split()
}
_VERSIONS = [
    "10.0+pve1", "10.0", "9.2+pve1", "9.2", "9.1", "9.0", "8.2", "8.1", "8.0", "7.2", "7.1", "7.0", "6.2", "6.1",
    "6.0", "5.2", "5.1", "5.0", "4.2", "4.1", "4.0", "3.1", "3.0", "2.12", "2.11", "2.10",
]  # fmt: skip
_CHANGES = {
    "10.0+pve1": "Set host_mtu vNIC option even with default value for migration compat.",
    "9.2+pve1": "Disables S3/S4 power states by default.",
}


def cpus() -> list[Json]:
    """The CPU models, as the API lists them."""
    return [{"name": name, "vendor": vendor, "custom": 0} for name, vendor in CPUS.items()]


def machines() -> list[Json]:
    """The machine versions, as the API lists them."""
    return [
        {"id": f"pc-{kind}-{version}", "type": kind, "version": version, **({"changes": _CHANGES[version]} if version in _CHANGES else {})}
        for version in _VERSIONS
        for kind in ("i440fx", "q35")
    ]


def _check_cpu(value: str) -> None:
    match = re.match(r"(?:cputype=)?([^,=]+)(?:,|$)", value)
    if match and not match[1].startswith("custom-") and match[1] not in CPUS:
        raise ValueError(f"Built-in cputype '{match[1]}' is not defined (missing 'custom-' prefix?)")


FORMATS["pve-vm-cpu"] = _check_cpu
