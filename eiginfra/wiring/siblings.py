"""The other cohorts of the site: those whose folders are beside the chosen one, and those that only the journal knows."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from eiginfra.core.claim import Claim
from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.folder import Folder
from eiginfra.inventory.loader import load_siblings, mistaken_sibling
from eiginfra.playbook import Compiled

Compile = Callable[[Cohort], Compiled]


@dataclass(frozen=True)
class Siblings:
    """Read and compiled when first asked for, with the same playbook and site; one that is mistaken claims nothing, and is told."""

    folder: Folder
    compile: Compile

    @cached_property
    def _loaded(self) -> tuple[Sequence[Cohort], Sequence[Finding]]:
        return load_siblings(self.folder)

    @property
    def cohorts(self) -> Sequence[Cohort]:
        """Those that can be read."""
        return self._loaded[0]

    @cached_property
    def _compiled(self) -> tuple[Sequence[tuple[str, Compiled]], Sequence[Finding]]:
        found, mistaken = [], []
        for cohort in self.cohorts:
            try:
                found.append((cohort.id, self.compile(cohort)))
            except InputError as problem:
                mistaken.append(mistaken_sibling(cohort.id, problem.findings))
        return found, mistaken

    @cached_property
    def claims(self) -> Mapping[str, Sequence[Claim]]:
        """All that each of them wants, by cohort; without those that are mistaken."""
        return {
            name: [Claim(name, resource.address, resource.values, resource) for resource in compiled.resources]
            for name, compiled in self._compiled[0]
        }

    @property
    def findings(self) -> Sequence[Finding]:
        """A warning for each whose files are wrong."""
        return [*self._loaded[1], *self._compiled[1]]

    def digest(self, own: str) -> str:
        """Of the own cohort's files, and of those beside it if there are any."""
        if not self.cohorts:
            return own
        every = "\n".join([own, *(cohort.digest for cohort in self.cohorts)])
        return hashlib.sha256(every.encode()).hexdigest()
