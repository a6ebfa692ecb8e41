"""The IP sets of a firewall."""

from eiginfra.lab.proxmox.api.firewall_scope import DIGEST, NAMED, RENAME, FirewallScope, check_digest, with_digest
from eiginfra.lab.proxmox.errors import ParamError, ServerError
from eiginfra.lab.proxmox.firewall import alias_of, clean_cidr
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

    def _members(self, call: ProxmoxCall) -> list[Json]:
        return [{"cidr": cidr, **item} for cidr, item in sorted(self._set(call)["members"].items())]

    def listing(self, call: ProxmoxCall) -> list[Json]:
        """All sets, without their members."""
        return with_digest(self._rows(self.scope.get(call)))

    def _rows(self, firewall: FirewallRecord) -> list[Json]:
        return [
            {"name": name, **({"comment": item["comment"]} if item["comment"] else {})} for name, item in sorted(firewall.ipsets.items())
        ]

    def members(self, call: ProxmoxCall) -> list[Json]:
        """The addresses of one set."""
        return with_digest(self._members(call))

    def create(self, call: ProxmoxCall) -> None:
        """A new set, or a new name or comment for one."""
        name, old, sets = call.text("name"), call.text("rename"), self.scope.get(call).ipsets
        if not old:
            if name in sets:
                raise ParamError(name=f"IPSet '{name}' already exists")
            sets[name] = {"comment": call.text("comment"), "members": {}}
            return
        self.scope.edit(call, self._rows)
        if old not in sets:
            raise ParamError(name=f"IPSet '{old}' does not exist")
        if name in sets and name != old:
            raise ParamError(name=f"IPSet '{name}' does already exist")
        sets[name] = sets.pop(old) | ({"comment": call.text("comment")} if "comment" in call.p else {})

    def remove(self, call: ProxmoxCall) -> None:
        """Remove a set; only with `force` if it has members."""
        if self._set(call)["members"] and not call.flag("force"):
            raise ServerError(f"IPSet '{call.text('name')}' is not empty")
        del self.scope.get(call).ipsets[call.text("name")]

    def add(self, call: ProxmoxCall) -> None:
        """Add an address, a network (without host bits) or an alias."""
        cidr, members = call.text("cidr"), self._set(call)["members"]
        if alias := alias_of(cidr):
            if not self.scope.around(call).alias(*alias):
                raise ServerError(f"no such alias '{alias[1]}'")
        else:
            cidr = clean_cidr(cidr)
        if cidr in members:
            raise ParamError(cidr=f"address '{cidr}' already exists")
        if cidr.partition("/")[2] == "0":
            raise ParamError(cidr="a zero prefix is not allowed in ipset entries")
        members[cidr] = {key: call.p[key] for key in ("comment", "nomatch") if call.p.get(key)}

    def read(self, call: ProxmoxCall) -> Json:
        """One member."""
        found = next((row for row in self.members(call) if row["cidr"] == call.text("cidr")), None)
        if found is None:
            raise ParamError(cidr="no such IP/Network")
        return found

    def change(self, call: ProxmoxCall) -> None:
        """Another comment or `nomatch` for a member; what is not given is gone."""
        check_digest(call, self._members(call))
        members, cidr = self._set(call)["members"], call.text("cidr")
        if cidr not in members:
            raise ParamError(cidr="no such IP/Network")
        members[cidr] = {key: call.p[key] for key in ("comment", "nomatch") if call.p.get(key)}

    def drop(self, call: ProxmoxCall) -> None:
        """Remove a member; one that is not there is removed too."""
        check_digest(call, self._members(call))
        self._set(call)["members"].pop(call.text("cidr"), None)
