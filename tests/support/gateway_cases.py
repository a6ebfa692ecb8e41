"""What the gateway program takes and refuses, as data: the program's own tests and the lab's read the same table.

The configuration is that of `support.gateway_root.CONFIGURATION`.
"""

from collections.abc import Iterator
from typing import NamedTuple

from support.ssh_keys_made import KEYS_MADE

DOMAIN = "eig-apps.example.org"
ED25519 = KEYS_MADE["ssh-ed25519"]
Lines = tuple[tuple[str, str], ...]

VALID: dict[str, Lines] = {
    "account": (("name", "adler-1"), ("enabled", "yes"), ("open", "192.168.0.107"), ("key", ED25519)),
    "account-remove": (("name", "adler-1"),),
    "subdomain": (
        ("name", f"adler.{DOMAIN}"),
        ("owner", "eig3/adler/web"),
        ("address", "192.168.0.107"),
        ("port", "8080"),
        ("websocket", "yes"),
        ("max-body", "16"),
        ("timeout", "60"),
    ),
    "subdomain-remove": (("name", f"adler.{DOMAIN}"),),
    "forward": (
        ("public", "10222"),
        ("protocol", "tcp"),
        ("address", "192.168.0.107"),
        ("port", "22"),
        ("owner", "eig3/adler/web"),
        ("closed", "no"),
    ),
    "forward-remove": (("public", "10222"), ("protocol", "tcp")),
    "features": (("id", "107"), ("keyctl", "yes")),
    "restart": (("id", "107"),),
    "host-keys": (("id", "107"),),
}
"""Data that each verb takes, without what is optional."""

OPTIONAL: dict[str, dict[str, str]] = {
    "account": {"uid": "1234", "expires": "2030-01-31"},
    "subdomain": {"source": "192.0.2.0/24"},
    "forward": {"source": "192.0.2.0/24"},
}
REPEATED = {("account", "open"), ("account", "key"), ("subdomain", "source"), ("forward", "source")}

METACHARACTERS = (
    *(
        "$(touch /tmp/out)",
        "`touch /tmp/out`",
        ";touch /tmp/out",
        "|touch /tmp/out",
        "&touch /tmp/out",
        ">/tmp/out",
        "<&9",
        "$IFS",
        "${PATH}",
    ),
    *(
        "'",
        '"',
        "\\",
        "\\n",
        "*",
        "?",
        "[a-z]",
        "~",
        "#",
        "!",
        "%s%n",
        "{",
        "}",
        ";",
        "a b",
        " ",
        "-",
        "--",
        "-rf",
        "..",
        "../../etc/passwd",
    ),
    *("/", "//", "\x00", "\x01", "\t", "\r", "\x1b[31m", "\x7f", "é", "\u202e", "𝟏", "; }", "} server {", '" }', "include /etc/shadow;"),
)
"""What is something to a shell, to nginx, sshd or nft, behind or before a valid value."""

_HOST = (
    *("", "adler", DOMAIN, f".{DOMAIN}", f"a.b.{DOMAIN}", f"-a.{DOMAIN}", f"a-.{DOMAIN}", f"A.{DOMAIN}", f"*.{DOMAIN}", f"_.{DOMAIN}"),
    *(f"adler.{DOMAIN}.", f"adler.{DOMAIN.upper()}", "adler.example.net", f"{'a' * 64}.{DOMAIN}", f"a..{DOMAIN}", f"adler{DOMAIN}"),
)
_NUMBER = ("", "0", "-1", "+1", "01", "1.0", "1e3", "0x10", "1 ", " 1", "1,2", "99999999999999999999", "1a")
BAD: dict[str, tuple[str, ...]] = {
    "name": ("", "A", "Adler", "1a", "-a", ".a", "a.", "a" * 33, "a/b", "a:b", "..", "é", "a,b", "a@b", "a\\b", "root;"),
    "host": (*_HOST, f"www.{DOMAIN}", f"xn--adler.{DOMAIN}", f"ab--cd.{DOMAIN}"),
    "known-host": _HOST,
    "owner": (
        *("", "eig3", "eig3/adler", "eig3/adler/web/x", "/adler/web", "eig3//web", "eig3/adler/", "Eig3/adler/web", "eig3/a_b/web"),
        *("a/b/../c", f"{'a' * 64}/b/c", f"a/{'b' * 64}/c", f"a/b/{'c' * 64}", "eig3/adler/web;"),
    ),
    "address": (
        *("", "192.168.0.0", "192.168.0.255", "192.168.0.254", "192.168.1.7", "127.0.0.1", "10.0.0.1", "192.168.0", "192.168.0.107.1"),
        *("192.168.0.0107", "192.168.0.1070", "192.168.0.256", "192.168.0.-1", "192.168.0.107/32", "0xC0A8006B", "3232235627", "::1"),
        *(".168.0.107", "192.168.0.", "192..0.107", "192.168.0.107:22", "eig.example.org", "192.168.0.107,192.168.0.108"),
    ),
    "port": (*_NUMBER, "65536", "100000"),
    "public": (*_NUMBER, "65536", "80", "443", "9999", "20000", "10001"),
    "protocol": ("", "TCP", "sctp", "tcpudp", "6", "icmp", "tcp,udp"),
    "source": (
        *("", "192.0.2.0", "192.0.2.1/24", "192.0.2.0/33", "192.0.2.0/", "/24", "0.0.0.0/0", "10.0.0.0/7", "192.0.2.0/24/24", "192.0.2/24"),
        *(
            "192.0.2.0/024",
            "192.0.2.0/255.255.255.0",
            "all",
            "unix:",
            "any",
            "192.0.2.00/24",
            "::/0",
            "::/15",
            "2001:db8::1/32",
            "2001:db8::",
        ),
        *(
            "2001:DB8::/32",
            "2001:0db8::/32",
            "2001:db8::/129",
            "::ffff:192.0.2.0/120",
            ":::/16",
            "2001::db8::/32",
            "2001:db8:/32",
            ":1::/16",
        ),
        *(
            "1:2:3:4:5:6:7:8:9/128",
            "1:2:3:4:5:6:7/128",
            "1:2:3:4:5:6:7:8::/128",
            "12345::/32",
            "fe80::%eth0/64",
            "2001:db8::/32,10.0.0.0/8",
        ),
        *("1:2:3:4:5:6:7:7/127", "2001:db8::g/128", "1:2:3:4:5:6:7::/112", "::1:2:3:4:5:6:7:8/128", "1::2:/128"),
    ),
    "date": (
        *("", "2030-1-1", "2030-13-01", "2030-00-01", "2030-02-30", "2029-02-29", "2100-02-29", "2030-04-31", "2030-01-00", "2030-01-32"),
        *("30-01-01", "2030/01/01", "20300101", "tomorrow", "1969-12-31", "2030-01-01T00:00", "-2030-01-01", "never", "@0", "1"),
    ),
    "key": (
        *("", "ssh-ed25519", "AAAA", ED25519 + " adler@laptop", ED25519 + "=", ED25519[:-4], ED25519.upper(), ED25519.replace(" ", "  ")),
        *(f"restrict {ED25519}", f'command="/bin/sh" {ED25519}', f"from=* {ED25519}", f"cert-authority {ED25519}", f"@{ED25519}"),
        *(f"ssh-rsa {ED25519.partition(' ')[2]}", f"ssh-ed25519 {KEYS_MADE['ssh-rsa'].partition(' ')[2]}", KEYS_MADE["ssh-rsa-2048"]),
        *(KEYS_MADE["ssh-dss"], f"ssh-ed25519-cert-v01@openssh.com {ED25519.partition(' ')[2]}", f"#{ED25519}", ED25519.replace("A", "_")),
        *(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5" + "=" * 48,
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            f"{ED25519}\t",
            f"ssh-rsa {'AAAAB3NzaC1yc2EAA' + 'A' * 15987}",
        ),
    ),
    "id": (*_NUMBER, "99", "1000000000", "107 108", "all"),
    "uid": (*_NUMBER, "4294967295"),
    "mebibytes": (*_NUMBER, "10241", "16m"),
    "seconds": (*_NUMBER, "3601", "60s"),
    "yes": ("", "y", "Yes", "YES", "true", "1", "on", "yesno", "no no"),
}
"""What is not of its form."""

GOOD: dict[str, tuple[str, ...]] = {
    "name": ("a", "_", "a-b.c_d", "a" * 32, "adler-1"),
    "host": (f"a.{DOMAIN}", f"{'a' * 63}.{DOMAIN}", f"0-9.{DOMAIN}", f"a-b.{DOMAIN}"),
    "known-host": (f"www.{DOMAIN}", f"xn--adler.{DOMAIN}"),
    "owner": ("a/b/c", f"{'a' * 63}/{'b' * 63}/{'c' * 63}"),
    "address": ("192.168.0.1", "192.168.0.253"),
    "port": ("1", "65535"),
    "public": ("10000", "19999"),
    "protocol": ("tcp", "udp"),
    "source": (
        "10.0.0.0/8",
        "192.0.2.1/32",
        "2001:db8::/32",
        "2001::/16",
        "1:2:3:4:5:6:7:8/128",
        "::/16",
        "2001:db8::1/128",
        "1:2:3:4:5:6::/96",
    ),
    "date": ("2028-02-29", "2000-02-29", "1970-01-01", "9999-12-31", "2030-03-01"),
    "key": tuple(key for name, key in KEYS_MADE.items() if name not in {"ssh-rsa-2048", "ssh-dss"}),
    "mebibytes": ("1", "10240"),
    "seconds": ("1", "3600"),
    "yes": ("yes", "no"),
}
"""Values at the edges of what each form takes."""

FORMS: dict[tuple[str, str], str] = {
    **{
        ("account", key): form
        for key, form in {"name": "name", "uid": "uid", "expires": "date", "enabled": "yes", "open": "address", "key": "key"}.items()
    },
    ("account-remove", "name"): "name",
    **{("subdomain", key): key for key in ("owner", "address", "port", "source")},
    **{
        ("subdomain", key): form
        for key, form in {"name": "host", "websocket": "yes", "max-body": "mebibytes", "timeout": "seconds"}.items()
    },
    ("subdomain-remove", "name"): "known-host",
    **{("forward", key): key for key in ("public", "protocol", "address", "port", "owner", "source")},
    ("forward", "closed"): "yes",
    ("forward-remove", "public"): "port",
    ("forward-remove", "protocol"): "protocol",
    **{(verb, "id"): "id" for verb in ("features", "restart", "host-keys")},
    ("features", "keyctl"): "yes",
}
"""The form of each key of each verb."""


class RefusedCase(NamedTuple):
    """Data that a verb answers with 65, and `refused: KEY: why` on standard error; KEY is a key, `line N`, or `data`."""

    verb: str
    data: bytes
    key: str


def data_of(lines: Lines) -> bytes:
    """As it is sent, with its end."""
    return "".join(f"{key} {value}\n" for key, value in lines).encode() + b"end\n"


def with_value(verb: str, key: str, value: str) -> Lines:
    """Valid data of a verb but for one value."""
    others = tuple(line for line in VALID[verb] if line[0] != key)
    return ((key, value), *others)


def refused_values(verb: str, key: str) -> Iterator[RefusedCase]:
    """What is refused of one key; of the first key of each form also a valid value with metacharacters behind and before it."""
    form = FORMS[verb, key]
    valid = dict(VALID[verb]).get(key) or OPTIONAL[verb][key]
    first = next(pair for pair, other in FORMS.items() if other == form)
    mixed = [text for sign in METACHARACTERS for text in (valid + sign, sign + valid) if (verb, key) == first]
    for value in dict.fromkeys((*BAD[form], *(text for text in mixed if not fits_anyway(form, text)))):
        data = data_of(with_value(verb, key, value))
        unprintable = any(not " " <= sign <= "~" for sign in value)
        yield RefusedCase(verb, data, "data" if unprintable else key)


def fits_anyway(form: str, text: str) -> bool:
    """Whether a mixture is a value after all, as a name with a hyphen in it."""
    plain = set("abcdefghijklmnopqrstuvwxyz0123456789")
    inside = text.replace("-", "").replace(".", "").replace("_", "") if form == "name" else text.replace("-", "")
    if form == "name":
        return set(inside) <= plain and text[:1] not in "-.0123456789" and not text.endswith(".") and 0 < len(text) <= 32
    if form in {"host", "known-host"}:
        label = text.removesuffix(f".{DOMAIN}")
        good = text.endswith(f".{DOMAIN}") and set(label.replace("-", "")) <= plain and label.strip("-") == label != ""
        return good and (form == "known-host" or label[2:4] != "--")
    if form == "owner":
        return set(inside.replace("/", "")) <= plain and [bool(part) for part in text.split("/")] == [True] * 3
    return False


def refused_shapes(verb: str) -> Iterator[RefusedCase]:
    """Data whose lines are wrong, whatever they say."""
    lines = VALID[verb]
    whole, text = data_of(lines), data_of(lines)[:-4]
    yield from (
        RefusedCase(verb, data, "data")
        for data in (b"", text, whole[:-1], whole + b"x", whole + b"\n", whole[:-4] + b"End\n", b"\xff" + whole)
    )
    yield RefusedCase(verb, whole + whole, f"line {len(lines) + 1}")
    yield from (
        RefusedCase(verb, line + whole, "line 1")
        for line in (b"\n", b"color red\n", b"name\n", b" name x\n", b"name* x\n", b"#\n", b"* x\n", b"? x\n")
    )
    yield RefusedCase(verb, b"a" * 20001 + b"\n" + whole, "line 1")
    yield RefusedCase(verb, b"x y\n" * 300000 + whole, "data")
    for key, _ in lines:
        yield (
            RefusedCase(verb, data_of(tuple(line for line in lines if line[0] != key)), key)
            if (verb, key) not in REPEATED
            else RefusedCase(verb, data_of(with_value(verb, key, "x")), key)
        )
        if (verb, key) not in REPEATED:
            yield RefusedCase(verb, data_of((lines[0], *lines) if key == lines[0][0] else (*lines, (key, dict(lines)[key]))), key)
