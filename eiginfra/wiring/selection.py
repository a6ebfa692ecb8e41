"""Which of the compiled resources a command is about: --limit, --tags, --skip-tags, --target."""

from collections.abc import Sequence
from dataclasses import dataclass

from eiginfra.core.address import Address
from eiginfra.core.errors import UsageError
from eiginfra.core.kind import Registry
from eiginfra.core.resource import Resource
from eiginfra.playbook.patterns import select
from eiginfra.playbook.tags import selected


@dataclass(frozen=True)
class Selection:
    """The choice as given; empty means everything."""

    limit: str | None = None
    tags: tuple[str, ...] = ()
    skip_tags: tuple[str, ...] = ()
    targets: tuple[Address, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return not (self.limit or self.tags or self.skip_tags or self.targets)

    def teams(self, names: Sequence[str]) -> list[str]:
        """The teams that --limit names; all without it. Raises UsageError for a pattern that names none."""
        if self.limit is None:
            return list(names)
        try:
            chosen = select(self.limit, names)
        except ValueError as problem:
            msg = f"--limit {self.limit}: {problem}"
            raise UsageError(msg) from problem
        if not chosen:
            msg = f"--limit {self.limit} names no team; the teams are {', '.join(names)}"
            raise UsageError(msg)
        return chosen

    def of(self, resources: Sequence[Resource], registry: Registry, names: Sequence[str]) -> list[Resource]:
        """The chosen resources, in their order: the cohort's own stay with --limit, what a target depends on comes with it."""
        teams = set(self.teams(names))
        chosen = [
            resource
            for resource in resources
            if (resource.team is None or resource.team in teams) and selected(resource.tags, self.tags, self.skip_tags)
        ]
        if not self.targets:
            return chosen
        by_address = {resource.address: resource for resource in chosen}
        missing = [str(target) for target in self.targets if target not in by_address]
        if missing:
            msg = f"--target {missing[0]}: the inventory asks for no such resource; `eiginfra check --format json` lists them all"
            raise UsageError(msg)
        wanted: set[Address] = set()
        queue = list(self.targets)
        while queue:
            address = queue.pop()
            if address not in wanted:
                wanted.add(address)
                spec = by_address[address].spec
                queue += [other for other in registry[address.kind].dependencies(spec) if other in by_address]
        return [resource for resource in chosen if resource.address in wanted]

    def orphans_among(self, names: Sequence[str]) -> frozenset[str] | None:
        """The teams in which what left the inventory can be told: none with tags or targets, those of --limit, else everywhere (None)."""
        if self.tags or self.skip_tags or self.targets:
            return frozenset()
        return frozenset(self.teams(names)) if self.limit else None

    def __str__(self) -> str:
        parts = [
            f"--limit {self.limit}" if self.limit else "",
            f"--tags {','.join(self.tags)}" if self.tags else "",
            f"--skip-tags {','.join(self.skip_tags)}" if self.skip_tags else "",
            *(f"--target {target}" for target in self.targets),
        ]
        return " ".join(part for part in parts if part)
