"""The form of what Proxmox VE answers, as far as the kinds read it, by the path that was asked; source: its API description."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from eiginfra.core.errors import PermanentError
from eiginfra.providers.shapes import Shape

# Perl writes a number as a number or as a text, by what it was used for last.
Number = Annotated[int, Field(ge=0, lt=2**63)]
Word = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]

UPID = re.compile(r"UPID:[^:/\s]+:[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8}:[^:/\s]+:[^:/\s]*:[^:/\s]+:")


class _ProxmoxSeen(BaseModel):
    type: str
    vmid: Number | None = None
    node: Word | None = None
    name: Word | None = None
    pool: Word | None = None
    storage: Word | None = None
    maxmem: Number | None = None
    maxdisk: Number | None = None
    tags: Word | None = None


class _ProxmoxGuest(BaseModel):
    vmid: Number
    name: Word | None = None
    status: Word | None = None
    tags: Word | None = None
    lock: Word | None = None


class _ProxmoxStatus(BaseModel):
    status: str
    name: Word | None = None
    lock: Word | None = None


class _ProxmoxFile(BaseModel):
    content: str


class _ProxmoxSetting(BaseModel):
    key: str
    value: str | int | float | None = None
    pending: str | int | float | None = None


class _ProxmoxVolume(BaseModel):
    volid: str
    size: Number | None = None
    used: Number | None = None
    vmid: Number | None = None
    notes: Word | None = None
    ctime: Number | None = None


class _ProxmoxTask(BaseModel):
    upid: Annotated[str, Field(pattern=UPID)]
    starttime: Number
    type: Word | None = None
    user: Word | None = None
    id: Word | None = None
    endtime: Number | None = None


class _ProxmoxLine(BaseModel):
    t: Word | None = None


class _ProxmoxPool(BaseModel):
    poolid: str
    comment: Word | None = None
    members: list[_ProxmoxSeen] | None = None


class _ProxmoxAccount(BaseModel):
    userid: str
    groups: Word | None = None
    enable: Number | None = None
    expire: Number | None = None
    email: Word | None = None
    comment: Word | None = None


class _ProxmoxGroup(BaseModel):
    groupid: str
    comment: Word | None = None


class _ProxmoxRole(BaseModel):
    roleid: str
    privs: Word | None = None


class _ProxmoxEntry(BaseModel):
    path: str
    ugid: str
    roleid: str
    type: str
    propagate: Number | None = None


class _ProxmoxRealm(BaseModel):
    realm: str
    type: str


class _ProxmoxNode(BaseModel):
    node: str
    status: Word | None = None


class _ProxmoxStorage(BaseModel):
    storage: str
    avail: Number | None = None
    total: Number | None = None
    used: Number | None = None
    active: Number | None = None


class _ProxmoxNetwork(BaseModel):
    iface: str


class _ProxmoxClock(BaseModel):
    time: Number


class _ProxmoxVersion(BaseModel):
    version: str


class _ProxmoxJob(BaseModel):
    id: str
    vmid: Word | None = None
    schedule: Word | None = None
    storage: Word | None = None


class _ProxmoxRule(BaseModel):
    pos: Number
    type: str
    action: str


class _ProxmoxNamed(BaseModel):
    name: str


def _asked(path: str, model: Any, *names: str) -> tuple[re.Pattern[str], Shape[Any]]:
    return re.compile(path), Shape(model, *names)


_OF_GUEST = r"nodes/[^/]+/(?:lxc|qemu)/\d+"
_LISTS = (
    _asked(r"cluster/resources", _ProxmoxSeen, "id", "name"),
    _asked(r"nodes/[^/]+/(?:lxc|qemu)", _ProxmoxGuest, "vmid", "name"),
    _asked(rf"{_OF_GUEST}/pending", _ProxmoxSetting, "key"),
    _asked(r"nodes/[^/]+/storage/[^/]+/content", _ProxmoxVolume, "volid"),
    _asked(r"nodes/[^/]+/storage", _ProxmoxStorage, "storage"),
    _asked(r"nodes/[^/]+/network", _ProxmoxNetwork, "iface"),
    _asked(r"nodes/[^/]+/tasks", _ProxmoxTask, "upid"),
    _asked(r"nodes/[^/]+/tasks/[^/]+/log", _ProxmoxLine),
    _asked(r"nodes", _ProxmoxNode, "node"),
    _asked(r"pools", _ProxmoxPool, "poolid"),
    _asked(r"access/users", _ProxmoxAccount, "userid"),
    _asked(r"access/groups", _ProxmoxGroup, "groupid"),
    _asked(r"access/roles", _ProxmoxRole, "roleid"),
    _asked(r"access/acl", _ProxmoxEntry, "path", "ugid"),
    _asked(r"access/domains", _ProxmoxRealm, "realm"),
    _asked(r"cluster/backup", _ProxmoxJob, "id"),
    _asked(r"cluster/backup-info/not-backed-up", _ProxmoxGuest, "vmid"),
    _asked(r".*/firewall/rules", _ProxmoxRule, "pos"),
    _asked(r".*/firewall/(?:ipset|aliases|groups)", _ProxmoxNamed, "name"),
)
_OBJECTS = (
    _asked(rf"{_OF_GUEST}/status/current", _ProxmoxStatus),
    _asked(r"nodes/[^/]+/tasks/[^/]+/status", _ProxmoxStatus),
    _asked(r"nodes/[^/]+/time", _ProxmoxClock),
    _asked(r"nodes/[^/]+/qemu/\d+/agent/file-read", _ProxmoxFile),
    _asked(r"version", _ProxmoxVersion),
    _asked(r"access/permissions", dict[str, dict[str, Any]]),
    _asked(r".*/firewall/options", dict[str, Any]),
)


def shape_of(path: str, *, rows: bool) -> Shape[Any] | None:
    """The form of each row, or of the one object, that a path answers; None where nothing is known of it."""
    return next((shape for pattern, shape in (_LISTS if rows else _OBJECTS) if pattern.fullmatch(path)), None)


def task_name(answer: object, what: str) -> str:
    """The name of the task that a request began. Raises PermanentError when the answer is none."""
    if not isinstance(answer, str) or not UPID.fullmatch(answer):
        raise PermanentError(f"proxmox: {what}: the answer names no task; see whether a Proxmox VE answers")
    return answer
