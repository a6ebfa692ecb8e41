"""What a case of a GitLab kind is: its fields, other values for them, what a change of each does, and the same change by a stranger.

A stranger changes things behind eiginfra's back, by GitLab's API and in its words.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from support.planning import Task

from eiginfra.core.spec import Spec
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec
from eiginfra.providers.gitlab.kinds.user import UserSpec

SPACE = "eig/eig3/adler"
GROUP, PROJECT = "/groups/eig%2Feig3%2Fadler", "/projects/eig%2Feig3%2Fadler%2Fapi"
PAGED = {"page", "per_page"}
"""The parameters of every list, for `DOCUMENTED`."""

COHORT = GroupSpec(path="eig/eig3", visibility="public")
ADLER = GroupSpec(path=SPACE, visibility="public", project_creation="owner")
API, SITE = (ProjectSpec(path=f"{SPACE}/{name}", visibility="public") for name in ("api", "site"))
PLUME = GroupSpec(path="eig/eig3/plume", visibility="public")
ADA, BOB = (UserSpec(username=name, name=name.title(), email=f"{name}@example.org") for name in ("ada", "bob"))


@dataclass(frozen=True)
class Row:
    """A field that is compared: two values other than the case's (one, where it has no more), and under which name the plan shows it.

    besides: what has to be written with the value; back: what with the case's own value, when it has been the other one.
    """

    field: str
    value: Any
    other: Any = None
    told: str = ""
    besides: dict[str, Any] = field(default_factory=dict)
    back: dict[str, Any] = field(default_factory=dict)
    covers: tuple[str, ...] = ()
    """The fields of an entry that the row is about."""

    def __str__(self) -> str:
        return f"{self.field}-{self.value}"


@dataclass(frozen=True)
class Key:
    """A field by which the object is found: another value is another object, which may need something."""

    field: str
    value: Any
    needs: tuple[Spec, ...] = ()
    besides: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Seed:
    """A field that is used once: what a value makes, and how a stranger changes that."""

    field: str
    value: Any
    made: Callable[[Any], bool]
    stranger: Callable[[Any], object] = lambda _: None


@dataclass(frozen=True)
class Case:
    """One kind: what it needs, its fields with a value for each, what --prune does, and what a plan says when the object is gone."""

    spec: type[Spec]
    needs: tuple[Spec, ...]
    fields: dict[str, Any]
    stranger: Callable[[Any, str, Any], None] = lambda *_: None
    rows: tuple[Row, ...] = ()
    keys: tuple[Key, ...] = ()
    seeds: tuple[Seed, ...] = ()
    pruned: Callable[[Any], bool] | None = None
    lost: Callable[[Any], object] = lambda _: None
    gone: str = "create"
    site: dict[str, Any] = field(default_factory=dict)
    others: bool = False
    """What eiginfra did not create is somebody else's: without the journal its fields stay as they are."""
    refused: tuple[dict[str, Any], ...] = ()
    """Values, beside the case's own, that the spec refuses, for GitLab would."""

    def wanted(self, was: str | None = None, **changed: Any) -> tuple[Spec | Task, ...]:
        """was: the key that it had before."""
        spec = self.spec(**{**self.fields, **changed})
        return (*self.needs, spec if was is None else Task(spec, was))


def gone(url: str) -> Callable[[Any], bool]:
    return lambda world: world.by_hand("GET", url) == []
