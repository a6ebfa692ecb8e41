"""`eiginfra inventory`: Ansible's dynamic inventory, from what was observed."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from eiginfra.cli import options
from eiginfra.core.address import Address
from eiginfra.core.errors import UsageError
from eiginfra.wiring.asked import Paths

if TYPE_CHECKING:
    from eiginfra.core.resource import Observed
    from eiginfra.inventory.site_gateway import GatewaySite
    from eiginfra.wiring.workspace import Workspace


@options.files
def run(
    *,
    paths: Paths,
    list_: Annotated[bool, typer.Option("--list", help="All machines, by team.")] = False,
    host: Annotated[str | None, typer.Option("--host", metavar="NAME", help="The variables of one machine.")] = None,
) -> int:
    """Speak Ansible's dynamic inventory. Groups are teams, hosts are their machines with ID and address."""
    from eiginfra.render.outputs.base import write_document
    from eiginfra.render.outputs.others import AnsibleHost, AnsibleInventory
    from eiginfra.wiring.workspace import Workspace

    if list_ == (host is not None):
        msg = "give either --list or --host NAME"
        raise UsageError(msg)
    with Workspace.load(paths) as workspace:
        hosts = _hosts(workspace)
        if host is None:
            write_document(AnsibleInventory.model_validate(_listing(workspace, hosts)), complete=False)
        else:
            write_document(AnsibleHost.model_validate(_variables(hosts, host)), complete=False)
        return 0


def _hosts(workspace: "Workspace") -> dict[str, dict[str, Any]]:
    """The machines of the inventory by host name, each with its variables; ID and address only if it exists."""
    standing, way = {there.address: there for there in workspace.standing()}, _way(workspace.site.file.gateway)
    hosts: dict[str, dict[str, Any]] = {}
    for team in workspace.cohort.teams:
        for machine in team.machines:
            there = standing.get(Address(f"proxmox.{machine.type}", f"{workspace.cohort.id}/{team.id}/{machine.name}"))
            hosts[team.host(machine)] = {
                "eiginfra_team": team.id,
                "eiginfra_type": machine.type,
                "eiginfra_image": machine.image,
                **({**_seen(there), **way} if there is not None else {"eiginfra_status": "missing"}),
            }
    return hosts


def _seen(there: "Observed") -> dict[str, Any]:
    facts = there.facts
    return {
        "ansible_host": facts.get("address"),
        "ansible_user": facts.get("user") or "root",
        "eiginfra_id": facts.get("vmid"),
        "eiginfra_node": facts.get("node"),
        "eiginfra_status": facts.get("status"),
    }


def _way(gateway: "GatewaySite | None") -> dict[str, Any]:
    """How ssh comes to the machines: through the gateway, under the account whose key those have who may ask for this."""
    return {} if gateway is None else {"ansible_ssh_common_args": f"-o ProxyJump={gateway.user}@{gateway.host}:{gateway.port}"}


def _listing(workspace: "Workspace", hosts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Team ids with hyphens are no group names to Ansible: underscores instead, as Ansible itself would write them."""
    groups: dict[str, list[str]] = {}
    for name, variables in hosts.items():
        groups.setdefault(variables["eiginfra_team"].replace("-", "_"), []).append(name)
    teams = [team.id.replace("-", "_") for team in workspace.cohort.teams]
    cohort = workspace.cohort.id.replace("-", "_")
    return {
        "_meta": {"hostvars": hosts},
        "all": {"children": [cohort, "ungrouped"]},
        cohort: {"children": sorted(teams)},
        **{team: {"hosts": sorted(groups.get(team, []))} for team in teams},
    }


def _variables(hosts: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    if name not in hosts:
        msg = f"there is no machine {name!r}; eiginfra inventory --list names them"
        raise UsageError(msg)
    return hosts[name]
