"""The gateway program: a verb and data in, an exit code and what it prints out; docs/gateway-program.md is its contract."""

from collections.abc import Callable
from dataclasses import dataclass

from eiginfra.lab.gateway.accounts import remove_account, write_account
from eiginfra.lab.gateway.call import EndedError, ProgramCall
from eiginfra.lab.gateway.configuration import ConfigurationError, read_configuration
from eiginfra.lab.gateway.data import ProgramKeys, RefusedByProgramError, read_data
from eiginfra.lab.gateway.examine import examine
from eiginfra.lab.gateway.exits import Exit
from eiginfra.lab.gateway.forwards import remove_forward, write_forward
from eiginfra.lab.gateway.lab import GatewayLab
from eiginfra.lab.gateway.node import host_keys, restart, set_features
from eiginfra.lab.gateway.observe import observe
from eiginfra.lab.gateway.subdomains import remove_subdomain, write_subdomain


@dataclass(frozen=True)
class ProgramVerb:
    """What a verb does, and the keys that it knows."""

    work: Callable[[ProgramCall], str | None]
    keys: str = ""


_TARGET = "owner:owner address:address port:port"
VERBS = {
    "observe": ProgramVerb(observe),
    "examine": ProgramVerb(examine),
    "host-keys": ProgramVerb(host_keys, "id:id"),
    "account": ProgramVerb(write_account, "name:name uid:uid? expires:date? enabled:yes open:address* key:key*"),
    "account-remove": ProgramVerb(remove_account, "name:name"),
    "subdomain": ProgramVerb(write_subdomain, f"name:host {_TARGET} websocket:yes max-body:mebibytes timeout:seconds source:source*"),
    "subdomain-remove": ProgramVerb(remove_subdomain, "name:known-host"),
    "forward": ProgramVerb(
        write_forward, "public:public protocol:protocol address:address port:port owner:owner closed:yes source:source*"
    ),
    "forward-remove": ProgramVerb(remove_forward, "public:port protocol:protocol"),
    "features": ProgramVerb(set_features, "id:id keyctl:yes"),
    "restart": ProgramVerb(restart, "id:id"),
}
"""What eiginfra may ask for; sudo lets nobody ask for `setup` and `uninstall`."""


def run(lab: GatewayLab, verb: str, data: bytes) -> Exit:
    """One call of the program, with a verb of VERBS."""
    try:
        limits = read_configuration(lab.state)
        call = ProgramCall(lab, limits, read_data(data, ProgramKeys.read(VERBS[verb].keys), limits))
        return Exit(0, (VERBS[verb].work(call) or "").encode())
    except ConfigurationError as error:
        return Exit(78, b"", f"{error}\n".encode())
    except RefusedByProgramError as error:
        return Exit(65, b"", f"{error}\n".encode())
    except EndedError as error:
        return Exit(error.code, b"", f"{error}\n".encode())
