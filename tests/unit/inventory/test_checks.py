"""What the files of a cohort say against each other, against the site and against the calendar."""

# ruff: noqa: E501 - tables of whole sentences

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from support.words import line

from eiginfra.inventory.checks import check
from eiginfra.inventory.loader import load_cohort, load_site

Write = Callable[..., Path]
Marked = Callable[..., tuple[dict[str, str], dict[str, str]]]
TODAY = date(2019, 10, 1)
HEAD = "title: T\nadministration: A\nmembers:\n  - {{username: {0}-1, email: {0}-1@example.org}}\nmentors:\n  - {{username: {0}-m, email: {0}-m@example.org}}\n"
MACHINES = "machines:\n  - {name: web, image: debian-12, size: small"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGFkbGVyLTEuLi4uLi4uLi4uLi4uLi4u"
COHORT = "cohort: eig3\ntitle: P\nstarts: 2019-09-02\nends: 2020-07-01\n"


def found(folder: Path, site: Path, today: date = TODAY) -> list[str]:
    return [line(finding) for finding in check(load_cohort(folder), load_site(site), today)]


def test_a_sound_cohort_has_no_finding(cohort: Write, site: Write) -> None:
    assert found(cohort(), site()) == []


@pytest.mark.parametrize(
    ("adler", "plume", "said"),
    [
        (f"{MACHINES}, publish: [{{subdomain: ‡a, port: 1}}]}}\n", f"{MACHINES}, publish: [{{subdomain: ¦a, port: 2}}]}}\n", "error: the sub-domain 'a' is asked for twice, by adler and plume (choose another) [also ¦]"),
        (f"{MACHINES}, forward: [{{public: ‡10222, port: 1}}]}}\n", f"{MACHINES}, forward: [{{public: ¦10222, port: 2}}]}}\n", "error: the public port 10222/tcp is asked for twice, by adler and plume (choose another) [also ¦]"),
        (f"{MACHINES}, forward: [{{public: ¦8006, port: 1}}]}}\n", "", "error: the port 8006 is the server's own: Proxmox's web interface (choose another, e.g. 10000 and above)"),
        (f"{MACHINES}, forward: [{{public: ¦5901, port: 1}}]}}\n", "", "error: the port 5901 is the server's own: Proxmox's consoles (choose another, e.g. 10000 and above)"),
        (f"{MACHINES.replace('web', '‡web')}}}\n  - {{name: ¦web, image: debian-12, size: small}}\n", "", "error: a second machine 'web' in this team (rename one) [also ‡]"),
        ("projects:\n  - {name: ‡Api}\n  - {name: ¦api}\n", "", "error: a second project 'api' in this team (rename one; GitLab ignores case) [also ‡]"),
        (f"{MACHINES}, mounts: [{{path: ‡/srv, size: 1GiB}}, {{path: ¦/srv/, size: 1GiB}}]}}\n", "", "error: a second volume at /srv (give it another path) [also ‡]"),
        (f"{MACHINES}, type: vm, mounts: ¦[{{path: /srv, size: 1GiB}}]}}\n", "", "error: the machine 'web' is a VM, which has no mounts (write a larger disk, or make it a container)"),
        (f"{MACHINES.replace('small', '¦smal')}}}\n", "", "error: the site has no size 'smal' (did you mean 'small'?)"),
        (f"{MACHINES.replace('debian-12', '¦debian-11')}}}\n", "", "error: the site has no image 'debian-11' (did you mean 'debian-12'?)"),
        (f"{MACHINES.replace('debian-12', '¦ubuntu-24.04')}, type: vm}}\n", "", "error: the site's image 'ubuntu-24.04' is not there for a vm (choose another type, or another image: there is debian-12)"),
        (f"{MACHINES}, id: ¦251}}\n", "", "error: the machine ID 251 is not among the site's (100-250) (only a guest in the site's range can be adopted: its address follows from its ID)"),
        (f"{MACHINES}, id: ‡120}}\n", f"{MACHINES}, id: ¦120}}\n", "error: the machine ID 120 is given twice, by adler and plume (each guest has its own ID) [also ¦]"),
        (f"{MACHINES}, was: ¦db}}\n  - {{name: db, image: debian-12, size: small}}\n", "", "error: 'web' was 'db', but 'db' is still here (delete one of the two, or the key 'was')"),
        ("projects:\n  - {name: a, was: ‡c}\n  - {name: b, was: ¦c}\n", "", "error: a second one was called 'c' (only one can have had the name) [also ‡]"),
    ],
)  # fmt: skip
def test_what_machines_and_projects_ask_for(adler: str, plume: str, said: str, *, cohort: Write, site: Write, marked: Marked) -> None:
    files, places = marked({"teams/adler.yml": HEAD.format("adler") + adler, "teams/plume.yml": HEAD.format("plume") + plume})
    folder = cohort({Path(name).stem: text for name, text in files.items()})
    # Grants have tests of their own: test_grants.py.
    lines = [line for line in found(folder, site()) if "notice" not in line and "no grant" not in line]
    at = "‡" if "[also ¦]" in said else "¦"
    assert lines == [f"{places[at]}: {said.replace('‡', places.get('‡', '')).replace('¦', places['¦'])}"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("plume-1, email: ", "adler-1, email: ¦", ["teams/adler.yml:4:32: error: 'adler-1' has the e-mail address 'adler-1@example.org' in adler and 'plume-1@example.org' in plume (write the same e-mail address in both, or use another user name if they are two persons) [also ¦]"]),
        ("plume-1, email: plume-1@", "¦Adler-1, email: ADLER-1@", ["notice: the user name 'Adler-1' is written 'adler-1' in team adler: both are 'adler-1' (write adler-1 here too) [also teams/adler.yml:4:16]"]),
        ("plume-1, email: plume-1@", "adler-1, name: ¦X, email: adler-1@", ["teams/adler.yml:4:5: error: 'adler-1' has the name none in adler and 'X' in plume (write the same name in both, or use another user name if they are two persons) [also ¦]"]),
        ("plume-1@", "¦adler-1@", ["teams/adler.yml:4:32: error: the e-mail address adler-1@example.org is that of adler-1 and plume-1 (give each account its own address) [also ¦]"]),
        ("plume-m, email: plume-m@", "¦plume-1, email: plume-1@", ["error: 'plume-1' stands among the members and the mentors of this team (keep one) [also teams/plume.yml:4:16]"]),
        ("mentors:\n", "  - {username: ¦plume-1, email: x@example.org}\nmentors:\n", ["error: 'plume-1' stands twice among the members of this team (keep one) [also teams/plume.yml:4:16]"]),
        ("plume-1@example.org", f"plume-1@example.org, ssh_keys: [¦{KEY} other]", ["teams/adler.yml:4:64: error: this SSH key is that of adler-1 and plume-1 (each person needs a key of their own, so that one can leave) [also ¦]"]),
        ("plume-1@example.org", "plume-1@example.org, until: ¦2020-07-02", ["error: 'plume-1' would have access until 2020-07-02, but the cohort goes from 2019-09-02 to 2020-07-01 (write a day within, or delete the key: the cohort's end is the default)"]),
        ("plume-m@example.org", "plume-m@example.org, until: ¦2019-09-01", ["error: 'plume-m' would have access until 2019-09-01, but the cohort goes from 2019-09-02 to 2020-07-01 (write a day within, or delete the key: the cohort's end is the default)"]),
    ],
)  # fmt: skip
def test_people_of_several_teams(old: str, new: str, said: list[str], *, cohort: Write, site: Write, marked: Marked) -> None:
    adler = HEAD.format("adler").replace("adler-1@example.org", f"adler-1@example.org, ssh_keys: [{KEY}]")
    plume = HEAD.format("plume").replace(old, new)
    files, places = marked({"teams/adler.yml": adler, "teams/plume.yml": plume})
    folder = cohort({Path(name).stem: text for name, text in files.items()})
    expected = [line.replace("¦", places.get("¦", "")) for line in said]
    assert found(folder, site()) == [line if line.startswith("teams/") else f"{places['¦']}: {line}" for line in expected]


def test_a_team_without_people_is_worth_a_warning(cohort: Write, site: Write) -> None:
    assert found(cohort({"adler": "title: T\nadministration: A\nmembers: []\n"}), site()) == [
        "teams/adler.yml:1:1: warning: the team has no mentor (name one, so that the newcomers know whom to ask)",
        "teams/adler.yml:3:10: warning: the team has no member",
    ]


def test_a_cohort_without_teams_is_an_error(cohort: Write, site: Write) -> None:
    assert found(cohort({}), site()) == ["cohort.yml:1:1: error: the cohort has no team (write one: teams/<id>.yml beside this file)"]


def test_a_cohort_without_quota_is_told_so(cohort: Write, site: Write) -> None:
    assert found(cohort(None, COHORT), site()) == [
        "cohort.yml:1:1: notice: there is no quota for every team: each may ask for as many machines, and as large ones, as it likes (write quota: {default: {machines: 3, cores: 4, memory: 2GiB, disk: 40GiB, projects: 10}})"
    ]
    assert found(cohort(None, COHORT + "quota: {teams: {adler: {cores: 1}}}\n"), site()) == []


def test_one_person_is_one_user_name_whatever_its_case(cohort: Write) -> None:
    teams = {"adler": HEAD.format("adler"), "plume": HEAD.format("plume").replace("plume-1", "ADLER-1")}
    loaded = load_cohort(cohort(teams))
    assert [team.members[0].username for team in loaded.teams] == ["adler-1", "adler-1"]
    assert [team.members[0].email for team in loaded.teams] == ["adler-1@example.org", "adler-1@example.org"]
    assert [finding.code for finding in loaded.findings] == ["username-spelling"]


def test_two_spellings_that_look_alike_are_equal(cohort: Write, site: Write) -> None:
    one, other = "D\u00e9veloppeuse", "De\u0301veloppeuse"
    teams = {
        "adler": HEAD.format("adler").replace("adler-1,", f"adler-1, name: {one},"),
        "plume": HEAD.format("plume").replace("plume-1, email: plume-1", f"adler-1, name: {other}, email: adler-1"),
    }
    folder = cohort(teams)
    assert found(folder, site()) == []
    assert load_cohort(folder).team("plume").members[0].name == one


def test_a_quota_for_nobody(cohort: Write, site: Write) -> None:
    text = COHORT + "quota: {default: {cores: 9}, teams: {adlr: {cores: 9}}}\n"
    assert found(cohort(None, text), site()) == [
        "cohort.yml:5:38: error: the quota names the team 'adlr', which does not exist (did you mean 'adler'?)"
    ]


def test_host_names_of_different_teams_may_collide(cohort: Write, site: Write) -> None:
    teams = {
        "adler": HEAD.format("adler") + MACHINES.replace("web", "web-db") + "}\n",
        "adler-web": HEAD.format("adler-web") + MACHINES.replace("web", "db") + "}\n",
    }
    assert found(cohort(teams), site()) == [
        "teams/adler-web.yml:8:12: error: the host name adler-web-db is given twice, by adler and adler-web (rename one of the two machines) [also teams/adler.yml:8:12]"
    ]


def test_host_names_have_63_characters_at_most(cohort: Write, site: Write) -> None:
    team = "a" * 31
    text = HEAD.format("x") + MACHINES.replace("web", "b" * 32) + "}\n"
    (said,) = found(cohort({team: text}), site())
    assert "has 64 characters; 63 are possible (shorten the machine's name)" in said


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2019, 9, 2), []),
        (date(2020, 7, 1), []),
        (date(2019, 9, 1), ["cohort.yml:3:9: warning: the cohort begins on 2019-09-02, and today is 2019-09-01: nothing new is made (wait, or say another day with --as-of)"]),
        (date(2020, 7, 2), ["cohort.yml:4:7: warning: the cohort ended on 2020-07-01, and today is 2020-07-02: nothing new is made (say another day with --as-of, or a later end if it goes on)"]),
    ],
)  # fmt: skip
def test_outside_its_dates_a_cohort_is_warned_about(today: date, said: list[str], cohort: Write, site: Write) -> None:
    assert found(cohort(), site(), today) == said


def test_what_a_missing_gateway_would_make_is_counted_in_one_notice(cohort: Write, site: Write) -> None:
    asks = "publish: [{subdomain: a, port: 1}, {subdomain: b, port: 2}], forward: [{public: 10222, port: 22}]"
    folder = cohort({"adler": HEAD.format("adler") + f"{MACHINES}, {asks}}}\n"})
    assert found(folder, site()) == [
        "notice: the site has no gateway: 2 sub-domains and 1 port forward are written and checked, and will be made when it has one"
    ]
    folder = cohort({"adler": HEAD.format("adler") + f"{MACHINES}, publish: [{{subdomain: a, port: 1}}]}}\n"})
    assert found(folder, site()) == [
        "notice: the site has no gateway: 1 sub-domain is written and checked, and will be made when it has one"
    ]


def test_a_gateway_gives_the_ports_of_its_range(cohort: Write, site: Write) -> None:
    folder = cohort({"adler": HEAD.format("adler") + f"{MACHINES}, forward: [{{public: 20222, port: 22}}]}}\n"})
    path = site()
    path.write_text(
        path.read_text()
        + "gateway: {host: g.example.org, user: eiginfra, key: {env: K}, host_key: known_hosts, domain: apps.example.org, ports: 10000-19999}\n"
    )
    [error] = found(folder, path)
    assert error.startswith("teams/adler.yml:8:67: error: the port 20222 is not among the gateway's (10000-19999) (choose another) [also ")


def test_a_site_without_proxmox_has_no_range_to_leave(cohort: Write, site: Write) -> None:
    text = 'sizes: {small: {cores: 1, memory: 512MiB, disk: 8GiB}}\nimages: {debian-12: {container: "x:y"}}\n'
    grants = 'quota: {default: {projects: 9}}\ngrants: [{team: adler, key: "machines[].id", value: 5000, reason: r}]\n'
    folder = cohort({"adler": HEAD.format("adler") + f"{MACHINES}, id: 5000}}\n"}, COHORT + grants)
    assert found(folder, site(text)) == []


def test_attack_5_an_account_is_one_persons(cohort: Write, site: Write) -> None:
    people = "people:\n  adler-1: {gitlab_id: 7, proxmox_id: a@pve}\n  plume-1:\n    gitlab_id: 7\n    proxmox_id: b@pve\n"
    folder = cohort(None, COHORT + "quota: {default: {projects: 9}}\n" + people)
    assert found(folder, site()) == [
        "cohort.yml:9:16: error: gitlab_id: 7 is given to adler-1 and plume-1 (an account is one person's: keep it for the one whose it is) [also cohort.yml:7:24]"
    ]
    assert load_cohort(folder).file.people["adler-1"].gitlab_id == 7
