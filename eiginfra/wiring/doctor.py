"""The checks of a site's services and of the journal."""

from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from typing import Any

from eiginfra.core.address import Address
from eiginfra.core.errors import EiginfraError, InputError
from eiginfra.core.finding import Finding, error, notice, warning
from eiginfra.core.provider import Provider, SharedObjects
from eiginfra.core.reason import Reason, reason
from eiginfra.engine.observer import observe
from eiginfra.inventory.site import Site
from eiginfra.providers.websites import Websites
from eiginfra.wiring.internal_pages import examine_pages
from eiginfra.wiring.journal import journal_of
from eiginfra.wiring.providers import LOOKING, ProviderType, installed, open_provider
from eiginfra.wiring.workspace import Workspace


def examine(site: Site) -> list[Finding]:
    """What every service's doctor finds; one that cannot even be asked is a finding itself."""
    examinations = {name: partial(_service, provider, site) for name, provider in installed().items()}
    examinations["journal"] = partial(_journal, site)
    return [finding for service, examination in examinations.items() for finding in _ask(service, examination)]


def token_limits(site: Site, *, read_only: bool) -> list[Finding]:
    """What each service's token can do and needs not, found by attempts that change nothing.

    read_only: it must be able to read, and no more. Services without a section, or without such a token, have no findings.
    """
    asked = {
        name: partial(_of_service, provider, site, lambda service: service.token_limits(read_only=read_only))
        for name, provider in installed().items()
        if site.section(provider.key()) is not None
    }
    return [finding for service, examination in asked.items() for finding in _ask(service, examination)]


def enter(workspace: Workspace) -> list[Finding]:
    """Which of the cohort's machines can be entered, and why another cannot; what keeps all of them from being asked is told elsewhere."""
    try:
        machines = _entered(workspace)
    except EiginfraError as problem:
        return [warning("machines-not-asked", text=str(problem))]
    found = [warning("machine-not-entered", why=why, address=str(address)) for address, why in machines.items() if why is not None]
    answering = len(machines) - len(found)
    return [*found, notice("machines-entered", count=answering, total=len(machines))] if machines else []


def pages(workspace: Workspace, websites: Websites | None = None) -> list[Finding]:
    """Whether the internal site with the cohort's pages is closed to others. websites: who asks it; the usual one if absent."""

    def examination() -> Iterable[Finding]:
        with workspace.providers.within(LOOKING):
            yield from examine_pages(workspace.cohort, workspace.providers, websites or Websites())

    return _ask("pages", examination)


def _entered(workspace: Workspace) -> dict[Address, Reason | None]:
    """Of each thing that is entered by host keys of its own, such as a machine: why it cannot be; None where it answers."""
    kinds, everything = workspace.registry, workspace.compiled.resources
    inside = [resource for resource in everything if kinds[resource.address.kind].host_keys]
    around = {address for resource in inside for address in kinds[resource.address.kind].follows(resource.spec)}
    with workspace.providers.within(LOOKING):
        observations = observe(
            kinds,
            [*inside, *(resource for resource in everything if resource.address in around)],
            workspace.journal.known(workspace.cohort.id),
            cohort=workspace.cohort.id,
            teams=[team.id for team in workspace.cohort.teams],
            available=workspace.providers.available,
            whole=False,
            everything=everything,
            history=workspace.journal.history(workspace.cohort.id),
        )
    absent = {address: absence.reason for seen in observations.values() for address, absence in seen.absent.items()}
    there = {found.address for seen in observations.values() for found in seen.objects}
    return {item.address: None if item.address in there else absent.get(item.address, reason("not-made")) for item in inside}


def _ask(service: str, examination: Callable[[], Iterable[Finding]]) -> list[Finding]:
    try:
        return list(examination())
    except InputError as problem:
        return list(problem.findings)
    except EiginfraError as problem:
        return [error("service-unwell", service=service, text=str(problem))]


def _service(provider: ProviderType, site: Site) -> list[Finding]:
    if site.section(provider.key()) is None:
        return [notice("no-section", provider=provider.key())]
    return _of_service(provider, site, lambda service: service.doctor())


def _of_service(provider: ProviderType, site: Site, ask: Callable[[Provider[Any]], Iterable[Finding]]) -> list[Finding]:
    with closing(SharedObjects()) as shared, closing(open_provider(provider, site, shared)) as service:
        service.limit(LOOKING)
        return list(ask(service))


def _journal(site: Site) -> list[Finding]:
    with journal_of(site) as journal:
        runs = journal.runs(limit=1)
    if not runs:
        return [notice("journal-empty")]
    return [notice("journal", number=runs[0].number, started=f"{runs[0].started:%Y-%m-%d %H:%M}", by=runs[0].by)]
