"""The journal of a site."""

from typing import TYPE_CHECKING

from eiginfra.core.errors import InputError
from eiginfra.core.finding import error
from eiginfra.inventory.site import Site
from eiginfra.wiring.secrets import resolve

if TYPE_CHECKING:
    from eiginfra.journal import DatabaseJournal


def journal_of(site: Site) -> "DatabaseJournal":
    """The journal, not touched before its first use; the caller closes it.

    Raises InputError for a URL that is not to be had or not a database's, UsageError without PostgreSQL's driver.
    """
    from eiginfra.journal import open_journal  # noqa: PLC0415 - SQLAlchemy takes a while to load, and what is offline needs no journal

    source = site.file.journal_url
    if source is None:
        return open_journal(site.file.journal, site.document.locate("journal"))
    where = site.document.locate("journal_url")
    url = resolve(source, where).reveal()
    if "://" not in url:  # a path says nothing about a secret, and would be one of whoever runs this
        raise InputError([error("journal-url", location=where)])
    return open_journal(url, where)
