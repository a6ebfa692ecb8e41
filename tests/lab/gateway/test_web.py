"""The web front serves by the server blocks in the gateway's files."""

import http.client
import ssl

import pytest
import requests
import urllib3
from support.gateway_texts import HOST, server_block_text

BLOCK = f"/etc/nginx/conf.d/eiginfra-{HOST}.conf"


def publish(gateway, host=HOST, **options):
    gateway.control(files={f"/etc/nginx/conf.d/eiginfra-{host}.conf": server_block_text(host, **options)})


def test_an_outsider_sees_the_page_of_the_machine_by_https_and_name(gateway):
    gateway.guest(101, "adler-web")
    publish(gateway)
    answer = gateway.fetch(HOST, "/search?q=1", headers={"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"})
    page = answer.data.decode()
    assert answer.status == 200
    assert "<h1>adler-web, port 8080</h1>" in page
    assert "<p>/search?q=1</p>" in page
    for header in (
        f"Host: {HOST}",
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Port: 443",
        f"X-Forwarded-Host: {HOST}",
    ):
        assert f"<li>{header}</li>" in page
    assert "203.0.113.9" not in page
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_http_leads_to_https(gateway):
    publish(gateway)
    answer = requests.get(f"{gateway.url}/a?b=c", headers={"Host": HOST}, allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"https://{HOST}/a?b=c")


def test_an_unknown_name_gets_nothing(gateway):
    gateway.guest(101)
    publish(gateway)
    with pytest.raises(requests.ConnectionError):
        requests.get(gateway.url, headers={"Host": f"other.{HOST}"}, timeout=10)
    with pytest.raises(urllib3.exceptions.SSLError):
        gateway.fetch("other.eig-apps.example.org")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        gateway.fetch(HOST, headers={"Host": "other.eig-apps.example.org"})


def test_without_a_certificate_nothing_of_the_machine_is_served(gateway):
    gateway.guest(101)
    publish(gateway, https=False)
    assert requests.get(gateway.url, headers={"Host": HOST}, timeout=10).status_code == 503


@pytest.mark.parametrize("guest", [None, {"running": False}, {"inside": {"listening": ["tcp 22"]}}])
def test_a_machine_that_is_off_or_gone_or_does_not_listen_is_502(gateway, guest):
    if guest is not None:
        gateway.guest(101, **guest)
    publish(gateway)
    assert gateway.fetch(HOST).status == 502


def test_sources_and_size_are_kept(gateway):
    gateway.guest(101)
    publish(gateway, sources=["192.0.2.0/24"])
    assert gateway.fetch(HOST).status == 403
    publish(gateway, sources=["127.0.0.0/8"], max_body=1)
    assert gateway.fetch(HOST).status == 200
    assert gateway.fetch(HOST, method="POST", body=b"x" * (1 << 20)).status == 200
    assert gateway.fetch(HOST, method="POST", body=b"x" * ((1 << 20) + 1)).status == 413


def test_hand_made_blocks_serve_too_and_a_broken_configuration_nobody(gateway):
    gateway.guest(101, "web")
    other = "/etc/nginx/sites-enabled/other"
    gateway.control(
        files={other: "server { listen 443 ssl; server_name *.eig-apps.example.org; location / { proxy_pass http://192.168.0.101:80; } }"}
    )
    assert b"web, port 80" in gateway.fetch("hand.eig-apps.example.org").data
    gateway.control(files={other: "server { listen 443 ssl;"})
    with pytest.raises(urllib3.exceptions.SSLError):
        gateway.fetch("hand.eig-apps.example.org")


@pytest.mark.parametrize(
    ("statement", "told"),
    [("auth_basic closed;", "auth_basic"), ("location ~ x { return 404; }", "location ~ x"), ("location / { rewrite ^ /x; }", "rewrite")],
)
def test_a_block_whose_effect_is_not_known_is_not_served(gateway, statement, told):
    gateway.guest(101)
    gateway.control(files={"/etc/nginx/sites-enabled/other": f"server {{ listen 443 ssl; server_name {HOST}; {statement} }}"})
    assert gateway.fetch(HOST).status == 501
    asked = requests.get(f"{gateway.url}/_lab/vain", timeout=10).json()["asked"]
    assert [(each["route"], each["parameter"]) for each in asked] == [("/nginx", told)]


def test_of_two_blocks_for_a_name_the_first_file_serves(gateway):
    gateway.guest(101, "mine")
    publish(gateway)
    gateway.control(files={"/etc/nginx/conf.d/a.conf": f"server {{ listen 443 ssl; server_name {HOST}; location = / {{ return 404; }} }}"})
    assert gateway.fetch(HOST).status == 404


def handshake(gateway, **headers):
    context = ssl.create_default_context(cadata=gateway.lab.tls.ca_pem.decode("ascii"))
    port = int(gateway.lab.addresses.also["gateway https"].rpartition(":")[2])
    connection = http.client.HTTPSConnection(HOST, port, timeout=10, context=context)
    connection._create_connection = lambda address, *more, **options: __import__("socket").create_connection(("127.0.0.1", address[1]), 10)
    given = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }
    connection.request("GET", "/", headers=given | headers)
    return connection


def test_a_websocket_echoes(gateway):
    gateway.guest(101)
    publish(gateway)
    connection = handshake(gateway)
    sock = connection.sock
    answer = sock.recv(4096)
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in answer
    sock.sendall(bytes([0x81, 0x82, 1, 2, 3, 4, ord("h") ^ 1, ord("i") ^ 2]))
    assert sock.recv(100) == b"\x81\x02hi"
    sock.sendall(bytes([0x88, 0x80, 0, 0, 0, 0]))
    assert sock.recv(100) == b"\x88\x00"
    sock.close()


@pytest.mark.parametrize(("websocket", "upgrade"), [(False, "websocket"), (True, "h2c")])
def test_no_other_upgrade_reaches_a_machine(gateway, websocket, upgrade):
    gateway.guest(101)
    publish(gateway, websocket=websocket)
    connection = handshake(gateway, Upgrade=upgrade)
    answer = connection.getresponse()
    assert answer.status == 200
    assert b"Upgrade" not in answer.read()
    connection.close()
