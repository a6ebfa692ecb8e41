"""The program is killed before each of its steps that change something; sent again, the same verb reaches the same end."""

from subprocess import CompletedProcess

import pytest
from support.gateway_door import data
from support.gateway_nginx import settled
from support.gateway_office import ADDRESSES, DOMAIN, Office
from support.gateway_people import Member
from support.namespaces import Host
from support.visitor import Visitor

from eiginfra.providers.gateway import program

ADLER, KARFUR = ADDRESSES["adler"], ADDRESSES["karfur"]
# bash tells before each command which it is. All that runs is killed before the one of that number, of those that change something.
CUTTING = f"""
cut=$1 step=0
shift
before() {{
    case $BASH_COMMAND in
        mv\\ * | rm\\ * | sync\\ * | "printf '%s' "* | nginx\\ * | nft\\ * | user*\\ -* | kill\\ *) ;;
        *) return ;;
    esac
    step=$((step + 1))
    [ "$step" -lt "$cut" ] || kill -KILL 0
}}
trap before DEBUG
set -o functrace
. {program.PATH}
"""
PAGE = (("name", f"cut.{DOMAIN}"), ("owner", "eig3/karfur/web"), ("address", KARFUR), ("websocket", "yes"), ("max-body", 1), ("timeout", 9))
PORT = (("public", 10500), ("protocol", "tcp"))
TO_MACHINE = (*PORT, ("owner", "eig3/karfur/web"), ("address", KARFUR), ("port", 22), ("closed", "no"))
PERSON = (("name", "cut-1"), ("enabled", "yes"), ("open", KARFUR))
Verb = tuple[str, tuple[tuple[str, object], ...]]
NO_ACCOUNT: Verb = ("account-remove", (("name", "cut-1"),))
NO_PAGE: Verb = ("subdomain-remove", PAGE[:1])
NO_PORT: Verb = ("forward-remove", PORT)


def send(gateway: Host, verb: Verb) -> "CompletedProcess[str]":
    return gateway.try_(program.PATH, verb[0], data=data(*verb[1]))


def state(gateway: Host) -> dict[str, object]:
    """All that the program writes."""
    folders = ("etc/eiginfra-gateway", "etc/nginx/conf.d")
    files = [file for folder in folders for file in sorted(gateway.root.joinpath(folder).rglob("*")) if file.is_file()]
    found: dict[str, object] = {str(file): (file.read_text(encoding="utf-8"), file.stat().st_mode) for file in files}
    found["accounts"] = [line for line in gateway.read("/etc/shadow").splitlines() if line.startswith("cut-1:")]
    found["table"] = gateway.run("nft", "list", "table", "inet", "eiginfra")
    return found


def cut_at(gateway: Host, step: int, verb: Verb) -> bool:
    """Whether the program was killed before that step; it is not if it has fewer."""
    done = gateway.try_("bash", "-c", CUTTING, "cutting", str(step), verb[0], data=data(*verb[1]))
    assert done.returncode in (0, -9), done
    return done.returncode != 0


CASES: dict[str, tuple[Verb, Verb, Verb]] = {
    "an account": (NO_ACCOUNT, ("account", PERSON), NO_ACCOUNT),
    "an account with less": (("account", (*PERSON, ("open", ADLER))), ("account", PERSON), NO_ACCOUNT),
    "a leaver": (("account", PERSON), ("account", (("name", "cut-1"), ("enabled", "no"))), NO_ACCOUNT),
    "no account": (("account", PERSON), NO_ACCOUNT, NO_ACCOUNT),
    "a sub-domain": (NO_PAGE, ("subdomain", (*PAGE, ("port", 8080))), NO_PAGE),
    "a sub-domain to another port": (("subdomain", (*PAGE, ("port", 9000))), ("subdomain", (*PAGE, ("port", 8080))), NO_PAGE),
    "no sub-domain": (("subdomain", (*PAGE, ("port", 8080))), NO_PAGE, NO_PAGE),
    "a forward": (NO_PORT, ("forward", TO_MACHINE), NO_PORT),
    "no forward": (("forward", TO_MACHINE), NO_PORT, NO_PORT),
}


@pytest.mark.parametrize("what", CASES)
def test_whatever_was_cut_reaches_its_end_when_it_is_sent_again(
    what: str, office: Office, gateway: Host, visitor: Visitor, people: dict[str, Member]
) -> None:
    before, verb, after = ((name, (*pairs, *keys(name, pairs, people))) for name, pairs in CASES[what])
    with settled(gateway):
        assert send(gateway, before).returncode == send(gateway, verb).returncode == 0
    wanted, cut = state(gateway), 0
    while True:
        assert send(gateway, before).returncode == 0
        cut += 1
        if not cut_at(gateway, cut, verb):
            break
        assert gateway.try_("nginx", "-t").returncode == 0
        assert visitor.line(10222).startswith("SSH-2.0-")
        assert send(gateway, verb).returncode == 0
        assert state(gateway) == wanted, f"cut before step {cut}"
    assert cut > 9  # that many steps there are at least
    assert state(gateway) == wanted
    with settled(gateway):
        assert send(gateway, after).returncode == 0


def keys(verb: str, pairs: tuple[tuple[str, object], ...], people: dict[str, Member]) -> tuple[tuple[str, object], ...]:
    """Who may enter has a key."""
    return (("key", people["karfur-1"].key),) if verb == "account" and ("enabled", "yes") in pairs else ()


def test_a_session_ends_although_its_end_was_cut(office: Office, gateway: Host, people: dict[str, Member]) -> None:
    person, account = people["karfur-1"], ("name", "karfur-1")
    enter = ("account", (account, ("enabled", "yes"), ("open", KARFUR), ("key", person.key)))
    leave = ("account", (account, ("enabled", "no")))
    cut, killed = 0, True
    while killed:
        cut += 1
        assert send(gateway, enter).returncode == 0
        with person.staying("karfur-web", "echo here; sleep 60") as there:
            killed = cut_at(gateway, cut, leave)
            assert send(gateway, leave).returncode == 0
            assert there.wait(10) == 255
    assert send(gateway, enter).returncode == 0
    assert cut > 9
