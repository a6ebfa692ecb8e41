"""What containers and VMs share when they are created, changed and started."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from eiginfra.core.change import Action, Change, FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.errors import AlreadyExistsError, LostAnswerError, NotFoundError, PermanentError, ProviderError, StaleError
from eiginfra.core.reason import RESTART, Reason, reason
from eiginfra.core.resource import Observed, Resource
from eiginfra.core.world import World
from eiginfra.providers.proxmox.api import ProxmoxApi
from eiginfra.providers.proxmox.codec import parse_tags, print_size, print_tags, removal_of, with_mark, with_removal
from eiginfra.providers.proxmox.guests import last_backup
from eiginfra.providers.proxmox.guests.config import Config, settled, shared_changes, shrinks, startup
from eiginfra.providers.proxmox.guests.observe import G, GuestReader, ObservedGuest
from eiginfra.providers.proxmox.guests.rights import GuestRights, command, configured, reserved_tags
from eiginfra.providers.proxmox.guests.snapshots import Snapshots
from eiginfra.providers.proxmox.guests.spec import GuestSpec
from eiginfra.providers.proxmox.guests.survey import Listed, Reading
from eiginfra.providers.proxmox.kind import WHOLE, Asking, Needs
from eiginfra.providers.proxmox.permissions import right

_SHUTDOWN_SECONDS = 60
_UNREAD = Reading({}, {})


class GuestKind(GuestReader[G]):
    """A sort of guest."""

    decommission = Decommission(
        (
            Step("stop-and-back-up", Trigger.PRUNE, {"state": "stopped", "onboot": False, "protection": False}),
            Step("delete-with-disks", Trigger.GRACE),
        ),
        dated="remove_after",
    )
    restart_fields: ClassVar[frozenset[str]]
    """The fields that a running guest is given with a restart only (recorded on a real server)."""

    @cached_property
    def _snapshots(self) -> Snapshots:
        return Snapshots(self.api.client)

    @abstractmethod
    def changes(self, spec: G, fields: set[str], reading: Reading) -> dict[str, Any]:
        """The parameters that bring the sort's own fields in line; None deletes an option."""

    def fitting(self, params: Mapping[str, Any], config: Config) -> dict[str, Any]:
        """What must be sent with the parameters of a change, so that the server does not refuse them together."""
        del params, config
        return {}

    def growths(self, spec: G, fields: set[str], config: Config) -> dict[str, str]:
        """The disks to grow, with their new sizes."""
        disk, size = next(iter(self.disks(config).items()), ("", spec.disk))
        return {disk: print_size(spec.disk)} if "disk" in fields and size < spec.disk else {}

    def cannot_change(self, diff: FieldDiff) -> Reason | None:
        """Disks are never shrunk, by nobody."""
        return super().cannot_change(diff) or (reason("cannot-shrink") if shrinks(diff) else None)

    def waits(self, diff: FieldDiff) -> bool:
        """Whether a change of that sort takes effect on a running guest with a restart only."""
        return diff.field in self.restart_fields

    @abstractmethod
    def first_devices(self, spec: G) -> Config:
        """The network devices that a new guest is given."""

    def needs(self, change: Change, asking: Asking) -> Needs:
        """By field; see `rights`."""
        survey, vmid = self.api.surveys.last(change.address.key.split("/")[0]), change.handle.get("vmid")
        there = survey.guests.get(vmid) if isinstance(vmid, int) else None
        rights = GuestRights(self.api.client.settings, asking.allowed, self.type, there)
        if change.desired is None or change.step is not None:
            yield from rights.leaving(change)
            return
        spec = self._desired(change)
        if change.action in {Action.CREATE, Action.REPLACE}:
            template = survey.guests.get(spec.template_guest or 0)
            copied = {} if template is None else survey.read([template.vmid]).get(template.vmid, _UNREAD).running
            yield from rights.creation(spec, template, copied, self.first_devices(spec))
            yield from self._tagging(WHOLE, {*spec.tags} ^ {*self.inherited_tags(spec)}, asking)
            return
        reading = _UNREAD if there is None else survey.read([there.vmid]).get(there.vmid, _UNREAD)
        params = self._params(spec, {diff.field for diff in change.diffs}, reading)
        yield from rights.update(spec, change, params, reading.wanted)
        if "tags" in {diff.field for diff in change.diffs}:
            yield from self._tagging("tags", {*spec.tags} ^ {*parse_tags(reading.wanted.get("tags"))}, asking)

    def _tagging(self, label: str, tags: Collection[str], asking: Asking) -> Needs:
        """The right to set or take away tags that the datacenter keeps for administrators; its options are read for a change of tags."""
        if tags and reserved_tags(tags, asking.look.once(_datacenter, self.api)):
            yield label, right("/", "Sys.Modify")

    def by_hand(self, change: Change, labels: Collection[str]) -> str | None:
        """`pvesh set`, for what it can do."""
        survey, vmid = self.api.surveys.last(change.address.key.split("/")[0]), change.handle.get("vmid")
        there = survey.guests.get(vmid) if isinstance(vmid, int) else None
        if there is None or change.desired is None or not configured(labels):
            return None
        spec, reading = self._desired(change), survey.read([there.vmid]).get(there.vmid, _UNREAD)
        params = self._params(spec, {label.partition("[")[0] for label in labels}, reading)
        return command(there, spec.pool if "pool" in labels else None, params, reading)

    @abstractmethod
    def make(self, spec: G) -> None:
        """Create the guest, with its marker, and wait for the end of the task."""

    def configure(self, spec: G, standing: ObservedGuest | None) -> None:
        """Give a guest just made (None), or left behind by a run that was killed, what the creating request could not."""

    def create(self, spec: G) -> Observed | None:
        """Create, configure and start it; it is then read and returned."""
        if spec.id is None or spec.node is None or spec.address is None:
            raise PermanentError(f"{self.name}[{spec.mark}] has no number, node or address yet; make a new plan")
        standing = self._make(spec)
        try:
            self._finish(spec, standing)
        except ProviderError as failed:
            raise _half_made(spec, failed) from failed
        # The creating request named the pool: the server would have refused another.
        made = self.read_at(spec, spec.node, spec.id, spec.pool)
        if made is not None and spec.state != "stopped" and made.values["state"] != "running":
            raise PermanentError(f"proxmox: guest {spec.id} was started and does not run; see its log on {spec.node}, and start it")
        return made

    def _finish(self, spec: G, standing: ObservedGuest | None) -> None:
        """Configure and start it, each followed to its end; its tags come last: they say that it is finished."""
        node, vmid = (standing.node, standing.vmid) if standing else (str(spec.node), int(spec.id or 0))
        self.configure(spec, standing)
        if spec.state != "stopped" and not (standing and standing.values["state"] == "running"):
            self.api.client.power(node, self.type, vmid, "start")
        if spec.tags:
            self.api.client.configure(node, self.type, vmid, {"tags": print_tags(spec.tags)})

    def _make(self, spec: G) -> ObservedGuest | None:
        """Make it; returns the guest if it turns out to have been there, left by a request whose answer was lost."""
        try:
            self.make(spec)
        except LostAnswerError:
            # The request may have begun a task: it is followed, then the guest is looked for.
            self.api.surveys.settle([Listed(int(spec.id or 0), self.type, str(spec.node), spec.name, running=False, lock="create")])
            if (standing := self._own(spec)) is None:
                raise
            return standing
        except AlreadyExistsError as taken:
            if not self._made(spec):
                raise StaleError(f"{taken}; the number {spec.id} was taken since the plan was made: make a new one") from taken
            return self._own(spec)
        except ProviderError as failed:
            if self._made(spec):
                raise _half_made(spec, failed) from failed
            raise
        return None

    def _own(self, spec: G) -> ObservedGuest | None:
        """The guest of the spec's number, if it has the spec's marker and is in its pool."""
        guest = self.read_at(spec, str(spec.node), int(spec.id or 0))
        return guest if guest is not None and guest.reading.mark == spec.mark and guest.values["pool"] == spec.pool else None

    def _made(self, spec: G) -> bool:
        """Whether the guest exists, with its marker, after a request that failed; if it cannot be read, it does not count."""
        try:
            return self._own(spec) is not None
        except ProviderError:
            return False

    def update(self, observed: Observed, spec: G, diffs: Sequence[FieldDiff]) -> Observed | None:
        """Send what differs, with the digest of the reading; what a restart must bring is then waiting."""
        guest = observed if isinstance(observed, ObservedGuest) else self.read(spec, observed.handle)
        if guest is None:
            raise StaleError(f"{self.name}[{spec.mark}] is gone since the plan was made: make a new one")
        fields = {diff.field for diff in diffs}
        if smaller := [diff.label for diff in diffs if shrinks(diff)]:
            msg = f"{', '.join(smaller)} of guest {guest.vmid} would have to shrink, which Proxmox never does: write the size it has"
            raise PermanentError(msg)
        if "remove_after" in fields and spec.remove_after is not None:
            self._stop_and_back_up(spec, guest)
            return self.read(spec, guest.handle)
        if "pool" in fields:
            self.api.client.move_to_pool(spec.pool, guest.vmid)
        if self._unfinished(spec, guest):
            self._change(spec, fields - {"tags", "state"}, guest)
            self._finish(spec, self._own(spec) or guest)
        else:
            self._change(spec, fields, self._snapshots.before(self.type, guest, spec, fields))
        return self.read(spec, guest.handle)

    def _desired(self, change: Change) -> G:
        return self.spec.model_validate(change.desired)  # type: ignore[return-value]  # it is this kind's

    def _params(self, spec: G, fields: set[str], reading: Reading) -> dict[str, Any]:
        """What is sent of the configuration for these fields; None deletes an option."""
        order = {"startup": startup(spec, reading.wanted)} if "order" in fields else {}
        return {**shared_changes(spec, fields, self.name_key), **self.changes(spec, fields, reading), **order}

    def _change(self, spec: G, fields: set[str], guest: ObservedGuest) -> None:
        node, vmid, reading = guest.node, guest.vmid, guest.reading
        params = self._params(spec, fields, reading)
        text = description = str(reading.wanted.get("description") or "")
        if reading.mark != spec.mark:
            description = with_mark(description, spec.mark)
        if "remove_after" in fields:
            description = with_removal(description, spec.remove_after)
        if description != text:
            params["description"] = description
        params |= self.fitting(params, reading.wanted)
        if params:
            self.api.client.configure(node, self.type, vmid, settled(params, reading.running), reading.digest)
        self.grow(spec, fields, node, vmid, reading.wanted)
        if "state" in fields and spec.state == "running":
            self.api.client.power(node, self.type, vmid, "start")
        elif "state" in fields:
            self.api.client.power(node, self.type, vmid, "shutdown", timeout=_SHUTDOWN_SECONDS, forceStop=1)

    def restarts(self, observed: Observed, diffs: Sequence[FieldDiff]) -> Collection[str]:
        """What waits for a restart of a running guest, and what would; one that is to be stopped or started needs none."""
        locked = isinstance(observed, ObservedGuest) and observed.lock is not None
        if locked or observed.values.get("state") != "running" or any(diff.field == "state" for diff in diffs):
            return ()
        return {name for name, what in observed.waiting.items() if what == RESTART} | {diff.field for diff in diffs if self.waits(diff)}

    def restart(self, spec: G, observed: Observed) -> Observed | None:
        """Reboot it, which brings into force what is pending; not if nothing is (any more), or it was stopped in the meantime."""
        guest = self.read(spec, observed.handle)
        if guest is not None and RESTART in guest.waiting.values():
            self.api.client.power(guest.node, self.type, guest.vmid, "reboot", timeout=_SHUTDOWN_SECONDS)
        return self.read(spec, observed.handle)

    def _stop_and_back_up(self, spec: G, guest: ObservedGuest) -> None:
        """Stop it, back it up, and only then write the date: after a kill in between, the next run begins again and finds the backup."""
        node, vmid = guest.node, guest.vmid
        if guest.values["state"] == "running":
            self.api.client.power(node, self.type, vmid, "shutdown", timeout=_SHUTDOWN_SECONDS, forceStop=1)
        last_backup.make(self.api.client, node, vmid, spec.mark)
        reading = Reading.of(self.api.client.pending(node, self.type, vmid))
        day = date.fromisoformat(str(spec.remove_after))
        params = {"onboot": 0, "protection": 0, "description": with_removal(reading.wanted.get("description"), day)}
        self.api.client.configure(node, self.type, vmid, params, reading.digest)

    def delete(self, observed: Observed) -> None:
        """Delete a guest whose grace is over, if it is still as the plan saw it: with its marker, stopped, with that date."""
        mark, handle = observed.address.key, {**observed.handle, "type": self.type}
        try:
            found = self.api.surveys.place(mark, handle)
            if found is None:
                return
            guest, reading = found
            running = self.api.client.status(guest.node, self.type, guest.vmid).get("status") == "running"
            day = removal_of(reading.wanted.get("description"))
            if guest.type != self.type or running or day is None or day.isoformat() != observed.values.get("remove_after"):
                why = "runs" if running else f"is to be removed after {day}" if day else "is not to be removed"
                raise StaleError(f"guest {guest.vmid} {why} by now; make a new plan")
            self.api.client.destroy(guest.node, self.type, guest.vmid)
        except NotFoundError:
            return  # it is gone

    def grow(self, spec: G, fields: set[str], node: str, vmid: int, config: Config) -> None:
        """Grow what is smaller than wanted."""
        for disk, size in self.growths(spec, fields, config).items():
            self.api.client.resize(node, self.type, vmid, disk, size)

    def complete(self, resource: Resource, world: World) -> Mapping[str, object]:
        """Number, node and address; and the start that a run left out, if it was killed or failed while it created the guest."""
        fields, there = super().complete(resource, world), world.observed.get(resource.address)
        unset = isinstance(resource.spec, GuestSpec) and resource.spec.state is None
        if unset and isinstance(there, ObservedGuest) and self._unfinished(resource.spec, there):  # type: ignore[arg-type]  # as in observe
            return {**fields, "state": "running"}
        return fields

    def _unfinished(self, spec: G, guest: ObservedGuest) -> bool:
        """Whether a run broke off while it created the guest: it is stopped, and without the tags, which are set last."""
        waits = guest.reading.mark == spec.mark and guest.values["state"] == "stopped" and bool(spec.tags)
        tags = parse_tags(guest.reading.wanted.get("tags"))
        return waits and set(tags) != set(spec.tags) and (not tags or tags == self.inherited_tags(spec))

    def inherited_tags(self, spec: G) -> tuple[str, ...]:
        """The tags that a guest has before it is given its own."""
        del spec
        return ()


def _datacenter(api: ProxmoxApi) -> Mapping[str, Any]:
    """The datacenter's options; those on tags are shown with Sys.Audit on / only."""
    return dict(api.client.get("cluster/options", "read the datacenter's options"))


def _half_made(spec: GuestSpec, failed: ProviderError) -> ProviderError:
    """The failure of a guest that exists by now."""
    return type(failed)(f"{failed}\n    guest {spec.id} was left half-made; the next plan shows what it lacks")
