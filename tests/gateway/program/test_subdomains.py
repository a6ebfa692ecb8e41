"""Sub-domains: what is written, tested, reloaded and refused; on failure all is as before."""

from collections.abc import Sequence

import pytest
from support.gateway_cases import DOMAIN
from support.gateway_root import CERTIFICATE, CONFIGURATION, GatewayRoot
from support.gateway_texts import server_block_text

HOST = f"adler.{DOMAIN}"
FILE = f"/etc/nginx/conf.d/eiginfra-{HOST}.conf"
ALL = ("/etc/nginx", "/etc/eiginfra-gateway")


def _data(name: str = HOST, port: int = 8080, websocket: str = "yes", sources: Sequence[str] = ()) -> str:
    lines = f"name {name}\nowner eig3/adler/web\naddress 192.168.0.101\nport {port}\nwebsocket {websocket}\nmax-body 16\ntimeout 60\n"
    return lines + "".join(f"source {source}\n" for source in sources)


def _watch(root: GatewayRoot) -> None:
    """From now on, what nginx is asked for is noted."""
    root.sh("mv /usr/sbin/nginx /usr/sbin/nginx.real && touch /run/asked")
    root.write("/usr/sbin/nginx", '#!/bin/sh\necho "$*" >>/run/asked\nexec nginx.real "$@"\n', "755")


def _reloads(root: GatewayRoot) -> int:
    return root.sh("cat /run/asked").splitlines().count("-s reload")


@pytest.mark.parametrize("websocket", [True, False])
@pytest.mark.parametrize("sources", [(), ("192.0.2.0/24", "2001:db8::/32")])
@pytest.mark.parametrize("https", [True, False])
@pytest.mark.parametrize("ipv6", [True, False])
def test_the_file_is_that_of_the_contract(
    gateway: GatewayRoot, *, websocket: bool, sources: tuple[str, ...], https: bool, ipv6: bool
) -> None:
    if not ipv6:
        gateway.write("/etc/eiginfra-gateway/configuration", f"{CONFIGURATION}ipv6 no\n")
    if not https:
        gateway.sh(f"rm {CERTIFICATE}/privkey.pem")
    done = gateway.verb("subdomain", _data(websocket="yes" if websocket else "no", sources=sources[::-1]))
    assert (done.code, done.out, done.err) == (0, "", "")
    wanted = server_block_text(HOST, websocket=websocket, sources=sources, https=https, ipv6=ipv6)
    assert gateway.read(FILE) == wanted
    assert gateway.sections()[f"subdomain {HOST}"] == wanted


def test_without_a_certificate_in_the_configuration_it_is_plain_http(gateway: GatewayRoot) -> None:
    gateway.write("/etc/eiginfra-gateway/configuration", CONFIGURATION.replace(f"certificate {CERTIFICATE}\n", ""))
    assert gateway.verb("subdomain", _data()).code == 0
    assert gateway.read(FILE) == server_block_text(HOST, https=False, certificate="")
    assert gateway.sections()["certificates"] == ""


def test_each_name_may_have_a_certificate_of_its_own(gateway: GatewayRoot) -> None:
    gateway.write("/etc/eiginfra-gateway/configuration", CONFIGURATION.replace(CERTIFICATE, "/etc/letsencrypt/live/{name}"))
    assert gateway.sections()["certificates"] == ""
    assert gateway.verb("subdomain", _data()).code == 0
    assert gateway.read(FILE) == server_block_text(HOST, https=False)
    gateway.sh('cd "$1/.." && cp -r "$1" "adler.$2" && cp -r "$1" "brise.$2" && mkdir "x.$2"', CERTIFICATE, DOMAIN)
    assert gateway.sections()["certificates"] == f"{HOST}\nbrise.{DOMAIN}\n"
    assert gateway.verb("subdomain", _data()).code == 0
    assert gateway.read(FILE) == server_block_text(HOST, certificate="/etc/letsencrypt/live/{name}")


def test_what_is_as_asked_is_not_written_and_nginx_not_reloaded(gateway: GatewayRoot) -> None:
    _watch(gateway)
    assert gateway.verb("subdomain", _data()).code == 0
    assert _reloads(gateway) == 1
    before = gateway.sh(f"stat -c '%i %y' {FILE}")
    assert gateway.verb("subdomain", _data()).code == 0
    assert (gateway.sh(f"stat -c '%i %y' {FILE}"), _reloads(gateway)) == (before, 1)
    assert gateway.verb("subdomain", _data(port=8081)).code == 0
    assert _reloads(gateway) == 2


def test_removal_takes_the_file_and_is_as_asked_where_there_is_none(gateway: GatewayRoot) -> None:
    _watch(gateway)
    before = gateway.files(*ALL)
    gateway.verb("subdomain", _data())
    assert gateway.verb("subdomain-remove", f"name {HOST}\n").code == 0
    assert gateway.files(*ALL) == before
    assert _reloads(gateway) == 2
    assert gateway.verb("subdomain-remove", f"name {HOST}\n").code == 0
    assert _reloads(gateway) == 2


FOREIGN = {
    "the same name": f"server {{ listen 80; server_name {HOST}; }}",
    "among others": f"server {{ listen 80; server_name a.example.net\n  {HOST}\n b.example.net; }}",
    "in quotes": f"server {{ listen 80; server_name '{HOST}'; }}",
    "with a dot before": f"server {{ listen 80; server_name .{HOST}; }}",
    "in capitals": f"server {{ listen 80; server_name {HOST.upper()}; }}",
    "on one address only": f"server {{ listen 127.0.0.1:80; server_name {HOST}; }}",
    "on another port": f"server {{ listen 8443; server_name {HOST}; }}",
    "behind a comment": f"server {{ listen 80; # server_name x;\n server_name # {{ ;\n {HOST}; }}",
    "behind a brace in quotes": f"server {{ listen 80; add_header X '}} ;'; server_name {HOST}; }}",
    "behind a variable in braces": f"server {{ listen 80; add_header X ${{host}}; server_name {HOST}; }}",
}


@pytest.mark.parametrize("how", FOREIGN)
def test_a_name_that_another_file_has_is_refused_and_told(gateway: GatewayRoot, how: str) -> None:
    _watch(gateway)
    gateway.write("/etc/nginx/sites-enabled/old", FOREIGN[how] + "\n")
    before = gateway.files(*ALL)
    done = gateway.verb("subdomain", _data())
    assert (done.code, done.err) == (65, "refused: name: /etc/nginx/sites-enabled/old has a server of that name\n")
    assert gateway.files(*ALL) == before
    assert _reloads(gateway) == 0


UNRELATED = {
    "a comment": f"# server_name {HOST};\n",
    "a longer name": f"server {{ listen 80; server_name x.{HOST} {HOST}.x; }}",
    "a wildcard": f"server {{ listen 80; server_name *.{DOMAIN}; }}",
    "another directive": f"server {{ listen 80; server_name a; return 301 http://{HOST}; }}",
    "a header": f"server {{ listen 80; server_name a; add_header X 'server_name {HOST};'; }}",
}


@pytest.mark.parametrize("how", UNRELATED)
def test_a_name_that_is_only_mentioned_is_nobodys(gateway: GatewayRoot, how: str) -> None:
    gateway.write("/etc/nginx/sites-enabled/old", UNRELATED[how] + "\n")
    assert gateway.verb("subdomain", _data()).code == 0
    assert gateway.read("/etc/nginx/sites-enabled/old") == UNRELATED[how] + "\n"


def test_a_file_of_its_name_that_is_not_eiginfras_is_never_overwritten(gateway: GatewayRoot) -> None:
    gateway.write(FILE, "server { listen 8888; }\n")
    before = gateway.files(*ALL)
    assert gateway.verb("subdomain", _data()).err == f"refused: name: {FILE} is not eiginfra's\n"
    assert gateway.verb("subdomain-remove", f"name {HOST}\n").err == f"refused: name: {FILE} is not eiginfra's\n"
    assert gateway.files(*ALL) == before


BREAK = "echo 'broken here;' >/etc/nginx/sites-enabled/broken"


@pytest.mark.parametrize("verb", ["create", "change", "remove"])
def test_where_nginx_refuses_all_files_are_as_before_and_its_line_is_told(gateway: GatewayRoot, verb: str) -> None:
    _watch(gateway)
    if verb != "create":
        gateway.verb("subdomain", _data())
    gateway.sh(BREAK)
    before, reloads = gateway.files(*ALL), _reloads(gateway)
    done = gateway.verb("subdomain-remove", f"name {HOST}\n") if verb == "remove" else gateway.verb("subdomain", _data(port=9090))
    assert done.code == 74
    assert "/etc/nginx/sites-enabled/broken:1" in done.err
    assert gateway.files(*ALL) == before
    assert _reloads(gateway) == reloads
    gateway.sh("rm /etc/nginx/sites-enabled/broken")
    assert gateway.verb("subdomain", _data(port=9090)).code == 0


@pytest.mark.parametrize("verb", ["create", "change", "remove"])
def test_where_the_reload_fails_all_files_are_as_before(gateway: GatewayRoot, verb: str) -> None:
    if verb != "create":
        gateway.verb("subdomain", _data())
    gateway.sh("nginx -s quit; while [ -s /run/nginx.pid ]; do sleep 0.05; done")
    before = gateway.files(*ALL)
    done = gateway.verb("subdomain-remove", f"name {HOST}\n") if verb == "remove" else gateway.verb("subdomain", _data(port=9090))
    assert done.code == 74
    assert "nginx.pid" in done.err
    assert gateway.files(*ALL) == before


def test_a_certificate_that_is_none_is_nginxs_refusal(gateway: GatewayRoot) -> None:
    gateway.write(f"{CERTIFICATE}/fullchain.pem", "nonsense\n")
    before = gateway.files(*ALL)
    done = gateway.verb("subdomain", _data())
    assert done.code == 74
    assert "fullchain.pem" in done.err
    assert gateway.files(*ALL) == before


def test_the_longest_name_is_one_that_nginx_takes(gateway: GatewayRoot) -> None:
    domain = ".".join(["d" * 49, "e" * 49, "f" * 50])
    gateway.write("/etc/eiginfra-gateway/configuration", CONFIGURATION.replace(f"domain {DOMAIN}", f"domain {domain}"))
    assert gateway.verb("subdomain", _data(f"{'a' * 63}.{domain}")).code == 0
    assert f"subdomain {'a' * 63}.{domain}" in gateway.sections()


@pytest.mark.parametrize(
    "path", [FILE, "/etc/nginx/conf.d", "/etc/eiginfra-gateway/pending", f"/etc/eiginfra-gateway/pending/subdomain:{HOST}"]
)
def test_a_symbolic_link_is_refused(gateway: GatewayRoot, path: str) -> None:
    gateway.sh('mv "$1" /tmp/moved 2>/dev/null || echo "# eiginfra x" >/tmp/moved; ln -s /tmp/moved "$1"', path)
    before = gateway.files(*ALL, "/tmp")
    done = gateway.verb("subdomain", _data())
    assert (done.code, done.err) == (65, f"refused: {path}: a symbolic link\n")
    assert gateway.files(*ALL, "/tmp") == before


def test_nginx_that_is_missing_is_told(gateway: GatewayRoot) -> None:
    gateway.sh("mv /usr/sbin/nginx /usr/sbin/gone")
    before = gateway.files(*ALL)
    for verb, data in (("subdomain", _data()), ("subdomain-remove", f"name {HOST}\n")):
        done = gateway.verb(verb, data)
        assert (done.code, done.err) == (69, "missing: nginx\n")
    assert gateway.files(*ALL) == before
    sections = gateway.sections()
    assert "nginx" not in sections
    assert not sections["tools"].startswith("nginx")


def test_what_nginx_refuses_is_observed(gateway: GatewayRoot) -> None:
    gateway.sh(BREAK)
    sections = gateway.sections()
    assert "nginx" not in sections
    assert "/etc/nginx/sites-enabled/broken:1" in sections["nginx-error"]
