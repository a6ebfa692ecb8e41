"""What containers and VMs share in being made, changed and started."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from eiginfra.core.change import FieldDiff
from eiginfra.core.errors import AlreadyExistsError, LostAnswerError, PermanentError, ProviderError, StaleError
from eiginfra.core.resource import Observed
from eiginfra.providers.proxmox.codec import parse_tags, print_size, print_tags, with_mark
from eiginfra.providers.proxmox.kinds.findings import NEVER_SHRINKS
from eiginfra.providers.proxmox.kinds.reading import Config, G, GuestReader, ObservedGuest
from eiginfra.providers.proxmox.kinds.specs import MIB
from eiginfra.providers.proxmox.machines import Listed

_SHUTDOWN_SECONDS = 60


class GuestKind(GuestReader[G]):
    """A sort of guest."""

    @abstractmethod
    def changes(self, spec: G, fields: set[str], config: Config) -> dict[str, Any]:
        """The parameters that bring the sort's own fields in line."""

    @abstractmethod
    def make(self, spec: G) -> None:
        """Make the guest, with its mark, and see the task to its end."""

    @abstractmethod
    def finish(self, spec: G, standing: ObservedGuest | None) -> None:
        """Do what is still to be done to a guest just made (None), or left behind by a run that was killed; its tags come last."""

    def create(self, spec: G) -> Observed | None:
        """Make, configure and start it; what stands afterwards is read and returned."""
        if spec.id is None or spec.node is None or spec.address is None:
            raise PermanentError(f"{self.name}[{spec.mark}] has no number, node or address yet; make a new plan")
        try:
            self.finish(spec, self._make(spec))
        finally:
            self._machines.changed()
        # The creating request named the pool: the server would have refused another.
        return self.read_at(spec, spec.node, spec.id, spec.pool)

    def _make(self, spec: G) -> ObservedGuest | None:
        """Make it; returns the guest if it turns out to have been there, left by a request whose answer was lost."""
        try:
            self.make(spec)
        except LostAnswerError:
            # The request may have begun a task: it is followed, then the guest is looked for.
            self._machines.settle([Listed(int(spec.id or 0), self.type, str(spec.node), spec.name, running=False, lock="create")])
            if (standing := self._own(spec)) is None:
                raise
            return standing
        except AlreadyExistsError as taken:
            if not self._made(spec):
                raise StaleError(f"{taken}; the number {spec.id} was taken since the plan was made: make a new one") from taken
            return self._own(spec)
        except ProviderError as failed:
            if self._made(spec):
                raise type(failed)(f"{failed}\n    guest {spec.id} was left half-made; the next plan shows what it lacks") from failed
            raise
        return None

    def _own(self, spec: G) -> ObservedGuest | None:
        """The guest of the spec's number, if it bears the spec's mark."""
        guest = self.read_at(spec, str(spec.node), int(spec.id or 0), spec.pool)
        return guest if guest is not None and guest.reading.mark == spec.mark else None

    def _made(self, spec: G) -> bool:
        """Whether our guest stands, after a request that failed; what cannot be read is not ours."""
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
        if "disk" in fields:
            self._must_grow(spec, guest)
        try:
            if "pool" in fields:
                self._client.move_to_pool(spec.pool, guest.vmid)
            if self._unfinished(spec, guest):
                self._change(spec, fields - {"tags", "state"}, guest)
                self.finish(spec, self._own(spec) or guest)
            else:
                self._change(spec, fields, guest)
        finally:
            self._machines.changed()
        return self.read(spec, guest.handle)

    def _change(self, spec: G, fields: set[str], guest: ObservedGuest) -> None:
        node, vmid, config = guest.node, guest.vmid, guest.reading.wanted
        params = {**self.shared_changes(spec, fields), **self.changes(spec, fields, config)}
        if guest.reading.mark != spec.mark:
            params["description"] = with_mark(config.get("description"), spec.mark)
        if params:
            self._client.configure(node, self.type, vmid, params, guest.reading.digest)
        if "disk" in fields:
            self.grow(spec, node, vmid, config)
        if "state" in fields and spec.state == "running":
            self._client.power(node, self.type, vmid, "start")
        elif "state" in fields:
            self._client.power(node, self.type, vmid, "shutdown", timeout=_SHUTDOWN_SECONDS, forceStop=1)

    def shared_changes(self, spec: G, fields: set[str]) -> dict[str, Any]:
        """The parameters of the fields that both sorts are sent in the same way."""
        values: dict[str, Any] = {
            "name": (self.name_key, spec.name),
            "cores": ("cores", spec.cores),
            "memory": ("memory", spec.memory // MIB),
            "tags": ("tags", print_tags(spec.tags)),
            "onboot": ("onboot", int(bool(spec.onboot))),
            "protection": ("protection", int(bool(spec.protection))),
        }
        return dict(values[name] for name in values if name in fields)

    def grow(self, spec: G, node: str, vmid: int, config: Config) -> None:
        """Grow the root disk to the wanted size, if it is smaller."""
        disk, size = next(iter(self.disks(config).items()), ("", spec.disk))
        if size < spec.disk:
            self._client.resize(node, self.type, vmid, disk, print_size(spec.disk))

    def _must_grow(self, spec: G, guest: ObservedGuest) -> None:
        sizes = list(self.disks(guest.reading.wanted).values())
        if not sizes or sizes[0] > spec.disk:
            has = sizes[0] if sizes else "none"
            raise PermanentError(f"the root disk of guest {guest.vmid} is {has}, wanted {spec.disk}: {NEVER_SHRINKS}")

    def _unfinished(self, spec: G, guest: ObservedGuest) -> bool:
        """Whether a run was killed while it made the guest: ours, stopped, and without the tags, which are set last."""
        waits = guest.reading.mark == spec.mark and guest.values["state"] == "stopped" and bool(spec.tags)
        tags = parse_tags(guest.reading.wanted.get("tags"))
        return waits and set(tags) != set(spec.tags) and (not tags or tags == self.inherited_tags(spec))

    def inherited_tags(self, spec: G) -> tuple[str, ...]:
        """The tags that a guest has before it is given its own."""
        del spec
        return ()
