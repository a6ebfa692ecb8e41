"""The examination of a site's services and of the journal."""

from collections.abc import Callable, Sequence

from eiginfra.core.errors import EiginfraError, InputError
from eiginfra.core.finding import Finding, error, notice
from eiginfra.inventory.site import Site
from eiginfra.journal import open_journal
from eiginfra.providers import gitlab, proxmox
from eiginfra.wiring.kinds import gitlab_settings, proxmox_settings


def examine(site: Site) -> list[Finding]:
    """What every service's doctor finds; one that cannot even be asked is a finding itself."""
    return [*_ask("gitlab", lambda: _gitlab(site)), *_ask("proxmox", lambda: _proxmox(site)), *_ask("journal", lambda: _journal(site))]


def _ask(service: str, examination: Callable[[], Sequence[Finding]]) -> Sequence[Finding]:
    try:
        return examination()
    except InputError as problem:
        return problem.findings
    except EiginfraError as problem:
        return [error(f"{service}-unwell", str(problem))]


def _gitlab(site: Site) -> Sequence[Finding]:
    settings = gitlab_settings(site)
    return [notice("no-gitlab", "the site has no gitlab section")] if settings is None else gitlab.doctor(settings)


def _proxmox(site: Site) -> Sequence[Finding]:
    settings = proxmox_settings(site)
    return [notice("no-proxmox", "the site has no proxmox section")] if settings is None else proxmox.doctor(settings)


def _journal(site: Site) -> Sequence[Finding]:
    with open_journal(site.file.journal) as journal:
        runs = journal.runs(limit=1)
    if not runs:
        return [notice("journal-empty", "the journal holds no run yet")]
    return [notice("journal", f"the journal's last run is {runs[0].number}, {runs[0].started:%Y-%m-%d %H:%M} UTC by {runs[0].by}")]
