"""The steps in their order: files, compile, observe, plan, execute."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Self

from eiginfra import __version__
from eiginfra.core.address import Address
from eiginfra.core.change import Change
from eiginfra.core.clock import Clock
from eiginfra.core.errors import GuardError, InputError
from eiginfra.core.finding import Finding, Location, Severity, error
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan, PlanMeta
from eiginfra.core.reason import Reason
from eiginfra.core.resource import Observation, Observed, Resource
from eiginfra.core.secret import Secret
from eiginfra.core.window import within
from eiginfra.engine.action import local_time
from eiginfra.engine.checks import check_wanted
from eiginfra.engine.claims import by_address, merged, shared
from eiginfra.engine.drift_history import Sightings, traced
from eiginfra.engine.executor import Executor
from eiginfra.engine.observer import observe
from eiginfra.engine.permission import forbidden
from eiginfra.engine.planner import make_plan
from eiginfra.engine.rename import renames
from eiginfra.engine.report import ApplyReport, Result
from eiginfra.engine.situation import Situation
from eiginfra.engine.verify import Judgement, judge
from eiginfra.engine.withhold import clashing, named_in, only_warned
from eiginfra.handouts.blocks import check_texts
from eiginfra.inventory.checks import check
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.folder import DiskFolder, Folder
from eiginfra.inventory.loader import load_cohort
from eiginfra.inventory.site import Site
from eiginfra.playbook import Compiled, Playbook, compile_playbook, load_playbook
from eiginfra.wiring.acknowledge import acknowledge
from eiginfra.wiring.asked import Asked, Paths
from eiginfra.wiring.caps import allowed_removals
from eiginfra.wiring.journal import journal_of
from eiginfra.wiring.protection import still_protected
from eiginfra.wiring.providers import LOOKING, Providers, filters, open_providers, read_site
from eiginfra.wiring.requested import asked_of, request_of
from eiginfra.wiring.revision import revision
from eiginfra.wiring.secrets import resolve
from eiginfra.wiring.selection import chosen, orphans_among
from eiginfra.wiring.settings import named
from eiginfra.wiring.siblings import Siblings
from eiginfra.wiring.sorting import sorted_findings, wrong_locations

if TYPE_CHECKING:
    from eiginfra.journal import DatabaseJournal

Opening = Callable[[], AbstractContextManager[Providers]]


class Workspace:
    """One cohort, its playbook and its site, loaded and checked by form; everything else on demand."""

    def __init__(
        self, cohort: Cohort, playbook: Playbook, site: Site, clock: Clock, *, folder: Folder, anchor: Path, providers: Opening
    ) -> None:
        """folder: the cohort's; anchor: from where the git checkout is looked for; providers: how the site's are opened."""
        self._folder = folder
        self._anchor = anchor
        self.cohort = cohort
        self.playbook = playbook
        self.site = site
        self.clock = clock
        self._opening = providers
        self._closing = ExitStack()

    @classmethod
    def load(cls, paths: Paths, *, offline: bool = False, folder: Folder | None = None) -> "Workspace":
        """Read all files. Raises InputError with the findings of all of them, UsageError when a file is not named anywhere.

        offline: no secrets are fetched, and no server can be asked. folder: the cohort's as it would be, not as it is on the disk.
        """
        paths = named(paths)
        inventory, playbook, site = (path for path in (paths.inventory, paths.playbook, paths.site) if path is not None)
        folder = DiskFolder(inventory) if folder is None else folder
        loaded_site, loaded_cohort, findings = None, None, list[Finding]()
        try:
            loaded_site = read_site(site)
        except InputError as problem:
            findings += problem.findings
        try:
            loaded_cohort = load_cohort(folder)
        except InputError as problem:
            findings += problem.findings
        try:
            loaded_playbook = load_playbook(playbook, filters())
        except InputError as problem:
            findings += problem.findings
        if findings or loaded_site is None or loaded_cohort is None:
            raise InputError(findings)
        clock = Clock(paths.as_of)
        providers = partial(open_providers, loaded_site, offline=offline)
        return cls(loaded_cohort, loaded_playbook, loaded_site, clock, folder=folder, anchor=paths.anchor, providers=providers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the journal and the providers, as far as they were opened."""
        self._closing.close()

    @cached_property
    def providers(self) -> Providers:
        """The site's providers; opened at first use."""
        return self._closing.enter_context(self._opening())

    @cached_property
    def registry(self) -> Registry:
        """The kinds of all providers."""
        return self.providers.registry()

    @cached_property
    def journal(self) -> "DatabaseJournal":
        """The site's journal; opened at first use."""
        return self._closing.enter_context(journal_of(self.site))

    def requests(self) -> Mapping[str, Mapping[str, int]]:
        """Requests sent so far, by provider and method; none before a provider was needed."""
        return self.providers.requests() if "providers" in self.__dict__ else {}

    @cached_property
    def siblings(self) -> Siblings:
        """The cohorts beside this one, read at first use."""
        return Siblings(self._folder, self._compile)

    @cached_property
    def _inventory_findings(self) -> list[Finding]:
        return check(self.cohort, self.site, self.clock.today(), self.siblings.cohorts)

    def _compile(self, cohort: Cohort, wrong: Collection[Location] = ()) -> Compiled:
        available = self.providers.available
        return compile_playbook(self.playbook, cohort, self.site, self.registry, self.clock.today(), available=available, wrong=wrong)

    @cached_property
    def compiled(self) -> Compiled:
        """All resources that the inventory asks for, shared ones as all cohorts beside it want them.

        Raises InputError, with the findings of the inventory's own checks.
        """
        own = self._inventory_findings
        wrong = wrong_locations(own)
        try:
            compiled = self._compile(self.cohort, wrong)
        except InputError as problem:
            raise InputError(self._acknowledged(sorted_findings([*own, *problem.findings]), complete=False)) from problem
        claims = by_address(claim for wishes in self.siblings.claims.values() for claim in wishes)
        resources, told = merged(self.registry, compiled.resources, claims, cohort=self.cohort.id, wrong=wrong)
        return replace(compiled, resources=tuple(resources), findings=(*compiled.findings, *self.siblings.findings, *told))

    def check(self) -> list[Finding]:
        """Every finding that needs no server, of texts of handouts, too; known ones marked. Raises InputError for what does not compile."""
        return self._acknowledged(sorted_findings([*self._offline_findings(), *check_texts(self.cohort.texts)]), complete=False)

    def _acknowledged(self, findings: Sequence[Finding], *, complete: bool) -> list[Finding]:
        teams = [team.id for team in self.cohort.teams]
        return acknowledge(findings, self.site, teams, self.clock.today(), complete=complete)

    def _offline_findings(self) -> list[Finding]:
        compiled, own = self.compiled, self._inventory_findings
        wanted = check_wanted(self.registry, compiled.resources, self.cohort.limits())
        # What only follows from a value that is known to be wrong is not told a second time.
        wrong = wrong_locations(own)
        wanted = [found for found in wanted if found.location not in wrong]
        return sorted_findings([*own, *compiled.findings, *wanted])

    def checked(self) -> list[Finding]:
        """Every finding that needs no server. Raises InputError, with everything found, if any is an error."""
        return self._checked(self._offline_findings())

    def _checked(self, findings: list[Finding]) -> list[Finding]:
        if any(found.severity is Severity.ERROR for found in findings):
            raise InputError(self._acknowledged(findings, complete=False))
        return findings

    def plan(self, asked: Asked | None = None, sightings: Sightings | None = None) -> Plan:
        """Observe everything and plan. Raises InputError for bad input, UnreachableError or PermissionDeniedError of any service.

        sightings: what a loop saw, for since when it differs; without them only the journal tells.
        """
        with self.providers.within(LOOKING):
            return self._planned(asked or Asked(), sightings or Sightings())[0]

    def looked(self, asked: Asked | None = None, sightings: Sightings | None = None) -> tuple[Plan, list[Observed]]:
        """A plan, and what exists, each with its team, of one look at the servers. As `plan`."""
        with self.providers.within(LOOKING):
            plan, observations = self._planned(asked or Asked(), sightings or Sightings())
        return plan, self._with_teams(observations)

    def _planned(self, asked: Asked, sightings: Sightings) -> tuple[Plan, Mapping[str, Observation]]:
        offline = self._offline_findings()
        findings = self._checked(only_warned(offline))
        today = self.clock.today()
        teams = [team.id for team in self.cohort.teams]
        siblings, everything = self.siblings.claims, self.compiled.resources
        site = shared(self.registry, self.journal, self.cohort.id, everything, siblings=siblings, today=today)
        kept, no_more = still_protected(self.cohort, site.resources, site.records, today)
        site, findings = replace(site, resources=kept), [*findings, *site.findings, *no_more]
        resources = chosen(asked.selection, site.resources, self.registry, teams)
        renamed = renames(self.registry, site.resources)
        observations = observe(
            self.registry,
            resources,
            site.records,
            cohort=self.cohort.id,
            teams=teams,
            available=self.providers.available,
            whole=asked.selection.whole,
            everything=site.resources,
            history=site.history,
            renamed=renamed,
            oddities=self.providers.oddities,
        )
        window = next((hours for provider in self.providers if (hours := provider.restart_window)), None)
        situation = Situation(
            resources=resources,
            everything=site.resources,
            observations=observations,
            records=site.records,
            history=site.history,
            limits=self.cohort.limits(),
            renames=renamed,
            ended=self.cohort.ended(today),
            creating=self.cohort.file.starts <= today <= self.cohort.file.ends,
            orphans_among=orphans_among(asked.selection, teams),
            switched_off=self.compiled.switched_off,
            claims=site.claims,
            withheld={**clashing(offline, resources), **named_in(no_more)},
            elsewhere=site.elsewhere,
            prune=asked.prune,
            known_as_new=asked.known_as_new,
            restarting=asked.restart or (window is not None and within(window, local_time())),
            window=None if asked.restart else window,
            grace=self.cohort.file.grace,
            replacing=asked.replacing,
            allows=allowed_removals(self.cohort, asked.allow_removals),
        )
        meta = self.meta(asked)
        plan = make_plan(self.registry, situation, meta, findings)
        if denied := forbidden(self.registry, plan):
            plan = make_plan(self.registry, replace(situation, denied=denied), meta, findings)
        plan = traced(self.registry, plan, observations, site.records, sightings)
        told = tuple(self._acknowledged(plan.findings, complete=asked.selection.whole))
        return plan.model_copy(update={"findings": told}), observations

    def judged(self, saved: Plan) -> Judgement:
        """A saved plan of this project, as if it were made now. Raises InputError for what is no plan, GuardError if it may not be now."""
        if any(change.address.kind not in self.registry for change in saved.changes):
            raise InputError([error("plan-altered", name="plan")])
        fresh = self.plan(asked_of(saved.meta.asked))
        if fresh.errors:
            raise GuardError(fresh.errors)
        return judge(self.registry, saved, fresh, {resource.address for resource in self.compiled.resources})

    @cached_property
    def plan_key(self) -> Secret | None:
        """What saved plans are signed with, if the site has a key. Raises InputError when it is not to be had."""
        source = self.site.file.plan_key
        return None if source is None else resolve(source, self.site.document.locate("plan_key"))

    def apply(
        self,
        plan: Plan,
        *,
        refused: Mapping[Address, Reason] = MappingProxyType({}),
        fingerprint: str | None = None,
        command: str = "apply",
        stopping: Callable[[], bool] = lambda: False,
        on_start: Callable[[Change], None] = lambda _: None,
        on_end: Callable[[Result], None] = lambda _: None,
    ) -> ApplyReport:
        """Carry out a plan of this project; the caller holds the journal's lock. Raises GuardError if the plan has errors.

        refused, fingerprint: of a saved plan that was judged, what of it is not done, and its own fingerprint.
        """
        if plan.errors:
            raise GuardError(plan.errors)
        executor = Executor(
            self.registry, self.journal, workers=self.providers.workers(), stopping=stopping, on_start=on_start, on_end=on_end
        )
        run = self.journal.begin(plan.meta, command, fingerprint or plan.fingerprint)
        outcome = "broken"
        try:
            report = executor.run(plan, run, refused)
            outcome = "interrupted" if report.interrupted else "failed" if report.failed else "done"
        finally:
            self.journal.finish(run, outcome)
        return report

    def standing(self, *, remembering: bool = False) -> list[Observed]:
        """What exists of all that the inventory asks for, and other guests, each with its team.

        remembering: whether the journal is asked too, which knows whose account is whose, who was invited and who waits for approval.
        """
        history = self.journal.history(self.cohort.id) if remembering else ()
        records = self.journal.records(self.cohort.id) if remembering else {}
        resources: Sequence[Resource] = self.compiled.resources
        with self.providers.within(LOOKING):
            observations = observe(
                self.registry,
                resources,
                records,
                cohort=self.cohort.id,
                teams=[team.id for team in self.cohort.teams],
                available=self.providers.available,
                whole=True,
                history=history,
            )
        return self._with_teams(observations)

    def _with_teams(self, observations: Mapping[str, Observation]) -> list[Observed]:
        by_address = {resource.address: resource.team for resource in self.compiled.resources}
        return [
            replace(there, team=by_address.get(there.address, there.team))
            for name in sorted(observations)
            for there in observations[name].objects
        ]

    def meta(self, asked: Asked | None = None) -> PlanMeta:
        """For what a plan of this project is made."""
        asked = asked or Asked()
        commit, dirty = revision(self._anchor, Path(self.cohort.document.file).parent)
        urls = [provider.url for provider in self.providers if provider.url is not None]
        return PlanMeta(
            cohort=self.cohort.id,
            site=f"{self.site.name} ({', '.join(urls)})",
            as_of=self.clock.today(),
            as_of_is_today=self.clock.is_today,
            eiginfra=__version__,
            selection=str(asked.selection),
            whole=asked.selection.whole,
            asked=request_of(asked),
            inventory=self.siblings.digest(self.cohort.digest),
            commit=commit,
            dirty=dirty,
        )
