"""What an import makes of single things that servers show, without a server."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eiginfra.core.address import Address
from eiginfra.core.provider import Account
from eiginfra.core.resource import Observed
from eiginfra.importing.asking import Wanted
from eiginfra.importing.compose import Composed, compose
from eiginfra.importing.estate import Estate, FoundTeam
from eiginfra.importing.files import texts
from eiginfra.importing.images import image_of
from eiginfra.importing.naming import Pattern
from eiginfra.inventory.document import parse_document
from eiginfra.inventory.normal_form import normal_form
from eiginfra.inventory.site import Site, SiteFile
from eiginfra.wiring.providers import described, filters

ENDS = date(2020, 7, 1)
WANTED = Wanted("eig3", date(2019, 9, 2), ENDS)
NETWORK = {"bridge": "vmbr1", "subnet": "192.168.0.0/24", "gateway": "192.168.0.254", "ids": "100-250"}
PROXMOX = {
    "url": "https://pve.example.org:8006",
    "token_id": "eiginfra@pve!ci",
    "token": {"env": "TOKEN"},
    "nodes": ["eig"],
    "storage": {"disks": "local-lvm"},
    "network": NETWORK,
}
IMAGES = {
    "debian-12": {"container": "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst", "vm": 9012, "user": "debian"},
    "ubuntu-24.04": {"container": "local:vztmpl/ubuntu-24.04-standard_24.04-2_amd64.tar.zst", "vm": 9024, "user": "ubuntu"},
}


def site(**more: Any) -> Site:
    sizes = {
        "huge": {"cores": 2, "memory": "8GiB", "disk": "8GiB", "privileged": True},
        "small": {"cores": 1, "memory": "512MiB", "disk": "8GiB"},
    }
    file = SiteFile.model_validate({"proxmox": PROXMOX, "images": IMAGES, "sizes": sizes, **more})
    return Site("here", file, parse_document(b"{}"), Path("site.yml"))


def guest(vmid: int = 110, kind: str = "container", facts: Mapping[str, Any] = {}, **values: Any) -> Observed:
    every = {"name": "adler-web", "cores": 1, "memory": "512MiB", "disk": "8GiB", "pool": "eig3-adler", "state": "running", **values}
    shown = {"system": "debian" if kind == "container" else "l26", **facts}
    return Observed(Address(f"proxmox.{kind}", f"#{vmid}"), every, {"node": "eig", "vmid": vmid}, marked=False, facts=shown)


def group(**values: Any) -> Observed:
    return Observed(Address("gitlab.group", "eig/eig3/adler"), {"path": "eig/eig3/adler", "name": "ADLER", **values})


def composed(team: FoundTeam, wanted: Wanted = WANTED, where: Site | None = None, **found: Any) -> Composed:
    return compose(Estate(teams={team.id: team}, **found), wanted, where or site(), filters())


def codes(done: Composed) -> set[str]:
    """What was told, but for what is always told."""
    return {found.code for found in done.findings} - {"import-administration", "import-without-backup", "import-image-guessed"}


@pytest.mark.parametrize(
    ("seen", "image", "certain"),
    [
        (guest(), "debian-12", False),
        (guest(facts={"system": "ubuntu"}), "ubuntu-24.04", False),
        (guest(facts={"system": "alpine"}), None, False),
        (guest(facts={"system": None}), None, False),
        (guest(kind="vm", facts={"login": "ubuntu"}), "ubuntu-24.04", False),
        (guest(kind="vm", facts={"login": None}), None, False),
        (guest(kind="vm", facts={"login": "ubuntu", "template": 9012}), "debian-12", True),
        (guest(kind="vm", facts={"login": "debian", "template": 9999}), None, True),
    ],
)
def test_an_image_is_what_the_guest_still_shows(seen: Observed, image: str | None, certain: bool) -> None:
    guess = image_of(seen, site())
    assert (guess.image, guess.certain) == (image, certain)


@pytest.mark.parametrize(
    ("disk", "template"),
    [
        ("local-zfs:base-9012-disk-0/vm-104-disk-0,size=8G", 9012),
        ("local:9012/base-9012-disk-0.qcow2/104/vm-104-disk-0.qcow2,size=8G", 9012),
        ("local-lvm:vm-104-disk-0,size=8G", None),
        ("local-lvm:base-104-disk-0,size=8G", None),
    ],
)
def test_the_disk_of_a_linked_clone_names_its_template(disk: str, template: int | None) -> None:
    kind: Any = described().registry()["proxmox.vm"]
    config = {"scsi0": disk, "ide2": "local-lvm:vm-104-cloudinit,media=cdrom", "ostype": "l26", "ciuser": "debian"}
    assert kind.made_of(config) == {"system": "l26", "login": "debian", "template": template}


def test_of_two_images_that_fit_none_is_chosen() -> None:
    two = {**IMAGES, "debian-11": {"container": "local:vztmpl/debian-11-standard_11.7-1_amd64.tar.zst"}}
    done = composed(FoundTeam("adler", guests=[guest()]), where=site(images=two))
    assert "machines" not in done.teams["adler"]
    assert [found.params["images"] for found in done.findings if found.code == "import-image-unknown"] == [["debian-12", "debian-11"]]
    said = composed(
        FoundTeam("adler", guests=[guest()]), Wanted("eig3", date(2019, 9, 2), ENDS, images={110: "debian-11"}), site(images=two)
    )
    assert [machine["image"] for machine in said.teams["adler"]["machines"]] == ["debian-11"]
    assert "import-image-guessed" not in {found.code for found in said.findings}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"cores": None}, "import-not-expressible"),
        ({"disk": "2252MiB"}, "import-not-expressible"),
        ({"name": "Web server"}, "import-not-expressible"),
        ({"mark": "eig3/plume/web"}, "import-guest-marked"),
        ({"mark": "eig3/adler/web"}, "import-guest-marked"),
    ],
)
def test_a_guest_that_no_file_can_ask_for_is_left_out(values: Mapping[str, Any], code: str) -> None:
    done = composed(FoundTeam("adler", guests=[guest(**values), guest(111, name="adler-db")]))
    assert [machine["name"] for machine in done.teams["adler"]["machines"]] == ["db"]
    assert codes(done) == {code}


def test_a_privileged_size_is_granted_and_a_marked_guest_needs_no_number() -> None:
    large = guest(memory="8GiB", cores=2)
    marked = Observed(
        Address("proxmox.container", "eig3/adler/db"),
        {**guest().values, "mark": "eig3/adler/db"},
        {"node": "eig", "vmid": 111},
        marked=True,
        facts={"system": "debian"},
    )
    done = composed(FoundTeam("adler", guests=[large, marked]))
    assert [(grant["key"], grant["value"]) for grant in done.cohort["grants"]] == [("machines[].id", 110), ("machines[].size", "huge")]
    assert [(machine["name"], machine.get("id"), machine["size"]) for machine in done.teams["adler"]["machines"]] == [
        ("web", 110, "huge"),
        ("db", None, "small"),
    ]


def test_amounts_beyond_the_free_sizes_are_granted() -> None:
    done = composed(FoundTeam("adler", guests=[guest(memory="4GiB", cores=3, disk="9GiB")]))
    allowed = {grant["key"]: grant.get("max") for grant in done.cohort["grants"]}
    assert allowed == {"machines[].id": None, "machines[].cores": 3, "machines[].memory": "4GiB", "machines[].disk": "9GiB"}


@pytest.mark.parametrize("text", ["{{ team.id }}", "a\u200bb", "ends\u202e"])
def test_text_that_no_file_may_hold_is_left_out(text: str) -> None:
    project = Observed(Address("gitlab.project", "eig/eig3/adler/api"), {"title": "API", "description": text, "visibility": "public"})
    done = composed(FoundTeam("adler", group(description=text), projects=[project]))
    assert "description" not in done.teams["adler"]
    assert done.teams["adler"]["projects"] == [{"name": "api", "title": "API"}]
    assert codes(done) == {"import-not-expressible"}
    assert set(texts(done, "here")) == {"cohort.yml", "teams/adler.yml"}


def test_the_comment_of_the_pool_is_the_title_where_gitlabs_name_was_made_of_it() -> None:
    pool = Observed(Address("proxmox.pool", "eig3-adler"), {"comment": "b@liseNAV"})
    assert composed(FoundTeam("adler", group(name="baliseNAV"), pool)).teams["adler"]["title"] == "b@liseNAV"
    assert composed(FoundTeam("adler", group(name="ADLER"), pool)).teams["adler"]["title"] == "ADLER"
    assert composed(FoundTeam("adler", pool=pool)).teams["adler"]["title"] == "b@liseNAV"
    assert composed(FoundTeam("adler")).teams["adler"]["title"] == "adler"


def member(name: str, access: str = "developer", expires: str | None = "2020-07-02") -> dict[str, Any]:
    return {"username": name, "access": access, "expires": expires}


def accounts(**emails: str) -> Mapping[str, Mapping[str, Account]]:
    """GitLab hides the addresses; Proxmox VE has these."""
    gitlab = {name: Account(number, name, shown=name.title()) for number, name in enumerate(emails, 2)}
    return {"gitlab_id": gitlab, "proxmox_id": {name: Account(f"{name}@pve", name, email=email) for name, email in emails.items()}}


def test_an_address_that_only_the_compute_server_shows_counts_for_who_is_in_the_team_there() -> None:
    team = FoundTeam("adler", group(), members=[member("ann"), member("bob")], users=frozenset({"ann"}))
    done = composed(team, accounts=accounts(ann="ann@example.org", bob="bob@example.org"))
    ann, bob = done.teams["adler"]["members"]
    assert ann["email"] == "ann@example.org"
    assert "email" not in bob
    assert done.cohort["people"] == {"ann": {"gitlab_id": 2, "proxmox_id": "ann@pve"}, "bob": {"gitlab_id": 3}}
    assert codes(done) == {
        "import-email-unknown",
        "import-email-by-name",
        "import-account-unsure",
        "import-members-differ",
        "import-keys-unknown",
    }


@pytest.mark.parametrize("expires", [None, "2020-07-02", "2020-06-01"])
def test_the_last_day_is_the_one_before_gitlabs(expires: str | None) -> None:
    done = composed(FoundTeam("adler", group(), members=[member("ann", expires=expires)]))
    assert done.teams["adler"]["members"][0].get("until") == ("2020-05-31" if expires == "2020-06-01" else None)


def test_without_an_end_the_latest_membership_tells_it() -> None:
    team = FoundTeam("adler", group(), members=[member("ann"), member("bob", expires="2020-06-01")])
    assert composed(team, Wanted("eig3", date(2019, 9, 2))).cohort["ends"] == "2020-07-01"


def test_more_entries_than_a_file_may_have_are_cut_and_told() -> None:
    projects = [Observed(Address("gitlab.project", f"eig/eig3/adler/p{number}"), {"visibility": "public"}) for number in range(501)]
    done = composed(FoundTeam("adler", group(), projects=projects))
    assert len(done.teams["adler"]["projects"]) == 500
    assert codes(done) == {"import-not-expressible"}


@pytest.mark.parametrize(
    "text", ["1.5", "2019-10-01", "yes", "null", "a: b", "# no", "l’été", "{x}", "- a", "'", '"', "b@liseNAV", "1e3", "~"]
)
def test_files_say_what_was_meant_in_normal_form(text: str) -> None:
    pool = Observed(Address("proxmox.pool", "eig3-adler"), {"comment": text})
    project = Observed(Address("gitlab.project", "eig/eig3/adler/api"), {"title": text, "description": text, "topics": [text, "x"]})
    done = composed(FoundTeam("adler", None, pool, [project], [member("ann")], guests=[guest()]), accounts=accounts(ann="ann@example.org"))
    files = texts(done, "here")
    assert parse_document(files["cohort.yml"].encode()).data == done.cohort
    assert parse_document(files["teams/adler.yml"].encode(), pure=True).data == done.teams["adler"]
    assert done.teams["adler"]["title"] == text
    assert [normal_form(content, name) for name, content in files.items()] == [*files.values()]


@pytest.mark.parametrize(
    ("pattern", "name", "team"),
    [
        ("eig3-*", "eig3-open-justice", "open-justice"),
        ("eig3-*", "eig4-adler", None),
        ("eig/eig3/*", "eig/eig3/adler/interne", None),
        ("*.pool", "adler.pool", "adler"),
    ],
)
def test_a_pattern_tells_the_team(pattern: str, name: str, team: str | None) -> None:
    assert Pattern(pattern).team(name) == team
