"""Whose accounts are whose: what the services show under people's names, and EIG Link's word for it, in cohort.yml."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eiginfra.core.errors import UsageError
from eiginfra.core.provider import Account
from eiginfra.core.suggest import did_you_mean
from eiginfra.inventory.editing import with_value
from eiginfra.render.catalogue import spoken
from eiginfra.wiring.files import replace_file
from eiginfra.wiring.workspace import Workspace


@dataclass(frozen=True)
class Candidate:
    """An account that may be a person's. key: under which its ID is written in cohort.yml; written: the ID that is written there now."""

    person: str
    service: str
    key: str
    account: Account
    written: int | str | None = None


def candidates(workspace: Workspace, named: Sequence[str]) -> list[Candidate]:
    """The accounts of these people, or else of all whose account nobody has confirmed and the journal does not know.

    Raises UsageError for somebody whom the inventory does not know.
    """
    everybody = {person.username: person.email for team in workspace.cohort.teams for person in team.people}
    wanted = [name.lower() for name in named]
    for name in wanted:
        if name not in everybody:
            meant = did_you_mean(name, everybody)
            raise UsageError(f"no team names {name}" + (f"; {spoken().told(meant)}" if meant else ""))
    confirmed = workspace.cohort.file.people
    known = workspace.journal.history(workspace.cohort.id)
    found = []
    for provider in workspace.providers:
        if not provider.account_key:
            continue
        remembered = provider.remembered(known)
        asked = [
            name
            for name in wanted or sorted(everybody)
            if wanted or not (name in remembered or (name in confirmed and getattr(confirmed[name], provider.account_key, None)))
        ]
        for name, account in sorted(provider.accounts({name: everybody[name] for name in asked}).items()):
            written = getattr(confirmed.get(name), provider.account_key, None)
            if account.id != written:
                found.append(Candidate(name, provider.name, provider.account_key, account, written))
    return found


def write(workspace: Workspace, chosen: Iterable[Candidate]) -> None:
    """Write them into cohort.yml, whose comments and layout stay. Raises UsageError where that cannot be done."""
    path = Path(workspace.cohort.document.file)
    text = path.read_bytes().decode("utf-8")
    for one in chosen:
        text = with_value(text, ("people", one.person, one.key), one.account.id, workspace.cohort.document.file)
    replace_file(path, text.encode("utf-8"))
