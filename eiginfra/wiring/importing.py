"""Import: what the servers have, written as a new inventory, and what a plan of that says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change
from eiginfra.core.clock import Clock
from eiginfra.core.errors import InputError, UsageError
from eiginfra.core.finding import Finding, Severity, warning
from eiginfra.core.kind import Registry
from eiginfra.core.look import Look
from eiginfra.core.provider import Account
from eiginfra.core.resource import Observation, Resource, Scope
from eiginfra.importing.asking import Wanted
from eiginfra.importing.compose import compose
from eiginfra.importing.files import texts
from eiginfra.importing.gather import gather, look_at_people
from eiginfra.importing.naming import PROBE, Naming, learned
from eiginfra.inventory.cohort import Cohort, CohortFile
from eiginfra.inventory.document import parse_document
from eiginfra.inventory.model import Team, TeamFile
from eiginfra.inventory.site import Site
from eiginfra.playbook import Playbook, compile_playbook, load_playbook
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.files import create_file
from eiginfra.wiring.providers import LOOKING, Providers, filters, open_providers, read_site
from eiginfra.wiring.settings import named
from eiginfra.wiring.workspace import Workspace

MARKS: Final = frozenset({"mark", "tags", "guests"})
"""The fields that differ where nothing but a guest's marker is missing."""


@dataclass(frozen=True)
class Imported:
    """The files that were written, and what is to be known of them. adopted: what a plan would take over; None: there is none yet."""

    folder: Path
    files: tuple[Path, ...]
    findings: tuple[Finding, ...]
    adopted: int | None = None


class LiveServers:
    """The servers of a site, as an import asks them; each is looked at once."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers
        self._registry: Registry = providers.registry()
        self._look = Look()

    def knows(self, kind: str) -> bool:
        """Whether the site has a section for the kind's provider."""
        return kind in self._registry and self._registry[kind].provider in self._providers.available

    def resource(self, kind: str, **values: Any) -> Resource:
        """Raises ValidationError, a ValueError, for what can be none."""
        spec = self._registry[kind].spec.model_validate(values)
        return Resource(Address(kind, self._registry[kind].key(spec)), spec)

    def observe(self, kind: str, cohort: str, resources: Sequence[Resource] = ()) -> Observation:
        """Raises as the kind does."""
        everything = {resource.address: resource for resource in resources}
        return self._registry[kind].observe(Scope(cohort, (), resources, everything=everything, look=self._look, foreign=True))

    def accounts(self, people: Iterable[str]) -> Mapping[str, Mapping[str, Account]]:
        """Of every provider that has accounts."""
        named = dict.fromkeys(people, "")
        return {provider.account_key: provider.accounts(named) for provider in self._providers if provider.account_key}

    def oddities(self) -> list[Finding]:
        """What was answered in a form that is not known."""
        return [told for found in self._providers.oddities().values() for told in found]


def import_cohort(paths: Paths, wanted: Wanted, folder: Path) -> Imported:
    """Read the servers and write the inventory into a folder. Nothing is overwritten, and nothing is changed on any server.

    Raises UsageError where the folder has files already or nothing says what is to be imported, InputError, and what providers raise.
    """
    if folder.name != wanted.cohort:
        raise UsageError(f"the folder of an inventory bears the cohort's id: --out {folder.parent / wanted.cohort}")
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} has files already, and none is overwritten: name another folder with --out, or move them away")
    asked = named(replace(paths, inventory=folder))
    if asked.site is None or asked.playbook is None:
        raise UsageError("no site file and no playbook are named")
    site, playbook = read_site(asked.site), load_playbook(asked.playbook, filters())
    for number, image in wanted.images.items():
        if image not in site.file.images:
            raise UsageError(f"--image {number}={image}: the site has no such image, but {', '.join(site.file.images) or 'none'}")
    with open_providers(site) as providers, providers.within(LOOKING):
        servers = LiveServers(providers)
        naming = _naming(playbook, site, providers, wanted, Clock(asked.as_of).today())
        _check_group(wanted, site)
        estate = gather(servers, wanted, naming, site)
        if not estate.teams:
            raise UsageError(_nothing(naming, wanted))
        look_at_people(servers, wanted, estate)
        composed = compose(estate, wanted, site, filters())
        composed = replace(composed, findings=(*composed.findings, *servers.oddities()))
    files = _write(folder, texts(composed, site.name))
    return _compared(Imported(folder, files, composed.findings), replace(paths, inventory=folder))


def _check_group(wanted: Wanted, site: Site) -> None:
    root = next((found for name in type(site.file).model_fields if (found := getattr(site.section(name), "root_group", None))), None)
    if wanted.group is not None and root is not None and not wanted.group.lower().startswith(f"{str(root).lower()}/"):
        raise UsageError(f"{wanted.group} is not below {root}, the site's root group: nothing outside it is touched")


def _nothing(naming: Naming, wanted: Wanted) -> str:
    patterns = [wanted.group or (naming.group and naming.group.text), wanted.pools or (naming.pool and naming.pool.text)]
    named = " or ".join(str(pattern) for pattern in patterns if pattern)
    return f"the servers have nothing of the cohort {wanted.cohort} (looked for {named}): say how they are called; see --help"


def _naming(playbook: Playbook, site: Site, providers: Providers, wanted: Wanted, today: date) -> Naming:
    """How the playbook names what teams have. Raises InputError where it does not compile."""
    cohort = parse_document(f"cohort: {wanted.cohort}\ntitle: {wanted.cohort}\nstarts: {today}\nends: {today}\n".encode(), "import")
    image = next((name for name, image in site.file.images.items() if image.container is not None), None)
    machine = f'\nmachines: [{{name: m, image: "{image}", cores: 1, memory: 512MiB, disk: 8GiB}}]' if image is not None else ""
    team = parse_document(f"title: {PROBE}\nadministration: {PROBE}{machine}\n".encode(), "import")
    probe = Team(id=PROBE, **dict(TeamFile.model_validate(team.data)))
    made = Cohort(CohortFile.model_validate(cohort.data), (probe,), cohort, {PROBE: team})
    return learned(compile_playbook(playbook, made, site, providers.registry(), today, available=providers.available).resources)


def _write(folder: Path, contents: Mapping[str, str]) -> tuple[Path, ...]:
    """New files alone. Raises UsageError."""
    for name, text in contents.items():
        create_file(folder / name, text.encode())
    return tuple(folder / name for name in contents)


def _compared(imported: Imported, paths: Paths) -> Imported:
    """With what a plan would do beside adopting; where the files are not complete yet, with what is missing in them."""
    try:
        with Workspace.load(paths) as workspace:
            plan = workspace.plan()
    except InputError as problem:
        return replace(imported, findings=(*imported.findings, *problem.findings))
    told = [_would_change(change) for change in plan.changes if _changes(change)]
    errors = [found for found in plan.findings if found.severity is Severity.ERROR]
    adopted = sum(change.action is Action.ADOPT for change in plan.changes)
    return replace(imported, findings=(*imported.findings, *told, *errors), adopted=adopted)


def _changes(change: Change) -> bool:
    """Whether an apply would do more to it than adopt it."""
    return change.acts and (change.action is not Action.ADOPT or any(diff.field not in MARKS for diff in change.diffs))


def _would_change(change: Change) -> Finding:
    labels = [diff.label for diff in change.diffs if diff.field not in MARKS]
    told = {"action": change.action.value, "fields": labels, "count": len(labels), "losing": [harm.subject for harm in change.harm]}
    return warning("import-would-change", told, address=str(change.address), team=change.team)
