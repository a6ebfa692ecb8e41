"""The aliases of a firewall: names are the same in any case, and are shown as they were given."""

from eiginfra.lab.proxmox.api.firewall_scope import DIGEST, NAMED, RENAME, FirewallScope, check_digest, with_digest
from eiginfra.lab.proxmox.errors import ParamError
from eiginfra.lab.proxmox.firewall import clean_cidr
from eiginfra.lab.proxmox.formats import is_address
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint
from eiginfra.lab.proxmox.state import Json


class FirewallAliases:
    """The aliases of a firewall."""

    def __init__(self, scope: FirewallScope) -> None:
        self.scope = scope
        base, fields = f"{scope.base}/aliases", "cidr!: str fmt=IPorCIDR\ncomment: str"
        endpoint("GET", base, "", scope.read)(self.listing)
        endpoint("POST", base, f"{fields}\n{NAMED}", scope.write)(self.create)
        endpoint("GET", f"{base}/{{name}}", NAMED, scope.read)(self.read)
        endpoint("PUT", f"{base}/{{name}}", f"{fields}\n{DIGEST}\n{RENAME}\n{NAMED}", scope.write)(self.change)
        endpoint("DELETE", f"{base}/{{name}}", f"{DIGEST}\n{NAMED}", scope.write)(self.remove)

    def _rows(self, call: ProxmoxCall) -> list[Json]:
        return [self._row(item) for _, item in sorted(self.scope.get(call).aliases.items())]

    @staticmethod
    def _row(item: Json) -> Json:
        return {**item, "ipversion": 4 if is_address(item["cidr"].partition("/")[0], 4) else 6}

    def listing(self, call: ProxmoxCall) -> list[Json]:
        """All aliases."""
        return with_digest(self._rows(call))

    def _find(self, call: ProxmoxCall) -> Json:
        found: Json | None = self.scope.get(call).aliases.get(call.text("name").lower())
        if found is None:
            raise ParamError(name="no such alias")
        return found

    def read(self, call: ProxmoxCall) -> Json:
        """One alias."""
        return self._row(self._find(call))

    @staticmethod
    def _given(call: ProxmoxCall, name: str) -> Json:
        # the file is read without host bits, and a whole address without its length
        shown = {"name": name, "cidr": clean_cidr(call.text("cidr")) if "/" in call.text("cidr") else call.text("cidr")}
        return shown | ({"comment": call.text("comment")} if call.text("comment") else {})

    def create(self, call: ProxmoxCall) -> None:
        """A new alias."""
        name, aliases = call.text("name"), self.scope.get(call).aliases
        if name.lower() in aliases:
            raise ParamError(name=f"alias '{name}' already exists")
        aliases[name.lower()] = self._given(call, name)

    def change(self, call: ProxmoxCall) -> None:
        """Another address for an alias, another name; a comment that is not given is gone."""
        check_digest(call, self._rows(call))
        self._find(call)
        aliases, old, new = self.scope.get(call).aliases, call.text("name"), call.text("rename", call.text("name"))
        if new.lower() != old.lower():
            if new.lower() in aliases:
                raise ParamError(name=f"alias '{new}' already exists")
            del aliases[old.lower()]
        else:
            new = old
        aliases[new.lower()] = self._given(call, new)

    def remove(self, call: ProxmoxCall) -> None:
        """Remove an alias; one that is not there is removed too."""
        check_digest(call, self._rows(call))
        self.scope.get(call).aliases.pop(call.text("name").lower(), None)
