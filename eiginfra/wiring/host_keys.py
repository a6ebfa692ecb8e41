"""Host keys that a person has looked at: the journal forgets them, and the next one seen is believed."""

from collections.abc import Sequence

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change
from eiginfra.core.errors import UsageError
from eiginfra.core.journal import Reached
from eiginfra.core.suggest import did_you_mean
from eiginfra.render.catalogue import spoken
from eiginfra.wiring.workspace import Workspace


def forget_host_keys(workspace: Workspace, machine: str) -> tuple[Address, Sequence[str]]:
    """Forget the host keys of a machine, named by its own address, by that of who may enter it, or as COHORT/TEAM/MACHINE.

    Returns whose record it was, and the fingerprints that were known. The caller holds the journal's lock. Raises UsageError for a machine
    that neither journal nor inventory know.
    """
    cohort, journal = workspace.cohort.id, workspace.journal
    records = journal.records(cohort)
    names = {kind.name for kind in workspace.registry if kind.host_keys}
    known = [address for address in records if address.kind in names]
    wanted = [resource.address for resource in workspace.compiled.resources if resource.address.kind in names]
    address = next((found for found in (*known, *wanted) if _named(machine, found)), None)
    if address is None:
        meant = did_you_mean(machine, (other.key for other in (*known, *wanted)))
        near = f"; {spoken().told(meant)}" if meant else ""
        raise UsageError(f"no machine {machine} is entered, as far as journal and inventory know{near}")
    record = records.get(address)
    handle = {} if record is None else dict(record.handle)
    keys = handle.pop("host_keys", None)
    # Without it the record does not say all: the next apply writes it again, with the host key that it saw.
    values = {} if record is None else {name: value for name, value in record.values.items() if name != "machine"}
    reached = Reached(values, {**handle, "forgotten": True}, record is not None and record.created, record is not None and record.protect)
    run = journal.begin(workspace.meta(), "forget")
    change = Change(address=address, action=Action.NONE, team=None if record is None else record.team)
    journal.settle(journal.intend(run, change), "done", reached=reached)
    journal.finish(run, "done")
    return address, [str(key) for key in keys] if isinstance(keys, list) else []


def _named(machine: str, address: Address) -> bool:
    return machine in (str(address), address.key) or machine.endswith(f"[{address.key}]")
