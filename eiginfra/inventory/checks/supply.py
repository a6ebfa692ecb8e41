"""Sizes, images and machine IDs: what a machine names must be what the site has."""

from collections.abc import Iterator

from eiginfra.core.finding import Finding, Location, error
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


MACHINE_IDS = Unique[int](
    "duplicate-machine-id", lambda number: f"the machine ID {number} is given twice", "each guest has its own ID", _ids
)


def check_supply(cohort: Cohort, site: Site) -> Iterator[Finding]:
    """Findings about what machines are made from, and IDs to adopt."""
    yield from MACHINE_IDS.within(cohort)
    for team in cohort.teams:
        for index, machine in enumerate(team.machines):
            if machine.size is not None and machine.size not in site.file.sizes:
                yield error(
                    "unknown-size",
                    f"the site has no size {machine.size!r}",
                    remedy=suggest(machine.size, site.file.sizes, words=WORDS),
                    location=cohort.where(team.id, "machines", index, "size"),
                    team=team.id,
                )
            if site.image(machine) is None:
                yield _no_image(cohort, site, team, index, machine)
            if machine.id is not None:
                where = cohort.where(team.id, "machines", index, "id")
                proxmox = site.file.proxmox
                if proxmox is not None and machine.id not in proxmox.network.ids:
                    yield error(
                        "machine-id-out-of-range",
                        f"the machine ID {machine.id} is not among the site's ({proxmox.network.ids})",
                        remedy="only a guest in the site's range can be adopted: its address follows from its ID",
                        location=where,
                        team=team.id,
                    )


def _no_image(cohort: Cohort, site: Site, team: Team, index: int, machine: Machine) -> Finding:
    fitting = [
        name for name, image in site.file.images.items() if (image.container if machine.type == "container" else image.vm) is not None
    ]
    if machine.image in site.file.images:
        said = f"the site's image {machine.image!r} is not there for a {machine.type}"
        remedy = f"choose another type, or another image: there is {', '.join(fitting) or 'none'}"
    else:
        said = f"the site has no image {machine.image!r}"
        remedy = suggest(machine.image, fitting) or "the site has none for this type"
    return error("unknown-image", said, remedy=remedy, location=cohort.where(team.id, "machines", index, "image"), team=team.id)
