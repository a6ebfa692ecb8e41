"""The checks of a site's services and of the journal."""

from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial

from eiginfra.core.errors import EiginfraError, InputError
from eiginfra.core.finding import Finding, error, notice
from eiginfra.core.provider import SharedObjects
from eiginfra.inventory.site import Site
from eiginfra.journal import open_journal
from eiginfra.wiring.providers import LOOKING, ProviderType, installed, open_provider


def examine(site: Site) -> list[Finding]:
    """What every service's doctor finds; one that cannot even be asked is a finding itself."""
    examinations = {name: partial(_service, provider, site) for name, provider in installed().items()}
    examinations["journal"] = partial(_journal, site)
    return [finding for service, examination in examinations.items() for finding in _ask(service, examination)]


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
    with closing(SharedObjects()) as shared, closing(open_provider(provider, site, shared)) as service:
        service.limit(LOOKING)
        return list(service.doctor())


def _journal(site: Site) -> list[Finding]:
    with open_journal(site.file.journal) as journal:
        runs = journal.runs(limit=1)
    if not runs:
        return [notice("journal-empty")]
    return [notice("journal", number=runs[0].number, started=f"{runs[0].started:%Y-%m-%d %H:%M}", by=runs[0].by)]
