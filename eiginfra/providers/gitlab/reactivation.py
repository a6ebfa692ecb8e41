"""Accounts that are blocked: which of them eiginfra blocked itself, so that their people find them open when they come back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, warning
from eiginfra.core.resource import Observed, Record, Resource


class Reactivation:
    """Fills in `state: active` for who comes back, at plan time: so the plan shows it, and the engine compares it as it compares all else.

    A block that the journal does not know as eiginfra's own is an administrator's, and stands.
    """

    def allocate(
        self,
        resources: Sequence[Resource],
        observed: Mapping[Address, Observed],
        others: Sequence[Observed],  # noqa: ARG002 - the allocator's interface
        taken: frozenset[int],  # noqa: ARG002 - the same
        records: Sequence[Record],
    ) -> Mapping[Address, Mapping[str, Any]]:
        """The state of each account that eiginfra blocked last, in whichever cohort, and whose person is wanted again."""
        last = {record.address: record for record in records}
        return {
            resource.address: {"state": "active"}
            for resource in resources
            if "state" not in resource.values
            and (there := observed.get(resource.address)) is not None
            # Who was banned since, or is blocked by a directory, is another's business.
            and there.facts.get("state") == "blocked"
            and (record := last.get(resource.address)) is not None
            and record.made
            and record.values.get("state") == "blocked"
            and record.handle.get("id") == there.handle.get("id")
        }

    def check(self, resources: Sequence[Resource], observed: Mapping[Address, Observed]) -> Iterable[Finding]:
        """A warning for every account that is wanted, closed, and nobody's to open."""
        for resource in resources:
            there = observed.get(resource.address)
            if there is not None and there.values.get("state") == "blocked" and "state" not in resource.values:
                yield from self._said(resource, there)

    @staticmethod
    def _said(resource: Resource, there: Observed) -> Iterator[Finding]:
        yield warning(
            "account-blocked",
            f"the account {there.values['username']} is {there.facts.get('state')}, and the journal does not know that eiginfra did it",
            remedy="an administrator of GitLab can unblock it, or `state: active` in the playbook",
            address=str(resource.address),
            field="username",
            team=resource.team,
        )
