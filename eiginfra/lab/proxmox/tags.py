"""Tags of guests: how they are put in order, and who may set which (PVE::GuestHelpers)."""

from collections import Counter

from eiginfra.lab.proxmox.errors import DeniedError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.lab import ProxmoxLab
from eiginfra.lab.proxmox.routing import ProxmoxCall


def option(lab: ProxmoxLab, name: str) -> dict[str, str]:
    """A property string of the datacenter's options."""
    pairs = (part.partition("=") for part in str(lab.state.options.get(name, "")).split(",") if part)
    return {key: value for key, _, value in pairs}


def registered(lab: ProxmoxLab) -> list[str]:
    """The tags that only administrators may set."""
    return sorted(set(split_list(str(lab.state.options.get("registered-tags", "")))))


def allowed(call: ProxmoxCall) -> set[str]:
    """The tags that the caller may choose from: those listed, those of guests that the caller sees; administrators all."""
    lab, administrator = call.lab, call.may("/", "Sys.Modify")
    access = option(lab, "user-tag-access")
    mode = access.get("user-allow", "free")
    found: set[str] = set()
    if mode != "none" or administrator:
        found |= set(split_list(access.get("user-allow-list", "")))
    if mode in ("free", "existing") or administrator:
        for vmid, guest in lab.state.guests.items():
            if administrator or call.may(f"/vms/{vmid}", "VM.Audit"):
                found |= set(split_list(str(guest.config.get("tags", ""))))
    return found | set(registered(lab)) if administrator else found - set(registered(lab))


def check(call: ProxmoxCall, vmid: int, old: str, new: str) -> None:
    """Raise the 403 of a tag that the caller may neither set nor take away; a pool's rights do not count."""
    call.allow(f"/vms/{vmid}", "VM.Config.Options")
    if call.may("/", "Sys.Modify"):
        return
    before, after = Counter(split_list(old)), Counter(split_list(new))
    free = option(call.lab, "user-tag-access").get("user-allow", "free") == "free"
    for tag in [*before, *after]:
        known = free or tag in allowed(call)
        if before[tag] != after[tag] and (not known or tag in registered(call.lab)):
            raise DeniedError(f"/, Sys.Modify for modifying tag '{tag}'")


def unique(lab: ProxmoxLab, text: str) -> str:
    """Each tag once, in small letters and sorted, unless the datacenter's `tag-style` says otherwise."""
    style = option(lab, "tag-style")
    tags = split_list(text) if style.get("case-sensitive") == "1" else [tag.lower() for tag in split_list(text)]
    kept = dict.fromkeys(tags)
    return ";".join(kept if style.get("ordering") == "config" else sorted(kept))
