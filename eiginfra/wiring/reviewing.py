"""Reviews: what a request would do, from two commits. Nothing is checked out, no server is asked, and no secret is read.

Playbook, site, settings and all that decides (grants, approvals, confirmed people, caps) are the base's; of the head only what people ask
for counts, as a merge into the base would give it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Final

from eiginfra.core.errors import InputError, UsageError
from eiginfra.core.finding import Finding, Location, Severity, error
from eiginfra.inventory.cohort import Cohort, CohortFile
from eiginfra.inventory.folder import EntryType
from eiginfra.inventory.loader import ReadCohort, read_cohort
from eiginfra.inventory.site import Site
from eiginfra.review.allowances import allowances
from eiginfra.review.compare import Wishes, access, amounts, changes, new_findings
from eiginfra.review.edits import FileChange, FileVersion, edits
from eiginfra.review.model import Author, CohortReview, Edit, Edited, Review
from eiginfra.review.policy import needs
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.commits import Blob, CommitFiles, CommitFolder, Contents, ancestor, differences, merged
from eiginfra.wiring.git import Checkout, GitError
from eiginfra.wiring.providers import Providers, open_providers
from eiginfra.wiring.review_sources import Sources
from eiginfra.wiring.sorting import sorted_findings
from eiginfra.wiring.trees import TreeExamination
from eiginfra.wiring.workspace import Workspace

DECIDING: Final = frozenset({"grants", "approvals", "people", "authoritative", "caps", "repository"})
"""The keys of cohort.yml by which requests are judged: they count as they are at the base."""
MOST_FILES: Final = 1000
"""Files and folders that one request may bring or change."""
MOST_OF_COHORTS: Final = 200
"""Those of them that are in the folder of the cohorts."""


@dataclass(frozen=True)
class Request:
    """A request as those who can vouch for it tell it; offline nobody can."""

    author: Author | None = None
    pushers: tuple[Author, ...] | None = None
    yeses: tuple[Author, ...] = ()


@dataclass(frozen=True)
class Revision:
    """One cohort at one revision: as far as it is sound, and compiled.

    cohort: None where there is none. comparable: whether its wishes are known; else only what is wrong with it is.
    """

    cohort: Cohort | None = None
    wishes: Wishes = field(default_factory=Wishes)
    comparable: bool = True


@contextmanager
def reviewer(paths: Paths, base: str) -> Iterator["Reviewer"]:
    """Reviews against a commit, a branch or a tag.

    Raises UsageError outside a checkout, InputError for a site or playbook that is wrong.
    """
    anchor = paths.anchor.absolute()
    # The commit that is checked out may lack the file: its folder is as trusted as it was.
    checkout = Checkout.of(next(path for path in (anchor, *anchor.parents) if path.exists()))
    if checkout is None:
        raise UsageError("no git checkout of yours is here; a review compares two commits: clone the inventory's repository")
    try:
        with checkout.apart() as git:
            sources = Sources(Contents(git), commit_of(checkout, base), paths)
            with open_providers(sources.site, offline=True) as providers:
                yield Reviewer(sources, providers)
    except GitError as problem:
        msg = f"git: {problem}"
        raise UsageError(msg) from problem


class Reviewer:
    """Reviews of requests against one commit. Every method raises GitError."""

    def __init__(self, sources: Sources, providers: Providers) -> None:
        self._git = sources.contents.git
        self._contents = sources.contents
        self.base = sources.base
        self._sources = sources
        self._providers = providers
        self._registry = providers.registry()
        self._revisions: dict[tuple[str, str, frozenset[str]], Revision] = {}
        self._cohorts_read: dict[tuple[str, str, Blob | None], ReadCohort] = {}

    def resolved(self, name: str) -> str:
        """The commit of a branch, a tag or a short name."""
        return commit_of(self._git.checkout, name)

    @property
    def site(self) -> Site:
        """The site, as it is at the base."""
        return self._sources.site

    def with_repository(self) -> Cohort:
        """A cohort that says at the base where the inventory is kept; where none says it, any.

        Raises InputError where none can be read.
        """
        read = [read_cohort(folder) for folder in self._cohorts(self._files(self.base)).values()]
        cohorts = [each.cohort for each in read if each.cohort is not None]
        if not cohorts:
            missing = error("no-cohort", location=Location(file=self._sources.root))
            raise InputError([found for each in read for found in each.findings] or [missing])
        return next((cohort for cohort in cohorts if cohort.file.repository is not None), cohorts[0])

    def fetch(self, *references: str) -> None:
        """Fetch references of origin, for as long as the reviews last."""
        self._git.fetch(*references)

    def fetched(self, reference: str) -> str:
        """The commit of a reference that was fetched."""
        return self._git.resolved(reference)

    def joined(self, one: str, other: str) -> str:
        """A commit that has two heads merged, the first into the base and the second into that."""
        first = self._git.commit(merged(self._git, self.base, one).tree, self.base, one)
        return self._git.commit(merged(self._git, first, other).tree, first, other)

    def review(self, head: str, request: Request | None = None) -> Review:
        """What a commit would do, once it is merged into the base."""
        request = request or Request()
        brought = TreeExamination(lambda asked, data: self._git.run(*asked, data=data), MOST_FILES).of(
            ancestor(self._git, self.base, head), head
        )
        if brought.broken:
            return self._unread(head, request, brought.findings)
        merge = merged(self._git, self.base, head)
        conflicts = [error("merge-conflicts", files=sorted(merge.conflicts))] if merge.conflicts else []
        changed = differences(self._git, self.base, merge.tree)
        if sum(self._within(each.path) for each in changed) > MOST_OF_COHORTS:
            where = Location(file=self._sources.root or ".")
            return self._unread(head, request, [error("request-too-large", most=MOST_OF_COHORTS, location=where)])
        root = self._sources.root
        trees = (self._files(self.base), self._files(merge.tree))
        self._contents.read(blob for tree in trees for blob in tree.blobs.values())
        edited = edits(
            [FileChange(each.path, *map(_version, trees, repeat(each.path), (each.before, each.after))) for each in changed], root
        )
        names = sorted({each.cohort for each in edited if each.cohort is not None} | self._around((each.path for each in changed), trees))
        bases = {name: cohort for name in names if (cohort := self._revision(trees[0], name).cohort) is not None}
        judging = {**self._others(trees[0], names), **bases}
        cohorts = tuple(self._cohort(name, trees[0], trees[1], bases) for name in names)
        return self._judged(head, request, edited, judging, (*conflicts, *brought.findings)).model_copy(update={"cohorts": cohorts})

    def _unread(self, head: str, request: Request, findings: Sequence[Finding]) -> Review:
        """A request that is so wrong that none of its files is read: whatever it holds, it is no team's own affair."""
        places = dict.fromkeys(found.location.file if found.location else "." for found in findings)
        edited = tuple(Edit(file=file, edited=Edited.UNREADABLE, location=Location(file=file)) for file in places)
        return self._judged(head, request, edited, self._others(self._files(self.base), ()), findings)

    def _judged(
        self, head: str, request: Request, edited: tuple[Edit, ...], judging: Mapping[str, Cohort], findings: Sequence[Finding]
    ) -> Review:
        """A review of edits, with whose yes they need as the base's cohorts say; nothing is compared yet."""
        today, author = self._sources.clock.today(), request.author
        asked = needs(edited, judging, today, author=author, pushers=request.pushers, yeses=request.yeses)
        name = author.username if author else None
        return Review(base=self.base, head=head, author=name, edits=edited, needs=asked, findings=tuple(findings))

    def _within(self, path: str) -> bool:
        return path.startswith(f"{self._sources.root}/") if self._sources.root else True

    def _around(self, paths: Iterable[str], trees: Iterable[CommitFiles]) -> set[str]:
        """The cohorts in whose folders paths are, or whose folder one of them is: also files that no cohort may have."""
        start = len(self._sources.root) + 1 if self._sources.root else 0
        names = {path[start:].partition("/")[0] for path in paths if self._within(path)}
        return {name for name in names for files in trees if self._folder(files, name).type("cohort.yml") is not None}

    def _others(self, files: CommitFiles, touched: Collection[str]) -> dict[str, Cohort]:
        """The cohorts that a request does not touch: their people and names count, too."""
        read = {name: read_cohort(folder).cohort for name, folder in self._cohorts(files).items() if name not in touched}
        return {name: cohort for name, cohort in read.items() if cohort is not None}

    def _cohorts(self, files: CommitFiles) -> dict[str, CommitFolder]:
        """The folders with a cohort.yml, by name."""
        root = files.folder(self._sources.root)
        folders = {name: root.folder(name) for name, there in root.entries() if there is EntryType.FOLDER}
        return {name: folder for name, folder in folders.items() if folder.type("cohort.yml") is not None}

    def _folder(self, files: CommitFiles, cohort: str) -> CommitFolder:
        return files.folder("/".join(part for part in (self._sources.root, cohort) if part))

    def _files(self, tree: str) -> CommitFiles:
        return CommitFiles(self._contents, tree, self._sources.root)

    def _cohort(self, name: str, before: CommitFiles, after: CommitFiles, bases: Mapping[str, Cohort]) -> CohortReview:
        base, head = self._both(name, before, after, bases.get(name), frozenset())
        left_out = frozenset(team for each in (base, head) if each.cohort for team in each.cohort.broken)
        new, known = new_findings(base.wishes.findings, head.wishes.findings)
        if left_out:
            base, head = self._both(name, before, after, bases.get(name), left_out)
        registry = self._registry
        if not (base.comparable and head.comparable):
            base = head = Revision(head.cohort or base.cohort)
        found = changes(registry, base.wishes, head.wishes)
        told = head.cohort or base.cohort
        return CohortReview(
            cohort=name,
            language=told.file.language if told else "fr",
            changes=tuple(found),
            amounts=tuple(amounts(registry, base.wishes, head.wishes)),
            access=tuple(access(registry, found)),
            findings=tuple(new),
            known=tuple(known),
            allowances=tuple(allowances(head.cohort, new)) if head.cohort else (),
            incomplete=tuple(sorted(left_out)),
        )

    def _both(
        self, name: str, before: CommitFiles, after: CommitFiles, decided_by: Cohort | None, without: frozenset[str]
    ) -> tuple[Revision, Revision]:
        """Both revisions of a cohort; one whose cohort.yml cannot be read, with that of the other, so that the teams can be compared."""
        base, head = self._revision(before, name, without=without), self._revision(after, name, decided_by, without)
        if base.cohort is None and not base.comparable:
            base = self._with_file_of(after, before, name, None, without)
        if head.cohort is None and not head.comparable:
            head = self._with_file_of(before, after, name, decided_by, without)
        return base, head

    def _with_file_of(
        self, other: CommitFiles, files: CommitFiles, name: str, decided_by: Cohort | None, without: frozenset[str]
    ) -> Revision:
        known = self._revision(files, name, decided_by, without)
        path = self._folder(files, name).shown("cohort.yml")
        if path not in other.blobs:
            return known
        found = self._read(files.having(path, other.blobs[path]), name, decided_by, without, head=True)
        return replace(found, wishes=replace(found.wishes, findings=sorted_findings([*known.wishes.findings, *found.wishes.findings])))

    def _revision(self, files: CommitFiles, name: str, decided_by: Cohort | None = None, without: frozenset[str] = frozenset()) -> Revision:
        """A cohort of a revision. decided_by: the base's, of a head. without: teams that are left out."""
        key = (files.tree, name, without)
        if key not in self._revisions:
            self._revisions[key] = self._read(files, name, decided_by, without, head=files.tree != self.base)
        return self._revisions[key]

    def _read(self, files: CommitFiles, name: str, decided_by: Cohort | None, without: frozenset[str], *, head: bool) -> Revision:
        folder = self._folder(files, name)
        if folder.type() is None:
            return Revision()
        file = files.blobs.get(folder.shown("cohort.yml"))
        key = (files.tree, name, file)
        if key not in self._cohorts_read:
            self._cohorts_read[key] = read_cohort(folder)
        read = self._cohorts_read[key]
        cohort, findings = read.cohort, list(read.findings)
        if cohort is None:
            return Revision(None, Wishes(findings=sorted_findings(findings)), comparable=False)
        if head:
            cohort = replace(cohort, file=_decided(cohort, decided_by))
        cohort = _without(cohort, without)
        return self._compiled(cohort, folder, findings)

    def _compiled(self, cohort: Cohort, folder: CommitFolder, findings: list[Finding]) -> Revision:
        """With all findings; a team that cannot be compiled is left out, and the others compiled without it."""
        while True:
            with self._workspace(cohort, folder) as workspace:
                try:
                    findings += workspace.check()
                    resources = workspace.compiled.resources
                    return Revision(cohort, Wishes(resources, cohort.limits(), sorted_findings(findings)))
                except InputError as problem:
                    told = problem.findings
            findings += told
            wrong = {team for found in told if (team := _team_of(found, cohort)) is not None}
            if not wrong:
                return Revision(cohort, Wishes(findings=sorted_findings(findings)), comparable=False)
            cohort = _without(cohort, wrong)

    def _workspace(self, cohort: Cohort, folder: CommitFolder) -> Workspace:
        sources = self._sources
        return Workspace(
            cohort,
            sources.playbook,
            sources.site,
            sources.clock,
            folder=folder,
            anchor=sources.paths.anchor,
            providers=lambda: nullcontext(self._providers),
        )


def commit_of(checkout: Checkout, name: str) -> str:
    """The commit of a branch, a tag or a short name. Raises UsageError where there is none."""
    try:
        return checkout.resolved(name)
    except GitError as problem:
        msg = f"no commit {name} is here ({problem}); fetch it, e.g. git fetch origin {name}"
        raise UsageError(msg) from problem


def _version(files: CommitFiles, path: str, blob: Blob | None) -> FileVersion | None:
    above, _, name = path.rpartition("/")
    return None if blob is None else FileVersion(blob.mode, blob.oid, lambda: files.folder(above).read(name))


def _decided(cohort: Cohort, base: Cohort | None) -> CohortFile:
    """cohort.yml of a head, in all that decides as it is at the base."""
    fields = type(cohort.file).model_fields
    kept: dict[str, object] = {}
    for name in fields.keys() & DECIDING:
        kept[name] = getattr(base.file, name) if base else fields[name].get_default(call_default_factory=True)
    return cohort.file.model_copy(update=kept)


def _without(cohort: Cohort, teams: frozenset[str] | set[str]) -> Cohort:
    if not teams:
        return cohort
    kept = tuple(team for team in cohort.teams if team.id not in teams)
    return replace(cohort, teams=kept, broken=cohort.broken | teams)


def _team_of(found: Finding, cohort: Cohort) -> str | None:
    """The team in whose file an error is."""
    if found.severity is not Severity.ERROR:
        return None
    named = found.team or found.params.get("for_team")
    if isinstance(named, str) and any(team.id == named for team in cohort.teams):
        return named
    files = {document.file: team for team, document in cohort.documents.items()}
    places = [place.file for place in (found.location, *found.also) if place is not None]
    return next((files[file] for file in places if file in files and files[file] not in cohort.broken), None)
