"""What the site file's `acknowledge:` makes of findings: known warnings and notices are marked, and left out of what people read."""

from collections.abc import Iterator, Sequence
from datetime import date
from fnmatch import fnmatchcase

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, Severity, notice, warning
from eiginfra.core.suggest import did_you_mean
from eiginfra.inventory.site import Acknowledgement, Site
from eiginfra.playbook.patterns import select
from eiginfra.render.catalogue import codes

EVERYTHING = ("*", "all")


def acknowledge(findings: Sequence[Finding], site: Site, teams: Sequence[str], today: date, *, complete: bool) -> list[Finding]:
    """The findings, those that the site file acknowledges marked with its reason; then what is wrong with its entries.

    teams: the cohort's. complete: whether these are all findings of a whole plan, so that an entry without any is unused.
    """
    entries = site.file.acknowledge
    if not entries:
        return list(findings)
    marked: list[Finding] = []
    used: set[int] = set()
    refused: set[int] = set()
    for found in findings:
        matching = [number for number, entry in enumerate(entries) if entry.code == found.code and concerns(entry.subject, found, teams)]
        if found.severity is Severity.ERROR:
            refused.update(matching)
            marked.append(found)
            continue
        used.update(matching)
        reason = next((entries[number].reason for number in matching if not _expired(entries[number], today)), None)
        marked.append(found.model_copy(update={"acknowledged": reason}) if reason else found)
    unused = set(range(len(entries))) - used - refused if complete else set[int]()
    return [*marked, *_remarks(site, findings, today, unused, refused)]


def concerns(subject: str, found: Finding, teams: Sequence[str]) -> bool:
    """Whether a subject of the site file names what the finding is about.

    It is an address, in whose key * stands for anything, or a pattern of teams as playbooks write it; * and all are everything.
    """
    if subject in (*EVERYTHING, found.address, found.team):
        return True
    try:
        meant = Address.parse(subject)
    except ValueError:
        return found.team in _selected(subject, teams)
    try:
        about = Address.parse(found.address or "")
    except ValueError:  # a server's URL, or nothing
        return False
    # Of the signs of fnmatch only * and ? are signs here: keys have brackets of their own.
    return meant.kind == about.kind and fnmatchcase(about.key, meant.key.replace("[", "[[]"))


def _selected(pattern: str, teams: Sequence[str]) -> list[str]:
    try:
        return select(pattern, teams)
    except ValueError:  # the site is that of other cohorts too, with teams of their own
        return []


def _remarks(site: Site, findings: Sequence[Finding], today: date, unused: set[int], refused: set[int]) -> Iterator[Finding]:
    known = codes() | {found.code for found in findings}
    for number, entry in enumerate(site.file.acknowledge):
        where = site.document.locate("acknowledge", number)
        if entry.code not in known:
            advice = did_you_mean(entry.code, known)
            yield warning(
                "unknown-finding", finding=entry.code, advice=advice, location=site.document.locate("acknowledge", number, "code")
            )
        elif _expired(entry, today):
            yield notice("acknowledgement-expired", finding=entry.code, subject=entry.subject, until=entry.until, location=where)
        elif number in refused:
            yield warning("error-acknowledged", finding=entry.code, location=where)
        elif number in unused:
            yield notice("acknowledgement-unused", finding=entry.code, subject=entry.subject, location=where)


def _expired(entry: Acknowledgement, today: date) -> bool:
    return entry.until is not None and entry.until < today
