"""A handout claims nothing that the lab's servers do not show: what it says is compared with them, then they are changed by hand."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
import yaml
from support.handout_truth import Claim, Scene, prepare

from eiginfra.lab.config import PORTS, SERVICES, LabConfig
from eiginfra.lab.gateway.keys import make_key
from eiginfra.lab.server import running

SORTS = {"role", "account", "proxmox", "gateway", "key", "project", "machine", "size", "running", "used", "fingerprint", "public"}
WEB = "/etc/nginx/conf.d/eiginfra-adler.eig-apps.example.org.conf"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Applied once for all; each change by hand concerns something else."""
    folder = tmp_path_factory.mktemp("true")
    people = prepare(folder)
    config = LabConfig(**dict.fromkeys(PORTS, 0), services=SERVICES, now=date(2019, 10, 1), site_out=folder / "site" / "site.yml")
    with running(config) as lab:
        made = Scene(folder, lab, people)
        made.call("apply", "--yes")
        listening = ["tcp 22", "tcp 3000", "tcp 8000"]
        made.control("proxmox", guests={made.guests()["karfur-web"]["vmid"]: {"inside": {"listening": listening}}})
        yield made


@pytest.fixture(scope="module")
def first(scene: Scene) -> set[Claim]:
    """What the handouts claim while all is as it was applied."""
    return scene.claims()


def test_what_handouts_claim_is_so(scene: Scene, first: set[Claim]) -> None:
    assert {claim[0] for claim in first} == SORTS
    assert first - scene.truth() == set()


def _group(team: str) -> str:
    return f"/groups/eig%2Feig3%2F{team}"


def _user(scene: Scene, name: str) -> int:
    return int(scene.gitlab("GET", f"/users?username={name}")[0]["id"])


def _guest(scene: Scene, name: str) -> tuple[str, str]:
    """Its ID, and its path."""
    guest = scene.guests()[name]
    return str(guest["vmid"]), f"/nodes/eig/{guest['kind']}/{guest['vmid']}"


def member_removed(scene: Scene) -> None:
    scene.gitlab("DELETE", f"{_group('karfur')}/members/{_user(scene, 'karfur-1')}")


def account_blocked(scene: Scene) -> None:
    scene.gitlab("POST", f"/users/{_user(scene, 'open-chronic-1')}/block")


def role_changed(scene: Scene) -> None:
    scene.gitlab("PUT", f"{_group('adler')}/members/{_user(scene, 'adler-2')}", access_level=20)


def project_made_private(scene: Scene) -> None:
    scene.gitlab("PUT", "/projects/eig%2Feig3%2Fadler%2Fapi", visibility="private")


def project_deleted(scene: Scene) -> None:
    scene.gitlab("DELETE", "/projects/eig%2Feig3%2Fadler%2Fextraction")


def machine_stopped(scene: Scene) -> None:
    scene.control("proxmox", guests={_guest(scene, "karfur-web")[0]: {"running": False}})


def machine_deleted(scene: Scene) -> None:
    scene.control("proxmox", guests={_guest(scene, "open-chronic-spark")[0]: None})


def machine_resized(scene: Scene) -> None:
    scene.control("proxmox", guests={_guest(scene, "adler-graph")[0]: {"config": {"memory": 640}}})


def key_removed(scene: Scene) -> None:
    scene.control("proxmox", guests={_guest(scene, "adler-graph")[0]: {"inside": {"authorized_keys": {"root": _eiginfras(scene)}}}})


def _eiginfras(scene: Scene) -> str:
    """eiginfra's own line alone is left."""
    site = yaml.safe_load((scene.folder / "site" / "site.yml").read_text(encoding="utf-8"))
    return f"{site['machines']['public']}\n"


def host_key_changed(scene: Scene) -> None:
    scene.control("proxmox", guests={_guest(scene, "adler-web")[0]: {"inside": {"host_key": make_key()}}})


def account_on_the_gateway_expired(scene: Scene) -> None:
    scene.control("gateway", accounts={"adler-1": {"expires": 1}})


def sub_domain_removed(scene: Scene) -> None:
    scene.control("gateway", files={WEB: None})


def ports_unloaded(scene: Scene) -> None:
    scene.control("gateway", loaded=None)


def account_on_proxmox_disabled(scene: Scene) -> None:
    scene.proxmox("PUT", "/access/users/karfur-3@pve", enable=0)


@pytest.mark.parametrize(
    ("by_hand", "gone"),
    [
        (member_removed, ("role", "karfur-1")),
        (account_blocked, ("account", "open-chronic-1")),
        (role_changed, ("role", "adler-2", "developer")),
        (project_made_private, ("project", "api", "public")),
        (project_deleted, ("project", "extraction")),
        (machine_stopped, ("running", "karfur-web")),
        (machine_stopped, ("public", "karfur.eig-apps.example.org")),
        (machine_deleted, ("machine", "open-chronic-spark")),
        (machine_resized, ("size", "adler-graph")),
        (key_removed, ("key", "adler-2", "adler-graph")),
        (host_key_changed, ("fingerprint", "adler-web")),
        (account_on_the_gateway_expired, ("gateway", "adler-1")),
        (sub_domain_removed, ("public", "adler.eig-apps.example.org")),
        (ports_unloaded, ("public", "127.0.0.1:10222")),
        (account_on_proxmox_disabled, ("proxmox", "karfur-3")),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_was_undone_by_hand_is_claimed_no_more(
    scene: Scene, first: set[Claim], by_hand: Callable[[Scene], None], gone: tuple[str, ...]
) -> None:
    def about(found: set[Claim]) -> set[Claim]:
        return {claim for claim in found if claim[0] == gone[0] and all(any(part in word for word in claim[1:]) for part in gone[1:])}

    assert about(first) != set()
    before = about(first)
    by_hand(scene)
    now = scene.claims()
    assert before & now == set()
    assert now - scene.truth() == set()
