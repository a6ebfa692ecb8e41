"""The table of privileges: with exactly these the example lives its whole life, with one fewer something fails and the doctor names it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.pveum import pveum
from support.words import message, remedy

from eiginfra.core.errors import ProviderError
from eiginfra.core.plan import Plan
from eiginfra.core.secret import Secret
from eiginfra.core.values import ByteSize
from eiginfra.lab.config import LabConfig
from eiginfra.lab.server import running
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.doctor import examine
from eiginfra.providers.proxmox.guests.resources import nodes_of
from eiginfra.providers.proxmox.kinds.acl import AclSpec
from eiginfra.providers.proxmox.kinds.backup import BackupSpec
from eiginfra.providers.proxmox.kinds.firewall import FirewallSpec
from eiginfra.providers.proxmox.kinds.group import ProxmoxGroupSpec
from eiginfra.providers.proxmox.kinds.pool import PoolSpec
from eiginfra.providers.proxmox.kinds.role import RoleSpec
from eiginfra.providers.proxmox.kinds.user import ProxmoxUserSpec
from eiginfra.providers.proxmox.privileges import NEEDS, Need, Purpose, commands
from eiginfra.providers.proxmox.settings import ProxmoxSettings
from eiginfra.wiring.asked import Asked, Paths
from eiginfra.wiring.workspace import Workspace

from .conftest import TEMPLATE, VM_TEMPLATE, World, differences, settings_of
from .least import one_fewer, rights
from .road import Road

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/prepare-proxmox.md"


# One fewer: what then fails. Each step is given the world of an administrator and that of the token that lacks one privilege.

Step = Callable[[World, World], object]


def pool(full: World, less: World) -> object:
    return less.kinds["proxmox.pool"].create(PoolSpec(id=less.pool))


def pool_is_seen(full: World, less: World) -> object:
    full.admin("POST", "/pools", poolid=full.pool)
    return less.see(PoolSpec(id=full.pool))


def container(full: World, less: World) -> object:
    full.admin("POST", "/pools", poolid=full.pool)
    spec = full.allocated(full.container(nesting=True))
    return less.kind(spec).create(spec)


def vm(full: World, less: World) -> object:
    full.admin("POST", "/pools", poolid=full.pool)
    spec = full.allocated(full.vm())
    less.observe("proxmox.vm", spec)
    return less.kind(spec).create(spec)


def template_is_seen(full: World, less: World) -> object:
    findings = less.observe("proxmox.vm", full.vm()).findings
    return [f"{message(finding)}: {remedy(finding)}" for finding in findings]


def change(**fields: Any) -> Step:
    def step(full: World, less: World) -> object:
        spec, _ = full.make(full.container())
        return less.heal(spec.model_copy(update=fields))

    return step


def others_are_seen(full: World, less: World) -> object:
    """The other template: it is in no pool of ours."""
    return [row["vmid"] for row in less.client.resources() if row["vmid"] != VM_TEMPLATE and row.get("pool") is None] or None


def node_is_measured(full: World, less: World) -> object:
    return nodes_of(less.client.cluster())["eig"].memory


def templates(full: World, less: World) -> object:
    return less.client.templates("eig")


def role(full: World, less: World) -> object:
    return less.kinds["proxmox.role"].create(RoleSpec(id=f"Eig-{full.cohort}", privileges=("VM.Audit",)))


def group(full: World, less: World) -> object:
    return less.kinds["proxmox.group"].create(ProxmoxGroupSpec(id=full.pool, members=[]))


def user(full: World, less: World) -> object:
    return less.kinds["proxmox.user"].create(ProxmoxUserSpec(id=f"{full.cohort}-1@pve", name="Léa Martin"))


def right(full: World, less: World) -> object:
    name = f"Eig-{full.cohort}"
    full.admin("POST", "/pools", poolid=full.pool)
    full.admin("POST", "/access/groups", groupid=full.pool)
    full.admin("POST", "/access/roles", roleid=name, privs="Pool.Audit,VM.Audit,VM.Console,VM.PowerMgmt")
    return less.kinds["proxmox.acl"].create(AclSpec(path=f"/pool/{full.pool}", group=full.pool, roles=(name,)))


def rights_elsewhere_are_seen(full: World, less: World) -> object:
    full.admin("POST", "/access/groups", groupid=full.pool)
    full.admin("PUT", "/access/acl", path="/storage/local", groups=full.pool, roles="PVEDatastoreUser")
    return less.observe("proxmox.acl", AclSpec(path=f"/pool/{full.pool}", group=full.pool, roles=("PVEAuditor",))).findings or None


def firewall(full: World, less: World) -> object:
    findings = less.observe("proxmox.firewall", FirewallSpec(mark=f"{full.cohort}/adler/web", enable=True)).findings
    return [str(remedy(finding)) for finding in findings]


def backup_job(full: World, less: World) -> object:
    spec = BackupSpec(id=f"eiginfra-{full.cohort}", schedule="02:30", storage="local", guests=(f"{full.cohort}/adler/web",))
    return [message(finding) for finding in Road(less).plan(spec).findings if finding.code.startswith("backup-job")]


UNSEEN = "^None$"
FAILS: dict[tuple[str, str], tuple[Step, str]] = {
    ("EiginfraGuests", "Pool.Allocate"): (pool, r"/pool/\S+, Pool.Allocate"),
    ("EiginfraGuests", "Pool.Audit"): (pool_is_seen, UNSEEN),
    ("EiginfraGuests", "VM.Allocate"): (container, "Permission check failed"),
    ("EiginfraGuests", "VM.Backup"): (change(remove_after=date(2020, 8, 1)), "VM.Backup|job errors"),
    ("EiginfraGuests", "VM.Config.CPU"): (change(cores=2), "VM.Config.CPU"),
    ("EiginfraGuests", "VM.Config.Disk"): (change(disk=ByteSize.parse("5GiB")), "VM.Config.Disk"),
    ("EiginfraGuests", "VM.Config.Memory"): (change(memory=ByteSize.parse("1GiB")), "VM.Config.Memory"),
    ("EiginfraGuests", "VM.Config.Network"): (change(name="adler-www"), "VM.Config.Network"),
    ("EiginfraGuests", "VM.Config.Options"): (change(onboot=True), "VM.Config.Options"),
    ("EiginfraGuests", "VM.PowerMgmt"): (change(state="stopped"), "VM.PowerMgmt"),
    ("EiginfraSee", "VM.Audit"): (others_are_seen, UNSEEN),
    ("EiginfraNode", "Sys.Audit"): (node_is_measured, UNSEEN),
    ("EiginfraDisks", "Datastore.AllocateSpace"): (container, "/storage/local-lvm, Datastore.AllocateSpace"),
    ("EiginfraTemplates", "Datastore.Audit"): (templates, "/storage/local, Datastore.Audit.Datastore.AllocateSpace"),
    ("EiginfraBackups", "Datastore.AllocateSpace"): (change(remove_after=date(2020, 8, 1)), "/storage/local, Datastore.AllocateSpace"),
    ("EiginfraNetwork", "SDN.Use"): (container, "/sdn/zones/localnetwork/vmbr1, SDN.Use"),
    ("EiginfraClone", "VM.Audit"): (template_is_seen, "grant VM.Audit"),
    ("EiginfraClone", "VM.Clone"): (vm, "/vms/9012, VM.Clone"),
    ("EiginfraSnapshots", "VM.Snapshot"): (change(snapshot=True, cores=2), "VM.Snapshot"),
    ("EiginfraRoles", "Sys.Audit"): (rights_elsewhere_are_seen, UNSEEN),
    ("EiginfraRoles", "Sys.Modify"): (role, "/access, Sys.Modify"),
    ("EiginfraGroups", "Group.Allocate"): (group, "/access/groups, Group.Allocate"),
    ("EiginfraGroups", "User.Modify"): (user, "/access/groups, User.Modify"),
    ("EiginfraRealm", "Realm.AllocateUser"): (user, "/access/realm/pve, Realm.AllocateUser"),
    ("EiginfraTeams", "VM.Audit"): (right, "ACL update failed"),
    ("EiginfraTeams", "VM.Console"): (right, "ACL update failed"),
    ("EiginfraFirewall", "Sys.Audit"): (firewall, "grant Sys.Audit on /"),
    ("EiginfraJob", "Sys.Audit"): (backup_job, r"Sys.Audit on /\)"),
    ("EiginfraJob", "Sys.Modify"): (backup_job, r"\(/, Sys.Modify\)"),
    ("EiginfraJobStorage", "Datastore.Allocate"): (backup_job, r"\(/storage/local, Datastore.Allocate\)"),
}
EACH = [pytest.param(need, privilege, id=f"{need.role}-{privilege}") for need in NEEDS for privilege in need.privileges]


def outcome(step: Step, full: World, less: World) -> str:
    """What came of a step, as text: its error, or what it returned."""
    try:
        return str(step(full, less))
    except ProviderError as problem:
        return str(problem)


def named(world: World) -> list[str]:
    """What the doctor says about rights."""
    return [message(finding) for finding in examine(ProxmoxClient(world.settings)) if finding.code.startswith("token-rights")]


@pytest.mark.parametrize(("need", "privilege"), EACH)
def test_with_one_fewer_something_fails_and_the_doctor_names_it(world: World, need: Need, privilege: str) -> None:
    if need.role == "EiginfraTemplates":  # on the lab backups lie beside them, and who may take space may see
        world = World(replace(world.settings, backups=world.settings.disks), world.cohort)
    less = one_fewer(world, need, privilege)
    step, said = FAILS[need.role, privilege]
    assert re.search(said, outcome(step, world, less))
    assert any(f"lacks {privilege} on " in message and f"({need.purpose})" in message for message in named(less))


@pytest.mark.parametrize("purpose", Purpose)
def test_the_doctor_asks_for_no_more_and_leaves_out_what_is_left_out(world: World, purpose: Purpose) -> None:
    purposes = {Purpose.CORE, purpose}
    told = {re.search(r"\(([a-z ]+)\): ", message)[1] for message in named(world.with_rights(rights(world, purposes)))}  # type: ignore[index]
    assert told == set(Purpose) - purposes - ({Purpose.FIREWALL} if purpose is Purpose.BACKUP_JOB else set())


# Exactly these: the example's whole life.


class Example:
    """Two teams of the example on a lab prepared as the page says, through the playbook, the engine and a journal."""

    def __init__(self, folder: Path, admin: World) -> None:
        self.folder, self.admin, self.day = folder, admin, date(2019, 10, 1)
        site = folder / "site.yml"
        body = yaml.safe_load(site.read_text(encoding="utf-8"))
        token_id = "least@pve!ci"
        images = [image["vm"] for image in body["images"].values()]
        (folder / "least.token").write_text(
            pveum(admin.admin, commands(replace(admin.settings, token_id=token_id), images)), encoding="utf-8"
        )
        body["proxmox"] |= {"token_id": token_id, "token": {"file": "least.token"}}
        site.write_text(yaml.safe_dump(body), encoding="utf-8")
        plays = yaml.safe_load((ROOT / "eiginfra/playbook/packaged/site.yml").read_text(encoding="utf-8"))
        self.write("playbook.yml", [play for play in plays if "gitlab" not in play["tags"]])
        (folder / "eig3/teams").mkdir(parents=True)
        cohort = yaml.safe_load((ROOT / "inventories/eig3/cohort.yml").read_text(encoding="utf-8"))
        grants = [{"team": "adler", "key": "machines[].id", "value": 150, "reason": "made by hand"}]
        dates = {"starts": "2019-09-02", "ends": "2020-07-01"}
        self.write("eig3/cohort.yml", {**cohort, **dates, "quota": {"default": {"machines": 3}}, "grants": grants})
        self.teams = {name: yaml.safe_load((ROOT / f"inventories/eig3/teams/{name}.yml").read_text("utf-8")) for name in ("adler", "plume")}

    def write(self, name: str, body: Any) -> None:
        (self.folder / name).write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")

    def plan(self, **asked: Any) -> tuple[Workspace, Plan]:
        for path in (self.folder / "eig3/teams").iterdir():
            path.unlink()
        for name, team in self.teams.items():
            team["members"] = [{**member, "until": "2020-06-30"} for member in team["members"]]
            self.write(f"eig3/teams/{name}.yml", team)
        folder = self.folder
        paths = Paths(inventory=folder / "eig3", playbook=folder / "playbook.yml", site=folder / "site.yml", as_of=self.day)
        project = Workspace.load(paths)
        plan = project.plan(Asked(allow_removals=99, **asked))
        assert [message(finding) for finding in plan.errors] == []
        assert [finding for finding in plan.findings if finding.code.startswith(("backup-job", "datacenter-firewall-unknown"))] == []
        return project, plan

    def apply(self, **asked: Any) -> set[str]:
        """Apply, and look that nothing is left; what was done, as `kind action`."""
        project, plan = self.plan(**asked)
        report = project.apply(plan)
        assert [(str(result.change.address), result.reason) for result in report.results if result.reason] == []
        again = self.plan(**asked)[1]
        assert [str(change.address) for change in again.acting] == []
        return {f"{change.address.kind.removeprefix('proxmox.')} {change.action}" for change in plan.acting}


@pytest.fixture
def example(tmp_path: Path) -> Any:
    config = LabConfig(proxmox_port=0, services=("proxmox",), now=date(2019, 10, 1), site_out=tmp_path / "site.yml")
    with running(config) as lab:
        yield Example(tmp_path, World(settings_of(lab, tmp_path / "ca.pem"), "eig3"))


def test_with_exactly_these_the_example_lives_its_whole_life(example: Any) -> None:
    kinds = ("role", "user", "group", "acl", "pool", "container", "vm", "firewall", "backup")
    assert example.apply() == {f"{kind} create" for kind in kinds}

    adler, plume = example.teams["adler"], example.teams["plume"]
    adler["title"] = "ADLER 2"
    web, graph = adler["machines"]
    del web["size"]
    web |= {"cores": 2, "memory": "1GiB", "disk": "12GiB", "mounts": [{"path": "/srv/data", "size": "2GiB"}]}
    web |= {"docker": False, "snapshot": True}
    graph |= {"state": "stopped"}
    [machine] = [machine for machine in plume["machines"] if machine.get("type") == "vm"]
    machine.pop("size", None)
    machine |= {"cores": 1, "memory": "768MiB", "disk": "24GiB", "snapshot": True}
    gone = adler["members"].pop()
    plays = (example.folder / "playbook.yml").read_text(encoding="utf-8")
    plays = re.sub(r" +- VM.PowerMgmt\n", "", plays).replace("policy_out: ACCEPT", "policy_out: REJECT").replace("02:30", "03:30")
    (example.folder / "playbook.yml").write_text(plays, encoding="utf-8")
    assert example.apply(restart=True) >= {f"{kind} update" for kind in kinds if kind != "acl"}
    assert example.admin.admin("GET", f"/access/users/{gone['username']}@pve")["enable"] == 0

    made = {"rootfs": "local-lvm:4", "net0": "name=eth0,bridge=vmbr1,firewall=1,ip=192.168.0.150/24,gw=192.168.0.254"}
    example.admin.admin("POST", "/nodes/eig/lxc", vmid=150, ostemplate=TEMPLATE, pool="eig3-adler", unprivileged=1, **made)
    adler["machines"].append({"name": "old", "id": 150, "image": "debian-12", "size": "small"})
    assert "container adopt" in example.apply()

    del example.teams["plume"]
    adler["machines"] = [graph]
    assert example.apply(prune=True) >= {"container update", "vm update", "acl update", "group delete"}
    example.day = date(2019, 11, 20)
    assert example.apply(prune=True) >= {"container delete", "vm delete"}
    assert [row["vmid"] for row in example.admin.admin("GET", "/nodes/eig/lxc")] != []
    left = [row["name"] for kind in ("lxc", "qemu") for row in example.admin.admin("GET", f"/nodes/eig/{kind}") if row["vmid"] < 9000]
    assert left == ["adler-graph"]


# The page.


def test_the_page_has_the_commands_of_the_table() -> None:
    site = yaml.safe_load((ROOT / "infra/etalab.yml").read_text(encoding="utf-8"))
    section = site["proxmox"]
    settings = ProxmoxSettings(
        url=section["url"],
        token_id=section["token_id"],
        token=Secret(""),
        nodes=tuple(section["nodes"]),
        bridge=section["network"]["bridge"],
        subnet=IPv4Network(section["network"]["subnet"]),
        gateway=IPv4Address(section["network"]["gateway"]),
        ids=(100, 250),
        realm=section["realm"],
        **section["storage"],
    )
    images = [image["vm"] for image in site["images"].values()]
    working = PAGE.read_text(encoding="utf-8").partition("## A token for reading")[0]
    typed = [line for line in working.splitlines() if line.startswith("pveum ") and "realm" not in line.split()[1]]
    assert typed == list(commands(settings, images))


def test_p1_the_page_says_what_each_privilege_is_for_and_how_that_is_known() -> None:
    rows = re.findall(r"^\| (.+?) \| `(.+?)` \| `(.+?)` \| (.+?) \| `(.+?)`, (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [
        (need.purpose, need.path, name, use.what, use.request, use.evidence) for need in NEEDS for name, use in need.privileges.items()
    ]


def test_a_role_that_an_administrator_made_needs_no_right_to_make_roles(world: World) -> None:
    spec = RoleSpec(id=f"Eig-{world.cohort}", privileges=("Pool.Audit", "VM.Audit", "VM.Console", "VM.PowerMgmt"))
    world.admin("POST", "/access/roles", roleid=spec.id, privs=",".join(spec.privileges))
    less = world.with_rights(rights(world, {Purpose.CORE, Purpose.ACCOUNTS}, ("/access", "Sys.Modify")))
    seen = less.see(spec)
    assert seen is not None
    assert differences(spec, seen) == []
