"""What nginx prints is read as nginx itself reads it, and nothing that it names is opened."""

# ruff: noqa: E501 - tables

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiginfra.providers.gateway.nginx import MOST, NginxPlace, covers, files, refusal_of, server_names, statements

PRINTED = """\
# configuration file /etc/nginx/nginx.conf:
user www-data;
events { worker_connections 768; }
http {
    include /etc/nginx/conf.d/*.conf;
    server { server_name Main.example.org; }
}
stream { server { server_name stream.example.org; } }
mail { server { server_name mail.example.org; } }

# configuration file /etc/nginx/conf.d/hand.conf:
# server { server_name comment.example.org; }
server {
    listen 80;
    server_name a.example.org  "b.example.org"
        c.example.org # d.example.org
        .e.example.org *.f.example.org g.*;
    server_name ~^(?<label>h+)\\.example\\.org$ "~^i{1,3}$" $hostname _ "";
    location / { return 200 "server { server_name quoted.example.org; }"; }
}
map $host $x { hostnames; map.example.org 1; server_name 2; }
content_by_lua_block { server { server_name lua.example.org; } }
# configuration file /etc/nginx/snippets/names:
server_name snippet.example.org;
# configuration file /etc/nginx/conf.d/odd.conf:
server { server_name "odd.example.org
# configuration file /etc/nginx/conf.d/eiginfra-adler.example.org.conf:
server { server_name adler.example.org; }
"""
HAND = "/etc/nginx/conf.d/hand.conf"


def test_the_files_of_which_nginx_consists_have_their_paths() -> None:
    assert [*files(PRINTED)] == [
        "/etc/nginx/nginx.conf",
        HAND,
        "/etc/nginx/snippets/names",
        "/etc/nginx/conf.d/odd.conf",
        "/etc/nginx/conf.d/eiginfra-adler.example.org.conf",
    ]


def test_names_of_server_blocks_are_found_in_every_form() -> None:
    found = server_names(files(PRINTED), without=["/etc/nginx/conf.d/eiginfra-adler.example.org.conf"])
    assert found.exact == {
        "main.example.org": NginxPlace("/etc/nginx/nginx.conf", 5),
        "a.example.org": NginxPlace(HAND, 4),
        "b.example.org": NginxPlace(HAND, 4),
        "c.example.org": NginxPlace(HAND, 4),
        "e.example.org": NginxPlace(HAND, 4),
        "_": NginxPlace(HAND, 7),
        "snippet.example.org": NginxPlace("/etc/nginx/snippets/names", 1),
    }
    assert [*found.patterns] == ["*.e.example.org", "*.f.example.org", "g.*", r"~^(?<label>h+)\.example\.org$", "~^i{1,3}$"]
    assert [*found.unread] == ["/etc/nginx/conf.d/odd.conf"]


@pytest.mark.parametrize(
    ("pattern", "host", "expected"),
    [
        ("*.example.org", "a.example.org", True),
        ("*.example.org", "a.b.example.org", True),
        ("*.example.org", "example.org", False),
        ("*.example.org", ".example.org", False),
        ("*.example.org", "a.example.com", False),
        ("www.*", "www.example.org", True),
        ("www.*", "web.example.org", False),
        ("~^a", "a.example.org", None),
    ],
)
def test_what_a_pattern_takes_in(pattern: str, host: str, expected: bool | None) -> None:
    assert covers(pattern, host) is expected


def test_nothing_that_a_text_names_is_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("server { server_name secret.example.org; }\n")
    found = server_names({"a": f"include {secret};\ninclude {tmp_path}/*;\nserver {{ server_name a.example.org; }}"})
    assert [*found.exact] == ["a.example.org"]


def test_too_much_is_not_read_at_all() -> None:
    assert statements(["server {}", "x" * MOST]) == ["more than 8 MiB"] * 2


@pytest.mark.parametrize("text", ["server {", "server }", "a b", "a{" * 3000, "x ${a b};"])
def test_what_cannot_be_read_says_why_in_one_line(text: str) -> None:
    [why] = statements([text])
    assert isinstance(why, str)
    assert why
    assert "\n" not in why
    assert "/" not in why


@pytest.mark.parametrize(
    ("error", "said", "place"),
    [
        (
            'nginx: [warn] "ssl_stapling" ignored\nnginx: [emerg] unknown directive "foo" in /etc/nginx/conf.d/x.conf:3\nnginx: configuration file /etc/nginx/nginx.conf test failed\n',
            'unknown directive "foo" in /etc/nginx/conf.d/x.conf:3',
            NginxPlace("/etc/nginx/conf.d/x.conf", 3),
        ),
        ('nginx: [emerg] cannot load certificate "/x/y.pem": no such file\n', 'cannot load certificate "/x/y.pem": no such file', None),
        ("nginx: [emerg] 249#249: host not found in upstream in /a:2\n", "host not found in upstream in /a:2", NginxPlace("/a", 2)),
        ("sh: nginx: killed", "sh: nginx: killed", None),
        ("", "", None),
    ],
)  # fmt: skip
def test_why_nginx_refuses_its_configuration(error: str, said: str, place: NginxPlace | None) -> None:
    found = refusal_of(error)
    assert (found.said, found.place) == (said, place)


@given(st.text(max_size=400))
def test_any_text_is_read_or_told(text: str) -> None:
    [found] = statements([text])
    assert isinstance(found, str | tuple)
    assert len(server_names({"a": text}).unread) == isinstance(found, str)


LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)


@given(st.lists(LABEL.map(lambda label: f"{label}.example.org"), min_size=1, max_size=6), st.sampled_from([" ", "\n\t", " # {;}'\n"]))
def test_every_name_is_found_however_it_is_written(names: list[str], between: str) -> None:
    text = f"server {{ server_name {between.join(names)}{between};\n}}"
    assert {*server_names({"a": text}).exact} == {*names}
