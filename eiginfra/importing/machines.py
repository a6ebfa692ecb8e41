"""Machines: the guests of a team's pool, and what the gateway sends on to them."""

from collections.abc import Iterable
from typing import Any

from eiginfra.core.finding import Finding, warning
from eiginfra.core.resource import Observed
from eiginfra.core.values import ByteSize
from eiginfra.importing.asking import Wanted
from eiginfra.importing.estate import Estate, FoundTeam, address_of, entries
from eiginfra.importing.fitting import Written, fitting, not_expressible
from eiginfra.importing.gather import GUESTS
from eiginfra.importing.images import image_of
from eiginfra.inventory.model import Forward, Machine, Publish
from eiginfra.inventory.site import Site

Guessed = dict[str, list[str]]
"""By image, the machines of which it is a guess."""


def machines_of(team: FoundTeam, estate: Estate, wanted: Wanted, site: Site, guessed: Guessed) -> list[Written]:
    """The machines as the team's file has them; what no file can ask for is left out and told."""
    found: dict[str, Written] = {}
    for guest in sorted(team.guests, key=_number):
        if (problem := _hindrance(guest, team, wanted, site)) is not None:
            estate.findings.append(problem)
            continue
        image = _image(guest, team, estate, wanted, site)
        written = None if image is None else _machine(guest, image[0], team, estate, site)
        if image is None or written is None:
            continue
        if written["name"] in found:
            told = {"id": _number(guest), "name": written["name"]}
            estate.findings.append(warning("import-name-twice", told, team=team.id))
            continue
        found[written["name"]] = written
        if image[1]:
            guessed.setdefault(image[0], []).append(f"{team.id}/{written['name']}")
    return list(found.values())


def _number(guest: Observed) -> int:
    return int(str(guest.handle["vmid"]))


def _hindrance(guest: Observed, team: FoundTeam, wanted: Wanted, site: Site) -> Finding | None:
    """Why a guest cannot be adopted."""
    vmid, mark = _number(guest), guest.values.get("mark")
    if mark is not None and not (guest.marked and str(mark).startswith(f"{wanted.cohort}/{team.id}/")):
        return warning("import-guest-marked", id=vmid, mark=str(mark), type=GUESTS[guest.address.kind], team=team.id)
    ids = None if site.file.proxmox is None else site.file.proxmox.network.ids
    if ids is not None and not guest.marked and not ids.first <= vmid <= ids.last:
        return warning("import-id-outside", id=vmid, first=ids.first, last=ids.last, type=GUESTS[guest.address.kind], team=team.id)
    return None


def _image(guest: Observed, team: FoundTeam, estate: Estate, wanted: Wanted, site: Site) -> tuple[str, bool] | None:
    """The image of a guest, and whether it is a guess; None, with a finding, where nobody can know it."""
    if (said := wanted.images.get(_number(guest))) is not None:
        return said, False
    guess = image_of(guest, site)
    if guess.image is not None:
        return guess.image, not guess.certain
    sort, name = GUESTS[guest.address.kind], str(guest.values.get("name") or "")
    told = {"id": _number(guest), "name": name, "type": sort, "system": guest.facts.get("system"), "images": [*guess.maybe]}
    estate.findings.append(warning("import-image-unknown", told, team=team.id))
    return None


def _machine(guest: Observed, image: str, team: FoundTeam, estate: Estate, site: Site) -> Written | None:
    vmid, values, sort = _number(guest), guest.values, GUESTS[guest.address.kind]
    host = str(values.get("name") or "")
    name = str(values["mark"]).rpartition("/")[2] if guest.marked else host.removeprefix(f"{team.id}-")
    stopped = values.get("state") == "stopped" and not values.get("onboot")
    entry: dict[str, Any] = {
        "name": name,
        "type": "vm" if sort == "vm" else None,
        "image": image,
        **_amounts(guest, site),
        "clone": "linked" if guest.facts.get("template") is not None else None,
        "docker": values.get("nesting") or None,
        "mounts": entries(values.get("mounts")) or None,
        "state": "stopped" if stopped else None,
        "protect": values.get("protection") or None,
        "backup": None if {f"#{vmid}", str(values.get("mark"))} & estate.backed else False,
        "id": None if guest.marked else vmid,
    }
    what = f"{host} ({sort} {vmid})"
    if values.get("cores") is None:
        estate.findings.append(not_expressible(what, "cores", None, team.id, whole=True))
        return None
    written = fitting(Machine, entry, what, estate.findings, team.id)
    address = address_of(guest)
    return written if written is None or address is None else written | _published(estate.published.get(address, ()), estate, site, team.id)


def _amounts(guest: Observed, site: Site) -> Written:
    """A size of the site's, the first that every team may have; else the amounts."""
    amounts = {name: guest.values.get(name) for name in ("cores", "memory", "disk")}
    sizes = sorted(site.file.sizes.items(), key=lambda item: item[1].privileged)
    for name, size in sizes:
        if (size.cores, _bytes(size.memory), _bytes(size.disk)) == (amounts["cores"], _bytes(amounts["memory"]), _bytes(amounts["disk"])):
            return {"size": name}
    return amounts


def _bytes(size: object) -> int | None:
    return int(ByteSize.of(size)) if isinstance(size, str | int) else None


def _published(found: Iterable[Observed], estate: Estate, site: Site, team: str) -> Written:
    """Sub-domains and public ports that lead to a machine, without what is as it is by default."""
    domain = "" if site.file.gateway is None else f".{site.file.gateway.domain}"
    publish, forward = list[Written](), list[Written]()
    for there in sorted(found, key=lambda one: one.address.key):
        values = there.values
        if "name" in values:
            entry = _differing(
                {
                    "subdomain": str(values["name"]).removesuffix(domain),
                    "port": values.get("port"),
                    "websocket": values.get("websocket"),
                    "max_body": values.get("max_body"),
                    "timeout": None if values.get("timeout") is None else f"{values['timeout']}s",
                    "sources": values.get("sources") or None,
                },
                {"websocket": True, "max_body": "16MiB", "timeout": "60s"},
            )
            sound = fitting(Publish, entry, there.address.key, estate.findings, team)
            publish += [] if sound is None else [sound]
        else:
            entry = _differing(
                {name: values.get(name) or None for name in ("public", "port", "protocol", "sources")},
                {"protocol": "tcp"},
            )
            sound = fitting(Forward, entry, there.address.key, estate.findings, team)
            forward += [] if sound is None else [sound]
    return {name: written for name, written in (("publish", publish), ("forward", forward)) if written}


def _differing(entry: Written, default: Written) -> Written:
    return {key: value for key, value in entry.items() if value is not None and value != default.get(key)}
