"""What `eiginfra doctor --token-limits` finds on Proxmox VE: in the token's permissions, and by attempts.

Why nothing changes, and how it is known that Proxmox asks for the right first: parameters of a wrong form are refused before permissions
are looked at, and all else by the `code` of the request, after them (recorded on 9.1: 403 also about what is not there).

- `PUT /access/acl` takes away (`delete`) a role that is not there: `role '…' does not exist` (PVE::API2::ACL).
- `POST /access/users` for root@pam, whom every configuration has: `already exists` (PVE::API2::User; `userconfig_force_defaults`).
- `PUT /cluster/firewall/options` and of a guest's configuration its present value, with a digest that none has: refused as if it had been
  changed since (PVE::API2::Firewall::Cluster, PVE::API2::Qemu, PVE::API2::LXC::Config).
- `PUT /pools` for a pool that is not there: `pool '…' does not exist` (PVE::API2::Pool).

Turning a node off has no such value: there the permissions alone are looked at.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from secrets import token_hex

from eiginfra.core.errors import AlreadyExistsError, HeldError, NotFoundError, StaleError
from eiginfra.core.finding import Finding, warning
from eiginfra.providers.attempts import Attempt, try_all
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.doctor import Examined
from eiginfra.providers.proxmox.permissions import upwards
from eiginfra.providers.proxmox.privileges import NEEDS, SEE, SPACE, Purpose, paths_of

_ROOT = "root@pam"
_NO_DIGEST = "0" * 40
_FOR_LOOKING = ".Audit"
_GIVEN_ON = "VM."
"""What begins so is given on to teams, so the token may have it on the pools: nobody gives what they have not."""


def token_limits(client: ProxmoxClient, *, read_only: bool) -> Iterator[Finding]:
    """Privileges beyond the table of needs, and what the token can do with them. Raises ProviderError where nothing can be asked."""
    seen = Examined(client)
    for names, paths in _beyond(seen, read_only=read_only).items():
        about = {"token": client.settings.token_id, "privileges": sorted(names), "paths": sorted(paths)}
        yield warning("token-may-too-much-for-reading", about) if read_only else warning("token-may-too-much", about)
    yield from try_all(_attempts(seen, read_only=read_only), "proxmox")


def _beyond(seen: Examined, *, read_only: bool) -> dict[frozenset[str], list[str]]:
    """Paths by what the token has there and needs not; what holds above a path already is told there."""
    granted, pools = seen.allowed.granted, {f"/vms/{row['vmid']}": f"/pool/{row['pool']}" for row in seen.guests if row.get("pool")}
    beyond: dict[str, frozenset[str]] = {}
    for path in sorted(granted):
        if read_only:
            beyond[path] = frozenset(name for name in granted[path] if not name.endswith(_FOR_LOOKING))
        else:
            beyond[path] = frozenset(granted[path]) - _needed(seen, path, pooled=path in pools)
    found: dict[frozenset[str], list[str]] = defaultdict(list)
    for path, names in beyond.items():
        places = {*upwards(path), *upwards(pools.get(path, "/"))} - {path}
        above = (beyond.get(place, frozenset()) for place in places)
        if left := names.difference(*above):
            found[left].append(path)
    return found


def _needed(seen: Examined, path: str, *, pooled: bool) -> frozenset[str]:
    """What some purpose needs on a path. A guest in a pool, and the bridge in whichever zone, have what the pool and the bridge have."""
    site, names = seen.site, set[str]()
    for need in NEEDS:
        if need.purpose is Purpose.BACKUP_JOB and not _makes_jobs(seen):
            continue
        for place in paths_of(need, site, seen.templates):
            if path == place or (need.propagate and path.startswith(f"{place}/")) or (pooled and place == "/pool"):
                names |= need.privileges.keys()
    if pooled or path == "/pool" or path.startswith("/pool/"):
        names |= {name for name in seen.allowed.granted[path] if name.startswith(_GIVEN_ON)}
    if path.startswith("/sdn/zones/") and path.split("/")[4:5] == [site.bridge]:
        names.add("SDN.Use")
    return frozenset(names | {SEE} if SPACE in names else names)


def _makes_jobs(seen: Examined) -> bool:
    """Whether the token has all that the backup job needs: without it, the right to change the datacenter is for nothing."""
    return "Datastore.Allocate" in seen.allowed.held(f"/storage/{seen.site.backups}")


def _attempts(seen: Examined, *, read_only: bool) -> Iterator[Attempt]:
    client, site, none = seen.client, seen.site, f"eiginfra-none-{token_hex(8)}"

    def refused(method: str, where: str, what: str, /, **params: object) -> Callable[[], None]:
        return partial(client.attempt, method, where, what, params)

    for path in ("/", "/access"):
        user = site.token_id.partition("!")[0]
        ask = refused("PUT", "access/acl", f"change rights on {path}", path=path, roles=none, users=user, delete=1)
        yield Attempt(warning("token-may-give-rights", path=path), ask, (NotFoundError,))
    realm = _ROOT.partition("@")[2]
    if read_only or site.realm != realm:
        ask = refused("POST", "access/users", f"create user {_ROOT}", userid=_ROOT)
        yield Attempt(warning("token-may-make-users", realm=realm), ask, (AlreadyExistsError,))
    if read_only or not _makes_jobs(seen):
        ask = refused("PUT", "cluster/firewall/options", "change the datacenter's firewall", digest=_NO_DIGEST)
        yield Attempt(warning("token-may-change-firewall"), ask, (StaleError,))
    if (guest := next((row for row in seen.guests if not row.get("pool")), None)) is not None:
        vmid = int(guest["vmid"])
        ask = _change(client, f"nodes/{guest['node']}/{guest['type']}/{vmid}/config", vmid)
        yield Attempt(warning("token-may-change-guest", vmid=vmid), ask, (StaleError, HeldError))
    if read_only:
        ask = refused("PUT", "pools", f"change pool {none}", poolid=none, comment="")
        yield Attempt(warning("token-may-change-pools"), ask, (NotFoundError,))


def _change(client: ProxmoxClient, path: str, vmid: int) -> Callable[[], None]:
    def ask() -> None:
        present = client.get(path, f"read guest {vmid}").get("onboot", 0)
        client.attempt("PUT", path, f"change guest {vmid}", {"onboot": present, "digest": _NO_DIGEST})

    return ask
