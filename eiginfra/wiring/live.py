"""What only servers know about the things that a request is about: their identity, their address, drift. For reading."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from eiginfra.core.change import Change
from eiginfra.core.resource import Observed
from eiginfra.engine.drift import drifted
from eiginfra.review.model import LiveObject, Review
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.settings import named
from eiginfra.wiring.workspace import Workspace


@dataclass
class LiveCohort:
    """One cohort of the checkout, looked at once: a plan, and what exists. It writes nothing."""

    paths: Paths

    @cached_property
    def _looked(self) -> tuple[Sequence[Change], Sequence[Observed]]:
        with Workspace.load(self.paths) as workspace:
            plan, standing = workspace.looked()
        return drifted(plan), standing

    def of(self, addresses: Collection[str], teams: Collection[str | None]) -> Iterator[LiveObject]:
        """Those of the addresses that exist, and what drifts of the teams: also what is missing."""
        changes, standing = self._looked
        drift = {str(change.address): change for change in changes}
        for there in standing:
            address = str(there.address)
            change = drift.get(address)
            if address not in addresses and (change is None or change.team not in teams):
                continue
            where = there.values.get("address")
            yield LiveObject(
                address=address,
                team=there.team,
                identity=dict(there.handle),
                where=where if isinstance(where, str) else None,
                drift=() if change is None else tuple(found for found in change.diffs if not found.sensitive),
            )
        there_is = {str(there.address) for there in standing}
        gone = (change for address, change in drift.items() if address not in there_is)
        yield from (
            LiveObject(address=str(change.address), team=change.team, missing=True)
            for change in gone
            if change.team in teams or str(change.address) in addresses
        )


class LiveCohorts:
    """Those of the checkout, each looked at when a request is about it. Raises what a plan raises."""

    def __init__(self, paths: Paths) -> None:
        paths = named(paths)
        self._folder = (paths.inventory or Path()).absolute().parent
        self._paths = paths
        self._cohorts: dict[str, LiveCohort] = {}

    def beside(self, review: Review) -> Review:
        """A review with what servers know of what it is about."""
        found = [live for cohort in review.cohorts for live in self._of(cohort.cohort, cohort.changes)]
        return review.model_copy(update={"live": tuple(found)})

    def _of(self, cohort: str, changes: Sequence[Change]) -> Iterator[LiveObject]:
        folder = self._folder / cohort
        if not changes or not (folder / "cohort.yml").is_file():
            return
        known = self._cohorts.setdefault(cohort, LiveCohort(replace(self._paths, inventory=folder)))
        addresses = {str(change.was or change.address) for change in changes}
        yield from known.of(addresses, {change.team for change in changes if change.team is not None})
