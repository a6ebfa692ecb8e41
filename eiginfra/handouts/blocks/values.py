"""What is put in the place of placeholders: what the files say, and what was seen of the server."""

from collections.abc import Sequence
from pathlib import PurePath

from eiginfra.core.utilisation import Host
from eiginfra.handouts.blocks.placeholders import Values
from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Link
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Team
from eiginfra.inventory.site import Site


def text_values(
    cohort: Cohort, site: Site, language: Language, *, team: Team | None = None, hosts: Sequence[Host] = (), machine: str | None = None
) -> Values:
    """The values that are known. hosts: the servers as they were seen; machine: the name of one of the team's machines that exists."""
    file, proxmox, gateway = cohort.file, site.file.proxmox, site.file.gateway
    memory, cores = [host.memory for host in hosts], [host.cores for host in hosts]
    found: dict[str, str | Link | None] = {
        "cohort": file.title,
        "starts": language.day(file.starts),
        "ends": language.day(file.ends),
        "contact": _mail(file.contacts[0].email) if file.contacts else None,
        "programme": Link(file.programme.url, file.programme.title) if file.programme and file.programme.url else None,
        "gitlab": _address(site.file.gitlab.url if site.file.gitlab else None),
        "proxmox": _address(proxmox.url if proxmox else None),
        "repository": _address(file.repository.url if file.repository else None),
        "gateway": gateway.host if gateway else None,
        "domain": gateway.domain if gateway else None,
        "subnet": str(proxmox.network.subnet) if proxmox else None,
        "memory": language.size(sum(each or 0 for each in memory)) if memory and all(memory) else None,
        "cores": str(sum(each or 0 for each in cores)) if cores and all(cores) else None,
        "machine": machine,
    }
    if team is not None:
        found |= {"team": team.title, "administration": team.administration, "team_file": _team_file(cohort, team)}
    return {name: value for name, value in found.items() if value}


def _address(url: str | None) -> Link | None:
    return Link(url, url) if url else None


def _mail(address: str) -> Link:
    return Link(f"mailto:{address}", address)


def _team_file(cohort: Cohort, team: Team) -> str:
    """As people find it in the repository, not as it is on the disk of whoever writes handouts."""
    file = PurePath(cohort.documents[team.id].file) if team.id in cohort.documents else PurePath(cohort.id, "teams", f"{team.id}.yml")
    return "/".join(file.parts[-3:] if file.is_absolute() or ".." in file.parts else file.parts)
