"""What Proxmox's own API description says of a request: names, types, bounds, enumerations, patterns, formats, property strings."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

FILE = Path(__file__).parents[3] / "shared" / "contracts" / "proxmox-ve-9.1.json"
_ID = r"[A-Za-z][A-Za-z0-9_-]+"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_IP = rf"(?:{_IPV4}|[0-9a-fA-F:]*:[0-9a-fA-F:]*)"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_REALM = r"[A-Za-z][A-Za-z0-9.\-_]+"
_NAME = r"[A-Za-z0-9.\-_]+"
_VMID = r"[1-9]\d{2,8}"
_PORTS = r"(?:\d+(?::\d+)?|[a-z][a-z0-9-]*)"
# The description names these formats; what they are is in Proxmox's code (pve-common: JSONSchema.pm; pve-access-control; pve-firewall).
FORMATS = {
    "pve-node": _LABEL,
    "pve-vmid": _VMID,
    "pve-storage-id": r"[A-Za-z][A-Za-z0-9\-_.]*[A-Za-z0-9]",
    "pve-configid": _ID,
    "pve-poolid": rf"{_NAME}(?:/{_NAME}){{0,2}}",
    "pve-userid": rf"[^\s:/]+@{_REALM}",
    "pve-realm": _REALM,
    "pve-groupid": _NAME,
    "pve-roleid": _NAME,
    "pve-priv": r"[A-Za-z]+(?:\.[A-Za-z]+)+",
    "pve-tag": r"[A-Za-z0-9_][A-Za-z0-9_\-+.]*",
    "pve-volume-id": r"[^:\s]+:\S+",
    "pve-storage-content": r"[a-z]+",
    "pve-startup-order": r"(?:order=)?\d+(?:,(?:up|down)=\d+)*",
    "pve-ct-timezone": r"\S+",
    "pve-qm-boot": r"order=[a-z]+\d+(?:;[a-z]+\d+)*",
    "pve-calendar-event": r"\S.*",
    "pve-command": r".+",
    "pve-vm-cpu-conf": rf"(?:cputype=)?{_NAME}(?:,[a-z-]+=[^,]+)*",
    "pve-qm-ipconfig": rf"ip=(?:dhcp|{_IPV4}/\d\d?)(?:,gw={_IPV4})?",
    "pve-ipv4-config": rf"(?:dhcp|manual|{_IPV4}/\d\d?)",
    "pve-lxc-mp-string": r"[^,]+",
    "pve-bridge-id": r"[A-Za-z0-9_.\-]+",
    "prune-backups": r"keep-(?:all|last|hourly|daily|weekly|monthly|yearly)=\d+(?:,keep-[a-z]+=\d+)*",
    "pve-fw-addr-spec": r"\+?[A-Za-z0-9][\w.:/,\-]*",
    "pve-fw-sport-spec": rf"{_PORTS}(?:,{_PORTS})*",
    "pve-fw-dport-spec": rf"{_PORTS}(?:,{_PORTS})*",
    "pve-fw-protocol-spec": r"[a-z0-9-]+",
    "pve-fw-icmp-type-spec": r"[a-z0-9-]+",
    "pve-iface": r"[A-Za-z][A-Za-z0-9_]{1,20}(?:[:.]\d+)?",
    "IPorCIDR": rf"{_IP}(?:/\d+)?",
    "IPorCIDRorAlias": rf"(?:{_IP}(?:/\d+)?|{_ID})",
    "address": rf"(?:{_IP}|{_LABEL}(?:\.{_LABEL})*)",
    "lxc-ip-with-ll-iface": rf"{_IP}(?:%.+)?",
    "dns-name": rf"{_LABEL}(?:\.{_LABEL})*",
    "ipv4": _IPV4,
    "mac-addr": r"[0-9A-Fa-f][02468aceACE](?::[0-9A-Fa-f]{2}){5}",
    "email": r"\S+@\S+",
    "urlencoded": r"(?:%[0-9A-Fa-f]{2}|[A-Za-z0-9\-_.!~*'()])*",
    "disk-size": r"\d+(?:\.\d+)?[KMGT]?",
}


class Contract:
    """The official description of Proxmox VE 9.1."""

    def __init__(self, path: Path = FILE) -> None:
        paths = json.loads(path.read_text(encoding="utf-8"))["paths"]
        # A literal path goes before one with a placeholder in the same place.
        self._routes = [
            (re.compile(re.sub(r"\{([a-z_-]+)\}", lambda found: f"(?P<{found[1].replace('-', '_')}>[^/]+)", template)), template, methods)
            for template, methods in sorted(paths.items(), key=lambda item: [part.startswith("{") for part in item[0].split("/")])
        ]

    def complaints(self, method: str, path: str, params: Mapping[str, Any]) -> list[str]:
        """What is wrong with a request."""
        for pattern, template, methods in self._routes:
            if method in methods and (match := pattern.fullmatch(f"/{path}")):
                inside = {name.replace("_", "-"): unquote(value) for name, value in match.groupdict().items()}
                described = methods[method].get("parameters", {}).get("properties", {})
                inside = {name if name in described else name.replace("-", "_"): value for name, value in inside.items()}
                return list(_object({**inside, **params}, described, f"{method} {template}"))
        return [f"the API has no {method} /{path}"]


def _object(values: Mapping[str, Any], described: Mapping[str, Any], where: str) -> Iterator[str]:
    for name, value in values.items():
        schema = described.get(name) or described.get(re.sub(r"\d+$", "[n]", name))
        if schema is None:
            yield f"{where}: knows no {name}"
        else:
            yield from _value(value, schema, f"{where} {name}={value!r}")
    needed = [name for name, schema in described.items() if not (schema.get("optional") or "alias" in schema)]
    yield from (f"{where}: {name} is missing" for name in needed if name not in values)


def _value(value: Any, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    kind, text = schema.get("type", "string"), str(value)
    if isinstance(value, bool | float) or value is None:
        yield f"{where}: goes out as {text}"
    elif kind == "boolean":
        if text not in {"0", "1"}:
            yield f"{where}: is neither 0 nor 1"
    elif kind in {"integer", "number"}:
        if not re.fullmatch(r"-?\d+" if kind == "integer" else r"-?\d+(\.\d+)?", text):
            yield f"{where}: is no {kind}"
        elif not schema.get("minimum", float(text)) <= float(text) <= schema.get("maximum", float(text)):
            yield f"{where}: is out of bounds"
    else:
        yield from _text(text, schema, where)


def _text(text: str, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)):
        yield f"{where}: has {len(text)} characters"
    if "enum" in schema and text not in schema["enum"]:
        yield f"{where}: is none of {', '.join(schema['enum'])}"
    if "pattern" in schema and not re.fullmatch(schema["pattern"].replace("(?^:", "(?:"), text):
        yield f"{where}: does not match {schema['pattern']}"
    form = schema.get("format")
    if isinstance(form, Mapping):
        yield from _properties(text, form, where)
    elif form is not None:
        yield from _format(text, form, where)


def _format(text: str, form: str, where: str) -> Iterator[str]:
    if form.endswith("-opt") and not text:
        return
    single = form.removesuffix("-opt")
    many = form.endswith("-list")
    pattern = FORMATS.get(single.removesuffix("-list") if many else single)
    if pattern is None:
        yield f"{where}: nobody wrote down what the format {form} is"
        return
    items = [item for item in re.split(r"[,;\s]+", text) if item] if many else [text]
    yield from (f"{where}: {item!r} is no {form}" for item in items if not re.fullmatch(pattern, item))


def _properties(text: str, described: Mapping[str, Any], where: str) -> Iterator[str]:
    found: dict[str, str] = {}
    for number, part in enumerate(text.split(",")):
        key, equals, value = part.partition("=")
        if not equals:
            default = next((name for name, schema in described.items() if schema.get("default_key")), None)
            if number or default is None:
                yield f"{where}: {part!r} has no key"
                continue
            key, value = default, part
        alias = described.get(key, {})
        if "keyAlias" in alias:
            found[alias["keyAlias"]] = key
        key = alias.get("alias", key)
        if key in found:
            yield f"{where}: {key} stands there twice"
        found[key] = value
    yield from _object(found, described, where)
