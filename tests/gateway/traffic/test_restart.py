"""What other programs and the server's own start do to the forwards, and that they are there afterwards."""

import pytest
from support.gateway_network import Network
from support.gateway_office import Office
from support.gateway_people import Member
from support.gateway_root import DOMAIN
from support.gateway_units import FORWARDS, NFTABLES, Units
from support.namespaces import Host
from support.visitor import Visitor


def test_systemd_takes_the_unit(office: Office, gateway: Host) -> None:
    verified = gateway.try_("systemd-analyze", "verify", "--man=no", f"/etc/systemd/system/{FORWARDS}")
    assert verified.returncode == 0, verified.stderr
    assert FORWARDS not in verified.stderr


@pytest.mark.parametrize("what", ["reload", "restart"])
def test_forwards_are_there_after_nftables_was_told_to(what: str, office: Office, gateway: Host, visitor: Visitor) -> None:
    getattr(Units(gateway), what)(NFTABLES)
    assert visitor.line(10222).startswith("SSH-2.0-")


def test_a_flush_of_all_rules_is_found_and_undone_by_the_next_apply(office: Office, gateway: Host, visitor: Visitor) -> None:
    gateway.run("nft", "flush", "ruleset")
    try:
        with pytest.raises((ConnectionError, TimeoutError)):
            visitor.connect(10222, 1)
        office.apply()
        assert visitor.line(10222).startswith("SSH-2.0-")
    finally:
        Units(gateway).start()


def test_all_is_there_after_the_server_was_started_again(
    office: Office, network: Network, visitor: Visitor, people: dict[str, Member]
) -> None:
    network.reboot_gateway()
    assert visitor.line(10222).startswith("SSH-2.0-")
    assert visitor.ask(f"https://adler.{DOMAIN}").status == 200
    assert "uid=0" in people["adler-1"].ssh("adler-web", "id").stdout
