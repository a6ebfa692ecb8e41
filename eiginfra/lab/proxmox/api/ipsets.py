"""The IP sets of a firewall."""

from eiginfra.lab.proxmox.api.firewall_scope import DIGEST, NAMED, RENAME, FirewallScope, digest_of
from eiginfra.lab.proxmox.errors import ParamError, ServerError
from eiginfra.lab.proxmox.formats import is_address, is_network
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint
from eiginfra.lab.proxmox.state import FirewallRecord, Json


class IpSets:
    """The IP sets of a firewall."""

    def __init__(self, scope: FirewallScope) -> None:
        self.scope = scope
        base, read, write = f"{scope.base}/ipset", scope.read, scope.write
        item = "comment: str\nnomatch: bool"
        endpoint("GET", base, "", read)(self.listing)
        endpoint("POST", base, f"comment: str\n{DIGEST}\n{RENAME}\n{NAMED}", write)(self.create)
        endpoint("GET", f"{base}/{{name}}", NAMED, read)(self.members)
        endpoint("POST", f"{base}/{{name}}", f"cidr!: str fmt=IPorCIDRorAlias\n{item}\n{NAMED}", write)(self.add)
        endpoint("DELETE", f"{base}/{{name}}", f"force: bool\n{NAMED}", write)(self.remove)
        endpoint("GET", f"{base}/{{name}}/{{cidr*}}", NAMED, read)(self.read)
        endpoint("PUT", f"{base}/{{name}}/{{cidr*}}", f"{item}\n{DIGEST}\n{NAMED}", write)(self.change)
        endpoint("DELETE", f"{base}/{{name}}/{{cidr*}}", f"{DIGEST}\n{NAMED}", write)(self.drop)

    def _set(self, call: ProxmoxCall) -> Json:
        found: Json | None = self.scope.get(call).ipsets.get(call.text("name"))
        if found is None:
            raise ServerError(f"no such IPSet '{call.text('name')}'")
        return found

    def _member(self, call: ProxmoxCall) -> Json:
        found: Json | None = self._set(call)["members"].get(call.text("cidr"))
        if found is None:
            raise ParamError(cidr="no such IP/Network")
        return found

    def listing(self, call: ProxmoxCall) -> list[Json]:
        """All sets, without their members."""
        rows = self._rows(self.scope.get(call))
        return [{**row, "digest": digest_of(rows)} for row in rows]

    def _rows(self, firewall: FirewallRecord) -> list[Json]:
        return [{"name": name, **({"comment": item["comment"]} if item["comment"] else {})} for name, item in firewall.ipsets.items()]

    def members(self, call: ProxmoxCall) -> list[Json]:
        """The addresses of one set."""
        rows = [{"cidr": cidr, **item} for cidr, item in self._set(call)["members"].items()]
        return [{**row, "digest": digest_of(rows)} for row in rows]

    def create(self, call: ProxmoxCall) -> None:
        """A new set, or a new name or comment for one."""
        name, sets = call.text("name"), self.scope.edit(call, self._rows).ipsets
        if "rename" in call.p:
            sets[name] = sets.pop(call.text("rename")) | ({"comment": call.text("comment")} if "comment" in call.p else {})
            return
        if name in sets:
            raise ParamError(name=f"IPSet '{name}' already exists")
        sets[name] = {"comment": call.text("comment"), "members": {}}

    def remove(self, call: ProxmoxCall) -> None:
        """Remove a set; only with `force` if it has members."""
        if self._set(call)["members"] and not call.flag("force"):
            raise ServerError(f"IPSet '{call.text('name')}' is not empty")
        del self.scope.get(call).ipsets[call.text("name")]

    def add(self, call: ProxmoxCall) -> None:
        """Add an address, a network or an alias."""
        cidr, found = call.text("cidr"), self._set(call)
        if cidr in found["members"]:
            raise ParamError(cidr=f"address '{cidr}' already exists")
        if not (is_address(cidr) or is_network(cidr)) and cidr not in self.scope.get(call).aliases:
            raise ServerError(f"no such alias '{cidr}'")
        found["members"][cidr] = {key: call.p[key] for key in ("comment", "nomatch") if key in call.p}

    def read(self, call: ProxmoxCall) -> Json:
        """One member."""
        return {"cidr": call.text("cidr"), **self._member(call)}

    def change(self, call: ProxmoxCall) -> None:
        """Change a member's comment or `nomatch`."""
        self._member(call).update({key: call.p[key] for key in ("comment", "nomatch") if key in call.p})

    def drop(self, call: ProxmoxCall) -> None:
        """Remove a member."""
        self._member(call)
        del self._set(call)["members"][call.text("cidr")]
