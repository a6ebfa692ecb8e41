"""Sub-domains, seen by a browser on the Internet."""

import http.client
import ssl
from dataclasses import replace

import pytest
from support.gateway_door import Door
from support.gateway_network import ELSEWHERE, OUTSIDE, PUBLIC6
from support.gateway_nginx import settled
from support.gateway_office import ADDRESSES, Office
from support.gateway_root import DOMAIN
from support.namespaces import Host
from support.visitor import Visitor

ADLER = f"https://adler.{DOMAIN}"
MIB = 1024 * 1024


def test_an_outsider_sees_the_machines_page_over_https(office: Office, visitor: Visitor) -> None:
    page = visitor.ask(f"{ADLER}/some/page")
    assert (page.status, page.told["machine"], page.told["path"]) == (200, ADDRESSES["adler"], "/some/page")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["strict-transport-security"].startswith("max-age=")


def test_the_machine_learns_who_asked_and_cannot_be_told_otherwise(office: Office, visitor: Visitor) -> None:
    lies = {"X-Forwarded-For": "192.0.2.1", "X-Real-IP": "192.0.2.1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "other.example.org"}
    told = visitor.ask(ADLER, headers=lies).told["headers"]
    assert told["X-Forwarded-For"] == told["X-Real-IP"] == OUTSIDE
    assert told["X-Forwarded-Proto"] == "https"
    assert told["Host"] == told["X-Forwarded-Host"] == f"adler.{DOMAIN}"


def test_http_is_sent_to_https(office: Office, visitor: Visitor) -> None:
    page = visitor.ask(f"http://adler.{DOMAIN}/some/page")
    assert (page.status, page.headers["location"]) == (301, f"{ADLER}/some/page")


def test_a_websocket_echoes(office: Office, visitor: Visitor) -> None:
    assert visitor.echo(ADLER, "hello", "à bientôt") == ["hello", "à bientôt"]


def test_the_page_is_there_over_ipv6(office: Office, visitor: Visitor) -> None:
    assert replace(visitor, gateway=PUBLIC6, source="2001:db8::10").ask(ADLER).told["headers"]["X-Real-IP"] == "2001:db8::10"


@pytest.mark.parametrize("name", [f"nobody.{DOMAIN}", "eig.example.org", "203.0.113.1"])
def test_an_unknown_name_gets_nobodys_page(name: str, office: Office, visitor: Visitor) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        visitor.ask(f"http://{name}/")
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        visitor.ask(f"https://{name}/")


def test_only_allowed_sources_see_the_page(office: Office, visitor: Visitor) -> None:
    with office.asks("adler", publish=[{"subdomain": "adler", "port": 8080, "sources": [f"{ELSEWHERE}/32", "2001:db8::/32"]}]):
        assert visitor.status(ADLER) == 403
        assert replace(visitor, source=ELSEWHERE).status(ADLER) == 200
        assert replace(visitor, gateway=PUBLIC6, source="2001:db8::10").status(ADLER) == 200
    assert visitor.status(ADLER) == 200


def test_a_body_may_be_as_large_as_the_team_asked(office: Office, visitor: Visitor) -> None:
    with office.asks("adler", publish=[{"subdomain": "adler", "port": 8080, "max_body": "2MiB"}]):
        assert visitor.status(ADLER, body=bytes(2 * MIB + 1)) == 413
        assert visitor.ask(ADLER, body=bytes(2 * MIB)).told["received"] == 2 * MIB
    assert visitor.status(ADLER, body=bytes(2 * MIB + 1)) == 200


def test_a_sub_domain_that_is_given_up_is_nobodys(office: Office, visitor: Visitor) -> None:
    with office.asks("karfur", publish=[{"subdomain": "maps", "port": 8080}]):
        assert visitor.status(f"https://maps.{DOMAIN}") == 200
        assert visitor.ask(f"https://maps.{DOMAIN}").told["machine"] == ADDRESSES["karfur"]
    assert visitor.status(f"http://maps.{DOMAIN}") is None
    assert visitor.status(ADLER) == 200


FOREIGN = """# by hand
server { listen 80;
  server_name   old.eig-apps.example.org ;   location / { return 200 "by hand"; } }
"""


def test_server_blocks_made_by_hand_stay_byte_for_byte(office: Office, gateway: Host, door: Door, visitor: Visitor) -> None:
    file = gateway.root / "etc/nginx/conf.d/old.conf"
    try:
        with settled(gateway):
            gateway.write("/etc/nginx/conf.d/old.conf", FOREIGN, 0o640)
            gateway.run("nginx", "-s", "reload")
        with office.asks("karfur", publish=[{"subdomain": "maps", "port": 8080}]):
            assert visitor.status(f"http://old.{DOMAIN}") == 200
            refused = door.send(
                "subdomain", ("name", f"old.{DOMAIN}"), ("owner", "eig3/karfur/web"), ("address", ADDRESSES["karfur"]), ("port", 80),
                ("websocket", "no"), ("max-body", 1), ("timeout", 60),
            )  # fmt: skip
            assert (refused.returncode, "refused" in refused.stderr) == (65, True)
        assert (file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777) == (FOREIGN, 0o640)
        assert visitor.ask(f"http://old.{DOMAIN}/").body == b"by hand"
    finally:
        with settled(gateway):
            file.unlink()
            gateway.run("nginx", "-s", "reload")


def test_what_somebody_broke_by_hand_stops_a_change_and_no_page(office: Office, gateway: Host, door: Door, visitor: Visitor) -> None:
    files = {file: file.read_bytes() for file in gateway.root.glob("etc/nginx/conf.d/eiginfra-*")}
    broken = gateway.write("/etc/nginx/conf.d/broken.conf", "server { listen 80; server_name broken.example.org; no_such_directive on; }\n")
    asked = (("owner", "eig3/adler/web"), ("address", ADDRESSES["adler"]), ("websocket", "no"), ("max-body", 1), ("timeout", 60))
    try:
        for name, port in ((f"adler.{DOMAIN}", 9000), (f"new.{DOMAIN}", 8080)):
            refused = door.send("subdomain", ("name", name), ("port", port), *asked)
            assert refused.returncode == 74
            assert "no_such_directive" in refused.stderr
            assert "broken.conf:1" in refused.stderr
        assert {file: file.read_bytes() for file in gateway.root.glob("etc/nginx/conf.d/eiginfra-*")} == files
        assert visitor.ask(ADLER).told["machine"] == ADDRESSES["adler"]
    finally:
        broken.unlink()
