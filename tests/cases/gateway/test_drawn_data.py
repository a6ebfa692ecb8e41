"""Below the specs, over SSH: what the specs take the gateway takes and shows so; nothing drawn becomes anything else."""

import json
import re
from typing import Any

from hypothesis import given
from support.gateway_generated import FORWARDS, SUBDOMAINS, hostile_data

from eiginfra.core.spec import Spec
from eiginfra.providers.gateway.errors import DataRefusedError
from eiginfra.providers.gateway.kinds.forward import ForwardSpec
from eiginfra.providers.gateway.kinds.subdomain import SubdomainSpec
from eiginfra.providers.gateway.published import Published

from .conftest import MACHINE, GatewaySide

PLACES = {
    "account": r"/etc/eiginfra-gateway/keys/[a-z0-9_.-]+",
    "account-remove": r"/etc/eiginfra-gateway/keys/[a-z0-9_.-]+",
    "subdomain": r"/etc/nginx/conf\.d/eiginfra-[a-z0-9-]+\.eig-apps\.example\.org\.conf",
    "subdomain-remove": r"/etc/nginx/conf\.d/eiginfra-[a-z0-9-]+\.eig-apps\.example\.org\.conf",
    "forward": r"/etc/eiginfra-gateway/forwards\.nft",
    "forward-remove": r"/etc/eiginfra-gateway/forwards\.nft",
}
"""The one file that each verb may touch."""


def made(side: GatewaySide, pristine: str, spec: Spec) -> dict[str, Any]:
    """What is seen of what was made on a new gateway."""
    side.service.load(json.loads(pristine))
    kind = side.kind("gateway.subdomain" if isinstance(spec, SubdomainSpec) else "gateway.forward")
    kind.create(spec)
    seen = kind.read(spec, {})
    assert seen is not None
    return dict(seen.values)


@given(SUBDOMAINS)
def test_what_the_spec_of_a_sub_domain_takes_is_taken_and_seen_so(side: GatewaySide, gateway_lab: Any, fields: dict[str, Any]) -> None:
    spec = SubdomainSpec.model_validate({"machine": MACHINE, "address": "192.168.0.101", **fields})
    seen = made(side, gateway_lab[1]["gateway"], spec)
    assert {name: seen[name] for name in ("name", "port", "websocket", "timeout")} == {
        name: fields[name] for name in ("name", "port", "websocket", "timeout")
    }
    assert (seen["max_body"], sorted(seen["sources"])) == (str(spec.max_body), sorted(spec.sources))
    assert (seen["further"], seen["https"], seen["settled"]) == ([], True, True)


@given(FORWARDS)
def test_what_the_spec_of_a_public_port_takes_is_taken_and_loaded_so(side: GatewaySide, gateway_lab: Any, fields: dict[str, Any]) -> None:
    spec = ForwardSpec.model_validate({"machine": MACHINE, "address": "192.168.0.101", **fields})
    seen = made(side, gateway_lab[1]["gateway"], spec)
    assert {name: seen[name] for name in fields if name != "sources"} == {name: fields[name] for name in fields if name != "sources"}
    assert (sorted(seen["sources"]), seen["settled"]) == (sorted(spec.sources), True)


@given(hostile_data())
def test_nothing_drawn_becomes_another_line_another_directive_or_another_file(
    side: GatewaySide, gateway_lab: Any, asked: tuple[str, list[tuple[str, object]]]
) -> None:
    verb, lines = asked
    side.service.load(json.loads(gateway_lab[1]["gateway"]))
    before = side.service.dump()
    client = side.provider._client  # nothing else sends what no spec takes
    try:
        client.write(verb, lines, "x")
    except (ValueError, DataRefusedError):
        assert side.service.dump() == before
        return
    after = side.service.dump()
    touched = {path for path in after["files"].keys() | before["files"].keys() if after["files"].get(path) != before["files"].get(path)}
    assert all(re.fullmatch(PLACES[verb], path) for path in touched)
    assert {name for name in after["accounts"].keys() - before["accounts"].keys() if not re.fullmatch(r"[a-z_][a-z0-9_.-]*", name)} == set()
    shown = Published(client.state())
    assert [block.further for block in shown.blocks.values() if block.further] == []
    assert (shown.forwards.unread, shown.forwards.strange, shown.forwards.unloaded, shown.refusal) == ((), (), {}, None)
    keys = [line for path, text in after["files"].items() if "/keys/" in path for line in text.splitlines() if not line.startswith("#")]
    assert all(
        re.fullmatch(r"restrict(,port-forwarding(,permitopen=\"[0-9.]+:22\")+)? [a-z0-9@.-]+ [A-Za-z0-9+/=]+", line) for line in keys
    )
