"""`proxmox.backup`: the site's backup job (vzdump) of the cohort's guests.

It needs more rights than the rest (Sys.Modify on /, Datastore.Allocate on its storage): where the token has them not, the job is looked at,
and an administrator is told.
"""

import shlex
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, JsonValue, model_validator

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change, FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.errors import NotFoundError, PermissionDeniedError
from eiginfra.core.finding import Finding, warning
from eiginfra.core.reason import Reason, reason
from eiginfra.core.refusal import refusal
from eiginfra.core.resource import Absence, Observation, Observed, Presence, Resource, Scope
from eiginfra.core.spec import IMMUTABLE, UNORDERED, Spec
from eiginfra.core.world import World
from eiginfra.providers.proxmox import rules
from eiginfra.providers.proxmox.codec import flag
from eiginfra.providers.proxmox.fields import PoolId
from eiginfra.providers.proxmox.guests.spec import GuestSpec, Mark
from eiginfra.providers.proxmox.guests.survey import Survey
from eiginfra.providers.proxmox.kind import WHOLE, Asking, Needs, ProxmoxKind
from eiginfra.providers.proxmox.permissions import Right, right

_PERIODS = ("last", "hourly", "daily", "weekly", "monthly", "yearly")
_KEEP = rf"^(?:{'|'.join(_PERIODS)})=[1-9]\d*(?:, ?(?:{'|'.join(_PERIODS)})=[1-9]\d*)*$"
Numbers = Mapping[str, int]
"""The guests' numbers by their markers."""
_COVERS = {"guests": "vmid", "pool": "pool", "all": "all"}
"""What a job may cover, and the parameter that says so."""
_ADMINISTRATOR = reason("administrator")
_STORAGE = "local"
"""Where vzdump puts what no storage is named for."""


def _kept(text: str) -> str:
    """Retention in one order, `daily=3,weekly=2`; from Proxmox's `keep-daily` too."""
    pairs = dict(part.strip().removeprefix("keep-").partition("=")[::2] for part in text.split(","))
    return ",".join(f"{period}={pairs[period]}" for period in _PERIODS if period in pairs)


class BackupSpec(Spec):
    """A backup job. It covers either guests, or a pool, or all guests of the server."""

    id: Annotated[str, IMMUTABLE, rules.JOB] = Field(description="The job's name; the key")
    schedule: Annotated[str, rules.CALENDAR] = Field(description="When, as a calendar event: 02:30, sat 04:00")
    storage: Annotated[str, rules.STORAGE] = Field(description="Where the backups go")
    mode: Literal["snapshot", "suspend", "stop"] | None = Field(default=None, description="How a running guest is treated")
    compress: Literal["zstd", "gzip", "lzo", "0"] | None = Field(default=None, description="How backups are compressed; 0: not")
    keep: Annotated[str | None, Field(pattern=_KEEP), AfterValidator(lambda text: text and _kept(text))] = Field(
        default=None, description="How many are kept of each guest: daily=3,weekly=2; also last, hourly, monthly, yearly"
    )
    guests: Annotated[tuple[Mark, ...] | None, UNORDERED] = Field(default=None, description="The marks of the guests it covers")
    pool: PoolId | None = Field(default=None, description="Or the pool whose guests it covers")
    all: Literal[True] | None = Field(default=None, description="Or all guests of the server, those of others too")
    enabled: bool | None = Field(default=None, description="Whether it runs; Proxmox: yes")
    comment: Annotated[str, rules.JOB_COMMENT] | None = Field(default=None, description="For people")

    @model_validator(mode="after")
    def _one_choice(self) -> "BackupSpec":
        chosen = [name for name in _COVERS if getattr(self, name)]
        if len(chosen) != 1:
            raise refusal("backup-covers", chosen=chosen)
        return self


class BackupKind(ProxmoxKind[BackupSpec]):
    """Backup jobs, by their name."""

    name = "proxmox.backup"
    spec = BackupSpec
    title = "A backup job on Proxmox VE"
    decommission = Decommission((Step("delete-job", Trigger.PRUNE),))

    def key(self, spec: BackupSpec) -> str:
        """The job's name."""
        return spec.id

    def dependencies(self, spec: BackupSpec) -> Iterable[Address]:
        """The pool."""
        return (Address("proxmox.pool", spec.pool),) if spec.pool else ()

    def follows(self, spec: BackupSpec) -> Iterable[Address]:
        """The guests, of either kind, whose numbers the job names; it covers those that exist."""
        return [address for mark in spec.guests or () for address in _addresses(mark)]

    def complete(self, resource: Resource, world: World) -> Mapping[str, object] | Absence:
        """The guests without those that neither exist nor are created now: they are added once they exist. A job of none of them waits."""
        guests: Sequence[str] = getattr(resource.spec, "guests", None) or ()
        covered = tuple(mark for mark in guests if not any(_missing(address, world) for address in _addresses(mark)))
        if guests and not covered:
            return Absence(reason("to-be-made", what=[*sorted(guests)]), Presence.WAITING)
        return {"guests": covered} if len(covered) < len(guests) else {}

    # Looking.

    def observe(self, scope: Scope) -> Observation:
        """One request for all jobs; one more where a guest was made by hand."""
        named = {record.address.key for record in scope.records}
        if not (scope.resources or named):
            return Observation()
        jobs = self._jobs()
        survey = self.api.surveys.shared(scope.cohort, scope.look)
        self.api.surveys.learn(scope)
        numbers = self._numbers(survey)
        if jobs is None:
            unseen = Absence(_ADMINISTRATOR, Presence.WAITING)
            told = [_told(resource, None, numbers, list(resource.values)) for resource in scope.resources]
            return Observation(findings=told, absent={resource.address: unseen for resource in scope.resources})
        wanted = {*named, *(resource.address.key for resource in scope.resources)}
        standing = [jobs[name] for name in sorted(wanted & jobs.keys())]
        objects = [_held_back(self._observed(job, numbers), job, scope, survey, numbers) for job in standing]
        return Observation(objects, list(self._uncovered(scope, survey)))

    def needs(self, change: Change, asking: Asking) -> Needs:  # noqa: ARG002 - whatever is changed
        """Who makes or changes a job needs its storage too, the former and the new one, and its pool; who deletes it does not."""
        yield WHOLE, right("/", "Sys.Modify")
        if change.action is not Action.DELETE:
            storages = {str((values or {}).get("storage") or _STORAGE) for values in (change.observed or change.desired, change.desired)}
            yield from ((WHOLE, right(f"/storage/{storage}", "Datastore.Allocate")) for storage in sorted(storages))
            if pool := (change.desired or {}).get("pool"):
                yield WHOLE, right(f"/pool/{pool}", "VM.Backup")

    def told(self, change: Change, lacking: Mapping[str, Sequence[Right]], asking: Asking) -> Iterator[Finding]:  # noqa: ARG002 - of a job, all rights are of the whole
        """What an administrator must run, and which machines of the job no other job covers."""
        rights = [*map(str, lacking[WHOLE])]
        if change.desired is None:
            yield warning("backup-job-left", name=change.address.key, rights=rights, address=str(change.address))
            return
        spec = BackupSpec.model_validate(change.desired)
        marked = self._numbers(self.api.surveys.last(spec.guests[0].split("/")[0])) if spec.guests else {}
        there = None if change.observed is None else Observed(change.address, change.observed)
        fields = [diff.field for diff in change.diffs] or list(change.desired)
        yield _told(Resource(change.address, spec, change.team), there, marked, fields, rights)
        bare = self._bare() if marked else frozenset[int]()
        if uncovered := sorted(mark for mark, vmid in marked.items() if vmid in bare):
            yield warning("machines-without-backup", marks=uncovered)

    def _jobs(self) -> dict[str, Mapping[str, Any]] | None:
        """All jobs by name; None where the token may not see them."""
        try:
            return {str(job["id"]): job for job in self.api.client.get("cluster/backup", "list backup jobs")}
        except PermissionDeniedError:
            return None

    def _numbers(self, survey: Survey) -> dict[str, int]:
        return {mark: guest.vmid for mark, (guest, _) in self.api.surveys.marked(survey).items()}

    def _uncovered(self, scope: Scope, survey: Survey) -> Iterable[Finding]:
        """Guests made by hand in the cohort's pools that no job covers; one that the inventory asks for by its number is adopted."""
        pools = {f"{scope.cohort}-{team}": team for team in scope.teams}
        ours = {guest.vmid for guest, _ in self.api.surveys.marked(survey).values()}
        ours |= {item.spec.id for item in scope.everything.values() if isinstance(item.spec, GuestSpec) and item.spec.id is not None}
        by_hand = {guest.vmid: guest for guest in survey.guests.values() if guest.pool in pools and guest.vmid not in ours}
        for vmid in sorted(by_hand.keys() & self._bare()) if by_hand else ():
            guest = by_hand[vmid]
            yield warning("guest-without-backup", id=vmid, name=guest.name, pool=guest.pool, team=pools[str(guest.pool)])

    def _bare(self) -> frozenset[int]:
        """The numbers of guests that no job covers."""
        listed = self.api.client.get("cluster/backup-info/not-backed-up", "list guests without backup")
        return frozenset(int(row["vmid"]) for row in listed)

    def _observed(self, job: Mapping[str, Any], numbers: Numbers, wanted: Iterable[str] = ()) -> "ObservedBackup":
        marks = {vmid: mark for mark, vmid in numbers.items()}
        vmids = _vmids(job)
        name = str(job["id"])
        values: dict[str, JsonValue] = {
            "id": name,
            "schedule": job.get("schedule"),
            "storage": job.get("storage"),
            "mode": str(job.get("mode", "snapshot")),
            "compress": str(job.get("compress", "0")),
            "keep": _retention(job.get("prune-backups")),
            "guests": [marks.get(vmid, f"#{vmid}") for vmid in vmids] or None,
            "pool": job.get("pool"),
            "all": True if flag(job.get("all", 0)) else None,
            "enabled": flag(job.get("enabled", 1)),
            "comment": str(job.get("comment", "")),
        }
        absent = sorted(set(wanted) - numbers.keys())
        waiting = {"guests": reason("to-be-made", what=[*absent])} if absent else {}
        return ObservedBackup(Address(self.name, name), values, {"id": name}, waiting=waiting, numbers=numbers)

    def read(self, spec: BackupSpec, handle: Mapping[str, JsonValue]) -> Observed | None:  # noqa: ARG002 - the name is all there is to find it by
        """The job, or None; with the numbers that the guests have now. Raises PermissionDeniedError where jobs cannot be seen."""
        job, guests = self._job(spec), spec.guests or ()
        if job is None or not guests:
            return None if job is None else self._observed(job, {})
        survey = self._survey(guests)
        numbers = self._numbers(survey)
        there, why = self._observed(job, numbers, guests), _held(job, guests, survey, numbers)
        return replace(there, blocked={"guests": why}) if why else there

    def _read(self, spec: BackupSpec, numbers: Numbers) -> "ObservedBackup | None":
        job = self._job(spec)
        return None if job is None else self._observed(job, numbers, spec.guests or ())

    def _job(self, spec: BackupSpec) -> Mapping[str, Any] | None:
        jobs = self.api.client.get("cluster/backup", f"read backup job {spec.id}")
        return next((job for job in jobs if job["id"] == spec.id), None)

    def _survey(self, guests: Sequence[str]) -> Survey:
        """Of now: guests may just have been made."""
        return self.api.surveys.fresh(guests[0].split("/")[0])

    def _now(self, spec: BackupSpec) -> Numbers:
        return self._numbers(self._survey(spec.guests)) if spec.guests else {}

    # Changing.

    def create(self, spec: BackupSpec) -> Observed | None:
        """Make it. Raises AlreadyExistsError, and NotFoundError while none of its guests exists."""
        numbers = self._now(spec)
        if spec.guests and not numbers.keys() & set(spec.guests):
            raise NotFoundError(f"backup job {spec.id}: none of its guests stands yet; apply again when they do")
        self.api.client.send("POST", "cluster/backup", f"create backup job {spec.id}", {"id": spec.id, **_params(spec, numbers)})
        return self._read(spec, numbers)

    def update(self, observed: Observed, spec: BackupSpec, diffs: Sequence[FieldDiff]) -> Observed | None:
        """Send what differs; what it covered in another way goes."""
        numbers = observed.numbers if isinstance(observed, ObservedBackup) else self._now(spec)
        params = _params(spec, numbers, {diff.field for diff in diffs})
        gone = [_COVERS[name] for name in _COVERS if observed.values.get(name) and not getattr(spec, name)]
        if params or gone:
            sent = {**params, "delete": ",".join(gone) or None}
            self.api.client.send("PUT", f"cluster/backup/{spec.id}", f"change backup job {spec.id}", sent)
        return self._read(spec, numbers)

    def delete(self, observed: Observed) -> None:
        """The job; the backups stay."""
        name = observed.address.key
        self.api.client.send("DELETE", f"cluster/backup/{name}", f"delete backup job {name}", {})


def _addresses(mark: str) -> tuple[Address, ...]:
    """The addresses that a guest may have: the marker does not say which kind it is."""
    return tuple(Address(kind, mark) for kind in ("proxmox.container", "proxmox.vm"))


def _missing(address: Address, world: World) -> bool:
    """Whether a wanted guest is neither there nor made now."""
    closed = not world.creating and address in world.wanted and address not in world.observed
    return closed or address in world.absent


def _vmids(job: Mapping[str, Any]) -> list[int]:
    return [int(text) for text in str(job.get("vmid") or "").replace(",", " ").split()]


def _held_back(there: Observed, job: Mapping[str, Any], scope: Scope, survey: Survey, numbers: Numbers) -> Observed:
    """The job; its guests are blocked while it is not known whose they are."""
    spec = next((spec for spec in scope.specs() if spec.id == there.address.key), None)
    record = next((known for known in scope.records if known.address == there.address), None)
    covered: Any = (record.values.get("guests") if record is not None else None) or ()
    marks = [mark for mark in (spec.guests or () if spec is not None else ()) if mark in covered]
    why = _held(job, marks, survey, numbers) if spec is not None and spec.guests else None
    return replace(there, blocked={"guests": why}) if why else there


def _held(job: Mapping[str, Any], guests: Iterable[str], survey: Survey, numbers: Numbers) -> Reason | None:
    """Why a job's guests are blocked: it names some whose marker cannot be read, on a node that is offline, or was removed.

    guests: those that it is to cover, and may cover already.
    """
    vmids = _vmids(job)
    if offline := [vmid for vmid in vmids if vmid in survey.guests and not survey.guests[vmid].reachable]:
        code = "guests-unreadable" if any(survey.guests[vmid].problem for vmid in offline) else "node-offline"
        return Reason(code=code, params={"guests": [*offline]})
    pooled = {vmid for vmid, guest in survey.guests.items() if (guest.pool or "").startswith(f"{survey.cohort}-")}
    bare = [vmid for vmid in vmids if vmid in pooled and vmid not in numbers.values()]
    return reason("marker-removed", guests=[*bare]) if bare and set(guests) - numbers.keys() else None


@dataclass(frozen=True)
class ObservedBackup(Observed):
    """A job with the numbers that it was read by."""

    numbers: Numbers = field(default_factory=dict, repr=False)


def _params(spec: BackupSpec, numbers: Numbers, fields: Container[str] = BackupSpec.model_fields) -> dict[str, Any]:
    """The parameters of the fields that are set; guests that are not there yet cannot be named."""
    keep = ",".join(f"keep-{part}" for part in (spec.keep or "").split(",") if part)
    vmids = sorted(numbers[mark] for mark in spec.guests or () if mark in numbers)
    params: dict[str, tuple[str, Any]] = {
        "schedule": ("schedule", spec.schedule),
        "storage": ("storage", spec.storage),
        "mode": ("mode", spec.mode),
        "compress": ("compress", spec.compress),
        "keep": ("prune-backups", keep or None),
        "guests": ("vmid", ",".join(map(str, vmids)) or None),
        "pool": ("pool", spec.pool),
        "all": ("all", 1 if spec.all else None),
        "enabled": ("enabled", None if spec.enabled is None else int(spec.enabled)),
        "comment": ("comment", spec.comment),
    }
    return {key: value for name, (key, value) in params.items() if name in fields and value is not None}


def _retention(prune: Any) -> str | None:
    """From `{"keep-daily": "7"}`, or the same as text."""
    text = ",".join(f"{period}={number}" for period, number in prune.items()) if isinstance(prune, Mapping) else str(prune or "")
    return _kept(text) or None


def _told(resource: Resource, there: Observed | None, numbers: Numbers, lacking: Sequence[str], rights: Sequence[str] = ()) -> Finding:
    """What an administrator must run. lacking: the fields that are not as wanted; rights: what the token lacks; none: jobs are unseen."""
    spec: BackupSpec = resource.spec  # type: ignore[assignment]  # the scope holds resources of this kind alone
    command = ["pvesh", "set", f"/cluster/backup/{spec.id}"] if there else ["pvesh", "create", "/cluster/backup", "--id", spec.id]
    for name, value in _params(spec, numbers, lacking).items():
        command += [f"--{name}", str(value)]
    absent = [mark for mark in spec.guests or () if mark not in numbers]
    if absent and len(absent) == len(spec.guests or ()):
        advice = reason("machines-first")
    else:
        advice = reason("backup-command", verb="change" if there else "make", command=shlex.join(command), without=len(absent))
    address = str(resource.address)
    if not rights:
        return warning("backup-jobs-unseen", name=spec.id, advice=advice, address=address)
    if there is None:
        return warning("backup-job-missing", name=spec.id, rights=[*rights], advice=advice, address=address)
    return warning("backup-job-differs", name=spec.id, fields=list(lacking), rights=[*rights], advice=advice, address=address)
