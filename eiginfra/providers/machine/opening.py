"""Entering a machine that was just made or restarted: its SSH server takes a moment. A new one's host key is not known yet."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eiginfra.core.reason import reason
from eiginfra.providers.machine.client import Entered, MachineClient, NotEnteredError
from eiginfra.providers.machine.host_keys import Trust
from eiginfra.providers.machine.spec import MachineAccessSpec


@dataclass(frozen=True)
class Opening:
    """seconds: how long a new machine is tried; restart: one that was up; pause: between two tries. now, wait: the clock, how it passes."""

    seconds: float = 90.0
    restart: float = 30.0
    pause: float = 3.0
    now: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep


def open_new(client: MachineClient, spec: MachineAccessSpec, opening: Opening, lines: Sequence[str]) -> tuple[Entered, Trust]:
    """Write to a machine as soon as it lets us in. Raises NotEnteredError where it does not in time, or its host key cannot be known."""
    end = opening.now() + opening.seconds
    while True:
        try:
            trust = _known(client, spec)
            return client.write(trust.door(spec), lines, again=True), trust
        except NotEnteredError as problem:
            # A node tells host keys once the container runs; nobody else ever does.
            hopeless = problem.why.code == "machine-host-key-unknown" and not client.settings.node
            if hopeless or spec.address is None or opening.now() + opening.pause > end:
                raise
        opening.wait(opening.pause)


def once_up(enter: Callable[[], Entered], opening: Opening) -> Entered:
    """What a machine answers that answered when the plan was made, and may be restarting by the same plan. Raises as `enter`."""
    end = opening.now() + opening.restart
    while True:
        try:
            return enter()
        except NotEnteredError as problem:
            if problem.why.code != "machine-unreachable" or opening.now() + opening.pause > end:
                raise
        opening.wait(opening.pause)


def _known(client: MachineClient, spec: MachineAccessSpec) -> Trust:
    """What is known of the host keys; nothing, where the first one may be believed."""
    trust = Trust(client.host_keys(spec.id) if spec.id is not None else ())
    if spec.address is None:
        raise NotEnteredError(f"the address of {spec.machine} is not known yet", reason("machine-without-address"))
    if not trust.host_keys and not (client.settings.first_use and spec.first_use):
        raise NotEnteredError(f"the host key of {spec.machine} is not known yet", reason("machine-host-key-unknown"))
    return trust
