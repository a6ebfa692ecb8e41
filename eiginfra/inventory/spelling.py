"""User names are one, whatever their case: they are read in lower case, and a notice names one that is spelt in two ways."""

from collections.abc import Iterator, Mapping
from typing import Any

from eiginfra.core.finding import Finding, Location, notice
from eiginfra.inventory.document import YamlDocument


def spelling_notices(documents: Mapping[str, YamlDocument]) -> Iterator[Finding]:
    """A notice for each user name of the team files, by team, that was met before with capitals in other letters."""
    first: dict[str, tuple[str, str, Location]] = {}
    for team, document in sorted(documents.items()):
        for role in ("members", "mentors"):
            for index, person in enumerate(document.data.get(role, [])):
                written = _username(person)
                where = document.locate(role, index, "username")
                spelt, other, place = first.setdefault(written.lower(), (written, team, where))
                if spelt != written and other != team:  # twice in one team is an error of its own
                    yield notice(
                        "username-spelling",
                        written=written,
                        spelt=spelt,
                        other=other,
                        lower=written.lower(),
                        location=where,
                        also=(place,),
                        team=team,
                    )


def _username(person: Any) -> str:
    return str(person["username"])
