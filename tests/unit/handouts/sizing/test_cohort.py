"""What a cohort needs of servers, and which machines its teams are asked about."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from eiginfra.core.activity import ProjectActivity
from eiginfra.core.address import Address
from eiginfra.core.change import Action
from eiginfra.core.resource import Observed
from eiginfra.core.usage import Limit, Usage
from eiginfra.core.utilisation import Host, Series, Utilisation
from eiginfra.core.values import ByteSize
from eiginfra.handouts.facts import Facts, PastAction
from eiginfra.handouts.sizing.cohort_sizing import KEPT_DISK, KEPT_MEMORY, server_size, sizing_view
from eiginfra.handouts.sizing.machine_sizing import SizingVerdict
from eiginfra.handouts.sizing.packing import PackedMachine, ServerSize
from eiginfra.handouts.sizing.still_needed import QUARTER, AskReason, next_question, still_needed
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.site import Site

GIB = 2**30
TODAY = date(2019, 12, 1)
UNTIL = datetime(2019, 12, 1, tzinfo=UTC)
HOST = Host("eig", 16, ByteSize(32 * GIB), ByteSize(400 * GIB))


def guest(name: str, team: str | None = "adler", status: str = "running", **usage: Any) -> Observed:
    sizes = {"cores": 2, "memory": ByteSize(2 * GIB), "disk": ByteSize(16 * GIB), **usage}
    values = {"name": f"{team}-{name}", "memory": "2GiB", "disk": "16GiB"}
    return Observed(
        Address("proxmox.container", f"eig3/{team}/{name}"), values, team=team, usage=Usage(machines=1, **sizes), facts={"status": status}
    )


def use(cores: float = 1.0, network: float = 5000, running: float = 1.0) -> Utilisation:
    since = UNTIL - timedelta(days=30)
    last = since + timedelta(days=30 * running) if running else None
    memory, disk = Series(0.5 * GIB, GIB), Series(2 * GIB, 4 * GIB)
    return Utilisation(since, UNTIL, 1440, running, last, Series(cores / 2, cores), memory, False, disk, Series(network, network))


WEB, IDLE, OFF = guest("web"), guest("idle"), guest("off", status="stopped", disk=ByteSize(30 * GIB))
SEEN = (WEB, IDLE, OFF, guest("new", "plume"), guest("lost", None))
USED = {WEB.address: use(), IDLE.address: use(0.01, 10), OFF.address: use(running=0.2)}


@pytest.fixture
def facts() -> Callable[..., Facts]:
    def make(observed: tuple[Observed, ...] = SEEN, used: Mapping[Address, Utilisation] = USED, **more: Any) -> Facts:
        return Facts(day=TODAY, observed=observed, utilisation=used, hosts=more.pop("hosts", (HOST,)), **more)

    return make


def test_a_cohorts_machines_by_team(cohort: Callable[..., Cohort], site: Callable[..., Site], facts: Callable[..., Facts]) -> None:
    view = sizing_view(cohort(), site(), facts())
    assert [(machine.host, machine.verdict.value) for machine in view.machines] == [
        ("adler-idle", "idle"),
        ("adler-off", "stopped"),
        ("adler-web", "well"),
        ("plume-new", "unmeasured"),
    ]
    assert [machine.host for machine in view.of_team("plume")] == ["plume-new"]
    assert view.counts == {SizingVerdict.STOPPED: 1, SizingVerdict.UNMEASURED: 1, SizingVerdict.IDLE: 1, SizingVerdict.WELL: 1}


def test_by_use_a_machine_needs_its_peak_with_a_margin(
    cohort: Callable[..., Cohort], site: Callable[..., Site], facts: Callable[..., Facts]
) -> None:
    view = sizing_view(cohort(), site(), facts())
    assert view.as_asked is not None
    assert view.by_use is not None
    (asked,), (needed,) = view.as_asked.servers, view.by_use.servers
    assert PackedMachine("proxmox.container[eig3/adler/off]", 2, 2 * GIB, 30 * GIB) in asked
    assert PackedMachine("proxmox.container[eig3/adler/off]", 0, 0, 30 * GIB) in needed
    assert PackedMachine("proxmox.container[eig3/adler/web]", 1.2, 1.3 * GIB, pytest.approx(5.2 * GIB)) in needed
    assert PackedMachine("proxmox.container[eig3/plume/new]", 2, 2 * GIB, 16 * GIB) in needed


def test_the_size_of_a_server_is_that_of_the_smallest_there_is() -> None:
    larger = Host("eig2", 32, ByteSize(64 * GIB), ByteSize(800 * GIB))
    assert server_size([larger, HOST], Limit(memory=ByteSize(GIB)), 4) == ServerSize(
        "eig", 64, int(32 * GIB * (1 - KEPT_MEMORY)), int(400 * GIB * (1 - KEPT_DISK))
    )
    shared = Host("eig", 16, ByteSize(32 * GIB), ByteSize(400 * GIB), disk_shared=True)
    assert server_size([shared], None, 4) == ServerSize("eig", 64, int(32 * GIB * (1 - KEPT_MEMORY)), None)


def test_without_it_the_cohorts_capacity_counts() -> None:
    capacity = Limit(memory=ByteSize(28 * GIB), cores=32)
    assert server_size([], capacity, 4) == server_size([Host("eig")], capacity, 4) == ServerSize("", 32, 28 * GIB, None)


def test_without_either_nothing_is_told(cohort: Callable[..., Cohort], site: Callable[..., Site], facts: Callable[..., Facts]) -> None:
    view = sizing_view(cohort(capacity=None), site(), facts(hosts=()))
    assert (view.server, view.as_asked, view.by_use) == (None, None, None)
    assert server_size([], Limit(machines=3), 4) is None


def asked(facts: Facts, cohort: Cohort, site: Site, team: str = "adler") -> dict[str, list[str]]:
    found = still_needed(team, sizing_view(cohort, site, facts).machines, facts)
    return {each.machine.host: [reason.value for reason in each.reasons] for each in found}


def test_who_is_off_or_idle_is_asked_about(cohort: Callable[..., Cohort], site: Callable[..., Site], facts: Callable[..., Facts]) -> None:
    found = asked(facts(), cohort(), site())
    assert found == {"adler-off": ["stopped"], "adler-idle": ["idle"]}
    assert [*found] == ["adler-off", "adler-idle"]
    assert asked(facts(), cohort(), site(), "plume") == {}


def done(days: int, action: Action = Action.CREATE, outcome: str = "done") -> PastAction:
    return PastAction(UNTIL - timedelta(days=days), 1, "eig-link", action, WEB.address, "adler", outcome)


@pytest.mark.parametrize(
    ("actions", "reasons"),
    [
        ([done(QUARTER.days)], {"adler-web": ["old"]}),
        ([done(QUARTER.days - 1)], {}),
        ([done(10, Action.UPDATE), done(200)], {}),
        ([done(10, Action.UPDATE, "failed"), done(200)], {"adler-web": ["old"]}),
    ],
)
def test_who_was_not_changed_for_a_quarter_is_asked_about(
    cohort: Callable[..., Cohort], site: Callable[..., Site], facts: Callable[..., Facts], actions: list[PastAction], reasons: Any
) -> None:
    assert asked(facts((WEB,), {WEB.address: use()}, done=actions), cohort(), site()) == reasons


PROJECTS = tuple(Observed(Address("gitlab.project", f"eig/eig3/adler/{name}"), {}, team="adler") for name in ("api", "carte"))


@pytest.mark.parametrize(
    ("days", "reasons"),
    [((200, 100), {"adler-web": ["no-commits"]}), ((200, 3), {}), ((200, None), {}), ((200,), {}), ((), {})],
)
def test_a_team_that_commits_nothing_for_a_quarter_is_asked(
    cohort: Callable[..., Cohort], site: Callable[..., Site], facts: Callable[..., Facts], days: tuple[int | None, ...], reasons: Any
) -> None:
    activity = {
        project.address: ProjectActivity("u", "public", last_commit=None if ago is None else UNTIL - timedelta(days=ago))
        for project, ago in zip(PROJECTS, days, strict=False)
    }
    assert asked(facts((WEB, *PROJECTS), {WEB.address: use()}, activity=activity), cohort(), site()) == reasons


def test_the_reasons_have_an_order() -> None:
    assert [*AskReason] == [AskReason.STOPPED, AskReason.IDLE, AskReason.NO_COMMITS, AskReason.OLD]


@pytest.mark.parametrize(("days", "quarters"), [(-5, 1), (0, 1), (91, 1), (92, 2), (182, 2), (183, 3)])
def test_a_cohort_is_asked_once_a_quarter(days: int, quarters: int) -> None:
    starts = date(2019, 9, 2)
    assert next_question(starts, starts + timedelta(days=days)) == starts + quarters * QUARTER
