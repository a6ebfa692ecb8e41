"""The lab refuses what the gateway program refuses: both are held to the table of support.gateway_cases."""

from collections.abc import Iterator

import pytest
from support.gateway_cases import FORMS, GOOD, VALID, RefusedCase, data_of, refused_shapes, refused_values, with_value

from eiginfra.lab.clock import LabClock
from eiginfra.lab.gateway import GatewayService, build
from eiginfra.lab.gateway.program import VERBS, run
from eiginfra.lab.gateway.state import CONFIGURATION
from eiginfra.lab.proxmox.state import GuestRecord

NETWORK = {"subnet": "192.168.0.0/24", "gateway": "192.168.0.254"}


@pytest.fixture
def service() -> GatewayService:
    guests = {107: GuestRecord(107, "lxc", "eig", {"hostname": "web"}, running=True)}
    service = build(LabClock(), lambda: guests, "eig", NETWORK)
    service.lab.state.files[CONFIGURATION] += "reserved-port 10001\n"
    return service


def refused_otherwise(service: GatewayService, cases: Iterator[RefusedCase]) -> list[str]:
    """Those that are not refused as they should."""
    before, wrong, tried = service.dump(), [], 0
    for case in cases:
        tried += 1
        ended = run(service.lab, case.verb, case.data)
        said = ended.err.decode()
        if (ended.code, ended.out) != (65, b"") or not said.startswith(f"refused: {case.key}: ") or said.count("\n") != 1:
            wrong.append(f"{case.verb} {case.data[:200]!r}: expected {case.key}, got {ended}")
    assert tried > 5
    assert service.dump() == before
    return wrong


@pytest.mark.parametrize(("verb", "key"), FORMS, ids=[" ".join(pair) for pair in FORMS])
def test_no_value_of_another_form_is_taken(service, verb, key):
    assert refused_otherwise(service, refused_values(verb, key)) == []


@pytest.mark.parametrize("verb", VALID)
def test_data_of_another_shape_is_refused(service, verb):
    assert refused_otherwise(service, refused_shapes(verb)) == []


@pytest.mark.parametrize(("verb", "key"), [pair for pair in FORMS if FORMS[pair] in GOOD])
def test_values_at_the_edges_are_taken(service, verb, key):
    for value in GOOD[FORMS[verb, key]]:
        ended = run(service.lab, verb, data_of(with_value(verb, key, value)))
        assert (ended.code, ended.err) == (0, b""), value


def test_the_lab_has_every_verb_that_sudo_lets_through():
    assert set(VERBS) == set(VALID) | {"observe", "examine"}
