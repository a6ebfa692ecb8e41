"""What a command is asked: which files, which of the resources, what beyond them. Data only, quick to import: options are made of it."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from eiginfra.core.address import Address

SETTINGS = Path("eiginfra.yml")


@dataclass(frozen=True)
class Paths:
    """Where the files are; what is None comes from eiginfra.yml."""

    settings: Path | None = None
    inventory: Path | None = None
    playbook: Path | None = None
    site: Path | None = None
    as_of: date | None = None

    @property
    def anchor(self) -> Path:
        """From where the git checkout is looked for: a file that no team writes."""
        return self.settings or self.site or Path()


@dataclass(frozen=True)
class Selection:
    """The choice of resources as given; empty means everything."""

    limit: str | None = None
    tags: tuple[str, ...] = ()
    skip_tags: tuple[str, ...] = ()
    targets: tuple[Address, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return not (self.limit or self.tags or self.skip_tags or self.targets)

    def __str__(self) -> str:
        parts = [
            f"--limit {self.limit}" if self.limit else "",
            f"--tags {','.join(self.tags)}" if self.tags else "",
            f"--skip-tags {','.join(self.skip_tags)}" if self.skip_tags else "",
            *(f"--target {target}" for target in self.targets),
        ]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Asked:
    """What a plan is asked for beyond the files."""

    selection: Selection = field(default_factory=Selection)
    prune: bool = False
    restart: bool = False
    replacing: frozenset[Address] = frozenset()
    allow_removals: int | None = None
    known_as_new: frozenset[str] = frozenset()
