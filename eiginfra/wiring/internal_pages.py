"""Whether the internal site with a cohort's pages is closed to others: by what its project says, and by asking it without a token."""

from collections.abc import Iterator
from typing import Final, Literal, Protocol, runtime_checkable

from eiginfra.core.errors import NotFoundError
from eiginfra.core.finding import Finding, error, notice, warning
from eiginfra.handouts.rendering.html import GENERATOR
from eiginfra.inventory.cohort import Cohort
from eiginfra.providers.websites import Websites
from eiginfra.wiring.providers import Providers

_CLOSED: Final = frozenset({401, 403, 404})
"""Statuses with which a server answers whom it shows nothing."""


@runtime_checkable
class PagesHost(Protocol):
    """A provider whose server publishes websites of projects."""

    def pages_audience(self, project: str) -> Literal["nobody", "members", "signed-in", "everybody"] | None:
        """Who may see a project's website; None where the server does not tell. Raises NotFoundError."""
        ...


def examine_pages(cohort: Cohort, providers: Providers, websites: Websites) -> Iterator[Finding]:
    """Findings about the internal site; none where the cohort names none. Raises what providers raise."""
    internal = cohort.file.pages.internal
    if internal is None:
        return
    if internal.project is not None:
        for host in providers:
            if isinstance(host, PagesHost) and host.url is not None:
                yield from _of_project(cohort, host, internal.project)
    yield from _of_site(cohort, websites, internal.url)


def _of_project(cohort: Cohort, host: PagesHost, project: str) -> Iterator[Finding]:
    where = cohort.where(None, "pages", "internal", "project")
    try:
        audience = host.pages_audience(project)
    except NotFoundError:
        yield warning("pages-internal-no-project", project=project, location=where)
        return
    if audience == "everybody":
        yield error("pages-internal-for-everybody", project=project, location=where)
    elif audience == "signed-in":
        yield warning("pages-internal-for-all-accounts", project=project, location=where)
    elif audience is None:
        yield warning("pages-internal-untold", project=project, location=where)


def _of_site(cohort: Cohort, websites: Websites, url: str) -> Iterator[Finding]:
    """What somebody sees who is not signed in."""
    where = cohort.where(None, "pages", "internal", "url")
    answer, beginning = websites.beginning(url)
    if GENERATOR.encode() in beginning:
        yield error("pages-internal-open", url=url, location=where)
    elif answer.state == "answers" or answer.status in _CLOSED:
        yield notice("pages-internal-closed", url=url)
    else:
        yield notice("pages-internal-not-seen", url=url, why=answer.reason, location=where)
