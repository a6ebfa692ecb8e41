"""Which websites are asked whether they answer."""

from collections.abc import Collection, Iterable, Mapping

from eiginfra.core.activity import ProjectActivity
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.site import Site


def project_websites(cohort: Cohort, activity: Iterable[ProjectActivity]) -> list[str]:
    """Those of all projects, by their servers and by the inventory, each once."""
    asked = (project.website for team in cohort.teams for project in team.projects)
    return [*dict.fromkeys(url for url in (*(seen.website for seen in activity), *asked) if url)]


def public_ports(cohort: Cohort, site: Site) -> Mapping[str, Collection[int]]:
    """By host name, the ports that are sent on to machines, and so may be asked beside the usual ones."""
    gateway = site.file.gateway
    machines = (machine for team in cohort.teams for machine in team.machines)
    ports = {forward.public for machine in machines for forward in machine.forward if forward.protocol == "tcp"}
    return {} if gateway is None else {gateway.host: ports}
