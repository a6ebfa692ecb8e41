"""Sizes, images and machine IDs: what a machine names must be what the site has."""

from collections.abc import Iterator

from eiginfra.core.finding import Finding, Location, error, warning
from eiginfra.core.reason import reason
from eiginfra.core.suggest import suggest
from eiginfra.inventory.checks.unique import Unique
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.french import WORDS
from eiginfra.inventory.model import Machine, Team
from eiginfra.inventory.site import Site


def _ids(cohort: Cohort) -> Iterator[tuple[int, Location, str]]:
    for team in cohort.teams:
        for index, machine in enumerate(team.machines):
            if machine.id is not None:
                yield machine.id, cohort.where(team.id, "machines", index, "id"), team.id


MACHINE_IDS = Unique[int]("duplicate-machine-id", _ids)


def check_supply(cohort: Cohort, site: Site) -> Iterator[Finding]:
    """Findings about what machines are made from, and IDs to adopt."""
    yield from MACHINE_IDS.within(cohort)
    yield from _without_user(cohort, site)
    for team in cohort.teams:
        for index, machine in enumerate(team.machines):
            if machine.size is not None and machine.size not in site.file.sizes:
                yield error(
                    "unknown-size",
                    size=machine.size,
                    advice=suggest(machine.size, site.file.sizes, words=WORDS),
                    location=cohort.where(team.id, "machines", index, "size"),
                    team=team.id,
                )
            if site.image(machine) is None:
                yield _no_image(cohort, site, team, index, machine)
            if machine.id is not None:
                where = cohort.where(team.id, "machines", index, "id")
                proxmox = site.file.proxmox
                if proxmox is not None and machine.id not in proxmox.network.ids:
                    yield error("machine-id-out-of-range", id=machine.id, ids=str(proxmox.network.ids), location=where, team=team.id)


def _without_user(cohort: Cohort, site: Site) -> Iterator[Finding]:
    """The images of VMs that eiginfra would have to enter without knowing as whom."""
    used = {machine.image for team in cohort.teams for machine in team.machines if machine.type == "vm"}
    for name, image in site.file.images.items():
        if site.file.machines is not None and name in used and image.vm is not None and image.user is None:
            yield warning("image-without-user", image=name, location=site.document.locate("images", name))


def _no_image(cohort: Cohort, site: Site, team: Team, index: int, machine: Machine) -> Finding:
    fitting = [
        name for name, image in site.file.images.items() if (image.container if machine.type == "container" else image.vm) is not None
    ]
    where, name = cohort.where(team.id, "machines", index, "image"), machine.image
    if name in site.file.images:
        return error("image-of-other-type", image=name, type=machine.type, others=fitting, location=where, team=team.id)
    return error("unknown-image", image=name, advice=suggest(name, fitting) or reason("no-image-of-type"), location=where, team=team.id)
