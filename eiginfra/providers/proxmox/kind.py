"""What the Proxmox kinds share."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from eiginfra.core.address import Address
from eiginfra.core.change import Change
from eiginfra.core.finding import Finding, warning
from eiginfra.core.kind import Kind
from eiginfra.core.look import Look
from eiginfra.core.plan import Plan
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Denial
from eiginfra.core.spec import Spec
from eiginfra.providers.proxmox.api import ProxmoxApi
from eiginfra.providers.proxmox.permissions import Permissions, Right
from eiginfra.providers.proxmox.privileges import grant

S = TypeVar("S", bound=Spec)

WHOLE = ""
"""The label of what a change needs in each of its parts."""
Needs = Iterable[tuple[str, Right]]
"""Rights that a change needs, each with the label of the difference that asks for it, or WHOLE."""


@dataclass(frozen=True)
class Asking:
    """What is known when it is asked what the token may do of a plan. look: for what must still be read."""

    plan: Plan
    allowed: Permissions
    look: Look


class ProxmoxKind(Kind[S]):
    """A kind over what all kinds of a Proxmox VE share."""

    def __init__(self, api: ProxmoxApi) -> None:
        self.api = api

    def needs(self, change: Change, asking: Asking) -> Needs:
        """What a change asks of the token, by the table of `privileges` and the recordings of real servers."""
        del change, asking
        return ()

    def by_hand(self, change: Change, labels: Collection[str]) -> str | None:
        """The command with which an administrator does what is withheld; None: they had better give the token its right."""
        del change, labels
        return None

    def forbidden(self, changes: Sequence[Change], plan: Plan, look: Look) -> Mapping[Address, Denial]:
        """What asks for rights that the token has not; what the token may do is read once for all kinds."""
        asking = Asking(plan, look.once(_permissions, self.api), look)
        denied: dict[Address, Denial] = {}
        for change in changes:
            lacking: dict[str, list[Right]] = {}
            for label, right in self.needs(change, asking):
                if not asking.allowed.allow(right) and right not in lacking.setdefault(label, []):
                    lacking[label].append(right)
            whys = {label: _why(rights) for label, rights in lacking.items() if rights}
            if whys:
                found = list(self.told(change, {label: lacking[label] for label in whys}, asking))
                denied[change.address] = Denial(whys.pop(WHOLE, None), whys, found)
        return denied

    def told(self, change: Change, lacking: Mapping[str, Sequence[Right]], asking: Asking) -> Iterator[Finding]:
        """The command that an administrator must run: the change itself, else what gives the token its right."""
        rights = [*dict.fromkeys(right for some in lacking.values() for right in some)]
        if command := self.by_hand(change, lacking.keys()):
            advice = reason("administrator-command", command=command)
            yield warning("left-to-administrator", rights=[*map(str, rights)], advice=advice, address=str(change.address), team=change.team)
            return
        site = self.api.client.settings
        for right in rights:
            path, needed = asking.allowed.remedy(site, right)
            yield warning("token-may-not", right=str(right), command=grant(site, path, "ROLE"), needed=[*needed])


def _permissions(api: ProxmoxApi) -> Permissions:
    return api.access.permissions()


def _why(rights: Iterable[Right]) -> Reason:
    return reason("right-missing", rights=[*map(str, rights)])
