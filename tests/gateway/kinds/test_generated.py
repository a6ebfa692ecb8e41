"""Through the real program, nginx and nft: what the specs take is taken and seen so, and nothing drawn becomes anything else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from support.gateway_generated import FORWARDS, SUBDOMAINS, hostile_data
from support.gateway_root import GatewayRoot, running

from eiginfra.providers.gateway.errors import DataRefusedError
from eiginfra.providers.gateway.kinds.forward import ForwardSpec
from eiginfra.providers.gateway.kinds.subdomain import SubdomainSpec
from eiginfra.providers.gateway.published import Published

from .conftest import MACHINE, RealSite

EVERYTHING = ("/etc/eiginfra-gateway", "/etc/nginx", "/etc/ssh", "/etc/passwd", "/etc/group", "/etc/shadow", "/tmp", "/var/www")
EXAMPLES = 12  # five runs of the program each; the lab tries many more


@pytest.fixture(scope="module")
def kept(prepared: Path) -> Iterator[RealSite]:
    """One gateway for all examples of this file."""
    with running(GatewayRoot((prepared,))) as root:
        root.boot()
        yield RealSite(root)


@settings(max_examples=EXAMPLES)
@given(SUBDOMAINS)
def test_what_the_spec_of_a_sub_domain_takes_is_taken_and_seen_so(kept: RealSite, fields: dict[str, Any]) -> None:
    kind: Any = kept.world.registry["gateway.subdomain"]
    spec = SubdomainSpec.model_validate({"machine": MACHINE, "address": "192.168.0.101", **fields})
    kind.create(spec)
    seen = kind.read(spec, {})
    assert {name: seen.values[name] for name in ("name", "port", "websocket", "timeout")} == {
        name: fields[name] for name in ("name", "port", "websocket", "timeout")
    }
    assert (seen.values["max_body"], sorted(seen.values["sources"])) == (str(spec.max_body), sorted(spec.sources))
    assert (seen.values["further"], seen.values["https"], seen.values["settled"]) == ([], True, True)
    kind.delete(seen)


@settings(max_examples=EXAMPLES)
@given(FORWARDS)
def test_what_the_spec_of_a_public_port_takes_is_taken_and_loaded_so(kept: RealSite, fields: dict[str, Any]) -> None:
    kind: Any = kept.world.registry["gateway.forward"]
    spec = ForwardSpec.model_validate({"machine": MACHINE, "address": "192.168.0.101", **fields})
    kind.create(spec)
    seen = kind.read(spec, {})
    assert {name: seen.values[name] for name in fields if name != "sources"} == {name: fields[name] for name in fields if name != "sources"}
    assert (sorted(seen.values["sources"]), seen.values["settled"]) == (sorted(spec.sources), True)
    kind.delete(seen)


@settings(max_examples=5 * EXAMPLES)
@given(hostile_data())
def test_nothing_drawn_becomes_another_line_another_directive_or_another_file(
    kept: RealSite, asked: tuple[str, list[tuple[str, object]]]
) -> None:
    verb, lines = asked
    before = kept.root.files(*EVERYTHING)
    try:
        kept.client.write(verb, lines, "x")
    except (ValueError, DataRefusedError):
        assert kept.root.files(*EVERYTHING) == before
        return
    new = kept.root.files(*EVERYTHING).keys() - before.keys()
    assert all(path.startswith(("/etc/eiginfra-gateway/keys/", "/etc/nginx/conf.d/eiginfra-")) for path in new)
    shown = Published(kept.client.state())
    assert [block.further for block in shown.blocks.values() if block.further] == []
    assert (shown.forwards.unread, shown.forwards.strange, shown.forwards.unloaded, shown.refusal) == ((), (), {}, None)
