"""`eiginfra import` of an estate that people made by hand: what can be said is written, the rest is told, and nothing is guessed."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from e2e.conftest import Workplace
from e2e.test_import import differing, state
from support.waiting import eventually

TEMPLATES = {name: f"local:vztmpl/{file}.tar.zst" for name, file in {"debian": "debian-12-standard_12.7-1_amd64"}.items()}
LEFT = {"backup": False}


@pytest.fixture
def services() -> tuple[str, ...]:
    return ("gitlab", "proxmox", "gateway")


def group(place: Workplace, parent: int | None, path: str, **more: Any) -> int:
    return int(place.gitlab("POST", "/groups", path=path, parent_id=parent, **{"name": path, "visibility": "public", **more})["id"])


def person(place: Workplace, name: str, holder: int, access: int, **more: Any) -> None:
    body = {"email": f"{name}@example.org", "name": name.title(), "force_random_password": True, "skip_confirmation": True}
    number = place.gitlab("POST", "/users", username=name, **body)["id"]
    place.gitlab("POST", f"/groups/{holder}/members", user_id=number, access_level=access, **more)


def container(place: Workplace, vmid: int, name: str, **more: Any) -> None:
    body = {"ostemplate": TEMPLATES["debian"], "rootfs": "local-lvm:8", "memory": 512, "swap": 0, "cores": 1, "unprivileged": 1}
    network = {"net0": f"name=eth0,bridge=vmbr1,ip=192.168.0.{vmid % 256}/24,gw=192.168.0.254"}
    place.proxmox("POST", "/nodes/eig/lxc", vmid=vmid, hostname=name, **{**body, **network, **more})
    eventually(lambda: vmid in {int(guest["vmid"]) for guest in place.proxmox("GET", "/nodes/eig/lxc")}, wanted=True)


@pytest.fixture
def by_hand(place: Workplace) -> Workplace:
    """A cohort of before eiginfra: other names, no markers, a private project, people here and there."""
    root = place.gitlab("GET", "/groups/eig")["id"]
    promo = group(place, root, "promo", name="La promo")
    adler = group(place, promo, "adler", description="Contre les fraudes")
    for path in ("Plume_2", "interne"):
        group(place, promo if path == "Plume_2" else adler, path)
    for name, holder, more in (("outil", adler, {"visibility": "private"}), ("commun", promo, {})):
        place.gitlab("POST", "/projects", path=name, namespace_id=holder, **{"name": name, "visibility": "public", **more})
    person(place, "bob", adler, 40, expires_at="2020-07-02")
    person(place, "carol", adler, 20)
    person(place, "dan", adler, 10)
    for pool in ("promo-adler", "promo-B", "promo-bis", "autre"):
        place.proxmox("POST", "/pools", poolid=pool)
    place.proxmox("POST", "/access/groups", groupid="promo-adler")
    for name, email in (("bob", "else@example.org"), ("eve", "eve@example.org")):
        place.proxmox("POST", "/access/users", userid=f"{name}@pve", email=email, groups="promo-adler")
    container(place, 110, "web", pool="promo-adler", memory=2048)
    container(place, 111, "adler-db", pool="promo-adler", onboot=1, features="nesting=1")
    container(place, 112, "nobodys")
    container(place, 113, "theirs", pool="autre")
    container(place, 114, "old", pool="promo-adler", description="eiginfra: eig2/adler/old")
    container(place, 115, "wide", pool="promo-adler", cores=None)
    container(place, 116, "strange", pool="promo-adler")
    place.proxmox("PUT", "/nodes/eig/lxc/116/config", ostype="alpine")
    container(place, 117, "db", pool="promo-adler")
    container(place, 400, "far", pool="promo-adler")
    return place


def imported(place: Workplace, *more: str) -> Any:
    done = place.call("import", "--cohort", "promo", "--starts", "2019-09-02", "--out", "new/promo", "--format", "json", *more)
    assert (done.code, done.err) == (0, "")
    return done.json


def read(place: Workplace, name: str) -> Any:
    return yaml.safe_load((place.folder / "new/promo" / name).read_text(encoding="utf-8"))


def found(body: Any, code: str) -> list[Mapping[str, Any]]:
    return [one["params"] for one in body["findings"] if one["code"] == code]


def test_an_estate_that_was_made_by_hand(by_hand: Workplace) -> None:
    before = state(by_hand)
    body = imported(by_hand)
    assert differing(before, state(by_hand)) == {}

    assert [(one["name"], one["meant"]) for one in found(body, "import-no-team-id")] == [("eig/promo/Plume_2", "plume-2"), ("promo-B", "b")]
    assert [one["names"] for one in found(body, "import-outside-teams")] == [["eig/promo/adler/interne", "eig/promo/commun"]]
    assert [one["id"] for one in found(body, "import-guest-without-pool")] == [112]
    assert [one["names"] for one in found(body, "import-other-pools")] == [["autre"]]
    assert [(one["id"], one["mark"]) for one in found(body, "import-guest-marked")] == [(114, "eig2/adler/old")]
    assert [(one["what"], one["key"]) for one in found(body, "import-not-expressible")] == [("wide (container 115)", "cores")]
    assert [(one["id"], one["system"]) for one in found(body, "import-image-unknown")] == [(116, "alpine")]
    assert [(one["id"], one["name"]) for one in found(body, "import-name-twice")] == [(117, "db")]
    assert [one["id"] for one in found(body, "import-id-outside")] == [400]
    assert [(one["username"], one["role"]) for one in found(body, "import-role")] == [("dan", "guest")]
    assert [(one["gitlab"], one["proxmox"]) for one in found(body, "import-members-differ")] == [([], ["eve"])]
    assert [one["account"] for one in found(body, "import-account-unsure")] == ["bob@pve"]
    assert [one["machines"] for one in found(body, "import-image-guessed")] == [["adler/db", "adler/web"]]
    losing = {one["address"]: one["params"]["losing"] for one in body["findings"] if one["params"].get("losing")}
    assert losing == {"gitlab.members[eig/promo/adler]": ["dan"], "proxmox.group[promo-adler]": ["eve"]}
    changing = {one["address"]: one["params"]["fields"] for one in body["findings"] if one["code"] == "import-would-change"}
    assert changing["proxmox.container[promo/adler/web]"] == ["name"]
    assert changing["gitlab.members[eig/promo/adler]"] == ["members[carol]", "members[dan]"]
    assert "proxmox.container[promo/adler/db]" not in changing

    cohort, team = (read(by_hand, name) for name in ("cohort.yml", "teams/adler.yml"))
    assert cohort["title"] == "La promo"
    assert cohort["people"] == {"bob": {"gitlab_id": 2}, "carol": {"gitlab_id": 3}}
    assert [grant["value"] for grant in cohort["grants"]] == [110, 111]
    assert team["description"] == "Contre les fraudes"
    assert team["members"] == [{"username": "bob", "name": "Bob", "email": "bob@example.org", "role": "maintainer"}]
    assert team["mentors"] == [{"username": "carol", "name": "Carol", "email": "carol@example.org"}]
    assert team["projects"] == [{"name": "outil", "visibility": "private"}]
    web, db = team["machines"]
    assert web == {"name": "web", "image": "debian-12", "cores": 1, "memory": "2GiB", "disk": "8GiB", **LEFT, "state": "stopped", "id": 110}
    assert db == {"name": "db", "image": "debian-12", "size": "small", **LEFT, "docker": True, "id": 111}
    assert sorted(path.name for path in (by_hand.folder / "new/promo/teams").iterdir()) == ["adler.yml", "bis.yml"]


def test_an_image_that_nobody_knows_is_asked_for_and_other_names_are_told(by_hand: Workplace) -> None:
    body = imported(by_hand, "--image", "116=debian-12", "--pools", "autre*", "--ends", "2020-06-30", "--title", "Promo 0")
    assert found(body, "import-named-otherwise") == [{"sort": "pools", "there": "autre*", "playbook": "promo-*"}]
    assert read(by_hand, "teams/adler.yml").get("machines") is None

    body = imported(by_hand, "--image", "116=debian-12", "--out", "other/promo", "--ends", "2020-06-30", "--title", "Promo 0")
    assert found(body, "import-image-unknown") == []
    team = yaml.load((by_hand.folder / "other/promo/teams/adler.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    assert {machine["name"] for machine in team["machines"]} == {"web", "db", "strange"}
    assert team["members"][0]["until"] == "2020-07-01"
    assert read(by_hand, "cohort.yml")["title"] == "Promo 0"


def test_whose_address_nobody_shows_is_asked_for_at_the_line(by_hand: Workplace) -> None:
    root = by_hand.gitlab("GET", "/groups/eig")["id"]
    body = {"email": "owner@example.org", "name": "Owner", "force_random_password": True, "skip_confirmation": True}
    number = by_hand.gitlab("POST", "/users", username="owner", **body)["id"]
    by_hand.gitlab("POST", f"/groups/{root}/members", user_id=number, access_level=50)
    token = by_hand.gitlab("POST", f"/users/{number}/personal_access_tokens", name="owner", **{"scopes[]": "api"})["token"]
    (by_hand.folder / "site/owner.token").write_text(token, encoding="utf-8")
    by_hand.site(gitlab={"token": {"file": "owner.token"}, "accounts": "require"})

    body = imported(by_hand)
    assert [one["username"] for one in found(body, "import-email-unknown")] == ["carol"]
    assert [one["names"] for one in found(body, "import-email-by-name")] == [["bob"]]
    assert body["adopted"] is None
    (missing,) = [one for one in body["findings"] if one["severity"] == "error"]
    assert (missing["location"]["file"], missing["params"]["key"]) == ("new/promo/teams/adler.yml", "email")
    team = read(by_hand, "teams/adler.yml")
    assert team["members"] == [{"username": "bob", "name": "Bob", "email": "else@example.org", "role": "maintainer"}]
    assert team["mentors"] == [{"username": "carol", "name": "Carol"}]


def test_a_playbook_that_names_pools_otherwise_is_followed(by_hand: Workplace) -> None:
    playbook = by_hand.folder / "playbooks/site.yml"
    text = playbook.read_text(encoding="utf-8")
    assert 'pool: "{{ cohort.id }}-{{ team.id }}"' in text
    playbook.write_text(text.replace('pool: "{{ cohort.id }}-{{ team.id }}"', 'pool: "{{ team.id }}"'), encoding="utf-8")
    body = imported(by_hand, "--ends", "2020-07-01")
    assert found(body, "import-named-otherwise") == []
    assert sorted(path.name for path in (by_hand.folder / "new/promo/teams").iterdir()) == [
        "adler.yml",
        "autre.yml",
        "promo-adler.yml",
        "promo-bis.yml",
    ]
    autre = yaml.load((by_hand.folder / "new/promo/teams/autre.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    assert [machine["name"] for machine in autre["machines"]] == ["theirs"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--starts", "2019-09-02"], "say which cohort it is"),
        (["--cohort", "eig3"], "--starts"),
        (["--cohort", "Eig 3", "--starts", "2019-09-02"], "is no cohort's id"),
        (["--cohort", "eig3", "--starts", "2019-09-02", "--pools", "eig3"], "one * for the team's id"),
        (["--cohort", "eig3", "--starts", "2019-09-02", "--out", "new/eig4"], "bears the cohort's id"),
        (["--cohort", "eig3", "--starts", "2019-09-02"], "none is overwritten"),
        (["--cohort", "eig9", "--starts", "2019-09-02"], "say how they are called"),
        (["--gitlab-group", "other/eig9", "--starts", "2019-09-02"], "not below eig"),
        (["--cohort", "eig9", "--starts", "2019-09-02", "--image", "x=debian-12"], "write the guest's number"),
        (["--cohort", "eig9", "--starts", "2019-09-02", "--image", "104=debian-99"], "no such image"),
    ],
)
def test_what_cannot_be_imported_is_wrong_usage(options: list[str], said: str, place: Workplace) -> None:
    done = place.call("import", *options)
    assert done.code == 64
    assert said in " ".join(done.err.split())
    assert [path.name for path in (place.folder / "inventories").iterdir()] == ["eig3"]
