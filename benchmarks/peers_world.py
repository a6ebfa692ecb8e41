"""The example cohort as others are told it: Ansible's variables, gitlabform's configuration.

eiginfra compiles it, so that all want the same.
"""

import calendar
import time
from collections import defaultdict
from collections.abc import Mapping
from ipaddress import ip_interface
from pathlib import Path
from typing import Any

import yaml
from harness import DAY, ROOT

from eiginfra.core.values import ByteSize
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.workspace import Workspace

Values = Mapping[str, Any]

LEVELS = {"reporter": 20, "developer": 30, "maintainer": 40, "owner": 50}
BOT = "eiginfra-bot"
"""The account of the lab's token: whoever makes a group is its owner."""
TEMPLATES = {9012: "debian-12-cloud", 9024: "ubuntu-24.04-cloud"}
FIRST_ID = 100
MIB, GIB = 2**20, 2**30


def paths(site: Path) -> Paths:
    """The example cohort on that site."""
    return Paths(inventory=ROOT / "inventories/eig3", playbook=ROOT / "playbooks/site.yml", site=site, as_of=DAY)


def wanted(site: Path) -> dict[str, list[Values]]:
    """The values of all resources, by kind."""
    found = defaultdict[str, list[Values]](list)
    for item in Workspace.load(paths(site), offline=True).compiled.resources:
        found[item.address.kind].append(item.values)
    return found


def gitlab_variables(site: Path, want: Mapping[str, list[Values]]) -> dict[str, Any]:
    """For peers/gitlab.yml."""
    body = _read(site)["gitlab"]
    return {
        "gitlab": {"url": body["url"], "token": _secret(site, body)},
        "users": _plain(want["gitlab.user"]),
        "groups_wanted": _plain(want["gitlab.group"]),
        "projects": _plain(want["gitlab.project"]),
    }


def proxmox_variables(site: Path, want: Mapping[str, list[Values]]) -> dict[str, Any]:
    """For peers/proxmox.yml; machines get IDs and addresses in the order of the files."""
    body = _read(site)["proxmox"]
    user, _, token = body["token_id"].partition("!")
    host, port = body["url"].removeprefix("https://").split(":")
    network, groups = body["network"], defaultdict[str, list[str]](list)
    for group in want["proxmox.group"]:
        for member in group["members"]:
            groups[member["user"]].append(group["id"])
    numbers = iter(range(FIRST_ID, FIRST_ID + 1000))
    prefix = network["subnet"].partition("/")[2]

    def guest(values: Values) -> dict[str, Any]:
        number = next(numbers)
        address = ip_interface(f"{ip_interface(network['subnet']).ip + number}/{prefix}")
        sizes = {"memory": ByteSize.of(values["memory"]) // MIB, "disk": ByteSize.of(values["disk"]) // GIB}
        return {**_plain([values])[0], **sizes, "id": number, "address": str(address), "nesting": bool(values.get("nesting"))}

    return {
        "proxmox": {
            "host": host,
            "port": port,
            "user": user,
            "token_id": token,
            "token": _secret(site, body),
            "node": body["nodes"][0],
            "storage": body["storage"]["disks"],
            "bridge": network["bridge"],
            "gateway": network["gateway"],
        },
        "pve_groups": _plain(want["proxmox.group"]),
        "pve_users": [
            {**_plain([item])[0], "groups": groups[item["id"]], "expire": _epoch(str(item["until"]))} for item in want["proxmox.user"]
        ],
        "pools": _plain(want["proxmox.pool"]),
        "rights": _plain(want["proxmox.acl"]),
        "containers": [guest(item) for item in want["proxmox.container"]],
        "machines": [{**guest(item), "image_name": TEMPLATES[item["image"]]} for item in want["proxmox.vm"]],
    }


def gitlabform_configuration(site: Path, want: Mapping[str, list[Values]]) -> dict[str, Any]:
    """Members with their last days, labels, first files, who may push."""
    body = _read(site)["gitlab"]
    parts = defaultdict[str, dict[str, Any]](dict)
    for label in want["gitlab.label"]:
        section = parts[f"{label['group']}/*"].setdefault("group_labels", {})
        section[label["name"]] = {"color": label["color"], "description": label["description"]}
    for group in want["gitlab.group"]:
        if "project_creation" in group:
            parts[f"{group['path']}/*"]["group_settings"] = {"project_creation_level": group["project_creation"]}
    for item in want["gitlab.members"]:
        people = {one["username"]: {"access_level": LEVELS[one["access"]], "expires_at": str(one["expires"])} for one in item["members"]}
        parts[f"{item['group']}/*"]["group_members"] = {"users": {BOT: {"access_level": LEVELS["owner"]}, **people}, "enforce": True}
    for item in want["gitlab.file"]:
        files = {**item["files"], "LICENSE": f"{item.get('license', '')}\n© {item.get('holder', '')}\n"}
        parts[item["project"]]["files"] = {
            name: {"overwrite": True, "branches": ["main"], "content": content} for name, content in files.items()
        }
    for item in want["gitlab.protected_branch"]:
        levels = {f"{action}_access_level": LEVELS[item[action].removesuffix("s")] for action in ("push", "merge")}
        parts[item["project"]]["branches"] = {item["branch"]: {"protected": True, **levels}}
    return {
        "config_version": 3,
        "gitlab": {"url": body["url"], "token": _secret(site, body)},
        "projects_and_groups": dict(parts),
    }


def _read(site: Path) -> dict[str, Any]:
    body: dict[str, Any] = yaml.safe_load(site.read_text(encoding="utf-8"))
    return body


def _secret(site: Path, section: Values) -> str:
    file: str = section["token"]["file"]
    return (site.parent / file).read_text(encoding="utf-8").strip()


def _epoch(day: str) -> int:
    return calendar.timegm(time.strptime(day, "%Y-%m-%d"))


def _plain(items: list[Values]) -> list[dict[str, Any]]:
    """What JSON can hold."""
    return [
        {name: value if isinstance(value, str | int | bool | list | dict) else str(value) for name, value in item.items()} for item in items
    ]
