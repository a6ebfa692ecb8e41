"""A marker is text that a team may write: it must agree with the pool and the journal, or the guest is nobody's but its pool's."""

from collections.abc import Callable
from typing import Any

import pytest
from support.words import message

from eiginfra.core.change import Action
from eiginfra.core.plan import Plan
from eiginfra.core.reason import reason
from eiginfra.providers.proxmox.kinds.backup import BackupSpec
from eiginfra.providers.proxmox.kinds.firewall import FirewallSpec
from eiginfra.providers.proxmox.kinds.pool import PoolSpec

from .conftest import TEMPLATE, World
from .road import Road, change, codes
from .test_decommission import config, guests

MARK = "eiginfra: eig3/adler/newbox"


@pytest.fixture
def road(own_world: World) -> Road:
    road = Road(own_world)
    road.apply(own_world.container("web"))
    return road


def guest(road: Road, vmid: int = 150, pool: str | None = "eig3-plume", **options: Any) -> None:
    """A container that somebody else has, made by an administrator."""
    if pool is not None and pool not in {row["poolid"] for row in road.world.admin("GET", "/pools")}:
        road.world.admin("POST", "/pools", poolid=pool)
    made = {"vmid": vmid, "ostemplate": TEMPLATE, "rootfs": "local-lvm:4", "cores": 1, "memory": 512, **({"pool": pool} if pool else {})}
    road.world.admin("POST", "/nodes/eig/lxc", **{**made, **options})


def state(road: Road, vmid: int = 150) -> dict[str, Any]:
    return {**config(road, "container", vmid), **road.world.admin("GET", f"/nodes/eig/lxc/{vmid}/status/current")["ha"]}


def told(plan: Plan) -> list[str]:
    return [message(finding) for finding in plan.findings if finding.code == "marker-disagrees"]


SOMEWHERE: dict[str, dict[str, Any]] = {
    "another team's pool": {"pool": "eig3-plume", "description": MARK},
    "another cohort's pool": {"pool": "eig4-adler", "description": MARK},
    "no pool": {"pool": None, "description": MARK},
    "the marker twice": {"pool": "eig3-plume", "description": f"{MARK}\n{MARK}"},
    "between other lines": {"pool": "eig3-plume", "description": f"Léa's\n{MARK}\neiginfra: eig3/plume/x"},
}


@pytest.mark.parametrize("where", SOMEWHERE)
def test_attack_3_a_guest_elsewhere_with_the_marker_of_a_new_machine_is_not_adopted(road: Road, where: str) -> None:
    guest(road, **SOMEWHERE[where])
    before = state(road)
    web, new = road.world.container("web"), road.world.container("newbox")
    rules: Any = {"enable": True, "rules": [{"type": "in", "action": "ACCEPT", "proto": "tcp", "dport": "22"}]}
    job = BackupSpec(id="eiginfra-eig3", schedule="02:30", storage="local", guests=(web.mark, new.mark))
    asked = (web, new, FirewallSpec(mark=new.mark, **rules), job)
    plan = road.plan(*asked)
    assert [found.split(" bears ")[0] for found in told(plan)] == ["container 150 on eig"]
    made = [(item.action, (item.desired or {})["id"]) for item in plan.acting if item.address.kind == "proxmox.container"]
    assert made == [(Action.CREATE, 151)]
    assert not road.run(plan).failed
    assert state(road) == before
    assert road.world.admin("GET", "/nodes/eig/lxc/150/firewall/rules") == []
    assert [row["vmid"] for row in road.world.admin("GET", "/cluster/backup")] == ["100,151"]
    # Now that it exists, the other is a copy.
    assert "mark-copied" in codes(road.plan(*asked))
    assert road.plan(*asked).empty


HINTS: dict[str, Callable[[Road], None]] = {
    "its tags": lambda road: guest(road, tags="eiginfra;eig3;adler"),
    "its host name": lambda road: guest(road, hostname="adler-newbox"),
    "another cohort's marker": lambda road: guest(road, pool="eig3-adler", description="eiginfra: eig4/adler/newbox"),
    "no whole marker": lambda road: guest(road, pool="eig3-adler", description="eiginfra: adler/newbox"),
}


@pytest.mark.parametrize("hint", HINTS)
def test_attack_3_what_only_looks_like_a_machine_is_not_taken_for_it(road: Road, hint: str) -> None:
    HINTS[hint](road)
    before = state(road)
    asked = (road.world.container("web"), road.world.container("newbox"))
    assert change(road.plan(*asked), "newbox").action is Action.CREATE
    road.apply(*asked)
    assert state(road) == before
    assert road.plan(*asked).changes == ()


def test_attack_3_such_a_guest_counts_where_it_is(road: Road) -> None:
    guest(road, pool="eig3-plume", description=MARK)
    seen = road.world.observe("proxmox.container", road.world.container("newbox"))
    [counted] = [there for there in seen.objects if there.handle["vmid"] == 150]
    assert (counted.address.key, counted.marked, counted.team) == ("#150", False, None)  # the cohort here has adler alone
    guest(road, vmid=151, pool="eig3-adler", description="eiginfra: eig3/plume/x")
    seen = road.world.observe("proxmox.container", road.world.container("newbox"))
    assert {there.address.key: there.team for there in seen.objects if there.handle["vmid"] == 151} == {"#151": "adler"}


def test_attack_3_two_markers_that_a_team_exchanged_change_nothing(road: Road) -> None:
    web, db = road.world.container("web"), road.world.container("db")
    road.apply(web, db)
    for vmid, machine in ((100, "db"), (101, "web")):
        road.world.admin("PUT", f"/nodes/eig/lxc/{vmid}/config", description=f"eiginfra: eig3/adler/{machine}")
    before = (state(road, 100), state(road, 101))
    plan = road.plan(web.model_copy(update={"cores": 4}), db.model_copy(update={"onboot": True}), prune=True)
    assert plan.acting == ()
    assert codes(plan).count("marker-disagrees") == codes(plan).count("mark-lost") == 2
    assert not road.run(plan).failed
    assert (guests(road), state(road, 100), state(road, 101)) == ([100, 101], *before)


def test_attack_3_a_marker_that_was_rewritten_makes_no_other_machine_of_a_guest(road: Road) -> None:
    road.world.admin("PUT", "/nodes/eig/lxc/100/config", description=MARK)
    before = state(road, 100)
    asked = (road.world.container("web"), road.world.container("newbox", cores=2))
    plan = road.plan(*asked)
    assert (change(plan, "web").reason or reason("")).code == "guest-unmarked"
    assert change(plan, "newbox").action is Action.CREATE
    assert told(plan)[0].startswith("container 100 on eig bears the marker eig3/adler/newbox, which does not agree with the journal, which")
    assert not road.run(plan).failed
    assert state(road, 100) == before


def test_attack_3_without_a_journal_nothing_is_made_beside_a_marker_that_nobody_can_judge(road: Road) -> None:
    guest(road, pool="eig3-plume", description=MARK)
    road.journal.kept.clear()
    plan = road.plan(road.world.container("web"), road.world.container("newbox"))
    left = change(plan, "newbox")
    assert (left.action, left.reason) == (Action.NONE, reason("marker-disagrees", type="lxc", id=150, node="eig"))
    assert not road.run(plan).failed
    assert guests(road) == [100, 150]


def test_attack_3_the_journal_knows_a_guest_that_an_administrator_moved(road: Road) -> None:
    road.world.admin("POST", "/pools", poolid="eig3-third")
    road.world.admin("PUT", "/pools", poolid="eig3-third", vms="100", **{"allow-move": 1})
    plan = road.plan(road.world.container("web"))
    assert [diff.field for diff in change(plan, "web").diffs] == ["pool"]
    assert not road.run(plan).failed
    assert road.plan(road.world.container("web"), PoolSpec(id=road.world.pool, comment="ADLER")).changes == ()
