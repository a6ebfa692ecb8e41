"""Who still has access to what cannot be reached, and should not: a line of every summary."""

from collections.abc import Mapping, Sequence

from eiginfra.core.address import Address
from eiginfra.render.catalogue import Catalogue


def people_and_machines(remaining: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """By person, where."""
    found: dict[str, list[str]] = {}
    for address in sorted(remaining):
        for person in remaining[address]:
            found.setdefault(person, []).append(Address.parse(address).key)
    return dict(sorted(found.items()))


def still_access(remaining: Mapping[str, Sequence[str]], words: Catalogue) -> str:
    """`2 people still have access …: ada to eig3/adler/web, …`; empty where nobody does."""
    found = people_and_machines(remaining)
    people = [words.say("still-access-to", person=person, machines=[*machines]) for person, machines in found.items()]
    return words.say("still-access", people=[*people]) if people else ""
